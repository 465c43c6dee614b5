"""Packs and recipes as text: faults, capacity, settings."""

from __future__ import annotations

from pathlib import Path

from apothecary.recipe import Recipe
from apothecary.report.packs import describe_recipe, report_capacity, report_problems, report_varied

TINY_PACK = str(Path(__file__).parent.parent / "data" / "tiny_pack")


def test_shipped_pack_has_no_errors(built_knowledge: Path) -> None:
    assert built_knowledge.is_dir()  # all of it: a small knowledge base lacks what rare intents ask for
    checked = report_problems("pharma")
    assert checked.is_sound, checked.lines
    assert checked.lines[-1].startswith("pharma: ")


def test_capacity_is_told_for_each_licence_setting_and_group() -> None:
    text = "\n".join(report_capacity(TINY_PACK, 1000))
    assert "licence: permissive" in text
    assert "licence: share-alike" in text
    assert "distinct prompts in all" in text
    assert "compound" in text
    assert "drug" in text


def test_recipe_is_described_with_every_setting() -> None:
    text = "\n".join(describe_recipe(Recipe(name="a", pack=TINY_PACK, rows=10)))
    assert "compression_level: 3" in text
    assert "valid: 10 rows from 9 intents of tiny" in text


def test_rows_of_a_varied_pack_are_read() -> None:
    checked = report_varied(TINY_PACK, 20)
    assert checked.is_sound, checked.lines
    assert checked.lines[-1].endswith(" rows read, 0 faults")
    assert any(line.split()[0] == "wordings" for line in checked.lines)
