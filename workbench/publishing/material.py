"""What whoever makes a part of a publication is given: the run, the release that it is cut from, and for whom it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from workbench.charts import Chart
    from workbench.disclosure import Release
    from workbench.publishing.statements import Statements
    from workbench.publishing.stored import StoredRun

PUBLICATION, OFFICERS = "publication", "officers"
EDITIONS = (PUBLICATION, OFFICERS)
CALLED = {PUBLICATION: "For publication", OFFICERS: "For officers"}


@dataclass(frozen=True)
class Material:
    """A finished run, the release of it for one edition, and what people have said.

    withheld: how many schemes this edition leaves to officers. Every figure comes from `release`; `run` is for what is no figure.
    """

    edition: str
    run: StoredRun
    release: Release
    charts: Mapping[str, Chart]
    said: Statements
    template: Path | None = None
    withheld: int = 0
    as_run: bool = True                 # whether map and workbook of the run still hold on the day of publishing

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables of the release: what is hidden is missing in them."""
        return self.release.tables

    @property
    def for_officers(self) -> bool:
        """Whether this is the edition that stays in the house."""
        return self.edition == OFFICERS
