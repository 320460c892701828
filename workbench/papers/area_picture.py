"""Maps for paper: where the bands of headroom lie, and each planning area with its schools and its neighbours.

Drawn without tiles and without colour alone: letters and hatches tell bands apart, and what a map shows stands in words beside
it.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from matplotlib import patheffects
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path as Outline

from maps.palette import BANDS, BORDER, CROSSED, DENSE, DOTTED, LEVEL, NOTHING, PLAIN, SPARSE, UNKNOWN
from planning_areas.wording import some
from sufficiency.headroom import LETTERS, NOT_KNOWN, WORDS
from workbench.charts import INK, Chart, plain_text

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

HATCHES = {PLAIN: "", SPARSE: "//", DENSE: "////", CROSSED: "xx", DOTTED: "..", LEVEL: "--"}
SIMPLER = 60.0  # metres by which a border may be drawn otherwise than it runs
LEGEND = 32             # characters of a line beside the map
MOST_NAMED = 14  # schools or areas that are named on a map
ROOM = 0.18  # of the width of an area, left around it
HIGH, COUNTY_HIGH = 4.6, 6.6
HERE = "white"          # of the area told: no band, for its headroom differs year by year
WIDE_SHEET = 12.0       # inches, from which areas are named on the map of all of them
HALO = [patheffects.withStroke(linewidth=2.5, foreground="white")]


def drawn_shapes(areas: gpd.GeoDataFrame | None, phase: str) -> dict[str, Any]:
    """The shapes of a phase's areas, simplified together so that neighbours still fit: code -> shape."""
    if areas is None:
        return {}
    mine = areas[(areas["phase"] == phase) & areas.geometry.notna()]
    if mine.empty:
        return {}
    simple = shapely.coverage_simplify(np.asarray(mine.geometry.array), SIMPLER)
    return {str(code): shape for code, shape in zip(mine["planning_area_code"], simple, strict=True) if not shape.is_empty}


def area_chart(code: str, name: str, shapes: Mapping[str, Any], names: Mapping[str, str], schools: pd.DataFrame) -> Chart | None:
    """One area with its schools (school_name, easting, northing) and its neighbours; none where it has no shape."""
    if code not in shapes:
        return None
    here = shapes[code]
    near = [other for other, shape in shapes.items() if other != code and shape.distance(here) < SIMPLER]
    beside = some(sorted(names.get(other, other) for other in near)) if near else "no other area"
    placed = schools.dropna(subset=["easting", "northing"]).sort_values("school_name")
    inside = some(list(placed["school_name"])) if len(placed) else "none that has a place on the map"
    alt = f"Map of the planning area {name} and its schools: {inside}. It borders on {beside}. Borders are indicative."
    return Chart(
        f"{name}: schools and neighbouring planning areas",
        alt,
        HIGH,
        partial(_fill_area, here=here, shapes=shapes, names=names, near=tuple(near), schools=placed),
    )


def _fill_area(
    figure: Figure, here: Any, shapes: Mapping[str, Any], names: Mapping[str, str], near: tuple[str, ...], schools: pd.DataFrame
) -> None:
    axes = figure.subplots()
    seen_at = max(here.bounds[2] - here.bounds[0], here.bounds[3] - here.bounds[1])
    around = shapely.box(*here.bounds).buffer(2 * ROOM * seen_at, join_style="mitre")
    for other in near:
        axes.add_patch(_patch(shapes[other].intersection(around), NOTHING, "", 0.8))      # what lies beyond is not seen
    axes.add_patch(_patch(here, HERE, "", 2.2))
    _frame(axes, here.bounds)
    left, right, bottom, top = *axes.get_xlim(), *axes.get_ylim()
    window = shapely.box(left, bottom, right, top)
    for other in near:
        seen = shapes[other].intersection(window)
        if seen.area > 0.03 * window.area:
            at = seen.representative_point()
            axes.text(
                at.x,
                at.y,
                plain_text(names.get(other, other)),
                ha="center",
                va="center",
                fontsize=8,
                style="italic",
                color=INK,
                path_effects=HALO,
            )
    axes.plot(schools["easting"], schools["northing"], "o", color=BORDER, markersize=6, markeredgecolor="white")
    for at, one in enumerate(schools.itertuples(), 1):
        axes.annotate(
            str(at),
            (one.easting, one.northing),
            xytext=(4, 4),
            textcoords="offset points",
            fontsize=9,
            fontweight="bold",
            color=INK,
            path_effects=HALO,
        )
    listed = [textwrap.fill(f"{at}  {plain_text(str(name))}", LEGEND, subsequent_indent="     ")
              for at, name in enumerate(schools["school_name"], 1)]
    more = [f"and {len(listed) - MOST_NAMED} more"] * (len(listed) > MOST_NAMED)
    axes.text(
        1.03,
        0.98,
        "\n".join([*listed[:MOST_NAMED], *more]),
        transform=axes.transAxes,
        va="top",
        fontsize=8,
        linespacing=1.25,
        color=INK,
    )
    _scale_bar(axes)


def bands_chart(
    phase: str, bands: Mapping[str, str], shapes: Mapping[str, Any], names: Mapping[str, str], when: str
) -> Chart | None:
    """All areas of a phase by the band of their headroom at entry: code -> letter; none where there are no shapes."""
    if not shapes:
        return None
    told = [
        f"{len(of)} in {WORDS[letter].lower()} ({some(sorted(names.get(code, code) for code in of))})"
        for letter in (*LETTERS, NOT_KNOWN)
        if (of := [code for code, found in bands.items() if found == letter])
    ]
    alt = f"Map of {len(bands)} {phase} planning areas by their headroom in the year of entry, {when}: {'; '.join(told)}."
    return Chart(
        f"{phase.capitalize()} planning areas: headroom in the year of entry, {when}",
        alt,
        COUNTY_HIGH,
        partial(_fill_bands, bands=bands, shapes=shapes, names=names),
    )


def _fill_bands(figure: Figure, bands: Mapping[str, str], shapes: Mapping[str, Any], names: Mapping[str, str]) -> None:
    axes = figure.subplots()
    boxes = np.array([shape.bounds for shape in shapes.values()])
    wide = figure.bbox.width / figure.dpi > WIDE_SHEET
    metres_an_inch = (boxes[:, 3].max() - boxes[:, 1].min()) / (0.85 * figure.bbox.height / figure.dpi)
    for code, shape in shapes.items():
        fill, _, pattern = BANDS.get(bands.get(code, NOT_KNOWN), (UNKNOWN.fill, UNKNOWN.ink, UNKNOWN.pattern))
        axes.add_patch(_patch(shape, fill, HATCHES[pattern], 0.7))
        at = shape.representative_point()
        called = textwrap.fill(plain_text(names.get(code, code)), 14)
        named = wide and _has_room(shape, at, called, metres_an_inch)
        axes.text(
            at.x,
            at.y,
            bands.get(code, NOT_KNOWN),
            ha="center",
            va="bottom" if named else "center",
            fontsize=8,
            fontweight="bold",
            color=INK,
            path_effects=HALO,
        )
        if named:
            axes.text(at.x, at.y, called, ha="center", va="top", fontsize=7, color=INK, path_effects=HALO)
    _frame(axes, (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)), room=0.02)
    there = [letter for letter in (*LETTERS, NOT_KNOWN) if letter in set(bands.values())]
    looks = {letter: BANDS.get(letter, (UNKNOWN.fill, UNKNOWN.ink, UNKNOWN.pattern)) for letter in there}
    figure.legend(
        handles=[
            Patch(
                facecolor=looks[letter][0], hatch=HATCHES[looks[letter][2]], edgecolor=BORDER, label=f"{letter}  {WORDS[letter]}"
            )
            for letter in there
        ],
        loc="outside lower center",
        ncols=2,
        frameon=False,
    )
    _scale_bar(axes)


def _has_room(shape: Any, at: Any, called: str, metres_an_inch: float) -> bool:
    """Whether a name in print of seven points lies in its own area but for a little, and so on no other name."""
    lines = called.split("\n")
    wide, high = (points / 72 * metres_an_inch for points in (4.3 * max(map(len, lines)), 8.6 * len(lines)))
    label = shapely.box(at.x - wide / 2, at.y - high, at.x + wide / 2, at.y + high / 2)
    return bool(shape.intersection(label).area > 0.8 * label.area)


def _patch(shape: Any, fill: str, hatch: str, line: float) -> PathPatch:
    """A shape with its holes as one patch."""
    rings = [
        ring for part in shapely.get_parts(shape) if part.geom_type == "Polygon" for ring in (part.exterior, *part.interiors)
    ]
    paths = [Outline(np.asarray(ring.coords)[:, :2], closed=True) for ring in rings]
    return PathPatch(Outline.make_compound_path(*paths), facecolor=fill, hatch=hatch, edgecolor=BORDER, linewidth=line)


def _frame(axes: Axes, bounds: tuple[float, ...], room: float = ROOM) -> None:
    """Show this much of the ground, true to scale, without axes of eastings."""
    west, south, east, north = bounds
    more = room * max(east - west, north - south)
    axes.set_xlim(west - more, east + more)
    axes.set_ylim(south - more, north + more)
    axes.set_aspect("equal")
    axes.set_axis_off()


def _scale_bar(axes: Axes) -> None:
    """A bar of a round number of kilometres at the lower left."""
    left, right, bottom, top = *axes.get_xlim(), *axes.get_ylim()
    length = next((km for km in (20, 10, 5, 2, 1) if km * 1000 < 0.3 * (right - left)), 0.5)
    x, y = left + 0.02 * (right - left), bottom + 0.03 * (top - bottom)
    axes.plot([x, x + length * 1000], [y, y], color=INK, linewidth=2.5, solid_capstyle="butt")
    axes.text(x, y + 0.015 * (top - bottom), f"{length:g} km", fontsize=8, color=INK, path_effects=HALO)
