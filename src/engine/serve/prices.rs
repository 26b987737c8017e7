//! What opening, closing and exchanging sites can bring, by the prices of capacity: bounds from linear duality.
//!
//! With u_j the price of capacity at open site j, a demand point pays v_i = min_j (a_ij / d_i + u_j) per unit. Opening
//! site k saves at most the knapsack max Σ_i d_i (v_i − a_ik / d_i) t_i with Σ_i d_i t_i ≤ κ_k; closing j costs at least
//! Σ_i d_i (v_i' − v_i) + κ_j u_j, where v_i' leaves out j.

use super::columns::{Entry, Ways};
use super::problem::Serve;
use super::transport::Served;

/// Work that looking for exchanges may take, in looked-at entries.
const EXCHANGES: usize = 2_000_000;

/// The most that a site can save when each demand point pays `v`, and the price of its capacity then.
pub(super) fn gain(serve: &Serve, column: &[Entry], v: &[f64], capacity: f64) -> (f64, f64) {
    let (mut total, mut taken) = (0.0, 0.0);
    for entry in column {
        let i = entry.demand as usize;
        let saved = v[i] - entry.unit;
        if saved > 0.0 {
            let demand = serve.demand[i];
            total += saved * if demand > 0.0 { demand } else { 1.0 };
            taken += demand;
        }
    }
    if taken <= capacity {
        return (total, 0.0);
    }
    let mut items: Vec<(f64, f64)> = Vec::new();
    total = 0.0;
    for entry in column {
        let i = entry.demand as usize;
        let (saved, demand) = (v[i] - entry.unit, serve.demand[i]);
        if saved > 0.0 && demand > 0.0 {
            items.push((saved, demand));
        } else if saved > 0.0 {
            total += saved;
        }
    }
    items.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut left = capacity;
    for (saved, demand) in items {
        total += saved * demand.min(left);
        left -= demand;
        if left <= 0.0 {
            return (total, saved);
        }
    }
    (total, 0.0)
}

/// A change of the open set.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Move {
    Open(usize),
    Close(usize),
    Swap { out: usize, site: usize },
}

impl Move {
    pub fn apply(self, open: &mut [bool]) {
        let (opened, closed) = self.parts();
        if let Some(site) = opened {
            open[site] = true;
        }
        if let Some(site) = closed {
            open[site] = false;
        }
    }

    fn parts(self) -> (Option<usize>, Option<usize>) {
        match self {
            Self::Open(site) => (Some(site), None),
            Self::Close(site) => (None, Some(site)),
            Self::Swap { out, site } => (Some(site), Some(out)),
        }
    }

    /// Whether the rules on sites still hold after the move, for an open set that obeys them and costs `money`.
    pub fn allowed(self, serve: &Serve, open: &[bool], money: f64) -> bool {
        let (opened, closed) = self.parts();
        if opened.is_some_and(|site| open[site]) || closed.is_some_and(|site| !open[site] || serve.must_open[site]) {
            return false;
        }
        let counts = |site: Option<usize>| site.is_some_and(|site| serve.counted[site]);
        if serve.p.is_some() && counts(opened) != counts(closed) {
            return false;
        }
        let cost = |site: Option<usize>| site.map_or(0.0, |site| serve.money[site]);
        let change = cost(opened) - cost(closed);
        change <= 0.0 || serve.budget.is_none_or(|budget| money + change <= budget)
    }
}

/// What each demand point pays, and could pay if its best site closed.
pub(crate) struct Prices<'a> {
    serve: &'a Serve,
    open: &'a [bool],
    best: Vec<Option<u32>>,
    v: Vec<f64>,
    second: Vec<f64>,
    /// What the capacity of each site is worth at its price.
    rent: Vec<f64>,
    /// Whether the estimates are bounds.
    pub bound: bool,
}

impl<'a> Prices<'a> {
    pub fn of(serve: &'a Serve, open: &'a [bool], split: &Served) -> Self {
        let n_open = open.iter().filter(|open| **open).count();
        let unserved = serve.unserved_price(n_open);
        let ways = Ways::of(serve, open);
        let price = |j: usize| split.price[j].max(0.0);
        let n = serve.n_demand();
        let mut prices = Self {
            serve,
            open,
            best: vec![None; n],
            v: vec![unserved; n],
            second: vec![unserved; n],
            rent: (0..open.len()).map(|j| if price(j) > 0.0 { price(j) * serve.capacity[j] } else { 0.0 }).collect(),
            bound: serve.min_use.iter().all(|&least| least == 0.0),
        };
        for i in 0..n {
            let free = serve.demand[i] == 0.0;
            for way in ways.get(i) {
                let here = way.unit + if free { 0.0 } else { price(way.site as usize) };
                if here < prices.v[i] {
                    prices.second[i] = prices.v[i];
                    prices.v[i] = here;
                    prices.best[i] = Some(way.site);
                } else if here < prices.second[i] {
                    prices.second[i] = here;
                }
            }
        }
        prices
    }

    /// What each demand point pays per unit of demand.
    pub fn into_paid(self) -> Vec<f64> {
        self.v
    }

    /// Entries that [`Prices::moves`] looks at.
    pub fn work(&self) -> usize {
        2 * self.serve.pairs.len() + EXCHANGES.min(self.open.len() * self.v.len())
    }

    /// What each site costs when it closes while `other` prices are open to the demand points.
    fn losses(&self, other: &[f64]) -> Vec<f64> {
        let mut losses = self.rent.clone();
        for (i, best) in self.best.iter().enumerate() {
            let Some(best) = best else { continue };
            let amount = if self.serve.demand[i] > 0.0 { self.serve.demand[i] } else { 1.0 };
            losses[*best as usize] += amount * (self.second[i].min(other[i]) - self.v[i].min(other[i]));
        }
        losses
    }

    /// The most promising moves that the rules on sites allow, best first, each with the change of the objective that it
    /// brings at best.
    pub fn moves(&self, count: usize) -> Vec<(f64, Move)> {
        let (serve, columns) = (self.serve, self.serve.columns());
        let n_sites = self.open.len();
        let money = serve.money_of(self.open);
        let mut other = vec![f64::INFINITY; self.v.len()];
        let closed: Vec<usize> = (0..n_sites).filter(|&j| !self.open[j]).collect();
        let mut openings: Vec<(f64, f64, usize)> = Vec::with_capacity(closed.len());
        for j in closed {
            let (gain, price) = gain(serve, columns.get(j), &self.v, serve.capacity[j]);
            openings.push((serve.charge[j] - gain, price, j));
        }
        openings.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
        let mut moves: Vec<(f64, Move)> = Vec::new();
        let mut offer = |change: f64, step: Move| {
            if step.allowed(serve, self.open, money) {
                moves.push((change, step));
            }
        };
        for &(change, _, site) in &openings {
            offer(change, Move::Open(site));
        }
        let losses = self.losses(&other);
        for out in (0..n_sites).filter(|&j| self.open[j]) {
            offer(losses[out] - serve.charge[out], Move::Close(out));
        }
        let candidates = (EXCHANGES / self.v.len().max(1)).max(8);
        for &(change, price, site) in openings.iter().take(candidates) {
            for entry in columns.get(site) {
                let free = serve.demand[entry.demand as usize] == 0.0;
                other[entry.demand as usize] = entry.unit + if free { 0.0 } else { price };
            }
            let losses = self.losses(&other);
            for out in (0..n_sites).filter(|&j| self.open[j]) {
                offer(change + losses[out] - serve.charge[out], Move::Swap { out, site });
            }
            for entry in columns.get(site) {
                other[entry.demand as usize] = f64::INFINITY;
            }
        }
        moves.sort_by(|a, b| a.0.total_cmp(&b.0));
        moves.truncate(count);
        moves
    }
}
