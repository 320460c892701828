"""Who offers childcare in the county: nurseries, pre-schools and clubs on the ground, childminders by ward, and the city's at the
border.

Every planning area has as many places as its births ask for at the county's usual rates, spread over nurseries with a room for
each age and one or two pre-schools that are open in term time. The stories bend that: the area whose baby rooms close at Easter
and whose three-year-olds' rooms are half empty, the nursery that closes for good, a ward in which nobody but childminders offers
anything, a nursery that has told nobody its hours, and the area at the border with one small nursery, whose families go across.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.example import cast
from sufficiency.example.names import CITY, QUARTERS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.example.births import Children
    from sufficiency.example.land import Land
    from sufficiency.example.schools import Schools

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

AGES = ("under_2", "age_2", "age_3_4")
PLACES_A_BIRTH = {"under_2": 0.32, "age_2": 0.42, "age_3_4": 0.50}     # in nurseries, at one time
BIRTHS_A_NURSERY, TWO_PRESCHOOLS_FROM = 33, 200
PRESCHOOL = {"under_2": 0, "age_2": 8, "age_3_4": 24}
SMALL = {"under_2": 6, "age_2": 8, "age_3_4": 20}           # the only nursery of the area at the border
LARGE = {"under_2": 24, "age_2": 30, "age_3_4": 48}         # those across it
ACROSS, ACROSS_BY = 4, 2_300.0                              # nurseries, and metres from the city's middle towards the county
DAY, SESSIONAL, CLUB = "Full day care", "Sessional day care", "Out-of-school day care"
OPEN = {DAY: (50, 51), SESSIONAL: (30, 38), CLUB: (15, 38)}     # hours a week, weeks a year
CLUBS, CLUB_PLACES = 60, 32
CHILDMINDERS, EACH_MINDS = 400, 6
HOME_CARERS = 14
WARD_CODE = "E0599{:04d}"
ROUND_THE_MIDDLE = 0.6      # part of an area's small areas in which settings stand
LEVELS = (0.95, 1.18)                                       # of an area's places, least and most
COLUMNS = ["ref", "name", "kind", "area", "small_area", "ward", "easting", "northing", "own", *AGES, "part"]


@dataclass(frozen=True)
class Childcare:
    """Settings on the ground, one row each (COLUMNS, and postcode); wards and their childminders."""

    settings: pd.DataFrame
    ward: Ints                          # [small area] its ward
    ward_codes: tuple[str, ...]
    childminders: Ints                  # [ward]
    minded_ward: int                    # the one that has nothing else
    home_postcodes: tuple[str, ...]     # [small area, two each] where nothing but homes is

    def playing(self, part: str) -> pd.DataFrame:
        """Settings that play a part."""
        return self.settings[self.settings["part"] == part]

    def headcounted(self) -> pd.DataFrame:
        """The twenty settings of which the council has a headcount: all of two areas, and some next to them in the list."""
        group = self.settings[self.settings["own"] & self.settings["kind"].ne(CLUB)]
        told = group["area"].isin([cast.BABIES_AREA, cast.CLOSING_AREA])
        others = group[~told & (group["area"] >= cast.HEADCOUNT_FROM) & (group["part"] == "")]
        return pd.concat([group[told], others]).head(cast.HEADCOUNTS)


def draw_childcare(seed: int, land: Land, children: Children, schools: Schools) -> Childcare:
    """Draw who offers childcare in the county of a seed."""
    rng = np.random.default_rng([seed, 20])
    ward = _wards(land)
    born = children.births[-2]
    minded = _minded_ward(land, schools, ward)
    rows = [row for a in range(len(land.area_names)) for row in _of_area(rng, land, born, ward, a, minded)]
    rows += _clubs(rng, land, ward, minded)
    rows += _across(rng, land)
    table = pd.DataFrame(rows, columns=COLUMNS[1:])
    table.insert(0, "ref", [f"EY99{n + 1:04d}" for n in range(len(table))])
    homes = [(a, k) for k, a in enumerate(land.area) for _ in range(2)]
    codes = _postcodes([*table["area"], *(int(a) for a, _ in homes)])
    table = table.assign(postcode=codes[: len(table)])
    per_ward = np.bincount(ward, weights=born, minlength=int(ward.max()) + 1)
    minders = np.maximum(np.rint(CHILDMINDERS * per_ward / per_ward.sum()), 1).astype("int64")
    return Childcare(table, ward, tuple(WARD_CODE.format(w + 1) for w in range(len(minders))), minders, minded,
                     tuple(codes[len(table):]))


def _wards(land: Land) -> Ints:
    """Two wards to each planning area: the western half of its small areas, and the eastern."""
    ward = np.zeros(len(land.points), dtype="int64")
    for a in range(len(land.area_names)):
        mine = np.flatnonzero(land.area == a)
        east = land.points[mine, 0]
        ward[mine] = 2 * a + (east > np.median(east))
    return ward


def ward_names(land: Land) -> tuple[str, ...]:
    """What the wards are called: their planning area, and the half of it that they are."""
    return tuple(f"{name} {half}" for name in land.area_names for half in ("West", "East"))


def _minded_ward(land: Land, schools: Schools, ward: Ints) -> int:
    """The ward with childminders only: in the country, in no other story, without a school that has a nursery."""
    nursery = schools.table[schools.table["nursery"]]
    with_one = set(ward[nursery["small_area"].to_numpy()])
    many = np.bincount(ward)
    free = [w for w in range(len(many)) if w not in with_one and not land.area_in_town[w // 2]
            and w // 2 not in (cast.GARDEN_AREA, cast.FALLING_AREA, cast.SILENT_AREA, edge_area(land))]
    return max(free, key=lambda w: (many[w], -w))


def edge_area(land: Land) -> int:
    """The planning area of the country next to the city across the border."""
    away = np.hypot(*(land.area_centres - land.city).T)
    return int(np.where(land.area_in_town, np.inf, away).argmin())


def _of_area(rng: np.random.Generator, land: Land, born: Ints, ward: Ints, a: int, minded: int) -> list[tuple[object, ...]]:
    """Nurseries and pre-schools of a planning area, in small areas round its middle, the larger ones more often."""
    mine = np.flatnonzero((land.area == a) & (ward != minded))
    away = np.hypot(*(land.points[mine] - land.area_centres[a]).T)
    mine = mine[away <= np.quantile(away, ROUND_THE_MIDDLE)]        # not at its edge, whose children go to other areas' schools
    births = int(born[land.area == a].sum())
    level = {age: births * each * rng.uniform(*LEVELS) for age, each in PLACES_A_BIRTH.items()}
    if a == cast.BABIES_AREA:
        level = {age: births * each * cast.BABIES_LEVELS[age] for age, each in PLACES_A_BIRTH.items()}
    many = max(3, round(births / BIRTHS_A_NURSERY))
    nurseries = [(DAY, {age: max(round(n / many), 3) for age, n in level.items()})] * many
    preschools = [(SESSIONAL, PRESCHOOL)] * (2 if births >= TWO_PRESCHOOLS_FROM else 1)
    kinds = [(DAY, SMALL)] if a == edge_area(land) else [*nurseries, *preschools]
    weights = born[mine] / born[mine].sum()
    at = rng.choice(mine, len(kinds), p=weights)
    quarters = rng.permutation(len(QUARTERS))
    rows: list[tuple[object, ...]] = []
    for n, ((kind, places), k) in enumerate(zip(kinds, at, strict=True)):
        east, north = np.rint(land.points[k] + rng.uniform(-110, 110, 2)).astype("int64")
        name = f"{land.area_names[a]} {QUARTERS[quarters[n]]} {'Day Nursery' if kind == DAY else 'Pre-school'}"
        rows.append((name, kind, a, int(k), int(ward[k]), int(east), int(north), True, *(places[age] for age in AGES),
                     _part(a, n, kind)))
    return rows


def _part(a: int, n: int, kind: str) -> str:
    """Say in which story a setting is: the first nurseries of the areas of the stories."""
    if kind != DAY:
        return ""
    if a == cast.BABIES_AREA:
        return "babies" if n < cast.BABY_ROOMS_CLOSED else "half_empty"
    first = {cast.CLOSING_AREA: "closing", cast.SILENT_AREA: "silent"}
    return first.get(a, "") if n == 0 else ""


def _clubs(rng: np.random.Generator, land: Land, ward: Ints, minded: int) -> list[tuple[object, ...]]:
    """Clubs before and after school, spread over the county."""
    rows: list[tuple[object, ...]] = []
    for n, a in enumerate(rng.integers(0, len(land.area_names), CLUBS)):
        mine = np.flatnonzero((land.area == a) & (ward != minded))
        k = int(rng.choice(mine))
        east, north = np.rint(land.points[k] + rng.uniform(-110, 110, 2)).astype("int64")
        rows.append((f"{land.area_names[a]} Kids' Club {n + 1}", CLUB, int(a), k, int(ward[k]), int(east), int(north), True, 0, 0,
                     0, ""))
    return rows


def _across(rng: np.random.Generator, land: Land) -> list[tuple[object, ...]]:
    """Large nurseries of the city, a little way beyond the border, where families of the edge go."""
    towards = land.area_centres[edge_area(land)] - land.city
    middle = land.city + towards / np.hypot(*towards) * ACROSS_BY
    rows: list[tuple[object, ...]] = []
    for n in range(ACROSS):
        east, north = np.rint(middle + rng.uniform(-300, 300, 2)).astype("int64")
        rows.append((f"{CITY} Gate Nursery {n + 1}", DAY, -1, -1, -1, int(east), int(north), False, *LARGE.values(), "across"))
    return rows


def _postcodes(areas: list[int]) -> list[str]:
    """Invent a postcode for each, in areas of post that there are not: one district of post to each planning area."""
    letters = "ABDEFGHJLNPQRSTUWXYZ"
    seen: dict[int, int] = {}
    found = []
    for a in areas:
        n = seen.get(a, 0)
        seen[a] = n + 1
        post = f"QY{a + 1}" if a >= 0 else "QZ1"
        found.append(f"{post} {1 + n // 20 % 9}{letters[n % 20]}{letters[n // 180 % 20]}")
    return found
