//! HiGHS: the only file that names it, and the only one with `unsafe`, for its callbacks and its model files.
//!
//! good_lp builds the model; options, bounds and gap are read from the `highs` model itself, since good_lp drops them.
//!
//! Each model lives in a thread of its own that takes [`Task`]s. The HiGHS scheduler belongs to the thread that first
//! uses it, so models with different thread counts do not disturb each other; and a caller whose time is up need not
//! wait: HiGHS looks for interrupts between steps, which in presolve and in the first linear programme may take long. A
//! thread that does not answer within [`GRACE`] is left behind with the best plan it had told; it ends at its next step.

#![allow(unsafe_code, reason = "HiGHS reports progress, takes interrupts and writes files through C")]

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use good_lp::SolverModel;
use highs::{HighsModelStatus, SolvedModel};
use highs_sys::{HighsCallbackDataIn, HighsCallbackDataOut, HighsInt};

use super::{Ended, Formulation, Found, LiveLp, LpEnd};
use crate::error::Error;
use crate::solve::{Control, Limit, Phase, SolveOptions};

/// How long a stopped run may take to answer before it is left behind.
const GRACE: Duration = Duration::from_millis(250);
/// How often limits are looked at while HiGHS runs.
const POLL: Duration = Duration::from_millis(20);

/// The primal solution status of a feasible solution.
const FEASIBLE: i64 = highs_sys::kHighsSolutionStatusFeasible as i64;

/// Callbacks that we ask for: interrupts, the log of the branch and bound, and its plans.
const CALLBACKS: [HighsInt; 5] = [
    highs_sys::kHighsCallbackSimplexInterrupt,
    highs_sys::kHighsCallbackIpmInterrupt,
    highs_sys::kHighsCallbackMipInterrupt,
    highs_sys::kHighsCallbackMipLogging,
    highs_sys::kHighsCallbackMipImprovingSolution,
];

fn failed(reason: impl Into<String>) -> Error {
    Error::Solver { backend: "highs", reason: reason.into() }
}

/// Solves a formulation.
pub(super) fn solve(mut formulation: Formulation<'_>, control: &Control) -> Result<Found, Error> {
    let start = formulation.start.take();
    let (constant, columns) = (formulation.constant, formulation.variables.len());
    let settings = Settings { integers: has_integers(&formulation), ..options(control) };
    let Some(model) = build(formulation, control)? else {
        let limit = control.stop().unwrap_or(Limit::Interrupt);
        return Ok(Found { values: None, bound: None, ended: Ended::Limit(limit), nodes: 0 });
    };
    let worker = Worker::spawn(model, settings)?;
    let tell = |told: &Told| {
        let with_constant = |value: f64| value + constant;
        told.primal.map(with_constant).into_iter().for_each(|value| control.incumbent(Phase::Solver, value));
        told.dual.map(with_constant).into_iter().for_each(|value| control.bound(Phase::Solver, value));
        control.nodes(Phase::Solver, told.nodes);
    };
    let task = Task { start, time_limit: control.remaining(), ..Task::default() };
    let (mut found, stopped) = match worker.run(task, control, tell)? {
        Some(report) => (
            Found { values: report.values, bound: report.bound, ended: Ended::Complete, nodes: report.nodes },
            report.end,
        ),
        None => {
            let told = worker.told();
            (Found { values: told.plan, bound: told.dual, ended: Ended::Complete, nodes: told.nodes }, End::Limit(None))
        }
    };
    if let End::Limit(limit) = stopped {
        found.ended = Ended::Limit(control.stop().or(limit).unwrap_or(Limit::Interrupt));
    }
    found.bound = found.bound.map(|bound| bound + constant);
    found.values = found.values.filter(|values| values.len() == columns);
    Ok(found)
}

fn has_integers(formulation: &Formulation<'_>) -> bool {
    formulation.variables.iter_variables_with_def().any(|(_, definition)| definition.is_integer())
}

/// Keeps the linear relaxation of a formulation alive. `None` when a limit came first.
pub(super) fn live_lp(formulation: Formulation<'_>, control: &Control) -> Result<Option<Box<dyn LiveLp>>, Error> {
    let constant = formulation.constant;
    let Some(model) = build(formulation, control)? else { return Ok(None) };
    let settings = Settings { threads: 1, ..options(control) };
    let worker = Worker::spawn(model, settings)?;
    Ok(Some(Box::new(Live {
        worker: Some(worker),
        constant,
        changes: Vec::new(),
        rows: Rows::default(),
        values: Vec::new(),
        reduced: Vec::new(),
        duals: Vec::new(),
    })))
}

/// Writes a formulation to a file: see [`super::write`].
pub(super) fn write(
    formulation: Formulation<'_>,
    columns: &[String],
    rows: &[String],
    path: &Path,
) -> Result<(), Error> {
    let file = |reason: String| Error::File { path: path.display().to_string(), reason };
    let unfit = || file("HiGHS, which writes the file, takes paths in Unicode only: choose another".into());
    let text = path.to_str().and_then(|text| CString::new(text).ok()).ok_or_else(unfit)?;
    // HiGHS does not say why it cannot open a file.
    File::create(path).map_err(|error| file(format!("cannot be written: {error}")))?;
    let (constant, options) = (formulation.constant, SolveOptions::default());
    let control = Control::new(&options, formulation.sense);
    let Some(mut model) = build(formulation, &control)? else { return Err(failed("it was stopped")) };
    // SAFETY: the pointer comes from a live model.
    expect_ok(unsafe { highs_sys::Highs_changeObjectiveOffset(model.as_mut_ptr(), constant) }, "the constant")?;
    for (at, name) in (0..).zip(columns) {
        let name = CString::new(name.as_str()).map_err(|_| failed("a name holds a nul"))?;
        // SAFETY: the pointer comes from a live model, the name is nul-terminated; HiGHS checks the index itself.
        expect_ok(unsafe { highs_sys::Highs_passColName(model.as_mut_ptr(), at, name.as_ptr()) }, "a column's name")?;
    }
    for (at, name) in (0..).zip(rows) {
        let name = CString::new(name.as_str()).map_err(|_| failed("a name holds a nul"))?;
        // SAFETY: the same.
        expect_ok(unsafe { highs_sys::Highs_passRowName(model.as_mut_ptr(), at, name.as_ptr()) }, "a row's name")?;
    }
    // SAFETY: the pointer comes from a live model, the path is nul-terminated. A warning tells of long names alone.
    let status = unsafe { highs_sys::Highs_writeModel(model.as_mut_ptr(), text.as_ptr()) };
    if status == highs_sys::STATUS_ERROR {
        return Err(file("HiGHS could not write it".into()));
    }
    // HiGHS does not look whether all was written.
    let whole = ends_with_end(path).map_err(|error| file(format!("cannot be read again: {error}")))?;
    if whole { Ok(()) } else { Err(file("is cut off: is the disk full?".into())) }
}

fn expect_ok(status: HighsInt, what: &str) -> Result<(), Error> {
    if status == highs_sys::STATUS_OK { Ok(()) } else { Err(failed(format!("it refused {what}"))) }
}

/// Whether the last line of a model file is there: `ENDATA`, or `end` of the format LP.
fn ends_with_end(path: &Path) -> std::io::Result<bool> {
    let mut file = File::open(path)?;
    let len = file.metadata()?.len();
    file.seek(SeekFrom::Start(len.saturating_sub(16)))?;
    let mut last = Vec::new();
    file.read_to_end(&mut last)?;
    let last = last.trim_ascii_end();
    Ok(last.ends_with(b"ENDATA") || last.ends_with(b"end"))
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

/// Options that hold for all runs of a model.
#[derive(Debug, Clone, Copy)]
struct Settings {
    threads: i32,
    seed: i32,
    gap: f64,
    /// Whether to solve a mixed-integer programme; otherwise its linear relaxation.
    integers: bool,
}

fn options(control: &Control) -> Settings {
    let options = control.options;
    // More threads than cores bring nothing, and HiGHS starts them all.
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = options.threads.map_or(cores, |threads| threads.min(cores));
    Settings {
        threads: i32::try_from(threads).unwrap_or(i32::MAX),
        seed: i32::try_from(options.seed % 2_147_483_647).unwrap_or(0),
        gap: options.gap,
        integers: false,
    }
}

/// Rows on their way to the model, one after another: a weighted sum of columns is at least so much.
#[derive(Debug, Default)]
struct Rows {
    least: Vec<f64>,
    start: Vec<HighsInt>,
    columns: Vec<HighsInt>,
    weights: Vec<f64>,
}

impl Rows {
    fn push(&mut self, entries: impl Iterator<Item = (u32, f64)>, least: f64) -> Result<(), Error> {
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
struct Task {
    /// Values of all columns in a feasible plan.
    start: Option<Vec<f64>>,
    /// Bounds of columns to change beforehand.
    bounds: Vec<(HighsInt, f64, f64)>,
    /// Rows to add beforehand.
    rows: Rows,
    /// Most simplex iterations.
    iterations: Option<i32>,
    /// Seconds that the run may take.
    time_limit: Option<f64>,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Optimal,
    Infeasible,
    Iterations,
    /// A limit or an interrupt; which limit, where HiGHS says.
    Limit(Option<Limit>),
}

/// What a run gives.
#[derive(Debug)]
struct Report {
    end: End,
    values: Option<Vec<f64>>,
    reduced: Vec<f64>,
    duals: Vec<f64>,
    objective: f64,
    bound: Option<f64>,
    nodes: u64,
}

/// What the callbacks told last, without the constant of the objective.
#[derive(Debug, Clone, Default)]
struct Told {
    plan: Option<Vec<f64>>,
    primal: Option<f64>,
    dual: Option<f64>,
    nodes: u64,
}

/// What a worker's thread shares with its owner.
#[derive(Debug, Default)]
struct Shared {
    stop: AtomicBool,
    told: Mutex<Told>,
}

impl Shared {
    fn told(&self) -> std::sync::MutexGuard<'_, Told> {
        // A thread that panicked while holding the lock left whole values behind.
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A model in a thread of its own.
struct Worker {
    tasks: Sender<Task>,
    reports: Receiver<Result<Report, Error>>,
    shared: Arc<Shared>,
}

/// Moves a model into its thread.
struct Portable(highs::Model);

// SAFETY: a HiGHS model holds no thread-local state before its first run, and it moves before that.
unsafe impl Send for Portable {}

impl Portable {
    fn into_model(self) -> highs::Model {
        self.0
    }
}

impl Worker {
    fn spawn(model: highs::Model, settings: Settings) -> Result<Self, Error> {
        let (tasks, inbox) = channel::<Task>();
        let (outbox, reports) = channel();
        let shared = Arc::new(Shared::default());
        let (model, its_shared) = (Portable(model), Arc::clone(&shared));
        let work = move || {
            let mut model = Some(model.into_model());
            for task in inbox {
                let report = run(&mut model, task, settings, &its_shared);
                if outbox.send(report).is_err() {
                    break;
                }
            }
            drop(model);
            // SAFETY: no HiGHS call is running in this thread; this ends the scheduler that it started.
            unsafe { highs_sys::Highs_resetGlobalScheduler(1) };
        };
        thread::Builder::new()
            .name("siting-highs".into())
            .spawn(work)
            .map_err(|error| failed(format!("its thread did not start: {error}")))?;
        Ok(Self { tasks, reports, shared })
    }

    fn told(&self) -> Told {
        self.shared.told().clone()
    }

    /// Runs a task, looking at the limits meanwhile; `None` when HiGHS did not stop in time and was left behind.
    fn run(&self, task: Task, control: &Control, tell: impl Fn(&Told)) -> Result<Option<Report>, Error> {
        self.tasks.send(task).map_err(|_| failed("its thread is gone"))?;
        let mut stopped: Option<Instant> = None;
        loop {
            match self.reports.recv_timeout(POLL) {
                Ok(report) => {
                    tell(&self.told());
                    return report.map(Some);
                }
                Err(RecvTimeoutError::Disconnected) => return Err(failed("its thread panicked")),
                Err(RecvTimeoutError::Timeout) => tell(&self.told()),
            }
            if stopped.is_none() && control.stop().is_some() {
                self.shared.stop.store(true, Ordering::Relaxed);
                stopped = Some(Instant::now());
            }
            if stopped.is_some_and(|since| since.elapsed() > GRACE) {
                return Ok(None);
            }
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Whatever still runs is of no use any more.
        self.shared.stop.store(true, Ordering::Relaxed);
    }
}

/// A linear programme that HiGHS keeps in memory.
struct Live {
    worker: Option<Worker>,
    constant: f64,
    changes: Vec<(HighsInt, f64, f64)>,
    rows: Rows,
    values: Vec<f64>,
    reduced: Vec<f64>,
    duals: Vec<f64>,
}

impl LiveLp for Live {
    fn values(&self) -> &[f64] {
        &self.values
    }

    fn reduced_costs(&self) -> &[f64] {
        &self.reduced
    }

    fn set_bounds(&mut self, column: usize, lower: f64, upper: f64) -> Result<(), Error> {
        let column = HighsInt::try_from(column).map_err(|_| failed("a column index overflows"))?;
        self.changes.push((column, lower, upper));
        Ok(())
    }

    fn add_row(&mut self, columns: &[u32], least: f64) -> Result<(), Error> {
        self.rows.push(columns.iter().map(|&column| (column, 1.0)), least)
    }

    fn add_weighted_row(&mut self, entries: &[(u32, f64)], least: f64) -> Result<(), Error> {
        self.rows.push(entries.iter().copied(), least)
    }

    fn row_duals(&self) -> &[f64] {
        &self.duals
    }

    fn solve(&mut self, iterations: Option<i32>, control: &Control) -> Result<LpEnd, Error> {
        let Some(worker) = self.worker.as_ref().filter(|_| control.stop().is_none()) else { return Ok(LpEnd::Stopped) };
        let (bounds, rows) = (std::mem::take(&mut self.changes), std::mem::take(&mut self.rows));
        let task = Task { bounds, rows, iterations, time_limit: control.remaining(), start: None };
        let Some(report) = worker.run(task, control, |_| ())? else {
            self.worker = None;
            return Ok(LpEnd::Stopped);
        };
        let objective = report.objective + self.constant;
        Ok(match report.end {
            End::Optimal => {
                self.values = report.values.ok_or_else(|| failed("an optimal linear programme has no values"))?;
                self.reduced = report.reduced;
                self.duals = report.duals;
                LpEnd::Optimal(objective)
            }
            End::Infeasible => LpEnd::Infeasible,
            End::Iterations => LpEnd::Unfinished(objective),
            End::Limit(_) => LpEnd::Stopped,
        })
    }
}

/// Runs a task in the worker's thread.
fn run(slot: &mut Option<highs::Model>, task: Task, settings: Settings, shared: &Arc<Shared>) -> Result<Report, Error> {
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
    let solved = model.try_solve().map_err(|status| failed(format!("the run ended with {status:?}")))?;
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

/// HiGHS writes infinity as 1e200 and more.
fn usable(value: f64) -> bool {
    value.is_finite() && value.abs() < 1e100
}

fn node_count(solved: &SolvedModel) -> u64 {
    let mut value: i64 = 0;
    // SAFETY: the pointer comes from a live model, the key is nul-terminated, and `value` is a valid place to write.
    let status =
        unsafe { highs_sys::Highs_getInt64InfoValue(solved.as_ptr(), c"mip_node_count".as_ptr(), &raw mut value) };
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
    // SAFETY: HiGHS passes back the pointer given to Highs_setCallback, which outlives the run; `out` and `answer` are
    // null or valid during the call.
    let (shared, out, answer) = unsafe { (user_data.cast::<Shared>().as_ref(), out.as_ref(), answer.as_mut()) };
    let Some(shared) = shared else { return };
    // A panic must not cross into C++; there is none to expect.
    let told = catch_unwind(AssertUnwindSafe(|| {
        if let Some(out) = out
            && (kind == highs_sys::kHighsCallbackMipLogging || kind == highs_sys::kHighsCallbackMipImprovingSolution)
        {
            keep(&mut shared.told(), kind, out);
        }
    }));
    if (told.is_err() || shared.stop.load(Ordering::Relaxed))
        && let Some(answer) = answer
    {
        answer.user_interrupt = 1;
    }
}

fn keep(told: &mut Told, kind: c_int, out: &HighsCallbackDataOut) {
    if kind == highs_sys::kHighsCallbackMipImprovingSolution {
        let len = usize::try_from(out.mip_solution_size).unwrap_or(0);
        if !out.mip_solution.is_null() && len > 0 {
            // SAFETY: HiGHS gives the number of values behind the pointer, valid during the call.
            told.plan = Some(unsafe { std::slice::from_raw_parts(out.mip_solution, len) }.to_vec());
        }
    }
    told.primal = Some(out.mip_primal_bound).filter(|value| usable(*value)).or(told.primal);
    told.dual = Some(out.mip_dual_bound).filter(|value| usable(*value)).or(told.dual);
    told.nodes = u64::try_from(out.mip_node_count).unwrap_or(told.nodes);
}
