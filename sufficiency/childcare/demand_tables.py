"""The tables from which childcare demand is told: who is eligible, who takes it up, and what is known of small areas."""

from __future__ import annotations

import pandera.pandas as pa

FUNDED = ["universal", "early_learning", "working_parent"]
KINDS = [*FUNDED, "paid", "before_school", "after_school", "holiday"]
AGE_BANDS = ["under_2", "age_2", "age_3_4", "age_5_7", "age_8_14"]
PUBLISHED_AGES = ["9 to 11 months", "1 year", "2 years", "3 years", "4 years", "3 and 4 years"]
CODE = r"^[A-Z]\d{8}$"


class ChildcareEligible(pa.DataFrameModel):
    """Children eligible and registered for funded childcare in January, whole authority. Source: DfE, Funded early education.

    Ages are those on 31 December before. Universal counts include four-year-olds in Reception, as published.
    """

    ay: int = pa.Field(ge=2010, le=2100, description="academic year of the January")
    kind: str = pa.Field(isin=FUNDED, description="entitlement")
    age: str = pa.Field(isin=PUBLISHED_AGES, description="age on 31 December")
    eligible: float = pa.Field(ge=0, nullable=True, description="children who meet the test; blank where not published")
    registered: float = pa.Field(ge=0, nullable=True, description="children who have a place; blank where not published")

    class Config:
        unique, strict, coerce = ["ay", "kind", "age"], True, True


class ChildcareTakeup(pa.DataFrameModel):
    """Share of eligible children who take a place up, and the hours they use, as the council counts them. Source: the council.

    For small areas, districts or the authority; the finest that is given counts. Paid hours and care of school children: share of
    all children of the age.
    """

    area_code: str = pa.Field(str_matches=CODE, description="small area, district or authority")
    ay: int = pa.Field(ge=2010, le=2100, description="academic year from which it holds")
    kind: str = pa.Field(isin=KINDS, description="entitlement, hours paid for beyond it, or care of school children")
    age_band: str = pa.Field(isin=AGE_BANDS, description="under_2 (from 9 months), age_2, age_3_4 not yet in Reception; at "
                          "school: age_5_7 (Reception to Year 2), age_8_14 (Year 3 to Year 9)")
    takeup: float = pa.Field(ge=0, le=1, nullable=True, description="share of the eligible; blank: the rulebook's")
    hours_week: float = pa.Field(ge=0, le=60, nullable=True, description="hours a week in term that a child uses of what this "
                                 "entitlement adds (working parents of three-year-olds: beyond the 15 for everyone); blank: the "
                                 "rulebook's")

    class Config:
        unique, strict, coerce = ["area_code", "ay", "kind", "age_band"], True, True


class AreaIndicators(pa.DataFrameModel):
    """What is known of families in each small area, from which eligibility leans. Source: MHCLG (IoD), ONS (Census 2021)."""

    lsoa_code: str = pa.Field(str_matches=CODE, description="small area")
    low_income_children: float = pa.Field(ge=0, le=1, nullable=True, description="IDACI: share of children in income deprivation")
    imd_decile: float = pa.Field(ge=1, le=10, nullable=True, description="deprivation decile, 1 the most deprived")
    working_families: float = pa.Field(ge=0, le=1, nullable=True, description="share of families in which every parent works")
    lone_parents: float = pa.Field(ge=0, le=1, nullable=True, description="share of families with one parent")

    class Config:
        unique, strict, coerce = ["lsoa_code"], True, True


class BirthsByMonth(pa.DataFrameModel):
    """Live births of the authority by month, so that each term has those born in time for it. Source: ONS, or registrars."""

    year: int = pa.Field(ge=1990, le=2100, description="calendar year")
    month: int = pa.Field(ge=1, le=12, description="1 January ... 12 December")
    births: float = pa.Field(ge=0, description="children")

    class Config:
        unique, strict, coerce = ["year", "month"], True, True


DEMAND_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "childcare_eligible": ChildcareEligible, "childcare_takeup": ChildcareTakeup, "area_indicators": AreaIndicators,
    "births_by_month": BirthsByMonth,
}
