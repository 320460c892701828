"""A finished run is published from its own folder: one release, two editions, nothing of a closure before consultation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import town
from published_town import Silent, town_run
from python_calamine import CalamineWorkbook

from planning_areas.tables import EvidenceError
from scenarios import durable
from scenarios.runs import Run
from sufficiency.evidence import Note
from workbench.answers import UserError
from workbench.disclosure import NotProtectedError, Release, protect
from workbench.publish_run import leaving
from workbench.publishing import publish as publishing
from workbench.publishing.makers import MAKERS, Maker, make_map, make_workbook
from workbench.publishing.material import PUBLICATION, Material
from workbench.publishing.publish import Wish, publish
from workbench.publishing.statements import statements_in
from workbench.publishing.withheld import (
    ALL_OF_THEM,
    BY_SMALL_GROUPS,
    OF_AREAS,
    OTHER_MONEY,
    choices_told,
    for_publication,
    named,
    names_withheld,
    public_notes,
    withheld,
)

MAP_AND_TABLES = tuple(maker for maker in MAKERS if maker.make in (make_map, make_workbook))     # papers have their own tests


@pytest.fixture(scope="module")
def published(finished: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    target = tmp_path_factory.mktemp("out") / "release"
    publish(str(finished.folder), None, Wish(target), Silent(), MAP_AND_TABLES)
    yield target


def texts(path: Path) -> str:
    book = CalamineWorkbook.from_path(path)
    return "\n".join(str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row)


def test_a_run_read_back_gives_the_release_that_it_was_made_with(town_release: Release) -> None:
    again, made = town_release, town_run()
    then = leaving(made)
    assert set(then.tables) == set(again.tables)
    for name in ("summary", "primary_schools", "childcare_balance", "childcare_takeup", "last_safe_dates"):
        order = list(then.tables[name].columns)
        one, other = (table.sort_values(order).reset_index(drop=True) for table in (then.tables[name], again.tables[name]))
        pd.testing.assert_frame_equal(one, other, check_dtype=False, obj=name)
    assert sorted(map(str, then.people().to_numpy().tolist())) == sorted(map(str, again.people().to_numpy().tolist()))


def test_the_release_lists_every_file_with_its_sha256(published: Path, finished: Run) -> None:
    told = json.loads((published / "release.json").read_text(encoding="utf-8"))
    assert told["run_id"] == finished.run_id and told["protected"] is True
    there = {path.relative_to(published).as_posix() for path in published.rglob("*") if path.is_file()} - {"release.json"}
    assert there == set(told["files"]) and {"publication/map.html", "officers/tables.xlsx"} <= there
    for name, one in told["files"].items():
        assert hashlib.sha256((published / name).read_bytes()).hexdigest() == one["sha256"]
    assert told["withheld_until_consultation"] == {"publication": 3, "officers": 0}


def test_nothing_of_a_scheme_that_stays_with_officers_is_published(published: Path) -> None:
    """Built or not, in map, workbook and whatever else: neither its code nor its name, and the reasons name no other scheme."""
    gone, kept = ("two-in-one", "second-best", "old-school"), ("hall-extension", "nursery-room")
    files = sorted((published / "publication").rglob("*"))
    for path in (path for path in files if path.suffix in {".html", ".xlsx", ".csv", ".json"}):
        text = texts(path) if path.suffix == ".xlsx" else path.read_text(encoding="utf-8")
        assert [name for name in gone if named(text, name)] == [], path.name
    assert all(named(texts(published / "publication" / "tables.xlsx"), name) for name in kept)
    assert all(named(texts(published / "officers" / "tables.xlsx"), name) for name in (*gone, *kept))


def test_the_public_release_keeps_what_tells_of_no_scheme(town_release: Release) -> None:
    release = town_release
    public = for_publication(release)
    assert set(withheld(release.tables["plan"])["scheme_id"]) == {"two-in-one", "second-best", "old-school"}
    assert list(public.tables["plan_service"]["site_id"]) == [town.WEST_PRIMARY] and len(public.tables["plan_areas"]) == 3
    pd.testing.assert_frame_equal(public.tables["childcare_takeup"], release.tables["childcare_takeup"])
    assert not {"author", "reason"} & set(public.tables["overrides"])
    notes = (Note("schemes", "old-school closes"), Note("schemes", "old-schoolhouse is another"), Note("births", "fine"))
    assert public_notes(notes, names_withheld(release, public)) == notes[1:]


def test_a_release_that_tells_what_it_hides_is_refused_and_nothing_is_left(
    finished: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    def bare(_: object, **__: object) -> None:
        raise NotProtectedError("1 hidden figures can be worked out from what is shown: x; nothing was published")

    monkeypatch.setattr("workbench.publish_run.refuse_what_can_be_worked_out", bare)
    with pytest.raises(UserError, match="can be worked out"):
        publish(str(finished.folder), None, Wish(tmp_path / "release"), Silent())
    assert list(tmp_path.iterdir()) == []


def test_a_maker_that_fails_leaves_nothing_half_made(finished: Run, tmp_path: Path) -> None:
    def breaks(_: Material, folder: Path) -> None:
        (folder / "half.txt").write_text("half", encoding="utf-8")
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        publish(str(finished.folder), None, Wish(tmp_path / "release"), Silent(), (Maker("x", breaks),))
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_publication_left_is_gone_with_the_next_one_and_nothing_else(finished: Run, tmp_path: Path) -> None:
    dead = tmp_path / ".release to members.partial-0123456789ab"
    (dead / "officers").mkdir(parents=True)
    dead.with_name(dead.name + ".lock").write_bytes(b"")
    own = tmp_path / ".mine.partial-0123456789ab"
    own.mkdir()
    with durable.folder_aside(tmp_path / "another") as alive:
        publish(str(finished.folder), None, Wish(tmp_path / "release"), Silent(), ())
        left = {path.name for path in tmp_path.iterdir()}
        assert left == {"release", own.name, alive.name, f"{alive.name}.lock"}


def test_a_maker_is_added_with_one_line(finished: Run, tmp_path: Path) -> None:
    def one(material: Material, folder: Path) -> None:
        (folder / "who.txt").write_text(material.run.authority.name, encoding="utf-8")

    maker = Maker("a greeting", one, (PUBLICATION,))
    answer = publish(str(finished.folder), None, Wish(tmp_path / "release"), Silent(), (maker,))
    assert list(answer.data["files"]) == ["publication/who.txt"] and "  a greeting: who.txt" in answer.lines


def test_a_folder_with_something_in_it_and_a_template_that_is_none_are_refused(finished: Run, tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="is there already and not empty"):
        publish(str(finished.folder), None, Wish(tmp_path), Silent())
    with pytest.raises(UserError, match="cannot be read as a Word document"):
        publish(str(finished.folder), None, Wish(tmp_path / "new", tmp_path / "there.txt"), Silent())
    assert [path.name for path in tmp_path.iterdir()] == ["there.txt"]


def test_everything_wrong_with_the_words_of_people_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "paper.toml").write_text("[front]\ntitel = \"x\"\ndate = 3\n[consultation]\nopen = \"yes\"\n", encoding="utf-8")
    (tmp_path / "actions.csv").write_text("item,action,owner,by\nB12,Do it,Me,soon\nB1,,,\n", encoding="utf-8")
    with pytest.raises(EvidenceError) as told:
        statements_in(tmp_path)
    said = "\n".join(f"{one.file} {one}" for one in told.value.problems)
    for part in ("front.titel", "front.date = 3: text in quotation marks expected", "consultation.open", "row 2, item = B12",
                 "row 2, by = soon: a day such as 2027-03-31, or a blank", "row 3, action"):
        assert part in said, said


def test_words_of_people_are_read(tmp_path: Path) -> None:
    (tmp_path / "paper.toml").write_text("[front]\ncommittee = \"Children's\"\n[consultation]\nopen = true\n", encoding="utf-8")
    (tmp_path / "actions.csv").write_text("owner,by,action,item\nMs Ash,2027-03-31,Ask settings,B8\n\n", encoding="utf-8")
    said = statements_in(tmp_path)
    assert said.paper.front.committee == "Children's" and said.paper.consultation.open
    assert said.actions.to_dict("records") == [
        {"item": "B8", "area": "", "action": "Ask settings", "owner": "Ms Ash", "by": "2027-03-31"}]
    assert statements_in(None).actions.empty and publishing.RELEASE == "release.json"


@pytest.mark.parametrize(("key", "stays"), [
    ("schools.990141.closes", True), ("schools.1.pan", True), ("schools.1.merges_into", True),
    ("schemes.old-school.choice", True), ("new_schools.990001", True),
    ("nurseries.EY1.closes_on", True), ("clubs.C1.closes", True), ("no_such.lever", True),
    ("births.level", False), ("sites.ROO/2019/1001x.dropped", False), ("settings.draws", False), ("margin.operating", False),
])
def test_a_choice_about_a_named_school_or_scheme_is_told_from_what_the_world_does(key: str, stays: bool) -> None:
    assert choices_told({"name": "x", "changes": ["x"], "keys": {key: 1}}) == ((key,) if stays else ())
    assert choices_told({"name": "base", "changes": []}) == ()


@pytest.mark.parametrize("opened", [False, True])
def test_a_run_of_a_scenario_that_closes_a_school_is_for_officers_until_consultation_opens(
    finished: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, opened: bool,
) -> None:
    words = f"[consultation]\nopen = {str(opened).lower()}\n"
    (tmp_path / "paper.toml").write_text(words, encoding="utf-8")
    closes = {"name": "Close Yarrowworth", "why": "small", "changes": ["schools.1.closes: stays open -> 2027"],
              "keys": {"schools.1.closes": 2027}}
    run = replace(finished, manifest={**finished.manifest, "scenario": closes})
    monkeypatch.setattr(publishing, "load", lambda _: run)

    def who(material: Material, folder: Path) -> None:
        durable.write_new(folder / "who.txt", material.run.named.encode())

    maker = Maker("who", who)
    wish = Wish(tmp_path / "out", words=tmp_path)
    answer = publish(str(finished.folder), None, wish, Silent(), (maker,))
    assert (tmp_path / "out" / "publication").exists() is opened
    assert any("consultation is open" in line for line in answer.lines) is not opened
    assert (tmp_path / "out" / "officers" / "who.txt").is_file()


def test_the_public_is_not_told_which_officer_set_a_figure() -> None:
    used = Note("planner_overrides", "1 of the planner's overrides is in force at the census of 2026-01-31, by Ms Ash (1): W")
    idle = Note("planner_overrides", "2 of the planner's overrides are not used: W Year 2: Ms Ash's expired", "the model's stand")
    said = [note.text for note in public_notes((used, idle), ())]
    assert said == ["1 of the planner's overrides is in force at the census of 2026-01-31",
                    "2 of the planner's overrides are not used"]


def test_pots_that_pay_for_nothing_that_is_shown_are_other_money(town_release: Release) -> None:
    """A deed for a scheme that is not chosen, and one that pays for a merger alone: added up, and unnamed in tables and notes."""
    pots, paid = town_release.tables["plan_pots"], town_release.tables["plan_funding"]
    more = [pots.assign(pot_id=name) for name in ("hall-deed", "merger-deed")]
    merger = paid[paid["scheme_id"] == "two-in-one"].assign(pot_id="merger-deed")
    whole = pd.concat([pots, *more], ignore_index=True)
    release = replace(town_release, tables={**town_release.tables, "plan_pots": whole, "money": whole,
                                            "plan_funding": pd.concat([paid, merger], ignore_index=True)})
    public = for_publication(release)
    for name in ("plan_pots", "money"):
        shown = public.tables[name]
        assert set(shown["pot_id"]) == {"basic-need", OTHER_MONEY} and shown["received"].sum() == whole["received"].sum()
        assert shown.loc[shown["pot_id"] == OTHER_MONEY, "spent"].tolist() == (2 * pots["spent"]).tolist()
    notes = (Note("pots", "hall-deed lapses in 2027"), Note("pots", "basic-need is paid twice"))
    assert public_notes(notes, names_withheld(release, public)) == notes[1:]


def test_children_under_five_are_told_of_all_areas_together(town_release: Release) -> None:
    """Two areas of one and two children leave as three of all areas; tables by area and age band keep them in the house."""
    areas, unmet = town_release.tables["plan_areas"], town_release.tables["plan_unmet"]
    few = areas.head(2).assign(phase="early_years", planning_area_code=["A", "B"], ay=2026, unmet=[1.0, 2.0])
    by_age = unmet.reindex(range(2)).assign(phase="early_years", planning_area_code=["A", "B"], children=[1.0, 2.0])
    release = replace(town_release, tables={**town_release.tables, "plan_areas": pd.concat([areas, few], ignore_index=True),
                                            "plan_unmet": pd.concat([unmet, by_age], ignore_index=True)})
    public = for_publication(release).tables
    early = public["plan_areas"][public["plan_areas"]["phase"].eq("early_years")]
    assert early[["planning_area_code", "ay", "unmet"]].to_numpy().tolist() == [["all areas", 2026, 3.0]]
    assert not public["plan_unmet"]["phase"].eq("early_years").any() and len(public["plan_unmet"]) == len(unmet)


def test_a_run_without_a_plan_has_an_edition_for_the_public() -> None:
    """Its tables of a plan are there without rows and without columns, as in a run of a council that lists no schemes."""
    bare = protect({name: pd.DataFrame() for name in (*ALL_OF_THEM, *BY_SMALL_GROUPS, OF_AREAS)})
    assert all(table.empty for table in for_publication(bare).tables.values())
