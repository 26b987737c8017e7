"""The shifted coordinates of Chinese web maps, to WGS 84 and back.

Maps published in China show GCJ-02 (Amap, Tencent) or BD-09 (Baidu), which lie 300 to 700 m, and somewhat more,
from where a place is: a whole five-minute circle. OpenStreetMap and satellite positioning use WGS 84; CGCS2000
(EPSG:4490) differs from it by less than 1 m.

Each function takes an array of shape (n, 2) of (longitude, latitude) in degrees, or a GeoSeries or GeoDataFrame in
degrees with geometries of any kind, and gives the same back. Places outside China stay as they are. There and back
is the same place within 1 cm.

>>> from siting import datum
>>> datum.gcj02_to_wgs84([[116.397477, 39.908692]]).round(5)
array([[116.39124,  39.90729]])
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from siting import _siting
from siting._numbers import Floats
from siting._optional import is_a, need
from siting.errors import DatumWarning, InputError

#: Fewer points may come closer by chance.
_LEAST_POINTS = 20
#: More points would only take longer.
_MOST_POINTS = 500
_MIXED = (
    ("gcj02", "wgs84"),
    ("bd09", "wgs84"),
    ("wgs84", "gcj02"),
    ("wgs84", "bd09"),
    ("bd09", "gcj02"),
    ("gcj02", "bd09"),
)
_NAMES = {"wgs84": "WGS 84", "gcj02": "GCJ-02", "bd09": "BD-09"}


def gcj02_to_wgs84(points: Any) -> Any:
    """Amap's and Tencent's coordinates to WGS 84."""
    return _convert(points, "gcj02", "wgs84")


def wgs84_to_gcj02(points: Any) -> Any:
    """WGS 84 to Amap's and Tencent's coordinates."""
    return _convert(points, "wgs84", "gcj02")


def bd09_to_wgs84(points: Any) -> Any:
    """Baidu's coordinates to WGS 84."""
    return _convert(points, "bd09", "wgs84")


def wgs84_to_bd09(points: Any) -> Any:
    """WGS 84 to Baidu's coordinates."""
    return _convert(points, "wgs84", "bd09")


def bd09_to_gcj02(points: Any) -> Any:
    """Baidu's coordinates to Amap's and Tencent's."""
    return _convert(points, "bd09", "gcj02")


def gcj02_to_bd09(points: Any) -> Any:
    """Amap's and Tencent's coordinates to Baidu's."""
    return _convert(points, "gcj02", "bd09")


def warn_if_mixed(points: Any, near: Any, *, names: tuple[str, str] = ("points", "near")) -> bool:
    """Warns when two layers lie apart as a mixed datum would make them.

    For layers that belong close together, such as homes and streets. Each datum is tried on `points`: when that
    brings them to less than 0.6 times their median distance from `near`, seven in ten come closer, and moves
    as long in other directions do far worse, the layers are taken to be in different datums. Nothing is moved.

    Args:
        points: A GeoDataFrame or GeoSeries of geometries of any kind; of lines and areas a point inside is
            taken.
        near: The layer that they should be close to.
        names: What the layers are called in the warning.

    Returns:
        Whether a warning was given. Layers outside China and those of fewer than 20 points give none.

    Raises:
        InputError: A layer has no CRS.
    """
    shapely = need("shapely", "siting.datum", "geo")
    own, other = (_degrees(layer, name) for layer, name in zip((points, near), names, strict=True))
    other = other[~(other.isna() | other.is_empty)]
    own = own[~(own.isna() | own.is_empty)]
    if len(own) < _LEAST_POINTS or other.empty:
        return False
    chosen = np.linspace(0, len(own) - 1, min(len(own), _MOST_POINTS)).round().astype(int)
    lon_lat = shapely.get_coordinates(own.iloc[chosen].representative_point())
    # Degrees of longitude as long as those of latitude.
    narrow = np.cos(np.radians(np.median(lon_lat[:, 1])))
    tree = shapely.STRtree(
        shapely.transform(other.to_numpy(), lambda degrees: degrees * [narrow, 1.0])
    )

    def distances(places: Floats) -> Floats:
        (order, _), distance = tree.query_nearest(
            shapely.points(places * [narrow, 1.0]), return_distance=True, all_matches=False
        )
        return distance[np.argsort(order)]

    today = distances(lon_lat)
    best, tried = np.median(today), None
    for ours, theirs in _MIXED:
        moved = _siting.convert_datum(lon_lat, ours, theirs)
        now = distances(moved)
        # Streets are everywhere: the datum must do better than moves as long in other directions.
        step = (moved - lon_lat).mean(axis=0) * [narrow, 1.0]
        others = [distances(lon_lat + turned / [narrow, 1.0]) for turned in _turns(step)]
        least = min(np.median(other) for other in others)
        closer = np.mean(now < today) >= 0.7
        if closer and np.median(now) < min(best, 0.6 * np.median(today), 0.7 * least):
            best, tried = np.median(now), (ours, theirs)
    if tried is None:
        return False
    metres = 111_195 * np.array([np.median(today), best])
    ours, theirs = tried
    warnings.warn(
        f"{names[0]} seem to be in {_NAMES[ours]} and {names[1]} in {_NAMES[theirs]}: they lie {metres[0]:,.0f} m apart "
        f"(median), and {metres[1]:,.0f} m after siting.datum.{ours}_to_{theirs}({names[0]})",
        DatumWarning,
        stacklevel=2,
    )
    return True


def _turns(step: Floats) -> list[Floats]:
    """A move turned by multiples of 45 degrees, and the same moves at 0.7 times the length."""
    angles = np.radians(np.arange(45, 360, 45))
    turned = [
        np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) @ step
        for angle in angles
    ]
    return [length * each for length in (1.0, 0.7) for each in turned]


def _convert(points: Any, ours: str, theirs: str) -> Any:
    if is_a(points, "geopandas", "GeoDataFrame"):
        moved = points.copy()
        return moved.set_geometry(_convert(points.geometry, ours, theirs))
    if is_a(points, "geopandas", "GeoSeries"):
        shapely = need("shapely", "siting.datum", "geo")
        if points.crs is not None and not points.crs.is_geographic:
            raise InputError(
                f"points are in {points.crs.name}, which is projected: bring them to degrees with to_crs(4326)",
                "points",
            )
        geopandas = need("geopandas", "siting.datum", "geo")
        return geopandas.GeoSeries(
            shapely.transform(points.to_numpy(), lambda lon_lat: _convert(lon_lat, ours, theirs)),
            index=points.index,
            crs=points.crs,
            name=points.name,
        )
    try:
        array = np.ascontiguousarray(points, dtype=np.float64)
    except (TypeError, ValueError):
        raise InputError(
            f"points are {type(points).__name__}: numbers are expected", "points"
        ) from None
    if array.ndim != 2 or array.shape[1] != 2:
        raise InputError(
            f"points have shape {array.shape}: (n, 2) is expected, longitude and latitude", "points"
        )
    return _siting.convert_datum(array, ours, theirs)


def _degrees(layer: Any, name: str) -> Any:
    geometry = getattr(layer, "geometry", None)
    if geometry is None or not is_a(geometry, "geopandas", "GeoSeries"):
        raise InputError(
            f"{name}: a GeoDataFrame or GeoSeries is expected, not {type(layer).__name__}", name
        )
    if geometry.crs is None:
        raise InputError(
            f"{name}: the layer has no CRS; set the one it is in with set_crs(...)", name
        )
    return geometry if geometry.crs.is_geographic else geometry.to_crs(4326)
