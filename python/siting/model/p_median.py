"""The p-median: the least total walking with p sites."""

from __future__ import annotations

from typing import Any, ClassVar

from siting.model.base import Model, need_travel, need_weights, rules, serving
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
