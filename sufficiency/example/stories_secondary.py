"""Stories of secondary schools, of forecasts, and of what a reader must see through: told from the county as it was planted."""

from __future__ import annotations

import numpy as np

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.council import BASE, NEXT
from sufficiency.example.county import County
from sufficiency.example.rolls import FIRST, TOP_PRIMARY, YEAR_7, YEAR_11, YEAR_12, YEARS
from sufficiency.example.story import (
    LATEST_FIRST,
    NOW,
    PRIMARY,
    SECONDARY,
    SOON,
    Figure,
    Story,
    area_schools,
    everybody,
    named,
    primary_code,
    pupils_of,
    secondary_code,
)


def bulge(county: County) -> Story:
    """A bulge reaches Year 7 while primary schools empty."""
    upper = county.schools.playing("bulge_secondary")
    s = int(county.schools.table["secondary_area"].iloc[upper[0]])
    all_ = everybody(county)
    classes = county.schools.playing("bulge")
    entering = (county.schools.table["low"] == FIRST).to_numpy()
    places, come = int(county.council.places[upper, YEAR_7].sum()), pupils_of(county, cast.BASE + 1, upper, YEAR_7)
    peak = max(YEARS[k] for k in range(len(YEARS)) if county.rolls.roll[k][:, PRIMARY].sum()
               == county.rolls.roll[:NEXT, :, PRIMARY].sum(axis=(1, 2)).max())
    spare = sum(max(int(county.council.pan_next[here].sum()) - pupils_of(county, cast.BASE + 1, here, FIRST), 0)
                for here in (area_schools(county, a) & entering for a in cast.BULGE_AREAS))
    return Story(
        "bulge", f"{county.land.towns[cast.BULGE_DISTRICT]}: a bulge reaches Year 7 while primary schools empty",
        f"In {ay_label(cast.BULGE_AY)} three primary schools of {county.land.towns[cast.BULGE_DISTRICT]} took a class more. "
        f"These children left Year 6 in summer {cast.BASE + 1}, and {come} children came for {places} places in Year 7, while "
        f"the county's primary rolls, at their highest in {ay_label(peak)}, fall every year.",
        {"secondary planning area": secondary_code(county, s),
         **{f"planning area {n + 1}": primary_code(county, a) for n, a in enumerate(cast.BULGE_AREAS)},
         **{f"school {n + 1}": named(county, int(row))[0] for n, row in enumerate(classes)}},
        (Figure("short", f"additional need in Year 7 of the town, {SOON}", come - places, "places"),
         Figure("bulge_now", f"places in Year 6 of the three schools, {NOW}",
                int(county.council.places[classes, TOP_PRIMARY].sum()), "places"),
         Figure("bulge_next", f"the same in {SOON}, when the classes have left",
                int(county.council.places[classes, TOP_PRIMARY].sum()) - cast.BULGE_CLASS * len(classes), "places"),
         Figure("primary_spare", f"places free in Reception of the same town, {SOON}", spare, "places"),
         Figure("primary_before", f"primary pupils of the county, January {cast.BASE - 3}",
                pupils_of(county, cast.BASE - 4, all_, PRIMARY), "pupils"),
         Figure("primary_now", f"primary pupils of the county, January {cast.BASE + 1}",
                pupils_of(county, cast.BASE, all_, PRIMARY), "pupils"),
         Figure("secondary_before", f"secondary pupils (Years 7 to 11), January {cast.BASE - 3}",
                pupils_of(county, cast.BASE - 4, all_, SECONDARY), "pupils"),
         Figure("secondary_now", f"secondary pupils, January {cast.BASE + 1}", pupils_of(county, cast.BASE, all_, SECONDARY),
                "pupils")))


def sixth_form(county: County) -> Story:
    """An 11-18 school: its sixth form is no room for Year 7, and staying on is no survival."""
    row = int(county.schools.playing("sixth")[0])
    urn, name = named(county, row)
    s = int(county.schools.table["secondary_area"].iloc[row])
    here = (county.schools.table["secondary_area"] == s).to_numpy()
    roll = county.rolls.roll
    stay = [roll[k][here, YEAR_12].sum() / roll[k - 1][here, YEAR_11].sum() for k in (BASE, BASE - 1, BASE - 2)]
    capacity = int(county.council.places[row].sum() + county.council.sixth_places[row])
    return Story(
        "sixth_form", f"{name}: an 11-18 school of which only the capacity is known",
        f"{name} has {capacity:,} places, of which {cast.SIXTH_PLACES} are its sixth form's. What is left is shared by five year "
        "groups. Into Year 12 goes a share of Year 11.",
        {"secondary planning area": secondary_code(county, s), "school": urn},
        (Figure("capacity", "places of the school with its sixth form", capacity, "places"),
         Figure("year_group", "places in each of Years 7 to 11", cast.SIXTH_YEAR_GROUP, "places"),
         Figure("staying_on", "of Year 11 of the planning area who stay on, mean of three years, the latest counting most",
                float(np.average(stay, weights=LATEST_FIRST)), "%")))


def across_the_border(county: County) -> Story:
    """A secondary school that a good part of its children reach from across the border."""
    row = int(county.schools.playing("border")[0])
    urn, name = named(county, row)
    s = int(county.schools.table["secondary_area"].iloc[row])
    here = (county.schools.table["secondary_area"] == s).to_numpy()
    came = [int(county.rolls.from_outside[k][here].sum()) for k in (BASE, BASE - 1, BASE - 2)]
    a = int(np.argmax(county.rolls.to_outside[BASE] / np.maximum(
        county.rolls.to_outside[BASE] + county.rolls.into_7[BASE].sum(axis=1), 1)))
    gone = [county.rolls.to_outside[k][a] / (county.rolls.to_outside[k][a] + county.rolls.into_7[k][a].sum())
            for k in (BASE, BASE - 1, BASE - 2)]
    return Story(
        "across_the_border", f"{name}: children from across the border, and others who leave",
        f"{name} stands near the city. Of its Year 7 of January {cast.BASE + 1}, {county.rolls.from_outside[BASE, row]} came "
        f"from there. Out of {county.land.area_names[a]} many go the other way. Both are counted gross.",
        {"secondary planning area": secondary_code(county, s), "school": urn,
         "planning area": primary_code(county, a)},
        (Figure("came", "into Year 7 of the area from outside, mean of three years, the latest counting most",
                float(np.average(came, weights=LATEST_FIRST)), "children"),
         Figure("went", "of Year 6 of the planning area who go outside, mean of three years alike",
                float(np.average(gone, weights=LATEST_FIRST)), "%")))


def forecast_too_high(county: County) -> Story:
    """Last year's forecast was far too high, and the offers say so of this year's too."""
    a = cast.CONTRADICTED_AREA
    here, mine = area_schools(county, a), county.land.area == a
    born = {ay: int(county.children.births[ay - 5 - cast.FIRST_COHORT][mine].sum()) for ay in range(cast.BASE - 2, cast.BASE + 2)}
    came = {ay: pupils_of(county, ay, here, FIRST) for ay in born}
    ratio = np.average([came[ay] / born[ay] for ay in (cast.BASE, cast.BASE - 1, cast.BASE - 2)], weights=LATEST_FIRST)
    expected = float(born[cast.BASE + 1] * ratio)
    one_p, three_p, one_s, three_s = cast.OVER_FORECAST
    all_ = everybody(county)
    primary = pupils_of(county, cast.BASE, all_, PRIMARY)
    return Story(
        "forecast_too_high", "Last year's forecast was far too high, and this year's offers contradict the births",
        f"For January {cast.BASE + 1} the county's own return of the year before had foreseen "
        f"{primary * (1 + one_p):,.0f} primary pupils; {primary:,} came. In "
        f"{county.land.area_names[a]}, where a large employer has closed, births five years ago and the usual ratio would give "
        f"{expected:.0f} children in Reception in {SOON}. Offers were made to {came[cast.BASE + 1]}.",
        {"planning area": primary_code(county, a)},
        (Figure("actual_primary", f"primary pupils, January {cast.BASE + 1}", primary, "pupils"),
         Figure("own_one_year_primary", "the county's own error one year ahead, primary (+ is too many)", one_p, "%"),
         Figure("own_three_year_primary", "three years ahead, primary", three_p, "%"),
         Figure("own_one_year_secondary", "one year ahead, secondary", one_s, "%"),
         Figure("own_three_year_secondary", "three years ahead, secondary", three_s, "%"),
         Figure("by_births", f"Reception of the area, {SOON}, by births and the ratio of three years", expected, "children"),
         Figure("offers", f"Reception of the area, {SOON}, by October count and offers", came[cast.BASE + 1], "children")))


def seen_through(county: County) -> Story:
    """What a reader of the files must see through: schools that are not planned for, and those under another number."""
    table = county.schools.table
    january = f"{cast.BASE + 1}-01-15"
    late = table[table["former_urn"].ne("") & table["opened"].gt(f"{cast.BASE - 3}-01-15") & table["opened"].le(january)]
    since = table[table["former_urn"].ne("") & table["opened"].gt(january)]
    merged = named(county, int(county.schools.playing("merged")[0]))
    new = named(county, int(county.schools.playing("new")[0]))
    there = everybody(county)
    return Story(
        "seen_through", "What must be left out, and what must be seen through",
        "The register and the census also hold special, independent and nursery schools, units for excluded pupils and some "
        f"schools of the city: none of them is planned for. {len(late)} schools have become academies, under another number, "
        f"since the January of {cast.BASE - 3}; {merged[1]} was an infant and a junior school until {cast.MERGED_AY}; {new[1]} "
        f"opened in September {cast.BASE} and has a Reception class only. One school's places stand on two lines of the capacity "
        "return. Names hold an apostrophe, a comma and an accent.",
        {"merged school": merged[0], "new school": new[0]},
        (Figure("schools", f"mainstream schools with pupils in January {cast.BASE + 1}", len(table), "schools"),
         Figure("pupils", "their pupils in Reception to Year 11",
                pupils_of(county, cast.BASE, there, slice(FIRST, YEAR_11 + 1)), "pupils"),
         Figure("converted_since", "schools that have become academies since then: each stands once", len(since), "schools"),
         Figure("merged_before", f"pupils of the merged school's two predecessors, January {cast.MERGED_AY}",
                pupils_of(county, cast.MERGED_AY - 1, county.schools.playing("merged"), PRIMARY), "pupils")))
