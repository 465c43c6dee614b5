"""Rows made of documents in other words: the sentences of their answers as a list of facts, and what must not change.

Such a row states no recorded facts; what it may say in other words is what its answer says, sentence by sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from apothecary.generate.makers.sentences import split_sentences
from apothecary.writing.subjects import Stated
from apothecary.writing.words import DOWN, NEGATION, UP, WORD

SENTENCE = "sentence"  # the field of a stated sentence
MAX_PROMPT = 300  # characters; longer questions show a passage, and lose it in other words


def state_sentences(row: Mapping[str, Any], most: int) -> list[Stated]:
    """A row (EXAMPLE) of a document that stands alone to its answer's sentences; none for others or over `most`."""
    prompt, answer = str(row["prompt"] or ""), str(row["response"] or "")
    stands_alone = len(prompt) <= MAX_PROMPT and "\n" not in prompt and not row["history"]
    if row["origin"] != "document" or row["answer_type"] != "text" or not stands_alone:
        return []
    texts = [answer[start:end] for start, end in split_sentences(answer)]
    if len(texts) > most:
        return []
    return [Stated(-1, "the source", SENTENCE, "says", text, None, None) for text in texts]


def check_retold(text: str, facts: Sequence[Stated]) -> Iterator[str]:
    """Whether a sentence denies where the sentences it cites do, and goes up or down only where they do."""
    said = " ".join(fact.value for fact in facts)
    if bool(NEGATION.search(text)) != bool(NEGATION.search(said)):
        yield "negation"
    spoken, known = ({word.lower() for word in WORD.findall(one)} for one in (text, said))
    for side, opposite in ((UP, DOWN), (DOWN, UP)):
        word = min(spoken & side - known, default="")
        if word and (known & opposite or not known & side):
            yield f"direction: {word}"


def is_retold(facts: Sequence[Stated]) -> bool:
    """Whether all facts are sentences of a row made of a document."""
    return bool(facts) and all(fact.field == SENTENCE for fact in facts)
