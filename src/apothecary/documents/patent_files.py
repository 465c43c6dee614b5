"""Files of USPTO's XML and SGML in, the XML documents in them out: weekly files hold thousands, one after the other.

Entities of ISO 8879 are resolved from a table in memory; one that no table knows becomes its name in brackets. SGML of
2001 leaves empty elements open: they are closed where what holds them is.
"""

from __future__ import annotations

import io
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

from apothecary.engine.xml import LIMITS, NAMED, ByteStream, iter_records
from apothecary.errors import SourceError

CHUNK_BYTES = 2**18
ROOTS = ("us-patent-grant", "us-patent-application", "patent-application-publication", "PATDOC")
SKIPPED = re.compile(rb"<(?:sequence-cwu|sequence-listing|us-sequence-listing|ST26SequenceListing)[\s>]")
START = re.compile(rb"<\?xml\s|<!DOCTYPE\s")
ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9.]*);")
KEPT = ("amp", "lt", "gt", "quot", "apos")
GREEK = dict(
    zip(
        "a b g d e z ee th i k l m n x o p r s t u ph kh ps oh".split(),  # noqa: SIM905
        "αβγδεζηθικλμνξοπρστυφχψω",
        strict=True,
    )
)
# ISOgrk1 and ISOgrk4, which HTML does not have: &mgr; &OHgr; &b.alpha;
ISO = (
    {f"{name}gr": sign for name, sign in GREEK.items()}
    | {f"{name[0].upper()}{name[1:]}gr": sign.upper() for name, sign in GREEK.items()}
    | {f"{name.upper()}gr": sign.upper() for name, sign in GREEK.items()}
    | {"sfgr": "ς"}
)
TAG = re.compile(
    r"<(?P<close>/?)(?P<tag>[A-Za-z][\w.-]*)(?P<attributes>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(?P<empty>/?)>"
)
ATTRIBUTE = re.compile(r"([A-Za-z][\w.:-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
MAX_DEPTH, MAX_TAGS = 200, 2_000_000


def iter_pieces(stream: ByteStream, file: str) -> Iterator[bytes]:
    """A stream to its documents as bytes: each begins at an XML declaration, or at a DOCTYPE after another's end."""
    held = b""
    seen = 1  # where to look on: not at the start of the document that is held
    while True:
        chunk = stream.read(max(CHUNK_BYTES, len(held)))  # what is held is copied a few times, not at every chunk
        held += chunk
        while found := START.search(held, seen):
            if found[0].startswith(b"<?") or b"</" in held[: found.start()]:
                if held[: found.start()].strip():
                    yield held[: found.start()]
                held, seen = held[found.start() :], 1
            else:
                seen = found.end()
        seen = max(seen, len(held) - 16, 1)
        if len(held) > LIMITS.max_record_bytes:
            raise SourceError(
                "a patent is too large", where=file, expected=f"at most {LIMITS.max_record_bytes:,} bytes"
            )
        if not chunk:
            if held.strip():
                yield held
            return


def parse_piece(piece: bytes, name: str) -> tuple[ET.Element | None, list[str]]:
    """A document's bytes to its root and what is to be noticed; None for a sequence listing and what is no patent.

    Raises SourceError when it is not well-formed or is refused.
    """
    if SKIPPED.search(piece, 0, 4096):
        return None, []
    text, notices = decode(piece)
    text, unknown = resolve_entities(text)
    notices += [f"unknown signs: {', '.join(sorted(unknown)[:5])}"] if unknown else []
    is_sgml = "<PATDOC" in text[:20_000] and not text.lstrip("\ufeff \r\n").startswith("<?xml")
    if is_sgml:
        return parse_sgml(text, name), notices
    data = io.BytesIO(re.sub(r"^(\s*<\?xml[^>]*?)\sencoding=[\"'][^\"']*[\"']", r"\1", text, count=1).encode())
    root = next(iter(iter_records(data, ROOTS, name=name)), None)
    return root, notices


def decode(piece: bytes) -> tuple[str, list[str]]:
    """Bytes as text; what is not UTF-8 is read as cp1252, and noticed."""
    try:
        return piece.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        return piece.decode("cp1252", "replace"), ["bytes that are not UTF-8, read as cp1252"]


def resolve_entities(text: str) -> tuple[str, set[str]]:
    """Text without named entities but those of XML itself, and the names that no table knows."""
    unknown: set[str] = set()

    def resolve(found: re.Match[str]) -> str:
        name = found[1]
        if name in KEPT:
            return found[0]
        bare = name.removeprefix("b.")
        sign = NAMED.get(bare) or ISO.get(bare)
        if sign is None:
            unknown.add(name)
            return f"[{name}]"
        return sign.replace("&", "&amp;").replace("<", "&lt;")

    start = text.find("]>") if "<!ENTITY" in text[:100_000] else 0
    return text[: max(start, 0)] + ENTITY.sub(resolve, text[max(start, 0) :]), unknown


def parse_sgml(text: str, name: str) -> ET.Element:
    """SGML of the PATDOC kind to its root element."""
    builder = ET.TreeBuilder()
    path: list[str] = []
    at = max(text.find("<PATDOC"), 0)
    for tags, found in enumerate(TAG.finditer(text, at)):
        if tags > MAX_TAGS or len(path) > MAX_DEPTH:
            raise SourceError("SGML too large or nested too deep", where=name)
        if path:
            builder.data(_unescape(text[at : found.start()]))
        at = found.end()
        tag = found["tag"]
        if not found["close"]:
            attributes = {one[0]: one[1] or one[2] or one[3] for one in ATTRIBUTE.findall(found["attributes"])}
            builder.start(tag, attributes)
            path.append(tag)
            if found["empty"]:
                builder.end(path.pop())
        elif tag in path:
            while path[-1] != tag:
                builder.end(path.pop())
            builder.end(path.pop())
            if not path:
                return builder.close()
    raise SourceError("the SGML is not whole", where=name, expected="</PATDOC>")


def _unescape(text: str) -> str:
    for name, sign in (("lt", "<"), ("gt", ">"), ("quot", '"'), ("apos", "'"), ("amp", "&")):
        text = text.replace(f"&{name};", sign)
    return text
