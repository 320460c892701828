"""The tables of a capital decision: who lacks a place, what is free, what could be built, and with whose money.

Children come in groups: those of one area who need a place from one point of entry on. A group has cells, one for each academic
year and year group in which so many of them lack a place (the balance's own need, never offset); a child is placed once and
moves up with that school through all cells of its group. So a group lists every cell of its cohort up to the horizon, with 0
children where none lacks a place. A site has free places by cell; a cell that is not listed has none. A scheme adds places by
cell from its opening on (or takes them away), costs money in years counted from its opening, and opens once.

Money comes in pots, received by financial year and to be spent by a date. What a pot may pay for is told for each purpose and
phase (`allowed`, `member_decision`, `never`) and, where a deed ties it, for each area. Money is in thousands of pounds; a
financial year is named by the April, an academic year by the September in which it begins.

Phases are not forecast equally far. What a scheme adds or takes away beyond the horizon of its phase (`horizons`) is no part of
a case, nor does a scheme open then, but one that must be built and cannot be earlier. A phase not listed reaches to the end.

Childcare is the same: groups by small area and age band with one cell each. So is the public problem of warehouses and customers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields

import pandas as pd

from planning_areas.tables import EvidenceError, Problem, check
from planning_areas.wording import some
from sufficiency.capital.case_checks import across
from sufficiency.capital.layouts import (
    CHOICES,
    CODE,
    CONSENTS,
    DECIDERS,
    KINDS,
    MODELS,
    PHASES,
    PURPOSES,
    QUALITIES,
    RECEIPTS,
    STANDINGS,
)

__all__ = [
    "CHOICES",
    "CODE",
    "CONSENTS",
    "DECIDERS",
    "KINDS",
    "MODELS",
    "PHASES",
    "PURPOSES",
    "QUALITIES",
    "RECEIPTS",
    "STANDINGS",
    "Case",
    "check_case",
    "empty",
    "frames",
    "notes",
]


@dataclass(frozen=True)
class Case:
    """One capital decision: checked tables in a fixed order of rows, and the academic years in which a scheme may open."""

    years: tuple[int, ...]
    groups: pd.DataFrame
    cells: pd.DataFrame
    sites: pd.DataFrame
    free: pd.DataFrame
    links: pd.DataFrame
    schemes: pd.DataFrame
    adds: pd.DataFrame
    costs: pd.DataFrame
    precedences: pd.DataFrame
    deadlines: pd.DataFrame
    horizons: pd.DataFrame
    receipts: pd.DataFrame
    ringfences: pd.DataFrame
    pot_areas: pd.DataFrame
    advances: pd.DataFrame

    @property
    def financial_years(self) -> range:
        """Every financial year in which money can come in or go out."""
        begins = [self.years[0], *self.receipts["fy"], *self.schemes["earliest_start"]]
        return range(
            int(min(begins)), int(self.years[-1] + max(self.costs["after"].max(), 0) if len(self.costs) else self.years[-1]) + 1
        )

    @property
    def room(self) -> pd.DataFrame:
        """Places by site_id, ay, nc_year in which nobody sits, or only children of the case who have that seat anyway."""
        seats = self.links[self.links["seats"] > 0].merge(self.cells, on="group_id").rename(columns={"seats": "places"})
        cell = ["site_id", "ay", "nc_year"]
        parts = [part[[*cell, "places"]] for part in (self.free, seats) if len(part)]
        return pd.concat(parts or [self.free]).groupby(cell, as_index=False)["places"].sum()

    @property
    def last_years(self) -> dict[str, int]:
        """For each scheme the last academic year in which its places count."""
        of_phase = dict(self.horizons[["phase", "last_ay"]].itertuples(index=False))
        last, schemes = self.years[-1], self.schemes[["scheme_id", "phase"]]
        return {k: min(of_phase.get(phase, last), last) for k, phase in schemes.itertuples(index=False)}

    @property
    def last_openings(self) -> dict[str, int]:
        """For each scheme the last academic year with which it may open, where that is not the last of all."""
        latest = self.last_years
        columns = ["scheme_id", "earliest_start", "lead_years"]
        for k, start, lead in self.schemes.loc[self.schemes["choice"].eq("must"), columns].itertuples(index=False):
            latest[k] = max(latest[k], start + lead)
        for k, by in self.deadlines[["scheme_id", "open_by"]].itertuples(index=False):
            latest[k] = min(latest[k], by)
        return {k: int(by) for k, by in latest.items() if by < self.years[-1]}

    def added(self, starts: pd.DataFrame) -> pd.DataFrame:
        """The places that count of schemes which open so: scheme_id, site_id, ay, nc_year, places; starts: scheme_id, opens."""
        rows = starts[["scheme_id", "opens"]].merge(self.adds, on="scheme_id")
        rows = rows.merge(self.schemes[["scheme_id", "site_id"]], on="scheme_id")
        rows = rows.assign(ay=rows["opens"] + rows["after"])
        inside = rows["ay"].between(self.years[0], rows["scheme_id"].map(self.last_years).astype("float64"))
        return rows.loc[inside, ["scheme_id", "site_id", "ay", "nc_year", "places"]]

    @property
    def pots(self) -> list[str]:
        """The pots, in order."""
        return sorted(set(self.receipts["pot_id"]))


def check_case(years: tuple[int, ...], tables: Mapping[str, pd.DataFrame]) -> Case:
    """Hold every table against its model and against the others, and sort it; raises EvidenceError with all problems at once.

    years: the academic years, one after the other. tables: by the names of `MODELS`; a table that is left out is empty,
    and a column that has a usual value has it.
    """
    problems: list[Problem] = []
    checked: dict[str, pd.DataFrame] = {}
    if list(years) != list(range(years[0], years[0] + len(years))):
        problems.append(Problem("years", found=some(years), expected="academic years that follow one another without a gap"))
    for name, model in MODELS.items():
        keys = list(model.to_schema().unique or [])
        frame = tables[name] if name in tables else pd.DataFrame(columns=list(model.to_schema().columns))
        usual = {c: column.default for c, column in model.to_schema().columns.items() if column.default is not None}
        frame = frame.assign(**{c: value for c, value in usual.items() if c not in frame})
        try:
            checked[name] = check(frame, model, name).sort_values(keys).reset_index(drop=True)
        except EvidenceError as fault:
            problems += fault.problems
    if not problems:
        problems += across(checked)
    if problems:
        raise EvidenceError(problems)
    return Case(tuple(years), **checked)


def notes(case: Case) -> list[str]:
    """Say what would be left out in silence: groups that reach no site, pots without a word on a purpose that schemes have."""
    told = []
    alone = sorted(set(case.groups["group_id"]) - set(case.links["group_id"]))
    if alone:
        told.append(f"{len(alone)} groups of children reach no site at all and stay without a place: {some(alone)}")
    wanted = case.schemes[["purpose", "phase"]].drop_duplicates()
    pots = pd.DataFrame({"pot_id": pd.Series(case.pots, dtype="str")})
    pairs = wanted.merge(pots, how="cross").merge(case.ringfences, how="left")
    silent = pairs[pairs["standing"].isna()]
    told += [
        f"pot {pot} says nothing of {purpose} for {phase}: it is taken as never"
        for pot, purpose, phase in silent[["pot_id", "purpose", "phase"]].itertuples(index=False)
    ]
    unsigned = case.receipts.loc[case.receipts["status"] == "unsigned", "thousand_pounds"].sum()
    if unsigned:
        told.append(f"£{unsigned:,.0f}k is promised in no signed deed")
    told += _beyond_the_forecast(case)
    return told


def _beyond_the_forecast(case: Case) -> list[str]:
    """Name what must be built and opens when nobody knows who comes."""
    must = case.schemes[case.schemes["choice"].eq("must")]
    opens = must["earliest_start"] + must["lead_years"]
    late = must.assign(opens=opens)[opens > must["scheme_id"].map(case.last_years).astype("float64")]
    return [
        f"{k} opens in September {opens}, after the years that are forecast for {phase.replace('_', ' ')}: "
        "it is paid for, and its places are in no figure"
        for k, opens, phase in late[["scheme_id", "opens", "phase"]].itertuples(index=False)
    ]


def empty() -> dict[str, pd.DataFrame]:
    """Tables without rows, to fill in."""
    return {name: pd.DataFrame(columns=list(model.to_schema().columns)) for name, model in MODELS.items()}


def frames(case: Case) -> dict[str, pd.DataFrame]:
    """The tables of a case by name, to change one and check again."""
    return {field.name: getattr(case, field.name) for field in fields(case) if field.name != "years"}
