"""One dialogue played through: slots filled, calls really run, the answer worded by what came back."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from apothecary.errors import PackError
from apothecary.generate.tools.cases import Case, Exchange
from apothecary.generate.tools.messages import CALL, RESULT
from apothecary.generate.tools.toolbox import Toolbox, write_json

_SLOT = re.compile(r"\{([^{}]+)\}")
_SENTENCE_START = re.compile(r"(?:^|[.?!]\s)$")
_WORDS = ("heavier", "older", "share")  # what `let` makes and a sentence may begin with
_KEYS = {"logp": "log P", "h_bond_donors": "hydrogen-bond donors", "h_bond_acceptors": "hydrogen-bond acceptors"}
_LETTERS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass
class Stage:
    """What slots may name while a dialogue is played: entities, given numbers, picks, results r1, r2 ..."""

    toolbox: Toolbox
    names: dict[str, Any]
    make_id: Callable[[int], str]
    calls: int = 0
    turns: list[dict[str, str]] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)


def play_steps(stage: Stage, exchange: Exchange) -> None:
    """Run the calls of an exchange; their turns and results are added to the stage."""
    for step in exchange.steps:
        calls: list[dict[str, Any]] = []
        results: list[dict[str, Any]] = []
        for call in step:
            for name, raw in call.items():
                arguments = {key: fill_argument(text, stage.names) for key, text in raw.items()}
                stage.calls += 1
                calls.append({"id": stage.make_id(stage.calls), "name": name, "arguments": arguments})
                result = stage.toolbox.call(name, arguments)
                results.append(result)
                stage.names[f"r{stage.calls}"] = result
        stage.turns.append({"role": CALL, "content": write_json(calls)})
        stage.results += results
        for call, result in zip(calls, results, strict=True):
            told = {"id": call["id"], "name": call["name"], "result": result}
            stage.turns.append({"role": RESULT, "content": write_json(told)})


def fill_argument(text: str, names: Mapping[str, Any]) -> Any:
    """An argument as written in a case: one slot alone keeps its type, a plain text stays a text."""
    match = _SLOT.fullmatch(text)
    return look_up(match[1], names) if match else fill(text, names, is_prose=False)


def fill(text: str, names: Mapping[str, Any], *, is_prose: bool = True) -> str:
    """A wording with its slots filled; in prose a name that begins a sentence has a capital."""
    return "".join(part(names) if callable(part) else part for part in _compile(text, is_prose))


@lru_cache(20_000)
def _compile(text: str, is_prose: bool) -> list[str | Callable[[Mapping[str, Any]], str]]:
    parts: list[str | Callable[[Mapping[str, Any]], str]] = []
    at = 0
    for match in _SLOT.finditer(text):
        is_first = is_prose and _SENTENCE_START.search(text[: match.start()]) is not None
        parts += [text[at : match.start()], _make_filler(match[1], is_first)]
        at = match.end()
    return [*parts, text[at:]]


def _make_filler(slot: str, is_first: bool) -> Callable[[Mapping[str, Any]], str]:
    path, _, fmt = slot.partition(":")
    if is_first and (path.endswith(".name") or path in _WORDS):
        return lambda names: capitalise(tell(look_up(path, names), fmt))
    return lambda names: tell(look_up(path, names), fmt)


def capitalise(text: str) -> str:
    """A name as a sentence begins with it; `p-cresol` and `2-naphthol` stay as they are."""
    return text[0].upper() + text[1:] if text[:2].isalpha() else text


def look_up(path: str, names: Mapping[str, Any]) -> Any:
    """What a path names (`r1.molecular_weight`), or the number that it is; PackError when it is neither."""
    head, *rest = path.split(".")
    if head not in names:
        try:
            return float(path)
        except ValueError:
            raise PackError(f"nothing is called {path}", where="cases.yaml") from None
    found = names[head]
    for part in rest:
        if not isinstance(found, Mapping) or part not in found:
            raise PackError(f"nothing is called {path}: {found}", where="cases.yaml")
        found = found[part]
    return found


def tell(value: Any, fmt: str = "") -> str:
    """A value as text: `dpN` decimals (halves up), `int`, `sigN` digits, `share` for per cent, else as it is."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, str) or not fmt:
        return str(value)
    if fmt == "share":  # per cent; nobody measures the last hundredth
        return "under 0.01" if value < 0.01 else "over 99.99" if value > 99.99 else _tell_digits(value, 3)
    if fmt[:3] == "sig":
        return _tell_digits(value, int(fmt[3:]))
    places = 0 if fmt == "int" else int(fmt[2:])
    text = f"{Decimal(repr(value)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    return text if text.strip("-0.") else text.replace("-", "")  # no minus before a zero


def _tell_digits(value: float, digits: int) -> str:
    """So many significant digits of a number that is not whole; a whole one as it is."""
    if value == int(value):
        return f"{value:.0f}"
    text = f"{Decimal(repr(value)):.{digits}g}"
    return f"{Decimal(text):f}" if "e" in text else text


def settle_lets(case: Case, names: dict[str, Any]) -> None:
    """Add what the case computes from results: see `let` in the docs."""
    for name, rule in case.let.items():
        (kind, raw), *_ = rule.items()
        paths = [raw] if isinstance(raw, str) else list(raw)
        fmt = rule.get("fmt", "")
        if kind == "get":  # the entry of a result that a pick names
            value = look_up(paths[0], names)[look_up(paths[1], names)]
            names[name] = tell(value, str(look_up(fmt, names)) if "." in fmt else fmt)
        elif kind == "gap":
            names[name] = tell(abs(look_up(paths[0], names) - look_up(paths[1], names)), fmt)
        elif kind == "words":  # a list of keys as words
            names[name] = join_words([_KEYS.get(one, one.replace("_", " ")) for one in look_up(paths[0], names)])
        elif kind == "first":
            names[name] = str(look_up(paths[0], names)[0])
        elif kind in ("more", "less"):
            first, told_first, second, told_second = (look_up(path, names) for path in paths)
            names[name] = told_first if (first > second) == (kind == "more") else told_second
        else:
            raise PackError(f"no such let: {kind}", where="cases.yaml")


def join_words(words: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def choose_branch(case: Case, names: Mapping[str, Any]) -> str:
    """The branch of the reply: a value in words, or how two values stand (`more`, `less`, `same`)."""
    if case.by is None:
        return ""
    if isinstance(case.by, str):
        return str(look_up(case.by, names)).lower()
    (_, paths), *_ = case.by.items()
    first, second, *margin = (look_up(path, names) for path in paths)
    if abs(first - second) <= (margin[0] if margin else 0):
        return "same"
    return "more" if first > second else "less"


def make_call_id(words: Sequence[int], number: int) -> str:
    """`call_` and nine letters of a row's random words and the call's number."""
    value = (int(words[0]) << 32 | int(words[1])) ^ (number * 0x9E37_79B9_7F4A_7C15 & 0xFFFF_FFFF_FFFF_FFFF)
    letters = []
    for _ in range(9):
        value, digit = divmod(value, len(_LETTERS))
        letters.append(_LETTERS[digit])
    return "call_" + "".join(letters)
