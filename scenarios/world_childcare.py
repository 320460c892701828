"""Levers of childcare: who is eligible, who takes a place up, for how many hours; settings and clubs that open or close.

Eligibility, take-up and hours are settings of the run, since they rest in part on the rulebook; settings and clubs are changed in
the council's own tables of them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Annotated

import pandas as pd
from pydantic import Field

from scenarios.levers import EVER, Asked, Form, LeverError, Number, State, central, known, lever, one_of, with_rows, with_tables
from sufficiency.assumptions import Assumptions, ChildcareFactor
from sufficiency.childcare.provider_tables import AGE_BANDS, GRADES, GROUPS
from sufficiency.evidence import Evidence

PICKED = ("years", "kinds", "ages")


class NewSetting(Form):
    """A setting that opens: where it stands, and what it offers at each age."""

    setting_name: str = Field(min_length=1, description="name")
    kind: Annotated[str, one_of(GROUPS)] = Field("day_nursery", description="kind of provider")
    postcode: str = Field(min_length=5, description="postcode")
    opens_on: date = Field(description="day of opening")
    places: dict[Annotated[str, one_of(AGE_BANDS)], Annotated[float, Field(ge=0)]] = Field(
        min_length=1, description="places at one time by age band")
    hours_week: Annotated[float, Field(gt=0, le=168)] = Field(description="opening hours a week")
    weeks_year: Annotated[float, Field(ge=1, le=52)] = Field(38, description="weeks a year")
    funded_share: Annotated[float, Field(ge=0, le=1)] | None = Field(None, description="share of hours offered as funded hours")


class NewClub(Form):
    """A club that opens: which schools it serves, and its places."""

    club_name: str = Field(min_length=1, description="name")
    postcode: str = Field(min_length=5, description="postcode")
    schools_served: tuple[str, ...] = Field(description="URNs of the schools whose children it takes")
    places_am: Annotated[float, Field(ge=0)] | None = Field(None, description="places before school")
    places_pm: Annotated[float, Field(ge=0)] | None = Field(None, description="places after school")
    places_holiday: Annotated[float, Field(ge=0)] | None = Field(None, description="places in the holidays")
    opens: str = Field("", pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$", description="when it opens")
    closes: str = Field("", pattern=r"^(([01]\d|2[0-3]):[0-5]\d)?$", description="when it closes")


class Places(Form):
    """Places of a setting, at all its ages or those named."""

    value: Number = Field(description="times the places it has")
    ages: tuple[Annotated[str, one_of(AGE_BANDS)], ...] = Field((), description="age bands")


@lever("childcare.eligible", "world", "times", "1", ("childcare_factors",), picks=PICKED, limits=(0, 10))
def childcare_eligible(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """So many times the children are eligible for funded childcare, never more than there are."""
    return evidence, _factors(assumptions, "eligible", asked, evidence)


@lever("childcare.takeup", "world", "times", "1", ("childcare_factors",), picks=PICKED, limits=(0, 10))
def childcare_takeup(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """So many times the eligible children take a place up, never more than all."""
    return evidence, _factors(assumptions, "takeup", asked, evidence)


@lever("childcare.hours", "world", "times", "1", ("childcare_factors",), picks=PICKED, limits=(0, 10))
def childcare_hours(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A child who takes a place up uses so many times the hours, as when an entitlement is widened or cut."""
    return evidence, _factors(assumptions, "hours", asked, evidence)


@lever("nurseries.*.closes_on", "world", "day", "stays open", ("settings_hours",), value=date)
def nursery_closes(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A nursery or other setting closes on that day, with all its rooms."""
    _setting(evidence, asked.item)
    hours = _with_row(evidence, asked.item)
    mine = hours["setting_ref"].eq(asked.item)
    return with_tables(evidence, settings_hours=hours.assign(
        closes_on=hours["closes_on"].where(~mine, asked.form.value.isoformat()))), assumptions


@lever("nurseries.*.places", "world", "times", "1", ("settings_hours", "ofsted_register"), form=Places)
def nursery_places(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A setting has so many times its places, at all ages or at those named; what Ofsted registers grows with them."""
    _setting(evidence, asked.item)
    hours, register = evidence.settings_hours, evidence.ofsted_register
    mine = hours["setting_ref"].eq(asked.item) & (hours["age_band"].isin(asked.form.ages) if asked.form.ages else True)
    tables = {"settings_hours": hours.assign(**{
        column: hours[column].where(~mine, hours[column] * asked.value) for column in ("places", "area_m2", "staff")})}
    if not asked.form.ages or asked.value > 1:
        theirs = register["provider_urn"].eq(asked.item)
        tables["ofsted_register"] = register.assign(**{
            column: register[column].where(~theirs, register[column] * asked.value) for column in ("places", "places_estimated")})
    elif not mine.any():
        raise LeverError("the council's survey has no row on these ages of the setting", ", ".join(asked.form.ages))
    return with_tables(evidence, **tables), assumptions


@lever("nurseries.*.hours_week", "world", "hours", "as the setting says", ("settings_hours",), limits=(1, 168))
def nursery_hours(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A setting is open so many hours a week."""
    _setting(evidence, asked.item)
    hours = _with_row(evidence, asked.item)
    mine = hours["setting_ref"].eq(asked.item)
    return with_tables(evidence, settings_hours=hours.assign(
        hours_week=hours["hours_week"].astype("float64").where(~mine, asked.value))), assumptions


@lever("nurseries.*.quality", "world", "Ofsted's grade of old", "as inspected", ("ofsted_register",),
       value=Annotated[str, one_of(GRADES)])
def nursery_quality(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """Ofsted finds a setting of this grade, 1 outstanding to 4 inadequate."""
    register = evidence.ofsted_register
    known(asked.item, register["provider_urn"], "setting in Ofsted's register")
    mine = register["provider_urn"].eq(asked.item)
    return with_tables(evidence, ofsted_register=register.assign(
        ofsted_overall=register["ofsted_overall"].where(~mine, asked.form.value))), assumptions


@lever("nurseries.*.opens", "choices", "a setting", "does not open", ("settings_hours",), form=NewSetting)
def nursery_opens(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A nursery or other setting opens, with so many places at each age; its key is a reference of its own."""
    form, table = asked.form, evidence.settings_hours
    if asked.item in {*table["setting_ref"], *evidence.ofsted_register["provider_urn"]}:
        raise LeverError("a setting of this reference is there already", asked.item, "give it a reference of its own")
    blank = dict.fromkeys(["room", "pattern", "teacher_led", "closes_on"], "")
    rows = [{**blank, "setting_ref": asked.item, "setting_name": form.setting_name, "provider_type_group": form.kind,
             "postcode": form.postcode, "age_band": age, "places": places, "hours_week": form.hours_week,
             "weeks_year": form.weeks_year, "funded_share": form.funded_share, "opens_on": form.opens_on.isoformat(),
             "note": "taken by the scenario"} for age, places in form.places.items()]
    return with_tables(evidence, settings_hours=with_rows(table, rows)), assumptions


@lever("clubs.*.closes", "world", "yes or no", "no", ("clubs",), value=bool)
def club_closes(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A breakfast, after-school or holiday club closes."""
    clubs = evidence.clubs
    known(asked.item, clubs["club_ref"], "club")
    kept = clubs[clubs["club_ref"].ne(asked.item)].reset_index(drop=True) if asked.form.value else clubs
    return with_tables(evidence, clubs=kept), assumptions


@lever("clubs.*.opens", "choices", "a club", "does not open", ("clubs",), form=NewClub)
def club_opens(evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
    """A breakfast, after-school or holiday club opens; its key is a reference of its own."""
    if asked.item in set(evidence.clubs["club_ref"]):
        raise LeverError("a club of this reference is there already", asked.item, "give it a reference of its own")
    row = {**asked.form.model_dump(), "club_ref": asked.item, "schools_served": " ".join(asked.form.schools_served)}
    return with_tables(evidence, clubs=with_rows(evidence.clubs, [row])), assumptions


def _factors(assumptions: Assumptions, what: str, asked: Asked, evidence: Evidence) -> Assumptions:
    years = asked.years(evidence.authority.base_year)
    last = EVER if asked.form.last is None else asked.form.last
    factor = ChildcareFactor(what, central(asked.form.value), years.start, last, asked.form.kinds, asked.form.ages)
    return replace(assumptions, childcare_factors=(*assumptions.childcare_factors, factor))


def _setting(evidence: Evidence, ref: str) -> None:
    known(ref, (*evidence.settings_hours["setting_ref"], *evidence.ofsted_register["provider_urn"],
                *evidence.termly_headcount["setting_ref"], *evidence.schools["urn"]), "setting")


def _with_row(evidence: Evidence, ref: str) -> pd.DataFrame:
    """The council's survey with a row on the whole of a setting, where it has none on it."""
    table: pd.DataFrame = evidence.settings_hours
    if table["setting_ref"].eq(ref).any():
        return table
    texts = dict.fromkeys(["setting_name", "provider_type_group", "postcode", "age_band", "room", "pattern", "teacher_led",
                           "opens_on", "closes_on"], "")
    return with_rows(table, [{**texts, "setting_ref": ref, "note": "taken by the scenario"}])


LEVERS = (childcare_eligible, childcare_takeup, childcare_hours, nursery_closes, nursery_places, nursery_hours, nursery_quality,
          club_closes, nursery_opens, club_opens)
