//! The embedded-service programme: columns as arrays, the rest as JSON documents.

use std::path::PathBuf;
use std::sync::Arc;

use numpy::{PyArray1, PyReadonlyArray1};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use serde::Deserialize;
use siting::service::{Demand, Facility, Group, Pair, PlanRules, Service, Setting, Slot, Space, Survey};
use siting::{AuditOptions, SolveOptions};

use crate::audit::Audit;
use crate::convert::{Numbers, Positions, Reduced, copied, from_bytes, from_document, reduced, to_bytes, to_document};
use crate::error::CoreResult;
use crate::plan::ServicePlan;
use crate::solve::{Options, run};
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

    /// The need of each demand point for a service.
    fn needs<'py>(&self, py: Python<'py>, service: usize) -> CoreResult<Option<Bound<'py, PyArray1<f64>>>> {
        let Some(service) = self.0.services.get(service) else { return Ok(None) };
        Ok(Some(PyArray1::from_vec(py, service.needs_of(&self.0.demand)?)))
    }

    /// Solves the programme under rules, a document.
    fn solve(
        &self,
        py: Python<'_>,
        rules: &str,
        options: Options,
        warm_start: Option<&ServicePlan>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<ServicePlan> {
        let rules: PlanRules = from_document("rules", rules)?;
        let options = options.to_core(None)?;
        let (programme, start) = (Arc::clone(&self.0), warm_start.map(|plan| plan.0.clone()));
        let solve = move |options: &SolveOptions| programme.solve_from(&rules, start.as_ref(), options);
        run(py, options, progress, solve).map(ServicePlan)
    }

    /// Writes the programme under rules, a document, as a file for other solvers.
    fn write_mps(&self, py: Python<'_>, rules: &str, path: PathBuf) -> CoreResult<()> {
        let rules: PlanRules = from_document("rules", rules)?;
        Ok(py.detach(|| self.0.write_mps(&rules, path))?)
    }

    /// What a space is to a plan: a document, and the plan with its replacement.
    fn explain(
        &self,
        py: Python<'_>,
        plan: &ServicePlan,
        space: u32,
        options: Options,
    ) -> PyResult<(String, Option<ServicePlan>)> {
        let options = options.to_core(None)?;
        let (programme, plan) = (Arc::clone(&self.0), plan.0.clone());
        let explain = move |options: &SolveOptions| programme.explain(&plan, space, options);
        let mut told = run(py, options, None, explain)?;
        let replaced = told.replacement.as_mut().map(|own| unserved(&mut own.plan));
        Ok((to_document(&told)?, replaced))
    }

    /// A plan with spaces left out and others required: what changed as a document, and the new plan.
    fn what_if(
        &self,
        py: Python<'_>,
        plan: &ServicePlan,
        without: Vec<u32>,
        with_: Vec<u32>,
        options: Options,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<(String, ServicePlan)> {
        let options = options.to_core(None)?;
        let (programme, plan) = (Arc::clone(&self.0), plan.0.clone());
        let solve = move |options: &SolveOptions| programme.what_if(&plan, &without, &with_, options);
        let mut told = run(py, options, progress, solve)?;
        let new = unserved(&mut told.plan);
        Ok((to_document(&told)?, new))
    }

    fn check(&self, plan: &ServicePlan) -> CoreResult<()> {
        Ok(self.0.check(&plan.0)?)
    }

    /// The programme once the plan is carried out.
    fn fitted(&self, plan: &ServicePlan) -> CoreResult<Self> {
        Ok(Self(Arc::new(self.0.fitted(&plan.0)?)))
    }

    /// What the plan costs, as a document.
    fn money(&self, plan: &ServicePlan) -> CoreResult<String> {
        to_document(&plan.0.money(&self.0)?)
    }

    /// What the plan changes for people, as a document.
    fn coverage(&self, py: Python<'_>, plan: &ServicePlan) -> CoreResult<String> {
        to_document(&py.detach(|| plan.0.coverage(&self.0))?)
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

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Reduced<'py>> {
        reduced::<Self>(py, self.0.as_ref())
    }
}

/// Takes a plan out of a document, which keeps the plan without who is served where.
fn unserved(plan: &mut siting::service::ServicePlan) -> ServicePlan {
    let whole = ServicePlan(plan.clone());
    plan.served.clear();
    whole
}
