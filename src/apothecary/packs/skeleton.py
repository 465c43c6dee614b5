"""Texts -> skeletons: what is left of a wording when slots, case, punctuation and small words are taken out.

Two wordings with one skeleton are one question to a reader, so they may not stand in for two.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "§"
SMALL_WORDS = frozenset(
    re.findall(
        r"\S+",
        "a an the of is are was were be been do does did has have had to for in on at by with from and or as than "
        "please can could would will you me we us i my your it its this that there so s",
    )
)
_SLOT = re.compile(r"\{[^{}]*\}")
_WORD = re.compile(rf"{MASK}|[^\W_]+")


def skeleton(text: str) -> str:
    """The words that carry a wording (slots as `§`), in order: `What's the mass of {name}, please?` -> `what mass §`.

    A wording of small words only keeps them all, so that no skeleton is empty but that of an empty text.
    """
    masked = _SLOT.sub(f" {MASK} ", text.replace("\\{", " ").replace("\\}", " "))
    words = [word.lower() for word in _WORD.findall(masked)]
    return " ".join([word for word in words if word not in SMALL_WORDS] or words)


def find_repeats(keyed: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Texts as (place, key) -> for each key met at more than one place, these places in order, each once."""
    places: dict[str, list[str]] = {}
    for place, key in keyed:
        known = places.setdefault(key, [])
        if place not in known:
            known.append(place)
    return {key: known for key, known in places.items() if len(known) > 1}
