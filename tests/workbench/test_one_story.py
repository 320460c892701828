"""No figure of a publication contradicts another: map, workbook, CSV, GeoPackage and paper are read back and compared.

What is compared is what stands in the files. Rounding is as the files state it: whole numbers by themselves, halves up; shares in
per cent with one decimal; six decimals in CSV.
"""

from __future__ import annotations

import csv
import math
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pyogrio
import pytest
from desk import sufficiency
from published_town import Silent
from read_back import (
    PaperTable,
    area_names,
    csv_table,
    csv_tables,
    groups,
    map_data,
    measured,
    number,
    paper_tables,
    sheet,
    sheets,
    year,
)

from scenarios.figures import whole, whole_added_up
from scenarios.runs import Run
from sufficiency.childcare.terms import BAND_NAMES
from sufficiency.evidence import Authority
from workbench.documents.as_html import as_html
from workbench.documents.figures import Figures
from workbench.headings import heading
from workbench.headline import short_by_year
from workbench.open_data.pack import make_open_data
from workbench.papers.committee_paper import committee_paper
from workbench.publishing.makers import Maker, make_map, make_workbook
from workbench.publishing.material import OFFICERS, PUBLICATION, Material
from workbench.publishing.publish import Wish, publish
from workbench.sayings import headlines

HIDDEN = "c"
ENTRY = {"primary": "Reception", "secondary": "Year 7"}
KINDS = {"universal": "universal hours", "early_learning": "early learning", "working_parent": "working parents' hours"}
WHOLE, TENTH = 0, 1


def _paper_page(material: Material, folder: Path) -> None:
    (folder / "paper.html").write_text(as_html(committee_paper(material)), encoding="utf-8")


PAGES = (Maker("map", make_map), Maker("workbook", make_workbook), Maker("paper", _paper_page),
         Maker("open data", make_open_data, (PUBLICATION,)))


@pytest.fixture(scope="module")
def town(finished: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small town, published; Word and PDF are written from the same document as the page."""
    place = tmp_path_factory.mktemp("published") / "release"
    publish(str(finished.folder), None, Wish(place), Silent(), PAGES)
    return place


def printed(text: str, decimals: int = WHOLE, times: float = 1.0) -> float | None:
    """A figure of the CSV as the map and the paper print it: halves up, or with so many decimals."""
    if text in {"", HIDDEN}:
        return None
    value = float(text) * times
    return float(math.floor(value + 0.5)) if decimals == WHOLE else round(value, decimals)


def same(one: float | None, other: float | None, text: str, decimals: int, times: float = 1.0) -> bool:
    """Whether two printed figures are the same; a CSV figure that was cut at six decimals may lie upon the edge of rounding."""
    if one is None or other is None:
        return one is other
    edge = abs(abs((float(text) * times * 10**decimals) % 1.0) - 0.5) < 1e-3
    return abs(one - other) < (1.01 if edge else 1e-3) * 10.0**-decimals


def differing(found: Iterator[tuple[object, float | None, str, int, float]]) -> tuple[int, list[object]]:
    """How many figures were compared, and those of which two files tell otherwise."""
    many, wrong = 0, []
    for where, shown, text, decimals, times in found:
        many += 1
        if not same(shown, printed(text, decimals, times), text, decimals, times):
            wrong.append((where, shown, text))
    return many, wrong


Found = Iterator[tuple[object, float | None, str, int, float]]


def map_against_csv(folder: Path, page: Path) -> Found:
    """Every measure of the planning areas, and their year groups."""
    names, data = area_names(folder), map_data(page)
    rows = {(r["phase"], names[r["planning_area_code"]], r["ay"]): r for r in csv_table(folder, "summary")}
    cells = {(r["phase"], names[r["planning_area_code"]], r["ay"], r["nc_year"]): r for r in csv_table(folder, "balance")}
    for layer in (one for one in data["layers"] if one["key"] in ENTRY):
        phase, entry = layer["key"], ENTRY[layer["key"]]
        columns = {f"Places short in {entry}": ("entry_need", WHOLE, 1.0),
                   f"Likelihood of a shortfall in {entry}": ("entry_p_shortfall", WHOLE, 100.0),
                   "Places short in the worst year group": ("worst_need", WHOLE, 1.0),
                   "Places short in all year groups": ("additional_need", WHOLE, 1.0),
                   "Headroom over all year groups": ("headroom", TENTH, 100.0),
                   f"Headroom in {entry}": ("entry_headroom", TENTH, 100.0),
                   "Spare places in all year groups": ("spare_places", WHOLE, 1.0), "Hidden need": ("hidden_need", WHOLE, 1.0)}
        for title, name, ay, figure in measured(layer):
            if title in columns:
                column, decimals, times = columns[title]
                yield (title, name, ay), figure, rows[phase, name, ay][column], decimals, times
        assert set(columns) <= {measure["title"] for measure in layer["measures"]}
        shown = {"Children expected": "pupils", "1 in 10 below": "pupils_p10", "1 in 10 above": "pupils_p90",
                 "Places": "yg_places", "Short": "additional_need", "Spare": "spare_places", "Children living here": "residents"}
        headings = layer["breakdown"]["headings"][1:]
        for name, years in zip(layer["names"], layer["breakdown"]["rows"], strict=True):
            for moment, groups_then in zip(layer["moments"], years, strict=True):
                for label, *figures in groups_then:
                    row = cells[phase, name, str(moment["key"]), groups(label)]
                    for words, figure in zip(headings, figures, strict=True):
                        if words in shown:
                            yield (words, name, moment["key"], label), figure, row[shown[words]], WHOLE, 1.0


def paper_against_csv(folder: Path, page: Path) -> Found:
    """The summary tables, and the year-group matrices and schools of each area."""
    names, tables = area_names(folder), paper_tables(page)
    rows = {(r["phase"], names[r["planning_area_code"]], r["ay"]): r for r in csv_table(folder, "summary")}
    cells = {(names[r["planning_area_code"]], r["ay"], r["nc_year"]): r for r in csv_table(folder, "balance")}
    short = {(name, ay): r for (phase, name, ay), r in rows.items() if phase in ENTRY}
    for table in tables:
        for phase in ENTRY:
            if table.caption.startswith(f"{phase.capitalize()}: children and places by planning area"):
                yield from _summary_table(table, phase, rows)
        if table.caption.startswith("Places left (+) or short"):
            name = table.caption.split(") in ", 1)[1].rsplit(" by year group", 1)[0]
            for label, *figures, whole in table.rows:
                for group, figure in zip(table.headings[1:-1], figures, strict=True):
                    if figure:
                        row = cells[name, year(label), groups(group)]
                        yield (name, label, group), number(figure), row["net_places"], WHOLE, -1.0
                yield (name, label), number(whole), short[name, year(label)]["additional_need"], WHOLE, 1.0


def _summary_table(table: PaperTable, phase: str, rows: dict[tuple[str, str, str], dict[str, str]]) -> Found:
    entry = ENTRY[phase]
    first, middle, last, worst = (year(table.headings[at].split()[-1]) for at in (1, 2, 3, 7))
    assert table.headings[8].startswith(f"{entry} places short")
    told = {1: ("pupils", first, WHOLE, 1.0), 2: ("pupils", middle, WHOLE, 1.0), 3: ("pupils", last, WHOLE, 1.0),
            4: ("yg_places", last, WHOLE, 1.0), 5: ("net_places", last, WHOLE, -1.0), 6: ("headroom", last, TENTH, 100.0),
            8: ("entry_need", worst, WHOLE, 1.0), 9: ("entry_p_shortfall", worst, WHOLE, 100.0)}
    for row in table.rows[:-1]:
        for at, (column, ay, decimals, times) in told.items():
            text = rows[phase, row[0], ay][column]
            if row[at].startswith(("under ", "over ")):     # a likelihood near nothing or near certainty is told in words
                assert 0 < float(text) < 0.01 or 0.99 < float(text) < 1
            elif row[at]:
                yield (row[0], column, ay), number(row[at]), text, decimals, times


def workbook_against_csv(folder: Path, workbook: Path) -> Iterator[tuple[str, str, int, object, str]]:
    """Every number and every hidden figure of every sheet: sheet, heading, row, as it stands in each."""
    for name in sheets(workbook):
        if name not in csv_tables(folder) or name.endswith("_schools"):
            continue
        rows, lines = sheet(workbook, name), csv_table(folder, name)
        assert len(rows) == len(lines), name
        for column in lines[0]:
            for at, (row, line) in enumerate(zip(rows, lines, strict=True)):
                if isinstance(row[heading(column)], (int, float)) or HIDDEN in {row[heading(column)], line[column]}:
                    yield name, column, at, row[heading(column)], line[column]


def alike(one: object, text: str) -> bool:
    """Whether a cell of the workbook and one of the CSV say the same."""
    if isinstance(one, bool) or not isinstance(one, (int, float)):
        return str(one) == text.removeprefix("'")
    return number(text) is not None and math.isclose(float(one), float(text), rel_tol=1e-9, abs_tol=6e-7)


def takeup_of_wards(folder: Path, page: Path) -> Iterator[tuple[object, float | None, str]]:
    """Children eligible in each ward, hidden ones too."""
    layer = next((one for one in map_data(page)["layers"] if one["key"] == "early_years_wards"), None)
    if layer is None:
        return
    titles = {f"{BAND_NAMES[band][0].upper()}{BAND_NAMES[band][1:]}: eligible for {words}": (band, kind)
              for band in BAND_NAMES for kind, words in KINDS.items()}
    rows = {(r["age_band"], r["kind"], r["area_name"], r["ay"]): r for r in csv_table(folder, "childcare_takeup")
            if r["level"] == "ward" and r["term"] == "spring"}
    for title, name, ay, figure in measured(layer):
        if title in titles and (*titles[title], name, ay) in rows:
            yield (title, name, ay), figure, rows[*titles[title], name, ay]["eligible"]


def short_in_all(page: Path, told: str, phase: str) -> Iterator[tuple[str, float]]:
    """Places short at entry in the worst year, all areas together, wherever map and paper tell it."""
    layer = next(one for one in map_data(page)["layers"] if one["key"] == phase)
    measure = next(one for one in layer["measures"] if one["title"] == f"Places short in {ENTRY[phase]}")
    table = next(one for one in paper_tables(page.parent / "paper.html")
                 if one.caption.startswith(f"{phase.capitalize()}: children and places by planning area"))
    worst = year(table.headings[7].split()[-1])
    at = [str(moment["key"]) for moment in layer["moments"]].index(worst)
    yield "sum of the map", number(measure["sum"][at][0]) or 0.0
    yield "areas of the map", float(sum(figures[at] or 0 for figures in measure["v"]))
    yield "sum of the paper", number(table.rows[-1][8]) or 0.0
    yield "areas of the paper", sum(number(row[8]) or 0 for row in table.rows[:-1])
    for said in (*map_data(page)["headlines"], told):
        if found := re.search(rf"{ENTRY[phase]} is shortest in {worst}/\d\d: [^.]* lacks? ([\d,]+) places", said):
            yield "sentence", number(found[1]) or 0.0


def hold(place: Path, least: int) -> None:
    """Compare all that is told twice in a release; least: so many figures have to be."""
    public = place / PUBLICATION
    for edition in (PUBLICATION, OFFICERS):
        for compared_with, page in ((map_against_csv, "map.html"), (paper_against_csv, "paper.html")):
            many, wrong = differing(compared_with(public, place / edition / page))
            assert wrong == [] and many >= least, (edition, many, wrong[:5])
    for edition in (PUBLICATION, OFFICERS):
        paper = (place / edition / "paper.html").read_text(encoding="utf-8")
        for phase in ENTRY:
            if any(one["key"] == phase for one in map_data(place / edition / "map.html")["layers"]):
                sums = list(short_in_all(place / edition / "map.html", paper, phase))
                assert len({figure for _, figure in sums}) == 1, (edition, phase, sums)
    compared = list(workbook_against_csv(public, public / "tables.xlsx"))
    assert [one for one in compared if not alike(*one[3:])][:5] == [] and len(compared) > 10 * least
    assert [one for one in takeup_of_wards(public, public / "map.html") if one[1] != printed(one[2])] == []
    geopackage = public / "open-data" / "areas.gpkg"
    for name in ("summary", "balance", "childcare_balance", "childcare_takeup"):
        table, lines = pyogrio.read_dataframe(geopackage, layer=f"table_{name}"), csv_table(public, name)
        for column in (c for c in lines[0] if table[c].dtype.kind == "f"):
            told = [HIDDEN if column in str(gone).split(", ") else value
                    for value, gone in zip(table[column], table.get("hidden", [""] * len(table)), strict=True)]
            for value, line in zip(told, lines, strict=True):
                assert (line[column] == HIDDEN) == (value == HIDDEN), (name, column)
                assert value == HIDDEN or (math.isnan(value) and not line[column]) or alike(value, line[column]), (name, column)


def test_no_figure_of_one_file_contradicts_another(town: Path) -> None:
    hold(town, 20)


def test_a_sum_over_areas_is_of_what_is_printed_of_each() -> None:
    """Three areas lack 0.6 places each: 1 and 1 and 1 are printed, and 3 is told, not 2, on the screen and in papers alike."""
    areas = pd.DataFrame([{"phase": "primary", "planning_area_code": code, "ay": 2027, "nc_year": 0, "pupils": 30.6,
                           "additional_need": 0.6, "entry_need": 0.6, "spare_places": 0.5}
                          for code in "ABC"])
    empty = pd.DataFrame({"phase": ["primary"], "ay": [2027], "unfilled_share": [0.1]})
    (row,) = short_by_year(areas.assign(short=whole(areas["additional_need"])), empty, pd.DataFrame(columns=["phase", "ay"]))
    assert (row["places_short"], row["areas_short"]) == (3, 3) and whole_added_up(areas["entry_need"]) == 3
    assert Figures({"summary": areas}).one("summary", "entry_need", "whole", "sum of whole").text == "3"
    _, short = headlines({"summary": pd.concat([areas.assign(ay=2026), areas]),
                          "places": pd.DataFrame(columns=["phase", "ay", "basis", "yg_places"])},
                         Authority("999", "Testshire", "E10000099", 2026))
    assert "3 of 3 primary planning areas lack 3 places between them" in short and "3 places stand empty" in short


def test_what_is_hidden_in_one_file_is_hidden_in_all(town: Path) -> None:
    public = town / PUBLICATION
    hidden = {(name, at, column) for name in csv_tables(public) for at, line in enumerate(csv_table(public, name))
              for column, text in line.items() if text == HIDDEN}
    assert hidden
    told = {(name, at, column) for name, column, at, cell, _ in workbook_against_csv(public, public / "tables.xlsx")
            if cell == HIDDEN}
    assert told == hidden
    assert len(hidden) == sum(int(row["hidden"]) for row in _dictionary(public))


def _dictionary(folder: Path) -> list[dict[str, str]]:
    with (folder / "open-data" / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_figure_that_is_changed_in_one_file_is_found(town: Path, tmp_path: Path) -> None:
    """The comparison itself is held to: one place more in one row of the CSV is told of by map and paper alike."""
    shutil.copytree(town / PUBLICATION, tmp_path / PUBLICATION)
    path = tmp_path / PUBLICATION / "open-data" / "csv" / "summary.csv"
    lines = path.read_bytes().decode("utf-8").split("\r\n")
    at = lines[0].split(",").index("entry_need")
    cells = [line.split(",") for line in lines]
    row = next(k for k, line in enumerate(cells[1:], 1) if line[1] == "primary" and line[2] == "W")
    cells[row][at] = str(float(cells[row][at] or 0) + 1)
    path.write_bytes("\r\n".join(",".join(line) for line in cells).encode("utf-8"))
    _, wrong = differing(map_against_csv(tmp_path / PUBLICATION, town / PUBLICATION / "map.html"))
    assert [where[0] for where, *_ in wrong] == ["Places short in Reception"]       # type: ignore[index]


@pytest.mark.long
def test_nor_of_the_invented_council(tmp_path: Path) -> None:
    assert sufficiency("demo", "--no-open", "--out", tmp_path / "demo").code == 0
    run = next(path.parent for path in (tmp_path / "demo").rglob("manifest.json"))
    publish(str(run), None, Wish(tmp_path / "release"), Silent(), PAGES)
    hold(tmp_path / "release", 500)
    assert len(list(takeup_of_wards(tmp_path / "release" / PUBLICATION, tmp_path / "release" / PUBLICATION / "map.html"))) > 20
