"""Childcare as people see it: the tables of the workbook, the file of findings, and two sentences for the headline.

Small areas are judged by all children of the age who live there, in a column that stays in the house (`release.told.JUDGE`);
take-up is told by district and in the authority, and by ward in tens. What settings have in the council's headcount, and what is
wanted in small areas, goes into no sheet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from planning_areas.wording import rounded_as
from sufficiency.childcare.balance import ALL, AUTHORITY, FUNDED, NOT_KNOWN, PLANNING_AREA, WORDS
from sufficiency.childcare.closing_effects import CLOSINGS, effects_said
from sufficiency.childcare.entitlements import hours_of
from sufficiency.childcare.gaps import NOTICEABLE, assumed, gaps_said, not_known, on_offer_said
from sufficiency.childcare.marks import MARKED, in_places
from sufficiency.childcare.places_in_reach import TABLE as PLACES_TABLE
from sufficiency.childcare.places_in_reach import fewest_said, place_line, places_of_area
from sufficiency.childcare.terms import BAND_NAMES, YOUNG, begins
from workbench.release.hiding import without_hidden
from workbench.release.told import JUDGE, NOT_TOLD, TOLD

if TYPE_CHECKING:
    from collections.abc import Mapping

    from scenarios.runs import Run
    from sufficiency.childcare.findings import Finding
    from workbench.disclosure import Release

SHEETS = (
    "childcare_findings", "childcare_balance", "access_by_area", "access", "childcare_takeup", "childcare_settings",
    "childcare_quality", "wraparound", "childcare_disabled", MARKED, CLOSINGS, "childcare_places", "childcare_vacancies",
    "childcare_same_place",
)
FINDINGS = "findings.json"
GAPS = "B11"            # the finding that lists shortages area by area
BALANCE, HIDDEN_PEOPLE = "childcare_balance", "hidden_people"


def childcare_tables(tables: Mapping[str, pd.DataFrame], findings: Sequence[Finding], base: int) -> dict[str, pd.DataFrame]:
    """The sheets on childcare, before small numbers are hidden; empty where the run has no story of childcare."""
    if tables["childcare_balance"].empty:
        return {"childcare_findings": findings_table(findings).iloc[:0]}
    access, takeup, weighed = tables["access"], tables["childcare_takeup"], tables["childcare_balance"]
    now = access[access["ay"] == base]
    named = dict(zip(tables["schools"]["urn"], tables["schools"]["school_name"], strict=True))
    clubs = tables["wraparound"]
    return {
        "childcare_findings": findings_table(findings),
        "childcare_balance": weighed.assign(**{JUDGE: who_stands_behind(weighed)}),
        "access_by_area": tables["access_by_area"].assign(**{JUDGE: tables["access_by_area"]["children"]}),
        "access": now.drop(columns=["wanted"]).rename(columns={"children": JUDGE}).reset_index(drop=True),
        "childcare_takeup": takeup.assign(**{JUDGE: takeup["eligible"]}),
        "wraparound": clubs.assign(school_name=[named.get(urn, "") for urn in clubs["urn"]])[
            ["urn", "school_name", *(column for column in clubs if column != "urn")]],
    }


def who_stands_behind(weighed: pd.DataFrame) -> pd.Series:
    """How many children each row of the balance rests on: of funded hours the fewest who could want so many.

    Before April 2024 two-year-olds had early learning alone: the hours divided by those of a child are who takes it up.
    """
    when = zip(weighed["ay"], weighed["term"], weighed["age_band"], weighed["measure"], strict=True)
    most = pd.Series([_most_hours(*row) for row in when], index=weighed.index, dtype="float64")
    return (weighed["hours_wanted"] / most).fillna(np.inf).clip(upper=weighed["children"])


@cache
def _most_hours(ay: int, term: str, band: str, measure: str) -> float:
    """The most funded hours a week that one child can have under the rules of a term; missing for other measures."""
    return max(hours_of(band, begins(ay, term)).values()) or float("nan") if measure == FUNDED else float("nan")


def findings_of(release: Release, findings: Sequence[Finding], base: int, places: pd.DataFrame) -> tuple[Finding, ...]:
    """Findings as they leave the house: where areas are hidden, single areas are told of the others alone.

    places: `childcare_places` of the run, exact.
    """
    gone = release.people()
    of_balance = gone[(gone["level"] == PLANNING_AREA) & (gone["ay"] == base) & gone["who"].isin(["", FUNDED])]
    areas = of_balance["area_code"].nunique()
    if not areas:
        return tuple(findings)
    told = gaps_said(release.tables, base)
    told += f"\n- Of {areas} planning area{'s' * (areas != 1)} not every age is told: too few children live there."
    said = {one.code: _as_released(one.sentence, places, release.tables.get(PLACES_TABLE, places.iloc[:0])) for one in findings}
    return tuple(replace(one, sentence=(said | {GAPS: told})[one.code]) for one in findings)


def _as_released(sentence: str, places: pd.DataFrame, shown: pd.DataFrame) -> str:
    """A finding in which of places by area is told only what is shown; lines of which nothing is left are taken out."""
    codes = places.loc[places["level"] == PLANNING_AREA, "area_code"] if len(places) else ()
    pairs = [(fewest_said(places), fewest_said(shown)), *((place_line(places, code), place_line(shown, code)) for code in codes)]
    for exact, told in pairs:
        if exact and exact in sentence:
            sentence = sentence.replace(exact, told)
    return "\n".join(line for line in sentence.split("\n") if line != "- ")


def protected(run: Run) -> pd.DataFrame:
    """The balance of childcare of a finished run, without the people whom its release hides; empty where it has none."""
    if BALANCE not in run.tables:
        return pd.DataFrame()
    told = next(one for one in TOLD if one.table == BALANCE)
    table = run.table(BALANCE)
    return without_hidden(table, told, run.table(HIDDEN_PEOPLE)) if HIDDEN_PEOPLE in run.tables else table


def findings_table(findings: Sequence[Finding]) -> pd.DataFrame:
    """Findings as a sheet."""
    return pd.DataFrame([{"item": f.code, "duty": f.duty, "finding": f.sentence, "drawn_from": f.table,
                          "complete": "complete" if f.complete else "NOT COMPLETE", "missing": f.missing} for f in findings])


def findings_file(findings: Sequence[Finding], authority: str, base: int) -> dict[str, Any]:
    """Findings as the file that a report is written from."""
    return {"authority": authority, "base_year": base, "of": len(findings), "complete": sum(f.complete for f in findings),
            "incomplete": [f.code for f in findings if not f.complete], "findings": [asdict(f) for f in findings]}


def childcare_lines(weighed: pd.DataFrame, base: int) -> list[str]:
    """One sentence on the authority, one on its planning areas; none where nothing is told of childcare."""
    now = weighed[(weighed["ay"] == base) & weighed["age_band"].isin(YOUNG)] if len(weighed) else weighed
    if now.empty:
        return []
    worst = now[(now["level"] == AUTHORITY) & now["worst_term"].astype("bool")]
    parts = [_stands(row) for band in YOUNG for measure in (FUNDED, ALL)
             for row in worst[(worst["age_band"] == band) & (worst["measure"] == measure)].to_dict("records")]
    areas = now[now["level"] == PLANNING_AREA]
    short = areas[areas["hours_short"] >= NOTICEABLE]["area_code"].nunique()
    severe = areas[areas["status"] == "R"]["area_code"].nunique()
    unsure = len(not_known(now, base))
    told = [f"  For {unsure} it is not known in full: not everybody has told their hours."] if unsure else []
    whole = worst[worst["measure"] == ALL]
    assumed = whole["hours_assumed"].sum() / max(whole["hours_on_offer"].sum(), 1.0)
    if assumed > 0:
        told.append(f"  {assumed:.0%} of the hours on offer are an assumption: the usual hours of a kind of setting.")
    return [f"Childcare in {ay_label(base)}, hours a week in the term that is worst (local definition):", *parts,
            f"  {short} of {areas['area_code'].nunique()} planning areas have too little for some age in some term, {severe} of "
            "them so little that they are insufficient.", *told, ""]


def lines_of_area(weighed: pd.DataFrame, code: str) -> list[str]:
    """How each age stands in an area or district in the worst term of each year; none where nothing is told of it."""
    mine = weighed[weighed["area_code"] == code] if len(weighed) else weighed
    told = mine[mine["age_band"].isin(YOUNG)] if len(mine) else mine
    hidden = told[told["words"].eq(NOT_TOLD)].drop_duplicates(["ay", "age_band", "measure"]) if len(told) else told
    worst = pd.concat([told[told["worst_term"].astype("bool")], hidden]) if len(told) else told
    lines = []
    for ay in sorted(worst["ay"].unique()) if len(worst) else ():
        rows = worst[worst["ay"] == ay].set_index(["age_band", "measure"])
        lines += [f"Childcare in {ay_label(int(ay))}, hours a week in the term that is worst (local definition):"]
        for band, measure in ((band, measure) for band in YOUNG for measure in (FUNDED, ALL) if (band, measure) in rows.index):
            lines.append(_stands({**rows.loc[(band, measure)].to_dict(), "age_band": band, "measure": measure}))
        lines.append("")
    return lines


def childcare_sayings(tables: Mapping[str, pd.DataFrame], base: int) -> tuple[str, ...]:
    """One sentence on each age: how the authority stands in its worst term, and in how many areas hours are short."""
    weighed = tables.get("childcare_balance", pd.DataFrame())
    if weighed.empty:
        return ()
    now = weighed[weighed["ay"] == base]
    return tuple(said for band in YOUNG if (said := _said_of_age(now[now["age_band"] == band])))


def _said_of_age(now: pd.DataFrame) -> str:
    """Funded hours where the age is entitled to any, else all hours."""
    measure = FUNDED if now["measure"].eq(FUNDED).any() else ALL
    worst = now[(now["measure"] == measure) & now["worst_term"].astype("bool")]
    whole = worst[worst["level"] == AUTHORITY]
    if whole.empty:
        return ""
    row = whole.iloc[0]
    areas = worst[worst["level"] == PLANNING_AREA]
    every = now.loc[now["level"].eq(PLANNING_AREA) & now["measure"].eq(measure), "area_code"].nunique()
    short = areas[areas["hours_short"] >= NOTICEABLE]
    unknown, hidden = areas["status"].eq(NOT_KNOWN).sum(), every - areas["area_code"].nunique()
    lacking = (f"{len(short)} of {every} planning areas lack some, {in_places(short['hours_short'].sum())} between them"
               if len(short) else f"none of {every} planning areas is known to lack any")
    offered, plainly = on_offer_said(row), row["hours_flexible"] < NOTICEABLE and row["status"] != NOT_KNOWN
    offered = f"{offered.removesuffix(' on offer')} are on offer" if plainly else offered
    name, what = BAND_NAMES[str(row["age_band"])], "funded hours" if measure == FUNDED else "hours"
    return (f"{name[0].upper()}{name[1:]}: {rounded_as(row['hours_wanted'])} {what} a week are wanted "
            f"in the worst term of {ay_label(int(row['ay']))}, the {row['term']}, and {offered}: "
            f"{WORDS[row['status']]}{assumed(row['assumed_share'])}. {lacking[0].upper()}{lacking[1:]}"
            f"{f'; of {unknown} it is not known' if unknown else ''}{f'; of {hidden} it is {NOT_TOLD}' if hidden else ''}.")


def area_sayings(tables: Mapping[str, pd.DataFrame], base: int) -> pd.DataFrame:
    """What the card of a planning area says whatever the year: how each age stands, what is in reach, what closes: key, text."""
    weighed, marked = tables["childcare_balance"], tables.get(MARKED, pd.DataFrame())
    now = weighed[(weighed["level"] == PLANNING_AREA) & (weighed["ay"] == base) & (weighed["measure"] == ALL)]
    now = now[now["worst_term"].astype("bool") | now["words"].eq(NOT_TOLD)]
    now = now.drop_duplicates(["area_code", "age_band"]).set_index("age_band")
    rows = []
    for code in now["area_code"].unique():
        mine = now[now["area_code"] == code]
        stands = "; ".join(f"{BAND_NAMES[band]}: {mine.loc[band, 'stands']}" for band in YOUNG if band in mine.index)
        texts = [f"In the worst term of {ay_label(base)}, funded and all hours together: {stands}."]
        if reach := _reach_of(tables, code, base):
            texts.append(f"In reach of its families, across the border included, for each hour wanted: {reach}.")
        if (mine["status"] == NOT_KNOWN).any() and (places := places_of_area(tables.get(PLACES_TABLE, pd.DataFrame()), code)):
            texts.append(places)
        if len(marked):
            texts += [said[0].upper() + said[1:] for said in marked.loc[marked["area_code"] == code, "said"]]
        texts += filter(None, [effects_said(tables.get(CLOSINGS, pd.DataFrame()), code)])
        rows.append({"key": code, "text": " ".join(texts)})
    return pd.DataFrame(rows, columns=["key", "text"])


def _reach_of(tables: Mapping[str, pd.DataFrame], code: str, base: int) -> str:
    """All hours in reach of an area's families for each they want, in the term in which they are fewest, by age."""
    table = tables.get("access_by_area", pd.DataFrame())
    if table.empty:
        return ""
    mine = table[(table["level"] == PLANNING_AREA) & (table["area_code"] == code) & (table["ay"] == base)
                 & (table["measure"] == ALL) & table["index"].notna() & table["status"].ne(NOT_KNOWN)]
    fewest = mine.groupby("age_band")["index"].min()
    return ", ".join(f"{fewest[band]:.2f} for {BAND_NAMES[band]}" for band in YOUNG if band in fewest)


def _stands(row: Mapping[str, Any]) -> str:
    """How one age stands."""
    what = "funded hours" if row["measure"] == FUNDED else "all hours"
    if row["words"] == NOT_TOLD:
        return f"  {BAND_NAMES[row['age_band']]}, {what}: {NOT_TOLD}"
    wanted, offered = rounded_as(row["hours_wanted"]), on_offer_said(row)
    return (f"  {BAND_NAMES[row['age_band']]}, {what}, {row['term']}: {wanted} wanted, {offered}: "
            f"{WORDS[row['status']]}{assumed(row['assumed_share'])}")
