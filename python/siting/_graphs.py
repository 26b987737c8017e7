"""Graphs of networkx, as osmnx makes them, as the arrays that the core takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from siting import _siting
from siting._ids import Ids
from siting._numbers import Floats, is_number
from siting._optional import need
from siting._reach import lengths
from siting._zone import read_crs
from siting.errors import InputError

#: A line that ends farther from its nodes belongs to another edge, or to another CRS.
_FARTHEST_END = 100.0


def from_networkx(
    graph: Any, two_way: bool, penalty: str | None, factor: str | None
) -> tuple[_siting.Network, Any]:
    """A network and its CRS from a graph as osmnx makes them."""
    for needed in ("nodes", "edges", "is_directed"):
        if not hasattr(graph, needed):
            raise InputError(
                f"graph is a {type(graph).__name__}: a networkx graph is expected", "graph"
            )
    crs = read_crs("graph", graph.graph.get("crs"), "a graph with a CRS")
    geographic = bool(crs is not None and crs.is_geographic)
    labels, nodes = _nodes(graph)
    edges = list(graph.edges(data=True))
    if not edges:
        raise InputError("graph has no edges: a network needs at least one", "graph")
    position = {label: at for at, label in enumerate(labels)}
    ends = np.array([[position[u], position[v]] for u, v, _ in edges])
    measured = _attribute(edges, "length", "osmnx.distance.add_edge_lengths", needed=False)
    penalties = _attribute(edges, penalty, "networkx.set_edge_attributes")
    factors = _attribute(edges, factor, "networkx.set_edge_attributes")
    if factors is not None and (factors == 0).any():
        u, v, _ = edges[int(np.flatnonzero(factors == 0)[0])]
        raise InputError(
            f"the edge from {u!r} to {v!r} has {factor} = 0: give more than 0", "factor"
        )
    shapes = [_shape(edge, nodes[at], geographic) for edge, at in zip(edges, ends, strict=True)]
    signs = np.zeros(len(edges), dtype=np.int8)
    kept = np.arange(len(edges))
    if graph.is_directed():
        alike = [
            (
                _osmid(data),
                None if measured is None else round(float(measured[at]), 2),
                *(None if each is None else float(each[at]) for each in (penalties, factors)),
            )
            for at, (*_, data) in enumerate(edges)
        ]
        kept, one_way = _pair(ends, alike, shapes)
        if not two_way:
            signs[one_way] = 1
    counts = [len(shapes[at]) for at in kept]
    inner = [shapes[at] for at in kept if len(shapes[at])]
    names, codes = np.unique([_kind(edges[at][2]) for at in kept], return_inverse=True)
    core = _siting.Network.from_arrays(
        nodes,
        ends[kept, 0].astype(np.uint32),
        ends[kept, 1].astype(np.uint32),
        geographic=geographic,
        node_ids=Ids(labels, "graph").names,
        lengths=None if measured is None else measured[kept],
        directions=signs[kept] if signs.any() else None,
        penalties=None if penalties is None else penalties[kept],
        factors=None if factors is None else factors[kept],
        shape_starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32),
        shape_points=np.concatenate(inner) if inner else np.empty((0, 2)),
        kinds=codes.astype(np.uint16),
        kind_names=names.tolist(),
    )
    return core, crs


def _nodes(graph: Any) -> tuple[Any, Floats]:
    """Labels, of any kind, and coordinates of the nodes."""
    labels = np.empty(len(graph.nodes), dtype=object)
    nodes = np.empty((len(labels), 2))
    for at, (label, data) in enumerate(graph.nodes(data=True)):
        # One by one: numpy would take tuples for rows.
        labels[at] = label
        try:
            nodes[at] = float(data["x"]), float(data["y"])
        except (KeyError, TypeError, ValueError):
            raise InputError(f"node {label!r} has no coordinates x and y", "graph", at) from None
        if not np.isfinite(nodes[at]).all():
            x, y = nodes[at].tolist()
            raise InputError(
                f"node {label!r} has x = {x} and y = {y}: finite numbers are expected", "graph", at
            )
    return labels, nodes


def _attribute(edges: list[Any], name: str | None, way_out: str, needed: bool = True) -> Any:
    """An attribute that all edges have, as numbers of 0 or more; `None` where it is not asked for."""
    if name is None:
        return None
    given = [data.get(name) for *_, data in edges]
    without = [at for at, value in enumerate(given) if value is None]
    if len(without) == len(edges) and not needed:
        return None
    if without:
        u, v, _ = edges[without[0]]
        raise InputError(
            f"the edge from {u!r} to {v!r} has no {name} ({len(without)} of {len(edges)} have none): give "
            f"each one, for instance with {way_out}, or none",
            "graph",
        )
    for (u, v, _), value in zip(edges, given, strict=True):
        if not is_number(value) or not 0 <= value < np.inf:
            raise InputError(
                f"the edge from {u!r} to {v!r} has {name} = {value!r}: a number of 0 or more is expected",
                "graph",
            )
    return np.array(given, dtype=np.float64)


def _shape(edge: Any, ends: Floats, geographic: bool) -> Floats:
    """Points of an edge between its ends, from start to end."""
    u, v, data = edge
    line = data.get("geometry")
    if line is None:
        return np.empty((0, 2))
    shapely = need("shapely", "a graph with geometries", "geo")
    if not isinstance(line, shapely.LineString) or line.is_empty:
        told = f"{line!r:.60}"
        raise InputError(
            f"the edge from {u!r} to {v!r} has the geometry {told}: a LineString is expected (shapely.from_wkt reads "
            "texts, shapely.line_merge merges parts); leave it out for a straight edge",
            "graph",
        )
    points: Floats = shapely.get_coordinates(line)
    if not np.isfinite(points).all():
        raise InputError(
            f"the edge from {u!r} to {v!r} has a geometry with {points[~np.isfinite(points)][0]}: finite "
            "coordinates are expected",
            "graph",
        )
    if (points[[0, -1]] == ends).all():
        return points[1:-1]
    # Undirected graphs do not say which way a line runs.
    ways = [points, points[::-1]]
    off = [
        max(lengths(np.stack([way[at], ends[at]]), geographic)[0] for at in (0, -1)) for way in ways
    ]
    best = int(off[1] < off[0])
    if off[best] > _FARTHEST_END:
        raise InputError(
            f"the edge from {u!r} to {v!r} has a geometry that ends {off[best]:,.0f} m from its node: it must lead "
            f"from node to node, within {_FARTHEST_END:g} m, in the CRS of the graph",
            "graph",
        )
    return ways[best][1:-1]


def _pair(ends: Any, alike: list[Any], shapes: list[Any]) -> tuple[Any, Any]:
    """Edges that stand for one street each, and which of them have no way back."""
    waiting: dict[Any, list[int]] = {}
    kept, one_way = [], set()
    for at, (u, v) in enumerate(ends.tolist()):
        back = waiting.get((v, u, alike[at], _key(shapes[at][::-1])))
        if back:
            # The street came by before, the other way.
            one_way.discard(back.pop())
            continue
        waiting.setdefault((u, v, alike[at], _key(shapes[at])), []).append(at)
        kept.append(at)
        one_way.add(at)
    return np.array(kept), np.array(sorted(one_way), dtype=np.int64)


def _key(points: Any) -> bytes:
    return np.round(points, 9).tobytes()


def _osmid(data: dict[str, Any]) -> Any:
    """Something to compare: simplified edges have several ids, in the order of the walk."""
    osmid = data.get("osmid")
    if isinstance(osmid, (list, tuple, set, frozenset, np.ndarray)):
        return frozenset(str(each) for each in osmid)
    return str(osmid)


def _kind(data: dict[str, Any]) -> str:
    kind = data.get("highway", "")
    return ";".join(map(str, kind)) if isinstance(kind, list) else str(kind)
