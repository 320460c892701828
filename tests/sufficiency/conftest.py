"""Towns for the tests of the projection: schools, rolls and births written down in a few lines, made into evidence.

`town` makes one. A school is (urn, primary area, secondary area, lowest and highest year group, easting, northing), an area blank
where the school has none in that phase; a roll is urn -> {year: [pupils from the lowest year group up]}; births are cohort ->
{small area: children}, and homes small area -> {primary area: share}.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import pandas as pd
import pytest

from planning_areas.lookup import Lookup, lookup_from
from planning_areas.school_year import ENTRY_YEAR
from sufficiency.areas.areas import AreaFrame
from sufficiency.assumptions import Assumptions
from sufficiency.children import Projection, project
from sufficiency.evidence import TABLES, Authority, Evidence, empty
from sufficiency.example.county import County, draw_county
from sufficiency.example.publish import example_files
from sufficiency.forecast.strands import Strands, strands_of

BASE = 2022
CODE, GSS = "999", "E10000099"
School = tuple[str, str, str, int, int, float, float]
Rolls = Mapping[str, Mapping[int, Sequence[float | None]]]
Counts = Mapping[int, Mapping[str, float]]
Homes = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True)
class Town:
    """Evidence, schools, history and planning areas of an invented town, as the projection takes them."""

    evidence: Evidence = field(repr=False)
    schools: pd.DataFrame = field(repr=False)
    history: pd.DataFrame = field(repr=False)
    frame: AreaFrame = field(repr=False)

    def project(
        self, assumptions: Assumptions | None = None, places: pd.DataFrame | None = None, method: str = "plain",
    ) -> Projection:
        """Project the town's children."""
        chosen = replace(assumptions or Assumptions(), method=method)
        return project(self.evidence, self.schools, self.history, self.frame, chosen, places)

    def strands(self) -> Strands:
        """The strands of the town's schools."""
        return strands_of(self.schools, self.history, self.frame, self.evidence.authority.base_year)[0]

    def with_tables(self, **tables: pd.DataFrame) -> Town:
        """The same town with other tables of evidence."""
        return replace(self, evidence=replace(self.evidence, tables={**self.evidence.tables, **tables}))


def make_town(schools: Sequence[School], rolls: Rolls, births: Counts | None = None, homes: Homes | None = None,
              living: Homes | None = None, people: Mapping[str, Sequence[float]] | None = None, year: int = 2020,
              authority_roll: Mapping[int, Sequence[float]] | None = None, base: int = BASE) -> Town:
    """Make a town; `living`: homes of secondary areas; people: children of each age from 0 by small area at mid-`year`."""
    members = _frame(["urn", "phase", "planning_area_code", "basis"], (
        (urn, phase, code, "the town's list") for urn, *codes, _, _, _, _ in schools
        for phase, code in zip(ENTRY_YEAR, codes, strict=True) if code)).astype("str")
    areas = sorted({(code, phase) for phase, code in zip(members["phase"], members["planning_area_code"], strict=True)})
    areas = areas or [(f"{CODE}-{phase}", phase) for phase in ENTRY_YEAR]
    names = _frame(["planning_area_code", "phase", "planning_area_name"], ((a, phase, f"Area {a}") for a, phase in areas))
    about = _frame(["urn", "school_name", "nc_year_low", "nc_year_high", "easting", "northing", "open_date"], (
        (urn, f"School {urn}", low, high, x, y, "") for urn, _, _, low, high, x, y in schools))
    low = {urn: first for urn, _, _, first, _, _, _ in schools}
    history = _frame(["urn", "ay", "nc_year", "pupils"], (
        (u, ay, low.get(u, 0) + i, n) for u, years in rolls.items() for ay, row in years.items() for i, n in enumerate(row)))
    history = history.astype({"urn": "str", "ay": "int64", "nc_year": "int64", "pupils": "float64"})
    given = {
        "births": ((code, cohort, n, "cohort") for cohort, row in (births or {}).items() for code, n in row.items()),
        "population": ((code, year, age, n) for code, row in (people or {}).items() for age, n in enumerate(row)),
        "authority_roll": ((CODE, ay, g, n, "") for ay, row in (authority_roll or {}).items() for g, n in enumerate(row)),
    }
    tables = {name: empty(name) for name in TABLES}
    for name, rows in given.items():
        table = _frame(list(tables[name].columns), rows)
        tables[name] = table if len(table) else tables[name]
    homes_of = {phase: _lookup(h, [code for code, p in areas if p == phase])
                for phase, h in (("primary", homes), ("secondary", living)) if h}
    frame = AreaFrame(names, members, homes_of, None, pd.DataFrame(), ())
    return Town(Evidence(Authority(CODE, "Town", GSS, base), tables), about, history, frame)


def _frame(columns: list[str], rows: Iterable[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=columns)


def _lookup(homes: Homes, codes: Sequence[str]) -> Lookup:
    pairs = _frame(["origin", "destination", "weight"], (
        (origin, code, share) for origin, row in homes.items() for code, share in row.items()))
    return lookup_from(pairs, sorted(homes), sorted(codes))


@pytest.fixture(scope="session")
def town() -> Callable[..., Town]:
    """Make a town."""
    return make_town


@pytest.fixture(scope="session")
def county() -> County:
    """The invented county, drawn once."""
    return draw_county(1)


@pytest.fixture(scope="session")
def files(county: County) -> dict[str, bytes]:
    """Its files, as they are published."""
    return example_files(county)
