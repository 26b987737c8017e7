"""The p-median: the least total walking with p sites."""

from __future__ import annotations

from typing import Any, ClassVar

from siting.model.base import Model, need_travel, need_weights, rules, serving
from siting.model.point_median import PointMedian, read_points
from siting.travel import TravelMatrix


class PMedian(Model):
    """Minimises the weighted walking cost with `p` sites, or within a budget.

    The p-median of Hakimi (1964) and ReVelle and Swain (1970). Everyone must be served; pairs that the
    travel matrix does not hold cannot serve.

    Examples:
        >>> import siting
        >>> travel = siting.TravelMatrix.from_dense([[0, 9, 4], [9, 0, 4], [8, 8, 0]])
        >>> solution = siting.PMedian(travel, weights=[1, 1, 5], p=1).solve()
        >>> solution.sites, solution.objective
        ([2], 8.0)
    """

    name: ClassVar[str] = "p-median"

    def __init__(
        self,
        travel: TravelMatrix,
        *,
        weights: Any,
        p: int | None = None,
        budget: float | None = None,
        site_costs: Any = None,
        required: Any = None,
        forbidden: Any = None,
        existing: Any = None,
        closing_costs: Any = None,
        capacities: Any = None,
        demands: Any = None,
        single_source: bool = False,
        assignment: str = "system",
    ) -> None:
        """Takes and checks the data.

        Args:
            travel: Costs from demand points to sites.
            weights: People at each demand point: a number for all, an array in order, a Series or dict
                aligned by id, or the name of a column of the demand GeoDataFrame.
            p: Number of sites to open besides the existing ones.
            budget: Most money that opening (and closing) sites may cost.
            site_costs: Cost of opening each site: a number for all, or aligned by site id; 1 each by
                default.
            required: Sites that must open: ids, or a mask of True and False. They count towards `p` and
                the budget.
            forbidden: Sites that must not open, likewise.
            existing: Sites open today, likewise; they serve free of charge and do not count towards `p`.
            closing_costs: Lets existing sites close: a dict or Series from site id to cost, negative where
                closing frees money, or one number for all; those not named must stay.
            capacities: What each site can serve, in the unit of the demands: a number for all, or
                aligned by site id.
            demands: What each demand point takes up of a capacity; its weight by default.
            single_source: Whether each demand point must be served by one site alone.
            assignment: "system": the planner decides who is served where; "closest": residents go to
                the nearest open site, or are not served.

        Raises:
            InputError: Wrong data: the message names the argument, the position and id, and the way out.
        """
        travel = need_travel(travel)
        super().__init__(
            travel,
            weights=need_weights(travel, weights),
            **rules(
                travel,
                p=p,
                budget=budget,
                site_costs=site_costs,
                required=required,
                forbidden=forbidden,
                existing=existing,
                closing_costs=closing_costs,
            ),
            **serving(
                travel,
                capacities=capacities,
                demands=demands,
                single_source=single_source,
                assignment=assignment,
            ),
        )

    @classmethod
    def from_points(
        cls,
        points: Any,
        sites: Any = None,
        *,
        p: int,
        weights: Any = None,
        metric: str = "euclidean",
        rounding: str | None = None,
        required: Any = None,
        forbidden: Any = None,
        existing: Any = None,
    ) -> PointMedian:
        """A p-median over points that never stores all pairs: for thousands of points and sites.

        Args:
            points: Demand points: a GeoDataFrame or GeoSeries of points, or an array of shape (n, 2).
            sites: Candidate sites, likewise, in the same CRS; the points themselves by default.
            p: Number of sites to open besides the existing ones.
            weights: People at each point: a number for all, an array in order, a Series or dict aligned
                by id, or the name of a column of the GeoDataFrame; 1 each by default.
            metric: "euclidean" or "manhattan", in the unit of the coordinates, or "haversine": metres
                on the sphere between (longitude, latitude) in degrees.
            rounding: Makes each distance a whole number before it is weighted: "floor" rounds down, as
                the p-median's literature does, "nearest" to the nearest; `None` leaves it as it is.
            required: Sites that must open: ids, or a mask of True and False. They count towards `p`.
            forbidden: Sites that must not open, likewise.
            existing: Sites open today, likewise; they do not count towards `p`.

        Raises:
            InputError: Wrong data: the message names the argument, the position and id, and the way out.

        Examples:
            >>> import siting
            >>> homes = [[0, 0], [3, 4], [3, 5], [20, 0], [21, 1]]
            >>> solution = siting.PMedian.from_points(homes, p=2, rounding="floor").solve()
            >>> solution.sites[0], solution.objective, solution.gap
            (1, 7.0, 0.0)
        """
        return read_points(
            points,
            sites,
            weights=weights,
            p=p,
            metric=metric,
            rounding=rounding,
            required=required,
            forbidden=forbidden,
            existing=existing,
        )
