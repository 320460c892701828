"""A plan that a run has kept is held to its rules again, and its worth worked out anew; what was stopped by time is judged so."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from paper_council import paper_case
from tiny_councils import solved_here

from scenarios.manifest import versions
from scenarios.replay import compare
from scenarios.runs import Run, load, save
from sufficiency.assumptions import Assumptions
from sufficiency.capital.decide import decide
from sufficiency.capital.from_run import CaseOfRun
from sufficiency.capital.plan_tables import plan_tables
from sufficiency.capital.solver import Ask
from sufficiency.capital.stored_plan import not_so
from sufficiency.capital.story import PLACED, choices_of, kept, proofs_of
from workbench import answers
from workbench.replaying import told

SETTINGS = Assumptions()
Kept = tuple[dict[str, pd.DataFrame], list[dict[str, object]]]


def of_run() -> CaseOfRun:
    """The council on paper as a run would know it."""
    case = paper_case()
    areas = case.cells["group_id"].map({"e27": "east", "w27": "west"})
    of_areas = {"planning_area_code": areas, "phase": "primary", "intake_ay": 2027, "age_band": ""}
    short = case.cells.assign(lacking=case.cells["children"], **of_areas)
    names = case.schemes["scheme_id"]
    texts = pd.DataFrame({"scheme_id": names, "name": "The " + names, "running_thousand_pounds": float("nan"), "route": "",
                          "cost_rests_on": "estimate", "easting": 450_000.0, "northing": 350_000.0})
    return CaseOfRun(case, short, texts, ())


@pytest.fixture(scope="module")
def made() -> Kept:
    """The tables of a plan as a run keeps them, and its proofs."""
    choices = choices_of(SETTINGS)
    plan = decide(of_run().case, choices, Ask(seconds=10), solve=solved_here)
    tables = {**plan_tables(of_run(), choices, plan), PLACED: plan.placed, **kept(of_run())}
    return tables, [dict(proof) for proof in proofs_of(plan)]


def test_a_plan_that_was_kept_holds_and_is_worth_what_was_told(made: Kept) -> None:
    tables, proofs = made
    assert tables["plan"]["chosen"].any() and len(tables[PLACED]) and not_so(tables, proofs, SETTINGS) == []


@pytest.mark.parametrize(("name", "column", "change", "said"), [
    (PLACED, "children", 2.0, "takes more children than places"),
    ("plan_funding", "thousand_pounds", 0.5, "is not paid what it costs"),
    ("plan", "opens_ay", -5, "opens before its lead time is over"),
])
def test_a_plan_that_was_changed_breaks_a_rule_by_name(
    made: Kept, name: str, column: str, change: float, said: str,
) -> None:
    tables, proofs = made
    table = tables[name].copy()
    table[column] = table[column] + change if column == "opens_ay" else table[column] * change
    assert any(said in fault for fault in not_so(tables | {name: table}, proofs, SETTINGS))


def test_an_aim_that_is_not_worth_what_was_told_is_named(made: Kept) -> None:
    tables, proofs = made
    wrong = [proof | ({"value": float(str(proof["value"])) + 7} if proof["name"] == "cost" else {}) for proof in proofs]
    (fault,) = not_so(tables, wrong, SETTINGS)
    assert fault.startswith("cost is ") and "was told as" in fault


def run_of(folder: Path, tables: dict[str, pd.DataFrame], proofs: list[dict[str, object]], page: str) -> Run:
    manifest = {"run_id": "aaaabbbbcccc", "authority": {"name": "Testshire", "base_year": 2026}, "plan": {"proofs": proofs},
                "assumptions": {}, "scenario": {"name": "base", "changes": []}, "versions": versions(), "code_sha256": "c" * 64}
    return load(save(folder, manifest, tables, {"map.html": lambda path: path.write_text(page, encoding="utf-8")}))


@pytest.mark.parametrize(("status", "broken", "code"), [
    ("best_found", False, answers.FINE), ("best_found", True, answers.OTHERWISE), ("proven", False, answers.OTHERWISE),
])
def test_only_a_plan_that_was_stopped_by_time_need_not_be_found_again_but_it_must_hold(
    made: Kept, tmp_path: Path, status: str, broken: bool, code: int,
) -> None:
    tables, proofs = made
    then = [proof | {"status": status} for proof in proofs]
    placed = tables[PLACED].assign(children=tables[PLACED]["children"] * (2.0 if broken else 1.0))
    stored = run_of(tmp_path / "stored", tables | {PLACED: placed}, then, "then")
    other = tables["plan_areas"].assign(unmet=1.0)
    again = run_of(tmp_path / "again", tables | {"plan_areas": other}, then, "now")
    answer = told(stored, again, compare(stored, again, by_value=False), [], None)
    assert answer.code == code
    said = "\n".join(answer.lines)
    assert ("keeps every rule and is worth what was told" in said) == (code == answers.FINE)
    assert ("does not hold:" in said and "takes more children than places" in said) == broken
    assert ("plan_areas.parquet, unmet" in said) == (status == "proven")
