//! Sites with limits: maximal covering, set covering, p-median and fixed charge with capacities or minimum use.
//!
//! All four become one [`problem::Serve`]. [`transport`] serves an open set best when demand may split, [`single`] well
//! when it must not; [`search`] looks for good open sets with both; [`lagrangian`] bounds every plan and settles sites;
//! the formulation in `mip/serve.rs` proves on what remains. [`single_source`] is the search of its own where demand
//! must not split.

mod columns;
mod explain;
mod greedy;
mod lagrangian;
mod merge;
mod plan;
mod prices;
pub(crate) mod problem;
mod search;
mod single;
mod single_source;
mod transport;
mod tree;

use self::problem::Serve;
pub(crate) use self::problem::ServeModel;
use super::{Ended, Outcome, mip};
use crate::error::Error;
use crate::model::{Model, Plan};
use crate::solve::{Control, Limit, Method, PRECISION, Phase, Reason};

/// What sums of costs lose to rounding, as a part of the largest.
const ROUNDING: f64 = 1e-13;

/// Whether limits on the sites decide who is served: then this module solves the model.
pub(crate) fn is_limited<M: Model>(model: &M) -> bool {
    model.capacity().is_some_and(|capacity| !capacity.is_unlimited())
}

/// See [`super::Engine::obstacles`].
pub(crate) fn obstacles<M: ServeModel>(model: &M) -> Vec<Reason> {
    explain::obstacles(model)
}

/// See [`super::Engine::explain`].
pub(crate) fn explain<M: ServeModel>(model: &M, control: &Control) -> Vec<Reason> {
    explain::explain(model, control)
}

/// See [`super::Engine::heuristic`].
pub(crate) fn heuristic<M: ServeModel>(model: &M, warm: Option<&[u32]>, control: &Control) -> Option<Plan> {
    let case = Case::of(model).ok()?;
    let warm = warm.map(|sites| case.core().flags(sites));
    let found = search::search(case.core(), warm.as_deref(), control)?;
    Some(case.plan(model, &found))
}

/// See [`super::Engine::exact`].
pub(crate) fn exact<M: ServeModel>(model: &M, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
    let case = Case::of(model)?;
    let core = case.core();
    log::info!(
        "{}: {} demand points and {} sites with limits, {} pairs in reach",
        M::NAME,
        core.n_demand(),
        core.n_sites(),
        core.pairs.len()
    );
    let mut best = start.cloned();
    let mut bound = None;
    let mut rest = None;
    if control.options.method == Method::Auto
        && single_source::suits(core, control)
        && let Some(known) = start.and_then(|plan| plan::found(core, plan))
        && let Some(proven) = single_source::search(core, known, control)
    {
        let found = proven.best.map(|found| plan::plan(model, core, &found.open, &found.shares()));
        let best = super::better_plan::<M>(found, best);
        let ended = proven.limit.map_or(Ended::Complete, Ended::Limit);
        let reached = best.as_ref().filter(|_| ended == Ended::Complete).map(|plan| plan.objective);
        let bound = reached.or(Some(mip::rounded(core.objective(proven.bound), core.step(), core.sense)));
        return Ok(Outcome { plan: best, bound, ended, nodes: proven.nodes });
    }
    if control.options.method == Method::Auto {
        log::info!("{}: Lagrangian bound of what limited sites can serve, sites settled by it", M::NAME);
        let known = start.map(|plan| (core.flags(&plan.sites), core.objective(plan.objective)));
        let relaxation = lagrangian::climb(core, known.as_ref().map(|(open, cost)| (open.as_slice(), *cost)), control);
        if let Some(found) = search::from(core, &relaxation.open, control) {
            let plan = case.plan(model, &found);
            control.incumbent(Phase::Heuristic, plan.objective);
            best = super::better_plan::<M>(best, Some(plan));
        }
        // The sums behind the bound are exact to rounding only.
        let slack = 1e-2 * PRECISION * relaxation.bound.abs().max(core.largest_cost());
        let proven = mip::rounded(core.objective(relaxation.bound - slack), core.step(), core.sense);
        bound = Some(proven);
        if let Some(plan) = &best {
            let cost = core.objective(plan.objective);
            let settled = core.objective(proven)
                >= cost - (0.999 * core.step()).max(PRECISION * cost.abs() + ROUNDING * core.largest_cost());
            let limit = control.stop().or((control.options.gap > 0.0 && control.gap_reached()).then_some(Limit::Gap));
            if settled || limit.is_some() {
                let bound = if settled { plan.objective } else { proven };
                let ended = limit.filter(|_| !settled).map_or(Ended::Complete, Ended::Limit);
                return Ok(Outcome { plan: best, bound: Some(bound), ended, nodes: 0 });
            }
            if tree::suits(core) {
                let proven = tree::search(core, &relaxation, cost, control);
                let plan = proven.best.map(|found| case.plan(model, &found));
                let best = super::better_plan::<M>(plan, best);
                let ended = proven.limit.map_or(Ended::Complete, Ended::Limit);
                let reached = best.as_ref().filter(|_| ended == Ended::Complete).map(|plan| plan.objective);
                let bound = reached.or(Some(core.objective(proven.bound)));
                return Ok(Outcome { plan: best, bound, ended, nodes: proven.nodes });
            }
            let (closed, opened) = relaxation.settled(core, cost - 0.999 * core.step() + slack);
            rest = Some(core.restricted(&closed, &opened));
        }
    }
    let serve = rest.as_ref().unwrap_or(core);
    // The known plan may use sites that no better one does; then it is no start.
    let known = best.as_ref().and_then(|plan| plan::answer(serve, plan, case.cell_of()));
    let asked = control.options.method == Method::Mip;
    mip::tell_whole(M::NAME, if asked { "the method asks for it" } else { tree::why_not(serve) }, control);
    let found = mip::solve(mip::serve::formulation(serve, mip::serve::Goal::Objective, known.as_ref()), control)?;
    if let Some(values) = &found.values {
        let plan = plan::exact(model, &case, serve, &mip::serve::answer(serve, values));
        best = super::better_plan::<M>(Some(plan), best);
    }
    let tighter = |a: f64, b: f64| if core.sense.better(a, b) { b } else { a };
    let mut from_solver = found.bound;
    if let Some(plan) = &best {
        // What was left out is no better than the best known plan, and the bound of a search that ran to its end differs
        // from it by the noise of arithmetic alone.
        let noise = 10.0 * PRECISION * plan.objective.abs() + ROUNDING * core.largest_cost();
        let close = |bound: f64| found.ended == Ended::Complete && (plan.objective - bound).abs() <= noise;
        let met = |bound: f64| !core.sense.better(bound, plan.objective) || close(bound);
        let nothing_better = found.ended == Ended::Complete && found.bound.is_none();
        let at_best = found.bound.is_some_and(met) || nothing_better;
        from_solver = if at_best { Some(plan.objective) } else { found.bound };
    }
    let bound = match (from_solver, bound) {
        (Some(a), Some(b)) => Some(tighter(a, b)),
        (a, b) => a.or(b),
    };
    Ok(Outcome { plan: best, bound, ended: found.ended, nodes: found.nodes })
}

/// A problem as given and, where demand points can be merged, over cells.
pub(crate) struct Case {
    whole: Serve,
    cells: Option<(Serve, Vec<u32>)>,
}

impl Case {
    fn of<M: ServeModel>(model: &M) -> Result<Self, Error> {
        let whole = Serve::of(model)?;
        let cells = merge::merged(&whole);
        Ok(Self { whole, cells })
    }

    /// The problem to solve.
    fn core(&self) -> &Serve {
        self.cells.as_ref().map_or(&self.whole, |cells| &cells.0)
    }

    fn cell_of(&self) -> Option<&[u32]> {
        self.cells.as_ref().map(|cells| cells.1.as_slice())
    }

    /// The plan behind an open set that was found for the core.
    fn plan<M: ServeModel>(&self, model: &M, found: &search::State) -> Plan {
        match self.cell_of() {
            None => plan::plan(model, &self.whole, &found.open, &found.served.shares),
            Some(cell_of) => {
                let served = merge::spread(cell_of, &found.served.shares);
                let spread = plan::plan(model, &self.whole, &found.open, &served);
                plan::anew(model, &self.whole, &found.open, spread)
            }
        }
    }
}
