"""The reply to a planning consultation: figures that can be followed step by step, on a page that is safe and offline."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from typer.testing import CliRunner

from sufficiency.assumptions import Assumptions
from sufficiency.contribution import Contribution, contribution, cost_of_place, special_places, without_site
from sufficiency.evidence import Evidence
from sufficiency.example.publish import write_example
from sufficiency.model import forecast
from sufficiency.rules import rulebook
from sufficiency.workspace import load
from workbench.cli import app
from workbench.contribution import no_such_site
from workbench.contribution_page import contribution_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SETTINGS = Assumptions(location_factor=1.03)


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("council")
    write_example(folder)
    return folder


@pytest.fixture(scope="module")
def evidence(council: Path) -> Evidence:
    return load(council, {}).evidence


@pytest.fixture(scope="module")
def reply(evidence: Evidence) -> Contribution:
    return contribution(evidence, SETTINGS, "ESTATE", forecast)


def test_places_asked_for_follow_from_homes_yields_and_free_places(reply: Contribution) -> None:
    asked = reply.asked.set_index("phase")
    assert asked.loc["Primary", "generated"] == pytest.approx(0.25 * reply.dwellings)
    assert asked.loc["Special schools and units", "generated"] == pytest.approx(0.02 * 0.51 * reply.dwellings)
    groups = reply.year_groups
    assert groups["asked"].to_numpy() == pytest.approx((groups["generated"] - groups["free_places"]).clip(lower=0).to_numpy())
    by_phase = groups.groupby("phase")["asked"].sum()
    assert asked.loc["Primary", "asked"] == pytest.approx(by_phase["primary"])
    sums = reply.asked.iloc[:-1]
    assert sums["sum"].to_numpy() == pytest.approx((sums["asked"] * sums["each"] * sums["times"] * 1.03).to_numpy())
    assert asked.loc["Total", "sum"] == pytest.approx(sums["sum"].sum())
    assert (asked.loc["Special schools and units", "times"], asked.loc["Early years", "times"]) == (4, 1)


def test_free_places_are_of_schools_within_reach_or_of_its_own_area(reply: Contribution) -> None:
    schools = reply.schools
    reach = schools["phase"].map(rulebook("contributions")["reach"]).astype("float64")
    assert (schools["within_reach"] == (schools["metres"] <= reach)).all()
    assert (schools["within_reach"] | schools["own_area"]).all() and schools["own_area"].any()
    assert (schools["free_places"] >= (schools["places"] - schools["pupils"]).clip(lower=0) - 1e-9).all(), "nothing is netted"
    per_group = reply.year_groups.groupby("phase")["free_places"].sum()
    assert schools.groupby("phase")["free_places"].sum().to_dict() == pytest.approx(per_group.to_dict())


def test_a_site_without_free_places_is_asked_for_all(evidence: Evidence) -> None:
    none = evidence.yg_places.assign(yg_places=0)
    full = replace(evidence, tables={**evidence.tables, "yg_places": none, "pans": evidence.pans.assign(pan=0),
                                     "capacity": evidence.capacity.assign(capacity=0.0), "planned_places":
                                     evidence.planned_places.iloc[:0], "schools": evidence.schools.assign(capacity=0.0)})
    asked = contribution(full, SETTINGS, "GARDEN", forecast).asked.set_index("phase")
    assert asked.loc["Primary", "asked"] == pytest.approx(asked.loc["Primary", "generated"], rel=0.35)
    assert asked.loc["Primary", "sum"] > 0


def test_the_forecast_leaves_the_site_out(evidence: Evidence) -> None:
    left = without_site(evidence, "ESTATE").housing_sites
    assert set(evidence.housing_sites["site_ref"]) - set(left["site_ref"]) == {"ESTATE"}
    with pytest.raises(KeyError):
        contribution(evidence, SETTINGS, "NOWHERE", forecast)


def test_costs_are_the_rulebooks_unless_the_council_sets_its_own() -> None:
    assert cost_of_place("primary", SETTINGS) == (21_014, 1)
    assert cost_of_place("secondary", SETTINGS, "new_school") == (30_394, 1)
    assert cost_of_place("post_16", replace(SETTINGS, place_cost_secondary=30_000.0)) == (30_000, 1)
    assert cost_of_place("special", replace(SETTINGS, place_cost_primary=20_000.0)) == (20_000, 4)
    half_a_form = 105 * cost_of_place("primary", SETTINGS)[0] * SETTINGS.location_factor
    assert half_a_form == pytest.approx(2.27e6, rel=0.005), "in Nottinghamshire, as in the brief"
    assert special_places(np.array([35.0, 125.0, 65.0, 15.0]), rulebook("housing")) == pytest.approx(4.8)


def test_the_page_is_safe_and_says_every_step(reply: Contribution) -> None:
    evil = replace(reply, site_name="<img src=x onerror=alert(1)>", homes=reply.homes.assign(kind="<script>1</script>"))
    page = contribution_page(evil, "Test & Shire", 2025, SETTINGS)
    assert "<img" not in page and "<script" not in page and "Test &amp; Shire" in page
    assert "default-src 'none'" in page and not re.findall(r"""(?:src|href)=["']?http""", page)
    assert page.count("<h1>") == 1 and 'lang="en-GB"' in page and page.count("<caption>") == page.count("<table>") == 4
    for words in ("Step 1", "Step 2", "Step 3", "What this does not say", "straight line", "new school may be the remedy"):
        assert words in page
    assert page == contribution_page(evil, "Test & Shire", 2025, SETTINGS)


def test_the_command_writes_page_and_workbook(council: Path, tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["contribution", str(council), "GARDEN", "--out", str(tmp_path / "reply"), "--json"])
    assert told.exit_code == 0, told.output
    data = json.loads(told.stdout)
    assert data["ok"] and data["site"] == "GARDEN" and data["asked"][-1]["phase"] == "Total"
    assert (tmp_path / "reply" / "contribution.html").is_file() and (tmp_path / "reply" / "contribution.xlsx").is_file()


def test_a_site_that_is_not_listed_is_told_with_the_nearest() -> None:
    assert str(no_such_site("GARDN", ["ESTATE", "GARDEN"])).endswith("did you mean GARDEN?")
    assert "known are: A, B" in str(no_such_site("Mill", ["A", "B"]))
    assert "housing_sites" in str(no_such_site("Mill", []))


def test_axe_finds_nothing_wrong_with_the_page(reply: Contribution, tmp_path: Path, browser: Browser) -> None:
    page_file = tmp_path / "contribution.html"
    page_file.write_bytes(contribution_page(reply, "Testshire", 2025, SETTINGS).encode("utf-8"))
    page = browser.new_page(viewport={"width": 320, "height": 640})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert asked == [page_file.as_uri()], "the page asks nobody for anything"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, "wide tables scroll by themselves"
    page.close()
