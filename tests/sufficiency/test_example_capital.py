"""The invented council's schemes and pots, read as a planner's own files are: the answers of its sheet, found by the program."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from sufficiency.assumptions import Assumptions
from sufficiency.capital.from_evidence import SchemeTables, scheme_tables
from sufficiency.evidence import Evidence
from sufficiency.example import cast
from sufficiency.example.county import draw_county
from sufficiency.example.publish import write_example
from sufficiency.example.stories_capital import falling_answers, money_nearly_suffices, three_deeds
from sufficiency.example.story import Story
from sufficiency.workspace.workspace import Loaded

Read = tuple[Evidence, SchemeTables, dict[str, Story]]


@pytest.fixture(scope="module", params=(1, 2), ids=("seed 1", "seed 2"))
def read(request: pytest.FixtureRequest, invented_councils: Callable[[int], Loaded]) -> Read:
    evidence, county = invented_councils(request.param).evidence, draw_county(request.param)
    stories = {story.key: story for story in (tell(county) for tell in (money_nearly_suffices, three_deeds, falling_answers))}
    return evidence, scheme_tables(evidence, None, cast.BASE, Assumptions()), stories


def notes(tables: SchemeTables) -> str:
    return "\n".join(f"{note.text}: {note.loses}" for note in tables.notes)


def test_the_grant_is_what_the_sheet_says_and_asks_are_more_than_twice_that(read: Read) -> None:
    evidence, tables, stories = read
    story = stories["money_nearly_suffices"]
    grant = tables.receipts[tables.receipts["pot_id"] == "basic-need"]
    assert grant["thousand_pounds"].sum() == story.figure("grant") and grant["spend_by"].min() > 2100, "carried forward"
    assert len(tables.schemes) == story.figure("schemes") and 25 <= len(tables.schemes) <= 40
    of_schools = evidence.schemes[evidence.schemes["phase"].isin(("primary", "secondary"))]
    care = tables.receipts[tables.receipts["pot_id"].isin(("childcare", "school-nursery", "borrowing"))]
    assert care["thousand_pounds"].sum() == story.figure("care") < story.figure("care_asked")
    assert of_schools["thousand_pounds"].sum() == story.figure("asked") > 2 * story.figure("grant")


def test_money_for_special_needs_and_unsigned_money_are_told_and_not_counted(read: Read) -> None:
    _, tables, stories = read
    assert "high-needs" not in set(tables.receipts["pot_id"])
    assert "no table of demand for special provision: high-needs is left out" in notes(tables)
    unsigned = tables.receipts[tables.receipts["status"] == "unsigned"]
    assert set(unsigned["pot_id"]) == {"town-primary"}
    assert unsigned["thousand_pounds"].sum() > stories["money_nearly_suffices"].figure("unsigned"), "it grows by its index"


def test_three_deeds_come_late_not_at_all_and_with_an_end(read: Read) -> None:
    _, tables, stories = read
    story, pots = stories["three_deeds"], tables.receipts.set_index("pot_id")
    assert pots.loc["estate-primary", "fy"] == story.figure("estate_year")
    assert pots.loc["garden-primary", "thousand_pounds"] == story.figure("garden_counts") == 0
    assert "garden-primary hangs on homes of GARDEN, which is not in the core forecast: £4,300k" in notes(tables)
    assert pots.loc["mill-primary", "spend_by"] == story.figure("old_deed_last")
    assert pots.loc["mill-primary", "thousand_pounds"] == story.figure("old_deed")
    tied = tables.pot_areas.set_index("pot_id")["area_code"]
    assert tied["estate-primary"] == story.where["planning area of the estate"]
    assert tied["mill-primary"] == story.where["planning area of the old deed"]


def test_what_would_help_the_falling_pair_is_only_asked(read: Read) -> None:
    _, tables, stories = read
    story = stories["falling_answers"]
    pair = tables.schemes[tables.schemes["site_id"].isin((story.where["academy"], story.where["rural"]))]
    asks = pair[pair["consent"] == "asked"]
    assert len(asks) == story.figure("asks") and set(asks["kind"]) == {"pan_cut", "closure", "merger"}
    cut = tables.adds[(tables.adds["scheme_id"] == "academy-cut") & (tables.adds["after"] == 10)]
    assert -cut["places"].sum() == story.figure("fewer")
    running = tables.told.set_index("scheme_id")["running_thousand_pounds"]
    assert -running["academy-cut"] == story.figure("saved")
    assert "rural-closure: the law presumes that a designated rural primary school is not closed" in notes(tables)


def test_an_award_is_tied_to_its_school_and_a_silent_grant_is_named(read: Read) -> None:
    _, tables, _ = read
    tied = tables.pot_areas.set_index("pot_id")["area_code"]["school-nursery"]
    assert tied == tables.schemes.set_index("scheme_id")["site_id"]["school-nursery"]
    assert "not held against subsidy control: babies-b" in notes(tables)


def test_every_scheme_can_be_paid_by_some_pot(read: Read) -> None:
    """No scheme of the council is hopeless by its ring-fence alone, without a decision of members."""
    _, tables, _ = read
    allowed = tables.ringfences[tables.ringfences["standing"] == "allowed"]
    assert set(tables.schemes[["purpose", "phase"]].itertuples(index=False, name=None)) <= set(
        allowed[["purpose", "phase"]].itertuples(index=False, name=None))  # fmt: skip


def test_the_council_writes_its_files_the_same_each_time(tmp_path: Path) -> None:
    first, again = (write_example(tmp_path / name, 3) for name in ("a", "b"))
    pairs = [(a.read_bytes(), b.read_bytes()) for a, b in zip(first, again, strict=True) if a.parent.name == "council"]
    assert pairs and all(a == b for a, b in pairs)
