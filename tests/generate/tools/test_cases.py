from __future__ import annotations

import pytest

from apothecary.generate.tools.cases import KINDS, MIN_ASKS, load_cases
from apothecary.generate.tools.desk import PROPERTIES


def test_every_kind_has_cases_and_each_case_its_wordings() -> None:
    cases = load_cases()
    assert {case.kind for case in cases.values()} == set(KINDS) and len(cases) >= 30
    for name, case in cases.items():
        asked = [text for _, text in case.asks]
        assert len(asked) >= MIN_ASKS and len(set(asked)) == len(asked), name
        assert len(case.ask) >= 2, f"{name}: one register only"


@pytest.mark.parametrize("name", list(load_cases()))
def test_what_is_looked_up_is_needed(name: str) -> None:
    case = load_cases()[name]
    looked_up = [
        call["lookup"]["property"]
        for exchange in (case, case.before)
        if exchange
        for step in exchange.steps
        for call in step
        if "lookup" in call
    ]
    for one in looked_up:
        if "{" not in one and not case.stranger:
            assert PROPERTIES[one] in {*case.needs, *case.lacks}
