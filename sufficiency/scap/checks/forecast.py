"""The forecast itself: its start (S04), its cohorts (S05), its total beside others' (S07), and that it is the run's (R06)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.school_year import HORIZON, PHASE_YEARS, ay_label, nc_year_label
from sufficiency.scap.checks.finding import ERROR, WARNING, Finding, answers, at, limits

if TYPE_CHECKING:
    from sufficiency.scap.checks.known import Known
    from sufficiency.scap.layouts import Return

FORECAST = "mainstream_forecast"
CELL = ["planning_area_code", "phase", "nc_year"]
ENTRIES = (0, 7, 12, 13, 14)  # year groups that are entered, or are none of those that must go to school
HALF = 0.5 + 1e-6


def start(returned: Return, known: Known) -> Iterator[Finding]:
    """S04: pupils on roll of each area and year group are those of the January census; so is what the forecast starts from."""
    if known.census.empty:
        return
    limit, roll = limits("S04"), returned.tables["on_roll"]
    where = returned.tables["school_capacity"].drop_duplicates(["urn", "phase"])[["urn", "phase", "planning_area_code"]]
    counted = known.census.assign(phase=known.census["nc_year"].map(_phase_of)).merge(where, on=["urn", "phase"])
    census = counted.groupby(CELL)["pupils"].sum()
    both = counted[["urn", "phase", "nc_year"]].drop_duplicates()
    told = roll.merge(both, on=["urn", "phase", "nc_year"]).groupby(CELL)["pupils"].sum()
    first = roll.drop_duplicates(CELL).set_index(CELL)
    index = {key: at for at, key in zip(roll.index, roll[CELL].itertuples(index=False, name=None), strict=True)}
    for cell, came in census.items():
        held = float(told.get(cell, 0.0))
        if _apart(held, float(came), limit):
            area, phase, group = cell
            row = int(first.index.isin([cell]).any()) and index[cell] + 2
            yield _start(
                "on_roll", int(row), f"{held:,.0f} pupils on roll", float(came), str(area), str(phase), int(group), known
            )
    begins = known.pupils[known.pupils["ay"] == known.base_year]
    begins = begins.assign(phase=begins["phase"].replace("sixth_form", "secondary")).groupby(CELL)["pupils"].sum()
    hidden = set(
        map(
            tuple,
            roll
            .merge(both, on=["urn", "phase", "nc_year"], how="left", indicator=True)
            .query("_merge == 'left_only'")[CELL]
            .to_numpy()
            .tolist(),
        )
    )
    for cell, came in census.items():
        held = float(begins.get(cell, 0.0))
        if cell not in hidden and _apart(held, float(came), limit):
            area, phase, group = cell
            yield _start(
                FORECAST, 0, f"the forecast starts from {held:,.1f} pupils", float(came), str(area), str(phase), int(group), known
            )


def _phase_of(nc_year: int) -> str:
    return "primary" if nc_year in PHASE_YEARS["primary"] else "secondary"


def _apart(held: float, came: float, limit: dict[str, Any]) -> bool:
    return bool(abs(held - came) > max(limit["apart"] * came, limit["apart_pupils"]))


def _start(table: str, row: int, found: str, came: float, area: str, phase: str, group: int, known: Known) -> Finding:
    return Finding(
        "S04",
        ERROR,
        table,
        row,
        found,
        f"{came:,.0f} expected within 2 %, as in the January census of {ay_label(known.base_year)}",
        "check that census and run are of the same January",
        area,
        "",
        phase,
        known.base_year,
        group,
    )


def cohorts(returned: Return, known: Known) -> Iterator[Finding]:
    """S05: no cohort grows or shrinks by more in a year than is usual, in an area or in the whole authority."""
    limit, table = limits("S05"), returned.tables[FORECAST]
    base = returned.tables["on_roll"].groupby(CELL, as_index=False)["pupils"].sum()
    base = base.rename(columns={"pupils": "pupil_forecast"}).assign(ay=known.base_year)
    columns = [*CELL, "ay", "pupil_forecast"]
    areas = pd.concat([base[columns], table[columns]], ignore_index=True)
    jumps = _jumps(areas, limit["area"], limit["fewest_pupils"])
    said = [row for row in known.comments.itertuples() if row.check == "S05"]
    places = {key: i for i, key in zip(table.index, table[[*CELL, "ay"]].itertuples(index=False, name=None), strict=True)}
    for _, mine in jumps.groupby(["planning_area_code", "phase"], sort=True):
        told = [_jump(row, places, limit["area"]) for row in mine.itertuples()]
        bare = [one for one in told if not any(answers(comment, one) for comment in said)] or told
        worst = max(bare, key=lambda one: abs(float(one.comment) - 1.0))
        more = f", and {len(bare) - 1} more" if len(bare) > 1 else ""
        yield replace(worst, found=worst.found + more, comment="")
    whole = areas.groupby(["phase", "nc_year", "ay"], as_index=False)["pupil_forecast"].sum().assign(planning_area_code="")
    for row in _jumps(whole, limit["authority"], limit["fewest_pupils"]).itertuples():
        found = _jump(row, {}, limit["authority"])
        yield replace(found, found=f"the authority: {found.found}", comment="")


def _jumps(cells: pd.DataFrame, usual: list[float], fewest: float) -> pd.DataFrame:
    """Cells whose cohort was another size the year before, with what it was (`before`) and the ratio."""
    before = cells.assign(nc_year=cells["nc_year"] + 1, ay=cells["ay"] + 1).rename(columns={"pupil_forecast": "before"})
    both = cells.merge(before, on=[*CELL, "ay"])
    both = both[~both["nc_year"].isin(ENTRIES) & both["before"].gt(0)]
    both["ratio"] = both["pupil_forecast"] / both["before"]
    far = ~both["ratio"].between(*usual) & (both["pupil_forecast"] - both["before"]).abs().ge(fewest)
    return both[far].reset_index(drop=True)


def _jump(row: Any, places: dict[tuple[Any, ...], int], usual: list[float]) -> Finding:
    line = places.get((row.planning_area_code, row.phase, row.nc_year, row.ay))
    return Finding(
        "S05",
        WARNING,
        FORECAST,
        0 if line is None else line + 2,
        f"{nc_year_label(int(row.nc_year))} of {ay_label(int(row.ay))} has {row.pupil_forecast:,.0f} pupils, "
        f"{row.before:,.0f} the year before ({row.ratio:.2f})",
        f"a ratio from {usual[0]:.2f} to {usual[1]:.2f} expected",
        "say why in a comment on S05, or look at the area's ratios in the run",
        str(row.planning_area_code),
        "",
        str(row.phase),
        int(row.ay),
        int(row.nc_year),
        f"{row.ratio}",
    )


def beside_others(returned: Return, known: Known) -> Iterator[Finding]:
    """S07: the authority's total is near the projection that others made of it, up to five years ahead."""
    limit, table = limits("S07"), returned.tables[FORECAST]
    for phase in HORIZON:
        mine = (
            table[table["phase"].eq(phase) & table["nc_year"].isin(list(PHASE_YEARS[phase]))]
            .groupby("ay")["pupil_forecast"]
            .sum()
        )
        other = known.supplied[known.supplied["phase"] == phase].set_index("ay")["pupils"]
        apart = {
            int(ay): float(mine[ay] / other[ay] - 1.0)
            for ay in sorted(set(mine.index) & set(other.index))
            if ay <= known.base_year + limit["years"] and other[ay] > 0
        }
        far = {ay: by for ay, by in apart.items() if abs(by) > limit["apart"]}
        if far:
            ay = max(far, key=lambda year: abs(far[year]))
            yield Finding(
                "S07",
                WARNING,
                FORECAST,
                0,
                f"{mine[ay]:,.0f} {phase} pupils in {ay_label(ay)}, {far[ay]:+.1%} from the "
                f"{other[ay]:,.0f} of the supplied projection",
                f"within {limit['apart']:.0%} expected",
                "say why in a comment on S07: births, moves or homes that the other projection does not know",
                phase=phase,
                ay=ay,
            )


def as_in_run(returned: Return, known: Known) -> Iterator[Finding]:
    """R06: each area's total is the run's, rounded, and no year group is further from it than rounding together takes it."""
    if known.pupils.empty:
        return
    keys = [*CELL, "ay"]
    run = known.pupils.assign(phase=known.pupils["phase"].replace("sixth_form", "secondary")).groupby(keys)["pupils"].sum()
    table = returned.tables[FORECAST]
    off = table["pupil_forecast"] - pd.Series(
        [run.get(key) for key in table[keys].itertuples(index=False, name=None)], index=table.index, dtype="float64"
    )
    for row in table[off.abs().ge(1.0)].itertuples():
        yield at(
            row,
            "R06",
            ERROR,
            FORECAST,
            f"{row.pupil_forecast:,.0f} pupils",
            f"{row.pupil_forecast - off[row.Index]:,.1f} expected, as in the run",
            "do not type into the return: put a planner's own figure into the workspace",
        )
    area = ["planning_area_code", "phase", "ay"]
    for key, apart in off.groupby([table[name] for name in area]).sum().items():
        if abs(apart) > HALF:
            code, phase, ay = key if isinstance(key, tuple) else (key, "", 0)
            yield Finding(
                "R06",
                ERROR,
                FORECAST,
                0,
                f"the area's total is {apart:+.1f} from the run's",
                "the run's total, rounded, expected",
                "make the return again from the run",
                str(code),
                "",
                str(phase),
                int(ay),
            )
