"""The chart of an ensemble: every line of it is told apart from the others without colour."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from workbench.ensemble_charts import fan_chart


def test_what_goes_as_expected_looks_otherwise_without_and_with_the_plan() -> None:
    ends = ("", "_p10", "_p50", "_p90")
    figures = {f"{name}{end}": [4.0, 6.0] for name in ("additional_need", "short_with_plan") for end in ends}
    table = pd.DataFrame({"phase": "primary", "ay": [2026, 2027], "point": 0, "expected_shortfall": 5.0, **figures})
    figure = Figure()
    fan_chart(table, "Hearthshire").fill(figure)
    lines = {str(line.get_label()): line for line in figure.axes[0].lines}
    expected = [lines[f"if all goes as expected {what}"] for what in ("without a plan", "with the plan")]
    assert len({str(getattr(line, "_unscaled_dash_pattern")) for line in expected}) == 2     # noqa: B009  it has no public name
