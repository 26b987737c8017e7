//! Interchange until nothing helps, and iterated small shakes of the plan. A shake is kept when it pays, and sometimes when
//! it costs a little, less and less so: annealing (Kirkpatrick, Gelatt and Vecchi 1983) over plans that no exchange
//! improves.

use super::state::{Role, State};
use crate::engine::random::Random;
use crate::solve::Control;

/// Improves a plan until no exchange found near the latest changes helps.
pub(super) struct Search {
    queue: Vec<u32>,
    queued: Vec<bool>,
    /// Sites worth opening.
    pub promising: Vec<bool>,
    /// Rounds of shaking since the last that helped.
    pub in_vain: u32,
    /// What shakes that did not pay cost more, on average.
    worse: f64,
    /// The best plan met while shaking, where the last is not as good.
    pub record: Option<(Vec<u32>, f64)>,
}

/// Savings below this part of the value are noise.
const NOISE: f64 = 1e-12;
/// The temperature at first, in parts of what shakes that do not pay cost, and the weight of the newest in that mean.
const HEAT: f64 = 0.1;
const NEWEST: f64 = 0.01;
/// Sites around a changed row that are looked at again.
const AROUND: usize = 12;

impl Search {
    pub fn new(n_sites: usize) -> Self {
        Self {
            queue: Vec::new(),
            queued: vec![false; n_sites],
            promising: vec![true; n_sites],
            in_vain: 0,
            worse: 0.0,
            record: None,
        }
    }

    /// Looks at every site once, in random order.
    pub fn all(&mut self, state: &State, random: &mut Random) {
        self.clear();
        self.queue =
            (0_u32..).zip(state.ground.role).filter(|(_, role)| **role == Role::Free).map(|(j, _)| j).collect();
        random.shuffle(&mut self.queue);
        for &j in &self.queue {
            self.queued[j as usize] = true;
        }
    }

    fn clear(&mut self) {
        for j in self.queue.drain(..) {
            self.queued[j as usize] = false;
        }
    }

    fn add(&mut self, state: &State, j: u32) {
        if self.promising[j as usize]
            && !self.queued[j as usize]
            && !state.is_open(j)
            && state.ground.role[j as usize] == Role::Free
        {
            self.queued[j as usize] = true;
            self.queue.push(j);
        }
    }

    /// Puts the sites around all rows changed since `from` into the queue.
    fn add_changed(&mut self, state: &State, from: usize) {
        for at in from..state.changed() {
            let row = state.changed_row(at);
            let near = state.ground.lists.row(row);
            for entry in near.take(AROUND) {
                self.add(state, state.ground.lists.site[entry]);
            }
        }
    }

    /// Exchanges while the queue holds sites worth opening. `false` when a limit stopped it.
    pub fn descend(&mut self, state: &mut State, most_work: u64, control: &Control) -> bool {
        let mut looked = 0_u32;
        while let Some(j) = self.queue.pop() {
            self.queued[j as usize] = false;
            looked += 1;
            if state.work > most_work || looked.is_multiple_of(256) && control.stop().is_some() {
                self.clear();
                return false;
            }
            if state.is_open(j) {
                continue;
            }
            if let Some((closed, saved)) = state.best_for(j, false)
                && saved > NOISE * state.value
            {
                let from = state.changed();
                state.swap(j, closed);
                self.add_changed(state, from);
                self.add(state, closed);
            }
        }
        true
    }

    /// Shakes the plan at random places for so much work, cooling down. Where that was in vain of late it begins cooler.
    /// The best plan is the last, or the record.
    pub fn shake(&mut self, state: &mut State, work: u64, random: &mut Random, control: &Control) {
        let most = state.work + work;
        let heat = HEAT / f64::from(1_u32 << self.in_vain.min(20));
        self.record = None;
        state.commit();
        let rows = state.ground.lists.n_rows();
        while state.work < most && rows > 0 && control.stop().is_none() {
            state.work += 16;
            let before = state.value;
            let row = random.below(rows);
            let kicks = 1 + random.below(2);
            for _ in 0..kicks {
                self.kick(state, row, random);
            }
            self.add_changed(state, 0);
            self.descend(state, u64::MAX, control);
            let worse = state.value - before;
            if worse < NOISE * before {
                state.commit();
                continue;
            }
            self.worse += NEWEST * (worse - self.worse);
            let left = most.saturating_sub(state.work) as f64 / work.max(1) as f64;
            let best = self.record.as_ref().map_or(f64::INFINITY, |record| record.1);
            if worse > -random.unit().ln() * heat * left * self.worse {
                state.undo();
            } else if before < best {
                // Before the best plan is left behind it is put aside.
                state.undo();
                self.record = Some((state.open_sites(), state.value));
            } else {
                state.commit();
            }
        }
        self.record.take_if(|record| state.value <= record.1);
    }

    /// Opens a random site near a row and closes one nearby: sometimes the best, sometimes any.
    fn kick(&mut self, state: &mut State, row: usize, random: &mut Random) {
        let near = state.ground.lists.row(row);
        let (n, m) = (state.open.len(), state.ground.near.n_sites());
        let around = near.len().min(4 * m / n.max(1) + 8);
        if around == 0 {
            return;
        }
        let opened = state.ground.lists.site[near.start + random.below(around)];
        if state.is_open(opened) || !self.promising[opened as usize] || state.ground.role[opened as usize] != Role::Free
        {
            return;
        }
        let closed = if random.below(2) == 0 {
            state.best_for(opened, true).map(|best| best.0)
        } else {
            // The server of some row near the opened site.
            let rows = state.ground.columns.of_site(opened);
            let some = rows.get(random.below(rows.len())).map(|entry| state.server(entry.1 as usize));
            some.filter(|&j| state.ground.role[j as usize] == Role::Free)
        };
        if let Some(closed) = closed.filter(|&closed| closed != opened) {
            state.swap(opened, closed);
        }
    }
}
