"""The list of settings: its columns, how a part of it is completed to them, and how settings are named."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.rules import rulebook

if TYPE_CHECKING:
    from sufficiency.evidence import Note

TABLE = "childcare_supply"
COLUMNS = ["setting_ref", "setting_name", "provider_type_group", "own", "providers", "places", "estimated", "easting", "northing",
           "lsoa_code", "district_code", "ward_code", "placed_by", "registered_on"]
AT_SCHOOL = ("school_nursery", "nursery_school")
AT_HOME = ("childminder", "domestic")
FEWEST_AT_HOME = int(rulebook("disclosure")["settings"]["fewest"])      # who work at home and are told together


@dataclass(frozen=True)
class Settings:
    """Everyone who offers childcare, one row each; those placed by an area may stand for many, and have no point."""

    table: pd.DataFrame = field(repr=False)         # COLUMNS
    wards: pd.DataFrame = field(repr=False)         # ward_code, lsoa_code, postcodes: which small areas a ward lies in
    notes: tuple[Note, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)   # number of one who works at home -> those among whom it is counted
    alike: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)   # `same_place`: pairs that may be one and the same


def listed(rows: pd.DataFrame, **columns: object) -> pd.DataFrame:
    """Complete a list of settings to all columns."""
    blank: dict[str, object] = {
        "setting_name": "", "provider_type_group": "other", "own": True, "providers": 1.0, "places": np.nan, "estimated": False,
        "easting": np.nan, "northing": np.nan, "lsoa_code": "", "district_code": "", "ward_code": "", "placed_by": "",
        "registered_on": "", "postcode": "", "constituency": "",
    }
    full = rows.assign(**{k: v for k, v in (blank | columns).items() if k not in rows.columns or k in columns})
    return full[["setting_ref", *blank]].astype({"places": "float64", "providers": "float64", "easting": "float64",
                                                 "northing": "float64", "own": "bool", "estimated": "bool"})


def named(rows: pd.DataFrame) -> list[str]:
    """Name settings for people, with their numbers."""
    return [f"{name or 'a setting'} ({ref})" for ref, name in zip(rows["setting_ref"], rows["setting_name"], strict=True)]


def text_at(keys: pd.Series, values: pd.Series | dict[str, str]) -> pd.Series:
    """Look text up by key: blank where it is not known."""
    return keys.map(values).astype("object").fillna("").astype("str")
