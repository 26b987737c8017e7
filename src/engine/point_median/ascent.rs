//! The Lagrangian relaxation of assignment on lists that end, and the climb to its best multipliers.
//!
//! ```text
//! L(u) = Σ_i u_i + Σ_{j must open} ρ_j + the q smallest ρ_j of the others
//! ρ_j  = Σ_i min(0, c_ij − u_i)
//! ```
//!
//! is a lower bound for every u (Cornuéjols, Fisher and Nemhauser 1977). A site that is not in the list of i costs at
//! least what the list is complete up to. As long as u_i is no more than that, its term min(0, c_ij − u_i) is zero, so
//! that nothing is lost by not knowing it: the bound is that of the whole matrix. Multipliers that want to go
//! farther are held at the end of their list and named, so that the list can grow.
//!
//! The direction is the subgradient with much of the last direction (Camerini, Fratta and Maffioli 1975; Barahona and
//! Anbil 2000), the step that of Polyak. The pass over the rows
//! is cut into a fixed number of parts, so that sums do not depend on the number of threads.

use rayon::prelude::*;

use super::lists::Lists;
use super::state::Role;
use crate::solve::Control;

/// Parts of a pass over the rows.
const PARTS: usize = 2;
/// Sums are exact to far more than this part of their terms.
const ROUNDING: f64 = 1e-11;
/// How much of the last direction stays in the next: with a long memory the climb does not zigzag.
const MEMORY: f64 = 0.9;
/// Weight of the newest choice in the running mean.
const NEWEST: f64 = 0.05;
/// Evaluations between two looks at what can be settled, and the part of the entries that must be of closed sites for these
/// to be left out.
const BETWEEN: usize = 30;
const FEWER: f64 = 0.2;

/// A climb that can be taken up again.
pub(super) struct Ascent {
    /// What becomes of sites in every plan better than the targets so far, and how many of the free ones open.
    pub role: Vec<Role>,
    pub free: usize,
    /// Multipliers now, and those of the best bound.
    now: Vec<f64>,
    pub best: Vec<f64>,
    pub bound: f64,
    direction: Vec<f64>,
    step: f64,
    idle: usize,
    /// Entries of the lists last looked at.
    pub entries: usize,
    /// ρ at the multipliers last looked at.
    reduced: Vec<f64>,
    chosen: Vec<bool>,
    /// How often each site was chosen lately.
    pub share: Vec<f64>,
    order: Vec<u32>,
    /// ρ of the last site chosen and of the first left out.
    edge: (f64, f64),
    parts: Vec<Vec<f64>>,
}

impl Ascent {
    /// A climb from some multipliers, where `free` of the free sites open.
    pub fn new(at: Vec<f64>, role: &[Role], free: usize) -> Self {
        let n_sites = role.len();
        Self {
            role: role.to_vec(),
            free,
            best: at.clone(),
            direction: vec![0.0; at.len()],
            now: at,
            bound: f64::NEG_INFINITY,
            step: 1.0,
            idle: 0,
            entries: usize::MAX,
            reduced: vec![0.0; n_sites],
            chosen: vec![false; n_sites],
            share: vec![0.0; n_sites],
            order: Vec::new(),
            edge: (f64::NEG_INFINITY, f64::INFINITY),
            parts: vec![vec![0.0; n_sites]; PARTS],
        }
    }

    /// Whether the steps have become too short to be worth it.
    pub fn is_done(&self) -> bool {
        self.step < 2e-3
    }

    /// Takes larger steps again, from the best multipliers.
    pub fn restart(&mut self, step: f64) {
        self.step = step;
        self.idle = 0;
        self.now.clone_from(&self.best);
        self.direction.fill(0.0);
    }

    /// The bound at the present multipliers, held within the lists.
    fn evaluate(&mut self, lists: &Lists) -> f64 {
        let n = self.now.len();
        let size = n.div_ceil(PARTS).max(1);
        let sums: Vec<(f64, f64)> = (self.now.par_chunks_mut(size).zip(self.parts.par_iter_mut()).enumerate())
            .map(|(part, (now, reduced))| {
                reduced.fill(0.0);
                let (mut sum, mut terms) = (0.0, 0.0);
                for (at, u) in now.iter_mut().enumerate() {
                    let row = part * size + at;
                    if *u > lists.complete[row] {
                        *u = lists.complete[row];
                    }
                    sum += *u;
                    terms += u.abs();
                    for entry in lists.row(row) {
                        let cost = lists.cost[entry];
                        if cost >= *u {
                            break;
                        }
                        reduced[lists.site[entry] as usize] += cost - *u;
                    }
                }
                (sum, terms)
            })
            .collect();
        let (mut sum, mut terms) = sums.iter().fold((0.0, 0.0), |total, part| (total.0 + part.0, total.1 + part.1));
        self.reduced.fill(0.0);
        // Fewer rows than parts leave a part of an earlier pass behind.
        for part in self.parts.iter().take(sums.len()) {
            for (total, value) in self.reduced.iter_mut().zip(part) {
                *total += value;
            }
        }
        self.order.clear();
        for ((j, role), chosen) in (0_u32..).zip(&self.role).zip(self.chosen.iter_mut()) {
            *chosen = *role == Role::Open;
            match role {
                Role::Free => self.order.push(j),
                Role::Open => {
                    sum += self.reduced[j as usize];
                    terms += self.reduced[j as usize].abs();
                }
                Role::Closed => {}
            }
        }
        if self.free > self.order.len() {
            return f64::INFINITY;
        }
        let reduced = &self.reduced;
        let ascending = |a: &u32, b: &u32| reduced[*a as usize].total_cmp(&reduced[*b as usize]).then(a.cmp(b));
        self.edge = (f64::NEG_INFINITY, f64::INFINITY);
        if self.free < self.order.len() {
            let (_, first_out, _) = self.order.select_nth_unstable_by(self.free, ascending);
            self.edge.1 = reduced[*first_out as usize];
        }
        // Added up in the order of the sites: what the selection leaves depends on nothing else, but this is plain.
        let taken = &mut self.order[..self.free];
        taken.sort_unstable();
        for &j in taken.iter() {
            let value = reduced[j as usize];
            self.chosen[j as usize] = true;
            self.edge.0 = self.edge.0.max(value);
            sum += value;
            terms += value.abs();
        }
        sum - ROUNDING * terms
    }

    /// Climbs for so many evaluations towards `target`, or until it is reached, a limit comes, or steps are too short.
    /// Sites are settled on the way, so that the bound is one on plans better than the target.
    pub fn climb(&mut self, lists: &Lists, target: f64, evaluations: usize, patience: usize, control: &Control) {
        let mut shorter = self.shortened(lists);
        let mut settled = self.bound;
        for evaluation in 0..evaluations {
            if evaluation % BETWEEN == BETWEEN - 1 && self.bound > settled {
                settled = self.bound;
                if !self.settle(shorter.as_ref().unwrap_or(lists), target) {
                    return;
                }
                if let Some(fewer) = self.shortened(shorter.as_ref().unwrap_or(lists)) {
                    shorter = Some(fewer);
                }
            }
            let lists = shorter.as_ref().unwrap_or(lists);
            self.entries = lists.len();
            let bound = self.evaluate(lists);
            if bound > self.bound {
                if bound > self.bound + 1e-4 * (target - bound) {
                    self.idle = 0;
                }
                self.bound = bound;
                self.best.clone_from(&self.now);
            }
            for (share, &chosen) in self.share.iter_mut().zip(&self.chosen) {
                *share += NEWEST * (f64::from(u8::from(chosen)) - *share);
            }
            if self.bound >= target || control.stop().is_some() {
                return;
            }
            self.idle += 1;
            if self.idle >= patience {
                let step = 0.5 * self.step;
                self.restart(step);
                if self.is_done() {
                    return;
                }
                continue;
            }
            self.advance(lists, target, bound);
        }
    }

    /// The lists without closed sites, where this leaves out enough.
    fn shortened(&self, lists: &Lists) -> Option<Lists> {
        let is_closed = |j: u32| self.role[j as usize] == Role::Closed;
        let closed = lists.site.par_iter().filter(|&&j| is_closed(j)).count();
        (closed as f64 > FEWER * lists.len() as f64).then(|| lists.without(is_closed))
    }

    /// One step along the deflected subgradient.
    fn advance(&mut self, lists: &Lists, target: f64, bound: f64) {
        let size = self.now.len().div_ceil(PARTS).max(1);
        let (chosen, now) = (&self.chosen, &self.now);
        self.direction.par_chunks_mut(size).enumerate().for_each(|(part, direction)| {
            for (at, d) in direction.iter_mut().enumerate() {
                let row = part * size + at;
                let u = now[row];
                let mut unserved = 1.0;
                for entry in lists.row(row) {
                    if lists.cost[entry] >= u {
                        break;
                    }
                    if chosen[lists.site[entry] as usize] {
                        unserved -= 1.0;
                    }
                }
                *d = unserved + MEMORY * *d;
            }
        });
        let mut square = 0.0;
        for d in &self.direction {
            square += d * d;
        }
        if square == 0.0 {
            self.step = 0.0;
            return;
        }
        let pace = self.step * (target - bound) / square;
        for (row, (u, d)) in self.now.iter_mut().zip(&self.direction).enumerate() {
            // Below its least cost a multiplier gives nothing.
            let least = lists.cost.get(lists.row(row).start).copied().unwrap_or(0.0);
            *u = (*u + pace * d).max(least.min(lists.complete[row])).min(lists.complete[row]);
        }
    }

    /// Rows whose multipliers stand at the end of lists that may grow, and the cost that they should reach.
    pub fn held(&self, lists: &Lists, farther: f64) -> Vec<(usize, f64)> {
        let reaches_end = |row: usize| self.best[row].max(self.now[row]) >= lists.complete[row];
        let at_end = |row: &usize| reaches_end(*row) && !lists.has_ended(*row);
        // A list that ends at a cost of zero is to end elsewhere.
        let finite = || lists.complete.iter().filter(|cost| cost.is_finite());
        let mean = finite().sum::<f64>() / finite().count().max(1) as f64;
        let least = if mean > 0.0 { 1e-3 * mean } else { f64::INFINITY };
        let wanted = |row: usize| (row, (farther * lists.complete[row]).max(least));
        (0..self.best.len()).filter(at_end).map(wanted).collect()
    }

    /// Evaluates the best multipliers again, and settles the sites on which every plan better than `target` agrees with
    /// the choice there: exchanging a site for the edge of the choice must not lift the bound to the target. `false`
    /// when no such plan is left.
    pub fn settle(&mut self, lists: &Lists, target: f64) -> bool {
        let now = std::mem::replace(&mut self.now, self.best.clone());
        let bound = self.evaluate(lists);
        self.now = now;
        self.bound = self.bound.max(bound);
        if self.bound >= target {
            return false;
        }
        let limit = target + ROUNDING * target.abs();
        for (j, role) in self.role.iter_mut().enumerate().filter(|(_, role)| **role == Role::Free) {
            if self.chosen[j] && bound - self.reduced[j] + self.edge.1 >= limit {
                *role = Role::Open;
                self.free = self.free.saturating_sub(1);
            } else if !self.chosen[j] && bound + self.reduced[j] - self.edge.0 >= limit {
                *role = Role::Closed;
            }
        }
        true
    }

    /// The bound at the best multipliers for each number of free sites that open.
    pub fn by_size(&mut self, lists: &Lists) -> Vec<f64> {
        self.free = 0;
        self.now.clone_from(&self.best);
        let mut bound = self.evaluate(lists);
        let of_free = self.reduced.iter().zip(&self.role).filter(|(_, role)| **role == Role::Free);
        let mut worth: Vec<f64> = of_free.map(|(reduced, _)| *reduced).collect();
        worth.sort_unstable_by(f64::total_cmp);
        let mut bounds = vec![bound];
        for value in worth {
            bound += value * (1.0 + ROUNDING);
            bounds.push(bound);
        }
        bounds
    }

    /// Marks the sites that may be open in good plans: those chosen, and of the others the best few; more of them where
    /// these were tried in vain.
    pub fn promising(&self, target: f64, in_vain: u32) -> Vec<bool> {
        let mut order: Vec<u32> =
            (0_u32..).zip(&self.role).filter(|(_, role)| **role == Role::Free).map(|(j, _)| j).collect();
        // The nearer the bound is to the best plan, the better multipliers tell which sites are good.
        let gap = 1.0 - self.bound / target;
        let tenths =
            [(4e-4, 3), (7e-4, 6), (1e-3, 10)].into_iter().find(|(most, _)| gap <= *most).map_or(20, |of| of.1);
        let others = self.free * tenths / 10 * (1 + in_vain.min(10) as usize);
        let count = self.free + others + 100;
        if count < order.len() {
            let reduced = &self.reduced;
            let ascending = |a: &u32, b: &u32| reduced[*a as usize].total_cmp(&reduced[*b as usize]).then(a.cmp(b));
            order.select_nth_unstable_by(count, ascending);
            order.truncate(count);
        }
        let mut promising: Vec<bool> = self.role.iter().map(|role| *role == Role::Open).collect();
        for j in order {
            promising[j as usize] = true;
        }
        promising
    }

    /// The sites that are chosen most often: those that must open, and `free` others.
    pub fn favourites(&self) -> Vec<u32> {
        let by = |role: Role| (0_u32..).zip(&self.role).filter(move |(_, r)| **r == role).map(|(j, _)| j);
        let mut others: Vec<u32> = by(Role::Free).collect();
        let share = |j: &u32| self.share[*j as usize];
        let least = |j: &u32| self.reduced[*j as usize];
        others.sort_by(|a, b| share(b).total_cmp(&share(a)).then(least(a).total_cmp(&least(b))).then(a.cmp(b)));
        others.truncate(self.free);
        others.extend(by(Role::Open));
        others.sort_unstable();
        others
    }
}
