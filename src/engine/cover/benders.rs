//! Maximal covering over many cells: a linear programme of the sites alone, with Benders cuts.
//!
//! ```text
//! max  Σ_g θ_g    over the y that the rules on sites allow
//! s.t. θ_g ≤ Σ_{c ∈ g} (w_c − λ_c) + Σ_{c ∈ g} λ_c Σ_{j ∈ c} y_j      for any 0 ≤ λ_c ≤ w_c
//! ```
//!
//! One cut a cell and λ in {0, w} would be the linear relaxation itself; one θ for a group of cells keeps the programme small,
//! and the cuts begin at the multipliers of the Lagrangian bound. At a fractional ȳ the strongest cut has λ_c = w_c where
//! Σ_{j ∈ c} ȳ_j < 1 and 0 elsewhere, found in one pass over the cells (Cordeau, Furini and Ljubić 2019, "Benders
//! decomposition for very large scale partial set covering and maximal covering location problems", European Journal of
//! Operational Research 275). Cuts are made between ȳ and the best point so far, which needs fewer of them (Ben-Ameur and
//! Neto 2007, "Acceleration of cutting-plane and column generation algorithms", Networks 49).
//!
//! Dual values of the cuts, at most one in sum for each group, make new multipliers. The bound is that of
//! [`lagrangian`](super::lagrangian) at these, added up from the cells, and not the solver's.

use std::hash::BuildHasher;

use rustc_hash::{FxBuildHasher, FxHashSet};

use super::groups::by_central_site;
use super::lagrangian::Bound;
use crate::engine::mip::{LiveLp, LpEnd, cover::max_cover_master, fits, live_lp};
use crate::engine::reduce::Cells;
use crate::engine::tree::Row;
use crate::error::Error;
use crate::solve::{Control, Limit, Phase};

/// From so many entries on the cells do not go into a linear programme of their own: measured on cells of the plane.
const MANY: usize = 150_000;
/// How far a cut must be broken, in parts of its group's weight.
const BROKEN: f64 = 1e-7;
/// Where more than this part of the groups break a cut half-way, cuts at the optimum itself wait.
const ENOUGH: f64 = 0.2;
/// The climb ends when the bound is this close to what the sites' shares cover, or moves less than that for some rounds.
const CLOSE: f64 = 2e-6;
const PATIENCE: usize = 10;

/// Whether the cells are too many for a linear programme that holds them all.
pub(crate) fn suits(cells: &Cells) -> bool {
    cells.sites_of.entries() >= MANY
}

/// The live programme and its cuts.
pub(crate) struct Master<'a> {
    pub lp: Box<dyn LiveLp>,
    pub cuts: Cuts<'a>,
}

impl<'a> Master<'a> {
    /// Starts with the cuts at some multipliers. `None` when a limit came, or the programme does not fit.
    pub fn new(cells: &'a Cells, lambda: &[f64], control: &Control) -> Result<Option<Self>, Error> {
        let mut cuts = Cuts::of(cells, control);
        // What a cut holds is no more than what its cells do.
        let formulation = max_cover_master(cells, &cuts.weight, 4 * cells.sites_of.entries());
        if !fits(formulation.entries, control) {
            return Ok(None);
        }
        let Some(mut lp) = live_lp(formulation, control)? else { return Ok(None) };
        for group in 0..cuts.groups.len() {
            let row = cuts.cut(group, |cell| lambda[cell as usize]);
            lp.add_weighted_row(&row.entries, row.least)?;
        }
        Ok(Some(Self { lp, cuts }))
    }

    /// Adds cuts until the relaxation breaks none, and improves the bound by the way. `offer` is shown the shares of sites
    /// and gives the value of the best plan known then; below `enough` of it nothing better is left. Gives the limit that
    /// came first, if any.
    pub fn climb(
        &mut self,
        bound: &mut Bound,
        enough: impl Fn(f64) -> f64,
        control: &Control,
        mut offer: impl FnMut(&[f64]) -> f64,
    ) -> Result<Option<Limit>, Error> {
        let cells = self.cuts.cells;
        let mut core: Option<(f64, Vec<f64>)> = None;
        let (mut idle, mut last) = (0, f64::INFINITY);
        loop {
            match self.lp.solve(None, control)? {
                LpEnd::Optimal(_) => {}
                LpEnd::Infeasible => return Ok(None),
                LpEnd::Unfinished(_) | LpEnd::Stopped => return Ok(Some(control.stop().unwrap_or(Limit::Time))),
            }
            let values = self.lp.values().to_vec();
            let known = offer(&values);
            let value = bound.offer(cells, &self.cuts.multipliers(self.lp.row_duals()), known);
            control.bound(Phase::Bound, bound.value);
            let limit = control.stop().or_else(|| control.gap_reached().then_some(Limit::Gap));
            if limit.is_some() || bound.value < enough(known) {
                return Ok(limit);
            }
            let shares = &values[..cells.n_sites()];
            let here = self.cuts.covered(shares);
            let middle: Option<Vec<f64>> =
                core.as_ref().map(|(_, core)| core.iter().zip(shares).map(|(a, b)| 0.5 * (a + b)).collect());
            let mut rows = Vec::new();
            if let Some(middle) = middle {
                rows = self.cuts.broken(&middle, &values);
                let there = self.cuts.covered(&middle);
                core = core.filter(|(covered, _)| *covered >= there).or(Some((there, middle)));
            }
            if (rows.len() as f64) < ENOUGH * self.cuts.groups.len() as f64 {
                rows.extend(self.cuts.broken(shares, &values));
            }
            core = core.filter(|(covered, _)| *covered >= here).or_else(|| Some((here, shares.to_vec())));
            idle = if value < last * (1.0 - CLOSE) { 0 } else { idle + 1 };
            last = last.min(value);
            let close = core.as_ref().is_some_and(|(covered, _)| last <= covered * (1.0 + CLOSE));
            if rows.is_empty() || close || idle >= PATIENCE {
                return Ok(None);
            }
            for row in rows {
                self.lp.add_weighted_row(&row.entries, row.least)?;
            }
        }
    }
}

/// The cuts of a programme, in the order of its rows.
pub(crate) struct Cuts<'a> {
    cells: &'a Cells,
    groups: Vec<Vec<u32>>,
    /// Weight of each group.
    weight: Vec<f64>,
    /// Group of each cut, and the multipliers of its cells.
    made: Vec<(usize, Vec<f64>)>,
    /// Hashes of the cuts that were broken once: the solver may take for met what is broken by more than is forgiven here.
    present: FxHashSet<u64>,
    /// What a cut under work gives for each site.
    worth: Vec<f64>,
}

impl<'a> Cuts<'a> {
    fn of(cells: &'a Cells, control: &Control) -> Self {
        let groups = by_central_site(cells, control);
        let weight = groups.iter().map(|group| group.iter().map(|&cell| cells.weight[cell as usize]).sum()).collect();
        Self {
            cells,
            groups,
            weight,
            made: Vec::new(),
            present: FxHashSet::default(),
            worth: vec![0.0; cells.n_sites()],
        }
    }

    /// The cut of a group at some multipliers.
    fn cut(&mut self, group: usize, lambda: impl Fn(u32) -> f64) -> Row {
        let priced: Vec<f64> = self.groups[group].iter().map(|&cell| lambda(cell)).collect();
        let mut entries = Vec::new();
        let mut free = 0.0;
        for (&cell, &lambda) in self.groups[group].iter().zip(&priced) {
            free += self.cells.weight[cell as usize] - lambda;
            if lambda > 0.0 {
                for &site in self.cells.sites_of.get(cell) {
                    if self.worth[site as usize] == 0.0 {
                        entries.push((site, 0.0));
                    }
                    self.worth[site as usize] += lambda;
                }
            }
        }
        for (site, entry) in &mut entries {
            *entry = std::mem::take(&mut self.worth[*site as usize]);
        }
        // Sites and groups are fewer than u32 holds: groups are at most as many as sites, which fit in memory twice.
        entries.push((u32::try_from(self.cells.n_sites() + group).unwrap_or(u32::MAX), -1.0));
        self.made.push((group, priced));
        Row { entries, least: -free }
    }

    /// Cuts at some shares of sites, those that the values of the relaxation break and that are not there yet.
    pub fn broken(&mut self, at: &[f64], values: &[f64]) -> Vec<Row> {
        let mut rows = Vec::new();
        for group in 0..self.groups.len() {
            let mut most = 0.0;
            for &cell in &self.groups[group] {
                let weight = self.cells.weight[cell as usize];
                most += if self.share(cell, at) < FULL { weight * self.share(cell, values) } else { weight };
            }
            if values[self.cells.n_sites() + group] > most + BROKEN * self.weight[group] {
                let cells = self.cells;
                let is_open = |cell| share(cells, cell, at) < FULL;
                let open: Vec<bool> = self.groups[group].iter().map(|&cell| is_open(cell)).collect();
                if self.present.insert(FxBuildHasher.hash_one((group, open))) {
                    rows.push(self.cut(group, |cell| if is_open(cell) { cells.weight[cell as usize] } else { 0.0 }));
                }
            }
        }
        rows
    }

    fn share(&self, cell: u32, shares: &[f64]) -> f64 {
        share(self.cells, cell, shares)
    }

    /// What some shares of sites cover, each cell once at most.
    fn covered(&self, shares: &[f64]) -> f64 {
        let cells = (0_u32..).zip(&self.cells.weight);
        self.cells.covered + cells.map(|(cell, weight)| weight * self.share(cell, shares).min(1.0)).sum::<f64>()
    }

    /// The multiplier of each cell that the dual values of the rows make.
    fn multipliers(&self, duals: &[f64]) -> Vec<f64> {
        let rules = duals.len().saturating_sub(self.made.len());
        // Their sign is the solver's affair, and any weights give a bound.
        let prices = || self.made.iter().zip(duals.iter().skip(rules).map(|dual| dual.abs()));
        let mut of_group = vec![0.0; self.groups.len()];
        prices().for_each(|((group, _), price)| of_group[*group] += price);
        let mut lambda = vec![0.0; self.cells.len()];
        for ((group, priced), price) in prices().filter(|(_, price)| *price > 0.0) {
            let part = price / of_group[*group].max(1.0);
            for (&cell, priced) in self.groups[*group].iter().zip(priced) {
                lambda[cell as usize] += part * priced;
            }
        }
        for (lambda, &weight) in lambda.iter_mut().zip(&self.cells.weight) {
            *lambda = lambda.min(weight);
        }
        lambda
    }
}

/// A cell is covered in full from here on, but for the solver's rounding.
const FULL: f64 = 1.0 - 1e-9;

/// Shares of the sites in reach of a cell.
fn share(cells: &Cells, cell: u32, shares: &[f64]) -> f64 {
    cells.sites_of.get(cell).iter().map(|&site| shares[site as usize]).sum()
}
