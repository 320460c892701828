"""Take-up of funded childcare, and the hours used, by small area: the council's own count first, then what is published of it.

Method (domain brief G2, G7, J7). The finest that is given counts: the council's table for the small area, its district or the
authority; then the children registered over those eligible as published for the authority, with four-year-olds in Reception
taken out of both; last the rulebook's figures for England. Hours are those a heading adds to the others of the same child, times
the part of them that is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from planning_areas.school_year import ay_label
from sufficiency.childcare.eligibility import PUBLISHED_IN, universal_outside_reception
from sufficiency.childcare.entitlements import added, stretched
from sufficiency.childcare.terms import BAND_NAMES
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from numpy.typing import NDArray

    from sufficiency.assumptions import ChildcareFactor

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Use:
    """What is known of take-up: the council's table, the published figures, and which district each small area is in."""

    own: pd.DataFrame = field(repr=False)           # childcare_takeup
    published: pd.DataFrame = field(repr=False)     # childcare_eligible
    codes: tuple[str, ...]
    districts: tuple[str, ...]                      # of each small area, blank where not known
    authority: str                                  # its ONS code
    stretch: tuple[float, float]                    # share who stretch their hours over the year, and the weeks
    in_reception: Mapping[int, float]   # academic year -> four-year-olds on 31 December who are in Reception
    factors: tuple[ChildcareFactor, ...] = ()   # by which eligibility, take-up and hours are taken to be otherwise

    def takeup(self, band: str, kind: str, ay: int, on: date | None = None) -> Floats:
        """Share of the eligible who take a place up, by small area; on: the day whose rules count, else 1 September."""
        default = self._published(band, kind, ay)
        if default is None:
            default = paid_for(band, ay, on)[0] if kind == "paid" else float(rulebook("childcare_use")["takeup"][band][kind])
        found = self._own("takeup", band, kind, ay, min(default, 1.0))
        factor = self.factor("takeup", band, kind, ay)
        return found if factor == 1 else np.minimum(found * factor, 1.0)

    def hours(self, band: str, kind: str, ay: int, on: date) -> Floats:
        """Hours a week in term that a child who takes it up uses under a heading, beyond its other headings, by small area."""
        if kind == "paid":
            return self._own("hours_week", band, kind, ay, paid_for(band, ay, on)[1]) * self.factor("hours", band, kind, ay)
        offered = added(band, on)[kind]
        used = np.minimum(self._own("hours_week", band, kind, ay, offered * self.part_used(band, kind)), offered) * self.in_term()
        return used * self.factor("hours", band, kind, ay)

    def factor(self, what: str, band: str, kind: str, ay: int) -> float:
        """So many times the eligible, the take-up or the hours that are known the settings take in a year."""
        return float(np.prod([one.factor for one in self.factors if one.holds(what, band, kind, ay)]))

    def in_term(self) -> float:
        """What is left of a week's hours in term where some stretch them over the year; the year's hours stay the same."""
        share, weeks = self.stretch
        return 1 - share + share * stretched(1.0, weeks)

    def school_age(self, band: str, care: str, ay: int, rate: Mapping[str, float]) -> tuple[Floats, Floats]:
        """Share of the children on roll who use a kind of care, and hours a week, by small area; rate: the rulebook's."""
        return (self._own("takeup", band, care, ay, rate["share"]), self._own("hours_week", band, care, ay, rate["hours_week"]))

    def part_used(self, band: str, kind: str) -> float:
        """Part of the hours that a heading adds which a child who takes it up uses, by the rulebook."""
        return float(rulebook("childcare_use")["hours_used"][band][kind])

    def _own(self, column: str, band: str, kind: str, ay: int, default: float) -> Floats:
        """The council's figure of each small area: its own, its district's, the authority's; else the default."""
        rows = self._given.get((kind, band))
        if rows is None:
            return np.full(len(self.codes), default)
        rows = rows.dropna(subset=[column])
        by_area: dict[str, float] = {}
        for code, part in rows.groupby("area_code"):
            begun = part[part["ay"] <= ay]
            row = begun.loc[begun["ay"].idxmax()] if len(begun) else part.loc[part["ay"].idxmin()]
            by_area[str(code)] = float(row[column])
        whole = by_area.get(self.authority, default)
        return np.array([by_area.get(code, by_area.get(district, whole))
                         for code, district in zip(self.codes, self.districts, strict=True)])

    @cached_property
    def _given(self) -> dict[Any, pd.DataFrame]:
        """The council's own rows by kind and age, parted once for all terms."""
        return dict(iter(self.own.groupby(["kind", "age_band"])))

    def _published(self, band: str, kind: str, ay: int) -> float | None:
        """Registered over eligible in the latest January up to a year, else the first; None where either is not published."""
        mine = self.published[self.published["kind"] == kind]
        years = sorted({int(y) for y in mine["ay"]}, key=lambda y: (y > ay, abs(y - ay)))
        for year in years:
            if kind == "universal":
                found = universal_outside_reception(mine, year, self.in_reception.get(year, np.nan))
                eligible, registered = found or (np.nan, np.nan)
            else:
                rows = mine[(mine["ay"] == year) & mine["age"].isin(PUBLISHED_IN[band])]
                whole = 0.0 if set(rows["age"]) == set(PUBLISHED_IN[band]) else np.nan
                eligible, registered = (whole + rows[c].to_numpy(dtype="float64").sum() for c in ("eligible", "registered"))
            if eligible > 0 and not np.isnan(registered):
                return float(registered / eligible)
        return None

    def notes(self, bands: tuple[str, ...], kinds: Mapping[str, tuple[str, ...]], ay: int) -> tuple[Note, ...]:
        """Say which take-up rests on the rulebook, and which is told to be more than all."""
        told, assumed = [], []
        for band in bands:
            for kind in kinds[band]:
                found, hours = self._published(band, kind, ay), kind.replace("_", " ") + " hours"
                if self.own[(self.own["kind"] == kind) & (self.own["age_band"] == band)]["takeup"].notna().any():
                    continue
                if found is None:
                    assumed.append(f"{hours} by {BAND_NAMES[band]} {self.takeup(band, kind, ay).mean():.0%}")
                elif found > 1:
                    told.append(Note("childcare_eligible", f"{found:.0%} of the eligible {BAND_NAMES[band]} are published to be "
                                     f"registered for {hours} ({ay_label(ay)} or the nearest year): taken as all of them"))
        if assumed:
            listed = "; ".join(assumed)
            told.append(Note("childcare_takeup", f"take-up is not known and is that of the rulebook (England): {listed}",
                             "the authority's own may be several points higher or lower"))
        return tuple(told)


def paid_for(band: str, ay: int, on: date | None = None) -> tuple[float, float]:
    """Share of all children of a band who use hours that parents pay for, and how many a week, by the rulebook of a day."""
    day = on or date(ay, 9, 1)
    rows: list[dict[str, Any]] = [row for row in rulebook("childcare_use")["paid"] if row["from"] <= day]
    row = max(rows, key=lambda r: r["from"])
    return float(row[band]["share"]), float(row[band]["hours_week"])
