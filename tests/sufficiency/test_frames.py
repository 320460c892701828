"""Finding the header and the columns: by published name, workspace map or known spelling, on any sheet, below any title."""

from __future__ import annotations

import csv
import re
import tomllib
from pathlib import Path

import pytest
import xlsxwriter

from planning_areas.tables import EvidenceError
from sufficiency.sources.frames import Layout, plain, read_frame, read_tables
from sufficiency.sources.reading import Ask

LAYOUT = Layout(("code", "count"), ("name",), {"code": r"(area )?cd", "count": "number|total"}, families=r"year \d{4}",
                authority="la")


def written(folder: Path, text: str) -> Path:
    path = folder / "table.csv"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(("name", "expected"), [
    ("LSOA 2021 Code", "lsoa 2021 code"), ("lsoa_2021-code ", "lsoa 2021 code"), ("\ufeffURN", "urn"),
    ("mid\u20132020", "mid 2020"), ("  two   spaces", "two spaces"), ("", ""),
])
def test_plain(name: str, expected: str) -> None:
    assert plain(name) == expected


def test_the_header_stands_below_a_title_and_only_wanted_columns_are_kept(tmp_path: Path) -> None:
    table = read_frame(written(tmp_path, "Residents\nMid-2022,,\n\ncode,NAME,count,notes,Year_2021\nA,B,1,x,7\n"), LAYOUT, Ask())
    assert table.title == "Residents Mid-2022"
    assert table.frame.to_dict("index") == {5: {"code": "A", "name": "B", "count": "1", "year 2021": "7"}}
    assert table.headings == {"code": "code", "name": "NAME", "count": "count", "year 2021": "Year_2021"}


def test_the_workspaces_map_goes_before_the_name_and_the_name_before_other_spellings(tmp_path: Path) -> None:
    path = written(tmp_path, "total,cd,count,mine\n1,A,2,3\n")
    assert read_frame(path, LAYOUT, Ask()).frame["count"].tolist() == ["2"]
    with pytest.raises(EvidenceError, match="this column stands twice in the header"):      # the map's and the name's
        read_frame(path, LAYOUT, Ask(columns={"count": "mine"}))
    path = written(tmp_path, "total,cd,mine\n1,A,3\n")
    assert read_frame(path, LAYOUT, Ask(columns={"count": "Mine"})).frame["count"].tolist() == ["3"]
    assert read_frame(path, LAYOUT, Ask()).frame["count"].tolist() == ["1"]


def test_a_map_that_cannot_be_meant_is_told_with_the_nearest_names(tmp_path: Path) -> None:
    path = written(tmp_path, "cd,total,mine\nA,1,3\n")
    with pytest.raises(EvidenceError) as caught:
        read_frame(path, LAYOUT, Ask(columns={"nam": "mine", "count": "mien"}))
    assert [(p.column, p.advice) for p in caught.value.problems] == [
        ("mien", "did you mean mine?"), ("nam", "did you mean name?")]
    with pytest.raises(EvidenceError) as caught:
        read_frame(written(tmp_path, "cd,amount\nA,1\n"), LAYOUT, Ask(columns={"count": "amonut"}))
    assert [p.column for p in caught.value.problems] == ["amonut", "count"]


def test_missing_columns_are_told_with_the_line_that_gives_their_names_once(tmp_path: Path) -> None:
    layout = Layout(("code", "LA (code)", "count", "phase"))
    with pytest.raises(EvidenceError) as caught:
        read_frame(written(tmp_path, "code,amount\nA,1\n"), layout, Ask())
    told = [(p.column, p.advice) for p in caught.value.problems]
    assert [column for column, _ in told] == ["LA (code)", "count", "phase"] and [advice for _, advice in told[1:]] == ["", ""]
    start, columns, rest = re.split("(?=columns = )|(?=; the file has )", told[0][1])
    assert start == "if it has another name in the file, write in authority.toml, below the file: "
    assert tomllib.loads(columns) == {"columns": dict.fromkeys(("LA (code)", "count", "phase"), "its name there")}
    assert rest == "; the file has 'code', 'amount'"


def test_rows_of_others_are_counted_before_anything_is_said_of_them(tmp_path: Path) -> None:
    path = written(tmp_path, "la,code,count\n891,A,1\n892,B,2,too,many,cells\n,C,3\n891,D\n")
    table = read_frame(path, LAYOUT, Ask(la_code="891"))
    assert table.frame["code"].tolist() == ["A", "D"]
    assert table.notes == ("1 rows of other authorities left out", "1 rows without la left out",
                           "1 rows end before the last column; the missing cells are blank")


def test_the_sheet_that_has_the_columns_is_read_and_each_of_several(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Notes").write(0, 0, "code")
        for name in ("2021", "2022"):
            sheet = book.add_worksheet(name)
            sheet.write_row(2, 0, ["Area code", "Number"])
            sheet.write_row(3, 0, [f"A{name}", 12.0])
        book.add_worksheet("Empty")
    layout = Layout(("code", "count"), spellings={"code": "area code", "count": "number"})
    one = read_frame(path, layout, Ask())
    assert one.frame.to_dict("list") == {"code": ["A2021"], "count": ["12"]}
    assert one.notes == ("one sheet is read; others that have the same columns are not: 2022",)
    both = [(table.title, table.frame["code"].tolist()) for table in read_tables(path, layout, Ask())]
    assert both == [("2021", ["A2021"]), ("2022", ["A2022"])]
    with pytest.raises(EvidenceError) as caught:
        read_frame(path, Layout(("code", "other"), spellings={"code": "area code"}), Ask())
    assert [p.column for p in caught.value.problems] == ["other"]


def test_a_workbook_without_any_rows(tmp_path: Path) -> None:
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("Empty")
    with pytest.raises(EvidenceError, match="the sheets of the workbook are empty"):
        read_frame(path, LAYOUT, Ask())


def test_a_long_file_is_read_row_by_row_and_keeps_its_row_numbers(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["la", "code", "count", *(f"other {i}" for i in range(50))])
        rows.writerows([891 if i % 100 == 0 else 892, f"A{i}", i, *["x"] * 50] for i in range(20_000))
    table = read_frame(path, LAYOUT, Ask(la_code="891"))
    assert table.frame.shape == (200, 2) and table.frame.index[-1] == 19_902
    assert table.notes == ("19,800 rows of other authorities left out",)
