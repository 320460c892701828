"""The waterfall: how the roll of today becomes the forecast, part by part, as a chart and as lines of text.

The bars show changes, from no change at all on; the rolls themselves, many times as long, stand in the headings. Parts of
nothing are left out of the picture and stay in the table. The figures are those of the table `waterfall`, each rounded so that
they add up to the rounded forecast.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from planning_areas.school_year import PHASE_YEARS
from sufficiency.forecast.made_of import AUTHORITY, BORDER, FROM, GROUPS, NET
from sufficiency.forecast.reconcile import largest_remainder
from workbench.answers import columns
from workbench.charts import GAIN, LOSS, OUTLINE, WHOLE, Chart, counted, light_grid, plain_text, signed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COHORTS = {"primary": "Births, less leavers", "secondary": "Coming up, less leavers", "sixth_form": "Staying on, less leavers"}
WORDS = {"survival": "Survival and migration", "transfers": "Transfers between areas", "border_in": "Cross-border, in",
         "border_out": "Cross-border, out", "border_net": "Cross-border, net", "homes": "Homes",
         "known_intakes": "October census and offers", "planner": "Planner's own figures", "reconciliation": "Reconciliation"}
PHASES = {"primary": "Primary", "secondary": "Secondary", "sixth_form": "Sixth form"}
BAR_INCHES, HEAD_INCHES = 0.3, 1.15


@dataclass(frozen=True)
class Account:
    """What leads from the base year's roll to one year's forecast, in whole children that add up."""

    phase: str
    base_year: int
    ay: int
    base: int
    parts: dict[str, int]       # group -> children, all of GROUPS
    forecast: int
    kinds: tuple[str, ...]      # the groups that are told of this phase

    @property
    def words(self) -> dict[str, str]:
        """What each group is called in this phase."""
        return words(self.phase)


def words(phase: str) -> dict[str, str]:
    """What each group of parts is called in a phase."""
    return {group: WORDS.get(group, COHORTS[phase]) for group in GROUPS}


def in_a_sentence(called: str) -> str:
    """What a group is called where no capital stands but that of the month."""
    return called.lower().replace("october", "October")


def kinds_of(table: pd.DataFrame) -> list[str]:
    """The groups that a waterfall of one phase tells: who crosses the border gross, in and out, or net, never both."""
    gross = bool(table[[FROM[group] for group in BORDER]].to_numpy().any())
    return [group for group in GROUPS if group not in (NET, *BORDER) or (group != NET) is gross]


def whole_parts(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a waterfall in whole children: base roll and parts are rounded so that they add up to the rounded forecast."""
    columns = ["pupils_base", *FROM.values()]
    rounded = largest_remainder(table[columns].to_numpy(dtype="float64"))
    told = table.assign(**{column: rounded[:, i] for i, column in enumerate(columns)})
    return told.assign(pupils=rounded.sum(axis=1), parts_added_up=rounded.sum(axis=1))


def accounts(table: pd.DataFrame, code: str, base_year: int, every_year: bool = False) -> list[Account]:
    """The accounts of one area (or AUTHORITY), phase by phase: of the last year that each phase has, or of every year."""
    mine = table[table["planning_area_code"] == code]
    found = []
    for phase in PHASE_YEARS:
        rows = mine[mine["phase"] == phase].sort_values("ay")
        kinds = tuple(kinds_of(rows))
        rows = rows if every_year else rows.tail(1)
        for row in whole_parts(rows).to_dict("records"):
            parts = {group: int(row[FROM[group]]) for group in GROUPS}
            found.append(Account(phase, base_year, int(row["ay"]), int(row["pupils_base"]), parts, int(row["pupils"]),
                                 kinds))
    return found


def waterfall_chart(name: str, told: Sequence[Account]) -> Chart:
    """The waterfall of an area or the authority, one panel a phase."""
    heights = [len(_shown(account)) + 1 for account in told]
    title = f"{name}: what the forecast is made of"

    def fill(figure: Figure) -> None:
        panels = figure.subplots(len(told), 1, squeeze=False, gridspec_kw={"height_ratios": heights})[:, 0]
        for axes, account in zip(panels, told, strict=True):
            _panel(axes, account)

    return Chart(title, alt_text(name, told), HEAD_INCHES * len(told) + BAR_INCHES * sum(heights) + 0.4, fill)


def alt_text(name: str, told: Sequence[Account]) -> str:
    """The same in words: every figure of the chart."""
    return f"Waterfall chart of {name}. " + " ".join(sentence(account) for account in told)


def sentence(account: Account) -> str:
    """An account in one sentence."""
    parts = [f"{in_a_sentence(account.words[group])} {signed(account.parts[group])}" for group in _shown(account)]
    told = ", ".join(parts) if parts else "nothing changes"
    return (f"{PHASES[account.phase]}: from {counted(account.base)} pupils in January {account.base_year + 1} to "
            f"{counted(account.forecast)} in January {account.ay + 1}: {told}.")


def _shown(account: Account) -> list[str]:
    return [group for group, children in account.parts.items() if children]


def _panel(axes: Axes, account: Account) -> None:
    """Draw one phase: a bar for each part from where the last one ended, and one for the change in all."""
    groups = _shown(account)
    sizes = [account.parts[group] for group in groups]
    begins = np.concatenate([[0.0], np.cumsum(sizes)])
    whole = account.forecast - account.base
    low, high = float(begins.min()), float(begins.max())
    reach = max(1.0, high - low)
    for at, size in enumerate(sizes):
        look = GAIN if size > 0 else LOSS
        axes.barh(at, size, left=begins[at], height=0.62, **look.options())
        axes.plot([begins[at + 1]] * 2, [at - 0.31, at + 1.31], color=OUTLINE, linewidth=0.7)
        _value(axes, at, max(begins[at], begins[at + 1]), reach, signed(size))
    axes.barh(len(sizes), whole, height=0.62, **WHOLE.options())
    _value(axes, len(sizes), max(0.0, float(whole)), reach, signed(whole))
    axes.axvline(0, color=OUTLINE, linewidth=1.0)
    axes.set_yticks(range(len(sizes) + 1), [*(account.words[group] for group in groups), "Change in all"])
    axes.invert_yaxis()
    axes.set_xlim(low - 0.06 * reach, high + 0.16 * reach)
    axes.set_xlabel(f"pupils, more (+) or fewer (\N{MINUS SIGN}) than in January {account.base_year + 1}; "
                    "slanting lines take away")
    axes.set_title(plain_text(f"{PHASES[account.phase]}: {counted(account.base)} in January {account.base_year + 1}, "
                              f"{counted(account.forecast)} in January {account.ay + 1}"))
    axes.xaxis.set_major_formatter(lambda value, _: signed(value))
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    light_grid(axes)


def _value(axes: Axes, at: int, end: float, reach: float, text: str) -> None:
    """Print a value beside the end of its bar."""
    axes.text(end + 0.015 * reach, at, text, va="center", ha="left")


def lines(told: Sequence[Account]) -> list[str]:
    """The accounts of an area as small tables of text: one a phase, one column a year."""
    said: list[str] = []
    for phase in dict.fromkeys(account.phase for account in told):
        mine = [account for account in told if account.phase == phase]
        rows = [[PHASES[phase], *(f"January {account.ay + 1}" for account in mine)]]
        rows.append([f"on roll in January {mine[0].base_year + 1}", *(counted(account.base) for account in mine)])
        rows += [[f"  {in_a_sentence(called)}", *(signed(account.parts[group]) for account in mine)]
                 for group, called in mine[0].words.items() if group in mine[0].kinds]
        rows.append(["forecast", *(counted(account.forecast) for account in mine)])
        said += [*columns(rows, right=range(1, len(mine) + 1)), ""]
    return said


def as_data(told: Sequence[Account]) -> list[dict[str, Any]]:
    """The accounts for machines."""
    return [{"phase": a.phase, "base_year": a.base_year, "ay": a.ay, "pupils_base": a.base, "parts": dict(a.parts),
             "pupils": a.forecast} for a in told]


def charts_of(tables: Mapping[str, pd.DataFrame], name: str, base_year: int) -> dict[str, Chart]:
    """The charts of a run by the beginning of their file's name; none where nothing is forecast."""
    told = accounts(tables["waterfall"], AUTHORITY, base_year)
    return {"waterfall": waterfall_chart(name, told)} if told else {}
