"""What the rules ask of the schemes of a case and of the places they add, looked up once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sufficiency.capital.facts_children import ChildFacts, rows


@dataclass(frozen=True)
class SchemeFacts(ChildFacts):
    """The same, and the schemes."""

    @cached_property
    def groups_at(self) -> dict[tuple[str, int, int], list[str]]:
        """The groups that would sit in a site's year and year group, if placed there; also cells that schemes take from."""
        found: dict[tuple[str, int, int], list[str]] = defaultdict(list)
        for g, s in self.links:
            for y, n in self.cells_of[g]:
                found[s, y, n].append(g)
        for k, after, n, places in rows(self.case.adds, "scheme_id", "after", "nc_year", "places"):
            if places < 0.0:  # places are taken away only where they are free, whoever else may come
                for y in self.years_counted[k][after:]:
                    found[self.site_of[k], y, n] += []
        return {cell: found[cell] for cell in sorted(found)}

    @cached_property
    def schemes(self) -> list[str]:
        """The schemes."""
        return list(self.case.schemes["scheme_id"])

    def _of_schemes(self, column: str) -> dict[str, Any]:
        return dict(rows(self.case.schemes, "scheme_id", column))

    @cached_property
    def consent(self) -> dict[str, str]:
        """Whether those who decide consent."""
        return self._of_schemes("consent")

    @cached_property
    def quality(self) -> dict[str, str]:
        """Whether the school is good enough to grow."""
        return self._of_schemes("quality")

    @cached_property
    def kind(self) -> dict[str, str]:
        """The kind of each scheme."""
        return self._of_schemes("kind")

    @cached_property
    def phase(self) -> dict[str, str]:
        """The phase of each scheme."""
        return self._of_schemes("phase")

    @cached_property
    def must(self) -> dict[str, bool]:
        """Whether a scheme must be built."""
        return {k: choice == "must" for k, choice in self._of_schemes("choice").items()}

    @cached_property
    def must_not(self) -> dict[str, bool]:
        """Whether a scheme is ruled out."""
        return {k: choice == "must_not" for k, choice in self._of_schemes("choice").items()}

    @cached_property
    def opens_from(self) -> dict[str, int]:
        """The first academic year in which a scheme can open."""
        return {k: int(start + lead) for k, start, lead in rows(self.case.schemes, "scheme_id", "earliest_start", "lead_years")}

    @cached_property
    def last_counted(self) -> dict[str, int]:
        """The last academic year in which each scheme's places count."""
        return self.case.last_years

    @cached_property
    def years_counted(self) -> dict[str, tuple[int, ...]]:
        """The academic years in which each scheme's places count."""
        return {k: tuple(y for y in self.years if y <= last) for k, last in self.last_counted.items()}

    @cached_property
    def last_opening(self) -> dict[str, int]:
        """The last academic year with which a scheme may open, where that is not the last of all."""
        return self.case.last_openings

    @cached_property
    def schemes_at(self) -> dict[str, list[str]]:
        """The schemes of each site."""
        found: dict[str, list[str]] = {s: [] for s in self.case.sites["site_id"]}
        for k, s in rows(self.case.schemes, "scheme_id", "site_id"):
            found[s].append(k)
        return found

    @cached_property
    def site_of(self) -> dict[str, str]:
        """The site of each scheme."""
        return self._of_schemes("site_id")

    @cached_property
    def exclusive(self) -> dict[str, list[str]]:
        """The schemes of each exclusive group."""
        found: dict[str, list[str]] = defaultdict(list)
        for k, group in rows(self.case.schemes, "scheme_id", "exclusive_group"):
            if group:
                found[group].append(k)
        return {group: found[group] for group in sorted(found)}

    @cached_property
    def precedences(self) -> list[tuple[str, str, int]]:
        """(scheme, the scheme it waits for, years between)."""
        return list(rows(self.case.precedences, "scheme_id", "needs_scheme_id", "years"))

    @cached_property
    def _adds(self) -> dict[str, dict[int, dict[int, float]]]:
        found: dict[str, dict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
        for k, after, n, places in rows(self.case.adds, "scheme_id", "after", "nc_year", "places"):
            found[k][n][after] = places
        return found

    def added(self, site: str, ay: int, nc_year: int) -> Iterator[tuple[str, int, float]]:
        """(scheme, year t, places that being open by t adds at a site, year and year group, beyond being open by t + 1)."""
        for k in self.schemes_at[site]:
            places = self._adds[k].get(nc_year) if k in self._adds and ay in self.years_counted[k] else None
            if places:
                yield from ((k, t, step) for t, step in steps(places, ay, self.years))

    def places_of(self, scheme: str, opens: int) -> dict[tuple[int, int], float]:
        """Places by academic year and year group that a scheme adds if it opens in a year, within the years of the case."""
        of, counted = self._adds.get(scheme, {}), self.years_counted[scheme]
        return {(opens + i, n): places for n, by_after in of.items() for i, places in by_after.items() if opens + i in counted}

    def place_years(self, scheme: str) -> Iterator[tuple[int, float]]:
        """(year t, place-years that being open by t adds), over all year groups and the years that count."""
        total: dict[int, float] = defaultdict(float)
        for places in self._adds[scheme].values() if scheme in self._adds else ():
            for y in self.years_counted[scheme]:
                for t, step in steps(places, y, self.years):
                    total[t] += step
        return iter(total.items())

    @cached_property
    def most_open(self) -> dict[str, float]:
        """The places of a scheme in its fullest year."""
        most = dict.fromkeys(self.schemes, 0.0)
        full = self.case.adds.groupby(["scheme_id", "after"])["places"].sum().groupby("scheme_id").max()
        return most | {str(k): float(places) for k, places in full.items()}


def steps(by_after: dict[int, float], year: int, years: tuple[int, ...]) -> Iterator[tuple[int, float]]:
    """Turn "so much, i years after opening" into coefficients of "open by t".

    A scheme that opens in t gives x[year - t]; its opening is open[t] - open[t-1], so open[t] carries x[year - t] - x[year - t
    - 1], and the last year only x[year - t].
    """
    last = years[-1]
    for t in years:
        here = by_after.get(year - t, 0.0)
        step = here - (by_after.get(year - t - 1, 0.0) if t < last else 0.0)
        if step:
            yield t, step
