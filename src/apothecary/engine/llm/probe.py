"""A small probe of a model's wordings: six masked sentences, four samples each, judged one by one.

A question is a request and what judges its texts, so that the full gates of a pack can stand in for the plain check
here: each slot once and none added, no number of the model's own, one sentence, no copy.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from apothecary.engine.llm.request import Answer, Request

SAMPLES = 4
LEAST_PASS_RATE = 0.5  # of this plain check; the 135M model passes about 0.6, and 0.1 to 0.3 of the full gates
FRAMES = (
    "The molecular weight of {compound} is {value}.",
    "The aqueous solubility of {compound} was measured as {value}.",
    "{compound} has a melting point of {value}.",
    "In this assay, {compound} inhibited the enzyme with an IC50 of {value}.",
    "The half-life of {compound} in plasma is {value}.",
    "At pH 7.4, the octanol-water partition coefficient of {compound} is {value}.",
)
SYSTEM = (
    "You rewrite sentences. Say the same in other words. Keep {compound} and {value} exactly as they are, "
    "each once. Give the new sentence only."
)
DEMOS = (
    ("The boiling point of {compound} is {value}.", "{compound} boils at {value}."),
    ("The density of {compound} was reported as {value}.", "For {compound}, a density of {value} was reported."),
    ("{compound} has a refractive index of {value}.", "A refractive index of {value} is known for {compound}."),
)
_SLOT = re.compile(r"\{[^{}]*\}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")

Judge = Callable[[str], str]


@dataclass(frozen=True)
class Question:
    """A request for samples, and a function from one text to the reason why it fails; empty when it passes."""

    request: Request
    judge: Judge


@dataclass(frozen=True)
class Yield:
    """Samples asked and got by the reason why they fail; the empty reason counts those that pass."""

    books: Counter[str]

    @property
    def pass_rate(self) -> float:
        """Of all texts that came; 0 where none did."""
        return self.books[""] / max(1, self.books.total())

    def describe(self) -> str:
        """As `31 of 48 pass (11 copy, 6 slot)`."""
        faults = ", ".join(f"{count} {reason}" for reason, count in self.books.most_common() if reason)
        return f"{self.books['']} of {self.books.total()} pass" + (f" ({faults})" if faults else "")


def list_questions(model: str) -> list[Question]:
    """A model's name to the six questions of the plain probe, seeded."""
    demos = tuple(turn for asked, said in DEMOS for turn in (("user", asked), ("assistant", said)))
    return [
        Question(
            Request(
                model,
                (("system", SYSTEM), *demos, ("user", frame)),
                n=SAMPLES,
                max_tokens=64,
                temperature=0.8,
                seed=number,
            ),
            make_slot_judge(frame),
        )
        for number, frame in enumerate(FRAMES)
    ]


def make_slot_judge(frame: str) -> Judge:
    """A masked sentence to what judges its wordings: `slot`, `number`, `form`, `copy` or nothing."""
    slots, numbers = sorted(_SLOT.findall(frame)), set(_NUMBER.findall(frame))

    def judge(text: str) -> str:
        said = text.strip()
        if sorted(_SLOT.findall(said)) != slots:
            return "slot"
        if set(_NUMBER.findall(_SLOT.sub("", said))) - numbers:
            return "number"
        if "\n" in said or not said.endswith((".", "!")) or len(said) > 3 * len(frame):
            return "form"
        return "copy" if _fold(said) == _fold(frame) else ""

    return judge


def count_fates(question: Question, answers: Sequence[Answer]) -> Counter[str]:
    """A question and what came to it, to the fate of each text."""
    return Counter(question.judge(text) for answer in answers for text in answer.texts)


def split_question(question: Question, samples_per_call: int) -> list[Request]:
    """The requests that bring a question's samples where a call brings at most so many; each has a seed of its own."""
    request = question.request
    calls = -(-request.n // samples_per_call)
    base = request.seed or 0
    return [replace(request, n=min(samples_per_call, request.n), seed=base + 1000 * call) for call in range(calls)]


def _fold(text: str) -> str:
    return re.sub(r"[^a-z0-9{}]+", " ", text.lower()).strip()
