from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.errors import PackError, RecipeError
from apothecary.packs.load import load_pack
from apothecary.writing.prompts import Prompts, choose_kinds, load_prompts


def test_the_pack_has_all_kinds_and_known_fields(prompts: Prompts) -> None:
    kinds = {"clinical_case", "research_context", "comparative_essay", "dialogue", "tutoring", "paraphrase"}
    assert set(prompts.kinds) == kinds
    fields = load_pack("pharma").fields
    for prompt in prompts.kinds.values():
        assert set(prompt.needs) | set(prompt.may) <= set(fields), prompt.kind
        assert prompt.sentences[0] <= prompt.sentences[1] and len(set(prompt.settings)) == len(prompt.settings)
    assert len(prompts.rules.names) >= 50


def test_kinds_are_chosen_by_name_or_weight(prompts: Prompts) -> None:
    assert [one.kind for one in choose_kinds(prompts, ("tutoring",))] == ["tutoring"]
    assert "paraphrase" not in {one.kind for one in choose_kinds(prompts, ())}
    with pytest.raises(RecipeError, match="no kind of written row is called poem"):
        choose_kinds(prompts, ("poem",))


def test_a_pack_without_prompts_and_a_wrong_file(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("pack: p\n")
    with pytest.raises(RecipeError, match="no prompts"):
        load_prompts(tmp_path)
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "_rules.yaml").write_text("system: x\n")
    with pytest.raises(PackError, match="Field required"):
        load_prompts(tmp_path)
