"""JSON in, its records out one at a time: JSON lines, a list of records, or an object that holds such a list.

Memory is one record, however large the file: openFDA's labels come as one object of half a gigabyte.
"""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Iterator
from typing import Any

from apothecary.engine.xml import ByteStream
from apothecary.errors import SourceError

CHUNK_BYTES = 2**18
MAX_RECORD_CHARS = 2**26
BLANKS = " \t\r\n\ufeff"


class _Text:
    """A stream of bytes as text that is read on as needed; `text` from `at` on is not yet used."""

    def __init__(self, stream: ByteStream, file: str) -> None:
        self.stream, self.file = stream, file
        self.decode = codecs.getincrementaldecoder("utf-8")().decode
        self.parse = json.JSONDecoder().raw_decode
        self.text, self.at, self.is_ended = "", 0, False

    def fill(self) -> bool:
        """Read on; whether there was more."""
        if self.is_ended:
            return False
        data = self.stream.read(max(CHUNK_BYTES, len(self.text) - self.at))
        self.is_ended = not data
        try:
            self.text = self.text[self.at :] + self.decode(data, final=self.is_ended)
        except UnicodeDecodeError:
            raise SourceError("the JSON is not UTF-8", where=self.file, expected="UTF-8") from None
        self.at = 0
        if len(self.text) > MAX_RECORD_CHARS:
            expected = f"records of at most {MAX_RECORD_CHARS:,} characters"
            raise SourceError("a JSON record is too large", where=self.file, expected=expected)
        return True

    def peek(self) -> str:
        """The next character that is no blank; empty at the end."""
        while True:
            while self.at < len(self.text):
                if self.text[self.at] not in BLANKS:
                    return self.text[self.at]
                self.at += 1
            if not self.fill():
                return ""

    def take(self, sign: str) -> bool:
        """Use up the next character if it is this one."""
        is_there = self.peek() == sign
        self.at += is_there
        return is_there

    def value(self) -> Any:
        """The next value, whole."""
        self.peek()
        while True:
            try:
                value, end = self.parse(self.text, self.at)
                if end < len(self.text) or not self.fill():
                    self.at = end if end < len(self.text) or self.is_ended else self.at
                    return value
            except json.JSONDecodeError as error:
                if not self.fill():
                    raise self.tell(error.msg) from None
            except RecursionError:
                raise SourceError("JSON nested too deep", where=self.file) from None

    def tell(self, problem: str) -> SourceError:
        """The error of a place where the JSON ends being JSON."""
        if not self.text.strip(BLANKS):
            return SourceError("the file is empty", where=self.file, expected="JSON")
        return SourceError("the file is not JSON", where=self.file, expected=problem.removesuffix(" at"))


def iter_json(stream: ByteStream, lists: Collection[str], *, file: str) -> Iterator[Any]:
    """A stream to its records, of whatever type; SourceError where it is no JSON (after the records before that place).

    `lists` are the names under which an object may hold the list of records; another object is a record itself.
    """
    text = _Text(stream, file)
    if not text.peek():
        raise text.tell("")
    while text.peek():
        if text.take("["):
            yield from _iter_list(text)
        elif text.peek() == "{":
            yield from _iter_object(text, lists)
        else:
            raise text.tell("a list or an object") if not isinstance(text.value(), dict) else text.tell("")


def _iter_list(text: _Text) -> Iterator[Any]:
    if text.take("]"):
        return
    while True:
        yield text.value()
        if text.take("]"):
            return
        if not text.take(","):
            raise text.tell("a comma or the end of a list")


def _iter_object(text: _Text, lists: Collection[str]) -> Iterator[Any]:
    """An object's records where a list of them is in it; else itself."""
    record: dict[str, Any] = {}
    is_wrapper = False
    text.take("{")
    if text.take("}"):
        yield record
        return
    chars = 0
    while True:
        name = text.value()
        if not isinstance(name, str) or not text.take(":"):
            raise text.tell("a name and a colon")
        if name in lists and text.take("["):
            is_wrapper = True
            yield from _iter_list(text)
        else:
            start = text.at
            record[name] = text.value()
            chars += max(0, text.at - start)
            if chars > MAX_RECORD_CHARS:
                raise SourceError("a JSON record is too large", where=text.file)
        if text.take("}"):
            break
        if not text.take(","):
            raise text.tell("a comma or the end of an object")
    if not is_wrapper:
        yield record
