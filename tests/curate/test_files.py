"""A user's own files to the rows that are kept: all shapes and columns, hostile rows, decisions that cost nothing."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.own_data import (
    Record,
    ask,
    check_balance,
    curate,
    hash_data,
    read_kept,
    read_reasons,
    read_verdicts,
    write_jsonl,
)

from apothecary.curate.files import name_file
from apothecary.errors import ApothecaryError, RecipeError, RunChangedError, RunError, SourceError

PAIRS = [(ask(n)["prompt"], ask(n)["response"]) for n in (1, 2, 1)] + [("Nothing is said?", " ")]


def chat(question: str, answer: str) -> Record:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


def sharegpt(question: str, answer: str) -> Record:
    return {"conversations": [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]}


def alpaca(question: str, answer: str) -> Record:
    return {"instruction": question, "input": "At 1 bar." if "batch 2" in question else "", "output": answer}


def columns(question: str, answer: str) -> Record:
    return {"question": question, "answer": answer}


def write_lines(path: Path, records: list[Record]) -> None:
    path.write_bytes(gzip.compress("".join(json.dumps(one) + "\n" for one in records).encode()))


def write_list(path: Path, records: list[Record]) -> None:
    path.write_text(json.dumps(records))


def write_by_id(path: Path, records: list[Record]) -> None:
    path.write_text(json.dumps({f"pmid{number}": one for number, one in enumerate(records)}))


def write_csv(path: Path, records: list[Record]) -> None:
    pl.DataFrame(records).write_csv(path)


def write_parquet(path: Path, records: list[Record]) -> None:
    typed = [pl.lit(date(2026, 1, 2)).alias("day"), pl.col("tag").cast(pl.UInt8), pl.lit(b"\xff").alias("raw")]
    pl.DataFrame(records).with_columns(*typed, pl.concat_list("tag", "tag").alias("tags")).write_parquet(path)


@pytest.mark.parametrize(
    ("name", "shape", "write"),
    [
        pytest.param("a.jsonl.gz", chat, write_lines, id="chat in JSONL"),
        pytest.param("a.json", sharegpt, write_list, id="ShareGPT in JSON"),
        pytest.param("a.json", alpaca, write_by_id, id="Alpaca in JSON by id"),
        pytest.param("a.csv", columns, write_csv, id="columns in CSV"),
        pytest.param("a.parquet", columns, write_parquet, id="columns in Parquet"),
    ],
)
def test_every_shape_comes_out_as_it_came_in(
    tmp_path: Path, name: str, shape: Callable[[str, str], Record], write: Callable[[Path, list[Record]], None]
) -> None:
    records = [{"tag": number} | shape(*pair) | {"last": "x"} for number, pair in enumerate(PAIRS)]
    write(tmp_path / name, records)
    manifest = curate([tmp_path / name], tmp_path / "out", near_duplicates=False)
    kept = read_kept(tmp_path / "out")
    assert [int(tag) for tag in kept["tag"]] == [0, 1]
    assert read_reasons(tmp_path / "out") == {f"{name}:3": "duplicate", f"{name}:4": "empty_response"}
    wanted = pl.read_parquet(tmp_path / name) if write is write_parquet else pl.DataFrame(records)
    if write is write_csv:
        wanted = wanted.cast(pl.String)
    assert kept.select(wanted.columns).equals(wanted.head(2))
    assert kept.select(wanted.columns).schema == wanted.schema
    assert kept["row_id"].to_list() == [f"{name}:1", f"{name}:2"]
    check_balance(manifest)


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three files, two of one name, of columns and types that differ, with lines that are no records."""
    folder = tmp_path_factory.mktemp("mixed")
    files = [
        write_jsonl(folder / "one" / "a.jsonl", [ask(1), "[1]", ask(2) | {"row_id": "mine"}, "{", ask(3)]),
        write_jsonl(folder / "two" / "a.jsonl", [ask(4) | {"tag": "four", "meta": {"x": 1}}, ask(1)]),
        write_jsonl(folder / "b c:d.jsonl", [ask(5) | {"tag": [5], "meta": {"y": ["z"]}}]),
    ]
    curate(files, folder / "out", workers=2, near_duplicates=False)
    return folder / "out"


def test_files_of_other_columns_are_united(mixed: Path) -> None:
    kept = read_kept(mixed)
    assert kept["tag"].to_list() == ["1", "2", "3", "four", "[5]"]
    assert kept["meta"].to_list() == [None, None, None, {"x": 1, "y": None}, {"x": None, "y": ["z"]}]


def test_an_own_row_id_is_carried_along(mixed: Path) -> None:
    assert read_kept(mixed).drop_nulls("input_row_id").select("input_row_id", "row_id").rows() == [
        ("mine", "0:a.jsonl:3")
    ]


def test_files_of_one_name_have_ids_of_their_own(mixed: Path) -> None:
    assert sorted(read_kept(mixed)["row_id"]) == [
        "0:a.jsonl:1",
        "0:a.jsonl:3",
        "0:a.jsonl:5",
        "1:a.jsonl:1",
        "b c:d.jsonl:1",
    ]
    assert read_verdicts(mixed).select("id", "detail").rows() == [("1:a.jsonl:2", "0:a.jsonl:1")]


def test_what_is_no_record_is_named_and_counted(mixed: Path) -> None:
    table = pl.read_parquet(mixed / "gather" / "failed" / "0000-a.jsonl.parquet")
    assert [(place, why.partition(":")[0]) for place, why in table.rows()] == [(2, "not an object"), (4, "not JSON")]
    from apothecary.engine.commit import read_sealed

    manifest = read_sealed(mixed / "curate" / "manifest.json")
    assert sum(manifest["funnel"][0]["failed"].values()) == 2
    check_balance(manifest)


def test_a_name_is_numbered_only_where_it_must_be() -> None:
    files = [Path("a/x.csv"), Path("b/x.csv"), Path("y.csv")]
    assert [name_file(files, number) for number in range(3)] == ["0:x.csv", "1:x.csv", "y.csv"]


HOSTILE: dict[str, Record | str] = {
    "sound": ask(1),
    "one token": {"prompt": "What?", "response": "Yes"},
    "empty": {"prompt": "", "response": ""},
    "nothing": {"prompt": None, "response": None},
    "other columns": {"tag": 7},
    "bidi": {"prompt": "What does ‮txet desrever‬ say?", "response": "It is a text that is shown from right to left."},
    "surrogate": '{"prompt": "What is \\ud800 here?", "response": "Half of a pair, which is no character at all."}',
    "nul": {"prompt": "What is \x00 in this text?", "response": "A byte that ends texts in some languages."},
    "mixed units": {"prompt": "How much is 5 mg in µg and μg?", "response": "It is 5,000 µg, or 5 000 μg, or 5e3 ug."},
    "a text and a list": {"prompt": "Which?", "response": ["This one is a list of texts,", "and not a text."]},
    "large": {"prompt": "How large may a row be?", "response": "x" * 50_000_000},
    "not UTF-8": "",
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("hostile")
    path = write_jsonl(folder / "a.jsonl", [one for one in HOSTILE.values() if one != ""])
    with path.open("ab") as file:
        file.write(b'{"prompt": "caf\xe9", "response": "x"}\n')
    return folder / "out", curate([path], folder / "out", profile="qa_short")


def test_hostile_rows_are_kept_or_dropped_with_a_reason(hostile: tuple[Path, dict[str, Any]]) -> None:
    out, manifest = hostile
    check_balance(manifest)
    reasons = read_reasons(out)
    kept = set(read_kept(out)["row_id"])
    told = {name: reasons.get(f"a.jsonl:{number}", "kept") for number, name in enumerate(HOSTILE, 1)}
    assert {name for name, reason in told.items() if reason == "kept" and name != "not UTF-8"} == {
        name for number, name in enumerate(HOSTILE, 1) if f"a.jsonl:{number}" in kept
    }
    assert told["sound"] == told["mixed units"] == "kept"
    # Of the three that say nothing one stands for all, and that one is dropped for what it is.
    assert {told["empty"], told["nothing"], told["other columns"]} <= {"empty_response", "duplicate"}
    assert told["large"] == "huge_word"
    assert manifest["funnel"][0]["failed"] == {"not UTF-8": 1}


def test_the_text_that_is_kept_is_the_text_that_came(hostile: tuple[Path, dict[str, Any]]) -> None:
    rows = {
        name: (prompt, answer)
        for name, prompt, answer in read_kept(hostile[0]).select("row_id", "prompt", "response").rows()
    }
    numbers = {name: f"a.jsonl:{number}" for number, name in enumerate(HOSTILE, 1)}
    for name in ("sound", "mixed units"):
        record = HOSTILE[name]
        assert isinstance(record, dict)
        assert rows[numbers[name]] == (record["prompt"], record["response"])


def make_records() -> list[Record]:
    """Sound records, near-duplicates, duplicates and contradictions among them."""
    records = [ask(number) for number in range(60)]
    records += [ask(number) for number in range(0, 60, 7)]
    records += [ask(number, 999) for number in range(3, 60, 12)]
    for number in range(0, 60, 4):
        one = ask(number)
        records.append(one | {"prompt": one["prompt"].replace("At which", "At what"), "tag": -number})
        records.append(one | {"prompt": one["prompt"].replace("?", ", please?"), "tag": -number})
    return records


def test_order_files_and_workers_do_not_change_which_texts_are_kept(tmp_path: Path) -> None:
    records = make_records()
    chance = random.Random(5)
    kept = []
    for number, (parts, workers) in enumerate([(1, 1), (3, 2), (5, 1)]):
        shuffled = chance.sample(records, len(records)) if number else records
        files = [write_jsonl(tmp_path / f"{number}-{part}.jsonl", shuffled[part::parts]) for part in range(parts)]
        curate(files, tmp_path / f"out{number}", workers=workers)
        kept.append(sorted(read_kept(tmp_path / f"out{number}").select("prompt", "response").rows()))
    assert kept[0] == kept[1] == kept[2]
    reasons = set(read_reasons(tmp_path / "out1").values())
    assert reasons == {"duplicate", "contradiction", "near_duplicate"}
    values = pl.DataFrame(kept[0], orient="row")["column_1"].str.extract(r"batch (\d+)").cast(pl.Int64)
    assert set(values) == set(range(60)) - set(range(3, 60, 12))


def read_times(folder: Path) -> dict[Path, int]:
    return {path: path.stat().st_mtime_ns for path in sorted(folder.rglob("*")) if path.is_file()}


def test_another_bound_decides_anew_and_measures_nothing(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [ask(1), {"prompt": "Is it so?", "response": "Yes, it is so, indeed."}])
    out = tmp_path / "out"
    curate([path], out, profile="qa_short")
    first, measured = hash_data(out), [read_times(out / "gather"), read_times(out / "curate" / "verify")]
    assert read_reasons(out) == {}
    curate([path], out, profile="qa_short", bounds={"few_words": "12"})
    assert read_reasons(out) == {"a.jsonl:2": "few_words"}
    assert read_kept(out)["tag"].to_list() == [1]
    assert [read_times(out / "gather"), read_times(out / "curate" / "verify")] == measured
    curate([path], out, profile="qa_short", bounds={"few_words": "off"})
    assert read_reasons(out) == {}
    curate([path], out, profile="qa_short")
    assert [read_times(out / "gather"), read_times(out / "curate" / "verify")] == measured
    assert hash_data(out) == first
    write_jsonl(path, [ask(2)])
    with pytest.raises(RunChangedError, match="other files"):
        curate([path], out)
    assert hash_data(out) == first


def test_the_same_again_touches_nothing(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [ask(1), ask(1), ask(2)])
    curate([path], tmp_path / "out", near_duplicates=False)
    times = read_times(tmp_path / "out" / "curate")
    manifest = curate([path], tmp_path / "out", near_duplicates=False, workers=2)
    assert read_times(tmp_path / "out" / "curate") == times
    assert manifest["rows"] == 2


@pytest.mark.parametrize(
    ("name", "content", "settings", "error", "told"),
    [
        pytest.param("a.jsonl", b"", {}, SourceError, "no record", id="empty"),
        pytest.param("a.jsonl", b"[1]\n", {}, SourceError, "no record", id="nothing but failures"),
        pytest.param("a.csv", b"prompt,response\n", {}, SourceError, "no record", id="only headings"),
        pytest.param("a.jsonl.gz", b"\x1f\x8b\x08no", {}, SourceError, "a.jsonl.gz", id="damaged gz"),
        pytest.param("a.csv", b"prompt,response\n1,\xff\n", {}, SourceError, "iconv", id="not UTF-8"),
        pytest.param("a.txt", b"x", {}, SourceError, "no known kind", id="unknown kind"),
        pytest.param("a.jsonl", None, {}, SourceError, "no file at", id="no file"),
        pytest.param("a.jsonl", b'{"ask": 1}\n', {}, RecipeError, "--response-column", id="unknown columns"),
        pytest.param(
            "a.jsonl",
            b'{"text": 1}\n',
            {"columns": (None, "txt")},
            RecipeError,
            "did you mean `text`",
            id="wrong column",
        ),
        pytest.param(
            "a.jsonl",
            b'{"text": 1}\n',
            {"bounds": {"few_wrds": "1"}},
            RecipeError,
            "did you mean `few_words`",
            id="unknown rule",
        ),
        pytest.param(
            "a.jsonl", b'{"text": 1}\n', {"bounds": {"few_words": "many"}}, RecipeError, "a number", id="no number"
        ),
        pytest.param(
            "a.jsonl",
            b'{"text": 1}\n',
            {"profile": "qa_shrt"},
            RecipeError,
            "did you mean `qa_short`",
            id="unknown profile",
        ),
        pytest.param(
            "a.jsonl", b'{"text": 1}\n', {"benchmarks": ("no.csv",)}, SourceError, "no.csv", id="no benchmark"
        ),
    ],
)
def test_a_mistake_is_one_clear_error(
    tmp_path: Path, name: str, content: bytes | None, settings: dict[str, Any], error: type[ApothecaryError], told: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error) as caught:
        curate([tmp_path / name], tmp_path / "out", **settings)
    assert told in caught.value.render()
    assert "hint: " in caught.value.render()
    assert not (tmp_path / "out" / "curate" / "manifest.json").exists()


def test_a_folder_of_other_things_is_left_alone(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [ask(1)])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.tex").write_text("x")
    with pytest.raises(RunError, match="other files"):
        curate([path], tmp_path / "out")
    assert [one.name for one in (tmp_path / "out").iterdir() if one.name != ".lock"] == ["thesis.tex"]


def test_texts_that_answer_nothing_contradict_nothing(tmp_path: Path) -> None:
    texts = ["Batch 1 boils at 41 °C.", "Batch 2 boils at 42 °C.", "Batch 1 boils at  41 °C.", "yes", "no", "yes"]
    path = write_jsonl(tmp_path / "a.jsonl", [{"text": text} for text in texts])
    curate([path], tmp_path / "out")
    assert read_reasons(tmp_path / "out") == {"a.jsonl:3": "duplicate", "a.jsonl:6": "duplicate"}


def test_all_rows_may_be_dropped(tmp_path: Path) -> None:
    path = write_jsonl(tmp_path / "a.jsonl", [ask(1), ask(1, 7)])
    manifest = curate([path], tmp_path / "out")
    check_balance(manifest)
    assert manifest["rows"] == 0
    assert read_reasons(tmp_path / "out") == {"a.jsonl:1": "contradiction", "a.jsonl:2": "contradiction"}
