"""Finding runs again: a database over the folders of runs, SQLite beside them or PostgreSQL for a team.

The folders are the truth and the catalogue repeats them, so it can be thrown away and made anew. `sync` enters what is new or has
changed and takes out what is gone; each run is one transaction, so that a kill leaves it as it was or whole, and the next sync
goes on. Writers stand in line: SQLite by its own lock, PostgreSQL by an advisory lock that ends with the connection.

Ensembles, robust plans and comparisons are finished folders too, and are entered in the same way, each with its kind. Several
folders of runs may share a PostgreSQL. A run belongs to the place that entered it first: its history is read there and nowhere
else, so that no two copies of one run contradict one another.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, delete, event, func, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool

from scenarios.catalogue_tables import EVENTS, RUN, RUNS, TAGS, enter_results, forget_results, result_tables, up_to_date
from scenarios.history import History, history, history_path
from scenarios.manifest import MANIFEST
from scenarios.runs import Run, RunError, finished, load

FILE = "catalogue.sqlite"
PATIENCE = 60       # seconds that a writer waits for another
REACH = 10          # seconds in which a server must answer
IN_LINE = 7_215_003_114_826_031     # the advisory lock's number: any will do that nobody else uses


class CatalogueError(RunError):
    """The catalogue itself cannot be used, whatever the run."""


@dataclass(frozen=True)
class Synced:
    """What a sync did."""

    entered: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    damaged: Mapping[str, str] | None = None        # run -> why it cannot be entered
    elsewhere: Mapping[str, str] | None = None      # run -> the place whose copy stands in the catalogue


@dataclass(frozen=True)
class Wanted:
    """Which runs are looked for; what is blank does not matter."""

    status: str = ""
    scenario: str = ""      # part of its name
    area: str = ""          # code of a planning area, or part of its name
    tag: str = ""
    who: str = ""           # made or signed it
    kind: str = ""          # run, ensemble, robust or comparison


def open_catalogue(runs: Path, url: str = "") -> Engine:
    """The catalogue of a folder of runs: by URL, else a file beside the runs. Tables are made by the first who writes."""
    try:
        if not url:
            return _sqlite(f"sqlite:///{(runs / FILE).as_posix()}")
        parsed = make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        if parsed.get_backend_name() != "postgresql":
            raise RunError(f"a catalogue cannot be kept in {parsed.get_backend_name()}", "it is SQLite or PostgreSQL")
        return create_engine(parsed, poolclass=NullPool, connect_args={"connect_timeout": REACH})
    except (ArgumentError, NoSuchModuleError) as fault:
        raise RunError(f"the catalogue's address cannot be read ({type(fault).__name__})",
                       "it is written postgresql://NAME:PASSWORD@SERVER/DATABASE") from None
    except ImportError:
        raise RunError("this Sufficiency has no driver for PostgreSQL", "install it with its extra `postgres`") from None


def _sqlite(url: str) -> Engine:
    """An engine whose transactions begin when we say so: a writer at once with the lock, a reader without."""
    engine = create_engine(url, poolclass=NullPool, connect_args={"timeout": PATIENCE})

    @event.listens_for(engine, "connect")
    def _plain(connection: Any, _record: Any) -> None:
        connection.isolation_level = None       # the driver would begin and end transactions of its own

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")

    return engine


@contextmanager
def _told(engine: Engine) -> Iterator[None]:
    """Say a database's faults in our words, without its password."""
    try:
        yield
    except DBAPIError as fault:
        where = engine.url.render_as_string(hide_password=True)
        first = str(fault.orig).strip().split("\n")[0]
        advice = ("it only repeats what stands in the folders: remove the file and it is made anew"
                  if engine.dialect.name == "sqlite" else "check that the server runs and that you may write there")
        raise CatalogueError(f"the catalogue {where} cannot be used: {first}", advice) from None


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction of the only writer; the tables are there."""
    with _told(engine), engine.connect().execution_options(writes=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": IN_LINE})
        up_to_date(connection)
        yield connection


def sync(engine: Engine, runs: Path, place: str, rebuild: bool = False) -> Synced:
    """Make the catalogue repeat a folder of runs: enter what is new or has changed, take out what is gone.

    place: by which name this folder is known to others. rebuild: enter all anew, also what stands there from another place.
    """
    with writing(engine) as connection:
        if rebuild:
            _clear(connection, place)
        known = {row.run_id: row for row in connection.execute(select(RUNS))}
    folders = {folder.name: folder for folder in finished(runs)}
    entered, damaged, elsewhere = [], {}, {}
    for run_id, folder in folders.items():
        row = known.get(run_id)
        if row is not None and not rebuild:
            if row.place != place:
                elsewhere[run_id] = row.place
                continue
            if (row.manifest_sha256, row.history_sha256) == (_sha256(folder / MANIFEST), _sha256(history_path(folder))):
                continue
        try:
            enter(engine, load(folder), place, rebuild)
            entered.append(run_id)
        except CatalogueError:
            raise
        except RunError as fault:
            damaged[run_id] = str(fault)
    gone = tuple(run_id for run_id, row in known.items() if row.place == place and run_id not in folders)
    for run_id in gone:
        with writing(engine) as connection:
            _forget(connection, run_id)
    return Synced(tuple(entered), gone, damaged, elsewhere)


def enter(engine: Engine, run: Run, place: str, rebuild: bool = False) -> None:
    """Enter one run, or what has changed of it, in one transaction; leaves alone what stands there from another place."""
    with writing(engine) as connection:
        there = connection.execute(select(RUNS).where(RUNS.c.run_id == run.run_id)).one_or_none()
        if there is not None and there.place != place and not rebuild:
            return
        same = there is not None and there.manifest_sha256 == _sha256(run.folder / MANIFEST) and not rebuild
        _forget(connection, run.run_id, results=not same)
        told, digest = history(run.folder), _sha256(history_path(run.folder))
        connection.execute(insert(RUNS), [_row(run, told, place) | {"history_sha256": digest}])
        if told.events:
            connection.execute(insert(EVENTS), [
                {"run_id": run.run_id, "number": number, "who": one.who, "at": one.when, "what": one.what, "value": one.value,
                 "note": one.note} for number, one in enumerate(told.events, 1)])
        if told.tags:
            connection.execute(insert(TAGS), [{"run_id": run.run_id, "tag": tag} for tag in told.tags])
        if not same:
            enter_results(connection, run)


def _row(run: Run, told: History, place: str) -> dict[str, Any]:
    """A run as one row."""
    facts, made, signed, notes = run.manifest, told.made, told.signed, told.notes
    asked = {**facts.get("asked", {}), **facts.get("scenario", {})}     # an ensemble's name and reason are those of its file
    return {
        "run_id": run.run_id, "kind": facts.get("kind", RUN),
        "authority_code": facts["authority"].get("code", ""), "authority_name": facts["authority"]["name"],
        "base_year": facts["authority"]["base_year"], "scenario": asked.get("name", ""),
        "scenario_why": asked.get("why", ""), "status": told.status,
        "made_by": made.who if made else None, "made_at": made.when if made else None,
        "signed_by": signed.who if signed else None, "signed_at": signed.when if signed else None,
        "last_note": (notes[-1].note or notes[-1].value) if notes else None,
        "sufficiency_version": facts.get("versions", {}).get("sufficiency"), "place": place, "folder": run.folder.name,
        "manifest_sha256": _sha256(run.folder / MANIFEST),
    }


def _forget(connection: Connection, run_id: str, results: bool = True) -> None:
    """Take a run out, with or without its results."""
    for table in (TAGS, EVENTS, RUNS):
        connection.execute(delete(table).where(table.c.run_id == run_id))
    if results:
        forget_results(connection, run_id)


def kept_elsewhere(engine: Engine, run_id: str, place: str) -> str:
    """The other place from which a run stands in the catalogue; blank where it is ours, or not there."""
    with writing(engine) as connection:
        found = connection.scalar(select(RUNS.c.place).where(RUNS.c.run_id == run_id))
    return "" if found is None or found == place else str(found)


def find_runs(engine: Engine, wanted: Wanted) -> list[dict[str, Any]]:
    """The runs that are looked for, latest first, each with its tags."""
    asked = select(RUNS).order_by(RUNS.c.made_at.desc(), RUNS.c.run_id)
    if wanted.status:
        asked = asked.where(RUNS.c.status == wanted.status)
    if wanted.scenario:
        asked = asked.where(func.lower(RUNS.c.scenario).contains(wanted.scenario.lower(), autoescape=True))
    if wanted.kind:
        asked = asked.where(RUNS.c.kind == wanted.kind)
    if wanted.who:
        asked = asked.where((RUNS.c.made_by == wanted.who) | (RUNS.c.signed_by == wanted.who))
    if wanted.tag:
        asked = asked.where(RUNS.c.run_id.in_(select(TAGS.c.run_id).where(TAGS.c.tag == wanted.tag)))
    with _told(engine), engine.connect() as connection:
        if wanted.area:
            names = result_tables(connection).get("names")
            if names is None:
                return []
            like = func.lower(names.c.planning_area_name).contains(wanted.area.lower(), autoescape=True)
            there = select(names.c.run_id).where((names.c.planning_area_code == wanted.area) | like)
            asked = asked.where(RUNS.c.run_id.in_(there))
        tags: dict[str, list[str]] = {}
        for run_id, tag in connection.execute(select(TAGS.c.run_id, TAGS.c.tag).order_by(TAGS.c.tag)):
            tags.setdefault(run_id, []).append(tag)
        return [{**row._mapping, "tags": tags.get(row.run_id, [])} for row in connection.execute(asked)]


def _clear(connection: Connection, place: str) -> None:
    """Take out all runs of a place, and the tables of results in which nothing is left."""
    for run_id in connection.scalars(select(RUNS.c.run_id).where(RUNS.c.place == place)).all():
        _forget(connection, run_id)
    for table in result_tables(connection).values():
        if connection.scalar(select(func.count()).select_from(table)) == 0:
            table.drop(connection)


def _sha256(path: Path) -> str:
    """The sha256 of a small file; blank where there is none."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        return ""
