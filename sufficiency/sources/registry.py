"""Every reader by the name that `authority.toml` gives it: one for each public file, and those of the council's own tables."""

from __future__ import annotations

from sufficiency.sources import local
from sufficiency.sources.reading import Reader

READERS: dict[str, Reader] = {reader.name: reader for reader in local.READERS}
