"""A pack's makers as data."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.generate.makers.documents import list_records

from apothecary.errors import PackError
from apothecary.generate.makers.declare import CHECKS, SLOT, load_declarations
from apothecary.generate.makers.registry import MAKERS
from apothecary.packs.load import find_pack


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    shutil.copytree(find_pack("pharma") / "makers", folder / "makers")
    (folder / "pack.yaml").write_text("pack: mine\n")
    return folder


def test_the_pharma_pack_declares_many_makers() -> None:
    declared = load_declarations("pharma")
    assert len(declared.makers) >= 80
    assert {made.check for made in declared.makers.values()} <= set(CHECKS)
    for made in declared.makers.values():
        assert sum(map(len, made.ask.values())) >= 1, made.maker
        assert all(re.compile(made.cues) for _ in (1,))


def test_every_slot_of_a_wording_is_filled_by_its_maker() -> None:
    declared = load_declarations("pharma")
    seen = set()
    for make in MAKERS:
        for draft in make(list_records()):
            made = declared.makers[draft.maker]
            seen.add(draft.maker)
            texts = [text for _, text in made.ask.get(draft.form) or made.ask[""]]
            texts += made.reply.get(draft.form) or made.reply[""]
            for text in texts:
                missing = set(SLOT.findall(text)) - {"answer"} - set(draft.slots)
                assert not missing, (draft.maker, text, missing)
    assert len(seen) >= 70


def test_terms_of_a_licence() -> None:
    declared = load_declarations("pharma")
    pubmed = declared.find_terms("PubMed record (NLM); the abstract can be its publisher's")
    assert 0 < pubmed.owned_prompt_chars < pubmed.prompt_chars
    assert declared.find_terms("CC BY 4.0").prompt_chars == 0
    assert declared.find_terms("CC BY-NC-ND 4.0").prompt_chars > 0
    assert declared.find_terms("unheard of").answer_chars > 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- maker: mine\n  intent: mine\n", "without title"),
        ("perspective: research contexts", "perspective"),
        ("  check: quote\n", "check"),
    ],
)
def test_faults_are_told(pack: Path, text: str, told: str) -> None:
    path = pack / "makers" / "abstracts.yaml"
    if text.startswith("- maker"):
        path.write_text(text)
    else:
        path.write_text(path.read_text().replace(text, text.partition(":")[0] + ": wrong\n", 1))
    with pytest.raises(PackError, match=told):
        load_declarations(str(pack))


def test_a_pack_without_makers_says_so(tmp_path: Path) -> None:
    (tmp_path / "pack.yaml").write_text("pack: none\n")
    with pytest.raises(PackError, match="no makers"):
        load_declarations(str(tmp_path))


def test_one_name_for_one_maker(pack: Path) -> None:
    shutil.copy(pack / "makers" / "trials.yaml", pack / "makers" / "more.yaml")
    with pytest.raises(PackError, match="stands twice"):
        load_declarations(str(pack))
