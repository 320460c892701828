"""The file of an ensemble, and the luck of its levers: what it may say, what is refused, and how values are drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from planning_areas.tables import EvidenceError
from scenarios.ensemble import blocks_of, checked_of
from scenarios.ensemble_file import find_ensemble, read_ensemble
from scenarios.lever_chance import NORMAL, TRIANGULAR, UNIFORM, Uncertain, uncertain, values, with_values
from scenarios.scenario import Scenario, library, resolve

HEAD = 'name = "E"\nwhy = "Asked."\n'
WORLD = "[world]\nbirths.level = { low = 0.9, central = 1.0, high = 1.05, probability = 0.8 }\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "e.toml"
    path.write_text(HEAD + text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> str:
    with pytest.raises(EvidenceError) as told:
        read_ensemble(written(folder, text))
    return str(told.value)


def test_an_ensemble_is_a_scenario_with_two_sections_more(tmp_path: Path) -> None:
    found = read_ensemble(written(tmp_path, 'extends = "homes-late"\n' + WORLD + "[futures]\ncount = 50\n"
                                  "[sweep]\nyields.level = [0.9, 1.1]\nsettings.operating_margin = [0, 0.05]\n"))
    assert found.futures.count == 50 and found.futures.checked == 4
    assert [dict(point.keys) for point in found.points] == [
        {"yields.level": level, "settings.operating_margin": margin} for level in (0.9, 1.1) for margin in (0, 0.05)]
    keys = found.keys_at(found.points[3], {("births.level", 0): 0.93})
    assert keys == {"births.level": 0.93, "sites.all.delay_years": 2.0, "yields.level": 1.1, "settings.operating_margin": 0.05}
    assert found.keys_at(found.points[0])["births.level"] == 1.0
    assert read_ensemble(tmp_path / "e.toml", count=7).futures.count == 7


def test_without_sections_it_is_one_point_of_a_thousand_futures(tmp_path: Path) -> None:
    found = read_ensemble(written(tmp_path, WORLD))
    assert found.futures.count == 1000 and [point.words for point in found.points] == [""]


@pytest.mark.parametrize("path", sorted((library() / "ensembles").glob("*.toml")), ids=lambda path: path.stem)
def test_the_library_is_in_order(path: Path) -> None:
    found = read_ensemble(path)
    assert found.scenario.why.endswith("?") and (found.levers or found.sweep)
    assert find_ensemble(path.stem, None) == path


def test_all_that_is_wrong_is_told_at_once_with_its_row(tmp_path: Path) -> None:
    said = problems(tmp_path, WORLD + '[futures]\ncout = 5\nshapes = { "births.level" = "normla", "births.lvl" = "normal" }\n'
                    "[sweep]\nbirths.level = [1, 2]\nyields.level = [9]\nsites.all.delay = [1]\nhomes.level = 2\n")
    for one in ("row 6, futures.cout: this key is not known; did you mean count",
                "futures.shapes.births.level = normla: one of normal, triangular, uniform expected; did you mean normal",
                "futures.shapes = births.lvl: a lever with an interval expected; did you mean births.level",
                "row 9, sweep.births.level: this lever is set already", "row 10, sweep.yields.level = 9: from 0 to 5 expected",
                "row 11, sweep.sites.all.delay: this key is not known; did you mean",
                "row 12, sweep.homes.level = 2: a list of values"):
        assert one in said, said


def test_an_interval_in_a_sweep_and_a_scenario_that_is_wrong_are_refused(tmp_path: Path) -> None:
    said = problems(tmp_path, "[world]\nbirths.lvl = 1\n[sweep]\nyields.level = "
                    "[{ low = 0.9, central = 1.0, high = 1.1, probability = 0.9 }]\n")
    assert "a value without an interval expected" in said and "did you mean births.level" in said
    with pytest.raises(EvidenceError, match="this cannot be read"):
        read_ensemble(written(tmp_path, "[world\n"))
    assert "at most 1,000" in problems(tmp_path, "[sweep]\nyields.level = [" + ", ".join(["1"] * 40) + "]\nhomes.level = ["
                                       + ", ".join(["1"] * 40) + "]\n")
    with pytest.raises(EvidenceError, match="there is no such ensemble; did you mean open-future"):
        find_ensemble("open-futur", None)


def test_a_scenario_never_holds_the_sections_of_an_ensemble(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="futures: this key is not known"):
        resolve([str(written(tmp_path, WORLD + "[futures]\ncount = 5\n"))])


LEVER = Uncertain("births.level", 0, 0.9, 1.0, 1.05, 0.8)


@pytest.mark.parametrize("shape", [NORMAL, TRIANGULAR, UNIFORM])
def test_the_stated_share_lies_between_low_and_high_and_half_on_either_side(shape: str) -> None:
    drawn = Uncertain("births.level", 0, 0.9, 1.0, 1.05, 0.8, shape).drawn(1, 0, 20_000)
    assert drawn[0] == 1.0
    assert ((drawn >= 0.9) & (drawn <= 1.05)).mean() == pytest.approx(0.8, abs=0.01)
    assert (drawn < 1.0).mean() == pytest.approx(0.5, abs=0.01) and (drawn > 1.05).mean() == pytest.approx(0.1, abs=0.01)
    if shape == UNIFORM:
        assert drawn.min() == pytest.approx(1 - 0.1 / 0.8, abs=1e-3) and drawn.max() == pytest.approx(1 + 0.05 / 0.8, abs=1e-3)
    if shape == TRIANGULAR:
        assert drawn.min() > 1 - 0.1 / (1 - np.sqrt(0.2))


def test_a_lever_stays_within_its_own_limits() -> None:
    built = {"low": 0.5, "central": 0.9, "high": 1.0, "probability": 0.5}
    (one,) = uncertain(Scenario("s", "w", {"sites.A.probability": built}), {})
    assert (one.least, one.most) == (0.0, 1.0) and one.drawn(1, 0, 1000).max() == 1.0
    assert one.knots()[-1] == 1.0 and 0.9 in one.knots() and list(one.knots()) == sorted(set(one.knots()))


def test_luck_goes_by_name_and_is_the_same_in_any_block() -> None:
    other = Uncertain("yields.level", 0, 0.9, 1.0, 1.05, 0.8)
    whole = values([LEVER, other], 3, 0, 200)
    parts = np.concatenate([values([LEVER, other], 3, first, count) for first, count in ((0, 1), (1, 70), (71, 129))])
    assert np.array_equal(whole, parts)
    assert np.array_equal(values([other, LEVER], 3, 0, 200)[:, ::-1], whole), "the order of levers does not matter"
    assert abs(np.corrcoef(whole.T)[0, 1]) < 0.2


def test_intervals_in_lists_are_levers_of_their_own() -> None:
    one = {"value": {"low": 0.0, "central": 0.01, "high": 0.02, "probability": 0.9}, "from": 2027}
    keys = {"migration.share": [one, {**one, "from": 2029}]}
    assert [lever.name for lever in uncertain(Scenario("s", "w", keys), {})] == ["migration.share", "migration.share (2)"]
    assert with_values(keys, {("migration.share", 1): 0.015}) == {
        "migration.share": [{"value": 0.01, "from": 2027}, {"value": 0.015, "from": 2029}]}


def test_blocks_cover_all_futures_and_those_that_are_checked_lie_among_them(tmp_path: Path) -> None:
    for count in (1, 63, 1000, 5000, 100_000):
        cut = list(blocks_of(count))
        assert [first for first, _ in cut] == [0, *np.cumsum([n for _, n in cut])[:-1].tolist()]
        assert sum(n for _, n in cut) == count and max(n for _, n in cut) <= 512
    assert checked_of(read_ensemble(written(tmp_path, WORLD))) == (1, 250, 500, 750)
    assert checked_of(read_ensemble(written(tmp_path, "[futures]\ncount = 9\n"))) == (), "nothing lies between"
