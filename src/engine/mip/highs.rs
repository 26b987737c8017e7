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

use super::{Ended, Formulation, Found};
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
pub(super) fn solve(formulation: Formulation<'_>, control: &Control) -> Result<Found, Error> {
    let Formulation { variables, objective, constant, sense, rows, start, .. } = formulation;
    let direction = match sense {
        crate::model::Sense::Maximize => good_lp::solvers::ObjectiveDirection::Maximisation,
        crate::model::Sense::Minimize => good_lp::solvers::ObjectiveDirection::Minimisation,
    };
    let columns = variables.len();
    let mut problem = variables.optimise(direction, objective).using(good_lp::solvers::highs::highs);
    for (at, row) in rows.enumerate() {
        problem.add_constraint(row);
        if at % 1024 == 0
            && let Some(limit) = control.stop()
        {
            return Ok(Found { values: None, bound: None, ended: Ended::Limit(limit), nodes: 0 });
        }
    }
    let model = problem.try_into_inner().map_err(|error| failed(format!("it refused the model: {error}")))?;
    // The pointer inside is only touched by one thread at a time: it moves into the solver's thread and stays there.
    let model = Portable(model);
    thread::scope(|scope| {
        let worker = scope.spawn(move || {
            let model = model;
            let found = run(model.into_model(), start.as_deref(), constant, columns, control);
            // SAFETY: no HiGHS call is running in this thread; this ends the scheduler that it started.
            unsafe { highs_sys::Highs_resetGlobalScheduler(1) };
            found
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
    columns: usize,
    control: &Control,
) -> Result<Found, Error> {
    set_options(&mut model, control)?;
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
    let solved = model.try_solve().map_err(|status| failed(format!("the run ended with {status:?}")))?;
    read(&solved, constant, columns, control)
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
