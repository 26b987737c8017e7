"""Points that stream by in chunks, merged into cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting import _siting
from siting._ids import Ids
from siting._layer import Layer, check_crs, read_layer, unit_of
from siting._naming import naming
from siting._numbers import Floats, floats, for_each, is_number
from siting._optional import is_a, need
from siting._zone import check_no_world_map
from siting.errors import InputError
from siting.travel import TravelMatrix

_EXPECTED = "an array of shape (n, 2), a layer of points, or an iterable of such chunks is expected"


def read_sites(sites: Any) -> Layer:
    """The sites among which points may be merged."""
    layer = read_layer("sites", sites)
    check_no_world_map("sites", layer.crs)
    return layer


def merge(
    points: Any, layer: Layer, weights: Any, within: float, *, weightless: bool
) -> tuple[TravelMatrix, Floats, int]:
    """The cells of points as a travel matrix without distances, their weights, and how many points.

    Cells of points of weight 0 are kept if `weightless`.
    """
    with naming(sites=layer.ids):
        cells = _siting.PointCells(layer.points, within)
    if _is_points(points):
        _add(cells, points, weights, layer, None)
    else:
        _refuse_pair(points)
        if weights is not None and not is_number(weights):
            raise InputError(
                "weights is an array where points come in chunks: give chunks of (points, weights)",
                "weights",
            )
        for number, (chunk, own) in enumerate(_chunks(points)):
            _add(cells, chunk, weights if own is None else own, layer, number)
    n_points = cells.n_points
    core, sums = cells.finish(site_ids=layer.ids.names, weightless=weightless)
    demand = replace(Layer(Ids.range(core.n_demand)), merged=True)
    travel = TravelMatrix._of(core, demand, layer, unit=unit_of(layer.crs, "euclidean"))
    return travel, sums, n_points


def _is_points(points: Any) -> bool:
    """Whether something is points themselves, not chunks of them."""
    if isinstance(points, np.ndarray) or is_a(points, "geopandas", "GeoDataFrame", "GeoSeries"):
        return True
    if is_a(points, "pandas", "DataFrame", "Series"):
        return True  # read_layer says what is missing.
    if not isinstance(points, (list, tuple)) or not points:
        return False
    # A list of pairs of numbers, or of arrays.
    first = points[0]
    return is_number(first) or (
        isinstance(first, (list, tuple, np.ndarray)) and len(first) > 0 and is_number(first[0])
    )


def _refuse_pair(points: Any) -> None:
    """Refuses points and their weights in a tuple, which would be read as two chunks of points."""
    if not isinstance(points, tuple) or len(points) != 2 or not _is_points(points[0]):
        return
    own = points[1]
    listed = isinstance(own, (list, tuple)) and len(own) > 0 and is_number(own[0])
    if listed or (getattr(own, "ndim", None) == 1 and not is_a(own, "geopandas", "GeoSeries")):
        raise InputError(
            "points is a tuple of points and numbers of one dimension: give the points alone and "
            "weights=..., or a list of chunks, [(points, weights)]",
            "points",
        )


def _chunks(points: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(points, (str, bytes)) or not isinstance(points, Iterable):
        raise InputError(f"points is a {type(points).__name__}: {_EXPECTED}", "points")
    for number, chunk in enumerate(points):
        if not isinstance(chunk, tuple):
            yield chunk, None
        elif len(chunk) == 2:
            yield chunk
        else:
            raise InputError(
                f"chunk {number}: points is a tuple of {len(chunk)}: points, or a tuple "
                "(points, weights), are expected",
                "points",
            )


def _add(
    cells: _siting.PointCells, points: Any, weights: Any, sites: Layer, chunk: int | None
) -> None:
    try:
        layer = _read(points)
        check_crs(layer, sites, "euclidean", ("points", "sites"))
        numbers = _weights(weights, layer)
    except InputError as error:
        if chunk is None:
            raise
        raise InputError(f"chunk {chunk}: {error}", error.argument, error.position) from None
    xy = np.empty((0, 2)) if layer.xy is None else layer.xy
    cells.add(xy, numbers, chunk=chunk)


def _read(points: Any) -> Layer:
    if isinstance(points, np.ndarray) and points.dtype.kind in "iuf":
        if points.ndim != 2 or points.shape[1] != 2:
            raise InputError(
                f"points has the shape {points.shape}: numbers of the shape (n, 2) are expected",
                "points",
            )
        # Not copied where it is as the core reads it; nobody asks for ids of so many.
        return Layer(Ids.range(0), np.ascontiguousarray(points, dtype=np.float64))
    return read_layer("points", points)


def _weights(weights: Any, layer: Layer) -> Floats | None:
    if weights is None:
        return None
    if isinstance(weights, np.ndarray) and weights.dtype == np.float64 and weights.ndim == 1:
        return np.ascontiguousarray(weights)
    numbers: Floats | None
    if is_number(weights):
        numbers = np.full(0 if layer.xy is None else len(layer.xy), float(weights))
    elif layer.frame is not None:
        numbers = for_each("weights", weights, layer, "point")
    elif is_a(weights, "pandas", "Series"):
        numbers = floats("weights", _in_order(weights))
    else:
        numbers = floats("weights", weights)
    return None if numbers is None else np.ascontiguousarray(numbers)


def _in_order(weights: Any) -> NDArray[Any]:
    """The numbers of a Series for points without ids, which only one numbered like them fits."""
    index = weights.index
    if not index.equals(need("pandas", "a Series", "geo").RangeIndex(len(index))):
        shown = ", ".join(repr(label) for label in index[:3].tolist())
        raise InputError(
            f"weights is a Series with the index {shown}, ..., but the points are numbered 0, 1, ...: pass "
            "weights.to_numpy() where it is in the order of the points, or give the points as a "
            "GeoDataFrame or GeoSeries with that index",
            "weights",
        )
    numbers: NDArray[Any] = weights.to_numpy()
    return numbers
