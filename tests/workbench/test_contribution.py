"""The reply to a planning consultation: figures that can be followed step by step, on a page that is safe and offline."""

from __future__ import annotations

import json
import math
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from typer.testing import CliRunner

from sufficiency.assumptions import Assumptions
from sufficiency.evidence import Evidence
from sufficiency.example.council import GARDEN_URN
from sufficiency.housing.contribution import Contribution, contribution, special_places, without_site
from sufficiency.housing.place_cost import cost_of_place
from sufficiency.housing.places_of_sites import places_wait_for_homes
from sufficiency.model import Forecast, forecast
from sufficiency.rules import rulebook
from sufficiency.workspace.workspace import Loaded
from workbench.cli import app
from workbench.contribution import free_names, no_such_site
from workbench.contribution_page import Issued, contribution_page

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Forecasts = Callable[[Evidence, Assumptions], Forecast]
SETTINGS = Assumptions(location_factor=1.03)
ISSUED = Issued("2026-11-23", "A. Planner", "0123456789ab", "9.9")


@pytest.fixture(scope="module")
def council(invented_council: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(invented_council, tmp_path_factory.mktemp("council") / "council"))


@pytest.fixture(scope="module")
def evidence(invented: Loaded) -> Evidence:
    return invented.evidence


@pytest.fixture(scope="module")
def forecasts(evidence: Evidence) -> Forecasts:
    """How forecasts are made; the one with every site, which each reply asks for, is made once."""
    whole = forecast(evidence, SETTINGS)
    return lambda known, settings: whole if known is evidence and settings == SETTINGS else forecast(known, settings)


@pytest.fixture(scope="module")
def reply(evidence: Evidence, forecasts: Forecasts) -> Contribution:
    return contribution(evidence, SETTINGS, "ESTATE", forecasts)


@pytest.fixture(scope="module")
def garden(evidence: Evidence, forecasts: Forecasts) -> Contribution:
    return contribution(evidence, SETTINGS, "GARDEN", forecasts)


def test_places_asked_for_follow_from_homes_yields_and_free_places(reply: Contribution) -> None:
    asked, apart = reply.asked.set_index("phase"), reply.not_assessed.set_index("phase")
    assert asked.loc["Primary", "generated"] == pytest.approx(0.25 * reply.dwellings, abs=0.1)
    assert apart.loc["Special schools and units", "generated"] == pytest.approx(0.02 * 0.51 * reply.dwellings, abs=0.1)
    groups = reply.year_groups
    assert groups["asked"].to_numpy() == pytest.approx((groups["generated"] - groups["free_places"]).clip(lower=0).to_numpy())
    by_phase = groups.groupby("phase")[["generated", "asked"]].sum()
    assert asked.loc["Primary", ["generated", "asked"]].tolist() == pytest.approx(by_phase.loc["primary"].tolist())
    assert asked.loc["Total", "sum"] == pytest.approx(reply.asked.iloc[:-1]["sum"].sum())
    assert (apart.loc["Special schools and units", "times"], apart.loc["Early years", "times"]) == (4, 1)


def test_only_free_places_within_walking_distance_count(reply: Contribution, garden: Contribution) -> None:
    for found in (reply, garden):
        schools = found.schools
        reach = schools["phase"].replace("post_16", "secondary").map(rulebook("contributions")["reach"]).astype("float64")
        assert (schools["within_reach"] == (schools["metres"] <= reach)).all()
        assert (schools["within_reach"] | schools["own_area"]).all() and schools["own_area"].any()
        assert (schools["free_places"] >= (schools["places"] - schools["pupils"]).clip(lower=0) - 0.6).all(), "nothing is netted"
        for column, near in (("free_places", True), ("free_elsewhere", False)):
            added = schools[schools["within_reach"] == near].groupby("phase")["free_places"].sum()
            groups = found.year_groups.groupby("phase")[column].sum()
            assert groups.to_dict() == pytest.approx({phase: added.get(phase, 0.0) for phase in groups.index})
    beyond = garden.schools[~garden.schools["within_reach"] & garden.schools["phase"].eq("primary")]
    asked = garden.asked.set_index("phase").loc["Primary"]
    assert beyond["free_places"].sum() == pytest.approx(asked["free_elsewhere"]) and asked["free_elsewhere"] > 100
    assert asked["asked"] > asked["asked_with_area"] == 0, "places too far away to walk would have met it"
    assert garden.asked.set_index("phase").loc["Total", "sum_with_area"] < garden.asked.iloc[-1]["sum"]


def test_what_is_not_tested_is_not_asked_for(reply: Contribution, garden: Contribution) -> None:
    for found in (reply, garden):
        assert set(found.not_assessed["phase"]) == {"Early years", "Special schools and units", "Total"}
        assert set(found.asked["phase"]).isdisjoint(set(found.not_assessed["phase"]) - {"Total"})
        parts = found.not_assessed.iloc[:-1]
        assert parts["why"].ne("").all() and found.not_assessed.iloc[-1]["up_to"] == parts["up_to"].sum() > 0
    sixth = garden.schools[garden.schools["phase"] == "post_16"]
    assert len(sixth) and sixth["places"].notna().all(), "a sixth form within reach is held against its places"
    row = garden.asked.set_index("phase").loc["Sixth form"]
    assert row["asked"] == pytest.approx(max(0.0, row["generated"] - row["free_places"]))


def test_a_sixth_form_of_which_no_places_are_returned_is_not_known(evidence: Evidence) -> None:
    blank = evidence.capacity.assign(capacity_sixth_form=np.nan)
    untold = replace(evidence, tables={**evidence.tables, "capacity": blank})
    found = contribution(untold, SETTINGS, "GARDEN", forecast)
    assert "Sixth form" in set(found.not_assessed["phase"]) and "Sixth form" not in set(found.asked["phase"])


def test_places_that_come_with_the_site_are_not_free_for_it(evidence: Evidence, garden: Contribution) -> None:
    own = garden.schools[garden.schools["urn"] == GARDEN_URN]
    assert own["places"].tolist() == [0.0] and own["free_places"].tolist() == [0.0]
    assert any("come with this site's own homes" in note.text for note in garden.notes)
    unmarked = replace(evidence, tables={**evidence.tables, "planned_places": evidence.planned_places.assign(site_ref="")})
    free = contribution(unmarked, SETTINGS, "GARDEN", forecast).schools
    assert free.loc[free["urn"] == GARDEN_URN, "places"].tolist() == [30.0]


def test_planned_places_that_wait_for_uncertain_homes_are_named_in_the_checks(evidence: Evidence) -> None:
    def said(status: str, plans: pd.DataFrame) -> list[str]:
        sites = evidence.housing_sites
        sites = sites.assign(status=sites["status"].mask(sites["site_ref"].eq("GARDEN"), status))
        tables = {**evidence.tables, "housing_sites": sites, "planned_places": plans}
        return [note.text for note in places_wait_for_homes(replace(evidence, tables=tables), {})]

    (told,) = said("outline", evidence.planned_places)
    assert GARDEN_URN in told and "30 places" in told and "GARDEN, which are not in the core forecast (outline)" in told
    assert said("full", evidence.planned_places) == []
    (told,) = said("full", evidence.planned_places.assign(site_ref=["NOWHERE", *[""] * (len(evidence.planned_places) - 1)]))
    assert "NOWHERE, which is no site" in told
    assert any("come with the homes of GARDEN" in note.text for note in evidence.notes), "check and run tell it"


def test_schools_with_a_religious_character_are_marked(reply: Contribution, garden: Contribution) -> None:
    faith = garden.schools.set_index("urn")["faith"]
    names = garden.schools.set_index("urn")["school_name"]
    church = names.str.contains("Church of England|Catholic")
    assert church.any() and faith[church].ne("").all()
    page = contribution_page(garden, "Testshire", 2025, SETTINGS, ISSUED)
    assert "Religious character" in page and "Church of England" in page


class Cells(HTMLParser):
    """The tables of a page: caption -> rows of cells as printed, the heads of the columns first."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self._rows: list[list[str]] = []
        self._caption, self._into = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._into = tag
        if tag == "table":
            self._rows, self._caption = [], ""
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        self._into = ""
        if tag == "table":
            self.tables[self._caption] = self._rows

    def handle_data(self, data: str) -> None:
        if self._into == "caption":
            self._caption += data
        elif self._into in ("td", "th") and self._rows:
            self._rows[-1][-1] += data


def printed(text: str) -> float:
    return float(text.replace(",", "").replace("\N{POUND SIGN}", ""))


ODD = replace(SETTINGS, location_factor=1.0345, place_cost_primary=20_999.5)


@pytest.mark.parametrize(("site", "settings"), [("ESTATE", SETTINGS), ("GARDEN", ODD)])
def test_printed_factors_multiply_to_the_printed_products(site: str, settings: Assumptions, evidence: Evidence,
                                                          reply: Contribution) -> None:
    found = reply if (site, settings) == ("ESTATE", SETTINGS) else contribution(evidence, settings, site, forecast)
    tables = Cells(contribution_page(found, "Testshire", 2025, settings, ISSUED)).tables
    heads, *rows, total = tables["Asked for: phases that are tested"]
    assert heads[2].startswith("Free within reach") and heads[3] == "of which of use here"
    sums = []
    for row in rows:
        made, free, met, asked, each, times, factor, whole = (printed(cell) for cell in row[1:])
        assert whole == math.floor(round(asked * each * times * factor / 100, 6) + 0.5) * 100
        assert met <= free and round(made - met, 1) == asked, "free places are printed as they are, beside those of use here"
        sums.append(whole)
    assert printed(total[-1]) == sum(sums)
    _, *homes = tables["Homes and yields"]
    _, *children, together = tables["Children"]
    for row, made_of in zip(homes, children, strict=True):
        products = [printed(row[1]) * printed(each) for each in row[3:7]]
        assert [printed(cell) for cell in made_of[2:]] == pytest.approx(products, abs=0.0501)
    added = [round(sum(printed(row[k]) for row in children), 1) for k in range(1, 6)]
    assert [printed(cell) for cell in together[1:]] == added
    generated = {row[0]: printed(row[1]) for row in rows}
    assert generated["Primary"] == added[2] and generated["Secondary"] == added[3]
    for phase, row in zip(("Primary", "Secondary"), rows, strict=False):
        groups = [each for each in tables["Year groups"][1:] if each[0].startswith(phase)]
        sums = [round(sum(printed(each[k]) for each in groups), 1) for k in range(1, 5)]
        assert sums == [printed(cell) for cell in row[1:5]]


def test_column_heads_say_when_places_are_free(garden: Contribution) -> None:
    page = contribution_page(garden, "Testshire", 2025, SETTINGS, ISSUED)
    assert "Free within reach, primary January 2031; secondary and sixth form January 2033" in page
    assert "Free, January 2031" in page and "Free, January 2033" in page


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
    page = contribution_page(evil, "Test & Shire", 2025, SETTINGS, ISSUED)
    assert "<img" not in page and "<script" not in page and "Test &amp; Shire" in page
    assert "default-src 'none'" in page and not re.findall(r"""(?:src|href)=["']?http""", page)
    assert page.count("<h1>") == 1 and 'lang="en-GB"' in page and page.count("<caption>") == page.count("<table>") == 9
    for words in ("Step 1", "Step 2", "Step 3", "What this does not say", "straight line", "new school may be the remedy"):
        assert words in page
    assert page == contribution_page(evil, "Test & Shire", 2025, SETTINGS, ISSUED)
    for text in ("<dd>ESTATE</dd>", "<dd>2026-11-23</dd>", "A. Planner", "run 0123456789ab", "Sufficiency 9.9"):
        assert text in page, "a reply can be found again"


@pytest.mark.long
def test_the_command_writes_page_and_workbook(council: Path, tmp_path: Path) -> None:
    def reply_on(site: str) -> dict[str, Any]:
        told = CliRunner().invoke(app, ["contribution", str(council), site, "--out", str(tmp_path / "reply"), "--json"])
        assert told.exit_code == 0, told.output
        return dict(json.loads(told.stdout))

    data = reply_on("GARDEN")
    assert data["ok"] and data["site"] == "GARDEN" and data["asked"][-1]["phase"] == data["not_assessed"][-1]["phase"] == "Total"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", data["made_on"]) and re.fullmatch(r"[0-9a-f]{12}", data["vintage"])
    first = (tmp_path / "reply" / "contribution-garden.html").read_text(encoding="utf-8")
    assert data["vintage"] in first and data["made_on"] in first
    reply_on("ESTATE")
    there = sorted(path.name for path in (tmp_path / "reply").iterdir())
    assert there == [f"contribution-{site}.{kind}" for site in ("estate", "garden") for kind in ("html", "xlsx")]
    assert (tmp_path / "reply" / "contribution-garden.html").read_text(encoding="utf-8") == first


def test_a_reply_is_never_written_over_that_of_another_site_or_other_input(tmp_path: Path, reply: Contribution) -> None:
    def written(site: str, vintage: str) -> str:
        page, book = free_names(tmp_path, site, vintage)
        mine, issued = replace(reply, site_ref=site), replace(ISSUED, vintage=vintage)
        page.write_bytes(contribution_page(mine, "Testshire", 2025, SETTINGS, issued).encode("utf-8"))
        book.write_bytes(b"")
        return page.name

    assert written("A/1", "one") == written("A/1", "one") == "contribution-a-1.html"
    assert written("A-1", "one") == "contribution-a-1-2.html" and written("A/1", "two") == "contribution-a-1-3.html"
    assert written("A-1", "one") == "contribution-a-1-2.html"
    (tmp_path / "contribution-b.html").write_text("of another hand", encoding="utf-8")
    (tmp_path / "contribution-b-2.xlsx").write_bytes(b"")
    assert written("B", "one") == "contribution-b-3.html"
    assert written('<"C">', "one") == written('<"C">', "one") == "contribution-c.html"


def test_a_site_that_is_not_listed_is_told_with_the_nearest() -> None:
    assert str(no_such_site("GARDN", ["ESTATE", "GARDEN"])).endswith("did you mean GARDEN?")
    assert "known are: A, B" in str(no_such_site("Mill", ["A", "B"]))
    assert "housing_sites" in str(no_such_site("Mill", []))


def test_axe_finds_nothing_wrong_with_the_page(reply: Contribution, tmp_path: Path, browser: Browser) -> None:
    page_file = tmp_path / "contribution.html"
    page_file.write_bytes(contribution_page(reply, "Testshire", 2025, SETTINGS, ISSUED).encode("utf-8"))
    page = browser.new_page(viewport={"width": 320, "height": 640})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_file.as_uri())
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert asked == [page_file.as_uri()], "the page asks nobody for anything"
    assert page.evaluate("document.documentElement.scrollWidth") <= 320, "wide tables scroll by themselves"
    page.close()


def test_no_table_is_wider_than_the_page_on_a_screen_or_on_paper(garden: Contribution, tmp_path: Path, browser: Browser) -> None:
    page_file = tmp_path / "wide.html"
    page_file.write_bytes(contribution_page(garden, "Testshire", 2025, SETTINGS, ISSUED).encode("utf-8"))
    for width, on_paper in ((992, False), (703, True)):         # A4 upright less its margins: 186 mm
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.emulate_media(media="print" if on_paper else "screen")
        page.goto(page_file.as_uri())
        over = page.evaluate("[...document.querySelectorAll('.scroll')].map((box) => box.scrollWidth - box.clientWidth)")
        assert over and max(over) <= 0, (width, over)
        page.close()
