"""p-dispersion: sites as far from one another as possible."""

from __future__ import annotations

from typing import Any, ClassVar

from siting.errors import InputError
from siting.model.base import Model, need_travel, rules
from siting.travel import TravelMatrix


class PDispersion(Model):
    """Opens `p` sites whose two closest are as far apart as possible.

    The p-dispersion problem of Kuby (1987). The two directions of a pair count with the smaller cost; a
    pair that is not stored is infinitely far.

    Examples:
        >>> import siting
        >>> model = siting.PDispersion.from_points([[0, 0], [1, 0], [5, 0], [9, 0]], p=3)
        >>> solution = model.solve()
        >>> solution.sites, solution.objective
        ([0, 2, 3], 4.0)
    """

    name: ClassVar[str] = "p-dispersion"

    def __init__(
        self,
        travel: TravelMatrix,
        *,
        p: int,
        budget: float | None = None,
        site_costs: Any = None,
        required: Any = None,
        forbidden: Any = None,
        existing: Any = None,
        closing_costs: Any = None,
    ) -> None:
        """Takes and checks the data.

        Args:
            travel: Costs from sites to the same sites: a square matrix with the same ids both ways.
            p: Number of sites to open besides the existing ones.
            budget: Most money that opening (and closing) sites may cost.
            site_costs: Cost of opening each site: a number for all, or aligned by site id; 1 each by
                default.
            required: Sites that must open: ids, or a mask of True and False. They count towards `p` and
                the budget.
            forbidden: Sites that must not open, likewise.
            existing: Sites open today, likewise; they do not count towards `p`.
            closing_costs: Lets existing sites close: a dict or Series from site id to cost, negative where
                closing frees money, or one number for all; those not named must stay.

        Raises:
            InputError: Wrong data: the message names the argument, the position and id, and the way out.
        """
        travel = need_travel(travel)
        rows, columns = travel.shape
        if rows == columns and travel._demand.ids != travel._sites.ids:
            raise InputError(
                "travel goes between different points, or lists them in a different order: p-dispersion needs "
                "the distances from sites to the same sites, with the same ids in the same order",
                "travel",
            )
        super().__init__(
            travel,
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

    @classmethod
    def from_points(
        cls, sites: Any, *, p: int, metric: str = "euclidean", **rules_on_sites: Any
    ) -> PDispersion:
        """A model over points, all distances between them being looked at.

        Args:
            sites: Candidate sites: a GeoDataFrame or GeoSeries of points, or an array of shape (n, 2).
            p: Number of sites to open.
            metric: "euclidean", "manhattan" or "haversine".
            **rules_on_sites: `budget`, `site_costs`, `required`, `forbidden`, `existing` and
                `closing_costs`, as for the class.

        Raises:
            InputError: As `TravelMatrix.from_points` and the class do.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(24)
            >>> solution = siting.PDispersion.from_points(town.spaces, p=3).solve()
            >>> solution.sites, round(solution.objective)
            (['S27', 'S45', 'S65'], 7187)
        """
        return cls(TravelMatrix.from_points(sites, sites, metric=metric), p=p, **rules_on_sites)
