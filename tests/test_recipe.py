"""Recipes: what is read, what is refused and how it is said, and what the fingerprint depends on."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apothecary.errors import RecipeError
from apothecary.recipe import (
    EXCLUDED,
    Recipe,
    dump_recipe,
    fingerprint_keep,
    fingerprint_recipe,
    is_excluded,
    list_keys,
    load_recipe,
)

ROOT = Path(__file__).parent.parent
MINIMAL = "name: small\npack: pharma\nrows: 1000\n"
SOURCES = ("pubmed", "trials", "papers", "labels", "patents", "questions")
CHANGED = {
    "rows": "1001",
    "seed": "7",
    "licence": "permissive",
    "drugs": "0.5",
    "splits.validation": "0.1",
    "splits.test": "0.1",
    "splits.by": "scaffold",
    "splits.hold_out": "molecular_weight, formula",
    "topics.facts": "3",
    "weights.molecular_weight": "3",
    "origins.template": "60",
    "tools": "0.02",
    "perspectives.basic facts": "25",
    "variation.grammar": "true",
    "variation.bank": "bank.jsonl",
    "variation.generators": "MIT, Apache-2.0",
    "variation.phrasings": "3",
    "max_share.intent": "0.5",
    "max_share.template": "0.5",
    "shard_rows": "500",
    "surplus": "0.05",
    "curate.near_duplicates": "false",
    "curate.min_jaccard": "0.7",
    "curate.wordings_per_fact": "4",
    "curate.repair": "false",
    "curate.max_form_share": "0.1",
    "curate.semantic_model": "models/small",
    "curate.min_cosine": "0.9",
    "curate.repeated_spans": "true",
    "curate.benchmarks": "a.csv, b.jsonl",
    "curate.sealed": "a.csv, b.jsonl",
    "curate.tokenizer": "tokenizer.json",
    "curate.presidio": "true",
    "export.jsonl": "true",
    "export.compression_level": "9",
}
DECIDES = {"keep.profile": "abstract", "keep.bounds.few_words": "9"}  # another fingerprint, `keep`
HARMLESS = {
    "authored": "rows_of_mine",
    "export.formats": "chat, reward",
    "export.reasoning": "think",
    "mix.rows": "500",
    "mix.weights.intent.a": "2",
    "mix.temperature": "2",
    "mix.caps.fact": "8",
    "mix.external.files": "chat.jsonl",
    "mix.external.share": "0.3",
    "name": "other",
    "pack": "chemistry",
}


def write_recipe(folder: Path, text: str) -> Path:
    path = folder / "recipe.yaml"
    path.write_text(text, "utf-8")
    return path


def explain_refusal(folder: Path, text: str, *overrides: str) -> str:
    with pytest.raises(RecipeError) as caught:
        load_recipe(write_recipe(folder, text), overrides)
    return str(caught.value)


def test_defaults_fill_a_minimal_recipe(tmp_path: Path) -> None:
    recipe = load_recipe(write_recipe(tmp_path, MINIMAL))
    assert (recipe.name, recipe.pack, recipe.rows) == ("small", "pharma", 1000)
    assert (recipe.licence, recipe.drugs, recipe.splits.test, recipe.shard_rows) == (
        "share-alike",
        0.35,
        0.01,
        200_000,
    )


@pytest.mark.parametrize(("name", "rows"), [("tier1", 10_000_000), ("quick", 20_000)])
def test_shipped_recipes_load(name: str, rows: int) -> None:
    recipe = load_recipe(ROOT / "recipes" / f"{name}.yaml")
    assert (recipe.name, recipe.rows) == (name, rows)


def test_dumped_recipe_loads_to_the_same(tmp_path: Path) -> None:
    recipe = load_recipe(write_recipe(tmp_path, MINIMAL), ["weights.b=2", "weights.a=1", "export.jsonl=yes"])
    assert recipe.export.jsonl
    assert load_recipe(write_recipe(tmp_path, dump_recipe(recipe))) == recipe


def test_formats_and_a_mix_are_read_and_dumped(tmp_path: Path) -> None:
    text = MINIMAL + (
        "export:\n  formats: [reward, chat]\n  reasoning: inline\n"
        "mix:\n  rows: 3_000\n  weights:\n    perspective: {basic facts: 40, clinical cases: 5}\n"
        "  external:\n    files:\n    - chat.jsonl\n"
    )
    recipe = load_recipe(write_recipe(tmp_path, text))
    assert recipe.export.formats == ("chat", "reward")
    assert recipe.mix.weights == {"perspective": {"basic facts": 40.0, "clinical cases": 5.0}}
    assert (recipe.mix.rows, recipe.mix.external.files) == (3000, ("chat.jsonl",))
    assert load_recipe(write_recipe(tmp_path, dump_recipe(recipe))) == recipe


@pytest.mark.parametrize(("key", "value"), CHANGED.items(), ids=list(CHANGED))
def test_fingerprint_changes_with(tmp_path: Path, key: str, value: str) -> None:
    path = write_recipe(tmp_path, MINIMAL)
    assert fingerprint_recipe(load_recipe(path, [f"{key}={value}"])) != fingerprint_recipe(load_recipe(path))


@pytest.mark.parametrize(("key", "value"), HARMLESS.items(), ids=list(HARMLESS))
def test_fingerprint_ignores(tmp_path: Path, key: str, value: str) -> None:
    path = write_recipe(tmp_path, MINIMAL)
    assert fingerprint_recipe(load_recipe(path, [f"{key}={value}"])) == fingerprint_recipe(load_recipe(path))


@pytest.mark.parametrize(("key", "value"), DECIDES.items(), ids=list(DECIDES))
def test_what_decides_has_a_fingerprint_of_its_own(tmp_path: Path, key: str, value: str) -> None:
    path = write_recipe(tmp_path, MINIMAL)
    one, other = load_recipe(path, [f"{key}={value}"]), load_recipe(path)
    assert fingerprint_keep(one.keep) != fingerprint_keep(other.keep)
    assert fingerprint_recipe(one) == fingerprint_recipe(other)


def test_every_setting_is_either_fingerprinted_or_excluded() -> None:
    leaves = {key for key in list_keys() if not any(other.startswith(f"{key}.") for other in list_keys())}
    tested = {
        key.partition(".")[0] if key.startswith(("weights.", "topics.", "origins.", "perspectives.")) else key
        for key in CHANGED
    }
    harmless = {"mix.weights" if key.startswith("mix.weights.") else key for key in HARMLESS}
    harmless = {"mix.caps" if key.startswith("mix.caps.") else key for key in harmless}
    assert leaves == tested | harmless | {"keep.profile", "keep.bounds"}
    assert {name for name in EXCLUDED for key in HARMLESS if key == name or key.startswith(f"{name}.")} == set(EXCLUDED)
    assert all(is_excluded(key) for key in HARMLESS)
    assert not any(is_excluded(key) for key in CHANGED)


def test_fingerprint_ignores_the_order_of_lines(tmp_path: Path) -> None:
    one = load_recipe(write_recipe(tmp_path, MINIMAL + "weights:\n  a: 1\n  b: 2\n"))
    two = load_recipe(write_recipe(tmp_path, "weights:\n  b: 2\n  a: 1\n" + MINIMAL))
    assert fingerprint_recipe(one) == fingerprint_recipe(two)


def test_pack_folder_is_kept_as_an_absolute_path(tmp_path: Path) -> None:
    recipe = load_recipe(write_recipe(tmp_path, MINIMAL), ["pack=./mine"])
    assert Path(recipe.pack).is_absolute()


@pytest.mark.parametrize(
    ("text", "overrides", "parts"),
    [
        pytest.param(MINIMAL + "rwos: 5\n", [], ["unknown key `rwos`", "line 4", "`rows`"], id="unknown key"),
        pytest.param(MINIMAL + "license: permissive\n", [], ["line 4", "`licence`"], id="other spelling"),
        pytest.param(MINIMAL + "test: 0.1\n", [], ["`splits.test`"], id="key of an inner block"),
        pytest.param(MINIMAL + "splits:\n  tset: 0.1\n", [], ["line 5", "`splits.test`"], id="inner key"),
        pytest.param(MINIMAL, ["rwos=5"], ["--set rwos=5", "`rows`"], id="unknown override"),
        pytest.param(MINIMAL, ["rows"], ["sets nothing", "--set rows=600000"], id="override without value"),
        pytest.param(MINIMAL, ["rows.x=1"], ["`rows` holds no settings"], id="override into a value"),
        pytest.param(MINIMAL, ["rows=many"], ["'many'", "whole number"], id="not a number"),
        pytest.param(MINIMAL, ["rows=0"], ["`rows` is '0'"], id="no rows"),
        pytest.param(MINIMAL, ["drugs=1.5"], ["less than or equal to 1"], id="share above one"),
        pytest.param(MINIMAL, ["drugs=nan"], ["finite"], id="not finite"),
        pytest.param(MINIMAL, ["licence=free"], ["permissive or share-alike"], id="unknown licence"),
        pytest.param(MINIMAL, ["weights.x=-1"], ["`weights.x`"], id="negative weight"),
        pytest.param(MINIMAL, ["export.formats=xml"], ["xml", "'chat'"], id="unknown format"),
        pytest.param(MINIMAL, ["export.formats=chat, hf"], ["chat, hf", "folder of its own"], id="formats that clash"),
        pytest.param(MINIMAL, ["mix.wieghts.intent.a=1"], ["mix.wieghts"], id="unknown key of the mix"),
        pytest.param(MINIMAL, ["mix.external.share=1"], ["less than 1"], id="nothing but general chat"),
        pytest.param(MINIMAL, ["name=../x"], ["names the run folder"], id="name with a path"),
        pytest.param("name: a\nrows: 3\n", [], ["`pack` is missing", "add a line"], id="missing key"),
        pytest.param("name: a\nname: b\n", [], ["stands twice", "line 2"], id="double key"),
        pytest.param("rows: [1, 2]\n", [], ["is a list", "line 1"], id="list"),
        pytest.param("- name\n", [], ["no settings"], id="not a mapping"),
        pytest.param("", [], ["no settings"], id="empty"),
        pytest.param("name: a\n  rows: 3\n", [], ["not YAML", "line 2"], id="bad indentation"),
        pytest.param(MINIMAL + "seed: !!python/object/apply:os.getpid []\n", [], ["is a list"], id="tag"),
        pytest.param(MINIMAL + "splits:\n", [], ["`splits`", "indented block"], id="empty block"),
    ],
)
def test_refusals_name_place_and_remedy(tmp_path: Path, text: str, overrides: list[str], parts: list[str]) -> None:
    message = explain_refusal(tmp_path, text, *overrides)
    assert "hint:" in message
    for part in parts:
        assert part in message


def test_all_wrong_keys_are_named_at_once(tmp_path: Path) -> None:
    message = explain_refusal(tmp_path, MINIMAL, "rows=x", "drugs=y", "seed=z")
    assert "also wrong" in message
    assert "drugs" in message
    assert "seed" in message


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="no recipe at"):
        load_recipe(tmp_path / "none.yaml")


def test_binary_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "recipe.yaml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="cannot be read"):
        load_recipe(path)


def test_recipe_is_frozen() -> None:
    recipe = Recipe(name="a", pack="pharma", rows=1)
    with pytest.raises(ValueError, match="frozen"):
        recipe.rows = 2  # type: ignore[misc]


def test_the_recipes_of_documents_keep_their_shares_and_name_their_sources() -> None:
    tier3, hybrid = (load_recipe(ROOT / "recipes" / f"{name}.yaml") for name in ("tier3", "hybrid"))
    shares = tier3.origins
    assert sum(shares.values()) == 100 and shares["document"] == 30 and shares["context"] == 30
    assert shares["template"] + shares["augmented"] == 40 and tier3.tools > 0 and tier3.authored
    assert sum(hybrid.origins.values()) == 100 and hybrid.rows * hybrid.origins["document"] / 100 == 1_000_000
    text = (ROOT / "recipes" / "tier3.yaml").read_text("utf-8")
    commands = re.findall(r"^# +\d+ .*apothecary gather (\w+) \S+ --out docs/\w+$", text, re.MULTILINE)
    assert len(commands) >= 10 and set(commands) == set(SOURCES)
