import pickle

import geopandas
import numpy as np
import pandas
import pytest
import siting
from brute import best, subsets

RADIUS = 30.0


def city(seed, points=2_000, sites=6):
    random = np.random.default_rng(seed)
    return (
        random.uniform(0, 100, (points, 2)),
        random.uniform(0, 100, (sites, 2)),
        random.integers(0, 9, points).astype(float),
        random.integers(1, 9, sites).astype(float),
    )


def covered(points, sites, weights, opened):
    gaps = points[:, None] - sites[None, opened]
    return weights[(np.hypot(gaps[..., 0], gaps[..., 1]) <= RADIUS).any(axis=1)].sum()


@pytest.mark.parametrize("backend", ["highs", "microlp"])
@pytest.mark.parametrize("seed", range(4))
def test_points_are_covered_as_by_the_best_of_all_sets(seed, backend):
    points, sites, weights, costs = city(seed)
    model = siting.MaxCover.from_points(points, sites, weights=weights, within=RADIUS, p=2)
    solution = model.solve(backend=backend)
    assert solution.status == "optimal"
    assert solution.objective == best(
        max, subsets(6, 2), lambda opened: covered(points, sites, weights, opened)
    )
    assert solution.objective == covered(points, sites, weights, solution.sites)
    assert solution.total_weight == weights.sum()
    model.check(solution)

    def bought(opened):
        return covered(points, sites, weights, opened) if costs[opened].sum() <= 9 else None

    model = siting.MaxCover.from_points(
        points, sites, weights=weights, within=RADIUS, budget=9, site_costs=costs
    )
    assert model.solve(backend=backend).objective == best(max, subsets(6), bought)


def test_the_model_of_cells_agrees_with_the_model_over_a_travel_matrix():
    points, sites, weights, costs = city(7, sites=25)
    arguments = {"budget": 20, "site_costs": costs, "required": [3], "existing": [5, 6]}
    travel = siting.TravelMatrix.from_points(points, sites, cutoff=RADIUS)
    matrix = siting.MaxCover(travel, weights=weights, **arguments).solve()
    cells = siting.MaxCover.from_points(
        points, sites, weights=weights, within=RADIUS, **arguments
    ).solve()
    assert cells.objective == matrix.objective
    assert cells.covered_share == matrix.covered_share


@pytest.mark.parametrize("share", [None, 0.7])
@pytest.mark.parametrize("seed", range(4))
def test_points_are_covered_at_the_cost_of_the_best_of_all_sets(seed, share):
    points, sites, weights, costs = city(seed)
    near = np.hypot(*(points[:, None] - sites[None]).T).T.min(axis=1) <= RADIUS
    points, weights = points[near], weights[near]
    arguments = {"share": share, "site_costs": costs, "forbidden": [] if share is None else [2]}
    model = siting.SetCover.from_points(points, sites, weights=weights, within=RADIUS, **arguments)
    solution = model.solve()

    def cost(opened):
        if share is None:
            gaps = points[:, None] - sites[None, opened]
            enough = (np.hypot(gaps[..., 0], gaps[..., 1]) <= RADIUS).any(axis=1).all()
        else:
            enough = covered(points, sites, weights, opened) >= share * weights.sum() - 1e-9
        return costs[opened].sum() if enough and (share is None or 2 not in opened) else None

    assert solution.status == "optimal"
    assert solution.objective == best(min, subsets(6), cost)
    assert solution.covered_weight == covered(points, sites, weights, solution.sites)
    travel = siting.TravelMatrix.from_points(points, sites, cutoff=RADIUS)
    matrix = siting.SetCover(travel, weights=weights, **arguments)
    assert matrix.solve().objective == solution.objective
    model.check(solution)
    copy = pickle.loads(pickle.dumps(model))
    assert repr(copy) == repr(model)
    assert copy.solve().objective == solution.objective


def test_points_that_nobody_reaches_are_told_by_their_weight_and_the_share_without_them():
    chunks = [([[0, 0], [1, 0]], [4, 0]), ([[9, 9]], [1])]
    with pytest.raises(siting.InfeasibleError, match=r"a share of 0\.8 leaves them out") as raised:
        siting.SetCover.from_points(iter(chunks), [[0, 0]], within=1).solve()
    (reason,) = raised.value.reasons
    assert reason == {
        "kind": "cells-unreachable",
        "cells": 1,
        "weight": 1.0,
        "total": 5.0,
        "needed": 1,
    }
    solution = siting.SetCover.from_points(iter(chunks), [[0, 0]], within=1, share=0.8).solve()
    assert (solution.sites, solution.covered_weight, solution.mean_cost) == ([0], 4, None)


def test_points_without_weight_ask_for_a_site_too():
    points, sites = [[0, 0], [50, 0]], [[0, 1], [50, 1]]
    cover = siting.SetCover.from_points(points, sites, weights=[5, 0], within=2)
    assert repr(cover) == "SetCover(2 points in 2 cells x 2 sites, within 2)"
    assert cover.solve().sites == [0, 1]
    assert cover.weights.tolist() == [5, 0]


def test_chunks_give_the_same_cells_as_all_points_at_once():
    points, sites, weights, _ = city(3)
    weights = weights + 0.1  # sums are rounded
    at_once = siting.MaxCover.from_points(points, sites, weights=weights, within=RADIUS, p=2)
    parts = [(points[at : at + 300], weights[at : at + 300]) for at in range(0, 2_000, 300)]
    for chunks in (parts, iter(parts), (part for part in parts)):
        streamed = siting.MaxCover.from_points(chunks, sites, within=RADIUS, p=2)
        assert (streamed.weights == at_once.weights).all()
        assert (streamed.travel._core.csr()[1] == at_once.travel._core.csr()[1]).all()


@pytest.mark.parametrize(
    "chunks",
    [
        [[[0, 0], [1, 1]], [[2, 2]]],
        [np.array([[0, 0], [1, 1]]), np.array([[2.0, 2.0]], dtype=np.float32)],
        [([[0, 0], [1, 1]], [1, 1]), ([[2, 2]], None), (np.empty((0, 2)), None)],
        [geopandas.GeoSeries.from_xy([0, 1, 2], [0, 1, 2])],
        [[0, 0], [1, 1], [2, 2]],
        np.array([[0, 0], [1, 1], [2, 2]])[::-1],
        geopandas.GeoSeries.from_xy([0, 1, 2], [0, 1, 2], index=list("abc")),
    ],
)
def test_points_and_chunks_come_in_every_form(chunks):
    model = siting.MaxCover.from_points(chunks, [[0, 0], [9, 9]], within=5, p=1)
    assert model.solve().objective == 3
    assert repr(model) == "MaxCover(3 points in 1 cell x 2 sites, p = 1, within 5)"


def test_one_weight_stands_for_all_and_a_name_for_a_column():
    frame = geopandas.GeoDataFrame(
        {"people": [4, 5]}, geometry=geopandas.points_from_xy([0, 1], [0, 1]), crs=4550
    )
    rooms = geopandas.GeoSeries.from_xy([0], [0], index=["hall"], crs=4550)
    named = siting.MaxCover.from_points(frame, rooms, weights="people", within=5, p=1).solve()
    assert (named.sites, named.objective) == (["hall"], 9)
    assert (
        siting.MaxCover.from_points([frame], rooms, weights=2.5, within=5, p=1).solve().objective
        == 5
    )


def test_a_series_of_weights_goes_by_ids_or_is_refused():
    points = geopandas.GeoSeries.from_xy([0, 100, 200], [0, 0, 0], index=["a", "b", "c"], crs=4550)
    people = pandas.Series({"c": 7, "a": 1, "b": 2})
    for chunks in (points, [(points, people)]):
        weights = people if chunks is points else None
        model = siting.MaxCover.from_points(chunks, points, weights=weights, within=5, p=1)
        assert (model.solve().sites, model.solve().objective) == (["c"], 7)
    places = np.array([[0.0, 0], [100, 0], [200, 0]])
    counted = pandas.Series([1, 2, 7], dtype="Int64")
    model = siting.MaxCover.from_points(places, places, weights=counted, within=5, p=1)
    assert (model.solve().sites, model.solve().objective) == ([2], 7)
    for index in ([2, 1, 0], ["a", "b", "c"], [1000, 1001, 1002]):
        wrong = pandas.Series([7, 2, 1], index=index)
        with pytest.raises(
            siting.InputError, match=r"^weights is a Series with the index .*to_numpy"
        ):
            siting.MaxCover.from_points(places, places, weights=wrong, within=5, p=1)
        with pytest.raises(siting.InputError, match=r"^chunk 0: weights is a Series"):
            siting.MaxCover.from_points([(places, wrong)], places, within=5, p=1)


def test_what_distances_are_needed_for_is_not_made_up():
    frame = geopandas.GeoSeries.from_xy([0, 50], [0, 0], crs=4550)
    model = siting.MaxCover.from_points(frame, frame, weights=3, within=5, p=1)
    solution = model.solve()
    assert (solution.mean_cost, solution.max_cost) == (None, None)
    assert list(solution.to_geodataframe().columns) == ["geometry", "existing", "served_weight"]
    assert "2 points in 2 cells by 2 candidate sites: p = 1, within 5 m." in solution.summary()
    assert "A weight of 3 is not served." in solution.summary()
    for refused in (solution.plot, lambda: solution.to_geodataframe(layer="demand")):
        with pytest.raises(siting.InputError, match="merged into cells and are not kept"):
            refused()


def test_models_of_cells_survive_pickling_and_their_solutions_json():
    points, sites, weights, _ = city(1)
    model = siting.MaxCover.from_points(points, sites, weights=weights, within=RADIUS, p=2)
    copy = pickle.loads(pickle.dumps(model))
    solution = model.solve()
    assert repr(copy) == repr(model)
    assert copy.solve().objective == solution.objective
    assert siting.Solution.from_json(solution.to_json(), model=model).mean_cost is None
    assert copy.evaluate(solution.sites).objective == solution.objective


GOOD = np.zeros((3, 2))


@pytest.mark.parametrize(
    ("points", "weights", "message"),
    [
        ([[0, 0], [np.nan, 0]], None, r"^points\[1\] is NaN"),
        (np.array([[0, np.inf]]), None, r"^points\[0\] is inf"),
        (np.zeros((2, 3)), None, r"^points has the shape \(2, 3\)"),
        (np.zeros(4), None, r"^points has the shape \(4,\)"),
        (GOOD, [1, 2], r"^weights has 2 entries where 3 are expected \(one per point\)"),
        (GOOD, [1, -2, 1], r"^weights\[1\] is -2"),
        (GOOD, [1, 2, None], r"^weights\[2\] is NaN"),
        (GOOD, "people", "^weights is 'people'"),
        (iter([GOOD, np.full((2, 2), np.nan)]), None, r"^chunk 1: points\[0\] is NaN"),
        ([GOOD, (GOOD, [1, 1, -1])], None, r"^chunk 1: weights\[2\] is -1"),
        ([GOOD, (GOOD, [1, 1])], None, "^chunk 1: weights has 2 entries where 3 are expected"),
        ([GOOD, np.zeros((1, 3))], None, r"^chunk 1: points has the shape \(1, 3\)"),
        ([GOOD, (GOOD, None, None)], None, "^chunk 1: points is a tuple of 3"),
        (
            (np.array(GOOD), np.ones(3)),
            None,
            "^points is a tuple .* give the points alone and weights",
        ),
        ((GOOD, [1, 1, 1]), None, r"^points is a tuple .*chunks, \[\(points, weights\)\]"),
        ([GOOD, "here"], None, "^chunk 1: points is a str"),
        ([GOOD], [1, 1, 1], "^weights is an array where points come in chunks"),
        ("here", None, "^points is a str: an array"),
        (7, None, "^points is a int: an array"),
        ([], None, "^points is empty: at least one point is needed"),
        (np.empty((0, 2)), None, "^points is empty: at least one point is needed"),
    ],
)
def test_wrong_points_and_weights_are_named(points, weights, message):
    with pytest.raises(siting.InputError, match=message):
        siting.MaxCover.from_points(points, [[0, 0]], weights=weights, within=1, p=1)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"within": -1, "p": 1}, "^within is -1"),
        ({"within": "far", "p": 1}, "^within is 'far'"),
        ({"within": 1}, "^p is missing"),
        ({"within": 1, "p": 3}, "^p is 3"),
        ({"within": 1, "p": 1, "required": ["a"]}, r"^required\[0\] is 'a'"),
        ({"within": 1, "p": 1.5}, "^p is 1.5"),
        ({"within": 1, "p": 1, "backup": 0}, "^backup is 0"),
        ({"within": 1, "p": 1, "backup": "two"}, "^backup is 'two'"),
        ({"within": 1, "budget": np.nan}, "^budget is (nan|NaN)"),
        ({"within": 1, "p": 1, "site_costs": [1, 2]}, "^site_costs has 2 entries"),
    ],
)
def test_wrong_rules_are_named_before_points_are_read(arguments, message):
    read = []

    def chunks():
        read.append(GOOD)
        yield GOOD

    with pytest.raises(siting.InputError, match=message):
        siting.MaxCover.from_points(chunks(), [[0, 0]], **arguments)
    assert not read


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"within": np.inf}, "^within is inf"),
        ({"within": 1, "share": 1.5}, "^share is 1.5"),
        ({"within": 1, "share": "most"}, "^share is 'most'"),
        ({"within": 1, "backup": 0}, "^backup is 0"),
        ({"within": 1, "required": [4]}, r"^required\[0\] is 4"),
    ],
)
def test_wrong_rules_of_a_cover_are_named_before_points_are_read(arguments, message):
    with pytest.raises(siting.InputError, match=message):
        siting.SetCover.from_points((pytest.fail("read") for _ in "1"), [[0, 0]], **arguments)


def test_rules_may_come_from_a_generator():
    rooms = [[0, 0], [50, 0], [90, 0]]
    model = siting.MaxCover.from_points(GOOD, rooms, within=1, p=1, required=(site for site in [2]))
    assert model.solve().sites == [2]


def test_layers_in_different_reference_systems_are_refused():
    points = geopandas.GeoSeries.from_xy([0], [0], crs=4550)
    with pytest.raises(siting.InputError, match=r"^chunk 0: .*to_crs"):
        siting.MaxCover.from_points([points], points.to_crs(4549), within=1, p=1)
