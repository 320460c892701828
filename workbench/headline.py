"""The headline figures of a finished run, from its own files: where the entry years run short, and how good the forecast was.

Figures are rounded one by one and then added up, as on the map, so that the two never disagree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from maps.layer import number
from planning_areas.school_year import ENTRY_YEAR, ay_label
from scenarios.figures import whole
from scenarios.in_force import IDLE
from sufficiency.intervals.ranges import HELD
from workbench.answers import columns
from workbench.childcare_view import childcare_lines, protected
from workbench.places_ground import CAUTION, shared_evenly
from workbench.plan_view import plan_headline, plan_lines
from workbench.safe_dates import by_remedy, date_lines, newest_day
from workbench.surplus_view import TABLE as SURPLUS
from workbench.surplus_view import surplus_lines, surplus_told

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from scenarios.runs import Run

MOST_AREAS = 10
IN_EIGHT = "8 in 10"      # heading of a range
LEFT = 7                  # columns left of the line
RANGE = 2                 # of these, the range of pupils
OVER_ALL = "mean of all futures"
LEFT_AND_RIGHT = (
    "Left of the line: the forecast itself, and the range of its pupils from 1 in 10 futures to 9 in 10. Right of it:",
    "places short in the year of entry in the mean of all futures drawn, and from 1 in 10 to 9 in 10. That may be more",
    "than by the forecast: in most futures some area that is nearly full runs short, and a spare place elsewhere never",
    "makes up for it.",
)


def headline(run: Run, on: date | None = None) -> dict[str, Any]:
    """Areas short by year, the areas that are shortest, last safe dates, accuracy against what came, and the number of notes.

    on: the day on which dates are judged; the day of the newest file that the run has read if left out.
    """
    day = on or newest_day((one["reference_date"] for one in run.manifest["inputs"]), run.manifest["authority"]["base_year"])
    balance, names = run.table("balance"), run.table("names")
    ranges = run.table("authority_range") if "authority_range" in run.tables else pd.DataFrame(columns=["phase", "ay"])
    short = balance.assign(short=whole(balance["additional_need"]))
    return {
        "run_id": run.run_id,
        "authority": run.manifest["authority"],
        "scenario": {**{name: run.manifest["scenario"].get(name) for name in ("name", "why", "changes", "baseline")},
                     "no_effect": [note["text"] for note in run.manifest["notes"] if note["table"] == IDLE]},
        "years": short_by_year(short, run.table("unfilled"), ranges),
        "no_ranges": no_ranges({**run.manifest["assumptions"], **run.manifest["scenario"].get("settings", {})}),
        "shared_evenly": shared_evenly(run.table("places"), int(run.manifest["authority"]["base_year"])),
        "shortest": shortest(short, names),
        "judged_on": day,
        "last_safe_dates": by_remedy(run.table("last_safe_dates"), day) if "last_safe_dates" in run.tables else [],
        "childcare": _childcare(run),
        "surplus": surplus_told(run.table(SURPLUS)) if SURPLUS in run.tables else [],
        "plan": plan_headline(run),
        "accuracy": _plain(run.table("accuracy")),
        "notes": len(run.manifest["notes"]),
    }


def no_ranges(settings: Mapping[str, Any]) -> str:
    """Why a run tells no ranges, in a sentence; blank where it does."""
    for name, none in (("draws", 1), ("spread", 0)):
        if settings.get(name) == none:
            return f"No ranges: {name} = {none} in the settings leaves nothing to chance. What is told is the forecast alone."
    return ""


RANGES = {"pupils_p10": "pupils_p10", "pupils_p90": "pupils_p90", "places_short_p10": "entry_need_p10",
          "places_short_p90": "entry_need_p90", "places_short_expected": "entry_expected_shortfall",
          "p_shortfall": "entry_p_shortfall"}
"""What is told of the range of a year's figures, and the columns that it stands in."""


def short_by_year(balance: pd.DataFrame, unfilled: pd.DataFrame, ranges: pd.DataFrame) -> list[dict[str, Any]]:
    """For each phase and year: pupils, areas and places short in the entry year group, and areas short in any year group."""
    empty = unfilled.set_index(["phase", "ay"])["unfilled_share"].dropna().to_dict()
    found = {(row["phase"], row["ay"]): row for row in _plain(ranges)}
    rows = []
    for (phase, ay), year in balance.groupby(["phase", "ay"], sort=True):
        entry = year[year["nc_year"] == ENTRY_YEAR[str(phase)]]
        rows.append({
            "phase": str(phase),
            "ay": int(ay),
            "nc_year": ENTRY_YEAR[str(phase)],
            "pupils": float(year["pupils"].sum()),
            **{name: found.get((phase, ay), {}).get(column) for name, column in RANGES.items()},
            "unfilled_share": empty.get((phase, ay)),
            "areas": int(entry["planning_area_code"].nunique()),
            "areas_not_known": int(entry["short"].isna().sum()),
            "areas_short": int((entry["short"] > 0).sum()),
            "places_short": int(entry["short"].sum()),
            "areas_known": int(year.loc[year["short"].notna(), "planning_area_code"].nunique()),
            "areas_short_in_any_year_group": int(year.loc[year["short"] > 0, "planning_area_code"].nunique()),
        })
    return rows


def shortest(balance: pd.DataFrame, names: pd.DataFrame) -> list[dict[str, Any]]:
    """The areas with most places short in one year group and year, each at its worst; most first."""
    found = balance[balance["short"] > 0].sort_values(["short", "ay", "planning_area_code"], ascending=[False, True, True])
    found = found.drop_duplicates(["phase", "planning_area_code"]).head(MOST_AREAS)
    called = dict(zip(names["planning_area_code"], names["planning_area_name"], strict=True))
    return [
        {
            "phase": row.phase,
            "planning_area_code": row.planning_area_code,
            "planning_area_name": called.get(row.planning_area_code, row.planning_area_code),
            "nc_year": int(row.nc_year),
            "ay": int(row.ay),
            "places_short": int(row.short),
        }
        for row in found.itertuples()
    ]


def headline_lines(told: dict[str, Any]) -> list[str]:
    """The same for people."""
    authority = told["authority"]
    lines = [f"{authority['name']} ({authority['code']}), from the census of January {authority['base_year'] + 1}", "",
             *scenario_lines(told.get("scenario") or {})]
    drawn = any(row["pupils_p10"] is not None for row in told["years"])
    for phase, entry in ENTRY_YEAR.items():
        rows = [row for row in told["years"] if row["phase"] == phase]
        if rows:
            short = (f"areas short in {group_name(entry)}", "places short there", "areas short in any year group")
            heading = (phase, "pupils", IN_EIGHT, "unfilled", *short, "|", OVER_ALL, IN_EIGHT)
            lines += [line.format(phase=phase) for line in CAUTION if phase in told.get("shared_evenly", ())]
            cells = [heading, *(_year_cells(row) for row in rows)]
            shown = cells if drawn else [(*row[:RANGE], *row[RANGE + 1:LEFT]) for row in cells]
            lines += [*columns(shown, right=set(range(1, len(shown[0]))) - {LEFT}), ""]
    if drawn:
        lines += [*LEFT_AND_RIGHT, ""]
    elif told.get("no_ranges"):
        lines += [told["no_ranges"], ""]
    if told["shortest"]:
        lines += [
            "Shortest of places, each area at its worst:",
            *columns(
                [
                    (
                        f"  {a['planning_area_name']}",
                        a["phase"],
                        group_name(a["nc_year"]),
                        ay_label(a["ay"]),
                        a["places_short"],
                    )
                    for a in told["shortest"]
                ],
                right=[4],
            ),
            "",
        ]
    lines += date_lines(told["last_safe_dates"], told["judged_on"])
    lines += told["childcare"]
    lines += surplus_lines(told.get("surplus", []))
    lines += plan_lines(told.get("plan"))
    lines += accuracy_lines(told["accuracy"])
    return lines


def scenario_lines(scenario: dict[str, Any]) -> list[str]:
    """Which scenario it is, why it is asked, and what differs from the base; nothing for the base."""
    if not scenario.get("changes"):
        return []
    return [f"Scenario: {scenario['name']}. {scenario['why']}", "What would be, not what is expected. Changed:",
            *(f"  {change}" for change in scenario["changes"]), *scenario.get("no_effect", ()),
            f"Held against the run {scenario['baseline']}", ""]


def _childcare(run: Run) -> list[str]:
    """What is told of childcare, where anything is."""
    return childcare_lines(protected(run), run.manifest["authority"]["base_year"])


def accuracy_lines(rows: list[dict[str, Any]]) -> list[str]:
    """Forecast totals beside the counts that came, and how far the authority's own returns were out, January by January."""
    if not rows:
        return []
    heading = ("Against what came", "", "forecast", IN_EIGHT, "counted", "error", "did the range hold it?",
               "own return, one year ahead", "three years ahead")
    cells = [(f"January {row['ay'] + 1}", row["phase"], _count(row["forecast"]), _range(row, "pupils"), _count(row["actual"]),
              _signed(row["error"]), row.get("range_held") or "", _signed(row["own_error_one_year"]),
              _signed(row["own_error_three_year"])) for row in rows]
    return [*columns([heading, *cells], right=[2, 3, 4, 5, 7, 8]), "(+ is an over-forecast)", *_out_of_range(rows), ""]


def _out_of_range(rows: list[dict[str, Any]]) -> list[str]:
    """How many counts lay outside the range that was laid around this forecast; nothing where all lay within."""
    tried = [row for row in rows if row.get("range_held")]
    out = [row for row in tried if row["range_held"] != HELD]
    if not out:
        return []
    return [f"{len(out)} of {len(tried)} counts lay outside the range in which 8 in 10 were to lie: the range was too narrow, or "
            "the years out of the ordinary."]


def _count(count: float | None) -> str:
    return "" if count is None else number(count)


def _signed(error: float | None) -> str:
    return "" if error is None else f"{100 * error:+.1f} %"


def _year_cells(row: dict[str, Any]) -> tuple[str, ...]:
    known = row["areas"] - row["areas_not_known"]
    share = row["unfilled_share"]
    told = (ay_label(row["ay"]), number(row['pupils']), _range(row, "pupils"),
            "not known" if share is None else f"{100 * share:.1f} %")
    if not known:
        return (*told, "not known", "", "", "|", "", "")
    expected = row["places_short_expected"]
    return (
        *told,
        f"{row['areas_short']} of {known}",
        f"{row['places_short']:,}",
        f"{row['areas_short_in_any_year_group']} of {row['areas_known']}",
        "|",
        "" if expected is None else number(expected),
        _range(row, "places_short"),
    )


def _range(row: dict[str, Any], figure: str) -> str:
    """From 1 in 10 futures to 9 in 10; blank where there is no range."""
    low, high = row.get(f"{figure}_p10"), row.get(f"{figure}_p90")
    return "" if low is None or high is None else f"{number(low)} to {number(high)}"


def group_name(nc_year: int) -> str:
    """A year group as people say it."""
    return "Reception" if nc_year == 0 else f"Year {nc_year}"


def _plain(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A small table as plain values, missing ones as None."""
    return [{str(k): (None if pd.isna(v) else v) for k, v in row.items()} for row in frame.to_dict("records")]
