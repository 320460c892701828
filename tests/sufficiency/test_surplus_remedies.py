"""Surplus and its remedies: class-size arithmetic as in the domain brief, a falling pair, places protected where rolls return."""

from __future__ import annotations

import pandas as pd
import pytest

from sufficiency.capital.surplus import classes, surplus_remedies
from sufficiency.capital.surplus_schools import DESIGNATED

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


def about(**of: tuple[str, bool, str, str]) -> pd.DataFrame:
    """Name, own admission authority, rural and postcode of some schools."""
    rows = [(urn, *facts, float("nan"), float("nan")) for urn, facts in of.items()]
    return pd.DataFrame(rows, columns=["urn", "school_name", "own_admissions", "rural", "postcode", "easting", "northing"])


def with_facts(
    facts: pd.DataFrame, *schools: tuple[pd.DataFrame, pd.DataFrame], listed: pd.DataFrame | None = None
) -> pd.DataFrame:
    places, pupils = (pd.concat([one[i] for one in schools], ignore_index=True) for i in (0, 1))
    both = pupils.merge(places, on=["urn", "ay", "nc_year"])
    balance = both.groupby(["ay", "phase", "planning_area_code", "nc_year"])[["pupils", "yg_places"]].sum().reset_index()
    return surplus_remedies(places, pupils, balance, {"primary": 1500.0, "secondary": 1500.0}, facts, listed)


def of_groups(one: tuple[pd.DataFrame, pd.DataFrame], groups: range) -> tuple[pd.DataFrame, pd.DataFrame]:
    return one[0][one[0]["nc_year"].isin(groups)], one[1][one[1]["nc_year"].isin(groups)]


@pytest.mark.parametrize(
    ("names", "postcodes", "how"),
    [
        (("Mill Infant School", "Mill Junior School"), ("A1 1AA", "B2 2BB"), "they share a name"),
        (("Mill Infant School", "Weir Junior School"), ("A1 1AA", "A1 1AA"), "both stand at A1 1AA"),
        (("Mill Infant School", "Weir Junior School"), ("A1 1AA", "B2 2BB"), ""),
    ],
)
def test_an_infant_and_a_junior_school_of_one_site_may_be_one_school(
    names: tuple[str, str], postcodes: tuple[str, str], how: str
) -> None:
    """All their places and children stay; what is saved is the running of a second school."""
    infant, junior = of_groups(school("a", 60, [30] * 6), range(3)), of_groups(school("b", 60, [58] * 6), range(3, 7))
    facts = about(a=(names[0], False, "", postcodes[0]), b=(names[1], False, "", postcodes[1]))
    found = with_facts(facts, infant, junior)
    joined = found[found["remedy"] == "amalgamation"]
    assert set(found["urn"]) == {"a"}, "the junior school is full"
    assert joined["with_school_name"].tolist() == ([names[1]] if how else [])
    if how:
        one = joined.iloc[0]
        assert one["places_now"] == one["places_after"] == 3 * 60 + 4 * 60 and one["running_saved"] == 250_000
        assert f"into one school ({how})" in one["told"]


def test_what_is_only_asked_and_what_the_law_presumes_against_is_told_and_stands_last() -> None:
    """A trust decides on its own number; whatever it saves, closing a designated rural school comes after all else."""
    facts = about(a=("Hill Academy", True, "", "A1 1AA"), b=("Dale Primary", False, DESIGNATED, "B2 2BB"))
    names = ["Hill: a smaller number", "Dale: a hall"]
    listed = pd.DataFrame({"site_id": ["a", "b"], "kind": ["pan_cut", "expansion"], "name": names})
    found = with_facts(facts, school("a", 60, [24] * 6), school("b", 15, [4] * 6), listed=listed)
    mine, rural = (found[found["urn"] == urn] for urn in ("a", "b"))
    assert mine["only_asked"].all() and mine["told"].str.contains("only asked until").all()
    assert set(mine.loc[mine["remedy"] == "pan_cut", "listed_as"]) == {"Hill: a smaller number"}
    assert (rural["listed_as"] == "").all()
    last = rural.iloc[-1]
    assert last["remedy"] == "amalgamation" and last["score"] == rural["score"].max(), "it would save most, and stands last"
    assert last["presumption"] == DESIGNATED and "presumes that such a school is not closed" in last["told"]
    assert rural.loc[rural["remedy"] == "mothball", "only_asked"].tolist() == [False]


def test_a_small_school_is_taught_in_mixed_classes() -> None:
    """Four children a year in seven year groups are one class of 28; with 27 a year besides, 31 a year make fourteen classes."""
    found = remedies(school("b", 15, [4] * 6), school("a", 60, [27] * 6))
    joined = found[(found["urn"] == "b") & (found["remedy"] == "amalgamation")].iloc[0]
    assert joined["class_now"] == pytest.approx(28.0) and joined["class_after"] == pytest.approx(31 / 2)
    assert joined["running_saved"] == pytest.approx(250_000 + (1 + 7 - 14) * 75_000)
