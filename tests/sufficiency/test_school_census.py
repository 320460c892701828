"""The school census: headcounts of four parts added up by year group, what is hidden stays hidden, headings of any year."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd
import pytest

from planning_areas.tables import EvidenceError, Problem
from sufficiency.evidence import Reading
from sufficiency.sources.reading import Ask
from sufficiency.sources.school_census import read_school_census
from sufficiency.sources.year_group_roll import read_year_group_roll

ABOUT = {
    "time_period": "202223", "time_identifier": "Academic year", "geographic_level": "School", "urn": "122451",
    "old_la_code": "891", "la_name": "Nottinghamshire", "new_la_code": "E10000024", "estab": "2001",
    "school_name": "Sacr\u00e9-C\u0153ur School", "laestab": "8912001", "phase_type_grouping": "State-funded primary",
    "typeofestablishment_name": "Community school", "district_administrative_code": "E07000170",
    "district_administrative_name": "Ashfield", "urban_rural": "(England/Wales) Rural village", "school_postcode": "NG1 1AA",
}
GROUPS = ("Early 1", "Early 2", "Nursery 1", "Nursery 2", "Reception", *(f"Year group {g}" for g in range(1, 15)),
          "Year group Not followed")
PARTS = [f"{time} time {sex}" for sex in ("girls", "boys") for time in ("Part", "Full")]
HEADCOUNTS = {f"{part} {group}": "0" for part in PARTS for group in GROUPS}
AGES = {"part-time girls aged 4": "9", "full time boys aged 4": "9"}       # not year groups: must not be counted


def written(*changes: Mapping[str, str], without: Iterable[str] = (), rename: Mapping[str, str] | None = None) -> bytes:
    """A file in the layout of the school-level underlying data: Windows-1252, CRLF, a row for each set of changes."""
    columns = [c for c in (*ABOUT, *AGES, *HEADCOUNTS) if c not in set(without)]
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator="\r\n")
    out.write(",".join((rename or {}).get(c, c) for c in columns) + "\r\n")
    for number, change in enumerate(changes):
        writer.writerow({**ABOUT, **AGES, **HEADCOUNTS, "urn": str(122451 + number), "laestab": str(8912001 + number), **change})
    return out.getvalue().encode("cp1252")


def read(folder: Path, data: bytes, ask: Ask | None = None) -> tuple[Reading, Reading]:
    path = folder / "spc.csv"
    path.write_bytes(data)
    roll, schools = read_school_census(path, ask or Ask(la_code="891"))
    return roll, schools


def problems(folder: Path, data: bytes, ask: Ask | None = None) -> list[Problem]:
    with pytest.raises(EvidenceError) as caught:
        read(folder, data, ask)
    return list(caught.value.problems)


def pupils(reading: Reading, urn: str = "122451") -> dict[int, float]:
    table = reading.table[reading.table["urn"] == urn]
    return {int(g): float(n) for g, n in zip(table["nc_year"], table["pupils"], strict=True) if n}


FOUR = {"Part time girls Reception": "1", "Full time girls Reception": "20", "Part time boys Reception": "300",
        "Full time boys Reception": "4,000", "Full time boys Year group 14": "7"}
NURSERY = {f"{part} {group}": "1" for part in PARTS for group in GROUPS[:4]}


def test_four_parts_make_a_year_group_and_sixteen_the_nursery(tmp_path: Path) -> None:
    roll, schools = read(tmp_path, written({**FOUR, **NURSERY}))
    assert pupils(roll) == {-1: 16.0, 0: 4321.0, 14: 7.0}
    assert roll.table["nc_year"].tolist() == list(range(-1, 15)) and roll.table["ay"].eq(2022).all()
    assert schools.table.to_dict("records") == [{
        "urn": "122451", "ay": 2022, "laestab": "8912001", "la_code": "891", "school_name": "Sacr\u00e9-C\u0153ur School",
        "phase_type_grouping": "State-funded primary", "establishment_type": "Community school", "district_code": "E07000170",
        "district_name": "Ashfield", "postcode": "NG1 1AA", "urban_rural": "(England/Wales) Rural village",
        "religious_character": "",
    }]
    assert (roll.source.table, schools.source.table) == ("school_roll", "census_schools")
    assert roll.source.sha256 == schools.source.sha256


def test_what_is_hidden_in_one_part_is_hidden_in_the_sum_with_its_symbol(tmp_path: Path) -> None:
    roll, _ = read(tmp_path, written({**FOUR, "Part time girls Reception": "z", "Full time boys Year group 1": "C",
                                      "Full time girls Year group 2": "", "Full time boys Year group 2": "5"}))
    table = roll.table.set_index("nc_year")
    assert table.loc[[0, 1, 2], "pupils"].isna().all() and table["pupils"].notna().sum() == 13
    assert table.loc[[0, 1, 2], "symbol"].tolist() == ["z", "c", ""]
    assert "spc.csv: 1 headcounts are blank and not known" in [n.text for n in roll.notes]


def test_pupils_who_follow_no_year_group_are_left_out_and_counted(tmp_path: Path) -> None:
    roll, _ = read(tmp_path, written({"Full time boys Year group Not followed": "12"},
                                     {"Part time girls Year group Not followed": "3"}))
    assert roll.table["pupils"].sum() == 0
    assert "spc.csv: 15 pupils who follow no year group are left out" in [n.text for n in roll.notes]


def test_headings_of_other_years_are_the_same_headings(tmp_path: Path) -> None:
    rename = {c: c.lower().replace("part time", "part-time").replace("girls", "female") for c in HEADCOUNTS}
    rename |= {c: rename[c].replace("year group ", "Year ") for c in HEADCOUNTS if "Year group" in c and "Not" not in c}
    rename |= {"old_la_code": "LA_code", "school_postcode": "Postcode", "time_period": "Time_Period"}
    roll, schools = read(tmp_path, written({**FOUR, **NURSERY}, rename=rename))
    assert pupils(roll) == {-1: 16.0, 0: 4321.0, 14: 7.0}
    assert schools.table["postcode"].tolist() == ["NG1 1AA"]


def test_the_year_is_the_files_own_or_the_workspaces(tmp_path: Path) -> None:
    assert read(tmp_path, written({"time_period": "2019/20"}))[0].table["ay"].eq(2019).all()
    (problem,) = problems(tmp_path, written({"time_period": "2019/20"}), Ask(la_code="891", ay=2022))
    assert "2019/20: authority.toml says that the file is of 2022/23" in str(problem)
    undated = written({}, without=["time_period"])
    assert read(tmp_path, undated, Ask(la_code="891", ay=2021))[0].table["ay"].eq(2021).all()
    (problem,) = [p for p in problems(tmp_path, undated) if "of which year" in p.expected]
    assert problem.column == "time_period" and "ay = " in problem.advice
    assert [(p.row, p.column, p.found) for p in problems(tmp_path, written({}, {"time_period": "202224"}))] == [
        (3, "time_period", "202224")]


def test_a_year_group_without_all_its_columns_is_refused(tmp_path: Path) -> None:
    lost = [f"{part} Year group 3" for part in PARTS]
    told = problems(tmp_path, written({}, without=[*lost, "Part time boys Reception"]))
    assert [(p.column, p.expected) for p in told] == [
        ("Year group 3", "there are no headcounts of this year group"),
        ("reception", "full and part time, girls and boys: four columns expected")]
    sixth = [f"{part} Year group {g}" for part in PARTS for g in (12, 13, 14)]
    roll, _ = read(tmp_path, written({}, without=sixth))
    assert "spc.csv: the file has no columns for Year 12, Year 13, Year 14" in [n.text for n in roll.notes]


def test_every_problem_comes_at_once_under_the_files_own_headings(tmp_path: Path) -> None:
    told = problems(tmp_path, written({"Full time girls Reception": "-3"}, {"Full time boys Year group 1": "many"},
                                      {"Full time boys Year group 2": "2.5"}, {"urn": "122451"}, {"laestab": "891"}))
    assert [(p.row, p.column) for p in told] == [
        (2, "Full time girls Reception"), (2, "urn, time_period"), (3, "Full time boys Year group 1"),
        (4, "Full time boys Year group 2"), (6, "laestab")]
    assert "rows 2 and 5 say this twice" in str(told[1])


def test_a_national_file_is_kept_to_the_authority(tmp_path: Path) -> None:
    roll, schools = read(tmp_path, written({}, {"old_la_code": "892"}, {"geographic_level": "Local authority"}))
    assert schools.table["urn"].tolist() == ["122451"] and len(roll.table) == 16
    assert [n.text for n in roll.notes] == ["spc.csv: read as Windows-1252", "spc.csv: 1 rows of other authorities left out",
                                            "spc.csv: 1 rows that are sums over schools left out"]


# The long layout of the statistics service.

LONG = ("time_period,school_urn,old_la_code,school_name,school_laestab,phase_type_grouping,district_administrative_code,"
        "attendance_pattern,sex,breakdown_topic,breakdown,pupil_count\n")


def long(*rows: str, urn: str = "122451") -> bytes:
    about = f"202526,{urn},891,Mill Lane,8912001,State-funded primary,E07000170"
    return (LONG + "".join(f"{about},{row}\n" for row in rows)).encode()


def test_the_long_layout_is_read_by_its_rows_of_year_groups(tmp_path: Path) -> None:
    roll, schools = read(tmp_path, long(
        "Total,Total,Total,Total,80", "Total,Total,Year group,Nursery 1,10", "Total,Total,Year group,Nursery 2,12",
        "Total,Total,Year group,Reception,30", "Total,Girls,Year group,Reception,14", "Full time,Total,Year group,Reception,30",
        "Total,Total,Year group,Year group 1,c", "Total,Total,Year group,Total,80", "Total,Total,Ethnicity,Reception,99"))
    assert pupils(roll) == {-1: 22.0, 0: 30.0, 1: pytest.approx(float("nan"), nan_ok=True)}
    assert roll.table["symbol"].tolist() == ["", "", "c"]
    assert schools.table[["urn", "ay", "laestab", "district_code"]].to_numpy().tolist() == [
        ["122451", 2025, "8912001", "E07000170"]]


@pytest.mark.parametrize(("rows", "column", "says"), [
    (["Total,Total,Ethnicity,White,99"], "breakdown_topic", "no breakdown by year group is in the file"),
    (["Total,Girls,Year group,Reception,9"], "sex", "a row for all together ('Total') expected"),
    (["Total,Total,Year group,Infants,9"], "breakdown", "Infants: a year group such as Reception"),
    (["Total,Total,Year group,Reception,many"], "pupil_count", "many: a number of pupils"),
    (["Total,Total,Year group,Reception,9", "Total,Total,Year group,Reception,9"], "breakdown", "one row for each school"),
])
def test_the_long_layout_is_refused_where_it_says_something_else(rows: list[str], column: str, says: str, tmp_path: Path) -> None:
    assert [p for p in problems(tmp_path, long(*rows)) if p.column == column and says in str(p)]


# The real publication.

@pytest.fixture(scope="module")
def census(data: Path) -> tuple[Reading, Reading]:
    path = data / "dfe-spc" / "spc_school_level_underlying_data_2022-23_notts_891_892.csv"
    roll, schools = read_school_census(path, Ask(la_code="891"))
    return roll, schools


@pytest.mark.real
def test_state_funded_schools_add_up_to_the_published_roll_of_the_authority(census: tuple[Reading, Reading], data: Path) -> None:
    roll, schools = census
    kind = schools.table["phase_type_grouping"]
    mainstream = schools.table.loc[kind.isin(["State-funded primary", "State-funded secondary"]), "urn"]
    sums = roll.table[roll.table["urn"].isin(mainstream)].groupby("nc_year")["pupils"].sum()
    path = data / "dfe-pupils-ncyear-la" / "pupil_numbers_by_la_ncyear_201112_202223_notts.csv"
    (authority,) = read_year_group_roll(path, Ask(la_code="891"))
    published = authority.table[authority.table["ay"] == 2022].set_index("nc_year")["pupils"]
    pd.testing.assert_series_equal(sums.loc[0:], published.sort_index(), check_index_type=False)
    assert (len(mainstream), sums.loc[0:6].sum(), sums.loc[12:14].sum()) == (329, 66920, 7142)


@pytest.mark.real
def test_independent_schools_hide_their_year_groups_and_keep_the_symbol(census: tuple[Reading, Reading]) -> None:
    roll, schools = census
    independent = schools.table.loc[schools.table["phase_type_grouping"] == "Independent school", "urn"]
    hidden = roll.table[roll.table["symbol"] == "z"]
    assert set(hidden["urn"]) == set(independent) and len(hidden) == 16 * len(independent) == 16 * 19
    assert hidden["pupils"].isna().all() and roll.table.loc[roll.table["symbol"] == "", "pupils"].notna().all()


@pytest.mark.real
def test_each_school_agrees_with_a_second_reading_of_the_same_census(census: tuple[Reading, Reading], data: Path) -> None:
    other = pd.read_csv(data / "panel" / "derived_school_yeargroup_headcount_jan2023_notts.csv", dtype={"urn": "str"})
    mine = census[0].table.pivot_table(index="urn", columns="nc_year", values="pupils", aggfunc="sum", dropna=False)
    theirs = other[other["old_la_code"] == 891].set_index("urn").reindex(mine.index)
    assert len(theirs) == 360
    for nc_year, column in ((0, "Y_R"), (1, "Y_1"), (6, "Y_6"), (7, "Y_7"), (11, "Y_11"), (13, "Y_13")):
        pd.testing.assert_series_equal(mine[nc_year], theirs[column].astype("float64"), check_names=False)
