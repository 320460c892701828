"""axe-core finds nothing wrong with the page, whatever is shown, at whatever size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from maps.sheet import Sheet, draw

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def _as_opened(page: Page) -> None:
    pass


def _last_year_of_secondary_headroom(page: Page) -> None:
    page.check("#phase input[value='1']")
    page.select_option("#view", "2")
    page.locator("#year").press("End")


def _views_of_one_year(page: Page) -> None:
    page.select_option("#view", "3")
    page.check("#columns input[value='1']")
    page.fill("#areas-filter", "north")


def _area_chosen(page: Page) -> None:
    page.locator("#areas tbody .choose").nth(3).click()


def _school_chosen(page: Page) -> None:
    _area_chosen(page)
    page.locator("#card [data-item]").first.click()


def _all_unfolded(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true; })")


def _nothing_found(page: Page) -> None:
    page.fill("#areas-filter", "nowhere")


def _large_text(page: Page) -> None:
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    _area_chosen(page)


STATES = {
    "as opened": (_as_opened, 1280), "projector": (_last_year_of_secondary_headroom, 1920),
    "views": (_views_of_one_year, 1280),
    "area": (_area_chosen, 1280), "school": (_school_chosen, 1280), "phone": (_as_opened, 320),
    "unfolded": (_all_unfolded, 1280), "nothing found": (_nothing_found, 320),
    "phone, area": (_area_chosen, 320), "text at 200 %": (_large_text, 1280),
}


def faults(page: Page) -> list[str]:
    """What axe finds, of any level, each with the first place of it."""
    told = Axe().run(page).response
    assert len(told["passes"]) > 30, "axe looked at too little"
    found = told["violations"]
    return [f"{fault['id']} ({fault['impact']}): {fault['nodes'][0]['html'][:200]}" for fault in found]


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(state: str, short_document: str, look: Callable[..., Page]) -> None:
    arrange, width = STATES[state]
    page = look(short_document, width=width)
    arrange(page)
    assert faults(page) == []


def test_axe_finds_nothing_where_there_is_no_map(county: Sheet, look: Callable[..., Page]) -> None:
    layers = tuple(replace(layer, shapes=None) for layer in county.layers)
    page = look(draw(replace(county, layers=layers, points=())))
    _area_chosen(page)
    assert faults(page) == []
