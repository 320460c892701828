"""Publications on childcare: Ofsted's register in its true layout, and where postcodes lie.

The register has lines of notes above its header and says nothing of those who work at home but that they are there: name, address
and postcode are REDACTED. A quarter of the settings have been inspected since report cards began; the others have grades of old,
a few were inspected before they had children, or not yet. Postcodes come as in Code-Point Open, without a header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.example import cast
from sufficiency.example.childcare_settings import AGES, CLUB, CLUB_PLACES, EACH_MINDS, HOME_CARERS
from sufficiency.example.names import CITY, COUNTY
from sufficiency.example.paper import ANSI, as_csv, table

if TYPE_CHECKING:
    from sufficiency.example.childcare_settings import Childcare
    from sufficiency.example.land import Land

NOTES = (
    f"Childcare providers and inspections: management information, as at 31 August {cast.BASE + 1}",
    "Details of childminders and of childcare on domestic premises are redacted; places are the most children under eight at one "
    "time",
)
ON_PREMISES, MINDER, HOME_CARER = "Childcare on non-domestic premises", "Childminder", "Home childcarer"
HIDDEN, NO_GRADE = "REDACTED", "-"
WITH_CARD, WITHOUT_CHILDREN, NEVER = 0.25, 0.06, 0.14       # of all providers
GRADES, GRADE_SHARES = ("1", "2", "3", "4"), (0.16, 0.78, 0.04, 0.02)
CARDS = ("Exceptional", "Strong standard", "Expected standard", "Needs attention", "Urgent improvement")
CARD_SHARES = (0.02, 0.24, 0.60, 0.12, 0.02)
REIF = "EYR REIF: Most recent: "
CARD_AREAS = ("Inclusion", "Curriculum and teaching", "Achievement", "Behaviour, attitudes and establishing routines",
              "Children's welfare and wellbeing", "Leadership and governance")
GRADED, CARDED, OPENED = range(2019, cast.BASE), range(1, 8), range(2006, cast.BASE)      # years, months, years
BANDS = ("Most deprived", "Deprived", "Average", "Less deprived", "Least deprived")
COLUMNS_OF_POSTCODES = ("PC", "PQ", "EA", "NO", "CY", "RH", "LH", "CC", "DC", "WC")


def ofsted_register(seed: int, land: Land, childcare: Childcare) -> bytes:
    """The register: settings, clubs, childminders and home childcarers of the county, and the city's nurseries at the border."""
    rng = np.random.default_rng([seed, 21])
    rows = pd.concat([_settings(land, childcare), _homes(rng, land, childcare)], ignore_index=True)
    n = len(rows)
    on_eyr = rows["type"].ne(HOME_CARER).to_numpy()
    shown = rows["type"].eq(ON_PREMISES)
    found = _inspections(rng, on_eyr)
    columns: dict[str, object] = {
        "Web link": "Web link", "Provider URN": rows["ref"], "Registration date": _dates(rng, OPENED, range(1, 13), n),
        "Provider type": rows["type"], "Provider subtype": rows["subtype"], "Provider status": "Active",
        "Individual Register combinations": np.where(on_eyr, "ALL", "VCR only"),
        "Provider Early Years Register Flag": np.where(on_eyr, "Y", "N"),
        "Provider Compulsory Childcare Register Flag": np.where(on_eyr, "Y", "N"),
        "Provider Voluntary Childcare Register Flag": "Y",
        "Provider name": rows["name"].where(shown, HIDDEN), "Provider address line 1": np.where(shown, "The Lodge", HIDDEN),
        "Provider town": rows["town"].where(shown, HIDDEN), "Postcode": rows["postcode"].where(shown, HIDDEN),
        "Telephone Number": np.where(shown, "", HIDDEN), "Parliamentary constituency": rows["town"],
        "Local authority": np.where(rows["own"], COUNTY, CITY), "Region": "East Midlands", "Ofsted region": "East Midlands",
        "Deprivation Band": np.array(BANDS)[rng.integers(0, len(BANDS), n)], "Places": rows["places"],
        "Places including estimates": rows["places"], **found,
    }
    whole = table("ofsted_register", columns, n)
    lines = "".join(f'"{note}"\r\n' for note in NOTES)
    return lines.encode(ANSI) + as_csv(whole.iloc[rng.permutation(n)], ANSI, quoted=True)


def _settings(land: Land, childcare: Childcare) -> pd.DataFrame:
    """Everybody who has premises."""
    settings = childcare.settings
    places = settings[list(AGES)].sum(axis=1).mask(settings["kind"].eq(CLUB), CLUB_PLACES)
    district = land.area_district[settings["area"].clip(lower=0)]
    return pd.DataFrame({
        "ref": settings["ref"], "name": settings["name"], "type": ON_PREMISES, "subtype": settings["kind"],
        "postcode": settings["postcode"], "own": settings["own"], "places": places,
        "town": np.where(settings["own"], np.array(land.towns)[district], CITY)})


def _homes(rng: np.random.Generator, land: Land, childcare: Childcare) -> pd.DataFrame:
    """Childminders of every ward, and home childcarers, who have no places."""
    districts = np.repeat(land.area_district[np.arange(len(childcare.childminders)) // 2], childcare.childminders)
    towns = np.array(land.towns)[np.r_[districts, rng.integers(0, len(land.towns), HOME_CARERS)]]
    minders = len(districts)
    return pd.DataFrame({
        "ref": [f"29{n + 10_001}" for n in range(len(towns))], "name": "", "postcode": "", "own": True, "town": towns,
        "type": [MINDER] * minders + [HOME_CARER] * HOME_CARERS, "subtype": [""] * minders + [HOME_CARER] * HOME_CARERS,
        "places": [EACH_MINDS] * minders + [0] * HOME_CARERS})


def _inspections(rng: np.random.Generator, on_eyr: np.ndarray) -> dict[str, object]:
    """What inspections found: a report card, a grade of old, nothing but that requirements are met, or nothing yet."""
    n = len(on_eyr)
    fate = rng.random(n)
    card = on_eyr & (fate < WITH_CARD)
    met = on_eyr & (fate > 1 - WITHOUT_CHILDREN)
    never = ~on_eyr | ((fate > 1 - WITHOUT_CHILDREN - NEVER) & ~met)
    graded = ~met & ~never
    grade = rng.choice(GRADES, n, p=GRADE_SHARES)
    found: dict[str, object] = {
        "Most recent full: Inspection date": np.where(graded, _dates(rng, GRADED, range(1, 13), n), ""),
        "Most recent full: Overall effectiveness": np.where(graded, grade, ""),
        "Quality of education": np.where(graded, NO_GRADE, ""),
        "NCOR: Inspection date": np.where(met, _dates(rng, GRADED, range(1, 13), n), ""),
        "NCOR: Overall effectiveness": np.where(met, "Met", ""),
        f"{REIF}Inspection date": np.where(card, _dates(rng, range(cast.BASE + 1, cast.BASE + 2), CARDED, n), ""),
        f"{REIF}Safeguarding standards met?": np.where(card, np.where(rng.random(n) < 0.97, "Met", "Not met"), ""),
    }
    return found | {f"{REIF}{area}": np.where(card, rng.choice(CARDS, n, p=CARD_SHARES), "") for area in CARD_AREAS}


def _dates(rng: np.random.Generator, years: range, months: range, n: int) -> list[str]:
    """Draw dates, written as the register does."""
    drawn = zip(rng.integers(1, 29, n), rng.choice(list(months), n), rng.choice(list(years), n), strict=True)
    return [f"{d:02d}/{m:02d}/{y}" for d, m, y in drawn]


def postcodes(seed: int, land: Land, childcare: Childcare) -> bytes:
    """Where postcodes lie: those of settings, and two of homes in every small area."""
    rng = np.random.default_rng([seed, 22])
    settings = childcare.settings
    home = np.rint(np.repeat(land.points, 2, axis=0) + rng.uniform(-90, 90, (2 * len(land.points), 2))).astype("int64")
    small = np.r_[settings["small_area"].to_numpy(dtype="int64"), np.repeat(np.arange(len(land.points)), 2)]
    ward = np.array([*childcare.ward_codes, ""])[np.where(small >= 0, childcare.ward[small], -1)]
    district = np.where(small >= 0, np.array(land.district_codes)[land.district[small]], cast.CITY_GSS)
    frame = pd.DataFrame({
        "PC": [*settings["postcode"], *childcare.home_postcodes], "PQ": 10, "EA": np.r_[settings["easting"], home[:, 0]],
        "NO": np.r_[settings["northing"], home[:, 1]], "CY": "E92000001", "RH": "E19000001", "LH": "E18000005",
        "CC": np.where(small >= 0, cast.LA_GSS, ""), "DC": district, "WC": ward})
    return as_csv(frame[list(COLUMNS_OF_POSTCODES)].sort_values("PC"), ANSI).split(b"\r\n", 1)[1]
