"""What an ensemble found, in sentences, and what its sheets and columns are called: code name -> heading, meaning, how shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, ay_label

ENSEMBLE_COLUMNS: dict[str, tuple[str, str, str]] = {
    "point": ("Point of the sweep", "number of the combination of values that are swept; 0 where nothing is", ""),
    "future": ("Future", "its number; 0 is the central one, untouched by chance", ""),
    "lever": ("Lever", "key of what is drawn or swept, as in a scenario", ""),
    "set_at": ("Set at", "value of the lever at this point", ""),
    "short_with_plan": ("Places short with the plan", "children without a place once the fixed plan has served", "tenth"),
    "with_plan_expected_shortfall": ("Mean shortfall over all futures with the plan (places)", "mean over all futures", "tenth"),
    "with_plan_p_shortfall": ("Likelihood of a shortfall with the plan (%)", "share of futures with anybody short", "share"),
    "areas": ("Planning areas", "how many planning areas the phase has", "whole"),
    "areas_not_known": ("Planning areas whose places are not known", "they are left out of what is short", "whole"),
    "rank_correlation": ("Moves with the shortfall (-1 to 1)",
                         "correlation of ranks over all futures: 1 the more the shorter, -1 the less short, 0 neither", "ratio"),
    "figure": ("Figure", "which shortfall: without or with the plan", ""),
    "pupils_whole": ("Children expected, worked out whole", "the same future by the model itself", "tenth"),
    "additional_need_whole": ("Places short, worked out whole", "the same future by the model itself", "tenth"),
    "entry_need_whole": ("Places short in entry year, worked out whole", "the same future by the model itself", "tenth"),
    "short_with_plan_whole": ("Places short with the plan, worked out whole", "the same future by the model itself", "tenth"),
}
ENSEMBLE_SHEETS: dict[str, str] = {
    "phase_futures": "How short each phase is, year by year, over all futures: added up in each future, so ranges do not add up",
    "area_futures": "The same for each planning area",
    "moves_with": "How closely the shortfall moves with each lever that is drawn",
    "sweep_points": "The combinations of values that are swept",
    "checked_futures": "Futures worked out whole by the model, beside what was read between worlds",
}
"""The sheets of an ensemble's workbook, in their order; single futures and their levers are in the Parquet files."""
CLOSE = 0.2         # rank correlation from which a lever is named


def worst_years(table: pd.DataFrame, column: str = "expected_shortfall") -> pd.DataFrame:
    """Of each point and phase the year in which most are short in the mean; table: `phase_futures`."""
    known = table[table[column].notna()]
    if known.empty:
        return known
    return known.loc[known.groupby(["point", "phase"], sort=True)[column].idxmax()].reset_index(drop=True)


def figures(tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> dict[str, Any]:
    """What an ensemble found, as data: the worst year of each phase and point, what moves with it, how good it is."""
    worst = worst_years(tables["phase_futures"])
    told = [{key: _plain(value) for key, value in row.items()} for row in worst.to_dict("records")]
    return {"futures": facts["futures"], "points": facts["points"], "worst_years": told, "moves_with": _levers(tables),
            "checked": how_good(tables)}


def _plain(value: Any) -> Any:
    if isinstance(value, float | np.floating):
        return None if np.isnan(value) else round(float(value), 3)
    return value.item() if isinstance(value, np.generic) else value


def _levers(tables: Mapping[str, pd.DataFrame]) -> list[dict[str, Any]]:
    table = tables.get("moves_with", pd.DataFrame())
    return [{key: _plain(value) for key, value in row.items()} for row in table.to_dict("records")] if len(table) else []


def how_good(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any] | None:
    """How far futures read between worlds lie from the same ones worked out whole; None where none were."""
    table = tables.get("checked_futures", pd.DataFrame())
    if table.empty:
        return None
    off = (table["additional_need"] - table["additional_need_whole"]).abs()
    row = table.loc[off.idxmax()]
    pupils = (table["pupils"] / table["pupils_whole"] - 1).abs().max()
    return {"futures": int(table[["point", "future"]].drop_duplicates().shape[0]), "furthest": float(off.max()),
            "of": float(row["additional_need_whole"]), "mean": float(off.mean()), "pupils_share": float(pupils)}


def sentences(tables: Mapping[str, pd.DataFrame], facts: Mapping[str, Any]) -> list[str]:
    """What an ensemble found, for people."""
    worst = worst_years(tables["phase_futures"])
    several = facts["points"] > 1
    drawn = f"{facts['futures']:,} futures{' at each of ' + str(facts['points']) + ' points' if several else ''}"
    said = [f"{facts['name']}: {drawn}. {facts['why']}", ""]
    at = _at_points(tables)
    for row in worst.to_dict("records"):
        where = f"[{at[row['point']]}] " if several else ""
        said.append(where + _of_phase(row))
    silent = tables["phase_futures"].drop_duplicates("phase")
    said += [f"{row['phase'].capitalize()}: of {row['areas_not_known']} of {row['areas']} areas the places are not known, and "
             "they are left out." for row in silent.to_dict("records") if row["areas_not_known"]]
    said += _moving(tables)
    if (good := how_good(tables)) is not None:
        said += ["", f"Of these futures {good['futures']} were worked out whole by the model too: children of a phase are at "
                 f"most {100 * good['pupils_share']:.2f} % apart, shortfalls {good['mean']:,.1f} places in the mean and "
                 f"{good['furthest']:,.1f} at most, where {good['of']:,.0f} are short."]
    return said


def _at_points(tables: Mapping[str, pd.DataFrame]) -> dict[int, str]:
    table = tables.get("sweep_points", pd.DataFrame())
    if table.empty:
        return {0: ""}
    said = (table["lever"] + " " + table["set_at"]).groupby(table["point"])
    return {int(point): "; ".join(words) for point, words in said}


def point_words(tables: Mapping[str, pd.DataFrame]) -> dict[int, str]:
    """What each point of the sweep is, in a line."""
    return _at_points(tables)


def _of_phase(row: Mapping[str, Any]) -> str:
    """The worst year of a phase in a sentence."""
    low, high = row["additional_need_p10"], row["additional_need_p90"]
    said = (f"{row['phase'].capitalize()} schools are shortest in {ay_label(int(row['ay']))}: {row['expected_shortfall']:,.0f} "
            f"places over all year groups and areas in the mean ({low:,.0f} to {high:,.0f} in 8 of 10 futures), "
            f"{row['additional_need']:,.0f} if all goes as expected")
    if "with_plan_expected_shortfall" not in row:
        return f"{said}."
    return (f"{said}; with the plan {row['with_plan_expected_shortfall']:,.0f} ({row['short_with_plan_p10']:,.0f} to "
            f"{row['short_with_plan_p90']:,.0f}), {row['placed_next_door_p50']:,.0f} of those whom it serves next door.")


def _moving(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """Which levers the shortfall of each phase moves with, the closest first, at the first point."""
    table = tables.get("moves_with", pd.DataFrame())
    if table.empty:
        return []
    first = table[table["point"].eq(0) & table["figure"].eq("additional_need")]
    said = []
    for phase in (phase for phase in ENTRY_YEAR if phase in set(first["phase"])):
        mine = first[first["phase"] == phase].sort_values("rank_correlation", key=lambda column: -column.abs(), kind="stable")
        close = [f"{row.lever} ({row.rank_correlation:+.2f})".replace("-", "\N{MINUS SIGN}") for row in mine.itertuples()
                 if abs(row.rank_correlation) >= CLOSE]
        said.append(f"The {phase} shortfall moves with {', '.join(close)}." if close
                    else f"The {phase} shortfall moves with none of the levers by itself: chance outweighs each.")
    return said
