from __future__ import annotations

import pytest

from apothecary.gather.style import Style, fold_spelling, learn_style

STYLE = learn_style(
    ["nicotine", "cotinine", "acetic acid", "lactic acid", "malic acid", "xylitol"],
    [stem + "tec" for stem in "abcdefghij"],
)


@pytest.mark.parametrize(
    ("name", "iupac", "reason"),
    [
        ("nicotine", None, None),
        ("nikotin", None, "another spelling of a listed name"),
        ("noctec", None, "reads like a trade name"),
        ("snip fly bands", None, "reads like a trade name"),
        ("aerial acid", None, None),
        ("vinylbenztec", "ethenylbenzene", None),
        ("2-methyl noctec", None, None),
    ],
)
def test_judge(name: str, iupac: str | None, reason: str | None) -> None:
    assert STYLE.judge(name, iupac) == reason


def test_without_registers_nothing_is_refused() -> None:
    assert Style().judge("noctec", None) is None


@pytest.mark.parametrize(
    ("foreign", "english"),
    [
        ("nikotin", "nicotine"),
        ("karminomitsin", "carminomycin"),
        ("minocyclin", "minocycline"),
        ("kryptopyrrol", "cryptopyrrole"),
        ("aethoxen", "ethoxene"),
    ],
)
def test_spellings_fold_together(foreign: str, english: str) -> None:
    assert fold_spelling(foreign) == fold_spelling(english)


def test_different_names_do_not_fold_together() -> None:
    assert len({fold_spelling(name) for name in ("atropine", "codeine", "cotinine", "nicotine", "nicotinic")}) == 5
