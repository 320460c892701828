"""A finished run is published from its own folder: one release, two editions, nothing of a closure before consultation."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import town
from nurseries import POSTCODES, childminder, counted, hours, minders, postcodes, provider
from python_calamine import CalamineWorkbook

from planning_areas.tables import EvidenceError
from scenarios.identity import Identity
from scenarios.runs import Run, load
from sufficiency.assumptions import Assumptions
from sufficiency.capital.story import Capital
from sufficiency.evidence import Note
from sufficiency.model import Outcome, run
from workbench.answers import UserError
from workbench.disclosure import NotProtectedError, protect
from workbench.publish_run import publish_run, tables_for_people
from workbench.publishing import publish as publishing
from workbench.publishing.makers import Maker
from workbench.publishing.material import PUBLICATION, Material
from workbench.publishing.publish import Wish, publish
from workbench.publishing.statements import statements_in
from workbench.publishing.stored import release_of, stored
from workbench.publishing.withheld import for_publication, named, public_notes, withheld

A, D, E, BASE = town.WEST_PRIMARY, town.EAST_PRIMARY, town.SECONDARY, town.BASE
NASTY = "<img src=x onerror=alert(1)>${1+1}`"


def plan_rows() -> pd.DataFrame:
    """Five schemes: one built, one merger built, one not chosen, a closure and one of childcare that is built."""
    def row(scheme: str, kind: str, chosen: bool, **more: Any) -> dict[str, Any]:
        return {"scheme_id": scheme, "scheme_name": f"The {scheme} scheme {NASTY}", "site_id": A, "kind": kind,
                "phase": "primary", "planning_area_code": "W", "chosen": chosen,
                "opens_ay": float(BASE + 2) if chosen else float("nan"),
                "places_when_full": 30.0, "thousand_pounds": 1250.0, "thousand_pounds_a_place": 41.7,
                "running_thousand_pounds": 3.0, "decides": "authority", "consent": "not_needed", "quality": "met", "route": "",
                "cost_rests_on": "estimate", "easting": 452_500.0, "northing": 350_500.0, "children_served": 12.0,
                "child_years_served": 40.0, "why_so": f"{scheme} is so since hall-extension and old-school are weighed", **more}
    return pd.DataFrame([
        row("hall-extension", "expansion", True), row("two-in-one", "merger", True, site_id=D),
        row("second-best", "modular", False), row("old-school", "closure", False, site_id=D),
        row("nursery-room", "nursery_expansion", True, phase="early_years")])


def plan_tables() -> dict[str, pd.DataFrame]:
    years = range(BASE + 1, BASE + 4)
    money = [{"pot_id": "basic-need", "financial_year": BASE + n, "received": 2000.0 * (n == 1), "spent": 1250.0 * (n < 3),
              "left": 100.0, "lost": 0.0} for n in (1, 2, 3)]
    return {
        "plan": plan_rows(),
        "plan_pots": pd.DataFrame(money),
        "plan_funding": pd.DataFrame([{"scheme_id": name, "pot_id": "basic-need", "financial_year": BASE + 1,
                                       "thousand_pounds": 1250.0}
                                      for name in ("hall-extension", "two-in-one")]),
        "plan_areas": pd.DataFrame([{"planning_area_code": "W", "phase": "primary", "ay": ay, "lacking": 14.0, "met_home": 12.0,
                                     "met_next_door": 0.0, "unmet": 2.0, "in_year": 0.0, "places_added": 30.0} for ay in years]),
        "plan_unmet": pd.DataFrame([{"planning_area_code": "W", "phase": "primary", "intake_ay": float(BASE + 1), "ay": BASE + 1,
                                     "nc_year": 0, "age_band": "", "lacking": 14.0, "children": 2.0,
                                     "answer": "no place in this plan"}]),
        "plan_service": pd.DataFrame([{"planning_area_code": "W", "phase": "primary", "intake_ay": float(BASE + 1),
                                       "age_band": "", "met_at": "home", "site_id": site, "relief_area_code": "",
                                       "children": 12.0, "child_years": 40.0, "km": 1.0,
                                       "transport_thousand_pounds": 0.0} for site in (A, D)]),
    }


@cache
def town_run() -> Outcome:
    """The small town with a full western area, childcare, a housing site and a capital plan."""
    schools = [town.school(A, f"West {NASTY}", capacity=210.0), town.school(D, "East Primary", capacity=420.0, easting=457_000.0),
               town.school(E, "Middle High", statutory_low_age=11.0, statutory_high_age=16.0, capacity=600.0, easting=454_000.0)]
    rolls = [row for ay in (BASE - 1, BASE) for row in (
        *town.roll(A, [33.0] * 7, ay), *town.roll(D, [40.0] * 7, ay), *town.roll(E, [100.0] * 5, ay, first=7))]
    births = [{"area_code": code, "cohort": cohort, "births": 1.0 if code == town.SMALL_AREAS[3] else 30.0, "basis": "cohort"}
              for code in town.SMALL_AREAS for cohort in range(BASE - 8, BASE + 4)]
    member = [{"urn": urn, "phase": phase, "planning_area_code": code}
              for urn, phase, code in ((A, "primary", "W"), (D, "primary", "E"), (E, "secondary", "S"))]
    site = {"site_ref": "N1", "site_name": f"Mill Lane {NASTY}", "status": "full", "easting": 455_000.0, "northing": 351_000.0,
            "note": ""}
    tables = {
        "schools": schools, "school_roll": rolls, "births": births, "lsoas": town.lsoas(), "area_members": member,
        "area_names": [{"planning_area_code": "W", "phase": "primary", "planning_area_name": f"West {NASTY}"}],
        "pans": [{"urn": A, "ay": BASE, "nc_year": 0, "pan": 30}],
        "housing_sites": [{**site, "financial_year": year, "dwellings": 40.0} for year in (BASE, BASE + 1, BASE + 2)],
        "postcodes": postcodes(),
        "ofsted_register": [provider("EY1"), childminder("CM1"), provider("EY2", POSTCODES[2], provider_name="=HYPERLINK(1)")],
        "settings_hours": [hours("EY1", hours_week=50, weeks_year=51)],
        "termly_headcount": [counted("EY2", "universal", 30.0, age_band="age_3_4", children=2.0)],
        "childminders": [minders("E05000002", 12, hours_week=45, weeks_year=48)],
    }
    made = run(town.evidence(tables), Assumptions(draws=20, childcare_years=1))
    notes = (*made.notes, Note("schemes", "old-school: the law presumes that a designated rural primary school is not closed"))
    return replace(made, tables={**made.tables, **plan_tables()}, notes=notes,
                   capital=Capital(plan_tables(), why={"frontier": [], "do_nothing": {"told": "do nothing builds nothing"}}))


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Run:
    made = town_run()
    authority = {"name": "Testshire", "code": "999", "gss_code": "E10000099", "base_year": BASE, "districts": [],
                 "invented": False}
    told = json.loads(json.dumps(made.assumptions.__dict__, default=list))
    place = tmp_path_factory.mktemp("council") / "runs"
    return load(publish_run(place, Identity((), {"authority": authority, "assumptions": told}, 1, ""), made, lambda _: None))


class Silent:
    """Progress that nobody watches."""

    def __call__(self, step: str) -> None:
        """Say nothing."""

    def expect(self, steps: int) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def published(finished: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    target = tmp_path_factory.mktemp("out") / "release"
    publish(str(finished.folder), None, Wish(target), Silent())     # type: ignore[arg-type]
    yield target


def texts(path: Path) -> str:
    book = CalamineWorkbook.from_path(path)
    return "\n".join(str(cell) for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python() for cell in row)


def test_a_run_read_back_gives_the_release_that_it_was_made_with(finished: Run) -> None:
    again, made = release_of(stored(finished)), town_run()
    then = protect({**made.tables, **tables_for_people(made)})
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


def test_the_public_release_keeps_what_tells_of_no_scheme(finished: Run) -> None:
    release = release_of(stored(finished))
    public = for_publication(release)
    assert set(withheld(release.tables["plan"])["scheme_id"]) == {"two-in-one", "second-best", "old-school"}
    assert list(public.tables["plan_service"]["site_id"]) == [A] and len(public.tables["plan_areas"]) == 3
    pd.testing.assert_frame_equal(public.tables["childcare_takeup"], release.tables["childcare_takeup"])
    assert "author" not in public.tables["overrides"]
    notes = (Note("schemes", "old-school closes"), Note("schemes", "old-schoolhouse is another"), Note("births", "fine"))
    assert public_notes(notes, withheld(release.tables["plan"])) == notes[1:]


def test_a_release_that_tells_what_it_hides_is_refused_and_nothing_is_left(
    finished: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:
    def bare(_: object) -> None:
        raise NotProtectedError("1 hidden figures can be worked out from what is shown: x; nothing was published")

    monkeypatch.setattr("workbench.publishing.stored.refuse_what_can_be_worked_out", bare)
    with pytest.raises(UserError, match="can be worked out"):
        publish(str(finished.folder), None, Wish(tmp_path / "release"), Silent())       # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_maker_that_fails_leaves_nothing_half_made(finished: Run, tmp_path: Path) -> None:
    def breaks(_: Material, folder: Path) -> None:
        (folder / "half.txt").write_text("half", encoding="utf-8")
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        publish(str(finished.folder), None, Wish(tmp_path / "release"), Silent(), (Maker("x", breaks),))   # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_a_maker_is_added_with_one_line(finished: Run, tmp_path: Path) -> None:
    def one(material: Material, folder: Path) -> None:
        (folder / "who.txt").write_text(material.run.authority.name, encoding="utf-8")

    maker = Maker("a greeting", one, (PUBLICATION,))
    answer = publish(str(finished.folder), None, Wish(tmp_path / "release"), Silent(), (maker,))      # type: ignore[arg-type]
    assert list(answer.data["files"]) == ["publication/who.txt"] and "  a greeting: who.txt" in answer.lines


def test_a_folder_with_something_in_it_and_a_template_that_is_none_are_refused(finished: Run, tmp_path: Path) -> None:
    (tmp_path / "there.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(UserError, match="is there already and not empty"):
        publish(str(finished.folder), None, Wish(tmp_path), Silent())       # type: ignore[arg-type]
    with pytest.raises(UserError, match="cannot be read as a Word document"):
        publish(str(finished.folder), None, Wish(tmp_path / "new", tmp_path / "there.txt"), Silent())   # type: ignore[arg-type]
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
