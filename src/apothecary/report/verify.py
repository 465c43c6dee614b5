"""A run in, whether it is what it says out: every file hashed, a sample of rows made again and compared."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

from apothecary.engine.commit import read_json, read_sealed, remove_file, write_bytes, write_sealed
from apothecary.engine.lock import RunLock
from apothecary.engine.progress import Progress
from apothecary.engine.run import Damage, repair_room, verify_room
from apothecary.engine.seed import derive_key
from apothecary.engine.shard import FileEntry
from apothecary.engine.verify import check_files
from apothecary.errors import ApothecaryError, RunDamagedError
from apothecary.example import EXAMPLE
from apothecary.export.messages import list_spoken
from apothecary.flow import (
    ROOMS,
    find_knowledge,
    name_knowledge,
    read_identity,
    read_manifest,
    resume_run,
)
from apothecary.generate.pack import load_recipe_pack
from apothecary.identity import describe_run, list_changes
from apothecary.packs.load import pack_fingerprint, restore_pack
from apothecary.packs.model import Pack
from apothecary.recipe import Recipe, dump_recipe, load_recipe
from apothecary.report.dataset import list_files
from apothecary.report.table import Checked


def verify_run(run: Path, *, repair: bool, sample: int, workers: int, progress: Progress) -> Checked:
    """A run to what is wrong with it, file by file; with `repair` damaged parts are made again and checked again."""
    if not any((run / room).is_dir() for room in ROOMS):
        read_identity(run)
    damages = list(find_damage(run))
    lines = [f"damaged: {run / damage.path}: {damage.what}" for damage in damages]
    if damages and repair:
        with RunLock(run):  # what looks like damage may be the work of a run that goes on
            remove_damaged(run, [damage.path for damage in find_damage(run)])
        resume_run(run, workers=workers, progress=progress)
        damages = list(find_damage(run))
        lines += [f"still damaged: {run / damage.path}: {damage.what}" for damage in damages]
    if damages:
        lines.append(f"  hint: apothecary verify {run} --repair")
        return Checked(lines, False)
    unfinished = [room for room in ROOMS if read_manifest(run, room) is None]
    count = sum(len(read_sealed(path)["files"]) for path in list_manifests(run))
    lines.append(f"{run}: {count} files match their hashes" + (", all damage repaired" if lines else ""))
    if unfinished:
        lines.append(f"the run is unfinished: it stands in {unfinished[0]}\n  hint: apothecary resume {run}")
        return Checked(lines, True)
    compared, differing = compare_sample(run, sample)
    lines.append(f"{compared:,} rows made again from their ids: {compared - len(differing):,} equal")
    lines += [f"differs: {row_id}: {', '.join(columns)}" for row_id, columns in differing.items()]
    if differing:
        lines += describe_drift(run)
    return Checked(lines, not differing)


def find_damage(run: Path) -> Iterator[Damage]:
    """All files of a run that are not what was committed, by their path in the run."""
    identity: dict[str, Any] = {}
    try:
        found = read_sealed(run / "run.json")
        recipe = Recipe.model_validate(found["recipe"])
        identity = found
    except RunDamagedError as error:
        yield Damage("run.json", error.what)
    except (KeyError, ValueError):
        yield Damage("run.json", "another file of the run stands there")
    stands = run / "recipe.yaml"
    if identity and (not stands.is_file() or stands.read_bytes() != dump_recipe(recipe).encode()):
        yield Damage("recipe.yaml", "not the recipe that the run was started with")
    folders = dict.fromkeys([run / room for room in ROOMS if (run / room).is_dir()])
    folders |= dict.fromkeys(path.parent for path in list_manifests(run))
    for folder in folders:
        for damage in verify_room(folder):
            yield Damage((folder.relative_to(run) / damage.path).as_posix(), damage.what)
    yield from find_strange_manifests(run)
    if identity:
        yield from find_generate_damage(run, identity)
    yield from find_sample_damage(run)


def find_strange_manifests(run: Path) -> Iterator[Damage]:
    """Manifests that are whole and stand in another room's place."""
    for path in list_manifests(run):
        with contextlib.suppress(RunDamagedError):
            if read_sealed(path).get("room") != path.parent.name:
                yield Damage(path.relative_to(run).as_posix(), "not the manifest of this room")


def find_generate_damage(run: Path, identity: dict[str, Any]) -> Iterator[Damage]:
    """Damage to the pack and the strata that generate keeps for making rows again."""
    if not (run / "generate" / "manifest.json").exists():
        return
    try:
        if (
            pack_fingerprint(restore_pack(read_json(run / "generate" / "pack.json")))
            != identity["fingerprints"]["pack"]
        ):
            yield Damage("generate/pack.json", "not the pack that the run was started with")
    except (ApothecaryError, KeyError, TypeError, AttributeError):
        yield Damage("generate/pack.json", "no pack can be read from it")
    try:
        strata = read_sealed(run / "generate" / "manifest.json").get("strata")
        if strata is not None and read_json(run / "generate" / "strata.json") != strata:
            yield Damage("generate/strata.json", "not the strata that the manifest names")
    except RunDamagedError:
        yield Damage("generate/strata.json", "cannot be compared with the manifest")


def find_sample_damage(run: Path) -> Iterator[Damage]:
    """Damage to the sample of the dataset, which the manifest describes apart from the data."""
    try:
        sample = read_sealed(run / "export" / "manifest.json").get("sample")
    except RunDamagedError:
        return
    if sample:
        for damage in check_files(run / "export", [FileEntry(**sample)]):
            yield Damage(f"export/{damage.path}", damage.what)


def list_manifests(run: Path) -> list[Path]:
    """The manifests of a run, those of passes inside a room among them."""
    return [path for room in ROOMS for path in sorted((run / room).glob("**/manifest.json"))]


def remove_damaged(run: Path, paths: list[str]) -> None:
    """Take away what keeps the damaged parts from being made again: no whole file of another shard is touched."""
    if "run.json" in paths:
        recipe = load_recipe(run / "recipe.yaml")
        pack = load_recipe_pack(recipe)
        write_sealed(run / "run.json", describe_run(recipe, pack_fingerprint(pack), fingerprint_knowledge(pack)))
        paths = [damage.path for damage in find_damage(run)]
    if "recipe.yaml" in paths:
        recipe = Recipe.model_validate(read_sealed(run / "run.json")["recipe"])
        write_bytes(run / "recipe.yaml", dump_recipe(recipe).encode())
    for room in sorted({Path(path).parts[0] for path in paths} & set(ROOMS)):
        if room == "gather":
            shutil.rmtree(run / room)
            continue
        for manifest in list_manifests(run):
            if manifest.relative_to(run).parts[0] == room:
                repair_room(manifest.parent)
        for path in paths:
            if path.startswith(f"{room}/") and path.endswith("/manifest.json"):
                remove_file(run / path)


def fingerprint_knowledge(pack: Pack) -> str:
    """The fingerprint of the knowledge base that a run of a pack would get now."""
    from apothecary.engine.progress import SilentProgress

    return name_knowledge(find_knowledge(pack, workers=1, progress=SilentProgress()))


def compare_sample(run: Path, sample: int) -> tuple[int, dict[str, list[str]]]:
    """A run to the number of published rows made again, and for those that differ the columns that do."""
    from apothecary.generate.room import make_again

    published = read_sample(run, sample)
    if published.is_empty():
        return 0, {}
    columns = [column for column in published.columns if column in EXAMPLE]
    again = make_again(run, published["id"].to_list())
    differing = {}
    for old, new in zip(published.to_dicts(), again.to_dicts(), strict=True):
        changed = [column for column in columns if old[column] != new[column]]
        if old["messages"] != list_spoken(new):
            changed.append("messages")
        if changed:
            differing[str(old["id"])] = changed
    return published.height, differing


def read_sample(run: Path, sample: int) -> pl.DataFrame:
    """A run to `sample` of its published rows, from each file its share, at places that the file's name decides."""
    manifest = read_sealed(run / "export" / "manifest.json")
    rows = {run / "export" / entry["path"]: entry["rows"] for entry in manifest["files"]}
    total, before, frames = max(1, sum(rows.values())), 0, []
    for path in list_files(run, "export", manifest):
        wanted = sample * (before + rows[path]) // total - sample * before // total
        wanted, before = min(wanted, rows[path]), before + rows[path]
        if wanted:
            start = derive_key("verify", path.name) % (rows[path] - wanted + 1)
            frames.append(pl.scan_parquet(path).slice(start, wanted).collect())
    return pl.concat(frames) if frames else pl.DataFrame()


def describe_drift(run: Path) -> list[str]:
    """What differs between the code and libraries of the run and those of now: the likely cause."""
    identity = read_sealed(run / "run.json")
    now = describe_run(Recipe.model_validate(identity["recipe"]), identity["fingerprints"]["pack"], None)
    return [f"since the run, {change}" for change in list_changes(identity, now)]
