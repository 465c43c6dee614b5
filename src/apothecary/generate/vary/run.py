"""An order for a bank -> the bank file, complete or stopped, and lines that say what came of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from apothecary.engine.llm.cache import Cache
from apothecary.engine.llm.client import Client
from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.llm.ledger import FREE, Budget, Ledger, load_price
from apothecary.engine.progress import Progress
from apothecary.errors import RecipeError
from apothecary.generate.vary.ask import PROBE, Order, Yield, list_requests, merge_banks, vary
from apothecary.generate.vary.gates import Embed, Gates
from apothecary.generate.vary.prompts import Demo, Prompter, list_demos
from apothecary.generate.vary.targets import SIDES, Register, Side, Target, list_targets
from apothecary.generate.vary.vocabulary import Triple, Vocabulary, list_triples, read_phrases
from apothecary.packs.bank import BankWording, read_bank, write_bank
from apothecary.packs.load import load_pack
from apothecary.packs.model import Pack

CORPUS = "pharma"  # the built-in pack whose wordings show how questions and answers are put


@dataclass(frozen=True)
class Job:
    """What is asked of whom, for which part of which pack, and into which file."""

    pack: str
    order: Order
    endpoint: Endpoint
    out: Path
    intents: tuple[str, ...] = ()
    registers: tuple[Register, ...] = ()
    sides: tuple[Side, ...] = SIDES
    budget: Budget = field(default_factory=Budget)
    answers: Path | None = None  # the cache of answers; beside the bank if not given

    @property
    def cache(self) -> Path:
        """The file of all answers."""
        return self.answers or self.out.with_name(self.out.name + ".answers.sqlite")


def make_bank(job: Job, *, progress: Progress, embed: Embed | None = None) -> tuple[Yield, list[BankWording]]:
    """A job in, the yield and the whole bank out; the file is written even when the run was stopped."""
    pack = load_pack(job.pack)
    targets = [target for target in choose_targets(pack, job.intents, job.registers) if target.side in job.sides]
    corpus = load_corpus()
    prompter = Prompter(pack, corpus.demos if job.pack != CORPUS else ())
    gates = Gates(Vocabulary(pack, read_phrases(job.pack), triples=corpus.triples), embed=embed)
    old = read_bank(job.out) if job.out.is_file() else []
    asked = {one.request.key for one in list_requests(targets, prompter, job.order)}
    _note_others(old, asked, targets, gates)
    local = job.endpoint.is_local
    with Cache(job.cache) as cache:
        price = FREE if local else load_price(job.order.model)
        ledger = Ledger(cache, job.order.model, run=f"vary {pack.name}", price=price, budget=job.budget)
        progress.start("vary", len(targets) * job.order.samples)
        done = vary(targets, prompter, gates, job.order, Client(job.endpoint, cache, ledger), say=progress.advance)
        progress.finish()
    bank = merge_banks(old, done.wordings)
    write_bank(job.out, bank)
    return done, bank


@dataclass(frozen=True)
class Corpus:
    """The built-in pack that shows how questions and answers are put, its demonstrations and its words in a row."""

    pack: Pack
    demos: tuple[Demo, ...]
    triples: frozenset[Triple]


@lru_cache(maxsize=1)
def load_corpus() -> Corpus:
    """The corpus, read once a process."""
    pack = load_pack(CORPUS)
    return Corpus(pack, tuple(list_demos(pack)), list_triples(pack))


def choose_targets(pack: Pack, intents: Sequence[str], registers: Sequence[Register]) -> list[Target]:
    """The targets of the named intents; RecipeError for an intent that the pack has not, or none that can be asked."""
    if missing := [name for name in intents if name not in pack.by_name]:
        raise RecipeError(f"the pack has no intent {missing[0]!r}", expected=f"one of {len(pack.intents)} intents")
    targets = list_targets(pack, intents, registers)
    if not targets:
        raise RecipeError("no wording of these intents can be rewritten", expected="one line of prose in some template")
    return targets


def _note_others(old: Sequence[BankWording], asked: set[str], targets: Sequence[Target], gates: Gates) -> None:
    """What the bank has already, from other requests, is not let in again."""
    places = {(t.intent.intent, t.template.id, t.side): t for t in targets}
    for wording in old:
        target = places.get((wording.intent, wording.template, wording.side))
        if target and wording.prompt not in asked and not wording.gate:
            gates.note(wording.pattern, target)


def describe_yield(job: Job, done: Yield, bank: Sequence[BankWording]) -> Iterator[str]:
    """What a person wants to know of a run, in lines."""
    new, accepted = (sum(w.state == state for w in bank) for state in ("new", "accepted"))
    yield f"{done.samples:,} samples of {done.calls:,} calls; {done.passed:,} passed all gates ({done.pass_rate:.1%})"
    for gate, count in sorted(done.gates.items(), key=lambda item: (-item[1], item[0])):
        if gate:
            yield f"  {count:>6,}  {gate}"
    for reason, count in sorted(done.unanswered.items()):
        yield f"  {count:>6,}  requests without an answer: {reason}"
    yield f"{job.out}: {len(bank):,} wordings, {new:,} wait for review, {accepted:,} accepted"
    if done.stopped_by == "too weak":
        share = (
            f"{done.pass_rate:.1%} of the first {done.samples} samples passed, {job.order.least_pass_rate:.0%} asked"
        )
        yield f"stopped: the model is too weak for this pack: {share} (--min-pass-rate; {PROBE} samples are tried)"
    elif done.stopped_by:
        yield f"stopped by {done.stopped_by}; the same command goes on, and asks nothing twice"
