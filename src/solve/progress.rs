//! What a running solve tells.

use serde::{Deserialize, Serialize};

/// The stage of a solve.
///
/// The example of [`Progress`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Phase {
    /// Looking for a good plan.
    Heuristic,
    /// Bounding what any plan can reach.
    Bound,
    /// The solver is at work.
    Solver,
}

/// A snapshot of a running solve.
///
/// # Example
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use siting::{MaxCover, Phase, Progress, ProgressSink, SolveOptions, TravelMatrix};
///
/// let seen = Arc::new(Mutex::new(Vec::new()));
/// let sink: ProgressSink = {
///     let seen = seen.clone();
///     Arc::new(move |progress: &Progress| seen.lock().unwrap().push(*progress))
/// };
/// let model = MaxCover::new(TravelMatrix::from_pairs(1, 1, &[(0, 0, 1.0)])?, [30.0]).p(1);
/// model.solve(&SolveOptions { progress: Some(sink), ..SolveOptions::default() })?;
/// let seen = seen.lock().unwrap();
/// assert_eq!((seen[0].phase, seen[seen.len() - 1].incumbent), (Phase::Heuristic, Some(30.0)));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// The stage.
    pub phase: Phase,
    /// Seconds since the solve began.
    pub seconds: f64,
    /// Objective of the best plan so far.
    pub incumbent: Option<f64>,
    /// Best proven bound on the objective so far.
    pub bound: Option<f64>,
    /// Relative gap between the two; `None` without both, or when the incumbent is 0.
    pub gap: Option<f64>,
    /// Branch-and-bound nodes so far.
    pub nodes: u64,
}
