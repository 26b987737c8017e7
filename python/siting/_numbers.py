"""Numbers from Python: one, or one for each demand point or site, aligned by id."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from siting._ids import Ids
from siting._optional import is_a
from siting.errors import InputError

if TYPE_CHECKING:
    from siting._layer import Layer

Floats = NDArray[np.float64]


def is_number(value: object) -> bool:
    """Whether a value is one real number (True and False are not)."""
    return isinstance(value, (int, float, np.integer, np.floating)) and not isinstance(value, bool)


def number(argument: str, value: object) -> float:
    """One real number; its range is the core's business."""
    if not is_number(value):
        raise InputError(f"{argument} is {value!r}: a number is expected", argument)
    return float(value)  # type: ignore[arg-type]


#: The largest whole number that the core takes.
_LARGEST = 2**63 - 1


def whole(argument: str, value: object, what: str = "a whole number") -> int:
    """One whole number of 0 or more."""
    try:
        if isinstance(value, (bool, np.bool_)):
            raise TypeError
        plain = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        raise InputError(f"{argument} is {value!r}: {what} is expected", argument) from None
    if plain > _LARGEST:
        shown = plain if plain < 10**20 else f"{plain:.3g}" if plain < 10**300 else "a huge number"
        raise InputError(
            f"{argument} is {shown}: {what} of at most 2**63 - 1 ({_LARGEST}) is expected", argument
        )
    if plain < 0:
        raise InputError(f"{argument} is {plain}: {what} of 0 or more is expected", argument)
    return plain


def flag(argument: str, value: object) -> bool:
    """True or False."""
    if not isinstance(value, (bool, np.bool_)):
        raise InputError(f"{argument} is {value!r}: True or False is expected", argument)
    return bool(value)


def for_each(argument: str, value: Any, layer: Layer, counted: str) -> Floats | None:
    """One number for each demand point or site.

    A single number stands for all. A Series or mapping is aligned by id and must have exactly the
    ids of the layer; a text names a column of the GeoDataFrame of the layer; anything else is taken
    in order.
    """
    ids = layer.ids
    if value is None:
        return None
    if is_number(value):
        return np.full(len(ids), float(value))
    if isinstance(value, str):
        value = layer.column(argument, value, counted)
    if is_a(value, "pandas", "Series"):
        return floats(argument, value.to_numpy()[_order(argument, value.index, ids, counted)], ids)
    if isinstance(value, Mapping):
        labels, values = list(value), np.array([*value.values(), None], dtype=object)[:-1]
        return floats(argument, values[_order(argument, labels, ids, counted)], ids)
    array = floats(argument, value, ids)
    if len(array) != len(ids):
        raise InputError(
            f"{argument} has {len(array)} entries where {len(ids)} are expected (one per {counted})",
            argument,
        )
    return array


def floats(argument: str, values: Any, ids: Ids | None = None) -> Floats:
    """A one-dimensional array of numbers; missing ones become NaN, which the core refuses."""
    if is_a(values, "pandas", "DataFrame"):
        raise InputError(f"{argument} is a DataFrame: give one column of it", argument)
    if isinstance(values, (str, bytes, Mapping)) or not isinstance(values, Iterable):
        raise InputError(
            f"{argument} is {values!r}: a number or an array of numbers is expected", argument
        )
    array = values if isinstance(values, np.ndarray) else _asarray(values)
    if array.ndim != 1:
        raise InputError(
            f"{argument} has the shape {array.shape}: one dimension is expected", argument
        )
    if array.dtype.kind in "iuf":
        return array.astype(np.float64)
    plain = np.empty(len(array))
    for position, value in enumerate(array.tolist()):
        if value is None or type(value).__name__ == "NAType":
            plain[position] = np.nan
            continue
        if is_number(value) or type(value).__name__ in ("Decimal", "Fraction"):
            plain[position] = float(value)
            continue
        name = "" if ids is None or position >= len(ids) else f" (id {ids[position]!r})"
        raise InputError(
            f"{argument}[{position}]{name} is {value!r}: a number is expected", argument, position
        )
    return plain


def _asarray(values: Iterable[Any]) -> NDArray[Any]:
    listed = list(values)
    array = np.empty(len(listed), dtype=object)
    array[:] = listed
    return array


def _order(argument: str, labels: Any, ids: Ids, counted: str) -> NDArray[np.intp]:
    """The position in `labels` of each id; labels and ids must be the same set."""
    if is_a(labels, "pandas", "Index") and labels.equals(ids.labels):
        return np.arange(len(ids))
    order = np.full(len(ids), -1, dtype=np.intp)
    for at, label in enumerate(labels):
        position = ids.position(label)
        if position is None:
            raise InputError(
                f"{argument}: {label!r} at position {at} is no {counted}; their ids are {ids.sample()}. "
                f"Use these ids, or pass an array in the order of the {counted}s (Series.to_numpy())",
                argument,
                at,
            )
        if order[position] >= 0:
            raise InputError(
                f"{argument}: id {label!r} is given twice, at {order[position]} and at {at}",
                argument,
                at,
            )
        order[position] = at
    absent = np.flatnonzero(order < 0)
    if len(absent):
        raise InputError(
            f"{argument} lacks {len(absent)} of {len(ids)} {counted}s, the first is {ids[int(absent[0])]!r}: "
            "give a number for each",
            argument,
            int(absent[0]),
        )
    return order
