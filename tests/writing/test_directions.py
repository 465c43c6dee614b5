from __future__ import annotations

from apothecary.writing.directions import check_comparisons, check_opposites
from apothecary.writing.prompts import Prompts
from apothecary.writing.reader import Named
from apothecary.writing.subjects import Stated

OLD = Stated(0, "aspirin", "first_approval", "year of first approval", "1950", None, "f1")
NEW = Stated(1, "imatinib", "first_approval", "year of first approval", "2001", None, "f2")


def compare(text: str) -> list[str]:
    named = sorted(
        (Named(text.index(name), text.index(name) + len(name), at) for at, name in enumerate(("aspirin", "imatinib"))),
        key=lambda one: one.start,
    )
    return list(check_comparisons(text, named, [OLD, NEW], {}, 2))


def test_the_older_medicine_was_approved_earlier() -> None:
    assert compare("aspirin is older than imatinib") == []
    assert compare("imatinib is older than aspirin") == ["direction: older"]
    assert compare("Compared with imatinib, aspirin is newer") == ["direction: newer"]
    assert compare("aspirin has the earlier year of first approval than imatinib") == []
    assert compare("aspirin is larger than imatinib") == ["comparison without facts: larger"]


def test_opposites(prompts: Prompts) -> None:
    fact = Stated(0, "x", "mechanism", "mechanism of action", "blocks beta receptors", None, None)
    rules = prompts.rules.opposites
    assert list(check_opposites("it inhibits the receptor", set(), rules, [fact])) == []
    assert list(check_opposites("it stimulates the receptor", set(), rules, [fact])) == ["direction: stimulates"]
    assert list(check_opposites("it lowers pressure", set(), rules, [fact])) == ["claim: lowers"]
