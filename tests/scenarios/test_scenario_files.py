"""Scenario files: what extends what, what differs, who touches what, and how every slip of the pen is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from planning_areas.tables import EvidenceError, Problem
from scenarios.identity import Identity
from scenarios.layers import lines_of
from scenarios.levers import Interval
from scenarios.scenario import library, listed, resolve

HEAD = 'name = "{0}"\nwhy = "To see"\n'


def write(folder: Path, **texts: str) -> Path:
    """A workspace whose folder of scenarios holds these files, each with a head before its text."""
    (folder / "scenarios").mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / "scenarios" / f"{name}.toml").write_text(HEAD.format(name) + text, encoding="utf-8")
    return folder


def problems(folder: Path, *names: str) -> tuple[Problem, ...]:
    with pytest.raises(EvidenceError) as told:
        resolve(names, folder)
    return told.value.problems


def test_a_child_lies_over_what_it_extends(tmp_path: Path) -> None:
    write(tmp_path, parent="[world]\nbirths.level = 0.9\nehcp.growth = 0.05\n",
          child='extends = "parent"\n[world]\nbirths.level = 0.8\n')
    found = resolve(["child"], tmp_path)
    assert found.changes == ("births.level: 1 -> 0.8", "ehcp.growth: 0 -> 0.05")
    assert found.chain == ("base.toml", "parent.toml", "child.toml")


def test_two_siblings_that_touch_one_key_are_an_error(tmp_path: Path) -> None:
    write(tmp_path, a="[world]\nbirths.level = 0.9\n", b="[world]\nbirths.level = 0.9\n", both='extends = ["a", "b"]\n')
    for asked in (("a", "b"), ("both",)):
        (problem,) = problems(tmp_path, *asked)
        assert (problem.file, problem.row, problem.column, problem.found) == ("b.toml", 4, "births.level", "0.9")
        assert "a touches this key too (0.9, a.toml row 4)" in problem.expected


def test_a_child_may_say_which_of_two_parents_is_meant(tmp_path: Path) -> None:
    write(tmp_path, a="[world]\nbirths.level = 0.9\n", b="[world]\nbirths.level = 0.7\n",
          both='extends = ["a", "b"]\n[world]\nbirths.level = 0.8\n')
    assert resolve(["both"], tmp_path).keys == {"births.level": 0.8}


def test_siblings_may_share_a_parent_and_a_child_may_stand_beside_its_parent(tmp_path: Path) -> None:
    write(tmp_path, a="[world]\nbirths.level = 0.9\n", b='extends = "a"\n[world]\nehcp.growth = 0.1\n',
          c='extends = "a"\n[world]\nhomes.level = 0.5\n', d='extends = "a"\n[world]\nbirths.level = 0.8\n')
    assert resolve(["b", "c"], tmp_path).keys == {"births.level": 0.9, "ehcp.growth": 0.1, "homes.level": 0.5}
    assert resolve(["a", "d"], tmp_path).keys == resolve(["d", "a"], tmp_path).keys == {"births.level": 0.8}


def test_the_order_of_keys_and_of_siblings_does_not_matter(tmp_path: Path) -> None:
    write(tmp_path, a="[world]\nbirths.level = 0.9\nehcp.growth = 0.1\n", b="[world]\nehcp.growth = 0.1\nbirths.level = 0.9\n",
          c="[world]\nhomes.level = 0.5\n")
    assert resolve(["a"], tmp_path).keys == resolve(["b"], tmp_path).keys
    assert resolve(["a", "c"], tmp_path).keys == resolve(["c", "a"], tmp_path).keys


def test_a_circle_is_told(tmp_path: Path) -> None:
    write(tmp_path, a='extends = "b"\n', b='extends = "a"\n')
    (problem,) = problems(tmp_path, "a")
    assert "a -> b -> a" in problem.expected


@pytest.mark.parametrize(("extends", "expected", "advice"), [
    ("parnet", "there is no scenario of this name, neither in scenarios/ of the workspace nor in the library",
     "did you mean parent? - or put parnet.toml there"),
    ("../scenarios/parent.toml", "the name of a scenario expected, not the path to its file", 'write extends = "parent"'),
    ("C:\\\\plans\\\\late.toml", "the name of a scenario expected, not the path to its file",
     'write extends = "late", and put late.toml into scenarios/ of the workspace'),
])
def test_what_is_extended_and_not_there_is_told_with_file_row_key_and_what_to_do(
    extends: str, expected: str, advice: str, tmp_path: Path,
) -> None:
    place = write(tmp_path, parent="[world]\nbirths.level = 0.9\n", child=f'extends = "{extends}"\n')
    (told,) = problems(place, "child")
    assert (told.file, told.row, told.column) == ("child.toml", 3, "extends")
    assert told.found == extends.replace("\\\\", "\\") and (told.expected, told.advice) == (expected, advice)


def test_a_clash_anywhere_below_names_every_file(tmp_path: Path) -> None:
    write(tmp_path, a="[world]\nbirths.level = 30\n", b="[choices]\nbirths.level = 1\n[world]\nbirth.level = 1\n")
    found = {(p.file, p.row, p.column) for p in problems(tmp_path, "a", "b")}
    assert found == {("a.toml", 4, "births.level"), ("b.toml", 4, "choices.births.level"), ("b.toml", 6, "world.birth.level")}


@pytest.mark.parametrize(("text", "row", "column", "says"), [
    ("[world]\nbirths.levle = 0.9\n", 4, "world.births.levle", "did you mean births.level?"),
    ("[wrold]\nbirths.level = 0.9\n", 3, "wrold", "did you mean world?"),
    ("[choices]\nbirths.level = 0.9\n", 4, "choices.births.level", "this key belongs to [world]"),
    ("[world]\nbirths.level = 9\n", 4, "births.level", "from 0.3 to 3 expected"),
    ('[world]\nbirths.level = "low"\n', 4, "births.level", "a number expected"),
    ("[world]\nbirths.level = { value = 0.9, area = [\"E07000170\"] }\n", 4, "births.level.area", "did you mean areas?"),
    ("[world]\nbirths.level = { low = 0.9, central = 1.0, high = 1.1 }\n", 4, "births.level.probability", "this word is needed"),
    ("[world]\nbirths.level = { low = 1.2, central = 1.0, high = 1.1, probability = 0.9 }\n", 4, "births.level",
     "low, central and high rising expected"),
    ("[run]\ndraw = 5\n", 4, "run.draw", "did you mean draws?"),
    ("[choices]\nsettings.operating_margn = 0.1\n", 4, "choices.settings.operating_margn", "did you mean operating_margin?"),
    ('[world]\nchildcare.takeup = { value = 1.2, kinds = ["workers"] }\n', 4, "childcare.takeup.kinds.0", "one of universal"),
    ('[world]\nmigration.share = { value = 0.1, from = "soon" }\n', 4, "migration.share.from", "not an academic year"),
    ("[world]\n\n[world.births]\nlevel = 7\n", 6, "births.level", "from 0.3 to 3 expected"),
])
def test_a_slip_of_the_pen_is_told_with_its_row(text: str, row: int, column: str, says: str, tmp_path: Path) -> None:
    (problem,) = problems(write(tmp_path, slip=text), "slip")
    assert (problem.file, problem.row, problem.column) == ("slip.toml", row, column)
    assert says in f"{problem.expected} {problem.advice}"


def test_a_scenario_that_is_not_there_is_told_with_the_nearest(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, "birth-low")
    assert problem.found == "birth-low" and problem.advice == "did you mean births-low?"


def test_name_and_reason_are_needed(tmp_path: Path) -> None:
    path = tmp_path / "bare.toml"
    path.write_text("[world]\nbirths.level = 0.9\n", encoding="utf-8")
    with pytest.raises(EvidenceError) as told:
        resolve([str(path)])
    assert {p.column for p in told.value.problems} == {"name", "why"}


def test_an_interval_is_kept_and_its_centre_counts(tmp_path: Path) -> None:
    write(tmp_path, open="[world]\nbirths.level = { low = 0.92, central = 1.0, high = 1.07, probability = 0.9 }\n")
    found = resolve(["open"], tmp_path)
    (interval,) = found.intervals["births.level"]
    assert found.changes == ("births.level: 1 -> 1 (0.92 to 1.07 with probability 0.9)",)
    assert interval.at(0.0) == 1.0
    assert interval.at(1.6448536269514722) == pytest.approx(1.07) and interval.at(-1.6448536269514722) == pytest.approx(0.92)


def test_with_the_stated_probability_a_value_lies_within() -> None:
    interval = Interval(low=0.5, central=1.0, high=3.0, probability=0.8)
    drawn = [interval.at(z / 1000) for z in range(-4000, 4001)]
    assert drawn == sorted(drawn)
    assert interval.at(1.2815515655446004) == pytest.approx(3.0)


def test_every_scenario_of_the_library_resolves_and_says_why() -> None:
    found = listed(None)
    assert len(found) >= 15 and all(one.why.endswith(("?", ".")) and not one.own for one in found)
    for one in found:
        scenario = resolve([one.key])
        assert scenario.is_base == (one.key == "base") and bool(scenario.changes) != scenario.is_base
    assert {path.stem for path in library().glob("*.toml")} == {one.key for one in found}


def test_a_workspaces_own_scenario_goes_before_the_librarys(tmp_path: Path) -> None:
    write(tmp_path, **{"births-low": "[world]\nbirths.level = 0.5\n"})
    assert resolve(["births-low"], tmp_path).keys == {"births.level": 0.5}
    assert next(one for one in listed(tmp_path) if one.key == "births-low").own


def test_the_base_has_the_name_of_a_run_without_scenarios() -> None:
    plain = Identity((), {"a": 1}, 1, "code")
    assert Identity((), {"a": 1}, 1, "code", resolve(["base"]).facts).run_id == plain.run_id
    low = Identity((), {"a": 1}, 1, "code", resolve(["births-low"]).facts).run_id
    assert low != plain.run_id and low != Identity((), {"a": 1}, 1, "code", resolve(["births-high"]).facts).run_id


def test_lines_are_found_in_sections_and_dotted_and_quoted_keys() -> None:
    text = '[world]\nbirths.level = 1\nsites."A/1".delay_years = 2\n\n[world.homes]\nlevel = 2\n'
    found = lines_of(text)
    assert found["world", "births", "level"] == 2 and found["world", "sites", "A/1", "delay_years"] == 3
    assert found["world", "homes", "level"] == 6
