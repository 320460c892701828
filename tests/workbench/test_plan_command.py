"""A plan laid out for people, and made again with other choices out of what a run has kept: those of the council on paper."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from desk import sufficiency
from paper_council import PLAIN, paper_case
from tiny_councils import solved_here
from typer.testing import CliRunner

from scenarios import manifest, runs
from sufficiency.assumptions import Assumptions
from sufficiency.capital.by_name import by_name
from sufficiency.capital.decide import decide
from sufficiency.capital.from_run import CaseOfRun
from sufficiency.capital.plan_tables import IN_YEAR, NO_PLACE, plan_tables
from sufficiency.capital.solver import Ask
from sufficiency.capital.story import kept, kept_case
from sufficiency.capital.unmet_why import MONEY
from sufficiency.capital.why import Effort, why
from workbench.cli import app
from workbench.plan_charts import by_year_and_pot, plan_charts
from workbench.plan_view import figures, plan_lines

pytestmark = pytest.mark.early

RUN = "0123456789ab"


def of_run() -> CaseOfRun:
    """The paper council as a run would know it."""
    case = paper_case()
    short = case.cells.assign(
        lacking=case.cells["children"],
        planning_area_code=case.cells["group_id"].map({"e27": "east", "w27": "west"}),
        phase="primary",
        intake_ay=2027,
        age_band="",
        entry=0,
    )
    names = case.schemes["scheme_id"]
    told = pd.DataFrame({
        "scheme_id": names,
        "name": "The " + names,
        "running_thousand_pounds": float("nan"),
        "route": "",
        "cost_rests_on": "estimate",
        "easting": 450_000.0,
        "northing": 350_000.0,
    })
    return CaseOfRun(case, short, told, ())


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    plan = decide(of_run().case, PLAIN, Ask(seconds=10, gap=0.0), solve=solved_here)
    return plan_tables(of_run(), PLAIN, plan)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run that has kept the paper council's case."""
    names = pd.DataFrame({"planning_area_code": ["east", "west"], "planning_area_name": ["East End", "West End"]})
    about = {
        "run_id": RUN,
        "code_sha256": "0" * 64,
        "authority": {"name": "Paper", "code": "999", "base_year": 2026},
        "notes": [],
        "assumptions": {"plan_why_seconds": 0.0, "seed": 1, "plan_rates": list(Assumptions.plan_rates), "draws": 7},
    }
    return runs.save(tmp_path / "runs", about, {**kept(of_run()), "names": names})


def plan(run: Path, *words: str, ends: int = 0) -> tuple[dict[str, Any], str]:
    done = sufficiency("plan", run, "--json", *words)
    assert done.code == ends, done.stderr
    return (json.loads(done.stdout) if ends == 0 else {}), done.stderr


def test_money_that_may_pay_for_nothing_is_not_in_the_pots() -> None:
    """A levy that nobody has opened to anything, and a deed in draft: both are told, and neither is counted."""
    more = pd.DataFrame([("levy", 2027, 900.0, 2030, "due"), ("draft", 2027, 70.0, 2030, "unsigned")],
                        columns=["pot_id", "fy", "thousand_pounds", "spend_by", "status"])  # fmt: skip
    fences = pd.DataFrame([("draft", "mainstream", "primary", "allowed", "deed"),
                           ("levy", "mainstream", "primary", "member_decision", "levy")], columns=paper_case().ringfences.columns)
    case = paper_case(receipts=pd.concat([paper_case().receipts, more]), ringfences=pd.concat([paper_case().ringfences, fences]))
    made = plan_tables(CaseOfRun(case, of_run().short, of_run().told, ()), PLAIN,
                       decide(case, PLAIN, Ask(seconds=10, gap=0.0), solve=solved_here))  # fmt: skip
    pots = made["plan_pots"].groupby("pot_id")[["received", "not_counted", "left"]].sum()
    assert pots.loc["levy"].tolist() == [0.0, 900.0, 0.0] and pots.loc["draft"].tolist() == [0.0, 70.0, 0.0]
    assert pots["not_counted"].sum() == 970.0
    assert "of £1.6m in the pots that may pay for any; £1.0m is not counted" in plan_lines(figures(made, []))[0]


def test_the_programme_names_every_scheme_and_its_money_adds_up(tables: dict[str, pd.DataFrame]) -> None:
    programme = tables["plan"].set_index("scheme_id")
    assert programme["chosen"].to_dict() == {"half": True, "new": True, "road": True, "cut": False, "form": False, "rooms": False}
    assert programme.loc["half", "thousand_pounds_a_place"] == pytest.approx(300 / 30), "half a form in two year groups"
    paid = tables["plan_funding"].groupby("scheme_id")["thousand_pounds"].sum()
    assert paid.to_dict() == pytest.approx({"half": 300.0, "new": 1000.0, "road": 50.0})


def test_pots_tell_what_comes_goes_stays_and_is_lost(tables: dict[str, pd.DataFrame]) -> None:
    pots = tables["plan_pots"].set_index(["pot_id", "financial_year"])
    for pot, rows in tables["plan_pots"].groupby("pot_id"):
        assert rows["received"].sum() == pytest.approx(rows["spent"].sum() + rows["lost"].sum() + rows["left"].iloc[-1]), pot
    assert pots.loc[("deed", 2026), "received"] == 400 and pots.loc[("deed", 2027), "left"] == 0, "what is left then is lost"
    assert pots.loc[("deed", 2027), "lost"] == pytest.approx(
        400 - tables["plan_funding"].query("pot_id == 'deed'")["thousand_pounds"].sum()
    )


def test_children_are_met_at_home_or_next_door_and_every_one_is_told(tables: dict[str, pd.DataFrame]) -> None:
    served = tables["plan_service"].set_index(["planning_area_code", "site_id"])
    assert served.loc[("east", "dale"), ["met_at", "relief_area_code"]].tolist() == ["next_door", "west"]
    assert served.loc[("east", "dale"), "transport_thousand_pounds"] == pytest.approx(5 * 2 * 1.5)
    areas = tables["plan_areas"]
    whole = areas[["met_home", "met_next_door", "unmet", "in_year"]].sum(axis=1)
    assert whole.tolist() == pytest.approx(areas["lacking"].tolist()), "nobody is lost and nobody counted twice"
    assert (areas["too_soon"] == 0).all(), "something could open with the first year"
    assert tables["plan_unmet"].empty
    assert areas.set_index(["planning_area_code", "ay"])["places_added"].to_dict() == {
        ("east", 2027): 15,
        ("east", 2028): 30,
        ("west", 2027): 60,
        ("west", 2028): 120,
    }


def test_small_shortfalls_are_to_be_managed_in_year() -> None:
    """Without money nothing is built: 20 of the east lack a place in 2027, where it is material, and 18 in 2028, where not."""
    case = paper_case(receipts=paper_case().receipts.assign(thousand_pounds=50.0))
    poor = CaseOfRun(case, of_run().short, of_run().told, ())
    made = plan_tables(poor, PLAIN, decide(case, PLAIN, Ask(seconds=10, gap=0.0), solve=solved_here))
    why = made["plan_unmet"].set_index(["planning_area_code", "ay"])["why_unmet"]
    assert why["west", 2027] == MONEY and why["west", 2028] == "", "what is managed in-year needs no reason"
    told = plan_lines(figures(made, [], {"do_nothing": {"child_years": {"low": 40.0, "high": 40.0}}}, {"west": "West End"}))
    (west,) = [line for line in told if "West End" in line]
    assert west == f"    West End, primary: 20 stay without a place: 20, for {MONEY}"
    past_help = "stay without a place (0 of them before any listed scheme could open), where doing nothing would leave 40"
    assert any(line.endswith(past_help) for line in told)
    answers = made["plan_unmet"].set_index(["planning_area_code", "ay"])["answer"].to_dict()
    assert answers == {("east", 2027): NO_PLACE, ("east", 2028): IN_YEAR, ("west", 2027): NO_PLACE, ("west", 2028): IN_YEAR}
    assert made["plan_areas"].set_index(["planning_area_code", "ay"]).loc[("east", 2028), ["unmet", "in_year"]].tolist() == [
        0,
        18,
    ]


def test_a_case_comes_out_of_a_run_as_it_went_in(run: Path) -> None:
    opened = runs.load(run)
    again = kept_case({name: opened.table(name) for name in opened.tables if name.startswith("capital_")})
    for name, table in vars(of_run().case).items():
        if name != "years":
            pd.testing.assert_frame_equal(getattr(again.case, name), table)
    assert again.case.years == of_run().case.years


def test_a_plan_is_made_again_with_other_choices_and_costs_nothing_the_second_time(run: Path) -> None:
    usual, _ = plan(run)
    assert {one["scheme_id"] for one in usual["schemes"]} == {"new", "road"}, "buses are cheaper than half a form"
    assert usual["proofs"][0]["status"] == "proven"
    barred, _ = plan(run, "--bar", "new", "--pot", "grant:2027=100")
    assert {one["scheme_id"] for one in barred["schemes"]} == {"half", "road"} and barred["plan_id"] != usual["plan_id"]
    assert barred["child_years"]["unmet"] > usual["child_years"]["unmet"] == 0
    again, said = plan(run)
    assert again == usual and "Choosing" not in said
    folder = Path(usual["folder"])
    assert folder.parent == run.parent.parent / "plans"
    assert {
        "plan.parquet",
        "plan_funding.parquet",
        "plan_service.parquet",
        "why.json",
        "tables.xlsx",
        "programme.svg",
        "manifest.json",
    } <= {path.name for path in folder.iterdir()}
    told = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert told["of_run"] == RUN and "seconds" not in told["plan"]["proofs"][0]


def test_two_plans_of_the_same_question_are_the_same_bytes(run: Path, tmp_path: Path) -> None:
    one, two = (Path(plan(run, "--out", str(tmp_path / name))[0]["folder"]) for name in ("a", "b"))
    pairs = [(path.name, path.read_bytes(), (two / path.name).read_bytes()) for path in sorted(one.iterdir())]
    assert pairs and [name for name, a, b in pairs if a != b] == []


def test_what_cannot_be_is_named_and_the_last_plan_stays(run: Path) -> None:
    usual, _ = plan(run)
    for words, said in (
        (("--force", "nowhere"), "there is no scheme nowhere"),
        (("--pot", "grant=5"), "cannot be read"),
        (("--pot", "purse:2027=5"), "there is no pot purse"),
        (("--force", "half", "--bar", "half"), "both forced and"),
        (("--force", "half", "--force", "form"), "one_of_an_exclusive_group"),
    ):
        assert said in plan(run, *words, ends=2)[1]
    assert [path.name for path in Path(usual["folder"]).parent.iterdir()] == [usual["plan_id"]]
    assert runs.load(Path(usual["folder"])).run_id == usual["plan_id"]


def test_lines_say_what_is_built_and_how_sure_that_is(tables: dict[str, pd.DataFrame]) -> None:
    told = "\n".join(plan_lines(figures(tables, [{"said": "cost: 1,350.0, and no plan is better by more than 0"}])))
    assert "Capital plan: 3 of 6 schemes for £1.4m, of £1.6m in the pots that may pay for any" in told
    assert "2027/28  The half" in told and " 8 next door" in told and "no plan is better" in told
    assert plan_lines(None) == []


def test_charts_hold_every_pound_and_say_it_in_words(tables: dict[str, pd.DataFrame]) -> None:
    by = by_year_and_pot(tables["plan_funding"])
    assert by.to_numpy().sum() == pytest.approx(1350.0) and list(by.index) == [2026, 2027]
    many = pd.DataFrame({"financial_year": 2026, "pot_id": [f"p{n}" for n in range(9)], "thousand_pounds": range(1, 10)})
    assert by_year_and_pot(many).shape == (1, 6) and by_year_and_pot(many)["other pots"].tolist() == [1 + 2 + 3 + 4]
    frontier = [
        {"pounds": 0.0, "child_years": {"low": 90.0, "high": 90.0}},
        {"pounds": 300.0, "child_years": {"low": 30.0, "high": 40.0}},
    ]
    charts = plan_charts(tables, {"frontier": frontier}, "Paper")
    assert (
        set(charts) == {"programme", "frontier"}
        and "£0.3m: 40" in charts["frontier"].alt
        and "2026/27" in charts["programme"].alt
    )
    assert manifest.as_json({"alt": charts["programme"].alt})
    assert plan_charts({}, {}, "Paper") == {}


def test_a_stored_plan_is_shown_by_its_headline_in_names(tables: dict[str, pd.DataFrame], tmp_path: Path) -> None:
    """The folder alone is enough; where its run lies beside it, what is otherwise is told, by name."""
    about = {"run_id": RUN, "of_run": "ba9876543210", "kind": "plan", "authority": {"name": "Paper", "code": "999"}, "notes": [],
             "plan": {"proofs": []}}  # fmt: skip
    folder = runs.save(tmp_path / "plans", about, tables)
    done = CliRunner().invoke(app, ["show", str(folder)])
    assert done.exit_code == 0 and "a plan made again from run ba9876543210" in done.output
    assert "Capital plan: 3 of 6 schemes" in done.output and "The new" in done.output
    beside = tables["plan"].assign(chosen=tables["plan"]["scheme_id"].eq("new"))
    runs.save(tmp_path / "runs", {"run_id": "ba9876543210", "authority": about["authority"], "notes": []}, {"plan": beside})
    assert "it builds besides The half, The road" in CliRunner().invoke(app, ["show", str(folder)]).output
    assert CliRunner().invoke(app, ["show", str(folder), "--area", "east"]).exit_code == 2


def test_a_plan_tells_names_and_which_schemes_nobody_has_looked_at() -> None:
    """Cards are written anew in names; a proposal says that it is one on its card, in the programme and in the lines."""
    mine = of_run()
    proposed = replace(mine, told=mine.told.assign(standing=["proposal" if k == "new" else "" for k in mine.told["scheme_id"]]),
                       called=pd.DataFrame({"code": ["east", "hill"], "name": ["East End", "Hill Primary"]}))  # fmt: skip
    plan = decide(mine.case, PLAIN, Ask(seconds=10, gap=0.0), solve=solved_here)
    told = by_name(why(mine.case, PLAIN, plan, Effort(seconds=0.0)), proposed.names, proposed.proposals)
    cards = {card.scheme_id: card.told for card in told.cards}
    assert cards["new"].startswith("A proposal, not yet looked at. The new (new school) opens in September")
    assert not cards["half"].startswith("A proposal") and "East End" in cards["half"] and "of east" not in cards["half"]
    made = plan_tables(proposed, PLAIN, plan)
    assert made["plan"].set_index("scheme_id")["standing"].to_dict()["new"] == "proposal"
    lines = plan_lines(figures(made, []))
    (marked,) = [line for line in lines if "proposal, not yet looked at" in line]
    assert "The new" in marked
    assert set(made["plan_service"]["site_name"]) <= {"", "Hill Primary"}
