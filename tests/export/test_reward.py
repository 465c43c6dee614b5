import ast
from pathlib import Path

import pytest

from apothecary.export import reward
from apothecary.export.reward import CHECKERS, score

RIGHT = [
    ("number", "0.851", 0.0005, "Add 0.851 mL: the sample is 8.513 µmol.", "Add 0.861 mL: the sample is 8.513 µmol."),
    ("number", "1234.5", 0.05, "It is 1,234.5 g/mol", "It is 1,334.5 g/mol"),
    ("number", "-8.17", 0.005, "−8.17 kcal/mol", "8.17 kcal/mol"),
    ("choice", "B", None, "Answer B, kinase inhibitor.", "Answer C, kinase inhibitor."),
    ("choice", "A", None, "215 °C, give or take a few degrees: A.", "215 °C, give or take a few degrees: C."),
    ("choice", "C", None, "C", "B or C"),
    ("set", "C, H and O", None, "It holds: O, H and C.", "It holds: O and C."),
    ("smiles", "CCO", None, "That is OCC.", "That is OCCC."),
    ("json", '{"a": 1, "b": "x"}', None, '```json\n{"b": "x", "a": 1.0}\n```', '{"a": 2, "b": "x"}'),
    ("text", "not decidable", None, "It is not decidable from this.", "It is decidable from this."),
]


@pytest.mark.parametrize(("checker", "answer", "tolerance", "right", "wrong"), RIGHT)
def test_a_right_completion_is_paid_and_a_wrong_one_is_not(
    checker: str, answer: str, tolerance: float | None, right: str, wrong: str
) -> None:
    assert score(right, answer, checker, tolerance) == 1.0
    assert score(wrong, answer, checker, tolerance) == 0.0


@pytest.mark.parametrize(("checker", "answer", "tolerance", "right", "wrong"), RIGHT)
def test_strict_wants_the_line(checker: str, answer: str, tolerance: float | None, right: str, wrong: str) -> None:
    assert score(right, answer, checker, tolerance, strict=True) == 0.0
    assert score(f"So it is.\nAnswer: {answer}", answer, checker, tolerance, strict=True) == 1.0
    assert score(f"\\boxed{{{answer}}}", answer, checker, tolerance, strict=True) == float(checker != "json")


def test_a_list_of_guesses_is_not_paid_in_the_line() -> None:
    assert score("Answer: 1, 2, 3", "2", "number", 0.1) == 0.0
    assert score("Answer: yes and no", "yes", "text") == 0.0
    assert score("Guess 1, 2, 3 or 4", "2", "number", 0.1) == 0.0


def test_thoughts_are_not_the_answer() -> None:
    assert score("<think>it is 5</think>It is 6.", "5", "number", 0.1) == 0.0
    assert score("<think>5, never closed", "5", "number", 0.1) == 0.0


def test_a_trainer_can_call_it() -> None:
    completions = [[{"role": "assistant", "content": "4 g"}], "5 g"]
    columns = {"answer": ["4", "4"], "checker": ["number"] * 2, "tolerance": [0.1, None], "prompt": ["", ""]}
    assert reward.reward(completions, **columns) == [1.0, 0.0]
    assert reward.reward_strict(completions, **columns) == [0.0, 0.0]


def test_an_unknown_checker_is_refused() -> None:
    with pytest.raises(ValueError, match="smiles"):
        score("a", "a", "vibes")


def test_it_stands_alone() -> None:
    tree = ast.parse(Path(reward.__file__).read_text("utf-8"))
    imported = {
        alias.name if isinstance(node, ast.Import) else str(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    assert not [name for name in imported if name.startswith("apothecary")]
    assert all(name in (reward.__doc__ or "") for name in CHECKERS)
