"""Children of small areas (LSOA): births and residents by school cohort, whatever vintage of code and size of area they come in.

Births may be published for small areas, for districts or for the whole authority: the finest that has a cohort whole is taken,
and the coarser is spread over its small areas by the children of 0 to 4 living there (equally, where nobody counted). Counts on
2011 codes are carried to 2021: a split area is shared equally among its parts, merged ones are added up. Residents come from
the mid-year population by single year of age: at 30 June of Y, 10/12 of a cohort `c` are Y - c - 1 years old and 2/12 are a year
younger (approximate). A cohort of an older mid-year is aged forward where it lives.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sufficiency.areas.own_areas import own_districts

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from sufficiency.evidence import Evidence

    Floats = NDArray[np.float64]
    Living = Callable[[tuple[str, ...]], tuple[int, Floats] | None]     # `residents` of an authority, for any small areas

SMALL_AREA = r"^[EW]01"
INCOMPLETE = "small area, incomplete"
UNDER_FIVE = 5


@dataclass(frozen=True)
class Births:
    """Births of each cohort that is known: of the whole authority, and of small areas where these are known."""

    cohorts: tuple[int, ...]
    total: Floats               # [cohort]
    small: Floats | None        # [cohort, small area]
    level: tuple[str, ...]      # small area, district or authority, for each cohort
    unused: tuple[str, ...]     # area codes that are none of the authority's
    lacking: tuple[str, ...]    # districts of the authority whose births are in no cohort, so that the others' say nothing


def recoded(counts: pd.DataFrame, column: str, codes: tuple[str, ...], lookup: pd.DataFrame) -> Floats:
    """Counts of small areas in the order of `codes`, [small area, column value]; 2011 codes are carried to 2021 where need be.

    counts: lsoa_code, `column`, value. Codes that lead to none of `codes` are left out.
    """
    number, given = pd.factorize(counts["lsoa_code"])
    value, values = pd.factorize(counts[column], sort=True)
    grid = np.zeros((len(given), len(values)))
    np.add.at(grid, (number, value), counts["value"].to_numpy(dtype="float64"))
    place = {code: i for i, code in enumerate(codes)}
    parts = _parts(lookup) if not place.keys() >= set(given) else {}
    carried = np.zeros((len(codes), len(values)))
    for row, code in zip(grid, given, strict=True):
        if code in place:
            carried[place[code]] += row
        else:
            for part, share in parts.get(code, ()):
                if part in place:
                    carried[place[part]] += row * share
    return carried


def _parts(lookup: pd.DataFrame) -> dict[str, list[tuple[str, float]]]:
    """The areas of 2021 that each of 2011 has become, in equal shares."""
    became: dict[str, list[str]] = {}
    for old, new in zip(lookup["lsoa11_code"], lookup["lsoa21_code"], strict=True):
        became.setdefault(old, []).append(new)
    return {old: [(part, 1 / len(parts)) for part in parts] for old, parts in became.items()}


def residents(evidence: Evidence, codes: tuple[str, ...]) -> tuple[int, Floats] | None:
    """The latest mid-year and its residents by single year of age, [small area, age 0 .. 90]; None where none are known."""
    if not evidence.has("population") or not codes:
        return None
    year = int(evidence.population["year"].max())
    latest = evidence.population[(evidence.population["year"] == year) & (evidence.population["age"] < 20)]
    grid = recoded(latest.rename(columns={"persons": "value"}), "age", codes, evidence.lsoa_lookup)
    people = np.zeros((len(codes), 91))
    people[:, sorted(latest["age"].unique())] = grid
    return (year, people) if people.sum() > 0 else None


def cohort_residents(people: Floats, year: int, cohort: int) -> Floats | None:
    """Children of a cohort by small area at the mid-year; None where some of them were not born by then."""
    age = year - cohort - 1
    return 10 / 12 * people[:, age] + 2 / 12 * people[:, age - 1] if 1 <= age < people.shape[1] else None


def births_of(evidence: Evidence, codes: tuple[str, ...], living: Living) -> Births | None:
    """Births by cohort, of the authority and of its small areas (`codes`; none: the authority only); None without births."""
    table = evidence.births
    if table.empty:
        return None
    gss, own = evidence.authority.gss_code, own_districts(evidence.tables, evidence.authority)
    old = set(evidence.lsoa_lookup["lsoa11_code"]) if len(evidence.lsoa_lookup) else set()
    area = table["area_code"]
    fine = area.isin(set(codes) | old) if codes else area.str.match(SMALL_AREA)
    if not own:         # nobody says which districts are the authority's: all that the file holds
        own = tuple(sorted(set(area[~fine]) - {gss}))
    of = np.select([fine, area.isin(own) & (area != gss), area == gss], ["small area", "district", "authority"], "")
    if gss in own and len(own) == 1:        # a unitary authority is its own district
        of = np.where(area == gss, "authority", of)
    levels = {level: table[of == level] for level in ("small area", "district", "authority")}
    unused = tuple(sorted(area[of == ""].unique()))
    districts = tuple(d for d in own if d != gss)
    given = set(levels["district"]["area_code"])
    lacking = tuple(d for d in districts if d not in given) if given else ()
    found = _by_level(evidence, codes, levels, districts, living)
    cohorts = tuple(sorted(found))
    if not cohorts:
        return Births((), np.zeros(0), None, (), unused, lacking)
    small = np.stack([found[c][1] for c in cohorts]) if codes else None
    total = small.sum(axis=1) if small is not None else np.array([found[c][1].sum() for c in cohorts])
    return Births(cohorts, total, small, tuple(found[c][0] for c in cohorts), unused, lacking)


def _by_level(evidence: Evidence, codes: tuple[str, ...], levels: dict[str, pd.DataFrame],
              own: tuple[str, ...], living: Living) -> dict[int, tuple[str, Floats]]:
    """Births of each cohort by small area (or as one number), from the finest level that has the whole cohort."""
    spread = _shares(evidence, codes, own, living)
    found: dict[int, tuple[str, Floats]] = {}
    for cohort, births in levels["authority"].groupby("cohort")["births"].sum().items():
        found[int(cohort)] = ("authority", births * spread[-1])
    by_district = levels["district"].pivot_table(index="cohort", columns="area_code", values="births", aggfunc="sum")
    complete = by_district.reindex(columns=list(own)).dropna() if own else by_district.iloc[:0]
    for cohort, row in zip(complete.index, complete.to_numpy(), strict=True):
        found[int(cohort)] = ("district", (row[:, None] * spread[:-1]).sum(axis=0))
    fine = levels["small area"].rename(columns={"area_code": "lsoa_code", "births": "value"})
    if len(fine) and not codes:
        found = {int(c): ("small area", np.array([n])) for c, n in fine.groupby("cohort")["value"].sum().items()} | found
    elif len(fine):
        births = recoded(fine, "cohort", codes, evidence.lsoa_lookup)
        rows = recoded(fine.assign(value=1.0), "cohort", codes, evidence.lsoa_lookup)
        for i, cohort in enumerate(sorted(int(c) for c in fine["cohort"].unique())):
            whole = bool((rows[:, i] > 0).all())
            if whole or cohort not in found:
                found[cohort] = ("small area" if whole else INCOMPLETE, births[:, i])
    return found


def _shares(evidence: Evidence, codes: tuple[str, ...], own: tuple[str, ...], living: Living) -> Floats:
    """How births of each district, and last of the whole authority, are spread over small areas, by children aged 0 to 4."""
    if not codes:
        return np.ones((len(own) + 1, 1))
    district = dict(zip(evidence.lsoas["lsoa_code"], evidence.lsoas["district_code"], strict=True))
    where = np.array([district.get(code, "") for code in codes], dtype="object")
    inside = np.array([*[where == d for d in own], np.ones(len(codes), dtype="bool")])
    inside[~inside.any(axis=1)] = True          # a district of which no small area is known: all of them
    known = living(codes)
    weight = inside * (known[1][:, :UNDER_FIVE].sum(axis=1) if known is not None else 1.0)
    weight = np.where(weight.sum(axis=1, keepdims=True) > 0, weight, inside.astype("float64"))
    shares: Floats = weight / weight.sum(axis=1, keepdims=True)
    return shares


def recoded_to(values: Floats, origins: tuple[str, ...], codes: tuple[str, ...]) -> Floats:
    """Put values of one order of small areas into another; an area that the first does not have counts as none."""
    if origins == codes:
        return values
    of = dict(zip(origins, values, strict=True))
    return np.array([of.get(code, 0.0) for code in codes])
