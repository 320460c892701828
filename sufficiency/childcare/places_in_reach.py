"""Places for each child, where hours are not known: what can be said honestly of a register alone.

Ofsted's register tells places and no hours. How many hours families find is then an assumption, and how an area stands is not
known; but how many places there are for its children, and how many its families can reach, is. `places_per_child` holds places
for children under five - as registered, with the rulebook's part of those who take older children too; of a school's nursery the
pupils on roll, who are the fewest that it has room for - against children from nine months to Reception who live in the area, in
the spring of the base year. `places_in_reach` is Ofsted's way: all early years places, those of schools included, are shared
among the children under eight who can reach them, as access shares hours. The word for it is by the bands in which Ofsted read
that index in March 2020: they compare places with the country of then, before schools' nurseries counted, and do not say whether
they suffice. Where all who work at home in the authority are fewer than may be told their places are left out, which the basis
says: all places less those of the settings that are named would be theirs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import RECEPTION, cohort_in
from planning_areas.wording import rounded_as
from sufficiency.childcare.access import AccessChoices, childcare_access
from sufficiency.childcare.access_areas import access_of_areas
from sufficiency.childcare.balance import ALL, AUTHORITY, PLANNING_AREA
from sufficiency.childcare.over_small_areas import spread
from sufficiency.childcare.setting_list import AT_HOME, AT_SCHOOL
from sufficiency.childcare.setting_offers import choices_of
from sufficiency.childcare.settings_for_people import too_few_at_home
from sufficiency.childcare.terms import MONTHS, SEPTEMBER, YOUNG, month_number, starting_month
from sufficiency.rules import rulebook
from sufficiency.travel.travel_rules import band_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.childcare.school_age_care import ByYearGroup
    from sufficiency.childcare.setting_list import Settings
    from sufficiency.childcare.under_fives import UnderFives
    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]

TABLE = "childcare_places"
PLACES = ["level", "area_code", "area_name", "ay", "age_band", "children", "registered_places", "nursery_pupils",
          "places_per_child", "places_in_reach", "places_band", "share_known", "basis"]
KEYS = ["level", "area_code", "area_name"]
TERM, BAND = "spring", "under_five"
NAMED = 5                   # planning areas with the fewest places that are named
AUTUMN_BORN = 4 / MONTHS       # September to December
BASIS = "places and pupils, hours not counted"
WITHOUT_HOMES = "; the few who work at home left out"


def places_for_children(
    evidence: Evidence, settings: Settings, small: pd.DataFrame, under_eight: Floats, areas: pd.DataFrame,
    assumptions: Assumptions,
) -> pd.DataFrame:
    """Places for children under five by area, PLACES, and what families can reach of all early years places.

    small: lsoa_code, district_code, under_five. under_eight: children of each of these small areas. areas: lsoa_code, level,
    area_code, area_name, share. The word is blank where of less than is asked for of the reach something is known.
    """
    base, choices, known_least = evidence.authority.base_year, choices_of(assumptions), assumptions.childcare_known_least
    how = AccessChoices(assumptions.access_mode, assumptions.access_method)
    table, basis = settings.table, BASIS
    own = table[table["own"].astype("bool")]
    if too_few_at_home(own.groupby("provider_type_group")["providers"].sum()):
        table, basis = table[~table.index.isin(own.index[own["provider_type_group"].isin(AT_HOME)])], BASIS + WITHOUT_HOMES
    young = table["provider_type_group"].map(lambda group: _part_of_young(choices.shares(str(group)))).astype("float64")
    places = table["places"].astype("float64").fillna(0.0) * young
    at_school = table["provider_type_group"].isin(AT_SCHOOL)
    rows = table.assign(hours_week=table["places"].where(places > 0), registered_places=places.where(~at_school, 0.0),
                        nursery_pupils=places.where(at_school, 0.0), funded_hours_week=0.0, ay=base, term=TERM, age_band=BAND)
    rows = rows[places > 0].reset_index(drop=True)
    there = _in_areas(rows[rows["own"].astype("bool")].reset_index(drop=True), settings, small, areas)
    children = _added(small.rename(columns={"under_five": "children"}), areas, ["children"])
    wanted = pd.DataFrame({"lsoa_code": small["lsoa_code"], "ay": base, "term": TERM, "age_band": BAND, "kind": "paid",
                           "eligible": under_eight, "hours_week": under_eight})
    reached = childcare_access(evidence, wanted, rows, settings, [base], how).table
    found = children.merge(there, on=KEYS, how="left").fillna({"registered_places": 0.0, "nursery_pupils": 0.0})
    if len(reached):
        by_area = access_of_areas(reached.assign(children=reached["wanted"]), areas, known_least=known_least)
        by_area = by_area[by_area["measure"] == ALL].rename(columns={"index": "places_in_reach"})
        found = found.merge(by_area[[*KEYS, "places_in_reach", "share_known"]], on=KEYS, how="left")
    else:
        found = found.assign(places_in_reach=float("nan"), share_known=float("nan"))
    every = found["registered_places"] + found["nursery_pupils"]
    each = (every / found["children"]).where(found["children"] > 0)
    sure = found["places_in_reach"].notna() & ~found["share_known"].lt(known_least)
    word = [band_of(index) if known else "" for index, known in zip(found["places_in_reach"], sure, strict=True)]
    return found.assign(ay=base, age_band=BAND, places_per_child=each, places_band=word, basis=basis)[PLACES]


def places_said(table: pd.DataFrame) -> list[str]:
    """What a register tells of places where it tells no hours: of the authority, and of its planning areas. table: PLACES."""
    whole, areas = table[table["level"] == AUTHORITY], table[table["level"] == PLANNING_AREA]
    if whole.empty or pd.isna(whole["places_per_child"].iloc[0]):
        return []
    row = whole.iloc[0]
    places, pupils = rounded_as(row["registered_places"]), rounded_as(row["nursery_pupils"])
    said = [f"{places} places for children under five, and {pupils} pupils in nurseries of schools: "
            f"{row['places_per_child']:.2f} for each child from nine months to Reception. How many hours they offer is an "
            "assumption."]
    bands = areas.loc[areas["places_band"].ne(""), "places_band"].value_counts()
    if len(bands):
        told = ", ".join(f"{bands[name]} {name}" for name in rulebook("access")["bands"]["names"] if name in bands)
        unsure = len(areas) - int(bands.sum())
        said.append(f"In reach, for each child under eight, by Ofsted's bands of March 2020: of {len(areas)} planning areas "
                    f"{told}{f'; of {unsure} too little of the reach is known' if unsure else ''}.")
    return [*said, *filter(None, [fewest_said(table)])]


def fewest_said(table: pd.DataFrame) -> str:
    """Name the planning areas with the fewest places for their own children; blank where none is known. table: PLACES."""
    areas = table[table["level"] == PLANNING_AREA].dropna(subset=["places_per_child"])
    least = areas.sort_values("places_per_child", kind="stable").head(NAMED)
    named = ", ".join(f"{area.area_name} {area.places_per_child:.2f}" for area in least.itertuples())
    return f"Fewest in the area itself: {named}." if named else ""


def places_of_area(table: pd.DataFrame, code: str) -> str:
    """The same of one planning area, for its card; blank where nothing is known of it. table: PLACES."""
    mine = table[(table["level"] == PLANNING_AREA) & (table["area_code"] == code)] if len(table) else table
    if mine.empty or pd.isna(mine["places_per_child"].iloc[0]):
        return ""
    row = mine.iloc[0]
    said = f"Places by the register, hours not counted: {row['places_per_child']:.2f} for each child under five not at school"
    if row["places_band"]:
        said += f", {row['places_in_reach']:.2f} in reach for each child under eight ({row['places_band']})"
    return f"{said}."


def place_line(table: pd.DataFrame, code: str) -> str:
    """The same of one planning area with its name, as a line; blank where nothing is known of it. table: PLACES."""
    mine = table[(table["level"] == PLANNING_AREA) & (table["area_code"] == code)] if len(table) else table
    said = places_of_area(table, code)
    return f"{mine['area_name'].iloc[0]}. {said}" if said else ""


def children_under_eight(young: UnderFives, pupils: ByYearGroup, ay: int, state_takeup: float) -> Floats:
    """Children from birth to seven by small area on 1 January: those not in Reception yet, and pupils up to seven years old.

    Babies of a cohort that is not reckoned are taken to be as many as those born a year before. Of Year 3 those born from January
    to August are still seven. Pupils are those at state schools, state_takeup of all.
    """
    start, one = starting_month(ay, TERM), young.only(0)
    stop = min(start, month_number(young.first + young.born.shape[1], SEPTEMBER))       # of the cohorts that are reckoned
    little = one.living(range(month_number(cohort_in(RECEPTION, ay) + 1, SEPTEMBER), stop), start)[0]
    little = little + one.living(range(stop - MONTHS, start - MONTHS), start)[0]
    at_school = {0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0 - AUTUMN_BORN}
    older: Floats = little + sum(part * pupils[g][ay] for g, part in at_school.items()) / state_takeup
    return older


def _part_of_young(shares: Mapping[str, float]) -> float:
    """The part of a kind's places that are for children under five."""
    return float(sum(shares.get(band, 0.0) for band in YOUNG))


def _in_areas(rows: pd.DataFrame, settings: Settings, small: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """Places and pupils by area; what stands in no small area counts in the authority."""
    columns = ["registered_places", "nursery_pupils"]
    if small["district_code"].eq("").all():     # the authority is one area
        return _added(rows.assign(lsoa_code=small["lsoa_code"].iloc[0]), areas, columns)
    lying = spread(rows, columns, small, settings.wards)
    lying["lsoa_code"] = lying["lsoa_code"].where(lying["lsoa_code"].isin(small["lsoa_code"]), "")
    return _added(lying, areas, columns)


def _added(rows: pd.DataFrame, areas: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    parts = rows.groupby("lsoa_code", as_index=False)[columns].sum().merge(areas, on="lsoa_code")
    carried = parts.assign(**{column: parts[column] * parts["share"] for column in columns})
    return carried.groupby(KEYS, as_index=False)[columns].sum()
