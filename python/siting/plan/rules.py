"""What a plan is to be good at and which rules it obeys, as the core's document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from siting._ids import Ids
from siting._numbers import flag, whole
from siting._rules import Positions, refuse_overlap, site_positions
from siting.errors import InputError
from siting.service import each, finite, text, texts

_PLAIN = ("cover", "walking", "worst-district")
_LEAST = {
    "places_per_1000_people": "places-per1000-people",
    "area_per_100_households": "area-per100-households",
    "facilities": "facilities",
}


@dataclass(frozen=True)
class Envy:
    """The objective of least envy: squares of walks beyond one that nobody minds.

    Espejo and others, European Journal of Operational Research 196, 2009.

    Attributes:
        threshold: A walk that nobody minds, in the unit of the travel matrix.

    Examples:
        >>> import siting
        >>> siting.Envy(threshold=300)
        Envy(threshold=300)
    """

    threshold: float = field(kw_only=True)


@dataclass(frozen=True)
class Cost:
    """The objective of least money: capital plus so many years of subsidy.

    Attributes:
        years: Years of running cost, rent and income; 0 counts the capital alone.

    Examples:
        >>> import siting
        >>> siting.Cost(years=10)
        Cost(years=10)
    """

    years: float = field(kw_only=True)


@dataclass(frozen=True)
class EnvyLimit:
    """A limit on the mean envy.

    Attributes:
        threshold: A walk that nobody minds, in the unit of the travel matrix.
        most: The mean at most, in the square of that unit.

    Examples:
        >>> import siting
        >>> siting.EnvyLimit(threshold=300, most=40_000)
        EnvyLimit(threshold=300, most=40000)
    """

    threshold: float = field(kw_only=True)
    most: float = field(kw_only=True)


@dataclass(frozen=True)
class Quota:
    """How much of a service a district must have, facilities of today included; give one of the three amounts.

    Facilities and spaces count in the district where they stand; those of unknown places or area count nothing.

    Attributes:
        service: Name of the service.
        district: Name of the district; each district where none is named.
        places_per_1000_people: Places per 1,000 people of the district, summed over slots.
        area_per_100_households: m² of the service's rooms per 100 households of the district.
        facilities: Number of facilities.

    Examples:
        >>> import siting
        >>> binding = siting.Quota("childcare", places_per_1000_people=4.55)
        >>> old_town = siting.Quota("community canteen", district="Old town", facilities=2)
    """

    service: str
    district: str | None = field(default=None, kw_only=True)
    places_per_1000_people: float | None = field(default=None, kw_only=True)
    area_per_100_households: float | None = field(default=None, kw_only=True)
    facilities: int | None = field(default=None, kw_only=True)

    def _document(self, index: int) -> dict[str, Any]:
        place = f"quotas[{index}]"
        given = [name for name in _LEAST if getattr(self, name) is not None]
        if len(given) != 1:
            raise InputError(
                f"{place} has {' and '.join(given) or 'no amount'}: give one of {', '.join(_LEAST)}",
                "quotas",
                index,
            )
        amount, value = given[0], getattr(self, given[0])
        read = whole if amount == "facilities" else finite
        return {
            "service": text(f"{place}.service", self.service),
            "district": None if self.district is None else text(f"{place}.district", self.district),
            "least": {_LEAST[amount]: read(f"{place}.{amount}", value)},
        }


@dataclass(frozen=True)
class Complexes:
    """Large spaces together, small ones apart.

    A space of `area` or more may be a complex: at least `services` services, `core_services` of them among
    `core`. A space that is no complex hosts at most `apart` services. The defaults are those of the national
    guideline of 2023 (600 m², three services, two of the core); that a small space hosts one or two is
    Ningbo's practice.

    Attributes:
        core: Names of the core services.
        area: m² from which a space may be a complex.
        services: Services that a complex has at least.
        core_services: Core services that a complex has at least.
        apart: Services that any other space has at most.
        always: Whether a large space that is used must be a complex.
        least: Complexes that there must be at least.

    Examples:
        >>> import siting
        >>> siting.Complexes(["elderly care", "childcare", "community canteen"], least=1).area
        600.0
    """

    core: Sequence[str]
    area: float = field(default=600.0, kw_only=True)
    services: int = field(default=3, kw_only=True)
    core_services: int = field(default=2, kw_only=True)
    apart: int = field(default=2, kw_only=True)
    always: bool = field(default=False, kw_only=True)
    least: int = field(default=0, kw_only=True)

    def _document(self) -> dict[str, Any]:
        counts = ("services", "core_services", "apart", "least")
        return {
            "area": finite("complexes.area", self.area),
            "core": texts("complexes.core", self.core),
            "always": flag("complexes.always", self.always),
            **{name: _count(f"complexes.{name}", getattr(self, name)) for name in counts},
        }


def objective(value: object) -> Any:
    """What a plan is to be good at, by name or with its parameter."""
    if isinstance(value, Envy):
        return {"envy": {"threshold": finite("objective.threshold", value.threshold)}}
    if isinstance(value, Cost):
        return {"cost": {"years": finite("objective.years", value.years)}}
    if isinstance(value, str) and value in _PLAIN:
        return value
    raise InputError(
        f"objective is {value!r}: 'cover', 'walking', 'worst-district', siting.Envy(threshold=...) or "
        "siting.Cost(years=...) is expected",
        "objective",
    )


def document(
    spaces: Ids | None,
    *,
    budget: Any,
    subsidy: Any,
    break_even: Any,
    most_spaces: Any,
    required: Any,
    forbidden: Any,
    complexes: Any,
    quotas: Any,
    least_met: Any,
    least_met_by_service: Any,
    least_met_by_district: Any,
    most_walking: Any,
    most_envy: Any,
    service_weights: Any,
    **aim: Any,
) -> dict[str, Any]:
    """The rules of a plan as the core reads them; spaces by position."""
    if isinstance(quotas, (Quota, str)) or not isinstance(quotas, Iterable):
        raise InputError(f"quotas is {quotas!r}: a list of siting.Quota is expected", "quotas")
    named = {"required": required, "forbidden": forbidden}
    lists = {argument: _positions(argument, value, spaces) for argument, value in named.items()}
    if spaces is not None:
        refuse_overlap(lists, spaces, "space")
    if complexes is not None:
        complexes = each("complexes", complexes, Complexes)._document()
    if most_envy is not None:
        limit = each("most_envy", most_envy, EnvyLimit)
        most_envy = {
            name: finite(f"most_envy.{name}", getattr(limit, name))
            for name in ("threshold", "most")
        }
    return {
        "objective": objective(aim["objective"]),
        "service_weights": _by_service("service_weights", service_weights),
        "budget": _figure("budget", budget),
        "subsidy": _figure("subsidy", subsidy),
        "break_even": flag("break_even", break_even),
        "most_spaces": None if most_spaces is None else whole("most_spaces", most_spaces),
        **{argument: positions.tolist() for argument, positions in lists.items()},
        "complexes": complexes,
        "quotas": [
            each(f"quotas[{at}]", quota, Quota)._document(at) for at, quota in enumerate(quotas)
        ],
        "least_met": _figure("least_met", least_met),
        "least_met_by_service": _by_service("least_met_by_service", least_met_by_service),
        "least_met_by_district": _figure("least_met_by_district", least_met_by_district),
        "most_walking": _figure("most_walking", most_walking),
        "most_envy": most_envy,
    }


def _figure(argument: str, value: object) -> float | None:
    return None if value is None else finite(argument, value)


def _count(argument: str, value: object) -> int:
    """A whole number that the core can hold."""
    plain = whole(argument, value)
    if plain >= 2**32:
        raise InputError(f"{argument} is {plain}: a number below 2**32 is expected", argument)
    return plain


def _by_service(argument: str, values: object) -> list[tuple[str, float]]:
    if values is None:
        return []
    if not isinstance(values, Mapping):
        raise InputError(
            f'{argument} is {values!r}: give the number of each service by its name, {{"childcare": 0.8}}',
            argument,
        )
    return [
        (text(argument, name), finite(f"{argument}[{name!r}]", value))
        for name, value in values.items()
    ]


def _positions(argument: str, value: Any, spaces: Ids | None) -> Positions:
    if spaces is not None:
        return site_positions(argument, value, spaces, "space")
    if value is None or (isinstance(value, Sequence) and not value):
        return np.empty(0, dtype=np.uint32)
    raise InputError(f"{argument} is given, but the programme has no spaces", argument)
