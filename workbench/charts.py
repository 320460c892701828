"""How all charts look and are written: the same bytes for the same figures, readable without colour and without eyes.

A chart is drawn by matplotlib without a screen and without a global state, and written as SVG and as PNG. Neither holds a date
or a random name. Text in an SVG stays text; its title and its alternative text stand in it for those who hear the page. Fills
are those of the map's palette, each with a hatch and an outline, so that no chart is told by colour alone; whoever draws one
prints the values beside their marks and sets the figures out in a table.
"""

from __future__ import annotations

import io
import textwrap
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from maps.layer import number, whole
from maps.palette import BANDS, BORDER, DARK, NOTHING, SHORTAGE

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, OUTLINE = DARK, BORDER
WIDTH_INCHES = 9.0
DOTS_PER_INCH = 150
TITLE_CHARACTERS = 80      # in a line
STYLE: Any = {
    "font.family": "DejaVu Sans", "font.size": 9.0,
    "axes.titlesize": 11.0, "axes.titleweight": "bold", "axes.titlelocation": "left",
    "text.color": INK, "axes.labelcolor": INK, "axes.edgecolor": OUTLINE, "xtick.color": INK, "ytick.color": INK,
    "axes.spines.top": False, "axes.spines.right": False, "axes.axisbelow": True, "grid.color": "#d5d9dc", "hatch.linewidth": 0.6,
    "svg.hashsalt": "sufficiency", "svg.fonttype": "none", "path.simplify": False, "axes.unicode_minus": True,
}
WITHOUT_DATE = {"svg": {"Date": None, "Creator": None}, "png": {"Software": None}}


@dataclass(frozen=True)
class Look:
    """How a kind of mark looks: what it says in the legend, its fill and its hatch."""

    label: str
    fill: str
    hatch: str = ""

    def options(self) -> dict[str, Any]:
        """The same as matplotlib asks for it."""
        return {"facecolor": self.fill, "hatch": self.hatch, "edgecolor": OUTLINE, "linewidth": 0.8}


GAIN = Look("more children", BANDS["B"][0])
LOSS = Look("fewer children", SHORTAGE[1][0], "////")
WHOLE = Look("change in all", NOTHING, "---")


@dataclass(frozen=True)
class Chart:
    """A chart that can be drawn at any time: its title, what it shows in words, its size and how its axes are filled."""

    title: str
    alt: str                                    # everything that is to be known from it, in a sentence or two
    height_inches: float
    fill: Callable[[Figure], None]
    width_inches: float = WIDTH_INCHES


def as_svg(chart: Chart) -> bytes:
    """The chart as SVG, with its title and alternative text for those who hear the page."""
    text = _saved(chart, "svg").decode("utf-8")
    begin = text.index("<svg")
    end = text.index(">", begin)
    title, words = escape(printable(chart.title)), escape(printable(chart.alt))
    told = f'<title id="chart-title">{title}</title>\n <desc id="chart-alt">{words}</desc>'
    named = ' role="img" aria-labelledby="chart-title chart-alt" lang="en-GB"'
    return (text[:end] + named + ">\n " + told + text[end + 1:]).encode("utf-8")


@lru_cache(maxsize=16)      # a run shows the same picture in its workbook and beside it
def as_png(chart: Chart) -> bytes:
    """The chart as PNG."""
    return _saved(chart, "png")


def write_chart(chart: Chart, path: Path) -> None:
    """Write a chart in the format that the file's name ends in: .svg or .png."""
    path.write_bytes(as_svg(chart) if path.suffix == ".svg" else as_png(chart))


def _saved(chart: Chart, kind: str) -> bytes:
    memory = io.BytesIO()
    with mpl.rc_context():
        mpl.rcdefaults()                # whatever the user's own settings of matplotlib are
        mpl.rcParams.update(STYLE)
        figure = Figure(figsize=(chart.width_inches, chart.height_inches), layout="constrained")
        FigureCanvasAgg(figure)
        title = textwrap.fill(plain_text(chart.title), TITLE_CHARACTERS)
        figure.suptitle(title, x=0.01, ha="left", fontsize=12, fontweight="bold")
        chart.fill(figure)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Glyph .* missing", UserWarning)      # a letter beyond the font is drawn as a box
            figure.savefig(memory, format=kind, dpi=DOTS_PER_INCH, metadata=WITHOUT_DATE[kind], facecolor="white")
    return memory.getvalue()


def plain_text(text: str) -> str:
    """A text from a file as a chart may show it: a dollar sign would begin a formula, and a control character ends an SVG."""
    return printable(text).replace("$", r"\$")


def printable(text: str) -> str:
    """A text in one line without characters that cannot be printed."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def counted(children: float) -> str:
    """A number of children in whole: 1,234."""
    return number(children)


def signed(change: float) -> str:
    """A change in whole children with its sign, a true minus: +12, \N{MINUS SIGN}3, 0."""
    return f"+{number(change)}" if whole(change) > 0 else number(change)


def bars_that_add_up(axes: Axes, labels: Sequence[str], sizes: Sequence[float], whole_label: str, whole: float,
                     words: Callable[[float], str] = signed) -> None:
    """A waterfall that lies down: each bar begins where the one before it ends, to which a line leads; the whole stands below."""
    ends = np.cumsum(sizes)
    starts = [0.0, *ends[:-1], 0.0] if len(ends) else [0.0]
    for at, (start, size) in enumerate(zip(starts, [*sizes, whole], strict=True)):
        look = WHOLE if at == len(sizes) else GAIN if size > 0 else LOSS
        axes.barh(at, size, left=start, height=0.62, **look.options())
        if at < len(sizes):
            axes.plot([start + size] * 2, [at - 0.31, at + 1.31], color=OUTLINE, linewidth=0.7)
        axes.annotate(words(size), (max(start, start + size), at), xytext=(5, 0), textcoords="offset points", va="center")
    axes.axvline(0, color=OUTLINE, linewidth=0.8)
    axes.set_yticks(range(len(sizes) + 1), [*labels, whole_label])
    axes.invert_yaxis()
    axes.use_sticky_edges = False
    axes.margins(x=0.12)
    axes.xaxis.set_major_formatter(lambda value, _: words(value))


def light_grid(axes: Axes, axis: str = "x") -> None:
    """Lines to read values by, behind the marks."""
    axes.grid(True, axis="x" if axis == "x" else "y")
    axes.tick_params(length=0)
