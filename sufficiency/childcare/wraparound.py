"""Care before and after school and in the holidays: what clubs offer, and which schools have it from eight to six.

Method (domain brief G8). A club's hours in a week of term are its places before school times the time from its opening to the
school's beginning, and its places after school times the time to its closing, on five days; in the holidays places times
opening hours. They are shared among ages by the years of age that the club takes. A school has the whole offer if clubs that
serve it open by eight, close at six or later, and have places at both ends of the day. A school that no list mentions is not
known to have none: it is told apart. Settings that are open all day add to it what their week leaves beside school
(`setting_offers`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.wording import some
from sufficiency.childcare.balance import AROUND_SCHOOL
from sufficiency.childcare.balance import HOLIDAY as AT_HOLIDAYS
from sufficiency.childcare.entitlements import WEEKS_A_YEAR
from sufficiency.childcare.setting_list import text_at
from sufficiency.childcare.setting_points import placed_postcodes, small_area_at
from sufficiency.evidence import Note
from sufficiency.rules import rulebook
from sufficiency.sources.code_point import spelt

if TYPE_CHECKING:
    from sufficiency.childcare.setting_list import Settings
    from sufficiency.evidence import Evidence

TABLE = "clubs"
OLDEST_OF_YOUNGER = 7               # of the age band age_5_7
PLACE = ["easting", "northing", "lsoa_code", "district_code", "ward_code"]
HOLIDAY = "holiday"                 # a pattern of its own: nobody who needs care in term is helped by it


def not_told(evidence: Evidence, schools: pd.DataFrame, most: float) -> tuple[str, ...]:
    """Measures of which too little is told for a letter: most is the share of schools, or of clubs, that may have said nothing.

    Care around school hangs on the schools whose clubs are known (`schools`, from `wraparound_by_school`), care in the holidays
    on the clubs that have said whether they are open then.
    """
    if not evidence.has("clubs"):
        return (AROUND_SCHOOL, AT_HOLIDAYS)
    silent = schools["offer"].eq("not known").mean() if len(schools) else 0.0
    closed = evidence.clubs["places_holiday"].isna().mean()
    return tuple(measure for measure, share in ((AROUND_SCHOOL, silent), (AT_HOLIDAYS, closed)) if share > most)


def minutes(times: pd.Series) -> pd.Series:
    """Read times of day such as 07:45 as minutes; missing where blank."""
    parts = times.str.extract(r"^(\d\d):(\d\d)$").astype("float64")
    return parts[0] * 60 + parts[1]


def _time(name: str) -> float:
    return float(minutes(pd.Series([rulebook("childcare_ratios")["wraparound"][name]])).iloc[0])


def _days() -> int:
    """Days of a school week."""
    return int(rulebook("childcare_ratios")["wraparound"]["days"])


def school_week() -> float:
    """Hours of a school's own week."""
    return _days() * (_time("school_ends") - _time("school_begins")) / 60


def around_school_week() -> float:
    """Hours of a week of term for which care may be wanted before and after school: from eight to six, less school itself."""
    return whole_day_week() - school_week()


def whole_day_week() -> float:
    """Hours of a week of the holidays, from eight to six."""
    return _days() * (_time("closes") - _time("opens")) / 60


def club_hours(evidence: Evidence, settings: Settings) -> tuple[pd.DataFrame, tuple[Note, ...]]:
    """Weekly hours of clubs by age band, in term time and in weeks of the holidays; who cannot be reckoned is named.

    Gives the columns of `childcare_supply.SUPPLY` but for the year and term, which clubs do not tell.
    """
    clubs = evidence.clubs
    before = (_time("school_begins") - minutes(clubs["opens"])).clip(lower=0) / 60
    after = (minutes(clubs["closes"]) - _time("school_ends")).clip(lower=0) / 60
    ends = {"places_am": before, "places_pm": after}
    lacks = pd.Series(data=False, index=clubs.index)
    term = pd.Series(0.0, index=clubs.index)
    for column, length in ends.items():
        places = clubs[column].astype("float64").fillna(0.0)
        lacks |= places.gt(0) & length.isna()
        term += (places * length * _days()).fillna(0.0)
    vacation = clubs["places_holiday"].astype("float64").fillna(0.0)
    lacks |= vacation.gt(0) & clubs["holiday_hours_week"].isna()
    holiday = (vacation * clubs["holiday_hours_week"].astype("float64")).fillna(0.0)
    most = clubs[["places_am", "places_pm"]].astype("float64").max(axis=1).fillna(0.0)
    parts, holiday_weeks = [], clubs["holiday_weeks"].astype("float64")
    for age, share in _age_shares(clubs).items():
        for pattern, hours, places in (("term_time", term, most), (HOLIDAY, holiday, vacation)):
            parts.append(pd.DataFrame({
                "setting_ref": clubs["club_ref"], "setting_name": clubs["club_name"], "provider_type_group": "out_of_school",
                "own": True, "age_band": age, "pattern": pattern, "places": places * share, "hours_week": hours * share,
                "funded_hours_week": 0.0, "weeks_year": holiday_weeks if pattern == HOLIDAY else float(WEEKS_A_YEAR),
                "basis": "survey", "funded_basis": "told",
            }))
    rows = pd.concat(parts, ignore_index=True)
    where = _places_of(evidence, settings)
    every = rows[rows["hours_week"] > 0].merge(where, on="setting_ref", how="left").reset_index(drop=True)
    return every, tuple(_club_notes(clubs, lacks, where))


def _age_shares(clubs: pd.DataFrame) -> dict[str, pd.Series]:
    """The part of each club's places for either age band: the years of age that it takes up to seven, and above."""
    rule = rulebook("childcare_ratios")["wraparound"]
    low, high = (clubs[end].astype("float64").fillna(rule[end]) for end in ("youngest", "oldest"))
    younger = (np.minimum(high, OLDEST_OF_YOUNGER) - low + 1).clip(lower=0)
    share = (younger / (high - low + 1).clip(lower=1)).clip(upper=1.0)
    return {"age_5_7": share, "age_8_14": 1 - share}


def _places_of(evidence: Evidence, settings: Settings) -> pd.DataFrame:
    """Where clubs stand: by their postcode, as Ofsted's register has them, or at the first of the schools that they serve."""
    clubs = evidence.clubs
    postcodes = placed_postcodes(evidence).set_index("postcode")
    listed = settings.table.drop_duplicates("setting_ref").set_index("setting_ref")
    schools = evidence.schools.set_index("urn")
    first = clubs["schools_served"].astype("str").str.extract(r"^\s*(\S+)")[0].astype("object").fillna("").astype("str")
    at_school = first.map(schools["easting"]).astype("float64"), first.map(schools["northing"]).astype("float64")
    codes = pd.DataFrame({"easting": at_school[0], "northing": at_school[1], "lsoa_code": small_area_at(*at_school, evidence),
                          "district_code": text_at(first, schools["district_code"]), "ward_code": ""}, index=clubs.index)
    postcode = spelt(clubs["postcode"])
    known, found, served = clubs["club_ref"].isin(listed.index), postcode.isin(postcodes.index), at_school[0].notna()
    frame = pd.DataFrame({"setting_ref": clubs["club_ref"]})
    for column in PLACE:
        by = clubs["club_ref"].map(listed[column]).where(known, codes[column])
        frame[column] = postcode.map(postcodes[column]).where(found, by)
    frame["placed_by"] = np.select([found, known, served], ["postcode", "register", "school"], "authority")
    frame[["lsoa_code", "district_code", "ward_code"]] = frame[["lsoa_code", "district_code", "ward_code"]].fillna("")
    return frame.astype({"easting": "float64", "northing": "float64"})


def _club_notes(clubs: pd.DataFrame, lacks: pd.Series, where: pd.DataFrame) -> list[Note]:
    notes = []
    if lacks.any():
        notes.append(Note(TABLE, f"{lacks.sum()} clubs have places and no times: {some(clubs.loc[lacks, 'club_name'])}",
                          "their hours are not counted; ask them, and write opens, closes or holiday_hours_week"))
    if astray := (where["placed_by"] == "authority").sum():
        notes.append(Note(TABLE, f"{astray} clubs cannot be placed", "they stand in the authority, on no point"))
    return notes


def wraparound_by_school(evidence: Evidence, urns: pd.Series) -> pd.DataFrame:
    """What the clubs that serve each school offer together: urn, clubs, places_am, places_pm, opens, closes, waiting, offer.

    `offer` is "eight to six", "part", or "not known" for a school that no club names.
    """
    clubs = evidence.clubs.assign(urn=evidence.clubs["schools_served"].str.split()).explode("urn")
    served = clubs[clubs["urn"].isin(set(urns))]
    number = {c: (c, "sum") for c in ("places_am", "places_pm", "waiting")}
    early = served["opens"].where(served["places_am"].gt(0) & served["opens"].ne(""))
    late = served["closes"].where(served["places_pm"].gt(0) & served["closes"].ne(""))
    by = served.assign(early=early, late=late).groupby("urn").agg(
        clubs=("club_ref", "nunique"), **number, opens=("early", "min"), closes=("late", "max"))
    table = by.reindex(pd.Index(urns, name="urn")).reset_index()
    rule = rulebook("childcare_ratios")["wraparound"]
    whole = table["opens"].le(rule["opens"]).fillna(False) & table["closes"].ge(rule["closes"]).fillna(False)
    table["offer"] = np.select([table["clubs"].isna(), whole.astype("bool")], ["not known", "eight to six"], "part")
    return table.assign(opens=table["opens"].fillna(""), closes=table["closes"].fillna(""))
