"""A real county's release, read back as people get it: workbook, map, findings and desk agree on what is hidden."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from maps.sheet import contents
from scenarios.identity import Identity
from scenarios.runs import Run, load
from sufficiency.model import Outcome
from workbench.area_answer import area_answer
from workbench.childcare_view import protected
from workbench.column_guide import CODE_OF
from workbench.disclosure import Release, bounds, protect
from workbench.publish_run import picture_of, publish_run, tables_for_people
from workbench.views import committee_sheet

pytestmark = [pytest.mark.real, pytest.mark.long]

KEYS = ["level", "area_code", "ay", "term", "age_band", "measure"]


@pytest.fixture(scope="module")
def outcome(nottinghamshire_run: Outcome) -> Outcome:
    return nottinghamshire_run


@pytest.fixture(scope="module")
def release(outcome: Outcome) -> Release:
    return protect({**outcome.tables, **tables_for_people(outcome)})


@pytest.fixture(scope="module")
def published(outcome: Outcome, tmp_path_factory: pytest.TempPathFactory) -> Run:
    place = tmp_path_factory.mktemp("runs")
    settings = {"authority": {"name": "Nottinghamshire", "code": "891", "base_year": 2022}, "assumptions": {"draws": 1}}
    return load(publish_run(place, Identity((), settings, 1, ""), outcome, lambda _: None))


def sheet(published: Run, name: str) -> pd.DataFrame:
    rows = CalamineWorkbook.from_path(published.folder / "tables.xlsx").get_sheet_by_name(name).to_python()
    return pd.DataFrame(rows[1:], columns=[CODE_OF.get(str(called), called) for called in rows[0]])


def test_no_hidden_figure_of_the_county_can_be_worked_out(release: Release) -> None:
    found = bounds(release)
    print(found.groupby(["quantity", "level"])["heads"].agg(["count", "min"]).to_string())
    assert len(found) > 100 and found["protected"].all()


@pytest.mark.long
def test_the_workbook_hides_what_the_release_hides_and_nothing_else(release: Release, published: Run) -> None:
    for name, columns in (("childcare_balance", ["children", "hours_wanted", "ratio"]), ("access_by_area", ["children", "index"]),
                          ("childcare_takeup", ["eligible", "children", "takeup"])):
        read, told = sheet(published, name), release.tables[name]
        assert len(read) == len(told)
        for column in columns:
            hidden = release.masks[name][column].to_numpy()
            assert read[column].eq("c").tolist() == hidden.tolist(), (name, column)
            shown = told.loc[~hidden, column]
            assert pd.to_numeric(read.loc[~hidden, column]).tolist() == pytest.approx(shown.tolist(), nan_ok=True), (name, column)


def test_the_map_tells_nothing_of_hidden_people(outcome: Outcome, release: Release) -> None:
    page = contents(committee_sheet(picture_of(outcome, release, "run")))
    exact = outcome.tables["childcare_balance"]
    exact = exact[release.rows["childcare_balance"] & exact["level"].eq("planning_area").to_numpy()]
    layer = next(one for one in page["layers"] if one["key"] == "early_years")
    assert len(exact)
    for row in exact.drop_duplicates(["area_code", "ay", "age_band", "term", "measure"]).itertuples():
        area, at = layer["names"].index(row.area_name), [m["key"] for m in layer["moments"]].index(row.ay)
        wanted, offered = f"{row.hours_wanted:,.0f}", f"{row.hours_on_offer:,.0f}"
        if wanted == offered and not row.hours_flexible:
            continue        # what is on offer is no secret, and says nothing of who wants it
        told = [str(cell) for line in layer["breakdown"]["rows"][area][at] for cell in line]
        assert wanted.replace(",", "") not in told and f"{row.children:,.1f}" not in json.dumps(layer["said"][area])


def test_the_desk_tells_nothing_of_hidden_people_either(release: Release, published: Run) -> None:
    again = protected(published)
    told = release.tables["childcare_balance"]
    both = again.merge(told, on=KEYS, suffixes=("", "_told"), how="outer")
    assert len(both) == len(told)
    for column in ("children", "hours_wanted", "ratio"):
        assert both[column].isna().tolist() == both[f"{column}_told"].isna().tolist()
    code = str(told.loc[release.rows["childcare_balance"] & told["level"].eq("planning_area").to_numpy(), "area_code"].iloc[0])
    said = "\n".join(area_answer(published, code).lines)
    assert "not told: few children" in said
    findings = json.loads((published.folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    written = sheet(published, "childcare_findings").set_index("item")["finding"]
    assert {one["code"]: one["sentence"] for one in findings} == written.fillna("").to_dict()
    assert "too few children live there" in written["B11"]
