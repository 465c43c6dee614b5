"""Rules of the linter about manner: openers and demands that teach bad habits, doubled words, crossed roles."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from apothecary.packs.place import Finding, Place, Token, text_at

_OPENER = re.compile(
    r"^(?:(?:yes|well),? )?(?:(?:sure|surely|of course|certainly|absolutely|no problem)(?=[,!.:;]| I\b| here\b)|"
    r"(?:sure thing|(?:great|good) question|my pleasure|"
    r"(?:i'm|i am|i'd be|i would be) (?:very )?(?:happy|glad|delighted) to|(?:happy|glad) to)\b)",
    re.IGNORECASE,
)
_DEMAND = re.compile(
    r"\b(?:even if (?:you(?: are|'re| feel)? )?(?:uncertain|unsure|not (?:sure|certain))|guess if you|"
    r"you (?:must|have to|need to) (?:always )?(?:answer|give|provide|respond)|must answer with|"
    r"(?:do not|don't|never) say (?:that )?you|(?:no|without) (?:hedging|caveats?))\b",
    re.IGNORECASE,
)
_LEAD = r"(?:^|(?<=[.?!:;] )|(?<=\n))(?:(?:So|And|Now|Then|But|Please),? )?"
_ASKED = re.compile(
    rf"{_LEAD}(?:how|what|which|why|when|where|who|whose)\b[^.?!:;§]*(?:§[^.?!:;§]*)*\.$", re.IGNORECASE
)
_TOLD = re.compile(
    rf"{_LEAD}(?:tell|give|explain|remind|write|show|compute|calculate|work out)\b[^.?!:;]*\?$",
    re.IGNORECASE,
)
_DOUBLED = re.compile(r"\b([A-Za-z]{2,})[ \n]+\1\b", re.IGNORECASE)
_DOUBLED_WELL = frozenset({"that", "had"})
_CAUSED_TWICE = re.compile(r"\bcaus(?:es?|ing)\b[^.?!;]*\bcaused by\b", re.IGNORECASE)
_LETTER = re.compile(r"(?:^|[\s(])[A-Fa-f]\)|\b(?:option|answer|choice) \(?[A-F]\b")
_LINKS = "is|has|weighs|melts|boils|measures|comes|at|to|of|with|near|about"
_LINK = re.compile(rf"(?:'s)?(?: ?[:(] ?| )(?:\b(?:{_LINKS})\b[ :(]*)*(?<=[a-z:(] |.[(:])")
_PARTNERS = ({"a", "b", "c", "d", "e", "f"}, {"hi", "lo"}, {"a", "m"})


def check_manner(tokens: Sequence[Token], place: Place) -> Iterator[Finding]:
    """All findings of one wording."""
    flat = "".join(token if isinstance(token, str) else "§" for token in tokens)
    asked = place.part in ("ask", "before ask")
    if not asked and (opener := _OPENER.match(flat)):
        yield f"opens with `{opener[0]}`", "begin with the answer", "error"
    if asked and (demand := _DEMAND.search(flat)):
        yield f"demands an answer at any price: `{demand[0]}`", "ask without forbidding doubt", "error"
    if asked and (wrong := _ASKED.search(flat) or _TOLD.search(flat)):
        yield (
            f"the wrong sign at the end of `{wrong[0][-30:]}`",
            "a question ends with ?, a request with a stop",
            "warning",
        )
    doubled = _DOUBLED.search(flat)
    if doubled and doubled[1].lower() not in _DOUBLED_WELL:
        yield f"`{doubled[0]}` stands twice", "take one out", "warning"
    if caused := _CAUSED_TWICE.search(flat):
        yield f"says the cause twice: `{caused[0]}`", "say it once", "error"
    if place.intent.draw.kind in ("options", "odd") and not asked and (letter := _LETTER.search(flat)):
        yield f"names the option `{letter[0].strip()}` itself", "write {letter} or {right}", "error"
    if place.part in ("reply", "before reply"):
        yield from _check_roles(tokens)


def _check_roles(tokens: Sequence[Token]) -> Iterator[Finding]:
    """A name that leads straight to a value of another role: `{a.name} weighs {b.mw}`."""
    for index, token in enumerate(tokens):
        value = tokens[index + 2] if index + 2 < len(tokens) else ""
        if isinstance(token, str) or isinstance(value, str) or token.kind != "name" or value.kind != "field":
            continue
        pair = {str(token.role), str(value.role)}
        crossed = len(pair) == 2 and any(pair <= partners for partners in _PARTNERS)
        if crossed and _LINK.fullmatch(text_at(tokens, index + 1)):
            what = f"{token.slot} is followed by {value.slot}, a value of the other"
            yield what, f"write {{{token.role}.{value.name}}}", "error"
