"""Charts of a document, each drawn once however many documents and formats it stands in."""

from __future__ import annotations

from functools import lru_cache

from workbench.charts import Chart, as_png, as_svg

MOST = 400      # kept drawn


@lru_cache(maxsize=MOST)
def svg_of(chart: Chart) -> bytes:
    """A chart as SVG."""
    return as_svg(chart)


@lru_cache(maxsize=MOST)
def png_of(chart: Chart) -> bytes:
    """A chart as PNG."""
    return as_png(chart)
