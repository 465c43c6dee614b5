"""Text to sentences with their places, words that point outside a sentence, and short forms with what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

_END = re.compile(r"[.?!]+[\"')\]”’]*(?=\s+[A-Z0-9\"'(\[“‘•\-Α-Ω]|\s*$)|\n+")
# What ends in a full stop and is no end of a sentence.
_NOT_END = re.compile(
    r"(?:\b(?:vs|e\.g|i\.e|al|Dr|Mr|Mrs|Ms|Prof|Figs?|Nos?|approx|ca|cf|St|resp|incl|viz|sp|spp|subsp|var|"
    r"[A-Z])|\b[Uu]\.[Ss])\.$"
)
# Words that need what is not there: "these results", "our data", a sentence that begins with "It".
_POINTS = re.compile(
    r"\b(?:this|these|those|our|ours|we|us|my|herein|the (?:present|current) (?:\w+ )?(?:study|trial|analysis|"
    r"review|work|paper|"
    r"article|investigation|report|data|findings|results)|abovementioned|aforementioned|as (?:described|"
    r"mentioned|shown) "
    r"(?:above|below|here)|the (?:former|latter)|see (?:above|below|also)|the (?:above|following)|(?:the "
    r")?(?:two|three|both|all) groups|group [A-D1-4])\b",
    re.IGNORECASE,
)
_POINTS_FIRST = re.compile(
    r"(?:It|They|Its|Their|He|She|Such|Both|Neither|However|Therefore|Thus|Hence|Moreover|Furthermore|"
    r"Additionally|In addition|"
    r"Also|Similarly|Conversely|In contrast|Consequently|Accordingly|Another|Other|But|And|The other|Although "
    r"it|While it)\b"
)
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget)\b[^.]{0,40}\b(?:instructions?|prompts?|above|previous|rules)\b|"
    r"\byou are (?:now )?(?:an?|the) (?:assistant|AI|language model)\b|\bsystem prompt\b|\bas an ai\b|<\|[a-z_]+\|>",
    re.IGNORECASE,
)
_ORDER_MARKS = ("ignore", "disregard", "forget", "you are", "system prompt", "as an ai", "<|")
_SHORT = re.compile(r"\(([A-Za-z0-9][A-Za-z0-9+/\-]{1,9})\)")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """A text to the places (start, end) of its sentences, blanks at their ends left out."""
    spans: list[tuple[int, int]] = []
    start = 0
    for found in _END.finditer(text):
        if "\n" not in found[0] and _NOT_END.search(text[start : found.end()]):
            continue
        end = found.start() if "\n" in found[0] else found.end()
        spans.append((start, end))
        start = found.end()
    spans.append((start, len(text)))
    return [span for span in (_trim(text, *span) for span in spans) if span[0] < span[1]]


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def points_outside(sentence: str) -> bool:
    """Whether a sentence leans on something that is not in it ("these findings", "our study", "Group 2", "It ...")."""
    return bool(_POINTS.search(sentence) or _POINTS_FIRST.match(sentence))


def opens_open(sentence: str) -> bool:
    """Whether a sentence begins with a word for what was said before ("This did not differ ...", "However, ...")."""
    return bool(
        re.match(r"(?:This|These|Those|That|There were also|Among these|Of these)\b", sentence)
        or _POINTS_FIRST.match(sentence)
    )


def gives_orders(text: str) -> bool:
    """Whether a text speaks to whoever reads it as a machine; such a passage is never quoted in an answer."""
    lower = text.lower()
    return any(mark in lower for mark in _ORDER_MARKS) and bool(_ORDERS.search(text))


def find_short_forms(text: str) -> Iterator[tuple[str, str, int, int]]:
    """Short forms that a text explains, as (short, long, start, end) of "long form (SF)".

    The rule of Schwartz and Hearst (Pac Symp Biocomput 2003): the letters of the short form are found in their order,
    from the right, in the words before the bracket, the first one at the beginning of a word. At least two capitals.
    """
    for found in _SHORT.finditer(text):
        short = found[1]
        if sum(sign.isupper() for sign in short) < 2 or not short[0].isalpha():
            continue
        words = text[: found.start()].rstrip()
        cut = max(words.rfind(sign) for sign in ".;:()\n") + 1
        span = words[cut:].split()[-min(len(short) + 5, len(short) * 2) :]
        candidate = " ".join(span)
        long = _match_long(short, candidate)
        if long and words.endswith(long) and short not in long.split() and len(long) > len(short) + 2:
            yield short, long, len(words) - len(long), found.end()


def _match_long(short: str, candidate: str) -> str:
    at = len(candidate) - 1
    letters = [sign.lower() for sign in short if sign.isalnum()]
    for number in range(len(letters) - 1, -1, -1):
        while at >= 0 and (
            candidate[at].lower() != letters[number] or (number == 0 and at > 0 and candidate[at - 1].isalnum())
        ):
            at -= 1
        if at < 0:
            return ""
        at -= 1
    return candidate[at + 1 :]


def list_short_tokens(text: str) -> set[str]:
    """The words of a text that look like short forms: two capitals or more, as in "PAF" or "PerAF"."""
    words = re.findall(r"\b[A-Za-z][A-Za-z0-9\-]*\b", text)
    return {word for word in words if sum(sign.isupper() for sign in word) >= 2 and len(word) <= 10}
