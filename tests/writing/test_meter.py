from __future__ import annotations

from apothecary.engine.llm.ledger import Spent
from apothecary.writing.meter import Meter, tell_time


def test_the_line_tells_rate_money_and_time() -> None:
    now = [0.0]
    lines: list[str] = []
    meter = Meter(100, lines.append, clock=lambda: now[0])
    meter.start(Spent(prompt_tokens=500, usd=1.0))
    for answer in range(40):
        now[0] += 1.0
        spent = Spent(prompt_tokens=500 + 100 * (answer + 1), usd=1.0 + 0.05 * (answer + 1))
        meter.note(spent, is_kept=answer % 2 == 0)
    assert len(lines) == 4
    expected = "write: 20 of 100 rows, 50% of 40 answers kept, 100 tokens/s, $3.00 spent, $11.00 in all at this rate"
    assert lines[-1] == expected + ", 3 min left"


def test_nothing_kept_promises_nothing() -> None:
    meter = Meter(10, print, clock=lambda: 5.0)
    meter.start(Spent())
    assert "left" not in meter.describe(Spent())
    assert [tell_time(number) for number in (5, 600, 12600)] == ["5 s", "10 min", "3.5 h"]
