"""The council's own tables of a capital plan: schemes as a planner types them, pots of money, and which area may relieve which.

One row of `schemes` is one scheme. How its places come is told in short (`places`, `fills`) and how its cost falls is worked out
(`capital_costs.toml`); whoever knows better lists the one in `scheme_places` and the other in `scheme_costs`. Childcare has age
bands where schools have year groups; a capital decision counts them as year groups below Reception (`BAND_YEARS`).
"""

from __future__ import annotations

import pandera.pandas as pa

from sufficiency.capital.tables import CHOICES, CODE, CONSENTS, DECIDERS, KINDS, PHASES, PURPOSES, QUALITIES, RECEIPTS, STANDINGS
from sufficiency.childcare.provider_tables import AGE_BANDS

BAND_YEARS = dict(zip(AGE_BANDS, (-3, -2, -1, -4, -5), strict=True))
"""Age band of childcare -> the number that stands for it among the year groups of a capital decision."""
POT_KINDS = ["basic_need", "high_needs", "s106", "cil", "childcare", "school_nursery", "borrowing", "other"]
FILLS = ["upwards", "one_cohort", "at_once"]
"""How places come: from the intake year upwards, one cohort moving up, or all year groups at once."""
ROUTES = [
    "prescribed_alteration",
    "significant_change",
    "presumption",
    "s7_invitation",
    "lead_school_expansion",
    "developer_delivered",
    "admission_number",
    "award",
]
RISKS = ["low", "medium", "high"]
SUBSIDY_CHECKS = ["not_a_subsidy", "minimal_assistance", "assessed", "not_checked"]
TRIGGERS = ["occupied", "completed", "date"]
INDEXES = ["BCIS TPI", "none"]
BLANK_OR_CODE = rf"^({CODE[1:-1]})?$"
QUARTER = r"^(\d{4}Q[1-4])?$"


class SchemeList(pa.DataFrameModel):
    """What could be built, changed or closed: one row for each scheme. Source: the council's own list."""

    scheme_id: str = pa.Field(str_matches=CODE, description="code of the scheme")
    name: str = pa.Field(str_length={"min_value": 1}, description="what it is called in papers")
    site_id: str = pa.Field(str_matches=CODE, description="URN of the school, reference of the setting, or a new site's own code")
    planning_area_code: str = pa.Field(str_matches=BLANK_OR_CODE, description="planning area of a new site; blank: the school's")
    lsoa_code: str = pa.Field(
        str_matches=BLANK_OR_CODE, description="small area of a new site for childcare; blank: the setting's"
    )
    kind: str = pa.Field(isin=list(KINDS), description="kind of scheme")
    phase: str = pa.Field(isin=list(PHASES), description="whose places")
    purpose: str = pa.Field(
        isin=["", *PURPOSES],
        description="what its money is for; blank: by phase. mainstream for a nursery that is part of a scheme for a school",
    )
    nc_year_from: float = pa.Field(ge=-1, le=14, nullable=True, description="first year group; blank for childcare")
    nc_year_to: float = pa.Field(ge=-1, le=14, nullable=True, description="last year group; blank for childcare")
    age_band: str = pa.Field(isin=["", *AGE_BANDS], description="whom childcare places are for; blank for schools")
    places: float = pa.Field(
        nullable=True,
        description="places in each year group or in the age band, below 0 where they are "
        "taken away; blank where scheme_places lists them",
    )
    fills: str = pa.Field(
        isin=["", *FILLS],
        description="from the first year group upwards, one cohort that moves up, or all at "
        "once; blank: as is usual for the kind",
    )
    years_open: float = pa.Field(
        ge=1, le=30, nullable=True, description="academic years for which the places stay; blank: for good"
    )
    earliest_start: int = pa.Field(ge=2000, le=2100, description="first financial year in which it may be decided")
    open_by: float = pa.Field(
        ge=2000, le=2100, nullable=True,
        description="last academic year with whose September it may open, such as 2028/29; blank: none set",
    )
    lead_years: float = pa.Field(
        ge=0,
        le=15,
        nullable=True,
        description="years from that financial year to the September of opening; blank: the usual lead time of the kind",
    )
    thousand_pounds: float = pa.Field(
        ge=0, nullable=True, description="capital in thousands of pounds, land and all; blank: places times the cost of a place"
    )
    price_base: str = pa.Field(
        str_matches=QUARTER, description="quarter of whose prices the cost is, such as 2026Q1; blank: what will be paid"
    )
    abnormals: float = pa.Field(
        ge=0,
        le=2,
        nullable=True,
        description="share added to the cost of places for what is unusual here; blank: the usual allowance",
    )
    land_thousand_pounds: float = pa.Field(ge=0, nullable=True, description="land, beside the cost of places; blank for none")
    running_thousand_pounds: float = pa.Field(
        nullable=True, description="revenue that it costs a year once open, below 0 where it saves; blank where not known"
    )
    exclusive_group: str = pa.Field(str_matches=BLANK_OR_CODE, description="schemes of one group exclude one another")
    choice: str = pa.Field(isin=["", *CHOICES], description="whether it must or must not be built; blank: free")
    site_limit: float = pa.Field(
        ge=0, nullable=True, description="places that all schemes may add here at most; blank: not known"
    )
    route: str = pa.Field(isin=["", *ROUTES], description="how it is decided in law; blank where nothing is to be decided")
    route_risk: str = pa.Field(isin=["", *RISKS], description="how likely that way is to fail; blank where not judged")
    decides: str = pa.Field(isin=list(DECIDERS), description="who decides")
    consent: str = pa.Field(isin=list(CONSENTS), description="whether they consent")
    designated_rural: str = pa.Field(
        isin=["", "yes", "no"],
        description="whether the school is a designated rural primary, which "
        "the law presumes not to close; blank where not known",
    )
    subsidy_check: str = pa.Field(
        isin=["", *SUBSIDY_CHECKS],
        description="how a grant to a private setting was held against subsidy control; blank where there is no such grant",
    )
    quality: str = pa.Field(
        isin=["", *QUALITIES], description="whether the school or setting is good enough to grow; blank: needs judgement"
    )
    standing: str = pa.Field(
        isin=["", "proposal"],
        description="proposal where it was proposed from figures and nobody has looked at it; blank: the council's own",
    )
    note: str = pa.Field(description="why, decision, conditions")

    class Config:
        unique, strict, coerce = ["scheme_id"], True, True


class SchemePlaces(pa.DataFrameModel):
    """Places of a scheme year by year, where they come otherwise than `schemes` can say. Source: the council's own list."""

    scheme_id: str = pa.Field(str_matches=CODE, description="the scheme")
    after: int = pa.Field(ge=0, le=30, description="academic years since it opened; the last listed goes on")
    nc_year: float = pa.Field(ge=-1, le=14, nullable=True, description="year group; blank for childcare")
    age_band: str = pa.Field(isin=["", *AGE_BANDS], description="whom childcare places are for; blank for schools")
    places: float = pa.Field(description="places, below 0 where they are taken away")

    class Config:
        unique, strict, coerce = ["scheme_id", "after", "nc_year", "age_band"], True, True


class SchemeCosts(pa.DataFrameModel):
    """Capital of a scheme by financial year, where it falls otherwise than evenly. Source: the council's own programme."""

    scheme_id: str = pa.Field(str_matches=CODE, description="the scheme")
    after: int = pa.Field(ge=-15, le=30, description="financial years since that of opening, below 0 before it")
    thousand_pounds: float = pa.Field(ge=0, description="thousands of pounds")
    price_base: str = pa.Field(str_matches=QUARTER, description="quarter of whose prices it is; blank: what will be paid")

    class Config:
        unique, strict, coerce = ["scheme_id", "after"], True, True


class SchemeOrder(pa.DataFrameModel):
    """Which scheme waits for which other. Source: the council's own list."""

    scheme_id: str = pa.Field(str_matches=CODE, description="the scheme that waits")
    needs_scheme_id: str = pa.Field(str_matches=CODE, description="the scheme for which it waits")
    years: int = pa.Field(ge=0, le=15, description="years between the two openings at least")

    class Config:
        unique, strict, coerce = ["scheme_id", "needs_scheme_id"], True, True


class Pots(pa.DataFrameModel):
    """Money for building, one row for each sum that comes at one time. Source: the council's finance team and its deeds.

    A deed's sum that comes with homes has no financial year: it follows the homes of its site.
    """

    pot_id: str = pa.Field(str_matches=CODE, description="the pot: a grant, or one deed's sum for one purpose")
    name: str = pa.Field(description="what it is called in papers; blank: its code")
    kind: str = pa.Field(isin=POT_KINDS, description="what money it is, by which it is known what it may pay for")
    financial_year: float = pa.Field(ge=2000, le=2100, nullable=True, description="year in which it comes; blank: by its trigger")
    thousand_pounds: float = pa.Field(ge=0, description="thousands of pounds, at the prices of the deed, received or not")
    status: str = pa.Field(isin=list(RECEIPTS), description="received, due, or promised in no signed deed")
    received_thousand_pounds: float = pa.Field(
        ge=0, nullable=True, description="what has come of it so far; blank: all where it is received, else nothing"
    )
    received_on: str = pa.Field(description="when that came; blank where nothing has")
    deed: str = pa.Field(description="reference of the agreement or of the grant's letter")
    site_ref: str = pa.Field(description="housing site from which it comes; blank for none")
    trigger: str = pa.Field(isin=["", *TRIGGERS], description="what makes it due: so many homes occupied or completed, or a date")
    trigger_homes: float = pa.Field(ge=1, nullable=True, description="homes on the site that make it due")
    due_on: str = pa.Field(description="date on which it is due; blank where homes make it so")
    spend_within_years: float = pa.Field(ge=1, le=30, nullable=True, description="years from receipt in which to spend it")
    spend_by: str = pa.Field(description="date by which to spend it; blank: counted from receipt, or no limit")
    early_years: float = pa.Field(
        ge=1, le=15, nullable=True,
        description="financial years before it comes from which members let it be spent, borrowed until then; only of "
        "what is due by a signed deed or letter; blank: not before it comes",
    )
    index_name: str = pa.Field(isin=["", *INDEXES], description="index by which it grows until it is paid; blank: none")
    index_base: str = pa.Field(str_matches=QUARTER, description="quarter from which it grows")
    purpose: str = pa.Field(isin=["", *PURPOSES], description="what a deed ties it to; blank: by the kind of money")
    phase: str = pa.Field(isin=["", *PHASES], description="whose places a deed ties it to; blank: by the kind of money")
    tied_to: str = pa.Field(
        description="planning areas, small areas, schools or sites in which alone it may be spent, parted by "
        "blanks; blank: anywhere"
    )
    note: str = pa.Field(description="conditions")

    class Config:
        unique, strict, coerce = ["pot_id", "financial_year", "status", "trigger_homes", "due_on", "received_on"], True, True


class RingFences(pa.DataFrameModel):
    """What a pot may pay for, where it is otherwise than usual for its kind. Source: the deed or the grant's letter."""

    pot_id: str = pa.Field(str_matches=CODE, description="the pot")
    purpose: str = pa.Field(isin=list(PURPOSES), description="what the money would be for")
    phase: str = pa.Field(isin=list(PHASES), description="whose places")
    standing: str = pa.Field(isin=list(STANDINGS), description="allowed, a decision for members, or never")
    reference: str = pa.Field(str_length={"min_value": 1}, description="where that is written")

    class Config:
        unique, strict, coerce = ["pot_id", "purpose", "phase"], True, True


class SiteAreas(pa.DataFrameModel):
    """How much ground schools have, to see which of them could grow. Source: the council's own estate records."""

    urn: str = pa.Field(str_matches=r"^\d{6}$", description="school")
    hectares: float = pa.Field(ge=0.01, le=200, description="hectares of its whole site, playing fields on it included")
    reference: str = pa.Field(str_length={"min_value": 1}, description="where that is written, and of when it is")

    class Config:
        unique, strict, coerce = ["urn"], True, True


class ReliefLinks(pa.DataFrameModel):
    """Which planning area may place children of which other, beyond where they go today. Source: the council's own policy."""

    planning_area_code: str = pa.Field(str_matches=CODE, description="area in which the children live")
    relief_area_code: str = pa.Field(str_matches=CODE, description="area whose places may take them")
    km: float = pa.Field(ge=0, nullable=True, description="journey of one child, one way; blank: by the map")
    reference: str = pa.Field(str_length={"min_value": 1}, description="who declared it, and where")

    class Config:
        unique, strict, coerce = ["planning_area_code", "relief_area_code"], True, True


CAPITAL_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "schemes": SchemeList,
    "scheme_places": SchemePlaces,
    "scheme_costs": SchemeCosts,
    "scheme_order": SchemeOrder,
    "pots": Pots,
    "ring_fences": RingFences,
    "relief_links": ReliefLinks,
    "site_areas": SiteAreas,
}
