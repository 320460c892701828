"""Why children stay without a place in a plan, cell by cell, in a few words that name no scheme and no pot.

Method. A scheme reaches a cohort where it adds places for one of its year groups at a site that the cohort reaches. What is
needed before the first of them could open (of a cohort that none reaches: before the first of its phase) is past the help of any
list. Later the schemes that are not built tell the reason, and the one nearest to being built is told: money first, then a pot
that may not pay, then what may not be built, then what excludes a scheme of the plan. Where all are built, they are full.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from sufficiency.capital.asking import barred, opening_years
from sufficiency.capital.facts import Facts, facts
from sufficiency.capital.plan import Plan
from sufficiency.capital.turning import lacking

TOO_SOON = "before any listed scheme could open"
NO_SCHEME = "no scheme on the list reaches them"
MONEY = "the pots that may pay have no more money for schemes that reach them"
CLOSED = "no pot may pay for schemes that reach them"
MEMBERS = "{}, unless members open another pot"
BARRED = "schemes that reach them may not be built as things stand: consent, quality, size, site or date"
TAKEN = "schemes that reach them cannot stand beside what is built there"
LEFT_OUT = "no better plan was found with the schemes that reach them"
FULL = "the schemes that reach them are built and full"
NEVER = 10_000


@dataclass(frozen=True)
class Reach:
    """What the list of schemes could do for each cohort, beside what a plan builds of it."""

    f: Facts
    plan: Plan

    @cached_property
    def opens(self) -> dict[str, int]:
        """When each scheme of the plan opens."""
        return opening_years(self.plan)

    @cached_property
    def schemes_of(self) -> dict[str, list[str]]:
        """The schemes that reach each group."""
        f = self.f
        adds = f.case.adds[f.case.adds["places"] > 0.0].groupby("scheme_id")["nc_year"].agg(set).to_dict()
        asks = {g: {n for _, n in f.cells_of.get(g, ())} for g in f.sites_of}
        return {g: [k for s in sites for k in f.schemes_at[s] if adds.get(k, set()) & asks[g]] for g, sites in f.sites_of.items()}

    @cached_property
    def first(self) -> dict[str, int]:
        """The first September in which a scheme could open that reaches a group; where none does, one of its phase."""
        f, phase_of = self.f, dict(self.f.case.groups[["group_id", "phase"]].itertuples(index=False))
        any_of = {p: [k for k in f.schemes if f.phase[k] == p and f.most_open[k] > 0.0] for p in set(phase_of.values())}
        return {
            g: min((f.opens_from[k] for k in mine or any_of[phase_of[g]]), default=NEVER) for g, mine in self.schemes_of.items()
        }

    def too_soon(self, g: str, ay: int) -> bool:
        """Whether a year is past the help of whatever is on the list."""
        return ay < self.first[g] < NEVER

    def why(self, g: str, ay: int) -> str:
        """Why children of a group stay without a place in a year."""
        if self.too_soon(g, ay):
            return TOO_SOON
        if not self.schemes_of[g]:
            return NO_SCHEME
        said = {self.against[k] for k in self.schemes_of[g] if k not in self.opens and self.f.opens_from[k] <= ay}
        order = (MEMBERS.format(MONEY), MONEY, MEMBERS.format(CLOSED), CLOSED, LEFT_OUT, BARRED, TAKEN)
        return next((words for words in order if words in said), FULL)

    @cached_property
    def against(self) -> dict[str, str]:
        """What stands against each scheme that is not built."""
        return {k: self._against(k) for k in self.f.schemes if k not in self.opens}

    def _against(self, k: str) -> str:
        f, built = self.f, set(self.opens)
        if barred(f, k):
            return BARRED
        there = sum(max(0.0, f.most_open[j]) for j in f.schemes_at[f.site_of[k]] if j in built)
        if there + f.most_open[k] > f.most_places.get(f.site_of[k], float("inf")):
            return TAKEN
        if any(k in group and built & set(group) for group in f.exclusive.values()):
            return TAKEN
        if f.pots_of[k] and lacking(f, self.plan, k, max(f.opens_from[k], f.years[0])) is None:
            return LEFT_OUT
        words = MONEY if f.pots_of[k] else CLOSED
        return MEMBERS.format(words) if self._with_all_opened.pots_of[k] > f.pots_of[k] else words

    @cached_property
    def _with_all_opened(self) -> Facts:
        """The same, had members opened every pot that they may open."""
        fences = self.f.case.ringfences[["pot_id", "purpose", "phase"]].itertuples(index=False, name=None)
        return facts(self.f.case, replace(self.f.choices, members_decided=frozenset(fences)))
