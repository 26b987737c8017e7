//! What every solve takes and gives: options, progress, limits, and the solution with its check.

mod check;
mod control;
mod infeasible;
mod options;
mod points;
mod progress;
mod recompute;
mod solution;

pub use check::{Checked, check};
pub use infeasible::{Infeasible, Reason};
pub use options::{Backend, CancelToken, Method, ProgressSink, SolveOptions};
pub use progress::{Phase, Progress};
pub use solution::{Limit, Solution, Status};

pub(crate) use check::Verdict;
pub(crate) use control::Control;
pub(crate) use infeasible::grouped;
pub(crate) use solution::{PRECISION, Proof, relative_gap};
