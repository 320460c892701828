"""The tables of the catalogue: runs, what was done with them, tags; and results as a table each, typed, keyed by `run_id`.

The tables of results take their columns from what the runs hold. A column that a later version adds is added to the table; one
that an older run lacks is empty for it. Whole numbers become wider where a later run has fractions; a column cannot turn from
words into numbers, and such a table is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Double,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    inspect,
    select,
)
from sqlalchemy.schema import CreateColumn, CreateTable
from sqlalchemy.types import TypeEngine

from scenarios.runs import Run, RunError

RUN = "run"     # the kind of what has no other in its manifest
OWN = MetaData()
RUNS = Table(
    "runs", OWN,
    Column("run_id", String(12), primary_key=True), Column("kind", Text, server_default=RUN),
    Column("authority_code", Text), Column("authority_name", Text),
    Column("base_year", Integer), Column("scenario", Text), Column("scenario_why", Text), Column("status", Text),
    Column("made_by", Text), Column("made_at", Text), Column("signed_by", Text), Column("signed_at", Text),
    Column("last_note", Text), Column("sufficiency_version", Text), Column("place", Text), Column("folder", Text),
    Column("manifest_sha256", String(64)), Column("history_sha256", String(64)),
)
EVENTS = Table(
    "run_events", OWN,
    Column("run_id", String(12), primary_key=True), Column("number", Integer, primary_key=True, autoincrement=False),
    Column("who", Text), Column("at", Text), Column("what", Text), Column("value", Text), Column("note", Text),
)
TAGS = Table("run_tags", OWN, Column("run_id", String(12), primary_key=True), Column("tag", String(200), primary_key=True))
PREFIX, ROW = "result_", "row_number"
RESULTS = (
    "balance", "area_ranges", "authority_range", "last_safe_dates", "pupils", "unfilled", "homes", "building", "basic_need",
    "made_of", "accuracy", "names", "housing_sites", "childcare_balance", "childcare_marks", "access_by_area", "plan",
    "plan_areas", "plan_funding", "plan_pots", "plan_service", "plan_unmet", "phase_futures", "area_futures", "robust_scores",
    "robust_plans", "moved_figures", "moved_by_year", "moved_by_area", "effects",
)
"""Tables of runs and their like that stand in the catalogue; what is read in only, or tells of single schools, stays outside."""
AT_ONCE = 2_000     # rows that are handed over together


def up_to_date(connection: Connection) -> None:
    """Make the catalogue's own tables, or add the columns that one of an earlier version lacks."""
    OWN.create_all(connection)
    there = {column["name"] for column in inspect(connection).get_columns(RUNS.name)}
    for column in RUNS.columns:
        if column.name not in there:
            said = CreateColumn(column).compile(dialect=connection.dialect)
            connection.exec_driver_sql(f"ALTER TABLE {_quoted(connection, RUNS.name)} ADD COLUMN {said}")


def kind_of(arrow: pa.DataType) -> TypeEngine[Any]:
    """The type of a column in the catalogue."""
    if pa.types.is_boolean(arrow):
        return Boolean()
    if pa.types.is_integer(arrow):
        return BigInteger()
    return Double() if pa.types.is_floating(arrow) else Text()


def forget_results(connection: Connection, run_id: str) -> None:
    """Take a run out of all tables of results."""
    for table in result_tables(connection).values():
        connection.execute(table.delete().where(table.c.run_id == run_id))


def result_tables(connection: Connection) -> dict[str, Table]:
    """The tables of results that there are, by the name of the run's table."""
    found = MetaData()
    found.reflect(connection, only=lambda name, _: name.startswith(PREFIX))
    return {name.removeprefix(PREFIX): table for name, table in found.tables.items()}


def enter_results(connection: Connection, run: Run) -> None:
    """Write the tables of a run's results; they must have been taken out before."""
    known = result_tables(connection)
    for name in RESULTS:
        if name in run.tables and run.manifest["outputs"][f"{name}.parquet"]["rows"]:
            whole = _told(pq.read_table(run.folder / f"{name}.parquet"))
            table = _fitting(connection, known.get(name), name, whole.schema)
            rows = whole.to_pylist()
            for first in range(0, len(rows), AT_ONCE):
                part = rows[first:first + AT_ONCE]
                connection.execute(insert(table), [{"run_id": run.run_id, ROW: first + i, **row} for i, row in enumerate(part)])


def _told(table: pa.Table) -> pa.Table:
    """The columns that tell something: one that is blank throughout has no kind, and would be taken for words."""
    return table.select([name for name in table.column_names if table[name].null_count < len(table)])


def _fitting(connection: Connection, there: Table | None, name: str, schema: pa.Schema) -> Table:
    """The table of results with all columns that a run has, made or widened where it lacks some."""
    wanted = [Column(field.name, kind_of(field.type)) for field in schema]
    if there is None:
        return _new(connection, name, wanted)
    added = [column for column in wanted if column.name not in there.c]
    for column in added:
        said = CreateColumn(column).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {_quoted(connection, there.name)} ADD COLUMN {said}")
    _widen(connection, there, [column for column in wanted if column.name in there.c])
    return Table(there.name, MetaData(), Column("run_id", String(12)), Column(ROW, Integer), *(
        Column(column.name, column.type) for column in wanted))


def _new(connection: Connection, name: str, columns: Iterable[Column[Any]]) -> Table:
    """Make a table of results."""
    table = Table(PREFIX + name, MetaData(), Column("run_id", String(12), primary_key=True),
                  Column(ROW, Integer, primary_key=True, autoincrement=False), *columns)
    connection.execute(CreateTable(table))
    return table


def _widen(connection: Connection, there: Table, wanted: Iterable[Column[Any]]) -> None:
    """Let whole numbers become fractions where a run has some; refuse a column whose kind is another."""
    wider = []
    for column in wanted:
        old, new = _class(there.c[column.name].type), _class(column.type)
        if {old, new} == {"whole", "fraction"}:
            wider += [column.name] if old == "whole" else []
        elif old != new:
            raise RunError(f"the catalogue has {there.name}.{column.name} as {old}, and this run has it as {new}",
                           "make the catalogue anew with `sufficiency runs --rebuild`; it only repeats the folders")
    if wider and connection.dialect.name == "sqlite":
        _copied(connection, there.name, wider)
        return
    for name in wider:
        table, quoted = _quoted(connection, there.name), _quoted(connection, name)
        connection.exec_driver_sql(f"ALTER TABLE {table} ALTER COLUMN {quoted} TYPE double precision")


def _copied(connection: Connection, name: str, wider: list[str]) -> None:
    """Put a table in the place of itself with some columns as fractions: SQLite changes no column, and its readers believe it."""
    old = Table(name, MetaData(), autoload_with=connection)
    new = Table(f"{name}_wider", MetaData(), *(
        Column(one.name, Double() if one.name in wider else one.type, primary_key=one.primary_key, autoincrement=False)
        for one in old.columns))
    connection.execute(CreateTable(new))
    connection.execute(insert(new).from_select([one.name for one in old.columns], select(*old.columns)))
    old.drop(connection)
    connection.exec_driver_sql(f"ALTER TABLE {_quoted(connection, new.name)} RENAME TO {_quoted(connection, name)}")


def _class(kind: TypeEngine[Any]) -> str:
    """The kind of a column in words, the same for all databases."""
    if isinstance(kind, Boolean):
        return "yes or no"
    if isinstance(kind, Integer):
        return "whole"
    return "words" if isinstance(kind, String) else "fraction"


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote(name)
