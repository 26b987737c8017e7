//! Greedy construction: open the site that saves most, again and again.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::state::{Move, State};
use crate::engine::median::Role;

/// How the next site is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Preference {
    /// The largest saving.
    Saving,
    /// The largest saving for the money.
    SavingPerPrice,
}

/// A site and what it would save when it was last looked at.
struct Candidate {
    score: f64,
    site: u32,
    seen: usize,
}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.score.total_cmp(&other.score).then(other.site.cmp(&self.site))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Candidate {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Candidate {}

/// Opens the sites of a list as far as the rules allow.
pub(super) fn take(state: &mut State, sites: &[u32]) {
    let reserve = Reserve::of(state);
    for &j in sites {
        let role = state.problem.role[j as usize];
        if role.is_free() && !state.is_open[j as usize] && reserve.allows(state, j) {
            state.apply(Move { opened: Some(j), closed: None });
        }
    }
}

/// Opens sites until p is met, and as long as that improves the objective where there is no p.
///
/// What a site saves only shrinks as others open, so an old figure is an upper bound, and only the top of the heap needs
/// to be looked at anew.
pub(super) fn fill(state: &mut State, preference: Preference) {
    let reserve = Reserve::of(state);
    let mut heap: BinaryHeap<Candidate> = BinaryHeap::new();
    let closed: Vec<u32> =
        state.problem.free().filter(|&j| !state.is_open[j as usize] && reserve.allows(state, j)).collect();
    for site in closed {
        let score = score(state, site, preference);
        heap.push(Candidate { score, site, seen: state.chosen.len() });
    }
    while let Some(top) = heap.pop() {
        let must = state.problem.p.is_some() && state.problem.role[top.site as usize] == Role::Counted;
        if (top.score <= 0.0 && !must) || !reserve.allows(state, top.site) {
            continue;
        }
        if top.seen == state.chosen.len() {
            state.apply(Move { opened: Some(top.site), closed: None });
        } else {
            let score = score(state, top.site, preference);
            heap.push(Candidate { score, site: top.site, seen: state.chosen.len() });
        }
    }
}

fn score(state: &mut State, j: u32, preference: Preference) -> f64 {
    let saving = state.gain(j) - state.problem.charge[j as usize];
    let price = state.problem.price[j as usize];
    match preference {
        Preference::SavingPerPrice if price > 0.0 => saving / price,
        Preference::SavingPerPrice if saving > 0.0 => f64::INFINITY,
        _ => saving,
    }
}

/// Keeps enough money back for the sites that p still asks for.
struct Reserve {
    /// Prices of the counted sites, ascending; empty where nothing has to be kept back.
    prices: Vec<(f64, u32)>,
}

impl Reserve {
    fn of(state: &State) -> Self {
        let problem = state.problem;
        let mut prices = Vec::new();
        if problem.p.is_some() && problem.budget.is_some() {
            prices.extend(
                problem
                    .free()
                    .filter(|&j| problem.role[j as usize] == Role::Counted)
                    .map(|j| (problem.price[j as usize], j)),
            );
            prices.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        }
        Self { prices }
    }

    /// Whether site `j` may open with the rest of p still within reach.
    fn allows(&self, state: &State, j: u32) -> bool {
        let problem = state.problem;
        let counts = problem.role[j as usize] == Role::Counted;
        let missing = problem.p.map_or(usize::MAX, |p| p.saturating_sub(state.counted));
        if counts && missing == 0 {
            return false;
        }
        let Some(budget) = problem.budget else { return true };
        let others = self.prices.iter().filter(|(_, k)| *k != j && !state.is_open[*k as usize]);
        let kept: f64 = others.take(missing.saturating_sub(usize::from(counts))).map(|(price, _)| price).sum();
        state.money + problem.price[j as usize] + kept <= budget
    }
}
