"""Coordinate reference systems of networks: which ones will do, the local zone of a layer in degrees, and the way in."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np

from siting._optional import need
from siting.errors import InputError

#: Wider layers do not fit one zone.
_WIDEST_DEGREES = 6.0
#: The 3-degree zones of CGCS2000 have their meridians at 75 to 135 degrees.
_CGCS2000_DEGREES = (73.5, 136.5)
#: Maps of the world, whose metres are not those on the ground.
_WORLD_MAPS = (
    "Mercator",
    "Equidistant Cylindrical",
    "Cylindrical Equal Area",
    "Mollweide",
    "Robinson",
    "Eckert",
    "Goode",
    "Equal Earth",
    "Gall",
    "Miller",
    "Winkel",
    "Sinusoidal",
)
_TO_METRES = "project to a CRS of the place, for instance to_crs(layer.estimate_utm_crs())"


def local_zone(argument: str, layer: Any) -> Any:
    """A projected CRS in metres that suits a geographic layer: CGCS2000 for CGCS2000, else UTM.

    CGCS2000 layers between 73.5 and 136.5 degrees get their 3-degree Gauss-Kruger zone (EPSG:4534 to 4554), all
    others the UTM zone of their middle.

    Raises:
        InputError: The layer is wider than 6 degrees, lies on both sides of the 180th meridian, or where no
            zone is.
    """
    pyproj = need("pyproj", "projecting a layer", "geo")
    west, _, east, _ = layer.total_bounds
    if east - west > 180:
        raise InputError(
            f"{argument} reaches from {west:g} to {east:g} degrees, so it lies on both sides of the 180th meridian, or "
            "around the world: give each side alone, or project it yourself with to_crs(...)",
            argument,
        )
    if not east - west <= _WIDEST_DEGREES:
        raise InputError(
            f"{argument} is {east - west:.1f} degrees wide, more than one zone holds "
            f"({_WIDEST_DEGREES:g} degrees): give a part of it, or project it yourself with to_crs(...)",
            argument,
        )
    middle = (west + east) / 2
    chinese = "2000" in layer.crs.name and ("China" in layer.crs.name or "CGCS" in layer.crs.name)
    if chinese and _CGCS2000_DEGREES[0] <= middle <= _CGCS2000_DEGREES[1]:
        meridian = min(max(round(middle / 3) * 3, 75), 135)
        return pyproj.CRS.from_epsg(4534 + (meridian - 75) // 3)
    try:
        return layer.estimate_utm_crs()
    except (RuntimeError, ValueError, pyproj.exceptions.ProjError) as error:
        raise InputError(
            f"{argument}: no UTM zone holds the layer (bounds {np.round(layer.total_bounds, 4).tolist()}; {error}): "
            "check its coordinates, or project it yourself with to_crs(...)",
            argument,
        ) from None


def read_crs(argument: str, crs: Any, purpose: str) -> Any:
    """A CRS in any way that pyproj reads, fit for a network; `None` stays."""
    if crs is None:
        return None
    pyproj = need("pyproj", purpose, "geo")
    try:
        read = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise InputError(
            f"{argument}: {crs!r} is no CRS that pyproj knows ({error}): give one like 'EPSG:4326'",
            argument,
        ) from None
    check_metres(argument, read)
    return read


def check_metres(argument: str, crs: Any) -> None:
    """Refuses a CRS that counts neither in metres on the ground nor in degrees from Greenwich."""
    if crs is None:
        return
    wrong = _not_degrees(crs) if crs.is_geographic else _not_metres(crs)
    if wrong is not None:
        raise InputError(f"{argument} is in {name_of(crs)}, which {wrong}", argument)


def _not_degrees(crs: Any) -> str | None:
    plain = _horizontal(crs)
    units = {axis.unit_name for axis in plain.axis_info[:2]}
    meridian = plain.prime_meridian
    if not units <= {"degree"}:
        return (
            f"counts in {', '.join(sorted(units))}: bring it to degrees, for instance to_crs(4326)"
        )
    if meridian is not None and meridian.longitude != 0:
        return (
            f"counts from the meridian of {meridian.name}: bring it to Greenwich, for instance "
            "to_crs(4326)"
        )
    if plain.is_derived:
        return "turns the globe: bring it to longitude and latitude, for instance to_crs(4326)"
    return None


def _not_metres(crs: Any) -> str | None:
    if crs.is_geocentric:
        return f"counts from the centre of the earth: {_TO_METRES}"
    plain = _horizontal(crs)
    units = {axis.unit_name for axis in plain.axis_info[:2]}
    if not units <= {"metre", "meter", "m"}:
        return f"counts in {', '.join(sorted(units))}: project to a CRS in metres, for instance to_crs(layer.estimate_utm_crs())"
    return _world_map(plain)


def check_no_world_map(argument: str, crs: Any) -> None:
    """Refuses maps of the world, such as Web Mercator, whose metres are not those on the ground."""
    if crs is None or crs.is_geographic or crs.is_geocentric:
        return
    wrong = _world_map(_horizontal(crs))
    if wrong is not None:
        raise InputError(f"{argument} is in {name_of(crs)}, which {wrong}", argument)


def _world_map(plain: Any) -> str | None:
    method = plain.coordinate_operation.method_name if plain.coordinate_operation else ""
    of_the_world = any(each in method for each in _WORLD_MAPS)
    if of_the_world and "Transverse" not in method and "Oblique" not in method:
        return f"is a map of the world ({method}), whose metres are not those on the ground: {_TO_METRES}"
    return None


def _horizontal(crs: Any) -> Any:
    """What lies in the plane of a CRS that also has heights, or a way into another datum."""
    while crs.is_bound or crs.is_compound:
        crs = crs.source_crs if crs.is_bound else crs.sub_crs_list[0]
    return crs


def into(argument: str, geometry: Any, crs: Any) -> Any:
    """A GeoSeries in the CRS of a network."""
    if geometry.crs is None and crs is None:
        return geometry
    if geometry.crs is None or crs is None:
        without, other = (
            (argument, f"the network is in {name_of(crs)}")
            if geometry.crs is None
            else ("the network", f"{argument} is in {name_of(geometry.crs)}")
        )
        raise InputError(
            f"{without} has no CRS, but {other}: set the one it is in (set_crs for layers, crs= for networks)",
            argument,
        )
    return geometry if geometry.crs == crs else geometry.to_crs(crs)


@lru_cache(maxsize=32)
def from_degrees(crs: Any) -> Any:
    """The way from longitude and latitude (EPSG:4326) into a CRS; slow to find, so it is kept."""
    pyproj = need("pyproj", "a network with a CRS", "geo")
    return pyproj.Transformer.from_crs(4326, crs, always_xy=True)


def name_of(crs: Any) -> str:
    """A short name, such as EPSG:4550."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)
