"""What is made once is made once, and one that failed is made by whoever comes next."""

from __future__ import annotations

from pathlib import Path

import pytest
from made_once import made_once


def test_the_second_to_ask_reads_what_the_first_has_made(tmp_path: Path) -> None:
    folders: list[Path] = []

    def make(folder: Path) -> dict[str, int]:
        folders.append(folder)
        if len(folders) == 1:
            (folder / "half").write_bytes(b"")
            raise ZeroDivisionError("in the middle")
        assert not list(folder.iterdir()), "a place that nobody has begun to write in"
        return {"places": 30}

    with pytest.raises(ZeroDivisionError):
        made_once(tmp_path, "thing", make)
    assert made_once(tmp_path, "thing", make) == made_once(tmp_path, "thing", make) == {"places": 30}
    assert len(folders) == 2
    assert made_once(tmp_path, "other", lambda _: 1) == 1, "each by its own name"
