"""What the council keeps in its own lists: places, admission numbers, plans, offers, the October count, homes, flows.

All of it is cut from the county's rolls, so that it agrees with what is published. Some schools' places are known by year
group, most others' by their admission numbers, a few by their capacity alone. The tables are those of the templates, one frame
each, with years and year groups as people write them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ay_label
from sufficiency.example import cast
from sufficiency.example.rolls import TOP_PRIMARY, YEAR_7, YEAR_11, YEARS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.land import Land
    from sufficiency.example.rolls import Rolls
    from sufficiency.example.schools import Schools

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

BASE, NEXT = cast.BASE - YEARS.start, cast.BASE + 1 - YEARS.start      # places of these years in the rolls
PAN_YEARS = range(cast.BASE - 6, cast.BASE + 3)
KNOWN_BY_YEAR_GROUP, KNOWN_BY_CAPACITY = 0.55, 0.05     # share of the schools in no story
STEP, MOST_STEPS = 5, 2             # places by which a year group of the town is made larger or smaller, and how often
SITES = 30
GARDEN = (0, 0, 40, 80, 120, 140, 140, 140, 120, 100)     # homes a financial year, from that of the base year
GARDEN_BEFORE = 2                   # years by which the first trajectory was earlier
GARDEN_OPENS, GARDEN_PLACES = 2030, 30
GARDEN_DEED = "2029-03-31"          # by when the developer's money must be spent
GARDEN_OFF = 350.0                  # metres east and north of the market village
GARDEN_URN = "990900"
CITY_URN = 991_001
GARDEN_MIX = (("house", "2", 0.20), ("house", "3", 0.40), ("house", "4", 0.25), ("flat", "2", 0.15))
FUNDED = {"GARDEN": "HDC", cast.ESTATE_REF: "HDC", cast.CURVE_REF: "HIF"}     # who pays for the school places of a site
STATUSES = ("under_construction", "full", "outline", "allocation")
KINDS = (("house", "2"), ("house", "3"), ("house", "4"), ("flat", "1"), ("flat", "2"), ("flat", "4"))
HOMES_SURVEYED = (400, 560, 240, 180, 200, 20)
PUPILS_FOUND = {"early_years": (26, 52, 22, 2, 10, 0), "primary": (92, 190, 86, 6, 24, 2), "secondary": (36, 130, 74, 3, 13, 0),
                "post_16": (6, 24, 16, 1, 1, 0)}      # in the homes surveyed, kind by kind
CURVES = {      # pupils in a new home by years since it was completed; the last goes on for good
    "primary": (0.12, 0.18, 0.22, 0.25, 0.27, 0.28, 0.27, 0.26, 0.25, 0.24),
    "secondary": (0.08, 0.09, 0.10, 0.11, 0.12, 0.13, 0.15, 0.17, 0.19, 0.20, 0.20, 0.19, 0.18, 0.17, 0.16)}
PAST_HOMES = range(cast.BASE - 6, cast.BASE + 1)      # financial years of which completions are known


@dataclass(frozen=True)
class Council:
    """The council's tables by the name of their reader, and the places of the base year behind them."""

    tables: dict[str, pd.DataFrame]
    places: Ints                    # [school, year group 0 .. 11] in the base year
    sixth_places: Ints              # [school]
    known_by: NDArray[np.object_]   # [school] yg_places, pan or capacity
    pan_next: Ints                  # [school] at the lowest year of entry in the year after the base year


def area_codes(schools: Schools) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Codes of the primary and of the secondary planning areas."""
    primary = tuple(f"{cast.LA_CODE}1{a + 1:03d}" for a in range(len(schools.secondary_of)))
    secondary = tuple(f"{cast.LA_CODE}0{s + 1:03d}" for s in range(int(schools.secondary_of.max()) + 1))
    return primary, secondary


def keep_lists(seed: int, land: Land, schools: Schools, rolls: Rolls) -> Council:
    """Write up the council's own lists."""
    rng = np.random.default_rng([seed, 6])
    known_by = _known_by(rng, schools)
    places = _places(schools, rolls)
    sixth = np.where(schools.table["part"] == "sixth", cast.SIXTH_PLACES,
                     np.ceil(1.15 * rolls.roll[BASE, :, YEAR_11 + 1 :].sum(axis=1) / 10).astype("int64") * 10)
    cuts = _cuts(schools, rolls, known_by)
    sites = _sites(rng, land, _estate(land, schools, rolls))
    tables = {
        "area_names": _names(land, schools), "yg_places": _year_group_places(schools, places, known_by),
        "pans": _pans(schools, known_by, cuts), "planned_places": _planned(schools, known_by),
        "housing_sites": sites.astype(object).where(sites.notna(), ""),
        "completions": _completions(seed, land, schools, sites), "yields": _yields(),
        "yield_curves": _curves(),
        "attended_flows": _flows(land, schools, rolls),
        "transfers": _transfers(schools, rolls), "offers": _offers(rng, schools, rolls),
        "october_census": _october(rng, schools, rolls),
    }
    pan = schools.table["pan"].to_numpy(dtype="int64")
    return Council(tables, places, sixth, known_by, np.where(cuts > 0, cuts, pan))


def _known_by(rng: np.random.Generator, schools: Schools) -> NDArray[np.object_]:
    """Where each school's places are known from; the stories say it of theirs."""
    table = schools.table
    chance = rng.random(len(table))
    drawn = np.where(chance < KNOWN_BY_YEAR_GROUP, "yg_places", np.where(chance > 1 - KNOWN_BY_CAPACITY, "capacity", "pan"))
    told = {"short": "yg_places", "bulge": "yg_places", "mobile": "yg_places", "new": "yg_places", "bulge_secondary": "yg_places",
            "academy": "pan", "rural": "pan", "popular": "pan", "full": "pan", "border": "pan", "sixth": "capacity"}
    known = table["part"].map(told)
    known = known.where(~table["area"].isin(cast.SHORT_TOWN), "yg_places").fillna(pd.Series(drawn, index=table.index))
    known = known.where(table["kind"].ne("all_through"), "yg_places")
    found: NDArray[np.object_] = known.to_numpy(dtype=object)
    return found


def _places(schools: Schools, rolls: Rolls) -> Ints:
    """Places of each school and year group in the base year; those of the town with 12 % to spare are brought to exactly that."""
    table = schools.table
    groups = np.arange(YEAR_11 + 1)
    low, high = table["low"].to_numpy()[:, None], np.minimum(table["high"].to_numpy(), YEAR_11)[:, None]
    pan, pan_7 = table["pan"].to_numpy()[:, None], table["pan_7"].to_numpy()[:, None]
    places = np.where((groups >= low) & (groups <= high), np.where(groups >= YEAR_7, pan_7, pan), 0).astype("int64")
    cohort = cast.BASE - cast.BULGE_AY
    places[schools.playing("bulge"), cohort] += cast.BULGE_CLASS
    places[schools.playing("mobile"), TOP_PRIMARY - 1 : TOP_PRIMARY + 1] += cast.MOBILE_PLACES
    places[schools.playing("new"), 1:] = 0
    town = table["area"].isin(cast.SHORT_TOWN).to_numpy()
    pupils = int(rolls.roll[BASE, town, : TOP_PRIMARY + 1].sum())
    steps = int(np.rint((pupils / (1 - cast.TOWN_SURPLUS) - places[town].sum()) / STEP))
    others = town & (table["area"] != cast.SHORT_AREA).to_numpy()
    cells = [(s, g) for g in range(TOP_PRIMARY, 0, -1) for s in np.flatnonzero(others) if places[s, g] > 0]
    step = STEP if steps > 0 else -STEP
    for n in range(min(abs(steps), MOST_STEPS * len(cells))):
        places[cells[n % len(cells)]] += step
    return places


def _cuts(schools: Schools, rolls: Rolls, known_by: NDArray[np.object_]) -> Ints:
    """Admission numbers lowered from next September, at up to eight schools that have long been far from full; 0 for none."""
    table = schools.table
    lower = table["pan"].map({60: 45, 45: 30, 30: 20}).fillna(0).astype("int64").to_numpy()
    intake = rolls.roll[[BASE, NEXT], :, 0].max(axis=0)
    may = (known_by == "pan") & (table["part"] == "").to_numpy() & (table["kind"] == "primary").to_numpy() & (intake <= lower)
    cuts = np.zeros(len(table), dtype="int64")
    chosen = np.flatnonzero(may & (lower > 0))[:8]
    cuts[chosen] = lower[chosen]
    return cuts


def _names(land: Land, schools: Schools) -> pd.DataFrame:
    primary, secondary = area_codes(schools)
    rows = [(code, "primary", name) for code, name in zip(primary, land.area_names, strict=True)]
    for s, code in enumerate(secondary):
        areas = np.flatnonzero(schools.secondary_of == s)
        town = land.towns[land.area_district[areas[0]]]
        name = town if land.area_in_town[areas[0]] else f"{land.area_names[areas[0]]} and around"
        rows.append((code, "secondary", name))
    return pd.DataFrame(rows, columns=["planning_area_code", "phase", "planning_area_name"])


def _year_group_places(schools: Schools, places: Ints, known_by: NDArray[np.object_]) -> pd.DataFrame:
    table = schools.table
    served = np.zeros(places.shape, dtype=bool)
    for row, (low, high) in enumerate(zip(table["low"], table["high"], strict=True)):
        served[row, low : min(high, YEAR_11) + 1] = known_by[row] == "yg_places"
    s, g = np.nonzero(served)
    rows = pd.DataFrame({"urn": table["urn"].to_numpy()[s], "ay": ay_label(cast.BASE), "nc_year": written(g),
                         "yg_places": places[s, g]})
    garden = pd.DataFrame({"urn": GARDEN_URN, "ay": ay_label(cast.BASE), "nc_year": written(np.arange(TOP_PRIMARY + 1)),
                           "yg_places": 0})
    return pd.concat([rows, garden], ignore_index=True)


def written(nc_year: Ints) -> list[str]:
    """Write year groups as people do: R, Y1 ... Y13."""
    return ["R" if g == 0 else f"Y{g}" for g in nc_year]


def _pans(schools: Schools, known_by: NDArray[np.object_], cuts: Ints) -> pd.DataFrame:
    """Admission numbers of some years at every year of entry, of the schools of which not only the capacity is known."""
    table = schools.table
    s, g = entries(schools)
    pan = np.where(g == YEAR_7, table["pan_7"].to_numpy()[s], table["pan"].to_numpy()[s])
    parts = [pd.DataFrame({"s": s, "urn": table["urn"].to_numpy()[s], "ay": ay_label(ay), "nc_year": written(g),
                           "pan": np.where((cuts[s] > 0) & (ay > cast.BASE), cuts[s], pan)}) for ay in PAN_YEARS]
    rows = pd.concat(parts).sort_values(["s", "nc_year", "ay"], kind="stable")
    early = rows["urn"].isin(table.loc[table["part"] == "new", "urn"]) & rows["ay"].lt(ay_label(cast.BASE))
    known = known_by[rows["s"]] != "capacity"
    return rows.loc[known & ~early, ["urn", "ay", "nc_year", "pan"]].reset_index(drop=True)


def _planned(schools: Schools, known_by: NDArray[np.object_]) -> pd.DataFrame:
    table = schools.table
    rows = [(table["urn"][s], "bulge", ay_label(cast.BULGE_AY), "", "R", "R", cast.BULGE_CLASS, "no",
             "one class more, admitted once; it moves up with its children") for s in schools.playing("bulge")]
    rows += [(table["urn"][s], "temporary", ay_label(cast.BASE - 4), ay_label(cast.MOBILE_LAST), "Y5", "Y6", cast.MOBILE_PLACES,
              "no", f"mobile classroom; planning permission ends on 31 August {cast.MOBILE_LAST + 1}")
             for s in schools.playing("mobile")]
    rows += [(table["urn"][s], "expansion", ay_label(cast.BASE), "", "R", "R", int(table["pan"][s]), "yes",
              "new school, filling a year group a year") for s in schools.playing("new")]
    rows.append((GARDEN_URN, "expansion", ay_label(GARDEN_OPENS), "", "R", "R", GARDEN_PLACES, "yes",
                 f"new school in the garden village; the site is handed over with home {cast.GARDEN_TRIGGER}"))
    upper = np.flatnonzero((table["kind"] == "secondary") & (table["part"] == "") & (known_by == "yg_places"))
    later = ay_label(cast.BASE + 2)
    rows.append((table["urn"][upper[0]], "expansion", later, "", "Y7", "Y7", 30, "yes", "one form of entry more"))
    large = np.flatnonzero((table["kind"] == "primary") & (table["part"] == "") & (known_by == "yg_places")
                           & (table["pan"] >= 60) & ~table["area"].isin(cast.SHORT_TOWN))
    rows.append((table["urn"][large[0]], "removed", later, "", "R", "R", 15, "yes", "half a class given up for a nursery"))
    columns = ["urn", "kind", "ay", "ay_to", "nc_year_from", "nc_year_to", "places", "fills_upwards", "note"]
    table = pd.DataFrame(rows, columns=columns)
    new, gone = table["kind"].eq("expansion") & table["ay"].le(ay_label(cast.BASE)), table["kind"].eq("removed")
    garden, own = table["urn"].eq(GARDEN_URN), table["kind"].eq("temporary") | new
    paid = np.select([garden, own, gone], ["developer", "own", ""], "basic_need")
    return table.assign(site_ref=np.where(garden, "GARDEN", ""), funding=paid, standing="committed")


def estate_share(land: Land, schools: Schools, rolls: Rolls) -> tuple[int, float]:
    """The small area in which the estate is built: the one of whose children most go to the area's schools, and their share."""
    here = (schools.table["area"] == cast.ESTATE_AREA).to_numpy()
    counts = np.rint(rolls.homes[0])
    mine = np.flatnonzero(land.area == cast.ESTATE_AREA)
    shares = counts[mine][:, here].sum(axis=1) / np.maximum(counts[mine].sum(axis=1), 1.0)
    return int(mine[shares.argmax()]), float(shares.max())


def _estate(land: Land, schools: Schools, rolls: Rolls) -> list[tuple[object, ...]]:
    """The estate's homes by financial year: first as many as were usual in the area, then many more."""
    at, _ = estate_share(land, schools, rolls)
    east, north = np.rint(land.points[at]).astype("int64")
    return [(cast.ESTATE_REF, f"{land.area_names[cast.ESTATE_AREA]} Fields", "under_construction", int(east), int(north),
             ay_label(cast.BASE + y), cast.USUAL_HOMES if cast.BASE + y < cast.MORE_FROM else cast.MORE_HOMES, "", "",
             "two builders since the spring") for y in range(cast.ESTATE_YEARS)]


def _completions(seed: int, land: Land, schools: Schools, sites: pd.DataFrame) -> pd.DataFrame:
    """Homes completed in the past by primary planning area and by district: in most about as many a year as are to come."""
    rng = np.random.default_rng([seed, 7])
    primary, _ = area_codes(schools)
    each = sites.dropna(subset="easting").drop_duplicates("site_ref")
    where = {str(ref): int(np.hypot(*(land.area_centres - np.array([x, y])).T).argmin())
             for ref, x, y in zip(each["site_ref"], each["easting"], each["northing"], strict=True)}
    usual = np.zeros(len(primary))
    placed = sites[sites["site_ref"].isin(where)]
    np.add.at(usual, placed["site_ref"].map(where).to_numpy("int64"), placed["dwellings"].to_numpy("float64") / len(GARDEN))
    usual[cast.ESTATE_AREA] = cast.USUAL_HOMES
    homes = np.rint(usual * rng.uniform(0.85, 1.05, (len(PAST_HOMES), len(primary)))).astype("int64")
    homes[:, cast.ESTATE_AREA] = cast.USUAL_HOMES
    rows = [(code, ay_label(year), int(homes[y, a])) for y, year in enumerate(PAST_HOMES) for a, code in enumerate(primary)]
    rows += [(code, ay_label(year), int(homes[y, land.area_district == d].sum()))
             for y, year in enumerate(PAST_HOMES) for d, code in enumerate(land.district_codes)]
    return pd.DataFrame(rows, columns=["area_code", "financial_year", "dwellings"])


def _yields() -> pd.DataFrame:
    """Pupils counted in new homes of each kind; of large flats only a few homes were there to be counted."""
    rows = [(phase, kind, "", bedrooms, homes, pupils) for phase, found in PUPILS_FOUND.items()
            for (kind, bedrooms), homes, pupils in zip(KINDS, HOMES_SURVEYED, found, strict=True)]
    return pd.DataFrame(rows, columns=["phase", "dwelling_type", "tenure", "bedrooms", "dwellings", "pupils"])


def _curves() -> pd.DataFrame:
    """When children of new homes come and go: young families first, then their children grow older."""
    rows = [(phase, since, pupils) for phase, curve in CURVES.items() for since, pupils in enumerate(curve)]
    return pd.DataFrame(rows, columns=["phase", "years_since", "pupils_per_dwelling"])


def _meadows(land: Land) -> list[tuple[object, ...]]:
    """A site that is built in five years, and whose children are most some years after its last home."""
    east, north = np.rint(land.area_centres[cast.CURVE_AREA] + GARDEN_OFF).astype("int64")
    return [(cast.CURVE_REF, f"{land.area_names[cast.CURVE_AREA]} Meadows", "full", int(east), int(north),
             ay_label(cast.BASE + y), cast.CURVE_HOMES, "", "", "the fund pays for 60 places at the nearest school")
            for y in range(cast.CURVE_YEARS)]


def _windfall() -> list[tuple[object, ...]]:
    """Homes on no known site in the last three financial years; those to come are taken to go on at their mean."""
    first = cast.BASE - len(cast.WINDFALL_HOMES)
    return [(cast.WINDFALL_REF, "Homes on no known site", "windfall", None, None, ay_label(first + y), homes, "", "",
             "sites of fewer than ten homes") for y, homes in enumerate(cast.WINDFALL_HOMES)]


def _sites(rng: np.random.Generator, land: Land, estate: list[tuple[object, ...]]) -> pd.DataFrame:
    """Homes by site and financial year: ordinary sites at the edges of towns and villages, the estate, and the garden village."""
    rows: list[tuple[object, ...]] = []
    areas = rng.integers(0, len(land.area_names), SITES)
    areas = np.where(areas == cast.ESTATE_AREA, cast.ESTATE_AREA - 1, areas)
    for n, a in enumerate(areas):
        east, north = np.rint(land.area_centres[a] + rng.normal(0, 900, 2))
        status = STATUSES[int(rng.integers(len(STATUSES)))]
        start = cast.BASE + {"under_construction": -1, "full": 1, "outline": 2, "allocation": 4}[status]
        homes = int(rng.integers(20, 70))
        for y in range(int(rng.integers(2, 6))):
            rows.append((f"{land.towns[land.area_district[a]][:3].upper()}/{2019 + n % 7}/{1000 + 37 * n}",
                         f"Land off {land.villages[-1 - n]} Road", status, int(east), int(north), ay_label(start + y),
                         homes if y else homes // 2, "", "", ""))
    east, north = np.rint(land.area_centres[cast.GARDEN_AREA] + GARDEN_OFF)
    note = (f"garden village; school site handed over with home {cast.GARDEN_TRIGGER}; first trajectory {GARDEN_BEFORE} years "
            f"earlier; deed: contribution to be spent by {GARDEN_DEED}")
    rows += [("GARDEN", f"{land.area_names[cast.GARDEN_AREA]} Garden Village", "outline", int(east), int(north),
              ay_label(cast.BASE + y), round(homes * part), kind, bedrooms, note)
             for y, homes in enumerate(GARDEN) for kind, bedrooms, part in GARDEN_MIX]
    columns = ["site_ref", "site_name", "status", "easting", "northing", "financial_year", "dwellings", "dwelling_type",
               "bedrooms", "note"]
    table = pd.DataFrame([*rows, *estate, *_meadows(land), *_windfall()], columns=columns)
    table = table.astype({"easting": "Int64", "northing": "Int64"})
    return table.assign(funded=table["site_ref"].map(FUNDED).fillna(""))


def _flows(land: Land, schools: Schools, rolls: Rolls) -> pd.DataFrame:
    """Children of each small area by the school that they attend, counts of less than one left out."""
    parts = []
    for phase, counts in zip(("primary", "secondary"), rolls.homes, strict=True):
        whole = np.rint(counts).astype("int64")
        at, s = np.nonzero(whole)
        parts.append(pd.DataFrame({"lsoa_code": np.array(land.codes)[at], "urn": schools.table["urn"].to_numpy()[s],
                                   "phase": phase, "pupils": whole[at, s]}))
    return pd.concat(parts, ignore_index=True)


def _transfers(schools: Schools, rolls: Rolls) -> pd.DataFrame:
    """Who entered which planning area in Year 7 and Year 3 in the last five years, and who came from or went outside."""
    primary, secondary = area_codes(schools)
    of = schools.table["secondary_area"].to_numpy()
    rows: list[tuple[str, str, str, str, int]] = []
    for k in range(BASE - 4, BASE + 1):
        ay = ay_label(YEARS[k])
        into = np.zeros((len(secondary), len(primary)), dtype="int64")
        came = np.zeros(len(secondary), dtype="int64")
        np.add.at(into, of[of >= 0], rolls.into_7[k].T[of >= 0])
        np.add.at(came, of[of >= 0], rolls.from_outside[k][of >= 0])
        rows += [(ay, "Y7", primary[a], secondary[s], int(into.T[a, s])) for a, s in zip(*np.nonzero(into.T), strict=True)]
        rows += [(ay, "Y7", primary[a], "outside", int(n)) for a, n in enumerate(rolls.to_outside[k]) if n]
        rows += [(ay, "Y7", "outside", secondary[s], int(n)) for s, n in enumerate(came) if n]
        rows += [(ay, "Y3", primary[a], primary[a], int(n)) for a, n in enumerate(rolls.into_3[k]) if n]
        rows += [(ay, "Y3", primary[a], "outside", int(n)) for a, n in enumerate(rolls.out_at_3[k]) if n]
    return pd.DataFrame(rows, columns=["ay", "nc_year", "origin", "destination", "pupils"])


def entries(schools: Schools) -> tuple[Ints, Ints]:
    """Every school and year of entry after which offers are made: row of the school, year group."""
    table = schools.table
    low, upper = table["low"].to_numpy(), np.flatnonzero((table["kind"] == "all_through").to_numpy())
    return np.r_[np.arange(len(table)), upper], np.r_[low, np.full(len(upper), YEAR_7)]


def _offers(rng: np.random.Generator, schools: Schools, rolls: Rolls) -> pd.DataFrame:
    """Offers for next September: as many as come; first preferences as families asked."""
    s, g = entries(schools)
    offers = rolls.roll[NEXT, s, g]
    asked = np.rint(rolls.asked[NEXT, s] * rng.normal(1.0, 0.04, len(s)))
    first = np.where(g == schools.table["low"].to_numpy()[s], asked, offers)
    return pd.DataFrame({"urn": schools.table["urn"].to_numpy()[s], "ay": ay_label(cast.BASE + 1), "nc_year": written(g),
                         "first_preferences": first.astype("int64"), "offers": offers})


def _october(rng: np.random.Generator, schools: Schools, rolls: Rolls) -> pd.DataFrame:
    """Count this autumn's pupils at the schools that have sent it in: all of three districts, half of the others."""
    table = schools.table
    sent = table["district"].isin([0, 1, cast.BULGE_DISTRICT]).to_numpy() | (rng.random(len(table)) < 0.5)
    counts = np.where(sent[:, None], rolls.roll[NEXT], 0)
    s, g = np.nonzero(counts)
    return pd.DataFrame({"urn": table["urn"].to_numpy()[s], "ay": ay_label(cast.BASE + 1), "nc_year": written(g),
                         "pupils": counts[s, g]})
