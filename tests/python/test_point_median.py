"""The p-median over points: brute force, layers with ids, tables, pickling, wrong input."""

import itertools
import pickle

import geopandas
import numpy as np
import pytest
import siting

POINTS = [[0, 0], [1, 0], [2, 1], [8, 8], [9, 8], [9, 10], [20, 0]]
WEIGHTS = [3, 1, 2, 1, 4, 1, 1]


def distances(rounding=None, metric="euclidean"):
    a = np.array(POINTS, dtype=float)
    gaps = np.abs(a[:, None] - a[None])
    costs = gaps.sum(axis=2) if metric == "manhattan" else np.hypot(gaps[..., 0], gaps[..., 1])
    return {None: costs, "floor": np.floor(costs), "nearest": np.floor(costs + 0.5)}[rounding]


@pytest.mark.parametrize("metric", ["euclidean", "manhattan"])
@pytest.mark.parametrize("rounding", [None, "floor", "nearest"])
@pytest.mark.parametrize("method", ["auto", "mip"])
@pytest.mark.parametrize("backend", ["highs", "microlp"])
def test_the_plan_is_the_best_of_all_sets(metric, rounding, method, backend):
    costs = distances(rounding, metric)
    sets = itertools.combinations(range(len(POINTS)), 3)
    least = min(np.array(WEIGHTS) @ costs[:, list(sites)].min(axis=1) for sites in sets)
    model = siting.PMedian.from_points(
        POINTS, weights=WEIGHTS, p=3, metric=metric, rounding=rounding
    )
    solution = model.solve(method=method, backend=backend)
    assert solution.objective == pytest.approx(least, rel=1e-12)
    assert solution.status == "optimal"
    assert model.evaluate(solution.sites).objective == pytest.approx(least, rel=1e-12)
    model.check(solution)


def test_ids_weights_and_rules_come_from_layers():
    geometry = geopandas.points_from_xy(*np.array(POINTS, dtype=float).T, crs=4550)
    homes = geopandas.GeoDataFrame({"people": WEIGHTS}, geometry=geometry, index=list("abcdefg"))
    model = siting.PMedian.from_points(
        homes, homes.geometry.iloc[:5], weights="people", p=1, existing=["a"], forbidden=["e"]
    )
    solution = model.solve()
    assert solution.sites == ["a", "d"]
    assert solution.assignment["f"] == "d"
    frame = solution.to_geodataframe()
    assert frame.loc["a", "existing"]
    assert frame.loc["d", "served_weight"] == 7
    assert "p = 1" in solution.summary()
    assert "7 demand points x 5 sites" in repr(model)


def test_a_model_survives_pickling():
    model = siting.PMedian.from_points(POINTS, weights=WEIGHTS, p=2, rounding="floor")
    again = pickle.loads(pickle.dumps(model))
    assert again.solve().objective == model.solve().objective
    assert again.weights.tolist() == WEIGHTS


def test_a_warm_start_may_be_a_solution_or_ids():
    model = siting.PMedian.from_points(POINTS, p=2)
    best = model.solve()
    assert model.solve(warm_start=best).objective == best.objective
    assert model.solve(warm_start=[0, 4], method="heuristic").objective >= best.objective


def test_rules_that_contradict_each_other_say_why():
    with pytest.raises(siting.InfeasibleError, match="2 sites are required, but p = 1"):
        siting.PMedian.from_points(POINTS, p=1, required=[0, 1]).solve()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"points": [[0, float("nan")]]}, r"points\[0\].*is NaN"),
        ({"points": [[1, 2, 3]]}, "points"),
        ({"weights": [1, 2]}, "weights"),
        ({"weights": [1, 1, 1, 1, 1, 1, -1]}, r"weights\[6\] \(id 6\) is -1"),
        ({"p": 8}, "p is 8: there are only 7 sites"),
        ({"p": 1.5}, "p is 1.5"),
        ({"metric": "street"}, "metric"),
        ({"metric": 3}, "metric is 3"),
        ({"rounding": "up"}, "rounding"),
        ({"rounding": 2}, "rounding is 2"),
        ({"required": [9]}, "required"),
    ],
)
def test_wrong_input_names_the_argument(change, message):
    given = {"points": POINTS, "p": 2, **change}
    with pytest.raises(siting.InputError, match=message):
        siting.PMedian.from_points(given.pop("points"), **given)
