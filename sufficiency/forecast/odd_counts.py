"""Counts that are probably a slip of the pen: 140 typed for 14, an admission number of 999, a January that was forgotten.

Nothing here is certain, so nothing is refused: each check is a small function of the evidence that gives notes, with the school,
the years and both figures, worst first. Only state mainstream schools are looked at, since others rightly change more from year
to year, and schools of whose kind nothing is known. Thresholds are ours, after the validation checks of the brief (B7, S03), and
wide: of 2,068 steps of secondary cohorts in the schools of a city over twelve years two would have been told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from planning_areas.school_year import PHASE_YEARS, RECEPTION, ay_label, nc_year_label
from planning_areas.wording import some
from sufficiency.estate.school_scope import MAINSTREAM_TYPES, STATE_MAINSTREAM
from sufficiency.estate.schools import FEWEST, RECEPTION_AGE, TOP_YEAR
from sufficiency.evidence import Evidence, Note

TIMES, PUPILS = 2.0, 30.0                   # a cohort changes by more than both in a year [U]
FULLEST, EMPTIEST = 1.25, 0.50              # roll against capacity (S03) [U]
TIMES_PLACES = 1.5                          # an admission number against capacity a year group [U]
TIMES_PAN = 1.5                             # offers and October counts against the admission number [U]
MOST_NAMED = 10
HIDDEN = -1.0                               # stands for a count that the publisher hides while tables are turned
YEAR_3, YEAR_7, YEAR_12 = 3, PHASE_YEARS["secondary"][0], PHASE_YEARS["sixth_form"][0]
GROUPS = range(RECEPTION, YEAR_12)


def cohorts_hold_together(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note]:
    """A cohort inside a school neither doubles nor halves within a year; children join and leave at points of entry only."""
    wide = _by_year_group(evidence)
    if wide.empty:
        return
    about = _about(evidence)
    before = _year_before(wide)
    low, high = _served(wide, before)
    first = wide.index.get_level_values("urn").map(about["low"].to_dict())
    jumps: dict[tuple[str, int], dict[int, float]] = {}
    for g in GROUPS[1:]:
        if g in (YEAR_3, YEAR_7):
            continue
        inside = (low < g) & (g <= high) & (first != g) & ~_has_pan(wide, evidence, g)
        odd = inside & _far_apart(before[g - 1], wide[g])
        for urn, ay in wide.index[odd]:
            counts = {ay - 1: float(before.loc[(urn, ay), g - 1]), ay: float(wide.loc[(urn, ay), g])}
            jumps.setdefault((urn, ay - g), {}).update(counts)
    yield from _jumps_told(jumps, evidence, about)


def _jumps_told(jumps: Mapping[tuple[str, int], Mapping[int, float]], evidence: Evidence, about: pd.DataFrame) -> Iterator[Note]:
    """Tell cohorts that jump, each once with all its counts; jumps: school and September of Reception -> year -> pupils."""
    worst = sorted(jumps, key=lambda key: (min(jumps[key].values()) - max(jumps[key].values()), key))
    in_october = [key for key in worst if max(jumps[key]) > evidence.authority.base_year]
    for name, mine in (("school_roll", [key for key in worst if key not in in_october]), ("october_census", in_october)):
        if mine:
            told = (f"{_called(urn, about)} " + " then ".join(f"{pupils:,.0f} in {nc_year_label(ay - start)} of {ay_label(ay)}"
                    for ay, pupils in sorted(jumps[urn, start].items())) for urn, start in mine)
            yield Note(name, f"{len(mine)} cohorts more than double or halve within a year: {some(told, MOST_NAMED)}",
                       "right where schools merged or a part of one closed; elsewhere one count is wrong")


def intakes_hold_together(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note]:
    """An intake neither doubles nor halves from one January to the next; only the latest is compared, with the one before.

    Year 3 and Year 7 of a school that begins below must differ as much from the year group that they come from.
    """
    wide, base = _by_year_group(evidence), evidence.authority.base_year
    if wide.empty:
        return
    years = wide.index.get_level_values("ay")
    now, last = wide[years == base].droplevel("ay"), wide[years == base - 1].droplevel("ay")
    both = now.index.intersection(last.index)
    now, last = now.loc[both], last.loc[both]
    low, high = _served(now, last)
    about = _about(evidence)
    odd = []
    for g in GROUPS:
        enters = low == g
        if g in (YEAR_3, YEAR_7):
            enters |= (low < g) & (g <= high) & _far_apart(last[g - 1], now[g])
        for urn in both[enters & _far_apart(last[g], now[g])]:
            a, b = float(last.loc[urn, g]), float(now.loc[urn, g])
            odd.append((-abs(a - b), f"{_called(urn, about)} {nc_year_label(g)} ({a:,.0f}, then {b:,.0f})"))
    if odd:
        yield Note("school_roll", f"{len(odd)} intakes more than double or halve from one January to that of {base + 1}: "
                   f"{some((text for _, text in sorted(odd)), MOST_NAMED)}",
                   "right for a school that grows or shrinks; elsewhere one count is wrong")


def years_of_each_school(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note]:
    """A school that is in two Januaries and not in one between them was probably forgotten in that file."""
    roll = evidence.school_roll
    there = roll.loc[roll["pupils"].ne(0), ["urn", "ay"]].drop_duplicates()
    if there.empty:
        return
    seen = pd.crosstab(there["urn"], there["ay"]).gt(0)
    inside = seen.cummax(axis=1) & seen.iloc[:, ::-1].cummax(axis=1).iloc[:, ::-1]
    gaps = (inside & ~seen).loc[lambda gap: gap.any(axis=1)]
    if not gaps.empty:
        about = _about(evidence)
        told = (f"{_called(urn, about)} {' and '.join(ay_label(int(ay)) for ay in gaps.columns[row])}"
                for urn, row in zip(gaps.index, gaps.to_numpy(), strict=True))
        text = f"{len(gaps)} schools are missing from the roll between two other years: {some(told, MOST_NAMED)}"
        yield Note("school_roll", text, "the survival ratios of the school into and out of that year are lost")


def rolls_fit_capacity(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note]:
    """A school with far more pupils than places, or far fewer, has one of the two figures wrong more often than not (S03)."""
    base, roll = evidence.authority.base_year, evidence.school_roll
    now = roll[(roll["ay"] == base) & (roll["nc_year"] >= RECEPTION)]
    if now.empty or not evidence.has("schools"):
        return
    about = _about(evidence)
    pupils = now.groupby("urn")["pupils"].sum()
    capacity = pupils.index.to_series().map(about["capacity"]).astype("float64")
    share = (pupils / capacity)[_planned_for(pupils.index, about) & (capacity > 0) & (pupils > 0)].sort_values()
    for far, limit, loses in (
        (share[share > FULLEST][::-1], f"over {FULLEST:.0%}", "right where GIAS lags behind a school that grew"),
        (share[share < EMPTIEST], f"under {EMPTIEST:.0%}", "right for a school that is new or really so empty"),
    ):
        if not far.empty:
            told = (f"{_called(urn, about)} {pupils[urn]:,.0f} of {capacity[urn]:,.0f}" for urn in far.index)
            text = f"{len(far)} schools have {limit.replace('%', ' %')} of their capacity in GIAS on roll: {some(told)}"
            yield Note("schools", text, f"{loses}; elsewhere roll or capacity is wrong")


def pans_fit_capacity(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note]:
    """An admission number should not be far above capacity shared over the year groups from there up, and what is planned."""
    if not (evidence.has("pans") and evidence.has("schools")):
        return
    pans = _with_school(evidence.pans, evidence)
    pans["groups"] = (pans["high"] - np.maximum(pans["low"], pans["nc_year"]) + 1).clip(lower=1)
    most = TIMES_PLACES * (pans["capacity"] / pans["groups"] + pans["planned"])
    large = pans[(pans["capacity"] > 0) & (pans["pan"] > most)]
    large = large.sort_values("pan", ascending=False).drop_duplicates(["urn", "nc_year", "pan"])
    if not large.empty:
        told = (f"{row.called} {row.pan:,.0f} in {nc_year_label(row.nc_year)} of {ay_label(row.ay)} "
                f"(capacity {row.capacity:,.0f} for {row.groups:.0f} year groups)" for row in large.itertuples())
        yield Note("pans", f"{len(large)} admission numbers are over {TIMES_PLACES:g} times the capacity of a year group: "
                   f"{some(told)}", "right for a school that grows; elsewhere places are overstated")


def pans_stand_at_entry(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note]:
    """An admission number belongs to a year in which the school is entered: its lowest, Year 3, Year 7 or the sixth form."""
    if not (evidence.has("pans") and evidence.has("schools")):
        return
    pans = _with_school(evidence.pans, evidence).dropna(subset=["low", "high"])
    g = pans["nc_year"]
    entered = (g == pans["low"]) | (g.isin([YEAR_3, YEAR_7, YEAR_12]) & (pans["low"] < g) & (g <= pans["high"]))
    odd = pans[~entered & (pans["pan"] > 0)].drop_duplicates(["urn", "nc_year"])
    if not odd.empty:
        told = (f"{row.called} {nc_year_label(row.nc_year)} (it has {nc_year_label(int(row.low))} to "
                f"{nc_year_label(int(row.high))})" for row in odd.itertuples())
        yield Note("pans", f"{len(odd)} admission numbers stand at a year in which the school is not usually entered: "
                   f"{some(told)}", "children are taken to join there; take the row out if they do not")


def intakes_fit_pans(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note]:
    """Offers, and October's intake, should not be far above the admission number and the places planned beside it.

    October counts the whole of a year group: above a school's lowest one that is more than those who were admitted there.
    """
    if not evidence.has("pans"):
        return
    latest = evidence.pans.sort_values("ay").rename(columns={"ay": "since"})
    begins = latest.groupby("urn")["nc_year"].min().astype("float64")
    for name, column, what in (("offers", "offers", "offers"), ("october_census", "pupils", "October counts")):
        if not evidence.has(name):
            continue
        counts = _with_school(evidence.tables[name].rename(columns={column: "counted"}), evidence)
        if name == "october_census":
            counts = counts[~(counts["nc_year"] > np.fmin(counts["low"], counts["urn"].map(begins)))]
        pairs = counts.merge(latest[["urn", "nc_year", "since", "pan"]], on=["urn", "nc_year"])
        known = pairs[pairs["since"] <= pairs["ay"]].drop_duplicates(["urn", "ay", "nc_year"], keep="last")
        many = known[known["counted"] > TIMES_PAN * (known["pan"] + known["planned"])].sort_values("counted", ascending=False)
        if not many.empty:
            told = (f"{row.called} {nc_year_label(row.nc_year)} ({row.counted:,.0f} against {row.pan:,.0f})"
                    for row in many.itertuples())
            yield Note(name, f"{len(many)} {what} are over {TIMES_PAN:g} times the admission number: {some(told)}",
                       "right for a bulge class; elsewhere one of the two figures is wrong")


def _by_year_group(evidence: Evidence) -> pd.DataFrame:
    """Pupils by school and year (rows) and year group, Reception to Year 11: nought where there is no row, missing where hidden.

    The October count after the base year follows, in which a row that is not there is missing: it may hold a part of the schools.
    """
    base, roll, october = evidence.authority.base_year, evidence.school_roll, evidence.october_census
    parts = [_spread(roll[roll["ay"] <= base], 0.0), _spread(october[october["ay"] == base + 1], np.nan)]
    parts = [part for part in parts if not part.empty]
    if not parts:
        return pd.DataFrame()
    wide = pd.concat(parts)
    return wide[_planned_for(wide.index.get_level_values("urn"), _about(evidence))]


def _spread(table: pd.DataFrame, absent: float) -> pd.DataFrame:
    """Lay a roll out by school and year (rows) and year group (columns); absent: what a row that is not there means."""
    mine = table.loc[table["nc_year"].isin(GROUPS), ["urn", "ay", "nc_year", "pupils"]].astype({"pupils": "float64"})
    told = mine.assign(pupils=mine["pupils"].fillna(HIDDEN))
    wide = told.pivot_table(index=["urn", "ay"], columns="nc_year", values="pupils", aggfunc="sum")
    return wide.reindex(columns=list(GROUPS)).fillna(absent).mask(lambda counts: counts.eq(HIDDEN))


def _year_before(wide: pd.DataFrame) -> pd.DataFrame:
    """The same schools' counts of the year before, in the same rows; missing where there are none."""
    before = wide.set_axis(wide.index.set_levels(wide.index.levels[1] + 1, level=1), axis=0)
    return before.reindex(wide.index)


def _served(now: pd.DataFrame, before: pd.DataFrame) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Lowest and highest year group that has pupils in either of two years, row by row; 99 and -1 where there is none."""
    there = (now.ge(FEWEST) | before.ge(FEWEST)).to_numpy()
    lowest = np.where(there.any(axis=1), there.argmax(axis=1), 99)
    return lowest, np.where(there.any(axis=1), there.shape[1] - 1 - there[:, ::-1].argmax(axis=1), -1)


def _far_apart(before: pd.Series, now: pd.Series) -> np.ndarray[Any, Any]:
    """Where two counts differ by more than twofold and by more than a class of pupils; never where one is missing."""
    less, more = np.minimum(before.to_numpy(), now.to_numpy()), np.maximum(before.to_numpy(), now.to_numpy())
    far: np.ndarray[Any, Any] = (more > TIMES * less) & (more - less > PUPILS)
    return far


def _about(evidence: Evidence) -> pd.DataFrame:
    """What is known of each school by urn: how it is called, its year groups by its ages, its capacity, its kind."""
    gias = evidence.schools.drop_duplicates("urn").set_index("urn")
    census = evidence.census_schools.sort_values("ay").drop_duplicates("urn", keep="last").set_index("urn")
    about = pd.DataFrame(index=gias.index.union(census.index))
    names = gias["school_name"].reindex(about.index).replace("", np.nan).fillna(census["school_name"].reindex(about.index))
    about["called"] = [f"{name} ({urn})" if isinstance(name, str) and name else urn for urn, name in names.items()]
    ages = gias[["statutory_low_age", "statutory_high_age", "capacity"]].reindex(about.index).astype("float64")
    lowest = ages["statutory_low_age"].mask(ages["statutory_low_age"] <= RECEPTION_AGE + 1, RECEPTION_AGE)
    about["low"] = lowest - RECEPTION_AGE
    about["high"] = (ages["statutory_high_age"] - RECEPTION_AGE - 1).clip(upper=TOP_YEAR - 1)
    about["capacity"] = ages["capacity"]
    kind = gias["establishment_type"].reindex(about.index).fillna("").str.strip().str.casefold()
    grouping = census["phase_type_grouping"].reindex(about.index).fillna("")
    about["mainstream"] = np.where(kind.ne(""), kind.isin(MAINSTREAM_TYPES), grouping.isin(["", *STATE_MAINSTREAM]))
    return about


def _planned_for(urns: pd.Index, about: pd.DataFrame) -> np.ndarray[Any, Any]:
    """Which schools are state mainstream, or of a kind that is not known."""
    others = about.index[~about["mainstream"].astype("bool")]
    ours: np.ndarray[Any, Any] = ~urns.isin(others)
    return ours


def _with_school(table: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """A table of the council's with what is known of each school beside it, and the places that are planned there in all."""
    about, plans = _about(evidence), evidence.planned_places
    more = plans[plans["kind"].ne("removed")].groupby("urn")["places"].sum()
    told = table[_planned_for(pd.Index(table["urn"]), about)]
    told = told.assign(**{name: told["urn"].map(about[name]) for name in ("low", "high", "capacity")})
    return told.assign(called=[_called(urn, about) for urn in told["urn"]],
                       planned=told["urn"].map(more).astype("float64").fillna(0.0))


def _has_pan(wide: pd.DataFrame, evidence: Evidence, g: int) -> np.ndarray[Any, Any]:
    """Which rows are of schools that have an admission number for a year group."""
    pans = evidence.pans
    urns = pans.loc[(pans["nc_year"] == g) & (pans["pan"] > 0), "urn"]
    admits: np.ndarray[Any, Any] = wide.index.get_level_values("urn").isin(urns)
    return admits


def _called(urn: str, about: pd.DataFrame) -> str:
    return str(about.loc[urn, "called"]) if urn in about.index else urn


CHECKS = (cohorts_hold_together, intakes_hold_together, years_of_each_school, rolls_fit_capacity, pans_fit_capacity,
          pans_stand_at_entry, intakes_fit_pans)
