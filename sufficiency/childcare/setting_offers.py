"""What each setting offers at each age: places at one time, opening hours, how full it can be, how much of it as funded hours.

Method (domain brief G5, G6). What the council's survey says comes first; where it says nothing of an age, its line on the whole
setting counts. Places are the fewest that the setting's own figure, its floor and its staff allow, by the ratios of that date,
and its ages together are no more than Ofsted registers at one time. A setting of which only the whole is known has its places
divided among ages by the rulebook's shares for its kind. Opening hours are never guessed unless the run is allowed to: then those
of the rulebook stand in, and each such row says that it is an assumption. A setting without hours is named, to be asked.

Of the week of a setting that is open all day, children at school can use in term only what is left of it beside the school day,
and never more than from eight to six less school. Its weeks beyond those of term are an offer to them in the holidays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.wording import some
from sufficiency.childcare.divided_places import by_age
from sufficiency.childcare.entitlements import WEEKS_A_YEAR
from sufficiency.childcare.provider_tables import GROUPS
from sufficiency.childcare.room_space import Room, room_places
from sufficiency.childcare.setting_list import AT_SCHOOL, TABLE, named, text_at
from sufficiency.childcare.terms import YOUNG
from sufficiency.childcare.wraparound import around_school_week, school_week, whole_day_week
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions
    from sufficiency.childcare.setting_list import Settings
    from sufficiency.evidence import Evidence

FIGURES = ["places", "area_m2", "outdoor_m2", "staff", "hours_week", "weeks_year", "occupancy", "funded_share"]
OFFER = ["setting_ref", "age_band", "pattern", "places", "hours_week", "weeks_year", "occupancy", "funded_share", "basis",
         "funded_basis", "holiday_week", "holiday_weeks"]
MOST_NAMED = 10


@dataclass(frozen=True)
class SupplyChoices:
    """What a run may assume of supply where nobody has said it; what is left out is the rulebook's."""

    assume_hours: bool = False              # let the rulebook's opening hours stand in, openly; else such settings are asked
    space_mode: str = ""                    # indoor, or outdoor where the floor outdoors counts for children of two and more
    occupancy: float = 0.0                  # share of place-hours that can be used; 0: the rulebook's
    funded_share: float = 0.0               # of those, offered as funded hours; 0: the rulebook's
    ages: Mapping[str, Mapping[str, float]] = field(default_factory=dict)   # kind of provider -> shares of its places by age

    def shares(self, group: str) -> Mapping[str, float]:
        """How the places of a kind of provider are divided among ages."""
        return self.ages.get(group) or rulebook("childcare_ratios")["ages"][group]

    def usual(self, name: str) -> float:
        """The share of place-hours that can be used, or of funded hours, where a setting does not say."""
        return float({"occupancy": self.occupancy, "funded_share": self.funded_share}[name]
                     or rulebook("childcare_ratios")["use"][name])


def choices_of(assumptions: Assumptions) -> SupplyChoices:
    """What the settings of a run let supply assume."""
    return SupplyChoices(assumptions.assume_opening_hours, assumptions.space_mode, assumptions.practical_occupancy,
                         assumptions.share_for_funded)


@dataclass(frozen=True)
class Offers:
    """Rooms and places by setting, age band and pattern before the ratios of a date are held against them."""

    rows: pd.DataFrame = field(repr=False)          # setting_ref, age_band, pattern, FIGURES, basis, opens_on, closes_on, cap
    asked: pd.DataFrame = field(repr=False)         # setting_ref, setting_name, provider_type_group, places, missing
    notes: tuple[Note, ...] = ()


def offers_of(evidence: Evidence, settings: Settings, choices: SupplyChoices) -> Offers:
    """Complete what is known of each setting, and find those that have to be asked."""
    listed = settings.table[~settings.table["provider_type_group"].eq("out_of_school") | ~settings.table["setting_ref"].isin(
        evidence.clubs["club_ref"])]
    told = pd.concat([_surveyed(evidence, settings.aliases), _minded(evidence)], ignore_index=True)
    rows = listed[["setting_ref", "setting_name", "provider_type_group", "places", "own"]].rename(columns={"places": "listed"})
    rows = rows.merge(told, on="setting_ref", how="left")
    rows = rows.fillna(dict.fromkeys(["age_band", "pattern", "teacher_led", "opens_on", "closes_on"], ""))
    rows, divided = by_age(rows, choices.shares)
    rows = _assumed(rows, choices)
    without = _asked(rows)
    notes = _said(rows, divided, choices)
    return Offers(rows[rows["hours_week"].notna() & rows["known"]].drop(columns="known"), without, tuple(notes))


def _surveyed(evidence: Evidence, aliases: Mapping[str, str]) -> pd.DataFrame:
    """The council's survey by setting, age, room and pattern; blank cells filled from the row on the whole setting.

    Of a childminder whose places it does not say, the register does; all of a district stand together.
    """
    survey = evidence.settings_hours
    columns = ["setting_ref", "age_band", "pattern", *FIGURES, "teacher_led", "opens_on", "closes_on", "whole_places"]
    if survey.empty:
        return pd.DataFrame({c: pd.Series(dtype="float64" if c in (*FIGURES, "whole_places") else "str") for c in columns})
    whole = survey[survey["age_band"].eq("")].drop_duplicates("setting_ref").set_index("setting_ref")
    aged = survey[survey["age_band"].ne("")].copy()
    for column in ("hours_week", "weeks_year", "occupancy", "funded_share"):
        aged[column] = aged[column].fillna(aged["setting_ref"].map(whole[column]))
    for column in ("pattern", "teacher_led", "opens_on", "closes_on"):
        aged[column] = aged[column].where(aged[column].ne(""), text_at(aged["setting_ref"], whole[column]))
    alone = survey[survey["age_band"].eq("") & ~survey["setting_ref"].isin(aged["setting_ref"])]
    aged["whole_places"] = aged["setting_ref"].map(whole["places"]).where(~aged["setting_ref"].isin(aliases.keys()))
    every = pd.concat([aged, alone.assign(whole_places=np.nan)], ignore_index=True)[columns]
    registered = evidence.ofsted_register.set_index("provider_urn")["places_estimated"]
    together = every["setting_ref"].isin(aliases.keys())
    known = every["setting_ref"].map(registered).astype("float64").where(together)
    known = known.mask(together & ~every["setting_ref"].isin(registered.index), 0.0)    # never those of all among whom they are
    return every.assign(places=every["places"].fillna(known),
                        setting_ref=every["setting_ref"].map(lambda ref: aliases.get(ref, ref)).astype("str"))


def _minded(evidence: Evidence) -> pd.DataFrame:
    """Childminders by area as settings: all of an area together."""
    told = evidence.childminders
    return pd.DataFrame({
        "setting_ref": "childminders " + told["area_code"].astype("str"), "age_band": "", "pattern": "", "places": told["places"],
        "area_m2": np.nan, "outdoor_m2": np.nan, "staff": np.nan, "teacher_led": "", "hours_week": told["hours_week"],
        "weeks_year": told["weeks_year"],
        "occupancy": told["occupancy"], "funded_share": told["funded_share"], "opens_on": "", "closes_on": "",
        "whole_places": np.nan,
    }).astype(dict.fromkeys(FIGURES, "float64"))


def _assumed(rows: pd.DataFrame, choices: SupplyChoices) -> pd.DataFrame:
    """Fill hours, weeks and shares where a setting does not say: hours only if the run is allowed to guess."""
    opening = rulebook("childcare_ratios")["opening"]
    guess = rows["hours_week"].isna() & choices.assume_hours
    kind = rows["provider_type_group"].where(rows["age_band"].isin(YOUNG), "out_of_school")     # who is at school by day
    usual = {key: kind.map({g: opening[g][key] for g in GROUPS}).astype("float64")
             for key in ("hours_week", "weeks_year")}
    rows = rows.assign(hours_week=rows["hours_week"].mask(guess, usual["hours_week"]))
    rows = _around_school(rows, guess)
    rows["weeks_year"] = rows["weeks_year"].mask(guess & rows["weeks_year"].isna(), usual["weeks_year"])
    rows["basis"] = rows["basis"].mask(guess, "assumption")
    by_weeks = np.where(rows["weeks_year"] > WEEKS_A_YEAR, "stretched", "term_time")
    rows["pattern"] = rows["pattern"].where(rows["pattern"].ne(""), pd.Series(by_weeks, index=rows.index))
    rows["weeks_year"] = rows["weeks_year"].mask(rows["weeks_year"].isna() & rows["pattern"].eq("term_time"), float(WEEKS_A_YEAR))
    told = rows["funded_share"].notna() & rows["basis"].ne("assumption")
    rows["funded_basis"] = np.where(told, "told", "assumption")
    counted = rows["of_roll"] & rows["basis"].eq("assumption")      # children on roll: their hours are taken up, and funded
    for column in ("occupancy", "funded_share"):
        rows[column] = rows[column].mask(counted, 1.0).fillna(choices.usual(column))
    figures = rows[["places", "area_m2", "staff"]].notna().any(axis=1)
    rows["known"] = figures & (~rows["of_roll"] | counted)
    return rows


def _around_school(rows: pd.DataFrame, guess: pd.Series) -> pd.DataFrame:
    """Cut the told week of those who take school children to the time around school, and tell what they offer in the holidays.

    A club's week, and one that is told for that age, is all around school; of any other the school day is taken out first. In the
    holidays a whole day counts, in the weeks beyond those of term: holiday_week and holiday_weeks, blank where there are none.
    """
    opening, group = rulebook("childcare_ratios")["opening"], rows["provider_type_group"]
    old = ~rows["age_band"].isin(YOUNG)
    usual = {key: group.map({g: opening[g][key] for g in GROUPS}).astype("float64") for key in ("hours_week", "weeks_year")}
    week = rows["hours_week"].mask(guess, usual["hours_week"])
    weeks = rows["weeks_year"].mask(guess & rows["weeks_year"].isna(), usual["weeks_year"])
    whole_day = rows["of_whole"] & group.ne("out_of_school")
    outside = week.where(~whole_day, week - school_week()).clip(0, around_school_week())
    there = old & group.ne("out_of_school") & weeks.gt(WEEKS_A_YEAR)
    return rows.assign(hours_week=rows["hours_week"].where(~old | guess, outside),
                       holiday_week=week.clip(upper=whole_day_week()).where(there),
                       holiday_weeks=(weeks - WEEKS_A_YEAR).where(there))


def _asked(rows: pd.DataFrame) -> pd.DataFrame:
    """Settings of the authority that lack hours or places, by name."""
    lacks = rows["own"] & rows["places"].ne(0) & (rows["hours_week"].isna() | ~rows["known"])
    lacking = rows[lacks].assign(missing=np.where(rows.loc[lacks, "hours_week"].isna(), "hours", "places"))
    columns = ["setting_ref", "setting_name", "provider_type_group", "listed", "missing"]
    return lacking[columns].rename(columns={"listed": "places"}).drop_duplicates("setting_ref").reset_index(drop=True)


def asked_notes(asked: pd.DataFrame) -> list[Note]:
    """Say who is asked."""
    notes = []
    for missing, mine in asked.groupby("missing"):
        names = some(named(mine), MOST_NAMED)
        told = f"{len(mine)} settings with {mine['places'].sum():,.0f} places have no {missing}: {names}"
        notes.append(Note(TABLE, told,
                          "their hours on offer are not counted; ask them, and write the answer in settings_hours"))
    return notes


def _said(rows: pd.DataFrame, divided: int, choices: SupplyChoices) -> list[Note]:
    """Say what was assumed of how many."""
    notes = []
    guessed = rows[rows["basis"].eq("assumption") & rows["own"]]
    if many := guessed["setting_ref"].nunique():
        notes.append(Note(TABLE, f"opening hours of {many} settings are those that the rulebook takes for their kind, since the "
                                 "settings allow it", "their hours on offer are an assumption"))
    if divided:
        told = f"places of {divided} settings are divided among ages as the rulebook takes it for their kind"
        notes.append(Note(TABLE, told, "shortage at one age may be surplus at another"))
    usual = rows[rows["own"] & rows["hours_week"].notna() & ~rows["of_roll"]]
    if len(usual):
        notes.append(Note(TABLE, f"where a setting does not say, {choices.usual('occupancy'):.0%} of place-hours can be used, "
                                 f"{choices.usual('funded_share'):.0%} of them as funded hours"))
    return notes


def held_by_ratio(offers: Offers, on: date, choices: SupplyChoices) -> pd.DataFrame:
    """The places that are open on a day: within floor and staff by the ratios of that day, and within the registration.

    Gives OFFER, with the parts of a setting added up.
    """
    rows = offers.rows
    day = on.isoformat()
    rows = rows[(rows["opens_on"].eq("") | rows["opens_on"].le(day)) & (rows["closes_on"].eq("") | rows["closes_on"].gt(day))]
    led = rows["teacher_led"].eq("yes") | (rows["teacher_led"].eq("") & rows["provider_type_group"].isin(AT_SCHOOL))
    rooms = zip(rows["age_band"], rows["area_m2"], rows["staff"], rows["places"], rows["outdoor_m2"], led, strict=True)
    held = [room_places(Room(*room), on, choices.space_mode) for room in rooms]
    rows = rows.assign(places=pd.Series(held, index=rows.index, dtype="float64"))
    together = rows.groupby("setting_ref")["places"].transform("sum")
    cap = rows["cap"].astype("float64")     # none: no registration
    over = (cap / together).where((together > cap) & (together > 0), 1.0)
    rows["places"] *= over
    return rows[OFFER].reset_index(drop=True)


def over_registered(offers: Offers, on: date, choices: SupplyChoices) -> list[Note]:
    """Name settings whose places at all ages together are more than Ofsted registers."""
    open_then = held_by_ratio(Offers(offers.rows.assign(cap=np.nan), offers.asked), on, choices)
    together = open_then[open_then["basis"].eq("survey")].groupby("setting_ref")["places"].sum()
    listed = offers.rows["listed"].where(~offers.rows["provider_type_group"].isin(AT_SCHOOL))
    cap = listed.groupby(offers.rows["setting_ref"]).max()
    over = together[together > cap.reindex(together.index) + 1e-9]
    if over.empty:
        return []
    told = f"{len(over)} settings say more places than Ofsted registers at one time: {some(over.index)}; cut in proportion"
    return [Note(TABLE, told, "ask whether rooms are shared by ages over the day")]
