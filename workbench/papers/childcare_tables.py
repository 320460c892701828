"""The tables of the childcare report: how each age stands by district, hours, take-up, reach, quality and care around school."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from sufficiency.childcare.balance import ALL, AUTHORITY, DISTRICT, FUNDED, KEYS, WORDS
from sufficiency.childcare.terms import BAND_NAMES, YOUNG
from workbench.documents.figures import AGES, of_row, say
from workbench.documents.model import Column, Table, Text
from workbench.papers.desk import Desk, Shown, table

if TYPE_CHECKING:
    import pandas as pd

BALANCE, TAKEUP = "childcare_balance", "childcare_takeup"
TAKEUP_KEYS = ("level", "area_code", "ay", "term", "age_band", "kind")
MEASURES = {FUNDED: "funded", ALL: "all hours"}
SPRING = "spring"


def capital(text: str) -> str:
    """With a capital at its beginning."""
    return f"{text[:1].upper()}{text[1:]}"


def _by_age(column: pd.Series) -> pd.Series:
    """To sort by: ages from the youngest, all else as it is."""
    return column.map({band: at for at, band in enumerate(AGES)}) if column.name == "age_band" else column


def worst(desk: Desk, level: str) -> pd.DataFrame:
    """How the young ages stand in the base year, each in the term that is worst for it."""
    rows = desk.tables[BALANCE]
    if rows.empty:
        return rows
    young = rows[rows["age_band"].isin(YOUNG) & rows["measure"].isin(MEASURES) & rows["worst_term"].astype("bool")]
    return young[(young["level"] == level) & (young["ay"] == desk.base)]


def by_area(desk: Desk, level: str, caption: Text, codes: frozenset[str] | None = None) -> Table:
    """One row an area, one column an age: the letter of funded hours and of all hours in the worst term."""
    rows = worst(desk, level)
    if codes is not None and len(rows):
        rows = rows[rows["area_code"].isin(codes)]
    body: list[tuple[Text, ...]] = []
    for _, mine in rows.groupby(["area_name", "area_code"], sort=True) if len(rows) else ():
        found = {(row["age_band"], row["measure"]): row for row in mine.to_dict("records")}
        first = next(iter(found.values()))
        body.append((say(of_row(first, BALANCE, "area_name", "text", tuple(KEYS))),
                     *(_stands(found.get((band, measure))) for band in YOUNG for measure in MEASURES)))
    ages = (Column(f"{capital(BAND_NAMES[band])}: {called}") for band in YOUNG for called in MEASURES.values())
    return Table(caption, (Column("Area"), *ages), tuple(body), empty="Nothing is told by area.")


def _stands(row: Mapping[Any, Any] | None) -> Text:
    return ("",) if row is None else say(of_row(row, BALANCE, "marked", "text", tuple(KEYS)))


def legend() -> Iterator[Text]:
    """What the letters mean."""
    yield from (say(f"{letter}: {words}") for letter, words in WORDS.items())
    yield say("A star beside a letter: it rests in part on an assumption.")


def hours(desk: Desk, level: str, caption: Text, code: str = "") -> Table:
    """Hours of a week wanted and on offer, by age, in the worst term of the first year and of the last."""
    rows = desk.tables[BALANCE]
    if len(rows):
        years = {desk.base, int(rows["ay"].max())}
        rows = rows[(rows["level"] == level) & rows["ay"].isin(years) & rows["age_band"].isin(YOUNG)
                    & rows["worst_term"].astype("bool") & rows["measure"].isin(MEASURES)]
        rows = rows[rows["area_code"] == code] if code else rows
        rows = rows.assign(place=rows["age_band"].map(YOUNG.index))
        rows = rows.sort_values(["place", "measure", "ay"], ascending=[True, False, True])
    body = [(say(capital(BAND_NAMES[row["age_band"]])), say(MEASURES[row["measure"]]),
             *(say(of_row(row, BALANCE, column, form, tuple(KEYS))) for column, form in (
        ("ay", "year"), ("term", "text"), ("children", "whole"), ("hours_wanted", "whole"), ("hours_on_offer", "whole"),
        ("hours_assumed", "whole"), ("hours_short", "whole"), ("marked", "text")))) for row in rows.to_dict("records")]
    columns = ("Age", "Hours", "Year", "Worst term", "Children", "Wanted a week", "On offer a week", "Of which assumed",
               "Short a week", "Stands")
    return Table(caption, tuple(Column(one, figures=4 <= at <= 8) for at, one in enumerate(columns)), tuple(body),
                 empty="No hours are known.")


def takeup(desk: Desk, level: str, caption: Text, code: str = "") -> Table:
    """Who takes funded hours up in the spring; hidden where few are eligible."""
    rows = desk.tables[TAKEUP]
    rows = rows[(rows["level"] == level) & (rows["term"] == SPRING) & rows["age_band"].isin(YOUNG)]
    rows = rows[rows["area_code"] == code] if code else rows
    body = [(say(of_row(row, TAKEUP, "area_name", "text", TAKEUP_KEYS)), say(capital(BAND_NAMES[row["age_band"]])),
             *(say(of_row(row, TAKEUP, column, form, TAKEUP_KEYS)) for column, form in (
                 ("kind", "entitlement"), ("eligible", "whole"), ("children", "whole"), ("takeup", "rate"), ("basis", "text"))))
            for row in rows.sort_values(["area_name", "age_band", "kind"], key=_by_age).to_dict("records")]
    columns = ("Area", "Age", "Entitlement", "Eligible", "Taken up", "Share", "Known from")
    return Table(caption, tuple(Column(one, figures=3 <= at <= 5) for at, one in enumerate(columns)), tuple(body),
                 empty="Take-up is not known.")


def disabled(desk: Desk) -> Table:
    """Disabled children by age in the base year."""
    rows = desk.tables["childcare_disabled"]
    mine = rows[(rows["level"] == AUTHORITY) & (rows["ay"] == desk.base)] if len(rows) else rows
    mine = mine.sort_values("age_band", key=_by_age) if len(mine) else mine
    return table(mine, "childcare_disabled", ("level", "area_code", "ay", "age_band"), (
        Shown("age_band", "Age", "age"), Shown("children", "Disabled children")), say("Disabled children, by rates that are "
                                                                                      "not verified"),
        "Their number is not known.")


def reach(desk: Desk) -> Table:
    """Hours in reach for each hour wanted, by district, in the term that is worst."""
    rows = desk.tables["access_by_area"]
    mine = rows[rows["level"].isin((AUTHORITY, DISTRICT)) & (rows["measure"] == ALL)] if len(rows) else rows
    if len(mine):
        mine = mine[mine["ay"] == desk.base]
        least = mine[mine["index"].map(lambda told: isinstance(told, float))].copy()
        least["index"] = least["index"].astype("float64")
        mine = least.sort_values(["level", "area_name", "age_band", "index", "term"], key=_by_age).drop_duplicates(
            ["area_code", "age_band"])
    return table(mine, "access_by_area", ("level", "area_code", "ay", "term", "age_band", "measure"), (
        Shown("area_name", "Area", "text"), Shown("age_band", "Age", "age"), Shown("term", "Worst term", "text"),
        Shown("index", "Hours in reach for each wanted", "hundredth"), Shown("share_without", "Families without any in "
                                                                                              "reach", "percent")),
        say("How far childcare is in reach"), "What is in reach is not known.")


def quality(desk: Desk) -> Table:
    """What inspections found: grades of old, and report cards by whether every area of them is up to standard."""
    rows = desk.tables["childcare_quality"]
    own = desk.material.run.authority.gss_code or desk.material.run.authority.code
    mine = rows[(rows["area_code"] == own) & (rows["provider_type_group"] == "all")
                & rows["measure"].isin(("overall effectiveness", "every area"))] if len(rows) else rows
    return table(mine, "childcare_quality", ("area_code", "provider_type_group", "regime", "measure", "outcome"), (
        Shown("regime", "Inspected by", "text"), Shown("outcome", "Outcome", "grade"), Shown("providers", "Providers"),
        Shown("places", "Places"), Shown("share_of_places", "Of all places", "percent")),
        say("What inspections found; grades of old and report cards are never added up"), "No inspection is known.")


def around_school(desk: Desk) -> Table:
    """How many primary schools have care before and after school."""
    rows = desk.tables["wraparound"]
    offers = sorted(rows["offer"].unique()) if len(rows) else []
    body = [(say(desk.one("wraparound", "offer", "text", "first", offer=offer)),
             say(desk.one("wraparound", "urn", "whole", "rows", offer=offer))) for offer in offers]
    columns = (Column("Care"), Column("Schools", figures=True))
    return Table(say("Care before and after school, by what primary schools have"), columns, tuple(body),
                 empty="Clubs are not known.")


def areas_of(desk: Desk, district: str) -> frozenset[str]:
    """The planning areas of a district."""
    parts = desk.tables.get("area_parts")
    if parts is None or parts.empty:
        return frozenset()
    return frozenset(parts.loc[parts["district"] == district, "planning_area"])


def districts(desk: Desk) -> list[tuple[str, Text]]:
    """The districts of which anything is told: code and name."""
    rows = worst(desk, DISTRICT)
    if rows.empty:
        return []
    firsts = rows.drop_duplicates("area_code").sort_values("area_name").to_dict("records")
    return [(str(row["area_code"]), say(of_row(row, BALANCE, "area_name", "text", tuple(KEYS)))) for row in firsts]

