//! The models: one class, a constructor for each.

use std::sync::Arc;

use pyo3::prelude::*;
use siting::{FixedCharge, MaxCover, PCenter, PDispersion, PMedian, SetCover, SolveOptions};

use crate::convert::{Numbers, Positions, copied, from_name};
use crate::error::CoreResult;
use crate::solution::{Evaluated, Solution, evaluated};
use crate::solve::{Options, run};
use crate::travel::TravelMatrix;

enum Kind {
    MaxCover(MaxCover),
    SetCover(SetCover),
    PMedian(PMedian),
    PCenter(PCenter),
    PDispersion(PDispersion),
    FixedCharge(FixedCharge),
}

/// A model over a travel matrix, by position.
#[pyclass(frozen, module = "siting._siting")]
pub struct Model(Arc<Kind>);

/// Does the same with whichever model it is.
macro_rules! each {
    ($kind:expr, $model:ident => $body:expr) => {
        match $kind {
            Kind::MaxCover($model) => $body,
            Kind::SetCover($model) => $body,
            Kind::PMedian($model) => $body,
            Kind::PCenter($model) => $body,
            Kind::PDispersion($model) => $body,
            Kind::FixedCharge($model) => $body,
        }
    };
}

/// Hands over the arguments that were given: arrays, or plain values after the semicolon.
macro_rules! given {
    ($model:ident, $($array:ident),* ; $($value:ident),*) => {{
        let model = $model;
        $(let model = match $array { Some(array) => model.$array(copied(&array)), None => model };)*
        $(let model = match $value { Some(value) => model.$value(value), None => model };)*
        model
    }};
}

impl Model {
    /// Keeps a model once its data are found right.
    fn checked(kind: Kind) -> CoreResult<Self> {
        each!(&kind, model => siting::Model::validate(model))?;
        Ok(Self(Arc::new(kind)))
    }
}

#[pymethods]
impl Model {
    #[staticmethod]
    #[pyo3(signature = (travel, weights, *, site_costs=None, required=None, forbidden=None, existing=None, closing_costs=None, within_each=None, capacities=None, demands=None, p=None, budget=None, within=None, backup=None, single_source=None, assignment=None, merged=false))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn max_cover(
        travel: &TravelMatrix,
        weights: Numbers<'_>,
        site_costs: Option<Numbers<'_>>,
        required: Option<Positions<'_>>,
        forbidden: Option<Positions<'_>>,
        existing: Option<Positions<'_>>,
        closing_costs: Option<Numbers<'_>>,
        within_each: Option<Numbers<'_>>,
        capacities: Option<Numbers<'_>>,
        demands: Option<Numbers<'_>>,
        p: Option<usize>,
        budget: Option<f64>,
        within: Option<f64>,
        backup: Option<usize>,
        single_source: Option<bool>,
        assignment: Option<&str>,
        merged: bool,
    ) -> CoreResult<Self> {
        let assignment = assignment.map(|name| from_name("assignment", name)).transpose()?;
        let model = MaxCover::new(travel.0.clone(), copied(&weights));
        let model = given!(model, site_costs, required, forbidden, existing, closing_costs, within_each, capacities, demands; p, budget, within, backup, single_source, assignment);
        Self::checked(Kind::MaxCover(if merged { model.merged() } else { model }))
    }

    #[staticmethod]
    #[pyo3(signature = (travel, *, weights=None, site_costs=None, required=None, forbidden=None, existing=None, closing_costs=None, within_each=None, capacities=None, demands=None, within=None, share=None, backup=None, single_source=None, assignment=None, merged=false))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn set_cover(
        travel: &TravelMatrix,
        weights: Option<Numbers<'_>>,
        site_costs: Option<Numbers<'_>>,
        required: Option<Positions<'_>>,
        forbidden: Option<Positions<'_>>,
        existing: Option<Positions<'_>>,
        closing_costs: Option<Numbers<'_>>,
        within_each: Option<Numbers<'_>>,
        capacities: Option<Numbers<'_>>,
        demands: Option<Numbers<'_>>,
        within: Option<f64>,
        share: Option<f64>,
        backup: Option<usize>,
        single_source: Option<bool>,
        assignment: Option<&str>,
        merged: bool,
    ) -> CoreResult<Self> {
        let assignment = assignment.map(|name| from_name("assignment", name)).transpose()?;
        let model = SetCover::new(travel.0.clone());
        let model = given!(model, weights, site_costs, required, forbidden, existing, closing_costs, within_each, capacities, demands; within, share, backup, single_source, assignment);
        Self::checked(Kind::SetCover(if merged { model.merged() } else { model }))
    }

    #[staticmethod]
    #[pyo3(signature = (travel, weights, *, site_costs=None, required=None, forbidden=None, existing=None, closing_costs=None, capacities=None, demands=None, p=None, budget=None, single_source=None, assignment=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn p_median(
        travel: &TravelMatrix,
        weights: Numbers<'_>,
        site_costs: Option<Numbers<'_>>,
        required: Option<Positions<'_>>,
        forbidden: Option<Positions<'_>>,
        existing: Option<Positions<'_>>,
        closing_costs: Option<Numbers<'_>>,
        capacities: Option<Numbers<'_>>,
        demands: Option<Numbers<'_>>,
        p: Option<usize>,
        budget: Option<f64>,
        single_source: Option<bool>,
        assignment: Option<&str>,
    ) -> CoreResult<Self> {
        let assignment = assignment.map(|name| from_name("assignment", name)).transpose()?;
        let model = PMedian::new(travel.0.clone(), copied(&weights));
        let model = given!(model, site_costs, required, forbidden, existing, closing_costs, capacities, demands; p, budget, single_source, assignment);
        Self::checked(Kind::PMedian(model))
    }

    #[staticmethod]
    #[pyo3(signature = (travel, *, weights=None, site_costs=None, required=None, forbidden=None, existing=None, closing_costs=None, p=None, budget=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn p_center(
        travel: &TravelMatrix,
        weights: Option<Numbers<'_>>,
        site_costs: Option<Numbers<'_>>,
        required: Option<Positions<'_>>,
        forbidden: Option<Positions<'_>>,
        existing: Option<Positions<'_>>,
        closing_costs: Option<Numbers<'_>>,
        p: Option<usize>,
        budget: Option<f64>,
    ) -> CoreResult<Self> {
        let model = PCenter::new(travel.0.clone());
        let model = given!(model, weights, site_costs, required, forbidden, existing, closing_costs; p, budget);
        Self::checked(Kind::PCenter(model))
    }

    #[staticmethod]
    #[pyo3(signature = (travel, *, site_costs=None, required=None, forbidden=None, existing=None, closing_costs=None, p=None, budget=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn p_dispersion(
        travel: &TravelMatrix,
        site_costs: Option<Numbers<'_>>,
        required: Option<Positions<'_>>,
        forbidden: Option<Positions<'_>>,
        existing: Option<Positions<'_>>,
        closing_costs: Option<Numbers<'_>>,
        p: Option<usize>,
        budget: Option<f64>,
    ) -> CoreResult<Self> {
        let model = PDispersion::new(travel.0.clone());
        let model = given!(model, site_costs, required, forbidden, existing, closing_costs; p, budget);
        Self::checked(Kind::PDispersion(model))
    }

    #[staticmethod]
    #[pyo3(signature = (travel, weights, site_costs, *, required=None, forbidden=None, existing=None, closing_costs=None, capacities=None, demands=None, min_use=None, p=None, budget=None, single_source=None, assignment=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn fixed_charge(
        travel: &TravelMatrix,
        weights: Numbers<'_>,
        site_costs: Numbers<'_>,
        required: Option<Positions<'_>>,
        forbidden: Option<Positions<'_>>,
        existing: Option<Positions<'_>>,
        closing_costs: Option<Numbers<'_>>,
        capacities: Option<Numbers<'_>>,
        demands: Option<Numbers<'_>>,
        min_use: Option<Numbers<'_>>,
        p: Option<usize>,
        budget: Option<f64>,
        single_source: Option<bool>,
        assignment: Option<&str>,
    ) -> CoreResult<Self> {
        let assignment = assignment.map(|name| from_name("assignment", name)).transpose()?;
        let model = FixedCharge::new(travel.0.clone(), copied(&weights), copied(&site_costs));
        let model = given!(model, required, forbidden, existing, closing_costs, capacities, demands, min_use; p, budget, single_source, assignment);
        Self::checked(Kind::FixedCharge(model))
    }

    fn solve(
        &self,
        py: Python<'_>,
        options: Options,
        warm_start: Option<Positions<'_>>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Solution> {
        let options = options.to_core(warm_start)?;
        let kind = Arc::clone(&self.0);
        let solve = move |options: &SolveOptions| each!(&*kind, model => model.solve(options));
        run(py, options, progress, solve).map(Solution)
    }

    /// Objective, sites and site of each demand point (-1 where unserved) of a set of open sites.
    fn evaluate<'py>(&self, py: Python<'py>, open: Positions<'py>) -> CoreResult<Evaluated<'py>> {
        let open = copied(&open);
        let plan = py.detach(|| each!(&*self.0, model => siting::Model::evaluate(model, &open)))?;
        Ok(evaluated(py, plan))
    }

    fn check(&self, solution: &Solution) -> CoreResult<()> {
        Ok(each!(&*self.0, model => siting::check(model, &solution.0))?)
    }
}
