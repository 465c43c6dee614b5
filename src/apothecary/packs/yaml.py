"""A YAML file -> nested dicts, lists and strings, with the line of every value. Nothing is turned into another type.

`no` stays "no", `1.50` stays "1.50", an empty value is "", and `gap: {min: 5}` is {"gap": {"min": "5"}}. Anchors,
aliases, tags, several documents, duplicate keys and very large or deep files are refused, so that a file from a
stranger costs no more than its size.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, TypeAlias, cast

import yaml

from apothecary.errors import ApothecaryError, PackError

Node: TypeAlias = "str | list[Node] | dict[str, Node]"
Lines: TypeAlias = dict[tuple[str | int, ...], int]

MAX_BYTES = 2_000_000
MAX_DEPTH = 30

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_QUOTE_HINT = "put double quotes around a pattern: YAML reads an unquoted [ { : # & * ! | > % @ ` as its own sign"


def load_yaml(path: Path, error: type[ApothecaryError] = PackError) -> Node:
    """Read one YAML file into nested str, list and dict; `error` is the class raised when that fails."""
    return load_yaml_lines(path, error)[0]


def load_yaml_lines(path: Path, error: type[ApothecaryError] = PackError) -> tuple[Node, Lines]:
    """Read one YAML file, and the line (from 1) where the value at each path of keys and indexes starts."""
    try:
        data = path.read_bytes()
    except OSError as reason:
        raise error(f"cannot read {path.name}: {reason.strerror or reason}", where=str(path)) from reason
    if len(data) > MAX_BYTES:
        raise error(f"{path.name} has {len(data)} bytes", where=str(path), expected=f"at most {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as reason:
        line = data[: reason.start].count(b"\n") + 1
        raise error(f"{path.name} is not UTF-8", where=f"{path}:{line}", hint="save the file as UTF-8") from reason
    return parse_yaml(text, str(path), error)


def parse_yaml(text: str, name: str, error: type[ApothecaryError] = PackError) -> tuple[Node, Lines]:
    """Read YAML text; `name` is what messages call its file."""
    builder = _Builder(name, error)
    try:
        for event in cast(Any, yaml).parse(text, Loader=_LOADER):
            builder.take(event)
    except yaml.MarkedYAMLError as reason:
        mark = reason.problem_mark or reason.context_mark
        where = f"{name}:{mark.line + 1}" if mark else name
        raise error(f"not valid YAML: {reason.problem or reason}", where=where, hint=_QUOTE_HINT) from reason
    except yaml.YAMLError as reason:
        raise error(f"not valid YAML: {reason}", where=name, hint="save the file as plain UTF-8 text") from reason
    if builder.root is None:
        raise error("the file is empty", where=name)
    return builder.root, builder.lines


class _Builder:
    """Builds the tree from parser events, without recursion."""

    def __init__(self, name: str, error: type[ApothecaryError]) -> None:
        self.name = name
        self.error = error
        self.root: Node | None = None
        self.lines: Lines = {}
        self._open: list[tuple[Node, tuple[str | int, ...]]] = []
        self._key: list[str | None] = []  # the key waiting for its value, one an open mapping
        self._documents = 0

    def take(self, event: Any) -> None:
        """Add one event of `yaml.parse`."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._fail("a second document starts here", line, "one file holds one document: remove `---`")
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise self._fail("anchors and aliases (& and *) are not read", line, "write the value out, or quote it")
        elif getattr(event, "tag", None):
            raise self._fail(f"the tag {event.tag} is not read", line, "every value is text; quote a leading `!`")
        elif isinstance(event, yaml.ScalarEvent):
            self._add(event.value, line)
        elif isinstance(event, yaml.MappingStartEvent):
            self._enter({}, line)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._enter([], line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
            self._key.pop()

    def _enter(self, node: Node, line: int) -> None:
        if len(self._open) >= MAX_DEPTH:
            raise self._fail("nested too deeply", line, f"at most {MAX_DEPTH} levels")
        path = self._add(node, line)
        self._open.append((node, path))
        self._key.append(None)

    def _add(self, node: Node, line: int) -> tuple[str | int, ...]:
        if not self._open:
            self.root = node
            self.lines[()] = line
            return ()
        parent, path = self._open[-1]
        if isinstance(parent, list):
            parent.append(node)
            path = (*path, len(parent) - 1)
            self.lines[path] = line
            return path
        assert isinstance(parent, dict)
        key = self._key[-1]
        if key is None:
            self._take_key(parent, path, node, line)
            return path
        parent[key] = node
        self._key[-1] = None
        return (*path, key)

    def _take_key(self, parent: dict[str, Node], path: tuple[str | int, ...], key: Node, line: int) -> None:
        if not isinstance(key, str):
            raise self._fail("a key is not text", line, _QUOTE_HINT)
        if key in parent:
            first = self.lines[(*path, key)]
            raise self._fail(f"the key `{key}` is given twice", line, f"first given on line {first}; keep one")
        self.lines[(*path, key)] = line
        self._key[-1] = key

    def _fail(self, what: str, line: int, hint: str) -> ApothecaryError:
        return self.error(what, where=f"{self.name}:{line}", hint=hint)
