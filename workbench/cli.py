"""The command line: what a planner types, and nothing else. Each command imports what it needs when it is called.

Every command takes --json (one JSON object on stdout; progress and messages stay on stderr) and ends with 0 (fine), 2 (the input
has problems), 3 (a replay does not come out the same) or 1 (our fault).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from workbench.answers import Answer, finish
from workbench.cli_runs import runs as runs_commands
from workbench.progress import Steps

app = typer.Typer(
    name="sufficiency", no_args_is_help=True, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False,
    help="School places: where, when and in which year group they run short, and where they stand empty.",
)
app.add_typer(runs_commands)
Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the program a fault happened.")]
Out = Annotated[Path | None, typer.Option("--out", help="Folder for the run's own folder; runs/ in the workspace if left out.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Another seed draws another county.")]
WorkspaceFolder = Annotated[Path, typer.Argument(metavar="WORKSPACE", help="Folder with an authority.toml.")]
NewFolder = Annotated[Path, typer.Argument(metavar="DIR", help="New folder to write into.")]


@app.callback()
def sufficiency() -> None:
    """School places: where, when and in which year group they run short, and where they stand empty."""


@app.command()
def demo(
    out: Annotated[Path, typer.Option("--out", help="Folder for the invented council and its run.")] = Path("demo"),
    no_open: Annotated[bool, typer.Option("--no-open", help="Do not open the map in a browser.")] = False,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Do the whole job on an invented council: data, run, map; opens the map where there is a screen."""
    def work() -> Answer:
        from workbench.demo import run_demo

        with Steps() as steps:
            return run_demo(out, os.environ, steps, may_open=not no_open)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def example(folder: NewFolder, seed: Seed = 1, as_json: Json = False, debug: Debug = False) -> None:
    """Write the files of an invented council, in the layouts of the real publications."""
    def work() -> Answer:
        from workbench.demo import new_example

        return new_example(folder, seed)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def template(folder: NewFolder, as_json: Json = False, debug: Debug = False) -> None:
    """Write an empty, documented workspace to fill in."""
    def work() -> Answer:
        from workbench.checking import new_template

        return new_template(folder)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def check(workspace: WorkspaceFolder, as_json: Json = False, debug: Debug = False) -> None:
    """Read and check everything in a workspace and compute nothing: all problems at once, and what is missing."""
    def work() -> Answer:
        from workbench.checking import check_workspace

        with Steps() as steps:
            return check_workspace(workspace, os.environ, steps)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def run(
    workspace: WorkspaceFolder, out: Out = None,
    scenario: Annotated[list[str] | None, typer.Option(
        "--scenario", help="A scenario by its name, or its file; several are laid beside one another.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Run a workspace: tables, workbook and map in a folder of their own; a run that is there already costs nothing."""
    def work() -> Answer:
        from workbench.running import run_workspace

        with Steps() as steps:
            return run_workspace(workspace, out, os.environ, steps, tuple(scenario or ()))

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def scenarios(
    workspace: Annotated[Path | None, typer.Argument(metavar="[WORKSPACE]", help="Folder with an authority.toml.")] = None,
    levers: Annotated[bool, typer.Option("--levers", help="List what a scenario may change, instead.")] = False,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """List the scenarios of the library and of a workspace's own folder scenarios/, or what a scenario may change."""
    def work() -> Answer:
        from workbench.scenario_list import list_levers, list_scenarios

        return list_levers() if levers else list_scenarios(workspace)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def ensemble(
    workspace: WorkspaceFolder,
    file: Annotated[str, typer.Argument(metavar="FILE", help="File of an ensemble, or its name in scenarios/ensembles/.")],
    futures: Annotated[int | None, typer.Option("--futures", min=1, help="How many futures, whatever the file says.")] = None,
    plan: Annotated[str, typer.Option("--plan", metavar="RUN", help="A run whose plan stays fixed in every future.")] = "",
    workers: Annotated[int, typer.Option("--workers", min=1, max=256, help="Processes of this machine that do the work.")] = 1,
    scheduler: Annotated[str, typer.Option("--scheduler", metavar="ADDRESS", help="Address of a Dask scheduler instead.")] = "",
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write into; else ensembles/ in the workspace.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Draw many futures at once, or sweep levers: how short places may be, with what likelihood; goes on where it was stopped."""
    def work() -> Answer:
        from workbench.ensembling import map_of, run_ensemble

        with Steps() as steps:
            return run_ensemble(workspace, file, futures, map_of(workers, scheduler), plan, out, os.environ, steps)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def robust(
    workspace: WorkspaceFolder,
    file: Annotated[str, typer.Argument(metavar="FILE", help="File of an ensemble, or its name in scenarios/ensembles/.")],
    plan: Annotated[str, typer.Option("--plan", metavar="RUN", help="The run whose schemes, pots and plan are taken.")],
    measure: Annotated[str, typer.Option("--measure", help="cvar: mean and worst; regret: what could be spared.")] = "cvar",
    futures: Annotated[int, typer.Option("--futures", min=2, max=20_000, help="Futures that choose plan and triggers.")] = 500,
    few: Annotated[int, typer.Option("--few", min=1, max=500, help="Of these, how many stand for all in the choice.")] = 60,
    unseen: Annotated[int, typer.Option("--unseen", min=20, max=20_000, help="Other futures, which score the plans.")] = 1000,
    seconds: Annotated[float, typer.Option("--seconds", min=1, max=86_400, help="At most for each plan that is chosen.")] = 60.0,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write into; else robust/ in the workspace.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Choose one plan for many futures, score it in futures that it has not seen, and say which schemes may wait for a figure."""
    def work() -> Answer:
        from workbench.robustly import Wanted, run_robust

        with Steps() as steps:
            return run_robust(workspace, file, plan, Wanted(measure, futures, few, unseen, seconds), out, os.environ, steps)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def backtest(
    workspace: WorkspaceFolder,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for its own folder; else backtests/ in the workspace")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Say how wrong past forecasts would have been, had this workspace made them: tables and charts in a folder of their own."""
    def work() -> Answer:
        from workbench.backtesting import backtest_workspace

        with Steps() as steps:
            return backtest_workspace(workspace, out, os.environ, steps)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def contribution(
    workspace: WorkspaceFolder,
    site: Annotated[str, typer.Argument(metavar="SITE", help="Reference of a site in the council's list of housing sites.")],
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write into; else contributions/ in the workspace.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Reply to a planning consultation on one site: places generated, free within reach, asked for, and sums, step by step."""
    def work() -> Answer:
        from workbench.contribution import reply_on

        with Steps() as steps:
            return reply_on(workspace, site, out, os.environ, steps)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def plan(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, its id, or the beginning of its id.")],
    pot: Annotated[list[str] | None, typer.Option("--pot", help="What a pot gets instead: POT:YEAR=THOUSANDS.")] = None,
    force: Annotated[list[str] | None, typer.Option("--force", help="A scheme that must be built.")] = None,
    bar: Annotated[list[str] | None, typer.Option("--bar", help="A scheme that must not be built.")] = None,
    unsigned: Annotated[bool, typer.Option("--unsigned", help="Count sums of deeds that nobody has signed.")] = False,
    seconds: Annotated[float | None, typer.Option("--seconds", min=0.001, help="Seconds that the search may take.")] = None,
    no_why: Annotated[bool, typer.Option("--no-why", help="Do not ask of every scheme what would be otherwise.")] = False,
    why_seconds: Annotated[float | None, typer.Option("--why-seconds", min=0.001, help="Seconds for asking so.")] = None,
    runs: Annotated[Path | None, typer.Option("--runs", help="Folder to look for the id in; else the usual places.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for its own folder; else plans/ in the workspace.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Choose again what to build in a finished run, with other pots, or with schemes forced in or out."""
    def work() -> Answer:
        from workbench.planning import Otherwise, plan_again

        otherwise = Otherwise(tuple(pot or ()), tuple(force or ()), tuple(bar or ()), unsigned, seconds, not no_why, why_seconds)
        with Steps() as steps:
            return plan_again(run, runs, out, otherwise, steps)

    raise typer.Exit(finish(work, as_json, debug))


@app.command(name="return")
def return_(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, its id, or the beginning of its id.")],
    runs: Annotated[Path | None, typer.Option("--runs", help="Folder to look for the id in; else the usual places.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write into; else returns/ in the workspace.")] = None,
    mapping: Annotated[Path | None, typer.Option("--mapping", help="The department's headings; else plain words.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Write the SCAP return of a finished run, checked, with its methodology statement and the scorecard to expect."""
    def work() -> Answer:
        from workbench.returning import return_run

        return return_run(run, runs, out, mapping)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def publish(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, its id, or the beginning of its id.")],
    out: Annotated[Path | None, typer.Option("--out", help="New folder to write into; else release-RUN here.")] = None,
    template: Annotated[Path | None, typer.Option("--template", help="The council's own Word template, a .docx.")] = None,
    words: Annotated[Path | None, typer.Option(
        "--words", help="Folder with paper.toml and actions.csv; else the run's workspace.")] = None,
    map_book: Annotated[bool, typer.Option("--map-book", help="Also a sheet of each planning area, as PNG and SVG.")] = False,
    runs: Annotated[Path | None, typer.Option("--runs", help="Folder to look for the id in; else the usual places.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Publish a finished run: map, workbook, committee paper and childcare report, for the public and apart for officers."""
    def work() -> Answer:
        from workbench.publishing.publish import Wish, publish

        with Steps() as steps:
            return publish(run, runs, Wish(out, template, words, map_book), steps)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def schemes(
    run: Annotated[str, typer.Argument(metavar="WORKSPACE", help="Workspace with a finished run, or the run itself.")],
    runs: Annotated[Path | None, typer.Option("--runs", help="Folder to look for the id in; else the usual places.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="New folder to write into; else proposals/ in the workspace.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Propose schemes where a council has no list: forms, bulges, new schools, rooms, nurseries, from a run's own figures."""
    def work() -> Answer:
        from workbench.proposing import propose_schemes

        return propose_schemes(run, runs, out)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def show(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, its id, or the beginning of its id.")],
    runs: Annotated[Path | None, typer.Option("--runs", help="Folder to look for the id in; else the usual places.")] = None,
    area: Annotated[str | None, typer.Option("--area", help="A planning area's code, or `authority`: by parts.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Show the headline figures of a finished run, or what an area's forecast is made of, from the run's own files."""
    def work() -> Answer:
        from workbench.planning import show_plan_or_run

        return show_plan_or_run(run, runs, area)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def compare(
    run: Annotated[list[str], typer.Argument(
        metavar="RUN RUN...", help="Runs by folder, id, or the beginning of an id; all are held against the first.")],
    waterfall: Annotated[bool, typer.Option("--waterfall", help="Also what each change of the scenario does by itself.")] = False,
    plan: Annotated[bool, typer.Option("--plan", help="With a waterfall: of the capital plan too, which takes longer.")] = False,
    workspace: Annotated[Path | None, typer.Option("--workspace", help="For a waterfall: the workspace of the runs.")] = None,
    runs: Annotated[Path | None, typer.Option("--runs", help="Folder to look for ids in; else the usual places.")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for its own folder; else comparisons/ there.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Compare finished runs: what went in otherwise, and what moved, by how much and where: tables, workbook, chart, map."""
    def work() -> Answer:
        from workbench.comparing import Deeper, compare_runs

        with Steps() as steps:
            return compare_runs(run, runs, out, Deeper(waterfall, plan, workspace), os.environ, steps)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def tornado(
    workspace: WorkspaceFolder,
    levers: Annotated[list[str] | None, typer.Option("--levers", help="A lever to move, such as births.level; else all.")] = None,
    scenario: Annotated[list[str] | None, typer.Option(
        "--scenario", help="Around this scenario, whose intervals say how far its levers go; else around the base.")] = None,
    plan: Annotated[bool, typer.Option("--plan", help="Of the capital plan too, which takes longer.")] = False,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for its own folder; else tornadoes/ there.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Say how much hangs on each lever: one at a time is moved to its low and to its high end; table, chart, words."""
    def work() -> Answer:
        from workbench.tornado import tornado_of

        with Steps() as steps:
            return tornado_of(workspace, tuple(levers or ()), tuple(scenario or ()), out, os.environ, steps, plan=plan)

    raise typer.Exit(finish(work, as_json, debug))


@app.command()
def replay(
    run: Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, its id, or the beginning of its id.")],
    workspace: Annotated[
        Path | None, typer.Option("--workspace", help="Its workspace; left out, that in whose runs/ it lies."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to keep what is made; left out, it is thrown away.")] = None,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """Make a finished run again from what it recorded, and say whether it comes out the same byte for byte (else exit code 3)."""
    def work() -> Answer:
        from workbench.replaying import replay_run

        with Steps() as steps:
            return replay_run(run, workspace, out, os.environ, steps)

    raise typer.Exit(finish(work, as_json, debug))
