//! Fast interchange: open, close or swap sites as long as that improves the objective, and shake when it does not.

use super::state::{Move, State};
use crate::engine::median::Role;
use crate::engine::random::Random;
use crate::solve::Control;

/// Changes below this part of the objective are rounding.
const ROUNDING: f64 = 1e-12;

/// Improves a set of open sites until no single opening, closing or swap does.
pub(super) fn improve(state: &mut State, control: &Control) {
    state.prepare();
    let sites: Vec<u32> = state.problem.free().collect();
    // Closing a site alone changes their number: only where that is free.
    let may_close =
        state.problem.p.is_none() || sites.iter().any(|&j| state.problem.role[j as usize] == Role::Uncounted);
    while may_close && state.best_closing().is_some_and(|best| attempt(state, best)) {}
    let mut idle = 0;
    for &j in sites.iter().cycle() {
        if idle == sites.len() || control.stop().is_some() {
            break;
        }
        idle += 1;
        if state.is_open[j as usize] {
            continue;
        }
        if state.best_opening(j).is_some_and(|best| attempt(state, best)) {
            idle = 0;
            while may_close && state.best_closing().is_some_and(|best| attempt(state, best)) {}
        }
    }
}

/// Makes a move that promises to improve, and takes it back when the sums do not confirm it.
fn attempt(state: &mut State, (change, delta): (Move, f64)) -> bool {
    let before = state.value;
    if delta >= 0.0 {
        return false;
    }
    state.apply(change);
    if state.value < before - ROUNDING * before.abs() {
        return true;
    }
    state.apply(Move { opened: change.closed, closed: change.opened });
    false
}

/// Shakes and improves again until a given amount of work is done.
pub(super) fn iterate(state: &mut State, work: u64, random: &mut Random, control: &Control) {
    improve(state, control);
    let (mut best, mut value) = (state.open_sites(), state.value);
    while state.work < work && control.stop().is_none() {
        if !shake(state, random) {
            break;
        }
        improve(state, control);
        if state.value < value {
            (best, value) = (state.open_sites(), state.value);
        } else {
            restore(state, &best);
        }
    }
    restore(state, &best);
}

/// Goes back to a set of open sites, given in ascending order.
fn restore(state: &mut State, open: &[u32]) {
    let opened: Vec<u32> = open.iter().copied().filter(|&j| !state.is_open[j as usize]).collect();
    let closed: Vec<u32> = state.chosen.iter().copied().filter(|j| open.binary_search(j).is_err()).collect();
    for at in 0..opened.len().max(closed.len()) {
        state.apply(Move { opened: opened.get(at).copied(), closed: closed.get(at).copied() });
    }
}

/// Makes one to three random changes; `false` when there is none to make.
fn shake(state: &mut State, random: &mut Random) -> bool {
    let changes = 1 + random.below(3);
    let mut made = 0;
    for _ in 0..20 {
        if made == changes {
            break;
        }
        let change = random_change(state, random);
        if change != (Move { opened: None, closed: None }) && state.allows(change) {
            state.apply(change);
            made += 1;
        }
    }
    state.work += 1;
    made > 0
}

/// A random swap; or an opening or closing where the number of sites is free.
fn random_change(state: &State, random: &mut Random) -> Move {
    let closed = state.chosen.get(random.below(state.chosen.len())).copied();
    let opened = random_closed_site(state, random);
    if state.problem.p.is_some() {
        return Move { opened, closed };
    }
    match random.below(3) {
        0 => Move { opened, closed: None },
        1 => Move { opened: None, closed },
        _ => Move { opened, closed },
    }
}

/// A closed site near a random demand point.
fn random_closed_site(state: &State, random: &mut Random) -> Option<u32> {
    let near = state.neighbours(random.below(state.problem.n_rows()).min(state.problem.n_rows().checked_sub(1)?));
    let within = near.len().min(2 + 2 * state.problem.n_sites() / (1 + state.chosen.len()));
    let j = *near.get(random.below(within))?;
    (state.problem.role[j as usize].is_free() && !state.is_open[j as usize]).then_some(j)
}
