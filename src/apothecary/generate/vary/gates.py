"""A model's text -> a wording of the pack, or the first gate that it fails with a reason; scores for both.

The gates know words, not truth: they keep what the source says word by word (slots, units, property, numbers, guarded
words, directions) and let only known words in. A person reads what passes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from apothecary.errors import PackError
from apothecary.generate.vary.mask import mask, tidy, unmask
from apothecary.generate.vary.prompts import Asked
from apothecary.generate.vary.targets import Target, is_rewritable
from apothecary.generate.vary.vocabulary import Vocabulary
from apothecary.generate.vary.words import WordLists, list_digits, list_stems, list_words, load_words, stem
from apothecary.packs.grammar import expand, parse
from apothecary.packs.skeleton import skeleton

LEAST_RECALL = 0.66  # of the source's meaning-carrying words; tuned on tests/golden/wordings_labelled.jsonl
LEAST_PRECISION = 0.6
MOST_UNSEEN = 0.1  # of three words in a row, those that no wording known has; one is let pass in any case
LEAST_COSINE = 0.9
_BRACES = re.compile(r"\{[^{}]*\}")
_SENTENCE = re.compile(r"(?<!\b[A-Z])[.?!](?=\s+\S)")
_ASKS = re.compile(
    r"(?:^|[.:;,?] ?|\b(?:and|of|in|at|to|by|from|for|with|on|then|so) )"
    r"(?:what|which|who|whose|how|when|where|why|is|are|does|do|did|was|were|has|have|can|could|would|will)\b",
    re.IGNORECASE,
)
QUESTIONS = frozenset(["what", "which", "who", "whose", "how", "when", "where", "why"])
YES_OR_NO = frozenset(["do", "does", "did", "is", "are", "was", "were", "has", "have", "can", "could", "will", "would"])
_LABELLED = re.compile(
    r"^(?:text|source|rewrite|rewritten|in other words|note|output|input|example)\b\s*:", re.IGNORECASE
)

Embed = Callable[[list[str]], list[list[float]]]
Finding = tuple[str, str]  # gate, reason


@dataclass(frozen=True)
class Verdict:
    """What became of one text: the pattern, the gate it failed (empty: none) and why, and its scores from 0 to 1."""

    pattern: str
    gate: str = ""
    reason: str = ""
    scores: dict[str, float] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether no gate stopped it."""
        return not self.gate


class Gates:
    """The gates of one pack: `judge` holds a text against what was asked, `note` remembers what has been let in."""

    def __init__(self, vocabulary: Vocabulary, lists: WordLists | None = None, embed: Embed | None = None) -> None:
        self.vocabulary, self.lists, self.embed = vocabulary, lists or load_words(), embed
        self._noted: dict[tuple[str, str, str], set[str]] = {}

    def judge(self, text: str, asked: Asked, ending: str = "stop") -> Verdict:
        """A model's text and the request it answers in, the verdict out."""
        said = tidy(text, asked.shown)
        scores = self._score(said, asked)
        for name, reason in self._check(said, asked, ending, scores):
            return Verdict(unmask(said, asked.shown), name, reason, scores)
        pattern = unmask(said, asked.shown)
        for name, reason in self._check_pack(pattern, asked):
            return Verdict(pattern, name, reason, scores)
        return Verdict(pattern, scores=scores)

    def _check(self, said: str, asked: Asked, ending: str, scores: dict[str, float]) -> Iterator[Finding]:
        """The findings of all gates but the pack's linter, in order; only the first one is ever taken."""
        yield from self._check_form(said, asked, ending)
        yield from self._check_slots(said, asked)
        yield from self._check_units(said, asked)
        yield from self._check_property(said, asked)
        yield from self._check_numbers(said, asked)
        yield from self._check_claims(said, asked)
        yield from self._check_words(said, asked)
        yield from self._check_directions(said, asked)
        yield from self._check_places(said, asked)
        yield from self._check_repeats(said, asked)
        yield from self._check_similarity(scores)
        yield from self._check_copy(said, asked)
        yield from self._check_known(said, asked)
        yield from self._check_fluency(said, asked)

    def note(self, pattern: str, target: Target) -> None:
        """A wording is in: the next one that reads like it is none."""
        self._noted.setdefault(_place(target), set()).add(skeleton(mask(pattern).text))

    def _score(self, said: str, asked: Asked) -> dict[str, float]:
        before, after = self.lists.list_content(asked.shown.text), self.lists.list_content(said)
        scores = {
            "recall": _share(before, after),
            "precision": _share(after, before),
            "unseen": len(self.vocabulary.find_unseen(said, asked)) / max(1, len(said.split())),
        }
        if self.embed is not None:
            one, other = self.embed([_BRACES.sub("X", asked.shown.text), _BRACES.sub("X", said)])
            scores["cosine"] = _cosine(one, other)
        return {name: round(value, 4) for name, value in scores.items()}

    def _check_form(self, said: str, asked: Asked, ending: str) -> Iterator[Finding]:
        """One line of the source's kind: as many sentences at most, a question for a question."""
        shown = asked.shown.text
        if ending == "length":
            yield "form", "the text was cut off"
        if not said or "\n" in said or _LABELLED.match(said):
            yield "form", "no single line of text"
        try:
            patterns = expand(unmask(said, asked.shown))
            parse(patterns[0])
        except PackError as error:
            yield "form", f"no pattern: {error.what}"
            return
        if len(_SENTENCE.findall(said)) > len(_SENTENCE.findall(shown)):
            yield "form", "more sentences than its source"
        longest = 2 * len(shown.split()) + 4
        if len(said.split()) > longest:
            yield "form", f"more than {longest} words"
        if not is_rewritable(unmask(said, asked.shown)):
            yield "form", "hardly a word beside the slots"
        if not _balanced(said):
            yield "form", "a bracket or quote is left open"
        yield from self._check_kind(said, asked)

    def _check_kind(self, said: str, asked: Asked) -> Iterator[Finding]:
        """A question asks, an answer tells."""
        terse = asked.target.register in ("terse", "report")
        if asked.target.side == "reply":
            if "?" in said:
                yield "form", "an answer that asks"
            if (words := list_words(said)) and words[0] in ("what", "how", "why", "if", "do", "does"):
                yield "form", f"an answer that begins with `{words[0]}`"
            return
        first = next(iter(list_words(said.split("{")[0])), "")
        wanted, here = QUESTIONS.intersection(list_words(asked.shown.text)), QUESTIONS.intersection(list_words(said))
        if wanted and not here and first in YES_OR_NO:
            yield "form", f"asks whether, not {min(wanted)}"
        last = _SENTENCE.split(said)[-1]
        opens = list_words(last)[:1]
        asks = bool(_ASKS.search(said)) or first in self.lists.imperatives or bool(set(opens) & self.lists.imperatives)
        if said.endswith("?") and not asks and not asked.shown.text.endswith("?"):
            yield "form", "a question mark after what asks nothing"
        if not asks and not (terse or said.endswith(("?", ":"))):
            yield "form", "a question that asks nothing"
        if said.endswith("?") and not asks and not terse and _tells(said):
            yield "form", "a statement with a question mark"

    def _check_slots(self, said: str, asked: Asked) -> Iterator[Finding]:
        here, wanted = Counter(_BRACES.findall(said)), asked.shown.slots
        for slot in sorted((wanted - here) | (here - wanted)):
            if slot not in wanted:
                yield "slots", f"{slot} is not in the source"
            elif here[slot] < wanted[slot]:
                yield "slots", f"{slot} is missing"
            else:
                yield "slots", f"{slot} stands {here[slot]} times, {wanted[slot]} in the source"

    def _check_units(self, said: str, asked: Asked) -> Iterator[Finding]:
        """Behind each slot the same unit as in the source, or none; and no unit anywhere that the source has not."""
        known = self.vocabulary.units
        for slot in asked.shown.slots:
            wanted = sorted(known.follow(asked.shown.text, slot))
            here = sorted(known.follow(said, slot))
            if wanted != here:
                yield "unit", f"behind {slot} stands {_list(here)}, not {_list(wanted)}"
        own = self.vocabulary.list_answer_units(asked.target) if asked.target.side == "ask" else set()
        if more := known.list_all(said) - known.list_all(asked.shown.text) - own:
            yield "unit", f"a unit that the source has not: {', '.join(sorted(more))}"

    def _check_property(self, said: str, asked: Asked) -> Iterator[Finding]:
        """What the source speaks of is spoken of, by one of its names; nothing else is."""
        lost, foreign = self.vocabulary.compare_properties(asked.shown.text, said, asked.target)
        if lost:
            yield "property", f"no longer says `{lost[0]}`"
        if foreign:
            yield "property", f"speaks of `{foreign[0]}`"

    def _check_numbers(self, said: str, asked: Asked) -> Iterator[Finding]:
        before, after = asked.shown.text, said
        lost_or_new = Counter(list_digits(before))
        new = Counter(list_digits(after)) - lost_or_new
        if new:
            yield "number", f"a number that the source has not: {next(iter(new))}"
        if gone := lost_or_new - Counter(list_digits(after)):
            yield "number", f"the source's number {next(iter(gone))} is gone"
        worded = set(list_words(after)) & self.lists.numbers - set(list_words(before)) - {"one"}
        if worded:
            yield "number", f"a number that the source has not: {min(worded)}"

    def _check_claims(self, said: str, asked: Asked) -> Iterator[Finding]:
        """No hedge, negation, method, cause, chance or advice that the source has not."""
        before, after = self.lists.find_groups(asked.shown.text), self.lists.find_groups(said)
        for group, words in after.items():
            if group not in before:
                yield "claim", f"`{min(words)}` ({group}) is new"
        for group in self.lists.kept:
            if group in before and group not in after:
                yield "claim", f"`{min(before[group])}` ({group}) is gone"

    def _check_words(self, said: str, asked: Asked) -> Iterator[Finding]:
        """Only function words, reporting words and words of the intent; no capitals in mid-sentence."""
        allowed = self.vocabulary.list_allowed(asked.target)
        for word in list_words(said):
            if word in self.lists.function or stem(word) in self.lists.light or stem(word) in allowed:
                continue
            if word in self.lists.up or word in self.lists.down or word in self.lists.things:
                continue  # the matter of gates to come
            yield "words", f"`{word}` is no word of this intent"
        for name in re.findall(r"(?<=[a-z,;] )[A-Z][\w-]+", _BRACES.sub("0", said)):
            if name not in asked.shown.text and not self.vocabulary.is_written(name, asked.target):
                yield "words", f"`{name}` looks like a name"

    def _check_directions(self, said: str, asked: Asked) -> Iterator[Finding]:
        spec = self.vocabulary.pack.fields.get(str(asked.target.intent.draw.field))
        own = (spec.hi, spec.lo) if spec else ((), ())
        before = self.lists.count_directions(asked.shown.text, *own)
        after = self.lists.count_directions(said, *own)
        for way in ("up", "down"):
            if bool(before[way]) != bool(after[way]):
                yield "direction", f"the source points {way}, or the wording does, not both"

    def _check_places(self, said: str, asked: Asked) -> Iterator[Finding]:
        """Where a wording has several values, each stands among words that it stands among in the source."""
        values = [slot for slot in asked.shown.slots if not re.fullmatch(r"\{(?:\w+\.)?name\}", slot)]
        order = [slot for slot in _BRACES.findall(asked.shown.text) if slot not in values]
        if len(order) > 1 and order != [slot for slot in _BRACES.findall(said) if slot not in values]:
            yield "places", "the names stand in another order"
        for slot in values if len(values) > 1 else ():
            before = self._list_near(asked.shown.text, slot)
            after = self._list_near(said, slot)
            if before and not before & after:
                yield "places", f"{slot} stood beside `{min(before)}`"
        for slot in values:
            follows = self._list_behind(said, slot) - self._list_behind(asked.shown.text, slot)
            if follows:
                yield "places", f"`{min(follows)}` follows on {slot}"

    def _list_behind(self, text: str, slot: str) -> set[str]:
        """The words of meaning that follow on a value straight away; units are another gate's."""
        words = re.findall(re.escape(slot) + r" ([^\W\d_]+)", text)
        return {stem(word) for word in self.lists.keep_content(words)} - self.vocabulary.units.stems

    def _list_near(self, text: str, slot: str) -> set[str]:
        """The words and slots of a clause nearest to a slot, three each side."""
        marked = re.sub(r", (?:which|that) (?=is |are )", " ", text)
        marked = re.sub(r"\{([^{}]*)\}", lambda m: f" §{m[1].replace('.', '_')} ", marked)
        name = "§" + slot.strip("{}").replace(".", "_")
        words = [word.lower() for word in re.findall(r"§[\w:]+|[^\W\d_]+|[,;.:()?]", marked)]
        found: set[str] = set()
        for index, word in enumerate(words):
            if word != name.lower():
                continue
            for step in (-1, 1):
                for other in words[index + step : (index + 5 * step) if index + 5 * step >= 0 else None : step]:
                    if other in ",;.:()?" or other.startswith("§"):
                        break
                    if other not in self.lists.function and stem(other) not in self.lists.light:
                        found.add(stem(other))
        return found - self.vocabulary.units.stems

    def _check_similarity(self, scores: dict[str, float]) -> Iterator[Finding]:
        if scores["recall"] < LEAST_RECALL:
            yield "similarity", f"only {scores['recall']:.0%} of the source's words are left"
        if scores["precision"] < LEAST_PRECISION:
            yield "similarity", f"only {scores['precision']:.0%} of its words are the source's"
        if scores.get("cosine", 1.0) < LEAST_COSINE:
            yield "similarity", f"cosine {scores['cosine']:.2f} to the source"

    def _check_fluency(self, said: str, asked: Asked) -> Iterator[Finding]:
        """Little that nobody writes: three words in a row that are nowhere in the pack, nor in the pharma pack."""
        unseen = self.vocabulary.find_unseen(said, asked)
        if len(unseen) > max(1, MOST_UNSEEN * len(said.split())):
            yield "fluency", f"`{' '.join(unseen[0])}` is written nowhere, and {len(unseen) - 1} more"

    def _check_repeats(self, said: str, asked: Asked) -> Iterator[Finding]:
        """No word of meaning more often than in the source, and no second question."""
        before = Counter(word for word in list_stems(asked.shown.text))
        for word, count in Counter(list_stems(said)).items():
            if count > max(1, before[word]) and word not in self.lists.function_stems:
                yield "repeats", f"`{word}` stands {count} times"
        if self._count_questions(said) > max(1, self._count_questions(asked.shown.text)):
            yield "repeats", "asks twice"

    def _count_questions(self, text: str) -> int:
        words = list_words(text)
        orders = self.lists.imperatives - self.lists.function
        return sum(word in QUESTIONS for word in words) + len(orders.intersection(words[:1]))

    def _check_copy(self, said: str, asked: Asked) -> Iterator[Finding]:
        key, own = skeleton(said), skeleton(asked.shown.text)
        for frame in asked.frames:
            if skeleton(frame) == key != own:
                yield "copy", f"copies the demonstration `{frame}`"

    def _check_known(self, said: str, asked: Asked) -> Iterator[Finding]:
        key = skeleton(mask(unmask(said, asked.shown)).text)
        if key == skeleton(asked.shown.text):
            yield "known", "reads like its source"
        if key in self.vocabulary.list_known(asked.target) or key in self._noted.get(_place(asked.target), ()):
            yield "known", "reads like a wording that is there"

    def _check_pack(self, pattern: str, asked: Asked) -> Iterator[Finding]:
        for problem in self.vocabulary.lint(pattern, asked.target):
            yield "lint", problem.what


def _place(target: Target) -> tuple[str, str, str]:
    return target.intent.intent, target.side, "" if target.side == "ask" else target.template.id


def _share(these: list[str], those: list[str]) -> float:
    return sum((Counter(these) & Counter(those)).values()) / len(these) if these else 1.0


def _cosine(one: list[float], other: list[float]) -> float:
    dot = sum(a * b for a, b in zip(one, other, strict=True))
    return float(dot / ((sum(a * a for a in one) * sum(b * b for b in other)) ** 0.5 or 1.0))


def _balanced(text: str) -> bool:
    return text.count("(") == text.count(")") and text.count('"') % 2 == 0 and text.count("“") == text.count("”")


def _tells(text: str) -> bool:
    """Whether a text has a subject and a verb in the order of a statement."""
    return bool(re.search(r"(?:\}|\w) (?:is|are|has|have|was|does) ", text))


def _list(units: list[str]) -> str:
    return f"`{', '.join(units)}`" if units else "nothing"
