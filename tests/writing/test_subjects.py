from __future__ import annotations

from itertools import islice

from apothecary.writing.prompts import Prompts
from apothecary.writing.subjects import Subjects, invent_person, read_pair


def test_unordered_pairs_are_numbered_once() -> None:
    pairs = [read_pair(place) for place in range(10 * 9 // 2)]
    assert len(set(pairs)) == 45 and all(low < high < 10 for high, low in pairs)
    big = 4_000 * 3_999 // 2 - 1
    assert read_pair(big) == (3999, 3998)


def test_no_pair_comes_twice(subjects: Subjects) -> None:
    prompt = subjects.prompts.kinds["comparative_essay"]
    drawn = list(subjects.draw(prompt, "train"))
    assert len(drawn) == subjects.count(prompt, "train")
    assert len({frozenset(one.rows) for one in drawn}) == len(drawn)


def test_the_same_seed_draws_the_same(subjects: Subjects, prompts: Prompts) -> None:
    prompt = prompts.kinds["dialogue"]
    again = Subjects(subjects.pack, prompts, subjects.knowledge, 1, subjects.shares)
    assert list(islice(again.draw(prompt, "train"), 20)) == list(islice(subjects.draw(prompt, "train"), 20))
    other = Subjects(subjects.pack, prompts, subjects.knowledge, 2, subjects.shares)
    assert next(other.draw(prompt, "train")) != next(subjects.draw(prompt, "train"))


def test_facts_are_those_recorded_and_nobody_is_gated(subjects: Subjects, prompts: Prompts) -> None:
    for subject in islice(subjects.draw(prompts.kinds["tutoring"], "train"), 30):
        assert {fact.field for fact in subject.facts} >= {"mw", "hbd", "hba", "crippen_logp", "background"}
        assert all(fact.fact_id for fact in subject.facts if fact.entity >= 0)
        assert subject.sources and subject.licences
        assert subject.facts[0].tell(1).startswith(f"1. {subject.names[0]}: ")


def test_people_are_invented_from_counters(prompts: Prompts) -> None:
    people = {invent_person(prompts.rules, 1, "case", number) for number in range(200)}
    assert len(people) > 190 and invent_person(prompts.rules, 1, "case", 3) == invent_person(
        prompts.rules, 1, "case", 3
    )
    assert all(25 <= age <= 85 for _, age in people)
