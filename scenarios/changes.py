"""The levers, all in one table, and the keys of a scenario read as what they ask of them.

Levers are pulled in the order of this table, whatever the order in a scenario's file, so that the order in which changes are
written never matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios import choices_council, choices_money, choices_places, choices_plan, world_childcare, world_children, world_homes
from scenarios.levers import Form, Interval, Lever

LEVERS: tuple[Lever, ...] = (
    *choices_council.LEVERS, *world_children.LEVERS, *world_homes.LEVERS, *world_childcare.LEVERS, *choices_places.LEVERS,
    *choices_money.LEVERS, *choices_plan.LEVERS,
)
"""Every lever, in the order in which they are pulled."""

SETTINGS = "settings"
"""Topic of keys that change a setting of the run, in [world] or [choices]; in [run] they stand bare."""


def lever_of(path: Sequence[str]) -> Lever | None:
    """The lever of a key in its parts; None where there is none."""
    for one in LEVERS:
        pattern = one.name.split(".")
        if len(pattern) == len(path) and all(a in ("*", b) for a, b in zip(pattern, path, strict=True)):
            return one
    return None


def forms_of(key: str, value: Any) -> tuple[Form, ...]:
    """What is written of a key, in the form of its lever; a list is several. Raises ValidationError, KeyError for no lever."""
    if key.startswith(f"{SETTINGS}."):
        return ()
    found = lever_of(split(key))
    if found is None:
        raise KeyError(key)
    several = isinstance(value, list) and all(isinstance(one, Mapping) for one in value) and len(value) > 0
    return tuple(found.form.model_validate(_spelt_out(found, one)) for one in (value if several else [value]))


def split(key: str) -> tuple[str, ...]:
    """A key in its parts: topic, item where the lever has one (which may hold dots), and lever."""
    parts = key.split(".")
    for one in LEVERS:
        pattern = one.name.split(".")
        if "*" not in pattern:
            if pattern == parts:
                return tuple(parts)
            continue
        star, after = pattern.index("*"), len(pattern) - pattern.index("*") - 1
        if len(parts) >= len(pattern) and pattern[:star] == parts[:star] and pattern[star + 1:] == parts[len(parts) - after:]:
            return (*parts[:star], ".".join(parts[star:len(parts) - after]), *parts[len(parts) - after:])
    return tuple(parts)


def _spelt_out(found: Lever, value: Any) -> Any:
    """Write a bare value, or a bare interval, out in full."""
    if "value" not in found.form.model_fields:
        return value
    if not isinstance(value, Mapping):
        return {"value": value}
    ends = [end for end in Interval.model_fields if end in value]
    if ends and "value" not in value:
        rest = {name: part for name, part in value.items() if name not in ends}
        return {"value": {end: value[end] for end in ends}, **rest}
    known = {field.alias or name for name, field in found.form.model_fields.items()}
    return value if "value" in value or value.keys() & known else {"value": value}


def plain(form: Form) -> Any:
    """A form as it is kept and hashed: a lone value bare, an interval beside what it is picked for."""
    said = form.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    if said.keys() == {"value"}:
        return said["value"]
    return said


def neutral_of(key: str) -> str:
    """What a key means where nobody touches it."""
    if key.startswith(f"{SETTINGS}."):
        return "as the workspace says"
    found = lever_of(split(key))
    return found.neutral if found is not None else "none"


def table_of_levers() -> str:
    """The levers as a page of documentation: one table for each section."""
    lines = []
    for section, title in (("world", "What may happen to us: `[world]`"), ("choices", "What the council decides: `[choices]`")):
        lines += [f"## {title}", ""]
        lines += ["| Key | What it does | Unit | Left alone | Picked for | Touches |", "|---|---|---|---|---|---|"]
        for one in LEVERS:
            if one.section == section:
                picks = ", ".join(f"`{pick}`" for pick in one.picks) or " "
                touches = ", ".join(f"`{name}`" for name in one.touches)
                lines.append(f"| `{one.name}` | {one.sentence} | {one.unit} | {one.neutral} | {picks} | {touches} |")
        lines.append("")
    return "\n".join(lines)
