"""Tables with coordinates: CSV files in UTF-8 or GBK, with column names in any of the usual words."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from siting._encoding import decoded
from siting._optional import need
from siting.errors import InputError

#: Pairs of column names in lower case, (x, y), whose values are degrees.
DEGREES = (
    ("lon", "lat"), ("lng", "lat"), ("long", "lat"), ("longitude", "latitude"), ("经度", "纬度"),
)  # fmt: skip
#: The same for planar coordinates. In Chinese survey sheets 横坐标 is the easting.
PLANAR = (
    ("x", "y"), ("easting", "northing"), ("east", "north"), ("x_coord", "y_coord"), ("coord_x", "coord_y"),
    ("x坐标", "y坐标"), ("横坐标", "纵坐标"), ("东坐标", "北坐标"),
)  # fmt: skip
#: Columns that hold whole geometries.
WKT = ("wkt", "geometry", "geom", "the_geom")


def read_csv(
    path: Path, *, x: str | None, y: str | None, encoding: str | None
) -> tuple[Any, bool, list[str]]:
    """Reads a table as a GeoDataFrame without CRS; whether it is in degrees; and what had to be assumed."""
    geopandas = need("geopandas", "reading files", "geo")
    text, used = decoded(path.read_bytes(), encoding, str(path))
    rows = _rows(text, path)
    header = [name.strip() for name in rows[0]]
    for at, name in enumerate(header):
        if name in header[:at]:
            raise InputError(f"{path}: two columns are called {name!r}: rename one of them")
    body = [
        (line, row)
        for line, row in enumerate(rows[1:], start=2)
        if any(cell.strip() for cell in row)
    ]
    for line, row in body:
        if len(row) != len(header):
            raise InputError(
                f"{path}, line {line}: {len(row)} cells where the header has {len(header)}"
            )
    columns = {name: [row[at].strip() for _, row in body] for at, name in enumerate(header)}
    lines = [line for line, _ in body]
    names, degrees = _coordinates(header, x, y, path)
    if len(names) == 1:
        geometry = _from_wkt(columns.pop(names[0]), lines, names[0], path)
    else:
        xs, ys = (_numbers(columns[name], lines, name, path) for name in names)
        geometry = geopandas.points_from_xy(xs, ys)
    table = {name: _typed(cells) for name, cells in columns.items()}
    notes = [] if used in ("utf-8", encoding) else [f"{path.name}: read as {used.upper()}"]
    notes.append(
        f"{path.name}: coordinates from column{'s' * (len(names) - 1)} {' and '.join(names)}"
    )
    return geopandas.GeoDataFrame(table, geometry=geometry), degrees, notes


def _rows(text: str, path: Path) -> list[list[str]]:
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    try:
        rows = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise InputError(f"{path}: not a CSV file: {error}") from None
    if not rows or not any(cell.strip() for cell in rows[0]):
        raise InputError(f"{path} is empty: a header line with column names is needed")
    return rows


def _coordinates(
    header: list[str], x: str | None, y: str | None, path: Path
) -> tuple[tuple[str, ...], bool]:
    """The columns that hold the coordinates, and whether their names mean degrees."""
    if (x is None) != (y is None):
        raise InputError("x and y go together: name both columns, or neither")
    if x is not None and y is not None:
        for name in (x, y):
            if name not in header:
                raise InputError(
                    f"{path} has no column {name!r}: its columns are {', '.join(header)}"
                )
        return (x, y), (x.lower(), y.lower()) in DEGREES
    known = {name.lower(): name for name in header}
    found: list[tuple[tuple[str, ...], bool]] = [
        ((known[a], known[b]), pair is DEGREES)
        for pair in (DEGREES, PLANAR)
        for a, b in pair
        if a in known and b in known
    ]
    found += [((known[name],), False) for name in WKT if name in known]
    if not found:
        raise InputError(
            f"{path} has no columns of coordinates that are known by their names (x and y, lon and lat, "
            f"经度 and 纬度, ...): name them with --x and --y; its columns are {', '.join(header)}"
        )
    if len(found) > 1:
        pairs = "; ".join(" and ".join(names) for names, _ in found)
        raise InputError(
            f"{path} has several columns of coordinates ({pairs}): choose with --x and --y"
        )
    return found[0]


def _numbers(cells: list[str], lines: list[int], name: str, path: Path) -> list[float]:
    numbers = []
    for cell, line in zip(cells, lines, strict=True):
        try:
            number = float(cell)
        except ValueError:
            number = float("nan")
        if not abs(number) < float("inf"):
            raise InputError(f"{path}, line {line}: {name} is {cell!r}: a number is needed")
        numbers.append(number)
    return numbers


def _from_wkt(cells: list[str], lines: list[int], name: str, path: Path) -> Any:
    shapely = need("shapely", "reading WKT", "geo")
    geometries = shapely.from_wkt(cells, on_invalid="ignore")
    for geometry, cell, line in zip(geometries, cells, lines, strict=True):
        if geometry is None:
            raise InputError(
                f"{path}, line {line}: {name} is {cell[:40]!r}: WKT is needed, such as POINT (1 2)"
            )
    return geometries


def _typed(cells: list[str]) -> Any:
    """Whole numbers, numbers (an empty cell is NaN), or text; codes with a leading zero stay text."""
    if any(
        len(digits := cell.lstrip("+-")) > 1 and digits[0] == "0" and digits.isdigit()
        for cell in cells
    ):
        return cells
    for kind in (int, float):
        try:
            return [kind(cell) if cell or kind is int else float("nan") for cell in cells]
        except (ValueError, OverflowError):
            continue
    return cells
