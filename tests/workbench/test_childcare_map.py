"""Childcare on the committee map: what is coloured, what stands beside it, who has no point, and how a browser shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from shapely import box

from maps.layer import Layer, cells, sentences
from maps.sheet import Sheet, draw
from sufficiency.assumptions import Assumptions
from sufficiency.childcare.access_areas import ACCESS_OF_AREAS, access_of_areas
from sufficiency.childcare.balance import COLUMNS, WORDS
from sufficiency.childcare.marks import MARKS
from sufficiency.evidence import Authority
from workbench.childcare_map import AREAS, DISTRICTS, REACH, READING, childcare_layers, in_places
from workbench.childcare_points import settings_points
from workbench.childcare_view import area_sayings, childcare_sayings, lines_of_area
from workbench.disclosure import protect
from workbench.picture import Picture
from workbench.release.told import JUDGE
from workbench.school_age_map import school_age_layer
from workbench.ward_map import ward_layer

if TYPE_CHECKING:
    from playwright.sync_api import Browser

BASE, NORTH, SOUTH = 2025, "E07000001", "E07000002"
PAYLOAD = "<img src=x onerror=window.__pwn=1>`${window.__pwn=2}`</script>"
SHORT, OVER = "300 hours a week, 20 part-time places short, R", "150 hours a week over, 10 part-time places over, G"
LEVELS = {"planning_area": {"P1": "Hill", "P2": "Dale"}, "district": {NORTH: "North", SOUTH: "South"}}


def weighed() -> pd.DataFrame:
    """Two areas and districts over two years: babies lack 20 part-time places in summer in the first; one is not known.

    Hours wanted and on offer are 100 and 110 part-time places wherever nothing else is said.
    """
    rows = []
    for level, areas in LEVELS.items():
        for n, (code, name) in enumerate(areas.items()):
            for ay in (BASE, BASE + 1):
                for band in ("under_2", "age_2", "age_3_4"):
                    for term in ("autumn", "spring", "summer"):
                        short = band == "under_2" and term == "summer" and n == 0
                        wanted, there, letter = (100.0, 80.0, "R") if short else (100.0, 110.0, "G")
                        if band == "age_2" and n == 1:
                            there, letter = 40.0, "?"
                        told: dict[str, Any] = dict.fromkeys(COLUMNS, 0.0) | {
                            "level": level, "area_code": code, "ay": ay, "term": term, "age_band": band, "area_name": name,
                            "children": 200.0, "hours_wanted": wanted * 15, "hours_on_offer": there * 15,
                            "hours_counted": there * 15, "pte_wanted": wanted,
                            "pte_counted": there, "pte_short": max(0.0, wanted - there), "pte_over": max(0.0, there - wanted),
                            "ratio": there / wanted, "status": letter, "words": WORDS[letter], "worst_term": term == "summer",
                            "stands": "too few rooms" if short else "enough", "hours_short": max(0.0, wanted - there) * 15}
                        rows += [told | {"measure": measure} for measure in ("funded", "all")]
    return pd.DataFrame(rows)[COLUMNS]


def tables(name: str = "Mill Lane Nursery") -> dict[str, pd.DataFrame]:
    balance = weighed()
    reach = pd.DataFrame([(level, code, area, BASE, term, "under_2", "all", 200.0, index, 0.0, 1.0, 0.0, letter)
                          for level, areas in LEVELS.items() for code, area in areas.items()
                          for term, index, letter in (("autumn", 1.1, "G"), ("summer", 0.854, "R"))], columns=ACCESS_OF_AREAS)
    takeup = pd.DataFrame([("district", code, area, BASE, "spring", "age_2", "early_learning", 50.0, 35.0, share, "published")
                           for (code, area), share in zip(LEVELS["district"].items(), (0.7, 0.9), strict=True)],
                          columns=["level", "area_code", "area_name", "ay", "term", "age_band", "kind", "eligible", "children",
                                   "takeup", "basis"])
    outcomes = (("grades", "overall effectiveness", "2", 8, 300.0), ("grades", "overall effectiveness", "3", 2, 100.0),
                ("grades", "overall effectiveness", "inspected under the other regime", 5, 150.0),
                ("report card", "every area", "expected standard or above in every area, safeguarding met", 4, 120.0),
                ("report card", "every area", "below in some area", 1, 30.0),
                ("report card", "every area", "inspected under the other regime", 10, 400.0))
    quality = pd.DataFrame([(NORTH, "all", *row, 0.0, 0.0) for row in outcomes],
                           columns=["area_code", "provider_type_group", "regime", "measure", "outcome", "providers", "places",
                                    "share_of_providers", "share_of_places"])
    settings = pd.DataFrame(
        [("EY1", name, "day_nursery", NORTH, "postcode", 450_500.0, 350_500.0, 1.0, 40.0, "told or assumed"),
         ("", "Childminders", "childminder", NORTH, "district", 450_600.0, 350_600.0, 12.0, 70.0, "not told")],
        columns=["setting_ref", "setting_name", "provider_type_group", "district_code", "placed_by", "easting", "northing",
                 "providers", "places", "hours"])
    return {"childcare_balance": balance.assign(**{JUDGE: balance["children"]}),
            "access_by_area": reach.assign(**{JUDGE: reach["children"]}),
            "childcare_takeup": takeup.assign(**{JUDGE: takeup["eligible"]}), "childcare_quality": quality,
            "childcare_settings": settings}


def picture(given: dict[str, pd.DataFrame]) -> Picture:
    squares = [box(450_000, 350_000, 451_000, 351_000), box(451_000, 350_000, 452_000, 351_000)]
    areas = gpd.GeoDataFrame({"planning_area_code": ["P1", "P2"], "phase": "primary", "planning_area_name": ["Hill", "Dale"]},
                             geometry=squares, crs="EPSG:27700")
    districts = gpd.GeoDataFrame({"district_code": [NORTH, SOUTH], "district_name": ["North", "South"]}, geometry=squares,
                                 crs="EPSG:27700")
    town = Authority("999", "Town", "E10000099", BASE)
    return Picture(protect(given), areas, districts, None, town, Assumptions(), (), (), "run")


@pytest.fixture
def layers() -> dict[str, Layer]:
    made = picture(tables())
    return {layer.key: layer for layer in childcare_layers(made.release.tables, made)}


def told(layer: Layer, title: str) -> list[list[str]]:
    """What a view shows of each area and year: the figure with what stands beside it."""
    measure = next(one for one in layer.measures if one.title == title)
    return [[cell.text for cell in row] for row in cells(layer, measure)]


def test_every_age_and_term_has_a_view_with_words_letters_and_unit(layers: dict[str, Layer]) -> None:
    areas = layers[AREAS]
    assert len(areas.measures) == 6 + 9 and {m.suffix for m in areas.measures} == {" hours a week"}
    assert told(areas, "Children under two: funded hours short, summer") == [[OVER] * 2, [SHORT] * 2]
    assert told(areas, "Children under two: funded hours short, worst term")[1] == [
        "300 hours a week, summer, 20 part-time places short, R"] * 2
    terms = [m.title.rpartition(", ")[2] for m in areas.measures if "under two: funded" in m.title]
    assert terms == ["worst term", "autumn", "spring", "summer"], "in the order of the year, after the worst"
    assert list(areas.areas["name"]) == ["Dale", "Hill"] and [m.label for m in areas.moments] == ["2025/26", "2026/27"]
    scale = areas.measures[0].scale
    assert [shade.letter for shade in scale.shades] == ["R", "A", "G", "B", "?"]
    assert "insufficient (less than 0.90 on offer for each wanted)" in scale.shades[0].label
    assert all("local definition" in measure.explain for measure in areas.measures)


def test_what_hangs_on_settings_that_have_not_told_is_not_known(layers: dict[str, Layer]) -> None:
    assert told(layers[AREAS], "Two-year-olds: funded hours short, summer") == [["not known"] * 2, [OVER] * 2]


def test_access_is_told_of_the_worst_term_with_the_letters_of_the_balance(layers: dict[str, Layer]) -> None:
    assert told(layers[REACH], "Children under two: all hours in reach for each wanted") == [["0.85, summer, R"]] * 2
    assert [m.label for m in layers[REACH].moments] == ["2025/26"]


def test_take_up_and_the_two_regimes_stand_by_district_and_apart(layers: dict[str, Layer]) -> None:
    districts = layers[DISTRICTS]
    assert told(districts, "Two-year-olds: take-up of early learning") == [
        ["70 %, published", "not told"], ["90 %, published", "not told"]]
    assert told(districts, "Places at good or outstanding settings (grades of old)")[0][0] == "75 %, of 10 settings"
    assert told(districts, "Settings at the expected standard in every area (report cards)")[0][0] == "80 %, of 5 settings"
    assert [m.label for m in districts.moments] == ["2025/26", "2026/27"]
    assert told(districts, "Children under two: funded hours short, worst term")[0][1].endswith("20 part-time places short, R")
    view = next(m for m in districts.measures if "take-up" in m.title)
    assert sentences(districts, view, cells(districts, view))[1].endswith("2026/27: this is told of 2025/26 alone.")


def test_every_shortage_is_counted_and_its_letter_says_how_severe_it_is() -> None:
    given = tables()
    mine = given["childcare_balance"]["age_band"].eq("age_2") & given["childcare_balance"]["status"].ne("?")
    given["childcare_balance"].loc[mine, ["hours_counted", "status"]] = [1460.0, "A"]
    made = picture(given)
    areas = {layer.key: layer for layer in childcare_layers(made.release.tables, made)}[AREAS]
    view = next(m for m in areas.measures if m.title == "Two-year-olds: funded hours short, summer")
    assert sentences(areas, view, cells(areas, view))[0] == (
        "1 of 1 planning areas is short of funded hours for two-year-olds in 2025/26: Hill (40 hours a week, 3 part-time places "
        "short, A). All areas: 1 A. Not known for 1 more.")


def test_the_part_that_is_assumed_stands_beside_the_letter() -> None:
    given = tables()
    given["childcare_balance"]["assumed_share"] = 0.4
    made = picture(given)
    areas = {layer.key: layer for layer in childcare_layers(made.release.tables, made)}[AREAS]
    assert told(areas, "Children under two: funded hours short, summer")[1][0] == SHORT.replace(", R", ", 40% assumed, R")
    assert told(areas, "Two-year-olds: funded hours short, summer")[0] == ["not known"] * 2


def test_the_card_says_how_each_age_stands_what_is_in_reach_and_what_closes() -> None:
    said = "Weavers Walk closes on 31 December 2026: 1,870 hours a week (125 part-time places) end with it."
    marks = pd.DataFrame([("P1", "Hill", "closes", "2026-12-31", "EY1", "", 1870.0, said)], columns=MARKS)
    text = area_sayings({**tables(), "childcare_marks": marks}, BASE).set_index("key")["text"]
    assert text["P1"] == (
        "In the worst term of 2025/26, funded and all hours together: children under two: too few rooms; two-year-olds: enough; "
        "three- and four-year-olds: enough. In reach of its families, across the border included, for each hour wanted: 0.85 for "
        f"children under two. {said}")
    assert "closes" not in text["P2"]


def test_the_headline_has_a_sentence_for_each_age() -> None:
    given = tables()
    whole = given["childcare_balance"].query("area_code == 'P1'").assign(level="authority", area_code="E10000099")
    told = childcare_sayings({"childcare_balance": pd.concat([given["childcare_balance"], whole])}, BASE)
    assert len(told) == 3 and told[0] == (
        "Children under two: 1,500 funded hours a week are wanted in the worst term of 2025/26, the summer, and 1,200 are on "
        "offer: insufficient. 1 of 2 planning areas lack some, 300 hours a week (20 part-time places) between them.")
    assert childcare_sayings({}, BASE) == ()


def test_of_an_area_or_district_every_year_is_told_in_lines() -> None:
    lines = lines_of_area(tables()["childcare_balance"], NORTH)
    assert [line for line in lines if "Childcare in" in line] == [
        f"Childcare in {ay}, hours a week in the term that is worst (local definition):" for ay in ("2025/26", "2026/27")]
    assert "  children under two, funded hours, summer: 1,500 wanted, 1,200 on offer: insufficient" in lines
    assert lines_of_area(tables()["childcare_balance"], "E99") == [] == lines_of_area(pd.DataFrame(), NORTH)


def test_a_year_without_an_entitlement_is_not_one_of_which_nothing_is_known() -> None:
    given = tables()
    rows = given["childcare_balance"]
    gone = rows["ay"].eq(BASE) & rows["age_band"].eq("under_2") & rows["measure"].eq("funded")
    made = picture({**given, "childcare_balance": rows[~gone]})
    areas = {layer.key: layer for layer in childcare_layers(made.release.tables, made)}[AREAS]
    view = next(m for m in areas.measures if m.title == "Children under two: funded hours short, summer")
    assert [cell.text for cell in cells(areas, view)[1]] == ["none due", SHORT]
    assert sentences(areas, view, cells(areas, view))[0] == (
        "Children under two: funded hours short, summer, 2025/26: nobody of this age is entitled to funded hours.")


@pytest.mark.parametrize(("hours", "words"), [
    (2520.0, "168 part-time places short"), (-6120.0, "408 part-time places over"), (15.0, "1 part-time place short"),
    (4.0, "less than a part-time place short"), (0.2, ""), (0.0, ""), (float("nan"), ""),
])
def test_hours_are_told_in_part_time_places_and_which_way(hours: float, words: str) -> None:
    assert in_places(hours) == words


def test_a_take_up_that_only_the_authority_has_is_not_told_as_the_districts() -> None:
    given = tables()
    given["childcare_takeup"]["takeup"] = 0.75
    made = picture(given)
    districts = {layer.key: layer for layer in childcare_layers(made.release.tables, made)}[DISTRICTS]
    assert not [view.title for view in districts.measures if "take-up" in view.title]


def test_who_works_at_home_stands_on_no_point_whatever_the_table_says() -> None:
    made = picture(tables())
    points = settings_points(made.release.tables, made)
    assert points is not None
    items = points.items.set_index("name")
    assert items.loc["Mill Lane Nursery", ["x", "y"]].tolist() == [450_500, 350_500]
    assert items.loc["Childminders, North", ["x", "y"]].isna().all() and items.loc["Childminders, North", "providers"] == "12"
    where = points.areas
    assert where is not None
    assert set(map(tuple, where[where["key"] == "EY1"][["layer", "area"]].to_numpy())) == {
        (AREAS, "P1"), (REACH, "P1"), (DISTRICTS, NORTH)}


def test_a_run_without_childcare_has_no_layers() -> None:
    given = {name: table.iloc[:0] for name, table in tables().items()}
    made = picture(given)
    assert childcare_layers(made.release.tables, made) == () and settings_points(made.release.tables, made) is None


def test_few_children_are_hidden_on_the_map() -> None:
    given = tables()
    few = given["childcare_balance"]["area_code"].eq("P2")
    given["childcare_balance"].loc[few, JUDGE] = 6.0
    made = picture(given)
    areas = {layer.key: layer for layer in childcare_layers(made.release.tables, made)}[AREAS]
    figures = told(areas, "Three- and four-year-olds: funded hours short, summer")
    assert not any(char.isdigit() for text in figures[0] for char in text)


def test_access_comes_home_to_areas_by_hours_wanted() -> None:
    """300 hours at 1.0 and 100 at 0.2 with nothing of its own known: (300 + 20) / 400 = 0.8; a quarter has nothing in reach."""
    access = pd.DataFrame({"lsoa_code": ["a", "b"], "ay": BASE, "term": "summer", "age_band": "age_2", "measure": "all",
                           "wanted": [300.0, 100.0], "index": [1.0, 0.2], "index_assumed": 0.0, "without_supply": [False, True],
                           "share_known": [1.0, 0.6], "children": [30.0, 20.0]})
    areas = pd.DataFrame({"lsoa_code": ["a", "b", "b"], "level": ["district"] * 3, "area_code": [NORTH, NORTH, SOUTH],
                          "area_name": ["North", "North", "South"], "share": [1.0, 1.0, 0.0]})
    found = access_of_areas(access, areas).set_index("area_code")
    row = found.loc[NORTH]
    assert row[["index", "share_without", "share_known", "children"]].tolist() == pytest.approx([0.8, 0.25, 0.9, 50.0])
    assert pd.isna(found.loc[SOUTH, "index"]), "who wants nothing has no index"


@pytest.mark.browser
def test_a_browser_shows_it_by_keyboard_without_faults_and_runs_nothing(browser: Browser, tmp_path: Path) -> None:
    made = picture(tables(PAYLOAD))
    points = settings_points(made.release.tables, made)
    assert points is not None
    page_text = draw(Sheet("Childcare", "A town", (), childcare_layers(made.release.tables, made), (points,), reading=READING))
    (tmp_path / "map.html").write_text(page_text, encoding="utf-8", newline="")
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "map.html").as_uri())
    page.wait_for_selector("html.ready")
    assert "20 part-time places short, R" in page.locator("#sentence").inner_text()
    for layer in range(3):
        page.focus(f"#phase input[value='{layer}']")
        page.keyboard.press("Space")
        assert Axe().run(page).response["violations"] == []
    page.select_option("#view", label="Settings at the expected standard in every area (report cards)")
    assert "North (80 %, of 5 settings)" in page.locator("#sentence").inner_text()
    page.focus("#areas [data-area]")
    page.keyboard.press("Enter")
    assert PAYLOAD in page.locator("#card").inner_text() and "Childminders, North" in page.locator("#card").inner_text()
    assert Axe().run(page).response["violations"] == []
    assert page.evaluate("window.__pwn") is None and errors == []
    page.context.close()


@pytest.mark.browser
def test_what_no_area_of_the_layer_has_is_not_listed_and_the_letter_is_seen_once(browser: Browser, tmp_path: Path) -> None:
    made = picture(tables())
    points = settings_points(made.release.tables, made)
    assert points is not None and points.areas is not None
    none_in_districts = replace(points, areas=points.areas[points.areas["layer"] != DISTRICTS])
    page_text = draw(Sheet("Childcare", "A town", (), childcare_layers(made.release.tables, made), (none_in_districts,)))
    (tmp_path / "map.html").write_text(page_text, encoding="utf-8", newline="")
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.goto((tmp_path / "map.html").as_uri())
    page.wait_for_selector("html.ready")
    seen = []
    for layer in range(3):
        page.focus(f"#phase input[value='{layer}']")
        page.keyboard.press("Space")
        seen.append((page.locator("#list-0").is_visible(), page.locator("#to-list-0").is_visible()))
    assert seen == [(True, True), (True, True), (False, False)]
    page.locator("#areas [data-area]").first.click()
    told = page.locator("#card .views dd > span").first
    assert (told.text_content() or "")[-3:] in (", R", ", G")
    assert told.locator(".unseen").count() == 1, "the letter is in the swatch already"
    page.context.close()


def test_wards_show_who_is_eligible_in_tens_and_take_up_only_where_it_was_counted() -> None:
    given = tables()
    rows = [("ward", code, name, BASE, "spring", "age_2", "early_learning", n, 0.5 * n, 0.5, basis) for code, name, n, basis in (
        ("W1", "Abbey", 44.0, "the council's count"), ("W2", "Castle", 66.0, "rate of the district, not counted here"),
        ("W3", "Park", 7.0, "the council's count"))]
    wards = pd.DataFrame(rows, columns=[*given["childcare_takeup"].drop(columns=JUDGE).columns])
    given["childcare_takeup"] = wards.assign(**{JUDGE: wards["eligible"]})
    made = picture(given)
    assert ward_layer(made.release.tables, made) is None, "wards without shapes are on no map"
    squares = [box(450_000 + 1000 * i, 350_000, 451_000 + 1000 * i, 351_000) for i in range(3)]
    shapes = gpd.GeoDataFrame({"ward_code": ["W1", "W2", "W3"], "ward_name": ["Abbey", "Castle", "Park"]}, geometry=squares,
                              crs="EPSG:27700")
    made = replace(made, wards=shapes)
    layer = ward_layer(made.release.tables, made)
    assert layer is not None and list(layer.areas["name"]) == ["Abbey", "Castle", "Park"]
    assert told(layer, "Two-year-olds: eligible for early learning") == [["40"], ["70"], ["not told"]]
    assert told(layer, "Two-year-olds: take-up of early learning") == [["50 %"], ["not known"], ["not known"]], (
        "a rate of the district is no ward's, and seven children are not told")
    draw(Sheet("Town", "", (), (layer,)))


def test_care_around_school_and_in_the_holidays_is_on_the_map_as_far_as_it_is_known() -> None:
    given = tables()
    assert school_age_layer(given, picture(given)) is None, "nothing is told of it"
    young = given["childcare_balance"]
    rows = young[(young["age_band"] == "age_2") & (young["measure"] == "all") & (young["term"] == "summer")]
    older = [rows.assign(age_band="age_5_7", measure="holiday", term="", status=["G" if known else "?" for known in
                                                                              rows["area_code"].isin(["P1", "E07000001"])]),
             rows.assign(age_band="age_5_7", measure="wraparound", status="?")]
    given["childcare_balance"] = pd.concat([young, *older], ignore_index=True)
    given["schools"] = pd.DataFrame({"urn": ["1", "2", "3"], "primary_planning_area_code": ["P1", "P1", "P2"]})
    given["wraparound"] = pd.DataFrame({"urn": ["1", "2", "3"], "offer": ["eight to six", "part", "not known"]})
    layer = school_age_layer(given, picture(given))
    assert layer is not None and layer.plural == "planning areas"
    assert told(layer, "Children of Reception to Year 2: care in the holidays, hours short") == [
        ["not known", "not known"], ["150 hours a week over, G", "150 hours a week over, G"]]
    assert not any("before and after school" in view.title for view in layer.measures), "known of no area: no view"
    assert told(layer, "Primary schools with care from eight to six") == [
        ["not known", "not told"], ["50 %, 1 of 2 schools", "not told"]]
