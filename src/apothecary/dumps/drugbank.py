"""DrugBank's open vocabulary in (CSV), records out: ids, UNII, names. The full DrugBank is not open.

CAS numbers are in the file and are left out: their reuse needs the consent of CAS.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from apothecary.dumps.model import Fault, Record, Told
from apothecary.dumps.tables import iter_table

LICENCE = "CC0 1.0 (DrugBank open vocabulary)"
NEEDED = ("DrugBank ID", "Common name", "UNII", "Synonyms", "Standard InChI Key")


def read_drugbank(stream: io.BufferedReader, *, file: str) -> Iterator[Record | Fault]:
    """A stream of the vocabulary to its records and faults."""
    for row in iter_table(stream, file=file, needed=NEEDED):
        if isinstance(row, Fault):
            yield row
            continue
        number, cells = row
        key, name = cells["DrugBank ID"], cells["Common name"]
        if not key or not name:
            yield Fault(file, number, "no id or name", key or name)
            continue
        facts = [Told("drugbank_id", key), Told("name", name), Told("unii", cells["UNII"])]
        facts += [Told("synonym", text) for one in cells["Synonyms"].split(" | ") if (text := one.strip()) != name]
        yield Record(key, name, cells["Standard InChI Key"], cells["UNII"], facts)
