"""The reply to a planning consultation as a page: each step with its formula and figures, readable without a network.

Nothing on the page is script, nothing is loaded, and every text from a file is escaped. The figures are those of the reply,
which are rounded before each step: who multiplies and adds up what is printed comes to what is printed. No table is wider than
the page, on a screen of 992 pixels as on paper.
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label, nc_year_label
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sufficiency.assumptions import Assumptions
    from sufficiency.housing.contribution import Contribution

    Shown = Callable[[object], str]


@dataclass(frozen=True)
class Issued:
    """What makes a reply one that can be found again: when and by whom it was made, and from what."""

    made_on: str        # 2026-11-23
    author: str         # blank where it is not known
    vintage: str        # id of the run of the same files, settings and program
    version: str        # of the program

STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 62rem; padding: 1rem; }
h1, h2 { line-height: 1.2; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin: .5rem 0 1rem; }
caption { font-weight: 600; padding: .25rem 0; text-align: left; }
th, td { border-bottom: 1px solid; padding: .25rem .6rem; text-align: left; vertical-align: top; }
td.n, th.n { font-variant-numeric: tabular-nums; text-align: right; }
td:last-child:not(.n) { min-width: 9rem; }
tr.sum { font-weight: 700; }
dl { display: grid; gap: 0 1rem; grid-template-columns: max-content 1fr; }
dd { margin: 0; overflow-wrap: anywhere; }
@page { margin: 12mm; }
@media print {
  body { font-size: 9pt; padding: 0; }
  .scroll { overflow: visible; }
  th, td { padding: .15rem .3rem; }
  td:last-child:not(.n) { min-width: 0; }
  h2, caption { break-after: avoid; }
  tr { break-inside: avoid; }
}
"""


def _number(value: object, digits: int = 1) -> str:
    missing = value is None or (isinstance(value, float | np.floating) and np.isnan(value))
    return "not known" if missing else f"{float(str(value)):,.{digits}f}"


def _whole(value: object) -> str:
    return _number(value, 0)


def _yield(value: object) -> str:
    return _number(value, 3)


def _exact(value: object) -> str:
    """A factor as it is, so that who multiplies with it comes to the same."""
    missing = value is None or (isinstance(value, float | np.floating) and np.isnan(value))
    return "not known" if missing else f"{float(str(value)):,.10g}"


def _pounds(value: object) -> str:
    return f"\N{POUND SIGN}{_exact(value)}"


def _yes(value: object) -> str:
    return "yes" if value else "no"


def _text(value: object) -> str:
    return str(value)


TIMES = "\N{MULTIPLICATION SIGN}"
NUMBERS = (_number, _whole, _yield, _exact, _pounds)


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


def contribution_page(reply: Contribution, authority: str, base: int, assumptions: Assumptions, issued: Issued) -> str:
    """The whole page as HTML; its head tells of which site it is and from what it was made, for who comes to write beside it."""
    title = f"{reply.site_name or reply.site_ref}: school places asked for"
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    parts = [
        f"<h1>{escape(title)}</h1>", f"<p>{escape(_opening(reply, authority, base))}</p>",
        _issued(reply, authority, base, issued), _sums(reply), _homes(reply), _free(reply), _costs(assumptions, reply),
        _what_else(reply),
    ]
    return (f'<!DOCTYPE html>\n<html lang="en-GB">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" '
            f'content="{policy}">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n{marks(reply, issued)}'
            f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n" + "\n".join(parts)
            + "\n</main>\n</body>\n</html>\n")


def marks(reply: Contribution, issued: Issued) -> str:
    """Of which site a page is and from which vintage, as the head of the page tells it."""
    return (f'<meta name="site" content="{escape(reply.site_ref)}">\n<meta name="vintage" content="{escape(issued.vintage)}">\n')


def _issued(reply: Contribution, authority: str, base: int, issued: Issued) -> str:
    told = {
        "Reference": reply.site_ref, "Date": issued.made_on, "By": ", ".join(part for part in (issued.author, authority) if part),
        "Forecast": f"run {issued.vintage}, from the school census of January {base + 1}",
        "Program": f"Sufficiency {issued.version}",
    }
    return "<dl>" + "".join(f"<dt>{name}</dt><dd>{escape(text)}</dd>" for name, text in told.items()) + "</dl>"


def _opening(reply: Contribution, authority: str, base: int) -> str:
    status = reply.status.replace("_", " ")
    end = ay_label(reply.ready_by)
    when = f"beyond {end}, the last year of the forecast" if reply.beyond else f"by {end}"
    return (f"{authority}, on site {reply.site_ref} ({status}), {reply.dwellings:,.0f} homes still to come, the last {when}. "
            f"Children are counted in the January census of {base + 1}; later years are forecasts.")


def _read_in(reply: Contribution) -> str:
    """When places are free, for the head of a column: one January, or one for each phase."""
    rows = reply.asked.iloc[:-1]
    by_year: dict[int, list[str]] = {}
    for phase, ay in zip(rows["phase"], rows["ay"], strict=True):
        by_year.setdefault(int(ay) + 1, []).append(str(phase).lower())
    if len(by_year) == 1:
        return f"January {next(iter(by_year))}"
    return "; ".join(f"{' and '.join(phases)} January {year}" for year, phases in by_year.items())


def _sums(reply: Contribution) -> str:
    formula = ("Places asked for = in each year group, places generated less places free at schools within walking distance, "
               f"never below nought, added up. Sum = places asked for {TIMES} cost of a place {TIMES} how many times a "
               f"mainstream place it costs {TIMES} location factor. Each figure is rounded before the next step: homes to whole "
               "ones, yields to three decimals, children and places to a tenth, sums to a hundred pounds.")
    cost: dict[str, tuple[str, Shown]] = {
        "each": ("Cost of a place", _pounds), "times": ("times", _exact), "location_factor": ("Location factor", _exact)}
    when = _read_in(reply)
    asked = _table(reply.asked, "Asked for: phases that are tested", {
        "phase": ("Phase", _text), "generated": ("Places generated", _number),
        "free_places": (f"Free within reach, {when}", _number), "met": ("of which of use here", _number),
        "asked": ("Places asked for", _number), **cost, "sum": ("Sum", _pounds)}, total=True)
    wider = _table(reply.asked, "If the planning area's other schools counted too", {
        "phase": ("Phase", _text), "generated": ("Places generated", _number), "free_places": ("Free within reach", _number),
        "free_elsewhere": (f"Free beyond reach, own planning area, {when}", _number),
        "met_with_area": ("Together of use here", _number), "asked_with_area": ("Places asked for", _number),
        "sum_with_area": ("Sum", _pounds)}, total=True)
    apart = _table(reply.not_assessed, "Not assessed, and in no sum above: the most that it could come to", {
        "phase": ("Phase", _text), "generated": ("Places generated", _number), **cost, "up_to": ("Up to", _pounds),
        "why": ("What is free", _text)}, total=True)
    return ("<h2>What is asked for</h2>" + f"<p>{formula}</p>" + (asked + wider if len(reply.asked) > 1 else "")
            + (apart if len(reply.not_assessed) > 1 else ""))


PHASE_NAMES = (("early_years", "early years"), ("primary", "primary"), ("secondary", "secondary"), ("post_16", "16+"))


def _homes(reply: Contribution) -> str:
    rule = rulebook("housing")["special"]
    yields: dict[str, tuple[str, Shown]] = {f"{phase}_yield": (f"Yield, {name}", _yield) for phase, name in PHASE_NAMES}
    children: dict[str, tuple[str, Shown]] = {phase: (f"Children, {name}", _number) for phase, name in PHASE_NAMES}
    added = pd.DataFrame([{"kind": "Together", **{name: reply.homes[name].sum() for name in ("dwellings", *children)}}])
    kinds = pd.concat([reply.homes[["kind", "dwellings", *children]], added], ignore_index=True)
    return ("<h2>Step 1: children who will live there</h2>"
            f"<p>Children = homes {TIMES} yield, all who live there (gross). Special schools and units: {rule['share']:.1%} of "
            "all children, a value that has not been verified. Homes for students or older people and flats with one bedroom "
            "bring none unless the council's policy says otherwise.</p>"
            + _table(reply.homes, "Homes and yields", {
                "kind": ("Kind of home", _text), "dwellings": ("Homes", _whole), "brings_pupils": ("Brings pupils", _yes),
                **yields, "rests_on": ("Primary yield counted in", _text)})
            + _table(kinds, "Children", {"kind": ("Kind of home", _text), "dwellings": ("Homes", _whole), **children},
                     total=True))


def _free(reply: Contribution) -> str:
    reach = rulebook("contributions")["reach"]
    said = (f"Within reach are schools nearer than the statutory walking distance ({reach['primary'] / 1000:.2f} km primary, "
            f"{reach['secondary'] / 1000:.2f} km secondary and sixth form) in a straight line, which stands in for the safe "
            "walking route. Only their free places count; the other schools of the planning area to which most of the site's "
            "children go stand beside them. Children are those of the forecast without this site and without places that come "
            "only with it, with all other certain homes. A free place helps no other year group, and full schools take nothing "
            "away from others. Schools with a religious character are named as such and count like all others.")
    groups = reply.year_groups.assign(name=[_group(phase, int(g)) for phase, g in
                                            zip(reply.year_groups["phase"], reply.year_groups["nc_year"], strict=True)])
    told = [_schools(schools, str(phase)) for phase, schools in reply.schools.groupby("phase", sort=False)]
    when = _read_in(reply)
    return (f"<h2>Step 2: places free when the homes are lived in</h2><p>{escape(said)}</p>" + "".join(told)
            + _table(groups, "Year groups", {
                "name": ("Year group", _text), "generated": ("Generated", _number),
                "free_places": (f"Free within reach, {when}", _number), "met": ("of which of use here", _number),
                "asked": ("Asked for", _number), "free_elsewhere": ("Free beyond reach, own planning area", _number)}))


def _group(phase: str, nc_year: int) -> str:
    return "Sixth form, all years" if phase == "post_16" else f"{phase.capitalize()}, {nc_year_label(nc_year)}"


def _schools(schools: pd.DataFrame, phase: str) -> str:
    name, when = {"post_16": "sixth forms"}.get(phase, f"{phase} schools"), f"January {int(schools['ay'].iloc[0]) + 1}"
    shown = schools.assign(faith=schools["faith"].mask(schools["faith"].eq(""), "none told"))
    return _table(shown, f"{name.capitalize()} within reach or of the planning area", {
        "school_name": ("School", _text), "urn": ("URN", _text), "faith": ("Religious character", _text),
        "metres": ("Metres", _whole), "within_reach": ("Within reach", _yes), "own_area": ("Own planning area", _yes),
        "places": (f"Places, {when}", _whole), "pupils": (f"Children, {when}", _number),
        "free_places": (f"Free, {when}", _number)})


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
