from pathlib import Path

import pytest

from apothecary.errors import RecipeError
from apothecary.report.blended import describe_blend, read_mix


def test_a_mix_is_read_from_yaml(tmp_path: Path) -> None:
    (tmp_path / "mix.yaml").write_text(
        "mix:\n  rows: 100\n  caps: {fact: 4}\n  external: {files: [a.jsonl], share: 0.3}\n"
    )
    mix = read_mix(tmp_path / "mix.yaml")
    assert (mix.rows, mix.caps, mix.external.share) == (100, {"fact": 4}, 0.3)


@pytest.mark.parametrize(
    ("text", "told"), [("cap: {fact: 4}", "`cap`"), ("caps: {fact: 0}", "`caps.fact"), ("a: [", "cannot be read")]
)
def test_a_wrong_mix_is_explained(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "mix.yaml").write_text(text)
    with pytest.raises(RecipeError, match=told):
        read_mix(tmp_path / "mix.yaml")


def test_what_came_out_stands_beside_what_was_asked() -> None:
    told = {
        "training_rows": 60,
        "training_rows_before": 100,
        "shares": [{"by": "intent", "name": "mass", "rows": 30, "asked": 0.5, "got": 0.5}],
        "external": {
            "read": 9,
            "rows": 2,
            "left_out": {"stands twice": 1},
            "share_asked": 0.2,
            "share_got": 0.05,
        },
    }
    text = "\n".join(describe_blend(told))
    for part in ("60 of 100 training rows", "50.0%", "5.0% of the tokens", "stands twice", "hold no more"):
        assert part in text
