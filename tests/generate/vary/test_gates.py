"""Each gate with cases made by hand; how well they do on a real model's texts is benchmarks/bench_gates.py."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from apothecary.generate.vary.gates import Gates
from apothecary.generate.vary.prompts import Asked
from apothecary.generate.vary.vocabulary import Vocabulary

MELTS = ("melts", "plain", "ask", "What is the melting point of {name}, in °C?")
MELTED = ("melts", "plain", "reply", "{Name} melts at {mp_c} °C.")
DILUTE = ("dilute", "stock", "ask", "How many mL of a {stock} % stock, diluted {share}-fold, fill {final} mL?")
HEAVIER = ("heavier", "plain", "ask", "Of {a.name} and {b.name}, one is heavier. Which, by what?")
WEIGHS = ("heavier", "then", "reply", "{hi.Name} weighs {diff:dp2} g/mol more than {lo.name}.")


@pytest.mark.parametrize(
    ("place", "said", "gate"),
    [
        (MELTS, "Text: what is the melting point of {name}, in °C?", "form"),
        (MELTS, "What is the melting point of {name}? In °C?", "form"),
        (MELTS, "The melting point of {name} is in °C.", "form"),
        (MELTS, "What is the melting point of {name, in °C?", "form"),
        (MELTS, "What is the melting point of {name} (in °C?", "form"),
        (MELTS, "What " + "is the melting point " * 8 + "of {name}, in °C?", "form"),
        (MELTS, "Is the melting point of {name} in °C?", "form"),
        (MELTED, "What melts at {mp_c} °C is {name}.", "form"),
        (MELTED, "Does {name} melt at {mp_c} °C?", "form"),
        (MELTS, "What is the melting point, in °C?", "slots"),
        (MELTS, "What is the melting point of {name} or {name}, in °C?", "slots"),
        (MELTS, "What is the melting point of {compound}, in °C?", "slots"),
        (MELTED, "{name} melts at {mp_c}.", "unit"),
        (MELTED, "{name} melts at {mp_c} K.", "unit"),
        (MELTED, "{name} °C melts at {mp_c} °C.", "unit"),
        (MELTS, "At what temperature is {name} liquid, in °C?", "property"),
        (MELTS, "What is the melting point of {name}, of what molar mass, in °C?", "property"),
        (MELTS, "What is the melting point of {name}, in °C or g/mol?", "unit"),
        (MELTS, "What is the melting point of {name}, in °C, of 2?", "number"),
        (MELTS, "What are the two melting points of {name}, in °C?", "number"),
        (MELTED, "The melting point of {name} is about {mp_c} °C.", "claim"),
        (MELTED, "The melting point of {name} is not {mp_c} °C.", "claim"),
        (MELTED, "The melting point of {name} was measured at {mp_c} °C.", "claim"),
        (MELTS, "What is the melting point of the metal {name}, in °C?", "words"),
        (MELTS, "What is the melting point of German {name}, in °C?", "words"),
        (HEAVIER, "Of {a.name} and {b.name}, one is lighter. Which, by what?", "direction"),
        (HEAVIER, "Of {b.name} and {a.name}, which is heavier, by what?", "places"),
        (DILUTE, "Diluted {stock} %, how many mL of a {share}-fold stock fill {final} mL?", "places"),
        (MELTS, "In °C the what melting point is of {name}?", "fluency"),
        (MELTS, "What is the melting point of the melting {name}, in °C?", "repeats"),
        (MELTS, "Give the melting point of {name} in °C, what is it?", "repeats"),
        (MELTS, "What's the melting point of {name}, in °C?", "known"),
        (MELTS, "Melting point of {name} in °C?", "known"),
    ],
)
def test_the_first_gate_that_fails_is_named(
    place: tuple[str, ...], said: str, gate: str, gates: Gates, ask: Callable[..., Asked]
) -> None:
    verdict = gates.judge(said, ask(*place))
    assert (verdict.gate, bool(verdict.reason)) == (gate, True)
    assert not verdict.passed


@pytest.mark.parametrize(
    ("place", "said", "pattern"),
    [
        (MELTS, "how many °C is the melting point of {name}", "How many °C is the melting point of {name}?"),
        (MELTED, "{name} turns liquid at {mp_c} °C, what is the melting point", ""),
        (WEIGHS, "{hi.name} weighs more than {lo.name}, by {diff} g/mol", ""),
    ],
)
def test_what_says_the_same_passes(
    place: tuple[str, ...], said: str, pattern: str, gates: Gates, ask: Callable[..., Asked]
) -> None:
    verdict = gates.judge(said, ask(*place))
    if pattern:
        assert (verdict.gate, verdict.reason, verdict.pattern) == ("", "", pattern)
    assert set(verdict.scores) == {"recall", "precision", "unseen"}


def test_a_text_that_was_cut_off_is_none(gates: Gates, ask: Callable[..., Asked]) -> None:
    verdict = gates.judge("How many °C is the melting point of {name}?", ask(*MELTS), "length")
    assert (verdict.gate, verdict.reason) == ("form", "the text was cut off")


def test_a_demonstration_is_not_said_again(gates: Gates, ask: Callable[..., Asked]) -> None:
    said = "How many °C is the melting point of {name}?"
    assert gates.judge(said, ask(*MELTS)).passed
    assert gates.judge(said, ask(*MELTS, frames=("How many °C is a melting point of {brand}?",))).gate == "copy"


def test_what_has_been_let_in_is_known(gates: Gates, ask: Callable[..., Asked]) -> None:
    said, asked = "How many °C is the melting point of {name}?", ask(*MELTS)
    gates.note(gates.judge(said, asked).pattern, asked.target)
    assert gates.judge(said, asked).gate == "known"


def test_a_pattern_that_the_packs_linter_refuses_is_none(
    vocabulary: Vocabulary, gates: Gates, ask: Callable[..., Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    verdict = gates.judge("The {name} point of melting, in °C?", ask(*MELTS))
    assert verdict.gate in ("form", "fluency", "lint")


def test_with_an_embedder_the_cosine_counts_too(vocabulary: Vocabulary, ask: Callable[..., Asked]) -> None:
    said, seen = "How many °C is the melting point of {name}?", []

    def embed(texts: list[str]) -> list[list[float]]:
        seen.extend(texts)
        return [[1.0, 0.0], [0.5, 0.9]]

    verdict = Gates(vocabulary, embed=embed).judge(said, ask(*MELTS))
    assert verdict.gate == "similarity"
    assert verdict.scores["cosine"] == pytest.approx(0.4856, abs=1e-4)
    assert seen == ["What is the melting point of X, in °C?", "How many °C is the melting point of X?"]
