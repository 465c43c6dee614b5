"""Words that the check of written sentences looks at: negations, comparatives, and words that assert nothing."""

from __future__ import annotations

import re

NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|lacks?|lacking|fails?|absent|rather than|instead of|unlike)\b"
    r"|n['’]t\b",
    re.IGNORECASE,
)
_UP = """
    higher more greater heavier larger bigger later newer exceeds above longer highest largest latest
"""
_DOWN = """
    lower less fewer lighter smaller earlier older below shorter lowest smallest earliest
"""
UP, DOWN = frozenset(_UP.split()), frozenset(_DOWN.split())
# Of a year of approval: the older medicine has the lower number. Words of size say nothing about years.
YEAR_WORDS = frozenset(["later", "newer", "earlier", "older", "latest", "earliest", "before", "after"])
SAME = frozenset(["same", "equal", "identical", "alike", "both", "similar", "comparable"])
_COUNTED = "zero one two three four five six seven eight nine ten eleven twelve"
NUMBER_WORDS = {word: number for number, word in enumerate(_COUNTED.split())}
_GENERAL = """
    a about above acceptor acceptors according act action acts add adds admission after against all also although
    among an and another any approval approved are area aromatic as ask asked asks at atom atoms available average
    away back based be because been before being belongs below between boiling bond bonds both box brand but by
    calculated call called can carries case cases chart check checked class classed classified clear closely
    colleague come comes common compare compared comparing comparison compound compounds computed consider
    considered contains context contrast could counts criteria criterion data describe described describes
    description descriptor descriptors determined did differ difference differs discharge do does donor donors drug
    drugs each either entry estimate estimated even every example experimental expressed fact facts family far
    figure figures find first five followed following follows for form formula formula's found from full further
    given gives gram grams group groups had hand has have help helps here home how however hydrogen hydrophilic
    if important in includes indicates information into introduced is it its itself just keep kind known known-as
    knows last less let letter like likely limit limits lipinski lipinski's lipophilic lipophilicity list listed
    lists log look made main make makes many marketed mass may me meaning means measured measurement mechanism
    medicine medicines melting member method mg might mol molar mole molecular molecule molecule's molecules more
    most must my name named names need needs new next nitrogen notation note notes now number numbers nurse of on
    one only or order other our out over overall own oxygen part partition patient per pharmacist phone picture
    place point points polar polar-surface polarity predicted properties property question range rather read reading
    reads record recorded records refer reference referred refers relatively remember report reported represented
    represents respective respectively result results ring rings role rotatable rule same sample sea see set should
    show shown shows simple simply since small smiles so sold some sorted speaking stands start state stated states
    step steps still string structural structure student students substance such sum summary surface table take
    taken teacher tell tells temperature than that the their them then there therefore these they this those
    threshold thus to today together told topological total turns two type under understand understanding understood
    unit units up us use used useful user using value values versus very ward was way we weigh weighs weight well
    were what when where whereas whether which while who whole whose will with within word words work works would
    writes written year years you your
"""
GENERAL = frozenset(_GENERAL.split())
_UNITS = "mg g kg µg mcg ng mL ml L µL mol mmol µmol mM µM nM M % °C °F K Da kDa Å Å² nm h hours min s mg/mL mg/L g/L"
UNITS = tuple(_UNITS.split())  # behind a value that has none
NOTHING = re.compile(r"\b(?:no|none|without|zero|lacks?)\b", re.IGNORECASE)  # of a count that is 0
WORD = re.compile(r"[^\W\d_][\w'’-]*")
NUMBER = re.compile(r"(?<![\w.])[-−–]?\d+(?:,\d{3})*(?:\.\d+)?(?![\w]*\d*[A-Za-z]\d)")
