"""Schemes of the invented council at its secondary schools: a passing cohort, an area that lacks places for good, the border."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sufficiency.example.scheme_rows import NOW, Row, at, of_upper

if TYPE_CHECKING:
    from sufficiency.example.county import County

UPPER_AREA, BORDER_AREA = 3, 18  # secondary planning areas that lack places by residence


def upper_schemes(county: County) -> list[Row]:
    """Every scheme at a secondary school."""
    bulge = of_upper(county, int(county.schools.table["secondary_area"].iloc[county.schools.playing("bulge_secondary")[0]]))
    upper, border = of_upper(county, UPPER_AREA), of_upper(county, BORDER_AREA)
    years: Row = {"phase": "secondary", "nc_year_from": "Y7", "nc_year_to": "Y11"}
    good: Row = years | {"quality": "met"}
    return [
        at(bulge.iloc[0], "upper-bulge", "bulge class", "bulge", NOW, places=30, thousand_pounds=360, **good),
        at(upper.iloc[1], "upper-a-1fe", "a form of entry", "expansion", NOW, places=30, thousand_pounds=5_900, site_limit=300,
           **good),
        at(upper.iloc[1], "upper-a-hall", "a further form with hall", "expansion", NOW, places=30, thousand_pounds=6_100,
           site_limit=300, **good),
        at(upper.iloc[2], "upper-b-1fe", "a form of entry", "expansion", NOW, places=30, quality="needs_judgement", **years),
        at(border.iloc[0], "border-2fe", "two forms of entry on a hard site", "expansion", NOW, places=60, thousand_pounds=17_900,
           route="significant_change", route_risk="medium", exclusive_group="border", **good),
        at(border.iloc[1], "border-1fe", "a form of entry", "expansion", NOW, places=30, thousand_pounds=9_400,
           exclusive_group="border", note="the trust does not wish to grow", **(good | {"consent": "refused"})),
    ]  # fmt: skip
