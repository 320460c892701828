"""What has to be hidden beside a small number, so that nobody finds it by subtraction.

Method (domain brief I2). Areas of one level, such as planning areas, add up to the authority, which is shown. Where only one of
them is hidden it is the authority less all others. So the next smallest is hidden with it, and further ones until those that are
hidden are together no fewer than what may be shown. An area is hidden or shown in a term for all measures at once, since these
tell of the same children. Areas without children hide nobody, and stay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME = ("level", "ay", "term", "age_band")      # rows that add up to the authority
AREA = "area_code"
DECIMALS = 6                                    # to which children are compared, so that two tables choose the same area


def hidden_beside(frame: pd.DataFrame, few: NDArray[np.float64], shown_from: int) -> NDArray[np.bool_]:
    """Say of each row whether its area is to be hidden because another of its level is.

    few: how many children stand behind each row. Rows that are few themselves are hidden anyhow, and are not named here unless
    their area has more behind it in another row.
    """
    by = pd.DataFrame({**{c: frame[c] for c in (*SAME, AREA)}, "few": np.round(few, DECIMALS)})
    areas = by.groupby([*SAME, AREA], as_index=False, dropna=False)["few"].max()
    with_small = areas.loc[(areas["few"] > 0) & (areas["few"] < shown_from), list(SAME)].drop_duplicates()
    parts = [_beside(group, shown_from) for _, group in areas.merge(with_small, on=list(SAME)).groupby(list(SAME))]
    if not parts:
        return np.zeros(len(frame), dtype=bool)
    chosen = pd.concat(parts)[[*SAME, AREA]].assign(beside=True)
    found = by.merge(chosen, on=[*SAME, AREA], how="left")["beside"].notna()
    return np.asarray(found, dtype="bool")


def _beside(group: pd.DataFrame, shown_from: int) -> pd.DataFrame:
    """Of the areas of one level, those to hide beside the small ones: the smallest first, by code where they are alike."""
    there = group[group["few"] > 0].sort_values(["few", AREA])
    small = int((there["few"] < shown_from).sum())
    together = there["few"].cumsum().to_numpy()
    wanted = max(2, int(np.searchsorted(together, shown_from)) + 1)
    return there.iloc[small:max(small, wanted)]
