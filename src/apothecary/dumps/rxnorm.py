"""RxNorm in (RXNCONSO.RRF, or BioPortal's CSV), records out: names, kinds of terms, UNII.

Of the release only what NLM gives free is read: RxNorm's own terms, and from FDA's labels (MTHSPL) the UNII of a
substance. Terms of other vocabularies need a UMLS licence and are left out.
"""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterator

from apothecary.dumps.model import Fault, Record, Told
from apothecary.dumps.tables import Row, iter_pipes, iter_table
from apothecary.errors import SourceError

LICENCE = "RxNorm (NLM); terms of other vocabularies left out"
CONSO = "RXCUI LAT TS LUI STT SUI ISPREF RXAUI SAUI SCUI SDUI SAB TTY CODE STR SRL SUPPRESS CVF".split()  # noqa: SIM905
NEEDED = ("Class ID", "Preferred Label", "Synonyms", "Semantic Types")
PREFERRED = ("IN", "PIN", "MIN", "BN", "SCD", "SBD", "GPCK", "BPCK", "SCDC", "SBDC", "SCDF", "SBDF", "DF", "DFG")
OTHER_NAMES = ("SY", "TMSY", "PSN", "ET")
SKIPPED_FILES = ("RXNSAT", "RXNREL", "RXNSTY", "RXNDOC", "RXNSAB", "RXNCUI", "RXNATOMARCHIVE")


def read_rxnorm(stream: io.BufferedReader, *, file: str) -> Iterator[Record | Fault]:
    """A stream of either form to its concepts and faults; other tables of a release are passed over."""
    if any(name in file.upper() for name in SKIPPED_FILES):
        return iter(())
    line = stream.peek(2**14)[: 2**14].split(b"\n", 1)[0]
    return _read_rrf(stream, file) if line.count(b"|") >= len(CONSO) - 1 else _read_csv(stream, file)


def _read_csv(stream: io.BufferedReader, file: str) -> Iterator[Record | Fault]:
    for row in iter_table(stream, file=file, needed=NEEDED):
        if isinstance(row, Fault):
            yield row
            continue
        number, cells = row
        key, name = cells["Class ID"].rpartition("/")[2], cells["Preferred Label"]
        if not key or not name:
            yield Fault(file, number, "no id or name", cells["Class ID"][:80])
            continue
        facts = [Told("rxcui", key), Told("name", name), Told("umls_cui", cells.get("CUI", ""))]
        facts += [Told("synonym", one.strip()) for one in cells["Synonyms"].split("|") if one.strip() != name]
        types = (one.rpartition("/")[2] for one in cells["Semantic Types"].split("|"))
        yield Record(key, name, "", "", facts + [Told("semantic_type", one) for one in types])


def _read_rrf(stream: io.BufferedReader, file: str) -> Iterator[Record | Fault]:
    """RXNCONSO to its concepts; its lines stand together by concept, and an unsorted file is refused."""
    rows: list[Row] = []
    done: set[str] = set()
    for row in iter_pipes(stream, CONSO, file=file):
        if isinstance(row, Fault):
            yield row
            continue
        cells = row[1]
        if rows and cells["RXCUI"] != rows[0]["RXCUI"]:
            yield from _read_concept(rows)
            done.add(rows[0]["RXCUI"])
            rows = []
            if cells["RXCUI"] in done:
                raise SourceError("the lines of a concept do not stand together", where=file, expected="as released")
        rows.append(cells)
    if rows:
        yield from _read_concept(rows)


def _read_concept(rows: list[Row]) -> Iterator[Record]:
    """The lines of one concept to its record; none where nothing of it is free."""
    own = [row for row in rows if row["SAB"] == "RXNORM" and row["SUPPRESS"] not in ("O", "Y")]
    terms: dict[str, list[str]] = defaultdict(list)
    for row in own:
        terms[row["TTY"]].append(row["STR"].strip())
    kind = next((one for one in PREFERRED if terms.get(one)), "")
    if not kind:
        return
    name, key = terms[kind][0], rows[0]["RXCUI"]
    facts = [Told("rxcui", key), Told("name", name), Told("rxnorm_term_type", kind)]
    facts += [Told("synonym", text) for one in OTHER_NAMES for text in terms.get(one, []) if text != name]
    codes = sorted({row["CODE"] for row in rows if row["SAB"] == "MTHSPL" and row["TTY"] == "SU"})
    unii = codes[0] if len(codes) == 1 and kind in ("IN", "PIN") else ""
    yield Record(key, name, "", unii, [*facts, Told("unii", unii)])
