"""Documents held to their run: each figure is looked up again by hand, and no number stands outside of a figure."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

from workbench.documents.model import Document, Figure, as_text, figures_of, texts_of

LAW = re.compile(r"(Education|Childcare|Equality) Act \d{4}(, sections? \d+)?|sections? \d+( and \d+)?|Act \d{4}|Schedule 12A|"
                 r"Local Government Act 1972|eight of ten|1 in 10")
YEARS = re.compile(r"\d{4}/\d{2}|January \d{4}|Year \d{1,2}")


def words(document: Document) -> str:
    return "\n".join(as_text(text) for block in document.blocks for text in texts_of(block))


def again(figure: Figure, tables: Mapping[str, pd.DataFrame]) -> object:
    """Look a figure up once more, by hand: the rows that it names, and plain sums of them."""
    rows = tables[figure.table]
    for column, value in figure.rows:
        rows = rows.loc[rows[column] == value]
    values = rows[figure.column]
    if figure.made == "only":
        assert len(values) == 1, figure
        return values.iloc[0]
    by_hand = {"first": lambda: values.iloc[0], "sum": values.sum, "sum of known": values.sum, "rows": lambda: len(values),
               "different": values.nunique, "sum of whole": lambda: sum(int(np.floor(value + 0.5)) for value in values)}
    return by_hand[figure.made]()


def hold(document: Document, tables: Mapping[str, pd.DataFrame], at_least: int) -> None:
    """Every figure is in the release, and its text is its value."""
    found = list(figures_of(document))
    assert len(found) >= at_least
    for figure in found:
        value = again(figure, tables)
        if isinstance(value, str):
            assert value == figure.value, figure
            continue
        assert (pd.isna(value) and pd.isna(figure.value)) or value == pytest.approx(figure.value), figure
        digits = re.sub(r"[^\d.]", "", figure.text)
        if figure.form in ("whole", "signed", "turned") and digits:
            assert float(digits) == abs(np.floor((-1 if figure.form == "turned" else 1) * float(str(value)) + 0.5)), figure


def hold_words(document: Document) -> None:
    """Outside of figures there are digits in references to law, in years and in lists of year groups alone."""
    for block in document.blocks:
        for text in texts_of(block):
            plain = [part for part in text if isinstance(part, str)]
            left = [YEARS.sub("", LAW.sub("", part)) for part in plain]
            assert not any(any(letter.isdigit() for letter in part) for part in left), plain
