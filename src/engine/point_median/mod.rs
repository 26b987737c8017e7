//! The p-median over points: bounds, plans and proof without a travel matrix.
//!
//! 1. A sample of the sites, spread as densely as they are, is improved by interchange (`state`, `shake`).
//! 2. In rounds, on two threads side by side, the Lagrangian bound climbs (`ascent`) and the plan is shaken; the bound's
//!    favourite sites become plans too; lists grow where the bound asks for it (`lists`, `near`).
//! 3. Reduced costs settle sites, and what a better plan can pay at most cuts the lists (`reduced`). What remains is
//!    searched on a live linear programme with Benders cuts (`tree`), part by part where it falls apart (`parts`), or
//!    handed to the backend.
//!
//! `course` leads through these steps. Work is counted, never timed, so the answer does not depend on the machine unless a limit comes.

mod ascent;
mod backend;
mod course;
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
use super::on_threads;
use crate::error::Error;
use crate::model::{PointMedian, Sense, SiteState};
use crate::solve::{Control, Limit, Method, Proof, Reason, Solution, SolveOptions};
use ascent::Ascent;
use course::{Course, EVALUATIONS, Outcome, PATIENCE};
use lists::Lists;
use state::Role;

#[cfg(feature = "kernels")]
pub use kernels::Kernels;

/// Most pairs for which a matrix is built when no memory limit is given, and bytes that each takes on the way.
const PAIRS: usize = 25_000_000;
const BYTES_PER_PAIR: usize = 32;
/// Sites that may open from which a problem with stored costs is searched like one over points.
const MATRIX: usize = 1_000;

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
