"""`siting demo`: canteens for a synthetic town, or for the town of an extract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import siting
from siting import files
from siting._optional import need
from siting.cli.words import percent, shown, time
from siting.errors import InputError

#: The town as a project for `siting audit` and `siting plan`.
_PROJECT = """\
# For `siting audit project.toml` and `siting plan project.toml`.

[homes]
file = "synthetic-town.gpkg"
layer = "homes"
id = "id"

[spaces]
file = "synthetic-town.gpkg"
layer = "spaces"
id = "id"

[existing]
file = "synthetic-town.gpkg"
layer = "facilities"
id = "id"

[columns]
district = "district"
community = "community_name"

[services]
standard = "ningbo-2025"
keep = ["elderly care", "childcare", "community canteen", "after-school care"]

[travel]
metric = "euclidean"
cutoff = 1500

[plan]
objective = "cover"
budget = 2000000
gap = 0.005
time_limit = 60
"""
WITHIN = 800.0
PEOPLE = "age_60_plus"
# Assumed: what a canteen needs; the published example has 135 m².
LEAST_AREA_M2 = 100.0
UNFIT_KINDS = ("roof", "underground", "corner land")
# Smaller towns have no canteen today, and larger ones more pairs than a demonstration needs.
LEAST_COMMUNITIES, MOST_COMMUNITIES = 5, 700


def demo(given: Any) -> None:
    """Prints who is served today, chooses sites under two models, writes a GeoPackage and a map."""
    need("geopandas", "siting demo", "geo")
    need("matplotlib", "siting demo", "plot")
    if given.pbf is not None:
        from siting.cli.extract import extract

        extract(given)
        return
    if not LEAST_COMMUNITIES <= given.communities <= MOST_COMMUNITIES:
        raise InputError(
            f"the demonstration takes {LEAST_COMMUNITIES} to {MOST_COMMUNITIES} communities, not {given.communities}; "
            "siting.synthetic_town makes larger towns",
            "communities",
        )
    folder = made(given.out)

    town = siting.synthetic_town(given.communities, seed=given.seed)
    canteens = town.facilities[town.facilities["service"] == "community canteen"]
    unfit = town.spaces["kind"].isin(UNFIT_KINDS) | (town.spaces["area_m2"] < LEAST_AREA_M2)
    rules = {
        "p": min(max(1, round(given.communities / 3)), int((~unfit).sum())),
        "existing": canteens.index.tolist(),
        "forbidden": town.spaces.index[unfit].tolist(),
    }
    _introduce(town, unfit, given)

    covering = siting.MaxCover(
        _travel(town, canteens, cutoff=WITHIN),
        weights=PEOPLE,
        within=WITHIN,
        **rules,
    )
    today = covering.evaluate(canteens.index.tolist())
    _today(town, canteens, today)
    covered = covering.solve(time_limit=given.time_limit)
    _covering(town, today, covered, rules["p"])

    # Beyond this no resident of a larger town looks for a canteen.
    median = siting.PMedian(
        _travel(town, canteens, cutoff=None if given.communities <= 60 else 6_000.0),
        weights=PEOPLE,
        **rules,
    )
    walked = median.solve(time_limit=given.time_limit)
    _median(town, canteens, walked, rules["p"])

    package = folder / "synthetic-town.gpkg"
    picture = folder / "synthetic-town.png"
    _write(package, town, covered, walked)
    _draw(picture, town, covered, walked)
    project = folder / "project.toml"
    files.write_text(project, _PROJECT)
    print(
        f"Wrote {shown(package)} (layers homes, spaces, facilities, communities, chosen_max_cover, "
        f"chosen_p_median), {shown(picture)} and {shown(project)} (for siting audit and siting plan)."
    )


def made(out: str) -> Path:
    """The folder of the files, made where there is none."""
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"--out: {folder} cannot be made: {error.strerror}") from None
    return folder


def _travel(town: siting.SyntheticTown, canteens: Any, cutoff: float | None) -> siting.TravelMatrix:
    candidates = siting.TravelMatrix.from_points(town.homes, town.spaces, cutoff=cutoff)
    return candidates.with_sites(
        siting.TravelMatrix.from_points(town.homes, canteens, cutoff=cutoff)
    )


def _introduce(town: siting.SyntheticTown, unfit: Any, given: Any) -> None:
    homes = town.homes
    print(
        f"SYNTHETIC town of {len(town.communities)} communities (seed {given.seed}): invented, though its totals "
        "follow published figures of Ningbo."
    )
    print(
        f"{len(homes):,} demand points with {homes['people'].sum():,} people, {homes[PEOPLE].sum():,} of them aged 60 "
        f"or over; {len(town.spaces):,} idle spaces, {int((~unfit).sum()):,} of them rooms of {LEAST_AREA_M2:,.0f} m² or more "
        "that a canteen could use. Distances are straight lines."
    )


def _today(town: siting.SyntheticTown, canteens: Any, today: siting.Plan) -> None:
    n = len(town.communities)
    elders = town.homes[PEOPLE].sum()
    print("\nToday")
    for column, words, published in (
        ("community_canteen", "a community canteen serves", 0.12),
        ("childcare", "childcare serves", 0.38),
        ("after_school_care", "after-school care serves", 0.23),
    ):
        served = int(town.communities[column].sum())
        print(
            f"  By the survey's count, {words} {served} of {n} communities ({percent(served / n, 1)}; "
            f"Ningbo: {percent(published, 0)})."
        )
    print(
        f"  By walking, {today.objective:,.0f} of {elders:,} people 60+ ({percent(today.objective / elders, 1)}) live within "
        f"{WITHIN:,.0f} m of one of the {len(canteens)} canteens, "
        f"in {_mostly_reached(town, today.assignment)} of {n} communities at least half of them."
    )


def _covering(
    town: siting.SyntheticTown, today: siting.Plan, plan: siting.Solution, p: int
) -> None:
    n = len(town.communities)
    before, after = _mostly_reached(town, today.assignment), _mostly_reached(town, plan.assignment)
    print(f"\nMaximal covering: {p} new canteens, for the most people 60+ within {WITHIN:,.0f} m")
    print(
        f"  {plan.covered_weight:,.0f} of {plan.total_weight:,.0f} people 60+ ({percent(plan.covered_share, 1)}) live within reach: "
        f"{plan.covered_weight - today.objective:,.0f} more than today."
    )
    print(f"  Communities where at least half of them do: {after} of {n}, {before} today.")
    _conclude(town, plan)


def _median(town: siting.SyntheticTown, canteens: Any, plan: siting.Solution, p: int) -> None:
    # The walk of today is measured without a cut-off, since people far out have one too.
    alone = siting.PMedian(
        siting.TravelMatrix.from_points(town.homes, canteens), weights=PEOPLE, p=len(canteens)
    )
    today = alone.evaluate(canteens.index.tolist())
    mean = today.objective / town.homes[PEOPLE].sum()
    print(f"\np-median: {p} new canteens, for the least walking of people 60+")
    print(
        f"  Their mean way to the nearest canteen falls from {mean:,.0f} m to {plan.mean_cost:,.0f} m; "
        f"the longest is {plan.max_cost:,.0f} m."
    )
    _conclude(town, plan)


def _conclude(town: siting.SyntheticTown, plan: siting.Solution) -> None:
    if plan.status == "optimal":
        proof = f"Proven optimal (gap 0 %) in {time(plan.seconds)}."
    elif plan.gap is None:
        proof = f"Stopped after {time(plan.seconds)} without a bound."
    else:
        proof = (
            f"No plan is more than {percent(plan.gap, 2)} better (gap), after {time(plan.seconds)}."
        )
    print(f"  {proof}")
    chosen = town.spaces.loc[_chosen(town, plan)]
    shown = [
        f"{name}, {row.kind} of {row.area_m2:,.0f} m² in {row.community_name}"
        for name, row in chosen.head(8).iterrows()
    ]
    more = f"; and {len(chosen) - 8} more" if len(chosen) > 8 else ""
    print(f"  Chosen: {'; '.join(shown)}{more}.")


def _chosen(town: siting.SyntheticTown, plan: siting.Solution) -> list[str]:
    return [site for site in plan.sites if site in town.spaces.index]


def _mostly_reached(town: siting.SyntheticTown, assignment: Any) -> int:
    """In how many communities at least half of the people 60+ are served."""
    people = town.homes[PEOPLE]
    reached = people.where(assignment.notna().to_numpy(), 0)
    by = town.homes["community"]
    return int((2 * reached.groupby(by).sum() >= people.groupby(by).sum()).sum())


def _write(
    path: Path, town: siting.SyntheticTown, covered: siting.Solution, walked: siting.Solution
) -> None:
    homes, spaces = town.homes.copy(), town.spaces.copy()
    for name, plan in (("max_cover", covered), ("p_median", walked)):
        served = plan.to_geodataframe(layer="demand")
        homes[f"canteen_{name}"] = served["site"].astype(object)
        homes[f"metres_{name}"] = served["cost"]
        spaces[f"chosen_{name}"] = spaces.index.isin(plan.sites)
    layers = {
        "homes": homes,
        "spaces": spaces,
        "facilities": town.facilities,
        "communities": town.communities,
    }
    for name, plan in (("max_cover", covered), ("p_median", walked)):
        opened = plan.to_geodataframe()
        new = opened.loc[_chosen(town, plan)]
        layers[f"chosen_{name}"] = new.drop(columns=["existing", "service", "places", "serves"])
    files.write_layers(path, layers, description="Synthetic: invented, no place in it is real")


def _draw(
    path: Path, town: siting.SyntheticTown, covered: siting.Solution, walked: siting.Solution
) -> None:
    figure_module = need("matplotlib.figure", "siting demo", "plot")
    west, south, east, north = town.communities.total_bounds
    height = 7.0 * min(max((north - south) / (east - west), 0.5), 1.5)
    figure = figure_module.Figure(figsize=(15, height + 1.0), layout="constrained")
    for ax, plan, title in zip(
        figure.subplots(1, 2),
        (covered, walked),
        (
            f"Maximal covering: {percent(covered.covered_share, 0)} of people 60+ within {WITHIN:,.0f} m",
            f"p-median: people 60+ walk {walked.mean_cost:,.0f} m on average",
        ),
        strict=True,
    ):
        town.communities.plot(ax=ax, color="#f1efe9", edgecolor="#cfcabb", linewidth=0.5, zorder=0)
        plan.plot(ax, lines=len(town.homes) <= 2_000, title=title)
        ax.set(xlabel="m", ylabel="m")
    figure.suptitle(
        f"SYNTHETIC town of {len(town.communities)} communities: no place in it is real"
    )
    try:
        figure.savefig(path, dpi=120)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}") from None
