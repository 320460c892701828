"""Who offers childcare and where: settings placed by postcode, schools by their point, and all others by an area, never a point.

Method (domain brief G5, I2). Group settings stand where their postcode lies. One whose postcode is not known (newer than the
list of postcodes) belongs to the district in which most postcodes of its sector lie, or else in which most settings of its
constituency stand. Childminders and others who work at home have no postcode, and would be given no point if they had: they
count by ward, district or small area where the council says how many there are, else by parliamentary constituency, whose
places are shared among districts as its group settings are. What is placed by an area is spread over that area's small areas in
proportion to children under five (`over_small_areas.spread`), and totals stay the same, which is asserted. School nursery
classes and maintained nursery schools, which Ofsted's file lacks, stand where their school stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from planning_areas.wording import some
from sufficiency.childcare.childminder_areas import childminders
from sufficiency.childcare.own_settings import NOT_HERE, at_home_by_register, not_counted_notes, own_settings
from sufficiency.childcare.same_place import same_place, same_place_notes
from sufficiency.childcare.school_nurseries import school_nurseries
from sufficiency.childcare.setting_list import COLUMNS, TABLE, Settings, listed, named
from sufficiency.childcare.setting_points import mostly, placed_postcodes, small_area_at, ward_at, wards_of
from sufficiency.evidence import Note
from sufficiency.sources.code_point import sectors, spelt

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

SUBTYPES = {"full day care": "day_nursery", "sessional day care": "sessional", "out-of-school day care": "out_of_school"}


def settings_of(evidence: Evidence) -> Settings:
    """Bring the register, the schools and the council's own lists together, each setting once, each in its place."""
    places = placed_postcodes(evidence)
    notes: list[Note] = []
    active = active_providers(evidence)
    group_settings = _group_settings(evidence, active, notes)
    named, at_home = own_settings(evidence, group_settings)
    group = _by_postcode(pd.concat([group_settings, named], ignore_index=True), places, notes)
    homes, aliases = childminders(evidence, active, at_home, group, places, notes)
    told = {*evidence.settings_hours["setting_ref"], *evidence.termly_headcount["setting_ref"]}
    aliases = dict.fromkeys(told & at_home_by_register(evidence), NOT_HERE) | aliases
    notes += not_counted_notes(aliases)
    schools = school_nurseries(evidence, places, notes)
    table = pd.concat([part for part in (group, homes, schools) if len(part)] or [group], ignore_index=True)
    alike = same_place(table)
    notes += same_place_notes(alike)
    if unlisted := sorted(told - {*table["setting_ref"], *aliases}):
        notes.append(Note(TABLE,
                          f"{len(unlisted)} settings of the council's tables are closed schools, or lie across the border where "
                          f"they cannot be placed: {some(unlisted)}", "what is said of them is left out"))
    table = _by_small_area(table, evidence, notes)
    return Settings(table[COLUMNS], wards_of(places, evidence), tuple(notes), aliases, alike)


def active_providers(evidence: Evidence) -> pd.DataFrame:
    """The register's active providers on the Early Years Register: all others have no places for young children."""
    table = evidence.ofsted_register
    if table.empty:
        return table.assign(group="")
    active = table[table["provider_status"].str.casefold().isin(["", "active"]) & table["eyr"]]
    kind = active["provider_subtype"].str.casefold().map(SUBTYPES).fillna("other")
    minding = active["at_home"] & active["provider_type"].str.casefold().str.contains("childminder")
    return active.assign(group=kind.mask(active["at_home"], "domestic").mask(minding, "childminder"))


def _group_settings(evidence: Evidence, active: pd.DataFrame, notes: list[Note]) -> pd.DataFrame:
    """Registered settings that are nobody's home; Ofsted's estimate stands in where it has no number of places."""
    group = active[~active["at_home"].astype("bool")] if len(active) else active
    if len(evidence.ofsted_register) and (idle := len(evidence.ofsted_register) - len(active)):
        notes.append(Note(TABLE, f"{idle} registered providers are not active on the Early Years Register: they have no places "
                                 "for children under five, and their clubs are known only from the council's list"))
    known = group["places_estimated"].where(group["places_estimated"] > 0)
    rows = pd.DataFrame({
        "setting_ref": group["provider_urn"], "setting_name": group["provider_name"], "provider_type_group": group["group"],
        "own": group["own"], "places": known, "estimated": known.notna() & known.ne(group["places"]),
        "postcode": group["postcode"], "constituency": group["constituency"], "registered_on": group["registered_on"],
    })
    return listed(rows)


def _by_postcode(group: pd.DataFrame, places: pd.DataFrame, notes: list[Note]) -> pd.DataFrame:
    """Place group settings: by postcode, else in the district of the postcode's sector, else of the constituency."""
    at = places.set_index("postcode")
    postcode = spelt(group["postcode"].astype("str"))
    found = postcode.isin(at.index)
    for column in ("easting", "northing", "lsoa_code", "district_code", "ward_code"):
        group[column] = postcode.map(at[column]).where(found, group[column])
    group.loc[found, "placed_by"] = "postcode"
    nearby = mostly(places["district_code"], sectors(places["postcode"].astype("str")))
    alike = mostly(group.loc[found, "district_code"], group.loc[found, "constituency"])
    for by, district in (("postcode sector", sectors(postcode).map(nearby)), ("constituency", group["constituency"].map(alike))):
        still = group["placed_by"].eq("") & district.notna()
        group.loc[still, "district_code"] = district[still]
        group.loc[still, "placed_by"] = by
    group.loc[group["placed_by"].eq(""), "placed_by"] = "authority"
    lost = group[~found & group["own"]]
    if len(lost):
        told = ", ".join(f"{n} by {by}" for by, n in lost["placed_by"].value_counts().items())
        notes.append(Note(TABLE, f"{len(lost)} of {group['own'].sum()} settings are not placed by their postcode, which is "
                                 f"missing or not in the list: {some(named(lost))} ({told}; {lost['places'].sum():,.0f} places)",
                          "they stand in their district, on no point, and count for no walking distance"))
    strangers = (~found & ~group["own"]).sum()
    if strangers:
        notes.append(Note(TABLE, f"{strangers} settings across the border cannot be placed and are left out", "no places of the "
                          "authority"))
    return group[found | group["own"]].copy()


def _by_small_area(table: pd.DataFrame, evidence: Evidence, notes: list[Note]) -> pd.DataFrame:
    """Find the small area of each point that has none yet; it tells the district, of newer date than the postcode's."""
    lacking = table["lsoa_code"].eq("") & table["easting"].notna()
    table = table.copy()
    table.loc[lacking, "lsoa_code"] = small_area_at(table.loc[lacking, "easting"], table.loc[lacking, "northing"], evidence)
    table["ward_code"] = ward_at(table["lsoa_code"], table["ward_code"], evidence)
    if evidence.has("lsoas"):
        district = dict(zip(evidence.lsoas["lsoa_code"], evidence.lsoas["district_code"], strict=True))
        table["district_code"] = table["lsoa_code"].map(district).fillna(table["district_code"]).astype("str")
        away = table["own"] & table["easting"].notna() & table["lsoa_code"].eq("")
        if away.any():
            notes.append(Note(TABLE, f"{away.sum()} settings of the authority stand outside its small areas: "
                                     f"{some(named(table[away]))}", "they are in reach of families, and in no small area"))
    return table
