"""A second opinion: another model is asked whether each sentence follows from the facts it cites."""

from __future__ import annotations

import json
from collections.abc import Sequence

from apothecary.engine.llm.client import Client
from apothecary.engine.llm.request import Request
from apothecary.writing.gate import Turn
from apothecary.writing.plan import Task

VERDICTS = {
    "type": "object",
    "properties": {"supported": {"type": "array", "items": {"type": "boolean"}}},
    "required": ["supported"],
    "additionalProperties": False,
}
_SYSTEM = (
    "You check sentences against numbered facts. A sentence is supported when the facts it cites say all of it: "
    "each value, each name, each direction, nothing more. Answer with JSON: one true or false a sentence, in order."
)


def ask_opinion(task: Task, turns: Sequence[Turn], model: str) -> Request:
    """The request about all sentences of a row."""
    facts = "\n".join(fact.tell(number) for number, fact in enumerate(task.subject.facts, 1))
    sentences = [one for turn in turns for one in turn.sentences]
    lines = [f"{at}. {text} [facts {', '.join(map(str, cited))}]" for at, (text, cited) in enumerate(sentences, 1)]
    asked = f"Facts:\n{facts}\n\nSentences:\n" + "\n".join(lines)
    return Request(model, (("system", _SYSTEM), ("user", asked)), max_tokens=400, temperature=0.0, schema=VERDICTS)


async def second_guess(client: Client, task: Task, turns: Sequence[Turn]) -> str:
    """Empty where the second model supports every sentence, else the reason to drop the row."""
    outcome = await client.ask(ask_opinion(task, turns, client.endpoint.model))
    if outcome.answer is None:
        return f"no opinion: {outcome.reason}"
    return read_opinion(outcome.answer.texts[0], sum(len(turn.sentences) for turn in turns))


def read_opinion(text: str, sentences: int) -> str:
    """An answer of the second model to the reason to drop the row, empty for none."""
    verdicts = json.loads(text)["supported"]
    if len(verdicts) != sentences:
        return "no opinion: another number of sentences"
    return "" if all(verdicts) else f"second opinion: sentence {verdicts.index(False) + 1}"
