"""The map book: a sheet for each planning area and one for each phase, as PNG and SVG on paper sizes, with an index in words.

Each sheet is drawn from the release alone and says what it shows, in which unit, of which year, from which source and run. The
index has for each sheet the words that stand for it, so that nobody needs to see it. Sheets of areas are A4, of phases A3.
"""

from __future__ import annotations

import base64
import hashlib
import re
import textwrap
from dataclasses import dataclass, replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd
from matplotlib.transforms import Bbox

from planning_areas.school_year import ENTRY_YEAR, ay_label, nc_year_label
from scenarios.figures import whole_added_up
from sufficiency.headroom import LETTERS, WORDS
from workbench.charts import INK, plain_text, printable, write_chart
from workbench.documents.figures import FORMS, NOT_KNOWN
from workbench.documents.model import LANGUAGE
from workbench.papers.area_picture import area_chart, bands_chart, drawn_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from matplotlib.figure import Figure, SubFigure

    from workbench.charts import Chart
    from workbench.publishing.material import Material

FOLDER, INDEX = "map-book", "index.html"
A4, A3 = (11.69, 8.27), (16.54, 11.69)      # inches, lying
CHARACTERS = {A4: 165, A3: 235}             # of a line at the foot
COLUMNS = (("pupils", "Children", "whole"), ("yg_places", "Places", "whole"),
           ("additional_need", "Short in all", "whole"), ("entry_need", "Short in {entry}", "whole"),
           ("entry_p_shortfall", "Likelihood of it", "likelihood"),
           ("headroom", "Headroom", "percent"), ("rag", "Band", "text"))
BANDS = "; ".join(f"{letter} {WORDS[letter].split(': ', 1)[1]}" for letter in LETTERS)
STYLE = """body { color: #0b0c0c; font: 1.0625rem/1.55 system-ui, sans-serif; margin: 0 auto; max-width: 62rem;
  padding: 1.25rem; }
a { color: #1a4f8b; display: inline-block; margin-right: 1.5rem; min-height: 24px; min-width: 24px; }
a:focus-visible { background: #ffdd00; color: #0b0c0c; outline: 3px solid #0b0c0c; }
p, h1, h2, h3 { overflow-wrap: anywhere; }
.scroll { max-width: 100%; overflow-x: auto; }
.scroll:focus-visible { outline: 3px solid #0b0c0c; }
table { border-collapse: collapse; font-size: .9375rem; }
caption { font-weight: bold; text-align: left; }
th, td { border-bottom: 1px solid #b6c0c5; padding: .2rem .6rem; text-align: right; }
h2 { border-top: 2px solid #c9d1d5; margin-top: 2rem; padding-top: .75rem; }"""


@dataclass(frozen=True)
class Page:
    """One sheet of the book."""

    phase: str
    name: str       # of its files, without ending
    chart: Chart
    told: str       # what it shows, in words
    headings: tuple[str, ...] = ()                  # of its figures year by year, where it has such
    cells: tuple[tuple[str, ...], ...] = ()


def make_map_book(material: Material, folder: Path) -> None:
    """Write every sheet as PNG and SVG, and the index; where a run has no shapes the index says so."""
    place = folder / FOLDER
    place.mkdir()
    pages = list(sheets_of(material))
    for page in pages:
        for ending in ("png", "svg"):
            write_chart(page.chart, place / f"{page.name}.{ending}")
    (place / INDEX).write_bytes(index(material, pages).encode("utf-8"))


def sheets_of(material: Material) -> Iterator[Page]:
    """Each phase as a whole in the year in which most places are short at entry, then each of its areas."""
    tables, base = material.tables, material.run.authority.base_year
    names = dict(zip(tables["names"]["planning_area_code"], tables["names"]["planning_area_name"], strict=True))
    schools = tables["schools"]
    for phase in ENTRY_YEAR:
        rows = tables["summary"][tables["summary"]["phase"] == phase]
        shapes = drawn_shapes(material.run.areas, phase)
        if rows.empty or not shapes:
            continue
        worst = _worst(rows[rows["ay"] > base])
        then = rows[rows["ay"] == worst]
        letters = dict(zip(then["planning_area_code"], then["entry_rag"], strict=True))
        whole = bands_chart(phase, letters, shapes, names, ay_label(worst))
        if whole is not None:
            on_paper = _on_paper(whole, A3, material, "Headroom is the share of places that stays free.")
            yield Page(phase, f"{phase}-all", on_paper, whole.alt)
        for code in sorted(shapes, key=lambda one: (str(names.get(one, one)), one)):
            inside = schools[schools[f"{phase}_planning_area_code"] == code]
            chart = area_chart(code, str(names.get(code, code)), shapes, names, inside)
            mine = rows[rows["planning_area_code"] == code].sort_values("ay")
            if chart is not None and len(mine):
                yield _with_figures(chart, f"{phase}-{re.sub(r'[^A-Za-z0-9]+', '-', code)}", phase, mine, material)


def _worst(ahead: pd.DataFrame) -> int:
    short = ahead.groupby("ay")["entry_need"].agg(whole_added_up)
    return int(short.idxmax() if short.max() > 0 else short.index.max())


def _on_paper(chart: Chart, size: tuple[float, float], material: Material, unit: str) -> Chart:
    """A chart on a size of paper, with unit, source and run at its foot."""
    foot = _foot(material, unit, size)

    def fill(figure: Figure) -> None:
        parts: Any = figure.subfigures(2, 1, height_ratios=[30, 1])
        chart.fill(parts[0])
        _write_foot(parts[1], foot)

    return replace(chart, width_inches=size[0], height_inches=size[1], fill=fill)


def _with_figures(chart: Chart, name: str, phase: str, mine: pd.DataFrame, material: Material) -> Page:
    """An area's map above its figures year by year."""
    cells = [[ay_label(int(row["ay"])), *(_told(row[column], form) for column, _, form in COLUMNS)]
             for row in mine.to_dict("records")]
    entry = nc_year_label(ENTRY_YEAR[phase])
    headings = ["Year", *(title.format(entry=entry) for _, title, _ in COLUMNS)]
    foot = _foot(material, f"Figures are children and places. Bands: {BANDS}.", A4)
    words = "; ".join(f"{when}: " + ", ".join(f"{title[:1].lower()}{title[1:]} {cell}" for title, cell in
                                              zip(headings[1:], figures, strict=True)) for when, *figures in cells)
    drawn = replace(chart, title=f"{phase.capitalize()}: {chart.title}", alt=f"{chart.alt} Year by year: {words}.",
                    width_inches=A4[0], height_inches=A4[1],
                    fill=partial(_fill, above=chart.fill, headings=headings, cells=cells, foot=foot))
    return Page(phase, name, drawn, chart.alt, tuple(headings), tuple(map(tuple, cells)))


def _told(value: object, form: str) -> str:
    return NOT_KNOWN if pd.isna(value) else FORMS[form](value)


def _fill(figure: Figure, above: Callable[[Figure], None], headings: list[str], cells: list[list[str]], foot: str) -> None:
    parts: Any = figure.subfigures(3, 1, height_ratios=[3.2, 0.4 + 0.12 * len(cells), 0.3])
    top, middle, bottom = parts
    above(top)      # a part of a figure is filled like a whole one
    _table(middle, headings, cells)
    _write_foot(bottom, foot)


def _table(part: SubFigure, headings: list[str], cells: list[list[str]]) -> None:
    axes = part.subplots()
    axes.set_axis_off()
    table = axes.table([[plain_text(cell) for cell in row] for row in cells], colLabels=[plain_text(title) for title in headings],
                       loc="center", cellLoc="right", bbox=Bbox.unit())
    table.auto_set_font_size(False)
    table.set_fontsize(9)
    for (row, _), cell in table.get_celld().items():
        cell.set(linewidth=0.5, edgecolor="#b6c0c5", facecolor="#e8eef0" if row == 0 else "white")
        cell.get_text().set(color=INK, fontweight="bold" if row == 0 else "normal")


def _foot(material: Material, unit: str, size: tuple[float, float]) -> str:
    run = material.run
    said = (f"{unit} Source: school census of January {run.authority.base_year + 1} and forecast of run {run.named}, "
            f"{run.authority.name}{' (an invented council)' if run.authority.invented else ''}. Planning areas are indicative.")
    return textwrap.fill(plain_text(said), CHARACTERS[size])


def _write_foot(part: SubFigure, foot: str) -> None:
    part.text(0.01, 0.5, foot, ha="left", va="center", fontsize=8, color=INK)


def _figures(page: Page) -> str:
    """The figures of a sheet as a table; nothing where it has none."""
    if not page.cells:
        return ""
    heads = "".join(f'<th scope="col">{escape(title)}</th>' for title in page.headings)
    rows = "".join(f'<tr><th scope="row">{escape(year)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
                   for year, *cells in page.cells)
    called = escape(printable(page.chart.title))
    return (f'<div class="scroll" role="region" aria-label="{called}" tabindex="0"><table><caption>Children and places</caption>'
            f"<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>")


def index(material: Material, pages: list[Page]) -> str:
    """The index: for each sheet the words that stand for it, and where it is; it loads nothing and runs nothing."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    title = escape(f"{material.run.authority.name}: map book")
    parts = [f"<h1>{title}</h1>", f"<p>{escape(printable(_foot(material, 'Children and places.', A4)))}</p>"]
    if not pages:
        parts.append("<p>The planning areas of this run have no shapes, so there is no sheet.</p>")
    for phase in dict.fromkeys(page.phase for page in pages):
        parts.append(f"<h2>{escape(phase.capitalize())}</h2>")
        for page in (page for page in pages if page.phase == phase):
            called = escape(printable(page.chart.title))
            links = "".join(f'<a href="{page.name}.{ending}">{ending.upper()}: {called}</a>' for ending in ("png", "svg"))
            parts.append(f"<h3>{called}</h3><p>{escape(printable(page.told))}</p>{_figures(page)}<p>{links}</p>")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return (f'<!DOCTYPE html>\n<html lang="{LANGUAGE}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
            f"<style>{STYLE}</style>\n</head>\n<body>\n<main>\n{chr(10).join(parts)}\n</main>\n</body>\n</html>\n")
