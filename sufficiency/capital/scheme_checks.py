"""Holding schemes and pots against one another and against what they speak of: codes, areas, deeds, who decides.

What would make a plan wrong is a problem; what a planner ought to know before a committee asks is a note.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.tables import Problem
from planning_areas.wording import some
from sufficiency.capital.money import rules
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

OWN_ADMISSIONS = (
    "academy",
    "academies",
    "free school",
    "foundation",
    "voluntary aided",
    "trust",
    "city technology",
    "studio school",
    "university technical",
    "utc",
)
"""Words in a school's type by which it decides on admissions itself."""
SAME_IN_A_POT = ("kind", "purpose", "phase", "tied_to", "deed")


def own_admission_authority(evidence: Evidence) -> set[str]:
    """Schools that are their own admission authority, by their type in GIAS."""
    own = [is_own_admission_authority(str(kind)) for kind in evidence.schools["establishment_type"]]
    return set(evidence.schools.loc[own, "urn"])


def is_own_admission_authority(establishment_type: str) -> bool:
    """Whether a school of such a type decides on its admissions itself."""
    return any(word in establishment_type.casefold() for word in OWN_ADMISSIONS)


def schemes_and_pots(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note | Problem]:
    """Schemes and pots must agree with one another; money without schemes, and schemes without money, are told."""
    yield from wrong_schemes(evidence, files)
    if evidence.has("pots") and not evidence.has("schemes"):
        yield Note("pots", "there is money and nothing to build", "there is no capital plan")
    if evidence.has("schemes") and not evidence.has("pots"):
        yield Note("schemes", "there are schemes and no money", "there is no capital plan")


def wrong_schemes(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Problem]:
    """Everything in the tables of a capital plan that no plan could rest on."""
    yield from _strange_codes(evidence, files)
    yield from _without_places_or_cost(evidence, files)
    yield from _sites(evidence, files)
    yield from _musts(evidence, files)
    yield from _order(evidence, files)
    yield from _pots(evidence, files)


def _problem(files: Mapping[str, str], table: str, column: str, found: str, expected: str, advice: str = "") -> Problem:
    return Problem(files.get(table, table), 0, column, found=found, expected=expected, advice=advice)


def _strange_codes(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Problem]:
    schemes, pots = set(evidence.schemes["scheme_id"]), set(evidence.pots["pot_id"])
    pairs = [
        ("scheme_places", "scheme_id", schemes),
        ("scheme_costs", "scheme_id", schemes),
        ("scheme_order", "scheme_id", schemes),
        ("scheme_order", "needs_scheme_id", schemes),
        ("ring_fences", "pot_id", pots),
    ]
    for table, column, known in pairs:
        strange = sorted(set(evidence.tables[table][column]) - known)
        if strange:
            where = "pots" if column == "pot_id" else "schemes"
            yield _problem(files, table, column, some(strange), f"a code that stands in {where}", "mend the code, or add its row")


def _without_places_or_cost(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Problem]:
    schemes = evidence.schemes
    bare = schemes["places"].isna() & ~schemes["scheme_id"].isin(evidence.scheme_places["scheme_id"])
    if bare.any():
        yield _problem(
            files,
            "schemes",
            "places",
            some(schemes.loc[bare, "scheme_id"]),
            "how many places each year group gets",
            "fill in places, or list them in scheme_places",
        )
    both = schemes["places"].notna() & schemes["scheme_id"].isin(evidence.scheme_places["scheme_id"])
    if both.any():
        yield _problem(
            files,
            "schemes",
            "places",
            some(schemes.loc[both, "scheme_id"]),
            "blank where scheme_places lists them",
            "leave one of the two out",
        )
    unpriced = [kind for kind, rule in rules()["kinds"].items() if isinstance(rule, dict) and "cost" not in rule]
    dear = schemes["kind"].isin(unpriced) & schemes["thousand_pounds"].isna()
    dear &= ~schemes["scheme_id"].isin(evidence.scheme_costs["scheme_id"])
    if dear.any():
        yield _problem(
            files,
            "schemes",
            "thousand_pounds",
            some(schemes.loc[dear, "scheme_id"]),
            "a cost: nothing is known that such a scheme usually costs",
            "write an estimate; 0 where it costs nothing",
        )


def _sites(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Problem]:
    schemes = evidence.schemes
    known = {
        *evidence.schools["urn"],
        *evidence.census_schools["urn"],
        *evidence.school_roll["urn"],
        *evidence.settings_hours["setting_ref"],
        *evidence.ofsted_register["provider_urn"],
    }
    new = ~schemes["site_id"].isin(known) & schemes["planning_area_code"].eq("") & schemes["lsoa_code"].eq("")
    if new.any():
        yield _problem(
            files,
            "schemes",
            "site_id",
            some(schemes.loc[new, "site_id"]),
            "a school or setting that is known, or a new site with its area",
            "mend the code, or fill in planning_area_code or lsoa_code",
        )
    for column in ("site_limit", "planning_area_code", "lsoa_code"):
        given = schemes[schemes[column].notna() & schemes[column].ne("")]
        apart = given.groupby("site_id")[column].nunique()
        if (apart > 1).any():
            yield _problem(files, "schemes", column, some(apart.index[apart > 1]), "one value for all schemes of a site")


def _musts(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Problem]:
    """What must be built has to be possible by the list itself: consent, its group, the limit of its site."""
    must = evidence.schemes[evidence.schemes["choice"].eq("must")]
    refused = must[must["consent"].eq("refused")]
    if len(refused):
        yield _problem(
            files, "schemes", "choice", some(refused["scheme_id"]), "no must where consent is refused", "let choice be blank"
        )
    grouped = must[must["exclusive_group"].ne("")]
    twice = grouped[grouped.duplicated("exclusive_group", keep=False)]
    if len(twice):
        yield _problem(
            files, "schemes", "exclusive_group", some(twice["scheme_id"]), "one must in a group", "leave one as must"
        )
    over = must[must["places"].gt(must["site_limit"])]
    if len(over):
        yield _problem(
            files, "schemes", "site_limit", some(over["scheme_id"]), "no must that adds more places than its site may take",
            "mend the limit or the places",
        )


def _order(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Problem]:
    alone = evidence.scheme_order[evidence.scheme_order["scheme_id"] == evidence.scheme_order["needs_scheme_id"]]
    if len(alone):
        yield _problem(
            files, "scheme_order", "needs_scheme_id", some(alone["scheme_id"]), "another scheme: none waits for itself"
        )
    needs = evidence.scheme_order.groupby("scheme_id")["needs_scheme_id"].agg(list)
    try:
        TopologicalSorter({str(one): others for one, others in needs.items() if one not in others}).prepare()
    except CycleError as ring:
        yield _problem(
            files, "scheme_order", "needs_scheme_id", some(dict.fromkeys(ring.args[1])), "no ring of waiting schemes",
            "leave one of these rows out",
        )
    early = evidence.scheme_costs.merge(evidence.schemes[["scheme_id", "lead_years"]], on="scheme_id")
    early = early[-early["after"] > early["lead_years"].astype("float64")]
    if len(early):
        yield _problem(
            files,
            "scheme_costs",
            "after",
            some(early["scheme_id"]),
            "no money before the scheme may be decided",
            "lengthen lead_years, or move the money",
        )


def _pots(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Problem]:
    pots = evidence.pots
    for column in SAME_IN_A_POT:
        apart = pots.groupby("pot_id")[column].nunique() if len(pots) else pd.Series(dtype="int64")
        if (apart > 1).any():
            yield _problem(
                files,
                "pots",
                column,
                some(apart.index[apart > 1]),
                "the same in all rows of a pot",
                "what is tied otherwise is a pot of its own",
            )
    waits = pots[pots["trigger"].isin(("occupied", "completed"))]
    strange = sorted(set(waits["site_ref"]) - set(evidence.housing_sites["site_ref"]) - {""})
    if strange:
        yield _problem(
            files,
            "pots",
            "site_ref",
            some(strange),
            "a site that stands in housing_sites",
            "mend the reference, or give the year in which the money comes",
        )
