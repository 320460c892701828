"""Runs held side by side: what went into each, and which of its figures moved, by how much and where.

The first run is the one that all others are held against. Every table has a row for each thing that either run tells, with its
figures before (the first run), after, and the change; a figure that one of them does not tell is missing, and so is its change.
Pure: tables and manifests go in, tables come out. (How two makings of one run are held against one another, byte for byte, is
another question: replay.py.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from scenarios.changes import neutral_of
from scenarios.figures import FIGURES, ahead, entry_rows, figures_of
from scenarios.layers import changes, in_short
from sufficiency.childcare.balance import ALL, PLANNING_AREA

BEFORE, AFTER, CHANGE = "before", "after", "change"
SIDES = (BEFORE, AFTER, CHANGE)
NOTHING = 1e-9          # a change below this is none
AREA_KEYS = ["phase", "planning_area_code", "ay"]
GROUP_KEYS = [*AREA_KEYS, "nc_year"]
GROUP_FIGURES = ("pupils", "yg_places", "additional_need", "spare_places", "p_shortfall")
AREA_FIGURES = ("entry_need", "entry_p_shortfall", "additional_need", "spare_places", "pupils")
YEAR_FIGURES = ("entry_need", "additional_need", "spare_places", "pupils")
CARE = "childcare_balance"
CARE_KEYS = ["level", "area_code", "area_name", "ay", "term", "age_band", "measure"]
CARE_FIGURES = ("hours_wanted", "hours_counted", "hours_short", "hours_over")
CARE_AREAS = "moved_care_by_area"
CARE_AREA_KEYS = ["planning_area_code", "area_name", "ay", "age_band"]
POT_KEYS, POT_FIGURES = ["pot_id", "financial_year"], ("received", "spent", "left")
PLAN_KEYS, PLAN_FIGURES = ["phase", "planning_area_code", "ay"], ("lacking", "unmet", "in_year")
Tables = Mapping[str, pd.DataFrame]
ADDED, DROPPED, EARLIER, LATER, SAME = "added", "dropped", "opens earlier", "opens later", "as before"


@dataclass(frozen=True)
class Side:
    """One of the runs that are compared: what it is called, what its manifest says, and its tables."""

    name: str
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    @property
    def base_year(self) -> int:
        """Its base year: the January that it counts from lies in this academic year."""
        return int(self.manifest["authority"]["base_year"])


def names_of(manifests: Sequence[Mapping[str, Any]]) -> list[str]:
    """What to call each run: by its scenario, and where two have the same, by the beginning of its id as well."""
    named = [str(one["scenario"]["name"]) for one in manifests]
    return [name if named.count(name) == 1 else f"{name} ({one['run_id'][:6]})"
            for name, one in zip(named, manifests, strict=True)]


# What went in --------------------------------------------------------------------------------------------------------------

WENT_IN = ["run", "kind", "key", "old", "new", "publisher", "said"]


def went_in(first: Side, other: Side) -> pd.DataFrame:
    """What went into one run and not into the other (WENT_IN): scenario, settings, files by sha256, program and versions."""
    old, new = first.manifest, other.manifest
    keys = [dict(side["scenario"].get("keys", {})) for side in (old, new)]
    rows = [("scenario", *_parted(told), "") for told in changes(keys[0], keys[1], {
        key: neutral_of(key) for key in keys[0].keys() | keys[1].keys()})]
    settings = [side["assumptions"] for side in (old, new)]     # of the workspace; what a scenario sets is told by its keys
    rows += [("setting", *_parted(told), "") for told in changes(settings[0], settings[1], dict.fromkeys(
        settings[0].keys() | settings[1].keys(), "not set"))]
    rows += [("authority", *_parted(told), "") for told in changes(old["authority"], new["authority"], dict.fromkeys(
        old["authority"].keys() | new["authority"].keys(), "not set"))]
    rows += list(_files(old, new))
    if old["code_sha256"] != new["code_sha256"]:
        rows.append(("program", "Sufficiency", old["code_sha256"][:12], new["code_sha256"][:12], ""))
    rows += [("version", *_parted(told), "") for told in changes(old["versions"], new["versions"], dict.fromkeys(
        old["versions"].keys() | new["versions"].keys(), "not installed"))]
    table = pd.DataFrame(rows, columns=WENT_IN[1:6]).astype("str")
    table.insert(0, "run", other.name)
    return table.assign(said=table["key"] + ": " + table["old"] + " -> " + table["new"])


def _parted(told: str) -> tuple[str, str, str]:
    """A change in its parts: "key: old -> new"."""
    key, _, values = told.partition(": ")
    before, _, after = values.partition(" -> ")
    return key, before, after


def _files(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterable[tuple[str, str, str, str, str]]:
    """Tables that were read from other files: each with the names, dates and sha256 of both, and who published the new one."""
    by_table = [_by_table(side["inputs"]) for side in (old, new)]
    for table in sorted(by_table[0].keys() | by_table[1].keys()):
        files = [side.get(table, []) for side in by_table]
        if [one["sha256"] for one in files[0]] != [one["sha256"] for one in files[1]]:
            publishers = sorted({str(one.get("publisher", "")) for one in files[1] or files[0]} - {""})
            yield "input", table, _told_of(files[0]), _told_of(files[1]), ", ".join(publishers)


def _by_table(inputs: Iterable[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in inputs:
        found.setdefault(str(one["table"]), []).append(one)
    return found


def _told_of(files: Sequence[Mapping[str, Any]]) -> str:
    """Files in short: names, of which date, and the beginning of each sha256."""
    told = [f"{one['file']}{f' of {day}' if (day := one.get('reference_date')) else ''} (sha256 {one['sha256'][:12]})"
            for one in files]
    return in_short(told) if told else "no file"


# Which figures moved -------------------------------------------------------------------------------------------------------


def compared(first: Side, others: Sequence[Side]) -> dict[str, pd.DataFrame]:
    """Every table of a comparison; each but `names` has a column `run` that says which run is held against the first."""
    parts = [compared_two(first, other) for other in others]
    return {name: pd.concat([part[name] for part in parts], ignore_index=True) for name in parts[0]}


def compared_two(first: Side, other: Side) -> dict[str, pd.DataFrame]:
    """The tables of two runs held against one another, over the years that both tell."""
    base = max(first.base_year, other.base_year)
    before, after = _told_in_both(*(_of_years(one.tables, years_of_both(first, other), base) for one in (first, other)))
    pairs = {
        "moved_by_year": beside(by_year(before["balance"]), by_year(after["balance"]), ["phase", "ay"], YEAR_FIGURES),
        "moved_by_area": beside(by_area(before["balance"]), by_area(after["balance"]), AREA_KEYS, AREA_FIGURES),
        "moved_by_group": moved(beside(before["balance"], after["balance"], GROUP_KEYS, GROUP_FIGURES)),
        "moved_childcare": moved(beside(_of(before, CARE), _of(after, CARE), CARE_KEYS, CARE_FIGURES)),
        CARE_AREAS: beside(care_by_area(_of(before, CARE)), care_by_area(_of(after, CARE)), CARE_AREA_KEYS, CARE_FIGURES),
        "moved_schemes": schemes(before, after),
        "moved_pots": _pots(_of(before, "plan_pots"), _of(after, "plan_pots")),
        "moved_plan_areas": moved(beside(_of(before, "plan_areas"), _of(after, "plan_areas"), PLAN_KEYS, PLAN_FIGURES)),
    }
    tables = {"went_in": went_in(first, other), "moved_figures": moved_figures(before, after, base), **pairs}
    for name, table in tables.items():
        if "run" not in table:
            table.insert(0, "run", other.name)
            tables[name] = table.astype({"run": "str"})
    return tables


def years_of_both(first: Side, other: Side) -> dict[str, int]:
    """The last year of each phase that both runs tell."""
    last = [side.tables["balance"].groupby("phase")["ay"].max() for side in (first, other)]
    return {str(phase): int(min(last[0][phase], last[1][phase])) for phase in last[0].index.intersection(last[1].index)}


def _of_years(tables: Tables, last: Mapping[str, int], base: int) -> dict[str, pd.DataFrame]:
    """A run's tables with the years ahead that both runs tell, so that no sum is over more years than the other."""
    balance = ahead(tables["balance"], base)
    return {**tables, "balance": balance[balance["ay"] <= balance["phase"].map(last).fillna(0)]}


def moved_figures(before: Tables, after: Tables, base: int) -> pd.DataFrame:
    """The figures of both runs and how far each moved: figure, title, unit and SIDES; what neither tells is left out."""
    old, new = figures_of(before, base), figures_of(after, base)
    rows = [(one.key, one.title, one.unit, old[one.key], new[one.key], new[one.key] - old[one.key]) for one in FIGURES
            if not (np.isnan(old[one.key]) and np.isnan(new[one.key]))]
    return pd.DataFrame(rows, columns=["figure", "title", "unit", *SIDES])


def by_area(balance: pd.DataFrame) -> pd.DataFrame:
    """A balance added up by planning area and year (AREA_KEYS, AREA_FIGURES); nothing is offset, the unknown stays missing."""
    whole = _sums(balance, AREA_KEYS)
    entry = entry_rows(balance).set_index(AREA_KEYS)
    named = {"additional_need": "entry_need", "p_shortfall": "entry_p_shortfall"}
    entry = entry[[column for column in named if column in entry]].rename(columns=named)
    joined = whole.join(entry).reset_index()
    return joined.assign(**{name: np.nan for name in AREA_FIGURES if name not in joined})


def care_by_area(care: pd.DataFrame) -> pd.DataFrame:
    """All hours of childcare of each planning area, age and year, in the term in which most are short there."""
    if care.empty:
        return care
    mine = care[care["level"].eq(PLANNING_AREA) & care["measure"].eq(ALL) & care["worst_term"].astype("bool")]
    return mine.rename(columns={"area_code": "planning_area_code"}).drop_duplicates(CARE_AREA_KEYS)


def by_year(balance: pd.DataFrame) -> pd.DataFrame:
    """A balance added up by phase and year: of what is known; nothing is offset."""
    entry = entry_rows(balance).groupby(["phase", "ay"])["additional_need"].sum(min_count=1).rename("entry_need")
    figures = ["additional_need", "spare_places", "pupils"]
    return balance.groupby(["phase", "ay"])[figures].sum(min_count=1).join(entry).reset_index()


def _sums(balance: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Sums by area and year; missing where a row is."""
    figures = ["additional_need", "spare_places", "pupils"]
    sums = balance.groupby(by)[figures].sum(min_count=1)
    whole = balance.groupby(by)["additional_need"].agg(lambda column: column.notna().all())
    sums.loc[~whole, ["additional_need", "spare_places"]] = np.nan
    return sums


def beside(before: pd.DataFrame, after: pd.DataFrame, keys: Sequence[str], figures: Sequence[str]) -> pd.DataFrame:
    """Two tables side by side: the keys, and of each figure what it was, what it is and how far it moved."""
    columns = [*keys, *(f"{name}_{side}" for name in figures for side in SIDES)]
    if before.empty and after.empty:
        return pd.DataFrame(columns=columns)
    halves = [_half(table, keys, figures).add_suffix(f"_{side}") for table, side in ((before, BEFORE), (after, AFTER))]
    table = halves[0].join(halves[1], how="outer").sort_index().reset_index()
    for name in figures:
        table[f"{name}_{CHANGE}"] = table[f"{name}_{AFTER}"] - table[f"{name}_{BEFORE}"]
    return table[columns]


def _half(table: pd.DataFrame, keys: Sequence[str], figures: Sequence[str]) -> pd.DataFrame:
    if table.empty:
        table = pd.DataFrame(columns=[*keys, *figures])
    return table.reindex(columns=[*keys, *figures]).set_index(list(keys)).astype("float64")


def moved(table: pd.DataFrame) -> pd.DataFrame:
    """The rows in which some figure moved, or is told on one side only."""
    if table.empty:
        return table
    names = [column.removesuffix(f"_{CHANGE}") for column in table if column.endswith(f"_{CHANGE}")]
    far = np.zeros(len(table), dtype=bool)
    for name in names:
        one_side = table[f"{name}_{BEFORE}"].isna() != table[f"{name}_{AFTER}"].isna()
        far |= (table[f"{name}_{CHANGE}"].abs() > NOTHING).to_numpy() | one_side.to_numpy()
    return table[far].reset_index(drop=True)


def _pots(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Pots year by year side by side, each with its name, the second run's where the two call it otherwise."""
    table = beside(before, after, POT_KEYS, POT_FIGURES)
    named = [rows.set_index("pot_id")["pot_name"].to_dict() for rows in (before, after) if "pot_name" in rows]
    names = {code: name for one in named for code, name in one.items()}
    table.insert(1, "pot_name", [names.get(code, "") for code in table["pot_id"]])
    return table.astype({"pot_name": "str"})


def _told_in_both(before: Tables, after: Tables) -> tuple[Tables, Tables]:
    """Childcare where both runs tell it: rows that one hides are left out, and hours short that one does not know are missing."""
    tables = [_of(side, CARE) for side in (before, after)]
    if any(table.empty for table in tables):
        return before, after
    at = [pd.MultiIndex.from_frame(table[CARE_KEYS]) for table in tables]
    told, known = ([i[table[name].notna()] for i, table in zip(at, tables, strict=True)]
                   for name in ("hours_wanted", "hours_short"))
    of_both, known_in_both = told[0].intersection(told[1]), known[0].intersection(known[1])
    short = {name: [table[name].where(i.isin(known_in_both)) for i, table in zip(at, tables, strict=True)]
             for name in ("hours_short", "hours_over")}
    kept = [table.assign(**{name: values[k] for name, values in short.items()})[at[k].isin(of_both)]
            for k, table in enumerate(tables)]
    return {**before, CARE: kept[0]}, {**after, CARE: kept[1]}


def _of(tables: Tables, name: str) -> pd.DataFrame:
    return tables.get(name, pd.DataFrame())


SCHEME_COLUMNS = ["scheme_id", "scheme_name", "phase", "planning_area_code", "verdict", "opens_before", "opens_after",
                  *(f"thousand_pounds_{side}" for side in SIDES)]


def schemes(before: Tables, after: Tables) -> pd.DataFrame:
    """Every scheme that either plan builds (SCHEME_COLUMNS): whether it is added, dropped or moved, and what it costs."""
    if "plan" not in before and "plan" not in after:
        return pd.DataFrame(columns=SCHEME_COLUMNS)
    old, new = (_chosen(side) for side in (before, after))
    named = pd.concat([_of(side, "plan") for side in (after, before)]).drop_duplicates("scheme_id").set_index("scheme_id")
    codes = sorted(set(old.index) | set(new.index))
    table = named.reindex(codes)[["scheme_name", "phase", "planning_area_code"]].reset_index(names="scheme_id")
    for side, chosen in ((BEFORE, old), (AFTER, new)):
        mine = chosen.reindex(codes)
        table[f"opens_{side}"] = mine["opens_ay"].to_numpy("float64")
        table[f"thousand_pounds_{side}"] = mine["thousand_pounds"].fillna(0.0).to_numpy("float64")
    table[f"thousand_pounds_{CHANGE}"] = table[f"thousand_pounds_{AFTER}"] - table[f"thousand_pounds_{BEFORE}"]
    table["verdict"] = [_verdict(o, n) for o, n in zip(table["opens_before"], table["opens_after"], strict=True)]
    return table[SCHEME_COLUMNS]


def _chosen(tables: Tables) -> pd.DataFrame:
    plan = _of(tables, "plan")
    if plan.empty:
        return pd.DataFrame({"opens_ay": pd.Series(dtype="float64"), "thousand_pounds": pd.Series(dtype="float64")})
    return plan[plan["chosen"].astype("bool")].set_index("scheme_id")[["opens_ay", "thousand_pounds"]].astype("float64")


def _verdict(old: float, new: float) -> str:
    if np.isnan(old):
        return ADDED
    if np.isnan(new):
        return DROPPED
    return SAME if old == new else LATER if new > old else EARLIER
