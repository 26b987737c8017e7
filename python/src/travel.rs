//! The travel matrix.

use std::sync::Arc;

use ndarray::Array1;
use numpy::{PyArray1, PyReadonlyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use siting::Error;

use crate::convert::{Names, Numbers, Positions, Reduced, copied, from_name, names, points, reduced};
use crate::error::CoreResult;

/// Costs from demand points to sites, by position.
#[pyclass(frozen, module = "siting._siting")]
pub struct TravelMatrix(pub Arc<siting::TravelMatrix>);

type Csr<'py> = (Bound<'py, PyArray1<i64>>, Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<f64>>);

impl TravelMatrix {
    /// A matrix with names for its demand points and sites.
    pub fn named(matrix: siting::TravelMatrix, demand: Option<Names>, sites: Option<Names>) -> CoreResult<Self> {
        let demand = Names::ids(demand, matrix.n_demand())?;
        let sites = Names::ids(sites, matrix.n_sites())?;
        Ok(Self(Arc::new(matrix.with_ids(demand, sites)?)))
    }
}

#[pymethods]
impl TravelMatrix {
    #[staticmethod]
    #[pyo3(signature = (demand, sites, *, metric, cutoff=None, demand_ids=None, site_ids=None))]
    fn from_points(
        py: Python<'_>,
        demand: PyReadonlyArray2<'_, f64>,
        sites: PyReadonlyArray2<'_, f64>,
        metric: &str,
        cutoff: Option<f64>,
        demand_ids: Option<Names>,
        site_ids: Option<Names>,
    ) -> CoreResult<Self> {
        let metric = from_name("metric", metric)?;
        let (demand, sites) = (points("demand", &demand)?, points("sites", &sites)?);
        let matrix = py.detach(|| siting::TravelMatrix::from_points(&demand, &sites, metric, cutoff))?;
        Self::named(matrix, demand_ids, site_ids)
    }

    #[staticmethod]
    #[pyo3(signature = (costs, *, demand_ids=None, site_ids=None))]
    fn from_dense(
        costs: PyReadonlyArray2<'_, f64>,
        demand_ids: Option<Names>,
        site_ids: Option<Names>,
    ) -> CoreResult<Self> {
        Self::named(siting::TravelMatrix::from_dense(costs.as_array())?, demand_ids, site_ids)
    }

    #[staticmethod]
    #[pyo3(signature = (demand, site, cost, *, n_demand, n_sites, demand_ids=None, site_ids=None))]
    fn from_pairs(
        demand: Positions<'_>,
        site: Positions<'_>,
        cost: Numbers<'_>,
        n_demand: usize,
        n_sites: usize,
        demand_ids: Option<Names>,
        site_ids: Option<Names>,
    ) -> CoreResult<Self> {
        let (demand, site, cost) = (copied(&demand), copied(&site), copied(&cost));
        for (argument, found) in [("site", site.len()), ("cost", cost.len())] {
            if found != demand.len() {
                return Err(
                    Error::WrongLength { argument, expected: demand.len(), found, counted: "one per pair" }.into()
                );
            }
        }
        let pairs: Vec<(u32, u32, f64)> =
            demand.into_iter().zip(site).zip(cost).map(|((i, j), cost)| (i, j, cost)).collect();
        Self::named(siting::TravelMatrix::from_pairs(n_demand, n_sites, &pairs)?, demand_ids, site_ids)
    }

    #[staticmethod]
    #[pyo3(signature = (start, site, cost, *, n_sites, demand_ids=None, site_ids=None))]
    fn from_csr(
        start: PyReadonlyArray1<'_, i64>,
        site: Positions<'_>,
        cost: Numbers<'_>,
        n_sites: usize,
        demand_ids: Option<Names>,
        site_ids: Option<Names>,
    ) -> CoreResult<Self> {
        // A negative start becomes one past every end, which the core refuses.
        let start = start.as_array().iter().map(|&at| usize::try_from(at).unwrap_or(usize::MAX)).collect();
        Self::named(siting::TravelMatrix::from_csr(start, copied(&site), copied(&cost), n_sites)?, demand_ids, site_ids)
    }

    fn with_sites(&self, other: &Self) -> CoreResult<Self> {
        Ok(Self(Arc::new(self.0.with_sites(&other.0)?)))
    }

    #[getter]
    fn n_demand(&self) -> usize {
        self.0.n_demand()
    }

    #[getter]
    fn n_sites(&self) -> usize {
        self.0.n_sites()
    }

    #[getter]
    fn n_pairs(&self) -> usize {
        self.0.n_pairs()
    }

    #[getter]
    fn cutoff(&self) -> Option<f64> {
        self.0.cutoff()
    }

    #[getter]
    fn demand_ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        names(py, self.0.demand_ids())
    }

    #[getter]
    fn site_ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        names(py, self.0.site_ids())
    }

    /// Row starts, sites and costs, by demand point.
    fn csr<'py>(&self, py: Python<'py>) -> Csr<'py> {
        let (start, site, cost) = self.0.csr();
        // Row starts count entries in memory: they fit.
        let start: Array1<i64> = start.iter().map(|&at| i64::try_from(at).unwrap_or(i64::MAX)).collect();
        (PyArray1::from_owned_array(py, start), PyArray1::from_slice(py, site), PyArray1::from_slice(py, cost))
    }

    /// The cost of single pairs; NaN where unreachable.
    fn costs<'py>(&self, py: Python<'py>, demand: Positions<'py>, site: Positions<'py>) -> Bound<'py, PyArray1<f64>> {
        let (demand, site) = (demand.as_array(), site.as_array());
        let cost = demand.iter().zip(site).map(|(&i, &j)| self.0.cost(i, j).unwrap_or(f64::NAN));
        PyArray1::from_iter(py, cost)
    }

    fn unreachable<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        PyArray1::from_vec(py, self.0.unreachable())
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        crate::convert::to_bytes(py, self.0.as_ref())
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Self> {
        Ok(Self(Arc::new(crate::convert::from_bytes(bytes)?)))
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced::<Self>(py, self.0.as_ref())
    }
}
