"""Precision and recall of the gates of `packs vary` on labelled texts of a real model.

tests/golden/wordings_labelled.jsonl: texts of the small model of `apothecary llm serve` over the pharma pack that kept
their slots and are no copy of their source, each read by a person and labelled good or bad with the reason. The gates
were tuned on the part `tuned`, never on `held out`; a source is in one of them. `--show` prints what they get wrong.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from apothecary.engine.llm.request import Request
from apothecary.generate.vary.gates import Gates, Verdict
from apothecary.generate.vary.mask import mask
from apothecary.generate.vary.prompts import Asked
from apothecary.generate.vary.run import load_corpus
from apothecary.generate.vary.targets import list_targets
from apothecary.generate.vary.vocabulary import Vocabulary, read_phrases

GOLDEN = Path(__file__).parents[1] / "tests" / "golden" / "wordings_labelled.jsonl"


def read_golden() -> list[dict[str, Any]]:
    return [json.loads(line) for line in GOLDEN.read_text("utf-8").splitlines()]


def judge_golden(rows: list[dict[str, Any]]) -> list[Verdict]:
    """Each text on its own: what was let in before does not count."""
    corpus = load_corpus()
    gates = Gates(Vocabulary(corpus.pack, read_phrases("pharma")))
    named = sorted({row["intent"] for row in rows})
    targets = {(t.intent.intent, t.template.id, t.side): t for t in list_targets(corpus.pack, named)}
    verdicts = []
    for row in rows:
        target = targets[row["intent"], row["template"], row["side"]]
        asked = Asked(target, row["source"], mask(row["source"]), (), Request("m", (("user", row["source"]),)))
        verdicts.append(gates.judge(row["text"], asked))
    return verdicts


def count_quality(rows: list[dict[str, Any]], verdicts: list[Verdict], part: str) -> tuple[int, int, int, int]:
    """Good and passed, bad and passed, good and stopped, bad and stopped."""
    counted = Counter(
        (row["label"] == "good", verdict.passed)
        for row, verdict in zip(rows, verdicts, strict=True)
        if part in ("all", row["part"])
    )
    return counted[True, True], counted[False, True], counted[True, False], counted[False, False]


def main() -> None:
    rows = read_golden()
    verdicts = judge_golden(rows)
    print(f"{'part':10} {'texts':>6} {'good':>5} {'passed':>7} {'precision':>10} {'recall':>7}")
    for part in ("tuned", "held out", "all"):
        right, wrong, missed, stopped = count_quality(rows, verdicts, part)
        precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
        total = right + wrong + missed + stopped
        print(f"{part:10} {total:6} {right + missed:5} {right + wrong:7} {precision:10.2f} {recall:7.2f}")
    judged = list(zip(rows, verdicts, strict=True))
    print("bad ones stopped by:", dict(Counter(v.gate for row, v in judged if row["label"] == "bad" and v.gate)))
    for row, verdict in judged if "--show" in sys.argv else ():
        if (row["label"] == "good") != verdict.passed and row["part"] == "tuned":
            print(
                f"{row['label']:5}{verdict.gate:11}{verdict.reason:45}| {row['source']} => {row['text']} [{row['why']}]"
            )


if __name__ == "__main__":
    main()
