"""A capital plan: what opens when, who is placed where, who is not, and which pot pays what; and how sure we are of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.capital.facts import Facts
from sufficiency.capital.model import Build

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DUST = 1e-7  # less than this of a child or a thousand pounds is a solver's rounding


@dataclass(frozen=True)
class Proof:
    """What is known of one aim: its value in this plan, the least it could be, and in our own words how sure that is."""

    name: str
    value: float
    bound: float
    status: str
    solver: str
    seconds: float
    trouble: str = ""

    @property
    def gap(self) -> float:
        """How far from the best the aim may be, relative to its value."""
        return max(0.0, self.value - self.bound) / max(abs(self.value), 1e-9)

    def __str__(self) -> str:
        if self.status == "proven":
            return f"{self.name}: {self.value:,.1f}, and no plan is better by more than {max(0.0, self.value - self.bound):,.2g}"
        why = f" ({self.trouble})" if self.trouble else ""
        if self.bound == float("-inf"):
            return f"{self.name}: {self.value:,.1f}, and nothing is proven of how much better a plan could be{why}"
        return f"{self.name}: {self.value:,.1f}, best found, at most {self.gap:.1%} from the best possible{why}"


@dataclass(frozen=True)
class Plan:
    """What to build and what comes of it; money in thousands of pounds."""

    starts: pd.DataFrame  # scheme_id, opens
    placed: pd.DataFrame  # group_id, site_id, children
    unmet: pd.DataFrame  # group_id, ay, nc_year, children
    spending: pd.DataFrame  # scheme_id, pot_id, fy, thousand_pounds
    terms: Mapping[str, float]  # every term of the aims
    proofs: tuple[Proof, ...]
    notes: tuple[str, ...] = ()

    @property
    def status(self) -> str:
        """Proven only if every aim is."""
        return "proven" if all(p.status == "proven" for p in self.proofs) else "best_found"


def read_plan(
    built: Build, f: Facts, x: NDArray[np.float64], proofs: tuple[Proof, ...] = (), notes: tuple[str, ...] = ()
) -> Plan:
    """Read a plan out of a solution; children without a place are counted anew from who is placed."""
    v = built.variables
    worth = dict(zip(map(id, v.columns()), x.tolist(), strict=True))
    opens: dict[str, int] = {}
    for k, t in v.open_by:
        if worth[id(v.open_by[k, t])] > 0.5:
            opens.setdefault(k, t)
    placed = [(g, s, worth[id(var)]) for (g, s), var in v.placed.items() if worth[id(var)] > DUST]
    sits = pd.DataFrame(placed, columns=["group_id", "site_id", "children"]).astype({"children": "float64"})
    here = sits.groupby("group_id")["children"].sum().to_dict()
    missed = [(g, y, n, max(0.0, need - here.get(g, 0.0))) for g, y, n, need in f.cells]
    unmet = pd.DataFrame([m for m in missed if m[3] > DUST], columns=["group_id", "ay", "nc_year", "children"])
    paid = {key: worth[id(var)] for key, var in v.spend.items()}
    spending = pd.DataFrame(_written_to(f, opens, paid), columns=["scheme_id", "pot_id", "fy", "thousand_pounds"])
    starts = pd.DataFrame(sorted(opens.items()), columns=["scheme_id", "opens"])
    return Plan(starts, sits, unmet, spending, terms(f, starts, sits, unmet), proofs, notes)


def _written_to(
    f: Facts, opens: Mapping[str, int], paid: Mapping[tuple[int, str, int], float]
) -> list[tuple[str, str, int, float]]:
    """Write what a purse is paid in a year to its schemes, pot by pot in order: any split serves, this one is always the same."""
    lines: list[tuple[str, str, int, float]] = []
    for c, schemes in enumerate(f.purses):
        for y in f.financial_years:
            left = {p: paid[c, p, y] for p in sorted(f.purse_pots[c]) if paid[c, p, y] > DUST}
            for k in schemes:
                due = f.due_in(k, opens[k], y) if k in opens else 0.0
                while due > DUST and left:
                    pot = next(iter(left))
                    share = min(due, left[pot])
                    lines.append((k, pot, y, share))
                    due -= share
                    left[pot] -= share
                    if left[pot] <= DUST:
                        del left[pot]
    return sorted(lines)


def terms(f: Facts, starts: pd.DataFrame, placed: pd.DataFrame, unmet: pd.DataFrame) -> dict[str, float]:
    """Work every term of the aims out from a plan's own tables, without the solver."""
    case = f.case
    many = case.cells.groupby("group_id").size().rename("cells").reset_index()
    sits = placed.merge(many, on="group_id").merge(case.links, on=["group_id", "site_id"])
    years = sits["children"] * sits["cells"]
    missed = unmet.merge(case.cells[["group_id", "ay", "nc_year", "material"]], on=["group_id", "ay", "nc_year"])
    return {
        "unmet_material": float(missed.loc[missed["material"].astype(bool), "children"].sum()),
        "unmet_small": float(missed.loc[~missed["material"].astype(bool), "children"].sum()),
        "cost": float(case.costs.loc[case.costs["scheme_id"].isin(starts["scheme_id"]), "thousand_pounds"].sum()),
        "transport": float((years * sits["transport"]).sum()),
        "km": float((years * sits["km"]).sum()),
        "surplus": float(case.room["places"].sum() + case.added(starts)["places"].sum() - years.sum()),
    }
