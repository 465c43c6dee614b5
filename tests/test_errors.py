"""Errors say what, where, what was expected and what to do, and survive the way between processes."""

from __future__ import annotations

import inspect
import pickle

import pytest

from apothecary import errors
from apothecary.errors import ApothecaryError, RecipeError

KINDS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, ApothecaryError)]


def test_message_has_its_parts_in_order() -> None:
    error = RecipeError("rows is many", where="line 3", expected="a number", hint="change it")
    assert str(error) == "rows is many\n  where: line 3\n  expected: a number\n  hint: change it"


def test_empty_parts_are_left_out() -> None:
    assert str(RecipeError("wrong")) == "wrong"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_errors_cross_process_borders(kind: type[ApothecaryError]) -> None:
    back = pickle.loads(pickle.dumps(kind("what", where="where", hint="hint")))
    assert type(back) is kind
    assert str(back) == str(kind("what", where="where", hint="hint"))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_tree_in_the_docstring_is_complete(kind: type[ApothecaryError]) -> None:
    assert kind.__name__ in str(errors.__doc__)
