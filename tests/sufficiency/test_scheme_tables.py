"""From what a planner types of schemes and pots to a capital decision: places, costs, deeds, ring-fences; and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from paper_council import PLAIN, YEARS, paper_tables
from tiny_councils import solved_here

from planning_areas.tables import EvidenceError
from sufficiency.assumptions import Assumptions
from sufficiency.capital.capital_tables import BAND_YEARS
from sufficiency.capital.decide import decide
from sufficiency.capital.facts import facts
from sufficiency.capital.from_evidence import SchemeTables, scheme_tables
from sufficiency.capital.money import price_index, when
from sufficiency.capital.scheme_checks import wrong_schemes
from sufficiency.capital.solver import Ask as Limits
from sufficiency.capital.tables import MODELS, check_case
from sufficiency.capital.verify import broken_rules
from sufficiency.evidence import TABLES, Authority, Evidence, empty
from sufficiency.sources.local import READERS
from sufficiency.sources.reading import Ask

BASE = 2025
BY_NAME = {reader.name: reader for reader in READERS}
SCHEME = "scheme_id,name,site_id,planning_area_code,kind,phase,nc_year_from,nc_year_to,places,earliest_start,decides,consent"
POT = "pot_id,kind,financial_year,thousand_pounds,status"
DEED = "pot_id,kind,thousand_pounds,status,site_ref,trigger,trigger_homes,spend_within_years,spend_by,purpose,phase"
SITES = "site_ref,site_name,status,financial_year,dwellings"
SCHOOL = {"urn": "990001", "establishment_type": "Academy converter"}
Files = Mapping[str, str]


@pytest.fixture
def evidence(tmp_path: Path) -> Callable[..., Evidence]:
    """Evidence that holds just what some files of the council say."""

    def read(files: Files, schools: tuple[dict[str, str], ...] = ()) -> Evidence:
        tables = {name: empty(name) for name in TABLES}
        for name, text in files.items():
            path = tmp_path / f"{name}.csv"
            path.write_text(text, encoding="utf-8")
            (reading,) = BY_NAME[name].read(path, Ask())
            tables[name] = reading.table
        if schools:
            tables["schools"] = pd.DataFrame(list(schools))
        return Evidence(Authority("990", "Town", "E10990001", BASE), tables)

    return read


def told(evidence: Evidence, **settings: Any) -> SchemeTables:
    """The tables of a decision."""
    return scheme_tables(evidence, None, BASE, Assumptions(**settings))


def scheme(row: str, more: str = "", extra: str = "") -> str:
    """A list of one scheme at a site of area A."""
    return f"{SCHEME}{more}\n{row}{extra}\n"


def places(tables: SchemeTables, after: int) -> dict[int, float]:
    """Places by year group, some years after opening."""
    adds = tables.adds[tables.adds["after"] == after]
    return dict(zip(adds["nc_year"], adds["places"], strict=True))


def refused(read: Callable[[], object]) -> list[tuple[str, str]]:
    """The (column, found) of each problem."""
    with pytest.raises(EvidenceError) as fault:
        read()
    return [(p.column, p.found) for p in fault.value.problems]


def test_an_expansion_fills_from_its_first_year_group_upwards(evidence: Callable[..., Evidence]) -> None:
    tables = told(evidence({"schemes": scheme("a,A,S,A1,expansion,primary,R,Y6,15,2026/27,authority,not_needed")}))
    assert places(tables, 0) == {0: 15}
    assert places(tables, 2) == {0: 15, 1: 15, 2: 15}
    assert places(tables, 6) == places(tables, 20) == dict.fromkeys(range(7), 15)


def test_a_bulge_is_one_cohort_that_moves_up_and_goes(evidence: Callable[..., Evidence]) -> None:
    tables = told(evidence({"schemes": scheme("b,B,S,A1,bulge,primary,R,Y6,30,2026/27,authority,not_needed")}))
    assert [places(tables, after) for after in (0, 3, 6, 7)] == [{0: 30}, {3: 30}, {6: 30}, {}]


def test_a_modular_building_has_all_year_groups_until_its_permission_ends(evidence: Callable[..., Evidence]) -> None:
    row = scheme("m,M,S,A1,modular,primary,R,Y2,10,2026/27,authority,not_needed", ",years_open", ",5")
    tables = told(evidence({"schemes": row}))
    assert places(tables, 0) == places(tables, 4) == dict.fromkeys(range(3), 10) and places(tables, 5) == {}


def test_an_admission_number_goes_down_from_the_intake_upwards(evidence: Callable[..., Evidence]) -> None:
    tables = told(evidence({"schemes": scheme("c,C,S,A1,pan_cut,primary,R,Y6,-15,2026/27,authority,given")}))
    assert places(tables, 1) == {0: -15, 1: -15} and tables.costs.empty


def test_a_room_for_babies_is_counted_by_its_age_band(evidence: Callable[..., Evidence]) -> None:
    text = (
        "scheme_id,name,site_id,lsoa_code,kind,phase,age_band,places,earliest_start,decides,consent\n"
        "n,N,S,E01000001,nursery_expansion,early_years,under_2,9,2026/27,owner,given\n"
    )
    tables = told(evidence({"schemes": text}))
    assert places(tables, 0) == places(tables, 9) == {BAND_YEARS["under_2"]: 9}
    assert tables.schemes.loc[0, "purpose"] == "early_years" and tables.site_limits.loc[0, "area_code"] == "E01000001"
    assert any("not held against subsidy control: n" in note.text for note in tables.notes)


def test_places_listed_year_by_year_go_on_with_the_last(evidence: Callable[..., Evidence]) -> None:
    files = {
        "schemes": scheme("a,A,S,A1,new_school,primary,,,,2026/27,authority,not_needed"),
        "scheme_places": "scheme_id,after,nc_year,places\na,0,R,30\na,0,Y3,15\na,1,R,60\n",
    }
    tables = told(evidence(files))
    assert [places(tables, after) for after in (0, 1, 7)] == [{0: 30, 3: 15}, {0: 60}, {0: 60}]


def test_a_cost_left_blank_is_the_rulebooks_at_the_prices_of_building(evidence: Callable[..., Evidence]) -> None:
    """105 places at 21,014 pounds, the factor of the East Midlands, 15 % for abnormals and 5 % early on, priced 1 March 2029."""
    tables = told(
        evidence({"schemes": scheme("a,A,S,A1,expansion,primary,R,Y6,15,2026/27,authority,not_needed")}), location_factor=1.03
    )
    expected = 105 * 21.014 * 1.03 * 1.2 * price_index(2029 + 2 / 12) / 410
    assert tables.costs["thousand_pounds"].sum() == pytest.approx(expected, abs=0.2)
    assert set(tables.costs["after"]) == {-3, -2, -1, 0} and tables.told.loc[0, "cost_rests_on"] == "rulebook"


def test_an_estimate_grows_from_its_own_quarter_and_cash_stays(evidence: Callable[..., Evidence]) -> None:
    row = "a,A,S,A1,bulge,primary,R,Y6,30,2026/27,authority,not_needed"
    grown = told(evidence({"schemes": scheme(row, ",thousand_pounds,price_base", ",300,2024Q1")}))
    cash = told(evidence({"schemes": scheme(row, ",thousand_pounds", ",300")}))
    index = price_index(2027 + 8 / 12 - 1.5 / 12) / price_index(when("2024Q1"))
    assert grown.costs["thousand_pounds"].sum() == pytest.approx(300 * index, abs=0.2)
    assert cash.costs["thousand_pounds"].sum() == pytest.approx(300, abs=0.2)


def test_a_programme_takes_the_place_of_an_even_spread(evidence: Callable[..., Evidence]) -> None:
    files = {
        "schemes": scheme("a,A,S,A1,expansion,primary,R,Y6,15,2026/27,authority,not_needed", ",lead_years", ",2"),
        "scheme_costs": "scheme_id,after,thousand_pounds\na,-2,100\na,0,900\n",
    }
    costs = told(evidence(files)).costs
    assert list(costs[["after", "thousand_pounds"]].itertuples(index=False, name=None)) == [(-2, 100.0), (0, 900.0)]


def test_a_cut_at_an_academy_is_an_ask_whatever_the_list_says(evidence: Callable[..., Evidence]) -> None:
    row = "c,C,990001,,pan_cut,primary,R,Y6,-15,2026/27,authority,not_needed"
    community = {**SCHOOL, "establishment_type": "Community school"}
    ours, theirs = (told(evidence({"schemes": scheme(row)}, (school,))) for school in (community, SCHOOL))
    assert ours.schemes.loc[0, "consent"] == "not_needed" and theirs.schemes.loc[0, "consent"] == "asked"
    assert any("only asks until they agree: c" in note.text for note in theirs.notes)


def test_infants_without_whole_classes_or_halves_are_told(evidence: Callable[..., Evidence]) -> None:
    """20 more beside 40 make two classes of 30; 20 beside nothing, or 10 beside 40, do not; 15 beside 40 is as odd as it was."""
    rows = [("e", "990001", 20), ("h", "990001", 15), ("o", "990001", 10), ("n", "990002", 20)]
    text = SCHEME + "".join(f"\n{k},N,{urn},A,expansion,primary,0,6,{more},2026/27,authority,not_needed" for k, urn, more in rows)
    pans = "urn,ay,nc_year,pan\n990001,2025,0,30\n990001,2026,0,40\n"
    notes = [note for note in told(evidence({"schemes": text + "\n", "pans": pans})).notes if "infants make neither" in note.text]
    assert [note.text.split(":")[0] for note in notes] == ["n", "o"] or [note.text.split(":")[0] for note in notes] == ["o", "n"]
    assert any("50 places" in note.text and "2 teachers" in note.loses for note in notes)


def test_closing_a_designated_rural_school_tells_the_presumption(evidence: Callable[..., Evidence]) -> None:
    row = scheme("c,C,S,A1,closure,primary,R,Y6,-10,2026/27,authority,asked", ",designated_rural,thousand_pounds", ",yes,0")
    assert any(
        "the law presumes that a designated rural primary school is not closed" in note.text
        for note in told(evidence({"schemes": row})).notes
    )


def receipts(evidence: Evidence) -> list[tuple[object, ...]]:
    """(financial year, thousands of pounds, last year, status) of all that comes."""
    table = told(evidence).receipts
    return list(table[["fy", "thousand_pounds", "spend_by", "status"]].itertuples(index=False, name=None))


def sites(status: str = "under_construction") -> str:
    """A site of 40 homes a year from 2026/27."""
    return (
        SITES.replace("status", "status,easting,northing")
        + "\n"
        + "".join(f"M,Mill,{status},450000,340000,{year},40\n" for year in range(2026, 2031))
    )


def test_a_deed_follows_the_homes_of_its_site_and_their_slippage(evidence: Callable[..., Evidence]) -> None:
    """Home 100 is half-way through 2028/29; 0.3 years late, two months empty: March 2029, still of that year."""
    row = f"{DEED}\nd,s106,900,due,M,occupied,100,5,,mainstream,primary\n"
    assert receipts(evidence({"pots": row, "housing_sites": sites()})) == [(2028, 900.0, 2032, "due")]
    later = row.replace(",100,", ",110,")
    assert receipts(evidence({"pots": later, "housing_sites": sites()})) == [(2029, 900.0, 2033, "due")]


@pytest.mark.parametrize(
    ("row", "status", "why"),
    [
        ("d,s106,900,due,M,completed,100,,2028-03-31,mainstream,primary", "under_construction", "after the last whole year"),
        ("d,s106,900,due,M,completed,300,5,,mainstream,primary", "under_construction", "the trajectory has 200"),
        ("d,s106,900,due,M,completed,100,5,,mainstream,primary", "outline", "not in the core forecast"),
    ],
)
def test_a_sum_that_cannot_be_counted_on_counts_for_nothing_and_is_told(
    evidence: Callable[..., Evidence], row: str, status: str, why: str
) -> None:
    found = evidence({"pots": f"{DEED}\n{row}\n", "housing_sites": sites(status)})
    assert [money for _, money, *_ in receipts(found)] == [0.0]
    assert any(why in note.text and "£900k" in note.loses for note in told(found).notes)


def test_the_time_to_spend_is_counted_from_receipt_in_whole_years(evidence: Callable[..., Evidence]) -> None:
    """Five years from 30 June 2024 end in June 2029: 2028/29 is the last whole year. A part that came counts from its own day."""
    columns = f"{POT},received_thousand_pounds,received_on,spend_within_years,purpose,phase"
    whole = f"{columns}\nd,s106,,800,received,,2024-06-30,5,mainstream,primary\n"
    part = f"{columns}\nd,s106,2027/28,800,due,300,2024-06-30,5,mainstream,primary\n"
    assert receipts(evidence({"pots": whole})) == [(2024, 800.0, 2028, "received")]
    assert receipts(evidence({"pots": part})) == [(2024, 300.0, 2028, "received"), (2027, 500.0, 2031, "due")]


def test_a_deed_without_a_date_takes_the_rulebooks_and_says_so(evidence: Callable[..., Evidence]) -> None:
    found = evidence({"pots": f"{POT},purpose,phase\nd,s106,2027/28,800,due,mainstream,primary\n"})
    assert receipts(found) == [(2027, 800.0, 2031, "due")]
    assert any("5 years from receipt are assumed" in note.text for note in told(found).notes)


def test_grants_carry_forward_and_unsigned_sums_stay_what_they_are(evidence: Callable[..., Evidence]) -> None:
    found = evidence({
        "pots": f"{POT}\ng,basic_need,2026/27,5000,received\ng,basic_need,2027,4000,due\nu,other,2028,70,unsigned\n"
    })
    assert receipts(found) == [(2026, 5000.0, 2200, "received"), (2027, 4000.0, 2200, "due"), (2028, 70.0, 2200, "unsigned")]


def standing(tables: SchemeTables, pot: str) -> dict[tuple[str, str], str]:
    """What a pot may pay for, by purpose and phase, but for what it may never."""
    mine = tables.ringfences[(tables.ringfences["pot_id"] == pot) & tables.ringfences["standing"].ne("never")]
    return {(r.purpose, r.phase): r.standing for r in mine.itertuples()}


def test_rings_are_the_rulebooks_the_deeds_and_the_councils_own(evidence: Callable[..., Evidence]) -> None:
    """E8, row by row."""
    pots = (
        f"{POT},purpose,phase\ngrant,basic_need,2026,5000,received,,\nnursery,school_nursery,2026,150,received,,\n"
        "deed,s106,2026,700,received,mainstream,secondary\ncil,cil,2026,90,due,,\nown,other,2026,9,due,,\n"
    )
    own = "pot_id,purpose,phase,standing,reference\ngrant,early_years,early_years,allowed,cabinet\n"
    tables = told(evidence({"pots": pots, "ring_fences": own}))
    grant = standing(tables, "grant")
    assert grant["mainstream", "primary"] == grant["mainstream", "secondary"] == grant["mainstream", "early_years"] == "allowed"
    assert grant["early_years", "early_years"] == "allowed", "the council has read its letter"
    assert grant["send", "special"] == grant["school_age_care", "school_age_care"] == "member_decision"
    assert standing(tables, "deed") == {("mainstream", "secondary"): "allowed"}
    assert standing(tables, "nursery") == {("mainstream", "early_years"): "allowed", ("early_years", "early_years"): "allowed"}
    assert set(standing(tables, "cil").values()) == {"member_decision"} and standing(tables, "own") == {}
    assert tables.ringfences["source"].ne("").all()


def test_high_needs_money_stays_out_and_is_named(evidence: Callable[..., Evidence]) -> None:
    tables = told(evidence({"pots": f"{POT}\nh,high_needs,2026/27,2500,received\ng,basic_need,2026/27,1,received\n"}))
    assert set(tables.receipts["pot_id"]) == {"g"} == set(tables.ringfences["pot_id"])
    assert any("no table of demand for special provision: h is left out" in note.text for note in tables.notes)


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("a,A,S,A1,expansion,primary,,,15,2026,authority,given", "nc_year_from"),
        ("a,A,S,A1,expansion,primary,Y6,R,15,2026,authority,given", "nc_year_from"),
        ("a,A,S,A1,expansion,primary,R,Y6,-15,2026,authority,given", "places"),
        ("a,A,S,A1,pan_cut,primary,R,Y6,15,2026,authority,given", "places"),
        ("a,A,S,A1,nursery_expansion,early_years,,,15,2026,owner,given", "age_band"),
        ("a,A,S,A1,extension,primary,R,Y6,15,2026,authority,given", "kind"),
        ("a,A,S,A1,expansion,primary,R,Y6,15,soon,authority,given", "earliest_start"),
        ("a,A,S,A1,nursery_expansion,early_years,,,15,2026,owner,not_needed", "consent"),
    ],
)
def test_a_scheme_that_cannot_be_is_refused_with_its_row(evidence: Callable[..., Evidence], row: str, column: str) -> None:
    assert column in {where for where, _ in refused(lambda: evidence({"schemes": scheme(row)}))}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("d,s106,900,due,,occupied,100,5,,mainstream,primary", "site_ref"),
        ("d,s106,900,due,M,occupied,,5,,mainstream,primary", "trigger_homes"),
        ("d,s106,900,due,,,,5,,mainstream,primary", "financial_year"),
        ("d,s106,900,received,,,,5,,mainstream,primary", "received_on"),
        ("d,s106,900,due,M,occupied,100,5,,,", "purpose"),
        ("d,s106,-9,due,M,occupied,100,5,,mainstream,primary", "thousand_pounds"),
        ("d,s107,900,due,M,occupied,100,5,,mainstream,primary", "kind"),
        ("d,s106,900,due,M,date,,5,,mainstream,primary", "due_on"),
    ],
)
def test_a_sum_that_says_too_little_is_refused_with_its_row(evidence: Callable[..., Evidence], row: str, column: str) -> None:
    assert column in {where for where, _ in refused(lambda: evidence({"pots": f"{DEED}\n{row}\n"}))}


def test_everything_that_contradicts_is_told_at_once(evidence: Callable[..., Evidence]) -> None:
    found = evidence({
        "schemes": f"{SCHEME},site_limit\na,A,S,A1,expansion,primary,R,Y6,,2026,authority,given,30\n"
                   "b,B,S,A1,reopening,primary,R,Y6,15,2026,authority,given,60\nc,C,Nowhere,,bulge,primary,R,Y6,30,2026,authority,given,\n",
        "scheme_order": "scheme_id,needs_scheme_id,years\na,a,0\na,z,0\n",
        "pots": f"{DEED}\nd,s106,900,due,M,occupied,100,5,,mainstream,primary\n",
        "ring_fences": "pot_id,purpose,phase,standing,reference\nx,send,special,never,deed\n",
    })  # fmt: skip
    problems = {(p.file, p.column, p.found) for p in wrong_schemes(found, {"schemes": "schemes.csv"})}
    assert problems == {
        ("schemes.csv", "places", "a"), ("schemes.csv", "thousand_pounds", "b"), ("schemes.csv", "site_id", "Nowhere"),
        ("schemes.csv", "site_limit", "S"), ("scheme_order", "needs_scheme_id", "a"), ("scheme_order", "needs_scheme_id", "z"),
        ("pots", "site_ref", "M"), ("ring_fences", "pot_id", "x"),
    }  # fmt: skip
    assert len(refused(lambda: told(found))) == len(problems)


def test_a_grant_typed_twice_is_told_and_not_added_up(evidence: Callable[..., Evidence]) -> None:
    """Blank cells that belong to the key, such as the homes that make a sum due, are no reason to take two rows for two sums."""
    twice = f"{POT}\nbn,basic_need,2026,6200,received\nbn,basic_need,2026,6200,received\n"
    told_of = refused(lambda: evidence({"pots": twice}))
    assert any(column.startswith("pot_id") and found.startswith("bn, 2026") for column, found in told_of)


def test_a_must_that_the_list_itself_forbids_is_told(evidence: Callable[..., Evidence]) -> None:
    """Refused consent, two musts of one group, more places than the site takes, and a ring of waiting schemes."""
    rows = ("a,A,S,A1,expansion,primary,R,Y6,210,2026,authority,refused,must,,\n"
            "b,B,T,A1,expansion,primary,R,Y6,210,2026,authority,given,must,g,\n"
            "c,C,T,A1,bulge,primary,R,R,30,2026,authority,given,must,g,\n"
            "d,D,U,A1,expansion,primary,R,Y6,210,2026,authority,given,must,,200\n")
    found = evidence({"schemes": f"{SCHEME},choice,exclusive_group,site_limit\n{rows}",
                      "scheme_order": "scheme_id,needs_scheme_id,years\nb,d,0\nd,b,0\n"})
    problems = {(p.column, p.found) for p in wrong_schemes(found, {})}
    assert {("choice", "a"), ("exclusive_group", "b, c"), ("site_limit", "d")} <= problems
    assert [p.found for p in wrong_schemes(found, {}) if p.file == "scheme_order"] in (["b, d"], ["d, b"])


def test_the_tables_are_those_of_the_decision(evidence: Callable[..., Evidence]) -> None:
    """They pass the checks of the capital decision with a place to stand on."""
    files = {
        "schemes": scheme("a,A,S,A1,expansion,primary,R,Y6,15,2026/27,authority,not_needed"),
        "pots": f"{POT}\ng,basic_need,2026/27,5000,received\n",
    }
    tables = told(evidence(files))
    sites = tables.site_limits.assign(most_places=tables.site_limits["most_places"].astype("float64"))
    case = check_case(tuple(range(2026, 2033)), {"sites": sites, **{
        name: getattr(tables, name) for name in MODELS if hasattr(tables, name)}})  # fmt: skip
    assert list(case.schemes["scheme_id"]) == ["a"] and case.pots == ["g"]


def test_a_deed_may_name_a_school_in_the_place_of_an_area() -> None:
    """The deed of the council on paper pays for what is built at the school that it names, and for nothing else."""
    here, elsewhere = paper_tables(), paper_tables()
    here["pot_areas"] = pd.DataFrame([("deed", "hill")], columns=["pot_id", "area_code"])
    elsewhere["pot_areas"] = pd.DataFrame([("deed", "dale")], columns=["pot_id", "area_code"])
    cases = [check_case(YEARS, tables) for tables in (here, elsewhere)]
    paid = [sorted(k for k, pots in facts(case, PLAIN).pots_of.items() if "deed" in pots) for case in cases]
    assert paid == [["cut", "form", "half"], ["new", "road"]]
    plan = decide(cases[0], PLAIN, Limits(seconds=10, gap=0.0), solve=solved_here)
    assert broken_rules(cases[0], PLAIN, plan) == [] and "deed" in set(plan.spending["pot_id"])
