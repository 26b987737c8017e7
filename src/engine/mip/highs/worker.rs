//! A model in a thread of its own.
//!
//! The thread takes [`Task`]s. The HiGHS scheduler belongs to the thread that first uses it, so models with different
//! thread counts do not disturb each other; and a caller whose time is up need not wait: HiGHS looks for interrupts
//! between steps, which in presolve and in the first linear programme may take long. A thread that does not answer
//! within [`GRACE`] is left behind with the best plan it had told; it ends at its next step.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::callback::{Shared, Told};
use super::failed;
use super::report::Report;
use super::run::{Settings, Task, run};
use crate::error::Error;
use crate::solve::Control;

/// How long a stopped run may take to answer before it is left behind.
const GRACE: Duration = Duration::from_millis(250);
/// How often limits are looked at while HiGHS runs.
const POLL: Duration = Duration::from_millis(20);

/// A model in a thread of its own.
pub(super) struct Worker {
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
    pub fn spawn(model: highs::Model, settings: Settings) -> Result<Self, Error> {
        let (tasks, inbox) = channel::<Task>();
        let (outbox, reports) = channel();
        let shared = Arc::new(Shared::default());
        let (model, its_shared) = (Portable(model), Arc::clone(&shared));
        let work = move || {
            let mut model = model.into_model();
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

    pub fn told(&self) -> Told {
        self.shared.told().clone()
    }

    /// Runs a task, looking at the limits meanwhile; `None` when HiGHS did not stop in time and was left behind.
    pub fn run(&self, task: Task, control: &Control, tell: impl Fn(&Told)) -> Result<Option<Report>, Error> {
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
