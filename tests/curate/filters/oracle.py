"""The published rules as plain loops over one text, to hold the vectorised measures against; and texts to try."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from hypothesis import strategies as st

from apothecary.curate.filters.words import PUNCTUATION, STOP_WORDS

GOLDEN = Path(__file__).parents[2] / "golden" / "pharma.txt"

# Few different words, so that repeats happen; marks, bullets, breaks and characters outside ASCII.
PIECES = [
    "a",
    "the",
    "of",
    "drug",
    "ibuprofen",
    "3.5",
    "µg",
    "…",
    "...",
    ".",
    "#",
    "- x",
    "• y",
    "!",
    "λ",
    "{",
    "1",
    ";",
]
GLUE = [" ", " ", " ", "\n", "\n\n", "\n\n\n", ". ", "\r\n", "\u2028", "  "]
messy = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(GLUE)), max_size=40).map(
    lambda pairs: "".join(piece + glue for piece, glue in pairs)
)
texts = st.one_of(messy, st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=60))


def read_golden() -> list[str]:
    """The rows of the golden renders, all turns of a row in one text."""
    found = []
    for block in GOLDEN.read_text("utf-8").split("\n\n"):
        lines = [line for line in block.split("\n")[1:] if line and not re.match(r"= |~ ", line)]
        found.append("\n".join(line[3:] if line[:3] in ("Q: ", "A: ") else line for line in lines))
    return [text for text in found if text]


def share(count: float, total: float) -> float:
    return count / total if total else 0.0


def find_duplicates(parts: list[str]) -> tuple[int, int]:
    seen: set[str] = set()
    count = chars = 0
    for part in parts:
        if part in seen:
            count += 1
            chars += len(part)
        seen.add(part)
    return count, chars


def count_repetition(text: str, words: list[str]) -> dict[str, float]:
    """Gopher's repetition measures of one text."""
    found: dict[str, float] = {}
    for name, parts in (("line", re.split("\n+", text)), ("paragraph", re.split("\n{2,}", text.strip()))):
        count, chars = find_duplicates(parts)
        found[f"dup_{name}_share"] = share(count, len(parts))
        found[f"dup_{name}_char_share"] = share(chars, len(text))
    for n in (2, 3, 4):
        grams = [tuple(words[i : i + n]) for i in range(len(words) - n + 1)]
        top = Counter(grams).most_common(1)
        found[f"top_{n}gram_char_share"] = share(len(" ".join(top[0][0])) * top[0][1], len(text)) if top else 0.0
    for n in range(5, 11):
        unique: set[tuple[str, ...]] = set()
        chars = place = 0
        while place < len(words) - n + 1:
            gram = tuple(words[place : place + n])
            if gram in unique:
                chars += len("".join(gram))
                place += n
            else:
                unique.add(gram)
                place += 1
        found[f"dup_{n}gram_char_share"] = share(chars, len(text))
    return found


def count_quality(text: str, words: list[str]) -> dict[str, float]:
    """Gopher's quality measures of one text."""
    real = [word for word in words if any(char not in PUNCTUATION for char in word)]
    lines = text.splitlines()
    return {
        "words": len(real),
        "mean_word_chars": share(sum(map(len, real)), len(real)),
        "hash_word_ratio": share(text.count("#"), len(words)),
        "ellipsis_word_ratio": share(text.count("...") + text.count("…"), len(words)),
        "bullet_line_share": share(sum(line.lstrip().startswith(("•", "-")) for line in lines), len(lines)),
        "ellipsis_line_share": share(sum(line.rstrip().endswith(("...", "…")) for line in lines), len(lines)),
        "alpha_word_share": share(sum(any(char.isalpha() for char in word) for word in words), len(words)),
        "stop_words": len(set(STOP_WORDS) & set(words)),
    }


def count_fineweb(text: str, words: list[str]) -> dict[str, float]:
    """FineWeb's measures of one text, with the marks of English."""
    lines = [line for line in text.split("\n") if line.strip()]
    return {
        "terminal_line_share": share(sum(line.endswith((".", "?", "!")) for line in lines), len(lines)),
        "short_line_share": share(sum(len(line) <= 30 for line in lines), len(lines)),
        "dup_filled_line_char_share": share(find_duplicates(lines)[1], len(text.replace("\n", ""))),
        "newline_word_ratio": share(text.count("\n"), len(words)),
    }


def count_nemo(text: str) -> dict[str, float]:
    """NeMo's measures of one text."""
    lines = [line for line in text.split("\n") if line.strip()]
    return {
        "non_alnum_share": share(len(text) - len(re.findall(r"[a-zA-Z0-9\n?!,.]", text)), len(text)),
        "digit_share": share(len(re.findall(r"\d", text)), len(text)),
        "bracket_share": share(len(re.findall(r"[{}⟨⟩\[\]()]", text)), len(text)),
        "space_share": share(sum(char in "\t\n\r\b " for char in text), len(text)),
        "open_line_share": share(sum(not x.strip().endswith((".", "?", "!", '"', "'")) for x in lines), len(lines)),
        "distinct_line_share": share(len(set(lines)), len(lines)) if lines else 1.0,
        "distinct_line_char_share": share(len("".join(set(lines))), len("".join(lines))) if lines else 1.0,
    }
