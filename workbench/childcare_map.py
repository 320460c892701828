"""Childcare on the committee map: how planning areas and districts stand, who can reach what, take-up and quality.

Figures are cut from the protected release alone. Hours of a week are told with what they are worth in part-time places of 15
hours. An area is counted as short as soon as anything is: its letter says how much. The two inspection regimes are two views, and
are never added up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from maps.layer import LOW, Breakdown, Layer, Measure, Moment, Silence, whole
from maps.palette import Scale, bands, steps
from maps.sheet import Remark
from planning_areas.school_year import ay_label
from sufficiency.childcare.balance import ALL, DISTRICT, FUNDED, LETTERS, LOCAL, PLANNING_AREA, WORDS
from sufficiency.childcare.entitlements import PTE_HOURS
from sufficiency.childcare.provider_tables import GRADES
from sufficiency.childcare.quality import ALL as EVERY_KIND
from sufficiency.childcare.quality import CARDS, ELSEWHERE, EVERY_AREA, NOT_INSPECTED, OLD
from sufficiency.childcare.terms import BAND_NAMES, TERMS, YOUNG
from workbench.childcare_view import area_sayings

if TYPE_CHECKING:
    import geopandas as gpd

    from workbench.picture import Picture

AREAS, REACH, DISTRICTS = "early_years", "early_years_reach", "early_years_districts"
SHARES = (50, 75, 90, 95)       # per cent
ALIKE = 1e-6                    # a take-up that is the same in all districts is not theirs
PUBLISHED_TERM = "spring"       # take-up is published of a January
GOOD = GRADES[:2]
A_WEEK = " hours a week"
LEAST_TOLD = 0.005      # share of the hours on offer that is assumed, from which it is said
SPOKEN = {FUNDED: "funded hours", ALL: "all hours"}
KINDS = {"universal": "universal hours", "early_learning": "early learning", "working_parent": "working parents' hours"}
READING = (
    Remark("Childcare short: hours that families want in a week of the term beyond those on offer in the area; a part-time place "
           "is 15 of them. Over is the other way round: hours on offer beyond those wanted. A place for one age, term or area is "
           "no place for another. The letter says how severe it is: a local definition, not law."),
    Remark("Childcare in reach: hours on offer for each hour wanted, shared among all families who can get to them, those across "
           "the border of whom something is known included. It is an index for planning and does not say that a family finds a "
           "place."),
    Remark("Hours on offer are those of termly headcounts, of the council's survey, or of places in Ofsted's register at the "
           "usual hours of their kind where the run lets these stand in. Childminders and others who work at home stand on no "
           "point of the map: they are told by district."),
)


def has_childcare(tables: Mapping[str, pd.DataFrame]) -> bool:
    """Say whether the run tells anything of childcare."""
    return "childcare_balance" in tables and not tables["childcare_balance"].empty


def childcare_layers(tables: Mapping[str, pd.DataFrame], picture: Picture) -> tuple[Layer, ...]:
    """Planning areas and districts with every view of childcare; none where the run tells nothing of it."""
    if not has_childcare(tables):
        return ()
    shapes = outlines = None
    if picture.areas is not None:
        primary = picture.areas[picture.areas["phase"] == "primary"]
        shapes = primary.rename(columns={"planning_area_code": "key"})[["key", "geometry"]]
    if picture.districts is not None:
        outlines = picture.districts.rename(columns={"district_code": "key"})[["key", "geometry"]]
    edges, base = picture.assumptions.childcare_edges, picture.authority.base_year
    found = (_areas_layer(tables, shapes, edges, base), _reach_layer(tables, shapes, edges, base),
             _districts_layer(tables, outlines, edges, base))
    return tuple(layer for layer in found if layer is not None)


def _areas_layer(tables: Mapping[str, pd.DataFrame], shapes: gpd.GeoDataFrame | None, edges: Sequence[float],
                 base: int) -> Layer | None:
    """Planning areas: what is short by age and term, and all hours in the worst term."""
    mine = tables["childcare_balance"][tables["childcare_balance"]["level"] == PLANNING_AREA]
    if mine.empty:
        return None
    scale = letters(edges)
    measures, columns = _worst_terms(mine, scale)
    for band in YOUNG:
        for term in TERMS:
            rows = mine[(mine["age_band"] == band) & (mine["measure"] == FUNDED) & (mine["term"] == term)]
            if len(rows):
                name = f"funded_{band}_{term}"
                columns.append(_gaps(rows, name, say_term=False))
                measures.append(gap_measure(name, f"{titled(band)}: funded hours short, {term}", band, scale))
    values = wide(columns)
    measures.sort(key=lambda view: -values.groupby("year")[view.column].count().gt(0).sum())   # last, what not all years have
    return Layer(AREAS, "Early years", "planning areas", areas_told(mine), moments(mine, base), values,
                 with_silence(measures, values, mine, base), known_shapes(shapes, mine), _terms(mine),
                 said=area_sayings(tables, base))


def with_silence(measures: Sequence[Measure], values: pd.DataFrame, mine: pd.DataFrame, base: int) -> tuple[Measure, ...]:
    """Say why a view tells nothing of a year: nobody of the age is entitled then, or it is told of the base year alone."""
    rows = values.groupby("year")[[f"{view.column}_letter" for view in measures if view.letters]
                                  + [view.column for view in measures if not view.letters]].count()
    found = []
    for view in measures:
        there = rows[f"{view.column}_letter" if view.letters else view.column].gt(0)
        gap = view.suffix == A_WEEK
        figure, why = ("none due", "nobody of this age is entitled to funded hours") if gap else (
            "not told", f"this is told of {ay_label(base)} alone" if not view.letters else "this is not measured for the year")
        silent = tuple(Silence(int(ay), figure, why) for ay in sorted(mine["ay"].unique()) if not there.get(ay, False))
        found.append(replace(view, silent=silent))
    return tuple(found)


def _reach_layer(tables: Mapping[str, pd.DataFrame], shapes: gpd.GeoDataFrame | None, edges: Sequence[float],
                 base: int) -> Layer | None:
    """Planning areas by what their families can reach, in the years for which that is measured."""
    columns, measures = _access(tables, PLANNING_AREA, letters(edges), edges)
    if not columns:
        return None
    mine = tables["access_by_area"][tables["access_by_area"]["level"] == PLANNING_AREA]
    return Layer(REACH, "Childcare in reach", "planning areas", areas_told(mine), moments(mine, base), wide(columns),
                 tuple(measures), known_shapes(shapes, mine))


def _districts_layer(tables: Mapping[str, pd.DataFrame], shapes: gpd.GeoDataFrame | None, edges: Sequence[float],
                     base: int) -> Layer | None:
    """Districts: what is short in the worst term of each year; of the base year take-up, and quality regime by regime."""
    every = tables["childcare_balance"]
    mine = every[every["level"] == DISTRICT]
    if mine.empty:
        return None
    scale = letters(edges)
    measures, columns = _worst_terms(mine, scale)
    for part, views in (_access(tables, DISTRICT, scale, edges), _takeup(tables, base), _quality(tables, base)):
        columns += part
        measures += views
    values = wide(columns)
    return Layer(DISTRICTS, "Early years, districts", "districts", areas_told(mine), moments(mine, base), values,
                 with_silence(measures, values, mine, base), known_shapes(shapes, mine), _terms(mine))


def _worst_terms(mine: pd.DataFrame, scale: Scale) -> tuple[list[Measure], list[pd.DataFrame]]:
    """Funded hours and all hours short at each age, in the worst term of each year."""
    measures, columns = [], []
    for measure, words in SPOKEN.items():
        for band in YOUNG:
            rows = mine[(mine["age_band"] == band) & (mine["measure"] == measure) & mine["worst_term"].astype("bool")]
            if len(rows):
                name = f"{measure}_{band}"
                columns.append(_gaps(rows, name))
                title = f"{titled(band)}: {words} short, worst term"
                measures.append(gap_measure(name, title, band, scale, funded=measure == FUNDED))
    return measures, columns


def letters(edges: Sequence[float]) -> Scale:
    """The classes of hours on offer for each wanted, in words with the council's own limits."""
    limits = (f"less than {edges[0]:.2f} on offer for each wanted", f"{edges[0]:.2f} and more", f"{edges[1]:.2f} and more",
              f"above {edges[2]:.2f}")
    return bands([(letter, f"{WORDS[letter]} ({limit})") for letter, limit in zip(LETTERS, limits, strict=True)])


def gap_measure(column: str, title: str, band: str, scale: Scale, *, funded: bool = True) -> Measure:
    """A view of the hours short at an age, with the part-time places that they are and the letter of the band."""
    what = "Funded hours" if funded else "All hours, funded and paid for,"
    return Measure(
        column, title, "", scale, letters=f"{column}_letter", detail=f"{column}_detail", suffix=A_WEEK, above=0.0, unsigned=True,
        saying=f"short of {'funded hours' if funded else 'hours'} for {BAND_NAMES[band]}",
        explain=f"{what} wanted beyond those on offer in a week of term; over: on offer beyond those wanted. A part-time place "
                f"is {PTE_HOURS} hours a week. The letter ({LOCAL}) goes by hours on offer for each wanted, and says how severe "
                "it is; assumed is the share of what is on offer for which the usual hours of a kind of setting stand in. "
                "Nothing is told of years in which nobody of the age is entitled.")


def _gaps(rows: pd.DataFrame, name: str, *, say_term: bool = True) -> pd.DataFrame:
    """Hours short (below nought: over), their letter, and in words the part-time places that they are and the term."""
    known = rows["status"].isin(LETTERS)
    gap = (rows["hours_wanted"] - rows["hours_counted"]).where(known)
    terms = rows["term"] if say_term else [""] * len(rows)
    guessed = [f"{share:.0%} assumed" if sure and share >= LEAST_TOLD else ""
               for sure, share in zip(known, rows["assumed_share"].fillna(0.0), strict=True)]
    told = [", ".join(part for part in (term, in_places(hours), guess) if part)
            for term, hours, guess in zip(terms, gap, guessed, strict=True)]
    return pd.DataFrame({"key": rows["area_code"], "year": rows["ay"], name: gap, f"{name}_letter": rows["status"],
                         f"{name}_detail": told})


def in_places(hours: float) -> str:
    """What hours short are in part-time places, below nought over: "168 part-time places short"; blank for none."""
    if pd.isna(hours) or whole(hours) == 0:
        return ""
    places = whole(abs(hours) / PTE_HOURS)
    told = f"{places:,} part-time place{'s' * (places != 1)}" if places else "less than a part-time place"
    return f"{told} {'short' if hours > 0 else 'over'}"


def _access(tables: Mapping[str, pd.DataFrame], level: str, scale: Scale,
            edges: Sequence[float]) -> tuple[list[pd.DataFrame], list[Measure]]:
    """Hours in reach for each wanted, funded and all, in the term in which they are fewest."""
    if "access_by_area" not in tables:
        return [], []
    table = tables["access_by_area"]
    columns, measures = [], []
    for measure, words, band in ((m, words, band) for m, words in SPOKEN.items() for band in YOUNG):
        rows = table[(table["level"] == level) & (table["age_band"] == band) & (table["measure"] == measure)]
        rows = rows[rows["index"].notna()]
        if rows.empty:
            continue
        worst = rows.loc[rows.groupby(["area_code", "ay"])["index"].idxmin()]
        name = f"reach_{measure}_{band}"
        columns.append(pd.DataFrame({"key": worst["area_code"], "year": worst["ay"], name: worst["index"],
                                     f"{name}_letter": worst["status"], f"{name}_detail": worst["term"]}))
        measures.append(Measure(
            name, f"{titled(band)}: {words} in reach for each wanted", "hours", scale, letters=f"{name}_letter",
            detail=f"{name}_detail", decimals=2, worst=LOW, unit_one="hours",
            saying=f"home to families of {BAND_NAMES[band]} who have too few {words.removeprefix('all ')} in reach",
            explain=f"{words.capitalize()} on offer in reach for each hour wanted, shared among all who can get to them, in the "
                    f"worst term of the year. The letter ({LOCAL}) has the limits of the balance."))
    return columns, measures


def _takeup(tables: Mapping[str, pd.DataFrame], base: int) -> tuple[list[pd.DataFrame], list[Measure]]:
    """Of the eligible children of each district, the share that takes a place up in January."""
    table = tables["childcare_takeup"]
    mine = table[(table["level"] == DISTRICT) & (table["ay"] == base) & (table["term"] == PUBLISHED_TERM)]
    columns, measures = [], []
    for (band, kind), rows in mine.groupby(["age_band", "kind"], sort=True):
        name = f"takeup_{band}_{kind}"
        if rows["takeup"].count() > 1 and rows["takeup"].max() - rows["takeup"].min() < ALIKE:
            continue        # a rate of the authority or of England: it says nothing of a district
        columns.append(pd.DataFrame({"key": rows["area_code"], "year": base, name: rows["takeup"] * 100,
                                     f"{name}_detail": rows["basis"]}))
        measures.append(share_measure(
            name, f"{titled(str(band))}: take-up of {KINDS[str(kind)]}",
            f"Of the children eligible for {KINDS[str(kind)]} in January {base + 1}, the share that takes them up."))
    return columns, measures


def _quality(tables: Mapping[str, pd.DataFrame], base: int) -> tuple[list[pd.DataFrame], list[Measure]]:
    """Places at good or outstanding settings by the grades of old; settings at the expected standard by report cards."""
    table = tables["childcare_quality"]
    table = table[table["provider_type_group"] == EVERY_KIND]
    views = (
        ("old_grades", OLD, "overall effectiveness", list(GOOD), "places",
         "Places at good or outstanding settings (grades of old)",
         "Of places at settings whose latest inspection gave a grade, those at settings graded good or outstanding."),
        ("report_cards", CARDS, "every area", [EVERY_AREA], "providers",
         "Settings at the expected standard in every area (report cards)",
         "Of settings with a report card, those with the expected standard or above in every area and safeguarding met. The "
         "expected standard is not the good of old: the two views are never added up."),
    )
    columns, measures = [], []
    for name, regime, measure, well, what, title, explain in views:
        rows = table[(table["regime"] == regime) & (table["measure"] == measure)]
        judged = rows[rows["outcome"].isin([*GRADES]) if regime == OLD else ~rows["outcome"].isin([ELSEWHERE, NOT_INSPECTED])]
        whole = judged.groupby("area_code")[[what, "providers"]].sum() if what != "providers" else judged.groupby("area_code")[
            ["providers"]].sum()
        if whole.empty:
            continue
        good = judged[judged["outcome"].isin(well)].groupby("area_code")[what].sum().reindex(whole.index, fill_value=0.0)
        share = (good / whole[what].where(whole[what] > 0) * 100).rename(name)
        detail = [f"of {n:,.0f} settings" for n in whole["providers"]]
        columns.append(pd.DataFrame({"key": whole.index, "year": base, name: share.to_numpy(), f"{name}_detail": detail}))
        measures.append(share_measure(name, title, explain))
    return columns, measures


def share_measure(column: str, title: str, explain: str) -> Measure:
    """A view of a share in per cent, of which less is worse."""
    rising = steps(SHARES, "hidden", f"below {SHARES[0]}")
    *known, unknown = rising.shades
    looks = reversed(known)         # the fewer, the darker
    shades = [replace(shade, fill=look.fill, ink=look.ink, pattern=look.pattern, counted=True)
              for shade, look in zip(known, looks, strict=True)]
    return Measure(column, title, "%", Scale((*shades, unknown), rising.edges), explain, saying="told, the lowest first,",
                   detail=f"{column}_detail", suffix=" %", worst=LOW)


def titled(band: str) -> str:
    """The name of an age band at the beginning of a title."""
    return BAND_NAMES[band][0].upper() + BAND_NAMES[band][1:]


def wide(columns: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One row for each area and year with the columns of all views."""
    whole = columns[0].set_index(["key", "year"])
    for part in columns[1:]:
        whole = whole.join(part.set_index(["key", "year"]), how="outer")
    return whole.reset_index()


def areas_told(mine: pd.DataFrame) -> pd.DataFrame:
    """Areas in the order of their names."""
    areas = mine.drop_duplicates("area_code")[["area_code", "area_name"]]
    return areas.set_axis(["key", "name"], axis=1).sort_values("name", ignore_index=True)


def known_shapes(shapes: gpd.GeoDataFrame | None, mine: pd.DataFrame) -> gpd.GeoDataFrame | None:
    """The shapes of the areas that are told; none where there are no shapes."""
    return None if shapes is None else shapes[shapes["key"].isin(mine["area_code"])]


def moments(mine: pd.DataFrame, base: int) -> tuple[Moment, ...]:
    """The academic years that are told, one after another."""
    return tuple(Moment(int(ay), ay_label(int(ay)), "census" if ay == base else "forecast") for ay in sorted(mine["ay"].unique()))


def _terms(mine: pd.DataFrame) -> Breakdown:
    """Hours behind the views, age by age and term by term, for the card of an area."""
    rows = mine[(mine["measure"] == FUNDED) & mine["term"].isin(TERMS)].assign(
        place=lambda t: t["age_band"].map({band: i for i, band in enumerate(YOUNG)}), order=lambda t: t["term"].map(
            {term: i for i, term in enumerate(TERMS)}))
    rows = rows.sort_values(["area_code", "ay", "place", "order"])
    named = [f"{titled(band)}, {term}" for band, term in zip(rows["age_band"], rows["term"], strict=True)]
    frame = pd.DataFrame({"key": rows["area_code"], "year": rows["ay"], "row": named, **{c: rows[c] for c in TOLD}})
    return Breakdown("Term", dict(TOLD), frame, value="hours_wanted", limit="hours_on_offer")


TOLD = {"hours_wanted": "Funded hours wanted", "hours_on_offer": "On offer", "hours_short": "Hours short",
        "hours_over": "Hours over", "pte_short": "Part-time places short", "pte_over": "Part-time places over"}
