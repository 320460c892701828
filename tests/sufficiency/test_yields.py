"""Yields rest on enough homes: with the figures of Barking and Dagenham as the DfE published them (domain brief D1)."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from sufficiency.housing.housing_tables import Yields
from sufficiency.housing.yields import Kind, coarser, kind_of, profile, yield_of
from sufficiency.rules import rulebook

RULES = rulebook("housing")
HOUSES, FLATS = {"1": 0.123, "2": 0.285, "3": 0.379, "4": 0.432}, {"1": 0.027, "2": 0.137, "3": 0.218, "4": 0.023}
COUNTED = {("house", "1"): 130, ("house", "2"): 800, ("house", "3"): 1500, ("house", "4"): 900,
           ("flat", "1"): 3500, ("flat", "2"): 4200, ("flat", "3"): 640, ("flat", "4"): 44}


def survey(**homes: int) -> pd.DataFrame:
    """The published yields of each kind, on so many homes; homes: kind_bedrooms -> another number of homes."""
    rows = []
    for (kind, bedrooms), counted in COUNTED.items():
        n = homes.get(f"{kind}_{bedrooms}", counted)
        share = (HOUSES if kind == "house" else FLATS)[bedrooms]
        rows.append({"phase": "primary", "dwelling_type": kind, "tenure": "", "bedrooms": bedrooms, "dwellings": n,
                     "pupils": n * share})
    return pd.DataFrame(Yields.validate(pd.DataFrame(rows)))


def found(table: pd.DataFrame, kind: Kind, least: float = 100, **rules: Any) -> tuple[float, float]:
    """The yield of a kind of home, and on how many homes it rests."""
    told = yield_of(table, "primary", kind, least, {**RULES, **rules})
    return told.value, told.dwellings


def test_a_kind_with_enough_homes_has_its_own_yield() -> None:
    assert found(survey(), kind_of("house", "", "3")) == pytest.approx((0.379, 1500))
    assert found(survey(), kind_of("flat", "market", "2")) == pytest.approx((0.137, 4200)), "tenure was not told apart"


def test_large_flats_are_too_few_and_take_the_next_coarser_kind() -> None:
    """44 flats with 4 bedrooms gave 0.023; homes of 4 bedrooms together give (900 x 0.432 + 44 x 0.023) / 944."""
    both = (900 * 0.432 + 44 * 0.023) / 944
    assert found(survey(), kind_of("flat", "", "4")) == pytest.approx((both, 944))
    assert found(survey(), kind_of("flat", "", "4"), least=40) == pytest.approx((0.023, 44))


def test_bedrooms_are_added_up_and_yields_never_averaged() -> None:
    """Where the kind is given up last, flats of 3 bedrooms and more are taken: (640 x 0.218 + 44 x 0.023) / 684."""
    rules: dict[str, Any] = {"fall_back": {"order": ["tenure", "bedrooms", "dwelling_type"]}}
    value, homes = found(survey(), kind_of("flat", "", "4"), **rules)
    assert (value, homes) == pytest.approx(((640 * 0.218 + 44 * 0.023) / 684, 684))
    assert value != pytest.approx((0.218 + 0.023) / 2)


def test_all_homes_are_added_up_where_only_kinds_are_told() -> None:
    table = survey()
    value, homes = found(table, Kind())
    assert (value, homes) == pytest.approx((table["pupils"].sum() / table["dwellings"].sum(), table["dwellings"].sum()))
    assert found(table, kind_of("mixed", "", "")) == (value, homes)


def test_no_home_is_counted_twice_where_sums_stand_beside_their_parts() -> None:
    table = survey()
    whole = pd.DataFrame([{"phase": "primary", "dwelling_type": "house", "tenure": "", "bedrooms": "", "dwellings": 3330,
                           "pupils": 3330 * 0.356}])
    assert found(pd.concat([table, whole]), kind_of("house", "", "")) == pytest.approx((0.356, 3330))


def test_a_survey_that_is_too_small_leaves_it_to_the_rulebook() -> None:
    few = survey().assign(dwellings=9.0, pupils=1.0)
    assert found(few, kind_of("house", "", "3")) == (RULES["yields"]["primary"], 0)
    assert found(few.iloc[:0], Kind()) == (RULES["yields"]["primary"], 0)


def test_kinds_get_coarser_step_by_step() -> None:
    told = [str(kind) for kind in coarser(kind_of("flat", "affordable", "4"), RULES["fall_back"]["order"])]
    assert told == ["affordable flats with 4 or more bedrooms", "flats with 4 or more bedrooms", "homes with 4 or more bedrooms",
                    "homes with 3 or more bedrooms", "homes with 2 or more bedrooms", "all homes"]


def test_a_series_goes_on_at_its_last_value_and_gaps_lie_between() -> None:
    series = pd.DataFrame({"phase": "primary", "years_since": [0, 2, 3], "pupils_per_dwelling": [0.1, 0.3, 0.2]})
    assert profile(series, "primary", 0.25, 6) * 0.25 == pytest.approx([0.1, 0.2, 0.3, 0.2, 0.2, 0.2])
    assert profile(series, "secondary", 0.16, 3).tolist() == [1.0, 1.0, 1.0], "without a series the yield is there at once"
