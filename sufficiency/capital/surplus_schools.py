"""The schools with lasting surplus: what of each bears on its remedies, whose decision they are, and which pairs belong together.

A school has lasting surplus where its entry year has so many places empty in every one of so many years running, up to the last
year planned for (`rulebook/surplus.toml`): half a form, or half of its places where it is smaller than a form. An infant and a
junior school belong together where one ends as the other begins and they share a site: by postcode, by where they stand, or by
their name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.capital.scheme_checks import own_admission_authority

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

DESIGNATED, NOT_LOOKED_UP = "designated rural primary", "rural primary: look it up in the designation order"
STAGE = re.compile(r"\b(infants?|juniors?|and|nursery|primary|school|academy|community|c of e|church of england|ce|cofe)\b")
ABOUT = ["school_name", "own_admissions", "rural", "postcode", "easting", "northing"]


@dataclass(frozen=True)
class School:
    """One school and phase of which places and pupils are known; by academic year: children at entry, places at entry."""

    urn: str
    phase: str
    area: str
    entry: pd.Series
    pan: float
    pupils: pd.DataFrame  # [ay, nc_year]
    places: pd.DataFrame  # [ay, nc_year]
    name: str = ""
    own_admissions: bool | None = None  # whether it is its own admission authority; none: not known
    rural: str = ""  # DESIGNATED, NOT_LOOKED_UP or blank
    postcode: str = ""
    easting: float = float("nan")
    northing: float = float("nan")

    @property
    def called(self) -> str:
        """Its name, or its URN where no name is known."""
        return self.name or self.urn


def about_schools(schools: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """What of each school bears on its remedies: urn and ABOUT.

    Whether a rural primary is designated stands in no publication that is read here: the council's own schemes may tell it.
    """
    own = own_admission_authority(evidence)
    listed = evidence.schemes
    designated, not_so = (set(listed.loc[listed["designated_rural"].eq(word), "site_id"]) for word in ("yes", "no"))
    open_question = schools["rural"].astype("bool") & schools["nc_year_low"].lt(ENTRY_YEAR["secondary"])
    rural = [
        DESIGNATED if urn in designated else NOT_LOOKED_UP if asked and urn not in not_so else ""
        for urn, asked in zip(schools["urn"], open_question, strict=True)
    ]
    table = schools[["urn", "school_name", "postcode", "easting", "northing"]].copy()
    return table.assign(own_admissions=table["urn"].isin(own), rural=rural)[["urn", *ABOUT]]


def known_schools(places: pd.DataFrame, school_pupils: pd.DataFrame, about: pd.DataFrame | None = None) -> Iterator[School]:
    """Schools of which places and pupils are known, phase by phase."""
    facts: dict[str, dict[str, Any]] = {} if about is None else {
        str(row["urn"]): {"name": row["school_name"], **{key: row[key] for key in ABOUT[1:]}} for row in about.to_dict("records")
    }
    mine = school_pupils[school_pupils["phase"].isin(("primary", "secondary"))]
    keys = ["urn", "phase", "planning_area_code"]
    held = _by_year(places, ["urn"], "yg_places", min_count=1)
    for (urn, phase, area), rows in _by_year(mine, keys, "pupils").items():
        here = held.get((urn,))
        if here is None:
            continue
        theirs = here.loc[here.index.isin(rows.index), here.columns.isin(rows.columns)]
        wide = theirs.dropna(axis=1, how="all").dropna()
        if wide.empty:
            continue
        pupils = rows.reindex(wide.index).fillna(0.0)
        first = ENTRY_YEAR[str(phase)] if ENTRY_YEAR[str(phase)] in wide.columns else min(wide.columns)
        yield School(str(urn), str(phase), str(area), pupils[first], float(wide[first].iloc[-1]), pupils, wide,
                     **facts.get(str(urn), {}))


def _by_year(table: pd.DataFrame, keys: list[str], value: str, min_count: int = 0) -> dict[tuple[Any, ...], pd.DataFrame]:
    """One small table [ay, nc_year] for each of the keys; year groups of which nothing is told are left out."""
    if table.empty:
        return {}
    whole = table.pivot_table(
        index=[*keys, "ay"], columns="nc_year", values=value, aggfunc="sum", min_count=min_count, observed=True)
    parts = whole.groupby(level=keys, observed=True)
    return {key if isinstance(key, tuple) else (key,): part.droplevel(keys).dropna(axis=1, how="all") for key, part in parts}


def lasts(school: School, when: Mapping[str, Any]) -> bool:
    """Whether the entry year has been part empty for long enough, up to the last year planned for; when: the rulebook's page."""
    years = int(when["years"])
    empty = (school.pan - school.entry).iloc[-years:]
    enough = min(float(when["empty_at_entry"]), float(when["or_share"]) * school.pan)
    return len(empty) == years and school.pan > 0 and bool((empty >= enough).all())


def one_site(infant: School, junior: School, metres: float) -> str:
    """How an infant and a junior school are known to share a site, in words; blank where they are not.

    metres: between their points, up to which they count as one site.
    """
    if max(infant.places.columns) + 1 != min(junior.places.columns) or infant.phase != junior.phase:
        return ""
    if infant.postcode and infant.postcode == junior.postcode:
        return f"both stand at {infant.postcode}"
    apart = float(np.hypot(infant.easting - junior.easting, infant.northing - junior.northing))
    if apart <= metres:
        return f"they stand {apart:,.0f} m apart"
    if infant.name and _base(infant.name) and _base(infant.name) == _base(junior.name):
        return "they share a name"
    return ""


def _base(name: str) -> str:
    """A school's name without what tells an infant from a junior school."""
    return " ".join(STAGE.sub(" ", re.sub(r"[^a-z ]", "", name.casefold())).split())
