"""`siting solve`: a siting plan for layers in files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import siting
from siting import files
from siting._optional import need
from siting.cli.planes import bring_together
from siting.errors import InputError

_OUTPUTS = (".gpkg", ".geojson", ".csv", ".json")
_MAPS = (".png", ".pdf", ".svg")
# A stored pair takes some 24 bytes in both directions.
_MOST_PAIRS = 100_000_000

#: Which options each model takes, by the name of the argument.
_TAKES = {
    "max-cover": {"within", "p", "budget", "backup", "capacities", "costs"},
    "set-cover": {"within", "share", "backup", "capacities", "costs"},
    "p-median": {"p", "budget", "capacities", "costs"},
    "p-center": {"p", "budget", "costs"},
    "p-dispersion": {"p", "budget", "costs"},
    "fixed-charge": {"p", "budget", "capacities", "costs", "min_use"},
}
_CLASSES = {
    "max-cover": siting.MaxCover,
    "set-cover": siting.SetCover,
    "p-median": siting.PMedian,
    "p-center": siting.PCenter,
    "fixed-charge": siting.FixedCharge,
}


def solve(given: Any) -> None:
    """Reads the layers, solves the model, prints the result and writes it."""
    _check(given)
    layers, notes = _read(given)
    own_crs = layers["demand"].crs
    layers, more = bring_together(layers, given.metric)
    for note in notes + more:
        print(f"Note: {note}.")
    solution = _model(given, layers).solve(
        time_limit=given.time_limit,
        gap=0.0 if given.gap is None else given.gap,
        method=given.method or "auto",
        backend=given.backend or "highs",
        threads=given.threads,
        seed=given.seed or 0,
        progress=given.progress,
    )
    print(solution.summary())
    if given.output:
        _write(Path(given.output), solution, own_crs)
    if given.map:
        _draw(Path(given.map), solution)


def _check(given: Any) -> None:
    """Refuses what cannot work before any file is read."""
    takes = _TAKES[given.model]
    for option, value, needs in (
        ("--within", given.within, "within"),
        ("--share", given.share, "share"),
        ("--backup", given.backup, "backup"),
        ("-p", given.p, "p"),
        ("--budget", given.budget, "budget"),
        ("--capacity-col", given.capacity_col, "capacities"),
        ("--demand-col", given.demand_col, "capacities"),
        ("--single-source", given.single_source or None, "capacities"),
        ("--assignment", given.assignment, "capacities"),
        ("--min-use-col", given.min_use_col, "min_use"),
    ):
        if value is not None and needs not in takes:
            raise InputError(f"{option} means nothing to {given.model}: leave it out")
    if given.model in ("max-cover", "set-cover") and given.within is None:
        raise InputError(f"--within is missing: {given.model} needs the radius of covering")
    if given.within is not None and given.within < 0:
        raise InputError(f"--within is {given.within:g}: a distance of 0 or more is needed")
    if None not in (given.within, given.cutoff) and given.cutoff < given.within:
        raise InputError(
            f"--cutoff {given.cutoff:g} hides sites within {given.within:g}: leave it out, or make it longer"
        )
    if given.model == "p-dispersion" and given.p is None:
        raise InputError("-p is missing: p-dispersion needs the number of sites")
    if given.model == "fixed-charge" and given.cost_col is None:
        raise InputError(
            "--cost-col is missing: fixed-charge weighs the costs of opening against walking"
        )
    named = [name for name in (given.demand, given.sites, given.existing_sites) if name]
    if (given.x or given.y) and not any(
        Path(name).suffix.lower() in files.TABLES for name in named
    ):
        raise InputError("--x and --y name columns of CSV files, and none is given")
    inputs = [Path(name).resolve() for name in named]
    for option, name, suffixes in (
        ("--output", given.output, _OUTPUTS),
        ("--map", given.map, _MAPS),
    ):
        if name is None:
            continue
        path = Path(name)
        if path.suffix.lower() not in suffixes:
            raise InputError(f"{option}: {name} must end with {', '.join(suffixes)}")
        if path.resolve() in inputs:
            raise InputError(
                f"{option}: {name} is one of the input files, which are never overwritten"
            )
        if not path.resolve().parent.is_dir():
            raise InputError(f"{option}: there is no folder {path.parent}")


def _read(given: Any) -> tuple[dict[str, Any], list[str]]:
    layers: dict[str, Any] = {}
    notes: list[str] = []
    for name, path, layer in (
        ("demand", given.demand, given.demand_layer),
        ("sites", given.sites, given.sites_layer),
        ("existing", given.existing_sites, given.existing_layer),
    ):
        if path is None:
            continue
        csv = Path(path).suffix.lower() in files.TABLES
        layers[name], found = files.read_points(
            path,
            layer=layer,
            id_column=given.id_col,
            x=given.x if csv else None,
            y=given.y if csv else None,
            crs=given.crs,
            encoding=given.encoding,
        )
        notes.extend(note for note in found if note not in notes)
    if "existing" in layers and given.id_col is None:
        # Row numbers of two files would be taken for the same sites.
        layers["existing"].index = [f"existing {row}" for row in layers["existing"].index]
    return layers, notes


def _model(given: Any, layers: dict[str, Any]) -> siting.MaxCover | Any:
    pandas = need("pandas", "siting solve", "geo")
    demand, sites, existing = layers["demand"], layers["sites"], layers.get("existing")
    rules = {
        "required": _listed(given.required, sites, "--required"),
        "forbidden": _listed(given.forbidden, sites, "--forbidden"),
        "existing": _listed(given.existing, sites, "--existing"),
    }
    if existing is not None:
        rules["existing"] = [*(rules["existing"] or []), *existing.index.tolist()]
    data = {"p": given.p, "budget": given.budget, **rules}
    if given.model == "set-cover":
        del data["p"], data["budget"]
    data["site_costs"] = _column(given.cost_col, sites, "--cost-col")
    if existing is not None and data["site_costs"] is not None:
        # Existing sites are free of charge, whatever their table says.
        data["site_costs"] = pandas.concat(
            [data["site_costs"], pandas.Series(0.0, index=existing.index)]
        )
    if given.model == "p-dispersion":
        both = sites if existing is None else pandas.concat([sites, existing])
        _refuse_too_many(both, both)
        return siting.PDispersion.from_points(both, metric=given.metric, **data)

    takes = _TAKES[given.model]
    if "capacities" in takes:
        data |= {
            "capacities": _both(given.capacity_col, sites, existing, "--capacity-col"),
            "demands": _column(given.demand_col, demand, "--demand-col"),
            "single_source": given.single_source,
            "assignment": given.assignment or "system",
        }
    if "min_use" in takes:
        data["min_use"] = _both(given.min_use_col, sites, existing, "--min-use-col")
    if "backup" in takes:
        data["backup"] = 1 if given.backup is None else given.backup
    if "share" in takes:
        data["share"] = given.share
    if "within" in takes:
        data["within"] = given.within
    weights = 1 if given.weight is None else _column(given.weight, demand, "--weight")
    return _CLASSES[given.model](_travel(given, demand, sites, existing), weights=weights, **data)


def _travel(given: Any, demand: Any, sites: Any, existing: Any) -> siting.TravelMatrix:
    cutoff = given.within if given.cutoff is None else given.cutoff
    if cutoff is None:
        _refuse_too_many(demand, sites)
    travel = siting.TravelMatrix.from_points(demand, sites, cutoff=cutoff, metric=given.metric)
    if existing is None:
        return travel
    return travel.with_sites(
        siting.TravelMatrix.from_points(demand, existing, cutoff=cutoff, metric=given.metric)
    )


def _refuse_too_many(demand: Any, sites: Any) -> None:
    pairs = len(demand) * len(sites)
    if pairs > _MOST_PAIRS:
        raise InputError(
            f"{len(demand):,} x {len(sites):,} pairs would take about {24e-9 * pairs:,.0f} GB: "
            "--cutoff D keeps those within a distance",
        )


def _column(name: str | None, frame: Any, option: str) -> Any:
    if name is None:
        return None
    columns = [column for column in frame.columns if column != frame.geometry.name]
    if name not in columns:
        raise InputError(
            f"{option}: there is no column {name!r}; the columns are {', '.join(columns)}"
        )
    numbers = frame[name]
    if numbers.dtype == object or not need(
        "pandas", "siting solve", "geo"
    ).api.types.is_numeric_dtype(numbers):
        for label, value in numbers.items():
            try:
                float(value)
            except (TypeError, ValueError):
                raise InputError(
                    f"{option}: {name} of {label!r} is {value!r}: a number is needed"
                ) from None
        numbers = numbers.astype(float)
    return numbers


def _both(name: str | None, sites: Any, existing: Any, option: str) -> Any:
    """A column of the candidates, followed by that of the existing sites where these come from a file."""
    column = _column(name, sites, option)
    if existing is None or column is None:
        return column
    return need("pandas", "siting solve", "geo").concat(
        [column, _column(name, existing, f"{option} (existing sites)")]
    )


_YES = {"1", "1.0", "true", "t", "yes", "y", "是"}
_NO = {"0", "0.0", "false", "f", "no", "n", "否", "", "nan", "none", "<na>"}


def _listed(given: str | None, sites: Any, option: str) -> list[Any] | None:
    """Ids of sites: those marked in a column, or those written out."""
    if given is None:
        return None
    if given in sites.columns:
        marked = []
        for label, value in sites[given].items():
            word = str(value).strip().lower()
            if word not in _YES | _NO:
                raise InputError(
                    f"{option}: {given} of site {label!r} is {value!r}: 1, yes, true or 是 marks a site; "
                    "0, no, false, 否 or nothing does not"
                )
            if word in _YES:
                marked.append(label)
        return marked
    known = {str(label): label for label in sites.index}
    listed = []
    for word in given.replace("，", ",").split(","):
        if word.strip() not in known:
            some = ", ".join(list(known)[:3])
            raise InputError(
                f"{option}: {word.strip()!r} is neither the id of a site (they are {some}, ...) nor a column of the sites"
            )
        listed.append(known[word.strip()])
    return listed


def _write(path: Path, solution: siting.Solution, crs: Any) -> None:
    if path.suffix.lower() == ".json":
        files.write_text(path, solution.to_json())
        print(f"Wrote {path}.")
        return
    sites = solution.to_geodataframe()
    if crs is not None:
        sites = sites.to_crs(crs)
    if path.suffix.lower() != ".gpkg":
        files.write_layer(path, sites)
        print(f"Wrote {path}: the open sites.")
    elif solution.model == "p-dispersion":
        files.write_layers(path, {"sites": sites})
        print(f"Wrote {path}: layer sites.")
    else:
        demand = solution.to_geodataframe(layer="demand")
        files.write_layers(
            path, {"sites": sites, "demand": demand if crs is None else demand.to_crs(crs)}
        )
        print(f"Wrote {path}: layers sites and demand.")


def _draw(path: Path, solution: siting.Solution) -> None:
    figure = need("matplotlib.figure", "--map", "plot").Figure(figsize=(9, 9), layout="constrained")
    solution.plot(figure.subplots(), lines=len(solution.assignment) <= 5_000)
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
    print(f"Wrote {path}.")
