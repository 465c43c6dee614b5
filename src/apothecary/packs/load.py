"""A pack's name or folder -> `Pack`; all faults of its files are told at once, with line and nearest valid key."""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pydantic

from apothecary.errors import PackError
from apothecary.packs.model import Field, Intent, Pack, SystemText, Table
from apothecary.packs.policy import Safety
from apothecary.packs.strict import Identifier, Name, Strict
from apothecary.packs.tables import find_clashes, list_foreign_fields, read_table
from apothecary.packs.yaml import Lines, Node, load_yaml_lines

BUILT_IN = Path(__file__).parent


class _Head(Strict):
    """The content of pack.yaml."""

    pack: str
    version: int
    fields: dict[Name, Field]
    refuse: tuple[str, ...] = ()
    tables: dict[Identifier, Table] = pydantic.Field(default_factory=dict)
    systems: tuple[SystemText, ...] = ()


@dataclass(frozen=True, slots=True)
class _Fault:
    where: str
    what: str
    expected: str = ""
    hint: str = ""


def load_pack(name_or_path: str | Path) -> Pack:
    """Read a built-in pack by its name, or any pack by its folder (a path with a separator, or a Path)."""
    folder = find_pack(name_or_path)
    faults: list[_Fault] = []
    head, head_lines = _read_part(folder / "pack.yaml", _Head, faults)
    tables = _read_tables(folder, head, head_lines, faults) if head and not faults else {}
    safety = folder / "safety.yaml"
    rules = {"safety": _read_part(safety, Safety, faults)[0]} if safety.is_file() else {}
    raw_intents = []
    for path in _list_intent_files(folder, faults):
        raw, lines = _read_part(path, Intent, faults)
        if raw is None:
            continue
        if raw.get("intent") != path.stem:
            hint = f"name the file {raw.get('intent')}.yaml or write intent: {path.stem}"
            faults.append(
                _Fault(_line(path, lines, ("intent",)), "the intent's name is not its file's name", hint=hint)
            )
        raw_intents.append(raw)
    _raise_faults(faults, folder)
    assert head is not None
    return restore_pack({**head, **tables, **rules, "intents": raw_intents})


def find_pack(name_or_path: str | Path) -> Path:
    """The folder of a pack: a built-in name, else a folder that holds a pack.yaml."""
    text = str(name_or_path)
    if isinstance(name_or_path, str) and text.isidentifier() and (BUILT_IN / text / "pack.yaml").is_file():
        return BUILT_IN / text
    folder = Path(name_or_path)
    if (folder / "pack.yaml").is_file():
        return folder
    names = sorted(path.parent.name for path in BUILT_IN.glob("*/pack.yaml"))
    if folder.is_dir():
        raise PackError("the folder is no pack", where=text, expected="a pack.yaml in it, and intents/*.yaml")
    near = difflib.get_close_matches(text, names, 1, 0.5)
    hint = f"did you mean `{near[0]}`?" if near else "give a built-in name, or the folder of your own pack"
    raise PackError(f"there is no pack `{text}`", expected=f"a folder, or one of: {', '.join(names)}", hint=hint)


def read_fields(name_or_path: str | Path) -> dict[str, Any]:
    """The fields of a pack as written, without its intents."""
    raw = load_yaml_lines(find_pack(name_or_path) / "pack.yaml")[0]
    fields = raw.get("fields", {}) if isinstance(raw, dict) else {}
    return fields if isinstance(fields, dict) else {}


def restore_pack(dump: dict[str, Any]) -> Pack:
    """The pack whose `dump_pack` this is."""
    try:
        return Pack.model_validate(
            {
                "name": dump["pack"],
                "version": dump["version"],
                "fields": dump["fields"],
                "refuse": dump.get("refuse", []),
                "tables": dump.get("tables", {}),
                "systems": dump.get("systems", []),
                "safety": dump.get("safety"),
                "intents": dump["intents"],
                "raw": dump,
            }
        )
    except pydantic.ValidationError as reason:
        faults = [_explain(error, Path(f"pack {dump.get('pack')}"), {}) for error in reason.errors()]
        _raise_faults(faults, Path(str(dump.get("pack"))))
        raise


def dump_pack(pack: Pack) -> dict[str, Any]:
    """The pack as written, JSON-able, all values text: the keys of pack.yaml, safety and intents (by name).

    A table is what pack.yaml says of it and the sha256 of its cells.
    """
    return pack.raw


def pack_fingerprint(pack: Pack) -> str:
    """The sha256 of what the pack says; comments, quoting and line breaks of its files do not count."""
    text = json.dumps(dump_pack(pack), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _read_tables(folder: Path, head: dict[str, Node], lines: Lines, faults: list[_Fault]) -> dict[str, Node]:
    """The `tables` of pack.yaml, each with the hash of its cells; no key where the pack has none."""
    model = _Head.model_validate(head)
    if not model.tables:
        return {}
    errors: list[PackError] = []
    entries = head["tables"]
    assert isinstance(entries, dict)
    told: dict[str, Node] = {}
    for name, table in model.tables.items():
        where = _line(folder / "pack.yaml", lines, ("tables", name, "fields"))
        for field, near in list_foreign_fields(table, model.fields):
            hint = f"did you mean `{near}`?" if near else "add it under `fields`"
            errors.append(PackError(f"the pack has no field `{field}`", where=where, hint=hint))
        cells = read_table(folder, name, table, model.fields, errors)
        entry = entries[name]
        assert isinstance(entry, dict)
        told[name] = {**entry, "sha256": cells.sha256 if cells else ""}
    for name, what, hint in find_clashes(model.tables):
        errors.append(PackError(what, where=_line(folder / "pack.yaml", lines, ("tables", name)), hint=hint))
    faults += [_Fault(error.where, error.what, error.expected, error.hint) for error in errors]
    return {"tables": told}


def _list_intent_files(folder: Path, faults: list[_Fault]) -> list[Path]:
    found = sorted((folder / "intents").glob("*"), key=lambda path: path.name)
    faults += [
        _Fault(str(path), "an intent's file ends in .yaml", hint=f"rename it {path.stem}.yaml")
        for path in found
        if path.suffix == ".yml"
    ]
    paths = [path for path in found if path.suffix == ".yaml" and not path.name.startswith(".")]
    if not paths:
        faults.append(_Fault(str(folder / "intents"), "the pack has no intent", "intents/*.yaml, one intent a file"))
    return paths


def _read_part(path: Path, model: type[Strict], faults: list[_Fault]) -> tuple[dict[str, Node] | None, Lines]:
    """Read and validate one file; faults are collected, and None returned for a file that is no mapping."""
    try:
        raw, lines = load_yaml_lines(path)
    except PackError as error:
        faults.append(_Fault(error.where, error.what, error.expected, error.hint))
        return None, {}
    if not isinstance(raw, dict):
        faults.append(_Fault(f"{path}:1", "the file is no mapping", "key: value, see docs/packs.md"))
        return None, lines
    try:
        model.model_validate(raw)
    except pydantic.ValidationError as reason:
        faults += [_explain(error, path, lines) for error in reason.errors()]
    return raw, lines


def _explain(error: Any, path: Path, lines: Lines) -> _Fault:
    """One pydantic error as a fault: where it stands in the file, what was expected, what would be nearest."""
    loc: tuple[str | int, ...] = error["loc"]
    kind, context, value = error["type"], error.get("ctx", {}), error["input"]
    here = ".".join(str(part) for part in loc) or "top level"
    if kind == "unknown_key":
        where = _line(path, lines, (*loc, context["key"]))
        inside = f" in `{here}`" if loc else ""
        return _Fault(where, f"unknown key `{context['key']}`{inside}", context["valid"], context["hint"])
    where = _line(path, lines, loc)
    if kind == "missing":
        return _Fault(where, f"`{here}` is missing")
    if isinstance(value, dict) and kind in ("string_type", "decimal", "format", "tolerance"):
        hint = 'quote it: YAML reads an unquoted { as a mapping, so write "{...}"'
        return _Fault(where, f"`{here}` is a mapping", "a text", hint)
    if isinstance(value, list) and kind == "string_type":
        return _Fault(where, f"`{here}` is a list", "a text", "quote it: YAML reads an unquoted [ as a list")
    if kind in ("tuple_type", "list_type"):
        return _Fault(where, f"`{here}` is no list", "a list", "write [x, y], or one `- x` a line")
    if kind == "literal_error":
        valid = [part.strip("' ") for part in str(context["expected"]).replace(" or ", ", ").split(",")]
        near = difflib.get_close_matches(str(value), valid, 1, 0.5)
        what = f"`{here}` is `{value}`" if isinstance(value, str) else f"`{here}` is not a text"
        return _Fault(where, what, ", ".join(valid), f"did you mean `{near[0]}`?" if near else "")
    if kind == "string_pattern_mismatch":
        return _Fault(where, f"`{value}` is no name (`{here}`)", "a letter, then letters, digits and _")
    shown = f" (it is `{value}`)" if isinstance(value, str) and len(value) <= 60 else ""
    return _Fault(where, f"`{here}`: {error['msg']}{shown}")


def _line(path: Path, lines: Lines, loc: tuple[str | int, ...]) -> str:
    """`file:line` of the nearest known place above `loc`."""
    for end in range(len(loc), -1, -1):
        if loc[:end] in lines:
            return f"{path}:{lines[loc[:end]]}"
    return str(path)


def _raise_faults(faults: list[_Fault], folder: Path) -> None:
    if not faults:
        return
    first = faults[0]
    if len(faults) == 1:
        raise PackError(first.what, where=first.where, expected=first.expected, hint=first.hint)
    told = [
        "\n".join(
            [f"- {fault.where}: {fault.what}"]
            + ([f"    expected: {fault.expected}"] if fault.expected else [])
            + ([f"    hint: {fault.hint}"] if fault.hint else [])
        )
        for fault in faults[:30]
    ]
    if len(faults) > 30:
        told.append(f"- and {len(faults) - 30} more")
    raise PackError(f"{len(faults)} faults in the pack\n" + "\n".join(told), where=str(folder))
