"""A comparison in words, written from its tables: what differs between two runs, what moved, when, where, and what the plan makes
of it. Nothing is said that is not a figure of the tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from maps.layer import listed, number
from planning_areas.school_year import ay_label
from scenarios.compare import ADDED, DROPPED, EARLIER, LATER
from sufficiency.childcare.terms import BAND_NAMES
from workbench.sheets import WHOLE

MINUS = "\N{MINUS SIGN}"
LEAST = 0.05            # a change that is shown as nought is none
LEAST_LIKELY = 0.10     # of a likelihood, that is worth a word
MOST_INPUTS, MOST_NAMED = 20, 4
Tables = Mapping[str, pd.DataFrame]


def words_of(tables: Tables, run: str, first: str, names: Mapping[str, str]) -> list[str]:
    """What is to be said of one run held against the first, line by line; names: of planning areas, by their codes."""
    mine = {name: table[table["run"] == run] if "run" in table else table for name, table in tables.items()}
    details = (*_when(mine["moved_by_year"]), *_where(mine["moved_by_area"], names), *_likely(mine["moved_by_area"], names),
               *_childcare(mine["moved_childcare"]))
    return [f"{run}, held against {first}", *_went_in(mine["went_in"]), *_figures(mine["moved_figures"], bool(details)),
            *(f"  {said}" for said in (*details, *_plan(mine["moved_schemes"]))), ""]


def _went_in(table: pd.DataFrame) -> Iterator[str]:
    yield "What went in otherwise:" if len(table) else "Nothing went in otherwise."
    for row in table.head(MOST_INPUTS).to_dict("records"):
        publisher = f"; {row['publisher']}" if row["publisher"] else ""
        yield f"  {row['kind']}, {row['said']}{publisher}"
    if len(table) > MOST_INPUTS:
        yield f"  and {len(table) - MOST_INPUTS} more; the sheet went_in lists them all"


def changed(value: float, decimals: int = 1) -> str:
    """A change with its sign: +12.3, \N{MINUS SIGN}4.0."""
    return ("+" if value > 0 else "") + number(value, decimals)


def _figures(table: pd.DataFrame, more: bool) -> Iterator[str]:
    """The sums that moved; more: something moved that is in none of them, and is told below."""
    far = table["change"].isna() | (table["change"].abs() >= LEAST)
    none = "None of the sums over all years moved; what moved:" if more else "No figure moved."
    yield "What moved:" if far.any() else none
    width = max((len(title) for title in table.loc[far, "title"]), default=0)
    for row in table[far].to_dict("records"):
        before, after = ("not told" if pd.isna(row[side]) else number(row[side], 1) for side in ("before", "after"))
        moved = "" if pd.isna(row["change"]) else f" ({changed(row['change'])})"
        yield f"  {row['title']:<{width}}  {before} -> {after} {row['unit']}{moved}"
    if far.any() and not far.all():
        yield f"  As before: {'; '.join(table.loc[~far, 'title'])}"


def _when(table: pd.DataFrame) -> Iterator[str]:
    """In which years places short move, by phase: at entry, and in all year groups."""
    for phase, mine in table.groupby("phase"):
        for column, said in (("entry_need_change", "the year of entry"), ("additional_need_change", "all year groups")):
            rows = mine[mine[column].abs() >= LEAST]
            if len(rows):
                told = [f"{ay_label(int(ay))} {changed(value)}" for ay, value in zip(rows["ay"], rows[column], strict=True)]
                yield f"When ({phase}, places short in {said}): {', '.join(told)}"


def _where(table: pd.DataFrame, names: Mapping[str, str]) -> Iterator[str]:
    """Which areas move most, over all year groups and years."""
    for phase, mine in table.groupby("phase"):
        moved = mine.groupby("planning_area_code")["additional_need_change"].sum()
        for said, part in (("more", moved[moved >= LEAST].sort_values(ascending=False)),
                           ("fewer", moved[moved <= -LEAST].sort_values())):
            if len(part):
                some = [f"{names.get(code, code)} ({changed(value)})" for code, value in part.items()]
                yield f"Where ({phase}), {said} places short, all year groups and years: {listed(some, MOST_NAMED)}"


def _likely(table: pd.DataFrame, names: Mapping[str, str]) -> Iterator[str]:
    """Where the likelihood of a shortfall at entry moves by a tenth or more in some year."""
    column = "entry_p_shortfall_change"
    for verb, far in (("rises", table[table[column] >= LEAST_LIKELY]), ("falls", table[table[column] <= -LEAST_LIKELY])):
        if len(far):
            worst = far.loc[far[column].abs().idxmax()]
            yield (f"The likelihood of a shortfall at entry {verb} by a tenth or more in {far['planning_area_code'].nunique()} "
                   f"areas; most in {names.get(worst['planning_area_code'], worst['planning_area_code'])}, "
                   f"{ay_label(int(worst['ay']))}: {worst['entry_p_shortfall_before']:.0%} -> "
                   f"{worst['entry_p_shortfall_after']:.0%}")


def _childcare(table: pd.DataFrame) -> Iterator[str]:
    """How many areas have more or fewer hours of childcare short, of those that may be told."""
    if table.empty:
        return
    yield from _wanted(table)
    areas = table[(table["level"] == "planning_area") & (table["measure"] == "all")]
    column = "hours_short_change"
    for said, far in (("more", areas[areas[column] >= LEAST]), ("fewer", areas[areas[column] <= -LEAST])):
        if len(far):
            worst = far.loc[far["hours_short_change"].abs().idxmax()]
            yield (f"Childcare: {said} hours short in {_areas(far['area_code'].nunique())}; most in {worst['area_name']}, "
                   f"{ay_label(int(worst['ay']))}, {worst['term']}, {BAND_NAMES[str(worst['age_band'])]}: "
                   f"{changed(worst['hours_short_change'])} hours a week")


def _areas(many: int) -> str:
    return f"{many} planning area{'s' * (many != 1)}"


def _wanted(table: pd.DataFrame) -> Iterator[str]:
    """How hours wanted move in the whole authority, for each age in the year and term in which they move most."""
    mine = table[(table["level"] == "authority") & (table["measure"] == "all")]
    for band, rows in mine.groupby("age_band", sort=False):
        most = rows.loc[rows["hours_wanted_change"].abs().idxmax()] if rows["hours_wanted_change"].notna().any() else None
        if most is not None and number(most["hours_wanted_before"]) != number(most["hours_wanted_after"]):
            yield (f"Childcare, {BAND_NAMES[str(band)]}, {most['term']} of {ay_label(int(most['ay']))}: "
                   f"{number(most['hours_wanted_before'])} -> {number(most['hours_wanted_after'])} hours a week wanted "
                   f"({changed(most['hours_wanted_change'], 0)})")


def _plan(table: pd.DataFrame) -> Iterator[str]:
    """What the plan builds more, less, earlier and later."""
    if table.empty:
        return
    for verdict in (ADDED, DROPPED, EARLIER, LATER):
        rows = table[table["verdict"] == verdict]
        if len(rows):
            yield f"Schemes, {verdict}: {listed([_scheme(row) for row in rows.to_dict('records')], MOST_NAMED)}"
    same = (~table["verdict"].isin([ADDED, DROPPED, EARLIER, LATER])).sum()
    yield f"Schemes as before: {same} of {len(table)}"


def _scheme(row: Mapping[str, object]) -> str:
    opens = [float(str(row[f"opens_{side}"])) for side in ("before", "after")]
    years = [ay_label(int(ay)) if ay == ay else "" for ay in opens]
    return f"{row['scheme_name']} ({' -> '.join(year for year in dict.fromkeys(years) if year)})"


def area_names(names: pd.DataFrame) -> dict[str, str]:
    """What planning areas are called, by their codes."""
    return {"authority": WHOLE} | dict(zip(names["planning_area_code"], names["planning_area_name"], strict=True))
