//! Long computations beside Python: the GIL is free, and Ctrl-C stops them.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use pyo3::prelude::*;
use siting::{CancelToken, Error};

use crate::error::{CoreError, SolverError};

/// Python looks for Ctrl-C this often.
const BETWEEN_SIGNALS: Duration = Duration::from_millis(50);

/// Runs `work` in a thread of its own; Ctrl-C cancels it by the token and is raised once it has stopped.
pub fn run<T: Send + 'static>(
    py: Python<'_>,
    cancel: &CancelToken,
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> PyResult<T> {
    let (sender, mut receiver) = channel();
    thread::Builder::new()
        .name("siting-walk".into())
        // Nobody listens any more after an exception.
        .spawn(move || drop(sender.send(work())))
        .map_err(|error| SolverError::new_err(format!("no thread to compute in: {error}")))?;
    let mut interrupt: Option<PyErr> = None;
    loop {
        let waiting = &mut receiver;
        match py.detach(move || waiting.recv_timeout(BETWEEN_SIGNALS)) {
            Ok(result) => return interrupt.map_or_else(|| Ok(result.map_err(CoreError::from)?), Err),
            Err(RecvTimeoutError::Disconnected) => {
                return Err(SolverError::new_err("the computation ended without an answer"));
            }
            Err(RecvTimeoutError::Timeout) => {
                if let Err(error) = py.check_signals() {
                    cancel.cancel();
                    interrupt.get_or_insert(error);
                }
            }
        }
    }
}
