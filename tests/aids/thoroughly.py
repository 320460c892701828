"""How many cases a test tries: few each time, many in the long tests, which set SUFFICIENCY_THOROUGH."""

from __future__ import annotations

import os


def cases(few: int, many: int) -> int:
    """Say how many cases to try; a test that asks bears the marker `thorough`, so that the long tests try it as well."""
    return many if os.environ.get("SUFFICIENCY_THOROUGH") else few
