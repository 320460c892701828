"""Broken publications: each gives a clear problem with its file, row and column, or a listed note; none a traceback.

Every case stands in a workspace that is otherwise healthy, as a planner would meet it. The last tests put all of them into one
workspace, and flip random bytes of a healthy file of every reader.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon, box

from planning_areas.tables import EvidenceError, Problem
from sufficiency.sources.reading import Ask
from sufficiency.sources.registry import PUBLICATIONS, READERS
from sufficiency.workspace.workspace import load

HEAD = ('[authority]\ncode = "891"\nname = "Nottinghamshire"\ngss_code = "E10000024"\nbase_year = 2022\n'
        'districts = ["E07000170"]\n')
SQUARES = [box(450_000 + 1000 * i, 350_000, 451_000 + 1000 * i, 351_000) for i in range(4)]

# Healthy files, in the layouts of the publications.

GIAS = ("URN,LA (code),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),EstablishmentStatus (name),"
        "PhaseOfEducation (name),OpenDate,StatutoryLowAge,StatutoryHighAge,SchoolCapacity,DistrictAdministrative (code),"
        "Easting,Northing\n"
        "122451,891,2001,Sacr\u00e9-C\u0153ur,Community school,Open,Primary,01-09-1956,4,11,210,E07000170,450500,350500\n"
        "122452,891,2002,Mill Lane,Community school,Open,Primary,,4,11,420,E07000170,451500,350500\n"
        "100000,201,3614,The Aldgate School,Voluntary aided school,Open,Primary,,3,11,276,E09000001,533498,181201\n")
LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n122451,122400,Old School,Predecessor,31-08-2012\n"
PARTS = [f"{time} time {sex}" for sex in ("girls", "boys") for time in ("Part", "Full")]
GROUPS = ["Nursery 2", "Reception", *(f"Year group {g}" for g in range(1, 12))]
HEADCOUNTS = ",".join(f"{part} {group}" for part in PARTS for group in GROUPS)
CENSUS = f"time_period,urn,old_la_code,laestab,school_name,phase_type_grouping,{HEADCOUNTS}\n" + "".join(
    f"202223,{122451 + i},891,{8912001 + i},School {i},State-funded primary{',7' * 52}\n" for i in range(2))
YEAR_GROUPS = ["reception", *(f"year_group_{g}" for g in range(1, 12))]
ROLL = "time_period,old_la_code,nc_year,headcount\n" + "".join(
    f"{ay},891,{group},{900 + g}\n" for ay in ("202021", "202122", "202223") for g, group in enumerate(YEAR_GROUPS))
SCAP = "LAEstab,LA1,Schoolname,Phase,Netcapacity (1),Primary PA code (2),Secondary PA code (2)\n8912001,891,A,PS,210,8911001,\n"
SIXTH = ("time_period,secondary_planning_area_code,school_laestab,school_urn,school_name,reported_sixth_form_places,"
         "total_school_places\n202122,8910015,8914000,137112,Academy,150,900\n")
CARDS = "Year,LANumber,PriNOR,For_1_P,For_3_P,SecNOR,For_1_S,For_3_S\n2022/23,891,66526,0.0096,-0.0021,47926,0.0227,0.0308\n"
BIRTHS = "gss_code,date,type,annual_births\n" + "".join(f"E07000170,{y}-09-01,actual,{1300 + y % 7}\n" for y in range(2011, 2024))
PEOPLE = "lsoa21cd,0,1,2,3,4\nE01027920,10,11,12,13,14\n"
LOOKUP = "LSOA11CD,LSOA21CD,CHGIND,LAD22CD,LAD22NM\nE01027920,E01027920,U,E07000170,Ashfield\n"
WARDS = "LSOA21CD,WD24CD,WD24NM\nE01027920,E05006377,Beckingham\nE01027921,E05006377,Beckingham\n"


def shapes(geometry: list[Any] | None = None, **columns: list[str]) -> gpd.GeoDataFrame:
    given = geometry or SQUARES
    about = {"LSOA21CD": [f"E0102792{i}" for i in range(len(given))], "LAD22CD": ["E07000170"] * len(given)}
    return gpd.GeoDataFrame({**about, **columns}, geometry=given, crs="EPSG:27700")


def geojson(*rings: list[list[float]]) -> str:
    """A GeoJSON file without a CRS, whose numbers are therefore degrees."""
    return json.dumps({"type": "FeatureCollection", "features": [
        {"type": "Feature", "properties": {"LSOA21CD": f"E0102792{i}", "LAD22CD": "E07000170"},
         "geometry": {"type": "Polygon", "coordinates": [ring]}} for i, ring in enumerate(rings)]})


def square(x: float, y: float, side: float) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side], [x, y]]


DEGREES = geojson(*(square(-1.15 + i / 100, 53.1, 0.01) for i in range(4)))
WARD_SHAPES = DEGREES.replace("LSOA21CD", "WD25CD").replace("E0102792", "E0500637")
NATIONAL_GRID = geojson(*(square(450_000 + 1000 * i, 350_000, 1000) for i in range(4)))

HEALTHY: dict[str, tuple[str, str, str]] = {
    "gias": ("gias.csv", GIAS, ""), "gias_links": ("links.csv", LINKS, ""), "school_census": ("spc.csv", CENSUS, ""),
    "year_group_roll": ("roll.csv", ROLL, ""), "scap_capacity": ("scap.csv", SCAP, "ay = 2014\n"),
    "scap_sixth_form": ("sixth.csv", SIXTH, ""), "scorecards": ("cards.csv", CARDS, ""), "births": ("births.csv", BIRTHS, ""),
    "population": ("people.csv", PEOPLE, "ay = 2021\n"), "lsoa_boundaries": ("lsoas.geojson", DEGREES, ""),
    "lsoa_lookup": ("lookup.csv", LOOKUP, ""), "ward_lookup": ("wards.csv", WARDS, ""),
    "ward_boundaries": ("wards.geojson", WARD_SHAPES, ""),
}
"""Reader -> a healthy file of it, and what else its section says; together they are a whole workspace."""

Write = Callable[[Path], None]


@dataclass(frozen=True)
class Broken:
    """One broken publication: the reader, how the file is written, and what must be said of it."""

    name: str
    reader: str
    write: Write                # writes the file (and what belongs to it) at a path
    suffix: str
    row: int = 0
    column: str = ""
    says: str = ""
    notes: str = ""             # for what can still be read
    extra: str = ""

    @property
    def file(self) -> str:
        return f"{self.reader}_{''.join(c if c.isalnum() else '_' for c in self.name)}{self.suffix}"

    def section(self) -> str:
        extra = self.extra or HEALTHY[self.reader][2]
        return f'[[tables.{READERS[self.reader].table}]]\nreader = "{self.reader}"\nfiles = ["{self.file}"]\n{extra}'


def case(name: str, reader: str, content: str | bytes, row: int = 0, column: str = "", says: str = "", *, notes: str = "",
         suffix: str = "", extra: str = "") -> Broken:
    """A broken file with this content; text is written as UTF-8."""
    data = content if isinstance(content, bytes) else content.encode()

    def write(path: Path) -> None:
        path.write_bytes(data)

    return Broken(name, reader, write, suffix or Path(HEALTHY[reader][0]).suffix, row, column, says, notes, extra)


def changed(name: str, reader: str, old: str, new: str, row: int = 0, column: str = "", says: str = "", **more: str) -> Broken:
    """The healthy file with one thing changed in it."""
    text = HEALTHY[reader][1]
    assert old in text
    return case(name, reader, text.replace(old, new, 1), row, column, says, **more)


def areas(name: str, frame: Callable[[], gpd.GeoDataFrame], row: int = 0, column: str = "", says: str = "", *,
          suffix: str = ".gpkg", spoil: Write = lambda path: None, notes: str = "") -> Broken:
    """Boundaries written by the map library, then spoilt."""
    def write(path: Path) -> None:
        frame().to_file(path)
        spoil(path)

    return Broken(name, "lsoa_boundaries", write, suffix, row, column, says, notes)


def halved(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def without(end: str) -> Write:
    return lambda path: path.with_suffix(end).unlink()


def workbook(*rows: tuple[object, ...]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate(rows):
            sheet.write_row(i, 0, row)
    return out.getvalue()


def bomb() -> bytes:
    """A workbook of 107 kilobytes whose sheet would unpack to 110 megabytes of blanks."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 110_000_000)
    return out.getvalue()


BOOK = workbook(("lsoa21cd", 0, 1, 2), ("E01027920", 10, 11, 12))

TOLD = [
    case("an empty file", "gias", b"", says="the file is empty"),
    case("a page instead of a download", "gias", "<html><body>Please sign in</body></html>\n", 0, "EstablishmentName",
         "this column is needed"),
    case("header only", "gias", GIAS.split("\n", maxsplit=1)[0] + "\n", says="a header and no rows"),
    case("semicolons", "gias", GIAS.replace(",", ";"), 0, "", "parted by something other than commas"),
    changed("a missing column", "gias", "PhaseOfEducation (name)", "PhaseOfEducation (code)", 0, "PhaseOfEducation (name)",
            "this column is needed"),
    changed("duplicate urn", "gias", "122452", "122451", 2, "URN", "rows 2 and 3 say this twice"),
    changed("an unquoted comma", "gias", "Mill Lane", "Mill Lane, Upper Site", 3, "", "15 cells: 14 cells, as in the header"),
    changed("swapped coordinates", "gias", "450500,350500", "53.05,-1.2", 2, "Easting", "latitude and longitude swapped"),
    changed("degrees", "gias", "450500,350500", "-1.2,53.05", 2, "Northing", "look like degrees of longitude and latitude"),
    changed("off the map", "gias", "450500,350500", "450500,3505000", 2, "Northing", "at most 658000 expected"),
    changed("text in a number", "gias", ",210,", ",about 210,", 2, "SchoolCapacity", "about 210: a number expected"),
    changed("no date", "gias", "01-09-1956", "Autumn 1956", 2, "OpenDate", "Autumn 1956: a date such as 31-08-2012"),
    case("another authority", "gias", GIAS.replace(",891,", ",330,"), 0, "LA (code)", "201, 330: no row is of authority 891"),
    changed("a link to nothing", "gias_links", "122400", "12240", 2, "LinkURN", "12240: six digits"),
    case("links without a type", "gias_links", LINKS.replace("LinkType", "Kind"), 0, "LinkType", "this column is needed"),
    changed("negative pupils", "school_census", ",7,", ",-7,", 2, "Part time girls Nursery 2", "-7: a whole number of pupils"),
    changed("text in a count", "school_census", ",7,", ",few,", 2, "Part time girls Nursery 2", "few: a whole number of pupils"),
    changed("a year group is missing", "school_census", "Full time boys Year group 5", "Full time boys 5", 0, "year group 5",
            "3 columns: full and part time, girls and boys: four columns expected"),
    changed("no such year", "school_census", "202223,122451", "202224,122451", 2, "time_period", "202224: an academic year"),
    changed("duplicate school", "school_census", ",122452,", ",122451,", 2, "urn, time_period", "rows 2 and 3 say this twice"),
    case("no year at all", "school_census", CENSUS.replace("time_period", "census"), 0, "time_period", "of which year it is"),
    case("no base year", "school_census", CENSUS.replace("202223", "201920"), 0, "ay", "base year 2022/23 is not in the roll"),
    changed("unknown year group", "year_group_roll", "year_group_3", "year_group_x", 5, "nc_year", "year_group_x: a year group"),
    changed("a row twice", "year_group_roll", "year_group_3", "year_group_2", 5, "nc_year", "stands in an earlier row too"),
    changed("half a pupil", "year_group_roll", ",900", ",900.5", 2, "headcount", "900.5: a whole number of pupils"),
    changed("no planning areas", "scap_capacity", "Primary PA code (2),Secondary PA code (2)", "a,b", 0, "planning_area_code",
            "a column of planning areas is needed"),
    changed("negative places", "scap_capacity", ",210,", ",-210,", 2, "Netcapacity (1)", "-210: at least 0"),
    case("capacity without a year", "scap_capacity", SCAP, 0, "time_period", "does not say of which year", extra="# no year\n"),
    changed("laestab too short", "scap_sixth_form", "8914000", "89140", 2, "school_laestab", "89140: seven digits"),
    case("another scorecard", "scorecards", "LANumber,Quan_P_UP\n891,12.4\n", 0, "For_1_P", "no column of forecast accuracy"),
    changed("a score in words", "scorecards", "0.0096", "good", 2, "For_1_P", "good: a number"),
    changed("contradicting births", "births", "E07000170,2012-09-01", "E07000170,2011-08-31", 2, "annual_births",
            "2 figures differ for the same area and twelve months"),
    case("births of unknown years", "births", "code,2019,2020\nE07000170,1300,1310\n", 0, "year",
         "does not say which twelve months a year is"),
    case("births of one year", "births", "code,mid-2019\nE07000170,1300\n", 0, "", "no school cohort can be made"),
    changed("an age is missing", "population", ",2,3,4\n", ",2,4,5\n", 0, "3", "single years of age from 0 on are needed"),
    changed("blank residents", "population", ",10,", ",,", 2, "0", "blank is not nought"),
    case("the year contradicts", "population", "Mid-2020 estimates\n" + PEOPLE, 0, "year", "authority.toml says that the"),
    case("corrupt workbook", "population", b"PK\x03\x04" + BOOK[100:], suffix=".xlsx", says="the workbook cannot be opened"),
    case("truncated workbook", "population", BOOK[: len(BOOK) // 2], suffix=".xlsx", says="the workbook cannot be opened"),
    case("zip bomb", "population", bomb(), suffix=".xlsx", says="unpacks to more than a workbook should hold"),
    case("national grid called degrees", "lsoa_boundaries", NATIONAL_GRID, 1, "geometry", "look like metres on the"),
    case("latitude first", "lsoa_boundaries", geojson(square(53.1, -1.15, 0.01)), 1, "geometry", "longitude swapped"),
    case("two coordinate systems", "lsoa_boundaries", geojson(square(-1.15, 53.1, 0.01), square(450_000, 350_000, 1000)), 2,
         "geometry", "1 of 2 shapes are in other coordinates"),
    case("endless coordinates", "lsoa_boundaries", DEGREES.replace("53.1,", "1e999,", 1).replace("53.1]", "1e999]", 1),
         says="is corrupt or breaks off"),
    case("empty boundaries", "lsoa_boundaries", b"", says="the file is empty"),
    case("no shapes", "lsoa_boundaries", '{"type": "FeatureCollection", "features": []}', says="there is no shape in the file"),
    case("boundaries break off", "lsoa_boundaries", DEGREES[:-40], says="is corrupt or breaks off"),
    case("corrupt geopackage", "lsoa_boundaries", b"SQLite format 3\x00" + b"junk" * 500, suffix=".gpkg",
         says="is corrupt or breaks off"),
    areas("truncated shapefile", shapes, says="the file breaks off", suffix=".shp", spoil=halved),
    areas("shapefile without its table", shapes, says=".dbf is missing", suffix=".shp", spoil=without(".dbf")),
    areas("shapefile without its projection", shapes, says=".prj is missing", suffix=".shp", spoil=without(".prj")),
    areas("a small area without a shape", lambda: shapes([*SQUARES[:3], None]), 4, "geometry", "this small area has no shape"),
    areas("a small area twice", lambda: shapes(LSOA21CD=["E01027920"] * 2 + ["E01027921", "E01027922"]), 1, "lsoa_code",
          "rows 1 and 2 say this twice"),
    areas("no codes", lambda: shapes().rename(columns={"LSOA21CD": "zone"}), 0, "lsoa_code", "a field with the codes"),
    changed("a small area in two wards", "ward_lookup", "E01027921,E05006377", "E01027920,E05006378", 2, "LSOA21CD",
            "rows 2 and 3 say this twice"),
    case("wards called degrees", "ward_boundaries", NATIONAL_GRID.replace("LSOA21CD", "WD25CD"), 1, "geometry",
         "look like metres on the"),
    case("centres of wards", "ward_boundaries", WARD_SHAPES.replace("WD25CD", "LSOA21CD"), 0, "ward_code",
         "a field with the codes of wards is needed"),
    changed("unknown change", "lsoa_lookup", ",U,", ",Z,", 2, "CHGIND", "Z: U, S, M or X expected (kind of change)"),
]

NOTED = [
    case("windows-1252", "gias", GIAS.encode("cp1252"), notes="read as Windows-1252"),
    changed("a row breaks off", "gias", ",451500,350500", ",451500", notes="1 rows end before the last column"),
    changed("no place known", "gias", "450500,350500", "0,0", notes="1 establishments stand at 0, 0"),
    changed("no number yet", "gias", "891,2002", "891,", notes="1 establishments have no number and are left out: Mill Lane"),
    changed("a hidden count", "school_census", ",7,", ",,", notes="1 headcounts are blank and not known"),
    case("a year missing in the middle", "year_group_roll", "\n".join(r for r in ROLL.split("\n") if "202122" not in r),
         notes="2021/22 missing between the other years"),
    changed("hidden places", "scap_sixth_form", ",150,", ",x,", notes="reported_sixth_form_places is hidden in 1 rows (x)"),
    changed("percent for fractions", "scorecards", "0.0096,-0.0021,47926,0.0227,0.0308", "0.96,-0.21,47926,2.27,3.08",
            notes="errors of 2022/23 are read as percent, by their size"),
    changed("a hidden figure", "births", ",1300", ",c", notes="1 figures are hidden or blank"),
    areas("a shape that crosses itself", lambda: shapes([Polygon([(450_000, 350_000), (451_000, 351_000), (451_000, 350_000),
                                                                  (450_000, 351_000)]), *SQUARES[1:]]),
          notes="1 shapes that cross themselves were mended: E01027920 (+500,000 square metres)"),
    case("rows below the table", "population", PEOPLE + "Source: ONS,,,,,\n", notes="1 rows that hold no small area"),
]


LEAST = ("births", "year_group_roll")      # what a workspace cannot do without


def set_out(folder: Path, *cases: Broken, healthy: tuple[str, ...] = tuple(HEALTHY)) -> None:
    """Write a workspace of healthy publications; a case takes the place of the healthy file of its reader."""
    spoilt = {c.reader for c in cases}
    sections = []
    for reader in healthy:
        file, text, extra = HEALTHY[reader]
        if reader not in spoilt:
            (folder / file).write_text(text, encoding="utf-8")
            sections.append(f'[[tables.{READERS[reader].table}]]\nreader = "{reader}"\nfiles = ["{file}"]\n{extra}')
    for broken in cases:
        broken.write(folder / broken.file)
        sections.append(broken.section())
    (folder / "authority.toml").write_text(HEAD + "".join(sections), encoding="utf-8")


def is_told(broken: Broken, problems: tuple[Problem, ...]) -> bool:
    return any((p.file, p.row, p.column) == (broken.file, broken.row, broken.column) and broken.says in str(p) for p in problems)


def test_the_healthy_workspace_is_healthy(tmp_path: Path) -> None:
    set_out(tmp_path)
    evidence = load(tmp_path, {}).evidence
    assert {s.reader for s in evidence.sources} == set(HEALTHY)
    of_their_own = {"ofsted_register", "code_point", "os_open_roads", "lait"}      # told in tests of their own
    assert set(HEALTHY) == {r.name for r in PUBLICATIONS} - {"scap_area_names", "school_points"} - of_their_own
    assert len(evidence.schools) == 2 and len(evidence.lsoas) == 4 and len(evidence.births) == 13


@pytest.mark.parametrize("broken", TOLD, ids=lambda c: f"{c.reader}: {c.name}")
def test_each_broken_publication_is_told(broken: Broken, tmp_path: Path) -> None:
    set_out(tmp_path, broken, healthy=LEAST)
    with pytest.raises(EvidenceError) as caught:
        load(tmp_path, {})
    assert is_told(broken, caught.value.problems), str(caught.value)
    assert {p.file for p in caught.value.problems} == {broken.file}         # nothing is said of the healthy ones


@pytest.mark.parametrize("broken", NOTED, ids=lambda c: f"{c.reader}: {c.name}")
def test_what_can_still_be_read_is_noted(broken: Broken, tmp_path: Path) -> None:
    set_out(tmp_path, broken, healthy=LEAST)
    notes = load(tmp_path, {}).evidence.notes
    assert any(broken.notes in n.text for n in notes if n.table == READERS[broken.reader].table), [n.text for n in notes]


def test_all_broken_publications_of_one_workspace_are_told_in_one_error(tmp_path: Path) -> None:
    cases = [c for c in TOLD if c.name != "no base year"]      # that one needs the whole roll
    assert len(cases) >= 50
    set_out(tmp_path, *cases)
    with pytest.raises(EvidenceError) as caught:
        load(tmp_path, {})
    assert [c.file for c in cases if not is_told(c, caught.value.problems)] == []


def test_boundaries_of_two_coordinate_systems_in_two_files_come_to_one(tmp_path: Path) -> None:
    first, second = shapes().iloc[:2], shapes().iloc[2:].to_crs(4326)
    parts = [areas("grid", lambda: first), areas("degrees", lambda: second, suffix=".geojson")]
    set_out(tmp_path, *parts)
    lsoas = load(tmp_path, {}).evidence.lsoas
    assert isinstance(lsoas, gpd.GeoDataFrame) and lsoas.crs.to_epsg() == 27700
    assert lsoas.area.tolist() == pytest.approx([1e6] * 4, rel=1e-6)


# Random damage: whatever happens to a publication, it is told as a problem or it can still be read.

damage = st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), min_size=1, max_size=6)


@pytest.mark.parametrize("reader", sorted(HEALTHY))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(flips=damage, cut=st.integers(0, 300))
def test_a_damaged_publication_is_read_or_told(reader: str, flips: list[tuple[int, int]], cut: int, tmp_path: Path) -> None:
    data = bytearray(HEALTHY[reader][1].encode("cp1252"))
    for at, value in flips:
        data[at % len(data)] = value
    path = tmp_path / HEALTHY[reader][0]
    path.write_bytes(bytes(data[: max(1, len(data) - cut % len(data))]))
    try:
        readings = READERS[reader].read(path, Ask("891", "E10000024", ay=2014 if "ay" in HEALTHY[reader][2] else None))
    except EvidenceError as failure:
        assert failure.problems and all(p.file == path.name and p.expected for p in failure.problems)
    else:
        assert sum(len(reading.table) for reading in readings) > 0


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
@given(flips=damage, cut=st.integers(0, 300), suffix=st.sampled_from([".gpkg", ".shp"]))
def test_damaged_shapes_are_read_or_told(flips: list[tuple[int, int]], cut: int, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"areas{suffix}"
    for old in tmp_path.iterdir():
        old.unlink()
    shapes().to_file(path)
    data = bytearray(path.read_bytes())
    for at, value in flips:
        data[at % len(data)] = value
    path.write_bytes(bytes(data[: max(1, len(data) - cut % len(data))]))
    try:
        (reading,) = READERS["lsoa_boundaries"].read(path, Ask())
    except EvidenceError as failure:
        assert failure.problems and all(p.file == path.name and p.expected for p in failure.problems)
    else:
        assert len(reading.table) and reading.table.geometry.is_valid.all()
