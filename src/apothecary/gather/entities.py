"""Structures and name tables in; entities with their ids, display names, groups and UNIIs out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import polars as pl

from apothecary.gather.diseases import encode_entity_id
from apothecary.gather.names import is_not_small, start_sentence

MIN_VOTE_SHARE = 0.6


@dataclass
class Entity:
    """One compound while its names are decided."""

    key: str
    source: str
    record: dict[str, Any]
    names: list[tuple[str, str]] = field(default_factory=list)  # (lower-case name, source), most usual first
    iupac: str | None = None
    approved: bool = False
    approved_names: list[str] = field(default_factory=list)  # ChEMBL's names of this very structure
    salt_names: list[str] = field(default_factory=list)  # ChEMBL's names of its salts, without the counter-ion
    unii: str | None = None
    official: bool = False
    official_names: list[str] = field(default_factory=list)  # nonproprietary names in UNII's official lists
    inn: str | None = None
    display: str | None = None
    name: str = ""
    name_kind: str = ""
    name_reason: str = ""
    name_source: str = ""
    named: bool = False
    synonyms: list[tuple[str, str]] = field(default_factory=list)

    @cached_property
    def entity_id(self) -> str:
        """Our stable id, from the full InChIKey."""
        return encode_entity_id("c", self.key)

    @property
    def group(self) -> str:
        """`drug` for what an approval or an official drug list names, else `compound`."""
        return "drug" if self.approved or self.official else "compound"

    @property
    def undefined(self) -> int:
        """Stereocentres and double bonds the structure leaves open."""
        return int(self.record["undefined_stereo"] or 0)


def resolve_unii(entities: Iterable[Entity], unii: pl.DataFrame) -> None:
    """Give each entity the UNII that most of its names point to; a UNII goes to one entity only, the best supported."""
    entities = list(entities)
    small = {code for code, display in unii.select("unii", "display").unique().iter_rows() if not is_not_small(display)}
    by_name = (
        unii.filter(pl.col("unii").is_in(small))
        .select("name", "unii")
        .unique()
        .group_by("name")
        .agg(pl.col("unii").unique())
    )
    by_name = by_name.filter(pl.col("unii").list.len() == 1).with_columns(pl.col("unii").list.first())
    claims = pl.DataFrame(
        [
            (number, name, rank == 0)
            for number, e in enumerate(entities)
            for rank, name in enumerate([*e.approved_names, *(name for name, _ in e.names)])
        ],
        schema={"entity": pl.Int64, "name": pl.String, "first": pl.Boolean},
        orient="row",
    ).join(by_name, on="name")
    votes = claims.group_by("entity", "unii").agg(votes=pl.len(), first=pl.col("first").any())
    votes = votes.with_columns(share=pl.col("votes") / pl.col("votes").sum().over("entity"))
    votes = votes.filter((pl.col("share") >= MIN_VOTE_SHARE) | pl.col("first"))
    votes = votes.sort(["entity", "first", "votes", "unii"], descending=[False, True, True, False]).unique(
        "entity", keep="first"
    )
    weight = pl.Series([int(e.approved) for e in entities], dtype=pl.Int8)
    flat = pl.Series([e.undefined for e in entities], dtype=pl.Int64)
    votes = votes.with_columns(approved=weight.gather(votes["entity"]), flat=flat.gather(votes["entity"]))
    votes = votes.sort(
        ["unii", "approved", "first", "votes", "flat", "entity"], descending=[False, True, True, True, False, False]
    )
    displays = dict(unii.select("unii", "display").unique("unii", maintain_order=True).iter_rows())
    for number, code in votes.unique("unii", keep="first").select("entity", "unii").iter_rows():
        if not _is_another(entities[number], displays[code]):
            entities[number].unii = code


def _is_another(entity: Entity, display: str) -> bool:
    """Whether a UNII stands for another substance under a shared name: carbon dioxide has `carbonic acid` as well.

    So it is where the structure's own first name is its IUPAC name, and the UNII's display name none of its names.
    """
    own = [name for name, _ in entity.names]
    known = {*own, *entity.approved_names, *entity.salt_names}
    return bool(
        own and entity.iupac and own[0] == entity.iupac.lower() and display not in known and ", " not in display
    )


def attach_unii_names(entities: Iterable[Entity], unii: pl.DataFrame, drug_tags: tuple[str, ...]) -> None:
    """Set display name, INN, official standing and official names (INN, USAN and the like first) from the UNII rows."""
    listed: dict[str, list[tuple[bool, str]]] = {}
    by_code = {e.unii: e for e in entities if e.unii}
    rows = unii.filter(pl.col("unii").is_in(list(by_code)) & (pl.col("type") != "bn") & (pl.col("type") != "cd"))
    for name, tag, kind, code, display in (
        rows.sort("unii", "name", "tag").select("name", "tag", "type", "unii", "display").iter_rows()
    ):
        entity = by_code[code]
        entity.display = display
        entity.official = entity.official or tag in drug_tags
        if tag == "INN" and (entity.inn is None or name in (display, *entity.approved_names)):
            entity.inn = name
        if kind == "of" or (kind == "cn" and tag is not None and "IMPURITY" not in tag):
            listed.setdefault(entity.key, []).append((tag not in drug_tags and kind != "of", name))
    for entity in by_code.values():
        names = dict.fromkeys(name for _, name in sorted(listed.get(entity.key, [])))
        entity.official_names = list(names)


def tabulate_entities(entities: Iterable[Entity]) -> pl.DataFrame:
    """Entities as a frame sorted by `entity_id`, with what the wide view needs that is not a fact."""
    rows = [
        {
            "entity_id": e.entity_id,
            "entity_type": "compound",
            "name": e.name,
            "Name": start_sentence(e.name) if e.named else e.name,
            "named": e.named,
            "name_kind": e.name_kind,
            "name_reason": e.name_reason,
            "name_source": e.name_source,
            "structure_source": e.source,
            "group": e.group,
            "approved": e.approved,
            "parent_key": e.record["parent_key"],
        }
        for e in entities
    ]
    return pl.DataFrame(rows, infer_schema_length=None).sort("entity_id")
