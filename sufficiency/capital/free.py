"""Places that are free at each school and may take children who lack one.

Method. Free is what an area has over in a year group once everybody is seated who is expected at its schools, with the operating
margin; it lies where seats are expected to stand empty, school by school. A place in which somebody sits is not
free. Where he sits there for want of one at home, his group has that seat beside it (`seated`): it is free for others once a plan
places him at home.
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
    over = np.minimum(rows["spare"].to_numpy("float64"), unfilled)
    rows["places"] = rows["unfilled"] * np.divide(over, unfilled, out=np.zeros(len(rows)), where=unfilled > 0)
    found = rows[rows["places"].gt(LEAST)].rename(columns={"yg_places": "held"})
    return found[["urn", *CELL, "places", "held"]].sort_values(["urn", "ay", "nc_year"], ignore_index=True)
