"""The embedded-service programme: who needs what, which spaces are idle, what is there today."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from siting import _siting
from siting._audit_options import audit_options, naming_options
from siting._columns import Columns
from siting._optional import need
from siting._programme_layers import areas, check_same_crs, read_facilities, read_rural, read_spaces
from siting._programme_naming import naming_parts
from siting._programme_parts import (
    check_travel,
    need_travel,
    read_districts,
    read_mapping,
    read_services,
    read_survey,
)
from siting._solving import run
from siting.audit import Audit
from siting.errors import InputError
from siting.plan.rules import Complexes, Cost, Envy, EnvyLimit, Quota, document
from siting.plan.service_plan import ServicePlan, start_of
from siting.progress import ProgressCallback
from siting.service import Pair, Service, Slot, each
from siting.standards import Standard
from siting.travel import TravelMatrix


class Programme:
    """Services, the people who need them, the spaces that may host them, and the facilities of today.

    Args:
        homes: Demand points, a GeoDataFrame or DataFrame indexed by id, with the columns `people`, one for
            each group that a service names (`age_0_3`, part of the people), and `households` where a standard
            asks for m².
        spaces: Idle spaces, likewise: `kind`, `area_m2`, and where they exist `tenure` (owned, rented,
            allotted or exchanged; owned when there is no such column), `rent_per_year` and
            `conversion_cost` (0), `floor` (0), `slots` (names separated by ";"; all).
        services: A list of `siting.Service`, or a standard.
        travel: `siting.TravelMatrix` from the homes to the existing facilities, those of all services in one;
            its unit is that of the services' limits.
        existing: Facilities of today, likewise: `service`, and where known `places`, `area_m2`,
            `running_cost` and `income` a year (0). What a plan may do to each: enlarge it, where
            `enlarge_places` and `enlarge_area_m2` are given (what that adds, likewise
            `enlarge_capital_cost`, `enlarge_running_cost`, `enlarge_income`), move it, where `moving_cost`
            is, close it, where `closing_cost` is. An empty cell means that it may not.
        travel_to_spaces: `siting.TravelMatrix` from the homes to the idle spaces; only plans need it.
        district: Name of the column with the district, in homes, spaces and existing.
        uninhabited: Names of districts without homes, in which spaces or facilities stand.
        community: Name of the column of homes with the community.
        setting: Name of the column of homes with "urban" or "rural"; all are urban without.
        survey: What residents were asked: from a service to the column of homes with the weight of its
            need, as in `{"childcare": "w_childcare"}`. Plans weigh by it; services without count 1.
        columns: Where your columns have other names: from the word to the name, as in
            `{"people": "POP", "age_0_3": "kids", "area": "m2"}`. The words are people, households, the groups,
            kind, area, tenure, rent, conversion_cost, floor, slots, service, places, facility_area,
            running_cost, income, enlarge_places, enlarge_area, enlarge_capital_cost, enlarge_running_cost,
            enlarge_income, moving_cost, closing_cost.
        slots: The parts of the day, a list of `siting.Slot`.
        pairs: Services that belong together or apart, a list of `siting.Pair`.
        unit: "m" or "min", for a standard where no travel matrix knows its unit.

    Raises:
        InputError: A column is missing or holds what it should not; ids are given twice; names that are not
            known; negative areas, rates, limits; more people in a group than there are; a travel matrix over other homes or facilities, or one that
            ends before a service's limit.

    Examples:
        >>> import siting
        >>> town = siting.synthetic_town(24)
        >>> travel = siting.TravelMatrix.from_points(town.homes, town.facilities, cutoff=2000)
        >>> programme = siting.Programme(
        ...     town.homes,
        ...     town.spaces,
        ...     siting.standards.load("ningbo-2025"),
        ...     travel=travel,
        ...     existing=town.facilities,
        ...     district="district",
        ...     community="community_name",
        ... )
        >>> programme
        Programme(homes=686, spaces=69, facilities=18, services=7)
    """

    def __init__(
        self,
        homes: Any,
        spaces: Any,
        services: Iterable[Service] | Standard,
        *,
        travel: TravelMatrix | None = None,
        existing: Any = None,
        travel_to_spaces: TravelMatrix | None = None,
        district: str | None = None,
        uninhabited: Sequence[str] = (),
        community: str | None = None,
        setting: str | None = None,
        survey: Mapping[str, str] | None = None,
        columns: Mapping[str, str] | None = None,
        slots: Sequence[Slot] = (),
        pairs: Sequence[Pair] = (),
        unit: str | None = None,
    ) -> None:
        need("pandas", "a programme", "geo")
        known = need_travel(travel, travel_to_spaces, spaces, existing)
        self.services = read_services(services, known if unit is None else unit)
        documents = [service._document(at) for at, service in enumerate(self.services)]
        groups = {
            each["group"]: document["name"] for document in documents for each in document["needs"]
        }
        groups.pop("people", None)
        mapping = read_mapping(columns, set(groups), district, community, setting)

        self._homes = Columns("homes", homes, mapping)
        wanted = {"people": "all people"}
        wanted.update({group: f"needed by {service!r}" for group, service in groups.items()})
        if any(document["target"]["area_per_100_households"] is not None for document in documents):
            wanted["households"] = "a standard asks for m² per 100 households"
        wanted.update(areas(district=district, community=community, setting=setting))
        self._homes.require(wanted)
        people = self._homes.numbers("people")
        parts: dict[str, Any] = {"services": documents, "districts": [], "communities": []}
        of: dict[str, Any] = {}
        for word, listed in (("district", "districts"), ("community", "communities")):
            if word in mapping:
                parts[listed], of[f"{word}_of"] = self._homes.areas(word)

        self._spaces = None if spaces is None else Columns("spaces", spaces, mapping)
        parts["spaces"] = read_spaces(self._spaces, district) if self._spaces is not None else []
        self._existing = None if existing is None else Columns("existing", existing, mapping)
        parts["facilities"] = (
            read_facilities(self._existing, district) if self._existing is not None else []
        )
        parts["slots"] = [
            each(f"slots[{at}]", slot, Slot)._document(at) for at, slot in enumerate(slots)
        ]
        parts["pairs"] = [
            each(f"pairs[{at}]", pair, Pair)._document(at) for at, pair in enumerate(pairs)
        ]
        layers = [layer for layer in (self._spaces, self._existing) if layer is not None]
        for layer in layers:
            check_same_crs(self._homes, layer)
        if district is not None:
            parts["districts"] = read_districts(parts["districts"], uninhabited, layers)
        elif uninhabited:
            raise InputError(
                "uninhabited names districts, but district does not say in which column they are",
                "uninhabited",
            )
        check_travel("travel", travel, self._homes.ids, self._existing)
        check_travel("travel_to_spaces", travel_to_spaces, self._homes.ids, self._spaces)
        self.travel, self.travel_to_spaces = travel, travel_to_spaces
        self._unit = known
        self._slots: list[str] = [slot["name"] for slot in parts["slots"]]
        self._names: list[str] = [document["name"] for document in documents]
        with naming_parts(self._homes, list(groups), self._names, self._spaces, self._existing):
            self._core = _siting.Programme(
                json.dumps(parts, allow_nan=False),
                people,
                groups=[(group, self._homes.numbers(group)) for group in groups],
                households=self._homes.numbers("households")
                if self._homes.has("households")
                else None,
                rural=read_rural(self._homes) if setting is not None else None,
                surveys=read_survey(survey, self._names, self._homes),
                travel=None if travel is None else travel._core,
                travel_to_spaces=None if travel_to_spaces is None else travel_to_spaces._core,
                **of,
            )

    def audit(
        self,
        *,
        catchment: str | Sequence[tuple[float, float]] = "two-step",
        community_share: float = 0.5,
        worst: int = 10,
        score: Mapping[str, float] | None = None,
        service_weights: Mapping[str, float] | None = None,
    ) -> Audit:
        """Measures who lacks what today, before anything is built.

        Args:
            catchment: How accessibility (places per person in need) falls with the walk: "two-step" (2SFCA),
                "enhanced" (E2SFCA with three bands), "gaussian"; or the bands of the enhanced form, pairs of
                end (as a share of the limit) and weight.
            community_share: A community is in reach when at least this share of its people in need are.
            worst: How many of the worst-served homes to name for each service.
            score: Weights of a community's score, by default
                `{"reach": 0.5, "places": 0.3, "walk": 0.2}`.
            service_weights: Weights of services in the score by name, 1 for those not named.

        Raises:
            InputError: An option out of range, an unknown service.

        Examples:
            >>> import pandas, siting
            >>> homes = pandas.DataFrame({"people": [100, 200, 50], "elders": [40, 60, 10]}, index=list("abc"))
            >>> canteens = pandas.DataFrame({"service": ["canteen"], "places": [50]}, index=["old mill"])
            >>> minutes = pandas.DataFrame({"old mill": [3.0, 12.0, 40.0]}, index=list("abc"))
            >>> programme = siting.Programme(
            ...     homes,
            ...     None,
            ...     [siting.Service("canteen", needs={"elders": 1}, limit=15)],
            ...     travel=siting.TravelMatrix.from_dense(minutes, unit="min"),
            ...     existing=canteens,
            ... )
            >>> audit = programme.audit()
            >>> audit.services.loc["canteen", ["need", "in_reach", "places_lacking"]].tolist()
            [110.0, 100.0, 60.0]
        """
        options = {
            "catchment": catchment,
            "community_share": community_share,
            "worst": worst,
            "score": score,
            "service_weights": service_weights,
        }
        return self._audit(self._core, self._existing, options)

    def solve(
        self,
        *,
        objective: str | Envy | Cost = "cover",
        budget: float | None = None,
        subsidy: float | None = None,
        break_even: bool = False,
        most_spaces: int | None = None,
        required: Any = (),
        forbidden: Any = (),
        complexes: Complexes | None = None,
        quotas: Sequence[Quota] = (),
        least_met: float | None = None,
        least_met_by_service: Mapping[str, float] | None = None,
        least_met_by_district: float | None = None,
        most_walking: float | None = None,
        most_envy: EnvyLimit | None = None,
        service_weights: Mapping[str, float] | None = None,
        time_limit: float | None = None,
        gap: float = 0.0,
        method: str = "auto",
        backend: str = "highs",
        threads: int | None = None,
        seed: int = 0,
        progress: bool | ProgressCallback = False,
        warm_start: ServicePlan | None = None,
        memory_limit: int | None = None,
    ) -> ServicePlan:
        """Chooses which services go into which spaces, at what size and when.

        Beside these rules, a plan obeys those of the services (kinds of space, floors, slots, minimum use), of the
        spaces (area in every slot), of the pairs, and of the facilities of today (what may become of each). Shares
        are of weighted need: people in need times survey times `service_weights`.

        Ctrl-C stops the search and returns the best plan so far with `limit` "interrupt".

        Args:
            objective: What the plan is to be good at: "cover" (most need met), "walking" (least walking, need that
                is not met counted at its limit), `siting.Envy(threshold=...)` (least squares of walks beyond it),
                `siting.Cost(years=...)` (least money), "worst-district" (the least share met in any district).
            budget: Capital at most: conversion, fit-out, enlarging, moving and closing.
            subsidy: Yearly subsidy at most: rent and running cost less income of all that the plan adds, less what
                closing saves. May be negative.
            break_even: Whether each space must earn its rent and running cost.
            most_spaces: Spaces used at most.
            required: Ids of spaces that must host something, or a mask of True and False.
            forbidden: Ids of spaces that must host nothing, or a mask.
            complexes: How many services share a space, a `siting.Complexes`; no such rule by default.
            quotas: What must be there in each district, a list of `siting.Quota`.
            least_met: The share of all need that must be met at least.
            least_met_by_service: The share of a service's need, by its name.
            least_met_by_district: The share of need in every district that has any.
            most_walking: Mean walk at most, need that is not met counted at its limit.
            most_envy: Mean envy at most, a `siting.EnvyLimit`.
            service_weights: Weights of services in all shares and means by name, 1 for those not named.
            time_limit: Seconds for the whole solve, model building included; `None`: no limit.
            gap: Relative gap at which the search may stop: 0 asks for the proven optimum, 0.01 for a plan within
                1 % of it.
            method: "auto" lets the library choose, "mip" is the plain formulation on the backend, "heuristic" only
                a good plan fast, without a bound.
            backend: "highs", or "microlp" in pure Rust.
            threads: Number of threads; `None`: all cores. The answer does not depend on it.
            seed: Seed of everything random.
            progress: True shows a bar (needs tqdm); a function receives a `Progress` now and then. An exception
                that it raises stops the solve and is raised.
            warm_start: A plan over the same services, spaces and facilities to start from; it need not obey
                the rules.
            memory_limit: Bytes that the solver's model may take; a larger one is not built, and the plan is that
                of the heuristic with `limit` "memory".

        Returns:
            A checked plan with its bound.

        Raises:
            InfeasibleError: No plan obeys every rule.
            NoSolutionError: A limit was reached before any plan was found, or the heuristic found none.
            InputError: A rule or an option is wrong; there is no travel matrix to the spaces; a module
                is larger than every space; no space is of a kind that suits a service which is nowhere today.
            KeyboardInterrupt: Ctrl-C before any plan was found.

        Examples:
            >>> import siting
            >>> town = siting.synthetic_town(4)
            >>> walks = [
            ...     siting.TravelMatrix.from_points(town.homes, sites, cutoff=1500)
            ...     for sites in (town.facilities, town.spaces)
            ... ]
            >>> programme = siting.Programme(
            ...     town.homes,
            ...     town.spaces,
            ...     siting.standards.load("ningbo-2025"),
            ...     existing=town.facilities,
            ...     travel=walks[0],
            ...     travel_to_spaces=walks[1],
            ... )
            >>> plan = programme.solve(budget=500_000, gap=0.01)
            >>> bool(plan.money["capital"] <= 500_000)
            True
            >>> programme.check(plan)
        """
        rules = self._rules(
            objective=objective,
            budget=budget,
            subsidy=subsidy,
            break_even=break_even,
            most_spaces=most_spaces,
            required=required,
            forbidden=forbidden,
            complexes=complexes,
            quotas=quotas,
            least_met=least_met,
            least_met_by_service=least_met_by_service,
            least_met_by_district=least_met_by_district,
            most_walking=most_walking,
            most_envy=most_envy,
            service_weights=service_weights,
        )
        start = start_of(warm_start, self)
        core = run(
            lambda options, callback: self._core.solve(rules, options, start, callback),
            "plan",
            time_limit=time_limit,
            gap=gap,
            method=method,
            backend=backend,
            threads=threads,
            seed=seed,
            memory_limit=memory_limit,
            progress=progress,
        )
        return ServicePlan(core, self)

    def write_mps(
        self,
        path: str | os.PathLike[str],
        *,
        objective: str | Envy | Cost = "cover",
        budget: float | None = None,
        subsidy: float | None = None,
        break_even: bool = False,
        most_spaces: int | None = None,
        required: Any = (),
        forbidden: Any = (),
        complexes: Complexes | None = None,
        quotas: Sequence[Quota] = (),
        least_met: float | None = None,
        least_met_by_service: Mapping[str, float] | None = None,
        least_met_by_district: float | None = None,
        most_walking: float | None = None,
        most_envy: EnvyLimit | None = None,
        service_weights: Mapping[str, float] | None = None,
    ) -> None:
        """Writes the whole programme as a mixed-integer programme that other solvers read.

        The file minimises, and the constant of the objective is in it: the optimum that a solver reads off is
        `plan.objective` for objectives that are to shrink (walking, envy, cost), and `-plan.objective` for those that
        are to grow (cover, worst-district). Every figure is in the unit in which it was given, with 15 digits.

        Columns say what they decide: `use.3`, `fit.3.canteen.small`, `open.3.canteen.small.evening`,
        `facility.0.enlarged`, `serve.canteen.12.space.3` (the share of the need of home 12, and of those that reach the
        same places, that is met in space 3). Spaces, facilities and homes go by their positions in their layers, from 0;
        of the names of services, modules and slots, letters and digits of ASCII remain, or `~` and the position.

        Args:
            path: Where to write; `.mps` (free MPS, which every solver reads) or `.lp` (LP). A file there is replaced.
            objective: As for `solve`, and so are the other rules.
            budget: As for `solve`.
            subsidy: As for `solve`.
            break_even: As for `solve`.
            most_spaces: As for `solve`.
            required: As for `solve`.
            forbidden: As for `solve`.
            complexes: As for `solve`.
            quotas: As for `solve`.
            least_met: As for `solve`.
            least_met_by_service: As for `solve`.
            least_met_by_district: As for `solve`.
            most_walking: As for `solve`.
            most_envy: As for `solve`.
            service_weights: As for `solve`.

        Raises:
            InfeasibleError: Some rule plainly cannot be kept. That rules cannot be kept together is left for the
                solver to find.
            InputError: A rule is wrong; there is no travel matrix to the spaces; a module is larger than every
                space, or no space of a kind that suits a service; the path has another ending, or cannot be written.

        Examples:
            >>> import pathlib, tempfile
            >>> import pandas, siting
            >>> homes = pandas.DataFrame({"people": [100, 200]}, index=["a", "b"])
            >>> halls = pandas.DataFrame({"kind": ["hall"], "area_m2": [150]}, index=["mill"])
            >>> walks = pandas.DataFrame({"mill": [3.0, 8.0]}, index=homes.index)
            >>> small = siting.Module("small", area=135, places=40, capital_cost=240_000)
            >>> programme = siting.Programme(
            ...     homes,
            ...     halls,
            ...     [siting.Service("canteen", needs={"people": 0.2}, limit=10, modules=[small])],
            ...     travel_to_spaces=siting.TravelMatrix.from_dense(walks, unit="min"),
            ... )
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     path = pathlib.Path(folder, "canteens.mps")
            ...     programme.write_mps(path, budget=300_000)
            ...     rows = [line.split() for line in path.read_text().splitlines() if "budget" in line]
            >>> rows
            [['L', 'budget'], ['fit.0.canteen.small', 'budget', '240000'], ['RHS_V', 'budget', '300000']]
        """
        rules = self._rules(
            objective=objective,
            budget=budget,
            subsidy=subsidy,
            break_even=break_even,
            most_spaces=most_spaces,
            required=required,
            forbidden=forbidden,
            complexes=complexes,
            quotas=quotas,
            least_met=least_met,
            least_met_by_service=least_met_by_service,
            least_met_by_district=least_met_by_district,
            most_walking=most_walking,
            most_envy=most_envy,
            service_weights=service_weights,
        )
        self._core.write_mps(rules, os.fspath(path))

    def check(self, plan: ServicePlan) -> None:
        """Recomputes a plan from the data of this programme, as is done before any is returned; `solve` has an example.

        Args:
            plan: A plan that was stored, edited or made elsewhere.

        Raises:
            UnverifiedError: With the first rule or figure that does not hold.
            InputError: It is no plan.
        """
        self._core.check(each("plan", plan, ServicePlan)._core)

    def _rules(self, **rules: Any) -> str:
        """The rules of a plan as the core's document."""
        if self._spaces is not None and self.travel_to_spaces is None:
            raise InputError(
                "travel_to_spaces is missing: a plan needs the travel matrix from the homes to the spaces; "
                "give it to Programme",
                "travel_to_spaces",
            )
        spaces = None if self._spaces is None else self._spaces.ids
        return json.dumps(document(spaces, **rules), allow_nan=False)

    def _audit(
        self, core: _siting.Programme, existing: Columns | None, options: Mapping[str, Any]
    ) -> Audit:
        """An audit of this programme, or of what becomes of it."""
        document = json.dumps(audit_options(**options))
        with naming_options():
            found = core.audit(document)
        return Audit(found, self._homes, existing, self._unit)

    def __repr__(self) -> str:
        """Its sizes."""
        sizes = [
            ("homes", len(self._homes)),
            ("spaces", 0 if self._spaces is None else len(self._spaces)),
            ("facilities", 0 if self._existing is None else len(self._existing)),
            ("services", len(self.services)),
        ]
        return f"Programme({', '.join(f'{name}={size}' for name, size in sizes)})"
