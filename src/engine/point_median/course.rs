//! The course of a solve: rounds of bound and plan side by side, then the proof on what remains.

use super::ascent::Ascent;
use super::lists::{Columns, Lists};
use super::measured::Measured;
use super::near::Near;
use super::plans::Plans;
use super::reduced::{Reduced, most};
use super::shake::Search;
use super::state::{Ground, Role};
use super::stored::Stored;
use super::tree::{self, Proven};
use crate::engine::Ended;
use crate::engine::median::{self, Problem};
use crate::engine::random::Random;
use crate::error::Error;
use crate::model::{PointMedian, SiteState};
use crate::solve::{Control, Limit, Method, PRECISION, Phase};

/// Evaluations of the bound in a round, and those without a better bound before steps are halved.
pub(super) const EVALUATIONS: usize = 150;
pub(super) const PATIENCE: usize = 30;
/// Rounds that a remaining problem waits for a better plan where it is huge, and rounds in vain where it is large.
const ROUNDS: usize = 400;
const FEW: u32 = 2;
/// A round that moves the bound by less than this part of the gap is slow.
const SLOW: f64 = 0.1;
/// Step of a climb that is taken up again.
pub(super) const AGAIN: f64 = 0.05;
/// How far columns reach beyond the second open site.
const BEYOND: f64 = 1.6;
/// How much farther lists reach when a multiplier stands at their end.
const FARTHER: f64 = 1.3;
/// List entries when no memory limit is given; bytes that each takes at most, with its copy while lists grow and its place
/// in a column; and entries that every row has, whatever the limit.
const ENTRIES: usize = 150_000_000;
const BYTES: usize = 40;
const SOME: usize = 8;
/// Entries of the remaining problem up to which it goes to the tree at once, and from which it counts as large and huge.
const TINY: usize = 20_000;
const LARGE: usize = 400_000;
const HUGE: usize = 1_500_000;
/// Rows from which it counts as huge too.
const MANY: usize = 30_000;
/// Entries of a row for which shaking has time at least, whatever the climb leaves out.
const PER_ROW: usize = 50;
/// Work of the heuristic alone, in list entries.
const HEURISTIC: usize = 200;

/// What a round leads to.
enum Step {
    /// Something is proven, or a limit came.
    Done(Proven),
    /// Another round, with lists that reach farther.
    Grow(Vec<(usize, f64)>),
}

/// Entries of lists that a better plan can use, at the best multipliers.
fn remaining(climb: &Ascent, lists: &Lists, slack: f64) -> usize {
    let mut count = 0;
    for (row, &u) in climb.best.iter().enumerate() {
        let limit = most(u, slack);
        for at in lists.row(row) {
            if lists.cost[at] > limit {
                break;
            }
            match climb.role[lists.site[at] as usize] {
                Role::Free => count += 1,
                Role::Open => break,
                Role::Closed => {}
            }
        }
    }
    count
}

/// What the columns of a search hold, where second open sites cost so much: entries up to somewhat beyond them.
pub(super) fn cuts(lists: &Lists, seconds: &[f64]) -> Vec<f64> {
    let known = || seconds.iter().filter(|cost| cost.is_finite());
    let mean = known().sum::<f64>() / seconds.len().max(1) as f64;
    let cut = |(second, &complete): (&f64, &f64)| (BEYOND * second).max(0.1 * mean).min(complete);
    seconds.iter().zip(&lists.complete).map(cut).collect()
}

/// What the course of a solve ends with.
pub(super) struct Outcome {
    pub sites: Vec<u32>,
    /// What they cost, or the limit below which nothing was found.
    pub value: f64,
    pub bound: Option<f64>,
    pub ended: Ended,
    pub nodes: u64,
}

/// The best plan known, by its open sites.
#[derive(Debug, Clone)]
pub(super) struct Best {
    pub sites: Vec<u32>,
    pub value: f64,
    /// Objectives differ by whole multiples of this (0: by anything).
    pub step: f64,
}

impl Best {
    /// A plan counts as better when its objective is below this.
    pub fn target(&self) -> f64 {
        if self.step > 0.0 {
            self.value - self.step * (1.0 - 1e-6)
        } else {
            self.value - 0.5 * PRECISION * self.value.abs()
        }
    }

    /// A bound, rounded up to what an objective can be and no higher than the best plan.
    pub fn rounded(&self, bound: f64) -> f64 {
        let bound = if self.step > 0.0 { (bound / self.step - 1e-6).ceil() * self.step } else { bound };
        bound.min(self.value)
    }

    pub fn offer(&mut self, sites: Vec<u32>, value: f64, control: &Control) {
        if value < self.value {
            (self.sites, self.value) = (sites, value);
            control.incumbent(Phase::Heuristic, value);
        }
    }
}

/// One solve.
pub(super) struct Course<'a> {
    pub near: Box<dyn Near + 'a>,
    pub role: Vec<Role>,
    /// How many free sites open.
    pub free: usize,
    pub step: f64,
    /// Plans that cost no less are as good as none.
    pub limit: f64,
    pub most_nodes: u64,
    pub most: usize,
    pub control: &'a Control<'a>,
}

impl<'a> Course<'a> {
    pub fn new(model: &'a PointMedian, control: &'a Control<'a>) -> Result<Self, Error> {
        let by_site = model.rules().by_site(model.candidates().len())?;
        let role: Vec<Role> = by_site
            .state
            .iter()
            .map(|state| match state {
                SiteState::Free => Role::Free,
                SiteState::Forbidden => Role::Closed,
                SiteState::Required | SiteState::Existing | SiteState::Closable => Role::Open,
            })
            .collect();
        let free = model.rules().p.unwrap_or(0).saturating_sub(model.rules().required.len());
        Ok(Self::over(Box::new(Measured::new(model)), (role, free), model.is_whole(), control))
    }

    /// A problem whose costs are stored; a plan is known that costs `value`, or none is looked for that costs more.
    pub fn stored(problem: &'a Problem, value: f64, control: &'a Control<'a>) -> Self {
        let role = |role: &median::Role| match role {
            median::Role::Open => Role::Open,
            median::Role::Counted => Role::Free,
            median::Role::Uncounted | median::Role::Closed => Role::Closed,
        };
        let roles: Vec<Role> = problem.role.iter().map(role).collect();
        let free = problem.p.unwrap_or(0).min(problem.free().count());
        Self::over(Box::new(Stored::new(problem, value)), (roles, free), problem.step > 0.0, control)
    }

    fn over(
        near: Box<dyn Near + 'a>,
        (role, free): (Vec<Role>, usize),
        is_whole: bool,
        control: &'a Control<'a>,
    ) -> Self {
        // Beyond this whole numbers are no longer exact.
        let is_whole = is_whole && near.is_exact();
        let most = control.options.memory_limit.map_or(ENTRIES, |bytes| ENTRIES.min(bytes / BYTES));
        let most = most.max(SOME * near.n_rows());
        Self {
            near,
            role,
            free,
            step: if is_whole { 1.0 } else { 0.0 },
            limit: f64::INFINITY,
            most_nodes: u64::MAX,
            most,
            control,
        }
    }

    /// Open sites to begin with: those that must be, those given, and others spread as densely as the sites are.
    pub fn first_sites(&self, warm: &[u32]) -> Vec<u32> {
        let mut open: Vec<u32> = warm.iter().copied().take(self.free).collect();
        let mut taken = vec![false; self.role.len()];
        for &j in &open {
            taken[j as usize] = true;
        }
        let mut others: Vec<u32> = self.near.order();
        others.retain(|&j| self.role[j as usize] == Role::Free && !taken[j as usize]);
        let missing = self.free - open.len();
        open.extend((0..missing).filter_map(|at| others.get((2 * at + 1) * others.len() / (2 * missing))));
        open.extend((0_u32..).zip(&self.role).filter(|(_, role)| **role == Role::Open).map(|(j, _)| j));
        open.sort_unstable();
        open
    }

    pub fn run(&self, warm: &[u32]) -> Result<Outcome, Error> {
        let first = self.first_sites(warm);
        if self.near.n_rows() == 0 {
            let bound = (self.control.options.method != Method::Heuristic).then_some(0.0);
            return Ok(Outcome { sites: first, value: 0.0, bound, ended: Ended::Complete, nodes: 0 });
        }
        let two = self.near.nearest_two(&first);
        let value = two.iter().map(|two| two[0].0).sum::<f64>().min(self.limit);
        let mut best = Best { sites: first, value, step: self.step };
        self.control.incumbent(Phase::Heuristic, value);
        let seconds: Vec<f64> = two.iter().map(|two| two[1].0).collect();
        let mut lists = Lists::new(self.near.as_ref(), &self.radii(&seconds), self.most, self.control);
        let mut random = Random::of_seed(self.control.options.seed);
        let mut search = Search::new(self.near.n_sites());
        let mut climb: Option<Ascent> = None;
        for round in 0.. {
            let seconds = if round == 0 { seconds.clone() } else { self.seconds(&best.sites) };
            if round > 0 {
                // The first lists were cut for a rough plan.
                let beyond: Vec<(usize, f64)> = seconds.iter().map(|cost| BEYOND * cost).enumerate().collect();
                lists.reach(self.near.as_ref(), &beyond, self.control);
            }
            let mut cut = cuts(&lists, &seconds);
            let columns = Columns::of(&lists, self.near.n_sites(), &mut cut, self.control);
            let ground =
                Ground { near: self.near.as_ref(), lists: &lists, columns: &columns, role: &self.role, cut: &cut };
            let mut plans = Plans::new(ground, self.free, &mut best, &mut search, &mut random);
            plans.most_nodes = self.most_nodes;
            if round == 0 {
                plans.improve(&plans.best.sites.clone(), self.control);
            }
            if self.control.options.method == Method::Heuristic {
                plans.shake_all((HEURISTIC * lists.len()) as u64, self.control);
                let ended = self.control.stop().map_or(Ended::Complete, Ended::Limit);
                return Ok(Outcome { bound: None, value: best.value, sites: best.sites, ended, nodes: 0 });
            }
            let climb = climb.get_or_insert_with(|| Ascent::new(plans.multipliers(), &self.role, self.free));
            let wanted = match self.round(round, climb, &mut plans)? {
                Step::Done(Proven { bound, ended, nodes }) => {
                    let bound = Some(best.rounded(bound));
                    return Ok(Outcome { bound, value: best.value, sites: best.sites, ended, nodes });
                }
                Step::Grow(wanted) => wanted,
            };
            // Columns and two copies of the lists need not stand in memory side by side.
            drop(columns);
            lists.reach(self.near.as_ref(), &wanted, self.control);
        }
        Err(Error::NothingFound)
    }

    /// One round: bound and plan side by side, then the proof where what remains is small enough, or the climb is over.
    fn round(&self, round: usize, climb: &mut Ascent, plans: &mut Plans) -> Result<Step, Error> {
        let lists = plans.ground.lists;
        let (before, target) = (climb.bound, plans.best.target());
        // As long as the climb takes, about; where shaking did not help of late, less.
        let entries = climb.entries.max(PER_ROW * lists.n_rows()).min(lists.len());
        let work = (EVALUATIONS * entries / 4) as u64 >> plans.search.in_vain.min(4);
        let value = plans.best.value;
        rayon::join(
            || climb.climb(lists, target, EVALUATIONS, PATIENCE, self.control),
            || plans.shake_all(work, self.control),
        );
        plans.search.in_vain = if plans.best.value < value { 0 } else { plans.search.in_vain + 1 };
        self.control.bound(Phase::Bound, plans.best.rounded(climb.bound));
        let done = |bound, ended| Ok(Step::Done(Proven { bound, ended, nodes: 0 }));
        if climb.bound >= plans.best.target() {
            return done(plans.best.value, Ended::Complete);
        }
        if let Some(limit) = self.control.stop().or_else(|| self.control.gap_reached().then_some(Limit::Gap)) {
            return done(climb.bound, Ended::Limit(limit));
        }
        // What the bound likes best, as a plan.
        plans.improve(&climb.favourites(), self.control);
        plans.search.promising = climb.promising(plans.best.target(), plans.search.in_vain);
        let target = plans.best.target();
        if !climb.settle(lists, target) {
            return done(plans.best.value, Ended::Complete);
        }
        let slack = target - climb.bound;
        let size = remaining(climb, lists, slack);
        let held = if lists.is_full() { Vec::new() } else { climb.held(lists, FARTHER) };
        let is_slow = climb.bound - before < SLOW * slack;
        let is_large = size > LARGE || lists.n_rows() > MANY;
        if !held.is_empty() || size > TINY && !is_slow && !climb.is_done() {
            return Ok(Step::Grow(held));
        }
        let in_vain = plans.search.in_vain;
        let waits = match () {
            () if lists.n_rows() > MANY || size > HUGE => round < ROUNDS,
            () if is_large => in_vain < FEW,
            () => size > TINY && in_vain == 0,
        };
        if waits {
            // A better plan makes the tree smaller, and is found faster before.
            if climb.is_done() {
                climb.restart(AGAIN);
            }
            return Ok(Step::Grow(held));
        }
        // No row alone pays more than a whole plan.
        let wanted: Vec<(usize, f64)> = climb.best.iter().map(|&u| most(u, slack).min(target)).enumerate().collect();
        let short = || wanted.iter().filter(|&&(row, cost)| lists.complete[row] < cost);
        if short().next().is_some() {
            if lists.is_full() || short().all(|&(row, _)| lists.has_ended(row)) {
                log::info!("p-median: lists of near sites are as long as memory allows: the proof ends here");
                return done(climb.bound, Ended::Limit(Limit::Memory));
            }
            return Ok(Step::Grow(wanted));
        }
        match Reduced::of(lists, &climb.role, climb.free, &climb.best, slack) {
            None => done(plans.best.value, Ended::Complete),
            Some(problem) => tree::search(problem, climb.bound, plans, self.control).map(Step::Done),
        }
    }

    /// What the second nearest of some open sites costs each row; infinite where there is one only.
    pub fn seconds(&self, open: &[u32]) -> Vec<f64> {
        self.near.nearest_two(open).iter().map(|two| two[1].0).collect()
    }

    /// How far the lists of all rows reach at first: beyond the second open site of a rough plan.
    pub fn radii(&self, seconds: &[f64]) -> Vec<f64> {
        let radius =
            |(row, &cost): (usize, &f64)| if cost < f64::INFINITY { self.near.radius(row, cost) } else { cost };
        let radii: Vec<f64> = seconds.iter().enumerate().map(radius).collect();
        let mean = radii.iter().sum::<f64>() / radii.len().max(1) as f64;
        // Where a single site is open nobody has a second: all sites are in reach.
        radii.iter().map(|&radius| (1.5 * radius).max(0.1 * mean)).collect()
    }
}
