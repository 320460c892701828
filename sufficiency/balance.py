"""Children against places, area by area, year group by year group, year by year; need and spare are never offset.

Method (domain brief E1, B3, 0.2 rules 1 and 2). In each planning area, year group and academic year

    need = max(0, pupils - places)          spare = max(0, places - pupils)

so one of the two is 0, and only afterwards are they summed: a spare place never meets need in another area or year group. The net
figure is another measure, and need with the operating margin, max(0, pupils * (1 + margin) - places), stands beside it.

All this twice: by the pupils expected at the area's schools (the basis of the SCAP return), and by the children who live there
and would come if there were room. A full school cannot grow, so the first basis hides what the second shows: the need by
residence that is not seen in the need by pupils is called hidden need.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, HORIZON, PHASE_YEARS
from sufficiency.assumptions import Assumptions
from sufficiency.headroom import headroom, rag

if TYPE_CHECKING:
    import xarray as xr
    from numpy.typing import NDArray

    from sufficiency.children import Projection

    Floats = NDArray[np.float64]

COLUMNS = [
    "ay", "phase", "planning_area_code", "nc_year", "pupils", "yg_places", "additional_need", "spare_places", "net_places",
    "additional_need_with_margin", "unfilled_places", "over_capacity_pupils", "residents", "additional_need_by_residence",
    "spare_places_by_residence", "hidden_need", "headroom", "rag",
]
ADDED_UP = [
    "additional_need", "spare_places", "net_places", "additional_need_with_margin", "additional_need_by_residence",
    "spare_places_by_residence", "hidden_need", "yg_places",
]
"""What `summary` adds up, row by row, never offsetting; each is missing where places are not known."""

CENTRAL = 0     # the draw untouched by chance


def need(demand: Floats, places: Floats) -> Floats:
    """Children beyond the places: max(0, demand - places), element by element; missing where places are not known."""
    return np.asarray(np.maximum(0.0, demand - places))


def spare(demand: Floats, places: Floats) -> Floats:
    """Places beyond the children: max(0, places - demand), element by element; missing where places are not known."""
    return np.asarray(np.maximum(0.0, places - demand))


def need_with_margin(demand: Floats, places: Floats, margin: float) -> Floats:
    """Need when a margin of the demand is kept free for choice and moves: max(0, demand * (1 + margin) - places)."""
    return np.asarray(np.maximum(0.0, demand * (1.0 + margin) - places))


def hidden_need(residents: Floats, pupils: Floats, places: Floats) -> Floats:
    """Residents for whom there is neither a seat taken nor a place left: max(0, residents - max(pupils, places)).

    In a full area that is residents less pupils; where there is room, only those whom even the spare places could not take. So
    need by residence is need plus hidden need wherever more children live than are expected.
    """
    return np.asarray(np.maximum(0.0, residents - np.maximum(pupils, places)))


def balance(projection: Projection, places: pd.DataFrame, assumptions: Assumptions) -> pd.DataFrame:
    """Children against places in the central run: one row for each year, phase, planning area and year group.

    projection: its arrays are [draw, ay, planning_area_code or urn, nc_year]. places: the table of `places_open`. Primary runs to
    `primary_years` ahead, secondary to `secondary_years`; sixth forms are left out. Needs are missing where places are not known.
    """
    years, groups = _axis(projection.pupils, "ay"), _axis(projection.pupils, "nc_year")
    rows = _placed(projection, places)
    pupils, residents, areas = _central(projection.pupils), _central(projection.residents), _area_places(projection, rows)
    unfilled, over = _by_school(projection, rows)
    margin = assumptions.operating_margin
    unknown = np.isnan(areas)
    measures = {
        "pupils": pupils, "yg_places": areas, "additional_need": need(pupils, areas), "spare_places": spare(pupils, areas),
        "net_places": pupils - areas, "additional_need_with_margin": need_with_margin(pupils, areas, margin),
        "unfilled_places": np.where(unknown, np.nan, unfilled), "over_capacity_pupils": np.where(unknown, np.nan, over),
        "residents": residents, "additional_need_by_residence": need(residents, areas),
        "spare_places_by_residence": spare(residents, areas), "hidden_need": hidden_need(residents, pupils, areas),
        "headroom": headroom(pupils, areas), "rag": rag(pupils, areas, assumptions.rag_edges),
    }
    phases, codes = _areas(projection)
    index = pd.MultiIndex.from_product([years, range(len(codes)), groups])
    table = pd.DataFrame({name: array.ravel() for name, array in measures.items()})
    area = index.get_level_values(1).to_numpy()
    table["ay"], table["nc_year"] = index.get_level_values(0).to_numpy(), index.get_level_values(2).to_numpy()
    table["phase"], table["planning_area_code"] = phases[area], codes[area]
    ahead = table["phase"].map({"primary": assumptions.primary_years, "secondary": assumptions.secondary_years})
    asked = table["nc_year"].map(_PHASE_OF).eq(table["phase"]) & (table["ay"] <= years[0] + ahead)
    return table.loc[asked, COLUMNS].sort_values(COLUMNS[:4]).reset_index(drop=True)


_PHASE_OF = {g: phase for phase in HORIZON for g in PHASE_YEARS[phase]}


def _axis(array: xr.DataArray, name: str) -> NDArray[np.int64]:
    return np.asarray(array[name].to_numpy(), dtype="int64")


def _central(array: xr.DataArray) -> Floats:
    """The central run as a plain array [ay, area or school, year group]."""
    place = "urn" if "urn" in array.dims else "planning_area_code"
    return np.asarray(array.transpose("draw", "ay", place, "nc_year").to_numpy()[CENTRAL], dtype="float64")


def _areas(projection: Projection) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Phase and code of each planning area, in the order of the array; a code may serve in both phases."""
    pupils = projection.pupils
    return pupils["phase"].to_numpy().astype(object), pupils["planning_area_code"].to_numpy().astype(object)


def _placed(projection: Projection, places: pd.DataFrame) -> pd.DataFrame:
    """The rows of places within the projection's years, with their positions in its arrays: at_ay, at_area, at_urn, at_group.

    Where the rolls of schools are not known, the projection has areas and no schools: at_urn is then -1.
    """
    phases, codes = _areas(projection)
    rows = places[places["ay"].isin(_axis(projection.pupils, "ay"))].copy()
    rows["at_ay"] = pd.Index(_axis(projection.pupils, "ay")).get_indexer(rows["ay"])
    rows["at_group"] = pd.Index(_axis(projection.pupils, "nc_year")).get_indexer(rows["nc_year"])
    area = pd.MultiIndex.from_arrays([phases, codes])
    rows["at_area"] = area.get_indexer(pd.MultiIndex.from_frame(rows[["phase", "planning_area_code"]].astype(object)))
    rows["at_urn"] = pd.Index(projection.schools["urn"].to_numpy().astype(object)).get_indexer(rows["urn"].astype(object))
    lost = rows.loc[(rows["at_area"] < 0) | (rows["at_group"] < 0), "planning_area_code"]
    if len(lost):
        raise ValueError(f"places stand in planning areas that the projection does not know: {sorted(set(lost))[:5]}")
    return rows


def _area_places(projection: Projection, rows: pd.DataFrame) -> Floats:
    """Places of each area [ay, area, year group]: the sum of its schools', missing where one is not known or it has no school."""
    total = np.zeros(_central(projection.pupils).shape)
    np.add.at(total, (rows["at_ay"], rows["at_area"], rows["at_group"]), rows["yg_places"].to_numpy("float64"))
    without = np.ones(total.shape[:2], dtype=bool)
    without[rows["at_ay"], rows["at_area"]] = False
    total[without] = np.nan
    return total


def _by_school(projection: Projection, rows: pd.DataFrame) -> tuple[Floats, Floats]:
    """Unfilled places and pupils over capacity of each area [ay, area, year group]: school by school, then summed (B3).

    A year group that a school does not serve has 0 places, so that unfilled less over-capacity is always places less pupils.
    Missing in areas with a school whose pupils are not known.
    """
    without = sorted(set(rows.loc[rows["at_urn"] < 0, "at_area"]))
    rows = rows[rows["at_urn"] >= 0]
    pupils, groups = _central(projection.schools), _axis(projection.schools, "nc_year")
    held = np.zeros(pupils.shape)
    held[rows["at_ay"], rows["at_urn"], rows["at_group"]] = rows["yg_places"].to_numpy("float64")
    unfilled, over = (np.zeros(_central(projection.pupils).shape) for _ in range(2))
    for phase, members in rows.drop_duplicates(["phase", "at_area", "at_urn"]).groupby("phase"):
        asked = np.isin(groups, PHASE_YEARS[phase])
        at_area, at_urn = members["at_area"].to_numpy(), members["at_urn"].to_numpy()
        for total, measure in ((unfilled, spare), (over, need)):
            added = np.where(asked, measure(pupils, held)[:, at_urn], 0.0)
            np.add.at(total.swapaxes(0, 1), at_area, added.swapaxes(0, 1))
    unfilled[:, without], over[:, without] = np.nan, np.nan
    return unfilled, over


def summary(
    balance: pd.DataFrame, by: Sequence[str] = ("ay", "phase", "planning_area_code"), *, known_only: bool = False,
    edges: Sequence[float] = Assumptions.rag_edges,
) -> pd.DataFrame:
    """Add up a balance for a view, offsetting nothing: the needs of year groups and areas are summed, each at least 0.

    Beside the sums of ADDED_UP, pupils and residents: need, places, pupils and headroom of the year of entry (`entry_...`); need
    of the worst year group (`worst_need`; which: `worst_nc_year`, missing where there is no need); headroom and letters over all.
    `not_known` counts the rows without places. Where there is one, the sums are missing too, so that no part is taken for the
    whole; `known_only` adds up the rest instead: then say so beside the figure.
    """
    by = list(by)
    known = balance["yg_places"].notna()
    rows = balance.assign(not_known=(~known).astype("int64"), entry=balance["nc_year"].eq(balance["phase"].map(ENTRY_YEAR)),
                          counted=balance["pupils"].where(known))
    total = _sums(rows, by, known_only)
    entry = _sums(rows[rows["entry"]], by, known_only).reindex(total.index)
    groups = _sums(rows, [*by, "nc_year"], known_only)["additional_need"].reset_index()
    worst = groups.sort_values(["additional_need", "nc_year"], ascending=[False, True]).groupby(by, sort=True).first()
    total["entry_need"] = entry["additional_need"]
    total["worst_need"] = worst["additional_need"].where(known_only | total["not_known"].eq(0))
    total["worst_nc_year"] = worst["nc_year"].where(total["worst_need"].gt(0)).astype("Int64")
    total["entry_places"], total["entry_pupils"] = entry["yg_places"], entry["pupils"]
    for prefix, sums in (("", total), ("entry_", entry)):
        counted, held = sums["counted"].to_numpy("float64"), sums["yg_places"].to_numpy("float64")
        total[f"{prefix}headroom"], total[f"{prefix}rag"] = headroom(counted, held), rag(counted, held, edges)
    return total.drop(columns="counted").reset_index()


def _sums(rows: pd.DataFrame, by: list[str], known_only: bool) -> pd.DataFrame:
    """Sums by group: missing where a row is, or of the known rows only; missing in any case where none is known."""
    sums = rows.groupby(by, sort=True)[["pupils", "residents", "not_known", "counted", *ADDED_UP]].sum(min_count=1)
    if not known_only:
        sums.loc[sums["not_known"] > 0, ["counted", *ADDED_UP]] = np.nan
    return sums


def unfilled_by_school(pupils: pd.DataFrame, places: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Unfilled places as SCAP counts them: school by school over all year groups, not netted against over-full schools (B3).

    pupils: urn, pupils and what it has of `by`. places: urn, yg_places and `by`. Both may have several rows a school. Gives the
    columns of `by`, places, pupils, unfilled_places, over_capacity_pupils, net_spare, and the first two of these three as
    fractions of places (`unfilled_share`, `over_capacity_share`); missing where the places of a school are.
    """
    by = list(by)
    known = places.groupby([*by, "urn"], sort=True)["yg_places"]
    schools = known.sum().where(known.count() == known.size()).rename("places")
    keys = [column for column in [*by, "urn"] if column in pupils.columns]
    rolls = pupils.groupby(keys, sort=True)["pupils"].sum().reset_index()
    table = schools.reset_index().merge(rolls, on=keys, how="left").fillna({"pupils": 0.0})
    roll, held = table["pupils"].to_numpy("float64"), table["places"].to_numpy("float64")
    table = table.assign(unfilled_places=spare(roll, held), over_capacity_pupils=need(roll, held), net_spare=held - roll)
    measures = ["places", "pupils", "unfilled_places", "over_capacity_pupils", "net_spare"]
    sums = table.groupby(by, sort=True)[measures].agg(lambda column: column.sum(skipna=False))
    sums["unfilled_share"] = sums["unfilled_places"] / sums["places"]
    sums["over_capacity_share"] = sums["over_capacity_pupils"] / sums["places"]
    return sums.reset_index()
