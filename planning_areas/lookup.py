"""Lookup: sparse shares that carry counts from one set of places to another, small area to planning area, home to school.

Each origin's shares sum to 1, so every child who lives somewhere is counted somewhere, once: totals survive the crossing,
which is asserted each time counts are carried. Building shares is slow and done once; carrying is a sparse product and done
often.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

TOLERANCE = 1e-9


@dataclass(frozen=True)
class Lookup:
    """Shares of each origin that belong to each destination; rows sum to 1."""

    origins: tuple[str, ...]            # small areas, in the order of counts handed in
    destinations: tuple[str, ...]       # planning areas, in the order of counts handed back
    shares: scipy.sparse.csr_array = field(repr=False)      # [origin, destination]

    def __post_init__(self) -> None:
        """Refuse shares that would lose or invent children."""
        if self.shares.shape != (len(self.origins), len(self.destinations)):
            raise ValueError(f"shares are {self.shares.shape}, expected {(len(self.origins), len(self.destinations))}")
        for name, codes in (("an origin", self.origins), ("a destination", self.destinations)):
            if len(set(codes)) < len(codes):
                raise ValueError(f"{name} stands twice in the look-up")
        if self.shares.nnz and not (np.isfinite(self.shares.data).all() and self.shares.data.min() >= 0):
            raise ValueError("shares are finite and never below 0")
        sums = np.asarray(self.shares.sum(axis=1)).ravel()
        wrong = np.flatnonzero(np.abs(sums - 1.0) > TOLERANCE)
        if len(wrong):
            told = ", ".join(f"{self.origins[i]} ({sums[i]:.6f})" for i in wrong[:5])
            raise ValueError(f"shares of each origin sum to 1; these do not: {told}")

    def carry(self, counts: Floats) -> Floats:
        """Carry counts from origins to destinations: [..., origin] -> [..., destination]; the total stays the same.

        A sparse product without BLAS, so that a draw gives the same figures alone as among others.
        """
        given = np.asarray(counts, dtype="float64")
        if given.shape[-1:] != (len(self.origins),):
            raise ValueError(f"counts have {given.shape[-1:]} places at the end, the look-up has {len(self.origins)} origins")
        flat = given.reshape(-1, given.shape[-1])
        carried = np.asarray((self.shares.T @ flat.T).T)
        before, after = flat.sum(axis=1), carried.sum(axis=1)
        if not np.allclose(before, after, rtol=TOLERANCE, atol=TOLERANCE):
            raise AssertionError("children were lost or invented between small areas and planning areas")
        return carried.reshape(*given.shape[:-1], len(self.destinations))

    def to_largest(self) -> Lookup:
        """Give each origin wholly to the destination with its largest share, as on a map with one colour for each small area.

        A destination that is nobody's largest keeps the shares that it has; of equal shares the first counts.
        """
        shares = self.shares.toarray()
        if not shares.size:
            return self
        owner = shares.argmax(axis=1)
        kept = np.where(np.isin(np.arange(shares.shape[1]), owner), 0.0, shares)
        kept[np.arange(len(owner)), owner] = 1.0 - kept.sum(axis=1)
        return Lookup(self.origins, self.destinations, scipy.sparse.csr_array(kept))


def lookup_from(pairs: pd.DataFrame, origins: Sequence[str], destinations: Sequence[str]) -> Lookup:
    """Make a look-up of pairs with weights (origin, destination, weight); each origin's weights are scaled to sum to 1.

    Raises ValueError where a pair names a place that is not listed, or where an origin has no weight at all.
    """
    row = {code: i for i, code in enumerate(origins)}
    column = {code: i for i, code in enumerate(destinations)}
    strangers = sorted({*set(pairs["origin"]) - row.keys(), *set(pairs["destination"]) - column.keys()})
    if strangers:
        raise ValueError(f"these places are in neither list: {', '.join(strangers[:5])}")
    at = (pairs["origin"].map(row).to_numpy(dtype="int64"), pairs["destination"].map(column).to_numpy(dtype="int64"))
    weights = scipy.sparse.csr_array((pairs["weight"].to_numpy(dtype="float64"), at), shape=(len(row), len(column)))
    sums = np.asarray(weights.sum(axis=1)).ravel()
    lost = [origins[i] for i in np.flatnonzero(~(sums > 0)).tolist()]
    if lost:
        raise ValueError(f"these places belong nowhere: {', '.join(lost[:5])}")
    return Lookup(tuple(origins), tuple(destinations), scipy.sparse.csr_array(weights / sums[:, None]))
