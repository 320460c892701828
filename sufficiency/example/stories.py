"""The stories planted in the county, each with what a run should find: figures cut from what was planted, never from a model.

A story says in a planner's words what has happened, where (codes of planning areas and schools), and the figures by which it is
found again. The printed sheet and the tests are both made from here.
"""

from __future__ import annotations

from collections.abc import Callable

from sufficiency.example import stories_capital as capital
from sufficiency.example import stories_childcare as childcare
from sufficiency.example import stories_primary as primary
from sufficiency.example import stories_secondary as secondary
from sufficiency.example.county import County
from sufficiency.example.story import Story

TOLD: tuple[Callable[[County], Story], ...] = (
    primary.short_reception, primary.hidden_need, primary.garden_village, primary.more_homes, primary.falling_rolls,
    secondary.bulge, primary.mobile, secondary.sixth_form, primary.infant_and_junior, secondary.across_the_border,
    secondary.forecast_too_high, secondary.seen_through, childcare.babies_short, childcare.nursery_closes,
    childcare.childminders_only, childcare.silent_setting, childcare.care_across_the_border,
    capital.money_nearly_suffices, capital.three_deeds, capital.falling_answers,
    capital.worst_first,
)


def stories_of(county: County) -> tuple[Story, ...]:
    """All stories of the county, in the order of the sheet."""
    return tuple(tell(county) for tell in TOLD)
