//! The best plan known while bounds close in on it.

use rustc_hash::FxHashSet;

use super::problem::Problem;
use crate::engine::heuristic::median::{Columns, State, improved};
use crate::solve::{Control, PRECISION, Phase};

/// The best plan and the objective that a better one must stay below.
pub(crate) struct Incumbent<'a> {
    problem: &'a Problem,
    columns: &'a Columns,
    sites: Vec<u32>,
    value: f64,
    tried: FxHashSet<Vec<u32>>,
}

impl<'a> Incumbent<'a> {
    /// Starts from the open sites of a plan.
    pub fn new(problem: &'a Problem, columns: &'a Columns, sites: &[u32]) -> Self {
        let state = State::of(problem, columns, sites);
        Self { problem, columns, sites: state.open_sites(), value: state.value, tried: FxHashSet::default() }
    }

    /// The problem as it was before anything was settled.
    pub fn problem(&self) -> &'a Problem {
        self.problem
    }

    /// The problem seen from the sites.
    pub fn columns(&self) -> &'a Columns {
        self.columns
    }

    /// Objective of the best plan.
    pub fn value(&self) -> f64 {
        self.value
    }

    /// Open sites of the best plan.
    pub fn sites(&self) -> &[u32] {
        &self.sites
    }

    /// A plan counts as better when its objective is below this: a step below the best one, or the precision of sums.
    pub fn target(&self) -> f64 {
        let step = self.problem.step;
        if step > 0.0 { self.value - step * (1.0 - 1e-6) } else { self.value - 0.5 * PRECISION * self.value.abs() }
    }

    /// Fills up a choice of sites and improves it by interchange, unless it was tried before.
    pub fn improve_from(&mut self, chosen: &[bool], control: &Control) {
        let sites: Vec<u32> = (0_u32..).zip(chosen).filter(|(_, chosen)| **chosen).map(|(j, _)| j).collect();
        if self.tried.insert(sites.clone()) {
            let state = improved(self.problem, self.columns, &sites, control);
            self.keep(&state, control);
        }
    }

    /// Looks at the open sites of a plan. Gives whether they obey every rule.
    pub fn offer(&mut self, sites: &[u32], control: &Control) -> bool {
        let state = State::of(self.problem, self.columns, sites);
        self.keep(&state, control);
        state.is_plan()
    }

    fn keep(&mut self, state: &State, control: &Control) {
        if state.value < self.value && state.is_plan() {
            self.value = state.value;
            self.sites = state.open_sites();
            control.incumbent(Phase::Bound, self.value);
        }
    }
}
