"""An ensemble worked through: the same bit for bit by whomever and however it is cut, and however often it is killed."""

from __future__ import annotations

import os
import pickle
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from ensemble_child import asked_of, slowly
from small_council import small_council

from scenarios import ensemble
from scenarios.ensemble import Asked, Done, blocks_of, checked_of, work_through
from scenarios.ensemble_file import read_ensemble
from scenarios.ensemble_tables import tables_of
from scenarios.ensemble_work import do
from scenarios.many import Map, cluster, one_by_one, processes
from scenarios.runs import RunError
from sufficiency.joint import figures, world
from sufficiency.joint.figures import Figures

pytestmark = pytest.mark.early

ROOT = Path(__file__).resolve().parent.parent.parent
CHILD = ROOT / "tests" / "aids" / "ensemble_child.py"
COUNT = 640         # ten blocks
Whole = tuple[Asked, Path, Done]


def same(one: Figures, other: Figures) -> bool:
    return all(np.array_equal(getattr(one, f.name), getattr(other, f.name), equal_nan=True) for f in fields(Figures))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """The ensemble of the small council, worked through by this process alone."""
    place = tmp_path_factory.mktemp("ensemble")
    asked = asked_of(small_council(place / "council"), COUNT)
    (done,) = work_through(asked, place / "parts")
    return asked, place / "parts", done


def with_worlds(whole: Whole, place: Path) -> Path:
    """A folder of parts in which the worlds and what was checked are there, and no block of futures."""
    place.mkdir()
    for path in (*whole[1].glob("world-*.npz"), *whole[1].glob("checked-*.npz")):
        shutil.copy(path, place / path.name)
    return place


def again(whole: Whole, place: Path, mapped: Map) -> bool:
    """Whether the futures come out the same by another map."""
    (done,) = work_through(whole[0], with_worlds(whole, place), mapped)
    return same(done.figures, whole[2].figures)


def test_what_is_drawn_and_what_it_comes_to(whole: Whole) -> None:
    _, _, done = whole
    births, delay = done.figures.levers.T
    assert births[0] == 1.0 and delay[0] == 0.0 and (births <= 1.0).mean() == pytest.approx(0.5, abs=0.05)
    assert ((births >= 0.8) & (births <= 1.1)).mean() == pytest.approx(0.9, abs=0.04)
    assert delay.min() == 0.0 and (delay <= 2).mean() == pytest.approx(0.9, abs=0.04), "its lower half has no width"
    told = tables_of(whole[0].ensemble, [done])
    assert set(told) == {"futures", "phase_futures", "area_futures", "lever_values", "moves_with", "checked_futures"}
    last = told["phase_futures"].query("phase == 'primary'").iloc[-1]
    mine = told["futures"].query("phase == 'primary' and ay == @last.ay")
    assert last["expected_shortfall"] == pytest.approx(mine["additional_need"].mean())
    assert last["p_shortfall"] == pytest.approx((mine["additional_need"] > 0).mean())
    assert last["additional_need_p90"] == mine["additional_need"].sort_values().iloc[int(0.9 * COUNT) - 1]
    areas = told["area_futures"].query("phase == 'primary' and ay == @last.ay")
    assert areas["expected_shortfall"].sum() == pytest.approx(last["expected_shortfall"])
    ranks = told["moves_with"].query("phase == 'primary' and figure == 'additional_need'").set_index("lever")["rank_correlation"]
    assert ranks["births.level"] > 0.2


def test_futures_between_worlds_are_nearly_those_that_the_model_makes(whole: Whole) -> None:
    asked, _, done = whole
    assert tuple(done.checked) == checked_of(asked.ensemble) and len(done.checked) == 2
    for number, alone in done.checked.items():
        assert done.figures.pupils[number] == pytest.approx(alone.pupils[0], rel=0.03), "its own luck falls a little otherwise"
        mine, theirs = done.figures.pupils[number, :5, :2].sum(axis=1), alone.pupils[0, :5, :2].sum(axis=1)
        assert mine == pytest.approx(theirs, rel=0.01)


def test_all_futures_worked_out_whole_are_those_that_were_checked(whole: Whole, tmp_path: Path) -> None:
    asked, _, done = whole
    few = replace(asked, ensemble=replace(asked.ensemble, futures=asked.ensemble.futures.model_copy(update={
        "count": 2, "whole": True})))
    (found,) = work_through(few, tmp_path / "parts")
    assert not found.checked and found.figures.count == 2
    assert np.array_equal(found.figures.levers, done.figures.levers[:2])
    number = next(iter(done.checked))
    assert number == 1 and np.array_equal(found.figures.lacking[1], done.checked[1].lacking[0], equal_nan=True)


def test_blocks_cut_otherwise_make_the_same_whole(whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ensemble, "blocks_of", lambda count, size=None: blocks_of(count, 210))
    assert again(whole, tmp_path / "parts", one_by_one)
    assert [path.name for path in sorted((tmp_path / "parts").glob("futures-*"))] == [
        f"futures-0-{first}.npz" for first in ("0-210", "210-210", "420-210", "630-10")]


def test_two_half_ensembles_are_the_whole(whole: Whole) -> None:
    asked, parts, done = whole
    luck = ensemble.Luck(asked.ensemble.levers, asked.seed, asked.spread)
    point = asked.ensemble.points[0]
    knots = ensemble._knots(parts, point, luck.levers)
    centre = str(parts / "world-0.npz")
    halves = [figures.from_bytes(do(ensemble.BlockTask(asked.ground.code, luck, centre, knots, first, COUNT // 2)))
              for first in (COUNT // 2, 0)]
    assert same(figures.joined(halves[::-1]), done.figures)


def test_two_workers_make_the_same(whole: Whole, tmp_path: Path) -> None:
    assert again(whole, tmp_path / "parts", processes(2))


@pytest.mark.long
def test_one_of_two_workers_may_be_killed(whole: Whole, tmp_path: Path) -> None:
    """The first that finishes a task is killed with its fellow's work in hand: the rest is done by fresh ones."""
    killed = []

    def killing(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        for number, done in processes(2)(work, tasks):
            yield number, done
            if not killed:
                killed.append(_kill_a_child())

    assert again(whole, tmp_path / "parts", killing) and killed == [True]


def _kill_a_child() -> bool:
    """Kill one of the processes that this one has started."""
    import multiprocessing

    for child in multiprocessing.active_children():
        child.kill()
        return True
    return False


@pytest.mark.long
def test_seven_workers_make_the_same(whole: Whole, tmp_path: Path) -> None:
    assert again(whole, tmp_path / "parts", processes(7))


@pytest.mark.filterwarnings("ignore")       # those of Dask itself
def test_a_cluster_makes_the_same_though_one_of_its_workers_is_killed(whole: Whole, tmp_path: Path) -> None:
    from distributed import Client, LocalCluster

    killed: list[int] = []
    options: dict[str, Any] = {"n_workers": 2, "threads_per_worker": 1, "processes": True, "dashboard_address": None}
    with LocalCluster(host="127.0.0.1", local_directory=str(tmp_path / "scratch"), **options) as local:
        address = str(local.scheduler_address)

        def killing(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
            assert work is do
            for number, done in cluster(address)(slowly, tasks):
                yield number, done
                if not killed:
                    with Client(address) as client:
                        killed.append(next(iter(client.run(os.getpid).values())))
                    os.kill(killed[0], 9)

        assert again(whole, tmp_path / "parts", killing) and len(killed) == 1


def test_a_scheduler_that_does_not_answer_and_a_worker_of_another_version_are_told(whole: Whole, tmp_path: Path,
                                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.many._dask", lambda: (_no_client, None))
    with pytest.raises(RunError, match=r"no Dask scheduler answers at tcp://nowhere.*--workers"):
        list(cluster("tcp://nowhere:1")(do, [1]))
    other = replace(whole[0], ground=replace(whole[0].ground, code="another"))
    with pytest.raises(RunError, match="another version"):
        list(work_through(other, with_worlds(whole, tmp_path / "parts")))


def _no_client(address: str, timeout: int) -> None:
    raise OSError("Timed out")


def test_a_part_that_is_not_whole_is_made_again(whole: Whole, tmp_path: Path) -> None:
    place = with_worlds(whole, tmp_path / "parts")
    for path in whole[1].glob("futures-*"):
        shutil.copy(path, place / path.name)
    broken = place / "futures-0-64-64.npz"
    broken.write_bytes(broken.read_bytes()[:-200])
    made: list[int] = []

    def counting(work: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[tuple[int, Any]]:
        made.append(len(tasks))
        yield from one_by_one(work, tasks)

    (done,) = work_through(whole[0], place, counting)
    assert made == [1] and same(done.figures, whole[2].figures)


def test_two_programs_never_work_at_the_same_ensemble(whole: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scenarios.durable.PATIENCE", 1)
    begun = work_through(whole[0], whole[1])
    next(begun)
    with pytest.raises(RunError, match="another program"):
        next(work_through(whole[0], whole[1]))
    begun.close()


def test_a_file_that_changes_meanwhile_stops_the_work(tmp_path: Path) -> None:
    asked = asked_of(small_council(tmp_path / "council"), 2)
    births = tmp_path / "council" / "births.csv"
    births.write_text(births.read_text(encoding="utf-8").replace(",100\n", ",101\n"), encoding="utf-8")
    with pytest.raises(RunError, match="changed while"):
        list(work_through(asked, tmp_path / "parts"))


def killed_at_random_moments(whole: Whole, parts: Path, times: int, seed: int, steps: int) -> int:
    """Kill an ensemble so many times, each start going on where the last was killed; says how often one had got further.

    It is killed within so many steps at random, and at a random moment of the step.
    """
    (parts.parent / "asked.pickle").write_bytes(pickle.dumps(whole[0]))
    chance, grew = random.Random(seed), 0
    waiting = _start(parts)
    for number in range(times):
        process, waiting = waiting, _start(parts) if number + 1 < times else None      # the next one gets ready meanwhile
        before = _names(parts)
        said = _go(process).stdout
        assert said is not None
        for _ in range(chance.randint(1, steps)):
            said.readline()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=chance.uniform(0.0, 0.05))
        process.kill()
        process.communicate()
        for name in (found := _names(parts)):      # whatever is there under its name is whole
            (world if name.startswith("world") else figures).from_bytes((parts / name).read_bytes())
        grew += found > before
        done = sorted(name for name in found if name.startswith("futures"))
        for name in chance.sample(done, len(done) // 2):
            (parts / name).unlink()     # so that there is something left to be killed at
    (done_now,) = work_through(whole[0], parts)
    assert same(done_now.figures, whole[2].figures), "the next start finishes it, and it is the same"
    assert {n: same(done_now.checked[n], one) for n, one in whole[2].checked.items()} == dict.fromkeys(whole[2].checked, True)
    assert _names(parts) == _names(whole[1])
    return grew


def _names(parts: Path) -> set[str]:
    return {path.name for path in parts.glob("*.npz")}


def _start(parts: Path) -> subprocess.Popen[str]:
    """A process that gets ready to work an ensemble through."""
    around = {k: v for k, v in os.environ.items() if k != "SUFFICIENCY_DATA"} | {"PYTHONPATH": str(ROOT)}
    return subprocess.Popen([sys.executable, str(CHILD), str(parts.parent / "asked.pickle"), str(parts)], stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=around)


def _go(process: subprocess.Popen[str]) -> subprocess.Popen[str]:
    """Let it begin once it is ready."""
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process


def test_killed_in_the_middle_of_its_futures_it_goes_on_and_comes_out_the_same(whole: Whole, tmp_path: Path) -> None:
    assert killed_at_random_moments(whole, with_worlds(whole, tmp_path / "parts"), 4, 1, 6) >= 1


@pytest.mark.long
def test_killed_in_the_middle_of_its_worlds_too(whole: Whole, tmp_path: Path) -> None:
    killed_at_random_moments(whole, tmp_path / "parts", 2, 2, 12)


@pytest.mark.long
def test_killed_fifty_times(whole: Whole, tmp_path: Path) -> None:
    assert killed_at_random_moments(whole, with_worlds(whole, tmp_path / "parts"), 25, 3, 6) >= 10
    (tmp_path / "other").mkdir()
    assert killed_at_random_moments(whole, tmp_path / "other" / "parts", 25, 4, 20) >= 5


def test_a_sweep_is_every_combination_with_the_same_luck(tmp_path: Path) -> None:
    council = small_council(tmp_path / "council")
    text = ('name = "Sweep"\nwhy = "Each year of delay."\n[futures]\ncount = 3\n[sweep]\nsites.all.delay_years = [0, 2]\n'
            "births.level = [1.0, 1.2]\n")
    (council / "ensemble.toml").write_text(text, encoding="utf-8")
    asked = replace(asked_of(council), ensemble=read_ensemble(council / "ensemble.toml", council))
    done = list(work_through(asked, tmp_path / "parts"))
    assert [one.point.words for one in done] == [
        f"sites.all.delay_years {years}; births.level {level}" for years in (0, 2) for level in ("1", "1.2")]
    soon, last = ([one.figures.pupils[0, year, :2].sum() for one in done] for year in (2, 6))
    assert last[1] > last[0] and soon[2] < soon[0], "more births, more pupils in the end; late homes, fewer for a while"
    luck = [one.figures.pupils[1, 0] / one.figures.pupils[0, 0] for one in done]
    assert luck[0] == pytest.approx(luck[1], rel=1e-2)
    told = tables_of(asked.ensemble, done)
    assert told["sweep_points"]["set_at"].tolist() == ["0", "1", "0", "1.2", "2", "1", "2", "1.2"]
    assert set(told["phase_futures"]["point"]) == {0, 1, 2, 3} and "lever_values" not in told
