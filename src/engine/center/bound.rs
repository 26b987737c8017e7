//! Bounds on a set cover: how many sites, or how much money, it takes at least.
//!
//! Relaxing the rows with multipliers u ≥ 0 bounds every cover from below,
//! L(u) = Σ_i u_i + Σ_j min(0, f_j − Σ_{i ∋ j} u_i), and the subgradient method of Held, Wolfe and Crowder (1974) raises
//! L. The multipliers also guide a greedy cover, as in Caprara, Fischetti and Toth (1999), "A heuristic method for the
//! set covering problem", Operations Research 47, and reduced costs settle sites for good.

use super::cover::{Cover, Settled};
use super::instance::Instance;
use crate::solve::Control;

/// What bounding found out.
#[derive(Debug, Clone)]
pub(crate) enum Bounded {
    /// No cover keeps the limits.
    Impossible,
    /// These columns cover everything within the limits.
    Covered(Vec<u32>),
    /// Neither is known; some columns are settled.
    Unknown(Settled),
}

/// Bounds a cover by subgradient rounds.
pub(crate) fn bound(cover: &Cover, instance: &Instance, rounds: usize, control: &Control) -> Bounded {
    if cover.impossible {
        return Bounded::Impossible;
    }
    if cover.rows.is_empty() && !cover.has_two_limits() {
        return Bounded::Covered(Vec::new());
    }
    let mut settled = Settled::default();
    let by_count =
        cover.p.map(|p| (p as f64, cover.site.iter().map(|&j| price(instance.counted[j as usize])).collect()));
    let by_money = cover.budget.map(|budget| (budget, cover.site.iter().map(|&j| instance.cost[j as usize]).collect()));
    for (limit, prices) in by_count.into_iter().chain(by_money) {
        let mut subgradient = Subgradient::new(cover, instance, limit, prices);
        match subgradient.run(rounds, control) {
            Bounded::Unknown(more) => {
                settled.out.extend(more.out);
                settled.into.extend(more.into);
            }
            known => return known,
        }
    }
    settled.out.sort_unstable();
    settled.out.dedup();
    settled.into.sort_unstable();
    settled.into.dedup();
    // Out by one limit and in by the other.
    if settled.into.iter().any(|column| settled.out.binary_search(column).is_ok()) {
        return Bounded::Impossible;
    }
    Bounded::Unknown(settled)
}

fn price(counted: bool) -> f64 {
    if counted { 1.0 } else { 0.0 }
}

struct Subgradient<'a> {
    cover: &'a Cover,
    instance: &'a Instance,
    limit: f64,
    prices: Vec<f64>,
    /// A bound above this proves that the limit cannot be kept.
    beyond: f64,
    multipliers: Vec<f64>,
    reduced: Vec<f64>,
    best: f64,
    best_reduced: Vec<f64>,
    /// Price of the cheapest cover found.
    cheapest: f64,
}

impl<'a> Subgradient<'a> {
    fn new(cover: &'a Cover, instance: &'a Instance, limit: f64, prices: Vec<f64>) -> Self {
        let share = |column: u32| prices[column as usize] / cover.columns[column as usize].len().max(1) as f64;
        let multipliers = cover
            .rows
            .iter()
            .map(|row| row.iter().map(|&column| share(column)).fold(f64::INFINITY, f64::min).min(1e300))
            .collect();
        Self {
            cover,
            instance,
            limit,
            // Far above what sums of this length lose to rounding.
            beyond: limit + 1e-6 * limit.abs().max(1.0),
            multipliers,
            reduced: Vec::new(),
            best: f64::NEG_INFINITY,
            best_reduced: Vec::new(),
            cheapest: f64::INFINITY,
            prices,
        }
    }

    fn run(&mut self, rounds: usize, control: &Control) -> Bounded {
        let (mut step, mut stalled) = (1.0, 0);
        let mut direction = vec![0.0; self.cover.rows.len()];
        for round in 0..rounds {
            let value = self.value();
            if value > self.best + 1e-9 * self.best.abs() {
                self.best = value;
                self.best_reduced.clone_from(&self.reduced);
                stalled = 0;
            } else {
                stalled += 1;
            }
            if self.best > self.beyond {
                return Bounded::Impossible;
            }
            if round % 8 == 0 {
                if let Some(columns) = self.greedy() {
                    return Bounded::Covered(columns);
                }
                if control.stop().is_some() {
                    break;
                }
            }
            if stalled >= 12 {
                (step, stalled) = (step / 2.0, 0);
            }
            let mut length = 0.0;
            for (slack, row) in direction.iter_mut().zip(&self.cover.rows) {
                let open = row.iter().filter(|&&column| self.reduced[column as usize] < 0.0).count();
                *slack = 1.0 - open as f64;
                length += *slack * *slack;
            }
            if length == 0.0 || step < 1e-3 {
                break;
            }
            let target = if self.cheapest.is_finite() { self.cheapest } else { 1.1 * self.limit + 1.0 };
            let pace = step * (target - value).max(1e-9) / length;
            for (multiplier, slack) in self.multipliers.iter_mut().zip(&direction) {
                *multiplier = (*multiplier + pace * slack).max(0.0);
            }
        }
        Bounded::Unknown(self.settle())
    }

    /// L(u), with the reduced costs on the way.
    fn value(&mut self) -> f64 {
        self.reduced.clone_from(&self.prices);
        for (row, &multiplier) in self.cover.rows.iter().zip(&self.multipliers) {
            for &column in row {
                self.reduced[column as usize] -= multiplier;
            }
        }
        self.multipliers.iter().sum::<f64>() + self.reduced.iter().map(|cost| cost.min(0.0)).sum::<f64>()
    }

    /// Columns that would push the bound beyond the limit when taken, or when left.
    fn settle(&self) -> Settled {
        let columns = || (0_u32..).zip(&self.best_reduced);
        let pushes = |cost: f64| self.best + cost > self.beyond;
        Settled {
            out: columns().filter(|(_, cost)| **cost > 0.0 && pushes(**cost)).map(|(at, _)| at).collect(),
            into: columns().filter(|(_, cost)| **cost < 0.0 && pushes(-**cost)).map(|(at, _)| at).collect(),
        }
    }

    /// A cover by reduced costs; given back when it keeps the limits.
    fn greedy(&mut self) -> Option<Vec<u32>> {
        let cover = self.cover;
        let mut cost = self.reduced.clone();
        let mut fresh: Vec<usize> = cover.columns.iter().map(Vec::len).collect();
        let mut times = vec![0_usize; cover.rows.len()];
        let mut left = cover.rows.len();
        let mut chosen: Vec<u32> = Vec::new();
        while left > 0 {
            let mut best: Option<(f64, u32)> = None;
            for (column, &fresh) in (0_u32..).zip(&fresh) {
                if fresh == 0 {
                    continue;
                }
                let (cost, fresh) = (cost[column as usize], fresh as f64);
                let score = if cost > 0.0 { cost / fresh } else { cost * fresh };
                if best.is_none_or(|(least, _)| score < least) {
                    best = Some((score, column));
                }
            }
            let (_, column) = best?;
            chosen.push(column);
            for &row in &cover.columns[column as usize] {
                times[row as usize] += 1;
                if times[row as usize] == 1 {
                    left -= 1;
                    for &other in &cover.rows[row as usize] {
                        fresh[other as usize] -= 1;
                        cost[other as usize] += self.multipliers[row as usize];
                    }
                }
            }
        }
        // Drop what turned out superfluous, the dearest first.
        chosen.sort_by(|&a, &b| self.prices[b as usize].total_cmp(&self.prices[a as usize]).then(a.cmp(&b)));
        chosen.retain(|&column| {
            let rows = &cover.columns[column as usize];
            let superfluous = rows.iter().all(|&row| times[row as usize] > 1);
            if superfluous {
                rows.iter().for_each(|&row| times[row as usize] -= 1);
            }
            !superfluous
        });
        let price: f64 = chosen.iter().map(|&column| self.prices[column as usize]).sum();
        self.cheapest = self.cheapest.min(price);
        let mut sites: Vec<u32> = chosen.iter().map(|&column| cover.site[column as usize]).collect();
        sites.extend(&cover.fixed);
        let keeps = self.instance.allows(self.instance.count(&sites), self.instance.money(&sites));
        keeps.then_some(chosen)
    }
}
