from __future__ import annotations

import pickle
import random
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apothecary.curate.benchmark_files import ITEM, read_benchmarks
from apothecary.curate.contamination import (
    OVERLAP,
    Index,
    NgramContamination,
    build_index,
    choose_proofs,
    find_overlaps,
    join_texts,
)

SHARED = Path(__file__).parents[3] / "shared" / "data"
REAL = [
    "benchmarks/mmlu_anatomy_test.csv",
    "benchmarks/mmlu_clinical_knowledge_test.csv",
    "benchmarks/medmcqa_dev.jsonl",
    "benchmarks/bioasq/7B1_golden.json",
    "pubmedqa/ori_pqal.json",
]
NAMES = pl.DataFrame(
    {
        "name": ["aspirin", "acetylsalicylic acid", "ibuprofen", "naproxen", "warfarin"],
        "entity_id": ["a", "a", "i", "n", "w"],
    }
)
VIGNETTE = (
    "A 45-year-old man who takes warfarin for atrial fibrillation presents with melena after starting aspirin 81 mg "
    "daily. His INR is 4.2 and his haemoglobin is 8.9 g/dL. Which of the following is the most appropriate "
    "next step in management?"
)
ITEMS = {
    "weight": "What is the molecular weight of aspirin, in g/mol, according to the reference tables of this course?",
    "short": "What is the half-life of ibuprofen?",
    "vignette": VIGNETTE,
    "plain": "Which structure carries the urine from the kidney into the bladder of a healthy adult?",
    "tablets": "How many tablets of 500 mg does a patient take who needs 2 g of naproxen every day?",
    "smiles": "Does CC(=O)Oc1ccccc1C(=O)O, as drawn, have at most 10 rotatable bonds and a surface of 140 at most?",
    **{f"vague{n}": "Which of the following is true?" for n in range(3)},
}
OPTIONS = {f"vague{n}": [f"Lithium number{n} is a mood stabiliser", f"Digoxin slows node{n}"] for n in range(3)}
OPTIONS["plain"] = ["The ureter", "The urethra", "The renal vein", "The aorta"]


def make_items(texts: dict[str, str], **changes: Any) -> pl.DataFrame:
    rows = [
        {"benchmark": "b.csv", "item": key, "text": text, "options": OPTIONS.get(key, [])}
        for key, text in texts.items()
    ]
    return pl.DataFrame([row | {"answers": [], "contexts": []} | changes for row in rows], schema=ITEM)


@pytest.fixture(scope="module")
def index() -> Index:
    return build_index(make_items(ITEMS), NAMES)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(ITEMS["weight"], ["weight"], id="verbatim"),
        pytest.param(f"Question: {ITEMS['weight'].upper()}\nAnswer: 180.16", ["weight"], id="case-and-surroundings"),
        pytest.param(ITEMS["weight"].replace(",", " -").replace("g/mol", "(g / mol)"), ["weight"], id="punctuation"),
        pytest.param(ITEMS["weight"].replace("aspirin", "acetylsalicylic acid"), ["weight"], id="synonym"),
        pytest.param(ITEMS["weight"].replace("aspirin", "ibuprofen"), [], id="template-of-another-compound"),
        pytest.param(ITEMS["weight"].replace("aspirin", "fictional-name"), [], id="template-of-an-unknown-compound"),
        pytest.param("The molecular weight of aspirin is 180.16 g/mol.", [], id="same-fact-other-words"),
        pytest.param("What is the half-life of ibuprofen? About 2 h.", ["short"], id="short-verbatim"),
        pytest.param("tell me: WHAT IS THE HALF LIFE of ibuprofen", ["short"], id="short-at-the-end"),
        pytest.param("What is the half-life of ibuprofen in children?", [], id="short-beginning-of-another"),
        pytest.param("What is the half-life of naproxen?", [], id="short-other-compound"),
        pytest.param(VIGNETTE.replace("man", "male").replace("81 mg", "81.0 mg"), ["vignette"], id="edited-vignette"),
        pytest.param("Which of the following is the most appropriate next step in management?", [], id="boilerplate"),
        pytest.param(ITEMS["plain"] + "\nB) The aorta\nA) The renal vein", ["plain"], id="options-reordered"),
        pytest.param(ITEMS["tablets"].replace("500", "250"), [], id="another-number"),
        pytest.param(ITEMS["tablets"].replace("500 mg", "500.0mg"), ["tablets"], id="number-written-otherwise"),
        pytest.param(ITEMS["smiles"].replace("Oc1cc", "c1cc"), [], id="template-of-another-structure"),
        pytest.param("Is it so? " + ITEMS["smiles"], ["smiles"], id="structure-verbatim"),
        pytest.param("Which of the following is true?", [], id="vague-question-alone"),
        pytest.param(
            "Which of the following is true?\nDigoxin slows node1\nLithium number1 is a mood stabiliser",
            ["vague1"],
            id="vague-question-with-its-options",
        ),
        pytest.param("", [], id="empty"),
        pytest.param("aspirin", [], id="one-word"),
        pytest.param("\u202e" + ITEMS["plain"], ["plain"], id="bidi"),
    ],
)  # fmt: skip
def test_what_is_found(index: Index, text: str, found: list[str]) -> None:
    overlaps = find_overlaps(pl.Series([text]), index)
    assert overlaps.schema == OVERLAP
    assert overlaps["item"].to_list() == found


def test_proof_and_share(index: Index) -> None:
    found = find_overlaps(pl.Series([None, "Well! " + ITEMS["weight"]]), index).row(0, named=True)
    assert (found["row"], found["part"], found["share"]) == (1, "question", 1.0)
    assert found["proof"] == "what is the molecular weight of aspirin in"


def test_one_proof_a_row(index: Index) -> None:
    texts = pl.Series(["nothing", ITEMS["short"] + " " + ITEMS["plain"] + " " + VIGNETTE[:-30], ITEMS["weight"]])
    overlaps = find_overlaps(texts, index)
    assert overlaps.height == 4
    proofs = choose_proofs(overlaps)
    assert proofs["row"].to_list() == [1, 2]
    assert proofs["detail"][0] == "b.csv plain: which structure carries the urine from the kidney"
    assert choose_proofs(overlaps.clear()).is_empty()


def test_an_index_goes_to_other_processes(index: Index) -> None:
    texts = pl.Series(list(ITEMS.values()))
    assert find_overlaps(texts, pickle.loads(pickle.dumps(index))).equals(find_overlaps(texts, index))


@pytest.mark.parametrize(
    ("settings", "found"),
    [
        pytest.param({}, False, id="too-little"),
        pytest.param({"words": 12, "min_words": 0.7}, True, id="a-run"),
        pytest.param({"min_share": 0.6, "min_words": 0.7}, True, id="a-share"),
        pytest.param({"min_share": 0.6}, False, id="wording-without-content"),
    ],
)
def test_settings_decide(settings: dict[str, Any], found: bool) -> None:
    text = "Which structure carries the urine from the kidney into the bladder of dogs?"
    index = build_index(make_items({"plain": ITEMS["plain"]}), NAMES, NgramContamination(**settings))
    assert bool(find_overlaps(pl.Series([text]), index).height) is found


def test_a_part_of_a_long_question_is_enough() -> None:
    text = "Case 7. " + VIGNETTE[:119]
    assert not find_overlaps(pl.Series([text]), build_index(make_items(ITEMS), NAMES)).height
    index = build_index(make_items(ITEMS), NAMES, NgramContamination(piece_words=20))
    assert find_overlaps(pl.Series([text]), index)["item"].to_list() == ["vignette"]


def test_benign_words_make_all_others_values() -> None:
    benign = set("what is the of in tables this course reference for it give two digits".split())  # noqa: SIM905
    item = make_items(
        {"one": "What is the melting point of xanol? Give it in the reference tables of this course in two digits."}
    )
    row = pl.Series(
        [item["text"][0].replace("xanol", "zanol"), item["text"][0].replace("melting", "boiling"), item["text"][0]]
    )
    assert find_overlaps(row, build_index(item, None, None, benign))["row"].to_list() == [2]


def test_contexts_are_held_out_when_asked() -> None:
    items = make_items({"short": ITEMS["short"]}, contexts=[VIGNETTE])
    assert not find_overlaps(pl.Series([VIGNETTE]), build_index(items, NAMES)).height
    found = find_overlaps(pl.Series([VIGNETTE]), build_index(items, NAMES, NgramContamination(contexts=True)))
    assert found["part"].to_list() == ["context"]


def test_items_that_cannot_be_judged_are_told() -> None:
    index = build_index(make_items({"a": "Why?", "b": "?!", "c": ITEMS["short"]}), NAMES)
    assert index.skipped["item"].to_list() == ["a", "b"]
    assert find_overlaps(pl.Series(["Why?", "?!"]), index).is_empty()
    assert find_overlaps(pl.Series(["Why?"]), build_index(make_items({}))).is_empty()


def test_a_templated_benchmark_does_not_explode() -> None:
    names = pl.DataFrame(
        {"name": [f"testane{chr(97 + n % 26)}{n}x" for n in range(3000)], "entity_id": [f"e{n}" for n in range(3000)]}
    )
    ask = (
        "What is the molecular weight of {}, in g/mol, to two decimals, as the reference tables of this course give it?"
    )
    items = make_items({f"q{n}": ask.format(name) for n, name in enumerate(names["name"][:1500])})
    rows = pl.Series([ask.format(name) for name in names["name"]])
    start = time.perf_counter()
    found = find_overlaps(rows, build_index(items, names))
    assert time.perf_counter() - start < 30
    assert found.select("row", "item").rows() == [(n, f"q{n}") for n in range(1500)]


WORDS = st.lists(
    st.sampled_from([*VIGNETTE.split(), *ITEMS["weight"].split(), "ibuprofen", "7", "\u00b5", "\n"]), max_size=60
)


@given(
    texts=st.lists(WORDS.map(" ".join) | st.text(max_size=80) | st.sampled_from([*ITEMS.values()]), max_size=8),
    seed=st.integers(0, 9),
)
@settings(max_examples=100, deadline=None)
def test_order_does_not_matter(index: Index, texts: list[str], seed: int) -> None:
    order = list(range(len(texts)))
    random.Random(seed).shuffle(order)
    one = find_overlaps(pl.Series(texts, dtype=pl.String), index)
    other = find_overlaps(pl.Series([texts[at] for at in order], dtype=pl.String), index)
    moved = other.with_columns(pl.Series("row", [order[row] for row in other["row"]], dtype=pl.UInt32))
    assert moved.sort("row", "benchmark", "item").equals(one)


@pytest.fixture(scope="module")
def real() -> tuple[pl.DataFrame, Index]:
    paths = [SHARED / path for path in REAL]
    if not all(path.exists() for path in paths):
        pytest.skip("needs the benchmarks beside the repository, under shared/data")
    items = read_benchmarks(paths)
    return items, build_index(items, NAMES)


def change_case(text: str, options: list[str]) -> str:
    return "Q: " + text.upper() + "\n" + "\n".join(options)


def change_marks(text: str, options: list[str]) -> str:
    return text.replace(",", " ;").replace("-", " ").replace("'", "’") + "\n" + " / ".join(options)


def reorder(text: str, options: list[str]) -> str:
    return text + "\n" + "\n".join(f"{mark}) {option}" for mark, option in zip("dcba", reversed(options), strict=False))


@pytest.mark.parametrize("change", [change_case, change_marks, reorder])
def test_real_items_are_found_when_planted(real: tuple[pl.DataFrame, Index], change: Any) -> None:
    items, index = real
    planted = pl.Series([change(text, options) for text, options in items.select("text", "options").iter_rows()])
    found = find_overlaps(planted, index).join(items.with_row_index("row"), on=["row", "benchmark", "item"], how="semi")
    assert found.height >= 0.98 * items.height
    others = find_overlaps(planted, index)["row"].n_unique() - found["row"].n_unique()
    assert others < 0.01 * items.height


def test_real_rows_of_the_pack_are_not_flagged(real: tuple[pl.DataFrame, Index], quick_run: Path) -> None:
    rows = pl.read_parquet(sorted((quick_run / "generate" / "data").glob("*.parquet")))
    assert find_overlaps(join_texts(rows), real[1]).is_empty()
