"""What stays with officers until a consultation opens: closures, mergers, and schemes that were looked at and not chosen.

A published card of a school's closing, or of a school that was not chosen, could show a mind made up before anybody was
consulted. So the publication edition of everything - map, workbook and paper - is cut from a release in which no row and no note
tells of such a scheme; officers have the whole. Names of those who wrote a figure stay with officers as well.
"""

from __future__ import annotations

import re
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pandas as pd

from scenarios.changes import SETTINGS, lever_of, split

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from sufficiency.evidence import Note
    from workbench.disclosure import Release

SENSITIVE = frozenset({"closure", "merger"})
"""Kinds of scheme of which nothing is published before consultation, chosen or not."""
OF_SCHEMES = ("plan", "programme", "plan_funding", "money_of_schemes", "plan_placed", "plan_service", "served", "capital_schemes",
              "capital_told", "capital_adds", "capital_costs", "capital_sites", "capital_links", "capital_precedences",
              "capital_deadlines")
"""Tables that tell of schemes, by their column scheme_id or site_id."""
PEOPLE = {"overrides": ("author", "reason"), "known_intakes": ("author",)}
"""Columns that name officers, or tell in their words why a figure is theirs."""
ALL_OF_THEM = ("surplus_remedies",)
"""Tables of which nothing is published: what could be done about each school that is half empty."""
OF_POTS = ("plan_pots", "money")
"""Tables of what comes into each pot and goes out of it, by financial year."""
BY_SMALL_GROUPS = ("plan_unmet", "plan_service", "served")
"""Tables of the plan that count children under five by area and age: few at a time, so that officers alone have them."""
OF_AREAS, EARLY_YEARS, EVERYWHERE = "plan_areas", "early_years", "all areas"
WITHHELD, OTHER_MONEY = "stays with officers", "other money"
OF_PLANNERS = "planner_overrides"
"""Table whose notes name officers, what they set, and why."""
NAMED_BY_TOPIC = ("nurseries", "clubs")
"""Topics of levers whose every key names one setting, whoever decides on it."""


def withheld(plan: pd.DataFrame) -> pd.DataFrame:
    """The schemes of a plan of which nothing is published before consultation."""
    return plan[~plan["chosen"].astype("bool") | plan["kind"].isin(SENSITIVE)]


def choices_told(scenario: Mapping[str, Any]) -> tuple[str, ...]:
    """The changes of a run's scenario that tell of a choice about a school, a setting, a scheme or a pot by its name.

    Every table of such a run rests on the choice, so no part can be cut out for the public. scenario: as in the manifest.
    A key that this version does not know counts as one.
    """
    return tuple(key for key in scenario.get("keys", {}) if not key.startswith(f"{SETTINGS}.") and _names_a_choice(key))


def _names_a_choice(key: str) -> bool:
    lever = lever_of(split(key))
    if lever is None:
        return True
    return "*" in lever.name and (lever.section == "choices" or lever.name.split(".")[0] in NAMED_BY_TOPIC)


def for_publication(release: Release) -> Release:
    """A release without the schemes that stay with officers, and without officers' names."""
    tables = dict(release.tables)
    for name, columns in PEOPLE.items():
        if name in tables:
            tables[name] = tables[name].drop(columns=[column for column in columns if column in tables[name]])
    for name in ALL_OF_THEM:
        if name in tables:
            tables[name] = tables[name].iloc[:0]
    for name in BY_SMALL_GROUPS:
        if name in tables and len(tables[name]):     # of a run without a plan they have not even columns
            tables[name] = tables[name][tables[name]["phase"].ne(EARLY_YEARS)].reset_index(drop=True)
    if OF_AREAS in tables and len(tables[OF_AREAS]):
        tables[OF_AREAS] = _early_years_together(tables[OF_AREAS])
    if "plan" in tables:
        gone = withheld(tables["plan"])
        shown = tables["plan"].drop(index=gone.index)
        for name in OF_SCHEMES:
            if name in tables:
                tables[name] = _without(tables[name], gone, shown)
        for name in OF_POTS:
            if name in tables:
                tables[name] = _without_pots(tables[name], set(tables["plan_funding"]["pot_id"]))
    return replace(release, tables=MappingProxyType(tables), masks=_still_there(release, tables))


def public_notes(notes: Sequence[Note], names: Iterable[object]) -> tuple[Note, ...]:
    """The notes of a run that name no such scheme or pot, and no officer; names: of schemes and pots that stay with officers."""
    hidden = [str(name) for name in names]
    return tuple(_unsigned(note) for note in notes if not any(named(f"{note.text} {note.loses}", name) for name in hidden))


def names_withheld(release: Release, public: Release) -> list[object]:
    """Codes and names of the schemes, and codes of the pots, of which nothing is published."""
    if "plan" not in release.tables:
        return []
    gone = withheld(release.tables["plan"])
    pots = {pot for table in (OF_POTS[0],) if table in release.tables
            for pot in set(release.tables[table]["pot_id"]) - set(public.tables[table]["pot_id"])}
    return [*gone["scheme_id"], *gone["scheme_name"], *sorted(pots)]


def _unsigned(note: Note) -> Note:
    """A note on planners' figures without the author, who stands between the count and the list."""
    if note.table != OF_PLANNERS:
        return note
    counted = r"^(\d+ of the planner's overrides (?:is|are) (?:in force at the census of [^,:]*|not used))[,:].*"
    return replace(note, text=re.sub(counted, r"\1", note.text, flags=re.DOTALL))


def named(text: str, name: str) -> bool:
    """Whether a text names a scheme: its code or its name as a whole."""
    return re.search(rf"(?<![\w-]){re.escape(str(name))}(?![\w-])", text) is not None


def _without(table: pd.DataFrame, gone: pd.DataFrame, shown: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table that tell of no such scheme; what is told of a site is told while a scheme there is."""
    rows = table
    if "scheme_id" in rows:
        rows = rows[~rows["scheme_id"].isin(gone["scheme_id"])]
    elif "site_id" in rows:
        rows = rows[~rows["site_id"].isin(set(gone["site_id"]) - set(shown["site_id"]))]
    if "needs_scheme_id" in rows:
        rows = rows[~rows["needs_scheme_id"].isin(gone["scheme_id"])]
    rows = rows.reset_index(drop=True)
    return rows.assign(why_so=WITHHELD) if "why_so" in rows else rows


def _without_pots(table: pd.DataFrame, shown: Collection[str]) -> pd.DataFrame:
    """The rows of the pots that pay for a scheme which is shown; all others are added up as other money, year by year.

    One other pot by itself is told as other money too: its name could tell for which scheme it is kept.
    """
    other = ~table["pot_id"].isin(shown)
    if not other.any():
        return table
    money = [column for column in table.columns if column not in {"pot_id", "pot_name", "financial_year"}]
    sums = table[other].groupby("financial_year", as_index=False, sort=True)[money].sum()
    return pd.concat([table[~other], sums.assign(pot_id=OTHER_MONEY, pot_name="")[list(table.columns)]], ignore_index=True)


def _early_years_together(table: pd.DataFrame) -> pd.DataFrame:
    """What the plan leaves by area and year, with children under five of all areas added up: of one area they may be very few."""
    early = table["phase"].eq(EARLY_YEARS)
    if not early.any():
        return table
    sums = table[early].groupby(["phase", "ay"], as_index=False, sort=True).sum(numeric_only=True)
    return pd.concat([table[~early], sums.assign(planning_area_code=EVERYWHERE)[list(table.columns)]], ignore_index=True)


def _still_there(release: Release, tables: Mapping[str, pd.DataFrame]) -> Mapping[str, pd.DataFrame]:
    """The masks of the tables that still have all their rows; those of schemes have none."""
    return MappingProxyType({name: mask for name, mask in release.masks.items()
                             if name in tables and len(mask) == len(tables[name])})
