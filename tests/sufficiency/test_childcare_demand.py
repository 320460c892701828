"""Hours of childcare wanted: worked examples, rules in force, whose figures count, and what always holds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from planning_areas.lookup import lookup_from
from sufficiency.assumptions import Assumptions
from sufficiency.childcare.demand import COLUMNS, FUNDED, Demand, childcare_demand, table_of_children
from sufficiency.childcare.entitlements import in_force
from sufficiency.childcare.school_age_care import disabled_children, school_age_care
from sufficiency.childcare.small_area_children import children_under_five, month_shares, net_inflow, school_children
from sufficiency.childcare.takeup import Use, paid_for
from sufficiency.childcare.terms import TERMS, YOUNG, begins
from sufficiency.childcare.under_fives import Anchor, UnderFives, under_fives
from sufficiency.evidence import TABLES, Authority, Evidence, empty

Made = Callable[..., Any]
A, B = "E01000001", "E01000002"
NORTH, WHOLE = "E07000001", "E10000099"
CODES = (A, B)
BASE = 2025


def table(name: str, *rows: tuple[object, ...]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(TABLES[name].to_schema().columns)) if rows else empty(name)


def evidence(base: int = BASE, **tables: pd.DataFrame) -> Evidence:
    lsoas = pd.DataFrame({"lsoa_code": [A, B], "lsoa_name": ["A", "B"], "district_code": [NORTH, "E07000002"], "geometry": None})
    return Evidence(Authority("999", "Town", WHOLE, base), {name: empty(name) for name in TABLES} | {"lsoas": lsoas} | tables)


def children(a: float = 240.0, b: float = 360.0, base: int = BASE) -> UnderFives:
    """As many children of each year in A and in B, from birth to Reception, at nine of ten at state schools."""
    areas = lookup_from(pd.DataFrame({"origin": CODES, "destination": ["P", "P"], "weight": 1.0}), CODES, ["P"])
    born = {c: np.array([a, b]) for c in range(base - 6, base + 6)}
    return under_fives(CODES, born, Anchor(base, np.full((1, 6, 1), 0.9 * (a + b)), areas, 0.9), base + 4, 30.0)[0]


def demand(evidence_: Evidence | None = None, young: UnderFives | None = None, **settings: Any) -> tuple[Demand, str]:
    made, notes = childcare_demand(young or children(), evidence_ or evidence(), Assumptions(**settings))
    return made, "\n".join(note.text for note in notes)


G7 = {"childcare_eligible": table("childcare_eligible", (BASE, "working_parent", "2 years", 600 * .49, 0.0),
                                  (BASE, "early_learning", "2 years", 600 * .20, 0.0)),
      "childcare_takeup": table("childcare_takeup", (WHOLE, BASE, "working_parent", "age_2", 0.85, 28.0),
                                (WHOLE, BASE, "early_learning", "age_2", 0.72, 15.0))}


def test_g7_worked_example() -> None:
    """240 two-year-olds in summer: 186.6 and 34.6 are 221.2 PTE (what is in reach, and over: `test_childcare_balance`)."""
    found, _ = demand(evidence(**G7))
    rows = found.table(children(), range(BASE, BASE + 1)).query("lsoa_code == @A and term == 'summer' and age_band == 'age_2'")
    pte = rows.set_index("kind")["pte"]
    wanted = pte["working_parent"] + pte["early_learning"]
    assert [f"{n:.1f}" for n in (pte["working_parent"], pte["early_learning"], wanted)] == ["186.6", "34.6", "221.2"]
    assert rows.set_index("kind")["eligible"].to_dict() == pytest.approx(
        {"working_parent": 240 * .49, "early_learning": 240 * .20, "paid": 240})


def test_g2_rates_of_england() -> None:
    """What the rulebook takes from the national table is what the brief works out of it."""
    found, notes = demand()
    of_england = (278_000 + 66_000) / (571_241 + 135_865)
    assert found.eligible["under_2", "working_parent"] == pytest.approx([of_england] * 2, abs=5e-4)
    use = found.use
    assert use.takeup("under_2", "working_parent", BASE)[0] == pytest.approx((30_679 + 210_825) / (66_000 + 278_000), abs=1e-3)
    assert f"{85_629 / 119_598:.1%}" == f"{use.takeup('age_2', 'early_learning', BASE)[0]:.1%}"
    assert f"{535_220 / 610_427:.1%}" == f"{use.takeup('age_3_4', 'universal', BASE)[0]:.1%}"
    assert "eligible children are not known and taken to be as many as in England" in notes
    assert "universal hours by three- and four-year-olds 88%" in notes


@pytest.mark.parametrize("base", [2022, 2025])
def test_a_run_has_the_rules_of_its_year(base: int) -> None:
    young = children(base=base)
    found, _ = demand(evidence(base), young)
    rows = found.table(young, range(base, base + 3))
    for (ay, term), part in rows[rows["kind"] != "paid"].groupby(["ay", "term"]):
        rules = {key for key, e in in_force(begins(ay, term)).items() if e.hours_week}
        assert set(zip(part["age_band"], part["kind"], strict=True)) == rules, (ay, term)
    babies = rows[(rows["age_band"] == "under_2") & (rows["kind"] == "working_parent")]
    assert babies["ay"].min() == max(base, 2024)
    if base == 2022:
        twos = rows.query("age_band == 'age_2' and kind == 'working_parent'").groupby(["ay", "term"])["hours_week"].sum()
        assert list(twos.index) == [(2023, "summer"), *((2024, t) for t in sorted(TERMS))]     # from April 2024
        paid = rows.query("age_band == 'under_2' and kind == 'paid'").groupby("ay")["hours_week"].sum()
        assert paid[2024] < paid[2023]                                                    # what is funded is not paid for


def test_a_table_is_complete_ordered_and_adds_up_by_hours() -> None:
    young = children()
    found, _ = demand()
    rows = found.table(young, range(BASE, BASE + 2))
    assert tuple(rows.columns) == COLUMNS and len(rows) == 2 * 3 * 2 * 8
    assert rows["term"].drop_duplicates().tolist() == list(TERMS)
    assert (rows["pte"] == rows["hours_week"] / 15).all() and (rows["children"] <= rows["eligible"] + 1e-9).all()
    assert (rows[["eligible", "children", "hours_week"]] >= 0).all(axis=None)
    funded = rows[rows["kind"].isin(FUNDED)].groupby(["lsoa_code", "ay", "term", "age_band"])["hours_week"].sum()
    for (code, ay, term, band), hours in funded.items():
        assert hours <= 30 * young.in_band(band, ay, term)[0, CODES.index(code)] + 1e-9       # rule 16: hours, never 45


def test_a_working_three_year_old_stands_under_two_headings_with_28_hours_in_all() -> None:
    found, _ = demand()
    want = found.wanted(children(), BASE, "summer")
    universal, further = want["age_3_4", "universal"], want["age_3_4", "working_parent"]
    assert (universal.hours / universal.children)[0] == pytest.approx([15, 15])
    assert (further.hours / further.children)[0] == pytest.approx([13, 13], abs=0.01)


def test_early_learning_children_with_working_parents_have_thirty_hours_not_45() -> None:
    """With a quarter of them working: 15 hours under early learning, 15 more under working parents."""
    before = demand()[0].wanted(children(), BASE, "spring")
    after = demand(also_working=0.25)[0].wanted(children(), BASE, "spring")
    early, key = after["age_2", "early_learning"], ("age_2", "working_parent")
    assert early.hours == pytest.approx(before["age_2", "early_learning"].hours)
    assert after[key].hours - before[key].hours == pytest.approx(0.25 * early.children * 15 * 0.933)
    plain, both = (demand(also_working=also, stretched_share=1.0)[0].wanted(children(), BASE, "spring") for also in (0, 0.25))
    more = both[key].hours - plain[key].hours
    assert more == pytest.approx(0.25 * early.children * 15 * 0.933 * 38 / 51), "these are stretched as all others are"


def test_controls_are_met_exactly_on_their_own_age_basis() -> None:
    """January totals by age on 31 December: those let in on 1 January, whatever the areas lean to."""
    totals = {("working_parent", "9 to 11 months"): 70.0, ("working_parent", "1 year"): 290.0,
              ("working_parent", "2 years"): 280.0, ("early_learning", "2 years"): 130.0,
              ("working_parent", "3 years"): 250.0, ("working_parent", "4 years"): 85.0}
    rows = [(BASE, kind, age, n, n * .8) for (kind, age), n in totals.items()]
    lean = table("area_indicators", (A, 0.35, np.nan, np.nan, np.nan), (B, 0.10, np.nan, np.nan, np.nan))
    found, notes = demand(evidence(childcare_eligible=table("childcare_eligible", *rows), area_indicators=lean))
    want = found.wanted(children(), BASE, "spring")
    assert [want[key].eligible.sum() for key in (("under_2", "working_parent"), ("age_2", "working_parent"),
            ("age_2", "early_learning"), ("age_3_4", "working_parent"))] == pytest.approx([360, 280, 130, 335], rel=1e-12)
    poor, rich = want["age_2", "early_learning"].eligible[0] / np.array([240, 360])
    assert poor > 130 / 600 > rich and "not known and taken to be" not in notes.split("take-up")[0]
    both = want["age_2", "early_learning"].eligible + want["age_2", "working_parent"].eligible
    assert (both[0] <= children().in_band("age_2", BASE, "spring")[0]).all()
    assert found.use.takeup("age_2", "early_learning", BASE) == pytest.approx([0.8, 0.8])       # registered over eligible


def test_a_total_of_an_earlier_january_keeps_its_share_of_the_children() -> None:
    rows = [(BASE - 3, "early_learning", "2 years", 150.0, np.nan), (BASE + 1, "early_learning", "2 years", 1.0, 1.0)]
    found, notes = demand(evidence(childcare_eligible=table("childcare_eligible", *rows)))
    assert found.wanted(children(), BASE, "spring")["age_2", "early_learning"].eligible.sum() == pytest.approx(150)
    assert f"eligible children of January {BASE - 2} are held against all children of January {BASE}" in notes
    assert f"figures of January {BASE + 2} are later than the base year and are not used" in notes


def test_published_take_up_leaves_out_four_year_olds_in_reception() -> None:
    """Of 1,200 threes and fours 400 are in Reception, 360 of them at state schools; 1,080 are registered."""
    rows = [(BASE, "universal", "3 years", 600.0, 520.0), (BASE, "universal", "4 years", 600.0, 560.0)]
    found, notes = demand(evidence(childcare_eligible=table("childcare_eligible", *rows)))
    in_reception = found.use.in_reception[BASE]
    assert in_reception == pytest.approx(600 * 8 / 12 * 0.94)
    expected = (1080 - in_reception) / (1200 - in_reception)
    assert found.use.takeup("age_3_4", "universal", BASE) == pytest.approx([expected] * 2)
    assert "are published for January" not in notes
    more = [(BASE, "universal", "3 years", 900.0, 520.0), (BASE, "universal", "4 years", 600.0, 980.0)]
    found, notes = demand(evidence(childcare_eligible=table("childcare_eligible", *more)))
    assert f"1,124 three- and four-year-olds outside Reception are published for January {BASE + 1}" in notes
    more = [(BASE, "early_learning", "2 years", 100.0, 105.0)]
    found, notes = demand(evidence(childcare_eligible=table("childcare_eligible", *more)))
    assert found.use.takeup("age_2", "early_learning", BASE).tolist() == [1, 1]
    assert "105% of the eligible two-year-olds are published to be registered for early learning hours" in notes


def test_the_finest_take_up_that_the_council_gives_counts() -> None:
    own = table("childcare_takeup", (WHOLE, 2024, "universal", "age_3_4", 0.9, np.nan),
                (NORTH, 2025, "universal", "age_3_4", 0.8, 14.0), (B, 2026, "universal", "age_3_4", 0.7, np.nan),
                (B, 2028, "universal", "age_3_4", 0.6, 99.0))
    use = demand(evidence(childcare_takeup=own))[0].use
    assert use.takeup("age_3_4", "universal", 2027).tolist() == [0.8, 0.7]
    assert use.takeup("age_3_4", "universal", 2029).tolist() == [0.8, 0.6]
    assert use.hours("age_3_4", "universal", 2029, date(2029, 9, 1)).tolist() == [14.0, 15.0]       # never more than there are
    assert replace(use, districts=("", "")).takeup("age_3_4", "universal", 2029).tolist() == [0.9, 0.6]


def test_summer_is_the_peak_of_threes_and_fours_and_that_is_warned_of() -> None:
    _, notes = demand()
    assert "three- and four-year-olds, 2025/26: sized on autumn, provision is 37% short of what the summer term needs" in notes
    assert "children under two" not in notes.rpartition("sized on")[0][-80:]


def test_g4_stretching_changes_the_week_and_not_the_year() -> None:
    """Half of the children over 51 weeks: (15 + 11.18) / 2 hours a week in term."""
    use = demand(stretched_share=0.5)[0].use
    assert f"{use.hours('age_2', 'early_learning', BASE, date(BASE, 9, 1))[0]:.2f}" == f"{(15 + 570 / 51) / 2:.2f}"


def test_more_children_never_mean_fewer_hours() -> None:
    found, _ = demand()
    few, many = (found.table(children(a), range(BASE, BASE + 3)).set_index(["lsoa_code", "ay", "term", "age_band", "kind"])
                 for a in (240, 300))
    assert (many["hours_week"] >= few["hours_week"] - 1e-9).all() and many["hours_week"].sum() > few["hours_week"].sum()


def test_hours_paid_for_follow_the_rules_of_the_day() -> None:
    assert paid_for("under_2", 2023) == (0.30, 24) and paid_for("under_2", 2025) == (0.25, 9)
    assert paid_for("age_2", 2023, date(2024, 4, 1)) == (0.36, 14)


HOMES = {A: {"P1": 1.0}, B: {"P2": 1.0}}
SCHOOLS = [("100001", "P1", "", 0, 6, 0, 0), ("100002", "P2", "", 0, 6, 0, 0), ("100003", "", "S1", 7, 11, 0, 0)]
ROLLS = {"100001": {2022: [30] * 7}, "100002": {2022: [60] * 7}, "100003": {2022: [85] * 5}}
BIRTHS = {c: {A: 32, B: 64} for c in range(2015, 2025)}


def run_of(made: Any) -> tuple[UnderFives, str, Any]:
    projection = made.project()
    young, notes = children_under_five(made.evidence, made.frame, projection, 2025, Assumptions())
    return young, "\n".join(note.text for note in notes), projection


def test_a_runs_reception_is_the_anchor(town: Made) -> None:
    young, notes, projection = run_of(town(SCHOOLS, ROLLS, BIRTHS, HOMES))
    for ay in range(2022, 2026):
        reception = projection.pupils.sel(ay=ay, nc_year=0).sum("planning_area_code").to_numpy()
        assert young.aged(4, ay, "autumn").sum(axis=1) * 0.94 == pytest.approx(reception, rel=1e-12)
    assert "94% of four-year-olds are taken to be in Reception of a state school, and as many to come from outside as" in notes
    ages = table_of_children(young, range(2022, 2024)).groupby(["ay", "term"])["children"].sum()
    assert ages.between(96 * 5 * 0.95, 96 * 5 * 1.05).all()


def test_the_population_tells_who_crosses_the_border(town: Made) -> None:
    """100 four-year-olds, 94 of them at state schools, and 90 in Reception: 4 more go out than come in."""
    people = {A: [100 / 3] * 20, B: [200 / 3] * 20}
    made = town(SCHOOLS, ROLLS, BIRTHS, HOMES, people=people, year=2022)
    young, notes, projection = run_of(made)
    assert "by the population of mid-2022, 4 more go out than come in from outside" in notes
    reception = projection.pupils.sel(ay=2023, nc_year=0).sum("planning_area_code").to_numpy()
    assert young.aged(4, 2023, "autumn").sum(axis=1) * 0.94 == pytest.approx(reception * (1 + 4 / 90), rel=1e-12)
    share, (note,) = net_inflow(made.evidence, projection, (2022, np.full((2, 91), 500.0)), 0.94)
    assert share == 0 and "that is not believed" in note.text


def test_without_small_areas_childcare_is_told_for_the_authority(town: Made) -> None:
    young, notes, projection = run_of(town(SCHOOLS, ROLLS, BIRTHS))
    assert young.codes == ("E10000099",) and "childcare is told for the authority as a whole" in notes
    assert young.aged(4, 2023, "autumn").sum() * 0.94 == pytest.approx(float(projection.pupils.sel(ay=2023, nc_year=0).sum()))
    young, notes, _ = run_of(town(SCHOOLS, ROLLS, None, HOMES))
    assert "no births are known" in notes and young.aged(1, 2023, "spring").sum() == pytest.approx(90 / 0.94, rel=0.1)


def test_births_by_month_count_where_all_twelve_are_known() -> None:
    rows = [(2022 if m >= 9 else 2023, m, 10.0 + m) for m in range(1, 13)]
    shares = month_shares(evidence(births_by_month=table("births_by_month", *rows)))
    assert list(shares) == [2022] and shares[2022][0] == pytest.approx(19 / 198) and shares[2022].sum() == pytest.approx(1)
    assert month_shares(evidence(births_by_month=table("births_by_month", *rows[:-1]))) == {}
    assert month_shares(evidence()) == {}


def test_care_around_school_and_disabled_children(town: Made) -> None:
    made = town(SCHOOLS, ROLLS, BIRTHS, HOMES)
    young, _, projection = run_of(made)
    pupils = school_children(made.evidence, made.frame, projection, range(2022, 2024))
    assert pupils[1][2022].sum() == pytest.approx(90) and pupils[8][2022].sum() == pytest.approx(85)
    use = childcare_demand(young, made.evidence, Assumptions())[0].use
    rows, (note,) = school_age_care(use, pupils, range(2022, 2023))
    autumn = rows.query("term == 'autumn' and care == 'after_school'").groupby("age_band")[["on_roll", "children"]].sum()
    assert autumn.loc["age_5_7"].tolist() == pytest.approx([270, 54])
    assert autumn.loc["age_8_14"].tolist() == pytest.approx([360 + 255, 72 + 0.02 * 255])
    assert set(rows.query("care == 'holiday'")["term"]) == {""} and "unverified" in note.text
    own = table("childcare_takeup", ("E10000099", 2020, "after_school", "age_5_7", 0.5, 10.0))
    rows, notes = school_age_care(replace(use, own=own), pupils, range(2022, 2023))
    assert notes == () and rows.query("term == 'autumn' and care == 'after_school' and age_band == 'age_5_7'")[
        ["children", "hours_week"]].sum().tolist() == pytest.approx([135, 1350])
    disabled, (note,) = disabled_children(young, pupils, range(2022, 2024), 0.94)
    whole = disabled.query("ay == 2022").groupby("age_band")["all_children"].sum()
    assert whole["age_5_7"] == pytest.approx(270 / 0.94) and whole["age_15_17"] == pytest.approx(255 / 0.94)
    assert set(whole.index) == {*YOUNG, "age_5_7", "age_8_14", "age_15_17"}


def test_use_of_nothing_known_is_the_rulebooks() -> None:
    use = Use(empty("childcare_takeup"), empty("childcare_eligible"), CODES, ("", ""), "", (0.0, 51.0), {})
    assert use.takeup("age_2", "paid", 2025).tolist() == [0.28, 0.28]
