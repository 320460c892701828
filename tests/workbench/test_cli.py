"""The command line as a planner meets it: exit codes, one JSON object, no traceback, nothing computed twice."""

from __future__ import annotations

import errno
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from desk import Done, in_a_process, sufficiency
from locked import locked
from thin_council import BIRTHS, HEAD, ROLL, TABLES, thin_council

from scenarios.history import history
from scenarios.runs import load
from workbench import answers

pytestmark = pytest.mark.early


@pytest.fixture
def thin(tmp_path: Path) -> Path:
    """A workspace with nothing but births and the authority's roll by year group."""
    return thin_council(tmp_path / "my council")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Such a workspace, run by a process of its own; to be read only."""
    folder = thin_council(tmp_path_factory.mktemp("ran") / "my council")
    answered(in_a_process("run", folder, "--json"))
    return folder


@pytest.fixture
def copied(ran: Path, tmp_path: Path) -> Path:
    """The run of a copy of it, to do harm to."""
    return run_of(Path(shutil.copytree(ran, tmp_path / "copied")))


def run_of(workspace: Path) -> Path:
    (folder,) = (path for path in (workspace / "runs").iterdir() if path.is_dir())
    return folder


def answered(done: Done) -> dict[str, Any]:
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    assert (done.code == answers.FINE) == told["ok"], done.stderr
    assert "Traceback" not in done.stderr
    return told


def answer(*words: str | Path) -> dict[str, Any]:
    return answered(sufficiency(*words, "--json"))


def test_a_thin_workspace_runs_and_a_second_run_costs_nothing_and_says_so(thin: Path) -> None:
    first = answered(in_a_process("run", thin, "--json"))
    folder = Path(first["folder"])
    assert folder == thin / "runs" / first["run_id"] and not first["there_already"]
    before = {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.iterdir()}
    assert {"map.html", "tables.xlsx", "balance.parquet", "pupils.parquet", "places.parquet", "manifest.json"} <= before.keys()
    again = in_a_process("run", thin)
    assert again.code == answers.FINE and "This run was there already" in again.stdout
    assert "Projecting" not in again.stderr
    assert {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.iterdir()} == before
    rows = [row for row in first["years"] if row["phase"] == "primary"]
    assert [row["ay"] for row in rows] == list(range(2022, 2028))
    assert rows[0]["pupils"] == sum(900 + g for g in range(7)) and rows[0]["areas_not_known"] == 1


def test_show_tells_what_an_areas_forecast_is_made_of(ran: Path) -> None:
    folder = run_of(ran)
    told = answer("show", folder, "--area", "Authority")
    primary = [account for account in told["accounts"] if account["phase"] == "primary"]
    assert told["planning_area_name"] == "Testshire" and [account["ay"] for account in primary] == list(range(2023, 2028))
    assert all(account["pupils_base"] + sum(account["parts"].values()) == account["pupils"] for account in told["accounts"])
    assert primary[0]["pupils_base"] == sum(900 + g for g in range(7)) and primary[0]["parts"]["births"] < 0
    shown = sufficiency("show", folder, "--area", "authority").stdout
    assert "births, less leavers" in shown and f"{primary[-1]['pupils']:,}" in shown
    unknown = sufficiency("show", folder, "--area", "P99")
    assert unknown.code == answers.INPUT and "no planning area P99" in unknown.stderr
    assert (folder / "waterfall.svg").is_file() and (folder / "waterfall.png").is_file()


def test_who_when_and_status_lie_beside_the_run_and_not_in_it(ran: Path) -> None:
    folder = run_of(ran)
    state = history(folder)
    assert state.status == "draft" and state.made is not None and state.made.who
    assert state.made.when not in (folder / "manifest.json").read_text(encoding="utf-8")


def test_show_finds_a_run_by_folder_by_id_and_by_the_workspace(ran: Path) -> None:
    folder = run_of(ran)
    for reference in (folder, ran):
        assert answer("show", reference)["run_id"] == folder.name
    for reference in (folder.name, folder.name[:5]):
        assert answer("show", reference, "--runs", ran / "runs")["run_id"] == folder.name
        assert folder.name in sufficiency("show", reference, cwd=ran).stdout
    shown = in_a_process("show", folder).stdout
    assert "Testshire (891), from the census of January 2023" in shown and "map.html" in shown and "primary" in shown


def test_another_place_for_runs(thin: Path, tmp_path: Path) -> None:
    made = answer("run", thin, "--out", tmp_path / "elsewhere")
    assert Path(made["folder"]).parent == tmp_path / "elsewhere" and not (thin / "runs").exists()
    assert load(Path(made["folder"])).run_id == made["run_id"]


def test_the_same_workspace_elsewhere_is_the_same_run_byte_for_byte(ran: Path, thin: Path) -> None:
    one, two = run_of(ran), Path(answer("run", thin)["folder"])
    assert one.name == two.name
    assert {p.name: p.read_bytes() for p in one.iterdir()} == {p.name: p.read_bytes() for p in two.iterdir()}


def test_one_changed_figure_is_another_run(ran: Path, thin: Path) -> None:
    (thin / "births.csv").write_text(BIRTHS.replace(",1000\n", ",1001\n"), encoding="utf-8")
    assert answer("run", thin)["run_id"] != run_of(ran).name


def test_check_computes_nothing_and_names_what_is_missing(thin: Path) -> None:
    told = answer("check", thin)
    assert told["problems"] == [] and {m["table"] for m in told["missing"]} >= {"schools", "lsoas", "pans"}
    assert not (thin / "runs").exists()
    lines = sufficiency("check", thin).stdout
    assert "No problems" in lines and "the authority is one planning area a phase" in lines


@pytest.mark.parametrize("command", ["check", "run"])
def test_all_problems_are_told_at_once_with_exit_code_2_and_no_traceback(thin: Path, command: str) -> None:
    (thin / "births.csv").write_text(BIRTHS.replace(",1000\n", ",many\n"), encoding="utf-8")
    (thin / "roll.csv").write_text(ROLL.replace("2022,3,903", "2022,3,-3"), encoding="utf-8")
    done = in_a_process(command, thin)
    assert done.code == answers.INPUT and "Traceback" not in done.stderr and done.stdout == ""
    assert "births.csv has 1 problem" in done.stderr and "row 2, births = many" in done.stderr
    assert "pupils = -3" in done.stderr and "2 problems; nothing was computed" in done.stderr
    told = answer(command, thin)
    assert {(p["file"], p["column"]) for p in told["problems"]} == {("births.csv", "births"), ("roll.csv", "pupils")}
    assert not (thin / "runs").exists()


@pytest.mark.parametrize(("words", "says"), [
    (("run", "nowhere"), "there is no such folder"), (("check", "nowhere"), "there is no such folder"),
    (("show", "abcdef012345"), "there is no run abcdef012345"), (("show", "no such run"), "there is no run 'no such run'"),
])
def test_what_is_not_there_is_the_users_mistake(tmp_path: Path, words: tuple[str, ...], says: str) -> None:
    done = sufficiency(*words, cwd=tmp_path)
    assert done.code == answers.INPUT and says in done.stderr and "Traceback" not in done.stderr


def test_an_unknown_option_is_the_users_mistake(tmp_path: Path) -> None:
    assert in_a_process("run", tmp_path, "--faster").code == answers.INPUT


def test_a_damaged_run_is_refused_by_name(copied: Path) -> None:
    page = copied / "map.html"
    page.write_bytes(page.read_bytes()[:-100])
    done = sufficiency("show", copied)
    assert done.code == answers.INPUT and "map.html is cut short" in done.stderr
    again = sufficiency("run", copied.parents[1])
    assert again.code == answers.INPUT and "map.html is cut short" in again.stderr


def test_a_run_whose_manifest_was_edited_is_refused(copied: Path) -> None:
    manifest = copied / "manifest.json"
    whole = json.loads(manifest.read_text(encoding="utf-8"))
    for change in ({"notes": None}, {"authority": None}):
        manifest.write_text(json.dumps(whole | change), encoding="utf-8")
        done = sufficiency("show", copied)
        assert done.code == answers.INPUT and "manifest.json has been changed since the run" in done.stderr


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_file_that_another_program_holds_is_told_beside_all_other_problems(thin: Path, command: str) -> None:
    (thin / "births.csv").write_text(BIRTHS.replace(",980", ",many"), encoding="utf-8")
    with locked(thin / "roll.csv"):
        done = sufficiency(command, thin)
    assert done.code == answers.INPUT and "Traceback" not in done.stderr
    assert "the file cannot be opened" in done.stderr and "close it in other programs" in done.stderr
    assert "roll.csv has 1 problem" in done.stderr and "births.csv has 1 problem" in done.stderr
    book = thin / "roll.xlsx"
    book.write_bytes(b"PK")
    (thin / "authority.toml").write_text(HEAD + TABLES.replace("roll.csv", book.name), encoding="utf-8")
    with locked(book):
        done = sufficiency(command, thin)
    assert done.code == answers.INPUT and "the file cannot be opened" in done.stderr
    with locked(thin / "authority.toml"):
        done = in_a_process(command, thin)
    assert done.code == answers.INPUT and "authority.toml has 1 problem" in done.stderr


@pytest.mark.parametrize("words", [("example",), ("template",), ("demo", "--no-open", "--out")])
def test_a_place_that_cannot_be_written_is_told_before_long_work(tmp_path: Path, words: tuple[str, ...]) -> None:
    (tmp_path / "file").write_bytes(b"")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        done = sufficiency(*words, place)
        assert done.code == answers.INPUT and "our fault" not in done.stderr and "Drawing" not in done.stderr + done.stdout
        assert "file" in done.stderr and len(done.stderr) < 500


def test_a_run_that_cannot_be_written_is_not_computed(thin: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    done = sufficiency("run", thin, "--out", tmp_path / "file")
    assert done.code == answers.INPUT and "cannot be written to" in done.stderr and "--out" in done.stderr
    assert "Projecting" not in done.stderr


def test_what_the_machine_refuses_is_not_our_fault(tmp_path: Path) -> None:
    def refused(fault: OSError) -> int:
        return answers.told(fault)[0]

    assert refused(PermissionError(13, "Permission denied", str(tmp_path / "x.csv"))) == answers.INPUT
    assert refused(OSError(errno.ENOSPC, "No space left on device")) == answers.INPUT
    assert refused(FileNotFoundError(2, "No such file", str(answers.HOUSE / "maps" / "static" / "x.js"))) == answers.OUR_FAULT
    assert refused(FileNotFoundError(2, "No such file", str(answers.HOUSE / "demo" / "x.csv"))) == answers.INPUT
    assert refused(OSError("something else")) == answers.OUR_FAULT


def test_template_writes_a_workspace_that_check_reads(tmp_path: Path) -> None:
    told = answer("template", tmp_path / "new")
    assert "authority.toml" in told["files"]
    done = sufficiency("check", tmp_path / "new")
    assert done.code == answers.INPUT and "authority.code" in done.stderr
    assert sufficiency("template", tmp_path / "new").code == answers.INPUT, "nothing is ever overwritten"


def test_help_loads_nothing_heavy() -> None:
    heavy = ("pandas", "numpy", "geopandas", "pandera", "folium", "xarray", "shapely", "pydantic", "rich")
    code = ("import sys, contextlib, io\nfrom workbench.cli import app\n"
            "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n    app(['--help'])\n"
            f"print([m for m in {heavy!r} if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True)
    assert done.stdout.strip() == "[]"


def test_our_own_fault_is_told_as_ours_without_a_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> answers.Answer:
        raise ZeroDivisionError("no children")

    assert answers.finish(work, as_json=True) == answers.OUR_FAULT
    out, err = capsys.readouterr()
    assert json.loads(out)["ok"] is False and "ZeroDivisionError: no children" in err
    assert "our fault" in err and "Traceback" not in err
    assert answers.finish(work, as_json=False, debug=True) == answers.OUR_FAULT
    assert "Traceback" in capsys.readouterr().err


def test_a_name_from_a_file_cannot_steer_the_terminal() -> None:
    assert answers.plain("St \x1b[31mMary\u202e's\r\n") == "St ?[31mMary?'s??"
