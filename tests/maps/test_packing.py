"""Packed data is the same data: in Python for anything that JSON can say, and in a browser for what a page holds."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from thoroughly import cases

from maps.assets import own
from maps.packing import MARK, SIGNS, packed, unpacked
from maps.page import json_block
from maps.sheet import Sheet, contents

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-10**9, 10**9), st.floats(-1e6, 1e6).map(lambda x: round(x, 5)),
                    st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["", "3", "168 hours a week", "__proto__"]),
                    st.text(max_size=8))
ROWS = st.lists(st.sampled_from([0, 1, 2, None, "R", "AR", "not known"]), min_size=5, max_size=60)
NAMES = st.sampled_from(["name", "at", "x", "k", "c", "v", "n", "__proto__", "toString"])
TREES = st.recursive(
    st.one_of(SCALARS, ROWS),
    lambda inner: st.one_of(st.lists(inner, max_size=8), st.dictionaries(NAMES, inner, max_size=4),
                            inner.filter(lambda one: len(json.dumps(one)) < 60).map(lambda one: [one] * 5)), max_leaves=30)


def as_json(value: Any) -> Any:
    return json.loads(json.dumps(value))


def size(value: Any) -> int:
    return len(json_block(value))


@given(TREES)
@pytest.mark.thorough
@settings(max_examples=cases(60, 300), derandomize=True, deadline=None)
def test_nothing_is_lost_or_changed(data: Any) -> None:
    told = as_json(packed(data))
    assert json.dumps(unpacked(told), sort_keys=True) == json.dumps(as_json(data), sort_keys=True)


@pytest.mark.parametrize("data", [
    [], {}, [[]] * 9, [{}] * 9, [[1]] * 20, [{"a": 1}, {}, {"a": 2}, {"b": [1.5]}], [1, 2, 3, 4.0], [True, 1, 1.0, True, 1],
    [list(range(200)), *[[0] * 200] * 3], [51.12345, 51.12346, -0.5, 0.0], ["a" * 30] * 2, list(range(300)) * 3,
    [-0.0, 0.0, 1.0, 2.0, 3.0], [10**17, 10**17 + 1, 3, 4, 5]])
def test_awkward_data_comes_back(data: Any) -> None:
    assert json.dumps(unpacked(as_json(packed(data)))) == json.dumps(as_json(data))


def test_what_packed_data_keeps_for_itself_is_refused() -> None:
    with pytest.raises(ValueError, match=MARK):
        packed({"layers": [{MARK: 1}]})


def test_signs_are_plain_in_a_page() -> None:
    assert len(set(SIGNS)) == len(SIGNS) > 80 and not set(SIGNS) & set("<>&\"\\") and SIGNS.isascii()


def test_a_county_takes_half_the_room(county: Sheet) -> None:
    whole = contents(county)
    assert size(packed(whole)) < 0.6 * size(whole)


def test_a_browser_unpacks_the_same(browser: Browser, county: Sheet) -> None:
    awkward = {"rows": [{"__proto__": 1, "x": [None, "a", 2.5]}, {"x": [None, "a", 2.5]}] * 6, "at": [[51.12345, -1.2]] * 7,
               "signs": list(range(300)) * 2, "same": [[[1, "two"]] * 3] * 12, "lengths": [[1], [1, 2], [], [3], [4]]}
    page = browser.new_page()
    for data in (contents(county), awkward):
        found = page.evaluate(f"(text) => {{ {own('unpack.js')}; return JSON.stringify(unpack(JSON.parse(text))); }}",
                              json_block(packed(data)))
        assert json.loads(found) == as_json(data)
    page.close()
