//! A set of open sites with everyone's nearest and second nearest among them.
//!
//! Whitaker (1983), "A fast algorithm for the greedy interchange for large-scale clustering and median location
//! problems", INFOR 21: with the two nearest at hand, one pass over the column of a closed site prices its swap against
//! every open site at once. Where they fit into memory, tables keep these figures up to date instead.

use super::columns::{Columns, Entry};
use super::swaps::Swaps;
use crate::engine::median::{Problem, Role};

/// A change of the open sites.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Move {
    /// Site to open.
    pub opened: Option<u32>,
    /// Site to close.
    pub closed: Option<u32>,
}

/// A set of open sites. Demand points that none of them reaches cost a penalty above all that serving can cost.
#[derive(Debug, Clone)]
pub(crate) struct State<'a> {
    pub problem: &'a Problem,
    pub columns: &'a Columns,
    /// Whether each site is open.
    pub is_open: Vec<bool>,
    /// The open ones among the sites to be decided, in no order.
    pub chosen: Vec<u32>,
    /// Objective, penalties included.
    pub value: f64,
    /// Number of open counted sites.
    pub counted: usize,
    /// What the chosen sites take from the budget.
    pub money: f64,
    /// Work done: entries looked at.
    pub work: u64,
    penalty: f64,
    place: Vec<u32>,
    nearest: Vec<Near>,
    /// What closing each open site alone costs in service.
    loss: Vec<f64>,
    extra: Vec<f64>,
    swaps: Option<Swaps>,
    moves: usize,
}

/// Positions in the row and costs of the two nearest open sites; past the end and the penalty where there are fewer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Near {
    pub cost: [f64; 2],
    pub position: [u32; 2],
    /// The nearest one.
    pub site: u32,
}

/// No site, no slot.
pub(super) const NOBODY: u32 = u32::MAX;
/// Moves between two preparations.
const MOVES: usize = 100;

impl<'a> State<'a> {
    /// Nothing chosen: only what is open anyway serves.
    pub fn new(problem: &'a Problem, columns: &'a Columns) -> Self {
        let n_sites = problem.n_sites();
        let charges: f64 = problem.free().map(|j| problem.charge[j as usize]).sum();
        let mut state = Self {
            problem,
            columns,
            is_open: problem.role.iter().map(|&role| role == Role::Open).collect(),
            chosen: Vec::new(),
            value: 0.0,
            counted: 0,
            money: 0.0,
            work: 0,
            penalty: 1.0 + 2.0 * (charges + problem.worst_service()),
            place: vec![NOBODY; n_sites],
            nearest: Vec::with_capacity(problem.n_rows()),
            loss: vec![0.0; n_sites],
            extra: vec![0.0; n_sites],
            swaps: None,
            moves: 0,
        };
        for r in 0..problem.n_rows() {
            let near = state.two_nearest(r);
            state.nearest.push(near);
        }
        state.reprice();
        state
    }

    /// Given sites open, besides what is open anyway.
    pub fn of(problem: &'a Problem, columns: &'a Columns, sites: &[u32]) -> Self {
        let mut state = Self::new(problem, columns);
        for &j in sites {
            if problem.role[j as usize].is_free() && !state.is_open[j as usize] {
                state.apply(Move { opened: Some(j), closed: None });
            }
        }
        state
    }

    /// Whether everyone is served, p is met and the budget kept.
    pub fn is_plan(&self) -> bool {
        self.problem.p.is_none_or(|p| p == self.counted)
            && self.problem.budget.is_none_or(|budget| self.money <= budget)
            && self.nearest.iter().all(|near| near.site != NOBODY)
    }

    /// Open sites, those that are open anyway included, ascending.
    pub fn open_sites(&self) -> Vec<u32> {
        (0_u32..).zip(&self.is_open).filter(|(_, open)| **open).map(|(j, _)| j).collect()
    }

    /// Whether the rules allow a move; p must have been met before it.
    pub fn allows(&self, change: Move) -> bool {
        let counts = |j: Option<u32>| j.is_some_and(|j| self.problem.role[j as usize] == Role::Counted);
        let number = self.problem.p.is_none() || counts(change.opened) == counts(change.closed);
        number && self.affords(change)
    }

    /// Whether the budget allows a move.
    pub fn affords(&self, change: Move) -> bool {
        let price = |j: Option<u32>| j.map_or(0.0, |j| self.problem.price[j as usize]);
        self.problem.budget.is_none_or(|budget| self.money + price(change.opened) - price(change.closed) <= budget)
    }

    /// What opening a site saves in service, before its charge.
    pub fn gain(&mut self, j: u32) -> f64 {
        self.work += self.columns.len(j) as u64;
        self.columns
            .of_site(j)
            .iter()
            .map(|entry| (self.nearest[entry.row as usize].cost[0] - entry.cost).max(0.0))
            .sum()
    }

    /// Makes pricing fast for many moves to come, where the tables fit into memory.
    pub fn prepare(&mut self) {
        // Added up anew now and then, before rounding errors pile up.
        if self.swaps.is_some() && self.moves < MOVES {
            return;
        }
        self.moves = 0;
        self.swaps = Swaps::new(self.problem, &self.chosen);
        if let Some(swaps) = &mut self.swaps {
            for (r, near) in self.nearest.iter().enumerate() {
                self.work += swaps.count(self.problem, r, near, 1.0);
            }
        }
    }

    /// The best allowed move that opens site `j`, and how much it changes the objective.
    pub fn best_opening(&mut self, j: u32) -> Option<(Move, f64)> {
        let gain = match &self.swaps {
            Some(swaps) => {
                let extra = swaps.extra(j);
                for &out in &self.chosen {
                    self.extra[out as usize] = extra[swaps.slot(out)];
                }
                swaps.gain(j)
            }
            None => self.scan(j),
        };
        self.work += self.chosen.len() as u64;
        let opening = self.problem.charge[j as usize] - gain;
        let alone = Move { opened: Some(j), closed: None };
        let mut best = self.allows(alone).then_some((alone, opening));
        for &out in &self.chosen {
            let change = Move { opened: Some(j), closed: Some(out) };
            let delta =
                opening + self.loss[out as usize] - self.extra[out as usize] - self.problem.charge[out as usize];
            if best.is_none_or(|(_, least)| delta < least) && self.allows(change) {
                best = Some((change, delta));
            }
        }
        best
    }

    /// Goes through the column of a closed site: gives what it saves, and leaves in `extra` what each open site's
    /// closing would cost less if this one opened in exchange.
    fn scan(&mut self, j: u32) -> f64 {
        for &out in &self.chosen {
            self.extra[out as usize] = 0.0;
        }
        let mut gain = 0.0;
        let column = self.columns.of_site(j);
        for entry in column {
            let near = &self.nearest[entry.row as usize];
            if entry.cost < near.cost[0] {
                gain += near.cost[0] - entry.cost;
                // Nobody of these minds when their nearest site closes in exchange.
                if near.site != NOBODY {
                    self.extra[near.site as usize] += near.cost[1] - near.cost[0];
                }
            } else if entry.cost < near.cost[1] {
                self.extra[near.site as usize] += near.cost[1] - entry.cost;
            }
        }
        self.work += column.len() as u64;
        gain
    }

    /// The best allowed closing of one site, and how much it changes the objective.
    pub fn best_closing(&mut self) -> Option<(Move, f64)> {
        self.work += self.chosen.len() as u64;
        let mut best: Option<(Move, f64)> = None;
        for &out in &self.chosen {
            let change = Move { opened: None, closed: Some(out) };
            let delta = self.loss[out as usize] - self.problem.charge[out as usize];
            if best.is_none_or(|(_, least)| delta < least) && self.allows(change) {
                best = Some((change, delta));
            }
        }
        best
    }

    /// Makes a move, whether allowed or not.
    pub fn apply(&mut self, change: Move) {
        if let Some(j) = change.opened {
            self.open(j);
        }
        if let Some(j) = change.closed {
            self.close(j);
        }
        self.moves += 1;
        self.reprice();
    }

    fn open(&mut self, j: u32) {
        self.is_open[j as usize] = true;
        self.place[j as usize] = u32::try_from(self.chosen.len()).unwrap_or(NOBODY);
        self.chosen.push(j);
        if self.swaps.as_mut().is_some_and(|swaps| !swaps.admit(j)) {
            // The tables are full; wider ones follow with the next preparation.
            self.swaps = None;
        }
        let columns = self.columns;
        for entry in columns.of_site(j) {
            let near = self.nearest[entry.row as usize];
            if entry.position < near.position[1] {
                self.replace(entry.row as usize, near.with(j, entry));
            }
        }
        self.work += columns.len(j) as u64;
    }

    fn close(&mut self, j: u32) {
        self.is_open[j as usize] = false;
        let place = self.place[j as usize] as usize;
        self.chosen.swap_remove(place);
        if let Some(&moved) = self.chosen.get(place) {
            self.place[moved as usize] = self.place[j as usize];
        }
        self.place[j as usize] = NOBODY;
        let columns = self.columns;
        for entry in columns.of_site(j) {
            if self.nearest[entry.row as usize].position.contains(&entry.position) {
                let near = self.two_nearest(entry.row as usize);
                self.replace(entry.row as usize, near);
            }
        }
        self.work += columns.len(j) as u64;
        if let Some(swaps) = &mut self.swaps {
            swaps.dismiss(j);
        }
    }

    /// Changes the two nearest sites of a row.
    fn replace(&mut self, r: usize, near: Near) {
        if let Some(swaps) = &mut self.swaps {
            self.work += swaps.count(self.problem, r, &self.nearest[r], -1.0);
            self.work += swaps.count(self.problem, r, &near, 1.0);
        }
        self.nearest[r] = near;
    }

    /// Finds the two nearest open sites of a row.
    fn two_nearest(&mut self, r: usize) -> Near {
        let (from, to) = (self.problem.start[r], self.problem.start[r + 1]);
        let end = u32::try_from(to - from).unwrap_or(NOBODY);
        let mut near = Near { cost: [self.penalty; 2], position: [end; 2], site: NOBODY };
        let mut found = 0;
        for (position, at) in (0_u32..).zip(from..to) {
            let j = self.problem.site[at];
            if self.is_open[j as usize] {
                near.cost[found] = self.problem.cost[at];
                near.position[found] = position;
                if found == 1 {
                    break;
                }
                near.site = j;
                found = 1;
            }
        }
        self.work += u64::from(near.position[1]);
        near
    }

    /// Adds up value and losses anew, so that no rounding error piles up.
    fn reprice(&mut self) {
        self.loss.fill(0.0);
        let mut value = self.problem.constant;
        for near in &self.nearest {
            value += near.cost[0];
            if near.site != NOBODY {
                self.loss[near.site as usize] += near.cost[1] - near.cost[0];
            }
        }
        self.money = 0.0;
        self.counted = 0;
        // In a fixed order: sums must not depend on the way that led here.
        for (j, (&open, &role)) in self.is_open.iter().zip(&self.problem.role).enumerate() {
            if open && role.is_free() {
                value += self.problem.charge[j];
                self.money += self.problem.price[j];
                self.counted += usize::from(role == Role::Counted);
            }
        }
        self.value = value;
        self.work += self.nearest.len() as u64;
    }

    /// Cost of each row at its nearest open site and at the second nearest; the penalty where there is none.
    pub fn services(&self) -> impl Iterator<Item = [f64; 2]> + '_ {
        self.nearest.iter().map(|near| near.cost)
    }

    /// What an unserved demand point costs.
    pub fn penalty(&self) -> f64 {
        self.penalty
    }

    /// The sites of a row by ascending cost, open or not.
    pub fn neighbours(&self, r: usize) -> &'a [u32] {
        &self.problem.site[self.problem.start[r]..self.problem.start[r + 1]]
    }
}

impl Near {
    /// With one more site open, which is among the two nearest.
    fn with(self, j: u32, entry: &Entry) -> Self {
        if entry.position < self.position[0] {
            let cost = [entry.cost, self.cost[0]];
            Self { cost, position: [entry.position, self.position[0]], site: j }
        } else {
            Self { cost: [self.cost[0], entry.cost], position: [self.position[0], entry.position], ..self }
        }
    }
}
