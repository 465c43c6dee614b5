from __future__ import annotations

import io

import pytest

from apothecary.dumps.model import Fault
from apothecary.dumps.tables import iter_pipes, iter_table
from apothecary.errors import SourceError


def wrap(text: str) -> io.BufferedReader:
    return io.BufferedReader(io.BytesIO(text.encode()))  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ['\ufeffa,b\r\n1,"x, y"\r\n', "a\tb\n1\tx, y\n"])
def test_both_separators_are_known(text: str) -> None:
    assert list(iter_table(wrap(text), file="f", needed=["a"])) == [(1, {"a": "1", "b": "x, y"})]


def test_rows_of_another_width_are_faults() -> None:
    one, two = iter_table(wrap("a,b\n1\n2,3\n"), file="f", needed=["a"])
    assert isinstance(one, Fault)
    assert two == (2, {"a": "2", "b": "3"})
    assert isinstance(next(iter_pipes(wrap("1|2\n"), ["a", "b", "c"], file="f")), Fault)


def test_another_table_is_refused() -> None:
    with pytest.raises(SourceError, match="not the table"):
        list(iter_table(wrap("x,y\n1,2\n"), file="f", needed=["a"]))


def test_pipes_are_read() -> None:
    assert list(iter_pipes(wrap("1|é|\r\n"), ["a", "b"], file="f")) == [(1, {"a": "1", "b": "é"})]
