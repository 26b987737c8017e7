import numpy as np
import pytest
import siting
from brute import best, subsets, town


def reachable_town(seed):
    """A town in which some site reaches everyone within 9."""
    t = town(seed, unreachable=0.1)
    t.costs[np.arange(9), np.arange(9) % 6] = 4
    return t


@pytest.mark.parametrize("backend", ["highs", "microlp"])
@pytest.mark.parametrize("seed", range(6))
def test_everyone_is_covered_at_the_least_cost(seed, backend):
    t = reachable_town(seed)
    travel = siting.TravelMatrix.from_dense(t.costs)
    solution = siting.SetCover(travel, within=5, site_costs=t.site_costs).solve(backend=backend)

    def objective(sites):
        return t.site_costs[sites].sum() if (t.costs[:, sites] <= 5).any(axis=1).all() else None

    assert solution.objective == best(min, subsets(6), objective)
    assert solution.covered_share == 1.0


@pytest.mark.parametrize("seed", range(6))
def test_a_share_of_the_weight_is_covered_at_the_least_cost(seed):
    t = reachable_town(seed)
    travel = siting.TravelMatrix.from_dense(t.costs)
    model = siting.SetCover(travel, weights=t.weights, share=0.7, within=5, site_costs=t.site_costs)

    def objective(sites):
        weight = t.weights[(t.costs[:, sites] <= 5).any(axis=1)].sum()
        return t.site_costs[sites].sum() if weight >= 0.7 * t.weights.sum() - 1e-9 else None

    solution = model.solve()
    assert solution.objective == best(min, subsets(6), objective)
    assert solution.covered_share >= 0.7 - 1e-9


@pytest.mark.parametrize("seed", range(4))
def test_each_point_is_covered_twice_when_asked(seed):
    t = town(seed, unreachable=0.0)
    travel = siting.TravelMatrix.from_dense(t.costs)
    model = siting.SetCover(travel, within=12, backup=2)

    def objective(sites):
        return len(sites) if ((t.costs[:, sites] <= 12).sum(axis=1) >= 2).all() else None

    assert model.solve().objective == best(min, subsets(6), objective)


def test_an_unreachable_point_is_named_with_the_radius_that_would_do():
    travel = siting.TravelMatrix.from_dense([[1.0, 9.0], [7.0, 30.0]], demand_ids=["home", "farm"])
    with pytest.raises(siting.InfeasibleError, match="farm") as raised:
        siting.SetCover(travel, within=5).solve()
    (reason,) = raised.value.reasons
    assert reason["kind"] == "unreachable"
    assert (reason["count"], reason["first"], reason["radius"]) == (1, ["farm"], 7.0)


def test_a_share_leaves_the_unreachable_out():
    travel = siting.TravelMatrix.from_dense([[1.0], [np.inf]])
    solution = siting.SetCover(travel, weights=[9, 1], share=0.9).solve()
    assert solution.sites == [0]
    assert solution.covered_share == 0.9


def test_capacities_call_for_more_sites():
    travel = siting.TravelMatrix.from_dense(np.ones((4, 3)))
    assert len(siting.SetCover(travel, weights=5).solve().sites) == 1
    assert len(siting.SetCover(travel, weights=5, capacities=10).solve().sites) == 2


def test_evaluate_leaves_uncovered_points_unassigned():
    travel = siting.TravelMatrix.from_dense([[1.0, np.inf], [np.inf, 1.0]])
    plan = siting.SetCover(travel, site_costs=[3, 4]).evaluate([1])
    assert plan.objective == 4
    assert plan.assignment.isna().tolist() == [True, False]
