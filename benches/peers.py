"""spopt on HiGHS through PuLP, with the defaults of both. Every function runs in a fresh process."""

import time

import pulp
import spopt.locate
from cases import Case
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
    try:
        model.solve(pulp.HiGHS(msg=False, timeLimit=limit))
        # spopt raises unless it takes the model for solved.
        status = "solved"
    except RuntimeError as error:
        status = str(error).split(".")[0]
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
