"""What the rules ask of the children of a case and of the places free for them, looked up once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sufficiency.capital.choices import Choices
from sufficiency.capital.tables import Case


@dataclass(frozen=True)
class ChildFacts:
    """Children, sites and free places of a case, looked up."""

    case: Case
    choices: Choices

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Academic years in which a scheme may open."""
        return self.case.years

    @cached_property
    def financial_years(self) -> range:
        """Financial years in which money can come in or go out."""
        return self.case.financial_years

    @cached_property
    def cells(self) -> list[tuple[str, int, int, float]]:
        """(group, academic year, year group, children without a place)."""
        return list(rows(self.case.cells, "group_id", "ay", "nc_year", "children"))

    @cached_property
    def material(self) -> dict[tuple[str, int, int], bool]:
        """Whether the shortfall of a cell is worth capital."""
        return {(g, y, n): bool(m) for g, y, n, m in rows(self.case.cells, "group_id", "ay", "nc_year", "material")}

    @cached_property
    def cells_of(self) -> dict[str, list[tuple[int, int]]]:
        """The cells of each group."""
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for g, y, n, _ in self.cells:
            found[g].append((y, n))
        return dict(found)

    @cached_property
    def how_many_cells(self) -> dict[str, int]:
        """Years a placed child of a group counts for."""
        return {g: len(self.cells_of.get(g, ())) for g in self.case.groups["group_id"]}

    @cached_property
    def size(self) -> dict[str, float]:
        """The most children of a group that lack a place at the same time."""
        largest = dict.fromkeys(self.case.groups["group_id"], 0.0)
        for g, _, _, need in self.cells:
            largest[g] = max(largest[g], need)
        return largest

    @cached_property
    def deprived(self) -> dict[str, bool]:
        """Whether a group lives in a deprived area."""
        return {g: bool(d) for g, d in rows(self.case.groups, "group_id", "deprived")}

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """(group, site) pairs along which children can be placed; groups without children are left out."""
        return [(g, s) for g, s in rows(self.case.links, "group_id", "site_id") if self.size[g] > 0.0]

    @cached_property
    def km(self) -> dict[tuple[str, str], float]:
        """Distance of each link."""
        return {(g, s): km for g, s, km in rows(self.case.links, "group_id", "site_id", "km")}

    @cached_property
    def transport(self) -> dict[tuple[str, str], float]:
        """Thousands of pounds of transport for a child and year."""
        return {(g, s): cost for g, s, cost in rows(self.case.links, "group_id", "site_id", "transport")}

    @cached_property
    def sites_of(self) -> dict[str, list[str]]:
        """The sites that each group reaches."""
        found: dict[str, list[str]] = {g: [] for g in self.case.groups["group_id"]}
        for g, s in self.links:
            found[g].append(s)
        return found

    @cached_property
    def groups_of_site(self) -> dict[str, list[str]]:
        """The groups that reach each site."""
        found: dict[str, list[str]] = {s: [] for s in self.case.sites["site_id"]}
        for g, s in self.links:
            found[s].append(g)
        return found

    @cached_property
    def free(self) -> dict[tuple[str, int, int], float]:
        """Places by site, year and year group that nobody sits in, or only children of the case, each of whom has a seat."""
        return {(s, y, n): places for s, y, n, places in rows(self.case.room, "site_id", "ay", "nc_year", "places")}

    @cached_property
    def seats(self) -> dict[tuple[str, str], float]:
        """Seats that children of a group are expected to fill at a site in all their years, whatever is built."""
        return {(g, s): seats for g, s, seats in rows(self.case.links, "group_id", "site_id", "seats") if seats > 0.0}

    @cached_property
    def seated(self) -> dict[str, float]:
        """Children of each group who have a seat anyway and are never without a place."""
        found = dict.fromkeys(self.case.groups["group_id"], 0.0)
        for (g, _), seats in self.seats.items():
            found[g] += seats
        return found

    @cached_property
    def free_in_all(self) -> float:
        """Free place-years of all sites together."""
        return float(sum(self.free.values()))

    @cached_property
    def most_places(self) -> dict[str, float]:
        """The places that schemes may add at a site, where a limit is known."""
        return {s: float(most) for s, most in rows(self.case.sites, "site_id", "most_places") if most == most}


def rows(frame: Any, *columns: str) -> Iterator[Any]:
    """Rows as plain tuples of Python's own numbers and texts."""
    return zip(*(frame[c].tolist() for c in columns), strict=True)
