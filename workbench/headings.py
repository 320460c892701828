"""What stands over each column of the workbook: plain words with the unit, never the code name, which the column guide keeps.

A column that is not named here is called by its code name with spaces, so that a new one is readable before it has its words; one
that belongs to a range (`_p10`, `_p90` ...) takes the words of its figure and says which end it is.
"""

from __future__ import annotations

from workbench.compare_columns import COMPARE_COLUMNS, SIDES
from workbench.ensemble_words import ENSEMBLE_COLUMNS
from workbench.plan_words import PLAN_COLUMNS
from workbench.robust_words import ROBUST_COLUMNS
from workbench.surplus_view import SURPLUS_COLUMNS

ENDS = {"p2_5": "lowest of the 95 % range", "p10": "1 in 10 below", "p50": "middle of the range", "p90": "1 in 10 above",
        "p97_5": "highest of the 95 % range"}
"""Ends of a range by the ending of their column, in the order in which they stand beside their figure."""

_PHASES = {"early_years": "early years", "primary": "primary", "secondary": "secondary", "post_16": "sixth form"}

HEADINGS: dict[str, str] = {
    "ay": "Academic year", "made_in": "Forecast in January of academic year",
    "financial_year": "Financial year", "phase": "Phase", "urn": "URN", "laestab": "LAESTAB",
    "planning_area_code": "Planning area code", "planning_area_name": "Planning area", "nc_year": "Year group",
    "primary_planning_area_code": "Primary planning area code", "secondary_planning_area_code": "Secondary planning area code",
    "primary_area_basis": "Primary area known from", "secondary_area_basis": "Secondary area known from",
    "school_name": "School", "district_name": "District", "site_ref": "Site", "site_name": "Name of site",
    "area_code": "Area code", "area_name": "Area", "lsoa_code": "Small area", "name": "Name", "code": "Code",
    # children
    "pupils": "Children expected", "pupils_raw": "Children before reconciliation", "pupils_adjusted": "Children reconciled",
    "pupils_base": "Children on roll at the start", "residents": "Children living here",
    "entry_pupils": "Children in entry year",
    "from_births": "From births or cohorts (children)", "from_survival": "From survival and migration (children)",
    "from_transfers": "From transfers between areas (children)", "from_border_in": "Cross-border, in (children)",
    "from_border_out": "Cross-border, out (children)", "from_border_net": "Cross-border, net (children)",
    "from_homes": "From homes (children)", "from_known_intakes": "From October census and offers (children)",
    "from_planner": "From planner's own figures (children)", "from_reconciliation": "From reconciliation (children)",
    "parts_added_up": "All parts added up (children)", "part_group": "Group of parts", "change": "Change in a year (children)",
    "intake": "Intake today (children)",
    # places
    "basis": "Rests on", "places_basis": "Places rest on", "yg_places": "Places", "places": "Places in all",
    "additional_need": "Places short",
    "spare_places": "Spare places", "net_places": "Children less places",
    "additional_need_with_margin": "Places short with margin",
    "unfilled_places": "Unfilled places", "over_capacity_pupils": "Children over capacity",
    "additional_need_by_residence": "Places short for children living here", "hidden_need": "Hidden need (children)",
    "spare_places_by_residence": "Spare places for children living here", "net_spare": "Spare places, netted",
    "unfilled_share": "Unfilled places (%)", "over_capacity_share": "Children over capacity (%)", "headroom": "Headroom (%)",
    "rag": "Band", "not_known": "Year groups not known", "entry_need": "Places short in entry year",
    "entry_places": "Places in entry year", "entry_headroom": "Headroom in entry year (%)", "entry_rag": "Band in entry year",
    "worst_need": "Places short in worst year group", "worst_nc_year": "Worst year group", "pan": "PAN",
    "capacity": "Capacity (places)", "capacity_sixth_form": "Capacity of sixth form (places)",
    "capacity_primary": "Capacity of primary part (places)", "total": "All year groups (children)",
    "surplus": "Surplus (+) or deficit (-)",
    # chance and time
    "p_shortfall": "Likelihood of a shortfall (%)", "expected_shortfall": "Mean shortfall over all futures (places)",
    "entry_p_shortfall": "Likelihood of a shortfall in entry year (%)",
    "entry_expected_shortfall": "Mean shortfall in entry year over all futures (places)",
    "likelihood": "Counts as need from a likelihood of (%)", "remedy": "Code of remedy", "remedy_name": "Remedy",
    "lead_months": "Time it takes (months)", "passed_at_census": "Passed on census day?",
    "too_late": "Earlier years it is too late for", "last_safe_date": "Last safe date", "judged_on": "Dates judged on",
    # ratios and transfers
    "ratio_area": "Area's own ratio", "ratio_authority": "Authority's ratio", "clipped": "Held to the limits?",
    "origin": "From planning area", "destination": "To planning area", "share": "Share who go there (%)",
    "model": "By the model (children)", "final": "Used (children)", "value": "As the planner wrote it", "used": "Used?",
    "lead": "Years from count to Reception", "survival": "Children in Reception for each on the register",
    "by_registrations": "By registrations (children)", "by_births": "By births (children)", "blended": "Blended (children)",
    "weight": "Weight of registrations", "comparisons": "Past Receptions compared", "nc_year_low": "Lowest year group",
    "nc_year_high": "Highest year group", "containment": "Children who attend in their own area (%)",
    "from_outside": "Pupils who live in another area (%)", "looks": "What to look at",
    # accuracy
    "error": "Error (%; + too high)", "range_held": "Did the range hold what came?",
    "own_error_one_year": "Own return's error, one year ahead (%)",
    "own_error_three_year": "Own return's error, three years ahead (%)", "horizon": "Years ahead",
    "forecast": "Forecast (children)",
    "actual": "Came (children)", "forecasts": "Forecasts measured", "bias": "Bias (%; + too high)",
    "mape": "Mean error, whatever the sign (%)", "wape": "Misses for all who came (%)",
    "median_ape": "Half were no further out than (%)",
    "p90_ape": "Nine in ten were no further out than (%)", "miss_part": "Part of the miss", "miss": "Miss (children)",
    "share_of_actual": "Miss for those who came (%)", "inside_80": "Inside the 80 % band (%)",
    "inside_95": "Inside the 95 % band (%)",
    "half_width_80": "Half width of the 80 % band (%)", "half_width_95": "Half width of the 95 % band (%)",
    "changes": "Changes known of the authority", "school_changes": "Changes known of schools",
    "vintage_id": "Name of the forecast",
    "made_on": "Made on", "expires": "Holds until",
    "differs": "Differs from default?", "set_to": "Set to", "meaning": "What it means",
    # homes
    "dwellings": "Homes", "probability": "Probability (%)", "counted_in": "Where they count",
    "funded": "Who pays for school places",
    "dwelling_type": "Kind of home", "kept_for": "Kept for", "dwellings_without_pupils": "Homes without pupils",
    "dwellings_by_probability": "Homes by probability", "usual_dwellings": "Homes at the usual rate",
    "added_dwellings": "Homes above the usual rate", "excess_dwellings": "Homes counted beyond the usual rate",
    "areas_touched": "Planning areas touched", "later_dwellings": "Homes after the forecast ends",
    "not_in_core_dwellings": "Homes not in the core forecast", "yield_rests_on": "Yield rests on",
    "homes_gross": "Children in new homes, gross", "homes_net": "Children in new homes, net",
    "homes_by_probability": "Children in new homes, by probability",
    "hdc_gross": "Paid for by developers (HDC), gross (children)",
    "hdc_pupils": "Paid for by developers (HDC), in the forecast (children)",
    "hif_gross": "Paid for by HIF, gross (children)", "hif_pupils": "Paid for by HIF, in the forecast (children)",
    "easting": "Easting (m)", "northing": "Northing (m)", "metres": "Distance (m)",
    **{f"{key}_{what}": f"{words.capitalize()}, {named}" for key, words in _PHASES.items() for what, named in (
        ("gross", "gross (children)"), ("net", "net (children)"), ("peak", "at most (children)"),
        ("long_run", "in the long run (children)"), ("peak_year", "years of most"), ("net_year", "year of most added"),
        ("yield", "children a home"))},
    **{key: f"{words.capitalize()} (children)" for key, words in _PHASES.items()},
    "generated": "Places generated", "free_places": "Places free", "met": "Places met by free ones",
    "asked": "Places asked for", "free_elsewhere": "Places free beyond reach", "met_with_area": "Places met if these counted too",
    "asked_with_area": "Places asked for if these counted too", "sum_with_area": "Sum if these counted too (pounds)",
    "up_to": "Up to (pounds)", "why": "Why not assessed", "faith": "Religious character",
    "each": "Cost of a place (pounds)", "times": "Times a mainstream place", "sum": "Sum (pounds)",
    "within_reach": "Within reach?",
    "rests_on": "Yield rests on (homes)",
    "own_area": "Of the site's own area?", "brings_pupils": "Brings pupils?",
    # ways to school
    "walk_metres": "On foot to the nearest school (m)", "road_metres": "By road to it (m)", "no_safe_way": "No safe way on foot?",
    "free_ages": "Travel free at ages", "free_ages_low_income": "Travel free at ages, on a low income",
    # childcare
    "hours_wanted": "Hours a week wanted", "hours_on_offer": "Hours a week on offer",
    "hours_counted": "Hours a week on offer for own children",
    "hours_assumed": "Hours a week assumed", "hours_flexible": "Hours a week not claimed as funded",
    "assumed_share": "Hours assumed (%)", "marked": "Letter (*: rests on an assumption)", "stands": "How the age stands",
    "hours_not_told": "Hours a week not told", "hours_short": "Hours a week short",
    "mark": "What it is", "letter_with": "Letter with it", "letter_without": "Letter without it",
    "mark_on": "On", "said": "In a sentence",
    "hours_over": "Hours a week over", "pte_wanted": "Part-time places (15 hours) wanted",
    "pte_counted": "Part-time places (15 hours) on offer for own children",
    "pte_short": "Part-time places (15 hours) short", "pte_over": "Part-time places (15 hours) over",
    "ratio": "Hours on offer for each wanted",
    "ratio_used": "Ratio used", "words": "What the letter means", "worst_term": "Term of least?", "complete": "Complete?",
    "index": "Hours in reach for each wanted, shared", "index_assumed": "Of that, assumed",
    "index_not_told": "What hours not told would add",
    "without_supply": "Nothing in reach?", "without_demand": "Nobody wants any?",
    "share_without": "Families without any in reach (%)",
    "share_known": "Ground in reach that is known (%)", "share_assumed": "Hours in reach that are assumed (%)",
    "takeup": "Take-up (%)", "share_of_providers": "Of all providers (%)",
    "share_of_places": "Of all places (%)", "places_am": "Places before school", "places_pm": "Places after school",
    "counted_as": "Places are", "staff_needed": "Staff needed at one time", "registered_places": "Places registered (under five)",
    "nursery_pupils": "Pupils in nurseries of schools", "places_per_child": "Places for each child (under five)",
    "places_in_reach": "Places in reach for each child under eight", "places_band": "By Ofsted's bands of March 2020",
    "hours_taken": "Hours a week taken", "hours_vacant": "Hours a week vacant", "vacancy_rate": "Vacant (%)",
    "pte_vacant": "Part-time places (15 hours) vacant", "pte_as_age_3_4": "The same as places for three and four",
    "if_the_same": "If they are one and the same",
    "waiting": "Children waiting", "nearest": "Nearest setting (m, or minutes by car)",
    **{name: called for name, (called, _, _) in (PLAN_COLUMNS | SURPLUS_COLUMNS | ENSEMBLE_COLUMNS | ROBUST_COLUMNS).items()},
    **{name: called for name, (called, _) in COMPARE_COLUMNS.items()},
}
"""Code name -> heading. One heading never stands for two of them."""

MEMBERS = {
    "urn": "URN", "school_name": "School", "district_name": "District", "planning_area_code": "Planning area code",
    "planning_area_name": "Planning area", "pan": "PAN", "capacity": "Capacity", "total": "TOTAL", "yg_places": "Places",
    "surplus": "Surplus (+) or deficit (-)", "places_basis": "Places rest on", "reliability": "Reliability",
}
"""Headings of the tables that members read, by which they know them."""
YEAR_GROUPS = {"R": "Reception", **{str(g): f"Year {g}" for g in range(1, 12)}}
"""Columns of the members' tables that are a year group each."""


def heading(column: str) -> str:
    """What stands over a column."""
    for ending, words in (ENDS | {side: side for side in SIDES}).items():
        if column.endswith(f"_{ending}") and column != f"_{ending}":
            return f"{heading(column.removesuffix(f'_{ending}'))}: {words}"
    if column in YEAR_GROUPS:
        return YEAR_GROUPS[column]
    words = HEADINGS.get(column, column.replace("_", " "))
    return words[:1].upper() + words[1:]


def beside_their_figures(columns: list[str]) -> list[str]:
    """The columns with each range right after its figure, from the lowest end to the highest; the rest keep their order."""
    ends = {f"{name}_{ending}": name for name in columns for ending in ENDS if f"{name}_{ending}" in columns}
    ordered: list[str] = []
    for name in columns:
        if name not in ends:
            ordered += [name, *(f"{name}_{ending}" for ending in ENDS if f"{name}_{ending}" in columns)]
    return ordered
