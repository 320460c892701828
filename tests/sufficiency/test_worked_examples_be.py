"""The worked examples of the domain brief, sections B3 and E1, to the last printed figure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sufficiency.balance import need, need_with_margin, spare, unfilled_by_school


def test_e1_need_spare_net_and_need_with_margin() -> None:
    """One planning area, 60 places in each of R to Y6."""
    forecast, places = np.array([62.0, 60, 64, 61, 58, 60, 59]), np.full(7, 60.0)
    assert need(forecast, places).tolist() == [2, 0, 4, 1, 0, 0, 0]
    assert need(forecast, places).sum() == 7
    assert spare(forecast, places).tolist() == [0, 0, 0, 0, 2, 0, 1]
    assert spare(forecast, places).sum() == 3
    assert (forecast - places).sum() == 4, "the wrong measure to publish as need"
    with_margin = need_with_margin(forecast, places, 0.02)
    assert [f"{x:.2f}" for x in with_margin] == ["3.24", "1.20", "5.28", "2.22", "0.00", "1.20", "0.18"]
    assert f"{with_margin.sum():.1f}" == "13.3"


def test_b3_unfilled_over_capacity_and_net() -> None:
    """Three schools: A 210 places and 190 pupils, B 420 and 431, C 105 and 84."""
    places = pd.DataFrame({"urn": ["A", "B", "C"], "area": "one", "yg_places": [210.0, 420.0, 105.0]})
    pupils = pd.DataFrame({"urn": ["A", "B", "C"], "pupils": [190.0, 431.0, 84.0]})
    found = unfilled_by_school(pupils, places, by=["area"]).iloc[0]
    assert (found["places"], found["pupils"]) == (735, 705)
    assert found["unfilled_places"] == 41 and f"{found['unfilled_share']:.1%}" == "5.6%"
    assert found["over_capacity_pupils"] == 11 and f"{found['over_capacity_share']:.1%}" == "1.5%"
    assert found["net_spare"] == 30
    assert spare(pupils["pupils"].to_numpy(), places["yg_places"].to_numpy()).tolist() == [20, 0, 21]
