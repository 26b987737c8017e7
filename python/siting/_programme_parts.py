"""The arguments of a programme, looked at before its layers are read: services, words, travel matrices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from siting._columns import Columns
from siting._ids import Ids
from siting._numbers import Floats
from siting._programme_layers import ENLARGEMENT
from siting.errors import InputError
from siting.service import _UNITS, Service, each, limit_unit, text
from siting.standards import Standard
from siting.travel import TravelMatrix

#: The words of `columns`, beside the groups.
WORDS = {
    "people",
    "households",
    "area",
    "kind",
    "tenure",
    "rent",
    "conversion_cost",
    "slots",
    "floor",
    "service",
    "places",
    "facility_area",
    "running_cost",
    "income",
    "moving_cost",
    "closing_cost",
    *(f"enlarge_{name}" for name in ENLARGEMENT),
}


def read_services(services: Any, unit: str | None) -> list[Service]:
    """The services; of a standard with limits in the unit of the travel matrices."""
    if isinstance(services, Standard):
        if unit is None:
            raise InputError(
                'unit is missing: no travel matrix tells the unit of the limits; give unit="m" or unit="min"',
                "unit",
            )
        return services.services(unit=limit_unit(unit))
    if isinstance(services, (Service, str)) or not isinstance(services, Iterable):
        raise InputError(
            f"services is {services!r}: a list of siting.Service, or a standard, is expected",
            "services",
        )
    return [each(f"services[{at}]", service, Service) for at, service in enumerate(services)]


def read_mapping(
    columns: Mapping[str, str] | None, groups: set[str], district: Any, community: Any, setting: Any
) -> dict[str, str]:
    """Which column holds what: from the word to the name in the table."""
    mapping = dict(columns or {})
    for word, name in mapping.items():
        if word not in WORDS | groups:
            raise InputError(
                f"columns has {word!r}, which is no word of this programme; they are "
                f"{', '.join(map(repr, sorted(WORDS | groups)))}",
                "columns",
            )
        text(f"columns[{word!r}]", name)
    for word, name in (("district", district), ("community", community), ("setting", setting)):
        if name is not None:
            mapping[word] = text(word, name)
    return mapping


def need_travel(travel: Any, travel_to_spaces: Any, spaces: Any, existing: Any) -> str | None:
    """Matrices and layers must come together; the unit that they share, where one is known."""
    if travel is None and existing is not None:
        raise InputError(
            "travel is missing: existing facilities need the travel matrix from the homes to them",
            "travel",
        )
    units: dict[str, str] = {}
    for argument, matrix, layer, table in (
        ("travel", travel, "existing", existing),
        ("travel_to_spaces", travel_to_spaces, "spaces", spaces),
    ):
        if matrix is None:
            continue
        each(argument, matrix, TravelMatrix)
        if table is None:
            raise InputError(
                f"{argument} is given without {layer}: give the rows that are its sites", layer
            )
        if matrix.unit is not None:
            units[argument] = matrix.unit
    if len({_UNITS.get(unit, unit) for unit in units.values()}) > 1:
        raise InputError(
            f"travel is in {units['travel']}, but travel_to_spaces in {units['travel_to_spaces']}: "
            "build both in the unit of the limits",
            "travel_to_spaces",
        )
    return next(iter(units.values()), None)


def check_travel(
    argument: str, travel: TravelMatrix | None, homes: Ids, sites: Columns | None
) -> None:
    """The demand points of a matrix are the homes, its sites the rows of a layer, both in order."""
    if travel is None or sites is None:
        return
    for ours, theirs, layer, what in (
        (homes, travel._demand.ids, "homes", "demand points"),
        (sites.ids, travel._sites.ids, sites.argument, "sites"),
    ):
        if ours != theirs:
            raise InputError(
                f"the {what} of {argument} are not the rows of {layer}: it has {len(theirs)} ({theirs.sample()}) "
                f"where {layer} has {len(ours)} ({ours.sample()}); build the matrix from {layer}, in its order",
                argument,
            )


def read_districts(
    names: list[str], uninhabited: Sequence[str], layers: list[Columns]
) -> list[str]:
    """All districts: those of the homes, and those where nobody lives; no other may occur in a layer."""
    if isinstance(uninhabited, str) or not isinstance(uninhabited, Iterable):
        raise InputError(
            f"uninhabited is {uninhabited!r}: a list of names of districts is expected",
            "uninhabited",
        )
    known = dict.fromkeys(names)
    for at, name in enumerate(uninhabited):
        if text(f"uninhabited[{at}]", name) in known:
            raise InputError(
                f"uninhabited[{at}] is {name!r}, which is given already or has homes: name each district without homes once",
                "uninhabited",
                at,
            )
        known[name] = None
    for layer in layers:
        for at, name in enumerate(layer.texts("district")):
            if name not in known:
                raise InputError(
                    f"{layer.argument}[{at}] (id {layer.ids[at]!r}).district is {name!r}, where no home lies: the "
                    f"districts are {_some(known)}; if nobody lives there, say uninhabited=[{name!r}]",
                    layer.argument,
                    at,
                )
    return list(known)


def _some(names: Iterable[str], most: int = 8) -> str:
    listed = [repr(name) for name in names]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def read_survey(
    survey: Mapping[str, str] | None, services: list[str], homes: Columns
) -> list[tuple[str, Floats]]:
    """What residents were asked: the weight of the need at each home, by service."""
    if survey is not None and not isinstance(survey, Mapping):
        raise InputError(
            f'survey is {survey!r}: give the column of homes by service, {{"childcare": "w_childcare"}}',
            "survey",
        )
    found = []
    for service, column in (survey or {}).items():
        if service not in services:
            raise InputError(
                f"survey has {service!r}: the services are {', '.join(map(repr, services))}",
                "survey",
            )
        found.append(
            (
                service,
                homes.column(text(f"survey[{service!r}]", column), f"the survey of {service!r}"),
            )
        )
    return found
