"""spopt on HiGHS through PuLP, with the defaults of both. Every function runs in a fresh process."""

import time
from pathlib import Path

import numpy as np
import pulp
import spopt.locate
from cases import Case
from scipy.sparse.csgraph import csgraph_from_dense, shortest_path
from scipy.spatial.distance import cdist


def side_by_side(case, limit):
    """Solves one random instance; `build` is the distance matrix and the model."""
    case = Case(**case)
    demand, sites, weights = case.points()
    start = time.perf_counter()
    costs = cdist(demand, sites)
    if case.model == "max-cover":
        model = spopt.locate.MCLP.from_cost_matrix(costs, weights, case.radius, p_facilities=case.p)
    else:
        model = spopt.locate.PMedian.from_cost_matrix(costs, weights, p_facilities=case.p)
    built = time.perf_counter()
    status = solved_by(model, limit)
    solved = time.perf_counter() - built
    opened = [j for j, site in enumerate(model.fac_vars) if (site.varValue or 0) > 0.5]
    bound = model.problem.solverModel.getInfo().mip_dual_bound
    return {
        "build": built - start,
        "solve": solved,
        # PuLP hands HiGHS a minimisation.
        "bound": -bound if case.model == "max-cover" else bound,
        "status": status,
        "sites": opened,
    }


def on_graph(family, graph, p, limit):
    """Solves a published p-median or p-center over the shortest paths of a graph; `build` is the model alone."""
    costs = shortest_paths(graph)
    start = time.perf_counter()
    if family == "pmedian":
        model = spopt.locate.PMedian.from_cost_matrix(costs, np.ones(len(costs)), p_facilities=p)
    else:
        model = spopt.locate.PCenter.from_cost_matrix(costs, p_facilities=p)
    built = time.perf_counter()
    status = solved_by(model, limit)
    solved = time.perf_counter() - built
    opened = [j for j, site in enumerate(model.fac_vars) if (site.varValue or 0) > 0.5]
    bound = model.problem.solverModel.getInfo().mip_dual_bound
    objective, gap = None, None
    if len(opened) == p:
        nearest = costs[:, opened].min(axis=1)
        objective = float(nearest.sum() if family == "pmedian" else nearest.max())
        gap = abs(objective - bound) / objective
    return {
        "build": built - start,
        "solve": solved,
        "status": status,
        "objective": objective,
        "gap": gap,
    }


def solved_by(model, limit):
    """Solves a model of spopt; what it says of the answer."""
    try:
        model.solve(pulp.HiGHS(msg=False, timeLimit=limit))
    except RuntimeError as error:
        return str(error).split(".")[0]
    # spopt raises unless it takes the model for solved.
    return "solved"


def shortest_paths(graph):
    """All pairs of a graph of OR-Library; of an edge that is given twice the last length holds."""
    figures = np.array(Path(graph).read_text().split(), dtype=float)
    lengths = np.full((int(figures[0]), int(figures[0])), np.inf)
    for one, other, length in figures[3:].reshape(-1, 3):
        lengths[[int(one) - 1, int(other) - 1], [int(other) - 1, int(one) - 1]] = length
    return shortest_path(csgraph_from_dense(lengths, null_value=np.inf), directed=False)
