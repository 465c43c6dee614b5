"""Structures and name tables in; entities with their ids, display names, groups and UNIIs out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import polars as pl

from apothecary.gather.diseases import encode_entity_id
from apothecary.gather.names import case_name, judge_name, start_sentence, tidy_name, uncapitalise

MAX_SYNONYMS = 8
MIN_VOTE_SHARE = 0.6


@dataclass
class Entity:
    """One compound while its names are decided."""

    key: str
    source: str
    record: dict[str, str]
    names: list[tuple[str, str]] = field(default_factory=list)  # (lower-case name, source), most usual first
    iupac: str | None = None
    approved: bool = False
    approved_names: list[str] = field(default_factory=list)
    unii: str | None = None
    official: bool = False
    inn: str | None = None
    display: str | None = None
    name: str = ""
    name_kind: str = ""
    name_reason: str = ""
    name_source: str = ""
    named: bool = False
    synonyms: list[tuple[str, str]] = field(default_factory=list)

    @property
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
    by_name = unii.select("name", "unii").unique().group_by("name").agg(pl.col("unii").unique())
    by_name = by_name.filter(pl.col("unii").list.len() == 1).with_columns(pl.col("unii").list.first())
    claims = pl.DataFrame(
        [(number, name, rank == 0) for number, e in enumerate(entities) for rank, (name, _) in enumerate(e.names)],
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
    for number, code in votes.unique("unii", keep="first").select("entity", "unii").iter_rows():
        entities[number].unii = code


def attach_unii_names(entities: Iterable[Entity], unii: pl.DataFrame, drug_tags: tuple[str, ...]) -> None:
    """Set display name, INN and official standing from the UNII rows, and add the UNII's common names."""
    by_code = {e.unii: e for e in entities if e.unii}
    rows = unii.filter(pl.col("unii").is_in(list(by_code)) & (pl.col("type") != "bn") & (pl.col("type") != "cd"))
    for name, tag, kind, code, display in (
        rows.sort("unii", "name", "tag").select("name", "tag", "type", "unii", "display").iter_rows()
    ):
        entity = by_code[code]
        entity.display = display
        entity.official = entity.official or tag in drug_tags
        if tag == "INN" and (entity.inn is None or name == display):
            entity.inn = name
        if kind in {"of", "cn"} and tag not in {"EP IMPURITY", "USP IMPURITY"}:
            entity.names.append((name, "unii"))


def _describe(entity: Entity) -> tuple[bool, bool, bool]:
    record = entity.record
    return (
        record["nitrogens"] != "0",
        record["oxygens"] != "0" and record["aromatic_rings"] == "0",
        record["sulfurs"] != "0",
    )


def list_candidates(entity: Entity, registry: dict[str, str]) -> Iterable[tuple[str, str, str, str]]:
    """Candidates for the display name, best first: (name in lower case, kind, reason, source)."""
    if entity.group == "drug":
        if entity.inn:
            yield entity.inn, "INN", "international nonproprietary name", "unii"
        if entity.display:
            yield entity.display, "registry", "UNII display name", "unii"
        for name in entity.approved_names:
            yield name, "registry", "ChEMBL preferred name", "chembl"
    seen = [(name, source) for name, source in entity.names]
    if seen and seen[0][1] != "unii":
        yield seen[0][0], "common", "first name of the source", seen[0][1]
    if entity.display:
        yield entity.display, "registry", "UNII display name", "unii"
    for name, source in seen[1:]:
        if name in registry:
            yield name, "registry", "DSSTox preferred name", source
    for name, source in seen[1:]:
        if source != "unii":
            yield name, "synonym", "first readable synonym", source
    if entity.iupac:
        yield entity.iupac.lower(), "systematic", "IUPAC name", "pubchem"


def name_entities(entities: list[Entity], registry_names: Iterable[str]) -> None:
    """Decide every display name; two entities never share one, drugs choose first, then the best defined structures."""
    registry = {name.lower(): uncapitalise(name) for name in registry_names}
    claimed_by_drugs = {
        name: e.key for e in sorted(entities, key=lambda e: e.key) if e.group == "drug" for name, _ in e.names
    }
    taken: set[str] = set()
    order = sorted(entities, key=lambda e: (not e.approved, e.group != "drug", e.undefined, e.key))
    for entity in order:
        _name_entity(entity, registry, claimed_by_drugs, taken)
    for entity in order:
        _choose_synonyms(entity, taken)


def _name_entity(entity: Entity, registry: dict[str, str], drug_names: dict[str, str], taken: set[str]) -> None:
    refused: list[str] = []
    for raw, kind, reason, source in list_candidates(entity, registry):
        name = tidy_name(raw).lower()
        if name in taken:
            refused.append("taken")
            continue
        if drug_names.get(name, entity.key) != entity.key:
            refused.append("a drug's name")
            continue
        why_not = judge_name(name)
        if why_not == "abbreviation" and kind in {"INN", "registry"} and name.isalpha():
            why_not = None
        if why_not:
            refused.append(why_not)
            continue
        cased = registry.get(name) or case_name(name, *_describe(entity))
        if cased is None:
            refused.append("undecidable case")
            continue
        entity.name, entity.name_kind, entity.name_source, entity.named = cased, kind, source, True
        entity.name_reason = reason if not refused else f"{reason}; before it: {', '.join(dict.fromkeys(refused))}"
        taken.add(name)
        return
    entity.name = entity.record["smiles"]
    entity.name_kind = "none"
    entity.name_source = entity.source
    entity.name_reason = "no readable name: " + (", ".join(dict.fromkeys(refused)) or "no name at all")


def _choose_synonyms(entity: Entity, taken: set[str]) -> None:
    """Up to `MAX_SYNONYMS` readable other names, none of them another entity's display name."""
    seen: set[str] = set()
    for raw, source in entity.names:
        name = tidy_name(raw).lower()
        if name in seen or name in taken or len(name) > 60 or judge_name(name):
            continue
        cased = case_name(name, *_describe(entity))
        if cased is None:
            continue
        seen.add(name)
        entity.synonyms.append((cased, source))
        if len(entity.synonyms) == MAX_SYNONYMS:
            return


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
