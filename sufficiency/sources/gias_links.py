"""Get Information about Schools: which establishment follows which, so that a school's history survives academisation.

The file says nothing of authorities, so a national one (some 40,000 rows) is kept whole; only links of the authority's own
schools are ever looked up.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sufficiency.evidence import Reading, SchoolLinks
from sufficiency.sources.cells import cell_problems, dates
from sufficiency.sources.frames import Layout, cells_of, held, read_frame
from sufficiency.sources.reading import Ask, Reader, noted, source

PUBLISHED = {
    "urn": "URN", "link_urn": "LinkURN", "link_name": "LinkName", "link_type": "LinkType", "link_date": "LinkEstablishedDate",
}
LAYOUT = Layout(("URN", "LinkURN", "LinkType"), ("LinkName", "LinkEstablishedDate"), {
    "LinkURN": "link urn", "LinkType": "link type", "LinkName": "link name", "LinkEstablishedDate": "link (established )?date",
})


def read_gias_links(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the links between establishments; a link that stands twice is kept once, with its latest date."""
    read = read_frame(path, LAYOUT, ask)
    notes = list(read.notes)
    typed = pd.DataFrame({ours: cells_of(read.frame, theirs) for ours, theirs in PUBLISHED.items()})
    one_ended = typed["urn"].eq("") | typed["link_urn"].eq("")
    if one_ended.any():
        notes.append(f"{one_ended.sum():,} links that name only one establishment left out")
        typed = typed[~one_ended].copy()
    written = typed["link_date"]
    typed["link_date"], bad = dates(written)
    problems = cell_problems(written[bad], path.name, "link_date", "a date such as 31-08-2012 expected")
    keys = ["urn", "link_urn", "link_type"]
    again = typed.sort_values("link_date", kind="stable").duplicated(keys, keep="last").reindex(typed.index)
    if again.any():
        notes.append(f"{again.sum():,} links stand more than once: the latest is kept")
        typed = typed[~again]
    table = held(typed, SchoolLinks, path.name, problems, read.written(PUBLISHED))
    return (Reading(table, source(READER, path, ask), noted(READER.table, path, tuple(notes))),)


READER = Reader("gias_links", "school_links", "Get Information about Schools: establishment links", "Department for Education",
                read_gias_links)
