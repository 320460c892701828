"""Layers of a map: areas that are coloured by a measure year by year, points, and outlines.

A layer knows shapes, figures and words; it knows nothing of where they come from. Figures are rounded here, once, and the class
of colour is taken from the rounded figure, so that number and colour on the page never disagree; letters are given.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import geopandas as gpd
import pandas as pd

from maps.palette import Scale

MINUS = "\N{MINUS SIGN}"
HIGH, LOW = "high", "low"


@dataclass(frozen=True)
class Moment:
    """One position of the year slider: its number in the figures, and its label, for example 2028 and "2028/29"."""

    key: int
    label: str
    note: str = ""      # "census", "forecast"


@dataclass(frozen=True)
class Silence:
    """Why a measure tells nothing of a moment, which is something else than not knowing."""

    key: int                # of the moment
    figure: str             # in the table and the card: "not told"
    why: str                # ends the sentence "Take-up in 2026/27: it is ..."


@dataclass(frozen=True)
class Measure:
    """One way to colour the areas of a layer: which column, what it means, in which unit, on which scale."""

    column: str                 # of Layer.values
    title: str                  # "Places short in Reception"
    unit: str                   # "places"
    scale: Scale
    explain: str                # one sentence for the legend
    saying: str = ""            # ends the sentence "3 of 40 areas are ..."
    letters: str = ""           # column of letters that class the value; blank: the scale's edges class it
    detail: str = ""            # column of text beside the value (which year group)
    decimals: int = 0
    suffix: str = ""            # " %"
    worst: str = HIGH           # which end is worst: sorts the table
    adds_up: bool = False       # do the areas' figures add up to a total that means something?
    unit_one: str = ""          # the unit of 1: "place"; blank: the same as of more
    above: float | None = None  # areas whose figure is above this are counted in the sentence; none: those of a counted class
    unsigned: bool = False      # print no sign: what is below nought is told to be over ("168 hours a week over")
    silent: tuple[Silence, ...] = ()    # moments of which it tells nothing of any area, and why
    signed: bool = False        # print a plus before what is more ("+5"): it is a change
    view: str = ""              # measures of one view are told apart by a switch on the page: what the view is called
    state: str = ""             # and what this one is called on the switch ("before", "after"); blank: there is no switch


@dataclass(frozen=True)
class Cell:
    """One figure of one area in one year as the page shows it."""

    value: float | None
    shade: int          # position in the scale's shades
    figure: str         # in the table and the card: the number with its suffix, or that it is not known
    beside: str         # what stands beside it: which year group, which letter
    label: str          # on the map; blank where the colour says enough (nothing short)

    @property
    def text(self) -> str:
        """The figure and what stands beside it, as in a sentence."""
        return f"{self.figure}, {self.beside}" if self.beside else self.figure


@dataclass(frozen=True)
class Breakdown:
    """The figures behind an area's colour or a school's roll, one row a year group: shown when it is chosen."""

    title: str                      # "Year group"
    columns: dict[str, str]         # column of `frame` -> heading
    frame: pd.DataFrame             # key, year, row, and the columns
    value: str = ""                 # of the columns, the one to draw as bars (pupils); blank: no picture
    limit: str = ""                 # of the columns, the one to draw as a mark across the bars (places)


@dataclass(frozen=True)
class Account:
    """What leads to an area's figure of a year, one row a part, in whole numbers that add up: shown when it is chosen."""

    title: str                          # "What the forecast is made of"
    headings: tuple[str, str]           # of the table: of the parts, of the figures
    columns: dict[str, str]             # column of `frame` -> what it is called
    plain: tuple[str, ...]              # columns that are no change, shown without a sign
    frame: pd.DataFrame                 # key, year, and the columns
    note: str = ""                      # one sentence below the table


@dataclass(frozen=True)
class Layer:
    """Areas of one kind with figures over the years, for example the primary planning areas."""

    key: str                            # "primary"
    title: str                          # "Primary"
    plural: str                         # "primary planning areas"
    areas: pd.DataFrame                 # key, name; in the order of the table
    moments: tuple[Moment, ...]
    values: pd.DataFrame                # key, year, and the columns of the measures
    measures: tuple[Measure, ...]
    shapes: gpd.GeoDataFrame | None = None      # key, geometry in EPSG:27700; areas without a shape stay in the table
    breakdown: Breakdown | None = None
    account: Account | None = None
    said: pd.DataFrame | None = None            # key, text: a sentence on an area, whatever the year: shown when it is chosen


@dataclass(frozen=True)
class Listing:
    """A small table of words and figures as they are to be read, whatever the year shown: for the card of a thing."""

    title: str                      # "Homes and children by year"
    columns: dict[str, str]         # column of `frame` -> heading, the first of them that of the rows
    frame: pd.DataFrame             # key, and the columns, as text
    note: str = ""                  # one sentence below the table


@dataclass(frozen=True)
class Points:
    """Things at a place: schools, housing sites. What has no place on the ground stays in the table."""

    key: str                            # "schools"
    title: str                          # "Schools"
    singular: str                       # "school"
    mark: str                           # circle, diamond or triangle
    items: pd.DataFrame                 # key, name, x, y (EPSG:27700), size (a number), and the columns of facts
    size: str                           # what the size of a mark means: "places"; in the table it has a column of its own
    facts: dict[str, str]               # column -> label in the panel, in order
    columns: dict[str, str] = field(default_factory=dict)      # column -> heading in the table
    areas: pd.DataFrame | None = None   # layer, key, area: to which area of a layer each belongs
    series: pd.DataFrame | None = None  # layer, key, year, value, limit: pupils and places over the years
    value_title: str = ""
    limit_title: str = ""
    breakdown: Breakdown | None = None  # the year groups of each; years of all layers, shown where a layer has that year
    listing: Listing | None = None      # a table in the card of each


@dataclass(frozen=True)
class Outline:
    """Lines for orientation with their names, for example districts."""

    title: str
    shapes: gpd.GeoDataFrame        # name, geometry in EPSG:27700


def whole(value: float) -> int:
    """Round to the nearest whole number, halves up."""
    return math.floor(value + 0.5)


def number(value: float, decimals: int = 0) -> str:
    """Print a number as people write it: 1,234 or -3.2 with a true minus sign."""
    text = f"{whole(value):,}" if decimals == 0 else f"{round(value, decimals) + 0.0:,.{decimals}f}"
    return text.replace("-", MINUS)


def cells(layer: Layer, measure: Measure) -> list[list[Cell]]:
    """Every figure that a measure shows: a list for each area, in it a cell for each moment."""
    columns = [c for c in (measure.column, measure.letters, measure.detail) if c]
    wide = layer.values.set_index(["key", "year"])[columns]      # noqa: PD011  a field of ours
    if wide.index.has_duplicates:
        raise ValueError(f"layer {layer.key}: an area has two rows in one year")
    asked = pd.MultiIndex.from_product([layer.areas["key"], [m.key for m in layer.moments]])
    rows = wide.reindex(asked)
    count = len(layer.moments)
    silent = {one.key: one for one in measure.silent}
    flat = [_cell(row, measure) if year not in silent else Cell(None, len(measure.scale.shades) - 1, silent[year].figure, "", "")
            for (_, year), row in zip(asked, rows.to_dict("records"), strict=True)]
    return [flat[i:i + count] for i in range(0, len(flat), count)]


def _cell(row: dict[str, object], measure: Measure) -> Cell:
    given = row[measure.column]
    letter = row[measure.letters] if measure.letters else ""
    letter = letter if isinstance(letter, str) else ""
    if not isinstance(given, (int, float)) or not math.isfinite(given):
        shade = measure.scale.class_of_letter(letter) if letter else measure.scale.class_of(None)
        shown = measure.scale.shades[shade]
        return Cell(None, shade, shown.letter if letter and shown.letter != "?" else _missing(measure), "", shown.letter or "?")
    value = whole(given) if measure.decimals == 0 else round(float(given), measure.decimals)
    shade = measure.scale.class_of_letter(letter) if measure.letters else measure.scale.class_of(value)
    shown = measure.scale.shades[shade]
    detail = row[measure.detail] if measure.detail else ""
    beside = [part for part in (detail if isinstance(detail, str) else "", shown.letter if measure.letters else "") if part]
    sign = "+" if measure.signed and value > 0 else ""
    label = shown.letter if measure.letters else sign + number(value) if shown.counted else ""
    printed = sign + number(abs(given) if measure.unsigned else given, measure.decimals)
    other_way = " over" if measure.unsigned and value < 0 else ""
    return Cell(value, shade, printed + measure.suffix + other_way, ", ".join(beside), label)


def _missing(measure: Measure) -> str:
    """What is said of a figure that is not there: the words of the last class of the scale, such as "not known"."""
    return measure.scale.shades[-1].label


def sentences(layer: Layer, measure: Measure, table: list[list[Cell]]) -> list[str]:
    """Say in one or two sentences what the map shows, once for each moment."""
    return [_sentence(layer, measure, [row[i] for row in table], moment) for i, moment in enumerate(layer.moments)]


NAMED = 6       # how many areas a sentence names before it says how many more there are


def _sentence(layer: Layer, measure: Measure, column: list[Cell], moment: Moment) -> str:
    shades = measure.scale.shades
    names = list(layer.areas["name"])
    known = [i for i, cell in enumerate(column) if cell.shade != len(shades) - 1]
    for one in measure.silent:
        if one.key == moment.key:
            return f"{measure.title}, {moment.label}: {one.why}."
    if not known:
        return f"{measure.title}: {_missing(measure)} for any of the {len(column)} {layer.plural} in {moment.label}."
    found = sorted((i for i in known if _counted(column[i], measure)), key=lambda i: _order(column[i], measure, names[i]))
    said = list(_parts(layer, measure, [column[i] for i in known], moment, [f"{names[i]} ({column[i].text})" for i in found]))
    if len(known) < len(column):
        said.append(f"{_missing(measure).capitalize()} for {len(column) - len(known)} more.")
    return " ".join(said)


def _counted(cell: Cell, measure: Measure) -> bool:
    """Whether the sentence counts the area: by its figure, where the measure says from which on, else by its class."""
    if measure.above is None:
        return measure.scale.shades[cell.shade].counted
    return cell.value is not None and cell.value > measure.above


def _order(cell: Cell, measure: Measure, name: str) -> tuple[float, str]:
    if cell.value is None:
        return (math.inf, name)
    return (cell.value if measure.worst == LOW else -cell.value, name)


def _parts(layer: Layer, measure: Measure, column: list[Cell], moment: Moment, found: list[str]) -> Iterator[str]:
    if not found:
        yield f"None of the {len(column)} {layer.plural} is {measure.saying} in {moment.label}."
    else:
        verb = "is" if len(found) == 1 else "are"
        yield f"{len(found)} of {len(column)} {layer.plural} {verb} {measure.saying} in {moment.label}: {listed(found)}."
    if measure.adds_up and len(found) > 1:
        yield f"Together {number(sum(cell.value or 0 for cell in column))} {measure.unit}."
    if measure.letters:
        shades = measure.scale.shades
        counts = [(shade, sum(cell.shade == i for cell in column)) for i, shade in enumerate(shades[:-1])]
        yield "All areas: " + ", ".join(f"{count} {shade.letter}" for shade, count in counts if count) + "."


def listed(names: list[str], most: int = NAMED) -> str:
    """Join names as in a sentence, and say how many more there are than are named."""
    if len(names) > most + 1:
        return ", ".join(names[:most]) + f" and {len(names) - most} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
