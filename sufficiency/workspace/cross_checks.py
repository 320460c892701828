"""Holding the tables of a workspace against one another: what contradicts is a problem, what is merely odd or missing a note.

Each check is a small function of the evidence that gives notes, problems or nothing; `CHECKS` lists them in the order they are
told. A note says what the result loses. Thresholds follow the validation checks of the brief (B7) and are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import pandas as pd

from planning_areas.school_year import HORIZON, PHASE_YEARS, YEARS_FROM_BIRTH_TO_RECEPTION, ay_label
from planning_areas.tables import Problem
from planning_areas.wording import some
from sufficiency.capital.scheme_checks import schemes_and_pots
from sufficiency.childcare.input_checks import CHECKS as CHILDCARE
from sufficiency.evidence import Evidence, Note
from sufficiency.forecast.odd_counts import CHECKS as ODD_COUNTS
from sufficiency.forecast.planner_checks import planners_figures
from sufficiency.housing.places_of_sites import places_wait_for_homes

Finding = Note | Problem
MARGIN = 30_000.0       # metres beyond its edge at which a school or site is taken to be misplaced
OPEN = ("Open", "Open, but proposed to close")
SCHOOL_TABLES = ("area_members", "yg_places", "pans", "planned_places", "offers", "october_census", "attended_flows")
LOSES_BY_UNKNOWN = {
    "area_members": "they are in no planning area by this list", "yg_places": "their places are not counted",
    "pans": "their admission numbers are not used", "planned_places": "these places are not counted",
    "offers": "these offers override nothing", "october_census": "these pupils override nothing",
    "attended_flows": "children who go there count as going out of the authority",
}
MISSING: dict[str, str] = {
    "schools": "schools are only those with a roll, without ages, capacity or place on a map; without such a roll either, the "
               "authority is one planning area a phase",
    "school_roll": "pupils by school are not known: each planning area has its part of the authority's roll by the number of "
                   "its schools",
    "authority_roll": "ratios of the authority rest on the school rolls alone, and there is no control total over the years",
    "capacity": "places rest on GIAS capacity, and planning areas on the council's own list alone",
    "yg_places": "places by year group are worked out from admission numbers or capacity, so bulge classes may be misjudged",
    "pans": "places by year group rest on capacity shared evenly over the year groups",
    "lsoas": "planning areas have no shapes: there is no map, and no demand by residence",
    "area_members": "planning areas are those of the published codes; new schools go to their neighbours' area",
    "planned_places": "places stay as they are today",
    "housing_sites": "children from new homes are only those that recent trends already carry",
    "completions": "how many homes a year recent trends already carry is known only from sites that list their past years",
    "yields": "new homes are taken to bring as many pupils as the rulebook says",
    "yield_curves": "new homes are taken to bring all their pupils at once and for good: no peak is seen",
    "offers": "next September's intake is the model's, not what families were offered",
    "october_census": "this autumn's roll does not correct the model",
    "attended_flows": "a small area's children are given to the nearest school with room, not to those they attend",
    "population": "small areas share births and children by nothing better than their number",
    "gp_registrations": "children who moved here or away before school are seen only in the ratio of births to Reception",
    "school_links": "a school that became an academy or merged loses its roll from before",
    "transfers": "moves at Year 3, 7 and 12 rest on where schools lie and on totals, not on who went where",
    "scorecards": "the forecast cannot be held against what the DfE printed of earlier ones",
    "lsoa_lookup": "figures on small areas of 2011 are not brought to those of 2021, and districts have no names",
    "ward_lookup": "wards go by their code, and each small area lies in the wards that the list of postcodes says",
    "wards": "wards have no shapes: take-up by ward stands in its table and on no map",
    "area_names": "planning areas go by their code",
    "census_schools": "gaps that GIAS leaves in a school's details stay open",
    "school_sites": "schools that GIAS does not place are on no map",
    "ofsted_register": "who offers childcare is known only from the council's own tables and the school census",
    "postcodes": "childcare settings are placed by district or ward, not where they stand",
    "settings_hours": "hours on offer cannot be told from places: settings without a headcount are asked for by name",
    "termly_headcount": "hours on offer rest on places and opening hours, not on what was counted",
    "childminders": "childminders are spread over the authority by parliamentary constituency",
    "clubs": "care before and after school and in the holidays is known only as places in the Ofsted register",
    "childcare_eligible": "who is eligible for funded childcare is England's share of the children, not the authority's own",
    "childcare_takeup": "take-up of funded childcare is the authority's as published, or England's",
    "area_indicators": "children eligible for funded childcare lie as all children do, in poor areas as in rich ones",
    "births_by_month": "births are taken to be as many in every month, so a term's children may be out by a few in a hundred",
    "road_links": "distances are straight lines, or a factor times these, and no way to school can be judged by its roads",
    "barred_links": "every road but a motorway is taken to be safe to walk",
    "specialist_capacity": "the SCAP return is incomplete: it lacks special schools, SEN units and resourced provision",
    "specialist_forecast": "the SCAP return lacks the forecast of children who need a specialist place",
    "sen2_counts": "the specialist forecast of the SCAP return is held against no count of children with plans",
    "supplied_projection": "the SCAP return is held against nobody else's projection",
    "return_comments": "what the checks of the SCAP return find odd stands without a comment",
    "area_points": "all of a small area are taken to live in the middle of its shape",
    "planner_overrides": "no figure is a planner's own",
    "schemes": "there is no capital plan: nothing is known that could be built",
    "pots": "there is no capital plan: no money is known of",
    "scheme_places": "places of schemes come as is usual for their kind",
    "scheme_costs": "the cost of a scheme falls evenly from its decision to its opening",
    "scheme_order": "no scheme waits for another",
    "ring_fences": "pots pay for what is usual for their kind",
    "relief_links": "no planning area relieves another but along the flows of today",
    "site_areas": "whether a school's ground would hold more children is left to be asked",
}
"""What the result loses where a table is absent; what is lost most comes first."""

OF_HOMES = ("completions", "yields", "yield_curves")
"""Tables that nobody misses who has no sites."""

OF_RETURN = ("specialist_forecast", "sen2_counts", "supplied_projection", "return_comments")
"""Tables that nobody misses who has nothing for the return."""

OF_SCHEMES = ("pots", "scheme_places", "scheme_costs", "scheme_order", "ring_fences", "relief_links", "site_areas")
"""Tables that nobody misses who has no schemes."""

OF_CHILDCARE = ("postcodes", "settings_hours", "termly_headcount", "childminders", "clubs", "childcare_eligible",
                "childcare_takeup", "area_indicators", "births_by_month", "road_links", "barred_links", "area_points",
                "ward_lookup", "wards")
"""Tables that nobody misses who has no Ofsted register: a workspace for schools alone."""


def cross_check(evidence: Evidence, files: Mapping[str, str]) -> tuple[list[Note], list[Problem]]:
    """Hold the tables against one another; files: the files of each table, for the problems."""
    found = [finding for check in CHECKS for finding in check(evidence, files)]
    return [f for f in found if isinstance(f, Note)], [f for f in found if isinstance(f, Problem)]


def what_is_missing(evidence: Evidence) -> tuple[Note, ...]:
    """Name each table that the workspace does not have, with what the result loses by it."""
    idle = (*(OF_SCHEMES if not evidence.has("schemes") else ()),
            *(OF_RETURN if not evidence.has("specialist_capacity") else ()),
            *(OF_HOMES if not evidence.has("housing_sites") else ()),
            *(OF_CHILDCARE if not evidence.has("ofsted_register") else ()))
    return tuple(Note(name, "not in the workspace", loses) for name, loses in MISSING.items()
                 if name not in idle and not evidence.has(name))


def enough(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """There must be births, and a roll by school or for the authority."""
    if not evidence.has("births"):
        yield Problem("authority.toml", 0, "tables.births", advice=_named_as("births"),
                      expected="births are needed: nothing runs without them")
    if not evidence.has("school_roll") and not evidence.has("authority_roll"):
        yield Problem("authority.toml", 0, "tables.authority_roll", advice=_named_as("authority_roll"),
                      expected="a roll by year group is needed, of the authority or by school: nothing runs without one")


def _named_as(table: str) -> str:
    return f'name its file in authority.toml, in three lines: [tables.{table}], reader = "local_{table}", files = ["{table}.csv"]'


def base_year_is_there(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """The roll that the forecast starts from must be there; rolls after it are set aside."""
    base = evidence.authority.base_year
    rolls = [name for name in ("school_roll", "authority_roll") if evidence.has(name)]
    for name in rolls[:1]:
        years = sorted(int(y) for y in evidence.tables[name]["ay"].unique())
        if base not in years:
            yield Problem(files.get(name, name), 0, "ay", found=", ".join(ay_label(y) for y in years),
                          expected=f"the base year {ay_label(base)} is not in the roll",
                          advice="add that January's census, or change base_year in authority.toml")
    for name in rolls:
        years = sorted(int(y) for y in evidence.tables[name]["ay"].unique())
        if later := [y for y in years if y > base]:
            yield Note(name, f"rolls after the base year are not used: {_years(later)}")
        if name != rolls[0] and base not in years:
            yield Note(name, f"the base year {ay_label(base)} is not in it", "there is no control total for the base year")


def somebody_is_counted(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """A base year in which every count is blank or hidden says nothing of today: a blank is not nought."""
    base = evidence.authority.base_year
    rolls = {name: table for name in ("school_roll", "authority_roll") if not (table := evidence.tables[name]).empty}
    now = {name: table[(table["ay"] == base) & table["nc_year"].between(0, PHASE_YEARS["sixth_form"][-1])]
           for name, table in rolls.items()}
    if any(len(table) for table in now.values()) and not any(table["pupils"].notna().any() for table in now.values()):
        name = next(name for name, table in now.items() if len(table))
        yield Problem(files.get(name, name), 0, "pupils", advice="fill in what is known, or change base_year in authority.toml",
                      expected=f"every count of the base year {ay_label(base)} is blank or hidden")


def years_in_the_middle(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """A year that is missing between two others breaks two steps of every cohort."""
    for name in ("school_roll", "authority_roll"):
        if evidence.has(name):
            years = {int(y) for y in evidence.tables[name]["ay"].unique()}
            gaps = [y for y in range(min(years), max(years)) if y not in years]
            if gaps:
                yield Note(name, f"{_years(gaps)} missing between the other years",
                           "the survival ratios into and out of a missing year are lost; fewer years speak")


def births_reach(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """Reception five years ahead needs the births of five cohorts; a missing one is told."""
    if not evidence.has("births"):
        return
    have = {int(c) for c in evidence.births["cohort"].unique()}
    wanted = range(evidence.authority.base_year - YEARS_FROM_BIRTH_TO_RECEPTION + 1, evidence.authority.base_year + 1)
    assert len(wanted) == HORIZON["primary"]
    if missing := [c for c in wanted if c not in have]:
        entered = [c + YEARS_FROM_BIRTH_TO_RECEPTION for c in missing]
        yield Note("births", f"no births for the school cohorts {_years(missing)}",
                   f"Reception in {_years(entered)} does not rest on births of its own cohort")
    if gaps := [c for c in range(min(have), max(have)) if c not in have and c not in wanted]:
        yield Note("births", f"no births for the school cohorts {_years(gaps)}", "fewer years speak for births to Reception")


def rolls_of_unknown_schools(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """A roll whose school stands nowhere else is outside every area, unless a link says which school followed it.

    Where there is no list of schools, those with a roll in the base year are the schools.
    """
    if not evidence.has("school_roll"):
        return
    roll, known = evidence.school_roll, _known_schools(evidence)
    strange = roll[~roll["urn"].isin(known)]
    now = strange[strange["ay"] == evidence.authority.base_year]
    if not now.empty:
        if not roll.loc[roll["ay"] == evidence.authority.base_year, "urn"].isin(known).any():
            yield Problem(files.get("school_roll", "school_roll"), 0, "urn", found=some(now["urn"]),
                          expected="none of these schools is in the schools table or the census",
                          advice="check that both files are of the same authority")
            return
        yield Note("school_roll", f"{now['urn'].nunique()} schools with a roll are in no list of schools: {some(now['urn'])}",
                   f"their {now['pupils'].sum():,.0f} pupils are in no planning area")
    linked = set(evidence.school_links["link_urn"]) | set(evidence.school_links["urn"])
    past = strange[~strange["urn"].isin({*now["urn"], *linked})]
    if not past.empty:
        yield Note("school_roll", f"{past['urn'].nunique()} former schools have no known successor: {some(past['urn'])}",
                   "their earlier pupils are in no planning area's history")


def unknown_schools(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """The council's own lists must speak of schools that are known; a list in which none is known is another authority's.

    Where there is no list of schools, a roll by school stands for it; where there is not even that, these lists say nothing.
    """
    listed, known = _has_schools(evidence), _known_schools(evidence)
    if not known:
        for name in (*SCHOOL_TABLES, "area_names", "transfers"):
            if evidence.has(name):
                yield Note(name, "there is neither a list of schools nor a roll by school to hold this against", "it is not used")
        return
    if listed:
        known |= set(evidence.school_roll["urn"])
    where = "not known" if listed else f"not in the roll of {ay_label(evidence.authority.base_year)}, the only list of schools"
    for name in SCHOOL_TABLES:
        urns = evidence.tables[name]["urn"]
        strange = urns[~urns.isin(known)]
        if listed and not strange.empty and len(strange) == len(urns) and name != "attended_flows":
            yield Problem(files.get(name, name), 0, "urn", found=some(strange), expected="none of these schools is known",
                          advice="check that the file is the authority's and that URNs, not LAESTABs, stand in it")
        elif not strange.empty:
            yield Note(name, f"{strange.nunique()} schools are {where}: {some(strange)}", LOSES_BY_UNKNOWN[name])


def areas_agree(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """Members and names of planning areas must be of the same areas."""
    if not (evidence.has("area_names") and evidence.has("area_members")):
        return
    keys = ["phase", "planning_area_code"]
    names = set(evidence.area_names[keys].itertuples(index=False, name=None))
    members = set(evidence.area_members[keys].itertuples(index=False, name=None))
    if nameless := sorted(members - names):
        yield Note("area_members", f"areas without a name in area_names: {some(f'{c} ({p})' for p, c in nameless)}",
                   "they go by their code")
    if hollow := sorted(names - members):
        yield Note("area_names", f"areas without a school in area_members: {some(f'{c} ({p})' for p, c in hollow)}",
                   "they are not planned for unless a publication puts schools in them")


def one_school_one_number(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """Two open schools with one LAESTAB cannot both take what is returned under it."""
    if not evidence.has("schools"):
        return
    open_now = evidence.schools[evidence.schools["status"].isin(OPEN)]
    shared = open_now[open_now.duplicated("laestab", keep=False)]
    if not shared.empty:
        yield Note("schools", f"open schools that share a LAESTAB: {some(shared['laestab'] + ' (' + shared['urn'] + ')')}",
                   "capacity returned under that number may go to the wrong one")


def places_agree_with_capacity(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """Year-group places up to Year 11 should add up to capacity without the sixth form within 2 % or 5 places (check S02)."""
    if not (evidence.has("yg_places") and evidence.has("schools")):
        return
    given = evidence.yg_places[evidence.yg_places["nc_year"] < PHASE_YEARS["sixth_form"][0]]
    places = given[given["ay"] == evidence.authority.base_year].groupby("urn")["yg_places"].sum()
    schools = evidence.schools.drop_duplicates("urn").set_index("urn").reindex(places.index)
    latest = evidence.capacity.dropna(subset=["capacity_sixth_form"]).sort_values("ay").drop_duplicates("laestab", keep="last")
    sixth = schools["laestab"].map(latest.set_index("laestab")["capacity_sixth_form"]).astype("float64").fillna(0.0)
    capacity = schools["capacity"] - sixth
    apart = (places - capacity).abs()
    far = apart[(apart > 5) & (apart > 0.02 * capacity)]
    if not far.empty:
        told = (f"{urn} ({places[urn]:,.0f} against {capacity[urn]:,.0f})" for urn in far.sort_values(ascending=False).index)
        yield Note("yg_places", f"places of {len(far)} schools differ from their capacity by over 2 %: {some(told)}",
                   "right for a growing school or a bulge class; elsewhere one of the two figures is wrong")


def offers_are_for_next_year(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """Offers speak of next September only, and an October census of the year after the base year."""
    following = evidence.authority.base_year + 1
    for name in ("offers", "october_census"):
        other = [int(y) for y in evidence.tables[name]["ay"].unique() if y != following]
        if other:
            yield Note(name, f"{_years(sorted(other))} is not the year after the base year ({ay_label(following)})",
                       "these rows override nothing")


def all_stand_in_the_authority(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Finding]:
    """A school or site far from all else is probably misplaced; if swapping easting and northing brings it home, it is."""
    box = _home(evidence)
    for name, key in (("schools", "urn"), ("housing_sites", "site_ref")):
        if box is None or not evidence.has(name):
            continue
        points = evidence.tables[name].dropna(subset=["easting", "northing"]).drop_duplicates(key)
        away = points[~_inside(points["easting"], points["northing"], box)]
        turned = _inside(away["northing"], away["easting"], box)
        for point in away[turned].head(20).itertuples():
            yield Problem(files.get(name, name), 0, "easting", found=f"{point.easting:.0f}, {point.northing:.0f}",
                          expected=f"easting and northing of {getattr(point, key)} seem to be swapped",
                          advice="change them round")
        if not turned.all():
            yield Note(name, f"{(~turned).sum()} lie more than {MARGIN / 1000:.0f} km outside: {some(away.loc[~turned, key])}",
                       "they are given to planning areas that are not theirs; mend easting and northing")


def _home(evidence: Evidence) -> tuple[float, float, float, float] | None:
    """Where the authority lies, as a box (west, south, east, north): that of its small areas, or else of most of its schools."""
    if evidence.has("lsoas"):
        west, south, east, north = evidence.lsoas.total_bounds
        return float(west), float(south), float(east), float(north)
    points = evidence.schools[["easting", "northing"]].astype("float64").dropna() if evidence.has("schools") else pd.DataFrame()
    if points.empty:
        return None
    low, high = points.quantile(0.05), points.quantile(0.95)
    return float(low["easting"]), float(low["northing"]), float(high["easting"]), float(high["northing"])


def _inside(east: pd.Series, north: pd.Series, box: tuple[float, float, float, float]) -> pd.Series:
    """Say which points lie in a box or within the margin of it."""
    return east.between(box[0] - MARGIN, box[2] + MARGIN) & north.between(box[1] - MARGIN, box[3] + MARGIN)


def _has_schools(evidence: Evidence) -> bool:
    return evidence.has("schools") or evidence.has("census_schools")


def _known_schools(evidence: Evidence) -> set[str]:
    """Every school that a list names; without any list, those with a roll in the base year."""
    if _has_schools(evidence):
        return {*evidence.schools["urn"], *evidence.census_schools["urn"]}
    roll = evidence.school_roll
    return set(roll.loc[roll["ay"] == evidence.authority.base_year, "urn"])


def _years(years: Iterable[int]) -> str:
    return ", ".join(ay_label(y) for y in years)


CHECKS: tuple[Callable[[Evidence, Mapping[str, str]], Iterator[Finding]], ...] = (
    enough, base_year_is_there, somebody_is_counted, years_in_the_middle, births_reach, rolls_of_unknown_schools,
    unknown_schools, areas_agree, one_school_one_number, places_agree_with_capacity, offers_are_for_next_year,
    all_stand_in_the_authority, planners_figures, places_wait_for_homes, *ODD_COUNTS,
    *CHILDCARE, schemes_and_pots,
)
