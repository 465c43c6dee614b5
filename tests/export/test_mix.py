from tests.curate.examples import frame_rows, make_row, two_turns

from apothecary.curate.verdicts import STRATUM_OF_ID
from apothecary.engine.shard import check_books
from apothecary.export.mix import count_characters, count_mix, describe_mix

ROWS = frame_rows(
    [
        make_row(0, 1, prompt="abcd", response="µ²"),
        two_turns(make_row(1, 1, prompt="abcd", response="ef", system="x"), "gh", "ij"),
        make_row(2, 1, intent="rings", split="test", prompt="", response="k", licences=["CC0-1.0"]),
    ]
)


def test_characters_are_those_of_all_turns() -> None:
    assert count_characters(ROWS).to_list() == [6, 11, 1]


def test_the_mix_counts_rows_and_characters_by_each_name() -> None:
    counted = count_mix(ROWS, ROWS.select(STRATUM_OF_ID).to_series())
    assert counted["intent"] == {
        "rings": {"rows": 1, "characters": 1},
        "weight": {"rows": 2, "characters": 17},
    }
    assert counted["split"]["test"] == {"rows": 1, "characters": 1}
    assert counted["group"] == {"drug": {"rows": 3, "characters": 18}}
    assert counted["licence"] == {
        "BSD-3-Clause": {"rows": 2, "characters": 17},
        "CC0-1.0": {"rows": 3, "characters": 18},
    }
    assert counted["tests"]["skill"]["rows"] == 1
    check_books(counted, "")
    assert describe_mix(counted)["intent"]["weight"] == {"rows": 2, "characters": 17, "approximate_tokens": 4}


def test_no_rows_make_an_empty_mix() -> None:
    empty = ROWS.clear()
    assert count_mix(empty, empty["id"])["intent"] == {}
