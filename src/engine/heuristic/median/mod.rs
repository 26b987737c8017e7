//! Good plans for the p-median and the fixed-charge problem: greedy, fast interchange, and random shakes.

mod columns;
mod greedy;
mod interchange;
mod state;
mod swaps;

use crate::engine::random::Random;

use crate::engine::median::Problem;
use crate::solve::Control;
pub(crate) use columns::Columns;
use greedy::Preference;
pub(crate) use state::State;

/// Looks for a good plan; the work is counted in entries of the travel matrix, so that the answer does not depend on
/// the machine. Gives the open sites, those that are open anyway included.
pub(crate) fn search<'a>(
    problem: &'a Problem,
    columns: &'a Columns,
    warm: Option<&[u32]>,
    work: u64,
    control: &Control,
) -> Option<State<'a>> {
    if !problem.is_possible() {
        return None;
    }
    let mut random = Random::of_seed(control.options.seed);
    let mut best = State::new(problem, columns);
    greedy::fill(&mut best, Preference::Saving);
    interchange::improve(&mut best, control);
    if problem.budget.is_some() {
        let mut thrifty = State::new(problem, columns);
        greedy::fill(&mut thrifty, Preference::SavingPerPrice);
        interchange::improve(&mut thrifty, control);
        keep_better(&mut best, thrifty);
    }
    if let Some(sites) = warm {
        let warm = improved(problem, columns, sites, control);
        keep_better(&mut best, warm);
    }
    if problem.n_rows() > 0 {
        interchange::iterate(&mut best, work, &mut random, control);
    }
    best.is_plan().then_some(best)
}

/// What interchange makes of a set of sites, after filling it up to the rules.
pub(crate) fn improved<'a>(problem: &'a Problem, columns: &'a Columns, sites: &[u32], control: &Control) -> State<'a> {
    let mut state = State::new(problem, columns);
    greedy::take(&mut state, sites);
    greedy::fill(&mut state, Preference::Saving);
    interchange::improve(&mut state, control);
    state
}

fn keep_better<'a>(best: &mut State<'a>, other: State<'a>) {
    let work = best.work + other.work;
    // Both meet p, or the first does not.
    if (other.is_plan(), -other.value) > (best.is_plan(), -best.value) {
        *best = other;
    }
    best.work = work;
}
