//! How the fixed-charge problem is solved.

mod ascent;
mod part;
mod tree;

use super::{Engine, Outcome, median, serve, solvable};
use crate::error::Error;
use crate::model::{FixedCharge, Plan};
use crate::solve::{Control, Reason};

pub(super) use tree::search;

solvable!(FixedCharge);

impl Engine for FixedCharge {
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
        median::heuristic(self, true, warm, control)
    }

    fn exact(&self, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
        if serve::is_limited(self) {
            return serve::exact(self, start, control);
        }
        median::exact(self, true, start, control)
    }

    fn explain(&self, control: &Control) -> Vec<Reason> {
        if serve::is_limited(self) {
            return serve::explain(self, control);
        }
        median::explain(self, control)
    }
}
