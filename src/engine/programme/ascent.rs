//! Prices at which the relaxation bounds well.
//!
//! The prices are those at a [`Mixture`] of fit-outs: rooms answer to them a few at a time, and prices follow at once, so that
//! rooms that are nearly alike do not all come and go together. After each pass over all rooms the prices there are the
//! new centre (method of multipliers), and what all rooms do at the running mean of these prices gives the bound.

use super::instance::Instance;
use super::mixture::{Mixture, Penalty};
use super::pricing::{Held, Part, Relaxed, n_parts, parts, relax};
use super::reach::Reach;
use super::room::Offer;
use super::rows::RowKind;
use super::tariff::{Prices, Tariff};
use crate::engine::random::Random;

/// Batches in which the parts answer to prices in each pass, and parts in a batch at most: all that answer at once may want
/// the same.
const BATCHES: usize = 12;
const BATCH: usize = 600;
/// How much the price of a cell rises when its need is met once more than there is, as a share of what it pays.
const STIFF_CELL: f64 = 0.2;
/// How much the price of a row rises with one more room of so many, as a share of the price at which it would pay for the
/// room. Where there are more rooms it rises less with each: a pass over all of them moves more.
const STIFF_ROW: f64 = 0.01;
const STIFF_ROOMS: f64 = 2_000.0;
/// Share of the newest prices in the running mean, and steps before there is one.
const MIX: f64 = 0.3;
const WARM_UP: usize = 3;
/// The share of all that could be in a room that an answer, and a bound, may give away.
const ROUGH: f64 = 1e-3;
const FINE: f64 = 5e-5;
/// Bounds without improvement after which there is nothing left to gain.
const PATIENCE: usize = 25;
/// Steps between two looks at how fast the bound gets better, and the gain that is slow, as a share of the bound.
const LOOK: usize = 10;
const SLOW: f64 = 3e-4;
/// How much it rises in plans with one decision less, in terms of what a room is worth, where no room takes of the row
/// unless it is made to: a plan that lacks a quota is none.
const FIRM: f64 = 20.0;
/// How much the price of a cut rises when its need is served once more than it should be, beside those of its cells.
const STIFF_CUT: f64 = 3.0;
/// What counts as an improvement, as a share of the bound.
const IMPROVEMENT: f64 = 1e-5;
/// What cells ask for at first, as a share of what they pay.
const FIRST_SHARE: f64 = 0.4;
/// Rooms that the first prices are tried on, and how often.
const SAMPLE: usize = 200;
const SAMPLE_STEPS: usize = 16;

/// The ascent, which can be taken up again.
#[derive(Clone)]
pub(crate) struct Ascent {
    pub best: Prices,
    /// The best bound so far.
    pub bound: f64,
    /// Running mean of the prices at the mixture.
    mean: Prices,
    pub penalty: Penalty,
    /// How far the prices of rows rise in plans for a unit that is passed.
    pub firm: Vec<f64>,
    pub mixture: Mixture,
    /// The fit-outs of each room when it was last asked.
    pub hints: Vec<Vec<Offer>>,
    /// A required room can host nothing: there is no plan.
    pub is_blocked: bool,
    random: Random,
    steps: usize,
    idle: usize,
    /// The bound at the last look, and whether it has hardly got better then.
    looked: f64,
    is_slow: bool,
}

impl Ascent {
    pub fn new(instance: &Instance, reach: &Reach, seed: u64) -> Self {
        let (all, rows, largest) = row_scales(instance);
        let cells: Vec<f64> = instance
            .cells
            .cells
            .iter()
            .map(|cell| {
                let gain = instance.cells.arcs_of(cell).iter().map(|arc| arc.gain).fold(0.0, f64::max);
                let shares: f64 = cell.rows.iter().map(|(row, amount)| rows[*row as usize] * amount.abs()).sum();
                if gain > 0.0 { gain } else { shares }
            })
            .collect();
        let centre = first_prices(instance, reach, &cells, &rows);
        let (rows, firm) = row_weights(instance, reach, &centre, (all, &rows, &largest));
        let cells: Vec<f64> = cells.iter().map(|cell| STIFF_CELL * cell).collect();
        Self {
            best: centre.clone(),
            mean: centre.clone(),
            bound: f64::INFINITY,
            penalty: Penalty { centre, stiff: Prices { cells, rows } },
            firm,
            mixture: Mixture::new(instance, reach),
            hints: vec![Vec::new(); instance.rooms.len()],
            is_blocked: false,
            random: Random::of_seed(seed),
            steps: 0,
            idle: 0,
            looked: f64::INFINITY,
            is_slow: false,
        }
    }

    /// A pass and a bound; false when there is nothing left to gain, or when a required room can host nothing.
    pub fn step(&mut self, instance: &Instance, reach: &Reach) -> bool {
        let mut order: Vec<usize> = (0..n_parts(instance)).collect();
        self.random.shuffle(&mut order);
        for batch in order.chunks(order.len().div_ceil(BATCHES).clamp(1, BATCH)) {
            let tariff = Tariff::new(instance, &self.mixture.prices(instance, &self.penalty));
            let held = Held { hints: &self.hints, ..Held::default() };
            let Some(found) = parts(instance, reach, &tariff, batch, &held, ROUGH) else {
                self.is_blocked = true;
                return false;
            };
            for (&at, part) in batch.iter().zip(found) {
                self.go(instance, reach, at, part);
            }
        }
        let prices = self.mixture.prices(instance, &self.penalty);
        let mix = if self.steps < WARM_UP { 1.0 } else { MIX };
        blend(&mut self.mean.cells, &prices.cells, mix);
        blend(&mut self.mean.rows, &prices.rows, mix);
        self.penalty.centre = prices;
        let Some(Relaxed { bound, parts }) = relax(instance, reach, &self.mean, &self.hints, FINE) else {
            self.is_blocked = true;
            return false;
        };
        self.idle = if bound < self.bound - IMPROVEMENT * bound.abs() { 0 } else { self.idle + 1 };
        if bound < self.bound {
            self.bound = bound;
            self.best = self.mean.clone();
        }
        for (at, part) in parts.into_iter().enumerate() {
            self.go(instance, reach, at, part);
        }
        self.mixture.settle(reach);
        self.steps += 1;
        log::debug!("programme: step {}: bound {bound}, best {}", self.steps, self.bound);
        if self.steps.is_multiple_of(LOOK) {
            self.is_slow = self.looked - self.bound < SLOW * self.bound.abs();
            self.looked = self.bound;
        }
        !self.is_done()
    }

    fn go(&mut self, instance: &Instance, reach: &Reach, at: usize, part: Part) {
        // Doing nothing, as at the start, is not among what these may do.
        let must_act = self.steps == 0 && instance.rooms.get(at).is_none_or(|room| room.required);
        self.mixture.go(instance, reach, &self.penalty, (at, &part), must_act);
        if let Some(hint) = self.hints.get_mut(at) {
            *hint = part.offers;
        }
    }

    /// Goes on with the rows that the instance has more than before, at a price of 0 each.
    pub fn widen(&mut self, instance: &Instance, reach: &Reach) {
        let first = self.best.rows.len();
        let mut size = vec![(0.0, 0.0); instance.rows.len()];
        for (cell, stiff) in instance.cells.cells.iter().zip(&self.penalty.stiff.cells) {
            for &(row, amount) in &cell.rows {
                size[row as usize].0 += stiff;
                size[row as usize].1 += amount;
            }
        }
        let stiff = size[first..].iter().map(|(stiff, need): &(f64, f64)| STIFF_CUT * stiff / need.powi(2).max(1e-300));
        self.penalty.stiff.rows.extend(stiff);
        for prices in [&mut self.best, &mut self.mean, &mut self.penalty.centre] {
            prices.rows.resize(instance.rows.len(), 0.0);
        }
        self.mixture.widen(instance, reach, first);
        self.idle = 0;
    }

    /// Steps so far.
    pub fn steps(&self) -> usize {
        self.steps
    }

    /// Whether the bound hardly gets better.
    pub fn is_slow(&self) -> bool {
        self.is_slow || self.is_done()
    }

    /// Whether the bound has stopped to improve.
    pub fn is_done(&self) -> bool {
        self.idle >= PATIENCE
    }
}

/// Mixes new figures into a running mean.
fn blend(running: &mut [f64], new: &[f64], mix: f64) {
    running.iter_mut().zip(new).for_each(|(running, new)| *running += mix * (new - *running));
}

/// Prices to begin with: those of the cells are a share of what they pay; those of the rows that limit what is built rise
/// and fall until a sample of the rooms takes about its share.
fn first_prices(instance: &Instance, reach: &Reach, cells: &[f64], scales: &[f64]) -> Prices {
    let cells = cells.iter().map(|scale| FIRST_SHARE * scale).collect();
    let limits: Vec<bool> = instance
        .rows
        .kinds
        .iter()
        .map(|kind| matches!(kind, RowKind::Budget | RowKind::Subsidy | RowKind::MostSpaces))
        .collect();
    let rows = limits.iter().zip(scales).map(|(limits, scale)| if *limits { 0.05 * scale } else { 0.0 }).collect();
    let mut prices = Prices { cells, rows };
    let every = instance.rooms.len().div_ceil(SAMPLE).max(1);
    let rooms: Vec<usize> = (0..instance.rooms.len()).step_by(every).collect();
    for _ in 0..SAMPLE_STEPS {
        let tariff = Tariff::new(instance, &prices);
        let found = parts(instance, reach, &tariff, &rooms, &Held::default(), 0.02).unwrap_or_default();
        let mut taken = vec![0.0; instance.rows.len()];
        for &(row, amount) in found.iter().flat_map(|part| &part.rows) {
            taken[row as usize] += amount * every as f64;
        }
        for (row, price) in prices.rows.iter_mut().enumerate().filter(|(row, _)| limits[*row]) {
            let limit = instance.rows.limits[row].max(1e-9 / scales[row].max(1e-300));
            let ratio = (taken[row] / limit).max(0.0);
            *price *= ratio.powf(0.6).clamp(0.4, 2.5);
        }
    }
    for (row, kind) in instance.rows.kinds.iter().enumerate() {
        // A facility that nothing asks for would move into every room.
        if let RowKind::Once(f) = kind {
            prices.rows[row] = 0.5 * stake(instance, reach, *f);
        }
    }
    prices
}

/// How far each row's price rises for a unit that is passed: a room that comes or goes moves it by a small part of what the
/// room is worth. And how far it rises in plans.
fn row_weights(
    instance: &Instance,
    reach: &Reach,
    prices: &Prices,
    (all, scales, largest): (f64, &[f64], &[f64]),
) -> (Vec<f64>, Vec<f64>) {
    let tariff = Tariff::new(instance, prices);
    let rooms: Vec<usize> = (0..instance.rooms.len()).collect();
    let found = parts(instance, reach, &tariff, &rooms, &Held::default(), 0.02).unwrap_or_default();
    let used = || found.iter().filter(|part| !part.offers.is_empty());
    let worth = used().map(|part| part.gain.max(0.0)).sum::<f64>() / used().count().max(1) as f64;
    let worth = if worth > 0.0 { worth } else { all / instance.rooms.len().max(1) as f64 };
    let mut most = vec![(0.0, 0.0); instance.rows.len()];
    for &(row, amount) in used().flat_map(|part| &part.rows) {
        let (sum, count) = &mut most[row as usize];
        *sum += amount.abs();
        *count += 1.0;
    }
    let stiff_row = STIFF_ROW * (STIFF_ROOMS / instance.rooms.len().max(1) as f64).min(1.0);
    let weight = |(row, kind): (usize, &RowKind)| match (kind, most[row], largest[row]) {
        (RowKind::Once(f) | RowKind::AtLeastOnce(f), ..) => 0.5 * stake(instance, reach, *f),
        (_, (sum, count), _) if count > 0.0 && sum > 0.0 => stiff_row * worth * (count / sum).powi(2),
        // Nothing takes of it so far.
        (.., largest) if largest > 0.0 => stiff_row * worth / largest.powi(2),
        _ => stiff_row * worth * (scales[row] / worth / 10.0).powi(2),
    };
    let weights: Vec<f64> = instance.rows.kinds.iter().enumerate().map(weight).collect();
    let firm = |(row, weight): (usize, &f64)| match (most[row].1, largest[row]) {
        (0.0, largest) if largest > 0.0 => weight.max(FIRM * worth / largest.powi(2)),
        _ => *weight,
    };
    let firm = weights.iter().enumerate().map(firm).collect();
    (weights, firm)
}

/// What a facility of today gains at most.
fn stake(instance: &Instance, reach: &Reach, f: usize) -> f64 {
    let places = instance.stays[f].states.first().map_or(0.0, |state| state.places);
    let (mut gain, mut need) = (0.0, 0.0);
    for &(arc, cell) in reach.of(instance.groups.len() + f) {
        gain += instance.cells.arcs[arc as usize].gain;
        need += instance.cells.cells[cell as usize].need;
    }
    if need > places { gain * places / need } else { gain }
}

/// What there is to gain, what a unit of each row may be worth, which is all of that over what the row limits, and what one
/// decision takes of each row at most.
fn row_scales(instance: &Instance) -> (f64, Vec<f64>, Vec<f64>) {
    let gain: f64 = instance
        .cells
        .cells
        .iter()
        .map(|cell| instance.cells.arcs_of(cell).iter().map(|arc| arc.gain).fold(0.0, f64::max))
        .sum();
    let spent: f64 = instance.choices.iter().map(|choice| (choice.terms.gain + choice.slot_terms.gain).abs()).sum();
    let all = if instance.worst_district { 1.0 } else { gain + spent / instance.rooms.len().max(1) as f64 };
    let single = instance.largest_taken();
    let mut largest = single.clone();
    // What serving everybody somewhere takes of the rows of shares, some of which have no limit of their own.
    for cell in &instance.cells.cells {
        let arcs = instance.cells.arcs_of(cell);
        for (row, amount) in arcs.iter().flat_map(|arc| instance.cells.taken(cell, arc)) {
            largest[row as usize] += amount.abs() / arcs.len() as f64;
        }
    }
    let limits = instance.rows.limits.iter().zip(largest);
    let scales = limits.map(|(limit, largest)| all / limit.abs().max(largest).max(1e-12)).collect();
    (all.max(1e-300), scales, single)
}
