//! Subgradient ascent on the Lagrangian bound, settling sites and cutting rows on the way.
//!
//! The direction is deflected as by Camerini, Fratta and Maffioli (1975); the step is that of Polyak towards the best
//! plan known. Demand point i of a plan better than `target` walks at most u_i + (target − L): farther entries go.

use super::problem::Problem;
use super::relaxation::{Multipliers, Relaxation};
use crate::solve::Control;

/// How long to climb.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    /// Most evaluations.
    pub evaluations: usize,
    /// Length of the first steps, in parts of the way to the target.
    pub step: f64,
    /// Evaluations without a better bound before the steps are halved.
    pub patience: usize,
}

/// Where a climb ended.
#[derive(Debug)]
pub(crate) struct Summit {
    /// The problem with what was settled on the way.
    pub problem: Problem,
    /// Multipliers of the best bound.
    pub at: Multipliers,
    /// The best bound; infinite when no plan better than the target is left.
    pub bound: f64,
    /// How often each site was chosen lately: near to its value in the linear relaxation.
    pub share: Vec<f64>,
}

/// Steps shorter than this part of the way to the target are not worth it.
const SHORTEST: f64 = 2e-3;
/// Weight of the newest choice in the running mean.
const NEWEST: f64 = 0.08;

/// Told of every choice of sites; answers with the target, which may have come down.
pub(crate) type Watch<'a> = &'a mut dyn FnMut(&Relaxation, bool) -> f64;

/// Climbs until no better plan can exist, the steps are too short, or the effort is spent.
pub(crate) fn climb(
    mut problem: Problem,
    mut at: Multipliers,
    effort: Effort,
    control: &Control,
    watch: Watch,
) -> Summit {
    let mut relaxation = Relaxation::default();
    let mut share = vec![0.0; problem.n_sites()];
    let (mut best, mut best_bound) = (at.clone(), f64::NEG_INFINITY);
    let (mut gradient, mut direction): (Vec<f64>, Vec<f64>) = (Vec::new(), vec![0.0; problem.n_rows()]);
    let (mut step, mut idle, mut stale) = (effort.step, 0, 0);
    let over = |problem, at, share| Summit { problem, at, bound: f64::INFINITY, share };
    for evaluation in 0..effort.evaluations {
        let bound = relaxation.evaluate(&problem, &mut at);
        let improved = bound > best_bound;
        let target = watch(&relaxation, improved);
        if improved {
            // Real progress restarts the count; the last digits do not.
            if bound > best_bound + 1e-4 * (target - bound) {
                idle = 0;
            }
            best_bound = bound;
            best.clone_from(&at);
        }
        if best_bound >= target || !problem.is_possible() {
            return over(problem, best, share);
        }
        for (share, &chosen) in share.iter_mut().zip(&relaxation.chosen) {
            *share += NEWEST * (f64::from(u8::from(chosen)) - *share);
        }
        stale += relaxation.settle(&mut problem, target);
        relaxation.subgradient(&problem, &at, &mut gradient);
        deflect(&mut direction, &gradient);
        idle += 1;
        if idle >= effort.patience {
            idle = 0;
            step *= 0.5;
            at.clone_from(&best);
            direction.fill(0.0);
            if step < SHORTEST {
                break;
            }
            continue;
        }
        let length: f64 = direction.iter().map(|d| d * d).sum();
        if length == 0.0 || control.stop().is_some() || (improved && control.gap_reached()) {
            break;
        }
        let pace = step * (target - bound) / length;
        for (r, (u, d)) in at.rows.iter_mut().zip(&direction).enumerate() {
            // Below its least cost a multiplier gives nothing.
            *u = (*u + pace * d).max(problem.cost.get(problem.start[r]).copied().unwrap_or(0.0));
        }
        if 10 * stale > problem.free().count() || evaluation % 200 == 199 {
            stale = 0;
            let slack = target - best_bound;
            let Some(smaller) = problem.compressed(&[], |r| most(best.rows[r], slack)) else {
                return over(problem, best, share);
            };
            let kept = positions(&problem.demand, &smaller.demand);
            for list in [&mut at.rows, &mut best.rows, &mut direction] {
                *list = kept.iter().map(|&r| list[r]).collect();
            }
            problem = smaller;
        }
    }
    if !problem.is_possible() {
        return over(problem, best, share);
    }
    Summit { problem, at: best, bound: best_bound, share }
}

/// The most that a demand point with multiplier `u` pays in a plan better than the target, which is `slack` away.
pub(crate) fn most(u: f64, slack: f64) -> f64 {
    let most = u + slack;
    most + 1e-9 * most.abs()
}

/// Where the numbers of a subset stand in the whole; both ascend.
pub(crate) fn positions(whole: &[u32], subset: &[u32]) -> Vec<usize> {
    let mut at = 0;
    let mut found = Vec::with_capacity(subset.len());
    for number in subset {
        while at < whole.len() && whole[at] != *number {
            at += 1;
        }
        found.push(at);
        at += 1;
    }
    found
}

/// Turns the direction so that it never points against the last one.
fn deflect(direction: &mut [f64], gradient: &[f64]) {
    let (mut product, mut length) = (0.0, 0.0);
    for (d, g) in direction.iter().zip(gradient) {
        product += d * g;
        length += d * d;
    }
    let turn = if product < 0.0 && length > 0.0 { -1.5 * product / length } else { 0.0 };
    for (d, g) in direction.iter_mut().zip(gradient) {
        *d = g + turn * *d;
    }
}
