"""Stories of money: what the council could build, what it has, and what neither a cheap list nor a hopeful one would see."""

from __future__ import annotations

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.capital_desk import (
    AWARD,
    BASIC_NEED,
    BORROWED,
    CARRIED,
    CHILDCARE,
    ESTATE_SUM,
    ESTATE_TRIGGER,
    GARDEN_SUM,
    HIGH_NEEDS,
    OLD_DEED,
    OLD_DEED_ON,
    OLD_DEED_YEARS,
    TOWN_DEED,
    capital_tables,
)
from sufficiency.example.childcare_settings import edge_area
from sufficiency.example.county import County
from sufficiency.example.nursery_schemes import EDGE_NURSERY, EDGE_POUNDS, POD_POUNDS
from sufficiency.example.primary_schemes import ASKED_CUT, SAVED_BY_CUT
from sufficiency.example.rolls import TOP_PRIMARY
from sufficiency.example.scheme_rows import NOW
from sufficiency.example.story import Figure, Story, named, primary_code
from sufficiency.rules import rulebook


def money_nearly_suffices(county: County) -> Story:
    """Grants that do not pay for all that is asked for."""
    schemes = capital_tables(county)["schemes"]
    priced = pd.to_numeric(schemes["thousand_pounds"], errors="coerce")
    of_schools, of_care = schemes["phase"].isin(("primary", "secondary")), schemes["phase"].eq("early_years")
    grant = CARRIED + sum(pounds for *_, pounds in BASIC_NEED)
    return Story(
        "money_nearly_suffices", f"{len(schemes)} schemes, and money for some of them",
        f"Basic Need of £{grant / 1000:.1f}m, with what was carried forward, is to last until March {NOW + 3}. The schemes for "
        "schools that have an estimate come to more than twice as much; members ask of each why not this one. A plan takes of it "
        "only what children need who have no seat anywhere: whom a full school turns away mostly sits next door. For "
        "childcare there is less than its schemes cost; Basic Need may help only if members decide so. A grant for special "
        "needs is in the bank, and no table says how many places are wanted there: a plan leaves it out and says so. An offer "
        "that nobody has signed is no money.",
        {"planning area of the unsigned deed": primary_code(county, cast.SHORT_AREA)},
        (Figure("schemes", "schemes on the list", len(schemes), "schemes"),
         Figure("grant", f"Basic Need to March {NOW + 3}", grant, "thousand pounds"),
         Figure("asked", "estimates of the schemes for schools that have one, at the prices of their estimates",
                float(priced[of_schools].sum()), "thousand pounds"),
         Figure("care", "childcare grant, the award to a school and borrowing", sum(CHILDCARE) + AWARD + BORROWED,
                "thousand pounds"),
         Figure("care_asked", "estimates of the schemes for childcare, at their own prices", float(priced[of_care].sum()),
                "thousand pounds"),
         Figure("left_out", "grant for special needs, left out", HIGH_NEEDS, "thousand pounds"),
         Figure("unsigned", "promised in no signed deed, at its own prices", TOWN_DEED, "thousand pounds")),
    )  # fmt: skip


def three_deeds(county: County) -> Story:
    """A deed that follows its homes, one that its homes do not reach, and one whose years run out."""
    due = _estate_due()
    last = int(OLD_DEED_ON[:4]) + OLD_DEED_YEARS - 1  # five years from June end in June: the year before is the last whole one
    names = county.land.area_names
    return Story(
        "three_deeds", "Three deeds: one comes late, one not at all, one must be spent",
        f"{names[cast.ESTATE_AREA]} Fields owes £{ESTATE_SUM:,}k, indexed, when home {ESTATE_TRIGGER} is lived in. By the "
        f"builders' trajectory, two months empty and a third of a year late, as such sites are, that is in {ay_label(due)}. The "
        f"garden village's £{GARDEN_SUM:,}k hang on homes that are in no core forecast, and on a date that passes before them: "
        f"they count for nothing. £{OLD_DEED:,}k for {names[cast.POPULAR_AREA]} came on {OLD_DEED_ON}, for {OLD_DEED_YEARS} "
        f"years: {ay_label(last)} is the last whole financial year in which to spend them.",
        {"planning area of the estate": primary_code(county, cast.ESTATE_AREA),
         "planning area of the garden village": primary_code(county, cast.GARDEN_AREA),
         "planning area of the old deed": primary_code(county, cast.POPULAR_AREA)},
        (Figure("estate_year", "financial year in which the estate's sum comes", due, "year"),
         Figure("garden_counts", "of the garden village's sum that counts", 0, "thousand pounds"),
         Figure("old_deed", "of the old deed, received", OLD_DEED, "thousand pounds"),
         Figure("old_deed_last", "last financial year in which to spend it", last, "year")),
    )  # fmt: skip


def _estate_due() -> int:
    """The financial year in which home `ESTATE_TRIGGER` of the estate is lived in, homes built evenly over each year."""
    by_year = [cast.USUAL_HOMES if cast.BASE + y < cast.MORE_FROM else cast.MORE_HOMES for y in range(cast.ESTATE_YEARS)]
    built = np.cumsum(by_year)
    y = int(np.argmax(built >= ESTATE_TRIGGER))
    within = 1 - (built[y] - ESTATE_TRIGGER) / by_year[y]
    late = rulebook("housing")["slippage"]["under_construction"] + rulebook("capital_costs")["occupied_after"]["months"] / 12
    return cast.BASE + int(np.floor(y + within + late))


def falling_answers(county: County) -> Story:
    """What could be done about two schools that empty, and why a plan does none of it."""
    academy, rural = (named(county, int(county.schools.playing(part)[0])) for part in ("academy", "rural"))
    return Story(
        "falling_answers", f"{academy[1]} and {rural[1]}: three remedies, and all of them asks",
        f"{academy[1]} could lower its admission number by {ASKED_CUT}, one class in two years, and save about "
        f"£{SAVED_BY_CUT}k a year: the trust has been asked in June and has not answered. {rural[1]} could close or join its "
        "neighbour; it is a designated rural primary school, which the law presumes not to close, and its governors decide on "
        "the other. A plan that counts only what is agreed does none of the three and names them. What needs no one's leave is a "
        f"nursery in the academy's empty classrooms, if families lack its places. A run ranks the remedies of "
        f"surplus. At {academy[1]} each is marked as one to ask for, and by its classes the mildest cut saves no teacher, "
        "whatever the list hopes, for the children who come make as many classes as before. "
        f"At {rural[1]} an empty room, closed or put to another use, comes first and is for council and "
        "governors; to join it to another school, where one could hold both, stands last, for the law presumes against it.",
        {"planning area": primary_code(county, cast.FALLING_AREA), "academy": academy[0], "rural": rural[0]},
        (Figure("mildest", "what the mildest cut at the academy saves in running it", 0, "pounds"),
         Figure("asks", "remedies on the list that wait for consent", 3, "schemes"),
         Figure("fewer", "places fewer at the academy once its smaller number has reached every year group",
                ASKED_CUT * (TOP_PRIMARY + 1), "places"),
         Figure("saved", "what that saves a year", SAVED_BY_CUT, "thousand pounds")),
    )  # fmt: skip


def worst_first(county: County) -> Story:
    """The area that lacks most, and the cheapest thing that could be done there first."""
    places, (few, cheap) = sum(EDGE_NURSERY.values()), POD_POUNDS["under_2"]
    name = county.land.area_names[edge_area(county.land)]
    return Story(
        "worst_first", f"{name}: whoever begins with what is cheap has no nursery",
        f"Nowhere do families of young children lack more places than in {name}: they use nurseries across the border. A depot "
        f"would hold a nursery of {places} places. A list that takes the worst area first, and there the cheapest scheme, hires "
        f"a room for {few} babies in it; the depot is then taken. The nursery costs £{EDGE_POUNDS / places:.1f}k a place, the "
        f"room £{cheap / few:.1f}k. A plan that weighs all schemes together builds the nursery.",
        {"planning area": primary_code(county, edge_area(county.land))},
        (Figure("nursery", "places of the nursery", places, "places"),
         Figure("room", "places of the room that is hired first", few, "places"),
         Figure("nursery_cost", "the nursery, a place", 1000 * EDGE_POUNDS / places, "pounds"),
         Figure("room_cost", "the room, a place", 1000 * cheap / few, "pounds")),
    )  # fmt: skip
