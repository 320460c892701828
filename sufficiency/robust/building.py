"""What may be built for schools in many futures: the schemes and money of a run's case, without the children of its one future.

Schemes that are not for schools, and those that take places away, stay as the run's plan has them, and so do those that a rule on
children ties (the equity floor counts children of one future, and is not asked here). All rules on schemes, sites, dates,
consents and money are the run's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.capital.choices import Choices
from sufficiency.capital.facts import Facts, facts
from sufficiency.capital.hand_over import hand_over
from sufficiency.capital.model import Build, build
from sufficiency.capital.plan import Plan
from sufficiency.capital.tables import Case, check_case, frames
from sufficiency.capital.verify import broken_rules
from sufficiency.robust.sample import GROUPS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sufficiency.capital.arrays import Arrays
    from sufficiency.robust.sample import Ground

    Floats = NDArray[np.float64]

OF_CHILDREN = ("groups", "cells", "links", "free")
Opens = Mapping[str, int]       # scheme -> academic year in which it opens


@dataclass(frozen=True)
class Building:
    """Schemes and money, and of which schemes the choice is."""

    case: Case              # without children
    choices: Choices
    ground: Ground
    held: Opens             # what stays as it is, of schemes that are not chosen among

    @cached_property
    def facts(self) -> Facts:
        """What the rules ask of it, looked up."""
        return facts(self.case, self.choices)

    @cached_property
    def built(self) -> Build:
        """Its problem as PuLP holds it."""
        return build(self.facts)

    @cached_property
    def arrays(self) -> Arrays:
        """The same as arrays, the schemes that stay as they are fixed."""
        problem = hand_over(self.built)
        free = set(self.free)
        lower, upper = problem.lower.copy(), problem.upper.copy()
        for i, (k, t) in enumerate(self.built.variables.open_by):
            if k not in free:
                lower[i] = upper[i] = float(k in self.held and t >= self.held[k])
        return replace(problem, lower=lower, upper=upper)

    @cached_property
    def free(self) -> tuple[str, ...]:
        """The schemes that are chosen among: those that add school places in an area that is known, and take none away."""
        takes = set(self.case.adds.loc[self.case.adds["places"].lt(0), "scheme_id"])
        rows = self.case.schemes
        return tuple(k for k, phase in zip(rows["scheme_id"], rows["phase"], strict=True)
                     if phase in ENTRY_YEAR and k not in takes and self.area_of.get(k) is not None)

    @cached_property
    def area_of(self) -> dict[str, int | None]:
        """The place of each scheme's area; None where it is no area of the futures."""
        at = {code: a for a, code in enumerate(self.ground.codes)}
        of_site = dict(zip(self.case.sites["site_id"], self.case.sites["area_code"], strict=True))
        return {k: at.get(str(of_site.get(site))) for k, site in self.facts.site_of.items()}

    def adds(self, opens: Opens, only: tuple[str, ...] | None = None) -> Floats:
        """Places that schemes add to the years: [year, area, nc_year]; only: those schemes alone."""
        found = np.zeros(self.ground.shape)
        for k, t in opens.items():
            area = self.area_of.get(k)
            if area is None or (only is not None and k not in only):
                continue
            for (y, n), places in self.facts.places_of(k, t).items():
                if y in self.ground.years and 0 <= n < GROUPS:
                    found[self.ground.years.index(y), area, n] += places
        return found

    def cost(self, opens: Opens) -> float:
        """What schemes cost, in thousands of pounds."""
        return sum(self.facts.cost[k] for k in sorted(opens))

    def broken(self, opens: Opens, spending: pd.DataFrame) -> list[str]:
        """Every rule on schemes, dates, sites and money that a plan breaks, looked at in plain tables; none that may be shown."""
        starts = pd.DataFrame(sorted(opens.items()), columns=["scheme_id", "opens"]).astype({"opens": "int64"})
        nobody = pd.DataFrame({"group_id": pd.Series(dtype="str"), "site_id": pd.Series(dtype="str"),
                               "children": pd.Series(dtype="float64")})
        nowhere = pd.DataFrame({"group_id": pd.Series(dtype="str"), "ay": pd.Series(dtype="int64"),
                                "nc_year": pd.Series(dtype="int64"), "children": pd.Series(dtype="float64")})
        return broken_rules(self.case, self.choices, Plan(starts, nobody, nowhere, spending, {}, ()))


def building(case: Case, choices: Choices, ground: Ground, opens: Opens) -> Building:
    """What may be built; opens: of the run's plan."""
    tables = {name: table.iloc[:0] if name in OF_CHILDREN else table for name, table in frames(case).items()}
    free_of_children = check_case(case.years, tables)
    asked = replace(choices, equity_floor=False, everyone_placed=False)
    whole = Building(free_of_children, asked, ground, {})
    free = set(whole.free)
    return Building(free_of_children, asked, ground, {k: t for k, t in opens.items() if k not in free})
