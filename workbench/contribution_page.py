"""The reply to a planning consultation as a page: each step with its formula and figures, readable without a network.

Nothing on the page is script, nothing is loaded, and every text from a file is escaped. Figures stand in full in the workbook
beside it; on the page children have one decimal, places asked for two, and pounds are whole.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label, nc_year_label
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sufficiency.assumptions import Assumptions
    from sufficiency.contribution import Contribution

    Shown = Callable[[object], str]

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; }
h1, h2 { line-height: 1.2; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0 1rem; }
caption { font-weight: 600; padding: .25rem 0; text-align: left; }
th, td { border-bottom: 1px solid; padding: .25rem .6rem; text-align: left; vertical-align: top; }
td.n, th.n { font-variant-numeric: tabular-nums; text-align: right; }
td:last-child:not(.n) { min-width: 14rem; }
tr.sum { font-weight: 700; }
@media print { .scroll { overflow: visible; } h2, caption { break-after: avoid; } tr { break-inside: avoid; } }
"""


def _number(value: object, digits: int = 1) -> str:
    missing = value is None or (isinstance(value, float | np.floating) and np.isnan(value))
    return "not known" if missing else f"{float(str(value)):,.{digits}f}"


def _places(value: object) -> str:
    return _number(value, 2)


def _whole(value: object) -> str:
    return _number(value, 0)


def _yield(value: object) -> str:
    return _number(value, 3)


def _pounds(value: object) -> str:
    return f"\N{POUND SIGN}{_number(value, 0)}"


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _text(value: object) -> str:
    return str(value)


TIMES = "\N{MULTIPLICATION SIGN}"
NUMBERS = (_number, _places, _whole, _yield, _pounds)


def _table(frame: pd.DataFrame, caption: str, columns: Mapping[str, tuple[str, Shown]], total: bool = False) -> str:
    """A table with a caption and headings of columns and rows; columns: name -> heading and how a value is shown."""
    head = "".join(f'<th scope="col"{_right(shown)}>{escape(title)}</th>' for title, shown in columns.values())
    body = []
    for at, row in enumerate(frame.to_dict("records")):
        last = total and at == len(frame) - 1
        cells = [(shown("" if last and pd.isna(row[name]) and shown is _text else row[name]), shown, pd.isna(row[name]))
                 for name, (_, shown) in columns.items()]
        told = ["" if last and missing else text for text, _, missing in cells]
        rest = "".join(f"<td{_right(shown)}>{escape(text)}</td>" for text, (_, shown, _) in zip(told[1:], cells[1:], strict=True))
        body.append(f'<tr{" class=sum" if last else ""}><th scope="row">{escape(told[0])}</th>{rest}</tr>')
    return (f'<div class="scroll" role="region" aria-label="{escape(caption)}" tabindex="0"><table>'
            f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table></div>")


def _right(shown: Shown) -> str:
    return ' class="n"' if shown in NUMBERS else ""


def contribution_page(reply: Contribution, authority: str, base: int, assumptions: Assumptions) -> str:
    """The whole page as HTML."""
    title = f"{reply.site_name or reply.site_ref}: school places asked for"
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    parts = [
        f"<h1>{escape(title)}</h1>", f"<p>{escape(_opening(reply, authority, base))}</p>", _sums(reply), _homes(reply),
        _free(reply), _costs(assumptions, reply), _what_else(reply),
    ]
    return (f'<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" '
            f'content="{policy}">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n" + "\n".join(parts)
            + "\n</main>\n</body>\n</html>\n")


def _opening(reply: Contribution, authority: str, base: int) -> str:
    status = reply.status.replace("_", " ")
    end = ay_label(reply.ready_by)
    when = f"beyond {end}, the last year of the forecast" if reply.beyond else f"by {end}"
    return (f"{authority}, on site {reply.site_ref} ({status}), {reply.dwellings:,.0f} homes still to come, the last {when}. "
            f"Children are counted in the January census of {base + 1}; later years are forecasts.")


def _sums(reply: Contribution) -> str:
    formula = ("Places asked for = in each year group, places generated less places free, never below nought, added up. "
               f"Sum = places asked for {TIMES} cost of a place {TIMES} how many times a mainstream place it costs {TIMES} "
               "location factor.")
    return "<h2>What is asked for</h2>" + f"<p>{formula}</p>" + _table(reply.asked, "Places and sums by phase", {
        "phase": ("Phase", _text), "generated": ("Places generated", _number), "met": ("of which free within reach", _number),
        "asked": ("Places asked for", _places), "each": ("Cost of a place", _pounds), "times": ("times", _number),
        "location_factor": ("Location factor", _places), "sum": ("Sum", _pounds)}, total=True)


def _homes(reply: Contribution) -> str:
    columns: dict[str, tuple[str, Shown]] = {
        "kind": ("Kind of home", _text), "dwellings": ("Homes", _whole), "brings_pupils": ("Brings pupils", _yes),
    }
    for phase, name in (("early_years", "early years"), ("primary", "primary"), ("secondary", "secondary"), ("post_16", "16+")):
        columns |= {f"{phase}_yield": (f"Yield, {name}", _yield), phase: (f"Children, {name}", _number)}
    rule = rulebook("housing")["special"]
    return ("<h2>Step 1: children who will live there</h2>"
            f"<p>Children = homes {TIMES} yield, all who live there (gross). Special schools and units: {rule['share']:.1%} of "
            "all children, a value that has not been verified. Homes for students or older people and flats with one bedroom "
            "bring none unless the council's policy says otherwise.</p>"
            + _table(reply.homes, "Homes, yields and children", {**columns, "rests_on": ("Primary yield counted in", _text)}))


def _free(reply: Contribution) -> str:
    reach = rulebook("contributions")["reach"]
    said = (f"Schools nearer than the statutory walking distance ({reach['primary'] / 1000:.2f} km primary, "
            f"{reach['secondary'] / 1000:.2f} km secondary) in a straight line, which stands in for the safe walking route, and "
            "those of the planning area to which most of the site's children go. Children are those of the forecast without this "
            "site, with all other certain homes. A free place helps no other year group, and full schools take nothing away from "
            "others.")
    groups = reply.year_groups.assign(name=[f"{phase}, {nc_year_label(int(g))}" for phase, g in
                                            zip(reply.year_groups["phase"], reply.year_groups["nc_year"], strict=True)])
    schools = reply.schools.assign(year=[ay_label(int(ay)) for ay in reply.schools["ay"]])
    return f"<h2>Step 2: places free when the homes are lived in</h2><p>{escape(said)}</p>" + _table(
        schools, "Schools within reach", {
            "school_name": ("School", _text), "urn": ("URN", _text), "phase": ("Phase", _text), "metres": ("Metres", _whole),
            "within_reach": ("Within reach", _yes), "own_area": ("Own planning area", _yes), "year": ("Year", _text),
            "places": ("Places", _whole), "pupils": ("Children", _number), "free_places": ("Free, by year group", _number)},
    ) + _table(groups, "Year groups", {
        "name": ("Year group", _text), "generated": ("Generated", _number), "free_places": ("Free", _number),
        "met": ("Free and of use", _number), "asked": ("Asked for", _places)})


def _costs(assumptions: Assumptions, reply: Contribution) -> str:
    rules = rulebook("contributions")
    cost, other = rules["cost"], rules["other_places"]
    own = assumptions.place_cost_primary or assumptions.place_cost_secondary
    whence = "set by the council in its workspace, otherwise " if own else ""
    said = (f"The cost of a place is {whence}that of a permanent expansion: {cost['source']} ({cost['source_date']}), "
            f"{cost['unit']}, without land. A special place costs {other['special']['times']:g} times a primary place and an "
            f"early-years place as much as a primary place ({other['source']}); a sixth-form place as much as a secondary one, "
            "which is not verified.")
    new = ""
    if reply.new_school:
        each = cost["primary"]["new_school"] * assumptions.location_factor
        new = ("<p>The homes bring children enough for at least one form of entry: a new school may be the remedy. A primary "
               f"place in a new school costs {_pounds(each)}, and serviced land comes on top.</p>")
    return f"<h2>Step 3: the cost</h2><p>{escape(said)}</p>{new}"


def _what_else(reply: Contribution) -> str:
    told = [note.text + (f": {note.loses}" if note.loses else "") for note in reply.notes]
    notes = "".join(f"<li>{escape(text)}.</li>" for text in told)
    said = ("It does not judge whether the homes are acceptable, nor the three tests of regulation 122 of the Community "
            "Infrastructure Levy Regulations 2010. It holds no school travel, no land, and no indexation of the sums to the day "
            "of payment. It is a forecast: it should be made again when the application is decided.")
    return f"<h2>What this does not say</h2><p>{said}</p><ul>{notes}</ul>"
