"""`contribution`: the reply to a planning consultation on one housing site, as a page and a workbook."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from planning_areas.wording import some
from scenarios.durable import overwrite
from sufficiency.contribution import Contribution, contribution
from sufficiency.model import forecast
from sufficiency.workspace import load
from workbench.answers import Answer, UserError
from workbench.contribution_page import contribution_page
from workbench.disclosure import protect
from workbench.workbook import Facts, write_workbook

if TYPE_CHECKING:
    from workbench.progress import Steps

CONTRIBUTIONS = "contributions"     # folder of the workspace in which replies lie
PAGE, BOOK = "contribution.html", "contribution.xlsx"


def reply_on(workspace: Path, site: str, out: Path | None, environ: Mapping[str, str], steps: Steps) -> Answer:
    """Work out the reply on a site and write it into a folder of its own."""
    loaded = load(workspace, environ, steps)
    steps("Projecting the children with and without the site")
    evidence, assumptions = loaded.evidence, loaded.assumptions
    try:
        reply = contribution(evidence, assumptions, site, forecast)
    except KeyError as fault:
        known = sorted(set(evidence.housing_sites["site_ref"])) if evidence.has("housing_sites") else []
        raise no_such_site(site, known) from fault
    folder = out if out is not None else workspace / CONTRIBUTIONS / _slug(site)
    folder.mkdir(parents=True, exist_ok=True)
    page = contribution_page(reply, evidence.authority.name, evidence.authority.base_year, assumptions)
    overwrite(folder / PAGE, page.encode("utf-8"))
    tables = {"asked": reply.asked, "homes_on_site": reply.homes, "asked_by_year_group": reply.year_groups,
              "schools_within_reach": reply.schools}
    facts = Facts(evidence.authority.name, f"contribution of {site}", evidence.authority.base_year, evidence.sources, reply.notes)
    with TemporaryDirectory() as aside:
        write_workbook(protect(tables), Path(aside) / BOOK, facts)
        overwrite(folder / BOOK, (Path(aside) / BOOK).read_bytes())
    return Answer(_lines(reply, folder), _data(reply, folder))


def no_such_site(site: str, known: list[str]) -> UserError:
    """Say that a site is not in the list, and which might be meant."""
    close = difflib.get_close_matches(site, known, 1, 0.5)
    listed = f"known are: {some(known)}" if known else "name the council's list of sites in authority.toml, as housing_sites"
    return UserError(f"there is no site {site} in the workspace", f"did you mean {close[0]}?" if close else listed)


def _slug(site: str) -> str:
    """A name for a folder, on any system, that tells the site."""
    return re.sub(r"[^A-Za-z0-9]+", "-", site).strip("-").lower() or "site"


def _lines(reply: Contribution, folder: Path) -> list[str]:
    lines = [f"{reply.site_name or reply.site_ref} ({reply.site_ref}): {reply.dwellings:,.0f} homes still to come", ""]
    for row in reply.asked.to_dict("records"):
        if row["phase"] == "Total":
            lines.append(f"{'Together':28}{'':36}{row['sum']:>14,.0f} pounds")
            continue
        free = "free places not known" if row["met"] != row["met"] else f"{row['met']:,.1f} free within reach"
        lines.append(f"{row['phase']:28}{row['generated']:>7,.1f} places, {free:24}{row['sum']:>17,.0f} pounds")
    return [*lines, "", f"Page     {folder / PAGE}", f"Workbook {folder / BOOK}"]


def _data(reply: Contribution, folder: Path) -> dict[str, object]:
    asked = [{str(k): None if v != v else v for k, v in row.items()} for row in reply.asked.to_dict("records")]
    return {"site": reply.site_ref, "site_name": reply.site_name, "dwellings": reply.dwellings, "ready_by": reply.ready_by,
            "asked": asked, "page": str(folder / PAGE), "workbook": str(folder / BOOK)}
