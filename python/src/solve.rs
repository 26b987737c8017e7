//! One solve, run beside Python: the GIL is free, Ctrl-C and progress are looked after.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use pyo3::exceptions::PyKeyboardInterrupt;
use pyo3::prelude::*;
use siting::{CancelToken, Error, Limit, SolveOptions};

use crate::convert::{Positions, copied, from_name};
use crate::error::{CoreError, CoreResult, SolverError};
use crate::progress::Progress;

/// Python looks for Ctrl-C this often.
const BETWEEN_SIGNALS: Duration = Duration::from_millis(50);

enum News<T> {
    Progress(siting::Progress),
    Done(Box<Result<T, Error>>),
}

/// What ended a solve early, to be told once the solve has returned.
#[derive(Default)]
struct Stop {
    /// Ctrl-C: the incumbent is returned, or this is raised when there is none.
    interrupt: Option<PyErr>,
    /// An exception of the progress callback: it is raised in any case.
    failure: Option<PyErr>,
}

/// Solves in a thread of its own.
///
/// Ctrl-C cancels: the incumbent is returned, or `KeyboardInterrupt` raised when there is none. A second Ctrl-C does
/// not wait for the solver. An exception of the callback cancels too and is raised.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    mut options: SolveOptions,
    callback: Option<Py<PyAny>>,
    solve: impl FnOnce(&SolveOptions) -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    let token = CancelToken::new();
    let (sender, mut receiver) = channel();
    options = options.cancel(token.clone());
    if callback.is_some() {
        let progress = sender.clone();
        // Nobody listens any more after a second Ctrl-C.
        options = options.progress(move |snapshot| drop(progress.send(News::Progress(*snapshot))));
    }
    thread::Builder::new()
        .name("siting-solve".into())
        .spawn(move || finish(&sender, solve(&options)))
        .map_err(|error| SolverError::new_err(format!("no thread to solve in: {error}")))?;

    let mut stop = Stop::default();
    loop {
        let (latest, done) = wait(py, &mut receiver)?;
        if let (Some(snapshot), Some(callback), None) = (latest, &callback, &stop.failure)
            && let Err(error) = callback.call1(py, (Progress(snapshot),))
        {
            if error.is_instance_of::<PyKeyboardInterrupt>(py) { &mut stop.interrupt } else { &mut stop.failure }
                .replace(error);
            token.cancel();
        }
        if let Some(result) = done {
            return conclude(py, result, stop);
        }
        if let Err(error) = py.check_signals() {
            if stop.interrupt.is_some() || !error.is_instance_of::<PyKeyboardInterrupt>(py) {
                token.cancel();
                return Err(error);
            }
            stop.interrupt = Some(error);
            token.cancel();
        }
    }
}

fn finish<T>(sender: &Sender<News<T>>, result: Result<T, Error>) {
    drop(sender.send(News::Done(Box::new(result))));
}

type Received<T> = (Option<siting::Progress>, Option<Result<T, Error>>);

/// Waits for news without the GIL; of several snapshots the latest counts.
fn wait<T: Send>(py: Python<'_>, receiver: &mut Receiver<News<T>>) -> PyResult<Received<T>> {
    let (mut latest, mut done) = (None, None);
    let waiting = &mut *receiver;
    let mut news = py.detach(move || waiting.recv_timeout(BETWEEN_SIGNALS));
    loop {
        match news {
            Ok(News::Progress(snapshot)) => latest = Some(snapshot),
            Ok(News::Done(result)) => done = Some(*result),
            Err(RecvTimeoutError::Timeout) => return Ok((latest, done)),
            Err(RecvTimeoutError::Disconnected) if done.is_some() => return Ok((latest, done)),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(SolverError::new_err("the solve ended without an answer"));
            }
        }
        news = receiver.recv_timeout(Duration::ZERO);
    }
}

fn conclude<T>(py: Python<'_>, result: Result<T, Error>, stop: Stop) -> PyResult<T> {
    if let Some(failure) = stop.failure {
        return Err(failure);
    }
    match (result, stop.interrupt) {
        // A sweep that goes on after errors must not swallow Ctrl-C.
        (Err(error @ Error::NoSolution { limit: Limit::Interrupt, .. }), Some(interrupt)) => {
            interrupt.set_cause(py, Some(CoreError::from(error).into()));
            Err(interrupt)
        }
        (result, _) => Ok(result.map_err(CoreError::from)?),
    }
}

/// The options of a solve: a dict of Python's with all of these items.
#[derive(FromPyObject)]
#[pyo3(from_item_all)]
pub struct Options {
    time_limit: Option<f64>,
    gap: f64,
    method: String,
    backend: String,
    threads: Option<usize>,
    seed: u64,
    memory_limit: Option<usize>,
}

impl Options {
    /// The same as the core's, to start from some sites.
    pub fn to_core(&self, warm_start: Option<Positions<'_>>) -> CoreResult<SolveOptions> {
        Ok(SolveOptions {
            time_limit: self.time_limit.map(seconds).transpose()?,
            gap: self.gap,
            method: from_name("method", &self.method)?,
            backend: from_name("backend", &self.backend)?,
            threads: self.threads,
            seed: self.seed,
            warm_start: warm_start.map(|sites| copied(&sites)),
            memory_limit: self.memory_limit,
            ..SolveOptions::default()
        })
    }
}

/// A time limit.
fn seconds(limit: f64) -> CoreResult<Duration> {
    Duration::try_from_secs_f64(limit).map_err(|_| {
        CoreError::from(Error::InvalidValue {
            argument: "time_limit",
            value: limit.to_string(),
            reason: "a number of seconds from 0 to 1.8e19 is expected; leave it out for no limit".into(),
        })
    })
}
