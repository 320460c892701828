"""What the sheets and columns of a comparison are called and mean."""

from __future__ import annotations

COMPARE_SHEETS = {
    "moved_figures": "What each run comes to in a handful of figures, before, after, and how far they moved",
    "effects": "What each change of the scenario does to each figure: alone, in its turn, and what comes of several together",
    "levers": "What each figure is with one lever at its low and at its high end, and all else as it is",
    "went_in": "What went into one run and not into the other: scenario, settings, files, program",
    "moved_by_year": "Places short and spare and children by phase and year, before, after and the change",
    "moved_by_area": "The same by planning area, with the likelihood of a shortfall at entry",
    "moved_by_group": "Every planning area, year group and year in which a figure moved",
    "moved_childcare": "Hours of childcare by area, term and age that moved, where both runs may tell them",
    "moved_care_by_area": "Hours of childcare by planning area, year and age, in the term in which most are short",
    "moved_schemes": "Every scheme that either plan builds: added, dropped, moved in time, or as before",
    "moved_pots": "Each pot by financial year, before and after",
    "moved_plan_areas": "Areas by year in which the plan leaves more or fewer children without a place",
}
SIDES = {"before": "in the first run", "after": "in the run held against it", "change": "the latter less the former"}
"""Sides of a comparison by the ending of their column, and what each means."""

COMPARED = (
    "pupils", "yg_places", "additional_need", "spare_places", "p_shortfall", "entry_need", "entry_p_shortfall", "hours_wanted",
    "hours_counted", "hours_short", "hours_over", "received", "spent", "left", "lacking", "unmet", "in_year", "opens",
    "thousand_pounds",
)
"""Columns that a comparison tells on every side."""

COMPARE_COLUMNS: dict[str, tuple[str, str]] = {
    "run": ("Run", "the run that is held against the first"),
    "old": ("In the first run", "what it is in the first run"),
    "new": ("In this run", "what it is in this run"),
    "publisher": ("Publisher", "who published the file"),
    "key": ("Key", "the key of a scenario, the setting, the table that the file fills, or the library"),
    "title": ("What", "what the figure is"),
    "figure": ("Code of figure", "by which programs know the figure"),
    "before": ("Before", SIDES["before"]),
    "after": ("After", SIDES["after"]),
    "moved_by": ("Moved by", SIDES["change"]),
    "low": ("Low end", "value of the lever at its low end"),
    "high": ("High end", "value of the lever at its high end"),
    "central": ("As it is", "the figure with no lever moved"),
    "at_low": ("At the low end", "the figure with the lever at its low end"),
    "at_high": ("At the high end", "the figure with the lever at its high end"),
    "span": ("Span", "how far the figure lies apart at its most"),
    "rests_on_source": ("How far it is moved rests on", "an interval of a scenario, or a nudge that is not verified"),
    "step": ("Step", "in which order the changes are made"),
    "alone": ("Alone", "how far the change moves the figure by itself; blank: it cannot be made by itself"),
    "added": ("In its turn", "what it adds to the changes before it"),
    "effect": ("Effect", "what the bar shows; changes and interaction add up to the whole"),
    "verdict": ("What becomes of it", "what the second plan does with the scheme"),
    "opens": ("Opens in September of (year)", "academic year with which its places open; blank: not in the plan"),
}
"""Code name -> heading, meaning."""
