"""Quotas, rows made and verdicts to a cut-off per stratum, so that a dataset has exactly the rows it was asked for.

Rows of a stratum are numbered j = 0, 1, ...; those below the cut-off are exported unless a verdict dropped them. A
stratum that comes short is filled up by the surplus of others in the same split, of the same intent first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from apothecary.errors import CapacityError, VerdictError


@dataclass(frozen=True)
class Supply:
    """A stratum as generate left it: rows wanted and rows made."""

    id: str
    split: str
    quota: int
    made: int

    @property
    def intent(self) -> str:
        """The second part of the id."""
        return self.id.split("/")[1]


def read_supplies(manifest: dict[str, Any], pack: str, rows: int) -> list[Supply]:
    """The generate manifest to its strata, named as in row ids: "<pack>/<intent>/<template>/<stratum>".

    Raises VerdictError when their quotas are not the rows that the recipe asks for.
    """
    supplies = [
        Supply("/".join([pack, *line["id"].split("/")[-3:]]), line["split"], line["quota"], line["made"])
        for line in manifest["strata"]
    ]
    wanted = sum(supply.quota for supply in supplies)
    if wanted != rows:
        raise VerdictError(
            f"generate planned {wanted:,} rows, the recipe asks for {rows:,}",
            where="generate/manifest.json, strata",
            expected="quotas that sum to the recipe's rows",
            hint="this is a bug in generate; the run cannot be exported",
        )
    return supplies


def collect_dropped(supplies: Sequence[Supply], tables: Iterable[pl.DataFrame]) -> list[NDArray[np.int64]]:
    """Frames of `stratum, j` to the sorted numbers of the rows that are dropped, for each stratum."""
    index = pl.DataFrame({"stratum": [supply.id for supply in supplies]}).with_row_index("place")
    found: list[list[NDArray[np.int64]]] = [[] for _ in supplies]
    for table in tables:
        placed = table.join(index, on="stratum", how="left")
        if placed["place"].null_count():
            stranger = placed.filter(pl.col("place").is_null())["stratum"][0]
            raise VerdictError(f"a verdict names the stratum {stranger}, which generate does not know")
        for (place,), group in placed.group_by("place"):
            found[int(str(place))].append(group["j"].to_numpy())
    return [np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64) for parts in found]


def plan_cutoffs(supplies: Sequence[Supply], dropped: Sequence[NDArray[np.int64]]) -> dict[str, int]:
    """Strata and their dropped numbers (sorted) to the cut-off of each: sound rows below it are exported.

    Raises CapacityError with the arithmetic when a split has fewer sound rows than it needs.
    """
    available = [supply.made - len(numbers) for supply, numbers in zip(supplies, dropped, strict=True)]
    taken = [min(supply.quota, sound) for supply, sound in zip(supplies, available, strict=True)]
    for split in dict.fromkeys(supply.split for supply in supplies):
        members = [place for place, supply in enumerate(supplies) if supply.split == split]
        refill_split(supplies, available, taken, members)
    return {
        supply.id: find_cutoff(numbers, count) for supply, numbers, count in zip(supplies, dropped, taken, strict=True)
    }


def refill_split(supplies: Sequence[Supply], available: Sequence[int], taken: list[int], members: list[int]) -> None:
    """Raise `taken` in place until the strata `members`, those of one split, give their quotas together."""
    for place in members:
        short = supplies[place].quota - min(supplies[place].quota, available[place])
        kin = [other for other in members if supplies[other].intent == supplies[place].intent]
        for donors in (kin, members):
            spare = [available[other] - taken[other] for other in donors]
            given = spread(short, spare)
            for other, count in zip(donors, given, strict=True):
                taken[other] += count
            short -= sum(given)
        if short:
            raise explain_shortage(supplies, available, members)


def spread(count: int, spare: Sequence[int]) -> list[int]:
    """A number of rows over donors in proportion to what each can spare; fewer where that is all there is."""
    total = sum(spare)
    count = min(count, total)
    if not count:
        return [0] * len(spare)
    ends = [count * end // total for end in np.cumsum(np.array(spare, dtype=object))]
    return [end - start for start, end in zip([0, *ends[:-1]], ends, strict=True)]


def find_cutoff(dropped: NDArray[np.int64], count: int) -> int:
    """Sorted numbers of dropped rows to the smallest cut-off below which exactly `count` rows are kept."""
    kept_before = dropped - np.arange(len(dropped))
    return count + int(np.searchsorted(kept_before, count, side="left"))


def explain_shortage(supplies: Sequence[Supply], available: Sequence[int], members: Sequence[int]) -> CapacityError:
    """A split that cannot be filled to the error that shows the sum, and the strata that lost most."""
    split = supplies[members[0]].split
    wanted = sum(supplies[place].quota for place in members)
    made = sum(supplies[place].made for place in members)
    sound = sum(available[place] for place in members)
    worst = sorted(members, key=lambda place: available[place] - supplies[place].quota)[:3]
    losses = "; ".join(
        f"{supplies[place].id}: {available[place]:,} sound, {supplies[place].quota:,} wanted" for place in worst
    )
    return CapacityError(
        f"the {split} split is {wanted - sound:,} rows short:"
        f" {made:,} made - {made - sound:,} dropped = {sound:,} sound, {wanted:,} wanted",
        where=losses,
        expected=f"at least {wanted:,} sound {split} rows",
        hint="raise `surplus` in the recipe, ask for fewer rows, or see what was dropped: apothecary show RUN",
    )
