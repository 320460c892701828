"""The tables of a capital decision: who lacks a place, what is free, what could be built, and with whose money.

Children come in groups: those of one area who need a place from one point of entry on. A group has cells, one for each academic
year and year group in which so many of them lack a place (the balance's own need, never offset); a child is placed once and
moves up with that school through all cells of its group. So a group lists every cell of its cohort up to the horizon, with 0
children where none lacks a place. A site has free places by cell; a cell that is not listed has none. A scheme adds places by
cell from its opening on (or takes them away), costs money in years counted from its opening, and opens once.

Money comes in pots, received by financial year and to be spent by a date. What a pot may pay for is told for each purpose and
phase (`allowed`, `member_decision`, `never`) and, where a deed ties it, for each area. Money is in thousands of pounds; a
financial year is named by the April, an academic year by the September in which it begins.

Childcare is the same: groups by small area and age band with one cell each. So is the public problem of warehouses and customers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields

import pandas as pd
import pandera.pandas as pa

from planning_areas.tables import EvidenceError, Problem, check
from planning_areas.wording import some

CODE = r"^[A-Za-z0-9_.:/-]+$"
PHASES = ("primary", "secondary", "early_years", "school_age_care", "special")
PURPOSES = ("mainstream", "early_years", "school_age_care", "send")
KINDS = (
    "expansion",
    "bulge",
    "modular",
    "new_school",
    "pan_cut",
    "merger",
    "closure",
    "reopening",
    "nursery_expansion",
    "new_nursery",
    "wraparound",
    "resourced_provision",
)
DECIDERS = ("authority", "academy_trust", "diocese", "governing_body", "owner")
CONSENTS = ("not_needed", "given", "asked", "refused")
QUALITIES = ("met", "needs_judgement", "not_met")
CHOICES = ("free", "must", "must_not")
STANDINGS = ("allowed", "member_decision", "never")
RECEIPTS = ("received", "due", "unsigned")


def _code(of: str, blank: bool = False) -> str:
    field: str = pa.Field(str_matches=rf"^({CODE[1:-1]})?$" if blank else CODE, description=of)
    return field


class Groups(pa.DataFrameModel):
    """Children of one area who need a place from one point of entry on."""

    group_id: str = _code("the group")
    area_code: str = _code("planning area or small area in which they live")
    phase: str = pa.Field(isin=PHASES, description="phase of education or care")
    deprived: bool = pa.Field(description="whether the area counts as deprived for the equity floor")

    class Config:
        unique, strict, coerce = ["group_id"], "filter", True


class Cells(pa.DataFrameModel):
    """How many of a group lack a place, by academic year and year group."""

    group_id: str = _code("the group")
    ay: int = pa.Field(ge=2000, le=2100, description="September in which the academic year begins")
    nc_year: int = pa.Field(ge=-5, le=14, description="year group, or age band of childcare below 0")
    children: float = pa.Field(ge=0, description="children without a place")
    material: bool = pa.Field(description="whether the shortfall is large enough to act on with capital")

    class Config:
        unique, strict, coerce = ["group_id", "ay", "nc_year"], "filter", True


class Sites(pa.DataFrameModel):
    """Where places are or could be."""

    site_id: str = _code("school, setting or new site")
    area_code: str = _code("planning area or small area of the site")
    most_places: float = pa.Field(
        ge=0, nullable=True, description="places that schemes may add here at most; blank: no limit known"
    )

    class Config:
        unique, strict, coerce = ["site_id"], "filter", True


class Free(pa.DataFrameModel):
    """Places free at a site today, by academic year and year group."""

    site_id: str = _code("the site")
    ay: int = pa.Field(ge=2000, le=2100, description="academic year")
    nc_year: int = pa.Field(ge=-5, le=14, description="year group")
    places: float = pa.Field(ge=0, description="free places")

    class Config:
        unique, strict, coerce = ["site_id", "ay", "nc_year"], "filter", True


class Links(pa.DataFrameModel):
    """Which group can be placed where, and what the journey costs."""

    group_id: str = _code("the group")
    site_id: str = _code("the site")
    kind: str = pa.Field(
        isin=("home", "next_door"), description="own area, or a neighbour's along a flow or declared relief link"
    )
    km: float = pa.Field(ge=0, description="distance for one child, one way")
    transport: float = pa.Field(ge=0, description="thousands of pounds for one child and year of home to school transport")

    class Config:
        unique, strict, coerce = ["group_id", "site_id"], "filter", True


class Schemes(pa.DataFrameModel):
    """What could be built, changed or closed, who decides it and what it waits for."""

    scheme_id: str = _code("the scheme")
    site_id: str = _code("the site")
    kind: str = pa.Field(isin=KINDS, description="kind of scheme")
    phase: str = pa.Field(isin=PHASES, description="phase it serves")
    purpose: str = pa.Field(isin=PURPOSES, description="what its money is for")
    earliest_start: int = pa.Field(ge=2000, le=2100, description="first financial year in which work may be decided")
    lead_years: int = pa.Field(ge=0, le=15, description="years from that decision to opening")
    exclusive_group: str = _code("schemes of the same group exclude one another; blank: none", blank=True)
    choice: str = pa.Field(isin=CHOICES, description="free, must be built, or must not")
    decides: str = pa.Field(isin=DECIDERS, description="who decides")
    consent: str = pa.Field(isin=CONSENTS, description="whether they consent")
    quality: str = pa.Field(isin=QUALITIES, description="whether the school is good enough to grow")

    class Config:
        unique, strict, coerce = ["scheme_id"], "filter", True


class Adds(pa.DataFrameModel):
    """Places a scheme adds (below 0: takes away), by years since it opened and year group."""

    scheme_id: str = _code("the scheme")
    after: int = pa.Field(ge=0, le=30, description="academic years since opening")
    nc_year: int = pa.Field(ge=-5, le=14, description="year group")
    places: float = pa.Field(description="places added")

    class Config:
        unique, strict, coerce = ["scheme_id", "after", "nc_year"], "filter", True


class Costs(pa.DataFrameModel):
    """What a scheme costs, by financial years counted from its opening."""

    scheme_id: str = _code("the scheme")
    after: int = pa.Field(ge=-15, le=30, description="financial years since opening, below 0 before it")
    thousand_pounds: float = pa.Field(ge=0, description="thousands of pounds")

    class Config:
        unique, strict, coerce = ["scheme_id", "after"], "filter", True


class Precedences(pa.DataFrameModel):
    """Which scheme waits for which other."""

    scheme_id: str = _code("the scheme that waits")
    needs_scheme_id: str = _code("the scheme it waits for")
    years: int = pa.Field(ge=0, le=15, description="years between the two openings at least")

    class Config:
        unique, strict, coerce = ["scheme_id", "needs_scheme_id"], "filter", True


class Receipts(pa.DataFrameModel):
    """What a pot receives in a financial year, and by when it must be spent."""

    pot_id: str = _code("the pot")
    fy: int = pa.Field(ge=2000, le=2100, description="April in which the financial year begins")
    thousand_pounds: float = pa.Field(ge=0, description="thousands of pounds")
    spend_by: int = pa.Field(ge=2000, le=2200, description="last financial year in which it may be spent")
    status: str = pa.Field(isin=RECEIPTS, description="received, due, or promised in no signed deed")

    class Config:
        unique, strict, coerce = ["pot_id", "fy", "spend_by", "status"], "filter", True


class Ringfences(pa.DataFrameModel):
    """What a pot may pay for, purpose by purpose and phase by phase."""

    pot_id: str = _code("the pot")
    purpose: str = pa.Field(isin=PURPOSES, description="what the money is for")
    phase: str = pa.Field(isin=PHASES, description="phase it serves")
    standing: str = pa.Field(isin=STANDINGS, description="allowed, a decision for members, or never")
    source: str = pa.Field(description="where that is written")

    class Config:
        unique, strict, coerce = ["pot_id", "purpose", "phase"], "filter", True


class PotAreas(pa.DataFrameModel):
    """Areas to which a pot is tied; a pot that is not listed may be spent anywhere."""

    pot_id: str = _code("the pot")
    area_code: str = _code("area in which it may be spent")

    class Config:
        unique, strict, coerce = ["pot_id", "area_code"], "filter", True


MODELS: dict[str, type[pa.DataFrameModel]] = {
    "groups": Groups,
    "cells": Cells,
    "sites": Sites,
    "free": Free,
    "links": Links,
    "schemes": Schemes,
    "adds": Adds,
    "costs": Costs,
    "precedences": Precedences,
    "receipts": Receipts,
    "ringfences": Ringfences,
    "pot_areas": PotAreas,
}
KEYS = {"group_id": "groups", "site_id": "sites", "scheme_id": "schemes", "needs_scheme_id": "schemes"}


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
    receipts: pd.DataFrame
    ringfences: pd.DataFrame
    pot_areas: pd.DataFrame

    @property
    def financial_years(self) -> range:
        """Every financial year in which money can come in or go out."""
        begins = [self.years[0], *self.receipts["fy"], *self.schemes["earliest_start"]]
        return range(
            int(min(begins)), int(self.years[-1] + max(self.costs["after"].max(), 0) if len(self.costs) else self.years[-1]) + 1
        )

    @property
    def pots(self) -> list[str]:
        """The pots, in order."""
        return sorted(set(self.receipts["pot_id"]))


def check_case(years: tuple[int, ...], tables: Mapping[str, pd.DataFrame]) -> Case:
    """Hold every table against its model and against the others, and sort it; raises EvidenceError with all problems at once.

    years: the academic years, one after the other. tables: by the names of `MODELS`; a table that is left out is empty.
    """
    problems: list[Problem] = []
    checked: dict[str, pd.DataFrame] = {}
    if list(years) != list(range(years[0], years[0] + len(years))):
        problems.append(Problem("years", found=some(years), expected="academic years that follow one another without a gap"))
    for name, model in MODELS.items():
        keys = list(model.to_schema().unique or [])
        frame = tables[name] if name in tables else pd.DataFrame(columns=list(model.to_schema().columns))
        try:
            checked[name] = check(frame, model, name).sort_values(keys).reset_index(drop=True)
        except EvidenceError as fault:
            problems += fault.problems
    if not problems:
        problems += [*_strangers(checked), *_before_the_start(checked), *_rings(checked["precedences"])]
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
    pairs = wanted.merge(pd.DataFrame({"pot_id": case.pots}), how="cross").merge(case.ringfences, how="left")
    silent = pairs[pairs["standing"].isna()]
    told += [
        f"pot {pot} says nothing of {purpose} for {phase}: it is taken as never"
        for pot, purpose, phase in silent[["pot_id", "purpose", "phase"]].itertuples(index=False)
    ]
    unsigned = case.receipts.loc[case.receipts["status"] == "unsigned", "thousand_pounds"].sum()
    if unsigned:
        told.append(f"£{unsigned:,.0f}k is promised in no signed deed")
    return told


def _strangers(tables: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Find codes that another table does not have."""
    for name, frame in tables.items():
        for column, owner in KEYS.items():
            if column not in frame.columns or name == owner:
                continue
            known = set(tables[owner]["scheme_id" if owner == "schemes" else column])
            strange = sorted(set(frame[column]) - known)
            if strange:
                yield Problem(name, 0, column, found=some(strange), expected=f"a code that stands in {owner}")
    for name in ("ringfences", "pot_areas"):
        strange = sorted(set(tables[name]["pot_id"]) - set(tables["receipts"]["pot_id"]))
        if strange:
            yield Problem(
                name,
                0,
                "pot_id",
                found=some(strange),
                expected="a pot that stands in receipts",
                advice="a pot that receives nothing has a row of 0",
            )
    early = tables["receipts"][tables["receipts"]["spend_by"] < tables["receipts"]["fy"]]
    for pot, fy, by in early[["pot_id", "fy", "spend_by"]].itertuples(index=False):
        yield Problem("receipts", 0, "spend_by", found=f"{pot} of {fy}: {by}", expected="a year not before the receipt")


def _before_the_start(tables: dict[str, pd.DataFrame]) -> Iterator[Problem]:
    """Find money that would be spent before the scheme may be decided."""
    costs = tables["costs"].merge(tables["schemes"][["scheme_id", "lead_years"]], on="scheme_id")
    for scheme, after, lead in costs.loc[-costs["after"] > costs["lead_years"], ["scheme_id", "after", "lead_years"]].itertuples(
        index=False
    ):
        yield Problem(
            "costs",
            0,
            "after",
            found=f"{scheme}: {after}",
            expected=f"at least -{lead}, the scheme's lead time",
            advice="lengthen lead_years or move the cost",
        )


def _rings(precedences: pd.DataFrame) -> Iterator[Problem]:
    """Find schemes that wait for one another in a ring, so that none could ever open."""
    waits: dict[str, list[str]] = (
        precedences.groupby("scheme_id")["needs_scheme_id"].apply(sorted).to_dict() if len(precedences) else {}
    )
    done: set[str] = set()
    for first in sorted(waits):
        trail: list[str] = []
        stack = [(first, 0)]
        while stack:
            scheme, depth = stack.pop()
            del trail[depth:]
            if scheme in trail:
                ring = [*trail[trail.index(scheme) :], scheme]
                yield Problem(
                    "precedences",
                    0,
                    "needs_scheme_id",
                    found=" waits for ".join(ring),
                    expected="no ring of schemes that wait for one another",
                    advice="drop one of these rows",
                )
                done.update(ring)
            elif scheme not in done:
                trail.append(scheme)
                stack += [(other, depth + 1) for other in waits.get(scheme, ())]
        done.update([first])


def empty() -> dict[str, pd.DataFrame]:
    """Tables without rows, to fill in."""
    return {name: pd.DataFrame(columns=list(model.to_schema().columns)) for name, model in MODELS.items()}


def frames(case: Case) -> dict[str, pd.DataFrame]:
    """The tables of a case by name, to change one and check again."""
    return {field.name: getattr(case, field.name) for field in fields(case) if field.name != "years"}
