"""How the words of an English sentence count when a claim is looked for: one letter a class.

A claim is read only where every word between its parts is known to be harmless, so a word that is in no class (`x`)
ends a link, and a word of class `b` keeps its whole sentence from being judged. Words of a domain come with a pack
(`claims.yaml`).

c  joins without meaning of its own     p  preposition          k  says "is"
d  a noun or adjective for the subject  s  refers back          q  about
r  a bound                              b  blocks the sentence  o  an operator
"""

from __future__ import annotations

import re

_CLASSES = {
    "c": """
        a an the has have had having that which whose where value values reported reports given stated listed
        recorded measured determined found known taken usually typically generally commonly normally also and or
        respective shows show exhibits possesses possess displays contains contain carries carry bears includes
        comprises calculated computed experimental theoretical published accepted literature standard reference data
        entry overall chemical physical properties property profile yes summary note remember recall answer result
        name title so thus therefore hence here there now then first well please what what's whats how when who tell
        me us you your can could would i we my our need want give state report find look up know let's let get got
        provide enter complete fill sheet question quick record list table sources source according database
        databases sure certainly indeed namely e g i.e viz roughly-speaking do does did go goes much many year
        number count temperature hot high ordinary atmospheric pressure per compound's molecule's drug's range
        example
    """,
    "p": """
        between of in for at with on about from as to by under
    """,
    "k": """
        is was are were be being equals equal amounts comes totals reads becomes
    """,
    "d": """
        compound substance molecule drug medicine chemical material solid liquid powder crystal crystals crystalline
        white colourless colorless yellow yellowish pale off-white odourless odorless organic inorganic small weak
        pure agent analgesic antibiotic antiviral antifungal stimulant sedative steroid alkaloid acid base ester
        amide inhibitor antagonist agonist neutral parent active ingredient well-known common nonsteroidal
        non-steroidal anti-inflammatory synthetic natural product medication pharmaceutical free whole
    """,
    "s": """
        it its this these they their itself
    """,
    "q": """
        about approximately approx ca circa around roughly nearly almost some close near c.a c.
    """,
    "r": """
        over above below under least beyond exceeding up-to exceed exceeds within minimum maximum max min
    """,
    "b": """
        check verify confirm confirmed agreed true right not no never neither nor cannot can't isn't wasn't doesn't
        don't didn't aren't won't without wrong false incorrect incorrectly mistaken mistake error erroneous typo
        untrue myth unlikely doubt doubtful disputed if unless would-be suppose supposing supposed supposedly assume
        assumes assuming assumed imagine hypothetical hypothetically pretend say says said claims claimed claim
        alleged allegedly believe believes believed think thought thinks argue argues assert asserts suggest
        suggests wrongly falsely apparently reportedly misconception rumour rumor might may maybe perhaps possibly
        should could've expected predicted estimate estimated estimates guess than versus vs compared comparing
        comparison differ differs difference different differing twice half double triple times fold ratio heavier
        lighter higher lower bigger smaller larger greater less more fewer most highest lowest heaviest lightest
        increase increased increases decrease decreased decreases rise rises drop drops add adds added adding gain
        gains gained lose loses lost plus minus subtract shift change changes changed respectively both each
        combined total sum mean average averages except instead rather unlike whereas although originally previously
        formerly once old outdated corrected correction correct until before after during remaining missing option
        options choice choices series family analogues analogs unknown similar same polymorph polymorphs form forms
        i ii iii decomposes decomposition decomposing sublimes racemic mixture mixtures solution solutions solvent
        solvents dose doses dosage tablet tablets capsule capsules injection injected intravenous oral orally daily
        kg salt salts sodium potassium calcium magnesium lithium hydrochloride dihydrochloride hydrobromide
        hydrochlorid sulfate sulphate phosphate citrate maleate fumarate tartrate mesylate mesilate besylate
        tosylate acetate succinate nitrate bromide chloride iodide pamoate embonate gluconate lactate hydrate
        hydrates monohydrate dihydrate trihydrate tetrahydrate pentahydrate hemihydrate sesquihydrate hydrated
        anhydrous solvate anhydrate cation anion ion ions adduct protonated deprotonated fragment fragments
        deuterated labelled labeled isotopic derivative derivatives analogue analog metabolite metabolites conjugate
        conjugated complex dimer trimer polymer polymeric oligomer prodrug copolymer
    """,
}
CLASS_OF = {word: letter for letter, words in _CLASSES.items() for word in words.split()}
CLASS_OF |= {
    "i": "c",
    "empirical": "c",
    "statement": "b",
    "statements": "b",
    "related": "b",
}  # the pronoun; a polymorph I is named by `form`
# After a sentence with one of these, `it` may be what came of the substance, or what it was put into.
_CHANGES = """
    product products hydrolysed hydrolyzed converted converts reacted reacts reacting reaction reactions treated mixed
    dissolved dissolves heated reduced oxidised oxidized purified recrystallised recrystallized crystallised
    isolated extracted gave gives giving yield yields yielded yielding afford affords afforded prepared obtained
    synthesised synthesized synthesis precursor dried crude sample samples residue filtrate distilled esterified
    methylated acetylated demethylated degraded metabolised metabolized metabolism transformed forms formed
    produce produces produced becomes turned turns made makes bind binds bound receptor protein enzyme added
"""
CHANGES = frozenset(_CHANGES.split())
_SIGNS = {",": ",", ";": ";", ":": ":", "|": ":", "(": "(", "[": "(", ")": ")", "]": ")", "=": "k", "≈": "q", "~": "q"}
_SIGNS |= dict.fromkeys("<>≤≥", "r") | dict.fromkeys("×*/+÷·•^", "o") | dict.fromkeys(".!?{}", ".")
_SIGNS |= dict.fromkeys("-–—", "-")
SIGN_OF = _SIGNS
_COUNTED = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
NUMBER_WORDS = {word: number for number, word in enumerate(_COUNTED.split(), 1)}
_FORMS = """
    salt sodium potassium calcium magnesium lithium hydrochloride dihydrochloride hydrobromide sulfate sulphate
    phosphate citrate maleate fumarate tartrate mesylate mesilate besylate tosylate succinate bromide chloride iodide
    pamoate gluconate lactate hydrate monohydrate dihydrate trihydrate tetrahydrate pentahydrate hemihydrate anhydrous
    solvate
"""
FORM_WORDS = frozenset(_FORMS.split())
# A sentence ends at . ! ? before white space and no lower-case letter or digit, or with its line.
SENTENCE_END = re.compile(r"(?:(?<=[^\W\d_]{2}[.!?])|(?<=[\d)%\"'”][.!?]))[\"'”)]*\s+(?=[^a-z\d\s])|\n+")
