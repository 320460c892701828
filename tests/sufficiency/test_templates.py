"""An empty workspace explains itself, loads once the least is filled in, and never overwrites anybody's work."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from planning_areas.tables import EvidenceError
from sufficiency.assumptions import defaults, meanings
from sufficiency.evidence import TABLES
from sufficiency.sources.local import READERS, TITLES, columns_of, table_of
from sufficiency.sources.reading import Ask
from sufficiency.workspace.templates import NEEDED, authority_template, csv_template, write_templates
from sufficiency.workspace.workspace import load, open_workspace
from sufficiency.workspace.workspace_settings import read_workspace


def fill_in(folder: Path) -> None:
    """Fill the least that a workspace needs into the templates, as a planner would."""
    toml = folder / "authority.toml"
    text = toml.read_text(encoding="utf-8")
    text = text.replace('code = ""', 'code = "891"', 1).replace('name = ""', 'name = "Nottinghamshire"', 1)
    toml.write_text(text, encoding="utf-8")
    with (folder / "births.csv").open("a", encoding="utf-8", newline="") as out:
        out.writelines(f"E07000170,{cohort}/{(cohort + 1) % 100:02d},{1200 + cohort % 7},\r\n" for cohort in range(2015, 2026))
    with (folder / "authority_roll.csv").open("a", encoding="utf-8", newline="") as out:
        out.writelines(f",{ay},Year {g},{1100 + g},\r\n" for ay in (2023, 2024, 2025) for g in range(1, 12))
        out.writelines(f",{ay},Reception,{1090 + ay % 5},\r\n" for ay in (2023, 2024, 2025))


def test_it_loads_once_the_least_is_filled_in(tmp_path: Path) -> None:
    write_templates(tmp_path / "ours")
    fill_in(tmp_path / "ours")
    evidence = load(tmp_path / "ours", {}).evidence
    assert evidence.authority.name == "Nottinghamshire" and evidence.authority.base_year == 2025
    assert evidence.has("births") and evidence.has("authority_roll") and not evidence.has("pans")
    assert len(evidence.births) == 11 and len(evidence.authority_roll) == 36
    assert evidence.authority_roll["la_code"].unique().tolist() == ["891"]


def test_before_that_it_says_what_to_fill_in(tmp_path: Path) -> None:
    write_templates(tmp_path)
    with pytest.raises(EvidenceError) as caught:
        load(tmp_path, {})
    assert [(p.file, p.column) for p in caught.value.problems] == [
        ("authority.toml", "authority.code"), ("authority.toml", "authority.name")]
    assert all(p.row for p in caught.value.problems)


@pytest.mark.parametrize("reader", sorted(TITLES))
def test_each_file_explains_every_column_from_its_model(reader: str, tmp_path: Path) -> None:
    lines = list(csv.reader(csv_template(reader).splitlines()))
    remarks = [line[0] for line in lines if line[0].startswith("#")]
    (header,) = [line for line in lines if not line[0].startswith("#")]
    schema = TABLES[table_of(reader)].to_schema()
    assert header == [c for c in schema.columns if c in {c for part in columns_of(reader) for c in part}]
    for name in header:
        assert any(r.startswith(f"# {name}: {schema.columns[name].description}") for r in remarks)


@pytest.mark.parametrize("reader", READERS, ids=lambda r: r.name)
def test_the_example_line_of_each_file_is_right(reader: object, tmp_path: Path) -> None:
    text = csv_template(reader.name)     # type: ignore[attr-defined]  # a Reader, told as an object for the sake of ids
    head, _, example = text.rstrip("\r\n").rpartition("\r\n")
    path = tmp_path / "filled.csv"
    path.write_text(f"{head}\r\n{example.removeprefix('# ')}\r\n", encoding="utf-8", newline="")
    (reading,) = reader.read(path, Ask(la_code="891"))   # type: ignore[attr-defined]  # as above
    assert len(reading.table) == 1
    assert reading.notes == ()


def test_every_table_stands_in_the_settings_file_and_every_section_is_valid_once_uncommented(tmp_path: Path) -> None:
    write_templates(tmp_path)
    toml = tmp_path / "authority.toml"
    lines = toml.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("# Live births"))
    starts = ("# [tables.", "# reader = ", "# files = ", "# districts", "# operating_margin", "# excluded_years", "# catch_all")
    body = [line.removeprefix("# ") if line.startswith(starts) else line for line in lines]
    text = "\n".join(body).replace('code = ""', 'code = "891"', 1).replace('name = ""', 'name = "N"', 1)
    toml.write_text(text, encoding="utf-8")
    workspace = open_workspace(tmp_path)
    assert set(workspace.tables) == set(TABLES) - {"census_schools"}        # filled by the school census beside the roll
    assert workspace.assumptions.excluded_years[0].ay == 2020
    assert workspace.authority.districts == ("E07000170",)
    assert [f"[tables.{t}]" in lines for t in NEEDED] == [True, True] and at > 0


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    (tmp_path / "pans.csv").write_text("mine", encoding="utf-8")
    (tmp_path / "authority.toml").write_text("mine too", encoding="utf-8")
    with pytest.raises(EvidenceError, match=r"this file is there already, as is pans\.csv: nothing is overwritten") as caught:
        write_templates(tmp_path)
    assert [p.file for p in caught.value.problems] == ["authority.toml"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["authority.toml", "pans.csv"]
    assert (tmp_path / "pans.csv").read_text(encoding="utf-8") == "mine"


def test_a_second_template_is_refused_in_one_problem_that_names_every_file(tmp_path: Path) -> None:
    names = [path.name for path in write_templates(tmp_path)]
    with pytest.raises(EvidenceError) as caught:
        write_templates(tmp_path)
    (problem,) = caught.value.problems
    assert problem.file == "authority.toml" and all(name in problem.expected for name in names[1:])


def test_nothing_is_said_twice_nor_in_the_words_of_programmers(tmp_path: Path) -> None:
    for path in write_templates(tmp_path):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"GeoDataFrame|DataFrame|TOML|tables\.\*|one of", text)
        for title in TITLES.values():
            assert text.count(title) <= 1
    assert "# kind: expansion, bulge, removed or temporary\n" in (tmp_path / "planned_places.csv").read_text(
        encoding="utf-8").replace('"', "")
    assert "DfE" not in (tmp_path / "school_roll.csv").read_text(encoding="utf-8")


def test_the_line_for_other_column_names_is_right_where_the_template_says_to_write_it(tmp_path: Path) -> None:
    write_templates(tmp_path)
    fill_in(tmp_path)
    toml = tmp_path / "authority.toml"
    text = toml.read_text(encoding="utf-8")
    (line,) = [part.removeprefix("#   ") for part in text.splitlines() if part.startswith("#   columns = ")]
    section = '[tables.pans]\nreader = "pans"\nfiles = ["pans.csv"]\n'
    commented = "".join(f"# {part}\n" for part in section.splitlines())
    assert commented in text
    toml.write_text(text.replace(commented, section.replace("pans.csv", "p.csv") + line + "\n"), encoding="utf-8")
    (tmp_path / "p.csv").write_text("School URN,ay,nc_year,Admission number\n122451,2026/27,R,30\n", encoding="utf-8")
    assert load(tmp_path, {}).evidence.pans["pan"].tolist() == [30]


def test_a_folder_with_other_files_is_fine_and_a_file_is_not(tmp_path: Path) -> None:
    (tmp_path / "gias.csv").write_text("a,b\n", encoding="utf-8")
    written = write_templates(tmp_path)
    assert len(written) == len(TITLES) + 1 and all(p.is_file() for p in written)
    with pytest.raises(EvidenceError, match="this is a file, not a folder"):
        write_templates(tmp_path / "gias.csv")


def test_every_setting_stands_in_the_template_and_is_read_as_it_stands(tmp_path: Path) -> None:
    """Taken out of its comment, each setting is accepted; those that show no example give the default itself."""
    lines = authority_template().splitlines()
    begin = lines.index("[settings]")
    written = [line.removeprefix("# ") for line in lines[begin:] if re.match(r"# \w+ = ", line)][: len(meanings())]
    assert [line.split(" = ")[0] for line in written] == list(meanings())
    toml = '[authority]\ncode = "891"\nname = "A"\nbase_year = 2022\n[settings]\n' + "\n".join(written) + (
        '\n[tables.births]\nreader = "births"\nfiles = ["b.csv"]\n')
    (tmp_path / "authority.toml").write_text(toml, encoding="utf-8")
    given = read_workspace(tmp_path, {"births": {"births"}}).assumptions
    shown = {"excluded_years", "catch_all_codes", "lead_times"}
    assert {name: getattr(given, name) for name in meanings() if name not in shown} == {
        name: value for name, value in defaults().items() if name not in shown}
    assert given.excluded_years[0].ay == 2020 and given.lead_times[0].months == 30 and given.catch_all_codes == ("8911000",)
