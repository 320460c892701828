"""Access of areas at the border: no letter where too little of the reach is known; and whose rate the take-up of an area is."""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import pytest

from sufficiency.childcare.access_areas import access_of_areas, border_notes
from sufficiency.childcare.wanted import takeup_by_area

AY, CODE, DISTRICT, WHOLE = 2025, "E01000001", "E07000001", "E10000099"


@pytest.mark.parametrize(("known", "letter"), [(1.0, "R"), (0.85, "R"), (0.84, "?"), (0.54, "?")])
def test_an_index_of_whose_reach_too_little_is_known_has_no_letter(known: float, letter: str) -> None:
    access = pd.DataFrame([{"lsoa_code": CODE, "ay": AY, "term": "summer", "age_band": "age_2", "measure": "all", "wanted": 100.0,
                            "index": 0.49, "index_assumed": 0.0, "without_supply": False, "share_known": known,
                            "children": 50.0}])
    areas = pd.DataFrame([{"lsoa_code": CODE, "level": "planning_area", "area_code": "P1", "area_name": "Edge", "share": 1.0}])
    table = access_of_areas(access, areas)
    assert table["status"].tolist() == [letter] and table["index"].tolist() == [0.49], "the figure stands beside"
    told = border_notes(table, AY, 0.85)
    assert bool(told) == (letter == "?")
    if told:
        assert f"Edge ({known:.0%})" in told[0].text and "bring the register" in told[0].loses


@pytest.mark.parametrize(("index", "assumed", "letter"), [
    (1.9, 1.2, "?"), (1.9, 0.95, "B"), (0.5, 0.0, "R"), (0.5, 0.3, "?"), (3.0, 1.6, "B"),
])
def test_an_index_that_rests_on_assumed_hours_has_no_letter_wherever_they_are_offered(index: float, assumed: float,
                                                                                     letter: str) -> None:
    """More than half of what is in reach; the area's own settings have no part in it. 1.4 that are told are a surplus alone."""
    access = pd.DataFrame([{"lsoa_code": CODE, "ay": AY, "term": "summer", "age_band": "age_2", "measure": "all", "wanted": 100.0,
                            "index": index, "index_assumed": assumed, "without_supply": False, "share_known": 1.0,
                            "children": 50.0}])
    areas = pd.DataFrame([{"lsoa_code": CODE, "level": "planning_area", "area_code": "P1", "area_name": "Edge", "share": 1.0}])
    table = access_of_areas(access, areas)
    assert table["status"].tolist() == [letter] and table["share_assumed"].tolist() == [pytest.approx(assumed / index)]


@dataclass
class Known:
    """What is known of take-up, as `takeup.Use` has it."""

    own: pd.DataFrame
    published: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["kind", "age", "eligible", "registered"]))
    codes: tuple[str, ...] = (CODE,)
    districts: tuple[str, ...] = (DISTRICT,)
    authority: str = WHOLE


@pytest.mark.parametrize(("counted", "basis"), [
    (CODE, ["the council's count"] * 3),
    (DISTRICT, ["rate of the district, not counted here", "the council's count", "the council's count"]),
    (WHOLE, ["rate of the authority, not counted here"] * 2 + ["the council's count"]),
    ("", ["rate of the authority, not counted here"] * 2 + ["published"]),
])
def test_a_rate_of_a_wider_area_is_told_as_not_counted_here(counted: str, basis: list[str]) -> None:
    own = pd.DataFrame([{"area_code": counted, "kind": "early_learning", "age_band": "age_2", "takeup": 0.7}][: bool(counted)],
                       columns=["area_code", "kind", "age_band", "takeup"])
    published = pd.DataFrame([{"kind": "early_learning", "age": "2 years", "eligible": 100.0, "registered": 70.0}])
    wanted = pd.DataFrame([{"lsoa_code": CODE, "ay": AY, "term": "spring", "age_band": "age_2", "kind": "early_learning",
                            "eligible": 100.0, "children": 70.0}])
    areas = pd.DataFrame([{"lsoa_code": CODE, "level": level, "area_code": area, "area_name": area, "share": 1.0}
                          for level, area in (("ward", "E05000001"), ("district", DISTRICT), ("authority", WHOLE))])
    table = takeup_by_area(wanted, areas, Known(own, published), AY).set_index("level")     # type: ignore[arg-type]  # what it looks at
    assert table.loc[["ward", "district", "authority"], "basis"].tolist() == basis
