"""When settings, or their ages, are known to close: what the council's survey says of a whole setting and of its rooms.

Method. The day of an age is that of its rooms: while one stays open the age does. Where a room says no day, or the survey has no
row on an age, the day of the whole setting counts. So a room for babies that closes takes away what was counted of babies, and
nothing else.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pandas as pd

from sufficiency.childcare.setting_list import text_at

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

NEVER = "9999"      # sorts after every day


def closing_days(evidence: Evidence, headcount: pd.DataFrame) -> pd.Series:
    """The day on which each row of a headcount ends, by setting and age as the council writes them; blank: none is known."""
    ages, whole = _of_ages(evidence), _of_whole(evidence)
    pairs = zip(headcount["setting_ref"], headcount["age_band"], strict=True)
    days = [ages.get((ref, age), whole.get(ref, NEVER)) for ref, age in pairs]
    return pd.Series(["" if day == NEVER else day for day in days], index=headcount.index, dtype="str")


def closed_by(evidence: Evidence, on: date) -> set[str]:
    """Settings all of which is closed on a day."""
    last: dict[str, str] = {}
    for (ref, _), day in _of_ages(evidence).items():
        last[ref] = max(last.get(ref, ""), day)
    return {ref for ref, day in {**_of_whole(evidence), **last}.items() if day <= on.isoformat()}


def _of_whole(evidence: Evidence) -> dict[str, str]:
    """The last day that rows on whole settings say."""
    survey = evidence.settings_hours
    rows = survey[survey["age_band"].eq("")]
    return {str(ref): str(day) for ref, day in rows["closes_on"].mask(rows["closes_on"].eq(""), NEVER).groupby(
        rows["setting_ref"]).max().items()}


def _of_ages(evidence: Evidence) -> dict[tuple[str, str], str]:
    """The last day that the rooms of each age say, by setting and age."""
    survey, whole = evidence.settings_hours, _of_whole(evidence)
    rows = survey[survey["age_band"].ne("")]
    days = rows["closes_on"].where(rows["closes_on"].ne(""), text_at(rows["setting_ref"], whole))
    days = days.mask(days.eq(""), NEVER)
    found: dict[tuple[str, str], str] = {}
    for ref, age, day in zip(rows["setting_ref"], rows["age_band"], days, strict=True):
        found[ref, age] = max(found.get((ref, age), ""), day)
    return found
