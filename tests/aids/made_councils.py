"""Councils made to measure for why and why not: one in which the list drawn up by hand picks wrongly, and ones of any size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from sufficiency.capital.tables import MODELS, Case, check_case

YEARS = (2027, 2028, 2029, 2030)


def laid(named: Mapping[str, Sequence[tuple[Any, ...]]]) -> dict[str, pd.DataFrame]:
    """Tables of a case from plain rows; columns at the end that rows leave out have the value that is usual for them."""
    columns = {name: list(MODELS[name].to_schema().columns) for name in named}
    return {name: pd.DataFrame(rows, columns=columns[name][: len(rows[0])] if rows else columns[name])
            for name, rows in named.items()}


def _case(named: dict[str, list[tuple[object, ...]]]) -> Case:
    return check_case(YEARS, laid(named))


def council_of(areas: Sequence[tuple[str, float, Sequence[tuple[str, float, float]]]], receipts: dict[int, float]) -> Case:
    """A council with one school and one cohort from September 2028 on in each area.

    areas: (name, children without a place, schemes as (name, places, thousand pounds)); of the schemes of a school one is built.
    receipts: thousands of pounds of the one pot by financial year, to be spent by 2031.
    """
    cells = [(f"{a}-28", y, y - 2028, lack, y == 2028) for a, lack, _ in areas for y in (2028, 2029, 2030)]
    schemes = [(k, f"{a}-school", money, places) for a, _, some in areas for k, places, money in some]
    return _case({
        "groups": [(f"{a}-28", a, "primary", False) for a, *_ in areas],
        "cells": [(g, y, n, lack, True) for g, y, n, lack, _ in cells],
        "sites": [(f"{a}-school", a, np.nan) for a, *_ in areas],
        "links": [(f"{a}-28", f"{a}-school", "home", 1.0, 0.0) for a, *_ in areas],
        "schemes": [
            (k, s, "expansion", "primary", "mainstream", 2027, 1, s, "free", "authority", "given", "met") for k, s, *_ in schemes
        ],
        "adds": [(k, after, n, places) for k, _, _, places in schemes for after in range(4) for n in range(after + 1)],
        "costs": [(k, 0, money) for k, _, money, _ in schemes],
        "receipts": [("grant", fy, money, 2031, "due") for fy, money in receipts.items()],
        "ringfences": [("grant", "mainstream", "primary", "allowed", "determination")],
    })


def worst_first_errs() -> Case:
    """West lacks most; its school takes nearly all the money, for which east and north could both be helped."""
    return council_of(
        [
            ("west", 30, [("west-hall", 30, 900.0)]),
            ("east", 28, [("east-wing", 28, 500.0)]),
            ("north", 28, [("north-wing", 28, 500.0)]),
        ],
        {2028: 1000.0},
    )


def large(seed: int, areas: int = 25) -> Case:
    """Many areas with a small and a large scheme each, and money for a third of them."""
    luck = np.random.default_rng(seed)
    made = []
    for i in range(areas):
        lack = float(luck.integers(15, 60))
        small, big = float(luck.integers(15, 25)), float(luck.integers(30, 60))
        rate = luck.uniform(18.0, 30.0)
        half, form = round(float(small * rate * 1.1), 1), round(float(big * rate), 1)
        made.append((f"a{i}", lack, [(f"half-{i}", small, half), (f"form-{i}", big, form)]))
    total = sum(money for _, _, some in made for _, _, money in some)
    return council_of(made, {2027: round(total / 12, 1), 2028: round(total / 12, 1), 2029: round(total / 12, 1)})
