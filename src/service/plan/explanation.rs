//! What a space is to a plan, and what a plan becomes under other conditions.

use serde::{Deserialize, Serialize};

use super::{Change, Fitout, ServicePlan};
use crate::solve::Limit;

/// What a space that a plan uses is to it: whom it serves, what is lost if it falls through, what would replace it
/// best; made by [`Programme::explain`](crate::Programme::explain), which has an example.
///
/// "Without it" means: the space is closed, a facility that was to move in stays where it is, and every other decision
/// stands; people go where the objective of the plan is then best, and of all such ways where most of them are served.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// Position of the space.
    pub space: u32,
    /// The services that it hosts, by position.
    pub services: Vec<HostedService>,
    /// The objective of the plan.
    pub objective: f64,
    /// The objective without it.
    pub objective_without: f64,
    /// How much worse the objective is without it; below 0 where it is better.
    pub lost: f64,
    /// Capital that is not spent without it.
    pub capital_freed: f64,
    /// Yearly subsidy that is not paid without it; below 0 where the space earns money.
    pub yearly_freed: f64,
    /// The rules that would be broken without it. Where not all of them can be kept, they are broken by as little as
    /// possible, and the objective is that of breaking them no farther.
    pub broken: Vec<BrokenRule>,
    /// The best fit-out of one other space; `None` when no single unused space keeps every rule, or none was found before
    /// the limit.
    pub replacement: Option<Replacement>,
    /// What stopped the search for a replacement, if anything did: then there may be a better one.
    pub limit: Option<Limit>,
}

/// A service in a space and what it means to people.
///
/// A part of [`Explanation`]; [`Programme::explain`](crate::Programme::explain) has an example.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HostedService {
    /// Position of the service.
    pub service: u32,
    /// People in need served there: Σ d u.
    pub served: f64,
    /// Of all that the plan serves, people in need of this service who would not be served without the space, since no
    /// other host of the plan has a place for them within their reach.
    pub nobody_else: f64,
}

/// A rule that would be broken.
///
/// A part of [`Explanation`]; [`Programme::explain`](crate::Programme::explain) has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BrokenRule {
    /// Its field in [`PlanRules`](super::PlanRules): `quotas`, `least_met`, `required` ...
    pub rule: String,
    /// What would be and what is asked, in words.
    pub message: String,
}

/// A space that takes the place of another.
///
/// A part of [`Explanation`]; [`Programme::explain`](crate::Programme::explain) has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replacement {
    /// Position of the space.
    pub space: u32,
    /// What goes into it.
    pub fitouts: Vec<Fitout>,
    /// The objective then.
    pub objective: f64,
    /// How much worse that is than the plan in hand; below 0 where it is better.
    pub lost: f64,
    /// The whole plan then, checked. Its rules forbid the space that fell through and do not require it; it has no bound,
    /// since only one space was chosen.
    pub plan: ServicePlan,
}

/// A figure before and after.
///
/// A part of [`WhatIf`]; [`Programme::what_if`](crate::Programme::what_if) has an example.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BeforeAfter {
    /// In the plan in hand.
    pub before: f64,
    /// In the new plan.
    pub after: f64,
}

/// A service in a space that both plans use, where they differ.
///
/// A part of [`WhatIf`]; [`Programme::what_if`](crate::Programme::what_if) has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FitoutChange {
    /// Position of the space.
    pub space: u32,
    /// Position of the service.
    pub service: u32,
    /// In the plan in hand; `None` where the service is new there.
    pub before: Option<Fitout>,
    /// In the new plan; `None` where the service is gone.
    pub after: Option<Fitout>,
}

/// What else becomes of a facility of today.
///
/// A part of [`WhatIf`]; [`Programme::what_if`](crate::Programme::what_if) has an example.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FacilityChange {
    /// Position of the facility.
    pub facility: u32,
    /// In the plan in hand.
    pub before: Change,
    /// In the new plan.
    pub after: Change,
}

/// Need of one service that is met.
///
/// A part of [`WhatIf`]; [`Programme::what_if`](crate::Programme::what_if) has an example.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MetChange {
    /// Position of the service.
    pub service: u32,
    /// People in need: Σ d.
    pub need: f64,
    /// Of them, people served: Σ d u.
    pub met: BeforeAfter,
}

/// The plan under other conditions, and what changed; made by [`Programme::what_if`](crate::Programme::what_if), which
/// has an example.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WhatIf {
    /// The new plan.
    pub plan: ServicePlan,
    /// Positions of the spaces that it uses and the plan in hand did not, ascending.
    pub added: Vec<u32>,
    /// Positions of the spaces that it uses no longer, ascending.
    pub dropped: Vec<u32>,
    /// Services that are fitted out otherwise in spaces that both plans use, ordered by space and service.
    pub changed: Vec<FitoutChange>,
    /// Facilities of today of which something else becomes.
    pub facilities: Vec<FacilityChange>,
    /// The objective.
    pub objective: BeforeAfter,
    /// Capital.
    pub capital: BeforeAfter,
    /// Yearly subsidy.
    pub yearly: BeforeAfter,
    /// Need that is met, service by service.
    pub met: Vec<MetChange>,
}

impl WhatIf {
    /// The share of all need that is met, services together; `None` where nobody needs anything.
    ///
    /// [`Programme::what_if`](crate::Programme::what_if) has an example.
    #[must_use]
    pub fn share_met(&self) -> Option<BeforeAfter> {
        let need: f64 = self.met.iter().map(|row| row.need).sum();
        let sum = |of: fn(&MetChange) -> f64| self.met.iter().map(of).sum::<f64>() / need;
        (need > 0.0).then(|| BeforeAfter { before: sum(|row| row.met.before), after: sum(|row| row.met.after) })
    }
}
