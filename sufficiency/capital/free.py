"""Places that are free at each school and may take children who lack one: by the same count as the need.

Method. What an area has over in a cell is what `need` found, by residence for those who have yet to enter and by pupils for those
who sit already. It lies first where seats are expected to stand empty, school by school; what an area has over beyond that is held
by children who come in from areas in which they are counted as lacking a place, and is shared over its schools by their places. So
every child and every place is counted once, and a place in which somebody sits is never free.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from sufficiency.balance import spare

CELL = ["planning_area_code", "phase", "ay", "nc_year"]
LEAST = 1e-6


def free_places(places: pd.DataFrame, pupils: pd.DataFrame, spare_of_areas: pd.DataFrame) -> pd.DataFrame:
    """Free places by school: urn, planning_area_code, phase, ay, nc_year, places (free), held (all places).

    places: the table of places open. pupils: urn, ay, nc_year, pupils expected at each school. spare_of_areas: CELL and spare.
    """
    rolls = pupils.groupby(["urn", "ay", "nc_year"], as_index=False)["pupils"].sum()
    rows = places[places["yg_places"].gt(0)].merge(rolls, on=["urn", "ay", "nc_year"], how="left").fillna({"pupils": 0.0})
    rows = rows.merge(spare_of_areas, on=CELL)
    rows["unfilled"] = spare(rows["pupils"].to_numpy("float64"), rows["yg_places"].to_numpy("float64"))
    of_area = rows.groupby(CELL)
    unfilled = of_area["unfilled"].transform("sum").to_numpy("float64")
    held, over = of_area["yg_places"].transform("sum").to_numpy("float64"), rows["spare"].to_numpy("float64")
    scale = np.divide(np.minimum(over, unfilled), unfilled, out=np.zeros(len(rows)), where=unfilled > 0)
    rest = np.maximum(0.0, over - unfilled) * rows["yg_places"].to_numpy("float64") / held
    rows["places"] = np.minimum(rows["unfilled"] * scale + rest, rows["yg_places"])
    found = rows[rows["places"].gt(LEAST)].rename(columns={"yg_places": "held"})
    return found[["urn", *CELL, "places", "held"]].sort_values(["urn", "ay", "nc_year"], ignore_index=True)
