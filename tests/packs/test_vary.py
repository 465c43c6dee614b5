"""Derived templates: what they ask, which replies go with it, which unit a number has, how caps grow."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.packs.load import dump_pack, restore_pack
from apothecary.packs.model import Pack, Template
from apothecary.packs.variation import Variation, read_variation
from apothecary.packs.vary import MAX_ASKS, allow_phrasings, find_unit, vary_pack

TINY_PACK = Path(__file__).parents[1] / "data" / "tiny_pack"


@pytest.fixture
def varied(tiny_pack: Pack) -> Pack:
    return vary_pack(tiny_pack, read_variation(TINY_PACK))


def find(pack: Pack, intent: str, template: str) -> Template:
    return next(one for one in pack.by_name[intent].templates if one.id == template)


def test_each_template_has_its_derived_ones(tiny_pack: Pack, varied: Pack) -> None:
    for intent in tiny_pack.intents:
        made = varied.by_name[intent.intent].templates
        assert made[: len(intent.templates)] == intent.templates
        origins = {template.origin for template in made}
        assert origins == {"template", "variation", "context"}
        assert all(
            one.register == find(varied, intent.intent, one.derived.base).register for one in made if one.derived
        )


def test_replies_follow_the_orders_of_the_questions(varied: Pack) -> None:
    melts = find(varied, "melts", "plain_varied")
    assert melts.derived is not None
    replies = {
        group: [text for text, own in zip(melts.reply, melts.derived.reply_groups, strict=True) if own == group]
        for group in melts.derived.reply_groups
    }
    assert replies["json"] == ['\\{"answer": {mp_c}, "unit": "°C"\\}']
    assert replies["bare"] == ["{mp_c} °C"]
    for ask, group in zip(melts.ask, melts.derived.ask_groups, strict=True):
        assert ("JSON" in ask) == (group == "json")


def test_the_answer_alone_is_given_only_where_it_is_enough(tiny_pack: Pack) -> None:
    dump = dump_pack(tiny_pack)
    brands = next(raw for raw in dump["intents"] if raw["intent"] == "brands")
    for replies, is_enough in ((["{name}.", "{brand} contains {name}."], True), (["{brand} contains {name}."], False)):
        changed = {**brands, "templates": [{**brands["templates"][0], "reply": replies}]}
        intents = [changed if raw is brands else raw for raw in dump["intents"]]
        made = vary_pack(restore_pack({**dump, "intents": intents}), read_variation(TINY_PACK))
        derived = find(made, "brands", "inside_varied").derived
        assert derived is not None
        assert ("bare" in derived.ask_groups) == is_enough


@pytest.mark.parametrize(
    ("intent", "unit"), [("melts", "°C"), ("dilute", "mL"), ("mass", "mg"), ("brands", None), ("choose", None)]
)
def test_units_of_answers_are_found(tiny_pack: Pack, intent: str, unit: str | None) -> None:
    assert find_unit(tiny_pack, tiny_pack.by_name[intent]) == unit


def test_derived_questions_keep_the_number_of_the_question_they_hold(tiny_pack: Pack, varied: Pack) -> None:
    for intent in varied.intents:
        for template in intent.templates:
            if template.derived:
                base = find(tiny_pack, intent.intent, template.derived.base)
                for ask, number in zip(template.ask, template.derived.asks, strict=True):
                    assert base.ask[number] in ask
                assert len(set(template.ask)) == len(template.ask) <= MAX_ASKS


def test_the_varied_pack_is_the_same_each_time_and_survives_its_dump(tiny_pack: Pack, varied: Pack) -> None:
    again = vary_pack(tiny_pack, read_variation(TINY_PACK))
    assert dump_pack(again) == dump_pack(varied)
    assert restore_pack(dump_pack(varied)).intents == varied.intents


def test_safety_stays_as_written(tiny_pack: Pack) -> None:
    dump = dump_pack(tiny_pack)
    intents = [{**raw, "topic": "safety"} if raw["intent"] == "melts" else raw for raw in dump["intents"]]
    made = vary_pack(restore_pack({**dump, "intents": intents}), read_variation(TINY_PACK))
    assert {template.origin for template in made.by_name["melts"].templates} == {"template"}


def test_a_manner_that_fits_nothing_makes_nothing(tiny_pack: Pack) -> None:
    manner = {"id": "x", "origin": "variation", "ask": ["x {ask}"], "replies": "all", "when": {"topics": ["honesty"]}}
    made = vary_pack(tiny_pack, Variation.model_validate({"manners": [manner]}))
    assert all(
        template.origin == "template"
        for intent in made.intents
        if intent.topic != "honesty"
        for template in intent.templates
    )


def test_phrasings_multiply_the_caps(tiny_pack: Pack) -> None:
    more = allow_phrasings(tiny_pack, 2.5)
    for intent in tiny_pack.intents:
        draw, grown = intent.draw, more.by_name[intent.intent].draw
        if draw.kind in ("pair", "group"):
            assert (grown.cap, grown.fact_rows) == (draw.cap, 20)
        elif draw.kind != "none":
            assert grown.cap == -(-draw.cap * 5 // 2)
