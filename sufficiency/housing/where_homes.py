"""Which planning areas a housing site's children go to: those to which the children of its small area go.

A site lies in a small area, and that area's children are shared over planning areas, a phase at a time, as in `areas`. A site
that has no place, or lies in no small area that is known, is shared over all planning areas of the phase by their pupils; so is a
site where no small areas are known at all. It is said of which sites.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse
import shapely

from planning_areas.wording import some
from sufficiency.areas.small_areas import residents
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from planning_areas.lookup import Lookup
    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]


def small_areas_of(table: pd.DataFrame, evidence: Evidence) -> tuple[list[str], tuple[Note, ...]]:
    """The small area in which each part of a site lies, blank where that is not known.

    table: easting and northing of each part, and its site_ref.
    """
    if not evidence.has("lsoas"):
        return [""] * len(table), ()
    lsoas = evidence.lsoas
    placed = table[["easting", "northing"]].notna().all(axis=1).to_numpy("bool")
    points = shapely.points(table[["easting", "northing"]].fillna(0.0).to_numpy("float64"))
    tree = shapely.STRtree(lsoas.geometry.to_numpy())
    at, area = tree.query(points, predicate="intersects")
    codes = lsoas["lsoa_code"].to_numpy()
    found = [""] * len(table)
    for i, j in sorted(zip(at.tolist(), area.tolist(), strict=True), reverse=True):
        found[i] = str(codes[j]) if placed[i] else ""
    lost = table.loc[np.array([code == "" for code in found]), "site_ref"]
    told = (Note("housing_sites", f"sites without a place in the authority: {some(sorted(set(lost)))}",
                 "their homes are shared over all planning areas by pupils"),) if len(lost) else ()
    return found, told


def shares(small_areas: Sequence[str], homes: Lookup | None, codes: Sequence[str], pupils: Floats) -> scipy.sparse.csr_array:
    """Share of each part's children by planning area of a phase: [part, area], in the order of `codes`.

    homes: small area to planning area. pupils: of each area, by which a part without a place is shared.
    """
    everywhere = pupils / pupils.sum() if pupils.sum() > 0 else np.full(len(codes), 1 / max(1, len(codes)))
    found = np.tile(everywhere, (len(small_areas), 1))
    if homes is not None:
        row = {code: i for i, code in enumerate(homes.origins)}
        column = {code: k for k, code in enumerate(codes)}
        into = [column[code] for code in homes.destinations]
        for i, code in enumerate(small_areas):
            if code in row:
                found[i] = 0.0
                found[i, into] = homes.shares[[row[code]]].toarray()[0]
    return scipy.sparse.csr_array(found)


def district_shares(evidence: Evidence, homes: Lookup | None, codes: Sequence[str]) -> dict[str, Floats]:
    """Share of each district's people by planning area of a phase, and under a blank that of the whole authority."""
    if homes is None:
        return {}
    people = residents(evidence, tuple(homes.origins))
    weight = people[1].sum(axis=1) if people is not None else np.ones(len(homes.origins))
    district = dict(zip(evidence.lsoas["lsoa_code"], evidence.lsoas["district_code"], strict=True))
    of = np.array([district.get(code, "") for code in homes.origins], dtype="object")
    column = {code: k for k, code in enumerate(codes)}
    into = [column[code] for code in homes.destinations]
    found = {}
    for name in ["", *sorted(set(of) - {""})]:
        inside = weight * ((of == name) | (name == ""))
        if inside.sum() > 0:
            share = np.zeros(len(codes))
            share[into] = homes.carry(inside) / inside.sum()
            found[name] = share
    return found
