"""Completions and answers to rewards, 1.0 or 0.0: the checkers that the `reward` rows name. Nothing but Python.

This file is copied beside the rows; a trainer imports it there (`from reward import reward`). A line `Answer: ...`, or
`\\boxed{...}`, is judged alone and strictly. Without one the completion is searched for the answer, which a model can
exploit by naming several: `reward_strict` asks for the line. What stands in <think> tags is left out.

    number    equal to the answer within `tolerance` (absolute, in the unit of the answer)
    choice    the letter of the option
    set       the same items in any order
    smiles    the same structure; with RDKit any spelling of it, without it the same text
    json      the same values; the order of keys does not matter
    text      the same words; case and punctuation at the end do not matter
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

CHECKERS = ("number", "choice", "set", "smiles", "json", "text")

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_MARKED = re.compile(
    r"^\s*(?:\*\*)?(?:final )?answer(?:\*\*)?\s*[:=]\s*(?:\*\*)?\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE
)
_BOXED = re.compile(r"\\boxed\{([^{}]*)\}")
_NUMBER = re.compile(r"(?<![\w.])[-+−]?\d+(?:,\d{3})*(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w]*\d)")
_WORDS = re.compile(r"[^\W_]+(?:[-'][^\W_]+)*")
_FENCE = re.compile(r"```(?:json)?|```")


def reward(completions: Sequence[Any], answer: Sequence[str], checker: Sequence[str], **columns: Any) -> list[float]:
    """Completions (n, texts or lists of messages) and the columns of their rows (n each) to rewards (n)."""
    return _score_all(completions, answer, checker, columns, strict=False)


def reward_strict(
    completions: Sequence[Any], answer: Sequence[str], checker: Sequence[str], **columns: Any
) -> list[float]:
    """The same, but a completion without a line `Answer: ...` gets nothing."""
    return _score_all(completions, answer, checker, columns, strict=True)


def score(completion: str, answer: str, checker: str, tolerance: float | None = None, *, strict: bool = False) -> float:
    """One completion to 1.0 when it gives the answer, else 0.0; ValueError for a checker that there is not."""
    if checker not in CHECKERS:
        raise ValueError(f"no checker {checker!r}; there are {', '.join(CHECKERS)}")
    said = _THOUGHT.sub("", completion).strip()
    marked = _BOXED.findall(said) or _MARKED.findall(said)
    if marked:
        return float(_is_equal(marked[-1], answer, checker, tolerance))
    return 0.0 if strict else float(_is_told(said, answer, checker, tolerance))


def _score_all(
    completions: Sequence[Any],
    answers: Sequence[str],
    checkers: Sequence[str],
    columns: dict[str, Any],
    *,
    strict: bool,
) -> list[float]:
    tolerances = columns.get("tolerance") or [None] * len(answers)
    said = [one if isinstance(one, str) else "".join(turn.get("content") or "" for turn in one) for one in completions]
    rows = zip(said, answers, checkers, tolerances, strict=True)
    return [score(*row, strict=strict) for row in rows]


def _is_equal(said: str, answer: str, checker: str, tolerance: float | None) -> bool:
    """Whether a bare answer is the answer."""
    said = said.strip().strip("`*").strip()
    if checker == "number":
        found = _NUMBER.findall(said)
        return len(found) == 1 and _is_near(found[0], answer, tolerance)
    if checker == "choice":
        return (
            re.fullmatch(r"\(?([A-Za-z])\)?(?:[\s.:,)].*)?", said) is not None
            and said.strip("(")[0].upper() == answer[:1]
        )
    if checker == "set":
        return _split(said) == _split(answer)
    if checker == "smiles":
        return _canonical(said.rstrip(".")) == _canonical(answer)
    if checker == "json":
        return _holds_json(said, answer)
    return _fold(said) == _fold(answer)


def _is_told(said: str, answer: str, checker: str, tolerance: float | None) -> bool:
    """Whether a free text gives the answer."""
    if checker == "number":
        found = _NUMBER.findall(said)
        return bool(found) and any(_is_near(one, answer, tolerance) for one in (found[0], found[-1]))
    if checker == "choice":
        letters = set(re.findall(r"(?<![\w'’°-])([A-Z])(?=[\s).:,;]|$)", said)) - ({"A", "I"} - {answer[:1]})
        return letters == {answer[:1]} or (said[:1] == answer[:1] and not said[1:2].isalnum())
    if checker == "set":
        stretches = re.split(r"[:;.\n]\s+|[:;.\n]$", said)
        return any(_split(one) == _split(answer) for one in [*stretches, said]) or _fold(answer) in _fold(said)
    if checker == "smiles":
        want = _canonical(answer)
        return any(_canonical(one.strip("`'\"(,;:").rstrip(".,;:`'\"")) == want for one in said.split() if len(one) > 1)
    if checker == "json":
        return _holds_json(said, answer)
    return re.search(rf"(?<!\w){re.escape(_fold(answer))}(?!\w)", _fold(said)) is not None


def _is_near(said: str, answer: str, tolerance: float | None) -> bool:
    try:
        gap = abs(_read(said) - _read(answer))
    except InvalidOperation:
        return False
    return gap <= Decimal(str(tolerance or 0))


def _read(text: str) -> Decimal:
    return Decimal(text.replace("−", "-").replace(",", ""))


def _fold(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(".!")


def _split(text: str) -> frozenset[str]:
    return frozenset(part for part in re.split(r",\s*and\s+|,\s*|\s+and\s+", _fold(text)) if part)


def _canonical(text: str) -> str:
    try:
        from rdkit import Chem, RDLogger
    except ImportError:
        return text
    RDLogger.DisableLog("rdApp.*")  # type: ignore[attr-defined]
    molecule = Chem.MolFromSmiles(text)
    return Chem.MolToSmiles(molecule) if molecule is not None and molecule.GetNumAtoms() else text


def _holds_json(said: str, answer: str) -> bool:
    text = _FENCE.sub("", said)
    starts = [at for at in (text.find("{"), text.find("[")) if at >= 0]
    if not starts:
        return False
    decoder = json.JSONDecoder(parse_float=Decimal, parse_int=Decimal)
    try:
        found, _ = decoder.raw_decode(text[min(starts) :])
        return bool(found == decoder.decode(answer))
    except (ValueError, RecursionError):
        return False
