"""The stories planted in the county, each with what a run should find: figures cut from what was planted, never from a model.

A story says in a planner's words what has happened, where (codes of planning areas and schools), and the figures by which it is
found again. The printed sheet and the tests are both made from here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.council import (
    BASE,
    GARDEN,
    GARDEN_BEFORE,
    GARDEN_DEED,
    GARDEN_OPENS,
    GARDEN_PLACES,
    GARDEN_URN,
    NEXT,
    area_codes,
)
from sufficiency.example.rolls import FIRST, TOP_PRIMARY, YEAR_7, YEAR_11, YEAR_12, YEARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.county import County

    Flags = NDArray[np.bool_]

PRIMARY, SECONDARY = slice(FIRST, TOP_PRIMARY + 1), slice(YEAR_7, YEAR_11 + 1)
LATEST_FIRST = (3.0, 2.0, 1.0)          # weights of the last three years, as planners set them
NOW, SOON = ay_label(cast.BASE), ay_label(cast.BASE + 1)


@dataclass(frozen=True)
class Figure:
    """One figure that a run should find."""

    name: str
    what: str
    value: float
    unit: str = ""      # "%" for a fraction, else what is counted


@dataclass(frozen=True)
class Story:
    """One story: what happened, where, and the figures that tell it."""

    key: str
    title: str
    told: str
    where: Mapping[str, str] = field(default_factory=dict)      # what it is -> code of the planning area, or URN
    figures: tuple[Figure, ...] = ()

    def figure(self, name: str) -> float:
        """Give a figure by its name."""
        return next(f.value for f in self.figures if f.name == name)


def stories_of(county: County) -> tuple[Story, ...]:
    """All stories of the county, in the order of the sheet."""
    return tuple(tell(county) for tell in TOLD)


def _area(county: County, a: int) -> Flags:
    """The schools of a primary planning area."""
    found: Flags = (county.schools.table["area"] == a).to_numpy()
    return found


def _named(county: County, row: int) -> tuple[str, str]:
    """URN and name of a school."""
    school = county.schools.table.iloc[row]
    return str(school["urn"]), str(school["name"])


def _roll(county: County, ay: int, schools: Flags | NDArray[np.int64], groups: slice | int) -> int:
    return int(county.rolls.roll[ay - YEARS.start][schools][..., groups].sum())


def short_reception(county: County) -> Story:
    """A town with much to spare, and one of its areas without room in Reception."""
    town = county.schools.table["area"].isin(cast.SHORT_TOWN).to_numpy()
    short = _area(county, cast.SHORT_AREA)
    places, pupils = int(county.council.places[town, PRIMARY].sum()), _roll(county, cast.BASE, town, PRIMARY)
    open_, come = int(county.council.places[short, FIRST].sum()), _roll(county, cast.BASE + 1, short, FIRST)
    name = county.land.towns[0]
    code = area_codes(county.schools)[0][cast.SHORT_AREA]
    return Story(
        "short_reception", f"{name}: 12 % to spare, and 18 short",
        f"The primary schools of {name} had {places - pupils:,} of {places:,} places free in January {cast.BASE + 1}. Yet in "
        f"{county.land.area_names[cast.SHORT_AREA]} {come} children started Reception in September {cast.BASE + 1}, in {open_} "
        "places. Free places in other areas and year groups do not help them.",
        {"planning area": code, **{f"area of the town {n + 1}": area_codes(county.schools)[0][a]
                                   for n, a in enumerate(cast.SHORT_TOWN)}},
        (Figure("town_places", f"places in the town's primary schools, {NOW}", places, "places"),
         Figure("town_pupils", f"pupils in them, January {cast.BASE + 1}", pupils, "pupils"),
         Figure("town_surplus", "share of the town's places that are free", 1 - pupils / places, "%"),
         Figure("reception_places", f"places in Reception of the area, {SOON}", open_, "places"),
         Figure("short", f"additional need in Reception of the area, {SOON}", come - open_, "places")))


def hidden_need(county: County) -> Story:
    """A popular school, full for years, while more and more children live round it."""
    popular = county.schools.playing("popular")
    urn, name = _named(county, int(popular[0]))
    here, mine = _area(county, cast.POPULAR_AREA), county.land.area == cast.POPULAR_AREA
    kids = {ay: int(county.children.of(ay - 5)[mine].sum()) for ay in (cast.BASE - 4, cast.BASE + 1, cast.BASE + 5)}
    rate = _roll(county, cast.BASE + 1, np.ones(len(here), dtype=bool), FIRST) / county.children.of(cast.BASE - 4).sum()
    places = int(county.council.pan_next[here].sum())
    living = kids[cast.BASE + 1] * rate
    rolls = {_roll(county, ay, popular, PRIMARY) for ay in range(cast.BASE - 4, cast.BASE + 1)}
    return Story(
        "hidden_need", f"{name}: a flat roll, and children who live there and do not come",
        f"{name} has had {min(rolls)} pupils in every January since {cast.BASE - 3}: it is full, and so are the two schools next to "
        f"it. Children of Reception age living in {county.land.area_names[cast.POPULAR_AREA]} were {kids[cast.BASE - 4]} in "
        f"{ay_label(cast.BASE - 4)}, are {kids[cast.BASE + 1]} in {SOON} and will be {kids[cast.BASE + 5]} in "
        f"{ay_label(cast.BASE + 5)}. At the county's usual share in state schools that is {living:.0f} children in {SOON} for "
        f"{places} places; the difference goes to schools elsewhere in the town and is seen in no roll of this area.",
        {"planning area": area_codes(county.schools)[0][cast.POPULAR_AREA], "school": urn},
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
        f"The site for the school is handed over with home {cast.GARDEN_TRIGGER}. By the first trajectory that home was to be built "
        f"in {ay_label(reached - GARDEN_BEFORE)}; it is now expected in {ay_label(reached)}, and the school in September "
        f"{GARDEN_OPENS}. The deed asks for the developer's contribution to be spent by {GARDEN_DEED}, before the home that "
        "triggers it is built: the money falls back unless the deed is changed.",
        {"planning area": area_codes(county.schools)[0][cast.GARDEN_AREA], "school": GARDEN_URN, "site": "GARDEN"},
        (Figure("trigger_year", f"financial year in which home {cast.GARDEN_TRIGGER} is built", reached, "year"),
         Figure("slip", "years later than by the first trajectory", GARDEN_BEFORE, "years"),
         Figure("deed_year", "financial year at the end of which the money must be spent", int(GARDEN_DEED[:4]) - 1, "year"),
         Figure("places_before", f"places in Reception of the school, {ay_label(GARDEN_OPENS - 1)}", 0, "places"),
         Figure("places_after", f"places in Reception of the school, {ay_label(GARDEN_OPENS)}", GARDEN_PLACES, "places")))


def falling_rolls(county: County) -> Story:
    """Two schools that empty: an academy that keeps its admission number, and a small school that must be kept."""
    academy, rural = (int(county.schools.playing(part)[0]) for part in ("academy", "rural"))
    figures = []
    for part, row in (("academy", academy), ("rural", rural)):
        pan = int(county.council.places[row, FIRST])
        places, pupils = pan * (TOP_PRIMARY + 1), _roll(county, cast.BASE, np.array([row]), PRIMARY)
        figures += [
            Figure(f"{part}_unfilled", f"places free at the {part} school, January {cast.BASE + 1}, of {places}", places - pupils,
                   "places"),
            Figure(f"{part}_reception", f"children in its Reception, {SOON}, of {pan} places",
                   _roll(county, cast.BASE + 1, np.array([row]), FIRST), "children")]
    (urn_a, name_a), (urn_r, name_r) = _named(county, academy), _named(county, rural)
    return Story(
        "falling_rolls", f"{name_a} and {name_r}: falling rolls, and neither can be made smaller",
        f"Births round {county.land.area_names[cast.FALLING_AREA]} fall faster than anywhere. {name_a}, an academy, keeps its "
        f"admission number of {cast.FALLING_PANS[0]}: its trust sets it, not the council. {name_r} is designated as a rural primary "
        "school, which there is a presumption against closing.",
        {"planning area": area_codes(county.schools)[0][cast.FALLING_AREA], "academy": urn_a, "rural": urn_r}, tuple(figures))


def bulge(county: County) -> Story:
    """A bulge reaches Year 7 while primary schools empty."""
    upper = county.schools.playing("bulge_secondary")
    s = int(county.schools.table["secondary_area"].iloc[upper[0]])
    all_ = np.ones(len(county.schools.table), dtype=bool)
    classes = county.schools.playing("bulge")
    lower = np.isin(county.schools.table["area"], cast.BULGE_AREAS)
    places, come = int(county.council.places[upper, YEAR_7].sum()), _roll(county, cast.BASE + 1, upper, YEAR_7)
    peak = max(YEARS[k] for k in range(len(YEARS)) if county.rolls.roll[k][:, PRIMARY].sum()
               == county.rolls.roll[:NEXT, :, PRIMARY].sum(axis=(1, 2)).max())
    spare = int(county.council.places[lower, FIRST].sum()) - _roll(county, cast.BASE + 1, lower, FIRST)
    return Story(
        "bulge", f"{county.land.towns[cast.BULGE_DISTRICT]}: a bulge reaches Year 7 while primary schools empty",
        f"In {ay_label(cast.BULGE_AY)} three primary schools of {county.land.towns[cast.BULGE_DISTRICT]} took a class more. These "
        f"children left Year 6 in summer {cast.BASE + 1}, and {come} children came for {places} places in Year 7, while the "
        f"county's primary rolls, at their highest in {ay_label(peak)}, fall every year.",
        {"secondary planning area": area_codes(county.schools)[1][s],
         **{f"planning area {n + 1}": area_codes(county.schools)[0][a] for n, a in enumerate(cast.BULGE_AREAS)},
         **{f"school {n + 1}": _named(county, int(row))[0] for n, row in enumerate(classes)}},
        (Figure("short", f"additional need in Year 7 of the town, {SOON}", come - places, "places"),
         Figure("bulge_now", f"places in Year 6 of the three schools, {NOW}",
                int(county.council.places[classes, TOP_PRIMARY].sum()), "places"),
         Figure("bulge_next", f"the same in {SOON}, when the classes have left",
                int(county.council.places[classes, TOP_PRIMARY].sum()) - cast.BULGE_CLASS * len(classes), "places"),
         Figure("primary_spare", f"places free in Reception of the same town, {SOON}", spare, "places"),
         Figure("primary_before", f"primary pupils of the county, January {cast.BASE - 3}",
                _roll(county, cast.BASE - 4, all_, PRIMARY), "pupils"),
         Figure("primary_now", f"primary pupils of the county, January {cast.BASE + 1}", _roll(county, cast.BASE, all_, PRIMARY),
                "pupils"),
         Figure("secondary_before", f"secondary pupils (Years 7 to 11), January {cast.BASE - 3}",
                _roll(county, cast.BASE - 4, all_, SECONDARY), "pupils"),
         Figure("secondary_now", f"secondary pupils, January {cast.BASE + 1}", _roll(county, cast.BASE, all_, SECONDARY), "pupils")))


def mobile(county: County) -> Story:
    """A mobile classroom whose permission ends."""
    row = int(county.schools.playing("mobile")[0])
    urn, name = _named(county, row)
    with_it = int(county.council.places[row, PRIMARY].sum())
    return Story(
        "mobile", f"{name}: the mobile classroom goes in {cast.MOBILE_LAST + 1}",
        f"{name} teaches part of Years 5 and 6 in a mobile classroom: {cast.MOBILE_PLACES} places in each. Its planning permission "
        f"ends on 31 August {cast.MOBILE_LAST + 1}.",
        {"planning area": area_codes(county.schools)[0][cast.MOBILE_AREA], "school": urn},
        (Figure("places_with", f"places of the school, {ay_label(cast.MOBILE_LAST)}", with_it, "places"),
         Figure("places_without", f"places of the school, {ay_label(cast.MOBILE_LAST + 1)}", with_it - 2 * cast.MOBILE_PLACES,
                "places")))


def sixth_form(county: County) -> Story:
    """An 11-18 school: its sixth form is no room for Year 7, and staying on is no survival."""
    row = int(county.schools.playing("sixth")[0])
    urn, name = _named(county, row)
    s = int(county.schools.table["secondary_area"].iloc[row])
    here = (county.schools.table["secondary_area"] == s).to_numpy()
    roll = county.rolls.roll
    stay = [roll[k][here, YEAR_12].sum() / roll[k - 1][here, YEAR_11].sum() for k in (BASE, BASE - 1, BASE - 2)]
    capacity = int(county.council.places[row].sum() + county.council.sixth_places[row])
    return Story(
        "sixth_form", f"{name}: an 11-18 school of which only the capacity is known",
        f"{name} has {capacity:,} places, of which {cast.SIXTH_PLACES} are its sixth form's. What is left is shared by five year "
        "groups. Into Year 12 goes a share of Year 11.",
        {"secondary planning area": area_codes(county.schools)[1][s], "school": urn},
        (Figure("capacity", "places of the school with its sixth form", capacity, "places"),
         Figure("year_group", "places in each of Years 7 to 11", cast.SIXTH_YEAR_GROUP, "places"),
         Figure("staying_on", "of Year 11 of the planning area who stay on, mean of three years, the latest counting most",
                float(np.average(stay, weights=LATEST_FIRST)), "%")))


def infant_and_junior(county: County) -> Story:
    """An infant and a junior school: Year 3 is a point of entry."""
    infant, junior = (int(row) for row in county.schools.playing("pair"))
    a = cast.PAIR_AREA
    into, out = county.rolls.into_3, county.rolls.out_at_3
    shares = [into[k, a] / (into[k, a] + out[k, a]) for k in (BASE, BASE - 1, BASE - 2)]
    (urn_i, name_i), (urn_j, name_j) = _named(county, infant), _named(county, junior)
    return Story(
        "infant_and_junior", f"{name_i} and {name_j}: Year 3 is a point of entry",
        f"Children leave {name_i} after Year 2 and most enter {name_j}. Year 3 is counted from offers and from who went where, "
        "not as the survival of a class.",
        {"planning area": area_codes(county.schools)[0][a], "infant": urn_i, "junior": urn_j},
        (Figure("leavers", f"children in Year 2 of the infant school, January {cast.BASE + 1}",
                _roll(county, cast.BASE, np.array([infant]), 2), "children"),
         Figure("year_3", f"children in Year 3 of the junior school, {SOON}", _roll(county, cast.BASE + 1, np.array([junior]), 3),
                "children"),
         Figure("share", "of the infants who go on to it, mean of three years, the latest counting most",
                float(np.average(shares, weights=LATEST_FIRST)), "%")))


def across_the_border(county: County) -> Story:
    """A secondary school that a good part of its children reach from across the border."""
    row = int(county.schools.playing("border")[0])
    urn, name = _named(county, row)
    s = int(county.schools.table["secondary_area"].iloc[row])
    here = (county.schools.table["secondary_area"] == s).to_numpy()
    came = [int(county.rolls.from_outside[k][here].sum()) for k in (BASE, BASE - 1, BASE - 2)]
    a = int(np.argmax(county.rolls.to_outside[BASE] / np.maximum(
        county.rolls.to_outside[BASE] + county.rolls.into_7[BASE].sum(axis=1), 1)))
    gone = [county.rolls.to_outside[k][a] / (county.rolls.to_outside[k][a] + county.rolls.into_7[k][a].sum())
            for k in (BASE, BASE - 1, BASE - 2)]
    return Story(
        "across_the_border", f"{name}: children from across the border, and others who leave",
        f"{name} stands near the city. Of its Year 7 of January {cast.BASE + 1}, {county.rolls.from_outside[BASE, row]} came from "
        f"there. Out of {county.land.area_names[a]} many go the other way. Both are counted gross.",
        {"secondary planning area": area_codes(county.schools)[1][s], "school": urn,
         "planning area": area_codes(county.schools)[0][a]},
        (Figure("came", "into Year 7 of the area from outside, mean of three years, the latest counting most",
                float(np.average(came, weights=LATEST_FIRST)), "children"),
         Figure("went", "of Year 6 of the planning area who go outside, mean of three years alike",
                float(np.average(gone, weights=LATEST_FIRST)), "%")))


def forecast_too_high(county: County) -> Story:
    """Last year's forecast was far too high, and the offers say so of this year's too."""
    a = cast.CONTRADICTED_AREA
    here, mine = _area(county, a), county.land.area == a
    born = {ay: int(county.children.births[ay - 5 - cast.FIRST_COHORT][mine].sum()) for ay in range(cast.BASE - 2, cast.BASE + 2)}
    came = {ay: _roll(county, ay, here, FIRST) for ay in born}
    ratio = np.average([came[ay] / born[ay] for ay in (cast.BASE, cast.BASE - 1, cast.BASE - 2)], weights=LATEST_FIRST)
    expected = float(born[cast.BASE + 1] * ratio)
    one_p, three_p, one_s, three_s = cast.OVER_FORECAST
    all_ = np.ones(len(here), dtype=bool)
    actual = {name: _roll(county, cast.BASE, all_, groups) for name, groups in (("primary", PRIMARY), ("secondary", SECONDARY))}
    return Story(
        "forecast_too_high", "Last year's forecast was far too high, and this year's offers contradict the births",
        f"For January {cast.BASE + 1} the county's own return of the year before had foreseen "
        f"{actual['primary'] * (1 + one_p):,.0f} primary pupils; {actual['primary']:,} came. In "
        f"{county.land.area_names[a]}, where a large employer has closed, births five years ago and the usual ratio would give "
        f"{expected:.0f} children in Reception in {SOON}. Offers were made to {came[cast.BASE + 1]}.",
        {"planning area": area_codes(county.schools)[0][a]},
        (Figure("actual_primary", f"primary pupils, January {cast.BASE + 1}", actual["primary"], "pupils"),
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
    merged = _named(county, int(county.schools.playing("merged")[0]))
    new = _named(county, int(county.schools.playing("new")[0]))
    there = np.ones(len(table), dtype=bool)
    return Story(
        "seen_through", "What must be left out, and what must be seen through",
        "The register and the census also hold special, independent and nursery schools, units for excluded pupils and some "
        f"schools of the city: none of them is planned for. {len(late)} schools have become academies, under another number, since "
        f"the January of {cast.BASE - 3}; {merged[1]} was an infant and a junior school until {cast.MERGED_AY}; {new[1]} opened last "
        "September and has a Reception class only. One school's places stand on two lines of the capacity return. Names hold an "
        "apostrophe, commas and an accent.",
        {"merged school": merged[0], "new school": new[0]},
        (Figure("schools", f"mainstream schools with pupils in January {cast.BASE + 1}", len(table), "schools"),
         Figure("pupils", "their pupils in Reception to Year 11",
                _roll(county, cast.BASE, there, slice(FIRST, YEAR_11 + 1)), "pupils"),
         Figure("merged_before", f"pupils of the merged school's two predecessors, January {cast.MERGED_AY}",
                _roll(county, cast.MERGED_AY - 1, county.schools.playing("merged"), PRIMARY), "pupils")))


TOLD: tuple[Callable[[County], Story], ...] = (
    short_reception, hidden_need, garden_village, falling_rolls, bulge, mobile, sixth_form, infant_and_junior, across_the_border,
    forecast_too_high, seen_through,
)
