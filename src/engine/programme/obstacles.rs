//! What cannot hold before any search.

use super::instance::Instance;
use crate::service::{PlanRules, Programme};
use crate::solve::Reason;

/// Reasons, found without search, why no plan obeys every rule; empty when none is known.
pub(crate) fn find(programme: &Programme, rules: &PlanRules, instance: &Instance) -> Vec<Reason> {
    let mut reasons = Vec::new();
    for &space in &rules.required {
        if !instance.rooms.iter().any(|room| room.space == space) {
            let rules = format!("space {space} is required, but no service suits it");
            reasons.push(Reason::Rules { rules });
        }
    }
    let _ = programme;
    reasons
}
