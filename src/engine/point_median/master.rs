//! The linear programme of the remaining problem, with Benders cuts.
//!
//! ```text
//! min  constant + Σ_i θ_i
//! s.t. Σ_j y_j ≤ q
//!      θ_i ≥ D − Σ_{c_ij < D} (D − c_ij) y_j      for any level D
//! ```
//!
//! At a fractional ȳ the strongest cut of row i has D = the cost at which Σ ȳ_j over its nearest sites reaches one
//! (Duran-Mateluna, Ales and Elloumi 2023). A row that must be served gives Σ_j y_j ≥ 1 besides.
//!
//! The bound is not the solver's: with dual values π ≥ 0 of the cuts, at most one in sum for each row,
//!
//! ```text
//! constant + Σ_i [Σ_k π_k D_k + (1 − Σ_k π_k) min_j c_ij] − (the q largest a_j of those that may open)
//! a_j = Σ_k π_k (D_k − c_ij)⁺
//! ```
//!
//! holds for any π, however wrong the solver is, and is added up here.

use rustc_hash::FxHashSet;

use super::reduced::Reduced;
use crate::engine::mip::{LiveLp, LpEnd, live_lp, median::service_master};
use crate::error::Error;
use crate::solve::Control;

/// A cut: a row and its level; infinite for "one of the row's columns must be open".
#[derive(Debug, Clone, Copy)]
pub(super) struct Cut {
    pub row: u32,
    pub level: f64,
    /// Solves since it last was tight.
    idle: u32,
}

impl Cut {
    /// What tells it from others.
    fn key(&self) -> (u32, u64) {
        (self.row, self.level.to_bits())
    }
}

/// A bound and what it is made of.
#[derive(Debug, Clone, Default)]
pub(super) struct Dual {
    pub bound: f64,
    /// a_j of each column.
    pub worth: Vec<f64>,
    /// Σ_k π_k D_k + (1 − Σ_k π_k) min_j c_ij of each row.
    pub level: Vec<f64>,
    /// The least a_j among the columns counted open, and the largest among the others.
    pub edge: (f64, f64),
    /// Whether each column is counted open.
    pub counted: Vec<bool>,
}

/// The live programme.
pub(super) struct Master<'a> {
    pub problem: &'a Reduced,
    lp: Box<dyn LiveLp>,
    cuts: Vec<Cut>,
    /// Rows and levels of these cuts.
    present: FxHashSet<(u32, u64)>,
}

/// How far a cut must be broken, in parts of its level.
const BROKEN: f64 = 1e-7;

impl<'a> Master<'a> {
    /// Starts with some cuts. `None` when a limit came, or the programme does not fit.
    pub fn new(problem: &'a Reduced, cuts: Vec<Cut>, control: &Control) -> Result<Option<Self>, Error> {
        let ranges: Vec<(f64, f64)> = (0..problem.n_rows()).map(|row| (problem.least(row), problem.cap[row])).collect();
        let formulation =
            service_master(problem.sites.len(), problem.free, &ranges, problem.column.len(), problem.constant);
        let Some(lp) = live_lp(formulation, control)? else { return Ok(None) };
        let mut master = Self { problem, lp, cuts: Vec::new(), present: FxHashSet::default() };
        master.add(cuts)?;
        Ok(Some(master))
    }

    /// Cuts at the levels of the bound that reduced the problem.
    pub fn first_cuts(problem: &Reduced) -> Vec<Cut> {
        let cut = |(row, &level): (u32, &f64)| Cut { row, level, idle: 0 };
        (0_u32..).zip(&problem.level).map(cut).filter(|cut| cut.level > problem.least(cut.row as usize)).collect()
    }

    /// Adds the cuts that are not there yet; gives how many.
    fn add(&mut self, cuts: Vec<Cut>) -> Result<usize, Error> {
        let before = self.cuts.len();
        let theta = self.problem.sites.len();
        let mut entries: Vec<(u32, f64)> = Vec::new();
        for cut in cuts {
            if !self.present.insert(cut.key()) {
                continue;
            }
            let row = cut.row as usize;
            let of_row = self.problem.row(row).map(|at| (self.problem.column[at], self.problem.cost[at]));
            entries.clear();
            if cut.level == f64::INFINITY {
                entries.extend(of_row.map(|(column, _)| (column, 1.0)));
                self.lp.add_weighted_row(&entries, 1.0)?;
            } else {
                let below = of_row.take_while(|entry| entry.1 < cut.level);
                entries.extend(below.map(|(column, cost)| (column, cut.level - cost)));
                entries.push((u32::try_from(theta + row).unwrap_or(u32::MAX), 1.0));
                self.lp.add_weighted_row(&entries, cut.level)?;
            }
            self.cuts.push(cut);
        }
        Ok(self.cuts.len() - before)
    }

    pub fn n_cuts(&self) -> usize {
        self.cuts.len()
    }

    pub fn solve(&mut self, control: &Control) -> Result<LpEnd, Error> {
        self.lp.solve(None, control)
    }

    /// The programme, for decisions on its columns.
    pub fn lp(&mut self) -> &mut dyn LiveLp {
        self.lp.as_mut()
    }

    /// Values of the columns at the last optimum.
    pub fn values(&self) -> &[f64] {
        &self.lp.values()[..self.problem.sites.len()]
    }

    /// Adds the cuts that the last optimum breaks; gives how many.
    pub fn separate(&mut self) -> Result<usize, Error> {
        self.add(self.broken())
    }

    /// The cuts that the last optimum breaks. Those already there are no news: the solver scales rows, and may take for
    /// met what is broken by more than is forgiven here.
    pub fn broken(&self) -> Vec<Cut> {
        let values = self.lp.values();
        let theta = &values[self.problem.sites.len()..];
        let mut broken = Vec::new();
        for (row, &theta) in (0_u32..).zip(theta) {
            let at = row as usize;
            // The level: where the open parts of the nearest sites reach one.
            let (mut sum, mut weighted, mut level) = (0.0, 0.0, None);
            for entry in self.problem.row(at) {
                let part = values[self.problem.column[entry] as usize].max(0.0);
                if sum + part >= 1.0 - 1e-9 {
                    level = Some(self.problem.cost[entry]);
                    break;
                }
                sum += part;
                weighted += part * self.problem.cost[entry];
            }
            if level.is_none() && self.problem.must[at] && sum < 1.0 - 1e-6 {
                broken.push(Cut { row, level: f64::INFINITY, idle: 0 });
            }
            let level = level.unwrap_or(self.problem.cap[at]);
            let least = level - (level * sum - weighted);
            if least > theta + BROKEN * level.abs().max(1e-9) {
                broken.push(Cut { row, level, idle: 0 });
            }
        }
        broken.retain(|cut| !self.present.contains(&cut.key()));
        broken
    }

    /// The bound of the last optimum's dual values, where some columns are fixed.
    pub fn dual(&mut self, bounds: &[(f64, f64)]) -> Dual {
        let duals = self.lp.row_duals();
        let n = self.problem.n_rows();
        // The first row limits the number of sites.
        let mut prices: Vec<f64> = duals.iter().skip(1).map(|dual| dual.max(0.0)).collect();
        prices.resize(self.cuts.len(), 0.0);
        let mut of_row = vec![0.0; n];
        for (cut, price) in self.cuts.iter_mut().zip(&prices) {
            cut.idle = if *price > 0.0 { 0 } else { cut.idle + 1 };
            if cut.level < f64::INFINITY {
                of_row[cut.row as usize] += price;
            }
        }
        let mut dual = Dual { worth: vec![0.0; self.problem.sites.len()], ..Dual::default() };
        dual.level = (0..n).map(|row| (1.0 - of_row[row]).max(0.0) * self.problem.least(row)).collect();
        let mut bound = self.problem.constant;
        let mut terms = bound.abs();
        for (cut, &price) in self.cuts.iter().zip(&prices) {
            if price == 0.0 {
                continue;
            }
            let row = cut.row as usize;
            let entries = self.problem.row(row);
            if cut.level == f64::INFINITY {
                bound += price;
                terms += price;
                for at in entries {
                    dual.worth[self.problem.column[at] as usize] += price;
                }
                continue;
            }
            let price = price / of_row[row].max(1.0);
            dual.level[row] += price * cut.level;
            for at in entries {
                let saved = cut.level - self.problem.cost[at];
                if saved <= 0.0 {
                    break;
                }
                dual.worth[self.problem.column[at] as usize] += price * saved;
            }
        }
        let levels: f64 = dual.level.iter().sum();
        bound += levels;
        terms += dual.level.iter().map(|level| level.abs()).sum::<f64>();
        dual.choose(self.problem.free, bounds, bound, terms);
        dual
    }

    /// The cuts that were tight of late.
    pub fn useful_cuts(&self, most_idle: u32) -> Vec<Cut> {
        self.cuts.iter().filter(|cut| cut.idle <= most_idle).copied().collect()
    }

    /// Those cuts for a problem made of this one, in which rows were settled and caps came down.
    pub fn cuts_for(&self, other: &Reduced, most_idle: u32) -> Vec<Cut> {
        let mut place = vec![None; self.problem.n_rows()];
        for (at, &row) in (0_u32..).zip(&other.origin) {
            place[row as usize] = Some(at);
        }
        let moved = self.useful_cuts(most_idle).into_iter().filter_map(|cut| {
            let row = place[cut.row as usize]?;
            let level = if cut.level == f64::INFINITY { cut.level } else { cut.level.min(other.cap[row as usize]) };
            let is_needed =
                if level < f64::INFINITY { level > other.least(row as usize) } else { other.must[row as usize] };
            is_needed.then_some(Cut { row, level, idle: 0 })
        });
        moved.collect()
    }
}

impl Dual {
    /// Counts the columns open that are worth most, and completes the bound.
    fn choose(&mut self, free: usize, bounds: &[(f64, f64)], bound: f64, mut terms: f64) {
        self.counted = bounds.iter().map(|bounds| bounds.0 > 0.5).collect();
        let fixed = self.counted.iter().filter(|counted| **counted).count();
        if fixed > free {
            self.bound = f64::INFINITY;
            return;
        }
        let worth = &self.worth;
        let mut open: Vec<u32> =
            (0_u32..).zip(bounds).filter(|(_, bounds)| bounds.0 < 0.5 && bounds.1 > 0.5).map(|(j, _)| j).collect();
        let descending = |a: &u32, b: &u32| worth[*b as usize].total_cmp(&worth[*a as usize]).then(a.cmp(b));
        let left = free - fixed;
        self.edge = (f64::INFINITY, 0.0);
        if left < open.len() {
            let (_, first_out, _) = open.select_nth_unstable_by(left, descending);
            self.edge.1 = worth[*first_out as usize];
            open.truncate(left);
        }
        for &j in &open {
            self.counted[j as usize] = true;
            self.edge.0 = self.edge.0.min(worth[j as usize]);
        }
        if open.len() < left || left == 0 {
            // Where every column may open, opening one more costs no other.
            self.edge.0 = if left == 0 { f64::INFINITY } else { 0.0 };
        }
        let mut saved = 0.0;
        for (worth, counted) in self.worth.iter().zip(&self.counted) {
            if *counted {
                saved += worth;
                terms += worth;
            }
        }
        self.bound = bound - saved - 1e-11 * terms;
    }

    /// The bound on plans that decide on a column other than counted.
    pub fn without(&self, column: usize) -> f64 {
        let worth = self.worth[column];
        if self.counted[column] {
            self.bound + (worth - self.edge.1).max(0.0)
        } else {
            self.bound + (self.edge.0 - worth).max(0.0)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lists::Lists;
    use super::super::measured::Measured;
    use super::super::state::Role;
    use super::*;
    use crate::PMedian;
    use crate::model::Sense;
    use crate::solve::SolveOptions;

    #[test]
    fn no_cut_is_added_twice() -> Result<(), Error> {
        let points: Vec<[f64; 2]> = (0..20_u32).map(|i| [f64::from(i % 5) * 1.1, f64::from(i / 5)]).collect();
        let model = PMedian::from_points(points).p(3);
        let near = Measured::new(&model);
        let options = SolveOptions::default();
        let control = Control::new(&options, Sense::Minimize);
        let lists = Lists::new(&near, &[f64::INFINITY; 20], 1_000, &control);
        let Some(problem) = Reduced::of(&lists, &[Role::Free; 20], 3, &[1.0; 20], 100.0) else {
            return Err(Error::NothingFound);
        };
        let first = Master::first_cuts(&problem);
        let Some(mut master) = Master::new(&problem, [first.clone(), first].concat(), &control)? else {
            return Err(Error::NothingFound);
        };
        assert_eq!(master.n_cuts(), 20);
        for _ in 0..100 {
            assert!(matches!(master.solve(&control)?, LpEnd::Optimal(_)));
            if master.separate()? == 0 {
                break;
            }
        }
        assert!(master.n_cuts() > 20 && master.broken().is_empty());
        let count = master.n_cuts();
        assert_eq!((master.add(master.useful_cuts(u32::MAX))?, master.n_cuts()), (0, count));
        Ok(())
    }
}
