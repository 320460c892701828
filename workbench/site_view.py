"""Housing sites as points of the committee map: how each counts in the forecast, and its homes and children year by year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from maps.layer import Listing, Points, number, whole
from planning_areas.school_year import ay_label
from sufficiency.assumptions import Assumptions

COUNTS = {
    "in the forecast, whole": "whole: the children of its homes above the usual rate are added to the forecast",
    "in the forecast, in part": "in part: the children of its certain homes above the usual rate are added to the forecast",
    "in the range only, by its probability": "not in the forecast itself: only in the range about it, by the probability",
    "nowhere: the usual rate is not known": "adds nothing: it is not known how many homes a year the forecast carries already",
}
"""How a site counts, by `counted_in` of its audit, in the words of the card."""

FUNDS = {"HDC": "developers (HDC)", "HIF": "the Housing Infrastructure Fund (HIF)"}
TITLE = "Homes and children by year"
NOTE = ("All: everybody of that age in the homes built since the census (gross, what developers are asked for). Added: those by "
        "whom the forecast is raised on this site's account (net).")


def sites_points(tables: Mapping[str, pd.DataFrame], base: int, assumptions: Assumptions) -> Points:
    """Housing sites with homes still to come, how they count, and their homes and children by year."""
    audit, years = tables["site_audit"], tables["site_years"]
    ahead = audit[audit["dwellings"] > 0]
    sites = tables["housing_sites"].drop_duplicates("site_ref").set_index("site_ref")
    items = pd.DataFrame([_item(row, sites.loc[row["site_ref"]]) for row in ahead.to_dict("records")], columns=COLUMNS)
    return Points(
        "sites", "Housing sites", "housing site", "diamond", items, "homes still to come",
        facts={"status": "Planning status", "probability": "Probability that they are built", "counted": "In the forecast",
               "homes": "Of its homes", "primary": "Primary children", "secondary": "Secondary children",
               "funded": "School places paid for by", "note": "Note"},
        columns={"status": "Planning status", "probability": "Probability", "primary": "Primary children",
                 "secondary": "Secondary children"},
        listing=Listing(TITLE, {"row": "School year", "homes": "Homes ready", "primary_gross": "Primary, all",
                                "primary_net": "Primary, added", "secondary_gross": "Secondary, all",
                                "secondary_net": "Secondary, added"},
                        _by_year(years[years["site_ref"].isin(ahead["site_ref"])], base, assumptions), NOTE),
    )


COLUMNS = ["key", "name", "x", "y", "size", "status", "probability", "counted", "homes", "primary", "secondary", "funded", "note"]


def _item(audit: Mapping[str, Any], site: pd.Series) -> dict[str, object]:
    """What the card says of one site."""
    return {
        "key": audit["site_ref"], "name": audit["site_name"] or audit["site_ref"], "x": site["easting"], "y": site["northing"],
        "size": audit["dwellings"], "status": status_told(audit["status"]),
        "probability": f"{audit['probability']:.0%}", "counted": COUNTS.get(audit["counted_in"], audit["counted_in"]),
        "homes": ", ".join(_homes(audit)), "primary": _most(audit, "primary"), "secondary": _most(audit, "secondary"),
        "funded": ", ".join(FUNDS.get(fund, fund) for fund in str(audit["funded"]).split(", ") if fund), "note": site["note"],
    }


STATUS = {"full": "full permission", "outline": "outline permission", "allocation": "allocated in a local plan",
          "under_construction": "being built", "windfall": "sites not known yet"}
"""Planning statuses in words."""


def status_told(status: object) -> str:
    """The planning status of a site, or of its parts, in words; what is not known stays as the council writes it."""
    return ", ".join(STATUS.get(part, part.replace("_", " ")) for part in str(status).split(", "))


def _homes(audit: Mapping[str, Any]) -> Iterator[str]:
    """The homes of a site by how they count; together they are all of them."""
    for column, words in (("usual_dwellings", "within the usual rate of building, in the trends already"),
                          ("added_dwellings", "above it"), ("not_in_core_dwellings", "not in the forecast itself"),
                          ("later_dwellings", "ready after the forecast ends")):
        if audit[column] >= 0.5:
            yield f"{number(audit[column])} {words}"


def _most(audit: Mapping[str, Any], phase: str) -> str:
    """Children of a phase at the most, and in the long run where these are fewer."""
    peak, later = audit[f"{phase}_peak"], audit[f"{phase}_long_run"]
    if not peak > 0:
        return "none"
    told = f"{number(peak)} at most, {audit[f'{phase}_peak_year']}"
    return f"{told}; {number(later)} in the long run" if whole(later) < whole(peak) else told


def _by_year(years: pd.DataFrame, base: int, assumptions: Assumptions) -> pd.DataFrame:
    """Homes and children of each site by year as text; what lies after the end of a phase's forecast is not told as added."""
    shown = pd.DataFrame({"key": years["site_ref"], "row": [ay_label(int(ay)) for ay in years["ay"]],
                          "homes": [_whole(n) for n in years["dwellings"]]})
    for phase, ahead in (("primary", assumptions.primary_years), ("secondary", assumptions.secondary_years)):
        within = years["ay"] <= base + ahead
        shown[f"{phase}_gross"] = [_whole(n) for n in years[f"{phase}_gross"]]
        shown[f"{phase}_net"] = [_whole(n) if known else "after the forecast"
                                 for n, known in zip(years[f"{phase}_net"], within, strict=True)]
    return shown


def _whole(value: float) -> str:
    return "not known" if pd.isna(value) else number(value)
