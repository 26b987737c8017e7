"""Project files: what a programme is made of, as TOML, for `siting audit` and `siting plan`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from siting.errors import InputError

#: Keys of a layer, and what each is.
LAYER = {
    "file": "path of the file",
    "layer": "layer of the file, where it has several",
    "id": "column of ids",
    "x": "column of x or longitude of a CSV file",
    "y": "column of y or latitude of a CSV file",
    "crs": "such as EPSG:4550, where the file does not say it",
    "encoding": "of a CSV file or shapefile",
}
_SERVICES = ("standard", "keep")
_TRAVEL = ("cutoff", "metric", "network", "layer", "node_crossings", "speed", "unit")
_SLOT = ("name", "start", "end")
_PAIR = ("first", "second", "apart", "shared_area", "reward")
_AUDIT = ("catchment", "community_share", "worst", "score", "service_weights")
_RULES = (
    "objective",
    "threshold",
    "years",
    "budget",
    "subsidy",
    "break_even",
    "most_spaces",
    "required",
    "forbidden",
    "complexes",
    "quotas",
    "least_met",
    "least_met_by_service",
    "least_met_by_district",
    "most_walking",
    "most_envy",
    "service_weights",
)
_OPTIONS = ("time_limit", "gap", "method", "backend", "threads", "seed", "memory_limit")
_COMPLEXES = ("core", "area", "services", "core_services", "apart", "always", "least")
_QUOTA = (
    "service",
    "district",
    "places_per_1000_people",
    "area_per_100_households",
    "facilities",
)
_ENVY = ("threshold", "most")
_LAYERS = ("homes", "spaces", "existing")
_METRICS = ("euclidean", "manhattan", "haversine")
_TABLES = (*_LAYERS, "columns", "survey", "services", "travel", "slots", "pairs", "audit", "plan")
_KEYS = (*_TABLES, "uninhabited")


@dataclass(frozen=True)
class Project:
    """A project file whose keys are all known.

    Attributes:
        folder: The folder of the file: paths in it start from here.
        layers: The keys of each layer that is given: homes, spaces, existing.
        tables: All other tables by name; empty for those not given, but that `plan` is missing.
        uninhabited: Districts without homes.
    """

    folder: Path
    layers: dict[str, dict[str, Any]]
    tables: dict[str, Any]
    uninhabited: list[str]

    def path(self, name: str) -> Path:
        """A path of the file, as seen from here."""
        return self.folder / name

    def files(self) -> list[Path]:
        """The files that are read."""
        named = [layer["file"] for layer in self.layers.values()]
        named += [self.tables["travel"].get("network"), self.tables["services"]["standard"]]
        return [self.path(name).resolve() for name in named if name is not None]


def read(name: str) -> Project:
    """Reads a project file.

    Raises:
        InputError: The file cannot be read; a key is unknown, missing or of the wrong type.
    """
    path = Path(name)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"the project file cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InputError("the project file is not UTF-8: save it in that encoding") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"the project file is not TOML: {error}") from None

    _known("the project file", content, _KEYS)
    _required("the project file", content, ("homes", "services", "travel"))
    layers = {}
    for layer in _LAYERS:
        if layer in content:
            layers[layer] = _table(layer, content, LAYER)
            _required(f"[{layer}]", layers[layer], ("file",))
            for key, value in layers[layer].items():
                _text(f"[{layer}] {key}", value)
    tables: dict[str, Any] = {
        "columns": _table("columns", content, None),
        "survey": _table("survey", content, None),
        "services": _table("services", content, _SERVICES),
        "travel": _table("travel", content, _TRAVEL),
        "slots": _tables("slots", content, _SLOT, required=_SLOT),
        "pairs": _tables("pairs", content, _PAIR, required=("first", "second")),
        "audit": _table("audit", content, _AUDIT),
    }
    if "plan" in content:
        tables["plan"] = _plan(_table("plan", content, (*_RULES, *_OPTIONS)))
    for key, value in tables["columns"].items():
        _text(f"[columns] {key}", value)
    _required("[services]", tables["services"], ("standard",))
    _text("[services] standard", tables["services"]["standard"])
    texts("[services] keep", tables["services"].get("keep", []))
    _check_travel(tables["travel"])
    uninhabited = texts("uninhabited", content.get("uninhabited", []))
    return Project(path.parent, layers, tables, uninhabited)


def _plan(plan: dict[str, Any]) -> dict[str, Any]:
    """The table of a plan, whose tables inside have known keys as well."""
    if "complexes" in plan:
        _table("complexes", plan, _COMPLEXES, "plan.")
        _required("[plan.complexes]", plan["complexes"], ("core",))
    if "most_envy" in plan:
        _table("most_envy", plan, _ENVY, "plan.")
        _required("[plan] most_envy", plan["most_envy"], _ENVY)
    _tables("quotas", plan, _QUOTA, required=("service",), inside="plan.")
    for key, aim in (("threshold", "envy"), ("years", "cost")):
        asked = plan.get("objective") == aim
        if asked and key not in plan:
            raise InputError(f'[plan] lacks {key}: objective = "{aim}" needs it')
        if key in plan and not asked:
            raise InputError(
                f'[plan] {key} goes with objective = "{aim}": leave it out, or ask for that'
            )
    return plan


def _check_travel(travel: Mapping[str, Any]) -> None:
    _required("[travel]", travel, ("cutoff",))
    network = travel.get("network")
    if network is not None:
        _text("[travel] network", network)
    without: dict[str, str] = (
        dict.fromkeys(("layer", "node_crossings", "speed"), "straight lines")
        if network is None
        else {"metric": "walks along streets"}
    )
    if travel.get("unit") == "metres":
        without["speed"] = "metres"
    for key, what in without.items():
        if key in travel:
            raise InputError(f"[travel] {key} means nothing to {what}: leave it out")
    metric = travel.get("metric", "euclidean")
    if metric not in _METRICS:
        raise InputError(
            f"[travel] metric is {metric!r}: {', '.join(_METRICS)} are expected, or a network"
        )
    units = ("m", "min") if network is None else ("minutes", "metres")
    if travel.get("unit", units[0]) not in units:
        raise InputError(
            f"[travel] unit is {travel['unit']!r}: one of {', '.join(units)} is expected"
        )


def _known(place: str, content: Mapping[str, Any], keys: Iterable[str]) -> None:
    for key in content:
        if key not in keys:
            raise InputError(
                f"{place} has {key!r}, which is no key of it; its keys are {', '.join(keys)}"
            )


def _required(place: str, content: Mapping[str, Any], keys: Iterable[str]) -> None:
    absent = [key for key in keys if key not in content]
    if absent:
        raise InputError(
            f"{place} lacks {' and '.join(absent)}; it needs {', '.join(keys)}, and has {', '.join(content) or 'nothing'}"
        )


def _table(
    name: str, content: Mapping[str, Any], keys: Iterable[str] | None, inside: str = ""
) -> dict[str, Any]:
    table = content.get(name, {})
    if not isinstance(table, dict):
        raise InputError(f"{inside}{name} is {table!r}: a table [{inside}{name}] is expected")
    if keys is not None:
        _known(f"[{inside}{name}]", table, keys)
    return table


def _tables(
    name: str,
    content: Mapping[str, Any],
    keys: Iterable[str],
    required: Iterable[str],
    inside: str = "",
) -> list[dict[str, Any]]:
    tables = content.get(name, [])
    if not isinstance(tables, list) or not all(isinstance(each, dict) for each in tables):
        raise InputError(f"{inside}{name} is {tables!r}: tables [[{inside}{name}]] are expected")
    for at, table in enumerate(tables):
        _known(f"[[{inside}{name}]] number {at}", table, keys)
        _required(f"[[{inside}{name}]] number {at}", table, required)
    return tables


def _text(place: str, value: object) -> str:
    if not isinstance(value, str):
        raise InputError(f"{place} is {value!r}: a text in quotes is expected")
    return value


def texts(place: str, values: object) -> list[str]:
    """A list of texts."""
    if not isinstance(values, list):
        raise InputError(f"{place} is {values!r}: a list of texts is expected")
    return [_text(f"{place}[{at}]", value) for at, value in enumerate(values)]
