"""The benchmarks behind docs/benchmarks.md: python benches/compare.py --data DIR.

DIR holds the folders `zhengzhou_demand`, `sf_spopt`, `jinan_roads`, `helsinki` and `osm_extracts`. Results are kept in target/benchmarks.json,
so that one part can be measured anew: --only towns. Parts that draw their data themselves need no DIR: --only city. The
published instances of a problem (--only uflp) are read from the folder of --instances, which holds `optima.csv`; some of them
are measured anew by name (--only pmedian --names fl1400), hard ones with more time (--goals). The page has the parts that
were measured.
"""

import argparse
import datetime
import json
import sys
from pathlib import Path

import beside
import city
import cordeau
import instances
import limits
import memory
import programmes
import report
import towns

import network

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "target" / "benchmarks.json"
# Parts that read instances.
READ = {"towns", "programmes", "network"}

PARTS = {
    "beside": (beside, lambda asked, _: beside.measure(asked.limit, asked.repeat)),
    "towns": (towns, lambda asked, _: towns.measure(str(asked.data.resolve()))),
    "programmes": (programmes, lambda asked, _: programmes.measure(str(asked.data.resolve()))),
    "memory": (memory, lambda asked, _: memory.measure(asked.limit)),
    "limits": (limits, lambda asked, _: limits.measure()),
    # Cities take minutes to come near the best plan.
    "city": (city, lambda asked, _: city.measure(10 * asked.limit, asked.communities)),
    # Many sites take minutes to come near a proof.
    "cordeau": (cordeau, lambda asked, _: cordeau.measure(2 * asked.limit)),
    # Peers may take minutes to prepare.
    "network": (network, lambda asked, _: network.measure(asked.data.resolve(), 10 * asked.limit)),
}


def published(family):
    """The part of a family of published instances."""
    return instances, lambda asked, kept: instances.measure(
        (asked.instances or asked.data).resolve(), asked, family, kept
    )


PARTS |= {family: published(family) for family in instances.FAMILIES}


def main():
    asked = arguments()
    kept = json.loads(KEPT.read_text()) if KEPT.exists() else {}
    for name in asked.only or PARTS:
        _, measure = PARTS[name]
        kept[name] = measure(asked, kept.get(name, {}))
        kept[name]["date"] = datetime.date.today().isoformat()
        kept[name]["versions"] = beside.versions(with_peers=name == "beside")
        KEPT.parent.mkdir(exist_ok=True)
        KEPT.write_text(json.dumps(kept, indent=1))
    problems = [text for name, found in kept.items() for text in PARTS[name][0].problems(found)]
    asked.output.parent.mkdir(exist_ok=True)
    asked.output.write_text(report.page(kept, problems))
    print(f"Wrote {asked.output}")
    for text in problems:
        print(f"Does not hold: {text}")
    sys.exit(1 if problems else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, help="folder of the towns")
    parser.add_argument("--instances", type=Path, help="folder of the published instances (--data)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each small case (3)")
    parser.add_argument("--limit", type=float, default=60, help="seconds for each solve (60)")
    parser.add_argument(
        "--communities", type=int, nargs="+", help="sizes of the cities of services (24 and 700)"
    )
    parser.add_argument(
        "--goals",
        action="store_true",
        help="give hard published instances the seconds of benches/goals.csv",
    )
    parser.add_argument("--names", nargs="+", help="published instances to measure anew")
    parser.add_argument("--only", nargs="+", choices=list(PARTS), help="parts to measure anew")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks.md")
    asked = parser.parse_args()
    parts = set(asked.only or PARTS)
    if not parts.isdisjoint(instances.FAMILIES) and not (asked.instances or asked.data):
        parser.error("--instances DIR is needed: the folder of the published instances")
    if READ.isdisjoint(parts):
        return asked
    if asked.data is None:
        parser.error("--data DIR is needed: the folder of the instances")
    for folder in ("zhengzhou_demand", "sf_spopt", "jinan_roads", "helsinki", "osm_extracts"):
        if not (asked.data / folder).is_dir():
            parser.error(f"--data {asked.data} holds no folder {folder}")
    return asked


if __name__ == "__main__":
    main()
