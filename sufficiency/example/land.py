"""The county drawn: towns and villages, small areas that tile it, districts, and the city beyond its border.

Nothing is copied from a real map. Seven towns are set out, one in the middle and six around it; each has two or three planning
areas of its own, and the country round it has more, each with a market village. Some five hundred points are scattered, close
together in towns, wide apart elsewhere; the small areas are the ground nearer to one of these points than to any other. So that
borders do not look ruled, each is bent towards one of the two points beside it. A bent border stays within the triangle of its
two ends and that point, so that the tiling has neither gaps nor overlaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import scipy.sparse.csgraph
import scipy.spatial

from sufficiency.example.names import place_names

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

ORIGIN = (470_000.0, 300_000.0)         # EPSG:27700
RADIUS, RING = 24_000.0, 14_500.0       # metres: the county, and the six towns round the seventh
TOWN_AREAS = (3, 3, 2, 2, 2, 2, 2)      # primary planning areas inside each town
COUNTRY_AREAS = (4, 3, 4, 4, 3, 3, 3)   # and round it
IN_TOWN_AREA, IN_VILLAGE, SMALL_AREAS = 12, 4, 500
OUTSIDE_POINTS = 420
DISTRICT_CODE, LSOA_CODE = "E0799{:04d}", "E0199{:04d}"
SPLIT, MERGED = 6, 5                    # small areas of 2011 that became two, and pairs that became one


@dataclass(frozen=True)
class Land:
    """The ground of the county: small areas sorted by planning area, with what belongs to them."""

    towns: tuple[str, ...]              # [district] its town, after which it is named
    centres: Floats                     # [district, 2]
    city: Floats                        # [2] the neighbour's
    villages: tuple[str, ...]           # names for places in the country
    area_names: tuple[str, ...]         # [primary planning area]
    area_centres: Floats                # [area, 2]
    area_district: Ints                 # [area]
    area_in_town: Flags                 # [area]
    points: Floats                      # [small area, 2] around which each lies
    area: Ints                          # [small area] its primary planning area; ascending
    rings: tuple[Floats, ...]           # [small area] its border, [corner, 2], closed
    codes: tuple[str, ...]              # [small area] of 2021
    names: tuple[str, ...]
    old: tuple[tuple[str, str, str], ...]   # code of 2011, code of 2021, kind of change

    @property
    def district(self) -> Ints:
        """District of each small area."""
        found: Ints = self.area_district[self.area]
        return found

    @property
    def district_codes(self) -> tuple[str, ...]:
        """Codes of the districts, in a range that is not in use."""
        return tuple(DISTRICT_CODE.format(d + 1) for d in range(len(self.towns)))


def draw_land(seed: int) -> Land:
    """Draw the county of a seed."""
    rng = np.random.default_rng([seed, 1])
    names = place_names(rng, len(TOWN_AREAS) + 260)
    towns, villages = names[: len(TOWN_AREAS)], names[len(TOWN_AREAS) :]
    turn = rng.uniform(0, 2 * np.pi)
    waves = rng.uniform(0, 2 * np.pi, 4)
    centres = _towns(rng, turn)
    area_centres, district, in_town, quarters = _area_centres(rng, centres)
    points, area = _points(rng, area_centres, in_town, waves)
    beyond = _beyond(rng, points, waves)
    area = _hanging_together(points, beyond, area, district)
    order = np.lexsort((points[:, 0], area))
    points, area = points[order], area[order]
    rings = _rings(rng, points, beyond)
    away = centres[-1] - np.array(ORIGIN)
    city = np.array(ORIGIN) + away / np.hypot(*away) * (_edge(np.arctan2(away[1], away[0]), waves) + 3_000)
    area_names = tuple(f"{towns[d]} {quarters[a]}" if t else villages[a]
                       for a, (d, t) in enumerate(zip(district, in_town, strict=True)))
    codes, old = _codes(rng, points, area)
    small = _small_names(towns, district[area])
    return Land(towns, centres, city, villages[len(area_names) :], area_names, area_centres, district, in_town, points, area,
                rings, codes, small, old)


def _edge(angle: Floats | float, waves: Floats) -> Floats:
    """How far the county reaches in a direction, in metres."""
    bent = sum(0.035 * np.cos((k + 2) * np.asarray(angle) + wave) for k, wave in enumerate(waves))
    return np.asarray(RADIUS * (1 + bent))


def _inside(points: Floats, waves: Floats) -> Flags:
    """Which points lie in the county."""
    off = points - np.array(ORIGIN)
    found: Flags = np.hypot(off[:, 0], off[:, 1]) < _edge(np.arctan2(off[:, 1], off[:, 0]), waves)
    return found


def _towns(rng: np.random.Generator, turn: float) -> Floats:
    """One town in the middle, the others round it."""
    angles = turn + np.arange(len(TOWN_AREAS) - 1) * 2 * np.pi / (len(TOWN_AREAS) - 1)
    ring = RING * np.column_stack([np.cos(angles), np.sin(angles)])
    found: Floats = np.array(ORIGIN) + np.vstack([[0.0, 0.0], ring]) + rng.uniform(-900, 900, (len(TOWN_AREAS), 2))
    return found


def _area_centres(rng: np.random.Generator, centres: Floats) -> tuple[Floats, Ints, Flags, tuple[str, ...]]:
    """Where the primary planning areas lie: those of a town close to its middle, those of the country some way out."""
    where, district, in_town, quarters = [], [], [], []
    sides = ("Central", "North", "South")
    for d, centre in enumerate(centres):
        for many, distance, town in ((TOWN_AREAS[d], 1_500.0, True), (COUNTRY_AREAS[d], 6_300.0, False)):
            angles = rng.uniform(0, 2 * np.pi) + np.arange(many) * 2 * np.pi / many
            where.append(centre + distance * np.column_stack([np.cos(angles), np.sin(angles)]))
            district += [d] * many
            in_town += [town] * many
            quarters += [sides[i % 3] for i in range(many)]
    return np.vstack(where), np.array(district), np.array(in_town), tuple(quarters)


def _points(rng: np.random.Generator, centres: Floats, in_town: Flags, waves: Floats) -> tuple[Floats, Ints]:
    """Scatter the points of the small areas: in towns, in market villages, and over the country between."""
    points: list[Floats] = []
    area: list[int] = []
    for a, centre in enumerate(centres):
        many, spread, apart = (IN_TOWN_AREA, 620.0, 330.0) if in_town[a] else (IN_VILLAGE, 520.0, 420.0)
        have = len(points)
        while len(points) < have + many:
            point = centre + rng.normal(0, spread, 2)
            if _is_apart(point, points, apart):
                points.append(point)
                area.append(a)
    country = np.flatnonzero(~in_town)
    while len(points) < SMALL_AREAS:
        point = np.array(ORIGIN) + rng.uniform(-1.25 * RADIUS, 1.25 * RADIUS, 2)
        if _inside(point[None], waves)[0] and _is_apart(point, points, 1_500.0):
            points.append(point)
            area.append(int(country[np.hypot(*(centres[country] - point).T).argmin()]))
    return np.array(points), np.array(area)


def _is_apart(point: Floats, points: list[Floats], metres: float) -> bool:
    """Say whether a point keeps its distance from all that are there."""
    return not points or bool(np.hypot(*(np.array(points) - point).T).min() >= metres)


def _beyond(rng: np.random.Generator, points: Floats, waves: Floats) -> Floats:
    """Points outside the county: its border is where the ground is nearer to one of these."""
    many = rng.uniform(-1.7 * RADIUS, 1.7 * RADIUS, (40 * OUTSIDE_POINTS, 2)) + np.array(ORIGIN)
    outside = many[~_inside(many, waves)]
    tree = scipy.spatial.cKDTree(points)
    found: Floats = outside[tree.query(outside)[0] > 1_500.0][:OUTSIDE_POINTS]
    return found


def _hanging_together(points: Floats, beyond: Floats, area: Ints, district: Ints) -> Ints:
    """Give small areas that lie apart from the rest of their district to the planning area next to them."""
    sides = scipy.spatial.Voronoi(np.vstack([points, beyond])).ridge_points
    sides = sides[(sides < len(points)).all(axis=1)]
    area = area.copy()
    for _ in range(len(points)):
        mine = district[area]
        same = sides[mine[sides[:, 0]] == mine[sides[:, 1]]]
        graph = scipy.sparse.csr_array((np.ones(len(same)), (same[:, 0], same[:, 1])), shape=(len(points), len(points)))
        _, part = scipy.sparse.csgraph.connected_components(graph, directed=False)
        largest = [np.bincount(part[mine == d]).argmax() for d in range(int(district.max()) + 1)]
        apart = part != np.array(largest)[mine]
        ends = np.vstack([sides, sides[:, ::-1]])
        joins = ends[apart[ends[:, 0]] & ~apart[ends[:, 1]] & (mine[ends[:, 0]] != mine[ends[:, 1]])]
        if len(joins) == 0:
            return area
        area[joins[0, 0]] = area[joins[0, 1]]
    return area


def _rings(rng: np.random.Generator, points: Floats, beyond: Floats) -> tuple[Floats, ...]:
    """The border of each small area, bent the same way for both of its neighbours."""
    every = np.vstack([points, beyond])
    tiling = scipy.spatial.Voronoi(every)
    ridges: dict[tuple[int, int], Floats] = {}
    for (p, q), (i, j) in zip(tiling.ridge_points, tiling.ridge_vertices, strict=True):
        if min(p, q) < len(points) and min(i, j) >= 0:
            low, high = (i, j) if i < j else (j, i)
            ridges[low, high] = _bent(rng, tiling.vertices[low], tiling.vertices[high], every[(p, q)[rng.integers(2)]])
    rings = []
    for p in range(len(points)):
        corners = tiling.regions[tiling.point_region[p]]
        if not corners or min(corners) < 0:
            raise RuntimeError("a small area has no end: too few points lie beyond the border")
        pieces = []
        for i, j in zip(corners, [*corners[1:], corners[0]], strict=True):
            line = ridges[min(i, j), max(i, j)]
            pieces.append((line if i < j else line[::-1])[:-1])
        ring = np.vstack(pieces)
        rings.append(np.vstack([ring, ring[:1]]))
    return tuple(rings)


def _bent(rng: np.random.Generator, start: Floats, end: Floats, towards: Floats) -> Floats:
    """A line of four pieces from start to end, each inner corner drawn some way towards one point beside it."""
    along = np.array([0.0, 0.25, 0.5, 0.75, 1.0])[:, None]
    line = start + along * (end - start)
    drawn = np.r_[0.0, rng.uniform(0.0, 0.13, 3), 0.0][:, None]
    bent: Floats = line + drawn * (towards - line)
    return bent


def _codes(rng: np.random.Generator, points: Floats, area: Ints) -> tuple[tuple[str, ...], tuple[tuple[str, str, str], ...]]:
    """Codes of 2021, and what each was in 2011: most are unchanged, some were split and some merged."""
    codes = [LSOA_CODE.format(i + 1) for i in range(len(points))]
    chosen = rng.permutation(int(area.max()) + 1)
    old: dict[int, tuple[tuple[str, str], ...]] = {}
    for k, a in enumerate(chosen[: SPLIT + MERGED]):
        mine = np.flatnonzero(area == a)
        if k < SPLIT:       # one area of 2011 and its next of kin now
            first = int(mine[0])
            other = int(mine[1:][np.hypot(*(points[mine[1:]] - points[first]).T).argmin()])
            whole = codes[first]
            for n, i in enumerate((first, other)):
                codes[i] = LSOA_CODE.format(9_001 + 2 * k + n)
                old[i] = ((whole, "S"),)
        else:
            i = int(mine[0])
            before = (codes[i], LSOA_CODE.format(8_001 + k))
            codes[i] = LSOA_CODE.format(9_501 + k)
            old[i] = tuple((code, "M") for code in before)
    rows = [(was, code, change) for i, code in enumerate(codes) for was, change in old.get(i, ((code, "U"),))]
    return tuple(codes), tuple(rows)


def _small_names(towns: tuple[str, ...], district: Ints) -> tuple[str, ...]:
    """Name small areas as they are named: district, number of the neighbourhood, letter."""
    seen = [0] * len(towns)
    names = []
    for d in district:
        names.append(f"{towns[d]} {seen[d] // 5 + 1:03d}{'ABCDE'[seen[d] % 5]}")
        seen[d] += 1
    return tuple(names)
