from collections.abc import Callable

import pytest

# what is planted: intent, text, its replacement; what is found: where, what, severity
DEFECTS = {
    "direction contradicts asks": (
        "compare",
        "Which is heavier",
        "Which is lighter",
        "compare/heavier/ask 1",
        "says `lighter`",
        "error",
    ),
    "no direction word": (
        "compare",
        "Which is heavier",
        "Which is it",
        "compare/heavier/ask 1",
        "no word says so",
        "error",
    ),
    "reply calls the larger smaller": (
        "compare",
        "is heavier than",
        "is lighter than",
        "compare/heavier/reply 2",
        "calls {hi.name} `lighter`",
        "error",
    ),
}


@pytest.mark.parametrize("defect", DEFECTS.values(), ids=DEFECTS)
def test_planted_defect_is_found(find_planted: Callable[..., None], defect: tuple[str, ...]) -> None:
    find_planted(*defect)
