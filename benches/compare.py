"""The benchmarks behind docs/benchmarks.md: python benches/compare.py --data DIR.

DIR holds the folders `zhengzhou_demand`, `sf_spopt`, `jinan_roads`, `helsinki` and `osm_extracts`. Results are kept in
benches/measured, a file for each part, so that one part can be measured anew: --only towns. Parts that draw their data themselves need no DIR: --only city. The
published instances of a problem (--only uflp) are read from the folder of --instances, which holds `optima.csv`; some of them
are measured anew by name (--only pmedian --names fl1400 --p 300), hard ones with more time (--goals). The page has the parts that
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
KEPT = ROOT / "benches" / "measured"
# Folders of towns that a part reads.
READ = {
    "towns": ["zhengzhou_demand", "sf_spopt"],
    "programmes": ["zhengzhou_demand"],
    "network": ["jinan_roads", "helsinki", "osm_extracts"],
}

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
        asked.instances.resolve(), asked, family, kept
    )


PARTS |= {family: published(family) for family in instances.FAMILIES}


def main():
    asked = arguments()
    files = {name: KEPT / f"{name}.json" for name in PARTS}
    kept = {name: json.loads(file.read_text()) for name, file in files.items() if file.exists()}
    for name in asked.only:
        _, measure = PARTS[name]
        kept[name] = measure(asked, kept.get(name, {}))
        kept[name]["date"] = datetime.date.today().isoformat()
        kept[name]["versions"] = beside.versions(with_peers=name == "beside")
        KEPT.mkdir(exist_ok=True)
        files[name].write_text(json.dumps(kept[name], indent=1) + "\n")
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
    parser.add_argument("--p", nargs="+", help="the p of those to measure anew (all)")
    parser.add_argument(
        "--only",
        nargs="*",
        choices=list(PARTS),
        help="parts to measure anew (all whose data are there); none writes the page alone",
    )
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "benchmarks.md")
    asked = parser.parse_args()
    asked.instances = asked.instances or asked.data
    missing = {name: lacks(asked, name) for name in (PARTS if asked.only is None else asked.only)}
    if asked.only is None:
        asked.only = [name for name, lacking in missing.items() if not lacking]
        for name, lacking in missing.items():
            if lacking:
                print(f"{name} is left out: {lacking}")
    for name, lacking in missing.items():
        if lacking and name in asked.only:
            parser.error(f"{name}: {lacking}")
    return asked


def lacks(asked, part):
    """What a part needs and is not there; empty when it can be measured."""
    if part in instances.FAMILIES:
        if asked.instances is None:
            return "--instances DIR is needed: the folder of the published instances"
        if not (asked.instances / "optima.csv").is_file():
            return f"--instances {asked.instances} holds no optima.csv"
    for folder in READ.get(part, []):
        if asked.data is None:
            return f"--data DIR is needed: the folder that holds {folder}"
        if not (asked.data / folder).is_dir():
            return f"--data {asked.data} holds no folder {folder}"
    return ""


if __name__ == "__main__":
    main()
