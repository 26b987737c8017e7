//! The proof for maximal covering in its plain form: a Lagrangian bound, sites settled by it, and branch and bound on the
//! linear relaxation of what is left, with its cells or, where they are many, with cuts. Where cells need several sites it
//! is branch and bound at once, with cuts of another kind.

use super::backup;
use super::benders::{self, Master};
use super::lagrangian::{Bound, Known};
use super::regions;
use crate::engine::Ended;
use crate::engine::heuristic::cover;
use crate::engine::mip;
use crate::engine::reduce::Cells;
use crate::engine::tree::{self, Proven, Task};
use crate::error::Error;
use crate::model::Sense;
use crate::solve::{Control, Limit, Phase};

/// How often the search begins anew on what a relaxation left open.
const RESTARTS: usize = 3;
/// With so many sites left, a gap of this part is not closed soon: better plans and regions come first.
const LARGE: usize = 400;
const WIDE: f64 = 0.002;

/// Sites that reach a region at first, and how often regions are solved before they become larger no more.
const REGION: usize = 60;
const PASSES: usize = 5;

/// A proof under way.
pub(crate) struct Proof {
    cells: Cells,
    pub best: Best,
    /// No plan covers more than this.
    pub least: f64,
    /// What objectives are whole multiples of; 0: of nothing.
    step: f64,
    restarts: usize,
}

/// The best plan known.
pub(crate) struct Best {
    pub value: f64,
    /// Its sites in the model.
    pub sites: Vec<u32>,
    /// Whether the proof found it.
    pub is_new: bool,
}

impl Best {
    fn offer(&mut self, cells: &Cells, value: f64, chosen: &[u32], control: &Control) {
        if value > self.value {
            *self = Self { value, sites: cells.in_model(chosen), is_new: true };
            control.incumbent(Phase::Bound, value);
        }
    }

    /// Takes a choice made of the shares of a relaxation where it is better.
    fn round(&mut self, cells: &Cells, shares: &[f64], control: &Control) -> f64 {
        if let Some(chosen) = cover::rounded(cells, shares) {
            self.offer(cells, cover::value(cells, &chosen), &chosen, control);
        }
        self.value
    }
}

/// How work on a relaxation ended.
enum Rooted {
    Proven(Proven),
    /// Sites that every better plan opens, and those that it does not.
    Settled(Vec<bool>, Vec<bool>),
}

impl Proof {
    /// Begins with a plan: its value and its sites in the model. No dominated site is left among the cells.
    pub fn new(cells: Cells, value: f64, sites: &[u32], step: f64) -> Self {
        let best = Best { value, sites: sites.to_vec(), is_new: false };
        Self { cells, best, least: f64::INFINITY, step, restarts: RESTARTS }
    }

    /// Searches to the end, or to a limit.
    pub fn search(&mut self, control: &Control) -> Result<Proven, Error> {
        self.least = control.best_bound().unwrap_or(f64::INFINITY);
        if self.cells.need_several() {
            return self.on_several(control);
        }
        let mut bound = self.lagrangian(control);
        if let Some(proven) = self.ended(control) {
            return Ok(proven);
        }
        if self.is_wide() {
            log::info!(
                "max-cover: a gap of {:.2} % asks for a better plan",
                100.0 * (self.least / self.best.value - 1.0)
            );
            let chosen = cover::deepen(&self.cells, &self.cells.local(&self.best.sites), control);
            self.best.offer(&self.cells, cover::value(&self.cells, &chosen), &chosen, control);
            let mut parts = regions::of(&self.cells, REGION, control);
            for _ in 0..PASSES {
                if parts.len() < 2 || !self.is_wide() || self.ended(control).is_some() {
                    break;
                }
                regions::lower(&self.cells, &mut bound, &mut parts, self.best.value, control)?;
                self.lower(bound.value, control);
                parts = regions::joined(&parts);
            }
            if let Some(proven) = self.ended(control) {
                return Ok(proven);
            }
        }
        self.cells.fix(&bound.open, &bound.closed);
        let mut bound = Some(bound);
        loop {
            self.cells.drop_dominated();
            if self.cells.len() == 0 {
                // Everything is settled: what the fixed sites cover is the only value left to compare.
                self.best.offer(&self.cells, self.cells.covered, &[], control);
                return Ok(Proven { bound: Some(self.best.value), ended: Ended::Complete, nodes: 0 });
            }
            let rooted = if benders::suits(&self.cells) {
                let known = bound.take().filter(|bound| bound.closed.len() == self.cells.n_sites());
                let bound = known.unwrap_or_else(|| self.lagrangian(control));
                if let Some(proven) = self.ended(control) {
                    return Ok(proven);
                }
                log::info!("max-cover: Benders cuts for {} cells, for they are many", self.cells.len());
                let cells = std::mem::take(&mut self.cells);
                let rooted = self.on_cuts(&cells, bound, control);
                self.cells = cells;
                rooted?
            } else {
                self.on_cells(control)?
            };
            match rooted {
                Rooted::Proven(proven) => return Ok(proven),
                Rooted::Settled(open, closed) => self.cells.fix(&open, &closed),
            }
        }
    }

    /// The end of the search on cuts, however few the cells.
    #[cfg(test)]
    pub fn search_on_cuts(&mut self, control: &Control) -> Result<Proven, Error> {
        self.restarts = 0;
        let (bound, cells) = (self.lagrangian(control), self.cells.clone());
        match self.on_cuts(&cells, bound, control)? {
            Rooted::Proven(proven) => Ok(proven),
            Rooted::Settled(..) => Err(Error::Unverified("a search without restarts began anew".into())),
        }
    }

    /// The Lagrangian bound of the cells that are left.
    fn lagrangian(&mut self, control: &Control) -> Bound {
        let mut bound = Bound::start(&self.cells);
        let value = self.best.value;
        bound.improve(&self.cells, Known { value, enough: enough(value, self.step, control) }, control);
        if let Some((covers, chosen)) = bound.choice.take() {
            self.best.offer(&self.cells, covers, &chosen, control);
        }
        self.lower(bound.value, control);
        bound
    }

    /// Takes a bound, added up from many terms.
    fn lower(&mut self, bound: f64, control: &Control) {
        let bound = mip::rounded(bound * (1.0 + 2e-10), self.step, Sense::Maximize);
        self.least = self.least.min(bound).max(self.best.value);
        control.incumbent(Phase::Bound, self.best.value);
        control.bound(Phase::Bound, self.least);
    }

    /// Whether a tree would not close the gap soon.
    fn is_wide(&self) -> bool {
        self.cells.n_sites() >= LARGE && self.least > self.best.value * (1.0 + WIDE)
    }

    /// The end of the proof where the bound or a limit brings it.
    fn ended(&self, control: &Control) -> Option<Proven> {
        let proven = |ended| Some(Proven { bound: Some(self.least), ended, nodes: 0 });
        if self.least <= self.best.value {
            return proven(Ended::Complete);
        }
        let limit = control.stop().or_else(|| control.gap_reached().then_some(Limit::Gap));
        limit.and_then(|limit| proven(Ended::Limit(limit)))
    }

    fn task(&self, cells: &Cells) -> Task {
        Task {
            binaries: cells.n_sites(),
            sense: Sense::Maximize,
            step: self.step,
            known: self.best.value,
            nodes: u64::MAX,
        }
    }

    /// Whether so many settled sites are worth another start.
    fn restarts(&mut self, settled: usize, sites: usize) -> bool {
        let worth = self.restarts > 0 && 4 * settled >= sites;
        self.restarts -= usize::from(worth);
        worth
    }

    /// Branch and bound where cells need several sites. The Lagrangian bound is that of the relaxation without cuts, too
    /// far off to settle anything.
    fn on_several(&mut self, control: &Control) -> Result<Proven, Error> {
        let task = self.task(&self.cells);
        let Self { cells, best, step, .. } = self;
        let mut formulation = mip::cover::max_cover(cells, None, *step);
        // Beside the rows come some cuts for each cell.
        formulation.entries = formulation.entries.saturating_mul(4);
        let mut cuts = backup::Cuts::of(cells, mip::cover::columns_of_max_cover(cells));
        let offer = |shares: &[f64]| Some(best.round(cells, shares, control));
        tree::branch_with_rows(formulation, task, control, offer, |values| cuts.broken(values))
    }

    /// Branch and bound on the relaxation with all cells.
    fn on_cells(&mut self, control: &Control) -> Result<Rooted, Error> {
        let task = self.task(&self.cells);
        let root = match tree::root(mip::cover::max_cover(&self.cells, None, self.step), task, control)? {
            Ok(root) => root,
            Err(proven) => return Ok(Rooted::Proven(proven)),
        };
        self.least = self.least.min(root.bound);
        if self.restarts(root.settled.iter().flatten().count(), root.settled.len()) {
            self.best.round(&self.cells, root.shares(), control);
            let is = |wanted: bool| root.settled.iter().map(|&at| at == Some(wanted)).collect::<Vec<bool>>();
            return Ok(Rooted::Settled(is(true), is(false)));
        }
        let Self { cells, best, .. } = self;
        root.branch(control, |shares| Some(best.round(cells, shares, control))).map(Rooted::Proven)
    }

    /// Branch and bound on the relaxation with cuts, from multipliers of its cells.
    fn on_cuts(&mut self, cells: &Cells, mut bound: Bound, control: &Control) -> Result<Rooted, Error> {
        let stopped = |limit| Ok(Rooted::Proven(Proven { bound: None, ended: Ended::Limit(limit), nodes: 0 }));
        let Some(mut master) = Master::new(cells, &bound.lambda, control)? else {
            return stopped(control.stop().unwrap_or(Limit::Memory));
        };
        let (step, best) = (self.step, &mut self.best);
        let enough = |value| enough(value, step, control);
        let limit = master.climb(&mut bound, enough, control, |shares| best.round(cells, shares, control))?;
        self.lower(bound.value, control);
        if let Some(proven) = self.ended(control) {
            return Ok(Rooted::Proven(proven));
        }
        if let Some(limit) = limit {
            return stopped(limit);
        }
        let settled = bound.open.iter().zip(&bound.closed).filter(|(open, closed)| **open || **closed).count();
        if self.restarts(settled, cells.n_sites()) {
            return Ok(Rooted::Settled(bound.open, bound.closed));
        }
        let (task, best) = (self.task(cells), &mut self.best);
        let Master { mut lp, mut cuts } = master;
        let offer = |shares: &[f64]| Some(best.round(cells, shares, control));
        tree::search(lp.as_mut(), task, control, offer, |values| cuts.broken(values, values)).map(Rooted::Proven)
    }
}

/// A bound below this leaves nothing better than a value, or nothing outside the gap that was asked for.
fn enough(value: f64, step: f64, control: &Control) -> f64 {
    let least_better = if step > 0.0 { 0.999 * step } else { 1e-10 * value };
    value + least_better.max(control.options.gap * value)
}
