"""The layers of a programme as the core's words: spaces, facilities, settings."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from siting._columns import Columns
from siting._layer import crs_name
from siting._optional import is_a
from siting.errors import InputError
from siting.service import floor, texts


def areas(**names: str | None) -> dict[str, str]:
    """What the columns are for that were named by the caller."""
    return {word: f"named as {word}" for word, name in names.items() if name is not None}


def read_spaces(spaces: Columns, district: str | None) -> list[dict[str, Any]]:
    """The idle spaces, one document for each."""
    spaces.require({"kind": "what it is", "area": "usable m²", **areas(district=district)})
    n = len(spaces)
    plain = [None] * n
    slots: list[Any] = spaces.values("slots") if spaces.has("slots") else plain
    floors: list[Any] = spaces.values("floor") if spaces.has("floor") else [0] * n
    columns = {
        "area": spaces.numbers("area").tolist(),
        "kind": spaces.texts("kind"),
        "district": spaces.texts("district") if district is not None else plain,
        "tenure": _tenures(spaces) if spaces.has("tenure") else ["owned"] * n,
        "rent": spaces.numbers("rent").tolist() if spaces.has("rent") else [0.0] * n,
        "conversion_cost": spaces.numbers("conversion_cost").tolist()
        if spaces.has("conversion_cost")
        else [0.0] * n,
        "slots": [_names(f"spaces['slots'][{at}]", value) for at, value in enumerate(slots)],
        "floor": [floor(f"spaces['floor'][{at}]", value) for at, value in enumerate(floors)],
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def read_facilities(existing: Columns, district: str | None) -> list[dict[str, Any]]:
    """The facilities of today, one document for each."""
    existing.require({"service": "what it offers", **areas(district=district)})
    plain: list[Any] = [None] * len(existing)

    def known(word: str) -> list[Any]:
        if not existing.has(word):
            return plain
        return [
            None if value != value else value
            for value in existing.numbers(word, unknown=True).tolist()
        ]

    columns = {
        "service": existing.texts("service"),
        "places": known("places"),
        "area": known("facility_area"),
        "district": existing.texts("district") if district is not None else plain,
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _tenures(spaces: Columns) -> list[str]:
    tenures = spaces.texts("tenure")
    known = ("owned", "rented", "allotted", "exchanged")
    for at, tenure in enumerate(tenures):
        if tenure not in known:
            raise InputError(
                f"spaces[{at}] (id {spaces.ids[at]!r}).tenure is {tenure!r}: one of {', '.join(known)} is expected",
                "spaces",
                at,
            )
    return tenures


def _names(place: str, value: Any) -> list[str]:
    """Names separated by ";", or a list of them; nothing for a missing value."""
    if value is None or value != value:
        return []
    if isinstance(value, str):
        return [name.strip() for name in value.split(";") if name.strip()]
    return texts(place, value)


def read_rural(homes: Columns) -> NDArray[np.bool_]:
    """Whether each home lies in the country."""
    settings = homes.texts("setting")
    for at, setting in enumerate(settings):
        if setting not in ("urban", "rural"):
            raise InputError(
                f"homes[{at}] (id {homes.ids[at]!r}) has the setting {setting!r}: "
                "'urban' or 'rural' is expected",
                "homes",
                at,
            )
    return np.array([setting == "rural" for setting in settings])


def check_same_crs(homes: Columns, layer: Columns) -> None:
    """Two layers that have one must have the same CRS."""
    if not all(is_a(each.table, "geopandas", "GeoDataFrame") for each in (homes, layer)):
        return
    ours, theirs = homes.table.crs, layer.table.crs
    if ours != theirs:
        told = [
            f"{each.argument} {'has no CRS' if crs is None else 'is in ' + crs_name(crs)}"
            for each, crs in ((homes, ours), (layer, theirs))
        ]
        raise InputError(
            f"{told[0]}, but {told[1]}: bring them together with to_crs(...), or with set_crs(...) where it is missing",
            layer.argument,
        )
