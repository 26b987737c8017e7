//! The embedded-service programme and its audit: columns as arrays, the rest as JSON documents.

use std::sync::Arc;

use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use serde::Deserialize;
use siting::AuditOptions;
use siting::service::{Demand, Facility, Group, Pair, Service, Setting, Slot, Space, Survey};

use crate::convert::{
    Numbers, Positions, copied, from_bytes, from_document, optional_positions, to_bytes, to_document,
};
use crate::error::CoreResult;
use crate::travel::TravelMatrix;

/// What a programme is made of, beside its columns.
#[derive(Deserialize)]
struct Parts {
    services: Vec<Service>,
    spaces: Vec<Space>,
    facilities: Vec<Facility>,
    slots: Vec<Slot>,
    pairs: Vec<Pair>,
    districts: Vec<String>,
    communities: Vec<String>,
}

/// A programme whose data were found right.
#[pyclass(frozen, module = "siting._siting")]
pub struct Programme(pub Arc<siting::Programme>);

#[pymethods]
impl Programme {
    #[new]
    #[pyo3(signature = (document, people, *, groups, households=None, district_of=None, community_of=None, rural=None, surveys=None, travel=None, travel_to_spaces=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new(
        document: &str,
        people: Numbers<'_>,
        groups: Vec<(String, Numbers<'_>)>,
        households: Option<Numbers<'_>>,
        district_of: Option<Positions<'_>>,
        community_of: Option<Positions<'_>>,
        rural: Option<PyReadonlyArray1<'_, bool>>,
        surveys: Option<Vec<(String, Numbers<'_>)>>,
        travel: Option<&TravelMatrix>,
        travel_to_spaces: Option<&TravelMatrix>,
    ) -> CoreResult<Self> {
        let parts: Parts = from_document("document", document)?;
        let mut demand = Demand::new(copied(&people));
        demand.groups = groups.into_iter().map(|(name, people)| Group { name, people: copied(&people) }).collect();
        demand.households = households.as_ref().map(copied);
        if let Some(of) = &district_of {
            demand = demand.districts(parts.districts, copied(of));
        }
        if let Some(of) = &community_of {
            demand = demand.communities(parts.communities, copied(of));
        }
        let setting = |rural| if rural { Setting::Rural } else { Setting::Urban };
        demand.settings = rural.as_ref().map(|rural| copied(rural).into_iter().map(setting).collect());
        let survey = |(service, weights)| Survey { service, weights: copied(&weights) };
        demand.surveys = surveys.unwrap_or_default().into_iter().map(survey).collect();
        let mut programme =
            siting::Programme::new(demand, parts.services).spaces(parts.spaces).slots(parts.slots).pairs(parts.pairs);
        programme.facilities = parts.facilities;
        programme.travel = travel.map(|travel| travel.0.clone());
        programme.travel_to_spaces = travel_to_spaces.map(|travel| travel.0.clone());
        programme.validate()?;
        Ok(Self(Arc::new(programme)))
    }

    /// Measures what is there today; the options are a document.
    fn audit(&self, py: Python<'_>, options: &str) -> CoreResult<Audit> {
        let options: AuditOptions = from_document("options", options)?;
        Ok(Audit(py.detach(|| self.0.audit(&options))?))
    }

    #[staticmethod]
    fn from_bytes(bytes: &[u8]) -> PyResult<Self> {
        let programme: siting::Programme = from_bytes(bytes)?;
        let checked = || -> CoreResult<()> { Ok(programme.validate()?) };
        checked()?;
        Ok(Self(Arc::new(programme)))
    }

    fn to_bytes<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        to_bytes(py, self.0.as_ref())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((py.get_type::<Self>().getattr("from_bytes")?, (self.to_bytes(py)?,)))
    }
}

/// What an audit found.
#[pyclass(frozen, module = "siting._siting")]
pub struct Audit(siting::Audit);

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

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>,))> {
        Ok((py.get_type::<Self>().getattr("from_bytes")?, (self.to_bytes(py)?,)))
    }
}
