"""The thinnest workspace that runs: births of ten years and the authority's roll of three, and nothing else."""

from __future__ import annotations

from pathlib import Path

HEAD = '[authority]\ncode = "891"\nname = "Testshire"\ngss_code = "E10000024"\nbase_year = 2022\n'
TABLES = (
    '[tables.births]\nreader = "local_births"\nfiles = ["births.csv"]\n'
    '[tables.authority_roll]\nreader = "local_authority_roll"\nfiles = ["roll.csv"]\n'
)
BIRTHS = "area_code,cohort,births\n" + "".join(f"E10000024,{y},{1000 - 10 * (y - 2013)}\n" for y in range(2013, 2023))
ROLL = "ay,nc_year,pupils\n" + "".join(f"{ay},{g},{900 + g}\n" for ay in (2020, 2021, 2022) for g in range(14))


def thin_council(folder: Path, settings: str = "") -> Path:
    """Write the workspace into a new folder; `settings` are lines of its table of settings."""
    folder.mkdir()
    said = f"[settings]\n{settings}\n" if settings else ""
    for name, text in (("authority.toml", HEAD + said + TABLES), ("births.csv", BIRTHS), ("roll.csv", ROLL)):
        (folder / name).write_text(text, encoding="utf-8")
    return folder
