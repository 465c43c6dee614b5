"""Entities with all their names in; one display name each, and readable synonyms, out.

Order of choice for a drug: INN, UNII display name, ChEMBL's name; for another compound: the source's first name,
UNII's, a DSSTox name, the first readable synonym, the IUPAC name. No two entities share a name; drugs choose first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from apothecary.gather.contested import is_contested
from apothecary.gather.entities import Entity
from apothecary.gather.names import case_name, judge_name, strip_salt, tidy_name, uncapitalise
from apothecary.gather.reviewed import read_reviewed
from apothecary.gather.style import Style

MAX_SYNONYMS = 8
MAX_SYNONYM_LENGTH = 60
MAX_TRIED = 40
USUAL = 10


@dataclass(frozen=True)
class Candidate:
    """A possible display name: in lower case, what kind it is, why it is proposed, and who has it."""

    name: str
    kind: str
    reason: str
    source: str


@dataclass
class NameBook:
    """What is known about names across entities while display names are given out."""

    registry: dict[
        str, str | None
    ]  # lower-case DSSTox names as they read inside a sentence; None when in capitals only
    brands: frozenset[str]
    drug_names: dict[str, str]  # lower-case name to the key of the drug that owns it
    defined: dict[str, int]  # parent key to the fewest open stereo elements among its entities
    style: Style = field(default_factory=Style)
    formulas: dict[str, str | None] = field(default_factory=dict)  # key to formula
    taken: dict[str, str] = field(default_factory=dict)  # lower-case name to the key of the entity that took it

    def is_isomer_of_owner(self, name: str, entity: Entity) -> bool:
        """Whether another entity with the same formula owns a name: the entity is that one in another drawing."""
        owner = self.taken.get(name) or self.drug_names.get(name)
        formula = self.formulas.get(entity.key)
        return owner is not None and formula is not None and self.formulas.get(owner) == formula


def name_entities(
    entities: list[Entity], registry_names: Iterable[str], brands: frozenset[str], style: Style | None = None
) -> None:
    """Decide every display name and choose synonyms; `brands` are lower-case names that are nothing but brands.

    `style`, learnt from the registers, refuses unlisted names that read like trade names; without it none is.
    """
    ordered = sorted(entities, key=lambda e: (not e.approved, e.group != "drug", e.undefined, e.key))
    drug_names: dict[str, str] = {}
    defined: dict[str, int] = {}
    for entity in ordered:
        defined.setdefault(entity.record["parent_key"], entity.undefined)
        defined[entity.record["parent_key"]] = min(defined[entity.record["parent_key"]], entity.undefined)
        if entity.group == "drug":
            for name in (*entity.official_names, *entity.approved_names):
                drug_names.setdefault(name, entity.key)
    registry = {name.lower(): uncapitalise(name) for name in registry_names}
    book = NameBook(registry, brands, drug_names, defined, style or Style())
    book.formulas = {e.key: e.record.get("formula") for e in entities}
    for entity in ordered:
        _name_entity(entity, book)
    for entity in ordered:
        _choose_synonyms(entity, book)


def list_candidates(entity: Entity, book: NameBook) -> Iterator[Candidate]:
    """Candidates for the display name, best first."""
    own, registry = entity.names, book.registry
    if given := read_reviewed("name").get(entity.key):
        yield Candidate(given, "reviewed", "given by hand", "unii")
    if entity.group == "drug":
        if own and _is_unused(entity) and (own[0][0] in registry or own[0][0] in entity.official_names):
            yield Candidate(own[0][0], "common", "first name of the source, which hardly knows the INN", own[0][1])
        if entity.inn:
            yield Candidate(entity.inn, "INN", "international nonproprietary name", "unii")
        if entity.display:
            yield Candidate(entity.display, "registry", "UNII display name", "unii")
        for name in entity.approved_names:
            yield Candidate(name, "registry", "ChEMBL name", "chembl")
        for name, source in own:
            if source == "drugbank-vocabulary":
                yield Candidate(name, "registry", "DrugBank vocabulary", source)
        for name in entity.salt_names:
            yield Candidate(name, "registry", "ChEMBL name of a salt, without its counter-ion", "chembl")
    if own:
        yield Candidate(own[0][0], "common", "first name of the source", own[0][1])
    if entity.display:
        yield Candidate(entity.display, "registry", "UNII display name", "unii")
    for name, source in own[1:]:
        if name in registry:
            yield Candidate(name, "registry", "DSSTox preferred name", source)
    for name, source in own[1:]:
        yield Candidate(name, "synonym", "first readable synonym", source)
    if entity.iupac:
        yield Candidate(entity.iupac.lower(), "systematic", "IUPAC name", "pubchem")


def _is_unused(entity: Entity) -> bool:
    """Whether neither the INN nor the display name of a drug not approved is among the source's usual names for it.

    Such an INN is younger than the source, or that of a use: `demannose` for mannose. A plural is no better name.
    """
    usual = [name for name, _ in entity.names[:USUAL]]
    given = {entity.inn, entity.display}
    return not entity.approved and entity.source == "pubchem" and given.isdisjoint([*usual, usual[0].removesuffix("s")])


def _name_entity(entity: Entity, book: NameBook) -> None:
    refused: list[str] = []
    other_drawing = False
    for candidate in list_candidates(entity, book):
        name = tidy_name(candidate.name).lower()
        if is_contested(name, entity):
            refused.append("another source draws another structure for it")
            break  # its other names would be those of the structure that this is not
        why_not = _refuse(name, candidate, entity, book)
        if why_not is None and other_drawing and candidate.kind in {"common", "synonym"}:
            why_not = "a name of an isomer"
        if why_not in {"taken", "a drug's name"} and candidate.kind == "common":
            # the names that follow the isomer's own are as likely the isomer's; an IUPAC name is made from the drawing
            other_drawing = book.is_isomer_of_owner(name, entity)
        cased = None if why_not else write_case(name, entity, book.registry)
        if cased is None:
            refused.append(why_not or "undecidable case")
            continue
        entity.name, entity.name_kind, entity.name_source = cased, candidate.kind, candidate.source
        before = ", ".join(dict.fromkeys(refused))
        entity.name_reason = f"{candidate.reason}; refused before it: {before}" if before else candidate.reason
        entity.named = True
        book.taken[name] = entity.key
        break
    if not entity.named:
        entity.name, entity.name_kind, entity.name_source = entity.record["smiles"], "none", entity.source
        entity.name_reason = "no readable name: " + (", ".join(dict.fromkeys(refused)) or "no name at all")
    elif entity.group != "drug" and entity.undefined > max(1, book.defined[entity.record["parent_key"]]):
        entity.named = False
        entity.name_reason = "the name's stereochemistry is left open, and a better defined isomer is known"


def _refuse(name: str, candidate: Candidate, entity: Entity, book: NameBook) -> str | None:
    if name in book.taken:
        return "taken"
    if book.drug_names.get(name, entity.key) != entity.key:
        return "a drug's name"
    if name in book.brands:
        return "brand name"
    if candidate.kind == "reviewed":
        return None
    official = candidate.kind in {"INN", "registry"} or name in book.registry
    reason = judge_name(name, official=official)
    if reason == "salt or form" and name in entity.approved_names:
        return None  # a word such as fumarate in the name of a structure without counter-ion: an ester, not a salt
    if reason is None and candidate.kind in {"common", "synonym"}:
        return book.style.judge(name, entity.iupac)
    return reason


def write_case(name: str, entity: Entity, registry: dict[str, str | None]) -> str | None:
    """A lower-case name with its capitals: as the register has it, else by rule; None where undecidable."""
    record = entity.record
    given = read_reviewed("name").get(entity.key, "")
    if name == given.lower():
        return given
    no_ring = record["oxygens"] != "0" and record["aromatic_rings"] == "0"
    return registry.get(name) or case_name(name, record["nitrogens"] != "0", no_ring, record["sulfurs"] != "0")


def is_variant(name: str, other: str) -> bool:
    """Whether two lower-case words are one name in two languages or spellings: `saccharine` and `saccharin`."""
    shared = next((i for i, (a, b) in enumerate(zip(name, other, strict=False)) if a != b), min(len(name), len(other)))
    return shared >= 4 and shared >= len(other) - 2 and abs(len(name) - len(other)) <= 3


def _choose_synonyms(entity: Entity, book: NameBook) -> None:
    """Up to `MAX_SYNONYMS` readable other names; none is a brand, a display name or a drug's name elsewhere."""
    official = [(name, "unii", True) for name in entity.official_names]
    own = [(name, source, False) for name, source in entity.names[:MAX_TRIED]]
    seen: set[str] = set()
    for raw, source, is_official in [*official, *own]:
        name = tidy_name(raw).lower()
        if name in seen or name in book.taken or name in book.brands or len(name) > MAX_SYNONYM_LENGTH:
            continue
        if book.drug_names.get(name, entity.key) != entity.key or judge_name(name) is not None:
            continue
        if entity.group == "drug" and not is_official and not any(c.isdigit() for c in name):
            continue  # words without a locant that no official list has are a trade name or another language
        if not is_official and book.style.judge(name, entity.iupac):
            continue
        if is_variant(name, entity.name.lower()) or strip_salt(name) == entity.name.lower():
            continue
        cased = write_case(name, entity, book.registry)
        if cased is None:
            continue
        seen.add(name)
        entity.synonyms.append((cased, "unii" if is_official else source))
        if len(entity.synonyms) == MAX_SYNONYMS:
            return
