"""What a map is made of, in one bundle that every view is handed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import geopandas as gpd

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Authority, Note, Source
    from workbench.disclosure import Release


@dataclass(frozen=True)
class Picture:
    """What a map is made of: the protected tables, the shapes, and what the run says of itself."""

    release: Release
    areas: gpd.GeoDataFrame | None  # planning_area_code, phase, planning_area_name, geometry
    districts: gpd.GeoDataFrame | None  # district_code, district_name, geometry
    wards: gpd.GeoDataFrame | None  # ward_code, ward_name, geometry
    authority: Authority
    assumptions: Assumptions
    notes: Sequence[Note]
    sources: Sequence[Source]
    run_id: str
