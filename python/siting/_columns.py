"""Columns of a layer, found by the names that a programme gives them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting._ids import Ids
from siting._numbers import Floats, floats
from siting._optional import is_a, need
from siting.errors import InputError

# Where the synthetic town's tables have a unit in the name.
_DEFAULTS = {
    "area": "area_m2",
    "rent": "rent_per_year",
    "facility_area": "area_m2",
    "enlarge_area": "enlarge_area_m2",
}

# Words whose column is named by an argument of the programme, not in `columns`.
_AREAS = ("district", "community", "setting")


class Columns:
    """A table, its ids, and the names of its columns.

    `mapping` says which column holds what: from the programme's word to the name in the table.
    """

    def __init__(self, argument: str, table: Any, mapping: Mapping[str, str]) -> None:
        if not is_a(table, "pandas", "DataFrame"):
            raise InputError(
                f"{argument} is a {type(table).__name__}: a GeoDataFrame or DataFrame is expected, "
                "one row for each",
                argument,
            )
        if len(table) == 0:
            raise InputError(f"{argument} is empty: at least one row is needed", argument)
        if not table.columns.is_unique:
            raise InputError(f"{argument} has columns of the same name: rename them", argument)
        self.argument, self.table, self.mapping = argument, table, mapping
        self.ids = Ids(
            table.index,
            argument,
            "make the index distinct, for instance with reset_index(drop=True)",
        )

    def __len__(self) -> int:
        return len(self.ids)

    def require(self, words: Mapping[str, str]) -> None:
        """Refuses a table that lacks columns; `words` gives each word and what it is for."""
        absent = {
            word: why for word, why in words.items() if self.name(word) not in self.table.columns
        }
        if not absent:
            return
        told = ", ".join(f"{self.name(word)!r} ({why})" for word, why in absent.items())
        first = next(iter(absent))
        present = ", ".join(repr(column) for column in self.table.columns)
        # Areas have an argument each.
        way_out = f"{first}=..." if first in _AREAS else f'columns={{"{first}": ...}}'
        raise InputError(
            f"{self.argument} lacks the column{'s' if len(absent) > 1 else ''} {told}; it has {present}. "
            f"Say which column it is with {way_out}",
            self.argument,
        )

    def has(self, word: str) -> bool:
        """Whether there is a column; one that was named explicitly must be there."""
        if word in self.mapping:
            self.require({word: f"named in columns as {word!r}"})
        return self.name(word) in self.table.columns

    def numbers(self, word: str, *, unknown: bool = False) -> Floats:
        """A column of finite numbers; missing ones are NaN where they may be unknown."""
        return self._numbers(self.name(word), unknown)

    def column(self, name: str, why: str) -> Floats:
        """A column of finite numbers that has no word of the programme, and what it is for."""
        if name not in self.table.columns:
            present = ", ".join(repr(column) for column in self.table.columns)
            raise InputError(
                f"{self.argument} lacks the column {name!r} ({why}); it has {present}",
                self.argument,
            )
        return self._numbers(name, unknown=False)

    def _numbers(self, name: str, unknown: bool) -> Floats:
        place = f"{self.argument}[{name!r}]"
        values = floats(place, self.table[name].to_numpy(), self.ids)
        wrong = np.isinf(values) if unknown else ~np.isfinite(values)
        for at in np.flatnonzero(wrong)[:1]:
            raise InputError(
                f"{place}[{at}] (id {self.ids[int(at)]!r}) is {values[at]}: a finite number is expected"
                f" ({int(wrong.sum())} such in all)",
                self.argument,
                int(at),
            )
        return values

    def known(self, word: str) -> list[float | None]:
        """A column of numbers of which any may be missing; all are without the column."""
        if not self.has(word):
            return [None] * len(self)
        values = self.numbers(word, unknown=True).tolist()
        return [None if value != value else value for value in values]

    def texts(self, word: str) -> list[str]:
        """A column of texts; whole numbers are read as their digits, as codes of districts often are."""
        column = self.table[self.name(word)]
        place = f"{self.argument}[{self.name(word)!r}]"
        found = []
        for at, value in enumerate(column.tolist()):
            if isinstance(value, int) and not isinstance(value, bool):
                value = str(value)
            if not isinstance(value, str):
                raise InputError(
                    f"{place}[{at}] (id {self.ids[at]!r}) is {value!r}: a text is expected",
                    self.argument,
                    at,
                )
            found.append(value)
        return found

    def values(self, word: str) -> list[Any]:
        """A column as it is."""
        return list(self.table[self.name(word)].tolist())

    def areas(self, word: str) -> tuple[list[str], NDArray[np.uint32]]:
        """The distinct texts of a column in order of appearance, and the position of each row's."""
        pandas = need("pandas", "a programme", "geo")
        codes, names = pandas.factorize(np.array(self.texts(word), dtype=object))
        return [str(name) for name in names], codes.astype(np.uint32)

    def name(self, word: str) -> str:
        """The name of the column with what a word stands for."""
        return self.mapping.get(word, _DEFAULTS.get(word, word))
