"""Reception from GP registrations, blended with Reception from births by how far each has been out.

Method (domain brief C2). For the Receptions one to three years ahead, children on the register are taken times the ratio at which
earlier cohorts, counted as long before, have come into Reception: the mean of the latest three, the latest counting most. The
years after go by births alone. The two are blended as `weight x by registrations + (1 - weight) x by births`, where
`weight = MSE of births / (MSE of births + MSE of registrations)`: the mean squared errors of both over the same past Receptions,
each forecast as it would have been so many years before, from nothing that came later. With fewer than three such comparisons the
weight is a setting, and the result says so.

Registers follow the moves of families, which births cannot; but who moves away stays on the list for a time. Of the authority it
is done where the authority, all its districts or all its planning areas are counted; of planning areas where the table has these:
their survival is drawn towards that of all of them, and one weight is measured over all of them together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import RECEPTION, ay_label, cohort_in
from planning_areas.wording import some
from sufficiency.areas.own_areas import own_districts
from sufficiency.evidence import Note
from sufficiency.forecast.authority_control import authority_ratios
from sufficiency.forecast.ratios import shrink, weighted_ratio
from sufficiency.forecast.register_counts import newest, of_kind, of_the_authority, register_counts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence
    from sufficiency.forecast.newborns import Newborns
    from sufficiency.forecast.ratios import AreaRatios, AuthorityRatios
    from sufficiency.forecast.register_counts import Count
    from sufficiency.forecast.strands import Strands

    Floats = NDArray[np.float64]
    Register = dict[int, list[Count]]
    ByBirths = Callable[[int, int], float]      # academic year, from which base year -> Reception by births

YEARS_AHEAD = 3             # for which registrations are used (C2)
FEWEST = 3                  # past comparisons from which the weight is measured
COLUMNS = ["planning_area_code", "ay", "lead", "children", "survival", "by_registrations", "by_births", "weight", "comparisons",
           "blended"]


@dataclass(frozen=True)
class Past:
    """What a forecast of one Reception would have been, both ways, and what came: for each past comparison."""

    by_births: Floats
    by_registrations: Floats
    came: Floats


@dataclass(frozen=True)
class Blend:
    """What registrations change: factors on the births-based Reception, of the authority and of each planning area beside it."""

    authority: Floats           # [year ahead]
    areas: Floats               # [year ahead, area]; beside the authority's
    table: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=COLUMNS))


def weight_of(past: Past, untested: float) -> tuple[float, int]:
    """The weight of registrations against births by their past errors, and how many comparisons it rests on (C2)."""
    known = ~(np.isnan(past.by_births) | np.isnan(past.by_registrations) | np.isnan(past.came))
    n = int(known.sum())
    if n < FEWEST:
        return untested, n
    births, gp = (float(np.mean((by - past.came)[known] ** 2)) for by in (past.by_births, past.by_registrations))
    return (births / (births + gp) if births + gp > 0 else untested), n


def registered(evidence: Evidence, strands: Strands, years: tuple[int, ...], roll: Floats, babies: Newborns,
               measured: AuthorityRatios, areas: AreaRatios, assumptions: Assumptions) -> tuple[Blend, tuple[Note, ...]]:
    """Blend registrations into Reception: factors on what births give, for every year ahead.

    years, roll: of the authority, latest first. measured: its births-to-Reception ratio and how that goes on.
    """
    ahead, table = len(measured.ahead), evidence.gp_registrations
    nothing = Blend(np.ones(ahead), np.ones((ahead, len(strands.areas))))
    if table.empty:
        return nothing, ()
    counts = register_counts(table)
    takers = [code for code, takes in zip(strands.areas, strands.takes(RECEPTION), strict=True) if takes]
    whole, named = of_the_authority(counts, evidence, takers)
    reception = dict(zip(years, roll[:, RECEPTION], strict=True))

    def by_births(ay: int, origin: int) -> float:
        k = years.index(origin)
        then, _ = authority_ratios(years[k:], roll[k:], babies, assumptions, ay - origin)
        return babies.total_of_reception(ay) * then.births * float(then.ahead[-1]) if babies.is_known(ay) else float("nan")

    factors, rows = np.ones(ahead), list[tuple[object, ...]]()
    for h in range(1, min(YEARS_AHEAD, ahead) + 1):
        ay = strands.base + h
        now = newest(whole.get(cohort_in(RECEPTION, ay), []))
        births = babies.total_of_reception(ay) * measured.births * float(measured.ahead[h - 1])
        survival = _survival(whole, reception, strands.base, now.kind, assumptions) if now else float("nan")
        if now is None or np.isnan(survival) or not births > 0:
            continue
        weight, n = weight_of(_past(whole, reception, by_births, h, now.kind, assumptions), assumptions.registrations_untested)
        gp = now.children * survival
        factors[h - 1] = weight * gp / births + 1 - weight
        rows.append(("", ay, now.lead, now.children, survival, gp, births, weight, n, births * factors[h - 1]))
    of_areas, area_rows = _of_areas(strands, counts, babies, measured, areas, factors, assumptions)
    found = pd.DataFrame([*rows, *area_rows], columns=COLUMNS)
    return Blend(factors, of_areas, found), _notes(found, named, set(counts), evidence, strands)


def _survival(register: Register, reception: dict[int, float], base: int, kind: tuple[int, int],
              assumptions: Assumptions) -> float:
    """Reception for each child that was on the register as long before: mean of the latest years to `base`."""
    children, came = _history(register, reception, base, kind, assumptions)
    return float(weighted_ratio(came, children, assumptions.weights)) if len(children) else float("nan")


def _history(register: Register, reception: dict[int, float], base: int, kind: tuple[int, int],
             assumptions: Assumptions) -> tuple[Floats, Floats]:
    """Children on the register and Reception of the latest years to `base` that have both and are not left out, latest first."""
    left_out = {year.ay for year in assumptions.excluded_years}
    pairs = [(of_kind(register.get(cohort_in(RECEPTION, ay), []), kind), came) for ay, came in sorted(reception.items())[::-1]
             if ay <= base and ay not in left_out]
    known = np.array([p for p in pairs if p[0] > 0 and not np.isnan(p[1])][: len(assumptions.weights)]).reshape(-1, 2)
    return known[:, 0], known[:, 1]


def _past(register: Register, reception: dict[int, float], by_births: ByBirths, h: int, kind: tuple[int, int],
          assumptions: Assumptions) -> Past:
    """Past Receptions forecast both ways from `h` years before, by what was known then."""
    left_out = {year.ay for year in assumptions.excluded_years}
    rows = []
    for ay, came in reception.items():
        count = of_kind(register.get(cohort_in(RECEPTION, ay), []), kind)
        if ay in left_out or ay - h not in reception or np.isnan(count) or np.isnan(came):
            continue
        survival = _survival(register, reception, ay - h, kind, assumptions)
        if not np.isnan(survival):
            rows.append((by_births(ay, ay - h), count * survival, came))
    table = np.array(rows).reshape(-1, 3)
    return Past(table[:, 0], table[:, 1], table[:, 2])


def _of_areas(strands: Strands, counts: dict[str, Register], babies: Newborns, measured: AuthorityRatios, areas: AreaRatios,
              factors: Floats, assumptions: Assumptions) -> tuple[Floats, list[tuple[object, ...]]]:
    """Factors of planning areas beside the authority's, [year ahead, area], and how they were come by."""
    beside, rows = np.ones((len(factors), len(strands.areas))), list[tuple[object, ...]]()
    mine = [a for a, code in enumerate(strands.areas) if code in counts and strands.takes(RECEPTION)[a]]
    entered = strands.by_area(strands.roll)[:, :, RECEPTION]
    reception = {a: {ay: float(entered[k, a]) for k, ay in enumerate(strands.years) if strands.seen[k]} for a in mine}
    for h in range(1, min(YEARS_AHEAD, len(factors)) + 1):
        ay = strands.base + h
        found = {a: now for a in mine if (now := newest(counts[strands.areas[a]].get(cohort_in(RECEPTION, ay), [])))}
        for kind in {now.kind for now in found.values()}:
            these = [a for a in found if found[a].kind == kind]
            own = {a: counts[strands.areas[a]] for a in these}
            together = _together([own[a] for a in these], [reception[a] for a in these], kind)
            pasts = [_past_of_area(own[a], reception[a], babies, a, h, kind, together, assumptions) for a in these]
            weight, n = weight_of(_joined(pasts), assumptions.registrations_untested)
            for a in these:
                births = float(babies.of_reception(ay)[a] * areas.births[a] * measured.ahead[h - 1])
                survival = _drawn(own[a], reception[a], strands.base, kind, together, assumptions)
                gp = found[a].children * survival
                if np.isnan(gp) or not births > 0:
                    continue
                blended = weight * gp + (1 - weight) * births
                beside[h - 1, a] = blended / births / factors[h - 1]
                rows.append((strands.areas[a], ay, found[a].lead, found[a].children, survival, gp, births, weight, n, blended))
    return beside, rows


def _joined(pasts: Sequence[Past]) -> Past:
    return Past(*(np.concatenate([getattr(p, name) for p in pasts]) for name in ("by_births", "by_registrations", "came")))


def _together(registers: Sequence[Register], receptions: Sequence[dict[int, float]], kind: tuple[int, int]) -> dict[int, float]:
    """Reception of several areas for each child on their registers: academic year -> ratio, of those that have both."""
    sums: dict[int, list[float]] = {}
    for register, reception in zip(registers, receptions, strict=True):
        for ay, came in reception.items():
            count = of_kind(register.get(cohort_in(RECEPTION, ay), []), kind)
            if count > 0:
                both = sums.setdefault(ay, [0.0, 0.0])
                both[0], both[1] = both[0] + came, both[1] + count
    return {ay: came / count for ay, (came, count) in sums.items()}


def _drawn(register: Register, reception: dict[int, float], base: int, kind: tuple[int, int], together: dict[int, float],
           assumptions: Assumptions) -> float:
    """An area's own survival, drawn towards that of all areas the more so the fewer children it was measured on."""
    children, came = _history(register, reception, base, kind, assumptions)
    of_all = [together[ay] for ay in sorted(together)[::-1] if ay <= base][: len(assumptions.weights)]
    if not of_all:
        return float("nan")
    towards = weighted_ratio(np.array(of_all), np.ones(len(of_all)), assumptions.weights)
    own = weighted_ratio(came, children, assumptions.weights) if len(children) else np.float64(np.nan)
    return float(shrink(np.asarray(own), np.asarray(children.sum()), float(towards), assumptions.shrinkage_births))


def _past_of_area(register: Register, reception: dict[int, float], babies: Newborns, a: int, h: int, kind: tuple[int, int],
                  together: dict[int, float], assumptions: Assumptions) -> Past:
    """Past Receptions of one area forecast both ways; by births, with its own ratio of the latest years then."""
    rows = []
    for ay, came in reception.items():
        count = of_kind(register.get(cohort_in(RECEPTION, ay), []), kind)
        then = [y for y in sorted(reception)[::-1] if y <= ay - h and babies.is_known(y)][: len(assumptions.weights)]
        if np.isnan(count) or not then or not babies.is_known(ay):
            continue
        born = np.array([babies.of_reception(y)[a] for y in then])
        ratio = float(weighted_ratio(np.array([reception[y] for y in then]), born, assumptions.weights))
        survival = _drawn(register, reception, ay - h, kind, together, assumptions)
        rows.append((babies.of_reception(ay)[a] * ratio, count * survival, came))
    table = np.array(rows).reshape(-1, 3)
    return Past(table[:, 0], table[:, 1], table[:, 2])


def _notes(found: pd.DataFrame, named: str, codes: set[str], evidence: Evidence, strands: Strands) -> tuple[Note, ...]:
    """Say what registrations were used for, on what weight, what hides in them, and which were of no use."""
    notes = []
    whole = found[found["planning_area_code"] == ""]
    if len(found):
        told = [f"{ay_label(r.ay)} {r.weight:.0%} ({r.comparisons} past comparisons)" for r in whole.itertuples()]
        areas = found.loc[found["planning_area_code"] != "", "planning_area_code"].nunique()
        text = "Reception is blended from births and GP registrations"
        text += f"; weight of the registrations of {named}: {', '.join(told)}" if told else ", within a total that is by births"
        text += f"; {areas} planning areas have their own" if areas else ""
        notes.append(Note("gp_registrations", text, "registers hold families who have moved away: what they have too many is "
                          "taken to stay as it was"))
    untested = found[found["comparisons"] < FEWEST]
    if len(untested):
        when = some(ay_label(int(ay)) for ay in sorted(untested["ay"].unique()))
        notes.append(Note("gp_registrations", f"too few past counts to measure how good registrations are, for the Reception of "
                          f"{when}: their weight is the setting registrations_untested",
                          "whether they are nearer than births is not known"))
    hidden = int(evidence.gp_registrations["symbol"].ne("").sum())
    if hidden:
        notes.append(Note("gp_registrations", f"{hidden} small counts are hidden: they are missing, and what they are part of "
                          "goes by births"))
    strange = sorted(codes - {*strands.areas, evidence.authority.gss_code, *own_districts(evidence.tables, evidence.authority)})
    if strange:
        notes.append(Note("gp_registrations", f"registrations of areas that are not planned for are not used: {some(strange)}"))
    if not len(found):
        notes.append(Note("gp_registrations", "registrations are not used: there is no past count as long before a Reception "
                          "as today's, or not of every district or planning area", "Reception goes by births alone"))
    return tuple(notes)
