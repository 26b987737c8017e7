"""One layer of points, demand or sites: its ids, coordinates and the frame it came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from siting._ids import Ids
from siting._naming import naming
from siting._numbers import Floats, floats
from siting._optional import is_a, need
from siting.errors import InputError

_DISTINCT = "make the index distinct, for instance with reset_index(drop=True)"
_TO_POINTS = (
    "use layer.set_geometry(layer.representative_point()), which lies inside, or layer.centroid"
)


@dataclass(frozen=True)
class Layer:
    """Ids with, where known, coordinates and the GeoDataFrame or GeoSeries as given."""

    ids: Ids
    xy: Floats | None = None
    frame: Any = None
    merged: bool = False

    @property
    def crs(self) -> Any:
        """The coordinate reference system (pyproj), where there is one."""
        return None if self.frame is None else self.frame.crs

    @property
    def points(self) -> Floats:
        """The coordinates, of shape (n, 2)."""
        if self.merged:
            raise InputError(
                "the points were merged into cells and are not kept, so there is nothing to draw or to "
                "write: draw the sites, or build a model of fewer points with TravelMatrix.from_points"
            )
        if self.xy is None:
            raise InputError(
                "the travel matrix was not built from points, so there is nothing to draw or to write: "
                "build it with TravelMatrix.from_points"
            )
        return self.xy

    def column(self, argument: str, name: str, counted: str) -> Any:
        """A column of the frame as a Series."""
        if not is_a(self.frame, "geopandas", "GeoDataFrame"):
            raise InputError(
                f"{argument} is {name!r}, the name of a column, but the {counted}s were not given as a "
                "GeoDataFrame: pass the numbers themselves",
                argument,
            )
        if name not in self.frame.columns:
            columns = ", ".join(repr(column) for column in self.frame.columns)
            raise InputError(
                f"{argument} is {name!r}, but the {counted}s have no such column; they have {columns}",
                argument,
            )
        return self.frame[name]

    def geometry(self) -> Any:
        """The points as a GeoSeries whose index are the ids."""
        geopandas = need("geopandas", "a GeoDataFrame", "geo")
        if self.frame is not None:
            return self.frame.geometry
        points = geopandas.points_from_xy(self.points[:, 0], self.points[:, 1])
        return geopandas.GeoSeries(points, index=self.ids.index())


def read_layer(argument: str, value: Any) -> Layer:
    """Reads a GeoDataFrame or GeoSeries of points, or an array of shape (n, 2)."""
    if is_a(value, "geopandas", "GeoDataFrame", "GeoSeries"):
        return _read_geo(argument, value)
    if is_a(value, "pandas", "DataFrame", "Series"):
        raise InputError(
            f"{argument} is a pandas {type(value).__name__} without geometry: make it a GeoDataFrame "
            "(geopandas.points_from_xy), or pass an array of x and y with df[['x', 'y']].to_numpy()",
            argument,
        )
    array = _coordinates(argument, value)
    if array.shape[0] == 0:
        raise InputError(f"{argument} is empty: at least one point is needed", argument)
    return Layer(Ids.range(len(array)), array)


def _coordinates(argument: str, value: Any) -> Floats:
    try:
        array = np.asarray(value)
    except ValueError:
        array = np.empty(0, dtype=object)
    if array.ndim == 2 and array.shape[1] == 2 and array.dtype.kind in "iufO":
        flat = floats(argument, array.reshape(-1))
        return np.ascontiguousarray(flat.reshape(-1, 2))
    if array.size == 0 and array.dtype.kind == "f":
        return np.empty((0, 2))
    raise InputError(
        f"{argument} is a {type(value).__name__} of shape {array.shape}: a GeoDataFrame or GeoSeries of points, or "
        "numbers of the shape (n, 2), are expected",
        argument,
    )


def _read_geo(argument: str, frame: Any) -> Layer:
    if len(frame) == 0:
        raise InputError(f"{argument} is an empty layer: at least one point is needed", argument)
    try:
        points = frame.geometry
    except AttributeError:
        raise InputError(
            f"{argument} is a GeoDataFrame without an active geometry: use set_geometry(...)",
            argument,
        ) from None
    ids = Ids(frame.index, argument, _DISTINCT)
    for wrong, what in (
        (points.isna(), "has no geometry"),
        (points.is_empty, "has an empty geometry"),
        (points.geom_type != "Point", ""),
    ):
        bad = np.flatnonzero(np.asarray(wrong))
        if len(bad):
            at = int(bad[0])
            way_out = "drop the row or give it a point" if what else _TO_POINTS
            what = what or f"is a {points.iloc[at].geom_type}, not a Point"
            raise InputError(
                f"{argument}[{at}] (id {ids[at]!r}) {what} ({len(bad)} in all): {way_out}",
                argument,
                at,
            )
    xy = np.column_stack([points.x.to_numpy(), points.y.to_numpy()]).astype(np.float64)
    return Layer(ids, xy, frame)


def check_crs(demand: Layer, sites: Layer, metric: str, names: tuple[str, str]) -> None:
    """Both layers must lie in the same reference system, and the metric must fit it."""
    ours, theirs = demand.crs, sites.crs
    first, second = names
    if (ours is None) != (theirs is None):
        known, unknown = (first, second) if theirs is None else (second, first)
        raise InputError(
            f"{unknown} has no CRS, but {known} has {crs_name(ours or theirs)}: set the one it is in with "
            f"set_crs(...), and project it with to_crs({known}.crs)",
            unknown,
        )
    if ours is None:
        return
    if ours != theirs:
        raise InputError(
            f"{first} is in {crs_name(ours)}, but {second} is in {crs_name(theirs)}: bring them together with "
            f"{second}.to_crs({first}.crs)",
            second,
        )
    if ours.is_geographic and metric != "haversine":
        raise InputError(
            f"metric = {metric!r} measures in the plane, but {first} and {second} are in {crs_name(ours)}, whose "
            "coordinates are degrees: project both with to_crs(...), for instance "
            'to_crs(layer.estimate_utm_crs()), or use metric="haversine"',
            "metric",
        )
    if not ours.is_geographic and metric == "haversine":
        raise InputError(
            f"metric = 'haversine' takes degrees, but {first} and {second} are in {crs_name(ours)}, which is "
            'projected: use metric="euclidean", or to_crs(4326)',
            "metric",
        )


def unit_of(crs: Any, metric: str) -> str | None:
    """The unit of distances, where it is known."""
    if metric == "haversine":
        return "m"
    axes = getattr(crs, "axis_info", None)
    if not axes:
        return None
    name = axes[0].unit_name
    return {"metre": "m", "US survey foot": "ft", "foot": "ft"}.get(name, name)


def crs_name(crs: Any) -> str:
    """What to call a reference system in a message."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else str(crs.name)


def stack(layer: Layer, other: Layer) -> Layer:
    """Two layers of sites as one."""
    ids = layer.ids.concat(
        other.ids, "other", "a site is in both matrices; rename it in one, or leave it out of one"
    )
    if layer.crs != other.crs:
        raise InputError(
            f"the sites of both matrices must have the same CRS; they have {layer.crs} and {other.crs}",
            "other",
        )
    if layer.xy is None or other.xy is None:
        return Layer(ids)
    xy = np.concatenate([layer.xy, other.xy])
    if layer.frame is None or other.frame is None:
        return Layer(ids, xy)
    pandas = need("pandas", "stacking layers", "geo")
    both_frames = all(is_a(each.frame, "geopandas", "GeoDataFrame") for each in (layer, other))
    parts = [each.frame if both_frames else each.frame.geometry for each in (layer, other)]
    if both_frames and parts[0].geometry.name != parts[1].geometry.name:
        parts[1] = parts[1].rename_geometry(parts[0].geometry.name)
    return Layer(ids, xy, pandas.concat(parts))


def named_layers(demand: Ids, sites: Ids) -> Any:
    """Names positions in messages of the core about demand points and sites."""
    return naming(demand=demand, sites=sites, site=sites)
