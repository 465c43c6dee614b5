from pathlib import Path

import pytest

from apothecary.errors import PackError, RecipeError
from apothecary.packs.yaml import MAX_DEPTH, load_yaml, load_yaml_lines


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "x.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_everything_is_text(tmp_path: Path) -> None:
    text = "a: no\nb: 1.50\nc:\nd: null\ngap: {min: 5, max: 60}\nvalues: [1, 0.9, 2026-01-01]\ne: ~\n12: x\n"
    assert load_yaml(write(tmp_path, text)) == {
        "a": "no",
        "b": "1.50",
        "c": "",
        "d": "null",
        "gap": {"min": "5", "max": "60"},
        "values": ["1", "0.9", "2026-01-01"],
        "e": "~",
        "12": "x",
    }


def test_lines_of_values(tmp_path: Path) -> None:
    _, lines = load_yaml_lines(write(tmp_path, "a: 1\nb:\n  - x\n  - c:\n      d: 2\n"))
    assert lines == {(): 1, ("a",): 1, ("b",): 2, ("b", 0): 3, ("b", 1): 4, ("b", 1, "c"): 4, ("b", 1, "c", "d"): 5}


@pytest.mark.parametrize(
    ("text", "what", "line"),
    [
        pytest.param("a: 1\nb: 2\na: 3\n", "given twice", 3, id="duplicate key"),
        pytest.param("a: &x 1\nb: *x\n", "anchors", 1, id="anchor"),
        pytest.param("a: !!python/object:os.system x\n", "tag", 1, id="tag"),
        pytest.param("a: 1\n---\nb: 2\n", "second document", 2, id="two documents"),
        pytest.param("a:\n  - [What is|Give] it?\n", "not valid YAML", 2, id="unquoted alternatives"),
        pytest.param("? [a, b]\n: 1\n", "key is not text", 1, id="key that is a list"),
        pytest.param("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "deeply", 1, id="deep"),
        pytest.param("", "empty", None, id="empty"),
        pytest.param("# only a comment\n", "empty", None, id="comment"),
        pytest.param(b"a: 1\nb: \xff\n", "UTF-8", 2, id="not utf-8"),
        pytest.param("a: \x00", "not valid YAML", None, id="control character"),
    ],
)
def test_refused(tmp_path: Path, text: str | bytes, what: str, line: int | None) -> None:
    path = write(tmp_path, text)
    with pytest.raises(PackError, match=what) as caught:
        load_yaml(path)
    assert caught.value.where == (f"{path}:{line}" if line else str(path))


def test_error_class_and_missing_file(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot read"):
        load_yaml(tmp_path / "none.yaml", RecipeError)


def test_bomb_is_refused_by_size(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="bytes"):
        load_yaml(write(tmp_path, b"a: " + b"[" * 3_000_000))
