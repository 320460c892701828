"""What each sheet and column of the workbook holds, in a planner's words, and how its numbers are shown.

Projected children are shown with one decimal place and stand in full underneath, so that a small area's growth is seen and sums
agree; the tables that members read are whole children (rounded by largest remainder before they come here).
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.sheets import MEMBERS

WHOLE, CHILDREN, SHARE, RATIO, PLAIN, PERCENT = "#,##0", "#,##0.0", "0.0%", "0.000", "0", "0.00%"
CHANGE = "+#,##0.0;-#,##0.0;0.0"
GENERAL = "General"

SHEETS: dict[str, str] = {
    "balance": "Children against places by year, planning area and year group; need and spare are never offset",
    "summary": "The balance added up by year and planning area, offsetting nothing: entry year, worst year group, total",
    "authority_range": "The authority's totals with their ranges, added up in each draw: areas' ranges do not add up to them",
    "last_safe_dates": "By when each kind of remedy must be begun to be there when the year of entry is likely to be short",
    "pupils": "Pupils by year, planning area and year group: as projected, as reconciled to the authority, and final",
    "waterfall": "What each forecast is made of: from the base year's roll to the forecast, parts added up over the years",
    "made_of": "The same year by year and in finer parts: each change from the January before",
    "school_pupils": "Pupils by school, year group and year; they add up to the planning areas",
    "places": "Places open by school, year group and year, and where each figure comes from",
    "unfilled": "Places left empty as SCAP counts them: school by school over its years to Year 11, full schools not netted",
    "primary_schools": "Primary schools as members read them: whole children by year group, surplus (+) or deficit (-)",
    "secondary_schools": "Secondary schools as members read them: whole children by year group, surplus (+) or deficit (-)",
    "schools": "State mainstream schools open in the base year, and their planning areas",
    "measures": "How far past forecasts were out, by level, phase or year group, years ahead and method",
    "by_place": "The same for each planning area and school",
    "misses": "What each miss of the authority's phases was made of; the parts add up to it",
    "coverage": "How often what came lay within the bands, each January left out of what they were measured on",
    "origins": "The Januaries that forecasts were made from, and whether schools could be told apart then",
    "vintages": "Every past forecast beside what came; schools by year group are in the Parquet file",
    "members": "Which schools make up each planning area",
    "names": "Planning areas and their names",
    "ratios": "The ratios that the projection used, and those of the area and the authority",
    "transfers": "Who goes where at each point of entry, as used: shares of those who leave an area, and today's children",
    "overrides": "Where something better than the model was used, or is no longer: what the model said, what was used, why, and "
                 "whose figure it is",
    "registrations": "How Reception was blended from births and GP registrations; a blank area is the whole authority",
    "diagnostics": "How well each planning area serves for planning",
    "accuracy": "The forecast against what came; (forecast - actual) / actual, so + is an over-forecast",
    "site_audit": "Each housing site: its homes, which the forecast carries already, whom they bring, when, and where",
    "site_years": "Each housing site year by year: homes, and the children whom they bring, gross and net",
    "building": "Homes ready in each planning area by year, against the usual rate that the forecast carries already",
    "homes": "Children from new homes by year, planning area and year group: gross for developers, net in the forecast",
    "housing_sites": "Homes expected on each site by financial year",
}


@dataclass(frozen=True)
class Column:
    """What a column means and how its numbers are shown."""

    meaning: str
    shown_as: str = GENERAL


def _children(meaning: str) -> Column:
    return Column(meaning, CHILDREN)


def _change(meaning: str) -> Column:
    return Column(meaning, CHANGE)


COLUMNS: dict[str, Column] = {
    "ay": Column("academic year by its September: 2026 is 2026/27", PLAIN),
    "phase": Column("primary (R-6), secondary (7-11) or sixth_form"),
    "planning_area_code": Column("planning area"),
    "planning_area_name": Column("name of the planning area"),
    "primary_planning_area_code": Column("planning area for primary"),
    "secondary_planning_area_code": Column("planning area for secondary"),
    "primary_area_basis": Column("where the primary assignment comes from"),
    "secondary_area_basis": Column("where the secondary assignment comes from"),
    "nc_year": Column("year group: 0 Reception, 1 to 11, 12 to 14 sixth form", PLAIN),
    "urn": Column("unique reference number of the school"),
    "laestab": Column("authority and establishment number"),
    "school_name": Column("name of the school"),
    "district_code": Column("district"),
    "district_name": Column("name of the district"),
    "pupils": _children("children on roll in January: counted in the base year, then expected"),
    "pupils_raw": _children("before reconciliation to the authority"),
    "pupils_adjusted": _children("reconciled to the authority, before anything better than the model"),
    "pupils_base": _children("children on roll in January of the base year"),
    "from_births": _change("Reception at today's ratio to births, or children coming up from the phase below; less leavers"),
    "from_survival": _change("gained and lost between birth and Reception and from one year group to the next: moves, all net"),
    "from_transfers": _change("gained from other planning areas of the phase, and lost to them"),
    "from_border": _change("from schools outside the authority's plan and to them; net where no flows are known"),
    "from_homes": _change("from building above the usual rate"),
    "from_overrides": _change("known intakes and the planner's own figures, and what they carry on"),
    "from_reconciliation": _change("scaling to the authority's figure"),
    "parts_added_up": _children("the roll of the base year with all parts: the same as `pupils`"),
    "part_group": Column("group of parts, as in the sheet `waterfall`"),
    "part": Column("part of a change of the roll, or of a miss; the parts add up to it"),
    "change": _change("children more or fewer than in the January before"),
    "basis": Column("where the figure comes from"),
    "yg_places": _children("places open; blank where not known"),
    "additional_need": _children("children beyond the places, never below 0, without margin"),
    "spare_places": _children("places beyond the children, never below 0"),
    "net_places": _children("children less places: another measure, never to be read as need"),
    "additional_need_with_margin": _children("need when the operating margin is kept free"),
    "unfilled_places": _children("places left empty, school by school, not offset by full schools"),
    "over_capacity_pupils": _children("children beyond the places of their own school"),
    "residents": _children("children living in the area who would come if there were room"),
    "additional_need_by_residence": _children("residents beyond the places"),
    "spare_places_by_residence": _children("places beyond the residents"),
    "hidden_need": _children("residents for whom there is neither a seat taken nor a place left: need by residence beyond need"),
    "places": Column("places to Year 11", WHOLE),
    "net_spare": _children("places less children: full schools netted against empty ones"),
    "unfilled_share": Column("unfilled places as a share of places", SHARE),
    "over_capacity_share": Column("children beyond the places of their own school, as a share of places", SHARE),
    "headroom": Column("places that stay free, as a share of places", SHARE),
    "rag": Column("band of headroom: R, AR, A, G, B, P; ? where places are not known"),
    "not_known": Column("year groups whose places are not known", WHOLE),
    "entry_need": _children("need in the year of entry"),
    "entry_places": _children("places in the year of entry"),
    "entry_pupils": _children("children in the year of entry"),
    "entry_headroom": Column("headroom in the year of entry", SHARE),
    "entry_rag": Column("band of headroom in the year of entry"),
    "worst_need": _children("need in the year group that is shortest"),
    "worst_nc_year": Column("that year group; blank where there is no need", PLAIN),
    "pan": Column("published admission number", WHOLE),
    "capacity": Column("capacity as published, sixth form included, nursery never", WHOLE),
    "capacity_sixth_form": Column("of which sixth form", WHOLE),
    "capacity_primary": Column("places of the primary part of a school that is in both phases; blank for others", WHOLE),
    "capacity_basis": Column("where the capacity comes from"),
    "total": Column("all year groups, whole children", WHOLE),
    "surplus": Column("places less children: + surplus, - deficit", "+#,##0;-#,##0;0"),
    "places_basis": Column("where the places come from: year-group places, PAN carried up, capacity shared out"),
    "reliability": Column("how far a forecast of so few children can be trusted"),
    "children": _children("children on which the ratio stands"),
    "ratio_area": Column("the area's own ratio", RATIO),
    "ratio_authority": Column("the authority's ratio", RATIO),
    "ratio_used": Column("the ratio used", RATIO),
    "origin": Column("planning area that children leave; `outside`: other authorities, independent and special schools"),
    "destination": Column("planning area that they enter, or `outside`"),
    "share": Column("share of the children who leave the origin", SHARE),
    "kind": Column("of a ratio: births to Reception, survival, intake, or staying on after Year 11; of an override: "
                   "known intake (October census, offers), or the planner's figure, change or factor"),
    "clipped": Column("whether the ratio was outside the limits and was drawn back to them"),
    "reason": Column("what was known better than the model, and from where"),
    "value": Column("what the planner wrote: pupils, so many more or fewer, or so many times the model's", "#,##0.###"),
    "used": Column("yes, or no and why not"),
    "lead": Column("Septembers from the day of the count to the Reception", PLAIN),
    "survival": Column("children in Reception for each on the register as long before", RATIO),
    "by_registrations": _children("Reception by the children on the register"),
    "by_births": _children("Reception by births"),
    "weight": Column("weight of the registrations against births", RATIO),
    "comparisons": Column("past Receptions on which the weight was measured", WHOLE),
    "blended": _children("Reception, blended from both"),
    "author": Column("who answers for the planner's figure"),
    "made_on": Column("when the planner's figure was made"),
    "expires": Column("last date on which it holds: a run from a later January census does not use it"),
    "establishment_type": Column("type of establishment as published"),
    "phase_of_education": Column("phase as published"),
    "nc_year_low": Column("lowest year group served", PLAIN),
    "nc_year_high": Column("highest year group served", PLAIN),
    "predecessors": Column("schools whose roll counts as this one's history"),
    "schools": Column("number of schools", WHOLE),
    "intake": _children("pupils in the year of entry in the base year"),
    "containment": Column("share of the area's children who attend a school of the area", SHARE),
    "from_outside": Column("share of the pupils of its schools who live in another area", SHARE),
    "looks": Column("what to look at, by thresholds of ours; no pass or fail is published"),
    "site_ref": Column("reference of the site"),
    "site_name": Column("name of the site"),
    "status": Column("planning status"),
    "note": Column("remark of the council"),
    "model": _children("what the model said"),
    "final": _children("what was used"),
    "forecast": _children("what was forecast"),
    "actual": _children("what came"),
    "error": Column("(forecast - actual) / actual; + is over-forecast", SHARE),
    "own_error_one_year": Column("error of the authority's own return, one year ahead", SHARE),
    "own_error_three_year": Column("error of the authority's own return, three years ahead", SHARE),
    "level": Column("authority; dfe: the authority as the scorecards measure it; planning_area; school"),
    "code": Column("authority, planning area or school"),
    "name": Column("name of the planning area or school"),
    "horizon": Column("years ahead of the January in which the forecast was made", WHOLE),
    "made_in": Column("academic year of the January census that the forecast was made from; blank: all of them", PLAIN),
    "method": Column("measured: by past error; plain: three years weighed 3, 2, 1; last_year; own_return: the authority's own"),
    "vintage_id": Column("name of the forecast: one method, one January, this input"),
    "forecasts": Column("forecasts measured", WHOLE),
    "bias": Column("sum of forecasts for the sum of what came, less one; + is over-forecast", PERCENT),
    "mape": Column("mean of the errors whatever their sign", PERCENT),
    "wape": Column("sum of the misses whatever their sign, for the sum of what came", PERCENT),
    "median_ape": Column("half the forecasts were no further out than this", PERCENT),
    "p90_ape": Column("nine in ten forecasts were no further out than this", PERCENT),
    "miss_part": Column("where the forecast of these children went wrong; the parts add up to the miss"),
    "miss": _children("children forecast beyond those who came"),
    "share_of_actual": Column("the same for those who came", PERCENT),
    "inside_80": Column("share of what came that lay within the 80 % band", SHARE),
    "inside_95": Column("share of what came that lay within the 95 % band", SHARE),
    "half_width_80": Column("half the 80 % band, as a share of the forecast (logarithm)", PERCENT),
    "half_width_95": Column("half the 95 % band, as a share of the forecast (logarithm)", PERCENT),
    "changes": Column("changes from one January to the next that were known of the authority", WHOLE),
    "school_changes": Column("the same of its schools", WHOLE),
    "easting": Column("metres, British National Grid", PLAIN),
    "northing": Column("metres, British National Grid", PLAIN),
    "dwellings": _children("net homes: completed in that financial year, or ready for that academic year; in all for a site"),
    "probability": Column("that the homes are built: the council's, else by planning status", SHARE),
    "counted_in": Column("core forecast: its homes count whole; band: by their probability, in draws only"),
    "funded": Column("who pays for the school places: developers (HDC) or the Housing Infrastructure Fund (HIF)"),
    "dwelling_type": Column("kind of home; blank for all together"),
    "tenure": Column("tenure; blank for all together"),
    "bedrooms": Column("bedrooms, 4 for four or more; blank for all together"),
    "kept_for": Column("whom the homes are kept for, who bring no pupils"),
    "dwellings_without_pupils": _children("of these, homes that bring no pupils: for students or older people, or small flats"),
    "dwellings_by_probability": _children("homes of all sites, each by its probability"),
    "usual_dwellings": _children("homes at the usual rate of building, whose children trends carry already; blank: unknown"),
    "added_dwellings": _children("homes above the usual rate, whose children are added; blank: the usual rate is not known"),
    "excess_dwellings": _children("homes that count above the usual rate, or below it with a minus; blank: it is not known"),
    "areas_touched": Column("planning areas that the site's children go to, with their shares: primary; secondary"),
    **{f"{phase}_{what}": _children(f"{meaning}, {name}") for phase, name in
       (("primary", "Reception to Year 6"), ("secondary", "Year 7 to 11"), ("post_16", "Year 12 and 13"))
       for what, meaning in (("gross", "all children in the site's homes"), ("net", "children added on its account"),
                             ("peak", "most children in the site's homes"), ("long_run", "children in the long run"))},
    **{f"{phase}_peak_year": Column("academic years in which that is") for phase in ("primary", "secondary", "post_16")},
    "net_pupils": _children("most children added to the forecast on the site's account"),
    "net_ay": Column("academic year in which that is", PLAIN),
    "yield_rests_on": Column("homes from which the primary yield was counted, and pupils a home"),
    "homes_gross": _children("all children in homes on certain sites built since the base year"),
    "homes_net": _children("children added to the forecast: of building above the usual rate, not yet at a local school"),
    "homes_by_probability": _children("the same if every site is built by its probability"),
    "hdc_pupils": _children("of the gross children, in homes whose school places developers pay for (HDC)"),
    "hif_pupils": _children("of the gross children, in homes whose school places the Housing Infrastructure Fund pays for (HIF)"),
    "financial_year": Column("April in which the financial year begins", PLAIN),
    **{heading: Column(f"children in {name}", WHOLE) for heading, name in
       [("R", "Reception"), *((str(g), f"Year {g}") for g in range(1, 12))]},
}


RANGES = {
    "p2_5": "lowest of the 95 % range: 2.5 in a hundred draws are below", "p10": "1 in 10 draws is below",
    "p50": "half the draws are below", "p90": "9 in 10 draws are below",
    "p97_5": "highest of the 95 % range: 97.5 in a hundred draws are below",
}
"""What the ends of a range mean; the base year is counted and has none."""

COLUMNS |= {
    **{f"{name}_{end}": _children(f"{what}: {meaning}") for end, meaning in RANGES.items() for name, what in (
        ("pupils", "children"), ("additional_need", "need"), ("spare_places", "spare places"),
        ("entry_need", "need in the year of entry"))},
    "p_shortfall": Column("likelihood that places are short: the share of draws in which they are", SHARE),
    "expected_shortfall": _children("mean of what is short over all draws: larger than the need of the central run, and no need"),
    "entry_p_shortfall": Column("likelihood that places are short in the year of entry", SHARE),
    "entry_expected_shortfall": _children("mean over all draws of what is short in the year of entry"),
    "likelihood": Column("likelihood of a shortfall from which the year counts as one of need", SHARE),
    "remedy": Column("kind of remedy, as in [settings] lead_times"),
    "remedy_name": Column("kind of remedy"),
    "lead_months": Column("months that it takes from decision to the first September, the upper end of what is usual", WHOLE),
    "last_safe_date": Column("last day on which it can be decided and still be in time"),
    "passed": Column("whether that day had passed on the census day of the base year"),
}
COLUMNS["year"] = COLUMNS["Year"] = Column("academic year")
COLUMNS |= {heading: COLUMNS[name] for name, heading in MEMBERS.items()}


def guide(column: str) -> Column:
    """What a column means and how it is shown; a column nobody explained is shown as it is."""
    return COLUMNS.get(column, Column(""))
