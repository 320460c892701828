"""`plan`: the capital decision of a finished run made once more with other choices, in a folder of its own.

What a run kept of its case is all that is needed: no file of the workspace is read again. A plan's folder is named by what went
in - the case and the choices - so that the same question costs nothing the second time, and it is written when it is whole: a
solver that is missing or is killed leaves the plans that are there as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from scenarios import manifest, runs
from scenarios.identity import canonical
from sufficiency.assumptions import Assumptions
from sufficiency.capital.capital_tables import CAPITAL_TABLES
from sufficiency.capital.layouts import POT
from sufficiency.capital.story import KEPT, TABLE, Capital, choices_of, kept_case, planned
from sufficiency.capital.tables import check_case, frames
from workbench.answers import Answer, UserError
from workbench.charts import write_chart
from workbench.disclosure import protect
from workbench.plan_charts import plan_charts
from workbench.plan_view import SHEETS, WHY, figures_of, of_plan, plan_lines, plan_sheets
from workbench.sheets import for_workbook
from workbench.showing import PLAN, RUNS, WORKBOOK, show_run, usual_places
from workbench.workbook import Facts, write_workbook

if TYPE_CHECKING:
    from sufficiency.capital.choices import Choices
    from sufficiency.capital.from_run import CaseOfRun
    from workbench.progress import Steps

PLANS = "plans"
POT_WRITTEN = "POT:YEAR=THOUSANDS, such as basic-need:2027=6600"


@dataclass(frozen=True)
class Otherwise:
    """What is asked to be otherwise than in the run."""

    pots: tuple[str, ...] = ()  # as POT_WRITTEN
    force: tuple[str, ...] = ()
    bar: tuple[str, ...] = ()
    unsigned: bool = False  # whether sums of unsigned deeds count
    seconds: float | None = None
    why: bool = True
    why_seconds: float | None = None


def plan_again(reference: str, places: Path | None, out: Path | None, otherwise: Otherwise, steps: Steps) -> Answer:
    """Decide a run's case again, keep the plan in a folder of its own, and tell it beside that of the run."""
    run = runs.load(runs.find(reference, [places] if places is not None else usual_places(Path())))
    if f"{KEPT}schemes" not in run.tables:
        raise UserError(
            f"run {run.run_id} has no capital decision to make again: its workspace lists no schemes",
            f"fill in {', '.join(list(CAPITAL_TABLES)[:2])} and pots, and run the workspace again",
        )
    of_run = with_pots(kept_case({name: run.table(name) for name in run.tables if name.startswith(KEPT)}), otherwise.pots)
    assumptions = settings_of_run(run.manifest["assumptions"], otherwise)
    choices = chosen(of_run, assumptions, otherwise)
    told = asdict(otherwise)
    outputs = run.manifest["outputs"]
    question = {
        "case": {name: one["sha256"] for name, one in outputs.items() if name.startswith(KEPT)},
        "otherwise": told,
        "code": run.manifest["code_sha256"],
    }
    plan_id = hashlib.sha256(canonical(question)).hexdigest()[: len(run.run_id)]
    place = out if out is not None else run.folder.parent.parent / PLANS
    if not runs.is_finished(place / plan_id):
        steps.expect(2)
        steps("Choosing what to build")
        made = planned(of_run, choices, assumptions)
        if not made.proofs:
            raise UserError(
                "\n  ".join(note.text for note in made.notes if note.table == TABLE),
                "plans that were made before are as they were",
            )
        steps("Writing the plan")
        _write(place, plan_id, run, told, made, assumptions)
    return answer(runs.load(place / plan_id), run)


def settings_of_run(given: Mapping[str, Any], otherwise: Otherwise) -> Assumptions:
    """The settings of a run that bear on its plan, with the seconds that are asked for."""
    mine = {f.name: given[f.name] for f in fields(Assumptions) if f.name in given and f.name.startswith(("plan_", "seed"))}
    plain: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in mine.items()}
    found = Assumptions(**plain)
    if otherwise.seconds is not None:
        found = replace(found, plan_seconds=otherwise.seconds)
    if otherwise.why_seconds is not None:
        found = replace(found, plan_why_seconds=otherwise.why_seconds)
    return found if otherwise.why else replace(found, plan_why_seconds=0.0)


def chosen(of_run: CaseOfRun, assumptions: Assumptions, otherwise: Otherwise) -> Choices:
    """The choices of a run with those that are otherwise; refuses schemes that the run does not list."""
    names = of_run.names
    known = {code: names.get(code, "") for code in sorted(of_run.case.schemes["scheme_id"])}
    for code in (*otherwise.force, *otherwise.bar):
        if code not in known:
            raise UserError(f"there is no scheme {code} in this run", _listed("its schemes", known))
    if both := set(otherwise.force) & set(otherwise.bar):
        said = " and ".join(f"{code} ({known[code]})" if known[code] else code for code in sorted(both))
        raise UserError(f"{said} cannot be both forced and barred", "say one of the two")
    forced = dict.fromkeys(otherwise.force, True) | dict.fromkeys(otherwise.bar, False)
    return replace(choices_of(assumptions), forced=forced, count_unsigned=otherwise.unsigned)


def with_pots(of_run: CaseOfRun, changes: Sequence[str]) -> CaseOfRun:
    """The case with other receipts of its pots, each written as POT_WRITTEN; a year without one gets its own."""
    receipts = of_run.case.receipts
    for change in changes:
        pot, fy, thousands = _read(change)
        mine = receipts["pot_id"].eq(pot)
        if not mine.any():
            named = {code: of_run.names.get(POT + code, "") for code in of_run.case.pots}
            raise UserError(f"there is no pot {pot} in this run", _listed("its pots", named))
        here = receipts[mine & receipts["fy"].eq(fy)]
        like = here if len(here) else receipts[mine].sort_values("fy").tail(1)
        row = like.head(1).assign(fy=fy, thousand_pounds=thousands, spend_by=max(fy, int(like["spend_by"].max())))
        receipts = pd.concat([receipts.drop(index=here.index), row], ignore_index=True)
    if not changes:
        return of_run
    return replace(of_run, case=check_case(of_run.case.years, {**frames(of_run.case), "receipts": receipts}))


def _listed(what: str, known: Mapping[str, str]) -> str:
    """Codes that could have been given, each with its name."""
    return f"{what}: " + ", ".join(f"{code} ({name})" if name else code for code, name in known.items())


def _read(change: str) -> tuple[str, int, float]:
    try:
        where, thousands = change.split("=")
        pot, year = where.rsplit(":", 1)
        money = float(thousands)
        if not 0 <= money < float("inf"):
            raise ValueError
        return pot, int(year.split("/")[0]), money
    except ValueError:
        raise UserError(f"--pot {change} cannot be read", f"write it as {POT_WRITTEN}") from None


def _write(place: Path, plan_id: str, run: runs.Run, told: Mapping[str, Any], made: Capital, assumptions: Assumptions) -> None:
    """Write a plan's folder: its tables, why, charts and workbook, and last its manifest."""
    tables = {name: table for name, table in made.tables.items() if not name.startswith(KEPT)}
    name, base = run.manifest["authority"]["name"], int(run.manifest["authority"]["base_year"])
    sheets = {**plan_sheets(tables), "plan_areas": tables["plan_areas"], "plan_unmet": tables["plan_unmet"]}
    release = protect(sheets)
    shown = {sheet: release.shown(sheet) for sheet in SHEETS}
    release = replace(release, tables=for_workbook(shown, run.table("names")), masks={})
    charts = plan_charts(tables, made.why, name)
    facts = Facts(
        name,
        plan_id,
        base,
        notes=made.notes,
        pictures=tuple(charts.values()),
        title="what to build",
        settings=[("Made of run", run.run_id), *((key, str(value)) for key, value in told.items())],
    )
    about = {
        "format": manifest.FORMAT,
        "kind": PLAN,
        "run_id": plan_id,
        "of_run": run.run_id,
        "otherwise": told,
        "authority": run.manifest["authority"],
        "notes": [asdict(note) for note in made.notes],
        "versions": manifest.versions(),
        **of_plan(made.proofs, assumptions.seed, assumptions.plan_seconds),
    }
    runs.save(
        place,
        about,
        tables,
        {
            WORKBOOK: lambda path: write_workbook(release, path, facts),
            WHY: lambda path: _put(path, manifest.as_json(made.why)),
            **{f"{chart}.{kind}": partial(write_chart, drawn) for chart, drawn in charts.items() for kind in ("svg", "png")},
        },
    )


def show_plan_or_run(reference: str, places: Path | None, area: str | None) -> Answer:
    """Tell the headline of a stored plan or of a run, whichever is named."""
    folder = runs.find(reference, [places] if places is not None else usual_places(Path()))
    if not runs.is_finished(folder) or (found := runs.load(folder)).manifest.get("kind") != PLAN:
        return show_run(reference, places, area)
    if area is not None:
        raise UserError(f"{folder} is a plan, not a forecast of years ahead", "leave --area out, or name its run")
    return shown(found)


def shown(plan: runs.Run) -> Answer:
    """A stored plan once more: its headline, and what it does otherwise than its run's where that lies beside it."""
    beside = plan.folder.resolve().parent.parent / RUNS / str(plan.manifest["of_run"])
    told = answer(plan, runs.load(beside) if runs.is_finished(beside) else None)
    head = f"{plan.manifest['authority']['name']}: a plan made again from run {plan.manifest['of_run']} with other choices"
    return replace(told, lines=[head, "", *told.lines])


def _put(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def answer(plan: runs.Run, run: runs.Run | None) -> Answer:
    """A plan for people and machines, with what it does otherwise than the plan of its run where that is at hand."""
    names = {} if run is None or "names" not in run.tables else dict(
        run.table("names")[["planning_area_code", "planning_area_name"]].itertuples(index=False, name=None))
    told = figures_of(plan, names)
    lines = [*plan_lines(told)]
    if run is not None and "plan" in run.tables:
        before, after = ({r.scheme_id: r.opens_ay for r in one.table("plan").itertuples() if r.chosen} for one in (run, plan))
        parts = [
            (word, sorted(codes))
            for word, codes in (
                ("builds besides", after.keys() - before.keys()),
                ("leaves out", before.keys() - after.keys()),
                ("opens at another time", {k for k in after.keys() & before.keys() if after[k] != before[k]}),
            )
        ]
        called = dict(plan.table("plan")[["scheme_id", "scheme_name"]].itertuples(index=False, name=None))
        said = "; ".join(f"{word} {', '.join(called.get(k, k) for k in codes)}" for word, codes in parts if codes)
        lines.append(f"Against the plan of run {run.run_id} it {said or 'builds the same'}")
    lines += ["", f"Plan     {plan.run_id}", f"Folder   {plan.folder}", f"Workbook {plan.folder / WORKBOOK}"]
    return Answer(
        lines,
        {
            **told,
            "plan_id": plan.run_id,
            "of_run": plan.manifest["of_run"],
            "folder": str(plan.folder),
            "workbook": str(plan.folder / WORKBOOK),
            "notes": len(plan.manifest["notes"]),
        },
    )
