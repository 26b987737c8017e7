//! How models are solved: reductions, heuristics, and the formulation on a solver.
//!
//! [`run`] is the way of every solve: check the data, look for a good plan, prove it or improve it, explain where there
//! is none, and let nothing out that the check against the data does not confirm.

mod bits;
mod branching;
mod center;
mod cover;
mod dispersion;
mod heuristic;
#[cfg(feature = "kernels")]
pub mod kernels;
mod median;
mod mip;
mod obstacles;
mod queue;
mod random;
mod reduce;
mod serve;
mod tree;

mod fixed_charge;
mod max_cover;
mod p_center;
mod p_dispersion;
mod p_median;
mod point_median;
mod programme;
mod set_cover;

use crate::error::Error;
use crate::model::{Model, Plan, Rescaled, Units, times_power};
use crate::solve::{Checked, Control, Infeasible, Limit, Method, Phase, Proof, Solution, SolveOptions};

/// What an engine reports back.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// The best plan found.
    pub plan: Option<Plan>,
    /// No plan is better than this.
    pub bound: Option<f64>,
    /// How the search ended.
    pub ended: Ended,
    /// Branch-and-bound nodes.
    pub nodes: u64,
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It ran to its end: the plan is the best, or there is none.
    Complete,
    /// A limit stopped it.
    Limit(Limit),
}

impl Ended {
    /// The limit that stopped it.
    pub fn limit(self) -> Option<Limit> {
        match self {
            Self::Limit(limit) => Some(limit),
            Self::Complete => None,
        }
    }
}

/// How one model is solved.
pub(crate) trait Engine: Checked + Rescaled {
    /// Reasons, found without search, why no plan exists; empty when none is known.
    fn obstacles(&self) -> Vec<crate::solve::Reason>;

    /// A good plan fast, obeying every rule, starting from `warm` (open sites) where that helps.
    fn heuristic(&self, warm: Option<&[u32]>, control: &Control) -> Option<Plan>;

    /// The best plan with a proof, starting from a plan that obeys every rule.
    ///
    /// A complete outcome without a plan says that none exists.
    fn exact(&self, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error>;

    /// Why a complete search found no plan, and what would make one possible. May search itself, within the limits.
    fn explain(&self, control: &Control) -> Vec<crate::solve::Reason>;

    /// What no plan of any data is better than; `None` where there is no such value.
    fn ideal(&self) -> Option<f64> {
        None
    }

    /// The error for a plan whose objective is infinite, and the way out of it.
    fn infinite_objective(&self) -> Error {
        Error::Unverified("its objective is infinite".into())
    }
}

/// Solves a model.
pub(crate) fn run<M: Engine>(model: &M, options: &SolveOptions) -> Result<Solution, Error> {
    let control = Control::new(options, M::SENSE);
    options.validate()?;
    model.validate()?;
    let warm = warm_sites(model, options)?;
    let (plan, outcome) = search(model, warm.as_deref(), &control)?;
    let proof = Proof {
        bound: outcome.bound,
        limit: outcome.ended.limit(),
        nodes: outcome.nodes,
        backend: (options.method != Method::Heuristic).then_some(options.backend),
    };
    Solution::verified(model, plan, proof, options, control.seconds())
}

/// Looks for a good plan, then proves or improves it; where there is none the error says why.
fn search<M: Engine>(model: &M, warm: Option<&[u32]>, control: &Control) -> Result<(Plan, Outcome), Error> {
    let rough = model.units(None);
    let start = within(model, &rough, control, |model| begin(model, warm, control))?;
    let start = start.map(|plan| restored(plan, &rough));
    let outcome = if control.options.method == Method::Heuristic {
        log::info!("{}: the heuristic alone: the method asks for no proof", M::NAME);
        let ended = control.stop().map_or(Ended::Complete, Ended::Limit);
        if start.is_none() && ended == Ended::Complete {
            return Err(Error::NothingFound);
        }
        Outcome { plan: start, bound: None, ended, nodes: 0 }
    } else if let Some(limit) = control.stop() {
        control.use_power(0);
        Outcome { plan: start, bound: control.best_bound(), ended: Ended::Limit(limit), nodes: 0 }
    } else {
        let mut outcome = prove(model, start.as_ref(), control)?;
        let over = outcome.plan.as_ref().is_some_and(|plan| is_over_budget(model, plan));
        if over && start.is_none() && outcome.ended == Ended::Complete {
            return Err(Error::Unverified("the solver's plan exceeds the budget by more than rounding".into()));
        }
        // A solver that took its tolerance for money has found a bound, but no plan.
        outcome.plan = better_plan::<M>(outcome.plan.filter(|_| !over), start);
        outcome
    };
    match outcome {
        Outcome { plan: Some(ref plan), .. } => Ok((plan.clone(), outcome)),
        Outcome { plan: None, ended: Ended::Complete, .. } => {
            within(model, &rough, control, |model| Err(infeasible::<M>(model.explain(control))))
        }
        Outcome { plan: None, ended: Ended::Limit(limit), .. } => {
            Err(Error::NoSolution { limit, seconds: control.seconds() })
        }
    }
}

/// What can be told without a proof: a good plan, or why there is none.
fn begin<M: Engine>(model: &M, warm: Option<&[u32]>, control: &Control) -> Result<Option<Plan>, Error> {
    let obstacles = model.obstacles();
    if !obstacles.is_empty() {
        return Err(infeasible::<M>(obstacles));
    }
    let start = model.heuristic(warm, control);
    if let Some(plan) = &start {
        if !plan.objective.is_finite() {
            return Err(model.infinite_objective());
        }
        control.incumbent(Phase::Heuristic, plan.objective);
    }
    Ok(start)
}

/// The best plan with a proof, in units that suit what is left to find.
fn prove<M: Engine>(model: &M, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
    let best = start.map(|plan| plan.objective);
    let focused = model.focused(best);
    if let (Some(focused), None) = (&focused, start)
        && !focused.obstacles().is_empty()
    {
        return Ok(Outcome { plan: None, bound: None, ended: Ended::Complete, nodes: 0 });
    }
    let model = focused.as_ref().unwrap_or(model);
    let units = model.units(best);
    match prove_in(model, &units, start, control) {
        // A solver that breaks down in these units may do in the model's own.
        Err(Error::Solver { .. }) if units != Units::default() => prove_in(model, &Units::default(), start, control),
        outcome => outcome,
    }
}

fn prove_in<M: Engine>(model: &M, units: &Units, start: Option<&Plan>, control: &Control) -> Result<Outcome, Error> {
    let start = start.map(|plan| Plan { objective: times_power(plan.objective, units.objective), ..plan.clone() });
    let outcome = within(model, units, control, |model| model.exact(start.as_ref(), control).map_err(withheld))?;
    Ok(Outcome {
        bound: outcome.bound.map(|bound| times_power(bound, -units.objective)).map(|bound| match model.ideal() {
            Some(ideal) if M::SENSE.better(bound, ideal) => ideal,
            _ => bound,
        }),
        plan: outcome.plan.map(|plan| restored(plan, units)),
        ..outcome
    })
}

/// Does some work on the model in other units; reasons come back in its own.
fn within<M: Engine, R>(
    model: &M,
    units: &Units,
    control: &Control,
    work: impl FnOnce(&M) -> Result<R, Error>,
) -> Result<R, Error> {
    control.use_power(units.objective);
    if *units == Units::default() {
        return work(model);
    }
    work(&model.in_units(units)).map_err(|error| match error {
        Error::Infeasible(Infeasible { model, reasons, together }) => {
            let reasons = reasons.into_iter().map(|reason| reason.restored(units)).collect();
            Error::Infeasible(Infeasible { model, reasons, together })
        }
        other => other,
    })
}

/// A plan found in other units, in the units of the model.
fn restored(plan: Plan, units: &Units) -> Plan {
    Plan { objective: times_power(plan.objective, -units.objective), ..plan }
}

/// What an engine calls wrong input after the input was checked is a plan of its own that the model refuses.
fn withheld(error: Error) -> Error {
    if error.is_input() { Error::Unverified(error.to_string()) } else { error }
}

fn is_over_budget<M: Model>(model: &M, plan: &Plan) -> bool {
    let by_site = model.rules().by_site(model.travel().n_sites());
    model
        .rules()
        .budget
        .zip(by_site.ok())
        .is_some_and(|(budget, by_site)| by_site.exceeds(by_site.money(&plan.sites), budget))
}

/// The better of two plans; the first when they are equal.
fn better_plan<M: Model>(a: Option<Plan>, b: Option<Plan>) -> Option<Plan> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if M::SENSE.better(b.objective, a.objective) { b } else { a }),
        (a, b) => a.or(b),
    }
}

fn infeasible<M: Model>(reasons: Vec<crate::solve::Reason>) -> Error {
    Error::Infeasible(Infeasible { model: M::NAME.into(), reasons, together: false })
}

/// The sites of a warm start that may be open, after a check of their indices.
fn warm_sites<M: Model>(model: &M, options: &SolveOptions) -> Result<Option<Vec<u32>>, Error> {
    let Some(warm) = &options.warm_start else { return Ok(None) };
    let len = model.travel().n_sites();
    for (position, &site) in warm.iter().enumerate() {
        let index = site as usize;
        if index >= len {
            return Err(Error::IndexOutOfBounds { argument: "warm_start", position, index, len, counted: "sites" });
        }
    }
    let rules = model.rules().by_site(len)?;
    let mut sites: Vec<u32> = warm.iter().copied().filter(|&j| rules.state[j as usize].may_open()).collect();
    sites.sort_unstable();
    sites.dedup();
    Ok(Some(sites))
}

/// What is left after the solver failed within a search of our own, which has a plan and a bound by then: the formulation
/// as a whole, and if that fails too, the plan and the bound.
fn after_failure<M: Model>(
    error: &Error,
    (best, bound): (&Plan, Option<f64>),
    whole: impl FnOnce() -> Result<Outcome, Error>,
) -> Result<Outcome, Error> {
    let model = M::NAME;
    log::warn!("{model}: a linear programme of the search failed, so the solver gets the formulation: {error}");
    match whole() {
        Ok(outcome) => {
            let bounds = outcome.bound.into_iter().chain(bound);
            let bound = bounds.reduce(|a, b| if M::SENSE.better(a, b) { b } else { a });
            Ok(Outcome { plan: better_plan::<M>(outcome.plan, Some(best.clone())), bound, ..outcome })
        }
        Err(error @ Error::Solver { .. }) => {
            log::warn!("{model}: so did the formulation, and the plan stays unproven: {error}");
            Ok(Outcome { plan: Some(best.clone()), bound, ended: Ended::Complete, nodes: 0 })
        }
        Err(error) => Err(error),
    }
}

/// How many threads to start where so many were asked for: more than cores bring nothing.
fn useful_threads(asked: Option<usize>) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked.map_or(cores, |threads| threads.clamp(1, cores))
}

/// Runs something on so many threads, but no more than there are cores; on all where they cannot be had.
fn on_threads<T: Send>(threads: Option<usize>, run: impl FnOnce() -> T + Send) -> T {
    let build = |threads| rayon::ThreadPoolBuilder::new().num_threads(useful_threads(Some(threads))).build().ok();
    let pool = threads.and_then(build);
    match pool {
        Some(pool) => pool.install(run),
        None => run(),
    }
}

/// Gives a model its `solve`.
macro_rules! solvable {
    ($model:ty) => {
        impl $model {
            /// Solves the model.
            ///
            /// # Errors
            ///
            /// An [`Error`](crate::Error) with [`Error::is_input`](crate::Error::is_input) for wrong data;
            /// [`Error::Infeasible`](crate::Error::Infeasible) with reasons when no plan obeys every rule;
            /// [`Error::NoSolution`](crate::Error::NoSolution) when a limit came before any plan;
            /// [`Error::NothingFound`](crate::Error::NothingFound) when the heuristic alone was asked and found none.
            pub fn solve(&self, options: &crate::SolveOptions) -> Result<crate::Solution, crate::Error> {
                crate::engine::run(self, options)
            }
        }
    };
}
pub(crate) use solvable;

#[cfg(test)]
mod tests {
    use super::{on_threads, useful_threads};

    #[test]
    fn no_more_threads_start_than_there_are_cores() {
        let cores = useful_threads(None);
        assert_eq!((useful_threads(Some(1)), useful_threads(Some(usize::MAX))), (1, cores));
        assert_eq!(on_threads(Some(30_000), rayon::current_num_threads), cores);
    }
}
