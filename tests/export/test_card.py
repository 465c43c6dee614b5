import csv
import subprocess
from pathlib import Path
from typing import Any

import yaml

from apothecary.export.card import (
    build_configs,
    build_front,
    build_licence_table,
    list_sources,
    strip_paths,
    write_card,
    write_checksums,
)

TOLD = {"read": 900, "kept": 880, "dropped": {"tool dialogue": 20}, "failed": {}}
BOOKS = {
    "export": {"read": 900, "kept": 900, "dropped": {}, "failed": {}},
    "formats": {"chat": {"train": TOLD}, "parquet": {"train": TOLD}},
    "splits": {"train": 900, "test": 0},
    "sources": {"chembl": 5, "=evil": 900},
    "licences": {"CC-BY-SA-3.0": 5, "Strange-1.0": 1},
    "origins": {"template": 900},
}
MANIFEST: dict[str, Any] = {"books": BOOKS, "command": "apothecary export again --out out --format chat"}
IDENTITY = {
    "recipe": {"name": "tiny", "pack": "/somewhere/private/pharma", "rows": 900},
    "versions": {"polars": "2.1.0"},
    "fingerprints": {"knowledge": "abc", "pack": "p" * 64, "code": "c" * 64},
}
SOURCES = [{"id": "chembl", "title": "ChEMBL", "version": "1", "licence": "CC-BY-SA-3.0"}]


def write(out: Path) -> str:
    write_card(out, out, MANIFEST, IDENTITY, SOURCES)
    return (out / "README.md").read_text("utf-8")


def test_the_front_matter_is_what_the_hub_reads(tmp_path: Path) -> None:
    front = yaml.safe_load(write(tmp_path).split("---\n")[1])
    assert front["license"] == ["cc-by-sa-3.0", "other"]
    assert front["license_link"] == "licences.csv"
    assert front["size_categories"] == ["n<1K"]
    assert front["configs"] == [
        {"config_name": "chat", "data_files": [{"split": "train", "path": "chat/train-*.jsonl*"}], "default": True}
    ]


def test_sizes_are_those_of_the_hub() -> None:
    for rows, size in ((999, "n<1K"), (1000, "1K<n<10K"), (10_000_000, "10M<n<100M")):
        books = BOOKS | {"export": {"kept": rows}}
        assert build_front({"books": books}, IDENTITY["recipe"])["size_categories"] == [size]  # type: ignore[arg-type]


def test_tables_alone_are_configs_too() -> None:
    configs = build_configs({"books": {"formats": {"hf": {"train": TOLD}}}})
    assert configs[0]["data_files"] == [{"split": "train", "path": "data/train-*.parquet"}]


def test_the_card_tells_rows_licences_limits_and_the_way_back(tmp_path: Path) -> None:
    card = write(tmp_path)
    for part in (
        "| ChEMBL | 1 | CC-BY-SA-3.0 | 5 |",
        "20: tool dialogue",
        "## Known limits",
        "sha256sum -c",
        "polars 2.1.0",
    ):
        assert part in card
    assert MANIFEST["command"] in card
    assert "/somewhere" not in card
    assert yaml.safe_load((tmp_path / "recipe.yaml").read_text())["pack"] == "pharma"


def test_no_cell_of_the_licence_table_computes() -> None:
    rows = list(csv.reader(build_licence_table(list_sources(BOOKS, SOURCES)).decode().splitlines()))
    assert rows[1][0] == "'=evil"
    assert rows[2] == ["chembl", "ChEMBL", "1", "CC-BY-SA-3.0", "5"]


def test_checksums_are_those_of_sha256sum(tmp_path: Path) -> None:
    write(tmp_path)
    (tmp_path / "done").mkdir()
    (tmp_path / "done" / "x.json").write_text("{}")
    write_checksums(tmp_path)
    told = (tmp_path / "checksums.sha256").read_text()
    assert "README.md" in told
    assert "done" not in told
    subprocess.run(["sha256sum", "-c", "--quiet", "checksums.sha256"], cwd=tmp_path, check=True)
    (tmp_path / "README.md").write_text("other")
    assert subprocess.run(["sha256sum", "-c", "checksums.sha256"], cwd=tmp_path, capture_output=True).returncode == 1


def test_paths_of_this_machine_are_left_out() -> None:
    assert strip_paths({"a": {"b": ["/x/y.jsonl", "z"]}, "c": 1}) == {"a": {"b": ["y.jsonl", "z"]}, "c": 1}
