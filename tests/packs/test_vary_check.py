"""Broken joins and orders that are not followed are found in rendered rows; sound rows pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.packs.model import Pack
from apothecary.packs.variation import read_variation
from apothecary.packs.vary import vary_pack
from apothecary.packs.vary_check import check_row, count_forms, list_forms, list_manners

TINY_PACK = Path(__file__).parents[1] / "data" / "tiny_pack"
STEPS = "1. 2 + 2 = 4\n2. 4 × 3 = 12 mg"


@pytest.mark.parametrize(
    ("manner", "reply"),
    [
        ("§\nReturn JSON with the keys answer and unit.", '{"answer": 12, "unit": "mg"}'),
        ("§\nA two-column table, please: value, unit.", "| value | unit |\n|---|---|\n| 12 | mg |"),
        ("One line, please.\n§", "It is 12 mg."),
        ("Answer in a full sentence.\n§", "It is 12 mg."),
        ("In at most 12 words:\n§", "12 mg"),
        ("Quick one: §", "12 mg"),
        ("§\nNumber the steps.", STEPS),
        ("§\nOne bullet for each step.", "- 2 + 2 = 4\n- 4 × 3 = 12 mg"),
        ("§ Show your working.", "4 × 3 = 12 mg."),
        ("Number only.\n§", "12"),
        ("§\nJust the value and its unit.", "12 mg"),
        ("§\nPut the answer between <answer> and </answer>.", "<answer>12</answer>"),
        ("§\nPut the number in \\boxed{}.", "\\boxed{12}"),
        ("§\nSet the result in bold, with its unit.", "**12 mg**"),
        ("§\nAs one CSV line: value,unit.", "12,mg"),
        ('§\nTwo lines, "value: ..." and "unit: ...".', "value: 12\nunit: mg"),
        ('§\nBegin your reply with "Result:".', "Result: 12 mg"),
        ("Numbered steps first, result last.\n§", STEPS + "\nResult: 12 mg"),
        ("Answer first, working below.\n§", "12 mg\n\n" + STEPS),
        ("Two parts, please: Working, then Answer.\n§", "Working:\n4 × 3 = 12 mg\nAnswer: 12 mg"),
    ],
)
def test_a_reply_that_follows_passes_and_another_is_told(manner: str, reply: str) -> None:
    prompt = manner.replace("§", "How much is it?")
    assert list(check_row(manner, prompt, reply, "12")) == []
    (told,) = check_row(
        manner, prompt, "About this:\nsome seventeen of them or so, I would say. Look it up in a book.", "12"
    )
    assert "which is not" in told


@pytest.mark.parametrize(
    ("manner", "question", "part"),
    [
        ("§ Thanks.", "What is it", ""),
        ("§.", "What is it?", "a doubled mark"),
        ("Well:  §", "What is it?", "a doubled space"),
        ("§ .", "What is it", "a space before a mark"),
        ("§, please.", "Please say it", "please twice"),
        ("§\n\n\nThanks.", "What is it?", "too many line breaks"),
        ("§\nIn {unit}.", "What is it?", "a sign of the grammar"),
        ("§\nThanks ", "What is it?", "a space at the end of a line"),
    ],
)
def test_broken_joins_are_told_and_those_of_the_question_are_not(manner: str, question: str, part: str) -> None:
    found = list(check_row(manner, manner.replace("§", question), "It is.", "It is."))
    assert len(found) == bool(part)
    assert all(part in one for one in found)
    assert list(check_row("§\nThanks.", "Well..  What is it ?,\nThanks.", "It is.", "It is.")) == []


def test_a_manner_that_is_not_there_is_told() -> None:
    assert list(check_row("Well: §", "What is it?", "It is.", "It is.")) == [
        "the manner `Well: §` is not in the question"
    ]


def test_manners_and_forms_of_a_varied_pack(tiny_pack: Pack) -> None:
    varied = vary_pack(tiny_pack, read_variation(TINY_PACK))
    base = tiny_pack.by_name["melts"].templates[0]
    made = next(one for one in varied.by_name["melts"].templates if one.id == f"{base.id}_varied")
    manners = list_manners(made, base)
    assert "As JSON, keys answer and unit: §" in manners
    assert all(manner.count("§") == 1 for manner in manners)
    plain, more = list_forms(tiny_pack), list_forms(varied)
    assert all(more[key] > plain[key] for key in ("templates", "skeletons of questions", "wordings"))
    assert sum(count_forms(template) for intent in varied.intents for template in intent.templates) == more["wordings"]
