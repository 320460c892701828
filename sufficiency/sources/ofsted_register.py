"""Ofsted's management information on childcare providers: who is registered, for how many places, and how inspections found them.

The publication has one to three lines of notes above its header. Its columns changed their names with the years: sentence case
("Provider type"), title case ("Provider Type"), and since 2026 a prefix for the regime ("EYR OEIF/CIF: Most recent: Overall
effectiveness" for the grades of old, "EYR REIF: ..." for report cards, which began on 10 November 2025). Both are read, each into
columns of its own. Ofsted names authorities and has no codes for them, so rows are told by the authority's name; those of others
are kept, since families cross borders, and marked as not its own.

Childminders, home childcarers and childcare on domestic premises are REDACTED in the file. Older files are not redacted
everywhere, so their name and postcode are dropped here whatever stands in it: no home is ever a place on a map.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from planning_areas.tables import EvidenceError, Problem
from planning_areas.wording import some
from sufficiency.childcare.provider_tables import CARD_AREAS, CARD_GRADES, OfstedRegister
from sufficiency.evidence import Reading
from sufficiency.sources.cells import cell_problems, dates, number, numbers
from sufficiency.sources.frames import Layout, cells_of, held, left_out, read_frame
from sufficiency.sources.reading import Ask, Reader, noted, source

REDACTED = "redacted"
NOTHING = {"", "-", "null", "n/a", "not applicable", REDACTED}
AT_HOME = r"childminder|home ?childcarer|.*(?<!non )domestic premises|nanny"
NOBODYS_HOME = r"(childcare on )?non ?domestic premises"
KNOWN_TYPES = ("Childcare on non-domestic premises", "Childcare on domestic premises", "Childminder", "Home childcarer")
GRADE_WORDS = {"outstanding": "1", "good": "2", "requires improvement": "3", "inadequate": "4"}
SPARE_WORDS = {"council", "county", "city", "of", "borough", "london", "metropolitan", "district", "royal", "the", "unitary"}

PUBLISHED = {
    "provider_urn": "Provider URN", "provider_name": "Provider name", "provider_type": "Provider type",
    "provider_subtype": "Provider subtype", "provider_status": "Provider status", "registered_on": "Registration date",
    "eyr": "Provider Early Years Register Flag", "ccr": "Provider Compulsory Childcare Register Flag",
    "vcr": "Provider Voluntary Childcare Register Flag", "postcode": "Postcode", "la_name": "Local authority",
    "constituency": "Parliamentary constituency", "places": "Places", "places_estimated": "Places including estimates",
    "ofsted_inspected_on": "Most recent full: Inspection date", "ofsted_overall": "Most recent full: Overall effectiveness",
    "ofsted_no_children": "NCOR: Overall effectiveness", "ofsted_register": "CR: Overall effectiveness",
    "card_inspected_on": "EYR REIF: Most recent: Inspection date",
    "card_safeguarding": "EYR REIF: Most recent: Safeguarding standards met?",
    "card_inclusion": "EYR REIF: Most recent: Inclusion",
    "card_curriculum": "EYR REIF: Most recent: Curriculum and teaching",
    "card_achievement": "EYR REIF: Most recent: Achievement",
    "card_behaviour": "EYR REIF: Most recent: Behaviour, attitudes and establishing routines",
    "card_welfare": "EYR REIF: Most recent: Children's welfare and wellbeing",
    "card_leadership": "EYR REIF: Most recent: Leadership and governance",
}
"""Our column -> its heading in the publication; of the grades, as it was in 2021, of report cards as it is in 2026."""

NEEDS = ("Provider URN", "Provider type", "Local authority", "Provider Early Years Register Flag", "Places")
SPELLINGS = {
    "Postcode": r"provider post ?code", "Provider URN": r"urn|provider reference( number)?",
    "Places including estimates": r"places incl(uding|\.)? estimates?",
    "Most recent full: Inspection date": r"eyr oeif(/cif)?: most recent: full inspection date",
    "Most recent full: Overall effectiveness": r"eyr oeif(/cif)?: most recent: overall effectiveness",
    "NCOR: Overall effectiveness": r"eyr oeif ncor: most recent: overall effectiveness",
    "CR: Overall effectiveness": r"cr: compliance|cr: most recent: (compliance|overall effectiveness)",
    "EYR REIF: Most recent: Behaviour, attitudes and establishing routines": r"eyr reif: most recent: behaviour.*",
    "EYR REIF: Most recent: Children's welfare and wellbeing": r"eyr reif: most recent: children.?s welfare and well ?being",
    "EYR REIF: Most recent: Safeguarding standards met?": r"eyr reif: most recent: safeguarding.*",
}
USEFUL = {
    "Provider subtype": "day nurseries, sessional care and clubs are not told apart", "Postcode": "no setting can be placed",
    "Parliamentary constituency": "who cannot be placed is spread over the whole authority",
    "Places including estimates": "places that Ofsted does not know stay unknown",
    "Most recent full: Overall effectiveness": "quality by the grades of old is not known",
}
LAYOUT = Layout(NEEDS, tuple(c for c in PUBLISHED.values() if c not in NEEDS), SPELLINGS)


def read_ofsted_register(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the register, the rows of all authorities; those of the authority that plans are marked as its own."""
    read = read_frame(path, LAYOUT, ask)
    frame, notes = read.frame, [*read.notes, *left_out(read.frame, USEFUL)]
    cells = pd.DataFrame({ours: _stated(cells_of(frame, theirs)) for ours, theirs in PUBLISHED.items()})
    problems: list[Problem] = []
    typed = cells.copy()
    for column in ("places", "places_estimated"):
        typed[column], bad = numbers(cells[column], number, nullable=True)
        problems += cell_problems(cells.loc[bad, column], path.name, column, "a number of places expected")
    typed["places_estimated"] = typed["places_estimated"].fillna(typed["places"])
    for column in ("registered_on", "ofsted_inspected_on", "card_inspected_on"):
        typed[column], bad = dates(cells[column])
        problems += cell_problems(cells.loc[bad, column], path.name, column, "a date such as 31/08/2021 expected")
    for column in ("eyr", "ccr", "vcr"):
        typed[column] = cells[column].str.casefold().isin(["y", "yes"])
        bad = ~cells[column].str.casefold().isin(["y", "yes", "n", "no", ""])
        problems += cell_problems(cells.loc[bad, column], path.name, column, "Y or N expected")
    typed["ofsted_overall"] = cells["ofsted_overall"].map(lambda text: GRADE_WORDS.get(text.casefold(), text))
    for column in ("ofsted_no_children", "ofsted_register", "card_safeguarding"):
        typed[column] = cells[column].map(_outcome)
    for column in CARD_AREAS:
        typed[column] = cells[column].map(_card_grade)
    notes += _homes(typed)
    typed["own"], told = _own(typed["la_name"], path.name, ask)
    table = held(typed[list(OfstedRegister.to_schema().columns)], OfstedRegister, path.name, problems, read.written(PUBLISHED))
    return (Reading(table, source(READER, path, ask), noted(READER.table, path, (*notes, *told, *_reckoned(table)))),)


def _stated(cells: pd.Series) -> pd.Series:
    """Blank the cells in which the file says that it says nothing: "-", "NULL", "REDACTED"."""
    return cells.mask(cells.str.casefold().isin(NOTHING), "")


def _outcome(text: str) -> str:
    """Read "Met", "Not Met (with actions)", "Yes" or "No" as met or not met; anything else stays for the model to refuse."""
    lowered = text.casefold()
    if lowered.startswith(("not met", "not compliant")) or lowered == "no":
        return "not met"
    return "met" if lowered.startswith(("met", "compliant")) or lowered == "yes" else text


def _card_grade(text: str) -> str:
    """Read "Strong standard" or "Strong" as strong standard; anything else stays for the model to refuse."""
    lowered = " ".join(text.casefold().split())
    return next((grade for grade in CARD_GRADES if lowered in (grade, grade.removesuffix(" standard"))), text)


def _homes(typed: pd.DataFrame) -> list[str]:
    """Mark who works at home, all but those of whom it is known that they do not, and drop names and postcodes of them."""
    spelt = {kind: re.sub(r"[\s-]+", " ", kind.casefold()).strip() for kind in typed["provider_type"].unique()}
    typed["at_home"] = typed["provider_type"].map(
        {kind: re.fullmatch(NOBODYS_HOME, plain) is None for kind, plain in spelt.items()}).astype("bool")
    strange = [kind for kind, plain in spelt.items() if kind and not re.fullmatch(f"{AT_HOME}|{NOBODYS_HOME}", plain)]
    shown = typed["at_home"] & (typed["provider_name"].ne("") | typed["postcode"].ne(""))
    typed.loc[typed["at_home"], ["provider_name", "postcode"]] = ""
    notes = [f"names and postcodes of {shown.sum():,} who work at home were in the file and are dropped"] if shown.any() else []
    if strange:
        many = int(typed["provider_type"].isin(strange).sum())
        notes.append(f"{many:,} providers are of a type that is not known, and count as people who work at home, with neither "
                     f"name nor point: {some(repr(kind) for kind in sorted(strange))} (known: {', '.join(KNOWN_TYPES)})")
    return notes


def plain_authority(name: str) -> str:
    """Write an authority's name as it is called everywhere: "Bristol, City of" and "Bristol City Council" are "bristol"."""
    words = re.findall(r"[a-z]+", name.casefold().replace("&", " and "))
    kept = [word for word in words if word not in SPARE_WORDS]
    return " ".join(kept or words)


def _own(names: pd.Series, file: str, ask: Ask) -> tuple[pd.Series, list[str]]:
    """Mark the authority's own providers by its name; without a name asked for, all are. None at all is a problem."""
    if not ask.la_name:
        return pd.Series(data=True, index=names.index), []
    called = {name: plain_authority(name) == plain_authority(ask.la_name) for name in names.unique()}
    own = names.map(called).astype("bool")
    if not own.any():
        raise EvidenceError([Problem(file, 0, "Local authority", found=some(sorted(set(names) - {""})),
                                     expected=f"no row is of {ask.la_name}",
                                     advice="write the authority's name in authority.toml as Ofsted does")])
    others = names[~own]
    whose = some(sorted(set(others)))
    told = f"{len(others):,} providers of other authorities ({whose}) are kept for what lies across the border"
    return own, [told] if len(others) else []


def _reckoned(table: pd.DataFrame) -> list[str]:
    """Say how many providers and places are the authority's own, and which of them Ofsted only estimates."""
    own = table[table["own"]]
    guessed = own[own["places_estimated"].ne(own["places"]) & own["places_estimated"].notna()]
    unknown = (own["eyr"] & own["places_estimated"].isna()).sum()
    notes = [f"{len(own):,} providers of the authority, {own['places'].sum():,.0f} places on the Early Years Register"]
    notes += [f"Ofsted estimates the places of {len(guessed)}: {guessed['places_estimated'].sum():,.0f}"] if len(guessed) else []
    return notes + ([f"{unknown} on the Early Years Register have no number of places"] if unknown else [])


READER = Reader("ofsted_register", "ofsted_register", "Childcare providers and inspections: management information", "Ofsted",
                read_ofsted_register)
