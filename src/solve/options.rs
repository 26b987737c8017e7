//! The options of a solve.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Progress;
use crate::error::Error;

/// How a model is solved.
///
/// # Example
///
/// ```
/// use siting::{MaxCover, Method, SolveOptions, Status, TravelMatrix};
/// let model = MaxCover::new(TravelMatrix::from_pairs(1, 1, &[(0, 0, 1.0)])?, [30.0]).p(1);
/// let plan = model.solve(&SolveOptions::default().method(Method::Heuristic))?;
/// assert_eq!((plan.objective, plan.bound, plan.status), (30.0, None, Status::Feasible));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Method {
    /// The library chooses: heuristic, bounds and reductions, then the solver on what remains.
    #[default]
    Auto,
    /// The formulation on the backend, warm-started by the heuristic, without bounds of our own.
    Mip,
    /// Only a good plan fast, without a proof.
    Heuristic,
}

/// The solver of mixed-integer programmes.
///
/// # Example
///
/// ```
/// use siting::{Backend, SolveOptions};
/// let options = SolveOptions::default().backend(Backend::Microlp);
/// assert_eq!(options.backend.name(), "microlp");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Backend {
    /// HiGHS, compiled in by the feature `highs`.
    Highs,
    /// microlp, pure Rust, compiled in by the feature `microlp`.
    Microlp,
}

impl Backend {
    /// Its name: "highs" or "microlp".
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Highs => "highs",
            Self::Microlp => "microlp",
        }
    }
}

impl Default for Backend {
    /// HiGHS where it is compiled in.
    fn default() -> Self {
        if cfg!(feature = "highs") { Self::Highs } else { Self::Microlp }
    }
}

/// Stops a running solve from another thread: the solve returns its incumbent with [`super::Limit::Interrupt`].
///
/// ```
/// use siting::CancelToken;
/// let token = CancelToken::new();
/// let other = token.clone();
/// other.cancel();
/// assert!(token.is_cancelled());
/// ```
#[derive(Debug, Clone, Default)]
pub struct CancelToken(Arc<AtomicBool>);

impl CancelToken {
    /// A token that nobody has cancelled yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks the solve to stop.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether somebody asked.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A function that receives progress; it is called from solver threads and must not block.
///
/// The example of [`Progress`] shows one.
pub type ProgressSink = Arc<dyn Fn(&Progress) + Send + Sync>;

/// The options of a solve; the defaults ask for a proven optimum without limits.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use siting::{Method, SolveOptions};
///
/// let options = SolveOptions::default().time_limit(Duration::from_secs(60)).gap(0.01).seed(7);
/// assert_eq!(options.method, Method::Auto);
/// ```
#[derive(Clone)]
pub struct SolveOptions {
    /// Wall-clock limit on the whole solve, model building included.
    pub time_limit: Option<Duration>,
    /// Relative gap at which the solve may stop: 0 asks for the optimum, 0.01 for a plan within 1 %.
    pub gap: f64,
    /// How to solve.
    pub method: Method,
    /// The solver behind the formulation.
    pub backend: Backend,
    /// Number of threads; `None`: all cores, and no more than these are started. The answer does not depend on it.
    pub threads: Option<usize>,
    /// Seed of everything random.
    pub seed: u64,
    /// A plan to start from: indices of open sites. It need not obey the rules; what can be used of it is used.
    pub warm_start: Option<Vec<u32>>,
    /// Rough bound in bytes on what the solver's model may take; a larger one is not built, and the answer is that of
    /// the heuristic with [`super::Limit::Memory`].
    pub memory_limit: Option<usize>,
    /// Stops the solve from outside.
    pub cancel: CancelToken,
    /// Receives progress.
    pub progress: Option<ProgressSink>,
}

impl Default for SolveOptions {
    fn default() -> Self {
        Self {
            time_limit: None,
            gap: 0.0,
            method: Method::Auto,
            backend: Backend::default(),
            threads: None,
            seed: 0,
            warm_start: None,
            memory_limit: None,
            cancel: CancelToken::new(),
            progress: None,
        }
    }
}

impl fmt::Debug for SolveOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SolveOptions")
            .field("time_limit", &self.time_limit)
            .field("gap", &self.gap)
            .field("method", &self.method)
            .field("backend", &self.backend)
            .field("threads", &self.threads)
            .field("seed", &self.seed)
            .field("warm_start", &self.warm_start)
            .field("memory_limit", &self.memory_limit)
            .finish_non_exhaustive()
    }
}

impl SolveOptions {
    /// Limits the wall-clock time of the whole solve.
    #[must_use]
    pub fn time_limit(mut self, limit: Duration) -> Self {
        self.time_limit = Some(limit);
        self
    }

    /// Lets the solve stop at a relative gap.
    #[must_use]
    pub fn gap(mut self, gap: f64) -> Self {
        self.gap = gap;
        self
    }

    /// Chooses how to solve.
    #[must_use]
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// Chooses the solver.
    #[must_use]
    pub fn backend(mut self, backend: Backend) -> Self {
        self.backend = backend;
        self
    }

    /// Sets the number of threads.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.threads = Some(threads);
        self
    }

    /// Sets the seed.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Starts from open sites.
    #[must_use]
    pub fn warm_start(mut self, sites: impl Into<Vec<u32>>) -> Self {
        self.warm_start = Some(sites.into());
        self
    }

    /// Bounds the memory of the solver's model, in bytes.
    #[must_use]
    pub fn memory_limit(mut self, bytes: usize) -> Self {
        self.memory_limit = Some(bytes);
        self
    }

    /// Stops the solve when the token is cancelled.
    #[must_use]
    pub fn cancel(mut self, token: CancelToken) -> Self {
        self.cancel = token;
        self
    }

    /// Sends progress to a function.
    #[must_use]
    pub fn progress(mut self, sink: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(sink));
        self
    }

    /// The options for a problem that is solved on the way to another: to the end, and without telling anyone.
    pub(crate) fn on_the_way(&self) -> Self {
        Self { gap: 0.0, warm_start: None, progress: None, ..self.clone() }
    }

    /// Checks the options.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidValue`] for a gap that is negative, infinite or NaN, or for zero threads;
    /// [`Error::Unavailable`] for a backend that is not compiled in.
    pub fn validate(&self) -> Result<(), Error> {
        if !self.gap.is_finite() || self.gap < 0.0 {
            return Err(Error::InvalidValue {
                argument: "gap",
                value: self.gap.to_string(),
                reason: "a relative gap of 0 or more is expected (0.01 for 1 %)".into(),
            });
        }
        if self.threads == Some(0) {
            return Err(Error::InvalidValue {
                argument: "threads",
                value: "0".into(),
                reason: "at least 1 thread is needed; leave it out for all cores".into(),
            });
        }
        let compiled = match self.backend {
            Backend::Highs => cfg!(feature = "highs"),
            Backend::Microlp => cfg!(feature = "microlp"),
        };
        if !compiled && self.method != Method::Heuristic {
            return Err(Error::Unavailable {
                argument: "backend",
                value: self.backend.name().into(),
                reason: format!(
                    "this build lacks it; enable the feature {:?} or choose the other backend",
                    self.backend.name()
                ),
            });
        }
        Ok(())
    }
}
