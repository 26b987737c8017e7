"""What all models have in common: solve, evaluate, check."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from siting import _siting
from siting._chunks import merge, read_sites
from siting._naming import naming
from siting._numbers import Floats, flag, for_each, is_number, number, whole
from siting._rules import site_positions, site_rules
from siting._solving import name, run
from siting.errors import InputError
from siting.progress import ProgressCallback
from siting.solution import Solution, assigned
from siting.travel import TravelMatrix


@dataclass(frozen=True)
class Plan:
    """What a set of open sites is worth, each demand point being served by its nearest open site.

    Attributes:
        objective: Objective of the model.
        sites: Ids of the open sites, in input order.
        assignment: The site that serves each demand point: a Series, or a dict without pandas.

    Examples:
        >>> import siting
        >>> travel = siting.TravelMatrix.from_points([[0, 0], [9, 0]], [[1, 0], [8, 0]], cutoff=5)
        >>> plan = siting.MaxCover(travel, weights=[30, 10], p=1).evaluate([1])
        >>> plan.objective, plan.sites
        (10.0, [1])
    """

    objective: float
    sites: list[Any]
    assignment: Any


class Model:
    """A siting model over a travel matrix; the data are checked when it is made."""

    name: ClassVar[str]

    def __init__(self, travel: TravelMatrix, **data: Any) -> None:
        self._travel = travel
        self._data = {argument: value for argument, value in data.items() if value is not None}
        self._build()

    @classmethod
    def _over_cells(
        cls,
        points: Any,
        sites: Any,
        *,
        weights: Any,
        within: Any,
        weightless: bool,
        backup: Any,
        rules: dict[str, Any],
        **data: Any,
    ) -> Self:
        """The model over points merged by the sites in their reach; `data` are arguments of this model alone."""
        within, layer = number("within", within), read_sites(sites)
        data |= {"backup": whole("backup", backup)} | site_rules(layer, **rules)
        model = cls.__new__(cls)
        # Wrong rules are told over one point, before all the others are read.
        first = layer.points[:1] if layer.frame is None else layer.frame.iloc[:1]
        for some, own in ((first, None), (points, weights)):
            travel, sums, n_points = merge(some, layer, own, within, weightless=weightless)
            merged = {"points": n_points, "within": within}
            Model.__init__(model, travel, weights=sums, merged=merged, **data)
        return model

    def _build(self) -> None:
        demand, sites = self._travel._demand.ids, self._travel._sites.ids
        constructor: Callable[..., _siting.Model] = getattr(
            _siting.Model, self.name.replace("-", "_")
        )
        arguments = dict(self._data)
        if "merged" in arguments:
            arguments["merged"] = True
        if isinstance(arguments.get("within"), np.ndarray):
            arguments["within_each"] = arguments.pop("within")
        with naming(
            weights=demand,
            demands=demand,
            within=demand,
            site_costs=sites,
            capacities=sites,
            min_use=sites,
        ):
            self._core = constructor(self._travel._core, **arguments)

    def __getstate__(self) -> dict[str, Any]:
        return {"travel": self._travel, "data": self._data}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self._travel, self._data = state["travel"], state["data"]
        self._build()

    @property
    def travel(self) -> TravelMatrix:
        """The travel matrix of the model."""
        return self._travel

    @property
    def weights(self) -> Floats:
        """The weight of each demand point, in input order; 1 each where the model has none."""
        weights: Floats | None = self._data.get("weights")
        return np.ones(self._travel.shape[0]) if weights is None else weights.copy()

    def solve(
        self,
        *,
        time_limit: float | None = None,
        gap: float = 0.0,
        method: str = "auto",
        backend: str = "highs",
        threads: int | None = None,
        seed: int = 0,
        progress: bool | ProgressCallback = False,
        warm_start: Solution | Iterable[Any] | None = None,
        memory_limit: int | None = None,
    ) -> Solution:
        """Solves the model.

        Ctrl-C stops the search and returns the best plan so far with `limit` "interrupt".

        Args:
            time_limit: Seconds for the whole solve, model building included; `None`: no limit.
            gap: Relative gap at which the search may stop: 0 asks for the proven optimum, 0.01 for a
                plan within 1 % of it.
            method: "auto" lets the library choose, "mip" is the plain formulation on the backend,
                "heuristic" only a good plan fast, without a bound.
            backend: "highs", or "microlp" in pure Rust.
            threads: Number of threads; `None`: all cores. The answer does not depend on it.
            seed: Seed of everything random.
            progress: True shows a bar (needs tqdm); a function receives a `Progress` now and then.
                An exception that it raises stops the solve and is raised.
            warm_start: A solution, or ids of sites, to start from; it need not obey the rules.
            memory_limit: Bytes that the solver's model may take; a larger one is not built, and the
                plan is that of the heuristic with `limit` "memory".

        Returns:
            A checked plan with its bound.

        Raises:
            InfeasibleError: No plan obeys every rule; it says why, and what would do.
            NoSolutionError: A limit was reached before any plan was found, or the heuristic found none.
            InputError: An option is wrong.
            KeyboardInterrupt: Ctrl-C before any plan was found.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(24)
            >>> travel = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=800)
            >>> model = siting.MaxCover(travel, weights="age_60_plus", p=3)
            >>> first = model.solve(method="heuristic")
            >>> best = model.solve(warm_start=first, time_limit=60)
            >>> first.bound, best.status, best.objective >= first.objective
            (None, 'optimal', True)
        """
        start = self._warm(warm_start)
        core = run(
            lambda options, callback: self._core.solve(options, start, callback),
            self.name,
            time_limit=time_limit,
            gap=gap,
            method=method,
            backend=backend,
            threads=threads,
            seed=seed,
            memory_limit=memory_limit,
            progress=progress,
        )
        return Solution(core, self._travel._demand.ids, self._travel._sites.ids, self)

    def evaluate(self, sites: Iterable[Any]) -> Plan:
        """What a set of open sites is worth, existing ones included; the rules on sites are not asked.

        Args:
            sites: Ids of all open sites, or a mask of True and False.

        Raises:
            InputError: Unknown sites; demand points left unserved where all must be served;
                capacities, with which the nearest site need not be the one that serves.

        Examples:
            >>> import siting
            >>> travel = siting.TravelMatrix.from_points([[0, 0], [9, 0]], [[1, 0], [8, 0]])
            >>> model = siting.PMedian(travel, weights=[30, 10], p=1)
            >>> [model.evaluate([site]).objective for site in travel.site_ids]
            [110.0, 250.0]
        """
        if sites is None:
            raise InputError(
                "sites is None: give a list of the ids of all open sites, or a mask of True and False; "
                "[] evaluates no site at all",
                "sites",
            )
        objective, opened, assignment = self._core.evaluate(self._positions("sites", sites))
        demand_ids, site_ids = self._travel._demand.ids, self._travel._sites.ids
        return Plan(objective, site_ids.take(opened), assigned(demand_ids, site_ids, assignment))

    def check(self, solution: Solution) -> None:
        """Recomputes a solution from the data of this model, as is done before any is returned.

        Args:
            solution: A solution that was stored, edited or made elsewhere.

        Raises:
            UnverifiedError: With the first rule or figure that does not hold.
            InputError: The solution is of another model or other ids.

        Examples:
            >>> import siting
            >>> travel = siting.TravelMatrix.from_points([[0, 0]], [[1, 0], [9, 0]], cutoff=5)
            >>> model = siting.MaxCover(travel, weights=[30], p=1)
            >>> text = model.solve().to_json().replace('"objective":30.0', '"objective":31.0')
            >>> try:
            ...     model.check(siting.Solution.from_json(text))
            ... except siting.UnverifiedError:
            ...     print("refused")
            refused
        """
        if not isinstance(solution, Solution):
            raise InputError(
                f"solution is a {type(solution).__name__}: a Solution is expected", "solution"
            )
        self._same_ids("solution", solution)
        if solution.model != self.name:
            raise InputError(f"solution is one of {solution.model}, not of {self.name}", "solution")
        self._core.check(solution._core)

    def _warm(self, start: Solution | Iterable[Any] | None) -> NDArray[np.uint32] | None:
        if start is None:
            return None
        if isinstance(start, Solution):
            self._same_ids("warm_start", start)
            return start._core.sites
        return self._positions("warm_start", start)

    def _positions(self, argument: str, sites: Any) -> NDArray[np.uint32]:
        return site_positions(argument, sites, self._travel._sites.ids)

    def _same_ids(self, argument: str, solution: Solution) -> None:
        for ids, others, what in (
            (self._travel._demand.ids, solution._demand_ids, "demand points"),
            (self._travel._sites.ids, solution._site_ids, "sites"),
        ):
            if not ids.same_names(others):
                raise InputError(
                    f"{argument} is a solution over other {what} than those of this model", argument
                )

    def __repr__(self) -> str:
        from siting.summary import asked, demand_of

        rows, columns = self._travel.shape
        demand = demand_of(self, rows) if "merged" in self._data else f"{rows:,} demand points"
        return f"{type(self).__name__}({demand} x {columns:,} sites{asked(self, ', ')})"


def need_travel(travel: object) -> TravelMatrix:
    """Refuses anything but a travel matrix."""
    if not isinstance(travel, TravelMatrix):
        raise InputError(
            f"travel is a {type(travel).__name__}: a TravelMatrix is expected, for instance "
            "TravelMatrix.from_points(demand, sites, cutoff=1000)",
            "travel",
        )
    return travel


def need_weights(travel: TravelMatrix, weights: Any) -> Floats:
    """The weights of a model that cannot do without."""
    numbers = for_each("weights", weights, travel._demand, "demand point")
    if numbers is None:
        raise InputError("weights is None: give the people at each demand point, or 1", "weights")
    return numbers


def rules(travel: TravelMatrix, **given: Any) -> dict[str, Any]:
    """The rules on sites, as the core takes them."""
    return site_rules(travel._sites, **given)


def covering(travel: TravelMatrix, within: Any, backup: object) -> dict[str, Any]:
    """The radius and the number of sites that must reach a demand point."""
    plain = within is None or is_number(within)
    return {
        "within": within if plain else for_each("within", within, travel._demand, "demand point"),
        "backup": whole("backup", backup),
    }


def serving(
    travel: TravelMatrix,
    *,
    capacities: Any,
    demands: Any,
    single_source: object,
    assignment: object,
    min_use: Any = None,
) -> dict[str, Any]:
    """Capacities and who decides about them."""
    return {
        "capacities": for_each("capacities", capacities, travel._sites, "site"),
        "demands": for_each("demands", demands, travel._demand, "demand point"),
        "min_use": for_each("min_use", min_use, travel._sites, "site"),
        "single_source": flag("single_source", single_source),
        "assignment": name("assignment", assignment),
    }
