"""What places are worth in hours: in a week of a term, and over a year as so many children's entitlement.

Method (domain brief G6). A place is a child at one time, not a child: part-timers share it, so what counts is place-hours. In a
week of any term a setting offers places x opening hours x the share that can be used in practice, of which it gives a part as
funded hours; 15 such hours are one part-time equivalent (PTE), two of them a child of thirty hours. Over a year the entitlement
of 570 hours counts by weeks: hours of a setting that stretches over 51 weeks serve 51/38 as many children as hours in term
time, each of whom has fewer of them a week. The annual figure is a summary: it overstates what a term has for children who come
in term time.
"""

from __future__ import annotations

from sufficiency.childcare.entitlements import PTE_HOURS, WEEKS_A_YEAR

PTE_YEAR = PTE_HOURS * WEEKS_A_YEAR     # 570 hours


def pte_week(hours_week: float) -> float:
    """Children whose 15 hours a week in term time a week's hours hold."""
    return hours_week / PTE_HOURS


def pte(hours_week: float, pattern: str, weeks_year: float) -> float:
    """Children whose entitlement weekly hours hold: in term time 15 hours each, stretched 570 hours over the setting's weeks."""
    return pte_week(hours_week) if pattern == "term_time" else hours_week * weeks_year / PTE_YEAR
