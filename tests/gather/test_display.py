from __future__ import annotations

from collections.abc import Callable

import pytest

from apothecary.gather.display import is_variant, name_entities
from apothecary.gather.entities import Entity
from apothecary.gather.style import learn_style


def test_a_drug_takes_its_inn_and_says_so(make_entity: Callable[..., Entity]) -> None:
    drug = make_entity("KEY-A", names=["acetaminophen", "tylenol"], approved=True)
    drug.inn, drug.display, drug.official_names = "paracetamol", "acetaminophen", ["acetaminophen", "paracetamol"]
    name_entities([drug], [], frozenset({"tylenol"}))
    assert (drug.name, drug.name_kind, drug.name_reason) == ("paracetamol", "INN", "international nonproprietary name")
    assert drug.synonyms == [("acetaminophen", "unii")]


def test_two_entities_never_share_a_name_and_drugs_choose_first(make_entity: Callable[..., Entity]) -> None:
    flat = make_entity("KEY-A", names=["codeine", "3-methoxymorphinan-6-ol"])
    drug = make_entity("KEY-B", names=["codeine"], approved=True)
    drug.approved_names = ["codeine"]
    name_entities([flat, drug], [], frozenset())
    assert (drug.name, flat.name) == ("codeine", "3-methoxymorphinan-6-ol")
    assert "taken" in flat.name_reason


def test_a_compound_known_by_codes_only_is_not_named(make_entity: Callable[..., Entity]) -> None:
    coded = make_entity("KEY-A", names=["50-78-2", "ctk5g2450", "zoloft"])
    name_entities([coded], [], frozenset({"zoloft"}))
    assert not coded.named
    assert coded.name_reason == "no readable name: registry number, code, brand name"


def test_the_register_decides_capitals(make_entity: Callable[..., Entity]) -> None:
    compound = make_entity("KEY-A", names=["n,n-dimethylaniline"])
    name_entities([compound], ["N,N-Dimethylaniline"], frozenset())
    assert compound.name == "N,N-dimethylaniline"


def test_a_flat_drawing_beside_a_defined_isomer_is_not_named(make_entity: Callable[..., Entity]) -> None:
    flat = make_entity("KEY-A", names=["tropinone oxime"], undefined=3)
    exact = make_entity("KEY-B", names=["isotropinone oxime"])
    name_entities([flat, exact], [], frozenset())
    assert exact.named and not flat.named


@pytest.mark.parametrize(
    ("name", "other", "same"),
    [
        ("saccharine", "saccharin", True),
        ("clofibrato", "clofibrate", True),
        ("albuterol", "salbutamol", False),
        ("acetaminophen", "paracetamol", False),
    ],
)
def test_is_variant(name: str, other: str, same: bool) -> None:
    assert is_variant(name, other) is same


STYLE = learn_style(["nicotine", "cotinine", "codeine"], [stem + "tec" for stem in "abcdefghij"])


def test_a_trade_name_or_another_language_gives_way(make_entity: Callable[..., Entity]) -> None:
    trade = make_entity("KEY-A", names=["noctec", "2-methylanabasine"])
    foreign = make_entity("KEY-B", names=["nikotin", "nicotine"])
    name_entities([trade, foreign], [], frozenset(), STYLE)
    assert (trade.name, foreign.name) == ("2-methylanabasine", "nicotine")
    assert trade.name_reason.endswith("refused before it: reads like a trade name")


def test_another_drawing_of_a_drug_is_named_by_its_structure(make_entity: Callable[..., Entity]) -> None:
    drug = make_entity("KEY-A", names=["olanzapine"], approved=True)
    drug.approved_names = ["olanzapine"]
    drawing = make_entity("KEY-B", names=["olanzapine", "lanzac"])
    drawing.iupac = "2-methyl-4-(4-methylpiperazin-1-yl)-5H-thieno[3,2-c][1,5]benzodiazepine"
    for entity in (drug, drawing):
        entity.record["formula"] = "C17H20N4S"
    name_entities([drawing, drug], [], frozenset())
    assert drug.name == "olanzapine"
    assert (drawing.name, drawing.name_kind) == (drawing.iupac, "systematic")


def test_a_covalent_ester_is_no_salt(make_entity: Callable[..., Entity]) -> None:
    drug = make_entity("KEY-A", approved=True)
    drug.inn, drug.approved_names = "diroximel fumarate", ["diroximel fumarate"]
    name_entities([drug], [], frozenset())
    assert drug.name == "diroximel fumarate"


def test_an_inn_the_source_does_not_know_gives_way_to_a_listed_name(make_entity: Callable[..., Entity]) -> None:
    sugar = make_entity("KEY-A", names=["codeine", "codicept"], official=True)
    sugar.inn = sugar.display = "novocodeine"
    name_entities([sugar], ["Codeine"], frozenset(), STYLE)
    assert sugar.name == "codeine"


def test_a_drugs_synonyms_are_official_or_systematic(make_entity: Callable[..., Entity]) -> None:
    drug = make_entity("KEY-A", names=["finasteride", "chibro-proscar", "17beta-finasteride"], approved=True)
    drug.approved_names = ["finasteride"]
    name_entities([drug], [], frozenset())
    assert drug.synonyms == [("17beta-finasteride", "pubchem")]
