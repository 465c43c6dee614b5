"""What a mix asks and what there is to how many rows each cell gives: shares met as far as the rows reach.

A cell holds the rows that are alike in everything the mix gives shares for. Shares of several kinds at once are met by
iterative proportional fitting (Deming and Stephan, 1940), which keeps what the rows are like within a share.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from apothecary.errors import CapacityError, RecipeError
from apothecary.recipe_mix import Mix

ROUNDS = 500
CLOSE = 1e-9


def plan_quotas(mix: Mix, cells: Sequence[tuple[str, ...]], rows: Sequence[int]) -> list[int]:
    """The cells (n, a name for each of `mix.kinds`) and their rows (n) to the rows that each gives (n).

    CapacityError when fewer rows are there than asked, RecipeError for a share of something that no row has.
    """
    there = np.array(rows, dtype=np.int64)
    asked = ask_shares(mix, cells, there)
    wanted = fit_shares(mix.kinds, cells, there, asked)
    if not wanted.any():
        return [0] * len(there)
    most = int(np.floor(np.min(there[wanted > 0] / wanted[wanted > 0]) + CLOSE))
    total = mix.rows or most
    reach = int(there[wanted > 0].sum())
    if total > reach:
        raise CapacityError(
            f"the mix asks for {total:,} training rows, {reach:,} are there that it has a share for",
            where="mix.rows",
            expected=f"at most {reach:,}; {most:,} meet the shares exactly",
            hint="ask for fewer rows, give shares to more, or make a larger run",
        )
    return round_quotas(fill(wanted, there, total), there, total)


def ask_shares(mix: Mix, cells: Sequence[tuple[str, ...]], rows: NDArray[np.int64]) -> dict[str, dict[str, float]]:
    """The mix to the shares asked by kind, with its temperature; what is not named has none."""
    asked: dict[str, dict[str, float]] = {}
    for place, kind in enumerate(mix.kinds):
        found: dict[str, float] = {}
        for cell, count in zip(cells, rows.tolist(), strict=True):
            found[cell[place]] = found.get(cell[place], 0) + count
        told: Mapping[str, float] = mix.weights.get(kind) or found
        unknown = [name for name, share in told.items() if share and not found.get(name)]
        if unknown:
            what = f"the mix gives a share to the {kind} {unknown[0]}, which no training row has"
            raise RecipeError(what, where=f"mix.weights.{kind}", hint=f"there are: {', '.join(sorted(found))}")
        warm = {name: share ** (1 / mix.temperature) for name, share in told.items() if share}
        total = sum(warm.values())
        if not total:
            raise RecipeError(f"all shares of the {kind} are 0", where=f"mix.weights.{kind}", hint="give one of them 1")
        asked[kind] = {name: share / total for name, share in sorted(warm.items())}
    return asked


def fit_shares(
    kinds: Sequence[str], cells: Sequence[tuple[str, ...]], rows: NDArray[np.int64], asked: dict[str, dict[str, float]]
) -> NDArray[np.float64]:
    """Cells, their rows and the shares asked to the share of each cell (n, sum 1)."""
    share = rows / max(1, rows.sum())
    members = {
        (place, name): np.array([cell[place] == name for cell in cells], dtype=bool)
        for place, kind in enumerate(kinds)
        for name in {cell[place] for cell in cells}
    }
    for _ in range(ROUNDS):
        before = share.copy()
        for (place, name), inside in members.items():
            have, want = share[inside].sum(), asked[kinds[place]].get(name, 0.0)
            share[inside] *= want / have if have else 0.0
        if np.abs(share - before).max(initial=0) < CLOSE:
            break
    total = share.sum()
    found: NDArray[np.float64] = share / total if total else share
    return found


def fill(share: NDArray[np.float64], rows: NDArray[np.int64], total: int) -> NDArray[np.float64]:
    """Shares and rows of cells to quotas that sum to a total: what a cell cannot give the others do, as they share."""
    quotas = np.zeros(len(share))
    open_ = share > 0
    left = float(total)
    while left > CLOSE and open_.any():
        step = share * open_ / (share * open_).sum() * left
        quotas = np.minimum(quotas + step, rows)
        open_ &= quotas < rows - CLOSE
        left = total - float(quotas.sum())
    return quotas


def round_quotas(quotas: NDArray[np.float64], rows: NDArray[np.int64], total: int) -> list[int]:
    """Quotas to whole numbers with the same sum, none above the rows there are: the largest remainders go up."""
    whole = np.floor(quotas + CLOSE).astype(np.int64)
    rest = np.where(whole < rows, quotas - whole, -1.0)
    order = np.lexsort((np.arange(len(rest)), -rest))
    whole[order[: max(0, total - int(whole.sum()))]] += 1
    return [int(count) for count in whole]


def compare_mix(mix: Mix, cells: Sequence[tuple[str, ...]], rows: Sequence[int], got: Sequence[int]) -> list[Any]:
    """The cells, the rows there were (n) and those taken (n) to lines of kind, name, share asked, share got, rows."""
    asked = ask_shares(mix, cells, np.array(rows, dtype=np.int64))
    total = max(1, sum(got))
    lines = []
    for place, kind in enumerate(mix.kinds):
        counts: dict[str, int] = {}
        for cell, count in zip(cells, got, strict=True):
            counts[cell[place]] = counts.get(cell[place], 0) + count
        lines += [
            {"by": kind, "name": name, "asked": round(share, 6), "got": round(counts.get(name, 0) / total, 6)}
            | {"rows": counts.get(name, 0)}
            for name, share in asked[kind].items()
        ]
    return lines
