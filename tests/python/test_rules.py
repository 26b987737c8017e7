"""Ids, masks and aligned values reach the right sites and demand points."""

import geopandas
import numpy as np
import pandas as pd
import pytest
import siting

TRAVEL = siting.TravelMatrix.from_dense(
    [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]], demand_ids=["u", "v"], site_ids=["a", "b", "c"]
)


def opened(**rules):
    return siting.MaxCover(TRAVEL, weights=1, **{"p": 1, **rules}).solve().sites


@pytest.mark.parametrize(
    "which",
    [
        ["b"],
        ("b",),
        {"b"},
        np.array(["b"]),
        pd.Series(["b"]),
        pd.Index(["b"]),
        [False, True, False],
        np.array([False, True, False]),
        pd.Series([True, False, False], index=["b", "c", "a"]),
        pd.Series({"a": False, "b": True, "c": False}),
    ],
    ids=lambda which: type(which).__name__,
)
def test_sites_are_given_by_ids_or_by_a_mask(which):
    assert opened(required=which) == ["b"]


def test_a_series_mask_is_aligned_by_id_not_by_position():
    mask = pd.Series([True, True, False], index=["c", "a", "b"])
    assert opened(forbidden=mask) == ["b"]


def test_an_empty_list_is_no_rule():
    assert opened(required=[], forbidden=pd.Series(dtype=object)) == opened()


def test_sites_come_back_in_input_order():
    assert opened(required=["c", "a"], p=2) == ["a", "c"]


@pytest.mark.parametrize(
    "weights",
    [
        [1, 9],
        np.array([1, 9], dtype=np.int8),
        pd.Series([9, 1], index=["v", "u"]),
        pd.Series([9.0, 1.0], index=["v", "u"], dtype="Float64"),
        {"v": 9, "u": 1},
    ],
    ids=lambda weights: type(weights).__name__,
)
def test_weights_are_aligned_by_id_or_taken_in_order(weights):
    model = siting.PMedian(TRAVEL, weights=weights, p=1)
    assert model.weights.tolist() == [1, 9]
    assert model.solve().sites == ["c"]


def test_one_number_stands_for_all():
    assert siting.PMedian(TRAVEL, weights=2, p=1).weights.tolist() == [2, 2]


def test_a_column_is_taken_by_its_name():
    homes = geopandas.GeoDataFrame(
        {"居民": [4, 6]}, geometry=geopandas.points_from_xy([0, 9], [0, 0]), index=[1, 2]
    )
    rooms = geopandas.GeoDataFrame(
        {"rent": [5.0, 2.0]}, geometry=geopandas.points_from_xy([0, 9], [0, 0]), index=[7, 8]
    )
    travel = siting.TravelMatrix.from_points(homes, rooms)
    model = siting.FixedCharge(travel, weights="居民", site_costs="rent")
    assert model.solve().objective == 7.0
    assert model.weights.tolist() == [4, 6]


def test_closing_costs_reach_their_sites_and_the_others_stay():
    # Closing a yields 3, which buys c; b must stay open since it has no closing cost.
    travel = siting.TravelMatrix.from_dense(
        np.where(np.eye(3) > 0, 0.0, np.inf), site_ids=["a", "b", "c"]
    )
    rules = {"weights": [1, 1, 5], "budget": 0, "site_costs": 3, "existing": ["b", "a"]}
    for closing in ({"a": -3}, pd.Series({"a": -3.0}), {"a": -3, "b": np.inf}):
        model = siting.MaxCover(travel, **rules, closing_costs=closing)
        assert model.solve().sites == ["b", "c"]
    assert siting.MaxCover(travel, **rules, closing_costs=0).solve().sites == ["a", "b"]


def test_costs_of_sites_are_aligned_by_id():
    model = siting.MaxCover(
        TRAVEL, weights=1, within=2, budget=4, site_costs=pd.Series({"c": 4, "b": 9, "a": 5})
    )
    assert model.solve().sites == ["c"]


def test_a_radius_each_is_aligned_by_id():
    model = siting.MaxCover(TRAVEL, weights=1, within=pd.Series({"v": 0, "u": 1}), p=1)
    assert model.solve().sites == ["a"]


def test_a_numpy_scalar_is_a_number():
    assert opened(p=np.int32(2), within=np.float32(3.0), forbidden=["a"]) == ["b", "c"]
