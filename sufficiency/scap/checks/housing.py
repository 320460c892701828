"""Pupils in places that developers or the HIF pay for: inside the forecast, with an agreement that somebody has signed (S06)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from planning_areas.wording import some
from sufficiency.scap.checks.finding import ERROR, Finding, at

if TYPE_CHECKING:
    from sufficiency.scap.checks.known import Known
    from sufficiency.scap.layouts import Return

FORECAST = "mainstream_forecast"
PAYS = {"hdc_pupils": ("HDC", "a developer"), "hif_pupils": ("HIF", "the Housing Infrastructure Fund")}


def funded(returned: Return, known: Known) -> Iterator[Finding]:
    """S06: funded pupils are no more than the forecast, and each area with them has a site with a signed agreement."""
    table = returned.tables[FORECAST]
    together = table["hdc_pupils"].fillna(0.0) + table["hif_pupils"].fillna(0.0)
    for row in table[together.gt(table["pupil_forecast"])].itertuples():
        yield at(
            row,
            "S06",
            ERROR,
            FORECAST,
            f"{together[row.Index]:,.0f} pupils in funded places (HDC and HIF) of {row.pupil_forecast:,.0f}",
            "no more than the forecast expected: they are part of it",
            "check the sites that are marked as funded",
        )
    for column, (fund, payer) in PAYS.items():
        mine = table[table[column].gt(0)].drop_duplicates(["planning_area_code", "phase"])
        for row in mine.itertuples():
            sites = known.sites[
                known.sites["funded"].eq(fund)
                & known.sites["phase"].eq(row.phase)
                & known.sites["planning_area_code"].eq(row.planning_area_code)
            ]
            bare = sites[sites["agreement"].eq("")]
            if len(sites) and (fund == "HIF" or bare.empty):
                continue
            told = some(f"{site.site_name} ({site.site_ref})" for site in bare.itertuples())
            found = f"{row.hdc_pupils if fund == 'HDC' else row.hif_pupils:,.0f} pupils in places that {payer} pays for, and " + (
                f"no signed agreement is recorded of {told}" if len(sites) else f"no site that is marked {fund} lies there"
            )
            yield replace(
                at(
                    row,
                    "S06",
                    ERROR,
                    FORECAST,
                    found,
                    "a signed agreement in the table of pots expected",
                    "record the deed with its site in pots, or take the mark off the site until it is signed",
                ),
                ay=None,
                nc_year=None,
            )
