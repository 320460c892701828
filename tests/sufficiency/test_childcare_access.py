"""Access to childcare in the small town: hours shared among those who want them and can reach them, at the border too.

The four small areas lie 2 km from one to the next, west to east; a straight line of 5 km is in reach, so the nursery in the first
is in reach of the first three. Hours wanted by two-year-olds in the summer: funded 60, 30, 10 and 20, paid for 40 in the first.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, box
from town import BASE, SMALL_AREAS, evidence, lsoas

from sufficiency.childcare.access import COLUMNS, AccessChoices, ChildcareAccess, childcare_access
from sufficiency.childcare.living_points import living_points
from sufficiency.childcare.setting_list import Settings

NO_WARDS = Settings(pd.DataFrame(), pd.DataFrame({"ward_code": [], "lsoa_code": [], "postcodes": []}))
PLAIN = AccessChoices(method="2sfca")
MIDDLES = [{"lsoa_code": code, "easting": 451_000.0 + 2000 * i, "northing": 351_000.0, "part": float("nan")}
           for i, code in enumerate(SMALL_AREAS)]
WANTED = [*(("early_learning", code, n) for code, n in zip(SMALL_AREAS, [60.0, 30.0, 10.0, 20.0], strict=True)),
          ("paid", SMALL_AREAS[0], 40.0)]


def wanted() -> pd.DataFrame:
    rows = pd.DataFrame(WANTED, columns=["kind", "lsoa_code", "hours_week"])
    return rows.assign(ay=BASE, term="summer", age_band="age_2", eligible=8.0)


def offer(ref: str, hours_week: float, funded: float, easting: float = 451_000.0, **more: Any) -> dict[str, Any]:
    return {"setting_ref": ref, "own": True, "lsoa_code": "", "ward_code": "", "district_code": "", "easting": easting,
            "northing": 351_000.0, "ay": BASE, "term": "summer", "age_band": "age_2", "hours_week": hours_week,
            "funded_hours_week": funded, **more}


def measured(*offers: dict[str, Any], choices: AccessChoices = PLAIN, **tables: Any) -> ChildcareAccess:
    known = evidence({"area_points": MIDDLES, **tables})
    return childcare_access(known, wanted(), pd.DataFrame(offers), NO_WARDS, [BASE], choices)


def column(found: ChildcareAccess, name: str, measure: str = "funded") -> list[Any]:
    rows = found.table[found.table["measure"] == measure].set_index("lsoa_code")
    return list(rows.loc[SMALL_AREAS, name])


def told(found: ChildcareAccess) -> str:
    return " / ".join(note.text for note in found.notes)


NURSERY = offer("EY1", 280.0, 50.0)
MINDERS = offer("childminders E01000004", 20.0, 12.0, np.nan, northing=np.nan, lsoa_code=SMALL_AREAS[3])


def test_funded_hours_are_held_against_funded_demand_and_all_against_all() -> None:
    found = measured(NURSERY)
    assert list(found.table.columns) == COLUMNS
    assert column(found, "index") == pytest.approx([0.5, 0.5, 0.5, 0.0])            # 50 among 60, 30 and 10
    assert column(found, "index", "all") == pytest.approx([2.0, 2.0, 2.0, 0.0])     # 280 among 100, 30 and 10
    assert column(found, "nearest") == pytest.approx([0.0, 2000.0, 4000.0, np.nan], nan_ok=True)
    assert column(found, "without_supply") == [False, False, False, True]
    assert found.table["basis"].eq("straight line").all()
    assert "age_2, funded hours: 1 small areas that want 20 hours a week have nothing in reach (summer, 2022/23)" in told(found)


def test_childminders_lie_in_their_small_area_and_are_nobodys_nearest() -> None:
    """12 hours among the 30, 10 and 20 of the second to the fourth."""
    found = measured(NURSERY, MINDERS)
    assert column(found, "index") == pytest.approx([0.5, 0.7, 0.7, 0.2])
    assert np.isnan(column(found, "nearest")[3]) and not any(column(found, "without_supply"))
    rows = found.table[found.table["measure"] == "funded"]
    assert (rows["index"] * rows["wanted"]).sum() == pytest.approx(62.0)


def test_childminders_of_a_district_lie_where_its_children_live() -> None:
    """All children of the east live in the third small area, as far as anybody knows: 12 hours among 30, 10, 20 and 60."""
    east = offer("childminders E07000002", 20.0, 12.0, np.nan, northing=np.nan, district_code="E07000002")
    children = wanted().assign(lsoa_code=SMALL_AREAS[2], kind="paid", hours_week=0.0).iloc[:1]
    known = evidence({"area_points": MIDDLES, "lsoas": everywhere()})
    found = childcare_access(known, pd.concat([wanted(), children]), pd.DataFrame([east]), NO_WARDS, [BASE], PLAIN)
    assert column(found, "index") == pytest.approx([12 / 120] * 4)


def everywhere() -> gpd.GeoDataFrame:
    """The town with wide open country all around it that belongs to the fourth small area."""
    wide = lsoas()
    wide.loc[3, "geometry"] = box(430_000, 330_000, 480_000, 380_000)
    return wide


def test_a_setting_that_is_placed_nowhere_is_told_by_its_number() -> None:
    found = measured(NURSERY, offer("EY9", 10.0, 5.0, np.nan, northing=np.nan, district_code="E07000009"))
    assert "1 settings stand on no point and in no small area that is known: EY9" in told(found)


def test_hours_that_nobody_reaches_are_told_and_those_across_the_border_are_not() -> None:
    far, across = offer("EY2", 9.0, 9.0, 490_000.0), offer("EY3", 8.0, 8.0, 465_000.0, own=False)
    found = measured(NURSERY, far, across)
    assert "age_2, funded hours: 9 hours a week on offer are in nobody's reach" in told(found)


def test_at_the_border_only_the_known_part_counts() -> None:
    """The town is a strip 8 km by 2 km: of a circle of 5 km about the first middle it covers an eighth or so."""
    circle = np.pi * 5.0**2
    found = measured(NURSERY, lsoas=lsoas())
    share = column(found, "share_known")[0]
    assert 0.9 * 12 / circle < share < 1.1 * 12 / circle      # 6 km of the strip's 2 km lie within 5 km of it, nearly
    rows = found.table[found.table["measure"] == "funded"]
    assert (rows["index"] * rows["wanted"]).sum() == pytest.approx(50.0 * share, rel=0.01)
    assert "part of the reach of 4 of 4 points lies beyond what is known" in told(found)
    whole = measured(NURSERY, lsoas=everywhere())
    assert column(whole, "share_known") == pytest.approx([1.0] * 4)
    assert column(whole, "index") == pytest.approx([0.5, 0.5, 0.5, 0.0])
    assert "lies beyond" not in told(whole) and "nothing is known of the border" in told(measured(NURSERY))


def road(name: str, start: float, end: float, bend: float = 0.0) -> dict[str, Any]:
    """A road between middles, metres from the first, straight or with a bend to the south."""
    line = LineString([(451_000 + start, 351_000), (451_000 + (start + end) / 2, 351_000 - bend), (451_000 + end, 351_000)])
    return {"link_id": name, "start_node": f"{start:g}", "end_node": f"{end:g}", "metres": line.length, "road_class": "",
            "road_function": "A Road", "form_of_way": "", "road_name": "", "geometry": line}


def test_along_roads_on_foot_and_by_car() -> None:
    """By car all lie within 15 minutes; on foot the second is within 2 km, until the straight road is barred."""
    links = gpd.GeoDataFrame([road("main", 0, 2000), road("east", 2000, 6000), road("lane", 0, 2000, 1500)], crs="EPSG:27700")
    by_car = measured(NURSERY, choices=AccessChoices(method="2sfca"), road_links=links)
    assert column(by_car, "index") == pytest.approx([50 / 120] * 4) and by_car.table["basis"].eq("driving").all()
    assert column(by_car, "nearest")[3] == pytest.approx(6.0 / 55 * 60)
    walk = AccessChoices("walking", "2sfca")
    assert column(measured(NURSERY, choices=walk, road_links=links), "index") == pytest.approx([50 / 90, 50 / 90, 0, 0])
    bar = [{"link_id": "main", "reason": "no footway", "author": "RSO", "made_on": "2026-01-01"}]
    barred = measured(NURSERY, choices=walk, road_links=links, barred_links=bar)
    assert column(barred, "index") == pytest.approx([50 / 60, 0, 0, 0])


def test_what_cannot_be_measured_is_refused_or_said() -> None:
    with pytest.raises(ValueError, match="need roads"):
        measured(NURSERY, choices=AccessChoices("walking"))
    with pytest.raises(ValueError, match="no way to measure access"):
        measured(NURSERY, choices=AccessChoices("flying"))
    nowhere = childcare_access(evidence({}), wanted(), pd.DataFrame([NURSERY]), NO_WARDS, [BASE])
    assert nowhere.table.empty and "no small area has a place on the ground" in told(nowhere)


def test_where_people_live_in_their_small_area() -> None:
    """Given points count by their part, all alike where one is blank; other small areas have the middle of their shape."""
    first, second = SMALL_AREAS[:2]
    given = [{"lsoa_code": first, "easting": 450_100.0 + 100 * k, "northing": 350_100.0, "part": part}
             for k, part in enumerate([30.0, 10.0, 0.0])]
    given += [{"lsoa_code": second, "easting": 452_100.0 + 100 * k, "northing": 350_100.0, "part": part}
              for k, part in enumerate([7.0, float("nan")])]
    points, notes = living_points(evidence({"area_points": given, "lsoas": lsoas()}), [*SMALL_AREAS, "E01000009"])
    assert points.groupby("lsoa_code")["part"].sum().eq(1.0).all()
    assert points["part"].tolist() == [0.75, 0.25, 0.5, 0.5, 1.0, 1.0]
    assert points.loc[4:, "easting"].between(454_000, 458_000).all()
    text = " / ".join(note.text for note in notes)
    assert "2 of 5 small areas have points" in text and "1 small areas have neither a point nor a shape: E01000009" in text
