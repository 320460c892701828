"""The order of rows in a file is nobody's statement: the same rows in another order give the same tables, byte for byte."""

from __future__ import annotations

import json
import random
from pathlib import Path

from typer.testing import CliRunner

from workbench.cli import app

TOML = (
    '[authority]\ncode = "891"\nname = "Testshire"\ngss_code = "E10000024"\nbase_year = 2022\n[settings]\ndraws = 50\n'
    '[tables.births]\nreader = "local_births"\nfiles = ["births.csv"]\n'
    '[tables.authority_roll]\nreader = "local_authority_roll"\nfiles = ["roll.csv"]\n'
)
BIRTHS = ["area_code,cohort,births", *(f"E10000024,{y},{1000 - 10 * (y - 2013)}" for y in range(2013, 2023))]
ROLL = ["ay,nc_year,pupils", *(f"{ay},{g},{900 + 7 * g + ay % 10}" for ay in (2020, 2021, 2022) for g in range(14))]
SEED = 20260931


def tables_of(folder: Path, chance: random.Random | None) -> tuple[str, dict[str, bytes]]:
    """Run a council whose files have their rows as they are, or in an order drawn by lot: its id, and its Parquet and JSON."""
    folder.mkdir()
    (folder / "authority.toml").write_text(TOML, encoding="utf-8")
    for name, (head, *rows) in (("births.csv", BIRTHS), ("roll.csv", ROLL)):
        if chance is not None:
            chance.shuffle(rows)
        (folder / name).write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    done = CliRunner().invoke(app, ["run", str(folder), "--json"])
    assert done.exit_code == 0, done.stderr
    run = Path(json.loads(done.stdout)["folder"])
    told = {path.name: path.read_bytes() for path in run.iterdir() if path.suffix in {".parquet", ".json"}}
    return run.name, {name: data for name, data in told.items() if name != "manifest.json"}


def test_rows_in_another_order_give_the_same_tables_byte_for_byte(tmp_path: Path) -> None:
    plain_id, plain = tables_of(tmp_path / "plain", None)
    shuffled_id, shuffled = tables_of(tmp_path / "shuffled", random.Random(SEED))
    assert plain_id != shuffled_id, "other bytes went in"
    assert len(plain) > 20 and [name for name in plain if plain[name] != shuffled.get(name)] == []
    assert plain.keys() == shuffled.keys()
