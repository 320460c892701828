"""Who published what: one line a publication, as its licence asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sufficiency.evidence import Source

CROWN = "Contains OS data \N{COPYRIGHT SIGN} Crown copyright and database right; contains National Statistics data."
SHAPES = ("lsoas", "road_links")
OPEN = "Open Government Licence"


def attribution(sources: Sequence[Source]) -> tuple[str, ...]:
    """One line for each publication used, and the words that boundaries ask for."""
    lines = []
    for source in sources:
        dated = f", {source.reference_date}" if source.reference_date else ""
        lines.append(f"{source.title} ({source.publisher}{dated}); {source.licence}")
    if any(source.table in SHAPES and OPEN in source.licence for source in sources):
        lines.append(CROWN)
    return tuple(dict.fromkeys(lines))
