"""LabeledIn's label texts in ("id|set id|text" a line, diseases marked in it), documents with their indications out."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator

from apothecary.documents.label_names import OTHER
from apothecary.documents.labels import SOURCE
from apothecary.documents.medline import decode, iter_lines
from apothecary.documents.model import Document, Failure, Item, cut_section
from apothecary.documents.prose import tidy_text
from apothecary.errors import SourceError

FORMAT, LICENCE = "labeledin text", "public domain (LabeledIn, NCBI); the text is its manufacturer's"
LINE = re.compile(r"(\d+)\|([0-9a-fA-F-]{36})\|(.*)", re.DOTALL)
MARKED = re.compile(r'<annotation cui="([^"]+)">(.*?)</annotation>', re.DOTALL)
BREAK = re.compile(r"(?:\s*<(?:br|div|/div|p|/p|li|ul|/ul|/li)\s*/?>)+\s*", re.IGNORECASE)
TAG = re.compile(r"</?[A-Za-z][^<>]*>")


def is_labeledin(head: bytes) -> bool:
    """Whether a file's first bytes are such a line."""
    return LINE.match(head.split(b"\n", 1)[0].decode("latin-1").lstrip("\ufeff")) is not None


def read_label_texts(stream: io.BufferedReader, *, file: str) -> Iterator[Item]:
    """A stream of lines to its labels and failures; diseases are links with their UMLS ids."""
    number = 0
    for raw in iter_lines(stream, file):
        if not raw:
            continue
        number += 1
        text, is_utf8 = decode(raw)
        found = LINE.fullmatch(text)
        if not found:
            yield Failure(file, number, None, "not shaped like a label", text[:80])
            continue
        blocks = [tidy_text(html.unescape(TAG.sub("", part))) for part in BREAK.split(found[3])]
        document = Document(SOURCE, f"labeledin/{found[1]}", FORMAT, "", LICENCE)
        document.sections = list(cut_section("indications", [block for block in blocks if block] or [OTHER]))
        document.links = [("set_id", found[2].lower()), *(("disease", mark[0]) for mark in MARKED.findall(found[3]))]
        document.subjects = list(dict.fromkeys(tidy_text(html.unescape(mark[1])) for mark in MARKED.findall(found[3])))
        document.notices = ["indications only", *([] if is_utf8 else ["bytes that are not UTF-8, read as cp1252"])]
        document.file, document.record = file, number
        yield document
    if not number:
        raise SourceError("the file is empty", where=file, expected="id|set id|text")
