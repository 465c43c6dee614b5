"""What every reader of a dump yields: records with their keys and facts; and the tables that they become.

An entity's id is made of its key as in the knowledge base: of the full InChIKey where there is one. A record that only
has a UNII, or an id of its source, gets an id of that; `identities` says which, so that it can be joined later.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from apothecary.example import FACT

INCHIKEY = re.compile(r"[A-Z]{14}-[A-Z]{10}-[A-Z]")
UNII = re.compile(r"[A-Z0-9]{10}")
NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
KINDS = {"inchikey": "c", "unii": "u", "rxcui": "r", "mesh": "m", "drugbank": "b", "chembl": "l", "pubchem": "p"}

IDENTITY = pl.Schema(
    {
        "entity_id": pl.String,
        "key_kind": pl.String,  # one of KINDS
        "key": pl.String,
        "inchikey": pl.String,
        "unii": pl.String,
        "source": pl.String,
        "source_id": pl.String,
        "name": pl.String,
    }
)


@dataclass(frozen=True)
class Told:
    """One fact of a record: a number keeps the decimal text it was read from."""

    field: str
    text: str
    unit: str | None = None
    conditions: str | None = None
    kind: str = "registry"  # one of example.FACT_KINDS


@dataclass
class Record:
    """One record of a dump: its id there, its name, its keys, its facts."""

    source_id: str
    name: str
    inchikey: str = ""
    unii: str = ""
    facts: list[Told] = field(default_factory=list)


@dataclass(frozen=True)
class Fault:
    """A record that could not be read: its number in the file, the reason, what was found."""

    file: str
    record: int | None
    reason: str
    detail: str = ""


def encode_entity(kind: str, key: str) -> str:
    """A key and its kind to the id, as in the knowledge base: a letter and 10 base-32 characters of the SHA-256."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:7], "big") >> 6
    return KINDS[kind] + "".join(ALPHABET[(number >> shift) & 31] for shift in range(45, -1, -5))


def choose_key(record: Record, source: str) -> tuple[str, str]:
    """A record's key and its kind: full InChIKey, else UNII, else its id in the dump."""
    if INCHIKEY.fullmatch(record.inchikey):
        return "inchikey", record.inchikey
    if UNII.fullmatch(record.unii):
        return "unii", record.unii
    return {"rxnorm": "rxcui"}.get(source, source), record.source_id


class Tables:
    """Makes rows of records; an entity that comes again under another id of the dump keeps its facts apart."""

    def __init__(self, source: str, licence: str) -> None:
        self.source, self.licence = source, licence
        self.seen: set[str] = set()
        self.ids: set[str] = set()
        self.mapped: dict[str, int] = {}

    def add(self, records: Iterable[Record]) -> tuple[pl.DataFrame, pl.DataFrame, list[str]]:
        """Records to their facts, their identities, and the ids that came before."""
        facts: list[tuple[object, ...]] = []
        identities: list[tuple[object, ...]] = []
        again: list[str] = []
        for record in records:
            if record.source_id in self.ids:
                again.append(record.source_id)
                continue
            self.ids.add(record.source_id)
            kind, key = choose_key(record, self.source)
            entity = encode_entity(kind, key)
            self.mapped[kind] = self.mapped.get(kind, 0) + 1
            mark = f"#{record.source_id}" if entity in self.seen else ""
            self.seen.add(entity)
            keys = (record.inchikey or None, record.unii or None)
            identities.append((entity, kind, key, *keys, self.source, record.source_id, record.name))
            facts.extend(self._list_facts(record, entity, mark))
        frame = pl.DataFrame(facts, schema=FACT, orient="row")
        return frame, pl.DataFrame(identities, schema=IDENTITY, orient="row"), again

    def _list_facts(self, record: Record, entity: str, mark: str) -> Iterable[tuple[object, ...]]:
        counts: dict[str, int] = {}
        for told in dict.fromkeys(record.facts):
            if not told.text:
                continue
            counts[told.field] = place = counts.get(told.field, 0) + 1
            is_number = bool(NUMBER.fullmatch(told.text)) and (told.unit is not None or told.kind != "registry")
            number = float(told.text) if is_number else None
            fact_id = f"{entity}:{told.field}:{self.source}{mark}" + (f"#{place}" if place > 1 else "")
            yield (
                fact_id,
                entity,
                told.field,
                number,
                told.text,
                told.unit,
                told.conditions,
                told.kind,
                self.source,
                self.licence,
            )
