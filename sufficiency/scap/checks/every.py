"""Every check of a return in one go: what they found, what the council says to it, and what could not be checked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sufficiency.scap.checks import forecast, form, housing, places, planned, schools, specialist
from sufficiency.scap.checks.finding import ERROR, TITLES, WARNING, Finding, answered
from sufficiency.scap.making import GUESSED, SHARED

if TYPE_CHECKING:
    from sufficiency.scap.checks.known import Known
    from sufficiency.scap.layouts import Return

Check = Callable[["Return", "Known"], Iterator[Finding]]
CHECKS: tuple[Check, ...] = (
    schools.register,
    places.add_up,
    places.whole_and_full,
    forecast.start,
    forecast.cohorts,
    housing.funded,
    forecast.beside_others,
    planned.firm,
    planned.bulges,
    specialist.from_plans,
    schools.last_areas,
    form.years,
    form.year_groups,
    schools.same_schools,
    places.capacity,
    places.counted,
    forecast.as_in_run,
    planned.where,
    specialist.complete,
)
"""Every check but those of the cells themselves, which look at the return as it was handed over."""


@dataclass(frozen=True)
class Checked:
    """What the checks of a return came to."""

    findings: tuple[Finding, ...]
    not_checked: dict[str, str]  # check -> why it could not be made

    @property
    def errors(self) -> tuple[Finding, ...]:
        """What must be mended before the return leaves."""
        return tuple(found for found in self.findings if found.severity == ERROR)

    @property
    def warnings(self) -> tuple[Finding, ...]:
        """What is odd and has no comment yet."""
        return tuple(found for found in self.findings if found.severity == WARNING)

    def verdict(self, check: str) -> str:
        """What a check came to, in words."""
        if check in self.not_checked:
            return f"could not be checked: {self.not_checked[check]}"
        mine = [found.severity for found in self.findings if found.check == check]
        told = [
            f"{mine.count(kind)} {kind if mine.count(kind) == 1 or kind == 'answered' else kind + 's'}"
            for kind in (ERROR, WARNING, "answered")
            if kind in mine
        ]
        return ", ".join(told) or "passed"


def check_return(returned: Return, known: Known) -> Checked:
    """Hold a return against its form, its run, the register, the census, deeds and the council's word."""
    found = list(form.cells(returned, known))
    sound = form.sound(returned)
    for check in CHECKS:
        found += check(sound, known)
    order = {name: at for at, name in enumerate(TITLES)}
    told = sorted(answered(iter(dict.fromkeys(found)), known.comments), key=lambda one: (order[one.check], one.table, one.row))
    return Checked(tuple(told), _not_checked(returned, known))


def _not_checked(returned: Return, known: Known) -> dict[str, str]:
    """Checks for which the workspace lacks what they hold the return against."""
    forecast, places = returned.tables["mainstream_forecast"], returned.tables["year_group_places"]
    no_plans = "planned_changes" in {one.component for one in returned.missing}
    empty = {
        "S02": (
            "no school's places are counted by year group: all are its capacity, shared",
            bool(len(places)) and bool(places["basis"].isin([SHARED, GUESSED]).all()),
        ),
        "S06": (
            "the workspace has no list of housing sites, so who pays is not known",
            bool(len(forecast)) and "hdc_pupils" in forecast and bool(forecast[["hdc_pupils"]].isna().all(axis=None)),
        ),
        "S08": (
            "the workspace has no list of planned places",
            no_plans and returned.tables["planned_changes"].empty,
        ),
        "S09": ("the workspace has no list of planned places", no_plans),
        "S01": ("the workspace has no list of schools (GIAS)", known.register.empty),
        "S04": ("there is no January census by school", known.census.empty),
        "S07": ("the workspace has no supplied projection", known.supplied.empty),
        "S10": (
            "the workspace has no count of plans (sen2_counts), or no specialist forecast",
            known.plans.empty or returned.tables["specialist_forecast"].empty,
        ),
        "S11": ("no earlier survey gives planning areas", known.areas.empty),
        "R08": (
            "the workspace has no specialist places and no specialist forecast",
            returned.tables["specialist_capacity"].empty and returned.tables["specialist_forecast"].empty,
        ),
    }
    return {check: why for check, (why, lacking) in empty.items() if lacking}
