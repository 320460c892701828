"""A small workspace in which places can run short: an authority of two primary schools and a secondary, and their files."""

from __future__ import annotations

from pathlib import Path

TOML = """[authority]
code = "891"
name = "Testshire"
gss_code = "E10000024"
base_year = 2022
[settings]
draws = 20
[tables.births]
reader = "local_births"
files = ["births.csv"]
[tables.authority_roll]
reader = "local_authority_roll"
files = ["roll.csv"]
[tables.schools]
reader = "gias"
files = ["schools.csv"]
[tables.school_roll]
reader = "local_school_roll"
files = ["school_roll.csv"]
[tables.yg_places]
reader = "yg_places"
files = ["places.csv"]
[tables.area_members]
reader = "area_members"
files = ["members.csv"]
[tables.housing_sites]
reader = "housing_sites"
files = ["sites.csv"]
"""
ENSEMBLE = """name = "Births and homes"
why = "Nobody knows either."
[world]
births.level = { value = { low = 0.8, central = 1.0, high = 1.1, probability = 0.9 }, from = "2018/19" }
sites.all.delay_years = { low = 0, central = 0, high = 2, probability = 0.8 }
[futures]
count = 150
checked = 2
shapes = { "births.level" = "triangular" }
"""
SCHOOLS = (("100001", "North", "Primary", 4, 11, "N1"), ("100002", "South", "Primary", 4, 11, "S1"),
           ("100003", "Upper", "Secondary", 11, 18, "U1"))
YEARS = range(2018, 2023)


def small_council(folder: Path) -> Path:
    """Write it into a new folder."""
    folder.mkdir(parents=True)
    births = [f"E10000024,{y},{100 + 2 * (y - 2013)}" for y in range(2013, 2023)]
    rolls = {"100001": range(7), "100002": range(7), "100003": range(7, 14)}
    of = {"100001": 52, "100002": 45, "100003": 96}
    each = [(ay, urn, g, of[urn] + (ay - 2018) + g % 3 - (40 if g > 11 else 0))
            for ay in YEARS for urn, groups in rolls.items() for g in groups]
    whole = [(ay, g, sum(n for a, _, group, n in each if (a, group) == (ay, g))) for ay in YEARS for g in range(14)]
    places = {"100001": 55, "100002": 60, "100003": 104}
    gias = ("URN,LA (code),EstablishmentNumber,EstablishmentName,TypeOfEstablishment (name),EstablishmentStatus (name),"
            "PhaseOfEducation (name),StatutoryLowAge,StatutoryHighAge,SchoolCapacity,Postcode,Easting,Northing,OpenDate,"
            "CloseDate,DistrictAdministrative (code),DistrictAdministrative (name),UrbanRural (name)")
    schools = [f"{urn},891,{int(urn) - 98_000},{name},Community school,Open,{phase},{low},{high},500,NG1 1AA,45{i}000,340000,,,"
               "E07000170,Ashfield,Urban city and town" for i, (urn, name, phase, low, high, _) in enumerate(SCHOOLS)]
    texts = {
        "authority.toml": [TOML],
        "births.csv": ["area_code,cohort,births", *births],
        "roll.csv": ["ay,nc_year,pupils", *(f"{ay},{g},{n}" for ay, g, n in whole)],
        "schools.csv": [gias, *schools],
        "school_roll.csv": ["urn,ay,nc_year,pupils", *(f"{urn},{ay},{g},{n}" for ay, urn, g, n in each)],
        "places.csv": ["urn,ay,nc_year,yg_places", *(f"{u},2022/23,{g},{places[u]}" for u, of_u in rolls.items() for g in of_u
                                                     if g < 12)],
        "members.csv": ["urn,phase,planning_area_code", *(f"{one[0]},{one[2].lower()},{one[5]}" for one in SCHOOLS)],
        "sites.csv": ["site_ref,site_name,status,easting,northing,financial_year,dwellings",
                      *(f"GV,Garden village,under_construction,450500,340000,{fy}/{fy - 1999},{4 if fy < 2023 else 60}"
                        for fy in range(2016, 2027))],
        "ensemble.toml": [ENSEMBLE],
    }
    for name, lines in texts.items():
        (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
