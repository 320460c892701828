"""What is on offer, in the shape in which it is weighed: by small area, year, term, age band and measure.

Method (domain brief G5, G6). Settings stand in their small area; those of which only a ward or a district is known are spread
over its small areas by children under five, and totals stay the same. Settings that have places and have not told their hours are
left out of what is on offer and counted beside it, at the usual hours of their kind, unless the run lets those stand in. Settings
beyond the border are asked by nobody here: for what families can reach there, the usual hours of their kind always stand in.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.childcare.balance import ALL, AROUND_SCHOOL, FUNDED, HOLIDAY
from sufficiency.childcare.headcount_checks import nobody_stretches
from sufficiency.childcare.over_small_areas import spread
from sufficiency.childcare.room_space import staff_needed
from sufficiency.childcare.setting_list import AT_HOME, AT_SCHOOL, TABLE, Settings
from sufficiency.childcare.setting_offers import choices_of
from sufficiency.childcare.settings_for_people import ESTIMATED, IN_PART, ON_ROLL, REGISTERED, as_people_see_them
from sufficiency.childcare.settings_places import settings_of
from sufficiency.childcare.supply import Supply, hours_on_offer
from sufficiency.childcare.terms import TERMS, YOUNG, begins
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence

SUPPLY_TABLES = ("ofsted_register", "termly_headcount", "settings_hours", "childminders", "clubs")
KEYS = ["lsoa_code", "ay", "term", "age_band", "measure"]
HOURS = ["hours_week", "funded_hours_week"]


@dataclass(frozen=True)
class Offered:
    """Who offers childcare, and how many hours of it."""

    settings: Settings = field(repr=False)
    supply: Supply = field(repr=False)                  # as told, or as the run lets it be taken
    not_told: pd.DataFrame = field(repr=False)          # hours of the settings that have to be asked, at the usual of their kind
    beyond: pd.DataFrame = field(repr=False)            # hours of settings across the border, the same
    holidays_not_told: pd.DataFrame = field(repr=False)     # as not_told, in weeks of the holidays
    notes: tuple[Note, ...] = ()


def on_offer(evidence: Evidence, years: range, assumptions: Assumptions) -> Offered:
    """Find the settings of a workspace and their hours in every term of the years given."""
    choices = choices_of(assumptions)
    settings = settings_of(evidence)
    supply = hours_on_offer(evidence, settings, years, choices)
    usual = supply if choices.assume_hours else hours_on_offer(evidence, settings, years, replace(choices, assume_hours=True))
    asked = usual.hours["setting_ref"].isin(supply.asked["setting_ref"]) & ~_among(usual.hours, supply.hours)
    strangers = ~usual.hours["own"].astype("bool") & ~usual.hours["setting_ref"].isin(supply.hours["setting_ref"])
    _nobody_at_home_on_a_point(supply.hours)
    notes = [*settings.notes, *supply.notes, *nobody_stretches(evidence.termly_headcount, assumptions),
             *_age_of_register(evidence, years)]
    if many := usual.hours.loc[strangers, "setting_ref"].nunique():
        notes.append(Note(TABLE, f"{many} settings across the border count in what families can reach with the usual hours of "
                                 "their kind", "what is in reach beyond the border is an assumption"))
    silent = usual.holidays[usual.holidays["setting_ref"].isin(supply.asked["setting_ref"])]
    return Offered(settings, supply, usual.hours[asked & usual.hours["own"].astype("bool")], usual.hours[strangers], silent,
                   tuple(dict.fromkeys(notes)))


def _among(rows: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
    """Which rows are of a setting, year, term and age that are told: who has told one term may have to be asked of another."""
    keys = ["setting_ref", *KEYS[1:4]]
    known = pd.MultiIndex.from_frame(told[keys])
    return pd.Series(pd.MultiIndex.from_frame(rows[keys]).isin(known), index=rows.index)


def _age_of_register(evidence: Evidence, years: range) -> tuple[Note, ...]:
    """Say of how old a register the settings are, where years are told that begin after its day."""
    days = sorted({source.reference_date for source in evidence.sources
                   if source.table == "ofsted_register" and source.reference_date[:4].isdigit()})
    later = [ay for ay in years if days and days[0] < f"{ay}-09"]
    if not later:
        return ()
    return (Note(TABLE, f"childcare on offer in {', '.join(ay_label(ay) for ay in later)} is as if nobody had opened or closed "
                        f"since the register of {days[0]}, but for what the council's own tables say",
                 "bring a newer register"),)


def _nobody_at_home_on_a_point(hours: pd.DataFrame) -> None:
    """Hold that no childminder, nor anybody else who works at home, has a point (I2)."""
    homes = hours[hours["provider_type_group"].isin(AT_HOME)]
    if homes[["easting", "northing"]].notna().any(axis=None):
        raise AssertionError("somebody who works at home stands on a point")


def by_small_area(offered: Offered, small_areas: pd.DataFrame, years: range) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Hours by small area, year, term, age band and measure: KEYS, hours_week, hours_assumed and hours_not_told.

    small_areas: lsoa_code, district_code, under_five. What lies in none of them has a blank code, and is told.
    """
    told = offered.supply.hours
    parts = [_placed(told, offered.settings, small_areas).assign(hours_not_told=0.0),
             _placed(offered.not_told, offered.settings, small_areas).pipe(
                 lambda rows: rows.assign(hours_not_told=rows["hours_week"], hours_week=0.0))]
    for holidays, is_told in ((offered.supply.holidays, 1.0), (offered.holidays_not_told, 0.0)):
        every = _placed(holidays[holidays["ay"].isin(list(years))].assign(term=""), offered.settings, small_areas, HOLIDAY)
        parts.append(every.assign(hours_not_told=every["hours_week"] * (1 - is_told), hours_week=every["hours_week"] * is_told))
    table = pd.concat(parts, ignore_index=True)
    astray = told.loc[told["own"].astype("bool") & ~_lies_in(told, small_areas), "setting_ref"].nunique()
    lost = float(table.loc[table["lsoa_code"].eq(""), "hours_week"].sum())
    notes = (Note(TABLE, f"{astray} settings of the authority lie in none of its small areas: their hours count in the authority "
                         "and in no area of it"),) if lost > 0 else ()
    table["hours_assumed"] = table["hours_week"].where(table["basis"].eq("assumption"), 0.0)
    return table.groupby(KEYS, as_index=False)[["hours_week", "hours_assumed", "hours_not_told"]].sum(), notes


def _lies_in(rows: pd.DataFrame, small_areas: pd.DataFrame) -> pd.Series:
    """Which settings stand in a known small area, or are spread over some."""
    return rows["lsoa_code"].isin(small_areas["lsoa_code"]) | rows["easting"].isna()


def _placed(hours: pd.DataFrame, settings: Settings, small_areas: pd.DataFrame, measure: str = "") -> pd.DataFrame:
    """Put the hours of the authority's own settings into small areas, under every measure that they count in."""
    mine = hours[hours["own"].astype("bool")]
    if small_areas["district_code"].eq("").all():       # the authority is one area
        at = mine.assign(lsoa_code=small_areas["lsoa_code"].iloc[0])
    else:
        loose = mine[["lsoa_code", "district_code", "ward_code"]].fillna("")
        at = spread(mine.assign(**{c: loose[c] for c in loose}).reset_index(drop=True), HOURS, small_areas, settings.wards)
        at["lsoa_code"] = at["lsoa_code"].where(at["lsoa_code"].isin(small_areas["lsoa_code"]), "")
    young = at["age_band"].isin(YOUNG)
    if measure:
        parts = [at.assign(measure=measure)]
    else:
        basis = at["basis"].mask(at["funded_basis"].eq("assumption"), "assumption")
        funded = at.assign(measure=FUNDED, hours_week=at["funded_hours_week"], basis=basis)
        parts = [at[young].assign(measure=ALL), at[~young].assign(measure=AROUND_SCHOOL), funded[young]]
    return pd.concat(parts, ignore_index=True)[[*KEYS, "basis", "hours_week"]].astype({"hours_week": "float64"})


def for_people(offered: Offered) -> pd.DataFrame:
    """Settings as people may see them (`settings_for_people`), with whether their hours are told."""
    table = offered.settings.table
    own = table[table["own"].astype("bool")].drop_duplicates("setting_ref")
    silent, hours = own["setting_ref"].isin(offered.supply.asked["setting_ref"]), offered.supply.hours
    in_part = silent & own["setting_ref"].isin(hours["setting_ref"])
    guessed = own["setting_ref"].isin(hours.loc[hours["basis"].eq("assumption"), "setting_ref"])
    counted = np.select([own["provider_type_group"].isin(AT_SCHOOL), own["estimated"].astype("bool")], [ON_ROLL, ESTIMATED],
                        REGISTERED)
    return as_people_see_them(own.assign(
        hours=np.select([in_part, silent, guessed], [IN_PART, "not told", "assumed"], "told"), counted_as=counted,
        staff_needed=own["setting_ref"].map(_staff(hours)).astype("float64")))


def _staff(hours: pd.DataFrame) -> dict[str, int]:
    """Adults in the ratio whom each setting needs at one time in the first term if all places for children under five are taken.

    hours: the supply table. By age as the council says it, else as the rulebook divides places of its kind.
    """
    known = hours[hours["age_band"].isin(YOUNG) & hours["places"].gt(0)]
    if known.empty:
        return {}
    ay = int(known["ay"].min())
    now = known[(known["ay"] == ay) & (known["term"] == TERMS[0])]
    led = now["provider_type_group"].isin(AT_SCHOOL)        # a teacher is there
    rooms = now.assign(led=led).groupby(["setting_ref", "age_band", "led"])["places"].sum()
    staff: dict[str, int] = {}
    for (ref, age, by_teacher), places in rooms.items():
        staff[str(ref)] = staff.get(str(ref), 0) + staff_needed(places, age, begins(ay, TERMS[0]), teacher_led=bool(by_teacher))
    return staff
