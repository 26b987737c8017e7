"""Standards: catalogues of services whose every figure has its source.

A standard is an editable TOML file. Three come with the library; `save` writes one to a file, edit it,
and `load` it again. No figure of the presets was compared with the original documents: `verified` is
False throughout, and `note` says what each figure rests on.

>>> import siting
>>> siting.standards.list()
['ningbo-2025', 'national-embedded-guideline', 'gb50180-2018']
>>> standard = siting.standards.load("ningbo-2025")
>>> standard
Standard('ningbo-2025', 7 services, 117 figures, 0 of them verified)
>>> [service.name for service in standard.services(unit="min")][:3]
['elderly care', 'childcare', 'community canteen']
"""

from __future__ import annotations

import builtins
import json
import os
from pathlib import Path
from typing import Any

from siting import _siting
from siting._optional import need
from siting.errors import InputError
from siting.service import Service, limit_unit

__all__ = ["Standard", "list", "load"]


def list() -> builtins.list[str]:
    """The names of the standards that come with the library.

    Examples:
        >>> import siting
        >>> siting.standards.list()
        ['ningbo-2025', 'national-embedded-guideline', 'gb50180-2018']
    """
    return _siting.standard_presets()


def load(name: str | os.PathLike[str]) -> Standard:
    """Loads a standard by name, or from a TOML file.

    Args:
        name: One of `siting.standards.list()`, or the path of a file that ends in ".toml".

    Raises:
        InputError: Neither a preset nor a file; a file that is not well-formed, with line and column; a
            figure without unit, source or, where it is not verified, a note.

    Examples:
        >>> import siting
        >>> siting.standards.load("gb50180-2018").title
        'Urban residential areas: living circles of GB 50180-2018'
    """
    if not isinstance(name, (str, os.PathLike)):
        raise InputError(
            f"name is {name!r}: give the name of a standard or the path of a file", "name"
        )
    if name in list():
        return Standard(_siting.standard_from_toml(_siting.standard_text(str(name))))
    path = Path(name)
    if path.suffix != ".toml":
        raise InputError(
            f"name is {str(name)!r}: give one of {', '.join(map(repr, list()))}, or the path of a .toml file",
            "name",
        )
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}", "name") from None
    except UnicodeDecodeError:
        raise InputError(f"{path} is not UTF-8: save it in that encoding", "name") from None
    try:
        return Standard(_siting.standard_from_toml(text))
    except InputError as error:
        raise InputError(f"{path}: {error}", error.argument, error.position) from None


class Standard:
    """A standard; get one with `siting.standards.load`.

    Attributes:
        name: Its short name.
        title: What it is.
        note: What to know about it as a whole.
        sources: The sources in full, by the keys that figures use.

    Examples:
        >>> import siting
        >>> standard = siting.standards.load("ningbo-2025")
        >>> standard.title
        'Community services in Ningbo, aims for 2025'
        >>> sorted(standard.sources)[:2]
        ['assumed', 'plan']
    """

    def __init__(self, document: str) -> None:
        """Not called by users: see `siting.standards.load`."""
        self._document = document
        plain = json.loads(document)
        self.name: str = plain["name"]
        self.title: str = plain["title"]
        self.note: str = plain["note"]
        self.sources: dict[str, str] = plain["sources"]

    def services(self, *, unit: str) -> builtins.list[Service]:
        """The services, to be used in a programme as they are or changed.

        Args:
            unit: Unit of the travel matrix: "m" or "min". Minutes become metres by the standard's figure
                `walking_speed`.

        Raises:
            InputError: Another unit, or no walking speed where one is needed.

        Examples:
            >>> import siting
            >>> services = siting.standards.load("ningbo-2025").services(unit="m")
            >>> childcare = next(each for each in services if each.name == "childcare")
            >>> childcare.limit, childcare.rural_limit, childcare.places_per_1000_people
            (1125.0, 1500.0, 4.55)
        """
        documents = json.loads(_siting.standard_services(self._document, limit_unit(unit)))
        return [Service._of(document) for document in documents]

    def to_frame(self) -> Any:
        """One row for each figure: service, figure, value, unit, source, verified, note.

        Examples:
            >>> import siting
            >>> frame = siting.standards.load("ningbo-2025").to_frame()
            >>> frame.loc[frame["figure"] == "places_per_1000_people", ["service", "value", "unit"]]
                  service  value                     unit
            ...childcare   4.55  places per 1,000 people
        """
        pandas = need("pandas", "to_frame", "geo")
        rows = json.loads(_siting.standard_rows(self._document))
        return pandas.DataFrame(rows)

    def to_toml(self) -> str:
        """The text of a file that loads as this standard.

        Examples:
            >>> import siting
            >>> text = siting.standards.load("ningbo-2025").to_toml()
            >>> text.splitlines()[0]
            'name = "ningbo-2025"'
        """
        return _siting.standard_to_toml(self._document)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes a TOML file to be edited and loaded again.

        Examples:
            >>> import pathlib, siting, tempfile
            >>> with tempfile.TemporaryDirectory() as folder:
            ...     path = pathlib.Path(folder, "my-town.toml")
            ...     siting.standards.load("ningbo-2025").save(path)
            ...     edited = path.read_text(encoding="utf-8").replace("4.55", "5.0")
            ...     _ = path.write_text(edited, encoding="utf-8")
            ...     mine = siting.standards.load(path)
            >>> mine.services(unit="m")[1].places_per_1000_people
            5.0
        """
        Path(path).write_text(self.to_toml(), encoding="utf-8")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Standard) and self._document == other._document

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Its size, and how much of it was checked."""
        rows = json.loads(_siting.standard_rows(self._document))
        services = {row["service"] for row in rows} - {None}
        verified = sum(row["verified"] for row in rows)
        return f"Standard({self.name!r}, {len(services)} services, {len(rows)} figures, {verified} of them verified)"
