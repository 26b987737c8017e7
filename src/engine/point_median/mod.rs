//! The p-median over points: bounds, plans and proof without a travel matrix.
//!
//! 1. A sample of the sites, spread as densely as they are, is improved by interchange (`state`, `shake`).
//! 2. In rounds, on two threads side by side, the Lagrangian bound climbs (`ascent`) and the plan is shaken; the bound's
//!    favourite sites become plans too; lists grow where the bound asks for it (`lists`, `near`).
//! 3. Reduced costs settle sites, and what a better plan can pay at most cuts the lists (`reduced`). What remains is
//!    searched on a live linear programme with Benders cuts (`tree`), part by part where it falls apart (`parts`), or
//!    handed to the backend.
//!
//! Work is counted, never timed, so the answer does not depend on the machine unless a limit comes.

mod ascent;
mod backend;
#[cfg(feature = "kernels")]
mod kernels;
mod lists;
mod master;
mod measured;
mod near;
mod parts;
mod plans;
mod reduced;
mod shake;
mod state;
mod stored;
mod strays;
mod tournament;
mod tree;

use std::time::Duration;

use super::median::{self, Problem};
use super::obstacles::site_obstacles;
use super::random::Random;
use super::{Ended, on_threads};
use crate::error::Error;
use crate::model::{PointMedian, Sense, SiteState};
use crate::solve::{Control, Limit, Method, PRECISION, Phase, Proof, Reason, Solution, SolveOptions};
use ascent::Ascent;
use lists::{Columns, Lists};
use measured::Measured;
use near::Near;
use plans::Plans;
use reduced::{Reduced, most};
use shake::Search;
use state::{Ground, Role};
use stored::Stored;
use tree::Proven;

#[cfg(feature = "kernels")]
pub use kernels::Kernels;

/// Evaluations of the bound in a round, and those without a better bound before steps are halved.
const EVALUATIONS: usize = 150;
const PATIENCE: usize = 30;
/// Rounds that a remaining problem waits for a better plan where it is huge, and rounds in vain where it is large.
const ROUNDS: usize = 400;
const FEW: u32 = 2;
/// A round that moves the bound by less than this part of the gap is slow.
const SLOW: f64 = 0.1;
/// Step of a climb that is taken up again.
const AGAIN: f64 = 0.05;
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
/// Most pairs for which a matrix is built when no memory limit is given, and bytes that each takes on the way.
const PAIRS: usize = 25_000_000;
const BYTES_PER_PAIR: usize = 32;
/// Rows from which it counts as huge too.
const MANY: usize = 30_000;
/// Sites that may open from which a problem with stored costs is searched like one over points.
const MATRIX: usize = 1_000;
/// Entries of a row for which shaking has time at least, whatever the climb leaves out.
const PER_ROW: usize = 50;
/// Work of the heuristic alone, in list entries.
const HEURISTIC: usize = 200;

impl PointMedian {
    /// Solves the model.
    ///
    /// [`Method::Mip`] writes the plain formulation, for which all pairs are stored: for small models only. Where these take
    /// more than the memory limit (25 million pairs, if none is given) the answer is the plan of the heuristic with
    /// [`Limit::Memory`].
    ///
    /// # Errors
    ///
    /// An [`Error`] with [`Error::is_input`] for wrong data; [`Error::Infeasible`] with reasons when no plan obeys every
    /// rule; [`Error::NoSolution`] when a limit came before any plan.
    pub fn solve(&self, options: &SolveOptions) -> Result<Solution, Error> {
        let control = Control::new(options, Sense::Minimize);
        options.validate()?;
        self.validate()?;
        let warm = self.warm_sites(options)?;
        let reasons = self.obstacles()?;
        if !reasons.is_empty() {
            return Err(Self::infeasible(reasons));
        }
        if options.method == Method::Mip {
            return self.formulated(&warm, &control);
        }
        self.tell(options);
        let outcome = on_threads(options.threads, || Course::new(self, &control)?.run(&warm))?;
        let backend = (options.method != Method::Heuristic).then_some(options.backend);
        let proof = Proof { bound: outcome.bound, limit: outcome.ended.limit(), nodes: outcome.nodes, backend };
        on_threads(options.threads, || self.verified(self.evaluate(&outcome.sites)?, proof, options, control.seconds()))
    }

    /// Tells in the log which way the search takes, and why.
    fn tell(&self, options: &SolveOptions) {
        let name = "p-median";
        let (points, sites) = (self.points().len(), self.candidates().len());
        log::info!("{name}: {points} points x {sites} sites: lists of near sites instead of all pairs");
        if options.method == Method::Heuristic {
            log::info!("{name}: the heuristic alone: the method asks for no proof");
        } else {
            log::info!("{name}: Lagrangian bound beside interchange, then what no bound settles");
        }
    }

    /// Solves the plain formulation, over the matrix of all pairs; where that does not fit, or a limit comes before it is
    /// built, the plan is the heuristic's.
    fn formulated(&self, warm: &[u32], control: &Control) -> Result<Solution, Error> {
        let options = control.options;
        let limit = if !self.fits(options) {
            log::info!("p-median: the heuristic alone: the formulation takes all pairs, which memory does not hold");
            Limit::Memory
        } else if let Some(matrix) = self.with_matrix(|| control.stop().is_some())? {
            let passed = Duration::from_secs_f64(control.seconds());
            let time_limit = options.time_limit.map(|limit| limit.saturating_sub(passed));
            match matrix.solve(&SolveOptions { time_limit, ..options.clone() }) {
                Err(Error::NoSolution { limit, .. }) => limit,
                solution => {
                    let Solution { sites, bound, limit, nodes, backend, .. } = solution?;
                    let proof = Proof { bound, limit, nodes, backend };
                    return self.verified(self.evaluate(&sites)?, proof, options, control.seconds());
                }
            }
        } else {
            control.stop().unwrap_or(Limit::Time)
        };
        let alone = SolveOptions { method: Method::Heuristic, ..options.clone() };
        let inner = control.on_the_way(&alone, Sense::Minimize);
        let outcome = on_threads(options.threads, || Course::new(self, &inner)?.run(warm))?;
        let limit = outcome.ended.limit().unwrap_or(limit);
        let proof = Proof { bound: None, limit: Some(limit), nodes: 0, backend: Some(options.backend) };
        self.verified(self.evaluate(&outcome.sites)?, proof, options, control.seconds())
    }

    /// Whether the matrix of all pairs stays within the memory limit, or without one within what is bearable.
    fn fits(&self, options: &SolveOptions) -> bool {
        let pairs = self.points().len().saturating_mul(self.candidates().len());
        options.memory_limit.map_or(pairs <= PAIRS, |limit| pairs.saturating_mul(BYTES_PER_PAIR) <= limit)
    }

    fn obstacles(&self) -> Result<Vec<Reason>, Error> {
        let by_site = self.rules().by_site(self.candidates().len())?;
        let mut reasons = site_obstacles(self.rules(), &by_site);
        if let (Some(0), true) = (self.rules().p, self.rules().existing.is_empty() && reasons.is_empty()) {
            reasons.push(Reason::SitesTooFew { p: 0, smallest: Some(1) });
        }
        Ok(reasons)
    }

    /// The sites of a warm start that may be open, after a check of their indices.
    fn warm_sites(&self, options: &SolveOptions) -> Result<Vec<u32>, Error> {
        let len = self.candidates().len();
        let by_site = self.rules().by_site(len)?;
        let mut sites = Vec::new();
        for (position, &site) in options.warm_start.iter().flatten().enumerate() {
            let index = site as usize;
            let Some(state) = by_site.state.get(index) else {
                return Err(Error::IndexOutOfBounds { argument: "warm_start", position, index, len, counted: "sites" });
            };
            if *state == SiteState::Free {
                sites.push(site);
            }
        }
        sites.sort_unstable();
        sites.dedup();
        Ok(sites)
    }
}

/// Whether the search suits a problem whose costs are stored: p of many sites open, and nothing else ties them.
pub(crate) fn suits(problem: &Problem) -> bool {
    let only_p = problem.p.is_some() && problem.budget.is_none() && problem.charge.iter().all(|&charge| charge == 0.0);
    let plain = problem.constant == 0.0 && !problem.role.contains(&median::Role::Uncounted);
    only_p && plain && problem.n_rows() > 0 && problem.free().count() >= MATRIX
}

/// Searches a problem that it suits, from the open sites of a plan that serves everybody.
pub(crate) fn search(problem: &Problem, start: &[u32], value: f64, control: &Control) -> Result<median::Proof, Error> {
    let course = Course::stored(problem, value, control);
    let warm: Vec<u32> = start.iter().copied().filter(|&j| course.role[j as usize] == Role::Free).collect();
    let Outcome { sites, bound, ended, nodes, .. } = course.run(&warm)?;
    Ok(median::Proof { sites: Some(sites), bound, ended, nodes })
}

/// Bounds on a problem whose only tie is the number of sites that open, for each such number: from some multipliers, after a
/// climb towards `target` for `free` sites.
fn bounds_by_size(problem: &Problem, at: Vec<f64>, free: usize, target: f64, control: &Control) -> Vec<f64> {
    let course = Course::stored(problem, target, control);
    let lists = Lists::new(course.near.as_ref(), &vec![f64::INFINITY; at.len()], course.most, control);
    let mut climb = Ascent::new(at, &course.role, free);
    climb.climb(&lists, target, EVALUATIONS, PATIENCE, control);
    Ascent::new(climb.best, &course.role, 0).by_size(&lists)
}

/// Searches a problem whose only tie is p, for plans that cost less than a limit, in a tree of so many nodes at most.
fn below(problem: &Problem, limit: f64, most_nodes: u64, control: &Control) -> Result<Outcome, Error> {
    Course { limit, most_nodes, ..Course::stored(problem, limit, control) }.run(&[])
}

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
fn cuts(lists: &Lists, seconds: &[f64]) -> Vec<f64> {
    let known = || seconds.iter().filter(|cost| cost.is_finite());
    let mean = known().sum::<f64>() / seconds.len().max(1) as f64;
    let cut = |(second, &complete): (&f64, &f64)| (BEYOND * second).max(0.1 * mean).min(complete);
    seconds.iter().zip(&lists.complete).map(cut).collect()
}

/// What the course of a solve ends with.
struct Outcome {
    sites: Vec<u32>,
    /// What they cost, or the limit below which nothing was found.
    value: f64,
    bound: Option<f64>,
    ended: Ended,
    nodes: u64,
}

/// The best plan known, by its open sites.
#[derive(Debug, Clone)]
struct Best {
    sites: Vec<u32>,
    value: f64,
    /// Objectives differ by whole multiples of this (0: by anything).
    step: f64,
}

impl Best {
    /// A plan counts as better when its objective is below this.
    fn target(&self) -> f64 {
        if self.step > 0.0 {
            self.value - self.step * (1.0 - 1e-6)
        } else {
            self.value - 0.5 * PRECISION * self.value.abs()
        }
    }

    /// A bound, rounded up to what an objective can be and no higher than the best plan.
    fn rounded(&self, bound: f64) -> f64 {
        let bound = if self.step > 0.0 { (bound / self.step - 1e-6).ceil() * self.step } else { bound };
        bound.min(self.value)
    }

    fn offer(&mut self, sites: Vec<u32>, value: f64, control: &Control) {
        if value < self.value {
            (self.sites, self.value) = (sites, value);
            control.incumbent(Phase::Heuristic, value);
        }
    }
}

/// One solve.
struct Course<'a> {
    near: Box<dyn Near + 'a>,
    role: Vec<Role>,
    /// How many free sites open.
    free: usize,
    step: f64,
    /// Plans that cost no less are as good as none.
    limit: f64,
    most_nodes: u64,
    most: usize,
    control: &'a Control<'a>,
}

impl<'a> Course<'a> {
    fn new(model: &'a PointMedian, control: &'a Control<'a>) -> Result<Self, Error> {
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
    fn stored(problem: &'a Problem, value: f64, control: &'a Control<'a>) -> Self {
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
    fn first_sites(&self, warm: &[u32]) -> Vec<u32> {
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

    fn run(&self, warm: &[u32]) -> Result<Outcome, Error> {
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
        if wanted.iter().any(|&(row, cost)| lists.complete[row] < cost) {
            if lists.is_full() {
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
    fn seconds(&self, open: &[u32]) -> Vec<f64> {
        self.near.nearest_two(open).iter().map(|two| two[1].0).collect()
    }

    /// How far the lists of all rows reach at first: beyond the second open site of a rough plan.
    fn radii(&self, seconds: &[f64]) -> Vec<f64> {
        let radius =
            |(row, &cost): (usize, &f64)| if cost < f64::INFINITY { self.near.radius(row, cost) } else { cost };
        let radii: Vec<f64> = seconds.iter().enumerate().map(radius).collect();
        let mean = radii.iter().sum::<f64>() / radii.len().max(1) as f64;
        // Where a single site is open nobody has a second: all sites are in reach.
        radii.iter().map(|&radius| (1.5 * radius).max(0.1 * mean)).collect()
    }
}
