"""What we assume: weights, shrinkage, margins and horizons, each with its tag of evidence; handed down, never global."""

from __future__ import annotations

from dataclasses import dataclass

from planning_areas.school_year import HORIZON


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
class Assumptions:
    """The settings of a run; every default can be changed in the workspace's [settings]."""

    method: str = "measured"                                # of the authority's ratios; see levels.METHODS
    weights: tuple[float, ...] = (3.0, 2.0, 1.0)            # of areas' ratios and the plain method, latest first (C1, C3) [U]
    shrinkage_survival: float = 80.0                        # pupils; 60-100 (C3 rule 2) [U]
    shrinkage_births: float = 20.0                          # births: areas differ for good in this ratio [U]
    registrations_untested: float = 0.5                     # weight of GP registrations where the past cannot tell (C2) [U]
    ratio_floor: float = 0.85                               # survival ratios are clipped to these, and every clip is logged (C3)
    ratio_ceiling: float = 1.20
    later_entry_ratio: float = 1.4                          # Year 3 up against below, where leavers of infant schools join [U]
    operating_margin: float = 0.02                          # NAO 2017 [V]
    rag_edges: tuple[float, ...] = (0.0, 0.02, 0.05, 0.10, 0.20)    # headroom (H3), local policy
    primary_years: int = HORIZON["primary"]                 # years ahead
    secondary_years: int = HORIZON["secondary"]
    excluded_years: tuple[ExcludedYear, ...] = ()
    already_local: float = 0.3                              # of children in new homes, at a school of the area already (C6) [U]
    from_other_areas: float = 0.0                           # of the others, from another planning area of the authority [U]
    usual_rate_years: int = 3                               # over which the usual rate of building is taken (C6)
    listed_years: int = 5                                   # ahead, in which sites' lists are whole: five-year supply (D5) [U]
    smallest_sample: int = 100                              # homes from which a yield is taken (D1)
    one_bed_flats: bool = False                             # whether flats of one bedroom are taken to bring pupils (D2)
    location_factor: float = 1.0                            # of building costs here against England; 1: none is set (E3)
    place_cost_primary: float = 0.0                         # pounds; 0: the rulebook's (E3) [V]
    place_cost_secondary: float = 0.0                       # pounds; 0: the rulebook's (E3) [V]
    catch_all_codes: tuple[str, ...] = ()                   # planning-area codes that are no area (8911000 in the 2015 file)
    draws: int = 1000                                       # futures behind ranges and likelihoods; 1: the central run alone
    spread: float = 1.0                                     # of chance: 1 as in the past, 0 none
    births_lag: int = 2                                     # from a cohort's first September to the January that knows it [U]
    pooling: float = 50.0                                   # origins; an authority's own errors against those of many [D]
    shortfall_chances: tuple[float, ...] = (0.5, 0.2)       # likelihoods of a shortfall for which last safe dates are told
    lead_times: tuple[LeadTime, ...] = ()                   # the council's own, where they differ from the rulebook's
    state_takeup: float = 0.94                              # four-year-olds in Reception of a state school, anywhere (G2) [U]
    also_working: float = 0.0                               # early-learning children whose parents also pass the working test [U]
    stretched_share: float = 0.0                            # of children who stretch funded hours over the year (G4) [U]
    stretched_weeks: float = 51.0                           # over which they stretch them (G4) [U]
    assume_opening_hours: bool = False                      # the rulebook's hours stand in where a setting does not say (G6)
    practical_occupancy: float = 0.0                        # share of place-hours that can be used; 0: the rulebook's (G6) [U]
    share_for_funded: float = 0.0                           # of those, offered as funded hours; 0: the rulebook's (G6) [U]
    space_mode: str = ""                                    # indoor, or outdoor where it counts; blank: the rulebook's (G5)
    childcare_years: int = 3                                # for which childcare is told, beyond the base year
    childcare_edges: tuple[float, ...] = (0.90, 1.05, 1.25)     # hours on offer for each wanted (G7), local policy
    childcare_in_reach: float = 1.0                         # of hours on offer, for the authority's own children (G7) [U]
    access_mode: str = ""                                   # walking, driving, straight_line; blank: by car where roads are known
    access_method: str = "gaussian"                         # how distance counts: 2sfca, e2sfca, gaussian (G11)
    seed: int = 20260901
