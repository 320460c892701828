"""Publications about the county in true layouts: small areas, births, residents, rolls by year group, capacity, scorecards."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.births import COHORTS, OLDEST_AGE, residents
from sufficiency.example.childcare_settings import ward_names
from sufficiency.example.council import area_codes
from sufficiency.example.names import CITY, COUNTY
from sufficiency.example.paper import as_csv, headings, table
from sufficiency.example.rolls import TOP_PRIMARY, YEAR_7, YEAR_11, YEARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.births import Children
    from sufficiency.example.childcare_settings import Childcare
    from sufficiency.example.council import Council
    from sufficiency.example.land import Land
    from sufficiency.example.rolls import Rolls
    from sufficiency.example.schools import Schools

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

CITY_SHARE = 0.41               # children of the city for each of the county
AUTHORITIES = ((cast.LA_CODE, cast.LA_GSS, COUNTY, 1.0), (cast.CITY_CODE, cast.CITY_GSS, CITY, CITY_SHARE))
LAST_COUNTED = 2024             # births up to the cohort that ended in that year are counted, later ones estimated
EVERY_MONTH_FROM = 2003         # twelve months to other dates than mid-years are printed from then on
DECIMALS = 6                    # of a degree: a hand's breadth
SIXTH_FORM_YEARS = (2023, 2024)
SURVEY = 2024                   # the capacity survey of May in this academic year
EDITIONS = (2024, 2023, 2022)   # of the scorecards; each knows the January of the year after


def boundaries(land: Land, seed: int) -> bytes:
    """Small areas of 2021 as GeoJSON in degrees (WGS84)."""
    rng = np.random.default_rng([seed, 8])
    districts = np.array(land.district_codes)[land.district]
    features = []
    for i, ring in enumerate(_in_degrees(land)):
        one = {"FID": i + 1, "LSOA21CD": land.codes[i], "LSOA21NM": land.names[i],
               "GlobalID": str(uuid.UUID(bytes=rng.bytes(16), version=4)), "LADCD_ACTIVE": str(districts[i]),
               "UTLACD": cast.LA_GSS, "CAUTHCD": None, "RGNCD": "E12000004"}
        features.append({"type": "Feature", "properties": one, "geometry": {"type": "Polygon", "coordinates": [ring.tolist()]}})
    return _geojson(features)


def ward_boundaries(land: Land, childcare: Childcare, seed: int) -> bytes:
    """Wards as GeoJSON in degrees (WGS84): the small areas of each, joined."""
    rng = np.random.default_rng([seed, 21])
    shapes, names = np.array([shapely.Polygon(ring) for ring in _in_degrees(land)]), ward_names(land)
    features = []
    for w, code in enumerate(childcare.ward_codes):
        mine = np.flatnonzero(childcare.ward == w)
        shape = shapely.union_all(shapes[mine])
        east, north = np.rint(land.points[mine].mean(axis=0)).astype("int64").tolist()
        district = land.district[mine[0]]
        one = {"FID": w + 1, "WD25CD": code, "WD25NM": names[w], "WD25NMW": " ", "LAD25CD": land.district_codes[district],
               "LAD25NM": land.towns[district], "BNG_E": east, "BNG_N": north,
               "LONG": round(shape.centroid.x, DECIMALS), "LAT": round(shape.centroid.y, DECIMALS),
               "GlobalID": str(uuid.UUID(bytes=rng.bytes(16), version=4)), "LADCD_ACTIVE": land.district_codes[district],
               "UTLACD": cast.LA_GSS, "CAUTHCD": None, "RGNCD": "E12000004"}
        features.append({"type": "Feature", "properties": one, "geometry": shapely.geometry.mapping(shape)})
    return _geojson(features)


def _in_degrees(land: Land) -> list[Floats]:
    """The border of each small area in degrees, [corner, 2]."""
    to_degrees = Transformer.from_crs("EPSG:27700", "EPSG:4326", always_xy=True)
    ends = np.cumsum([len(ring) for ring in land.rings])[:-1]
    every = np.vstack(land.rings)
    return np.split(np.round(np.column_stack(to_degrees.transform(every[:, 0], every[:, 1])), DECIMALS), ends)


def _geojson(features: Sequence[Mapping[str, object]]) -> bytes:
    whole = {"type": "FeatureCollection", "name": cast.LA_GSS, "features": features,
             "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}
    return json.dumps(whole, separators=(",", ":")).encode()


def ward_lookup(land: Land, childcare: Childcare) -> bytes:
    """The ward of each small area."""
    names = ward_names(land)
    columns = {"lsoa21_name": land.names, "lsoa21_code": land.codes, "ward24_name": [names[w] for w in childcare.ward],
               "ward24_code": [childcare.ward_codes[w] for w in childcare.ward],
               "ltla24_name": [land.towns[d] for d in land.district],
               "ltla24_code": [land.district_codes[d] for d in land.district]}
    return as_csv(table("ward_lookup", columns, len(land.codes)))


def lsoa_lookup(land: Land) -> bytes:
    """What became of the small areas of 2011."""
    at = {code: i for i, code in enumerate(land.codes)}
    old, new, change = (list(column) for column in zip(*land.old, strict=True))
    place = [at[code] for code in new]
    names = [land.names[i] for i in place]
    columns = {"lsoa11_name": names, "lsoa11_code": old, "change_code": change, "lsoa21_name": names, "lsoa21_code": new,
               "ltla22_name": [land.towns[land.district[i]] for i in place],
               "ltla22_code": [land.district_codes[land.district[i]] for i in place]}
    return as_csv(table("lsoa_lookup", columns, len(place)))


def population(land: Land, children: Children, year: int, seed: int, *, vintage: int) -> bytes:
    """Residents at mid-year by single year of age, on small areas of 2021 or, in older editions, of 2011."""
    people = residents(children, land, year, seed)
    codes, names = list(land.codes), list(land.names)
    if vintage == 2011:
        people, codes, names = _on_2011(land, people)
    headers = [h.replace("lsoa11", f"lsoa{vintage % 100}") for h in headings("population")]
    ages = headers[3:]
    assert len(ages) == OLDEST_AGE + 1
    frame = pd.DataFrame(people, columns=ages)
    frame.insert(0, headers[2], people.sum(axis=1))
    frame.insert(0, headers[1], codes)
    frame.insert(0, headers[0], names)
    return as_csv(frame)


def _on_2011(land: Land, people: Ints) -> tuple[Ints, list[str], list[str]]:
    """Put residents on the small areas of 2011: parts of a split one added up, a merged one halved."""
    at = {code: i for i, code in enumerate(land.codes)}
    parts = pd.Series([new for _, new, _ in land.old]).value_counts()
    rows: dict[str, Ints] = {}
    names: dict[str, str] = {}
    taken: dict[str, int] = {}
    for old, new, _ in land.old:
        mine = people[at[new]]
        if parts[new] > 1:      # merged: the first half is rounded up, the second down
            taken[new] = taken.get(new, -1) + 1
            mine = (mine + 1 - taken[new]) // 2
        rows[old] = rows.get(old, np.zeros_like(mine)) + mine
        names.setdefault(old, land.names[at[new]])
    codes = sorted(rows)
    return np.stack([rows[c] for c in codes]), codes, [names[c] for c in codes]


def births(land: Land, children: Children) -> bytes:
    """Births of the twelve months to a date by district: mid-years, and each school cohort at its end; the city's beside them."""
    by_district = np.stack([np.bincount(land.district, row, minlength=len(land.towns)) for row in children.births])
    areas = [(land.district_codes[d], land.towns[d], by_district[:, d]) for d in range(len(land.towns))]
    areas.append((cast.CITY_GSS, CITY, np.rint(by_district.sum(axis=1) * CITY_SHARE)))
    rows = []
    for code, name, counts in areas:
        for k in range(1, len(COHORTS)):
            end = COHORTS[k] + 1
            mid = 2 / 12 * counts[k - 1] + 10 / 12 * counts[k]
            kind = "actual" if end <= LAST_COUNTED else "predicted"
            rows.append((code, name, f"{end}-07-01", kind, int(np.rint(mid))))
            if end >= EVERY_MONTH_FROM:
                rows.append((code, name, f"{end}-09-01", "interpolated" if kind == "actual" else kind, int(counts[k])))
    frame = pd.DataFrame(rows, columns=["gss_code", "gss_name", "date", "type", "annual_births"])
    guessed, born = frame["type"] == "predicted", frame["annual_births"].astype("float64")
    columns = {**{name: frame[name] for name in frame.columns}, "geography": "LAD21", "sex": "persons",
               "interval_lower": (born * 0.96).round(1).astype("object").where(guessed, ""),
               "interval_upper": (born * 1.04).round(1).astype("object").where(guessed, "")}
    return as_csv(table("births", columns, len(frame)))


def small_area_births(land: Land, children: Children, first: int) -> pd.DataFrame:
    """Births by small area and school cohort, in the council's template (its own agreement with the health service)."""
    cohorts = range(first, cast.LAST_COHORT + 1)
    counts = children.births[[c - COHORTS.start for c in cohorts]]
    areas = len(land.codes)
    basis = ["estimate" if c >= LAST_COUNTED else "cohort" for c in cohorts]
    return pd.DataFrame({
        "area_code": np.tile(land.codes, len(cohorts)), "cohort": np.repeat([ay_label(c) for c in cohorts], areas),
        "births": counts.ravel(), "basis": np.repeat(basis, areas)})


def year_group_roll(rolls: Rolls) -> bytes:
    """State-funded primary and secondary pupils by year group, twelve Januaries, of the county and of the city."""
    rows = []
    for ay in range(cast.BASE - cast.PUBLISHED_ROLL + 1, cast.BASE + 1):
        counts = rolls.roll[YEARS.index(ay)].sum(axis=0)
        for code, gss, name, share in AUTHORITIES:
            for g, n in enumerate(np.rint(counts * share).astype("int64")):
                label = "reception" if g == 0 else f"year_group_{g}"
                rows.append((f"{ay}{(ay + 1) % 100:02d}", code, gss, name, label, n, 0, n, n))
    frame = pd.DataFrame(rows, columns=list(headings("year_group_roll")))
    return as_csv(frame.sort_values(["old_la_code", "time_period", "nc_year"], kind="stable"))


def scap_capacity(schools: Schools, council: Council, rolls: Rolls) -> bytes:
    """Capacity and planning areas of every mainstream school in May, in the layout that has both phases; one has two sites."""
    primary, secondary = area_codes(schools)
    rows = []
    k = SURVEY - YEARS.start
    ordinary = np.flatnonzero((schools.table["kind"] == "primary") & (schools.table["part"] == "") & (schools.table["pan"] >= 45))
    for s, school in enumerate(schools.table.itertuples()):
        if school.part == "new":        # opened after the survey
            continue
        lower = int(council.places[s, : TOP_PRIMARY + 1].sum())
        upper = int(council.places[s, YEAR_7 : YEAR_11 + 1].sum() + council.sixth_places[s] * school.sixth_form)
        both = school.kind == "all_through"
        phase = {"secondary": "SS", "all_through": "AT"}.get(school.kind, "PS")
        row = {"LAEstab": school.laestab, "LA1": cast.LA_CODE, "estab1": school.laestab[3:], "LAname": COUNTY,
               "Schoolname": school.name, "Phase": phase, "MAYNOR": int(rolls.roll[k, s].sum()), "Netcapacity (1)": lower + upper,
               "PrimaryCapacity (2)": lower if both else "", "SecondaryCapacity (2)": upper if both else "",
               "Primary PA code (2)": primary[school.area] if school.low <= TOP_PRIMARY else "",
               "Secondary PA code (2)": secondary[school.secondary_area] if school.secondary_area >= 0 else "",
               "Main Phase": "PRI" if phase == "PS" else "SEC"}
        if s == ordinary[-1]:           # two sites: a quarter of its places stand in the planning area next to its own
            there = lower // 4
            nor = row["MAYNOR"]
            rows.append({**row, "Netcapacity (1)": there, "MAYNOR": nor // 4, "Primary PA code (2)": primary[school.area - 1]})
            row |= {"Netcapacity (1)": lower - there, "MAYNOR": nor - nor // 4}
        rows.append(row)
    return as_csv(pd.DataFrame(rows, columns=list(headings("scap_capacity"))))


def scap_sixth_form(schools: Schools, council: Council, rolls: Rolls) -> bytes:
    """Places of sixth forms, with all places of their schools, over two surveys."""
    _, secondary = area_codes(schools)
    has = schools.table[schools.table["sixth_form"]]
    parts = []
    for ay in sorted(SIXTH_FORM_YEARS, reverse=True):
        roll = rolls.roll[ay - YEARS.start, has.index]
        columns = {
            "time_period": f"{ay}{(ay + 1) % 100:02d}", "time_identifier": "Academic year", "geographic_level": "School",
            "country_code": "E92000001", "country_name": "England", "region_code": "E12000004", "region_name": "East Midlands",
            "old_la_code": cast.LA_CODE, "new_la_code": cast.LA_GSS, "la_name": COUNTY,
            "secondary_planning_area_code": [secondary[s] for s in has["secondary_area"]], "school_laestab": has["laestab"],
            "school_urn": [urn if not former or opened <= f"{ay + 1}-05-01" else former for urn, former, opened in
                           zip(has["urn"], has["former_urn"], has["opened"], strict=True)],
            "school_name": has["name"], "education_phase": "Secondary",
            "school_phase": np.where(has["kind"] == "all_through", "AT", "SS"),
            "reported_sixth_form_places": council.sixth_places[has.index],
            "sixth_form_pupils_on_roll": roll[:, YEAR_11 + 1 :].sum(axis=1),
            "total_school_places": council.places[has.index].sum(axis=1) + council.sixth_places[has.index],
            "total_pupils_on_roll": roll.sum(axis=1),
        }
        parts.append(table("scap_sixth_form", columns, len(has)))
    return as_csv(pd.concat(parts))


def scorecards(rolls: Rolls, council: Council) -> bytes:
    """Scorecards of the county over three editions: rolls that came, and how far the county's forecasts were out (fractions)."""
    primary, secondary = slice(0, TOP_PRIMARY + 1), slice(YEAR_7, YEAR_11 + 1)
    errors = {2024: cast.OVER_FORECAST, 2023: (0.011, 0.016, 0.008, 0.019), 2022: (0.006, 0.009, -0.004, 0.011)}
    rows = []
    for edition in EDITIONS:
        roll = rolls.roll[edition + 1 - YEARS.start].sum(axis=0)
        one_p, three_p, one_s, three_s = errors[edition]
        rows.append({
            "Year": f"{edition}/{(edition + 1) % 100:02d}", "geographic_level": "Local authority", "country_code": "E92000001",
            "country_name": "England", "region_code": "E12000004", "Region": "East Midlands", "LANumber": cast.LA_CODE,
            "new_la_code": cast.LA_GSS, "LA_name": COUNTY, "PriNOR": roll[primary].sum(), "SecNOR": roll[secondary].sum(),
            "For_1_P": one_p, "For_3_P": three_p, "For_1_S": one_s, "For_3_S": three_s,
            "PriCap": council.places[:, primary].sum() if edition == EDITIONS[0] else "NA",
            "SecCap": council.places[:, secondary].sum() + council.sixth_places.sum() if edition == EDITIONS[0] else "NA"})
    frame = pd.DataFrame(rows)
    columns = {name: frame[name] for name in frame.columns}
    return as_csv(table("scorecards", columns, len(rows), otherwise="NA"))
