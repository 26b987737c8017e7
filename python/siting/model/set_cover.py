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
