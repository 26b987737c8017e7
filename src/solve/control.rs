//! The limits of a running solve and the way out for its progress.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use super::solution::relative_gap;
use super::{Limit, Phase, Progress, SolveOptions};
use crate::model::{Sense, times_power};

/// Watches time and cancellation, and keeps the best objective and bound known so far.
///
/// Engines ask [`Control::stop`] often and tell what they find by [`Control::incumbent`] and [`Control::bound`].
pub(crate) struct Control<'a> {
    pub options: &'a SolveOptions,
    sense: Sense,
    /// Progress goes out with the other sign: what is to shrink is searched as something to grow.
    negated: bool,
    began: Instant,
    known: Mutex<Known>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// Power of two by which objectives are multiplied for the search.
    power: i32,
    incumbent: Option<f64>,
    bound: Option<f64>,
    nodes: u64,
    told: Option<Instant>,
}

/// Progress goes out at most this often, unless something improved.
const BETWEEN_REPORTS: Duration = Duration::from_millis(100);

impl<'a> Control<'a> {
    /// Starts the clock.
    pub fn new(options: &'a SolveOptions, sense: Sense) -> Self {
        Self { options, sense, negated: false, began: Instant::now(), known: Mutex::new(Known::default()) }
    }

    /// Starts the clock of a search that maximises, whatever the sense that is told.
    pub fn maximising(options: &'a SolveOptions, told: Sense) -> Self {
        Self { negated: told == Sense::Minimize, ..Self::new(options, Sense::Maximize) }
    }

    /// A control for a problem that is solved on the way to this one: with the same clock, limits and cancellation, but
    /// with an objective and a bound of its own. Its options are those of [`SolveOptions::on_the_way`].
    pub fn on_the_way<'b>(&self, options: &'b SolveOptions, sense: Sense) -> Control<'b> {
        Control { options, sense, negated: false, began: self.began, known: Mutex::new(Known::default()) }
    }

    /// From now on objectives and bounds are multiplied by a power of two; progress goes out in the model's own unit.
    pub fn use_power(&self, power: i32) {
        let mut known = self.lock();
        let change = power - known.power;
        known.power = power;
        known.incumbent = known.incumbent.map(|value| times_power(value, change));
        known.bound = known.bound.map(|value| times_power(value, change));
    }

    /// Seconds since the solve began.
    pub fn seconds(&self) -> f64 {
        self.began.elapsed().as_secs_f64()
    }

    /// Seconds that are left; `None` without a time limit.
    pub fn remaining(&self) -> Option<f64> {
        self.options.time_limit.map(|limit| limit.saturating_sub(self.began.elapsed()).as_secs_f64())
    }

    /// Why the solve must stop now, if it must.
    pub fn stop(&self) -> Option<Limit> {
        if self.options.cancel.is_cancelled() {
            return Some(Limit::Interrupt);
        }
        self.options.time_limit.filter(|&limit| self.began.elapsed() >= limit).map(|_| Limit::Time)
    }

    /// Tells the objective of a plan; only an improvement counts.
    pub fn incumbent(&self, phase: Phase, objective: f64) {
        self.tell(phase, |known, sense| {
            let better = known.incumbent.is_none_or(|best| sense.better(objective, best));
            if better {
                known.incumbent = Some(objective);
            }
            better
        });
    }

    /// Tells a proven bound; only a tighter one counts.
    pub fn bound(&self, phase: Phase, bound: f64) {
        self.tell(phase, |known, sense| {
            let tighter = bound.is_finite() && known.bound.is_none_or(|best| sense.better(best, bound));
            if tighter {
                known.bound = Some(bound);
            }
            tighter
        });
    }

    /// Tells how many nodes were explored.
    pub fn nodes(&self, phase: Phase, nodes: u64) {
        self.tell(phase, |known, _| {
            known.nodes = nodes;
            false
        });
    }

    /// The best bound told so far.
    pub fn best_bound(&self) -> Option<f64> {
        self.lock().bound
    }

    /// The best objective told so far.
    pub fn best_incumbent(&self) -> Option<f64> {
        self.lock().incumbent
    }

    /// Whether incumbent and bound have met the gap that was asked for: a gap of 0 is met where they are the same number to
    /// the precision of the arithmetic.
    pub fn gap_reached(&self) -> bool {
        let known = *self.lock();
        let gap = known.incumbent.zip(known.bound).map(|(value, bound)| relative_gap(value, bound));
        gap.is_some_and(|gap| gap <= self.options.gap)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        // A thread that panicked while holding the lock left plain numbers behind: they are still good.
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn tell(&self, phase: Phase, change: impl FnOnce(&mut Known, Sense) -> bool) {
        let mut known = self.lock();
        let improved = change(&mut known, self.sense);
        let Some(sink) = &self.options.progress else { return };
        let now = Instant::now();
        if !improved && known.told.is_some_and(|told| now - told < BETWEEN_REPORTS) {
            return;
        }
        known.told = Some(now);
        let told = |value: f64| {
            let value = times_power(value, -known.power);
            if self.negated { 0.0 - value } else { value }
        };
        let snapshot = Progress {
            phase,
            seconds: self.seconds(),
            incumbent: known.incumbent.map(told),
            bound: known.bound.map(told),
            gap: known
                .incumbent
                .zip(known.bound)
                .map(|(value, bound)| relative_gap(value, bound))
                .filter(|gap| gap.is_finite()),
            nodes: known.nodes,
        };
        drop(known);
        sink(&snapshot);
    }
}
