"""Rules of the linter that look at one wording: articles, plurals, labels, kinds, digits, punctuation.

A wording comes as tokens, texts and `Meaning`s in turn. Each rule yields findings as (what, hint, severity).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from apothecary.packs.direction import check_reply_direction
from apothecary.packs.manner import check_manner
from apothecary.packs.model import Field
from apothecary.packs.place import Finding, Place, Token, text_at
from apothecary.packs.units import check_units

_COUNTED = frozenset(
    re.findall(
        r"\S+",
        "ring atom bond donor acceptor stereocentre stereocenter centre center group tablet capsule patient vial drop",
    )
)
_MEASURED = re.compile(r"(?<!not )(?<!than )\b(?:measured|experimental(?:ly)?)\b", re.IGNORECASE)
_COMPUTED = re.compile(r"(?<!not )(?<!than )\b(?:computed|predicted)\b", re.IGNORECASE)
_SAYS = re.compile(
    r"(?:\s*\([^()]*\))?(?:\s+(?:of|for)\s+§)?[\s,]*(?:[:=]|\b(?:is|was|equals|at|near|comes to)\b)"
    r"(?:[\s:=]|\b(?:about|around|near|at|approximately|roughly|measured|given|as|calculated)\b)*"
)
_DIGITS = re.compile(
    r"\b(\d+|one|two|three|four|five|six)[ -](decimals?|decimal places?|significant (?:figures?|digits?))\b",
    re.IGNORECASE,
)
_DIGIT_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_SLIP = re.compile(
    r".{0,12}(?:(?<=\S)  | [,;](?=\s|$)|(?<=\w) [?!](?=\s|$)| \.(?=\s|$)|[,;]\.|\.\.(?!\.)|\?\.)"
)  # double spaces, spaces before a stop, stops in a row
_ABBREVIATION = re.compile(r"(?:\bvs|\be\.g|\bi\.e|\bapprox|\bca|\bcf|\bNo)\.\s+$")


def check_wording(tokens: Sequence[Token], place: Place) -> Iterator[Finding]:
    """All findings of one wording."""
    yield from check_units(tokens, place)
    if place.part == "answer":
        return
    yield from _check_articles(tokens, place)
    yield from _check_plurals(tokens, place)
    yield from _check_labels(tokens, place)
    yield from _check_kinds(tokens, place)
    yield from _check_digits(tokens, place)
    yield from _check_signs(tokens, place)
    yield from check_manner(tokens, place)
    if place.intent.draw.kind in ("pair", "group") and place.part in ("reply", "before reply"):
        yield from check_reply_direction(tokens, place)


def _check_articles(tokens: Sequence[Token], place: Place) -> Iterator[Finding]:
    labelled = any(
        re.search(r"(?<!\w)B(?!\w)", token) for token in tokens if isinstance(token, str)
    )  # A and B are names
    for index, token in enumerate(tokens):
        if isinstance(token, str):
            for article, word in re.findall(r"(?<![\w'-])(a|[Aa]n) ([a-z]{2,})\b", token):
                if (_takes_an(word)) != (article.lower() == "an"):
                    yield f"`{article} {word}`", f"write `{'an' if _takes_an(word) else 'a'} {word}`", "warning"
            continue
        article_before = re.search(r"(?:^|[\s(])([Aa]n?) $", text_at(tokens, index - 1))
        if not article_before or (article_before[1] == "A" and labelled):
            continue
        article = article_before[1]
        if token.fmt == "an":
            yield f"`{article}` before {token.slot}, which brings its own", f"take `{article}` out", "error"
        elif not token.numeric:
            yield (
                f"`{article}` before {token.slot} is wrong for some values",
                f"write {{{token.slot.strip('{}')}:an}} alone",
                "error",
            )
        elif token.kind == "given":
            wrong = [
                text
                for text in place.intent.draw.given[token.name].texts()
                if _says_an(text) != (article.lower() == "an")
            ]
            if wrong:
                yield (
                    f"`{article} {wrong[0]}` is wrong: {token.slot} may be {wrong[0]}",
                    "reword without the article",
                    "error",
                )
        else:
            yield (
                f"`{article}` before {token.slot} is wrong for 8, 11, 18 and 80s",
                "reword without the article",
                "warning",
            )


def _takes_an(word: str) -> bool:
    return bool(re.match(r"(?:hour|honest|heir)|(?!uni|use|uri|eu|one)[aeiou]", word, re.IGNORECASE))


def _says_an(number: str) -> bool:
    whole = number.lstrip("-").partition(".")[0]
    return whole.startswith("8") or (whole[:2] in ("11", "18") and len(whole) % 3 == 2)


def _check_plurals(tokens: Sequence[Token], place: Place) -> Iterator[Finding]:
    plurals = {f"{noun}s" for noun in _COUNTED} | {
        spec.label.split()[-1]
        for spec in place.pack.fields.values()
        if spec.type == "integer" and spec.label.endswith("s")
    }
    hint = "write `rings: {n}`, or `{n} {noun}` with let: {noun: \"where(n == 1, 'ring', 'rings')\"}"
    for index, token in enumerate(tokens):
        if isinstance(token, str) or not (token.numeric and token.integer):
            continue
        words = re.match(r"(?: [A-Za-zé-]+){1,3}", text_at(tokens, index + 1))
        following = words[0].split() if words else []
        if any(word in ("of", "in", "and", "is", "at", "per", "to", "with", "or") for word in following[:1]):
            continue
        many = next((word for word in following if word in plurals), None)
        if many and token.name in place.may_be_one:
            yield f"`{token.slot} {' '.join(following)}` reads wrong when the number is 1", hint, "warning"
        elif following and following[0] in _COUNTED and not many:
            yield f"`{token.slot} {following[0]}` reads wrong when the number is not 1", hint, "warning"


def _check_labels(tokens: Sequence[Token], place: Place) -> Iterator[Finding]:
    """Words that name one field where the slot, or the intent, has another."""
    fields, draw = place.pack.fields, place.intent.draw
    in_play = {*draw.needs, draw.field}
    before = ""
    for index, token in enumerate(tokens):
        if isinstance(token, str):
            for name, label, _ in _find_labels(token, fields):
                spec = fields[name]
                if name not in in_play and " " in label and draw.needs and place.intent.topic != "honesty":
                    what = f"says `{label}` ({name}), but the intent draws {', '.join(sorted(x for x in in_play if x))}"
                    sure = (
                        (spec.unit or spec.kind != "computed")
                        and spec.is_numeric
                        and place.part in ("ask", "before ask")
                    )
                    yield what, "ask for a field in draw.needs, or add it there", "error" if sure else "warning"
            before += token
            continue
        if token.kind != "field":
            before += "§" if token.kind == "name" else ""
            continue
        named = _find_labels(before, fields)
        if named and named[-1][0] != token.name and _says_label_is(before, named[-1]):
            yield f"`{named[-1][1]}` is followed by {token.slot}, another field", f"write {{{named[-1][0]}}}", "error"
        after = text_at(tokens, index + 1).lstrip()
        first = _find_labels(after, fields)[:1]
        if token.integer and first and after.lower().startswith(first[0][1]) and first[0][0] != token.name:
            yield f"{token.slot} is followed by `{first[0][1]}`, another field", f"write {{{first[0][0]}}}", "error"
        before = ""


def _says_label_is(text: str, named: tuple[str, str, int]) -> bool:
    """Whether the text leads from the label to a value: `melting point of § is `, but not `atoms in the SMILES: `."""
    _, label, end = named
    start = text.lower().rfind(label, 0, end)
    return bool(_SAYS.fullmatch(text[end:])) and not re.search(
        r"\b(?:in|of|from|by) (?:the |this |its )?$", text[:start]
    )


def _find_labels(text: str, fields: dict[str, Field]) -> list[tuple[str, str, int]]:
    """Labels in the text as (field, label, end), in order; the longest label wins where two start at one place."""
    pattern, names = _compile_labels(tuple((spec.label, name) for name, spec in fields.items()))
    return [(names[match[1].lower()], match[1].lower(), match.end()) for match in pattern.finditer(text)]


@lru_cache(maxsize=16)
def _compile_labels(labelled: tuple[tuple[str, str], ...]) -> tuple[re.Pattern[str], dict[str, str]]:
    names: dict[str, str] = {}
    for label, name in labelled:
        names.setdefault(re.sub(r"\s*\(.*\)", "", label).lower(), name)
    longest_first = sorted(map(re.escape, names), key=len, reverse=True)
    return re.compile(rf"(?<!\w)({'|'.join(longest_first)})s?(?!\w)", re.IGNORECASE), names


def _check_kinds(tokens: Sequence[Token], place: Place) -> Iterator[Finding]:
    draw = place.intent.draw
    kinds = {place.pack.fields[name].kind for name in draw.needs if name in place.pack.fields}
    if not kinds or draw.given:
        return
    text = " ".join(token for token in tokens if isinstance(token, str))
    said = _MEASURED.search(text)
    if said and "experimental" not in kinds:
        yield f"says `{said[0]}`, but no field in needs is experimental", "say what the values are: computed", "error"
    said = _COMPUTED.search(text)
    if said and "computed" not in kinds and not place.intent.let:
        yield f"says `{said[0]}`, but no field in needs is computed", "say what the values are", "error"


def _check_digits(tokens: Sequence[Token], place: Place) -> Iterator[Finding]:
    """`to two decimals` where the answer has significant digits, and the like."""
    shown = place.intent.answer.value.rstrip("}").rpartition(":")[2]
    if place.intent.answer.type != "number" or shown[:2] not in ("dp", "si"):
        return
    for token in tokens:
        for count, what in _DIGITS.findall(token) if isinstance(token, str) else ():
            wanted = ("sig" if what.lower().startswith("sig") else "dp") + str(_DIGIT_WORDS.get(count.lower(), count))
            if wanted != shown:
                yield (
                    f"says `{count} {what}`, but the answer is printed as {shown}",
                    f"print the answer as {wanted}",
                    "error",
                )


def _check_signs(tokens: Sequence[Token], place: Place) -> Iterator[Finding]:
    """Spaces, punctuation and capitals."""
    flat = "".join(token if isinstance(token, str) else "§" for token in tokens)
    if flat != flat.strip(" "):
        yield "starts or ends with a space", "check the spaces inside [ ]", "warning"
    slip = _SLIP.search(flat)
    if slip and "____" not in flat and "..." not in flat:
        yield f"a slip at `{slip[0].replace('§', '{}')}`", "check spaces and signs around [ ]", "warning"
    if place.part == "option" or (place.template and place.template.register == "terse"):
        return
    for index, token in enumerate(tokens):
        if isinstance(token, str) or token.kind != "name" or not place.template:
            continue
        text = text_at(tokens, index - 1)
        in_row = text.endswith("\n") and re.match(
            r"[\t,;:]| \|", text_at(tokens, index + 1)
        )  # the first cell of a table
        starts = index == 0 or bool(re.search(r"[.?!]\s+$|\n$", text) and not _ABBREVIATION.search(text) and not in_row)
        if starts and token.fmt != "Name":
            yield f"{token.slot} starts a sentence", "write {Name}", "warning"
        elif not starts and token.fmt == "Name" and re.search(r"[a-z,] $", text):
            yield f"{token.slot} in the middle of a sentence", "write {name}", "warning"
