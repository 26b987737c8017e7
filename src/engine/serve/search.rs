//! Good open sets fast: greedy construction, then opening, closing and exchanging sites while that helps.
//!
//! Each open set is judged by its transportation problem, whose prices of capacity bound what any exchange could bring
//! (linear duality): most candidates are ruled out without being tried. An iterated search leaves local optima.

use crate::engine::random::Random;

use super::greedy;
use super::prices::{Move, Prices};
use super::problem::Serve;
use super::single;
use super::transport::{self, Served};
use crate::solve::{Control, PRECISION};

/// Work of the whole search, in looked-at entries: some tenths of a second.
const WORK: usize = 60_000_000;
/// Most rounds of the iterated search.
const ROUNDS: usize = 400;
/// Most moves tried from one open set.
const TRIES: usize = 60;

/// An open set and who is served where.
#[derive(Debug, Clone)]
pub(crate) struct State {
    pub open: Vec<bool>,
    /// What the plan serves.
    pub served: Served,
    /// Shares and prices when demand may split: the same as `served` unless it must not.
    split: Served,
    pub value: Value,
}

/// How good an open set is: first nothing must be missing, then the cost counts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Value {
    pub violation: f64,
    pub cost: f64,
}

impl Value {
    fn better_than(self, other: Self) -> bool {
        let close = PRECISION * self.violation.max(other.violation);
        if (self.violation - other.violation).abs() > close {
            return self.violation < other.violation;
        }
        self.cost < other.cost - PRECISION * other.cost.abs()
    }
}

/// The best open set found that obeys every rule; `None` when none was found.
pub(crate) fn search(serve: &Serve, warm: Option<&[bool]>, control: &Control) -> Option<State> {
    let mut search = Search { serve, control, work: 0, most: WORK };
    let mut best: Option<State> = None;
    for start in warm.map(Some).into_iter().chain([None]) {
        let Some(open) = greedy::construct(serve, start) else { continue };
        let state = search.state(open);
        let state = search.descend(state);
        if best.as_ref().is_none_or(|best| state.value.better_than(best.value)) {
            best = Some(state);
        }
    }
    let best = search.iterate(best?, control.options.seed);
    (best.value.violation == 0.0).then_some(best)
}

/// The best open set found from one that need not obey the rules on sites.
pub(crate) fn from(serve: &Serve, near: &[bool], control: &Control) -> Option<State> {
    from_within(serve, near, WORK, control)
}

/// What a single open set is worth; `None` where it does not obey every rule.
pub(crate) fn of_set(serve: &Serve, open: &[bool], control: &Control) -> Option<State> {
    let state = Search { serve, control, work: 0, most: 0 }.state(open.to_vec());
    (state.value.violation == 0.0).then_some(state)
}

/// The same as [`from`] within so much work.
pub(crate) fn from_within(serve: &Serve, near: &[bool], most: usize, control: &Control) -> Option<State> {
    let mut search = Search { serve, control, work: 0, most };
    let open = greedy::construct(serve, Some(near))?;
    let state = search.state(open);
    let state = search.descend(state);
    let state = search.iterate(state, control.options.seed);
    (state.value.violation == 0.0).then_some(state)
}

struct Search<'a, 'b> {
    serve: &'a Serve,
    control: &'a Control<'b>,
    work: usize,
    most: usize,
}

impl Search<'_, '_> {
    fn exhausted(&self) -> bool {
        self.work > self.most || self.control.stop().is_some()
    }

    fn value(&self, open: &[bool], served: &Served) -> Value {
        // Violations at the level of rounding are none.
        let scale: f64 = if served.violation > 0.0 { self.serve.demand.iter().sum() } else { 0.0 };
        let violation = if served.violation <= PRECISION * scale { 0.0 } else { served.violation };
        Value { violation, cost: served.cost + self.serve.charge_of(open) }
    }

    fn state(&mut self, open: Vec<bool>) -> State {
        let split = transport::serve(self.serve, &open);
        self.work += split.work;
        self.finish(open, split)
    }

    fn finish(&mut self, open: Vec<bool>, split: Served) -> State {
        let served = if self.serve.single { single::assign(self.serve, &open, &split) } else { split.clone() };
        self.work += served.work;
        let value = self.value(&open, &served);
        State { open, served, split, value }
    }

    /// The state of an open set, unless it is no better than a value.
    fn better(&mut self, open: Vec<bool>, than: Value) -> Option<State> {
        let split = transport::serve(self.serve, &open);
        self.work += split.work;
        // Splitting is never worse than not splitting.
        if !self.value(&open, &split).better_than(than) {
            return None;
        }
        let state = self.finish(open, split);
        state.value.better_than(than).then_some(state)
    }

    fn descend(&mut self, mut state: State) -> State {
        loop {
            let prices = Prices::of(self.serve, &state.open, &state.split);
            let moves = prices.moves(TRIES);
            self.work += prices.work();
            let base = state.split.cost + self.serve.charge_of(&state.open);
            // The estimate is a bound on what a move can bring where prices tell everything.
            let bounds = state.value.violation == 0.0 && !self.serve.closest && prices.bound;
            let mut found = None;
            for (change, step) in moves {
                if self.exhausted() {
                    return state;
                }
                if bounds && base + change >= state.value.cost - PRECISION * state.value.cost.abs() {
                    break;
                }
                let mut open = state.open.clone();
                step.apply(&mut open);
                found = self.better(open, state.value);
                if found.is_some() {
                    break;
                }
            }
            match found {
                Some(better) => state = better,
                None => return state,
            }
        }
    }

    /// Exchanges a few sites at random, descends, keeps what is better.
    fn iterate(&mut self, mut best: State, seed: u64) -> State {
        let mut random = Random::of_seed(seed);
        for _ in 0..ROUNDS {
            if self.exhausted() {
                break;
            }
            let mut open = best.open.clone();
            for _ in 0..1 + random.below(3) {
                self.disturb(&mut open, &mut random);
            }
            if open == best.open {
                continue;
            }
            let state = self.state(open);
            let state = self.descend(state);
            if state.value.better_than(best.value) {
                best = state;
            }
        }
        best
    }

    /// One random move that obeys the rules on sites, if one is found quickly.
    fn disturb(&self, open: &mut [bool], random: &mut Random) {
        let n = open.len();
        for _ in 0..10 {
            let (a, b) = (random.below(n), random.below(n));
            let step = match (open.get(a), open.get(b)) {
                (Some(true), Some(false)) => Move::Swap { out: a, site: b },
                (Some(false), Some(true)) => Move::Swap { out: b, site: a },
                (Some(false), Some(false)) => Move::Open(a),
                (Some(true), Some(true)) => Move::Close(a),
                _ => return,
            };
            if step.allowed(self.serve, open, self.serve.money_of(open)) {
                step.apply(open);
                return;
            }
        }
    }
}
