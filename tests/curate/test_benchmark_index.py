from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from apothecary.curate.benchmark_files import ITEM
from apothecary.curate.benchmark_index import NgramContamination, build_index, list_parts


def make_items(rows: list[dict[str, Any]]) -> pl.DataFrame:
    empty = {"benchmark": "b", "options": [], "answers": [], "contexts": []}
    return pl.DataFrame([empty | {"item": str(n)} | row for n, row in enumerate(rows)], schema=ITEM)


def test_parts_and_vague_questions() -> None:
    vague = [
        {"text": mark, "options": [f"o{n}"]} for n, mark in enumerate(("Is it true?", "is it, true", "Is it TRUE?"))
    ]
    parts = list_parts(make_items([*vague, {"text": "Skeletal muscles:", "contexts": ["Some text."]}]), contexts=True)
    assert parts["part"].to_list() == ["question"] * 4 + ["context"]
    assert parts["vague"].to_list() == [True, True, True, True, False]
    assert list_parts(make_items([{"text": "What is gingipain?"}]), contexts=False)["vague"].to_list() == [False]


def test_long_texts_are_cut_into_even_pieces() -> None:
    text = " ".join(f"word{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(101))
    index = build_index(make_items([{"text": text}, {"text": "What is gingipain?"}]))
    assert index.pieces["grams"].to_list() == [27, 27, 26, 0]  # of 34, 34 and 33 words
    assert index.short["length"].to_list() == [3]
    assert index.pieces["item"].to_list() == ["0", "0", "0", "1"]


def test_content_tells_values_from_words_and_leaves_out_common_ones() -> None:
    asks = [f"How is number {n} of compound{chr(97 + n)} made by the usual route today?" for n in range(9)]
    names = pl.DataFrame({"name": ["compoundc"], "entity_id": ["c"]})
    index = build_index(make_items([{"text": ask} for ask in asks]), names)
    assert index.pieces["values"].to_list() == [1, 1, 2, 1, 1, 1, 1, 1, 1]
    assert index.pieces["words"].to_list() == [1, 1, 0, 1, 1, 1, 1, 1, 1]
    assert set(index.keys["piece"]) == set(range(9))


def test_ngrams_of_slots_are_left_out() -> None:
    index = build_index(make_items([{"text": "1 2 3 4 5 6 7 8 9 a b c d e f g"}, {"text": "1 2 3 4 5 6 7 8 9"}]))
    assert index.pieces["grams"].to_list() == [4, 2]


def test_items_that_cannot_be_judged() -> None:
    rows = [{"text": "Why?"}, {"text": "?!"}, *[{"text": "What is it?"}] * 3, {"text": "What is gingipain?"}]
    assert build_index(make_items(rows)).skipped["item"].to_list() == ["0", "1", "2", "3", "4"]


@pytest.mark.parametrize("wrong", [{"words": 2}, {"min_share": 1.5}, {"kind": "other"}, {"shares": 1}])
def test_settings_are_checked(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        NgramContamination(**wrong)
