"""Children from new homes: what building above the usual rate adds to the forecast, and what a slump takes away.

Method (domain brief C6, D2, D3). Survival ratios of recent years carry already what was built in them, so that only the
difference to the usual rate of building counts: `excess = completions - usual`, year by year and planning area by planning area.
Children of a year are those of all homes built since the base year, each by the years since it was completed, less the part who
are at a school of the area already. They are spread evenly over the year groups of their phase. Gross counts every child in the
homes of a site, for what developers are asked for; net is what is added to the forecast.

The *core* forecast takes homes on certain sites, whole. Where these fall below the usual rate, less certain sites may fill up to
it by their probability, no further: that a list of permissions runs out is no slump in building. Only where all sites by
probability stay below the usual rate does the forecast fall, and only in the years for which lists of sites are whole, as a
five-year housing supply is: later building is on no list yet. Beyond the last year of the trajectories nothing changes.

In a *draw* every site is built or not by its probability, some years late and faster or slower than its trajectory, and yields
are higher or lower together. Sites that are late postpone what is built above the usual rate; below it others, which are on no
list yet, take their place, as they did in the years from which the usual rate is known: lateness alone makes no slump. Draw 0,
and every draw at spread 0, is the core forecast exactly. Each site has a stream of its own ("completions/SITE"), beside that of
the market ("completions") and that of "yields", so that a scenario without one site changes nothing of the others' luck.

What next September's figures are known to be, from the October census or the offers, holds those children already who moved in
before: they are not added again, then or in the years after.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import scipy.sparse

from planning_areas.school_year import NC_YEARS, PHASE_YEARS, ay_label, nc_year_label
from sufficiency.areas.own_areas import own_districts
from sufficiency.evidence import Note
from sufficiency.housing.homes_drawn import homes_drawn
from sufficiency.housing.trajectories import funded_outside, parts_of
from sufficiency.housing.usual_rate import by_past_of_sites, of_nowhere, told, usual_rate
from sufficiency.housing.where_homes import district_shares, shares, small_areas_of
from sufficiency.housing.yields import PHASES, Kind, build_up, kind_of, profile, yield_of
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.areas.areas import AreaFrame
    from sufficiency.assumptions import Assumptions
    from sufficiency.children import Projection
    from sufficiency.evidence import Evidence
    from sufficiency.housing.trajectories import Parts
    from sufficiency.housing.yields import Yield
    from sufficiency.intervals.draws import Draws

    Flags = NDArray[np.bool_]
    Floats = NDArray[np.float64]

GROUPS = {"primary": tuple(PHASE_YEARS["primary"]), "secondary": tuple(PHASE_YEARS["secondary"]), "post_16": (12, 13)}
"""Year groups over which the pupils of a phase of yields are spread."""
OF_AREAS = {"primary": ("primary",), "secondary": ("secondary", "post_16")}
"""Phases of yields that go to the planning areas of a phase."""

NOTICEABLE = 0.5            # children in a year group without a school, before it is said


@dataclass(frozen=True)
class Layer:
    """The planning areas of one phase, as homes see them."""

    places: NDArray[np.int64]       # theirs among all planning areas
    shares: scipy.sparse.csr_array  # [part, area] of each part's children
    usual: Floats                   # [area] homes a year that the forecast carries already; missing where not known
    pupils: Floats                  # [area] in the base year: by these, children who move between areas are taken away


@dataclass(frozen=True)
class Homes:
    """New homes and their children by planning area: the central figures, and the means to draw others."""

    parts: Parts | None
    years: range                    # academic years of the projection, base year first
    areas: tuple[str, ...]
    layers: dict[str, Layer]
    yields: Floats                  # [part, phase of yields] pupils a home, gross; none for homes that bring no pupils
    rests_on: tuple[tuple[Yield, ...], ...]     # [part][phase of yields] what each yield rests on
    general: Floats                 # [phase of yields] of all homes together
    profiles: Floats                # [phase of yields, years since completion] in multiples of the yield
    floor: Floats                   # [year, area, nc_year] least that may be added: minus the pupils there
    known: Flags                    # [area, nc_year] next September's figures that hold their children already
    open: Flags                     # [area, nc_year] year groups that some school has
    assumptions: Assumptions
    central: Floats                 # [year, area, nc_year] net children added
    notes: tuple[Note, ...] = ()

    @property
    def ahead(self) -> range:
        """The years in which homes are added."""
        return self.years[1:]

    def net(self, draws: Draws) -> Floats:
        """Net children of every draw: [draw, year, area, nc_year]; draw 0 and every draw at spread 0 are the central figures."""
        if self.parts is None:
            return np.zeros((draws.count, *self.central.shape))
        unit = replace(draws, spread=1.0)
        rules = rulebook("housing")
        late, in_time = homes_drawn(self.parts, self.ahead, unit, slippage_of(rules, self.assumptions), rules["spread"])
        factors = np.exp(rules["spread"]["yields"] * unit.normals("yields", len(PHASES)))
        drawn = self._children({phase: self._excess(phase, late, in_time) for phase in self.layers}, factors)
        drawn -= self.central
        drawn *= draws.spread
        drawn += self.central
        if draws.first == 0 and draws.count:
            drawn[0] = self.central
        return drawn

    def by_probability(self) -> Floats:
        """Net children if every site is built by its probability, in time: [year, area, nc_year]."""
        if self.parts is None:
            return np.zeros_like(self.central)
        likely = self.parts.at(self.ahead) * self.parts.table["probability"].to_numpy("float64")[:, None]
        excess = {phase: self._excess(phase, likely[None], likely[None]) for phase in self.layers}
        likely_children: Floats = self._children(excess, np.ones((1, len(PHASES))))[0]
        return likely_children

    def homes_by_area(self, phase: str, completed: Floats) -> Floats:
        """Homes of every planning area of a phase: [draw, area, year] of [draw, part, year]."""
        return _carried(self.layers[phase].shares, completed)

    def usual(self, phase: str) -> Floats:
        """Homes of the usual rate in each planning area and year, as far as the trajectories tell of it: [area, year]."""
        covered = self.parts.covered(self.ahead) if self.parts is not None else np.zeros(len(self.ahead))
        rate: Floats = self.layers[phase].usual[:, None] * covered
        return rate

    def _excess(self, phase: str, late: Floats, in_time: Floats) -> dict[str, Floats]:
        """Children at the level yield of the homes above (or below) the usual rate: phase of yields -> [draw, area, year].

        late, in_time: homes ready, [draw, part, year]; what is merely late is made up for as far as the usual rate.
        """
        usual, homes = self.usual(phase), self.homes_by_area(phase, late)
        counted = homes if late is in_time else np.maximum(homes, np.fmin(self.homes_by_area(phase, in_time), usual))
        return self._at_yields(phase, self._where_listed(counted - usual), homes, late)

    def _at_yields(self, phase: str, excess: Floats, homes: Floats, completed: Floats) -> dict[str, Floats]:
        """Children of homes above the usual rate by the yields of the homes that are built, below it by those of all homes."""
        layer, found = self.layers[phase], {}
        for name in OF_AREAS[phase]:
            k = PHASES.index(name)
            weighted = scipy.sparse.csr_array(layer.shares.multiply(self.yields[:, k : k + 1]))
            children = _carried(weighted, completed)
            each = np.divide(children, homes, out=np.full_like(homes, self.general[k]), where=(homes > 0) & (excess > 0))
            found[name] = np.nan_to_num(excess) * each
        return found

    def core_excess(self, phase: str) -> tuple[Floats, Floats]:
        """Homes of the core forecast above the usual rate, and what that takes for its homes: both [area, year]."""
        assert self.parts is not None
        ready = self.parts.at(self.ahead)
        core = ready * self.parts.table["core"].to_numpy("float64")[:, None]
        likely = ready * self.parts.table["probability"].to_numpy("float64")[:, None]
        certain, expected = (self.homes_by_area(phase, each[None])[0] for each in (core, likely))
        usual = self.usual(phase)
        counted = np.maximum(certain, np.fmin(expected, usual))
        return self._where_listed(counted - usual), counted

    def _where_listed(self, excess: Floats) -> Floats:
        """Homes above or below the usual rate; those that are merely on no list yet are not below it: [..., area, year]."""
        listed = np.arange(len(self.ahead)) < self.assumptions.listed_years
        return np.where(listed, excess, np.maximum(excess, 0.0))

    def core_children(self) -> Floats:
        """Net children of the core forecast: [year, area, nc_year]."""
        assert self.parts is not None
        core = (self.parts.at(self.ahead) * self.parts.table["core"].to_numpy("float64")[:, None])[None]
        excess = {}
        for phase in self.layers:
            above, counted = self.core_excess(phase)
            excess[phase] = self._at_yields(phase, above[None], counted[None], core)
        children: Floats = self._children(excess, np.ones((1, len(PHASES))))[0]
        return children

    def _children(self, excess: dict[str, dict[str, Floats]], factors: Floats) -> Floats:
        """Net children by year group, of children at the level yield by the year in which their homes are ready.

        factors: [draw, phase of yields]. Gives [draw, year, area, nc_year].
        """
        net = np.zeros((len(factors), *self.central.shape))
        for phase, by_name in excess.items():
            layer = self.layers[phase]
            for name, at_level in by_name.items():
                k, groups = PHASES.index(name), GROUPS[name]
                new = at_level * (factors[:, k, None, None] * ((1 - self.assumptions.already_local) / len(groups)))
                new = _from_others(new, layer.pupils, self.assumptions.from_other_areas)
                there = np.moveaxis(build_up(new, self.profiles[k]), 2, 1)
                for g in groups:
                    net[:, 1:, layer.places, g] = there
                first = new[:, :, 0] * self.profiles[k, 0]
                self._take_out_known(net, first, layer.places, groups)
        net *= self.open
        np.maximum(net, self.floor, out=net)
        return net

    def without_school(self) -> tuple[Note, ...]:
        """Say how many of the core forecast's children live where no school has their year group, and are in no figure."""
        everywhere = replace(self, open=np.ones_like(self.open), floor=np.full_like(self.floor, -np.inf)).core_children()
        lost = np.where(self.open, 0.0, everywhere)[-1].clip(min=0.0).sum(axis=0)
        groups = [nc_year_label(g) for g in NC_YEARS if lost[g] > NOTICEABLE]
        if not groups:
            return ()
        return (Note("housing_sites", f"{lost.sum():,.1f} children of new homes in {ay_label(self.years[-1])} live in planning "
                     f"areas without a school that has {', '.join(groups)}", "they are in no planning area's figures"),)

    def _take_out_known(self, net: Floats, first: Floats, at: NDArray[np.int64], groups: tuple[int, ...]) -> None:
        """Take away the children of the first year whom next September's figures hold already, then and as they grow older."""
        for g in groups:
            for year in range(1, net.shape[1]):
                was = g - (year - 1)
                if was >= groups[0]:
                    net[:, year, at, g] -= first * self.known[at, was]


def homes_of(evidence: Evidence, frame: AreaFrame, projection: Projection, assumptions: Assumptions) -> Homes:
    """New homes and their children by planning area; nothing where the workspace has no sites."""
    base = evidence.authority.base_year
    years = range(base, base + projection.pupils.sizes["ay"])
    pupils = projection.pupils.isel(draw=0).to_numpy()
    areas = tuple(str(code) for code in projection.pupils["planning_area_code"].to_numpy())
    nothing = np.zeros_like(pupils)
    rules = rulebook("housing")
    open_ = pupils.max(axis=0) > 0
    known = _known(projection, areas, base + 1)
    if not evidence.has("housing_sites"):
        none = np.zeros((0, len(PHASES)))
        return Homes(None, years, areas, {}, none, (), np.zeros(len(PHASES)), none, -pupils, known, open_, assumptions, nothing)
    parts = parts_of(evidence.housing_sites, base, rules)
    yields, rests_on = _yields(parts, evidence, assumptions)
    general = np.array([yield_of(evidence.yields, name, Kind(), assumptions.smallest_sample, rules).value for name in PHASES])
    profiles = np.stack([profile(evidence.yield_curves, name, level, max(60, len(years)))
                         for name, level in zip(PHASES, general, strict=True)])
    level = _level_of(assumptions)
    yields, general = yields * level, general * level
    layers, notes = _layers(parts, evidence, frame, projection, assumptions)
    homes = Homes(parts, years, areas, layers, yields, rests_on, general, profiles, -pupils, known, open_, assumptions, nothing,
                  notes)
    said = (*notes, *funded_outside(parts))
    return replace(homes, central=homes.core_children(), notes=(*said, *homes.without_school()))


def _known(projection: Projection, areas: tuple[str, ...], ay: int) -> Flags:
    """Which planning areas' year groups have next September's figure from the October census or the offers: [area, nc_year]."""
    found = np.zeros((len(areas), len(NC_YEARS)), dtype="bool")
    place = {code: i for i, code in enumerate(areas)}
    for row in projection.overrides.itertuples():
        if row.ay == ay and row.planning_area_code in place:
            found[place[row.planning_area_code], int(row.nc_year)] = True
    return found


def _yields(parts: Parts, evidence: Evidence, assumptions: Assumptions) -> tuple[Floats, tuple[tuple[Yield, ...], ...]]:
    """Pupils a home of each part, [part, phase of yields], and what each rests on; none for homes that bring no pupils."""
    rules, made = rulebook("housing"), {}
    rests_on = []
    for part in parts.table.itertuples():
        kind = kind_of(part.dwelling_type, part.tenure, part.bedrooms)
        if kind not in made:
            made[kind] = tuple(yield_of(evidence.yields, name, kind, assumptions.smallest_sample, rules) for name in PHASES)
        rests_on.append(made[kind])
    counts = bring_pupils(parts.table, assumptions)
    values = np.array([[each.value for each in row] for row in rests_on]) * counts[:, None]
    return values, tuple(rests_on)


def slippage_of(rules: dict[str, dict[str, object]], assumptions: Assumptions) -> dict[str, float]:
    """Mean years by which sites are late, by planning status: the rulebook's, so many times as the settings say."""
    told = {status: years for status, years in rules["slippage"].items() if isinstance(years, (int, float))}
    return {status: float(years) * assumptions.slippage for status, years in told.items()}


def _level_of(assumptions: Assumptions) -> Floats:
    """How many times the yields that are known the settings take: [phase of yields]."""
    level = np.ones(len(PHASES))
    for more in assumptions.yields_level:
        level[PHASES.index(more.phase)] *= more.factor
    return level


def bring_pupils(table: pd.DataFrame, assumptions: Assumptions) -> Flags:
    """Which homes bring pupils: not those for students or older people, nor flats of one bedroom unless the council says so."""
    small = table["dwelling_type"].eq("flat") & table["bedrooms"].eq("1")
    counted: Flags = (table["kept_for"].eq("") & (assumptions.one_bed_flats | ~small)).to_numpy("bool")
    return counted


def _layers(parts: Parts, evidence: Evidence, frame: AreaFrame, projection: Projection,
            assumptions: Assumptions) -> tuple[dict[str, Layer], tuple[Note, ...]]:
    """The planning areas of each phase: where the parts' children go, and the usual rate of building there."""
    base = evidence.authority.base_year
    window = range(base - assumptions.usual_rate_years + 1, base + 1)
    small_areas, notes = small_areas_of(parts.table, evidence)
    of = projection.pupils["phase"].to_numpy()
    pupils = projection.pupils.isel(draw=0, ay=0)
    layers, said = {}, list(notes)
    for phase in OF_AREAS:
        at = np.flatnonzero(of == phase)
        if not len(at):
            continue
        codes = [str(code) for code in projection.pupils["planning_area_code"].to_numpy()[at]]
        roll = pupils.isel(planning_area_code=at).sel(nc_year=list(PHASE_YEARS[phase])).sum("nc_year").to_numpy()
        lookup = frame.homes.get(phase)
        into = shares(small_areas, lookup, codes, roll)
        usual, basis = np.full(len(at), np.nan), "the sites' own past years"
        if evidence.has("completions"):
            districts = district_shares(evidence, lookup, codes) or {"": roll / roll.sum() if roll.sum() > 0 else roll}
            basis = "the homes completed"
            usual = usual_rate(evidence.completions, codes, districts, evidence.authority.gss_code, window)
        if np.isnan(usual).all():
            usual, basis = by_past_of_sites(parts, into.toarray(), window), "the sites' own past years"
        layers[phase] = Layer(at, into, usual, roll)
        said += told(phase, usual, codes, window, basis)
    known = {*projection.pupils["planning_area_code"].to_numpy(), evidence.authority.gss_code,
             *own_districts(evidence.tables, evidence.authority)}
    said += of_nowhere(evidence.completions, known)
    return layers, tuple(said)


def _carried(shares: scipy.sparse.csr_array, completed: Floats) -> Floats:
    """Carry parts to planning areas: [draw, part, year] -> [draw, area, year]; a sparse product, the same for any draws."""
    draws, parts, years = completed.shape
    flat = completed.transpose(1, 0, 2).reshape(parts, draws * years)
    carried = np.asarray(scipy.sparse.csr_array(shares.T) @ flat)
    found: Floats = carried.reshape(carried.shape[0], draws, years).transpose(1, 0, 2)
    return found


def _from_others(new: Floats, pupils: Floats, moving: float) -> Floats:
    """Take the part of new children who come from other planning areas away there, by pupils: [draw, area, year].

    What one area gains of them the others lose, so that the authority gains only the rest.
    """
    others = pupils.sum() - pupils
    if moving == 0 or not (others > 0).all():
        return new
    for_each = new / others[:, None]
    taken = for_each.sum(axis=1, keepdims=True) - for_each
    less: Floats = new - moving * pupils[:, None] * taken
    return less
