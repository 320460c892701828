"""Broken files: each gives a clear problem with its file, row and column, or a listed note; none a traceback, no silent loss.

Every case stands in an otherwise healthy workspace. `says` is what the message must hold, `notes` what a file that can still be
read must say of its repair. The last tests put all of them into one workspace, and flip random bytes.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from thoroughly import cases

from planning_areas.tables import EvidenceError, Problem
from sufficiency.sources.reading import Ask
from sufficiency.sources.registry import READERS
from sufficiency.workspace.workspace import load

HEAD = '[authority]\ncode = "891"\nname = "Nottinghamshire"\ngss_code = "E10000024"\nbase_year = 2022\n'
HEALTHY = (
    '[tables.births]\nreader = "local_births"\nfiles = ["births.csv"]\n'
    '[tables.authority_roll]\nreader = "local_authority_roll"\nfiles = ["roll.csv"]\n'
)
BIRTHS = "area_code,cohort,births\n" + "".join(f"E07000170,{y},{1000 + y % 9}\n" for y in range(2013, 2023))
ROLL = "ay,nc_year,pupils\n" + "".join(f"{ay},{g},{900 + g}\n" for ay in (2020, 2021, 2022) for g in range(12))


@dataclass(frozen=True)
class Broken:
    """One broken input: what is in the file, how the workspace names it, and what must be said of it."""

    name: str
    table: str
    reader: str
    content: dict[str, bytes]               # file name -> bytes; the first is named in authority.toml, unless `files` says else
    row: int = 0
    column: str = ""
    says: str = ""
    notes: str = ""                         # for what can still be read
    files: tuple[str, ...] = field(default=())
    extra: str = ""                         # further lines of the section
    told_of: str = ""                       # the file that the problem is told of, if not the first

    @property
    def named(self) -> tuple[str, ...]:
        return self.files or (next(iter(self.content)),)

    def section(self) -> str:
        return f'[[tables.{self.table}]]\nreader = "{self.reader}"\nfiles = {json.dumps(list(self.named))}\n{self.extra}'


def text(content: str, encoding: str = "utf-8") -> bytes:
    return content.encode(encoding)


def workbook(*rows: tuple[object, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    return out.getvalue()


def bomb() -> bytes:
    """A workbook of a few kilobytes whose sheet would unpack to 1.2 GB of blanks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts, parts.open("xl/worksheets/sheet1.xml",
    "w", force_zip64=True) as part:
        for _ in range(12):
            part.write(b" " * 100_000_000)
    return out.getvalue()


PANS = "urn,ay,nc_year,pan\n122451,2023/24,R,60\n122452,2023/24,R,30\n"
SITES = "site_ref,site_name,status,easting,northing,financial_year,dwellings\n"
HEADCOUNT = "setting_ref,ay,term,age_band,entitlement,pattern,hours_week\n"
BOOK = workbook(("urn", "ay", "nc_year", "pan"), ("122451", 2023, 0, 60))


def pans(name: str, content: str | bytes, row: int = 0, column: str = "", says: str = "", **more: Any) -> Broken:
    """A broken file of admission numbers, `pans_<name>.csv`."""
    data = content if isinstance(content, bytes) else text(content)
    return Broken(name, "pans", "pans", {f"pans_{name.replace(' ', '_')}.csv": data}, row, column, says, **more)


def other(name: str, reader: str, content: str, row: int = 0, column: str = "", says: str = "", **more: Any) -> Broken:
    """A broken file of another of the council's tables."""
    file = f"{reader}_{name.replace(' ', '_')}.csv"
    return Broken(name, READERS[reader].table, reader, {file: text(content)}, row, column, says, **more)


LOCAL = [
    pans("empty file", b"", says="the file is empty"),
    pans("only blanks", b" \r\n \r\n", says="the file is empty"),
    pans("header only", "urn,ay,nc_year,pan\n", says="a header and no rows"),
    pans("only remarks", "# urn: school\n# nothing yet\n", column="urn", says="this column is needed"),
    pans("a picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(256)), says="this is not a text file"),
    pans("a workbook called csv", BOOK, says="this is a spreadsheet or zip, not a text file; save it as CSV"),
    pans("utf-16 without a mark", PANS.encode("utf-16-le"), says="this is not a text file"),
    pans("utf-16 that breaks off", PANS.encode("utf-16")[:-1], says="the file says it is UTF-16 and breaks off"),
    pans("missing column", "urn,ay,pan\n122451,2023,60\n", column="nc_year",
         says='needed; if it has another name in the file, write in authority.toml, below the file: '
              'columns = { nc_year = "its name there" }'),
    pans("column twice", "urn,ay,nc_year,pan,PAN\n122451,2023,R,60,90\n", 1, "pan", "stands twice in the header"),
    pans("semicolons", PANS.replace(",", ";"), says="parted by something other than commas"),
    pans("tabs", PANS.replace(",", "\t"), says="parted by something other than commas"),
    pans("too many cells", PANS + "122453,2023/24,R,60,St Mary, Mill Lane\n", 4, "", "6 cells: 4 cells, as in the header"),
    pans("row breaks off", PANS + "122453,2023/24,R\n", 4, "pan", "blank: a whole number expected"),
    pans("stray quotation mark", PANS + '"122453,2023/24,R,60\n122454,2023/24,R,60\n', 4, "",
         "cannot be read as CSV from here on"),
    pans("a cell without end", PANS + "122453,2023/24,R," + "9" * 200_000 + "\n", 4, "", "cannot be read as CSV from here on"),
    pans("text in a count", PANS + "122453,2023/24,R,sixty\n", 4, "pan", "sixty: a whole number expected"),
    pans("negative places", PANS + "122453,2023/24,R,-60\n", 4, "pan", "-60: at least 0 expected"),
    pans("half a place", PANS + "122453,2023/24,R,22.5\n", 4, "pan", "22.5: a whole number expected"),
    pans("endless places", PANS + "122453,2023/24,R,1e999\n", 4, "pan", "1e999: a whole number expected"),
    pans("no number", PANS + "122453,2023/24,R,nan\n", 4, "pan", "nan: a whole number expected"),
    pans("blank count", PANS + "122453,2023/24,R,\n", 4, "pan", "blank is not nought"),
    pans("symbol where none can be", PANS + "122453,2023/24,R,c\n", 4, "pan", "c: a whole number expected"),
    pans("a year of two", PANS + "122453,2022/24,R,60\n", 4, "ay", "2022/24: a year such as 2026/27"),
    pans("a date for a year", PANS + "122453,01/09/2023,R,60\n", 4, "ay", "01/09/2023: a year such as 2026/27"),
    pans("a year far away", PANS + "122453,2203,R,60\n", 4, "ay", "2203: at most 2100 expected"),
    pans("no year group", PANS + "122453,2023,Infants,60\n", 4, "nc_year", "Infants: a year group such as Reception"),
    pans("year group 13 entry", PANS + "122453,2023,Y13,60\n", 4, "nc_year", "nc_year = 13: "),
    pans("short urn", PANS + "12245,2023/24,R,60\n", 4, "urn", "12245: six digits, such as 122456"),
    pans("laestab for urn", PANS + "8912001,2023/24,R,60\n", 4, "urn", "8912001: six digits"),
    pans("the same row twice", PANS + "122451,2023,Reception,90\n", 2, "urn, ay, nc_year", "rows 2 and 4 say this twice"),
    Broken("a csv called workbook", "pans", "pans", {"pans.xlsx": text(PANS)}, says="the workbook cannot be opened"),
    Broken("corrupt workbook", "pans", "pans", {"pans_corrupt.xlsx": b"PK\x03\x04" + BOOK[100:]},
           says="workbook cannot be opened"),
    Broken("truncated workbook", "pans", "pans", {"pans_cut.xlsx": BOOK[: len(BOOK) // 2]}, says="the workbook cannot be opened"),
    Broken("empty sheet", "pans", "pans", {"pans_none.xlsx": workbook()}, says="the first sheet of the workbook is empty"),
    Broken("bad cell in a workbook", "pans", "pans",
           {"pans_cell.xlsx": workbook(("urn", "ay", "nc_year", "pan"), (122451, 2023, "R", "x"))},
           2, "pan", "x: a whole number expected"),
    Broken("zip bomb", "pans", "pans", {"pans_bomb.xlsx": bomb()}, says="unpacks to more than a workbook should hold"),
    Broken("missing file", "pans", "pans", {"pans_2023.csv": text(PANS)}, files=("pans_2024.csv",), column="tables.pans.files",
           row=-1, told_of="authority.toml", says="this file is not there; did you mean pans_2023.csv?"),
    Broken("two files, one row", "pans", "pans", {"pans_old.csv": text(PANS), "pans_new.csv": text(PANS[:38])},
           files=("pans_old.csv", "pans_new.csv"), column="urn, ay, nc_year",
           says="pans_old.csv and pans_new.csv both give this row"),
    other("wrong authority", "local_authority_roll", "la_code,ay,nc_year,pupils\n330,2022,R,8000\n", 0, "la_code",
          "no row is of authority 891"),
    other("negative pupils", "local_authority_roll", "ay,nc_year,pupils\n2010,R,-8000\n", 2, "pupils",
          "-8000: at least 0 expected"),
    other("part of a pupil", "local_authority_roll", "ay,nc_year,pupils\n2010,R,800.5\n", 2, "pupils", "800.5: a whole number"),
    other("unknown symbol", "local_authority_roll", "ay,nc_year,pupils\n2010,R,*\n", 2, "pupils", "one of c z x low :"),
    other("area without code", "area_members", "urn,phase,planning_area_code\n122451,primary,\n", 2, "planning_area_code",
          "not a blank"),
    other("two memberships", "area_members", "urn,phase,planning_area_code\n122451,primary,A\n122451,Primary,B\n", 2,
          "urn, phase", "rows 2 and 3 say this twice"),
    other("unknown phase", "area_members", "urn,phase,planning_area_code\n122451,middle,A\n", 2, "phase",
          "middle: primary or secondary expected"),
    other("degrees", "housing_sites", SITES + "A,Mill,full,-1.15,53.1,2023,40\n", 2, "easting", "look like degrees of longitude"),
    other("degrees swapped", "housing_sites", SITES + "A,Mill,full,53.1,-1.15,2023,40\n", 2, "northing",
          "latitude and longitude swapped"),
    other("off the map", "housing_sites", SITES + "A,Mill,full,45000,3500000,2023,40\n", 2, "northing",
          "at most 658000 expected"),
    other("unknown status", "housing_sites", SITES + "A,Mill,hoped for,450000,350000,2023,40\n", 2, "status",
          "under_construction"),
    other("neither yes nor no", "planned_places",
          "urn,kind,ay,nc_year_from,nc_year_to,places,fills_upwards\n122451,bulge,2023,R,R,30,perhaps\n",
          2, "fills_upwards", "perhaps: yes or no expected"),
    other("births of nowhere", "local_births", "area_code,cohort,births\nAshfield,2005,1400\n", 2, "area_code",
          "a letter and eight digits"),
    other("negative births", "local_births", "area_code,cohort,births\nE07000170,2005,-1400\n", 2, "births", "at least 0"),
    other("offers at year 8", "offers", "urn,ay,nc_year,offers\n122451,2023,Y8,30\n", 2, "nc_year",
          "8: 0, 3, 5, 7, 9 or 10 expected (year of entry)"),
    other("unknown term", "termly_headcount", HEADCOUNT + "EY1,2022,winter,age_2,paid,term_time,20\n", 2, "term",
          "winter: autumn, spring or summer expected"),
    other("hours of a year", "termly_headcount", HEADCOUNT[:-1] + ",children\nEY1,2022,summer,age_2,paid,term_time,5700,10\n", 2,
          "hours_week", "5700: no more than 70 hours a week for each child"),
    other("hours of nobody", "termly_headcount", HEADCOUNT[:-1] + ",children\nEY1,2022,summer,age_2,paid,term_time,15,0\n", 2,
          "hours_week", "no hours expected where there are no children"),
    other("one setting counted twice", "termly_headcount", HEADCOUNT + "EY1,2022,Summer,age_2,paid,term_time,20\n" * 2, 2,
          "setting_ref, ay, term, age_band, entitlement, pattern", "rows 2 and 3 say this twice"),
    other("blank hours", "termly_headcount", HEADCOUNT + "EY1,2022,summer,age_2,paid,term_time,\n", 2, "hours_week",
          "blank is not nought"),
    other("more than full", "settings_hours", "setting_ref,age_band,hours_week,occupancy\nEY1,age_2,50,85\n", 2, "occupancy",
          "85: at most 1 expected"),
    other("more hours than a week", "settings_hours", "setting_ref,age_band,hours_week\nEY1,age_2,500\n", 2, "hours_week",
          "500: at most 168 expected"),
    other("unknown age", "settings_hours", "setting_ref,age_band,hours_week\nEY1,toddlers,50\n", 2, "age_band",
          "toddlers: blank, under_2, age_2"),
    other("closes before it opens", "settings_hours", "setting_ref,age_band,hours_week,opens_on,closes_on\n"
          "EY1,,50,2023-09-01,2023-01-01\n", 2, "opens_on", "a date before that of closing expected"),
    other("no such day", "settings_hours", "setting_ref,age_band,hours_week,opens_on\nEY1,,50,2023-02-30\n", 2, "opens_on",
          "2023-02-30: a date such as 2026-06-30 expected"),
    other("term time all year", "settings_hours", "setting_ref,age_band,hours_week,pattern,weeks_year\nEY1,,50,term time,51\n", 2,
          "weeks_year", "51: no more than 40 weeks a year expected in term time only"),
    other("a ward by name", "childminders", "area_code,childminders,places\nHucknall,3,18\n", 2, "area_code",
          "a letter and eight digits"),
    other("no such time", "clubs", "club_ref,club_name,opens\nC1,Larks,7.45\n", 2, "opens", "7.45: a time such as 07:45"),
    other("evening as morning", "clubs", "club_ref,club_name,opens,closes\nC1,Larks,07:45,06:00\n", 2, "opens",
          "07:45: a time before that of closing expected; write 18:00"),
    other("oldest and youngest", "clubs", "club_ref,club_name,youngest,oldest\nC1,Larks,11,4\n", 2, "youngest",
          "11: an age no higher than the oldest expected"),
    other("a year missing", "local_school_roll", "urn,ay,nc_year,pupils\n122451,2019,R,30\n122451,2022,R,30\n",
          notes="2020/21, 2021/22 missing between the other years"),
    other("no base year", "local_school_roll", "urn,ay,nc_year,pupils\n122451,2019,R,30\n122451,2020,R,30\n", 0, "ay",
          "the base year 2022/23 is not in the roll"),
]

REPAIRED = [
    pans("windows-1252", (PANS + "# Ecole Sacr\u00e9-C\u0153ur\n").encode("cp1252"), notes="read as Windows-1252"),
    pans("utf-16", PANS.encode("utf-16"), notes="read as UTF-16"),
    Broken("note breaks off", "planned_places", "planned_places", {"planned.csv": text(
        "urn,kind,ay,nc_year_from,nc_year_to,places,fills_upwards,note\n122451,bulge,2023,R,R,30,no\n")},
        notes="1 rows end before the last column; the missing cells are blank"),
    pans("column of our own", "urn,ay,nc_year,pan,head\n122451,2023,R,60,N N\n", notes="columns that are not used: head"),
]


def set_out(folder: Path, *cases: Broken, head: str = HEAD) -> None:
    """Write a healthy workspace with these broken files in it."""
    (folder / "births.csv").write_text(BIRTHS, encoding="utf-8")
    (folder / "roll.csv").write_text(ROLL, encoding="utf-8")
    healthy = HEALTHY if not any(c.table == "births" for c in cases) else HEALTHY.replace("[tables.births]", "[[tables.births]]")
    if any(c.table == "authority_roll" for c in cases):
        healthy = healthy.replace("[tables.authority_roll]", "[[tables.authority_roll]]")
    (folder / "authority.toml").write_text(head + healthy + "".join(c.section() for c in cases), encoding="utf-8")
    for case in cases:
        for name, data in case.content.items():
            (folder / name).write_bytes(data)


def is_told(case: Broken, problems: tuple[Problem, ...]) -> bool:
    """Whether the problems hold what must be said of a case, at its file, row and column."""
    file = case.told_of or case.named[0]
    return any(p.file == file and p.column == case.column and case.says in str(p) and (p.row == case.row or case.row < 0 < p.row)
               for p in problems)


@pytest.mark.parametrize("case", [c for c in LOCAL if c.says], ids=lambda c: c.name)
def test_each_broken_file_is_told(case: Broken, tmp_path: Path) -> None:
    set_out(tmp_path, case)
    with pytest.raises(EvidenceError) as caught:
        load(tmp_path, {})
    assert is_told(case, caught.value.problems), str(caught.value)
    assert {p.file for p in caught.value.problems} <= {*case.content, "authority.toml"}     # nothing is said of the healthy ones


@pytest.mark.parametrize("case", [c for c in (*LOCAL, *REPAIRED) if c.notes], ids=lambda c: c.name)
def test_what_can_still_be_read_is_noted(case: Broken, tmp_path: Path) -> None:
    set_out(tmp_path, case)
    notes = load(tmp_path, {}).evidence.notes
    assert any(n.table == case.table and case.notes in n.text for n in notes), [n.text for n in notes]


def test_all_broken_files_of_one_workspace_are_told_in_one_error(tmp_path: Path) -> None:
    cases = [c for c in LOCAL if c.says and c.name not in ("two files, one row", "no base year")]     # these need whole tables
    assert len(cases) >= 30
    set_out(tmp_path, *cases)
    with pytest.raises(EvidenceError) as caught:
        load(tmp_path, {})
    untold = [c.name for c in cases if not is_told(Broken(**{**vars(c), "column": _numbered(c, cases)}), caught.value.problems)]
    assert untold == []


def _numbered(case: Broken, cases: list[Broken]) -> str:
    """The column of a case; a key of authority.toml has the number of its section in it."""
    mine = [c for c in cases if c.table == case.table]
    return case.column.replace(f"tables.{case.table}.", f"tables.{case.table}.{mine.index(case) + 1}.")


# Random damage: whatever happens to a file, it is told as a problem or it can still be read.

damage = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=6)


def damaged(data: bytes, flips: list[tuple[int, int]], cut: int) -> bytes:
    """Flip bytes, then cut off the end."""
    out = bytearray(data)
    for at, value in flips:
        out[at % len(out)] = value
    return bytes(out[: max(1, len(out) - cut % len(out))])


def reads_or_says_why(reader: str, path: Path) -> None:
    try:
        readings = READERS[reader].read(path, Ask(la_code="891", gss_code="E10000024"))
    except EvidenceError as failure:
        assert failure.problems and all(p.file == path.name and p.expected for p in failure.problems)
    else:
        assert sum(len(r.table) for r in readings) > 0


@pytest.mark.thorough
@settings(max_examples=cases(50, 150), deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=damage, cut=st.integers(0, 300))
def test_a_damaged_csv_is_read_or_told(flips: list[tuple[int, int]], cut: int, tmp_path: Path) -> None:
    path = tmp_path / "damaged.csv"
    path.write_bytes(damaged(ROLL.encode(), flips, cut))
    reads_or_says_why("local_authority_roll", path)


@pytest.mark.thorough
@settings(max_examples=cases(25, 60), deadline=None, derandomize=True,
          suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=damage, cut=st.integers(0, 300))
def test_a_damaged_workbook_is_read_or_told(flips: list[tuple[int, int]], cut: int, tmp_path: Path) -> None:
    path = tmp_path / "damaged.xlsx"
    path.write_bytes(damaged(BOOK, flips, cut))
    reads_or_says_why("pans", path)
