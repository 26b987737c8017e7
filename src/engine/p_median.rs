//! How the p-median is solved.

use super::{Engine, Outcome, median, serve, solvable};
use crate::error::Error;
use crate::model::{PMedian, Plan};
use crate::solve::{Control, Reason};

solvable!(PMedian);

impl Engine for PMedian {
    fn obstacles(&self) -> Vec<Reason> {
        if serve::is_limited(self) {
            return serve::obstacles(self);
        }
        median::obstacles(self)
    }

    fn heuristic(&self, warm: Option<&[u32]>, control: &Control) -> Option<Plan> {
        if serve::is_limited(self) {
            return serve::heuristic(self, warm, control);
        }
        median::heuristic(self, false, warm, control)
    }

    fn exact(&self, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
        if serve::is_limited(self) {
            return serve::exact(self, start, control);
        }
        median::exact(self, false, start, control)
    }

    fn explain(&self, control: &Control) -> Vec<Reason> {
        if serve::is_limited(self) {
            return serve::explain(self, control);
        }
        median::explain(self, control)
    }

    /// Nobody walks less than nothing.
    fn ideal(&self) -> Option<f64> {
        Some(0.0)
    }
}
