"""A name in, a new pack folder out: the starter pack under that name, with a recipe that runs it."""

from __future__ import annotations

import re
from pathlib import Path

from apothecary.engine.commit import make_folder, write_bytes
from apothecary.errors import PackError
from apothecary.packs.load import BUILT_IN

STARTER = "starter"
MAX_NAME = 60
RECIPE = """\
# apothecary run {folder}/recipe.yaml
name: {name}
pack: {path}
rows: 400
seed: 1
splits: {{validation: 0.05, test: 0.1}} # large shares, so that a small pack has something in each
"""


def create_pack(name: str, folder: Path) -> list[Path]:
    """Write a pack called `name` into `folder`, which must not exist; the files written, in order, out.

    Raises PackError for a name that no pack may have, or a folder that is there already.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or len(name) > MAX_NAME:
        expected = f"a lower-case letter, then letters, digits and _, at most {MAX_NAME}"
        near = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:MAX_NAME] or "my_pack"
        raise PackError(f"`{name}` is no name for a pack", where="NAME", expected=expected, hint=f"for instance {near}")
    if (BUILT_IN / name / "pack.yaml").exists():
        hint = "choose another name; or copy its folder to change it"
        raise PackError(f"`{name}` is a built-in pack", where=str(BUILT_IN / name), hint=hint)
    if folder.exists():
        raise PackError("the folder is there already", where=str(folder), hint="give another with --out DIR")
    written = []
    for source in sorted((BUILT_IN / STARTER).rglob("*")):
        if source.suffix in (".yaml", ".csv"):
            target = folder / source.relative_to(BUILT_IN / STARTER)
            make_folder(target.parent)
            write_bytes(target, rename_pack(source.read_text("utf-8"), name).encode())
            written.append(target)
    write_bytes(folder / "recipe.yaml", format_recipe(name, folder).encode())
    return [*written, folder / "recipe.yaml"]


def rename_pack(text: str, name: str) -> str:
    """The text of a file of the starter pack with the pack's name and its source ids changed to `name`."""
    ids = name.replace("_", "-")
    text = re.sub(rf"^pack: {STARTER}$", f"pack: {name}", text, flags=re.MULTILINE)
    return re.sub(rf"\bsource: {STARTER}-", f"source: {ids}-", text)


def format_recipe(name: str, folder: Path) -> str:
    """A recipe for the pack in `folder`; its path as a recipe takes it, from the working folder."""
    path = folder.as_posix()
    is_path = folder.is_absolute() or path.startswith(".")
    return RECIPE.format(name=name, folder=path, path=path if is_path else f"./{path}")
