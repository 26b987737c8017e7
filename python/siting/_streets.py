"""Streets from Python: layers of lines and networkx graphs as the arrays that the core takes."""

from __future__ import annotations

from typing import Any

import numpy as np

from siting import _siting
from siting._ids import Ids
from siting._numbers import floats
from siting._optional import is_a, need
from siting._zone import check_metres, local_zone, read_crs
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
    check_metres("lines", geometry.crs)
    chosen = None
    if geometry.crs is not None and geometry.crs.is_geographic:
        zone = local_zone("lines", geometry)
        chosen = f"chosen for a layer in {':'.join(geometry.crs.to_authority() or ['degrees'])}"
        geometry = geometry.to_crs(zone)
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
    if values["penalty"] is not None:
        # What a line loses is spread over its pieces by their length.
        whole = floats("penalty", values["penalty"].to_numpy())[line]
        plain = _siting.Network.from_arrays(**made, geographic=False).edges()["length"]
        of_line = np.bincount(line, plain, minlength=len(lines))[line]
        share = np.divide(plain, of_line, out=np.zeros(len(plain)), where=of_line > 0)
        alone = of_line == 0
        share[alone] = 1 / np.bincount(line, minlength=len(lines))[line][alone]
        more["penalties"] = whole * share
    if values["kind"] is not None:
        names, codes = np.unique(values["kind"].astype(str).to_numpy(), return_inverse=True)
        more["kinds"], more["kind_names"] = codes[line].astype(np.uint16), names.tolist()
    core = _siting.Network.from_arrays(**made, geographic=False, **more)
    return core, geometry.crs, chosen, crossings


def _column(lines: Any, argument: str, column: str | None) -> Any:
    if column is None:
        return None
    if not is_a(lines, "geopandas", "GeoDataFrame") or column not in lines.columns:
        known = ", ".join(map(repr, getattr(lines, "columns", [])))
        raise InputError(
            f"{argument} is {column!r}, but lines has no such column; it has {known}", argument
        )
    return lines[column]


def from_networkx(graph: Any, two_way: bool) -> tuple[_siting.Network, Any]:
    """A network and its CRS from a graph as osmnx makes them."""
    for needed in ("nodes", "edges", "is_directed"):
        if not hasattr(graph, needed):
            raise InputError(
                f"graph is a {type(graph).__name__}: a networkx graph is expected", "graph"
            )
    labels = list(graph.nodes)
    position = {label: at for at, label in enumerate(labels)}
    nodes = np.empty((len(labels), 2))
    for at, (label, data) in enumerate(graph.nodes(data=True)):
        try:
            nodes[at] = float(data["x"]), float(data["y"])
        except (KeyError, TypeError, ValueError):
            raise InputError(f"node {label!r} has no coordinates x and y", "graph", at) from None
    edges = list(graph.edges(data=True))
    if not edges:
        raise InputError("graph has no edges: a network needs at least one", "graph")
    ends = np.array([[position[u], position[v]] for u, v, _ in edges])
    lengths = _lengths(edges)
    shapes = [
        _shape(data, nodes[u], nodes[v]) for (u, v), (*_, data) in zip(ends, edges, strict=True)
    ]
    signs = np.zeros(len(edges), dtype=np.int8)
    kept = np.arange(len(edges))
    if graph.is_directed():
        kept, one_way = _pair(ends, [data for *_, data in edges], lengths, shapes)
        if not two_way:
            signs[one_way] = 1
    counts = [len(shapes[at]) for at in kept]
    inner = [shapes[at] for at in kept if len(shapes[at])]
    names, codes = np.unique([_kind(edges[at][2]) for at in kept], return_inverse=True)
    crs = read_crs("graph", graph.graph.get("crs"), "a graph with a CRS")
    core = _siting.Network.from_arrays(
        nodes,
        ends[kept, 0].astype(np.uint32),
        ends[kept, 1].astype(np.uint32),
        geographic=bool(crs is not None and crs.is_geographic),
        node_ids=Ids(labels, "graph").names,
        lengths=None if lengths is None else lengths[kept],
        directions=signs[kept] if signs.any() else None,
        shape_starts=np.concatenate([[0], np.cumsum(counts)]).astype(np.uint32),
        shape_points=np.concatenate(inner) if inner else np.empty((0, 2)),
        kinds=codes.astype(np.uint16),
        kind_names=names.tolist(),
    )
    return core, crs


def _lengths(edges: list[Any]) -> Any:
    """Lengths of all edges; `None` where no edge has one."""
    given = [data.get("length") for *_, data in edges]
    without = [at for at, length in enumerate(given) if length is None]
    if len(without) == len(edges):
        return None
    if without:
        u, v, _ = edges[without[0]]
        raise InputError(
            f"the edge from {u!r} to {v!r} has no length ({len(without)} of {len(edges)} have none): give "
            "each one, for instance with osmnx.distance.add_edge_lengths, or none",
            "graph",
        )
    return floats("length", given)


def _shape(data: dict[str, Any], start: Any, end: Any) -> Any:
    """Points of an edge between its ends, from start to end."""
    line = data.get("geometry")
    if line is None or line.is_empty:
        return np.empty((0, 2))
    points = np.asarray(line.coords)[:, :2]
    if np.abs(points[0] - start).sum() > np.abs(points[-1] - start).sum() and (
        np.abs(points[-1] - end).sum() > np.abs(points[0] - end).sum()
    ):
        points = points[::-1]
    return points[1:-1]


def _pair(ends: Any, data: list[Any], lengths: Any, shapes: list[Any]) -> tuple[Any, Any]:
    """Edges that stand for one street each, and which of them have no way back."""
    waiting: dict[Any, list[int]] = {}
    kept, one_way = [], set()
    for at, (u, v) in enumerate(ends.tolist()):
        what = _osmid(data[at]), None if lengths is None else round(float(lengths[at]), 2)
        back = waiting.get((v, u, what, _key(shapes[at][::-1])))
        if back:
            # The street came by before, the other way.
            one_way.discard(back.pop())
            continue
        waiting.setdefault((u, v, what, _key(shapes[at])), []).append(at)
        kept.append(at)
        one_way.add(at)
    return np.array(kept), np.array(sorted(one_way), dtype=np.int64)


def _key(points: Any) -> bytes:
    return np.round(points, 9).tobytes()


def _osmid(data: dict[str, Any]) -> Any:
    osmid = data.get("osmid")
    return frozenset(osmid) if isinstance(osmid, list) else osmid


def _kind(data: dict[str, Any]) -> str:
    kind = data.get("highway", "")
    return ";".join(map(str, kind)) if isinstance(kind, list) else str(kind)
