"""Records of question sets in, whatever their fields are called, a document each out: question, context, answer.

Known shapes: question and answer, prompt and response, Alpaca (instruction, input, output), chat (`messages` with role
and content, `conversations` with from and value). A chat of several turns keeps them all in their order.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.prose import tidy_lines
from apothecary.documents.question_rows import Row, iter_parquet, iter_rows
from apothecary.documents.questions import SOURCE, finish
from apothecary.errors import SourceError

FORMAT, LICENCE = "question table", "own data, licence not stated"
QUESTIONS = ("question", "query", "prompt", "problem", "instruction", "ask", "user", "input_text", "question_text")
ANSWERS = (
    "answer",
    "response",
    "output",
    "completion",
    "solution",
    "reply",
    "assistant",
    "long_answer",
    "target",
    "answer_text",
    "answers",
)
CONTEXTS = ("input", "context", "contexts", "passage", "abstract", "background")
CHATS = ("messages", "conversations", "conversation", "dialogue", "turns")
IDS = ("id", "qid", "_id", "question_id", "uid", "pmid")
LICENCES = ("license", "licence")
ROLES = {
    "user": "question",
    "human": "question",
    "patient": "question",
    "prompter": "question",
    "assistant": "answer",
    "gpt": "answer",
    "model": "answer",
    "bot": "answer",
    "doctor": "answer",
    "system": "system",
}
MAX_MISSES = 1_000  # records that are no questions, before the file is given up


def read_question_rows(stream: io.BufferedReader, *, file: str) -> Iterator[Item]:
    """A stream of records to its questions and failures; SourceError where it is no such file."""
    return read_rows(iter_rows(stream, file=file), file)


def read_question_parquet(stream: BinaryIO, *, file: str) -> Iterator[Item]:
    """A Parquet file to its questions and failures."""
    return read_rows(iter_parquet(stream, name=file), file)


def read_rows(rows: Iterator[Row | Failure] | Iterator[Row], file: str) -> Iterator[Item]:
    """Records to documents; SourceError when no record of many looks like a question."""
    hits = misses = 0
    for row in rows:
        if isinstance(row, Failure):
            yield row
            continue
        number, record, notice = row
        sections = list_sections(record)
        if not any(name == "question" and text for name, text in sections):
            misses += 1
            if misses > MAX_MISSES and not hits:
                raise SourceError("no record is a question", where=file, expected="fields like question and answer")
            yield Failure(file, number, None, "no question", f"fields {', '.join(map(str, record))}"[:200])
            continue
        hits += 1
        yield describe_record(record, sections, file, number, notice)


def describe_record(
    record: Mapping[str, Any], sections: list[tuple[str, str]], file: str, number: int, notice: str
) -> Document:
    """A record with its sections to its document, whose key is made of its text: the same pair again is the same."""
    mark = hashlib.sha256("\0".join(text for _, text in sections).encode()).hexdigest()[:16]
    questions = [text for name, text in sections if name == "question"]
    document = Document(
        SOURCE, f"own/{mark}", FORMAT, questions[0][:300], write_text(pick(record, LICENCES)) or LICENCE
    )
    key = pick(record, IDS)
    document.links = [("id", str(key))] if isinstance(key, str | int) and str(key) else []
    document.notices = [notice] if notice else []
    if len(questions) > 1:
        document.notices.append("several turns")
    return finish(document, sections, file, number)


def pick(record: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    """The first field with one of the names, in whatever case, that is not empty."""
    known = {str(name).lower().strip(): value for name, value in record.items()}
    return next((known[name] for name in names if known.get(name) not in (None, "", [])), None)


def list_sections(record: Mapping[str, Any]) -> list[tuple[str, str]]:
    """A record to its sections; none where it is no question."""
    chat = pick(record, CHATS)
    if isinstance(chat, str) and chat.lstrip().startswith("["):  # a list written into a cell
        try:
            chat = json.loads(chat)
        except ValueError:
            chat = None
    if isinstance(chat, list) and chat and all(isinstance(turn, Mapping) for turn in chat):
        return list(_list_turns(chat))
    question, context, answer = (pick(record, names) for names in (QUESTIONS, CONTEXTS, ANSWERS))
    if question is None and context is not None and answer is not None:
        question, context = context, None  # a set of input and output
    parts = [("system", pick(record, ("system", "system_prompt"))), ("question", question), ("context", context)]
    return [(name, text) for name, value in [*parts, ("answer", answer)] if (text := write_text(value))]


def _list_turns(chat: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """The turns of a chat; those of tools and of no known role are kept under their own name."""
    for turn in chat:
        role = str(pick(turn, ("role", "from", "speaker")) or "").lower()
        text = write_text(pick(turn, ("content", "value", "text", "utterance")))
        if text:
            yield ROLES.get(role, role or "turn"), text


def write_text(value: Any) -> str:
    """A field as text: lists one below the other, objects by their texts; empty for none."""
    if value is None:
        return ""
    if isinstance(value, str):
        return tidy_lines(value)
    if isinstance(value, list | tuple):
        return "\n\n".join(text for one in value if (text := write_text(one)))
    if isinstance(value, Mapping):
        inner = pick(value, ("text", "content", "value", "answer", "contexts"))
        return write_text(inner) if inner is not None else ""
    return str(value)
