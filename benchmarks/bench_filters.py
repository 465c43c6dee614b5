"""Published filter rules, ours against datatrove's, on real text: verdicts side by side, and documents a CPU second.

    python benchmarks/bench_filters.py --rival RIVAL_VENV/bin/python --data ../shared/data

RIVAL_VENV holds `pip install "datatrove[processing]" spacy`. Both sides get the same texts; with `given` words both
get the words that our splitter found, before the clock starts, and datatrove gets the sentences of each line from a
table. With `own` words each side splits by itself: datatrove with spaCy, as it ships. CPU seconds are those of the
process, all threads counted, the best of three rounds. Each filter judges the original text alone, so that one
filter's drop hides no other's verdict. "all four" is the usual case: ours measures once for all rules, theirs is the
sum of its filters.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import polars as pl

from apothecary.curate.filters.judge import judge
from apothecary.curate.filters.measures import measure_texts
from apothecary.curate.filters.profiles import list_needed, load_profile
from apothecary.curate.filters.split import WORD

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.curate.filters.oracle import read_golden

ALL = "all four"
SETS = ("gopher_quality", "gopher_repetition", "fineweb", "c4")
ROUNDS = 3


def read_corpora(data: Path) -> dict[str, list[str]]:
    """The folder of real data to texts by corpus: papers, abstracts, answers, pages; and our own rows."""
    papers = []
    for path in sorted((data / "pmc_jats").rglob("*.*ml")):
        body = parse_xml(path.read_bytes())
        lines = [" ".join("".join(part.itertext()).split()) for part in body.iterfind(".//body//p")]
        papers.append("\n".join(line for line in lines if line))
    abstracts = []
    for path in sorted((data / "pubmed").glob("*.xml*")):
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        abstracts += [
            "\n".join("".join(part.itertext()).strip() for part in abstract.iter("AbstractText"))
            for abstract in parse_xml(raw).iter("Abstract")
        ]
    answers = []
    with tarfile.open(data / "medquad" / "medquad_dev.tar.gz") as archive:
        for member in archive:
            if member.name.endswith(".xml"):
                file = archive.extractfile(member)
                pairs = parse_xml(file.read()).iter("QAPair") if file else ()
                answers += [f"{pair.findtext('Question') or ''}\n{pair.findtext('Answer') or ''}" for pair in pairs]
    pages = [
        re.sub(r"(?s)<(script|style).*?</\1>|<[^>]+>", "", path.read_text("utf-8", "replace"))
        for path in sorted((data / "web" / "html").glob("*.html"))
    ]
    found = {"papers": papers, "abstracts": abstracts, "answers": answers, "pages": pages, "fact rows": read_golden()}
    return {name: [text for text in texts if text.strip()] for name, texts in found.items()}


def parse_xml(raw: bytes) -> ET.Element:
    """An XML file to its root; the named entities of a DTD that is not there become question marks."""
    text = raw.decode("utf-8", "replace")
    text = re.sub(r"<!DOCTYPE[^>\[]*(\[.*?\])?\s*>", "", text, count=1, flags=re.DOTALL)
    text = re.sub(r"&(?!amp;|lt;|gt;|quot;|apos;|#)\w+;", "?", text)
    try:
        return ET.fromstring(text.encode())
    except ET.ParseError:
        return ET.Element("unreadable")


def judge_ours(texts: list[str], words: pl.Series | None) -> tuple[dict[str, list[str | None]], dict[str, float]]:
    """Texts to our reasons (None: kept) and CPU seconds by rule set, and of ALL in one pass; no words: we split."""
    series = pl.Series(texts)
    profiles = {name: load_profile(name) for name in SETS}
    together = {rule: each for rules in profiles.values() for rule, each in rules.items()}
    reasons: dict[str, list[str | None]] = {}
    seconds: dict[str, float] = {}
    for name, rules in {**profiles, ALL: together}.items():
        times = []
        for _ in range(ROUNDS):
            start = time.process_time()
            metrics = measure_texts(series, measures=list_needed(rules), words=words)
            judged = [judge(metrics, each) for each in (profiles.values() if name == ALL else [rules])]
            times.append(time.process_time() - start)
        seconds[name] = min(times)
        if name != ALL:
            reasons[name] = [None] * len(texts)
            for row, reason in judged[0].select("row", "reason").iter_rows():
                reasons[name][row] = reason
    return reasons, seconds


RIVAL = r"""
import json, sys, time
import regex
import datatrove.pipeline.filters.c4_filters as c4
import datatrove.pipeline.filters.fineweb_quality_filter as fineweb
import datatrove.pipeline.filters.gopher_quality_filter as quality
import datatrove.pipeline.filters.gopher_repetition_filter as repetition
from datatrove.data import Document

given, target, rounds = json.load(open(sys.argv[1])), sys.argv[2], int(sys.argv[3])
texts, words = given["texts"], given["words"]
END = regex.compile(r'''\p{STerm}+["'”’)\]]*(?:\s+|$)''')
OPEN = regex.compile(r'''\p{STerm}["'”’)\]]*\s*$''')
if words is not None:
    table = dict(zip(texts, words))
    sentences = {}
    def split_sentences(line, language):
        found = sentences.get(line)
        if found is None:
            count = len(END.findall(line)) + (bool(line.strip()) and not OPEN.search(line))
            found = sentences[line] = [""] * count
        return found
    for module in (fineweb, quality, repetition):
        module.split_into_words = lambda text, language: table[text]
    c4.split_into_sentences = split_sentences
filters = {"gopher_quality": quality.GopherQualityFilter(), "gopher_repetition": repetition.GopherRepetitionFilter(),
           "fineweb": fineweb.FineWebQualityFilter(), "c4": c4.C4QualityFilter()}
reasons, seconds = {}, {}
from datatrove.utils.text import split_into_parts
for name, each in filters.items():
    each.filter(Document(text="Warm up. " * 60, id="w")) if words is None else None
    if words is not None and name == "c4":
        [each.filter(Document(text=text, id="0")) for text in texts]
    times = []
    for _ in range(rounds):
        split_into_parts.cache_clear()
        documents = [Document(text=text, id=str(number)) for number, text in enumerate(texts)]
        start = time.process_time()
        results = [each.filter(document) for document in documents]
        times.append(time.process_time() - start)
    reasons[name] = [None if result is True else result[1] for result in results]
    seconds[name] = min(times)
json.dump({"reasons": reasons, "seconds": seconds}, open(target, "w"))
"""


def judge_rival(
    rival: str, texts: list[str], words: list[list[str]] | None, rounds: int
) -> tuple[dict[str, list[str | None]], dict[str, float]]:
    """Texts to datatrove's reasons and CPU seconds by filter, in its own environment."""
    with tempfile.TemporaryDirectory() as folder:
        given, target = Path(folder) / "given.json", Path(folder) / "told.json"
        given.write_text(json.dumps({"texts": texts, "words": words}))
        subprocess.run([rival, "-c", RIVAL, str(given), str(target), str(rounds)], check=True)
        told = json.loads(target.read_text())
    return told["reasons"], told["seconds"]


def show_disagreements(
    texts: list[str], ours: dict[str, list[str | None]], theirs: dict[str, list[str | None]], shown: int
) -> int:
    """Print rows where one side keeps and the other drops, by rule set and pair of reasons; returns how many."""
    total = 0
    for name in SETS:
        pairs = Counter((a, b) for a, b in zip(ours[name], theirs[name], strict=True) if (a is None) != (b is None))
        total += sum(pairs.values())
        for (mine, other), count in pairs.most_common(shown):
            place = next(
                i for i, pair in enumerate(zip(ours[name], theirs[name], strict=True)) if pair == (mine, other)
            )
            print(f"    {name}: ours {mine}, theirs {other}: {count}; text {place}: {texts[place][:60]!r}")
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rival", required=True, help="the Python of an environment with datatrove and spaCy")
    parser.add_argument("--data", type=Path, required=True, help="the folder of real data")
    parser.add_argument("--words", choices=("given", "own"), default="given")
    parser.add_argument("--shown", type=int, default=4, help="disagreements shown a rule set")
    arguments = parser.parse_args()

    print(
        f"{'corpus':10} {'rules':18} {'texts':>6} {'chars':>9} {'ours ms':>9} {'theirs ms':>10} {'ratio':>6}  verdicts"
    )
    sums: Counter[str] = Counter()
    for corpus, texts in read_corpora(arguments.data).items():
        words = pl.Series(texts).str.extract_all(WORD) if arguments.words == "given" else None
        ours, our_seconds = judge_ours(texts, words)
        rounds = ROUNDS if words is not None else 1
        theirs, their_seconds = judge_rival(arguments.rival, texts, None if words is None else words.to_list(), rounds)
        their_seconds[ALL] = sum(their_seconds.values())
        for name in (*SETS, ALL):
            pairs = zip(ours.get(name, ()), theirs.get(name, ()), strict=True)
            equal = sum((mine is None) == (other is None) for mine, other in pairs)
            sums.update({"equal": equal, "all": len(texts) * (name != ALL)})
            sums.update({f"our {name}": our_seconds[name], f"their {name}": their_seconds[name]})
            print(
                f"{corpus:10} {name:18} {len(texts):6} {sum(map(len, texts)):9} {our_seconds[name] * 1e3:9.1f}"
                f" {their_seconds[name] * 1e3:10.1f} {their_seconds[name] / our_seconds[name]:6.1f}"
                + (f"  {equal} of {len(texts)} the same" if name != ALL else "")
            )
        show_disagreements(texts, ours, theirs, arguments.shown)
    for name in (*SETS, ALL):
        print(f"{'all':10} {name:18} ratio {sums[f'their {name}'] / sums[f'our {name}']:.1f}")
    print(f"{sums['equal']} of {sums['all']} verdicts the same")


if __name__ == "__main__":
    main()
