"""A run's folder: named by what went in, the same bytes each time, whole or not there at all, and never trusted unseen."""

from __future__ import annotations

import importlib.util
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from scenarios import durable
from scenarios.runs import (
    WRITTEN,
    RunError,
    find,
    finished,
    is_finished,
    load,
    ready,
    save,
    write_parquet,
)

ROOT = Path(__file__).resolve().parent.parent.parent
CHILD = Path(__file__).with_name("run_child.py")


def _child_module() -> ModuleType:
    spec = importlib.util.spec_from_file_location("run_child", CHILD)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


child = _child_module()
SMALL = {"pupils": pd.DataFrame({"ay": [2023, 2022], "phase": ["primary", "primary"], "pupils": [2.5, None]})}
FACTS = {"run_id": "aaaabbbbcccc", "authority": {"name": "Testshire", "base_year": 2022}}


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


# the folder

def test_a_run_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    areas = gpd.GeoDataFrame({"planning_area_code": ["B", "A"]}, geometry=[box(0, 0, 1, 1), box(1, 0, 2, 1)], crs="EPSG:27700")
    folder = save(tmp_path / "runs", FACTS, SMALL | {"areas": areas}, {"map.html": child.write_map})
    run = load(folder)
    assert folder == tmp_path / "runs" / "aaaabbbbcccc" and run.run_id == "aaaabbbbcccc"
    assert sorted(run.tables) == ["areas", "pupils"]
    back = run.table("pupils")
    assert back["ay"].tolist() == [2022, 2023] and back["pupils"].isna().tolist() == [True, False]
    assert run.manifest["outputs"]["pupils.parquet"]["rows"] == 2
    shapes = gpd.read_parquet(folder / "areas.parquet")
    assert shapes["planning_area_code"].tolist() == ["A", "B"] and shapes.crs.to_epsg() == 27700
    assert sorted(p.name for p in (tmp_path / "runs").iterdir()) == ["aaaabbbbcccc"], "nothing is left aside"


def test_the_same_run_elsewhere_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    here = child.write_run(tmp_path / "here", rows=500)
    shuffled = {name: frame.sample(frac=1, random_state=7) for name, frame in child.frames(500).items()}
    manifest = {"authority": {"base_year": 2022, "name": "Testshire"}, "run_id": child.RUN_ID}
    there = save(tmp_path / "another place", manifest, shuffled, {"map.html": child.write_map})
    assert _bytes(here) == _bytes(there)


def test_parquet_keeps_codes_as_text_and_has_no_index(tmp_path: Path) -> None:
    frame = pd.DataFrame({"la_code": ["0801", "NA"], "n": [2, 1]}, index=[7, 3], dtype="object").astype({"n": "int64"})
    write_parquet(tmp_path / "t.parquet", frame)
    back = pd.read_parquet(tmp_path / "t.parquet")
    assert back["la_code"].tolist() == ["0801", "NA"] and back.columns.tolist() == ["la_code", "n"]
    assert back.index.tolist() == [0, 1]


def test_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    write_parquet(tmp_path / "t.parquet", pd.DataFrame({"urn": pd.Series(dtype="object"), "pupils": pd.Series(dtype="float64")}))
    assert pd.read_parquet(tmp_path / "t.parquet").columns.tolist() == ["urn", "pupils"]


def test_a_writer_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def fails(path: Path) -> None:
        path.write_bytes(b"half")
        raise ValueError("no map today")

    with pytest.raises(ValueError, match="no map today"):
        save(tmp_path, FACTS, SMALL, {"map.html": fails})
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(RunError, match=r"cannot be written to .*file.*--out"):
        save(tmp_path / "file" / "runs", FACTS, SMALL)


def test_a_run_that_is_there_stays(tmp_path: Path) -> None:
    folder = save(tmp_path, FACTS, SMALL)
    before = _bytes(folder)
    assert save(tmp_path, FACTS, {}) == folder
    assert _bytes(folder) == before


def test_of_two_at_once_the_second_discards_its_own(tmp_path: Path) -> None:
    def other_is_first(path: Path) -> None:
        save(tmp_path, FACTS, SMALL)       # a whole run of the same name, while ours is being written; it sweeps, and spares ours
        path.write_bytes(b"the slower one")

    folder = save(tmp_path, FACTS, SMALL, {"map.html": other_is_first})
    assert sorted(p.name for p in folder.iterdir()) == ["manifest.json", "pupils.parquet"]
    assert [p.name for p in tmp_path.iterdir()] == [folder.name]


def test_a_folder_in_the_way_is_not_taken_for_a_run(tmp_path: Path) -> None:
    (tmp_path / FACTS["run_id"]).mkdir()
    with pytest.raises(RunError, match="in the way"):
        save(tmp_path, FACTS, SMALL)


# opening

@pytest.mark.parametrize(
    ("harm", "told"),
    [(lambda p: p.write_bytes(p.read_bytes()[:-1]), r"pupils\.parquet is cut short: \d+ of \d+ bytes"),
     (lambda p: p.write_bytes(p.read_bytes()[:-1] + b"?"), r"pupils\.parquet has been changed"),
     (lambda p: p.write_bytes(p.read_bytes() + b"?"), r"pupils\.parquet has been changed"),
     (lambda p: p.unlink(), r"pupils\.parquet is missing")],
)
def test_a_file_that_is_not_as_it_was_made_is_refused_by_name(tmp_path: Path, harm: object, told: str) -> None:
    folder = save(tmp_path, FACTS, SMALL)
    harm(folder / "pupils.parquet")  # type: ignore[operator]  # a lambda of the list above
    with pytest.raises(RunError, match=told):
        load(folder)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"run_id": 3, "outputs": {}}', '{"run_id": "aaaabbbbcccc", "outputs": {"x": 1}}'],
)
def test_a_manifest_that_is_no_manifest_is_refused(tmp_path: Path, text: str) -> None:
    folder = save(tmp_path, FACTS, SMALL)
    (folder / "x").write_bytes(b"")
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(RunError, match=r"manifest\.json cannot be read"):
        load(folder)


@pytest.mark.parametrize("change", [
    {"notes": None}, {"authority": {"name": "Elsewhere"}}, {"seed": 7}, {"run_id": "bbbbccccdddd"}, {"seal": "0" * 64},
])
def test_a_manifest_that_was_edited_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = save(tmp_path, {**FACTS, "notes": [], "seed": 1}, SMALL) / "manifest.json"
    whole = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(whole | change), encoding="utf-8")
    with pytest.raises(RunError, match=r"not as it was made: manifest\.json has been changed since the run"):
        load(path.parent)
    del whole["authority"]
    path.write_text(json.dumps(whole), encoding="utf-8")
    with pytest.raises(RunError, match="not as it was made"):
        load(path.parent)


def test_no_folder_and_no_run_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="there is no folder"):
        load(tmp_path / "nowhere")
    with pytest.raises(RunError, match="no finished run"):
        load(tmp_path)
    with pytest.raises(RunError, match=r"has no table births; it has pupils"):
        load(save(tmp_path, FACTS, SMALL)).table("births")


def test_a_run_is_found_by_path_id_and_beginning_of_its_id(tmp_path: Path) -> None:
    one, two = save(tmp_path, FACTS, SMALL), save(tmp_path, FACTS | {"run_id": "aaaabbbb0000"}, SMALL)
    assert find(str(one), []) == one
    assert find("aaaabbbbcccc", [tmp_path]) == one
    assert find("aaaabbbb0", [tmp_path / "nowhere", tmp_path]) == two
    with pytest.raises(RunError, match="may mean aaaabbbb0000 or aaaabbbbcccc"):
        find("aaaabbbb", [tmp_path])
    with pytest.raises(RunError, match=r"no run ffff; looked in"):
        find("ffff", [tmp_path])
    for odd in ("aaa", "../aaaa", "AAAABBBBCCCC", "*"):
        with pytest.raises(RunError, match="a run is its folder, or its id"):
            find(odd, [tmp_path])


def test_finished_runs_are_listed_and_nothing_else(tmp_path: Path) -> None:
    folder = save(tmp_path, FACTS, SMALL)
    (tmp_path / ".ffffffffffff.partial-000000000000").mkdir()
    (tmp_path / "ffffffffffff").mkdir()
    (tmp_path / f"{folder.name}.status.json").write_bytes(b"{}")
    assert finished(tmp_path) == [folder] and finished(tmp_path / "none") == []


def test_shapes_that_differ_in_nothing_else_are_written_in_one_order(tmp_path: Path) -> None:
    areas = gpd.GeoDataFrame({"code": ["A", "A", "A"]}, geometry=[box(i, 0, i + 1, 1) for i in range(3)], crs="EPSG:27700")
    for name, order in (("one", [0, 1, 2]), ("two", [2, 0, 1])):
        write_parquet(tmp_path / name, areas.iloc[order])
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


# kills

def _start(runs: Path, *stop: str) -> subprocess.Popen[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, str(CHILD), str(runs), *stop], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               text=True, encoding="utf-8", env=environment)
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    return process


def _go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()


def _none_or_whole(runs: Path, whole: dict[str, bytes]) -> bool:
    """After a kill there is no run or a whole one; the next start finishes and tidies up. Says whether there was one."""
    folder = runs / child.RUN_ID
    there = folder.exists()
    if there:
        assert _bytes(load(folder).folder) == whole
    assert [path.name for path in finished(runs)] == [child.RUN_ID] * there
    assert _bytes(child.write_run(runs)) == whole
    assert [path.name for path in runs.iterdir()] == [child.RUN_ID], "what the killed process left is swept"
    return there


def _kill_at_random_moments(tmp_path: Path, times: int, seed: int) -> None:
    whole = _bytes(child.write_run(tmp_path / "whole"))
    chance = random.Random(seed)
    moments = [chance.uniform(0.0, 0.15) for _ in range(times)]     # seconds; a save takes about a tenth of one
    for number, moment in enumerate(moments):
        runs = tmp_path / f"runs-{number}"
        process = _start(runs)
        _go(process)
        try:
            process.wait(timeout=moment)
        except subprocess.TimeoutExpired:
            process.kill()
        process.communicate()
        _none_or_whole(runs, whole)


def _kill_at_each(tmp_path: Path, stops: list[int]) -> None:
    whole = _bytes(child.write_run(tmp_path / "whole"))
    ended = []
    for stop in stops:
        process = _start(tmp_path / f"runs-{stop}", str(stop))
        process.communicate("\n", timeout=50)
        ended.append(process.returncode)
        _none_or_whole(tmp_path / f"runs-{stop}", whole)
    assert ended[0] == 9, "the first is killed at once"


def test_killed_at_random_moments_there_is_no_run_or_a_whole_one(tmp_path: Path) -> None:
    _kill_at_random_moments(tmp_path, 8, seed=20260901)


@pytest.mark.parametrize("stops", [[1, 5, 10, 15], [16, 17, 18, 20]])
def test_killed_at_a_chosen_step_there_is_no_run_or_a_whole_one(tmp_path: Path, stops: list[int]) -> None:
    _kill_at_each(tmp_path, stops)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_killed_at_fifty_random_moments(tmp_path: Path) -> None:
    _kill_at_random_moments(tmp_path, 50, seed=20260902)


@pytest.mark.long
@pytest.mark.timeout(600)
def test_killed_at_every_step(tmp_path: Path) -> None:
    _kill_at_each(tmp_path, list(range(1, 26)))


def test_what_a_living_process_writes_is_not_swept(tmp_path: Path) -> None:
    with durable.folder_aside(tmp_path / "aaaabbbbcccc") as aside:
        (aside / "half").write_bytes(b"")
        assert durable.sweep(tmp_path, WRITTEN) == [] and (aside / "half").exists()
    assert list(tmp_path.iterdir()) == []


def test_leftovers_without_an_owner_are_swept_and_nothing_else(tmp_path: Path) -> None:
    dead = tmp_path / ".aaaabbbbcccc.partial-0123456789ab"
    dead.mkdir()
    (dead / "half").write_bytes(b"")
    dead.with_name(dead.name + ".lock").write_bytes(b"")
    orphan = tmp_path / ".aaaabbbbcccc.partial-ba9876543210"
    orphan.mkdir()
    old = tmp_path / ".aaaabbbbcccc.status.json.partial-012345678901"
    old.write_bytes(b"")
    os.utime(old, (0, 0))
    fresh = tmp_path / ".aaaabbbbcccc.status.json.partial-109876543210"
    fresh.write_bytes(b"")
    probe = tmp_path / ".time-0123456789ab"
    probe.write_bytes(b"")
    os.utime(probe, (0, 0))
    (tmp_path / "my notes.partial-x").write_bytes(b"")
    durable.sweep(tmp_path, WRITTEN)
    assert sorted(p.name for p in tmp_path.iterdir()) == [fresh.name, "my notes.partial-x"]


@pytest.mark.parametrize("name", [
    ".mydata.partial-2024", ".aaaabbbbcccc.partial-2024", ".AAAABBBBCCCC.partial-0123456789ab", ".partial-0123456789ab",
    ".aaaabbbbcccc.partial-0123456789ab.old", ".aaaabbbbcccc.notes.partial-0123456789ab", ".aaaabbbbccccd.partial-0123456789ab",
])
def test_what_is_only_called_like_a_leftover_is_somebody_s_own(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    precious = tmp_path / name / "precious.txt"
    precious.write_bytes(b"x")
    os.utime(tmp_path / name, (0, 0))
    save(tmp_path, FACTS, SMALL)
    assert precious.read_bytes() == b"x"


def test_whether_a_run_can_be_written_is_found_out_before_it_is_computed(tmp_path: Path) -> None:
    ready(tmp_path / "new" / "runs", "aaaabbbbcccc")
    assert list((tmp_path / "new" / "runs").iterdir()) == [], "it leaves no trace"
    (tmp_path / "file").write_bytes(b"")
    for place in (tmp_path / "file", tmp_path / "file" / "runs"):
        with pytest.raises(RunError, match=r"cannot be written to .*--out"):
            ready(place, "aaaabbbbcccc")
    (tmp_path / "aaaabbbbcccc").mkdir()
    with pytest.raises(RunError, match="is in the way"):
        ready(tmp_path, "aaaabbbbcccc")


def test_overwrite_leaves_the_old_file_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.json"
    durable.overwrite(path, b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        durable.overwrite(path, b"new")
    assert path.read_bytes() == b"old" and [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_the_manifest_of_a_saved_run_is_written_sorted(tmp_path: Path) -> None:
    text = (save(tmp_path, FACTS, SMALL) / "manifest.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), sort_keys=True, indent=1, ensure_ascii=False) + "\n"
    assert not is_finished(tmp_path)
