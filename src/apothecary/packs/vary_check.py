"""Rendered rows of a varied pack -> what reads broken in them, and orders that the reply does not follow.

The rules look at the finished text and know nothing of how replies were chosen: what a manner orders is read off its
words ("JSON", "one sentence", "at most 12 words"), and the reply is held against it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TypeAlias

from apothecary.packs.grammar import expand, expand_all, parse
from apothecary.packs.model import Pack, Template
from apothecary.packs.skeleton import skeleton

_Check: TypeAlias = "Callable[[str, str, str], bool]"  # the manner, the reply and the answer

QUESTION = "§"  # where the question stands in a manner
MANY_WORDINGS = 50

_SLIPS = {
    "a doubled mark": re.compile(r"[?!,;:][ \n]*[?!,;:.](?!\.)|(?<!\.)\.[ \n]*[?!,;:]|(?<!\.)\.\.(?!\.)"),
    "a space before a mark": re.compile(r" [?!,;](?=\s|$)| \.(?=\s|$)"),
    "a doubled space": re.compile(r"\S  +\S"),
    "a space at the end of a line": re.compile(r" (?=\n|$)"),
    "a sign of the grammar": re.compile(r"\{(?:ask|answer|unit|steps)\b|\\[\[\]|]"),
    "please twice": re.compile(r"(?is)\bplease\b.*\bplease\b"),
    "too many line breaks": re.compile(r"\n\n\n"),
}


def list_forms(pack: Pack) -> dict[str, int]:
    """A pack to its templates, different question patterns (by skeleton), and wordings.

    A wording is a question as worded with a reply as worded that goes with it.
    """
    templates = [template for intent in pack.intents for template in intent.templates]
    counts = [count_forms(template) for template in templates]
    return {
        "templates": len(templates),
        "skeletons of questions": len({skeleton(ask) for template in templates for ask in template.ask}),
        "wordings": sum(counts),
        f"templates of {MANY_WORDINGS} wordings or more": sum(count >= MANY_WORDINGS for count in counts),
    }


def count_forms(template: Template) -> int:
    """How many pairs of a question and a reply that goes with it a template can say (an earlier turn left out)."""
    asks, ask_pattern = expand_all(template.ask)
    replies, reply_pattern = expand_all(template.reply)
    if template.derived is None:
        return len(asks) * len(replies)
    groups = [template.derived.reply_groups[pattern] for pattern in reply_pattern]
    return sum(groups.count(template.derived.ask_groups[pattern]) for pattern in ask_pattern)


def list_manners(template: Template, base: Template) -> list[str]:
    """For each question wording of a derived template what its manner adds: `Number only.\\n§`."""
    assert template.derived is not None
    found = []
    for ask, number in zip(template.ask, template.derived.asks, strict=True):
        questions = sorted(expand(base.ask[number]), key=len, reverse=True)
        for wording in expand(ask):
            question = next(text for text in questions if text in wording)
            added = wording.replace(question, QUESTION, 1)
            found.append("".join(getattr(part, "text", "") for part in parse(added)))
    return found


def check_row(manner: str, prompt: str, response: str, answer: str) -> Iterator[str]:
    """What reads broken where a manner meets a question, and each order of it that the reply does not follow."""
    before, _, after = manner.partition(QUESTION)
    if not (prompt.startswith(before) and prompt.endswith(after)):
        yield f"the manner `{manner}` is not in the question"
        return
    question = prompt[len(before) : len(prompt) - len(after)]
    for name, slip in _SLIPS.items():
        if len(slip.findall(prompt)) > len(slip.findall(question)):
            yield f"{name}: `{manner}` around `{question[:20]} ... {question[-20:]}`"
    for name, is_followed in _find_orders(manner):
        if not is_followed(manner, response, answer):
            yield f"`{manner}` is answered with `{response}`, which is not {name}"


@lru_cache(maxsize=10_000)
def _find_orders(manner: str) -> tuple[tuple[str, _Check], ...]:
    return tuple((name, check) for says, name, check in _ORDERS if re.search(says, manner, re.IGNORECASE))


def _is_json(manner: str, response: str, answer: str) -> bool:
    try:
        read = json.loads(response)
    except ValueError:
        return False
    keys = all(re.search(rf"\b{key}\b", manner) for key in read) if isinstance(read, dict) else False
    return keys and next(iter(read.values())) in (answer, _as_number(answer))


def _as_number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _is_table(manner: str, response: str, answer: str) -> bool:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in response.split("\n")]
    return len(rows) == 3 and all(len(row) == 2 for row in rows) and rows[2][0] == answer


def _is_line(manner: str, response: str, answer: str) -> bool:
    return "\n" not in response and "```" not in response


def _is_sentence(manner: str, response: str, answer: str) -> bool:
    starts = not response[0].islower() or re.match(r"[a-z]{1,4}-", response) is not None  # o-Xylene
    return starts and _is_line(manner, response, answer) and re.search(r"[.?!]\s+[A-Z]", response[:-1]) is None


def _fits_limit(manner: str, response: str, answer: str) -> bool:
    return len(response.split()) <= min(int(number) for number in re.findall(r"\b\d+\b", manner))


def _is_brief(manner: str, response: str, answer: str) -> bool:
    return _is_line(manner, response, answer) and len(response.split()) <= 15


def _is_numbered(manner: str, response: str, answer: str) -> bool:
    numbers = [match[1] for line in response.split("\n") if (match := re.match(r"(\d+)\. ", line))]
    return len(numbers) >= 2 and numbers == [str(n + 1) for n in range(len(numbers))] and answer in response


def _is_bulleted(manner: str, response: str, answer: str) -> bool:
    lines = response.split("\n")
    return len(lines) >= 2 and all(line.startswith("- ") for line in lines) and answer in lines[-1]


def _is_worked(manner: str, response: str, answer: str) -> bool:
    return re.search(r" [×/+−*=] |[√^]", response) is not None and answer in response


def _match(pattern: str) -> _Check:
    """A check that the whole reply matches, `A` being the answer."""

    def is_followed(manner: str, response: str, answer: str) -> bool:
        return re.fullmatch(pattern.replace("ANSWER", re.escape(answer)), response, re.DOTALL) is not None

    return is_followed


_WORKING = (
    r"(show|see|want|with|have|with its|written out|included|attached)\b[^.\n]*\b(calculation|working|arithmetic|sum)\b"
)
_TWO_PARTS = r"result (last|on a line of its own)|(end with|finish with|then) a line|last line|line that starts"
_RESULT_FIRST = (
    r"the result first|^answer first|begin with the result|lead with the figure|start with the number|top line"
)
_ONE_LINE = r"\b(one|single) line\b(?! a step)|no line breaks"
_ORDERS: tuple[tuple[str, str, _Check], ...] = (
    (r"\bjson\b|\{\"", "the JSON asked for", _is_json),
    (
        r"table with (the columns|one row)|two-column|table of one row|markdown table",
        "a table with the value",
        _is_table,
    ),
    (_ONE_LINE, "one line", _is_line),
    (r"\b(a|one|whole|full|complete|single) sentence\b", "one sentence", _is_sentence),
    (r"\b\d+ words\b|\bword limit\b", "within its limit", _fits_limit),
    (r"\bquick one\b|\bbrief(ly)?\b|\bkeep it short\b|\bfew words\b|\bshort answer\b", "short", _is_brief),
    (r"number the steps|in numbered steps|steps, one a line|step by step|numbered list", "numbered", _is_numbered),
    (r"\bbullets?\b|\bdashe[sd]\b", "a bullet for each step", _is_bulleted),
    (_WORKING, "shown with its working", _is_worked),
    (r"number only|bare number|just the number|digits (only|and)", "a bare number", _match("ANSWER")),
    (
        r"just the value|value and unit, nothing|value, space|number with its unit",
        "value and unit",
        _match("ANSWER .+"),
    ),
    (r"letter only|the letter, please|one letter, nothing", "one letter", _match("ANSWER")),
    (r"X\) option|letter first|letter and option|is printed\.", "letter and option", _match(r"ANSWER\) .+")),
    (r"the answer is \(|\"the answer is", "the words asked for", _match(r"The answer is \(ANSWER\)\.")),
    (r"<answer>", "between its tags", _match("<answer>ANSWER( .+)?</answer>")),
    (r"\\boxed|\bboxed", "boxed", _match(r"\\boxed\{ANSWER\}")),
    (r"\bbold\b|double asterisks", "bold", _match(r"\*\*ANSWER .+\*\*")),
    (r"code block|backticks|```", "a code block", _match("```\nANSWER\n```")),
    (r"\bcsv\b|comma-separated|value,unit", "a CSV line", _match("ANSWER,[^,\n]+")),
    (r"\byaml\b|value: \.\.\.|keys being value|key-value", "two lines", _match("value: ANSWER\nunit: .+")),
    (r"reply with \"result|as \"result: value|form of the answer", "a result line", _match("Result: ANSWER .+")),
    (_TWO_PARTS, "ending in a result line", _match("(1\\. .*\n)?Result: ANSWER .+")),
    (_RESULT_FIRST, "led by its result", _match("ANSWER [^\n]+\n.+")),
    (r"working(, then| and answer|: \.\.\.|\" and)", "under two headings", _match("Working:\n.+\nAnswer: ANSWER .+")),
    (r"\byes or no\b", "yes or no", _match("Yes|No")),
)
