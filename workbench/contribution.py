"""`contribution`: the reply to a planning consultation on one housing site, as a page and a workbook."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from planning_areas.wording import some
from scenarios.durable import overwrite
from scenarios.manifest import versions
from sufficiency.housing.contribution import Contribution, contribution
from sufficiency.model import forecast
from sufficiency.workspace.workspace import load
from workbench.answers import Answer, UserError
from workbench.contribution_page import Issued, contribution_page
from workbench.disclosure import protect
from workbench.run_records import who
from workbench.running import identified, nothing_moved
from workbench.sheets import worded
from workbench.workbook import Facts, write_workbook

if TYPE_CHECKING:
    import pandas as pd

    from workbench.progress import Steps

CONTRIBUTIONS = "contributions"     # folder of the workspace in which replies lie
MARK = re.compile(r'<meta name="(site|vintage)" content="([^"]*)">')      # in the head of a page: whose it is


def reply_on(workspace: Path, site: str, out: Path | None, environ: Mapping[str, str], steps: Steps) -> Answer:
    """Work out the reply on a site and write it under the site's name, beside all that is there."""
    described, _, identity = identified(workspace, environ, steps)
    loaded = load(workspace, environ, steps)
    nothing_moved(identity, described, loaded)
    steps("Projecting the children with and without the site")
    evidence, assumptions = loaded.evidence, loaded.assumptions
    try:
        reply = contribution(evidence, assumptions, site, forecast)
    except KeyError as fault:
        known = sorted(set(evidence.housing_sites["site_ref"])) if evidence.has("housing_sites") else []
        raise no_such_site(site, known) from fault
    folder = out if out is not None else workspace / CONTRIBUTIONS
    folder.mkdir(parents=True, exist_ok=True)
    issued = Issued(datetime.now(UTC).date().isoformat(), who(), identity.run_id, versions().get("sufficiency", "not known"))
    page, book = free_names(folder, site, identity.run_id)
    authority = evidence.authority
    overwrite(page, contribution_page(reply, authority.name, authority.base_year, assumptions, issued).encode("utf-8"))
    tables = {"asked": reply.asked, "not_assessed": reply.not_assessed, "homes_on_site": reply.homes,
              "asked_by_year_group": reply.year_groups, "schools_within_reach": reply.schools}
    facts = Facts(authority.name, f"{identity.run_id}, contribution of {site}, {issued.made_on}", authority.base_year,
                  evidence.sources, reply.notes)
    with TemporaryDirectory() as aside:
        write_workbook(worded(protect(tables)), Path(aside) / book.name, facts)
        overwrite(book, (Path(aside) / book.name).read_bytes())
    return Answer(_lines(reply, page, book), _data(reply, page, book, issued))


def free_names(folder: Path, site: str, vintage: str) -> tuple[Path, Path]:
    """Page and workbook of a site's reply: those of the same site and vintage are replaced, all others left as they are.

    What another site, other input or another program made is never written over: the next number is taken.
    """
    number = 1
    while True:
        name = f"contribution-{_slug(site)}{f'-{number}' if number > 1 else ''}"
        page, book = folder / f"{name}.html", folder / f"{name}.xlsx"
        if not (page.exists() or book.exists()) or (page.is_file() and _marks(page) == {"site": site, "vintage": vintage}):
            return page, book
        number += 1


def _marks(page: Path) -> dict[str, str]:
    """Of which site and vintage a page says that it is; nothing where it is none of ours."""
    with page.open(encoding="utf-8", errors="replace") as text:
        return {name: unescape(value) for name, value in MARK.findall(text.read(20_000))}


def no_such_site(site: str, known: list[str]) -> UserError:
    """Say that a site is not in the list, and which might be meant."""
    close = difflib.get_close_matches(site, known, 1, 0.5)
    listed = f"known are: {some(known)}" if known else "name the council's list of sites in authority.toml, as housing_sites"
    return UserError(f"there is no site {site} in the workspace", f"did you mean {close[0]}?" if close else listed)


def _slug(site: str) -> str:
    """A part of the name of a file, on any system, that tells the site."""
    return re.sub(r"[^A-Za-z0-9]+", "-", site).strip("-").lower() or "site"


def _lines(reply: Contribution, page: Path, book: Path) -> list[str]:
    lines = [f"{reply.site_name or reply.site_ref} ({reply.site_ref}): {reply.dwellings:,.0f} homes still to come", ""]
    for row in reply.asked.to_dict("records"):
        if row["phase"] == "Total":
            lines.append(f"{'Asked for, together':28}{'':36}{row['sum']:>14,.0f} pounds")
            continue
        free = f"{row['free_places']:,.1f} free within reach"
        lines.append(f"{row['phase']:28}{row['generated']:>7,.1f} places, {free:24}{row['sum']:>17,.0f} pounds")
    for row in reply.not_assessed.to_dict("records"):
        name, up_to = ("Not assessed, together" if row["phase"] == "Total" else row["phase"]), f"up to {row['up_to']:,.0f}"
        told = "" if row["phase"] == "Total" else f"{row['generated']:>7,.1f} places, not assessed"
        lines.append(f"{name:28}{told:33}{up_to:>17} pounds")
    return [*lines, "", f"Page     {page}", f"Workbook {book}"]


def _data(reply: Contribution, page: Path, book: Path, issued: Issued) -> dict[str, object]:
    return {"site": reply.site_ref, "site_name": reply.site_name, "dwellings": reply.dwellings, "ready_by": reply.ready_by,
            "asked": _records(reply.asked), "not_assessed": _records(reply.not_assessed), "made_on": issued.made_on,
            "vintage": issued.vintage, "version": issued.version, "page": str(page), "workbook": str(book)}


def _records(table: pd.DataFrame) -> list[dict[str, object]]:
    return [{str(k): None if v != v else v for k, v in row.items()} for row in table.to_dict("records")]
