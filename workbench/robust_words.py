"""What one plan for many futures comes to, in sentences, and what its columns are called: heading, meaning, how shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from planning_areas.school_year import ay_label, nc_year_label

PLAN_NAMES = {
    "nothing": "nothing more for schools",
    "run": "the run's plan",
    "expected": "best for what is expected",
    "robust": "robust plan",
    "robust_same_money": "robust, no dearer than the run's",
}
WAY_NAMES = {"now": "start now", "wait": "wait and see", "never": "never build"}
ROBUST_COLUMNS: dict[str, tuple[str, str, str]] = {
    "robust_plan": ("Plan", "which of the plans that stand beside one another", ""),
    "child_years_short": (
        "Child-years short, mean",
        "children without a place, each year counted, added up over all years",
        "tenth",
    ),
    "child_years_short_p95": ("Child-years short in 5 of 100 futures or more", "in 95 of 100 futures no more are short", "tenth"),
    "child_years_short_tail": (
        "Child-years short, mean of the worst 5 in 100",
        "mean over the futures that are shortest",
        "tenth",
    ),
    "child_years_short_mean_error": ("Standard error of the mean", "how far chance of the sample moves the mean", "tenth"),
    "child_years_short_p95_low": (
        "Child-years short in 5 of 100 or more, at least",
        "lower end of what the sample tells of it",
        "tenth",
    ),
    "child_years_short_p95_high": ("Child-years short in 5 of 100 or more, at most", "upper end of the same", "tenth"),
    "less_than_run": (
        "Child-years less than with the run's plan",
        "mean over the same futures; below nought: more short",
        "tenth",
    ),
    "less_than_run_error": ("Standard error of that", "of the difference, future by future", "tenth"),
    "better_futures": ("Futures in which fewer are short", "than with the run's plan", "whole"),
    "alike_futures": ("Futures in which as many are short", "as with the run's plan", "whole"),
    "worse_futures": ("Futures in which more are short", "than with the run's plan", "whole"),
    "seen_child_years_short": (
        "Child-years short, mean of futures that chose",
        "over the futures from which plans were chosen",
        "tenth",
    ),
    "weight_of_future": ("Weight of the future", "share of all futures for which it stands", "share"),
    "chosen_here": ("Chosen here?", "whether it was chosen among; no: it stays as in the run's plan", ""),
    "needed_share": ("Futures in which it is needed (%)", "share of the futures from which triggers were found", "share"),
    "needed_unseen": ("Futures not seen in which it is needed (%)", "share of the futures that judge the triggers", "share"),
    "cannot_wait": ("Why there is no trigger", "blank where there is one", ""),
    "entry_nc_year": ("Year group that is counted", "year of entry, in a January count", ""),
    "january": ("January of the count", "last one after which it opens as told", ""),
    "trigger_above": ("Start it above (children)", "more children than this start it", "whole"),
    "years_late": ("Years late", "years by which it then opens later than in time", "whole"),
    "starts_share": ("Futures in which it starts (%)", "share of the futures not seen in which the trigger starts it", "share"),
    "false_starts": ("False starts (%)", "of the futures in which it is not needed, share that start it", "share"),
    "missed_starts": ("Missed (%)", "of the futures in which it is needed, share that do not start it", "share"),
    "way_on": ("Way to go on", "start now, wait and see, or never build", ""),
}
ROBUST_SHEETS: dict[str, str] = {
    "robust_scores": "How each plan fares in futures that did not choose it",
    "robust_plans": "Which scheme each plan opens when",
    "triggers": "Which schemes of the robust plan may wait for a figure, and how often that is wrong",
    "waiting": "What starting now, waiting and never building come to in futures not seen; cost is the mean of them",
    "robust_chosen_by": "The futures from which the plan was chosen, with their weights",
}
"""Sheets of the workbook in their order; single futures are in the Parquet files."""
INDEPENDENT = (
    "The {unseen:,} futures that score the plans have luck of their own: no draw of chance or of a lever is common to them "
    "and the {seen:,} from which plans and triggers were chosen. Both come from one model: where it is wrong, all are."
)


def sentences(tables: Mapping[str, pd.DataFrame], asked: Mapping[str, Any]) -> list[str]:
    """What was found, for people."""
    scores = tables["robust_scores"].set_index("robust_plan")
    run, robust = scores.loc["run"], scores.loc["robust"]
    said = [f"{asked['name']}: one plan for many futures. {asked['why']}", "", INDEPENDENT.format(**asked), ""]
    said += [_of_plan(words, scores.loc[name].to_dict()) for name, words in PLAN_NAMES.items() if name in scores.index]
    p95, size = "child_years_short_p95", f"(standard error {robust['less_than_run_error']:,.1f})"
    fewer = "fewer" if robust[p95] < run[p95] else "not fewer"
    mean = f"{abs(robust['less_than_run']):,.1f} {'fewer' if robust['less_than_run'] >= 0 else 'more'} {size}"
    same = scores.loc["robust_same_money"]
    said += [
        "",
        f"In futures that it has not seen the robust plan leaves {fewer} short than the run's plan at the 95th in a hundred: "
        f"{robust[p95]:,.0f} against {run[p95]:,.0f} child-years (by the size of the sample its own lies between "
        f"{robust[f'{p95}_low']:,.0f} and {robust[f'{p95}_high']:,.0f}); in the mean {mean}, fewer in "
        f"{robust['better_futures']:,.0f} futures, more in {robust['worse_futures']:,.0f}. It costs "
        f"£{robust['thousand_pounds']:,.0f}k, the run's £{run['thousand_pounds']:,.0f}k; for no more than that, "
        f"{same[p95]:,.0f} are short at the 95th.",
    ]
    said += ["", "How good the plans are for the futures from which each was chosen:"]
    said += [f"{PLAN_NAMES[name]}: {one['said']}." for name, proofs in asked["proofs"].items() for one in proofs]
    if "robust" not in asked["proofs"]:
        said += ["The robust plan is the one no dearer than the run's: over all futures seen it does better."]
    said += ["", "What of it may wait (child-years short of its phase, mean cost, in futures not seen):"]
    return said + waits(tables)


def _of_plan(name: str, row: Mapping[str, Any]) -> str:
    return (
        f"{name[0].upper()}{name[1:]}: {row['child_years_short']:,.0f} child-years short in the mean, half of all at most "
        f"{row['child_years_short_p50']:,.0f}, 9 in 10 {row['child_years_short_p90']:,.0f}, 95 in 100 "
        f"{row['child_years_short_p95']:,.0f}; £{row['thousand_pounds']:,.0f}k."
    )


def waits(tables: Mapping[str, pd.DataFrame]) -> list[str]:
    """The triggers as a committee reads them."""
    if "triggers" not in tables:
        return []
    said, ways = [], tables["waiting"].set_index(["scheme_id", "way_on"])
    for row in tables["triggers"].to_dict("records"):
        k = row["scheme_id"]
        if row["cannot_wait"]:
            said.append(f"{k}: {row['cannot_wait']} (needed in {100 * row['needed_share']:.0f} % of futures).")
            continue
        now, wait, never = (ways.loc[(k, way)] for way in ("now", "wait", "never"))
        late = f", {row['years_late']:.0f} years later than in time" if row["years_late"] else ", in time"
        said.append(
            f"{k}: if {nc_year_label(int(row['entry_nc_year']))} in {row['planning_area_name']} passes "
            f"{row['trigger_above']:.0f} by January {row['january']:.0f}, start it; it opens in "
            f"{ay_label(int(row['opens_ay']))}{late}. Needed in {100 * row['needed_unseen']:.0f} % of futures not seen; of those "
            f"it misses {100 * row['missed_starts']:.0f} %, of the others it starts {100 * row['false_starts']:.0f} % in vain. "
            f"Start now: £{now['thousand_pounds']:,.0f}k, {now['child_years_short']:,.1f} child-years short; wait and see: "
            f"£{wait['thousand_pounds']:,.0f}k, {wait['child_years_short']:,.1f}; never: £0k, {never['child_years_short']:,.1f}."
        )
    return said
