"""Candidates for a council that has no list of schemes: what a run's own figures suggest, as the planner's own tables.

They are proposals, to be looked at one by one: a school in each row, why there, and what has to be asked. What stands on the
council's list already, at the same place and of the same kind, is not proposed again. Costs are left blank, so that a run takes
the rulebook's cost of a place (domain brief E3) with the council's own settings, at the prices of its building.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.capital.capital_tables import CAPITAL_TABLES
from sufficiency.capital.from_evidence import whole_cost
from sufficiency.capital.money import lead_years, rules
from sufficiency.capital.proposal_rows import Known, Row, shortfalls
from sufficiency.capital.proposed_forms import forms_and_bulges, nobody_grows
from sufficiency.capital.proposed_new import new_schools, nurseries

if TYPE_CHECKING:
    from collections.abc import Mapping

ORDER = ("reopening", "bulge", "expansion", "new_school", "nursery_expansion", "new_nursery")


@dataclass(frozen=True)
class Proposals:
    """Proposed schemes as the planner's own tables, what they would cost by the rulebook, and what could not be proposed."""

    tables: Mapping[str, pd.DataFrame]  # schemes, and scheme_places where there are any
    told: pd.DataFrame  # scheme_id, name, kind, phase, planning_area_code, places (when full), thousand_pounds, decides, note
    notes: tuple[str, ...]


def propose(known: Known) -> Proposals:
    """Propose candidates from what a run knows."""
    shorts = shortfalls(known)
    rows: list[Row] = [row for short in shorts for row in forms_and_bulges(known, short)]
    rows += new_schools(known, shorts)
    rooms, places = nurseries(known)
    rows, left_out = _not_listed([*rows, *rooms], known)
    once = {row["scheme_id"]: row for row in rows}.values()
    rows = sorted(once, key=lambda row: (ORDER.index(row["kind"]), -row["weight"], row["scheme_id"]))
    kept = {row["scheme_id"] for row in rows}
    tables = {"schemes": _table("schemes", rows)}
    if mine := [row for row in places if row["scheme_id"] in kept]:
        tables["scheme_places"] = _table("scheme_places", mine)
    notes = [said for short in shorts if (said := nobody_grows(known, short))]
    notes += [f"{left_out} that the council's list has already are not proposed again"] if left_out else []
    notes += _too_late(known, rows)
    return Proposals(tables, _told(known, rows, places), tuple(notes))


def opens_from(known: Known, kind: str, phase: str) -> int:
    """The first September with which a proposal could open."""
    return known.starts + lead_years(kind, phase, known.assumptions)


def _too_late(known: Known, rows: list[Row]) -> list[str]:
    """Say how many proposals no plan of this run could build, since they open after what it forecasts."""
    last = known.tables["balance"].groupby("phase")["ay"].max().to_dict()
    many = sum(opens_from(known, row["kind"], row["phase"]) > last.get(row["phase"], np.inf) for row in rows)
    late = f"{many} of them could not open within the years that are forecast, so no plan of this run would build them"
    return [f"{late}: forecast from a newer census first"] if many else []


def _not_listed(rows: list[Row], known: Known) -> tuple[list[Row], int]:
    """Leave out what the council's own list has at the same place and of the same kind."""
    listed = known.tables.get("capital_schemes", pd.DataFrame(columns=["site_id", "kind"]))
    there = set(listed[["site_id", "kind"]].itertuples(index=False, name=None))
    kept = [row for row in rows if (row["site_id"], row["kind"]) not in there]
    return kept, len(rows) - len(kept)


def _table(name: str, rows: list[Row]) -> pd.DataFrame:
    """Rows in the columns of a planner's table, blank where a row says nothing."""
    columns = list(CAPITAL_TABLES[name].to_schema().columns)
    return pd.DataFrame([[row.get(column, "") for column in columns] for row in rows], columns=columns, dtype="object")


def _told(known: Known, rows: list[Row], places: list[Row]) -> pd.DataFrame:
    """What a planner reads first of each proposal: how many places when full, and about what it costs."""
    bands = pd.DataFrame(places, columns=["scheme_id", "places"]).groupby("scheme_id")["places"].sum().to_dict()
    told = []
    for row in rows:
        kind, phase = str(row["kind"]), str(row["phase"])
        school = phase in ("primary", "secondary")
        one_cohort = (row.get("fills") or rules()["kinds"][kind]["fills"]) == "one_cohort"
        groups = 1 if one_cohort or not school else int(row["nc_year_to"]) - int(row["nc_year_from"]) + 1
        full = float(row["places"]) * groups if row["places"] != "" else float(bands[row["scheme_id"]])
        own = {
            "kind": kind, "phase": phase, "thousand_pounds": float(row.get("thousand_pounds", np.nan)),
            "price_base": row.get("price_base", ""), "abnormals": np.nan, "land_thousand_pounds": np.nan,
        }  # fmt: skip
        opens = opens_from(known, kind, phase)
        cost, _ = whole_cost(own, opens, float(rules()["kinds"][kind]["building"]), full, known.assumptions)
        area = row.get("planning_area_code") or _area_of(known, str(row["site_id"]), phase)
        told.append((row["scheme_id"], row["name"], kind, phase, area, full, round(cost, 1), row["decides"], row["note"]))
    return pd.DataFrame(
        told,
        columns=["scheme_id", "name", "kind", "phase", "planning_area_code", "places", "thousand_pounds", "decides", "note"],
    )


def _area_of(known: Known, urn: str, phase: str) -> str:
    column = f"{'secondary' if phase == 'secondary' else 'primary'}_planning_area_code"
    return str(known.facts.loc[urn, column])
