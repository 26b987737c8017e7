"""Maximal covering at the size of a city: 100,000 demand points and 2,000 sites."""

import math
import tempfile
from pathlib import Path

import numpy as np
from cases import SIDE, random_town
from process import fresh
from scipy.spatial import KDTree

DEMAND, SITES, P = 100_000, 2_000, 50
FEWEST, MOST = 20, 50
MOST_MIB = 1_024
# On average 35 sites in reach, away from the border.
RADIUS = SIDE * math.sqrt(35 / (math.pi * SITES))


def city(seed=1):
    """Random points, of which those with 20 to 50 sites in reach are kept."""
    homes, sites, weights = random_town(2 * DEMAND, SITES, seed)
    reached = KDTree(sites).query_ball_point(homes, RADIUS, return_length=True)
    kept = np.flatnonzero((reached >= FEWEST) & (reached <= MOST))[:DEMAND]
    if len(kept) < DEMAND:
        raise ValueError(f"only {len(kept):,} points have {FEWEST} to {MOST} sites in reach")
    return homes[kept], sites, weights[kept]


def measure(limit):
    """Solves the city in a process that only loads its points."""
    with tempfile.TemporaryDirectory() as folder:
        points = str(Path(folder) / "city.npz")
        demand, sites, weights = city()
        np.savez(points, demand=demand, sites=sites, weights=weights)
        print(f"MCLP {DEMAND:,} x {SITES:,}", flush=True)
        found = fresh(
            "ours:large_cover",
            timeout=3 * limit + 60,
            points=points,
            radius=RADIUS,
            p=P,
            limit=limit,
        )
        found.pop("sites", None)
        return found | {"time_limit": limit}


def problems(found):
    """What does not hold, as sentences."""
    name = f"MCLP {DEMAND:,} x {SITES:,}"
    if "error" in found:
        yield f"{name}: {found['error']}"
        return
    if found["peak_mib"] >= MOST_MIB:
        yield f"{name}: peak memory of {found['peak_mib']:,.0f} MiB"
    if found["build"] + found["solve"] > 1.05 * found["time_limit"] + 1:
        yield f"{name}: {found['build'] + found['solve']:.1f} s of {found['time_limit']:.0f} s"
