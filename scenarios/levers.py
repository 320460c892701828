"""What a lever is: one named thing that a scenario may move, with its unit, what it is left alone, and what it touches.

A lever is a function from what is known and assumed to what is known and assumed, with a form for what may be written of it. The
form holds a value - a number, or an interval `{low, central, high, probability}` - and what it is picked for: years, areas, year
groups. The first sentence of the function's docstring is what a planner reads of the lever. The modules `world_*` and `choices_*`
hold the levers; `changes` lists and applies them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

import pandas as pd
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, create_model, model_validator
from scipy.special import ndtri

from planning_areas.school_year import parse_ay
from sufficiency.assumptions import Assumptions
from sufficiency.childcare.demand_tables import AGE_BANDS, FUNDED
from sufficiency.evidence import Evidence
from sufficiency.housing.housing_tables import SITE_STATUSES
from sufficiency.workspace.workspace_settings import nearest

State = tuple[Evidence, Assumptions]
ALL = "all"             # in the place of one site: every site that has no key of its own
EVER = 2100             # the last year that tables know
STRICT = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True, allow_inf_nan=False,
                    populate_by_name=True)


def _year(value: object) -> object:
    """Take "2027/28" for 2027; anything else is left for pydantic to judge."""
    return parse_ay(value) if isinstance(value, str) and not value.strip().isdecimal() else value


Year = Annotated[int, BeforeValidator(_year), Field(ge=1990, le=EVER)]


def one_of(allowed: Iterable[Any]) -> AfterValidator:
    """Refuse what is none of these."""
    names = tuple(allowed)

    def checked(value: Any) -> Any:
        if value not in names:
            raise ValueError(f"one of {', '.join(map(str, names))} expected")
        return value

    return AfterValidator(checked)


class Interval(BaseModel):
    """A value that nobody knows exactly: with the stated probability it lies from low to high."""

    model_config = STRICT

    low: float = Field(description="the value that it will hardly be below")
    central: float = Field(description="the value that a single run takes")
    high: float = Field(description="the value that it will hardly be above")
    probability: float = Field(gt=0, lt=1, description="that it lies from low to high, such as 0.9")

    @model_validator(mode="after")
    def in_order(self) -> Interval:
        """Refuse an interval whose ends do not lie around its centre."""
        if not self.low <= self.central <= self.high:
            raise ValueError("low, central and high rising expected")
        return self

    def at(self, z: float) -> float:
        """The value at a standard normal number: central at 0, and as far as low and high with the stated probability."""
        reach = float(ndtri((1 + self.probability) / 2))
        return self.central + z * ((self.high - self.central) if z > 0 else (self.central - self.low)) / reach


Number = float | Interval


def central(value: Number) -> float:
    """The value that a single run takes."""
    return value.central if isinstance(value, Interval) else float(value)


class Form(BaseModel):
    """What may be written of a lever."""

    model_config = STRICT


PICKS: dict[str, tuple[Any, Any]] = {
    "first": (Year | None, Field(None, alias="from", description="academic year from which it holds")),
    "last": (Year | None, Field(None, alias="to", description="last academic year in which it holds")),
    "areas": (tuple[str, ...], Field((), description="codes of areas; left out: everywhere")),
    "phases": (tuple[str, ...], Field((), description="phases; left out: all")),
    "nc_years": (tuple[Annotated[int, Field(ge=0, le=13)], ...], Field((), description="year groups; left out: all")),
    "kinds": (tuple[Annotated[str, one_of([*FUNDED, "paid"])], ...], Field((), description="entitlements; left out: all")),
    "ages": (tuple[Annotated[str, one_of(AGE_BANDS)], ...], Field((), description="age bands; left out: all")),
    "statuses": (tuple[Annotated[str, one_of(SITE_STATUSES)], ...], Field((), description="planning statuses; left out: all")),
}
"""What a lever may be picked for; `years` stands for `from` and `to`."""


@dataclass(frozen=True)
class Asked:
    """What a scenario asks of a lever: the item in its key (a site, a school), its form, and the other items asked for."""

    item: str
    form: Any
    others: frozenset[str] = frozenset()

    @property
    def value(self) -> float:
        """The number that a single run takes."""
        return central(self.form.value)

    def years(self, first: int, last: int = EVER) -> range:
        """The academic years for which it holds, from `first` on unless it says otherwise, and to `last` at most."""
        begins = self.form.first if self.form.first is not None else first
        ends = self.form.last if self.form.last is not None else last
        return range(max(begins, first), min(ends, last) + 1)


class LeverError(Exception):
    """A scenario asks for something that this workspace does not have."""

    def __init__(self, expected: str, found: str = "", advice: str = "") -> None:
        self.expected, self.found, self.advice = expected, found, advice
        super().__init__(expected)


@dataclass(frozen=True)
class Lever:
    """One thing that a scenario may move."""

    name: str                   # key, such as births.level; * stands for a site's, school's or area's own code
    section: str                # world or choices
    sentence: str               # what it does, in a planner's words
    unit: str
    neutral: str                # what it is when nobody moves it, in words
    touches: tuple[str, ...]    # tables of evidence, and settings, that it may change
    form: type[Form]
    apply: Callable[[Evidence, Assumptions, Asked], State]
    limits: tuple[float, float] | None = None       # beyond which its number never goes

    def __call__(self, evidence: Evidence, assumptions: Assumptions, asked: Asked) -> State:
        """Move it: what is known and assumed becomes what would be known and assumed."""
        return self.apply(evidence, assumptions, asked)

    @property
    def picks(self) -> tuple[str, ...]:
        """What can be written of it, beside its value."""
        return tuple(field.alias or name for name, field in self.form.model_fields.items() if name != "value")


Change = Callable[[Evidence, Assumptions, Asked], State]


def lever(name: str, section: str, unit: str, neutral: str, touches: tuple[str, ...], picks: tuple[str, ...] = (),
          value: Any = Number, limits: tuple[float, float] | None = None,
          form: type[Form] | None = None) -> Callable[[Change], Lever]:
    """Make a function a lever; limits hold for a plain number and for both ends of an interval."""
    made = form if form is not None else _form(name, value, limits, picks)

    def named(change: Change) -> Lever:
        sentence = (change.__doc__ or "").split("\n\n")[0].replace("\n", " ")
        return Lever(name, section, " ".join(sentence.split()), unit, neutral, touches, made, change, limits)

    return named


def _form(name: str, value: Any, limits: tuple[float, float] | None, picks: tuple[str, ...]) -> type[Form]:
    """The form of a lever with one value: the value within its limits, and what it may be picked for."""
    if limits is not None:
        value = Annotated[value, BeforeValidator(_within(*limits))]
    names = [part for pick in picks for part in (("first", "last") if pick == "years" else (pick,))]
    fields: dict[str, Any] = {"value": (value, Field(description="how much")), **{part: PICKS[part] for part in names}}
    made: type[Form] = create_model(name, __base__=Form, **fields)
    return made


def _within(least: float, most: float) -> Callable[[object], object]:
    """Refuse a number, or an end of an interval, beyond the limits."""
    def checked(value: object) -> object:
        ends = [value.get(end) for end in ("low", "central", "high")] if isinstance(value, Mapping) else [value]
        if any(isinstance(end, (int, float)) and not least <= end <= most for end in ends):
            raise ValueError(f"from {least:g} to {most:g} expected")
        return value

    return checked


def with_tables(evidence: Evidence, **tables: pd.DataFrame) -> Evidence:
    """The same evidence with other tables."""
    return replace(evidence, tables={**evidence.tables, **tables})


def with_rows(table: pd.DataFrame, rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """A table with further rows, in its own columns and kinds."""
    more = pd.DataFrame(list(rows), columns=list(table.columns))
    if table.empty:
        return more
    return pd.concat([table, more.astype(table.dtypes.to_dict())], ignore_index=True) if len(more) else table


def known(name: str, codes: Iterable[str], what: str) -> None:
    """Refuse a code that the workspace does not have, with the nearest that it has."""
    have = sorted(set(map(str, codes)))
    if name not in have:
        advice = nearest(name, have) if len(have) <= 12 or nearest(name, have).startswith("did") else ""
        raise LeverError(f"this workspace has no such {what}", name, advice)


def picked(given: tuple[Any, ...], value: Any) -> bool:
    """Say whether something is picked: it is named, or nothing is."""
    return not given or value in given
