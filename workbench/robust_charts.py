"""The chart of plans side by side: child-years short in futures that did not choose them, mean, middle, 90th and 95th."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from maps.palette import SHORTAGE
from workbench.charts import INK, OUTLINE, Chart, counted, light_grid
from workbench.robust_words import PLAN_NAMES

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

MARKS = (
    ("child_years_short_p50", "half of all futures", "o"),
    ("child_years_short_p90", "9 in 10", "s"),
    ("child_years_short_p95", "95 in 100", "D"),
)


def scores_chart(scores: pd.DataFrame, authority: str) -> Chart:
    """Each plan as a line from the middle to the 95th in a hundred futures, with its mean and its cost."""
    rows = scores.to_dict("records")
    names = [f"{PLAN_NAMES[row['robust_plan']]}\n(£{row['thousand_pounds'] / 1000:,.1f}m)" for row in rows]
    told = [
        f"{PLAN_NAMES[row['robust_plan']]}: mean {row['child_years_short']:,.0f}, "
        f"half at most {row['child_years_short_p50']:,.0f}, "
        f"95 in 100 at most {row['child_years_short_p95']:,.0f}"
        for row in rows
    ]

    def fill(figure: Figure) -> None:
        axes = figure.subplots()
        at = np.arange(len(rows), dtype="float64")
        axes.hlines(at, scores["child_years_short_p50"], scores["child_years_short_p95"], color=OUTLINE, linewidth=2.0)
        for column, label, mark in MARKS:
            axes.plot(scores[column], at, mark, color=SHORTAGE[2][0], markeredgecolor=INK, markersize=8, label=f"{label} at most")
        axes.plot(scores["child_years_short"], at, "|", color=INK, markersize=16, markeredgewidth=2, label="mean")
        for i, row in enumerate(rows):
            axes.annotate(
                counted(float(row["child_years_short_p95"])),
                (row["child_years_short_p95"], i),
                textcoords="offset points",
                xytext=(8, -3),
                fontsize=9,
            )
        axes.set_yticks(at, names)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.set_xlim(0, float(scores["child_years_short_p95"].max()) * 1.12)
        axes.set_xlabel("child-years short over all years, in futures that chose no plan")
        light_grid(axes)
        figure.legend(loc="outside lower center", ncols=4, frameon=False)

    return Chart(f"{authority}: one plan for many futures", f"Child-years short in unseen futures. {'; '.join(told)}.", 3.9, fill)
