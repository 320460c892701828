"""How well each planning area serves for planning: what the guidance on planning areas makes one look at.

Method (domain brief B6). An area with one school, or with a small intake, is noisy; one whose children mostly go elsewhere is no
area. Thresholds are ours and shown as such: no pass or fail is published. Containment is known only where somebody has counted
which schools the children of each small area attend.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from planning_areas.lookup import Lookup
    from sufficiency.evidence import Evidence

SMALL_INTAKE = 60  # children a year [U]
HEALTHY = 0.70  # containment [U]
COLUMNS = ["phase", "planning_area_code", "schools", "intake", "containment", "from_outside", "looks"]


def diagnostics(evidence: Evidence, members: pd.DataFrame, names: pd.DataFrame, homes: Mapping[str, Lookup]) -> pd.DataFrame:
    """One row for each area: number of schools, intake of the base year, containment, share of pupils from outside, and a
    verdict.

    containment: share of the area's resident pupils who attend a school of the area; from_outside: share of the pupils of its
    schools who live in another area (both missing where flows are not known).
    """
    counted = members.groupby(["phase", "planning_area_code"])["urn"].nunique()
    intake = _intake(evidence, members)
    stay = _containment(evidence, members, homes)
    rows = []
    for code, phase in names[["planning_area_code", "phase"]].itertuples(index=False, name=None):
        key = (phase, code)
        number, enter = int(counted.get(key, 0)), float(intake.get(key, np.nan))
        contained, outside = stay.get(key, (np.nan, np.nan))
        looks = [
            text
            for says, text in (
                (number == 1, "one school only"),
                (enter < SMALL_INTAKE, f"fewer than {SMALL_INTAKE} enter a year: noisy"),
                (contained < HEALTHY, f"under {HEALTHY:.0%} of its children stay: look at its edges"),
            )
            if says
        ]
        rows.append((phase, code, number, enter, contained, outside, "; ".join(looks)))
    return pd.DataFrame(rows, columns=COLUMNS).sort_values(COLUMNS[:2], ignore_index=True)


def _intake(evidence: Evidence, members: pd.DataFrame) -> dict[tuple[str, str], float]:
    """Pupils in the year of entry of each area's schools in the base year."""
    roll = evidence.school_roll
    if roll.empty or members.empty:
        return {}
    now = roll[roll["ay"] == evidence.authority.base_year]
    joined = members.assign(nc_year=members["phase"].map(ENTRY_YEAR)).merge(now, on=["urn", "nc_year"], how="inner")
    return {
        (str(p), str(c)): float(n) for (p, c), n in joined.groupby(["phase", "planning_area_code"])["pupils"].sum().items()
    }


def _containment(
    evidence: Evidence, members: pd.DataFrame, homes: Mapping[str, Lookup]
) -> dict[tuple[str, str], tuple[float, float]]:
    """Share of residents who stay in their area, and share of pupils who come from another; a small area's home is where most
    go.
    """
    flows = evidence.attended_flows
    found: dict[tuple[str, str], tuple[float, float]] = {}
    if flows.empty:
        return found
    for phase, lookup in homes.items():
        home = dict(
            zip(lookup.origins, np.asarray(lookup.destinations)[lookup.shares.toarray().argmax(axis=1)], strict=True)
        )
        mine = flows[flows["phase"] == phase]
        area = mine["urn"].map(members[members["phase"] == phase].set_index("urn")["planning_area_code"])
        table = pd.DataFrame({"home": mine["lsoa_code"].map(home), "area": area, "pupils": mine["pupils"].astype("float64")})
        living = table.groupby("home")["pupils"].sum()
        attending = table.groupby("area")["pupils"].sum()
        both = table[table["home"] == table["area"]].groupby("home")["pupils"].sum()
        for code in lookup.destinations:
            stays = float(both.get(code, 0.0))
            found[phase, code] = (
                stays / living[code] if living.get(code, 0) > 0 else np.nan,
                1 - stays / attending[code] if attending.get(code, 0) > 0 else np.nan,
            )
    return found
