"""Childminders and others who work at home: by the council's wards, else by constituency and district, never on a point.

Method (domain brief I2, J3). Ofsted's file says of them only which constituency they are in. Where the council's own table says
how many childminders each ward, district or small area has, with how many places, that is taken. Else the places of each
constituency are shared among the authority's districts as its group settings are, of which both are known.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.childcare.own_settings import together_by_ward
from sufficiency.childcare.setting_list import TABLE, listed, text_at
from sufficiency.childcare.setting_points import district_of_wards, mostly
from sufficiency.evidence import Note

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence


def childminders(
    evidence: Evidence, active: pd.DataFrame, own: pd.DataFrame, group: pd.DataFrame, places: pd.DataFrame, notes: list[Note],
) -> tuple[pd.DataFrame, dict[str, str]]:
    """Those who work at home: by the council's areas where it gives them, else by constituency and district.

    own: those whom only the council's own tables know, as `own_settings` gives them.
    """
    homes = active[active["at_home"].astype("bool") & active["own"].astype("bool")] if len(active) else active
    left = (active["at_home"] & ~active["own"]).sum() if len(active) else 0
    if left:
        notes.append(Note(TABLE, f"{left} who work at home across the border are left out: nothing says where they are"))
    told, parts = evidence.childminders, []
    counted, homes, aliases = _counted(evidence, homes, group)
    if len(own):
        further, among = together_by_ward(own, places)
        counted, aliases = pd.concat([counted, further], ignore_index=True) if len(counted) else further, aliases | among
    if len(counted):
        parts.append(counted)
        if len(told):       # they are among the council's, and would count twice
            rest = 1 - min(1.0, counted.loc[counted["provider_type_group"].eq("childminder"), "places"].sum()
                           / max(told["places"].sum(), 1e-9))
            told = told.assign(places=told["places"] * rest, childminders=told["childminders"] * rest)
    if len(told):
        parts.append(_by_area(told, places, evidence))
        minding = homes[homes["group"].eq("childminder")]
        if len(minding):
            notes.append(Note(TABLE, "childminders are those of the council's own table, by area, and not those of "
                                     "the register"))
        homes = homes[homes["group"].ne("childminder")]
    if len(homes):
        parts.append(_by_constituency(homes, group, notes))
    return (pd.concat(parts, ignore_index=True) if parts else group.iloc[:0]), aliases


def _counted(
    evidence: Evidence, homes: pd.DataFrame, group: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    """Take out those of whom the council has a headcount or hours: together by district, in which most of a constituency lies.

    Gives them, all others, and among whom each of them is counted.
    """
    spoken_of = {*evidence.termly_headcount["setting_ref"], *evidence.settings_hours["setting_ref"]}
    mine = homes[homes["provider_urn"].isin(spoken_of)] if len(homes) else homes
    if mine.empty:
        return group.iloc[:0], homes, {}
    district = text_at(mine["constituency"], mostly(*_districts(group)))
    ref = ("counted childminders " + district.mask(district.eq(""), "anywhere")).astype("str")
    together = mine.assign(setting_ref=ref, district_code=district, known=mine["places_estimated"].fillna(0.0))
    by = together.groupby(["setting_ref", "district_code"], as_index=False)
    rows = by.agg(providers=("known", "size"), places=("known", "sum"))
    rows = listed(rows, setting_name="Childminders with a headcount", provider_type_group="childminder", placed_by="constituency")
    return rows, homes.drop(index=mine.index), dict(zip(mine["provider_urn"], ref, strict=True))


def _districts(group: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """The district and the constituency of the authority's group settings, where both are known."""
    inside = group["lsoa_code"].ne("") | group["lsoa_code"].eq("").all()        # without boundaries, wherever they stand
    placed = group[group["own"] & inside & group["district_code"].ne("") & group["constituency"].ne("")]
    return placed["district_code"], placed["constituency"]


def _by_area(told: pd.DataFrame, places: pd.DataFrame, evidence: Evidence) -> pd.DataFrame:
    """Childminders by ward, district or small area, as the council has them."""
    small = dict(zip(evidence.lsoas["lsoa_code"], evidence.lsoas["district_code"], strict=True)) if evidence.has("lsoas") else {}
    wards, districts = district_of_wards(places, evidence), set(places["district_code"]) | {*small.values()}
    code = told["area_code"]
    is_small, is_district = code.isin(small.keys()), code.isin(districts) | code.str.match(r"^E0[6-9]")
    district = text_at(code, small).where(is_small, code.where(is_district, text_at(code, wards)))
    return listed(pd.DataFrame({
        "setting_ref": "childminders " + code, "setting_name": "Childminders", "provider_type_group": "childminder",
        "providers": told["childminders"], "places": told["places"], "lsoa_code": code.where(is_small, ""),
        "district_code": district, "ward_code": code.where(~is_small & ~is_district, ""),
        "placed_by": np.select([is_small, is_district], ["small area", "district"], "ward"),
    }))


def _by_constituency(homes: pd.DataFrame, group: pd.DataFrame, notes: list[Note]) -> pd.DataFrame:
    """Share each constituency's childminders among districts as its group settings are; else they stand in the authority."""
    district, constituency = _districts(group)
    shares = district.groupby(constituency).value_counts(normalize=True).rename("share").reset_index()
    homes = homes.assign(known=homes["places_estimated"].fillna(homes["places"]).fillna(0.0))
    by = homes.groupby(["group", "constituency"], as_index=False).agg(providers=("known", "size"), places=("known", "sum"))
    split = by.merge(shares, on="constituency", how="left")
    split[["district_code", "share"]] = split[["district_code", "share"]].fillna({"district_code": "", "share": 1.0})
    split["providers"] *= split["share"]
    split["places"] *= split["share"]
    total = split.groupby(["group", "district_code"], as_index=False)[["providers", "places"]].sum()
    if not np.isclose(total["places"].sum(), homes["known"].sum()):
        raise AssertionError("places of childminders were lost or invented on the way to districts")
    notes.append(Note(TABLE, f"{len(homes)} who work at home, with {homes['known'].sum():,.0f} places, are shared among "
                             "districts by constituency, and within them by children under five: never on a point",
                      "where they really are is known by ward only from the council's own table childminders"))
    kind = pd.Series(np.where(total["group"].eq("childminder"), "childminders ", "at home "), dtype="str")
    return listed(pd.DataFrame({
        "setting_ref": kind + total["district_code"].mask(total["district_code"].eq(""), "anywhere"),
        "setting_name": np.where(total["group"].eq("childminder"), "Childminders", "Childcare on domestic premises"),
        "provider_type_group": total["group"], "providers": total["providers"], "places": total["places"],
        "district_code": total["district_code"],
        "placed_by": np.where(total["district_code"].eq(""), "authority", "constituency"),
    }))
