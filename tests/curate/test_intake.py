"""A user's files to blocks of records: every kind of file, every kind of damage."""

from __future__ import annotations

import bz2
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

from apothecary.curate import intake
from apothecary.curate.intake import build_frame, find_format, fit_frame, iter_blocks, unite_schemas
from apothecary.errors import SourceError

RECORDS = [{"prompt": "one µg", "response": 'A,\n"b"', "n": 1}, {"prompt": "二", "response": "B", "n": 2}]
LINES = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in RECORDS).encode()


def pack_zstd(data: bytes) -> bytes:
    return pa.Codec("zstd").compress(data, asbytes=True)


def read(path: Path) -> tuple[list[dict[str, Any]], list[int], list[tuple[int, str]]]:
    blocks = list(iter_blocks(path))
    records = [record for block in blocks for record in block.rows.to_dicts()]
    return records, [n for block in blocks for n in block.numbers], [one for block in blocks for one in block.failed]


def write_parquet(path: Path) -> None:
    pl.DataFrame(RECORDS).write_parquet(path)


def write_table(separator: str) -> Callable[[Path], None]:
    return lambda path: pl.DataFrame(RECORDS).write_csv(path, separator=separator)


@pytest.mark.parametrize(
    ("name", "write"),
    [
        pytest.param("a.jsonl", LINES, id="JSONL"),
        pytest.param("a.ndjson", LINES, id="NDJSON"),
        pytest.param("a.JSONL", LINES, id="capital suffix"),
        pytest.param("a.jsonl", b"\xef\xbb\xbf" + LINES, id="byte order mark"),
        pytest.param("a.jsonl", LINES.replace(b"\n", b"\r\n"), id="CRLF"),
        pytest.param("a.jsonl", b"\n\n" + LINES.rstrip(), id="empty lines and no last break"),
        pytest.param("a.json", json.dumps(RECORDS).encode(), id="JSON list"),
        pytest.param("a.json", json.dumps({"version": 1, "data": RECORDS}).encode(), id="JSON list in an object"),
        pytest.param("a.parquet", write_parquet, id="Parquet"),
        pytest.param("a.jsonl.gz", gzip.compress(LINES), id="gz"),
        pytest.param("a.jsonl.bz2", bz2.compress(LINES), id="bz2"),
        pytest.param("a.jsonl.zst", pack_zstd(LINES), id="zst"),
        pytest.param("a.json.gz", gzip.compress(json.dumps(RECORDS).encode()), id="JSON in gz"),
    ],
)
def test_every_kind_of_file_gives_the_records_as_they_are(tmp_path: Path, name: str, write: Any) -> None:
    path = tmp_path / name
    if callable(write):
        write(path)
    else:
        path.write_bytes(write)
    records, _, failed = read(path)
    assert records == RECORDS
    assert failed == []


@pytest.mark.parametrize(("name", "separator"), [("a.csv", ","), ("a.tsv", "\t")])
def test_tables_give_texts(tmp_path: Path, name: str, separator: str) -> None:
    write_table(separator)(tmp_path / name)
    assert read(tmp_path / name)[0] == [one | {"n": str(one["n"])} for one in RECORDS]


def test_leading_zeros_of_a_table_stay(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("id,text\n007,1.50\n")
    assert read(tmp_path / "a.csv")[0] == [{"id": "007", "text": "1.50"}]


def test_records_by_id_keep_their_key(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({"p1": {"question": "Q"}, "p2": {"question": "R"}}))
    assert read(tmp_path / "a.json")[0] == [{"key": "p1", "question": "Q"}, {"key": "p2", "question": "R"}]


def test_what_is_no_record_is_named_with_its_place(tmp_path: Path) -> None:
    deep = b"[" * 100_000
    (tmp_path / "a.jsonl").write_bytes(b'{"a": 1}\n[1]\n{"a"\n\n{"a": "\xff"}\n' + deep + b'\n{"a": 6}\n')
    records, numbers, failed = read(tmp_path / "a.jsonl")
    assert records == [{"a": 1}, {"a": 6}]
    assert numbers == [1, 7]
    assert [(number, why.partition(":")[0]) for number, why in failed] == [
        (2, "not an object"),
        (3, "not JSON"),
        (5, "not UTF-8"),
        (6, "nested too deep"),
    ]


def test_no_object_in_a_list_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('[{"a": 1}, 2, {"a": 3}]')
    assert read(tmp_path / "a.json") == ([{"a": 1}, {"a": 3}], [1, 3], [(2, "not an object")])


def test_a_row_of_another_width_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n3\n4,5,6\n7,8\n")
    records, numbers, failed = read(tmp_path / "a.csv")
    assert [record["a"] for record in records] == ["1", "7"]
    assert numbers == [1, 4]
    assert failed == [(2, "1 cells under 2 headings"), (3, "3 cells under 2 headings")]


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        pytest.param("a.txt", b"x", "no known kind of file", id="unknown kind"),
        pytest.param("a", b"x", "no known kind of file", id="no suffix"),
        pytest.param("a.gz", b"x", "no known kind of file", id="only a compression"),
        pytest.param("a.jsonl.gz", gzip.compress(LINES)[:-12], "cannot be read", id="cut gz"),
        pytest.param("a.jsonl.gz", b"not a gz", "cannot be read", id="no gz"),
        pytest.param("a.jsonl.zst", b"not a zst", "cannot be read", id="no zst"),
        pytest.param("a.parquet", b"PAR1 no", "cannot be read", id="no Parquet"),
        pytest.param("a.parquet", b"", "cannot be read", id="empty Parquet"),
        pytest.param("a.json", b"{", "is not JSON", id="no JSON"),
        pytest.param("a.json", b"", "is not JSON", id="empty JSON"),
        pytest.param("a.json", b'["\xff"]', "not UTF-8", id="JSON not UTF-8"),
        pytest.param("a.json", b'{"a": 1}', "holds no list of records", id="no list"),
        pytest.param("a.json", b"3", "holds no list of records", id="a number"),
        pytest.param("a.csv", b"", "is empty", id="empty CSV"),
        pytest.param("a.csv", b"a,a\n1,2\n", "two columns", id="doubled heading"),
        pytest.param("a.csv", b"a,b\n1,caf\xe9\n", "not UTF-8", id="CSV not UTF-8"),
        pytest.param("a.csv", b'a,b\n1,"open\n', "no sound CSV", id="open quote"),
        pytest.param("a.csv", b'a,b\n1,"x"y\n', "no sound CSV", id="text behind a quote"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_clear_error(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=told) as caught:
        read(tmp_path / name)
    assert str(tmp_path / name) in caught.value.render()
    assert "hint: " in caught.value.render()


def test_a_missing_file_names_those_there(tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_bytes(LINES)
    with pytest.raises(SourceError, match="no file at") as caught:
        read(tmp_path / "date.jsonl")
    assert "data.jsonl" in caught.value.hint


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_LINE_BYTES", 100)
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "x" * 200}) + "\n")
    with pytest.raises(SourceError, match="a line is longer"):
        read(tmp_path / "a.jsonl")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(r"a\ud800b", "a�b", id="a first half"),
        pytest.param(r"a\udc00", "a�", id="a second half"),
        pytest.param(r"\ud83d\ude00", "😀", id="a whole pair"),
        pytest.param(r"\ud83d\ude00\ud800", "😀�", id="both"),
        pytest.param(r"\\ud800", r"\ud800", id="an escaped backslash"),
    ],
)
def test_halves_of_a_pair_become_the_mark_of_what_is_lost(tmp_path: Path, text: str, expected: str) -> None:
    (tmp_path / "a.jsonl").write_text(f'{{"a": "{text}", "b": ["{text}"], "{text}": 1}}\n')
    (record,) = read(tmp_path / "a.jsonl")[0]
    assert record == {"a": expected, "b": [expected], expected: 1}
    assert record["a"].encode("utf-8")


@pytest.mark.parametrize(("name", "count"), [("a.jsonl", 3), ("a.json", 3), ("a.csv", 3), ("a.parquet", 3)])
def test_a_large_file_comes_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, count: int) -> None:
    monkeypatch.setattr(intake, "BLOCK_ROWS", 4)
    rows = pl.DataFrame({"a": [f"{number}" for number in range(10)]})
    path = tmp_path / name
    writers = {".jsonl": rows.write_ndjson, ".json": rows.write_json, ".csv": rows.write_csv}
    writers.get(path.suffix, rows.write_parquet)(path)
    blocks = list(iter_blocks(path))
    assert len(blocks) == count
    assert [text for block in blocks for text in block.rows["a"]] == rows["a"].to_list()
    assert [n for block in blocks for n in block.numbers] == list(range(1, 11))


def test_a_block_ends_where_it_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "BLOCK_BYTES", 100)
    (tmp_path / "a.jsonl").write_text((json.dumps({"a": "x" * 60}) + "\n") * 4)
    assert [block.rows.height for block in iter_blocks(tmp_path / "a.jsonl")] == [2, 2]


def test_types_of_a_parquet_file_stay(tmp_path: Path) -> None:
    from datetime import date
    from decimal import Decimal

    rows = pl.DataFrame(
        {
            "text": ["a"],
            "small": pl.Series([1], dtype=pl.UInt8),
            "day": [date(2026, 1, 2)],
            "price": pl.Series([Decimal("1.50")], dtype=pl.Decimal(10, 2)),
            "tags": [["x", "y"]],
            "deep": [{"a": 1, "b": ["c"]}],
            "raw": [b"\x00\xff"],
            "null": pl.Series([None], dtype=pl.Int16),
        }
    )
    rows.write_parquet(tmp_path / "a.parquet")
    (block,) = iter_blocks(tmp_path / "a.parquet")
    assert block.rows.equals(rows)
    assert block.rows.schema == rows.schema


@pytest.mark.parametrize(
    ("values", "kind", "expected"),
    [
        pytest.param([1, 2.5], pl.Float64, [1.0, 2.5], id="numbers"),
        pytest.param([1, "two", None], pl.String, ["1", "two", None], id="a number and a text"),
        pytest.param(["a", {"b": 1}], pl.String, ["a", '{"b": 1}'], id="a text and an object"),
        pytest.param([{"b": 1}, 5], pl.String, ['{"b": 1}', "5"], id="an object and a number"),
        pytest.param([{"b": "x"}, {"b": ["y"]}], pl.String, ['{"b": "x"}', '{"b": ["y"]}'], id="objects that differ"),
        pytest.param([{}, {}], pl.String, ["{}", "{}"], id="empty objects"),
        pytest.param([[{}]], pl.String, ["[{}]"], id="a list of empty objects"),
        pytest.param([True, 1], pl.String, ["true", "1"], id="a truth and a number"),
        pytest.param([2**53 + 1, 0.5], pl.String, [str(2**53 + 1), "0.5"], id="a number no float holds"),
        pytest.param([["a"], "b"], pl.String, ['["a"]', "b"], id="a list and a text"),
        pytest.param([True, "x"], pl.String, ["true", "x"], id="a truth and a text"),
        pytest.param([10**30, 1], pl.String, [str(10**30), "1"], id="a number too large"),
    ],
)
def test_values_that_do_not_fit_each_other_are_kept_as_text(values: list[Any], kind: Any, expected: list[Any]) -> None:
    frame = build_frame([{"a": value, "b": number} for number, value in enumerate(values)])
    assert frame.schema == {"a": kind, "b": pl.Int64}
    assert frame["a"].to_list() == expected
    frame.write_parquet(io.BytesIO())


def test_records_of_other_columns_are_united() -> None:
    frame = build_frame([{"a": 1}, {"b": "x"}, {"a": None, "b": None, "c": [{"d": 1}]}])
    assert frame.to_dicts()[1] == {"a": None, "b": "x", "c": None}


def test_objects_of_other_fields_are_united() -> None:
    frame = build_frame([{"meta": {"a": 1}}, {"meta": {"b": "x"}}])
    assert frame["meta"].to_list() == [{"a": 1, "b": None}, {"a": None, "b": "x"}]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        pytest.param(pl.Int64, pl.Int64, pl.Int64, id="equal"),
        pytest.param(pl.Int64, pl.Float64, pl.Float64, id="numbers"),
        pytest.param(pl.Int8, pl.Int32, pl.Int32, id="widths"),
        pytest.param(pl.Null, pl.Int64, pl.Int64, id="nothing and numbers"),
        pytest.param(pl.Null, pl.Null, pl.String, id="nothing at all"),
        pytest.param(pl.Int64, pl.String, pl.String, id="numbers and texts"),
        pytest.param(pl.List(pl.String), pl.String, pl.String, id="lists and texts"),
        pytest.param(pl.Struct({"a": pl.Int64}), pl.Int64, pl.String, id="objects and numbers"),
        pytest.param(
            pl.List(pl.Struct({"a": pl.String})),
            pl.List(pl.Struct({"a": pl.List(pl.String)})),
            pl.String,
            id="lists of objects that differ",
        ),
        pytest.param(pl.List(pl.Null), pl.List(pl.Int64), pl.List(pl.Int64), id="empty lists"),
        pytest.param(pl.Boolean, pl.Int64, pl.String, id="truths and numbers"),
        pytest.param(pl.Date, pl.UInt64, pl.String, id="days and numbers"),
        pytest.param(pl.Categorical(), pl.String, pl.String, id="categories and texts"),
        pytest.param(pl.Binary, pl.String, pl.String, id="bytes and texts"),
        pytest.param(pl.Decimal(10, 2), pl.Int64, pl.Decimal(38, 2), id="decimals"),
        pytest.param(
            pl.Struct({"a": pl.Int64}),
            pl.Struct({"a": pl.Int64, "b": pl.String}),
            pl.Struct({"a": pl.Int64, "b": pl.String}),
            id="objects of other fields",
        ),
    ],
)
def test_blocks_of_other_types_are_united(one: Any, other: Any, expected: Any) -> None:
    for kinds in ((one, other), (other, one)):
        united = unite_schemas([pl.Schema({"x": kind}) for kind in kinds])
        assert united == {"x": expected}
        for kind in kinds:
            assert fit_frame(pl.DataFrame({"x": pl.Series([None], dtype=kind)}), united).schema == united


def test_values_of_blocks_stay_when_they_become_text() -> None:
    from datetime import date

    united = pl.Schema({"x": pl.String})
    values = [{"a": date(2026, 1, 2)}], [b"\xff"], [[1]], [2.5]
    texts = [fit_frame(pl.DataFrame({"x": value}), united)["x"][0] for value in values]
    assert texts == ['{"a": "2026-01-02"}', "/w==", "[1]", "2.5"]


def test_a_block_is_fitted_to_the_columns_of_all() -> None:
    united = unite_schemas(
        [pl.Schema({"a": pl.Int64}), pl.Schema({"b": pl.List(pl.Int64)}), pl.Schema({"b": pl.String})]
    )
    fitted = fit_frame(pl.DataFrame({"b": [[1, 2], None]}), united)
    assert fitted.to_dicts() == [{"a": None, "b": "[1, 2]"}, {"a": None, "b": None}]
    assert fit_frame(pl.DataFrame(), united).schema == united


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="is a folder") as raised:
        find_format(tmp_path)
    assert f"{tmp_path}/*" in str(raised.value)
