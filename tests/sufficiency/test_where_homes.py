"""Where a site's children go, and the usual rate by planning area, district or authority, on four small areas in a row.

The small areas W1 W2 | E1 E2 are 2 km squares from 450 km east on, two to a district; W1 and W2 send all their children to area
W, E1 half to each of W and E, E2 all to E.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

from planning_areas.lookup import Lookup, lookup_from
from sufficiency.housing.trajectories import parts_of
from sufficiency.housing.usual_rate import by_past_of_sites, of_nowhere, told, usual_rate
from sufficiency.housing.where_homes import district_shares, shares, small_areas_of
from sufficiency.rules import rulebook
from tests.aids import town

WINDOW = range(2020, 2023)
NOTHING = float("nan")


def lookup() -> Lookup:
    parts = {"E01000001": {"W": 1.0}, "E01000002": {"W": 1.0}, "E01000003": {"W": 0.5, "E": 0.5}, "E01000004": {"E": 1.0}}
    rows = [(origin, code, share) for origin, row in parts.items() for code, share in row.items()]
    pairs = pd.DataFrame(rows, columns=["origin", "destination", "weight"])
    return lookup_from(pairs, town.SMALL_AREAS, ["E", "W"])


def points(*places: tuple[str, float, float]) -> pd.DataFrame:
    return pd.DataFrame(places, columns=["site_ref", "easting", "northing"])


def completions(homes: Mapping[str, float], years: range = range(2019, 2023)) -> pd.DataFrame:
    rows = [(code, year, n) for code, n in homes.items() for year in years]
    return pd.DataFrame(rows, columns=["area_code", "financial_year", "dwellings"])


def test_a_sites_children_go_where_those_of_its_small_area_go() -> None:
    evidence = town.evidence({"lsoas": town.lsoas()})
    inside = ("IN W1", 451_000, 351_000), ("IN E1", 455_000, 351_000)
    sites = points(*inside, ("NOWHERE", NOTHING, NOTHING), ("AWAY", 600_000, 200_000))
    found, notes = small_areas_of(sites, evidence)
    assert found == ["E01000001", "E01000003", "", ""]
    assert "AWAY, NOWHERE" in notes[0].text and notes[0].loses
    into = shares(found, lookup(), ["E", "W"], np.array([30.0, 90.0])).toarray()
    assert_allclose(into, np.array([[0, 1], [0.5, 0.5], [0.25, 0.75], [0.25, 0.75]]))


def test_a_site_on_a_border_is_in_one_small_area_only() -> None:
    evidence = town.evidence({"lsoas": town.lsoas()})
    assert small_areas_of(points(("EDGE", 452_000, 351_000)), evidence)[0] == ["E01000001"]


def test_where_no_small_areas_are_known_homes_are_shared_by_pupils() -> None:
    found, notes = small_areas_of(points(("A", 451_000, 351_000)), town.evidence({}))
    assert found == [""] and notes == ()
    assert_allclose(shares(found, None, ["E", "W"], np.array([0.0, 0.0])).toarray(), [[0.5, 0.5]])


def test_districts_are_shared_over_planning_areas_by_people() -> None:
    evidence = town.evidence({"lsoas": town.lsoas()})
    found = district_shares(evidence, lookup(), ["E", "W"])
    assert_allclose(found["E07000001"], [0, 1])
    assert_allclose(found["E07000002"], [0.75, 0.25])
    assert_allclose(found[""], [0.375, 0.625])


def test_the_usual_rate_comes_from_the_finest_that_is_given() -> None:
    districts = {"": np.array([0.375, 0.625]), "D1": np.array([0.0, 1.0]), "D2": np.array([0.75, 0.25])}

    def rate(homes: Mapping[str, float]) -> np.ndarray:
        return np.asarray(usual_rate(completions(homes), ["E", "W"], districts, "E10", WINDOW))

    assert_allclose(rate({"E": 10, "W": 30, "D1": 99, "D2": 99}), [10, 30])
    assert_allclose(rate({"D1": 20, "D2": 40, "E10": 999}), [30, 30])
    assert_allclose(rate({"E10": 80}), [30, 50])
    assert_allclose(rate({"D1": 20, "E10": 80}), [30, 50])      # one district alone says nothing of the others
    assert np.isnan(rate({"D1": 20})).all()
    assert_allclose(rate({"E": 10}), [10, NOTHING])


def test_the_usual_rate_is_the_mean_of_the_homes_ready_in_the_window() -> None:
    """Ready for 2020/21 to 2022/23: 7/12 of 2019/20, all of 2020/21 and 2021/22, and 5/12 of 2022/23."""
    homes = pd.DataFrame([("E", 2019, 12.0), ("E", 2020, 24.0), ("E", 2021, 36.0), ("E", 2022, 48.0)],
                         columns=["area_code", "financial_year", "dwellings"])
    assert_allclose(usual_rate(homes, ["E"], {}, "", WINDOW), (7 + 24 + 36 + 20) / 3)
    lacking = homes[homes["financial_year"] < 2022]
    not_known_yet = usual_rate(lacking, ["E"], {}, "", WINDOW)
    assert_allclose(not_known_yet, (7 + 24 + 36) / (7 / 12 + 2))        # and not nought


def test_codes_of_nowhere_and_rates_not_known_are_told() -> None:
    (note,) = of_nowhere(completions({"E": 1, "TYPO": 2}), {"E", "W"})
    assert "TYPO" in note.text and "E," not in note.text
    assert of_nowhere(completions({"E": 1}), {"E"}) == ()
    (note,) = told("primary", np.array([10.0, NOTHING]), ["E", "W"], WINDOW, "the homes completed")
    assert "HOMES ARE NOT ADDED" in note.text and "in W" in note.text and "completions" in note.loses
    (note,) = told("primary", np.array([10.0, 5.0]), ["E", "W"], WINDOW, "the homes completed")
    assert "15 homes a year, the usual rate of 2020/21 to 2022/23" in note.text


def test_without_a_listed_past_sites_say_nothing_of_the_usual_rate() -> None:
    sites = pd.DataFrame({"site_ref": "A", "site_name": "A", "status": "full", "easting": NOTHING, "northing": NOTHING,
                          "financial_year": [2022, 2023], "dwellings": [10.0, 10.0], **town.KIND_NOT_KNOWN, "note": ""})
    parts = parts_of(sites, 2022, rulebook("housing"))
    assert np.isnan(by_past_of_sites(parts, np.ones((1, 1)), WINDOW)).all()
