"""Plans as GeoDataFrames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siting._layer import Layer
from siting._numbers import Floats
from siting._optional import is_a, need
from siting.solution import assigned

if TYPE_CHECKING:
    from siting.solution import Solution


def open_sites(solution: Solution) -> Any:
    """The open sites with what each serves."""
    model = solution._need_model()
    demand, site, share = solution._served()
    weight = model.weights[demand] * share
    cost = _costs(solution)
    n = model.travel.shape[1]
    served = np.bincount(site, weight, minlength=n)
    points = np.bincount(site, minlength=n)
    # Sites that serve points of no weight only have no weighted mean.
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.bincount(site, weight * cost, minlength=n) / served
    existing = np.zeros(n, dtype=bool)
    existing[model._data.get("existing", [])] = True
    opened = solution._core.sites.astype(np.intp)
    columns = {
        "existing": existing[opened],
        "served_weight": served[opened],
        "demand_points": points[opened],
        "mean_cost": mean[opened],
    }
    if "merged" in model._data:
        # Cells are no demand points, and their distances are not known.
        del columns["demand_points"], columns["mean_cost"]
    return _frame(model.travel._sites, opened, columns, "site")


def demand_points(solution: Solution) -> Any:
    """All demand points with the site that serves each."""
    model = solution._need_model()
    demand, _, share = solution._served()
    n = model.travel.shape[0]
    total = np.bincount(demand, share, minlength=n)
    with np.errstate(invalid="ignore", divide="ignore"):
        cost = np.bincount(demand, share * _costs(solution), minlength=n) / total
    columns = {
        "weight": model.weights,
        "served": total > 0,
        "site": assigned(solution._demand_ids, solution._site_ids, solution._core.assignment).array,
        "share": np.minimum(total, 1.0),
        "cost": cost,
    }
    return _frame(model.travel._demand, np.arange(n), columns, "demand")


def _costs(solution: Solution) -> Floats:
    """The cost of each served pair."""
    demand, site, _ = solution._served()
    core = solution._need_model().travel._core
    return core.costs(demand.astype(np.uint32), site.astype(np.uint32))


def _frame(layer: Layer, rows: Any, columns: dict[str, Any], name: str) -> Any:
    geopandas = need("geopandas", "to_geodataframe", "geo")
    geometry = layer.geometry().iloc[rows]
    if is_a(layer.frame, "geopandas", "GeoDataFrame"):
        frame = layer.frame.iloc[rows].copy()
        frame = frame.rename(
            columns={column: f"{column}_input" for column in columns if column in frame.columns}
        )
    else:
        frame = geopandas.GeoDataFrame(geometry=geometry)
    if frame.index.name is None:
        frame.index.name = name
    for column, values in columns.items():
        frame[column] = values
    return frame
