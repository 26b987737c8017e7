//! Prices at which the relaxation bounds well: subgradient steps, each cell and row in a scale of its own.
//!
//! Steps follow a running average of what the relaxation chose, in which rooms worth about nothing count in part: many
//! rooms are nearly alike, and would all come and go at once. Their length is Polyak's, (bound - best plan) over the square
//! of the direction, times a factor that shrinks, as does the part, while the bound does not improve.

use super::instance::Instance;
use super::pricing::{Relaxed, relax, sample};
use super::reach::Reach;
use super::room::FitOut;
use super::rows::RowKind;
use super::tariff::Prices;

/// Steps without improvement after which the factor shrinks.
const PATIENCE: usize = 10;
/// Share of the newest step in the running average.
const MIX: f64 = 0.3;
/// What is left of the factor and the width then.
const SHRINK: f64 = 0.7;
/// How much less the prices of rows move than those of cells: all rooms answer to them at once.
const CALM: f64 = 0.1;
/// What cells ask for at first, as a share of what they pay.
const FIRST_SHARE: f64 = 0.4;
/// The longest step: with it, a cell that nobody serves loses twice what it may pay.
const LONGEST: f64 = 2.0;
/// The factor below which steps are too short, and how often they are made longer again.
const SHORTEST: f64 = 2e-3;
const STARTS: usize = 2;
/// Rooms that the first prices are tried on, and how often.
const SAMPLE: usize = 200;
const SAMPLE_STEPS: usize = 16;

/// The ascent, which can be taken up again.
pub(crate) struct Ascent {
    pub prices: Prices,
    pub best: Prices,
    /// The best bound so far.
    pub bound: f64,
    scale: Prices,
    /// Running averages of what is met and taken.
    met: Vec<f64>,
    taken: Vec<f64>,
    /// Worth about which rooms count in part.
    width: f64,
    steps: usize,
    starts: usize,
    factor: f64,
    idle: usize,
    /// What the relaxation chose at the last step.
    pub relaxed: Relaxed,
}

impl Ascent {
    pub fn new(instance: &Instance, reach: &Reach) -> Self {
        let (all, rows) = row_scales(instance);
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
        let mut prices = first_prices(instance, reach, &cells, &rows);
        let weights = row_weights(instance, reach, all, &rows);
        for (row, kind) in instance.rows.kinds.iter().enumerate() {
            // A facility that nothing asks for would move into every room.
            if let RowKind::Once(f) = kind {
                prices.rows[row] = 0.5 * stake(instance, reach, *f);
            }
        }
        Self {
            best: prices.clone(),
            met: Vec::new(),
            taken: Vec::new(),
            width: 0.0,
            steps: 0,
            starts: 0,
            prices,
            bound: f64::INFINITY,
            scale: Prices { cells, rows: weights },
            factor: 0.3,
            idle: 0,
            relaxed: Relaxed::default(),
        }
    }

    /// Takes one step, with the objective of the best plan if one is known; false when there is nothing left to gain, or
    /// when a required room can host nothing.
    pub fn step(&mut self, instance: &Instance, reach: &Reach, plan: Option<f64>) -> bool {
        let tolerance = (0.02 * self.factor).clamp(2e-4, 0.005);
        let last = &self.relaxed.rooms;
        let Some(relaxed) = relax(instance, reach, &self.prices, last, tolerance, self.width) else { return false };
        self.relaxed = relaxed;
        if self.steps == 0 {
            let worth = self.relaxed.rooms.iter().map(|room| room.worth.max(0.0)).sum::<f64>();
            self.width = 0.3 * worth / self.relaxed.used.max(1.0);
        }
        let bound = self.relaxed.bound;
        let gain = self.bound - bound;
        if gain > 0.0 {
            self.bound = bound;
            self.best = self.prices.clone();
        }
        if gain > 1e-4 * bound.abs() {
            self.idle = 0;
        } else {
            self.idle += 1;
        }
        let mix = if self.steps == 0 { 1.0 } else { MIX };
        self.steps += 1;
        average(&mut self.met, &self.relaxed.met, mix);
        average(&mut self.taken, &self.relaxed.taken, mix);
        if self.idle >= PATIENCE {
            self.idle = 0;
            self.factor *= SHRINK;
            self.width *= SHRINK;
            self.prices = self.best.clone();
            self.start_again();
        }
        // Without a plan the target is a guess that the bound comes down to in time.
        let target = plan.unwrap_or(self.bound - 0.1 * self.bound.abs().max(1e-9));
        let way =
            |price: f64, scale: f64, over: f64| if price <= 0.0 && over < 0.0 { 0.0 } else { scale * over * over };
        let cells = self.prices.cells.iter().zip(&self.scale.cells).zip(&self.met);
        let mut square: f64 = cells.map(|((price, scale), met)| way(*price, *scale, met - 1.0)).sum();
        let rows = self.prices.rows.iter().zip(&self.scale.rows).zip(self.taken.iter().zip(&instance.rows.limits));
        square += rows.map(|((price, scale), (taken, limit))| way(*price, *scale, taken - limit)).sum::<f64>();
        let length = (self.factor * (self.bound - target).max(0.0) / square).min(LONGEST);
        if !(length > 0.0 && length.is_finite()) {
            return false;
        }
        for ((price, scale), met) in self.prices.cells.iter_mut().zip(&self.scale.cells).zip(&self.met) {
            *price = (*price + length * scale * (met - 1.0)).max(0.0);
        }
        for (row, (price, scale)) in self.prices.rows.iter_mut().zip(&self.scale.rows).enumerate() {
            let over = self.taken[row] - instance.rows.limits[row];
            *price = (*price + length * scale * over).max(0.0);
        }
        true
    }

    /// Rooms that the relaxation used at the last step.
    pub fn wanted(&self) -> Vec<usize> {
        let used = |(at, room): (usize, &FitOut)| (room.worth > 0.0 && !room.offers.is_empty()).then_some(at);
        self.relaxed.rooms.iter().enumerate().filter_map(used).collect()
    }

    /// Whether steps have become too short to matter, again and again.
    pub fn is_done(&self) -> bool {
        self.factor < SHORTEST && self.starts >= STARTS
    }

    /// Longer steps again from the best prices, each time not quite as long as before.
    fn start_again(&mut self) {
        if self.factor < SHORTEST && self.starts < STARTS {
            self.starts += 1;
            self.factor = 0.1 / self.starts as f64;
            self.width *= 4.0;
            self.prices = self.best.clone();
        }
    }
}

/// Mixes a new list into a running average.
fn average(running: &mut Vec<f64>, new: &[f64], mix: f64) {
    running.resize(new.len(), 0.0);
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
    for _ in 0..SAMPLE_STEPS {
        let taken = sample(instance, reach, &prices, every);
        for (row, price) in prices.rows.iter_mut().enumerate().filter(|(row, _)| limits[*row]) {
            let limit = instance.rows.limits[row].max(1e-9 / scales[row].max(1e-300));
            let ratio = (taken[row] * every as f64 / limit).max(0.0);
            *price *= ratio.powf(0.6).clamp(0.4, 2.5);
        }
    }
    prices
}

/// How far each row's price moves for a unit that is passed: what is at stake there, over the square of what is limited.
fn row_weights(instance: &Instance, reach: &Reach, all: f64, scales: &[f64]) -> Vec<f64> {
    let alike = |kind: &RowKind| {
        let same = |other: &&RowKind| std::mem::discriminant(*other) == std::mem::discriminant(kind);
        instance.rows.kinds.iter().filter(same).count() as f64
    };
    let weight = |(kind, scale): (&RowKind, &f64)| match kind {
        RowKind::Once(f) | RowKind::AtLeastOnce(f) => {
            stake(instance, reach, *f) / instance.stays[*f].moves.len().max(1) as f64
        }
        _ => CALM * scale * scale / all / alike(kind),
    };
    instance.rows.kinds.iter().zip(scales).map(weight).collect()
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

/// What a unit of each row may be worth: all there is to gain over what the row limits.
fn row_scales(instance: &Instance) -> (f64, Vec<f64>) {
    let gain: f64 = instance
        .cells
        .cells
        .iter()
        .map(|cell| instance.cells.arcs_of(cell).iter().map(|arc| arc.gain).fold(0.0, f64::max))
        .sum();
    let spent: f64 = instance.choices.iter().map(|choice| (choice.terms.gain + choice.slot_terms.gain).abs()).sum();
    let all = if instance.worst_district { 1.0 } else { gain + spent / instance.rooms.len().max(1) as f64 };
    let mut largest = vec![0.0_f64; instance.rows.len()];
    let rooms = instance.rooms.iter().map(|room| &room.terms);
    for terms in rooms.chain(instance.choices.iter().flat_map(|choice| [&choice.terms, &choice.slot_terms])) {
        for &(row, amount) in &terms.rows {
            largest[row as usize] = largest[row as usize].max(amount.abs());
        }
    }
    let limits = instance.rows.limits.iter().zip(largest);
    let scales = limits.map(|(limit, largest)| all / limit.abs().max(largest).max(1e-12)).collect();
    (all.max(1e-300), scales)
}
