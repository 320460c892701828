"""Childcare wanted against childcare on offer: three small areas and four settings on paper, G7, and what always holds."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sufficiency.childcare.balance import (
    ALL,
    AROUND_SCHOOL,
    AUTHORITY,
    COLUMNS,
    DISTRICT,
    FUNDED,
    PLANNING_AREA,
    Weights,
    balance_notes,
    childcare_balance,
    status,
)

N1, N2, S1 = "E01000001", "E01000002", "E01000003"
AY = 2026
AREAS = pd.DataFrame(
    [(code, level, area, area, 1.0) for code, homes in {
        N1: ("P1", "E07000001"), N2: ("P1", "E07000001"), S1: ("P2", "E07000002"), "": ("", "")}.items()
     for level, area in ((PLANNING_AREA, homes[0]), (DISTRICT, homes[1]), (AUTHORITY, "E10000099")) if area],
    columns=["lsoa_code", "level", "area_code", "area_name", "share"])


def wanted(*rows: tuple[str, float], term: str = "summer", band: str = "age_2", measure: str = FUNDED) -> pd.DataFrame:
    return pd.DataFrame([{"lsoa_code": code, "ay": AY, "term": term, "age_band": band, "measure": measure, "children": 100.0,
                          "hours_week": hours} for code, hours in rows])


def offered(*rows: tuple[str, float], not_told: float = 0.0, term: str = "summer", measure: str = FUNDED,
            assumed: float = 0.0) -> pd.DataFrame:
    return pd.DataFrame([{"lsoa_code": code, "ay": AY, "term": term, "age_band": "age_2", "measure": measure, "hours_week": hours,
                          "hours_assumed": hours * assumed, "hours_not_told": not_told} for code, hours in rows])


def weighed(want: pd.DataFrame, offer: pd.DataFrame, **weights: Any) -> pd.DataFrame:
    return childcare_balance(want, offer, AREAS, Weights(**weights))


def one(table: pd.DataFrame, area: str, **where: str) -> dict[str, Any]:
    rows = table[table["area_code"] == area]
    for column, value in where.items():
        rows = rows[rows[column] == value]
    (row,) = rows.to_dict("records")
    return row


def test_three_areas_and_four_settings_on_paper() -> None:
    """N1 wants 300 hours and N2 100, with settings of 250 and 50 (P1: 300 of 400); S1 wants 200, with settings of 150 and 90."""
    table = weighed(wanted((N1, 300), (N2, 100), (S1, 200)), offered((N1, 250), (N2, 50), (S1, 150), (S1, 90)))
    assert list(table.columns) == COLUMNS
    north, south, whole = one(table, "P1"), one(table, "P2"), one(table, "E10000099")
    figures = ("hours_wanted", "hours_on_offer", "hours_short", "hours_over", "status")
    assert [north[f] for f in figures] == [400, 300, 100, 0, "R"]
    assert [south[f] for f in figures] == [200, 240, 0, 40, "G"] and south["ratio"] == pytest.approx(1.2)
    assert [whole[f] for f in figures] == [600, 540, 60, 0, "A"], "what is over in the south is not free in the north"
    assert one(table, "E07000001")["hours_short"] == 100 and north["children"] == 200
    assert whole["hours_assumed"] == 0 and whole["marked"] == "A"
    assert north["pte_short"] == pytest.approx(100 / 15) and south["words"] == "sufficient"


def test_g7_the_worked_example_of_the_brief() -> None:
    """221.2 PTE wanted; of 310 on offer 88 % are in reach: 272.8, a surplus of 51.6 or 19 % of them."""
    demand = 240 * 0.49 * 0.85 * 28 + 240 * 0.20 * 0.72 * 15
    row = one(weighed(wanted((N1, demand)), offered((N1, 310 * 15)), in_reach=0.88), "P1")
    assert [f"{row[c]:.1f}" for c in ("pte_wanted", "pte_counted", "pte_over", "pte_short")] == ["221.2", "272.8", "51.6", "0.0"]
    assert f"{row['pte_over'] / row['pte_counted']:.0%}" == "19%" and f"{row['ratio']:.2f}" == "1.23" and row["status"] == "G"


@pytest.mark.parametrize(("ratio", "letter"), [
    (0.0, "R"), (0.8999, "R"), (0.90, "A"), (1.0499, "A"), (1.05, "G"), (1.25, "G"), (1.2501, "B"), (9.0, "B"),
])
def test_letters_by_what_is_on_offer_for_each_hour_wanted(ratio: float, letter: str) -> None:
    assert status(np.array([1000.0]), np.array([1000 * ratio]), Weights().edges).tolist() == [letter]


def test_nobody_who_wants_hours_is_a_surplus_and_nothing_at_all_is_enough() -> None:
    assert status(np.zeros(2), np.array([5.0, 0.0]), Weights().edges).tolist() == ["B", "G"]
    with pytest.raises(ValueError, match="rising"):
        status(np.ones(1), np.ones(1), (1.0, 0.5, 2.0))


def test_where_it_hangs_on_those_who_have_not_told_their_hours_it_is_not_known() -> None:
    """100 wanted: 80 told is R; 30 more would make it G, so nobody knows; 5 more change nothing; 130 told is B either way."""
    unsure = one(weighed(wanted((N1, 100)), offered((N1, 80), not_told=30)), "P1")
    assert unsure["status"] == "?" and math.isnan(unsure["hours_short"]) and math.isnan(unsure["hours_over"])
    assert unsure["hours_on_offer"] == 80 and unsure["hours_not_told"] == 30
    assert one(weighed(wanted((N1, 100)), offered((N1, 80), not_told=5)), "P1")["status"] == "R"
    assert one(weighed(wanted((N1, 100)), offered((N1, 130), not_told=30)), "P1")["status"] == "B"
    assert one(weighed(wanted((N1, 100)), offered((N1, 101), not_told=10)), "P1")["hours_short"] == 0, "enough without them"


def test_funded_hours_at_an_age_without_an_entitlement_are_no_surplus() -> None:
    table = weighed(wanted((N1, 100), measure=ALL), pd.concat([offered((N1, 90), measure=ALL), offered((N1, 60))]))
    assert set(table["measure"]) == {ALL}


def test_where_no_clubs_are_known_care_around_school_is_not_nothing() -> None:
    table = weighed(wanted((N1, 100), measure=AROUND_SCHOOL, band="age_5_7"), offered((S1, 90), measure=ALL),
                    incomplete=[AROUND_SCHOOL])
    row = one(table, "P1")
    assert row["status"] == "?" and math.isnan(row["hours_on_offer"]) and math.isnan(row["hours_short"])


def test_supply_outside_all_small_areas_counts_in_the_authority_only() -> None:
    table = weighed(wanted((N1, 100), (S1, 50)), offered((N1, 70), ("", 30)))
    assert one(table, "E10000099")["hours_on_offer"] == 100
    assert table.loc[table["level"] == PLANNING_AREA, "hours_on_offer"].sum() == 70


def test_the_worst_term_is_marked_and_an_autumn_that_hides_it_is_told() -> None:
    want = pd.concat([wanted((N1, hours), (S1, 50), term=term) for term, hours in
                      (("autumn", 75), ("spring", 100), ("summer", 119))])
    offer = pd.concat([offered((N1, 100), (S1, 60), term=term) for term in ("autumn", "spring", "summer")])
    table = weighed(want, offer)
    worst = table[table["worst_term"].astype("bool")].set_index("area_code")["term"]
    assert worst["P1"] == "summer" and len(worst) == 5, "one term for each area"
    assert worst["P2"] == "autumn", "of equal terms the first"
    (note,) = balance_notes(table, AY)
    assert "1 of 2 planning areas have enough in autumn and too little later" in note.text and "two-year-olds" in note.text


def test_what_is_not_known_in_planning_areas_is_told() -> None:
    table = weighed(wanted((N1, 100), (S1, 100)), offered((N1, 80), not_told=50))
    (note,) = balance_notes(table, AY)
    assert note.text.startswith("in 1 of 2 planning areas it hangs on settings")


CODES, TOWNS, SEED = (N1, N2, S1), 500, 20261125


def towns(generator: np.random.Generator, column: str = "hours_week", **more: Any) -> pd.DataFrame:
    """Hours in three small areas of many towns, each in a year of its own so that one run weighs them all; a fifth are nought."""
    hours = generator.uniform(0, 1e4, TOWNS * 3) * (generator.uniform(size=TOWNS * 3) > 0.2)
    return pd.DataFrame({"lsoa_code": list(CODES) * TOWNS, "ay": np.repeat(np.arange(TOWNS), 3), "term": "summer",
                         "age_band": "age_2", "measure": FUNDED, column: hours, "hours_assumed": 0.0, **more})


def test_areas_add_up_and_more_supply_is_never_worse() -> None:
    generator = np.random.default_rng(SEED)
    asked = towns(generator, children=100.0)
    offer = pd.concat([towns(generator, hours_not_told=0.0), towns(generator, "hours_not_told", hours_week=0.0)])
    more = towns(generator, hours_not_told=0.0)
    before, after = weighed(asked, offer), weighed(asked, pd.concat([offer, more]))
    assert {"R", "A", "G", "B", "?"} == set(before["status"])
    for column in ("hours_wanted", "hours_on_offer", "hours_not_told", "pte_wanted"):
        by = before.groupby(["ay", "level"])[column].sum().reset_index().pivot_table(index="ay", columns="level", values=column)
        for level in (PLANNING_AREA, DISTRICT):
            assert by[level].to_numpy() == pytest.approx(by[AUTHORITY].to_numpy())
    both = before.merge(after, on=["level", "area_code", "ay"], suffixes=("", "_after"))
    assert len(both) == len(before) > 4 * TOWNS
    worse = both["hours_short_after"] > both["hours_short"] + 1e-9
    rank = both[["status", "status_after"]].apply(lambda letters: letters.map({"R": 0, "A": 1, "G": 2, "B": 3}))
    assert not worse.any() and not (rank["status_after"] < rank["status"]).any()
    areas = before[before["level"] == PLANNING_AREA].groupby("ay")["hours_short"].sum(min_count=2)
    whole = before[before["level"] == AUTHORITY].set_index("ay")["hours_short"]
    known = areas.notna() & whole.notna()
    assert known.sum() > 50 and (areas[known] >= whole[known] - 1e-6).all(), "what is over in one area helps no other"


def test_what_counts_is_not_called_reach_which_access_alone_measures() -> None:
    table = weighed(wanted((N1, 1000.0)), offered((N1, 900.0)), in_reach=0.5)
    assert not [column for column in table if "reach" in column]
    row = one(table, "P1")
    assert [row[c] for c in ("hours_on_offer", "hours_counted", "pte_counted")] == [900.0, 450.0, 30.0]
