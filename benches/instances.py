"""The published instances of a family, beside their published values and the formulation as a whole on HiGHS."""

import csv
import subprocess

from process import built, fresh

FAMILIES = ["pmedian", "cpmp", "pcenter", "uflp", "cflp", "sscflp"]
# Families over the graphs of OR-Library that spopt solves too.
GRAPHS = {"pmedian", "pcenter"}
# Demand points up to which the formulation as a whole is tried too.
WHOLE = 200
COLUMNS = [
    "name",
    "n",
    "p",
    "value",
    "bound",
    "gap",
    "seconds",
    "nodes",
    "mib",
    "published",
    "proven",
]


def measure(folder, limit, family):
    """All instances of a family, each solve in a process of its own."""
    if not (folder / "optima.csv").is_file():
        raise SystemExit(f"--instances {folder} holds no optima.csv")
    program = [
        built("published"),
        "--data",
        str(folder),
        "--seconds",
        str(limit),
        "--family",
        family,
    ]
    times = published_times(folder)
    rows, failed = [], []
    for name, p in named(program):
        print(f"{family}: {name}, p {p}", flush=True)
        asked = [*program, "--only", name, *([] if p == "-" else ["--p", p])]
        try:
            (row,) = lines(asked)
        except subprocess.CalledProcessError as error:
            failed.append(f"{name}, p {p}: {error.stderr.strip()}")
            continue
        row["published_seconds"] = times.get((name, p))
        if int(row["n"]) <= WHOLE:
            (row["whole"],) = lines([*asked, "--method", "mip"])
            if family in GRAPHS:
                graph = str(folder / "pmedian" / "orlib" / f"{name}.txt")
                row["spopt"] = fresh(
                    "peers:on_graph",
                    timeout=4 * limit + 120,
                    family=family,
                    graph=graph,
                    p=int(p),
                    limit=limit,
                )
        rows.append(row)
    return {"limit": limit, "rows": rows, "failed": failed}


def named(program):
    """Name and p of each instance of a family."""
    done = subprocess.run([*program, "--list"], stdout=subprocess.PIPE, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


def published_times(folder):
    """Seconds that Duran-Mateluna, Ales and Elloumi (2023) publish, by instance and p; none where their table is not there."""
    table = folder / "pmedian" / "duran2023.csv"
    if not table.is_file():
        return {}
    with table.open(newline="") as file:
        rows = [(row["instance"], row["p"], row["Ttot_s"]) for row in csv.DictReader(file)]
    return {(name, p): seconds.replace(",", ".") for name, p, seconds in rows if seconds}


def lines(command):
    """The lines of the table that the benchmark prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cells = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in done.stdout.splitlines()[2:]
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells]


def problems(found):
    """What does not hold, as sentences: proven values that are not the published optima."""
    yield from found.get("failed", [])
    for row in found["rows"]:
        whole = row.get("whole")
        if whole and row["proven"] == whole["proven"] == "yes":
            one, other = float(row["value"]), float(whole["value"])
            if abs(one - other) > 1e-6 * abs(other):
                yield f"{row['name']}, p {row['p']}: {one:,} proven, but {other:,} by the formulation as a whole"
        theirs = row.get("spopt", {})
        if row["proven"] == "yes" and theirs.get("objective") is not None:
            one, other = float(row["value"]), theirs["objective"]
            if other < one - 1e-6 * one:
                yield f"{row['name']}, p {row['p']}: {one:,} proven, but spopt's plan is worth {other:,}"
