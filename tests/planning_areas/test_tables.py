"""Tables at the door: every problem at once, each with file, row, column, what was found and what was expected."""

from __future__ import annotations

import pandas as pd
import pandera.pandas as pa
import pytest

from planning_areas.tables import MOST_KEYS_NAMED, EvidenceError, Problem, check, explain
from planning_areas.wording import either


class Sizes(pa.DataFrameModel):
    """A small table of schools and their sizes."""

    urn: str = pa.Field(str_matches=r"^\d{6}$", description="unique reference number")
    ay: int = pa.Field(ge=1990, le=2100, description="academic year")
    kind: str = pa.Field(isin=["infant", "junior"], description="kind of school")
    pupils: float = pa.Field(ge=0, nullable=True, description="children")

    class Config:
        unique, strict, coerce = ["urn", "ay"], True, True


def rows(*given: tuple[object, ...], first: int = 2) -> pd.DataFrame:
    """A table as a reader hands it on: the index is the row that a person sees in the file, after a header in row 1."""
    return pd.DataFrame(given, columns=["urn", "ay", "kind", "pupils"], index=range(first, first + len(given)))


def problems(frame: pd.DataFrame, **more: object) -> list[str]:
    with pytest.raises(EvidenceError) as failure:
        check(frame, Sizes, "sizes.csv", **more)      # type: ignore[arg-type]
    assert all(p.file == "sizes.csv" for p in failure.value.problems)
    return [str(p) for p in failure.value.problems]


def test_a_good_table_comes_back_in_the_model_s_order_and_types() -> None:
    table = check(rows(("100001", "2022", "infant", "30"))[["pupils", "kind", "ay", "urn"]].assign(more=1), Sizes, "sizes.csv")
    assert list(table.columns) == ["urn", "ay", "kind", "pupils"] and list(table.index) == [0]
    assert table.iloc[0].to_dict() == {"urn": "100001", "ay": 2022, "kind": "infant", "pupils": 30.0}
    assert str(table["ay"].dtype) == "int64" and str(table["pupils"].dtype) == "float64"


def test_blank_is_not_nought() -> None:
    table = check(rows(("100001", 2022, "infant", None)), Sizes, "sizes.csv")
    assert table["pupils"].isna().all()
    assert problems(rows(("100001", None, "infant", 30))) == ["row 2, ay: a value, not a blank expected (academic year)"]


def test_a_missing_column_is_told_alone_with_what_the_file_has() -> None:
    (told,) = problems(rows(("1", 1, "x", -1)).drop(columns="kind"))
    assert told == "whole file, kind: this column is needed; the file has: urn, ay, pupils"


def test_all_problems_come_at_once_with_the_first_row_and_how_many_more() -> None:
    told = problems(rows(("100001", 2022, "infant", 30), ("10002", 2022, "infant", 30), ("100003", 1066, "upper", -3),
                         ("100004", 2022, "infant", -9)))
    assert told == [
        "row 3, urn = 10002: six digits, such as 122456 expected (unique reference number)",
        "row 4, ay = 1066: at least 1990 expected (academic year)",
        "row 4, kind = upper: infant or junior expected (kind of school)",
        "row 4, pupils = -3: at least 0 expected (children) (and 1 more rows)",
    ]


@pytest.mark.parametrize(("things", "words"), [
    (["primary", "secondary"], "primary or secondary"), ([0, 3, 7], "0, 3 or 7"), (["c"], "c"), (["", "c", "z"], "blank, c or z"),
])
def test_things_of_which_one_is_meant_are_told_in_words(things: list[object], words: str) -> None:
    assert either(things) == words


def test_text_in_a_number_column_is_told_with_its_row() -> None:
    told = problems(rows(("100001", 2022, "infant", "thirty"), ("100002", 2022, "infant", 30)))
    assert told == ["row 2, pupils = thirty: a number expected (children)"]


def test_rows_that_say_the_same_thing_twice_are_named_together() -> None:
    (told,) = problems(rows(("100001", 2022, "infant", 30), ("100002", 2022, "infant", 30), ("100001", 2022, "junior", 31)))
    assert told == "row 2, urn, ay = 100001, 2022: rows 2 and 4 say this twice: one row for each; add them up or drop one"


def test_a_value_and_a_repeated_key_are_both_told() -> None:
    told = problems(rows(("100001", 2022, "infant", -1), ("100001", 2022, "infant", 30)))
    assert len(told) == 2 and any("say this twice" in t for t in told) and any("at least 0" in t for t in told)


def test_a_flood_of_repeated_keys_is_capped_and_counted() -> None:
    many = [(str(100_000 + i), 2022, "infant", 30) for i in range(MOST_KEYS_NAMED + 7) for _ in range(2)]
    told = problems(rows(*many))
    assert len(told) == MOST_KEYS_NAMED + 1 and any("7 more keys stand in several rows" in t for t in told)


def test_gaps_that_have_been_told_already_are_not_told_again() -> None:
    frame = rows(("100001", float("nan"), "infant", 30), ("100002", 2022, "infant", -1))
    assert len(problems(frame)) == 2
    assert problems(frame, gaps=["ay"]) == ["row 3, pupils = -1: at least 0 expected (children)"]


def test_problems_are_explained_by_file() -> None:
    told = explain([Problem("births.csv", 18, "births", "-3", "at least 0 children expected"),
                    Problem("births.csv", 0, "cohort", "", "this column is needed"),
                    Problem("gias.csv", 3, "urn", "1", "six digits expected", "check the column", others=2)])
    assert told.splitlines() == [
        "births.csv has 2 problems:", "  row 18, births = -3: at least 0 children expected",
        "  whole file, cohort: this column is needed", "gias.csv has 1 problem:",
        "  row 3, urn = 1: six digits expected; check the column (and 2 more rows)",
    ]


def test_problems_are_sorted_so_that_two_readings_tell_the_same() -> None:
    one, two = Problem("b.csv", 2), Problem("a.csv", 9)
    assert EvidenceError([one, two]).problems == EvidenceError([two, one]).problems == (two, one)
