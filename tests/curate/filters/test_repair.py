import polars as pl
import pytest
from hypothesis import given, settings
from tests.curate.filters import oracle

from apothecary.curate.filters.repair import KINDS, read_strings, repair_texts

UNTOUCHED = [
    pytest.param("10⁻³ mol·L⁻¹ and m²", id="superscripts"),
    pytest.param("²H, ¹³C, ¹⁸F and ⁹⁹ᵐTc", id="isotopes"),
    pytest.param("µg (micro sign) and μg (Greek mu)", id="micro and mu"),
    pytest.param("log P −0.07, −5 °C ± 2, 3–4 mm", id="minus and dashes"),
    pytest.param("3′-UTR, 5″, N′-methyl", id="primes"),
    pytest.param("PSA 58 Å², a = 5.4 Å³, 2 Å±0.1, 1.5 Å–2.0 Å, 1 Å⁻¹", id="ångström"),
    pytest.param("300 \u212a, 5 \u2126, 2 \u212b", id="Kelvin, ohm and ångström signs"),
    pytest.param("½ tablet, ≤ 5 ‰, 10 × 5, 3 ≥ 2", id="fractions and relations"),
    pytest.param("α-helix, β, ΔG‡, Ω·cm²", id="Greek"),
    pytest.param("naïve Schrödinger, Ångström, Michaelis–Menten", id="accents"),
    pytest.param("CC(=O)N[C@@H](C)/C=C/C#N.[Na+]", id="SMILES"),
    pytest.param("１２３ full width and ㎎", id="width"),
    pytest.param("“quoted” ‘so’", id="curly quotes"),
    pytest.param("咖啡因的熔点 кофеин", id="other scripts"),
    pytest.param("می‌خواهم", id="joiner in Persian"),
    pytest.param("👩‍🔬 at work", id="joiner in emoji"),
    pytest.param("&lt;5 &micro;g", id="entities"),
    pytest.param("line\n\ttab", id="breaks and tabs"),
    pytest.param("x̄ = 2", id="accent that has no composed form"),
]
REPAIRED = [
    pytest.param("10 Âµg/mL at 25 Â°C", "10 µg/mL at 25 °C", {"mojibake"}, id="micro and degree"),
    pytest.param("5 Î¼M", "5 μM", {"mojibake"}, id="Greek mu"),
    pytest.param("log P âˆ’0.07 â‰¤ 5", "log P −0.07 ≤ 5", {"mojibake"}, id="minus"),
    pytest.param("3â€²-UTR", "3′-UTR", {"mojibake"}, id="prime"),
    pytest.param("mÂ² and 10 Ã— 5", "m² and 10 × 5", {"mojibake"}, id="superscript"),
    pytest.param("Î±-helix, SchrÃ¶dinger", "α-helix, Schrödinger", {"mojibake"}, id="letters"),
    pytest.param("58 Å² and 25 Â°C", "58 Å² and 25 °C", {"mojibake"}, id="mojibake beside ångström"),
    pytest.param("a\u202eb\u2066c\u200f", "abc", {"bidi"}, id="direction"),
    pytest.param("\ufeffpara\u200bcetamol\u00ad", "paracetamol", {"zero_width"}, id="invisible"),
    pytest.param("aspirin\u200d 5\u200c mg", "aspirin 5 mg", {"zero_width"}, id="joiners after Latin letters"),
    pytest.param("a\U000e0041b", "ab", {"zero_width"}, id="tags"),
    pytest.param("a\x00b\x07c\x1b", "abc", {"control"}, id="control"),
    pytest.param("a\r\nb\rc\u2028d\u2029e\x0bf", "a\nb\nc\nd\ne\nf", {"line_break"}, id="breaks"),
    pytest.param("ﬁne eﬀect", "fine effect", {"ligature"}, id="ligatures"),
    pytest.param("e\u0301tude at 300 \u212a", "étude at 300 \u212a", {"composed"}, id="accent, not the Kelvin sign"),
]


@pytest.mark.parametrize("text", UNTOUCHED)
def test_chemistry_stays(text: str) -> None:
    repaired, changes = repair_texts(pl.Series([text]))
    assert repaired.to_list() == [text]
    assert not any(changes.row(0))


@pytest.mark.parametrize(("text", "expected", "kinds"), REPAIRED)
def test_damage_is_mended(text: str, expected: str, kinds: set[str]) -> None:
    given_texts = pl.Series("prompt", ["plain", text, None])
    repaired, changes = repair_texts(given_texts)
    assert given_texts.to_list() == ["plain", text, None]
    assert repaired.name == "prompt"
    assert repaired.to_list() == ["plain", expected, None]
    assert changes.columns == list(KINDS)
    assert {name for name, changed in changes.row(1, named=True).items() if changed} == kinds
    assert not any(changes.row(0)) and not any(changes.row(2))


@settings(deadline=None, max_examples=100)
@given(oracle.messy)
def test_a_repaired_text_stays(text: str) -> None:
    once, _ = repair_texts(pl.Series([text]))
    again, changes = repair_texts(once)
    assert again.equals(once)
    assert not any(changes.row(0))


def test_the_packs_own_rows_stay() -> None:
    rows = pl.Series(oracle.read_golden())
    repaired, changes = repair_texts(rows)
    assert repaired.equals(rows)
    assert changes.sum().row(0) == (0,) * len(KINDS)


def test_a_huge_text() -> None:
    repaired, _ = repair_texts(pl.Series(["mg\u202e" * 10_000_000]))
    assert repaired.str.len_chars().to_list() == [20_000_000]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("a\ud800b", "a\ufffdb", id="lone"),
        pytest.param("\ud83d\ude00", "😀", id="pair"),
        pytest.param("plain", "plain", id="none"),
        pytest.param("", "", id="empty"),
        pytest.param(None, None, id="null"),
    ],
)
def test_surrogates(text: str | None, expected: str | None) -> None:
    assert read_strings([text]).to_list() == [expected]
