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

#: What an enlargement adds; the words of `columns` have `enlarge_` before.
ENLARGEMENT = ("places", "area", "capital_cost", "running_cost", "income")


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
    """The facilities of today and what may become of them, one document for each."""
    existing.require({"service": "what it offers", **areas(district=district)})
    plain: list[Any] = [None] * len(existing)
    columns = {
        "service": existing.texts("service"),
        "places": existing.known("places"),
        "area": existing.known("facility_area"),
        "district": existing.texts("district") if district is not None else plain,
        "running_cost": [value or 0.0 for value in existing.known("running_cost")],
        "income": [value or 0.0 for value in existing.known("income")],
        "enlargement": _enlargements(existing),
        "moving_cost": existing.known("moving_cost"),
        "closing_cost": existing.known("closing_cost"),
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _enlargements(existing: Columns) -> list[dict[str, Any] | None]:
    """What an enlargement of each facility adds; none where its places are empty."""
    known = {name: existing.known(f"enlarge_{name}") for name in ENLARGEMENT}
    found: list[dict[str, Any] | None] = []
    for at, row in enumerate(zip(*known.values(), strict=True)):
        module: dict[str, Any] = dict(zip(known, row, strict=True))
        given = [name for name, value in module.items() if value is not None]
        if not given:
            found.append(None)
            continue
        for name in ("places", "area"):
            if module[name] is None:
                raise InputError(
                    f"existing[{at}] (id {existing.ids[at]!r}) has enlarge_{given[0]}, but no enlarge_{name}: give both "
                    "enlarge_places and enlarge_area where it may be enlarged, and nothing where it may not",
                    "existing",
                    at,
                )
        found.append({"name": "enlarged", **{name: value or 0.0 for name, value in module.items()}})
    return found


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
