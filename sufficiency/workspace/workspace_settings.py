"""What `authority.toml` says: which council, which base year, which reader reads which file, and the settings of a run.

Every wrong key, reader, table name and value is told at once, with its line in the file and the nearest name that is known.
Nothing is read here but `authority.toml` itself; the files it names are opened by `workspace.py`.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from planning_areas.school_year import HORIZON, parse_ay
from planning_areas.tables import EvidenceError, Problem
from planning_areas.wording import either
from sufficiency.assumptions import Assumptions
from sufficiency.capital.choices import AIMS, opened_pot
from sufficiency.capital.layouts import QUALITIES
from sufficiency.childcare.access import METHODS as ACCESS_METHODS
from sufficiency.childcare.access import MODES
from sufficiency.childcare.room_space import SPACE_MODES
from sufficiency.evidence import TABLES, Authority
from sufficiency.forecast.levels import METHODS
from sufficiency.intervals.last_dates import known_remedies
from sufficiency.rules import rulebook
from sufficiency.workspace.workspace_text import FILE as FILE
from sufficiency.workspace.workspace_text import read_settings, with_lines

SECTIONS = ("authority", "settings", "tables")
LIMITS: dict[str, tuple[float, float]] = {
    "shrinkage_survival": (0, 10_000), "shrinkage_births": (0, 10_000), "registrations_untested": (0, 1),
    "ratio_floor": (0.1, 1), "ratio_ceiling": (1, 10),
    "later_entry_ratio": (1, 100), "operating_margin": (0, 0.5), "primary_years": (1, HORIZON["primary"]),
    "secondary_years": (1, HORIZON["secondary"]), "already_local": (0, 1), "from_other_areas": (0, 1),
    "usual_rate_years": (1, 10), "listed_years": (0, 10), "smallest_sample": (1, 100_000),
    "location_factor": (0.5, 2), "place_cost_primary": (0, 1_000_000), "place_cost_secondary": (0, 1_000_000),
    "seed": (0, 2**63 - 1),
    "plan_material": (0, 1_000), "plan_material_childcare": (0, 1_000), "plan_full_below": (-1, 1), "plan_flow_least": (0, 1),
    "plan_hours_of_a_place": (0, 168),
    "plan_smallest_primary": (0, 3_000), "plan_smallest_secondary": (0, 3_000),
    "plan_tail": (0.5, 0.999), "plan_tail_weight": (0, 1), "plan_seconds": (0.001, 86_400), "plan_why_seconds": (0, 86_400),
    "transport_cost": (0, 100_000),
    "state_takeup": (0.5, 1), "also_working": (0, 1), "stretched_share": (0, 1), "stretched_weeks": (38, 52),
    "practical_occupancy": (0, 1), "share_for_funded": (0, 1),
    "draws": (1, 20_000), "spread": (0, 10), "pooling": (0, 10_000), "births_lag": (1, 5),
    "childcare_years": (0, HORIZON["primary"]), "childcare_in_reach": (0.1, 2),
    "childcare_assumed_most": (0, 1), "childcare_known_least": (0, 1), "slippage": (0, 10), "price_growth": (-0.2, 0.5),
    "smallest_count": (0, 100), "fewest_behind": (0, 1_000),
}
"""The least and the most that a setting may be."""

MOST_MONTHS = 240      # that a remedy may take
LARGEST_WEIGHT, SMALLEST_WEIGHT = 1_000.0, 0.001      # of a year that counts; what is less may as well be nought


def _year(value: object) -> object:
    """Take "2022/23" for the academic year 2022; anything else is left for pydantic to judge."""
    if isinstance(value, str) and not value.strip().isdecimal():
        return parse_ay(value)      # its ValueError becomes the message
    return value


def _day(value: object) -> object:
    """Take a date written without quotes for its text."""
    return value.isoformat() if isinstance(value, date) else value


AcademicYear = Annotated[int, BeforeValidator(_year), Field(ge=1990, le=2100)]
Text = Annotated[str, BeforeValidator(_day)]
Entry = TypeVar("Entry", bound=BaseModel)
STRICT = ConfigDict(
    extra="forbid", frozen=True, coerce_numbers_to_str=True, str_strip_whitespace=True, allow_inf_nan=False,
)
WORDS = {
    "string_type": "text in quotes expected", "too_short": "at least one expected", "tuple_type": "a list in brackets expected",
    "model_type": "a section such as [authority] expected", "dict_type": "a section of names expected",
    "less_than_equal": "at most {le} expected", "greater_than_equal": "at least {ge} expected",
    "float_parsing": "a number expected", "float_type": "a number expected", "int_parsing": "a whole number expected",
    "int_type": "a whole number expected", "int_from_float": "a whole number expected", "string_too_short": "some text expected",
    "finite_number": "a number expected that is neither endless nor undefined",
    "string_pattern_mismatch": "this does not have the form of a code",
    "dataclass_type": "a year with its reason expected, such as {{ ay = \"2020/21\", reason = \"lockdown\" }}",
}
"""pydantic's kinds of fault in our words."""

class AuthorityEntry(BaseModel):
    """[authority]: the council that plans."""

    model_config = STRICT

    code: str = Field(pattern=r"^\d{3}$", description="DfE authority code, three digits")
    name: str = Field(min_length=1, description="name of the authority")
    gss_code: str = Field(default="", pattern=r"^([A-Z]\d{8})?$", description="ONS code of the authority, such as E10000024")
    base_year: AcademicYear = Field(description="academic year of the latest January census: 2025 or \"2025/26\"")
    districts: tuple[str, ...] = Field(
        default=(), description="ONS codes of its districts; left out, they are those in which its schools stand",
    )
    invented: bool = Field(default=False, description="true for a council that is made up: errors of its past are then too small")


class TableEntry(BaseModel):
    """[tables.x] or [[tables.x]]: which reader reads which files into a table."""

    model_config = STRICT

    reader: str = Field(description="how the files are read")
    files: tuple[str, ...] = Field(min_length=1, description="paths from this folder, with forward slashes")
    publisher: Text = Field(default="", description="who published the files, if not the usual publisher")
    title: Text = Field(default="", description="the publication's title")
    licence: Text = Field(default="", description="the files' licence")
    reference_date: Text = Field(default="", description="the day or month that the figures speak of")
    ay: AcademicYear | None = Field(default=None, description="academic year, for files that do not say theirs")
    columns: dict[str, str] = Field(
        default={}, description="the publication's column name, then its name in this file: { urn = \"School URN\" }",
    )


@dataclass(frozen=True)
class Workspace:
    """A folder with an `authority.toml`, understood: nothing else of it is read yet."""

    folder: Path
    authority: Authority
    assumptions: Assumptions
    tables: dict[str, tuple[TableEntry, ...]]
    text: str = field(default="", repr=False)       # of authority.toml, to say on which line a path stands


def read_workspace(folder: Path, readers: Mapping[str, Collection[str]]) -> Workspace:
    """Read a workspace's `authority.toml`.

    readers: name of each reader -> the tables that it fills. Raises EvidenceError with every problem of the file.
    """
    text, raw = read_settings(folder)
    problems = _unknown(raw, SECTIONS, ())
    authority, faults = _validated(AuthorityEntry, raw.get("authority", {}), ("authority",))
    problems += faults
    settings, faults = settings_of(raw.get("settings", {}))
    problems += faults
    tables, faults = _tables(raw.get("tables", {}), readers)
    problems += faults
    if problems or authority is None or settings is None:
        raise EvidenceError(with_lines(problems, text))
    known = Authority(authority.code, authority.name, authority.gss_code, authority.base_year, authority.districts,
                      authority.invented)
    return Workspace(folder, known, settings, tables, text)


def _validated(model: type[Entry], raw: object, place: tuple[str, ...]) -> tuple[Entry | None, list[Problem]]:
    """Hold one section against its model and tell every fault in our words."""
    try:
        return model.model_validate(raw), []
    except ValidationError as failure:
        return None, [_told(fault, model, place) for fault in failure.errors()]


def _told(fault: Any, model: type[BaseModel], place: tuple[str, ...]) -> Problem:
    """Turn one of pydantic's findings into a problem, with the nearest known key for one that is unknown."""
    where = (*place, *(str(part) for part in fault["loc"]))
    column, found = ".".join(where), fault["input"]
    if fault["type"] in ("extra_forbidden", "unexpected_keyword_argument"):
        known = model.model_fields if len(fault["loc"]) == 1 else ("ay", "reason")
        return Problem(FILE, 0, column, expected="this key is not known", advice=nearest(where[-1], known))
    key = model.model_fields.get(str(fault["loc"][0])) if fault["loc"] else None
    advice = (key.description or "") if key else ""
    if fault["type"] == "missing":
        return Problem(FILE, 0, column, expected="this key is needed", advice=advice)
    if isinstance(found, (list, dict)):
        found = "a list" if isinstance(found, list) else "a table"
    expected = WORDS.get(fault["type"], str(fault["msg"]).removeprefix("Value error, ")).format(**fault.get("ctx", {}))
    return Problem(FILE, 0, column, found=str(found), expected=expected, advice=advice)


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggest the known name that is most like this one, or list them all."""
    names = list(known)
    close = difflib.get_close_matches(name, names, 1, 0.6)
    return f"did you mean {close[0]}?" if close else f"known are: {', '.join(sorted(names))}"


def _unknown(raw: Mapping[str, object], known: Collection[str], place: tuple[str, ...]) -> list[Problem]:
    return [Problem(FILE, 0, ".".join((*place, key)), expected="this key is not known", advice=nearest(key, known))
            for key in raw if key not in known]


def settings_of(raw: object) -> tuple[Assumptions | None, list[Problem]]:
    """Read [settings]: any field of Assumptions, within its limits."""
    hints = get_type_hints(Assumptions)
    parts: dict[str, Any] = {
        f.name: (hints[f.name], Field(f.default, ge=LIMITS[f.name][0], le=LIMITS[f.name][1]) if f.name in LIMITS else f.default)
        for f in fields(Assumptions)
    }
    model = create_model("Settings", __config__=STRICT, **parts)
    checked, problems = _validated(model, _plain_years(raw), ("settings",))
    if checked is None:
        return None, problems
    settings = Assumptions(**{f.name: getattr(checked, f.name) for f in fields(Assumptions)})
    return settings, _settings_that_clash(settings)


def changed_settings(settings: Assumptions, changes: Mapping[str, object]) -> tuple[Assumptions | None, list[Problem]]:
    """Other values for some settings, held to the same limits; the problems name each as settings.NAME."""
    if not changes:
        return settings, []
    checked, problems = settings_of(changes)
    if checked is None or problems:
        return None, problems
    return replace(settings, **{name: getattr(checked, name) for name in changes}), []


def _plain_years(raw: object) -> object:
    """Write the years of excluded_years as numbers, "2020/21" as 2020; what is no year stays for the model to refuse."""
    if not isinstance(raw, dict) or not isinstance(raw.get("excluded_years"), list):
        return raw
    years = []
    for entry in raw["excluded_years"]:
        try:
            years.append({**entry, "ay": _year(entry["ay"])} if isinstance(entry, dict) and "ay" in entry else entry)
        except ValueError:
            years.append(entry)
    return {**raw, "excluded_years": years}


def _opens(written: str) -> bool:
    """Whether what members have decided is written as it must be."""
    try:
        return bool(opened_pot(written))
    except ValueError:
        return False


def _settings_that_clash(settings: Assumptions) -> list[Problem]:
    """Find settings that are each allowed and make no sense together."""
    weights, edges = settings.weights, settings.rag_edges
    known = [remedy["remedy"] for remedy in known_remedies()]
    rules = [
        ("method", settings.method in METHODS, f"one of {', '.join(METHODS)}"),
        ("weights", any(weights) and all(w == 0 or SMALLEST_WEIGHT <= w <= LARGEST_WEIGHT for w in weights),
         f"weights of the latest years, latest first, each nought or from {SMALLEST_WEIGHT:g} to {LARGEST_WEIGHT:g}, and not all "
         "nought"),
        ("rag_edges", len(edges) == len(Assumptions.rag_edges) and [-1, *edges, 1] == sorted([-1, *edges, 1]),
         f"{len(Assumptions.rag_edges)} shares of headroom, rising, from -1 to 1"),
        ("childcare_edges", len(settings.childcare_edges) == len(Assumptions.childcare_edges)
         and list(settings.childcare_edges) == sorted(settings.childcare_edges) and settings.childcare_edges[0] > 0,
         "three rising ratios of hours on offer to hours wanted"),
        ("plan_aims", settings.plan_aims in AIMS, f"one of {', '.join(AIMS)}"),
        ("plan_rates", len(settings.plan_rates) == len(Assumptions.plan_rates) and all(r >= 0 for r in settings.plan_rates)
         and any(settings.plan_rates), f"{len(Assumptions.plan_rates)} rates, none below nought and not all nought,"),
        ("plan_members_decided", all(_opens(one) for one in settings.plan_members_decided),
         "each as pot/purpose/phase, such as basic-need/early_years/early_years,"),
        ("plan_qualities", set(settings.plan_qualities) <= {*QUALITIES}, f"any of {', '.join(QUALITIES)}"),
        ("access_mode", settings.access_mode in ("", *MODES), f"one of {', '.join(MODES)}, or a blank,"),
        ("audience", settings.audience in rulebook("disclosure")["audiences"],
         f"one of {', '.join(rulebook('disclosure')['audiences'])}"),
        ("access_method", settings.access_method in ACCESS_METHODS, f"one of {', '.join(ACCESS_METHODS)}"),
        ("excluded_years", len({y.ay for y in settings.excluded_years}) == len(settings.excluded_years)
         and all(1990 <= y.ay <= 2100 and y.reason.strip() for y in settings.excluded_years),
         "each year once, with its reason: {ay = 2020, reason = \"Covid\"}"),
        ("space_mode", settings.space_mode in ("", *SPACE_MODES), f"{either(SPACE_MODES)}, or a blank,"),
        ("shortfall_chances", all(0 < chance < 1 for chance in settings.shortfall_chances), "likelihoods above 0 and below 1"),
        ("lead_times", len({lead.remedy for lead in settings.lead_times}) == len(settings.lead_times)
         and all(lead.remedy in known and 0 < lead.months <= MOST_MONTHS for lead in settings.lead_times),
         f"each kind of remedy once ({', '.join(known)}), with 1 to {MOST_MONTHS} months"),
    ]
    return [Problem(FILE, 0, f"settings.{name}", expected=wants + " expected") for name, right, wants in rules if not right]


def _tables(raw: object, readers: Mapping[str, Collection[str]]) -> tuple[dict[str, tuple[TableEntry, ...]], list[Problem]]:
    """Read every [tables.x]: the table must be known, the reader too, and it must fill that table."""
    if not isinstance(raw, dict) or not raw:
        return {}, [Problem(FILE, 0, "tables", expected="births and a roll by year group are needed, and no file is named",
                            advice='write of each, in three lines: [tables.births], reader = "births", files = ["births.csv"]')]
    problems, tables = _unknown(raw, TABLES, ("tables",)), {}
    for name in raw:
        entries = []
        for number, part in enumerate(raw[name] if isinstance(raw[name], list) else [raw[name]], 1):
            place = ("tables", name, *([str(number)] if number > 1 else []))
            entry, faults = _validated(TableEntry, part, place)
            problems += faults
            if entry is not None:
                problems += _reader_problems(entry, name, place, readers)
                entries.append(entry)
        tables[name] = tuple(entries)
    return tables, problems


def _reader_problems(
    entry: TableEntry, table: str, place: tuple[str, ...], readers: Mapping[str, Collection[str]],
) -> list[Problem]:
    column = ".".join((*place, "reader"))
    fitting = sorted(name for name, fills in readers.items() if table in fills)
    if entry.reader not in readers:
        advice = nearest(entry.reader, readers)
        return [Problem(FILE, 0, column, found=entry.reader, expected="there is no such reader",
                        advice=advice if advice.startswith("did") or not fitting else f"for this table: {', '.join(fitting)}")]
    if table in TABLES and entry.reader not in fitting:
        return [Problem(FILE, 0, column, found=entry.reader, expected=f"this reader does not fill the table {table}",
                        advice=f"for this table: {', '.join(fitting)}")]
    return []
