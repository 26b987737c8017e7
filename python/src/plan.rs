//! The plan of a programme: lists by position as arrays, the rest as documents.

use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use siting::service::Host;

use crate::convert::{Reduced, from_bytes, reduced, to_bytes, to_document, to_name};
use crate::error::{CoreResult, InputError};

/// A checked plan of a programme, by position.
#[pyclass(frozen, module = "siting._siting")]
pub struct ServicePlan(pub siting::service::ServicePlan);

#[pymethods]
impl ServicePlan {
    /// Everything but who is served where, as a document.
    fn document(&self) -> CoreResult<String> {
        to_document(&siting::service::ServicePlan { served: Vec::new(), ..self.0.clone() })
    }

    #[getter]
    fn sense(&self) -> Option<String> {
        to_name(self.0.sense())
    }

    /// Columns of who is served where: service, demand point, space or facility (the other is -1), share.
    fn served<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (rows, columns) = (&self.0.served, PyDict::new(py));
        let space = |host| if let Host::Space(at) = host { i64::from(at) } else { -1 };
        let facility = |host| if let Host::Facility(at) = host { i64::from(at) } else { -1 };
        columns.set_item("service", PyArray1::from_iter(py, rows.iter().map(|row| row.service)))?;
        columns.set_item("demand", PyArray1::from_iter(py, rows.iter().map(|row| row.demand)))?;
        columns.set_item("space", PyArray1::from_iter(py, rows.iter().map(|row| space(row.host))))?;
        columns.set_item("facility", PyArray1::from_iter(py, rows.iter().map(|row| facility(row.host))))?;
        columns.set_item("share", PyArray1::from_iter(py, rows.iter().map(|row| row.share)))?;
        Ok(columns)
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn to_json(&self) -> CoreResult<String> {
        to_document(&self.0)
    }

    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        match serde_json::from_str(text) {
            Ok(plan) => Ok(Self(plan)),
            Err(error) => Err(InputError::new_err(format!("the JSON text is not a plan: {error}"))),
        }
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
