"""`tornado` and `compare --waterfall` as a planner meets them, on a thin workspace, and their charts on figures by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from scenarios.effects import effects, steps_between
from scenarios.figures import FIGURES
from scenarios.scenario import Scenario, base, from_facts
from scenarios.sensitivity import ends_of, sensitivity
from workbench.charts import as_svg
from workbench.cli import app
from workbench.effects_view import effect_lines, effects_chart
from workbench.tornado import tornado_chart, words_of

HEAD = '[authority]\ncode = "891"\nname = "Testshire"\ngss_code = "E10000024"\nbase_year = 2022\n[settings]\ndraws = 20\n'
TABLES = ('[tables.births]\nreader = "local_births"\nfiles = ["births.csv"]\n'
          '[tables.authority_roll]\nreader = "local_authority_roll"\nfiles = ["roll.csv"]\n')
TEXTS = {
    "authority.toml": HEAD + TABLES,
    "births.csv": "area_code,cohort,births\n" + "".join(f"E10000024,{y},{1000 - 10 * (y - 2013)}\n" for y in range(2013, 2023)),
    "roll.csv": "ay,nc_year,pupils\n" + "".join(f"{ay},{g},{900 + g}\n" for ay in (2020, 2021, 2022) for g in range(14)),
    "scenarios/both.toml": 'name = "Both"\nwhy = "w"\n[world]\nbirths.level = { value = 0.5, from = "2021/22" }\n'
                           "migration.share = 0.02\n",
}


def answer(*words: str | Path, code: int = 0) -> dict[str, Any]:
    done = CliRunner().invoke(app, [*map(str, words), "--json"])
    assert done.exit_code == code, done.output
    told = json.loads(done.stdout)
    assert isinstance(told, dict)
    return told


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("testshire")
    (folder / "scenarios").mkdir()
    for name, text in TEXTS.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_waterfall_adds_up_to_what_the_stored_runs_tell(place: Path) -> None:
    runs = [answer("run", place)["folder"], answer("run", place, "--scenario", "both")["folder"]]
    told = answer("compare", *runs, "--waterfall")
    table = pd.read_parquet(Path(told["folder"]) / "effects.parquet")
    moved = {row["figure"]: row["change"] for row in told["figures"]}
    for key in ("primary_pupils", "secondary_pupils"):
        mine = table[table["figure"] == key].sort_values("step")
        assert list(mine["kind"]) == ["alone", "alone", "interaction", "whole"]
        assert mine["effect"].iloc[:3].sum() == pytest.approx(mine["effect"].iloc[3], abs=1e-9)
        assert mine["added"].iloc[:2].sum() == pytest.approx(mine["effect"].iloc[3], abs=1e-9)
        assert mine["effect"].iloc[3] == pytest.approx(moved[key], abs=1e-6) and moved[key] != 0
    assert "births.level: 1 -> 0.5, from 2021/22" in "\n".join(told["words"])
    assert (Path(told["folder"]) / "effects.png").is_file()
    assert told["comparison_id"] != answer("compare", *runs)["comparison_id"]


def test_a_tornado_ranks_levers_and_is_there_the_second_time(place: Path) -> None:
    told = answer("tornado", place, "--levers", "migration.share", "--levers", "births.level")
    first = {row["key"]: row for row in told["levers"] if row["figure"] == "primary_pupils"}
    moves, births = first["migration.share"], first["births.level"]
    assert moves["at_low"] < moves["central"] < moves["at_high"]
    assert births["span"] == 0.0, "births not yet published come to Reception after the last primary year that is forecast"
    assert "migration.share -0.01 or 0.01" in "\n".join(told["words"])
    again = answer("tornado", place, "--levers", "births.level", "--levers", "migration.share")
    assert again["there_already"] and again["levers"] == told["levers"]
    unknown = answer("tornado", place, "--levers", "births.levels", code=2)["problems"][0]
    assert "births.levels" in unknown["expected"] and "births.level" in unknown["advice"]


def worth(scenario: Scenario) -> dict[str, float]:
    short = 200 * float(scenario.keys.get("births.level", 1)) + 3000 * float(scenario.keys.get("migration.share", 0))
    return {one.key: short if one.key == "entry_short" else float("nan") for one in FIGURES}


def test_charts_say_every_bar_in_words() -> None:
    table, _ = sensitivity(base(), ends_of(base(), ["births.level", "migration.share"]), worth)
    chart = tornado_chart(table, "Town & <b>: levers")
    assert "migration.share -0.01 or 0.01: \N{MINUS SIGN}30.0 or +30.0" in chart.alt
    assert b"&lt;b&gt;" in as_svg(chart) and "  births.level 0.9 or 1.1" in "\n".join(words_of(table))
    last = from_facts({"name": "x", "keys": {"births.level": 0.5, "migration.share": 0.01}})
    bars = effects(base(), steps_between(base(), last), worth)
    told = "\n".join(effect_lines(bars))
    assert "births.level: 1 -> 0.5" in told and "Interaction" in told and "All together" in told
    assert "All together \N{MINUS SIGN}70.0" in effects_chart(bars, "x").alt and len(as_svg(effects_chart(bars, "x"))) > 1000
