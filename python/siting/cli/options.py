"""The options of the command `siting`."""

from __future__ import annotations

import argparse
import math
import sys
from typing import NoReturn

from siting import __version__

MODELS = ("max-cover", "set-cover", "p-median", "p-center", "p-dispersion", "fixed-charge")

#: What an argument of the library is called on the command line.
OPTIONS = {
    "weights": "--weight",
    "within": "--within",
    "cutoff": "--cutoff",
    "metric": "--metric",
    "p": "-p",
    "budget": "--budget",
    "site_costs": "--cost-col",
    "capacities": "--capacity-col",
    "demands": "--demand-col",
    "min_use": "--min-use-col",
    "required": "--required",
    "forbidden": "--forbidden",
    "existing": "--existing",
    "share": "--share",
    "backup": "--backup",
    "assignment": "--assignment",
    "time_limit": "--time-limit",
    "gap": "--gap",
    "method": "--method",
    "backend": "--backend",
    "threads": "--threads",
    "seed": "--seed",
    "communities": "--communities",
    "service": "--service",
}


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Ends the command with exit code 2."""
        print(f"siting: error: {message} (see {self.prog} --help)", file=sys.stderr)
        sys.exit(2)


def parser() -> Parser:
    """The parser of the whole command line."""
    top = Parser(
        prog="siting",
        description="Which idle buildings and corner spaces should host which community services?",
    )
    top.add_argument("--version", action="version", version=f"siting {__version__}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _demo(commands)
    _solve(commands)
    _audit(commands)
    _plan(commands)
    return top


def _demo(commands: argparse._SubParsersAction[Parser]) -> None:
    demo = commands.add_parser(
        "demo",
        help="choose sites for canteens in a synthetic town, or in that of an OpenStreetMap extract",
        description="Draws a synthetic town, or reads that of an OpenStreetMap extract, tells who reaches a community canteen today, chooses spaces for new "
        "ones under two models, and writes a GeoPackage and a map.",
    )
    demo.add_argument(
        "--communities",
        type=int,
        default=24,
        metavar="N",
        help="size of the town, 5 to 700 (default 24)",
    )
    demo.add_argument(
        "--seed", type=int, default=0, metavar="N", help="another seed, another town (default 0)"
    )
    demo.add_argument(
        "--pbf",
        metavar="FILE",
        help="the town of this OpenStreetMap extract (.osm.pbf) instead of a synthetic one",
    )
    demo.add_argument(
        "--service",
        default="community canteen",
        metavar="NAME",
        help='with --pbf: the service to find sites for, such as "childcare" (default "community canteen")',
    )
    demo.add_argument(
        "-p",
        type=int,
        metavar="N",
        help="with --pbf: how many new sites (default one for each 1,500 households, 1 to 20)",
    )
    demo.add_argument(
        "--out",
        default="siting-demo",
        metavar="DIR",
        help="folder of the files (default siting-demo)",
    )
    demo.add_argument(
        "--time-limit",
        type=_number,
        default=30.0,
        metavar="S",
        help="seconds for each model (default 30)",
    )


def _solve(commands: argparse._SubParsersAction[Parser]) -> None:
    solve = commands.add_parser(
        "solve",
        help="choose sites from layers in files",
        description="Chooses sites for the demand points of one file among the candidates of another. Reads "
        "GeoPackage, GeoJSON, Shapefile, GeoParquet, and CSV with coordinates; field names and texts may be Chinese, "
        "in UTF-8 or GBK. Coordinates in degrees are projected to their UTM zone, unless --metric is haversine. "
        "Coordinates from Chinese web maps (GCJ-02) lie 300 to 700 m off: convert them first.",
        epilog="Example: siting solve --demand homes.gpkg --sites spaces.csv --model max-cover --weight elders "
        "--within 800 -p 8 -o plan.gpkg",
    )
    files = solve.add_argument_group("files")
    files.add_argument(
        "--demand",
        required=True,
        metavar="FILE",
        help="demand points (areas stand as a point inside)",
    )
    files.add_argument("--sites", required=True, metavar="FILE", help="candidate sites")
    files.add_argument(
        "--existing-sites",
        metavar="FILE",
        help="facilities of today; they stay open, free of charge",
    )
    files.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        help="plan.gpkg (sites and demand), .geojson or .csv (open sites), .json (solution)",
    )
    files.add_argument("--map", metavar="PNG", help="draw a map as well (.png, .pdf or .svg)")
    files.add_argument(
        "--id-col", metavar="COL", help="column of ids in all files (default: rows, from 0)"
    )
    files.add_argument(
        "--demand-layer", metavar="NAME", help="layer of the demand file, where it has several"
    )
    files.add_argument("--sites-layer", metavar="NAME", help="layer of the sites file, likewise")
    files.add_argument(
        "--existing-layer", metavar="NAME", help="layer of the existing sites file, likewise"
    )
    files.add_argument(
        "--x", metavar="COL", help="column of x or longitude of CSV files (default: by its name)"
    )
    files.add_argument("--y", metavar="COL", help="column of y or latitude of CSV files")
    files.add_argument(
        "--crs", metavar="CRS", help="such as EPSG:4550, for files that do not say theirs"
    )
    files.add_argument(
        "--encoding",
        metavar="NAME",
        help="of CSV files and shapefiles (default: found out, UTF-8 or GBK)",
    )

    model = solve.add_argument_group("model")
    model.add_argument("--model", required=True, choices=MODELS, help="what to ask for")
    model.add_argument(
        "--weight",
        metavar="COL",
        help="demand column with the people at each point (default: 1 each)",
    )
    model.add_argument(
        "--within",
        type=_number,
        metavar="D",
        help="radius of covering, included, in the unit of the distances",
    )
    model.add_argument(
        "-p", type=int, metavar="N", help="number of sites to open besides the existing ones"
    )
    model.add_argument(
        "--budget", type=_number, metavar="B", help="most that the opened sites may cost together"
    )
    model.add_argument(
        "--cost-col", metavar="COL", help="sites column with the cost of opening (default: 1 each)"
    )
    model.add_argument(
        "--capacity-col", metavar="COL", help="sites column with what each can serve"
    )
    model.add_argument(
        "--demand-col",
        metavar="COL",
        help="demand column with what each takes of a capacity (default: the weight)",
    )
    model.add_argument(
        "--min-use-col",
        metavar="COL",
        help="sites column with what each must serve at least (fixed-charge)",
    )
    model.add_argument(
        "--single-source", action="store_true", help="each demand point is served by one site alone"
    )
    model.add_argument(
        "--assignment",
        choices=("system", "closest"),
        help="with capacities: who decides where people go (default system)",
    )
    model.add_argument(
        "--backup", type=int, metavar="K", help="count a point only when K sites reach it (covers)"
    )
    model.add_argument(
        "--share",
        type=_number,
        metavar="S",
        help="share of the weight to cover, 0 to 1 (set-cover)",
    )
    for name, what in (
        ("required", "must open"),
        ("forbidden", "must not open"),
        ("existing", "are open today"),
    ):
        model.add_argument(
            f"--{name}",
            metavar="IDS|COL",
            help=f"candidates that {what}: ids with commas between, or a column of 1 or yes",
        )
    model.add_argument(
        "--metric",
        choices=("euclidean", "manhattan", "haversine"),
        default="euclidean",
        help="how distance is measured (default euclidean)",
    )
    model.add_argument(
        "--cutoff",
        type=_number,
        metavar="D",
        help="longest walk looked at (default: --within for covers, else none)",
    )

    search = solve.add_argument_group("search")
    search.add_argument("--time-limit", type=_number, metavar="S", help="seconds for the solve")
    search.add_argument(
        "--gap",
        type=_number,
        metavar="G",
        help="stop within this share of the optimum, such as 0.01",
    )
    search.add_argument(
        "--method", choices=("auto", "mip", "heuristic"), help="how to solve (default auto)"
    )
    search.add_argument(
        "--backend", choices=("highs", "microlp"), help="the solver (default highs)"
    )
    search.add_argument(
        "--threads", type=int, metavar="N", help="number of threads (default: all cores)"
    )
    search.add_argument(
        "--seed", type=int, metavar="N", help="seed of everything random (default 0)"
    )
    search.add_argument(
        "--progress", action="store_true", help="show best plan, bound and gap while it runs"
    )


def _audit(commands: argparse._SubParsersAction[Parser]) -> None:
    audit = commands.add_parser(
        "audit",
        help="who lacks which services today, by a project file",
        description="Reads a project file (TOML) that names layers, columns, services and walks, tells for each "
        "service who is in reach of a facility today, and writes the tables as CSV and a GeoPackage.",
    )
    _project(audit, "siting-audit")


def _plan(commands: argparse._SubParsersAction[Parser]) -> None:
    plan = commands.add_parser(
        "plan",
        help="which services go into which spaces, by a project file",
        description="Reads a project file (TOML) with a table [plan] of rules, chooses which services go into which idle "
        "spaces, at what size and when, and writes tables as CSV, a GeoPackage, the summary and a map.",
    )
    _project(plan, "siting-plan")
    plan.add_argument(
        "--progress", action="store_true", help="show best plan, bound and gap while it runs"
    )


def _project(command: Parser, out: str) -> None:
    command.add_argument("project", metavar="PROJECT", help="the project file, such as town.toml")
    command.add_argument(
        "--out", default=out, metavar="DIR", help=f"folder of the results (default {out})"
    )


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number")
    return value
