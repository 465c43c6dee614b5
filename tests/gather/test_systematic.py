from __future__ import annotations

import pytest

from apothecary.gather.entities import Entity
from apothecary.gather.systematic import list_systematic_names, write_locants, write_systematic


def make(name: str, iupac: str | None, smiles: str = "CCO", key: str = "LFQSCWFLJHTTHZ-UHFFFAOYSA-N") -> Entity:
    return Entity(key, "pubchem", {"smiles": smiles}, iupac=iupac, name=name)


@pytest.mark.parametrize(
    ("lower", "written"),
    [
        ("n-ethyl-1h-indole", "N-ethyl-1H-indole"),
        ("n,n'-diphenylethane-1,2-diamine", "N,N'-diphenylethane-1,2-diamine"),
        (
            "(2r,3r)-2-methyl-3-phenyl-3,4-dihydro-2h-pyrrol-5-amine",
            "(2R,3R)-2-methyl-3-phenyl-3,4-dihydro-2H-pyrrol-5-amine",
        ),
        ("n-propylbutan-1-amine", "N-propylbutan-1-amine"),
        ("(nz)-n-pentan-2-ylidenehydroxylamine", None),
    ],
)
def test_write_locants_gives_capitals_where_they_are_clear(lower: str, written: str | None) -> None:
    assert write_locants(lower) == written


@pytest.mark.parametrize(
    ("name", "iupac", "smiles"),
    [
        ("5-dodecanol", "dodecan-5-ol", "CCCCCCCC(O)CCCC"),  # the same letters in another order of locants
        ("menthol", "5-methyl-2-propan-2-yl-cyclohexan-1-ol", "CC1CC[C@@H](C(C)C)[C@H](O)C1"),  # stereo not told
        ("trans-2-tridecenol", "tridec-2-en-1-ol", "CCCCCCCCCCC=CCO"),
        ("retinol", "x" * 81, "CCO"),
        ("aniline", None, "Nc1ccccc1"),
    ],
)
def test_write_systematic_leaves_out_what_is_no_news_or_incomplete(name: str, iupac: str | None, smiles: str) -> None:
    assert write_systematic(make(name, iupac, smiles)) is None


def test_list_systematic_names_drops_a_name_of_two_entities() -> None:
    entities = [
        make("catechol", "benzene-1,2-diol", "Oc1ccccc1O", "YCIMNLLNPGFGHC-UHFFFAOYSA-N"),
        make("valeronitrile", "pentanenitrile", "CCCCC#N", "RFFFKMOABOFIDF-UHFFFAOYSA-N"),
        make("butyl cyanide", "pentanenitrile", "CCCCC#N", "LFQSCWFLJHTTHZ-UHFFFAOYSA-N"),
    ]
    rows = list(list_systematic_names(entities))
    assert rows == [(entities[0].entity_id, "systematic_name", "benzene-1,2-diol", "pubchem")]
