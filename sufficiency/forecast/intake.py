"""Points of entry: who goes where when children change school, in Year 3, 5, 7, 9, 10 and 12.

Method (domain brief C4, C5). A point of entry is no survival step (rule 11): children whose school ends are carried from the
planning area where they were to the one where they go, by a matrix of shares of which each row, with `outside` (other
authorities, independent and special schools, unknown), sums to 1; children who come from outside are added, so many for each
who must choose: a neighbour's cohorts rise and fall with ours, and the authority's own ratio says the same. Into Year 7 go all
who were in Year 6. Into other years go those whose school ends, as from infant to junior, first to middle, middle to upper
school. A school that begins at 14 (university technical college, studio school) takes a share of the whole Year 9. Into Year 12
goes a share of Year 11, the staying-on ratio of each area, unless the council knows who goes where.

The shares are the council's own matched flows where given, over three years, the latest counting three times. Else they are
estimated: children of the areas that are left, intakes of the areas that are entered, fitted to both (iterative proportional
fitting) from a seed in which nearer schools weigh more, `exp(-distance / scale)`. The estimate sees net movement only and is
always named as "estimated from distance, not from flows". An area where a school has opened is estimated from the years since.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import PHASE_YEARS, nc_year_label
from sufficiency.evidence import Note
from sufficiency.forecast.ratios import COLUMNS, a_year_before, divide
from sufficiency.forecast.reconcile import factor, fit

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence
    from sufficiency.forecast.ratios import AreaRatios, AuthorityRatios
    from sufficiency.forecast.strands import Strands

    Floats = NDArray[np.float64]

OUTSIDE = "outside"
YEAR_7, YEAR_10, YEAR_12 = PHASE_YEARS["secondary"][0], 10, PHASE_YEARS["sixth_form"][0]
SCALE_METRES = {"primary": 1_000.0, "secondary": 5_000.0}     # how far children go: [U], only where no flows are known
FLOWS, DISTANCE = "matched flows", "estimated from distance, not from flows"
TRANSFER_COLUMNS = ["nc_year", "origin", "destination", "share", "children", "basis"]


@dataclass(frozen=True)
class Entry:
    """One point of entry: how the children before it come to the planning areas after it."""

    nc_year: int
    shares: Floats          # [area left, area entered]; what is missing from 1 goes outside
    arrivals: Floats        # [area entered] children from outside,
    pool: float             # when there were so many children who had to choose
    of_everybody: Floats    # [area entered] share of the whole year group below, wherever they are (schools from 14)
    basis: str


def entered(pool: Floats, entry: Entry, everybody: Floats) -> Floats:
    """Children entering each area, [draw, area]; pool: who must choose, by area; everybody: the year group below, [draw]."""
    carried: Floats = np.einsum("no,od->nd", pool, entry.shares, optimize=False)
    times = pool.sum(axis=1) / entry.pool if entry.pool > 0 else np.ones(len(pool))
    return carried + times[:, None] * entry.arrivals + everybody[:, None] * entry.of_everybody


def entries(strands: Strands, evidence: Evidence, areas: AreaRatios, authority: AuthorityRatios,
            assumptions: Assumptions) -> tuple[tuple[Entry, ...], pd.DataFrame, pd.DataFrame, tuple[Note, ...]]:
    """All points of entry after Reception, with a log of ratios (COLUMNS), the table of transfers, and what to know of them."""
    found, notes = [], []
    for g in range(1, YEAR_12 + 1):
        if not strands.enters(g).any():
            continue
        flows = evidence.transfers[evidence.transfers["nc_year"] == g] if evidence.has("transfers") else None
        if g == YEAR_10:
            found.append(_from_everybody(strands, g, authority, assumptions))
            if flows is not None and len(flows):
                notes.append(Note("transfers", "flows into Year 10 are not used: schools that begin there take a share "
                                  "of the whole Year 9"))
            continue
        estimate = _staying_on(strands, areas) if g == YEAR_12 else _estimated(strands, g, authority, assumptions)
        if flows is not None and len(flows):
            estimate, told = _matched(strands, g, flows, estimate, assumptions)
            notes += told
        elif g != YEAR_12 and strands.by_area(strands.roll[0])[:, g - 1].astype(bool).sum() > 1:
            notes.append(Note("transfers", f"who enters which area in {nc_year_label(g)} is {DISTANCE}",
                              "moves across the authority's border are seen net, not gross"))
        found.append(estimate)
    return tuple(found), _log(strands, found, authority), _table(strands, found), tuple(notes)


def leavers(strands: Strands, roll: Floats, nc_year: int) -> Floats:
    """Children who must choose a school for this year group: those below it whose strand ends, [..., area]."""
    leaving = np.where(strands.leaves(nc_year - 1), roll[..., nc_year - 1], 0.0)
    return strands.by_area(leaving[..., None])[..., 0]


def intake(strands: Strands, k: int, nc_year: int) -> Floats:
    """Children who entered a school in this year group in year `k` of the strands' years: [area]."""
    return strands.by_area(strands.entrants(k, nc_year)[:, None])[:, 0]


def _from_everybody(strands: Strands, g: int, authority: AuthorityRatios, assumptions: Assumptions) -> Entry:
    """Schools that begin at 14 take a share of the whole Year 9, as in recent years."""
    n = len(strands.areas)
    if not strands.roll[0, :, g - 1].any():
        return Entry(g, np.zeros((n, n)), intake(strands, 0, g), 0.0, np.zeros(n), "as many as today: no Year 9 is planned for")
    pairs = _pairs(strands, g, assumptions)
    taken = [intake(strands, k, g) / max(strands.roll[k + 1, :, g - 1].sum(), 1.0) for k in pairs]
    if not taken:       # one census: last year's Year 9 is today's, made as many as the authority's ratio says there were
        today = strands.roll[0].sum(axis=0)
        taken, pairs = [intake(strands, 0, g) / max(today[g - 1] * a_year_before(today, authority.steps)[g], 1.0)], [0]
    share = (np.stack(taken) * _weights(strands, pairs, assumptions)).sum(axis=0)
    return Entry(g, np.zeros((n, n)), np.zeros(n), 0.0, share, "share of the whole year group below")


def _staying_on(strands: Strands, areas: AreaRatios) -> Entry:
    """Into the sixth form goes a share of the area's own Year 11."""
    n = len(strands.areas)
    return Entry(YEAR_12, np.diag(areas.steps[:, YEAR_12]), np.zeros(n), 0.0, np.zeros(n), "staying-on ratio")


def _pairs(strands: Strands, g: int, assumptions: Assumptions) -> list[int]:
    """The years (places in `strands.years`, latest first) that show leavers and the intake they became."""
    excluded = {year.ay for year in assumptions.excluded_years}
    whole = strands.roll[:, :, g - 1].sum(axis=1) if g == YEAR_10 else [leavers(strands, roll, g).sum() for roll in strands.roll]
    good = [k for k in range(len(strands.years) - 1)
            if strands.seen[k] and strands.seen[k + 1] and strands.years[k] not in excluded
            and intake(strands, k, g).sum() > 0 and whole[k + 1] > 0]
    return good[: len(assumptions.weights)]


def _weights(strands: Strands, pairs: list[int], assumptions: Assumptions) -> Floats:
    """How much each year counts for each area entered, [year, area], summing to 1: only years since its latest school opened."""
    weight = np.asarray(assumptions.weights)[: len(pairs), None] * np.ones(len(strands.areas))
    since = np.where(strands.open_since()[pairs], weight, 0.0)
    weight = np.where(since.sum(axis=0) > 0, since, weight)
    total = weight.sum(axis=0)
    return np.where(total > 0, weight / np.where(total > 0, total, 1.0), 1 / len(pairs))


def _estimated(strands: Strands, g: int, authority: AuthorityRatios, assumptions: Assumptions) -> Entry:
    """Estimate who goes where from sizes and distances: a matrix for each recent year, the latest counting most."""
    near = _nearness(strands, g)
    pairs = _pairs(strands, g, assumptions)
    years = [(leavers(strands, strands.roll[k + 1], g), intake(strands, k, g)) for k in pairs]
    if not years:       # last year's leavers: today's, made as many as the authority's ratio says there were
        today, into = leavers(strands, strands.roll[0], g), intake(strands, 0, g)
        before = today * (into.sum() / authority.steps[g] / today.sum()) if today.sum() > 0 and authority.steps[g] > 0 else today
        years, pairs = [(before, into)], [0]
    fitted = [_fitted(near, before, into) for before, into in years]
    weight = _weights(strands, pairs, assumptions)
    shares = np.einsum("kod,kd->od", np.stack([f[0] for f in fitted]), weight)
    arrivals = (np.stack([f[1] for f in fitted]) * weight).sum(axis=0)
    pool = float(np.average([before.sum() for before, _ in years], weights=weight.mean(axis=1)))
    kept = shares.sum(axis=1, keepdims=True)
    return Entry(g, shares / np.maximum(kept, 1.0), arrivals, pool, np.zeros(len(strands.areas)), DISTANCE)


def _nearness(strands: Strands, g: int) -> Floats:
    """How near the schools of two areas are to one another, [area left, area entered]: exp(-distance / scale) times pupils."""
    leaving, entering = strands.leaves(g - 1), strands.enters(g)
    scale = SCALE_METRES["primary" if g < YEAR_7 else "secondary"]
    gap = strands.where[leaving][:, None, :] - strands.where[entering][None, :, :]
    metres = np.hypot(gap[..., 0], gap[..., 1])
    known = ~np.isnan(metres)
    near = np.exp(-np.where(known, metres, np.median(metres[known]) if known.any() else 0.0) / scale)
    near *= np.maximum(strands.roll[0, leaving, g - 1], 1e-3)[:, None] * np.maximum(strands.entrants(0, g)[entering], 1e-3)
    from_areas = np.zeros((len(strands.areas), near.shape[1]))
    np.add.at(from_areas, strands.area[leaving], near)
    nearness = np.zeros((len(strands.areas), len(strands.areas)))
    np.add.at(nearness.T, strands.area[entering], from_areas.T)
    return nearness


def _fitted(near: Floats, before: Floats, into: Floats) -> tuple[Floats, Floats]:
    """Fit flows to the leavers and the intakes of one year; what does not meet comes from, or goes, outside."""
    n = len(before)
    surplus = before.sum() - into.sum()
    seed = np.zeros((n + 1, n + 1))
    seed[:n, :n] = near * (into > 0)
    seed[:n, n], seed[n, :n] = before, into
    table, _ = fit(seed, np.r_[before, max(-surplus, 0.0)], np.r_[into, max(surplus, 0.0)])
    sent = np.where(before[:, None] > 0, table[:n], seed[:n])       # nobody left last year: where they would go
    sent = np.where((sent.sum(axis=1) > 0)[:, None], sent, np.r_[into, max(surplus, 0.0)])
    shares = sent * factor(sent.sum(axis=1), np.ones(n))[:, None]
    return shares[:, :n], table[n, :n]


def _matched(strands: Strands, g: int, flows: pd.DataFrame, estimate: Entry,
             assumptions: Assumptions) -> tuple[Entry, list[Note]]:
    """Shares from the council's matched flows; an area that they do not name keeps its estimate."""
    n, place = len(strands.areas), {code: i for i, code in enumerate(strands.areas)}
    can = strands.takes(g)
    excluded = {year.ay for year in assumptions.excluded_years}
    years = sorted((ay for ay in set(flows["ay"]) - excluded if ay <= strands.base), reverse=True)[: len(assumptions.weights)]
    unknown = sorted((set(flows["origin"]) | set(flows["destination"])) - set(strands.areas) - {OUTSIDE})
    counts = np.zeros((len(years), n + 1, n + 1))       # the last row and column are outside
    for k, ay in enumerate(years):
        rows = flows[flows["ay"] == ay]
        origin = rows["origin"].map(place).fillna(n).to_numpy(dtype="int64")
        destination = rows["destination"].map(place).fillna(n).to_numpy(dtype="int64")
        destination = np.where(np.r_[can, True][destination], destination, n)
        np.add.at(counts[k], (origin, destination), rows["pupils"].to_numpy(dtype="float64"))
    if not years:
        return estimate, [Note("transfers", f"no flows into {nc_year_label(g)} are of a year that counts: {estimate.basis}")]
    weights = np.asarray(assumptions.weights)[: len(years)]
    weights = weights / weights.sum() if weights.sum() > 0 else np.full(len(years), 1 / len(years))
    shares = mean_of_shares(counts[:, :n], weights)
    arrivals = (counts[:, n, :n] * weights[:, None]).sum(axis=0)
    pool = float((counts[:, :n].sum(axis=(1, 2)) * weights).sum())
    named = ~np.isnan(shares[:, 0])
    shares = np.where(named[:, None], shares[:, :n], estimate.shares)
    notes = []
    if unknown:
        notes.append(Note("transfers", f"planning areas that are none of ours count as outside: {', '.join(unknown[:5])}"))
    shut = sorted(set(flows["destination"]) & {code for code, open_ in zip(strands.areas, can, strict=True) if not open_})
    if shut:
        notes.append(Note("transfers", f"no school of {', '.join(shut[:5])} begins in {nc_year_label(g)}: flows there count as "
                          "outside"))
    without = [strands.areas[a] for a in np.flatnonzero(~named & (leavers(strands, strands.roll[0], g) > 0))]
    if without:
        notes.append(Note("transfers", f"no flows into {nc_year_label(g)} from {', '.join(without[:5])}"
                          f"{' and others' if len(without) > 5 else ''}: {estimate.basis}"))
    return Entry(g, shares, arrivals, pool, np.zeros(n), FLOWS), notes


def mean_of_shares(counts: Floats, weights: Floats) -> Floats:
    """Mean over years (first axis, latest first) of each row's shares, by weight; rows sum to 1, or are missing without flows."""
    total = counts.sum(axis=2, keepdims=True)
    shares = divide(counts, total)
    weight = np.where(total > 0, weights.reshape(-1, 1, 1), 0.0)
    return divide((np.nan_to_num(shares) * weight).sum(axis=0), np.broadcast_to(weight.sum(axis=0), counts.shape[1:]))


def _log(strands: Strands, found: list[Entry], authority: AuthorityRatios) -> pd.DataFrame:
    """For each area left: the share of its leavers who enter a school of the authority's, beside the authority's own ratio."""
    rows = []
    for entry in (e for e in found if e.nc_year != YEAR_12 and e.basis in (FLOWS, DISTANCE)):
        pool, kept = leavers(strands, strands.roll[0], entry.nc_year), entry.shares.sum(axis=1)
        for a in np.flatnonzero(pool > 0):
            rows.append(("intake", strands.phases[a], strands.areas[a], entry.nc_year, pool[a], kept[a],
                         authority.steps[entry.nc_year], kept[a], False))
    return pd.DataFrame(rows, columns=COLUMNS)


def _table(strands: Strands, found: list[Entry]) -> pd.DataFrame:
    """Who goes where, as used: share of the leavers of each area, and how many that is of today's."""
    rows: list[tuple[int, str, str, float, float, str]] = []
    for entry in found:
        pool = leavers(strands, strands.roll[0], entry.nc_year)
        for o in np.flatnonzero(pool > 0):
            outside = max(0.0, 1 - entry.shares[o].sum())
            goes = [(strands.areas[d], entry.shares[o, d]) for d in np.flatnonzero(entry.shares[o] > 0)] + [(OUTSIDE, outside)]
            rows += [(entry.nc_year, strands.areas[o], where, share, share * pool[o], entry.basis) for where, share in goes]
        rows += [(entry.nc_year, OUTSIDE, strands.areas[d], np.nan, entry.arrivals[d], entry.basis)
                 for d in np.flatnonzero(entry.arrivals > 0)]
    return pd.DataFrame(rows, columns=TRANSFER_COLUMNS)
