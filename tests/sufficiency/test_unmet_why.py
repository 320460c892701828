"""Why children of the council on paper stay without a place, for plans written by hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
from paper_council import PLAIN, paper_case, paper_tables

from sufficiency.capital.choices import Choices
from sufficiency.capital.facts import facts
from sufficiency.capital.plan import Plan
from sufficiency.capital.tables import Case
from sufficiency.capital.unmet_why import BARRED, CLOSED, FULL, LEFT_OUT, MEMBERS, MONEY, NO_SCHEME, TAKEN, TOO_SOON, Reach


def reach(case: Case, opens: dict[str, int], choices: Choices = PLAIN) -> Reach:
    """What the list can do beside a plan that opens these and pays for nothing."""
    starts = pd.DataFrame(list(opens.items()), columns=["scheme_id", "opens"])
    spent = pd.DataFrame({"scheme_id": [], "pot_id": [], "fy": [], "thousand_pounds": []})
    return Reach(facts(case, choices), Plan(starts, pd.DataFrame(), pd.DataFrame(), spent, {}, ()))


def schemes(**changed: object) -> Case:
    return paper_case(schemes=paper_tables()["schemes"].assign(**changed))


def test_what_comes_before_any_scheme_could_open_is_past_help() -> None:
    late = reach(schemes(lead_years=2), {})
    assert late.why("e27", 2027) == late.why("w27", 2027) == TOO_SOON and late.why("w27", 2028) != TOO_SOON


def test_who_is_reached_by_nothing_is_told_so_and_is_past_help_only_before_the_first_of_the_phase() -> None:
    links = paper_tables()["links"]
    alone = paper_case(links=links[links["group_id"].ne("w27")])
    assert reach(alone, {}).why("w27", 2027) == NO_SCHEME
    later = paper_tables()["schemes"].assign(lead_years=2)
    assert reach(paper_case(links=links[links["group_id"].ne("w27")], schemes=later), {}).why("w27", 2027) == TOO_SOON


def test_money_and_pots_that_may_not_pay() -> None:
    poor = paper_case(receipts=paper_tables()["receipts"].assign(thousand_pounds=1.0))
    assert reach(poor, {}).why("w27", 2027) == MONEY
    assert reach(paper_case(), {}).why("w27", 2027) == LEFT_OUT, "nothing is spent, so money is not the reason"
    fences = paper_tables()["ringfences"]
    for word, said in (("never", CLOSED), ("member_decision", MEMBERS.format(CLOSED))):
        shut = paper_case(ringfences=fences.assign(standing=word))
        assert reach(shut, {}).why("w27", 2027) == said


def test_what_may_not_be_built_what_excludes_another_and_what_is_full() -> None:
    assert reach(schemes(consent="asked"), {}).why("w27", 2027) == BARRED
    assert reach(schemes(quality="not_met"), {}).why("e27", 2027) == BARRED
    assert reach(paper_case(), {"new": 2027}).why("w27", 2027) == FULL
    both = reach(paper_case(sites=paper_tables()["sites"].assign(most_places=float("nan"))), {"new": 2027, "half": 2027})
    assert both.why("e27", 2027) == FULL, "the whole form could open only a year later"
    assert both.why("e27", 2028) == TAKEN
    tight, apart = paper_tables()["sites"].assign(most_places=80.0), schemes(exclusive_group="").schemes
    crowded = reach(paper_case(sites=tight, schemes=apart), {"half": 2027, "new": 2027})
    assert crowded.why("e27", 2028) == TAKEN, "30 places and 60 more on a site of 80"
    assert reach(paper_case(), {"half": 2027, "new": 2027}).why("e27", 2028) == BARRED, "60 on a site of 30"


def test_a_decision_of_members_is_counted_once_taken() -> None:
    shut = paper_case(ringfences=paper_tables()["ringfences"].assign(standing="member_decision"))
    opened = replace(PLAIN, members_decided=frozenset({("grant", "mainstream", "primary")}))
    assert reach(shut, {}, opened).why("w27", 2027) == LEFT_OUT
