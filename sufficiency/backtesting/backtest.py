"""The backtest: how far out this workspace's forecasts would have been, had they been made at each past January.

Method (domain brief C9, C10). The evidence is taken back to each January that has enough history behind it (`as_known`), the
whole forecast is made from there by the workspace's own method and by two plain ones, and every figure is put beside what came
(`vintages`): one to seven years ahead, by authority, planning area, school, phase and year group. The errors are measured as
the DfE measures them (`accuracy`), beside the authority's own past returns, every miss is led back to what it came from
(`misses`), and the bands of a run are tried on each January in turn, measured without the forecasts made at it (`coverage`).

The two rulers are *plain* cohort survival, three years weighed 3, 2, 1 (C1, C3), and *last_year*, the latest year's ratio alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import NC_YEARS, ay_label
from sufficiency.areas.small_areas import births_of, residents
from sufficiency.assumptions import years_ahead
from sufficiency.backtesting import accuracy, misses, vintages
from sufficiency.backtesting.as_known import as_known, what_is_of_today, with_areas_of_today
from sufficiency.backtesting.past_januaries import FEWEST_CHANGES, changes_behind, years_counted
from sufficiency.evidence import TABLES, Authority, Evidence, Note, empty
from sufficiency.intervals.calibration import bands
from sufficiency.intervals.coverage import and_together, coverage, residuals
from sufficiency.intervals.own_errors import own_errors
from sufficiency.model import forecast, forecast_otherwise, quiet

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sufficiency.assumptions import Assumptions
    from sufficiency.backtesting.vintages import Came
    from sufficiency.evidence import Source
    from sufficiency.intervals.calibration import Calibration
    from sufficiency.intervals.coverage import Without
    from sufficiency.model import Forecast, Progress

TEXTS = ("vintage_id", "level", "code", "phase", "method", "part")
PLAIN_WEIGHTS = (3.0, 2.0, 1.0)


@dataclass(frozen=True)
class Plan:
    """What a backtest is to do."""

    fewest_changes: int = FEWEST_CHANGES    # from one January to the next, before a forecast is made from the last
    fewest_school_changes: int = 2      # the same of schools' rolls, before planning areas and schools are told apart
    latest: int = 0                     # the last January, by its academic year, to forecast from; 0: no limit


@dataclass(frozen=True)
class Backtest:
    """What comes out of a backtest: vintages, their measures, what the misses are made of, and what to know of them."""

    authority: Authority
    assumptions: Assumptions
    tables: dict[str, pd.DataFrame]
    notes: tuple[Note, ...]
    sources: tuple[Source, ...]


def backtest(evidence: Evidence, assumptions: Assumptions, progress: Progress = quiet, known_as: str = "",
             plan: Plan = Plan()) -> Backtest:
    """Forecast from every past January and hold the forecasts against what came.

    known_as: what names the input and the program, such as the run's id; vintages are named after it.
    """
    progress("Looking at what came")
    today = forecast(evidence, assumptions)
    came = vintages.what_came(today.evidence, today.frame.members)
    born = births_by_cohort(today)
    origins, skipped = origins_of(came, evidence, assumptions, plan)
    made, missed = [vintages.own_returns(evidence, assumptions, known_as)], []
    ahead = years_ahead(assumptions)
    for number, origin in enumerate(origins["origin"], 1):
        progress(f"Forecasting from January {origin + 1} ({number} of {len(origins)})")
        then = with_areas_of_today(as_known(today.evidence, origin, assumptions.births_lag), today.frame.members, today.evidence)
        apart = bool(origins.set_index("origin").loc[origin, "schools"])
        ours = forecast(then, assumptions)
        used = births_by_cohort(ours)
        for method, assumed in methods(assumptions).items():
            one = ours if method == assumptions.method else forecast_otherwise(ours, assumed)
            made.append(vintages.vintage_rows(one, came, method, assumptions, known_as, schools=apart))
            missed.append(misses.miss_rows(one, came, method, used, born, ahead))
    progress("Measuring how far out they were")
    table = _joined(made, vintages.COLUMNS)
    errors = residuals(table, assumptions.method)
    tables = {
        "measures": accuracy.measured(table), "by_place": accuracy.by_place(table), "misses": _joined(missed, misses.COLUMNS),
        "coverage": and_together(coverage(errors, bands_of_run(today.evidence, assumptions, origins))),
        "origins": origins, "vintages": table, "names": today.frame.names, "schools": today.schools[["urn", "school_name"]],
    }
    notes = (*_invented(evidence.authority), *skipped, *what_is_of_today(today.evidence), *_no_schools(origins))
    return Backtest(today.evidence.authority, assumptions, tables, notes, evidence.sources)


def methods(assumptions: Assumptions) -> dict[str, Assumptions]:
    """The methods that are compared: the workspace's own, plain cohort survival, and the latest year's ratio."""
    return {
        assumptions.method: assumptions,
        **{name: replace(assumptions, method=name, weights=weights)
           for name, weights in (("plain", PLAIN_WEIGHTS), ("last_year", (1.0,))) if name != assumptions.method},
    }


def bands_of_run(evidence: Evidence, assumptions: Assumptions, origins: pd.DataFrame) -> Without:
    """The bands that a run would lay around the forecasts of a January, measured without them."""
    own, known = own_errors(evidence, assumptions), origins.set_index("origin")

    def without(origin: int) -> Calibration:
        changes, of_schools = int(known.loc[origin, "changes"]), int(known.loc[origin, "school_changes"])
        return bands(assumptions, own, {"authority": changes, "area": of_schools, "school": of_schools}, origin)

    return without


def origins_of(came: Came, evidence: Evidence, assumptions: Assumptions, plan: Plan) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """The Januaries to forecast from, and which had to be left out: origin, changes, school_changes, schools.

    changes: how many changes from one January to the next are known by then, of the authority and of its schools.
    """
    whole = years_counted(came.authority)
    schools = set(came.schools["ay"])
    latest = plan.latest or evidence.authority.base_year
    rows, short = [], []
    for origin in sorted(ay for ay in whole if ay <= latest):
        if not any(origin < ay <= origin + max(years_ahead(assumptions).values()) for ay in came.years):
            continue
        changes, of_schools = (changes_behind(years, origin, assumptions) for years in (whole, schools))
        if changes < plan.fewest_changes:
            short.append(f"{ay_label(origin)} ({changes})")
        else:
            apart = origin in schools and of_schools >= plan.fewest_school_changes and any(ay > origin for ay in schools)
            rows.append((origin, changes, of_schools, apart))
    table = pd.DataFrame(rows, columns=["origin", "changes", "school_changes", "schools"])
    notes = []
    if short:
        notes.append(Note("authority_roll", f"no forecast is made from the January of {', '.join(short)}: fewer than "
                          f"{plan.fewest_changes} changes from one January to the next were known by then"))
    if not rows:
        notes.append(Note("authority_roll", f"there is no January with {plan.fewest_changes} changes behind it and a count after "
                          "it: no forecast can be held against what came", "everything: give rolls of more years"))
    return table.astype({"origin": "int64", "schools": "bool"}), tuple(notes)


def _invented(authority: Authority) -> tuple[Note, ...]:
    """Say that a made-up council's past was easier to foresee than a real one's."""
    if not authority.invented:
        return ()
    return (Note("authority_roll", "this council is invented, and its rolls have no good and bad years such as real ones have: "
                 "any method is less far out here, and bands hold more often, than for a real council",
                 "what these errors would say of a real council"),)


def _no_schools(origins: pd.DataFrame) -> tuple[Note, ...]:
    """Say from which Januaries schools and planning areas could not be forecast."""
    without = [ay_label(int(ay)) for ay in origins.loc[~origins["schools"], "origin"]]
    if not without:
        return ()
    return (Note("school_roll", f"from the January of {', '.join(without)} schools and planning areas are not held against what "
                 "came: too few censuses by school are known before or after it", "errors of schools and planning areas"),)


def births_by_cohort(made: Forecast) -> dict[int, float]:
    """The authority's births by cohort as a forecast had them."""
    homes = made.frame.homes.get("primary")
    codes = tuple(homes.origins) if homes is not None else ()
    found = births_of(made.evidence, codes, partial(residents, made.evidence))
    return dict(zip(found.cohorts, (float(n) for n in found.total), strict=True)) if found is not None else {}


def _joined(parts: Sequence[pd.DataFrame], columns: list[str]) -> pd.DataFrame:
    """Tables one below the other; where all are empty, an empty one with the right columns."""
    whole = [part for part in parts if len(part)]
    if whole:
        return pd.concat(whole, ignore_index=True)
    return pd.DataFrame({column: pd.Series(dtype="str" if column in TEXTS else "float64") for column in columns})


def authority_alone(code: str, name: str, gss_code: str, base_year: int, roll: Mapping[int, Mapping[int, float]],
                    births: Mapping[int, float]) -> Evidence:
    """The thinnest evidence there is: an authority's roll, ay -> year group -> pupils, and its births by cohort.

    What stands on scorecards may be put beside it in the table `scorecards`.
    """
    tables = {table: empty(table) for table in TABLES}
    counts = [(code, ay, g, n) for ay, row in roll.items() for g, n in row.items() if g in NC_YEARS and not np.isnan(n)]
    tables["authority_roll"] = pd.DataFrame(counts, columns=["la_code", "ay", "nc_year", "pupils"]).assign(symbol="")
    born = [(gss_code, cohort, float(n), "cohort") for cohort, n in births.items()]
    tables["births"] = pd.DataFrame(born, columns=["area_code", "cohort", "births", "basis"])
    return Evidence(Authority(code, name, gss_code, base_year), tables)
