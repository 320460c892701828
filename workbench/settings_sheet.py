"""The settings of a run as a sheet: what each is, its default, what it means, and on what evidence the default stands."""

from __future__ import annotations

import re
from dataclasses import astuple
from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.assumptions import AreaMove, ChildcareFactor, ExcludedYear, LeadTime, PhaseFactor, defaults, meanings

if TYPE_CHECKING:
    from sufficiency.assumptions import Assumptions

OF_THE_BRIEF = re.compile(r" \([A-L]\d+(?:, [A-L]\d+)*\)")      # where a rule stands among ours, which no reader has
COLUMNS = ["setting", "set_to", "default", "differs", "meaning", "evidence"]


def settings_table(assumptions: Assumptions) -> pd.DataFrame:
    """Every setting, one a row, in the order in which they are explained: COLUMNS."""
    usual = defaults()
    rows = []
    for name, (meaning, evidence) in meanings().items():
        value = getattr(assumptions, name)
        rows.append((name, in_words(value), in_words(usual[name]), value != usual[name], OF_THE_BRIEF.sub("", meaning), evidence))
    return pd.DataFrame(rows, columns=COLUMNS).astype({"set_to": "object", "default": "object"})


def differing(assumptions: Assumptions) -> list[tuple[str, str]]:
    """The settings that differ from their defaults, each with its value, default and meaning; one line if none does."""
    table = settings_table(assumptions)
    rows = [(str(row.setting), f"{row.set_to} (default {row.default}): {row.meaning}")
            for row in table[table["differs"]].itertuples()]
    return [("Settings", "These differ from their defaults; all stand in the sheet settings."), *rows] if rows else [
        ("Settings", "All are as by default; they stand in the sheet settings.")]


def in_words(value: Any) -> Any:
    """A value as it stands in a cell: a number as a number, everything else as text."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, ExcludedYear):
        return f"{ay_label(value.ay)} ({value.reason})"
    if isinstance(value, LeadTime):
        return f"{value.remedy}: {value.months} months"
    if isinstance(value, (PhaseFactor, ChildcareFactor, AreaMove)):
        return " ".join(str(in_words(part)) for part in astuple(value) if part not in ((), ""))
    if isinstance(value, tuple):
        return ", ".join(f"{one:g}" if isinstance(one, float) else str(in_words(one)) for one in value) or "none"
    return "none" if value == "" else value
