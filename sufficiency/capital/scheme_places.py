"""Which places a scheme brings, year after year: from the few words in which a planner tells it, or from a list of its own.

A scheme that fills upwards opens in its first year group and reaches one year group more each September. A bulge is one cohort
that moves up with its class. All at once is what it says. `years_open` ends it again: a modular building whose permission runs
out takes no children after that. What is listed in `scheme_places` takes the place of all this; its last year goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sufficiency.capital.capital_tables import BAND_YEARS
from sufficiency.capital.money import rules

if TYPE_CHECKING:
    from sufficiency.evidence import Evidence

LAST_AFTER = 30  # academic years after opening that a capital decision looks at, at most
Row = tuple[str, int, int, float]


def places_of(evidence: Evidence) -> pd.DataFrame:
    """Places of every scheme by academic years since its opening and year group (capital.tables.Adds)."""
    listed = set(evidence.scheme_places["scheme_id"])
    rows = [row for scheme in evidence.schemes.to_dict("records") if scheme["scheme_id"] not in listed for row in _told(scheme)]
    rows += [row for _, mine in evidence.scheme_places.groupby("scheme_id") for row in _listed(mine)]
    return pd.DataFrame(rows, columns=["scheme_id", "after", "nc_year", "places"])


def _told(scheme: dict[str, Any]) -> Iterator[Row]:
    """The places of a scheme told in short."""
    code, places = scheme["scheme_id"], float(scheme["places"])
    stays = LAST_AFTER if np.isnan(scheme["years_open"]) else int(scheme["years_open"]) - 1
    if scheme["age_band"]:
        yield from ((code, after, BAND_YEARS[scheme["age_band"]], places) for after in range(stays + 1))
        return
    first, last = int(scheme["nc_year_from"]), int(scheme["nc_year_to"])
    fills = scheme["fills"] or rules()["kinds"][scheme["kind"]]["fills"]
    for after in range(stays + 1):
        reached = last if fills == "at_once" else min(first + after, last)
        if fills == "one_cohort":
            if first + after <= last:
                yield code, after, first + after, places
        else:
            yield from ((code, after, group, places) for group in range(first, reached + 1))


def _listed(mine: pd.DataFrame) -> Iterator[Row]:
    """The places of a scheme that lists them: the last year listed goes on."""
    groups = [BAND_YEARS[band] if band else int(group) for band, group in mine[["age_band", "nc_year"]].itertuples(index=False)]
    mine = mine.assign(group=groups)
    last = int(mine["after"].max())
    for row in mine.itertuples():
        yield row.scheme_id, row.after, row.group, row.places
        if row.after == last:
            yield from ((row.scheme_id, after, row.group, row.places) for after in range(last + 1, LAST_AFTER + 1))
