from __future__ import annotations

from apothecary.documents.trial_names import CLASSIC, V2


def test_both_generations_name_the_same() -> None:
    assert V2.keys() == CLASSIC.keys()


def test_paths_are_written_in_their_generations_manner() -> None:
    assert all(part[0].islower() for path in V2.values() for part in path.split("."))
    assert all(part[0].isupper() for path in CLASSIC.values() for part in path.split("."))
