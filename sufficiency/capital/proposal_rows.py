"""One proposed scheme as a row of the planner's own table: at a school or on a new site, with who decides and why it is proposed.

What a run cannot know stays open: no grade forbids (quality needs judgement), a trust or diocese has not been asked, costs are
the rulebook's. Every row says so in its note and stands as a proposal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, ay_label
from sufficiency.capital.need import school_need
from sufficiency.capital.scheme_checks import is_own_admission_authority
from sufficiency.capital.surplus_schools import School, known_schools
from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sufficiency.assumptions import Assumptions

PROPOSAL = "proposal"
DECIDES = (("voluntary aided", "diocese"), ("foundation", "governing_body"))
ASK_SITE = "Site not known: ask"
Row = dict[str, Any]


@dataclass(frozen=True)
class Known:
    """What a finished run knows, as proposals ask it."""

    tables: Mapping[str, pd.DataFrame] = field(repr=False)
    base: int
    assumptions: Assumptions
    schools: tuple[School, ...] = field(repr=False)
    facts: pd.DataFrame = field(repr=False)  # the table `schools`, by URN
    names: Mapping[str, str] = field(repr=False)  # of planning areas
    hectares: Mapping[str, float] = field(repr=False)  # of schools of which the site is known
    starts: int  # financial year, named by its April, in which work may first be decided

    def area(self, code: str) -> str:
        """A planning area by its name."""
        return self.names.get(code) or code


def known_of_run(tables: Mapping[str, pd.DataFrame], base: int, assumptions: Assumptions, in_hand: int = 0) -> Known:
    """What proposals rest on; tables: those of a finished run, balance, places, school_pupils, schools and names among them.

    in_hand: the financial year of the newest file that the run has read. Nothing is decided in years before it, nor before the
    year after the census.
    """
    facts = tables["schools"]
    own = [is_own_admission_authority(kind) for kind in facts["establishment_type"]]
    about = facts[["urn", "school_name", "postcode", "easting", "northing"]].assign(own_admissions=own, rural="")
    schools = tuple(known_schools(tables["places"], tables["school_pupils"], about))
    names = dict(zip(tables["names"]["planning_area_code"], tables["names"]["planning_area_name"], strict=True))
    sites = tables.get("site_areas", pd.DataFrame(columns=["urn", "hectares"]))
    hectares = {str(urn): float(ha) for urn, ha in sites[["urn", "hectares"]].itertuples(index=False)}
    return Known(tables, base, assumptions, schools, facts.set_index("urn"), names, hectares, max(base + 1, in_hand))


@dataclass(frozen=True)
class Short:
    """A planning area that runs short at a point of entry: by academic year so many children, where that is worth capital."""

    area: str
    phase: str
    entry: int
    years: pd.Series  # ay -> children without a place at entry
    lasts: bool

    @property
    def level(self) -> float:
        """How many are short for good: the mean of the last years where it lasts."""
        return float(self.years.iloc[-int(rulebook("proposals")["lasting"]["years"]) :].mean())

    def told(self, known: Known) -> str:
        """The shortfall in words."""
        low, high = round(self.years.min()), round(self.years.max())
        first, last = ay_label(int(self.years.index[0])), ay_label(int(self.years.index[-1]))
        many = f"{low}" if low == high else f"{low} to {high}"
        when = f"in {first}" if first == last else f"from {first} to {last}"
        group = "Reception" if self.entry == 0 else f"Year {self.entry}"
        return f"{known.area(self.area)} is short of {many} {group} places {when}"


def shortfalls(known: Known) -> list[Short]:
    """Where and when places are short at entry by so much that capital is weighed, as the capital decision counts it."""
    facts, book = known.tables["schools"], rulebook("proposals")
    lows = [
        facts[["urn", "nc_year_low"]].assign(phase=phase, planning_area_code=facts[f"{phase}_planning_area_code"])
        for phase in ENTRY_YEAR
    ]
    need = school_need(known.tables["balance"], pd.concat(lows, ignore_index=True), known.base, known.assumptions)
    rows = need.short[need.short["material"] & need.short["nc_year"].eq(need.short["entry"])]
    rows = rows[rows["lacking"] >= known.assumptions.plan_material]
    found = []
    for (area, phase, entry), mine in rows.groupby(["planning_area_code", "phase", "entry"], sort=True):
        years = mine.groupby("intake_ay")["lacking"].sum().sort_index()
        last = int(known.tables["balance"].loc[known.tables["balance"]["phase"].eq(phase), "ay"].max())
        lasts = len(years) >= int(book["lasting"]["years"]) and int(years.index[-1]) == last
        found.append(Short(str(area), str(phase), int(entry), years, lasts))
    return found


def at_school(known: Known, school: School, kind: str, code: str, name: str, why: str, **more: object) -> Row:
    """A proposal at a school, for all year groups that it has in the phase."""
    decides = who_decides(str(known.facts.loc[school.urn, "establishment_type"]))
    ours = decides == "authority"
    ask = "" if ours else f" It is for the {decides.replace('_', ' ')} to agree, which has not been asked."
    row: Row = {
        "site_id": school.urn, "nc_year_from": int(min(school.places.columns)), "nc_year_to": int(max(school.places.columns)),
        "decides": decides, "consent": "not_needed" if ours else "asked", **more,
    }  # fmt: skip
    return proposed(known, f"{PROPOSAL}-{school.urn}-{code}", f"{school.called}: {name}", kind, school.phase, why + ask, row)


def proposed(known: Known, code: str, name: str, kind: str, phase: str, why: str, more: Row) -> Row:
    """A proposal with what all have in common."""
    first: Row = {
        "scheme_id": code, "name": name, "kind": kind, "phase": phase, "earliest_start": ay_label(known.starts),
        "choice": "free", "decides": "authority", "consent": "not_needed", "quality": "needs_judgement", "standing": PROPOSAL,
    }  # fmt: skip
    return {**first, **more, "note": f"{why}. Proposed from figures alone and not yet looked at."}


def who_decides(establishment_type: str) -> str:
    """Who decides on building at a school, by its type."""
    kind = establishment_type.casefold()
    for word, decides in DECIDES:
        if word in kind:
            return decides
    return "academy_trust" if is_own_admission_authority(kind) else "authority"


def empty_at_entry(school: School, short: Short) -> float:
    """Places of a school that stay empty at entry in the years in which its area is short, in the mean."""
    first = min(school.places.columns)
    then = school.entry.index.intersection(short.years.index)
    return float(np.maximum(school.places.loc[then, first] - school.entry.loc[then], 0.0).mean()) if len(then) else 0.0


def ground_for(known: Known, school: School, places: float) -> tuple[bool, str]:
    """Whether a school's site holds so many places in all, as far as it is known, and that in words."""
    if school.urn not in known.hectares:
        return True, ASK_SITE
    rule, form = rulebook("proposals")["ground"][school.phase], 30.0 * len(school.places.columns)
    needs = rule["first"] + rule["each"] * max(0.0, places / form - 1.0)
    has = known.hectares[school.urn]
    return has >= needs - 1e-6, f"The site has {has:.1f} ha, and {needs:.1f} ha are needed then"
