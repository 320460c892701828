"""The council's own tables that only the SCAP return asks for; joined to the others in `evidence`.

No publication holds them. A workspace without them has a return that says so; nothing is filled in for them. None of them names a
child: they hold totals of the authority, and places of schools.
"""

from __future__ import annotations

import pandera.pandas as pa

from sufficiency.scap.layouts import CHECKS, PHASES, SPECIALIST, SpecialistCapacity, SpecialistForecast


class Sen2Counts(pa.DataFrameModel):
    """Resident children with a plan who hold a specialist place in January, wherever. Source: the council's SEN2 return."""

    ay: int = pa.Field(ge=2000, le=2100, description="academic year of that January")
    phase: str = pa.Field(isin=PHASES, description="phase; post-16 counts as secondary")
    provision: str = pa.Field(isin=(*SPECIALIST, "all"), description="kind of place, or all together")
    children: float = pa.Field(ge=0, description="children, as counted in SEN2")

    class Config:
        unique, strict, coerce = ["ay", "phase", "provision"], True, True


class SuppliedProjection(pa.DataFrameModel):
    """Pupils of the authority as somebody else projects them, to hold the forecast against. Source: the DfE or the ONS."""

    ay: int = pa.Field(ge=2000, le=2100, description="academic year")
    phase: str = pa.Field(isin=PHASES, description="phase: Reception to Year 6, or Year 7 to 11")
    pupils: float = pa.Field(ge=0, description="pupils of the whole authority")

    class Config:
        unique, strict, coerce = ["ay", "phase"], True, True


class ReturnComments(pa.DataFrameModel):
    """What the council says of its return, and of what a check of it finds odd. Source: the council.

    A comment on a check answers for the rows that it names: a blank planning area, school, phase, year or year group stands
    for all of them. One without a check goes into the methodology statement.
    """

    check: str = pa.Field(isin=("", *CHECKS), description="the check that is answered, such as S05; blank: said of the whole")
    planning_area_code: str = pa.Field(description="planning area; blank for all")
    urn: str = pa.Field(str_matches=r"^(\d{6})?$", description="school; blank for all")
    phase: str = pa.Field(isin=("", *PHASES), description="phase; blank for both")
    ay: float = pa.Field(ge=2000, le=2100, nullable=True, description="academic year; blank for all")
    nc_year: float = pa.Field(ge=0, le=14, nullable=True, description="year group; blank for all")
    comment: str = pa.Field(str_length={"min_value": 1}, description="why it is so, in words that the department may read")
    reference: str = pa.Field(description="the department's approval where one is needed, such as of a changed planning area")

    class Config:
        strict, coerce = True, True


RETURN_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "specialist_capacity": SpecialistCapacity, "specialist_forecast": SpecialistForecast, "sen2_counts": Sen2Counts,
    "supplied_projection": SuppliedProjection, "return_comments": ReturnComments,
}
