"""Networks of streets: walking times as they are on foot, not as the crow flies."""

from __future__ import annotations

import json
import os
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting import _siting, osm
from siting._datum_look import DatumLook
from siting._graphs import from_networkx
from siting._ids import Ids
from siting._layer import Layer
from siting._naming import naming
from siting._numbers import flag, floats, for_each, is_number, number
from siting._optional import need
from siting._places import BEYOND, MAX_SNAP, Joined, check_joined, join
from siting._reach import Reach
from siting._streets import directions, from_lines, to_layers
from siting._zone import name_of, read_crs
from siting.errors import InputError
from siting.travel import TravelMatrix

_UNITS = {"minutes": "minutes", "seconds": "seconds", "metres": "m"}


class Network:
    """Streets to walk on; build one with `from_pbf`, `from_geodataframe`, `from_networkx` or `from_edges`.

    Coordinates are metres in a projected CRS, or degrees of longitude and latitude.

    Attributes:
        crs: CRS of the network (pyproj); `None` where none was given.
        crossings: Places that `node_crossings` made nodes.
        report: What `from_pbf` met on its way; `None` for other networks.

    Examples:
        >>> import siting
        >>> nodes = [[0, 0], [600, 0], [600, 50], [0, 50]]  # two banks of a canal and a bridge
        >>> net = siting.Network.from_edges(nodes, [[0, 1], [1, 2], [2, 3]])
        >>> net.travel([[0, 0]], [[0, 50]], cutoff=20).to_frame().round(2)
           demand  site   cost
        0       0     0  16.67
        >>> homes = net.join([[20, 8], [300, 20]])
        >>> homes.distances.tolist(), net.component(homes).tolist()
        ([8.0, 20.0], [0, 0])
        >>> net.reach(homes, cutoff=2).streets.length.round().tolist()
        [162.0, 260.0]
        >>> net.summary()["kilometres"], net.to_geodataframe()[1]["length"].tolist()
        (1.25, [600.0, 50.0, 600.0])
    """

    def __init__(self) -> None:
        raise TypeError(
            "Network is built by from_pbf, from_geodataframe, from_networkx or from_edges"
        )

    @classmethod
    def _of(
        cls, core: _siting.Network, crs: Any, *, chosen: str | None = None, crossings: int = 0
    ) -> Network:
        net = object.__new__(cls)
        net._core, net.crs, net._chosen, net.crossings = core, crs, chosen, crossings
        net._look = DatumLook(core, crs)
        return net

    _core: _siting.Network
    _look: DatumLook
    _chosen: str | None
    crs: Any
    crossings: int
    report: dict[str, Any] | None = None

    @classmethod
    def from_edges(
        cls,
        nodes: Any,
        edges: Any,
        *,
        crs: Any = None,
        node_ids: Any = None,
        lengths: Any = None,
        direction: Any = None,
        penalties: Any = None,
        factors: Any = None,
    ) -> Network:
        """From arrays.

        Args:
            nodes: Coordinates of the nodes, of shape (n, 2).
            edges: Start and end of each edge as positions in `nodes`, of shape (m, 2).
            crs: CRS of the coordinates, in any way that pyproj reads; metres in a plane by default.
            node_ids: Ids of the nodes, for tables; 0, 1, 2, ... by default.
            lengths: Length of each edge in metres; measured between its nodes by default.
            direction: Which way each edge may be walked: "both", "forward" (from start to end) or
                "backward".
            penalties: Seconds lost on each edge beside its length, as at crossings.
            factors: Factor on the walking time of each edge: 2 for half speed, as on steps.

        Raises:
            InputError: Positions without a node, arrays of wrong lengths, figures that are no numbers
                or out of range.
        """
        points = np.asarray(nodes, dtype=object) if not isinstance(nodes, np.ndarray) else nodes
        if points.ndim != 2 or points.shape[1] != 2:
            raise InputError(f"nodes has the shape {points.shape}: (n, 2) is expected", "nodes")
        xy = floats("nodes", points.reshape(-1)).reshape(-1, 2)
        ends = np.asarray(edges)
        if ends.ndim != 2 or ends.shape[1] != 2 or ends.dtype.kind not in "iu":
            raise InputError(
                f"edges has the shape {ends.shape} and the type {ends.dtype}: whole numbers of the shape "
                "(m, 2) are expected, the positions of start and end in nodes",
                "edges",
            )
        outside = np.flatnonzero(((ends < 0) | (ends >= len(xy))).any(axis=1))
        if len(outside):
            at = int(outside[0])
            raise InputError(
                f"edges[{at}] is {ends[at].tolist()}, but there are only {len(xy)} nodes "
                f"(0 to {len(xy) - 1})",
                "edges",
                at,
            )
        crs = read_crs("crs", crs, "a network with a CRS")
        core = _siting.Network.from_arrays(
            xy,
            ends[:, 0].astype(np.uint32),
            ends[:, 1].astype(np.uint32),
            geographic=bool(crs is not None and crs.is_geographic),
            node_ids=None if node_ids is None else Ids(node_ids, "node_ids").names,
            lengths=None if lengths is None else floats("lengths", lengths),
            directions=None if direction is None else directions("direction", list(direction)),
            penalties=None if penalties is None else floats("penalties", penalties),
            factors=None if factors is None else floats("factors", factors),
        )
        return cls._of(core, crs)

    @classmethod
    def from_geodataframe(
        cls,
        lines: Any,
        *,
        node_crossings: bool = False,
        direction: str | None = None,
        length: str | None = None,
        penalty: str | None = None,
        factor: str | None = None,
        slope: str | None = None,
        kind: str | None = None,
    ) -> Network:
        """From a layer of street lines.

        Lines join where an end of one is a point of another, and where they meet in a corner of both. A
        layer in degrees is projected to a local zone: CGCS2000 for CGCS2000, else UTM; `crs` and the text
        of the network tell which. A street drawn twice, there and back, is two parallel edges.

        Args:
            lines: A GeoDataFrame or GeoSeries of lines.
            node_crossings: Whether lines also join where they cross or touch; `crossings` counts them.
                Leave it off where bridges and tunnels are among the lines.
            direction: Column that tells which way a line may be walked: "both", "forward", "backward".
            length: Column of the length in metres, spread over the pieces of a line; measured by default.
            penalty: Column of the seconds lost on a line beside its length, spread over its pieces.
            factor: Column of the factor on the walking time: 2 for half speed.
            slope: Column of the slope along the line, rise over run (0.08 for 8 %): walking takes longer by
                Tobler's hiking function (1993), on streets walked both ways by the mean of up and down.
            kind: Column that names what a line is.

        Raises:
            InputError: Other geometries than lines, unknown columns, a CRS that is not in metres.

        Examples:
            >>> import geopandas, shapely, siting
            >>> lines = [shapely.LineString([[0, 0], [200, 0]]), shapely.LineString([[100, -50], [100, 50]])]
            >>> layer = geopandas.GeoSeries(lines, crs=4550)
            >>> siting.Network.from_geodataframe(layer, node_crossings=True)
            Network(5 nodes, 4 edges, 0.3 km, 1 component, EPSG:4550, 1 crossing noded)
        """
        columns = {
            "direction": direction,
            "length": length,
            "penalty": penalty,
            "factor": factor,
            "slope": slope,
            "kind": kind,
        }
        core, crs, chosen, crossings = from_lines(
            lines, flag("node_crossings", node_crossings), columns
        )
        return cls._of(core, crs, chosen=chosen, crossings=crossings)

    @classmethod
    def from_networkx(
        cls,
        graph: Any,
        *,
        two_way: bool = False,
        penalty: str | None = None,
        factor: str | None = None,
    ) -> Network:
        """From a networkx graph as osmnx makes them.

        Nodes have `x` and `y`, and labels of any kind: tables name them by number, else by text. Edges may have
        `length` (metres), `geometry`, `osmid` and `highway`; the graph may have `crs`. Two edges of a directed
        graph that are one street there and back become one edge to be walked both ways, when they have the same
        penalty and factor.

        Args:
            graph: A graph, directed or not, with or without parallel edges.
            two_way: Whether all edges may be walked both ways, also those without a way back: the
                one-way streets of a driving network do not bind walkers.
            penalty: Attribute of edges: the seconds lost beside the length.
            factor: Attribute of edges: the factor on the walking time, 2 for half speed.

        Raises:
            InputError: Nodes without coordinates, attributes on some edges only or no numbers, geometries that are
                no lines or do not lead from node to node, a CRS that is not in metres.

        Examples:
            >>> import networkx, siting
            >>> graph = networkx.MultiDiGraph(crs="EPSG:4326")
            >>> graph.add_node(1, x=24.94, y=60.17), graph.add_node(2, x=24.95, y=60.17)
            (None, None)
            >>> graph.add_edges_from([(1, 2, {"length": 553.0}), (2, 1, {"length": 553.0})])
            [0, 0]
            >>> siting.Network.from_networkx(graph)
            Network(2 nodes, 1 edge, 0.6 km, 1 component, EPSG:4326)
        """
        core, crs = from_networkx(graph, flag("two_way", two_way), penalty, factor)
        return cls._of(core, crs)

    @classmethod
    def from_pbf(
        cls,
        path: str | os.PathLike[str],
        *,
        bbox: Any = None,
        steps_factor: float = 2.0,
        signal_wait: float = 10.0,
        crossing_wait: float = 0.0,
        lift_wait: float = 30.0,
        all_cycleways: bool = False,
        roads_with_separate_sidewalks: bool = False,
    ) -> Network:
        """From an OpenStreetMap extract (`.osm.pbf`): the streets that people walk on, in degrees (EPSG:4326).

        `report` tells what was read, left out and cut. `siting.osm.streets`, which has an
        example of both, gives the same streets as a layer.

        Args:
            path: The extract.
            bbox: The part that is wanted: (west, south, east, north) in degrees, a polygon of shapely in
                degrees, or a layer with a CRS; by default all.
            steps_factor: How much longer a metre of steps takes than a metre of street.
            signal_wait: Seconds waited at crossings with signals that are mapped as ways.
            crossing_wait: Seconds waited at other crossings that are mapped as ways.
            lift_wait: Seconds lost in a lift.
            all_cycleways: Whether cycleways are walked that no foot tag opens to walkers.
            roads_with_separate_sidewalks: Whether roads are walked whose sidewalks are mapped as ways of
                their own.

        Raises:
            InputError: The file cannot be read, is damaged or has no street there; an option is not usable.
        """
        pyproj = need("pyproj", "Network.from_pbf", "geo")
        profile = osm.profile(
            steps_factor=steps_factor,
            signal_wait=signal_wait,
            crossing_wait=crossing_wait,
            lift_wait=lift_wait,
            all_cycleways=all_cycleways,
            roads_with_separate_sidewalks=roads_with_separate_sidewalks,
        )
        core, report = _siting.Network.from_pbf(
            os.fspath(path), part=osm.part(bbox), profile=profile
        )
        net = cls._of(core, pyproj.CRS.from_epsg(4326))
        net.report = json.loads(report)
        return net

    def join(
        self,
        layer: Any,
        *,
        entrances: Any = None,
        max_snap: float = MAX_SNAP,
        beyond: str = BEYOND,
    ) -> Joined:
        """Joins places to the nearest place on a street each, and tells how far they lie from it; `Network` has an example.

        Args:
            layer: A GeoDataFrame or GeoSeries of points or polygons in any CRS, or an array of shape
                (n, 2) in the CRS of the network. A polygon enters by the point of its boundary that is
                nearest to a street.
            entrances: A GeoDataFrame of points with the column `place`: the id of the place that each
                entrance belongs to. Walks use the best. Places without any enter as they would without this layer.
            max_snap: Farthest distance from a place to its street in metres.
            beyond: What happens to places beyond it: "refuse" raises, "unreachable" leaves them without
                any walk; the report names them.

        Raises:
            InputError: Missing or wrong geometries, a CRS on one side only, places beyond `max_snap`; places joined
                to another network.

        Warns:
            DatumWarning: In China, when the places lie as far from the streets as a mixed datum would put them.
        """
        return self._join("points", layer, entrances, max_snap, beyond)

    def travel(
        self,
        demand: Any,
        sites: Any,
        *,
        cutoff: float | None = 15,
        unit: str = "minutes",
        speed: Any = 75.0,
        demand_entrances: Any = None,
        site_entrances: Any = None,
        max_snap: float = MAX_SNAP,
        beyond: str = BEYOND,
    ) -> TravelMatrix:
        """Walking costs from demand points to sites along the streets; `Network` has an example.

        Walks include the access legs, from the place to its street and back. Costs are exact to 1 cm, the lengths
        of the edges taken as they are.

        Args:
            demand: Demand points: what `join` takes, or what it gives.
            sites: Candidate sites, likewise.
            cutoff: Dearest walk that is stored, included; `None` for any.
            unit: "minutes", "seconds", or "metres" of the shortest way, for which speed, penalties and
                factors do not count.
            speed: Metres per minute: one for all, or one for each demand point (by id, in order, or the
                name of a column): elders walk slower. Each distinct speed is a search of its own, so keep to a
                few groups.
            demand_entrances: Entrances of the demand points, see `join`.
            site_entrances: Entrances of the sites.
            max_snap: Farthest distance from a place to its street in metres. It is for layers: what is joined
                already keeps what it was joined with.
            beyond: What happens to places beyond it, likewise: "refuse" or "unreachable".

        Raises:
            InputError: As `join`; an unknown unit, cut-offs and speeds out of range; options of joining for places
                that are joined already with others.
        """
        unit_ = _unit(unit)
        if cutoff is not None:
            cutoff = number("cutoff", cutoff)
        sides = [
            self._join(name, value, entrances, max_snap, beyond)
            for name, value, entrances in (
                ("demand", demand, demand_entrances),
                ("sites", sites, site_entrances),
            )
        ]
        layers = sides[0]._layer, _alike(sides[1]._layer, sides[0]._layer)
        speeds = for_each("speed", speed, layers[0], "demand point")
        if speeds is None:
            raise InputError("speed is None: metres per minute are expected, such as 75", "speed")
        if is_number(speed):
            speeds = speeds[:1]
        with naming(demand=layers[0].ids, sites=layers[1].ids, speed=layers[0].ids):
            core = self._core.travel(
                sides[0]._core,
                sides[1]._core,
                cutoff=cutoff,
                unit=unit,
                speed=speeds,
                demand_ids=layers[0].ids.names,
                site_ids=layers[1].ids.names,
            )
        return TravelMatrix._of(core, *layers, unit=unit_, metric="along streets")

    def reach(
        self,
        points: Any,
        *,
        cutoff: float = 15,
        unit: str = "minutes",
        speed: float = 75.0,
        towards: bool = False,
        width: float = 25.0,
        max_snap: float = MAX_SNAP,
        beyond: str = BEYOND,
    ) -> Reach:
        """The streets, and the area beside them, within the cut-off of any of the points; `Network` has an example.

        Args:
            points: What `join` takes, or what it gives.
            cutoff: Dearest walk, the access leg counted.
            unit: "minutes", "seconds" or "metres".
            speed: Metres per minute, one for all: call it once for each group that walks at its own.
            towards: Whether walks lead to the points rather than away; it matters on one-way edges.
            width: Metres to either side of a street that count to the area.
            max_snap: Farthest distance from a point to its street in metres.
            beyond: What happens to points beyond it: "refuse" or "unreachable".
        """
        _unit(unit)
        places = self._join("points", points, None, max_snap, beyond)
        width = number("width", width)
        if not 0 < width < np.inf:
            raise InputError(f"width is {width}: metres above 0 are expected, such as 25", "width")
        found = self._core.reach(
            places._core,
            cutoff=number("cutoff", cutoff),
            unit=unit,
            speed=number("speed", speed),
            towards=flag("towards", towards),
        )
        return Reach(self, found, width)

    def component(self, places: Joined) -> NDArray[np.int64]:
        """The component of the streets that each place is joined to: 0 is the longest, -1 stands for none.

        Places of different components cannot reach each other. Of a place with entrances on several, the longest
        counts.
        """
        check_joined("places", places, self._core, self.crs)
        entries = places._core.entries()
        of_edge = self._core.nodes()["component"][self._core.edges()["from"]].astype(np.int64)
        none = np.iinfo(np.int64).max
        components = np.full(len(places), none)
        within = entries["within"]
        np.minimum.at(components, entries["place"][within], of_edge[entries["edge"][within]])
        components[components == none] = -1
        return components

    def _join(
        self, argument: str, value: Any, entrances: Any, max_snap: Any, beyond: Any
    ) -> Joined:
        """Joins a layer, after a look at its datum where maps with shifted ones are about."""
        self._look.at(argument, value)
        return join(self._core, self.crs, argument, value, entrances, max_snap, beyond)

    def summary(self) -> dict[str, Any]:
        """Numbers of nodes, edges, one-way edges and components, kilometres, share of the largest component.

        Further `crs`, how it came about (`crs_choice`: as given, or chosen for a layer in degrees), `crossings`.
        """
        choice = None if self.crs is None else f"{name_of(self.crs)} {self._chosen or 'as given'}"
        more = {"crs": self.crs, "crs_choice": choice, "crossings": self.crossings}
        return {**self._core.summary(), **more}

    def to_geodataframe(self) -> tuple[Any, Any]:
        """The nodes and the edges as two GeoDataFrames, in the CRS of the network.

        Nodes are indexed by id and have `component` (0 is the longest); edges have `from` and `to` (ids of
        nodes), `length` in metres and, where given, `direction`, `penalty`, `factor` and `kind`.
        """
        return to_layers(self._core, self.crs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Network):
            return NotImplemented
        return self._core == other._core and self.crs == other.crs

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        told = self._core.summary()
        counted = [
            _counted(told["nodes"], "node"),
            _counted(told["edges"], "edge"),
            f"{told['kilometres']:,.1f} km",
            _counted(told["components"], "component"),
        ]
        if told["components"] > 1:
            counted[-1] += f" ({told['largest_share']:.1%} of the length in the largest)"
        if self.crs is not None:
            counted.append(name_of(self.crs) + (f" {self._chosen}" if self._chosen else ""))
        if self.crossings:
            counted.append(f"{_counted(self.crossings, 'crossing')} noded")
        return f"Network({', '.join(counted)})"


def _unit(unit: Any) -> str:
    if unit not in _UNITS:
        raise InputError(f"unit is {unit!r}: one of {', '.join(map(repr, _UNITS))}", "unit")
    return _UNITS[unit]


def _alike(layer: Layer, first: Layer) -> Layer:
    """A layer in the CRS of another, so that maps show both."""
    if layer.frame is None or first.frame is None or layer.crs in (None, first.crs):
        return layer
    frame = layer.frame.to_crs(first.crs)
    geometry = frame.geometry
    points = geometry if (geometry.geom_type == "Point").all() else geometry.representative_point()
    xy = np.column_stack([points.x.to_numpy(), points.y.to_numpy()])
    return Layer(layer.ids, xy, frame)


def _counted(n: int, what: str) -> str:
    return f"{n:,} {what}" + ("" if n == 1 else "s")
