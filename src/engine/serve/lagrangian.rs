//! A bound on every plan, and sites that no better plan opens or closes: Lagrangian relaxation of who is served.
//!
//! With a price v_i for serving demand point i, the sites part: site j is worth
//! ρ_j = g_j + min Σ_i (a_ij − v_i) x_ij over Σ_i d_i x_ij ≤ κ_j, a knapsack with shares, and
//! L(v) = Σ_i v_i + (the least Σ_j ρ_j y_j that p allows) bounds every plan. A wanted weight and a budget have a multiplier
//! each. The prices climb by subgradients, Σ_j x_ij − 1 deflected by the one before (Geoffrion and McBride 1978; Camerini,
//! Fratta and Maffioli 1975). Closest assignment, single source and minimum use are left out: the bound holds all the same.

use super::prices::Prices;
use super::problem::{Serve, Serving};
use super::transport;
use crate::solve::{Control, PRECISION, Phase};

/// Most work, in looked-at entries: about a second.
const WORK: usize = 600_000_000;
/// Most steps.
const STEPS: usize = 3000;
/// The step shrinks after so many steps without a better bound.
const PATIENCE: usize = 15;
/// The first step, as a share of the way to the target.
const PACE: f64 = 0.5;
/// How much the newest subgradient counts in the mean.
const NEW: f64 = 0.05;
/// Progress is judged after so many steps.
const CHECK: usize = 100;

/// What the relaxation proves, in terms of the minimised objective.
#[derive(Debug, Clone)]
pub(crate) struct Relaxation {
    /// No plan costs less.
    pub bound: f64,
    /// What the bound rises to when a site opens (of those that it leaves closed), or closes (of the others).
    pub turned: Vec<f64>,
    /// Sites that the relaxation opens.
    pub open: Vec<bool>,
}

impl Relaxation {
    /// The sites that every plan cheaper than `cost` leaves closed, and those that it opens.
    pub fn settled(&self, serve: &Serve, cost: f64) -> (Vec<bool>, Vec<bool>) {
        let turned = |open: bool, j: usize| self.open[j] == open && self.turned[j] > cost && !serve.must_open[j];
        let all = |open| (0..serve.n_sites()).map(|j| turned(open, j)).collect();
        (all(false), all(true))
    }
}

/// Climbs towards the best bound. `known` is a plan's open set and its cost, when there is one.
pub(crate) fn climb(serve: &Serve, known: Option<(&[bool], f64)>, control: &Control) -> Relaxation {
    let mut ascent = Ascent::new(serve, known);
    let mut best = ascent.start(known);
    let mut bound = ascent.evaluate(&best);
    let mut mean = Point::zero(serve);
    let mut rest = Point::zero(serve);
    ascent.rest(&mut mean);
    let (mut pace, mut weight_of_new, mut idle, mut work) = (PACE, NEW, 0, 0);
    let mut checked = (0, bound);
    for step in 1..=STEPS {
        let target = ascent.target(bound);
        let length = ascent.length(&mean);
        if length <= 0.0 || target - bound <= PRECISION * target.abs() || work > WORK || control.stop().is_some() {
            break;
        }
        let point = ascent.moved(&best, &mean, pace * (target - bound) / length);
        let value = ascent.evaluate(&point);
        work += serve.pairs.len() + serve.n_demand() + serve.n_sites();
        ascent.rest(&mut rest);
        if value > bound {
            if ascent.product(&rest, &mean) > 0.0 {
                pace *= 1.1;
            }
            bound = value;
            best = point;
            idle = 0;
            control.bound(Phase::Bound, serve.objective(value + serve.constant));
        } else {
            idle += 1;
            if idle >= PATIENCE {
                pace *= 0.66;
                idle = 0;
            }
        }
        mean.blend(&rest, weight_of_new);
        // Slow progress asks for a longer memory; none at all ends the climb.
        if step >= checked.0 + CHECK {
            if bound - checked.1 < 0.01 * (target - bound) {
                weight_of_new *= 0.5;
            }
            if bound - checked.1 < 1e-4 * (target - bound) {
                break;
            }
            checked = (step, bound);
        }
    }
    ascent.evaluate(&best);
    Relaxation { bound: bound + serve.constant, turned: ascent.turned(bound + serve.constant), open: ascent.open }
}

/// The multipliers.
#[derive(Debug, Clone)]
struct Point {
    /// What each demand point pays per unit of demand (in all where it has none).
    price: Vec<f64>,
    /// What a unit of the wanted weight pays.
    weight: f64,
    /// What a unit of the budget costs.
    money: f64,
}

impl Point {
    fn zero(serve: &Serve) -> Self {
        Self { price: vec![0.0; serve.n_demand()], weight: 0.0, money: 0.0 }
    }

    fn blend(&mut self, new: &Self, share: f64) {
        for (old, new) in self.price.iter_mut().zip(&new.price) {
            *old += share * (new - *old);
        }
        self.weight += share * (new.weight - self.weight);
        self.money += share * (new.money - self.money);
    }
}

struct Ascent<'a> {
    serve: &'a Serve,
    /// d_i, or 1 where there is no demand.
    size: Vec<f64>,
    goal: Option<f64>,
    worth: Vec<f64>,
    /// For each site the demand points in its knapsack, with their shares.
    packed: Vec<Vec<(u32, f64)>>,
    open: Vec<bool>,
    items: Vec<(f64, u32)>,
}

impl<'a> Ascent<'a> {
    fn new(serve: &'a Serve, known: Option<(&[bool], f64)>) -> Self {
        Self {
            serve,
            size: serve.demand.iter().map(|&demand| if demand > 0.0 { demand } else { 1.0 }).collect(),
            goal: known.map(|(_, cost)| cost - serve.constant),
            worth: vec![0.0; serve.n_sites()],
            packed: vec![Vec::new(); serve.n_sites()],
            open: vec![false; serve.n_sites()],
            items: Vec::new(),
        }
    }

    /// The value that the climb aims at: a known plan's, or a little above what is reached.
    fn target(&self, value: f64) -> f64 {
        match self.goal {
            Some(goal) => goal.max(value),
            None => value + 0.05 * value.abs() + 1e-3 * self.serve.largest_cost(),
        }
    }

    /// Prices from the transportation problem of a known open set, where there is one.
    fn start(&self, known: Option<(&[bool], f64)>) -> Point {
        let mut point = Point::zero(self.serve);
        match (self.serve.serving, known) {
            (Serving::Weight(wanted), _) => {
                let cost = known.map_or_else(|| self.serve.charge.iter().sum(), |known| known.1 - self.serve.constant);
                point.weight = if wanted > 0.0 { (cost / wanted).max(0.0) } else { 0.0 };
            }
            (_, Some((open, _))) => {
                let served = transport::serve(self.serve, open);
                point.price = Prices::of(self.serve, open, &served).into_paid();
            }
            (Serving::All, None) => {
                for (i, price) in point.price.iter_mut().enumerate() {
                    let costs = self.serve.pairs_of(i).iter().filter(|pair| pair.usable).map(|pair| pair.cost);
                    *price = costs.reduce(f64::min).unwrap_or(0.0) / self.size[i];
                }
            }
            (Serving::Most, None) => {}
        }
        point
    }

    /// L at a point; leaves the packed knapsacks and the chosen sites behind.
    fn evaluate(&mut self, at: &Point) -> f64 {
        let scale = if matches!(self.serve.serving, Serving::Weight(_)) { at.weight } else { 1.0 };
        for j in 0..self.serve.n_sites() {
            let packed = self.pack(j, at, scale);
            self.worth[j] = self.serve.charge[j] + at.money * self.serve.money[j] + packed;
        }
        let mut value: f64 = at.price.iter().zip(&self.size).map(|(price, size)| price * size).sum();
        if let Serving::Weight(wanted) = self.serve.serving {
            value += at.weight * wanted;
        }
        value -= at.money * self.serve.budget.unwrap_or(0.0);
        self.choose();
        value + self.worth.iter().zip(&self.open).filter(|(_, open)| **open).map(|(worth, _)| worth).sum::<f64>()
    }

    /// Fills the knapsack of one site.
    fn pack(&mut self, j: usize, at: &Point, scale: f64) -> f64 {
        let packed = &mut self.packed[j];
        packed.clear();
        self.items.clear();
        let (mut total, mut taken) = (0.0, 0.0);
        let mut free = 0.0;
        for entry in self.serve.columns().get(j) {
            let i = entry.demand;
            let price = scale * entry.unit - at.price[i as usize];
            if price < 0.0 {
                let demand = self.serve.demand[i as usize];
                total += price * self.size[i as usize];
                taken += demand;
                if demand > 0.0 {
                    self.items.push((price, i));
                } else {
                    free += price;
                    packed.push((i, 1.0));
                }
            }
        }
        let capacity = self.serve.capacity[j];
        if taken <= capacity {
            packed.extend(self.items.iter().map(|&(_, i)| (i, 1.0)));
            return total;
        }
        self.items.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let mut left = capacity;
        total = free;
        for &(price, i) in &self.items {
            if left <= 0.0 {
                break;
            }
            let demand = self.serve.demand[i as usize];
            let amount = demand.min(left);
            total += price * amount;
            left -= amount;
            packed.push((i, amount / demand));
        }
        total
    }

    /// How many sites that count are free to choose; `None` without p.
    fn places(&self) -> Option<usize> {
        let must =
            self.serve.must_open.iter().zip(&self.serve.counted).filter(|(must, counted)| **must && **counted).count();
        self.serve.p.map(|p| p.saturating_sub(must))
    }

    /// Sites that count towards p and may be chosen, the most worthwhile first.
    fn ranked(&self) -> Vec<usize> {
        let mut free: Vec<usize> =
            (0..self.serve.n_sites()).filter(|&j| self.serve.counted[j] && !self.serve.must_open[j]).collect();
        free.sort_by(|&a, &b| self.worth[a].total_cmp(&self.worth[b]).then(a.cmp(&b)));
        free
    }

    fn choose(&mut self) {
        for j in 0..self.serve.n_sites() {
            let tied = self.serve.p.is_some() && self.serve.counted[j];
            self.open[j] = self.serve.must_open[j] || (!tied && self.worth[j] < 0.0);
        }
        if let Some(places) = self.places() {
            for j in self.ranked().into_iter().take(places) {
                self.open[j] = true;
            }
        }
    }

    /// What the bound becomes when one site's state is turned round.
    fn turned(&self, bound: f64) -> Vec<f64> {
        let ranked = self.ranked();
        let edge = self.places().map(|places| {
            let last_in = places.checked_sub(1).and_then(|at| ranked.get(at)).map(|&j| self.worth[j]);
            (last_in, ranked.get(places).map(|&j| self.worth[j]))
        });
        let turn = |j: usize| {
            if self.serve.must_open[j] {
                return f64::INFINITY;
            }
            let worth = self.worth[j];
            let change = match (edge, self.serve.counted[j]) {
                // Another site leaves, or comes, in exchange; without one the turn is not possible at all.
                (Some((last_in, _)), true) if !self.open[j] => worth - last_in.unwrap_or(f64::NEG_INFINITY),
                (Some((_, first_out)), true) => first_out.unwrap_or(f64::INFINITY) - worth,
                _ => worth.abs(),
            };
            bound + change
        };
        (0..self.serve.n_sites()).map(turn).collect()
    }

    /// What is left undone at the last evaluation: the subgradient.
    fn rest(&self, rest: &mut Point) {
        rest.price.fill(1.0);
        let mut weight = 0.0;
        for (packed, _) in self.packed.iter().zip(&self.open).filter(|(_, open)| **open) {
            for &(i, share) in packed {
                rest.price[i as usize] -= share;
                weight += share * self.serve.weight[i as usize];
            }
        }
        rest.weight = match self.serve.serving {
            Serving::Weight(wanted) => wanted - weight,
            Serving::All | Serving::Most => 0.0,
        };
        rest.money = self.serve.budget.map_or(0.0, |budget| self.serve.money_of(&self.open) - budget);
    }

    /// Scales that bring the multipliers to one measure: those of demand, of weight, of money.
    fn scales(&self) -> (f64, f64) {
        let weight = match self.serve.serving {
            Serving::Weight(wanted) if wanted > 0.0 => 1.0 / wanted,
            _ => 0.0,
        };
        (weight, self.serve.budget.map_or(0.0, |budget| 1.0 / budget.abs().max(1.0)))
    }

    /// Squared length of a direction, demand points by their demand.
    fn length(&self, direction: &Point) -> f64 {
        self.product(direction, direction)
    }

    fn product(&self, a: &Point, b: &Point) -> f64 {
        let (weight, money) = self.scales();
        let prices: f64 = a.price.iter().zip(&b.price).zip(&self.size).map(|((a, b), size)| a * b * size).sum();
        prices + a.weight * b.weight * weight + a.money * b.money * money
    }

    /// The point a step away, prices kept in their range.
    fn moved(&self, from: &Point, direction: &Point, step: f64) -> Point {
        let (weight, money) = self.scales();
        let most = if self.serve.serving == Serving::All { f64::INFINITY } else { 0.0 };
        Point {
            price: from
                .price
                .iter()
                .zip(&direction.price)
                .map(|(price, rest)| (price + step * rest).min(most))
                .collect(),
            weight: (from.weight + step * direction.weight * weight).max(0.0),
            money: (from.money + step * direction.money * money).max(0.0),
        }
    }
}
