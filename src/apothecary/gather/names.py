"""Raw names in, display names out: which names people recognise, how they are cased, how they start a sentence.

Sources write names in capitals, in lower case, inverted for an index (`benzene, 1-chloro-`), as vendor codes or as
registry numbers. A display name is one a pharmacist or chemist would write; the reason a name is refused is kept.
"""

from __future__ import annotations

import re
from functools import lru_cache
from importlib.resources import files

MAX_READABLE = 80

_REGISTRY = re.compile(r"^\d{2,7}-\d{2}-\d$")
_LONG_NUMBER = re.compile(r"\d{3,}")
_CODE = re.compile(
    r"^(?:[a-z]{1,5}[- ]?\d{2,}[a-z]{0,3}|[a-z]{1,3}[- ]\d+[a-z]{0,2}|[a-z]{1,4}\d+[a-z]\d*\w*"
    r"|\w{1,4}[- ]\w{1,4}[- ]\d+\w*"
    r"|(?:brn|nsc|einecs|ccris|hsdb|unii|caswell|mfcd\w*|wln|akos\w*|zinc\w*|chembl\w*|schembl\w*|dtxsid\w*|bdbm\w*|"
    r"ac1\w*|ctk\w*|stk\w*|fema|c\.i\.|ci|cas|epa|rcra|un|ec|nci|usaf|ai3|r|ent|tl|ks|hs|cb|sr|rp|ro|wr|ba|ncgc\w*|"
    r"component|compound|sigma|aldrich|fluka|pubchem|substance)\b[- :.]*.{0,4}\d.*)$| [a-z]{1,3}[ -]?\d+[a-z]?$"
)
_INVERTED = re.compile(
    r", |,[a-z]{2,}|[-,.]$|^[-,.]|; |(?:oic|ylic|onic|inic|kis|bis|tris|[a-z]fluoro|chloro|bromo|nitro)$|"
    r"(?<!crown)-\d[\d,]*$"
)
_NOTE = re.compile(
    r"\((?:\d+ ?ci|van|inn|usan|jan|ban|dcf|usp|nf|who|acgih|osha|iso|iupac|german|french|dutch|italian|spanish|"
    r"polish|czech|russian|latin|mixed isomers|technical|tech)[^)]*\)|\[[a-z][a-z -]{2,}[^\]]*\]|%| isomer| mixture|"
    r"technical grade|\bcompd\b|component|\bstn\b|"
    r"\bimpurity\b|\bderiv|tradename|trade name|\bodorless\b|\(dry\)|\(tn\)| civ$|"
    r"related compound|equiv|chemokine|\bmotif\b|supplied by|"
    r"\bunspecified\b|\(as |\bfree base\b|\bmetabolite\b|\bstereoisomer\b|"
    r" \([a-z]{2,6}\)$| and |'s (?:compound|reagent|salt|base)|\breagent\b"
)
_LABELLED = re.compile(r"\(\d+[a-z]+\)|\b(?:technetium|tc[- ]?99m|[a-z]{1,2}[- ]\d{2,3}m?)\b|-d\d+\b|deuter|tritiat")
# Substances that one small structure cannot stand for: enzymes, antibodies, polymers, extracts.
_NOT_SMALL = re.compile(
    r"\w{3}(?<!b)(?<!rele)(?<!ph)(?<!dise)(?<!cocarboxyl)ase$|\w(?:mab|cept)\b|"
    r"\w(?:rsen|siran|firan|epoetin|filgrastim|globulin|cog|cogin)$|"
    r"\w ?alfa$|\balfa pegol$|\w pegol$|\bpeg(?!anin|amin)\w{4,}$|poliglumex$|\w{5}[aeo]mer\b|\w{4}ferron$|ferrin\b|"
    r"(?:meno|folli|thyro|soma|gonado|cortico|chorio)troph?ins?\b(?!.releas)|(?<!activating )\bfactor\b|"
    r"polymer|\w+eth-\d+|"
    r"cellulose|dextrans?\b|starch|"
    r"\b(?:insulin|albumin|poly(?:sorbate|ethylene|propylene|vinyl|oxyethylene|oxyl|glycol|glyceryl|dextrose|quaternium|"
    r"acryl|carbophil|styrene|isobutylene|aminopropyl)\w*|povidone\S*|copovidone|nonoxynol\S*|octoxynol\S*|"
    r"poloxamer|carbomer|heparin|chondroitin|hyaluron\w*|interferon|vaccine|extract|oil|resin|gum|"
    r"iodinated|veverimer|derisomaltose|cole?styramine|cholestyramine|silicone|dimeth?icone|"
    r"simeth?icone|macrogol|peg|antigen|receptor|protein|transporter|seed|sugar|tangerine|preparation)\b"
)
_NUMBERED = re.compile(r" [a-z]?\d+[a-z]?$")
_UNREADABLE = re.compile(r'[=;/:"~*?#&<>{}|\\@!$_^`%]')
_DOUBTFUL_DIALECT = re.compile(r"(?:azan|oxidan|chloran|fluoran|broman|iodan)(?:yl|id)")
_FOREIGN = re.compile(
    r"(?:benzol|toluol|xylol|saeure|aethyl|aethan|zuur|kwas|kyselina|\bacide\b|\bacido\b|acidum|chinon|"
    r"cloruro|etilo?\b|metil|fenil|chlorure|bromure|oxyde|\bether de|\balcool|\bester de|aldehyd\b|(?<!vit)amin\b|"
    r"hydrochinon| de |chlorid\b|bromid\b|ofen\b(?<=minofen)|[a-z]{5,}(?:inum|onum|olum|idum|atum)\b|"
    r"\bazida\b|brom(?=anthra|benz)|chlor(?=benz|toluol)|iodbenz|nitro-?benzen\b)"
)
_SALT = re.compile(
    r"\b(?:hydrochloride|dihydrochloride|hydrobromide|hydroiodide|sodium|potassium|calcium|lithium|magnesium|"
    r"ammonium salt|mesylate|mesilate|besylate|besilate|tosylate|hemihydrate|monohydrate|dihydrate|trihydrate|"
    r"anhydrous|hcl|hbr|oxalate salt|salt|solution|acid salt|methanesulfonate salt|picrate|hydrogen sulfate|"
    r"nitrate salt|bitartrate|(?<!yl )(?:maleate|fumarate|tartrate|succinate)|(?<!chloral )hydrate)\b"
)
_GREEK = re.compile(r"\.(alpha|beta|gamma|delta|epsilon|omega|kappa|mu)\.", re.IGNORECASE)
_TAG = re.compile(r"\s*\[(?:INN|USAN|JAN|MI|HSDB|VANDF|WHO-DD|USP-RS|MART\.|ORANGE BOOK)[^\]]*\]$")
_WORD = re.compile(r"[a-z]{4,}")
_VOWEL = re.compile(r"[aeiouy]")

COUNTER_IONS = frozenset(files("apothecary.gather").joinpath("data/counter_ions.txt").read_text().split())

_PREFIX = re.compile(
    r"^(?:\((?:[\d'a-d]*(?:RS|SR|[RSEZrsez]|alpha|beta|\+/-|[+±-]|rac|cis|trans|[DLdl])(?:,|(?=\))))+\)-"
    r"|(?:tert|sec|cis|trans|alpha|beta|gamma|delta|epsilon|omega|ortho|meta|para|endo|exo|syn|anti|rac|meso|erythro|"
    r"threo|dl|all|DL|ar|n|o|m|p|s|d|l|r|e|z|N|O|S|P|C|D|L|R|E|Z|\d+[a-z]?H|H)(?:['\d]*(?:,['\w]+)*)?-"
    r"|[\d,'.:+±()\[\]-]+)"
)
_STEREO = re.compile(r"\((\d*[a-f]?'*[rsez]{1,2}(?:,\d*[a-f]?'*[rsez]{1,2})*)\)(?=-)")
_INDICATED_HYDROGEN = re.compile(r"(?<![a-z\d])(\d+[a-e]?)h(?=-|\b|,|\))")
_NORMAL = re.compile(
    r"n-(?=(?:prop|but|pent|hex|hept|oct|non|dec|undec|dodec|tridec|tetradec|pentadec|hexadec|octadec|eicos|amyl|cet|"
    r"stear|laur)(?:yl|an|ano|oxy|ene|ox|al|oic|yr|amid)?)"
)
_AMINO_OR_SUGAR = re.compile(
    r"(?<![a-z])([dl]|dl)-(?=(?:alan|argin|asparag|aspart|cyst|glutam|histid|isoleuc|leuc|lys|methion|norleuc|norval|ornith|"
    r"phenylalan|phenylglyc|prol|ser(?:in|yl)|threon|trypto|tyros|val(?:in|yl)|gluc|galact|mann|fruct|rib|arab|xyl|lyx|allo|tal|gul|"
    r"sorb|psic|tagat|fuc|rhamn|eryth|thre|carnit|dopa|penicill|citrull|homo|pyrogl|pipecol|lact|mal(?:ic|ate)|tart|"
    r"glycer|ascorb))"
)
_SAME_LETTERS = re.compile(r"(?<![a-z])([nos])((?:'|\d)*)((?:,[nos](?:'|\d)*)+)-")


@lru_cache(maxsize=500_000)
def judge_name(name: str, *, official: bool = False) -> str | None:
    """None for a readable name in lower case, else why it is refused.

    `official` names come from a register of names: they may be short, and their language is not guessed at.
    """
    if _REGISTRY.match(name) or re.fullmatch(r"[\d\W]+", name):
        return "registry number"
    if not name.isascii() or _UNREADABLE.search(name) or any(name.count(a) != name.count(b) for a, b in ("()", "[]")):
        return "unusual characters"
    if len(name) > MAX_READABLE:
        return "too long"
    if _LONG_NUMBER.search(name) or _CODE.search(name):
        return "code"
    if _INVERTED.search(name):
        return "index name"
    if _NOTE.search(name):
        return "note"
    if _LABELLED.search(name):
        return "isotope label"
    if is_not_small(name):
        return "not a small molecule"
    if _DOUBTFUL_DIALECT.search(name):
        return "generated dialect"
    if _SALT.search(name):
        return "salt or form"
    if not official and _FOREIGN.search(name):
        return "other language"
    if official and name.isalpha() and len(name) > 2:
        return None
    if not official and _NUMBERED.search(name):
        return "code"
    return None if _has_word(name) and (official or len(name) > 5) else "abbreviation"


def is_not_small(name: str) -> bool:
    """Whether a lower-case name is that of an enzyme, antibody, hormone, polymer, extract or the like."""
    return bool(_NOT_SMALL.search(name))


def _has_word(name: str) -> bool:
    return any(_VOWEL.search(word.group()) for word in _WORD.finditer(name))


def tidy_name(name: str) -> str:
    """A name with one way of writing spaces, Greek letters and primes; case untouched."""
    if name.isalnum():
        return name
    name = _GREEK.sub(lambda m: m.group(1).lower(), name)
    name = name.replace("’", "'").replace("`", "'").replace("′", "'")
    name = re.sub(r"\s+", " ", name).strip()
    return _TAG.sub("", name)


@lru_cache(maxsize=200_000)
def case_name(name: str, nitrogen: bool, oxygen_locant: bool, sulfur: bool) -> str | None:
    """A lower-case name with locants and stereo descriptors as chemists write them; None where the case is undecidable.

    `n-butane` stays, `n-methylaniline` becomes `N-methylaniline`; `n-butylaniline` may be either and gives None.
    `oxygen_locant` says that the molecule has no benzene ring, so that `o-` cannot mean ortho.
    """
    name = name.lower()
    name = _STEREO.sub(
        lambda m: "(" + re.sub(r"[rsez]{1,2}(?=,|$)", lambda k: k.group().upper(), m.group(1)) + ")", name
    )
    name = _INDICATED_HYDROGEN.sub(r"\1H", name)
    name = re.sub(r"(?<![a-z])dl-", "DL-", name)
    name = re.sub(r"(?<![a-z])([dl])-(?=\([+-]\)-)", lambda m: m.group(1).upper() + "-", name)
    name = _AMINO_OR_SUGAR.sub(lambda m: m.group(1).upper() + "-", name)
    name = _SAME_LETTERS.sub(lambda m: m.group().upper(), name)
    if re.search(r"(?<![a-zA-Z])n\d*'*-", name):
        if nitrogen and _NORMAL.search(name):
            return None
        if nitrogen:
            name = re.sub(r"(?<![a-zA-Z'])n(\d*'*(?:,\d+'*)*)-", r"N\1-", name)
    if oxygen_locant:
        name = re.sub(r"(?<![a-zA-Z'])o-(?=[a-z(])", "O-", name)
    elif "phosph" in name:
        name = re.sub(r"(?<![a-zA-Z'])o-(?=\(|(?:m|)ethyl)", "O-", name)
    name = re.sub(r"(?<=di-|ri-)o-(?=methyl|ethyl|acetyl|benzo|benzyl|tosyl)", "O-", name)
    if sulfur:
        name = re.sub(r"(?<![a-zA-Z'])s-(?=\(|methyl|ethyl|propyl|butyl|phenyl|benzyl|acetyl)", "S-", name)
    name = re.sub(r"\bvitamin ([a-z])", lambda m: "vitamin " + m.group(1).upper(), name)
    return re.sub(r"\b(ii|iii|iv|vi|vii)\b", lambda m: m.group().upper(), name)


def uncapitalise(name: str) -> str | None:
    """A registry name (`N,N-Dimethylaniline`) as it reads inside a sentence (`N,N-dimethylaniline`).

    None for a name in capitals only, whose locants cannot be told from its letters.
    """
    if not re.search(r"[a-z]{3}", name):
        return None
    return re.sub(r"(?<![A-Za-z'])[A-Z][a-z]{2,}(?!['a-z])", lambda m: m.group().lower(), name)


def start_sentence(name: str) -> str:
    """The name as a sentence starts: `n-butane` gives `n-Butane`, `2-chlorophenol` gives `2-Chlorophenol`."""
    prefix = _split_prefix(name)
    rest = name[len(prefix) :]
    return prefix + rest[:1].upper() + rest[1:]


def _split_prefix(name: str) -> str:
    start = 0
    while (match := _PREFIX.match(name[start:])) and match.end() + start < len(name):
        start += match.end()
    return name[:start]


def strip_salt(name: str) -> str | None:
    """A lower-case name without counter-ion and hydrate words: `imatinib mesylate` gives `imatinib`; else None."""
    words = name.split(" ")
    keep = len(words)
    while keep > 1 and words[keep - 1] in COUNTER_IONS:
        keep -= 1
    if keep == len(words) or (keep == 1 and words[0] in COUNTER_IONS):
        return None
    return " ".join(words[:keep])
