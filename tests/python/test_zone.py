"""Reference systems of networks: which ones are refused, and the zone that a layer in degrees gets."""

import geopandas
import pyproj
import pytest
import siting
from shapely import LineString


def lines(*coordinates, crs):
    return geopandas.GeoSeries([LineString(each) for each in coordinates], crs=crs)


@pytest.mark.parametrize(
    ("crs", "message"),
    [
        (3857, r"EPSG:3857, which is a map of the world \(Popular Visualisation Pseudo Mercator\)"),
        (3395, r"map of the world \(Mercator \(variant A\)\), .*estimate_utm_crs"),
        ("+proj=merc +lat_ts=60 +type=crs", r"map of the world \(Mercator \(variant B\)\)"),
        ("ESRI:54009", "map of the world"),
        (4978, "EPSG:4978, which counts from the centre of the earth: project"),
        (4807, r"EPSG:4807, which counts in grad: bring it to degrees, for instance to_crs\(4326\)"),
        ("+proj=longlat +pm=paris +type=crs", "counts from the meridian of Paris"),
        ("+proj=ob_tran +o_proj=longlat +o_lon_p=0 +o_lat_p=40 +type=crs", "turns the globe"),
        (2263, "counts in US survey foot"),
        ("nonsense", "'nonsense' is no CRS that pyproj knows"),
    ],
)  # fmt: skip
def test_reference_systems_without_metres_on_the_ground_are_refused(crs, message):
    with pytest.raises(siting.InputError, match=message) as caught:
        siting.Network.from_edges([[0, 0], [1, 1]], [[0, 1]], crs=crs)
    assert caught.value.argument == "crs"


def test_a_layer_of_web_mercator_is_refused():
    layer = lines([[25, 60], [25.01, 60]], crs=4326).to_crs(3857)
    with pytest.raises(siting.InputError, match="lines is in EPSG:3857, which is a map of the"):
        siting.Network.from_geodataframe(layer)


@pytest.mark.parametrize(
    "crs", [3879, 2154, 3035, 2056, 28992, 4550, "EPSG:25832+5783", 4490, 4979]
)
def test_local_and_national_systems_are_taken(crs):
    assert siting.Network.from_edges([[0, 0], [1, 1]], [[0, 1]], crs=crs).crs == crs


@pytest.mark.parametrize(
    ("lon", "lat", "zone"),
    [(10.1, 50, 32632), (73.6, 39, 4534), (136.4, 48, 4554), (70.1, 39, 32642)],
)
def test_cgcs2000_has_zones_in_china_only(lon, lat, zone):
    layer = lines([[lon, lat], [lon + 0.1, lat]], crs=4490)
    net = siting.Network.from_geodataframe(layer)
    assert net.crs.to_epsg() == zone
    true = pyproj.Geod(ellps="GRS80").geometry_length(layer.iloc[0])
    assert net.summary()["kilometres"] * 1000 == pytest.approx(true, rel=0.001)


@pytest.mark.parametrize(
    ("ends", "message"),
    [
        ([[14, 5], [20.1, 5]], r"lines is 6\.1 degrees wide, more than one zone holds"),
        ([[20, 89], [21, 89]], "no UTM zone holds the layer"),
    ],
)
def test_layers_that_fit_no_zone_are_told_so(ends, message):
    with pytest.raises(siting.InputError, match=message) as caught:
        siting.Network.from_geodataframe(lines(ends, crs=4326))
    assert caught.value.argument == "lines"


def test_layers_across_the_180th_meridian_are_told_so():
    layer = lines([[179.99, -17], [180, -17]], [[-180, -17], [-179.99, -17]], crs=4326)
    with pytest.raises(siting.InputError, match="lies on both sides of the 180th meridian"):
        siting.Network.from_geodataframe(layer)
    assert siting.Network.from_geodataframe(layer.to_crs(32760)).summary()["edges"] == 2
