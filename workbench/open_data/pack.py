"""The open data pack of a release: a folder that anybody may take, cut from the same protected tables as all else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.attribution import attribution
from workbench.open_data.csv_text import DECIMALS, as_csv
from workbench.open_data.dictionary import dictionary, list_of_tables
from workbench.open_data.geopackage import write_geopackage
from workbench.publish_run import FOR_PEOPLE
from workbench.release.told import PUBLIC

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.publishing.material import Material

FOLDER, TABLES, SHAPES = "open-data", "csv", "areas.gpkg"
DICTIONARY, CONTENTS, LICENCE, READ_ME = "dictionary.csv", "tables.csv", "licence.txt", "read-me.txt"
NOT_OPEN = ("There is no open data here. This run was made for the council's officers alone: small numbers are not hidden in "
            "it as for the public. Set audience = \"public\" in authority.toml, run again, and publish that run.\r\n")


def make_open_data(material: Material, folder: Path) -> None:
    """Write the pack into a folder of its own; of a run that is for officers alone there is none, which the folder says."""
    place = folder / FOLDER
    place.mkdir()
    if material.run.assumptions.audience != PUBLIC:
        _write(place / "not-made.txt", NOT_OPEN)
        return
    names, release = tables_of(material), material.release
    files = {name: f"{TABLES}/{name}.csv" for name in names}
    (place / TABLES).mkdir()
    for name, file in files.items():
        (place / file).write_bytes(as_csv(release.shown(name)))
    (place / DICTIONARY).write_bytes(as_csv(dictionary(release, names)))
    (place / CONTENTS).write_bytes(as_csv(list_of_tables(release, files)))
    write_geopackage(material.run, release, names, place / SHAPES)
    _write(place / LICENCE, licence(material))
    _write(place / READ_ME, read_me(material))


def tables_of(material: Material) -> list[str]:
    """The tables of the pack: those of the workbook that have any row, in its order."""
    tables = material.release.tables
    return [name for name in FOR_PEOPLE if name in tables and len(tables[name])]


def licence(material: Material) -> str:
    """Who published what these figures were worked out from, and under which licence: from the run's own list of files."""
    lines = [
        f"{material.run.authority.name}: open data of run {material.run.named}", "",
        "Worked out from these publications. Whoever uses the figures names them, as their licences ask:", "",
        *(f"- {line}" for line in attribution(material.run.sources)), "",
        f"The forecasts are {material.run.authority.name}'s own. Under which licence they may be used the council says where it "
        "publishes them; files above that are the council's own are under that licence too.",
    ]
    return "\r\n".join(lines) + "\r\n"


def read_me(material: Material) -> str:
    """How the pack is read."""
    lines = [
        f"{material.run.authority.name}: open data of run {material.run.named}", "",
        f"{CONTENTS}      every table: its file, its rows and what it holds",
        f"{DICTIONARY}  every column: type, unit, meaning, and how many of its figures are hidden",
        f"{TABLES}/           the tables: UTF-8, comma separated (RFC 4180), one heading",
        f"{SHAPES}     a GeoPackage in British National Grid (EPSG:27700): areas, schools, housing sites, settings, schemes;",
        "               each table as table_NAME, and laid upon its areas as map_NAME",
        f"{LICENCE}    who published what the figures rest on, and under which licence", "",
        f"Numbers are rounded to {DECIMALS} decimals at the most; map, workbook and paper show fewer. A blank is a figure that",
        "is not known. c is a figure that is hidden, since it tells of few people or would tell what another hides; in the",
        "GeoPackage it is missing, and the column `hidden` names it. Childminders and others who work at home are told together",
        "by district and stand on no point.", "",
        "A text that a spreadsheet might take for a formula (it begins with = + - or @) has an apostrophe before it.",
        "Forecasts are what is likely, not what is sure: columns p10 and p90 say what lies below in 1 and in 9 of 10 futures.",
    ]
    return "\r\n".join(lines) + "\r\n"


def _write(path: Path, text: str) -> None:
    path.write_bytes(text.encode("utf-8"))
