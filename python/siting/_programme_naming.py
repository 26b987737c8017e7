"""Messages of the core about a programme, in the words of its arguments in Python."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from siting._columns import Columns
from siting._ids import Ids
from siting._naming import naming
from siting.errors import InputError

_GROUP = re.compile(r"groups\[(\d+)\]\.people\[(\d+)\] \(.*?\) is ")
_HOURS = re.compile(r"^(slots\[\d+\])\.(from|to) is ")
_ENDS = {"from": "start", "to": "end"}


@contextmanager
def naming_parts(
    homes: Columns,
    groups: Sequence[str],
    services: Sequence[str],
    spaces: Columns | None,
    existing: Columns | None,
) -> Iterator[None]:
    """Turns what the core calls facilities, groups and hours into the arguments and columns that were given."""
    layers = {"spaces": spaces, "existing": existing}
    ids = {argument: layer.ids for argument, layer in layers.items() if layer is not None}
    with naming(
        people=homes.ids, households=homes.ids, services=Ids(list(services), "services"), **ids
    ):
        try:
            yield
        except InputError as error:
            argument, position, message = error.argument, error.position, str(error)
            if argument == "facilities":
                argument = "existing"
                message = message.replace("facilities[", "existing[", 1)
            elif argument == "slots":
                message = _HOURS.sub(lambda found: f"{found[1]}.{_ENDS[found[2]]} is ", message)
            elif argument == "groups" and (found := _GROUP.search(message)):
                group, at = groups[int(found[1])], int(found[2])
                place = f"homes[{homes.name(group)!r}][{at}] (id {homes.ids[at]!r}) is "
                argument, position = "homes", at
                message = message.replace(found[0], place, 1)
            else:
                raise
            raise InputError(message, argument, position) from None
