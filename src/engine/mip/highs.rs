//! HiGHS: the only file that names it, and the only one with `unsafe`, for its callbacks.
//!
//! good_lp builds the model; options, bounds and gap are read from the `highs` model itself, since good_lp drops them.
//! Each solve runs in a thread of its own: the HiGHS scheduler belongs to the thread that first uses it, so models with
//! different thread counts do not disturb each other.

#![allow(unsafe_code, reason = "HiGHS reports progress and takes interrupts through C callbacks")]

use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use good_lp::SolverModel;
use highs::{HighsModelStatus, HighsSolutionStatus};
use highs_sys::{HighsCallbackDataIn, HighsCallbackDataOut, HighsInt};

use super::{Ended, Formulation, Found, LiveLp, LpEnd};
use crate::error::Error;
use crate::solve::{Control, Limit, Phase};

/// Callbacks that we ask for: interrupts and the log of the branch and bound.
const CALLBACKS: [HighsInt; 5] = [
    highs_sys::kHighsCallbackSimplexInterrupt,
    highs_sys::kHighsCallbackIpmInterrupt,
    highs_sys::kHighsCallbackMipInterrupt,
    highs_sys::kHighsCallbackMipLogging,
    highs_sys::kHighsCallbackMipImprovingSolution,
];

/// Solves a formulation with HiGHS.
pub(super) fn solve(mut formulation: Formulation<'_>, control: &Control) -> Result<Found, Error> {
    let start = formulation.start.take();
    let (constant, columns) = (formulation.constant, formulation.variables.len());
    let Some(model) = build(formulation, control)? else {
        let limit = control.stop().unwrap_or(Limit::Interrupt);
        return Ok(Found { values: None, bound: None, ended: Ended::Limit(limit), nodes: 0 });
    };
    in_own_thread(model, move |mut model| {
        set_options(&mut model, control)?;
        let solved = run(model, start.as_deref(), constant, control)?;
        read(&solved, constant, columns, control)
    })
}

/// Keeps the linear relaxation of a formulation alive while `work` changes and re-solves it, in a thread of its own.
/// `None` when a limit came first.
pub(super) fn with_live_lp<T: Send>(
    formulation: Formulation<'_>,
    control: &Control,
    work: impl FnOnce(&mut dyn LiveLp) -> Result<T, Error> + Send,
) -> Result<Option<T>, Error> {
    let constant = formulation.constant;
    let Some(model) = build(formulation, control)? else { return Ok(None) };
    in_own_thread(model, move |mut model| {
        set_options(&mut model, control)?;
        let mut set = || {
            model.try_set_option("solve_relaxation", true)?;
            model.try_set_option("threads", 1)
        };
        set().map_err(|_: highs::TrySetOptionError| failed("it refused an option".into()))?;
        let mut lp = Live { model: Some(model), constant, values: Vec::new(), reduced: Vec::new() };
        work(&mut lp)
    })
    .map(Some)
}

/// A linear programme that HiGHS keeps in memory.
struct Live {
    model: Option<highs::Model>,
    constant: f64,
    values: Vec<f64>,
    reduced: Vec<f64>,
}

impl LiveLp for Live {
    fn values(&self) -> &[f64] {
        &self.values
    }

    fn reduced_costs(&self) -> &[f64] {
        &self.reduced
    }

    fn set_bounds(&mut self, column: usize, lower: f64, upper: f64) -> Result<(), Error> {
        let Some(model) = &mut self.model else { return Err(failed("the live model is gone".into())) };
        let Ok(index) = HighsInt::try_from(column) else { return Err(failed("a column index overflows".into())) };
        // SAFETY: the pointer comes from a live model; HiGHS checks the index itself.
        let status = unsafe { highs_sys::Highs_changeColBounds(model.as_mut_ptr(), index, lower, upper) };
        if status == highs_sys::STATUS_OK { Ok(()) } else { Err(failed(format!("it refused the bounds of column {column}"))) }
    }

    fn solve(&mut self, iterations: Option<i32>, control: &Control) -> Result<LpEnd, Error> {
        if control.stop().is_some() {
            return Ok(LpEnd::Stopped);
        }
        let Some(mut model) = self.model.take() else { return Err(failed("the live model is gone".into())) };
        let mut set = || {
            model.try_set_option("simplex_iteration_limit", iterations.unwrap_or(i32::MAX))?;
            // The limit counts from the first run of the model on.
            model.try_set_option("time_limit", control.remaining().map_or(f64::INFINITY, |left| left + control.seconds()))
        };
        set().map_err(|_: highs::TrySetOptionError| failed("it refused an option".into()))?;
        let solved = run(model, None, self.constant, control)?;
        let objective = solved.objective_value() + self.constant;
        let end = match solved.status() {
            HighsModelStatus::Optimal => LpEnd::Optimal(objective),
            HighsModelStatus::Infeasible | HighsModelStatus::UnboundedOrInfeasible => LpEnd::Infeasible,
            HighsModelStatus::ReachedIterationLimit => LpEnd::Unfinished(objective),
            HighsModelStatus::ReachedTimeLimit | HighsModelStatus::ReachedInterrupt => LpEnd::Stopped,
            other => return Err(failed(format!("a linear programme ended with {other:?}"))),
        };
        if let LpEnd::Optimal(_) = end {
            let solution = solved.get_solution();
            self.values = solution.columns().to_vec();
            self.reduced = solution.dual_columns().to_vec();
        }
        self.model = Some(solved.into());
        Ok(end)
    }
}

/// Builds the model; `None` when a limit came first.
fn build(formulation: Formulation<'_>, control: &Control) -> Result<Option<highs::Model>, Error> {
    let Formulation { variables, objective, sense, rows, .. } = formulation;
    let direction = match sense {
        crate::model::Sense::Maximize => good_lp::solvers::ObjectiveDirection::Maximisation,
        crate::model::Sense::Minimize => good_lp::solvers::ObjectiveDirection::Minimisation,
    };
    let mut problem = variables.optimise(direction, objective).using(good_lp::solvers::highs::highs);
    for (at, row) in rows.enumerate() {
        problem.add_constraint(row);
        if at % 1024 == 0 && control.stop().is_some() {
            return Ok(None);
        }
    }
    problem.try_into_inner().map(Some).map_err(|error| failed(format!("it refused the model: {error}")))
}

/// Hands a model to a thread of its own, and ends the scheduler that HiGHS starts there.
fn in_own_thread<T: Send>(
    model: highs::Model,
    work: impl FnOnce(highs::Model) -> Result<T, Error> + Send,
) -> Result<T, Error> {
    let model = Portable(model);
    thread::scope(|scope| {
        let worker = scope.spawn(move || {
            let model = model;
            let result = work(model.into_model());
            // SAFETY: no HiGHS call is running in this thread; this ends the scheduler that it started.
            unsafe { highs_sys::Highs_resetGlobalScheduler(1) };
            result
        });
        worker.join().unwrap_or_else(|_| Err(failed("its thread panicked".into())))
    })
}

struct Portable(highs::Model);

impl Portable {
    fn into_model(self) -> highs::Model {
        self.0
    }
}

// SAFETY: a HiGHS model holds no thread-local state before its first run, and we hand it over before that.
unsafe impl Send for Portable {}

fn failed(reason: String) -> Error {
    Error::Solver { backend: "highs", reason }
}

/// What the callbacks may touch.
struct Watch<'a, 'b> {
    control: &'a Control<'b>,
    constant: f64,
}

fn run(
    mut model: highs::Model,
    start: Option<&[f64]>,
    constant: f64,
    control: &Control,
) -> Result<highs::SolvedModel, Error> {
    if let Some(start) = start {
        model.try_set_solution(Some(start), None, None, None).map_err(|_| failed("it refused the start".into()))?;
    }
    let watch = Watch { control, constant };
    let user_data: *const Watch = &raw const watch;
    // SAFETY: `watch` outlives the run below, the only time HiGHS calls back, and the callback only reads through it.
    unsafe {
        highs_sys::Highs_setCallback(model.as_mut_ptr(), Some(on_callback), user_data.cast_mut().cast());
        for callback in CALLBACKS {
            highs_sys::Highs_startCallback(model.as_mut_ptr(), callback);
        }
    }
    model.try_solve().map_err(|status| failed(format!("the run ended with {status:?}")))
}

fn set_options(model: &mut highs::Model, control: &Control) -> Result<(), Error> {
    let options = control.options;
    let threads = match options.threads {
        Some(threads) => threads,
        None => thread::available_parallelism().map_or(1, std::num::NonZero::get),
    };
    let seed = i32::try_from(options.seed % 2_147_483_647).unwrap_or(0);
    let mut set = || {
        model.try_set_option("threads", i32::try_from(threads).unwrap_or(i32::MAX))?;
        model.try_set_option("random_seed", seed)?;
        model.try_set_option("mip_rel_gap", options.gap)?;
        model.try_set_option("mip_abs_gap", 0.0)?;
        if let Some(seconds) = control.remaining() {
            model.try_set_option("time_limit", seconds)?;
        }
        Ok(())
    };
    set().map_err(|_: highs::TrySetOptionError| failed("it refused an option".into()))
}

fn read(solved: &highs::SolvedModel, constant: f64, columns: usize, control: &Control) -> Result<Found, Error> {
    let ended = match solved.status() {
        HighsModelStatus::Optimal | HighsModelStatus::Infeasible | HighsModelStatus::ModelEmpty => Ended::Complete,
        // Every variable is bounded, so this can only mean infeasible.
        HighsModelStatus::UnboundedOrInfeasible => Ended::Complete,
        HighsModelStatus::ReachedInterrupt => Ended::Limit(control.stop().unwrap_or(Limit::Interrupt)),
        HighsModelStatus::ReachedTimeLimit => Ended::Limit(Limit::Time),
        HighsModelStatus::ReachedMemoryLimit => Ended::Limit(Limit::Memory),
        other => return Err(failed(format!("the model status is {other:?}"))),
    };
    let info = |key| solved.double_info_value(key).ok().filter(|value: &f64| value.is_finite());
    let feasible = solved.primal_solution_status() == HighsSolutionStatus::Feasible;
    let values = feasible.then(|| solved.get_solution().columns().to_vec()).filter(|values| values.len() == columns);
    let has_integers = solved.mip_gap().is_finite() || info(c"mip_dual_bound").is_some_and(|bound| bound != 0.0);
    let bound = if has_integers {
        info(c"mip_dual_bound").filter(|bound| bound.abs() < 1e100)
    } else if ended == Ended::Complete && values.is_some() {
        Some(solved.objective_value())
    } else {
        None
    };
    let nodes = i64_info(solved, c"mip_node_count");
    Ok(Found { values, bound: bound.map(|bound| bound + constant), ended, nodes })
}

fn i64_info(solved: &highs::SolvedModel, key: &std::ffi::CStr) -> u64 {
    let mut value: i64 = 0;
    // SAFETY: the pointer comes from a live model, the key is nul-terminated, and `value` is a valid place to write.
    let status = unsafe { highs_sys::Highs_getInt64InfoValue(solved.as_ptr(), key.as_ptr(), &raw mut value) };
    if status == highs_sys::STATUS_OK { u64::try_from(value).unwrap_or(0) } else { 0 }
}

/// Called by HiGHS, perhaps from several threads.
unsafe extern "C" fn on_callback(
    kind: c_int,
    _message: *const c_char,
    out: *const HighsCallbackDataOut,
    answer: *mut HighsCallbackDataIn,
    user_data: *mut c_void,
) {
    // SAFETY: HiGHS passes back the pointer given to Highs_setCallback, which lives until the run ends; `out` and
    // `answer` are null or valid during the call.
    let (watch, out, answer) = unsafe { (user_data.cast::<Watch>().as_ref(), out.as_ref(), answer.as_mut()) };
    let Some(watch) = watch else { return };
    // A panic in a caller's progress function must not cross into C++.
    let told = catch_unwind(AssertUnwindSafe(|| {
        if let Some(out) = out
            && (kind == highs_sys::kHighsCallbackMipLogging || kind == highs_sys::kHighsCallbackMipImprovingSolution)
        {
            tell(watch, out);
        }
    }));
    if (told.is_err() || watch.control.stop().is_some())
        && let Some(answer) = answer
    {
        answer.user_interrupt = 1;
    }
}

fn tell(watch: &Watch, out: &HighsCallbackDataOut) {
    let usable = |value: f64| value.is_finite() && value.abs() < 1e100;
    if usable(out.mip_primal_bound) {
        watch.control.incumbent(Phase::Solver, out.mip_primal_bound + watch.constant);
    }
    if usable(out.mip_dual_bound) {
        watch.control.bound(Phase::Solver, out.mip_dual_bound + watch.constant);
    }
    watch.control.nodes(Phase::Solver, u64::try_from(out.mip_node_count).unwrap_or(0));
}
