"""The p-median over points, without a travel matrix."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, cast

from siting import _siting
from siting._layer import Layer, check_crs, read_layer, unit_of
from siting._naming import naming
from siting._numbers import for_each
from siting._rules import site_rules
from siting._solving import name
from siting._zone import check_no_world_map
from siting.errors import InputError
from siting.model.base import Model
from siting.travel import TravelMatrix


@dataclass(frozen=True)
class Distances:
    """Stands where other models have a travel matrix: two layers, and distances measured when asked for."""

    _core: _siting.PointMedian
    _demand: Layer
    _sites: Layer
    unit: str | None
    cutoff: None = None

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of points and of sites."""
        return len(self._demand.ids), len(self._sites.ids)


class PointMedian(Model):
    """A p-median over points, made by `PMedian.from_points`: distances are measured when they are needed.

    Everything that other models have works here too: `solve`, `evaluate`, `check`, maps and tables.

    Examples:
        >>> import siting
        >>> model = siting.PMedian.from_points([[0, 0], [1, 0], [2, 0], [9, 0]], p=2)
        >>> model.solve().objective
        2.0
        >>> model.evaluate([1, 3]).objective
        2.0
    """

    name: ClassVar[str] = "p-median"

    def __init__(
        self, demand: Layer, sites: Layer | None, metric: str, rounding: str | None, **data: Any
    ) -> None:
        """Takes layers that were read; use `PMedian.from_points`."""
        self._given = demand, sites, metric, rounding
        # Where the other models ask their travel matrix for ids and pairs, this one asks itself.
        super().__init__(cast(TravelMatrix, None), **data)

    def _build(self) -> None:
        demand, sites, metric, rounding = self._given
        targets = demand if sites is None else sites
        with naming(points=demand.ids, sites=targets.ids, weights=demand.ids):
            core = _siting.PointMedian(
                demand.points,
                sites=None if sites is None else sites.points,
                metric=metric,
                rounding=rounding,
                demand_ids=demand.ids.names,
                site_ids=targets.ids.names,
                **self._data,
            )
        self._core = cast(_siting.Model, core)
        self._travel = cast(
            TravelMatrix, Distances(core, demand, targets, unit_of(demand.crs, metric))
        )

    def __getstate__(self) -> dict[str, Any]:
        return {"given": self._given, "data": self._data}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._given, self._data = state["given"], state["data"]
        self._build()

    @property
    def travel(self) -> TravelMatrix:
        """The distances, with `shape` and `unit` as a travel matrix has them; no pair is stored."""
        return self._travel


def read_points(
    points: Any,
    sites: Any,
    *,
    weights: Any,
    p: object,
    metric: str,
    rounding: str | None,
    required: Any,
    forbidden: Any,
    existing: Any,
) -> PointMedian:
    """Reads the layers and the rules of a p-median over points."""
    if not isinstance(metric, str):
        raise InputError(f"metric is {metric!r}: its name is expected", "metric")
    if rounding is not None:
        name("rounding", rounding)
    demand = read_layer("points", points)
    targets = None if sites is None else read_layer("sites", sites)
    layers = (demand, demand if targets is None else targets)
    check_crs(*layers, metric, ("points", "sites"))
    if metric != "haversine":
        check_no_world_map("points", demand.crs)
    return PointMedian(
        demand,
        targets,
        metric,
        rounding,
        weights=for_each("weights", weights, demand, "point"),
        **{
            argument: value
            for argument, value in site_rules(
                layers[1], p=p, required=required, forbidden=forbidden, existing=existing
            ).items()
            if value is not None
        },
    )
