"""The real county, from the January 2023 census: every school placed, and the forecast held against what came.

The published counts are those of domain facts (scorecards, releases to June 2026): January 2024, 2025 and 2026.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sufficiency.made_of import AUTHORITY, waterfall
from sufficiency.model import Outcome, run
from sufficiency.workspace import load

pytestmark = pytest.mark.real

WORKSPACE = Path(__file__).parent / "workspaces" / "nottinghamshire"
PUBLISHED = {("primary", 2023): 66526, ("primary", 2024): 65772, ("primary", 2025): 64666,
             ("secondary", 2023): 47926, ("secondary", 2024): 47900, ("secondary", 2025): 47736}
PLAIN_THREE_YEARS = {"primary": 0.003, "secondary": 0.0303}     # cohort survival, 1-2-3 weights: -0.3 % and +3.0 %
COUNTY_THREE_YEARS = {"primary": 0.0501, "secondary": 0.0739}   # the county's own return


@pytest.fixture(scope="module")
def outcome(data: Path) -> Outcome:
    loaded = load(WORKSPACE, os.environ)
    return run(loaded.evidence, loaded.assumptions)


def test_every_state_mainstream_school_is_placed(outcome: Outcome) -> None:
    schools = outcome.tables["schools"]
    assert len(schools) == 329
    primary, secondary = schools["primary_planning_area_code"], schools["secondary_planning_area_code"]
    serves_primary, serves_secondary = schools["nc_year_low"] <= 6, schools["nc_year_high"] >= 7
    assert (primary[serves_primary] != "").all() and (secondary[serves_secondary] != "").all()
    assert "8911000" not in set(primary)
    assert schools["easting"].notna().all() and schools["northing"].notna().all()
    basis = schools.loc[serves_primary, "primary_area_basis"]
    assert basis.str.contains("neighbours").any() and basis.str.contains("2015|SCAP", regex=True).any()


def test_totals_are_no_worse_than_plain_cohort_survival(outcome: Outcome) -> None:
    accuracy = outcome.tables["accuracy"].set_index(["phase", "ay"])
    print(accuracy.to_string())
    assert set(accuracy.index) == set(PUBLISHED), "every January that the scorecards tell, each once"
    for (phase, ay), actual in PUBLISHED.items():
        row = accuracy.loc[(phase, ay)]
        assert row["actual"] == actual
        assert row["error"] == pytest.approx(row["forecast"] / actual - 1)
    for phase, plain in PLAIN_THREE_YEARS.items():
        assert abs(accuracy.loc[(phase, 2025), "error"]) <= plain + 0.0005
        assert accuracy.loc[(phase, 2025), "own_error_three_year"] == pytest.approx(COUNTY_THREE_YEARS[phase], abs=5e-5)


def test_the_parts_lead_from_the_roll_to_the_forecast(outcome: Outcome) -> None:
    """Every area and the county; a shrinking county loses by births and gains by families who move in."""
    told = waterfall(outcome.tables["made_of"], outcome.tables["pupils"])
    assert np.abs(told["parts_added_up"] - told["pupils"]).sum() < 1e-6
    county = told[(told["planning_area_code"] == AUTHORITY) & (told["phase"] == "primary")].set_index("ay").loc[2027]
    print(county.to_string())
    assert county["from_births"] < -5000 and county["from_survival"] > 1000 and abs(county["from_transfers"]) < 1e-6


def test_areas_and_schools_add_up_to_the_authority(outcome: Outcome) -> None:
    pupils, schools = outcome.tables["pupils"], outcome.tables["school_pupils"]
    keys = ["ay", "phase", "planning_area_code", "nc_year"]
    by_school = schools.groupby(keys)["pupils"].sum().reindex(pupils.set_index(keys).index, fill_value=0.0)
    assert np.allclose(by_school, pupils.set_index(keys)["pupils"])
    base = pupils[(pupils["ay"] == 2022) & (pupils["phase"] == "primary")]["pupils"].sum()
    assert base == 66920, "January 2023, Reception to Year 6, as published"
    assert set(pupils.loc[pupils["phase"] == "primary", "ay"]) == set(range(2022, 2028))
    assert set(pupils.loc[pupils["phase"] == "secondary", "ay"]) == set(range(2022, 2030))
