"""Care around school and in the holidays on the committee map, by planning area: what is short, and who has it from eight to six.

What nobody has told is not known, and not nothing: where most schools have said nothing the hours have no letter, and the share
of schools is of those that are known. What is known of no area at all has no view: the findings say that it is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from maps.layer import Layer, Measure
from sufficiency.childcare.balance import AROUND_SCHOOL, HOLIDAY, LETTERS, LOCAL, PLANNING_AREA
from sufficiency.childcare.terms import BAND_NAMES
from workbench.childcare_map import (
    A_WEEK,
    areas_told,
    has_childcare,
    known_shapes,
    letters,
    moments,
    share_measure,
    titled,
    wide,
    with_silence,
)

if TYPE_CHECKING:
    from maps.palette import Scale
    from workbench.picture import Picture

SCHOOL_AGE = "school_age_care"
OLDER = tuple(band for band in ("age_5_7", "age_8_14") if band in BAND_NAMES)
WHOLE_DAY, UNKNOWN = "eight to six", "not known"
SPOKEN = {AROUND_SCHOOL: ("care before and after school", "in a week of term"),
          HOLIDAY: ("care in the holidays", "in a week of them")}


def school_age_layer(tables: Mapping[str, pd.DataFrame], picture: Picture) -> Layer | None:
    """Planning areas with care around school and in the holidays; none where the run tells nothing of it."""
    if not has_childcare(tables):
        return None
    every, base = tables["childcare_balance"], picture.authority.base_year
    mine = every[(every["level"] == PLANNING_AREA) & every["measure"].isin(SPOKEN)]
    if mine.empty:
        return None
    scale = letters(picture.assumptions.childcare_edges)
    columns, measures = [], []
    for measure in SPOKEN:
        for band in OLDER:
            rows = mine[(mine["measure"] == measure) & (mine["age_band"] == band) & mine["worst_term"].astype("bool")]
            if rows["status"].isin(LETTERS).any():
                columns.append(_gaps(rows, f"{measure}_{band}"))
                measures.append(_gap_measure(measure, band, scale))
    part, views = _schools(tables, base)
    columns, measures = [*columns, *part], [*measures, *views]
    if not columns:
        return None
    shapes, values = None, wide(columns)
    if picture.areas is not None:
        primary = picture.areas[picture.areas["phase"] == "primary"]
        shapes = primary.rename(columns={"planning_area_code": "key"})[["key", "geometry"]]
    return Layer(SCHOOL_AGE, "School-age childcare", "planning areas", areas_told(mine), moments(mine, base), values,
                 with_silence(measures, values, mine, base), known_shapes(shapes, mine))


def _gaps(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Hours short (below nought: over) where they are known, with their letter."""
    gap = (rows["hours_wanted"] - rows["hours_counted"]).where(rows["status"].isin(LETTERS))
    return pd.DataFrame({"key": rows["area_code"], "year": rows["ay"], name: gap, f"{name}_letter": rows["status"]})


def _gap_measure(measure: str, band: str, scale: Scale) -> Measure:
    care, when = SPOKEN[measure]
    column = f"{measure}_{band}"
    return Measure(
        column, f"{titled(band)}: {care}, hours short", "", scale, letters=f"{column}_letter", suffix=A_WEEK, above=0.0,
        unsigned=True, saying=f"short of {care} for {BAND_NAMES[band]}",
        explain=f"Hours of {care} wanted beyond those that clubs and others offer {when}. What is wanted rests on the council's "
                f"own survey or, without one, on rates that are not verified. The letter ({LOCAL}) goes by hours on offer for "
                "each wanted; not known where most schools, or clubs, have not said what they offer.")


def _schools(tables: Mapping[str, pd.DataFrame], base: int) -> tuple[list[pd.DataFrame], list[Measure]]:
    """Of the primary schools whose clubs are known, the share that has care from eight to six."""
    offers, schools = tables.get("wraparound", pd.DataFrame()), tables.get("schools", pd.DataFrame())
    if offers.empty or schools.empty or offers["offer"].eq(UNKNOWN).all():
        return [], []
    area = schools.set_index("urn")["primary_planning_area_code"]
    told = offers.assign(key=offers["urn"].map(area).fillna("")).query("key != ''")
    by = told.groupby("key")["offer"].agg(every="size", whole=lambda cells: cells.eq(WHOLE_DAY).sum(),
                                          silent=lambda cells: cells.eq(UNKNOWN).sum())
    known = by["every"] - by["silent"]
    detail = [f"{w} of {n} schools{f'; of {s} more not known' if s else ''}" for w, n, s in
              zip(by["whole"], known, by["silent"], strict=True)]
    frame = pd.DataFrame({"key": by.index, "year": base, "whole_day": (by["whole"] / known.where(known > 0) * 100).to_numpy(),
                          "whole_day_detail": detail})
    return [frame], [share_measure(
        "whole_day", "Primary schools with care from eight to six",
        "Of the primary schools of which it is known, those with places at clubs from eight in the morning and until six in the "
        "evening, on site or by pick-up.")]
