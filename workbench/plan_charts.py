"""Charts of the capital plan: the programme by year and pot, and the frontier of money against children without a place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from maps.palette import BANDS, SHORTAGE
from workbench.charts import INK, OUTLINE, Chart, Look, counted, light_grid, plain_text
from workbench.plan_view import borrowed, borrowed_told

if TYPE_CHECKING:
    from matplotlib.figure import Figure

LOOKS = (("B", ""), ("G", "////"), ("P", "..."), ("A", "\\\\\\\\"), ("AR", "xx"), ("R", "---"))
MOST_POTS = len(LOOKS)
PROGRAMME, FRONTIER = "programme", "frontier"
OTHERS = "other pots"


def plan_charts(tables: Mapping[str, pd.DataFrame], why: Mapping[str, Any], name: str) -> dict[str, Chart]:
    """The charts of a plan by the beginning of their file's name; none where there is nothing to draw."""
    found = {}
    if "plan_funding" in tables and len(tables["plan_funding"]):
        found[PROGRAMME] = programme_chart(tables["plan_funding"], name, tables.get("plan_pots"))
    if len(why.get("frontier", ())) > 1:
        found[FRONTIER] = frontier_chart(why["frontier"], name)
    return found


def by_year_and_pot(funding: pd.DataFrame) -> pd.DataFrame:
    """Thousand pounds by financial year and pot, the largest pots first; what is left of many small ones goes together."""
    called = funding["pot_id"]
    if "pot_name" in funding:
        called = funding["pot_name"].where(funding["pot_name"].ne(""), funding["pot_id"])
    funding = funding.assign(called=called)
    order = funding.groupby("called")["thousand_pounds"].sum().sort_values(ascending=False, kind="stable")
    kept = list(order.index[: MOST_POTS - (len(order) > MOST_POTS)])
    pot = called.where(called.isin(kept), OTHERS)
    table = funding.assign(pot=pot).pivot_table("thousand_pounds", "financial_year", "pot", aggfunc="sum")
    years = range(int(funding["financial_year"].min()), int(funding["financial_year"].max()) + 1)
    return table.reindex(index=years, columns=[*kept, *([OTHERS] if OTHERS in table else [])]).fillna(0.0)


def programme_chart(funding: pd.DataFrame, name: str, pots: pd.DataFrame | None = None) -> Chart:
    """What is spent in each financial year, a part for each pot; in words also what of it is spent before it comes."""
    table = by_year_and_pot(funding)
    parts = {int(fy): ", ".join(f"{pot} £{money:,.0f}k" for pot, money in row.items() if money) for fy, row in table.iterrows()}
    words = "; ".join(f"{_year(fy)}: £{table.loc[fy].sum():,.0f}k ({told})" for fy, told in parts.items())
    ahead = borrowed_told(borrowed(pots)) if pots is not None else ""
    words += f". {ahead}" if ahead else ""
    looks = [Look(str(pot), BANDS[letter][0], hatch) for pot, (letter, hatch) in zip(table.columns, LOOKS, strict=False)]

    def fill(figure: Figure) -> None:
        axes = figure.subplots()
        at, base = np.arange(len(table)), np.zeros(len(table))
        for pot, look in zip(table.columns, looks, strict=True):
            money = table[pot].to_numpy() / 1000
            axes.bar(at, money, bottom=base, width=0.62, label=plain_text(look.label), **look.options())
            base = base + money
        for x, whole in zip(at, base, strict=True):
            axes.text(float(x), whole + 0.01 * base.max(), f"{whole:,.1f}", ha="center", va="bottom")
        axes.set_xticks(at, [_year(int(fy)) for fy in table.index])
        axes.set_ylabel("million pounds")
        figure.legend(loc="outside lower center", ncols=3, frameon=False, title="Pot")
        light_grid(axes, "y")

    return Chart(f"{name}: the capital programme by year and pot", f"Capital by financial year: {words}.", 4.2, fill)


def frontier_chart(points: list[Mapping[str, Any]], name: str) -> Chart:
    """The fewest child-years without a place that so much money can reach, with what is not proven drawn as a bar."""
    rows = sorted(points, key=lambda point: point["pounds"])
    money = np.array([point["pounds"] for point in rows]) / 1000
    ends = np.array([[point["child_years"]["low"], point["child_years"]["high"]] for point in rows], dtype="float64")
    words = "; ".join(f"£{m:,.1f}m: {high:,.0f}" for m, (_, high) in zip(money, ends, strict=True))

    def fill(figure: Figure) -> None:
        axes = figure.subplots()
        axes.step(money, ends[:, 1], where="post", color=OUTLINE, linewidth=1.2)
        axes.vlines(money, ends[:, 0], ends[:, 1], color=INK, linewidth=3.0)
        axes.plot(money, ends[:, 1], "o", color=SHORTAGE[1][0], markeredgecolor=INK)
        apart = (money.max() - money.min()) / 20
        told: list[float] = []
        for m, high in zip(money, ends[:, 1], strict=True):
            if told and m - told[-1] < apart:
                continue    # its label would lie on the last; the words tell it
            told.append(float(m))
            axes.annotate(counted(high), (m, high), textcoords="offset points", xytext=(4, 6))
        axes.set_xlabel("million pounds of capital and transport")
        axes.set_ylabel("child-years without a place")
        axes.set_ylim(bottom=0)
        light_grid(axes, "y")

    return Chart(f"{name}: what more money buys", f"Fewest child-years without a place by money: {words}.", 4.2, fill)


def _year(fy: int) -> str:
    return f"{fy}/{(fy + 1) % 100:02d}"
