"""The printed sheet beside the data: what is planted in the county, and the figures that a run should find."""

from __future__ import annotations

from collections.abc import Sequence

from sufficiency.example.names import COUNTY
from sufficiency.example.story import Figure, Story

OPENING = f"""# What is planted in {COUNTY}

{COUNTY} does not exist. Its places, schools and children are invented, and so are its codes; its files have the layouts of the
real publications. Each story below is planted in them, with the figures that a run should find. They are counted from what was
planted, not taken from a forecast. Where an October count or offers are known, next September's intake is known exactly.

County of seed {{seed}}.
"""


def sheet(stories: Sequence[Story], seed: int) -> str:
    """Print the stories with their answers."""
    return "\n".join([OPENING.format(seed=seed), *(_told(n, story) for n, story in enumerate(stories, 1))])


def _told(number: int, story: Story) -> str:
    where = "; ".join(f"{what} {code}" for what, code in story.where.items())
    rows = [f"| {figure.what} | {written(figure)} |" for figure in story.figures]
    head = [f"## {number}. {story.title}", "", story.told, "", f"Where: {where}.", "", "| What | Figure |", "|---|---:|"]
    return "\n".join([*head, *rows, ""])


def written(figure: Figure) -> str:
    """Write a figure as people do: a fraction in percent, a financial year with both of its years."""
    if figure.unit == "%":
        return f"{100 * figure.value:.1f} %"
    if figure.unit == "year":
        return f"{figure.value:.0f}/{(int(figure.value) + 1) % 100:02d}"
    return f"{figure.value:,.0f} {figure.unit}"
