"""Drugs@FDA's tables in (the zip of tab-separated files, or some of them), a document each application out.

An application has its products (form, route, strength, marketing status, therapeutic equivalence) and its approvals.
All tables are read before the first application is told, as they come in the order of their names; the lists of
documents on FDA's site and the look-up tables are counted in but not repeated.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from apothecary.documents.labels import SOURCE
from apothecary.documents.model import Document, Failure, Item
from apothecary.documents.prose import tidy_text
from apothecary.engine.unpack import Member
from apothecary.errors import SourceError

FORMAT, LICENCE = "drugs@fda tables", "Drugs@FDA (US government, CC0)"
HEADS = {  # the columns by which a table is known; the first that fits
    "products": ("ApplNo", "ProductNo", "Form", "Strength"),
    "applications": ("ApplNo", "ApplType"),
    "submissions": ("ApplNo", "SubmissionClassCodeID", "SubmissionType"),
    "equivalence": ("ApplNo", "ProductNo", "MarketingStatusID", "TECode"),
    "marketing": ("MarketingStatusID", "ApplNo", "ProductNo"),
    "status": ("MarketingStatusID", "MarketingStatusDescription"),
    "classes": ("SubmissionClassCodeID", "SubmissionClassCode", "SubmissionClassCodeDescription"),
}
MAX_ROWS = 5_000_000
Row = dict[str, str]


def is_table(head: bytes) -> bool:
    """Whether a file's first bytes are the headings of one of the tables."""
    names = head.split(b"\n", 1)[0].decode("latin-1").strip().split("\t")
    return len(names) > 1 and all(name.strip().replace("_", "").isalnum() for name in names)


class Tables:
    """The rows of the tables that say something of applications, and how many rows each file had."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, list[Row]]] = {name: defaultdict(list) for name in HEADS}
        self.counts: Counter[str] = Counter()
        self.failures: list[Failure] = []

    def add(self, member: Member, file: str) -> None:
        """Take in one table; SourceError where it is no table."""
        text = io.TextIOWrapper(member.stream, "utf-8-sig", "replace", newline="")
        lines = csv.reader(text, delimiter="\t", quoting=csv.QUOTE_NONE)
        header = [name.strip() for name in next(lines, [])]
        kind = next((name for name, head in HEADS.items() if set(head) <= set(header) and len(header) < 9), "")
        if len(header) < 2:
            raise SourceError("no table of Drugs@FDA", where=file, expected="tab-separated columns")
        for number, cells in enumerate(lines, 1):
            if not cells:
                continue
            self.counts[file] += 1
            if self.counts.total() > MAX_ROWS:
                raise SourceError("the tables have too many rows", where=file, expected=f"at most {MAX_ROWS:,}")
            if len(cells) < len(header) - 1:
                detail = f"{len(cells)} cells under {len(header)} headings"
                self.failures.append(Failure(file, number, None, "a row is cut", detail))
            elif kind:
                row = {name: tidy_text(cell) for name, cell in zip(header, cells, strict=False)}
                key = row.get("ApplNo") or row[header[0]]
                self.rows[kind][key].append(row)


def read_approvals(tables: Tables, file: str) -> Iterator[Item]:
    """All tables to a document each application, in the order of their numbers, and the rows that failed."""
    yield from tables.failures
    applications = tables.rows["applications"]
    if not applications:
        yield Failure(file, None, None, "the tables hold no applications", "no columns ApplNo and ApplType")
    for number, (key, rows) in enumerate(sorted(applications.items()), 1):
        document = describe_application(tables, key, rows[0])
        document.file, document.record = file, number
        yield document


def describe_application(tables: Tables, key: str, row: Row) -> Document:
    """One application to its document."""
    products = sorted(tables.rows["products"][key], key=lambda one: one["ProductNo"])
    names = list(dict.fromkeys(one["DrugName"] for one in products))
    substances = list(dict.fromkeys(name.strip() for one in products for name in one["ActiveIngredient"].split(";")))
    title = f"{', '.join(names[:3])} ({'; '.join(substances[:3])})" if names else f"{row['ApplType']} {key}"
    document = Document(SOURCE, f"{row['ApplType'].lower()}{key}", FORMAT, title, LICENCE)
    document.types, document.chemicals, document.keywords = [row["ApplType"]], substances, names
    document.rights = row.get("SponsorName") or None
    submissions = sorted(tables.rows["submissions"][key], key=lambda one: one["SubmissionStatusDate"])
    approved = [one for one in submissions if one.get("SubmissionStatus") == "AP" and one["SubmissionStatusDate"]]
    original = [one for one in approved if one["SubmissionType"] == "ORIG"]
    document.date = original[0]["SubmissionStatusDate"][:10] if original else None
    sections = [
        ("title", title),
        ("product", "\n".join(_tell_products(tables, key, products))),
        ("approvals", "\n".join(_tell_approvals(tables, row, original, len(approved)))),
    ]
    document.sections = [(name, text) for name, text in sections if text]
    document.notices = [] if products else ["no product"]
    return document


def _tell_products(tables: Tables, key: str, products: Iterable[Row]) -> Iterator[str]:
    """A line a product."""
    status = {one: rows[0]["MarketingStatusDescription"] for one, rows in tables.rows["status"].items()}
    marketed = {one["ProductNo"]: status.get(one["MarketingStatusID"], "") for one in tables.rows["marketing"][key]}
    equivalent = {one["ProductNo"]: one["TECode"] for one in tables.rows["equivalence"][key]}
    for one in products:
        form, _, route = one["Form"].partition(";")
        parts = [f"{one['DrugName']}: {one['ActiveIngredient']}", form.lower(), route.lower(), one["Strength"]]
        parts.append(marketed.get(one["ProductNo"], "").lower())
        code = equivalent.get(one["ProductNo"])
        parts.append(f"therapeutic equivalence {code}" if code else "")
        parts.append("reference listed drug" if one.get("ReferenceDrug") == "1" else "")
        yield "- " + ", ".join(part for part in parts if part)


def _tell_approvals(tables: Tables, row: Row, original: list[Row], approved: int) -> Iterator[str]:
    """What is known of the application's approval, a line a fact."""
    yield f"Application: {row['ApplType']} {row['ApplNo']}"
    if row.get("SponsorName"):
        yield f"Sponsor: {row['SponsorName']}"
    if original:
        first = original[0]
        yield f"First approved: {first['SubmissionStatusDate'][:10]}"
        classes = tables.rows["classes"].get(first["SubmissionClassCodeID"], [])
        if classes and classes[0]["SubmissionClassCodeDescription"]:
            yield f"Class of the application: {classes[0]['SubmissionClassCodeDescription']}"
        if first.get("ReviewPriority") not in (None, "", "UNKNOWN"):
            yield f"Review: {first['ReviewPriority'].lower()}"
    yield f"Approved submissions: {approved}"
