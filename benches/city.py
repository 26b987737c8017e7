"""A city's programme with every rule on, beside plain HiGHS on the very same instance as an MPS file."""

import json
import subprocess
import tempfile
import time
from pathlib import Path

from process import built, fresh

COMMUNITIES = [24, 700]
# HiGHS gets no file of larger cities: it would not come to a plan within the limit.
MOST_FOR_HIGHS = 1_000
# Both stop at this gap of their own.
GAP = 0.005
# Gaps to the best bound known of both, of which the times are taken.
REACHED = [0.05, 0.01, 0.005]


def ours(city, communities, limit):
    """siting in a process of its own."""
    found = told([city, communities, limit, GAP, "--json"], timeout=2 * limit + 300)
    if "error" in found:
        return found
    return found["found"] | {
        "build": found["built"]["seconds"],
        "sizes": found["built"],
        "course": [[at["seconds"], at["objective"], at["bound"]] for at in found["now"]],
    }


def told(command, timeout):
    """What the city tells, by what it is; `now` is a list."""
    try:
        done = subprocess.run(
            [str(part) for part in command], capture_output=True, text=True, timeout=timeout
        )
    except subprocess.TimeoutExpired:
        return {"error": f"still running after {timeout:.0f} s: stopped"}
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {"error": f"exit code {done.returncode}: {last}"}
    found = {"now": []}
    for line in map(json.loads, done.stdout.splitlines()):
        if line["what"] == "now":
            found["now"].append(line)
        else:
            found[line["what"]] = line
    return {"error": found["found"]["error"]} if "error" in found.get("found", {}) else found


def highs(path, limit, gap):
    """HiGHS as it comes, but for the time limit and the gap. The file minimises less the need that is met."""
    import highspy

    solver = highspy.Highs()
    solver.silent()
    start = time.perf_counter()
    if solver.readModel(path) == highspy.HighsStatus.kError:
        raise ValueError(f"HiGHS does not read {path}")
    read = time.perf_counter() - start
    solver.setOptionValue("time_limit", float(limit))
    solver.setOptionValue("mip_rel_gap", gap)
    course = []

    def note(event):
        values = [event.data_out.mip_primal_bound, event.data_out.mip_dual_bound]
        known = [-value if abs(value) < 1e100 else None for value in values]
        if not course or course[-1][1:] != known:
            course.append([time.perf_counter() - start - read, *known])

    solver.cbMipLogging.subscribe(note)
    solver.cbMipImprovingSolution.subscribe(note)
    solver.run()
    seconds = time.perf_counter() - start - read
    info = solver.getInfo()
    values = [info.objective_function_value, info.mip_dual_bound]
    has_plan = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    objective, bound = (-value if abs(value) < 1e100 else None for value in values)
    if not has_plan:
        objective = None
    course.append([seconds, objective, bound])
    return {
        "status": solver.modelStatusToString(solver.getModelStatus()),
        "version": solver.version(),
        "build": read,
        "seconds": seconds,
        "objective": objective,
        "bound": bound,
        "gap": own_gap(objective, bound),
        "course": course,
        "columns": solver.getNumCol(),
        "rows": solver.getNumRow(),
        "entries": solver.getNumNz(),
    }


def own_gap(objective, bound):
    """The gap as siting counts it."""
    if objective is None or bound is None:
        return None
    if objective == 0:
        return 0.0 if bound == 0 else None
    return abs(bound - objective) / abs(objective)


def compared(runs):
    """When each run came so far, measured against the best plan and bound known of all."""
    bounds = [run["bound"] for run in runs if run.get("bound") is not None]
    plans = [run["objective"] for run in runs if run.get("objective") is not None]
    best, bound = max(plans, default=None), min(bounds, default=None)
    for run in runs:
        if "error" in run or "not_run" in run:
            continue
        times = [(at, value) for at, value, _ in run.pop("course") if value is not None]
        run["first"] = times[0][0] if times else None
        run["within"] = earliest(times, best, lambda value: (best - value) / abs(best))
        run["reached"] = [
            earliest(times, bound, lambda value: own_gap(value, bound), most) for most in REACHED
        ]


def earliest(times, known, gap, most=REACHED[0]):
    """The first time at which a plan was so good."""
    if not known:
        return None
    return next((at for at, value in times if value and gap(value) <= most), None)


def measure(limit, communities=None):
    """All cities, one after another: siting, the file, HiGHS."""
    rows, city = [], built("city")
    for count in communities or COMMUNITIES:
        print(f"A city of {count:,} communities: siting", flush=True)
        row = {"communities": count, "siting": ours(city, count, limit)}
        if count > MOST_FOR_HIGHS:
            sizes = row["siting"].get("sizes", {})
            size = f"{sizes['spaces']:,} spaces, " if "spaces" in sizes else ""
            row["highs"] = {"not_run": f"not run: {size}over {MOST_FOR_HIGHS:,} communities"}
            compared([row["siting"]])
            rows.append(row)
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "city.mps")
            written = told([city, count, "--write", path, "--json"], timeout=1_800)
            if "error" in written:
                row["highs"] = {"error": f"no file: {written['error']}"}
            else:
                row["file_mib"] = Path(path).stat().st_size / 2**20
                row["write"] = written["written"]["seconds"]
                print(f"A city of {count:,} communities: HiGHS", flush=True)
                # HiGHS may pass its limit while it reads and presolves.
                row["highs"] = fresh(
                    "city:highs", timeout=2 * limit + 1_800, path=path, limit=limit, gap=GAP
                )
        compared([row["siting"], row["highs"]])
        rows.append(row)
    return {"limit": limit, "rows": rows}


def problems(found):
    """What does not hold, as sentences."""
    for row in found["rows"]:
        name = f"A city of {row['communities']:,} communities"
        gap = row["siting"].get("gap")
        if gap is not None and gap > GAP:
            yield f"{name}: a gap of {gap:.2%} after {row['siting']['seconds']:.0f} s; asked for: {GAP:.1%}"
        runs = {"siting": row["siting"], "HiGHS": row["highs"]}
        for package, run in runs.items():
            if "error" in run:
                yield f"{name}, {package}: {run['error']}"
        for one, other in (("siting", "HiGHS"), ("HiGHS", "siting")):
            bound, plan = runs[one].get("bound"), runs[other].get("objective")
            # Solvers keep to rules within a millionth.
            if bound is not None and plan is not None and plan > bound + 1e-4 * abs(bound):
                yield f"{name}: the plan of {other} ({plan:,.1f}) is beyond the bound of {one} ({bound:,.1f})"
