from __future__ import annotations

import pytest

from apothecary.gather.names import (
    case_name,
    is_not_small,
    judge_name,
    start_sentence,
    strip_salt,
    tidy_name,
    uncapitalise,
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("n-butane", "n-Butane"),
        ("2-chlorophenol", "2-Chlorophenol"),
        ("(R)-carvone", "(R)-Carvone"),
        ("aspirin", "Aspirin"),
        ("N,N-dimethylaniline", "N,N-Dimethylaniline"),
        ("tert-butyl alcohol", "tert-Butyl alcohol"),
        ("1H-indole", "1H-Indole"),
        ("(2S,3R)-threonine", "(2S,3R)-Threonine"),
        ("alpha-pinene", "alpha-Pinene"),
        ("D-glucose", "D-Glucose"),
        ("trans-2-butene", "trans-2-Butene"),
        ("(+)-limonene", "(+)-Limonene"),
        ("4'-methoxyacetophenone", "4'-Methoxyacetophenone"),
        ("o-xylene", "o-Xylene"),
    ],
)
def test_start_sentence(name: str, expected: str) -> None:
    assert start_sentence(name) == expected


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("50-78-2", "registry number"),
        ("sti-571", "code"),
        ("ctk5g2450", "code"),
        ("brn 1482758", "code"),
        ("du pont 1642", "code"),
        ("benzene, 1-chloro-", "index name"),
        ("silane,methoxydimethyl(4-nitrophenyl)-", "index name"),
        ("cyclohexane-1-carboxylic", "index name"),
        ("1-chloranyl-2,4-dinitrobenzene", "generated dialect"),
        ("fluciclovine (18f)", "isotope label"),
        ("polysorbate", "not a small molecule"),
        ("imatinib mesylate", "salt or form"),
        ("acide acetylsalicylique", "other language"),
        ("dncb", "abbreviation"),
        ("säure", "unusual characters"),
    ],
)
def test_unreadable_names_are_refused_with_a_reason(name: str, reason: str) -> None:
    assert judge_name(name) == reason


@pytest.mark.parametrize(
    "name",
    [
        "imatinib",
        "2-chlorophenol",
        "vitamin a acetate",
        "di-tert-butyl peroxide",
        "bicyclo[2.2.1]heptane",
        "polythiazide",
        "phosgene",
        "dimethyl fumarate",
        "chloral hydrate",
    ],
)
def test_readable_names_pass(name: str) -> None:
    assert judge_name(name) is None


def test_official_names_may_look_foreign_or_short() -> None:
    assert judge_name("urea", official=True) is None
    assert judge_name("urea") == "abbreviation"
    assert judge_name("candesartan cilexetil", official=True) is None


@pytest.mark.parametrize(
    ("name", "nitrogen", "no_ring", "sulfur", "expected"),
    [
        ("n-butane", False, False, False, "n-butane"),
        ("n-methylaniline", True, False, False, "N-methylaniline"),
        ("n-butylaniline", True, False, False, None),
        ("n,n-dimethylformamide", True, True, False, "N,N-dimethylformamide"),
        ("(2r,3s)-tartaric acid", False, True, False, "(2R,3S)-tartaric acid"),
        ("9h-purine", True, False, False, "9H-purine"),
        ("l-alanine", True, True, False, "L-alanine"),
        ("dl-panthenol", True, True, False, "DL-panthenol"),
        ("d-(-)-tartaric acid", False, True, False, "D-(-)-tartaric acid"),
        ("o-xylene", False, False, False, "o-xylene"),
        ("o-methylhydroxylamine", True, True, False, "O-methylhydroxylamine"),
        ("s-methyl thioacetate", False, True, True, "S-methyl thioacetate"),
        ("s-triazine", True, False, False, "s-triazine"),
        ("3-(diphenylmethylidene)-cyclohexene", False, True, False, "3-(diphenylmethylidene)-cyclohexene"),
        ("(3ar,6as)-octahydropentalene", False, True, False, "(3aR,6aS)-octahydropentalene"),
        ("vitamin k1", False, False, False, "vitamin K1"),
    ],
    ids=lambda value: str(value),
)
def test_case_name(name: str, nitrogen: bool, no_ring: bool, sulfur: bool, expected: str | None) -> None:
    assert case_name(name, nitrogen, no_ring, sulfur) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("N,N-Dimethylaniline", "N,N-dimethylaniline"),
        ("Acetaminophen", "acetaminophen"),
        ("Sparfosic Acid", "sparfosic acid"),
        ("Michler's ketone", "Michler's ketone"),
        ("SPARSOMYCIN", None),
    ],
)
def test_uncapitalise(name: str, expected: str | None) -> None:
    assert uncapitalise(name) == expected


@pytest.mark.parametrize(
    ("name", "parent"),
    [
        ("imatinib mesylate", "imatinib"),
        ("ipratropium bromide monohydrate", "ipratropium"),
        ("salicylic acid", None),
        ("imatinib", None),
        ("sodium chloride", None),
    ],
)
def test_strip_salt(name: str, parent: str | None) -> None:
    assert strip_salt(name) == parent


def test_tidy_name_spells_greek_letters_and_drops_register_tags() -> None:
    assert tidy_name("17.BETA.-estradiol") == "17beta-estradiol"
    assert tidy_name("imatinib  [INN]") == "imatinib"


@pytest.mark.parametrize(
    "name",
    [
        *("alteplase", "hyaluronidase", "elapegademase", "rituximab", "lorvotuzumab mertansine", "sotatercept"),
        *("polyethylene glycol", "laureth-4", "dextran 40", "microcrystalline cellulose", "sevelamer carbonate"),
        *("rurioctocog alfa pegol", "pegfilgrastim", "pegaptanib", "menotropins", "nusinersen", "atrial factor"),
    ],
)
def test_big_molecules_are_not_small(name: str) -> None:
    assert is_not_small(name)


@pytest.mark.parametrize(
    "name",
    [
        *("malachite green carbinol base", "succimer", "peganine", "thyrotropin-releasing hormone", "cocarboxylase"),
        *("platelet activating factor", "atropine", "alfacalcidol", "dextromethorphan"),
    ],
)
def test_small_molecules_are_not_big(name: str) -> None:
    assert not is_not_small(name)
