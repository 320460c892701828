"""Two makings of one table held against one another: which column, how many cells, by how much; and what is near enough."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from scenarios.manifest import versions
from scenarios.replay import (
    NEAR,
    Comparison,
    Difference,
    beside_the_plan,
    compare,
    other_versions,
    stopped_by_time,
    table_differences,
)
from scenarios.runs import Run, load, save, write_parquet

FACTS = {"run_id": "aaaabbbbcccc", "authority": {"name": "Testshire", "base_year": 2022}, "versions": {"pandas": "3.1.1"},
         "code_sha256": "c" * 64}
TABLE = pd.DataFrame({"planning_area_code": ["A", "A", "B"], "ay": [2022, 2023, 2022], "pupils": [10.0, 20.5, None],
                      "letter": ["R", "G", ""]})


def differences(tmp_path: Path, old: pd.DataFrame, new: pd.DataFrame) -> list[Difference]:
    write_parquet(tmp_path / "old.parquet", old)
    write_parquet(tmp_path / "new.parquet", new)
    return list(table_differences("t.parquet", tmp_path / "old.parquet", tmp_path / "new.parquet"))


def made(folder: Path, table: pd.DataFrame, page: str = "map", **facts: object) -> Run:
    return load(save(folder, FACTS | facts, {"t": table}, {"map.html": lambda path: path.write_text(page, encoding="utf-8")}))


def test_cells_that_differ_are_counted_by_column_with_the_largest_difference(tmp_path: Path) -> None:
    other = TABLE.assign(pupils=[10.25, 24.5, None], letter=["R", "AR", ""])
    by_column = {one.column: one for one in differences(tmp_path, TABLE, other)}
    assert by_column.keys() == {"pupils", "letter"}
    assert (by_column["pupils"].cells, by_column["pupils"].of, by_column["pupils"].largest) == (2, 3, 4.0)
    assert str(by_column["pupils"]) == "t.parquet, pupils: 2 of 3 cells differ, by at most 4"


def test_a_blank_is_not_nought(tmp_path: Path) -> None:
    (found,) = differences(tmp_path, TABLE, TABLE.assign(pupils=[10.0, 20.5, 0.0]))
    assert (found.column, found.cells, found.largest) == ("pupils", 1, 0.0)


@pytest.mark.parametrize(("apart", "count"), [(NEAR / 2, 0), (NEAR * 2, 1)])
def test_what_is_near_is_the_same_and_what_is_not_is_told(tmp_path: Path, apart: float, count: int) -> None:
    found = differences(tmp_path, TABLE, TABLE.assign(pupils=[10.0, 20.5 * (1 + apart), None]))
    assert len(found) == count


def test_rows_columns_and_kinds_that_came_or_went_are_named(tmp_path: Path) -> None:
    third = pd.DataFrame({"planning_area_code": ["C"], "ay": [2022], "pupils": [1.0], "letter": ["P"]})
    other = pd.concat([TABLE.iloc[:2], third])
    other = other.assign(ay=other["ay"].astype("float64")).rename(columns={"letter": "rag"})
    said = {(one.column, one.what) for one in differences(tmp_path, TABLE, other)}
    assert {("letter", "is no column any more"), ("rag", "is a new column"), ("ay", "was int64, is double")} <= said
    rows = {one.what for one in differences(tmp_path, TABLE, TABLE.iloc[:2])}
    assert rows == {"1 of 3 rows are not there any more"}


def test_rows_without_keys_of_their_own_are_held_by_their_order(tmp_path: Path) -> None:
    old = pd.DataFrame({"part": ["x", "x"], "share": [0.25, 0.75]})
    (found,) = differences(tmp_path, old, old.assign(share=[0.25, 0.5]))
    assert (found.column, found.cells, found.largest) == ("share", 1, 0.25)
    (found,) = differences(tmp_path, old, pd.concat([old, old]))
    assert found.what == "had 2 rows, has 4"


def test_the_same_versions_ask_for_the_same_bytes_and_others_for_the_same_values(tmp_path: Path) -> None:
    stored, same = made(tmp_path / "a", TABLE), made(tmp_path / "b", TABLE.sample(frac=1, random_state=3))
    assert compare(stored, same, by_value=False) == Comparison(("map.html", "t.parquet", "manifest.json"), (), ())
    nearly = made(tmp_path / "c", TABLE.assign(pupils=[10.0, 20.5 * (1 + NEAR / 2), None]), page="another page")
    strict = compare(stored, nearly, by_value=False)
    assert {one.file for one in strict.differences} == {"map.html", "t.parquet"} and "other bytes" in strict.differences[1].what
    assert compare(stored, nearly, by_value=True) == Comparison((), ("t.parquet",), ())
    other = made(tmp_path / "d", TABLE, seed=7)
    assert [(one.file, one.column) for one in compare(stored, other, by_value=True).differences] == [("manifest.json", "seed")]


def test_a_table_that_is_made_no_more_is_a_difference(tmp_path: Path) -> None:
    stored = load(save(tmp_path / "a", FACTS, {"t": TABLE, "u": TABLE}))
    found = compare(stored, load(save(tmp_path / "b", FACTS, {"t": TABLE})), by_value=True)
    assert [str(one) for one in found.differences] == ["u.parquet: is not made any more"]


def test_every_other_version_is_named() -> None:
    now = versions()
    assert other_versions({"versions": now, "code_sha256": "c" * 64}, now, "c" * 64) == []
    told = other_versions({"versions": now | {"pandas": "2.3.0"}, "code_sha256": "d" * 64}, now, "c" * 64)
    assert told[0].startswith("Sufficiency itself is another") and told[1:] == [f"pandas was 2.3.0, is {now['pandas']}"]


def test_only_what_a_plan_is_no_part_of_counts_where_its_search_was_stopped(tmp_path: Path) -> None:
    kept = (Difference("balance.parquet", "x", "pupils"), Difference("manifest.json", "x", "seed"))
    aside = (Difference("plan_areas.parquet", "x", "unmet"), Difference("map.html", "x"),
             Difference("manifest.json", "x", "plan"))
    assert beside_the_plan(Comparison((), (), (*kept, *aside))).differences == kept
    for status, stopped in (("proven", False), ("best_found", True)):
        run = made(tmp_path / status, TABLE, plan={"proofs": [{"status": "proven"}, {"status": status}]})
        assert stopped_by_time(run) is stopped
    assert not stopped_by_time(made(tmp_path / "none", TABLE))
