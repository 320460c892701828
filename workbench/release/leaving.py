"""Of every table of a run: held by the rules of disclosure, leaving as it is, or staying in the house, and why.

A table that is in no list here stays in the house: what is new has to be looked at by somebody before it leaves. A test holds
that every table of a run is in one of them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from sufficiency.scap.grounds import GROUNDS
from workbench.release.told import TOLD

if TYPE_CHECKING:
    from workbench.disclosure import Release

ROLLS = "rolls by year group are published unsuppressed, and forecasts of them tell of nobody"
NEED = "need, spare places and totals of planning areas are no characteristics of children"
PLACES = "places, schools and their buildings are no children"
METHOD = "rates, settings and measures of the method are of nobody"
SITES = "homes and the children who may come to live in them: planning figures, of nobody who is there"
MONEY = "schemes and money; what members may not yet see is marked as exempt by the council itself"
PROVIDERS = "settings and their places are no children; who works at home is told together with others"
EXACT = "by small area or setting and exact: for the council's own use"
RETURNED = "a return to the DfE is made from it, under its own rules; it goes to the department and to nobody else"
SUMMED = "what is told of it stands in other tables"

AS_THEY_ARE: Mapping[str, str] = MappingProxyType({
    **dict.fromkeys(("pupils", "school_pupils", "unfilled", "made_of", "waterfall", "transfers", "primary_schools",
                     "secondary_schools"), ROLLS),
    **dict.fromkeys(("balance", "area_ranges", "authority_range", "summary", "last_safe_dates", "known_intakes", "overrides",
                     "basic_need"), NEED),
    **dict.fromkeys(("places", "schools", "names", "pans", "site_areas"), PLACES),
    **dict.fromkeys(("accuracy", "ratios", "diagnostics", "settings", "area_parts"), METHOD),
    **dict.fromkeys(("homes", "housing_sites", "site_audit", "site_years", "building"), SITES),
    **dict.fromkeys(("plan_areas", "plan_funding", "plan_placed", "plan_pots", "plan_service", "plan_unmet",
                     "money", "money_of_schemes", "served"), MONEY),
    **dict.fromkeys(("childcare_settings", "childcare_quality", "childcare_marks", "childcare_same_place"), PROVIDERS),
    "childcare_findings": "of the authority; shortages of areas, and places in them, are told of those alone that are shown",
    "school_travel": "ways and ages; of small areas, and counts in it are held by the rule of small areas",
})
"""Table -> why it leaves the house as it is."""

STAYS: Mapping[str, str] = MappingProxyType({
    **dict.fromkeys(("childcare_demand", "childcare_supply", "childcare_children"), EXACT),
    **dict.fromkeys(GROUNDS, RETURNED),
    **dict.fromkeys(("capital_adds", "capital_advances", "capital_cells", "capital_costs", "capital_deadlines",
                     "capital_free", "capital_groups", "capital_horizons", "capital_links", "capital_pot_areas",
                     "capital_precedences", "capital_receipts", "capital_ringfences", "capital_schemes", "capital_short",
                     "capital_sites", "capital_told", "capital_years"), SUMMED),
})
"""Table -> why it is not for publication: it is on no map and in no workbook."""


def held(named_by_rules: Collection[str]) -> frozenset[str]:
    """The tables in which something may be hidden. named_by_rules: those that rules of small counts name."""
    return frozenset({one.table for one in TOLD} | {*named_by_rules})


def without_what_stays(release: Release) -> Release:
    """A release as it leaves: without the tables that stay in the house."""
    return replace(release, tables=MappingProxyType({name: table for name, table in release.tables.items() if name not in STAYS}))
