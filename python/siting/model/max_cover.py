"""Maximal covering: reach as much demand as possible with what can be opened."""

from __future__ import annotations

from typing import Any, ClassVar

from siting.model.base import Model, covering, need_travel, need_weights, rules, serving
from siting.travel import TravelMatrix


class MaxCover(Model):
    """Covers as much weight as possible with `p` sites, or within a budget.

    The maximal covering location problem of Church and ReVelle (1974). With `backup` k, a demand point
    counts when k open sites reach it (Hogan and ReVelle 1986); with `capacities`, sites serve no more
    than they can (Current and Storbeck 1988).

    Examples:
        >>> import siting
        >>> homes, rooms = [[0, 0], [90, 0], [500, 0]], [[50, 0], [480, 0]]
        >>> travel = siting.TravelMatrix.from_points(homes, rooms, cutoff=100)
        >>> solution = siting.MaxCover(travel, weights=[10, 20, 25], p=1).solve()
        >>> solution.sites, solution.objective, solution.status
        ([0], 30.0, 'optimal')
    """

    name: ClassVar[str] = "max-cover"

    def __init__(
        self,
        travel: TravelMatrix,
        *,
        weights: Any,
        p: int | None = None,
        budget: float | None = None,
        within: Any = None,
        backup: int = 1,
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
            within: Radius of covering, included: one number, or one for each demand point; by default
                every stored pair covers.
            backup: How many open sites must reach a demand point for it to count.
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
            **covering(travel, within, backup),
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
        sites: Any,
        *,
        weights: Any = None,
        within: float,
        p: int | None = None,
        budget: float | None = None,
        backup: int = 1,
        site_costs: Any = None,
        required: Any = None,
        forbidden: Any = None,
        existing: Any = None,
        closing_costs: Any = None,
    ) -> MaxCover:
        """A model straight from points in the plane: the pairs of points and sites are never stored.

        Points with the same sites in reach become one weighted cell while they are read. Coverage,
        objective and bound are those of the points themselves. Single points are not kept: the demand
        points of the model are the cells, numbered from 0, `assignment` names for each cell one open
        site in its reach, `mean_cost` and `max_cost` are `None`, and there is nothing to draw. Points in
        reach of no site are one cell; points of weight 0 leave no trace.

        A site is in reach when the straight-line distance is at most `within`, exactly as in
        `TravelMatrix.from_points(points, sites, cutoff=within)`. Weights that are whole numbers are
        added up without rounding; sums of others do not depend on threads, nor on where chunks end.

        Args:
            points: Points as an array of shape (n, 2), a GeoDataFrame or GeoSeries; or, for more than
                fit into memory, an iterable of chunks, each such an array or a tuple (points, weights).
            sites: Candidate sites: an array of shape (m, 2), a GeoDataFrame or GeoSeries, in the same CRS.
            weights: People at each point: a number for all, an array in order, a Series or dict aligned
                by the index of a GeoDataFrame or GeoSeries, or the name of a column of GeoDataFrames;
                1 each by default. Chunks bring weights along themselves.
            within: Radius of covering, included, in the unit of the coordinates.
            p: Number of sites to open besides the existing ones.
            budget: Most money that opening (and closing) sites may cost.
            backup: How many open sites must reach a point for it to count.
            site_costs: Cost of opening each site, as for `MaxCover`, and so are `required`, `forbidden`,
                `existing` and `closing_costs`.
            required: Sites that must open.
            forbidden: Sites that must not open.
            existing: Sites open today.
            closing_costs: Lets existing sites close.

        Raises:
            InputError: Wrong data: the message names the argument, the chunk, the position and the value.

        Examples:
            >>> import numpy, siting
            >>> rooms = [[0, 0], [50, 0], [90, 0]]
            >>> chunks = (numpy.random.default_rng(k).uniform(0, 100, (10_000, 2)) for k in range(9))
            >>> model = siting.MaxCover.from_points(chunks, rooms, within=30, p=1)
            >>> model
            MaxCover(90,000 points in 6 cells x 3 sites, p = 1, within 30)
            >>> solution = model.solve()
            >>> solution.sites, solution.status
            ([1], 'optimal')
        """
        return cls._over_cells(
            points,
            sites,
            weights=weights,
            within=within,
            weightless=False,
            backup=backup,
            rules={
                "p": p,
                "budget": budget,
                "site_costs": site_costs,
                "required": required,
                "forbidden": forbidden,
                "existing": existing,
                "closing_costs": closing_costs,
            },
        )
