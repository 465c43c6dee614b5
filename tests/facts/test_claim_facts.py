"""Facts by field and entity."""

from __future__ import annotations

from tests.facts.claim_kin import list_facts, list_names, load_knowledge, load_rules

from apothecary.facts.claim_facts import CLAIM_FACTS, Knowledge


def find_entity(name: str) -> int:
    return load_knowledge().finder.find(name)[0].entities[0]


def test_all_sources_of_a_fact_are_there() -> None:
    known = load_knowledge().look_up("mp_c", find_entity("caffeine"))
    assert known is not None
    assert sorted(known.numbers) == [234.0, 238.0]
    assert (list(known.texts), list(known.sources)) == (["238", "234"], ["a", "b"])


def test_what_is_not_known_is_none() -> None:
    assert load_knowledge().look_up("bp_c", find_entity("aspirin")) is None
    assert load_knowledge().look_up("tpsa", find_entity("aspirin")) is None


def test_other_names_find_the_entity() -> None:
    assert find_entity("Acetaminophen") == find_entity("paracetamol")
    assert len(load_knowledge().finder.find("stilbene")[0].entities) == 2


def test_a_synonym_with_a_salt_is_no_name() -> None:
    mention = load_knowledge().finder.find("morphine sulfate")[0]
    assert mention.end == len("morphine")


def test_the_order_of_facts_does_not_matter() -> None:
    facts = list_facts().select(CLAIM_FACTS)
    other = Knowledge(facts.reverse(), list_names().reverse(), load_rules())
    assert other.entity_ids.equals(load_knowledge().entity_ids)
    entity = find_entity("caffeine")
    assert str(other.look_up("mp_c", entity)) == str(load_knowledge().look_up("mp_c", entity))
