"""The data of a page in as little room as plain JSON allows, without any loss: nothing is said twice, and like stands with like.

Method. A list whose entries are alike is turned into columns: lists of one length, things with the same names, lists that are cut
at different places. A column with few different values becomes those values and a line of signs, one sign or two an entry; one of
numbers that differ little becomes steps. What is found in several places stands once. Whichever is shortest is taken. Every such
form is an object with the name `~`, which no object of the data has; `unpack.js` undoes it in the page, and `unpacked` here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

MARK = "~"
SIGNS = "".join(chr(code) for code in range(35, 127) if chr(code) not in "&<>\\")
"""One sign an entry: what is plain in JSON and in a page."""
LEAST_LIST = 4          # entries from which a list is looked at
MANY = 12               # entries from which a list of lists is not tried as it is, nor as so many columns
DEEP = 6                # lists of lists, one in another, that are tried in several forms
LEAST_SHARED = 20       # signs from which a part that comes again is told once
MOST = 1e9              # larger numbers are left as they are: whole to five decimals, they stay exact in a browser
DECIMALS = 100_000      # numbers with at most five decimals become whole
NESTED = frozenset({list, dict})

Json = Any


def packed(data: Json) -> dict[str, Json]:
    """The data packed: {"parts": what is told once, "data": the rest}."""
    tree, _ = _pack(json.loads(json.dumps(data, allow_nan=False)))
    often = Counter(text for text in _texts(tree) if len(text) >= LEAST_SHARED)
    parts: list[Json] = []
    place: dict[str, int] = {}
    return {"data": _share(tree, often, parts, place), "parts": parts, "signs": SIGNS, "mark": MARK}


def unpacked(told: dict[str, Json]) -> Json:
    """The data again, as `unpack.js` makes it."""
    return _unpack(told["data"], told["parts"])


Form = tuple[Json, int]
"""A tree and how many signs it takes."""


def _pack(value: Json, left: int = DEEP) -> Form:
    """A value in the shortest form found; left: so many lists of lists, one in another, are still tried in several forms."""
    if isinstance(value, dict):
        if MARK in value:
            raise ValueError(f"the data of a page has a thing called {MARK}, which packed data keeps for itself")
        return _object({name: _pack(part, left) for name, part in value.items()})
    if not isinstance(value, list):
        return value, len(str(value)) if type(value) is int else len(json.dumps(value))
    if len(value) < LEAST_LIST or not left:
        return _plain(value, left)
    kinds = set(map(type, value))
    if not isinstance(value[0], (list, dict)):
        return min([_plain(value, left), *_signs(value, kinds), *_steps(value, kinds)], key=_size)
    forms = list(_forms(value, left - 1)) if len(kinds) == 1 else []
    if not forms or len(value) < MANY:
        forms.append(_plain(value, left - 1))
    return min(forms, key=_size)


def _size(form: Form) -> int:
    return form[1]


def _plain(value: list[Json], left: int = 0) -> Form:
    if NESTED.isdisjoint(map(type, value)):
        return value, len(json.dumps(value, separators=(",", ":")))
    told = [_pack(one, left) for one in value]
    return [tree for tree, _ in told], 1 + max(1, sum(length + 1 for _, length in told))


def _object(told: dict[str, Form]) -> Form:
    return ({name: tree for name, (tree, _) in told.items()},
            1 + max(1, sum(len(name) + 4 + length for name, (_, length) in told.items())))


def _marked(form: str, **told: Form) -> Form:
    return _object({MARK: (form, 3), **told})


def _forms(value: list[Json], left: int) -> Iterator[Form]:
    """All the other ways to write a list of things or of lists."""
    if isinstance(value[0], dict):
        yield _things(value, left)
        return
    lengths = [len(one) for one in value]
    same = len(set(lengths)) == 1 and lengths[0] > 0
    if same and lengths[0] <= MANY:
        yield _marked("t", c=_plain([[one[k] for one in value] for k in range(lengths[0])], left))
    if not (same and isinstance(value[0][0], list)) or lengths[0] > MANY:
        yield _marked("j", n=_plain([lengths[0], len(value)]) if same else _pack(lengths),
                      v=_pack([part for one in value for part in one], left))


def _things(value: list[dict[str, Json]], left: int) -> Form:
    """Things as columns; `x` says which have no such name."""
    names = list(dict.fromkeys(name for one in value for name in one))
    if MARK in names:
        raise ValueError(f"the data of a page has a thing called {MARK}, which packed data keeps for itself")
    lacking = {name: [i for i, one in enumerate(value) if name not in one] for name in names}
    columns = [_pack([one[name] for one in value if name in one], left) for name in names]
    lacks = {name: at for name, at in lacking.items() if at}
    return _marked("k", n=(len(value), len(str(len(value)))), k=_plain(names),
                   c=([tree for tree, _ in columns], 1 + max(1, sum(length + 1 for _, length in columns))),
                   **({"x": _object({name: _plain(at) for name, at in lacks.items()})} if lacks else {}))


def _signs(value: list[Json], kinds: set[type]) -> Iterator[Form]:
    """A column as its different values and a line of signs."""
    if not kinds.isdisjoint(NESTED):
        return
    if len(kinds) == 1 and float not in kinds:
        keys: list[Any] = value
    else:
        keys = [(type(one), one if one else repr(one)) for one in value]       # 1 is not True, nor 0.0 the same as -0.0
    different = dict(zip(keys, value, strict=True))
    if len(different) <= min(len(SIGNS) ** 2, len(value) / 2 + 2):
        wide = 1 if len(different) <= len(SIGNS) else 2
        sign = {key: SIGNS[i // len(SIGNS)] * (wide == 2) + SIGNS[i % len(SIGNS)] for i, key in enumerate(different)}
        line = "".join(map(sign.__getitem__, keys))
        yield _marked("s", u=_plain(list(different.values())), w=(wide, 1), i=(line, len(line) + 2))


def _steps(value: list[Json], kinds: set[type]) -> Iterator[Form]:
    """A column of numbers as the first and the steps to each next one."""
    if kinds in ({int}, {float}) and max(value) < MOST and min(value) > -MOST:
        kind = type(value[0])
        by = 1 if kind is int else DECIMALS
        whole = value if kind is int else [round(one * by) for one in value]
        if kind is int or (all(told / by == one for told, one in zip(whole, value, strict=True))
                           and all(repr(one) == "0.0" for one in value if not one)):    # -0.0 would come back as 0.0
            yield _marked("d", b=(by, len(str(by))),
                          v=_plain([whole[0], *(b - a for a, b in pairwise(whole))]))


def _texts(tree: Json) -> Iterator[str]:
    """Every part of a tree that might be told once, as text."""
    if isinstance(tree, (list, dict, str)):
        yield json.dumps(tree)
    for part in tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ():
        yield from _texts(part)


def _share(tree: Json, often: Counter[str], parts: list[Json], place: dict[str, int]) -> Json:
    """A tree in which what comes again is the number of a part."""
    if not isinstance(tree, (list, dict, str)):
        return tree
    text = json.dumps(tree)
    if often[text] > 1:
        if text not in place:
            inside = _inside(tree, often, parts, place)
            place[text] = len(parts)
            parts.append(inside)
        return {MARK: place[text]}
    return _inside(tree, often, parts, place)


def _inside(tree: Json, often: Counter[str], parts: list[Json], place: dict[str, int]) -> Json:
    if isinstance(tree, dict):
        return {name: _share(part, often, parts, place) for name, part in tree.items()}
    return [_share(part, often, parts, place) for part in tree] if isinstance(tree, list) else tree


def _unpack(value: Json, parts: list[Json]) -> Json:
    if isinstance(value, list):
        return [_unpack(one, parts) for one in value]
    if not isinstance(value, dict):
        return value
    if MARK not in value:
        return {name: _unpack(part, parts) for name, part in value.items()}
    form = value[MARK]
    if isinstance(form, int):
        return _unpack(parts[form], parts)
    told = {name: _unpack(part, parts) for name, part in value.items() if name != MARK}
    return {"t": _lists, "j": _cut, "k": _named, "s": _read, "d": _walked}[form](told)


def _lists(told: dict[str, Json]) -> Json:
    return [list(row) for row in zip(*told["c"], strict=True)]


def _cut(told: dict[str, Json]) -> Json:
    lengths = told["n"]
    if isinstance(lengths, list) and len(lengths) == 2 and lengths[0] * lengths[1] == len(told["v"]):
        lengths = [lengths[0]] * lengths[1]
    ends = [0]
    for many in lengths:
        ends.append(ends[-1] + many)
    return [told["v"][a:b] for a, b in pairwise(ends)]


def _named(told: dict[str, Json]) -> Json:
    things: list[dict[str, Json]] = [{} for _ in range(told["n"])]
    for name, column in zip(told["k"], told["c"], strict=True):
        lacking = set(told.get("x", {}).get(name, []))
        values = iter(column)
        for i, thing in enumerate(things):
            if i not in lacking:
                thing[name] = next(values)
    return things


def _read(told: dict[str, Json]) -> Json:
    line, wide = told["i"], told["w"]
    found = []
    for i in range(0, len(line), wide):
        at = 0
        for sign in line[i:i + wide]:
            at = at * len(SIGNS) + SIGNS.index(sign)
        found.append(told["u"][at])
    return found


def _walked(told: dict[str, Json]) -> Json:
    found, at = [], 0
    for step in told["v"]:
        at += step
        found.append(at / told["b"] if told["b"] > 1 else at)
    return found
