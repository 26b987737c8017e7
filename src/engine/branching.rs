//! What branch and bound needs beside its bounds: parts of the search in the order in which they are looked at, and on a
//! live linear programme the columns decided there and the choice of the next one.
//!
//! The column to branch on is the one whose two branches move the bound most, by what they did before, and by a few
//! iterations of the simplex method as long as little is known (reliability branching: Achterberg, Koch and Martin 2005,
//! "Branching rules revisited", Operations Research Letters 33). Bounds are costs: smaller is better.

use std::cmp::Ordering;

use super::mip::{LiveLp, LpEnd};
use crate::error::Error;
use crate::solve::Control;

/// Columns probed at a node, and how many in vain end the probing.
const PROBED: usize = 10;
const PATIENCE: usize = 3;
/// How far from whole a value may be.
pub(crate) const WHOLE: f64 = 1e-6;
/// Bounds of a column on which nothing is decided.
const FREE: (f64, f64) = (0.0, 1.0);

/// A part of a search: what is decided there, and where it comes from.
pub(crate) struct Node<F> {
    /// No plan there is better than this.
    pub bound: f64,
    /// Nodes are numbered as they are made, those of each [`Branching`] by themselves.
    pub number: u64,
    pub fixed: Vec<(u32, bool)>,
    pub from: F,
}

impl<F> Ord for Node<F> {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the greatest first: the least bound, and of equal ones the youngest.
        other.bound.total_cmp(&self.bound).then(self.number.cmp(&other.number))
    }
}

impl<F> PartialOrd for Node<F> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<F> PartialEq for Node<F> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<F> Eq for Node<F> {}

/// The branch that led to a node.
#[derive(Clone, Copy)]
pub(crate) struct Branch {
    column: u32,
    up: bool,
    /// How far the column was from its value here.
    distance: f64,
    /// The bound before.
    parent: f64,
}

/// A node of a search on a live programme; the root comes from no branch.
pub(crate) type LpNode = Node<Option<Branch>>;

impl LpNode {
    /// The whole search.
    pub fn root(bound: f64) -> Self {
        Self { bound, number: 0, fixed: Vec::new(), from: None }
    }
}

/// How a look at a node ended.
pub(crate) enum Visit {
    /// The node is settled or split; the child to go on with, if any.
    Done(Option<LpNode>),
    /// A limit came; the node is still to do.
    Stopped(LpNode),
}

/// How thoroughly columns are probed at a node, and what a probe's objective means there.
pub(crate) struct Probing<R> {
    /// Iterations of a probe.
    pub iterations: i32,
    /// Observations after which a column's pseudo-cost is trusted.
    pub reliable: u32,
    /// How far the bound rises where a branch is infeasible.
    pub room: f64,
    /// A rise beyond this counts no more.
    pub most: f64,
    /// How far an objective lies above the node's bound.
    pub rise: R,
}

/// What probing found.
pub(crate) enum Probed {
    /// The column to branch on.
    Best(u32),
    /// A limit came; the best column so far.
    Stopped(u32),
}

/// The binary columns of a live programme during a search: they come first in it.
#[derive(Clone)]
pub(crate) struct Branching {
    /// Bounds of the columns as they are in the programme now.
    bounds: Vec<(f64, f64)>,
    /// Sum and number of what one unit down and up did to the bound.
    pseudo: Vec<[(f64, u32); 2]>,
    /// Nodes made so far, the root left out.
    made: u64,
}

impl Branching {
    pub fn new(columns: usize) -> Self {
        Self { bounds: vec![FREE; columns], pseudo: vec![[(0.0, 0); 2]; columns], made: 0 }
    }

    /// The programme was built anew: nothing is decided in it.
    pub fn forget_bounds(&mut self) {
        self.bounds.fill(FREE);
    }

    pub fn bounds(&self) -> &[(f64, f64)] {
        &self.bounds
    }

    pub fn is_free(&self, column: u32) -> bool {
        self.bounds[column as usize] == FREE
    }

    /// The first column that is not decided.
    pub fn first_free(&self) -> Option<u32> {
        (0_u32..).zip(&self.bounds).map(|(column, _)| column).find(|&column| self.is_free(column))
    }

    /// Brings the bounds of the programme to those of a node.
    pub fn enter(&mut self, lp: &mut dyn LiveLp, fixed: &[(u32, bool)]) -> Result<(), Error> {
        let mut wanted = vec![FREE; self.bounds.len()];
        for &(column, up) in fixed {
            wanted[column as usize] = decided(up);
        }
        for (column, (have, want)) in self.bounds.iter_mut().zip(wanted).enumerate() {
            if *have != want {
                lp.set_bounds(column, want.0, want.1)?;
                *have = want;
            }
        }
        Ok(())
    }

    fn set(&mut self, lp: &mut dyn LiveLp, column: u32, bounds: (f64, f64)) -> Result<(), Error> {
        lp.set_bounds(column as usize, bounds.0, bounds.1)?;
        self.bounds[column as usize] = bounds;
        Ok(())
    }

    /// Decides the free columns of which the closure knows what every better plan below the node does.
    pub fn fix(
        &mut self,
        lp: &mut dyn LiveLp,
        node: &mut LpNode,
        known: impl Fn(usize) -> Option<bool>,
    ) -> Result<(), Error> {
        for (column, at) in (0_u32..).zip(0..self.bounds.len()) {
            if self.is_free(column)
                && let Some(up) = known(at)
            {
                node.fixed.push((column, up));
                self.set(lp, column, decided(up))?;
            }
        }
        Ok(())
    }

    /// Notes what the branch that led to a node did to the bound.
    pub fn learn_from(&mut self, node: &LpNode, bound: f64) {
        if let Some(Branch { column, up, distance, parent }) = node.from {
            self.learn(column, up, (bound - parent).max(0.0) / distance);
        }
    }

    fn learn(&mut self, column: u32, up: bool, per_unit: f64) {
        // A whole column that was split tells nothing.
        if per_unit.is_finite() {
            let entry = &mut self.pseudo[column as usize][usize::from(up)];
            entry.0 += per_unit;
            entry.1 += 1;
        }
    }

    /// The free columns that are not whole, those first whose branches are expected to move the bound most.
    pub fn candidates(&self, values: &[f64]) -> Vec<u32> {
        let means = [self.mean(0), self.mean(1)];
        let score = |(column, &value): (u32, &f64)| {
            let mean = |side: usize| {
                let (sum, count) = self.pseudo[column as usize][side];
                if count > 0 { sum / f64::from(count) } else { means[side] }
            };
            (product(value * mean(0), (1.0 - value) * mean(1)), column)
        };
        let is_open = |(column, value): &(u32, &f64)| self.is_free(*column) && (**value - value.round()).abs() > WHOLE;
        let mut scored: Vec<(f64, u32)> = (0_u32..).zip(values).filter(is_open).map(score).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        scored.into_iter().map(|(_, column)| column).collect()
    }

    /// What a unit moves the bound on average, down or up.
    fn mean(&self, side: usize) -> f64 {
        let (sum, count) = self.pseudo.iter().fold((0.0, 0), |(s, n), entry| (s + entry[side].0, n + entry[side].1));
        if count > 0 { sum / f64::from(count) } else { 1.0 }
    }

    /// Tries both branches on the most promising columns that are not reliable yet. `first` is the most promising one,
    /// the `others` come after it.
    pub fn probe<R: Fn(f64) -> f64>(
        &mut self,
        lp: &mut dyn LiveLp,
        values: &[f64],
        (first, others): (u32, &[u32]),
        probing: &Probing<R>,
        control: &Control,
    ) -> Result<Probed, Error> {
        let mut best = (f64::NEG_INFINITY, first);
        let mut in_vain = 0;
        for &column in std::iter::once(&first).chain(others).take(PROBED) {
            if in_vain == PATIENCE {
                break;
            }
            let value = values[column as usize];
            let known = self.pseudo[column as usize];
            let mut moved = [0.0; 2];
            for (side, up) in [(0, false), (1, true)] {
                let distance = if up { 1.0 - value } else { value };
                let (sum, count) = known[side];
                if count >= probing.reliable {
                    moved[side] = (distance * sum / f64::from(count)).min(probing.most);
                    continue;
                }
                let before = self.bounds[column as usize];
                self.set(lp, column, decided(up))?;
                let end = lp.solve(Some(probing.iterations), control)?;
                self.set(lp, column, before)?;
                moved[side] = match end {
                    LpEnd::Optimal(objective) | LpEnd::Unfinished(objective) => {
                        (probing.rise)(objective).max(0.0).min(probing.most)
                    }
                    LpEnd::Infeasible => probing.room,
                    LpEnd::Stopped => return Ok(Probed::Stopped(best.1)),
                };
                self.learn(column, up, moved[side] / distance);
            }
            let score = product(moved[0], moved[1]);
            if score > best.0 {
                best = (score, column);
                in_vain = 0;
            } else {
                in_vain += 1;
            }
        }
        Ok(Probed::Best(best.1))
    }

    /// The two branches of a node on a column: the one that waits, and the one to go on with, where the column is `up`.
    pub fn children(&mut self, node: &LpNode, column: u32, value: f64, up: bool) -> [LpNode; 2] {
        [!up, up].map(|up| {
            self.made += 1;
            let mut fixed = node.fixed.clone();
            fixed.push((column, up));
            let distance = if up { 1.0 - value } else { value };
            let from = Some(Branch { column, up, distance, parent: node.bound });
            Node { bound: node.bound, number: self.made, fixed, from }
        })
    }
}

/// Bounds of a column that is decided.
fn decided(up: bool) -> (f64, f64) {
    if up { (1.0, 1.0) } else { (0.0, 0.0) }
}

/// The usual measure of a branching: both sides should move the bound.
fn product(down: f64, up: f64) -> f64 {
    down.max(1e-6) * up.max(1e-6)
}
