"""What must be true of a whole row of the council's tables of schemes and pots, beyond what their models say of each cell.

A scheme names year groups or an age band, never both; what adds places has more than none, what takes them away fewer. A sum of
money says when it comes: a year, a day, or homes of a site. Every row that is wrong is told.
"""

from __future__ import annotations

import pandas as pd

from planning_areas.tables import Problem
from sufficiency.sources.own_rows import Told

TAKES_AWAY = ("pan_cut", "closure", "merger")
CHILDCARE = ("early_years", "school_age_care")
Wrong = list[tuple[pd.Series, str, str, str]]


def _told(wrong: Wrong, typed: pd.DataFrame, file: str) -> list[Problem]:
    """One problem for each row and rule that it breaks."""
    found = []
    for rows, column, expected, advice in wrong:
        for row in typed.index[rows]:
            cell = typed.loc[row, column]
            shown = "blank" if cell == "" or pd.isna(cell) else f"{cell:g}" if isinstance(cell, float) else str(cell)
            found.append(Problem(file, int(row), column, found=shown, expected=expected, advice=advice))
    return found


def scheme_rows(typed: pd.DataFrame, raw: pd.DataFrame, file: str) -> Told:
    """Schemes: whose places, how many, at what cost, and what is not the council's to decide."""
    care, short = typed["phase"].isin(CHILDCARE), typed["places"].notna()
    taken, groups = typed["kind"].isin(TAKES_AWAY), ["nc_year_from", "nc_year_to"]
    given, private = typed["thousand_pounds"].notna(), typed["decides"].eq("owner")
    rural = typed["designated_rural"].eq("yes") & typed["kind"].eq("closure")
    problems = _told(
        [
            (care & short & typed["age_band"].eq(""), "age_band", "an age band for childcare", "such as under_2"),
            (care & typed[groups].notna().any(axis=1), "nc_year_from", "blank for childcare", "childcare is told by age_band"),
            (~care & typed["age_band"].ne(""), "age_band", "blank for schools", "schools are told by year groups"),
            (
                ~care & short & typed[groups].isna().any(axis=1),
                "nc_year_from",
                "the first and the last year group",
                "fill in nc_year_from and nc_year_to",
            ),
            (
                typed["nc_year_from"].gt(typed["nc_year_to"]),
                "nc_year_from",
                "a year group no later than the last",
                "change them round",
            ),
            (taken & typed["places"].ge(0), "places", "fewer than 0: this kind takes places away", "write them with a minus"),
            (
                ~taken & typed["places"].le(0),
                "places",
                "more than 0",
                "a scheme that takes places away is pan_cut, merger or closure",
            ),
            (
                ~given & typed["price_base"].ne(""),
                "price_base",
                "blank where there is no cost",
                "write the cost, or leave this out",
            ),
            (
                given & (typed["abnormals"].notna() | typed["land_thousand_pounds"].notna()),
                "thousand_pounds",
                "the whole cost, with abnormals and land blank",
                "put them into the cost, or leave the cost blank",
            ),
            (
                typed["kind"].eq("closure") & typed["choice"].eq("must") & typed["consent"].isin(("asked", "refused")),
                "choice",
                "free or must_not while consent is not given",
                "a plan cannot rest on a closure that is not agreed",
            ),
            (
                private & typed["consent"].eq("not_needed"),
                "consent",
                "given, asked or refused where an owner decides",
                "ask the owner",
            ),
        ],
        typed,
        file,
    )
    notes = [
        f"{code} closes a designated rural primary school: the law presumes against it" for code in typed.loc[rural, "scheme_id"]
    ]
    return problems, notes


def place_rows(typed: pd.DataFrame, raw: pd.DataFrame, file: str) -> Told:
    """Places listed year by year: of a year group or of an age band."""
    named = typed["nc_year"].notna().astype("int64") + typed["age_band"].ne("")
    return _told(
        [(named.ne(1), "nc_year", "a year group or an age band, one of the two", "fill in the one that is meant")], typed, file
    ), []


def pot_rows(typed: pd.DataFrame, raw: pd.DataFrame, file: str) -> Told:
    """Sums of money: when they come, what has come of them, and by when they must be spent."""
    homes = typed["trigger"].isin(("occupied", "completed"))
    came = typed["received_on"].ne("")
    part = typed["received_thousand_pounds"].gt(0)
    year, day = typed["financial_year"].notna(), typed["due_on"].ne("")
    done = typed["status"].eq("received")
    problems = _told(
        [
            (~done & ~year & typed["trigger"].eq(""), "financial_year", "a year, or what makes it due", "fill in one of the two"),
            (done & ~year & ~came, "received_on", "when it was received", "write the date, or its financial year"),
            (part & ~came & ~done, "received_on", "the date on which a part has come", "write it beside the sum"),
            (
                typed["received_thousand_pounds"].gt(typed["thousand_pounds"]),
                "received_thousand_pounds",
                "no more than the sum itself",
                "write what grows by an index in a row of its own",
            ),
            (
                homes & typed["trigger_homes"].isna(),
                "trigger_homes",
                "the number of homes that makes it due",
                "it stands in the deed",
            ),
            (homes & typed["site_ref"].eq(""), "site_ref", "the housing site of these homes", "as in housing_sites"),
            (typed["trigger"].eq("date") & ~day, "due_on", "the date that makes it due", "it stands in the deed"),
            (typed["trigger"].ne("") & year, "financial_year", "blank where a trigger makes it due", "leave one of the two out"),
            (
                typed["spend_by"].ne("") & came & typed["spend_by"].lt(typed["received_on"]),
                "spend_by",
                "a date after that of receipt",
                "mend one of the two",
            ),
            (
                typed["index_name"].isin(("BCIS TPI",)) & typed["index_base"].eq(""),
                "index_base",
                "the quarter from which it grows",
                "such as 2024Q1",
            ),
            (
                typed["kind"].eq("s106") & (typed["purpose"].eq("") | typed["phase"].eq("")),
                "purpose",
                "what the deed ties it to",
                "a deed's money needs purpose and phase; one pot for each",
            ),
            (
                typed["status"].eq("unsigned") & part,
                "received_thousand_pounds",
                "nothing received of what is not signed",
                "mend the status",
            ),
        ],
        typed,
        file,
    )
    return problems, []


def relief_rows(typed: pd.DataFrame, raw: pd.DataFrame, file: str) -> Told:
    """Relief links: one area relieves another."""
    same = typed["planning_area_code"].eq(typed["relief_area_code"])
    return _told([(same, "relief_area_code", "another area than its own", "take the row out")], typed, file), []


CAPITAL_ROWS = {"schemes": scheme_rows, "scheme_places": place_rows, "pots": pot_rows, "relief_links": relief_rows}
"""Table -> what must be true of its rows; see `own_rows.ROW_CHECKS`."""
