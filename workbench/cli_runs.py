"""The command `runs` and those below it: `runs` alone lists, `runs status RUN reviewed` and its like write something down."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from typer.core import TyperGroup

from workbench.answers import Answer, finish

LIST = "list"


class ListsByItself(TyperGroup):
    """A group of commands that lists where none of them is named: `runs`, `runs WORKSPACE` and `runs --status reviewed`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]  # typer's own kind of context
        """Put the name of the listing command before words that do not begin with a command."""
        return super().parse_args(ctx, args if args and args[0] in self.commands else [LIST, *args])


runs = typer.Typer(name="runs", cls=ListsByItself, rich_markup_mode=None, pretty_exceptions_enable=False, add_completion=False)

Json = Annotated[bool, typer.Option("--json", help="Answer with one JSON object.")]
Debug = Annotated[bool, typer.Option("--debug", help="Show where in the program a fault happened.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="Folder of a run, its id, or the beginning of its id.")]
Catalogue = Annotated[str, typer.Option("--catalogue", metavar="URL", help=(
    "postgresql://... of a team's catalogue; else SUFFICIENCY_CATALOGUE, else a file beside the runs."))]
Places = Annotated[Path | None, typer.Option("--runs", help="Workspace, or folder of runs, to look in; else the usual places.")]


@runs.command(LIST, hidden=True)
def list_(
    workspace: Annotated[Path | None, typer.Argument(metavar="WORKSPACE", help="Or a folder of runs; else here.")] = None,
    status: Annotated[str, typer.Option("--status", help="draft, reviewed or signed off.")] = "",
    scenario: Annotated[str, typer.Option("--scenario", help="Part of the scenario's name.")] = "",
    area: Annotated[str, typer.Option("--area", help="Code of a planning area, or part of its name.")] = "",
    tag: Annotated[str, typer.Option("--tag", help="A tag that the run has.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="run, ensemble, robust or comparison; else all.")] = "",
    by: Annotated[str, typer.Option("--by", help="Who made it or signed it off.")] = "",
    catalogue: Catalogue = "",
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the catalogue of this folder anew from its runs.")] = False,
    as_json: Json = False, debug: Debug = False,
) -> None:
    """List and find runs, ensembles, robust plans and comparisons.

    `runs status RUN STATUS`, `runs note RUN TEXT`, `runs tag RUN TAG` write down what becomes of one.
    """
    def work() -> Answer:
        from scenarios.catalogue import Wanted
        from workbench.run_records import list_runs

        wanted = Wanted(status.replace("-", " "), scenario, area, tag, by, kind)
        return list_runs(workspace, wanted, catalogue, os.environ, rebuild)

    raise typer.Exit(finish(work, as_json, debug))


@runs.command()
def status(
    run: RunName,
    to: Annotated[str, typer.Argument(metavar="STATUS", help="draft, reviewed or signed-off.")],
    why: Annotated[str, typer.Option("--note", help="Why; needed to take a signature back.")] = "",
    places: Places = None, catalogue: Catalogue = "", as_json: Json = False, debug: Debug = False,
) -> None:
    """Say how far a run has come: draft, reviewed, signed off, in this order, by you and now."""
    _record(run, "status", [to.replace("-", " ")], why, places, catalogue, as_json, debug)


@runs.command()
def note(
    run: RunName,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What is to be remembered of the run.")],
    places: Places = None, catalogue: Catalogue = "", as_json: Json = False, debug: Debug = False,
) -> None:
    """Write a note on a run."""
    _record(run, "note", [text], "", places, catalogue, as_json, debug)


@runs.command()
def tag(
    run: RunName,
    tags: Annotated[list[str], typer.Argument(metavar="TAG...", help="Words by which it is to be found.")],
    away: Annotated[bool, typer.Option("--away", help="Take the tags away.")] = False,
    places: Places = None, catalogue: Catalogue = "", as_json: Json = False, debug: Debug = False,
) -> None:
    """Give a run tags, by which `runs --tag` finds it."""
    _record(run, "untag" if away else "tag", tags, "", places, catalogue, as_json, debug)


def _record(
    run: str, what: str, values: list[str], why: str, places: Path | None, catalogue: str, as_json: bool, debug: bool,
) -> None:
    def work() -> Answer:
        from workbench.run_records import record

        return record(run, what, values, why, places, catalogue, os.environ)

    raise typer.Exit(finish(work, as_json, debug))
