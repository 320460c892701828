"""The tables of a capital decision held against one another: strange codes, dates and money out of order, rings of waiting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from planning_areas.tables import Problem
from planning_areas.wording import some
from sufficiency.capital.layouts import KEYS


def across(tables: Mapping[str, pd.DataFrame]) -> list[Problem]:
    """All that is wrong between tables of which each is right by itself."""
    return [*_strangers(tables), *_before_the_start(tables), *_rings(tables["precedences"])]


def _strangers(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
    """Find codes that another table does not have."""
    for name, frame in tables.items():
        for column, owner in KEYS.items():
            if column not in frame.columns or name == owner:
                continue
            known = set(tables[owner]["scheme_id" if owner == "schemes" else column])
            strange = sorted(set(frame[column]) - known)
            if strange:
                yield Problem(name, 0, column, found=some(strange), expected=f"a code that stands in {owner}")
    for name in ("ringfences", "pot_areas", "advances"):
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


def _before_the_start(tables: Mapping[str, pd.DataFrame]) -> Iterator[Problem]:
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
