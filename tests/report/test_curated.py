"""A user's own data from the order on the command line to text: the funnel, what was dropped and why, the mistakes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import frame_rows, make_row
from tests.curate.own_data import ask, read_kept, read_reasons, write_jsonl

from apothecary.engine.progress import SilentProgress
from apothecary.errors import ApothecaryError, RecipeError, RunDamagedError, SourceError
from apothecary.recipe import Curate, Keep
from apothecary.report.curated import (
    Order,
    is_curated,
    lay_funnel,
    read_settings,
    report_comparison,
    report_curation,
    show_curated,
)

ITEM = "Which organ clears most of a water-soluble drug that is not metabolised and not bound to plasma proteins?"


def curate(*files: Path, out: Path, **options: Any) -> list[str]:
    return list(report_curation(Order(files, out, **options), workers=2, progress=SilentProgress()))


def show(out: Path, dropped: str | None = None, count: int = 3) -> str:
    return "\n".join(show_curated(out, dropped=dropped, count=count))


def turns(question: str, answer: str) -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}


@pytest.fixture(scope="module")
def judged(built_knowledge: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Chats with one fault of each kind, held against the pharma pack and a benchmark."""
    folder = tmp_path_factory.mktemp("judged")
    records: list[Any] = [turns(one["prompt"], one["response"]) for one in map(ask, range(5))]
    records += [
        turns("What is the molecular weight of caffeine?", "The molecular weight of caffeine is 149.19 g/mol."),
        turns("What is the molar mass of aspirin?", "The molecular weight of aspirin is 180.16 g/mol."),
        turns(ITEM, "The kidney clears most of it, by filtration and by secretion."),
        turns(ask(2)["prompt"], ask(2)["response"]),
        turns(ask(3)["prompt"].replace("At which", "At what"), ask(3)["response"]),
        turns("How do I reach the maker?", "Write to john.smith@maker.com and ask for the table of this batch."),
        turns("Is nothing said here?", ""),
        "no record",
    ]
    write_jsonl(folder / "bench.jsonl", [{"question": ITEM, "options": ["liver", "kidney"], "answer": "kidney"}])
    data = write_jsonl(folder / "chats.jsonl", records)
    lines = curate(data, out=folder / "out", pack="pharma", benchmarks=(folder / "bench.jsonl",))
    (folder / "told").write_text("\n".join(lines))
    return folder


def test_each_fault_has_its_reason(judged: Path) -> None:
    assert read_reasons(judged / "out") == {
        "chats.jsonl:6": "contradicts_facts",
        "chats.jsonl:8": "benchmark_item",
        "chats.jsonl:9": "duplicate",
        "chats.jsonl:10": "near_duplicate",
        "chats.jsonl:11": "personal_data",
        "chats.jsonl:12": "empty_response",
    }
    assert read_kept(judged / "out")["row_id"].to_list() == [f"chats.jsonl:{n}" for n in (1, 2, 3, 4, 5, 7)]


def test_the_funnel_is_told(judged: Path) -> None:
    told = (judged / "told").read_text()
    for part in ("records", "deduplicate", "quality", "decontaminate", "final", "dropped: contradicts_facts"):
        assert part in told
    assert "6 of 13 rows are kept" in told
    shown = show(judged / "out")
    assert "read: chats.jsonl" in shown
    assert "failed: 0000-chats.jsonl, record 13: not JSON" in shown


@pytest.mark.parametrize(
    ("reason", "parts"),
    [
        pytest.param("contradicts_facts", ["A: The molecular weight of caffeine", "149.19", "194.19"], id="a fact"),
        pytest.param("benchmark_item", [f"Q: {ITEM}", "bench.jsonl"], id="a test item"),
        pytest.param(
            "duplicate",
            ["chats.jsonl:9\nQ: ", "dropped: duplicate, chats.jsonl:3", "chats.jsonl:3\nQ: "],
            id="a duplicate",
        ),
        pytest.param(
            "near_duplicate",
            ["chats.jsonl:10\nQ: At what", "dropped: near_duplicate, chats.jsonl:4: ", "chats.jsonl:4\nQ: At which"],
            id="a near-duplicate",
        ),
        pytest.param("empty_response", ["Is nothing said here?", "response_chars 0, at least 1"], id="an empty one"),
    ],
)
def test_a_dropped_row_is_shown_with_its_proof(judged: Path, reason: str, parts: list[str]) -> None:
    text = show(judged / "out", reason)
    for part in parts:
        assert part in text


def test_personal_data_is_not_repeated_in_the_proof(judged: Path) -> None:
    verdicts = pl.read_parquet(judged / "out" / "curate" / "verdicts" / "data" / "*.parquet")
    assert not verdicts.filter(pl.col("detail").str.contains("john")).height


def test_an_unknown_reason_names_the_known(judged: Path) -> None:
    with pytest.raises(RecipeError) as caught:
        show(judged / "out", "duplicates")
    assert "near_duplicate" in caught.value.hint


@pytest.mark.parametrize(
    ("records", "said"),
    [
        pytest.param(
            [{"instruction": "Sum?", "input": "1 and 2", "output": "3"}] * 2, "Q: Sum?\n\n1 and 2\nA: 3", id="Alpaca"
        ),
        pytest.param([{"text": "Only a text."}] * 2, "x.jsonl:2\nA: Only a text.", id="texts"),
    ],
)
def test_every_shape_is_shown(tmp_path: Path, records: list[Any], said: str) -> None:
    curate(write_jsonl(tmp_path / "x.jsonl", records), out=tmp_path / "out", profile="none")
    assert said in show(tmp_path / "out", "duplicate")


def test_rows_made_here_may_be_curated_again(tmp_path: Path) -> None:
    rows = [make_row(n, n % 3, wording=f"{n // 6}.0") for n in range(12)]
    frame_rows(rows).write_parquet(tmp_path / "a.parquet")
    lines = curate(tmp_path / "a.parquet", out=tmp_path / "out", settings=("curate.wordings_per_fact=1",))
    assert "3 of 12 rows are kept" in "\n".join(lines)
    assert set(read_reasons(tmp_path / "out").values()) == {"same_wording", "wording_cap"}
    assert "wording_cap" in show(tmp_path / "out")


def test_a_folder_knows_what_it_is(judged: Path, tmp_path: Path) -> None:
    assert is_curated(judged / "out")
    assert not is_curated(tmp_path)


def test_an_unfinished_curation_says_so(judged: Path, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_bytes((judged / "out" / "run.json").read_bytes())
    with pytest.raises(RecipeError, match="unfinished"):
        show(tmp_path)


def order(*settings: str, **options: Any) -> Order:
    return Order((Path("a.jsonl"),), Path("out"), settings=settings, **options)


def test_options_and_settings_are_read() -> None:
    settings = ("keep.few_words=3", "keep.many_digits = off", "curate.min_jaccard=0.8", "curate.repair=false")
    curate_settings, keep = read_settings(order(*settings, profile="web", benchmarks=(Path("b.csv"),)))
    assert curate_settings == Curate(min_jaccard=0.8, repair=False, benchmarks=("b.csv",))
    assert keep == Keep(profile="web", bounds={"few_words": "3", "many_digits": "off"})


def test_benchmarks_may_be_set_too() -> None:
    assert read_settings(order("curate.benchmarks=a.csv, b.csv"))[0].benchmarks == ("a.csv", "b.csv")
    both = read_settings(order("curate.benchmarks=a.csv", benchmarks=(Path("b.csv"),)))[0]
    assert both.benchmarks == ("a.csv", "b.csv")


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        pytest.param("few_words=3", "keep.RULE=BOUND", id="no room"),
        pytest.param("keep.few_words", "keep.RULE=BOUND", id="no value"),
        pytest.param("keep.=3", "keep.RULE=BOUND", id="no rule"),
        pytest.param("export.jsonl=true", "keep.RULE=BOUND", id="another room"),
        pytest.param("curate.min_jacard=0.5", "did you mean `min_jaccard`", id="unknown key"),
        pytest.param("curate.min_jaccard=2", "min_jaccard", id="out of range"),
        pytest.param("curate.wordings_per_fact=two", "wordings_per_fact", id="no number"),
    ],
)
def test_a_wrong_setting_is_one_clear_error(setting: str, told: str) -> None:
    with pytest.raises(RecipeError) as caught:
        read_settings(order(setting))
    assert told in caught.value.render()
    assert "hint: " in caught.value.render()


def test_the_funnel_is_a_table_with_reasons_by_number() -> None:
    funnel = [
        {"component": "records", "read": 10, "kept": 8, "dropped": {}, "failed": {"not JSON": 2}},
        {"component": "quality", "read": 8, "kept": 3, "dropped": {"few_words": 1, "no_text": 4}, "failed": {}},
    ]
    text = "\n".join(lay_funnel(funnel))
    assert text.index("no_text") < text.index("few_words")
    assert "30.0%" in text and "failed: not JSON" in text
    assert next(iter(lay_funnel([]))) == "funnel"


def test_deduplication_is_compared_on_own_data(tmp_path: Path) -> None:
    records = [ask(number) for number in range(30)] + [ask(1)]
    text = "\n".join(report_comparison(write_jsonl(tmp_path / "a.jsonl", records), None, None))
    assert "31" in text
    assert "FineWeb" in text or "MinHash" in text


@pytest.mark.parametrize(
    ("content", "error"),
    [
        pytest.param("", SourceError, id="empty"),
        pytest.param("[1]\n", SourceError, id="no record"),
        pytest.param(json.dumps({"a": 1}) + "\n", RecipeError, id="unknown columns"),
    ],
)
def test_a_file_that_cannot_be_compared_is_one_error(
    tmp_path: Path, content: str, error: type[ApothecaryError]
) -> None:
    (tmp_path / "a.jsonl").write_text(content)
    with pytest.raises(error):
        list(report_comparison(tmp_path / "a.jsonl", None, None))


def test_a_damaged_record_of_the_work_is_named(judged: Path, tmp_path: Path) -> None:
    data = (judged / "out" / "run.json").read_text()
    (tmp_path / "run.json").write_text(data.replace("chats", "chits"))
    with pytest.raises(RunDamagedError):
        is_curated(tmp_path)
