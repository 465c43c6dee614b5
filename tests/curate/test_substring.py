from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apothecary.curate.spans import SPAN
from apothecary.curate.substring import SHARE, Repeats, SubstringDedup, find_repeats, verify_spans

SHARED = Path(__file__).parents[3] / "shared" / "data"


def make_document(seed: int, tokens: int) -> list[str]:
    draw = random.Random(seed)
    return [f"w{draw.randrange(5000)}" for _ in range(tokens)]


def search(shards: Sequence[Sequence[str | None]], work: Path, **changes: Any) -> Repeats:
    work.mkdir(parents=True)
    readers = [lambda texts=texts: pl.Series(texts, dtype=pl.String) for texts in shards]
    return find_repeats(readers, SubstringDedup(**changes), work)


LONG, OTHER = make_document(1, 300), make_document(2, 200)
SHORT = make_document(3, 120)


@pytest.mark.parametrize(
    ("document", "spans"),
    [
        pytest.param(OTHER[:50] + LONG[40:110] + OTHER[50:], [(50, 120, 40)], id="inside"),
        pytest.param(make_document(4, 30) + LONG[10:60], [(30, 80, 10)], id="just-long-enough"),
        pytest.param(make_document(4, 30) + LONG[10:59], [], id="one-too-short"),
        pytest.param([*LONG[:100], "edited", *LONG[101:180]], [(0, 100, 0), (101, 180, 101)], id="an-edit-splits"),
        pytest.param(LONG[:60] + [word.upper() for word in LONG[60:90]], [(0, 60, 0)], id="case-counts"),
        pytest.param(LONG[200:] + LONG[:60], [(0, 100, 200), (100, 160, 0)], id="moved"),
        pytest.param(SHORT, [], id="nothing-shared"),
        pytest.param(LONG[:49], [], id="short-document"),
    ],
)
def test_spans(tmp_path: Path, document: list[str], spans: list[tuple[int, int, int]]) -> None:
    found = search([[" ".join(document), None, ""], ["\n ".join(LONG)]], tmp_path / "work")
    assert found.spans.schema == SPAN
    assert found.shares.schema == SHARE
    assert found.spans.select("start", "end", "other_start").rows() == spans
    assert found.spans.select("file", "row", "other_file", "other_row").unique().rows() in ([], [(0, 0, 1, 0)])
    covered = sum(end - start for start, end, _ in spans)
    assert found.shares["repeated"].to_list() == ([covered] if covered else [])


def test_of_equal_documents_one_stays_and_boilerplate_is_counted(tmp_path: Path) -> None:
    notice = make_document(9, 60)
    texts = [" ".join(make_document(20 + n, 100 + n) + notice) for n in range(12)]
    found = search([[*texts, " ".join(SHORT), " ".join(SHORT)]], tmp_path / "work")
    assert found.boilerplate.select("row", "start", "end", "rows").rows() == [(11, 111, 171, 12)]
    assert found.shares.filter(pl.col("share") == 1).height == 1
    assert found.spans.filter(pl.col("rows") == 12).height == 11


def test_no_shards_and_what_a_stopped_run_left(tmp_path: Path) -> None:
    assert search([], tmp_path / "none").spans.is_empty()
    texts = [" ".join(LONG), " ".join(LONG[:80])]
    first = search([texts, texts], tmp_path / "work")
    readers = [lambda: pl.Series(texts)]
    again = find_repeats(readers, SubstringDedup(), tmp_path / "work")  # over the files of two shards
    assert first.spans.height > again.spans.height == 1


def test_spans_whose_text_differs_are_refused() -> None:
    line = {"file": 0, "row": 0, "start": 0, "end": 2, "other_file": 0, "other_row": 1, "rows": 2}
    spans = pl.DataFrame([line | {"other_start": 0}, line | {"other_start": 1}], schema=SPAN)
    kept = verify_spans(spans, [lambda: pl.Series(["a b", "x a b"])])
    assert kept["other_start"].to_list() == [1]


def find_plainly(texts: Sequence[str], tokens: int) -> set[tuple[str, int]]:
    """What is repeated, said plainly: the tokens of each text (by text) that lie in a window of an earlier one."""
    lists = {text: text.split() for text in set(texts)}
    order = sorted(lists, key=lambda text: (-len(lists[text]), pl.Series([text]).hash(0x9E3779B97F4A7C15)[0]))
    seen: set[tuple[str, ...]] = set()
    found = set()
    for text in order:
        words = lists[text]
        windows = [tuple(words[at : at + tokens]) for at in range(len(words) - tokens + 1)]
        found |= {(text, at + n) for at, window in enumerate(windows) if window in seen for n in range(tokens)}
        seen |= set(windows)
    return found


DOCUMENT = st.lists(st.sampled_from("abc"), max_size=40).map(" ".join)
PARTS = st.lists(st.sampled_from([" ".join(make_document(n, 12)) for n in range(4)]) | DOCUMENT, max_size=4).map(
    " ".join
)


@given(texts=st.lists(PARTS, max_size=6, unique_by=lambda text: tuple(text.split())), seed=st.integers(0, 99))
@settings(max_examples=40, deadline=None)
def test_all_is_found_whatever_the_order_and_the_shards(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str], seed: int
) -> None:
    work = tmp_path_factory.mktemp("work")
    moved = random.Random(seed).sample(texts, len(texts))
    expected = find_plainly(texts, 10)
    for name, shards in (("one", [texts]), ("other", [moved[: seed % 5], moved[seed % 5 :]])):
        spans = search(shards, work / name, tokens=10).spans
        found = {
            (shards[file][row], at)
            for file, row, start, end in spans.select("file", "row", "start", "end").iter_rows()
            for at in range(start, end)
        }
        assert found == expected


def test_real_papers(tmp_path: Path) -> None:
    papers = sorted((SHARED / "pmc_jats").rglob("*.nxml"))
    if not papers:
        pytest.skip("needs papers beside the repository, under shared/data/pmc_jats")
    import re

    texts = [re.sub(r"<[^>]+>", " ", path.read_text("utf-8", "replace")) for path in papers]
    words = texts[0].split()
    planted = " ".join(words[500:700])
    edited = re.sub(r"\d", "7", planted)
    found = search([[*texts, planted, edited, "new words " * 9 + planted]], tmp_path / "work")
    shares = dict(found.shares.select("row", "share").iter_rows())
    assert shares[len(texts)] == 1
    assert shares.get(len(texts) + 1, 0) < 1
    assert 0.9 < shares[len(texts) + 2] < 1
