"""The audit trail of each housing site: its homes, which of them the forecast carries already, whom they bring, and where.

Gross children are all who live in the homes of a site, from the base year on, by years since completion: what developers are
asked for. Net children are those by whom the forecast was raised on the site's account: of its homes above the usual rate (a
site shares an area's usual rate with the other certain sites there by their homes), less those who are at a local school already.
A site's homes are told apart without a rest: within the usual rate, above it, not in the core forecast, and ready only after the
forecast ends. In places that developers (HDC) or the Housing Infrastructure Fund (HIF) pay for are, gross, all children of the
homes of such sites; what a return takes off for them are the net ones, which are inside the forecast: to take off more would
take off children who were never in it. Children of such homes whom the October census has counted already are among them.
Sites' net children do not add up to those of areas where next September's figures are known already, or where building falls
below the usual rate. The peak and the long run are told for each phase: young families come first, and their children grow older.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.housing.homes import GROUPS, OF_AREAS, bring_pupils
from sufficiency.housing.yields import PHASES, build_up

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.housing.homes import Homes

    Floats = NDArray[np.float64]

LONG_RUN = 25           # years after the base year to which a site's children are followed
SCHOOL_PHASES = ("primary", "secondary", "post_16")
AUDIT = {
    "site_ref": "str", "site_name": "str", "status": "str", "probability": "float64", "counted_in": "str", "funded": "str",
    "dwellings": "float64", "usual_dwellings": "float64", "added_dwellings": "float64", "not_in_core_dwellings": "float64",
    "later_dwellings": "float64", "dwellings_without_pupils": "float64", "areas_touched": "str",
    **{f"{phase}_{what}": kind for phase in SCHOOL_PHASES
       for what, kind in (("peak", "float64"), ("peak_year", "str"), ("long_run", "float64"), ("net", "float64"),
                          ("net_year", "str"))},
    "yield_rests_on": "str",
}
YEARS = {
    "site_ref": "str", "ay": "int64", "dwellings": "float64", "usual_dwellings": "float64", "added_dwellings": "float64",
    **{f"{phase}_gross": "float64" for phase in SCHOOL_PHASES}, **{f"{phase}_net": "float64" for phase in SCHOOL_PHASES},
}
FUNDS = ("HDC", "HIF")
IN_WORDS = {
    "whole": "in the forecast, whole", "part": "in the forecast, in part", "likely": "in the range only, by its probability",
    "nowhere": "nowhere: the usual rate is not known",
}
AREAS = {
    "phase": "str", "planning_area_code": "str", "ay": "int64", "nc_year": "int64", "homes_gross": "float64",
    "homes_net": "float64", "homes_by_probability": "float64", "hdc_gross": "float64", "hdc_pupils": "float64",
    "hif_gross": "float64", "hif_pupils": "float64",
}
BUILDING = {
    "phase": "str", "planning_area_code": "str", "ay": "int64", "dwellings": "float64", "dwellings_by_probability": "float64",
    "usual_dwellings": "float64", "excess_dwellings": "float64",
}


def gross(homes: Homes, years: range) -> Floats:
    """All children who live in the homes of each part from the base year on: [part, phase of yields, year]."""
    assert homes.parts is not None
    ready = homes.parts.at(years)
    return np.stack([build_up(ready, homes.profiles[k]) * homes.yields[:, k, None] for k in range(len(PHASES))], axis=1)


def _above(homes: Homes, phase: str) -> tuple[Floats, Floats]:
    """Share of each part's homes above the usual rate: of the whole [part, year], and by area [part, area, year]."""
    assert homes.parts is not None
    core = homes.parts.table["core"].to_numpy("float64")
    completed = homes.parts.at(homes.ahead) * core[:, None]
    there = homes.homes_by_area(phase, completed[None])[0]
    usual = np.nan_to_num(homes.usual(phase), nan=np.inf)
    share = np.maximum(0.0, 1.0 - np.divide(usual, there, out=np.full_like(there, np.inf), where=there > 0))
    by_area = homes.layers[phase].shares.toarray()[:, :, None] * share[None]
    by_area = by_area * core[:, None, None]
    return by_area.sum(axis=1), by_area


def site_years(homes: Homes) -> pd.DataFrame:
    """Each site year by year: homes, which of them are above the usual rate, gross and net children by phase."""
    if homes.parts is None:
        return _empty(YEARS)
    ready, every = homes.parts.at(homes.ahead), gross(homes, homes.ahead)
    above = {phase: _above(homes, phase)[0] for phase in homes.layers}
    whole = above.get("primary", next(iter(above.values()), np.zeros_like(ready)))
    core = homes.parts.table["core"].to_numpy("float64")[:, None]
    unknown = all(np.isnan(layer.usual).all() for layer in homes.layers.values())
    values = {"dwellings": ready, "added_dwellings": ready * whole, "usual_dwellings": ready * core * (1 - whole)}
    values |= {"added_dwellings": ready * np.nan, "usual_dwellings": ready * np.nan} if unknown else {}
    for phase in SCHOOL_PHASES:
        k = PHASES.index(phase)
        of = next((areas for areas, names in OF_AREAS.items() if phase in names and areas in above), None)
        net = ready * above[of] if of else np.zeros_like(ready)
        values[f"{phase}_gross"] = every[:, k]
        values[f"{phase}_net"] = (build_up(net, homes.profiles[k]) * homes.yields[:, k, None]
                                  * (1 - homes.assumptions.already_local))
    refs = homes.parts.table["site_ref"].to_numpy("str")
    long = pd.DataFrame({"site_ref": np.repeat(refs, len(homes.ahead)), "ay": np.tile(list(homes.ahead), len(refs)),
                         **{name: value.ravel() for name, value in values.items()}})
    return long.groupby(["site_ref", "ay"], as_index=False, sort=True).sum(min_count=1)[list(YEARS)].astype(YEARS)


def site_audit(homes: Homes) -> pd.DataFrame:
    """One row a site: what it is, how many homes, which the forecast carries already, areas, peak and long run, net."""
    if homes.parts is None:
        return _empty(AUDIT)
    by_year = site_years(homes)
    far = range(homes.years[0] + 1, homes.years[0] + 1 + LONG_RUN)
    children = gross(homes, far)
    counted = bring_pupils(homes.parts.table, homes.assumptions)
    ready = homes.parts.at(range(far.start, max(far.stop, homes.parts.first + homes.parts.ready.shape[1]))).sum(axis=1)
    later = ready - homes.parts.at(homes.ahead).sum(axis=1)
    rows = []
    for ref, site in homes.parts.table.groupby("site_ref", sort=True):
        at = site.index.to_numpy()
        mine = by_year[by_year["site_ref"] == ref]
        in_trends, added = mine["usual_dwellings"].sum(min_count=1), mine["added_dwellings"].sum(min_count=1)
        row = {
            "site_ref": ref, "site_name": site["site_name"].iloc[0], "status": ", ".join(dict.fromkeys(site["status"])),
            "probability": np.average(site["probability"], weights=np.maximum(ready[at], 1e-9)),
            "counted_in": _counted_in(site["core"].to_numpy("bool"), known=bool(mine["added_dwellings"].notna().any())),
            "funded": ", ".join(sorted(set(site["funded"]) - {""})),
            "dwellings": ready[at].sum(), "usual_dwellings": in_trends, "added_dwellings": added,
            "not_in_core_dwellings": max(0.0, ready[at].sum() - later[at].sum() - np.nansum([in_trends, added])),
            "later_dwellings": later[at].sum(), "dwellings_without_pupils": ready[at][~counted[at]].sum(),
            "areas_touched": _areas(homes, at), "yield_rests_on": _rests_on(homes, at, counted),
        }
        for phase in SCHOOL_PHASES:
            series = children[at, PHASES.index(phase)].sum(axis=0)
            row |= {f"{phase}_{name}": value for name, value in {**_peak(series, far), **_most_net(mine, phase, homes)}.items()}
        rows.append(row)
    return pd.DataFrame(rows)[list(AUDIT)].astype(AUDIT)


def _peak(children: Floats, years: range) -> dict[str, object]:
    """The largest number of children, the years in which they are there, and how many there are in the long run."""
    peak = float(children.max())
    there = np.flatnonzero(np.isclose(children, peak, rtol=1e-12)) if peak > 0 else np.zeros(0, dtype="int64")
    last = int(there.max()) if len(there) else 0
    first = int(there.min()) if len(there) else 0
    span = "" if not len(there) else ay_label(years[first])
    if last > first:
        span += " on" if last == len(children) - 1 else f" to {ay_label(years[last])}"
    return {"peak": peak, "peak_year": span, "long_run": float(children[-1])}


def _most_net(years: pd.DataFrame, phase: str, homes: Homes) -> dict[str, object]:
    """The most children of a phase by whom the forecast is raised on a site's account, within the phase's horizon, and when."""
    ahead = homes.assumptions.primary_years if phase == "primary" else homes.assumptions.secondary_years
    told = years[years["ay"] <= homes.years[0] + ahead]
    most = float(told[f"{phase}_net"].max()) if len(told) else 0.0
    when = ay_label(int(told["ay"].iloc[int(told[f"{phase}_net"].to_numpy().argmax())])) if most > 0 else ""
    return {"net": most, "net_year": when}


def _counted_in(core: NDArray[np.bool_], *, known: bool) -> str:
    if core.any() and not known:
        return IN_WORDS["nowhere"]
    return IN_WORDS["whole" if core.all() else "part" if core.any() else "likely"]


def _areas(homes: Homes, at: NDArray[np.int64]) -> str:
    """The planning areas that a site's children go to, each with its share, the largest first."""
    told = []
    for layer in homes.layers.values():
        whole = layer.shares.toarray()
        share = whole[at].mean(axis=0)
        order = [int(a) for a in np.argsort(-share, kind="stable") if share[a] >= 0.005]
        codes = np.array(homes.areas)[layer.places]
        named = [f"{codes[a]} {share[a]:.0%}" for a in order[:4]]
        told.append(", ".join([*named, *([f"{len(order) - 4} more"] if len(order) > 4 else [])]))
    return "; ".join(told)


def _rests_on(homes: Homes, at: NDArray[np.int64], counted: NDArray[np.bool_]) -> str:
    """On which homes the primary yields of a site rest."""
    k = PHASES.index("primary")
    found = [homes.rests_on[i][k] for i in at if counted[i]]
    told = [f"{each.kind}: {each.value:.3f}" + (f" ({each.dwellings:,.0f} homes)" if each.dwellings else "") for each in found]
    return "; ".join(dict.fromkeys(told)) or "brings no pupils"


def homes_table(homes: Homes) -> pd.DataFrame:
    """Children from new homes by planning area, year and year group: gross of certain sites, net, by probability, and funded.

    `hdc_gross` and `hif_gross` are all children of the homes of funded sites, `hdc_pupils` and `hif_pupils` those inside the
    forecast, never more than the forecast itself.
    """
    if homes.parts is None:
        return _empty(AREAS)
    every, likely = gross(homes, homes.ahead), homes.by_probability()
    core = homes.parts.table["core"].to_numpy("float64")
    rows = []
    for phase, layer in homes.layers.items():
        shares = layer.shares.toarray() * core[:, None]
        for name in OF_AREAS[phase]:
            k, groups = PHASES.index(name), GROUPS[name]
            by = {"homes_gross": np.ones(len(core))}
            by |= {f"{fund.lower()}_gross": homes.parts.table["funded"].eq(fund).to_numpy("float64") for fund in FUNDS}
            inside = _funded_inside(homes, phase, name)
            each = {column: ((shares * of[:, None])[:, :, None] * every[:, k, None, :]).sum(axis=0) / len(groups)
                    for column, of in by.items()}
            called = phase if name != "post_16" else "sixth_form"
            for (a, at), (y, ay), g in product(enumerate(layer.places), enumerate(homes.ahead), groups):
                rows.append((called, homes.areas[at], ay, g, each["homes_gross"][a, y], homes.central[y + 1, at, g],
                             likely[y + 1, at, g], each["hdc_gross"][a, y], inside["HDC"][a, y, g],
                             each["hif_gross"][a, y], inside["HIF"][a, y, g]))
    table = pd.DataFrame(rows, columns=list(AREAS)).astype(AREAS)
    some = table[list(AREAS)[4:]].ne(0).any(axis=1)
    return table[some].sort_values(["ay", "phase", "planning_area_code", "nc_year"]).reset_index(drop=True)


def _funded_inside(homes: Homes, phase: str, name: str) -> dict[str, Floats]:
    """Children in places of each fund who are inside the forecast: fund -> [area, year, nc_year] of a phase of yields.

    Those of funded sites' homes above the usual rate, less who are at a local school already; where there is no school for a
    year group nobody, and never more than the forecast.
    """
    assert homes.parts is not None
    k, layer = PHASES.index(name), homes.layers[phase]
    above = homes.parts.at(homes.ahead)[:, None, :] * _above(homes, phase)[1] * homes.yields[:, k, None, None]
    net = build_up(above, homes.profiles[k]) * ((1 - homes.assumptions.already_local) / len(GROUPS[name]))
    open_ = homes.open[layer.places][:, None, :]
    found = {fund: net[homes.parts.table["funded"].eq(fund).to_numpy("bool")].sum(axis=0)[:, :, None] * open_ for fund in FUNDS}
    forecast = np.moveaxis((homes.central - homes.floor)[1:, layer.places], 0, 1)
    both = np.sum(list(found.values()), axis=0)
    part = np.divide(forecast, both, out=np.ones_like(both), where=both > forecast)
    return {fund: children * part for fund, children in found.items()}


def building(homes: Homes) -> pd.DataFrame:
    """Homes ready by planning area and year: certain, by probability, at the usual rate, and what counts above or below it."""
    if homes.parts is None:
        return _empty(BUILDING)
    ready = homes.parts.at(homes.ahead)
    weights = {"dwellings": homes.parts.table["core"], "dwellings_by_probability": homes.parts.table["probability"]}
    parts = []
    for phase, layer in homes.layers.items():
        values = {name: homes.homes_by_area(phase, (ready * part.to_numpy("float64")[:, None])[None])[0]
                  for name, part in weights.items()}
        values |= {"usual_dwellings": homes.usual(phase), "excess_dwellings": homes.core_excess(phase)[0]}
        codes = [homes.areas[at] for at in layer.places]
        parts.append(pd.DataFrame({
            "phase": phase, "planning_area_code": np.repeat(codes, len(homes.ahead)),
            "ay": np.tile(list(homes.ahead), len(codes)), **{name: value.ravel() for name, value in values.items()}}))
    table = pd.concat(parts, ignore_index=True).astype(BUILDING)
    return table.sort_values(["ay", "phase", "planning_area_code"]).reset_index(drop=True)


def _empty(columns: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in columns.items()})
