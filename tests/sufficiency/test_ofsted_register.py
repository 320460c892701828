"""Ofsted's register and Code-Point Open as they really come: note lines, three styles of heading, redaction, and broken files."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import pandas as pd
import pytest

from planning_areas.tables import EvidenceError
from sufficiency.childcare.provider_tables import CARD_AREAS
from sufficiency.evidence import Reading
from sufficiency.sources.code_point import sectors, spelt
from sufficiency.sources.ofsted_register import plain_authority
from sufficiency.sources.reading import Ask
from sufficiency.sources.registry import READERS

NOTES = ('"Latest inspections of all registered providers as at 31 August 2021"\n'
         '"This worksheet contains one table. Some cells are REDACTED."\n')
SENTENCE = ["Web link", "Provider URN", "Registration date", "Provider type", "Provider subtype", "Provider status",
            "Provider Early Years Register Flag", "Provider Compulsory Childcare Register Flag",
            "Provider Voluntary Childcare Register Flag", "Provider name", "Postcode", "Parliamentary constituency",
            "Local authority", "Places", "Places including estimates", "Most recent full: Inspection date",
            "Most recent full: Overall effectiveness", "NCOR: Overall effectiveness", "CR: Overall effectiveness"]
TITLE = [h.title().replace("Urn", "URN").replace("Ncor", "NCOR").replace("Postcode", "Provider Postcode") for h in SENTENCE]
PREFIXED = [*SENTENCE[:10], "Provider postcode", *SENTENCE[11:15], "EYR OEIF: Most recent: Full inspection date",
            "EYR OEIF/CIF: Most recent: Overall effectiveness", "EYR OEIF NCOR: Most recent: Overall effectiveness",
            "CR: Compliance",
            "EYR REIF: Most recent: Inspection date", "EYR REIF: Most recent: Safeguarding standards met?",
            "EYR REIF: Most recent: Inclusion", "EYR REIF: Most recent: Curriculum and teaching",
            "EYR REIF: Most recent: Achievement", "EYR REIF: Most recent: Behaviour, attitudes and establishing routines",
            "EYR REIF: Most recent: Children's welfare and wellbeing", "EYR REIF: Most recent: Leadership and governance"]
NURSERY = ["Web link", "EY100001", "23/11/2011", "Childcare on non-domestic premises", "Full day care", "Active", "Y", "Y", "Y",
           "St Mary`s", "ng9 8dj", "Broxtowe", "Nottinghamshire", "18", "18.55", "25/05/2021", "4", "", ""]
MINDER = ["Web link", "EY100002", "12/01/2011", "Childminder", "", "Active", "Y", "Y", "N", "REDACTED", "REDACTED", "Sherwood",
          "Nottinghamshire", "6", "6", "19/12/2019", "-", "Not Met (with actions)", "Met"]
CITY = ["Web link", "EY100003", "12/01/2011", "Childcare on Non-Domestic Premises", "Sessional day care", "Active", "N", "Y", "Y",
        "City", "NG1 1AA", "Nottingham South", "Nottingham", "NULL", "", "", "", "", ""]


def written(heads: list[str], *rows: list[str], notes: str = NOTES) -> str:
    out = io.StringIO()
    csv.writer(out).writerows([heads, *rows])
    return notes + out.getvalue()


def read(folder: Path, text: str, name: str = "Nottinghamshire County Council") -> Reading:
    path = folder / "register.csv"
    path.write_text(text, encoding="utf-8", newline="")
    (reading,) = READERS["ofsted_register"].read(path, Ask(la_code="891", la_name=name))
    return reading


@pytest.mark.parametrize("heads", [SENTENCE, TITLE], ids=["sentence case", "title case"])
@pytest.mark.parametrize("notes", ["", NOTES, NOTES + "\n"], ids=["no notes", "two notes", "notes and a blank"])
def test_headings_of_different_years_and_notes_above_them_are_read(heads: list[str], notes: str, tmp_path: Path) -> None:
    table = read(tmp_path, written(heads, NURSERY, MINDER, CITY, notes=notes)).table.set_index("provider_urn")
    nursery = table.loc["EY100001"]
    assert (nursery["provider_name"], nursery["postcode"], nursery["places"], nursery["places_estimated"]) == (
        "St Mary`s", "ng9 8dj", 18, 18.55)
    inspected = nursery[["registered_on", "ofsted_inspected_on", "ofsted_overall"]]
    assert inspected.tolist() == ["2011-11-23", "2021-05-25", "4"]
    assert table["own"].tolist() == [True, True, False] and table["eyr"].tolist() == [True, True, False]
    assert table["at_home"].tolist() == [False, True, False]
    assert table.loc["EY100003", ["places", "places_estimated"]].isna().all(), "NULL is not nought"


def test_childminders_have_neither_name_nor_postcode_even_where_an_older_file_has_them(tmp_path: Path) -> None:
    for kind in ("Childminder", "Home childcarer", "Childcare on domestic premises", "Childcare on Domestic Premises"):
        row = [*MINDER[:3], kind, *MINDER[4:9], "A Name", "NG5 1AA", *MINDER[11:]]
        reading = read(tmp_path, written(SENTENCE, row, NURSERY))
        home = reading.table[reading.table["provider_urn"].eq("EY100002")].iloc[0]
        assert home["at_home"] and home["provider_name"] == "" and home["postcode"] == ""
        assert any("names and postcodes of 1 who work at home were in the file and are dropped" in n.text for n in reading.notes)
    redacted = read(tmp_path, written(SENTENCE, MINDER, NURSERY))
    assert not any("dropped" in n.text for n in redacted.notes)


def test_who_is_of_an_unknown_type_is_taken_for_a_home_and_told_with_the_types_that_are_known(tmp_path: Path) -> None:
    strange = [*MINDER[:1], "EY100009", MINDER[2], "Childminding agency childminder", *MINDER[4:9], "Mrs Minder", "NG9 8DJ",
               *MINDER[11:]]
    reading = read(tmp_path, written(SENTENCE, NURSERY, strange))
    row = reading.table.set_index("provider_urn").loc["EY100009"]
    assert (row["at_home"], row["provider_name"], row["postcode"]) == (True, "", "")
    told = " ".join(note.text for note in reading.notes)
    assert "1 providers are of a type that is not known" in told and "'Childminding agency childminder'" in told
    assert "known: Childcare on non-domestic premises" in told and "Mrs Minder" not in told


def test_the_two_regimes_stand_in_columns_of_their_own(tmp_path: Path) -> None:
    card = [*NURSERY[:15], "", "2", "", "", "12/01/2026", "Met", "Expected standard", "Strong standard", "Exceptional",
            "Needs attention", "Urgent improvement", "Strong"]
    old = [*MINDER, "", "", "-", "-", "-", "-", "-", "-"]
    table = read(tmp_path, written(PREFIXED, card, old)).table.set_index("provider_urn")
    both = table.loc["EY100001", ["ofsted_overall", "card_inspected_on", "card_safeguarding"]]
    assert both.tolist() == ["2", "2026-01-12", "met"]
    assert table.loc["EY100001", CARD_AREAS].tolist() == [
        "expected standard", "strong standard", "exceptional", "needs attention", "urgent improvement", "strong standard"]
    assert table.loc["EY100002", ["ofsted_overall", "ofsted_no_children", "ofsted_register"]].tolist() == ["", "not met", "met"]
    assert table.loc["EY100002", [*CARD_AREAS, "card_safeguarding"]].eq("").all()


def test_providers_and_places_are_reckoned_and_estimates_told(tmp_path: Path) -> None:
    told = " / ".join(n.text for n in read(tmp_path, written(SENTENCE, NURSERY, MINDER, CITY)).notes)
    assert "2 providers of the authority, 24 places on the Early Years Register" in told
    assert "Ofsted estimates the places of 1" in told
    assert "1 providers of other authorities (Nottingham) are kept for what lies across the border" in told


@pytest.mark.parametrize(("ours", "ofsted"), [
    ("Nottinghamshire County Council", "Nottinghamshire"), ("Bristol City Council", "Bristol, City of"),
    ("London Borough of Camden", "Camden"), ("County Durham", "Durham"), ("City of London", "City of London"),
    ("Herefordshire Council", "Herefordshire, County of"), ("Kingston upon Hull City Council", "Kingston upon Hull, City of"),
])
def test_an_authority_is_known_by_its_name(ours: str, ofsted: str) -> None:
    assert plain_authority(ours) == plain_authority(ofsted)


def test_a_county_is_not_its_city(tmp_path: Path) -> None:
    assert plain_authority("Nottingham City Council") != plain_authority("Nottinghamshire County Council")
    with pytest.raises(EvidenceError, match="no row is of Derbyshire"):
        read(tmp_path, written(SENTENCE, NURSERY, CITY), "Derbyshire")


BROKEN = {
    "no places column": (written([h for h in SENTENCE if h != "Places"], NURSERY[:13] + NURSERY[14:]), 0, "Places", "is needed"),
    "places in words": (written(SENTENCE, [*NURSERY[:13], "eighteen", *NURSERY[14:]]), 4, "Places",
                        "a number of places expected"),
    "negative places": (written(SENTENCE, [*NURSERY[:13], "-4", *NURSERY[14:]]), 4, "Places", "at least 0 expected"),
    "a grade five": (written(SENTENCE, [*NURSERY[:16], "5", "", ""]), 4, "Most recent full: Overall effectiveness",
                     "1, 2, 3 or 4"),
    "no such day": (written(SENTENCE, [*NURSERY[:15], "31/02/2021", "4", "", ""]), 4, "Most recent full: Inspection date",
                    "a date such as 31/08/2021"),
    "neither yes nor no": (written(SENTENCE, [*NURSERY[:6], "?", *NURSERY[7:]]), 4, "Provider Early Years Register Flag",
                           "Y or N"),
    "one provider twice": (written(SENTENCE, NURSERY, NURSERY), 4, "Provider URN", "rows 4 and 5 say this twice"),
    "neither met nor not": (written(SENTENCE, [*NURSERY[:17], "perhaps", ""]), 4, "NCOR: Overall effectiveness",
                            "met or not met"),
    "an unknown standard": (written(PREFIXED, [*NURSERY, "12/01/2026", "Met", "Splendid", *[""] * 5]), 4,
                            "EYR REIF: Most recent: Inclusion", "expected standard"),
    "header only": (written(SENTENCE), 0, "", "a header and no rows"),
    "an unquoted comma": (written(SENTENCE, NURSERY) + ",".join([*NURSERY, "more"]) + "\n", 5, "", "cells, as in the header"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_register_is_told_with_its_row_and_column(name: str, tmp_path: Path) -> None:
    text, row, column, says = BROKEN[name]
    with pytest.raises(EvidenceError) as caught:
        read(tmp_path, text)
    assert any((p.row, p.column) == (row, column) and says in str(p) for p in caught.value.problems), str(caught.value)
    assert {p.file for p in caught.value.problems} == {"register.csv"}


CODES = ('"NG1 1AA",10,457803,340082,"E92000001","E19000001","E18000004","","E06000018","E05001838"\n'
         '"NG198DJ",10,450001,350002,"E92000001","E19000001","E18000004","E10000024","E07000172","E05006386"\n')
PACKED = gzip.compress(CODES.encode(), mtime=0)      # no clock: tests have the same names in every process
NOWHERE = '"NG9 9ZZ",90,0,0,"E92000001","","","","",""\n'


def codes(folder: Path, data: bytes, name: str = "ng.csv") -> Reading:
    path = folder / name
    path.write_bytes(data)
    (reading,) = READERS["code_point"].read(path, Ask())
    return reading


def test_code_point_has_no_header_and_postcodes_are_written_one_way(tmp_path: Path) -> None:
    reading = codes(tmp_path, (CODES + NOWHERE).encode())
    assert reading.table.to_dict("records") == [
        {"postcode": "NG1 1AA", "easting": 457803, "northing": 340082, "district_code": "E06000018", "ward_code": "E05001838"},
        {"postcode": "NG19 8DJ", "easting": 450001, "northing": 350002, "district_code": "E07000172", "ward_code": "E05006386"}]
    assert [n.text for n in reading.notes] == ["ng.csv: 1 postcodes have no place and are left out"]
    headed = codes(tmp_path, b"PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\n" + CODES.encode()).table
    packed = codes(tmp_path, PACKED, "ng.csv.gz").table
    assert headed.equals(reading.table) and packed.equals(reading.table)


@pytest.mark.parametrize(("name", "data", "says"), [
    ("ng.csv", b"NG1 1AA,10,457803\n", "3 cells: 10 cells, as in Code-Point Open"),
    ("ng.csv", CODES.replace("457803", "far").encode(), "far: metres on the British National Grid"),
    ("ng.csv", CODES.replace("457803", "457").encode(), "at least 80000 expected"),
    ("ng.csv", CODES.encode() + CODES[:60].encode(), "cannot be read as CSV from here on"),
    ("ng.csv", (CODES + CODES).encode(), "rows 1 and 3 say this twice"),
    ("ng.csv", b"", "the file is empty"), ("ng.csv", b"PC,PQ,EA,NO,CY,RH,LH,CC,DC,WC\n", "has no rows"),
    ("ng.csv.gz", PACKED[:-20], "cannot be unpacked"), ("ng.csv.gz", CODES.encode(), "cannot be unpacked"),
    ("ng.csv.gz", gzip.compress(b"\xff\x00\xfe", mtime=0), "not a text file"),
])
def test_a_broken_list_of_postcodes_is_told(name: str, data: bytes, says: str, tmp_path: Path) -> None:
    with pytest.raises(EvidenceError) as caught:
        codes(tmp_path, data, name)
    assert any(says in str(p) and p.file == name for p in caught.value.problems), str(caught.value)


def test_postcodes_and_their_sectors() -> None:
    assert spelt(pd.Series(["ng12  4je", "NG124JE", "", "N1"])).tolist() == ["NG12 4JE", "NG12 4JE", "", "N1"]
    assert sectors(pd.Series(["NG12 4JE", ""])).tolist() == ["NG12 4", ""]
