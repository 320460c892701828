"""What we assume: weights, shrinkage, margins and horizons, each with its tag of evidence; handed down, never global."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

from planning_areas.school_year import HORIZON

Value = TypeVar("Value")
EVIDENCE = {"V": "verified", "D": "derived by us", "U": "not verified", "": "local policy"}
"""Tags of evidence in words."""


def says(default: Value, meaning: str, tag: str = "") -> Value:
    """A setting with its default, what it means in a planner's words, and its tag of evidence (V, D, U; blank: local policy)."""
    given: Value = field(default=default, metadata={"meaning": meaning, "tag": tag})
    return given


@dataclass(frozen=True)
class ExcludedYear:
    """An academic year left out of the ratios, with the reason: a shock that will not come again."""

    ay: int
    reason: str


@dataclass(frozen=True)
class LeadTime:
    """How many months a kind of remedy takes in this council, from decision to its first September."""

    remedy: str
    months: int


@dataclass(frozen=True)
class PhaseFactor:
    """So many times the usual, in one phase of yields."""

    phase: str
    factor: float


@dataclass(frozen=True)
class ChildcareFactor:
    """So many times the usual of what childcare demand rests on, in some years, of some entitlements and ages (none: all)."""

    what: str                   # eligible, takeup or hours
    factor: float
    first: int
    last: int
    kinds: tuple[str, ...] = ()
    ages: tuple[str, ...] = ()

    def holds(self, what: str, band: str, kind: str, ay: int) -> bool:
        """Say whether it is of this."""
        return (self.what == what and self.first <= ay <= self.last and (not self.kinds or kind in self.kinds)
                and (not self.ages or band in self.ages))


@dataclass(frozen=True)
class AreaMove:
    """A share of the children who would enter one planning area's schools enters those of another, in some years."""

    nc_year: int
    origin: str
    destination: str
    share: float
    first: int
    last: int


@dataclass(frozen=True)
class Assumptions:
    """The settings of a run; every default can be changed in the workspace's [settings]."""

    # How the forecast is made
    method: str = says("measured", "how the authority's ratios are carried on: measured, last_year or plain", "D")
    weights: tuple[float, ...] = says(
        (3.0, 2.0, 1.0), "weights of the latest years, latest first, in areas' ratios and in the plain method (C1, C3)", "U")
    excluded_years: tuple[ExcludedYear, ...] = says((), "academic years left out of the ratios, each with its reason")
    shrinkage_survival: float = says(
        80.0, "pupils at which an area's survival ratio counts half and the authority's half; 60 to 100 (C3)", "U")
    shrinkage_births: float = says(
        20.0, "births at which an area's births-to-Reception ratio counts half and the authority's half", "U")
    registrations_untested: float = says(0.5, "weight of GP registrations where the past cannot tell (C2)", "U")
    ratio_floor: float = says(0.85, "survival ratios of areas below this are raised to it, and said (C3)", "U")
    ratio_ceiling: float = says(1.20, "survival ratios of areas above this are lowered to it, and said (C3)", "U")
    later_entry_ratio: float = says(
        1.4, "Year 3 against Year 2 from which leavers of infant schools are taken to join a school", "U")
    primary_years: int = says(HORIZON["primary"], "years ahead in primary")
    secondary_years: int = says(HORIZON["secondary"], "years ahead in secondary")
    births_lag: int = says(2, "years from a cohort's first September to the January by which its births are published", "U")
    catch_all_codes: tuple[str, ...] = says((), "planning-area codes that are no area (8911000 in the 2015 file)")

    # Children against places
    operating_margin: float = says(
        0.02, "spare places kept for choice and moves during the year, of the children (NAO 2017)", "V")
    rag_edges: tuple[float, ...] = says(
        (0.0, 0.02, 0.05, 0.10, 0.20), "shares of headroom at which the letter changes: R, AR, A, G, B, P (H3)")

    # New homes
    already_local: float = says(0.3, "share of children in new homes who are at a school of the area already (C6)", "U")
    from_other_areas: float = says(
        0.0, "share of these local movers who leave a school of another planning area of the authority", "U")
    usual_rate_years: int = says(3, "years over which the usual rate of building is taken (C6)", "U")
    listed_years: int = says(5, "years ahead in which the lists of sites are whole: the five-year supply (D5)", "U")
    smallest_sample: int = says(100, "homes from which a yield is taken; below, the next coarser cut (D1)", "U")
    one_bed_flats: bool = says(False, "whether flats of one bedroom are taken to bring pupils (D2)")
    location_factor: float = says(1.0, "of building costs here against England; 1: none is set (E3)")
    place_cost_primary: float = says(0.0, "pounds for a primary place; 0: the rulebook's (E3)")
    place_cost_secondary: float = says(0.0, "pounds for a secondary place; 0: the rulebook's (E3)")
    price_growth: float = says(0.0, "by how much more a year prices of building rise than the rulebook takes (E3)")

    # Otherwise than in the past
    slippage: float = says(1.0, "times as late as sites of their status usually are")
    yields_level: tuple[PhaseFactor, ...] = says((), "phases in which a new home brings more pupils than is known, or fewer")
    area_moves: tuple[AreaMove, ...] = says((), "shares of an area's intake who come to choose another's schools")
    childcare_factors: tuple[ChildcareFactor, ...] = says(
        (), "eligible children, take-up and hours used, more than is known or fewer, by year, entitlement and age")

    # What to build
    plan_material: float = says(
        7.5, "places short in a year of entry from which capital is weighed; a quarter of a form", "U")
    plan_material_childcare: float = says(6.5, "childcare places short from which capital is weighed", "U")
    plan_full_below: float = says(
        0.05, "headroom in a year of entry below which an area counts as full, so that hidden need is counted", "U")
    plan_flow_least: float = says(
        0.10, "share of an area's children at schools of another area from which its free places count next door", "U")
    plan_hours_of_a_place: float = says(0.0, "hours a week that a new childcare place serves; 0: the rulebook's", "U")
    plan_aims: str = says("in_order", "in_order: shortfall, then money, travel, surplus; exchange: all at plan_rates at once")
    plan_rates: tuple[float, ...] = says(
        (20.0, 2.0, 1.0, 1.0, 0.01, 0.1),
        "thousand pounds for a child-year short, a small one, a thousand of capital, of transport, a km, an empty place")
    plan_equity_floor: bool = says(
        False, "whether deprived areas must have no smaller share of their children placed than the whole authority")
    plan_members_decided: tuple[str, ...] = says(
        (), "what members have opened a pot to beyond its usual purpose, each as pot/purpose/phase")
    plan_everyone_placed: bool = says(False, "whether no child may stay without a place; where that cannot be, there is no plan")
    plan_qualities: tuple[str, ...] = says(
        ("met", "needs_judgement"), "qualities of schools and settings that may grow: met, needs_judgement, not_met")
    plan_smallest_primary: float = says(0.0, "places of the smallest new primary school once it is full; 0: no rule (E4)")
    plan_smallest_secondary: float = says(0.0, "places of the smallest new secondary school once it is full; 0: no rule (E4)")
    plan_tail: float = says(0.95, "one plan for many futures: share of futures beyond which the worst ones begin", "U")
    plan_tail_weight: float = says(0.5, "one plan for many futures: weight of the worst, the rest is the mean's", "U")
    plan_seconds: float = says(300.0, "seconds after which the best plan found so far is taken; a proven one comes sooner")
    plan_why_seconds: float = says(600.0, "seconds at most to ask of every scheme what would be otherwise; 0: do not ask")
    transport_cost: float = says(0.0, "pounds for a child and year of school transport; 0: the rulebook's (F)")

    # Chance
    draws: int = says(1000, "futures behind ranges and likelihoods; 1: the central run alone")
    spread: float = says(1.0, "of chance: 1 as in the past, 0 none", "D")
    pooling: float = says(10.0, "origins at which an authority's own past errors count half and those of many half", "D")
    shortfall_chances: tuple[float, ...] = says((0.5, 0.2), "likelihoods of a shortfall for which last safe dates are told")
    lead_times: tuple[LeadTime, ...] = says(
        (), "months from decision to the first September, where the council's own differ from the rulebook's (E5)")
    seed: int = says(20260901, "of all chance: the same seed, the same draws")

    # Childcare
    state_takeup: float = says(0.94, "share of four-year-olds in Reception age who are in a state school anywhere (G2)", "U")
    also_working: float = says(0.0, "share of early-learning children whose parents also pass the working test", "U")
    stretched_share: float = says(0.0, "share of children who stretch funded hours over the year (G4)", "U")
    stretched_weeks: float = says(51.0, "weeks over which they stretch them (G4)", "U")
    assume_opening_hours: bool = says(
        False, "whether the rulebook's hours stand in where a setting does not say its own (G6)")
    practical_occupancy: float = says(0.0, "share of place-hours that can be used; 0: the rulebook's (G6)", "U")
    share_for_funded: float = says(0.0, "share of those that is offered as funded hours; 0: the rulebook's (G6)", "U")
    space_mode: str = says("", "indoor, or outdoor where outdoor space counts; blank: the rulebook's (G5)")
    childcare_years: int = says(3, "years ahead for which childcare is told")
    childcare_edges: tuple[float, ...] = says(
        (0.90, 1.05, 1.25), "hours on offer for each hour wanted at which the word changes (G7)")
    childcare_in_reach: float = says(1.0, "share of hours on offer that is there for the authority's own children (G7)", "U")
    childcare_assumed_most: float = says(
        0.5, "share of hours on offer that may be an assumption before it is not known how an area stands", "U")
    childcare_known_least: float = says(
        0.85, "share of an area's reach of which something must be known before its access has a letter", "U")
    access_mode: str = says("", "walking, driving or straight_line; blank: by car where roads are known")
    access_method: str = says("gaussian", "how distance counts: 2sfca, e2sfca or gaussian (G11)")

    # Who may see it
    audience: str = says("public", "for whom workbook and map are made: public, or council, for its officers alone (I2)")
    smallest_count: int = says(0, "smallest count of children that is shown; 0: the rulebook's for the audience (I2)", "V")
    fewest_behind: int = says(
        0, "fewest people behind a share, an index or a colour that is shown; 0: the rulebook's for the audience (I2)", "V")


def meanings() -> dict[str, tuple[str, str]]:
    """Every setting's meaning in a planner's words, and its tag of evidence in words."""
    return {f.name: (f.metadata["meaning"], EVIDENCE[f.metadata["tag"]]) for f in fields(Assumptions)}


def defaults() -> dict[str, Any]:
    """Every setting's default."""
    return {f.name: f.default for f in fields(Assumptions)}


def years_ahead(assumptions: Assumptions) -> dict[str, int]:
    """How many years ahead each phase is forecast: primary five, others seven, unless the workspace says less."""
    return {phase: assumptions.primary_years if phase == "primary" else assumptions.secondary_years
            for phase in (*HORIZON, "sixth_form")}
