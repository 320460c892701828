"""Checking a table at the door: every problem at once, each with file, row, column, what was found and what was expected.

Readers hand over frames whose index is the row as a person sees it in the file (the header is row 1). `check` holds the frame
against a pandera model, columns first, and turns what pandera found into our own words.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pandera.errors
import pandera.pandas as pa

from planning_areas.wording import either

MOST_ROWS_NAMED = 5
MOST_KEYS_NAMED = 50
PATTERNS = {
    r"^\d{3}$": "three digits, such as 891", r"^\d{6}$": "six digits, such as 122456",
    r"^(\d{6})?$": "six digits, such as 122456, or a blank",
    r"^\d{7}$": "seven digits, such as 8912345", r"^[A-Z]\d{8}$": "a letter and eight digits, such as E01012345",
    r"^(\d{4}-\d{2}-\d{2})?$": "a day such as 2027-03-31, or a blank",
    r"^(([01]\d|2[0-3]):[0-5]\d)?$": "a time such as 07:45, or a blank",
}
"""What the forms of codes look like, for people who do not read regular expressions."""


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong in one place, and what to do about it."""

    file: str
    row: int = 0                # the row as seen in the file; 0 where the whole file or column is meant
    column: str = ""
    found: str = ""
    expected: str = ""
    advice: str = ""
    others: int = 0             # how many further rows have the same problem

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row else "whole file"
        what = f", {self.column}" if self.column else ""
        found = f" = {self.found}" if self.found else ""
        more = f" (and {self.others} more rows)" if self.others else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{place}{what}{found}: {self.expected}{advice}{more}"


class EvidenceError(Exception):
    """The input has problems; carries all of them, so that a planner can mend them in one go."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems))
        super().__init__(explain(self.problems))


def explain(problems: Sequence[Problem]) -> str:
    """Write problems as a person reads them, grouped by file."""
    lines: list[str] = []
    for file in dict.fromkeys(p.file for p in problems):
        mine = [p for p in problems if p.file == file]
        lines.append(f"{file} has {len(mine)} problem{'s' if len(mine) > 1 else ''}:")
        lines.extend(f"  {p}" for p in mine)
    return "\n".join(lines)


def check(frame: pd.DataFrame, model: type[pa.DataFrameModel], file: str, gaps: Collection[str] = ()) -> pd.DataFrame:
    """Hold a table against its model and return it in the model's column order and types, index reset.

    frame: index = row in the file as seen by a person. gaps: number columns in which a missing value has been told already.
    Raises EvidenceError with every problem: missing columns first (alone, since everything else would follow from them),
    then values, then repeated keys.
    """
    schema = copy.deepcopy(model.to_schema())
    if gaps:
        schema = schema.update_columns({name: {"nullable": True, "dtype": "float64"} for name in gaps})
    missing = [name for name, column in schema.columns.items() if column.required and name not in frame.columns]
    if missing:
        raise EvidenceError(
            Problem(file, 0, name, expected="this column is needed", advice=f"the file has: {_listing(frame.columns)}")
            for name in missing
        )
    wanted = [name for name in schema.columns if name in frame.columns]
    keys = list(schema.unique or [])
    repeated = _repeated(frame, keys, file, [key for key in keys if not schema.columns[key].nullable])
    try:
        schema.unique = None        # told above, in our own words
        checked = schema.validate(frame[wanted], lazy=True)
    except pandera.errors.SchemaErrors as failure:
        raise EvidenceError([*_told(failure.failure_cases, schema, file, frame), *repeated]) from None
    if repeated:
        raise EvidenceError(repeated)
    return checked.reset_index(drop=True)


def _repeated(frame: pd.DataFrame, keys: list[str], file: str, needed: list[str]) -> list[Problem]:
    """Find rows that say the same thing twice; needed: keys that may not be blank; a blank in another is a value."""
    if not keys:
        return []
    known = frame.dropna(subset=needed)     # a missing key is told as such
    twice = known[known.duplicated(keys, keep=False)]
    problems = []
    for key, rows in twice.groupby(keys, sort=True, dropna=False):
        numbers = [int(i) for i in rows.index]
        named = " and ".join(str(n) for n in numbers[:MOST_ROWS_NAMED])
        problems.append(
            Problem(file, numbers[0], ", ".join(keys), found=", ".join(_shown(k) for k in key),
                    expected=f"rows {named} say this twice: one row for each", advice="add them up or drop one",
                    others=max(0, len(numbers) - MOST_ROWS_NAMED))
        )
    if len(problems) > MOST_KEYS_NAMED:
        rest = len(problems) - MOST_KEYS_NAMED
        problems[MOST_KEYS_NAMED:] = [Problem(file, 0, ", ".join(keys), expected=f"{rest} more keys stand in several rows")]
    return problems


def _shown(value: object) -> str:
    """Write a value as it stood in the file: a whole number without ".0", a blank as nothing."""
    if value is None or value is pd.NA or value != value:
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _told(cases: pd.DataFrame, schema: Any, file: str, frame: pd.DataFrame) -> list[Problem]:
    """Turn pandera's failure cases into problems, one for each column and rule, with the first row named."""
    problems = []
    for (column, rule), rows in _once(cases).groupby(["column", "check"], sort=False, dropna=False):
        numbers = [int(i) for i in rows["index"].dropna()]
        first = min(numbers, default=0)
        case = rows["failure_case"].iloc[0] if not numbers else rows.loc[rows["index"].idxmin(), "failure_case"]
        found = _shown(case)
        problems.append(
            Problem(file, first, str(column), found=found, expected=_expected(schema, str(column), str(rule)),
                    others=max(0, len(numbers) - 1))
        )
    return problems


def _once(cases: pd.DataFrame) -> pd.DataFrame:
    """Keep one failure for each cell that is blank or of the wrong type: all else that pandera says of it follows from that."""
    rule = cases["check"].astype("str")
    of_type = rule.str.startswith(("coerce_dtype", "dtype"))
    cell = list(zip(cases["column"], cases["index"], strict=True))
    blank = {key for key, is_blank in zip(cell, rule.str.startswith("not_nullable"), strict=True) if is_blank}
    told: set[tuple[object, object]] = set()
    keep = []
    for key, kind, this in zip(cell, of_type, rule, strict=True):
        keep.append(this.startswith("not_nullable") if key in blank else not (kind and key in told))
        told |= {key} if kind else set()
    columns = set(cases.loc[of_type, "column"])
    follows = cases["index"].isna() & cases["column"].isin(columns) & ~of_type     # a rule that failed on the wrong type
    return cases[pd.Series(keep, index=cases.index) & ~follows]


def _expected(schema: Any, column: str, rule: str) -> str:
    """Say in English what a rule asks for, from the model's own description of the column."""
    described = schema.columns[column].description if column in schema.columns else ""
    if rule.startswith(("coerce_dtype", "dtype")):
        wants = "a number" if any(k in str(schema.columns[column].dtype) for k in ("int", "float")) else "text"
    elif rule.startswith("not_nullable"):
        wants = "a value, not a blank"
    elif rule.startswith("greater_than_or_equal_to"):
        wants = f"at least {_argument(rule)}"
    elif rule.startswith("less_than_or_equal_to"):
        wants = f"at most {_argument(rule)}"
    elif rule.startswith("isin"):
        wants = either(next(c.statistics["allowed_values"] for c in schema.columns[column].checks if c.name == "isin"))
    elif rule.startswith("str_matches"):
        form = _argument(rule).strip("'").replace("\\\\", "\\")
        wants = PATTERNS.get(form, f"text of the form {form}")
    elif rule.startswith("str_length"):
        wants = "some text, not a blank"
    else:
        wants = rule
    return f"{wants} expected" + (f" ({described})" if described else "")


def _argument(rule: str) -> str:
    return rule.partition("(")[2].rpartition(")")[0] or rule


def _listing(names: Iterable[object]) -> str:
    shown = [str(n) for n in names]
    return ", ".join(shown[:12]) + (f" and {len(shown) - 12} more" if len(shown) > 12 else "")
