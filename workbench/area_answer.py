"""`show --area`: what the forecast of one planning area, or of the authority, is made of, from the run's own files.

Of childcare it tells how each age stands, of districts too, for which there is no forecast of pupils.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planning_areas.wording import some
from sufficiency.childcare.balance import DISTRICT
from sufficiency.forecast.made_of import AUTHORITY, waterfall
from workbench.answers import Answer, UserError
from workbench.childcare_view import lines_of_area, protected
from workbench.waterfall import accounts, as_data, lines

if TYPE_CHECKING:
    from scenarios.runs import Run


def area_answer(run: Run, code: str) -> Answer:
    """Tell an area's forecast part by part for every year ahead; the code in capitals or not."""
    names = run.table("names")
    called = dict(zip(names["planning_area_code"], names["planning_area_name"], strict=True)) | {
        AUTHORITY: run.manifest["authority"]["name"]}
    childcare = protected(run)
    districts = childcare[childcare["level"] == DISTRICT] if len(childcare) else childcare
    if len(districts):
        called |= dict(zip(districts["area_code"], districts["area_name"], strict=True))
    found = next((known for known in called if known.casefold() == code.strip().casefold()), None)
    if found is None:
        known = some(sorted(names["planning_area_code"]))
        if len(districts):
            known += f"; of districts, for childcare alone, {some(sorted(set(districts['area_code'])))}"
        raise UserError(f"the run has no planning area {code}", f"give one of {known}, or `{AUTHORITY}` for the whole")
    young = lines_of_area(childcare, found)
    if len(districts) and found in set(districts["area_code"]):
        return Answer([f"{called[found]} ({found}), a district: childcare", "", *young, f"Run      {run.run_id}"],
                      {"run_id": run.run_id, "district_code": found, "district_name": called[found], "childcare": young})
    table = waterfall(run.table("made_of"), run.table("pupils"))
    told = accounts(table, found, int(run.manifest["authority"]["base_year"]), every_year=True)
    said = lines(told) if told else ["no children are forecast here", ""]
    return Answer(
        [f"{called[found]} ({found}): what the forecast is made of", "", *said, *young,
         "Parts are added up since the base year, each rounded so that they lead to the forecast", f"Run      {run.run_id}"],
        {"run_id": run.run_id, "planning_area_code": found, "planning_area_name": called[found], "accounts": as_data(told),
         "childcare": young})
