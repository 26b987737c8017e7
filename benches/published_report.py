"""The published instances on the page of benchmarks."""

import re
from collections import Counter

import beside
import instances
from tables import seconds, table

PUBLISHED = """\
## Published instances

Our value, bound, time and peak memory beside the published value, and, for instances of up to {whole} demand points, the time
that the formulation as a whole takes on HiGHS (`method="mip"`) and, on graphs, spopt with its defaults (building its model
included). Seconds are those of one solve, reading and shortest paths left out; each solve is a process of its own, siting's
without Python. Published seconds are those of Duran-Mateluna, Ales and Elloumi (2023) with CPLEX on one thread of a Xeon
W-2145. *Limit* is the most seconds that a solve may take, and the gap that it is asked for where that is not 0.
"""

FAMILY = {
    "pmedian": "p-median",
    "cpmp": "Capacitated p-median, every demand point at one median",
    "pcenter": "p-center",
    "uflp": "Fixed charge without capacities",
    "cflp": "Fixed charge with capacities, split demand (published single-source values are above)",
    "sscflp": "Fixed charge with capacities, every demand point at one site",
}


def sections(kept):
    """Texts and tables of the families that were measured."""
    families = [name for name in instances.FAMILIES if name in kept]
    if not families:
        return []
    tables = [part for name in families for part in published(name, kept[name])]
    rows = [row for name in families for row in kept[name]["rows"]]
    return [PUBLISHED.format(whole=instances.WHOLE), *tables, summary(rows)]


def published(family, found):
    """The tables of a family: its series, and its instances; columns that would be empty are left out."""
    rows = [instance(row) for row in found["rows"]]
    names = [name for name in rows[0] if any(row[name] for row in rows)] if rows else []
    title = f"**{FAMILY[family]}**\n"
    cells = [[row[name] for name in names] for row in rows]
    return [title, series(found["rows"]), table(names, cells)]


def series(rows):
    """How far siting comes with all instances of a kind: those of one name, or of names that begin with the same letters."""
    often = Counter(row["name"] for row in rows)
    kinds = {}
    for row in rows:
        name = row["name"]
        kind = name if often[name] > 1 else re.match("[A-Za-z]+", name)[0]
        kinds.setdefault(kind, []).append(row)
    heads = ["series", "instances", "proven", "seconds in all", "widest gap"]
    return table(heads, [[kind, *reached(of_kind)] for kind, of_kind in kinds.items()])


def reached(rows):
    """Instances, those proven, seconds in all, and the widest gap."""
    proven = sum(row["proven"] == "yes" for row in rows)
    gaps = [float(row["gap"]) for row in rows if row["proven"] != "yes" and row["gap"] != "-"]
    widest = f"{max(gaps):.4f} %" if gaps else ""
    return [len(rows), proven, f"{sum(float(row['seconds']) for row in rows):,.1f}", widest]


def summary(rows):
    """How often siting is far ahead of the formulation as a whole."""
    wholes = [(row, row.get("whole")) for row in rows if row["proven"] == "yes"]
    times = [
        float(whole["seconds"]) / max(float(row["seconds"]), 0.001)
        for row, whole in wholes
        if whole and whole["proven"] == "yes"
    ]
    ahead = sum(ratio >= beside.FASTER for ratio in times)
    return (
        f"siting and HiGHS both prove {len(times)} of these instances; on {ahead} of them siting is at least "
        f"{beside.FASTER} times faster.\n"
    )


def instance(row):
    """The cells of an instance, by their heads."""
    own = max(float(row["seconds"]), 0.001)
    cells = {name: row[name] for name in ("name", "n", "p", "value", "bound")}
    cells["gap"] = "proven" if row["proven"] == "yes" else f"{row['gap']} %"
    cells |= {"seconds": row["seconds"], "MiB": row["mib"]}
    cells["limit"] = f"{row['limit']:g}" + (f", {row['asked_gap']:g} %" if row["asked_gap"] else "")
    cells["published"] = row["published"]
    cells["published, s"] = row.get("published_seconds") or ""
    whole = row.get("whole") or {"seconds": "", "proven": ""}
    cells["HiGHS, s"] = whole["seconds"]
    cells["HiGHS, times longer"] = longer(whole["seconds"], whole["proven"] == "yes", own)
    theirs = row.get("spopt")
    if not theirs:
        return cells | {"spopt, s": "", "spopt, times longer": ""}
    if "error" in theirs:
        return cells | {"spopt, s": theirs["error"], "spopt, times longer": ""}
    took = theirs["build"] + theirs["solve"]
    ratio = longer(took, beside.finished(theirs), own)
    return cells | {"spopt, s": seconds(took), "spopt, times longer": ratio}


def longer(took, is_done, own):
    """How many times longer another takes; at least so many where it was stopped before."""
    if took == "":
        return ""
    ratio = float(took) / own
    times = f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
    return times if is_done else f"over {times}"
