"""Hours of childcare on offer in each week of a term: by setting, age band and pattern, each row saying what it rests on.

Method (domain brief G5, G6). Where the council's headcount has a setting in a term, that is what it offers: the hours that are
taken up under each entitlement, those that parents pay for, and those that stand vacant. Elsewhere it is places x opening hours x
the share that can be used in practice, at each age (see `setting_offers`). A term is a week of it: hours in term time and hours
stretched over the year stand in rows of their own, and nothing annual is added up. A year without a headcount of its own has that
of the same term of the latest year before, and of a setting that has closed by then nothing. `basis` says of each row what it is:
headcount, survey (the council's own places and hours), register (Ofsted's places), or assumption. `funded_basis` says whether
the part that is offered as funded hours is told or the usual share.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from planning_areas.wording import some
from sufficiency.childcare.closings import closed_by, closing_days
from sufficiency.childcare.entitlements import WEEKS_A_YEAR
from sufficiency.childcare.headcount_checks import above_entitlement
from sufficiency.childcare.own_settings import NOT_HERE
from sufficiency.childcare.place_hours import pte
from sufficiency.childcare.provider_tables import GROUPS
from sufficiency.childcare.setting_list import TABLE
from sufficiency.childcare.setting_offers import (
    Offers,
    SupplyChoices,
    asked_notes,
    held_by_ratio,
    offers_of,
    over_registered,
)
from sufficiency.childcare.terms import TERMS, YOUNG, begins
from sufficiency.childcare.wraparound import HOLIDAY, club_hours
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.childcare.setting_list import Settings
    from sufficiency.evidence import Evidence

SUPPLY = ["setting_ref", "setting_name", "provider_type_group", "own", "lsoa_code", "district_code", "ward_code", "easting",
          "northing", "placed_by", "ay", "term", "age_band", "pattern", "places", "hours_week", "funded_hours_week", "weeks_year",
          "basis", "funded_basis"]
FUNDED = ["universal", "early_learning", "working_parent"]
HOURS = ["places", "hours_week", "funded_hours_week"]
SLACK = 1e-6


@dataclass(frozen=True)
class Supply:
    """What is on offer, and who has to be asked before it is complete."""

    hours: pd.DataFrame = field(repr=False)         # SUPPLY
    asked: pd.DataFrame = field(repr=False)         # setting_ref, setting_name, provider_type_group, places, missing
    holidays: pd.DataFrame = field(repr=False)      # hours in a week of the holidays, as SUPPLY but for the term
    notes: tuple[Note, ...] = ()


def hours_on_offer(
    evidence: Evidence, settings: Settings, years: Iterable[int], choices: SupplyChoices | None = None,
) -> Supply:
    """Weekly hours on offer in every term of the academic years given."""
    chosen, asked_years = choices or SupplyChoices(), tuple(years)
    offers = offers_of(evidence, settings, chosen)
    counted = _counted(evidence, settings, offers, chosen)
    parts, notes = [], [*offers.notes, *over_registered(offers, begins(asked_years[0], TERMS[0]), chosen)]
    lacking: set[str] = set()       # who has told nothing of some term
    for ay in asked_years:
        for term in TERMS:
            offered = _from_places(offers, ay, term, chosen)
            head = _with_places(_headcount_of(counted, settings, ay, term), offered, settings)
            lacking |= {*offers.asked["setting_ref"]} - {*head["setting_ref"]} - closed_by(evidence, begins(ay, term))
            offered = offered[~offered["setting_ref"].isin(head["setting_ref"])]
            parts += [part.assign(ay=ay, term=term) for part in (head, offered) if len(part)]
    clubs, told = club_hours(evidence, settings)
    in_term = clubs[clubs["pattern"].ne(HOLIDAY)]
    at_clubs = [in_term.assign(ay=ay, term=term) for ay in asked_years for term in TERMS if len(in_term)]
    about = settings.table.drop(columns=["places", "providers", "estimated", "registered_on"])
    every = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["setting_ref", *SUPPLY[10:]])
    hours = pd.concat([every.merge(about, on="setting_ref", how="left", validate="many_to_one")[SUPPLY],
                       *(part[SUPPLY] for part in at_clubs)], ignore_index=True)
    of_clubs = clubs[clubs["pattern"].eq(HOLIDAY)]
    vacation = [_in_holidays(offers, ay, chosen).merge(about, on="setting_ref", how="left") for ay in asked_years]
    vacation += [of_clubs.assign(ay=ay) for ay in asked_years]
    holidays = pd.concat([part for part in vacation if len(part)] or vacation[-1:], ignore_index=True)
    asked = offers.asked[offers.asked["setting_ref"].isin(lacking)].reset_index(drop=True)
    notes = [*asked_notes(asked), *_in_part(asked, counted), *notes]
    return Supply(hours, asked, holidays, (*notes, *told, *_headcount_notes(counted, asked_years),
                                           *above_entitlement(_nobody_alone(evidence, settings), _weeks(offers))))


def _nobody_alone(evidence: Evidence, settings: Settings) -> pd.DataFrame:
    """The headcount with those who work at home under the name of all among whom they are counted."""
    table = evidence.termly_headcount
    return table.assign(setting_ref=table["setting_ref"].map(lambda ref: settings.aliases.get(ref, ref)).astype("str"))


def _in_part(asked: pd.DataFrame, counted: pd.DataFrame) -> list[Note]:
    """Name those of the settings that are asked that have a headcount in other terms."""
    part = asked[asked["setting_ref"].isin(counted["setting_ref"])]
    if part.empty:
        return []
    return [Note(TABLE, f"{len(part)} of the settings that are asked have a headcount in some terms and nothing in others: "
                        f"{some(part['setting_ref'])}", "what they offer in those terms is not known")]


def _from_places(offers: Offers, ay: int, term: str, choices: SupplyChoices) -> pd.DataFrame:
    """Hours from places and opening hours, by the ratios of the day on which the term begins."""
    rows = held_by_ratio(offers, begins(ay, term), choices)
    hours = rows["places"] * rows["hours_week"] * rows["occupancy"]
    funded = rows["age_band"].isin(YOUNG)       # who is at school has its entitlement there
    rows = rows.assign(hours_week=hours, funded_hours_week=hours * rows["funded_share"].where(funded, 0.0))
    keys = ["setting_ref", "age_band", "pattern", "basis", "funded_basis"]
    return rows.groupby(keys, as_index=False).agg(
        places=("places", "sum"), hours_week=("hours_week", "sum"), funded_hours_week=("funded_hours_week", "sum"),
        weeks_year=("weeks_year", "max"))


def _in_holidays(offers: Offers, ay: int, choices: SupplyChoices) -> pd.DataFrame:
    """Hours in a week of the holidays that settings open beyond term have for children of school, clubs left aside."""
    rows = held_by_ratio(offers, begins(ay, TERMS[0]), choices)
    rows = rows[rows["holiday_weeks"].gt(0)]
    return pd.DataFrame({
        "setting_ref": rows["setting_ref"], "age_band": rows["age_band"], "pattern": HOLIDAY, "places": rows["places"], "ay": ay,
        "hours_week": rows["places"] * rows["holiday_week"] * rows["occupancy"], "funded_hours_week": 0.0,
        "weeks_year": rows["holiday_weeks"], "basis": rows["basis"], "funded_basis": "told"})


def _counted(evidence: Evidence, settings: Settings, offers: Offers, choices: SupplyChoices) -> pd.DataFrame:
    """The headcount by setting, year, term, age and pattern: hours taken up and vacant, and how many of them are funded.

    Of vacant hours the setting's own share counts as funded; where it says none, the share of what is taken up.
    """
    table = evidence.termly_headcount
    keys = ["setting_ref", "ay", "term", "age_band", "pattern", "closes"]
    if table.empty:
        return pd.DataFrame(columns=[*keys, *HOURS, "weeks_year", "basis", "funded_basis", "vacant"])
    alike = _nobody_alone(evidence, settings)["setting_ref"]
    rows = table.assign(closes=closing_days(evidence, table), setting_ref=alike,
                        funded=table["hours_week"].where(table["entitlement"].isin(FUNDED), 0.0),
                        vacant=table["hours_week"].where(table["entitlement"].eq("vacant"), 0.0),
                        taken=table["hours_week"].where(table["entitlement"].ne("vacant"), 0.0))
    rows = rows[rows["setting_ref"].ne(NOT_HERE)]
    by = rows.groupby(keys, as_index=False)[["funded", "vacant", "taken", "hours_week"]].sum()
    whole = by.groupby("setting_ref")[["funded", "taken"]].sum()
    taken_up = (whole["funded"] / whole["taken"]).where(whole["taken"] > 0)
    said = evidence.settings_hours.groupby("setting_ref")["funded_share"].mean()
    share = by["setting_ref"].map(said).astype("float64").fillna(by["setting_ref"].map(taken_up))
    weeks = offers.rows.groupby("setting_ref")["weeks_year"].max()
    group = settings.table.drop_duplicates("setting_ref").set_index("setting_ref")["provider_type_group"]
    opening = rulebook("childcare_ratios")["opening"]
    usual = by["setting_ref"].map(group).map({g: opening[g]["weeks_year"] for g in GROUPS})
    stretched = by["setting_ref"].map(weeks).astype("float64").fillna(usual.astype("float64"))
    return by.assign(
        funded_hours_week=by["funded"] + by["vacant"] * share.fillna(choices.usual("funded_share")), places=np.nan,
        basis="headcount", funded_basis="told", weeks_year=stretched.where(by["pattern"].eq("stretched"), float(WEEKS_A_YEAR)),
    )[[*keys, *HOURS, "weeks_year", "basis", "funded_basis", "vacant"]]


def _headcount_of(counted: pd.DataFrame, settings: Settings, ay: int, term: str) -> pd.DataFrame:
    """What was counted of each setting in this term, in the latest year up to it; nothing of ages that are closed by then."""
    known = counted[(counted["term"] == term) & (counted["ay"] <= ay)]
    latest = known[known["ay"].eq(known.groupby("setting_ref")["ay"].transform("max"))] if len(known) else known
    there = latest["closes"].eq("") | latest["closes"].gt(begins(ay, term).isoformat())
    open_still = latest[there & latest["setting_ref"].isin(settings.table["setting_ref"])]
    same = ["setting_ref", "age_band", "pattern", "weeks_year", "basis", "funded_basis"]
    hours = open_still.groupby(same, as_index=False, dropna=False)[["hours_week", "funded_hours_week"]].sum()
    return hours.assign(places=np.nan)


def _with_places(head: pd.DataFrame, offered: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """Give counted settings their places: by age as the survey and the register have them, else the registered by hours counted.

    The hours of the count stay what they are.
    """
    ages = offered.groupby(["setting_ref", "age_band"])["places"].sum()
    keys = pd.MultiIndex.from_frame(head[["setting_ref", "age_band"]])
    of_age = head["hours_week"] / head.groupby(["setting_ref", "age_band"])["hours_week"].transform("sum")
    of_all = head["hours_week"] / head.groupby("setting_ref")["hours_week"].transform("sum")
    registered = head["setting_ref"].map(settings.table.groupby("setting_ref")["places"].sum(min_count=1)).astype("float64")
    divided = head["setting_ref"].isin(offered["setting_ref"])
    by_age = pd.Series(ages.reindex(keys).to_numpy(dtype="float64"), index=head.index) * of_age
    return head.assign(places=by_age.where(divided, registered * of_all))


def _weeks(offers: Offers) -> dict[str, float]:
    """Weeks a year in which settings are open, where they are known."""
    known = offers.rows.dropna(subset=["weeks_year"]).groupby("setting_ref")["weeks_year"].max()
    return {str(ref): float(weeks) for ref, weeks in known.items()}


def _headcount_notes(counted: pd.DataFrame, years: tuple[int, ...]) -> list[Note]:
    """Say which settings have no vacancies told, and whose headcounts stand for later years."""
    if counted.empty:
        return []
    notes = []
    vacant = counted.groupby("setting_ref")["vacant"].sum()
    if silent := sorted(vacant.index[vacant == 0]):
        notes.append(Note(TABLE, f"{len(silent)} settings have a headcount and no vacant hours: {some(silent)}; their hours "
                                 "on offer are those taken up", "where places are vacant, more is on offer than is counted"))
    last = int(counted["ay"].max())
    if later := [ay for ay in years if ay > last]:
        notes.append(Note(TABLE, f"headcounts of {ay_label(last)} and before stand for {', '.join(ay_label(y) for y in later)}"))
    for term in TERMS:
        if not (counted["term"] == term).any():
            notes.append(Note(TABLE, f"there is no headcount of the {term} term: hours rest on places there"))
    return notes


def with_pte(hours: pd.DataFrame) -> pd.DataFrame:
    """Add what the hours are worth in children of 15 hours: all of them, and those that are funded."""
    def worth(column: str) -> list[float]:
        return [pte(h, p, w) for h, p, w in zip(hours[column], hours["pattern"], hours["weeks_year"], strict=True)]

    return hours.assign(pte=worth("hours_week"), funded_pte=worth("funded_hours_week"))
