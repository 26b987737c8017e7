"""The walks of `siting demo --pbf`: as long as it takes to serve everyone, and no more than memory holds."""

import geopandas
import pytest
import shapely
import siting
from siting.cli import extract

STREET = siting.Network.from_edges([[0, 0], [30_000, 0]], [[0, 1]], crs=3879)


def places(prefix, *xs):
    columns = {"households": [1.0] * len(xs)}
    names = [f"{prefix}{at}" for at in range(len(xs))]
    points = shapely.points([[x, 0.0] for x in xs])
    return geopandas.GeoDataFrame(columns, geometry=points, index=names, crs=3879)


NONE = places("facility", 0).iloc[:0]


def test_near_walks_are_stored_up_to_the_first_cutoff():
    ways = extract.walking(STREET, places("home", 0, 900), places("room", 100, 9_000), NONE)
    assert (ways.cutoff, ways.nnz) == (extract.FIRST_CUTOFF, 2)


def test_the_cutoff_grows_until_every_home_reaches_a_room_or_facility():
    homes, rooms = places("home", 0, 29_000), places("room", 100)
    assert extract.walking(STREET, homes, rooms, NONE).cutoff == 40_000
    near = places("facility", 28_000)
    assert extract.walking(STREET, homes, rooms, near).cutoff == extract.FIRST_CUTOFF


def test_the_cutoff_grows_until_so_few_sites_can_serve_everyone():
    layers = places("home", 0, 14_000), places("room", 100, 13_000), NONE
    ways = extract.walking(STREET, *layers)
    assert ways.cutoff == extract.FIRST_CUTOFF
    plan, cutoff = extract.least_walking(STREET, layers, ways, {"p": 1}, None)
    assert cutoff == 20_000
    assert plan.mean_cost == pytest.approx(7_000)


def test_homes_that_reach_nothing_end_the_search_for_a_cutoff():
    net = siting.Network.from_edges([[0, 0], [9e3, 0], [0, 900], [9e3, 900]], [[0, 1], [2, 3]])
    homes, rooms = (
        geopandas.GeoDataFrame(
            {"households": [1.0]}, geometry=shapely.points([[5.0, y]]), index=[name]
        )
        for name, y in (("home", 0.0), ("room", 900.0))
    )
    layers = homes, rooms, rooms.iloc[:0]
    ways = extract.walking(net, *layers)
    assert ways.unreachable == ["home"]
    with pytest.raises(siting.InfeasibleError):
        extract.least_walking(net, layers, ways, {"p": 1}, None)


def test_dense_cities_get_shorter_walks_and_then_a_message(monkeypatch):
    homes, rooms = places("home", *range(0, 4_000, 10)), places("room", *range(0, 4_000, 100))
    monkeypatch.setattr(extract, "MOST_PAIRS", 12_000)
    ways = extract.walking(STREET, homes, rooms, NONE)
    assert ways.cutoff == 2_500 / 2
    monkeypatch.setattr(extract, "MOST_PAIRS", 3_000)
    with pytest.raises(siting.InputError, match=r"walks of up to 1,250 m .*osmium extract"):
        extract.walking(STREET, homes, rooms, NONE)
