"""The data of plans is dated, has its sources, and a wrong table is refused by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from apothecary.errors import RecipeError
from apothecary.plan.tables import DATA, load_prices, load_tiers, read_thumb

SEED = {10**6: 0.98, 10**7: 0.95, 5 * 10**7: 0.85, 10**8: 0.7, 5 * 10**8: 0.5, 10**9: 0.3}


def test_every_price_has_a_source_and_the_table_a_date() -> None:
    prices = load_prices()
    assert all(line.source for line in (*prices.cpu, *prices.gpu))
    assert prices.as_of[:2] == "20"
    assert load_tiers().as_of[:2] == "20"


@pytest.mark.parametrize("tier", load_tiers().tiers, ids=lambda tier: f"tier{tier.tier}")
def test_shares_of_a_tier_sum_to_one(tier: object) -> None:
    assert sum(tier.shares.values()) == pytest.approx(1)  # type: ignore[attr-defined]


@pytest.mark.parametrize(("rows", "quality"), SEED.items())
def test_rule_of_thumb_is_met_at_its_sizes(rows: int, quality: float) -> None:
    assert read_thumb(rows, load_tiers().rule_of_thumb) == pytest.approx(quality)


def test_rule_of_thumb_is_held_at_the_ends_and_falls_between() -> None:
    table = load_tiers().rule_of_thumb
    assert read_thumb(10, table) == 0.98
    assert read_thumb(10**12, table) == 0.3
    assert 0.95 < read_thumb(3_000_000, table) < 0.98


def test_own_prices_replace_ours(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text((DATA / "prices.yaml").read_text().replace("usd_per_hour: 3.24", "usd_per_hour: 1.00"))
    assert next(gpu for gpu in load_prices(path).gpu if gpu.name.startswith("H100")).usd_per_hour == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [("usd_per_hour: 3.24", "usd_per_hour: -1"), ("memory_gb: 80", "memory: 80"), ("as_of:", "of:")],
    ids=["negative", "unknown key", "missing"],
)
def test_a_wrong_table_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "prices.yaml"
    path.write_text((DATA / "prices.yaml").read_text().replace(old, new))
    with pytest.raises(RecipeError, match=r"prices\.yaml"):
        load_prices(path)
