"""The tables of those who offer childcare: the Ofsted register, where postcodes lie, and what the council knows of its settings.

The two inspection regimes stand in columns of their own, `ofsted_` for the grades of old and `card_` for the report cards since
10 November 2025, and are never brought onto one scale: the expected standard is not "good".
"""

from __future__ import annotations

import pandera.pandas as pa

AGE_BANDS = ["under_2", "age_2", "age_3_4", "age_5_7", "age_8_14"]
TERM_NAMES = ["autumn", "spring", "summer"]
PATTERNS_OF_USE = ["term_time", "stretched"]
ENTITLEMENT_KINDS = ["universal", "early_learning", "working_parent", "paid", "vacant"]
"""What hours in a headcount are: under which heading they are taken up, paid for by parents, or on offer and not taken."""

GROUPS = ["day_nursery", "sessional", "out_of_school", "childminder", "domestic", "school_nursery", "nursery_school", "other"]
"""Kinds of provider (`provider_type_group`)."""

GRADES = ["1", "2", "3", "4"]
OUTCOMES = ["met", "not met"]
CARD_GRADES = ["exceptional", "strong standard", "expected standard", "needs attention", "urgent improvement"]
CARD_AREAS = ["card_inclusion", "card_curriculum", "card_achievement", "card_behaviour", "card_welfare", "card_leadership"]
TIME = r"^(([01]\d|2[0-3]):[0-5]\d)?$"
ANY_AREA = r"^[A-Z]\d{8}$"


class OfstedRegister(pa.DataFrameModel):
    """Registered childcare providers, one row each: places, registers held, and how inspections found them. Source: Ofsted.

    Childminders and others who work at home have neither name nor postcode here, whatever the file holds.
    """

    provider_urn: str = pa.Field(str_length={"min_value": 1}, description="Ofsted's unique reference number")
    provider_name: str = pa.Field(description="name; blank for those who work at home")
    provider_type: str = pa.Field(str_length={"min_value": 1}, description="type as published")
    provider_subtype: str = pa.Field(description="kind of day care as published")
    provider_status: str = pa.Field(description="Active, or as published")
    registered_on: str = pa.Field(description="yyyy-mm-dd or blank")
    eyr: bool = pa.Field(description="on the Early Years Register")
    ccr: bool = pa.Field(description="on the compulsory part of the Childcare Register")
    vcr: bool = pa.Field(description="on the voluntary part of the Childcare Register")
    at_home: bool = pa.Field(description="works at home, so is never placed on a point")
    postcode: str = pa.Field(description="postcode; blank for those who work at home")
    la_name: str = pa.Field(description="authority as published")
    own: bool = pa.Field(description="of the authority that plans; others lie across the border")
    constituency: str = pa.Field(description="parliamentary constituency")
    places: float = pa.Field(ge=0, nullable=True, description="most children under eight at one time; not children, nor funded")
    places_estimated: float = pa.Field(ge=0, nullable=True, description="with Ofsted's estimates where it does not know")
    ofsted_inspected_on: str = pa.Field(description="latest graded inspection, yyyy-mm-dd or blank")
    ofsted_overall: str = pa.Field(isin=["", *GRADES], description="overall effectiveness: 1 outstanding to 4 inadequate")
    ofsted_no_children: str = pa.Field(isin=["", *OUTCOMES], description="inspected without children on roll")
    ofsted_register: str = pa.Field(isin=["", *OUTCOMES], description="inspected for the Childcare Register or as a club")
    card_inspected_on: str = pa.Field(description="latest report card, yyyy-mm-dd or blank")
    card_safeguarding: str = pa.Field(isin=["", *OUTCOMES], description="report card: safeguarding")
    card_inclusion: str = pa.Field(isin=["", *CARD_GRADES], description="report card: inclusion")
    card_curriculum: str = pa.Field(isin=["", *CARD_GRADES], description="report card: curriculum and teaching")
    card_achievement: str = pa.Field(isin=["", *CARD_GRADES], description="report card: achievement")
    card_behaviour: str = pa.Field(isin=["", *CARD_GRADES], description="report card: behaviour, attitudes and routines")
    card_welfare: str = pa.Field(isin=["", *CARD_GRADES], description="report card: children's welfare and wellbeing")
    card_leadership: str = pa.Field(isin=["", *CARD_GRADES], description="report card: leadership and governance")

    class Config:
        unique, strict, coerce = ["provider_urn"], True, True


class Postcodes(pa.DataFrameModel):
    """Where postcodes lie. Source: Ordnance Survey, Code-Point Open."""

    postcode: str = pa.Field(str_length={"min_value": 5}, description="postcode, with a blank before its last three signs")
    easting: float = pa.Field(ge=80_000, le=656_000, description="metres, EPSG:27700")
    northing: float = pa.Field(ge=5_000, le=658_000, description="metres, EPSG:27700")
    district_code: str = pa.Field(description="district or unitary authority")
    ward_code: str = pa.Field(description="ward")

    class Config:
        unique, strict, coerce = ["postcode"], True, True


class SettingsHours(pa.DataFrameModel):
    """When settings are open, for how many children of which age, and how full they can be. Source: the council's survey.

    One row for each setting, age band, room and pattern. A row without an age band speaks of the whole setting: what it says goes
    for each age band whose own cell is blank.
    """

    setting_ref: str = pa.Field(str_length={"min_value": 1},
                                description="Ofsted's number, the school's URN, or the council's own reference")
    setting_name: str = pa.Field(description="name")
    provider_type_group: str = pa.Field(isin=["", *GROUPS], description="kind of provider, where neither Ofsted nor GIAS says")
    postcode: str = pa.Field(description="postcode, where neither Ofsted nor GIAS says; never that of a home")
    age_band: str = pa.Field(isin=["", *AGE_BANDS], description="whom the row is about; blank for the whole setting")
    room: str = pa.Field(description="room, where an age band has several")
    pattern: str = pa.Field(isin=["", *PATTERNS_OF_USE],
                            description="term time only or stretched over the year; blank: by weeks a year")
    places: float = pa.Field(ge=0, nullable=True, description="children at one time, as the setting says")
    area_m2: float = pa.Field(ge=0, nullable=True, description="usable floor in square metres")
    outdoor_m2: float = pa.Field(ge=0, nullable=True, description="free-flow floor outdoors, where it counts")
    staff: float = pa.Field(ge=0, nullable=True, description="staff at one time who count in the ratio")
    teacher_led: str = pa.Field(isin=["", "yes", "no"], description="a teacher leads them; blank: at schools only")
    hours_week: float = pa.Field(ge=0, le=168, nullable=True, description="opening hours a week")
    weeks_year: float = pa.Field(ge=1, le=52, nullable=True, description="weeks a year, such as 38 or 51")
    occupancy: float = pa.Field(ge=0, le=1, nullable=True, description="share of place-hours that can be used in practice")
    funded_share: float = pa.Field(ge=0, le=1, nullable=True, description="share of those hours offered as funded hours")
    opens_on: str = pa.Field(description="date of opening, if it is still to open")
    closes_on: str = pa.Field(description="date of closing, if it is known to close")
    note: str = pa.Field(description="remark")

    class Config:
        unique, strict, coerce = ["setting_ref", "age_band", "room", "pattern"], True, True


class TermlyHeadcount(pa.DataFrameModel):
    """Children and their weekly hours by setting, term, age band and entitlement. Source: the council's termly headcount.

    Added up by setting, never a row for a child. Hours that are on offer and not taken stand as `vacant`.
    """

    setting_ref: str = pa.Field(str_length={"min_value": 1},
                                description="Ofsted's number, the school's URN, or the council's own reference")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year")
    term: str = pa.Field(isin=TERM_NAMES, description="term")
    age_band: str = pa.Field(isin=AGE_BANDS, description="age of the children when the term begins")
    entitlement: str = pa.Field(isin=ENTITLEMENT_KINDS,
                                description="heading under which hours are taken up; vacant: on offer and not taken")
    pattern: str = pa.Field(isin=PATTERNS_OF_USE, description="term time only, or stretched over the year")
    children: float = pa.Field(ge=0, nullable=True, description="children; for vacant hours, places")
    hours_week: float = pa.Field(ge=0, description="hours a week in that term, of all of them together")

    class Config:
        unique, strict, coerce = ["setting_ref", "ay", "term", "age_band", "entitlement", "pattern"], True, True


class Childminders(pa.DataFrameModel):
    """Childminders by ward, district or small area, never one by one. Source: the council's family information service."""

    area_code: str = pa.Field(str_matches=ANY_AREA, description="ward, district or small area")
    childminders: float = pa.Field(ge=0, description="childminders at work")
    places: float = pa.Field(ge=0, description="children under eight whom they may look after at one time, all together")
    hours_week: float = pa.Field(ge=0, le=168, nullable=True, description="opening hours a week, on average")
    weeks_year: float = pa.Field(ge=1, le=52, nullable=True, description="weeks a year, on average")
    occupancy: float = pa.Field(ge=0, le=1, nullable=True, description="share of place-hours that can be used in practice")
    funded_share: float = pa.Field(ge=0, le=1, nullable=True, description="share of those hours offered as funded hours")

    class Config:
        unique, strict, coerce = ["area_code"], True, True


class Clubs(pa.DataFrameModel):
    """Breakfast, after-school and holiday clubs: places, times, and which schools they serve. Source: the council."""

    club_ref: str = pa.Field(str_length={"min_value": 1}, description="Ofsted's number, the school's URN, or the council's own")
    club_name: str = pa.Field(description="name")
    postcode: str = pa.Field(description="postcode of the club")
    schools_served: str = pa.Field(description="URNs of the schools whose children it takes in term time, parted by blanks")
    places_am: float = pa.Field(ge=0, nullable=True, description="places before school")
    places_pm: float = pa.Field(ge=0, nullable=True, description="places after school")
    places_holiday: float = pa.Field(ge=0, nullable=True, description="places in the holidays")
    opens: str = pa.Field(str_matches=TIME, description="when it opens in the morning, such as 07:45")
    closes: str = pa.Field(str_matches=TIME, description="when it closes in the evening, such as 18:00")
    holiday_hours_week: float = pa.Field(ge=0, le=168, nullable=True, description="opening hours in a week of the holidays")
    holiday_weeks: float = pa.Field(ge=0, le=14, nullable=True, description="weeks of the holidays in which it is open")
    youngest: float = pa.Field(ge=3, le=14, nullable=True, description="youngest age taken; blank: 4")
    oldest: float = pa.Field(ge=4, le=18, nullable=True, description="oldest age taken; blank: 11")
    waiting: float = pa.Field(ge=0, nullable=True, description="children on its waiting list")

    class Config:
        unique, strict, coerce = ["club_ref"], True, True


PROVIDER_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "ofsted_register": OfstedRegister, "postcodes": Postcodes, "settings_hours": SettingsHours,
    "termly_headcount": TermlyHeadcount, "childminders": Childminders, "clubs": Clubs,
}
