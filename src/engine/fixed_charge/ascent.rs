//! A short subgradient ascent on the Lagrangian bound of a part.
//!
//! The relaxation is that of the p-median without p: L(u) = constant + Σ_r u_r + Σ_j min(0, ρ_j) with
//! ρ_j = f_j + Σ_r min(0, c_rj − u_r). The multipliers of the parent are good already, and a node is cheap: it pays to
//! stop after few steps and to branch. Every value of L settles the sites whose ρ_j exceeds what is left up to the
//! target, which is what shortens the steps that follow.

use super::part::{Fate, Part};
use crate::engine::median::positions;

/// Evaluations at a node, the length of its first steps in parts of the way to the target, and how many steps without
/// gain halve it.
const EVALUATIONS: usize = 20;
const STEP: f64 = 1.0;
const PATIENCE: usize = 6;
/// Weight of the newest choice in the running mean.
const NEWEST: f64 = 0.1;
/// Bounds are exact to far more than this part of their terms.
pub(super) const ROUNDING: f64 = 1e-11;

/// Where an ascent ended.
pub(super) enum Reached {
    /// No plan better than the target is left.
    Closed,
    /// Everything is decided: these sites are open.
    Plan(Vec<u32>),
    /// What is left, with the multipliers of the bound.
    Open { part: Part, at: Vec<f64>, bound: f64 },
}

/// Room to work in, kept from node to node.
pub(super) struct Ascent<'a> {
    charge: &'a [f64],
    reduced: Vec<f64>,
    chosen: Vec<bool>,
    /// How often each free site was chosen lately.
    share: Vec<f64>,
    pub fate: Vec<Fate>,
    gradient: Vec<f64>,
    direction: Vec<f64>,
    /// Entries looked at so far.
    pub work: usize,
}

impl<'a> Ascent<'a> {
    pub fn new(charge: &'a [f64]) -> Self {
        let n = charge.len();
        Self {
            charge,
            reduced: vec![0.0; n],
            chosen: vec![false; n],
            share: vec![0.0; n],
            fate: vec![Fate::Free; n],
            gradient: Vec::new(),
            direction: Vec::new(),
            work: 0,
        }
    }

    /// Climbs from the given multipliers.
    pub fn climb(&mut self, mut part: Part, mut at: Vec<f64>, target: f64) -> Reached {
        for &j in &part.free {
            self.fate[j as usize] = Fate::Free;
            self.share[j as usize] = 0.0;
        }
        self.direction.clear();
        self.direction.resize(at.len(), 0.0);
        let (mut best, mut best_bound) = (at.clone(), f64::NEG_INFINITY);
        let (mut step, mut idle, mut stale) = (STEP, 0, 0);
        for evaluation in 0..EVALUATIONS {
            let bound = self.evaluate(&part, &at);
            if bound >= target {
                return Reached::Closed;
            }
            if bound > best_bound {
                // Real progress restarts the count; the last digits do not.
                if bound > best_bound + 1e-4 * (target - bound) {
                    idle = 0;
                }
                best_bound = bound;
                best.clone_from(&at);
            }
            stale += self.settle(&part, target - bound + ROUNDING * target.abs());
            if evaluation + 1 == EVALUATIONS {
                break;
            }
            if 10 * stale > part.free.len() {
                stale = 0;
                let most = |r: usize| best[r] + (target - best_bound) + ROUNDING * target.abs();
                let Some((smaller, rows)) = part.reduced(self.charge, &self.fate, &best, most) else {
                    return Reached::Closed;
                };
                self.work += part.site.len();
                let kept = positions(&part.row, &smaller.row);
                at = kept.iter().zip(&smaller.cap).map(|(&r, &cap)| at[r].min(cap)).collect();
                self.direction = kept.iter().map(|&r| self.direction[r]).collect();
                (part, best) = (smaller, rows);
                if part.free.is_empty() {
                    return decided(part, target);
                }
                continue;
            }
            idle += 1;
            if idle >= PATIENCE {
                (idle, step) = (0, 0.5 * step);
                at.clone_from(&best);
                self.direction.fill(0.0);
                continue;
            }
            let length = self.turn(&part, &at);
            if length == 0.0 {
                break;
            }
            let pace = step * (target - bound) / length;
            for (r, (u, d)) in at.iter_mut().zip(&self.direction).enumerate() {
                // Below its least cost and above its cap a multiplier gives nothing.
                *u = (*u + pace * d).max(part.cost[part.start[r]]).min(part.cap[r]);
            }
        }
        let most = |r: usize| best[r] + (target - best_bound) + ROUNDING * target.abs();
        self.work += part.site.len();
        match part.reduced(self.charge, &self.fate, &best, most) {
            None => Reached::Closed,
            Some((part, _)) if part.free.is_empty() => decided(part, target),
            Some((part, at)) => Reached::Open { part, at, bound: best_bound },
        }
    }

    /// The bound at some multipliers, rounded to the safe side, with the choice behind it.
    fn evaluate(&mut self, part: &Part, at: &[f64]) -> f64 {
        for &j in &part.free {
            self.reduced[j as usize] = self.charge[j as usize];
        }
        let mut sum = part.constant;
        for (ends, &u) in part.start.windows(2).zip(at) {
            sum += u;
            let row = part.site[ends[0]..ends[1]].iter().zip(&part.cost[ends[0]..ends[1]]);
            for (&j, &cost) in row {
                let saved = cost - u;
                if saved >= 0.0 {
                    break;
                }
                self.reduced[j as usize] += saved;
                self.work += 1;
            }
        }
        let mut terms = part.constant.abs() + (sum - part.constant).abs();
        for &j in &part.free {
            let j = j as usize;
            let chosen = self.reduced[j] < 0.0;
            self.chosen[j] = chosen;
            if chosen {
                sum += self.reduced[j];
                terms -= self.reduced[j];
            }
            self.share[j] += NEWEST * (f64::from(u8::from(chosen)) - self.share[j]);
        }
        self.work += at.len() + part.free.len();
        sum - ROUNDING * terms
    }

    /// Settles every site on which a plan better than the target must agree with the choice. Gives how many.
    fn settle(&mut self, part: &Part, room: f64) -> usize {
        let mut settled = 0;
        for &j in &part.free {
            let j = j as usize;
            if self.reduced[j].abs() >= room && self.fate[j] == Fate::Free {
                self.fate[j] = if self.chosen[j] { Fate::Open } else { Fate::Closed };
                settled += 1;
            }
        }
        settled
    }

    /// Turns the direction towards the subgradient, deflected as by Camerini, Fratta and Maffioli (1975). Gives its
    /// squared length.
    fn turn(&mut self, part: &Part, at: &[f64]) -> f64 {
        let (mut product, mut length) = (0.0, 0.0);
        self.gradient.clear();
        for (r, (&u, direction)) in at.iter().zip(&mut self.direction).enumerate() {
            let ends = part.start[r]..part.start[r + 1];
            let mut unserved = 1.0;
            for (&j, &cost) in part.site[ends.clone()].iter().zip(&part.cost[ends]) {
                if cost >= u {
                    break;
                }
                unserved -= f64::from(u8::from(self.chosen[j as usize]));
            }
            if unserved > 0.0 && u >= part.cap[r] {
                unserved = 0.0;
                *direction = direction.min(0.0);
            }
            product += unserved * *direction;
            length += *direction * *direction;
            self.gradient.push(unserved);
        }
        let turn = if product < 0.0 && length > 0.0 { -1.5 * product / length } else { 0.0 };
        let mut length = 0.0;
        for (d, g) in self.direction.iter_mut().zip(&self.gradient) {
            *d = g + turn * *d;
            length += *d * *d;
        }
        length
    }

    /// The site that the relaxation is least sure of.
    pub fn least_sure(&self, part: &Part) -> Option<u32> {
        let doubt = |j: u32| self.share[j as usize].min(1.0 - self.share[j as usize]);
        let less = |a: &u32, b: &u32| {
            let settled = |j: u32| self.reduced[j as usize].abs();
            doubt(*a).total_cmp(&doubt(*b)).then(settled(*b).total_cmp(&settled(*a))).then(b.cmp(a))
        };
        part.free.iter().copied().max_by(less)
    }

    /// The sites of the last choice, those opened on the way included.
    pub fn choice(&self, part: &Part) -> Vec<u32> {
        let chosen = part.free.iter().copied().filter(|&j| self.chosen[j as usize]);
        chosen.chain(part.opened.iter().copied()).collect()
    }
}

fn decided(part: Part, target: f64) -> Reached {
    if part.constant - ROUNDING * part.constant.abs() >= target { Reached::Closed } else { Reached::Plan(part.opened) }
}
