"""The map of a plan of services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siting._columns import Columns
from siting._optional import is_a, need
from siting.errors import InputError
from siting.plan.tables import needs
from siting.plot import _SERVED, _UNSERVED, _fonts, proportion
from siting.summary import count

if TYPE_CHECKING:
    from siting.plan.service_plan import ServicePlan

# Of a space by the number of its services; more than three look like three.
_SERVICES = {
    1: ("#80ed99", "1 service"),
    2: ("#2d6a4f", "2 services"),
    3: ("#081c15", "3 services or more"),
}
_IDLE, _FACILITY, _CLOSED = "#b8b8b8", "#e09f3e", "#6c757d"


def draw(plan: ServicePlan, service: str | None, ax: Any, title: str | None) -> Any:
    """Draws homes, facilities and spaces."""
    pyplot = need("matplotlib.pyplot", "plot", "plot")
    programme = plan._programme
    if service is not None and service not in programme._names:
        known = ", ".join(map(repr, programme._names))
        raise InputError(f"service is {service!r}: the services are {known}", "service")
    for layer in (programme._homes, programme._spaces):
        if layer is not None and not is_a(layer.table, "geopandas", "GeoDataFrame"):
            raise InputError(
                f"plot needs {layer.argument} with geometry: give them as a GeoDataFrame of points"
            )
    if ax is None:
        _, ax = pyplot.subplots(figsize=(9, 8), layout="constrained")
    _homes(ax, plan, service)
    if programme._existing is not None:
        _existing(ax, plan, service, programme._existing)
    if programme._spaces is not None:
        _spaces(ax, plan, service, programme._spaces)
    text = _title(plan, service) if title is None else title
    ax.set_title(text, fontfamily=_fonts(text))
    homes = _points(programme._homes)
    proportion(ax, homes.crs, homes.y.to_numpy())
    if ax.get_legend_handles_labels()[0]:
        ax.legend(loc="best", fontsize="small", framealpha=0.9)
    ax.tick_params(labelsize="x-small")
    return ax


def _homes(ax: Any, plan: ServicePlan, service: str | None) -> None:
    colors = need("matplotlib.colors", "plot", "plot")
    programme = plan._programme
    met = plan.homes["met" if service is None else service].to_numpy(dtype=float)
    asked = range(len(programme._names)) if service is None else [programme._names.index(service)]
    wants = needs(programme)[list(asked)].sum(axis=0)
    needed = wants > 0
    if not needed.any():
        return
    points = _points(programme._homes)[needed]
    sizes = 4.0 + 56.0 * wants[needed] / wants.max()
    dots = ax.scatter(
        points.x,
        points.y,
        s=sizes,
        c=100 * met[needed],
        cmap=colors.LinearSegmentedColormap.from_list("met", [_UNSERVED, "#d8cba8", _SERVED]),
        vmin=0,
        vmax=100,
        alpha=0.7,
        linewidths=0,
        zorder=2,
    )
    ax.figure.colorbar(dots, ax=ax, shrink=0.6, label="need of a home that is met, %")


def _existing(ax: Any, plan: ServicePlan, service: str | None, existing: Columns) -> None:
    if not is_a(existing.table, "geopandas", "GeoDataFrame"):
        return
    table, points = plan.facilities, _points(existing)
    own = (
        np.ones(len(table), dtype=bool)
        if service is None
        else (table["service"] == service).to_numpy()
    )
    stays = table["change"].isin(["kept", "enlarged"]).to_numpy()
    for which, marker, colour, label in (
        (own & stays, "D", _FACILITY, "facility of today"),
        (own & ~stays, "X", _CLOSED, "facility of today, moved or closed"),
    ):
        if which.any():
            xy = points[which]
            ax.scatter(
                xy.x,
                xy.y,
                s=45,
                c=colour,
                marker=marker,
                edgecolors="white",
                linewidths=0.6,
                label=f"{label} ({int(which.sum()):,})",
                zorder=4,
            )


def _spaces(ax: Any, plan: ServicePlan, service: str | None, spaces: Columns) -> None:
    hosted = np.zeros(len(spaces), dtype=int)
    chosen = np.zeros(len(spaces), dtype=bool)
    for each in plan._document["fitouts"]:
        hosted[each["space"]] += 1
        chosen[each["space"]] |= (
            service is None or plan._programme._names[each["service"]] == service
        )
    points = _points(spaces)
    groups = [(~chosen, "s", 12, _IDLE, "space, not used" if service is None else "other space")]
    groups += [
        (chosen & (np.minimum(hosted, 3) == n), "*", 220, colour, f"space with {label}")
        for n, (colour, label) in _SERVICES.items()
    ]
    for which, marker, size, colour, label in groups:
        if which.any():
            xy = points[which]
            ax.scatter(
                xy.x,
                xy.y,
                s=size,
                c=colour,
                marker=marker,
                edgecolors="white",
                linewidths=0.6,
                label=f"{label} ({int(which.sum()):,})",
                zorder=5 if marker == "*" else 3,
            )


def _points(layer: Columns) -> Any:
    """The points of a layer; areas stand as a point inside each."""
    shapes = layer.table.geometry
    return shapes if (shapes.geom_type == "Point").all() else shapes.representative_point()


def _title(plan: ServicePlan, service: str | None) -> str:
    rows = plan.coverage if service is None else plan.coverage.loc[[service]]
    needed, met = rows["need"].sum(), rows["met"].sum()
    what = "need" if service is None else f"need for {service}"
    if not needed > 0:
        return f"no {what}"
    table = plan.fitout if service is None else plan.fitout[plan.fitout["service"] == service]
    used = count(table["space"].nunique(), "space")
    return f"{100 * met / needed:.1f} % of {what} met, {used} used"
