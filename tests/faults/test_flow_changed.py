"""R6 on the whole flow: what a run was started with is compared, setting by setting; what is harmless is accepted."""

from __future__ import annotations

import os
import shutil
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from engine_toy import hash_tree
from flow_runs import ROOMS, SETTINGS, TINY_PACK, Flow, Reference
from pydantic import BaseModel

import apothecary
from apothecary.gather import knowledge
from apothecary.gather.sources import WHEELS
from apothecary.gather.wheels import find_cache
from apothecary.identity import LIBRARIES, list_versions
from apothecary.recipe import EXCLUDED, Recipe

PACKAGE = Path(apothecary.__file__).parent


def list_changes(model: BaseModel, prefix: str = "") -> Iterator[tuple[str, Any, Any]]:
    """Every setting of a recipe by reflection: its dotted key, its value, and another valid value."""
    for name, field in type(model).model_fields.items():
        value, key = getattr(model, name), prefix + name
        if key in EXCLUDED or key in ("keep", "variation.bank"):  # another `keep` decides anew; a bank is read first
            continue
        if isinstance(value, BaseModel):
            yield from list_changes(value, f"{key}.")
        elif isinstance(value, dict):
            yield f"{key}.{NAMED.get(key, 'mass')}", "(not set)", 2.0
        else:
            yield (
                key,
                list(value) if isinstance(value, tuple) else value,
                OTHERS[key] if key in OTHERS else change(value, typing.get_args(field.annotation)),
            )


def change(value: Any, choices: tuple[Any, ...]) -> Any:
    """Another value of the same type."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, str):
        return next((choice for choice in choices if choice != value), "other.json")
    if isinstance(value, tuple):
        return ["other.csv"]
    return value + 1 if isinstance(value, int) else value / 2


NAMED = {"topics": "facts", "perspectives": "basic facts", "origins": "template"}
OTHERS = {
    "variation.phrasings": 2.0,
    "tools": 0.25,
    "splits.hold_out": ["mass"],
}  # where half, or any text, will not do
CHANGES = list(list_changes(Recipe.model_validate(SETTINGS)))


def assert_refused(reference: Reference, done: tuple[int, str], *told: str) -> None:
    code, output = done
    assert code == 2, output
    assert "Traceback" not in output and "hint: " in output
    for part in told:
        assert part in output
    assert hash_tree(reference.run) == reference.tree


def assert_accepted(reference: Reference, done: tuple[int, str]) -> None:
    code, output = done
    assert code == 0, output
    assert hash_tree(reference.run) == reference.tree


def test_every_setting_is_tried() -> None:
    assert len(CHANGES) >= 11
    assert {key.partition(".")[0] for key in [*(key for key, _, _ in CHANGES), *EXCLUDED, "keep"]} == set(
        Recipe.model_fields
    )


@pytest.mark.parametrize(("key", "old", "new"), CHANGES, ids=[key for key, _, _ in CHANGES])
def test_every_changed_setting_is_refused_by_name(
    flow: Flow, reference: Reference, key: str, old: Any, new: Any
) -> None:
    told = ", ".join(new) if isinstance(new, list) else new
    assert_refused(reference, flow.run(reference.run, "--set", f"{key}={told}"), f"{key}: {old} -> {new}\n")


def test_another_keep_decides_anew_and_makes_nothing_anew(flow: Flow, reference: Reference, tmp_path: Path) -> None:
    run = Path(shutil.copytree(reference.run, tmp_path / "run"))
    made = {path: path.stat().st_mtime_ns for path in (run / "generate").rglob("*.parquet")}
    code, output = flow.run(run, "--set", "keep.profile=abstract")
    assert code == 0, output
    assert {path: path.stat().st_mtime_ns for path in made} == made
    assert "profile: abstract" in (run / "recipe.yaml").read_text()
    code, output = flow.call("verify", run, "--sample", "0")
    assert code == 0, output
    assert hash_tree(run / "export" / "data") == hash_tree(reference.run / "export" / "data")


def copy_pack(folder: Path, old: str = "", new: str = "") -> Path:
    """The pack at another place, one text of an intent changed."""
    pack = Path(shutil.copytree(TINY_PACK, folder / "pack"))
    intent = pack / "intents" / "mass.yaml"
    intent.write_text(intent.read_text().replace(old, new, 1))
    return pack


def test_what_changes_no_row_is_accepted(flow: Flow, reference: Reference, tmp_path: Path) -> None:
    pack = copy_pack(tmp_path, "intent: mass", "# a remark\nintent: mass")
    assert set(EXCLUDED) == {"name", "pack", "authored", "export.formats", "export.reasoning", "mix"}
    assert_accepted(reference, flow.run(reference.run, "--set", "name=other", "--set", f"pack={pack}", workers=3))
    assert_accepted(reference, flow.run(reference.run, OMP_NUM_THREADS="3", PYTHONHASHSEED="5", TZ="Asia/Kolkata"))
    assert_accepted(reference, flow.call("resume", reference.run))


def test_changed_pack_is_refused(flow: Flow, reference: Reference, tmp_path: Path) -> None:
    pack = copy_pack(tmp_path, "title: mass for a solution", "title: mass of a solution")
    assert_refused(reference, flow.run(reference.run, "--set", f"pack={pack}"), "    pack: ")


def test_edited_recipe_in_the_run_is_refused(flow: Flow, reference: Reference, tmp_path: Path) -> None:
    run = Path(shutil.copytree(reference.run, tmp_path / "run"))
    (run / "recipe.yaml").write_text((run / "recipe.yaml").read_text().replace("seed: 7", "seed: 8"))
    code, output = flow.call("resume", run)
    assert code == 2 and "seed: 7 -> 8\n" in output, output


@pytest.mark.parametrize(
    ("module", "is_refused"),
    [
        ("example.py", True),
        ("gather/views.py", True),
        ("generate/render.py", True),
        ("curate/keys.py", True),
        ("export/write.py", True),
        ("engine/seed.py", True),
        ("engine/progress.py", False),
        ("report/show.py", False),
        ("plan/estimate.py", False),
        ("cli/runs.py", False),
    ],
)
def test_changed_code_is_refused_where_rows_depend_on_it(
    flow: Flow, reference: Reference, tmp_path: Path, module: str, is_refused: bool
) -> None:
    shutil.copytree(PACKAGE, tmp_path / PACKAGE.name, ignore=shutil.ignore_patterns("__pycache__"))
    with (tmp_path / PACKAGE.name / module).open("a") as file:
        file.write("\n# a remark\n")
    done = flow.run(reference.run, PYTHONPATH=put_first(tmp_path))
    if is_refused:
        assert_refused(reference, done, "    code: ")
    else:
        assert_accepted(reference, done)


@pytest.mark.parametrize("library", [name for name in LIBRARIES if name != "apothecary"])
def test_changed_library_is_refused(flow: Flow, reference: Reference, tmp_path: Path, library: str) -> None:
    told = tmp_path / f"{library}-0.1.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {library}\nVersion: 0.1\n")
    done = flow.run(reference.run, PYTHONPATH=put_first(tmp_path))
    assert_refused(reference, done, f"    {library}: {list_versions()[library]} -> 0.1\n")


def put_first(folder: Path) -> str:
    """The folder before what is on the path already."""
    return os.pathsep.join(filter(None, [str(folder), os.environ.get("PYTHONPATH", "")]))


def test_changed_knowledge_is_refused_until_it_is_gathered(
    flow: Flow, reference: Reference, built_knowledge: Path, tmp_path: Path
) -> None:
    """A cache that has lost all wheels but one, and an index that cannot be reached: the knowledge base is another."""
    wheel = next((wheel for wheel in WHEELS if (find_cache() / "wheels" / wheel.filename).exists()), None)
    if wheel is None:
        pytest.skip("needs a wheel in the cache, and the knowledge base was built before it was emptied")
    cache = tmp_path / "cache"
    (cache / "wheels").mkdir(parents=True)
    (cache / "wheels" / wheel.filename).symlink_to(find_cache() / "wheels" / wheel.filename)
    other = cache / "knowledge" / knowledge.fingerprint_knowledge([wheel.package])
    shutil.copytree(next((flow.cache / "knowledge").iterdir()), other)
    offline = {"APOTHECARY_CACHE": str(cache), "PIP_NO_INDEX": "1"}
    run = Path(shutil.copytree(reference.run, tmp_path / "run"))
    (run / "export" / "manifest.json").unlink()
    assert flow.run(run, **offline)[0] == 0  # the run has its own copy by now
    assert hash_tree(run) == reference.tree
    for room in ROOMS:
        (run / room / "manifest.json").unlink()
    code, output = flow.run(run, **offline)
    assert code == 2 and f"    knowledge: {built_knowledge.name[:12]} -> {other.name[:12]}\n" in output, output
    assert flow.run(run)[0] == 0
    assert hash_tree(run) == reference.tree
