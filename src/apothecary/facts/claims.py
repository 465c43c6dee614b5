"""Rows from anywhere to the facts that they assert in free text, each held against a knowledge base.

A claim is a value, a property and an entity in one sentence, or an entity (or a property too) carried from the question
or the sentence before. Three verdicts: `agrees`, `contradicts`, `undecided`; only what is clearly wrong contradicts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from apothecary.example import TURN
from apothecary.facts.claim_facts import Knowledge
from apothecary.facts.claim_judge import AGREES, CONTRADICTS, UNDECIDED, Finding, Judge
from apothecary.facts.claim_rules import ClaimSettings
from apothecary.facts.claim_text import Link, Linker, Sentence, SentenceReader, Token
from apothecary.facts.claim_words import CHANGES, CLASS_OF, NUMBER_WORDS, SENTENCE_END

_HISTORY = pl.List(TURN)
MAX_CHARS = 200_000  # of a text; what follows is not read
MAX_SENTENCE = 3_000  # characters; what is longer is no sentence, and not read
CLAIM = pl.Schema(
    {
        "row": pl.UInt32,
        "part": pl.String,  # prompt or response
        "start": pl.UInt32,  # characters of the value in its part
        "end": pl.UInt32,
        "entity_id": pl.String,  # the first of those that the name may mean
        "name": pl.String,
        "field": pl.String,
        "property": pl.String,  # the field in words
        "stated": pl.String,
        "known": pl.String,  # values and sources
        "verdict": pl.String,
        "reason": pl.String,  # of an undecided claim
    }
)
CLAIM_SUMMARY = pl.Schema(
    {
        "claims": pl.UInt32,
        "claims_agree": pl.UInt32,
        "claims_contradict": pl.UInt32,  # of the response
        "prompt_contradict": pl.UInt32,  # of the prompt, where questions state what is wrong on purpose
        "claims_detail": pl.String,  # the first offending span, null where there is none
    }
)
_BARE = re.compile(r"[cdskpq:,(\-]*(E[ckpdq:,(\-]*)?[NF]")
_ASKED = re.compile(r"[cdpks:,;()\-qEPu.]*$")
_MORE_VALUES = re.compile(r"(?:[cp]{1,2}q?|,)[NF]")
_COUNTED = re.compile(r"c{1,2}[NF]c?P")
_ENTITY_UNCLEAR = re.compile(r"E[)\-]?[xb]|b[cd]?E|EpE|EcE|E,E|Ep[cd]*x")
_ITEM = re.compile(r"\s*(?:[-*•|]|\d+[.)]\s)|[^.:]{1,40}:")
_WORDS = re.compile(r"[^\W\d_]+")
# `This is incorrect.` behind a sentence takes back what it states.
_DENIAL = re.compile(
    r"\W*(?:this|that|it|which|but|no|not|wrong|false|incorrect|however|actually|in fact|correction|untrue|error)\b"
    r"[^.!?]{0,60}(?:\b(?:incorrect|wrong|false|not|myth|untrue|error|mistake\w*|should|instead|actually)\b|n't\b|^)",
    re.IGNORECASE,
)
_NUMERAL = re.compile(rf"[0-9₀-₉]|\b(?:{'|'.join(NUMBER_WORDS)})\b")


@dataclass
class _Topic:
    """What a conversation is about so far: the only entity named in it, and what was asked of it."""

    entities: tuple[int, ...] | None = None
    asked: str = ""
    unclear: bool = False
    fresh: bool = False

    def hear(self, sentence: Sentence, *, is_linked: bool) -> None:
        """Note what a sentence names, and whether the next one's `it` can only be that."""
        named = sentence.entities
        if _ENTITY_UNCLEAR.search(sentence.letters):
            self.unclear = True
        if len(named) > 1 or (self.entities and named - {self.entities}):
            self.unclear = True
        elif named:
            self.entities = next(iter(named))
            self.fresh = "b" not in sentence.letters and sentence.words.isdisjoint(CHANGES)
        elif not is_linked:
            self.pass_over(sentence.text)

    def pass_over(self, text: str) -> None:
        """Note a sentence that names nothing known: what it speaks of may be `it` from now on, but for list items."""
        words = [word.lower() for word in _WORDS.findall(text)]
        if any(CLASS_OF.get(word) == "b" or word in CHANGES for word in words):
            self.fresh = False
        is_short = len(words) < 4 and text.rstrip().endswith(".")
        is_plain = is_short or all(CLASS_OF.get(word, "x") in "cdkp" for word in words)
        is_harmless = is_plain or _ITEM.match(text) is not None or text.rstrip().endswith("?")
        self.fresh = self.fresh and is_harmless

    @property
    def carried(self) -> tuple[int, ...] | None:
        return None if self.unclear or not self.fresh else self.entities


class ClaimChecker:
    """Checks rows against one knowledge base; make it once for many frames."""

    def __init__(self, knowledge: Knowledge, settings: ClaimSettings | None = None) -> None:
        self.settings = settings or ClaimSettings()
        self.knowledge = knowledge
        self.rules = knowledge.rules
        self._reader = SentenceReader(self.rules, knowledge.finder)
        self._linker = Linker(self._reader, self.rules.fields)
        self._judge = Judge(knowledge)
        heads = sorted({re.escape(phrase.split()[0][:4].lower()) for phrase in self._reader_phrases()})
        # Cheap to ask of every sentence: a digit or formula, and the head of some phrase.
        begin = "|".join(heads)
        self._head = re.compile(rf"(?<![^\W_])(?:{begin})", re.IGNORECASE)
        implied = [re.escape(unit) for claim in self.rules.fields.values() for unit in claim.implied]
        asides = "|".join([r"\(C[0-9₀-₉]", *implied])
        self._hint = rf"(?i:(?:^|[\W_])(?:{begin}))|{asides}"

    def _reader_phrases(self) -> Iterator[str]:
        return (phrase for claim in self.rules.fields.values() for phrase in claim.phrases)

    def check(self, rows: pl.DataFrame) -> pl.DataFrame:
        """CLAIM rows for a frame with prompt and response, and history where there is one, in the order of `rows`.

        Texts are read one by one in Python, as the grammar of a sentence is no column operation; rows without a
        numeral or a property are left out beforehand.
        """
        columns = [name for name in ("prompt", "response") if rows.schema.get(name) == pl.String]
        if rows.schema.get("history") == _HISTORY:
            columns.append("history")
        frame = rows.select(columns).with_row_index("row").filter(self._select(columns))
        found: list[tuple[Any, ...]] = []
        for row in frame.iter_rows(named=True):
            found += self._check_row(row)
        return pl.DataFrame(found, schema=CLAIM, orient="row")

    def _select(self, columns: list[str]) -> pl.Expr:
        """The rows that can hold a claim: a numeral in what is judged, a property or what implies one anywhere."""
        judged = [pl.col(part).str.contains(_NUMERAL.pattern) for part in self.settings.parts if part in columns]
        texts = [pl.col(part) for part in columns if part != "history"]
        if "history" in columns:
            texts.append(pl.col("history").list.eval(pl.element().struct.field("content")).list.join("\n"))
        heads = [text.str.contains(self._hint) for text in texts]
        if not judged:
            return pl.lit(value=False)
        return pl.any_horizontal(judged).fill_null(value=False) & pl.any_horizontal(heads).fill_null(value=False)

    def _check_row(self, row: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
        topic = _Topic()
        for turn in row.get("history") or ():
            for _ in self._read_part((turn or {}).get("content"), topic, answers=False):
                pass
        for part in ("prompt", "response"):
            for sentence, link, finding in self._read_part(row.get(part), topic, answers=part == "response"):
                if part in self.settings.parts:
                    yield (row["row"], part, *self._tell(sentence, link, finding))

    def _read_part(self, text: str | None, topic: _Topic, *, answers: bool) -> Iterator[tuple[Sentence, Link, Finding]]:
        """The claims of one text; `topic` is carried on."""
        topic.asked = topic.asked if answers else ""
        sentences = list(split_sentences((text or "")[:MAX_CHARS]))
        for number, (start, raw) in enumerate(sentences):
            if len(raw) > MAX_SENTENCE:
                topic.unclear = True
                continue
            mentions = self._reader.find_names(raw)
            has_digit = _NUMERAL.search(raw) is not None
            is_answer = answers and number == 0 and has_digit and bool(topic.asked)
            if not (mentions or is_answer or self._head.search(raw)):
                topic.pass_over(raw)
                continue
            sentence = self._reader.read(raw, mentions, start)
            links = self._linker.link(sentence) if has_digit else []
            if is_answer and not links:
                links = self._link_answer(sentence, topic)
            is_question = raw.rstrip(" \"'”)*").endswith("?")
            after = sentences[number + 1][1] if links and number + 1 < len(sentences) else ""
            denied = "denied" if _DENIAL.match(after) else "question" if is_question else ""
            for link in links:
                yield sentence, *self._decide(sentence, link, topic, denied)
            topic.hear(sentence, is_linked=bool(links))
            if not answers:
                topic.asked = self._read_question(sentence) or topic.asked

    def _decide(self, sentence: Sentence, link: Link, topic: _Topic, denied: str) -> tuple[Link, Finding]:
        """The link with its entities settled, and the finding on it."""
        reason = link.reason
        entities = link.entities
        if entities is None:
            entities = (topic.carried if self.settings.carry else None) or ()
            reason = reason or ("" if entities and not sentence.entities else "no clear subject")
            link = link._replace(entities=entities)
        claim = self.rules.fields[link.field]
        reason = reason or denied
        if "b" in sentence.letters or not sentence.words.isdisjoint(claim.blocks):
            reason = reason or "hedged"
        if claim.needs and not any(word in sentence.text.lower() for word in claim.needs):
            reason = reason or "no such quantity"
        if self.settings.fields and link.field not in self.settings.fields:
            reason = reason or "field not asked for"
        place = sentence.tokens.index(link.value)
        reason = reason or _look_around(sentence.letters, place, link.value, has_unit=bool(link.unit))
        if reason or not entities:
            return link, Finding(UNDECIDED, reason or "no clear subject")
        value = link.value.value or sentence.text[link.value.start : link.value.end]
        about = sentence.letters[max(0, place - 1) : place] == "q"
        return link, self._judge.judge(link.field, entities, value, link.unit, about=about)

    def _read_question(self, sentence: Sentence) -> str:
        """The field that a plain question asks about its only entity, or nothing."""
        letters = sentence.letters
        if letters.count("P") != 1 or len(sentence.entities) != 1 or not _ASKED.match(letters):
            return ""
        return self._reader.phrases[next(token.at for token in sentence.tokens if token.letter == "P")]

    def _link_answer(self, sentence: Sentence, topic: _Topic) -> list[Link]:
        """An answer that is little more than its value: `180.16 g/mol.`"""
        match = _BARE.match(sentence.letters)
        if not match or topic.unclear or "P" in sentence.letters or "yes" in sentence.words:
            return []
        token = sentence.tokens[match.end() - 1]
        claim = self.rules.fields[topic.asked]
        if (claim.kind == "formula") != (token.letter == "F") or sentence.letters.count("N") > 1:
            return []
        rest = sentence.letters[match.end() :].strip(".)")
        if re.search("[rks]", rest):  # `25 °C is room temperature`
            return []
        if rest and not (token.value and token.value.unit) and token.letter != "F":
            return []
        named = sentence.entities
        if named and named != {topic.entities}:
            return []
        return [Link(topic.asked, token, topic.entities, "")]

    def _tell(self, sentence: Sentence, link: Link, finding: Finding) -> tuple[Any, ...]:
        token: Token = link.value
        entity = link.entities[0] if link.entities else None
        return (
            sentence.start + token.start,
            sentence.start + token.end,
            None if entity is None else self.knowledge.entity_ids[entity],
            None if entity is None else self.knowledge.names[entity],
            link.field,
            self.rules.fields[link.field].phrases[0],
            sentence.text[token.start : token.end],
            finding.known or None,
            finding.verdict,
            finding.reason or None,
        )


def check_claims(rows: pl.DataFrame, knowledge: Knowledge, settings: ClaimSettings | None = None) -> pl.DataFrame:
    """CLAIM rows for a frame with prompt and response (history as well, where it has one)."""
    return ClaimChecker(knowledge, settings).check(rows)


def summarise_claims(claims: pl.DataFrame, height: int) -> pl.DataFrame:
    """CLAIM rows of a frame of `height` rows to CLAIM_SUMMARY, one line a row."""
    wrong = pl.col("verdict") == CONTRADICTS
    in_response = pl.col("part") == "response"
    told = pl.format(
        "{} {}-{}: {} of {} {}, known {}",
        *(pl.col(c) for c in ("part", "start", "end", "property", "name", "stated", "known")),
    )
    by_row = claims.group_by("row", maintain_order=True).agg(
        pl.len().alias("claims"),
        (pl.col("verdict") == AGREES).sum().alias("claims_agree"),
        (wrong & in_response).sum().alias("claims_contradict"),
        (wrong & ~in_response).sum().alias("prompt_contradict"),
        told.filter(wrong).sort_by((~in_response).filter(wrong), maintain_order=True).first().alias("claims_detail"),
    )
    rows = pl.DataFrame({"row": pl.int_range(height, dtype=pl.UInt32, eager=True)})
    joined = rows.join(by_row, on="row", how="left", maintain_order="left").drop("row")
    return joined.with_columns(pl.exclude("claims_detail").fill_null(0)).cast(dict(CLAIM_SUMMARY.items()))


def split_sentences(text: str) -> Iterator[tuple[int, str]]:
    """Sentences and lines that are not blank, with the character where each begins."""
    start = 0
    for match in SENTENCE_END.finditer(text):
        if text[start : match.start()].strip():
            yield start, text[start : match.start()]
        start = match.end()
    if text[start:].strip():
        yield start, text[start:]


def _look_around(letters: str, place: int, token: Token, *, has_unit: bool) -> str:
    """Why the words beside a value forbid to judge it, or nothing."""
    after, before = letters[place + 1 : place + 2], letters[place - 1 : place] if place else ""
    if after == "o" or before == "o":
        return "calculation"
    if before == "r" or after == "r":
        return "bound"
    rest = letters[place + 1 :]
    if token.letter == "F" and rest[:1] == "-":
        return "charged"
    if _MORE_VALUES.match(rest) and not (token.value and token.value.unit and _COUNTED.match(rest)):
        return "several values"
    if after == "x" and token.letter == "N" and not has_unit and not (token.value and token.value.unit):
        return "no unit"
    return ""
