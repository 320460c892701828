"""What each change of a scenario does, as people see it: a waterfall chart, and lines of words."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from maps.layer import number
from scenarios.effects import IN_TURN, INTERACTION, WHOLE
from workbench.charts import Chart, bars_that_add_up, light_grid, plain_text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SHOWN = ("entry_short", "entry_expected_short", "all_short", "plan_thousand_pounds", "plan_unmet")
PUPILS = ("primary_pupils", "secondary_pupils")
LEAST_DRAWN = 0.05      # a figure that no change moves by so much would be drawn as large as one that moves
LABEL_CHARACTERS, MOST_PANELS = 44, 5
HEAD_INCHES, BAR_INCHES = 1.1, 0.34


def shown_of(table: pd.DataFrame) -> tuple[str, ...]:
    """The figures that are drawn and said: of shortfalls and the plan; of pupils where no places are known."""
    return tuple(key for key in SHOWN if key in set(table["figure"])) or PUPILS


def changed(value: float) -> str:
    """A change with its sign, to one decimal where it is small: +1,234, \N{MINUS SIGN}0.4, 0."""
    text = number(value, 0 if abs(value) >= 100 else 1)
    return "0" if text in ("0.0", "0") else ("+" if value > 0 else "") + text


def effect_lines(table: pd.DataFrame) -> Iterator[str]:
    """The effects on each figure that is shown, a line a bar."""
    for key in shown_of(table):
        mine = table[table["figure"] == key]
        if mine.empty:
            continue
        head = mine.iloc[0]
        title = f"{head['title'][0].lower()}{head['title'][1:]}"
        yield f"What each change does to {title} ({head['unit']}), from {number(head['before'], 1)}:"
        width = max(len(_label(row)) for row in mine.to_dict("records"))
        for row in mine.to_dict("records"):
            added = "" if np.isnan(row["alone"]) else f"   in its turn {changed(row['added'])}"
            yield f"  {_label(row):<{width}}  {changed(row['effect']):>9}{added}"
        yield ""


def _label(row: dict[str, object]) -> str:
    kind = str(row["kind"])
    if kind == INTERACTION:
        return "Interaction: what only comes of several together"
    return "All together" if kind == WHOLE else f"{row['change']}{' (not possible alone)' if kind == IN_TURN else ''}"


def effects_chart(table: pd.DataFrame, title: str) -> Chart:
    """A waterfall of each figure that is shown: a bar a change, one for the interaction, and the whole."""
    parts = [part for key in shown_of(table) if len(part := table[table["figure"] == key])]
    panels = [part for part in parts if part["effect"].abs().max() >= LEAST_DRAWN][:MOST_PANELS]

    def fill(figure: Figure) -> None:
        if not panels:
            figure.text(0.5, 0.5, "no figure that is told moves", ha="center")
            return
        for axes, part in zip(np.atleast_1d(figure.subplots(max(1, len(panels)), 1)), panels, strict=False):
            bars, whole = part[part["kind"] != WHOLE], part[part["kind"] == WHOLE].iloc[0]
            labels = [plain_text(textwrap.shorten(_label(row).split(":")[0] if row["kind"] == INTERACTION else _label(row),
                                                  LABEL_CHARACTERS)) for row in bars.to_dict("records")]
            bars_that_add_up(axes, labels, list(bars["effect"]), "All together", float(whole["effect"]), changed)
            axes.set_title(plain_text(f"{whole['title']}: {number(whole['before'], 1)} to "
                                      f"{number(whole['before'] + whole['effect'], 1)}"))
            axes.set_xlabel(f"{whole['unit']}; slanting lines take away")
            light_grid(axes)

    bars = sum(len(part) for part in panels)
    alt = " ".join(f"{part.iloc[0]['title']}: " + ", ".join(
        f"{_label(row)} {changed(row['effect'])}" for row in part.to_dict("records")) + "." for part in panels)
    return Chart(title, alt or "No figure that is told moves.", 0.6 + HEAD_INCHES * max(1, len(panels)) + BAR_INCHES * bars, fill)
