"""`siting audit`: who lacks what today, by a project file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import siting
from siting import files
from siting.cli.programme import Read, folder, programme
from siting.cli.project import read
from siting.cli.words import shown

_TABLES = ("services", "districts", "communities", "worst")
_PACKAGE = "audit.gpkg"


def audit(given: Any) -> None:
    """Prints the summary of the audit and writes its tables."""
    project = read(given.project)
    where = folder(given.out, [_PACKAGE, *(f"{table}.csv" for table in _TABLES)], project)
    town = programme(project, to_spaces=False)
    for note in town.notes:
        print(f"Note: {note}.")
    found = town.programme.audit(**project.tables["audit"])
    print(found.summary())
    _write(where, found, town)


def _write(where: Path, found: siting.Audit, town: Read) -> None:
    written = []
    for name in _TABLES:
        table = getattr(found, name)
        # Without districts or communities there is nothing to tell of them.
        if len(table):
            files.write_table(where / f"{name}.csv", table)
            written.append(f"{name}.csv")
    layers = {name: found.to_geodataframe(name) for name in found.services.index}
    files.write_layers(where / _PACKAGE, town.own(layers))
    print(
        f"Wrote {', '.join(written)} and {_PACKAGE} (a layer of homes for each service) to {shown(where)}."
    )
