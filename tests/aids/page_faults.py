"""What is wrong with a page that leaves the house, as a browser and axe see it: nothing may be."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from axe_playwright_python.sync_playwright import Axe

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ALL_RULES = {"rules": {"target-size": {"enabled": True}}}       # which axe leaves out unless it is asked for: 24 px
POLICY = "document.querySelector('meta[http-equiv=\"Content-Security-Policy\"]')?.content ?? ''"
OVER = "document.documentElement.scrollWidth - window.innerWidth"
SIZES = ((1280, 100), (640, 100), (640, 200), (320, 100))       # of the window in px, and of text in per cent; 640: 1280 at 200 %


def page_faults(browser: Browser, path: Path) -> list[str]:
    """What axe finds of any level, requests, errors, a policy that lets too much in, and what is lost by zoom, in words."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    found: list[str] = []
    page.on("request", lambda one: None if one.url.startswith(("data:", path.as_uri())) else found.append(f"asks {one.url}"))
    page.on("pageerror", lambda one: found.append(f"error {one}"))
    page.goto(path.as_uri())
    told = Axe().run(page, options=ALL_RULES).response
    found += [f"{one['id']} ({one['impact']}): {one['nodes'][0]['html'][:200]}" for one in told["violations"]]
    found += ["axe looked at too little"] * (len(told["passes"]) < 15)
    policy = page.evaluate(POLICY)
    found += [f"policy {policy}"] * (not policy.startswith("default-src 'none'") or "unsafe" in policy)
    for width, text in SIZES:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
        found += [f"{over} px too wide at {width} px, text {text} %" for over in [page.evaluate(OVER)] if over > 0]
    found += ["a text ran"] * (page.evaluate("window.__pwn") is not None)
    page.close()
    return found
