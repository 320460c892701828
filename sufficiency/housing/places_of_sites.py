"""Planned places that come only with the homes of a housing site: a new school on land that its developer hands over.

Such places are supply for children who are not in the forecast as long as the site itself is not: the run counts the places,
which are firm plans of the council, and says so. In the reply on the site itself they are left out, because a school that is
built for a site's own children is no school that has room for them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from planning_areas.school_year import ay_label
from sufficiency.evidence import Note
from sufficiency.housing.trajectories import in_core
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import pandas as pd

    from sufficiency.evidence import Evidence


def without_places_of(planned: pd.DataFrame, site: str) -> pd.DataFrame:
    """The planned places without those that come with the homes of one site."""
    return planned[planned["site_ref"] != site].reset_index(drop=True) if len(planned) else planned


def places_wait_for_homes(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note]:
    """Name the planned places that hang on a site whose homes are not in the core forecast, or on one that is on no list."""
    planned = evidence.planned_places
    waiting = planned[planned["site_ref"] != ""] if len(planned) else planned
    if waiting.empty:
        return
    certain, status = _certain(evidence)
    names = {urn: f"{name} ({urn})" for urn, name in zip(evidence.schools["urn"], evidence.schools["school_name"], strict=True)}
    for plan in waiting.itertuples():
        told = f"{plan.places} places a year group from {ay_label(int(plan.ay))} at {names.get(plan.urn, plan.urn)}"
        if plan.site_ref not in status:
            yield Note("planned_places", f"{told} come with the homes of {plan.site_ref}, which is no site of housing_sites",
                       "they are counted as places all the same; mend site_ref")
        elif plan.site_ref not in certain:
            yield Note("planned_places", f"{told} come with the homes of {plan.site_ref}, which are not in the core forecast "
                       f"({status[plan.site_ref]})", "they stand as places for children who are not in the forecast, so that "
                       "need may be too low there; in the reply on that site they are left out")


def _certain(evidence: Evidence) -> tuple[frozenset[str], dict[str, str]]:
    """The sites that have homes in the core forecast, and the planning status of every site in words."""
    if not evidence.has("housing_sites"):
        return frozenset(), {}
    sites = evidence.housing_sites
    core = in_core(sites, rulebook("housing"))
    status = {str(ref): str(text).replace("_", " ") for ref, text in zip(sites["site_ref"], sites["status"], strict=True)}
    return frozenset(sites.loc[core, "site_ref"]), status
