"""Brings layers into one coordinate reference system that fits the metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from siting.errors import InputError

# A layer wider than a zone is bent by its projection; 6 degrees are one zone.
_WIDEST = 6.0


class Words(NamedTuple):
    """What the caller calls its layers, the key of the CRS, and distances on the sphere."""

    layers: Mapping[str, str]
    crs: str
    sphere: str


#: The words of `siting solve`.
OPTIONS = Words(
    {"demand": "--demand", "sites": "--sites", "existing": "--existing-sites"},
    "--crs",
    "--metric haversine",
)


def bring_together(
    layers: dict[str, Any], metric: str, words: Words = OPTIONS
) -> tuple[dict[str, Any], list[str]]:
    """The layers in the CRS of the first, projected where it has degrees, and sentences on what was done."""
    called, first = words.layers, next(iter(layers))
    known = {name: layer.crs for name, layer in layers.items()}
    if all(crs is None for crs in known.values()):
        return layers, _without_crs(layers, metric, words)
    for name, crs in known.items():
        if crs is None:
            other = next(which for which, crs in known.items() if crs is not None)
            raise InputError(
                f"{called[name]} does not say its coordinate reference system, {called[other]} is in "
                f"{_name(known[other])}: name it with {words.crs}"
            )
    target, notes = known[first], []
    if metric == "haversine":
        if not target.is_geographic:
            notes.append(f"{_name(target)} turned into longitude and latitude for {words.sphere}")
            target = "EPSG:4326"
    elif target.is_geographic:
        target = _utm(layers[first], called[first], words)
        notes.append(
            f"longitude and latitude ({_name(known[first])}) projected to {_name(target)}; distances are metres"
        )
    moved = {}
    for name, layer in layers.items():
        if layer.crs != known[first]:
            notes.append(
                f"{called[name]} brought from {_name(layer.crs)} into the system of {called[first]}"
            )
        try:
            moved[name] = layer.to_crs(target)
        except Exception as error:  # pyproj has its own exceptions
            raise InputError(
                f"{called[name]} cannot be brought from {_name(layer.crs)} into {_name(known[first])} ({error}): "
                "one of the two may be tied to no place on earth; give both files in the same system"
            ) from None
        if not np.isfinite(moved[name].total_bounds).all():
            raise InputError(
                f"{called[name]} has coordinates that {_name(layer.crs)} does not have: check {words.crs} and the order of "
                "longitude and latitude"
            )
    unit = getattr(moved[first].crs.axis_info[0], "unit_name", "metre")
    if unit not in ("metre", "degree"):
        notes.append(f"distances are in {unit}, the unit of {_name(moved['demand'].crs)}")
    return moved, notes


def _without_crs(layers: dict[str, Any], metric: str, words: Words) -> list[str]:
    bounds = np.array([layer.total_bounds for layer in layers.values()])
    degrees = (np.abs(bounds[:, [0, 2]]) <= 180).all() and (np.abs(bounds[:, [1, 3]]) <= 90).all()
    if metric == "haversine":
        return []
    if degrees:
        raise InputError(
            "no file says its coordinate reference system, and the coordinates may be degrees: name it with "
            f"{words.crs}, such as EPSG:4326 for longitude and latitude"
        )
    return [
        "no file says its coordinate reference system; coordinates are taken as plane, distances in their unit"
    ]


def _utm(layer: Any, called: str, words: Words) -> Any:
    west, south, east, north = layer.total_bounds
    if not (-180 <= west <= east <= 180 and -80 <= south <= north <= 84):
        raise InputError(
            f"{called} reaches from {west:g} to {east:g} and {south:g} to {north:g}, which is not longitude and latitude "
            f"that can be projected to UTM: check {words.crs} and the order of the coordinates, or use {words.sphere}"
        )
    if east - west > _WIDEST:
        raise InputError(
            f"{called} spans {east - west:.1f} degrees of longitude, more than a UTM zone of {_WIDEST:g}: project it to "
            f"a system of the region, or use {words.sphere}"
        )
    return layer.estimate_utm_crs()


def _name(crs: Any) -> str:
    authority = crs.to_authority()
    return f"{crs.name} ({':'.join(authority)})" if authority else str(crs.name)
