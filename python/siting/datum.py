"""The shifted coordinates of Chinese web maps, to WGS 84 and back.

Maps published in China show GCJ-02 (Amap, Tencent) or BD-09 (Baidu), which lie 300 to 700 m, and somewhat more,
from where a place is: a whole five-minute circle. OpenStreetMap and satellite positioning use WGS 84; CGCS2000
(EPSG:4490) differs from it by less than 1 m.

Each function takes an array of shape (n, 2) of (longitude, latitude) in degrees, or a GeoSeries or GeoDataFrame in
degrees with geometries of any kind, and gives the same back. Places outside China stay as they are. There and back
is the same place within 1 cm, but for places within a kilometre of the rectangle around China (longitude 72.004 to
137.8347, latitude 0.8293 to 55.8271): on its rim a place may be moved on one way and not on the other, by some 300 m.

>>> from siting import datum
>>> datum.gcj02_to_wgs84([[116.397477, 39.908692]]).round(5)
array([[116.39124,  39.90729]])
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from siting import _siting
from siting._numbers import Floats
from siting._optional import is_a, need
from siting.errors import DatumWarning, InputError

#: Fewer points may come closer by chance.
_LEAST_POINTS = 20
#: More points would only take longer.
_MOST_POINTS = 200
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
    """Amap's and Tencent's coordinates to WGS 84.

    Examples:
        >>> from siting import datum
        >>> datum.gcj02_to_wgs84([[116.397477, 39.908692]]).round(4)
        array([[116.3912,  39.9073]])
    """
    return _convert(points, "gcj02", "wgs84")


def wgs84_to_gcj02(points: Any) -> Any:
    """WGS 84 to Amap's and Tencent's coordinates.

    Examples:
        >>> from siting import datum
        >>> datum.wgs84_to_gcj02([[116.39124, 39.90729]]).round(4)
        array([[116.3975,  39.9087]])
    """
    return _convert(points, "wgs84", "gcj02")


def bd09_to_wgs84(points: Any) -> Any:
    """Baidu's coordinates to WGS 84.

    Examples:
        >>> from siting import datum
        >>> datum.bd09_to_wgs84([[116.40383, 39.91506]]).round(4)
        array([[116.3912,  39.9073]])
    """
    return _convert(points, "bd09", "wgs84")


def wgs84_to_bd09(points: Any) -> Any:
    """WGS 84 to Baidu's coordinates.

    Examples:
        >>> from siting import datum
        >>> datum.wgs84_to_bd09([[116.39124, 39.90729]]).round(4)
        array([[116.4039,  39.915 ]])
    """
    return _convert(points, "wgs84", "bd09")


def bd09_to_gcj02(points: Any) -> Any:
    """Baidu's coordinates to Amap's and Tencent's.

    Examples:
        >>> from siting import datum
        >>> datum.bd09_to_gcj02([[116.40383, 39.91506]]).round(4)
        array([[116.3975,  39.9087]])
    """
    return _convert(points, "bd09", "gcj02")


def gcj02_to_bd09(points: Any) -> Any:
    """Amap's and Tencent's coordinates to Baidu's.

    Examples:
        >>> from siting import datum
        >>> datum.gcj02_to_bd09([[116.397477, 39.908692]]).round(4)
        array([[116.4039,  39.915 ]])
    """
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
        Whether a warning was given. Layers outside China and those of fewer than 20 points give none. Nor may those
        whose points lie some 100 m and more from `near` even in the right datum: then the datum explains too little.

    Raises:
        InputError: A layer has no CRS.

    Examples:
        >>> import geopandas, numpy, siting, warnings
        >>> along = numpy.linspace(0, 0.02, 40)
        >>> streets = geopandas.GeoSeries(geopandas.points_from_xy(121.55 + along, 29.87 + along % 0.004, crs=4326))
        >>> homes = siting.datum.wgs84_to_gcj02(streets)  # as a Chinese web map shows them
        >>> with warnings.catch_warnings(record=True):
        ...     siting.datum.warn_if_mixed(homes, streets)
        True
        >>> siting.datum.warn_if_mixed(siting.datum.gcj02_to_wgs84(homes), streets)
        False
    """
    shapely = need("shapely", "siting.datum", "geo")
    lon_lat = _sample(points, names[0])
    other = _degrees(near, names[1])
    other = other[~(other.isna() | other.is_empty)]
    if lon_lat is None or other.empty:
        return False
    # Degrees of longitude as long as those of latitude.
    narrow = np.cos(np.radians(np.median(lon_lat[:, 1])))
    tree = shapely.STRtree(
        shapely.transform(other.to_numpy(), lambda degrees: degrees * [narrow, 1.0])
    )

    def distances(places: Floats) -> Floats:
        (order, _), distance = tree.query_nearest(
            shapely.points(places * [narrow, 1.0]), return_distance=True, all_matches=False
        )
        metres: Floats = 111_195 * distance[np.argsort(order)]
        return metres

    return _warn(lon_lat, distances, names)


def warn_if_off_streets(
    points: Any, distances: Callable[[Floats], Floats], *, names: tuple[str, str]
) -> bool:
    """`warn_if_mixed` where the other layer is known by the distances of places in degrees from it, in metres."""
    lon_lat = _sample(points, names[0])
    return lon_lat is not None and _warn(lon_lat, distances, names)


def _sample(layer: Any, name: str) -> Floats | None:
    """Some points of a layer in degrees; `None` where they are too few to tell."""
    geometry = _geometry(layer, name)
    known = np.flatnonzero(~(geometry.isna() | geometry.is_empty).to_numpy())
    if len(known) < _LEAST_POINTS:
        return None
    chosen = known[
        np.linspace(0, len(known) - 1, min(len(known), _MOST_POINTS)).round().astype(int)
    ]
    shapely = need("shapely", "siting.datum", "geo")
    lon_lat: Floats = shapely.get_coordinates(
        _degrees(geometry.iloc[chosen], name).representative_point()
    )
    return lon_lat if np.isfinite(lon_lat).all() else None


def _warn(lon_lat: Floats, distances: Callable[[Floats], Floats], names: tuple[str, str]) -> bool:
    """Tries each datum on the points, and warns of the best that explains their distances."""
    moved = [_siting.convert_datum(lon_lat, *pair) for pair in _MIXED]
    # One question for all: each has its price.
    today, *after = np.split(distances(np.concatenate([lon_lat, *moved])), 1 + len(_MIXED))
    narrow = np.cos(np.radians(np.median(lon_lat[:, 1])))
    best, tried = np.median(today), None
    for pair, there, now in zip(_MIXED, moved, after, strict=True):
        if np.mean(now < today) < 0.7 or np.median(now) >= min(best, 0.6 * np.median(today)):
            continue
        # Streets are everywhere: the datum must do better than moves as long in other directions.
        step = (there - lon_lat).mean(axis=0) * [narrow, 1.0]
        turned = [lon_lat + turn / [narrow, 1.0] for turn in _turns(step)]
        others = np.split(distances(np.concatenate(turned)), len(turned))
        if np.median(now) < 0.7 * min(np.median(other) for other in others):
            best, tried = np.median(now), pair
    if tried is None:
        return False
    ours, theirs = tried
    warnings.warn(
        f"{names[0]} seem to be in {_NAMES[ours]} and {names[1]} in {_NAMES[theirs]}: they lie {np.median(today):,.0f} m "
        f"apart (median), and {best:,.0f} m after siting.datum.{ours}_to_{theirs}({names[0]})",
        DatumWarning,
        stacklevel=3,
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
    geometry = _geometry(layer, name)
    return geometry if geometry.crs.is_geographic else geometry.to_crs(4326)


def _geometry(layer: Any, name: str) -> Any:
    geometry = getattr(layer, "geometry", None)
    if geometry is None or not is_a(geometry, "geopandas", "GeoSeries"):
        raise InputError(
            f"{name}: a GeoDataFrame or GeoSeries is expected, not {type(layer).__name__}", name
        )
    if geometry.crs is None:
        raise InputError(
            f"{name}: the layer has no CRS; set the one it is in with set_crs(...)", name
        )
    return geometry
