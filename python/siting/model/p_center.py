"""The p-center: the shortest longest walk with p sites."""

from __future__ import annotations

from typing import Any, ClassVar

from siting._numbers import for_each
from siting.model.base import Model, need_travel, rules
from siting.travel import TravelMatrix


class PCenter(Model):
    """Minimises the largest (weighted) cost of any demand point to its nearest site.

    The p-center of Hakimi (1965). A demand point of weight zero asks only to be in reach of some open
    site.

    Examples:
        >>> import siting
        >>> travel = siting.TravelMatrix.from_dense([[0, 9, 4], [9, 0, 5], [8, 8, 7]])
        >>> solution = siting.PCenter(travel, p=1).solve()
        >>> solution.sites, solution.objective
        ([2], 7.0)
    """

    name: ClassVar[str] = "p-center"

    def __init__(
        self,
        travel: TravelMatrix,
        *,
        weights: Any = None,
        p: int | None = None,
        budget: float | None = None,
        site_costs: Any = None,
        required: Any = None,
        forbidden: Any = None,
        existing: Any = None,
        closing_costs: Any = None,
    ) -> None:
        """Takes and checks the data.

        Args:
            travel: Costs from demand points to sites.
            weights: Factor on the costs of each demand point, 1 each by default: a number for all, an array in order, a
                Series or dict aligned by id, or the name of a column of the demand GeoDataFrame.
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

        Raises:
            InputError: Wrong data: the message names the argument, the position and id, and the way out.
        """
        travel = need_travel(travel)
        super().__init__(
            travel,
            weights=for_each("weights", weights, travel._demand, "demand point"),
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
        )
