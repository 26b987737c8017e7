"""The words of a programme: services, their fit-out modules, time slots, and pairs of services."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from siting._numbers import number
from siting.errors import InputError

_UNITS = {
    "m": "metres",
    "metre": "metres",
    "metres": "metres",
    "min": "minutes",
    "minute": "minutes",
    "minutes": "minutes",
}


@dataclass(frozen=True)
class Module:
    """One size in which a service can be built.

    Attributes:
        name: Its name, unique within the service.
        area: Usable area in m².
        places: Places it offers, in the unit of the service's need.
        capital_cost: Cost of fitting it out, once.
        running_cost: Running cost a year, rent left out.
        income: Income a year.

    Examples:
        >>> import siting
        >>> siting.Module("small", area=135, places=120, capital_cost=200_000).places
        120
    """

    name: str
    area: float = field(kw_only=True)
    places: float = field(kw_only=True)
    capital_cost: float = field(default=0.0, kw_only=True)
    running_cost: float = field(default=0.0, kw_only=True)
    income: float = field(default=0.0, kw_only=True)

    def _document(self, place: str) -> dict[str, Any]:
        figures = ("area", "places", "capital_cost", "running_cost", "income")
        return {
            "name": text(f"{place}.name", self.name),
            **{name: finite(f"{place}.{name}", getattr(self, name)) for name in figures},
        }


@dataclass(frozen=True)
class Service:
    """A community service: whom it serves, how far they walk, in which sizes it comes.

    The need of a demand point is the sum over the groups of rate times people.

    Attributes:
        name: Its name, unique in a programme.
        needs: Need per person by group: `{"age_0_3": 0.25}`; `"people"` stands for everybody.
        limit: The farthest that people walk, in the unit of the travel matrix.
        rural_limit: The same in the country; as in town when not given.
        modules: The sizes in which it can be built.
        kinds: Kinds of space that suit it; none given means every kind.
        floors: Lowest and highest floor that suit it, 0 being the ground floor.
        slots: Names of the slots in which it may open; none given means all.
        minimum_use: People whom each facility must serve at least.
        places_per_1000_people: What a standard asks for.
        area_per_100_households: What a standard asks for, in m².

    Examples:
        >>> import siting
        >>> childcare = siting.Service(
        ...     "childcare", needs={"age_0_3": 0.25}, limit=900, places_per_1000_people=4.55
        ... )
        >>> childcare.limit
        900
    """

    name: str
    needs: Mapping[str, float] = field(kw_only=True)
    limit: float = field(kw_only=True)
    rural_limit: float | None = field(default=None, kw_only=True)
    modules: Sequence[Module] = field(default=(), kw_only=True)
    kinds: Sequence[str] = field(default=(), kw_only=True)
    floors: tuple[int, int] | None = field(default=None, kw_only=True)
    slots: Sequence[str] = field(default=(), kw_only=True)
    minimum_use: float = field(default=0.0, kw_only=True)
    places_per_1000_people: float | None = field(default=None, kw_only=True)
    area_per_100_households: float | None = field(default=None, kw_only=True)

    @classmethod
    def _of(cls, document: dict[str, Any]) -> Service:
        limit, target = document["limit"], document["target"]
        return cls(
            document["name"],
            needs={need["group"]: need["rate"] for need in document["needs"]},
            limit=limit["urban"],
            rural_limit=limit["rural"],
            modules=tuple(Module(**module) for module in document["modules"]),
            kinds=tuple(document["kinds"]),
            floors=None if document["floors"] is None else tuple(document["floors"]),
            slots=tuple(document["slots"]),
            minimum_use=document["minimum_use"],
            places_per_1000_people=target["places_per_1000_people"],
            area_per_100_households=target["area_per_100_households"],
        )

    def _document(self, index: int) -> dict[str, Any]:
        place = f"services[{index}]"
        if not isinstance(self.needs, Mapping):
            raise InputError(
                f'{place}.needs is {self.needs!r}: give the need per person by group, {{"age_0_3": 0.25}}',
                "services",
                index,
            )
        rural = self.limit if self.rural_limit is None else self.rural_limit
        return {
            "name": text(f"{place}.name", self.name),
            "needs": [
                {
                    "group": text(f"{place}.needs", group),
                    "rate": finite(f"{place}.needs[{group!r}]", rate),
                }
                for group, rate in self.needs.items()
            ],
            "limit": {
                "urban": finite(f"{place}.limit", self.limit),
                "rural": finite(f"{place}.rural_limit", rural),
            },
            "modules": [
                each(f"{place}.modules[{at}]", module, Module)._document(f"{place}.modules[{at}]")
                for at, module in enumerate(self.modules)
            ],
            "kinds": texts(f"{place}.kinds", self.kinds),
            "floors": None if self.floors is None else _floors(f"{place}.floors", self.floors),
            "slots": texts(f"{place}.slots", self.slots),
            "minimum_use": finite(f"{place}.minimum_use", self.minimum_use),
            "target": {
                name: None
                if getattr(self, name) is None
                else finite(f"{place}.{name}", getattr(self, name))
                for name in ("places_per_1000_people", "area_per_100_households")
            },
        }


@dataclass(frozen=True)
class Slot:
    """A part of the day, in hours after midnight; slots must not overlap.

    Examples:
        >>> import siting
        >>> siting.Slot("afternoon", 15.5, 18)
        Slot(name='afternoon', start=15.5, end=18)
    """

    name: str
    start: float
    end: float

    def _document(self, index: int) -> dict[str, Any]:
        place = f"slots[{index}]"
        return {
            "name": text(f"{place}.name", self.name),
            "from": finite(f"{place}.start", self.start),
            "to": finite(f"{place}.end", self.end),
        }


@dataclass(frozen=True)
class Pair:
    """Two services that belong together in one space, or must stay apart.

    Attributes:
        first: Name of one service.
        second: Name of the other.
        apart: Whether they must not share a space.
        shared_area: Area in m² that they share when they are together.
        reward: Worth of each space that hosts both, in the unit of the objective.

    Examples:
        >>> import siting
        >>> old_and_young = siting.Pair("elderly care", "childcare", shared_area=40)
        >>> noise = siting.Pair("fitness", "childcare", apart=True)
    """

    first: str
    second: str
    apart: bool = field(default=False, kw_only=True)
    shared_area: float = field(default=0.0, kw_only=True)
    reward: float = field(default=0.0, kw_only=True)

    def _document(self, index: int) -> dict[str, Any]:
        place = f"pairs[{index}]"
        shared = finite(f"{place}.shared_area", self.shared_area)
        reward = finite(f"{place}.reward", self.reward)
        if self.apart and (shared or reward):
            raise InputError(
                f"{place} is apart and has a shared area or a reward: those who stay apart have neither",
                "pairs",
                index,
            )
        rule = "apart" if self.apart else {"together": {"shared_area": shared, "reward": reward}}
        names = [text(f"{place}.{name}", getattr(self, name)) for name in ("first", "second")]
        return {"services": names, "rule": rule}


def limit_unit(unit: object) -> str:
    """The core's name of a unit of travel."""
    name = _UNITS.get(unit) if isinstance(unit, str) else None
    if name is None:
        raise InputError(
            f'unit is {unit!r}: give "m" or "min", the unit of the travel matrix', "unit"
        )
    return name


def finite(place: str, value: object) -> float:
    """One finite number; its range is the core's business."""
    plain = number(place, value)
    if not math.isfinite(plain):
        raise InputError(f"{place} is {plain}: a finite number is expected", place)
    return plain


def text(place: str, value: object) -> str:
    """A text."""
    if not isinstance(value, str):
        raise InputError(f"{place} is {value!r}: a text is expected", place)
    return value


def texts(place: str, values: object) -> list[str]:
    """A list of texts."""
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise InputError(f"{place} is {values!r}: a list of texts is expected", place)
    return [text(f"{place}[{at}]", value) for at, value in enumerate(values)]


def each(place: str, value: Any, kind: type) -> Any:
    """An instance of a class of this module."""
    if not isinstance(value, kind):
        raise InputError(f"{place} is {value!r}: a siting.{kind.__name__} is expected", place)
    return value


def _floors(place: str, floors: Sequence[int]) -> list[int]:
    try:
        lowest, highest = floors
    except (TypeError, ValueError):
        raise InputError(
            f"{place} is {floors!r}: give the lowest and the highest floor", place
        ) from None
    return [floor(place, lowest), floor(place, highest)]


def floor(place: str, value: Any) -> int:
    """A floor: a small whole number, negative under ground."""
    try:
        plain = operator.index(value)
    except TypeError:
        plain = None
    if plain is None or isinstance(value, bool) or abs(plain) > 1000:
        raise InputError(
            f"{place} is {value!r}: a whole number from -1000 to 1000 is expected", place
        )
    return plain
