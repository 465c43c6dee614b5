"""Generated IUPAC names in; names to teach out: with capitals, complete, and not the display name over again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from apothecary.gather.entities import Entity
from apothecary.gather.names import case_name

MAX_LENGTH = 80
_LOCANT = re.compile(r"(?<![A-Za-z])([nos])(?=\d*'*[,-])")
_CENTRE = re.compile(r"\d[RS]|\([RS]\)|(?<![A-Za-z])(?:rac|D|L|DL)-")
_DOUBLE_BOND = re.compile(r"\d*[EZ][,)]")
_DISPLAYED_STEREO = re.compile(
    r"\b(?:trans|cis|endo|exo|threo|erythro|meso)\b|\d[RS]\b|\([RSEZ](?:,|\))", re.IGNORECASE
)
_CHARGED = re.compile(r"idyl-|azaniumyl|azanid|idylidene|sulfonylidene|\d-ium|[$^{]")


def list_systematic_names(entities: Iterable[Entity]) -> Iterator[tuple[str, str, str, str]]:
    """Rows `entity_id, field, text, source` of the names that one entity alone has, in the order of `entities`."""
    written = [(entity, write_systematic(entity)) for entity in entities]
    seen = Counter(name for _, name in written if name)
    for entity, name in written:
        if name and seen[name] == 1:
            yield entity.entity_id, "systematic_name", name, "pubchem"


def write_systematic(entity: Entity) -> str | None:
    """The IUPAC name of an entity as chemists write it; None where it is long, incomplete or no news."""
    if not entity.iupac or len(entity.iupac) > MAX_LENGTH or _letters(entity.iupac) == _letters(entity.name):
        return None
    name = write_locants(entity.iupac)
    if name is None or not _tells_stereo(name, str(entity.record["smiles"])):
        return None
    is_vague = _DISPLAYED_STEREO.search(entity.name) and not (_CENTRE.search(name) or _DOUBLE_BOND.search(name))
    return None if is_vague or _CHARGED.search(name) else name


def write_locants(name: str) -> str | None:
    """A lower-case IUPAC name with its capitals: `n-ethyl-1h-indole` gives `N-ethyl-1H-indole`; None where unclear."""
    cased = case_name(name, nitrogen=False, oxygen_locant=False, sulfur=False)
    if cased is None or re.search(r"\((?:[a-z]*[ez]|\d*n[ez])\)", cased):
        return None
    return _LOCANT.sub(lambda match: match.group(1).upper(), cased)


def _tells_stereo(name: str, smiles: str) -> bool:
    """Whether a name says of stereochemistry what the structure says."""
    has_centre, has_bond = "@" in smiles, "/" in smiles or "\\" in smiles
    return has_centre == bool(_CENTRE.search(name)) and has_bond == bool(_DOUBLE_BOND.search(name))


def _letters(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
