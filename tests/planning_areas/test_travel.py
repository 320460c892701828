"""Travel: the shortest way along roads that may be used, in a town on paper and against a slow search of another kind.

The town, 1,000 m between junctions, metres from A at (400000, 300000); every link is straight but the lane, which bends:

D ---- E ---- F        The motorway runs A - E. The bridge B - E is the short way over the river; the lane C - F is
|    / |      |        1,800 m long. The school lies 100 m north of the middle of E - F, the home 50 m south of A - B,
| m /  |      |        200 m from A.
|  /   bridge lane
A ---- B ---- C
"""

from __future__ import annotations

import math
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString

from planning_areas.boundaries import CRS
from planning_areas.travel import Network, RoadLinks, Snapped, apart, between, far_off, in_minutes, network, shortest, snap
from sufficiency.sources.reading import Ask
from sufficiency.sources.roads import read_road_links

CORNER = np.array([400_000.0, 300_000.0])
X, Y = CORNER.tolist()
NODES = {"A": (0, 0), "B": (1000, 0), "C": (2000, 0), "D": (0, 1000), "E": (1000, 1000), "F": (2000, 1000)}
LINKS = {"mill road": "AB", "long row": "BC", "west street": "AD", "bridge": "BE", "lane": "CF", "high street": "DE",
         "park": "EF", "m": "AE"}
HOME, SCHOOL = (200.0, -50.0), (1500.0, 1100.0)
SEED = 4

Spots = list[tuple[float, float]]


def links(names: dict[str, str] | None = None, metres: dict[str, float] | None = None) -> gpd.GeoDataFrame:
    """The town's links, or others between its junctions."""
    rows = []
    for name, (a, b) in (names or LINKS).items():
        (x, y), (u, v) = NODES[a], NODES[b]
        via = [(x, y), (x + 400, (y + v) / 2), (u, v)] if name == "lane" else [(x, y), (u, v)]
        line = LineString([(X + p, Y + q) for p, q in via])
        kind = "Motorway" if name == "m" else "Local Road"
        rows.append((name, a, b, (metres or {}).get(name, 1800.0 if name == "lane" else line.length), kind, kind, "", name, line))
    return gpd.GeoDataFrame(rows, columns=list(RoadLinks.to_schema().columns), crs=CRS)


def on_foot(barred: tuple[str, ...] = (), table: gpd.GeoDataFrame | None = None) -> Network:
    return network(links() if table is None else table, "walking", closed=["Motorway"], barred=barred)


def metres(net: Network, homes: Spots, schools: Spots, limit: float = 1e5) -> list[list[float]]:
    """Distances as a table; infinite where there is no way."""
    pairs = shortest(net, np.array(homes) + CORNER, np.array(schools) + CORNER, limit)
    table = np.full(pairs.distance.shape, np.inf)
    found = pairs.distance.tocoo()
    table[found.row, found.col] = found.data
    return table.tolist()


def test_the_way_over_the_bridge() -> None:
    """50 m to the road, 800 m to B, 1,000 m over the bridge, 500 m to before the school, 100 m to its door."""
    assert metres(on_foot(), [HOME], [SCHOOL]) == [[pytest.approx(2450.0)]]


def test_a_bar_on_the_bridge_lengthens_the_way_and_a_second_cuts_it() -> None:
    """Without the bridge by D: 50 + 200 + 1,000 + 1,000 + 500 + 100. Without the high street too by C and the lane."""
    assert metres(on_foot(("bridge",)), [HOME], [SCHOOL])[0] == pytest.approx([2850.0])
    assert metres(on_foot(("bridge", "high street")), [HOME], [SCHOOL])[0] == pytest.approx([50 + 800 + 1000 + 1800 + 500 + 100])
    assert metres(on_foot(("bridge", "high street", "lane")), [HOME], [SCHOOL]) == [[math.inf]]


def test_a_home_on_a_barred_road_is_cut_off_and_told() -> None:
    net = on_foot(("mill road",))
    assert metres(net, [HOME, (500, 1010)], [SCHOOL]) == [[math.inf], [pytest.approx(10 + 500 + 500 + 100)]]
    assert apart(net, snap(net, np.array([HOME, (500, 1010)]) + CORNER)).tolist() == [True, False]


def test_a_place_at_a_junction_takes_the_road_that_is_open() -> None:
    assert metres(on_foot(("bridge", "mill road")), [(1000, 0)], [(2000, 0)]) == [[pytest.approx(1000.0)]]


def test_nobody_walks_on_the_motorway_and_nobody_is_put_on_it() -> None:
    """By car over the motorway; the home beside it is put on the road that may be used."""
    assert metres(network(links(), "driving"), [(0, 0)], [(1000, 1000)])[0] == pytest.approx([math.hypot(1000, 1000)])
    assert metres(on_foot(), [(0, 0)], [(1000, 1000)])[0] == pytest.approx([2000.0])
    beside = snap(on_foot(), np.array([[X + 300, Y + 290]]))
    assert beside.metres_off.tolist() == pytest.approx([290.0])


def test_two_places_on_one_road_need_not_go_round_by_a_junction() -> None:
    assert metres(on_foot(), [(200, 0), (900, 0)], [(700, 20)]) == [[pytest.approx(520.0)], [pytest.approx(220.0)]]


def test_a_published_length_counts_and_not_the_line() -> None:
    """The lane is 1,800 m: half way along its line is half its length."""
    assert metres(on_foot(), [(2000, 0)], [(2400, 500)])[0] == pytest.approx([900.0])


def test_of_two_roads_between_the_same_junctions_the_shorter_counts() -> None:
    table = links({"mill road": "AB", "lane": "AB"}, {"mill road": 1000.0, "lane": 700.0})
    assert metres(on_foot(table=table), [(0, 0)], [(1000, 0)])[0] == pytest.approx([700.0])


def test_the_way_off_the_road_is_told() -> None:
    net = on_foot()
    snapped = snap(net, np.array([HOME, SCHOOL]) + CORNER)
    assert net.link_id[snapped.link].tolist() == ["mill road", "park"] and snapped.along.tolist() == pytest.approx([0.2, 0.5])
    assert far_off(snapped, 60.0) == ("1 of 2 places lie more than 60 m from the nearest road, the furthest 100 m: that way is "
                                      "counted in a straight line")
    assert far_off(snapped, 100.0) == ""


def test_beyond_the_limit_there_is_no_pair_and_at_it_there_is() -> None:
    assert metres(on_foot(), [(0, 0)], [(1000, 0)], 1000.0) == [[1000.0]]
    assert metres(on_foot(), [(0, 0)], [(1000, 0)], 999.0) == [[math.inf]]
    assert shortest(on_foot(), np.zeros((0, 2)), np.zeros((3, 2)), 5.0).distance.shape == (0, 3)


def test_minutes_by_car() -> None:
    """60 km/h on the motorway is a kilometre a minute; 30 km/h elsewhere; the last 100 m to the school on foot, at 6 km/h."""
    net = in_minutes(links(), "driving", {"Motorway": 60.0, "Local Road": 30.0}, off_road=6.0)
    assert metres(net, [(0, 0)], [SCHOOL])[0] == pytest.approx([math.sqrt(2) + 1.0 + 1.0])
    with pytest.raises(ValueError, match="no speed is given for 'Motorway'"):
        in_minutes(links(), "driving", {"Local Road": 30.0}, off_road=6.0)
    with pytest.raises(ValueError, match="speeds are above 0"):
        in_minutes(links(), "driving", {"Local Road": 30.0, "Motorway": 0.0}, off_road=6.0)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="1 barred links are not in the network: lost lane"):
        on_foot(("bridge", "lost lane"))
    with pytest.raises(ValueError, match="27700 expected"):
        on_foot(table=links().set_crs("EPSG:3857", allow_override=True))
    with pytest.raises(ValueError, match="no link is left for walking"):
        on_foot(table=links({"m": "AE"}))
    with pytest.raises(ValueError, match="without coordinates"):
        snap(on_foot(), np.array([[np.nan, 0.0]]))


def slow(net: Network, homes: Snapped, schools: Snapped) -> np.ndarray:
    """Slow and obvious: every link is tried again and again until no way gets shorter, then every pair of ends is tried."""
    ends, cost = net.ends.tolist(), net.cost.tolist()
    ways = np.full((net.nodes, net.nodes), np.inf)
    np.fill_diagonal(ways, 0.0)
    before = np.zeros_like(ways)
    while not np.array_equal(before, ways):
        before = ways.copy()
        for link in np.flatnonzero(~net.barred):
            a, b = ends[link]
            ways[:, b] = np.minimum(ways[:, b], ways[:, a] + cost[link])
            ways[:, a] = np.minimum(ways[:, a], ways[:, b] + cost[link])
    table = np.full((len(homes.link), len(schools.link)), np.inf)
    for i, (here, at) in enumerate(zip(homes.link, homes.along, strict=True)):
        for j, (there, to) in enumerate(zip(schools.link, schools.along, strict=True)):
            if net.barred[here] or net.barred[there]:
                continue
            starts = zip(ends[here], (at * cost[here], (1 - at) * cost[here]), strict=True)
            stops = list(zip(ends[there], (to * cost[there], (1 - to) * cost[there]), strict=True))
            tried = [first + ways[node, other] + last for node, first in starts for other, last in stops]
            direct = [abs(at - to) * cost[here]] if here == there else []
            table[i, j] = min(tried + direct) + homes.metres_off[i] + schools.metres_off[j]
    return table


nodes = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=2, max_size=8, unique=True)


@settings(deadline=None, max_examples=80, derandomize=True)
@given(st.data())
def test_a_slow_search_finds_the_same_ways(data: st.DataObject) -> None:
    """Any network: parallel links, loops, islands, bars; places anywhere."""
    points = [(X + 500.0 * x, Y + 500.0 * y) for x, y in data.draw(nodes)]
    node = st.integers(0, len(points) - 1)
    ends = data.draw(st.lists(st.tuples(node, node), min_size=1, max_size=12))
    rows = []
    for k, (a, b) in enumerate(ends):
        bend = (points[a][0] + 60.0 * (k + 1), points[a][1] - 35.0 * (k + 1))
        line = LineString([points[a], bend, points[b]])
        rows.append((f"L{k:02d}", f"n{a}", f"n{b}", line.length + 7.0 * k, "", "", "", "", line))
    table = gpd.GeoDataFrame(rows, columns=list(RoadLinks.to_schema().columns), crs=CRS)
    barred = data.draw(st.lists(st.sampled_from(table["link_id"].tolist()), max_size=3, unique=True))
    spot = st.tuples(st.integers(-5, 35), st.integers(-5, 35)).map(lambda p: (X + 103.0 * p[0], Y + 97.0 * p[1]))
    homes = np.array(data.draw(st.lists(spot, min_size=1, max_size=4)))
    schools = np.array(data.draw(st.lists(spot, min_size=1, max_size=4)))
    net = network(table, "walking", barred=barred)
    here, there = snap(net, homes), snap(net, schools)
    found = between(net, here, there, 1e6).distance.tocoo()
    ours = np.full((len(homes), len(schools)), np.inf)
    ours[found.row, found.col] = found.data
    assert ours == pytest.approx(slow(net, here, there), rel=1e-9)
    straight = np.hypot(*np.moveaxis(homes[:, None] - schools[None], -1, 0))
    assert (ours >= straight - 1e-6).all()
    back = between(net, there, here, 1e6).distance.toarray().T
    assert back == pytest.approx(np.where(np.isfinite(ours), ours, 0.0), rel=1e-12)
    assert (ours >= _table(network(table, "walking"), here, there) - 1e-9).all()      # a bar never shortens a way


def _table(net: Network, here: Snapped, there: Snapped) -> np.ndarray:
    found = between(net, here, there, 1e6).distance.tocoo()
    table = np.full((len(here.link), len(there.link)), np.inf)
    table[found.row, found.col] = found.data
    return table


def test_blocks_of_places_give_the_same_as_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    luck = np.random.default_rng(SEED)
    homes, schools = luck.uniform(0, 2000, (9, 2)) + CORNER, luck.uniform(0, 2000, (7, 2)) + CORNER
    whole = shortest(on_foot(), homes, schools, 3000.0).distance
    monkeypatch.setattr("planning_areas.travel.BLOCK_BYTES", 2 * 8 * 22)
    parts = shortest(on_foot(), homes, schools, 3000.0).distance
    assert np.array_equal(whole.toarray(), parts.toarray()) and whole.nnz > 20


@pytest.mark.real
def test_edinburgh_on_foot(data: Path) -> None:
    """Real roads: every way is at least the straight line, and against the slow search on a part of them."""
    (reading,) = read_road_links(data / "os-open-roads" / "Edc_Roadlink.geojson", Ask())
    table = reading.table
    assert len(table) == 1696 and table["metres"].sum() == 145_769 and reading.notes == ()
    net = network(table, "walking", closed=["Motorway"])
    assert net.nodes == 1346
    luck = np.random.default_rng(SEED)
    west, south, east, north = table.total_bounds
    homes = np.c_[luck.uniform(west, east, 150), luck.uniform(south, north, 150)]
    schools = np.c_[luck.uniform(west, east, 20), luck.uniform(south, north, 20)]
    pairs = shortest(net, homes, schools, 3218.688)
    found = pairs.distance.tocoo()
    straight = np.hypot(*(homes[found.row] - schools[found.col]).T)
    assert pairs.distance.nnz > 1500 and (found.data >= straight - 0.5).all()
    detour = found.data.sum() / straight.sum()
    assert 1.15 < detour < 1.6, "the straight line times 1.3 is no worse a surrogate here than elsewhere"
    part = table.cx[west:west + 1000, south:north].reset_index(drop=True)
    small = network(part, "walking", barred=part["link_id"].iloc[:40:4])
    here, there = snap(small, homes[homes[:, 0] < west + 1000][:12]), snap(small, schools[schools[:, 0] < west + 1000])
    assert _table(small, here, there) == pytest.approx(slow(small, here, there), rel=1e-9)
    longer = shortest(network(table, "walking", barred=table["link_id"].iloc[::25]), homes, schools, 3218.688).distance
    assert longer.nnz < pairs.distance.nnz
