//! A bound on every plan, and sites that no better plan opens or closes: Lagrangian relaxation of who is served.
//!
//! With a price v_i for serving demand point i, the sites part: site j is worth
//! ρ_j = g_j + min Σ_i (a_ij − v_i) x_ij over Σ_i d_i x_ij ≤ κ_j, a knapsack with shares, and
//! L(v) = Σ_i v_i + (the least Σ_j ρ_j y_j that p allows) bounds every plan. A wanted weight and a budget have a multiplier
//! each. The prices climb by subgradients, Σ_j x_ij − 1 deflected by the one before (Geoffrion and McBride 1978; Camerini,
//! Fratta and Maffioli 1975). Closest assignment, single source and minimum use are left out: the bound holds all the same.
//!
//! Where all must be served, Σ_j κ_j y_j ≥ Σ_i d_i is added with a multiplier of its own, which is always the best one:
//! with equal capacities the right side counts whole sites, and the bound is above that of linear programming
//! (Cornuéjols, Sridharan and Thizy 1991).

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
    /// The multipliers of the bound.
    pub at: Point,
    /// How often each site was open lately.
    pub share: Vec<f64>,
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
    ascent.into_relaxation(bound, best)
}

/// Steps at a node of the tree, the first of them as a share of the way to the target, and how many without a better
/// bound halve it.
const NODE_STEPS: usize = 30;
const NODE_PACE: f64 = 1.0;
const NODE_PATIENCE: usize = 6;

/// Climbs a little from good multipliers: to a bound of `target`, or for a few steps.
pub(crate) fn climb_on(serve: &Serve, from: &Point, target: f64) -> Relaxation {
    let mut ascent = Ascent::new(serve, None);
    let target = target - serve.constant;
    let (mut at, mut best) = (from.clone(), from.clone());
    let mut bound = f64::NEG_INFINITY;
    let (mut direction, mut rest) = (Point::zero(serve), Point::zero(serve));
    let (mut pace, mut idle) = (NODE_PACE, 0);
    for step in 0..NODE_STEPS {
        let value = ascent.evaluate(&at);
        if value > bound {
            idle = if value > bound + 1e-4 * (target - value) { 0 } else { idle };
            (bound, best) = (value, at.clone());
        }
        if bound >= target || step + 1 == NODE_STEPS {
            break;
        }
        idle += 1;
        if idle >= NODE_PATIENCE {
            (idle, pace) = (0, 0.5 * pace);
            at.clone_from(&best);
            direction = Point::zero(serve);
            continue;
        }
        ascent.rest(&mut rest);
        let (product, length) = (ascent.product(&rest, &direction), ascent.length(&direction));
        direction.deflect(&rest, if product < 0.0 && length > 0.0 { -1.5 * product / length } else { 0.0 });
        let length = ascent.length(&direction);
        if length <= 0.0 {
            break;
        }
        at = ascent.moved(&at, &direction, pace * (target - value) / length);
    }
    ascent.evaluate(&best);
    ascent.into_relaxation(bound, best)
}

/// The multipliers.
#[derive(Debug, Clone)]
pub(crate) struct Point {
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

    /// Number of prices.
    pub fn len(&self) -> usize {
        self.price.len()
    }

    fn blend(&mut self, new: &Self, share: f64) {
        for (old, new) in self.price.iter_mut().zip(&new.price) {
            *old += share * (new - *old);
        }
        self.weight += share * (new.weight - self.weight);
        self.money += share * (new.money - self.money);
    }

    /// The newest direction and a part of the last one.
    fn deflect(&mut self, new: &Self, turn: f64) {
        for (old, new) in self.price.iter_mut().zip(&new.price) {
            *old = new + turn * *old;
        }
        self.weight = new.weight + turn * self.weight;
        self.money = new.money + turn * self.money;
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
    /// Capacity that the open sites must have together; `None` where nothing is known.
    wanted: Option<f64>,
    /// What a unit of this capacity costs.
    scarcity: f64,
    /// The site of which only a part is open, and that part.
    part: Option<(usize, f64)>,
    share: Vec<f64>,
}

/// Weight of the newest choice in the running mean.
const NEWEST: f64 = 0.1;

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
            wanted: wanted(serve),
            scarcity: 0.0,
            part: None,
            share: vec![0.0; serve.n_sites()],
        }
    }

    fn into_relaxation(self, bound: f64, at: Point) -> Relaxation {
        let bound = bound + self.serve.constant;
        Relaxation { bound, turned: self.turned(bound), open: self.open, at, share: self.share }
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
        for (share, &open) in self.share.iter_mut().zip(&self.open) {
            *share += NEWEST * (f64::from(u8::from(open)) - *share);
        }
        let closed = self.part.map_or(0.0, |(j, part)| (1.0 - part) * self.worth[j]);
        value + self.worth.iter().zip(&self.open).filter(|(_, open)| **open).map(|(worth, _)| worth).sum::<f64>()
            - closed
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
        self.enlarge();
    }

    /// Opens more sites, those that give capacity most cheaply, until there is enough of it.
    fn enlarge(&mut self) {
        (self.scarcity, self.part) = (0.0, None);
        let Some(wanted) = self.wanted else { return };
        let capacity = &self.serve.capacity;
        let mut have: f64 = capacity.iter().zip(&self.open).filter(|(_, open)| **open).map(|(have, _)| have).sum();
        if have >= wanted {
            return;
        }
        let mut closed: Vec<(f64, usize)> = (0..capacity.len())
            .filter(|&j| !self.open[j] && capacity[j] > 0.0)
            .map(|j| (self.worth[j] / capacity[j], j))
            .collect();
        closed.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (price, j) in closed {
            self.open[j] = true;
            self.scarcity = price;
            have += capacity[j];
            if have >= wanted {
                self.part = Some((j, 1.0 - (have - wanted) / capacity[j]));
                return;
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
                // By duality: with the capacity priced, every site pays for itself alone.
                _ => {
                    if self.scarcity > 0.0 {
                        (worth - self.scarcity * self.serve.capacity[j]).abs()
                    } else {
                        worth.abs()
                    }
                }
            };
            bound + change
        };
        (0..self.serve.n_sites()).map(turn).collect()
    }

    /// What is left undone at the last evaluation: the subgradient.
    fn rest(&self, rest: &mut Point) {
        rest.price.fill(1.0);
        let mut weight = 0.0;
        for (j, packed) in self.packed.iter().enumerate().filter(|(j, _)| self.open[*j]) {
            let part = self.part.filter(|(of, _)| *of == j).map_or(1.0, |(_, part)| part);
            for &(i, share) in packed {
                let share = part * share;
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

/// The capacity that open sites must have together: all demand, in whole sites where those to be chosen are equal.
fn wanted(serve: &Serve) -> Option<f64> {
    if serve.serving != Serving::All || serve.p.is_some() || serve.capacity.iter().any(|have| !have.is_finite()) {
        return None;
    }
    // What rounding may take from a plan is not asked for.
    let demand = serve.least_demand() * (1.0 - PRECISION);
    let free = || serve.capacity.iter().zip(&serve.must_open).filter(|(_, must)| !**must).map(|(&have, _)| have);
    let given: f64 = serve.capacity.iter().zip(&serve.must_open).filter(|(_, must)| **must).map(|(have, _)| have).sum();
    let most = free().fold(0.0, f64::max);
    let equal = most > 0.0 && free().all(|have| have == most);
    let missing = demand - given;
    if missing <= 0.0 || given + free().sum::<f64>() < demand {
        return None;
    }
    Some(given + if equal { (missing / most - PRECISION).ceil() * most } else { missing })
}
