"""MeSH in (descriptor XML, or a table of tree numbers and headings), records out: names, places, what is broader."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator

from apothecary.dumps.model import Fault, Record, Told
from apothecary.engine.xml import iter_records
from apothecary.errors import SourceError

LICENCE = "MeSH (NLM, free to use)"
ACTIONS = "PharmacologicalActionList/PharmacologicalAction/DescriptorReferredTo/DescriptorName"
MAX_LINE_BYTES, MAX_ENTRIES = 2**16, 2_000_000


def read_mesh(stream: io.BufferedReader, *, file: str) -> Iterator[Record | Fault]:
    """A stream of either form to its headings and faults."""
    head = stream.peek(256)[:256].removeprefix(b"\xef\xbb\xbf").lstrip()
    return _read_xml(stream, file) if head.startswith(b"<") else _read_trees(stream, file)


def _read_xml(stream: io.BufferedReader, file: str) -> Iterator[Record | Fault]:
    number = 0
    for number, descriptor in enumerate(iter_records(stream, ("DescriptorRecord",), name=file), 1):
        key = (descriptor.findtext("DescriptorUI") or "").strip()
        name = (descriptor.findtext("DescriptorName/String") or "").strip()
        if not key or not name:
            yield Fault(file, number, "no id or name", key or name)
            continue
        facts = [Told("mesh_id", key), Told("name", name)]
        trees = [one.text or "" for one in descriptor.iterfind("TreeNumberList/TreeNumber")]
        facts += [Told("tree_number", text.strip()) for text in trees]
        note = " ".join((descriptor.findtext("ConceptList/Concept/ScopeNote") or "").split())
        facts += [Told("scope_note", note)]
        terms = [one.text or "" for one in descriptor.iterfind("ConceptList/Concept/TermList/Term/String")]
        facts += [Told("synonym", text.strip()) for text in terms if text.strip() != name]
        actions = descriptor.iterfind(
            "PharmacologicalActionList/PharmacologicalAction/DescriptorReferredTo/DescriptorName"
        )
        facts += [Told("pharmacological_action", (one.findtext("String") or "").strip()) for one in actions]
        numbers = {(one.text or "").strip() for one in descriptor.iterfind("ConceptList/Concept/RegistryNumber")}
        unii = next((one for one in sorted(numbers) if len(one) == 10 and one.isalnum()), "")
        yield Record(key, name, "", unii, facts)
    if not number:
        yield Fault(file, None, "the XML holds no headings", "no <DescriptorRecord>")


def _read_trees(stream: io.BufferedReader, file: str) -> Iterator[Record | Fault]:
    """Lines of tree number and heading, or heading;number as in mtrees.bin, to a record each heading."""
    headings: dict[str, list[str]] = defaultdict(list)
    names: dict[str, str] = {}
    for number, raw in enumerate(iter(lambda: stream.readline(MAX_LINE_BYTES), b""), 1):
        line = raw.decode("utf-8", "replace").rstrip("\r\n")
        cells = line.split("\t")
        tree, name = (cells[0], cells[-1]) if len(cells) > 1 else tuple(reversed(line.rpartition(";")[::2]))
        tree, name = tree.strip(), name.strip()
        if not (tree and name and tree[0].isupper() and tree[1:].replace(".", "").isdigit()):
            if number == 100 and not headings:
                raise SourceError("no table of MeSH", where=file, expected="tree number, tab, heading")
            if line:
                yield Fault(file, number, "no tree number and heading", line[:80])
            continue
        if len(names) > MAX_ENTRIES:
            raise SourceError("too many headings", where=file, expected=f"at most {MAX_ENTRIES:,}")
        headings[name].append(tree)
        names[tree] = name
    if not headings:
        raise SourceError("the file holds no headings", where=file, expected="tree number, tab, heading")
    for name, trees in headings.items():
        facts = [Told("name", name)] + [Told("tree_number", tree) for tree in trees]
        above = [names[parent] for tree in trees if (parent := tree.rpartition(".")[0]) in names]
        yield Record(name, name, "", "", facts + [Told("broader_heading", text) for text in dict.fromkeys(above)])
