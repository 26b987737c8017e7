import numpy as np
import pytest
import siting
from brute import best, nearest, subsets, town


def total(t, site_costs, sites):
    cost = nearest(t.costs, sites)
    return site_costs[sites].sum() + t.weights @ cost if np.isfinite(cost).all() else None


@pytest.mark.parametrize("backend", ["highs", "microlp"])
@pytest.mark.parametrize("seed", range(6))
def test_opening_plus_walking_is_the_least_of_all_sets(seed, backend):
    t = town(seed, unreachable=0.0)
    site_costs = 10 * t.site_costs
    model = siting.FixedCharge(
        siting.TravelMatrix.from_dense(t.costs), weights=t.weights, site_costs=site_costs
    )
    solution = model.solve(backend=backend)
    assert solution.objective == best(min, subsets(6), lambda sites: total(t, site_costs, sites))
    assert solution.status == "optimal"


@pytest.mark.parametrize("seed", range(4))
def test_existing_sites_serve_free_of_charge(seed):
    t = town(seed, unreachable=0.0)
    site_costs = 10 * t.site_costs
    free = site_costs.copy()
    free[2] = 0
    model = siting.FixedCharge(
        siting.TravelMatrix.from_dense(t.costs),
        weights=t.weights,
        site_costs=site_costs,
        existing=[2],
    )

    def objective(sites):
        return total(t, free, sites) if 2 in sites else None

    assert model.solve().objective == best(min, subsets(6), objective)


def test_a_minimum_use_keeps_small_sites_closed():
    # Each home would have its own site, but a site needs ten people.
    travel = siting.TravelMatrix.from_dense([[0.0, 4.0], [4.0, 0.0]])
    arguments = {"weights": [6, 6], "site_costs": 1}
    assert siting.FixedCharge(travel, **arguments).solve().objective == 2.0
    shared = siting.FixedCharge(travel, **arguments, min_use=10).solve()
    assert shared.objective == 1 + 6 * 4
    assert len(shared.sites) == 1


def test_capacities_split_a_demand_point_between_sites():
    travel = siting.TravelMatrix.from_dense([[1.0, 3.0]])
    solution = siting.FixedCharge(travel, weights=[10], site_costs=0, capacities=[6, 6]).solve()
    assert solution.objective == pytest.approx(6 * 1 + 4 * 3)
    assert solution.flows.share.tolist() == pytest.approx([0.6, 0.4])
    assert solution.assignment.tolist() == [0]


def test_evaluate_adds_opening_and_walking():
    travel = siting.TravelMatrix.from_dense([[1.0, 5.0], [9.0, 2.0]])
    model = siting.FixedCharge(travel, weights=[2, 3], site_costs=[10, 20])
    assert model.evaluate([0]).objective == 10 + 2 * 1 + 3 * 9
    assert model.evaluate([0, 1]).objective == 30 + 2 * 1 + 3 * 2
