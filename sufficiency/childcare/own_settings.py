"""Settings that the register lacks, or has without places for young children: those of whom only the council's own tables tell.

Method (domain brief I2). One that is named as a kind of setting outside a home stands by itself. Who works at home is never named
and has no point: the postcode tells the ward, and all of a kind and ward are counted together. One of whom nothing says what kind
it is may work at home, and is taken for one who does. Whoever works at home by the register, at work or not, is told by the
register alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.tables import Problem
from sufficiency.childcare.setting_list import AT_HOME, TABLE, listed, text_at
from sufficiency.evidence import Note
from sufficiency.sources.code_point import spelt

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sufficiency.evidence import Evidence

OF_NO_KIND = "domestic"         # what one is taken for of whom no kind is known: the safe side
NOT_HERE = "at home, not active here"       # among whom those are told who work at home by the register and are not counted
NAMES = {"childminder": "Childminders of the council's own tables", "domestic": "At home, of the council's own tables"}


def own_settings(evidence: Evidence, group: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The council's own settings as a list, and apart from it those who work at home: setting_ref, kind, postcode and places.

    group: the group settings of the register that are listed already.
    """
    known = {*group["setting_ref"], *at_home_by_register(evidence), *evidence.schools["urn"], *evidence.census_schools["urn"]}
    register = evidence.ofsted_register.set_index("provider_urn")
    told = evidence.settings_hours[["setting_ref", "setting_name", "provider_type_group", "postcode"]]
    counted = pd.DataFrame({"setting_ref": sorted(set(evidence.termly_headcount["setting_ref"]) - set(told["setting_ref"]))})
    rows = pd.concat([told.astype("str"), counted.astype("str")], ignore_index=True).fillna("")
    rows = rows[~rows["setting_ref"].isin(known)]
    joined = rows.groupby("setting_ref", as_index=False).agg(lambda cells: next((c for c in cells if c), ""))
    joined = joined if len(joined) else rows.iloc[:0]
    for ours, theirs in (("setting_name", "provider_name"), ("postcode", "postcode")):
        joined[ours] = joined[ours].where(joined[ours].ne(""), text_at(joined["setting_ref"], register[theirs]))
    outside = joined["setting_ref"].isin({*register.index, *evidence.clubs["club_ref"]})
    kind = joined["provider_type_group"]
    kind = kind.mask(kind.eq("") & outside, "other").mask(kind.eq("") & ~outside, OF_NO_KIND)
    home = kind.isin(AT_HOME)
    named = listed(joined[~home], provider_type_group=kind[~home])
    return named, joined[home].assign(provider_type_group=kind, places=_places(evidence, joined["setting_ref"]))


def at_home_by_register(evidence: Evidence) -> set[str]:
    """The numbers of all who work at home by the register, whatever they are registered for and whether or not they still are."""
    register = evidence.ofsted_register
    return {*register.loc[register["at_home"].astype("bool"), "provider_urn"]}


def together_by_ward(homes: pd.DataFrame, places: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, str]]:
    """Count those who work at home together by kind and ward; and among whom each of them is counted.

    homes: as `own_settings` gives them; places: the postcodes that are placed. Who has no known postcode lies in no ward.
    """
    at, postcode = places.set_index("postcode"), spelt(homes["postcode"].astype("str"))
    ward, district = (text_at(postcode, at[column]) for column in ("ward_code", "district_code"))
    kind = homes["provider_type_group"].astype("str")
    ref = ("own " + kind + " " + ward.mask(ward.eq(""), district).mask(ward.eq("") & district.eq(""), "anywhere")).astype("str")
    by = homes.assign(setting_ref=ref, ward_code=ward, district_code=district).groupby(
        ["setting_ref", "provider_type_group", "ward_code", "district_code"], as_index=False)
    rows = by.agg(providers=("postcode", "size"), places=("places", lambda each: each.sum(min_count=1)))
    placed_by = pd.Series("authority", index=rows.index).mask(rows["district_code"].ne(""), "district").mask(
        rows["ward_code"].ne(""), "ward")
    return (listed(rows, setting_name=text_at(rows["provider_type_group"], NAMES), placed_by=placed_by),
            dict(zip(homes["setting_ref"], ref, strict=True)))


def not_counted_notes(aliases: Mapping[str, str]) -> list[Note]:
    """Say how many of whom the council tells work at home and are not at work for young children here: never who they are."""
    many = sum(1 for among in aliases.values() if among == NOT_HERE)
    if not many:
        return []
    return [Note(TABLE, f"the council's tables tell of {many} who work at home and who by the register are not active on the "
                        "Early Years Register, or lie across the border", "what is said of them is left out")]


def homes_lie_somewhere(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note | Problem]:
    """Who works at home by the council's survey is counted by ward: a postcode that is not known is told with its row."""
    table, file = evidence.settings_hours, files.get("settings_hours", "settings_hours")
    if not evidence.has("postcodes"):
        return
    stated = table["postcode"].ne("") & table["provider_type_group"].isin(AT_HOME)
    lost = stated & ~spelt(table["postcode"].astype("str")).isin(set(evidence.postcodes["postcode"]))
    if lost.any():
        rows = ", ".join(str(position + 2) for position in lost.to_numpy().nonzero()[0])
        yield Note("settings_hours", f"{file}, column postcode, row {rows}: the postcode of one who works at home is not in the "
                                     "list of postcodes (one of the list was expected, to find the ward)",
                   "they count in the authority and in no ward of it: mend the postcode, or tell them in childminders by ward")


def homes_to_ask(evidence: Evidence) -> pd.DataFrame:
    """Who works at home and is in the council's survey without hours, or without places that nobody else tells: row, missing.

    Those of whom a headcount tells are not asked. The row is that of the survey's file in which each is named first.
    """
    table = evidence.settings_hours
    told = table.assign(row=range(2, len(table) + 2), hours=table["hours_week"].notna(),
                        room=table[["places", "area_m2", "staff"]].notna().any(axis=1))
    register = evidence.ofsted_register
    home = table["provider_type_group"].isin(AT_HOME) | table["setting_ref"].isin(at_home_by_register(evidence))
    told = told[home & ~table["setting_ref"].isin(evidence.termly_headcount["setting_ref"])]
    each = told.groupby("setting_ref", sort=False).agg(row=("row", "min"), hours=("hours", "any"), room=("room", "any"))
    each["room"] |= each.index.isin(register.loc[register["places_estimated"].notna(), "provider_urn"])
    lacks = [(not hours) * ["hours"] + (not room) * ["places"] for hours, room in zip(each["hours"], each["room"], strict=True)]
    each["missing"] = pd.Series([" and ".join(one) for one in lacks], index=each.index, dtype="str")
    return each.loc[each["missing"].ne(""), ["row", "missing"]].reset_index(drop=True)


def homes_say_hours_and_places(evidence: Evidence, files: Mapping[str, str]) -> Iterator[Note | Problem]:
    """Who works at home and has told hours and no places, or places and no hours, is asked for by the row that names them."""
    file, asked = files.get("settings_hours", "settings_hours"), homes_to_ask(evidence)
    for missing, mine in asked.groupby("missing", sort=True):
        rows = ", ".join(str(row) for row in mine["row"])
        yield Note("settings_hours", f"{file}, row {rows}: no {missing} of one who works at home (a number was expected: nobody "
                                     "else tells it)", "what they offer is not counted: ask who is named there")


def _places(evidence: Evidence, refs: pd.Series) -> pd.Series:
    """The places of each by the council's survey: of the whole where it says them, else of all ages together."""
    survey = evidence.settings_hours
    whole = survey["age_band"].eq("")
    said = survey[whole].groupby("setting_ref")["places"].max()
    by_age = survey[~whole].groupby("setting_ref")["places"].sum(min_count=1)
    return refs.map(said).astype("float64").fillna(refs.map(by_age).astype("float64"))
