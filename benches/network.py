"""Walking times beside scipy, networkx and pandana, and three real towns from file to matrix.

`compare.py --only network` runs it; `python benches/network.py --only siting scipy` the grids alone. A perturbed grid of streets 50 m apart with 85 % of its edges left; all pairs of 5,000 origins and the
nodes within 15 minutes at 75 m a minute. Each package runs in a process of its own; what does not finish
in time is told so.
"""

import argparse
import importlib.util
import time
from pathlib import Path

import numpy as np
from process import fresh

CASES = {"202,500 nodes": 450, "1,000,000 nodes": 1000}
ORIGINS, METRES = 5_000, 1_125.0
PACKAGES = ("siting", "scipy", "networkx", "pandana")
EXTRACTS = {"Helsinki": "helsinki/Helsinki.osm.pbf", "Andorra": "osm_extracts/andorra.osm.pbf"}
TOWNS = ("Jinan", *EXTRACTS)
# Times that siting's query must be faster than the best peer's, and its limit in seconds.
FASTER, LONGEST = 10, 0.5


def grid(side, seed=1):
    """Nodes, edges, the nodes with an edge, and origins among them."""
    random = np.random.default_rng(seed)
    row, column = np.divmod(np.arange(side * side), side)
    nodes = np.column_stack([column, row]) * 50.0 + (random.random((side * side, 2)) - 0.5) * 20
    at = np.arange(side * side)
    edges = np.concatenate(
        [
            np.column_stack([at, at + 1])[column + 1 < side],
            np.column_stack([at, at + side])[row + 1 < side],
        ]
    )
    edges = edges[random.random(len(edges)) < 0.85]
    joined = np.unique(edges)
    return nodes, edges, joined, random.choice(joined, ORIGINS, replace=False)


def lengths(nodes, edges):
    return np.linalg.norm(nodes[edges[:, 0]] - nodes[edges[:, 1]], axis=1)


def siting(side):
    from siting import Network

    nodes, edges, joined, origins = grid(side)
    clock = [time.perf_counter()]
    net = Network.from_edges(nodes, edges)
    clock.append(time.perf_counter())
    everybody, some = net.join(nodes[joined]), net.join(nodes[origins])
    clock.append(time.perf_counter())
    peak_from_here()
    before = memory("VmRSS")
    clock.append(time.perf_counter())
    travel = net.travel(everybody, some, cutoff=METRES / 75)
    clock.append(time.perf_counter())
    used = memory("VmHWM") - before
    again = []
    for _ in range(4):
        began = time.perf_counter()
        net.travel(everybody, some, cutoff=METRES / 75)
        again.append(time.perf_counter() - began)
    start, _, cost = travel._core.csr()
    size = 12 * travel.nnz + 8 * len(start)
    return {
        "prepare": clock[1] - clock[0],
        "join": clock[2] - clock[1],
        "query": float(np.median([clock[4] - clock[3], *again])),
        "pairs": travel.nnz,
        "metres": float(cost.sum()) * 75,
        "result_mib": size / 2**20,
        "memory_over_result": used / size,
    }


def scipy(side):
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import dijkstra

    nodes, edges, _, origins = grid(side)
    began = time.perf_counter()
    shape = (len(nodes), len(nodes))
    graph = csr_array((lengths(nodes, edges), (edges[:, 0], edges[:, 1])), shape=shape)
    prepared = time.perf_counter()
    pairs, metres = 0, 0.0
    for chunk in np.array_split(origins, ORIGINS * len(nodes) // 10**7):
        found = dijkstra(graph, directed=False, indices=chunk, limit=METRES)
        near = found[np.isfinite(found)]
        pairs, metres = pairs + len(near), metres + near.sum()
    return result(began, prepared, pairs, metres)


def networkx(side):
    from networkx import Graph, single_source_dijkstra_path_length

    nodes, edges, _, origins = grid(side)
    began = time.perf_counter()
    graph = Graph()
    graph.add_nodes_from(range(len(nodes)))
    graph.add_weighted_edges_from(
        (u, v, w) for (u, v), w in zip(edges.tolist(), lengths(nodes, edges).tolist(), strict=True)
    )
    prepared = time.perf_counter()
    pairs, metres = 0, 0.0
    for origin in origins.tolist():
        found = single_source_dijkstra_path_length(graph, origin, cutoff=METRES)
        pairs, metres = pairs + len(found), metres + sum(found.values())
    return result(began, prepared, pairs, metres)


def pandana(side):
    import pandas
    from pandana import Network

    nodes, edges, _, origins = grid(side)
    began = time.perf_counter()
    frame = pandas.DataFrame({"from": edges[:, 0], "to": edges[:, 1], "m": lengths(nodes, edges)})
    at = pandas.DataFrame(nodes, columns=["x", "y"])
    net = Network(at.x, at.y, frame["from"], frame.to, frame[["m"]], twoway=True)
    prepared = time.perf_counter()
    found = net.nodes_in_range(origins, METRES)
    return result(began, prepared, len(found), float(found["m"].sum()))


def town(data, name):
    """Seconds from a file of streets to the walking minutes between places of its town."""
    import geopandas
    from siting import Network, osm

    began = time.perf_counter()
    if name == "Jinan":
        folder = Path(data) / "jinan_roads"
        lines = geopandas.read_file(folder / "edges_28597_directed.gpkg")
        homes = geopandas.read_file(folder / "nodes_12766.gpkg").geometry.to_crs(lines.crs)
        rooms = homes.iloc[::10]
        read = time.perf_counter()
        net = Network.from_geodataframe(lines)
    else:
        file = Path(data) / EXTRACTS[name]
        homes, rooms = osm.homes(file), osm.spaces(file)
        read = time.perf_counter()
        net = Network.from_pbf(file)
    built = time.perf_counter()
    travel = net.travel(homes, rooms, cutoff=15, beyond="unreachable")
    done = time.perf_counter()
    summary = net.summary()
    return {
        "read": read - began,
        "network": built - read,
        "travel": done - built,
        "nodes": summary["nodes"],
        "edges": summary["edges"],
        "kilometres": summary["kilometres"],
        "homes": len(homes),
        "rooms": len(rooms),
        "pairs": travel.nnz,
    }


def measure(data, limit, packages=PACKAGES, cases=tuple(CASES)):
    """All figures, as JSON keeps them."""
    rows = {}
    for name in cases:
        for package in packages:
            if importlib.util.find_spec(package) is None:
                run = {"error": "not installed"}
            else:
                run = fresh(f"network:{package}", timeout=limit, side=CASES[name])
            rows.setdefault(name, {})[package] = run
            print(f"{name}, {package}: {run}", flush=True)
    towns = {}
    for name in TOWNS if data else ():
        towns[name] = fresh("network:town", timeout=limit, data=str(data), name=name)
        print(f"{name}: {towns[name]}", flush=True)
    return {"rows": rows, "towns": towns, "limit": limit}


def result(began, prepared, pairs, metres):
    query = time.perf_counter() - prepared
    return {
        "prepare": prepared - began,
        "query": query,
        "pairs": int(pairs),
        "metres": float(metres),
    }


def memory(what):
    """Bytes of this process as Linux counts them; 0 elsewhere."""
    status = Path("/proc/self/status")
    for line in status.read_text().splitlines() if status.exists() else []:
        if line.startswith(what):
            return int(line.split()[1]) * 1024
    return 0


def peak_from_here():
    """Starts the peak of memory anew (Linux)."""
    refs = Path("/proc/self/clear_refs")
    if refs.exists():
        refs.write_text("5")


def problems(found):
    """What does not hold, as sentences."""
    for name, row in found["rows"].items():
        done = {package: run for package, run in row.items() if "error" not in run}
        ours = done.pop("siting", None)
        if ours is None:
            continue
        for package, run in done.items():
            # pandana counts whole millimetres, which moves a few pairs across the cut-off.
            if any(abs(run[what] / ours[what] - 1) > 1e-4 for what in ("pairs", "metres")):
                yield f"{name}: {package} finds {run['pairs']:,} pairs, siting {ours['pairs']:,}"
            if run["query"] < FASTER * ours["query"]:
                yield f"{name}: only {run['query'] / ours['query']:.1f} times faster than {package}"
        if CASES[name] == 450 and ours["query"] > LONGEST:
            yield f"{name}: {ours['query']:.2f} s"
        if ours.get("memory_over_result", 0) >= 4:
            yield f"{name}: {ours['memory_over_result']:.1f} times the memory of the result"

    for name, run in found["towns"].items():
        if "error" in run:
            yield f"{name}: {run['error']}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=PACKAGES, default=PACKAGES)
    parser.add_argument("--cases", nargs="+", choices=list(CASES), default=list(CASES))
    parser.add_argument("--limit", type=float, default=600, help="seconds for each package (600)")
    asked = parser.parse_args()
    for text in problems(measure(None, asked.limit, asked.only, asked.cases)):
        print(f"Does not hold: {text}")


if __name__ == "__main__":
    main()
