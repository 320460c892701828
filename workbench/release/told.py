"""What each protected table tells of people: whom a row counts, what adds up, what is rounded, and what hangs on a hidden count.

Method (domain brief I2). A cell is a set of people: those of one area, year and age, and of one entitlement where it is told of
one. It is hidden or shown as a whole, in all tables and terms and for all measures at once, since all tell of the same people:
a count that is hidden in one term and shown in the next, or hidden in hours and shown in places, is not hidden. Measures that
add up over areas have a quantity; the same quantity in two tables is one figure told twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

JUDGE = "children_there"    # how many children stand behind a row: judged by, and never shown
FEWEST = 10                 # children behind a share or an index that is shown
SMALL = 5                   # the smallest count of children that is shown, nought excepted
TENS, WHOLE_PER_CENT = 10.0, 0.01
NOT_TOLD = "not told: few children"
AREA = ("level", "area_code")
WHOLE = "authority"         # the level that all others add up to


@dataclass(frozen=True)
class Fewest:
    """From how many on people are shown."""

    count: int = SMALL          # counts below it are hidden
    behind: int = FEWEST        # and everything told of fewer people than this


USUAL = Fewest()


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
    counts: tuple[str, ...] = ()            # counts of people other than `people`: a small one hides the cell too
    by: str = ""                            # column that tells of whom, besides area, year and age; blank: of everybody
    everybody: tuple[str, ...] = ()         # words of that column which mean everybody of the age
    rate: tuple[str, str, str] = ("", "", "")       # a rate that is told, and the columns that it is a part and the whole of

    def quantity(self, column: str, word: str, measure: str) -> str:
        """What a column of a row counts."""
        name = "children" if column == self.people and (not self.by or word in self.everybody) else self.quantities[column]
        return name.format(measure=measure, word=word)


_STATUS = MappingProxyType({"status": "?", "marked": "?", "words": NOT_TOLD, "stands": NOT_TOLD})

TOLD = (
    Told("childcare_balance", "childcare: fewer than ten children of the age, and what would tell of them", "children",
         {"children": "children", "hours_wanted": "hours wanted, {measure}"},
         others=("hours_short", "hours_over", "pte_wanted", "pte_short", "pte_over", "ratio"), texts=_STATUS),
    Told("access_by_area", "access of areas: fewer than ten children of the age, and what would tell of them", "children",
         {"children": "children"}, others=("index", "share_without"), texts=MappingProxyType({"status": "?"})),
    Told("childcare_takeup", "take-up: fewer than ten eligible, 1 to 4 who take it up, and what would tell of them", "eligible",
         {"eligible": "eligible, {word}", "children": "taken up, {word}"}, others=("takeup",),
         rounded={"eligible": TENS, "children": TENS, "takeup": WHOLE_PER_CENT}, counts=("children",), by="kind",
         everybody=("universal",), rate=("takeup", "children", "eligible")),
)
