"""The waterfall chart: the same bytes at each drawing, every figure printed and told in words, nothing by colour alone."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from maps.palette import contrast
from sufficiency.forecast.made_of import AUTHORITY, FROM, GROUPS
from workbench.charts import GAIN, INK, LOSS, OUTLINE, WHOLE, as_png, as_svg, signed, write_chart
from workbench.waterfall import accounts, lines, waterfall_chart, whole_parts

BASE = 2022
NAME = "St John`s $x^2$ & <b>"


def table(*rows: tuple[str, int, float, tuple[float, ...]]) -> pd.DataFrame:
    """A waterfall: phase, year, base roll and a figure for each group."""
    told = [(AUTHORITY, phase, ay, base, *parts, base + sum(parts), base + sum(parts)) for phase, ay, base, parts in rows]
    columns = ["planning_area_code", "phase", "ay", "pupils_base", *FROM.values(), "pupils", "parts_added_up"]
    return pd.DataFrame(told, columns=columns)


TOWN = table(       # births, survival, transfers, border in, out and net, homes, known intakes, planner's figures, reconciliation
    ("primary", 2023, 700.0, (-12.4, 3.3, 0.0, 0.0, 0.0, 1.3, 4.0, 0.0, 0.0, -0.2)),
    ("primary", 2024, 700.0, (-20.6, 6.4, 0.0, 0.0, 0.0, 2.6, 9.0, 5.0, -2.0, 1.6)),
    ("secondary", 2025, 500.0, (30.0, -4.0, 0.0, 50.0, -48.0, 0.0, 0.0, 0.0, 0.0, 0.0)))


def test_the_same_figures_give_the_same_bytes_without_dates_or_names_of_programs() -> None:
    chart, again = (waterfall_chart(NAME, accounts(TOWN, AUTHORITY, BASE)) for _ in range(2))
    assert chart != again, "each draws for itself"
    svg, png = as_svg(chart), as_png(chart)
    assert (as_svg(again), as_png(again)) == (svg, png)
    assert b"tEXt" not in png and b"tIME" not in png and len(png) > 10_000
    assert b"<dc:date>" not in svg and b"dc:creator" not in svg and len(svg) < 120_000


def test_an_svg_has_its_title_its_words_and_its_figures_as_text_and_loads_nothing() -> None:
    chart = waterfall_chart(NAME, accounts(TOWN, AUTHORITY, BASE))
    text = as_svg(chart).decode("utf-8")
    root = ElementTree.fromstring(text)
    space = "{http://www.w3.org/2000/svg}"
    assert root.attrib["role"] == "img"
    assert root[0].tag == f"{space}title" and root[0].text == chart.title and NAME in str(root[0].text)
    assert root[1].tag == f"{space}desc" and root[1].text == chart.alt
    written = " ".join("".join(element.itertext()) for element in root.iter(f"{space}text"))
    for words in ("Births, less leavers", "Survival and migration", "Homes", "Coming up, less leavers", "+30", "\N{MINUS SIGN}4",
                  "Primary: 700 in January 2023, 702 in January 2025", "October census and offers", "Planner's own figures",
                  "Cross-border, net", "Cross-border, in", "Cross-border, out", NAME):
        assert words in written, words
    assert "Transfers between areas" not in written, "a part of nothing is left out of the picture"
    assert not re.search(r"<script|<image|url\((?!#)|href=\"(?!#)", text)


def test_the_words_hold_every_figure() -> None:
    chart = waterfall_chart("Town", accounts(TOWN, AUTHORITY, BASE))
    assert chart.alt == (
        "Waterfall chart of Town. Primary: from 700 pupils in January 2023 to 702 in January 2025: births, less leavers "
        "\N{MINUS SIGN}21, survival and migration +6, cross-border, net +3, homes +9, "
        "October census and offers +5, planner's own figures \N{MINUS SIGN}2, reconciliation +2. "
        "Secondary: from 500 pupils in January 2023 to 528 in January 2026: coming up, less leavers +30, survival and migration "
        "\N{MINUS SIGN}4, cross-border, in +50, cross-border, out \N{MINUS SIGN}48.")


def test_marks_are_told_apart_by_hatch_and_outline_as_well_as_by_colour() -> None:
    looks = (GAIN, LOSS, WHOLE)
    assert len({look.hatch for look in looks}) == len({look.fill for look in looks}) == 3
    assert all(contrast(OUTLINE, look.fill) >= 3 and contrast(INK, "#ffffff") >= 4.5 for look in looks)


def test_lines_for_the_terminal_have_every_year_and_part() -> None:
    said = lines(accounts(TOWN, AUTHORITY, BASE, every_year=True))
    assert said[0].split() == ["Primary", "January", "2024", "January", "2025"]
    assert ["homes", "+4", "+9"] in [line.split() for line in said]
    assert sum(line.startswith("forecast") for line in said) == 2
    (cut,) = [i for i, line in enumerate(said) if line.startswith("Secondary")]
    assert [sum("cross-border" in line for line in part) for part in (said[:cut], said[cut:])] == [1, 2], "net, or in and out"


def test_a_chart_can_be_drawn_where_nothing_changes_or_all_is_lost() -> None:
    still = table(("primary", 2023, 10.0, (0.0,) * len(GROUPS)))
    gone = table(("sixth_form", 2023, 10.0, (-10.0, *[0.0] * (len(GROUPS) - 1))))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "nothing changes" in waterfall_chart("x", accounts(still, AUTHORITY, BASE)).alt
        assert all(as_svg(waterfall_chart("x", accounts(t, AUTHORITY, BASE))) for t in (still, gone))
    assert accounts(still, "P1", BASE) == []


def test_no_name_spoils_a_chart() -> None:
    for name in ("\x00\x1b[31m\ufffe]]>", "\ud800 \u202e", "\u6771\u4eac", "$\\frac{1}{0}$ %s {}", "A very long name " * 20):
        text = as_svg(waterfall_chart(name, accounts(TOWN, AUTHORITY, BASE)))
        assert "what the forecast is made of" in str(ElementTree.fromstring(text)[0].text)


def test_the_ending_of_a_file_says_how_it_is_written(tmp_path: Path) -> None:
    chart = waterfall_chart("Town", accounts(TOWN, AUTHORITY, BASE))
    for kind, begins in (("svg", b"<?xml"), ("png", b"\x89PNG")):
        path = tmp_path / f"w.{kind}"
        write_chart(chart, path)
        assert path.read_bytes().startswith(begins)


@given(st.lists(st.floats(-500, 500), min_size=len(GROUPS), max_size=len(GROUPS)), st.integers(0, 2000))
def test_whole_children_add_up(parts: list[float], base: int) -> None:
    told = whole_parts(table(("primary", 2023, float(base), tuple(parts)))).iloc[0]
    assert told["pupils_base"] == base
    assert told["pupils_base"] + told[list(FROM.values())].sum() == told["pupils"]
    assert abs(told["pupils"] - (base + sum(parts))) <= 0.5 + 1e-9
    assert all(abs(told[FROM[g]] - part) < 1 for g, part in zip(GROUPS, parts, strict=True))


def test_signs() -> None:
    assert [signed(n) for n in (12.4, -3.0, 0.0, -0.3, 1234.0)] == ["+12", "\N{MINUS SIGN}3", "0", "0", "+1,234"]
