"""What a plan of services in spaces is."""

from __future__ import annotations

import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from siting import _siting
from siting._columns import Columns
from siting._ids import Ids
from siting._optional import need
from siting.errors import InputError
from siting.plan import tables
from siting.service import each

if TYPE_CHECKING:
    from siting.audit import Audit
    from siting.plan.explanation import Explanation
    from siting.plan.what_if import WhatIf
    from siting.programme import Programme


def start_of(start: object, programme: Programme) -> _siting.ServicePlan | None:
    """The plan that a solve starts from, which must be one of the same services, spaces and facilities."""
    if start is None:
        return None
    plan: ServicePlan = each("warm_start", start, ServicePlan)
    ours, theirs = programme, plan._programme
    for what, same in (
        ("services", ours._names == theirs._names),
        ("spaces", _ids(ours._spaces) == _ids(theirs._spaces)),
        ("facilities", _ids(ours._existing) == _ids(theirs._existing)),
    ):
        if not same:
            raise InputError(
                f"warm_start is a plan over other {what} than those of this programme", "warm_start"
            )
    return plan._core


def _ids(layer: Columns | None) -> Ids | None:
    return None if layer is None else layer.ids


class ServicePlan:
    """Which services go into which spaces, checked, with a bound on how much better any other plan could be.

    Made by `Programme.solve`. Money is in the unit of the programme's, a year where it is yearly.

    Examples:
        >>> import pandas, siting
        >>> homes = pandas.DataFrame({"people": [100, 200]}, index=["a", "b"])
        >>> halls = pandas.DataFrame({"kind": ["hall"], "area_m2": [150.0]}, index=["old mill"])
        >>> small = siting.Module("small", area=120, places=25, capital_cost=80_000)
        >>> minutes = pandas.DataFrame({"old mill": [3.0, 12.0]}, index=["a", "b"])
        >>> programme = siting.Programme(
        ...     homes,
        ...     halls,
        ...     [siting.Service("canteen", needs={"people": 0.1}, limit=15, modules=[small])],
        ...     travel_to_spaces=siting.TravelMatrix.from_dense(minutes, unit="min"),
        ... )
        >>> plan = programme.solve(budget=100_000)
        >>> plan.fitout[["space", "service", "module", "places", "served"]].values.tolist()
        [['old mill', 'canteen', 'small', 25.0, 25.0]]
        >>> plan.status, plan.objective, plan.bound, plan.gap
        ('optimal', 25.0, 25.0, 0.0)
        >>> plan.coverage[["need", "in_reach_before", "in_reach_after", "met"]].values.tolist()
        [[30.0, 0.0, 30.0, 25.0]]
        >>> plan.spaces[["services", "capital"]].values.tolist(), float(plan.served["need"].sum())
        ([[1.0, 80000.0]], 25.0)
        >>> print(plan.summary())
        Most need met, capital of at most 100,000.
        1 of 1 space is used: canteen in 1.
        canteen: 25 of 30 people in need (83.3 %) are served. In reach of a facility: 0 before, 30 after.
        It costs 80,000 once (fit-out 80,000) and 0 a year.
        The plan is proven optimal (... s).
    """

    def __init__(self, core: _siting.ServicePlan, programme: Programme) -> None:
        """Not called by users: see `Programme.solve`."""
        self._core, self._programme = core, programme

    @cached_property
    def _document(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._core.document())
        return found

    @property
    def rules(self) -> dict[str, Any]:
        """The rules it obeys, as plain values; spaces by position."""
        return dict(self._document["rules"])

    @property
    def method(self) -> str:
        """How it was solved: "auto", "mip" or "heuristic"."""
        return str(self._document["method"])

    @property
    def backend(self) -> str | None:
        """The solver that proofs were asked of, where one was."""
        backend: str | None = self._document["backend"]
        return backend

    @property
    def status(self) -> str:
        """Whether the plan is proven "optimal", or "feasible" only."""
        return str(self._document["status"])

    @property
    def limit(self) -> str | None:
        """What stopped the search: "time", "gap", "interrupt", "memory", or `None`."""
        limit: str | None = self._document["limit"]
        return limit

    @property
    def sense(self) -> str:
        """Whether the objective was to "maximize" or to "minimize"."""
        return self._core.sense

    @property
    def objective(self) -> float:
        """Its objective: weighted need that is met, weighted walks, weighted envy, money, or a share."""
        return float(self._document["objective"])

    @property
    def bound(self) -> float | None:
        """No plan can be better than this; `None` when nothing was proven."""
        bound: float | None = self._document["bound"]
        return bound

    @property
    def gap(self) -> float | None:
        """|bound - objective| / |objective|; `None` without a bound, or when the objective is 0."""
        gap: float | None = self._document["gap"]
        return gap

    @property
    def seconds(self) -> float:
        """Wall-clock seconds of the whole solve."""
        return float(self._document["seconds"])

    @property
    def nodes(self) -> int:
        """Branch-and-bound nodes of the solver."""
        return int(self._document["nodes"])

    @cached_property
    def fitout(self) -> Any:
        """One row for each service in a space; a GeoDataFrame where the spaces have geometry.

        `space`, `service`, `module` (its name; missing for a facility that moves in), `moved` (id of that
        facility), `slots` (names with ";" between; missing where the programme has none), `area` in m², `places`
        summed over slots, `served` (people in need who go there), `capital_cost` (fit-out or moving),
        `running_cost` and `income` a year, summed over slots and without those of facilities that move, which
        the plan does not change. `conversion_cost` and `rent` of a space stand in its first row, so that each
        column adds up to that of `money`.
        """
        return tables.fitout(self, self._programme)

    @cached_property
    def spaces(self) -> Any:
        """One row for each space that is used: `kind`, `area`, `district`, `services` (how many), `complex`.

        Further `capital`, `yearly` (rent and running cost less income) and `balance` (income less cost of all that
        stands there, moved facilities included; the space breaks even from 0 on). `complex` is missing where no
        rule of complexes was given.
        """
        return tables.spaces(self, self._programme)

    @cached_property
    def facilities(self) -> Any:
        """What becomes of each facility of today: `service`, `change`, `to`, `places` and `served`.

        `change` is "kept", "enlarged", "moved" or "closed", `to` the space into which it moves, `places` those of
        the plan where it stands, `served` the people in need who go there.
        """
        return tables.facilities(self, self._programme)

    @cached_property
    def served(self) -> Any:
        """Who is served where: `service`, `home`, `space` or `facility`, `share` of the need, and `need` in people."""
        return tables.served(self, self._programme)

    @cached_property
    def homes(self) -> Any:
        """For each home the share of its need that is met, a column for each service, and `met` for all of them.

        Shares are NaN where nothing is needed.
        """
        return tables.homes(self, self._programme)

    @property
    def coverage(self) -> Any:
        """One row for each service, before and after; see `by_district` for the columns."""
        whole = self._coverage[self._coverage["district"].isna()]
        return whole.drop(columns="district").set_index("service")

    @property
    def by_district(self) -> Any:
        """One row for each service and district: people in need, in reach before and after, met; places and m².

        People count where they live, facilities where they stand. Who is in reach lives within the limit of a
        facility, whether there are places enough or not; need is met where the plan sends people. `met_elsewhere`
        is met by hosts of other districts, `met_for_others` is that of other districts met here. Figures that need
        places or areas that are unknown are NaN.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(4)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=1500)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[2:4]
            >>> plan = siting.Programme(
            ...     town.homes, town.spaces, services, travel_to_spaces=walks, district="district"
            ... ).solve(budget=800_000)
            >>> plan.by_district["share_met"].round(2)
            service            district
            community canteen  District 1    0.85
                               District 2    0.00
                               District 3    0.00
            after-school care  District 1    0.74
                               District 2    0.00
                               District 3    0.00
            Name: share_met, dtype: float64
        """
        rows = self._coverage[self._coverage["district"].notna()]
        return rows.set_index(["service", "district"])

    @cached_property
    def money(self) -> Any:
        """A Series of what the plan costs.

        `capital` once, of it `conversion`, `fit_out`, `enlarging`, `moving` and `closing`; `yearly` subsidy:
        `rent` + `running` - `income` - `saved` (what closed facilities cost today).

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(4)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=1500)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[2:4]
            >>> plan = siting.Programme(
            ...     town.homes, town.spaces, services, travel_to_spaces=walks
            ... ).solve(budget=800_000)
            >>> plan.money[["capital", "conversion", "fit_out", "yearly"]].tolist()
            [731300.0, 411300.0, 320000.0, 464700.0]
        """
        pandas = need("pandas", "money", "geo")
        return pandas.Series(
            {name: value for name, value in self._money.items() if name != "spaces"},
            name="money",
            dtype=float,
        )

    def explain(
        self,
        space: Any,
        *,
        time_limit: float | None = None,
        backend: str = "highs",
        threads: int | None = None,
        memory_limit: int | None = None,
    ) -> Explanation:
        """What a space is to the plan: whom it serves, what is lost without it, what would replace it best.

        Every other decision stands; only who goes where is chosen anew.

        Args:
            space: Id of a space that the plan uses.
            time_limit: Seconds; `None`: no limit.
            backend: "highs", or "microlp" in pure Rust.
            threads: Number of threads; `None`: all cores.
            memory_limit: Bytes that the solver's model may take.

        Raises:
            InputError: The plan does not use the space, or an option is wrong.
            NoSolutionError: A limit was reached before the loss was known.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(4)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=1500)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[2:4]
            >>> plan = siting.Programme(
            ...     town.homes, town.spaces, services, travel_to_spaces=walks
            ... ).solve(budget=800_000)
            >>> told = plan.explain("S2")
            >>> told.replacement_space, round(told.lost, 1)
            ('S8', 30.0)
            >>> print(told.summary())
            after-school care in S2 serves 30 people in need; without it 30 fewer are served.
            If it falls through, the objective goes from 120.6 to 90.59; 188,400 of capital and 126,700 a year are not spent.
            Its best replacement is S8 (after-school care): then the objective is 117.9.
        """
        from siting.plan.explanation import explain

        options = {
            "time_limit": time_limit,
            "backend": backend,
            "threads": threads,
            "memory_limit": memory_limit,
        }
        return explain(self, space, options)

    def what_if(self, *, without: Any = (), with_: Any = (), **options: Any) -> WhatIf:
        """The plan under its rules with some spaces left out and others required, solved anew from this one.

        Args:
            without: Ids of spaces that must host nothing, or a mask of True and False.
            with_: Ids of spaces that must host something, or a mask.
            **options: `time_limit`, `gap`, `method`, `backend`, `threads`, `seed`, `progress` and `memory_limit` of
                `Programme.solve`.

        Raises:
            InputError: A space is unknown or in both lists, contradicts the rules of the plan, or an option is wrong.
            InfeasibleError: No plan obeys every rule then.
            NoSolutionError: A limit was reached before any plan was found.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(4)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=1500)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[2:4]
            >>> plan = siting.Programme(
            ...     town.homes, town.spaces, services, travel_to_spaces=walks
            ... ).solve(budget=800_000)
            >>> other = plan.what_if(without=["S2"])
            >>> print(other.summary())
            S8 is new; S2 is used no longer.
            The objective goes from 120.6 to 117.9.
            Capital goes from 731,300 to 791,200.
            The yearly subsidy goes from 464,700 to 398,000.
            after-school care: 57.3 people in need are served, 60 before.
        """
        from siting.plan.what_if import what_if

        return what_if(self, without, with_, options)

    def audit(self, **options: Any) -> Audit:
        """The audit of the town once the plan is carried out.

        Args:
            **options: Those of `Programme.audit`.

        Raises:
            InputError: An option out of range.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(4)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=1500)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[2:4]
            >>> plan = siting.Programme(
            ...     town.homes, town.spaces, services, travel_to_spaces=walks
            ... ).solve(budget=800_000)
            >>> plan.audit().services["share_in_reach"].round(2).to_dict()
            {'community canteen': 0.47, 'after-school care': 0.6}
        """
        return self._programme._audit(
            self._programme._core.fitted(self._core), tables.after(self, self._programme), options
        )

    def summary(self) -> str:
        """Plain sentences: what was asked, what goes where, who is served, what it costs, how good it is."""
        from siting.plan.summary import summary

        return summary(self)

    def to_geodataframe(
        self, *, layer: Literal["fitout", "spaces", "facilities", "homes"] = "fitout"
    ) -> Any:
        """One of the tables with the geometry of its input.

        Args:
            layer: "fitout", "spaces", "facilities" or "homes".

        Raises:
            InputError: The layer of the input has no geometry, or there is no such layer.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(4)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=1500)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[2:4]
            >>> plan = siting.Programme(
            ...     town.homes, town.spaces, services, travel_to_spaces=walks
            ... ).solve(budget=800_000)
            >>> plan.to_geodataframe()[["space", "service", "served"]].round(1).values.tolist()
            [['S2', 'after-school care', 30.0], ['S4', 'community canteen', 60.6], ['S4', 'after-school care', 30.0]]
            >>> plan.to_geodataframe(layer="homes").shape
            (114, 4)
        """
        return tables.geo(self, self._programme, layer)

    def plot(self, *, service: str | None = None, ax: Any = None, title: str | None = None) -> Any:
        """Draws the spaces by number of services, and the homes by the share of their need that is met.

        Args:
            service: Name of a service, to draw this one alone; all of them by default.
            ax: Matplotlib axes to draw on; new ones when not given.
            title: Title; a sentence by default, "" for none.

        Returns:
            The axes.

        Raises:
            InputError: There is no such service, or homes or spaces have no geometry.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(4)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=1500)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[2:4]
            >>> plan = siting.Programme(
            ...     town.homes, town.spaces, services, travel_to_spaces=walks
            ... ).solve(budget=800_000)
            >>> ax = plan.plot(service="community canteen")
            >>> ax.get_title()
            '46.8 % of need for community canteen met, 1 space used'
        """
        from siting.plan.plot import draw

        return draw(self, service, ax, title)

    def to_json(self) -> str:
        """The plan as JSON text; services, spaces, facilities and homes stand there by position.

        `from_json` has an example.
        """
        return self._core.to_json()

    def to_dict(self) -> dict[str, Any]:
        """The content of `to_json` as plain Python values."""
        content: dict[str, Any] = json.loads(self.to_json())
        return content

    @classmethod
    def from_json(cls, text: str, *, programme: Programme) -> ServicePlan:
        """Reads what `to_json` wrote.

        Args:
            text: The JSON text.
            programme: The programme that it is a plan of; the plan is checked against it.

        Raises:
            InputError: The text is not a plan.
            UnverifiedError: The plan does not agree with the programme.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(4)
            >>> walks = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=1500)
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")[2:4]
            >>> programme = siting.Programme(town.homes, town.spaces, services, travel_to_spaces=walks)
            >>> plan = programme.solve(budget=800_000)
            >>> siting.ServicePlan.from_json(plan.to_json(), programme=programme) == plan
            True
        """
        if not isinstance(text, str):
            raise InputError(
                f"text is a {type(text).__name__}: the text that to_json gave is expected", "text"
            )
        plan = cls(_siting.ServicePlan.from_json(text), programme)
        programme.check(plan)
        return plan

    @cached_property
    def _money(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._programme._core.money(self._core))
        return found

    @cached_property
    def _coverage(self) -> Any:
        pandas = need("pandas", "coverage", "geo")
        rows = pandas.DataFrame(json.loads(self._programme._core.coverage(self._core)))
        figures = rows.columns.difference(["service", "district"])
        return rows.astype(dict.fromkeys(figures, float))

    def __getstate__(self) -> dict[str, Any]:
        return {"_core": self._core, "_programme": self._programme}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ServicePlan):
            return NotImplemented
        return self._core == other._core

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        gap = "no bound" if self.gap is None else f"gap {self.gap:.2%}"
        stopped = f", stopped by {self.limit}" if self.limit else ""
        return (
            f"ServicePlan({self.status}, objective {self.objective:,.10g}, {gap}{stopped}, "
            f"{len(self._document['fitouts'])} fit-outs, {self.seconds:.2f} s)"
        )

    def _repr_html_(self) -> str:
        from siting.plan.summary import html

        return html(self)
