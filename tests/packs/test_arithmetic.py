import contextlib

import pytest

from apothecary.errors import PackError
from apothecary.packs.arithmetic import is_text, names_used, parse_expression


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("abs(a.mw - b.mw)", {"a.mw", "b.mw"}),
        ("conc_mm * vol_ml / 1000", {"conc_mm", "vol_ml"}),
        ("named and name_len <= 40 and not charge", {"named", "name_len", "charge"}),
        ("where(a.mw > b.mw, 'Yes', 'No')", {"a.mw", "b.mw"}),
        ("where(x > 2, 'many', where(x == 1, 'one', 'none'))", {"x"}),
        ("-x ** 2 + dp(y, 2) + sig(z, 3) + min(x, y, 1e-3) + .5", {"x", "y", "z"}),
        ("2\n  + x", {"x"}),
        ("(mw <= 500) + (crippen_logp <= 5)", {"mw", "crippen_logp"}),
    ],
)
def test_accepted(text: str, names: set[str]) -> None:
    tree = parse_expression(text)
    assert names_used(tree) == names
    assert is_text(tree) == ("'" in text)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("__import__('os')", ""),
        ("a.b.c", ""),
        ("x if y else z", ""),
        ("[x]", ""),
        ("x % 2", ""),
        ("x // 2", ""),
        ("True", "numbers"),
        ("1_000", "numbers"),
        ("0x10", "numbers"),
        ("1j", "numbers"),
        ("1 < x < 3", "and"),
        ("'a' + 'b'", "where"),
        ("where(x, 'a', 1)", "both"),
        ("where(x, 'a' 'b', 'c')", "where"),
        ("where(x, '\\n', 'c')", "where"),
        ("where(x, 1)", "takes 3"),
        ("sqr(x)", "sqrt"),
        ("sqrt(x, y)", "takes 1"),
        ("max(x)", "takes 2"),
        ("abs", "write abs"),
        ("dp(x, y)", "whole number"),
        ("sig(x, 0)", "whole number"),
        ("abs(x=1)", "takes 1"),
        ("lambda: 1", ""),
        ("x := 1", ""),
        ("f'{x}'", ""),
        ("x.y()", ""),
        ("", ""),
        ("x" * 501, ""),
        ("(" * 300, ""),
        ("-" * 499 + "x", None),
        ("x = 1", ""),
    ],
    ids=lambda value: str(value)[:20],
)
def test_refused(text: str, hint: str | None) -> None:
    if hint is None:  # deep but honest, or refused: never a traceback
        with contextlib.suppress(PackError):
            parse_expression(text)
        return
    with pytest.raises(PackError) as caught:
        parse_expression(text)
    assert hint in caught.value.hint
