"""The published instances of a family, beside their published values and the formulation as a whole on HiGHS."""

import csv
import re
import subprocess
from pathlib import Path

from process import built, fresh

FAMILIES = ["pmedian", "cpmp", "pcenter", "uflp", "cflp", "sscflp"]
# Families over the graphs of OR-Library that spopt solves too.
GRAPHS = {"pmedian", "pcenter"}
# Seconds that hard instances have where goals are asked for, and the widest gap in per cent that is hoped for then, 0 for a
# proof; without a p for all others of that name.
GOALS = Path(__file__).with_name("goals.csv")
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


def measure(folder, asked, family, kept):
    """The instances of a family, each solve in a process of its own; those that are not asked for stay as they were."""
    program = [built("published"), "--data", str(folder), "--family", family]
    hard = goals() if asked.goals else {}
    times = published_times(folder)
    some = asked.names or asked.p
    before = {(row["name"], row["p"]): row for row in kept.get("rows", [])} if some else {}
    rows, failed = [], kept.get("failed", []) if some else []
    listed = named(program)
    if asked.names and not any(name in asked.names for name, _ in listed):
        print(f"{family}: none of {', '.join(asked.names)}")
    for name, p in listed:
        is_asked = name in (asked.names or [name]) and p in (asked.p or [p])
        if not is_asked:
            rows += [before[name, p]] if (name, p) in before else []
            continue
        failed = [text for text in failed if not text.startswith(f"{name}, p {p}:")]
        limit, gap = goal(hard, name, p)
        limit, gap = limit or asked.limit, gap or 0.0
        print(f"{family}: {name}, p {p}, at most {limit:g} s", flush=True)
        try:
            row = one([*program, "--only", name, *([] if p == "-" else ["--p", p])], limit, gap)
        except subprocess.CalledProcessError as error:
            failed.append(f"{name}, p {p}: {error.stderr.strip()}")
            continue
        row["published_seconds"] = times.get((name, p))
        if int(row["n"]) <= WHOLE and family in GRAPHS:
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
    return {"rows": rows, "failed": failed}


def one(program, limit, gap):
    """What siting makes of an instance, and, where that is small, the formulation as a whole; the gap is in per cent."""
    timed = [*program, "--seconds", str(limit), "--gap", str(gap / 100)]
    (row,) = lines(timed)
    row |= {"limit": limit, "asked_gap": gap}
    if int(row["n"]) <= WHOLE:
        (row["whole"],) = lines([*timed, "--method", "mip"])
    return row


def goals():
    """Seconds and gap by name and p; no gap where none is hoped for."""
    with GOALS.open(newline="") as file:
        return {
            (row["name"], row["p"]): (
                float(row["seconds"]),
                float(row["gap"]) if row["gap"] else None,
            )
            for row in csv.DictReader(file)
        }


def goal(hard, name, p):
    """Seconds and gap of an instance, if it has any."""
    return hard.get((name, p), hard.get((name, ""), (None, None)))


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
    return {(name, p): plain(seconds) for name, p, seconds in rows if seconds}


def plain(seconds):
    """Seconds of that table without its commas: before three digits they part thousands, otherwise decimals."""
    thousands = re.fullmatch(r"\d{1,3},\d{3}", seconds)
    return seconds.replace(",", "" if thousands else ".")


def lines(command):
    """The lines of the table that the benchmark prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cells = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in done.stdout.splitlines()[2:]
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells]


def problems(found):
    """What does not hold, as sentences: proven values that others contradict, and goals missed in their time."""
    yield from found.get("failed", [])
    hard = goals()
    for row in found["rows"]:
        seconds, most = goal(hard, row["name"], row["p"])
        if most is not None and row["limit"] >= seconds and not near(row, most):
            hoped = f"{most:g} %" if most else "a proof"
            took = f"a gap of {row['gap']} % after {row['seconds']} s"
            yield f"{row['name']}, p {row['p']}: {took}; hoped for: {hoped}"
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


def near(row, most):
    """Whether a plan is proven, or known to be so near the best, in per cent."""
    return row["proven"] == "yes" or (row["gap"] != "-" and float(row["gap"]) <= most)
