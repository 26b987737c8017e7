//! Sites with limits: maximal covering, set covering, p-median and fixed charge with capacities or minimum use.
//!
//! All four become one [`problem::Serve`]. [`transport`] serves an open set best when demand may split, [`single`] well
//! when it must not; [`search`] looks for good open sets with both; the formulation in `mip/serve.rs` proves.

mod columns;
mod explain;
mod greedy;
mod lagrangian;
mod plan;
mod prices;
pub(crate) mod problem;
mod search;
mod single;
mod transport;

use self::problem::Serve;
pub(crate) use self::problem::ServeModel;
use super::{Ended, Outcome, mip};
use crate::error::Error;
use crate::model::{Model, Plan};
use crate::solve::{Control, Method, PRECISION, Phase, Reason};

/// Whether limits on the sites decide who is served: then this module solves the model.
pub(crate) fn is_limited<M: Model>(model: &M) -> bool {
    model.capacity().is_some_and(|capacity| !capacity.is_unlimited())
}

/// See [`super::Engine::obstacles`].
pub(crate) fn obstacles<M: ServeModel>(model: &M) -> Vec<Reason> {
    explain::obstacles(model)
}

/// See [`super::Engine::heuristic`].
pub(crate) fn heuristic<M: ServeModel>(model: &M, warm: Option<&[u32]>, control: &Control) -> Option<Plan> {
    let serve = Serve::of(model).ok()?;
    let warm = warm.map(|sites| serve.flags(sites));
    let found = search::search(&serve, warm.as_deref(), control)?;
    Some(plan::plan(model, &serve, &found.open, &found.served.shares))
}

/// See [`super::Engine::exact`].
pub(crate) fn exact<M: ServeModel>(model: &M, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
    let whole = Serve::of(model)?;
    let mut best = start.cloned();
    let mut rest = None;
    let mut proven = None;
    if control.options.method == Method::Auto {
        let known = start.map(|plan| (whole.flags(&plan.sites), whole.objective(plan.objective)));
        let relaxation =
            lagrangian::climb(&whole, known.as_ref().map(|(open, cost)| (open.as_slice(), *cost)), control);
        if let Some(found) = search::from(&whole, &relaxation.open, control) {
            let plan = plan::plan(model, &whole, &found.open, &found.served.shares);
            if best.as_ref().is_none_or(|best| whole.sense.better(plan.objective, best.objective)) {
                control.incumbent(Phase::Heuristic, plan.objective);
                best = Some(plan);
            }
        }
        // The sums behind the bound are exact to rounding only.
        let slack = PRECISION * relaxation.bound.abs().max(whole.largest_cost());
        let bound = mip::rounded(whole.objective(relaxation.bound - slack), whole.step(), whole.sense);
        proven = Some(bound);
        if let Some(plan) = &best {
            let cost = whole.objective(plan.objective);
            if whole.objective(bound) >= cost - (0.999 * whole.step()).max(PRECISION * cost.abs()) {
                return Ok(Outcome { bound: Some(plan.objective), plan: best, ended: Ended::Complete, nodes: 0 });
            }
            let at_least = cost - 0.999 * whole.step() + slack;
            let turned = |open: bool| -> Vec<bool> {
                (0..whole.n_sites())
                    .map(|j| relaxation.open[j] == open && relaxation.turned[j] > at_least && !whole.must_open[j])
                    .collect()
            };
            rest = Some(whole.restricted(&turned(false), &turned(true)));
        }
    }
    let serve = rest.as_ref().unwrap_or(&whole);
    // The known plan may use sites that no better one does; then it is no start.
    let known = best.as_ref().and_then(|plan| plan::answer(serve, plan));
    let formulation = mip::serve::formulation(serve, mip::serve::Goal::Objective, known.as_ref());
    let found = mip::solve(formulation, control)?;
    let plan = match &found.values {
        Some(values) => Some(plan::exact(model, serve, &mip::serve::answer(serve, values))?),
        None => None,
    };
    let plan = super::better_plan::<M>(plan, best);
    let mut bound = found.bound;
    if let Some(plan) = &plan {
        // What was left out is no better than the best known plan. A bound that differs by noise alone is met.
        let noise = PRECISION * whole.largest_cost();
        let reached =
            |bound: f64| !whole.sense.better(bound, plan.objective) || (plan.objective - bound).abs() <= noise;
        bound = bound.map(|bound| if reached(bound) { plan.objective } else { bound });
        if bound.is_none() && found.ended == Ended::Complete {
            bound = Some(plan.objective);
        }
    }
    let tighter = |a: f64, b: f64| if whole.sense.better(a, b) { b } else { a };
    let bound = match (bound, proven) {
        (Some(a), Some(b)) => Some(tighter(a, b)),
        (a, b) => a.or(b),
    };
    Ok(Outcome { plan, bound, ended: found.ended, nodes: found.nodes })
}

/// See [`super::Engine::explain`].
pub(crate) fn explain<M: ServeModel>(model: &M, control: &Control) -> Vec<Reason> {
    explain::explain(model, control)
}
