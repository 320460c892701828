"""Travel: how far it is from homes to schools and settings along roads that may be used, by the shortest way.

Method. A network is links between nodes. Each place is put on the link nearest to it, at the point of the link nearest to it, and
the way from the place to that point, in a straight line, is part of its distance and is told. Links are then cut at these points,
and Dijkstra's algorithm finds the shortest way from each place to all others up to a limit (scipy's csgraph), from the side that
has fewer places, a block at a time. Links of a kind that the mode of travel may not use (a motorway on foot) are no part of the
network at all. Links that are barred, such as a road that is not safe to walk, are there and carry nobody: a place that lies on
one is cut off, and is not led across the fields to another road.

Links may be travelled both ways, since OS Open Roads does not know of one-way streets; it knows few footpaths, so that a way on
foot can be shorter than is found here. Where there is no network, a straight line times a factor stands in for the way
(`planning_areas.reach.pairs_within`), and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pandera.pandas as pa
import scipy.sparse
import shapely
from scipy.sparse.csgraph import connected_components, dijkstra

from planning_areas.boundaries import require_crs
from planning_areas.reach import Pairs, pairs_given

if TYPE_CHECKING:
    import geopandas as gpd
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]
    Flags = NDArray[np.bool_]

BLOCK_BYTES = 2 ** 26       # of distances that are worked out at a time
KINDS = ("road_class", "road_function", "form_of_way")


class RoadLinks(pa.DataFrameModel):
    """Stretches of road from one junction to the next. Source: OS Open Roads, or another network of the same form."""

    link_id: str = pa.Field(str_length={"min_value": 1}, description="identifier of the link")
    start_node: str = pa.Field(str_length={"min_value": 1}, description="node at which its line begins")
    end_node: str = pa.Field(str_length={"min_value": 1}, description="node at which its line ends")
    metres: float = pa.Field(ge=0, description="length")
    road_class: str = pa.Field(description="class as published: Motorway, A Road, Unclassified ...; blank where not known")
    road_function: str = pa.Field(description="function as published: Motorway, A Road, Local Road ...; blank where not known")
    form_of_way: str = pa.Field(description="form as published: Single Carriageway, Slip Road ...; blank where not known")
    road_name: str = pa.Field(description="name or number; blank where it has none")
    geometry: object = pa.Field(description="line in EPSG:27700")

    class Config:
        unique, strict = ["link_id"], True


@dataclass(frozen=True)
class Network:
    """Links of the kinds that a mode of travel may use."""

    mode: str                               # "walking", "driving"
    link_id: NDArray[np.object_] = field(repr=False)
    ends: Integers = field(repr=False)      # [link, 2]: nodes at which it begins and ends
    cost: Floats = field(repr=False)        # [link]: metres, or minutes
    barred: Flags = field(repr=False)       # [link]: carries nobody
    lines: NDArray[np.object_] = field(repr=False)
    nodes: int                              # how many
    off_road: float = 1.0                   # cost of a metre between a place and the road


@dataclass(frozen=True)
class Snapped:
    """Places put on a network."""

    link: Integers          # [place]: the link nearest to it
    along: Floats           # [place]: how far along the link, as a share of it
    metres_off: Floats      # [place]: from the place to that point, in a straight line


def network(links: gpd.GeoDataFrame, mode: str, *, closed: Collection[str] = (), barred: Iterable[str] = ()) -> Network:
    """Make a network in metres of `RoadLinks`.

    closed: classes, functions or forms of road that the mode may not use, as published. barred: identifiers of links that carry
    nobody; one that is not among the links raises ValueError, since a bar that is not applied would be lost in silence.
    """
    require_crs(links, "road links")
    codes = set(barred)
    if unknown := sorted(codes - set(links["link_id"])):
        raise ValueError(f"{len(unknown)} barred links are not in the network: {', '.join(unknown[:5])}")
    usable = links[~np.logical_or.reduce([links[kind].isin(list(closed)) for kind in KINDS])]
    if usable.empty:
        raise ValueError(f"no link is left for {mode}")
    ends, nodes = pd.factorize(pd.concat([usable["start_node"], usable["end_node"]]))
    return Network(
        mode, usable["link_id"].to_numpy(dtype=object), np.asarray(ends, dtype="int64").reshape(2, -1).T,
        usable["metres"].to_numpy(dtype="float64"), usable["link_id"].isin(codes).to_numpy(dtype=bool),
        usable.geometry.to_numpy(), len(nodes),
    )


def in_minutes(
    links: gpd.GeoDataFrame, mode: str, speeds: Mapping[str, float], *, off_road: float, closed: Collection[str] = (),
    barred: Iterable[str] = (),
) -> Network:
    """Make a network in minutes. speeds: kilometres an hour by `road_function`; off_road: between a place and the road.

    Raises ValueError for a function that has no speed: none is guessed.
    """
    metres = network(links, mode, closed=closed, barred=barred)
    function = links.set_index("link_id")["road_function"].loc[list(metres.link_id)]
    if unknown := sorted(set(function) - set(speeds)):
        raise ValueError(f"no speed is given for {', '.join(repr(name) for name in unknown)}")
    pace = function.map(speeds).to_numpy(dtype="float64") * 1000 / 60      # metres a minute
    if not ((pace > 0).all() and off_road > 0):
        raise ValueError("speeds are above 0")
    return Network(mode, metres.link_id, metres.ends, metres.cost / pace, metres.barred, metres.lines, metres.nodes,
                   60 / (off_road * 1000))


def snap(net: Network, points: Floats) -> Snapped:
    """Put places on the network. points: [place, 2] metres, none missing."""
    places = np.asarray(points, dtype="float64").reshape(-1, 2)
    if not np.isfinite(places).all():
        raise ValueError("a place without coordinates cannot be put on a road")
    if not len(places):
        return Snapped(np.zeros(0, dtype="int64"), np.zeros(0), np.zeros(0))
    spots = shapely.points(places)
    (place, link), away = shapely.STRtree(net.lines).query_nearest(spots, all_matches=True, return_distance=True)
    order = np.lexsort((net.link_id[link].astype(str), net.barred[link], place))    # at a junction: rather one that is not barred
    keep = order[np.r_[True, np.diff(place[order]) > 0]]
    link, away = link[keep], away[keep]
    along = shapely.line_locate_point(net.lines[link], spots, normalized=True)
    return Snapped(link.astype("int64"), np.clip(np.nan_to_num(along), 0.0, 1.0), away)


def apart(net: Network, snapped: Snapped) -> Flags:
    """Say which places lie on roads that do not join the greater part of the network: a gap in the file, or cut off by a bar."""
    open_ends = net.ends[~net.barred]
    joined = scipy.sparse.csr_array((np.ones(len(open_ends)), open_ends.T), shape=(net.nodes, net.nodes))
    part = connected_components(joined, directed=False)[1]
    greatest = np.bincount(part[open_ends[:, 0]], minlength=1).argmax()
    lost: Flags = net.barred[snapped.link] | (part[net.ends[snapped.link, 0]] != greatest)
    return lost


def far_off(snapped: Snapped, metres: float) -> str:
    """Say how many places lie further from a road than that; blank where none does."""
    far = snapped.metres_off > metres
    if not far.any():
        return ""
    return (f"{far.sum():,} of {len(far):,} places lie more than {metres:,.0f} m from the nearest road, the furthest "
            f"{snapped.metres_off.max():,.0f} m: that way is counted in a straight line")


def shortest(net: Network, origins: Floats, settings: Floats, limit: float) -> Pairs:
    """The shortest way from each origin to each setting that is within the limit, in the network's unit.

    origins, settings: [place, 2] metres. Pairs that have no way within the limit are left out.
    """
    return between(net, snap(net, origins), snap(net, settings), limit)


def between(net: Network, origins: Snapped, settings: Snapped, limit: float) -> Pairs:
    """The shortest ways between places that are on the network already."""
    many, few = len(origins.link), len(settings.link)
    graph = _cut(net, np.r_[origins.link, settings.link], np.r_[origins.along, settings.along])
    here, there = net.nodes + np.arange(many), net.nodes + many + np.arange(few)
    off = (origins.metres_off * net.off_road, settings.metres_off * net.off_road)
    found = list(_ways(graph, here, there, *off, limit)) if many <= few else [
        (home, place, away) for place, home, away in _ways(graph, there, here, *off[::-1], limit)]
    origin, setting, away = (np.concatenate([part[k] for part in found] or [np.zeros(0)]) for k in range(3))
    return pairs_given(origin.astype("int64"), setting.astype("int64"), away, (many, few), limit=limit, basis=net.mode)


def _cut(net: Network, link: Integers, along: Floats) -> scipy.sparse.csr_array:
    """The graph with a node of its own for every place, on the link that it lies on; barred links have no edges.

    Of several links between the same two nodes the shortest counts.
    """
    count = len(net.cost)
    every = np.arange(count)
    at = np.r_[every, link, every]
    share = np.r_[np.zeros(count), along, np.ones(count)]
    kind = np.r_[np.zeros(count), np.ones(len(link)), np.full(count, 2)]
    stop = np.r_[net.ends[:, 0], net.nodes + np.arange(len(link)), net.ends[:, 1]]
    order = np.lexsort((kind, share, at))
    at, share, stop = at[order], share[order], stop[order]
    same = (at[1:] == at[:-1]) & ~net.barred[at[1:]]
    one, other = stop[:-1][same], stop[1:][same]
    cost = (np.diff(share) * net.cost[at[1:]])[same]
    rows, columns, cost = np.r_[one, other], np.r_[other, one], np.r_[cost, cost]
    best = np.lexsort((cost, columns, rows))
    rows, columns, cost = rows[best], columns[best], cost[best]
    first = np.r_[True, (np.diff(rows) > 0) | (np.diff(columns) > 0)][: len(rows)]
    size = net.nodes + len(link)
    return scipy.sparse.csr_array((cost[first], (rows[first], columns[first])), shape=(size, size))


def _ways(
    graph: scipy.sparse.csr_array, here: Integers, there: Integers, off_here: Floats, off_there: Floats, limit: float,
) -> Iterator[tuple[Integers, Integers, Floats]]:
    """Positions and distances of the pairs within the limit, a block of starting places at a time."""
    if not len(here) or not len(there):
        return
    block = max(1, BLOCK_BYTES // (8 * graph.shape[0]))
    for first in range(0, len(here), block):
        start = here[first:first + block]
        away: Any = dijkstra(graph, directed=True, indices=start, limit=max(limit, 0.0))
        whole = away[:, there] + off_here[first:first + block, None] + off_there[None, :]
        row, column = np.nonzero(whole <= limit)
        yield first + row, column, whole[row, column]
