//! What the last run of a model gave.
//!
//! Read through C: the highs crate drops a model whose run ends with an error, and panics on some ends.

use std::ffi::CStr;

use highs_sys::{HighsInt, kHighsModelStatusIterationLimit as ITERATION_LIMIT, kHighsModelStatusOptimal as OPTIMAL};

use super::callback::usable;
use super::failed;
use crate::error::Error;
use crate::solve::Limit;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum End {
    Optimal,
    Infeasible,
    Iterations,
    /// A limit or an interrupt; which limit, where HiGHS says.
    Limit(Option<Limit>),
}

/// What a run gives.
#[derive(Debug)]
pub(super) struct Report {
    pub end: End,
    pub values: Option<Vec<f64>>,
    pub reduced: Vec<f64>,
    pub duals: Vec<f64>,
    pub objective: f64,
    pub bound: Option<f64>,
    pub nodes: u64,
}

/// The last run of a model.
pub(super) struct Last<'a>(pub &'a highs::Model);

impl Last<'_> {
    fn status(&self) -> HighsInt {
        // SAFETY: the pointer comes from a live model.
        unsafe { highs_sys::Highs_getModelStatus(self.0.as_ptr()) }
    }

    /// Whether HiGHS could not get through it.
    pub fn has_failed(&self) -> bool {
        let failures = [
            highs_sys::kHighsModelStatusPresolveError,
            highs_sys::kHighsModelStatusSolveError,
            highs_sys::kHighsModelStatusPostsolveError,
            highs_sys::kHighsModelStatusUnknown,
        ];
        failures.contains(&self.status())
    }

    /// Whether presolve alone left nothing to search.
    pub fn is_solved_without_search(&self) -> bool {
        self.status() == OPTIMAL && self.int(c"simplex_iteration_count") == Some(0)
    }

    fn int(&self, key: &CStr) -> Option<HighsInt> {
        let mut value: HighsInt = 0;
        // SAFETY: the pointer comes from a live model, the key is nul-terminated, and `value` is a valid place to write.
        let status = unsafe { highs_sys::Highs_getIntInfoValue(self.0.as_ptr(), key.as_ptr(), &raw mut value) };
        (status == highs_sys::STATUS_OK).then_some(value)
    }

    fn nodes(&self) -> u64 {
        let mut value: i64 = 0;
        let key = c"mip_node_count".as_ptr();
        // SAFETY: as in `int`.
        let status = unsafe { highs_sys::Highs_getInt64InfoValue(self.0.as_ptr(), key, &raw mut value) };
        if status == highs_sys::STATUS_OK { u64::try_from(value).unwrap_or(0) } else { 0 }
    }

    fn double(&self, key: &CStr) -> Option<f64> {
        let mut value = 0.0;
        // SAFETY: as in `int`.
        let status = unsafe { highs_sys::Highs_getDoubleInfoValue(self.0.as_ptr(), key.as_ptr(), &raw mut value) };
        (status == highs_sys::STATUS_OK && usable(value)).then_some(value)
    }

    /// Everything that is worth knowing of it.
    pub fn report(&self, integers: bool) -> Result<Report, Error> {
        let end = match self.status() {
            OPTIMAL | highs_sys::kHighsModelStatusModelEmpty => End::Optimal,
            // Every objective is bounded, so unbounded or infeasible can only mean infeasible.
            highs_sys::kHighsModelStatusInfeasible | highs_sys::kHighsModelStatusUnboundedOrInfeasible => {
                End::Infeasible
            }
            ITERATION_LIMIT => End::Iterations,
            // The nodes that the task asks for, at most, are searched.
            highs_sys::kHighsModelStatusSolutionLimit | highs_sys::kHighsModelStatusInterrupt => End::Limit(None),
            highs_sys::kHighsModelStatusTimeLimit => End::Limit(Some(Limit::Time)),
            highs_sys::MODEL_STATUS_REACHED_MEMORY_LIMIT => End::Limit(Some(Limit::Memory)),
            other => return Err(failed(format!("the model status is {other}"))),
        };
        let is_feasible = self.int(c"primal_solution_status") == Some(highs_sys::kHighsSolutionStatusFeasible);
        // SAFETY: the pointer comes from a live model.
        let objective = unsafe { highs_sys::Highs_getObjectiveValue(self.0.as_ptr()) };
        let bound = match (integers, end) {
            (_, End::Infeasible) => None,
            (true, _) => self.double(c"mip_dual_bound"),
            (false, End::Optimal) => Some(objective),
            (false, _) => None,
        };
        let report =
            Report { end, values: None, reduced: Vec::new(), duals: Vec::new(), objective, bound, nodes: self.nodes() };
        // An optimum as HiGHS scales the programme may break rows by a little more than it forgives once scaled back.
        let has_values = is_feasible || !integers && end == End::Optimal;
        Ok(if has_values && end != End::Infeasible { self.with_solution(report)? } else { report })
    }

    fn with_solution(&self, report: Report) -> Result<Report, Error> {
        let (columns, rows) = (self.0.num_cols(), self.0.num_rows());
        let (mut values, mut reduced) = (vec![0.0; columns], vec![0.0; columns]);
        let (mut sums, mut duals) = (vec![0.0; rows], vec![0.0; rows]);
        // SAFETY: the pointer comes from a live model, and the places to write hold a value for each column or row.
        let status = unsafe {
            let (values, reduced) = (values.as_mut_ptr(), reduced.as_mut_ptr());
            highs_sys::Highs_getSolution(self.0.as_ptr(), values, reduced, sums.as_mut_ptr(), duals.as_mut_ptr())
        };
        if status == highs_sys::STATUS_ERROR {
            return Err(failed("it has no solution to show"));
        }
        Ok(Report { values: Some(values), reduced, duals, ..report })
    }
}
