"""Eligibility for funded childcare by small area: leaning with what is known of each, adding up to the authority's total.

Method (domain brief G2). The tests of the headings rest on earnings and benefits that nobody knows by small area, but indicators
of them are published: deprivation, children in low income, families in work, lone parents. Each small area's odds lean with its
indicators by the rulebook's slopes; then the groups - working parents', early learning, neither - are scaled to the authority's
totals and to the children of each area in turn until both hold (iterative proportional fitting), so that nobody is counted in two
groups, no group is larger than the children, and totals are met exactly. A published total is of January, by age on 31 December:
these are the very children whom the term rule lets in on 1 January, once four-year-olds in Reception are taken out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.childcare.terms import BAND_NAMES
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

GROUPS = ("working_parent", "early_learning")
PUBLISHED_IN = {"under_2": ("9 to 11 months", "1 year"), "age_2": ("2 years",), "age_3_4": ("3 years", "4 years")}
"""Ages on 31 December that make each band on 1 January."""

TOGETHER = "3 and 4 years"  # where a publication does not tell them apart

STEPS = 2_000               # of scaling, at most
CLOSE = 1e-12               # relative distance from the totals at which scaling ends
LARGEST_LEAN = 30.0         # log-odds: beyond it a small area would be all or nothing


def on_codes(indicators: pd.DataFrame, codes: tuple[str, ...], lookup: pd.DataFrame) -> pd.DataFrame:
    """Bring indicators of small areas of 2011 to those of 2021: a new area has the mean of those that it was made of."""
    known = indicators.set_index("lsoa_code").astype("float64")
    lacking = set(codes) - set(known.index)
    old = lookup[lookup["lsoa21_code"].isin(lacking)] if len(lookup) else lookup
    if old.empty or known.empty:
        return indicators
    means = old.join(known, on="lsoa11_code").groupby("lsoa21_code")[list(known.columns)].mean()
    return pd.concat([known, means]).rename_axis("lsoa_code").reset_index()


def leaning(indicators: pd.DataFrame, codes: tuple[str, ...], weights: Floats) -> tuple[Floats, tuple[Note, ...]]:
    """How far each group's log-odds lean in each small area from the authority's mean: [small area, group].

    indicators: the table `area_indicators`; weights: children of each small area, for the means. An area without an indicator
    stands at the mean of it, and that is said.
    """
    slopes, notes = rulebook("childcare_use")["leaning"], []
    lean = np.zeros((len(codes), len(GROUPS)))
    known = indicators.set_index("lsoa_code").reindex(list(codes))
    found = {name: known[name].to_numpy(dtype="float64") for name in slopes[GROUPS[0]]}
    for name, values in found.items():
        have = ~np.isnan(values)
        stand_in = slopes["instead"].get(name)
        use = have & np.isnan(found[stand_in]) if stand_in is not None else have
        if not use.any():
            continue
        away = np.where(use, values - np.average(values[use], weights=_some(weights[use])), 0.0)
        lean += away[:, None] * np.array([slopes[group].get(name, 0.0) for group in GROUPS])
    blank = int(np.isnan(np.stack(list(found.values()))).all(axis=0).sum())
    if blank == len(codes):
        notes.append(Note("area_indicators", "nothing is known of families by small area: eligible children lie as all do",
                          "poorer and better-off small areas are told to have the same share of eligible children"))
    elif blank:
        notes.append(Note("area_indicators", f"{blank} small areas have no indicator: they are taken to be like the authority"))
    return np.clip(lean, -LARGEST_LEAN, LARGEST_LEAN), tuple(notes)


def _some(weights: Floats) -> Floats:
    """Weights for a mean, all alike where there are none."""
    return weights if weights.sum() > 0 else np.ones_like(weights)


def spread(children: Floats, totals: Sequence[float], lean: Floats) -> Floats:
    """Children of each group by small area, [small area, group]: totals are met, and no area has more than its children.

    children: [small area]; totals: one for each group, together no more than all children; lean: [small area, group], log-odds.
    """
    whole = float(children.sum())
    wanted = np.array([*totals, whole - sum(totals)])
    if (wanted < -1e-9 * max(whole, 1.0)).any():
        raise ValueError(f"groups of {sum(totals):,.1f} children cannot be found among {whole:,.1f}")
    wanted = np.maximum(wanted, 0.0)
    cells = children[:, None] * np.exp(np.column_stack([lean, np.zeros(len(lean))]))
    cells[:, wanted == 0] = 0.0
    for _ in range(STEPS):
        columns = cells.sum(axis=0)
        cells = cells * np.divide(wanted, columns, out=np.zeros_like(wanted), where=columns > 0)
        rows = cells.sum(axis=1)
        out = np.divide(children, rows, out=np.zeros_like(rows), where=rows > 0)
        if np.abs(out[children > 0] - 1).max(initial=0.0) < CLOSE:
            break
        cells = cells * out[:, None]
    columns = cells.sum(axis=0)
    cells = cells * np.divide(wanted, columns, out=np.zeros_like(wanted), where=columns > 0)
    kept: Floats = np.minimum(cells[:, :-1], children[:, None])
    return kept


def control(published: pd.DataFrame, band: str, kind: str, ay: int) -> tuple[int, float] | None:
    """The latest January up to an academic year, else the first, whose total for a band is published whole: (its year, children).

    Not for the universal heading, whose published total has four-year-olds in Reception: see `universal_outside_reception`.
    """
    mine = published[(published["kind"] == kind) & published["age"].isin(PUBLISHED_IN[band])].dropna(subset=["eligible"])
    years = {int(y): part for y, part in mine.groupby("ay") if set(part["age"]) == set(PUBLISHED_IN[band])}
    if not years:
        return None
    before = [y for y in years if y <= ay]
    year = max(before) if before else min(years)
    return year, float(years[year]["eligible"].sum())


def universal_outside_reception(published: pd.DataFrame, ay: int, in_reception: float) -> tuple[float, float] | None:
    """Three- and four-year-olds of a January (eligible, registered) without those in Reception; None where it is not published.

    in_reception: four-year-olds on 31 December who are in Reception of a state school: they count as eligible and as registered.
    """
    rows = published[(published["kind"] == "universal") & (published["ay"] == ay)].set_index("age")
    apart, together = list(PUBLISHED_IN["age_3_4"]), [TOGETHER]
    ages = next((ages for ages in (apart, together) if set(ages) <= set(rows.index)), [])
    if not ages or rows.loc[ages, "eligible"].isna().any():
        return None
    eligible, registered = (rows.loc[ages, name].to_numpy(dtype="float64").sum() for name in ("eligible", "registered"))
    outside = np.maximum(np.array([eligible, registered]) - in_reception, 0.0)      # what is missing stays missing
    return float(outside[0]), float(outside[1])


def shares(children: Mapping[str, Floats], totals: Mapping[tuple[str, str], float],
           lean: Floats) -> tuple[dict[tuple[str, str], Floats], tuple[Note, ...]]:
    """Share of each small area's children in each group, (band, group) -> [small area]; the totals are met by `children`.

    Totals that are more than all children are cut to them, in proportion, and that is said.
    """
    found: dict[tuple[str, str], Floats] = {}
    notes = []
    for band, living in children.items():
        asked = np.array([totals.get((band, group), 0.0) for group in GROUPS])
        if asked.sum() > living.sum():
            notes.append(Note("childcare_eligible", f"{asked.sum():,.0f} {BAND_NAMES[band]} are told to be eligible and only "
                              f"{living.sum():,.0f} are counted: all are taken to be", "eligibility and children do not agree"))
            asked = asked * (living.sum() / asked.sum())
        groups = spread(living, asked.tolist(), lean)
        for g, group in enumerate(GROUPS):
            mean = asked[g] / living.sum() if living.sum() > 0 else 0.0
            found[band, group] = np.divide(groups[:, g], living, out=np.full(len(living), mean), where=living > 0)
    return found, tuple(notes)


def different(published: float, counted: float, ay: int) -> tuple[Note, ...]:
    """Say where three- and four-year-olds as published and as counted here differ by more than one in twenty."""
    if counted <= 0 or abs(published / counted - 1) <= float(rulebook("childcare_use")["reception"]["counts_differ"]):
        return ()
    return (Note("childcare_eligible", f"{published:,.0f} three- and four-year-olds outside Reception are published for January "
                 f"{ay + 1} ({ay_label(ay)}), {counted:,.0f} are counted here from births and Reception",
                 "take-up that is worked out from one and used on the other is out by as much"),)
