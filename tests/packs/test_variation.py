"""Manners are read whole or refused with the place and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.errors import PackError
from apothecary.packs.variation import read_variation

MANNER = 'manners:\n  - id: polite\n    origin: variation\n    ask: ["I wonder. {ask}"]\n'


def write(tmp_path: Path, text: str) -> Path:
    (tmp_path / "variation.yaml").write_text(text, "utf-8")
    return tmp_path


def test_manners_are_read_by_origin(tmp_path: Path) -> None:
    scene = '  - {id: ward, origin: context, ask: ["On the ward: {ask}"], reply: ["{answer}"], when: {steps: true}}\n'
    variation = read_variation(write(tmp_path, MANNER + "    replies: all\n" + scene))
    assert {origin: [one.id for one in some] for origin, some in variation.by_origin.items()} == {
        "variation": ["polite"],
        "context": ["ward"],
    }
    assert variation.manners[0].group == "all"
    assert variation.manners[1].when.steps is True


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (MANNER, "give either `reply`"),
        (MANNER + "    replies: some\n", "variation.yaml:5"),
        (MANNER.replace("{ask}", "it") + "    replies: all\n", "needs {ask} once"),
        (MANNER + "    replies: all\n    wen: {steps: true}\n", "when"),
        (MANNER.replace("polite", "bare") + "    replies: all\n", "stands twice, or is a kind of replies"),
    ],
    ids=["no replies", "kind of replies", "no question", "unknown key", "taken id"],
)
def test_faults_are_named(tmp_path: Path, text: str, part: str) -> None:
    with pytest.raises(PackError) as caught:
        read_variation(write(tmp_path, text))
    assert part in caught.value.render()


def test_a_pack_without_manners_is_told(tmp_path: Path) -> None:
    with pytest.raises(PackError, match="no manners"):
        read_variation(tmp_path)
