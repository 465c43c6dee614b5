"""Texts in, the same without what would act where they are read: control tokens, terminal escapes, bidi overrides.

Covered: the control tokens in `data/control_tokens.yaml` and all of the form `<|name|>`, written apart after their
first character; C0 and C1 controls, bidirectional overrides, tag characters and the byte order mark, taken out; U+2028,
U+2029 and their like, turned into a line feed; cells of a table that a spreadsheet would compute, quoted.
Not covered: letters that look like others.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib import resources

import polars as pl
import pyarrow as pa
import yaml

ANY_NAME = r"<[|｜][^|｜<>\s]{1,48}[|｜]>"
LINE_ENDS = r"\r\n?|[\x0b\x0c\x1c-\x1e\u{85}\u{2028}\u{2029}]"
ACTING = (
    r"[\x00-\x08\x0e-\x1b\x1f\x7f\u{80}-\u{84}\u{86}-\u{9f}\u{61c}\u{200e}\u{200f}\u{202a}-\u{202e}"
    r"\u{2066}-\u{2069}\u{feff}\u{fff9}-\u{fffb}\u{e0000}-\u{e007f}]"
)
FORMULA = tuple("=+-@\t\r\n")


@lru_cache(maxsize=1)
def read_control_tokens() -> dict[str, list[str]]:
    """The control tokens of chat templates, by family of models."""
    text = resources.files("apothecary.export").joinpath("data/control_tokens.yaml").read_text("utf-8")
    families: dict[str, list[str]] = yaml.safe_load(text)
    return families


@lru_cache(maxsize=1)
def build_token_pattern() -> str:
    """The pattern of a control token, its first character and the rest in two groups."""
    tokens = {token for family in read_control_tokens().values() for token in family}
    named = "|".join(
        f"{re.escape(token[1:])}" for token in sorted(tokens, key=lambda token: (-len(token), token)) if token[0] == "<"
    )
    squared = "|".join(re.escape(token[1:]) for token in sorted(tokens) if token[0] == "[")
    form = ANY_NAME.removeprefix("<")
    return rf"(<)({named}|{form})|(\[)({squared})"


def neutralise_texts(texts: pl.Series) -> tuple[pl.Series, int]:
    """Texts (n) to the same without what acts, and how many had a control token."""
    pattern = build_token_pattern()
    texts = texts.str.replace_all(LINE_ENDS, "\n").str.replace_all(ACTING, "")
    marked = int(texts.str.contains(pattern).sum())
    # What is taken out can bring a token together, so tokens come last; apart, they cannot form another.
    return (texts.str.replace_all(pattern, "${1}${3} ${2}${4}") if marked else texts), marked


def neutralise_array(array: pa.Array) -> tuple[pa.Array, int]:
    """An Arrow array of any type to the same with every text in it neutral, and how many had a control token."""
    kind = array.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        texts, marked = neutralise_texts(pl.Series(array, dtype=pl.String))
        return texts.to_arrow().cast(pa.large_string()), marked
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        inner, marked = neutralise_array(array.values)
        offsets = pa.array(array.offsets.to_numpy().copy())  # a mask wants offsets that are no slice
        return type(array).from_arrays(offsets, inner, mask=array.is_null() if array.null_count else None), marked
    if pa.types.is_struct(kind):
        parts = [neutralise_array(array.field(place)) for place in range(kind.num_fields)]
        mask = array.is_null() if array.null_count else None
        names = [field.name for field in kind]
        return pa.StructArray.from_arrays([part for part, _ in parts], names=names, mask=mask), sum(n for _, n in parts)
    return array, 0


def neutralise_table(table: pa.Table) -> tuple[pa.Table, int]:
    """A table to the same with every text in it neutral, and how many texts had a control token."""
    whole = table.combine_chunks()
    columns, marked = [], 0
    for column in whole.columns:
        array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        array = array.chunk(0) if isinstance(array, pa.ChunkedArray) and array.num_chunks else array
        cleaned, found = neutralise_array(array)
        columns.append(cleaned)
        marked += found
    return pa.table(columns, names=whole.column_names), marked


def guard_cell(text: str) -> str:
    """The cell of a table to one that no spreadsheet computes: a leading apostrophe where it would."""
    return f"'{text}" if text.startswith(FORMULA) else text
