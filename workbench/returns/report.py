"""The front page of a return: whether it can go, what is missing, what the checks found, and the scorecard to expect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from maps.layer import number
from planning_areas.school_year import ay_label
from sufficiency.scap.checks.finding import ANSWERED, ERROR, TITLES, WARNING
from sufficiency.scap.scorecard import NOT_PREDICTED
from workbench.documents.model import CARE, GAP, Block, Column, Document, Heading, Listing, Note, Paragraph, Table

if TYPE_CHECKING:
    from sufficiency.scap.checks.every import Checked
    from sufficiency.scap.checks.finding import Finding
    from sufficiency.scap.layouts import Return

NOT_READY, READY = "NOT READY TO BE RETURNED", "Ready to be read and returned"
MOST = 50  # findings of a kind on the page; the rest are in checks.csv
KINDS = {
    ERROR: "Errors: to be mended before it is returned",
    WARNING: "Warnings: to be looked at, and answered in a comment",
    ANSWERED: "Warnings that a comment answers",
}
CHECKS = ["Check", "What it asks", "Result", "Weight", "Part", "Line", "Where", "Found", "Expected", "What to do", "Comment"]


@dataclass(frozen=True)
class Verdict:
    """Whether a return can go, and why not."""

    why_not: tuple[str, ...]

    @property
    def ready(self) -> bool:
        """Whether nothing stands in its way."""
        return not self.why_not

    @property
    def words(self) -> str:
        """The verdict in a few words, as it is written on every page."""
        return READY if self.ready else NOT_READY


def judged(returned: Return, checked: Checked, scenario: Mapping[str, Any]) -> Verdict:
    """A return is ready that is complete, without errors, and not of a what-if."""
    errors = len(checked.errors)
    why = (
        [f"{errors} error{'s' * (errors != 1)} found by {', '.join(dict.fromkeys(one.check for one in checked.errors))}"]
        if errors
        else []
    )
    why += [f"incomplete: {missing.what}" for missing in returned.missing]
    if scenario.get("changes"):
        why.append(f"the run is of the scenario {scenario['name']}: a return is made from the run of the workspace as it is")
    return Verdict(tuple(why))


def checks_table(checked: Checked, names: Mapping[str, str]) -> pd.DataFrame:
    """Every check and every finding, one line each (CHECKS): a check without a finding has a line with its result."""
    rows: list[tuple[object, ...]] = []
    for check, title in TITLES.items():
        mine = [found for found in checked.findings if found.check == check]
        rows += [
            (
                check,
                title,
                checked.verdict(check),
                one.severity,
                one.table.replace("_", " "),
                one.row or None,
                one.where_in(names),
                one.found,
                one.expected,
                one.advice,
                one.comment,
            )
            for one in mine
        ] or [(check, title, checked.verdict(check), *[""] * 2, None, *[""] * 5)]
    return pd.DataFrame(rows, columns=CHECKS).astype({"Line": "Int64"})


def report(
    returned: Return,
    checked: Checked,
    verdict: Verdict,
    scorecard: pd.DataFrame,
    manifest: Mapping[str, Any],
    names: Mapping[str, str],
    files: Sequence[str],
) -> Document:
    """The page: verdict first, then what is missing, findings by their weight, every check, the scorecard, and the files."""
    base = returned.base_year
    blocks: list[Block] = [
        Heading(1, ("Can it be returned?",)),
        *_verdict(verdict),
        *_parts(returned),
        Heading(1, ("Checks",)),
        _every_check(checked),
    ]
    for kind, title in KINDS.items():
        blocks += _findings(title, [one for one in checked.findings if one.severity == kind], names, answered=kind == ANSWERED)
    blocks += [*_scorecard(scorecard), Heading(1, ("Files",)), Listing(tuple((name,) for name in files))]
    return Document(
        f"School capacity return {ay_label(base)}",
        verdict.words,
        "for officers",
        str(manifest["authority"]["name"]),
        f"Made from run {manifest['run_id']}.",
        tuple(blocks),
    )


def _verdict(verdict: Verdict) -> list[Block]:
    if verdict.ready:
        return [
            Paragraph(("Every part is there and no check found an error. Read the warnings, and the methodology statement.",))
        ]
    return [Note(GAP, (f"what follows. The return is {verdict.words}.",)), Listing(tuple((why,) for why in verdict.why_not))]


def _parts(returned: Return) -> list[Block]:
    missing = {one.component for one in returned.missing}
    rows = tuple(
        (
            (name.replace("_", " "),),
            (f"{len(table):,}",),
            (
                "missing"
                if table.empty and name in missing
                else "in part"
                if name in missing
                else "nothing to tell"
                if table.empty
                else "there",
            ),
        )
        for name, table in returned.tables.items()
    )
    return [Table(("Parts of the return",), (Column("Part"), Column("Lines", figures=True), Column("State")), rows)]


def _every_check(checked: Checked) -> Table:
    rows = tuple(((check,), (title,), (checked.verdict(check),)) for check, title in TITLES.items())
    return Table(("Every check and what it came to",), (Column("Check"), Column("What it asks"), Column("Result")), rows)


def _findings(title: str, findings: Sequence[Finding], names: Mapping[str, str], *, answered: bool) -> list[Block]:
    if not findings:
        return []
    columns = [
        Column("Check"),
        Column("Where"),
        Column("Found"),
        Column("Expected"),
        Column("Comment" if answered else "What to do"),
    ]
    rows = tuple(
        (
            (one.check,),
            (f"{one.table.replace('_', ' ')}{f', line {one.row}' if one.row else ''}: {one.where_in(names)}",),
            (one.found,),
            (one.expected,),
            (one.comment if answered else one.advice,),
        )
        for one in findings[:MOST]
    )
    more = [Note(CARE, (f"{len(findings) - MOST:,} more stand in checks.csv.",))] if len(findings) > MOST else []
    return [Heading(2, (title,)), Table((f"{title} ({len(findings):,})",), tuple(columns), rows), *more]


def _scorecard(table: pd.DataFrame) -> list[Block]:
    columns = (
        Column("Measure"),
        Column("Phase"),
        Column("Year"),
        Column("Predicted", figures=True),
        Column("8 of 10 futures", figures=True),
        Column("Middle half of authorities", figures=True),
        Column("Rests on"),
    )
    rows = tuple(
        (
            (row.measure,),
            (row.phase,),
            (ay_label(int(row.ay)),),
            (_shown(row.predicted, row.kind),),
            (_between(row.low, row.high, row.kind),),
            (_between(row.others_low, row.others_high, row.kind),),
            (row.rests_on,),
        )
        for row in table.itertuples()
    )
    return [
        Heading(1, ("The scorecard to expect",)),
        Paragraph((
            "What the department will print of this return, as far as the run tells it. A forecast's error is (forecast - "
            "actual) "
            "/ actual, + is too high; the middle half of authorities is that of the 2024/25 edition.",
        )),
        Table(("Measures that can be predicted",), columns, rows),
        Paragraph(("Not predicted:",)),
        Listing(tuple((f"{name}: {why}",) for name, why in NOT_PREDICTED.items())),
    ]


def as_printed(scorecard: pd.DataFrame) -> pd.DataFrame:
    """The scorecard with a column that says each figure as people read it, beside the exact ones."""
    told = [_shown(value, kind) for value, kind in zip(scorecard["predicted"], scorecard["kind"], strict=True)]
    table = scorecard.copy()
    table.insert(list(table.columns).index("predicted"), "told", told)
    return table


def _shown(value: float | None, kind: str) -> str:
    if value is None or value != value:
        return ""
    return {"share": f"{value:.1%}", "error": f"{value:+.1%}", "change": f"{value:+.1%}", "places": number(value)}[kind]


def _between(low: float | None, high: float | None, kind: str) -> str:
    return f"{_shown(low, kind)} to {_shown(high, kind)}" if _shown(low, kind) and _shown(high, kind) else ""
