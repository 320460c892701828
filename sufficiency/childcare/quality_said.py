"""What inspections found in the authority, in a sentence: grades of old and report cards apart, who has none, and of what day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from planning_areas.wording import percent
from sufficiency.childcare.marks import day_said
from sufficiency.childcare.quality import ALL, CARDS, EVERY_AREA, NOT_INSPECTED, OLD, SOME_BELOW, good_or_better

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd


def quality_said(table: pd.DataFrame, own: str, days: Sequence[str], base: int) -> tuple[str, str]:
    """What the register of these days says of the authority (own: its code), and what it cannot say; table: QUALITY."""
    if table.empty:
        return "", "what inspections found (the table ofsted_register)"
    mine = table[(table["area_code"] == own) & (table["provider_type_group"] == ALL)]
    old = good_or_better(mine)["good_or_better"]
    cards = mine[(mine["regime"] == CARDS) & mine["outcome"].isin([EVERY_AREA, SOME_BELOW])].groupby("outcome")["providers"].sum()
    parts = [f"of places with a grade of old, {percent(old.iloc[0])} are at good or outstanding settings"] if len(old) else []
    if cards.sum() > 0:
        parts.append(f"of {cards.sum():,.0f} providers with a report card, {cards.get(EVERY_AREA, 0):,.0f} reach the expected "
                     "standard in every area; the two are never added up")
    if not parts:
        return "", "any inspection with a grade or a report card"
    whole = mine[mine["regime"] == OLD]
    none = whole[whole["outcome"].eq(NOT_INSPECTED)]
    uninspected, missing = int(none["providers"].sum()), []
    if uninspected:
        share = none["places"].sum() / whole["places"].sum() if whole["places"].sum() > 0 else float("nan")
        parts.append(f"{uninspected:,} of {whole['providers'].sum():,.0f} providers, with {percent(share)} of places, have no "
                     "inspection that counts")
        missing.append(f"inspections of {uninspected:,} providers")
    if old_days := [day for day in days if day[:4].isdigit() and day < f"{base}-09"]:
        missing.append(f"what inspections have found since {_said(old_days)}")
    said = "; ".join(parts)
    return (f"By the register of {_said(days)}: {said}." if any(days) else f"{said[:1].upper()}{said[1:]}."), "; ".join(missing)


def _said(days: Sequence[str]) -> str:
    """Days as people write them; what is no whole date, such as a month, stays as it is."""
    return ", ".join(day_said(day) if len(day) == len("2026-08-31") else day for day in sorted(set(days)))
