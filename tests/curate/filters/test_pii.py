import polars as pl
import pytest
from hypothesis import given, settings
from tests.curate.filters import oracle

from apothecary.curate.filters.pii import KINDS, SPANS, find_pii

PERSONAL = [
    pytest.param("Write to jane.doe+x@mail.example.org.", "email", "jane.doe+x@mail.example.org", id="e-mail"),
    pytest.param("Call +44 20 7946 0958 today", "phone", "+44 20 7946 0958", id="phone, international"),
    pytest.param("phone: (212) 555-0143.", "phone", "(212) 555-0143", id="phone, brackets"),
    pytest.param("at 212-555-0143, please", "phone", "212-555-0143", id="phone, hyphens"),
    pytest.param("Tel: 030 1234567", "phone", "030 1234567", id="phone, label"),
    pytest.param("SSN 219-09-9999", "ssn", "219-09-9999", id="social security"),
    pytest.param("card 4111 1111 1111 1111 ok", "card", "4111 1111 1111 1111", id="card, groups"),
    pytest.param("5500005555555559", "card", "5500005555555559", id="card, one run"),
    pytest.param("IBAN GB82 WEST 1234 5698 7654 32", "iban", "GB82 WEST 1234 5698 7654 32", id="IBAN"),
    pytest.param("DE89370400440532013000,", "iban", "DE89370400440532013000", id="IBAN, one run"),
    pytest.param("MRN: 00482913 was seen", "person_number", "00482913", id="record number"),
    pytest.param("Patient ID #A-4829-1377", "person_number", "A-4829-1377", id="patient"),
    pytest.param("NHS number 943 476 5919", "person_number", "943 476 5919", id="NHS"),
    pytest.param("DOB: 12/03/1980", "birth_date", "12/03/1980", id="birth date"),
    pytest.param("born on 3 March 1980", "birth_date", "3 March 1980", id="birth date in words"),
    pytest.param("from 93.184.216.34 at noon", "ip_address", "93.184.216.34", id="IPv4"),
    pytest.param("2606:2800:220:1:248:1893:25c8:1946", "ip_address", "2606:2800:220:1:248:1893:25c8:1946", id="IPv6"),
]
HARMLESS = [
    pytest.param("Ethanol is 64-17-5, caffeine 58-08-2, long 1234567-89-0", id="CAS"),
    pytest.param("NCT01234567, ISRCTN12345678, EudraCT 2004-000446-20", id="trials"),
    pytest.param("PMID: 30049270, PMC6047889, PMID 18381899", id="PubMed"),
    pytest.param("doi:10.1016/j.cell.2008.03.012, 10.1001/jama.2012.1234-5678", id="DOI"),
    pytest.param("RYYVLZVUVIJVGH-UHFFFAOYSA-N", id="InChIKey"),
    pytest.param("InChI=1S/C8H10N4O2/c1-10-4-9-6-5(10)7(13)12(3)8(14)11(6)2/h4H,1-3H3", id="InChI"),
    pytest.param("C[C@@H](N)C(=O)O.Cl and CN1C=NC2=C1C(=O)N(C(=O)N2C)C", id="SMILES"),
    pytest.param("UNII 3G6A5W338E, ATC N06BC01, ChEMBL113, CID 2519, DB00201", id="registries"),
    pytest.param("trypsin, EC 3.4.21.4; alcohol dehydrogenase 1.1.1.1", id="enzyme numbers"),
    pytest.param("10-20 mg every 4-6 h, 1000-1500-2000 mg, 5 mg/kg/day", id="doses"),
    pytest.param("mp 234-238 °C, bp 178.5-180.2 °C at 101.325 kPa, [α]D +123.4567890", id="ranges"),
    pytest.param("6.02214076 × 10^23, 1.60217663e-19, 299792458 m/s, 0.00001234567", id="constants"),
    pytest.param("In 2019-2021, on 2020-03-11, 12:30:45, 18:1(9Z)", id="dates, times and lipids"),
    pytest.param("Poison Help 1-800-222-1222 or (800) 222-1222", id="toll-free"),
    pytest.param("192.168.1.1, 10.0.0.1 and 127.0.0.1", id="private addresses"),
    pytest.param("version 12.4.18.77", id="version"),
    pytest.param("patient 62 years old; patient number 5; hospital stay 12 days", id="patients"),
    pytest.param("m/z 835.9033, 1234567890123456 counts, 4111 1111 1111 1112", id="numbers without check digit"),
    pytest.param("ISBN 978-3-16-148410-0, ORCID 0000-0002-1825-0097, ISSN 1471-2180", id="books and authors"),
    pytest.param("US 7,272,630 B2; WO 2004/100868; lot 0912-4432", id="patents"),
    pytest.param("000-12-3456, 666-12-3456, 900-12-3456 and 123-00-4567", id="never issued"),
    pytest.param("Thr315@Ile and p@p", id="at signs"),
]


@pytest.mark.parametrize(("text", "kind", "span"), PERSONAL)
def test_personal_data_is_found(text: str, kind: str, span: str) -> None:
    found = find_pii(pl.Series(["nothing", f"µ° {text}", None]))
    assert found.schema == SPANS
    assert [(row, each, f"µ° {text}"[start:end]) for row, each, start, end in found.iter_rows()] == [(1, kind, span)]


@pytest.mark.parametrize("text", HARMLESS)
def test_identifiers_of_the_field_are_none(text: str) -> None:
    assert find_pii(pl.Series([text])).rows() == []


def test_the_packs_own_rows_have_none() -> None:
    rows = oracle.read_golden()
    assert [rows[row] for row in find_pii(pl.Series(rows))["row"]] == []


def test_several_in_the_order_of_the_text() -> None:
    text = "a@b.org, SSN 219-09-9999, a@b.org"
    found = find_pii(pl.Series([text]))
    assert found["kind"].to_list() == ["email", "ssn", "email"]
    assert found["start"].is_sorted()


@settings(deadline=None, max_examples=100)
@given(oracle.texts)
def test_any_text(text: str) -> None:
    for _, kind, start, end in find_pii(pl.Series([text, text])).iter_rows():
        assert kind in KINDS and 0 <= start < end <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("1 " * 1_000_000, id="digits"),
        pytest.param("a@" * 1_000_000, id="at signs"),
        pytest.param("1234-" * 400_000, id="hyphens"),
        pytest.param("a.b" * 700_000 + "@", id="full stops"),
        pytest.param("C(=O)" * 400_000, id="SMILES"),
        pytest.param("patient number " * 150_000 + "1", id="labels"),
        pytest.param("1:" * 1_000_000, id="colons"),
    ],
)
@pytest.mark.timeout(20)
def test_hostile_texts_take_no_time(text: str) -> None:
    assert find_pii(pl.Series([text])).height < len(text)
