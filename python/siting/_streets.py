"""Streets as layers: lines as the arrays that the core takes, and a network as nodes and edges."""

from __future__ import annotations

from typing import Any

import numpy as np

from siting import _siting
from siting._numbers import Floats, floats
from siting._optional import is_a, need
from siting._zone import check_metres, local_zone, name_of
from siting.errors import InputError

_DIRECTIONS = {
    "both": 0, "forward": 1, "backward": -1, "no": 0, "yes": 1, "-1": -1, "false": 0, "true": 1,
    "0": 0, "1": 1,
}  # fmt: skip


def directions(argument: str, values: Any) -> Any:
    """Directions as 0 (both), 1 (forward) and -1 (backward): words, or True for forward only."""
    signs = np.empty(len(values), dtype=np.int8)
    for at, value in enumerate(values):
        sign = _DIRECTIONS.get(str(value).lower())
        if sign is None:
            raise InputError(
                f'{argument}[{at}] is {value!r}: "both", "forward" or "backward" is expected (or False, True)',
                argument,
                at,
            )
        signs[at] = sign
    return signs


def from_lines(
    lines: Any, node_crossings: bool, columns: dict[str, str | None]
) -> tuple[_siting.Network, Any, str | None, int]:
    """A network, its CRS, how that was chosen, and the number of crossings noded."""
    if not is_a(lines, "geopandas", "GeoDataFrame", "GeoSeries"):
        raise InputError(
            f"lines is a {type(lines).__name__}: a GeoDataFrame or GeoSeries of lines is expected",
            "lines",
        )
    if len(lines) == 0:
        raise InputError("lines is an empty layer: at least one line is needed", "lines")
    shapely = need("shapely", "from_geodataframe", "geo")
    geometry = lines.geometry
    wrong = (
        geometry.isna()
        | geometry.is_empty
        | ~geometry.geom_type.isin(["LineString", "LinearRing", "MultiLineString"])
    )
    if wrong.any():
        at = int(np.flatnonzero(wrong.to_numpy())[0])
        raise InputError(
            f"lines[{at}] (id {lines.index[at]!r}) is {geometry.iloc[at]!r} ({int(wrong.sum())} in all that "
            "are no lines): drop them, or give the lines only",
            "lines",
            at,
        )
    _check_finite(shapely, geometry, "")
    check_metres("lines", geometry.crs)
    chosen = None
    if geometry.crs is not None and geometry.crs.is_geographic:
        zone = local_zone("lines", geometry)
        chosen = f"chosen for a layer in {':'.join(geometry.crs.to_authority() or ['degrees'])}"
        geometry = geometry.to_crs(zone)
        _check_finite(shapely, geometry, f" in {name_of(zone)}")
    parts, owner = shapely.get_parts(geometry.to_numpy(), return_index=True)
    points, of_part = shapely.get_coordinates(parts, return_index=True)
    start = np.concatenate([[0], np.cumsum(np.bincount(of_part, minlength=len(parts)))])
    made = _siting.streets_from_lines(
        points, start.astype(np.uint32), geographic=False, node_crossings=node_crossings
    )
    crossings, line = made.pop("crossings"), owner[made.pop("line")]
    values = {name: _column(lines, name, column) for name, column in columns.items()}
    more: dict[str, Any] = {}
    if values["direction"] is not None:
        more["directions"] = directions("direction", values["direction"].tolist())[line]
    if values["factor"] is not None:
        more["factors"] = floats("factor", values["factor"].to_numpy())[line]
    if values["slope"] is not None:
        slopes = floats("slope", values["slope"].to_numpy())
        more["factors"] = more.get("factors", 1.0) * _on_slopes(
            slopes, line, more.get("directions")
        )
    if values["length"] is not None or values["penalty"] is not None:
        # What a line has is spread over its pieces by their length.
        plain = _siting.Network.from_arrays(**made, geographic=False).edges()["length"]
        of_line = np.bincount(line, plain, minlength=len(lines))[line]
        share = np.divide(plain, of_line, out=np.zeros(len(plain)), where=of_line > 0)
        alone = of_line == 0
        share[alone] = 1 / np.bincount(line, minlength=len(lines))[line][alone]
        for name, argument in (("length", "lengths"), ("penalty", "penalties")):
            if values[name] is not None:
                more[argument] = floats(name, values[name].to_numpy())[line] * share
    if values["kind"] is not None:
        names, codes = np.unique(values["kind"].astype(str).to_numpy(), return_inverse=True)
        more["kinds"], more["kind_names"] = codes[line].astype(np.uint16), names.tolist()
    core = _siting.Network.from_arrays(**made, geographic=False, **more)
    return core, geometry.crs, chosen, crossings


def _on_slopes(slopes: Floats, line: Any, signs: Any) -> Floats:
    """How much longer a slope takes than the flat: Tobler (1993), of two-way streets the mean of both ways.

    His hikers walk 6 exp(-3.5 |s + 0.05|) km/h on a slope s, rise over run.
    """
    steep = np.flatnonzero(np.abs(slopes) > 1)
    if len(steep):
        at = int(steep[0])
        raise InputError(
            f"slope[{at}] is {slopes[at]}: rise over run is expected, 0.08 for 8 %, at most 1",
            "slope",
            at,
        )
    up, down = (np.exp(3.5 * (np.abs(s + 0.05) - 0.05)) for s in (slopes, -slopes))
    mean = (up + down)[line] / 2
    if signs is None:
        return mean
    return np.where(signs == 0, mean, np.where(signs > 0, up[line], down[line]))


def _check_finite(shapely: Any, geometry: Any, where: str) -> None:
    """Refuses coordinates that are no numbers, of the layer as given or as projected."""
    points, line = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    wrong = np.flatnonzero(~np.isfinite(points).all(axis=1))
    if len(wrong):
        at = int(line[wrong[0]])
        raise InputError(
            f"lines[{at}] (id {geometry.index[at]!r}) has the point {points[wrong[0]].tolist()}{where}"
            f" ({len(np.unique(line[wrong]))} in all with such): finite coordinates are expected",
            "lines",
            at,
        )


def _column(lines: Any, argument: str, column: str | None) -> Any:
    if column is None:
        return None
    if not is_a(lines, "geopandas", "GeoDataFrame") or column not in lines.columns:
        known = ", ".join(map(repr, getattr(lines, "columns", [])))
        raise InputError(
            f"{argument} is {column!r}, but lines has no such column; it has {known}", argument
        )
    return lines[column]


def to_layers(core: _siting.Network, crs: Any) -> tuple[Any, Any]:
    """The nodes and the edges of a network as two GeoDataFrames."""
    geopandas = need("geopandas", "to_geodataframe", "geo")
    shapely = need("shapely", "to_geodataframe", "geo")
    nodes, edges = core.nodes(), core.edges()
    ids = np.arange(len(nodes["at"])) if nodes["id"] is None else np.asarray(nodes["id"])
    points = geopandas.GeoDataFrame(
        {"component": nodes["component"].astype(np.int64)},
        geometry=geopandas.points_from_xy(nodes["at"][:, 0], nodes["at"][:, 1]),
        index=ids,
        crs=crs,
    )
    columns = {
        "from": ids[edges["from"]],
        "to": ids[edges["to"]],
        "length": edges["length"],
    }
    if edges["direction"] is not None:
        words = np.array(["backward", "both", "forward"], dtype=object)
        columns["direction"] = words[edges["direction"].astype(np.int64) + 1]
    columns |= {name: edges[name] for name in ("penalty", "factor") if edges[name] is not None}
    if edges["kind"] is not None:
        columns["kind"] = np.array(edges["kind_names"], dtype=object)[edges["kind"]]
    shapes = shapely.linestrings(edges["at"], indices=edges["edge"])
    return points, geopandas.GeoDataFrame(columns, geometry=shapes, crs=crs)
