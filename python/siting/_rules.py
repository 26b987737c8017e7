"""The rules on sites: from ids and masks to positions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting._ids import Ids
from siting._layer import Layer
from siting._numbers import Floats, floats, for_each, is_number, number, whole
from siting._optional import is_a
from siting.errors import InputError

Positions = NDArray[np.uint32]


def site_rules(
    sites: Layer,
    *,
    p: object = None,
    budget: object = None,
    site_costs: Any = None,
    required: Any = None,
    forbidden: Any = None,
    existing: Any = None,
    closing_costs: Any = None,
) -> dict[str, Any]:
    """The rules that every model shares, as the core takes them."""
    lists = {
        argument: site_positions(argument, value, sites.ids)
        for argument, value in (
            ("required", required),
            ("forbidden", forbidden),
            ("existing", existing),
        )
    }
    refuse_overlap(lists, sites.ids)
    return {
        "p": None if p is None else whole("p", p, "a whole number of sites"),
        "budget": None if budget is None else number("budget", budget),
        "site_costs": for_each("site_costs", site_costs, sites, "site"),
        **{
            argument: positions if len(positions) else None for argument, positions in lists.items()
        },
        "closing_costs": _closing(closing_costs, lists["existing"], sites.ids),
    }


def site_positions(argument: str, value: Any, ids: Ids, counted: str = "site") -> Positions:
    """Positions of sites (or what else is counted) given as a list of ids, or as a mask of True and False."""
    if value is None:
        return np.empty(0, dtype=np.uint32)
    if (
        isinstance(value, (str, bytes, Mapping))
        or not isinstance(value, Iterable)
        or is_a(value, "pandas", "DataFrame")
    ):
        raise InputError(
            f"{argument} is {_short(value)}: give a list of {counted} ids, such as [{ids[0]!r}], or a mask of True "
            f"and False with one entry per {counted}",
            argument,
        )
    labels = value.tolist() if hasattr(value, "tolist") else list(value)
    if labels and all(isinstance(label, (bool, np.bool_)) for label in labels):
        return _mask(argument, value, labels, ids, counted)
    if hasattr(value, "tolist"):
        _refuse_numeric_mask(argument, labels, ids, counted, array=True)
    first: dict[int, int] = {}
    positions = []
    for at, label in enumerate(labels):
        position = ids.position(label) if not isinstance(label, (bool, np.bool_)) else None
        if position is None:
            raise InputError(
                f"{argument}[{at}] is {label!r}, which is no {counted} id; the ids are {ids.sample()}{_hint(label, ids)}",
                argument,
                at,
            )
        if position in first:
            _refuse_numeric_mask(argument, labels, ids, counted, array=False)
            raise InputError(
                f"{argument}: {counted} {label!r} is given twice, at {first[position]} and at {at}",
                argument,
                at,
            )
        first[position] = at
        positions.append(position)
    # A set has no order of its own.
    return np.asarray(
        sorted(positions) if isinstance(value, (set, frozenset)) else positions, dtype=np.uint32
    )


def _mask(argument: str, value: Any, labels: list[bool], ids: Ids, counted: str) -> Positions:
    if is_a(value, "pandas", "Series"):
        listed = value.index.tolist()
        for at, label in enumerate(listed):
            if ids.position(label) is None:
                raise InputError(
                    f"{argument}: {label!r} at position {at} is no {counted}; the ids are {ids.sample()}",
                    argument,
                    at,
                )
        if len(set(listed)) != len(listed) or len(listed) != len(ids):
            raise InputError(
                f"{argument} is a mask of {len(listed)} entries for {len(ids)} {counted}s: give each {counted} one entry",
                argument,
            )
        chosen = [ids.position(label) for label, yes in zip(listed, labels, strict=True) if yes]
        return np.asarray(
            sorted(position for position in chosen if position is not None), dtype=np.uint32
        )
    if len(labels) != len(ids):
        raise InputError(
            f"{argument} is a mask of {len(labels)} entries for {len(ids)} {counted}s: give each {counted} one entry",
            argument,
        )
    return np.flatnonzero(np.asarray(labels)).astype(np.uint32)


def _refuse_numeric_mask(
    argument: str, labels: list[Any], ids: Ids, counted: str, *, array: bool
) -> None:
    """Zeros and ones for all sites are a mask in disguise, and would be read as the ids 0 and 1."""
    if len(labels) != len(ids) or not all(is_number(label) and label in (0, 1) for label in labels):
        return
    # As many distinct ids as sites may be meant in a list; an array of them is in doubt.
    if array or len(set(labels)) < len(labels):
        raise InputError(
            f"{argument} holds only 0 and 1, one for each {counted}: is it a mask? Make it one with .astype(bool), "
            f"or give a list of {counted} ids",
            argument,
        )


def refuse_overlap(lists: dict[str, Positions], ids: Ids, counted: str = "site") -> None:
    """Refuses what stands in two lists."""
    seen: dict[int, str] = {}
    for argument, positions in lists.items():
        for position in positions.tolist():
            other = seen.setdefault(position, argument)
            if other != argument:
                raise InputError(
                    f"{other} and {argument} contradict each other: {counted} {ids[position]!r} stands in both; "
                    "keep it in one of them",
                    argument,
                )


def _closing(value: Any, existing: Positions, ids: Ids) -> Floats | None:
    """Closing costs in the order of the existing sites; those not named stay open (infinity)."""
    if value is None:
        return None
    if not len(existing):
        raise InputError(
            "closing_costs is given without existing sites: give existing=... as well",
            "closing_costs",
        )
    if is_number(value):
        return np.full(len(existing), float(value))
    if is_a(value, "pandas", "Series"):
        labels, costs = value.index.tolist(), floats("closing_costs", value.to_numpy())
    elif isinstance(value, Mapping):
        labels, costs = list(value), floats("closing_costs", list(value.values()))
    else:
        raise InputError(
            f"closing_costs is {_short(value)}: give a dict or Series from site id to cost, or one number for all",
            "closing_costs",
        )
    place = {position: at for at, position in enumerate(existing.tolist())}
    closing = np.full(len(existing), np.inf)
    given: set[int] = set()
    for at, (label, cost) in enumerate(zip(labels, costs.tolist(), strict=True)):
        position = ids.position(label)
        if position is None or position not in place:
            raise InputError(
                f"closing_costs: {label!r} at position {at} is no existing site",
                "closing_costs",
                at,
            )
        if position in given:
            raise InputError(f"closing_costs: site {label!r} is given twice", "closing_costs", at)
        if np.isnan(cost):
            raise InputError(
                f"closing_costs of site {label!r} is NaN: leave the site out if it must stay open",
                "closing_costs",
                at,
            )
        given.add(position)
        closing[place[position]] = cost
    return closing


def _hint(label: object, ids: Ids) -> str:
    if (
        isinstance(label, str)
        and label.lstrip("-").isdigit()
        and ids.position(int(label)) is not None
    ):
        return f". The number {label} is one, the text {label!r} is not"
    if is_number(label) and ids.position(str(label)) is not None:
        return f". The text {str(label)!r} is one, the number {label} is not"
    return ""


def _short(value: object) -> str:
    text = repr(value)
    return f"a {type(value).__name__}" if len(text) > 60 or "\n" in text else text
