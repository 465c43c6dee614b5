"""An export folder to `croissant.json`: Croissant 1.0 metadata in JSON-LD, with the RAI extension's fields.

Follows the format specification of MLCommons (http://mlcommons.org/croissant/1.0) and its RAI extension (RAI/1.0).
Every file of the dataset is a FileObject with its SHA-256; a format's files are a FileSet, its columns a RecordSet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from apothecary.engine.commit import write_json
from apothecary.export.card import LIMITS, build_configs
from apothecary.recipe_mix import TABLES

REPOSITORY = "repository"
MADE_UP_HASH = "https://github.com/mlcommons/croissant/issues/80"  # what the Hub writes where a repository has no hash
LINKS = {
    "Apache-2.0": "https://www.apache.org/licenses/LICENSE-2.0",
    "BSD-3-Clause": "https://opensource.org/license/bsd-3-clause",
    "CC-BY-SA-3.0": "https://creativecommons.org/licenses/by-sa/3.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "public-domain": "https://creativecommons.org/publicdomain/mark/1.0/",
}
COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    # the keys of a line that are texts or numbers of their own; lists of turns are told by their parts
    "chat": {"messages": ("role", "content")},
    "sharegpt": {"conversations": ("from", "value")},
    "alpaca": {"instruction": (), "input": (), "output": (), "system": ()},
    "completion": {"prompt": (), "completion": ()},
    "text": {"text": ()},
    "reward": {"prompt": ("role", "content"), "answer": (), "answer_type": (), "checker": ()},
    "preference": {"prompt": ("role", "content"), "chosen": ("role", "content"), "rejected": ("role", "content")},
}
CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


def write_croissant(out: Path, manifest: dict[str, Any], recipe: dict[str, Any]) -> None:
    """An export folder, its manifest and recipe to `croissant.json` in it."""
    write_json(out / "croissant.json", build_croissant(out, manifest, recipe))


def build_croissant(out: Path, manifest: dict[str, Any], recipe: dict[str, Any]) -> dict[str, Any]:
    """The manifest of an export to its metadata; the schema of a table is read from its first file."""
    books = manifest["books"]
    name = recipe["name"]
    configs = {config["config_name"]: config for config in build_configs(manifest)}
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "name": name,
        "description": f"{books['export']['kept']:,} questions and answers, each with the facts it states.",
        "conformsTo": ["http://mlcommons.org/croissant/1.0", "http://mlcommons.org/croissant/RAI/1.0"],
        "license": [LINKS.get(licence, licence) for licence in sorted(books.get("licences", {}))],
        "url": f"https://huggingface.co/datasets/{name}",
        "version": "1.0.0",
        "citeAs": f"{name}, made with apothecary from recipe.yaml",
        "keywords": ["instruction tuning", "chemistry", "pharmacology", "synthetic"],
        **tell_rai(books, recipe),
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": REPOSITORY,
                "name": REPOSITORY,
                "description": "The folder that holds all files.",
                "contentUrl": f"https://huggingface.co/datasets/{name}",
                "encodingFormat": "git+https",
                "sha256": MADE_UP_HASH,
            },
            *(build_file(entry) for entry in manifest["files"] if entry["rows"]),
            *(build_set(form, config) for form, config in configs.items()),
        ],
        "recordSet": [build_records(out, form, manifest) for form in configs],
    }


def tell_rai(books: dict[str, Any], recipe: dict[str, Any]) -> dict[str, Any]:
    """What the RAI extension asks: how the data came to be, what it is for, what is wrong with it."""
    made = ", ".join(f"{rows:,} {origin}" for origin, rows in books.get("origins", {}).items())
    return {
        "rai:dataCollection": f"Made from public registries and tables by templates and programs; by origin: {made}.",
        "rai:dataCollectionType": ["Software Collection", "Secondary Data analysis"],
        "rai:dataPreprocessingProtocol": [
            "Every templated row is derived again by a second program and compared.",
            "Duplicates, contradictions and test items are dropped; control tokens and control characters are neutral.",
        ],
        "rai:dataAnnotationProtocol": "Answers are computed from facts, not annotated by people.",
        "rai:dataUseCases": "Instruction tuning, preference and reward training in pharmacy and chemistry.",
        "rai:dataLimitations": list(LIMITS),
        "rai:dataBiases": f"Intents are weighted by the recipe {recipe['name']}, not by what people ask.",
        "rai:personalSensitiveInformation": "None on purpose: the entities are substances, diseases and organisms.",
        "rai:dataSocialImpact": "Refusals are part of it; it does not replace a pharmacist.",
        "rai:dataReleaseMaintenancePlan": "A withdrawn fact or source is taken out by `apothecary recall`.",
    }


def build_file(entry: dict[str, Any]) -> dict[str, Any]:
    """A manifest's file to a FileObject."""
    is_table = entry["path"].endswith(".parquet")
    return {
        "@type": "cr:FileObject",
        "@id": entry["path"],
        "name": entry["path"],
        "contentUrl": entry["path"],
        "containedIn": {"@id": REPOSITORY},
        "contentSize": f"{entry['bytes']} B",
        "encodingFormat": "application/x-parquet" if is_table else "application/jsonlines",
        "sha256": entry["sha256"],
    }


def build_set(form: str, config: dict[str, Any]) -> dict[str, Any]:
    """A format to the FileSet of its files."""
    return {
        "@type": "cr:FileSet",
        "@id": f"{form}-files",
        "name": f"{form}-files",
        "containedIn": {"@id": REPOSITORY},
        "encodingFormat": "application/x-parquet" if form in TABLES else "application/jsonlines",
        "includes": [split["path"] for split in config["data_files"]],
    }


def build_records(out: Path, form: str, manifest: dict[str, Any]) -> dict[str, Any]:
    """A format to its RecordSet: a field for each column."""
    if form in TABLES:
        folder = "data" if form == "hf" else form
        first = next(entry["path"] for entry in manifest["files"] if entry["path"].startswith(f"{folder}/"))
        fields = [build_column(form, field) for field in pq.read_schema(out / first)]
    else:
        fields = [build_field(form, name, parts) for name, parts in COLUMNS[form].items()]
    return {"@type": "cr:RecordSet", "@id": form, "name": form, "field": fields}


def build_column(form: str, field: pa.Field) -> dict[str, Any]:
    """A column of a table to a field."""
    kind, repeated = field.type, pa.types.is_list(field.type) or pa.types.is_large_list(field.type)
    inner = kind.value_type if repeated else kind
    if pa.types.is_struct(inner):
        return build_field(form, field.name, tuple(part.name for part in inner))
    types = ((pa.types.is_integer, "sc:Integer"), (pa.types.is_floating, "sc:Float"))
    data_type = next((name for is_kind, name in types if is_kind(inner)), "sc:Text")
    told = build_field(form, field.name, ()) | {"dataType": data_type}
    return told | ({"repeated": True} if repeated else {})


def build_field(form: str, name: str, parts: tuple[str, ...]) -> dict[str, Any]:
    """A key of a line to a field, with a field for each part of what it lists."""
    key = f"{form}/{name}"
    files = {"fileSet": {"@id": f"{form}-files"}}
    if not parts:
        source = {**files, "extract": {"column": name}}
        return {"@type": "cr:Field", "@id": key, "name": key, "dataType": "sc:Text", "source": source}
    subs = [
        {
            "@type": "cr:Field",
            "@id": f"{key}/{part}",
            "name": f"{key}/{part}",
            "dataType": "sc:Text",
            "source": {**files, "extract": {"column": name}, "transform": {"jsonPath": part}},
        }
        for part in parts
    ]
    return {"@type": "cr:Field", "@id": key, "name": key, "repeated": True, "subField": subs}
