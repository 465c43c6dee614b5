import json
from pathlib import Path
from typing import Any

import pytest
from tests.curate.examples import frame_rows, make_row, tabulate

from apothecary.export.croissant import build_croissant, write_croissant
from apothecary.export.write import write_table

RECIPE = {"name": "tiny", "pack": "pharma"}
TOLD = {"read": 3, "kept": 3, "dropped": {}, "failed": {}}


def make_manifest(out: Path, formats: dict[str, str]) -> dict[str, Any]:
    """An export folder of three rows, and its manifest."""
    files = []
    for path in formats.values():
        (out / path).parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".parquet"):
            write_table(tabulate(frame_rows([make_row(j, j) for j in range(3)])), out / path, level=1)
        else:
            (out / path).write_text("{}\n" * 3)
        files.append({"path": path, "rows": 3, "bytes": (out / path).stat().st_size, "sha256": "0" * 64})
    books = {
        "export": {"kept": 3},
        "formats": {form: {"train": TOLD} for form in formats},
        "licences": {"CC0-1.0": 3, "Strange-1.0": 1},
        "origins": {"template": 3},
    }
    return {"files": files, "books": books}


LINES = {
    form: f"{form}/train-00000.jsonl"
    for form in ("chat", "sharegpt", "alpaca", "completion", "text", "reward", "preference")
}
TABLE = {"hf": "data/train-00000-of-00001.parquet"}


@pytest.mark.parametrize("formats", [LINES, TABLE], ids=["lines", "table"])
def test_what_the_format_requires_is_there(tmp_path: Path, formats: dict[str, str]) -> None:
    told = build_croissant(tmp_path, make_manifest(tmp_path, formats), RECIPE)
    assert told["@type"] == "sc:Dataset"
    assert "http://mlcommons.org/croissant/1.0" in told["conformsTo"]
    assert {"name", "description", "license", "url", "distribution", "recordSet", "@context"} <= set(told)
    ids = [one["@id"] for one in told["distribution"]]
    assert len(set(ids)) == len(ids)
    for one in told["distribution"]:
        assert one["encodingFormat"]
        assert one["@type"] == "cr:FileSet" or (one["contentUrl"] and one["sha256"])
    for records in told["recordSet"]:
        for field in records["field"]:
            for leaf in field.get("subField", [field]):
                assert leaf["source"]["fileSet"]["@id"] in ids
                assert leaf["dataType"].startswith("sc:")
    rai = [key for key in told if key.startswith("rai:")]
    assert {"rai:dataCollection", "rai:dataLimitations", "rai:dataBiases", "rai:dataUseCases"} <= set(rai)


@pytest.mark.filterwarnings("ignore")  # those of its own dependencies
@pytest.mark.parametrize("formats", [LINES, TABLE], ids=["lines", "table"])
def test_the_reference_reader_accepts_it(tmp_path: Path, formats: dict[str, str]) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="needs the extra `hub`")
    write_croissant(tmp_path, make_manifest(tmp_path, formats), RECIPE)
    dataset = mlcroissant.Dataset(jsonld=str(tmp_path / "croissant.json"))
    assert not list(dataset.metadata.ctx.issues.errors)
    assert [records.name for records in dataset.metadata.record_sets] == list(formats)


def test_tables_tell_their_columns(tmp_path: Path) -> None:
    write_croissant(tmp_path, make_manifest(tmp_path, TABLE), RECIPE)
    fields = {
        one["name"]: one for one in json.loads((tmp_path / "croissant.json").read_text())["recordSet"][0]["field"]
    }
    assert fields["hf/difficulty"]["dataType"] == "sc:Integer"
    assert fields["hf/sources"]["repeated"] is True
    assert [part["name"] for part in fields["hf/messages"]["subField"]] == ["hf/messages/role", "hf/messages/content"]
