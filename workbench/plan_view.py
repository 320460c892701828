"""The capital plan as people see it: sheets of the workbook, lines on the terminal, schemes on the map, areas before and after.

Everything is cut from the run's own tables. A run without a plan shows none of this; its notes say why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from maps.layer import LOW, Measure, Points, Silence
from maps.palette import steps
from planning_areas.school_year import ENTRY_YEAR, ay_label
from sufficiency.headroom import headroom, rag
from workbench.plan_gap import gap, gap_told, left_out, left_out_told
from workbench.plan_words import PLAN_SHEETS, STANDINGS, kind_told

if TYPE_CHECKING:
    from maps.palette import Scale
    from scenarios.runs import Run

WHY, PROOFS = "why.json", "plan_proofs"
SHEETS = tuple(PLAN_SHEETS)
AREA_EDGES = (1, 8, 15, 30)
DETAILS = ["easting", "northing"]
PLAN = "plan"


def has_plan(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Whether a run has a capital plan."""
    return PLAN in tables


def plan_sheets(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The sheets of a plan, from the tables of a run; without rows where it has no plan."""
    if not has_plan(tables):
        return {name: pd.DataFrame() for name in SHEETS}
    named = tables[PLAN][["scheme_id", "scheme_name"]]
    return {
        "programme": tables[PLAN].drop(columns=DETAILS),
        "money": tables["plan_pots"],
        "money_of_schemes": tables["plan_funding"].merge(named, on="scheme_id", how="left")[
            ["scheme_id", "scheme_name", *tables["plan_funding"].columns.drop("scheme_id")]
        ],
        "served": tables["plan_service"],
    }


def of_plan(proofs: Sequence[Mapping[str, Any]], seed: int, seconds: float) -> dict[str, Any]:
    """What the manifest says of a plan: what is proven of each aim, and how it was sought; never the clock."""
    return {"plan": {"proofs": [dict(one) for one in proofs], "seed": seed, "limit_seconds": seconds}} if proofs else {}


def plan_headline(run: Run) -> dict[str, Any] | None:
    """The plan of a run in figures, from its own files; none where it has none."""
    if PLAN not in run.tables:
        return None
    names = dict(run.table("names")[["planning_area_code", "planning_area_name"]].itertuples(index=False, name=None))
    return figures_of(run, names)


def figures_of(plan: Run, names: Mapping[str, str]) -> dict[str, Any]:
    """The plan in the folder of a run, or in one of its own, in figures; names: of planning areas, as far as they are at hand."""
    tables = {name: plan.table(name) for name in ("plan", "plan_pots", "plan_areas", "plan_unmet")}
    kept = plan.folder / WHY
    why = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else None
    return figures(tables, plan.manifest.get("plan", {}).get("proofs", []), why, names)


def figures(
    tables: Mapping[str, pd.DataFrame], proofs: Sequence[Mapping[str, Any]], why: Mapping[str, Any] | None = None,
    names: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """What is built when and for how much, how many are met where, why others are not, and what is proven of it."""
    chosen = tables["plan"][tables["plan"]["chosen"].astype("bool")].sort_values(["opens_ay", "scheme_id"])
    pots = tables["plan_pots"]
    return {
        "schemes": [
            {
                "scheme_id": r.scheme_id,
                "name": r.scheme_name,
                "standing": getattr(r, "standing", ""),
                "opens": int(r.opens_ay),
                "ends": int(r.places_end_ay) if pd.notna(getattr(r, "places_end_ay", None)) else None,
                "places": float(r.places_when_full),
                "thousand_pounds": round(float(r.thousand_pounds), 1),
            }
            for r in chosen.itertuples()
        ],
        "not_chosen": int((~tables["plan"]["chosen"].astype("bool")).sum()),
        "thousand_pounds": round(float(chosen["thousand_pounds"].sum()), 1),
        "received_thousand_pounds": round(float(pots["received"].sum()), 1),
        "not_counted_thousand_pounds": round(float(pots["not_counted"].sum()), 1) if "not_counted" in pots else 0.0,
        "borrowed": borrowed(pots),
        "child_years": gap(tables, why),
        "left_out": left_out(tables["plan_unmet"], names),
        "proofs": [dict(one) for one in proofs],
    }


def borrowed(pots: pd.DataFrame) -> list[dict[str, Any]]:
    """What is spent of each pot before it comes, by financial year: borrowing until it does; plans of before had none."""
    rows = pots[pots["borrowed"].gt(0)] if "borrowed" in pots else pots.head(0)
    return [
        {"pot": r.pot_name or r.pot_id, "financial_year": int(r.financial_year), "thousand_pounds": round(float(r.borrowed), 1)}
        for r in rows.itertuples()
    ]


def borrowed_told(parts: Sequence[Mapping[str, Any]]) -> str:
    """The same in words; blank where nothing is."""
    each = "; ".join(
        f"{one['pot']} £{one['thousand_pounds']:,.0f}k in {ay_label(one['financial_year'])}" for one in parts
    )
    return f"Spent before it comes, and so borrowed until then: {each}" if each else ""


def plan_lines(told: Mapping[str, Any] | None) -> list[str]:
    """The same for people."""
    if told is None:
        return []
    many, closed = len(told["schemes"]), told.get("not_counted_thousand_pounds", 0.0) / 1000
    lines = [
        f"Capital plan: {many} of {many + told['not_chosen']} schemes for £{told['thousand_pounds'] / 1000:,.1f}m, of "
        f"£{told['received_thousand_pounds'] / 1000:,.1f}m in the pots that may pay for any"
        + (f"; £{closed:,.1f}m is not counted, closed to all of them or in no signed deed" if closed >= 0.05 else "")
    ]
    width = max((len(one["name"]) for one in told["schemes"]), default=0)
    lines += [
        f"  {ay_label(one['opens'])}  {one['name']:<{width}}  {one['places']:>6,.0f} places  £{one['thousand_pounds']:>9,.0f}k"
        + (f"  until summer {one['ends']}, with children still there" if one.get("ends") else "")
        + (f"  {STANDINGS[one['standing']]}" if one.get("standing") else "")
        for one in told["schemes"]
    ]
    lines += [f"  {gap_told(told['child_years'])}", *(f"    {said}" for said in left_out_told(told.get("left_out", ())))]
    lines += [f"  {ahead}"] if (ahead := borrowed_told(told.get("borrowed", ()))) else []
    lines += [f"  {one['said']}" for one in told["proofs"]]
    return [*lines, ""]


def area_measures(base: int) -> tuple[Measure, ...]:
    """Ways to colour planning areas by what the plan leaves and meets."""
    scale = steps(AREA_EDGES)
    past = (Silence(base, "not planned", "a plan begins with the September after the census"),)
    places: dict[str, Any] = {"unit": "children", "unit_one": "child", "silent": past}
    return (
        Measure(
            "plan_lacking",
            "Capital plan: without a place before",
            scale=scale,
            adds_up=True,
            saying="home to children without a place before the plan",
            explain="Children who lack a place, all year groups, as the capital plan counts them: pupils beyond the places. "
            "Whom full schools turn away and who has a seat next door lacks none.",
            **places,
        ),
        Measure(
            "plan_unmet",
            "Capital plan: without a place after",
            scale=scale,
            adds_up=True,
            saying="home to children whom the plan finds no place for",
            explain="Children for whom the plan finds no place, at home or next door; small shortfalls are managed in-year.",
            **places,
        ),
    )


WITHOUT, WITH = "without the plan", "with the plan"
"""States of the switch of headroom, on the map of a run that has a plan."""


def headroom_with_plan(base: int, title: str, scale: Scale) -> Measure:
    """The other side of the switch of headroom: the share of places that stays free once the plan's places are open."""
    return Measure(
        "headroom_plan_percent",
        f"{title}: {WITH}",
        "% of places free",
        scale,
        "Places that stay free over all year groups once the schemes of the capital plan are open; the children stay those of "
        "the forecast, whichever area's schools they would then go to.",
        saying="short of places over all year groups, the plan's included,",
        letters="rag_plan",
        decimals=1,
        suffix=" %",
        worst=LOW,
        silent=(Silence(base, "not planned", "a plan begins with the September after the census"),),
        view=title,
        state=WITH,
    )


def with_plan(values: pd.DataFrame, phase: str, tables: Mapping[str, pd.DataFrame], edges: Sequence[float]) -> pd.DataFrame:
    """The values of a phase's areas (key, year) with what the plan leaves there; nought where the plan has nothing to say.

    The first year is that of the census, for which nothing can be planned. values: also with pupils and yg_places; edges: bands.
    """
    if not has_plan(tables):
        return values
    mine = tables["plan_areas"][tables["plan_areas"]["phase"].eq(phase)]
    told = mine.assign(key=mine["planning_area_code"], year=mine["ay"], plan_lacking=mine["lacking"], plan_unmet=mine["unmet"])
    wide = values.merge(told[["key", "year", "plan_lacking", "plan_unmet", "places_added"]], on=["key", "year"], how="left")
    planned = wide["year"] > wide["year"].min()
    for column in ("plan_lacking", "plan_unmet", "places_added"):
        wide[column] = wide[column].fillna(0.0).where(planned)
    places, pupils = (wide["yg_places"] + wide["places_added"]).to_numpy("float64"), wide["pupils"].to_numpy("float64")
    return wide.assign(headroom_plan_percent=headroom(pupils, places) * 100, rag_plan=rag(pupils, places, edges))


def plan_sayings(tables: Mapping[str, pd.DataFrame]) -> tuple[str, ...]:
    """One sentence on the plan: how many children are without a place in the worst year, before it and after it, and where.

    Figures are rounded area by area and then added up, as in the table of the map.
    """
    areas = tables.get("plan_areas", pd.DataFrame())
    if not has_plan(tables) or areas.empty:
        return ()
    said = []
    for phase, mine in areas.groupby("phase", sort=True):
        if phase not in ENTRY_YEAR:
            continue
        whole = mine.assign(**{name: (mine[name] + 0.5).floordiv(1) for name in ("lacking", "unmet")})
        by_year = whole.groupby("ay")[["lacking", "unmet"]].sum()
        worst = int(by_year["lacking"].idxmax())
        if by_year.loc[worst, "lacking"] > 0:
            then = whole[whole["ay"] == worst]
            said.append(
                f"Capital plan, {phase}: in {ay_label(worst)} {_who(then['lacking'])} without a place before it, over all year "
                f"groups, and {_who(then['unmet'])} after it.")
    return tuple(said)


def _who(by_area: pd.Series) -> str:
    """So many children in so many areas are; none is."""
    children, many = by_area.sum(), int((by_area > 0).sum())
    if not many:
        return "none is"
    return f"{children:,.0f} {'child' if children == 1 else 'children'} in {many} area{'s' * (many != 1)} " \
           f"{'is' if children == 1 else 'are'}"


def scheme_points(tables: Mapping[str, pd.DataFrame]) -> Points | None:
    """Schemes at their schools and sites: what each would bring, whether it is in the plan, and why."""
    if not has_plan(tables):
        return None
    rows = tables[PLAN]
    chosen = rows["chosen"].astype("bool")
    items = pd.DataFrame({
        "key": rows["scheme_id"],
        "name": rows["scheme_name"],
        "x": rows["easting"],
        "y": rows["northing"],
        "size": rows["places_when_full"].clip(lower=0.0),
        "verdict": [
            f"opens in {ay_label(int(ay))}" if yes else "not in the plan"
            for yes, ay in zip(chosen, rows["opens_ay"], strict=True)
        ],
        "kind_told": [kind_told(kind) for kind in rows["kind"]],
        "cost": [f"£{pounds:,.0f}k" for pounds in rows["thousand_pounds"]],
        "served": [f"{children:,.0f} children" if children == children else "" for children in rows["children_served"]],
        "standing": [STANDINGS.get(word, "") for word in rows["standing"]] if "standing" in rows else STANDINGS[""],
        "why_so": rows["why_so"],
    })
    areas = pd.DataFrame({"layer": rows["phase"], "key": rows["scheme_id"], "area": rows["planning_area_code"]})
    facts = {
        "verdict": "In the capital plan?",
        "kind_told": "Kind",
        "standing": "Where it stands",
        "cost": "Capital",
        "served": "Gives a place to",
        "why_so": "Why",
    }
    return Points(
        "schemes",
        "Schemes of the capital plan",
        "scheme",
        "triangle",
        items,
        "places",
        facts,
        {"verdict": "In the plan?", "kind_told": "Kind", "cost": "Capital"},
        areas[areas["layer"].isin(("primary", "secondary"))],
    )
