"""Set covering: the cheapest sites that reach everyone, or a share of everyone."""

from __future__ import annotations

from typing import Any, ClassVar

from siting._numbers import for_each, number
from siting.model.base import Model, covering, need_travel, rules, serving
from siting.travel import TravelMatrix


class SetCover(Model):
    """Covers everyone, or a share of the weight, at the least cost.

    The location set covering problem of Toregas et al. (1971); with a `share`, the partial set covering
    problem of Daskin and Owen (1999).

    Examples:
        >>> import siting
        >>> homes, rooms = [[0, 0], [90, 0], [500, 0]], [[10, 0], [50, 0], [480, 0]]
        >>> travel = siting.TravelMatrix.from_points(homes, rooms, cutoff=100)
        >>> siting.SetCover(travel, site_costs=[1, 3, 1]).solve().sites
        [0, 2]
    """

    name: ClassVar[str] = "set-cover"

    def __init__(
        self,
        travel: TravelMatrix,
        *,
        weights: Any = None,
        share: float | None = None,
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
            weights: People at each demand point, 1 each by default: a number for all, an array in order, a
                Series or dict aligned by id, or the name of a column of the demand GeoDataFrame.
            share: Share of the weight to cover, between 0 and 1; by default every demand point.
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
            weights=for_each("weights", weights, travel._demand, "demand point"),
            share=None if share is None else number("share", share),
            **covering(travel, within, backup),
            **rules(
                travel,
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
        share: float | None = None,
        backup: int = 1,
        site_costs: Any = None,
        required: Any = None,
        forbidden: Any = None,
        existing: Any = None,
        closing_costs: Any = None,
    ) -> SetCover:
        """A model straight from points in the plane: the pairs of points and sites are never stored.

        Points with the same sites in reach become one cell while they are read, as in
        `MaxCover.from_points`, which says what that means. Without a share the points of weight 0 must be
        covered too. Where points are in reach of too few sites the error tells their weight, for single
        points are not kept.

        Args:
            points: Points as an array of shape (n, 2), a GeoDataFrame or GeoSeries; or, for more than
                fit into memory, an iterable of chunks, each such an array or a tuple (points, weights).
            sites: Candidate sites: an array of shape (m, 2), a GeoDataFrame or GeoSeries, in the same CRS.
            weights: People at each point, 1 each by default, as for `MaxCover.from_points`. Chunks bring
                weights along themselves.
            within: Radius of covering, included, in the unit of the coordinates.
            share: Share of the weight to cover, between 0 and 1; by default every point.
            backup: How many open sites must reach a covered point.
            site_costs: Cost of opening each site, as for `SetCover`, and so are `required`, `forbidden`,
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
            >>> chunks = (numpy.random.default_rng(k).uniform(0, 90, (10_000, 1)) for k in range(9))
            >>> streets = (numpy.hstack([x, 0 * x]) for x in chunks)
            >>> model = siting.SetCover.from_points(streets, rooms, within=40)
            >>> model
            SetCover(90,000 points in 4 cells x 3 sites, within 40)
            >>> model.solve().sites
            [0, 1]
        """
        return cls._over_cells(
            points,
            sites,
            weights=weights,
            within=within,
            weightless=True,
            backup=backup,
            rules={
                "site_costs": site_costs,
                "required": required,
                "forbidden": forbidden,
                "existing": existing,
                "closing_costs": closing_costs,
            },
            share=None if share is None else number("share", share),
        )
