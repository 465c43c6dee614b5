"""The rooms in order: a recipe goes in, a finished run folder comes out. Read this page first.

    gather     facts with their sources, the views that rendering needs      runs/<name>/gather/
    generate   facts x templates -> examples, in shards                      runs/<name>/generate/
    curate     examples -> verdicts, beside the data, never the text again   runs/<name>/curate/
    export     examples that are kept -> the dataset                         runs/<name>/export/

Each room reads what the rooms before it wrote, and writes its manifest last: a room is done when its manifest exists.
A manifest carries the fingerprint of everything the room read, and that includes the hash of the previous manifest, so
one changed byte upstream is seen downstream. A run that was killed goes on where it stopped; a run whose recipe, pack,
knowledge, code or libraries have changed is refused with the list of differences.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from logging import Logger
from pathlib import Path
from typing import Any

from apothecary.engine.commit import (
    SEAL,
    explain_storage,
    hash_file,
    is_temp,
    make_folder,
    read_json,
    read_sealed,
    remove_file,
    write_bytes,
    write_file,
    write_json,
    write_sealed,
)
from apothecary.engine.lock import RunLock
from apothecary.engine.log import close_log, open_log
from apothecary.engine.pool import StopRequest
from apothecary.engine.progress import Progress
from apothecary.errors import ApothecaryError, RunChangedError, RunDamagedError, RunError, SourceError
from apothecary.generate.authored import fingerprint_authored, take_in, tell_shortfall
from apothecary.generate.pack import load_recipe_pack
from apothecary.identity import describe_run, fingerprint_code, fingerprint_inputs, list_changes, list_versions
from apothecary.packs.load import find_pack, pack_fingerprint
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe, dump_recipe, encode_canonical, load_recipe

DONE = "done.json"  # in a folder of cached views: written last, with what lies beside it
KEPT_VIEWS = 8
IN_USE_S = 3600  # how long views that were asked for may still be read
ROOMS = ("gather", "generate", "curate", "export")

Room = Callable[..., dict[str, Any]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Outcome:
    """Where the dataset is, the manifest of its last room, and whether this call had nothing left to do."""

    run: Path
    manifest: dict[str, Any]
    was_done: bool


def run_recipe(recipe: Recipe, *, out: Path, workers: int, progress: Progress, say: Say = lambda line: None) -> Outcome:
    """A recipe to a finished run in the folder `out`; an unfinished run of the same recipe there goes on.

    Raises RunLockedError when another process owns the run, RunChangedError when the folder holds a run of something
    else, StorageError when the disk is full or not writable, and what the rooms raise.
    """
    pack = load_recipe_pack(recipe)
    with explain_storage(out):
        open_folder(out)
    with RunLock(out):
        log = open_log(out)
        try:
            with explain_storage(out):
                identity = settle_identity(recipe, pack, out=out, workers=workers, progress=progress, say=say)
                return enter_rooms(recipe, identity, out=out, workers=workers, progress=progress, log=log)
        except ApothecaryError as error:
            resume = f"apothecary resume {out}" if (out / "run.json").exists() else "run the same command again"
            error.hint = error.hint.replace("apothecary resume RUN", resume).replace("verify RUN", f"verify {out}")
            log.warning("stopped", extra={"data": {"error": type(error).__name__, "what": error.what}})
            raise
        finally:
            close_log(log)


def enter_rooms(
    recipe: Recipe, identity: dict[str, Any], *, out: Path, workers: int, progress: Progress, log: Logger
) -> Outcome:
    """A run that knows what it stands for to its finished state: room by room, those that are done passed by."""
    manifest: dict[str, Any] = {}
    previous, was_done = "", True
    # A signal waits for the end of what is under way: an exception thrown into Polars' own code would be its panic.
    with StopRequest() as stop:
        for room, enter in list_rooms().items():
            inputs = fingerprint_inputs(room, identity, previous)
            done = read_manifest(out, room)
            if done and done["inputs"] == inputs:
                manifest = done
            else:
                log.info("room entered", extra={"data": {"room": room, "workers": workers}})
                manifest, was_done = enter(out, recipe, inputs=inputs, workers=workers, progress=progress), False
                log.info("room left", extra={"data": {"room": room, "rows": manifest["rows"]}})
            previous = hash_file(out / room / "manifest.json")
            stop.raise_if_heard()
    return Outcome(out, manifest, was_done)


def resume_run(run: Path, *, workers: int, progress: Progress, say: Say = lambda line: None) -> Outcome:
    """A run folder to a finished run: the recipe in the folder is followed from where it stopped."""
    return run_recipe(read_recipe(run), out=run, workers=workers, progress=progress, say=say)


def list_rooms() -> dict[str, Room]:
    """The rooms in the order they are entered; imported here, so that reading a recipe stays quick."""
    from apothecary.curate.room import run_curate
    from apothecary.export.room import run_export
    from apothecary.generate.room import run_generate

    return dict(zip(ROOMS, (run_gather, run_generate, run_curate, run_export), strict=True))


def settle_identity(
    recipe: Recipe, pack: Pack, *, out: Path, workers: int, progress: Progress, say: Say
) -> dict[str, Any]:
    """A recipe and its pack to what the run stands for: read from run.json and compared, or found out and written.

    A new run builds the knowledge base first (or finds it in the cache), because its fingerprint belongs here.
    """
    for stray in filter(is_temp, list(out.iterdir())):
        remove_file(stray)
    authored = fingerprint_authored(recipe.authored) if recipe.authored else None
    identity = describe_run(recipe, pack_fingerprint(pack), None, authored)
    if (out / "run.json").exists():
        begun = read_identity(out)
        refuse_changes(out, begun, identity)
        decides = begun["fingerprints"]["keep"] != identity["fingerprints"]["keep"]
        if decides:
            say(f"`keep` has changed: {out} is decided anew, nothing is made or measured again")
        if decides or any(begun["recipe"].get(key) != identity["recipe"][key] for key in ("export", "mix")):
            begun = {name: value for name, value in begun.items() if name != SEAL} | {"recipe": identity["recipe"]}
            begun["fingerprints"] = begun["fingerprints"] | {"keep": identity["fingerprints"]["keep"]}
            write_bytes(out / "recipe.yaml", dump_recipe(recipe).encode())
            return write_sealed(out / "run.json", begun)
        if read_manifest(out, ROOMS[-1]) is None:
            say(f"going on with the unfinished run in {out}")
        return begun
    for line in tell_shortfall(recipe):
        say(line)
    knowledge = find_knowledge(pack, workers=workers, progress=progress)
    missing = read_json(knowledge / "report.json")["missing_sources"] if knowledge else {}
    for package, reason in missing.items():
        say(f"going on without {package}: {reason}")
    identity = describe_run(recipe, pack_fingerprint(pack), name_knowledge(knowledge), authored)
    write_bytes(out / "recipe.yaml", dump_recipe(recipe).encode())
    return write_sealed(out / "run.json", identity)


def run_gather(run: Path, recipe: Recipe, *, inputs: str, workers: int, progress: Progress) -> dict[str, Any]:
    """The knowledge base in the cache to the run's own copy of what its licence setting allows; its manifest."""
    pack = load_recipe_pack(recipe)
    knowledge = find_knowledge(pack, workers=workers, progress=progress)
    identity = read_identity(run)
    refuse_changes(run, identity, {**identity, "fingerprints": {"knowledge": name_knowledge(knowledge)}})
    folder = run / "gather"
    shutil.rmtree(folder, ignore_errors=True)
    make_folder(folder)
    views = cache_views(knowledge, pack, find_pack(recipe.pack), licence=recipe.licence)
    books = read_json(views / DONE)["books"]
    for path in sorted(views.iterdir()):
        if path.name != DONE:
            write_file(folder / path.name, partial(shutil.copyfile, path))
    if recipe.authored:
        take_in(recipe.authored, folder, pack.name)
    files = [describe_file(folder, path) for path in sorted(folder.rglob("*")) if path.is_file()]
    rows = next(entry["rows"] for entry in files if entry["path"] == "facts.parquet")
    manifest = {"format": 1, "room": "gather", "inputs": inputs, "rows": rows, "files": files, "books": books}
    return write_sealed(folder / "manifest.json", manifest)


def find_knowledge(pack: Pack, *, workers: int, progress: Progress) -> Path | None:
    """The knowledge base that a pack draws from, built where the cache has none; None for a pack that needs none."""
    from apothecary.gather.knowledge import build_knowledge
    from apothecary.gather.wheels import find_cache
    from apothecary.packs.attach import needs_knowledge

    return build_knowledge(find_cache(), workers=workers, progress=progress) if needs_knowledge(pack) else None


def name_knowledge(knowledge: Path | None) -> str:
    """The fingerprint of a knowledge base, or that there is none."""
    return knowledge.name if knowledge else "none"


def cache_views(knowledge: Path | None, pack: Pack, pack_folder: Path, *, licence: str) -> Path:
    """A knowledge base and a pack to the cache's folder with the views of both; made when it is missing or damaged.

    The folder is named by all that `make_views` reads: the knowledge base, the pack with its tables and rules, the
    licence setting, the code and the versions of the libraries. The oldest of many folders are removed.
    """
    from apothecary.gather.wheels import find_cache

    parts = [name_knowledge(knowledge), pack_fingerprint(pack), licence, fingerprint_code(), list_versions()]
    name = hashlib.sha256(encode_canonical(parts).encode()).hexdigest()[:16]
    target = find_cache() / "views" / name
    if not is_whole(target):
        scratch = target.with_name(f".{name}.{os.getpid()}")
        make_folder(scratch)
        try:
            books = make_views(knowledge, scratch, pack, pack_folder, licence=licence)
            files = [describe_file(scratch, path) for path in sorted(scratch.iterdir())]
            write_json(scratch / DONE, {"books": books, "files": files})
            shutil.rmtree(target, ignore_errors=True)
            scratch.rename(target)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    os.utime(target)
    for old in sorted(target.parent.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT_VIEWS]:
        if time.time() - old.stat().st_mtime > IN_USE_S:
            shutil.rmtree(old, ignore_errors=True)
    return target


def is_whole(views: Path) -> bool:
    """Whether a folder of the cache has all files of its views, byte for byte."""
    if not (views / DONE).exists():
        return False
    try:
        return all(describe_file(views, views / entry["path"]) == entry for entry in read_json(views / DONE)["files"])
    except (ApothecaryError, OSError, KeyError, TypeError, ValueError):
        return False


def make_views(knowledge: Path | None, folder: Path, pack: Pack, pack_folder: Path, *, licence: str) -> dict[str, Any]:
    """A knowledge base (None: nothing) and the pack's own tables to the views in a folder, and the report about them.

    Raises SourceError when a table of the knowledge base cannot be read, with the way to get a new one, and PackError
    when a table of the pack does not fit it.
    """
    from polars.exceptions import PolarsError

    from apothecary.gather.names import start_sentence
    from apothecary.gather.views import ALLOWED, write_views
    from apothecary.packs.attach import attach_tables, start_views
    from apothecary.packs.gates import record_gates
    from apothecary.packs.tables import read_pack_tables

    tables = read_pack_tables(pack_folder, pack)
    try:
        if knowledge:
            write_views(knowledge, folder, licence=licence)
        else:
            start_views(folder)
        attach_tables(folder, pack, tables, allowed=ALLOWED[licence], start_sentence=start_sentence)
        return record_gates(folder, pack)
    except (PolarsError, FileNotFoundError) as error:
        first_line = str(error).partition("\n")[0]
        what = f"a table of the knowledge base cannot be read: {first_line}"
        hint = f"delete {knowledge} and run again; it is built anew"
        raise SourceError(what, where=str(knowledge), hint=hint) from None


def open_folder(out: Path) -> None:
    """Make the run folder, or find one that is empty or holds a run; a folder of other things is refused untouched."""
    make_folder(out)
    others = [path for path in out.iterdir() if path.name not in (".lock", "log", "recipe.yaml") and not is_temp(path)]
    if others and not (out / "run.json").exists():
        expected = "an empty folder, or one that holds a run"
        hint = "choose another folder with --out DIR"
        raise RunError("the folder holds other files and no run", where=str(others[0]), expected=expected, hint=hint)


def read_recipe(run: Path) -> Recipe:
    """A run folder to the recipe it was started with."""
    read_identity(run)
    return load_recipe(run / "recipe.yaml")


def read_identity(run: Path) -> dict[str, Any]:
    """A run folder to what its run was started with (run.json); RunError when there is no run."""
    path = run / "run.json"
    if not path.exists():
        near = sorted(str(found.parent) for found in run.parent.glob("*/run.json"))
        hint = "runs there: " + ", ".join(near) if near else "start one with: apothecary run recipes/quick.yaml"
        raise RunError(f"no run in {run}", where=str(path), hint=hint)
    identity = read_sealed(path)
    if "fingerprints" not in identity:
        raise RunDamagedError("another file of the run stands there", where=str(path), hint="apothecary verify RUN")
    return identity


def read_manifest(run: Path, room: str) -> dict[str, Any] | None:
    """A run and a room to the room's manifest, None while the room is unfinished."""
    path = run / room / "manifest.json"
    return read_sealed(path) if path.exists() else None


def refuse_changes(run: Path, old: dict[str, Any], new: dict[str, Any]) -> None:
    """Two descriptions of a run; RunChangedError with the list of differences unless they stand for the same."""
    changes = list_changes(old, new)
    if changes:
        raise RunChangedError(
            "the run was started with something else:\n" + "\n".join(f"    {change}" for change in changes),
            where=str(run),
            expected="the recipe, pack, knowledge, code and library versions that the run was started with",
            hint=f"--out DIR starts a new run beside it; to start over, delete {run}",
        )


def describe_file(folder: Path, path: Path) -> dict[str, Any]:
    """A file of a room to its manifest entry; rows are those of a Parquet file, else 0."""
    rows = 0
    if path.suffix == ".parquet":
        import pyarrow.parquet as pq

        rows = pq.read_metadata(path).num_rows
    relative = path.relative_to(folder).as_posix()
    return {"path": relative, "rows": rows, "bytes": path.stat().st_size, "sha256": hash_file(path)}
