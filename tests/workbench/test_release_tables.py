"""What hangs on hidden people is hidden with them: other terms, other tables, rates, words, and what is told again of a run."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sufficiency.assumptions import Assumptions
from sufficiency.childcare.findings import Finding
from sufficiency.childcare.places_in_reach import PLACES
from workbench.childcare_view import findings_of, lines_of_area
from workbench.disclosure import bounds, protect, refuse_what_can_be_worked_out
from workbench.release.cells import figures
from workbench.release.hiding import without_hidden
from workbench.release.told import JUDGE, NOT_TOLD, TOLD, Fewest, fewest_for, fewest_of

BASE = 2025
TERMS = ("autumn", "spring", "summer")


def balance(children: dict[str, tuple[float, float, float]]) -> pd.DataFrame:
    """Planning areas with their children term by term, and the authority; every area is short of 30 hours in summer."""
    whole = tuple(sum(areas) for areas in zip(*children.values(), strict=True))
    return pd.DataFrame([
        {"level": "authority" if code == "A" else "planning_area", "area_code": code, "area_name": f"Area {code}", "ay": BASE,
         "term": term, "age_band": "age_2", "measure": "all", "children": n, "hours_wanted": 20 * n, "hours_counted": 20 * n - 30,
         "hours_on_offer": 20 * n - 30, "hours_flexible": 0.0,
         "hours_short": 30.0, "hours_over": 0.0, "status": "A", "marked": "A", "words": "tight",
         "stands": "too few", "assumed_share": 0.0, "worst_term": term == "summer", JUDGE: n}
        for code, many in {**children, "A": whole}.items() for term, n in zip(TERMS, many, strict=True)])


def takeup(eligible: dict[str, float], rate: float = 0.7, kind: str = "early_learning") -> pd.DataFrame:
    """Wards and their authority in one term, all with one rate."""
    return pd.DataFrame([
        {"level": "authority" if code == "A" else "ward", "area_code": code, "area_name": code, "ay": BASE, "term": "spring",
         "age_band": "age_2", "kind": kind, "eligible": n, "children": rate * n, "takeup": rate, JUDGE: n}
        for code, n in {**eligible, "A": sum(eligible.values())}.items()])


def reach(table: pd.DataFrame) -> pd.DataFrame:
    """Access of the same areas in autumn alone."""
    autumn = table[table["term"] == "autumn"]
    return autumn[["level", "area_code", "area_name", "ay", "term", "age_band", "measure", "children", "status", JUDGE]].assign(
        index=1.0, share_without=0.0, share_known=1.0)


def test_take_up_is_as_fine_as_the_hours_that_are_told_beside_it_and_no_finer() -> None:
    """Of wards no hours are told: they stand in tens. Funded hours of an authority tell its children, and so does the table."""
    told = next(one for one in TOLD if one.table == "childcare_takeup")
    table = takeup({"W1": 44.0, "W2": 33.4})
    shown = protect({"childcare_takeup": table}).tables["childcare_takeup"].set_index("area_code")
    assert shown["eligible"].to_dict() == {"W1": 40, "W2": 30, "A": 77}
    assert shown["children"].to_dict() == {"W1": 30, "W2": 20, "A": 54}
    assert [told.step("children", level) for level in ("ward", "district", "authority")] == [10, 1, 1]
    known = figures({"childcare_takeup": table}, {"childcare_takeup": np.zeros(3, dtype=bool)}, [told], Fewest(5, 10))
    assert set(known.loc[known["level"] == "authority", "within"]) == {0.5}, "the auditor knows it as closely"


def test_hours_of_planning_areas_tell_who_takes_them_up_where_an_age_has_one_entitlement() -> None:
    """15 hours for each who takes up: 49.7 in either area, told in whole hours; with a second entitlement hours tell no count."""
    table = takeup({"W1": 7.0, "W2": 64.0, "W3": 31.0, "W4": 40.0})
    hours = balance({"P1": (71.0, 71.0, 71.0), "P2": (71.0, 71.0, 71.0)})
    hours = hours.assign(measure="funded", hours_wanted=15 * 0.7 * hours["children"])
    of_both = {"childcare_balance": hours, "childcare_takeup": table}
    none = {name: np.zeros(len(frame), dtype=bool) for name, frame in of_both.items()}
    every = figures(of_both, none, TOLD, Fewest(5, 10))
    mine = every[every["quantity"].eq("taken up, early_learning") & every["level"].eq("planning_area")]
    assert mine["value"].tolist() == pytest.approx([49.7, 49.7]) and mine["within"].tolist() == pytest.approx([0.5 / 15] * 2)
    assert mine["term"].eq("spring").all() and set(mine["who"]) == {"funded"}, "take-up is told of that term alone"
    parts = pd.DataFrame({"planning_area": ["P1", "P1", "P2", "P2"], "ward": ["W1", "W2", "W3", "W4"], "district": "D"})
    release = protect({**of_both, "area_parts": parts})
    assert bounds(release)["protected"].all() and release.tables["childcare_takeup"]["children"].isna().sum() >= 1
    more = pd.concat([table, takeup({"W1": 20.0, "W2": 30.0}, kind="working_parent")], ignore_index=True)
    none["childcare_takeup"] = np.zeros(len(more), dtype=bool)
    every = figures({**of_both, "childcare_takeup": more}, none, TOLD, Fewest(5, 10))
    assert not (every["quantity"].str.startswith("taken up") & every["level"].eq("planning_area")).any()


NO_PLACES = pd.DataFrame(columns=PLACES)
FEW = balance({"P1": (12.0, 11.0, 9.0), "P2": (40.0, 41.0, 42.0), "P3": (60.0, 61.0, 62.0)})


def test_who_is_few_in_one_term_is_hidden_in_all_terms_and_tables() -> None:
    release = protect({"childcare_balance": FEW, "access_by_area": reach(FEW)})
    for name in ("childcare_balance", "access_by_area"):
        table = release.tables[name]
        assert set(table.loc[table["children"].isna(), "area_code"]) == {"P1", "P2"}, name
        gone = table["area_code"].isin(["P1", "P2"])
        assert table.loc[gone, "children"].isna().all() and set(table.loc[gone, "status"]) == {"?"}
    words = release.tables["childcare_balance"].set_index(["area_code", "term"])
    assert words.loc[("P1", "autumn"), "stands"] == NOT_TOLD and words.loc[("P3", "autumn"), "stands"] == "too few"


def test_take_up_is_rounded_and_what_is_small_in_it_hidden_with_all_of_its_ward() -> None:
    shown = protect({"childcare_takeup": takeup({"W1": 9.0, "W2": 64.0, "W3": 36.0})}).shown("childcare_takeup")
    told = shown.set_index("area_code")[["eligible", "children", "takeup"]]
    assert told.loc["W1"].tolist() == ["c"] * 3 and told.loc["W2"].tolist() == [60.0, 40.0, 0.7]
    assert told.loc["A"].tolist() == [109.0, 76.0, 0.7], "hours beside it would tell as much"
    few_take = protect({"childcare_takeup": takeup({"W1": 40.0, "W2": 64.0, "W3": 36.0}, 0.1)}).shown("childcare_takeup")
    assert few_take.set_index("area_code").loc[["W1", "W3"], ["eligible", "children", "takeup"]].eq("c").all(axis=None)


def test_a_rate_that_all_share_is_known_of_a_hidden_ward_as_well() -> None:
    """102 +- 0.5 less 60 +- 5 and 30 +- 5 leaves 1.5 to 22.5 eligible, and at 70 per cent 15.9 who take up at the most."""
    release = protect({"childcare_takeup": takeup({"W1": 7.0, "W2": 64.0, "W3": 31.0})})
    found = bounds(release).set_index(["quantity", "area_code"])
    assert found.loc[("eligible, early_learning", "W1"), ["low", "high"]].tolist() == pytest.approx([1.75, 22.5], abs=0.01)
    assert found.loc[("taken up, early_learning", "W1"), "high"] == pytest.approx(22.5 * 0.705) and found["protected"].all()
    free = takeup({"W1": 7.0, "W2": 64.0, "W3": 31.0})
    free.loc[1, "takeup"] = 0.71
    wider = bounds(protect({"childcare_takeup": free})).set_index(["quantity", "area_code"])
    left = 71.5 - 0.705 * 55 - 0.695 * 25      # what the rates of the others leave, where no rate is known of it
    assert wider.loc[("taken up, early_learning", "W1"), "high"] == pytest.approx(left)


def test_three_figures_of_which_two_make_the_third_are_hidden_together() -> None:
    given = pd.DataFrame({"planning_area_code": ["P1", "P2"], "ay": 2026, "lead": 1, "children": [4.0, 50.0], "survival": 1.3,
                          "by_registrations": [5.2, 65.0], "by_births": [6.0, 60.0], "weight": 0.5, "blended": [5.6, 62.5]})
    shown = protect({"registrations": given}).shown("registrations")
    assert shown.loc[0, ["children", "by_registrations", "blended"]].tolist() == ["c"] * 3, "5.2 / 1.3 is four children"
    assert shown.loc[1, ["children", "by_registrations", "blended"]].tolist() == [50.0, 65.0, 62.5]


def test_waiting_lists_of_one_to_four_are_hidden() -> None:
    clubs = pd.DataFrame({"urn": ["100001", "100002", "100003"], "waiting": [0.0, 3.0, 5.0], "places_am": [3.0, 4.0, 5.0]})
    shown = protect({"wraparound": clubs}).shown("wraparound")
    assert shown["waiting"].tolist() == [0.0, "c", 5.0] and shown["places_am"].tolist() == [3.0, 4.0, 5.0]


def test_the_list_of_shortages_leaves_out_whom_the_release_hides_and_says_so() -> None:
    release = protect({"childcare_balance": FEW, "access_by_area": reach(FEW)})
    exact = Finding("B11", "gaps", "Area P1 is short of 30 hours", "childcare_balance", complete=False)
    said = findings_of(release, [exact], BASE, NO_PLACES)
    assert "Area P1" not in said[0].sentence and "Area P2" not in said[0].sentence and "Area P3" in said[0].sentence
    assert said[0].sentence.endswith("Of 2 planning areas not every age is told: too few children live there.")
    bare = protect({"childcare_balance": balance({"P1": (12.0, 12.0, 12.0)}), "access_by_area": reach(FEW)})
    assert findings_of(bare, [said[0]], BASE, NO_PLACES) == (said[0],), "where nothing is hidden findings stay as they are"


def test_what_is_told_again_of_a_run_leaves_out_the_same_people() -> None:
    release = protect({"childcare_balance": FEW})
    exact = FEW.drop(columns=JUDGE)
    again = without_hidden(exact, TOLD[0], release.people())
    pd.testing.assert_frame_equal(again, release.tables["childcare_balance"], check_dtype=False)
    assert NOT_TOLD in "\n".join(lines_of_area(again, "P1")) and "180" not in "\n".join(lines_of_area(again, "P1"))
    assert "1,240 wanted" in "\n".join(lines_of_area(again, "P3"))


def test_the_worst_term_and_the_hours_counted_of_hidden_people_are_not_told_either() -> None:
    """Rooms that might be offered as funded count as far as hours are claimed: hours counted may be the hours wanted."""
    table = protect({"childcare_balance": FEW.assign(hours_flexible=7.0, pte_counted=3.0)}).tables["childcare_balance"]
    gone = table["children"].isna()
    assert gone.any() and not table.loc[gone, "worst_term"].any() and table.loc[~gone, "worst_term"].any()
    assert table.loc[gone, ["hours_counted", "hours_flexible", "pte_counted"]].isna().all(axis=None)
    assert table.loc[gone, "hours_on_offer"].notna().all(), "what settings offer is nobody's figure"


def test_one_nursery_alone_is_not_told_and_no_more_is_hidden_than_five_need() -> None:
    settings = {"D1": 1, "D2": 6, "D3": 9, "A": 16}
    table = pd.DataFrame([{"level": "authority" if code == "A" else "district", "area_code": code, "area_name": code, "ay": BASE,
                           "term": "summer", "age_band": "age_2", "settings": n, "hours_taken": 90.0 * n,
                           "hours_vacant": 10.0 * n, "vacancy_rate": 0.1, "pte_vacant": n / 1.5, "pte_as_age_3_4": 1.0 * n}
                          for code, n in settings.items()])
    release = protect({"childcare_vacancies": table})
    shown = release.shown("childcare_vacancies").set_index("area_code")
    assert shown.loc[["D1", "D2"], ["settings", "hours_taken", "vacancy_rate", "pte_as_age_3_4"]].eq("c").all(axis=None)
    assert shown.loc["D3", "settings"] == 9 and shown.loc["A", "settings"] == 16
    found = bounds(release)
    assert set(found["needed"]) == {5.0} and found["protected"].all() and not release.people()["who"].eq("").any()


def test_disabled_children_are_in_fives_and_one_to_four_are_hidden() -> None:
    many = {"D1": 3.2, "D2": 21.0, "D3": 48.9, "A": 73.1}
    table = pd.DataFrame([{"level": "authority" if code == "A" else "district", "area_code": code, "area_name": code, "ay": BASE,
                           "age_band": "age_2", "children": n} for code, n in many.items()])
    release = protect({"childcare_disabled": table})
    shown = release.shown("childcare_disabled").set_index("area_code")["children"]
    assert shown.to_dict() == {"D1": "c", "D2": 20.0, "D3": 50.0, "A": 75.0}
    (hidden,) = bounds(release).to_dict("records")
    assert (hidden["low"], hidden["high"], hidden["needed"]) == (0.0, pytest.approx(12.5), 5.0), "75 less 20 and 50, each rounded"


def test_an_area_that_hides_one_age_tells_no_places_for_each_child_of_all_ages() -> None:
    """Places over places for each child is the number of children under five: less the other ages, that of the hidden one."""
    under_five = {"P1": 50.0, "P2": 140.0, "P3": 200.0, "A": 390.0}
    places = pd.DataFrame([{"level": "authority" if code == "A" else "planning_area", "area_code": code, "area_name": code,
                            "ay": BASE, "age_band": "under_five", "children": n, "registered_places": 60.0,
                            "places_per_child": 60 / n, "places_in_reach": 0.3, "places_band": "moderate"}
                           for code, n in under_five.items()])
    alone = protect({"childcare_places": places}).shown("childcare_places")
    assert not alone.eq("c").any(axis=None), "fifty children are no few"
    release = protect({"childcare_places": places, "childcare_balance": FEW})
    shown = release.shown("childcare_places").set_index("area_code")
    assert shown.loc[["P1", "P2"], ["children", "places_per_child", "places_in_reach"]].eq("c").all(axis=None)
    assert set(shown.loc[["P1", "P2"], "places_band"]) == {NOT_TOLD} and shown.loc["P3", "children"] == 200.0
    refuse_what_can_be_worked_out(release)


def test_what_a_closing_does_to_hidden_people_is_hidden() -> None:
    closing = pd.DataFrame([{"level": "planning_area", "area_code": code, "area_name": code, "ay": BASE, "term": "summer",
                             "age_band": "age_2", "setting_ref": "EY1", "mark_on": "2026-03-31", "children": n,
                             "hours_week": 90.0, "letter_with": "G", "letter_without": "R"}
                            for code, n in (("P1", 9.0), ("P3", 62.0))])
    table = protect({"childcare_balance": FEW, "childcare_closings": closing}).tables["childcare_closings"].set_index("area_code")
    assert table.loc["P1", ["letter_with", "letter_without"]].tolist() == ["?", "?"] and pd.isna(table.loc["P1", "children"])
    assert table.loc["P1", "hours_week"] == 90.0, "what the setting offers is the setting's"
    assert table.loc["P3", ["letter_with", "letter_without", "children"]].tolist() == ["G", "R", 62.0]


def test_from_how_many_on_people_are_shown_is_the_rulebooks_for_the_audience_or_the_councils() -> None:
    assert fewest_of(Assumptions()) == Fewest(5, 10) == fewest_for("public")
    assert fewest_of(Assumptions(smallest_count=6)) == Fewest(6, 10) and fewest_for("public", behind=20) == Fewest(5, 20)
    officers = protect({"childcare_balance": FEW}, fewest=fewest_of(Assumptions(audience="council")))
    assert not officers.rows["childcare_balance"].any() and not officers.hidden
    deeper = protect({"childcare_balance": FEW}, fewest=fewest_of(Assumptions(fewest_behind=70)))
    assert deeper.rows["childcare_balance"].sum() > protect({"childcare_balance": FEW}).rows["childcare_balance"].sum()


def test_a_score_is_hidden_with_the_transport_that_could_be_worked_out_of_it() -> None:
    """What is saved less the score would be the transport, and that over a fare the few children who are sent."""
    remedies = pd.DataFrame({
        "urn": ["100001", "100001"], "remedy": ["pan_cut", "pan_cut"], "running_saved": [525_000.0, 525_000.0],
        "sent_next_door": [2.0, 9.0], "transport": [21_000.0, 94_500.0], "score": [504_000.0, 430_500.0],
    })
    shown = protect({"surplus_remedies": remedies}).shown("surplus_remedies")
    assert shown[["sent_next_door", "transport", "score"]].to_numpy().tolist() == [["c", "c", "c"], [9.0, 94_500.0, 430_500.0]]
    assert shown["running_saved"].tolist() == [525_000.0, 525_000.0]
