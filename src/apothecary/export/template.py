"""Conversations through a user's own Jinja chat template: the one door to templates, in a sandbox.

Covered: no attribute, call or import beyond what Jinja's immutable sandbox allows; an undefined name, a loop that is
too long and a template that raises are errors with their line. Not covered: a template that writes something else than
the model expects. Loops over rows in Python: a template is code and knows one conversation at a time.
"""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

import polars as pl

from apothecary.errors import RecipeError


def render_template(template: str, conversations: pl.Series) -> pl.Series:
    """A template's text and conversations (n, lists of role and content) to texts (n)."""
    from jinja2 import TemplateError

    compiled = compile_template(template)
    texts = []
    for messages in conversations.to_list():
        try:
            text = compiled.render(
                messages=messages, add_generation_prompt=False, bos_token="", eos_token="", tools=None
            )
        except (TemplateError, TypeError, ValueError, OverflowError) as error:
            what = f"the chat template cannot tell a conversation: {error}"
            roles = ", ".join(turn["role"] for turn in messages)
            hint = "add what it needs to the template, as a branch for the role `system`"
            raise RecipeError(what, where="--template", expected=f"a text for the roles {roles}", hint=hint) from None
        texts.append(text)
    return pl.Series("text", texts, dtype=pl.String)


@lru_cache(maxsize=2)
def compile_template(template: str) -> Any:
    """A template's text to a compiled template; RecipeError with the line where it is none."""
    try:
        from jinja2 import StrictUndefined, TemplateSyntaxError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError:
        hint = "pip install 'apothecary[template]'"
        raise RecipeError("chat templates need Jinja2", where="--template", hint=hint) from None
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
        undefined=StrictUndefined,
    )
    environment.filters["tojson"] = lambda value, **_: json.dumps(value, ensure_ascii=False)
    environment.globals["raise_exception"] = _refuse
    try:
        return environment.from_string(template)
    except TemplateSyntaxError as error:
        hint = "templates of the Hub stand in tokenizer_config.json, `chat_template`, or chat_template.jinja"
        what = f"the chat template is no Jinja: {error.message}"
        raise RecipeError(what, where=f"--template, line {error.lineno}", hint=hint) from None


def _refuse(message: str) -> None:
    from jinja2 import TemplateError

    raise TemplateError(message)
