"""What only people can say of a paper: to whom it goes and when, who answers, what it means for others, what will be done.

Two optional files of the planner's: `paper.toml` for the committee paper and `actions.csv` for the plan of action on childcare.
Neither is needed; what they leave out is asked for where it would stand. No figure is taken from them.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa
from pydantic import BaseModel, ConfigDict, ValidationError

from planning_areas.tables import EvidenceError, Problem, check
from sufficiency.sources.reading import csv_rows, read_text

PAPER, ACTIONS = "paper.toml", "actions.csv"
ITEMS = tuple(f"B{number}" for number in range(1, 12))
_STRICT = ConfigDict(extra="forbid", strict=True, frozen=True)


class Front(BaseModel):
    """The front sheet of the paper, as the committee's own officers know it."""

    model_config = _STRICT
    title: str = ""
    committee: str = ""
    date: str = ""
    portfolio_holder: str = ""
    director: str = ""
    contact: str = ""
    wards: str = ""
    key_decision: str = ""
    exempt: str = ""


class Implications(BaseModel):
    """What the decision means, in the words of those who answer for each."""

    model_config = _STRICT
    financial: str = ""
    legal: str = ""
    human_resources: str = ""
    equality: str = ""
    climate_and_travel: str = ""
    safeguarding: str = ""
    property: str = ""
    data_protection: str = ""


class Beside(BaseModel):
    """What a paper tells beside the forecast of mainstream schools, in the words of those who plan it."""

    model_config = _STRICT
    special_needs: str = ""
    alternative_provision: str = ""
    post_16: str = ""


class Consultation(BaseModel):
    """Whether a consultation has opened, and what is said of it."""

    model_config = _STRICT
    open: bool = False
    told: str = ""


class Paper(BaseModel):
    """All of paper.toml."""

    model_config = _STRICT
    front: Front = Front()
    implications: Implications = Implications()
    beside: Beside = Beside()
    consultation: Consultation = Consultation()


class Actions(pa.DataFrameModel):
    """What will be done about each gap in childcare, one action a row. Source: the council."""

    item: str = pa.Field(isin=ITEMS, description="what it answers: B1 to B11")
    area: str = pa.Field(description="where; blank: everywhere")
    action: str = pa.Field(str_length={"min_value": 1}, description="what will be done")
    owner: str = pa.Field(description="who answers for it")
    by: str = pa.Field(str_matches=r"^(\d{4}-\d{2}-\d{2})?$", description="by when, as 2027-03-31")

    class Config:
        strict = True


@dataclass(frozen=True)
class Statements:
    """What people have said, and where it would be written: paper.toml and actions.csv."""

    paper: Paper = field(default_factory=Paper)
    actions: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(Actions.to_schema().columns)))


def statements_in(folder: Path | None) -> Statements:
    """Read what a folder has of the two files; EvidenceError tells everything that is wrong with both."""
    if folder is None:
        return Statements()
    problems: list[Problem] = []
    found: dict[str, Any] = {}
    for name, read, key in ((PAPER, _paper, "paper"), (ACTIONS, _actions, "actions")):
        if (folder / name).is_file():
            try:
                found[key] = read(folder / name)
            except EvidenceError as fault:
                problems += fault.problems
    if problems:
        raise EvidenceError(problems)
    return Statements(**found)


def _paper(path: Path) -> Paper:
    text, _ = read_text(path)
    try:
        return Paper.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as fault:
        raise EvidenceError([Problem(PAPER, expected=f"TOML expected: {fault}", advice="see the line named")]) from None
    except ValidationError as fault:
        raise EvidenceError([_problem(one) for one in fault.errors()]) from None


def _problem(one: Any) -> Problem:
    """What is wrong with one key, in our own words."""
    where = ".".join(str(part) for part in one["loc"])
    if one["type"] == "extra_forbidden":
        known = ", ".join(f"[{name}] {', '.join(part.annotation.model_fields)}" for name, part in Paper.model_fields.items()
                          if part.annotation is not None)
        return Problem(PAPER, column=where, expected="no such key is known", advice=f"known are {known}")
    kind = "true or false" if one["type"].startswith("bool") else "text in quotation marks" if one["type"].startswith("string") \
        else "a section such as [front]"
    return Problem(PAPER, column=where, found=str(one["input"])[:60], expected=f"{kind} expected")


def _actions(path: Path) -> pd.DataFrame:
    """Read actions.csv as text; columns in any order, `area` and blanks may be left out."""
    text, _ = read_text(path)
    rows = list(csv_rows(path, text))
    columns = list(Actions.to_schema().columns)
    heading = [cell.strip() for cell in rows[0][1]] if rows else []
    lacking = [name for name in columns if name not in heading and name != "area"]
    if lacking or len(set(heading)) < len(heading):
        raise EvidenceError([Problem(ACTIONS, 1, expected=f"the columns {', '.join(columns)} expected, each once",
                                     found=", ".join(heading) or "nothing", advice=f"missing: {', '.join(lacking) or 'none'}")])
    table = pd.DataFrame(
        [{name: cell.strip() for name, cell in zip(heading, cells, strict=False)} for _, cells in rows[1:]],
        index=[number for number, _ in rows[1:]], columns=heading, dtype="str").fillna("")
    return check(table.assign(area=table.get("area", "")), Actions, ACTIONS)
