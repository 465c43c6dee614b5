"""Entities and drug tables in; brands, classes, approvals, measurements and safety gates out."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from importlib.resources import files

import polars as pl

from apothecary.engine.seed import derive_key
from apothecary.gather.drugs import BROAD_CLASSES, GATE_CLASSES, judge_brand, make_class_readable
from apothecary.gather.entities import Entity
from apothecary.gather.facts import complete_rows
from apothecary.gather.names import strip_salt


def link_names(entities: Iterable[Entity]) -> dict[str, Entity]:
    """Every name that belongs to one entity only, in lower case, to that entity; display names win over other names."""
    claims: dict[str, dict[str, Entity]] = defaultdict(dict)
    display: dict[str, Entity] = {}
    for entity in entities:
        for name in [*(n for n, _ in entity.names), *entity.approved_names, *entity.salt_names, *entity.official_names]:
            claims[name.lower()][entity.key] = entity
        if entity.named:
            display[entity.name.lower()] = entity
    unique = {name: next(iter(owners.values())) for name, owners in claims.items() if len(owners) == 1}
    return unique | display


def link_brands(entities: Sequence[Entity], unii: pl.DataFrame) -> tuple[pl.DataFrame, Counter[str]]:
    """UNII names of type bn in; `brand` rows of drug entities and the reasons of refused brands out.

    A brand sits on the UNII of a salt as often as on that of its parent: the salt's name without its counter-ion
    leads to the parent.
    A brand that leads to more than one parent, or that is also some substance's name, is refused.
    """
    by_code = {e.unii: e for e in entities if e.unii}
    by_name = link_names(e for e in entities if e.group == "drug")
    every_name = link_names(entities)
    owners: dict[str, dict[str, Entity]] = defaultdict(dict)
    unlinked: set[str] = set()
    refused: Counter[str] = Counter()
    combined = set(unii["name"].str.extract(r"^(.+) component ").drop_nulls())
    rows = unii.filter(pl.col("type") == "bn").select("name", "unii", "display").unique().sort("name", "unii")
    for brand, code, display in rows.iter_rows():
        entity = by_code.get(code) or by_name.get(display) or by_name.get(strip_salt(display) or "")
        if entity is None:
            unlinked.add(brand)
        else:
            owners[brand][entity.key] = entity
    found: list[tuple[str, str]] = []
    for brand, parents in sorted(owners.items()):
        entity = next(iter(parents.values()))
        words = {
            w for name in (entity.name, entity.display or "") for w in re.split(r"[^a-z]+", name.lower()) if len(w) > 3
        }
        if len(parents) > 1 or brand in unlinked:
            reason: str | None = "brand of several ingredients"
        elif brand in combined or brand.split(" ")[0] in combined:
            reason = "brand of a combination"
        elif entity.group != "drug":
            reason = "not a drug's brand"
        elif every_name.get(brand, entity) is not entity or brand == entity.name.lower():
            reason = "brand is a substance's name"
        else:
            reason = judge_brand(brand, words)
        if reason:
            refused[reason] += 1
        else:
            found.append((entity.entity_id, title_brand(brand)))
    refused["ingredient without a structure in the pool"] += len(unlinked - set(owners))
    frame = pl.DataFrame(found, schema={"entity_id": pl.String, "text": pl.String}, orient="row")
    return complete_rows(frame, field="brand", kind="registry", source="unii"), refused


def sum_brands(brands: pl.DataFrame) -> pl.DataFrame:
    """`brand` rows in; `brand_count`, `brand1` and `brand2` rows out, the two in the order of a hash.

    `brand1` and `brand2` are single words of 4 to 14 letters, so that they are read and written without doubt.
    """
    plain = brands.filter(pl.col("text").str.contains(r"^[A-Z][a-z]{3,13}$")).select("entity_id", "text")
    order = [derive_key("brand", entity, text) for entity, text in plain.rows()]
    plain = plain.with_columns(order=pl.Series(order, dtype=pl.UInt64)).sort("entity_id", "order")
    place = pl.int_range(1, pl.len() + 1).over("entity_id")
    chosen = plain.with_columns(place=place).filter(pl.col("place") <= 2)
    chosen = chosen.select("entity_id", "text", field=pl.lit("brand") + pl.col("place").cast(pl.String))
    counted = brands.group_by("entity_id").len().sort("entity_id")
    counted = counted.select("entity_id", text=pl.col("len").cast(pl.String), field=pl.lit("brand_count"))
    return complete_rows(pl.concat([chosen, counted]), kind="registry", source="unii")


def title_brand(brand: str) -> str:
    """A lower-case brand as it is printed: `zovirax` gives `Zovirax`, `depo-proluton` gives `Depo-Proluton`."""
    return re.sub(r"(?<![a-z'])[a-z]", lambda m: m.group().upper(), brand)


def read_gates() -> dict[str, list[str]]:
    """The safety lists that ship with gather: lower-case names by list."""
    data = json.loads(files("apothecary.gather").joinpath("data/gates.json").read_text())
    return dict(data["lists"])


def link_classes(
    entities: Sequence[Entity], classes: pl.DataFrame
) -> tuple[pl.DataFrame, dict[str, list[str]], Counter[str]]:
    """ChemFuncT rows in; `class` rows, safety gates by entity_id and the names that no entity owns (counted) out."""
    by_name = link_names(entities)
    gates: dict[str, set[str]] = defaultdict(set)
    rows: list[tuple[str, str, str]] = []
    refused: Counter[str] = Counter()
    for name, label, source in classes.iter_rows():
        entity = by_name.get(name.lower()) or by_name.get(strip_salt(name.lower()) or "")
        if entity is None:
            refused["class of a substance without a structure in the pool"] += 1
            continue
        if label in GATE_CLASSES:
            gates[entity.entity_id].add(GATE_CLASSES[label])
        if label in BROAD_CLASSES:
            refused["class too broad"] += 1
        else:
            rows.append((entity.entity_id, make_class_readable(label), source))
    for gate, names in read_gates().items():
        for name in names:
            if name in by_name:
                gates[by_name[name].entity_id].add(gate)
    frame = pl.DataFrame(rows, schema=["entity_id", "text", "source"], orient="row")
    return complete_rows(frame, field="class", kind="registry"), {k: sorted(v) for k, v in gates.items()}, refused


def link_approvals(chembl: pl.DataFrame, keys: dict[int, str], entities: Sequence[Entity]) -> pl.DataFrame:
    """ChEMBL rows in; the earliest `first_approval` of each parent out, as loose rows."""
    by_key = {e.key: e for e in entities}
    years: dict[str, int] = {}
    for row, year in enumerate(chembl["year"]):
        entity = by_key.get(keys.get(row, ""))
        if entity and year:
            years[entity.entity_id] = min(year, years.get(entity.entity_id, year))
    frame = pl.DataFrame(
        [(entity_id, str(year)) for entity_id, year in sorted(years.items())],
        schema={"entity_id": pl.String, "text": pl.String},
        orient="row",
    )
    return complete_rows(frame, field="first_approval", kind="registry", source="chembl")


def link_measurements(measured: pl.DataFrame, registry_numbers: dict[str, str]) -> pl.DataFrame:
    """Measured rows by registry number in; loose fact rows by entity out (numbers of no entity are left out)."""
    ids = pl.DataFrame(
        {"cas": list(registry_numbers), "entity_id": list(registry_numbers.values())},
        schema={"cas": pl.String, "entity_id": pl.String},
    )
    return complete_rows(measured.join(ids, on="cas").sort("entity_id", "field", "source", "cas").drop("cas"))
