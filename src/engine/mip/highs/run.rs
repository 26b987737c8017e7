//! One run of a model, from its options to what it gives.

use std::ffi::CStr;
use std::sync::Arc;

use highs_sys::HighsInt;

use super::callback::{CALLBACKS, Shared, on_callback};
use super::failed;
use super::report::{Last, Report};
use crate::error::Error;

/// Options that hold for all runs of a model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Settings {
    pub threads: i32,
    pub seed: i32,
    pub gap: f64,
    /// Whether to solve a mixed-integer programme; otherwise its linear relaxation.
    pub integers: bool,
}

/// Rows on their way to the model, one after another: a weighted sum of columns is at least so much.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub least: Vec<f64>,
    pub start: Vec<HighsInt>,
    pub columns: Vec<HighsInt>,
    pub weights: Vec<f64>,
}

impl Rows {
    pub fn push(&mut self, entries: impl Iterator<Item = (u32, f64)>, least: f64) -> Result<(), Error> {
        self.start.push(HighsInt::try_from(self.columns.len()).map_err(|_| failed("the rows are too many"))?);
        for (column, weight) in entries {
            self.columns.push(HighsInt::try_from(column).map_err(|_| failed("a column index overflows"))?);
            self.weights.push(weight);
        }
        self.least.push(least);
        Ok(())
    }
}

/// One run of a model.
#[derive(Debug, Default)]
pub(super) struct Task {
    /// Values of all columns in a feasible plan.
    pub start: Option<Vec<f64>>,
    /// Bounds of columns to change beforehand.
    pub bounds: Vec<(HighsInt, f64, f64)>,
    /// Rows to add beforehand.
    pub rows: Rows,
    /// Most simplex iterations.
    pub iterations: Option<i32>,
    /// Most nodes of branch and bound.
    pub nodes: Option<i32>,
    /// Seconds that the run may take.
    pub time_limit: Option<f64>,
}

/// Runs a task in the worker's thread.
pub(super) fn run(
    model: &mut highs::Model,
    task: Task,
    settings: Settings,
    shared: &Arc<Shared>,
) -> Result<Report, Error> {
    set_options(model, &task, settings)?;
    for (column, lower, upper) in task.bounds {
        // SAFETY: the pointer comes from a live model; HiGHS checks the index itself.
        let status = unsafe { highs_sys::Highs_changeColBounds(model.as_mut_ptr(), column, lower, upper) };
        if status != highs_sys::STATUS_OK {
            return Err(failed(format!("it refused the bounds of column {column}")));
        }
    }
    if !task.rows.least.is_empty() {
        let Rows { least, start, columns, weights } = &task.rows;
        let count = |len: usize| HighsInt::try_from(len).map_err(|_| failed("the rows are too many"));
        let (rows, entries, most) = (count(least.len())?, count(columns.len())?, vec![f64::INFINITY; least.len()]);
        // SAFETY: the pointer comes from a live model; bounds and starts hold `rows` entries, columns and weights hold
        // `entries`; HiGHS checks the indices itself.
        let status = unsafe {
            let (to, least, most) = (model.as_mut_ptr(), least.as_ptr(), most.as_ptr());
            let (start, columns, weights) = (start.as_ptr(), columns.as_ptr(), weights.as_ptr());
            highs_sys::Highs_addRows(to, rows, least, most, entries, start, columns, weights)
        };
        // A warning says that a coefficient was too small to matter.
        if status == highs_sys::STATUS_ERROR {
            return Err(failed("it refused the rows"));
        }
    }
    if let Some(start) = &task.start {
        model.try_set_solution(Some(start), None, None, None).map_err(|_| failed("it refused the start"))?;
    }
    let user_data = Arc::as_ptr(shared).cast_mut().cast();
    // SAFETY: the worker's thread holds `shared` for as long as the model, and HiGHS calls back during the run only.
    unsafe {
        highs_sys::Highs_setCallback(model.as_mut_ptr(), Some(on_callback), user_data);
        for callback in CALLBACKS {
            highs_sys::Highs_startCallback(model.as_mut_ptr(), callback);
        }
    }
    let again = |model: &mut highs::Model| {
        // SAFETY: the pointer comes from a live model.
        unsafe { highs_sys::Highs_clearSolver(model.as_mut_ptr()) };
        solve(model)
    };
    // Two faults of HiGHS 1.15 make one run too little. It takes a start for optimal where presolve leaves nothing of the
    // objective but a constant: that counts as whole numbers, which the start need not be. Without the start such a model is
    // solved again in no time. And it takes apart models of which it then cannot put the solution together: without presolve
    // it solves them.
    let mut ran = solve(model);
    let presolved = settings.integers && Last(model).is_solved_without_search();
    if ran && presolved && task.start.is_some() {
        ran = again(model);
    }
    if !ran || Last(model).has_failed() {
        set_presolve(model, c"off")?;
        ran = again(model);
        set_presolve(model, c"choose")?;
    }
    if !ran {
        return Err(failed("the run ended with an error"));
    }
    Last(model).report(settings.integers)
}

/// Runs a model; false when HiGHS gives up.
fn solve(model: &mut highs::Model) -> bool {
    // SAFETY: the pointer comes from a live model.
    unsafe { highs_sys::Highs_run(model.as_mut_ptr()) != highs_sys::STATUS_ERROR }
}

fn set_presolve(model: &mut highs::Model, value: &CStr) -> Result<(), Error> {
    model.try_set_option("presolve", value).map_err(|_| failed("it refused an option"))
}

fn set_options(model: &mut highs::Model, task: &Task, settings: Settings) -> Result<(), Error> {
    let mut set = || {
        model.try_set_option("threads", settings.threads)?;
        model.try_set_option("random_seed", settings.seed)?;
        model.try_set_option("mip_rel_gap", settings.gap)?;
        model.try_set_option("mip_abs_gap", 0.0)?;
        model.try_set_option("solve_relaxation", !settings.integers)?;
        model.try_set_option("simplex_iteration_limit", task.iterations.unwrap_or(i32::MAX))?;
        model.try_set_option("mip_max_nodes", task.nodes.unwrap_or(i32::MAX))?;
        let seconds = task.time_limit.unwrap_or(f64::INFINITY);
        // The limit of a model counts all its runs.
        // SAFETY: the pointer comes from a live model.
        let spent = unsafe { highs_sys::Highs_getRunTime(model.as_ptr()) };
        model.try_set_option("time_limit", seconds + spent)
    };
    set().map_err(|_: highs::TrySetOptionError| failed("it refused an option"))
}
