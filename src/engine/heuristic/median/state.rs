//! A set of open sites with everyone's nearest and second nearest among them.
//!
//! Resende and Werneck (2007), "A fast swap-based local search procedure for location problems", Annals of Operations
//! Research 150, after Whitaker (1983): with the two nearest at hand, one pass over the column of a closed site prices
//! its swap against every open site at once.

use crate::engine::median::{Problem, Role};

/// Demand points in reach of each site: row, position in that row, weighted cost.
#[derive(Debug, Clone)]
pub(crate) struct Columns {
    start: Vec<usize>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    cost: f64,
    row: u32,
    position: u32,
}

impl Columns {
    /// Turns the rows of a problem around.
    pub fn of(problem: &Problem) -> Self {
        let n_sites = problem.n_sites();
        let mut start = vec![0_usize; n_sites + 1];
        for &j in &problem.site {
            start[j as usize + 1] += 1;
        }
        for j in 0..n_sites {
            start[j + 1] += start[j];
        }
        let mut next = start.clone();
        let mut entries = vec![Entry::default(); problem.site.len()];
        for (row, ends) in (0_u32..).zip(problem.start.windows(2)) {
            for (position, at) in (0_u32..).zip(ends[0]..ends[1]) {
                let slot = &mut next[problem.site[at] as usize];
                entries[*slot] = Entry { cost: problem.cost[at], row, position };
                *slot += 1;
            }
        }
        Self { start, entries }
    }

    fn of_site(&self, j: u32) -> &[Entry] {
        &self.entries[self.start[j as usize]..self.start[j as usize + 1]]
    }

    /// Number of demand points in reach of a site.
    pub fn len(&self, j: u32) -> usize {
        self.of_site(j).len()
    }
}

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
    loss: Vec<f64>,
    extra: Vec<f64>,
}

/// Positions in the row and costs of the two nearest open sites; past the end and the penalty where there are fewer.
#[derive(Debug, Clone, Copy)]
struct Near {
    cost: [f64; 2],
    position: [u32; 2],
    site: u32,
}

const NOBODY: u32 = u32::MAX;

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
        };
        let nobody = Near { cost: [state.penalty; 2], position: [0; 2], site: NOBODY };
        state.nearest.resize(problem.n_rows(), nobody);
        for r in 0..problem.n_rows() {
            state.rescan(r);
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
        self.columns.of_site(j).iter().map(|entry| (self.nearest[entry.row as usize].cost[0] - entry.cost).max(0.0)).sum()
    }

    /// The best allowed move that opens site `j`, and how much it changes the objective.
    pub fn best_opening(&mut self, j: u32) -> Option<(Move, f64)> {
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
        self.work += (column.len() + self.chosen.len()) as u64;
        let opening = self.problem.charge[j as usize] - gain;
        let alone = Move { opened: Some(j), closed: None };
        let mut best = self.allows(alone).then_some((alone, opening));
        for &out in &self.chosen {
            let change = Move { opened: Some(j), closed: Some(out) };
            let delta = opening + self.loss[out as usize] - self.extra[out as usize] - self.problem.charge[out as usize];
            if best.is_none_or(|(_, least)| delta < least) && self.allows(change) {
                best = Some((change, delta));
            }
            self.extra[out as usize] = 0.0;
        }
        best
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
            self.is_open[j as usize] = true;
            self.place[j as usize] = u32::try_from(self.chosen.len()).unwrap_or(NOBODY);
            self.chosen.push(j);
            let columns = self.columns;
            for entry in columns.of_site(j) {
                self.nearest[entry.row as usize].insert(j, entry);
            }
            self.work += self.columns.len(j) as u64;
        }
        if let Some(j) = change.closed {
            self.is_open[j as usize] = false;
            let place = self.place[j as usize] as usize;
            self.chosen.swap_remove(place);
            if let Some(&moved) = self.chosen.get(place) {
                self.place[moved as usize] = self.place[j as usize];
            }
            self.place[j as usize] = NOBODY;
            let columns = self.columns;
            for entry in columns.of_site(j) {
                let near = &self.nearest[entry.row as usize];
                if near.position.contains(&entry.position) {
                    self.rescan(entry.row as usize);
                }
            }
            self.work += self.columns.len(j) as u64;
        }
        self.reprice();
    }

    /// Finds the two nearest open sites of a row again.
    fn rescan(&mut self, r: usize) {
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
        self.nearest[r] = near;
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
    /// A site opens.
    fn insert(&mut self, j: u32, entry: &Entry) {
        if entry.position < self.position[0] {
            self.cost = [entry.cost, self.cost[0]];
            self.position = [entry.position, self.position[0]];
            self.site = j;
        } else if entry.position < self.position[1] {
            self.cost[1] = entry.cost;
            self.position[1] = entry.position;
        }
    }
}
