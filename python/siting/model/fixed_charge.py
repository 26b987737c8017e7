"""Fixed charge: the least sum of opening and walking costs; the number of sites follows."""

from __future__ import annotations

from typing import Any, ClassVar

from siting.errors import InputError
from siting.model.base import Model, need_travel, need_weights, rules, serving
from siting.travel import TravelMatrix


class FixedCharge(Model):
    """Minimises opening plus walking costs.

    The uncapacitated facility location problem of Balinski (1965); with `capacities` the capacitated one.
    Opening costs and weight times travel cost must be in the same unit (money).

    Examples:
        >>> import siting
        >>> travel = siting.TravelMatrix.from_dense([[0, 9], [9, 0]])
        >>> siting.FixedCharge(travel, weights=1, site_costs=[20, 10]).solve().objective
        19.0
        >>> siting.FixedCharge(travel, weights=1, site_costs=[8, 8]).solve().objective
        16.0
    """

    name: ClassVar[str] = "fixed-charge"

    def __init__(
        self,
        travel: TravelMatrix,
        *,
        weights: Any,
        site_costs: Any,
        p: int | None = None,
        budget: float | None = None,
        required: Any = None,
        forbidden: Any = None,
        existing: Any = None,
        closing_costs: Any = None,
        capacities: Any = None,
        demands: Any = None,
        min_use: Any = None,
        single_source: bool = False,
        assignment: str = "system",
    ) -> None:
        """Takes and checks the data.

        Args:
            travel: Costs from demand points to sites.
            weights: People at each demand point: a number for all, an array in order, a Series or dict
                aligned by id, or the name of a column of the demand GeoDataFrame.
            site_costs: Cost of opening each site: a number for all, or aligned by site id.
            p: Number of sites to open besides the existing ones.
            budget: Most money that opening (and closing) sites may cost.
            required: Sites that must open: ids, or a mask of True and False. They count towards `p` and
                the budget.
            forbidden: Sites that must not open, likewise.
            existing: Sites open today, likewise; they serve free of charge and do not count towards `p`.
            closing_costs: Lets existing sites close: a dict or Series from site id to cost, negative where
                closing frees money, or one number for all; those not named must stay.
            capacities: What each site can serve, in the unit of the demands: a number for all, or
                aligned by site id.
            demands: What each demand point takes up of a capacity; its weight by default.
            min_use: What each open site must serve at least.
            single_source: Whether each demand point must be served by one site alone.
            assignment: "system": the planner decides who is served where; "closest": residents go to
                the nearest open site, or are not served.

        Raises:
            InputError: Wrong data: the message names the argument, the position and id, and the way out.
        """
        travel = need_travel(travel)
        if site_costs is None:
            raise InputError("site_costs is None: give the cost of opening each site", "site_costs")
        super().__init__(
            travel,
            weights=need_weights(travel, weights),
            **rules(
                travel,
                site_costs=site_costs,
                p=p,
                budget=budget,
                required=required,
                forbidden=forbidden,
                existing=existing,
                closing_costs=closing_costs,
            ),
            **serving(
                travel,
                capacities=capacities,
                demands=demands,
                min_use=min_use,
                single_source=single_source,
                assignment=assignment,
            ),
        )
