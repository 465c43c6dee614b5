from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from tests.curate.examples import COMPOUNDS, PARENT, frame_rows, make_pack, make_row, tabulate, two_turns

from apothecary.errors import VerdictError
from apothecary.export.audit import audit_leaks, hash_prompts
from apothecary.export.messages import build_messages
from apothecary.export.write import write_table

Row = dict[str, Any]


def publish(folder: Path, files: dict[str, list[Row]]) -> list[Path]:
    for name, rows in files.items():
        write_table(tabulate(frame_rows(rows)), folder / f"{name}.parquet", level=1)
    return [folder / f"{name}.parquet" for name in files]


def audit(folder: Path, files: dict[str, list[Row]], workers: int = 1) -> dict[str, Any]:
    parents = pl.DataFrame({"entity_id": COMPOUNDS, "parent_key": [PARENT[key] for key in COMPOUNDS]})
    return audit_leaks(publish(folder, files), parents, make_pack(), {"weight/plain": [2, 3]}, workers)


def make_files() -> dict[str, list[Row]]:
    """Recall of all compounds and skill on the first forty in training; skill on the last ten is tested."""
    return {
        "train-00000": [make_row(j, j) for j in range(50)],
        "train-00001": [make_row(j, j, intent="rings", wording="1.0") for j in range(40)],
        "validation-00000": [make_row(0, 3, split="validation", wording="2.0")],
        "test-00000": [make_row(0, 4, split="test"), make_row(1, 55, split="test")]
        + [make_row(j, j, intent="rings", split="test") for j in range(50, 60)],
    }


@pytest.mark.parametrize("workers", [1, 2])
def test_a_clean_dataset_passes_and_is_counted(tmp_path: Path, workers: int) -> None:
    told = audit(tmp_path, make_files(), workers)
    assert told.pop("questions")["forms"] == 2
    assert told == {
        "prompts_in_two_splits": 0,
        "held_out_wordings_in_training": 0,
        "held_out_parents_in_training": 0,
        "held_out_computed_facts_in_training": 0,
        "held_out_prompts": 13,
        "held_out_wordings": 2,
        "held_out_parents": 5,
        "held_out_computed_facts": 10,
        "recall_facts": 3,
        "recall_facts_in_training": 2,  # compound 55 is not in training
    }


def share_prompt(files: dict[str, list[Row]]) -> None:
    files["train-00000"][7]["prompt"] = files["test-00000"][0]["prompt"]


def share_prompt_among_held_out(files: dict[str, list[Row]]) -> None:
    files["validation-00000"][0]["prompt"] = files["test-00000"][0]["prompt"]


def share_two_turns(files: dict[str, list[Row]]) -> None:
    for name, number in (("train-00000", 7), ("test-00000", 0)):
        files[name][number] = two_turns(files[name][number] | {"prompt": "By how much?"}, "Which is heavier?", "A.")


def use_held_out_wording(files: dict[str, list[Row]]) -> None:
    files["train-00000"][7]["wording"] = "3.0"


def train_on_parent(files: dict[str, list[Row]]) -> None:
    files["train-00001"].append(make_row(99, 51, intent="rings", facts=[], wording="1.0"))


def train_on_partner(files: dict[str, list[Row]]) -> None:
    files["train-00001"].append(
        make_row(99, 1, intent="rings", facts=[], entities=[COMPOUNDS[1], COMPOUNDS[51]], wording="1.0")
    )


def state_computed_fact(files: dict[str, list[Row]]) -> None:
    files["train-00000"].append(make_row(99, 52))


@pytest.mark.parametrize(
    ("leak", "what"),
    [
        pytest.param(share_prompt, "1 leaks: prompts in two splits", id="prompt"),
        pytest.param(share_prompt_among_held_out, "1 leaks: prompts in two splits", id="prompt of validation and test"),
        pytest.param(share_two_turns, "1 leaks: prompts in two splits", id="prompt with history"),
        pytest.param(use_held_out_wording, "1 leaks: held out wordings in training", id="wording"),
        pytest.param(train_on_parent, "1 leaks: held out parents in training", id="parent"),
        pytest.param(train_on_partner, "1 leaks: held out parents in training", id="parent of the second entity"),
        pytest.param(state_computed_fact, "1 leaks: held out computed facts in training", id="computed fact"),
    ],
)
def test_a_leak_is_an_error(tmp_path: Path, leak: Callable[[dict[str, list[Row]]], None], what: str) -> None:
    files = make_files()
    leak(files)
    with pytest.raises(VerdictError, match=what):
        audit(tmp_path, files)


def test_a_short_second_question_is_no_leak_when_the_first_differs(tmp_path: Path) -> None:
    files = make_files()
    for name, number in (("train-00000", 7), ("test-00000", 0)):
        row = files[name][number] | {"prompt": "By how much?"}
        files[name][number] = two_turns(row, f"Which is heavier in {name}?", "A.")
    assert audit(tmp_path, files)["prompts_in_two_splits"] == 0


def hash_rows(*rows: Row) -> list[tuple[int, int]]:
    spoken = build_messages(frame_rows(list(rows))).to_pylist()
    told = [turns[0]["role"] == "system" for turns in spoken]
    return hash_prompts(
        pl.DataFrame({"contents": [[t["content"] for t in row] for row in spoken], "told": told})
    ).rows()


def test_response_and_system_text_are_no_part_of_the_prompt() -> None:
    same = [make_row(0, 1, response="a"), make_row(0, 1, response="b"), make_row(0, 1, system="Be brief.")]
    hashes = hash_rows(*same, make_row(1, 1))
    assert hashes[0] == hashes[1] == hashes[2] != hashes[3]


def test_the_order_of_turns_counts() -> None:
    hashes = hash_prompts(pl.DataFrame({"contents": [["a", "b", "c"], ["b", "a", "c"]], "told": [False, False]})).rows()
    assert hashes[0] != hashes[1]


def audit_kin(folder: Path, scaffolds: list[str | None], intents: tuple[str, ...] = ()) -> dict[str, Any]:
    kin = pl.DataFrame(
        {"entity_id": COMPOUNDS, "parent_key": [PARENT[key] for key in COMPOUNDS], "scaffold": scaffolds}
    )
    files = publish(folder, make_files())
    return audit_leaks(files, kin, make_pack(), {"weight/plain": [2, 3]}, intents=intents)


def test_scaffolds_on_one_side_pass_and_are_counted(tmp_path: Path) -> None:
    told = audit_kin(tmp_path, [f"s{at // 10}" for at in range(50)] + ["t1"] * 5 + [None] * (len(COMPOUNDS) - 55))
    assert (told["held_out_scaffolds"], told["held_out_scaffolds_in_training"]) == (1, 0)


def test_a_scaffold_on_both_sides_is_an_error(tmp_path: Path) -> None:
    shape = {7: "ring", 13: "ring", 25: "other", 50: "ring"}
    with pytest.raises(VerdictError, match="2 leaks: held out scaffolds in training"):
        audit_kin(tmp_path, [shape.get(at) for at in range(len(COMPOUNDS))])


def test_an_intent_of_test_alone_is_found_in_training_and_validation(tmp_path: Path) -> None:
    none: list[str | None] = [None] * len(COMPOUNDS)
    with pytest.raises(VerdictError, match="51 leaks: held out intents in training"):
        audit_kin(tmp_path, none, ("weight",))
    assert audit_kin(tmp_path, none, ("other",))["held_out_intents"] == 1
