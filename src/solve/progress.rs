//! What a running solve tells.

use serde::{Deserialize, Serialize};

/// The stage of a solve.
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
