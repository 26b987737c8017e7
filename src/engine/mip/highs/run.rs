//! One run of a model, from its options to what it gives.

use std::ffi::CStr;
use std::sync::Arc;

use highs::{HighsModelStatus, SolvedModel};
use highs_sys::HighsInt;

use super::callback::{CALLBACKS, Shared, on_callback, usable};
use super::failed;
use crate::error::Error;
use crate::solve::Limit;

/// The primal solution status of a feasible solution.
const FEASIBLE: i64 = highs_sys::kHighsSolutionStatusFeasible as i64;

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
    /// Seconds that the run may take.
    pub time_limit: Option<f64>,
}

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

/// Runs a task in the worker's thread.
pub(super) fn run(
    slot: &mut Option<highs::Model>,
    task: Task,
    settings: Settings,
    shared: &Arc<Shared>,
) -> Result<Report, Error> {
    let Some(mut model) = slot.take() else { return Err(failed("the model is gone")) };
    set_options(&mut model, &task, settings)?;
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
    let solve =
        |model: highs::Model| model.try_solve().map_err(|status| failed(format!("the run ended with {status:?}")));
    let mut solved = solve(model)?;
    if settings.integers && task.start.is_some() && is_presolved(&solved) {
        let mut model = highs::Model::from(solved);
        // SAFETY: the pointer comes from a live model.
        unsafe { highs_sys::Highs_clearSolver(model.as_mut_ptr()) };
        solved = solve(model)?;
    }
    let report = read(&solved, settings.integers);
    *slot = Some(solved.into());
    report
}

fn set_options(model: &mut highs::Model, task: &Task, settings: Settings) -> Result<(), Error> {
    let mut set = || {
        model.try_set_option("threads", settings.threads)?;
        model.try_set_option("random_seed", settings.seed)?;
        model.try_set_option("mip_rel_gap", settings.gap)?;
        model.try_set_option("mip_abs_gap", 0.0)?;
        model.try_set_option("solve_relaxation", !settings.integers)?;
        model.try_set_option("simplex_iteration_limit", task.iterations.unwrap_or(i32::MAX))?;
        let seconds = task.time_limit.unwrap_or(f64::INFINITY);
        // The limit of a model counts all its runs.
        // SAFETY: the pointer comes from a live model.
        let spent = unsafe { highs_sys::Highs_getRunTime(model.as_ptr()) };
        model.try_set_option("time_limit", seconds + spent)
    };
    set().map_err(|_: highs::TrySetOptionError| failed("it refused an option"))
}

/// Whether presolve alone left nothing to search. HiGHS 1.15 then takes a start for optimal even where it is not: when
/// nothing is left of the objective but a constant, it counts that as whole numbers, which the start need not be. Without the
/// start such a model is solved again in no time.
fn is_presolved(solved: &SolvedModel) -> bool {
    let iterations = solved.int_info_value(c"simplex_iteration_count").ok();
    solved.status() == HighsModelStatus::Optimal && iterations == Some(0)
}

fn read(solved: &SolvedModel, integers: bool) -> Result<Report, Error> {
    let end = match solved.status() {
        HighsModelStatus::Optimal | HighsModelStatus::ModelEmpty => End::Optimal,
        // Every variable is bounded, so unbounded or infeasible can only mean infeasible.
        HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible => End::Infeasible,
        HighsModelStatus::ReachedIterationLimit => End::Iterations,
        HighsModelStatus::ReachedInterrupt => End::Limit(None),
        HighsModelStatus::ReachedTimeLimit => End::Limit(Some(Limit::Time)),
        HighsModelStatus::ReachedMemoryLimit => End::Limit(Some(Limit::Memory)),
        other => return Err(failed(format!("the model status is {other:?}"))),
    };
    // Read as a number: of a model found infeasible in presolve HiGHS has no status, which the highs crate panics on.
    let status = solved.int_info_value(c"primal_solution_status").ok();
    let feasible = status == Some(FEASIBLE) && end != End::Infeasible;
    let solution = feasible.then(|| solved.get_solution());
    let info = |key: &CStr| solved.double_info_value(key).ok().filter(|value| usable(*value));
    let objective = solved.objective_value();
    let bound = match (integers, end) {
        (_, End::Infeasible) => None,
        (true, _) => info(c"mip_dual_bound"),
        (false, End::Optimal) => Some(objective),
        (false, _) => None,
    };
    Ok(Report {
        end,
        reduced: solution.as_ref().map(|solution| solution.dual_columns().to_vec()).unwrap_or_default(),
        duals: solution.as_ref().map(|solution| solution.dual_rows().to_vec()).unwrap_or_default(),
        values: solution.map(|solution| solution.columns().to_vec()),
        objective,
        bound,
        nodes: node_count(solved),
    })
}

fn node_count(solved: &SolvedModel) -> u64 {
    let mut value: i64 = 0;
    // SAFETY: the pointer comes from a live model, the key is nul-terminated, and `value` is a valid place to write.
    let status =
        unsafe { highs_sys::Highs_getInt64InfoValue(solved.as_ptr(), c"mip_node_count".as_ptr(), &raw mut value) };
    if status == highs_sys::STATUS_OK { u64::try_from(value).unwrap_or(0) } else { 0 }
}
