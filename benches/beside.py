"""siting beside spopt on the same random instances, in one run."""

import statistics
from pathlib import Path

from cases import SIDE_BY_SIDE
from process import fresh

# What HiGHS asks of an optimum unless told otherwise: spopt's user gets this.
HIGHS_GAP = 1e-4
# Times that siting must stay below where both finish.
FASTER = 10


def measure(limit, repeat):
    """One row for each case: the middle run of each package, and the best bound known."""
    rows = []
    for case in SIDE_BY_SIDE:
        times = 1 if case.big else repeat
        runs = {"siting": [], "spopt": []}
        for turn in range(times):
            for name, task in (("siting", "ours"), ("spopt", "peers")):
                print(f"{case.name}: {name}, run {turn + 1} of {times}", flush=True)
                runs[name].append(
                    fresh(
                        f"{task}:side_by_side",
                        timeout=4 * limit + 120,
                        case=case.as_dict(),
                        limit=limit,
                    )
                )
        rows.append(compared(case, {name: middle(found) for name, found in runs.items()}, times))
    return {"rows": rows, "limit": limit}


def middle(runs):
    """The run whose time is the median; a failed one if there is any."""
    failed = [run for run in runs if "error" in run]
    if failed:
        return failed[0]
    for run in runs:
        run["total"] = run["build"] + run["solve"]
    return next(
        run for run in runs if run["total"] == statistics.median_low(r["total"] for r in runs)
    )


def compared(case, row, times):
    """Adds the recomputed objectives and the gaps to the best bound of the two."""
    best = max if case.model == "p-median" else min
    bounds = [run["bound"] for run in row.values() if run.get("bound") is not None]
    bound = best(bounds, default=None)
    for run in row.values():
        sites = run.pop("sites", None)
        if sites:
            run["opened"] = len(sites)
            run["worth"] = case.worth(sites)
            run["gap"] = None if bound is None else abs(bound - run["worth"]) / abs(run["worth"])
    return row | {"case": case.name, "p": case.p, "model": case.model, "runs": times}


def finished(run):
    """Whether the answer is optimal within what HiGHS asks for."""
    return run.get("gap") is not None and run["gap"] <= HIGHS_GAP


def problems(found):
    """What does not hold, as sentences."""
    for row in found["rows"]:
        ours, theirs, name = row["siting"], row["spopt"], row["case"]
        if "error" in ours:
            yield f"{name}: siting failed: {ours['error']}"
            continue
        yield from wrong(row)
        late = ours["solve"] - (1.05 * found["limit"] + 1)
        if late > 0:
            yield f"{name}: siting passed the time limit by {late:.1f} s"
        if "error" in theirs:
            continue
        if finished(ours) and finished(theirs) and theirs["total"] < FASTER * ours["total"]:
            yield f"{name}: siting is only {theirs['total'] / ours['total']:.1f} times faster"
        if not finished(ours) and (theirs.get("gap") or 1) < 2 * ours["gap"]:
            yield f"{name}: siting's gap of {ours['gap']:.2%} is not far below spopt's"


def wrong(row):
    """Answers of siting that the data contradict."""
    ours, name = row["siting"], row["case"]
    if abs(ours["worth"] - ours["objective"]) > 1e-9 * abs(ours["worth"]):
        yield f"{name}: siting says {ours['objective']}, but its sites are worth {ours['worth']}"
    if ours["opened"] != row["p"]:
        yield f"{name}: siting opened {ours['opened']} sites"
    if ours["status"] == "optimal" and ours["gap"] > 1e-9:
        yield f"{name}: siting says optimal, but the best bound known leaves {ours['gap']:.2e}"
    sign = 1 if row["model"] == "max-cover" else -1
    theirs = row["spopt"].get("worth")
    if (
        theirs
        and row["spopt"]["opened"] == row["p"]
        and sign * theirs > sign * ours["bound"] * (1 + sign * 1e-9)
    ):
        yield f"{name}: spopt's plan of {theirs} passes siting's bound of {ours['bound']}"


def versions(with_peers):
    """The packages of this run, and their solvers; the peers are asked only where they ran."""
    import siting

    lock = (Path(__file__).resolve().parent.parent / "Cargo.lock").read_text()
    core = lock.split('name = "highs-sys"\nversion = "')[1].split('"')[0]
    ours = f"siting {siting.__version__} with the HiGHS of highs-sys {core}"
    if not with_peers:
        return ours
    import highspy
    import pulp
    import spopt

    return f"{ours}; spopt {spopt.__version__} with PuLP {pulp.__version__} and HiGHS {highspy.Highs().version()}"
