//! Reasons, found without search, why no plan can exist: shared by all models.

use crate::model::{Model, Reach, Rules, SiteRules, SiteState, weights_of};
use crate::solve::Reason;
use crate::travel::TravelMatrix;

/// How many names a message lists.
const NAMED: usize = 5;

/// Contradictions between the rules on sites alone: p, budget, required and forbidden sites.
pub(crate) fn site_obstacles(rules: &Rules, by_site: &SiteRules) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let required = rules.required.len();
    let opening: f64 = rules.required.iter().filter_map(|&j| by_site.cost.get(j as usize)).sum();
    let closing = least_money(by_site);
    let spent = closing + opening;
    if let Some(budget) = rules.budget
        && by_site.exceeds(spent, budget)
    {
        reasons.push(Reason::RequiredExceedBudget { cost: opening, budget: budget - closing });
    }
    let Some(p) = rules.p else { return reasons };
    let free: Vec<f64> =
        (0..by_site.state.len()).filter(|&j| by_site.state[j] == SiteState::Free).map(|j| by_site.cost[j]).collect();
    if required > p {
        reasons.push(Reason::RequiredExceedP { required, p });
    } else if free.len() + required < p {
        reasons.push(Reason::SitesTooMany { p, available: free.len() + required });
    } else if let Some(budget) = rules.budget
        && reasons.is_empty()
    {
        let mut cheapest = free;
        cheapest.sort_by(f64::total_cmp);
        let smallest = spent + cheapest.iter().take(p - required).sum::<f64>();
        if by_site.exceeds(smallest, budget) {
            reasons.push(Reason::BudgetTooSmall { budget, smallest: Some(smallest) });
        }
    }
    reasons
}

/// [`site_obstacles`] for models that must serve everyone: the cheapest p sites need not reach all, so the smallest budget
/// that works is left to the search.
pub(crate) fn serving_obstacles(rules: &Rules, by_site: &SiteRules) -> Vec<Reason> {
    let mut reasons = site_obstacles(rules, by_site);
    reasons.retain(|reason| !matches!(reason, Reason::BudgetTooSmall { .. }));
    reasons
}

/// The least that existing sites can cost: each closable one is kept or closed, whichever is cheaper.
fn least_money(by_site: &SiteRules) -> f64 {
    let closable = by_site.state.iter().zip(&by_site.cost).filter(|(state, _)| **state == SiteState::Closable);
    by_site.constant + closable.map(|(_, cost)| cost.min(0.0)).sum::<f64>()
}

/// Names the demand points that fewer than `needed` of the sites that may open can reach; `None` when there is none.
pub(crate) fn unreachable<M: Model>(model: &M, by_site: &SiteRules, needed: usize) -> Option<Reason> {
    let travel = model.travel();
    let may_open = |j: u32| by_site.state[j as usize].may_open();
    let short: Vec<u32> = (0_u32..)
        .zip(0..travel.n_demand())
        .filter(|&(_, i)| {
            model.reach().sites(travel, i).filter(|entry| may_open(entry.0)).take(needed).count() < needed
        })
        .map(|(i, _)| i)
        .collect();
    if short.is_empty() {
        return None;
    }
    if !model.has_costs() {
        let weights = weights_of(model);
        let weight = short.iter().map(|&i| weights[i as usize]).sum();
        return Some(Reason::CellsUnreachable { cells: short.len(), weight, total: weights.iter().sum(), needed });
    }
    let radius = smallest_radius(travel, &short, needed, may_open);
    Some(Reason::Unreachable { count: short.len(), first: travel.demand_ids().sample(&short, NAMED), needed, radius })
}

/// The radius at which each of some demand points has `needed` sites in reach; `None` when the matrix does not hold it.
fn smallest_radius(
    travel: &TravelMatrix,
    demand: &[u32],
    needed: usize,
    may_open: impl Fn(u32) -> bool,
) -> Option<f64> {
    let mut radius = 0.0_f64;
    let no_site_is_forbidden = (0_u32..).zip(0..travel.n_sites()).all(|(j, _)| may_open(j));
    for &i in demand {
        let mut costs: Vec<f64> =
            Reach::All.sites(travel, i as usize).filter(|entry| may_open(entry.0)).map(|entry| entry.1).collect();
        costs.sort_by(f64::total_cmp);
        let cost = match costs.get(needed - 1) {
            Some(cost) => *cost,
            // What the matrix remembers of beyond its cut-off is the nearest site, whether it may open or not.
            None if needed == 1 && no_site_is_forbidden => travel.nearest_beyond_cutoff(i)?,
            None => return None,
        };
        radius = radius.max(cost);
    }
    Some(radius)
}
