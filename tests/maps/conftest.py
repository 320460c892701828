"""A seeded county to draw: 500 small areas with wandering borders, 40 primary and 20 secondary areas, 330 schools, 24 sites.

Everything is made up by a generator with the seed below; one primary area (the last) has no places and so no figures, and one
school has no place on the ground.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from numpy.random import Generator, default_rng
from shapely import Polygon

from maps.layer import LOW, Account, Breakdown, Layer, Measure, Moment, Outline, Points
from maps.palette import bands, steps
from maps.sheet import Remark, Sheet, draw

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

SEED = 20261123
WIDE, HIGH = 25, 20
GROUPS = {"primary": ("Reception", *(f"Year {n}" for n in range(1, 7))), "secondary": tuple(f"Year {n}" for n in range(7, 12))}
BANDS = (("R", "red: below 0 %"), ("AR", "amber-red: 0 to 2 %"), ("A", "amber: 2 to 5 %"), ("G", "green: 5 to 10 %"),
         ("B", "blue: 10 to 20 %"), ("P", "purple: above 20 %"))
NAMES = ("Ashby", "Birkdale", "Calder", "Dunmoor", "Eastwell", "Farley", "Garth", "Holme", "Ings", "Kelham", "Lowick", "Marsh")
SAINTS = ("St John`s", "St Mary's", "Holy Trinity", "All Saints' & St Anne's", "The Meadows", "Hill Top", "Riverside", "Manor")


@dataclass(frozen=True)
class Ground:
    """The small areas of the county and the point in the middle of each."""

    cells: gpd.GeoDataFrame
    middles: np.ndarray


def ground(rng: Generator) -> Ground:
    """A grid whose corners are shaken and whose edges wander; neighbours share each edge to the last digit."""
    corners = np.stack(np.meshgrid(np.arange(WIDE + 1) * 2300.0, np.arange(HIGH + 1) * 2600.0, indexing="ij"), axis=-1)
    corners = np.round(corners + rng.uniform(-450, 450, corners.shape) + (440_000, 330_000), 1)
    edges: dict[tuple[tuple[int, int], tuple[int, int]], list[tuple[float, float]]] = {}
    for i in range(WIDE + 1):
        for j in range(HIGH + 1):
            for a, b in (((i, j), (i + 1, j)), ((i, j), (i, j + 1))):
                if b[0] <= WIDE and b[1] <= HIGH:
                    edges[a, b] = _wander(rng, corners[a], corners[b])
    shapes = []
    for i in range(WIDE):
        for j in range(HIGH):
            ring = (edges[(i, j), (i + 1, j)] + edges[(i + 1, j), (i + 1, j + 1)]
                    + edges[(i, j + 1), (i + 1, j + 1)][::-1] + edges[(i, j), (i, j + 1)][::-1])
            shapes.append(Polygon(ring))
    cells = gpd.GeoDataFrame(geometry=shapes, crs="EPSG:27700")
    return Ground(cells, np.column_stack([cells.centroid.x, cells.centroid.y]))


def _wander(rng: Generator, start: np.ndarray, end: np.ndarray) -> list[tuple[float, float]]:
    """A line from start to end whose middle is pushed aside again and again."""
    line = np.array([start, end])
    for _ in range(5):
        across = np.diff(line, axis=0)[:, ::-1] * (1, -1)
        between = (line[:-1] + line[1:]) / 2 + across * rng.uniform(-0.1, 0.1, (len(across), 1))
        line = np.insert(line, np.arange(1, len(line)), between, axis=0)
    return [(float(x), float(y)) for x, y in np.round(line, 1)]


def dissolved(land: Ground, rng: Generator, count: int) -> tuple[gpd.GeoDataFrame, np.ndarray]:
    """So many areas, each the small areas nearest to one of so many middles; and the number of each small area's area."""
    chosen = [int(rng.integers(len(land.middles)))]
    while len(chosen) < count:
        away = np.linalg.norm(land.middles[:, None] - land.middles[chosen][None], axis=2).min(axis=1)
        chosen.append(int(rng.choice(len(away), p=away**2 / (away**2).sum())))
    nearest = np.linalg.norm(land.middles[:, None] - land.middles[chosen][None], axis=2).argmin(axis=1)
    shapes = land.cells.assign(number=nearest).dissolve("number", method="coverage").reset_index()
    return shapes, nearest


def figures(rng: Generator, phase: str, places: pd.Series, years: list[int]) -> pd.DataFrame:
    """Pupils and places of each area, year and year group: cohorts move up, and areas grow or shrink."""
    groups, rows = GROUPS[phase], []
    for key, held in places.items():
        level, drift = rng.uniform(0.8, 1.04), rng.normal(0, 0.025)
        cohorts = held * (level + drift * np.arange(-len(groups), len(years)) + rng.normal(0, 0.05, len(groups) + len(years)))
        for t, year in enumerate(years):
            rows += [(key, year, name, cohorts[t + len(groups) - g], held) for g, name in enumerate(groups)]
    return pd.DataFrame(rows, columns=["key", "year", "row", "pupils", "places"])


def area_values(table: pd.DataFrame, entry: str) -> pd.DataFrame:
    """The measures of each area and year: need in the entry year and the worst year group, headroom and its letter."""
    table = table.assign(need=(table["pupils"] - table["places"]).clip(lower=0))
    worst = table.sort_values("need", ascending=False).groupby(["key", "year"], sort=True).first()
    first = table[table["row"] == entry].set_index(["key", "year"]).sort_index()
    headroom = (100 * (1 - first["pupils"] / first["places"])).round(1)
    letter = pd.cut(headroom, [-np.inf, -0.01, 2, 5, 10, 20, np.inf], labels=["R", "AR", "A", "G", "B", "P"]).astype(str)
    return pd.DataFrame({
        "entry_need": first["need"], "worst_need": worst["need"], "worst_row": worst["row"].where(worst["need"] >= 0.5, ""),
        "headroom": headroom, "rag": letter, "hidden": (first["need"] * 0.4).where(first["pupils"] > first["places"] * 0.97, 0),
    }).reset_index()


def measures(entry: str) -> tuple[Measure, ...]:
    """Four ways to colour the areas."""
    return (
        Measure("entry_need", f"Places short in {entry}", "places", steps((1, 10, 20, 40)),
                "Children beyond the places, at least 0.", f"short of {entry} places", adds_up=True),
        Measure("worst_need", "Places short in the worst year group", "places", steps((1, 10, 20, 40)),
                "The year group that is shortest of places.", "short of places in some year group", detail="worst_row"),
        Measure("headroom", f"Headroom in {entry}", "% of places", bands(BANDS), "Places left over, as a share of all places.",
                f"without headroom in {entry}", letters="rag", decimals=1, suffix=" %", worst=LOW),
        Measure("hidden", f"Hidden need in {entry}", "children", steps((1, 5, 10, 20), "hidden"),
                "Children who live in a full area and are expected elsewhere.", "full and hiding need", adds_up=True),
    )


def layer(rng: Generator, land: Ground, phase: str, count: int, years: list[int], schools: pd.DataFrame) -> Layer:
    """One phase's areas with their figures; each school is given to the area it stands in."""
    shapes, nearest = dissolved(land, rng, count)
    keys = [f"{phase[0]}{n:02d}" for n in range(count)]
    names = [f"{NAMES[n % 12]} {('North', 'South', 'Town', 'Vale')[n // 12]}" for n in range(count)]
    own = schools["phase"] == phase
    schools.loc[own, "area"] = [keys[nearest[cell]] for cell in schools.loc[own, "cell"]]
    places = schools[own].groupby("area")["pan"].sum().reindex(keys).fillna(45.0)
    table = figures(rng, phase, places, years)
    entry = GROUPS[phase][0]
    values = area_values(table, entry)
    if phase == "primary":
        table.loc[table["key"] == keys[-1], "places"] = np.nan
        values.loc[values["key"] == keys[-1], ["entry_need", "worst_need", "headroom", "hidden"]] = np.nan
        values.loc[values["key"] == keys[-1], ["rag", "worst_row"]] = ""
    over = table["pupils"] - table["places"]
    rows = table.assign(short=over.clip(lower=0), spare=(-over).clip(lower=0))
    drawn = shapes.assign(key=[keys[n] for n in shapes["number"]])[["key", "geometry"]]
    columns = {"pupils": "Pupils", "places": "Places", "short": "Short", "spare": "Spare"}
    return Layer(
        key=phase, title=phase.title(), plural=f"{phase} planning areas", areas=pd.DataFrame({"key": keys, "name": names}),
        moments=tuple(Moment(y, f"{y}/{(y + 1) % 100:02d}", "census" if y == years[0] else "forecast") for y in years),
        values=values, measures=measures(entry), shapes=drawn,
        breakdown=Breakdown("Year group", columns, rows, value="pupils", limit="places"), account=account(table, years[0]),
    )


def account(table: pd.DataFrame, base: int) -> Account:
    """What leads from the first year's pupils to each other year's: what Reception or Year 7 changed by, and all the rest."""
    pupils = table.pivot_table(index=["key", "year"], columns="row", values="pupils", sort=False, aggfunc="sum")
    whole = np.floor(pupils + 0.5)
    first = whole.loc[(slice(None), base), :].droplevel("year").reindex(whole.index.get_level_values("key")).to_numpy()
    moved = whole.to_numpy() - first
    frame = pd.DataFrame({"base": first.sum(axis=1), "entry": moved[:, 0], "rest": moved[:, 1:].sum(axis=1),
                          "all": whole.sum(axis=1).to_numpy()}, index=whole.index).reset_index()
    columns = {"base": "At the census", "entry": "Entry year", "rest": "Other years", "all": "Pupils"}
    return Account("What leads there", ("Part", "Children"), columns, ("base", "all"), frame[frame["year"] > base],
                   "Added up since the census.")


def standing(rng: Generator, land: Ground, count: int, phase: str) -> pd.DataFrame:
    """Schools of a phase in small areas drawn by lot."""
    cell = rng.integers(len(land.middles), size=count)
    spot = land.middles[cell] + rng.uniform(-700, 700, (count, 2))
    pan = rng.choice([15, 30, 45, 60], size=count) if phase == "primary" else rng.choice([120, 150, 180, 210, 240], size=count)
    kind = "CofE Primary School" if phase == "primary" else "Academy"
    return pd.DataFrame({
        "key": [f"{phase[0]}{n}" for n in range(count)], "phase": phase, "cell": cell, "x": spot[:, 0], "y": spot[:, 1],
        "name": [f"{SAINTS[n % 8]} {NAMES[n % 12]} {kind}" for n in range(count)], "pan": pan, "size": pan * len(GROUPS[phase]),
        "type": rng.choice(["Academy", "Community"], count), "area": "", "ages": "4 to 11" if phase == "primary" else "11 to 16",
    })


def school_points(rng: Generator, schools: pd.DataFrame, years: dict[str, list[int]]) -> Points:
    """All schools with their rolls over the years; the first has no place on the ground."""
    items = schools.copy()
    items.loc[items.index[0], ["x", "y"]] = np.nan
    series = pd.DataFrame([
        (s.phase, s.key, year, s.size_ * (level + drift * t), s.size_)
        for s, level, drift in zip(items.rename(columns={"size": "size_"}).itertuples(), rng.uniform(0.75, 1.0, len(items)),
                                   rng.normal(0, 0.02, len(items)), strict=True)
        for t, year in enumerate(years[s.phase])
    ], columns=["layer", "key", "year", "value", "limit"])
    facts = {"type": "Kind of school", "ages": "Ages", "pan": "Admission number"}
    columns = {"pupils": "Pupils", "places": "Places"}
    return Points("schools", "Schools", "school", "circle", items, "places", facts, {"type": "Kind", "pan": "Admission number"},
                  items.rename(columns={"phase": "layer"})[["layer", "key", "area"]], series, "Pupils", "Places",
                  Breakdown("Year group", columns, school_groups(items, series), "pupils", "places"))


def school_groups(items: pd.DataFrame, series: pd.DataFrame) -> pd.DataFrame:
    """The roll of each school over its year groups, more in the upper ones; the third school takes both phases' year groups."""
    admitted = items.set_index("key")["pan"]
    rows = [
        (s.key, s.year, name, s.value / len(GROUPS[s.layer]) + g, admitted[s.key])
        for s in series.itertuples() for g, name in enumerate(GROUPS[s.layer])
    ]
    both = [(items["key"].iloc[2], 2028, name, 70.0 + g, 75.0) for g, name in enumerate(GROUPS["secondary"])]
    return pd.DataFrame([*rows, *both], columns=["key", "year", "row", "pupils", "places"])


def housing(rng: Generator, land: Ground, layers: tuple[Layer, ...]) -> Points:
    """Housing sites; each lies in an area of either phase."""
    cell = rng.integers(len(land.middles), size=24)
    items = pd.DataFrame({"key": [f"h{n}" for n in range(24)], "name": [f"Land off {NAMES[n % 12]} Lane" for n in range(24)],
                          "x": land.middles[cell, 0], "y": land.middles[cell, 1], "size": rng.integers(50, 900, 24),
                          "from": [f"{y}/{(y + 1) % 100:02d}" for y in rng.integers(2026, 2030, 24)]})
    spots = gpd.GeoDataFrame(items[["key"]], geometry=gpd.points_from_xy(items["x"], items["y"]), crs="EPSG:27700")
    areas = pd.concat([spots.sjoin(one.shapes.rename(columns={"key": "area"})).assign(layer=one.key) for one in layers])
    first = {"from": "First homes"}
    return Points("sites", "Housing sites", "housing site", "diamond", items, "dwellings", first, first,
                  areas.drop_duplicates(["layer", "key"])[["layer", "key", "area"]])


def build() -> Sheet:
    """The county's sheet, the same at every call."""
    rng = default_rng(SEED)
    land = ground(rng)
    schools = pd.concat([standing(rng, land, 285, "primary"), standing(rng, land, 45, "secondary")], ignore_index=True)
    years = {"primary": list(range(2025, 2031)), "secondary": list(range(2025, 2033))}
    layers = tuple(layer(rng, land, phase, count, years[phase], schools) for phase, count in (("primary", 40), ("secondary", 20)))
    districts, _ = dissolved(land, rng, 7)
    return Sheet(
        title="School places in Exampleshire", subtitle="Forecast of autumn 2026 from the January 2026 census; run 0123456789ab",
        headlines=("Reception: 9 areas are short of 104 places by 2028/29, while 1,200 places stand empty elsewhere.",
                   "Year 7: the bulge of 2019 arrives in 2030/31; 6 areas are short."),
        layers=layers, points=(school_points(rng, schools, years), housing(rng, land, layers)),
        outlines=(Outline("Districts", districts.assign(name=[f"{n} District" for n in NAMES[:7]])[["name", "geometry"]]),),
        source="School census, January 2026; school capacity, May 2026", start=2028,
        reading=(Remark("Places short are children beyond the places of their year group; no place elsewhere offsets them."),
                 Remark("Headroom is places left over as a share of all.", "Below 2 % nobody else can move in.")),
        notes=(Remark("3 schools have no admission number.", "Their places come from capacity.", "What bears on the figures"),
               Remark("2020 is left out.", group="How the files were read"),
               Remark("One row is blank.", group="How the files were read"),
               Remark("5 schools are new.", group="What bears on the figures")),
        sources=("Department for Education, school census, Open Government Licence v3.0", "Contains OS data © Crown copyright"),
    )


@pytest.fixture(scope="session")
def county() -> Sheet:
    """The county's sheet."""
    return build()


@pytest.fixture(scope="session")
def document(county: Sheet) -> str:
    """The county's page."""
    return draw(county)


@pytest.fixture(scope="session")
def short_document(county: Sheet) -> str:
    """The county's page with every eighth school only, for what takes longer the longer the lists are."""
    schools, sites = county.points
    return draw(replace(county, points=(replace(schools, items=schools.items.iloc[::8]), sites)))


@dataclass
class Watched:
    """What pages did that they must not do: requests to anywhere but their own file, faults, dialogs."""

    requests: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext) -> None:
        """Let through nothing but files, and note the rest."""
        def route(route: Route) -> None:
            if route.request.url.startswith("file:"):
                route.continue_()
            else:
                self.requests.append(route.request.url)
                route.abort()

        context.route("**/*", route)
        context.on("weberror", lambda fault: self.faults.append(f"page: {fault.error}"))
        context.on("console", lambda line: self.faults.append(line.text) if line.type in ("error", "warning") else None)
        context.on("dialog", lambda dialog: (self.faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))


Look = Callable[..., "Page"]


@pytest.fixture
def look(browser: Browser, tmp_path: Path) -> Iterator[Look]:
    """Open documents as files in a browser; a request, an error or a dialog in any of them fails the test."""
    watched, contexts = Watched(), []

    def opened(document: str, width: int = 1280, height: int = 800, **settings: object) -> Page:
        path = tmp_path / f"map_{len(contexts)}.html"
        path.write_text(document, encoding="utf-8")
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **settings))
        watched.watch(contexts[-1])
        page = contexts[-1].new_page()
        page.goto(path.as_uri())
        page.wait_for_selector("html.ready", state="attached")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert watched.requests == []
    assert watched.faults == []
