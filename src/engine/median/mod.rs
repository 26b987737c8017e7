//! Uncapacitated service at the nearest open site: the p-median and the fixed-charge problem, exactly.
//!
//! A good plan by interchange, a bound by Lagrangian relaxation, and between the two almost every site settled and
//! almost every far entry cut; what remains is searched by branch and bound on the same bound.

mod ascent;
mod branch;
mod cover;
mod explain;
mod incumbent;
mod problem;
mod relaxation;

use crate::engine::heuristic::median::{Columns, State, improved, search};
use crate::engine::{Ended, Outcome, fixed_charge, mip, point_median};
use crate::error::Error;
use crate::model::{Model, Plan};
use crate::solve::{Control, Method, PRECISION, Phase};
use ascent::{Effort, climb};
pub(crate) use ascent::{Summit, most, positions};
pub(crate) use branch::Proven;
use cover::anyone_served;
pub(crate) use explain::{explain, obstacles};
pub(crate) use incumbent::Incumbent;
pub(crate) use problem::{Problem, Role};
use relaxation::{Multipliers, Relaxation};

/// Effort at the root.
const ROOT: Effort = Effort { evaluations: 3000, step: 1.0, patience: 40 };
/// Interchange starts from at most so many of the relaxation's choices at the root.
const PLANS: usize = 30;

/// A good plan that obeys every rule.
pub(crate) fn heuristic<M: Model>(model: &M, charged: bool, warm: Option<&[u32]>, control: &Control) -> Option<Plan> {
    let problem = Problem::of(model, charged).ok()?;
    let columns = Columns::of(&problem);
    let pairs = problem.site.len() as u64;
    // More shaking where no bound will follow.
    let work = match control.options.method {
        Method::Heuristic => (200 * pairs).clamp(200_000, 100_000_000),
        _ => (20 * pairs).clamp(50_000, 50_000_000),
    };
    let state = search(&problem, &columns, warm, work, control)?;
    model.evaluate(&state.open_sites()).ok()
}

/// The best plan with a proof.
pub(crate) fn exact<M: Model>(
    model: &M,
    charged: bool,
    start: Option<&Plan>,
    control: &Control,
) -> Result<Outcome, Error> {
    let problem = Problem::of(model, charged)?;
    match control.options.method {
        Method::Mip => mip::tell_whole(M::NAME, "the method asks for it", control),
        _ => log::info!("{}: Lagrangian bound, sites settled by it, then branch and bound on what is left", M::NAME),
    }
    let proof = prove(&problem, start.map(|plan| plan.sites.as_slice()), control)?;
    let plan = match &proof.sites {
        Some(sites) => Some(model.evaluate(sites)?),
        None => None,
    };
    // The bound of a search that ran to its end differs from the best plan by the noise of arithmetic alone.
    let rounding = 1e-13 * (problem.constant.abs() + problem.worst_service());
    let best = plan.as_ref().or(start).map(|plan| plan.objective);
    let noise = |best: f64| 10.0 * PRECISION * best.abs() + rounding;
    let met = |bound: f64| best.filter(|&best| proof.ended == Ended::Complete && (best - bound).abs() <= noise(best));
    let bound = proof.bound.map(|bound| met(bound).unwrap_or(bound));
    Ok(Outcome { plan, bound, ended: proof.ended, nodes: proof.nodes })
}

/// What is proven about a problem.
#[derive(Debug, Clone)]
pub(crate) struct Proof {
    /// Open sites of the best plan.
    pub sites: Option<Vec<u32>>,
    /// No plan is better than this.
    pub bound: Option<f64>,
    /// How the search ended.
    pub ended: Ended,
    /// Nodes of the search.
    pub nodes: u64,
}

/// Solves a problem, from the open sites of a plan where there is one.
pub(super) fn prove(problem: &Problem, start: Option<&[u32]>, control: &Control) -> Result<Proof, Error> {
    if !problem.is_possible() {
        return Ok(Proof { sites: None, bound: None, ended: Ended::Complete, nodes: 0 });
    }
    if control.options.method == Method::Mip {
        // What one demand point alone would pay beyond a known plan is no better plan.
        let known = control.best_incumbent();
        let rest = known.map(|best| best - problem.constant + PRECISION * (best.abs() + problem.constant.abs()));
        let cheaper = rest.and_then(|most| problem.compressed(&[], |_| most));
        return formulated(cheaper.as_ref().unwrap_or(problem), start, control);
    }
    let columns = Columns::of(problem);
    let found = match start {
        Some(sites) => sites.to_vec(),
        None => {
            let reach = anyone_served(problem, control)?;
            match reach.sites {
                Some(sites) => improved(problem, &columns, &sites, control).open_sites(),
                None => return Ok(Proof { bound: control.best_bound(), ..reach }),
            }
        }
    };
    if point_median::suits(problem) {
        log::info!("p-median: many sites: searched like points, whose lists of near sites grow where they are needed");
        let value = State::of(problem, &columns, &found).value;
        return point_median::search(problem, &found, value, control);
    }
    let mut incumbent = Incumbent::new(problem, &columns, &found);
    control.incumbent(Phase::Bound, incumbent.value());
    let at = first_multipliers(&State::of(problem, &columns, &found));
    let mut plans = 0;
    let mut watch = |relaxation: &Relaxation, improved: bool| {
        if improved {
            control.bound(Phase::Bound, problem.rounded(relaxation.bound.min(incumbent.value())));
            if plans < PLANS && relaxation.bound > 0.8 * incumbent.value() {
                plans += 1;
                incumbent.improve_from(&relaxation.chosen, control);
            }
        }
        incumbent.target()
    };
    let summit = climb(problem.clone(), at, ROOT, control, &mut watch);
    let proven = if problem.p.is_none() && problem.budget.is_none() {
        fixed_charge::search(summit, &mut incumbent, control)
    } else {
        branch::search(summit, &mut incumbent, control)?
    };
    let bound = problem.rounded(proven.bound.min(incumbent.value()));
    Ok(Proof { sites: Some(incumbent.sites().to_vec()), bound: Some(bound), ended: proven.ended, nodes: proven.nodes })
}

/// The radius formulation on the backend.
pub(crate) fn formulated(problem: &Problem, start: Option<&[u32]>, control: &Control) -> Result<Proof, Error> {
    let formulation = match mip::median::formulate(problem, start, control) {
        Ok(formulation) => formulation,
        Err(limit) => return Ok(Proof { sites: None, bound: None, ended: Ended::Limit(limit), nodes: 0 }),
    };
    let found = mip::solve(formulation, control)?;
    let sites = found.values.map(|values| mip::median::open_sites(problem, &values));
    Ok(Proof { sites, bound: found.bound, ended: found.ended, nodes: found.nodes })
}

/// Multipliers between the costs at the nearest and the second nearest open site.
fn first_multipliers(state: &State) -> Multipliers {
    let penalty = state.penalty();
    let rows = state.services().map(|[first, second]| if second < penalty { 0.5 * (first + second) } else { first });
    Multipliers { rows: rows.collect(), budget: 0.0 }
}
