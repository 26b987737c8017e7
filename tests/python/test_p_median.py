import numpy as np
import pytest
import siting
from brute import best, nearest, subsets, town
from scipy.optimize import LinearConstraint, milp


@pytest.mark.parametrize("backend", ["highs", "microlp"])
@pytest.mark.parametrize("seed", range(6))
def test_walking_is_the_least_of_all_sets(seed, backend):
    t = town(seed, unreachable=0.0)
    travel = siting.TravelMatrix.from_dense(t.costs)
    solution = siting.PMedian(travel, weights=t.weights, p=2).solve(backend=backend)
    assert solution.objective == best(
        min, subsets(6, 2), lambda sites: t.weights @ nearest(t.costs, sites)
    )
    assert solution.status == "optimal"
    assert solution.objective == t.weights @ nearest(t.costs, solution.sites)


@pytest.mark.parametrize("seed", range(6))
def test_unreachable_pairs_never_serve(seed):
    t = town(seed, unreachable=0.3)
    model = siting.PMedian(siting.TravelMatrix.from_dense(t.costs), weights=t.weights, p=3)

    def objective(sites):
        cost = nearest(t.costs, sites)
        return t.weights @ cost if np.isfinite(cost).all() else None

    expected = best(min, subsets(6, 3), objective)
    if expected is None:
        with pytest.raises(siting.InfeasibleError):
            model.solve()
    else:
        assert model.solve().objective == expected


def test_a_zero_cost_is_a_cost():
    # One site stands at each point: the best single one is in the middle.
    points = [[0, 0], [10, 0], [20, 0]]
    travel = siting.TravelMatrix.from_points(points, points)
    assert siting.PMedian(travel, weights=1, p=3).solve().objective == 0.0
    assert siting.PMedian(travel, weights=1, p=1).solve().sites == [1]


@pytest.mark.parametrize("seed", range(4))
def test_capacities_agree_with_the_textbook_formulation(seed):
    t = town(seed, demand=6, sites=4, unreachable=0.0)
    n, m = t.costs.shape
    capacities = np.full(m, np.ceil(t.weights.sum() / 2) + 4)
    model = siting.PMedian(
        siting.TravelMatrix.from_dense(t.costs),
        weights=t.weights,
        p=2,
        capacities=capacities,
        single_source=True,
    )
    cost = np.concatenate([np.zeros(m), (t.weights[:, None] * t.costs).ravel()])
    everyone = np.zeros((n, m + n * m))
    links = np.zeros((n * m, m + n * m))
    load = np.zeros((m, m + n * m))
    for i in range(n):
        for j in range(m):
            x = m + i * m + j
            everyone[i, x] = 1
            links[i * m + j, [x, j]] = 1, -1
            load[j, [x, j]] = t.weights[i], -capacities[j]
    count = np.concatenate([np.ones(m), np.zeros(n * m)])
    peer = milp(
        cost,
        integrality=np.ones(m + n * m),
        bounds=(0, 1),
        constraints=[
            LinearConstraint(everyone, 1, 1),
            LinearConstraint(links, -np.inf, 0),
            LinearConstraint(load, -np.inf, 0),
            LinearConstraint(count, 2, 2),
        ],
    )
    assert peer.success
    assert model.solve().objective == pytest.approx(peer.fun)


def test_p_too_small_tells_the_smallest_that_works():
    travel = siting.TravelMatrix.from_dense(np.where(np.eye(3) > 0, 1.0, np.inf))
    with pytest.raises(siting.InfeasibleError, match="smallest that works is 3") as raised:
        siting.PMedian(travel, weights=1, p=2).solve()
    assert raised.value.reasons == [{"kind": "sites-too-few", "p": 2, "smallest": 3}]


def test_missing_capacity_is_told():
    travel = siting.TravelMatrix.from_dense(np.ones((3, 2)))
    with pytest.raises(siting.InfeasibleError, match="capacity") as raised:
        siting.PMedian(travel, weights=[5, 5, 5], p=2, capacities=6).solve()
    assert raised.value.reasons[0]["missing"] == 3.0


def test_evaluate_names_points_that_the_sites_leave_unserved():
    travel = siting.TravelMatrix.from_dense([[1.0, np.inf], [np.inf, 1.0]])
    model = siting.PMedian(travel, weights=1, p=2)
    assert model.evaluate([0, 1]).objective == 2.0
    with pytest.raises(siting.InputError, match="reaches no open site"):
        model.evaluate([0])
