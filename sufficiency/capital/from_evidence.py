"""From the planner's tables of schemes and pots to those of a capital decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.capital.tables import MODELS

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence, Note
    from sufficiency.housing.homes import Homes

FILLED = ("schemes", "adds", "costs", "precedences", "receipts", "ringfences", "pot_areas")


@dataclass(frozen=True)
class SchemeTables:
    """What could be built and with whose money, in the layouts of `capital.tables`."""

    schemes: pd.DataFrame
    adds: pd.DataFrame
    costs: pd.DataFrame
    precedences: pd.DataFrame
    receipts: pd.DataFrame
    ringfences: pd.DataFrame
    pot_areas: pd.DataFrame
    site_limits: pd.DataFrame  # site_id, area_code (blank: where its school or setting is), most_places
    told: pd.DataFrame  # scheme_id, name and what is told of a scheme but decides nothing: running costs, route, risk, price, why
    notes: tuple[Note, ...]


def scheme_tables(evidence: Evidence, homes: Homes | None, base_year: int, assumptions: Assumptions) -> SchemeTables:
    """Turn the planner's tables into those of a capital decision; raises EvidenceError with all problems at once."""
    frames = {name: pd.DataFrame(columns=list(MODELS[name].to_schema().columns)) for name in FILLED}
    limits = pd.DataFrame(columns=["site_id", "area_code", "most_places"])
    return SchemeTables(**frames, site_limits=limits, told=pd.DataFrame(columns=["scheme_id", "name"]), notes=())
