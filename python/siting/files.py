"""Layers of points from files, and results into files.

Reads GeoPackage, GeoJSON, Shapefile, FlatGeobuf and whatever else GDAL knows, GeoParquet, and CSV with
coordinates. Field names and texts may be Chinese, in UTF-8 or GBK. Needs the extra `geo`
(`pip install "siting[geo]"`), for GeoParquet the extra `parquet`.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from siting import _encoding
from siting._csv import read_csv
from siting._optional import need
from siting.errors import InputError

#: Endings of the files that are read as tables with coordinates.
TABLES = (".csv", ".tsv", ".txt")
_PARQUET = (".parquet", ".geoparquet", ".pq")


class Layer(NamedTuple):
    """A layer of points and what had to be assumed to read it.

    Attributes:
        frame: A GeoDataFrame of points.
        notes: Sentences for the user: columns taken as coordinates, an assumed CRS, polygons made points.
    """

    frame: Any
    notes: list[str]


def read_points(
    path: str | os.PathLike[str],
    *,
    layer: str | None = None,
    id_column: str | None = None,
    x: str | None = None,
    y: str | None = None,
    crs: str | None = None,
    encoding: str | None = None,
) -> Layer:
    """Reads a layer of points.

    Areas and lines become a point inside them. The coordinates of a CSV file are found by the names of
    their columns: x and y, lon and lat, lng and lat, 经度 and 纬度, ..., or a column of WKT. Columns named
    as longitude and latitude are taken as WGS 84 unless `crs` says otherwise.

    Args:
        path: The file.
        layer: Which layer of the file; needed where it has several.
        id_column: Column of ids, which becomes the index; without it rows are numbered from 0.
        x: Column of x or longitude (CSV only); goes with `y`.
        y: Column of y or latitude (CSV only).
        crs: The coordinate reference system, such as "EPSG:4550", if the file does not say its own.
        encoding: Encoding of texts; without it what the file says, else UTF-8 if it fits, else GBK.

    Returns:
        The layer and the notes.

    Raises:
        InputError: The file or a column is missing, not readable, empty, or has rows without a place.
        MissingDependencyError: geopandas (or, for GeoParquet, pyarrow) is not installed.

    Examples:
        >>> import pandas, pathlib, tempfile
        >>> from siting import files
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     path = pathlib.Path(folder, "halls.csv")
        ...     pandas.DataFrame({"name": ["mill"], "lon": [121.55], "lat": [29.87]}).to_csv(path)
        ...     layer = files.read_points(path, id_column="name")
        >>> layer.frame.geometry.to_wkt().to_dict()
        {'mill': 'POINT (121.55 29.87)'}
        >>> layer.notes[0]
        'halls.csv: coordinates from columns lon and lat'
    """
    geopandas = need("geopandas", "reading files", "geo")
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: there is no such file")
    if encoding is not None:
        _encoding.known(encoding)
    suffix = path.suffix.lower()
    if suffix in TABLES:
        frame, degrees, notes = read_csv(path, x=x, y=y, encoding=encoding)
        if degrees and crs is None:
            crs = "EPSG:4326"
            notes.append(f"{path.name}: no CRS given, longitude and latitude taken as WGS 84")
    else:
        if x is not None or y is not None:
            raise InputError(
                f"{path}: x and y name columns of a CSV file; this file has geometries"
            )
        frame, notes = _read_geometries(path, layer, encoding)
    if len(frame) == 0:
        raise InputError(f"{path} has no rows")
    if crs is not None:
        try:
            named = need("pyproj", "a CRS", "geo").CRS.from_user_input(crs)
        except Exception as error:  # pyproj has its own exceptions
            raise InputError(f"crs is {crs!r}, which is not known: {_first_line(error)}") from None
        if frame.crs is None:
            frame = frame.set_crs(named)
        elif frame.crs != named:
            notes.append(f"{path.name} says that it is in {frame.crs.name}, and is read so")
    frame = _as_points(geopandas, frame, path, notes)
    return Layer(_with_ids(frame, id_column, path), notes)


def read_lines(path: str | os.PathLike[str], *, layer: str | None = None) -> Layer:
    """Reads a layer as it is, such as the lines of streets.

    Args:
        path: The file: GeoPackage, GeoJSON, Shapefile, GeoParquet, ...
        layer: Which layer of the file; needed where it has several.

    Raises:
        InputError: The file is missing, not readable, or without geometries.
        MissingDependencyError: geopandas (or, for GeoParquet, pyarrow) is not installed.
    """
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: there is no such file")
    return Layer(*_read_geometries(path, layer, None))


def write_layers(
    path: str | os.PathLike[str], layers: Mapping[str, Any], *, description: str | None = None
) -> None:
    """Writes layers to a new GeoPackage; a file of that name is replaced once all is written.

    Columns whose names differ in capitals only, or are called fid, which a GeoPackage does not allow, get
    the suffix "_input".

    Args:
        path: The file; its name ends with .gpkg.
        layers: Name of each layer and its GeoDataFrame; the index becomes a column.
        description: A sentence stored with each layer.

    Raises:
        InputError: The name does not end with .gpkg, or the folder does not exist or cannot be written.
    """
    path = Path(path)
    if path.suffix.lower() != ".gpkg":
        raise InputError(f"{path}: several layers need a GeoPackage: let the name end with .gpkg")
    options = {} if description is None else {"DESCRIPTION": description}

    def write(unfinished: Path) -> None:
        for name, frame in layers.items():
            _plain(frame).to_file(unfinished, layer=name, driver="GPKG", index=False, **options)

    _replace(path, write)


def write_layer(path: str | os.PathLike[str], frame: Any) -> None:
    """Writes one layer: GeoJSON in WGS 84, or CSV (UTF-8) with the columns x and y.

    Args:
        path: The file, whose name ends with .geojson or .csv; a file of that name is replaced.
        frame: A GeoDataFrame of points; the index becomes a column.

    Raises:
        InputError: The name ends otherwise, or the file cannot be written.
    """
    path = Path(path)
    frame = _plain(frame)
    if path.suffix.lower() == ".geojson":
        # The standard (RFC 7946) knows no other reference system.
        there = frame if frame.crs is None or frame.crs.is_engineering else frame.to_crs(4326)
        _replace(path, lambda unfinished: there.to_file(unfinished, driver="GeoJSON", index=False))
    elif path.suffix.lower() == ".csv":
        table = frame.drop(columns=frame.geometry.name)
        table = table.rename(
            columns={name: f"{name}_input" for name in ("x", "y") if name in table}
        )
        table = table.assign(x=frame.geometry.x, y=frame.geometry.y)
        # The mark at the start tells spreadsheets that it is UTF-8.
        _replace(
            path, lambda unfinished: table.to_csv(unfinished, index=False, encoding="utf-8-sig")
        )
    else:
        raise InputError(f"{path}: let the name end with .geojson or .csv")


def write_table(path: str | os.PathLike[str], frame: Any) -> None:
    """Writes a table as CSV in UTF-8, with the mark at the start that spreadsheets look for; a file of that name is replaced.

    Args:
        path: The file.
        frame: A DataFrame; an index with names becomes columns.

    Raises:
        InputError: The file cannot be written.
    """
    named = any(name is not None for name in frame.index.names)
    _replace(
        Path(path), lambda unfinished: frame.to_csv(unfinished, index=named, encoding="utf-8-sig")
    )


def write_text(path: str | os.PathLike[str], text: str) -> None:
    """Writes a text in UTF-8; a file of that name is replaced.

    Raises:
        InputError: The file cannot be written.
    """
    _replace(Path(path), lambda unfinished: unfinished.write_text(text, encoding="utf-8"))


def _replace(path: Path, write: Callable[[Path], object]) -> None:
    """Writes beside the file and moves the result over it, so that no half file is left."""
    unfinished = path.with_name(f".unfinished-{path.name}")
    try:
        unfinished.unlink(missing_ok=True)
        write(unfinished)
        unfinished.replace(path)
    except Exception as error:  # GDAL has its own exceptions
        raise InputError(f"{path} cannot be written: {_first_line(error)}") from None
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def _plain(frame: Any) -> Any:
    """The index as a column, distinct names without regard to capitals, mixed values as text."""
    frame = frame.rename_axis(index=frame.index.name or "id")
    names = {str(name).casefold() for name in frame.columns}
    if frame.index.name.casefold() in names or frame.index.name.casefold() == "fid":
        frame = frame.rename_axis(
            index="site_id" if frame.index.name == "site" else f"{frame.index.name}_index"
        )
    frame = frame.reset_index()
    seen = {"fid"}
    renamed = []
    # Our own columns stand last and keep their names.
    for name in reversed([str(name) for name in frame.columns]):
        while name.casefold() in seen:
            name = f"{name}_input"
        seen.add(name.casefold())
        renamed.append(name)
    geometry = list(frame.columns).index(frame.geometry.name)
    frame.columns = renamed[::-1]
    frame = frame.set_geometry(renamed[::-1][geometry])
    for name in frame.columns:
        if frame[name].dtype == object and len({type(value) for value in frame[name].dropna()}) > 1:
            frame[name] = frame[name].map(str, na_action="ignore")
    return frame


def _read_geometries(path: Path, layer: str | None, encoding: str | None) -> tuple[Any, list[str]]:
    geopandas = need("geopandas", "reading files", "geo")
    notes: list[str] = []
    try:
        if path.suffix.lower() in _PARQUET:
            need("pyarrow", "reading GeoParquet", "parquet")
            return geopandas.read_parquet(path), notes
        pyogrio = need("pyogrio", "reading files", "geo")
        names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        if layer is None and len(names) > 1:
            raise InputError(f"{path} has several layers ({', '.join(names)}): choose one")
        if layer is not None and layer not in names:
            raise InputError(f"{path} has no layer {layer!r}: it has {', '.join(names) or 'none'}")
        if encoding is None and path.suffix.lower() == ".shp":
            encoding = _encoding.of_shapefile(path)
            if encoding not in (None, "utf-8"):
                notes.append(f"{path.name}: read as {encoding.upper()}")
        frame = pyogrio.read_dataframe(path, layer=layer, encoding=encoding)
    except (InputError, ImportError):
        raise
    except UnicodeDecodeError:
        raise InputError(f"{path} is not in {encoding or 'UTF-8'}: name its encoding") from None
    except Exception as error:  # GDAL and Arrow have their own exceptions
        raise InputError(f"{path} cannot be read: {_first_line(error)}") from None
    if not isinstance(frame, geopandas.GeoDataFrame):
        raise InputError(f"{path} has no geometries; a table with coordinates is read from CSV")
    return frame, notes


def _as_points(geopandas: Any, frame: Any, path: Path, notes: list[str]) -> Any:
    shapes = frame.geometry
    for row, missing in enumerate(shapes.isna() | shapes.is_empty):
        if missing:
            raise InputError(f"{path}: row {row} has no geometry: give it a place or leave it out")
    single = shapes.geom_type == "MultiPoint"
    if single.any():
        import shapely

        if (shapely.get_num_geometries(shapes[single].array) == 1).all():
            shapes = shapes.where(~single, shapes.representative_point())
    areas = shapes.geom_type != "Point"
    if areas.any():
        notes.append(f"{path.name}: {int(areas.sum())} shapes stand as a point inside each")
        shapes = shapes.where(~areas, shapes.representative_point())
    return frame.set_geometry(geopandas.GeoSeries(shapes, crs=frame.crs))


def _with_ids(frame: Any, id_column: str | None, path: Path) -> Any:
    if id_column is None:
        return frame.reset_index(drop=True)
    columns = [str(name) for name in frame.columns if name != frame.geometry.name]
    if id_column not in columns:
        raise InputError(
            f"{path} has no column {id_column!r}: its columns are {', '.join(columns)}"
        )
    ids = frame[id_column]
    for row, missing in enumerate(ids.isna() | (ids.astype(str).str.strip() == "")):
        if missing:
            raise InputError(f"{path}: row {row} has no id in column {id_column!r}")
    for row, repeated in enumerate(ids.duplicated()):
        if repeated:
            raise InputError(
                f"{path}: the id {ids.iloc[row]!r} in column {id_column!r} is given twice, again in row {row}"
            )
    return frame.set_index(id_column)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]
