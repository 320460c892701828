"""A workspace: which files are read, what is kept of them, what does not agree, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from planning_areas.tables import EvidenceError, Problem
from sufficiency.areas.own_areas import keep_own, own_districts
from sufficiency.assumptions import Assumptions, ExcludedYear
from sufficiency.evidence import TABLES, Authority, Evidence, empty
from sufficiency.workspace.cross_checks import (
    MISSING,
    OF_CHILDCARE,
    OF_HOMES,
    OF_RETURN,
    OF_SCHEMES,
    cross_check,
    what_is_missing,
)
from sufficiency.workspace.workspace import Loaded, load, open_workspace

HEAD = '[authority]\ncode = "891"\nname = "Nottinghamshire"\ngss_code = "E10000024"\nbase_year = 2025\n'
BIRTHS = '[tables.births]\nreader = "local_births"\nfiles = ["births.csv"]\n'
ROLL = '[tables.authority_roll]\nreader = "local_authority_roll"\nfiles = ["roll.csv"]\n'


@dataclass
class Council:
    """A workspace in the making: files by name, and what `authority.toml` says."""

    folder: Path
    toml: str = HEAD + BIRTHS + ROLL

    def write(self, name: str, text: str) -> Council:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return self

    def load(self, environ: Mapping[str, str] | None = None) -> Loaded:
        self.write("authority.toml", self.toml)
        return load(self.folder, environ or {})

    def problems(self, environ: Mapping[str, str] | None = None) -> list[Problem]:
        with pytest.raises(EvidenceError) as caught:
            self.load(environ)
        return list(caught.value.problems)


def births_text(codes: tuple[str, ...] = ("E07000170",), first: int = 2016) -> str:
    return "area_code,cohort,births\n" + "".join(f"{c},{y},{1000 + y % 9}\n" for c in codes for y in range(first, 2026))


def roll_text(years: tuple[int, ...] = (2023, 2024, 2025)) -> str:
    return "ay,nc_year,pupils\n" + "".join(f"{ay},{g},{900 + g}\n" for ay in years for g in range(12))


@pytest.fixture
def council(tmp_path: Path) -> Council:
    """The thinnest workspace that runs: births, and the authority's roll by year group."""
    return Council(tmp_path).write("births.csv", births_text()).write("roll.csv", roll_text())


def test_births_and_a_roll_are_enough(council: Council) -> None:
    steps: list[str] = []
    council.write("authority.toml", council.toml)
    loaded = load(council.folder, {}, steps.append)
    evidence = loaded.evidence
    assert evidence.authority == Authority("891", "Nottinghamshire", "E10000024", 2025)
    assert set(evidence.tables) == set(TABLES)
    assert [name for name in TABLES if evidence.has(name)] == ["authority_roll", "births"]
    assert evidence.births["births"].sum() == sum(1000 + y % 9 for y in range(2016, 2026))
    assert [(s.table, s.file) for s in evidence.sources] == [("births", "births.csv"), ("authority_roll", "roll.csv")]
    assert {len(s.sha256) for s in evidence.sources} == {64}
    assert loaded.assumptions == Assumptions()
    assert steps[:2] == ["Reading births.csv (1 of 2)", "Reading roll.csv (2 of 2)"]


def test_what_is_missing_is_named_with_what_the_result_loses(council: Council) -> None:
    evidence = council.load().evidence
    missing = what_is_missing(evidence)
    assert {n.table for n in missing} == set(TABLES) - {"births", "authority_roll", *OF_HOMES, *OF_SCHEMES, *OF_CHILDCARE,
                                                                 *OF_RETURN}
    assert set(MISSING) == set(TABLES) - {"births"}         # a new table must say what its absence costs
    assert all(n.loses for n in missing) and set(missing) <= set(evidence.notes)


def test_settings_are_the_assumptions_of_the_run(council: Council) -> None:
    council.toml += '[settings]\noperating_margin = 0.05\nexcluded_years = [{ay = "2020/21", reason = "lockdown"}]\n'
    council.toml += 'weights = [1, 1]\ncatch_all_codes = ["8911000"]\n'
    assert council.load().assumptions == Assumptions(
        weights=(1.0, 1.0), operating_margin=0.05, excluded_years=(ExcludedYear(2020, "lockdown"),), catch_all_codes=("8911000",))


@pytest.mark.parametrize(("line", "column", "says"), [
    ("operating_margn = 0.05", "settings.operating_margn", "did you mean operating_margin?"),
    ("operating_margin = 5", "settings.operating_margin", "at most 0.5 expected"),
    ("operating_margin = \"lots\"", "settings.operating_margin", "a number expected"),
    ("primary_years = 9", "settings.primary_years", "at most 5 expected"),
    ("weights = [0, 0]", "settings.weights", "not all nought"),
    ("weights = []", "settings.weights", "not all nought"),
    ("weights = [-1, 2]", "settings.weights", "each nought or from 0.001 to 1000"),
    ("weights = [inf, 1]", "settings.weights.0", "neither endless nor undefined"),
    ("weights = [1, nan]", "settings.weights.1", "neither endless nor undefined"),
    ("weights = [1e308, 1e308, 1]", "settings.weights", "each nought or from 0.001 to 1000"),
    ("weights = [1e-320]", "settings.weights", "each nought or from 0.001 to 1000"),
    ("rag_edges = [0.1, 0.05]", "settings.rag_edges", "5 shares of headroom, rising"),
    ("rag_edges = [nan, 0, 0, 0, 0]", "settings.rag_edges.0", "neither endless nor undefined"),
    ("rag_edges = [-inf, 0, 0.1, 0.2, inf]", "settings.rag_edges.4", "neither endless nor undefined"),
    ("rag_edges = [0, 0.1, 0.2, 0.3, 1e9]", "settings.rag_edges", "from -1 to 1"),
    ("childcare_edges = [1.05, 0.9, 1.25]", "settings.childcare_edges", "three rising ratios"),
    ("childcare_edges = [0.9, 1.05]", "settings.childcare_edges", "three rising ratios"),
    ("access_mode = \"by bus\"", "settings.access_mode", "one of walking, driving, straight_line"),
    ("access_method = \"huff\"", "settings.access_method", "one of 2sfca, e2sfca, gaussian"),
    ("childcare_years = 9", "settings.childcare_years", "at most 5 expected"),
    ("operating_margin = nan", "settings.operating_margin", "neither endless nor undefined"),
    ("seed = inf", "settings.seed", "neither endless nor undefined"),
    ("excluded_years = [2020]", "settings.excluded_years.0", 'such as { ay = "2020/21", reason = "lockdown" }'),
    ('excluded_years = [{ay = 2020, reason = ""}]', "settings.excluded_years", "with its reason"),
    ('excluded_years = [{ay = 2020, reason = "x"}, {ay = 2020, reason = "y"}]', "settings.excluded_years", "each year once"),
    ('excluded_years = [{ay = 2020, why = "x"}]', "settings.excluded_years.0.why", "known are: ay, reason"),
])
def test_a_wrong_setting_is_told_with_its_line(council: Council, line: str, column: str, says: str) -> None:
    council.toml += f"[settings]\n{line}\n"
    problems = council.problems()
    assert {p.file for p in problems} == {"authority.toml"}
    told = next(p for p in problems if p.column == column)
    assert says in str(told)
    assert told.row == len(council.toml.splitlines())


@pytest.mark.parametrize(("change", "row", "column", "says"), [
    (("base_year", "base_yaer"), 5, "authority.base_yaer", "did you mean base_year?"),
    (("base_year = 2025", 'base_year = "2025/27"'), 5, "authority.base_year", "27 does not follow 2025"),
    (('code = "891"', 'code = "Notts"'), 2, "authority.code", "three digits"),
    (('"E10000024"', '"Notts"'), 4, "authority.gss_code", "E10000024"),
    (("[tables.births]", "[tables.brths]"), 6, "tables.brths", "did you mean births?"),
    (("[tables.births]", "[table.births]"), 6, "table", "did you mean tables?"),
    (('"local_births"', '"local_brths"'), 7, "tables.births.reader", "did you mean local_births?"),
    (('"local_births"', '"pans"'), 7, "tables.births.reader", "this reader does not fill the table births"),
    (('files = ["births.csv"]', 'file = ["births.csv"]'), 8, "tables.births.file", "did you mean files?"),
    (('["births.csv"]', '"births.csv"'), 8, "tables.births.files", "a list in brackets expected"),
    (('["births.csv"]', "[]"), 8, "tables.births.files", "at least one expected"),
    (('["births.csv"]', '["brths.csv"]'), 8, "tables.births.files", "this file is not there; did you mean births.csv?"),
    (('["births.csv"]', '["Births.CSVX"]'), 8, "tables.births.files", "did you mean births.csv?"),
    (('["births.csv"]', '["births.csv", "births.csv"]'), 8, "tables.births.files", "this file is named twice"),
    (('["births.csv"]', '["../births.csv"]'), 8, "tables.births.files", "may not lead out of its folder"),
    (('["births.csv"]', '["a/../../births.csv"]'), 8, "tables.births.files", "may not lead out of its folder"),
    (('["births.csv"]', '["/etc/passwd"]'), 8, "tables.births.files", "paths start from the workspace"),
    (('["births.csv"]', '["C:/births.csv"]'), 8, "tables.births.files", "paths start from the workspace"),
    (('["births.csv"]', '["~/births.csv"]'), 8, "tables.births.files", "paths start from the workspace"),
    (('["births.csv"]', "['data\\births.csv']"), 8, "tables.births.files", "write data/births.csv"),
    (('["births.csv"]', '["births\\u0000.csv"]'), 8, "tables.births.files", "a path such as"),
    (('["births.csv"]', '["."]'), 8, "tables.births.files", "this is a folder, not a file"),
    (('["births.csv"]', '["${HOME}/births.csv"]'), 8, "tables.births.files", "only ${SUFFICIENCY_DATA} can stand in a path"),
    (('["births.csv"]', '["${SUFFICIENCY_DATA}/births.csv"]'), 8, "tables.births.files", "SUFFICIENCY_DATA is not set"),
    (('["births.csv"]', '["data/${SUFFICIENCY_DATA}"]'), 8, "tables.births.files", "at the start"),
    (('["births.csv"]', '["births.csv"'), 9, "", "a list is not closed by a square bracket"),
    (('["births.csv"]', '["births.csv" "more.csv"]'), 8, "", "or a comma is missing"),
    (('["births.csv"]', '"births.csv"]'), 8, "", "more than one value"),
    (("base_year = 2025", "base_year = 2025/26"), 5, "", 'a year such as "2025/26", stands in quotation marks'),
    (('["births.csv"]', "['births.csv]"), 12, "", "a quotation mark is missing"),
    (('["births.csv"]', '["data\\sub\\births.csv"]'), 8, "", "paths are written with forward slashes"),
    (('["births.csv"]', '["C:\\Users\\births.csv"]'), 8, "", "paths are written with forward slashes"),
    (('name = "Nottinghamshire"', 'name = "Nottinghamshire"\nname = "Notts"'), 4, "", "this name stands a second time"),
    (('name = "Nottinghamshire"', 'name = "Nottinghamshire'), 3, "", "a quotation mark is missing"),
    (('name = "Nottinghamshire"', "name = \u201cNottinghamshire\u201d"), 3, "", "straight quotation marks"),
    (('name = "Nottinghamshire"', "name Nottinghamshire"), 3, "", "a name, an equals sign and a value"),
    (("[tables.births]", "[tables.births"), 6, "", "a heading stands in square brackets"),
    (("[tables.births]", "[authority]"), 6, "", "this heading in square brackets stands twice"),
    (('name = "Nottinghamshire"', 'name = { a = 1 '), 3, "", "curly brackets are not closed"),
])
def test_a_wrong_line_of_authority_toml(council: Council, change: tuple[str, str], row: int, column: str, says: str) -> None:
    assert change[0] in council.toml
    council.toml = council.toml.replace(change[0], change[1], 1)
    problems = [p for p in council.problems() if p.column == column]
    assert [(p.file, p.row) for p in problems] == [("authority.toml", row)]
    assert says in str(problems[0])


def test_the_second_of_several_sections_has_its_own_line(council: Council) -> None:
    council.toml += '[[tables.pans]]\nreader = "pans"\nfiles = ["births.csv"]\n'
    council.toml += '[[tables.pans]]\nreader = "panz"\nfiles = ["b.csv"]\n'
    assert [(p.row, p.column) for p in council.problems()] == [(16, "tables.pans.2.reader")]


def test_no_folder_no_settings_file_and_a_settings_file_of_another_encoding(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="there is no such folder"):
        load(tmp_path / "nowhere", {})
    with pytest.raises(EvidenceError, match="this file is not in the folder; `sufficiency template DIR`"):
        load(tmp_path, {})
    (tmp_path / "authority.toml").write_bytes(HEAD.replace("Notting", "N\u00f6tting").encode("cp1252"))
    with pytest.raises(EvidenceError, match="row 3: this is not UTF-8 text; save it as UTF-8"):
        load(tmp_path, {})


def test_a_mark_before_the_settings_and_windows_line_ends_do_no_harm(council: Council) -> None:
    (council.folder / "authority.toml").write_bytes(b"\xef\xbb\xbf" + council.toml.replace("\n", "\r\n").encode())
    assert open_workspace(council.folder).authority.code == "891"


def test_publications_may_lie_where_the_environment_says(council: Council, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("publications")
    (elsewhere / "ons").mkdir()
    (elsewhere / "ons" / "b.csv").write_text(births_text(), encoding="utf-8")
    council.toml = council.toml.replace("births.csv", "${SUFFICIENCY_DATA}/ons/b.csv")
    assert council.load({"SUFFICIENCY_DATA": str(elsewhere)}).evidence.sources[0].file == "b.csv"
    council.toml = council.toml.replace("/ons/", "/../")
    assert "may not lead out" in str(council.problems({"SUFFICIENCY_DATA": str(elsewhere)})[0])
    assert "names no folder" in str(council.problems({"SUFFICIENCY_DATA": str(elsewhere / "gone")})[0])


def test_several_files_stand_one_below_the_other(council: Council) -> None:
    council.toml = council.toml.replace('["roll.csv"]', '["2024/roll.csv", "2025/roll.csv"]')
    council.write("2024/roll.csv", roll_text((2024,))).write("2025/roll.csv", roll_text((2025,)))
    roll = council.load().evidence.authority_roll
    assert sorted(roll["ay"].unique()) == [2024, 2025] and len(roll) == 24 and roll.index.tolist() == list(range(24))


def test_two_files_that_give_one_row_are_both_named(council: Council) -> None:
    council.toml = council.toml.replace('["roll.csv"]', '["2024/roll.csv", "2025/roll.csv"]')
    council.write("2024/roll.csv", roll_text((2024, 2025))).write("2025/roll.csv", roll_text((2025,)))
    (problem,) = council.problems()
    assert problem.file == "2024/roll.csv" and problem.others == 11
    assert problem.found == "891, 2025, 0" and problem.column == "la_code, ay, nc_year"
    assert "2024/roll.csv and 2025/roll.csv both give this row of authority_roll" in problem.expected


def test_problems_of_all_files_come_at_once(council: Council) -> None:
    council.write("births.csv", "area_code,cohort,births\nE07000170,2021/23,many\n")
    council.write("roll.csv", "ay,nc_year,pupils\n2025,R,-1\n")
    council.toml += '[tables.pans]\nreader = "pans"\nfiles = ["gone.csv", "pans.csv"]\n'
    council.write("pans.csv", "urn,ay,nc_year\n1,2,3\n")
    assert [(p.file, p.row, p.column) for p in council.problems()] == [
        ("authority.toml", 14, "tables.pans.files"), ("births.csv", 2, "births"), ("births.csv", 2, "cohort"),
        ("pans.csv", 0, "pan"), ("roll.csv", 2, "pupils")]


SITES = "site_ref,site_name,status,easting,northing,financial_year,dwellings,note\n"
SMALL_AREA = {"type": "FeatureCollection", "features": [{
    "type": "Feature", "properties": {"LSOA21CD": "E01027920", "LAD22CD": "E07000170"},
    "geometry": {"type": "Polygon", "coordinates": [[[-1.2, 53.1], [-1.1, 53.1], [-1.1, 53.2], [-1.2, 53.2], [-1.2, 53.1]]]}}]}


def test_a_broken_row_hides_nothing_of_the_others(council: Council) -> None:
    council.toml += '[tables.housing_sites]\nreader = "housing_sites"\nfiles = ["sites.csv"]\n'
    council.toml += '[tables.lsoas]\nreader = "lsoa_boundaries"\nfiles = ["lsoas.geojson"]\n'
    council.write("lsoas.geojson", json.dumps(SMALL_AREA))
    council.write("sites.csv", SITES + (
        "A,Mill, Lane,full,455000,355000,2026,40,deed\n"       # an unquoted comma
        "B,Forge,full,355000,455000,2026,40,\n"            # turned round, and still in England
        "C,Weir,full,455000,355000,2026,40,\n"))
    assert [(p.row, p.found, p.expected) for p in council.problems()] == [
        (0, "355000, 455000", "easting and northing of B seem to be swapped"), (2, "9 cells", "8 cells, as in the header")]
    council.write("sites.csv", SITES + (
        "A,Mill, Lane,full,455000,355000,2026,40,deed\n"
        "B,Forge,hoped for,455000,355000,2026,40,\n"
        "B,Forge,full,455000,355000,2026,many,\n"))
    key = ", ".join(TABLES["housing_sites"].to_schema().unique)
    assert [(p.row, p.column) for p in council.problems()] == [
        (2, ""), (3, key), (3, "status"), (4, "dwellings")]


def test_what_is_only_true_of_a_part_of_a_file_is_not_said_of_the_whole(council: Council) -> None:
    council.write("roll.csv", "ay,nc_year,pupils\n2024,R,900\n2025,R,900,1\n").write("births.csv", births_text() + '"')
    assert [(p.file, p.row, p.expected[:30]) for p in council.problems()] == [
        ("births.csv", 12, "the file cannot be read as CSV"), ("roll.csv", 3, "3 cells, as in the header")]
    council.write("roll.csv", "la_code,ay,nc_year,pupils\n330,2025,R,900\n891,2025,R,900,1\n").write("births.csv", births_text())
    assert [(p.row, p.found) for p in council.problems()] == [(3, "5 cells")]       # not that no row is of the authority


def test_misplaced_points_are_told_beside_what_is_wrong_with_other_files(council: Council) -> None:
    council.toml += '[tables.housing_sites]\nreader = "housing_sites"\nfiles = ["sites.csv"]\n'
    council.toml += '[tables.lsoas]\nreader = "lsoa_boundaries"\nfiles = ["lsoas.geojson"]\n'
    council.write("lsoas.geojson", json.dumps(SMALL_AREA)).write("roll.csv", "ay,nc_year,pupils\n2025,R,-1\n")
    council.write("sites.csv", SITES + "B,Forge,full,355000,455000,2026,40,\n")
    assert [(p.file, p.column) for p in council.problems()] == [("roll.csv", "pupils"), ("sites.csv", "easting")]


def test_without_births_or_a_roll_nothing_runs(council: Council) -> None:
    council.toml = HEAD + ROLL
    assert [p.column for p in council.problems()] == ["tables.births"]
    council.toml = HEAD + BIRTHS
    assert [p.column for p in council.problems()] == ["tables.authority_roll"]
    council.toml = HEAD
    assert [p.column for p in council.problems()] == ["tables"]


def test_the_base_year_must_be_in_the_roll(council: Council) -> None:
    council.toml = council.toml.replace("base_year = 2025", "base_year = 2026")
    (problem,) = council.problems()
    assert (problem.file, problem.column, problem.found) == ("roll.csv", "ay", "2023/24, 2024/25, 2025/26")
    assert "2026/27 is not in the roll" in problem.expected


def test_a_base_year_of_blanks_is_not_a_base_year_of_noughts(council: Council) -> None:
    council.write("births.csv", births_text())
    blank = "".join(f"2025,{g},\n" for g in range(12))
    council.write("roll.csv", roll_text((2023, 2024)) + blank)
    (problem,) = council.problems()
    assert (problem.file, problem.column) == ("roll.csv", "pupils") and "blank or hidden" in problem.expected
    council.write("roll.csv", roll_text((2023, 2024)) + blank.replace("2025,3,", "2025,3,40"))
    assert council.load().evidence.has("authority_roll"), "one count is something to go by"


def test_a_year_missing_in_the_middle_is_told_with_what_is_lost(council: Council) -> None:
    council.write("roll.csv", roll_text((2022, 2023, 2025)))
    (note,) = [n for n in council.load().evidence.notes if "missing between" in n.text]
    assert (note.table, note.text) == ("authority_roll", "2024/25 missing between the other years")
    assert "survival ratios" in note.loses


def test_rolls_after_the_base_year_and_births_that_stop_early_are_told(council: Council) -> None:
    council.write("roll.csv", roll_text((2024, 2025, 2026))).write(
        "births.csv", "".join(births_text().splitlines(keepends=True)[:-2]))
    texts = [n.text for n in council.load().evidence.notes]
    assert "rolls after the base year are not used: 2026/27" in texts
    assert "no births for the school cohorts 2024/25, 2025/26" in texts


# Districts: the authority's own are those in which its schools stand.

def schools_frame(*rows: tuple[str, str, str, float, float, float]) -> pd.DataFrame:
    """Rows of urn, laestab, district, easting, northing, capacity."""
    given = pd.DataFrame(rows, columns=["urn", "laestab", "district_code", "easting", "northing", "capacity"])
    rest = {c: "" for c in TABLES["schools"].to_schema().columns if c not in given.columns}
    return given.assign(**rest | {"la_code": "891", "status": "Open", "statutory_low_age": 4.0, "statutory_high_age": 11.0})


SCHOOLS = schools_frame(("122451", "8912001", "E07000170", 450e3, 350e3, 210.0),
                        ("122452", "8912002", "E07000170", 452e3, 351e3, 420.0),
                        ("122453", "8912003", "E07000171", 470e3, 380e3, 105.0))


def births_frame(*codes: str) -> pd.DataFrame:
    return pd.DataFrame({"area_code": codes, "cohort": 2025, "births": 100.0, "basis": "cohort"})


def test_births_of_neighbours_are_left_out_and_said_so() -> None:
    tables = {"schools": SCHOOLS, "births": births_frame("E06000018", "E07000170", "E07000171", "E10000024")}
    own, notes, problems = keep_own(tables, Authority("891", "N", "E10000024", 2025), {})
    assert own["births"]["area_code"].tolist() == ["E07000170", "E07000171", "E10000024"]
    assert [n.text for n in notes] == ["1 rows of other authorities left out: E06000018"] and not problems


def test_small_areas_population_and_look_up_are_cut_to_the_same_districts() -> None:
    codes = ["E01000001", "E01000002", "E01000003"]
    lookup = pd.DataFrame({"lsoa11_code": codes, "lsoa21_code": ["E01000001", "E01030002", "E01000003"],
                           "change_code": ["U", "S", "U"], "district_name": "",
                           "district_code": ["E07000170", "E07000171", "E06000018"]})
    population = pd.DataFrame({"lsoa_code": codes, "year": 2020, "age": 3, "persons": 20.0})
    tables = {"schools": SCHOOLS, "lsoa_lookup": lookup, "population": population,
              "births": births_frame("E01000001", "E01030002", "E01000003")}
    own, notes, problems = keep_own(tables, Authority("891", "N", "E10000024", 2025), {})
    assert own["lsoa_lookup"]["district_code"].tolist() == ["E07000170", "E07000171"]
    assert own["population"]["lsoa_code"].tolist() == ["E01000001", "E01000002"]
    assert own["births"]["area_code"].tolist() == ["E01000001", "E01030002"]
    assert [n.table for n in notes] == ["lsoa_lookup", "population", "births"] and not problems


def test_where_nothing_tells_all_is_kept_and_said_so() -> None:
    births = births_frame("E07000170", "E06000018")
    own, notes, problems = keep_own({"births": births}, Authority("891", "N", "E10000024", 2025), {})
    assert len(own["births"]) == 2 and not problems
    assert "E06000018, E07000170" in notes[0].text and "list the authority's districts" in notes[0].loses


def test_another_authoritys_births_are_a_problem() -> None:
    tables = {"schools": SCHOOLS, "births": births_frame("E09000001", "E09000002")}
    _, _, (problem,) = keep_own(tables, Authority("891", "N", "E10000024", 2025), {"births": "births.csv"})
    assert (problem.file, problem.column, problem.found) == ("births.csv", "area_code", "E09000001, E09000002")


def of_districts(**schools: int) -> dict[str, pd.DataFrame]:
    """So many schools in each district."""
    codes = [code for code, n in schools.items() for _ in range(n)]
    return {"schools": pd.DataFrame({"urn": [f"{100000 + i}" for i in range(len(codes))], "la_code": "891",
                                     "district_code": codes})}


def test_one_school_over_the_border_does_not_bring_its_district_in() -> None:
    county = Authority("891", "N", "E10000024", 2025)
    assert own_districts(of_districts(E07000170=199, E06000018=1), county) == ("E07000170",)
    assert own_districts(of_districts(E07000170=100, E06000018=1), county) == ("E07000170",), "1 in 101 is a stray"
    assert own_districts(of_districts(E07000170=99, E07000171=1), county) == ("E07000170", "E07000171"), "1 in 100 is not"


def test_districts_that_are_named_count_whatever_schools_and_small_areas_say() -> None:
    named = Authority("891", "N", "E10000024", 2025, ("E07000175",))
    lsoas = pd.DataFrame({"lsoa_code": ["E01000001"], "district_code": ["E07000170"]})
    assert own_districts(of_districts(E07000170=5) | {"lsoas": lsoas}, named) == ("E07000175",)
    unnamed = replace(named, districts=())
    assert own_districts(of_districts(E07000171=5) | {"lsoas": lsoas}, unnamed) == ("E07000171",)
    assert own_districts({"lsoas": lsoas}, unnamed) == ("E07000170",)
    births = births_frame("E07000170", "E07000171")
    own, notes, problems = keep_own({"lsoas": lsoas, "births": births}, unnamed, {})
    assert own["births"]["area_code"].tolist() == ["E07000170"] and not problems
    assert notes[0].text == "the authority's districts are taken to be those of all small areas given: E07000170"


def test_a_unitary_authority_is_a_district_itself() -> None:
    city = Authority("891", "Nottingham", "E06000018", 2025)
    assert own_districts({}, city) == ("E06000018",)
    assert own_districts(of_districts(E06000018=89, E07000173=3), city) == ("E06000018",), "three just over the border"
    assert own_districts(of_districts(E07000170=9, E07000171=9), city) == ("E06000018", "E07000170", "E07000171"), (
        "a new authority, whose schools are still listed by the districts it was made of")


# Tables against one another.

def evidence(**tables: pd.DataFrame) -> Evidence:
    return Evidence(Authority("891", "N", "E10000024", 2025), {name: tables.get(name, empty(name)) for name in TABLES})


def roll_frame(*urns: str, ay: int = 2025) -> pd.DataFrame:
    return pd.DataFrame({"urn": urns, "ay": ay, "nc_year": 0, "pupils": 30.0, "symbol": ""})


def found(given: Evidence, table: str) -> tuple[list[str], list[str]]:
    """What the cross-checks say of one table: notes, and problems."""
    notes, problems = cross_check(given, {table: f"{table}.csv"})
    return [n.text for n in notes if n.table == table], [f"{p.found}: {p.expected}" for p in problems if p.file == f"{table}.csv"]


def test_a_roll_whose_school_is_nowhere_is_told() -> None:
    notes, problems = found(evidence(schools=SCHOOLS, school_roll=roll_frame("122451", "999999")), "school_roll")
    assert notes == ["1 schools with a roll are in no list of schools: 999999"] and not problems
    notes, problems = found(evidence(schools=SCHOOLS, school_roll=roll_frame("999999")), "school_roll")
    assert problems == ["999999: none of these schools is in the schools table or the census"]


def test_a_former_school_is_told_unless_its_successor_is_known() -> None:
    roll = pd.concat([roll_frame("122451"), roll_frame("111111", ay=2024)], ignore_index=True)
    assert found(evidence(schools=SCHOOLS, school_roll=roll), "school_roll")[0] == [
        "1 former schools have no known successor: 111111"]
    links = pd.DataFrame({"urn": ["122451"], "link_urn": "111111", "link_name": "", "link_type": "Predecessor", "link_date": ""})
    assert found(evidence(schools=SCHOOLS, school_roll=roll, school_links=links), "school_roll")[0] == []


@pytest.mark.parametrize("table", ["area_members", "yg_places", "pans", "planned_places", "offers", "october_census"])
def test_a_list_that_names_unknown_schools(table: str) -> None:
    columns = TABLES[table].to_schema().columns
    given = {"urn": ["122451", "999999"], "ay": 2026, "site_ref": ""}
    some = pd.DataFrame({c: given.get(c, 0) for c in columns})
    notes, problems = found(evidence(schools=SCHOOLS, **{table: some}), table)
    assert notes == ["1 schools are not known: 999999"] and not problems
    assert found(evidence(schools=SCHOOLS, **{table: some[1:]}), table)[1] == ["999999: none of these schools is known"]


def test_without_a_list_of_schools_the_roll_of_the_base_year_is_the_list() -> None:
    roll = pd.concat([roll_frame("122451"), roll_frame("122452", ay=2024)], ignore_index=True)
    pans = pd.DataFrame({"urn": ["122451", "122452", "122453"], "ay": 2026, "nc_year": 0, "pan": 30})
    assert found(evidence(school_roll=roll, pans=pans[:1]), "pans") == ([], [])
    assert found(evidence(school_roll=roll, pans=pans), "pans") == (
        ["2 schools are not in the roll of 2025/26, the only list of schools: 122452, 122453"], [])
    assert found(evidence(school_roll=roll, pans=pans[1:]), "pans")[1] == []        # new schools alone are no reason to stop
    assert found(evidence(school_roll=roll), "school_roll") == (["1 former schools have no known successor: 122452"], [])


@pytest.mark.parametrize("table", ["area_members", "pans", "area_names", "transfers"])
def test_lists_of_schools_and_areas_that_nothing_can_be_held_against_are_told(table: str) -> None:
    some = pd.DataFrame({c: ["122451"] if c == "urn" else [2026] for c in TABLES[table].to_schema().columns})
    notes, _ = cross_check(evidence(authority_roll=roll_frame("122451"), **{table: some}), {})
    (note,) = [n for n in notes if n.table == table and n.loses == "it is not used"]
    assert note.text == "there is neither a list of schools nor a roll by school to hold this against"


def test_what_is_lost_most_is_named_first(council: Council) -> None:
    missing = [n.table for n in what_is_missing(council.load().evidence)]
    assert missing[:3] == ["schools", "school_roll", "capacity"] and missing.index("yg_places") < missing.index("pans") < 6
    assert missing.index("lsoas") < missing.index("scorecards") < missing.index("school_sites")


def test_names_and_members_of_areas_must_be_of_the_same_areas() -> None:
    names = pd.DataFrame({"planning_area_code": ["A", "B"], "phase": "primary", "planning_area_name": ["a", "b"]})
    members = pd.DataFrame({"urn": ["122451", "122452"], "phase": "primary", "planning_area_code": ["B", "C"]})
    given = evidence(schools=SCHOOLS, area_names=names, area_members=members)
    assert found(given, "area_members")[0] == ["areas without a name in area_names: C (primary)"]
    assert found(given, "area_names")[0] == ["areas without a school in area_members: A (primary)"]


def test_two_open_schools_with_one_laestab_are_told() -> None:
    twins = SCHOOLS.assign(laestab=["8912001", "8912001", "8912003"])
    assert found(evidence(schools=twins), "schools")[0] == [
        "open schools that share a LAESTAB: 8912001 (122451), 8912001 (122452)"]
    assert found(evidence(schools=twins.assign(status=["Open", "Closed", "Open"])), "schools")[0] == []


def test_places_that_differ_from_capacity_by_over_two_per_cent_are_told() -> None:
    places = pd.DataFrame({"urn": ["122451"] * 7 + ["122452"] * 7 + ["122453"] * 7, "ay": 2025, "nc_year": [*range(7)] * 3,
                           "yg_places": [30] * 7 + [61] * 7 + [20] * 7})     # 210 of 210; 427 of 420 (1.7 %); 140 of 105
    assert found(evidence(schools=SCHOOLS, yg_places=places), "yg_places")[0] == [
        "places of 1 schools differ from their capacity by over 2 %: 122453 (140 against 105)"]


def test_offers_for_another_year_override_nothing() -> None:
    offers = pd.DataFrame({"urn": ["122451"] * 2, "ay": [2026, 2027], "nc_year": 0, "first_preferences": 30.0, "offers": 30.0})
    assert found(evidence(schools=SCHOOLS, offers=offers), "offers")[0] == [
        "2027/28 is not the year after the base year (2026/27)"]


def site_frame(east: float, north: float) -> pd.DataFrame:
    return pd.DataFrame({"site_ref": ["M1"], "site_name": "Mill", "status": "full", "easting": [east], "northing": [north],
                         "financial_year": 2026, "dwellings": 40.0, "note": ""})


def test_a_site_with_easting_and_northing_swapped_is_a_problem_and_one_far_away_is_told() -> None:
    def site(east: float, north: float) -> tuple[list[str], list[str]]:
        return found(evidence(schools=SCHOOLS, housing_sites=site_frame(east, north)), "housing_sites")

    assert site(455e3, 355e3) == ([], [])
    assert site(355e3, 455e3) == ([], ["355000, 455000: easting and northing of M1 seem to be swapped"])
    assert site(180e3, 20e3) == (["1 lie more than 30 km outside: M1"], [])


def test_small_areas_tell_when_every_school_has_its_coordinates_swapped() -> None:
    lsoas = gpd.GeoDataFrame({"lsoa_code": ["E01000001"], "lsoa_name": "x", "district_code": "E07000170"},
                             geometry=[box(440e3, 330e3, 480e3, 390e3)], crs="EPSG:27700")
    turned = SCHOOLS.assign(easting=SCHOOLS["northing"], northing=SCHOOLS["easting"])
    assert found(evidence(schools=SCHOOLS, lsoas=lsoas), "schools") == ([], [])
    assert len(found(evidence(schools=turned, lsoas=lsoas), "schools")[1]) == 3
