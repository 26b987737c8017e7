import numpy as np
import pytest
import siting
from brute import best, nearest, subsets, town


@pytest.mark.parametrize("backend", ["highs", "microlp"])
@pytest.mark.parametrize("seed", range(6))
def test_the_longest_walk_is_the_shortest_of_all_sets(seed, backend):
    t = town(seed, unreachable=0.0)
    travel = siting.TravelMatrix.from_dense(t.costs)
    solution = siting.PCenter(travel, p=2).solve(backend=backend)
    assert solution.objective == best(
        min, subsets(6, 2), lambda sites: nearest(t.costs, sites).max()
    )
    assert solution.max_cost == solution.objective
    assert solution.status == "optimal"


@pytest.mark.parametrize("seed", range(6))
def test_weights_multiply_the_walks(seed):
    t = town(seed, unreachable=0.0)
    travel = siting.TravelMatrix.from_dense(t.costs)
    solution = siting.PCenter(travel, weights=t.weights, p=3).solve()
    assert solution.objective == best(
        min, subsets(6, 3), lambda sites: (t.weights * nearest(t.costs, sites)).max()
    )


@pytest.mark.parametrize("seed", range(4))
def test_a_budget_may_stand_in_place_of_p(seed):
    t = town(seed, unreachable=0.0)
    model = siting.PCenter(
        siting.TravelMatrix.from_dense(t.costs), budget=10, site_costs=t.site_costs
    )

    def objective(sites):
        affordable = sites and t.site_costs[sites].sum() <= 10
        return nearest(t.costs, sites).max() if affordable else None

    assert model.solve().objective == best(min, subsets(6), objective)


def test_p_too_small_to_reach_everyone_is_infeasible():
    travel = siting.TravelMatrix.from_dense(np.where(np.eye(3) > 0, 1.0, np.inf))
    with pytest.raises(siting.InfeasibleError, match="smallest that works is 3"):
        siting.PCenter(travel, p=2).solve()


def test_evaluate_gives_the_longest_walk():
    travel = siting.TravelMatrix.from_dense([[1.0, 5.0], [9.0, 2.0]])
    model = siting.PCenter(travel, p=1)
    assert model.evaluate([0]).objective == 9.0
    assert model.evaluate([1, 0]).objective == 2.0
