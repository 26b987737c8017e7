//! Why a search found no plan.

use super::instance::Instance;
use crate::service::{PlanRules, Programme};
use crate::solve::{Control, Reason};

/// Why no plan obeys every rule, and what would make one possible.
pub(crate) fn why(programme: &Programme, rules: &PlanRules, instance: &Instance, control: &Control) -> Vec<Reason> {
    let _ = (programme, rules, instance, control);
    Vec::new()
}
