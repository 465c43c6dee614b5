"""A target -> requests: few-shot prompts whose demonstrations are the pack's own wordings, drawn anew for each request.

A small model copies the frames of its demonstrations, so they rotate; `Asked.frames` keeps them for the gate against
copies. A demonstration is two wordings with the same slots from one template of another intent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any

import yaml

from apothecary.engine.llm.request import Request
from apothecary.engine.seed import derive_key
from apothecary.generate.vary.mask import Masked, mask
from apothecary.generate.vary.targets import SIDES, Side, Target, is_rewritable
from apothecary.generate.vary.words import list_words
from apothecary.packs.grammar import expand
from apothecary.packs.model import Intent, Pack
from apothecary.packs.skeleton import MASK, skeleton

_BRACES = re.compile(r"\{[^{}]*\}")
PROMPTS = Path(__file__).parent / "prompts.yaml"
MAX_TOKENS = 96
SAMPLES_PER_REQUEST = 8
POOL = 24  # demonstrations most like the source, from which those of a request are drawn


@dataclass(frozen=True)
class Draw:
    """How a model draws: part of each wording's record."""

    temperature: float = 0.7
    top_p: float = 0.95
    seed: int = 0
    extra: dict[str, Any] = field(default_factory=dict)  # fields of the server's own, as {"cache_prompt": False}


@dataclass(frozen=True)
class Asked:
    """One request and what its answers are held against."""

    target: Target
    source: str  # the pattern's wording, as the pack writes it
    shown: Masked
    frames: tuple[str, ...]  # the demonstrations' texts
    request: Request


@dataclass(frozen=True)
class Demo:
    """Two wordings of one template that say the same, as shown."""

    intent: str
    side: Side
    register: str
    before: str
    after: str
    slots: tuple[list[str], list[str]]
    words: frozenset[str]


class Prompter:
    """A pack and the data of prompts.yaml, made into requests; `demos` are those of other packs."""

    def __init__(self, pack: Pack, demos: Sequence[Demo] = (), path: Path = PROMPTS) -> None:
        self.demos = [*list_demos(pack), *demos]
        self.data: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))

    def build(self, target: Target, samples: int, model: str, draw: Draw, revision: str = "") -> Iterator[Asked]:
        """The requests for `samples` wordings, eight a request, each with another source and other demonstrations."""
        for number, start in enumerate(range(0, samples, SAMPLES_PER_REQUEST)):
            source = target.sources[number % len(target.sources)]
            shown = mask(source)
            key = derive_key(draw.seed, target.id, number)
            demos = self._pick(target, shown, key)
            request = Request(
                model,
                tuple(self._write(target, shown, demos)),
                n=min(SAMPLES_PER_REQUEST, samples - start),
                max_tokens=MAX_TOKENS,
                temperature=draw.temperature,
                top_p=draw.top_p,
                seed=key % 2**31,
                stop=("\n",),
                revision=revision,
                extra=draw.extra,
            )
            frames = tuple(text for demo in demos for text in demo)
            yield Asked(target, source, shown, frames, request)

    def _write(self, target: Target, shown: Masked, demos: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        kind = self.data["kinds"][target.side]
        yield "system", self.data["system"].format(kind=kind, style=self.data["styles"][target.register]).strip()
        for before, after in demos:
            yield "user", self.data["turn"].format(kind=kind, text=before)
            yield "assistant", after
        yield "user", self.data["turn"].format(kind=kind, text=shown.text)

    def _pick(self, target: Target, shown: Masked, key: int) -> list[tuple[str, str]]:
        """Demonstrations of the side and of as many intents, drawn by the key from those most like the source.

        They have as many names and values as the source, under the source's own slots: others would be copied.
        """
        words, slots = set(list_words(shown.text)), _sort_slots(shown.text)

        def rank(demo: Demo) -> tuple[float, int]:
            alike = 2 * len(words & demo.words) / ((len(words) + len(demo.words)) or 1)
            more = sum(abs(len(a) - len(b)) for a, b in zip(slots, demo.slots, strict=True))
            return 2 * more - alike + 0.25 * (demo.register != target.register), derive_key(
                key, demo.before, demo.after
            )

        def fits(demo: Demo) -> bool:
            is_small = all(len(a) <= len(b) for a, b in zip(demo.slots, slots, strict=True))
            return demo.side == target.side and demo.intent != target.intent.intent and is_small

        others = filter(fits, self.demos)
        pool = sorted(others, key=rank)[:POOL]
        picked: dict[str, tuple[str, str]] = {}
        for demo in sorted(pool, key=lambda demo: derive_key(key, demo.before, demo.after)):
            pairs = zip(demo.slots, slots, strict=True)
            renamed = {theirs: ours for mine, own in pairs for theirs, ours in zip(mine, own, strict=False)}
            before, after = (_rename(text, renamed) for text in (demo.before, demo.after))
            picked.setdefault(demo.intent, (before, after))
        return list(picked.values())[: int(self.data["demos"])]


def _rename(text: str, slots: dict[str, str]) -> str:
    return _BRACES.sub(lambda match: slots.get(match[0], match[0]), text)


def _sort_slots(text: str) -> tuple[list[str], list[str]]:
    """The slots of a text in order, names apart from values."""
    slots = list(dict.fromkeys(_BRACES.findall(text)))
    return [s for s in slots if s.endswith("name}")], [s for s in slots if not s.endswith("name}")]


def list_demos(pack: Pack) -> list[Demo]:
    """All demonstrations that a pack's own wordings give."""
    return [demo for intent in pack.intents for side in SIDES for demo in _list_demos(intent, side)]


def _list_demos(intent: Intent, side: Side) -> Iterator[Demo]:
    """Pairs of wordings of a template with the same slots and different skeletons."""
    for template in intent.templates:
        if template.before:
            continue
        patterns = template.ask if side == "ask" else template.reply
        texts = [mask(text) for text in (expand(pattern)[0] for pattern in patterns) if is_rewritable(text)]
        for one, other in permutations(texts, 2):
            if one.slots == other.slots and not one.tail and _is_plain(one.text, other.text):
                slots, words = _sort_slots(one.text), frozenset(list_words(one.text))
                yield Demo(intent.intent, side, template.register, one.text, other.text, slots, words)


def _is_plain(one: str, other: str) -> bool:
    """Whether two texts are different wordings of about one length that share half their words."""
    words, others = skeleton(one).split(), skeleton(other).split()
    shared = (set(words) & set(others)) - {MASK}
    longer, shorter = max(len(words), len(others)), min(len(words), len(others))
    if re.search(r"[\n\\]", one + other):
        return False
    return words != others and 2 * len(shared) >= longer and longer <= min(2 * shorter, 12)
