"""Which schemes of a plan may wait until a figure is seen, how well the figure tells, and what waiting is worth.

A scheme is needed in a future where it spares at least so many child-years, all other schemes of the plan being built. Where
that hangs on the future, it may wait: for the January count of children in the year of entry, in its own area or one whose
children may come to it, of the last January after which it still opens in time. In time is the latest opening that, over the
futures that chose the plan, leaves hardly more short than the earliest does. The scheme is started where more children are
counted than the trigger; the trigger is the number that best told the futures which chose it apart, a false start among those
without need weighing as much as a missed one among those with it, and of several such the lowest. How often it is wrong is
counted in futures that it has not seen.

Three ways to go on are compared there: to start now, to wait and see, and never to build. Who waits pays prices that have risen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.robust.measure import spread
from sufficiency.robust.serve import child_years

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.robust.building import Building, Opens
    from sufficiency.robust.sample import Sample

    Floats = NDArray[np.float64]

ALWAYS = 0.95       # share of futures from which a scheme is needed whatever comes; below its rest, in hardly any
HARDLY = 0.5        # child-years more short in the mean, up to which an opening counts as in time
TELLS = 0.75        # shares of false and missed starts, added up, beyond which a count tells too little to wait for
NOW, WAIT, NEVER = WAYS = ("now", "wait", "never")


@dataclass(frozen=True)
class Trigger:
    """What is to be seen before a scheme starts."""

    scheme_id: str
    area: int               # whose children are counted
    nc_year: int            # the year of entry
    january: int            # calendar year of the count
    above: int              # children; more than these start the scheme
    opens: int              # academic year in which it then opens
    late: int               # years by which that is later than in time
    needed: float           # share of the unseen futures in which it is needed
    starts: float           # share of them in which the trigger starts it
    false_starts: float     # share of those in which it is not needed that start it all the same
    missed: float           # share of those in which it is needed that do not


@dataclass(frozen=True)
class Waiting:
    """A scheme, in how many futures it is needed, and what each way to go on comes to in futures not seen."""

    scheme_id: str
    needed: float           # share of the futures that chose the plan
    trigger: Trigger | None     # none where it does not hang on the future, or cannot wait
    why: str
    ways: pd.DataFrame      # way, opens, cost (mean thousand pounds), mean, p50, p90, p95 child-years short


def waiting(building: Building, opens: Opens, seen: Sample, unseen: Sample, material: float, growth: float,
            can_be_paid: Callable[[Opens], bool]) -> list[Waiting]:
    """What of a plan may wait; seen: the futures to find triggers by, unseen: those to judge them by.

    material: child-years from which a scheme counts as needed. growth: of prices a year. can_be_paid: whether a plan with later
    openings keeps the rules.
    """
    return [_of_scheme(building, opens, k, seen, unseen, material, growth, can_be_paid)
            for k in building.free if k in opens and not building.facts.must[k]]


def _of_scheme(building: Building, opens: Opens, k: str, seen: Sample, unseen: Sample, material: float, growth: float,
               can_be_paid: Callable[[Opens], bool]) -> Waiting:
    phase = (building.ground.phases[building.area_of[k] or 0],)
    rest = {j: t for j, t in opens.items() if j != k}

    def short(sample: Sample, opening: int | None) -> Floats:
        with_it = rest if opening is None else {**rest, k: opening}
        return child_years(sample, building.adds(with_it, building.free), phase)

    lead = int(building.case.schemes.set_index("scheme_id")["lead_years"][k])
    earliest = building.facts.opens_from[k]
    without, at_once = short(seen, None), short(seen, earliest)
    needed = float((without - at_once >= material).mean())
    ways = {NEVER: (0, short(unseen, None), np.zeros(len(unseen))),
            NOW: (earliest, short(unseen, earliest), np.full(len(unseen), building.facts.cost[k]))}
    trigger, why = None, ""
    if needed >= ALWAYS:
        why = "it is needed whatever comes"
    elif needed <= 1 - ALWAYS:
        why = "it is needed in hardly any future"
    elif any(needs == k and other in opens for other, needs, _ in building.facts.precedences):
        why = "another scheme waits for it"
    else:
        opening, late = _waits_until(building, earliest, short, at_once, seen)
        if opening is None or not can_be_paid({**rest, k: opening}):
            why = "whoever waits for a count comes too late, by its dates or by its money"
        else:
            late_short = short(unseen, opening)
            trigger, starts = _found(building, k, (opening, late, lead), (seen, without - short(seen, opening) >= material),
                                     (unseen, ways[NEVER][1] - late_short >= material))
            cost = building.facts.cost[k] * (1 + growth) ** (opening - earliest)
            if trigger is None:
                why = "no January count tells in time whether it is needed"
            else:
                ways[WAIT] = (opening, np.where(starts, late_short, ways[NEVER][1]), np.where(starts, cost, 0.0))
    rows = [{"scheme_id": k, "way": way, "opens_ay": ways[way][0] or None, "thousand_pounds": float(ways[way][2].mean()),
             **spread(ways[way][1])} for way in WAYS if way in ways]
    return Waiting(k, needed, trigger, why, pd.DataFrame(rows))


def _waits_until(building: Building, earliest: int, short: Callable[[Sample, int | None], Floats], at_once: Floats,
                 seen: Sample) -> tuple[int | None, int]:
    """The opening for which a scheme waits, at least a year after the earliest, and by how much that is later than in time."""
    years = [t for t in building.ground.years if t > earliest]
    in_time = earliest
    for t in years:
        if float((short(seen, t) - at_once) @ seen.weight) > HARDLY:
            break
        in_time = t
    opening = max(in_time, earliest + 1)
    return (opening, opening - in_time) if opening in years else (None, 0)


def _found(building: Building, k: str, dates: tuple[int, int, int], seen: tuple[Sample, NDArray[np.bool_]],
           unseen: tuple[Sample, NDArray[np.bool_]]) -> tuple[Trigger | None, NDArray[np.bool_]]:
    """The trigger of a scheme, and in which of the unseen futures it starts it."""
    opening, late, lead = dates
    ground, home = building.ground, building.area_of[k]
    assert home is not None
    january = opening - lead                        # the count of the January before the September of the decision
    y = max(0, ground.years.index(january - 1)) if january - 1 in ground.years else 0
    best: tuple[float, int, int] | None = None
    for area in [home, *sorted(a for a, there in ground.beside.items() if home in there and a != home)]:
        counted = np.round(seen[0].entry[:, y, area])
        above, wrong = threshold(counted, seen[1])
        if best is None or wrong < best[0]:
            best = (wrong, area, above)
    assert best is not None
    wrong, area, above = best
    starts = np.round(unseen[0].entry[:, y, area]) > above
    needed = unseen[1]
    false = float(starts[~needed].mean()) if (~needed).any() else 0.0
    missed = float((~starts[needed]).mean()) if needed.any() else 0.0
    if wrong > TELLS:
        return None, starts
    found = Trigger(k, area, ENTRY_YEAR[ground.phases[area]], january, above, opening, late, float(needed.mean()),
                    float(starts.mean()), false, missed)
    return found, starts


def threshold(counted: Floats, needed: NDArray[np.bool_]) -> tuple[int, float]:
    """The number above which a count means that a scheme is needed, the lowest of several as good; and how often it is wrong.

    That is the share of false starts among futures without need, and of missed ones among those with it, added up: 1 is no better
    than never to start.
    """
    if needed.all() or not needed.any():
        return int(counted.min() - 1 if needed.all() else counted.max()), 0.0
    candidates = np.unique(np.concatenate([[counted.min() - 1], counted]))
    wrong = [float((counted > one)[~needed].mean() + (counted <= one)[needed].mean()) for one in candidates]
    at = int(np.argmin(wrong))
    return int(candidates[at]), wrong[at]
