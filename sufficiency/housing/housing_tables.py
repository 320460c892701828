"""The tables of new homes: sites, pupils counted in new homes, and homes completed; joined to the others in `evidence`."""

from __future__ import annotations

import pandera.pandas as pa

SITE_STATUSES = ["under_construction", "full", "outline", "allocation", "windfall"]
HOME_TYPES, TENURES, BEDROOMS = ["house", "flat"], ["market", "affordable"], ["1", "2", "3", "4"]
YIELD_PHASES = ["early_years", "primary", "secondary", "post_16", "special"]


class HousingSites(pa.DataFrameModel):
    """Homes expected on each site by financial year, past years too. Source: the districts' trajectories.

    A site may have several rows a year, one for each kind of home; what is blank counts as all kinds together.
    """

    site_ref: str = pa.Field(str_length={"min_value": 1}, description="site reference")
    site_name: str = pa.Field(description="name")
    status: str = pa.Field(isin=SITE_STATUSES, description="planning status")
    easting: float = pa.Field(ge=80_000, le=656_000, nullable=True, description="metres, EPSG:27700")
    northing: float = pa.Field(ge=5_000, le=658_000, nullable=True, description="metres, EPSG:27700")
    financial_year: int = pa.Field(ge=1990, le=2100, description="April in which the financial year begins")
    dwellings: float = pa.Field(ge=0, description="net homes completed in that financial year")
    dwelling_type: str = pa.Field(isin=[*HOME_TYPES, "mixed", ""], description="kind of home; blank where not known")
    tenure: str = pa.Field(isin=[*TENURES, ""], description="tenure; blank where not known")
    bedrooms: str = pa.Field(isin=[*BEDROOMS, ""], description="bedrooms, 4 for four or more; blank where not known")
    kept_for: str = pa.Field(isin=["", "student", "over_55", "care"],
                             description="whom the homes are kept for, who bring no pupils; blank for general homes")
    probability: float = pa.Field(ge=0, le=1, nullable=True, description="that they are built; blank: by planning status")
    funded: str = pa.Field(isin=["", "HDC", "HIF"], description="who pays for the school places: developer (HDC), HIF, or blank")
    note: str = pa.Field(description="trigger, deed, dates")

    class Config:
        unique, strict, coerce = ["site_ref", "financial_year", "dwelling_type", "tenure", "bedrooms", "kept_for"], True, True


class Yields(pa.DataFrameModel):
    """Pupils counted in new homes, by kind of home: the council's own survey, or the DfE's pupil yield data.

    A blank kind, tenure or number of bedrooms stands for all together. Pupils are divided by homes, never yields averaged.
    """

    phase: str = pa.Field(isin=YIELD_PHASES, description="whose pupils")
    dwelling_type: str = pa.Field(isin=[*HOME_TYPES, ""], description="kind of home; blank for all")
    tenure: str = pa.Field(isin=[*TENURES, ""], description="tenure; blank for all")
    bedrooms: str = pa.Field(isin=[*BEDROOMS, ""], description="bedrooms, 4 for four or more; blank for all")
    dwellings: float = pa.Field(ge=1, description="homes looked at")
    pupils: float = pa.Field(ge=0, description="pupils who live in them")

    class Config:
        unique, strict, coerce = ["phase", "dwelling_type", "tenure", "bedrooms"], True, True


class YieldCurves(pa.DataFrameModel):
    """How many pupils live in a new home by years since it was completed. Source: the council's post-completion series."""

    phase: str = pa.Field(isin=YIELD_PHASES, description="whose pupils")
    years_since: int = pa.Field(ge=0, le=40, description="years since completion, 0 in the first January")
    pupils_per_dwelling: float = pa.Field(ge=0, le=5, description="pupils for each home; the last goes on for good")

    class Config:
        unique, strict, coerce = ["phase", "years_since"], True, True


class Completions(pa.DataFrameModel):
    """Homes completed in the past, all of them, by planning area, district or authority. Source: the districts' monitoring."""

    area_code: str = pa.Field(str_length={"min_value": 1}, description="planning area, district or authority code")
    financial_year: int = pa.Field(ge=1990, le=2100, description="April in which the financial year begins")
    dwellings: float = pa.Field(ge=0, description="net homes completed in that financial year")

    class Config:
        unique, strict, coerce = ["area_code", "financial_year"], True, True


HOUSING_TABLES: dict[str, type[pa.DataFrameModel]] = {
    "housing_sites": HousingSites, "yields": Yields, "yield_curves": YieldCurves, "completions": Completions,
}
