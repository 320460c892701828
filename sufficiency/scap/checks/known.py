"""What a return is held against: the figures of its run, the register, the census, earlier areas, deeds, the council's word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.scap.grounds import AREAS, CENSUS, DUE, FUNDED

if TYPE_CHECKING:
    from collections.abc import Mapping

OF_RUN = {
    "pupils": ["ay", "phase", "planning_area_code", "nc_year", "pupils"],
    "return_register": list(DUE),
    "return_census": list(CENSUS),
    "returned_areas": list(AREAS),
    "funded_sites": list(FUNDED),
    "planned_places": ["urn", "kind", "ay", "ay_to", "nc_year_from", "nc_year_to", "places"],
    "sen2_counts": ["ay", "phase", "provision", "children"],
    "supplied_projection": ["ay", "phase", "pupils"],
    "return_comments": ["check", "planning_area_code", "urn", "phase", "ay", "nc_year", "comment", "reference"],
}
"""Tables of a run that its return is held against, and the columns that are looked at."""


@dataclass(frozen=True)
class Known:
    """One table for each thing that is known beside the return; empty where it is not known."""

    authority: str
    base_year: int
    pupils: pd.DataFrame
    register: pd.DataFrame
    census: pd.DataFrame
    areas: pd.DataFrame  # of the last return
    sites: pd.DataFrame  # whose places others pay for
    planned: pd.DataFrame
    plans: pd.DataFrame  # children with plans, as counted
    supplied: pd.DataFrame  # what others project
    comments: pd.DataFrame


def known_of(tables: Mapping[str, pd.DataFrame], authority: str, base_year: int) -> Known:
    """What a return is held against, from the tables of its run."""
    found = {
        name: tables[name] if name in tables and len(tables[name]) else pd.DataFrame(columns=columns)
        for name, columns in OF_RUN.items()
    }
    comments = found["return_comments"].assign(**{
        name: pd.to_numeric(found["return_comments"][name], errors="coerce") for name in ("ay", "nc_year")
    })
    return Known(
        authority,
        base_year,
        found["pupils"],
        found["return_register"],
        found["return_census"],
        found["returned_areas"],
        found["funded_sites"],
        found["planned_places"],
        found["sen2_counts"],
        found["supplied_projection"],
        comments,
    )
