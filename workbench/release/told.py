"""What each protected table tells of people: whom a row counts, what adds up, what is rounded, and what hangs on a hidden count.

Method (domain brief I2). A cell is a set of people: those of one area, year and age, and of one entitlement where it is told of
one. It is hidden or shown as a whole, in all tables and terms and for all measures at once, since all tell of the same people:
a count that is hidden in one term and shown in the next, or hidden in hours and shown in places, is not hidden. Measures that
add up over areas have a quantity; the same quantity in two tables is one figure told twice.

From how many on people are shown, and how figures are rounded, is the rulebook's (`disclosure.toml`) and the council's. A figure
is told no coarser than another table tells it: funded hours of a district, in whole hours, say how many children take them up, so
that take-up by district is told in whole children, and by ward, where no hours are told, in tens. The bounds know of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING

from sufficiency.childcare.balance import ALL, AROUND_SCHOOL, AUTHORITY, DISTRICT, FUNDED, HOLIDAY, PLANNING_AREA
from sufficiency.childcare.entitlements import PTE_HOURS
from sufficiency.childcare.terms import YOUNG
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions

JUDGE = "children_there"    # how many children stand behind a row: judged by, and never shown
PUBLIC = "public"           # of the audiences of the rulebook: everybody
COUNT, BEHIND = "count", "behind"
WHOLE_PER_CENT = 0.01
ROUNDED: Mapping[str, float] = MappingProxyType({k: float(v) for k, v in rulebook("disclosure")["rounding"].items()
                                                 if k != "evidence"})
WHOLE_NUMBERS = ROUNDED["whole"]
OFFICERS_ALONE = "For the council's officers alone, and not for publication: small numbers are not hidden as for the public."
NOT_TOLD = "not told: few children"
AREA = ("level", "area_code")
WHOLE = "authority"         # the level that all others add up to
BESIDE_HOURS = (PLANNING_AREA, DISTRICT, AUTHORITY)     # of which the balance tells hours


@dataclass(frozen=True)
class Fewest:
    """From how many on people are shown."""

    count: int                  # counts below it are hidden
    behind: int                 # and everything told of fewer people than this

    def enough(self, told: Told) -> int:
        """How many people are enough for a row of a table to be shown."""
        return self.count if told.enough == COUNT else self.behind


def fewest_for(audience: str, count: int = 0, behind: int = 0) -> Fewest:
    """The rulebook's for an audience, where the council sets no other (0: it sets none)."""
    rule = rulebook("disclosure")["audiences"][audience]
    return Fewest(count or int(rule["smallest_count"]), behind or int(rule["fewest_behind"]))


def fewest_of(assumptions: Assumptions) -> Fewest:
    """From how many on people are shown in what a run makes for people."""
    return fewest_for(assumptions.audience, assumptions.smallest_count, assumptions.fewest_behind)


USUAL = fewest_for(PUBLIC)
FEWEST = USUAL.behind


@dataclass(frozen=True)
class Told:
    """How one table tells of people."""

    table: str
    rule: str                               # what the front sheet says is hidden
    people: str                             # column of how many they are, where the table has no JUDGE
    quantities: Mapping[str, str]           # column that adds up over areas -> what it counts; {measure} is that column's word
    others: tuple[str, ...] = ()            # further numbers that are hidden with them: rates, shares, parts of hours
    texts: Mapping[str, str] = field(default_factory=dict)      # words that hang on them -> what stands there instead
    rounded: Mapping[str, float] = field(default_factory=dict)  # column -> to a multiple of this
    whole_at: tuple[str, ...] = ()          # levels at which no column is coarser than whole: another table tells it as fine
    counts: tuple[str, ...] = ()            # counts of people other than `people`: a small one hides the cell too
    by: str = ""                            # column that tells of whom, besides area, year and age; blank: of everybody
    everybody: tuple[str, ...] = ()         # words of that column which mean everybody of the age
    worth: Mapping[str, float] = field(default_factory=dict)    # other words -> hours that one of those people has at the least
    rate: tuple[str, str, str] = ("", "", "")       # a rate that is told, and the columns that it is a part and the whole of
    of: str = ""                            # whom every row counts, where these are other people than all of the age
    enough: str = BEHIND                    # which of Fewest holds: as many people as behind a share, or as in a count
    parts: tuple[str, ...] = ()             # ages that its age adds up: hidden where one of them is
    flags: tuple[str, ...] = ()             # marks of a row that are taken off where it is hidden

    def step(self, column: str, level: str) -> float:
        """To a multiple of what a column is rounded in rows of a level; nought: it is not."""
        usual = self.rounded.get(column, 0.0)
        return min(usual, WHOLE_NUMBERS) if level in self.whole_at else usual

    def quantity(self, column: str, word: str, measure: str) -> str:
        """What a column of a row counts; blank where it is told in another row of its own."""
        everybody = not self.of and (not self.by or word in self.everybody)
        name = "children" if column == self.people and everybody else self.quantities[column]
        if name == "children" and not everybody:
            return ""       # all of the age, told in a row that counts only some of them
        return name.format(measure=measure, word=word)


_STATUS = MappingProxyType({"status": "?", "marked": "?", "words": NOT_TOLD, "stands": NOT_TOLD})

TOLD = (
    Told("childcare_balance", "childcare: fewer than ten children of the age, and what would tell of them", "children",
         {"children": "children", "hours_wanted": "hours wanted, {measure}"},
         others=("hours_short", "hours_over", "hours_counted", "hours_flexible", "pte_wanted", "pte_counted", "pte_short",
                 "pte_over", "ratio"), texts=_STATUS, flags=("worst_term",), by="measure",
         everybody=(ALL, AROUND_SCHOOL, HOLIDAY),
         worth={FUNDED: float(PTE_HOURS)},
         rounded=dict.fromkeys(("children", "hours_wanted", "hours_on_offer", "hours_counted", "hours_assumed", "hours_not_told",
                                "hours_flexible", "hours_short", "hours_over", "pte_wanted", "pte_counted", "pte_short",
                                "pte_over"), WHOLE_NUMBERS)),
    Told("access_by_area", "access of areas: fewer than ten children of the age, and what would tell of them", "children",
         {"children": "children"}, others=("index", "share_without"), texts=MappingProxyType({"status": "?"}),
         rounded={"children": WHOLE_NUMBERS}),
    Told("childcare_takeup", "take-up: fewer than ten eligible, 1 to 4 who take it up, and what would tell of them", "eligible",
         {"eligible": "eligible, {word}", "children": "taken up, {word}"}, others=("takeup",),
         rounded={"eligible": ROUNDED["takeup"], "children": ROUNDED["takeup"], "takeup": WHOLE_PER_CENT},
         whole_at=BESIDE_HOURS,
         counts=("children",), by="kind",
         everybody=("universal",), rate=("takeup", "children", "eligible")),
    Told("childcare_places", "places for each child: ages of fewer than ten children, and what would tell of them", "children",
         {"children": "children"}, others=("places_per_child", "places_in_reach"),
         texts=MappingProxyType({"places_band": NOT_TOLD}), parts=YOUNG,
         rounded={"children": ROUNDED["places"], "places_per_child": WHOLE_PER_CENT, "registered_places": WHOLE_NUMBERS,
                  "nursery_pupils": WHOLE_NUMBERS}),
    Told("childcare_closings", "what a closing does: fewer than ten children of the age, and what would tell of them", "children",
         {"children": "children"}, texts=MappingProxyType({"letter_with": "?", "letter_without": "?"}),
         rounded={"children": WHOLE_NUMBERS}),
    Told("childcare_disabled", "disabled children: counts of 1 to 4, and what would tell of them", "children",
         {"children": "disabled children"}, rounded={"children": ROUNDED["disabled"]}, of="disabled", enough=COUNT),
    Told("childcare_vacancies", "what stands vacant: fewer than five settings, and what would tell of them", "settings",
         {"settings": "settings with a headcount", "hours_taken": "hours taken", "hours_vacant": "hours vacant"},
         others=("vacancy_rate", "pte_vacant", "pte_as_age_3_4"), of="settings", enough=COUNT,
         rounded=dict.fromkeys(("hours_taken", "hours_vacant", "pte_vacant", "pte_as_age_3_4"), WHOLE_NUMBERS)),
)
WHOLE_ALSO: Mapping[str, tuple[str, ...]] = MappingProxyType(
    dict.fromkeys(("childcare_settings", "childcare_quality"), ("providers", "places")))
"""Columns of people and places that leave as whole numbers in tables which hide nobody: no half of a childminder is told."""
