from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from tests.engine.llm.server import Server

from apothecary.engine.llm.endpoint import Endpoint
from apothecary.engine.progress import SilentProgress
from apothecary.errors import RecipeError
from apothecary.recipe import Recipe
from apothecary.report.writing import Wish, describe_books, write_for_recipe
from apothecary.writing.write import Books

RECIPE = Recipe(name="w", pack="pharma", rows=1000, seed=1)


def reply(body: dict[str, Any]) -> str:
    """One sentence for each of the first three facts."""
    said = body["messages"][-1]["content"]
    facts = re.findall(r"^(\d+)\. (.+?): (.+?)(?: \((?:computed|experimental)\))?: (.+)$", said, re.MULTILINE)[:3]
    answer = [
        {"text": f"For {name} the {label} is {value}.", "facts": [int(number)]} for number, name, label, value in facts
    ]
    return json.dumps({"question": f"What is recorded of {facts[0][1]}?", "answer": answer})


def test_a_recipe_is_written_for_over_its_own_views(built_knowledge: Path, tmp_path: Path) -> None:
    pytest.importorskip("aiohttp", reason="aiohttp is missing: install the extra llm")
    assert built_knowledge.is_dir()
    told: list[str] = []
    with Server() as server:
        server.reply = reply
        wish = Wish(5, tmp_path / "out", ("research_context",), "MIT")
        lines = write_for_recipe(RECIPE, Endpoint(server.url, "m"), wish, progress=SilentProgress(), tell=told.append)
        text = "\n".join(lines)
    assert text.startswith(f"5 rows in {tmp_path / 'out'}, of ") and "--set authored=" in text
    assert (tmp_path / "out" / "manifest.json").exists()


def test_a_paraphrase_needs_rows(tmp_path: Path) -> None:
    wish = Wish(5, tmp_path, ("paraphrase",))
    with pytest.raises(RecipeError, match="missing"):
        list(
            write_for_recipe(
                RECIPE, Endpoint("http://127.0.0.1:9/v1", "m"), wish, progress=SilentProgress(), tell=print
            )
        )
    (tmp_path / "none").mkdir()
    wish = Wish(5, tmp_path, ("paraphrase",), source=tmp_path / "none")
    with pytest.raises(RecipeError, match="there are no rows"):
        list(
            write_for_recipe(
                RECIPE, Endpoint("http://127.0.0.1:9/v1", "m"), wish, progress=SilentProgress(), tell=print
            )
        )


def test_books_are_told(tmp_path: Path) -> None:
    books = Books(asked=10, kept=6, spent={"usd": 1.5}, stopped_by="budget: usd")
    books.dropped.update({"unsafe: potency": 1, "too little left: number": 3})
    books.sentences.update({"kept": 20, "number": 9})
    lines = list(describe_books(books, Wish(9, tmp_path)))
    assert lines[0] == f"6 rows in {tmp_path}, of 10 answers; $1.50 spent"
    assert "       3  too little left: number" in lines
    assert lines[3] == "sentences: 20 kept, 9 cut" and lines[4].startswith("ended early by budget: usd")
