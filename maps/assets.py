"""What the page is made of besides data: Leaflet out of the installed XStatic-Leaflet, and our own small script and style.

Nothing is loaded from the web, and nothing of others is kept in this project.
"""

from __future__ import annotations

import base64
import hashlib
import re
from importlib.resources import files

SCRIPTS = ("unpack.js", "basics.js", "picture.js", "tables.js", "columns.js", "card.js", "choosing.js", "labels.js", "map.js",
           "page.js")
"""Our own scripts in their order; together they are one script of the page."""
STYLES = ("page.css", "paper.css")
"""Our own styles in their order: for the screen, and what is different in print."""


def own(name: str) -> str:
    """One of our own files under maps/static, with plain line ends so that its hash is the same everywhere."""
    return _plain((files("maps") / "static" / name).read_text(encoding="utf-8"))


def own_script() -> str:
    """Our script: all parts, closed off from the page's other names."""
    return "(function () {\n'use strict';\n" + "\n".join(own(name) for name in SCRIPTS) + "\n}());\n"


def own_style() -> str:
    """Our style: all parts."""
    return "\n".join(own(name) for name in STYLES)


def leaflet_script() -> str:
    """Leaflet's script, without the line that asks a browser for its source map."""
    return re.sub(r"(?m)^//# sourceMappingURL=.*$", "", _leaflet("leaflet.js"))


def leaflet_style() -> str:
    """Leaflet's style, without pictures: the page has none, and asks for none."""
    return re.sub(r"url\([^)]*\)", "none", _leaflet("leaflet.css"))


def _leaflet(name: str) -> str:
    return _plain((files("xstatic.pkg.leaflet") / "data" / name).read_text(encoding="utf-8"))


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def hash_source(text: str) -> str:
    """The name under which a content security policy lets this one script or style in: 'sha256-...'."""
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
