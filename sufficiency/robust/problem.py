r"""The choice of one plan for many futures in mathematics, as arrays for the solver.

What opens when, and who pays, is decided once, by the rules of `capital.model`; where children go is settled anew in each future
$s$ of weight $p_s$. In future s and cell c (year, year group), of area a, with lacking and room as the future has them,

    unmet[s,c,a] + sum_b goes[s,c,a,b] >= lacking[s,c,a]                             b: the area itself and those next door
    sum_a goes[s,c,a,b] <= room[s,c,b] + places that open schemes add in b
    short[s] = sum_c,a unmet[s,c,a]                                                                          child-years

    cvar:    min (1 - w) sum_s p_s short[s] + w (level + sum_s p_s beyond[s] / (1 - alpha)),   beyond[s] >= short[s] - level
    regret:  min worst,   worst >= short[s] - the least that any plan leaves short in s alone

Only cells in which somebody lacks a place are written down, and only areas that can help there.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from sufficiency.robust.measure import REGRET, Judged
from sufficiency.robust.serve import NOBODY

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.capital.arrays import Arrays
    from sufficiency.robust.building import Building
    from sufficiency.robust.sample import Sample

    Floats = NDArray[np.float64]


@dataclass
class _Sheet:
    """Columns and rows as they are written down one after the other."""

    first: int                                      # number of columns that are there already
    cost: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    index: list[int] = field(default_factory=list)
    value: list[float] = field(default_factory=list)
    most: list[float] = field(default_factory=list)     # row <= most

    def column(self, cost: float = 0.0, lower: float = 0.0) -> int:
        """A new column, its number."""
        self.cost.append(cost)
        self.lower.append(lower)
        return self.first + len(self.cost) - 1

    def row(self, terms: dict[int, float], most: float) -> int:
        """A new row: sum of coefficient times column <= most."""
        self.index += terms
        self.value += terms.values()
        self.starts.append(len(self.index))
        self.most.append(most)
        return len(self.most) - 1


def problem(building: Building, sample: Sample, judged: Judged, best: Floats | None = None) -> Arrays:
    """The whole problem with the measure as its aim; best: for regret, the least in each future."""
    base = building.arrays
    sheet = _Sheet(len(base.cost))
    added = _added(building)
    strong: list[int] = []
    short = [_future(sheet, sample, s, added, strong) for s in range(len(sample))]
    if judged.measure == REGRET:
        worst = sheet.column(1.0)
        for s, terms in enumerate(short):
            sheet.row({**terms, worst: -1.0}, 0.0 if best is None else float(best[s]))
    else:
        level = sheet.column(judged.weight, -np.inf)
        for s, terms in enumerate(short):
            p = float(sample.weight[s])
            beyond = sheet.column(judged.weight * p / (1.0 - judged.alpha))
            for column in terms:
                sheet.cost[column - sheet.first] += (1.0 - judged.weight) * p
            sheet.row({**terms, level: -1.0, beyond: -1.0}, 0.0)
    return _joined(base, sheet, strong)


def _added(building: Building) -> dict[tuple[int, int, int], dict[int, float]]:
    """Places that binaries add: (year, area, nc_year) -> column -> places."""
    found: dict[tuple[int, int, int], dict[int, float]] = defaultdict(dict)
    at = {key: i for i, key in enumerate(building.built.variables.open_by)}
    years, case_years = building.ground.years, building.case.years
    for k in building.free:
        area = building.area_of[k]
        assert area is not None
        by_opening = [building.facts.places_of(k, t) for t in case_years]
        cells = sorted({cell for places in by_opening for cell in places})
        for y, n in cells:
            if y not in years or not 0 <= n < building.ground.shape[2]:
                continue
            for i, t in enumerate(case_years):
                later = by_opening[i + 1].get((y, n), 0.0) if i + 1 < len(case_years) else 0.0
                if step := by_opening[i].get((y, n), 0.0) - later:
                    found[years.index(y), area, n][at[k, t]] = step
    return found


def _future(sheet: _Sheet, sample: Sample, s: int, added: dict[tuple[int, int, int], dict[int, float]],
            strong: list[int]) -> dict[int, float]:
    """One future's columns and rows; its children without a place as columns with 1."""
    beside, unmet = sample.ground.beside, {}
    for y, g in np.argwhere((sample.lacking[s] > NOBODY).any(axis=1)).tolist():
        comes: dict[int, list[int]] = defaultdict(list)
        for a in np.flatnonzero(sample.lacking[s, y, :, g] > NOBODY).tolist():
            lacks = sheet.column()
            unmet[lacks] = 1.0
            terms = {lacks: -1.0}
            for b in beside[a]:
                if sample.room[s, y, b, g] > NOBODY or (y, b, g) in added:
                    goes = sheet.column()
                    terms[goes] = -1.0
                    comes[b].append(goes)
            sheet.row(terms, -float(sample.lacking[s, y, a, g]))
        for b, columns in sorted(comes.items()):
            places = added.get((y, b, g), {})
            row = sheet.row({**dict.fromkeys(columns, 1.0), **{c: -p for c, p in places.items()}}, float(sample.room[s, y, b, g]))
            if places:
                strong.append(row)
    return unmet


def _joined(base: Arrays, sheet: _Sheet, strong: list[int]) -> Arrays:
    """The schemes and money of a case and the children of the futures as one problem."""
    more = len(sheet.cost)
    nought, rows = np.zeros(len(base.cost)), len(base.row_lower)
    return replace(
        base,
        cost=np.concatenate([nought, sheet.cost]),
        lower=np.concatenate([base.lower, sheet.lower]),
        upper=np.concatenate([base.upper, np.full(more, np.inf)]),
        whole=np.concatenate([base.whole, np.zeros(more, dtype="bool")]),
        scheme=np.concatenate([base.scheme, np.full(more, -1, dtype="int64")]),
        serving=np.concatenate([base.serving, np.ones(more, dtype="bool")]),
        starts=np.concatenate([base.starts, base.starts[-1] + np.array(sheet.starts, dtype="int64")]),
        index=np.concatenate([base.index, np.array(sheet.index, dtype="int64")]),
        value=np.concatenate([base.value, np.array(sheet.value, dtype="float64")]),
        row_lower=np.concatenate([base.row_lower, np.full(len(sheet.most), -np.inf)]),
        row_upper=np.concatenate([base.row_upper, np.array(sheet.most, dtype="float64")]),
        strong=rows + np.array(strong, dtype="int64"),
    )
