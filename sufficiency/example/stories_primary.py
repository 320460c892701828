"""Stories of primary schools: each told from the county as it was planted."""

from __future__ import annotations

import numpy as np

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.council import (
    BASE,
    CURVES,
    GARDEN,
    GARDEN_BEFORE,
    GARDEN_DEED,
    GARDEN_OPENS,
    GARDEN_PLACES,
    GARDEN_URN,
    HOMES_SURVEYED,
    PUPILS_FOUND,
    estate_share,
)
from sufficiency.example.county import County
from sufficiency.example.rolls import FIRST, TOP_PRIMARY
from sufficiency.example.story import (
    LATEST_FIRST,
    NOW,
    PRIMARY,
    SOON,
    Figure,
    Story,
    area_schools,
    everybody,
    named,
    primary_code,
    pupils_of,
)


def short_reception(county: County) -> Story:
    """A town with much to spare, and one of its areas without room in Reception."""
    town = county.schools.table["area"].isin(cast.SHORT_TOWN).to_numpy()
    short = area_schools(county, cast.SHORT_AREA)
    places, pupils = int(county.council.places[town, PRIMARY].sum()), pupils_of(county, cast.BASE, town, PRIMARY)
    open_, come = int(county.council.places[short, FIRST].sum()), pupils_of(county, cast.BASE + 1, short, FIRST)
    name = county.land.towns[0]
    code = primary_code(county, cast.SHORT_AREA)
    return Story(
        "short_reception", f"{name}: 12 % to spare, and 18 short",
        f"The primary schools of {name} had {places - pupils:,} of {places:,} places free in January {cast.BASE + 1}. Yet in "
        f"{county.land.area_names[cast.SHORT_AREA]} {come} children started Reception in September {cast.BASE + 1}, in {open_} "
        "places. Free places in other areas and year groups do not help them.",
        {"planning area": code, **{f"area of the town {n + 1}": primary_code(county, a)
                                   for n, a in enumerate(cast.SHORT_TOWN)}},
        (Figure("town_places", f"places in the town's primary schools, {NOW}", places, "places"),
         Figure("town_pupils", f"pupils in them, January {cast.BASE + 1}", pupils, "pupils"),
         Figure("town_surplus", "share of the town's places that are free", 1 - pupils / places, "%"),
         Figure("reception_places", f"places in Reception of the area, {SOON}", open_, "places"),
         Figure("short", f"additional need in Reception of the area, {SOON}", come - open_, "places")))


def hidden_need(county: County) -> Story:
    """A popular school, full for years, while more and more children live round it."""
    popular = county.schools.playing("popular")
    urn, name = named(county, int(popular[0]))
    here, mine = area_schools(county, cast.POPULAR_AREA), county.land.area == cast.POPULAR_AREA
    kids = {ay: int(county.children.of(ay - 5)[mine].sum()) for ay in (cast.BASE - 4, cast.BASE + 1, cast.BASE + 5)}
    rate = pupils_of(county, cast.BASE + 1, everybody(county), FIRST) / county.children.of(cast.BASE - 4).sum()
    places = int(county.council.pan_next[here].sum())
    living = float(kids[cast.BASE + 1] * rate)
    rolls = {pupils_of(county, ay, popular, PRIMARY) for ay in range(cast.BASE - 4, cast.BASE + 1)}
    return Story(
        "hidden_need", f"{name}: a flat roll, and children who live there and do not come",
        f"{name} has had {min(rolls)} pupils in every January since {cast.BASE - 3}: it is full, and so are the two schools next "
        f"to it. Children of Reception age living in {county.land.area_names[cast.POPULAR_AREA]} were {kids[cast.BASE - 4]} in "
        f"{ay_label(cast.BASE - 4)}, are {kids[cast.BASE + 1]} in {SOON} and will be {kids[cast.BASE + 5]} in "
        f"{ay_label(cast.BASE + 5)}. At the county's usual share in state schools that is {living:.0f} children in {SOON} for "
        f"{places} places; the difference goes to schools elsewhere in the town and is seen in no roll of this area. A run "
        "counts the children of the area as it draws it: whole small areas, by where most of their children go to school. The "
        "area of a popular school may so be drawn wide, and the run then finds more.",
        {"planning area": primary_code(county, cast.POPULAR_AREA), "school": urn},
        (Figure("roll", "pupils of the school, each of the last five Januaries", max(rolls), "pupils"),
         Figure("roll_change", "change of its roll over these five", max(rolls) - min(rolls), "pupils"),
         Figure("reception_places", f"places in Reception of the area, {SOON}", places, "places"),
         Figure("living", f"children of the area expected in Reception of state schools, {SOON}", living, "children"),
         Figure("hidden", f"of whom there is no place in the area, {SOON}", living - places, "children"),
         Figure("rise", f"children of Reception age in the area, {ay_label(cast.BASE + 5)} against {ay_label(cast.BASE - 4)}",
                kids[cast.BASE + 5] / kids[cast.BASE - 4] - 1, "%")))


def garden_village(county: County) -> Story:
    """A garden village that has slipped, and a deed that has not."""
    built = np.cumsum(GARDEN)
    reached = cast.BASE + int(np.argmax(built >= cast.GARDEN_TRIGGER))
    name = f"{county.land.area_names[cast.GARDEN_AREA]} Garden Village"
    return Story(
        "garden_village", f"{name}: the trigger slips two years, the deed's date does not",
        f"The site for the school is handed over with home {cast.GARDEN_TRIGGER}. By the first trajectory that home was to be "
        f"built in {ay_label(reached - GARDEN_BEFORE)}; it is now expected in {ay_label(reached)}, and the school in September "
        f"{GARDEN_OPENS}. The deed asks for the developer's contribution to be spent by {GARDEN_DEED}, before the home that "
        "triggers it is built: the money falls back unless the deed is changed.",
        {"planning area": primary_code(county, cast.GARDEN_AREA), "school": GARDEN_URN, "site": "GARDEN"},
        (Figure("trigger_year", f"financial year in which home {cast.GARDEN_TRIGGER} is built", reached, "year"),
         Figure("slip", "years later than by the first trajectory", GARDEN_BEFORE, "years"),
         Figure("deed_year", "financial year at the end of which the money must be spent", int(GARDEN_DEED[:4]) - 1, "year"),
         Figure("places_before", f"places in Reception of the school, {ay_label(GARDEN_OPENS - 1)}", 0, "places"),
         Figure("places_after", f"places in Reception of the school, {ay_label(GARDEN_OPENS)}", GARDEN_PLACES, "places")))


def more_homes(county: County) -> Story:
    """An estate that is built faster than was usual in its area: only what is more is not in the trends already."""
    _, share = estate_share(county.land, county.schools, county.rolls)
    by_year = [cast.USUAL_HOMES if cast.BASE + y < cast.MORE_FROM else cast.MORE_HOMES for y in range(cast.ESTATE_YEARS)]
    last = cast.BASE + 5
    ready = [7 / 12 * by_year[y - 1] + 5 / 12 * by_year[y] for y in range(1, last - cast.BASE + 1)]
    more = [max(0.0, homes * share - cast.USUAL_HOMES) for homes in ready]
    pupils = sum(PUPILS_FOUND["primary"]) / sum(HOMES_SURVEYED)
    by_age = CURVES["primary"]      # the homes ready last are in their first January, those before in their second, and so on
    gross, net = (sum(homes * by_age[last - cast.BASE - 1 - y] for y, homes in enumerate(each)) for each in (ready, more))
    return Story(
        "more_homes", f"{county.land.area_names[cast.ESTATE_AREA]} Fields: many homes, and about half of them nothing new",
        f"In {county.land.area_names[cast.ESTATE_AREA]} {cast.USUAL_HOMES} homes were completed in every one of the last years, "
        f"and their children are in the trends of its schools. On the estate {cast.MORE_HOMES} a year are built from April "
        f"{cast.MORE_FROM} on. Only the homes above {cast.USUAL_HOMES} a year bring children whom the trends do not hold, and of "
        f"these children three in ten are at a local school already. A survey found {pupils:.2f} primary pupils in a new home, "
        f"fewer in its first years: {by_age[0]:.2f} in the first January, {max(by_age):.2f} in the sixth.",
        {"planning area": primary_code(county, cast.ESTATE_AREA), "site": cast.ESTATE_REF},
        (Figure("ready", f"homes of the estate ready from September {cast.BASE + 1} to January {last + 1}", sum(ready), "homes"),
         Figure("more", "of which above the usual rate of the area", sum(more), "homes"),
         Figure("gross", "primary pupils who live in the homes of the estate then", gross, "pupils"),
         Figure("net", "primary pupils by whom the area's forecast is raised", net * 0.7, "pupils")))


def falling_rolls(county: County) -> Story:
    """Two schools that empty: an academy that keeps its admission number, and a small school that must be kept."""
    academy, rural = (int(county.schools.playing(part)[0]) for part in ("academy", "rural"))
    figures: list[Figure] = []
    for part, row in (("academy", academy), ("rural", rural)):
        pan = int(county.council.places[row, FIRST])
        places, pupils = pan * (TOP_PRIMARY + 1), pupils_of(county, cast.BASE, np.array([row]), PRIMARY)
        figures += [
            Figure(f"{part}_unfilled", f"places free at the {part} school, January {cast.BASE + 1}, of {places}", places - pupils,
                   "places"),
            Figure(f"{part}_reception", f"children in its Reception, {SOON}, of {pan} places",
                   pupils_of(county, cast.BASE + 1, np.array([row]), FIRST), "children")]
    (urn_a, name_a), (urn_r, name_r) = named(county, academy), named(county, rural)
    return Story(
        "falling_rolls", f"{name_a} and {name_r}: falling rolls, and neither can be made smaller",
        f"Births round {county.land.area_names[cast.FALLING_AREA]} fall faster than anywhere. {name_a}, an academy, keeps its "
        f"admission number of {cast.FALLING_PANS[0]}: its trust sets it, not the council. {name_r} is designated as a rural "
        "primary school, which there is a presumption against closing.",
        {"planning area": primary_code(county, cast.FALLING_AREA), "academy": urn_a, "rural": urn_r}, tuple(figures))


def mobile(county: County) -> Story:
    """A mobile classroom whose permission ends."""
    row = int(county.schools.playing("mobile")[0])
    urn, name = named(county, row)
    with_it = int(county.council.places[row, PRIMARY].sum())
    return Story(
        "mobile", f"{name}: the mobile classroom goes in {cast.MOBILE_LAST + 1}",
        f"{name} teaches part of Years 5 and 6 in a mobile classroom: {cast.MOBILE_PLACES} places in each. Its planning "
        f"permission ends on 31 August {cast.MOBILE_LAST + 1}.",
        {"planning area": primary_code(county, cast.MOBILE_AREA), "school": urn},
        (Figure("places_with", f"places of the school, {ay_label(cast.MOBILE_LAST)}", with_it, "places"),
         Figure("places_without", f"places of the school, {ay_label(cast.MOBILE_LAST + 1)}", with_it - 2 * cast.MOBILE_PLACES,
                "places")))


def infant_and_junior(county: County) -> Story:
    """An infant and a junior school: Year 3 is a point of entry."""
    infant, junior = (int(row) for row in county.schools.playing("pair"))
    a = cast.PAIR_AREA
    into, out = county.rolls.into_3, county.rolls.out_at_3
    shares = [into[k, a] / (into[k, a] + out[k, a]) for k in (BASE, BASE - 1, BASE - 2)]
    (urn_i, name_i), (urn_j, name_j) = named(county, infant), named(county, junior)
    return Story(
        "infant_and_junior", f"{name_i} and {name_j}: Year 3 is a point of entry",
        f"Children leave {name_i} after Year 2 and most enter {name_j}. Year 3 is counted from offers and from who went where, "
        "not as the survival of a class.",
        {"planning area": primary_code(county, a), "infant": urn_i, "junior": urn_j},
        (Figure("leavers", f"children in Year 2 of the infant school, January {cast.BASE + 1}",
                pupils_of(county, cast.BASE, np.array([infant]), 2), "children"),
         Figure("year_3", f"children in Year 3 of the junior school, {SOON}",
                pupils_of(county, cast.BASE + 1, np.array([junior]), 3), "children"),
         Figure("share", "of the infants who go on to it, mean of three years, the latest counting most",
                float(np.average(shares, weights=LATEST_FIRST)), "%")))
