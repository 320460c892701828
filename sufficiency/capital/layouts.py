"""The layout of every table of a capital decision, and the words that may stand in it; `tables` tells what they mean together."""

from __future__ import annotations

import pandera.pandas as pa

CODE = r"^[A-Za-z0-9_.:/-]+$"
POT = "pot:"  # before the code of a pot where codes of all kinds have names: a pot and a scheme may share a code
PHASES = ("primary", "secondary", "early_years", "school_age_care", "special")
PURPOSES = ("mainstream", "early_years", "school_age_care", "send")
KINDS = (
    "expansion",
    "bulge",
    "modular",
    "new_school",
    "pan_cut",
    "merger",
    "closure",
    "reopening",
    "nursery_expansion",
    "new_nursery",
    "wraparound",
    "resourced_provision",
)
DECIDERS = ("authority", "academy_trust", "diocese", "governing_body", "owner")
CONSENTS = ("not_needed", "given", "asked", "refused")
QUALITIES = ("met", "needs_judgement", "not_met")
CHOICES = ("free", "must", "must_not")
STANDINGS = ("allowed", "member_decision", "never")
RECEIPTS = ("received", "due", "unsigned")


def _code(of: str, blank: bool = False) -> str:
    field: str = pa.Field(str_matches=rf"^({CODE[1:-1]})?$" if blank else CODE, description=of)
    return field


class Groups(pa.DataFrameModel):
    """Children of one area who need a place from one point of entry on."""

    group_id: str = _code("the group")
    area_code: str = _code("planning area or small area in which they live")
    phase: str = pa.Field(isin=PHASES, description="phase of education or care")
    deprived: bool = pa.Field(description="whether the area counts as deprived for the equity floor")

    class Config:
        unique, strict, coerce = ["group_id"], "filter", True


class Cells(pa.DataFrameModel):
    """How many of a group lack a place, by academic year and year group."""

    group_id: str = _code("the group")
    ay: int = pa.Field(ge=2000, le=2100, description="September in which the academic year begins")
    nc_year: int = pa.Field(ge=-5, le=14, description="year group, or age band of childcare below 0")
    children: float = pa.Field(ge=0, description="children without a place")
    material: bool = pa.Field(description="whether the shortfall is large enough to act on with capital")

    class Config:
        unique, strict, coerce = ["group_id", "ay", "nc_year"], "filter", True


class Sites(pa.DataFrameModel):
    """Where places are or could be."""

    site_id: str = _code("school, setting or new site")
    area_code: str = _code("planning area or small area of the site")
    most_places: float = pa.Field(
        ge=0, nullable=True, description="places that schemes may add here at most; blank: no limit known"
    )

    class Config:
        unique, strict, coerce = ["site_id"], "filter", True


class Free(pa.DataFrameModel):
    """Places free at a site today, by academic year and year group."""

    site_id: str = _code("the site")
    ay: int = pa.Field(ge=2000, le=2100, description="academic year")
    nc_year: int = pa.Field(ge=-5, le=14, description="year group")
    places: float = pa.Field(ge=0, description="free places")

    class Config:
        unique, strict, coerce = ["site_id", "ay", "nc_year"], "filter", True


class Links(pa.DataFrameModel):
    """Which group can be placed where, and what the journey costs."""

    group_id: str = _code("the group")
    site_id: str = _code("the site")
    kind: str = pa.Field(
        isin=("home", "next_door"), description="own area, or a neighbour's along a flow or declared relief link"
    )
    km: float = pa.Field(ge=0, description="distance for one child, one way")
    transport: float = pa.Field(ge=0, description="thousands of pounds for one child and year of home to school transport")
    seats: float = pa.Field(
        ge=0, default=0.0, description="children of the group who are expected to sit there anyway, in all years of the group"
    )

    class Config:
        unique, strict, coerce = ["group_id", "site_id"], "filter", True


class Schemes(pa.DataFrameModel):
    """What could be built, changed or closed, who decides it and what it waits for."""

    scheme_id: str = _code("the scheme")
    site_id: str = _code("the site")
    kind: str = pa.Field(isin=KINDS, description="kind of scheme")
    phase: str = pa.Field(isin=PHASES, description="phase it serves")
    purpose: str = pa.Field(isin=PURPOSES, description="what its money is for")
    earliest_start: int = pa.Field(ge=2000, le=2100, description="first financial year in which work may be decided")
    lead_years: int = pa.Field(ge=0, le=15, description="years from that decision to opening")
    exclusive_group: str = _code("schemes of the same group exclude one another; blank: none", blank=True)
    choice: str = pa.Field(isin=CHOICES, description="free, must be built, or must not")
    decides: str = pa.Field(isin=DECIDERS, description="who decides")
    consent: str = pa.Field(isin=CONSENTS, description="whether they consent")
    quality: str = pa.Field(isin=QUALITIES, description="whether the school is good enough to grow")

    class Config:
        unique, strict, coerce = ["scheme_id"], "filter", True


class Adds(pa.DataFrameModel):
    """Places a scheme adds (below 0: takes away), by years since it opened and year group."""

    scheme_id: str = _code("the scheme")
    after: int = pa.Field(ge=0, le=30, description="academic years since opening")
    nc_year: int = pa.Field(ge=-5, le=14, description="year group")
    places: float = pa.Field(description="places added")

    class Config:
        unique, strict, coerce = ["scheme_id", "after", "nc_year"], "filter", True


class Costs(pa.DataFrameModel):
    """What a scheme costs, by financial years counted from its opening."""

    scheme_id: str = _code("the scheme")
    after: int = pa.Field(ge=-15, le=30, description="financial years since opening, below 0 before it")
    thousand_pounds: float = pa.Field(ge=0, description="thousands of pounds")

    class Config:
        unique, strict, coerce = ["scheme_id", "after"], "filter", True


class Precedences(pa.DataFrameModel):
    """Which scheme waits for which other."""

    scheme_id: str = _code("the scheme that waits")
    needs_scheme_id: str = _code("the scheme it waits for")
    years: int = pa.Field(ge=0, le=15, description="years between the two openings at least")

    class Config:
        unique, strict, coerce = ["scheme_id", "needs_scheme_id"], "filter", True


class Deadlines(pa.DataFrameModel):
    """By when a scheme is to be open, where that is resolved."""

    scheme_id: str = _code("the scheme")
    open_by: int = pa.Field(ge=2000, le=2100, description="last academic year with whose September it may open")

    class Config:
        unique, strict, coerce = ["scheme_id"], "filter", True


class Horizons(pa.DataFrameModel):
    """How far each phase is forecast: what a scheme adds or takes away later is in no figure, for nobody knows who comes then."""

    phase: str = pa.Field(isin=PHASES, description="phase of education or care")
    last_ay: int = pa.Field(ge=2000, le=2100, description="last academic year that is forecast")

    class Config:
        unique, strict, coerce = ["phase"], "filter", True


class Receipts(pa.DataFrameModel):
    """What a pot receives in a financial year, and by when it must be spent."""

    pot_id: str = _code("the pot")
    fy: int = pa.Field(ge=2000, le=2100, description="April in which the financial year begins")
    thousand_pounds: float = pa.Field(ge=0, description="thousands of pounds")
    spend_by: int = pa.Field(ge=2000, le=2200, description="last financial year in which it may be spent")
    status: str = pa.Field(isin=RECEIPTS, description="received, due, or promised in no signed deed")

    class Config:
        unique, strict, coerce = ["pot_id", "fy", "spend_by", "status"], "filter", True


class Ringfences(pa.DataFrameModel):
    """What a pot may pay for, purpose by purpose and phase by phase."""

    pot_id: str = _code("the pot")
    purpose: str = pa.Field(isin=PURPOSES, description="what the money is for")
    phase: str = pa.Field(isin=PHASES, description="phase it serves")
    standing: str = pa.Field(isin=STANDINGS, description="allowed, a decision for members, or never")
    source: str = pa.Field(description="where that is written")

    class Config:
        unique, strict, coerce = ["pot_id", "purpose", "phase"], "filter", True


class Advances(pa.DataFrameModel):
    """Pots whose signed sums members allow to be spent before they come, which is borrowing until they do."""

    pot_id: str = _code("the pot")
    years: int = pa.Field(ge=1, le=15, description="financial years before a sum is due from which it may be spent")

    class Config:
        unique, strict, coerce = ["pot_id"], "filter", True


class PotAreas(pa.DataFrameModel):
    """Areas or sites to which a pot is tied; a pot that is not listed may be spent anywhere."""

    pot_id: str = _code("the pot")
    area_code: str = _code("area in which it may be spent, or site")

    class Config:
        unique, strict, coerce = ["pot_id", "area_code"], "filter", True


MODELS: dict[str, type[pa.DataFrameModel]] = {
    "groups": Groups,
    "cells": Cells,
    "sites": Sites,
    "free": Free,
    "links": Links,
    "schemes": Schemes,
    "adds": Adds,
    "costs": Costs,
    "precedences": Precedences,
    "deadlines": Deadlines,
    "horizons": Horizons,
    "receipts": Receipts,
    "ringfences": Ringfences,
    "pot_areas": PotAreas,
    "advances": Advances,
}
KEYS = {"group_id": "groups", "site_id": "sites", "scheme_id": "schemes", "needs_scheme_id": "schemes"}
