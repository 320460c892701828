"""From the planner's tables of schemes and pots to those of a capital decision.

What the planner leaves blank comes from the rulebook: how places come, how long it takes, what a place costs, what a pot may pay
for. Costs are those of the earliest opening, at the prices of their building. A change to an admission number, a merger or a
closure at a school that is its own admission authority is only an ask until its trust, diocese or governors agree, whatever the
list says. Money for special needs is left out while no table tells what is wanted there. All of this is said in notes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.tables import EvidenceError
from planning_areas.wording import some
from sufficiency.capital.class_pattern import class_pattern
from sufficiency.capital.money import each_place, lead_years, mid_building, price_index, project_cost, rules, spread, when
from sufficiency.capital.receipts import receipts_of
from sufficiency.capital.scheme_checks import own_admission_authority, wrong_schemes
from sufficiency.capital.scheme_places import places_of
from sufficiency.capital.tables import MODELS, PHASES, PURPOSES
from sufficiency.evidence import Note
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions
    from sufficiency.evidence import Evidence
    from sufficiency.housing.homes import Homes

ASKS = ("pan_cut", "merger", "closure")
PURPOSE_OF = {"early_years": "early_years", "school_age_care": "school_age_care", "special": "send"}
TOLD = [
    "scheme_id", "name", "kind", "phase", "route", "route_risk", "designated_rural", "subsidy_check", "running_thousand_pounds",
    "cost_rests_on", "price_of_a_year", "note", "standing",
]  # fmt: skip


@dataclass(frozen=True)
class SchemeTables:
    """What could be built and with whose money, in the layouts of `capital.tables`."""

    schemes: pd.DataFrame
    adds: pd.DataFrame
    costs: pd.DataFrame
    precedences: pd.DataFrame
    deadlines: pd.DataFrame
    receipts: pd.DataFrame
    ringfences: pd.DataFrame
    pot_areas: pd.DataFrame  # area_code: planning or small areas, and sites to which a deed or award is tied
    advances: pd.DataFrame  # pot_id, years: signed sums that members let be spent before they come
    site_limits: pd.DataFrame  # site_id, area_code (blank: where its school or setting is), most_places
    told: pd.DataFrame  # TOLD: what is told of a scheme and decides nothing
    notes: tuple[Note, ...]


def scheme_tables(evidence: Evidence, homes: Homes | None, base_year: int, assumptions: Assumptions) -> SchemeTables:
    """Turn the planner's tables into those of a capital decision; raises EvidenceError with all problems at once.

    homes: those of the forecast, whose notes on sites stand beside; sums that hang on homes follow the sites' own trajectories.
    """
    problems = list(wrong_schemes(evidence, {}))
    if problems:
        raise EvidenceError(problems)
    listed = evidence.schemes.reset_index(drop=True)
    adds, (receipts, notes) = places_of(evidence), receipts_of(evidence, base_year)
    schemes, told = _schemes(listed, evidence, assumptions)
    costs, rests_on = _costs(schemes, listed, adds, evidence, assumptions)
    kept, of_need = _with_a_demand(evidence.pots)
    receipts = receipts[receipts["pot_id"].isin(kept["pot_id"])].reset_index(drop=True)
    growth = float(rules()["price_growth"]["a_year"]) + assumptions.price_growth
    about = listed.assign(cost_rests_on=listed["scheme_id"].map(rests_on), price_of_a_year=growth)[TOLD]
    limits = listed.groupby("site_id", as_index=False).agg(
        planning_area_code=("planning_area_code", "max"), lsoa_code=("lsoa_code", "max"), most_places=("site_limit", "max")
    )
    limits["area_code"] = limits["planning_area_code"].where(limits["planning_area_code"].ne(""), limits["lsoa_code"])
    return SchemeTables(
        schemes=schemes,
        adds=adds,
        costs=costs,
        precedences=evidence.scheme_order[["scheme_id", "needs_scheme_id", "years"]].reset_index(drop=True),
        deadlines=listed.loc[listed["open_by"].notna(), ["scheme_id", "open_by"]].reset_index(drop=True),
        receipts=receipts,
        ringfences=_ring_fences(kept, evidence.ring_fences),
        pot_areas=_tied(kept),
        advances=(ahead := _advances(kept)),
        site_limits=limits[["site_id", "area_code", "most_places"]],
        told=about,
        notes=(
            *notes, *class_pattern(evidence), *of_need, *told, *_of_costs(rests_on, growth), *_of_grants(listed),
            *_of_advances(ahead),
        ),
    )


def _schemes(listed: pd.DataFrame, evidence: Evidence, assumptions: Assumptions) -> tuple[pd.DataFrame, list[Note]]:
    """Schemes in the layout of the decision, with what is an ask and what the law presumes."""
    given = listed.copy()
    usual = [lead_years(kind, phase, assumptions) for kind, phase in given[["kind", "phase"]].itertuples(index=False)]
    given["lead_years"] = given["lead_years"].astype("float64").fillna(pd.Series(usual, index=given.index)).astype("int64")
    by_phase = given["phase"].map(PURPOSE_OF).fillna("mainstream")
    given["purpose"] = given["purpose"].where(given["purpose"].ne(""), by_phase)
    given["choice"] = given["choice"].replace("", "free")
    given["quality"] = given["quality"].replace("", "needs_judgement")
    own = own_admission_authority(evidence)
    ask = given["kind"].isin(ASKS) & given["site_id"].isin(own) & given["consent"].eq("not_needed")
    given.loc[ask, "consent"] = "asked"
    notes = []
    if ask.any():
        notes.append(
            Note(
                "schemes",
                f"at schools that are their own admission authority these are only asks until they agree: "
                f"{some(given.loc[ask, 'scheme_id'])}",
                "they are in no plan that counts consents only",
            )
        )
    rural = given["kind"].isin(("closure", "merger")) & given["designated_rural"].eq("yes")
    notes += [
        Note(
            "schemes",
            f"{code}: the law presumes that a designated rural primary school is not closed",
            "whoever closes it must show why, and what it does to the community and to transport",
        )
        for code in given.loc[rural, "scheme_id"]
    ]
    unknown = given["kind"].isin(("closure", "merger")) & given["phase"].eq("primary") & given["designated_rural"].eq("")
    if unknown.any():
        notes.append(
            Note(
                "schemes",
                f"not known whether the school is a designated rural primary: {some(given.loc[unknown, 'scheme_id'])}",
                "look it up in the designation order before deciding",
            )
        )
    return given[list(MODELS["schemes"].to_schema().columns)], notes


def _costs(
    schemes: pd.DataFrame, listed: pd.DataFrame, adds: pd.DataFrame, evidence: Evidence, assumptions: Assumptions
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Thousands of pounds by scheme and financial years since opening, and what each cost rests on."""
    most = adds.groupby(["scheme_id", "after"])["places"].sum().groupby("scheme_id").max()
    programmes = {code: rows for code, rows in evidence.scheme_costs.groupby("scheme_id")}
    rows: list[tuple[str, int, float]] = []
    rests_on: dict[str, str] = {}
    for scheme, own in zip(schemes.to_dict("records"), listed.to_dict("records"), strict=True):
        code, opens = scheme["scheme_id"], scheme["earliest_start"] + scheme["lead_years"]
        if code in programmes:
            parts = {
                int(r.after): float(r.thousand_pounds) * _index(r.price_base, opens + r.after + 0.75, assumptions)
                for r in programmes[code].itertuples()
            }
            rests_on[code] = "programme"
        else:
            building = float(rules()["kinds"][scheme["kind"]]["building"])
            whole, rests_on[code] = whole_cost(own, opens, building, float(most.get(code, 0.0)), assumptions)
            parts = {after: whole * share for after, share in spread(scheme["lead_years"], building).items()}
        rows += [(code, after, round(money, 1)) for after, money in sorted(parts.items()) if round(money, 1) > 0]
    return pd.DataFrame(rows, columns=["scheme_id", "after", "thousand_pounds"]), rests_on


def whole_cost(own: dict[str, Any], opens: int, building: float, places: float, assumptions: Assumptions) -> tuple[float, str]:
    """What a scheme costs in all, in thousands of pounds, and on what that rests."""
    paid = mid_building(opens, building)
    if not np.isnan(own["thousand_pounds"]):
        return float(own["thousand_pounds"]) * _index(own["price_base"], paid, assumptions), "estimate"
    each = each_place(own["kind"], own["phase"], assumptions)
    assert each is not None, own["scheme_id"]  # the checks have asked for a cost
    usual = rules()["allowances"]
    abnormals = float(usual["abnormals"] if np.isnan(own["abnormals"]) else own["abnormals"])
    land = 0.0 if np.isnan(own["land_thousand_pounds"]) else float(own["land_thousand_pounds"])
    index = _index(rules()["base"], paid, assumptions)
    allowed = abnormals + float(usual["optimism"])
    return project_cost(max(places, 0.0), each / 1000, assumptions.location_factor, index, allowed, land), "rulebook"


def _index(base: str, paid: float, assumptions: Assumptions) -> float:
    """Prices at a time against those of a quarter; 1 where a cost is what will be paid."""
    more = assumptions.price_growth
    return price_index(paid, more) / price_index(when(base), more) if base else 1.0


def _with_a_demand(pots: pd.DataFrame) -> tuple[pd.DataFrame, list[Note]]:
    """Leave out what is for special needs alone: nothing tells yet how many places are wanted there."""
    alone = pots["kind"].eq("high_needs") | pots["purpose"].eq("send")
    names = sorted(set(pots.loc[alone, "pot_id"]))
    notes = (
        [
            Note(
                "pots",
                f"there is no table of demand for special provision: {some(names)} is left out of the plan",
                "what it could build is not weighed; plan it by the strategy for special educational needs",
            )
        ]
        if names
        else []
    )
    return pots[~alone], notes


def _ring_fences(pots: pd.DataFrame, own: pd.DataFrame) -> pd.DataFrame:
    """What each pot may pay for: the council's own rows, else its deed, else what is usual for its kind; the rest never."""
    usual = rulebook("ring_fences")
    said = {(r.pot_id, r.purpose, r.phase): (r.standing, r.reference) for r in own.itertuples()}
    rows = []
    for pot in pots.drop_duplicates("pot_id").sort_values("pot_id").to_dict("records"):
        page = usual.get(pot["kind"], {})
        deed = f"deed {pot['deed']}".strip()
        for purpose in PURPOSES:
            for phase in PHASES:
                if (key := (pot["pot_id"], purpose, phase)) in said:
                    rows.append((*key, *said[key]))
                    continue
                standing = next(
                    (word for word in ("allowed", "member_decision") if [purpose, phase] in page.get(word, [])), "never"
                )
                source = str(page.get("source", "its deed or letter does not say so"))
                if pot["purpose"] or pot["phase"]:
                    inside = pot["purpose"] in ("", purpose) and pot["phase"] in ("", phase)
                    standing = (standing if page else "allowed") if inside else "never"
                    source = source if inside and page else deed
                rows.append((*key, standing, source))
    return pd.DataFrame(rows, columns=["pot_id", "purpose", "phase", "standing", "source"])


def _tied(pots: pd.DataFrame) -> pd.DataFrame:
    """The areas and sites to which each pot is tied."""
    rows = [(pot, code) for pot, codes in pots[["pot_id", "tied_to"]].itertuples(index=False) for code in codes.split()]
    return pd.DataFrame(rows, columns=["pot_id", "area_code"]).drop_duplicates(ignore_index=True)


def _advances(pots: pd.DataFrame) -> pd.DataFrame:
    """Pots whose signed sums members let be spent before they come, and how many years before."""
    ahead = pots[pots["early_years"].notna() & pots["status"].eq("due")]
    return ahead.groupby("pot_id", as_index=False).agg(years=("early_years", "max")).astype({"years": "int64"})


def _of_advances(advances: pd.DataFrame) -> list[Note]:
    """Say of each pot that may be spent before it comes that this is borrowing, and what is not counted of it."""
    return [
        Note(
            "pots",
            f"{pot} may be spent {years} financial year{'s' * (years != 1)} before it comes: what is so spent is borrowing",
            "its interest is in no figure, and the deed may yet come later or not at all",
        )
        for pot, years in advances.itertuples(index=False)
    ]


def _of_costs(rests_on: dict[str, str], growth: float) -> list[Note]:
    """Say which costs are not estimates of the schemes themselves, and what waiting costs."""
    guessed = sorted(code for code, word in rests_on.items() if word == "rulebook")
    notes = [Note("schemes", "costs are those of the earliest opening", f"a year later they are about {growth:.1%} higher")]
    if guessed:
        notes.append(
            Note(
                "schemes",
                f"{len(guessed)} schemes have no estimate of their own: {some(guessed)}",
                "their cost is places times the rulebook's cost of a place, with an allowance",
            )
        )
    return notes


def _of_grants(listed: pd.DataFrame) -> list[Note]:
    """Name grants to private settings that have not been held against subsidy control."""
    grants = listed["decides"].eq("owner") & listed["phase"].isin(("early_years", "school_age_care"))
    silent = listed.loc[grants & listed["subsidy_check"].isin(("", "not_checked")), "scheme_id"]
    return (
        [
            Note(
                "schemes",
                f"not held against subsidy control: {some(silent)}",
                "a grant to a private setting is not paid before that is done",
            )
        ]
        if len(silent)
        else []
    )
