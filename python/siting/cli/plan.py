"""`siting plan`: which services go into which spaces, by a project file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import siting
from siting import files
from siting._optional import need
from siting.cli.programme import Read, folder, programme
from siting.cli.project import Project, read
from siting.cli.words import shown
from siting.errors import InputError

_TABLES = ("fitout", "spaces", "facilities", "coverage", "by_district", "money")
_PACKAGE, _MAP, _SUMMARY, _JSON = "plan.gpkg", "plan.png", "summary.txt", "plan.json"


def plan(given: Any) -> None:
    """Solves the programme, prints the summary of the plan and writes its tables and a map."""
    need("matplotlib", "siting plan", "plot")
    project = read(given.project)
    if "plan" not in project.tables:
        raise InputError(
            "the project file lacks [plan]: say there what the plan is to be good at, and the budget"
        )
    if "spaces" not in project.layers:
        raise InputError("the project file lacks [spaces]: a plan needs idle spaces")
    names = [_PACKAGE, _MAP, _SUMMARY, _JSON, *(f"{table}.csv" for table in _TABLES)]
    where = folder(given.out, names, project)
    town = programme(project, to_spaces=True)
    for note in town.notes:
        print(f"Note: {note}.")
    found = town.programme.solve(**_rules(project), progress=given.progress)
    print(found.summary())
    _write(where, found, town)


def _rules(project: Project) -> dict[str, Any]:
    """The rules and options as `Programme.solve` takes them."""
    rules = dict(project.tables["plan"])
    if rules.get("objective") == "envy":
        rules["objective"] = siting.Envy(threshold=rules.pop("threshold"))
    elif rules.get("objective") == "cost":
        rules["objective"] = siting.Cost(years=rules.pop("years"))
    if "complexes" in rules:
        rules["complexes"] = siting.Complexes(**rules["complexes"])
    if "most_envy" in rules:
        rules["most_envy"] = siting.EnvyLimit(**rules["most_envy"])
    rules["quotas"] = [siting.Quota(**quota) for quota in rules.get("quotas", [])]
    return rules


def _write(where: Path, found: siting.ServicePlan, town: Read) -> None:
    written = []
    for name in _TABLES:
        table = getattr(found, name)
        if name == "money":
            table = table.rename_axis("figure").to_frame()
        if name == "fitout":
            table = table.drop(columns="geometry")
        # Without facilities of today or districts there is nothing to tell of them.
        if len(table) or name == "fitout":
            files.write_table(where / f"{name}.csv", table)
            written.append(f"{name}.csv")
    layers = {name: found.to_geodataframe(layer=name) for name in ("fitout", "spaces", "homes")}
    if len(found.facilities):
        layers["facilities"] = found.to_geodataframe(layer="facilities")
    layers = {name: layer for name, layer in layers.items() if len(layer)}
    files.write_layers(where / _PACKAGE, town.own(layers))
    files.write_text(where / _SUMMARY, found.summary() + "\n")
    files.write_text(where / _JSON, found.to_json())
    _draw(where / _MAP, found)
    written += [_SUMMARY, _JSON, _MAP]
    print(
        f"Wrote {', '.join(written)} and {_PACKAGE} (layers {', '.join(layers)}) to {shown(where)}."
    )


def _draw(path: Path, found: siting.ServicePlan) -> None:
    figure = need("matplotlib.figure", "siting plan", "plot").Figure(
        figsize=(11, 9), layout="constrained"
    )
    found.plot(ax=figure.subplots())
    try:
        figure.savefig(path, dpi=120)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
