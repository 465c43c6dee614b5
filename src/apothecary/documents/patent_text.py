"""Patents as tagged lines in: the greenbook of 1976 to 2001 ("PATN", "WKU  039373754"), and exports of USPTO's search.

Greenbook writes signs as codes between points: 10.sup.-3, .mu., .degree. They become the signs; exponents are raised.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from apothecary.documents.medline import iter_lines
from apothecary.documents.model import Failure, Item
from apothecary.documents.patent import Claim, Patent, Sections, describe_patent, read_day, trim_number
from apothecary.documents.prose import raise_text, tidy_text
from apothecary.engine.xml import NAMED
from apothecary.errors import SourceError

GREENBOOK, SEARCH = "us grant greenbook", "uspto search text"
BOUNDARY = b"*** BRS DOCUMENT BOUNDARY"
MAX_LINES = 2_000_000  # of one patent
FIELD = re.compile(r"([A-Z][A-Z0-9]{2,3}) ( ?)(.*)")
PARTS = {
    "PARN": "related",
    "BSUM": "background",
    "DRWD": "drawings",
    "DETD": "detailed_description",
    "GOVT": "government",
}
SIGNS = {
    "degree": "°",
    "times": "×",
    "+-": "±",
    "ltoreq": "≤",
    "gtoreq": "≥",
    "apprxeq": "≈",
    "about": "≈",
    "ANG": "Å",
    "fwdarw": "→",
    "rarw": "→",
    "larw": "←",
    "dbd": "=",
    "tbd": "≡",
    "multidot": "·",
    "cndot": "·",
    "noteq": "≠",
    "infin": "∞",
    "sqroot": "√",
    "varies": "∝",
    "intg": "∫",
    "SIGMA": "Σ",
}
RAISED = re.compile(r"\.sup\.([+-]?\d+[+-]?(?!\d)|[+-]|[a-zA-Z](?![a-z]))")
LOWERED = re.compile(r"\.sub\.(?=\S)|\.su[bp]\.")
CODE = re.compile(r"\.([A-Za-z]{2,8}|\+-)\.")
CLAIM_START = re.compile(r"(\d{1,4})\s*\.\s")


def read_patents_text(stream: io.BufferedReader, *, file: str) -> Iterator[Item]:
    """A stream of tagged lines to its patents; SourceError where it is something else."""
    is_search = BOUNDARY in stream.peek(4096)[:4096]
    number = 0
    for number, lines in enumerate(iter_patents(stream, file, is_search), 1):
        patent = read_search(lines) if is_search else read_greenbook(lines)
        if not patent.number:
            yield Failure(file, number, None, "no patent number", f"{len(lines)} lines")
            continue
        yield describe_patent(patent, file=file, record=number)
    if not number:
        raise SourceError("the file holds no patents", where=file, expected="XML, or lines that start with PATN")


Line = tuple[str, bool, str]  # tag, whether two blanks follow it, text


def iter_patents(stream: io.BufferedReader, file: str, is_search: bool) -> Iterator[list[Line]]:
    """A stream to the lines of each patent, continued lines joined to theirs."""
    lines: list[Line] = []
    is_open = False
    for raw in iter_lines(stream, file):
        text = raw.decode("utf-8", "replace") if raw.isascii() else _decode(raw)
        if raw.startswith(BOUNDARY) if is_search else text == "PATN":
            if is_open:
                yield lines
            lines, is_open = [], True
            continue
        found = FIELD.fullmatch(text)
        if text.startswith("     ") and lines:
            tag, is_wide, before = lines[-1]
            lines[-1] = (tag, is_wide, f"{before}\n{text.strip()}" if tag == "TBL" else f"{before} {text.strip()}")
        elif found:
            lines.append((found[1], bool(found[2]), found[3]))
        elif re.fullmatch(r"[A-Z]{4}", text):
            lines.append((text, False, ""))
        if len(lines) > MAX_LINES:
            raise SourceError("a patent has too many lines", where=file, expected=f"at most {MAX_LINES:,}")
    if is_open:
        yield lines


def _decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def write_signs(text: str) -> str:
    """Greenbook's codes as the signs they stand for."""
    text = RAISED.sub(lambda found: raise_text(found[1]) if raise_text(found[1]) != found[1] else f"^{found[1]}", text)
    text = LOWERED.sub("", text)
    return CODE.sub(lambda found: SIGNS.get(found[1]) or _name_greek(found[1]) or found[0], text)


def _name_greek(name: str) -> str | None:
    """The Greek letter of a code: .alpha., .DELTA."""
    sign = NAMED.get(name.lower()) if name.isalpha() else None
    if sign is None or not "α" <= sign <= "ω":
        return None
    return sign.upper() if name.isupper() else sign


def read_greenbook(lines: list[Line]) -> Patent:
    """A greenbook patent's lines to the patent."""
    patent = Patent("", "", None, "", GREENBOOK)
    sections = Sections()
    part = ""
    claims: list[tuple[str, str]] = []
    for tag, _, raw in lines:
        text = tidy_text(write_signs(raw)) if tag != "TBL" else write_signs(raw).strip()
        if not raw and len(tag) == 4:
            part = tag
            if part in PARTS:
                sections.open(f"description/{PARTS[part]}")
        elif part == "" and tag == "WKU":
            patent.number = trim_number(raw.strip()[:8])
        elif part == "" and tag == "ISD":
            patent.date = read_day(raw)
        elif part == "" and tag == "TTL":
            patent.title = text
        elif part == "" and tag == "APN":
            patent.links = [("application", raw.strip()[:6])]
        elif part == "CLAS" and tag == "ICL":
            patent.codes.append(f"IPC {raw.strip()}")
        elif part == "ABST" and tag[0] == "P":
            patent.abstract.append(text)
        elif part in ("CLMS", "DCLM") and tag[0] in "PNT":
            claims.append((tag, text))
        elif part in PARTS and tag == "PAC":
            sections.head(text)
        elif part in PARTS and tag[0] in "PT":
            sections.add([text])
    patent.kind = "S" if patent.number.startswith("D") else "A"
    patent.description = sections.found
    patent.claims = join_claims(claims)
    return patent


def join_claims(lines: list[tuple[str, str]]) -> list[Claim]:
    """A greenbook's lines of claims to the claims: NUM opens one; a design has one without a number."""
    claims: list[Claim] = []
    for tag, text in lines:
        if tag == "NUM" or not claims:
            digits = re.match(r"\d+", text) if tag == "NUM" else None
            claims.append(Claim(int(digits[0]) if digits else len(claims) + 1, ""))
            if tag == "NUM":
                continue
        claims[-1].text = f"{claims[-1].text} {text}".strip()
    return [claim for claim in claims if claim.text]


def read_search(lines: list[Line]) -> Patent:
    """A patent of a search export: headings follow their tag by one blank, paragraphs by two."""
    patent = Patent("", "", None, "", SEARCH)
    sections = Sections()
    for tag, is_wide, raw in lines:
        text = tidy_text(raw)
        if tag == "WKU":
            patent.number = trim_number(text)
        elif tag == "APT":
            patent.kind = text
        elif tag == "GISD":
            patent.date = read_day(text)
        elif tag == "TTL":
            patent.title = text
        elif tag == "APNR":
            patent.links = [("application", text)]
        elif tag in ("CPOI", "CPXI", "IPCP", "IPCS"):
            found = re.match(r"([A-H]\d\d[A-Z])(\d+/\d+)", text)
            patent.codes += [f"{tag[:3]} {found[1]} {found[2]}"] if found else []
        elif tag == "ABPR":
            patent.abstract.append(text)
        elif tag in ("BSTX", "DETX", "DRTX"):
            if not is_wide:
                sections.head(text)
            else:
                sections.add([text])
        elif tag == "CLPR" and (start := CLAIM_START.match(text)):
            patent.claims.append(Claim(int(start[1]), text))
        elif tag in ("CLPR", "CLPV") and patent.claims:
            patent.claims[-1].text += f" {text}"
    patent.codes = [code.replace("CPO", "CPC").replace("CPX", "CPC") for code in patent.codes]
    patent.description = sections.found
    return patent
