"""The programme that a project file describes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import siting
from siting import files, standards
from siting._zone import name_of
from siting.cli.demo import made
from siting.cli.planes import Words, bring_together
from siting.cli.project import Project
from siting.errors import InputError

_WORDS = Words(
    {"homes": "homes", "spaces": "spaces", "existing": "existing"},
    "the key crs of the layer",
    'metric = "haversine"',
)


class Read(NamedTuple):
    """A programme, sentences on what was assumed to read it, and the CRS of the homes in their file."""

    programme: siting.Programme
    notes: list[str]
    crs: Any

    def own(self, layers: dict[str, Any]) -> dict[str, Any]:
        """Layers of results in the CRS of the homes."""
        if self.crs is None:
            return layers
        return {name: layer.to_crs(self.crs) for name, layer in layers.items()}


def programme(project: Project, *, to_spaces: bool) -> Read:
    """Reads the layers, measures the walks and makes the programme; those to spaces only where they are asked for."""
    travel, columns = project.tables["travel"], dict(project.tables["columns"])
    metric = travel.get("metric", "euclidean")
    layers, notes = _layers(project)
    own = layers["homes"].crs
    layers, more = bring_together(layers, metric, _WORDS)
    notes += more
    standard = _standard(project)
    network = _network(project, notes)
    existing = layers.get("existing")
    # A first look at the services tells which facilities are of services that are not kept.
    unit = _unit(travel, layers["homes"].crs, metric)
    services, dropped = _kept(project, standard, unit)
    if existing is not None and dropped:
        word = columns.get("service", "service")
        if word in existing.columns:
            others = existing[word].isin(dropped)
            if others.any():
                notes.append(
                    f"existing: {int(others.sum())} of {len(existing)} rows are of services that are not kept, and left out"
                )
            existing = existing[~others] if not others.all() else None

    def walks(layer: Any) -> siting.TravelMatrix | None:
        if layer is None:
            return None
        if network is None:
            return siting.TravelMatrix.from_points(
                layers["homes"], layer, cutoff=travel["cutoff"], metric=metric
            )
        options = {"speed": travel["speed"]} if "speed" in travel else {}
        return network.travel(
            layers["homes"],
            layer,
            cutoff=travel["cutoff"],
            unit=travel.get("unit", "minutes"),
            **options,
        )

    areas = {word: columns.pop(word, None) for word in ("district", "community", "setting")}
    made_of = siting.Programme(
        layers["homes"],
        layers.get("spaces"),
        services,
        travel=walks(existing),
        existing=existing,
        travel_to_spaces=walks(layers.get("spaces")) if to_spaces else None,
        uninhabited=project.uninhabited,
        survey=project.tables["survey"],
        columns=columns,
        slots=[siting.Slot(**slot) for slot in project.tables["slots"]],
        pairs=[siting.Pair(**pair) for pair in project.tables["pairs"]],
        **areas,
    )
    return Read(made_of, notes, own)


def _layers(project: Project) -> tuple[dict[str, Any], list[str]]:
    layers: dict[str, Any] = {}
    notes: list[str] = []
    for name, keys in project.layers.items():
        options = {key: value for key, value in keys.items() if key not in ("file", "id")}
        found = files.read_points(project.path(keys["file"]), id_column=keys.get("id"), **options)
        layers[name] = found.frame
        notes.extend(note for note in found.notes if note not in notes)
    return layers, notes


def _standard(project: Project) -> siting.Standard:
    name = project.tables["services"]["standard"]
    return standards.load(name if name in standards.list() else project.path(name))


def _unit(travel: dict[str, Any], crs: Any, metric: str) -> str:
    """The unit of the walks, as services take it."""
    if "network" in travel:
        return {"minutes": "min", "metres": "m"}[travel.get("unit", "minutes")]
    if "unit" in travel:
        return str(travel["unit"])
    if metric == "haversine":
        return "m"
    name = None if crs is None else crs.axis_info[0].unit_name
    if name != "metre":
        told = "the layers have no CRS" if crs is None else f"{name_of(crs)} is in {name}"
        raise InputError(
            f'[travel] lacks unit: {told}; give unit = "m" if the coordinates are metres'
        )
    return "m"


def _kept(
    project: Project, standard: siting.Standard, unit: str
) -> tuple[list[siting.Service], list[str]]:
    """The services that are kept, and the names of the others."""
    services, keep = standard.services(unit=unit), project.tables["services"].get("keep")
    if keep is None:
        return services, []
    by_name = {service.name: service for service in services}
    for at, name in enumerate(keep):
        if name not in by_name:
            raise InputError(
                f"[services] keep[{at}] is {name!r}: the services of {standard.name!r} are {', '.join(map(repr, by_name))}"
            )
        if name in keep[:at]:
            raise InputError(f"[services] keep has {name!r} twice")
    return [by_name[name] for name in keep], [name for name in by_name if name not in keep]


def _network(project: Project, notes: list[str]) -> siting.Network | None:
    travel = project.tables["travel"]
    if "network" not in travel:
        return None
    path = project.path(travel["network"])
    if path.name.endswith(".osm.pbf"):
        for key in ("layer", "node_crossings"):
            if key in travel:
                raise InputError(f"[travel] {key} means nothing to an extract: leave it out")
        return siting.Network.from_pbf(path)
    lines, more = files.read_lines(path, layer=travel.get("layer"))
    notes.extend(more)
    return siting.Network.from_geodataframe(
        lines, node_crossings=travel.get("node_crossings", False)
    )


def folder(out: str, names: list[str], project: Project) -> Path:
    """The folder of the results, made where there is none; no result may replace an input file."""
    where = made(out)
    for name in names:
        if (where / name).resolve() in project.files():
            raise InputError(
                f"--out: {where / name} is one of the input files, which are never overwritten"
            )
    return where
