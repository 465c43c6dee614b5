r"""C4's rules as measures: which lines it would keep, and how many sentences stand in those.

Raffel et al. 2020, section 2.2, and the code that made it (tensorflow_datasets, text/c4_utils.py), as datatrove reads
it: a line is kept when it ends in a mark, has three words, no word above 1000 characters, and neither `javascript` nor
a phrase of cookie banners; a text is dropped for a curly bracket or `lorem ipsum` in a line that is still there.
C4 edits texts by cutting lines out. We only measure: a verdict never changes a text.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from apothecary.curate.filters.characters import build_share
from apothecary.curate.filters.split import Ints, Parts, split_lines

CITATION = r"\[\d*\]|\[edit\]|\[citation needed\]"
C4_POLICY = r"(?i:terms of use|privacy policy|cookie policy|uses cookies|use of cookies|use cookies)"
# A sentence ends in a mark, with the quotes and brackets that close it, before white space or the end of the line.
SENTENCE_END = r"""\p{STerm}+["'”’)\]]*(?:\s+|$)"""
MIN_LINE_WORDS = 3
MAX_WORD_CHARS = 1000

C4_MEASURES = {
    "sentences": "sentences in all lines",
    "c4_sentences": "sentences in the lines that C4 keeps",
    "c4_line_share": "share of lines that C4 keeps",
    "c4_lorem_lines": "lines with `lorem ipsum` that C4 sees",
    "c4_curly_lines": "lines with a curly bracket that C4 sees",
    "javascript_lines": "lines with the word javascript",
    "policy_lines": "lines with a phrase of cookie banners or terms",
}


def measure_c4(texts: pl.Series) -> pl.DataFrame:
    """Texts (n), none null, to one column for each of C4_MEASURES (n rows)."""
    every = split_lines(texts)
    stripped = every.texts.str.strip_chars()
    long_word = stripped.str.contains(rf"\S{{{MAX_WORD_CHARS + 1}}}")
    enough = stripped.str.contains(rf"^(?:\S+\s+){{{MIN_LINE_WORDS - 1}}}\S")
    cited = stripped.str.contains("[", literal=True)
    if cited.any():
        stripped = pl.select(
            pl.when(cited).then(stripped.str.replace_all(CITATION, "")).otherwise(stripped)
        ).to_series()
    ended = stripped.str.contains(r"""[.?!"']$""") & ~stripped.str.ends_with("...")
    seen = Parts(stripped, every.offsets)
    whole = (ended & enough & ~long_word).to_numpy().astype(np.bool_)
    lorem = whole & seen.match("(?i:lorem ipsum)")
    script = seen.match("(?i:javascript)")
    curly = whole & ~script & stripped.str.contains("{", literal=True).to_numpy()
    policy = seen.match(C4_POLICY)
    kept = whole & ~script & ~policy
    sentences = count_sentences(stripped)
    return pl.DataFrame(
        {
            "sentences": every.sum(sentences),
            "c4_sentences": every.sum(np.where(kept, sentences, 0)),
            "c4_line_share": build_share(every.counts)(every.sum(kept)),
            "c4_lorem_lines": every.sum(lorem),
            "c4_curly_lines": every.sum(curly),
            "javascript_lines": every.sum(script),
            "policy_lines": every.sum(policy),
        }
    )


def count_sentences(lines: pl.Series) -> Ints:
    """Lines (m) to the sentences in each (m,): its marks that end one, and what stands after the last."""
    ends: Ints = lines.str.count_matches(SENTENCE_END).to_numpy().astype(np.int64)
    tail = lines.str.contains(r"\S") & ~lines.str.contains(r"""\p{STerm}["'”’)\]]*\s*$""")
    ends[tail.to_numpy().astype(np.bool_)] += 1
    return ends
