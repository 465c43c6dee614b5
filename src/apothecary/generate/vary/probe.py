"""A pack in, questions for the check of an endpoint out: its own wordings, judged by all its gates."""

from __future__ import annotations

from apothecary.engine.llm.probe import Judge, Question
from apothecary.generate.vary.gates import Gates
from apothecary.generate.vary.prompts import Asked, Draw, Prompter
from apothecary.generate.vary.run import CORPUS, choose_targets, load_corpus
from apothecary.generate.vary.vocabulary import Vocabulary, read_phrases
from apothecary.packs.load import load_pack

TARGETS = 6
SAMPLES = 4


def list_pack_questions(pack_name: str, model: str, targets: int = TARGETS) -> list[Question]:
    """A pack and a model to requests for wordings of templates spread over the pack, each with the gates as judge."""
    corpus = load_corpus()
    pack = corpus.pack if pack_name == CORPUS else load_pack(pack_name)
    found = choose_targets(pack, (), ())
    count = min(targets, len(found))
    chosen = [found[number * len(found) // count] for number in range(count)]
    prompter = Prompter(pack, corpus.demos if pack_name != CORPUS else ())
    gates = Gates(Vocabulary(pack, read_phrases(pack_name), triples=corpus.triples))
    asked = [one for target in chosen for one in prompter.build(target, SAMPLES, model, Draw())]
    return [Question(one.request, _make_judge(gates, one)) for one in asked]


def _make_judge(gates: Gates, asked: Asked) -> Judge:
    return lambda text: gates.judge(text, asked).gate
