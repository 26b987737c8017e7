"""Coordinate reference systems of networks: the local zone of a layer in degrees, and the way into a network's."""

from __future__ import annotations

from typing import Any

from siting._optional import need
from siting.errors import InputError

#: Wider layers do not fit one zone.
_WIDEST_DEGREES = 12.0


def local_zone(layer: Any) -> Any:
    """A projected CRS in metres that suits a geographic layer: CGCS2000 for CGCS2000, else UTM.

    CGCS2000 layers get their 3-degree Gauss-Kruger zone (EPSG:4534 to 4554), all others the UTM zone of
    their middle.
    """
    pyproj = need("pyproj", "projecting a layer", "geo")
    west, _, east, _ = layer.total_bounds
    if not east - west <= _WIDEST_DEGREES:
        raise InputError(
            f"the layer is {east - west:.1f} degrees wide, more than one zone holds: project it "
            "yourself with to_crs(...)"
        )
    middle = (west + east) / 2
    if "2000" in layer.crs.name and ("China" in layer.crs.name or "CGCS" in layer.crs.name):
        meridian = min(max(round(middle / 3) * 3, 75), 135)
        return pyproj.CRS.from_epsg(4534 + (meridian - 75) // 3)
    return layer.estimate_utm_crs()


def check_metres(argument: str, crs: Any) -> None:
    """Refuses projected CRS that do not count in metres."""
    if crs is None or crs.is_geographic:
        return
    units = {axis.unit_name for axis in crs.axis_info}
    if not units <= {"metre", "meter", "m"}:
        raise InputError(
            f"{argument} is in {name_of(crs)}, which counts in {', '.join(sorted(units))}: project to a CRS "
            "in metres, for instance to_crs(layer.estimate_utm_crs())",
            argument,
        )


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


def name_of(crs: Any) -> str:
    """A short name, such as EPSG:4550."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)
