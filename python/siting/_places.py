"""Homes, spaces and entrances as places that join a network: points, outlines, or points by place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting import _siting
from siting._ids import Ids
from siting._layer import Layer, read_layer
from siting._naming import naming
from siting._numbers import number
from siting._optional import is_a, need
from siting._zone import into
from siting.errors import InputError

_WAYS = ("refuse", "unreachable")
#: What `max_snap` and `beyond` are unless said otherwise.
MAX_SNAP, BEYOND = 250.0, "refuse"


class Joined:
    """Places joined to a network; made by `Network.join`, see the example of `Network`.

    Attributes:
        crs: CRS of the network, `None` where it has none.
    """

    def __init__(
        self, net: _siting.Network, how: str, given: tuple[Any, ...], layer: Layer, crs: Any
    ) -> None:
        """Not called by users: see `Network.join`."""
        self._net, self._how, self._given, self._layer, self.crs = net, how, given, layer, crs
        self._core: _siting.Joined = getattr(net, how)(*given)
        self._report = self._core.report()

    def __reduce__(self) -> tuple[Any, ...]:
        # Joining again gives the same.
        return Joined, (self._net, self._how, self._given, self._layer, self.crs)

    def __len__(self) -> int:
        return len(self._core)

    @property
    def ids(self) -> Any:
        """Ids of the places."""
        return self._layer.ids.index()

    @property
    def distances(self) -> NDArray[np.float64]:
        """Metres from each place to its nearest street; of a place with entrances, from the nearest of them."""
        distances: NDArray[np.float64] = self._report["distances"]
        return distances

    @property
    def beyond(self) -> list[Any]:
        """Ids of the places farther from every street than `max_snap`: they reach nothing."""
        return self._layer.ids.take(self._report["beyond"])

    @property
    def small(self) -> list[Any]:
        """Ids of the places on components with less than 1 % of the length of all streets."""
        return self._layer.ids.take(self._report["small"])

    def summary(self) -> str:
        """How far the places lie from their streets, and which deserve a look."""
        joined = len(self) - len(self._report["beyond"])
        text = f"{joined:,} of {len(self):,} places joined"
        if joined:
            mean, most = self._report["mean_distance"], self._report["max_distance"]
            text += f", on average {mean:.1f} m from their street, at most {most:.1f} m"
        for ids, what in (
            (self.beyond, f"farther than {self._report['max_snap']:g} m from any street"),
            (self.small, "on small components"),
        ):
            if ids:
                text += f"; {len(ids):,} {what}: {', '.join(map(repr, ids[:3]))}"
                text += ", ..." if len(ids) > 3 else ""
        return text

    def to_geodataframe(self) -> Any:
        """The access legs: one line per entry, with `place`, `edge`, `distance` (m) and `within`."""
        geopandas = need("geopandas", "to_geodataframe", "geo")
        shapely = need("shapely", "to_geodataframe", "geo")
        entries = self._core.entries()
        legs = shapely.linestrings(np.stack([entries["point"], entries["at"]], axis=1))
        columns = {
            "place": self.ids.take(entries["place"]),
            "edge": entries["edge"].astype(np.int64),
            "distance": entries["access"],
            "within": entries["within"],
        }
        return geopandas.GeoDataFrame(columns, geometry=legs, crs=self.crs)

    def __repr__(self) -> str:
        return f"Joined({self.summary()})"


def join(
    core: _siting.Network,
    crs: Any,
    argument: str,
    value: Any,
    entrances: Any,
    max_snap: Any,
    beyond: Any,
) -> Joined:
    """Joins a layer, or an array in the CRS of the network."""
    if isinstance(value, Joined):
        check_joined(argument, value, core, crs)
        _check_unchanged(argument, value, entrances, max_snap, beyond)
        return value
    if beyond not in _WAYS:
        raise InputError(f"beyond is {beyond!r}: one of {', '.join(map(repr, _WAYS))}", "beyond")
    options = (argument, number("max_snap", max_snap), beyond, 0.01)
    layer, geometry = _read(argument, value, crs)
    with naming(**{argument: layer.ids}):
        how, given = _as_given(layer, geometry)
        if entrances is not None:
            start, places = _by_place(argument, entrances, layer.ids, crs)
            without = np.flatnonzero(np.diff(start) == 0)
            if len(without):
                # The report of the whole, not this one, tells what lies too far away.
                alone = getattr(core, how)(*given, (*options[:2], "unreachable", options[3]))
                start, places = _filled(start, places, without, alone.entries())
            how, given = "join_entrances", (places, start)
        return Joined(core, how, (*given, options), layer, crs)


def check_joined(argument: str, joined: Joined, core: _siting.Network, crs: Any) -> None:
    """Refuses places that were joined to another network."""
    if joined.crs != crs:
        raise InputError(f"{argument} was joined to a network in another CRS", argument)
    if joined._net is not core and joined._net != core:
        raise InputError(
            f"{argument} was joined to another network: join the layer to this one", argument
        )


def _check_unchanged(
    argument: str, joined: Joined, entrances: Any, max_snap: Any, beyond: Any
) -> None:
    """Refuses options of joining for places that are joined already, other than those they were joined with."""
    _, snap, way, _ = joined._given[-1]
    for name, changed, was in (
        (_entrances(argument), entrances is not None, ""),
        ("max_snap", number("max_snap", max_snap) not in (MAX_SNAP, snap), f" with {snap:g}"),
        ("beyond", all(str(beyond) != each for each in (BEYOND, way)), f" with {way!r}"),
    ):
        if changed:
            raise InputError(
                f"{name} is given, but {argument} is joined already{was}: give {name} to join, which made it",
                name,
            )


def _entrances(argument: str) -> str:
    """What the entrances of an argument are called."""
    return {"demand": "demand_entrances", "sites": "site_entrances"}.get(argument, "entrances")


def _as_given(layer: Layer, geometry: Any) -> tuple[str, tuple[Any, ...]]:
    """How the core joins a layer without entrances, and what it takes."""
    if geometry is None:
        return "join", (layer.points,)
    if (geometry.geom_type == "Point").all():
        points = np.column_stack([geometry.x.to_numpy(), geometry.y.to_numpy()])
        return "join", (np.ascontiguousarray(points, dtype=np.float64),)
    return "join_outlines", _outlines(geometry)


def _filled(start: Any, points: Any, without: Any, entries: Any) -> tuple[Any, Any]:
    """Entrances by place, where places without any enter as if there were no entrances at all."""
    owners = np.repeat(np.arange(len(start) - 1), np.diff(start))
    fallback = np.isin(entries["place"], without)
    owners = np.concatenate([owners, entries["place"][fallback]])
    points = np.concatenate([points, entries["point"][fallback]])
    order = np.argsort(owners, kind="stable")
    return _starts(owners, len(start) - 1), np.ascontiguousarray(points[order])


def _read(argument: str, value: Any, crs: Any) -> tuple[Layer, Any]:
    """The layer as given, and its geometry in the CRS of the network (`None` for arrays)."""
    if not is_a(value, "geopandas", "GeoDataFrame", "GeoSeries"):
        return read_layer(argument, value), None
    if len(value) == 0:
        raise InputError(f"{argument} is an empty layer: at least one place is needed", argument)
    geometry = value.geometry
    points = geometry.copy()
    outlined = (geometry.geom_type != "Point") & geometry.notna() & ~geometry.is_empty
    wrong = outlined & ~geometry.geom_type.isin(
        ["Polygon", "MultiPolygon", "LineString", "MultiLineString", "MultiPoint"]
    )
    if wrong.any():
        at = int(np.flatnonzero(wrong.to_numpy())[0])
        raise InputError(
            f"{argument}[{at}] is a {geometry.geom_type.iloc[at]}: points, polygons or lines are expected",
            argument,
            at,
        )
    # Maps and tables show an outline by a point inside it.
    points[outlined] = geometry[outlined].representative_point()
    read = read_layer(argument, points)
    return Layer(read.ids, read.xy, value), into(argument, geometry, crs)


def _by_place(argument: str, entrances: Any, ids: Ids, crs: Any) -> tuple[Any, Any]:
    """Where the entrances of each place start, and entrances sorted by place."""
    name = _entrances(argument)
    if not is_a(entrances, "geopandas", "GeoDataFrame") or "place" not in entrances.columns:
        raise InputError(
            f"{name} must be a GeoDataFrame of points with the column 'place': the id of the place each "
            "entrance belongs to",
            name,
        )
    points = read_layer(name, into(name, entrances.geometry.reset_index(drop=True), crs)).points
    places = np.empty(len(entrances), dtype=np.int64)
    for at, label in enumerate(entrances["place"].tolist()):
        position = ids.position(label)
        if position is None:
            raise InputError(
                f"{name}: row {at} is an entrance of {label!r}, which {argument} does not hold",
                name,
                at,
            )
        places[at] = position
    return _starts(places, len(ids)), np.ascontiguousarray(
        points[np.argsort(places, kind="stable")]
    )


def _outlines(geometry: Any) -> tuple[Any, Any, Any]:
    """Points, ring starts and outline starts of mixed geometries: rings of polygons, lines, single points."""
    shapely = need("shapely", "polygons as places", "geo")
    parts, owner = shapely.get_parts(geometry.to_numpy(), return_index=True)
    is_polygon = shapely.get_type_id(parts) == 3
    rings, ring_part = shapely.get_rings(parts[is_polygon], return_index=True)
    pieces = np.concatenate([parts[~is_polygon], rings])
    owners = np.concatenate([owner[~is_polygon], owner[is_polygon][ring_part]])
    order = np.argsort(owners, kind="stable")
    pieces, owners = pieces[order], owners[order]
    points, of_piece = shapely.get_coordinates(pieces, return_index=True)
    return points, _starts(of_piece, len(pieces)), _starts(owners, len(geometry))


def _starts(owners: Any, n: int) -> Any:
    return np.concatenate([[0], np.cumsum(np.bincount(owners, minlength=n))]).astype(np.uint32)
