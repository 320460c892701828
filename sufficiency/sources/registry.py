"""Every reader by the name that `authority.toml` gives it: one for each public file, and those of the council's own tables."""

from __future__ import annotations

from sufficiency.sources import (
    births,
    boundaries,
    code_point,
    gias,
    gias_links,
    lait,
    local,
    lookups,
    ofsted_register,
    population,
    roads,
    school_capacity,
    school_census,
    school_points,
    scorecards,
    year_group_roll,
)
from sufficiency.sources.reading import Reader, telling_all

PUBLICATIONS: tuple[Reader, ...] = (
    gias.READER, gias_links.READER, school_census.READER, year_group_roll.READER, *school_capacity.READERS, scorecards.READER,
    births.READER, population.READER, boundaries.READER, boundaries.WARD_READER, lookups.READER,
    lookups.WARD_READER,
    school_points.READER, ofsted_register.READER, code_point.READER,
    roads.READER, lait.READER,
)
READERS: dict[str, Reader] = {reader.name: telling_all(reader) for reader in (*PUBLICATIONS, *local.READERS)}
