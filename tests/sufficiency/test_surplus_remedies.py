"""Surplus and its remedies: class-size arithmetic as in the domain brief, a falling pair, places protected where rolls return."""

from __future__ import annotations

import pandas as pd
import pytest

from sufficiency.capital.surplus import classes, surplus_remedies

YEARS = range(2026, 2032)
GROUPS = range(7)


def school(urn: str, pan: float, intakes: list[float], area: str = "P1") -> tuple[pd.DataFrame, pd.DataFrame]:
    """A primary school: places and pupils, each year group as large as that year's intake."""
    rows = [(urn, y, n, pan, area, "primary", float(c)) for y, c in zip(YEARS, intakes, strict=True) for n in GROUPS]
    table = pd.DataFrame(rows, columns=["urn", "ay", "nc_year", "yg_places", "planning_area_code", "phase", "pupils"])
    return table[["urn", "ay", "nc_year", "yg_places"]], table.drop(columns="yg_places")


def remedies(*schools: tuple[pd.DataFrame, pd.DataFrame], fare: float = 1500.0) -> pd.DataFrame:
    places, pupils = (pd.concat([one[i] for one in schools], ignore_index=True) for i in (0, 1))
    both = pupils.merge(places, on=["urn", "ay", "nc_year"])
    balance = both.groupby(["ay", "phase", "planning_area_code", "nc_year"])[["pupils", "yg_places"]].sum().reset_index()
    return surplus_remedies(places, pupils, balance, {"primary": fare, "secondary": fare})


@pytest.mark.parametrize(("pan", "teachers"), [(30, 1), (31, 2), (40, 2), (45, 2), (60, 2), (61, 3)])
def test_teachers_by_the_class_size_law(pan: int, teachers: int) -> None:
    """E7: one teacher for each 30 or part of it; an admission number of 40 is expensive, two classes of 20."""
    assert classes(pan) == teachers


def test_a_number_of_sixty_with_thirty_one_children_is_cut_where_one_class_costs_less_than_a_fare() -> None:
    """31 children make two classes of 15.5; at 45 they still do, at 30 they are one class and one child a year goes next door."""
    found = remedies(school("a", 60, [31] * 6))
    cuts = found[found["remedy"] == "pan_cut"].set_index("places_after")
    assert cuts.index.tolist() == [30, 45]
    assert cuts.loc[30, ["class_now", "class_after", "sent_next_door"]].tolist() == pytest.approx([15.5, 30.0, 1.0])
    assert cuts.loc[30, "running_saved"] == pytest.approx(7 * 75_000)
    assert cuts.loc[30, "transport"] == pytest.approx(7 * 1500)
    assert cuts.loc[30, "score"] == pytest.approx(7 * 75_000 - 7 * 1500)
    assert cuts.loc[45, "running_saved"] == 0.0
    assert cuts.loc[45, "score"] == pytest.approx(-(24 - 15.5) / 30 * 14 * 75_000)
    dear = remedies(school("a", 60, [31] * 6), fare=200_000.0)
    assert dear[dear["remedy"] == "pan_cut"]["places_after"].tolist() == [45, 30]


def test_no_finding_where_the_surplus_is_small_or_does_not_last() -> None:
    assert remedies(school("a", 60, [50] * 6)).empty
    assert remedies(school("a", 60, [30, 30, 30, 30, 30, 58])).empty


def test_a_falling_pair_may_be_cut_converted_or_joined() -> None:
    found = remedies(school("a", 60, [44, 40, 34, 30, 28, 26]), school("b", 60, [34, 32, 30, 28, 27, 26]))
    kinds = found.groupby("urn")["remedy"].agg(set).to_dict()
    assert kinds["a"] >= {"pan_cut", "mothball", "convert_to_nursery", "convert_to_resourced"}
    assert "amalgamation" not in kinds["a"]  # 44 and 34 at first do not fit into 60
    joined = remedies(school("a", 60, [30, 30, 29, 28, 28, 26]), school("b", 60, [29, 29, 28, 28, 27, 26]))
    best = joined[joined["urn"] == "a"].iloc[0]
    assert (best["remedy"], best["with_urn"]) == ("amalgamation", "b")
    assert best["running_saved"] == pytest.approx(250_000)
    assert "asks" in best["who_decides"]


def test_places_are_protected_where_rolls_return() -> None:
    """Spare is widest in 2028 and 18 fewer in 2031: those places are needed again and a remedy that gives them up says so."""
    found = remedies(school("a", 60, [30, 28, 24, 28, 36, 42]))
    assert set(found["protected_from_ay"]) == {2030}
    assert set(found["protected_places"]) == {18.0}
    cut = found[(found["remedy"] == "pan_cut") & (found["places_after"] == 30)].iloc[0]
    assert cut["gives_up_protected"]
    assert "18 places at entry are needed again from September 2030" in cut["told"]
    half = found[(found["remedy"] == "pan_cut") & (found["places_after"] == 45)].iloc[0]
    assert not half["gives_up_protected"]  # 45 still hold the 42 who then come
    assert not found[found["remedy"] == "mothball"]["gives_up_protected"].any()
    steady = remedies(school("a", 60, [30, 28, 24, 24, 24, 24]))
    assert not steady["gives_up_protected"].any()
    assert steady["protected_from_ay"].isna().all()


def test_nothing_is_told_of_a_school_whose_places_are_not_known() -> None:
    places, pupils = school("a", 60, [30] * 6)
    balance = pupils.groupby(["ay", "phase", "planning_area_code", "nc_year"])["pupils"].sum().reset_index()
    assert surplus_remedies(places.assign(yg_places=float("nan")), pupils, balance.assign(yg_places=float("nan"))).empty
