import numpy as np
import pytest
import siting
from brute import best, nearest, subsets, town
from scipy.optimize import Bounds, LinearConstraint, milp

BACKENDS = ["highs", "microlp"]


def covered(town, sites, radius, backup=1):
    return town.weights[(town.costs[:, sites] <= radius).sum(axis=1) >= backup].sum()


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("seed", range(6))
def test_p_sites_cover_as_much_as_the_best_of_all_sets(seed, backend):
    t = town(seed)
    travel = siting.TravelMatrix.from_dense(t.costs)
    solution = siting.MaxCover(travel, weights=t.weights, within=5, p=2).solve(backend=backend)
    assert solution.status == "optimal"
    assert solution.objective == best(max, subsets(6, 2), lambda sites: covered(t, sites, 5))
    assert solution.objective == covered(t, solution.sites, 5)


@pytest.mark.parametrize("seed", range(6))
def test_a_budget_buys_the_best_affordable_set(seed):
    t = town(seed)
    travel = siting.TravelMatrix.from_dense(t.costs)
    model = siting.MaxCover(travel, weights=t.weights, within=5, budget=9, site_costs=t.site_costs)

    def objective(sites):
        return covered(t, sites, 5) if t.site_costs[sites].sum() <= 9 else None

    assert model.solve().objective == best(max, subsets(6), objective)


@pytest.mark.parametrize("seed", range(6))
def test_backup_counts_points_reached_twice(seed):
    t = town(seed, unreachable=0.0)
    travel = siting.TravelMatrix.from_dense(t.costs)
    solution = siting.MaxCover(travel, weights=t.weights, within=7, p=3, backup=2).solve()
    assert solution.objective == best(max, subsets(6, 3), lambda sites: covered(t, sites, 7, 2))


@pytest.mark.parametrize("seed", range(4))
def test_each_demand_point_may_have_its_own_radius(seed):
    t = town(seed)
    radii = np.random.default_rng(seed).integers(0, 12, len(t.weights)).astype(float)
    travel = siting.TravelMatrix.from_dense(t.costs)
    solution = siting.MaxCover(travel, weights=t.weights, within=radii, p=2).solve()

    def objective(sites):
        return t.weights[nearest(t.costs, sites) <= radii].sum()

    assert solution.objective == best(max, subsets(6, 2), objective)


def test_required_forbidden_and_existing_sites_are_obeyed():
    t = town(3)
    travel = siting.TravelMatrix.from_dense(t.costs, site_ids=list("abcdef"))
    model = siting.MaxCover(
        travel, weights=t.weights, within=5, p=2, required=["b"], forbidden=["c"], existing=["e"]
    )
    solution = model.solve()
    assert {"b", "e"} <= set(solution.sites)
    assert "c" not in solution.sites
    assert len(solution.sites) == 3

    def objective(new):
        return covered(t, [*new, 4], 5) if 1 in new and not {2, 4} & set(new) else None

    assert solution.objective == best(max, subsets(6, 2), objective)


def test_closing_an_existing_site_frees_its_money():
    # Site 0 serves one person and yields 5 when closed; site 1 costs 5 and serves ten.
    travel = siting.TravelMatrix.from_dense([[0.0, np.inf], [np.inf, 0.0]], site_ids=["old", "new"])
    arguments = {"weights": [1, 10], "budget": 0, "site_costs": 5, "existing": ["old"]}
    assert siting.MaxCover(travel, **arguments).solve().sites == ["old"]
    closable = siting.MaxCover(travel, **arguments, closing_costs={"old": -5})
    assert closable.solve().sites == ["new"]


@pytest.mark.parametrize("seed", range(4))
def test_capacities_agree_with_the_textbook_formulation(seed):
    t = town(seed, demand=6, sites=4)
    reach = t.costs <= 8
    capacities = np.random.default_rng(seed).integers(3, 12, 4).astype(float)
    travel = siting.TravelMatrix.from_dense(t.costs)
    model = siting.MaxCover(travel, weights=t.weights, within=8, p=2, capacities=capacities)
    solution = model.solve()

    # Variables: y (4), then x by demand point and site (24).
    n, m = t.costs.shape
    gain = np.concatenate([np.zeros(m), -np.repeat(t.weights, m)])
    rows, upper = [], []
    for i in range(n):
        once = np.zeros(m + n * m)
        once[m + i * m : m + (i + 1) * m] = 1
        rows.append(once)
        upper.append(1)
        for j in range(m):
            link = np.zeros(m + n * m)
            link[m + i * m + j], link[j] = 1, -1
            rows.append(link)
            upper.append(0)
    for j in range(m):
        load = np.zeros(m + n * m)
        load[m + j :: m] = t.weights
        load[j] = -capacities[j]
        rows.append(load)
        upper.append(0)
    count = np.concatenate([np.ones(m), np.zeros(n * m)])
    integral = np.concatenate([np.ones(m), np.zeros(n * m)])
    bounds = Bounds(0, np.concatenate([np.ones(m), reach.ravel().astype(float)]))
    peer = milp(
        gain,
        integrality=integral,
        bounds=bounds,
        constraints=[
            LinearConstraint(np.array(rows), -np.inf, upper),
            LinearConstraint(count, 2, 2),
        ],
    )
    assert solution.objective == pytest.approx(-peer.fun)
    load = solution.flows.assign(w=lambda f: t.weights[f.demand] * f.share).groupby("site").w.sum()
    assert (load <= capacities[load.index] + 1e-6).all()


def test_single_source_serves_each_demand_point_at_one_site():
    travel = siting.TravelMatrix.from_dense([[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]])
    arguments = {"weights": [4, 4, 4], "p": 2, "capacities": 6}
    assert siting.MaxCover(travel, **arguments).solve().objective == 12
    single = siting.MaxCover(travel, **arguments, single_source=True).solve()
    assert single.objective == 8
    assert single.assignment.isna().sum() == 1


def test_residents_who_walk_to_the_nearest_site_may_find_it_full():
    # Both are nearest to site 0, which has room for one; the planner would send the other to site 1.
    travel = siting.TravelMatrix.from_dense([[1.0, 2.0], [1.0, 2.0]])
    arguments = {"weights": [3, 3], "p": 2, "capacities": 3}
    assert siting.MaxCover(travel, **arguments).solve().objective == 6
    closest = siting.MaxCover(travel, **arguments, assignment="closest").solve()
    assert closest.objective == 3


def test_covered_share_is_weighted():
    travel = siting.TravelMatrix.from_dense([[0.0], [np.inf], [np.inf]])
    solution = siting.MaxCover(travel, weights=[98, 1, 1], p=1).solve()
    assert solution.covered_share == 0.98


def test_more_sites_never_cover_less():
    t = town(11, demand=30, sites=10)
    travel = siting.TravelMatrix.from_dense(t.costs)
    objectives = [
        siting.MaxCover(travel, weights=t.weights, within=3, p=p).solve().objective
        for p in range(1, 11)
    ]
    assert objectives == sorted(objectives)
    assert objectives[0] < objectives[-1]


def test_the_heuristic_is_never_better_than_the_optimum_and_claims_no_bound():
    t = town(5, demand=40, sites=12)
    model = siting.MaxCover(
        siting.TravelMatrix.from_dense(t.costs), weights=t.weights, within=2, p=3
    )
    quick = model.solve(method="heuristic")
    assert quick.objective <= model.solve().objective
    assert (quick.status, quick.bound, quick.gap) == ("feasible", None, None)


def test_evaluate_counts_what_given_sites_cover():
    t = town(2)
    model = siting.MaxCover(
        siting.TravelMatrix.from_dense(t.costs), weights=t.weights, within=5, p=2
    )
    plan = model.evaluate([4, 1])
    assert plan.objective == covered(t, [1, 4], 5)
    assert plan.sites == [1, 4]
    assert (plan.assignment.notna() == (nearest(t.costs, [1, 4]) <= 5)).all()
