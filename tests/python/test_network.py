import itertools
import pickle

import geopandas
import networkx
import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import shapely
import siting
from scipy.sparse.csgraph import dijkstra
from shapely import LineString, Point, Polygon


def random_streets(seed, n_nodes, n_edges):
    random = np.random.default_rng(seed)
    nodes = random.random((n_nodes, 2)) * 1000
    edges = random.integers(0, n_nodes, (n_edges, 2))
    return nodes, edges[edges[:, 0] != edges[:, 1]]


def joined_by_shapely(nodes, edges, points):
    """Edge, share along it and distance of the nearest place of each point."""
    lines = shapely.linestrings(nodes[edges])
    at = shapely.points(points)
    index, distance = shapely.STRtree(lines).query_nearest(
        at, all_matches=False, return_distance=True
    )
    edge = index[1][np.argsort(index[0])]
    share = shapely.line_locate_point(lines[edge], at, normalized=True)
    return edge, share, distance[np.argsort(index[0])]


def by_scipy(nodes, edges, direction, homes, spaces):
    """Metres from each home to each space: scipy's Dijkstra, with every joining place as a node of its own."""
    lengths = np.linalg.norm(nodes[edges[:, 0]] - nodes[edges[:, 1]], axis=1)
    places = [joined_by_shapely(nodes, edges, points) for points in (homes, spaces)]
    n, first = len(nodes), len(homes)
    on_edge = {at: [(0.0, u), (1.0, v)] for at, (u, v) in enumerate(edges.tolist())}
    for offset, (edge, share, _) in zip((n, n + first), places, strict=True):
        for at, (e, s) in enumerate(zip(edge.tolist(), share.tolist(), strict=True)):
            on_edge[e].append((s, offset + at))
    total = n + 2 * (first + len(spaces))
    best = {}
    for e, along in on_edge.items():
        along.sort(key=lambda entry: (entry[0], entry[1] >= n))
        # The end node comes last, whoever stands there.
        along.sort(key=lambda entry, end=int(edges[e, 1]): entry[1] == end and entry[0] == 1.0)
        for (s, a), (t, b) in itertools.pairwise(along):
            length = max((t - s) * lengths[e], 1e-9)  # scipy takes a stored zero for no way at all
            same = t - s < 1e-12
            if direction[e] >= 0 or same:
                best[a, b] = min(best.get((a, b), np.inf), length)
            if direction[e] <= 0 or same:
                best[b, a] = min(best.get((b, a), np.inf), length)
    legs = n + first + len(spaces)
    for at, leg in enumerate(np.concatenate([places[0][2], places[1][2]])):
        ends = (legs + at, n + at) if at < first else (n + at, legs + at)
        best[ends] = max(leg, 1e-9)
    rows, columns = np.array(list(best)).T
    graph = scipy.sparse.csr_array((list(best.values()), (rows, columns)), shape=(total, total))
    return dijkstra(graph, indices=np.arange(legs, legs + first))[:, legs + first :]


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_walks_equal_those_of_scipy_on_random_graphs(directed, seed):
    nodes, edges = random_streets(seed, 150, 240)
    random = np.random.default_rng(100 + seed)
    direction = random.integers(-1, 2, len(edges)) if directed else np.zeros(len(edges), dtype=int)
    homes, spaces = random.random((60, 2)) * 1000, random.random((40, 2)) * 1000
    words = np.array(["backward", "both", "forward"])[direction + 1]
    net = siting.Network.from_edges(nodes, edges, direction=words)
    expected = by_scipy(nodes, edges, direction, homes, spaces)
    travel = net.travel(homes, spaces, cutoff=None, unit="metres", max_snap=1e6)
    dense = np.full(travel.shape, np.inf)
    frame = travel.to_frame()
    dense[frame.demand, frame.site] = frame.cost
    np.testing.assert_array_equal(np.isfinite(dense), np.isfinite(expected))
    np.testing.assert_allclose(dense, expected, atol=1e-3)
    # The same within a cut-off, from either side.
    for a, b, turned in ((homes, spaces[:9], False), (spaces[:9], homes, True)):
        within = net.travel(a, b, cutoff=9, speed=50, max_snap=1e6).to_scipy()
        minutes = net.travel(a, b, cutoff=None, speed=50, max_snap=1e6).to_scipy().toarray()
        kept = (minutes > 0) & (minutes <= 9)
        assert turned or (within.toarray() > 0).sum() == kept.sum()
        np.testing.assert_allclose(within.toarray()[kept], minutes[kept])
    cut = net.travel(homes, spaces, cutoff=450, unit="metres", max_snap=1e6)
    assert cut.nnz == (expected <= 450).sum()


def random_multigraph(seed, directed):
    random = np.random.default_rng(seed)
    graph = (networkx.MultiDiGraph if directed else networkx.MultiGraph)(crs="EPSG:3067")
    for node in range(80):
        x, y = random.random(2) * 2000
        graph.add_node(1000 + node, x=x, y=y)
    for _ in range(200):
        u, v = 1000 + random.integers(0, 80, 2)
        length = float(random.integers(20, 900))
        graph.add_edge(int(u), int(v), length=length, osmid=int(random.integers(1, 9)))
        if directed and random.random() < 0.6:
            graph.add_edge(int(v), int(u), length=length, osmid=int(random.integers(1, 9)))
    return graph


@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("seed", range(3))
def test_a_networkx_graph_gives_the_distances_of_networkx(directed, seed):
    graph = random_multigraph(seed, directed)
    net = siting.Network.from_networkx(graph)
    reached = {node for edge in graph.edges() for node in edge}
    points = np.array(
        [[data["x"], data["y"]] for node, data in graph.nodes(data=True) if node in reached]
    )
    names = [node for node in graph if node in reached]
    frame = net.travel(points, points, cutoff=None, unit="metres").to_frame()
    found = {(names[i], names[j]): cost for i, j, cost in frame.itertuples(index=False)}
    expected = {
        (u, v): length
        for u, row in networkx.all_pairs_dijkstra_path_length(graph, weight="length")
        for v, length in row.items()
        if u in reached
    }
    assert found.keys() == expected.keys()
    assert all(abs(found[pair] - expected[pair]) < 1e-3 for pair in expected)


def test_both_ways_of_an_osmnx_street_become_one_edge():
    graph = networkx.MultiDiGraph(crs="EPSG:4326")
    graph.add_node(7, x=24.94, y=60.17)
    graph.add_node(8, x=24.95, y=60.17)
    line = LineString([[24.94, 60.17], [24.945, 60.171], [24.95, 60.17]])
    street = {"osmid": [3, 4], "highway": "footway", "length": 600.0}
    graph.add_edge(7, 8, **street, geometry=line, reversed=False)
    graph.add_edge(8, 7, **street | {"osmid": [4, 3]}, geometry=line.reverse(), reversed=True)
    graph.add_edge(7, 8, osmid=5, highway=["steps", "path"], length=560.0)
    net = siting.Network.from_networkx(graph)
    nodes, edges = net.to_geodataframe()
    assert nodes.index.tolist() == [7, 8]
    assert edges[["from", "to", "length", "direction", "kind"]].values.tolist() == [
        [7, 8, 600.0, "both", "footway"],
        [7, 8, 560.0, "forward", "steps;path"],
    ]
    assert edges.geometry[0].equals(line)
    assert edges.crs == "EPSG:4326"
    both = siting.Network.from_networkx(graph, two_way=True).to_geodataframe()[1]
    assert "direction" not in both


def lines(*coordinates, crs=3879, **columns):
    shapes = [LineString(each) for each in coordinates]
    return geopandas.GeoDataFrame(columns, geometry=shapes, crs=crs)


CROSS = ([[0, 0], [200, 0]], [[100, -100], [100, 100]])


def test_lines_cross_without_joining_unless_asked():
    bridge = siting.Network.from_geodataframe(lines(*CROSS))
    assert bridge.summary()["components"] == 2
    net = siting.Network.from_geodataframe(lines(*CROSS), node_crossings=True)
    assert (net.crossings, net.summary()["edges"], net.summary()["components"]) == (1, 4, 1)
    assert (
        repr(net) == "Network(5 nodes, 4 edges, 0.4 km, 1 component, EPSG:3879, 1 crossing noded)"
    )


def test_columns_of_lines_become_attributes_of_their_pieces():
    layer = lines(
        *CROSS, way=["both", "forward"], lost=[60.0, 0.0], slow=[1.0, 2.0], what=["street", "steps"]
    )
    net = siting.Network.from_geodataframe(
        layer, node_crossings=True, direction="way", penalty="lost", factor="slow", kind="what"
    )
    edges = net.to_geodataframe()[1]
    assert edges.penalty.tolist() == [30.0, 30.0, 0.0, 0.0]
    assert edges.direction.tolist() == ["both", "both", "forward", "forward"]
    assert edges.kind.tolist() == ["street", "street", "steps", "steps"]
    travel = net.travel([[0, 0], [100, -100]], [[200, 0], [100, 100]], cutoff=20, speed=100)
    np.testing.assert_allclose(travel.to_scipy().toarray(), [[3.0, 3.5], [3.5, 4.0]])
    down = net.travel([[100, 100]], [[100, -100]], cutoff=None)
    assert down.nnz == 0


@pytest.mark.parametrize(("crs", "zone"), [(4326, "EPSG:32651"), (4490, "EPSG:4549")])
def test_a_layer_in_degrees_goes_to_a_local_zone_that_is_told(crs, zone):
    layer = lines([[120.1, 29.9], [120.11, 29.9]], crs=crs)
    net = siting.Network.from_geodataframe(layer)
    assert net.crs.to_string() == zone
    assert f"{zone} chosen for a layer in EPSG:{crs}" in repr(net)
    assert net.summary()["kilometres"] == pytest.approx(0.9655, abs=0.001)


def test_layers_in_another_crs_are_brought_to_that_of_the_network():
    net = siting.Network.from_geodataframe(
        lines([[25_496_000, 6_672_000], [25_497_000, 6_672_000]])
    )
    homes = geopandas.GeoSeries([Point(25_496_100, 6_672_030)], index=["home"], crs=3879)
    spaces = geopandas.GeoDataFrame(
        {"rooms": [3]}, geometry=[Point(25_496_900, 6_671_980)], index=["hall"], crs=3879
    ).to_crs(4326)
    travel = net.travel(homes, spaces, unit="metres", cutoff=2000)
    assert travel.to_frame().round(2).values.tolist() == [["home", "hall", 850.0]]
    assert (travel.unit, travel.cutoff) == ("m", 2000.0)
    assert repr(travel).endswith("1 pairs within 2,000 m, along streets)")
    assert travel._sites.frame.crs == homes.crs  # maps show both
    plan = siting.PMedian(travel, weights=1, p=1).solve()
    assert plan.to_geodataframe().rooms.tolist() == [3]


def test_polygons_enter_by_the_nearest_point_of_their_boundary():
    net = siting.Network.from_geodataframe(lines([[0, 0], [400, 0]]))
    home = geopandas.GeoSeries([Point(0, 0)], crs=3879)
    hall = Polygon([[100, 5], [300, 20], [300, 80], [100, 80]])
    court = shapely.MultiPolygon(
        [shapely.box(200, 30, 220, 50), Polygon([[350, -10], [360, -50], [340, -50]])]
    )
    spaces = geopandas.GeoSeries([hall, court, Point(50, 0)], crs=3879)
    joined = net.join(spaces)
    assert joined.distances.tolist() == [5.0, 10.0, 0.0]
    walks = net.travel(home, joined, unit="metres", cutoff=None)
    assert walks.to_frame().cost.tolist() == [105.0, 360.0, 50.0]
    assert joined.to_geodataframe().geometry.length.tolist() == [5.0, 10.0, 0.0]


def test_a_given_entrance_counts_instead_of_the_outline():
    net = siting.Network.from_geodataframe(lines([[0, 0], [400, 0]]))
    home = geopandas.GeoSeries([Point(0, 0)], crs=3879)
    hall = geopandas.GeoSeries([shapely.box(100, 5, 300, 80)], index=["hall"], crs=3879)
    doors = geopandas.GeoDataFrame(
        {"place": ["hall", "hall"]}, geometry=[Point(300, 40), Point(200, 5)], crs=3879
    )
    walks = net.travel(home, hall, unit="metres", cutoff=None, site_entrances=doors)
    assert walks.to_frame().cost.tolist() == [205.0]
    with pytest.raises(
        siting.InputError, match="row 0 is an entrance of 'shed', which sites does not"
    ):
        net.travel(home, hall, site_entrances=doors.replace("hall", "shed"))


def test_places_far_from_every_street_are_refused_or_named():
    net = siting.Network.from_geodataframe(lines([[0, 0], [20_000, 0]], [[0, 500], [10, 500]]))
    homes = geopandas.GeoSeries(
        [Point(5, 20), Point(9, 1000), Point(5, 490)], index=list("abc"), crs=3879
    )
    with pytest.raises(
        siting.InputError, match=r"demand\[1\] \(id 'b'\) lies 500\.0 m from the nearest"
    ) as e:
        net.travel(homes, homes)
    assert (e.value.argument, e.value.position) == ("demand", 1)
    joined = net.join(homes, beyond="unreachable")
    assert (joined.beyond, joined.small) == (["b"], ["c"])
    assert joined.summary() == (
        "2 of 3 places joined, on average 15.0 m from their street, at most 20.0 m; 1 farther than 250 m "
        "from any street: 'b'; 1 on small components: 'c'"
    )
    assert net.travel(joined, joined).unreachable == ["b"]


def test_speeds_by_group_come_from_a_column_or_a_series():
    net = siting.Network.from_edges([[0, 0], [600, 0]], [[0, 1]], crs=3879)
    homes = geopandas.GeoDataFrame(
        {"pace": [75.0, 50.0]},
        geometry=[Point(0, 0), Point(0, 0)],
        index=["young", "old"],
        crs=3879,
    )
    space = geopandas.GeoSeries([Point(600, 0)], crs=3879)
    for speed in ("pace", homes.pace[::-1], [75, 50]):
        assert net.travel(homes, space, speed=speed).to_frame().cost.tolist() == [8.0, 12.0]
    assert (
        net.travel(homes, space, speed=60, unit="seconds", cutoff=900).to_frame().cost[0] == 600.0
    )
    with pytest.raises(siting.InputError, match=r"speed\[1\] \(id 'old'\) is 0: a walking speed"):
        net.travel(homes, space, speed=[75, 0])


def test_reach_gives_streets_and_area():
    net = siting.Network.from_geodataframe(
        lines([[0, 0], [500, 0], [1000, 0]], [[500, 0], [500, 1000]])
    )
    reach = net.reach([[400, 0]], cutoff=4, speed=50)
    streets = reach.streets
    assert streets.geometry.length.sum() == pytest.approx(200 + 200 + 100)
    assert streets.cost.tolist() == [0.0, 2.0, 2.0]
    area = reach.area.iloc[0]
    assert area.contains(Point(500, 80))
    assert not area.contains(Point(500, 140))
    degrees = siting.Network.from_edges([[24.9, 60.2], [24.91, 60.2]], [[0, 1]], crs=4326)
    area = degrees.reach([[24.9, 60.2]], cutoff=300, unit="metres").area
    assert area.to_crs(3879).area.iloc[0] == pytest.approx(300 * 50 + np.pi * 25**2, rel=0.01)


def test_a_network_is_pickled_and_equal():
    net = siting.Network.from_geodataframe(lines(*CROSS), node_crossings=True)
    again = pickle.loads(pickle.dumps(net))
    assert again == net
    assert repr(again) == repr(net)
    assert again != siting.Network.from_geodataframe(lines(*CROSS))


def test_the_edges_of_a_network_make_the_same_network_again():
    net = siting.Network.from_networkx(random_multigraph(5, False))
    edges = net.to_geodataframe()[1]
    assert (edges["length"] > 0).all()
    straight = siting.Network.from_geodataframe(edges[edges["from"] != edges["to"]])
    assert straight.summary()["nodes"] <= net.summary()["nodes"]
    assert straight.crs == net.crs


@pytest.mark.filterwarnings("ignore:invalid value")
def test_the_line_that_is_no_number_is_named_not_its_part():
    parts = shapely.MultiLineString([[[0, 0], [1, 1]], [[2, 2], [3, 3]]])
    bad = LineString([[0, 0], [np.nan, 1]])
    layer = geopandas.GeoSeries([parts, bad], index=["x", "y"], crs=4550)
    with pytest.raises(siting.InputError, match=r"lines\[1\] \(id 'y'\) has the point \[nan") as e:
        siting.Network.from_geodataframe(layer)
    assert e.value.position == 1
    pole = lines([[25, 60], [25.1, 60.1]], [[25, 60], [25.1, 95]], crs=4326)
    with pytest.raises(
        siting.InputError, match=r"lines\[1\] \(id 1\) has the point \[inf, inf\] in"
    ):
        siting.Network.from_geodataframe(pole)


def test_the_summary_tells_how_the_crs_was_chosen():
    layer = lines([[120.1, 29.9], [120.11, 29.9]], crs=4490)
    net = siting.Network.from_geodataframe(layer)
    assert net.summary()["crs_choice"] == "EPSG:4549 chosen for a layer in EPSG:4490"
    given = siting.Network.from_geodataframe(layer.to_crs(4549))
    assert given.summary()["crs_choice"] == "EPSG:4549 as given"
    assert siting.Network.from_edges([[0, 0], [1, 1]], [[0, 1]]).summary()["crs_choice"] is None


NET = siting.Network.from_edges([[0, 0], [100, 0]], [[0, 1]], crs=3879)
HERE = geopandas.GeoSeries([Point(0, 0)], crs=3879)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: siting.Network(), "Network is built by from_pbf"),
        (lambda: siting.Network.from_edges([[0, 0]], [[0, 1]]), r"edges\[0\] is \[0, 1\], but there are only 1"),
        (lambda: siting.Network.from_edges([[0, 0]], [[0, -1]]), r"edges\[0\] is \[0, -1\]"),
        (lambda: siting.Network.from_edges([[0, 0]], [[0.5, 0]]), "whole numbers of the shape"),
        (lambda: siting.Network.from_edges([0, 0], [[0, 0]]), r"nodes has the shape \(2,\)"),
        (lambda: siting.Network.from_edges([[0, None]], [[0, 0]]), r"nodes\[0\] is NaN"),
        (
            lambda: siting.Network.from_edges([[0, 0]], [[0, 0]], direction=["up"]),
            r'direction\[0\] is \'up\': "both", "forward" or "backward"',
        ),
        (lambda: siting.Network.from_edges([[0, 0]], [[0, 0]], lengths=[-1]), r"lengths\[0\] is -1"),
        (lambda: siting.Network.from_edges([[0, 0]], [[0, 0]], crs=2263), "counts in US survey foot"),
        (lambda: siting.Network.from_geodataframe([1]), "lines is a list: a GeoDataFrame or GeoSeries"),
        (lambda: siting.Network.from_geodataframe(HERE), r"lines\[0\] \(id 0\) is <POINT \(0 0\)>"),
        (lambda: siting.Network.from_geodataframe(lines(*CROSS), kind="x"), "kind is 'x', but lines has no such"),
        (
            lambda: siting.Network.from_geodataframe(lines([[0, 0], [90, 1]], crs=4326)),
            "90.0 degrees wide, more than one zone holds",
        ),
        (lambda: siting.Network.from_networkx(3), "graph is a int: a networkx graph is expected"),
        (lambda: siting.Network.from_networkx(networkx.path_graph(2)), "node 0 has no coordinates x and y"),
        (lambda: NET.travel(HERE, HERE, unit="hours"), "unit is 'hours': one of 'minutes', 'seconds', 'metres'"),
        (lambda: NET.travel(HERE, HERE, cutoff=np.nan), "cutoff is NaN"),
        (lambda: NET.travel(HERE, HERE, speed=-1), r"speed\[0\] \(id 0\) is -1"),
        (lambda: NET.travel(HERE, HERE, speed=None), "speed is None"),
        (lambda: NET.travel(HERE, HERE, beyond="drop"), "beyond is 'drop': one of 'refuse', 'unreachable'"),
        (lambda: NET.travel(HERE, HERE, max_snap="far"), "max_snap is 'far': a number is expected"),
        (lambda: NET.travel(HERE, HERE.set_crs(None, allow_override=True)), "sites has no CRS, but the network is in EPSG:3879"),
        (lambda: NET.travel(HERE[:0], HERE), "demand is an empty layer"),
        (lambda: NET.travel(HERE, pd.Series([1])), "sites is a pandas Series without geometry"),
        (lambda: NET.travel(HERE, geopandas.GeoSeries([None], crs=3879)), r"sites\[0\] \(id 0\) has no geometry"),
        (lambda: NET.travel(HERE, HERE, site_entrances=HERE), "site_entrances must be a GeoDataFrame"),
        (lambda: NET.reach(HERE, cutoff=np.inf), "cutoff is inf"),
    ],
)  # fmt: skip
def test_bad_input_is_told(call, message):
    with pytest.raises((siting.InputError, TypeError), match=message):
        call()


def test_slopes_slow_walkers_by_toblers_function():
    lines = [shapely.LineString([(100 * k, 0), (100 * k + 100, 0)]) for k in range(3)]
    table = {"grade": [0.0, 0.1, 0.1], "way": ["both", "forward", "both"]}
    layer = geopandas.GeoDataFrame(table, geometry=lines, crs=4550)
    net = siting.Network.from_geodataframe(layer, slope="grade", direction="way")

    def minutes(start, end):
        frame = net.travel([[start, 0.0]], [[end, 0.0]], speed=100).to_frame()
        return float(frame["cost"].iloc[0])

    def tobler(slope):
        return np.exp(-3.5 * 0.05) / np.exp(-3.5 * abs(slope + 0.05))

    assert minutes(0, 100) == pytest.approx(1, rel=1e-6)
    assert minutes(100, 200) == pytest.approx(tobler(0.1), rel=1e-6)
    both = (tobler(0.1) + tobler(-0.1)) / 2
    assert minutes(200, 300) == pytest.approx(both, rel=1e-6)
    assert minutes(300, 200) == pytest.approx(both, rel=1e-6)
    layer["grade"] = [8.0, 0.0, 0.0]
    with pytest.raises(siting.InputError, match=r"slope\[0\] is 8.0: rise over run"):
        siting.Network.from_geodataframe(layer, slope="grade")


def test_given_lengths_survive_the_way_to_a_layer_and_back():
    layer = geopandas.GeoDataFrame(
        {"metres": [250.0, 80.0]},
        geometry=[
            shapely.LineString([(0, 0), (50, 0), (100, 0)]),
            shapely.LineString([(50, 0), (50, 50)]),
        ],
        crs=4550,
    )
    net = siting.Network.from_geodataframe(layer, length="metres")
    assert sorted(net.to_geodataframe()[1]["length"]) == [80, 125, 125]
    edges = net.to_geodataframe()[1]
    again = siting.Network.from_geodataframe(edges, length="length")
    assert again.summary()["kilometres"] == pytest.approx(net.summary()["kilometres"])
