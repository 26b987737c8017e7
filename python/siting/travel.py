"""The travel matrix: what it costs to walk from each demand point to each site."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

import numpy as np

from siting import _siting
from siting._ids import Ids
from siting._layer import Layer, check_crs, named_layers, read_layer, stack, unit_of
from siting._numbers import floats, number
from siting._optional import is_a, need
from siting._zone import check_no_world_map
from siting.errors import InputError


class TravelMatrix:
    """Sparse costs from demand points (rows) to sites (columns).

    Costs are in whatever unit you use: metres, minutes. A pair that is not stored is unreachable; a
    stored zero is a cost of zero. Build one with `from_points`, `from_dense`, `from_frame` or
    `from_scipy`. Ids of demand points and sites are kept to the end.

    Examples:
        >>> import siting
        >>> homes = [[0, 0], [300, 0], [900, 0], [2500, 0]]
        >>> spaces = [[200, 0], [1000, 0], [2400, 0]]
        >>> travel = siting.TravelMatrix.from_points(homes, spaces, cutoff=800)
        >>> travel
        TravelMatrix(4 demand points x 3 sites, 6 pairs within 800, euclidean)
        >>> travel.shape, travel.nnz, travel.cutoff, travel.site_ids.tolist()
        ((4, 3), 6, 800.0, [0, 1, 2])
    """

    def __init__(self) -> None:
        raise TypeError(
            "TravelMatrix is built by from_points, from_dense, from_frame or from_scipy"
        )

    @classmethod
    def _of(
        cls,
        core: _siting.TravelMatrix,
        demand: Layer,
        sites: Layer,
        *,
        unit: str | None = None,
        metric: str | None = None,
    ) -> TravelMatrix:
        matrix = object.__new__(cls)
        matrix._core, matrix._demand, matrix._sites = core, demand, sites
        matrix._unit, matrix._metric = unit, metric
        return matrix

    _core: _siting.TravelMatrix
    _demand: Layer
    _sites: Layer
    _unit: str | None
    _metric: str | None

    @classmethod
    def from_points(
        cls, demand: Any, sites: Any, *, cutoff: float | None = None, metric: str = "euclidean"
    ) -> TravelMatrix:
        """Distances between points, by the straight line or along the axes.

        Args:
            demand: Demand points: a GeoDataFrame or GeoSeries of points, whose index are the ids, or
                an array of shape (n, 2).
            sites: Candidate sites, likewise, in the same CRS.
            cutoff: Largest distance stored, included; `None` stores every pair.
            metric: "euclidean" or "manhattan", in the unit of the coordinates, or "haversine": metres
                on the sphere between (longitude, latitude) in degrees.

        Raises:
            InputError: Missing, empty or other geometries than points; ids given twice; CRS that
                differ or do not fit the metric; coordinates that are no numbers.

        Examples:
            >>> import geopandas, siting
            >>> points = geopandas.points_from_xy([0, 300], [0, 400], crs=4550)
            >>> homes = geopandas.GeoSeries(points, index=["a", "b"])
            >>> siting.TravelMatrix.from_points(homes, homes, cutoff=500).to_frame()
              demand site   cost
            0      a    a    0.0
            1      a    b  500.0
            2      b    a  500.0
            3      b    b    0.0
        """
        if not isinstance(metric, str):
            raise InputError(f"metric is {metric!r}: its name is expected", "metric")
        if cutoff is not None:
            cutoff = number("cutoff", cutoff)
        layers = read_layer("demand", demand), read_layer("sites", sites)
        check_crs(*layers, metric, ("demand", "sites"))
        if metric != "haversine":
            check_no_world_map("demand", layers[0].crs)
            _warn_of_degrees(layers, cutoff)
        with named_layers(layers[0].ids, layers[1].ids):
            core = _siting.TravelMatrix.from_points(
                layers[0].points,
                layers[1].points,
                metric=metric,
                cutoff=cutoff,
                demand_ids=layers[0].ids.names,
                site_ids=layers[1].ids.names,
            )
        return cls._of(core, *layers, unit=unit_of(layers[0].crs, metric), metric=metric)

    @classmethod
    def from_dense(
        cls,
        costs: Any,
        *,
        demand_ids: Iterable[Any] | None = None,
        site_ids: Iterable[Any] | None = None,
        unit: str | None = None,
    ) -> TravelMatrix:
        """From a dense array of shape (demand points, sites).

        Args:
            costs: Costs of 0 or more; infinity means unreachable. Of a DataFrame, the index are the
                ids of the demand points and the columns those of the sites.
            demand_ids: Ids of the demand points; 0, 1, 2, ... when not given.
            site_ids: Ids of the sites, likewise.
            unit: Unit of the costs, for texts only.

        Raises:
            InputError: NaN or negative costs, a wrong shape, wrong numbers of ids.

        Examples:
            >>> import numpy, siting
            >>> siting.TravelMatrix.from_dense(numpy.array([[0, 5], [numpy.inf, 2]])).nnz
            3
        """
        if is_a(costs, "pandas", "DataFrame"):
            demand_ids = costs.index if demand_ids is None else demand_ids
            site_ids = costs.columns if site_ids is None else site_ids
        if hasattr(costs, "tocsr"):
            raise InputError("costs is a sparse matrix: use TravelMatrix.from_scipy", "costs")
        try:
            array = np.asarray(costs)
        except ValueError:
            raise InputError("costs has rows of different lengths", "costs") from None
        if array.ndim != 2:
            raise InputError(
                f"costs has the shape {array.shape}: two dimensions are expected (demand points, sites)",
                "costs",
            )
        if array.dtype.kind not in "iuf":
            array = floats("costs", array.reshape(-1)).reshape(array.shape)
        demand, sites = (
            _ids("demand_ids", demand_ids, array.shape[0]),
            _ids("site_ids", site_ids, array.shape[1]),
        )
        try:
            core = _siting.TravelMatrix.from_dense(
                np.ascontiguousarray(array, dtype=np.float64),
                demand_ids=demand.names,
                site_ids=sites.names,
            )
        except InputError as error:
            if error.position is None or error.argument != "costs":
                raise
            row, column = divmod(error.position, array.shape[1])
            place = f"costs[{row}, {column}] (demand point {demand[row]!r}, site {sites[column]!r})"
            message = str(error).replace(f"costs[{error.position}]", place, 1)
            raise InputError(message, "costs", error.position) from None
        return cls._of(core, Layer(demand), Layer(sites), unit=unit)

    @classmethod
    def from_frame(
        cls,
        df: Any,
        *,
        demand: str,
        site: str,
        cost: str,
        demand_ids: Iterable[Any] | None = None,
        site_ids: Iterable[Any] | None = None,
        unit: str | None = None,
    ) -> TravelMatrix:
        """From a table with one row for each reachable pair.

        Args:
            df: A pandas DataFrame.
            demand: Name of the column with the ids of the demand points.
            site: Name of the column with the ids of the sites.
            cost: Name of the column with the costs.
            demand_ids: All ids of demand points, in the order wanted, those without any pair
                included; by default those of the table in order of appearance.
            site_ids: All ids of sites, likewise.
            unit: Unit of the costs, for texts only.

        Raises:
            InputError: Unknown columns or ids, missing ids or costs, a pair given twice.

        Examples:
            >>> import pandas, siting
            >>> table = pandas.DataFrame({"o": ["a", "b"], "d": ["x", "x"], "minutes": [3, 12]})
            >>> siting.TravelMatrix.from_frame(table, demand="o", site="d", cost="minutes").shape
            (2, 1)
        """
        if not is_a(df, "pandas", "DataFrame"):
            raise InputError(f"df is a {type(df).__name__}: a pandas DataFrame is expected", "df")
        for argument, name in (("demand", demand), ("site", site), ("cost", cost)):
            if name not in df.columns:
                columns = ", ".join(repr(column) for column in df.columns)
                raise InputError(
                    f"{argument} is {name!r}, but df has only the columns {columns}", argument
                )
        if len(df) == 0:
            raise InputError("df is empty: one row for each reachable pair is expected", "df")
        rows, row_ids = _codes("demand", df[demand], demand_ids)
        columns_, column_ids = _codes("site", df[site], site_ids)
        costs = floats("cost", df[cost].to_numpy())
        try:
            core = _siting.TravelMatrix.from_pairs(
                rows,
                columns_,
                costs,
                n_demand=len(row_ids),
                n_sites=len(column_ids),
                demand_ids=row_ids.names,
                site_ids=column_ids.names,
            )
        except InputError as error:
            if error.position is None:
                raise
            at = error.position
            pair = (row_ids[int(rows[at])], column_ids[int(columns_[at])])
            where = f"row {at} of df (demand point {pair[0]!r}, site {pair[1]!r})"
            raise InputError(f"{where}: {error}", error.argument, at) from None
        return cls._of(core, Layer(row_ids), Layer(column_ids), unit=unit)

    @classmethod
    def from_scipy(
        cls,
        matrix: Any,
        *,
        demand_ids: Iterable[Any] | None = None,
        site_ids: Iterable[Any] | None = None,
        unit: str | None = None,
    ) -> TravelMatrix:
        """From a scipy sparse array or matrix: stored zeros are zero costs, absent is unreachable.

        Args:
            matrix: Any sparse format, of shape (demand points, sites).
            demand_ids: Ids of the demand points; 0, 1, 2, ... when not given.
            site_ids: Ids of the sites, likewise.
            unit: Unit of the costs, for texts only.

        Raises:
            InputError: NaN, negative or infinite costs, a pair stored twice, wrong numbers of ids.

        Examples:
            >>> import numpy, scipy.sparse, siting
            >>> csr = scipy.sparse.csr_array((numpy.array([0.0, 7.0]), ([0, 1], [0, 0])), shape=(2, 1))
            >>> siting.TravelMatrix.from_scipy(csr).nnz
            2
        """
        if not hasattr(matrix, "tocsr"):
            raise InputError(
                f"matrix is a {type(matrix).__name__}: a scipy sparse array is expected; "
                "TravelMatrix.from_dense takes dense ones",
                "matrix",
            )
        csr = matrix.tocsr()
        if csr.nnz < matrix.nnz:
            raise InputError(
                f"matrix stores {matrix.nnz - csr.nnz} pairs twice, which scipy would add up: "
                "keep one entry for each pair",
                "matrix",
            )
        if csr.ndim != 2:
            raise InputError(
                f"matrix has the shape {csr.shape}: two dimensions are expected", "matrix"
            )
        demand, sites = (
            _ids("demand_ids", demand_ids, csr.shape[0]),
            _ids("site_ids", site_ids, csr.shape[1]),
        )
        if len(csr.indices) and (csr.indices.min() < 0 or csr.indices.max() >= len(sites)):
            raise InputError("matrix has column indices outside its shape", "matrix")
        core = _siting.TravelMatrix.from_csr(
            csr.indptr.astype(np.int64),
            csr.indices.astype(np.uint32),
            floats("cost", csr.data),
            n_sites=len(sites),
            demand_ids=demand.names,
            site_ids=sites.names,
        )
        return cls._of(core, Layer(demand), Layer(sites), unit=unit)

    def with_sites(self, other: TravelMatrix) -> TravelMatrix:
        """Stacks the sites of another matrix over the same demand points after those of this one.

        Existing facilities are seldom candidates: build a matrix to each and stack them.

        Raises:
            InputError: The demand points differ, or a site has the same id in both.

        Examples:
            >>> import siting
            >>> homes = [[0, 0]]
            >>> candidates = siting.TravelMatrix.from_dense([[3.0]], site_ids=["mill"])
            >>> canteens = siting.TravelMatrix.from_dense([[9.0]], site_ids=["old canteen"])
            >>> candidates.with_sites(canteens).site_ids.tolist()
            ['mill', 'old canteen']
        """
        if not isinstance(other, TravelMatrix):
            raise InputError(
                f"other is a {type(other).__name__}: a TravelMatrix is expected", "other"
            )
        if self._demand.ids != other._demand.ids:
            raise InputError(
                "other has different demand points: both matrices must have the same, in the same order",
                "other",
            )
        if self._unit != other._unit and None not in (self._unit, other._unit):
            raise InputError(f"other is in {other._unit}, this matrix in {self._unit}", "other")
        sites = stack(self._sites, other._sites)
        core = self._core.with_sites(other._core)
        return TravelMatrix._of(
            core,
            self._demand,
            sites,
            unit=self._unit or other._unit,
            metric=self._metric if self._metric == other._metric else None,
        )

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of demand points and of sites."""
        return self._core.n_demand, self._core.n_sites

    @property
    def nnz(self) -> int:
        """Number of stored pairs."""
        return self._core.n_pairs

    @property
    def cutoff(self) -> float | None:
        """The largest distance that was stored; `None` without a cut-off."""
        return self._core.cutoff

    @property
    def unit(self) -> str | None:
        """The unit of the costs, where it is known."""
        return self._unit

    @property
    def demand_ids(self) -> Any:
        """Ids of the demand points: a pandas Index, or an array where pandas is not installed."""
        return self._demand.ids.index()

    @property
    def site_ids(self) -> Any:
        """Ids of the sites: a pandas Index, or an array where pandas is not installed."""
        return self._sites.ids.index()

    @property
    def unreachable(self) -> list[Any]:
        """Ids of the demand points that reach no site at all.

        Examples:
            >>> import siting
            >>> travel = siting.TravelMatrix.from_points([[0, 0], [9, 0]], [[1, 0]], cutoff=5)
            >>> travel.unreachable
            [1]
        """
        return self._demand.ids.take(self._core.unreachable())

    def to_scipy(self) -> Any:
        """The costs as a `scipy.sparse.csr_array`, zero costs stored.

        Examples:
            >>> import siting
            >>> travel = siting.TravelMatrix.from_points([[0, 0], [9, 0]], [[1, 0], [4, 0]], cutoff=5)
            >>> travel.to_scipy().toarray()
            array([[1., 4.],
                   [0., 5.]])
        """
        sparse = need("scipy.sparse", "to_scipy", "all")
        start, site, cost = self._core.csr()
        return sparse.csr_array((cost, site.astype(np.int64), start), shape=self.shape)

    def to_frame(self) -> Any:
        """A pandas DataFrame with the columns demand, site and cost, one row for each stored pair.

        Examples:
            >>> import siting
            >>> travel = siting.TravelMatrix.from_points([[0, 0], [9, 0]], [[1, 0], [4, 0]], cutoff=5)
            >>> travel.to_frame()
               demand  site  cost
            0       0     0   1.0
            1       0     1   4.0
            2       1     1   5.0
        """
        pandas = need("pandas", "to_frame", "geo")
        start, site, cost = self._core.csr()
        rows = np.repeat(np.arange(self.shape[0]), np.diff(start))
        return pandas.DataFrame(
            {
                "demand": self.demand_ids.take(rows),
                "site": self.site_ids.take(site.astype(np.int64)),
                "cost": cost,
            }
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TravelMatrix):
            return NotImplemented
        return (
            self._core == other._core
            and self._demand.ids == other._demand.ids
            and self._sites.ids == other._sites.ids
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        rows, columns = self.shape
        text = f"{rows:,} demand points x {columns:,} sites, {self.nnz:,} pairs"
        unit = f" {self._unit}" if self._unit else ""
        text += "" if self.cutoff is None else f" within {self.cutoff:,.10g}{unit}"
        return f"TravelMatrix({text}{', ' + self._metric if self._metric else ''})"


def _ids(argument: str, labels: Iterable[Any] | None, n: int) -> Ids:
    if labels is None:
        return Ids.range(n)
    ids = Ids(labels, argument)
    if len(ids) != n:
        raise InputError(f"{argument} has {len(ids)} entries where {n} are expected", argument)
    return ids


def _codes(argument: str, column: Any, labels: Iterable[Any] | None) -> tuple[Any, Ids]:
    """The position of each entry of a column among all ids."""
    pandas = need("pandas", "from_frame", "geo")
    codes, found = pandas.factorize(column)
    if (codes < 0).any():
        at = int(np.flatnonzero(codes < 0)[0])
        raise InputError(
            f"{argument}: row {at} of df has no id ({column.iloc[at]!r})", argument, at
        )
    found = pandas.Index(found)
    if labels is None:
        return codes.astype(np.uint32), Ids(found, argument)
    ids = Ids(labels, f"{argument}_ids")
    places = [ids.position(label) for label in found.tolist()]
    for label, place in zip(found.tolist(), places, strict=True):
        if place is None:
            at = int(np.flatnonzero((column == label).to_numpy())[0])
            raise InputError(
                f"{argument}: row {at} of df has the id {label!r}, which {argument}_ids does not hold",
                argument,
                at,
            )
    return np.asarray(places, dtype=np.uint32)[codes], ids


def _warn_of_degrees(layers: tuple[Layer, Layer], cutoff: float | None) -> None:
    """Warns of layers without a CRS that are tiny beside the cut-off and may be degrees."""
    if cutoff is None or any(layer.crs is not None for layer in layers):
        return
    points = np.concatenate([layer.points for layer in layers])
    if not len(points) or not np.isfinite(points).all():
        return
    extent = np.ptp(points, axis=0)
    may_be_degrees = (np.abs(points) <= [180.0, 90.0]).all() and np.hypot(*extent) > 0
    if may_be_degrees and cutoff > 20 * np.hypot(*extent):
        warnings.warn(
            f"the points lie within {np.hypot(*extent):.3g} of each other, far less than cutoff = {cutoff:g}: if they are "
            'degrees, take metric="haversine" (metres), or a layer with its CRS, projected',
            stacklevel=3,
        )
