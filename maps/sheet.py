"""One committee map: layers, points, outlines and words go in, one HTML file comes out that opens from a memory stick.

Beside the map stands a table with every value that the map shows, and above it a sentence that says them: the table is the
accessible product, the map its picture. The page makes no request to anywhere.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from maps.layer import Account, Breakdown, Cell, Layer, Listing, Measure, Outline, Points, cells, number, sentences, whole
from maps.page import page_with_map
from maps.palette import BORDER, Scale
from maps.shapes import METRES, degrees, for_display, label_points, polygons


@dataclass(frozen=True)
class Remark:
    """Something that a reader ought to know, and what the result loses by it (blank: nothing)."""

    text: str
    loses: str = ""
    group: str = ""         # the heading that it stands under; blank: none


@dataclass(frozen=True)
class Sheet:
    """Everything that one page shows."""

    title: str
    subtitle: str
    headlines: tuple[str, ...]
    layers: tuple[Layer, ...]
    points: tuple[Points, ...] = ()
    outlines: tuple[Outline, ...] = ()
    source: str = ""                            # under the legend: where the figures come from, of which date
    start: int | None = None                    # year that the page opens on; none: the first layer's last
    reading: tuple[Remark, ...] = ()            # how to read it: terms and method
    notes: tuple[Remark, ...] = ()              # gaps and repairs
    sources: tuple[str, ...] = ()               # attribution, one line a publication
    caution: str = "Planning areas are indicative."
    no_map: str = "The areas have no shapes, so there is no map; the table has every figure."
    start_layer: str = ""                       # key of the layer that the page opens on; blank: the first


def draw(sheet: Sheet) -> str:
    """Make the page: one HTML document, the same bytes for the same sheet."""
    return page_with_map(contents(sheet), bounds(sheet))


def bounds(sheet: Sheet) -> list[list[float]] | None:
    """South-west and north-east corner of all shapes in degrees; none where there is no shape."""
    shapes = [layer.shapes for layer in sheet.layers if layer.shapes is not None and not layer.shapes.empty]
    if not shapes:
        return None
    boxes = pd.DataFrame([s.geometry.to_crs("EPSG:4326").total_bounds for s in shapes], columns=["w", "s", "e", "n"])
    return [[float(boxes["s"].min()), float(boxes["w"].min())], [float(boxes["n"].max()), float(boxes["e"].max())]]


def contents(sheet: Sheet) -> dict[str, Any]:
    """The data block of the page: plain lists, texts and numbers, everything rounded and worded already."""
    if not sheet.layers or not all(layer.moments and layer.measures for layer in sheet.layers):
        raise ValueError("a sheet shows at least one layer, and each layer at least one moment and one measure")
    drawn = any(layer.shapes is not None and not layer.shapes.empty for layer in sheet.layers)
    scales = list(dict.fromkeys(measure.scale for layer in sheet.layers for measure in layer.measures))
    return {
        "title": sheet.title, "subtitle": sheet.subtitle, "headlines": sheet.headlines, "source": sheet.source,
        "start": sheet.start, "startLayer": next((i for i, one in enumerate(sheet.layers) if one.key == sheet.start_layer), 0),
        "caution": sheet.caution, "drawn": drawn, "noMap": sheet.no_map, "border": BORDER,
        "reading": _groups(sheet.reading), "notes": _groups(sheet.notes), "sources": sheet.sources,
        "scales": [_scale(scale) for scale in scales],
        "layers": [_layer(layer, scales) for layer in sheet.layers],
        "points": [_points(points, sheet.layers) for points in sheet.points],
        "outlines": [_outline(outline) for outline in sheet.outlines] if drawn else [],
    }


def _groups(remarks: tuple[Remark, ...]) -> list[dict[str, Any]]:
    """Remarks by the heading that they stand under, headings in the order in which they first come."""
    return [
        {"group": group, "remarks": [{"text": r.text, "loses": r.loses} for r in remarks if r.group == group]}
        for group in dict.fromkeys(r.group for r in remarks)
    ]


def _scale(scale: Scale) -> list[dict[str, Any]]:
    return [asdict(shade) for shade in scale.shades]


def _layer(layer: Layer, scales: list[Scale]) -> dict[str, Any]:
    return {
        "key": layer.key, "title": layer.title, "plural": layer.plural, "names": _texts(layer.areas["name"]),
        "moments": [asdict(moment) for moment in layer.moments], **_shapes(layer),
        "measures": [_measure(layer, measure, scales) for measure in layer.measures],
        "breakdown": None if layer.breakdown is None else _breakdown(layer, layer.breakdown),
        "account": None if layer.account is None else _account(layer, layer.account),
        "said": _said(layer),
    }


def _said(layer: Layer) -> list[str]:
    """The sentence on each area, blank where there is none; an empty list where no area has one."""
    if layer.said is None or layer.said.empty:
        return []
    said = dict(zip(layer.said["key"], layer.said["text"], strict=True))
    return [str(said.get(key, "")) for key in layer.areas["key"]]


def _texts(column: pd.Series) -> list[str]:
    return ["" if pd.isna(value) else str(value) for value in column]


def _shapes(layer: Layer) -> dict[str, Any]:
    """Polygons and the place of the label of each area, in the order of the areas; empty where an area has no shape."""
    count = len(layer.areas)
    if layer.shapes is None or layer.shapes.empty:
        return {"shapes": [[]] * count, "at": [None] * count}
    lacking = sorted(set(layer.shapes["key"]) - set(layer.areas["key"]))
    if lacking or layer.shapes["key"].duplicated().any():
        raise ValueError(f"layer {layer.key}: one shape for each area expected; unknown to it: {lacking[:5]}")
    at = dict(zip(layer.shapes["key"], label_points(layer.shapes), strict=True))
    shown = for_display(layer.shapes)
    shapes = {key: polygons(geometry) for key, geometry in zip(shown["key"], shown.geometry, strict=True)}
    return {"shapes": [shapes.get(key, []) for key in layer.areas["key"]], "at": [at.get(key) for key in layer.areas["key"]]}


def _measure(layer: Layer, measure: Measure, scales: list[Scale]) -> dict[str, Any]:
    table = cells(layer, measure)
    return {
        "title": measure.title, "unit": measure.unit, "unitOne": measure.unit_one or measure.unit,
        "suffix": measure.suffix, "explain": measure.explain, "worst": measure.worst, "scale": scales.index(measure.scale),
        "v": [[cell.value for cell in row] for row in table], "c": [[cell.shade for cell in row] for row in table],
        "n": [[cell.figure for cell in row] for row in table], "b": [[cell.beside for cell in row] for row in table],
        "l": [[cell.label for cell in row] for row in table],
        "sum": _totals(layer, table) if measure.adds_up else None, "say": sentences(layer, measure, table),
        "silent": [i for i, one in enumerate(layer.moments) if one.key in {silence.key for silence in measure.silent}],
        **({"view": measure.view or measure.title, "state": measure.state} if measure.state else {}),
    }


def _totals(layer: Layer, table: list[list[Cell]]) -> list[list[str]]:
    """For each moment the sum of the figures as they are shown, so that the column adds up, and for how many it is not known."""
    columns = [[row[i].value for row in table] for i, _ in enumerate(layer.moments)]
    return [_total([value for value in column if value is not None], len(column)) for column in columns]


def _total(known: list[float], count: int) -> list[str]:
    if not known:
        return ["not known", ""]
    return [number(sum(known)), f"{count - len(known)} not known" if len(known) < count else ""]


def _breakdown(layer: Layer, breakdown: Breakdown) -> dict[str, Any]:
    """Rows behind each area and year: rows[area][moment] = [[row label, number, ...], ...], whole numbers or null."""
    years = {moment.key: i for i, moment in enumerate(layer.moments)}
    position = {key: i for i, key in enumerate(layer.areas["key"])}
    rows: list[list[list[list[Any]]]] = [[[] for _ in layer.moments] for _ in range(len(layer.areas))]
    frame = breakdown.frame[["key", "year", "row", *breakdown.columns]]
    for key, year, label, *figures in frame.itertuples(index=False, name=None):
        if key in position and year in years:
            rows[position[key]][years[year]].append([str(label), *(_whole(f) for f in figures)])
    return {**_headings(breakdown), "rows": rows}


def _account(layer: Layer, account: Account) -> dict[str, Any]:
    """What leads to each area's figure of each moment: rows[area][moment] = whole numbers in the order of the labels, or none."""
    years = {moment.key: i for i, moment in enumerate(layer.moments)}
    position = {key: i for i, key in enumerate(layer.areas["key"])}
    rows: list[list[list[int | None]]] = [[[] for _ in layer.moments] for _ in range(len(layer.areas))]
    for key, year, *figures in account.frame[["key", "year", *account.columns]].itertuples(index=False, name=None):
        if key in position and year in years:
            rows[position[key]][years[year]] = [_whole(figure) for figure in figures]
    return {"title": account.title, "headings": account.headings, "note": account.note, "rows": rows,
            "labels": list(account.columns.values()), "plain": [column in account.plain for column in account.columns]}


def _headings(breakdown: Breakdown) -> dict[str, Any]:
    """Headings of the rows, and which of them are drawn: their positions, 0 for none."""
    columns = list(breakdown.columns)
    drawn = [columns.index(name) + 1 if name else 0 for name in (breakdown.value, breakdown.limit)]
    return {"headings": [breakdown.title, *breakdown.columns.values()], "value": drawn[0], "limit": drawn[1]}


def _rows_behind(breakdown: Breakdown) -> tuple[dict[str, Any], dict[Any, list[list[Any]]]]:
    """The year groups of things, with nothing said twice: labels and years once, and for each thing its rows.

    A row is [position of its label, then for each column its whole numbers over the years]; years after its last are left out.
    Labels and rows stand in the order in which the frame first has them.
    """
    frame = breakdown.frame
    labels = {label: i for i, label in enumerate(frame["row"].astype(str).unique())}
    years = {year: i for i, year in enumerate(sorted(frame["year"].unique()))}
    found: dict[Any, dict[str, list[list[int | None]]]] = {}
    for key, year, label, *figures in frame[["key", "year", "row", *breakdown.columns]].itertuples(index=False, name=None):
        lists = found.setdefault(key, {}).setdefault(str(label), [[] for _ in figures])
        for column, figure in zip(lists, figures, strict=True):
            column += [None] * (years[year] + 1 - len(column))
            column[years[year]] = _whole(figure)
    rows = {key: [[labels[label], *lists] for label, lists in mine.items()] for key, mine in found.items()}
    return {**_headings(breakdown), "labels": list(labels), "years": [int(year) for year in years]}, rows


def _whole(value: Any) -> int | None:
    return None if pd.isna(value) or not math.isfinite(value) else whole(float(value))


def _points(points: Points, layers: tuple[Layer, ...]) -> dict[str, Any]:
    items = points.items.reset_index(drop=True)
    places = degrees(gpd.GeoSeries.from_xy(items["x"].astype("float64"), items["y"].astype("float64"), crs=METRES))
    areas, series = _area_of(points, layers), _series(points, layers)
    behind, rows = (None, {}) if points.breakdown is None else _rows_behind(points.breakdown)
    listed = {} if points.listing is None else _listed(points.listing)
    names = _texts(items["name"])
    facts = {column: _texts(items[column]) for column in dict.fromkeys((*points.facts, *points.columns))}
    sizes = [_whole(size) for size in items["size"]]
    return {
        "key": points.key, "title": points.title, "singular": points.singular, "mark": points.mark, "size": points.size,
        "valueTitle": points.value_title, "limitTitle": points.limit_title, "series": points.series is not None,
        "located": points.areas is not None, "breakdown": behind,
        "listing": None if points.listing is None else {
            "title": points.listing.title, "headings": list(points.listing.columns.values()), "note": points.listing.note},
        "facts": [{"name": column, "label": label} for column, label in points.facts.items()],
        "columns": [{"name": column, "label": label} for column, label in points.columns.items()],
        "items": [
            {"name": names[i], "at": places[i], "size": sizes[i], "facts": {column: facts[column][i] for column in facts},
             "areas": areas.get(key, {}), "series": series.get(key, {}), "rows": rows.get(key, []),
             "listed": listed.get(key, [])}
            for i, key in enumerate(items["key"])
        ],
    }


def _listed(listing: Listing) -> dict[Any, list[list[str]]]:
    """The rows of each thing's own table, as text."""
    columns = list(listing.columns)
    return {key: [[str(cell) for cell in row] for row in mine[columns].itertuples(index=False, name=None)]
            for key, mine in listing.frame.groupby("key", sort=False)}


def _area_of(points: Points, layers: tuple[Layer, ...]) -> dict[str, dict[str, int]]:
    """For each thing the position of its area in each layer that has it."""
    if points.areas is None:
        return {}
    position = {(layer.key, key): i for layer in layers for i, key in enumerate(layer.areas["key"])}
    found: dict[str, dict[str, int]] = {}
    for layer, key, area in points.areas[["layer", "key", "area"]].itertuples(index=False, name=None):
        if (layer, area) in position:
            found.setdefault(key, {})[layer] = position[layer, area]
    return found


def _series(points: Points, layers: tuple[Layer, ...]) -> dict[str, dict[str, dict[str, list[int | None]]]]:
    """For each thing and layer its figures over the layer's moments: v (pupils) and m (places), whole numbers or null."""
    if points.series is None:
        return {}
    years = {layer.key: {moment.key: i for i, moment in enumerate(layer.moments)} for layer in layers}
    found: dict[str, dict[str, dict[str, list[int | None]]]] = {}
    rows = points.series[["layer", "key", "year", "value", "limit"]]
    for layer, key, year, value, limit in rows.itertuples(index=False, name=None):
        if year in years.get(layer, {}):
            lists = found.setdefault(key, {}).setdefault(layer, {name: [None] * len(years[layer]) for name in "vm"})
            lists["v"][years[layer][year]], lists["m"][years[layer][year]] = _whole(value), _whole(limit)
    return found


def _outline(outline: Outline) -> dict[str, Any]:
    shown = for_display(outline.shapes)
    return {
        "title": outline.title, "names": _texts(shown["name"]), "shapes": [polygons(g) for g in shown.geometry],
        "at": label_points(outline.shapes),
    }
