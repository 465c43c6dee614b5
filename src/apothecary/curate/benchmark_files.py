"""Benchmark files that a user names to one frame of test items: CSV (with a header or without), JSON, JSONL, Parquet.

The real files differ in shape, so the parts of an item are told by the usual column names, and by form: MMLU is a CSV
without header (question, options, letter), BioASQ a list of questions inside a JSON object, PubMedQA an object of
records by PMID, ARC nests its question. What cannot be told apart stays in the text. JSONL, CSV and Parquet are read in
pieces, also compressed (.gz, .zst, .bz2); one JSON document is read whole.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Collection, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.errors import SourceError

_COLUMNS: dict[str, pl.DataType | type[pl.DataType]] = {
    "benchmark": pl.String,  # the file's name
    "item": pl.String,  # the item's id in the file, or its number from 1
    "text": pl.String,  # the question
    "options": pl.List(pl.String),
    "answers": pl.List(pl.String),
    "contexts": pl.List(pl.String),  # what the question is to be answered from
}
ITEM = pl.Schema(_COLUMNS)
PIECE_ITEMS = 10_000
QUESTION = (
    "question",
    "body",
    "stem",
    "prompt",
    "query",
    "problem",
    "instruction",
    "input",
    "text",
    "sentence",
    "premise",
)
OPTIONS = ("choices", "options", "endings", "distractors", "answer_choices", "mc1_targets")
ONE_OPTION = (
    *(f"{stem}{mark}" for stem in ("op", "option", "option_", "choice", "choice_", "ending") for mark in "abcde012345"),
    *"abcde",
)
ANSWERS = (
    "answer",
    "answers",
    "exact_answer",
    "ideal_answer",
    "long_answer",
    "correct_answer",
    "best_answer",
    "output",
)
CONTEXTS = ("context", "contexts", "passage", "passages", "snippets", "abstract", "support", "background")
IDS = ("id", "_id", "qid", "question_id", "item_id", "pmid", "uid", "idx", "index", "key")
FORMATS = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet")
SHAPE_HINT = "name a file with a column such as `question` or `text`; CSV, JSON, JSONL and Parquet are read"

Record = dict[str, Any]


def read_benchmarks(paths: Sequence[Path]) -> pl.DataFrame:
    """Benchmark files to one ITEM frame, in the order given; SourceError names the file that cannot be used."""
    names = [path.name for path in paths]
    frames = [pl.DataFrame(schema=ITEM)]
    for path in paths:
        name = path.name if names.count(path.name) == 1 else f"{path.parent.name}/{path.name}"
        frames += [part.with_columns(pl.lit(name).alias("benchmark")) for part in iter_benchmark(path)]
    return pl.concat(frames)


def iter_benchmark(path: Path) -> Iterator[pl.DataFrame]:
    """One benchmark file to ITEM frames of at most 10,000 items.

    Records are taken one by one in Python: each is a nested object of its own shape, and there are thousands, not
    millions. SourceError for a file that is missing, empty, damaged or without questions.
    """
    items = (item for number, record in iter_records(path) if (item := _read_item(record, number)))
    found = 0
    while part := list(islice(items, PIECE_ITEMS)):
        found += len(part)
        yield pl.DataFrame(part, schema=ITEM).with_columns(pl.lit(path.name).alias("benchmark"))
    if not found:
        what = "the benchmark file has no question text"
        raise SourceError(what, where=str(path), expected="items with the text of a question", hint=SHAPE_HINT)


def iter_records(path: Path, headers: Collection[str] = QUESTION) -> Iterator[tuple[int, Record]]:
    """A file to its records with their numbers from 1; SourceError when there are none, or when reading fails.

    A CSV whose first line has one of `headers` has a header.
    """
    number = 0
    try:
        for number, record in enumerate(_read_records(path, headers), 1):
            yield number, record
    except SourceError:
        raise
    except (OSError, EOFError, ValueError, csv.Error, RecursionError) as error:  # pyarrow's errors are among these
        reason = str(error).split("\n")[0] or type(error).__name__
        what = f"the benchmark file cannot be read: {reason}"
        hint = "fetch the file again, or check that its ending says what it is"
        raise SourceError(what, where=f"{path}, record {number + 1}", hint=hint) from None
    if not number:
        raise SourceError("the benchmark file is empty", where=str(path), hint="name a file with test items, or none")


def _read_records(path: Path, headers: Collection[str]) -> Iterator[Record]:
    """A file to its records."""
    kinds = [part.lower() for part in path.suffixes]
    kind = kinds[-1] if kinds and kinds[-1] in FORMATS else (kinds[-2] if len(kinds) > 1 else "")
    if not path.is_file():
        what = "no benchmark file here" if not path.exists() else "a benchmark file is asked for, and this is none"
        raise SourceError(what, where=str(path), hint="check the path; a folder's files are named one by one")
    if kind not in FORMATS:
        what = f"the benchmark file's format is not known from its name: {path.name}"
        raise SourceError(what, where=str(path), expected=", ".join(FORMATS), hint="rename or convert the file")
    if kind == ".parquet":
        yield from _read_parquet(path)
    elif kind in (".csv", ".tsv"):
        yield from _read_table(path, "\t" if kind == ".tsv" else ",", headers)
    elif kind in (".jsonl", ".ndjson"):
        yield from _read_lines(path)
    else:
        yield from _find_records(_load_json(path), path)


def _open_text(path: Path) -> io.TextIOWrapper:
    """A file, compressed or not, as UTF-8 text."""
    import pyarrow as pa

    return io.TextIOWrapper(pa.input_stream(str(path)), encoding="utf-8-sig", newline="")


def _read_parquet(path: Path) -> Iterator[Record]:
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(1000):
            yield from batch.to_pylist()


def _read_lines(path: Path) -> Iterator[Record]:
    with _open_text(path) as file:
        for line in file:
            if line.strip():
                record = json.loads(line)
                yield record if isinstance(record, dict) else {"text": record}


def _load_json(path: Path) -> Any:
    with _open_text(path) as file:
        text = file.read()
    if not text.strip():
        return []
    return json.loads(text)


def _find_records(document: Any, path: Path) -> Iterator[Record]:
    """A JSON document to its records: a list, the longest list of objects inside, objects by id, or columns."""
    if isinstance(document, list):
        yield from (one if isinstance(one, dict) else {"text": one} for one in document)
        return
    if not isinstance(document, dict):
        raise SourceError("the JSON document holds no records", where=str(path), hint=SHAPE_HINT)
    lists = [value for value in document.values() if isinstance(value, list)]
    tables = [value for value in lists if value and all(isinstance(one, dict) for one in value)]
    if tables and not _has_question(document):
        yield from (one["row"] if isinstance(one.get("row"), dict) else one for one in max(tables, key=len))
    elif document and all(isinstance(value, dict) for value in document.values()):
        yield from ({"_id": key, **value} for key, value in document.items())
    elif lists and len(lists) == len(document) and len({len(value) for value in lists}) == 1:
        yield from (dict(zip(document, values, strict=True)) for values in zip(*lists, strict=True))
    elif _has_question(document):
        yield document
    elif document:
        what = "the benchmark file has ids and labels, but no question text"
        raise SourceError(what, where=str(path), hint="name the file that holds the questions these labels belong to")


def _has_question(record: Record) -> bool:
    return any(str(key).strip().lower() in QUESTION for key in record)


def _read_table(path: Path, separator: str, headers: Collection[str]) -> Iterator[Record]:
    """A CSV file to records; without a header the columns are told by form: question, options, and a letter."""
    with _open_text(path) as file:
        lines = (line for line in csv.reader(file, delimiter=separator, strict=True) if any(map(str.strip, line)))
        head = list(islice(lines, 50))
        if not head:
            return
        names = [cell.strip().lower() for cell in head[0]]
        if any(name in headers for name in names):
            for number, line in enumerate(chain(head[1:], lines), 2):
                if len(line) > len(names):
                    what = f"line {number} of the benchmark file has {len(line)} cells, its header {len(names)}"
                    raise SourceError(what, where=str(path), hint="put texts that hold the separator in quotes")
                yield dict(zip(names, line, strict=False))
            return
        width = max(map(len, head))
        if width > 2 and all(len(line) == width and line[-1].strip().upper() in list("ABCDEFGHIJ") for line in head):
            for line in chain(head, lines):
                yield {"question": line[0], "options": line[1:-1], "answer": line[-1]}
            return
        main = max(range(width), key=lambda at: sum(len(line[at]) for line in head if at < len(line)))
        for line in chain(head, lines):
            if main < len(line):
                yield {"question": line[main], "context": [cell for at, cell in enumerate(line) if at != main]}


def _read_item(record: Record, number: int) -> Record | None:
    """A record to an ITEM without `benchmark`, None when it has no question."""
    fields = {str(key).strip().lower(): value for key, value in record.items()}
    nested = fields.get("question")
    if isinstance(nested, dict):
        fields |= {str(key).lower(): value for key, value in nested.items()} | {"question": None}
    if isinstance(fields.get("messages"), list):
        turns = [turn for turn in fields["messages"] if isinstance(turn, dict)]
        spoken = {
            role: [turn.get("content") for turn in turns if turn.get("role") == role] for role in ("user", "assistant")
        }
        fields |= {"question": "\n".join(_list_texts(spoken["user"])), "answers": spoken["assistant"]}
    text = next((found for name in QUESTION if (found := "\n".join(_list_texts(fields.get(name))))), "")
    if not text:
        return None
    options = [text for name in OPTIONS for text in _list_texts(fields.get(name))]
    options = options or [text for name in ONE_OPTION for text in _list_texts(fields.get(name))]
    answers = [text for name in ANSWERS for text in _list_texts(fields.get(name))]
    letter = answers[0].strip().upper() if len(answers) == 1 and options else ""
    if len(letter) == 1 and "A" <= letter <= "Z" and ord(letter) - ord("A") < len(options):
        answers = [options[ord(letter) - ord("A")]]
    found_id = next(
        (fields[name] for name in IDS if isinstance(fields.get(name), str | int) and fields[name] != ""), number
    )
    contexts = [text for name in CONTEXTS for text in _list_texts(fields.get(name))]
    return {"item": str(found_id), "text": text, "options": options, "answers": answers, "contexts": contexts}


def _list_texts(value: Any) -> list[str]:
    """A text, or a nest of lists and objects, to its texts; numbers count, an object gives its `text` or its values."""
    if isinstance(value, str):
        text = value.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate from a \u escape is no text
        return [text] if text.strip() else []
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        return [str(value)]
    if isinstance(value, dict):
        inner = next((value[name] for name in ("text", "content", "body") if name in value), None)
        return _list_texts(inner if inner is not None else list(value.values()))
    if isinstance(value, list | tuple):
        return [text for one in value for text in _list_texts(one)]
    return []
