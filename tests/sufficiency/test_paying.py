"""Which pot pays what: what lapses first before what stays, tied before free, and what is spent before it comes as borrowing."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper_council import PLAIN, paper_case, paper_tables
from scipy.optimize import linprog
from tiny_councils import solved_here

from sufficiency.capital.choices import Choices
from sufficiency.capital.decide import decide
from sufficiency.capital.facts import Sum, facts
from sufficiency.capital.from_run import CaseOfRun
from sufficiency.capital.paying import Bill, met, paid_in_order
from sufficiency.capital.plan import Plan
from sufficiency.capital.plan_tables import POTS, pots
from sufficiency.capital.solver import Ask, SolverError
from sufficiency.capital.tables import Case
from sufficiency.capital.verify import broken_rules

HALF_ALONE = replace(PLAIN, forced={"half": True, "new": False, "form": False})


def frame(name: str, rows: list[tuple[object, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(paper_tables()[name].columns))


def money(receipts: list[tuple[object, ...]], **more: pd.DataFrame) -> Case:
    """The council on paper with other receipts; of its schemes half a form costs 300 in 2026 and the road 50 in 2027."""
    return paper_case(receipts=frame("receipts", receipts), **more)


def paid(plan: Plan) -> dict[tuple[str, str, int], float]:
    return plan.spending.set_index(["scheme_id", "pot_id", "fy"])["thousand_pounds"].to_dict()


def decided(case: Case, choices: Choices = HALF_ALONE) -> Plan:
    return decide(case, choices, Ask(seconds=10, gap=0.0), solve=solved_here)


def of_run(case: Case) -> CaseOfRun:
    named = pd.DataFrame([("pot:deed", "Deed of the mill")], columns=["code", "name"])
    return CaseOfRun(case, pd.DataFrame(), pd.DataFrame(columns=["scheme_id", "name"]), (), named)


def test_of_two_pots_the_one_that_lapses_pays_first() -> None:
    """Half a form of £300k: £200k of the deed lapse with 2027/28, the grant stays until 2030 and pays the rest."""
    grant = [("grant", 2026, 600.0, 2030, "received"), ("grant", 2027, 600.0, 2030, "due")]
    plan = decided(money([*grant, ("deed", 2026, 200.0, 2027, "received")]))
    assert paid(plan) == pytest.approx({
        ("half", "deed", 2026): 200.0, ("half", "grant", 2026): 100.0, ("road", "grant", 2027): 50.0,
    })
    stays = decided(money([("grant", 2026, 600.0, 2027, "received"), ("deed", 2026, 400.0, 2030, "received")]))
    assert paid(stays) == pytest.approx({("half", "grant", 2026): 300.0, ("road", "grant", 2027): 50.0})


def test_where_nothing_lapses_first_tied_money_pays_before_free() -> None:
    plan = decided(money([("grant", 2026, 600.0, 2030, "received"), ("deed", 2026, 400.0, 2030, "received")]))
    assert paid(plan) == pytest.approx({("half", "deed", 2026): 300.0, ("road", "grant", 2027): 50.0})


def test_what_lapses_first_gives_way_to_a_bill_that_nothing_else_may_pay() -> None:
    """Each of two bills of 10: the first may be paid by either sum, the second only by the one that lapses first."""
    early, late = Sum("a", 2026, 2026, 2026, 10.0), Sum("b", 2026, 2026, 2030, 10.0)
    bills = [Bill("x", 2026, 10.0), Bill("y", 2026, 10.0)]
    found = met(bills, [early, late], lambda bill, one: bill.of == "x" or one.pot == "a")
    assert found == [(0, 1, 10.0), (1, 0, 10.0)]


def deed_later(years: int = 0) -> Case:
    """£350k of a deed due in 2028 and £50k in hand: half a form, due in 2026, can be had only before the deed pays."""
    ahead = pd.DataFrame([("deed", years)] if years else [], columns=["pot_id", "years"])
    return money([("deed", 2028, 350.0, 2032, "due"), ("grant", 2026, 50.0, 2030, "received")], advances=ahead)


@pytest.fixture
def _children_in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sufficiency.capital.why_none.solve", solved_here)


@pytest.mark.usefixtures("_children_in_this_process")
def test_a_deed_is_never_spent_before_it_comes_unless_members_allow_it() -> None:
    with pytest.raises(SolverError, match="no plan keeps every rule"):
        decided(deed_later())
    a_year_before = paid(decided(deed_later(1)))
    assert a_year_before[("half", "deed", 2027)] == pytest.approx(300.0), "it opens a year later, and so is paid a year later"


def test_what_is_spent_before_it_comes_is_borrowed_and_owed_until_it_comes() -> None:
    case = deed_later(2)
    plan = decided(case)
    assert broken_rules(case, HALF_ALONE, plan) == []
    assert paid(plan) == pytest.approx({("half", "deed", 2026): 300.0, ("road", "grant", 2027): 50.0})
    table = pots(of_run(case), HALF_ALONE, plan)
    assert list(table) == POTS and table.loc[table["pot_id"].eq("deed"), "pot_name"].eq("Deed of the mill").all()
    deed = table[table["pot_id"] == "deed"].set_index("financial_year")
    assert deed.loc[[2026, 2027, 2028], "borrowed"].tolist() == pytest.approx([300.0, 0.0, 0.0])
    assert deed.loc[[2026, 2027, 2028], "owed"].tolist() == pytest.approx([300.0, 300.0, 0.0])
    assert deed.loc[[2026, 2027, 2028], "left"].tolist() == pytest.approx([0.0, 0.0, 50.0])
    assert table.loc[table["pot_id"] == "grant", ["borrowed", "owed"]].to_numpy().sum() == 0.0


def test_the_check_in_plain_tables_refuses_money_that_is_spent_too_early() -> None:
    plan = decided(deed_later(2))
    told = broken_rules(deed_later(), HALF_ALONE, plan)
    assert told == ["pot deed spends £300.0k in 2026 that it does not have"]
    unsigned = deed_later(2)
    unsigned = replace(unsigned, receipts=unsigned.receipts.assign(status=["unsigned", "received"]))
    assert "pot deed spends £300.0k in 2026 that it does not have" in broken_rules(
        unsigned, replace(HALF_ALONE, count_unsigned=True), plan
    ), "what nobody has signed is not borrowed against"


def test_money_in_hand_pays_before_money_that_is_still_to_come() -> None:
    plan = decided(money([("deed", 2028, 400.0, 2029, "due"), ("grant", 2026, 600.0, 2030, "received")],
                         advances=pd.DataFrame([("deed", 2)], columns=["pot_id", "years"])))
    assert {pot for _, pot, _ in paid(plan)} == {"grant"}, "the deed lapses first, and is not borrowed against for that"


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_other_way_of_paying_meets_more_or_spends_more_of_what_comes_first(data: st.DataObject) -> None:
    """Held against linear programmes, sum by sum: the most of the first, then of the second with the first as it is."""
    draw = data.draw
    few, some = st.integers(0, 2), st.integers(0, 9)
    sums = [Sum(f"p{j}", (comes := draw(few)), comes, comes + draw(few), float(draw(some))) for j in range(3)]
    bills = [Bill(f"b{i}", draw(st.integers(0, 3)), float(draw(st.integers(1, 9)))) for i in range(3)]
    barred = draw(st.sets(st.tuples(st.integers(0, 2), st.integers(0, 2))))
    found = met(bills, sums, lambda bill, one: (bills.index(bill), sums.index(one)) not in barred)
    pairs = [(i, j) for i, bill in enumerate(bills) for j, one in enumerate(sums)
             if one.first <= bill.fy <= one.last and (i, j) not in barred]
    spent = [sum(amount for _, j, amount in found if j == number) for number in range(3)]
    if not pairs:
        assert not found
        return
    limits = [[float(i == b) for i, _ in pairs] for b in range(3)] + [[float(j == s) for _, j in pairs] for s in range(3)]
    most = [bill.money for bill in bills] + [one.money for one in sums]
    for number in range(3):
        fixed = [[float(j == s) for _, j in pairs] for s in range(number)]
        best = linprog([-float(j == number) for _, j in pairs], A_ub=limits, b_ub=most, A_eq=fixed or None,
                       b_eq=spent[:number] or None)
        assert best.status == 0 and spent[number] == pytest.approx(-best.fun, abs=1e-6)


def test_bills_that_cannot_be_met_to_the_last_pound_are_left_to_the_solver() -> None:
    f = facts(money([("grant", 2026, 100.0, 2030, "received"), ("deed", 2026, 100.0, 2030, "received")]), PLAIN)
    assert paid_in_order(f, pd.DataFrame({"scheme_id": ["half"], "opens": [2027]})) is None
