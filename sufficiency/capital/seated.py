"""Children who find no place at home and are expected to sit next door: who they are, and where they sit.

Method (domain brief E1, E9). Hidden need is children of a full area for whom it has neither a seat nor a free place. They are not
without a place: they are among the pupils expected at schools of other areas. So each is counted once. They go where children of
their area go today, area by area in the shares of the council's own count, school by school as the seats there are filled; and
never more than that count lets one expect: an area takes in from another the same share of its pupils as today. A decision may
give them a place at home; the seat next door then stands empty and may take another child. Until then they keep it.

Hidden need of a cohort comes and goes from year to year. It is cut into layers: so many children in all years from one to
another. Each layer sits at the same schools throughout. What cannot be followed - children who go where too few go for a flow, or
beyond the authority, or whose ways are not known - is left out of the decision and told, never counted at home and next door.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.wording import some
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

COHORT = ["planning_area_code", "phase", "entry", "intake_ay"]
SEATS = ["group_id", "site_id", "seats"]
CELLS = ["group_id", *COHORT, "ay", "nc_year", "children"]
FLOWS = ["phase", "planning_area_code", "relief_area_code", "share", "taken"]
NOBODY = 1e-6
Filled = dict[tuple[str, str], dict[str, dict[tuple[int, int], float]]]


@dataclass(frozen=True)
class Seated:
    """Layers of hidden need, each with the seats next door that it is expected to fill in all its years."""

    cells: pd.DataFrame  # CELLS; children: the same in all cells of a group, and the sum of its seats
    seats: pd.DataFrame  # SEATS
    notes: tuple[Note, ...] = ()

    def groups(self, deprived: Collection[str]) -> pd.DataFrame:
        """The layers as groups of a decision: group_id, area_code, phase, deprived."""
        rows = self.cells.drop_duplicates("group_id").rename(columns={"planning_area_code": "area_code"})
        rows = rows.assign(deprived=rows["area_code"].isin(list(deprived)))
        return rows[["group_id", "area_code", "phase", "deprived"]].reset_index(drop=True)


def seated_next_door(hidden: pd.DataFrame, flows: pd.DataFrame, ways: pd.DataFrame, places: pd.DataFrame,
                     pupils: pd.DataFrame) -> Seated:
    """Where children sit who find no place at home.

    hidden: COHORT, ay, nc_year, hidden (children). flows: FLOWS, share being that of the area's children who go there, taken that
    of the pupils there who come from it. ways: phase, planning_area_code, relief_area_code along which children may be placed.
    places: urn, phase, planning_area_code, ay, nc_year, yg_places. pupils: urn, ay, nc_year, pupils.
    """
    filled = _filled(places, pupils)
    along = set(ways[["phase", "planning_area_code", "relief_area_code"]].itertuples(index=False, name=None))
    goes = {key: part for key, part in flows.groupby(["phase", "planning_area_code"])}
    cells, seats = [], []
    for (area, phase, entry, intake), cohort in hidden.groupby(COHORT, sort=True):
        if (phase, area) not in goes:
            continue
        cohort = cohort.sort_values("ay")
        at = list(cohort[["ay", "nc_year"]].itertuples(index=False, name=None))
        room = _room(goes[phase, area], along, filled, str(phase), at)
        for i, (first, last, children) in enumerate(layers(cohort["hidden"].to_numpy("float64"))):
            sits = _seat(children, room, first, last)
            if sum(sits.values()) <= NOBODY:
                continue
            group = f"{area}/{i}:{entry}:{intake}"
            seats += [(group, urn, many) for urn, many in sorted(sits.items())]
            here = sum(sits.values())
            cells += [(group, area, phase, entry, intake, ay, nc_year, here) for ay, nc_year in at[first:last]]
    made = pd.DataFrame(cells, columns=CELLS).astype({"ay": "int64", "nc_year": "int64", "entry": "int64", "intake_ay": "int64"})
    return Seated(made, pd.DataFrame(seats, columns=SEATS), _left_out(hidden, made, flows))


def layers(heights: Floats) -> Iterator[tuple[int, int, float]]:
    """Cut a row of numbers into layers (first, last + 1, height): at each place those that cover it add up to its number."""
    todo = [(0, len(heights), 0.0)]
    while todo:
        first, last, base = todo.pop(0)
        if first == last:
            continue
        low = float(heights[first:last].min())
        if low - base > NOBODY:
            yield first, last, low - base
        edges = [first - 1, *(first + np.flatnonzero(heights[first:last] <= low + NOBODY)), last]
        todo += [(int(a) + 1, int(b), low) for a, b in pairwise(edges) if b - a > 1]


def _filled(places: pd.DataFrame, pupils: pd.DataFrame) -> Filled:
    """Seats in which somebody is expected to sit: phase and area -> school -> year and year group -> seats."""
    rolls = pupils.groupby(["urn", "ay", "nc_year"], as_index=False)["pupils"].sum()
    rows = places[places["yg_places"].gt(0)].merge(rolls, on=["urn", "ay", "nc_year"])
    rows["filled"] = np.minimum(rows["pupils"], rows["yg_places"])
    found: Filled = {}
    columns = ["phase", "planning_area_code", "urn", "ay", "nc_year", "filled"]
    for phase, area, urn, ay, nc_year, seats in rows[columns].itertuples(index=False):
        found.setdefault((phase, area), {}).setdefault(str(urn), {})[ay, nc_year] = float(seats)
    return found


@dataclass
class _Next:
    """One area next door: the share of those who leave that goes there, and the seats that they may fill at its schools."""

    share: float
    seats: dict[str, Floats]  # by school, cell after cell of the cohort


def _room(flows: pd.DataFrame, along: set[tuple[str, str, str]], filled: Filled, phase: str,
          at: list[tuple[int, int]]) -> list[_Next]:
    """The areas along whose ways an area's children leave it."""
    found, whole = [], float(flows["share"].sum())
    for _, here, there, share, taken in flows[FLOWS].itertuples(index=False):
        if (phase, here, there) in along and whole > 0:
            schools = filled.get((phase, there), {})
            seats = {urn: taken * np.array([sits.get(cell, 0.0) for cell in at]) for urn, sits in schools.items()}
            found.append(_Next(share / whole, seats))
    return found


def _seat(children: float, room: list[_Next], first: int, last: int) -> dict[str, float]:
    """Seat a layer at schools with a seat for it in all its years, and take those seats out of the room."""
    sits: dict[str, float] = {}
    for area in room:
        free = {urn: float(seats[first:last].min()) for urn, seats in area.seats.items()}
        whole = sum(free.values())
        if whole > NOBODY:
            part = min(1.0, children * area.share / whole)
            for urn, seats in free.items():
                if seats * part > NOBODY:
                    sits[urn] = seats * part
                    area.seats[urn][first:last] -= seats * part
    return sits


def _left_out(hidden: pd.DataFrame, made: pd.DataFrame, flows: pd.DataFrame) -> tuple[Note, ...]:
    """Say how much hidden need stands in no decision, and why."""
    whole = float(hidden["hidden"].sum())
    lost = whole - float(made["children"].sum())
    if lost <= max(0.5, NOBODY):
        return ()
    areas = sorted(set(hidden["planning_area_code"]))
    why = "the council's count of who goes where does not show at which schools" if len(flows) else "no count of who goes where"
    return (
        Note(
            "plan",
            f"of {whole:,.0f} child-years of hidden need (children of full areas who are expected at schools elsewhere) "
            f"{lost:,.0f} are in no plan: {why} they sit; full areas: {some(areas)}",
            "they are counted where they sit, and no place is planned for them at home",
        ),
    )
