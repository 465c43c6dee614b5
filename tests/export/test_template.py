import polars as pl
import pytest

from apothecary.errors import RecipeError
from apothecary.export.template import compile_template, render_template

CHATML = (
    "{%- for m in messages %}\n{{- '<|im_start|>' + m['role'] + '\\n' + m['content'] + '<|im_end|>' + '\\n' }}"
    "\n{%- endfor %}"
)
TALK = pl.Series([[{"role": "user", "content": "Hi <b>"}, {"role": "assistant", "content": "Yes"}]])


def test_a_template_of_the_hub_is_rendered() -> None:
    assert (
        render_template(CHATML, TALK)[0] == "<|im_start|>user\nHi <b><|im_end|>\n<|im_start|>assistant\nYes<|im_end|>\n"
    )


def test_a_template_that_is_none_is_told_with_its_line() -> None:
    with pytest.raises(RecipeError, match="no Jinja") as caught:
        compile_template("a\n{% for %}")
    assert "line 2" in caught.value.where


@pytest.mark.parametrize(
    "template",
    [
        "{{ raise_exception('no system turns') }}",
        "{{ missing.name }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ 1 / messages }}",
    ],
)
def test_a_template_that_fails_or_reaches_out_is_refused(template: str) -> None:
    with pytest.raises(RecipeError, match="cannot tell a conversation"):
        render_template(template, TALK)
