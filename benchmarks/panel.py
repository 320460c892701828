"""Score the forecasting methods on a folder of many authorities: from the latest January, and from every January before.

    python benchmarks/panel.py FOLDER --prefix training_las [--base 2022]

FOLDER holds `<prefix>_pupils_by_ncyear_*.csv`, `<prefix>_births_lad_*.csv` and `<prefix>_scorecard_*.csv`. Each authority is a
workspace of the thinnest kind and goes through the product's own backtest, which sees at every January what was known then.
Printed are

1. the mean absolute error over authorities from the January of the base year, one, two and three years ahead, on the DfE's
   measure, beside the authorities' own returns, and in how many authorities each method is nearer than the own return;
2. the same from all Januaries before, held against the rolls that the folder has;
3. how often what came lay within the 80 % and the 95 % band of a run, January by January, each left out of what the bands are
   measured on; and from the January of the base year, after which nothing was measured at all.

Nothing is chosen here: methods are chosen on Januaries before the base year (see docs/forecast-method.md).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pandas as pd
from make_pooled import births, rolls

from planning_areas.school_year import ENTRY_YEAR
from sufficiency.assumptions import Assumptions
from sufficiency.backtesting.backtest import authority_alone, backtest
from sufficiency.backtesting.vintages import OWN_RETURN
from sufficiency.evidence import Evidence

BASE = 2022
HORIZONS = (1, 2, 3)
FEWEST_CENSUSES = 4
COLUMNS = {"primary": ("PriNOR", "For_1_P", "For_3_P"), "secondary": ("SecNOR", "For_1_S", "For_3_S")}


def authorities(folder: Path, prefix: str, base: int) -> Iterator[tuple[str, Evidence]]:
    """Every authority with enough censuses, as evidence."""
    roll, codes = rolls(folder, prefix)
    born = births(folder, prefix)
    cards = pd.read_csv(next(folder.glob(f"{prefix}_scorecard_*.csv")), dtype={"LANumber": "str"})
    for la in sorted(codes):
        mine = roll.loc[la] if la in roll.index.get_level_values(0) else roll.iloc[:0]
        if len(mine) >= FEWEST_CENSUSES and codes[la] in born:
            counts = {int(ay): {int(g): float(n) for g, n in row.items()} for ay, row in mine.iterrows()}
            evidence = authority_alone(la, la, codes[la], base, counts, born[codes[la]])
            evidence.tables["scorecards"] = scorecards(cards[cards["LANumber"] == la])
            yield la, evidence


def scorecards(cards: pd.DataFrame) -> pd.DataFrame:
    """One authority's scorecards as the model takes them."""
    rows = [(str(card["LANumber"]), int(card["Year"][:4]), phase, int(card["Year"][:4]) + 1, float(card[count]), float(card[one]),
             float(card[three])) for card in cards.to_dict("records") for phase, (count, one, three) in COLUMNS.items()]
    return pd.DataFrame(rows, columns=[
        "la_code", "edition", "phase", "actual_ay", "actual", "error_one_year", "error_three_year"])


def backtests(folder: Path, prefix: str, base: int, method: str, every: int = 1) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Of every authority, or one in so many: its vintages, phases as a whole with their errors, and the coverage of its bands."""
    made, held = [], []
    for _, evidence in islice(authorities(folder, prefix, base), None, None, every):
        found = backtest(evidence, Assumptions(method=method)).tables
        whole = found["vintages"]
        made.append(whole[whole["nc_year"].isna() & whole["phase"].isin(list(ENTRY_YEAR))])
        held.append(found["coverage"])
    table = pd.concat(made, ignore_index=True)
    return table.assign(error=table["forecast"] / table["actual"] - 1), pd.concat(held, ignore_index=True)


def together(held: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Shares within the bands over all authorities, in per cent, each row counting as many times as it has forecasts."""
    shares = ["inside_80", "inside_95"]
    each = held[held["origin"].notna()].assign(january=lambda t: (t["origin"] + 1).astype("int64"), forecasts=held["n"])
    sums = each.assign(**{name: each[name] * each["n"] * 100 for name in shares}).groupby(by)[[*shares, "forecasts"]].sum()
    return sums.assign(**{name: (sums[name] / sums["forecasts"]).round(1) for name in shares})


def print_scores(table: pd.DataFrame, base: int) -> None:
    """Errors from the base year's January, and in how many authorities each method is nearer than the own return."""
    dfe = table[(table["level"] == "dfe") & table["horizon"].isin(HORIZONS)]
    latest = dfe[(dfe["origin"] == base) | dfe["method"].eq(OWN_RETURN)].assign(error=dfe["error"].abs())
    wide = latest.pivot_table(index=["phase", "horizon", "ay", "code"], columns="method", values="error")
    wide = wide.dropna(subset=[m for m in wide if m != OWN_RETURN])
    print(f"From January {base + 1}: mean absolute error over {wide.index.get_level_values('code').nunique()} authorities, %")
    print((wide.groupby(["phase", "horizon"]).mean() * 100).round(3).to_string())
    both = wide.dropna()
    nearer = both.drop(columns=OWN_RETURN).lt(both[OWN_RETURN], axis=0).groupby(["phase", "horizon"]).mean()
    print("\nNearer than the authority's own return, % of authorities")
    print((nearer * 100).round(1).to_string())
    before = table[(table["level"] == "authority") & (table["origin"] < base) & table["horizon"].isin(HORIZONS)]
    earlier = before.assign(error=before["error"].abs())
    pooled = earlier.pivot_table(index=["phase", "horizon"], columns="method", values="error")
    print(f"\nFrom the Januaries {earlier['origin'].min() + 1} to {earlier['origin'].max() + 1}: mean absolute error, %")
    print((pooled * 100).round(3).to_string())


def print_coverage(held: pd.DataFrame, base: int) -> None:
    """Shares within the bands of a run: January by January up to the base year's, and what came after it, never measured on."""
    near = held[held["horizon"].isin(HORIZONS)]
    before, after = near[near["origin"] + near["horizon"] <= base], near[near["origin"] == base]
    print("\nWithin the bands of a run one to three years ahead, %, each January left out of what they are measured on")
    for by in (["phase", "january"], ["phase", "horizon"], ["phase"]):
        print(together(before, by).to_string())
    print(f"\nWithin the bands of a run made in January {base + 1}, %")
    print(together(after, ["phase", "horizon"]).to_string())


def main() -> None:
    """Print the scores."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--prefix", default="training_las")
    parser.add_argument("--base", type=int, default=BASE, help="academic year of the latest January census")
    parser.add_argument("--method", default=Assumptions().method)
    given = parser.parse_args()
    table, held = backtests(given.folder, given.prefix, given.base, given.method)
    print_scores(table, given.base)
    print_coverage(held, given.base)


if __name__ == "__main__":
    main()
