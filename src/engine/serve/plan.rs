//! Plans from open sets and shares, and back.

use super::columns::Ways;
use super::problem::{Serve, ServeModel, Serving};
use super::single_source::Found;
use super::transport::{self, clean};
use super::{Case, merge};
use crate::engine::mip::serve::Answer;
use crate::model::{Flow, Plan};

/// Shares this close to what is asked for are those of linear programming.
const TOLERANCE: f64 = 1e-6;

/// The plan that opens these sites and serves by these shares (local site and share of each demand point).
pub(super) fn plan<M: ServeModel>(model: &M, serve: &Serve, open: &[bool], shares: &[Vec<(u32, f64)>]) -> Plan {
    let mut cost = serve.constant + serve.charge_of(open);
    let mut assignment = vec![None; model.travel().n_demand()];
    let mut flows = Vec::new();
    let mut whole = true;
    for (i, (demand, shares)) in (0_u32..).zip(shares).enumerate() {
        cost += serve.cost_of(i, shares);
        let mut largest = 0.0;
        for &(site, share) in shares {
            let site = serve.site[site as usize];
            flows.push(Flow { demand, site, share });
            whole &= share == 1.0;
            if share > largest {
                largest = share;
                assignment[i] = Some(site);
            }
        }
    }
    let sites = serve.site.iter().zip(open).filter(|(_, open)| **open).map(|(&site, _)| site).collect();
    Plan { sites, assignment, flows: (!whole).then_some(flows), objective: serve.objective(cost) }
}

/// A plan that does not split, in the terms of the problem; `None` when it does not fit into it.
pub(super) fn found(serve: &Serve, plan: &Plan) -> Option<Found> {
    let local =
        |site: &Option<u32>| serve.site.binary_search(site.as_ref()?).ok().and_then(|at| u32::try_from(at).ok());
    let site: Option<Vec<u32>> = plan.assignment.iter().map(local).collect();
    Found::of(serve, serve.flags(&plan.sites), site?)
}

/// A plan in the terms of the formulation; `None` when it opens sites that the problem does not hold.
pub(super) fn answer(serve: &Serve, plan: &Plan, cell_of: Option<&[u32]>) -> Option<Answer> {
    let open = serve.flags(&plan.sites);
    let must_open = serve.must_open.iter().zip(&open).all(|(must, open)| *open || !*must);
    if open.iter().filter(|open| **open).count() < plan.sites.len() || !must_open {
        return None;
    }
    let mut shares = vec![0.0; serve.pairs.len()];
    // A plan may split the members of a cell in many ways: for cells the shares are solved anew.
    if cell_of.is_some() {
        let served = transport::serve(serve, &open);
        for (i, of_cell) in served.shares.iter().enumerate() {
            for at in serve.range(i) {
                let share = of_cell.iter().find(|(site, _)| *site == serve.pairs[at].site);
                shares[at] = share.map_or(0.0, |(_, share)| *share);
            }
        }
        return (served.violation == 0.0).then_some(Answer { open, shares });
    }
    let mut set = |i: usize, site: u32, share: f64| {
        for at in serve.range(i) {
            if serve.site[serve.pairs[at].site as usize] == site {
                shares[at] = share;
            }
        }
    };
    match &plan.flows {
        Some(flows) => flows.iter().for_each(|flow| set(flow.demand as usize, flow.site, flow.share)),
        None => {
            plan.assignment.iter().enumerate().for_each(|(i, site)| site.iter().for_each(|&site| set(i, site, 1.0)));
        }
    }
    Some(Answer { open, shares })
}

/// The plan behind a solver's values for `serve`, without their noise: the open sites are taken from it, and the shares
/// too where they are whole; otherwise who is served where is solved anew, exactly, for these sites.
pub(super) fn exact<M: ServeModel>(model: &M, case: &Case, serve: &Serve, answer: &Answer) -> Plan {
    let ways = Ways::of(serve, &answer.open);
    let mut rounded = Vec::with_capacity(serve.n_demand());
    for i in 0..serve.n_demand() {
        let mut shares: Vec<(u32, f64)> = serve
            .range(i)
            .map(|at| (serve.pairs[at].site, answer.shares[at]))
            .filter(|(_, share)| *share > TOLERANCE)
            .collect();
        if serve.demand[i] == 0.0 {
            shares = ways.free(i).map(|site| (site, 1.0)).into_iter().collect();
        } else if serve.single {
            shares.retain(|(_, share)| *share > 0.5);
            shares.iter_mut().for_each(|(_, share)| *share = 1.0);
        } else {
            settle(&mut shares, serve.serving == Serving::All);
        }
        rounded.push(shares);
    }
    if let Some(cell_of) = case.cell_of() {
        rounded = merge::spread(cell_of, &rounded);
    }
    // From the numbers of the sites that were left to those of all.
    let whole = &case.whole;
    let sites: Vec<u32> =
        serve.site.iter().zip(&answer.open).filter(|(_, open)| **open).map(|(&site, _)| site).collect();
    let open = whole.flags(&sites);
    for (site, _) in rounded.iter_mut().flatten() {
        let there = whole.site.binary_search(&serve.site[*site as usize]);
        *site = there.ok().and_then(|at| u32::try_from(at).ok()).unwrap_or(*site);
    }
    let from_solver = plan(model, whole, &open, &rounded);
    if serve.single { from_solver } else { anew(model, whole, &open, from_solver) }
}

/// The same plan with exact shares, unless they turn out worse than tolerances explain.
pub(super) fn anew<M: ServeModel>(model: &M, whole: &Serve, open: &[bool], known: Plan) -> Plan {
    let served = transport::serve(whole, open);
    let exact = plan(model, whole, open, &served.shares);
    let worse = whole.objective(exact.objective) - whole.objective(known.objective);
    if served.violation == 0.0 && worse <= TOLERANCE * known.objective.abs() { exact } else { known }
}

/// Shares of a linear programme made exact: whoever is served but for the tolerance is served wholly.
fn settle(shares: &mut Vec<(u32, f64)>, wholly: bool) {
    let sum: f64 = shares.iter().map(|(_, share)| share).sum();
    if sum > 0.5 && wholly || sum > 1.0 - TOLERANCE {
        for (_, share) in shares.iter_mut() {
            *share /= sum;
        }
    }
    clean(shares, wholly);
}
