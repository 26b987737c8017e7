//! What an audit of a programme found: columns of the demand points as arrays, the rest as a document.

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::convert::{Reduced, from_bytes, optional_positions, reduced, to_bytes, to_document};
use crate::error::CoreResult;

/// What an audit found.
#[pyclass(frozen, module = "siting._siting")]
pub struct Audit(pub siting::Audit);

#[pymethods]
impl Audit {
    /// Everything but the columns of the demand points, as a document.
    fn document(&self) -> CoreResult<String> {
        let mut audit = siting::Audit { services: Vec::new(), ..self.0.clone() };
        for service in &self.0.services {
            audit.services.push(siting::service::ServiceAudit { points: Default::default(), ..service.clone() });
        }
        to_document(&audit)
    }

    #[getter]
    fn mean_score(&self) -> Option<f64> {
        self.0.mean_score()
    }

    /// The columns of the demand points for one service; a walk that does not exist is NaN, a nearest facility -1.
    fn points<'py>(&self, py: Python<'py>, service: usize) -> PyResult<Option<Bound<'py, PyDict>>> {
        let Some(audit) = self.0.services.get(service) else { return Ok(None) };
        let (points, columns) = (&audit.points, PyDict::new(py));
        columns.set_item("need", PyArray1::from_slice(py, &points.need))?;
        columns.set_item("limit", PyArray1::from_slice(py, &points.limit))?;
        columns.set_item("walk", PyArray1::from_iter(py, points.walk.iter().map(|walk| walk.unwrap_or(f64::NAN))))?;
        columns.set_item("nearest", optional_positions(py, &points.nearest))?;
        columns.set_item("in_reach", PyArray1::from_slice(py, &points.in_reach))?;
        let accessibility = points.accessibility.as_ref().map(|values| PyArray1::from_slice(py, values));
        columns.set_item("accessibility", accessibility)?;
        Ok(Some(columns))
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Self> {
        Ok(Self(from_bytes(bytes)?))
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        to_bytes(py, &self.0)
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced::<Self>(py, &self.0)
    }
}
