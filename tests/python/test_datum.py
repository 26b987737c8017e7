"""GCJ-02 and BD-09 to WGS 84 and back, and layers whose datums are mixed."""

import pickle
import warnings

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
import siting
from hypothesis import given
from hypothesis import strategies as st
from siting import datum
from siting._datum_look import DatumLook

# The test values of eviltransform, longitude first: WGS 84 and GCJ-02.
PUBLISHED = np.array(
    [
        [[121.5272106, 31.1774276], [121.531541859215, 31.17530398364597]],
        [[113.912316, 22.543847], [113.9171764808363, 22.540796131694766]],
        [[116.377817, 39.911954], [116.38404722455657, 39.91334545536069]],
    ]
)
PAIRS = [
    (datum.wgs84_to_gcj02, datum.gcj02_to_wgs84),
    (datum.wgs84_to_bd09, datum.bd09_to_wgs84),
    (datum.gcj02_to_bd09, datum.bd09_to_gcj02),
]
NINGBO = (121.55, 29.87)


def metres(a, b):
    narrow = np.cos(np.radians(a[..., 1]))
    return 111_195 * np.hypot((a - b)[..., 0] * narrow, (a - b)[..., 1])


def test_the_shift_agrees_with_published_values():
    assert (metres(datum.wgs84_to_gcj02(PUBLISHED[:, 0]), PUBLISHED[:, 1]) < 0.001).all()
    assert (metres(datum.gcj02_to_wgs84(PUBLISHED[:, 1]), PUBLISHED[:, 0]) < 0.001).all()


@given(st.lists(st.tuples(st.floats(73, 137), st.floats(1, 55)), min_size=1, max_size=50))
def test_there_and_back_is_the_same_place_within_a_centimetre(places):
    places = np.array(places)
    for there, back in PAIRS:
        assert (metres(back(there(places)), places) < 0.01).all()


def test_places_abroad_stay_where_they_are():
    abroad = np.array([[24.94, 60.17], [-0.12, 51.5]])
    for there, back in PAIRS:
        assert (there(abroad) == abroad).all()
        assert (back(abroad) == abroad).all()


def test_layers_of_any_geometry_come_back_as_they_were_but_for_their_place():
    square = shapely.box(121.5, 29.8, 121.6, 29.9)
    shapes = [square, square.exterior, square.centroid, shapely.MultiPolygon([square]), None]
    layer = geopandas.GeoDataFrame(
        {"name": list("abcde")}, geometry=shapes, index=range(5, 10), crs=4490
    )
    moved = datum.gcj02_to_wgs84(layer)
    assert list(moved.index) == list(layer.index)
    assert list(moved["name"]) == list(layer["name"])
    assert moved.crs == layer.crs
    assert list(moved.geom_type) == list(layer.geom_type)
    point = shapely.get_coordinates(moved.geometry.iloc[2])
    assert point == pytest.approx(datum.gcj02_to_wgs84(shapely.get_coordinates(square.centroid)))
    assert shapely.get_coordinates(layer.geometry.iloc[0])[0].tolist() == [121.6, 29.8]


def test_no_points_give_no_points():
    assert datum.gcj02_to_wgs84(np.empty((0, 2))).shape == (0, 2)


@pytest.mark.parametrize(
    "points",
    [
        [121.5, 29.8],
        [[121.5, 29.8, 3.0]],
        [[29.8, 121.5]],
        [[121.5, float("nan")]],
        "Ningbo",
        geopandas.GeoSeries([shapely.Point(500_000, 3_300_000)], crs=4549),
    ],
)
def test_what_is_no_longitude_and_latitude_is_refused(points):
    with pytest.raises(siting.InputError) as caught:
        datum.gcj02_to_wgs84(points)
    assert caught.value.argument == "points"


def streets_and_homes(where):
    """Streets 150 m apart both ways, and homes some 20 m beside them."""
    lines, dice = [], np.random.default_rng(7)
    side, step = 0.02, 0.0015
    for offset in np.arange(0, side, step):
        lines.append(shapely.LineString([[offset, 0], [offset, side]]))
        lines.append(shapely.LineString([[0, offset], [side, offset]]))
    streets = geopandas.GeoSeries(lines, crs=4326).translate(*where)
    streets = streets.set_crs(4326)
    on = np.array(
        [
            street.interpolate(share, normalized=True).coords[0]
            for street in streets
            for share in (0.22, 0.57, 0.83)
        ]
    )
    homes = geopandas.GeoSeries(shapely.points(on + dice.normal(0, 1.2e-4, on.shape)), crs=4326)
    return streets, homes


@pytest.mark.parametrize(
    ("shift", "told"),
    [
        (datum.wgs84_to_gcj02, "homes seem to be in GCJ-02 and streets in WGS 84"),
        (datum.wgs84_to_bd09, "homes seem to be in BD-09 and streets in WGS 84"),
    ],
)
def test_layers_of_mixed_datums_are_told(shift, told):
    streets, homes = streets_and_homes(NINGBO)
    names = ("homes", "streets")
    with pytest.warns(siting.DatumWarning, match=told):
        assert datum.warn_if_mixed(shift(homes), streets, names=names)
    with pytest.warns(siting.DatumWarning):
        assert datum.warn_if_mixed(homes, shift(streets), names=names)
    # Projected layers are looked at in degrees.
    with pytest.warns(siting.DatumWarning, match=told):
        assert datum.warn_if_mixed(shift(homes).to_crs(4549), streets, names=names)


def test_layers_of_one_datum_are_not_warned_of():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        streets, homes = streets_and_homes(NINGBO)
        assert not datum.warn_if_mixed(homes, streets)
        assert not datum.warn_if_mixed(datum.wgs84_to_gcj02(homes), datum.wgs84_to_gcj02(streets))
        # Nor layers abroad, nor few points, nor points that have nothing to do with the streets.
        streets_abroad, homes_abroad = streets_and_homes((24.9, 60.1))
        assert not datum.warn_if_mixed(homes_abroad, streets_abroad)
        assert not datum.warn_if_mixed(datum.wgs84_to_gcj02(homes).iloc[:10], streets)
        for seed in range(50):
            scattered = np.random.default_rng(seed).uniform(0, 0.02, (40, 2)) + NINGBO
            assert not datum.warn_if_mixed(
                geopandas.GeoSeries(shapely.points(scattered), crs=4326), streets
            )


def test_layers_without_a_reference_system_are_named():
    streets, homes = streets_and_homes(NINGBO)
    with pytest.raises(siting.InputError, match="streets: the layer has no CRS"):
        datum.warn_if_mixed(
            homes, streets.set_crs(None, allow_override=True), names=("homes", "streets")
        )


def test_joining_warns_of_a_mixed_datum():
    streets, homes = streets_and_homes(NINGBO)
    net = siting.Network.from_geodataframe(streets)
    with pytest.warns(siting.DatumWarning, match="demand seem to be in GCJ-02"):
        net.travel(datum.wgs84_to_gcj02(homes), homes, max_snap=5_000)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        net.travel(homes, homes)


def test_joining_looks_once_at_the_datum_of_a_layer():
    streets, homes = streets_and_homes(NINGBO)
    net = siting.Network.from_geodataframe(streets)
    shifted = datum.wgs84_to_gcj02(homes)
    for layer in (shifted, shifted.copy()):
        with pytest.warns(siting.DatumWarning):
            net.join(layer, max_snap=5_000)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            net.join(layer, max_snap=5_000)
    # Nor is anything of it stored with the network.
    with pytest.warns(siting.DatumWarning):
        pickle.loads(pickle.dumps(net)).join(shifted, max_snap=5_000)


def test_the_look_at_the_datum_takes_a_sample_of_a_large_layer(monkeypatch):
    streets, homes = streets_and_homes(NINGBO)
    net = siting.Network.from_geodataframe(streets)
    asked = []
    distances = DatumLook._distances
    monkeypatch.setattr(
        DatumLook, "_distances", lambda self, at: asked.append(len(at)) or distances(self, at)
    )
    net.join(pd.concat([homes] * 30, ignore_index=True))
    assert asked == [7 * 200]


def test_points_far_from_every_street_are_not_judged():
    streets, homes = streets_and_homes(NINGBO)
    scattered = homes.geometry.translate(0.0015, 0.0).to_crs(4549).set_crs(4549)
    dice = np.random.default_rng(1).normal(0, 100, (len(homes), 2))
    places = shapely.get_coordinates(scattered.to_numpy()) + dice
    shifted = geopandas.GeoSeries(shapely.points(places), crs=4549).to_crs(4326)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not datum.warn_if_mixed(datum.wgs84_to_gcj02(shifted), streets)
