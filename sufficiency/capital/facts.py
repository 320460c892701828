"""What the rules of the model ask of a case, looked up once: plain numbers by code, in the fixed order of the case's rows.

Children and free places stand in `facts_children`, schemes in `facts_schemes`, money here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from sufficiency.capital.choices import Choices
from sufficiency.capital.facts_children import rows
from sufficiency.capital.facts_schemes import SchemeFacts, steps
from sufficiency.capital.tables import Case

SAFE = str.maketrans({"-": "~", "_": "!", ":": ";", "/": "?"})


@dataclass(frozen=True)
class Sum:
    """A sum of money in a pot: when it comes, and from which to which financial year it may be spent."""

    pot: str
    comes: int
    first: int
    last: int
    money: float


@dataclass(frozen=True)
class Facts(SchemeFacts):
    """A case and the choices, looked up. All tables by code; see `sufficiency.capital.tables` for what the columns mean."""

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

    @cached_property
    def _costs(self) -> dict[str, dict[int, float]]:
        found: dict[str, dict[int, float]] = {k: {} for k in self.schemes}
        for k, after, money in rows(self.case.costs, "scheme_id", "after", "thousand_pounds"):
            found[k][after] = money
        return found

    @cached_property
    def cost(self) -> dict[str, float]:
        """What each scheme costs in all."""
        return {k: float(sum(money.values())) for k, money in self._costs.items()}

    def due(self, scheme: str, fy: int) -> Iterator[tuple[int, float]]:
        """(year t, thousands of pounds of the financial year that being open by t brings, beyond being open by t + 1 only)."""
        return steps(self._costs[scheme], fy, self.years)

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
    def sums(self) -> list[Sum]:
        """The sums of money that count. Only what is due by a signed deed may be spent before it comes, and only if allowed."""
        ahead = dict(rows(self.case.advances, "pot_id", "years"))
        listed = rows(self.case.receipts, "pot_id", "fy", "spend_by", "thousand_pounds", "status")
        return [
            Sum(p, fy, fy - (ahead.get(p, 0) if status == "due" else 0), by, money)
            for p, fy, by, money, status in listed
            if status != "unsigned" or self.choices.count_unsigned
        ]

    @cached_property
    def receipts(self) -> list[tuple[str, int, int, float]]:
        """(pot, first and last financial year in which it may be spent, thousands of pounds) of the sums that count."""
        return [(one.pot, one.first, one.last, one.money) for one in self.sums]

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
        standing = {(p, u, f): s for p, u, f, s in rows(self.case.ringfences, "pot_id", "purpose", "phase", "standing")}
        tied: dict[str, set[str]] = defaultdict(set)
        for p, area in rows(self.case.pot_areas, "pot_id", "area_code"):
            tied[p].add(area)
        area_of = dict(rows(self.case.sites, "site_id", "area_code"))

        def pays(p: str, purpose: str, phase: str, site: str) -> bool:
            word = standing.get((p, purpose, phase), "never")
            opened = word == "allowed" or (word == "member_decision" and (p, purpose, phase) in self.choices.members_decided)
            return opened and (p not in tied or site in tied[p] or area_of[site] in tied[p])

        listed = rows(self.case.schemes, "scheme_id", "purpose", "phase", "site_id")
        return {k: frozenset(p for p in self.pots if pays(p, purpose, phase, s)) for k, purpose, phase, s in listed}

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
        """What some pots have received by the end of a financial year, or may spend by then although it comes later."""
        return float(sum(money for p, year, _, money in self.receipts if p in pots and year <= fy))


def facts(case: Case, choices: Choices) -> Facts:
    """Look a case and the choices up."""
    return Facts(case, choices)
