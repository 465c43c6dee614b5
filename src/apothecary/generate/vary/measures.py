"""The units that a pack writes, found in texts: what follows a slot, and what stands anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property

from apothecary.generate.vary.words import list_stems
from apothecary.packs.model import Pack
from apothecary.packs.units import SPELLED_UNITS

_EDGE = r"(?![A-Za-zµ²³·]|/[A-Za-z])"


@dataclass(frozen=True)
class Units:
    """The units of a pack, abbreviated and spelled out."""

    names: frozenset[str]

    @classmethod
    def of(cls, pack: Pack) -> Units:
        """The units of the fields and given numbers of a pack, and how they are spelled out."""
        units = {spec.unit for spec in pack.fields.values() if spec.unit}
        units |= {given.unit for intent in pack.intents for given in intent.draw.given.values() if given.unit}
        units |= {form for unit in SPELLED_UNITS for form in (unit, *SPELLED_UNITS[unit])}
        return cls(frozenset(units))

    @cached_property
    def stems(self) -> frozenset[str]:
        """The stems of the words in units (`mol` of g/mol)."""
        return frozenset(stem for name in self.names for stem in list_stems(name))

    @cached_property
    def _behind(self) -> re.Pattern[str]:
        return re.compile(rf"[ \u00a0\u202f-]?({self._either()}){_EDGE}")

    @cached_property
    def _anywhere(self) -> re.Pattern[str]:
        return re.compile(rf"(?<![A-Za-zµ/'’])({self._either()}){_EDGE}")

    def _either(self) -> str:
        return "|".join(re.escape(name) for name in sorted(self.names, key=len, reverse=True))

    def follow(self, text: str, slot: str) -> list[str]:
        """The unit behind each place of a slot that has one."""
        places = (self._behind.match(text, place.end()) for place in re.finditer(re.escape(slot), text))
        return [unit[1] for unit in places if unit]

    def list_all(self, text: str) -> set[str]:
        """All units that a text names."""
        small = text[:1].lower() + text[1:]  # `Grams of ...` names a unit too
        return {match[1] for form in (text, small) for match in self._anywhere.finditer(form)}
