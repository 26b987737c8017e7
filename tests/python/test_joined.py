"""Places joined to a network: whose they are, how they are stored, and how they enter."""

import pickle

import geopandas
import numpy as np
import pytest
import shapely
import siting
from shapely import Point, Polygon

NET = siting.Network.from_edges([[0, 0], [400, 0]], [[0, 1]], crs=3879)
HOME = geopandas.GeoSeries([Point(0, 0)], index=["home"], crs=3879)
PLACES = geopandas.GeoSeries(
    [
        shapely.box(100, 5, 300, 80),
        Polygon([[310, 20], [330, 30], [330, 40], [310, 40]]),
        Point(50, 10),
    ],
    index=["hall", "shed", "kiosk"],
    crs=3879,
)


def doors(places, points):
    return geopandas.GeoDataFrame({"place": places}, geometry=points, crs=3879)


def other_network():
    return siting.Network.from_edges([[5000, 0], [5100, 0], [5200, 0]], [[0, 1], [1, 2]], crs=3879)


@pytest.mark.parametrize(
    "use",
    [
        lambda net, joined: net.travel(joined, HOME),
        lambda net, joined: net.travel(HOME, joined),
        lambda net, joined: net.reach(joined),
        lambda net, joined: net.join(joined),
        lambda net, joined: net.component(joined),
    ],
)
def test_places_of_another_network_are_refused(use):
    joined = other_network().join([[5050, 0]])
    with pytest.raises(siting.InputError, match="was joined to another network"):
        use(NET, joined)


def test_places_of_an_equal_network_are_taken():
    same = siting.Network.from_edges([[0, 0], [400, 0]], [[0, 1]], crs=3879)
    assert same.travel(NET.join(HOME), HOME, unit="metres").to_frame().cost.tolist() == [0.0]


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ({"max_snap": 10}, r"max_snap is given, but demand is joined already with 300"),
        ({"beyond": "unreachable"}, "beyond is given, but demand is joined already with 'refuse'"),
        ({"demand_entrances": doors(["home"], HOME)}, "demand_entrances is given, but demand is"),
    ],
)
def test_options_of_joining_do_not_pass_in_silence_for_places_joined_already(option, message):
    joined = NET.join(HOME, max_snap=300)
    with pytest.raises(siting.InputError, match=message) as caught:
        NET.travel(joined, HOME, **option)
    assert caught.value.argument == next(iter(option))
    assert NET.travel(joined, HOME, max_snap=300).nnz == 1
    assert NET.travel(joined, joined).nnz == 1


@pytest.mark.parametrize(
    "entrances", [None, doors(["hall", "hall"], [Point(300, 40), Point(200, 5)])]
)
def test_joined_places_are_pickled(entrances):
    joined = NET.join(PLACES, entrances=entrances)
    net, again = pickle.loads(pickle.dumps((NET, joined)))
    assert again.distances.tolist() == joined.distances.tolist()
    assert again.summary() == joined.summary()
    assert list(again.ids) == list(joined.ids)
    walks = net.travel(HOME, again, unit="metres", cutoff=None).to_frame()
    assert walks.equals(NET.travel(HOME, joined, unit="metres", cutoff=None).to_frame())
    alone = pickle.loads(pickle.dumps(NET.join([[5.0, 0.0]])))
    assert NET.component(alone).tolist() == [0]


def test_places_without_an_entrance_enter_by_their_outline_or_point():
    entrances = doors(["hall", "hall"], [Point(300, 40), Point(200, 5)])
    joined = NET.join(PLACES, entrances=entrances)
    assert joined.distances.tolist() == [5.0, 20.0, 10.0]
    walks = NET.travel(HOME, joined, unit="metres", cutoff=None).to_frame()
    assert walks.cost.tolist() == [205.0, 330.0, 60.0]
    points = np.array([[10.0, 5.0], [20.0, 7.0]])
    door = geopandas.GeoDataFrame({"place": [1]}, geometry=[Point(30, 2)], crs=3879)
    assert NET.join(points, entrances=door).distances.tolist() == [5.0, 2.0]


def test_a_place_without_an_entrance_that_lies_too_far_is_refused_or_named():
    places = PLACES.copy()
    places["shed"] = shapely.box(310, 900, 330, 950)
    entrances = doors(["hall"], [Point(200, 5)])
    with pytest.raises(siting.InputError, match=r"points\[1\] \(id 'shed'\) lies 900\.0 m from"):
        NET.join(places, entrances=entrances)
    joined = NET.join(places, entrances=entrances, beyond="unreachable")
    assert joined.beyond == ["shed"]
