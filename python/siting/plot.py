"""The map of a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from siting._numbers import Floats
from siting._optional import need

if TYPE_CHECKING:
    from siting.solution import Solution

_SERVED, _UNSERVED, _OPEN, _EXISTING, _OTHER = "#3a86c8", "#d1495b", "#1d3557", "#e09f3e", "#b8b8b8"
# The first of these that is installed writes Chinese, Japanese and Korean.
_CJK = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "SimHei",
    "WenQuanYi Zen Hei",
    "WenQuanYi Micro Hei",
)


def draw(solution: Solution, ax: Any, *, lines: bool, labels: bool, title: str | None) -> Any:
    """Draws demand points, sites and who is served."""
    pyplot = need("matplotlib.pyplot", "plot", "plot")
    model = solution._need_model()
    demand, sites = model.travel._demand.points, model.travel._sites.points
    if ax is None:
        _, ax = pyplot.subplots(figsize=(8, 8), layout="constrained")
    if model.name != "p-dispersion":
        _demand(ax, solution, demand, model.weights)
        if lines:
            _lines(ax, solution, demand, sites)
    _sites(ax, solution, sites, model._data.get("existing", np.empty(0, dtype=np.uint32)))
    if labels:
        for position in solution._core.sites.tolist():
            ax.annotate(
                str(solution._site_ids[position]),
                sites[position],
                xytext=(5, 5),
                textcoords="offset points",
                fontsize="small",
                fontfamily=_fonts(str(solution._site_ids[position])),
                zorder=6,
            )
    text = _title(solution) if title is None else title
    ax.set_title(text, fontfamily=_fonts(text))
    proportion(ax, model.travel._demand.crs, demand[:, 1])
    ax.legend(loc="best", fontsize="small", framealpha=0.9)
    ax.tick_params(labelsize="x-small")
    return ax


def proportion(ax: Any, crs: Any, y: Floats) -> None:
    """Draws a metre as long to the north as to the east."""
    geographic = crs is not None and crs.is_geographic
    # A degree of longitude is shorter than one of latitude.
    middle = np.radians(np.median(y)) if geographic else 0.0
    ax.set_aspect(1.0 / max(float(np.cos(middle)), 0.01))


def _demand(ax: Any, solution: Solution, xy: Floats, weights: Floats) -> None:
    largest = weights.max(initial=0.0)
    sizes = 4.0 + 56.0 * weights / largest if largest > 0 else np.full(len(weights), 10.0)
    served = solution._core.assignment >= 0
    for which, colour, label in ((~served, _UNSERVED, "not served"), (served, _SERVED, "served")):
        if which.any():
            ax.scatter(
                xy[which, 0],
                xy[which, 1],
                s=sizes[which],
                c=colour,
                alpha=0.6,
                linewidths=0,
                label=f"demand point, {label} ({int(which.sum()):,})",
                zorder=2,
            )


def _lines(ax: Any, solution: Solution, demand: Floats, sites: Floats) -> None:
    collections = need("matplotlib.collections", "plot", "plot")
    origin, target, _ = solution._served()
    segments = np.stack([demand[origin], sites[target]], axis=1)
    ax.add_collection(
        collections.LineCollection(segments, colors=_SERVED, linewidths=0.4, alpha=0.5, zorder=1)
    )


def _sites(ax: Any, solution: Solution, xy: Floats, existing: Any) -> None:
    opened = np.zeros(len(xy), dtype=bool)
    opened[solution._core.sites] = True
    exists = np.zeros(len(xy), dtype=bool)
    exists[existing] = True
    for which, marker, size, colour, label in (
        (~opened & ~exists, "s", 12, _OTHER, "candidate site, not chosen"),
        (exists & ~opened, "X", 70, _OTHER, "existing site, closed"),
        (exists & opened, "D", 60, _EXISTING, "existing site"),
        (opened & ~exists, "*", 190, _OPEN, "chosen site"),
    ):
        if which.any():
            ax.scatter(
                xy[which, 0],
                xy[which, 1],
                s=size,
                c=colour,
                marker=marker,
                edgecolors="white",
                linewidths=0.6,
                label=f"{label} ({int(which.sum()):,})",
                zorder=5 if marker in "*D" else 3,
            )


def _title(solution: Solution) -> str:
    parts = [solution.model]
    if solution.model in ("max-cover", "set-cover"):
        parts.append(f"{solution.covered_share:.1%} covered")
    else:
        parts.append(f"objective {solution.objective:,.6g}")
    if solution.status == "optimal":
        parts.append("proven optimal")
    else:
        parts.append("no bound" if solution.gap is None else f"gap {solution.gap:.2%}")
    return ", ".join(parts)


def _fonts(text: str) -> list[str]:
    manager = need("matplotlib.font_manager", "plot", "plot").fontManager
    if text.isascii():
        return ["sans-serif"]
    installed = {font.name for font in manager.ttflist}
    return [*[name for name in _CJK if name in installed][:1], "sans-serif"]
