"""A plan read back from the tables that a run kept of it, and held again to every rule and to the worth that was told of it.

For a plan whose search was stopped by time: another search may find another plan, but what is stored can be proven to be a plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sufficiency.capital.choices import Choices
from sufficiency.capital.earlier import Earlier
from sufficiency.capital.facts import facts
from sufficiency.capital.plan import Plan, terms
from sufficiency.capital.story import PLACED, choices_of, kept_case
from sufficiency.capital.verify import broken_rules

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions
    from sufficiency.capital.from_run import CaseOfRun

CELL = ["planning_area_code", "phase", "intake_ay", "age_band", "ay", "nc_year"]     # what tells a cell in a run's own words
KINDS = {"ay": "int64", "fy": "int64", "nc_year": "int64", "intake_ay": "float64", "children": "float64",
         "thousand_pounds": "float64"}
AS_TOLD = 1e-4      # of an aim, or of one: what is told is rounded, and crumbs of a solver's rounding are not kept


def not_so(tables: Mapping[str, pd.DataFrame], proofs: Sequence[Mapping[str, Any]], assumptions: Assumptions) -> list[str]:
    """Say every rule that a stored plan breaks and every aim that is not worth what was told; nothing for a plan that holds."""
    of_run, choices = kept_case(tables), choices_of(assumptions)
    plan = plan_of_tables(of_run, choices, tables)
    return [*broken_rules(of_run.case, choices, plan), *_worth(plan, choices, proofs)]


def plan_of_tables(of_run: CaseOfRun, choices: Choices, tables: Mapping[str, pd.DataFrame]) -> Plan:
    """The plan that the tables tell of (`plan`, `plan_funding`, `plan_placed`, `plan_unmet`), without its proofs.

    A table without a row has lost of which kind its columns are, so that is said again.
    """
    chosen = tables["plan"][tables["plan"]["chosen"].astype("bool")]
    starts = pd.DataFrame({"scheme_id": chosen["scheme_id"], "opens": chosen["opens_ay"].astype("int64")})
    spending = _of_kind(tables["plan_funding"].rename(columns={"financial_year": "fy"}))
    placed = _of_kind(tables[PLACED])
    lacking = _of_kind(tables["plan_unmet"])
    seated = set(of_run.case.links.loc[of_run.case.links["seats"] > 0, "group_id"])  # of whom nobody is ever without a place
    cells = of_run.short[~of_run.short["group_id"].isin(seated)]
    missed = lacking.merge(cells[["group_id", *CELL]], on=CELL)[["group_id", "ay", "nc_year", "children"]]
    starts = starts.sort_values("scheme_id", ignore_index=True)
    return Plan(starts, placed, missed, spending, terms(facts(of_run.case, choices), starts, placed, missed), ())


def earlier_of(of_run: CaseOfRun, choices: Choices, tables: Mapping[str, pd.DataFrame],
               proofs: Sequence[Mapping[str, Any]]) -> Earlier:
    """The decision that the tables tell of, for the search for another one to start from."""
    return Earlier(of_run.case, choices, plan_of_tables(of_run, choices, tables), tuple(proofs))


def _of_kind(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype({name: kind for name, kind in KINDS.items() if name in table})


def _worth(plan: Plan, choices: Choices, proofs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Aims whose value, worked out again from the tables, is not what the run says of them."""
    found = []
    for level, proof in zip(choices.levels, proofs, strict=True):
        value = sum(rate * plan.terms[name] for name, rate in level.rates.items())
        if abs(value - proof["value"]) > AS_TOLD * max(1.0, abs(value)):
            found.append(f"{proof['name']} is {value:,.3f} by its tables, and was told as {proof['value']:,.3f}")
    return found
