"""GIAS establishments and links: by heading, in every form; what is odd in them is told or noted, and read no other way."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import Reading
from sufficiency.sources.gias import read_gias
from sufficiency.sources.gias_links import read_gias_links
from sufficiency.sources.reading import Ask

SCHOOL = {
    "URN": "122451", "LA (code)": "891", "LA (name)": "Nottinghamshire", "EstablishmentNumber": "2001",
    "EstablishmentName": "Sacr\u00e9-C\u0153ur School", "TypeOfEstablishment (code)": "1",
    "TypeOfEstablishment (name)": "Community school", "EstablishmentStatus (code)": "1", "EstablishmentStatus (name)": "Open",
    "OpenDate": "01-09-1956", "CloseDate": "", "PhaseOfEducation (code)": "2", "PhaseOfEducation (name)": "Primary",
    "StatutoryLowAge": "4", "StatutoryHighAge": "11", "SchoolCapacity": "1,210", "Postcode": "NG1 1AA",
    "DistrictAdministrative (code)": "E07000170", "DistrictAdministrative (name)": "Ashfield",
    "UrbanRural (name)": "(England/Wales) Rural village", "Easting": "450000", "Northing": "350000", "FSM": "12",
}
"""A school with the headings of the publication that matter, and some that do not."""


def written(*changes: dict[str, str], columns: tuple[str, ...] = tuple(SCHOOL)) -> bytes:
    """A GIAS file with one row for each set of changes, as published: all cells quoted, Windows-1252."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, extrasaction="ignore", quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    for number, change in enumerate(changes):
        writer.writerow({**SCHOOL, "URN": str(122451 + number), "EstablishmentNumber": str(2001 + number), **change})
    return out.getvalue().encode("cp1252")


def read(folder: Path, data: bytes, ask: Ask | None = None) -> Reading:
    path = folder / "edubasealldata20230421.csv"
    path.write_bytes(data)
    (reading,) = read_gias(path, ask or Ask(la_code="891"))
    return reading


def problems(folder: Path, data: bytes, ask: Ask | None = None) -> list[Problem]:
    with pytest.raises(EvidenceError) as caught:
        read(folder, data, ask)
    return list(caught.value.problems)


def notes(reading: Reading) -> list[str]:
    return [note.text.removeprefix("edubasealldata20230421.csv: ") for note in reading.notes]


def test_a_school_is_read_with_its_accents_dates_and_number(tmp_path: Path) -> None:
    reading = read(tmp_path, written({}))
    assert reading.table.to_dict("records") == [{
        "urn": "122451", "laestab": "8912001", "school_name": "Sacr\u00e9-C\u0153ur School", "la_code": "891",
        "establishment_type": "Community school", "phase_of_education": "Primary", "status": "Open", "statutory_low_age": 4.0,
        "statutory_high_age": 11.0, "capacity": 1210.0, "district_code": "E07000170", "district_name": "Ashfield",
        "postcode": "NG1 1AA", "urban_rural": "(England/Wales) Rural village", "open_date": "1956-09-01", "close_date": "",
        "religious_character": "", "easting": 450000.0, "northing": 350000.0,
    }]
    assert notes(reading) == ["read as Windows-1252"]
    assert reading.source.publisher == "Department for Education" and reading.source.reader == "gias"


def test_order_and_number_of_columns_do_not_matter_and_those_left_out_are_told(tmp_path: Path) -> None:
    columns = ("Postcode", "EstablishmentName", "URN", "TypeOfEstablishment (name)", "EstablishmentStatus (name)",
               "PhaseOfEducation (name)", "EstablishmentNumber", "LA (code)")
    reading = read(tmp_path, written({}, columns=columns))
    assert reading.table["laestab"].tolist() == ["8912001"]
    assert reading.table[["capacity", "easting"]].isna().all(axis=None)
    assert "there is no column Easting: schools are on no map" in notes(reading)


@pytest.mark.parametrize(("number", "expected"), [("891/2010", "8912010"), ("8912010", "8912010"), ("891 2010", "8912010")])
def test_laestab_is_taken_as_given_or_put_together(number: str, expected: str, tmp_path: Path) -> None:
    columns = (*SCHOOL, "LAESTAB")
    reading = read(tmp_path, written({"LAESTAB": number}, {"LAESTAB": "", "EstablishmentNumber": "77"}, columns=columns))
    assert reading.table["laestab"].tolist() == [expected, "8910077"]


def test_a_derived_extract_goes_by_the_workspaces_map(tmp_path: Path) -> None:
    text = (b"urn,dfe_number,school_name,kind,status,phase,opened\n"
            b"122451,891/2010,Mill Lane,Community school,Open,Primary,2012-08-31\n"
            b"122452,892/2010,Over the border,Community school,Open,Primary,\n")
    columns = {"LAESTAB": "dfe_number", "EstablishmentName": "school_name", "TypeOfEstablishment (name)": "kind",
               "EstablishmentStatus (name)": "status", "PhaseOfEducation (name)": "phase", "OpenDate": "opened"}
    reading = read(tmp_path, text, Ask(la_code="891", columns=columns))
    assert reading.table[["urn", "laestab", "la_code", "open_date"]].to_numpy().tolist() == [
        ["122451", "8912010", "891", "2012-08-31"]]
    assert "1 rows of other authorities left out" in notes(reading)


def test_a_national_file_is_kept_to_the_authority_and_the_rest_is_counted(tmp_path: Path) -> None:
    data = written({}, {"LA (code)": "330"}, {"LA (code)": ""}, {"LA (code)": "891", "EstablishmentStatus (name)": "Closed"})
    reading = read(tmp_path, data)
    assert reading.table["status"].tolist() == ["Open", "Closed"]       # statuses as published
    assert {"1 rows of other authorities left out", "1 rows without LA (code) left out"} <= set(notes(reading))
    assert len(read(tmp_path, written({}, {"LA (code)": "330"}), Ask()).table) == 2     # nobody asked for: all are kept
    (problem,) = problems(tmp_path, data, Ask(la_code="820"))
    assert (problem.column, problem.found) == ("LA (code)", "330, 891, blank")
    assert "no row is of authority 820" in problem.expected


def test_what_has_no_number_is_left_out_by_name(tmp_path: Path) -> None:
    reading = read(tmp_path, written({}, {"EstablishmentNumber": "", "EstablishmentStatus (name)": "Proposed to open"}))
    assert reading.table["urn"].tolist() == ["122451"]
    (told,) = [n for n in reading.notes if n.loses]
    assert told.text == "1 establishments have no number and are left out: Sacr\u00e9-C\u0153ur School (122452, Proposed to open)"


def test_places_and_ages_that_mean_nothing_are_missing_and_said_so(tmp_path: Path) -> None:
    reading = read(tmp_path, written({"Easting": "0", "Northing": "0"}, {"StatutoryHighAge": "99"}, {"SchoolCapacity": ""}))
    assert reading.table["easting"].isna().tolist() == [True, False, False]
    assert reading.table["statutory_high_age"].isna().tolist() == [False, True, False]
    assert reading.table["capacity"].isna().tolist() == [False, False, True]        # blank is not nought
    assert {"1 establishments stand at 0, 0: their place is not known",
            "1 establishments have an upper age over 25: read as none"} <= set(notes(reading))


def test_ragged_rows_are_read_and_counted(tmp_path: Path) -> None:
    lines = written({}, {}).splitlines(keepends=True)
    lines[2] = lines[2].rsplit(b",", 3)[0] + b"\r\n"
    reading = read(tmp_path, b"".join(lines))
    assert reading.table["northing"].isna().tolist() == [False, True]
    assert "1 rows end before the last column; the missing cells are blank" in notes(reading)


def test_every_problem_comes_at_once_under_the_files_own_headings(tmp_path: Path) -> None:
    found = problems(tmp_path, written(
        {"URN": "12245"}, {"OpenDate": "31-02-2012"}, {"SchoolCapacity": "lots"}, {"Easting": "-1.15", "Northing": "53.1"},
        {"Easting": "53.1", "Northing": "-1.15"}, {"Easting": "4000", "Northing": "100000"}, {"URN": "122453"},
        {"Easting": "4500000"}))
    told = {(p.row, p.column): str(p) for p in found}
    assert set(told) == {
        (2, "URN"), (3, "OpenDate"), (4, "SchoolCapacity"), (5, "Easting"), (5, "Northing"), (6, "Easting"), (6, "Northing"),
        (7, "Easting"), (9, "Easting"), (4, "URN")}
    assert "six digits" in told[2, "URN"] and "rows 4 and 8 say this twice" in told[4, "URN"]
    assert "31-02-2012: a date such as 31-08-2012" in told[3, "OpenDate"]
    assert "look like degrees of longitude" in told[5, "Easting"] and "swapped" in told[6, "Easting"]
    assert "at least 80000" in told[7, "Easting"]


def test_easting_and_northing_the_wrong_way_round_are_named_where_it_shows(tmp_path: Path) -> None:
    (east, north) = problems(tmp_path, written({"Easting": "7000", "Northing": "95000"}))
    assert "easting and northing swapped" in east.expected and north.advice == "change them round"


def test_without_numbers_of_schools_the_columns_are_asked_for(tmp_path: Path) -> None:
    columns = tuple(c for c in SCHOOL if c != "EstablishmentNumber")
    (problem,) = problems(tmp_path, written({}, columns=columns))
    assert problem.column == "EstablishmentNumber" and "LAESTAB" in problem.advice


LINKS = "URN,LinkURN,LinkName,LinkType,LinkEstablishedDate\n"


def links(folder: Path, text: str) -> Reading:
    path = folder / "links_edubasealldata20230421.csv"
    path.write_text(text, encoding="cp1252")
    (reading,) = read_gias_links(path, Ask(la_code="891"))
    return reading


def test_links_are_kept_whole_with_their_dates(tmp_path: Path) -> None:
    rows = "109309,147925,Caf\u00e9 Academy,Successor,30-04-2020\n122393,135108,Nursery,Predecessor,\n"
    reading = links(tmp_path, LINKS + rows)
    assert reading.table.to_numpy().tolist() == [
        ["109309", "147925", "Caf\u00e9 Academy", "Successor", "2020-04-30"], ["122393", "135108", "Nursery", "Predecessor", ""]]


def test_a_link_that_stands_twice_is_kept_once_and_one_without_an_end_is_left_out(tmp_path: Path) -> None:
    reading = links(tmp_path, LINKS + "109309,147925,A,Successor,\n109309,147925,A,Successor,30-04-2020\n109309,,A,Successor,\n")
    assert reading.table["link_date"].tolist() == ["2020-04-30"]
    assert [n.text.partition(": ")[2] for n in reading.notes] == [
        "1 links that name only one establishment left out", "1 links stand more than once: the latest is kept"]


def test_a_broken_link_is_told(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        links(tmp_path, LINKS + "109309,14792,A,Successor,2020\n")
    assert [(p.row, p.column) for p in caught.value.problems] == [(2, "LinkEstablishedDate"), (2, "LinkURN")]


# The real publications.

@pytest.mark.real
def test_the_true_layouts_of_139_and_111_columns(data: Path) -> None:
    (full,) = read_gias(data / "gias" / "gias_sample_full_layout_99rows.csv", Ask(la_code="202"))
    assert len(full.table) == 44 and "55 rows of other authorities left out" in full.notes[0].text
    assert full.table["district_code"].eq("E09000007").all() and full.table["easting"].notna().all()
    assert set(full.table["status"]) <= {"Open", "Closed", "Open, but proposed to close", "Proposed to open"}
    (every,) = read_gias(data / "gias" / "gias_sample_full_layout_99rows.csv", Ask())
    assert len(every.table) == 99 and every.notes == ()
    (search,) = read_gias(data / "gias" / "20220419-gias_first60rows_layout_sample.csv", Ask(la_code="850"))
    assert len(search.table) == 60
    first = search.table.iloc[0]
    assert (first["urn"], first["laestab"], first["capacity"], first["district_name"]) == (
        "115850", "8502000", 180, "East Hampshire")
    assert search.table["district_code"].eq("").all()       # this form has no codes


@pytest.mark.real
@pytest.mark.parametrize(("day", "count"), [("20230421", 620), ("20240129", 638), ("20250422", 668)])
def test_the_true_links(day: str, count: int, data: Path) -> None:
    (reading,) = read_gias_links(data / "gias" / f"links_edubasealldata{day}_notts.csv", Ask(la_code="891"))
    assert len(reading.table) == count and reading.notes == ()
    assert reading.table["link_date"].str.fullmatch(r"(\d{4}-\d\d-\d\d)?").all()


def test_the_religious_character_is_kept_and_none_is_blank_however_it_is_published(tmp_path: Path) -> None:
    published = ("Church of England", "Roman Catholic", "Does not apply", "None", "")
    columns = (*SCHOOL, "ReligiousCharacter (name)")
    reading = read(tmp_path, written(*({"ReligiousCharacter (name)": text} for text in published), columns=columns))
    assert reading.table["religious_character"].tolist() == ["Church of England", "Roman Catholic", "", "", ""]
