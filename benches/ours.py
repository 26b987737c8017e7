"""siting, as a user calls it: points in, a checked plan out. Every function runs in a fresh process."""

import time

import numpy as np
import siting
from cases import Case


def side_by_side(case, limit):
    """Solves one random instance; `build` is the travel matrix and the model."""
    case = Case(**case)
    demand, sites, weights = case.points()
    start = time.perf_counter()
    travel = siting.TravelMatrix.from_points(demand, sites, cutoff=case.radius)
    if case.model == "max-cover":
        model = siting.MaxCover(travel, weights=weights, p=case.p)
    else:
        model = siting.PMedian(travel, weights=weights, p=case.p)
    built = time.perf_counter()
    solution = model.solve(time_limit=limit)
    return {"build": built - start} | answer(solution, time.perf_counter() - built)


def large_cover(points, radius, p, limit):
    """Maximal covering over points stored in a file of numpy arrays."""
    with np.load(points) as arrays:
        demand, sites, weights = arrays["demand"], arrays["sites"], arrays["weights"]
    start = time.perf_counter()
    travel = siting.TravelMatrix.from_points(demand, sites, cutoff=radius)
    model = siting.MaxCover(travel, weights=weights, p=p)
    built = time.perf_counter()
    solution = model.solve(time_limit=limit)
    solved = time.perf_counter() - built
    return {"build": built - start, "pairs": travel.nnz, "total": float(weights.sum())} | answer(
        solution, solved
    )


def answer(solution, seconds):
    """What a solution says, as plain values."""
    return {
        "solve": seconds,
        "objective": solution.objective,
        "bound": solution.bound,
        "status": solution.status,
        "limit": solution.limit,
        "gap": solution.gap,
        "nodes": solution.nodes,
        "sites": [int(site) for site in solution._core.sites],
    }
