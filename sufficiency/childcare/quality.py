"""What inspections found, by district and kind of provider: the grades of old and the report cards, each for themselves.

Method (domain brief G9). Since 10 November 2025 early years inspections end in a report card with six areas and safeguarding,
and no grade for the whole. The expected standard is a high bar and not the "good" of old, so the two are never added up: each
provider counts under the regime of its latest inspection, and under the other as inspected by that one. So in either table
providers add up to all that are on the Early Years Register. Settings that are nobody's home are told by district;
childminders, of whom only the constituency is known, with the whole authority. Those who work at home and are fewer of a kind
than may be told (I2) count among others, with the smallest further kinds until they are many enough: so they are neither told
alone nor left over when all other kinds are taken off. Of those who work at home outcomes of fewer than that are told together as
one, and the same outcomes of one other kind, so that none is what all providers less the other kinds leave. Where all who work at
home in the authority are fewer than may be told they are left out of everything, and that is said: the settings that are listed
by name, taken off all, would leave them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.childcare.provider_tables import CARD_AREAS, CARD_GRADES, GRADES, OUTCOMES
from sufficiency.childcare.setting_list import AT_HOME, FEWEST_AT_HOME, text_at
from sufficiency.childcare.settings_for_people import told_as, too_few_at_home
from sufficiency.childcare.settings_places import active_providers
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from sufficiency.childcare.setting_list import Settings
    from sufficiency.evidence import Evidence

OLD, CARDS = "grades", "report card"
NOT_INSPECTED, ELSEWHERE = "not inspected", "inspected under the other regime"
AT_LEAST_EXPECTED = CARD_GRADES[:CARD_GRADES.index("expected standard") + 1]
EVERY_AREA, SOME_BELOW = "expected standard or above in every area, safeguarding met", "below in some area"
QUALITY = ["area_code", "provider_type_group", "regime", "measure", "outcome", "providers", "places", "share_of_providers",
           "share_of_places"]
ALL, OTHER = "all", "other"
TOGETHER = "few of each, told together"
FEW_LEFT_OUT = Note("quality", f"fewer than {FEWEST_AT_HOME} work at home in the whole authority: what inspections found of them "
                               "is not counted, since it would tell of each")


def quality(evidence: Evidence, settings: Settings) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Shares of providers and of places by what inspections found, a table of QUALITY; and what has to be said of them."""
    register = evidence.ofsted_register
    if register.empty:
        return pd.DataFrame(columns=QUALITY), ()
    active = active_providers(evidence)
    mine = active[active["own"].astype("bool")]
    if left_out := too_few_at_home(mine["group"].value_counts()):
        mine = mine[~mine["group"].isin(AT_HOME)]
    listed = settings.table.drop_duplicates("setting_ref").set_index("setting_ref")
    kind = told_as(mine["group"], mine["group"].value_counts())
    rows = mine.assign(provider_type_group=kind, district=text_at(mine["provider_urn"], listed["district_code"]),
                       number=mine["places_estimated"].fillna(0.0), card=mine["card_inspected_on"].ne(""))
    own = evidence.authority.gss_code or evidence.authority.code
    of_authority = rows.assign(area_code=own)
    of_district = rows[rows["district"].ne("") & rows["district"].ne(own)].assign(area_code=lambda t: t["district"])
    by_kind = _not_alone(pd.concat([of_authority, of_district], ignore_index=True))
    every = pd.concat([by_kind, by_kind.assign(provider_type_group=ALL)], ignore_index=True)
    measures = {(OLD, "overall effectiveness"): _old(every), (CARDS, "every area"): _every_area(every),
                (CARDS, "safeguarding"): _card(every, "card_safeguarding")}
    measures |= {(CARDS, area.removeprefix("card_")): _card(every, area) for area in CARD_AREAS}
    parts = [_shares(every, regime, measure, outcome) for (regime, measure), outcome in measures.items()]
    return pd.concat(parts, ignore_index=True)[QUALITY], (*_notes(rows), *([FEW_LEFT_OUT] if left_out else []))


def _not_alone(rows: pd.DataFrame) -> pd.DataFrame:
    """Count those who work at home among others where they are few of their kind in an area."""
    rows = rows.copy()
    for _, mine in rows.groupby("area_code"):
        kinds = mine["provider_type_group"].value_counts().sort_index(kind="stable").sort_values(kind="stable")
        few = kinds.index[kinds.index.isin(AT_HOME) & (kinds < FEWEST_AT_HOME)]
        if few.empty:
            continue
        rest = [kind for kind in (OTHER, *kinds.index) if kind not in few and kind in kinds.index]
        joined, many = {*few}, int(kinds[few].sum())
        for kind in dict.fromkeys(rest):
            if many < FEWEST_AT_HOME or kind == OTHER:
                joined, many = joined | {kind}, many + int(kinds[kind])
        kind = mine["provider_type_group"]
        rows.loc[mine.index, "provider_type_group"] = kind.mask(kind.isin(joined), OTHER)
    return rows


def _old(rows: pd.DataFrame) -> pd.Series:
    """The outcome of the last inspection with grades: 1 to 4; met or not met where there were no children; or neither."""
    graded = rows["ofsted_overall"]
    met = rows["ofsted_no_children"].where(rows["ofsted_no_children"].ne(""), rows["ofsted_register"])
    outcome = graded.where(graded.ne(""), met)
    return outcome.mask(outcome.eq(""), NOT_INSPECTED).mask(rows["card"], ELSEWHERE)


def _card(rows: pd.DataFrame, column: str) -> pd.Series:
    """What the report card says of one area, or that there is none."""
    graded = rows["ofsted_overall"].ne("") | rows["ofsted_no_children"].ne("") | rows["ofsted_register"].ne("")
    without = pd.Series(np.where(graded, ELSEWHERE, NOT_INSPECTED), index=rows.index)
    return rows[column].mask(rows[column].eq(""), NOT_INSPECTED).where(rows["card"], without)


def _every_area(rows: pd.DataFrame) -> pd.Series:
    """Whether a report card has the expected standard or above everywhere, and safeguarding met."""
    well = rows[CARD_AREAS].isin(AT_LEAST_EXPECTED).all(axis=1) & rows["card_safeguarding"].eq("met")
    return pd.Series(np.where(well, EVERY_AREA, SOME_BELOW), index=rows.index).where(
        rows["card"], _card(rows, "card_safeguarding"))


def _shares(rows: pd.DataFrame, regime: str, measure: str, outcome: pd.Series) -> pd.DataFrame:
    """Count one measure: providers and places by outcome, and their shares of all in the area and kind."""
    keys = ["area_code", "provider_type_group"]
    told = rows.assign(outcome=_few_together(rows, outcome)).groupby([*keys, "outcome"], as_index=False).agg(
        providers=("number", "size"), places=("number", "sum"))
    whole = told.groupby(keys)[["providers", "places"]].transform("sum")
    order = {name: i for i, name in enumerate([*GRADES, *OUTCOMES, EVERY_AREA, *CARD_GRADES, SOME_BELOW])}
    told["share_of_providers"] = told["providers"] / whole["providers"]
    told["share_of_places"] = (told["places"] / whole["places"]).where(whole["places"] > 0)
    told = told.assign(regime=regime, measure=measure, place=told["outcome"].map(order).fillna(len(order)))
    return told.sort_values([*keys, "place", "outcome"]).reset_index(drop=True)


def _few_together(rows: pd.DataFrame, outcome: pd.Series) -> pd.Series:
    """Outcomes of which those who work at home have few, added up for them and for the smallest other kind of the area."""
    outcome = outcome.copy()
    for _, mine in rows[rows["provider_type_group"].ne(ALL)].groupby("area_code"):
        kind = mine["provider_type_group"]
        others = kind[~kind.isin(AT_HOME)].value_counts().sort_index(kind="stable").sort_values(kind="stable").index[:1]
        for home in AT_HOME:
            many = outcome[mine.index[kind.eq(home)]].value_counts().sort_index(kind="stable").sort_values(kind="stable")
            small = int((many < FEWEST_AT_HOME).sum())
            if not small:
                continue
            enough = int(np.searchsorted(many.cumsum().to_numpy(), FEWEST_AT_HOME)) + 1
            joined = many.index[:max(small, enough)]
            at = mine.index[kind.isin([home, *others])]
            outcome.loc[at] = outcome[at].mask(outcome[at].isin(joined), TOGETHER)
    return outcome


def _notes(rows: pd.DataFrame) -> list[Note]:
    """Say how many have a report card, and of whom no district is known."""
    cards, unknown = int(rows["card"].sum()), int(rows["district"].eq("").sum())
    notes = [Note("quality", f"{cards} of {len(rows)} providers have a report card; the others have grades of old, met or not "
                             "met, or no inspection yet: the two are never added up")]
    if unknown:
        notes.append(Note("quality", f"{unknown} providers of whom the district is not known, such as childminders, count in the "
                                     "authority only"))
    return notes


def good_or_better(table: pd.DataFrame, share: str = "share_of_places") -> pd.DataFrame:
    """Share at good or outstanding of those that have a grade of old, by area and kind: one regime alone."""
    old = table[(table["regime"] == OLD) & table["outcome"].isin(GRADES)]
    what = "places" if share == "share_of_places" else "providers"
    keys = ["area_code", "provider_type_group"]
    whole = old.groupby(keys)[what].sum()
    good = old[old["outcome"].isin(["1", "2"])].groupby(keys)[what].sum().reindex(whole.index, fill_value=0.0)
    joined = table[(table["regime"] == OLD) & table["outcome"].eq(TOGETHER)].set_index(keys).index
    return (good / whole.where((whole > 0) & ~whole.index.isin(joined))).rename("good_or_better").reset_index()
