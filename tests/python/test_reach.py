"""Maps of reach: how far the stretches of street go, and what they refuse."""

import geopandas
import networkx
import numpy as np
import pytest
import shapely
import siting
from shapely import LineString, Point

BENT = LineString([[25, 60], [25.018, 60], [25.018, 60.009]])


def bent_street():
    """One street of two pieces, each of about 1 km, that are not alike in degrees."""
    graph = networkx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(1, x=25.0, y=60.0)
    graph.add_node(2, x=25.018, y=60.009)
    graph.add_edge(1, 2, geometry=BENT)
    graph.add_edge(2, 1, geometry=BENT.reverse())
    return siting.Network.from_networkx(graph)


@pytest.mark.parametrize("end", [[25.0, 60.0], [25.018, 60.009]])
@pytest.mark.parametrize("metres", [300, 1000, 1500])
def test_stretches_in_degrees_are_as_long_as_the_walk(end, metres):
    found = bent_street().reach([end], cutoff=metres, unit="metres").streets
    assert found.to_crs(32635).length.sum() == pytest.approx(metres, rel=0.004)
    assert max(shape.distance(Point(end)) for shape in found.geometry) == 0


def test_stretches_in_the_middle_of_a_street_keep_its_corners():
    corner = [25.018, 60.0]
    found = bent_street().reach([corner], cutoff=200, unit="metres").streets
    assert found.to_crs(32635).length.sum() == pytest.approx(400, rel=0.004)
    assert corner in shapely.get_coordinates(found.geometry.to_numpy()).round(9).tolist()
    assert found.geometry.within(shapely.buffer(BENT, 1e-9)).all()


def test_a_reach_of_nothing_is_empty():
    net = siting.Network.from_edges([[0, 0], [100, 0]], [[0, 1]], crs=3879)
    reach = net.reach([[50, 0]], cutoff=0)
    assert len(reach.streets) == 0
    assert reach.area.is_empty.all()


@pytest.mark.parametrize("width", [-5, 0, float("nan"), float("inf"), "wide"])
def test_a_width_that_is_none_is_refused(width):
    with pytest.raises(siting.InputError, match="width is") as caught:
        bent_street().reach([[25.0, 60.0]], cutoff=5, width=width)
    assert caught.value.argument == "width"


def test_the_area_of_points_half_a_world_apart_is_refused():
    nodes = [[25.0, 60.0], [25.01, 60.0], [60.0, 60.0], [60.01, 60.0]]
    net = siting.Network.from_edges(nodes, [[0, 1], [2, 3]], crs=4326)
    points = geopandas.GeoSeries(shapely.points(np.array(nodes)[[0, 2]]), crs=4326)
    reach = net.reach(points, cutoff=5)
    assert len(reach.streets) == 2
    with pytest.raises(siting.InputError, match=r"points is 35\.0 degrees wide"):
        _ = reach.area
