//! Plans made of what bounds and relaxations favour.

use rustc_hash::FxHashSet;

use super::course::Best;
use super::reduced::Reduced;
use super::shake::Search;
use super::state::{Ground, Role, State};
use crate::engine::random::Random;
use crate::solve::Control;

/// Turns fractional values into plans, and keeps the best plan.
pub(super) struct Plans<'a> {
    pub ground: Ground<'a>,
    /// How many free sites open.
    pub free: usize,
    pub best: &'a mut Best,
    pub search: &'a mut Search,
    pub random: &'a mut Random,
    /// Most nodes to look at; then the search ends as if the gap were reached.
    pub most_nodes: u64,
    tried: FxHashSet<Vec<u32>>,
}

/// Roundings no worse than the best plan by more than this part are improved by interchange.
const NEAR: f64 = 2e-3;

impl<'a> Plans<'a> {
    pub fn new(
        ground: Ground<'a>,
        free: usize,
        best: &'a mut Best,
        search: &'a mut Search,
        random: &'a mut Random,
    ) -> Self {
        Self { ground, free, best, search, random, most_nodes: u64::MAX, tried: FxHashSet::default() }
    }

    /// Opens the columns of largest value, and improves what that gives where it is good enough.
    pub fn round(&mut self, problem: &Reduced, values: &[f64], control: &Control) {
        let mut order: Vec<u32> = (0_u32..).zip(values).map(|(column, _)| column).collect();
        let descending = |a: &u32, b: &u32| values[*b as usize].total_cmp(&values[*a as usize]).then(a.cmp(b));
        order.sort_unstable_by(descending);
        order.truncate(problem.free);
        let mut is_open = vec![false; values.len()];
        for &column in &order {
            is_open[column as usize] = true;
        }
        let value = problem.value(&is_open);
        order.sort_unstable();
        if value > self.best.value * (1.0 + NEAR) && value < f64::INFINITY || !self.tried.insert(order.clone()) {
            return;
        }
        let mut open: Vec<u32> = order.iter().map(|&column| problem.sites[column as usize]).collect();
        open.extend(&problem.open);
        let open = self.filled(open);
        self.improve(&open, control);
    }

    /// Interchange from some open sites.
    pub fn improve(&mut self, open: &[u32], control: &Control) {
        let mut state = State::of(self.ground, open);
        self.search.all(&state, self.random);
        self.search.descend(&mut state, u64::MAX, control);
        self.best.offer(state.open_sites(), state.value, control);
    }

    /// Multipliers between the costs at the nearest and the second nearest open site of the best plan.
    pub fn multipliers(&self) -> Vec<f64> {
        State::of(self.ground, &self.best.sites).costs().map(|[first, second]| 0.5 * (first + second)).collect()
    }

    /// Shakes the best plan for so much work.
    pub fn shake_all(&mut self, work: u64, control: &Control) {
        let mut state = State::of(self.ground, &self.best.sites);
        self.search.shake(&mut state, work, self.random, control);
        if let Some((sites, value)) = self.search.record.take() {
            self.best.offer(sites, value, control);
        }
        self.best.offer(state.open_sites(), state.value, control);
    }

    /// Shakes the best plan for so much work; sites that the remaining problem has closed stay closed.
    pub fn shake(&mut self, problem: &Reduced, work: u64, control: &Control) {
        self.search.promising.fill(false);
        for &j in &problem.sites {
            self.search.promising[j as usize] = true;
        }
        self.shake_all(work, control);
    }

    /// The open sites with those that are open anyway, and with others until there are as many as must open.
    fn filled(&self, mut open: Vec<u32>) -> Vec<u32> {
        let mut taken = vec![false; self.ground.role.len()];
        let mut free = 0;
        for &j in &open {
            taken[j as usize] = true;
        }
        open.retain(|&j| self.ground.role[j as usize] == Role::Free);
        free += open.len();
        for (j, role) in (0_u32..).zip(self.ground.role) {
            match role {
                Role::Open => open.push(j),
                Role::Free if !taken[j as usize] && free < self.free => {
                    free += 1;
                    open.push(j);
                }
                _ => {}
            }
        }
        open.sort_unstable();
        open
    }

    /// A plan of a remaining problem, with its real value.
    pub fn offer(&mut self, problem: &Reduced, columns: impl Iterator<Item = u32>, control: &Control) {
        let mut open: Vec<u32> = columns.map(|column| problem.sites[column as usize]).collect();
        open.extend(&problem.open);
        let state = State::of(self.ground, &self.filled(open));
        self.best.offer(state.open_sites(), state.value, control);
    }
}
