"""The objective of stored p-median solutions, added up from the coordinates alone.

python benches/recompute.py --data DIR benches/solutions/*.txt

DIR holds the instances by name (`pla85900.tsp`), in whatever folder, as files of TSPLIB; they may be
compressed (`.xz`). A solution is one site a line, counted from 1, below lines `# key: value` that tell
the instance, p, the costs ("euclidean", or "euclidean, rounded down") and the objective. Every point of
the instance is a client of weight 1, served by its nearest site. The program shares nothing with siting;
it needs numpy and scipy, and ends with status 1 where a solution is not what it says.
"""

import argparse
import lzma
import sys
from pathlib import Path

import numpy as np
from scipy.spatial import cKDTree

# Whether distances are rounded down, by the name of the costs.
ROUNDED_DOWN = {"euclidean": False, "euclidean, rounded down": True}


def coordinates(data, name):
    """The points of an instance of TSPLIB."""
    for ending, opened in ((".tsp", open), (".tsp.xz", lzma.open)):
        for path in sorted(data.rglob(name + ending)):
            with opened(path, "rt") as file:
                lines = file.read().split("NODE_COORD_SECTION", 1)[1].splitlines()[1:]
            rows = [line.split() for line in lines if line.strip()]
            return np.array([row[1:3] for row in rows if row[0] != "EOF"], dtype=float)
    sys.exit(f"{data} has no {name}.tsp")


def stored(path):
    """What a file says of its solution, and the sites, counted from 0."""
    lines = path.read_text().splitlines()
    said = dict(line[1:].strip().split(": ", 1) for line in lines if line.startswith("#"))
    sites = [int(line) for line in lines if line.strip() and not line.startswith("#")]
    return said, np.array(sites, dtype=np.int64) - 1


def objective(points, sites, *, rounded_down):
    """The sum of the distances to the nearest site."""
    # Of two sites the nearer one is no farther after rounding either.
    nearest = cKDTree(points[sites]).query(points)[1]
    # The root of a square is exact, which that of np.hypot need not be.
    distances = np.sqrt(((points - points[sites[nearest]]) ** 2).sum(axis=1))
    return float((np.floor(distances) if rounded_down else distances).sum())


def wrong(said, points, sites, found):
    """What does not hold of a solution; empty where all does."""
    if len(sites) != int(said["p"]) or len(np.unique(sites)) != len(sites):
        return f"{len(np.unique(sites))} different sites"
    if sites.min() < 0 or sites.max() >= len(points):
        return "sites beyond the instance"
    tolerance = 0 if ROUNDED_DOWN[said["costs"]] else 1e-9 * found
    return "another objective" if abs(found - float(said["objective"])) > tolerance else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="folder of the instances")
    parser.add_argument("solutions", type=Path, nargs="+", help="files of solutions")
    given = parser.parse_args()
    right = True
    for path in given.solutions:
        said, sites = stored(path)
        points = coordinates(given.data, said["instance"])
        inside = sites[(sites >= 0) & (sites < len(points))]
        found = objective(points, inside, rounded_down=ROUNDED_DOWN[said["costs"]])
        problem = wrong(said, points, sites, found)
        right &= not problem
        print(
            f"{said['instance']}, p = {said['p']}: {found:.10g}, stored {said['objective']}, "
            f"bound {said['bound']}: {problem or 'agrees'}"
        )
    sys.exit(not right)


if __name__ == "__main__":
    main()
