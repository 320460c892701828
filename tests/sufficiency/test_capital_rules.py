"""Every rule as it is written down, and what is told when rules cannot all be kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pulp
import pytest
from paper_council import ALL_RULES, PLAIN, YEARS, paper_case, paper_tables
from tiny_councils import solved_here

from planning_areas.tables import EvidenceError
from sufficiency.assumptions import Assumptions
from sufficiency.capital.asking import obstacles
from sufficiency.capital.choices import Choices
from sufficiency.capital.decide import decide
from sufficiency.capital.facts import facts
from sufficiency.capital.model import RULES, build
from sufficiency.capital.solver import Ask, SolverError
from sufficiency.capital.story import choices_of
from sufficiency.capital.tables import check_case, notes

GOLDEN = Path(__file__).parent / "golden" / "capital"


def written(rule: str, folder: Path) -> str:
    """The rows of one rule for the council on paper, as an .lp file."""
    whole = build(facts(paper_case(), ALL_RULES)).problem
    alone = pulp.LpProblem(rule, pulp.LpMinimize)
    for row in whole.constraints():
        if row.name.startswith(rule + "_"):
            alone.addConstraint(row, row.name)
    alone.writeLP(str(folder / "rule.lp"))
    return (folder / "rule.lp").read_text(encoding="utf-8")


@pytest.mark.parametrize("rule", [rule.__name__ for rule in RULES])
def test_a_rule_is_written_as_it_was_read(rule: str, tmp_path: Path) -> None:
    text = written(rule, tmp_path)
    assert f"{rule}_" in text, "the council on paper has nothing to say to this rule"
    assert text == (GOLDEN / f"{rule}.lp").read_text(encoding="utf-8")


def test_no_rule_lacks_its_file_and_its_sentence() -> None:
    assert {path.stem for path in GOLDEN.glob("*.lp")} == {rule.__name__ for rule in RULES}
    assert all((rule.__doc__ or "").strip().endswith(".") for rule in RULES)


def test_the_plan_on_paper() -> None:
    """The road must be built; half a form at the hill places 15 of the 20 left over there; the new school takes the rest."""
    plan = decide(paper_case(), PLAIN, Ask(seconds=10, gap=0.0), solve=solved_here)
    opened = dict(zip(plan.starts["scheme_id"], plan.starts["opens"], strict=True))
    assert opened == {"half": 2027, "new": 2027, "road": 2027}
    assert plan.terms["unmet_material"] == pytest.approx(0.0)
    assert plan.placed.set_index(["group_id", "site_id"])["children"].to_dict() == pytest.approx({
        ("e27", "dale"): 5.0,
        ("e27", "hill"): 25.0,
        ("w27", "dale"): 20.0,
    })
    deed = plan.spending[plan.spending["pot_id"] == "deed"]
    assert set(deed["scheme_id"]) <= {"half"}
    assert plan.spending["thousand_pounds"].sum() == pytest.approx(300 + 1000 + 50)


def no_plan(tables: dict[str, pd.DataFrame], **choices: Any) -> str:
    with pytest.raises(SolverError) as caught:
        decide(check_case(YEARS, tables), replace(PLAIN, **choices), Ask(seconds=10), solve=solved_here)
    return str(caught.value)


def changed(table: str, column: str, value: object, **where: object) -> dict[str, pd.DataFrame]:
    tables = paper_tables()
    frame = tables[table]
    rows = pd.Series(True, index=frame.index)
    for name, wanted in where.items():
        rows &= frame[name] == wanted
    assert rows.any()
    frame.loc[rows, column] = value
    return tables


@pytest.mark.usefixtures("_children_in_this_process")
class TestNoPlan:
    """Each planted contradiction is named: the rule, the code and the amount."""

    def test_a_pot_too_small_for_what_must_be_built(self) -> None:
        told = no_plan(changed("costs", "thousand_pounds", 5000.0, scheme_id="road"))
        assert "within_pot (grant" in told
        assert "short by £3,800k (for road)" in told, "no other pot may pay for it"
        both = changed("costs", "thousand_pounds", 5000.0, scheme_id="half")
        both["schemes"].loc[both["schemes"]["scheme_id"] == "half", "choice"] = "must"
        told = no_plan(both)
        assert "grant can pay besides (for half" in told or "deed can pay besides (for half" in told, "every pot that may pay"

    def test_a_lead_time_after_the_need(self) -> None:
        told = no_plan(changed("schemes", "lead_years", 9, scheme_id="road"))
        assert "opens_after_its_lead_time (road: September 2035 at the earliest" in told

    def test_a_deed_whose_date_has_passed(self) -> None:
        tables = changed("schemes", "choice", "must", scheme_id="half")
        tables["ringfences"].loc[tables["ringfences"]["pot_id"] == "grant", "standing"] = "never"
        tables["schemes"].loc[tables["schemes"]["scheme_id"] == "road", "choice"] = "free"
        tables["receipts"].loc[tables["receipts"]["pot_id"] == "deed", "spend_by"] = 2026
        tables["schemes"].loc[tables["schemes"]["scheme_id"] == "half", "earliest_start"] = 2027
        told = no_plan(tables)
        assert "within_pot (deed, 2027, 2028) is short by £300k" in told

    def test_a_pot_whose_ring_fence_is_closed(self) -> None:
        """The grant pays for early years only where members say so, and nobody did; the deed never does."""
        told = no_plan(changed("schemes", "choice", "must", scheme_id="rooms"))
        assert "ring_fence (rooms, deed) would have to give way for £100k" in told or "ring_fence (rooms, grant) would" in told
        assert "A pot pays only for purposes, phases and areas that its grant or deed allows" in told

    def test_a_site_over_its_limit(self) -> None:
        tables = changed("schemes", "choice", "must", scheme_id="half")
        tables["sites"].loc[tables["sites"]["site_id"] == "hill", "most_places"] = 20.0
        told = no_plan(tables)
        assert "within_site (hill) is short by 10 places" in told

    def test_everyone_placed_without_places(self) -> None:
        told = no_plan(changed("schemes", "choice", "must_not", scheme_id="new"), everyone_placed=True)
        assert "within_places (dale, 2027, 0) is short by" in told


def test_what_members_decide_reaches_the_rules() -> None:
    settings = Assumptions(plan_everyone_placed=True, plan_qualities=("met",), plan_smallest_primary=420.0)
    choices = choices_of(settings)
    assert choices.everyone_placed and choices.qualities == {"met"} and choices.smallest_new_school == {"primary": 420.0}
    assert replace(choices_of(Assumptions()), levels=()) == replace(Choices(), levels=())


def test_a_ring_of_schemes_is_told_at_the_door() -> None:
    tables = paper_tables()
    tables["precedences"] = pd.DataFrame(
        [("new", "road", 0), ("road", "half", 0), ("half", "new", 0)], columns=tables["precedences"].columns
    )
    with pytest.raises(EvidenceError, match="half waits for new waits for road waits for half"):
        check_case(YEARS, tables)


def test_all_that_is_wrong_is_told_at_once() -> None:
    tables = changed("costs", "after", -3, scheme_id="half")
    tables["links"].loc[0, "site_id"] = "nowhere"
    tables["receipts"].loc[0, "spend_by"] = 2020
    with pytest.raises(EvidenceError) as caught:
        check_case(YEARS, tables)
    assert {p.file for p in caught.value.problems} == {"costs", "links", "receipts"}


def test_what_is_left_out_is_said() -> None:
    tables = changed("receipts", "status", "unsigned", pot_id="deed")
    tables["links"] = tables["links"][tables["links"]["group_id"] != "w27"]
    said = " / ".join(notes(check_case(YEARS, tables)))
    assert "w27" in said
    assert "pot deed says nothing of early_years for primary" in said
    assert "£400k is promised in no signed deed" in said


@pytest.fixture
def _children_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search for reasons solves again: here, too, without a process of its own."""
    monkeypatch.setattr("sufficiency.capital.why_none.solve", solved_here)


@pytest.mark.usefixtures("_children_in_this_process")
class TestLatestOpening:
    """A scheme for which a latest opening is set opens by then or not at all; where that cannot be, it is named."""

    def test_what_must_be_open_earlier_than_it_can_be_is_named(self) -> None:
        tables = paper_tables() | {"deadlines": pd.DataFrame([("road", 2027)], columns=["scheme_id", "open_by"])}
        tables["schemes"] = tables["schemes"].assign(
            lead_years=tables["schemes"]["lead_years"].where(tables["schemes"]["scheme_id"].ne("road"), 2)
        )
        assert "opens_after_its_lead_time (road: September 2028 at the earliest" in no_plan(tables)

    def test_a_free_scheme_that_would_come_too_late_is_not_built(self) -> None:
        late = pd.DataFrame([("form", 2027)], columns=["scheme_id", "open_by"])
        f = facts(paper_case(deadlines=late), replace(PLAIN, forced={"form": True}))
        assert "it is to be open by September 2027 and could open in September 2028 at the earliest" in obstacles(f, "form")
        without = replace(PLAIN, forced={"half": False})
        plan = decide(paper_case(deadlines=late), without, Ask(seconds=10, gap=0.0), solve=solved_here)
        assert "form" not in set(plan.starts["scheme_id"])
