"""Publications about schools: the register (GIAS), its links, and the school census of each January, in their true layouts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.example import cast
from sufficiency.example.paper import ANSI, NOT_GIVEN, as_csv, day_first, headings, table
from sufficiency.example.register import ACADEMIES, AMALGAMATED, CONVERTED, authority_name, links, rolls_by_register

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.land import Land
    from sufficiency.example.rolls import Rolls
    from sufficiency.example.schools import Schools

    Ints = NDArray[np.int64]

TYPES = {
    "Community school": ("1", "4", "Local authority maintained schools"),
    "Voluntary aided school": ("2", "4", "Local authority maintained schools"),
    "Voluntary controlled school": ("3", "4", "Local authority maintained schools"),
    "Community special school": ("7", "5", "Special schools"),
    "Other independent special school": ("10", "3", "Independent schools"),
    "Other independent school": ("11", "3", "Independent schools"),
    "Pupil referral unit": ("14", "4", "Local authority maintained schools"),
    "Local authority nursery school": ("15", "4", "Local authority maintained schools"),
    "Academy sponsor led": ("28", "10", "Academies"),
    "Academy converter": ("34", "10", "Academies"),
    "Free schools": ("35", "11", "Free Schools"),
    "Academy special converter": ("44", "10", "Academies"),
}
"""Type of establishment -> its code in the register, and code and name of its group."""

PHASES = {"Not applicable": "0", "Nursery": "1", "Primary": "2", "Secondary": "4", "All-through": "7"}
STATUSES = {"Open": "1", "Closed": "2", "Open, but proposed to close": "3", "Proposed to open": "4"}
CLOSED_BECAUSE = {"": "0", CONVERTED: "10", AMALGAMATED: "1"}
RURAL = {True: ("C1", "(England/Wales) Urban city and town"), False: ("E1", "(England/Wales) Rural village")}
CHURCH = {"": ("0", "Does not apply"), "ce": ("2", "Church of England"), "rc": ("3", "Roman Catholic")}
GROUPINGS = {"Special schools": "State-funded special school", "Independent schools": "Independent school"}
REGION = ("E", "E12000004", "East Midlands")
GROUPS = ["Early 1", "Early 2", "Nursery 1", "Nursery 2", "Reception", *(f"Year group {g}" for g in range(1, 15)),
          "Year group Not followed"]
AT_RECEPTION = GROUPS.index("Reception")
AGES = range(20)
HYPHENED = (3, 4)           # ages at which the census writes "part-time boys" with a hyphen
MEALS = 0.22                # pupils who are known to be eligible for free meals


def gias(register: pd.DataFrame, land: Land, rolls: dict[str, Ints]) -> bytes:
    """The register in its layout of 139 columns, Windows-1252, dates dd-mm-yyyy."""
    inside = register["small_area"] >= 0
    at, d = register["small_area"].clip(lower=0), register["district"].clip(lower=0)
    town = np.array(land.area_in_town)[land.area[at]]
    names, codes = np.array(land.names), np.array(land.codes)
    pupils = pd.Series([int(rolls[urn].sum()) if urn in rolls else "" for urn in register["urn"]], dtype="object")
    boys = [(n // 2 if n != "" else "") for n in pupils]
    kinds = register["type"].map(TYPES)
    columns = {
        "URN": register["urn"], "LA (code)": register["la_code"], "LA (name)": register["la_code"].map(authority_name),
        "EstablishmentNumber": register["estab"], "EstablishmentName": register["name"],
        "TypeOfEstablishment (code)": kinds.str[0], "TypeOfEstablishment (name)": register["type"],
        "EstablishmentTypeGroup (code)": kinds.str[1], "EstablishmentTypeGroup (name)": kinds.str[2],
        "EstablishmentStatus (code)": register["status"].map(STATUSES), "EstablishmentStatus (name)": register["status"],
        "OpenDate": day_first(register["opened"], "-"), "CloseDate": day_first(register["closed"], "-"),
        "ReasonEstablishmentClosed (code)": register["reason"].map(CLOSED_BECAUSE),
        "ReasonEstablishmentClosed (name)": register["reason"].replace("", "Not applicable"),
        "PhaseOfEducation (code)": register["phase"].map(PHASES), "PhaseOfEducation (name)": register["phase"],
        "StatutoryLowAge": register["low_age"], "StatutoryHighAge": register["high_age"],
        "Boarders (code)": "1", "Boarders (name)": "No boarders",
        "NurseryProvision (name)": np.where(register["nursery"], "Has Nursery Classes", "No Nursery Classes"),
        "OfficialSixthForm (code)": np.where(register["sixth_form"], "1", "2"),
        "OfficialSixthForm (name)": np.where(register["sixth_form"], "Has a sixth form", "Does not have a sixth form"),
        "Gender (code)": "3", "Gender (name)": "Mixed",
        "ReligiousCharacter (code)": register["faith"].map(CHURCH).str[0],
        "ReligiousCharacter (name)": register["faith"].map(CHURCH).str[1],
        "SchoolCapacity": register["capacity"], "CensusDate": np.where(pupils.ne(""), f"15-01-{cast.BASE + 1}", ""),
        "NumberOfPupils": pupils, "NumberOfBoys": boys,
        "NumberOfGirls": [n - b if n != "" else "" for n, b in zip(pupils, boys, strict=True)],
        "UKPRN": [f"10{urn}" for urn in register["urn"]], "LastChangedDate": f"01-10-{cast.BASE + 1}",
        "Town": np.array(land.towns)[d], "Postcode": postcodes(register),
        "GOR (code)": REGION[0], "GOR (name)": REGION[2],
        "DistrictAdministrative (code)": np.where(inside, np.array(land.district_codes)[d], cast.CITY_GSS),
        "DistrictAdministrative (name)": np.where(inside, np.array(land.towns)[d], authority_name(cast.CITY_CODE)),
        "UrbanRural (code)": [RURAL[bool(t)][0] for t in town], "UrbanRural (name)": [RURAL[bool(t)][1] for t in town],
        "GSSLACode (name)": np.where(inside, cast.LA_GSS, cast.CITY_GSS),
        "Easting": register["easting"], "Northing": register["northing"], "PreviousLA (code)": "999",
        "Country (name)": "United Kingdom", "LSOA (name)": np.where(inside, names[at], ""),
        "LSOA (code)": np.where(inside, codes[at], ""),
    }
    return as_csv(table("gias", columns, len(register)), ANSI, quoted=True)


def postcodes(register: pd.DataFrame) -> list[str]:
    """Invent a postcode for each establishment, in an area of post that there is not."""
    return [f"QX{int(urn) % 41 + 1} {int(urn) % 9 + 1}{chr(65 + int(urn) % 23)}{chr(66 + int(urn) // 23 % 23)}"
            for urn in register["urn"]]


def gias_links(schools: Schools) -> bytes:
    """Links between establishments, each told from both ends."""
    found = links(schools)
    columns = {"URN": found["urn"], "LinkURN": found["link_urn"], "LinkName": found["link_name"], "LinkType": found["link_type"],
               "LinkEstablishedDate": day_first(found["date"], "-")}
    return as_csv(table("gias_links", columns, len(found)), ANSI, quoted=True)


def school_census(register: pd.DataFrame, land: Land, schools: Schools, rolls: Rolls, ay: int) -> bytes:
    """The school census of a January in its layout of 268 columns: every open establishment, "z" where a count does not apply."""
    found = rolls_by_register(schools, rolls, ay)
    kinds = register["type"].map(TYPES).str[2]
    others = register[kinds.isin(GROUPINGS) | register["phase"].eq("Nursery") | register["la_code"].eq(cast.CITY_CODE)]
    rows = register[register["urn"].isin([*found, *others["urn"]])].reset_index(drop=True)
    full, part = _counts(rows, found, ay)
    girls, part_girls = (full + 1) // 2, (part + 1) // 2
    head = {**_leading(rows, land, ay), **_school_facts(rows, land, full + part)}
    columns: dict[str, object] = {}
    for time, sexes in (("Part time", (part_girls, part - part_girls)), ("Full time", (girls, full - girls))):
        for sex, counts in zip(("girls", "boys"), sexes, strict=True):
            columns |= {f"{time} {sex} {group}": counts[:, i] for i, group in enumerate(GROUPS)}
            columns |= _by_age(time, sex, counts)
    columns |= _sums(full, part, girls, part_girls)
    whole = table("school_census", {**head, **columns}, len(rows), otherwise="0")
    return as_csv(_hidden(whole, rows), ANSI)


def _counts(rows: pd.DataFrame, found: dict[str, Ints], ay: int) -> tuple[Ints, Ints]:
    """Full-time and part-time pupils by group (GROUPS): nursery classes part-time, all else full-time."""
    full, part = (np.zeros((len(rows), len(GROUPS)), dtype="int64") for _ in range(2))
    for i, row in enumerate(rows.itertuples()):
        low, high = max(int(row.low_age) - 4, 0), min(int(row.high_age) - 5, 13)
        if row.urn in found:
            full[i, AT_RECEPTION : AT_RECEPTION + 15] = found[row.urn]
        elif row.phase != "Nursery":
            each = max(int(row.capacity) * 9 // 10 // (high - low + 1), 1)
            full[i, AT_RECEPTION + low : AT_RECEPTION + high + 1] = each + (int(row.urn) + ay) % 3
        if row.nursery and (row.urn in found or row.phase == "Nursery"):
            part[i, AT_RECEPTION - 1] = 26 + (int(row.urn) + ay) % 9
            part[i, AT_RECEPTION - 2] = (int(row.urn) + ay) % 5
    return full, part


def _leading(rows: pd.DataFrame, land: Land, ay: int) -> dict[str, object]:
    """The columns that say which school a row is of."""
    inside = rows["small_area"] >= 0
    district = rows["district"].clip(lower=0)
    return {
        "time_period": f"{ay}{(ay + 1) % 100:02d}", "time_identifier": "Academic year", "geographic_level": "School",
        "country_code": "E92000001", "country_name": "England", "region_name": REGION[2], "region_code": REGION[1],
        "urn": rows["urn"], "old_la_code": rows["la_code"], "la_name": rows["la_code"].map(authority_name),
        "new_la_code": np.where(inside, cast.LA_GSS, cast.CITY_GSS), "estab": rows["estab"], "school_name": rows["name"],
        "laestab": rows["la_code"] + rows["estab"], "opendate": day_first(rows["opened"], "/"),
        "district_administrative_code": np.where(inside, np.array(land.district_codes)[district], cast.CITY_GSS),
        "district_administrative_name": np.where(inside, np.array(land.towns)[district], authority_name(cast.CITY_CODE)),
    }


def _school_facts(rows: pd.DataFrame, land: Land, pupils: Ints) -> dict[str, object]:
    """The columns that describe the school."""
    group = rows["type"].map(TYPES).str[2]
    usual = rows["phase"].map({"Nursery": "State-funded nursery", "Primary": "State-funded primary"})
    usual = usual.fillna("State-funded secondary")
    town = land.area_in_town[land.area[rows["small_area"].clip(lower=0)]]
    size = pupils.sum(axis=1)
    return {
        "phase_type_grouping": group.map(GROUPINGS).fillna(usual), "trust": "", "sex_of_school_description": "Mixed",
        "typeofestablishment_name": rows["type"], "middle_school": "",
        "all_through_school": np.where(rows["phase"] == "All-through", "Yes", ""), "hospital_school": "",
        "denomination": rows["faith"].map(CHURCH).str[1].replace("Does not apply", "No religious character"),
        "admissions_policy": np.where(rows["phase"] == "Secondary", "Non-selective", "Not applicable"),
        "parl_con_code": "", "parl_con_name": "", "ward_code": "", "ward_name": "",
        "urban_rural": [RURAL[bool(t)][1] for t in town], "school_postcode": postcodes(rows),
        "academy_flag": np.where(rows["type"].isin(ACADEMIES), "Academy",
                                 np.where(group == "Independent schools", "Independent", "LA Maintained")),
        "school_size": ["Up to 100 pupils" if n <= 100 else f"{(n - 1) // 100 * 100 + 1} to {(n - 1) // 100 * 100 + 100} pupils"
                        for n in size],
    }


def _by_age(time: str, sex: str, counts: Ints) -> dict[str, object]:
    """The same pupils by age on 31 August: a child in Reception is four."""
    first = AT_RECEPTION - 4                    # the group whose children have no year behind them
    found: dict[str, object] = {}
    for age in AGES:
        hyphen = sex == "girls" or (sex == "boys" and age in HYPHENED)
        heading = f"{time.lower().replace(' ', '-') if hyphen else time.lower()} {sex} aged {age}"
        group = first + age
        found[heading] = counts[:, group] if age >= 2 and group < len(GROUPS) - 1 else np.zeros(len(counts), dtype="int64")
    return found


def _sums(full: Ints, part: Ints, girls: Ints, part_girls: Ints) -> dict[str, object]:
    """Totals of each school, and free meals."""
    both = full + part
    r = AT_RECEPTION
    stages = {"Number of early year pupils (years E1 and E2)": (0, 2), "Number of nursery pupils (years N1 and N2)": (2, r),
              "Number of reception pupils (year R)": (r, r + 1), "Number of key stage 1 pupils (years 1 and 2)": (r + 1, r + 3),
              "Number of key stage 2 pupils (years 3 to 6)": (r + 3, r + 7), "Number of key stage 3 pupils (years 7 to 9)":
              (r + 7, r + 10), "Number of key stage 4 pupils (years 10 and 11)": (r + 10, r + 12),
              "Number of key stage 5 pupils (years 12 to 14)": (r + 12, r + 15)}
    total, fed = both.sum(axis=1), np.rint(MEALS * both.sum(axis=1)).astype("int64")
    return {
        **{name: both[:, a:b].sum(axis=1) for name, (a, b) in stages.items()},
        "headcount total girls": (girls + part_girls).sum(axis=1),
        "headcount total boys": (both - girls - part_girls).sum(axis=1),
        "full time pupils": full.sum(axis=1), "part time pupils": part.sum(axis=1), "headcount of pupils": total,
        "fte pupils": full.sum(axis=1) + part.sum(axis=1) / 2,
        "number of pupils known to be eligible for free school meals": fed,
        "% of pupils known to be eligible for free school meals": np.round(100 * fed / np.maximum(total, 1), 1),
    }


def _hidden(whole: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Put "z" where a count does not apply: year groups of independent schools, and what is not invented of any pupil."""
    names = list(headings("school_census"))
    facts = [n for n in names if "classified as" in n or "first language" in n or "young carer" in n or "unclassified" in n]
    whole[facts] = NOT_GIVEN
    independent = rows["type"].map(TYPES).str[2].eq("Independent schools").to_numpy()
    start, end = names.index(f"Part time girls {GROUPS[0]}"), names.index("headcount total girls")
    for column in names[start:end]:
        whole[column] = whole[column].astype("object").mask(independent, NOT_GIVEN)
    return whole
