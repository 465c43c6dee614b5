from __future__ import annotations

from collections.abc import Callable

import pytest

from apothecary.engine.llm.request import Request
from apothecary.generate.vary.gates import Gates
from apothecary.generate.vary.mask import mask
from apothecary.generate.vary.prompts import Asked
from apothecary.generate.vary.run import Corpus, load_corpus
from apothecary.generate.vary.targets import Side, Target, list_targets
from apothecary.generate.vary.vocabulary import Vocabulary
from apothecary.packs.model import Pack

PHRASES = {"mp_c": ["melting point", "melts", "melting temperature"], "mw": ["molar mass", "weighs"]}


@pytest.fixture(scope="session")
def vocabulary(tiny_pack: Pack) -> Vocabulary:
    return Vocabulary(tiny_pack, PHRASES, triples=load_corpus().triples)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """How people put things; without it a pack of ten questions knows hardly any two words that go together."""
    return load_corpus()


@pytest.fixture
def gates(vocabulary: Vocabulary) -> Gates:
    return Gates(vocabulary)


@pytest.fixture
def aim(tiny_pack: Pack) -> Callable[..., Target]:
    """An intent, a template and a side in, the target out."""

    def aim(intent: str, template: str, side: Side) -> Target:
        targets = {target.id: target for target in list_targets(tiny_pack, [intent])}
        return next(one for name, one in targets.items() if name.startswith(f"{intent}/{template}/{side}/"))

    return aim


@pytest.fixture
def ask(aim: Callable[..., Target]) -> Callable[..., Asked]:
    """A place and a source in, what would be asked out, with the demonstrations named."""

    def ask(intent: str, template: str, side: Side, source: str, frames: tuple[str, ...] = ()) -> Asked:
        return Asked(aim(intent, template, side), source, mask(source), frames, Request("small", (("user", source),)))

    return ask
