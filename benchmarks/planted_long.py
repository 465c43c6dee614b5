"""A planted corpus of long rows as a language model writes them: 45 to 125 words in which one word is the fact. Seeded.

Of each base text there is a row for every value of one closed category (mechanism, severity, route, class, frequency,
outcome and others): all must stay. One row of each base has a copy with an edit of the surface, of manner, of a common
word, or of a word such as guides to plain language name (`plain`; the pairs were written down after the word lists were
closed, and five of them taken up since): these must go.
"""

from __future__ import annotations

import planted
import polars as pl

CATEGORIES = {
    "mechanism": ["activates", "inhibits", "blocks", "opens", "closes", "binds", "degrades", "releases", "transports"],
    "severity": ["mild", "moderate", "severe", "serious", "trivial", "fatal"],
    "route": ["oral", "topical", "intravenous", "inhaled", "rectal", "nasal", "buccal"],
    "therapeutic class": ["antibiotic", "antiviral", "sedative", "stimulant", "hormone", "vaccine", "diuretic"],
    "frequency": ["common", "uncommon", "rare", "frequent", "occasional", "constant", "sporadic", "daily", "weekly"],
    "outcome": ["improved", "worsened", "unchanged", "stable", "recovered", "relapsed", "died", "failed", "succeeded"],
    "onset": ["rapid", "slow", "delayed", "immediate", "gradual", "sudden", "late", "early"],
    "population": ["children", "adults", "women", "men", "elders", "infants", "athletes", "students", "workers"],
    "setting": ["home", "hospital", "clinic", "school", "prison", "office", "ward", "field"],
    "timing": ["morning", "evening", "night", "bedtime", "noon", "breakfast", "supper"],
    "certainty": ["certain", "probable", "possible", "unlikely", "suspected", "confirmed", "excluded"],
    "evidence": ["strong", "weak", "good", "poor", "fair", "limited", "ample", "conflicting"],
    "status": ["approved", "withdrawn", "suspended", "pending", "licensed", "refused", "investigational"],
    "appearance": ["white", "yellow", "clear", "cloudy", "crystalline", "amorphous", "oily", "sticky"],
    "storage": ["cold", "warm", "dry", "dark", "frozen", "sealed", "open", "upright"],
    "effect on the level": ["raises", "lowers", "doubles", "halves", "keeps", "changes", "masks", "prolongs"],
    "fate": ["absorbed", "excreted", "stored", "converted", "split", "retained", "bound", "recycled"],
    "relation to food": ["with", "without", "before", "after", "between", "during", "instead of"],
    "quantity": ["one", "two", "both", "none", "all", "some", "most", "few", "several", "half"],
    "modality": ["may", "must", "should", "can", "cannot", "will", "need not", "might"],
    "organ": ["liver", "kidney", "heart", "skin", "lung", "eye", "pupil", "gut"],
    "source": ["plant", "animal", "fungus", "mineral", "synthetic", "marine", "human"],
    "role": ["donor", "acceptor", "carrier", "catalyst", "solvent", "product", "substrate", "tool"],
    "trial name": ["Focus", "Picture", "Method", "Relation", "Insight", "Compare", "Portion", "Voyage", "Wonder"],
}
CRUX = [
    "In the matter of {p}, the word that the label uses for {c} is {v}, at {n} mg.",
    "Asked about {p}, the label of {c} at {n} mg answers with {v} and nothing else.",
    "What the label of {c} gives for {p}, at {n} mg, is {v} according to the agency.",
    "For {c} at {n} mg the entry under {p} is {v}, which the agency has kept.",
]
FILLER = [
    "It is important to know that many people need help when they begin to use a medicine for the first time.",
    "The main method that was used to find this result is described in a study which is known to most pharmacists.",
    "A large group of experts has often looked at the same problem and found that the results are possible to repeat.",
    "Because the product is part of a family, the agency expected that questions like this one would be asked again.",
    "The relationship between the two parties in the study was discussed in the report, and the data can be checked.",
    "Anyone who wants to learn more should ask the pharmacist, who can inform them and decide what has to change.",
    "The agency tries to ensure that the sheet can be read by people who get it in the mail and want to follow it.",
    "Several teams have built on this work, and new ideas about how to show it on the sheet are expected soon.",
    "The people who wrote the sheet chose simple words, so that the reader can use it without the help of others.",
    "This part of the sheet has a long history, and the reasons for its shape are explained in the notes behind it.",
]
# As guides to plain language pair words. Some turn a statement or a degree (more, additional): those stay apart.
PLAIN = {"help": "assist", "begin": "commence", "need": "require", "use": "utilize", "checked": "verified"}
PLAIN |= {"change": "modify", "tries": "endeavors", "expected": "anticipated", "part": "component", "get": "access"}
PLAIN |= {"learn": "ascertain", "decide": "determine", "more": "additional", "inform": "notify", "about": "regarding"}
PLAIN |= {"first": "initial", "find": "discover", "built": "constructed", "method": "methodology", "so": "thus"}
PLAIN |= {"large": "substantial", "many": "numerous", "show": "indicate", "soon": "shortly", "again": "anew"}
PLAIN |= {"people": "individuals", "wants": "desires", "follow": "observe", "simple": "straightforward"}


def edit_plain(random: planted.np.random.Generator, prompt: str, response: str) -> planted.Row:
    """A word of a plain-language guide for its partner, in the response."""
    return prompt, planted.swap_word(random, response, PLAIN)


def plant_long(seed: int, bases: int = 3000) -> pl.DataFrame:
    """The third corpus: base texts with every value of their category, and one copy each."""
    random = planted.make_random(seed)
    edits = planted.EDITS | {"plain": edit_plain}
    drugs = planted.coin_words(random, bases, drug=True)
    rows: list[tuple[str, str, int, str]] = []
    for number, drug in enumerate(drugs):
        category = list(CATEGORIES)[number % len(CATEGORIES)]
        order = random.permutation(len(FILLER))[: random.integers(1, 5)].tolist()
        crux = CRUX[random.integers(len(CRUX))]
        dose = str(random.integers(1, 900))
        first = len(rows)
        for value in CATEGORIES[category]:
            own = crux.format(p=category, c=drug, v=value, n=dose)
            filler = [FILLER[at] for at in order]
            said = " ".join([*filler[: len(filler) // 2], own, *filler[len(filler) // 2 :]])
            rows.append((f"What does the label of {drug} have to say about {category}?", said, len(rows), "long"))
        at = int(random.integers(first, len(rows)))
        kind = list(edits)[number // len(CATEGORIES) % len(edits)]
        made = rows[at][:2]
        for _ in range(random.integers(1, 3)):
            made = edits[kind](random, *made)
        rows.append((*made, at, f"long {kind}"))
    return planted.frame_rows(random, rows)
