"""Thirty tool dialogues as they were read aloud: `python -m tests.golden.test_tools` writes them anew."""

from __future__ import annotations

from pathlib import Path

from apothecary.generate.tools.messages import order_turns
from apothecary.generate.tools.render import open_bench, render_tools

HERE = Path(__file__).parent
RENDERS = HERE / "tools.txt"
MARKS = {"user": "Q: ", "assistant": "A: ", "call": "> ", "tool": "< ", "system": "S: "}
COUNT = 30


def render() -> str:
    """The first training row of thirty cases, as one reads them."""
    bench = open_bench("pharma", 1, HERE / "knowledge")
    blocks = []
    for stratum in [one for one in bench.strata if one.endswith("train-tool")][:COUNT]:
        row = render_tools(bench, stratum, 0, 1).to_dicts()[0]
        said = [MARKS[turn["role"]] + turn["content"] for turn in order_turns(row)]
        blocks.append("\n".join([f"[{row['id']}]", *said, f"= {row['answer']}"]))
    return "\n\n".join(blocks) + "\n"


def test_the_dialogues_read_as_they_were_read() -> None:
    told = render()
    assert told.count("\n\n") == COUNT - 1
    assert told == RENDERS.read_text(encoding="utf-8"), "run `python -m tests.golden.test_tools`, read it, commit it"


if __name__ == "__main__":
    RENDERS.write_text(render(), encoding="utf-8")
