"""What became of a run stands beside it: nobody's line is lost, no step is left out, and nothing of it is part of the run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from scenarios import durable
from scenarios.history import LOCK, MADE, NOTE, STATUS, TAG, UNTAG, Event, History, add, history, history_path
from scenarios.runs import RunError, save

ROOT = Path(__file__).resolve().parent.parent.parent
FACTS = {"run_id": "aaaabbbbcccc", "authority": {"name": "Testshire", "base_year": 2022}}
WHEN = "2026-11-24T09:00:00+00:00"
WRITER = """
import sys
from pathlib import Path
from scenarios.history import Event, add
print("ready", flush=True)
sys.stdin.readline()
for n in range(20):
    add(Path(sys.argv[1]), Event(sys.argv[2], "now", "note", f"{sys.argv[2]} {n}"))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A finished run."""
    return save(tmp_path / "runs", FACTS, {"pupils": pd.DataFrame({"ay": [2022]})})


def to(state: str, who: str = "Zoë", note: str = "") -> Event:
    return Event(who, WHEN, STATUS, state, note)


def test_a_run_goes_from_draft_by_review_to_signature_and_nothing_of_it_is_in_the_run(folder: Path) -> None:
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert history(folder) == History() and history(folder).status == "draft"
    add(folder, Event("Zoë", WHEN, MADE))
    add(folder, to("reviewed", "Ann", "looks right"))
    told = add(folder, to("signed off", "Bob"))
    assert told == history(folder) and told.status == "signed off"
    assert told.made is not None and told.made.who == "Zoë"
    assert told.signed is not None and (told.signed.who, told.signed.when) == ("Bob", WHEN)
    assert [note.note for note in told.notes] == ["looks right"]
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(("steps", "refused", "said"), [
    ([], "signed off", "is draft and cannot become signed off; next it can become reviewed"), ([], "draft", "is draft already"),
    (["reviewed"], "reviewed", "is reviewed already"), (["reviewed", "signed off"], "draft", "cannot become draft"),
    (["reviewed", "signed off"], "reviewed", "say why with --note"), ([], "perfect", "there is no status 'perfect'"),
])
def test_no_step_is_left_out(folder: Path, steps: list[str], refused: str, said: str) -> None:
    for state in steps:
        add(folder, to(state))
    before = history(folder)
    with pytest.raises(RunError, match=said):
        add(folder, to(refused))
    assert history(folder) == before


def test_a_signature_can_be_taken_back_with_a_reason_and_all_of_it_is_kept(folder: Path) -> None:
    for event in (to("reviewed"), to("signed off"), to("reviewed", note="a school was missing"), to("draft")):
        told = add(folder, event)
    assert told.status == "draft" and told.signed is None and len(told.events) == 4
    assert [note.note for note in told.notes] == ["a school was missing"]


def test_a_run_that_is_not_as_it_was_made_is_not_signed(folder: Path) -> None:
    add(folder, to("reviewed"))
    (folder / "pupils.parquet").write_bytes(b"other")
    with pytest.raises(RunError, match=r"not as it was made: pupils\.parquet"):
        add(folder, to("signed off"))
    assert history(folder).status == "reviewed"


def test_tags_come_and_go_and_the_maker_is_written_once(folder: Path) -> None:
    for event in (Event("Zoë", WHEN, TAG, "cabinet"), Event("Zoë", WHEN, TAG, "cabinet"), Event("Zoë", WHEN, TAG, "draft 2")):
        add(folder, event)
    assert history(folder).tags == ("cabinet", "draft 2")
    assert add(folder, Event("Zoë", WHEN, UNTAG, "cabinet")).tags == ("draft 2",)
    with pytest.raises(RunError, match="has no tag cabinet; it has draft 2"):
        add(folder, Event("Zoë", WHEN, UNTAG, "cabinet"))
    for who in ("Ann", "Bob"):
        add(folder, Event(who, WHEN, MADE))
    made = history(folder).made
    assert made is not None and made.who == "Ann"
    with pytest.raises(RunError, match="nothing to write down as the note"):
        add(folder, Event("Ann", WHEN, NOTE, "  "))


def test_a_status_of_before_there_were_lists_is_read_and_one_that_cannot_be_read_is_named(folder: Path) -> None:
    old = {"run_id": folder.name, "who": "Zoë", "when": WHEN, "status": "draft"}
    history_path(folder).write_text(json.dumps(old), encoding="utf-8")
    assert history(folder) == History((Event("Zoë", WHEN, MADE),))
    assert add(folder, to("reviewed")).status == "reviewed"
    for broken in ("{", "[]", '{"history": [{"who": "Zoë"}]}', '{"run_id": 1}'):
        history_path(folder).write_text(broken, encoding="utf-8")
        with pytest.raises(RunError, match=r"aaaabbbbcccc\.status\.json cannot be read"):
            add(folder, to("signed off"))
        assert history_path(folder).read_text(encoding="utf-8") == broken, "what cannot be read is not written over"


def test_of_many_who_write_at_once_every_line_counts(folder: Path) -> None:
    names = ("Ann", "Bob", "Zoe")
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(folder), name], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}) for name in names]
    for writer in writers:
        assert writer.stdout is not None and writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=50)
        assert writer.returncode == 0
    said = [event.value for event in history(folder).events]
    assert sorted(said) == sorted(f"{name} {n}" for name in names for n in range(20))
    for name in names:
        assert [one for one in said if one.startswith(name)] == [f"{name} {n}" for n in range(20)]


def test_a_lock_that_another_holds_is_waited_for_and_then_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "PATIENCE", 3)
    with durable.held(folder.parent / LOCK) as ours:
        assert ours
        with pytest.raises(RunError, match="another program has been writing"):
            add(folder, to("reviewed"))
    assert add(folder, to("reviewed")).status == "reviewed", "it is free again, and the file that stays does no harm"
