"""`siting demo --pbf`: sites for a service in the town of an OpenStreetMap extract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

import siting
from siting import files, osm
from siting._optional import need
from siting._places import MAX_SNAP
from siting._zone import local_zone, name_of
from siting.cli.demo import made
from siting.cli.words import percent, shown, time
from siting.errors import InputError

WITHIN = 800.0
# Walks are stored up to so many metres, twice that where it takes more to serve everyone, and so on.
FIRST_CUTOFF = 5_000.0
# Some 30 bytes each while the models are solved.
MOST_PAIRS = 50_000_000
# Assumed, as for the synthetic town: what a service needs.
LEAST_AREA_M2 = 100.0
# Land could be built on, but is no room.
LAND = ("parking", "brownfield")
HOUSEHOLDS_PER_SITE = 1_500
MOST_SITES = 20
SERVICES = (
    "community canteen",
    "childcare",
    "after-school care",
    "elderly care",
    "health",
    "pharmacy",
    "culture",
    "fitness",
    "children's play",
    "housekeeping and repair",
    "community centre",
)


def extract(given: Any) -> None:
    """Prints who is served today, chooses sites under two models, writes a GeoPackage and a map."""
    if given.service not in SERVICES:
        raise InputError(
            f"{given.service!r} is no service that extracts show; these are: {', '.join(SERVICES)}",
            "service",
        )
    homes, spaces, facilities = _town(given.pbf)
    streets = siting.Network.from_pbf(given.pbf)
    existing = facilities[facilities["service"] == given.service]
    # A facility that is a candidate, too, counts as the facility.
    spaces = spaces[~spaces.index.isin(existing.index)]
    fit = spaces[~spaces["kind"].isin(LAND) & (spaces["area_m2"] >= LEAST_AREA_M2)]
    _introduce(given, homes, spaces, fit, streets)
    everyone = homes
    (homes, lost_homes), (fit, lost_fit), (existing, lost_existing) = (
        _connected(streets, layer) for layer in (homes, fit, existing)
    )
    print(
        "Left out, for lying on no street of the largest connected part: homes "
        f"{lost_homes:,}, rooms {lost_fit:,}, facilities {lost_existing:,}."
    )
    if homes.empty or fit.empty:
        raise InputError(
            f"{given.pbf}: the extract shows no room of {LEAST_AREA_M2:,.0f} m² or more that could take a service in: "
            "bring candidates of your own with siting solve"
        )
    households = homes["households"].sum()
    p = given.p
    if p is None:
        p = round(households / HOUSEHOLDS_PER_SITE)
        p = min(max(1, p), MOST_SITES, len(fit))
    print("The extract does not tell which rooms are idle: those chosen may be in use.")
    rules = {"p": p, "existing": existing.index.tolist()}
    ways = walking(streets, homes, fit, existing)

    covering = siting.MaxCover(
        ways,
        weights="households",
        within=WITHIN,
        **rules,
    )
    today = covering.evaluate(existing.index.tolist())
    print(
        f"\nToday\n  {today.objective:,.0f} of {households:,.0f} households ({percent(today.objective / households, 1)}) "
        f"live within a walk of {WITHIN:,.0f} m of one of {len(existing)} facilities for {given.service}."
    )
    covered = covering.solve(time_limit=given.time_limit)
    print(f"\nMaximal covering: {p} new, for the most households within {WITHIN:,.0f} m")
    print(
        f"  {covered.covered_weight:,.0f} of {covered.total_weight:,.0f} households ({percent(covered.covered_share, 1)}) "
        f"live within reach: {covered.covered_weight - today.objective:,.0f} more than today."
    )
    _conclude(fit, covered)
    walked, most = least_walking(streets, (homes, fit, existing), ways, rules, given.time_limit)
    print(f"\np-median: {p} new, for the least walking")
    print(f"  Plans with ways of more than {most:,.0f} m are left aside.")
    print(f"  The mean way is {walked.mean_cost:,.0f} m; the longest is {walked.max_cost:,.0f} m.")
    _conclude(fit, walked)

    folder = made(given.out)
    package, picture = folder / "extract.gpkg", folder / "extract.png"
    _write(package, everyone, spaces, facilities, {"max_cover": covered, "p_median": walked})
    _draw(picture, streets, homes, covered, walked)
    print(
        f"Wrote {shown(package)} (layers homes, spaces, facilities, chosen_max_cover, chosen_p_median) and "
        f"{shown(picture)}. Data © OpenStreetMap contributors, ODbL 1.0."
    )


def walking(
    streets: siting.Network, homes: Any, rooms: Any, existing: Any, *, first: float | None = None
) -> siting.TravelMatrix:
    """Metres to walk along the streets from homes to candidates and facilities.

    Walks are stored up to a cut-off: the first, doubled until every home reaches a room or facility.

    Raises:
        InputError: So many walks that they could fill the memory.
    """
    layers = [rooms] if existing.empty else [rooms, existing]
    joined, *sites = (streets.join(layer) for layer in (homes, *layers))
    some = homes.iloc[np.linspace(0, len(homes) - 1, min(len(homes), 200)).astype(int)]
    cutoff = FIRST_CUTOFF if first is None else first

    def pairs() -> float:
        """Estimate of the walks within the cut-off."""
        found = sum(streets.travel(some, to, cutoff=cutoff, unit="metres").nnz for to in sites)
        return found * len(homes) / len(some)

    # A dense city has more than enough of shorter walks.
    while first is None and cutoff > 2 * WITHIN and pairs() > MOST_PAIRS:
        cutoff /= 2
    while True:
        expected = pairs()
        if expected > MOST_PAIRS:
            raise InputError(
                f"some {expected:,.0f} walks of up to {cutoff:,.0f} m lead from {len(homes):,} homes to "
                f"{sum(map(len, layers)):,} rooms and facilities, more than the {MOST_PAIRS:,} that a demo holds: cut a part "
                "out of the extract (osmium extract --bbox)",
                "pbf",
            )
        ways = streets.travel(joined, sites[0], cutoff=cutoff, unit="metres")
        for more in sites[1:]:
            ways = ways.with_sites(streets.travel(joined, more, cutoff=cutoff, unit="metres"))
        if not ways.unreachable or cutoff >= _longest(streets):
            return ways
        cutoff *= 2


def least_walking(
    streets: siting.Network,
    layers: tuple[Any, Any, Any],
    ways: siting.TravelMatrix,
    rules: dict[str, Any],
    time_limit: float | None,
) -> tuple[siting.Solution, float]:
    """The p-median plan and its cut-off: a longer one where so few sites cannot serve everyone within the first."""
    cutoff = ways.cutoff or np.inf
    while True:
        median = siting.PMedian(ways, weights="households", **rules)
        try:
            return median.solve(time_limit=time_limit), cutoff
        except siting.InfeasibleError:
            if cutoff >= _longest(streets):
                raise
        cutoff *= 2
        ways = walking(streets, *layers, first=cutoff)


def _longest(streets: siting.Network) -> float:
    """Metres that no shortest way exceeds: all streets, and both access legs."""
    return 1000 * float(streets.summary()["kilometres"]) + 2 * MAX_SNAP


def _connected(streets: siting.Network, layer: Any) -> tuple[Any, int]:
    """The places on the largest connected part of the streets, and how many are not."""
    if layer.empty:
        return layer, 0
    kept = streets.component(streets.join(layer, beyond="unreachable")) == 0
    return layer[kept], int((~kept).sum())


def _town(pbf: str) -> tuple[Any, Any, Any]:
    """Homes, spaces and facilities as points in metres."""
    homes = osm.homes(pbf, points=True)
    if homes.empty:
        raise InputError(f"{pbf}: the extract shows no residential building")
    crs = local_zone("homes", homes)
    layers = (homes, osm.spaces(pbf, points=True), osm.facilities(pbf, points=True))
    homes, spaces, facilities = (layer.to_crs(crs) for layer in layers)
    return homes, spaces, facilities


def _introduce(given: Any, homes: Any, spaces: Any, fit: Any, streets: siting.Network) -> None:
    report = homes.attrs["report"]
    print(
        f"{Path(given.pbf).name}: {len(homes):,} residential buildings with an estimated {homes['households'].sum():,.0f} "
        f"households; {len(spaces):,} spaces, {len(fit):,} of them rooms of {LEAST_AREA_M2:,.0f} m² or more. "
        f"Ways are walked along {streets.summary()['kilometres']:,.0f} km of streets. "
        f"Layers and maps are in {name_of(homes.crs)}, the UTM zone of the homes, in metres."
    )
    print(
        f"Assumed: the levels of {report['levels_assumed']:,} buildings; that {report['untyped_homes']:,} buildings of no "
        f"stated use are homes, and {report['untyped_left_out']:,} are not. Left out: {report['broken_areas']:,} areas that do "
        f"not close, {int(spaces['area_m2'].isna().sum()):,} spaces of unknown area."
    )


def _conclude(spaces: Any, plan: siting.Solution) -> None:
    if plan.status == "optimal":
        proof = f"Proven optimal (gap 0 %) in {time(plan.seconds)}."
    elif plan.gap is None:
        proof = f"Stopped after {time(plan.seconds)} without a bound."
    else:
        proof = (
            f"No plan is more than {percent(plan.gap, 2)} better (gap), after {time(plan.seconds)}."
        )
    chosen = spaces.loc[_chosen(spaces, plan)]
    names = [
        f"{_named(site, row['name'])}, {row.kind} of {row.area_m2:,.0f} m²"
        for site, row in chosen.head(8).iterrows()
    ]
    more = f"; and {len(chosen) - 8} more" if len(chosen) > 8 else ""
    print(f"  {proof}\n  Chosen: {'; '.join(names)}{more}.")


def _named(site: str, name: Any) -> str:
    return f"{name} ({site})" if isinstance(name, str) and name else site


def _chosen(spaces: Any, plan: siting.Solution) -> list[str]:
    return [site for site in plan.sites if site in spaces.index]


def _write(
    path: Path, homes: Any, spaces: Any, facilities: Any, plans: dict[str, siting.Solution]
) -> None:
    homes, spaces = homes.copy(), spaces.copy()
    layers = {"homes": homes, "spaces": spaces, "facilities": facilities}
    for name, plan in plans.items():
        served = plan.to_geodataframe(layer="demand")
        homes[f"site_{name}"] = served["site"].reindex(homes.index).astype(object)
        homes[f"metres_{name}"] = served["cost"].reindex(homes.index)
        spaces[f"chosen_{name}"] = spaces.index.isin(plan.sites)
        new = plan.to_geodataframe().loc[_chosen(spaces, plan)]
        columns = ["name", "kind", "area_m2", "served_weight", "mean_cost", "geometry"]
        layers[f"chosen_{name}"] = new[columns]
    files.write_layers(path, layers, description="© OpenStreetMap contributors, ODbL 1.0")


def _draw(
    path: Path,
    streets: siting.Network,
    homes: Any,
    covered: siting.Solution,
    walked: siting.Solution,
) -> None:
    figure_module = need("matplotlib.figure", "siting demo", "plot")
    figure = figure_module.Figure(figsize=(15, 8), layout="constrained")
    lines = streets.to_geodataframe()[1].geometry.to_crs(homes.crs)
    west, south, east, north = homes.total_bounds
    room = 0.05 * max(east - west, north - south)
    for ax, plan, title in zip(
        figure.subplots(1, 2),
        (covered, walked),
        (
            f"Maximal covering: {percent(covered.covered_share, 0)} of households within {WITHIN:,.0f} m",
            f"p-median: households walk {walked.mean_cost:,.0f} m on average",
        ),
        strict=True,
    ):
        lines.plot(ax=ax, color="#d5cfc0", linewidth=0.5, zorder=0)
        plan.plot(ax, lines=len(homes) <= 2_000, title=title)
        ax.set(
            xlabel="m",
            ylabel="m",
            xlim=(west - room, east + room),
            ylim=(south - room, north + room),
        )
    figure.suptitle("© OpenStreetMap contributors")
    try:
        figure.savefig(path, dpi=120)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
