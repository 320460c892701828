"""No hidden figure can be worked out from all that a release shows: held to every way in which tiny tables can be filled in.

The oracle knows nothing of programmes: it lists all tables of whole children that have the shown figures, and looks how far a
hidden one differs between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations, product

import numpy as np
import pandas as pd
import pytest
from thoroughly import cases

from workbench.disclosure import NotProtectedError, Release, bounds, protect, refuse_what_can_be_worked_out
from workbench.release.told import JUDGE, Fewest

SEED = 20261125
FEW = Fewest(count=2, behind=3)


@dataclass(frozen=True)
class Tiny:
    """Children of parts (district, planning area): what is told are the sums of parts."""

    parts: dict[tuple[str, str], int]

    def cells(self) -> dict[str, list[tuple[str, str]]]:
        """What is told -> the parts that it adds up."""
        found: dict[str, list[tuple[str, str]]] = {"A": list(self.parts)}
        for part in self.parts:
            for code in part:
                found.setdefault(code, []).append(part)
        return found

    def table(self) -> pd.DataFrame:
        """The table of a balance with one age, term and measure."""
        rows = [(level_of(code), code, sum(self.parts[p] for p in inside)) for code, inside in self.cells().items()]
        same = {"ay": 2025, "term": "summer", "age_band": "age_2", "measure": "all"}
        return pd.DataFrame([{"level": level, "area_code": code, **same, "children": float(n), "hours_wanted": 15.0 * n,
                              JUDGE: float(n)} for level, code, n in rows])

    def membership(self) -> pd.DataFrame:
        """Which area lies in which district."""
        return pd.DataFrame(list(self.parts), columns=["district", "planning_area"])

    def tables(self) -> dict[str, pd.DataFrame]:
        """What is handed to the release."""
        return {"childcare_balance": self.table(), "area_parts": self.membership()}

    def counts(self) -> dict[str, int]:
        """The children of each cell."""
        return {code: sum(self.parts[p] for p in inside) for code, inside in self.cells().items()}


def level_of(code: str) -> str:
    return {"A": "authority", "D": "district", "P": "planning_area"}[code[0]]


def ways(tiny: Tiny, hidden: set[str], most: int) -> dict[str, set[int]]:
    """Every number of children that a hidden cell may have when all others are as shown, none above `most`; one by one."""
    cells, counts, names = tiny.cells(), tiny.counts(), list(tiny.parts)
    shown = [(inside, counts[code]) for code, inside in cells.items() if code not in hidden]
    found: dict[str, set[int]] = {code: set() for code in hidden}
    for filled in product(range(most + 1), repeat=len(names)):
        at = dict(zip(names, filled, strict=True))
        if all(sum(at[p] for p in inside) == n for inside, n in shown):
            for code in hidden:
                found[code].add(sum(at[p] for p in cells[code]))
    return found


def is_safe(tiny: Tiny, hidden: set[str], most: int) -> bool:
    """Whether each hidden cell may differ by as many children as are the fewest that are shown."""
    return all(max(those) - min(those) >= FEW.behind for those in ways(tiny, hidden, most).values())


def hidden_cells(release: Release) -> set[str]:
    table = release.tables["childcare_balance"]
    return set(table.loc[table["children"].isna(), "area_code"])


def random_tiny(rng: np.random.Generator) -> Tiny:
    """Two districts with three or four planning areas, one of which may lie in both."""
    areas = [f"P{n}" for n in range(1, int(rng.integers(3, 5)))] + ["P9"]
    parts: dict[tuple[str, str], int] = {}
    for n, area in enumerate(areas):
        own = "D1" if n < len(areas) / 2 else "D2"
        parts[own, area] = int(rng.choice([0, 1, 2, 3, 4, 5]))
    if rng.random() < 0.4:
        parts["D1", "P9"] = int(rng.integers(1, 3))
    return Tiny(parts)


NESTED = Tiny({("D1", "P1"): 9, ("D1", "P2"): 200, ("D2", "P3"): 12, ("D2", "P4"): 300})


def test_a_planning_area_is_not_what_its_district_leaves_when_its_neighbours_are_shown() -> None:
    release = protect(NESTED.tables())
    assert hidden_cells(release) == {"P1", "P2"}, "hiding P3, the next smallest of all, would leave D1 - P2 = 9"
    found = bounds(release).set_index(["quantity", "area_code"])
    assert found.loc[("children", "P1"), ["low", "high"]].tolist() == pytest.approx([0, 209.5])
    assert found.loc[("hours wanted, all", "P1"), ["low", "high"]].tolist() == pytest.approx([0, 209 * 15 + 0.5])
    refuse_what_can_be_worked_out(release)


def test_where_it_is_not_known_which_area_lies_where_the_next_smallest_is_hidden() -> None:
    assert hidden_cells(protect({"childcare_balance": NESTED.table()})) == {"P1", "P3"}


def test_a_release_that_bares_a_small_number_is_refused() -> None:
    release = protect({"childcare_balance": NESTED.table()})
    bare = Release({**release.tables, "area_parts": NESTED.membership()}, release.hidden, release.masks, release.rows)
    with pytest.raises(NotProtectedError, match=r"children of P1, 2025 summer age_2: 8\.0 to 10\.0"):
        refuse_what_can_be_worked_out(bare)


def test_an_area_in_two_districts_is_held_by_both() -> None:
    tiny = Tiny({("D1", "P1"): 2, ("D1", "P2"): 1, ("D2", "P2"): 4, ("D2", "P3"): 5})
    assert ways(tiny, {"P1"}, 9) == {"P1": {2}}, "the authority less the other two areas"
    assert ways(tiny, {"P1", "P3"}, 9) == {"P1": {0, 1, 2, 3}, "P3": {4, 5, 6, 7}}
    release = protect(tiny.tables(), fewest=FEW)
    assert "P1" in hidden_cells(release) and is_safe(tiny, hidden_cells(release), 9)


@pytest.mark.thorough
@pytest.mark.parametrize("number", range(cases(14, 40)))
def test_no_hidden_cell_of_a_random_hierarchy_can_be_worked_out(number: int) -> None:
    tiny = random_tiny(np.random.default_rng([SEED, number]))
    release = protect(tiny.tables(), fewest=FEW)
    hidden = hidden_cells(release)
    most = max(sum(tiny.parts.values()), FEW.behind + 1)
    small = {code for code, n in tiny.counts().items() if 0 < n < FEW.behind}
    assert small <= hidden
    found = ways(tiny, hidden, min(most, 9))
    told = bounds(release, fewest=FEW)
    told = told[told["quantity"].eq("children")].set_index("area_code")
    assert set(told.index) == hidden and told["protected"].all()
    for code, those in found.items():
        assert max(those) - min(those) >= FEW.behind, (tiny.parts, code, sorted(those))
        assert told.loc[code, "low"] <= min(those) + 1e-6 and told.loc[code, "high"] >= max(those) - 1e-6


def fewest_to_hide(tiny: Tiny) -> int:
    """How many cells have to be hidden at the least: every choice tried, the smallest first."""
    counts = tiny.counts()
    small = {code for code, n in counts.items() if 0 < n < FEW.behind}
    others = [code for code, n in counts.items() if n >= FEW.behind]
    choices = chain.from_iterable(combinations(others, k) for k in range(len(others) + 1))
    most = min(max(sum(tiny.parts.values()), FEW.behind + 1), 9)
    return next(len(small) + len(chosen) for chosen in choices if is_safe(tiny, small | {*chosen}, most))


@pytest.mark.long
def test_little_more_is_hidden_than_has_to_be() -> None:
    some = [random_tiny(np.random.default_rng([SEED, 1000 + number])) for number in range(25)]
    hidden = [len(hidden_cells(protect(tiny.tables(), fewest=FEW))) for tiny in some]
    least = [fewest_to_hide(tiny) for tiny in some]
    assert all(h >= n for h, n in zip(hidden, least, strict=True)), "the oracle found the fewest"
    assert sum(hidden) <= 1.05 * sum(least), f"{sum(hidden)} cells hidden where {sum(least)} would do"


@pytest.mark.parametrize("number", range(12))
def test_protecting_twice_changes_nothing(number: int) -> None:
    tiny = random_tiny(np.random.default_rng([SEED, 2000 + number]))
    once = protect(tiny.tables(), fewest=FEW)
    twice = protect(once.tables, fewest=FEW)
    pd.testing.assert_frame_equal(twice.tables["childcare_balance"], once.tables["childcare_balance"])
