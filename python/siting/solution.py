"""What a solve gives back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from siting import _siting
from siting._ids import Ids
from siting._optional import have
from siting.errors import InputError

if TYPE_CHECKING:
    from siting.model.base import Model


class Solution:
    """A checked plan with a bound on how much better any other could be.

    Examples:
        >>> import siting
        >>> homes, rooms = [[0, 0], [9, 0]], [[1, 0]]
        >>> travel = siting.TravelMatrix.from_points(homes, rooms, cutoff=5)
        >>> solution = siting.MaxCover(travel, weights=[30, 10], p=1).solve()
        >>> solution.sites, solution.covered_share, solution.gap
        ([0], 0.75, 0.0)
        >>> solution.objective, solution.bound, solution.covered_weight, solution.total_weight
        (30.0, 30.0, 30.0, 40.0)
        >>> solution.mean_cost, solution.max_cost, solution.limit
        (1.0, 1.0, None)
        >>> print(solution.summary())
        Maximal covering of 2 demand points by 1 candidate site: p = 1, within 5.
        1 site is open: 0. It reaches 30 of a weight of 40 (75.0 %), at a mean cost of 1 and 1 at most.
        The plan is proven optimal (... s).
        1 demand point with a weight of 10 is not served (1): no site at all is in its reach.
    """

    def __init__(
        self, core: _siting.Solution, demand: Ids, sites: Ids, model: Model | None = None
    ) -> None:
        self._core, self._demand_ids, self._site_ids, self._model = core, demand, sites, model

    @property
    def model(self) -> str:
        """Name of the model: "max-cover", ..."""
        return self._core.model

    @property
    def method(self) -> str:
        """How it was solved: "auto", "mip" or "heuristic"."""
        return self._core.method

    @property
    def backend(self) -> str | None:
        """The solver, where one was used."""
        return self._core.backend

    @property
    def status(self) -> str:
        """Whether the plan is proven "optimal", or "feasible" only."""
        return self._core.status

    @property
    def limit(self) -> str | None:
        """What stopped the search: "time", "gap", "interrupt", "memory", or `None`."""
        return self._core.limit

    @property
    def objective(self) -> float:
        """Objective of the plan."""
        return self._core.objective

    @property
    def bound(self) -> float | None:
        """No plan can be better than this; `None` when nothing was proven."""
        return self._core.bound

    @property
    def gap(self) -> float | None:
        """|bound - objective| / |objective|; `None` without a bound."""
        return self._core.gap

    @property
    def seconds(self) -> float:
        """Wall-clock seconds of the whole solve."""
        return self._core.seconds

    @property
    def nodes(self) -> int:
        """Branch-and-bound nodes of the solver."""
        return self._core.nodes

    @property
    def sites(self) -> list[Any]:
        """Ids of the open sites, existing ones included, in input order."""
        return self._site_ids.take(self._core.sites)

    @property
    def assignment(self) -> Any:
        """The site that serves each demand point, or most of it where demand is split.

        A pandas Series from demand id to site id, missing where unserved; without pandas a dict with
        `None` there.

        Examples:
            >>> import siting
            >>> homes, rooms = [[0, 0], [9, 0]], [[1, 0]]
            >>> travel = siting.TravelMatrix.from_points(homes, rooms, cutoff=5)
            >>> model = siting.MaxCover(travel, weights=[30, 10], p=1)
            >>> solution = model.solve()
            >>> solution.assignment.isna().tolist()
            [False, True]
        """
        return assigned(self._demand_ids, self._site_ids, self._core.assignment)

    @property
    def flows(self) -> Any:
        """The shares where demand is split between sites, else `None`.

        A pandas DataFrame with the columns demand, site and share; without pandas a list of tuples.

        Examples:
            >>> import siting
            >>> travel = siting.TravelMatrix.from_dense([[1.0, 3.0]])
            >>> solution = siting.PMedian(travel, weights=[10], p=2, capacities=[5, 20]).solve()
            >>> solution.flows.values.tolist()
            [[0.0, 0.0, 0.5], [0.0, 1.0, 0.5]]
        """
        if self._core.flows is None:
            return None
        demand, site, share = self._core.flows
        pandas = have("pandas")
        if pandas is None:
            return list(
                zip(
                    self._demand_ids.take(demand),
                    self._site_ids.take(site),
                    share.tolist(),
                    strict=True,
                )
            )
        columns = {
            "demand": self._demand_ids.index().take(demand.astype(np.int64)),
            "site": self._site_ids.index().take(site.astype(np.int64)),
            "share": share,
        }
        return pandas.DataFrame(columns)

    @property
    def covered_weight(self) -> float:
        """Weight of the demand points that are served."""
        return self._core.covered_weight

    @property
    def total_weight(self) -> float:
        """Weight of all demand points."""
        return self._core.total_weight

    @property
    def covered_share(self) -> float:
        """`covered_weight / total_weight`."""
        return self._core.covered_share

    @property
    def mean_cost(self) -> float | None:
        """Weighted mean cost of those served; `None` when nobody is, or where costs are not known."""
        return self._core.mean_cost

    @property
    def max_cost(self) -> float | None:
        """Largest cost of anyone served; `None` when nobody is, or where costs are not known."""
        return self._core.max_cost

    def to_json(self) -> str:
        """The solution as JSON text; ids other than whole numbers become texts. `from_json` has an example."""
        return self._core.to_json()

    def to_dict(self) -> dict[str, Any]:
        """The content of `to_json` as plain Python values; sites and assignment are positions.

        Examples:
            >>> import siting
            >>> homes, rooms = [[0, 0], [9, 0]], [[1, 0]]
            >>> travel = siting.TravelMatrix.from_points(homes, rooms, cutoff=5)
            >>> model = siting.MaxCover(travel, weights=[30, 10], p=1)
            >>> solution = model.solve()
            >>> solution.to_dict()["assignment"]
            [0, None]
        """
        content: dict[str, Any] = json.loads(self.to_json())
        return content

    @classmethod
    def from_json(cls, text: str, *, model: Model | None = None) -> Solution:
        """Reads what `to_json` wrote.

        Args:
            text: The JSON text.
            model: The model it is a solution of, for `plot`, `to_geodataframe` and the ids as they
                were; the solution is checked against it.

        Raises:
            InputError: The text is not a solution, or not one over the ids of the model.
            UnverifiedError: The solution does not agree with the data of the model.

        Examples:
            >>> import siting
            >>> homes, rooms = [[0, 0], [9, 0]], [[1, 0]]
            >>> travel = siting.TravelMatrix.from_points(homes, rooms, cutoff=5)
            >>> model = siting.MaxCover(travel, weights=[30, 10], p=1)
            >>> solution = model.solve()
            >>> text = solution.to_json()
            >>> read = siting.Solution.from_json(text, model=model)
            >>> read == solution, read.sites
            (True, [0])
        """
        if not isinstance(text, str):
            raise InputError(
                f"text is a {type(text).__name__}: the text that to_json gave is expected", "text"
            )
        core = _siting.Solution.from_json(text)
        solution = cls(core, Ids(core.demand_ids, "demand_ids"), Ids(core.site_ids, "site_ids"))
        if model is None:
            return solution
        model.check(solution)
        return cls(core, model._travel._demand.ids, model._travel._sites.ids, model)

    def to_geodataframe(self, *, layer: Literal["sites", "demand"] = "sites") -> Any:
        """The plan as a GeoDataFrame; the columns of the input are kept.

        A column of the input that has the name of one of ours gets the suffix "_input".

        Args:
            layer: "sites": the open sites, with `existing`, `served_weight`, `demand_points` and
                `mean_cost` (the first two alone where points were merged into cells); "demand": all demand points with `served`, `site`, `share` and `cost`.

        Raises:
            InputError: The travel matrix was not built from points, or the solution was read without
                its model.
            MissingDependencyError: geopandas is not installed.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(24)
            >>> travel = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=800)
            >>> solution = siting.MaxCover(travel, weights="age_60_plus", p=3).solve()
            >>> solution.to_geodataframe()[["kind", "served_weight", "demand_points"]]
                                       kind  served_weight  demand_points
            id
            S4   street-front property room         5199.0             86
            S44                 underground         4663.0             67
            S66  street-front property room         5906.0             94
            >>> int(solution.to_geodataframe(layer="demand")["served"].sum())
            247
        """
        from siting import geo

        if layer not in ("sites", "demand"):
            raise InputError(f'layer is {layer!r}: "sites" or "demand" is expected', "layer")
        return geo.open_sites(self) if layer == "sites" else geo.demand_points(self)

    def plot(
        self, ax: Any = None, *, lines: bool = False, labels: bool = False, title: str | None = None
    ) -> Any:
        """Draws the plan with matplotlib.

        Args:
            ax: Axes to draw on; new ones by default.
            lines: Whether to join each demand point to the site that serves it.
            labels: Whether to write the ids of the open sites.
            title: Title; by default the covered share and the gap.

        Returns:
            The axes.

        Raises:
            InputError: The travel matrix was not built from points, or the solution was read without
                its model.
            MissingDependencyError: matplotlib is not installed.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(24)
            >>> travel = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=800)
            >>> solution = siting.MaxCover(travel, weights="age_60_plus", p=3).solve()
            >>> ax = solution.plot(lines=True)
            >>> ax.get_title()
            'max-cover, 41.4% covered, proven optimal'
        """
        from siting import plot

        return plot.draw(self, ax, lines=lines, labels=labels, title=title)

    def summary(self) -> str:
        """Plain sentences: what was asked, what was found, how good it is, who is not served."""
        from siting.summary import summary

        return summary(self)

    def _need_model(self) -> Model:
        if self._model is None:
            raise InputError(
                "the solution was read without its model, which knows the points: use "
                "Solution.from_json(text, model=model)",
                "model",
            )
        return self._model

    def _served(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """Demand points, sites and shares of all that is served, by position."""
        if self._core.flows is not None:
            flows = self._core.flows
            return flows[0].astype(np.intp), flows[1].astype(np.intp), flows[2]
        assignment = self._core.assignment
        demand = np.flatnonzero(assignment >= 0)
        return demand, assignment[demand].astype(np.intp), np.ones(len(demand))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Solution):
            return NotImplemented
        return self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        gap = "no bound" if self.gap is None else f"gap {self.gap:.2%}"
        stopped = f", stopped by {self.limit}" if self.limit else ""
        return (
            f"Solution({self.model}, {self.status}, objective {self.objective:,.10g}, {gap}{stopped}, "
            f"{len(self._core.sites)} sites, {self.seconds:.2f} s)"
        )

    def _repr_html_(self) -> str:
        from siting.summary import html

        return html(self)


def assigned(demand: Ids, sites: Ids, positions: NDArray[np.int64]) -> Any:
    """The site of each demand point, as a Series where pandas is installed, else as a dict."""
    pandas = have("pandas")
    if pandas is None:
        found = (None if at < 0 else sites[at] for at in positions.tolist())
        return dict(zip(demand.take(range(len(demand))), found, strict=True))
    labels = sites.index()
    if labels.dtype.kind in "iu":
        # Plain integers have no missing value.
        labels = labels.astype("Int64")
    values = pandas.Series(labels).array.take(positions, allow_fill=True)
    return pandas.Series(values, index=demand.index(), name="site")
