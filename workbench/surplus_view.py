"""Schools with lasting surplus as people see them: the sheet of remedies in words, and the best of each school in lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

TABLE = "surplus_remedies"
MOST = 8  # schools that are named on the terminal
WORDS = {
    "pan_cut": "lower admission number", "mothball": "rooms closed for the time being",
    "convert_to_nursery": "room becomes a nursery",
    "convert_to_resourced": "room becomes a resourced provision", "amalgamation": "amalgamation",
}  # fmt: skip
SURPLUS_SHEETS = {
    TABLE: "Schools half a form or more empty at entry for three years, and what could be done; the score ranks remedies",
}
SURPLUS_COLUMNS: dict[str, tuple[str, str, str]] = {
    "rank": ("Which remedy of the school", "1: the best by its score; what would end a designated rural school is last", "whole"),
    "from_ay": ("From September of", "first September from which the remedy could hold", ""),
    "places_now": ("Places now", "of an admission number: at entry; of rooms and amalgamations: in all year groups", "whole"),
    "places_after": ("Places after", "the same after the remedy; of a school that joins another: none of its own", "whole"),
    "pupils_most": ("Most children at entry", "children expected at entry in the fullest year ahead", "tenth"),
    "class_now": ("Children in a class now", "at entry, in the mean of the years ahead; 24 and more are viable", "tenth"),
    "class_after": ("Children in a class after", "the same after the remedy", "tenth"),
    "sent_next_door": ("Sent next door (children a year)", "children above the new number; fewer than five are hidden", "tenth"),
    "running_saved": ("No longer spent on running (pounds a year)", "teachers, rooms or a school no longer run", "whole"),
    "transport": ("Transport of those sent (pounds a year)", "home to school transport of those sent next door", "whole"),
    "score": ("Score (pounds a year)",
              "saved, less transport and what classes below 24 cost; to rank by, no budget; hidden where transport is", "whole"),
    "protected_places": ("Places needed again", "places at entry that the area needs again within the years ahead", "whole"),
    "protected_from_ay": ("Needed again from", "September from which they are; blank where rolls do not return", ""),
    "gives_up_protected": ("Gives up places needed again?", "whether the school could then not take the children who come", ""),
    "with_urn": ("Amalgamates with (URN)", "the other school", ""),
    "with_school_name": ("Amalgamates with", "the other school by name", ""),
    "only_asked": ("Only asked?", "whether a school that is its own admission authority decides", ""),
    "who_decides": ("Whose decision", "who decides on the remedy", ""),
    "presumption": ("Against closing", "whether the law presumes that the school is not closed, as far as is known", ""),
    "listed_as": ("On the council's list as", "schemes of the council's own list that would do this", ""),
    "told": ("The remedy in a sentence", "what it does, what it saves, whom it sends elsewhere, what stands against it", ""),
}


def surplus_told(remedies: pd.DataFrame) -> list[dict[str, Any]]:
    """The best remedy of each school with lasting surplus, most money first."""
    if remedies.empty:
        return []
    best = remedies[remedies["rank"].eq(1)].sort_values(["score", "urn"], ascending=[False, True])
    many = remedies.groupby(["urn", "phase"]).size()
    return [
        {
            "urn": row.urn, "school_name": row.school_name or row.urn, "phase": row.phase,
            "planning_area_code": row.planning_area_code, "remedy": row.remedy, "told": row.told,
            "remedies": int(many[row.urn, row.phase]),
        }
        for row in best.itertuples()
    ]  # fmt: skip


def surplus_lines(told: list[Mapping[str, Any]]) -> list[str]:
    """The same for people; nothing where no school has lasting surplus."""
    if not told:
        return []
    many = len(told)
    head = f"{many} school{'s' * (many != 1)} with lasting surplus at entry; the best remedy of each by its score"
    lines = [head + (f", {MOST} of them (all in the sheet {TABLE}):" if many > MOST else ":")]
    return [*lines, *(f"  {one['school_name']}: {one['told']}" for one in told[:MOST]), ""]
