"""The wording bank: wordings that a model wrote for a pack's templates, each with its origin, scores and review.

A file of JSON lines, one wording a line, accepted and rejected alike. `add_bank` makes templates of the accepted ones.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import pydantic
from pydantic import model_validator
from pydantic_core import PydanticCustomError

from apothecary.engine.commit import make_folder, write_bytes
from apothecary.errors import PackError
from apothecary.packs.grammar import Slot, expand, parse
from apothecary.packs.strict import Identifier, Line, Strict

State = Literal["new", "accepted", "rejected"]
GATES = "gates"  # the reviewer of what no person has to read
ORIGIN = "paraphrase"
_CAPITAL = re.compile(r"(?:(?<=\.)|^)Name$")
MAX_ID = 60


class Sampling(Strict):
    """How the model drew."""

    temperature: pydantic.FiniteFloat
    top_p: pydantic.FiniteFloat
    max_tokens: int


class BankWording(Strict):
    """One wording: `source` in other words, for one side of one template, in a register.

    `gate` and `reason` say why it was turned down, by a gate or a person; `state` new is what waits for a person.
    """

    pack: Identifier
    intent: Identifier
    template: Identifier
    side: Literal["ask", "reply"]
    # `register` is a method of every model class, hence the alias
    voice: Literal["clinician", "chemist", "student", "patient", "terse", "report"] = pydantic.Field(alias="register")
    pattern: str
    source: str
    model: Line
    revision: str = ""
    licence: Line
    prompt: str  # the SHA-256 of the request: turns, model, sampling
    seed: int
    sample: int  # which of the request's answers
    sampling: Sampling
    scores: dict[str, float] = pydantic.Field(default_factory=dict)
    gate: str = ""
    reason: str = ""
    state: State = "new"
    by: str = ""
    when: str = ""

    @property
    def generator(self) -> str:
        """As examples name it: `model (licence)`."""
        return f"{self.model} ({self.licence})"

    @property
    def id(self) -> str:
        """A short name for people and files of decisions."""
        return f"{self.prompt[:12]}-{self.sample}"

    @property
    def key(self) -> tuple[str, int]:
        """What tells two wordings apart, whatever became of them."""
        return self.prompt, self.sample

    @model_validator(mode="after")
    def _check_state(self) -> BankWording:
        if self.state == "rejected" and not self.reason:
            raise PydanticCustomError("state", "a rejected wording has a `reason`")
        if self.state != "rejected" and self.gate:
            raise PydanticCustomError("state", "a wording that a gate stopped is `rejected`")
        if self.state == "new" and self.by:
            raise PydanticCustomError("state", "a new wording has no reviewer in `by`")
        if self.state == "accepted" and (fault := find_fault(self.pattern, self.source)):
            raise PydanticCustomError("pattern", "{fault}", {"fault": fault})
        return self


def find_fault(pattern: str, source: str) -> str:
    """Why a pattern cannot stand in for its source; nothing when it can: it parses and has the same slots."""
    try:
        texts = expand(pattern)
        kept = [_count_slots(text) for text in texts]
        wanted = _count_slots(source)
    except PackError as error:
        return error.what
    if any(slots != wanted for slots in kept):
        return f"its slots are not those of its source {source!r}"
    return ""


def _count_slots(text: str) -> Counter[tuple[str, str | None]]:
    return Counter((_CAPITAL.sub("name", part.name), part.fmt) for part in parse(text) if isinstance(part, Slot))


def read_bank(path: Path) -> list[BankWording]:
    """The wordings of a file, in its order; PackError names the line that cannot be read."""
    try:
        lines = path.read_text("utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        hint = "apothecary packs vary PACK --out FILE makes one"
        raise PackError("the wording bank cannot be read", where=str(path), hint=hint) from error
    found: list[BankWording] = []
    seen: dict[tuple[str, int], int] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        where = f"{path}:{number}"
        try:
            wording = BankWording.model_validate(json.loads(line))
        except (ValueError, pydantic.ValidationError) as error:
            raise PackError(_explain(error), where=where, expected="one wording, as JSON, a line") from error
        if wording.key in seen:
            raise PackError(f"the wording of line {seen[wording.key]} stands here again", where=where, hint="drop one")
        seen[wording.key] = number
        found.append(wording)
    return found


def write_bank(path: Path, wordings: Iterable[BankWording]) -> None:
    """Wordings in, the file out, in the order given; whole or not at all."""
    lines = [json.dumps(w.model_dump(by_alias=True), ensure_ascii=False, allow_nan=False) for w in wordings]
    make_folder(path.parent)
    write_bytes(path, "".join(f"{line}\n" for line in lines).encode())


def settle_wording(wording: BankWording, state: State, *, by: str, when: str, reason: str = "") -> BankWording:
    """A wording with a person's decision; PackError where it cannot stand, as an accepted one that lost a slot."""
    changed = {"state": state, "by": by, "when": when, "gate": "", "reason": reason}
    try:
        return BankWording.model_validate(wording.model_dump(by_alias=True) | changed)
    except pydantic.ValidationError as error:
        raise PackError(_explain(error), where=f"wording {wording.id}") from error


def check_licences(wordings: Iterable[BankWording], allowed: Sequence[str]) -> None:
    """Raise PackError when a wording's generator has a licence that is not in `allowed`; case does not count."""
    counted = Counter((w.model, w.licence) for w in wordings)
    known = {licence.casefold() for licence in allowed}
    refused = {pair: count for pair, count in counted.items() if pair[1].casefold() not in known}
    if not refused:
        return
    total, out = counted.total(), sum(refused.values())
    parts = ", ".join(f"{count:,} by {model} ({licence})" for (model, licence), count in sorted(refused.items()))
    raise PackError(
        f"{out:,} of {total:,} wordings ({out / total:.1%}) come from a generator whose licence is refused: {parts}",
        expected=f"a licence of: {', '.join(allowed) or 'none is allowed'}",
        hint=f"allow it, or take these wordings out; {total - out:,} would be left",
    )


def add_bank(dump: dict[str, Any], wordings: Iterable[BankWording], licences_allowed: Sequence[str]) -> dict[str, Any]:
    """A pack's dump and a bank in, a dump with sibling templates of the accepted wordings out; the one given is left.

    A template `x` gets `x_bank` in its own register and `x_bank_REGISTER` in others, right behind it; further models
    get siblings of their own (`x_bank_2`). A side without accepted wordings is the template's own. What a template
    keeps for testing, its siblings keep too.
    """
    accepted = [wording for wording in wordings if wording.state == "accepted"]
    check_licences(accepted, licences_allowed)
    by_template: dict[tuple[str, str], list[BankWording]] = {}
    for wording in accepted:
        if wording.pack != dump["pack"]:
            raise PackError(f"the bank is for the pack {wording.pack}", expected=f"wordings for {dump['pack']}")
        by_template.setdefault((wording.intent, wording.template), []).append(wording)
    told = copy.deepcopy(dump)
    for intent in told["intents"]:
        grown = []
        for template in intent["templates"]:
            grown += [template, *_list_siblings(template, by_template.pop((intent["intent"], template["id"]), []))]
        intent["templates"] = grown
    if by_template:
        intent_name, template_id = next(iter(by_template))
        raise PackError(
            f"the bank has wordings for {len(by_template)} templates that the pack {told['pack']} has not",
            where=f"{intent_name}/{template_id}",
            hint="the pack has changed since: drop these wordings from the bank",
        )
    return told


def _list_siblings(template: dict[str, Any], wordings: list[BankWording]) -> list[dict[str, Any]]:
    """The siblings of one template, one for each register and generator, in the order of the bank."""
    groups: dict[tuple[str, str], list[BankWording]] = {}
    for wording in wordings:
        groups.setdefault((wording.voice, wording.generator), []).append(wording)
    siblings: list[dict[str, Any]] = []
    numbers: Counter[str] = Counter()
    for (register, generator), group in groups.items():
        numbers[register] += 1
        name = f"{template['id']}_bank" + (f"_{register}" if register != template["register"] else "")
        name += f"_{numbers[register]}" if numbers[register] > 1 else ""
        if len(name) > MAX_ID:
            raise PackError(f"`{name}` is longer than {MAX_ID} letters", hint="give the template a shorter id")
        siblings.append(
            {**template, **_word(template, group), "id": name, "register": register, "generator": generator}
        )
    return siblings


def _word(template: dict[str, Any], group: list[BankWording]) -> dict[str, Any]:
    """The sides of a sibling, and which question of the template each of its questions holds."""
    asks = {w.pattern: _find_source(template, w) for w in group if w.side == "ask"}
    asks = asks or {pattern: number for number, pattern in enumerate(template["ask"])}
    replies = list(dict.fromkeys(w.pattern for w in group if w.side == "reply")) or list(template["reply"])
    derived = {
        "base": template["id"],
        "asks": [str(number) for number in asks.values()],
        "ask_groups": ["all"] * len(asks),
        "reply_groups": ["all"] * len(replies),
    }
    return {"ask": list(asks), "reply": replies, "origin": ORIGIN, "derived": derived}


def _find_source(template: dict[str, Any], wording: BankWording) -> int:
    """The number of the template's question that a wording was made from: what is held out for testing stays so."""
    for number, pattern in enumerate(template["ask"]):
        if wording.source in expand(pattern):
            return number
    raise PackError(
        f"the template no longer asks {wording.source!r}, which the bank words anew",
        where=f"{wording.intent}/{wording.template}, wording {wording.id}",
        hint="the pack has changed since: reject or drop the wording",
    )


def _explain(error: Exception) -> str:
    if isinstance(error, pydantic.ValidationError):
        first = error.errors()[0]
        return f"`{'.'.join(map(str, first['loc'])) or 'the wording'}`: {first['msg']}"
    return f"no JSON: {error}"
