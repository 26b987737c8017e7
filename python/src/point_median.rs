//! The p-median over points, without a travel matrix.

use std::sync::Arc;

use numpy::{PyArray1, PyReadonlyArray2};
use pyo3::prelude::*;
use siting::{Error, PMedian, Rounding};

use crate::convert::{Names, Numbers, Positions, copied, from_name, points};
use crate::error::CoreResult;
use crate::solution::{Evaluated, Solution, evaluated};
use crate::solve::{Options, run};

/// A p-median over points, by position.
#[pyclass(frozen, module = "siting._siting")]
pub struct PointMedian(Arc<siting::PointMedian>);

#[pymethods]
impl PointMedian {
    #[new]
    #[pyo3(signature = (demand, *, metric, sites=None, weights=None, rounding=None, required=None, forbidden=None, existing=None, p=None, demand_ids=None, site_ids=None))]
    #[expect(clippy::too_many_arguments, reason = "keywords in Python")]
    fn new(
        demand: PyReadonlyArray2<'_, f64>,
        metric: &str,
        sites: Option<PyReadonlyArray2<'_, f64>>,
        weights: Option<Numbers<'_>>,
        rounding: Option<&str>,
        required: Option<Positions<'_>>,
        forbidden: Option<Positions<'_>>,
        existing: Option<Positions<'_>>,
        p: Option<usize>,
        demand_ids: Option<Names>,
        site_ids: Option<Names>,
    ) -> CoreResult<Self> {
        let mut model = PMedian::from_points(points("points", &demand)?).metric(from_name("metric", metric)?);
        if let Some(sites) = sites {
            model = model.sites(points("sites", &sites)?);
        }
        if let Some(rounding) = rounding {
            model = model.rounding(from_name::<Rounding>("rounding", rounding)?);
        }
        if let Some(p) = p {
            model = model.p(p);
        }
        let sites = |list: Option<Positions<'_>>| list.map(|list| copied(&list)).unwrap_or_default();
        model = model.required(sites(required)).forbidden(sites(forbidden)).existing(sites(existing));
        if let Some(weights) = weights {
            model = model.weights(copied(&weights));
        }
        let (n, m) = (model.points().len(), model.candidates().len());
        let model = model.with_ids(Names::ids(demand_ids, n)?, Names::ids(site_ids, m)?);
        model.validate()?;
        Ok(Self(Arc::new(model)))
    }

    fn solve(
        &self,
        py: Python<'_>,
        options: Options,
        warm_start: Option<Positions<'_>>,
        progress: Option<Py<PyAny>>,
    ) -> PyResult<Solution> {
        let options = options.to_core(warm_start)?;
        let model = Arc::clone(&self.0);
        run(py, options, progress, move |options| model.solve(options)).map(Solution)
    }

    /// Objective, sites and site of each point of a set of open sites.
    fn evaluate<'py>(&self, py: Python<'py>, open: Positions<'py>) -> CoreResult<Evaluated<'py>> {
        let open = copied(&open);
        let plan = py.detach(|| self.0.evaluate(&open))?;
        Ok(evaluated(py, plan))
    }

    fn check(&self, solution: &Solution) -> CoreResult<()> {
        Ok(self.0.check(&solution.0)?)
    }

    /// The distances of some pairs.
    fn costs<'py>(
        &self,
        py: Python<'py>,
        demand: Positions<'py>,
        sites: Positions<'py>,
    ) -> CoreResult<Bound<'py, PyArray1<f64>>> {
        let pairs = copied(&demand).into_iter().zip(copied(&sites));
        let cost = |(position, (i, j)): (usize, (u32, u32))| {
            let index = i as usize;
            let len = self.0.points().len();
            let beyond = Error::IndexOutOfBounds { argument: "demand", position, index, len, counted: "points" };
            self.0.cost(index, j as usize).ok_or(beyond)
        };
        let costs: Result<Vec<f64>, Error> = pairs.enumerate().map(cost).collect();
        Ok(PyArray1::from_vec(py, costs?))
    }

    /// The points that no site reaches: none.
    fn unreachable<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<u32>> {
        PyArray1::from_vec(py, Vec::new())
    }
}
