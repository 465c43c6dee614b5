"""Planted corpora: rows whose duplicates are known, to count what deduplication keeps and deletes. Seeded.

`plant_facts` writes template facts in wordings unlike the pack's, free texts, and duplicates by kind; `plant_papers`
edits real paragraphs: a number, a name, a direction or a negation (must stay), or the surface, a word of manner, a
common word (must go). A row is `id, prompt, response, fact, kind`; rows of one `fact` say the same.

The words of manner here are written down apart from the product's list of benign words, but by the same people: recall
on `manner` says that the stage works, recall on `common` says what default deny costs on other people's edits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import polars as pl

Row = tuple[str, str]
Edit = Callable[[np.random.Generator, str, str], Row]
SCHEMA = {"id": pl.String, "prompt": pl.String, "response": pl.String, "fact": pl.Int64, "kind": pl.String}


def list_words(text: str) -> list[str]:
    """Words as written down, one after the other."""
    return text.split()


CATEGORIES = {
    "odour": ["faint", "pungent", "fruity", "odourless", "musty"],
    "taste": ["bitter", "sour", "salty", "tasteless", "sweet"],
    "solubility class": ["very soluble", "freely soluble", "sparingly soluble", "slightly soluble", "insoluble"],
    "frequency of headache": ["very common", "common", "uncommon", "rare", "very rare"],
    "target": ["kinase", "protease", "ion channel", "nuclear receptor", "transporter"],
    "route": ["oral", "topical", "intravenous", "inhaled", "rectal"],
    "crystal system": ["cubic", "tetragonal", "monoclinic", "triclinic", "hexagonal"],
    "storage class": ["flammable", "corrosive", "toxic", "oxidising", "inert"],
}
QUANTITIES = [
    *[(name, "°C", 400) for name in ("melting point", "boiling point", "flash point", "glass transition")],
    *[(name, "nM", 900) for name in ("IC50 at the enzyme", "Ki at the receptor", "EC50 in cells", "Kd of the complex")],
    *[(name, "mg/L", 500) for name in ("aqueous solubility", "trough level", "peak level", "limit of detection")],
    *[(name, "g/mol", 700) for name in ("molar mass", "mass of the base", "mass of the hydrate")],
    *[(name, "h", 48) for name in ("half-life", "time to peak", "lag time", "duration of action")],
    *[(name, "mg", 800) for name in ("starting dose", "daily dose", "highest dose", "single dose")],
    *[(name, "%", 100) for name in ("bioavailability", "protein binding", "renal excretion", "yield", "purity")],
    *[(name, "mL/min", 300) for name in ("clearance", "renal clearance", "flow rate", "infusion rate")],
]
FRAMES = [
    ("Reading the data sheet of {c}, which {p} would one quote?", "On the sheet of {c} the entry for {p} reads {v}."),
    ("{c}: {p}?", "{v}, going by the sheet on {c} and its line for {p}."),
    ("A colleague asks after the {p} of {c} over lunch.", "One would say {v} for the {p} of {c}, and leave it there."),
    ("Fill the gap: for {c}, the {p} comes to ___.", "For {c}, the {p} comes to {v}, as the sheet has it on its page."),
    ("In the dossier on {c}, look up {p} and read it aloud.", "The dossier on {c} has {v} in its row for {p}."),
    ("With {c} on the bench, what {p} should be expected?", "With {c} one should expect {v} as the {p} on the bench."),
    ("Our card for {c} lacks the {p}; what belongs there?", "On the card for {c} belongs {v} in the box for {p}."),
    ("Someone doubts the {p} noted for {c}. What is it?", "It is {v}: the {p} of {c} has stood like that for years."),
]
CLOSED = [value for values in CATEGORIES.values() for value in values]

FUNCTION = list_words("""
the of and in to a is that for with on as by are this was from be it which at or an were these can has have not also
between during after more when both than other its into may such our their using through been one only how under
however all each no most where thus while about within we so if they because over some
""")
COMMON = list_words("""
people large big often result results method found change small group effect show shows important different same
part high new long level study time number increase main used use many need start begin help rapid quick method way
problem change possible general early later common known good better quite near simple strong
""")
UNITS = list_words("""
mg kg nM µM mL % °C h min mmol kDa µg/mL g/mol mmHg Hz
""")
SYLLABLES = list_words("""
ba bo cra da de dro fe fi flu ga gly hy i ka ke lo lu ma me mi mo na ne no o pa pe pi pro qua ra re ri ro sa se si
so sta su ta te ti to tra tri u va ve vi vo xa xe ya ze zi zo zy
""")
ENDINGS = list_words("""
ine ol ate ide an one ib mab vir cillin statin pril azole oxin amide ene yl ose
""")

OPENERS = ["Please: ", "Kindly: ", "Hello, ", "Question: ", "Thanks! ", "Hey, ", "Hi, "]
ASIDES = list_words("""
indeed however moreover clearly actually therefore also furthermore additionally notably essentially really
consequently evidently nevertheless basically obviously thus certainly truly
""")
MANNER = {
    "the": "this",
    "this": "the",
    "that": "this",
    "these": "those",
    "those": "these",
    "our": "the",
    "its": "their",
}
MANNER |= {"shows": "demonstrates", "show": "demonstrate", "showed": "demonstrated", "shown": "demonstrated"}
MANNER |= {"described": "discussed", "describe": "explain", "also": "likewise", "however": "nevertheless"}
MANNER |= {"thus": "therefore", "therefore": "hence", "furthermore": "moreover", "which": "that", "an": "the"}
SYNONYMS = {"large": "big", "big": "large", "often": "frequently", "result": "outcome", "results": "findings"}
SYNONYMS |= {"method": "approach", "found": "seen", "small": "little", "many": "numerous", "important": "relevant"}
SYNONYMS |= {"need": "require", "start": "begin", "begin": "start", "help": "assist", "rapid": "quick", "quick": "fast"}
SYNONYMS |= {
    "main": "chief",
    "used": "employed",
    "use": "employ",
    "in": "within",
    "using": "with",
    "possible": "feasible",
}
SYNONYMS |= {"study": "investigation", "people": "persons", "problem": "issue", "known": "established", "has": "holds"}
SYNONYMS |= {"between": "among", "group": "set", "part": "portion", "because": "since", "reads": "says", "like": "as"}
SYNONYMS |= {
    "expected": "awaited",
    "belongs": "goes",
    "entry": "record",
    "ask": "enquire",
    "quote": "cite",
    "line": "row",
}
OPPOSITES = {"increased": "decreased", "increase": "decrease", "higher": "lower", "more": "less", "before": "after"}
OPPOSITES |= {"with": "without", "is": "is not", "are": "are not", "was": "was not", "were": "were not", "and": "or"}
OPPOSITES |= {"may": "must", "positive": "negative", "significant": "insignificant", "first": "second", "left": "right"}
NAMES = r"\b[a-z]{2,}(?:ase|ide|mab|cillin|mycin|azole|statin|pril|ene|itis|osis|oma|emia|idine|amine|rin|sone|olol)\b"
NUMBER = re.compile(r"(?<![\w.,-])\d+(?:\.\d+)?(?![\w,-])")


def make_random(seed: int) -> np.random.Generator:
    """A counter-based generator of its own."""
    return np.random.Generator(np.random.Philox(seed))


def coin_words(random: np.random.Generator, count: int, *, drug: bool) -> list[str]:
    """Distinct words of no language; drugs have the endings of drug names."""
    words: dict[str, None] = {}
    while len(words) < count:
        stem = "".join(random.choice(SYLLABLES, random.integers(2, 5)))
        words[(stem + str(random.choice(ENDINGS))).capitalize() if drug else stem] = None
    return list(words)


def plant_facts(seed: int, scale: float = 1.0) -> pl.DataFrame:
    """The first corpus: at scale 1, 100,000 facts, 60,000 free texts and 40,000 duplicates, shuffled."""
    random = make_random(seed)
    drugs = coin_words(random, round(2500 * scale), drug=True)
    rows: list[tuple[str, str, int, str]] = []
    sentences: list[dict[str, str]] = []
    for drug in drugs:
        for field, value in list_values(random):
            words = {"c": drug, "p": field, "v": value}
            sentences.append(words)
            rows.append((*phrase(random, words), len(rows), "fact"))
    facts = len(rows)
    free = write_free(random, round(60_000 * scale))
    rows += [(*text, facts + number, "free") for number, text in enumerate(free)]
    order = random.permutation(facts)
    plan = [("surface", 8000), ("manner", 4000), ("common", 2000), ("wording", 6000)]
    for kind, at in deal(order, plan, scale):
        row = phrase(random, sentences[at], other=rows[at][:2]) if kind == "wording" else edit(random, kind, rows[at])
        if row:
            rows.append((*row, at, f"fact {kind}"))
    plan = [("surface", 10_000), ("manner", 7000), ("common", 3000)]
    for kind, at in deal(random.permutation(len(free)) + facts, plan, scale):
        row = edit(random, kind, rows[at])
        if row:
            rows.append((*row, rows[at][2], f"free {kind}"))
    return frame_rows(random, rows)


def list_values(random: np.random.Generator) -> Iterator[tuple[str, str]]:
    """The 40 facts of one compound: field and value."""
    for field, values in CATEGORIES.items():
        yield field, str(random.choice(values))
    for field, unit, top in QUANTITIES:
        yield field, f"{random.random() * top:.{random.integers(0, 3)}f} {unit}"


def phrase(random: np.random.Generator, words: dict[str, str], other: tuple[str, str] | None = None) -> Row:
    """A fact in one of the wordings, in another than `other` where that is given."""
    while True:
        ask, reply = FRAMES[random.integers(len(FRAMES))]
        made = ask.format(**words), reply.format(**words)
        if made != other:
            return made


def write_free(random: np.random.Generator, count: int) -> list[Row]:
    """Free texts of about 38 words: function words, common words, unknown words by Zipf's law, numbers with units."""
    unknown = coin_words(make_random(77), 12_000, drug=False)
    rank = 1 / np.arange(1, len(unknown) + 1)
    lengths = random.integers(30, 46, count)
    kinds = random.choice(4, lengths.sum(), p=[0.45, 0.1, 0.4, 0.05])
    pools = [random.choice(FUNCTION, len(kinds)), random.choice(COMMON, len(kinds))]
    pools += [np.array(unknown)[random.choice(len(unknown), len(kinds), p=rank / rank.sum())]]
    words = np.where(kinds == 0, pools[0], np.where(kinds == 1, pools[1], pools[2])).tolist()
    units, values = random.choice(UNITS, len(kinds)), (random.random(len(kinds)) * 500).round(1)
    for at in np.flatnonzero(kinds == 3).tolist():
        words[at] = f"{values[at]} {units[at]}"
    made, start = [], 0
    for length in lengths.tolist():
        own = words[start : start + length]
        start += length
        made.append(
            (write_sentence(own[:12], "?"), f"{write_sentence(own[12:24], '.')} {write_sentence(own[24:], '.')}")
        )
    return made


def write_sentence(words: list[str], end: str) -> str:
    """Words to a sentence."""
    return words[0][:1].upper() + " ".join(words)[1:] + end


def deal(order: np.ndarray, plan: list[tuple[str, int]], scale: float) -> Iterator[tuple[str, int]]:
    """Places in random order to (kind, place), so many of each kind."""
    start = 0
    for kind, count in plan:
        for at in order[start : start + round(count * scale)].tolist():
            yield kind, at
        start += round(count * scale)


def edit(random: np.random.Generator, kind: str, row: tuple[str, str, int, str]) -> Row | None:
    """A row with one or two edits of a kind; none when the text has nothing to edit."""
    made = row[:2]
    for _ in range(random.integers(1, 3)):
        made = EDITS[kind](random, *made)
    return made if made != row[:2] else None


def edit_surface(random: np.random.Generator, prompt: str, response: str) -> Row:
    """White space, the end mark, the case of the first word, quotes or bold about a word."""
    match int(random.integers(5)):
        case 0:
            return prompt.replace(" ", "  ", 1), response.replace(" ", "\n", 1)
        case 1:
            return prompt.rstrip("?.!"), response.rstrip(".")
        case 2:
            first, _, rest = prompt.partition(" ")
            return (first.lower() if first.istitle() and len(first) > 3 else first) + " " + rest + " ", response + "\n"
        case 3:
            return f" {prompt}", re.sub(r" ([a-z]{5,}) ", r" **\1** ", response, count=1)
        case _:
            return prompt + " ", re.sub(r" ([a-z]{5,}) ", r" “\1” ", response, count=1)


def edit_manner(random: np.random.Generator, prompt: str, response: str) -> Row:
    """A word of courtesy or discourse put in, or a word of manner for another."""
    match int(random.integers(3)):
        case 0:
            return str(random.choice(OPENERS)) + prompt, response
        case 1:
            words = response.split(" ")
            words.insert(int(random.integers(1, len(words))), str(random.choice(ASIDES)))
            return prompt, " ".join(words)
        case _:
            return prompt, swap_word(random, response, MANNER)


def edit_common(random: np.random.Generator, prompt: str, response: str) -> Row:
    """A common word for another of nearly the same meaning."""
    return swap_word(random, prompt, SYNONYMS), swap_word(random, response, SYNONYMS)


def swap_word(random: np.random.Generator, text: str, pairs: dict[str, str]) -> str:
    """A text with one of its words replaced by its partner; the text itself when it has none of them."""
    words = text.split(" ")
    places = [at for at, word in enumerate(words) if word in pairs]
    if places:
        at = places[random.integers(len(places))]
        words[at] = pairs[words[at]]
    return " ".join(words)


def edit_number(random: np.random.Generator, prompt: str, response: str) -> Row:
    """One number for another."""
    found = list(NUMBER.finditer(response))
    if not found:
        return prompt, response
    at = found[random.integers(len(found))]
    changed = str(int(at[0]) + int(random.integers(1, 9))) if at[0].isdigit() else f"{float(at[0]) + 1.5:g}"
    return prompt, response[: at.start()] + changed + response[at.end() :]


def edit_direction(random: np.random.Generator, prompt: str, response: str) -> Row:
    """A direction turned round, or a negation put in."""
    return prompt, swap_word(random, response, OPPOSITES)


EDITS: dict[str, Edit] = {"surface": edit_surface, "manner": edit_manner, "common": edit_common}


def plant_papers(folder: Path, seed: int) -> pl.DataFrame:
    """The second corpus: paragraphs of JATS papers; of each a changed number, direction and name, and one copy."""
    random = make_random(seed)
    paragraphs = list(dict.fromkeys(read_paragraphs(folder)))
    names = pl.Series(paragraphs).str.extract_all(NAMES).explode().drop_nulls().unique().sort().to_list()
    known = set(names)

    def edit_name(random: np.random.Generator, prompt: str, response: str) -> Row:
        words = response.split(" ")
        places = [at for at, word in enumerate(words) if word in known]
        if places:
            words[places[random.integers(len(places))]] = names[random.integers(len(names))]
        return prompt, " ".join(words)

    rows = [("", text, number, "paper") for number, text in enumerate(paragraphs)]
    copies = ("surface", "manner", "common")
    for number, text in enumerate(paragraphs):
        for kind, change in [("number", edit_number), ("direction", edit_direction), ("name", edit_name)]:
            made = change(random, "", text)
            if made != ("", text):
                rows.append((*made, len(rows) + len(paragraphs), f"paper {kind}"))
        kind = copies[number % len(copies)]
        copy = edit(random, kind, rows[number])
        if copy:
            rows.append((*copy, number, f"paper {kind}"))
    return frame_rows(random, rows)


def read_paragraphs(folder: Path) -> Iterator[str]:
    """JATS files to the plain text of their body paragraphs of 40 to 400 words."""
    for path in sorted([*folder.rglob("*.nxml"), *folder.rglob("*.xml")]):
        body = re.search(r"<body.*</body>", path.read_text("utf-8"), re.DOTALL)
        for found in re.findall(r"<p[ >].*?</p>", body[0] if body else "", re.DOTALL):
            text = re.sub(r"\s+", " ", re.sub(r"&#?\w+;", " ", re.sub(r"<[^>]+>", "", found))).strip()
            if 40 <= text.count(" ") < 400:
                yield text


def frame_rows(random: np.random.Generator, rows: list[tuple[str, str, int, str]]) -> pl.DataFrame:
    """Rows to a frame in random order; rows that are character for character another's are left out."""
    schema = {name: SCHEMA[name] for name in ("prompt", "response", "fact", "kind")}
    frame = pl.DataFrame(rows, schema=schema, orient="row").unique(("prompt", "response"), maintain_order=True)
    order = random.permutation(frame.height)
    return frame[order.tolist()].with_row_index("n").select(pl.format("row-{}", "n").alias("id"), pl.exclude("n"))
