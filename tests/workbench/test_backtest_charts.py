"""The charts of a backtest: like beside like, whole in words, nothing on the axis, every part of a miss told."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sufficiency.backtesting.accuracy import measured
from sufficiency.backtesting.vintages import OWN_RETURN
from workbench.backtest_answer import against_own_returns, backtest_lines, verdicts
from workbench.backtest_charts import accuracy_chart, miss_chart

OURS = "measured"


def vintages() -> pd.DataFrame:
    """Ours from the Januaries of 2010 to 2017, 1 % out but 2 % in the last three; own returns of the last three, 1.5 % out."""
    rows = [(origin, origin + h, h, "dfe", "999", phase, np.nan, method, 1000 * (1 + error), 1000.0)
            for phase in ("primary", "secondary") for origin in range(2010, 2018) for h in (1, 2, 3)
            for method, error in ((OURS, 0.02 if origin > 2014 else 0.01), ("plain", 0.03), ("last_year", 0.04))]
    rows += [(origin, origin + h, h, "dfe", "999", phase, np.nan, OWN_RETURN, 1015.0, 1000.0)
             for phase in ("primary", "secondary") for origin in range(2015, 2018) for h in (1, 3)]
    columns = ["origin", "ay", "horizon", "level", "code", "phase", "nc_year", "method", "forecast", "actual"]
    return pd.DataFrame(rows, columns=columns)


def drawn(chart: Any) -> Figure:
    """The chart as matplotlib has it."""
    figure = Figure(figsize=(9, chart.height_inches), layout="constrained")
    FigureCanvasAgg(figure)
    chart.fill(figure)
    figure.draw_without_rendering()
    return figure


def along(line: Line2D) -> list[float]:
    """Where the points of a line are, from left to right."""
    return [float(at) for at in np.asarray(line.get_xdata(), dtype="float64")]


def up(line: Line2D) -> list[float]:
    """The same from bottom to top."""
    return [float(at) for at in np.asarray(line.get_ydata(), dtype="float64")]


@pytest.fixture
def accuracy() -> Any:
    table = vintages()
    return accuracy_chart(measured(table), against_own_returns(table, OURS), OURS, "Testshire")


def test_own_returns_are_drawn_beside_ours_on_the_same_januaries_alone(accuracy: Any) -> None:
    """Over all Januaries we are 1.4 % out, better than the 1.5 % of the returns; on the three that have returns 2.0 %."""
    panel = drawn(accuracy).axes[0]
    marks = {line.get_label(): up(line) for line in panel.lines if len(up(line)) == 1}
    assert [at for (at,) in marks.values()] == pytest.approx([1.5, 2.0]), "theirs and ours, both of the same Januaries"
    texts = [text.get_text() for text in panel.texts]
    assert texts.count("n = 3") == 2, "how many Januaries, one and three years ahead"
    lines = {str(line.get_label()): up(line) for line in panel.lines if len(up(line)) > 1}
    assert not any("own returns" in label for label in lines)
    assert lines[f"this workspace's method ({OURS})"][0] == pytest.approx(1.375)
    assert "on the same 3 Januaries: the authority's own returns 1.5%, this workspace's method 2.0%" in accuracy.alt
    assert "this workspace's method: 1.4% over 8 Januaries" in accuracy.alt


def test_without_own_returns_there_are_lines_and_no_marks() -> None:
    table = vintages()
    table = table[table["method"] != OWN_RETURN]
    panel = drawn(accuracy_chart(measured(table), against_own_returns(table, OURS), OURS, "Testshire")).axes[0]
    assert not [line for line in panel.lines if len(up(line)) == 1] and len(panel.lines) == 3


def test_the_axis_ends_where_data_end_and_no_figure_stands_on_it(accuracy: Any) -> None:
    figure = drawn(accuracy)
    for panel in figure.axes:
        assert panel.get_xticks().tolist() == [1, 2, 3] and panel.get_xlim()[1] < 4
        assert float(panel.get_ylim()[0]) == 0.0
    close = vintages()
    close["forecast"] = 1000 + (close["forecast"] - 1000) * close["method"].eq(OURS).map({True: 0.1, False: 1.0})
    figure = drawn(accuracy_chart(measured(close), [], OURS, "Testshire"))
    for panel in figure.axes:
        bottom = panel.get_window_extent().y0
        assert all(text.get_window_extent().y0 > bottom for text in panel.texts), "0.1 % stands above its mark"


def misses() -> pd.DataFrame:
    """A miss of 1,290 in secondary: births none, survival 1,500, transfers -210, and what is not told apart."""
    parts = {"births": 0.0, "before school": 0.0, "survival and migration": 1500.0, "transfers": -210.0, "sixth form": 0.0,
             "start": 0.2, "cross-border": np.nan, "housing": np.nan, "overrides": 0.0}
    rows = [(2015, 2018, 3, "secondary", OURS, part, children, children / 40_000) for part, children in parts.items()]
    return pd.DataFrame(rows, columns=["origin", "ay", "horizon", "phase", "method", "part", "children", "share"])


def test_every_part_of_the_miss_is_in_the_picture_or_in_words_beneath_it() -> None:
    chart = miss_chart(misses(), OURS, "Testshire")
    figure = drawn(chart)
    (panel,) = figure.axes
    names = [label.get_text() for label in panel.get_yticklabels()]
    assert names == ["survival and migration", "transfers", "the whole miss"]
    assert [text.get_text() for text in panel.texts] == ["+1,500", "\N{MINUS SIGN}210", "+1,290"]
    beneath = " ".join(figure.get_supxlabel().split())
    assert "Nought, or less than half a child: births, before school, sixth form, start, overrides." in beneath
    assert "Not told apart: cross-border (who crosses the border into Year 7 is within transfers" in beneath
    assert "housing (past forecasts are made without the list of sites" in beneath
    for part in misses()["part"]:
        assert part in chart.alt


def test_the_whole_miss_is_drawn_otherwise_than_its_parts_and_lines_lead_from_bar_to_bar() -> None:
    (panel,) = drawn(miss_chart(misses(), OURS, "Testshire")).axes
    looks = [(bar.get_facecolor(), bar.get_hatch()) for bar in panel.patches]
    assert looks[-1] not in looks[:-1]
    leads = [along(line) for line in panel.lines if len(set(along(line))) == 1 and max(up(line)) > 1]
    assert [1500.0, 1500.0] in leads and [1290.0, 1290.0] in leads
    assert all(re.fullmatch("0|[+\N{MINUS SIGN}][0-9,]+", tick.get_text()) for tick in panel.xaxis.get_ticklabels())


def told(**shares: float) -> dict[str, Any]:
    row = {"level": "authority", "n": 54, **shares}
    return {"coverage": [row], "coverage_by_origin": [{**row, "origin": o, "n": 9} for o in range(2016, 2022)]}


@pytest.mark.parametrize(("share", "words"), [
    (0.74, "too narrow"), (0.76, "about right"), (0.84, "about right"), (0.85, "too wide")])
def test_coverage_has_a_verdict_in_words(share: float, words: str) -> None:
    first, second = verdicts(told(inside_80=share, inside_95=0.96))
    assert f"the 80 % band held {share:.0%} of 54 forecasts and was {words}; the 95 % band held 96% and was about right." in first
    assert "From 6 Januaries alone" in second


def test_the_answer_says_what_coverage_should_be() -> None:
    figures = {"authority": {"name": "Testshire", "code": "999"}, "origins": [2015, 2016], "errors": [], "method": OURS,
               "against_own_returns": [], "places": [], "notes": [], **told(inside_80=0.74, inside_95=0.96)}
    text = "\n".join(backtest_lines(figures))
    assert "the 80 % band it should be 80 %, of the 95 % band 95 %:" in text and "too narrow" in text
