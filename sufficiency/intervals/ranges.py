"""Ranges: what the draws say beside the central run, in tables; only quantiles and likelihoods are kept, never the draws.

Method. Of each figure the 10th, 50th and 90th in a hundred draws, by nearest rank, so that a range of need is the need of a
range: where the 90th in a hundred of pupils is 65 and there are 60 places, the 90th of need is 5. The likelihood of a shortfall
is the share of draws with more pupils than places, and the expected shortfall the mean over draws of what is short in each; it
is larger than the need of the central run and is never called need. Sums (of an area's year groups, of the authority) are added
up in each draw before their range is taken: ranges do not add up. The base year is counted, so it has no spread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, RECEPTION, cohort_in
from sufficiency.balance import need, spare
from sufficiency.evidence import ASSUMED
from sufficiency.intervals.chance import central_of, futures
from sufficiency.intervals.fitting import OF_PHASE, STATUTORY
from sufficiency.intervals.known_intakes import which_known

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from sufficiency.children import Projection
    from sufficiency.evidence import Evidence
    from sufficiency.intervals.calibration import Calibration
    from sufficiency.intervals.chance import Central, HomesDrawn
    from sufficiency.intervals.draws import Draws

    Floats = NDArray[np.float64]

QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
WIDE = {"p2_5": 0.025, **QUANTILES, "p97_5": 0.975}
SUMMED = ("pupils", "additional_need", "spare_places", "entry_need")
"""What is added up in each draw: over the year groups of an area, and over the areas of a phase."""

HELD = "yes: within the 80 % range"
KEYS = ["ay", "phase", "planning_area_code"]


@dataclass(frozen=True)
class Ranges:
    """Tables of the years ahead: of area and year group, of areas, of schools, and of the authority."""

    groups: pd.DataFrame        # ay, planning_area_code, nc_year, pupils_p.., p_shortfall, expected_shortfall
    areas: pd.DataFrame         # ay, phase, planning_area_code, {SUMMED}_p.., p_shortfall, expected_shortfall, entry_p_shortfall
    schools: pd.DataFrame       # urn, ay, nc_year, pupils_p..
    authority: pd.DataFrame     # phase, ay, {SUMMED}_p.., expected_shortfall; no rows where nothing was left to chance


def ranges(projection: Projection, balance: pd.DataFrame, members: pd.DataFrame, births_known: int, calibration: Calibration,
           draws: Draws, homes: HomesDrawn | None = None) -> Ranges:
    """What the draws say of the years ahead; balance: the central run's; members: urn, phase, planning_area_code."""
    of_area = members.groupby("planning_area_code")["urn"].agg(lambda urns: tuple(sorted(urns))) if len(members) else {}
    known = which_known(projection.known, projection.schools["urn"].to_numpy().tolist())
    central = central_of(projection.pupils, projection.homes, projection.schools, dict(of_area), births_known, known)
    years = projection.pupils["ay"].to_numpy()[1:]
    places = places_of(balance, central, years)
    groups, areas, schools = [], [], []
    whole = {phase: dict.fromkeys(SUMMED, np.zeros((draws.count, len(years)))) for phase in OF_PHASE}
    for future in futures(central, calibration, draws, homes):
        code, phase = central.codes[future.area], central.phases[future.area]
        first, count = OF_PHASE[phase].start, STATUTORY[phase]
        pupils, held = future.pupils[..., :count], places[:, future.area, first : first + count]
        lack = need(pupils, held)
        groups.append(_rows(code, years, first, {**_quantiles("pupils", pupils), **_shortfall(lack)}))
        sums = {"pupils": pupils.sum(axis=2), "additional_need": lack.sum(axis=2),
                "spare_places": spare(pupils, held).sum(axis=2), "entry_need": lack[..., ENTRY_YEAR[phase] - first]}
        whole[phase] = {name: whole[phase][name] + sums[name] for name in SUMMED}
        areas.append(_totals(sums, years).assign(phase=phase, planning_area_code=code))
        schools += [_rows(central.urns[s], years, first, _quantiles("pupils", drawn)) for s, drawn in future.schools]
    last = balance.groupby("phase")["ay"].max()
    authority = _joined([_totals(whole[phase], years, WIDE).assign(phase=phase) for phase in OF_PHASE if phase in central.phases])
    if not draws.any_chance:
        authority = authority.iloc[:0]
    return Ranges(
        _joined(groups).rename(columns={"place": "planning_area_code"}), _in_time(_joined(areas), last),
        _joined(schools).rename(columns={"place": "urn"}), _in_time(authority, last))


def _in_time(table: pd.DataFrame, last: pd.Series) -> pd.DataFrame:
    """Rows of the years that the balance of their phase covers."""
    return table if table.empty else table[table["ay"] <= table["phase"].map(last)].reset_index(drop=True)


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def places_of(balance: pd.DataFrame, central: Central, years: NDArray[np.int64]) -> Floats:
    """Places of the balance, [year, area, nc_year]; missing where not known."""
    places = np.full(central.pupils.shape, np.nan)
    at = {code: i for i, code in enumerate(central.codes)}
    rows = balance[balance["ay"].isin(years)]
    index = rows["ay"].to_numpy() - (years[0] if len(years) else 0), rows["planning_area_code"].map(at).to_numpy("int64")
    places[(*index, rows["nc_year"].to_numpy("int64"))] = rows["yg_places"].to_numpy("float64")
    return places


def quantiles(values: Floats, chances: Sequence[float]) -> Floats:
    """Order statistics along the first axis by nearest rank: [draw, ...] -> [chance, ...]."""
    ordered = np.sort(np.ascontiguousarray(np.moveaxis(values, 0, -1)), axis=-1)
    ranks = [max(0, int(np.ceil(round(chance * len(values), 9))) - 1) for chance in chances]
    return np.moveaxis(ordered[..., ranks], -1, 0)


def _quantiles(name: str, values: Floats, chances: Mapping[str, float] = QUANTILES) -> dict[str, Floats]:
    found = quantiles(values, list(chances.values()))
    return {f"{name}_{short}": row for short, row in zip(chances, found, strict=True)}


def _shortfall(lack: Floats) -> dict[str, Floats]:
    """Likelihood of a shortfall and its mean over draws; missing where places are not known.

    The mean is taken around the first draw, so that it is exact where all draws are alike.
    """
    mean = lack[0] + (lack - lack[0]).mean(axis=0)
    return {"p_shortfall": np.where(np.isnan(mean), np.nan, (lack > 0).mean(axis=0)), "expected_shortfall": mean}


def _rows(place: str, years: NDArray[np.int64], first: int, figures: Mapping[str, Floats]) -> pd.DataFrame:
    """One row a year and year group; figures: [year, nc_year]."""
    shape = next(iter(figures.values())).shape
    return pd.DataFrame({
        "ay": np.repeat(years, shape[1]), "place": place, "nc_year": np.tile(np.arange(first, first + shape[1]), shape[0]),
        **{name: array.ravel() for name, array in figures.items()},
    })


def _totals(sums: Mapping[str, Floats], years: NDArray[np.int64], chances: Mapping[str, float] = QUANTILES) -> pd.DataFrame:
    """One row a year; sums: [draw, year]."""
    columns = {column: row for name, values in sums.items() for column, row in _quantiles(name, values, chances).items()}
    entry = {f"entry_{name}": row for name, row in _shortfall(sums["entry_need"]).items()}
    return pd.DataFrame({"ay": years, **columns, **_shortfall(sums["additional_need"]), **entry})


def births_known(evidence: Evidence) -> int:
    """Years ahead whose Reception is born and published."""
    published = evidence.births[evidence.births["basis"] != ASSUMED]
    if published.empty:
        return 0
    first = cohort_in(RECEPTION, evidence.authority.base_year + 1)
    return max(0, int(published["cohort"].max()) - first + 1)


def balance_with_ranges(balance: pd.DataFrame, found: Ranges) -> pd.DataFrame:
    """The balance with the ranges of pupils, need and spare places, the likelihood and the mean of what is short.

    additional_need and spare_places stay those of the central run; few pupils leave many places, so that the 10th in a hundred of
    spare places goes with the 90th of pupils.
    """
    keys = ["ay", "planning_area_code", "nc_year"]
    table = _merged(balance, found.groups, keys)
    places = table["yg_places"].to_numpy("float64")
    for name in QUANTILES:
        table[f"pupils_{name}"] = table[f"pupils_{name}"].fillna(table["pupils"])
    for name in QUANTILES:
        table[f"additional_need_{name}"] = need(table[f"pupils_{name}"].to_numpy("float64"), places)
    for name, other in zip(QUANTILES, reversed(QUANTILES), strict=True):
        table[f"spare_places_{name}"] = spare(table[f"pupils_{other}"].to_numpy("float64"), places)
    return _counted(table, {"p_shortfall": "additional_need"}, {"expected_shortfall": "additional_need"})


def summary_with_ranges(summary: pd.DataFrame, areas: pd.DataFrame) -> pd.DataFrame:
    """The summary of areas with the ranges of its sums; `p_shortfall`: that at least one of its year groups is short."""
    table = _merged(summary, areas, KEYS)
    for name in SUMMED:
        for short in QUANTILES:
            table[f"{name}_{short}"] = table[f"{name}_{short}"].fillna(table[name])
    likely = {"p_shortfall": "additional_need", "entry_p_shortfall": "entry_need"}
    return _counted(table, likely, {"expected_shortfall": "additional_need", "entry_expected_shortfall": "entry_need"})


def schools_with_ranges(schools: pd.DataFrame, found: Ranges) -> pd.DataFrame:
    """Pupils of schools with their ranges."""
    table = _merged(schools, found.schools, ["urn", "ay", "nc_year"])
    for name in QUANTILES:
        column = f"pupils_{name}"
        table[column] = table[column].fillna(table["pupils"].where(table["ay"].eq(table["ay"].min())))
    return table


def accuracy_with_ranges(accuracy: pd.DataFrame, found: Ranges) -> pd.DataFrame:
    """The forecast against what came with the range that the run laid around it, and in words whether that range held.

    accuracy: phase, ay, actual and more. Adds pupils_p2_5, pupils_p10, pupils_p90, pupils_p97_5 and `range_held`, which is blank
    where nothing was drawn.
    """
    ends = [f"pupils_{name}" for name in WIDE if name != "p50"]
    if found.authority.empty or accuracy.empty:
        return accuracy.assign(**dict.fromkeys(ends, np.nan), range_held="")
    table = accuracy.merge(found.authority[["phase", "ay", *ends]], on=["phase", "ay"], how="left", validate="one_to_one")
    return table.assign(range_held=[_held(*row) for row in table[["actual", *ends]].itertuples(index=False)])


def _held(actual: float, least: float, low: float, high: float, most: float) -> str:
    """Whether ranges of 80 and of 95 in a hundred held what came."""
    if np.isnan([actual, least, most]).any():
        return ""
    if low <= actual <= high:
        return HELD
    where = "below" if actual < low else "above"
    return f"no: {where} the 80 % range" if least <= actual <= most else f"no: {where} even the 95 % range"


def _merged(table: pd.DataFrame, found: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """A table with the columns of ranges, missing where there are none (the base year)."""
    if found.empty:
        names = [f"{name}_{short}" for name in SUMMED for short in QUANTILES]
        likely = ["p_shortfall", "expected_shortfall", "entry_p_shortfall", "entry_expected_shortfall"]
        return table.assign(**dict.fromkeys([*names, *likely], np.nan))
    return table.merge(found, on=keys, how="left", validate="one_to_one")


def _counted(table: pd.DataFrame, likely: Mapping[str, str], expected: Mapping[str, str]) -> pd.DataFrame:
    """Where nothing was drawn, the base year: short or not is known, and the mean is what is short."""
    for column, source in likely.items():
        known = table[source].gt(0).astype("float64").where(table[source].notna())
        table[column] = table[column].fillna(known)
    for column, source in expected.items():
        table[column] = table[column].fillna(table[source])
    return table
