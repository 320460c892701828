"""Draws: chance, made once for each uncertain thing by its name, the same however the draws are cut into blocks.

Each uncertain thing (births, survival, transfers, migration, completions, yields) has a stream of its own, keyed by the seed and
its name, so that two scenarios share their luck and differ by what was changed only. A stream is an endless row of chunks of 64
draws: a block of draws gives the same numbers alone as within the whole. Draw 0 is the central run, untouched by chance.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

CHUNK = 64      # draws


@dataclass(frozen=True)
class Draws:
    """A block of draws: `count` of them from `first` on, of the streams of a seed; `spread` 0 leaves every draw at the centre."""

    seed: int
    first: int = 0
    count: int = 1
    spread: float = 1.0

    @property
    def any_chance(self) -> bool:
        """Whether any draw can differ from the central run."""
        return self.spread > 0 and self.first + self.count > 1

    def normals(self, name: str, *shape: int) -> Floats:
        """Standard normals [draw, *shape] of one named thing, times the spread; draw 0 of the whole is all zero."""
        size = int(np.prod(shape, dtype="int64"))
        out = np.empty((self.count, size))
        for at, chunk, rows in _pieces(self.first, self.count):
            wanted = rows.stop - rows.start
            if wanted == CHUNK:
                generator(self.seed, name, chunk).standard_normal(out=out[at : at + CHUNK])
            else:
                out[at : at + wanted] = generator(self.seed, name, chunk).standard_normal((CHUNK, size))[rows]
        if self.first == 0 and self.count:
            out[0] = 0.0
        if self.spread != 1.0:
            out *= self.spread
        return out.reshape(self.count, *shape)

    def blocks(self, most: int) -> Iterator[Draws]:
        """Cut the draws into blocks of at most `most`, at chunks where that is possible."""
        step = max(CHUNK, most // CHUNK * CHUNK) if most >= CHUNK else most
        for first in range(self.first, self.first + self.count, step):
            yield Draws(self.seed, first, min(step, self.first + self.count - first), self.spread)


def generator(seed: int, name: str, chunk: int) -> np.random.Generator:
    """The generator of one chunk of one named stream."""
    key = hashlib.blake2b(f"{seed}/{name}/{chunk}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.SFC64(int.from_bytes(key, "little")))


def _pieces(first: int, count: int) -> Iterator[tuple[int, int, slice]]:
    """For each chunk that a block touches: where its rows go in the block, its number, and which of its rows are wanted."""
    at = 0
    while at < count:
        chunk, begin = divmod(first + at, CHUNK)
        rows = slice(begin, min(CHUNK, begin + count - at))
        yield at, chunk, rows
        at += rows.stop - rows.start
