"""Two real towns. Every function runs in a fresh process and reads the folder of the data."""

import time
from pathlib import Path

import geopandas
import pandas
import siting
from ours import answer
from process import fresh

RADIUS = 1_000
OPENED = [5, 10, 20, 40]
# Every one of them must be proven within this time.
LIMIT = 300.0

# What spopt 0.7 with HiGHS finds for San Francisco.
GOLDEN = {
    "MaxCover, 5,000 m, p = 4": 875_247,
    "PMedian, p = 4": 2_848_268_129.71,
    "SetCover, 8,000 m": 3,
    "PCenter, p = 4": 7_403.06,
}


def zhengzhou_layers(data):
    """Demand points with their people, and candidate sites, in metres (CGCS2000, zone of 114 E)."""
    folder = Path(data) / "zhengzhou_demand"
    demand = geopandas.read_file(folder / "demand_1312.gpkg").to_crs(4547)
    # The file repeats the total of a subdistrict on each of its points.
    demand["elders"] = demand["over_60"] / demand.groupby("Name")["Name"].transform("size")
    return demand, geopandas.read_file(folder / "candidates_465.gpkg").to_crs(4547)


def zhengzhou(data, model, p, limit):
    """Maximal covering within 1,000 m, or the p-median over all pairs."""
    demand, sites = zhengzhou_layers(data)
    start = time.perf_counter()
    if model == "max-cover":
        travel = siting.TravelMatrix.from_points(demand, sites, cutoff=RADIUS)
        ready = siting.MaxCover(travel, weights="elders", p=p)
    else:
        travel = siting.TravelMatrix.from_points(demand, sites)
        ready = siting.PMedian(travel, weights="elders", p=p)
    built = time.perf_counter()
    solution = ready.solve(time_limit=limit)
    seconds = time.perf_counter() - built
    return {
        "build": built - start,
        "demand": len(demand),
        "candidates": len(sites),
        "total": float(demand["elders"].sum()),
        "share": solution.covered_share,
        "mean": solution.mean_cost,
    } | answer(solution, seconds)


def san_francisco(data, limit):
    """The four golden values: 205 tracts, 16 stores, network distances."""
    folder = Path(data) / "sf_spopt"
    text = {"NAME": str, "DestinationName": str}
    people = pandas.read_csv(folder / "SF_demand_205_centroid_uniform_weight.csv", dtype=text)
    table = pandas.read_csv(
        folder / "SF_network_distance_candidateStore_16_censusTract_205_new.csv", dtype=text
    )
    travel = siting.TravelMatrix.from_frame(
        table, demand="DestinationName", site="name", cost="distance"
    )
    weights = people.set_index("NAME")["POP2000"]
    models = [
        siting.MaxCover(travel, weights=weights, within=5_000, p=4),
        siting.PMedian(travel, weights=weights, p=4),
        siting.SetCover(travel, within=8_000),
        siting.PCenter(travel, p=4),
    ]
    found = {}
    for name, model in zip(GOLDEN, models, strict=True):
        start = time.perf_counter()
        solution = model.solve(time_limit=limit)
        found[name] = answer(solution, time.perf_counter() - start)
    return {"total": float(weights.sum()), "found": found}


def measure(data):
    """Zhengzhou for both models and each p, then San Francisco."""
    rows = []
    for model in ("max-cover", "p-median"):
        for p in OPENED:
            print(f"Zhengzhou: {model}, p = {p}", flush=True)
            run = fresh(
                "towns:zhengzhou", timeout=LIMIT + 60, data=data, model=model, p=p, limit=LIMIT
            )
            rows.append({"model": model, "p": p} | run)
    return {
        "zhengzhou": rows,
        "san_francisco": fresh("towns:san_francisco", timeout=LIMIT, data=data, limit=60),
    }


def problems(found):
    """What does not hold, as sentences."""
    for row in found["zhengzhou"]:
        name = f"Zhengzhou, {row['model']}, p = {row['p']}"
        if "error" in row:
            yield f"{name}: {row['error']}"
        elif row["status"] != "optimal" or row["bound"] != row["objective"]:
            yield f"{name}: {row['status']}, bound {row['bound']}, objective {row['objective']}"
    town = found["san_francisco"]
    if "error" in town:
        yield f"San Francisco: {town['error']}"
        return
    for name, golden in GOLDEN.items():
        solution = town["found"][name]
        if round(solution["objective"], 2) != golden or solution["status"] != "optimal":
            yield f"San Francisco, {name}: {solution['objective']} instead of {golden}"
