"""What is already known of next September beats any model: the October census, then the offers; openly, with a reason.

Method (domain brief C8.4). For the first academic year ahead the intake of a school is its October count, else its offers, each
times the ratio at which such figures have become January pupils in the past years of the same table (1 where it holds none). An
area's intake is the sum over its schools; a school without a figure keeps what the model gives it. Both figures are kept side by
side, with the reason; the authority's total moves by the difference, and the years after roll on from the new intake. Figures
that are of no intake, of no school that is planned for, or of a later year are not used, and the result says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import PHASE_YEARS, ay_label, nc_year_label
from planning_areas.wording import some
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.evidence import Evidence
    from sufficiency.forecast.strands import Strands

    Floats = NDArray[np.float64]

COLUMNS = ["planning_area_code", "urn", "ay", "nc_year", "kind", "value", "model", "final", "used", "reason", "author", "made_on",
           "expires"]
KNOWN = "known intake"      # the kind of those that are made here; a planner's own figures have theirs
TOLD = ["planning_area_code", "ay", "nc_year", "model", "final", "reason"]
SOURCES = (("october_census", "pupils", "October census"), ("offers", "offers", "offers"))     # the first that speaks is heard
FAR_CHILDREN, FAR_SHARE = 15.0, 0.15     # half a form, and about one in seven [U]
YEAR_12 = PHASE_YEARS["sixth_form"][0]


@dataclass(frozen=True)
class Override:
    """Intakes of the first year ahead as they are known to be, in place of the model's."""

    rows: Floats            # [draw, strand, nc_year] children of that year
    moved: Floats           # [draw, nc_year] by how much the authority's total moves
    table: pd.DataFrame     # COLUMNS
    known: pd.DataFrame     # urn, nc_year, source (name of its table): the schools whose intake is known


def override(model: Floats, ay: int, evidence: Evidence, strands: Strands) -> tuple[Override, tuple[Note, ...]]:
    """Put what is known of the intakes of `ay` in the place of the model's: [draw, strand, nc_year]."""
    rows, told, sure, notes = np.array(model), [], [], []
    for g in range(YEAR_12):
        intake = np.flatnonzero(strands.low == g)
        value, heard = np.full(len(intake), np.nan), np.zeros(len(intake), dtype="int64")
        reasons = [""] * len(SOURCES)
        for number, (table, column, name) in enumerate(SOURCES):
            frame = evidence.tables[table]
            if frame.empty or not len(intake):
                continue
            ratio, years = became(frame, column, g, strands, intake)
            now = _values(frame, column, ay, g, strands, intake)
            fresh = np.isnan(value) & ~np.isnan(now)
            value, heard = np.where(fresh, now * ratio, value), np.where(fresh, number + 1, heard)
            reasons[number] = f"{name} for {ay_label(ay)}" + (f" x {ratio:.3f}, as in {years}" if years else "")
        known = ~np.isnan(value)
        if known.any():
            rows[:, intake[known], g] = value[known]
            told += _told(model, rows, ay, g, strands, intake, heard, reasons)
            sure += [(strands.urns[s], g, SOURCES[n - 1][0]) for s, n in zip(intake[known], heard[known], strict=True)]
    notes += [*_unused(evidence, ay, strands), *_far_from_the_model(told)]
    table = pd.DataFrame(told, columns=TOLD).assign(kind=KNOWN, used="yes")
    known_of = pd.DataFrame(sure, columns=["urn", "nc_year", "source"])
    return Override(rows, (rows - model).sum(axis=1), laid_out(table), known_of), tuple(notes)


def laid_out(told: pd.DataFrame) -> pd.DataFrame:
    """The table of overrides, whoever made them: what is not said of one is blank."""
    texts = {name: told[name].astype("str") if name in told else pd.Series("", told.index, dtype="str")
             for name in ("planning_area_code", "urn", "kind", "used", "reason", "author", "made_on", "expires")}
    figures = {name: told[name].astype("float64") if name in told else pd.Series(np.nan, told.index)
               for name in ("value", "model", "final")}
    years = {"ay": told["ay"].astype("int64"), "nc_year": told["nc_year"].astype("Int64")}
    return pd.DataFrame({**texts, **figures, **years})[COLUMNS]


def became(frame: pd.DataFrame, column: str, nc_year: int, strands: Strands, intake: NDArray[np.int64]) -> tuple[float, str]:
    """At what ratio such figures became January pupils in past years, and in which; 1 where there are none."""
    then, january, years = 0.0, 0.0, []
    for k, ay in enumerate(strands.years):
        if not strands.seen[k]:
            continue
        figures = _values(frame, column, ay, nc_year, strands, intake)
        known = ~np.isnan(figures)
        if known.any() and figures[known].sum() > 0:
            then += float(figures[known].sum())
            january += float(strands.roll[k, intake[known], nc_year].sum())
            years.append(ay_label(ay))
    return (january / then, ", ".join(sorted(years))) if years else (1.0, "")


def _values(frame: pd.DataFrame, column: str, ay: int, nc_year: int, strands: Strands, intake: NDArray[np.int64]) -> Floats:
    """The figure that a table holds for each of these strands' schools; missing where it holds none."""
    rows = frame[(frame["ay"] == ay) & (frame["nc_year"] == nc_year)]
    values = dict(zip(rows["urn"], rows[column].astype("float64"), strict=True))
    return np.array([values.get(strands.urns[s], np.nan) for s in intake])


def _told(model: Floats, rows: Floats, ay: int, g: int, strands: Strands, intake: NDArray[np.int64], heard: NDArray[np.int64],
          reasons: list[str]) -> list[tuple[str, int, int, float, float, str]]:
    """One line for each area whose intake is overridden: what the model had, what it is, and why."""
    before, after = strands.by_area(model[0])[:, g], strands.by_area(rows[0])[:, g]
    told = []
    for a in np.unique(strands.area[intake[heard > 0]]):
        mine = heard[strands.area[intake] == a]
        said = "; ".join(f"{reasons[n - 1]} ({(mine == n).sum()} of {len(mine)} schools)" for n in (1, 2) if (mine == n).any())
        rest = "; the other schools as projected" if (mine == 0).any() else ""
        told.append((strands.areas[a], ay, g, float(before[a]), float(after[a]), said + rest))
    return told


def _far_from_the_model(told: list[tuple[str, int, int, float, float, str]]) -> list[Note]:
    """Name the areas whose intake is far from what the model had: the model is not corrected for the years after."""
    far = [(code, g, model, final) for code, _, g, model, final, _ in told
           if abs(final - model) >= FAR_CHILDREN and abs(final / max(model, 1.0) - 1) >= FAR_SHARE]
    if not far:
        return []
    named = some(f"{code} {nc_year_label(g)} ({model:.0f} by the model, {final:.0f} known)" for code, g, model, final in far)
    return [Note("overrides", f"known intakes far from the model's: {named}",
                 "the years after go by births and ratios again: look whether the change will last")]


def _unused(evidence: Evidence, ay: int, strands: Strands) -> list[Note]:
    """Say what in these tables is about no year, year group or school that it could be used for."""
    notes = []
    entered = {(urn, int(low)) for urn, low in zip(strands.urns, strands.low, strict=True)}
    for table, _, name in SOURCES:
        frame = evidence.tables[table]
        later = frame[frame["ay"] > ay]
        if len(later):
            when = sorted({f"{nc_year_label(g)} {ay_label(y)}" for y, g in zip(later["ay"], later["nc_year"], strict=True)})
            notes.append(Note(table, f"{name} beyond {ay_label(ay)} are not used ({', '.join(when[:3])})"))
        now = frame[frame["ay"] == ay]
        strange = sorted(set(now["urn"]) - set(strands.urns))
        if strange:
            told = ", ".join(strange[:5]) + (" ..." if len(strange) > 5 else "")
            notes.append(Note(table, f"{name} of {len(strange)} schools that are not planned for are not used: {told}"))
        rest = [g for urn, g in zip(now["urn"], now["nc_year"], strict=True) if urn not in strange and (urn, g) not in entered]
        if rest:
            notes.append(Note(table, f"{len(rest)} figures of {name} are of year groups in which their school does not begin: "
                              "they are not used"))
    return notes
