"""The random instances: points in a square of 10 km, whole weights from 1 to 100."""

from dataclasses import asdict, dataclass

import numpy as np

SIDE = 10_000.0


@dataclass(frozen=True)
class Case:
    """One instance: demand points, sites, how many to open, and the radius where one is asked."""

    model: str
    demand: int
    sites: int
    p: int
    radius: float | None = None
    seed: int = 1

    @property
    def name(self):
        label = {"max-cover": "MCLP", "p-median": "p-median"}[self.model]
        return f"{label} {self.demand:,} x {self.sites:,}, p {self.p}"

    @property
    def big(self):
        """Whether one run each is enough: the peer runs into the limit."""
        return (self.demand * self.sites >= 400_000 and self.radius is None) or self.demand >= 5_000

    def points(self):
        """Demand points, sites and weights."""
        return random_town(self.demand, self.sites, self.seed)

    def worth(self, sites):
        """The objective of a plan, recomputed from the points alone."""
        demand, candidates, weights = self.points()
        opened = candidates[list(sites)]
        nearest = np.hypot(
            demand[:, None, 0] - opened[None, :, 0], demand[:, None, 1] - opened[None, :, 1]
        ).min(axis=1)
        if self.radius is None:
            return float(weights @ nearest)
        return float(weights[nearest <= self.radius].sum())

    def as_dict(self):
        return asdict(self)


def random_town(demand, sites, seed):
    """Demand points, sites (metres) and weights of a random town."""
    random = np.random.default_rng(seed)
    homes = random.random((demand, 2)) * SIDE
    spaces = random.random((sites, 2)) * SIDE
    return homes, spaces, random.integers(1, 101, demand).astype(float)


# The radii cover about 80 % of the weight.
SIDE_BY_SIDE = [
    Case("max-cover", 500, 100, 10, radius=0.165 * SIDE),
    Case("max-cover", 2_000, 200, 20, radius=0.115 * SIDE),
    Case("max-cover", 5_000, 500, 30, radius=0.095 * SIDE),
    Case("p-median", 500, 100, 10),
    Case("p-median", 2_000, 200, 20),
]
