"""A SMILES in; the same with one mistake that people make, and what is wrong with it, out.

Every broken SMILES was tried: RDKit neither reads nor, where it reads it, accepts the valences.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_TOKEN = re.compile(r"\[[^\]]+\]|Br|Cl|[BCNOPSFI]|[bcnops]|%\d\d|\d|[()=#/\\.\-+:]")
_ATOM = re.compile(r"\[[^\]]+\]|Br|Cl|[BCNOPSFIbcnops]")
_VALENCES = {"C": (4, "five"), "N": (3, "four"), "O": (2, "three")}
_ELEMENTS = {"C": "carbon", "N": "nitrogen", "O": "oxygen"}
MAX_TRIES = 6


@dataclass(frozen=True)
class Broken:
    """A SMILES that is none, the mistake as a noun phrase, and as a clause."""

    smiles: str
    reason: str
    note: str


def break_smiles(smiles: str, words: Sequence[int]) -> Broken | None:
    """One mistake put into a valid SMILES, chosen by four random numbers; None where none of them breaks it."""
    from rdkit import Chem

    molecule = Chem.MolFromSmiles(smiles)
    tokens = _TOKEN.findall(smiles)
    if molecule is None or "".join(tokens) != smiles:
        return None
    turn = int(words[0]) % len(_MISTAKES)
    for number in range(len(_MISTAKES)):
        mistake = _MISTAKES[(turn + number) % len(_MISTAKES)]
        candidates = list(mistake(tokens, molecule))
        start = int(words[1]) % len(candidates) if candidates else 0
        for broken in (candidates[start:] + candidates[:start])[:MAX_TRIES]:
            if broken.smiles != smiles and not is_valid(broken.smiles):
                return broken
    return None


def is_valid(smiles: str) -> bool:
    """Whether RDKit reads a SMILES and accepts its valences and aromatic rings."""
    from rdkit import Chem

    return Chem.MolFromSmiles(smiles) is not None


def _drop_ring_digit(tokens: list[str], molecule: Any) -> Iterator[Broken]:
    for label in sorted({t for t in tokens if t[0].isdigit() or t[0] == "%"}):
        places = [i for i, token in enumerate(tokens) if token == label]
        if len(places) == 2:
            number = label.removeprefix("%")
            yield Broken(
                _without(tokens, places[1]),
                "an unclosed ring bond",
                f"ring bond {number} is opened but never closed",
            )


def _drop_parenthesis(tokens: list[str], molecule: Any) -> Iterator[Broken]:
    for place, token in enumerate(tokens):
        if token == ")":
            yield Broken(
                _without(tokens, place), "an unclosed parenthesis", "one branch is opened with ( and never closed"
            )


def _drop_opening(tokens: list[str], molecule: Any) -> Iterator[Broken]:
    for place, token in enumerate(tokens):
        if token == "(":
            yield Broken(
                _without(tokens, place), "a closing parenthesis too many", "one ) has no ( that it could close"
            )


def _add_branch(tokens: list[str], molecule: Any) -> Iterator[Broken]:
    """A methyl group on an atom that has all its bonds already."""
    atoms = [i for i, token in enumerate(tokens) if _ATOM.fullmatch(token)]
    if len(atoms) != molecule.GetNumAtoms():
        return
    for place, atom in zip(atoms, molecule.GetAtoms(), strict=True):
        symbol = tokens[place]
        if symbol not in _VALENCES or atom.GetIsAromatic() or atom.GetTotalNumHs() or atom.GetFormalCharge():
            continue
        valence, many = _VALENCES[symbol]
        end = place + 1
        while end < len(tokens) and (tokens[end][0].isdigit() or tokens[end][0] == "%"):
            end += 1
        if sum(b.GetBondTypeAsDouble() for b in atom.GetBonds()) != valence or end == len(tokens):
            continue
        element = _ELEMENTS[symbol]
        article = "an" if element == "oxygen" else "a"
        extra = " and no charge" if symbol == "N" else ""
        yield Broken(
            "".join([*tokens[:end], "(C)", *tokens[end:]]),
            f"{article} {element} with {many} bonds{extra}",
            f"one {element} has {many} bonds{extra}",
        )


def _lower_case(tokens: list[str], molecule: Any) -> Iterator[Broken]:
    """A chain carbon written as if it were aromatic."""
    atoms = [i for i, token in enumerate(tokens) if _ATOM.fullmatch(token)]
    if len(atoms) != molecule.GetNumAtoms():
        return
    for place, atom in zip(atoms, molecule.GetAtoms(), strict=True):
        if tokens[place] != "C" or atom.GetDegree() < 2:
            continue
        where = "a saturated ring" if atom.IsInRing() else "a chain"
        if atom.IsInRing() and atom.GetTotalDegree() != 4:
            continue
        yield Broken(
            "".join([*tokens[:place], "c", *tokens[place + 1 :]]),
            f"an aromatic (lower-case) atom in {where}",
            f"one carbon in {where} is written in lower case, as if it were aromatic",
        )


def _forget_hydrogen(tokens: list[str], molecule: Any) -> Iterator[Broken]:
    for place, token in enumerate(tokens):
        if token == "[nH]":
            yield Broken(
                "".join([*tokens[:place], "n", *tokens[place + 1 :]]),
                "a pyrrole-type nitrogen without its hydrogen",
                "the aromatic N-H is written n instead of [nH], so the ring cannot be aromatic",
            )


def _forget_bracket(tokens: list[str], molecule: Any) -> Iterator[Broken]:
    for place, token in enumerate(tokens):
        if token[0] != "[":
            continue
        yield Broken(
            "".join([*tokens[:place], token[:-1], *tokens[place + 1 :]]),
            "an unclosed square bracket",
            "one square bracket is opened and never closed",
        )
        if token in ("[O-]", "[N+]", "[n+]", "[NH+]", "[NH3+]", "[NH2+]", "[S-]"):
            yield Broken(
                "".join([*tokens[:place], token[1:-1], *tokens[place + 1 :]]),
                "a charged atom without its square brackets",
                "one charged atom stands without its square brackets",
            )


def _forget_charge(tokens: list[str], molecule: Any) -> Iterator[Broken]:
    for place, token in enumerate(tokens):
        if token in ("[N+]", "[n+]"):
            plain = token[1]
            yield Broken(
                "".join([*tokens[:place], plain, *tokens[place + 1 :]]),
                "a nitrogen with too many bonds for its charge",
                f"one nitrogen that needs a positive charge is written {plain} instead of {token}",
            )


def _shout(tokens: list[str], molecule: Any) -> Iterator[Broken]:
    for place, token in enumerate(tokens):
        if token in ("Cl", "Br"):
            element = "chlorine" if token == "Cl" else "bromine"
            yield Broken(
                "".join([*tokens[:place], token.upper(), *tokens[place + 1 :]]),
                "an element symbol in the wrong case",
                f"one {element} is written {token.upper()} instead of {token}",
            )


def _without(tokens: list[str], place: int) -> str:
    return "".join([*tokens[:place], *tokens[place + 1 :]])


_MISTAKES: tuple[Callable[[list[str], Any], Iterator[Broken]], ...] = (
    *(_drop_ring_digit, _drop_parenthesis, _add_branch, _lower_case, _forget_hydrogen, _drop_opening),
    *(_forget_bracket, _forget_charge, _shout, _add_branch),
)
