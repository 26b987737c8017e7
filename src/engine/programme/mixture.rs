//! Fit-outs in part: what every room and facility did at different prices, mixed so that together they keep to the rows.
//!
//! The mixture goes up a penalised objective: its gain less, for each cell and row that is passed by v,
//! ((max(0, π + σ v))² - π²) / 2σ, where π is the price in the centre and σ how much the price rises for a unit that is
//! passed. The price at the mixture is max(0, π + σ v). One part after another goes towards what it would do at these
//! prices, as far as the objective rises: block-coordinate Frank-Wolfe (Lacoste-Julien and others, Proceedings of the 30th
//! International Conference on Machine Learning, 2013) on the augmented Lagrangian (Rockafellar, Mathematics of Operations
//! Research 1, 1976).

use std::ops::Range;

use super::instance::Instance;
use super::pricing::{Part, add_up, n_parts};
use super::reach::Reach;
use super::tariff::{Prices, Tariff};

/// Prices in the centre, and how much they rise for each unit that is passed.
#[derive(Debug, Clone)]
pub(crate) struct Penalty {
    pub centre: Prices,
    pub stiff: Prices,
}

/// The mixture.
#[derive(Debug, Clone)]
pub(crate) struct Mixture {
    /// Positions of the arcs of each part in [`Reach::arcs`].
    spans: Vec<Range<usize>>,
    /// For each of these positions the share of its cell that is served.
    share: Vec<f64>,
    /// For each part how much of it does anything, and what it gains and takes.
    active: Vec<f64>,
    gain: Vec<f64>,
    rows: Vec<Vec<(u32, f64)>>,
    /// For each room the choices in it: choice, how much of it is fitted out, and open slots.
    chosen: Vec<Vec<(usize, f64, f64)>>,
    /// For each cell the share that is met, and for each row what is taken.
    met: Vec<f64>,
    pub taken: Vec<f64>,
}

/// A part of a mixture.
#[derive(Debug, Clone)]
pub(crate) struct Kept {
    share: Vec<f64>,
    active: f64,
    gain: f64,
    rows: Vec<(u32, f64)>,
    chosen: Vec<(usize, f64, f64)>,
}

/// A cell or row on the way of a part: its price at the start for each unit and how fast that rises.
#[derive(Debug, Clone, Copy)]
struct Slope {
    price: f64,
    stiff: f64,
    change: f64,
}

impl Mixture {
    /// Nothing is done yet.
    pub fn new(instance: &Instance, reach: &Reach) -> Self {
        let of = |host: usize| reach.range(host).start as usize..reach.range(host).end as usize;
        let mut spans: Vec<Range<usize>> = Vec::with_capacity(n_parts(instance));
        for room in &instance.rooms {
            let ends = [room.groups.start, room.groups.end.max(room.groups.start + 1) - 1].map(of);
            spans.push(ends[0].start..ends[1].end);
        }
        spans.extend((0..instance.stays.len()).map(|f| of(instance.groups.len() + f)));
        spans.resize(n_parts(instance), 0..0);
        Self {
            share: vec![0.0; reach.arcs().len()],
            active: vec![0.0; spans.len()],
            gain: vec![0.0; spans.len()],
            rows: vec![Vec::new(); spans.len()],
            chosen: vec![Vec::new(); instance.rooms.len()],
            spans,
            met: vec![0.0; instance.cells.cells.len()],
            taken: vec![0.0; instance.rows.len()],
        }
    }

    /// The prices at the mixture.
    pub fn prices(&self, instance: &Instance, penalty: &Penalty) -> Prices {
        let Penalty { centre, stiff } = penalty;
        let cells = centre.cells.iter().zip(&stiff.cells).zip(&self.met);
        let rows = centre.rows.iter().zip(&stiff.rows).zip(self.taken.iter().zip(&instance.rows.limits));
        Prices {
            cells: cells.map(|((price, stiff), met)| (price + stiff * (met - 1.0)).max(0.0)).collect(),
            rows: rows.map(|((price, stiff), (taken, limit))| (price + stiff * (taken - limit)).max(0.0)).collect(),
        }
    }

    /// Lets a part go towards something else as far as the penalised objective rises, or `all` the way.
    pub fn go(&mut self, instance: &Instance, reach: &Reach, penalty: &Penalty, (at, part): (usize, &Part), all: bool) {
        let arcs = &reach.arcs()[self.spans[at].clone()];
        let mut change: Vec<f64> = self.share[self.spans[at].clone()].iter().map(|share| -share).collect();
        for &(position, share) in &part.served {
            change[position as usize - self.spans[at].start] += share;
        }
        let mut rows = part.rows.clone();
        rows.extend(self.rows[at].iter().map(|&(row, amount)| (row, -amount)));
        add_up(&mut rows);
        let (centre, stiff) = (&penalty.centre, &penalty.stiff);
        let cells = arcs.iter().zip(&change).filter(|(_, change)| **change != 0.0).map(|(&(_, cell), &change)| {
            let (cell, over) = (cell as usize, self.met[cell as usize] - 1.0);
            Slope { price: centre.cells[cell] + stiff.cells[cell] * over, stiff: stiff.cells[cell], change }
        });
        let others = rows.iter().map(|&(row, change)| {
            let (row, over) = (row as usize, self.taken[row as usize] - instance.rows.limits[row as usize]);
            Slope { price: centre.rows[row] + stiff.rows[row] * over, stiff: stiff.rows[row], change }
        });
        let slopes: Vec<Slope> = cells.chain(others).collect();
        let length = if all { 1.0 } else { length(part.gain - self.gain[at], &slopes) };
        if length <= 0.0 {
            return;
        }
        for ((share, change), &(_, cell)) in self.share[self.spans[at].clone()].iter_mut().zip(&change).zip(arcs) {
            *share += length * change;
            self.met[cell as usize] += length * change;
        }
        for (row, change) in rows {
            self.taken[row as usize] += length * change;
            self.rows[at].push((row, length * change));
        }
        add_up(&mut self.rows[at]);
        self.gain[at] += length * (part.gain - self.gain[at]);
        if let Some(chosen) = self.chosen.get_mut(at) {
            choose(chosen, part, length);
        }
        let active = if part.offers.is_empty() { 0.0 } else { 1.0 };
        self.active[at] += length * (active - self.active[at]);
    }

    /// The shares that are served at some positions of [`Reach::arcs`].
    pub fn shares(&self, range: Range<u32>) -> &[f64] {
        &self.share[range.start as usize..range.end as usize]
    }

    /// What a part takes of rows.
    pub fn rows_of(&self, part: usize) -> &[(u32, f64)] {
        &self.rows[part]
    }

    /// How much of a cell's need is met, as a share.
    pub fn met(&self, cell: u32) -> f64 {
        self.met[cell as usize]
    }

    /// How much of a choice is fitted out, and its open slots.
    pub fn used(&self, instance: &Instance, choice: usize) -> (f64, f64) {
        let room = instance.groups[instance.choices[choice].group].room;
        let entry = self.chosen[room].iter().find(|entry| entry.0 == choice);
        entry.map_or((0.0, 0.0), |&(_, fitted, open)| (fitted, open))
    }

    /// Takes over the rows of an instance from one on, which were not there before.
    pub fn widen(&mut self, instance: &Instance, reach: &Reach, first: usize) {
        let new = |entry: &&(u32, f64)| entry.0 as usize >= first;
        for (chosen, rows) in self.chosen.iter().zip(&mut self.rows) {
            for &(choice, fitted, open) in chosen {
                let choice = &instance.choices[choice];
                rows.extend(choice.terms.rows.iter().filter(new).map(|&(row, amount)| (row, amount * fitted)));
                rows.extend(choice.slot_terms.rows.iter().filter(new).map(|&(row, amount)| (row, amount * open)));
            }
        }
        for (span, rows) in self.spans.iter().zip(&mut self.rows) {
            for (share, &(_, cell)) in self.share[span.clone()].iter().zip(&reach.arcs()[span.clone()]) {
                let cell = &instance.cells.cells[cell as usize];
                rows.extend(cell.rows.iter().filter(new).map(|&(row, amount)| (row, amount * share)));
            }
            add_up(rows);
        }
        self.taken.resize(instance.rows.len(), 0.0);
        self.settle(reach);
    }

    /// A part as it is.
    pub fn keep(&self, part: usize) -> Kept {
        Kept {
            share: self.share[self.spans[part].clone()].to_vec(),
            active: self.active[part],
            gain: self.gain[part],
            rows: self.rows[part].clone(),
            chosen: self.chosen.get(part).cloned().unwrap_or_default(),
        }
    }

    /// A part as it was.
    pub fn put_back(&mut self, reach: &Reach, part: usize, kept: Kept) {
        let span = self.spans[part].clone();
        let arcs = reach.arcs()[span.clone()].iter();
        for ((share, &before), &(_, cell)) in self.share[span].iter_mut().zip(&kept.share).zip(arcs) {
            self.met[cell as usize] += before - *share;
            *share = before;
        }
        self.rows[part].iter().for_each(|&(row, amount)| self.taken[row as usize] -= amount);
        kept.rows.iter().for_each(|&(row, amount)| self.taken[row as usize] += amount);
        if let Some(chosen) = self.chosen.get_mut(part) {
            *chosen = kept.chosen;
        }
        (self.active[part], self.gain[part], self.rows[part]) = (kept.active, kept.gain, kept.rows);
    }

    /// Brings the prices of rows, and of the cells that some parts reach, up to date.
    pub fn reprice(&self, instance: &Instance, reach: &Reach, penalty: &Penalty, parts: &[usize], tariff: &mut Tariff) {
        let Penalty { centre, stiff } = penalty;
        let rows = centre.rows.iter().zip(&stiff.rows).zip(self.taken.iter().zip(&instance.rows.limits));
        let rows = rows.map(|((price, stiff), (taken, limit))| (price + stiff * (taken - limit)).max(0.0));
        tariff.set_rows(instance, rows);
        let price = |cell: usize| (centre.cells[cell] + stiff.cells[cell] * (self.met[cell] - 1.0)).max(0.0);
        // Where parts reach cells more than once each, it is less to go through all cells, on all cores.
        if parts.iter().map(|&part| self.spans[part].len()).sum::<usize>() > self.met.len() {
            return tariff.set_cells(instance, price);
        }
        for &part in parts {
            for &(_, cell) in &reach.arcs()[self.spans[part].clone()] {
                tariff.set_cell(instance, cell as usize, price(cell as usize));
            }
        }
    }

    /// How much of a part does anything.
    pub fn active(&self, part: usize) -> f64 {
        self.active[part]
    }

    /// Adds up again what is met and taken: small errors would grow.
    pub fn settle(&mut self, reach: &Reach) {
        self.met.fill(0.0);
        self.taken.fill(0.0);
        for (share, &(_, cell)) in self.share.iter().zip(reach.arcs()) {
            self.met[cell as usize] += share;
        }
        for &(row, amount) in self.rows.iter().flatten() {
            self.taken[row as usize] += amount;
        }
    }
}

/// Lets the choices of a room go towards others, so far of the way.
fn choose(chosen: &mut Vec<(usize, f64, f64)>, part: &Part, length: f64) {
    for (_, fitted, open) in chosen.iter_mut() {
        *fitted *= 1.0 - length;
        *open *= 1.0 - length;
    }
    chosen.retain(|entry| entry.1 > TRACE);
    for offer in &part.offers {
        let (fitted, open) = (length, length * f64::from(offer.slots.count_ones()));
        match chosen.iter_mut().find(|entry| entry.0 == offer.choice) {
            Some(entry) => (entry.1, entry.2) = (entry.1 + fitted, entry.2 + open),
            None => chosen.push((offer.choice, fitted, open)),
        }
    }
}

/// Choices that are fitted out less than this are forgotten.
const TRACE: f64 = 1e-6;

/// How far the objective rises, as a share of the way.
fn length(gain: f64, slopes: &[Slope]) -> f64 {
    let rise = |length: f64| {
        let price = |slope: &Slope| (slope.price + slope.stiff * length * slope.change).max(0.0);
        slopes.iter().fold(gain, |rise, slope| rise - slope.change * price(slope))
    };
    let (mut low, mut high) = ((0.0, rise(0.0)), (1.0, rise(1.0)));
    if low.1 <= 0.0 {
        return 0.0;
    }
    if high.1 >= 0.0 {
        return 1.0;
    }
    // The rise falls along the way, in straight pieces.
    for step in 0..LOOKS {
        let middle =
            if step % 3 == 2 { 0.5 * (low.0 + high.0) } else { low.0 + (high.0 - low.0) * low.1 / (low.1 - high.1) };
        let there = rise(middle);
        if there > 0.0 {
            low = (middle, there);
        } else {
            high = (middle, there);
        }
        if there.abs() <= 1e-3 * gain.abs() {
            return middle;
        }
    }
    low.0
}

/// Looks at the rise on the way.
const LOOKS: usize = 8;
