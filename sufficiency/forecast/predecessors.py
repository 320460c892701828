"""Which school follows which: GIAS links, and schools that kept their number, so that a school's history survives
academisation.

A link of the kinds Predecessor and Successor (merged, amalgamated and split ones among them) joins two schools over time.
Where no link is published, a former school that had the LAESTAB of a present one is taken to be its predecessor. Sixth-form
links, and all other kinds, join no histories.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from sufficiency.evidence import Evidence


@dataclass(frozen=True)
class Ancestry:
    """Predecessors and successors of each school, one step at a time."""

    parents: Mapping[str, tuple[str, ...]]  # school -> its predecessors, latest link first
    children: Mapping[str, tuple[str, ...]]  # school -> its successors, the one with most pupils first
    split: tuple[str, ...] = field(default=())  # schools with several successors

    def before(self, urn: str) -> tuple[str, ...]:
        """Every predecessor of a school, the nearest first."""
        return _walk(urn, self.parents)

    def after(self, urn: str) -> frozenset[str]:
        """Every successor of a school."""
        return frozenset(_walk(urn, self.children))

    def heirs(self, present: frozenset[str]) -> dict[str, str]:
        """For each school, past or present, which present school its pupils count for: itself, else its first present
        successor.
        """
        found = {urn: urn for urn in present}
        for urn in sorted({*self.parents, *self.children} - present):
            heir = next((later for later in _walk(urn, self.children) if later in present), None)
            if heir is not None:
                found[urn] = heir
        return found


def _walk(start: str, steps: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """All that is reached from a school, breadth first; a circle of links ends where it closes."""
    reached: dict[str, None] = {}
    ring = [start]
    while ring:
        ring = [urn for known in ring for urn in steps.get(known, ()) if urn not in reached and urn != start]
        reached.update(dict.fromkeys(ring))
    return tuple(reached)


def ancestry(evidence: Evidence) -> Ancestry:
    """Read the links of all schools, and those that a common number tells."""
    pairs = dict.fromkeys((*_linked(evidence.school_links), *_same_number(evidence)))
    size = _sizes(evidence)
    parents: dict[str, list[str]] = defaultdict(list)
    children: dict[str, list[str]] = defaultdict(list)
    for earlier, later in pairs:
        parents[later].append(earlier)
        children[earlier].append(later)
    heirs = {urn: tuple(sorted(after, key=lambda u: (-size.get(u, 0.0), u))) for urn, after in children.items()}
    split = tuple(sorted(urn for urn, after in heirs.items() if sum(u in size for u in after) > 1))
    return Ancestry({urn: tuple(before) for urn, before in parents.items()}, heirs, split)


def _linked(links: pd.DataFrame) -> list[tuple[str, str]]:
    """Pairs of earlier and later school that the links tell, the latest first."""
    pairs = []
    for link in (
        links.sort_values(["link_date", "urn", "link_urn"], ascending=[False, True, True]).itertuples() if len(links) else ()
    ):
        kind = str(link.link_type).casefold()
        if kind.startswith("predecessor"):
            pairs.append((str(link.link_urn), str(link.urn)))
        elif kind.startswith("successor"):
            pairs.append((str(link.urn), str(link.link_urn)))
    return pairs


def _same_number(evidence: Evidence) -> list[tuple[str, str]]:
    """Pairs of schools with one LAESTAB, of which the earlier is in no census any more, the census telling which is later."""
    census = evidence.census_schools
    if census.empty:
        return []
    span = census.groupby(["laestab", "urn"])["ay"].agg(first="min", last="max").reset_index()
    span = span.sort_values(["laestab", "first", "urn"])
    follows = span["laestab"].eq(span["laestab"].shift()) & (span["last"].shift() < span["first"])
    return list(zip(span["urn"].shift()[follows], span["urn"][follows], strict=True))


def _sizes(evidence: Evidence) -> dict[str, float]:
    """Pupils of each school in the base year, Reception and above."""
    roll = evidence.school_roll
    now = roll[(roll["ay"] == evidence.authority.base_year) & (roll["nc_year"] >= 0)] if len(roll) else roll
    return {str(urn): float(pupils) for urn, pupils in now.groupby("urn")["pupils"].sum().items()} if len(now) else {}
