"""Places open at each school by year group and academic year: today's, carried forward, and the firm changes on their dates.

Method (domain brief B2, B3, E4). A school's places in a year group come from the first of these that is known, and `basis`
says which:

1. `yg_places`: the council's own year-group places; the latest year given is carried forward and nothing in it moves; 2.
`pan`: the admission number of the year in which that cohort was admitted, carried up with it; a PAN at Reception or Year 3 is
not carried into Year 7 of an all-through school, where children are admitted again; 3. `capacity`: capacity without the sixth
form, divided by the statutory year groups served, never nursery (`phase_capacity`).

4. `roll`: where not even a capacity is known, such as of a school that has just opened: its largest intake, rounded up to
half a form, as if that were the PAN of every cohort from the year it opened. A guess, and told as one.

So capacity is in general not PAN times year groups (rule 12). Planned places are then added on their dates; before a school
opens and after it closes it has none. Year-group places say what was open in their own year, so a change that began by then
is in them already: only what it has done since is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS, ay_label, nc_year_label
from sufficiency.estate.guessed_places import places_by_roll, told_as_guesses
from sufficiency.estate.phase_capacity import each_year_group
from sufficiency.estate.school_scope import closing_ay, opening_ay
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.areas.areas import AreaFrame
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]

COLUMNS = ["urn", "phase", "planning_area_code", "ay", "nc_year", "yg_places", "basis"]
TOP_YEAR = PHASE_YEARS["secondary"][-1]
YEAR_7 = ENTRY_YEAR["secondary"]
JUNIOR_ENTRY = 3
LATER_ENTRIES = (JUNIOR_ENTRY, 5, 9, 10)    # a school that begins below one of these admits twice within a phase


def places_open(
    evidence: Evidence, schools: pd.DataFrame, frame: AreaFrame, years: range, assumptions: Assumptions
) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Places open at every member school in every statutory year group it serves, year by year.

    Gives one row for each school, phase, year and year group (columns: COLUMNS), sorted, and what a planner ought to know of
    them. `yg_places` is missing where a school's capacity is not known.
    """
    cells = _grid(schools, frame.members, years)
    given, given_ay = _given(cells, evidence.yg_places)
    pan = _carried_up(cells, evidence.pans)
    capacity = each_year_group(cells, cells["phase"])
    guess = places_by_roll(cells, evidence)
    cells["yg_places"] = given.fillna(pan).fillna(capacity).fillna(guess).to_numpy()
    by = [given.notna(), pan.notna(), capacity.notna() | guess.isna()]
    cells["basis"] = np.select(by, ["yg_places", "pan", "capacity"], "roll")
    cells["given_ay"] = given_ay.to_numpy()
    plans, plan_notes = _usable(evidence.planned_places, schools, cells)
    cells["yg_places"], below = with_changes(cells, plans)
    cells.loc[(cells["ay"] < cells["opens"]) | (cells["ay"] >= cells["closes"]), "yg_places"] = 0.0
    notes = (*_told(cells, schools), *plan_notes, *_below_nothing(cells[below], schools),
             *_perhaps_twice(plans, evidence.pans, cells, schools, years), *_entry_within(evidence.pans, cells, schools))
    return cells[COLUMNS].sort_values(COLUMNS[:5]).reset_index(drop=True), notes


def _grid(schools: pd.DataFrame, members: pd.DataFrame, years: range) -> pd.DataFrame:
    """Every member school, phase, year and statutory year group (Reception to Year 11) that it serves in that phase."""
    about = schools.reindex(columns=["urn", "nc_year_low", "nc_year_high", "capacity", "capacity_sixth_form", "capacity_primary"])
    about = about.assign(opens=opening_ay(schools), closes=closing_ay(schools))
    served = members[["urn", "phase", "planning_area_code"]].merge(about, on="urn", how="left")
    strangers = served.loc[served["nc_year_low"].isna(), "urn"]
    if len(strangers):
        raise ValueError(f"planning areas name schools that are not in the list of schools: {', '.join(strangers)}")
    groups = pd.DataFrame([(phase, g) for phase in ENTRY_YEAR for g in PHASE_YEARS[phase]], columns=["phase", "nc_year"])
    served = served.merge(groups, on="phase")
    served["low"] = served["nc_year_low"].clip(lower=0).astype("int64")
    served["high"] = served["nc_year_high"].clip(upper=TOP_YEAR).astype("int64")
    served = served[served["nc_year"].between(served["low"], served["high"])]
    cells = served.merge(pd.DataFrame({"ay": np.asarray(years, dtype="int64")}), how="cross")
    cells["nc_year"] = cells["nc_year"].astype("int64")
    return cells.sort_values(COLUMNS[:5]).reset_index(drop=True)


def _latest(cells: pd.DataFrame, table: pd.DataFrame, value: str, by: list[str], at: str) -> pd.DataFrame:
    """For each cell the latest row of a table at or before its year `at`: columns `value` and `ay_known`, in cells' order."""
    if table.empty or cells.empty:
        return pd.DataFrame({value: np.nan, "ay_known": np.nan}, index=cells.index)
    known = table.assign(ay_known=table["ay"].astype("int64"))[[*by, "ay_known", value]].astype({value: "float64"})
    known = known.astype({column: cells[column].dtype for column in by})
    known[at] = known["ay_known"]
    left = cells[[*by, at]].assign(order=np.arange(len(cells))).sort_values([at, "order"])
    found = pd.merge_asof(left, known.sort_values("ay_known"), on=at, by=by)
    return found.sort_values("order")[[value, "ay_known"]].set_index(cells.index)


def _given(cells: pd.DataFrame, table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The council's own year-group places, the latest year given carried forward, and which year that is."""
    found = _latest(cells, table, "yg_places", ["urn", "nc_year"], "ay")
    return found["yg_places"], found["ay_known"]


def _carried_up(cells: pd.DataFrame, pans: pd.DataFrame) -> pd.Series:
    """The PAN with which each cohort was admitted: that of year `y - (g - g0)` for year group g, entered at g0.

    Before the first PAN known the earliest is used. Missing where the school has no PAN at or below the year group.
    """
    if pans.empty or cells.empty:
        return pd.Series(np.nan, index=cells.index)
    entries = pans[["urn", "nc_year"]].drop_duplicates().rename(columns={"nc_year": "entry"}).astype({"entry": "int64"})
    pairs = cells[["urn", "nc_year", "ay", "low", "high"]].assign(cell=cells.index).merge(entries, on="urn")
    # a middle school's Year 5 is carried through to Year 8; an all-through school admits again at Year 7
    again = (pairs["entry"] <= JUNIOR_ENTRY) & (pairs["nc_year"] >= YEAR_7) & (pairs["high"] == TOP_YEAR)
    pairs = pairs[(pairs["entry"] <= pairs["nc_year"]) & (pairs["entry"] >= pairs["low"]) & ~again]
    pairs = pairs.sort_values(["cell", "entry"]).drop_duplicates("cell", keep="last").reset_index(drop=True)
    pairs["entered"] = pairs["ay"] - (pairs["nc_year"] - pairs["entry"])
    table = pans.rename(columns={"nc_year": "entry"})
    found = _latest(pairs, table, "pan", ["urn", "entry"], "entered")["pan"]
    first = table.sort_values("ay").drop_duplicates(["urn", "entry"])[["urn", "entry", "pan"]]
    earliest = pairs[["urn", "entry"]].merge(first.astype({"entry": "int64"}), on=["urn", "entry"], how="left")["pan"]
    return pd.Series(found.fillna(earliest.astype("float64")).to_numpy(), index=pairs["cell"].to_numpy()).reindex(cells.index)


def change(plans: pd.DataFrame, ay: Floats, nc_year: Floats, high: Floats) -> Floats:
    """Places that each planned change adds (or takes) in a year and year group; all arguments in step, one element a pair.

    A bulge moves up with its cohort. An expansion or removal that fills upwards reaches one year group more each September; one
    that does not, and a temporary change, holds in the year groups given. None reaches above the school's top year.
    """
    since = ay - plans["ay"].to_numpy("float64")
    kind = plans["kind"].to_numpy()
    bulge = kind == "bulge"
    fills = plans["fills_upwards"].to_numpy(bool) & np.isin(kind, ["expansion", "removed"])
    bottom = plans["nc_year_from"].to_numpy("float64") + np.where(bulge, since, 0)
    top = plans["nc_year_to"].to_numpy("float64") + np.where(bulge | fills, since, 0)
    until = plans["ay_to"].to_numpy("float64")
    holds = (since >= 0) & ~(ay > until) & (nc_year >= bottom) & (nc_year <= np.minimum(top, high))
    sign = np.where(kind == "removed", -1.0, 1.0)
    return np.asarray(np.where(holds, sign * plans["places"].to_numpy("float64"), 0.0))


def with_changes(cells: pd.DataFrame, plans: pd.DataFrame) -> tuple[Floats, NDArray[np.bool_]]:
    """Places of every cell after the planned changes, and where these would have taken away more than there is (kept at 0)."""
    base = cells["yg_places"].to_numpy("float64")
    if plans.empty:
        return base, np.zeros(len(cells), dtype=bool)
    pairs = cells[["urn", "ay", "nc_year", "high", "given_ay"]].assign(cell=np.arange(len(cells))).merge(
        plans.drop(columns="note").rename(columns={"ay": "from_ay"}), on="urn")
    told = pairs.rename(columns={"ay": "cell_ay", "from_ay": "ay"})
    nc_year, high = told["nc_year"].to_numpy("float64"), told["high"].to_numpy("float64")
    added = change(told, told["cell_ay"].to_numpy("float64"), nc_year, high)
    given = told["given_ay"].to_numpy("float64")
    held = np.where(np.isnan(given), 0.0, change(told, np.nan_to_num(given, nan=0.0), nc_year, high))
    after = base + np.bincount(told["cell"].to_numpy(), added - held, minlength=len(cells))
    below = after < 0
    return np.where(below, 0.0, after), below


def _usable(planned: pd.DataFrame, schools: pd.DataFrame, cells: pd.DataFrame) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The planned changes that touch a member school, each once, and a note for each that does not, has no end or no sense."""
    if planned.empty:
        return planned, ()
    first = cells.drop_duplicates("urn")
    served = {urn: range(low, high + 1) for urn, low, high in zip(first["urn"], first["low"], first["high"], strict=True)}
    names, twice = _names(schools), planned.duplicated()
    notes = []
    for plan, again in zip(planned.itertuples(), twice, strict=True):
        told = f"{plan.kind} of {plan.places} places from {ay_label(int(plan.ay))} at {names.get(plan.urn, plan.urn)}"
        if again:
            notes.append(Note("planned_places", f"{told} stands twice, word for word, and is counted once"))
        elif wrong := _wrong_with(plan, served):
            notes.append(Note("planned_places", f"{told} {wrong}", "those places" if "left out" in wrong else ""))
    return planned[planned["urn"].isin(served) & ~twice], tuple(notes)


def _wrong_with(plan: Any, served: Mapping[str, range]) -> str:
    """What is odd about a planned change, in words; blank where nothing is."""
    if plan.urn not in served:
        return "is left out: that school is in no planning area"
    if plan.nc_year_from > plan.nc_year_to:
        return f"changes nothing: it begins at {nc_year_label(plan.nc_year_from)} and ends at {nc_year_label(plan.nc_year_to)}"
    if plan.ay_to < plan.ay:
        return f"changes nothing: its last year, {ay_label(int(plan.ay_to))}, is before its first"
    if plan.nc_year_from >= served[plan.urn].stop or plan.nc_year_to < served[plan.urn].start:
        return "changes nothing: the school has no such statutory year group"
    return "has no last year: counted to the end of the forecast" if plan.kind == "temporary" and pd.isna(plan.ay_to) else ""


def _names(schools: pd.DataFrame) -> dict[str, str]:
    """How a school is called in a note."""
    return {urn: f"{name} ({urn})" for urn, name in zip(schools["urn"], schools["school_name"], strict=True)}


def _listed(urns: Iterable[str], schools: pd.DataFrame) -> str:
    names = _names(schools)
    return ", ".join(names[urn] for urn in sorted(set(urns)))


def _told(cells: pd.DataFrame, schools: pd.DataFrame) -> tuple[Note, ...]:
    """Say where places are not known at all, and where they are a guess."""
    if cells.empty:
        return (Note("schools", "no schools are known, so no places are", "need, spare places and headroom cannot be told"),)
    guessed = cells.loc[cells["basis"] == "roll", "urn"]
    return (*_unknown(cells, schools), *(told_as_guesses(_listed(guessed, schools)) if len(guessed) else ()))


def _unknown(cells: pd.DataFrame, schools: pd.DataFrame) -> tuple[Note, ...]:
    """Name the schools whose places are not known."""
    urns = cells.loc[cells["yg_places"].isna(), "urn"]
    if urns.empty:
        return ()
    return (Note("capacity", f"no capacity is known for {_listed(urns, schools)}: give year-group places, a PAN or a capacity",
                 "need and spare places of their planning areas cannot be told in those year groups"),)


def _below_nothing(cells: pd.DataFrame, schools: pd.DataFrame) -> tuple[Note, ...]:
    """Name the schools from which more would be removed than they have."""
    return tuple(
        Note("planned_places", f"more places are removed at {_listed([urn], schools)} than it has: kept at 0 in "
             f"{', '.join(nc_year_label(g) for g in sorted(set(rows['nc_year'])))} from {ay_label(int(rows['ay'].min()))}")
        for urn, rows in cells.groupby("urn", sort=True)
    )


def _perhaps_twice(
    plans: pd.DataFrame, pans: pd.DataFrame, cells: pd.DataFrame, schools: pd.DataFrame, years: range
) -> tuple[Note, ...]:
    """Warn where the same places may stand in two tables: a PAN that moves with an expansion, a capacity that has it already."""
    notes = []
    bases = cells.groupby("urn")["basis"].agg(set)
    steps = pans.sort_values("ay")
    steps = steps.assign(step=steps["pan"] - steps.groupby(["urn", "nc_year"])["pan"].shift())
    for plan in plans[plans["kind"].isin(["expansion", "removed"])].itertuples() if not plans.empty else ():
        told = f"the {plan.kind} of {plan.places} at {_listed([plan.urn], schools)} begins in {ay_label(int(plan.ay))}"
        entered = steps["nc_year"].between(plan.nc_year_from, plan.nc_year_to)
        moved = steps.loc[entered & steps["urn"].eq(plan.urn) & steps["ay"].eq(plan.ay), "step"]
        if "pan" in bases[plan.urn] and (moved * (-1 if plan.kind == "removed" else 1) > 0).any():
            notes.append(Note("planned_places", f"{told}, when its PAN changes too: both are counted; take one out if they "
                              "are the same places"))
        if "capacity" in bases[plan.urn] and plan.ay <= years.start:
            notes.append(Note("planned_places", f"{told}, no later than the base year: it is counted beside its capacity; take "
                              "it out if the capacity has it already"))
    return tuple(notes)


def _entry_within(pans: pd.DataFrame, cells: pd.DataFrame, schools: pd.DataFrame) -> tuple[Note, ...]:
    """Name the schools that admit twice within a phase: the later PAN is read as all the places of its year group."""
    carried = cells[cells["basis"] == "pan"]
    low = dict(zip(carried["urn"], carried["low"], strict=True))
    inside = [r.urn for r in pans.itertuples() if r.urn in low and r.nc_year in LATER_ENTRIES and r.nc_year > low[r.urn]]
    if not inside:
        return ()
    return (Note("pans", f"the later PAN of {_listed(inside, schools)} is read as all places of that year group; if it "
                 "counts newcomers only, give year-group places"),)
