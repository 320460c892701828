"""What the figures say of each thing that the yearly report to members on childcare must speak of, and what is missing.

Method (domain brief A2, B1 to B11: the contents of the report by statutory guidance). Each finding is a sentence with its table.
One that lacks something says what, so that a report is complete or says loudly that it is not; a plan of action, prices and who
takes children with special needs are in no table of ours, and are always asked for. Hours that are an assumption are no answer
either. Grades of old and report cards are told apart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.school_year import ay_label
from planning_areas.wording import percent, rounded_as, some
from sufficiency.childcare.balance import ALL, AUTHORITY, EARLY, FUNDED, HOLIDAY, NOT_KNOWN, PLANNING_AREA, TABLE, UNSURE, WORDS
from sufficiency.childcare.entitlements import earnings_thresholds
from sufficiency.childcare.gaps import assumed, gaps_said, not_known, on_offer_said
from sufficiency.childcare.marks import CLOSES, MARKED, wards_said
from sufficiency.childcare.own_settings import homes_to_ask
from sufficiency.childcare.places_in_reach import TABLE as PLACES_TABLE
from sufficiency.childcare.places_in_reach import place_line, places_said
from sufficiency.childcare.quality_said import quality_said
from sufficiency.childcare.terms import BAND_NAMES, YOUNG, begins
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from datetime import date

    from sufficiency.evidence import Evidence

LEAST_TOLD = 0.005      # share that is assumed, from which it is said
SPOKEN = {"universal": "universal hours", "early_learning": "early learning", "working_parent": "working parents' hours"}


@dataclass(frozen=True)
class Finding:
    """What the figures say of one item of the report."""

    code: str               # B1 to B11
    duty: str               # what the report must speak of
    sentence: str           # what the figures say; blank where they say nothing
    table: str              # from which table of the run
    complete: bool          # whether nothing is missing
    missing: str = ""       # what is


@dataclass(frozen=True)
class Figures:
    """What findings are drawn from."""

    evidence: Evidence
    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    asked: pd.DataFrame = field(repr=False)     # settings that have not told hours or places: setting_ref, places, missing
    base: int

    def whole(self, band: str, measure: str, ay: int) -> pd.Series | None:
        """The authority's worst term of a year."""
        rows = self.tables[TABLE]
        mine = rows[(rows["level"] == AUTHORITY) & (rows["age_band"] == band) & (rows["measure"] == measure) & (rows["ay"] == ay)
                    & rows["worst_term"].astype("bool")]
        return mine.iloc[0] if len(mine) else None

    def first_and_last(self) -> list[int]:
        """The base year and the last year that is told."""
        return sorted({self.base, max((int(ay) for ay in self.tables[TABLE]["ay"].unique()), default=self.base)})

    def silent(self) -> str:
        """Who has to be asked, in words; blank where nobody."""
        hours = self.tables["childcare_supply"]
        mine = hours[hours["own"].astype("bool") & hours["basis"].eq("assumption")] if len(hours) else hours
        guessed = mine["setting_ref"].nunique()
        homes = int(homes_to_ask(self.evidence)["missing"].str.contains("places").sum())
        return _listed(f"the hours or places of {_settings(len(self.asked))}" if len(self.asked) else "",
                       f"the hours or places of {homes} in the council's survey who work at home" if homes else "",
                       f"the hours of {_settings(guessed)}, for which the usual ones of their kind stand in" if guessed else "")


def findings(figures: Figures) -> tuple[Finding, ...]:
    """All eleven, in their order."""
    return tuple(_finding(code, *found(figures)) for code, found in FINDINGS.items())


def none_known() -> tuple[Finding, ...]:
    """All eleven, where nothing is known of childcare."""
    return tuple(Finding(code, DUTIES[code], "", "", complete=False,
                         missing="everything: the workspace has neither a register nor a headcount") for code in FINDINGS)


def _finding(code: str, sentence: str, table: str, missing: str) -> Finding:
    return Finding(code, DUTIES[code], sentence, table, complete=bool(sentence) and not missing, missing=missing)


Found = tuple[str, str, str]        # sentence, table, what is missing


def _disabled(figures: Figures) -> Found:
    rows = figures.tables["childcare_disabled"]
    now = rows[(rows["level"] == AUTHORITY) & (rows["ay"] == figures.base)]
    step = float(rulebook("disclosure")["rounding"]["disabled"])
    every, under_five = (rounded_as(found, step) for found in (
        now["children"].sum(), now.loc[now["age_band"].isin(YOUNG), "children"].sum()))
    said = (f"About {every} children to 17 are disabled, {under_five} of them not at school yet "
            f"({ay_label(figures.base)}), by rates that are not verified.") if len(now) else ""
    return said, "childcare_disabled", _listed(
        "which settings take disabled children, and for how many hours", "claims of disability access funding and of inclusion "
        "funding", "plans and benefit claims by age")


def _low_income(_: Figures) -> Found:
    return "", "", _listed(
        "families who get help with childcare through Universal Credit", "families who use Tax-Free Childcare; no table tells of "
        "either, and early learning for two-year-olds, under B4, is another thing")


def _irregular(figures: Figures) -> Found:
    told = figures.evidence.settings_hours.dropna(subset=["hours_week"])
    longest = told.groupby("setting_ref")["hours_week"].max().astype("float64")
    long_week = float(rulebook("childcare_ratios")["long_week"]["hours"])
    said = (f"{(longest >= long_week).sum()} of {len(longest)} settings that told their hours are open {long_week:.0f} hours a "
            "week or more." if len(longest) else "")
    return said, "settings_hours", _listed("who is open in the evening, at night and at weekends", figures.silent())


def _funded(figures: Figures) -> Found:
    rows = _taken(figures, *SPOKEN)
    parts = [f"{_capital(BAND_NAMES[r.age_band])}, {SPOKEN[r.kind]}: {rounded_as(r.children)} of {rounded_as(r.eligible)} "
             f"eligible ({percent(r.takeup)}; {r.basis})." for r in rows.itertuples()]
    balance = [_against(figures, band, FUNDED, ay) for band in YOUNG for ay in figures.first_and_last()]
    said = _lines(f"Taken up in the spring of {ay_label(figures.base)}:", parts,
                  "Held against what is on offer in the term that is worst:", balance)
    guessed = rows[rows["basis"].str.contains("rulebook")]
    names = some(f"{BAND_NAMES[r.age_band]}, {SPOKEN[r.kind]}" for r in guessed.itertuples())
    if "working_parent" in set(rows["kind"]):
        said = f"{said}\n{working_parents(begins(figures.base, 'spring'))}".rstrip()
    return said, f"childcare_takeup, {TABLE}", _listed(
        f"how many take hours up ({names}): these are rates of England" if len(guessed) else "", _unsure(figures, FUNDED))


def working_parents(on: date) -> str:
    """Who counts as working on a day, in a sentence; blank where the rulebook has nothing of that day."""
    least = earnings_thresholds(on)
    if not least:
        return ""
    return (f"Working parents' hours are for families in which each parent, or the only one, expects to earn at least "
            f"£{least['adult']:,} in three months (aged 18 to 20: £{least['aged_18_to_20']:,}; younger, or apprentice in the "
            f"first year: £{least['under_18_or_apprentice']:,}) and no more than £{least['highest_income']:,} a year.")


def _school_age(figures: Figures) -> Found:
    schools = figures.tables["wraparound"]
    if not figures.evidence.has("clubs") or schools.empty:
        return "", "wraparound", "which clubs serve which schools, with places and times (the table clubs)"
    whole, silent = int(schools["offer"].eq("eight to six").sum()), int(schools["offer"].eq("not known").sum())
    return (f"{whole} of {len(schools)} primary schools have care from eight to six; of {silent} it is not known.", "wraparound",
            f"whether {silent} schools have clubs" if silent else "")


def _holiday(figures: Figures) -> Found:
    rows = figures.tables[TABLE]
    now = rows[(rows["level"] == AUTHORITY) & (rows["measure"] == HOLIDAY) & (rows["ay"] == figures.base)]
    rate = rulebook("childcare_use")["school_age"]["primary"][HOLIDAY]["share"]
    own = figures.evidence.childcare_takeup["kind"].eq(HOLIDAY).any()
    caveat = "" if own else f" What is wanted rests on a rate that is not verified: {rate:.0%} of primary children."
    wanted, offered = now["hours_wanted"].sum(), now["hours_on_offer"].sum(min_count=1)
    if pd.isna(offered) or not figures.evidence.clubs["places_holiday"].notna().any():
        return (f"{rounded_as(wanted)} hours a week are wanted in the holidays.{caveat}", TABLE,
                "which clubs are open in the holidays, for how long, and the activities and food programme")
    return (f"{rounded_as(wanted)} hours a week are wanted in the holidays, and clubs and others offer {rounded_as(offered)}."
            f"{caveat}", TABLE, "places of the holiday activities and food programme")


def _supply_and_demand(figures: Figures) -> Found:
    said = [_against(figures, band, ALL, ay) for band in YOUNG for ay in figures.first_and_last()]
    told = figures.tables[MARKED]
    closing = [f"{row.area_name}: {row.said}" for row in told[told["mark"] == CLOSES].itertuples()]
    wards = wards_said(told)
    return _lines("In the term that is worst:", said, "By places alone, where hours are not known:", _by_places(figures),
                  "Will close:", closing, "Watch:", [f"{_capital(wards)}."] if wards else []
                  ), TABLE, _listed(figures.silent(), _unsure(figures, ALL))


def _by_places(figures: Figures) -> list[str]:
    """What places tell where hours are not known: of all, where that is the authority or most areas; else of these areas."""
    rows, places = figures.tables[TABLE], figures.tables[PLACES_TABLE]
    unsure, every = not_known(rows, figures.base, (ALL,)), places.loc[places["level"] == PLANNING_AREA, "area_code"].nunique()
    whole = (figures.whole(band, ALL, figures.base) for band in YOUNG)
    if 2 * len(unsure) > every or any(row is not None and row["status"] == NOT_KNOWN for row in whole):
        return places_said(places)
    return [said for code in sorted(unsure) if (said := place_line(places, code))]


def _affordability(_: Figures) -> Found:
    return "", "", _listed("what settings charge, by age", "what families earn", "what the council pays for a funded hour")


def _accessibility(figures: Figures) -> Found:
    table = figures.tables["access"]
    now = table[(table["ay"] == figures.base) & (table["measure"] == ALL)] if len(table) else table
    if now.empty:
        return "", "access", "where people live, or what is on offer to them"
    said = _lines("In the term that is worst:", [_reached(figures, now[now["age_band"] == band], band) for band in YOUNG])
    return f"{said}\nAn index for planning: it does not say that a family finds a place.", "access", _listed(figures.silent())


def _reached(figures: Figures, rows: pd.DataFrame, band: str) -> str:
    """What is in reach at an age, in the term in which most small areas have nothing; blank where nothing is told of it."""
    rows = rows.assign(reached=rows["index"].astype("float64") + rows["index_not_told"].astype("float64"),
                       guessed=rows["index_assumed"].astype("float64") + rows["index_not_told"].astype("float64"))
    by_term = rows.groupby("term").agg(bare=("without_supply", "sum"), every=("without_supply", "size"),
                                       middle=("reached", "median"), guessed=("guessed", "sum"), reached=("reached", "sum"))
    if by_term.empty:
        return ""
    worst = by_term.sort_values(["bare", "middle"], ascending=[False, True], kind="stable").iloc[0]
    share = worst["guessed"] / worst["reached"] if worst["reached"] > 0 else 0.0
    rests = "all" if share > 1 - LEAST_TOLD else f"{share:.0%}" if share >= LEAST_TOLD else ""
    return (f"{_capital(BAND_NAMES[band])}, {worst.name} of {ay_label(figures.base)}: {worst['bare']:,.0f} of "
            f"{worst['every']:,.0f} small areas have nothing in reach; the one in the middle has {worst['middle']:.2f} "
            f"hours in reach for each wanted"
            f"{f' ({rests} of what is in reach is an assumption)' if rests else ''}.")


def _quality(figures: Figures) -> Found:
    authority = figures.evidence.authority
    days = [source.reference_date for source in figures.evidence.sources if source.table == "ofsted_register"]
    said, missing = quality_said(figures.tables["childcare_quality"], authority.gss_code or authority.code, days, figures.base)
    return said, "childcare_quality", missing


def _gaps(figures: Figures) -> Found:
    return gaps_said(figures.tables, figures.base), TABLE, _listed(
        "what will be done about each gap, who answers for it, and by when", _unsure(figures, *EARLY))


def _taken(figures: Figures, *kinds: str) -> pd.DataFrame:
    """Take-up in the authority in the spring of the base year."""
    rows = figures.tables["childcare_takeup"]
    mine = rows[(rows["level"] == AUTHORITY) & (rows["term"] == "spring") & rows["kind"].isin(kinds)]
    return mine.sort_values(["age_band", "kind"], key=lambda words: words.map([*YOUNG, *sorted(kinds)].index))


def _against(figures: Figures, band: str, measure: str, ay: int) -> str:
    """One sentence on the worst term of a year: wanted, on offer, how the two stand, and what that rests on."""
    row = figures.whole(band, measure, ay)
    if row is None:
        return ""
    what = "funded hours a week" if measure == FUNDED else "hours a week"
    wanted, told = rounded_as(row["hours_wanted"]), on_offer_said(row)
    together = "" if row["stands"] == UNSURE else f" Funded and all hours together: {row['stands']}."
    return (f"{_capital(BAND_NAMES[band])}, {row['term']} of {ay_label(ay)}: {wanted} {what} wanted, {told}: "
            f"{row['marked']}, {WORDS[row['status']]}{assumed(row['assumed_share'])}.{together}")


def _unsure(figures: Figures, *measures: str) -> str:
    """Of how many planning areas it is not known how they stand."""
    rows = figures.tables[TABLE]
    now = rows[(rows["level"] == PLANNING_AREA) & (rows["ay"] == figures.base) & rows["measure"].isin(measures)]
    unsure = len(not_known(rows, figures.base, measures))
    return f"how {unsure} of {now['area_code'].nunique()} planning areas stand" if unsure else ""


def _settings(number: int) -> str:
    return f"{number:,} setting{'s' * (number != 1)}"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _lines(*groups: str | list[str]) -> str:
    """A list for each heading that has any: the heading, and below it a line for each thing."""
    pairs = zip(groups[::2], groups[1::2], strict=True)
    lists = ["\n".join([str(heading), *(f"- {one}" for one in things if one)]) for heading, things in pairs if any(things)]
    return "\n".join(lists)


def _listed(*things: str) -> str:
    return "; ".join(thing for thing in things if thing)


DUTIES = {
    "B1": "enough childcare for disabled children and those with special needs",
    "B2": "childcare for families who get help with its cost through Universal Credit, or Tax-Free Childcare",
    "B3": "childcare for families who work irregular hours",
    "B4": "funded places taken up, from nine months to four years",
    "B5": "childcare for children at school, before and after it",
    "B6": "childcare in the holidays",
    "B7": "supply and demand by age, now and projected",
    "B8": "whether families can afford it",
    "B9": "whether families can reach it",
    "B10": "the quality of what is on offer",
    "B11": "how each gap will be addressed",
}
FINDINGS: dict[str, Callable[[Figures], Found]] = {
    "B1": _disabled, "B2": _low_income, "B3": _irregular, "B4": _funded, "B5": _school_age, "B6": _holiday,
    "B7": _supply_and_demand, "B8": _affordability, "B9": _accessibility, "B10": _quality, "B11": _gaps,
}
"""Each item of the report, and what draws its finding."""
