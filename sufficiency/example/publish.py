"""Writing the invented council's workspace: publications in their true layouts, the council's own lists, settings and answers.

The county is drawn from a seed, published as the real bodies publish, and read again by the very readers that real files go
through. The same seed gives the same bytes.
"""

from __future__ import annotations

from pathlib import Path

from planning_areas.school_year import ay_label
from planning_areas.tables import EvidenceError, Problem
from sufficiency.example import cast, national_figures, national_schools
from sufficiency.example.answers import sheet
from sufficiency.example.capital_desk import capital_tables
from sufficiency.example.childcare_desk import childcare_lists
from sufficiency.example.childcare_families import families_lists
from sufficiency.example.childcare_files import ofsted_register, postcodes
from sufficiency.example.county import County, draw_county
from sufficiency.example.desk import desk_tables
from sufficiency.example.names import COUNTY
from sufficiency.example.paper import as_csv
from sufficiency.example.register import register, rolls_by_register
from sufficiency.example.return_desk import return_lists
from sufficiency.example.stories import stories_of

INVENTED, LICENCE = "invented", "none needed: invented data"
POPULATIONS = ((cast.BASE - 1, 2021), (2020, 2011))     # mid-year, and small areas of which census
SMALL_AREA_BIRTHS_FROM = 2012
ANSWERS = "answers.md"


def write_example(folder: Path, seed: int = 1) -> tuple[Path, ...]:
    """Write the workspace of the invented council and return the files written.

    A file that is there already with other contents is never overwritten: EvidenceError names each, before anything is written.
    """
    files = example_files(draw_county(seed))
    if folder.exists() and not folder.is_dir():
        raise EvidenceError([Problem(folder.name, expected="this is a file, not a folder", advice="name a new folder")])
    in_the_way = [name for name, data in files.items() if (folder / name).exists() and (folder / name).read_bytes() != data]
    if in_the_way:
        raise EvidenceError(Problem(name, expected="this file is there already and is not overwritten",
                                    advice="give the name of a new folder") for name in in_the_way)
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tuple(folder / name for name in files)


def example_files(county: County) -> dict[str, bytes]:
    """Every file of the workspace by its path within it."""
    publications, listed = _publications(county)
    tables = {**county.council.tables, **desk_tables(county), **childcare_lists(county.childcare, county.schools),
              **families_lists(county.seed, county.land, county.children), **capital_tables(county), **return_lists(county)}
    lists = {f"council/{name}.csv": as_csv(frame) for name, frame in tables.items()}
    lists["council/births.csv"] = as_csv(
        national_figures.small_area_births(county.land, county.children, SMALL_AREA_BIRTHS_FROM))
    listed += [("births", "local_births", ["council/births.csv"], {})]
    listed += [(name, name, [f"council/{name}.csv"], {}) for name in tables]
    return {"authority.toml": settings(listed, county.seed).encode(), ANSWERS: sheet(stories_of(county), county.seed).encode(),
            **publications, **lists}


Listed = list[tuple[str, str, list[str], dict[str, object]]]


def _publications(county: County) -> tuple[dict[str, bytes], Listed]:
    """The publications, and how each stands in `authority.toml`: table, reader, files, further settings."""
    land, children, schools, rolls, council = county.land, county.children, county.schools, county.rolls, county.council
    everybody = register(county.seed, land, schools, council)
    files: dict[str, bytes] = {}
    listed: Listed = []

    def publish(table: str, reader: str, name: str, data: bytes, **more: object) -> None:
        files[f"publications/{name}"] = data
        listed.append((table, reader, [f"publications/{name}"], more))

    now = cast.BASE + 1
    publish("schools", "gias", f"edubasealldata{now}1001.csv",
            national_schools.gias(everybody, land, rolls_by_register(schools, rolls, cast.BASE)), reference_date=f"{now}-10-01")
    publish("school_links", "gias_links", f"links_edubasealldata{now}1001.csv", national_schools.gias_links(schools),
            reference_date=f"{now}-10-01")
    for ay in range(cast.BASE - cast.PUBLISHED_CENSUS + 1, cast.BASE + 1):
        publish("school_roll", "school_census", f"spc_school_level_underlying_data_{ay}-{(ay + 1) % 100:02d}.csv",
                national_schools.school_census(everybody, land, schools, rolls, ay), reference_date=f"{ay + 1}-01")
    publish("authority_roll", "year_group_roll", "pupil_numbers_by_la_ncyear.csv", national_figures.year_group_roll(rolls),
            reference_date=f"{now}-01")
    publish("capacity", "scap_capacity", f"capacity_and_planning_areas_{cast.BASE}.csv",
            national_figures.scap_capacity(schools, council, rolls), ay=ay_label(national_figures.SURVEY),
            reference_date=f"{cast.BASE}-05")
    publish("capacity", "scap_sixth_form", f"sixth-form-capacity_{cast.BASE}.csv",
            national_figures.scap_sixth_form(schools, council, rolls), reference_date=f"{cast.BASE}-05")
    publish("scorecards", "scorecards", f"scorecard_data_{cast.BASE}.csv", national_figures.scorecards(rolls, council),
            reference_date=f"{now}-06")
    publish("births", "births", f"births_by_district_{now}.csv", national_figures.births(land, children),
            reference_date=f"{now}-09")
    for year, vintage in POPULATIONS:
        publish("population", "population", f"lsoa{vintage % 100}_population_syoa_mid{year}.csv",
                national_figures.population(land, children, year, county.seed, vintage=vintage), ay=year,
                reference_date=f"{year}-06-30")
    publish("lsoas", "lsoa_boundaries", "lsoa_2021_boundaries.geojson", national_figures.boundaries(land, county.seed),
            reference_date="2021-12")
    publish("lsoa_lookup", "lsoa_lookup", "lsoa11_lsoa21_ltla22_lookup.csv", national_figures.lsoa_lookup(land),
            reference_date="2022")
    publish("ward_lookup", "ward_lookup", "lsoa21_ward24_ltla24_lookup.csv",
            national_figures.ward_lookup(land, county.childcare), reference_date="2024")
    publish("wards", "ward_boundaries", "ward_boundaries.geojson",
            national_figures.ward_boundaries(land, county.childcare, county.seed), reference_date="2025")
    publish("ofsted_register", "ofsted_register", f"childcare_providers_and_inspections_{now}-08-31.csv",
            ofsted_register(county.seed, land, county.childcare), reference_date=f"{now}-08-31")
    publish("postcodes", "code_point", "codepoint_qy_qz.csv", postcodes(county.seed, land, county.childcare),
            reference_date=f"{now}-08")
    return files, listed


def settings(listed: Listed, seed: int) -> str:
    """Write `authority.toml`."""
    lines = [f"# The invented county of {COUNTY}, drawn from seed {seed}: nothing in this folder is real.",
             f"# What is planted in it: {ANSWERS}", "", "[authority]",
             f'code = "{cast.LA_CODE}"', f'name = "{COUNTY}"', f'gss_code = "{cast.LA_GSS}"',
             f'base_year = "{ay_label(cast.BASE)}"', "invented = true", ""]
    often = [table for table, *_ in listed]
    for table, reader, files, more in listed:
        head = f"[[tables.{table}]]" if often.count(table) > 1 else f"[tables.{table}]"
        named = ", ".join(f'"{name}"' for name in files)
        rest = {**more, "publisher": INVENTED, "licence": LICENCE}
        lines += [head, f'reader = "{reader}"', f"files = [{named}]",
                  *(f"{key} = {value}" if isinstance(value, int) else f'{key} = "{value}"' for key, value in rest.items()), ""]
    return "\n".join(lines)
