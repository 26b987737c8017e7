"""Small random towns, and answers found by trying every set of sites."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np


@dataclass(frozen=True)
class Town:
    costs: np.ndarray  # infinity is unreachable
    weights: np.ndarray
    site_costs: np.ndarray

    @property
    def n_sites(self) -> int:
        return self.costs.shape[1]


def town(seed: int, demand: int = 9, sites: int = 6, unreachable: float = 0.15) -> Town:
    """A town with whole numbers and many ties."""
    random = np.random.default_rng(seed)
    costs = random.integers(0, 15, (demand, sites)).astype(float)
    costs[random.random((demand, sites)) < unreachable] = np.inf
    weights = random.integers(0, 9, demand).astype(float)
    return Town(costs, weights, random.integers(1, 9, sites).astype(float))


def subsets(n: int, size: int | None = None) -> Iterator[list[int]]:
    """All sets of n things, or all of one size."""
    for count in range(n + 1) if size is None else [size]:
        yield from map(list, combinations(range(n), count))


def nearest(costs: np.ndarray, sites: list[int]) -> np.ndarray:
    """The cost of each demand point to its nearest site of a set."""
    return costs[:, sites].min(axis=1, initial=np.inf)


def best(
    sense: Callable[..., float],
    sets: Iterator[list[int]],
    objective: Callable[[list[int]], float | None],
) -> float | None:
    """The best objective of all sets that have one."""
    found = [value for value in map(objective, sets) if value is not None]
    return sense(found) if found else None
