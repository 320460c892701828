"""What a plan does for those who lack a place, against doing nothing, and why it leaves whom it leaves: in figures and sentences.

Not all that is lacking could be helped by any list: what is needed before a listed scheme could open is told apart. Nor is all
that is met met by what is built: some children find a free place anyway, so the plan is told beside doing nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sufficiency.capital.unmet_why import TOO_SOON

if TYPE_CHECKING:
    import pandas as pd

PARTS = ("lacking", "too_soon", "seats_next_door", "met_home", "met_next_door", "unmet", "in_year")
MOST = 12  # areas that are told one by one
LEAST = 0.5


def gap(tables: Mapping[str, pd.DataFrame], why: Mapping[str, Any] | None = None) -> dict[str, float]:
    """Child-years of need and what becomes of them; what a plan of before does not tell is left out.

    why: of the same plan, for what doing nothing would leave.
    """
    areas, unmet = tables["plan_areas"], tables["plan_unmet"]
    found = {name: float(areas[name].sum()) for name in PARTS if name in areas}
    if "why_unmet" in unmet:
        found["unmet_too_soon"] = float(unmet.loc[unmet["why_unmet"].eq(TOO_SOON), "children"].astype("float64").sum())
    nothing = (why or {}).get("do_nothing")
    if nothing and nothing["child_years"]["high"] is not None:
        found["unmet_doing_nothing"] = float(nothing["child_years"]["high"])
    return {name: round(value, 1) for name, value in found.items()}


def gap_told(years: Mapping[str, float]) -> str:
    """The same in a few words: need, what no list could help, what becomes of it, and what doing nothing would leave."""
    soon = f", {years['too_soon']:,.0f} of them before any listed scheme could open" if "too_soon" in years else ""
    left = f" ({years['unmet_too_soon']:,.0f} of them before any listed scheme could open)" if "unmet_too_soon" in years else ""
    nothing = f", where doing nothing would leave {years['unmet_doing_nothing']:,.0f}" if "unmet_doing_nothing" in years else ""
    return (
        f"Child-years without a place: {years['lacking']:,.0f} before the plan{soon}; besides, "
        f"{years.get('seats_next_door', 0.0):,.0f} with a seat next door only. Of all these {years['met_home']:,.0f} are met in "
        f"the own area, {years['met_next_door']:,.0f} next door and {years['in_year']:,.0f} in-year; {years['unmet']:,.0f} stay "
        f"without a place{left}{nothing}"
    )


def left_out(unmet: pd.DataFrame, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Who stays without a place and why, area by area, most first; nothing for a plan of before, which does not tell."""
    if "why_unmet" not in unmet:
        return []
    rows = unmet[unmet["why_unmet"].ne("")]
    found = []
    for (phase, area), mine in rows.groupby(["phase", "planning_area_code"], sort=True):
        by = mine.groupby("why_unmet")["children"].sum()
        order = sorted(map(str, by.index), key=lambda why: (why != TOO_SOON, why))
        reasons = {why: round(float(by[why]), 1) for why in order}
        found.append({
            "phase": str(phase), "planning_area_code": str(area), "area": names.get(str(area)) or str(area),
            "child_years": round(float(by.sum()), 1), "why": reasons,
        })  # fmt: skip
    return sorted(found, key=lambda one: (-one["child_years"], one["phase"], one["planning_area_code"]))


def because(reason: str) -> str:
    """A reason as it follows a number."""
    return f" {reason}" if reason == TOO_SOON else f", for {reason}"


def left_out_told(parts: Sequence[Mapping[str, Any]]) -> list[str]:
    """A sentence for each area in which children stay without a place."""
    some = [one for one in parts if one["child_years"] >= LEAST]
    lines = []
    for one in some[:MOST]:
        why = "; ".join(f"{years:,.0f}{because(reason)}" for reason, years in one["why"].items() if years >= LEAST)
        lines.append(f"{one['area']}, {one['phase'].replace('_', ' ')}: {one['child_years']:,.0f} stay without a place: {why}")
    more = f"{len(some) - MOST} more areas stand in the sheet of those still without a place"
    return [*lines, *([more] if len(some) > MOST else [])]
