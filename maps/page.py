"""The page around a folium map: opens offline, lets in only its own scripts and styles, and takes data as one JSON block.

Stock folium names scripts on four networks, forbids zooming, has no language or title, and puts text from data into JavaScript.
Here folium builds the Leaflet map itself (projection, panes, bounds) out of numbers of ours alone. Names and figures never pass
through a template: they stand in one JSON block in which nothing can end the block, and our script writes them as text.
"""

from __future__ import annotations

import json
from typing import Any

import folium
from branca.element import Figure
from jinja2 import Environment

from maps import assets
from maps.packing import packed

MAP_NAME = "map_committee"
PANES = {"areas": 400, "lines": 420, "points": 440, "chosen": 460, "labels": 480}
PANES_TO_CLICK = ("areas", "points")


class OfflineMap(folium.Map):
    """A folium map without tiles, without anything from the web, and with a name that is the same in every run."""

    default_js: list[tuple[str, str]] = []      # noqa: RUF012  as folium declares it
    default_css: list[tuple[str, str]] = []     # noqa: RUF012  as folium declares it

    def __init__(self, bounds: list[list[float]]) -> None:
        middle = [sum(axis) / 2 for axis in zip(*bounds, strict=True)]
        super().__init__(
            location=middle, tiles=None, zoom_start=9, zoom_control=False, control_scale=False, prefer_canvas=False,
            zoom_snap=0.25, zoom_delta=0.75, attribution_control=False, scroll_wheel_zoom=False, box_zoom=False,
        )
        for name, level in PANES.items():
            folium.map.CustomPane(name, z_index=level, pointer_events=name in PANES_TO_CLICK).add_to(self)
        self.fit_bounds(bounds)
        for element in (self, *self._children.values()):
            element._id = "committee" if element is self else f"{element._name}_{getattr(element, 'name', 'all')}".lower()

    def get_name(self) -> str:
        """The name of the map in our script."""
        return MAP_NAME


class Page(Figure):
    """The whole document: our template, with Leaflet, folium's lines and our script, each let in by its hash."""

    def __init__(self, data: dict[str, Any]) -> None:
        super().__init__()
        self.data = data

    def render(self, **kwargs: Any) -> str:
        """The document as text; byte for byte the same for the same data."""
        for child in self._children.values():
            child.render(**kwargs)
        drawn = bool(self._children)
        styles = [assets.leaflet_style()] * drawn + [assets.own_style()]
        scripts = ([assets.leaflet_script(), _lines(self.script.render(**kwargs))] if drawn else []) + [assets.own_script()]
        template = Environment(autoescape=False, keep_trailing_newline=True).from_string(assets.own("page.html"))  # no data in it
        return template.render(
            styles=styles, scripts=scripts, policy=policy(scripts, styles), data=json_block(packed(self.data)),
            map=_lines(self.html.render(**kwargs)),
        )


def _lines(text: str) -> str:
    """Text without the blank lines that templates leave."""
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip())


def policy(scripts: list[str], styles: list[str]) -> str:
    """The content security policy: nothing at all from anywhere, but these scripts and styles."""
    scripted, styled = (" ".join(assets.hash_source(text) for text in texts) for texts in (scripts, styles))
    return f"default-src 'none'; script-src {scripted}; style-src {styled}; base-uri 'none'; form-action 'none'"


def json_block(data: dict[str, Any]) -> str:
    r"""Data as JSON that cannot end its block or start markup: < > & and everything beyond ASCII as \u escapes."""
    text = json.dumps(data, ensure_ascii=True, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def page_with_map(data: dict[str, Any], bounds: list[list[float]] | None) -> str:
    """The finished document; without bounds there is nothing to draw, and the page has its tables only."""
    page = Page(data)
    if bounds is not None:
        page.add_child(OfflineMap(bounds))
    return str(page.render())


