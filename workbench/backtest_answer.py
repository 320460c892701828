"""How wrong were we last time? The answer of a finished backtest in a few lines, for a member who asks.

One and three years ahead, in the mean over all past Januaries and whatever the sign, on the DfE's measure: by the workspace's own
method, by plain cohort survival and by last year's ratios. Where the authority's own returns are on the scorecards, they are held
against the same method's forecasts of the same Januaries, so that like is compared with like.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from planning_areas.school_year import ENTRY_YEAR, ay_label
from sufficiency.backtesting.vintages import OWN_RETURN
from sufficiency.intervals.coverage import KEPT
from workbench.answers import columns

if TYPE_CHECKING:
    from scenarios.runs import Run

YEARS_AHEAD = (1, 3)
BAND_YEARS = (1, 2, 3)
FEWEST_JANUARIES = 8        # fewer say too little of a band
NAMES = {
    "plain": "plain cohort survival (3, 2, 1)", "last_year": "last year's ratios alone",
    OWN_RETURN: "the authority's own returns",
}
PHASES = {"primary": "Primary (Reception to Year 6)", "secondary": "Secondary (Years 7 to 11)"}


def how_wrong(run: Run) -> dict[str, Any]:
    """The figures: errors by phase, years ahead and method, against own returns, of areas and schools, and coverage."""
    method = str(run.manifest["assumptions"]["method"])
    vintages = run.table("vintages")
    measures = run.table("measures")
    pooled = measures[measures["nc_year"].isna() & measures["origin"].isna() & measures["horizon"].isin(YEARS_AHEAD)]
    places = pooled[pooled["level"].isin(["planning_area", "school"]) & pooled["method"].eq(method)]
    coverage = run.table("coverage")
    near = coverage[coverage["origin"].notna() & coverage["horizon"].isin(BAND_YEARS) & coverage["phase"].isin(list(ENTRY_YEAR))]
    return {
        "run_id": run.run_id, "authority": run.manifest["authority"], "method": method,
        "origins": sorted(int(o) for o in run.table("origins")["origin"]),
        "errors": _records(pooled[pooled["level"].eq("dfe") & pooled["method"].ne(OWN_RETURN)],
                           ["phase", "horizon", "method", "n", "bias", "mape"]),
        "against_own_returns": against_own_returns(vintages, method),
        "places": _records(places, ["level", "phase", "horizon", "n", "bias", "wape", "median_ape", "p90_ape"]),
        "coverage": _records(pooled_coverage(near, ["level"]), ["level", "n", "inside_80", "inside_95"]),
        "coverage_by_origin": _records(pooled_coverage(near, ["level", "origin"]),
                                       ["level", "origin", "n", "inside_80", "inside_95"]),
        "notes": [note["text"] for note in run.manifest["notes"]],
    }


def against_own_returns(vintages: pd.DataFrame, method: str) -> list[dict[str, Any]]:
    """Mean error of the authority's own returns, and of each method on the same Januaries, whatever the sign."""
    dfe = vintages[vintages["nc_year"].isna() & vintages["level"].eq("dfe")]
    keys = ["phase", "origin", "ay", "horizon"]
    errors = dfe.assign(error=(dfe["forecast"] / dfe["actual"] - 1)).pivot_table(index=keys, columns="method", values="error")
    if OWN_RETURN not in errors or method not in errors:
        return []
    both = errors.dropna(subset=[OWN_RETURN, method])
    rows = []
    for (phase, horizon), cases in both.groupby(["phase", "horizon"], sort=True):
        rows.append({
            "phase": str(phase), "horizon": int(horizon), "n": len(cases),
            "nearer": int((cases[method].abs() < cases[OWN_RETURN].abs()).sum()),
            "mape": {str(name): float(cases[name].abs().mean()) for name in cases if cases[name].notna().all()},
        })
    return rows


def pooled_coverage(told: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Shares within the bands, taken together: each row of `told` counts as many times as it has forecasts."""
    shares = ["inside_80", "inside_95"]
    counts = told[shares].mul(told["n"], axis=0).assign(**told[[*by, "n"]])
    sums = counts.groupby(by, sort=True)[[*shares, "n"]].sum()
    return sums[shares].div(sums["n"], axis=0).assign(n=sums["n"].astype("int64")).reset_index()


def _records(table: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    """Rows as plain data; what is not known as None."""
    if table.empty:
        return []
    plain = table[names].astype("object").where(table[names].notna(), None)
    return [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]


def backtest_lines(told: dict[str, Any]) -> list[str]:
    """The same for people."""
    authority, origins = told["authority"], told["origins"]
    lines = [f"{authority['name']} ({authority['code']}): how far out would our forecasts have been?", ""]
    if not origins:
        return [*lines, "No forecast can be held against what came.", *_notes(told)]
    span = f"{origins[0] + 1} to {origins[-1] + 1}" if len(origins) > 1 else f"{origins[0] + 1}"
    lines += [f"Forecasts as they would have been made in {len(origins)} Januaries, {span}, knowing only what was known then.",
              "Mean error of the whole authority's pupils, whatever the sign:"]
    for phase in ENTRY_YEAR:
        lines += ["", *_by_method(told, phase)]
    if told["against_own_returns"]:
        lines += ["", "Beside the authority's own returns, on the same Januaries:", *_own_lines(told)]
    if told["places"]:
        lines += ["", "By planning area and school, our method; half the forecasts were further out than the first figure:",
                  *_table(told["places"], "half", "one in ten", "median_ape", "p90_ape")]
    if told["coverage"]:
        lines += ["", "How often what came one to three years ahead lay within a run's bands, in primary and secondary; each",
                  "January's forecasts are left out of what its bands are measured on, the authority's own and those of many. Of",
                  "the 80 % band it should be 80 %, of the 95 % band 95 %:", *_coverage_lines(told), *verdicts(told)]
    return [*lines, *_notes(told)]


def _table(rows: list[dict[str, Any]], first: str, second: str, one: str, other: str) -> list[str]:
    """Two shares of each level, phase and years ahead."""
    cells = [(row["level"].replace("_", " "), row["phase"].replace("_", " "), row["horizon"], f"{row['n']:,}", _percent(row[one]),
              _percent(row[other])) for row in rows]
    return columns([("", "phase", "years ahead", "forecasts", first, second), *cells], right=[2, 3, 4, 5])


def _coverage_lines(told: dict[str, Any]) -> list[str]:
    """Every January by itself, then all together."""
    rows = [(row["level"], f"January {row['origin'] + 1:.0f}", row) for row in told["coverage_by_origin"]]
    rows += [(row["level"], "all", row) for row in told["coverage"]]
    cells = [(level, when, f"{row['n']:,}", f"{row['inside_80']:.0%}", f"{row['inside_95']:.0%}")
             for level, when, row in sorted(rows, key=lambda row: row[0])]
    return columns([("", "forecast in", "forecasts", "80 % band", "95 % band"), *cells], right=[2, 3, 4])


def verdicts(told: dict[str, Any]) -> list[str]:
    """Whether the bands kept their word, in words: a sentence a level."""
    said = []
    for row in told["coverage"]:
        count = sum(one["level"] == row["level"] for one in told["coverage_by_origin"])
        narrow, wide = (_judged(row[band], *KEPT[band]) for band in KEPT)
        said.append(f"  {row['level']}: the 80 % band held {row['inside_80']:.0%} of {row['n']:,} forecasts and was {narrow}; "
                    f"the 95 % band held {row['inside_95']:.0%} and was {wide}.")
        if count < FEWEST_JANUARIES:
            said.append(f"    From {count} Januar{'y' if count == 1 else 'ies'} alone, whose forecasts go up and down together: "
                        "a hint, and no proof.")
    return said


def _judged(share: float, least: float, most: float) -> str:
    """A verdict on one band, by its share in whole per cent as it is shown."""
    shown = round(share, 2)
    return "too narrow" if shown < least else "too wide" if shown > most else "about right"


def _by_method(told: dict[str, Any], phase: str) -> list[str]:
    """One phase: a line a method."""
    errors = {(row["method"], row["horizon"]): row for row in told["errors"] if row["phase"] == phase}
    methods = [told["method"], *(name for name in NAMES if name != told["method"] and name != OWN_RETURN)]
    rows = [(f"  {_called(name, told['method'])}", *(_cell(errors.get((name, h))) for h in YEARS_AHEAD)) for name in methods]
    return columns([(PHASES[phase], *(f"{h} year{'s' * (h > 1)} ahead" for h in YEARS_AHEAD)), *rows], right=[1, 2])


def _called(name: str, ours: str) -> str:
    return f"this workspace's method ({name})" if name == ours else NAMES[name]


def _cell(row: dict[str, Any] | None) -> str:
    """Mean error, and in brackets the bias with its sign."""
    if row is None or row["mape"] is None:
        return "not known"
    return f"{_percent(row['mape'])} ({row['bias']:+.1%})"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"


def _own_lines(told: dict[str, Any]) -> list[str]:
    rows = [(row["phase"], row["horizon"], row["n"], _percent(row["mape"][OWN_RETURN]), _percent(row["mape"][told["method"]]),
             f"{row['nearer']} of {row['n']}") for row in told["against_own_returns"]]
    heading = ("phase", "years ahead", "Januaries", "own returns", "our method", "ours nearer in")
    return columns([heading, *rows], right=[1, 2, 3, 4, 5])


def _notes(told: dict[str, Any]) -> list[str]:
    return ["", "To know:", *(f"  {text}" for text in told["notes"])] if told["notes"] else []


def latest_miss(misses: pd.DataFrame, method: str, years: int = 3) -> pd.DataFrame:
    """The parts of the latest miss that many years ahead (or of the furthest there is), of each statutory phase."""
    mine = misses[(misses["method"] == method) & misses["phase"].isin(list(ENTRY_YEAR)) & misses["horizon"].le(years)]
    mine = mine[mine["horizon"] == mine.groupby("phase")["horizon"].transform("max")]
    return mine[mine["origin"] == mine.groupby("phase")["origin"].transform("max")].reset_index(drop=True)


def miss_title(part: pd.DataFrame) -> str:
    """What a miss was of, and how large it was."""
    first, total, share = part.iloc[0], part["children"].sum(), part["share"].sum()
    way = "too many" if total > 0 else "too few"
    return (f"{first['phase'].capitalize()} in {ay_label(int(first['ay']))}, forecast in January {int(first['origin']) + 1}: "
            f"{abs(total):,.0f} {way} ({share:+.1%})")
