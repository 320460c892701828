"""The schools that are planned for: state mainstream schools open in the base year, and the history each has inherited.

Method (domain brief B1, B3, J1). In scope are maintained schools, academies, free schools, city technology colleges,
university technical colleges and studio schools with a year group from Reception to Year 11; nursery, special, alternative
and independent schools and colleges are not (rule 5). Whoever has pupils in the January census of the base year is open; a
school that GIAS alone knows is kept only if it has no successor there and opens after that census.

Details come from GIAS; what GIAS lacks, from the census and from the school's predecessor. Year groups served follow the
statutory ages, widened where the census finds pupils. Capacity is the latest SCAP figure where that is recent, else that of
GIAS. A predecessor's pupils count as the school's own earlier ones, so that a history survives academisation.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import PHASE_YEARS, ay_label, nc_year_label
from sufficiency.evidence import Note
from sufficiency.predecessors import Ancestry, ancestry
from sufficiency.school_capacity import best_capacity

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

MAINSTREAM_TYPES = frozenset({
    "community school",
    "voluntary aided school",
    "voluntary controlled school",
    "foundation school",
    "academy converter",
    "academy sponsor led",
    "free schools",
    "city technology college",
    "university technical college",
    "studio schools",
})
"""Types of establishment, as GIAS names them, that SCAP asks for (B1)."""

OTHER_TYPES = (
    "special",
    "independent",
    "nursery",
    "referral",
    "alternative",
    "16-19",
    "16 to 19",
    "sixth form",
    "further education",
    "higher education",
    "college",
    "hospital",
    "secure",
    "online",
    "welsh",
    "offshore",
    "service children",
    "centre",
    "institution",
    "children's",
    "non-maintained",
    "miscellaneous",
)
"""Words that mark a type as known and not in scope; a type that neither list knows is told."""

STATE_MAINSTREAM = frozenset({"State-funded primary", "State-funded secondary"})
OPEN = ("Open", "Open, but proposed to close")
TO_OPEN = "Proposed to open"
YEARS_OF_PHASE = {
    "primary": (0, 6),
    "secondary": (7, 11),
    "all-through": (0, 11),
    "middle deemed primary": (4, 6),
    "middle deemed secondary": (5, 8),
}
"""Year groups by phase of education, where no ages are known."""

NUMBERS = ("statutory_low_age", "statutory_high_age", "capacity", "easting", "northing")
RECEPTION_AGE, TOP_YEAR = 4, PHASE_YEARS["sixth_form"][-1]
CENSUS_DAY = "-01-31"  # the school census is taken on a Thursday in the second half of January
COLUMNS = [
    "urn",
    "laestab",
    "school_name",
    "establishment_type",
    "phase_of_education",
    "nc_year_low",
    "nc_year_high",
    "capacity",
    "capacity_sixth_form",
    "capacity_basis",
    "district_code",
    "district_name",
    "postcode",
    "urban_rural",
    "rural",
    "open_date",
    "predecessors",
    "easting",
    "northing",
]


def mainstream(evidence: Evidence) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """State mainstream schools of the base year, one row each (COLUMNS), and what a planner ought to know of the list."""
    family = ancestry(evidence)
    listed, notes = _listed(evidence, family)
    if listed.empty:
        return pd.DataFrame({c: pd.Series(dtype="object") for c in COLUMNS}), notes
    table = _completed(listed, evidence, family)
    table, age_notes = _year_groups(table, evidence)
    table = table[table["nc_year_low"] <= PHASE_YEARS["secondary"][-1]].reset_index(drop=True)
    table, capacity_notes = best_capacity(table, evidence, family)
    table["rural"] = table["urban_rural"].str.contains("rural", case=False, regex=False)
    table["predecessors"] = [", ".join(family.before(urn)) for urn in table["urn"]]
    table, place_notes = _placed(table, evidence)
    notes = (*notes, *_closing(evidence, table))
    return table[COLUMNS].sort_values("urn").reset_index(drop=True), (*notes, *age_notes, *capacity_notes, *place_notes)


def roll_with_history(evidence: Evidence, schools: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """January rolls of these schools (urn, ay, nc_year, pupils), those of their predecessors counted as their own.

    A count that the publisher hides stays missing, and so does a sum that it is part of.
    """
    columns = ["urn", "ay", "nc_year", "pupils"]
    roll = evidence.school_roll
    if roll.empty or schools.empty:
        return pd.DataFrame({c: pd.Series(dtype="str" if c == "urn" else "float64") for c in columns}), ()
    family = ancestry(evidence)
    heirs = family.heirs(frozenset(schools["urn"]))
    mine = roll[["urn", "ay", "nc_year", "pupils"]].assign(heir=roll["urn"].map(heirs))
    mine = mine.dropna(subset=["heir"])
    inherited = mine.loc[mine["heir"] != mine["urn"], ["urn", "heir"]].drop_duplicates()
    counted = mine.groupby(["heir", "ay", "nc_year"], sort=True)["pupils"]
    summed = counted.sum().where(counted.count() == counted.size())
    history = summed.reset_index().rename(columns={"heir": "urn"})
    notes = []
    if len(inherited):
        names = schools.set_index("urn")["school_name"]
        notes.append(
            Note(
                "school_links",
                f"{inherited['heir'].nunique()} schools carry the roll of {len(inherited)} predecessors: "
                + _some(names[urn] for urn in inherited["heir"].unique()),
            )
        )
    if family.split:
        notes.append(
            Note(
                "school_links",
                f"schools that were split: {_some(family.split)}; their earlier roll goes to the successor with most pupils",
                "survival of the other parts rests on fewer years",
            )
        )
    return history[columns].astype({"urn": roll["urn"].dtype}), tuple(notes)


def _listed(evidence: Evidence, family: Ancestry) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The urns in scope: state mainstream in the census of the base year, and schools of GIAS that open after it.

    A school that has followed another since the census (an academy, a merger) stands in its place; one that is only proposed to
    does not yet.
    """
    base, code = evidence.authority.base_year, evidence.authority.code
    census = evidence.census_schools
    census = census[(census["ay"] == base) & (census["la_code"] == code)] if len(census) else census
    gias = evidence.schools[evidence.schools["la_code"] == code] if evidence.has("schools") else evidence.schools
    notes: list[Note] = []
    if len(gias):
        gias, told = _of_mainstream_type(gias)
        notes += told
    if census.empty:
        return _open_in_gias(gias, evidence, notes)
    counted = census.loc[census["phase_type_grouping"].isin(STATE_MAINSTREAM), ["urn"]]
    rest = gias[~gias["urn"].isin(census["urn"])]
    replaced = pd.Series(
        [bool(family.after(urn) & set(census["urn"])) for urn in rest["urn"]], index=rest.index, dtype="bool"
    )
    opens = _opens_after(rest, base)
    there = set(counted["urn"])
    earlier = {urn: [before for before in family.before(urn) if before in there] for urn in rest["urn"]}
    follows = pd.Series([bool(earlier[urn]) for urn in rest["urn"]], index=rest.index, dtype="bool")
    if (heirs := rest[follows & rest["status"].isin(OPEN)]).size:
        counted = counted[~counted["urn"].isin({before for urn in heirs["urn"] for before in earlier[urn]})]
        counted = pd.concat([counted, heirs[["urn"]]], ignore_index=True)
        notes.append(
            Note(
                "schools",
                f"{len(heirs)} schools have followed others since the census of January {base + 1} and stand for them, with "
                f"their pupils: {_some(heirs['school_name'])}",
            )
        )
    replaced |= follows
    if (gone := rest[~replaced & ~opens & rest["status"].isin(OPEN)]).size:
        notes.append(
            Note(
                "schools",
                f"{len(gone)} open schools of GIAS have no pupils in the census of January {base + 1} and are left "
                f"out: {_some(gone['school_name'])}",
                "their places, if they have any",
            )
        )
    if (new := rest[~replaced & opens]).size:
        notes.append(
            Note("schools", f"{len(new)} schools open after the census of January {base + 1}: {_some(new['school_name'])}")
        )
    return pd.concat([counted, new[["urn"]]], ignore_index=True), tuple(notes)


def _open_in_gias(gias: pd.DataFrame, evidence: Evidence, notes: list[Note]) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Without a census by school of the base year: what GIAS calls open."""
    if gias.empty:
        return gias, tuple(notes)
    wanted = gias[gias["status"].isin(OPEN) | _opens_after(gias, evidence.authority.base_year)]
    notes.append(
        Note(
            "school_roll",
            f"no school census of {ay_label(evidence.authority.base_year)}: the schools are those that GIAS calls open",
        )
    )
    return wanted[["urn"]].reset_index(drop=True), tuple(notes)


def _closing(evidence: Evidence, table: pd.DataFrame) -> list[Note]:
    """Name the schools that GIAS proposes to close: their places count until the council removes them."""
    gias = evidence.schools
    closing = gias.loc[gias["status"].eq(OPEN[1]) & gias["urn"].isin(table["urn"]), "school_name"]
    if closing.empty:
        return []
    text = f"{len(closing)} schools are proposed to close: {_some(closing)}; their places count until planned_places removes them"
    return [Note("schools", text)]


def _of_mainstream_type(gias: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Keep the types that SCAP asks for; a type that nobody knows is kept out and told."""
    kind = gias["establishment_type"].str.strip().str.casefold()
    ours = kind.isin(MAINSTREAM_TYPES)
    known = ours | kind.map(lambda text: any(word in text for word in OTHER_TYPES))
    strange = sorted(set(gias.loc[~known, "establishment_type"]))
    notes = (
        [
            Note(
                "schools",
                f"types of establishment that are not known: {_some(repr(t) for t in strange)}",
                "these schools are not planned for",
            )
        ]
        if strange
        else []
    )
    return gias[ours], notes


def _opens_after(gias: pd.DataFrame, base: int) -> pd.Series:
    """Which schools open after the census of the base year: those with such a date, or about to open without one."""
    dated = gias["open_date"] > f"{base + 1}{CENSUS_DAY}"
    return (gias["status"].isin([*OPEN, TO_OPEN]) & dated) | (gias["status"].eq(TO_OPEN) & gias["open_date"].eq(""))


def _completed(listed: pd.DataFrame, evidence: Evidence, family: Ancestry) -> pd.DataFrame:
    """Details of each school: its own in GIAS, else the census's, else its predecessor's in GIAS."""
    details = [
        "laestab",
        "school_name",
        "establishment_type",
        "phase_of_education",
        "statutory_low_age",
        "statutory_high_age",
        "capacity",
        "district_code",
        "district_name",
        "postcode",
        "urban_rural",
        "open_date",
        "easting",
        "northing",
    ]
    gias = evidence.schools.drop_duplicates("urn").set_index("urn").reindex(columns=details)
    census = evidence.census_schools
    now = (
        census[census["ay"] == evidence.authority.base_year].drop_duplicates("urn").set_index("urn").reindex(columns=details)
    )
    table = listed.drop_duplicates("urn").reset_index(drop=True)
    own = gias.reindex(table["urn"])
    counted = now.reindex(table["urn"])
    before = pd.DataFrame(
        [_nearest_known(gias, family.before(urn)) for urn in table["urn"]], index=table["urn"], columns=details
    )
    before = before.drop(columns=["open_date"])
    table["in_gias"] = own["laestab"].notna().to_numpy()
    for column in details:
        value = _filled(own[column], counted[column])
        if column in before:
            value = _filled(value, before[column])
        table[column] = value.to_numpy()
    for column in NUMBERS:
        table[column] = pd.to_numeric(table[column]).astype("float64")
    texts = [c for c in details if c not in NUMBERS]
    table[texts] = table[texts].astype("object").fillna("").astype("str")
    table["school_name"] = table["school_name"].where(table["school_name"].ne(""), table["urn"])
    return table


def _nearest_known(gias: pd.DataFrame, urns: Iterable[str]) -> pd.Series:
    """The record of the latest predecessor that GIAS has; empty where it has none."""
    for urn in urns:
        if urn in gias.index:
            return gias.loc[urn]
    return pd.Series(np.nan, index=gias.columns, dtype="object")


def _filled(first: pd.Series, second: pd.Series) -> pd.Series:
    """The first where it says something, else the second."""
    return first.where(first.notna() & first.ne(""), second)


def _year_groups(table: pd.DataFrame, evidence: Evidence) -> tuple[pd.DataFrame, list[Note]]:
    """Lowest and highest year group served: by statutory ages, else by phase; widened to where the census finds pupils."""
    by_phase = table["phase_of_education"].str.casefold().map(YEARS_OF_PHASE)
    by_phase = by_phase.where(by_phase.notna(), _grouping(table, evidence).map(YEARS_OF_PHASE))
    low = (table["statutory_low_age"] - RECEPTION_AGE).clip(lower=0)
    low = low.mask(
        table["statutory_low_age"] <= RECEPTION_AGE + 1, 0
    )  # many infant and primary schools are registered from five
    high = (table["statutory_high_age"] - RECEPTION_AGE - 1).clip(upper=TOP_YEAR - 1)
    aged = low.notna() & high.notna() & (low <= high)
    fallback = by_phase.where(by_phase.notna(), pd.Series([(0, TOP_YEAR - 1)] * len(table), index=table.index))
    low = low.where(aged, fallback.map(lambda years: years[0])).astype("int64")
    high = high.where(aged, fallback.map(lambda years: years[1])).astype("int64")
    found = _served_in_census(evidence)
    wide_low = np.minimum(low, table["urn"].map(found["low"]).fillna(99)).astype("int64")
    wide_high = np.maximum(high, table["urn"].map(found["high"]).fillna(-1)).astype("int64")
    wider = (wide_low < low) | ((wide_high > high) & (wide_high < PHASE_YEARS["sixth_form"][0]))
    notes = []
    if (~aged).any():
        notes.append(
            Note(
                "schools",
                f"no statutory ages are known of {_some(table.loc[~aged, 'school_name'])}: year groups follow the "
                "phase and the census",
            )
        )
    if wider.any():
        told = (
            f"{name} ({nc_year_label(int(a))} to {nc_year_label(int(b))})"
            for name, a, b in zip(table.loc[wider, "school_name"], wide_low[wider], wide_high[wider], strict=True)
        )
        notes.append(
            Note(
                "schools", f"the census finds pupils outside the statutory ages: {_some(told)}; these year groups are served"
            )
        )
    return table.assign(nc_year_low=wide_low, nc_year_high=wide_high), notes


def _grouping(table: pd.DataFrame, evidence: Evidence) -> pd.Series:
    """The census's phase of each school in GIAS's words, for schools of which GIAS has none."""
    census = evidence.census_schools
    phase = census[census["ay"] == evidence.authority.base_year].set_index("urn")["phase_type_grouping"]
    return table["urn"].map(phase).astype("object").fillna("").astype("str").str.removeprefix("State-funded ").str.casefold()


def _served_in_census(evidence: Evidence) -> pd.DataFrame:
    """Lowest and highest year group, Reception to Year 14, with pupils in the base year: urn -> low, high."""
    roll = evidence.school_roll
    there = roll[(roll["ay"] == evidence.authority.base_year) & (roll["nc_year"] >= 0) & (roll["pupils"] > 0)]
    return there.groupby("urn")["nc_year"].agg(low="min", high="max").astype("float64")


def _placed(table: pd.DataFrame, evidence: Evidence) -> tuple[pd.DataFrame, list[Note]]:
    """Put on the ground the schools that GIAS does not place, from the list of school sites; tell which have no place."""
    sites = evidence.school_sites
    if len(sites):
        of = sites.drop_duplicates("urn").set_index("urn")
        missing = table["easting"].isna() | table["northing"].isna()
        for column in ("easting", "northing"):
            table[column] = table[column].mask(missing, table["urn"].map(of[column]).astype("float64"))
    nowhere = table.loc[table["easting"].isna() | table["northing"].isna(), "school_name"]
    if nowhere.empty:
        return table, []
    return table, [
        Note(
            "schools",
            f"{len(nowhere)} schools have no place on the ground: {_some(nowhere)}; give easting and northing in "
            "school_sites",
            "they are not on the map, and distance to them is not known",
        )
    ]


def _some(things: Iterable[object], most: int = 6) -> str:
    shown = [str(t) for t in things]
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")
