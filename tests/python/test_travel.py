import warnings

import geopandas
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import siting
from scipy.spatial.distance import cdist
from shapely import Point


def layer(points, index=None, crs=4550, **columns):
    xy = np.asarray(points, dtype=float)
    geometry = geopandas.points_from_xy(xy[:, 0], xy[:, 1])
    return geopandas.GeoDataFrame(columns, geometry=geometry, index=index, crs=crs)


@pytest.mark.parametrize(
    ("metric", "peer"), [("euclidean", "euclidean"), ("manhattan", "cityblock")]
)
def test_distances_between_points_are_those_of_scipy(metric, peer):
    random = np.random.default_rng(1)
    demand, sites = random.random((40, 2)), random.random((9, 2))
    travel = siting.TravelMatrix.from_points(demand, sites, metric=metric)
    assert travel.shape == (40, 9)
    np.testing.assert_allclose(travel.to_scipy().toarray(), cdist(demand, sites, peer))


def test_a_cutoff_keeps_the_pairs_within_it_and_those_on_it():
    travel = siting.TravelMatrix.from_points([[0, 0]], [[3, 4], [3, 4.1], [0, 0]], cutoff=5)
    assert travel.to_frame().cost.tolist() == [5.0, 0.0]
    assert travel.cutoff == 5.0


def test_haversine_measures_metres_between_degrees():
    travel = siting.TravelMatrix.from_points([[121.5, 29.0]], [[121.5, 30.0]], metric="haversine")
    assert travel.to_frame().cost[0] == pytest.approx(111_195, abs=1)
    assert travel.unit == "m"


def test_ids_are_the_index_of_the_layers():
    homes = layer([[0, 0], [9, 9]], index=["a", "b"])
    rooms = layer([[0, 3], [9, 9], [50, 50]], index=[30, 10, 20])
    travel = siting.TravelMatrix.from_points(homes, rooms, cutoff=5)
    assert travel.demand_ids.equals(homes.index)
    assert travel.site_ids.equals(rooms.index)
    assert travel.to_frame().values.tolist() == [["a", 30, 3.0], ["b", 10, 0.0]]
    assert travel.unit == "m"


def test_a_geoseries_is_a_layer_too():
    homes = geopandas.GeoSeries([Point(0, 0), Point(1, 1)], index=["x", "y"])
    travel = siting.TravelMatrix.from_points(homes, homes)
    assert travel.site_ids.tolist() == ["x", "y"]


@pytest.mark.parametrize(
    "ids",
    [
        [1.5, 2.5],
        [pd.Timestamp("2024-01-01"), pd.Timestamp("2024-01-02")],
        [1, "1"],
        ["社区食堂", "闲置厂房"],
        [2**63, 5],
    ],
)
def test_any_kind_of_id_comes_back_as_it_was(ids):
    travel = siting.TravelMatrix.from_dense(np.eye(2), demand_ids=ids, site_ids=ids)
    solution = siting.MaxCover(travel, weights=1, within=0, p=1, required=[ids[1]]).solve()
    assert solution.sites == [ids[1]]
    assert list(solution.assignment.index) == ids


def test_infinity_is_unreachable_and_zero_is_a_cost():
    travel = siting.TravelMatrix.from_dense([[0, np.inf], [np.inf, np.inf]], demand_ids=["a", "b"])
    assert travel.nnz == 1
    assert travel.unreachable == ["b"]


def test_a_dense_dataframe_brings_its_ids():
    costs = pd.DataFrame([[1, 2]], index=["home"], columns=["x", "y"])
    travel = siting.TravelMatrix.from_dense(costs)
    assert (travel.demand_ids.tolist(), travel.site_ids.tolist()) == (["home"], ["x", "y"])


def test_a_table_of_pairs_keeps_the_order_of_appearance():
    table = pd.DataFrame({"o": ["b", "a", "b"], "d": [7, 7, 3], "t": [1.0, 2.0, 0.0]})
    travel = siting.TravelMatrix.from_frame(table, demand="o", site="d", cost="t", unit="min")
    assert (travel.demand_ids.tolist(), travel.site_ids.tolist()) == (["b", "a"], [7, 3])
    assert travel.to_scipy().toarray().tolist() == [[1.0, 0.0], [2.0, 0.0]]
    assert travel.nnz == 3
    assert travel.unit == "min"


def test_a_table_may_leave_out_points_that_reach_nothing():
    table = pd.DataFrame({"o": ["b"], "d": [7], "t": [1.0]})
    travel = siting.TravelMatrix.from_frame(
        table, demand="o", site="d", cost="t", demand_ids=["a", "b"], site_ids=[3, 7]
    )
    assert travel.unreachable == ["a"]
    assert travel.to_frame().values.tolist() == [["b", 7, 1.0]]


@pytest.mark.parametrize("layout", ["csr", "csc", "coo", "lil"])
def test_stored_zeros_of_scipy_are_zero_costs(layout):
    entries = (np.array([0.0, 7.0, 2.0]), ([0, 1, 1], [1, 0, 1]))
    sparse = scipy.sparse.coo_array(entries, shape=(2, 2)).asformat(layout)
    travel = siting.TravelMatrix.from_scipy(sparse)
    assert travel.nnz == sparse.nnz == 3
    assert travel.to_frame().values.tolist() == [[0, 1, 0.0], [1, 0, 7.0], [1, 1, 2.0]]


def test_a_matrix_goes_to_scipy_and_back():
    travel = siting.TravelMatrix.from_points([[0, 0], [0, 1]], [[0, 0], [1, 1]], cutoff=1)
    again = siting.TravelMatrix.from_scipy(travel.to_scipy())
    assert again == travel


def test_stacked_sites_keep_ids_costs_and_places():
    homes = layer([[0, 0], [10, 0]], index=["a", "b"])
    rooms, canteens = layer([[1, 0]], index=["room"], kind=["shop"]), layer([[9, 0]], index=["old"])
    both = siting.TravelMatrix.from_points(homes, rooms, cutoff=5).with_sites(
        siting.TravelMatrix.from_points(homes, canteens, cutoff=5)
    )
    assert both.site_ids.tolist() == ["room", "old"]
    assert both.to_frame().values.tolist() == [["a", "room", 1.0], ["b", "old", 1.0]]
    solution = siting.MaxCover(both, weights=1, p=1, existing=["old"]).solve()
    frame = solution.to_geodataframe()
    assert frame.geometry.x.tolist() == [1.0, 9.0]
    assert frame.existing.tolist() == [False, True]


def test_equal_matrices_are_equal_and_others_are_not():
    one = siting.TravelMatrix.from_dense([[1.0, 2.0]])
    assert one == siting.TravelMatrix.from_dense([[1.0, 2.0]])
    assert one != siting.TravelMatrix.from_dense([[1.0, 3.0]])
    assert one != siting.TravelMatrix.from_dense([[1.0, 2.0]], site_ids=["a", "b"])


def test_the_class_itself_says_how_to_build_one():
    with pytest.raises(TypeError, match="from_points"):
        siting.TravelMatrix()


def test_maps_of_the_world_are_refused():
    homes = geopandas.GeoSeries(geopandas.points_from_xy([121.5, 121.6], [29.8, 29.9]), crs=4326)
    with pytest.raises(siting.InputError, match="map of the world"):
        siting.TravelMatrix.from_points(homes.to_crs(3857), homes.to_crs(3857), cutoff=500)
    assert (
        siting.TravelMatrix.from_points(homes.to_crs(4549), homes.to_crs(4549), cutoff=500).nnz == 2
    )


def test_degrees_without_a_reference_system_are_warned_of():
    degrees = np.array([[121.50, 29.80], [121.55, 29.85]])
    with pytest.warns(UserWarning, match="haversine"):
        siting.TravelMatrix.from_points(degrees, degrees, cutoff=500)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        siting.TravelMatrix.from_points(degrees, degrees, cutoff=500, metric="haversine")
        siting.TravelMatrix.from_points(degrees * 1000, degrees * 1000, cutoff=500)
        siting.TravelMatrix.from_points([[0, 0], [9, 0]], [[1, 0]], cutoff=5)
