"""What the rules of the model ask of a case, looked up once: plain numbers by code, in the fixed order of the case's rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sufficiency.capital.choices import Choices
from sufficiency.capital.tables import Case

SAFE = str.maketrans({"-": "~", "_": "!", ":": ";", "/": "?"})


@dataclass(frozen=True)
class Facts:
    """A case and the choices, looked up. All tables by code; see `sufficiency.capital.tables` for what the columns mean."""

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
    def name(self) -> dict[str, str]:
        """Codes as they may stand in a name: no two codes share one."""
        case = self.case
        codes = [
            *case.groups["group_id"],
            *case.sites["site_id"],
            *case.schemes["scheme_id"],
            *case.schemes["exclusive_group"],
            *self.pots,
        ]
        return {code: code.translate(SAFE) for code in codes}

    # --- children and places ---

    @cached_property
    def cells(self) -> list[tuple[str, int, int, float]]:
        """(group, academic year, year group, children without a place)."""
        return list(_rows(self.case.cells, "group_id", "ay", "nc_year", "children"))

    @cached_property
    def material(self) -> dict[tuple[str, int, int], bool]:
        """Whether the shortfall of a cell is worth capital."""
        return {(g, y, n): bool(m) for g, y, n, m in _rows(self.case.cells, "group_id", "ay", "nc_year", "material")}

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
        return {g: bool(d) for g, d in _rows(self.case.groups, "group_id", "deprived")}

    @cached_property
    def links(self) -> list[tuple[str, str]]:
        """(group, site) pairs along which children can be placed; groups without children are left out."""
        return [(g, s) for g, s in _rows(self.case.links, "group_id", "site_id") if self.size[g] > 0.0]

    @cached_property
    def km(self) -> dict[tuple[str, str], float]:
        """Distance of each link."""
        return {(g, s): km for g, s, km in _rows(self.case.links, "group_id", "site_id", "km")}

    @cached_property
    def transport(self) -> dict[tuple[str, str], float]:
        """Thousands of pounds of transport for a child and year."""
        return {(g, s): cost for g, s, cost in _rows(self.case.links, "group_id", "site_id", "transport")}

    @cached_property
    def sites_of(self) -> dict[str, list[str]]:
        """The sites that each group reaches."""
        found: dict[str, list[str]] = {g: [] for g in self.case.groups["group_id"]}
        for g, s in self.links:
            found[g].append(s)
        return found

    @cached_property
    def groups_at(self) -> dict[tuple[str, int, int], list[str]]:
        """The groups that would sit in a site's year and year group, if placed there; also cells that schemes take from."""
        found: dict[tuple[str, int, int], list[str]] = defaultdict(list)
        for g, s in self.links:
            for y, n in self.cells_of[g]:
                found[s, y, n].append(g)
        takers = {k: s for k, s in _rows(self.case.schemes, "scheme_id", "site_id")}
        for k, after, n, places in _rows(self.case.adds, "scheme_id", "after", "nc_year", "places"):
            if places < 0.0:  # places are taken away only where they are free, whoever else may come
                for y in self.years[after:]:
                    found[takers[k], y, n] += []
        return {cell: found[cell] for cell in sorted(found)}

    @cached_property
    def groups_of_site(self) -> dict[str, list[str]]:
        """The groups that reach each site."""
        found: dict[str, list[str]] = {s: [] for s in self.case.sites["site_id"]}
        for g, s in self.links:
            found[s].append(g)
        return found

    @cached_property
    def free(self) -> dict[tuple[str, int, int], float]:
        """Free places by site, year and year group."""
        return {(s, y, n): places for s, y, n, places in _rows(self.case.free, "site_id", "ay", "nc_year", "places")}

    @cached_property
    def free_in_all(self) -> float:
        """Free place-years of all sites together."""
        return float(self.case.free["places"].sum())

    @cached_property
    def most_places(self) -> dict[str, float]:
        """The places that schemes may add at a site, where a limit is known."""
        return {s: float(most) for s, most in _rows(self.case.sites, "site_id", "most_places") if most == most}

    # --- schemes ---

    @cached_property
    def schemes(self) -> list[str]:
        """The schemes."""
        return list(self.case.schemes["scheme_id"])

    def _of_schemes(self, column: str) -> dict[str, Any]:
        return dict(_rows(self.case.schemes, "scheme_id", column))

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
        return {k: int(start + lead) for k, start, lead in _rows(self.case.schemes, "scheme_id", "earliest_start", "lead_years")}

    @cached_property
    def schemes_at(self) -> dict[str, list[str]]:
        """The schemes of each site."""
        found: dict[str, list[str]] = {s: [] for s in self.case.sites["site_id"]}
        for k, s in _rows(self.case.schemes, "scheme_id", "site_id"):
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
        for k, group in _rows(self.case.schemes, "scheme_id", "exclusive_group"):
            if group:
                found[group].append(k)
        return {group: found[group] for group in sorted(found)}

    @cached_property
    def precedences(self) -> list[tuple[str, str, int]]:
        """(scheme, the scheme it waits for, years between)."""
        return list(_rows(self.case.precedences, "scheme_id", "needs_scheme_id", "years"))

    @cached_property
    def _adds(self) -> dict[str, dict[int, dict[int, float]]]:
        found: dict[str, dict[int, dict[int, float]]] = defaultdict(lambda: defaultdict(dict))
        for k, after, n, places in _rows(self.case.adds, "scheme_id", "after", "nc_year", "places"):
            found[k][n][after] = places
        return found

    def added(self, site: str, ay: int, nc_year: int) -> Iterator[tuple[str, int, float]]:
        """(scheme, year t, places that being open by t adds at a site, year and year group, beyond being open by t + 1)."""
        for k in self.schemes_at[site]:
            places = self._adds[k].get(nc_year) if k in self._adds else None
            if places:
                yield from ((k, t, step) for t, step in _steps(places, ay, self.years))

    def places_of(self, scheme: str, opens: int) -> dict[tuple[int, int], float]:
        """Places by academic year and year group that a scheme adds if it opens in a year, within the years of the case."""
        of = self._adds.get(scheme, {})
        return {(opens + i, n): places for n, by_after in of.items() for i, places in by_after.items() if opens + i in self.years}

    def place_years(self, scheme: str) -> Iterator[tuple[int, float]]:
        """(year t, place-years that being open by t adds), over all year groups and the years of the case."""
        total: dict[int, float] = defaultdict(float)
        for places in self._adds[scheme].values() if scheme in self._adds else ():
            for y in self.years:
                for t, step in _steps(places, y, self.years):
                    total[t] += step
        return iter(total.items())

    @cached_property
    def most_open(self) -> dict[str, float]:
        """The places of a scheme in its fullest year."""
        most = dict.fromkeys(self.schemes, 0.0)
        full = self.case.adds.groupby(["scheme_id", "after"])["places"].sum().groupby("scheme_id").max()
        return most | {str(k): float(places) for k, places in full.items()}

    # --- money ---

    @cached_property
    def _costs(self) -> dict[str, dict[int, float]]:
        found: dict[str, dict[int, float]] = {k: {} for k in self.schemes}
        for k, after, money in _rows(self.case.costs, "scheme_id", "after", "thousand_pounds"):
            found[k][after] = money
        return found

    @cached_property
    def cost(self) -> dict[str, float]:
        """What each scheme costs in all."""
        return {k: float(sum(money.values())) for k, money in self._costs.items()}

    def due(self, scheme: str, fy: int) -> Iterator[tuple[int, float]]:
        """(year t, thousands of pounds of the financial year that being open by t brings, beyond being open by t + 1 only)."""
        return _steps(self._costs[scheme], fy, self.years)

    def due_in(self, scheme: str, opens: int, fy: int) -> float:
        """Thousands of pounds that a scheme which opens in a year costs in a financial year."""
        return self._costs[scheme].get(fy - opens, 0.0)

    def due_by(self, scheme: str, fy: int) -> Iterator[tuple[int, float]]:
        """The same for all financial years up to one."""
        total: dict[int, float] = defaultdict(float)
        for y in range(self.financial_years[0], fy + 1):
            for t, money in self.due(scheme, y):
                total[t] += money
        return ((t, money) for t, money in total.items() if money)

    @cached_property
    def pots(self) -> list[str]:
        """The pots."""
        return self.case.pots

    @cached_property
    def receipts(self) -> list[tuple[str, int, int, float]]:
        """(pot, financial year of receipt, last year in which it may be spent, thousands of pounds) that count."""
        rows = _rows(self.case.receipts, "pot_id", "fy", "spend_by", "thousand_pounds", "status")
        return [(p, fy, by, money) for p, fy, by, money, status in rows if status != "unsigned" or self.choices.count_unsigned]

    @cached_property
    def runs(self) -> dict[str, list[tuple[int, int, float]]]:
        """For each pot runs of financial years and what can be spent in them at most.

        By Hall's theorem on windows [receipt, spend_by], spending can be matched to receipts just if this holds for every run; a
        run within a longer one that can draw on the same receipts says nothing more and is left out.
        """
        fys, found = self.financial_years, {}
        for p in self.pots:
            windows = [(fy, by, money) for q, fy, by, money in self.receipts if q == p]
            usable = {
                (first, last): tuple(i for i, (fy, by, _) in enumerate(windows) if fy <= last and by >= first)
                for first in fys
                for last in range(first, fys[-1] + 1)
            }
            found[p] = [
                (first, last, float(sum(windows[i][2] for i in with_these)))
                for (first, last), with_these in usable.items()
                if usable.get((first - 1, last)) != with_these and usable.get((first, last + 1)) != with_these
            ]
        return found

    @cached_property
    def pots_of(self) -> dict[str, frozenset[str]]:
        """The pots that may pay for each scheme."""
        standing = {(p, u, f): s for p, u, f, s in _rows(self.case.ringfences, "pot_id", "purpose", "phase", "standing")}
        tied: dict[str, set[str]] = defaultdict(set)
        for p, area in _rows(self.case.pot_areas, "pot_id", "area_code"):
            tied[p].add(area)
        area_of = dict(_rows(self.case.sites, "site_id", "area_code"))

        def pays(p: str, purpose: str, phase: str, site: str) -> bool:
            word = standing.get((p, purpose, phase), "never")
            opened = word == "allowed" or (word == "member_decision" and (p, purpose, phase) in self.choices.members_decided)
            return opened and (p not in tied or site in tied[p] or area_of[site] in tied[p])

        rows = _rows(self.case.schemes, "scheme_id", "purpose", "phase", "site_id")
        return {k: frozenset(p for p in self.pots if pays(p, purpose, phase, s)) for k, purpose, phase, s in rows}

    @cached_property
    def purse_pots(self) -> list[frozenset[str]]:
        """The pots of each purse: schemes to which the same pots are open share one."""
        return sorted({self.pots_of[k] for k in self.schemes if self.cost[k] > 0.0}, key=sorted)

    @cached_property
    def purses(self) -> list[list[str]]:
        """The schemes of each purse, in the order of `purse_pots`."""
        return [[k for k in self.schemes if self.cost[k] > 0.0 and self.pots_of[k] == pots] for pots in self.purse_pots]

    def purse_unions(self) -> Iterator[tuple[str, list[str], frozenset[str]]]:
        """(label, schemes, pots open to any of them): each purse with those whose pots it covers, and all together."""
        whole = frozenset().union(*self.purse_pots) if self.purse_pots else frozenset()
        sets = {whole, *self.purse_pots} if self.purse_pots else set()
        for i, pots in enumerate(sorted(sets, key=sorted)):
            yield str(i), [k for k in self.schemes if self.cost[k] > 0.0 and self.pots_of[k] <= pots], pots

    def received_by(self, pots: frozenset[str], fy: int) -> float:
        """What some pots have received by the end of a financial year."""
        return float(sum(money for p, year, _, money in self.receipts if p in pots and year <= fy))


def facts(case: Case, choices: Choices) -> Facts:
    """Look a case and the choices up."""
    return Facts(case, choices)


def _steps(by_after: dict[int, float], year: int, years: tuple[int, ...]) -> Iterator[tuple[int, float]]:
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


def _rows(frame: Any, *columns: str) -> Iterator[Any]:
    """Rows as plain tuples of Python's own numbers and texts."""
    return zip(*(frame[c].tolist() for c in columns), strict=True)
