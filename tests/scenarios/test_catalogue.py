"""The catalogue repeats the folders of runs, on SQLite and PostgreSQL: typed, whole, by many writers at once, after a kill."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import Engine, inspect, text

from scenarios.catalogue import FILE, Synced, Wanted, find_runs, kept_elsewhere, open_catalogue, sync
from scenarios.catalogue_tables import RESULTS
from scenarios.history import MADE, STATUS, TAG, Event, add, history_path
from scenarios.runs import RunError, save

ROOT = Path(__file__).resolve().parent.parent.parent
CHILD = Path(__file__).with_name("catalogue_child.py")
WHEN = "2026-11-24T09:00:00+00:00"


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> str:
    """Where the catalogue is kept: blank for the file beside the runs, else a database of a real server."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgres"))


def run_of(runs: Path, run_id: str, rows: int = 3, scenario: str = "base", **more: Any) -> Path:
    """A finished run with a balance, names, a plan that has blanks, and a table that is not for the catalogue."""
    number = np.arange(rows)
    balance = pd.DataFrame({"ay": 2022 + number % 8, "planning_area_code": [f"891{n % 97:04d}" for n in number],
                            "pupils": number * 0.5, **more})
    plan = pd.DataFrame({"scheme_id": ["a", "b"], "chosen": [True, False], "opens_ay": pd.array([2027, None], dtype="Int64"),
                         "thousand_pounds": [10.5, None]})
    names = pd.DataFrame({"planning_area_code": ["8910000"], "planning_area_name": ["Ashby_North 100%"]})
    facts = {"run_id": run_id, "authority": {"name": "Testshire", "code": "891", "base_year": 2022},
             "scenario": {"name": scenario, "changes": []}}
    return save(runs, facts, {"balance": balance, "plan": plan, "names": names, "ratios": names})


def rows(engine: Engine, asked: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(asked))]


def content(engine: Engine) -> dict[str, list[tuple[Any, ...]]]:
    """All that a catalogue holds, table by table."""
    with engine.connect() as connection:
        tables = sorted(inspect(connection).get_table_names())
        return {name: sorted(map(tuple, connection.execute(text(f'SELECT * FROM "{name}"'))), key=str) for name in tables}


def test_runs_and_results_stand_in_typed_tables_keyed_by_run(tmp_path: Path, url: str) -> None:
    folder = run_of(tmp_path, "aaaabbbbcccc")
    add(folder, Event("Zoë", WHEN, MADE))
    engine = open_catalogue(tmp_path, url)
    assert sync(engine, tmp_path, "here").entered == ("aaaabbbbcccc",)
    with engine.connect() as connection:
        kinds = {column["name"]: type(column["type"].as_generic()).__name__
                 for table in ("result_balance", "result_plan") for column in inspect(connection).get_columns(table)}
        assert "result_ratios" not in inspect(connection).get_table_names() and "ratios" not in RESULTS
    assert kinds["ay"] == kinds["opens_ay"] == "BigInteger" and kinds["pupils"] in {"Double", "Float"}
    assert kinds["planning_area_code"] == "Text" and kinds["chosen"] == "Boolean"
    assert rows(engine, "SELECT run_id, row_number, ay, planning_area_code, pupils FROM result_balance ORDER BY row_number") == [
        ("aaaabbbbcccc", 0, 2022, "8910000", 0.0), ("aaaabbbbcccc", 1, 2023, "8910001", 0.5),
        ("aaaabbbbcccc", 2, 2024, "8910002", 1.0)]
    assert rows(engine, "SELECT opens_ay, thousand_pounds FROM result_plan ORDER BY scheme_id") == [(2027, 10.5), (None, None)]
    assert rows(engine, "SELECT run_id, authority_name, base_year, made_by, made_at, status FROM runs") == [
        ("aaaabbbbcccc", "Testshire", 2022, "Zoë", WHEN, "draft")]


def test_what_is_the_same_costs_nothing_and_what_became_of_a_run_is_repeated(tmp_path: Path, url: str) -> None:
    folder, engine = run_of(tmp_path, "aaaabbbbcccc"), open_catalogue(tmp_path, url)
    sync(engine, tmp_path, "here")
    assert sync(engine, tmp_path, "here") == Synced((), (), {}, {})
    for event in (Event("Ann", WHEN, STATUS, "reviewed", "looks right"), Event("Bob", WHEN, STATUS, "signed off"),
                  Event("Bob", WHEN, TAG, "cabinet")):
        add(folder, event)
    assert sync(engine, tmp_path, "here").entered == ("aaaabbbbcccc",)
    assert rows(engine, "SELECT status, signed_by, signed_at, last_note FROM runs") == [
        ("signed off", "Bob", WHEN, "looks right")]
    assert [row[2:] for row in rows(engine, "SELECT * FROM run_events ORDER BY number")] == [
        ("Ann", WHEN, "status", "reviewed", "looks right"), ("Bob", WHEN, "status", "signed off", ""),
        ("Bob", WHEN, "tag", "cabinet", "")]
    assert len(rows(engine, "SELECT * FROM result_balance")) == 3


def test_a_run_whose_folder_is_gone_goes_and_one_that_is_damaged_is_told(tmp_path: Path, url: str) -> None:
    kept, gone, engine = run_of(tmp_path, "aaaabbbbcccc"), run_of(tmp_path, "bbbbccccdddd"), open_catalogue(tmp_path, url)
    sync(engine, tmp_path, "here")
    shutil.rmtree(gone)
    assert sync(engine, tmp_path, "here").removed == ("bbbbccccdddd",)
    assert rows(engine, "SELECT DISTINCT run_id FROM result_balance") == [("aaaabbbbcccc",)]
    damaged = run_of(tmp_path, "ccccddddeeee")
    (damaged / "balance.parquet").write_bytes(b"short")
    history_path(kept).write_bytes(b"{")
    done = sync(engine, tmp_path, "here")
    assert done.entered == () and done.damaged is not None and done.damaged.keys() == {"ccccddddeeee", "aaaabbbbcccc"}
    assert "balance.parquet is cut short" in done.damaged["ccccddddeeee"] and "cannot be read" in done.damaged["aaaabbbbcccc"]
    assert [one["run_id"] for one in find_runs(engine, Wanted())] == ["aaaabbbbcccc"], "it stays as it was known"


def test_runs_are_found_by_what_they_are(tmp_path: Path, url: str) -> None:
    engine = open_catalogue(tmp_path, url)
    first, second = run_of(tmp_path, "aaaabbbbcccc"), run_of(tmp_path, "bbbbccccdddd", scenario="High births + late homes")
    add(first, Event("Ann", "2026-11-24T09:00:00+00:00", MADE))
    add(second, Event("Bob", "2026-11-25T09:00:00+00:00", MADE))
    add(second, Event("Ann", WHEN, STATUS, "reviewed"))
    add(second, Event("Ann", WHEN, TAG, "cabinet"))
    sync(engine, tmp_path, "here")

    def found(**wanted: str) -> list[str]:
        return [one["run_id"] for one in find_runs(engine, Wanted(**wanted))]

    assert found() == ["bbbbccccdddd", "aaaabbbbcccc"], "latest first"
    for wanted in ({"status": "reviewed"}, {"scenario": "LATE homes"}, {"tag": "cabinet"}, {"who": "Bob"}):
        assert found(**wanted) == ["bbbbccccdddd"]
    assert found(status="draft") == found(who="Ann") == ["aaaabbbbcccc"]
    assert found(area="8910000") == found(area="ashby_north") == found(area="100%") == ["bbbbccccdddd", "aaaabbbbcccc"]
    assert found(area="891%") == found(area="Ashby-North") == found(tag="x") == found(scenario="'; DROP TABLE runs; --") == []
    assert find_runs(engine, Wanted(tag="cabinet"))[0]["tags"] == ["cabinet"]


def test_later_columns_are_added_and_whole_numbers_widen_while_words_are_refused(tmp_path: Path, url: str) -> None:
    engine = open_catalogue(tmp_path, url)
    run_of(tmp_path, "aaaabbbbcccc", short=[1, 2, 3])
    sync(engine, tmp_path, "here")
    run_of(tmp_path, "bbbbccccdddd", short=[0.5, None, 2.5], letter=["R", "A", "G"])
    assert sync(engine, tmp_path, "here").damaged == {}
    assert rows(engine, "SELECT short, letter FROM result_balance WHERE run_id = 'aaaabbbbcccc' ORDER BY row_number") == [
        (1, None), (2, None), (3, None)]
    assert rows(engine, "SELECT short, letter FROM result_balance WHERE run_id = 'bbbbccccdddd' ORDER BY row_number") == [
        (0.5, "R"), (None, "A"), (2.5, "G")]
    run_of(tmp_path, "ccccddddeeee", short=["few", "some", "many"])
    before = content(engine)
    told = sync(engine, tmp_path, "here").damaged
    assert told is not None and "result_balance.short as fraction, and this run has it as words" in told["ccccddddeeee"]
    assert "--rebuild" in told["ccccddddeeee"] and content(engine) == before
    shutil.rmtree(tmp_path / "aaaabbbbcccc")
    shutil.rmtree(tmp_path / "bbbbccccdddd")
    assert sync(engine, tmp_path, "here", rebuild=True).entered == ("ccccddddeeee",)


def test_a_blank_column_and_an_empty_table_do_not_say_of_which_kind_they_are(tmp_path: Path, url: str) -> None:
    engine = open_catalogue(tmp_path, url)
    run_of(tmp_path, "aaaabbbbcccc", short=pd.Series([None] * 3, dtype="object"))
    run_of(tmp_path, "bbbbccccdddd", rows=0, short=[])
    run_of(tmp_path, "ccccddddeeee", short=[0.5, 1.5, None])
    assert sync(engine, tmp_path, "here").damaged == {}
    assert rows(engine, "SELECT run_id, short FROM result_balance ORDER BY run_id, row_number") == [
        ("aaaabbbbcccc", None), ("aaaabbbbcccc", None), ("aaaabbbbcccc", None),
        ("ccccddddeeee", 0.5), ("ccccddddeeee", 1.5), ("ccccddddeeee", None)]


def test_made_anew_from_the_folders_it_is_the_same(tmp_path: Path, url: str) -> None:
    engine = open_catalogue(tmp_path, url)
    for run_id in ("aaaabbbbcccc", "bbbbccccdddd"):
        add(run_of(tmp_path, run_id), Event("Ann", WHEN, STATUS, "reviewed"))
    sync(engine, tmp_path, "here")
    before = content(engine)
    assert len(sync(engine, tmp_path, "here", rebuild=True).entered) == 2
    assert content(engine) == before and before["runs"] and before["result_balance"]


def test_a_run_belongs_to_the_place_that_entered_it_first(tmp_path: Path, postgres: str) -> None:
    engine = open_catalogue(tmp_path, postgres)
    run_of(tmp_path / "one", "aaaabbbbcccc")
    copy = run_of(tmp_path / "two", "aaaabbbbcccc")
    run_of(tmp_path / "two", "bbbbccccdddd")
    assert sync(engine, tmp_path / "one", "one").entered == ("aaaabbbbcccc",)
    done = sync(engine, tmp_path / "two", "two")
    assert done.entered == ("bbbbccccdddd",) and done.elsewhere == {"aaaabbbbcccc": "one"}
    assert kept_elsewhere(engine, "aaaabbbbcccc", "two") == "one" and kept_elsewhere(engine, "bbbbccccdddd", "two") == ""
    shutil.rmtree(copy)
    assert sync(engine, tmp_path / "two", "two").removed == ()
    run_of(tmp_path / "two", "aaaabbbbcccc")
    assert set(sync(engine, tmp_path / "two", "two", rebuild=True).entered) == {"aaaabbbbcccc", "bbbbccccdddd"}
    assert sync(engine, tmp_path / "one", "one").elsewhere == {"aaaabbbbcccc": "two"}


def test_what_is_no_catalogue_is_told_without_the_password(tmp_path: Path, postgres: str) -> None:
    (tmp_path / FILE).write_bytes(b"this is no database, but it is long enough to be looked at as one" * 20)
    with pytest.raises(RunError, match=r"cannot be used: file is not a database; .*remove the file and it is made anew"):
        sync(open_catalogue(tmp_path), tmp_path, "here")
    nowhere = postgres.rpartition("/")[0].replace("sufficiency@", "sufficiency:secret@") + "/nowhere"
    with pytest.raises(RunError, match='database "nowhere" does not exist') as told:
        sync(open_catalogue(tmp_path, nowhere), tmp_path, "here")
    assert "secret" not in str(told.value)
    for odd, said in (("mysql://a/b", "cannot be"), ("nonsense", "cannot be read"), ("mssql+pyodbc://a/b", "cannot be")):
        with pytest.raises(RunError, match=said):
            open_catalogue(tmp_path, odd)


# many at once, and kills

def start(runs: Path, url: str) -> subprocess.Popen[str]:
    process = subprocess.Popen([sys.executable, str(CHILD), str(runs), url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True, env=os.environ | {"PYTHONPATH": str(ROOT)})
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def test_many_writers_at_once_enter_every_run_once(tmp_path: Path, url: str) -> None:
    for number in range(6):
        run_of(tmp_path, f"{number:012x}", rows=500)
    writers = [start(tmp_path, url) for _ in range(3)]
    for writer in writers:
        go(writer)
    for writer in writers:
        writer.communicate(timeout=50)
        assert writer.returncode == 0
    engine = open_catalogue(tmp_path, url)
    assert rows(engine, "SELECT run_id, count(*) FROM result_balance GROUP BY run_id ORDER BY run_id") == [
        (f"{number:012x}", 500) for number in range(6)]
    assert sync(engine, tmp_path, "here") == Synced((), (), {}, {})


def killed_at_random_moments(tmp_path: Path, url: str, times: int, seed: int) -> None:
    """After each kill every run is in the catalogue as a whole or not at all; the next sync enters the rest."""
    runs, chance = tmp_path / "runs", random.Random(seed)
    ids = [f"{number:012x}" for number in range(4)]
    for run_id in ids:
        add(run_of(runs, run_id, rows=2_000), Event("Ann", WHEN, STATUS, "reviewed"))
    engine = open_catalogue(runs, url)
    sync(engine, runs, "here")
    whole = content(engine)
    for _ in range(times):
        if url:
            with engine.connect() as connection, connection.begin():
                for name in whole:
                    connection.execute(text(f'DROP TABLE "{name}"'))
        else:
            (runs / FILE).unlink()
        process = start(runs, url)
        go(process)
        try:
            process.wait(timeout=chance.uniform(0.0, 0.6))      # seconds; a sync takes about half of one
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        engine = open_catalogue(runs, url)
        state = content(engine)
        for name, told in state.items():
            there = {row[0] for row in state["runs"]}
            assert [row for row in whole[name] if row[0] in there] == told, f"{name} is as it was or whole"
        sync(engine, runs, "here")
        assert content(engine) == whole
    if not url:
        with sqlite3.connect(runs / FILE) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()


def test_killed_at_random_moments_every_run_is_entered_whole_or_not_at_all(tmp_path: Path, url: str) -> None:
    killed_at_random_moments(tmp_path, url, 3, seed=20260911)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_the_catalogue_killed_at_fifty_random_moments(tmp_path: Path, url: str) -> None:
    killed_at_random_moments(tmp_path, url, 50, seed=20260912)
