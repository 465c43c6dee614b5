"""The only door for XML: a stream of bytes in, its records out one at a time, each let go before the next.

Never fetched or opened: external entities and DTDs (a DOCTYPE that names one is accepted, the file read without it).
Refused: entities that hold others or long texts, deep nesting, records and tokens beyond `XmlLimits`, HTML pages.
Python's expat does the work. Entities can only be declared before the root element, so a bare expat parser looks at
that part first, and the fast tree builder sees the bytes only after it agreed.
"""

from __future__ import annotations

import html.entities
import xml.etree.ElementTree as ET
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Protocol, cast
from xml.parsers import expat

from apothecary.errors import SourceError

CHUNK_BYTES = 2**18
ENCODING_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# What DTDs of publishers declare (&mdash; &alpha; &lsqb;): known here, so that no DTD need be read.
NAMED = {name[:-1]: text for name, text in html.entities.html5.items() if name.endswith(";")}


@dataclass(frozen=True)
class XmlLimits:
    """What a file may hold; beyond it, it is refused with SourceError."""

    max_prolog_bytes: int = 2**20
    max_entities: int = 10_000
    max_entity_chars: int = 32
    max_depth: int = 200
    max_elements: int = 1_000_000  # in one record and what precedes it
    max_record_bytes: int = 2**26
    max_quiet_bytes: int = 2**22  # without a start or an end of an element: one text, tag or comment


LIMITS = XmlLimits()


class ByteStream(Protocol):
    """What can be read in pieces."""

    def read(self, size: int = -1, /) -> bytes:
        """At most `size` bytes; none at the end."""


class _RootSeenError(Exception):
    """The first element was reached: no declaration can follow."""


def iter_records(
    stream: ByteStream, tags: Collection[str], *, name: str, limits: XmlLimits = LIMITS
) -> Iterator[ET.Element]:
    """A stream to its outermost elements with one of these tags, whole, in their order.

    An element is emptied when the next is asked for: take what is needed from it at once. `name` is for errors. Raises
    SourceError when the file is not XML, is not well-formed (after the records before that place) or is refused.
    """
    head = _check_prolog(stream, name, limits)
    parser = ET.XMLParser()
    parser.entity.update(NAMED)
    pull = ET.XMLPullParser(("start", "end"), _parser=parser)
    wanted = frozenset(tags)
    path: list[ET.Element] = []
    inside = 0  # the depth of the record that is open
    elements = fed = quiet = 0
    chunk = head
    while True:
        fed += len(chunk)
        quiet += len(chunk)
        for event, element in _parse(pull, chunk, name):
            quiet = 0
            if event == "start":
                path.append(element)
                elements += 1
                if not inside and element.tag in wanted:
                    inside = len(path)
                elif len(path) > limits.max_depth:
                    raise _refuse("XML nested too deep", name, f"at most {limits.max_depth} levels")
                continue
            path.pop()
            if inside > len(path):
                inside = elements = fed = 0
                yield element
                element.clear()
                if path:
                    del path[-1][:]
        if elements > limits.max_elements:
            raise _refuse("an XML record has too many elements", name, f"at most {limits.max_elements:,}")
        if fed > limits.max_record_bytes:
            raise _refuse("an XML record is too large", name, f"at most {limits.max_record_bytes:,} bytes")
        if quiet > limits.max_quiet_bytes:
            raise _refuse("an XML text, tag or comment is too long", name, f"at most {limits.max_quiet_bytes:,} bytes")
        if not chunk:
            return
        chunk = stream.read(CHUNK_BYTES)


def _parse(pull: ET.XMLPullParser[ET.Element], chunk: bytes, name: str) -> Iterator[tuple[str, ET.Element]]:
    """Bytes, none of them meaning the end, to the starts and ends of elements in them."""
    try:
        if chunk:
            pull.feed(chunk)  # an error is not raised here but after the events before it
        else:
            pull.close()
        yield from cast("Iterator[tuple[str, ET.Element]]", pull.read_events())
    except ET.ParseError as error:
        raise _tell(error, name) from None
    except (ValueError, LookupError) as error:  # an encoding that Python does not know, or a multi-byte one
        raise _refuse("XML in an encoding that cannot be read", name, str(error)) from None


def _check_prolog(stream: ByteStream, name: str, limits: XmlLimits) -> bytes:
    """The first bytes of a stream, whose declarations were found harmless."""
    guard = _Guard(name, limits)
    parser = expat.ParserCreate()
    parser.StartElementHandler = guard.start
    parser.EntityDeclHandler = guard.declare
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_NEVER)
    head = b""
    while True:
        chunk = stream.read(CHUNK_BYTES)
        if not head:
            _check_start(chunk, name)
        head += chunk
        try:
            parser.Parse(chunk, not chunk)
        except _RootSeenError:
            return head
        except expat.ExpatError as error:
            raise _tell(error, name) from None
        except (ValueError, LookupError) as error:
            raise _refuse("XML in an encoding that cannot be read", name, str(error)) from None
        if len(head) > limits.max_prolog_bytes:
            raise _refuse("the XML before the first element is too long", name, f"{limits.max_prolog_bytes:,} bytes")


def _check_start(chunk: bytes, name: str) -> None:
    """Refuse what is no XML at the first byte, with a plainer word than the parser has."""
    if not chunk:
        raise SourceError("the file is empty", where=name, expected="XML")
    start = chunk[:256].lstrip()
    if not start.startswith((b"<", *ENCODING_MARKS, b"\x00<")):
        raise SourceError("the file is not XML", where=name, expected="a file that starts with <")
    if start[:14].lower().startswith((b"<!doctype html", b"<html")):
        _refuse_html(name)


def _refuse_html(name: str) -> None:
    hint = "download it again: servers answer with a page when something is wrong"
    raise SourceError("an HTML page where XML was expected", where=name, hint=hint)


class _Guard:
    """Sees every declaration of a file, and stops at its root."""

    def __init__(self, name: str, limits: XmlLimits) -> None:
        self.name, self.limits = name, limits
        self.entities = 0

    def start(self, tag: str, _attributes: dict[str, str]) -> None:
        """The root: an HTML page is refused, else all declarations were seen."""
        if tag.lower() == "html":
            _refuse_html(self.name)
        raise _RootSeenError

    def declare(
        self,
        entity: str,
        is_parameter: bool,
        value: str | None,
        _base: str | None,
        system: str | None,
        _public: str | None,
        notation: str | None,
    ) -> None:
        """One entity: a picture's name (NDATA) or a short text passes, the rest is refused."""
        self.entities += 1
        if self.entities > self.limits.max_entities:
            raise _refuse("XML declares too many entities", self.name, f"at most {self.limits.max_entities:,}")
        if value is None:
            if notation is None and not is_parameter:  # parameter entities of outside are never loaded
                raise _refuse("XML declares an external entity", self.name, "no text from elsewhere", f"{entity}")
            return
        if is_parameter or "&" in value or "%" in value:
            raise _refuse("XML declares an entity that can hold others", self.name, "plain characters", f"{entity}")
        if len(value) > self.limits.max_entity_chars:
            raise _refuse("XML declares a long entity", self.name, f"{self.limits.max_entity_chars} characters", entity)


def _refuse(what: str, name: str, expected: str, entity: str = "") -> SourceError:
    return SourceError(what, where=f"{name}, entity {entity}" if entity else name, expected=expected)


def _tell(error: ET.ParseError | expat.ExpatError, name: str) -> SourceError:
    """The parser's complaint as ours, its place in `where`."""
    code = error.code
    text = expat.ErrorString(code) or "syntax error"
    line, column = (error.lineno, error.offset) if isinstance(error, expat.ExpatError) else error.position
    if "entity" in text:
        return SourceError("XML uses an entity that is not declared", where=f"{name}, line {line}, column {column}")
    hint = "the file may be cut or damaged: download it again"
    return SourceError("the XML is not well-formed", where=f"{name}, line {line}, column {column}: {text}", hint=hint)
