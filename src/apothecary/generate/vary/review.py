"""A bank and a person -> the bank with decisions: one key a wording in the terminal, or a file of decisions.

Keys: a accept, r reject (a reason is asked for), s skip, u undo, q quit. A file has one decision a line: the id of the
wording, `a` or `r`, and for `r` the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from apothecary.errors import PackError
from apothecary.packs.bank import BankWording, settle_wording

KEYS = "a accept, r reject, s skip, u undo, q quit"


def review(
    wordings: Sequence[BankWording],
    *,
    by: str,
    when: str,
    read_key: Callable[[], str],
    read_reason: Callable[[], str],
    say: Callable[[str], None],
    examples: Mapping[str, str] | None = None,
) -> list[BankWording]:
    """The bank after the person has quit or seen all that is new; `examples` shows values, by wording id."""
    decided = list(wordings)
    waiting = [number for number, wording in enumerate(decided) if wording.state == "new"]
    done: list[int] = []  # places in `waiting` that were decided, for undo
    at = 0
    while at < len(waiting):
        wording = decided[waiting[at]]
        say(describe_wording(wording, (examples or {}).get(wording.id, "")))
        say(f"[{at + 1} of {len(waiting)}] {KEYS}")
        key = read_key().lower()
        if key == "q":
            break
        if key == "u":
            if done:
                at = done.pop()
                decided[waiting[at]] = wordings[waiting[at]]
            continue
        if key == "r" and not (reason := read_reason().strip()):
            say("a rejected wording needs a reason")
            continue
        if key in ("a", "r"):
            state, why = ("accepted", "") if key == "a" else ("rejected", reason)
            decided[waiting[at]] = settle_wording(wording, state, by=by, when=when, reason=why)  # type: ignore[arg-type]
            done.append(at)
        if key in ("a", "r", "s"):
            at += 1
    return decided


def describe_wording(wording: BankWording, example: str = "") -> str:
    """A wording beside its source, with an example where there is one."""
    head = f"{wording.id}  {wording.intent}/{wording.template} {wording.side}, {wording.voice}, by {wording.generator}"
    lines = [head, f"  pack:  {wording.source}", f"  model: {wording.pattern}"]
    if example:
        lines += [f"         {line}" for line in example.split("\n")]
    return "\n".join(lines)


def apply_decisions(wordings: Sequence[BankWording], path: Path, *, by: str, when: str) -> list[BankWording]:
    """A bank and a file of decisions in, the bank out; PackError names the line that cannot be followed."""
    decided = list(wordings)
    places = {wording.id: number for number, wording in enumerate(decided)}
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise PackError("the file of decisions cannot be read", where=str(path)) from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        where = f"{path}:{number}"
        name, _, rest = line.strip().partition(" ")
        key, _, reason = rest.strip().partition(" ")
        if name not in places:
            raise PackError(f"the bank has no wording `{name}`", where=where, hint="packs review BANK lists them")
        if key not in ("a", "r"):
            raise PackError(f"`{key}` is no decision", where=where, expected="a, or r and a reason")
        wording = decided[places[name]]
        try:
            decided[places[name]] = settle_wording(
                wording, "accepted" if key == "a" else "rejected", by=by, when=when, reason=reason.strip()
            )
        except PackError as error:
            raise PackError(error.what, where=where) from error
    return decided
