"""The unknowns of a capital plan, and what each term of an aim is made of; `model` tells what they mean in mathematics."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulp

from sufficiency.capital.facts import Facts


@dataclass(frozen=True)
class Variables:
    """The unknowns, by what they are about."""

    open_by: Mapping[tuple[str, int], Any]
    placed: Mapping[tuple[str, str], Any]
    unmet: Mapping[tuple[str, int, int], Any]
    spend: Mapping[tuple[int, str, int], Any]

    def columns(self) -> list[Any]:
        """All of them, in the fixed order in which a solver sees them."""
        return [*self.open_by.values(), *self.placed.values(), *self.unmet.values(), *self.spend.values()]


def unknowns(problem: Any, f: Facts) -> Variables:
    """Put all unknowns into a problem."""
    new = problem.add_variable
    return Variables(
        {(k, t): new(f"open_{f.name[k]}_{t}", cat=pulp.LpBinary) for k in f.schemes for t in f.years},
        {(g, s): new(f"placed_{f.name[g]}_{f.name[s]}", 0, f.size[g]) for g, s in f.links},
        {(g, y, n): new(f"unmet_{f.name[g]}_{y}_{year_group(n)}", 0, max(0.0, need - f.seated[g])) for g, y, n, need in f.cells},
        {
            (c, p, y): new(f"spend_{c}_{f.name[p]}_{y}", 0)
            for c in range(len(f.purses))
            for p in f.pots
            for y in f.financial_years
        },
    )


def year_group(n: int) -> str:
    """A year group as a part of a name, in which a minus sign may not stand."""
    return f"m{-n}" if n < 0 else str(n)


def terms_of(v: Variables, f: Facts) -> dict[str, tuple[dict[Any, float], float]]:
    """Each term of an aim: coefficients and constant."""
    material: dict[Any, float] = {}
    small: dict[Any, float] = {}
    for g, y, n, _ in f.cells:
        (material if f.material[g, y, n] else small)[v.unmet[g, y, n]] = 1.0
    last = f.years[-1]
    surplus: dict[Any, float] = {placed: -float(f.how_many_cells[link[0]]) for link, placed in v.placed.items()}
    for k in f.schemes:
        for t, places in f.place_years(k):
            surplus[v.open_by[k, t]] = places
    return {
        "unmet_material": (material, 0.0),
        "unmet_small": (small, 0.0),
        "cost": ({v.open_by[k, last]: f.cost[k] for k in f.schemes}, 0.0),
        "transport": ({v.placed[link]: f.transport[link] * f.how_many_cells[link[0]] for link in f.links}, 0.0),
        "km": ({v.placed[link]: f.km[link] * f.how_many_cells[link[0]] for link in f.links}, 0.0),
        "surplus": (surplus, f.free_in_all),
    }
