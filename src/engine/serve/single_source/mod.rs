//! Sites with capacities where demand points must not split and p of them open: the capacitated p-median.
//!
//! [`relaxation`] takes the problem apart into knapsacks, one for each site, which [`knapsack`] packs exactly; [`ascent`]
//! finds the prices. What no better plan has is left out ([`part`]). Plans are repaired from what the knapsacks hold
//! ([`found`]) and made better by solving some neighbouring clusters anew ([`neighbourhoods`]); [`tree`] closes the gap.

mod ascent;
mod found;
mod knapsack;
mod neighbourhoods;
mod part;
mod relaxation;
mod tree;

use std::sync::Arc;

pub(super) use self::found::Found;

use self::ascent::{Climb, climb};
use self::found::repaired;
use self::neighbourhoods::{EFFORTS, Neighbourhoods};
use self::part::Part;
use self::relaxation::Relaxation;
use self::tree::{Aim, Proven, Way};
use super::problem::{Serve, Serving};
use crate::engine::on_threads;
use crate::solve::{Control, Limit, Phase};

/// The climb at the root.
const ROOT: Climb = Climb { steps: 800, pace: 1.0, patience: 20, least: 1e-3 };
/// Pairs looked at for each demand point before plans are repaired.
const EARLY: usize = 200;
/// The climb once plans are good.
const AGAIN: Climb = Climb { steps: 400, pace: 0.5, patience: 20, least: 1e-3 };
/// Guesses of what the best plan costs, as shares of the way from the bound to the known plan.
const SHARES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 1.0];
/// Most nodes of a search below a guess: so many, or fewer where there are many demand points, whose clusters matter more.
const NODES: usize = 2000;
const NODES_BY_SQUARE: usize = 400_000_000;
/// What the log calls the problem.
const NAME: &str = "capacitated p-median";
/// Pairs for each demand point that a search below a guess may have.
const PAIRS: usize = 50;
/// How the whole is searched.
const WAY: Way = Way {
    round: 16,
    nodes_per_plan: 8,
    nodes: u64::MAX,
    climb: Climb { steps: 40, pace: 1.0, patience: 6, least: 0.05 },
    tells: true,
};

/// Whether this search solves a problem: demand points must not split, p sites open, and nothing else ties them.
pub(super) fn suits(serve: &Serve, control: &Control) -> bool {
    serve.single
        && serve.serving == Serving::All
        && !serve.closest
        && serve.p.is_some()
        && serve.budget.is_none()
        && serve.min_use.iter().all(|&least| least == 0.0)
        && serve.pairs.iter().any(|pair| pair.cost > 0.0)
        && serve.pairs.len() < u32::MAX as usize
        && control.options.memory_limit.is_none_or(|limit| serve.pairs.len().saturating_mul(60) <= limit)
}

/// Searches for the best plan, from a known one.
pub(super) fn search(serve: &Serve, known: Found, control: &Control) -> Option<Proven> {
    on_threads(control.options.threads, || run(serve, known, control))
}

fn run(serve: &Serve, known: Found, control: &Control) -> Option<Proven> {
    let whole = Part::of(serve)?;
    let mut price = vec![0.0; serve.n_demand()];
    for (i, price) in price.iter_mut().enumerate() {
        *price = serve.pair(i, known.site[i]).map_or(0.0, |pair| pair.cost);
    }
    log::info!("{NAME}: knapsacks bound it, clusters are solved anew: demand points must not split, and p sites open");
    let mut best = known;
    let mut relaxation = Relaxation::new(&whole);
    let (mut spent, mut seen) = (EARLY * whole.n_points(), f64::NEG_INFINITY);
    let told = |bound: f64| bound - Aim::of(serve, bound).noise;
    let from = whole.point.iter().map(|&i| price[i as usize]).collect();
    let target = Aim::of(serve, best.cost).below(best.cost);
    let mut repair = |relaxation: &Relaxation<'_>| {
        let (found, work) = repaired(serve, relaxation);
        if let Some(found) = found.filter(|found| found.cost < best.cost) {
            control.incumbent(Phase::Heuristic, serve.objective(found.cost));
            best = found;
        }
        work
    };
    let (mut at, mut bound) = climb(&mut relaxation, from, target, ROOT, |relaxation, bound| {
        if bound > seen {
            seen = bound;
            control.bound(Phase::Bound, serve.objective(told(bound)));
        }
        if relaxation.work > 4 * spent {
            spent += repair(relaxation);
        }
        control.stop().is_some()
    });
    repair(&relaxation);
    for (&i, &of) in whole.point.iter().zip(&at) {
        price[i as usize] = of;
    }
    let settled = |bound: f64, cost: f64| bound >= Aim::of(serve, bound).below(cost);
    let stopped = || control.stop().or((control.options.gap > 0.0 && control.gap_reached()).then_some(Limit::Gap));
    let mut around = Neighbourhoods::new(serve, &whole, price.clone(), best, control.options.seed);
    let (mut nodes, mut last_value) = (1, bound);
    for effort in EFFORTS {
        if !settled(bound, around.best.cost) && stopped().is_none() {
            around.improve(None, effort, Phase::Heuristic, control);
            log::info!("{NAME}: plan {}, bound {bound} after {:.1} s", around.best.cost, control.seconds());
        }
        // The prices that come last are those of the relaxation at hand.
        let aim = Aim::of(serve, bound);
        let target = aim.below(around.best.cost);
        let (last, value) = climb(&mut relaxation, at.clone(), target, AGAIN, |_, _| control.stop().is_some());
        at = last;
        for (&i, &of) in whole.point.iter().zip(&at) {
            price[i as usize] = of;
        }
        last_value = value;
        bound = bound.max(value);
        control.bound(Phase::Bound, serve.objective(told(bound)));
        // Plans that cost hardly more than the bound are few: they are found, or known not to be, soon.
        for share in SHARES {
            if settled(bound, around.best.cost) {
                break;
            }
            if let Some(limit) = stopped() {
                let bound = told(bound).min(around.best.cost);
                return Some(Proven { bound, best: Some(around.best), limit: Some(limit), nodes });
            }
            let cost = around.best.cost;
            let below = if share < 1.0 { aim.guess(value + share * (cost - value)).min(cost) } else { cost };
            if below <= bound {
                continue;
            }
            let Some(left) = relaxation.tightened(&at, value, aim.below(below)) else {
                bound = if below < cost { bound.max(aim.reached(below)) } else { cost };
                continue;
            };
            if left.pairs.len() > PAIRS * whole.n_points() {
                break;
            }
            let most = NODES.min(NODES_BY_SQUARE / whole.n_points().pow(2).max(1));
            let way = Way { nodes: most as u64, ..WAY };
            let root = (Arc::new(left), price.clone(), bound);
            let proven = tree::search(serve, root, (below, cost), way, control, |found| around.take(found, control));
            nodes += proven.nodes;
            let complete = proven.limit.is_none() && proven.nodes < way.nodes;
            let best = around.best.cost;
            bound =
                if complete && best <= proven.bound { best } else { bound.max(aim.reached(proven.bound.min(best))) };
            if !complete {
                break;
            }
        }
        if settled(bound, around.best.cost) {
            return Some(Proven { bound: around.best.cost, best: Some(around.best), limit: None, nodes });
        }
    }
    let cost = around.best.cost;
    let Some(left) = relaxation.tightened(&at, last_value, Aim::of(serve, bound).below(cost)) else {
        return Some(Proven { bound: cost, best: Some(around.best), limit: None, nodes });
    };
    log::info!(
        "{NAME}: branch and bound on {} of {} sites and {} of {} pairs",
        left.n_sites(),
        whole.n_sites(),
        left.pairs.len(),
        whole.pairs.len()
    );
    drop(relaxation);
    let root = (Arc::new(left), price, bound);
    let proven = tree::search(serve, root, (cost, cost), WAY, control, |found| around.take(found, control));
    Some(Proven { best: Some(around.best), nodes: nodes + proven.nodes, ..proven })
}
