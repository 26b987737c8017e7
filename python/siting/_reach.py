"""What is in reach on foot: stretches of street, and the area beside them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siting._numbers import Floats
from siting._optional import need
from siting._zone import local_zone

if TYPE_CHECKING:
    from siting.network import Network


class Reach:
    """What is in reach on foot; made by `Network.reach`, see the example of `Network`.

    Attributes:
        cost: Cost of the nearest end of each stretch, in the order of `streets`.
    """

    def __init__(self, net: Network, found: dict[str, Any], width: float) -> None:
        """Not called by users: see `Network.reach`."""
        self._net, self._found, self._width = net, found, width
        self.cost = found["cost"]

    @property
    def streets(self) -> Any:
        """The stretches of street in reach: a GeoDataFrame with `edge` and `cost`."""
        geopandas = need("geopandas", "reach", "geo")
        found = self._found
        shapes = self._net.to_geodataframe()[1].geometry.to_numpy()[found["edge"]]
        whole = (found["from"] == 0) & (found["to"] == 1)
        geographic = self._net._core.geographic
        for at in np.flatnonzero(~whole):
            shapes[at] = _stretch(shapes[at], found["from"][at], found["to"][at], geographic)
        columns = {"edge": found["edge"].astype(np.int64), "cost": found["cost"]}
        return geopandas.GeoDataFrame(columns, geometry=shapes, crs=self._net.crs)

    @property
    def area(self) -> Any:
        """The area beside the streets in reach: a GeoSeries of one polygon (or several parts).

        Raises:
            InputError: On a network in degrees, streets in reach that lie more than 6 degrees apart.
        """
        streets = self.streets.geometry
        if self._net.crs is None or not self._net.crs.is_geographic or not len(streets):
            area = streets.buffer(self._width).union_all()
        else:
            local = streets.to_crs(local_zone("points", streets))
            merged = type(streets)([local.buffer(self._width).union_all()], crs=local.crs)
            return merged.to_crs(self._net.crs)
        return type(streets)([area], crs=self._net.crs)

    def __repr__(self) -> str:
        return f"Reach({len(self.cost):,} stretches of street)"


def lengths(points: Floats, geographic: bool) -> Floats:
    """Metres from each point to the next: on the ellipsoid of WGS 84 for degrees, else in the plane."""
    steps = np.diff(points, axis=0)
    if not geographic:
        return np.hypot(steps[:, 0], steps[:, 1])
    pyproj = need("pyproj", "a network in degrees", "geo")
    lon, lat = points.T
    metres: Floats = pyproj.Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2]
    return np.asarray(metres, dtype=np.float64)


def _stretch(shape: Any, start: float, end: float, geographic: bool) -> Any:
    """The part of a line between two fractions of its length in metres."""
    shapely = need("shapely", "reach", "geo")
    points = shapely.get_coordinates(shape)
    along = np.concatenate([[0.0], np.cumsum(lengths(points, geographic))])
    if along[-1] == 0:
        return shapely.Point(points[0])
    cuts = np.array([start, end]) * along[-1]
    # Degrees are even along each piece, though not along the line.
    ends = np.column_stack([np.interp(cuts, along, points[:, axis]) for axis in (0, 1)])
    if (ends[0] == ends[1]).all():
        return shapely.Point(ends[0])
    inner = points[(along > cuts[0]) & (along < cuts[1])]
    return shapely.LineString(np.concatenate([ends[:1], inner, ends[1:]]))
