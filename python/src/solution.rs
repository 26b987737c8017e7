//! The solution of a model.

use numpy::PyArray1;
use pyo3::prelude::*;

use crate::convert::{Reduced, from_bytes, names, optional_positions, reduced, to_name};
use crate::error::InputError;

/// A checked plan, by position.
#[pyclass(frozen, module = "siting._siting")]
pub struct Solution(pub siting::Solution);

type Flows<'py> = (Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<f64>>);

#[pymethods]
impl Solution {
    #[getter]
    fn model(&self) -> &str {
        &self.0.model
    }

    #[getter]
    fn sense(&self) -> Option<String> {
        to_name(self.0.sense)
    }

    #[getter]
    fn method(&self) -> Option<String> {
        to_name(self.0.method)
    }

    #[getter]
    fn backend(&self) -> Option<&str> {
        self.0.backend.map(siting::Backend::name)
    }

    #[getter]
    fn status(&self) -> Option<String> {
        to_name(self.0.status)
    }

    #[getter]
    fn limit(&self) -> Option<String> {
        self.0.limit.and_then(to_name)
    }

    #[getter]
    fn objective(&self) -> f64 {
        self.0.objective
    }

    #[getter]
    fn bound(&self) -> Option<f64> {
        self.0.bound
    }

    #[getter]
    fn gap(&self) -> Option<f64> {
        self.0.gap
    }

    #[getter]
    fn seconds(&self) -> f64 {
        self.0.seconds
    }

    #[getter]
    fn nodes(&self) -> u64 {
        self.0.nodes
    }

    #[getter]
    fn sites<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        PyArray1::from_slice(py, &self.0.sites)
    }

    /// The site of each demand point; -1 where unserved.
    #[getter]
    fn assignment<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        optional_positions(py, &self.0.assignment)
    }

    /// Demand points, sites and shares, where demand is split.
    #[getter]
    fn flows<'py>(&self, py: Python<'py>) -> Option<Flows<'py>> {
        let flows = self.0.flows.as_ref()?;
        Some((
            PyArray1::from_iter(py, flows.iter().map(|flow| flow.demand)),
            PyArray1::from_iter(py, flows.iter().map(|flow| flow.site)),
            PyArray1::from_iter(py, flows.iter().map(|flow| flow.share)),
        ))
    }

    #[getter]
    fn covered_weight(&self) -> f64 {
        self.0.covered_weight
    }

    #[getter]
    fn total_weight(&self) -> f64 {
        self.0.total_weight
    }

    #[getter]
    fn covered_share(&self) -> f64 {
        self.0.covered_share
    }

    #[getter]
    fn mean_cost(&self) -> Option<f64> {
        self.0.mean_cost
    }

    #[getter]
    fn max_cost(&self) -> Option<f64> {
        self.0.max_cost
    }

    #[getter]
    fn demand_ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        names(py, &self.0.demand_ids)
    }

    #[getter]
    fn site_ids<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        names(py, &self.0.site_ids)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn to_json(&self) -> PyResult<String> {
        serde_json::to_string(&self.0).map_err(|error| InputError::new_err(error.to_string()))
    }

    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        match serde_json::from_str(text) {
            Ok(solution) => Ok(Self(solution)),
            Err(error) => Err(InputError::new_err(format!("the JSON text is not a solution: {error}"))),
        }
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Self> {
        from_bytes(bytes).map(Self)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced::<Self>(py, &self.0)
    }
}

/// Objective, sites and site of each demand point.
pub type Evaluated<'py> = (f64, Bound<'py, PyArray1<u32>>, Bound<'py, PyArray1<i64>>);

/// A plan without proof, as arrays.
pub fn evaluated(py: Python<'_>, plan: siting::Plan) -> Evaluated<'_> {
    (plan.objective, PyArray1::from_vec(py, plan.sites), optional_positions(py, &plan.assignment))
}
