"""Chance: what may come instead of the central run, draw by draw, coherent from the authority to its areas and schools.

Method. The logarithm of what comes over what the central run says grows along cohorts (see `departures`). It is made of

- *births*: of cohorts not born or not published yet, and the births-to-Reception ratio, which drifts and has good and bad years;
- *survival*: a level misjudged, the same in every year ahead, one for primary, secondary and sixth form;
- *migration*: what a year does to all year groups of a phase alike, and to each by itself;
- *transfers*: Year 7 and Year 12, against their ratios, which drift as well;
- *an area's own* and *a school's own* chance: its year of entry drifts with its popularity, its other years gain and lose.

How large these are beside one another is measured on many authorities; how wide the sum is comes from past errors. For each draw
and year the departure of the phase's total has a normal score; all its year groups are scaled by one factor, so that the total
departs by the width that past errors have at that score (`calibration`); sixth forms by themselves. A small area is further out
than the authority, a school than its area: what is its own is what its width has beyond the width of what it lies in, square
against square.

Areas are then raked to the authority's figure, schools to their area's, in every draw; since that takes away a part of their own
chance, the own chance is made larger before by as much. Homes (`completions`, `yields`) are drawn by themselves and added. Draw 0
is the central run, and so is every draw where the spread is 0, to the last bit. Everything is reckoned draw by draw, with no sum
over draws, so that a draw is the same alone as among others; areas and schools have streams of their own, by their code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from planning_areas.school_year import ENTRY_YEAR, PHASE_YEARS, RECEPTION
from sufficiency.intervals.departures import along_cohorts
from sufficiency.intervals.fitting import (
    GROUPS,
    OF_PHASE,
    PARTS,
    STATUTORY,
    Impulses,
    fit,
    widths_beyond,
    widths_by_year,
)
from sufficiency.intervals.known_intakes import homes_taken_back, left_to_others, of_area, of_school, taken_back
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from sufficiency.intervals.calibration import Calibration
    from sufficiency.intervals.draws import Draws
    from sufficiency.intervals.fitting import Chancy, Widths
    from sufficiency.intervals.known_intakes import Cohort

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

AROUND_KNOWN = 3        # times that what raking moves is laid on the schools of an area whose intake is not known
KEPT = 256 * 2**20      # bytes of areas' own departures that are kept between the two passes


class HomesDrawn(Protocol):
    """Homes whose completions and yields can be drawn."""

    def net(self, draws: Draws) -> Floats:
        """Net children from homes, [draw, year, area, nc_year], in the order of the projection's areas."""
        ...


@dataclass(frozen=True)
class Central:
    """The central run as plain arrays, years ahead only (the base year is counted and has no chance)."""

    pupils: Floats                              # [year, area, nc_year]
    homes: Floats                               # the same; of these, from homes
    codes: tuple[str, ...]                      # areas
    phases: tuple[str, ...]
    schools: Floats                             # [year, school, nc_year]
    urns: tuple[str, ...]
    members: Mapping[int, tuple[int, ...]]      # area -> its schools
    births_known: int                           # years ahead whose Reception is born and published
    known: Ints | None = None                   # [school, nc_year] source of an intake that is counted or offered already


@dataclass(frozen=True)
class Future:
    """One planning area in all draws of a block."""

    area: int
    pupils: Floats                              # [draw, year, nc_year of its phase]
    schools: tuple[tuple[int, Floats], ...]     # school -> the same; they add up to the area
    sure: Cohort | None = None                  # what is known already of next September's intakes of the area


def futures(central: Central, calibration: Calibration, draws: Draws, homes: HomesDrawn | None = None,
            with_schools: bool = True) -> Iterator[Future]:
    """Every planning area with its schools, one after the other: only one of them is held in memory.

    with_schools: leave it out where only areas are asked for; they come out the same, and most of the time is saved.
    """
    years = len(central.pupils)
    if not years:
        return
    base = central.pupils - central.homes
    all_over = authority_factors(base.sum(axis=1), calibration, draws, central.births_known)
    drawn_homes = None if homes is None else homes.net(draws)
    own = _Own(central, base, calibration, draws)
    raked = {phase: all_over[..., groups] / own.sums(phase) for phase, groups in OF_PHASE.items()}
    for area, phase in enumerate(central.phases):
        groups = OF_PHASE[phase]
        pupils = own.of_area(area) * raked[phase]
        sure = _known(central, area, draws)
        if sure is not None:
            pupils = taken_back(pupils, sure.area)
        pupils -= 1.0
        pupils *= base[:, area, groups]
        pupils += central.pupils[:, area, groups]
        if drawn_homes is not None:
            more = drawn_homes[:, -years:, area, groups] - central.homes[:, area, groups]
            pupils += more if sure is None else homes_taken_back(more, sure.area)
        np.maximum(pupils, 0.0, out=pupils)
        schools = _schools(central, area, pupils, calibration, draws, sure) if with_schools else ()
        yield Future(area, pupils, schools, None if sure is None else sure.area)


def drawn(central: Central, calibration: Calibration, draws: Draws) -> tuple[Future, ...]:
    """All planning areas of a block of draws at once, for another process to hand back."""
    return tuple(futures(central, calibration, draws))


def authority_factors(central: Floats, calibration: Calibration, draws: Draws, births_known: int) -> Floats:
    """Factors of the authority's pupils: central [year, nc_year] -> [draw, year, nc_year]."""
    years = len(central)
    happened = _all_over(draws, years, births_known)
    response = _all_over(Impulses(_asked_all_over(years)), years, births_known)
    for phase, groups in OF_PHASE.items():
        for part, of in PARTS[phase]:
            mine = central[:, groups][:, of]
            widths = widths_by_year(calibration, "authority", part, mine.sum(axis=1))
            fit(happened[..., groups][..., of], response[..., groups][..., of], mine, widths)
    return np.exp(happened, out=happened)


def _all_over(chance: Chancy, years: int, births_known: int) -> Floats:
    """What happens to the authority's cohorts, unscaled: [draw, year, nc_year] of logarithms."""
    sizes = rulebook("forecast_errors")["streams"]
    births = chance.normals("births", years, 3)
    survival, migration = chance.normals("survival", 3), chance.normals("migration", years, 3 + GROUPS)
    transfers = chance.normals("transfers", years, 2, 2)
    happened = np.zeros((len(births), years, GROUPS))
    ratio = np.cumsum(births[..., 1], axis=1) * sizes["births"]["births_level"] + births[..., 2] * sizes["births"]["births_new"]
    happened[..., RECEPTION] = ratio
    unborn = np.cumsum(births[:, births_known:, 0], axis=1) * sizes["births"]["births"]
    happened[:, births_known:, RECEPTION] += unborn
    entries = {PHASE_YEARS["secondary"][0]: sizes["transfers"], PHASE_YEARS["sixth_form"][0]: sizes["sixth_form"]}
    for k, (phase, groups) in enumerate(PHASE_YEARS.items()):
        of = sizes[phase]
        for g in (g for g in groups if g not in entries and g != RECEPTION):
            common = survival[:, k, None] * of["survival"] + migration[..., k] * of.get("migration", 0.0)
            happened[..., g] = common + migration[..., 3 + g] * of["migration_own"]
    for k, (g, of) in enumerate(entries.items()):
        drift = np.cumsum(transfers[:, :, k, 0], axis=1) * of["transfers_level"]
        happened[..., g] = drift + transfers[:, :, k, 1] * of["transfers_new"]
    return along_cohorts(happened)


def _asked_all_over(years: int) -> int:
    """How many normals `_all_over` asks for."""
    return years * 3 + 3 + years * (3 + GROUPS) + years * 4


class _Own:
    """Factors of what is each area's own chance; kept, or made again, as memory allows."""

    def __init__(self, central: Central, base: Floats, calibration: Calibration, draws: Draws) -> None:
        self.central, self.base, self.calibration, self.draws = central, base, calibration, draws
        self.total = {phase: _totals(base, central.phases, phase) for phase in OF_PHASE}
        cells = draws.count * len(base) * sum(base[0, 0, OF_PHASE[phase]].size for phase in central.phases)
        self.kept: dict[int, Floats] | None = {} if cells * 8 <= KEPT else None

    def of_area(self, area: int) -> Floats:
        """[draw, year, nc_year of its phase]."""
        if self.kept is not None and area in self.kept:
            return self.kept[area]
        phase = self.central.phases[area]
        mine = self.base[:, area, OF_PHASE[phase]]
        beyond = widths_beyond(self.calibration, phase, ("area", mine), ("authority", self.total[phase]))
        factors = _own_factors(f"area {self.central.codes[area]}", mine, phase, beyond, self.draws)
        if self.kept is not None:
            self.kept[area] = factors
        return factors

    def sums(self, phase: str) -> Floats:
        """By what the areas' own chance moves the sum of a phase's areas, which raking takes back: [draw, year, nc_year]."""
        groups = OF_PHASE[phase]
        moved = np.zeros((self.draws.count, len(self.base), len(range(GROUPS)[groups])))
        still = np.zeros(moved.shape[1:])
        for area, of in enumerate(self.central.phases):
            if of == phase:
                moved += self.of_area(area) * self.base[:, area, groups]
                still += self.base[:, area, groups]
        return np.divide(moved, still, out=np.ones_like(moved), where=still > 0)


@dataclass(frozen=True)
class _Sure:
    """What is known of an area's intakes, and of each of its schools'."""

    area: Cohort
    schools: Mapping[int, Cohort]


def _known(central: Central, area: int, draws: Draws) -> _Sure | None:
    """What is known of next September in an area; none where nothing is."""
    groups, members = OF_PHASE[central.phases[area]], central.members.get(area, ())
    if central.known is None or not central.known[list(members), groups].any():
        return None
    schools = {s: of_school(central.urns[s], central.known[s], central.schools[0, s], groups, draws) for s in members}
    parts = [(central.schools[0, s, groups], cohort) for s, cohort in schools.items()]
    return _Sure(of_area(parts, central.pupils[0, area, groups]), schools)


def _schools(central: Central, area: int, pupils: Floats, calibration: Calibration, draws: Draws,
             sure: _Sure | None) -> tuple[tuple[int, Floats], ...]:
    """The schools of an area in every draw; they add up to it."""
    members = central.members.get(area, ())
    phase = central.phases[area]
    groups = OF_PHASE[phase]
    whole = central.pupils[:, area, groups]
    pupils_of = [central.schools[:, school, groups] for school in members]
    factors = []
    for school, mine in zip(members, pupils_of, strict=True):
        beyond = widths_beyond(calibration, phase, ("school", mine), ("area", whole))
        factor = _own_factors(f"school {central.urns[school]} {phase}", mine, phase, beyond, draws)
        factors.append(factor if sure is None else taken_back(factor, sure.schools[school]))
    rest = _left_to_rake(pupils, whole, factors, pupils_of)
    if sure is not None:
        for _ in range(AROUND_KNOWN):
            factors = [factor * left_to_others(rest, sure.schools[school], sure.area.share)
                       for school, factor in zip(members, factors, strict=True)]
            rest = _left_to_rake(pupils, whole, factors, pupils_of)
    return tuple((school, mine * (factor * rest)) for school, mine, factor in zip(members, pupils_of, factors, strict=True))


def _left_to_rake(pupils: Floats, whole: Floats, factors: Sequence[Floats], schools: Sequence[Floats]) -> Floats:
    """What all schools of an area must be multiplied with to add up to it; schools: central pupils, in the order of factors."""
    moved, still = np.zeros_like(pupils), np.zeros_like(whole)
    for factor, mine in zip(factors, schools, strict=True):
        moved += factor * mine
        still += mine
    rest = np.divide(pupils, whole, out=np.ones_like(pupils), where=whole > 0)
    rest /= np.divide(moved, still, out=np.ones_like(moved), where=still > 0)
    return rest


def _own_factors(name: str, central: Floats, phase: str, widths: Sequence[Widths], draws: Draws) -> Floats:
    """Factors of one area or school by itself: central [year, nc_year of its phase] -> [draw, year, nc_year].

    widths: of each total of the phase (PARTS).
    """
    years, groups = central.shape
    served = np.flatnonzero(central[:, : STATUTORY[phase]].sum(axis=0) > 0)
    low = int(served[0]) if len(served) else ENTRY_YEAR[phase] - OF_PHASE[phase].start
    happened = _own(draws, name, years, groups, low)
    response = _own_response(years, groups, low)
    for (_, of), wide in zip(PARTS[phase], widths, strict=True):
        fit(happened[..., of], response[..., of], central[:, of], wide)
    return np.exp(happened, out=happened)


def _own(chance: Chancy, name: str, years: int, groups: int, low: int) -> Floats:
    """What happens to cohorts of one area or school by itself, as `_all_over`; low: the year group in which they enter."""
    sizes = rulebook("forecast_errors")["streams"]["school"]
    normals = chance.normals(name, years, groups + 1)
    happened = normals[..., :groups] * sizes["migration_own"]
    drift = np.cumsum(normals[..., groups], axis=1) * sizes["transfers_level"]
    happened[..., low] = drift + normals[..., low] * sizes["transfers_new"]
    return along_cohorts(happened)


@cache
def _own_response(years: int, groups: int, low: int) -> Floats:
    return _own(Impulses(years * (groups + 1)), "", years, groups, low)


def _totals(base: Floats, phases: tuple[str, ...], phase: str) -> Floats:
    """Pupils of all areas of a phase: [year, nc_year]."""
    mine = [area for area, of in enumerate(phases) if of == phase]
    total: Floats = base[:, mine, OF_PHASE[phase]].sum(axis=1)
    return total


def central_of(pupils: xr.DataArray, homes: xr.DataArray, schools: xr.DataArray, members: Mapping[str, tuple[str, ...]],
               births_known: int, known: Ints | None = None) -> Central:
    """The years ahead of a projection's arrays; members: planning area -> URNs of its schools; known: as Central has it."""
    codes, urns = tuple(pupils["planning_area_code"].to_numpy().tolist()), tuple(schools["urn"].to_numpy().tolist())
    place = {urn: i for i, urn in enumerate(urns)}
    return Central(
        pupils.to_numpy()[0, 1:], homes.to_numpy()[0, 1:], codes, tuple(pupils["phase"].to_numpy().tolist()),
        schools.to_numpy()[0, 1:], urns,
        {i: tuple(place[urn] for urn in members.get(code, ()) if urn in place) for i, code in enumerate(codes)}, births_known,
        known,
    )
