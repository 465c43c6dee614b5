"""Rules of the linter about direction words: what asks for, or says, the larger or the smaller of two."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apothecary.packs.model import Field, Template
from apothecary.packs.place import SENTENCE_END, Finding, Place, Token
from apothecary.packs.scope import Meaning

_WEAK = frozenset({"more", "less", "most", "least", "first", "last"})
_NOT_DIRECTION = re.compile(r"\b(?:at (?:least|most|last|first)|more or less|first approv\w+)\b", re.IGNORECASE)


def find_directions(text: str, words: Sequence[str]) -> list[re.Match[str]]:
    """The direction words in a text, in order; `at least` and its like are none."""
    if not words:
        return []
    masked = _NOT_DIRECTION.sub(lambda match: " " * len(match[0]), text)
    return list(re.finditer(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])", masked, re.IGNORECASE))


def check_ask_direction(texts: str, template: Template, spec: Field) -> Iterator[Finding]:
    """Whether the words of a comparison's question (slots taken out) ask for what `asks` says."""
    own, opposite = (spec.hi, spec.lo) if template.asks == "hi" else (spec.lo, spec.hi)
    right = [match[0].lower() for match in find_directions(texts, own)]
    wrong = [match[0].lower() for match in find_directions(texts, opposite)]
    if wrong and not right:
        yield f"asks: {template.asks}, but the wording says `{wrong[0]}`", f"one of: {', '.join(own)}", "error"
    elif not right:
        hint = f"one of: {', '.join(own)}" if own else "give the field hi and lo words in pack.yaml"
        yield f"asks: {template.asks}, but no word says so", hint, "error"
    elif set(wrong) - _WEAK:
        yield f"the wording says both `{right[0]}` and `{wrong[0]}`", "ask one thing", "warning"


def check_reply_direction(tokens: Sequence[Token], place: Place) -> Iterator[Finding]:
    """A direction word said of {hi.name} or {lo.name}, against that role."""
    spec = place.pack.fields.get(str(place.intent.draw.field))
    if not spec:
        return
    subject: Meaning | None = None
    told = False
    for index, token in enumerate(tokens):
        if not isinstance(token, str):
            if token.kind == "name":
                subject, told = (token if token.role in ("hi", "lo") else None), False
            continue
        follows = tokens[index + 1] if index + 1 < len(tokens) else None
        sentences = SENTENCE_END.split(token)
        for number, sentence in enumerate(sentences):
            if number:
                subject, told = None, False
            role = subject.role if subject else None
            at_end = number == len(sentences) - 1
            if at_end and not subject and isinstance(follows, Meaning) and follows.kind == "name":
                role = follows.role if re.search(r"\b(?:is|are|:)\s*$|:\s*$", sentence) else None
            if role not in ("hi", "lo") or told or re.search(r"\b(?:not|no|nor|neither)\b|n't", sentence):
                continue
            hits = sorted(
                [(match.start(), match.end(), "hi", match[0]) for match in find_directions(sentence, spec.hi)]
                + [(match.start(), match.end(), "lo", match[0]) for match in find_directions(sentence, spec.lo)]
            )
            if not hits:
                continue
            _, end, direction, word = hits[0]
            told = subject is not None
            if at_end and isinstance(follows, Meaning) and follows.kind == "name" and not sentence[end:].strip():
                continue  # the word belongs to the name after it
            if direction != role:
                yield f"calls {{{role}.name}} `{word}`", f"that word is for the {direction} value", "error"
