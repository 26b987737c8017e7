//! Serving everyone as cheaply as possible, whatever the walk: what the question of a first plan comes down to.

use super::problem::{Problem, Role};
use super::{Proof, formulated, prove};
use crate::engine::Ended;
use crate::engine::heuristic::median::{Columns, search};
use crate::error::Error;
use crate::model::{Sense, SetCover};
use crate::solve::{Control, Limit};
use crate::travel::TravelMatrix;

/// Work of the search for a first plan.
const WORK: u64 = 500_000;

/// Open sites that serve everyone within p and the budget; a complete proof without sites says that there are none.
pub(super) fn anyone_served(problem: &Problem, control: &Control) -> Result<Proof, Error> {
    let (asked, most) = match (problem.p, problem.budget) {
        (Some(p), None) => (problem.fewest_sites(0), p as f64),
        (None, Some(budget)) => (problem.least_money(0.0), budget),
        _ => {
            let options = control.options.on_the_way();
            return formulated(&problem.reach_only(), None, &control.on_the_way(&options, Sense::Minimize));
        }
    };
    let proof = cheapest(&asked, control)?;
    let spent = |sites: &Vec<u32>| {
        asked.free().filter(|j| sites.binary_search(j).is_ok()).map(|j| asked.charge[j as usize]).sum::<f64>()
    };
    if proof.sites.as_ref().is_some_and(|sites| spent(sites) <= most) {
        return Ok(proof);
    }
    // The bound rounds to the safe side, and so must this comparison.
    let proven = proof.ended == Ended::Complete || proof.bound.is_some_and(|bound| bound > most + 1e-6 * most.max(1.0));
    Ok(Proof { sites: None, ended: if proven { Ended::Complete } else { proof.ended }, ..proof })
}

/// The cheapest sites that serve everyone, of a problem in which service costs nothing.
pub(super) fn cheapest(problem: &Problem, control: &Control) -> Result<Proof, Error> {
    if problem.p.is_none() && problem.budget.is_none() && problem.n_rows() > 0 {
        return set_cover(problem, control);
    }
    let options = control.options.on_the_way();
    let quiet = control.on_the_way(&options, Sense::Minimize);
    let columns = Columns::of(problem);
    let start = search(problem, &columns, None, WORK, &quiet).map(|state| state.open_sites());
    prove(problem, start.as_deref(), &quiet)
}

/// Without p and budget it is a set covering problem.
fn set_cover(problem: &Problem, control: &Control) -> Result<Proof, Error> {
    let rows = (problem.start.clone(), problem.site.clone(), problem.cost.clone());
    let travel = TravelMatrix::from_csr(rows.0, rows.1, rows.2, problem.n_sites())?;
    let of = |wanted: Role| (0_u32..).zip(&problem.role).filter(move |(_, role)| **role == wanted).map(|(j, _)| j);
    let costs: Vec<f64> = (problem.role.iter().zip(&problem.charge))
        .map(|(role, &charge)| if role.is_free() { charge } else { 0.0 })
        .collect();
    let model = SetCover::new(travel).site_costs(costs).existing(of(Role::Open)).forbidden(of(Role::Closed));
    let mut options = control.options.on_the_way();
    options.time_limit = control.remaining().and_then(|left| std::time::Duration::try_from_secs_f64(left).ok());
    let nothing = |ended| Proof { sites: None, bound: None, ended, nodes: 0 };
    match model.solve(&options) {
        Ok(solution) => {
            let ended = if solution.is_optimal() {
                Ended::Complete
            } else {
                Ended::Limit(solution.limit.unwrap_or(Limit::Time))
            };
            let bound = solution.bound.map(|bound| bound + problem.constant);
            Ok(Proof { sites: Some(solution.sites), bound, ended, nodes: solution.nodes })
        }
        Err(Error::Infeasible(_)) => Ok(nothing(Ended::Complete)),
        Err(Error::NoSolution { limit, .. }) => Ok(nothing(Ended::Limit(limit))),
        Err(error) => Err(error),
    }
}
