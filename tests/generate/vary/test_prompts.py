from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from apothecary.generate.vary.prompts import SAMPLES_PER_REQUEST, Draw, Prompter
from apothecary.generate.vary.run import Corpus
from apothecary.generate.vary.targets import Target
from apothecary.packs.model import REGISTERS, Pack


@pytest.fixture(scope="module")
def prompter(tiny_pack: Pack, corpus: Corpus) -> Prompter:
    return Prompter(tiny_pack, corpus.demos)


def test_the_same_order_gives_the_same_requests_and_another_seed_others(
    prompter: Prompter, aim: Callable[..., Target]
) -> None:
    target = aim("melts", "plain", "ask")
    first = [one.request.key for one in prompter.build(target, 20, "small", Draw())]
    assert first == [one.request.key for one in prompter.build(target, 20, "small", Draw())]
    assert not set(first) & {one.request.key for one in prompter.build(target, 20, "small", Draw(seed=1))}


def test_samples_are_shared_out_and_sources_and_demonstrations_rotate(
    prompter: Prompter, aim: Callable[..., Target]
) -> None:
    target = aim("melts", "plain", "ask")
    asked = list(prompter.build(target, 20, "small", Draw()))
    assert [one.request.n for one in asked] == [SAMPLES_PER_REQUEST, SAMPLES_PER_REQUEST, 4]
    assert [one.source for one in asked] == list(target.sources[:3])
    assert len({one.frames for one in asked}) == 3


def test_a_prompt_shows_slots_and_no_value_and_no_wording_of_the_same_intent(
    prompter: Prompter, aim: Callable[..., Target]
) -> None:
    target = aim("melts", "plain", "reply")
    one = next(prompter.build(target, 8, "small", Draw()))
    roles = [role for role, _ in one.request.messages]
    assert roles == ["system", *["user", "assistant"] * (len(one.frames) // 2), "user"]
    assert one.request.messages[-1][1].endswith("{name} melts at {mp_c} °C.")
    assert len(one.frames) == 10
    assert not set(one.frames) & set(target.known)
    for frame in one.frames:
        assert set(re.findall(r"\{[^}]*\}", frame)) <= {"{name}", "{mp_c}"}  # the source's own slots, no others
    assert one.request.stop == ("\n",)


def test_each_register_has_a_style_of_its_own(prompter: Prompter, aim: Callable[..., Target]) -> None:
    assert set(prompter.data["styles"]) == set(REGISTERS)
    target = aim("melts", "plain", "ask")
    systems = set()
    for register in REGISTERS:
        changed = Target(target.intent, target.template, "ask", register, target.sources, target.known)  # type: ignore[arg-type]
        systems.add(next(prompter.build(changed, 8, "small", Draw())).request.messages[0][1])
    assert len(systems) == len(REGISTERS)
