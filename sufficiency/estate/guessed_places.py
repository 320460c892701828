"""A guess at the places of a school of which not even a capacity is known, such as one that has just opened.

Method (ours). The largest year group that the school has now, rounded up to half a form of entry, stands for the places of every
cohort that has entered since the school opened; a cohort that would have entered before has none. A planning area is so not told
as unknown for the sake of one new school, and the guess is told as one, in the basis of each figure and in a note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.evidence import Note

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

HALF_FORM = 15      # children in a year group


def places_by_roll(cells: pd.DataFrame, evidence: Evidence) -> pd.Series:
    """Places that a school without any capacity seems to have: its largest year group now, up to the next half form.

    A cohort that would have entered before the school opened has none. Missing where the roll is not known either.
    """
    roll = evidence.tables.get("school_roll")
    if roll is None or roll.empty:
        return pd.Series(np.nan, index=cells.index)
    now = roll[(roll["ay"] == evidence.authority.base_year) & (roll["nc_year"] >= 0) & (roll["pupils"] > 0)]
    largest = cells["urn"].map(now.groupby("urn")["pupils"].max()).astype("float64")
    entered = cells["ay"] - (cells["nc_year"] - cells["low"])
    too_early = (entered < cells["opens"]) & ~_has_pupils_above(cells, now)
    return (np.ceil(largest / HALF_FORM) * HALF_FORM).mask(too_early & largest.notna(), 0.0)


def _has_pupils_above(cells: pd.DataFrame, now: pd.DataFrame) -> pd.Series:
    """Whether a cohort that entered before the school opened is at the school all the same, from the school that it was."""
    oldest = cells["urn"].map(now.groupby("urn")["nc_year"].max()).astype("float64")
    return cells["nc_year"] - (cells["ay"] - cells["ay"].min()) <= oldest


def told_as_guesses(names: str) -> tuple[Note, ...]:
    """Say of which schools the places are a guess."""
    text = f"no capacity is known for {names}: places are guessed from the largest year group, up to the next half form"
    return (Note("capacity", text, "need and spare places there are a guess: give year-group places, a PAN or a capacity"),)
