"""The ids of demand points and sites: labels to the caller, positions to the core."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting._optional import have, is_a
from siting.errors import InputError


class Ids:
    """Distinct labels in the order of the input.

    `labels` is the pandas Index of the input where there was one, else an array.
    """

    def __init__(self, labels: Any, argument: str, way_out: str = "make them distinct") -> None:
        if is_a(labels, "pandas", "MultiIndex"):
            raise InputError(
                f"{argument} has an index of {labels.nlevels} levels: give one id per row, "
                "for instance with reset_index()",
                argument,
            )
        if not is_a(labels, "pandas", "Index"):
            labels = _array(labels, argument)
        self.labels = labels
        missing = _missing(labels)
        if missing.any():
            position = int(np.flatnonzero(missing)[0])
            raise InputError(
                f"{argument}: the id at position {position} is missing ({labels[position]!r}): "
                f"give each an id",
                argument,
                position,
            )
        if not _distinct(labels):
            self._refuse_repetition(argument, way_out)

    def _refuse_repetition(self, argument: str, way_out: str) -> None:
        first: dict[Any, int] = {}
        for position, label in enumerate(self.labels.tolist()):
            if first.setdefault(label, position) != position:
                raise InputError(
                    f"{argument}: id {label!r} is given twice, at {first[label]} and at {position}: "
                    f"{way_out}",
                    argument,
                    position,
                )

    @cached_property
    def _positions(self) -> dict[Any, int]:
        return {label: position for position, label in enumerate(self.labels.tolist())}

    @classmethod
    def range(cls, n: int) -> Ids:
        """The ids 0 to n - 1."""
        return cls(np.arange(n), "ids")

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, position: int) -> Any:
        """The label at a position, as a plain Python value where there is one."""
        label = self.labels[position]
        return label.item() if isinstance(label, np.generic) else label

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ids) and self.labels.tolist() == other.labels.tolist()

    __hash__ = None  # type: ignore[assignment]

    def position(self, label: object) -> int | None:
        """The position of a label; `None` for a stranger."""
        try:
            return self._positions.get(label)
        except TypeError:  # not hashable, so no id
            return None

    def take(self, positions: Iterable[int]) -> list[Any]:
        """The labels at some positions."""
        return [self[position] for position in positions]

    def index(self) -> Any:
        """The labels as a pandas Index where pandas is installed, else as an array."""
        pandas = have("pandas")
        return self.labels if pandas is None else pandas.Index(self.labels)

    def sample(self, at_most: int = 3) -> str:
        """The first labels, for messages."""
        shown = ", ".join(repr(self[at]) for at in range(min(at_most, len(self))))
        return shown + (", ..." if len(self) > at_most else "")

    @cached_property
    def names(self) -> NDArray[np.int64] | list[str] | None:
        """What the core calls them: whole numbers, texts, or `None` for 0, 1, 2, ..."""
        array = np.asarray(self.labels)
        if array.dtype.kind in "iu" and (array.dtype != np.uint64 or array.max() < 2**63):
            plain = array.astype(np.int64)
            return None if np.array_equal(plain, np.arange(len(plain))) else plain
        texts = [str(label) for label in self.labels.tolist()]
        # 1 and "1" are two ids, but one text.
        return (
            texts
            if len(set(texts)) == len(texts)
            else [repr(label) for label in self.labels.tolist()]
        )

    def same_names(self, other: Ids) -> bool:
        """Whether the core calls both the same, as after a way through JSON."""
        ours, theirs = self.names, other.names
        if ours is None or theirs is None:
            return ours is theirs and len(self) == len(other)
        return list(ours) == list(theirs)

    def concat(self, other: Ids, argument: str, way_out: str) -> Ids:
        """These labels followed by those."""
        pandas = have("pandas")
        if pandas is not None:
            return Ids(self.index().append(other.index()), argument, way_out)
        if self.labels.dtype.kind == other.labels.dtype.kind:
            return Ids(np.concatenate([self.labels, other.labels]), argument, way_out)
        return Ids(self.labels.tolist() + other.labels.tolist(), argument, way_out)


def _array(labels: Any, argument: str) -> NDArray[Any]:
    """A list of ids as an array that leaves 1 and "1" what they are."""
    if isinstance(labels, (str, bytes)) or not isinstance(labels, Iterable):
        raise InputError(f"{argument} is {labels!r}: give a list of ids, one for each", argument)
    values = labels if isinstance(labels, np.ndarray) else list(labels)
    array = np.asarray(values, dtype=None if isinstance(values, np.ndarray) else object)
    if array.ndim != 1:
        raise InputError(f"{argument} has the shape {array.shape}: give a list of ids", argument)
    kinds = {type(label) for label in array.tolist()}
    if kinds == {int} or kinds == {str}:
        plain = np.asarray(array.tolist())
        return plain if plain.dtype.kind in "iuU" else array
    return array


def _missing(labels: Any) -> NDArray[np.bool_]:
    if is_a(labels, "pandas", "Index"):
        return np.asarray(labels.isna())
    if labels.dtype.kind in "iuU":
        return np.zeros(len(labels), dtype=bool)
    return np.array([label is None or label != label for label in labels.tolist()], dtype=bool)


def _distinct(labels: Any) -> bool:
    if is_a(labels, "pandas", "Index"):
        return bool(labels.is_unique)
    return len(set(labels.tolist())) == len(labels)
