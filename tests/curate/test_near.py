from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.curate.test_protect import APART, TOGETHER

from apothecary.curate.loose import loosen_texts
from apothecary.curate.near import (
    LONG_TOKENS,
    NEAR_KEYS,
    NearMeter,
    NearSettings,
    build_near_keys,
    decide_near,
    join_sides,
)
from apothecary.curate.protect import protect_texts

LONG = "Here is what the label says about the medicine that the pharmacist gave to our neighbour on Monday evening: "
BENIGN = "the this that these those it they we you our your please also however hence thus therefore really"

# Sixty words of what a long row has around its fact, and pairs of it that differ in common words.
PADDING = (
    "The pharmacist keeps a record of each medicine, where one can read which study was found in the archive, what "
    "method the agency used for its report, and who signed it in the end. Most visitors read the label on the box at "
    "home, put the leaflet back, and store tablets on a shelf above the kitchen table, away from window and daylight. "
)
EDITED = [
    ("what method the agency used", "what approach the agency employed"),
    ("was found in the archive", "was seen within the archive"),
    ("Most visitors", "Fortunately, most visitors"),
]


def frame_texts(*pairs: tuple[str, str]) -> pl.DataFrame:
    return pl.DataFrame(pairs, schema={"prompt": pl.String, "response": pl.String}, orient="row")


def drop_near(rows: pl.DataFrame, options: NearSettings | None = None, *, files: int = 1) -> dict[int, int]:
    """Rows to {a row that merges: its survivor}, by row number, with the rows dealt over `files` files."""
    parts = [rows.gather_every(files, offset) for offset in range(files)]
    keys = pl.concat([build_near_keys(part, file) for file, part in enumerate(parts)]).sort("bucket")

    def read_texts(places: pl.DataFrame) -> pl.Series:
        return pl.Series([join_sides(parts[file])[row] for file, row in places.rows()], dtype=pl.String)

    decided = decide_near(keys, read_texts, options or NearSettings())
    return {row * files + file: o_row * files + o_file for file, row, _, o_file, o_row, _, _ in decided.rows()}


@pytest.mark.parametrize(("one", "other"), APART, ids=[" / ".join(pair) for pair in APART])
def test_rows_with_different_facts_never_merge(one: str, other: str) -> None:
    question = "Please tell me what you know about it."
    assert not drop_near(frame_texts((question, LONG + one), (question, LONG + other)))
    assert not drop_near(frame_texts((LONG + one, "Yes."), (LONG + other, "Yes.")))


@pytest.mark.parametrize(("one", "other"), TOGETHER, ids=[" / ".join(pair) for pair in TOGETHER])
def test_rows_that_differ_in_manner_only_merge(one: str, other: str) -> None:
    assert len(drop_near(frame_texts((LONG, LONG + one), (LONG, LONG + other)))) == 1


@pytest.mark.parametrize(("one", "other"), APART, ids=[" / ".join(pair) for pair in APART])
@pytest.mark.parametrize("common", [False, True])
def test_rows_with_different_facts_never_merge_in_a_long_text(one: str, other: str, common: bool) -> None:
    padding = PADDING.replace(*EDITED[0]) if common else PADDING
    for rows in (
        frame_texts(("Tell me.", PADDING + one), ("Tell me.", padding + other)),
        frame_texts(("Tell me.", f"{one} {PADDING}"), ("Tell me.", f"{other} {padding}")),
        frame_texts((PADDING + one, "Yes."), (padding + other, "Yes.")),
        frame_texts((one, PADDING), (other, padding)),
    ):
        assert not drop_near(rows, NearSettings(min_jaccard=0.1, long_jaccard=0.1, long_share=0.2))


@pytest.mark.parametrize(("one", "other"), EDITED, ids=[" / ".join(pair) for pair in EDITED])
def test_long_rows_that_differ_in_common_words_merge_with_their_words_named(one: str, other: str) -> None:
    assert one in PADDING
    rows = frame_texts((PADDING, PADDING), (PADDING, PADDING.replace(one, other)))
    texts = join_sides(rows)
    decided = decide_near(build_near_keys(rows, 0), lambda places: texts.gather(places["row"]), NearSettings())
    assert decided.height == 1
    told = set(decided["proof"][0].replace(";", "").split()) - {"here:", "there:", "-"}
    assert told <= set(f"{one} {other}".lower().replace(",", "").split())
    assert told


@pytest.mark.parametrize(("one", "other"), EDITED[:2])
def test_short_rows_that_differ_in_common_words_stay(one: str, other: str) -> None:
    assert not drop_near(frame_texts((LONG, one), (LONG, other)), NearSettings(min_jaccard=0.1))


def test_a_short_answer_is_no_common_word_however_long_the_question() -> None:
    assert not drop_near(frame_texts((PADDING, "method"), (PADDING, "approach")), NearSettings(min_jaccard=0.1))
    assert not drop_near(frame_texts((PADDING, "a lovely method"), (PADDING, "a splendid approach")))


def test_many_common_words_are_no_edit() -> None:
    rows = frame_texts((PADDING, PADDING), (PADDING, f"{PADDING} and {'splendid ' * 20}"))
    assert not drop_near(rows, NearSettings(min_jaccard=0.1, long_jaccard=0.1))
    assert drop_near(rows, NearSettings(min_jaccard=0.1, long_jaccard=0.1, long_share=0.2)) == {}  # no more than told
    few = frame_texts((PADDING, PADDING), (PADDING, f"{PADDING} and {'splendid ' * 8}"))
    assert len(drop_near(few)) == 1


def test_equal_protected_tokens_are_of_one_key_whatever_their_length() -> None:
    rows = frame_texts((LONG, "5nM aspirin " * 7), (LONG, "The 5 nM of the aspirin, " * 7))
    assert build_near_keys(rows, 0).select("high", "low", "strict").n_unique() == 1


def test_a_token_may_not_change_sides() -> None:
    rows = frame_texts(("aspirin dose", "5 mg"), ("aspirin", "dose 5 mg"), ("\x1e", ""), ("", "\x1e"))
    assert build_near_keys(rows, 0).select("high", "low").n_unique() == 4


def test_keys_have_their_schema_and_place() -> None:
    keys = build_near_keys(frame_texts(("a", "b"), ("c", "d")), 7)
    assert keys.schema == NEAR_KEYS
    assert keys.select("file", "row").rows() == [(7, 0), (7, 1)]


def test_earlier_turns_are_part_of_what_is_asked() -> None:
    turn = {"role": "user", "content": "aspirin"}
    rows = pl.DataFrame({"prompt": ["dose?"] * 2, "response": ["5 mg"] * 2, "history": [[turn], None]})
    assert build_near_keys(rows, 0)["high"].n_unique() == 2


def test_the_proof_names_the_words_and_the_score() -> None:
    rows = frame_texts((LONG, LONG + "Please describe it."), (LONG, LONG + "Kindly do describe it."))
    texts = join_sides(rows)
    meter = NearMeter()
    decided = decide_near(build_near_keys(rows, 0), lambda places: texts.gather(places["row"]), NearSettings(), meter)
    line = decided.to_dicts()[0]
    assert (line["row"], line["other_row"], line["reason"]) == (0, 1, "near_duplicate")
    assert line["proof"] == "here: please; there: do kindly"
    assert line["score"] == pytest.approx(0.8)
    assert (meter.rows, meter.pairs) == (2, 1)


def test_only_rows_with_a_shared_key_are_read_again() -> None:
    rows = frame_texts((LONG, "5 mg"), (LONG, "6 mg"), (LONG, "7 mg"))

    def read_texts(places: pl.DataFrame) -> pl.Series:
        raise AssertionError(places)

    assert decide_near(build_near_keys(rows, 0), read_texts, NearSettings()).height == 0


def test_rows_merge_into_survivors_only() -> None:
    """Each row resembles the next; a closure would fold them all into one."""
    benign = BENIGN.split()
    rows = frame_texts(*((" ".join([*benign[n : n + 9], "aspirin"]), "x") for n in range(9)))
    merged = drop_near(rows, NearSettings(min_jaccard=0.5))
    assert merged
    assert not merged.keys() & set(merged.values())
    assert len(merged) < 8


@pytest.mark.parametrize("compare_all", [0, 16])
def test_a_large_block_is_settled_in_few_comparisons(compare_all: int) -> None:
    random = np.random.default_rng(3)
    benign = np.array(BENIGN.split())
    rows = [" ".join(random.choice(benign, 25)) for _ in range(300)]
    rows = frame_texts(*((text, "aspirin") for text in [*rows, *(f"{text}!" for text in rows)]))
    texts, meter = join_sides(rows), NearMeter()
    options = NearSettings(compare_all=compare_all)
    decided = decide_near(build_near_keys(rows, 0), lambda places: texts.gather(places["row"]), options, meter)
    assert decided.height == 300
    assert meter.pairs < 16 * 600


def test_a_key_larger_than_a_block_is_cut_by_content() -> None:
    rows = frame_texts(*((f"{'the ' * n}dose", "5 mg") for n in range(1, 40)), ("other", "6 mg"), ("the other", "6 mg"))
    options = NearSettings(block_rows=10, min_jaccard=0.1)
    merged = drop_near(rows, options)
    order = np.random.default_rng(1).permutation(rows.height)
    shuffled = drop_near(rows[order.tolist()], options)
    assert {int(order[row]) for row in shuffled} == set(merged)
    assert len(merged) > 30


WORDS = ["aspirin", "5", "mg", "mM", "not", "the", "please", "it", "shows", "however", "Co", "CO", "by", "(R)-x", "−2"]
SIDE = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
ROWS = st.lists(st.tuples(SIDE, SIDE), min_size=1, max_size=25)


@settings(max_examples=300, deadline=None)
@given(ROWS)
def test_no_two_rows_with_different_protected_tokens_merge(pairs: list[tuple[str, str]]) -> None:
    rows = frame_texts(*pairs)
    prompts, responses = protect_texts(rows["prompt"]).to_list(), protect_texts(rows["response"]).to_list()
    for row, other in drop_near(rows, NearSettings(min_jaccard=0.1, compare_all=0)).items():
        assert prompts[row] == prompts[other]
        assert responses[row] == responses[other]


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=20)), min_size=1, max_size=20))
def test_no_two_rows_of_any_text_with_different_protected_tokens_merge(pairs: list[tuple[str, str]]) -> None:
    rows = frame_texts(*pairs)
    prompts, responses = protect_texts(rows["prompt"]).to_list(), protect_texts(rows["response"]).to_list()
    for row, other in drop_near(rows, NearSettings(min_jaccard=0.01)).items():
        assert (prompts[row], responses[row]) == (prompts[other], responses[other])


@settings(max_examples=150, deadline=None)
@given(ROWS, st.randoms(use_true_random=False), st.integers(1, 4))
def test_order_and_shards_do_not_change_what_is_kept(pairs: list[tuple[str, str]], random: object, files: int) -> None:
    rows = frame_texts(*pairs)
    kept = rows.with_row_index("n").filter(~pl.col("n").is_in(list(drop_near(rows)))).drop("n")
    order = list(range(rows.height))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = rows[order]
    again = shuffled.with_row_index("n").filter(~pl.col("n").is_in(list(drop_near(shuffled, files=files)))).drop("n")
    assert sorted(kept.rows()) == sorted(again.rows())


MIXED = [*WORDS, "method", "approach", "in", "within", "days", "luckily", "a1", "b2", "c3", "d4", "Method"]
LONG_SIDE = st.lists(st.sampled_from(MIXED), min_size=20, max_size=45).map(" ".join)
EDITS = st.lists(st.tuples(st.integers(0, 44), st.sampled_from(MIXED)), max_size=2)


def swap_words(text: str, edits: list[tuple[int, str]]) -> str:
    words = text.split()
    for at, word in edits:
        words[at % len(words)] = word
    return " ".join(words)


@settings(max_examples=300, deadline=None)
@given(LONG_SIDE, st.lists(st.tuples(EDITS, EDITS), min_size=2, max_size=6), st.integers(1, 3))
def test_no_two_long_rows_with_different_tokens_of_their_class_merge(
    text: str, edits: list[tuple[list[tuple[int, str]], list[tuple[int, str]]]], files: int
) -> None:
    rows = frame_texts(*((swap_words(text, asked), swap_words(text, answered)) for asked, answered in edits))
    asked, answered = (loosen_texts(rows[side]).rows() for side in ("prompt", "response"))
    options = NearSettings(min_jaccard=0.1, long_jaccard=0.1, long_share=0.2)
    for row, other in drop_near(rows, options, files=files).items():
        strict = (asked[row][0], answered[row][0]) == (asked[other][0], answered[other][0])
        held = answered[row][2] >= LONG_TOKENS and answered[other][2] >= LONG_TOKENS
        assert strict or asked[row][1] == asked[other][1]
        assert answered[row][0] == answered[other][0] or (held and answered[row][1] == answered[other][1])
    kept = rows.with_row_index("n").filter(~pl.col("n").is_in(list(drop_near(rows)))).drop("n")
    again = rows.reverse()
    kept_again = again.with_row_index("n").filter(~pl.col("n").is_in(list(drop_near(again, files=files)))).drop("n")
    assert sorted(kept.rows()) == sorted(kept_again.rows())
