import pickle

import geopandas
import numpy as np
import pytest
import siting


@pytest.fixture
def travel():
    homes = geopandas.GeoDataFrame(
        {"people": [3, 5]},
        geometry=geopandas.points_from_xy([0, 1e-3], [0, 1 / 3]),
        index=["a", "b"],
        crs=4550,
    )
    return siting.TravelMatrix.from_points(homes, homes, cutoff=0.5)


def again(value):
    return pickle.loads(pickle.dumps(value))


def test_a_travel_matrix_comes_back_equal(travel):
    copy = again(travel)
    assert copy == travel
    assert copy.cutoff == 0.5
    assert copy.demand_ids.equals(travel.demand_ids)
    assert repr(copy) == repr(travel)


def test_a_model_comes_back_and_solves_alike(travel):
    models = [
        siting.MaxCover(travel, weights="people", p=1, within=[0.2, 0.5], required=["b"]),
        siting.SetCover(travel, weights="people", share=0.5),
        siting.PMedian(travel, weights="people", p=1),
        siting.PCenter(travel, p=1),
        siting.PDispersion(travel, p=2),
        siting.FixedCharge(travel, weights="people", site_costs=[1, 2]),
    ]
    for model in models:
        copy = again(model)
        assert repr(copy) == repr(model)
        assert copy.solve().objective == model.solve().objective


def test_a_solution_comes_back_with_its_model(travel):
    solution = siting.MaxCover(travel, weights="people", p=1).solve()
    copy = again(solution)
    assert copy == solution
    assert copy.summary() == solution.summary()
    assert copy.to_geodataframe().equals(solution.to_geodataframe())


def test_errors_keep_their_attributes():
    error = again(siting.InputError("weights[3] is NaN", "weights", 3))
    assert (str(error), error.argument, error.position) == ("weights[3] is NaN", "weights", 3)
    error = again(siting.InfeasibleError("no", [{"kind": "sites-too-few", "p": 1, "smallest": 2}]))
    assert error.reasons[0]["smallest"] == 2
    assert again(siting.NoSolutionError("no", "time")).limit == "time"


def test_a_solution_reaches_another_process(travel):
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    model = siting.MaxCover(travel, weights="people", p=1)
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        solution = pool.submit(model.solve, seed=1).result()
    assert solution.objective == model.solve(seed=1).objective


def test_damaged_bytes_are_an_error_not_a_crash():
    with pytest.raises(siting.InputError, match="damaged"):
        siting._siting.TravelMatrix.from_bytes(b"\x01\x02")


def test_costs_survive_to_the_last_digit():
    costs = np.random.default_rng(0).random((20, 20)) / 3
    travel = siting.TravelMatrix.from_dense(costs)
    assert (again(travel).to_scipy().toarray() == costs).all()
