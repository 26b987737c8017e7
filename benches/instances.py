"""The published instances of a family, beside their published values and the formulation as a whole on HiGHS."""

import subprocess

from process import built

FAMILIES = ["pmedian", "cpmp", "pcenter", "uflp", "cflp"]
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
    """All instances of a family, one after another in a process of their own."""
    if not (folder / "optima.csv").is_file():
        raise SystemExit(f"--instances {folder} holds no optima.csv")
    program = built("published")
    asked = [program, "--data", str(folder), "--seconds", str(limit), "--family", family]
    rows = lines(asked)
    for name in {row["name"] for row in rows if int(row["n"]) <= WHOLE}:
        whole = {
            (row["name"], row["p"]): row
            for row in lines([*asked, "--only", name, "--method", "mip"])
        }
        for row in rows:
            row["whole"] = whole.get((row["name"], row["p"]), row.get("whole"))
    return {"limit": limit, "rows": rows}


def lines(command):
    """The lines of the table that the benchmark prints."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    cells = (
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in done.stdout.splitlines()[2:]
    )
    return [dict(zip(COLUMNS, row, strict=True)) for row in cells]


def problems(found):
    """What does not hold, as sentences: proven values that are not the published optima."""
    for row in found["rows"]:
        whole = row.get("whole")
        if whole and row["proven"] == whole["proven"] == "yes":
            one, other = float(row["value"]), float(whole["value"])
            if abs(one - other) > 1e-6 * abs(other):
                yield f"{row['name']}, p {row['p']}: {one:,} proven, but {other:,} by the formulation as a whole"
