"""The usual rate of building: homes a year that survival ratios of recent years already carry (domain brief C6).

It is the mean over the academic years from which ratios are measured. It comes from the homes completed in the past, given by
planning area, else by district, else for the authority, these two shared over planning areas by the people who live there; and
where none are given from the sites' own past years, if these are listed. Where it is not known it stays so: nothing is added
there, since nobody could say how much would be counted twice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from planning_areas.school_year import ay_label
from planning_areas.wording import some
from sufficiency.evidence import Note
from sufficiency.housing.trajectories import EARLIER, SAME

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from sufficiency.housing.trajectories import Parts

    Floats = NDArray[np.float64]


def usual_rate(completions: pd.DataFrame, codes: Sequence[str], districts: Mapping[str, Floats], gss_code: str, years: range,
               ) -> Floats:
    """Homes a year in each planning area of a phase over some academic years: [area], missing where not known.

    completions: `evidence.Completions`. districts: district, or blank for the authority -> share of each planning area.
    """
    usual = np.array([_mean(completions[completions["area_code"] == code], years) for code in codes], dtype="float64")
    if not np.isnan(usual).all():
        return usual
    parts = [(share, _mean(completions[completions["area_code"] == name], years)) for name, share in districts.items() if name]
    if parts and not np.isnan([rate for _, rate in parts]).any():
        whole: Floats = np.sum([share * rate for share, rate in parts], axis=0)
        return whole
    rate = _mean(completions[completions["area_code"] == gss_code], years)
    return districts[""] * rate if "" in districts else np.full(len(codes), np.nan if len(codes) != 1 else rate)


def _mean(rows: pd.DataFrame, years: range) -> float:
    """Mean homes ready a year over some academic years, from the financial years that are known; missing where none are."""
    homes = dict(zip(rows["financial_year"], rows["dwellings"], strict=True))
    weight: dict[int, float] = {}
    for ay in years:
        for year, part in ((ay - 1, EARLIER), (ay, SAME)):
            weight[year] = weight.get(year, 0.0) + part
    known = sum(part for year, part in weight.items() if year in homes)
    return sum(part * homes[year] for year, part in weight.items() if year in homes) / known if known > 0 else float("nan")


def by_past_of_sites(parts: Parts, shares: Floats, years: range) -> Floats:
    """The usual rate from what the sites list of their own past: [area]; missing where a year of it is not listed.

    shares: [part, area].
    """
    past = parts.at(years)
    if (parts.covered(years) < 1).any() or not (past.sum(axis=0) > 0).all():
        return np.full(shares.shape[1], np.nan)
    rate: Floats = (shares[:, :, None] * past[:, None, :]).sum(axis=0).mean(axis=1)
    return rate


def of_nowhere(completions: pd.DataFrame, known: Collection[str]) -> tuple[Note, ...]:
    """Say of which codes homes were completed that are no planning area, district or authority of this run."""
    strange = sorted(set(completions["area_code"]) - set(known)) if len(completions) else []
    if not strange:
        return ()
    return (Note("completions", f"homes completed in {some(strange)} are not used: these are no planning areas or districts of "
                 "the authority", "the usual rate may be too low, and too many children added; check the codes"),)


def told(phase: str, usual: Floats, codes: Sequence[str], years: range, basis: str) -> tuple[Note, ...]:
    """Say from where the usual rate is known, and loudly where it is not."""
    window = f"{ay_label(years[0])} to {ay_label(years[-1])}"
    lacking = [code for code, rate in zip(codes, usual, strict=True) if np.isnan(rate)]
    if not lacking:
        return (Note("completions", f"{np.nansum(usual):,.0f} homes a year, the usual rate of {window} from {basis}, are in the "
                     f"{phase} forecast already: only building above it adds children, and building below it takes them away"),)
    where = "in any planning area" if len(lacking) == len(codes) else f"in {some(lacking)}"
    return (Note("completions", f"HOMES ARE NOT ADDED to the {phase} forecast {where}: nobody has said how many homes were "
                 f"completed there in {window}, which recent trends already carry",
                 "children of building above the usual rate are missing; give the homes completed in each of these years, by "
                 "planning area or district, in the table completions"),)
