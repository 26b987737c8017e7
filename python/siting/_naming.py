"""Messages of the core speak of positions; here they learn the ids."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from siting._ids import Ids
from siting.errors import InputError


@contextmanager
def naming(**ids_of: Ids) -> Iterator[None]:
    """Adds the id to input errors about `argument[position]`; `ids_of` gives the ids of each argument."""
    try:
        yield
    except InputError as error:
        argument, position = error.argument, error.position
        ids = ids_of.get(argument or "")
        if ids is None or position is None or position >= len(ids):
            raise
        place = f"{argument}[{position}]"
        message = str(error).replace(place, f"{place} (id {ids[position]!r})", 1)
        raise InputError(message, argument, position) from None
