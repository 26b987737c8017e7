//! What every swap is worth, kept up to date while sites open and close.
//!
//! Resende and Werneck (2007): the swap of j for f changes the cost of service by loss(f) − gain(j) − extra(j, f), where
//! gain is what j alone saves, loss what closing f alone costs, and extra corrects for the demand points that both
//! concern. Only the sites of a row up to its second nearest open one take part, and only rows that a move touches change.

use super::state::{NOBODY, Near};
use crate::engine::median::Problem;

/// Gain of each site, and its extra with each open one.
#[derive(Debug, Clone)]
pub(super) struct Swaps {
    gain: Vec<f64>,
    extra: Vec<f64>,
    width: usize,
    /// Slot of each chosen site.
    slot: Vec<u32>,
    free_slots: Vec<u32>,
}

/// Tables larger than this are not kept: entries.
const LARGEST: usize = 8_000_000;

impl Swaps {
    /// Empty tables with room for the chosen sites and some more; `None` when they would be too large.
    pub fn new(problem: &Problem, chosen: &[u32]) -> Option<Self> {
        let sites = problem.n_sites();
        let width = (2 * chosen.len() + 8).min(sites.max(1));
        if sites.saturating_mul(width) > LARGEST {
            return None;
        }
        let mut swaps = Self {
            gain: vec![0.0; sites],
            extra: vec![0.0; sites * width],
            width,
            slot: vec![NOBODY; sites],
            free_slots: (0..u32::try_from(width).ok()?).rev().collect(),
        };
        chosen.iter().all(|&j| swaps.admit(j)).then_some(swaps)
    }

    /// Gives a site a slot; `false` when there is none left.
    pub fn admit(&mut self, j: u32) -> bool {
        let Some(slot) = self.free_slots.pop() else { return false };
        self.slot[j as usize] = slot;
        true
    }

    /// Takes the slot of a site back. Rounding may have left something there: it is wiped.
    pub fn dismiss(&mut self, j: u32) {
        let slot = std::mem::replace(&mut self.slot[j as usize], NOBODY);
        self.free_slots.push(slot);
        for row in self.extra.chunks_exact_mut(self.width) {
            row[slot as usize] = 0.0;
        }
    }

    /// What opening a site saves.
    pub fn gain(&self, j: u32) -> f64 {
        self.gain[j as usize]
    }

    /// Slot of a chosen site.
    pub fn slot(&self, j: u32) -> usize {
        self.slot[j as usize] as usize
    }

    /// Extra of site j with the site in each slot.
    pub fn extra(&self, j: u32) -> &[f64] {
        &self.extra[j as usize * self.width..][..self.width]
    }

    /// Adds what a row contributes (`sign` 1), or takes it out (-1). Gives the work done.
    pub fn count(&mut self, problem: &Problem, r: usize, near: &Near, sign: f64) -> u64 {
        let from = problem.start[r];
        let [first, second] = near.position.map(|position| from + position as usize);
        let [least, next] = near.cost;
        let slot = if near.site == NOBODY { NOBODY } else { self.slot[near.site as usize] };
        if slot == NOBODY {
            // Served by nobody, or by a site that never closes.
            for at in from..first {
                self.gain[problem.site[at] as usize] += sign * (least - problem.cost[at]);
            }
            return (first - from) as u64;
        }
        let slot = slot as usize;
        for at in from..first {
            let j = problem.site[at] as usize;
            self.gain[j] += sign * (least - problem.cost[at]);
            self.extra[j * self.width + slot] += sign * (next - least);
        }
        for at in (first + 1).min(second)..second {
            let j = problem.site[at] as usize;
            self.extra[j * self.width + slot] += sign * (next - problem.cost[at]);
        }
        (second - from) as u64
    }
}
