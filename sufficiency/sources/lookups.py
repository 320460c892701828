"""How small areas (LSOA) of 2011 became those of 2021, and in which district and ward each of these lies."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sufficiency.evidence import LsoaLookup, Reading, WardLookup
from sufficiency.sources.frames import Layout, cells_of, held, read_frame
from sufficiency.sources.reading import Ask, Reader, noted, source

LAYOUT = Layout(
    ("lsoa11_code", "lsoa21_code", "change_code", "district_code"), ("district_name",),
    {
        "lsoa11_code": r"lsoa ?(20)?11 ?(code|cd)", "lsoa21_code": r"lsoa ?(20)?21 ?(code|cd)",
        "change_code": r"ch(a?n)?g ?ind|change (code|indicator)",
        "district_code": r"(ltla|lad|district) ?(20)?(\d\d)? ?(code|cd)",
        "district_name": r"(ltla|lad|district) ?(20)?(\d\d)? ?(name|nm)",
    },
)
WARD_LAYOUT = Layout(
    ("lsoa_code", "ward_code"), ("ward_name",),
    {
        "lsoa_code": r"lsoa ?(20)?(\d\d)? ?(code|cd)", "ward_code": r"(wd|ward) ?(20)?(\d\d)? ?(code|cd)",
        "ward_name": r"(wd|ward) ?(20)?(\d\d)? ?(name|nm)",
    },
)


def read_lsoa_lookup(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the look-up from LSOA 2011 to LSOA 2021 to district; rows that stand twice are read once."""
    read = read_frame(path, LAYOUT, ask)
    typed = pd.DataFrame({c: cells_of(read.frame, c) for c in LsoaLookup.to_schema().columns})
    typed["change_code"] = typed["change_code"].str.upper()
    again = typed.duplicated()
    notes = (*read.notes, *([f"{again.sum():,} rows stand twice and are read once"] if again.any() else []))
    table = held(typed[~again], LsoaLookup, path.name, [], read.written({}))
    return (Reading(table, source(READER, path, ask), noted(READER.table, path, notes)),)


def read_ward_lookup(path: Path, ask: Ask) -> tuple[Reading, ...]:
    """Read the look-up from LSOA 2021 to ward (best fit); a ward without a name goes by its code."""
    read = read_frame(path, WARD_LAYOUT, ask)
    typed = pd.DataFrame({c: cells_of(read.frame, c) for c in WardLookup.to_schema().columns})
    typed["ward_name"] = typed["ward_name"].where(typed["ward_name"].ne(""), typed["ward_code"])
    again = typed.duplicated()
    notes = (*read.notes, *([f"{again.sum():,} rows stand twice and are read once"] if again.any() else []))
    table = held(typed[~again], WardLookup, path.name, [], read.written({}))
    return (Reading(table, source(WARD_READER, path, ask), noted(WARD_READER.table, path, notes)),)


READER = Reader("lsoa_lookup", "lsoa_lookup", "LSOA 2011 to LSOA 2021 to district look-up", "Office for National Statistics",
                read_lsoa_lookup)
WARD_READER = Reader("ward_lookup", "ward_lookup", "LSOA 2021 to electoral ward best-fit look-up",
                     "Office for National Statistics", read_ward_lookup)
