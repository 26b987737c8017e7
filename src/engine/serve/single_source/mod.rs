//! Sites with capacities where demand points must not split: the p-median and the fixed charge.
//!
//! [`relaxation`] takes the problem apart into knapsacks, one for each site, which [`knapsack`] packs exactly; [`ascent`]
//! finds the prices. What no better plan has is left out ([`part`]). Plans are repaired from what the knapsacks hold
//! ([`found`]) and made better by solving some neighbouring clusters anew ([`neighbourhoods`]); [`tree`] closes the gap.

mod ascent;
mod clusters;
mod found;
mod knapsack;
mod neighbourhoods;
mod part;
mod relaxation;
mod tree;

use std::sync::Arc;

pub(super) use self::found::Found;

use self::ascent::{Climb, climb};
use self::clusters::Clusters;
use self::found::repaired;
use self::neighbourhoods::{EFFORTS, Effort, Neighbourhoods};
use self::part::Part;
use self::relaxation::Relaxation;
use self::tree::{Aim, Proven, Way};
use super::problem::{Serve, Serving};
use crate::engine::{mip, on_threads};
use crate::solve::{Control, Limit, Phase};

/// The climb at the root.
const ROOT: Climb = Climb { steps: 800, pace: 1.0, patience: 20, least: 1e-3 };
/// Pairs looked at for each demand point before plans are repaired.
const EARLY: usize = 200;
/// The climb once plans are good.
const AGAIN: Climb = Climb { steps: 400, pace: 0.5, patience: 20, least: 1e-3 };
/// Guesses of what the best plan costs, as shares of the way from the bound to the known plan.
const SHARES: [f64; 5] = [0.1, 0.25, 0.5, 0.75, 1.0];
/// Most nodes of a search below a guess: so many, or fewer where there are many demand points, whose clusters matter more.
const NODES: usize = 2000;
const NODES_BY_SQUARE: usize = 400_000_000;
/// Demand points of a cluster up to which clusters that were packed are put together to plans.
const FEW: usize = 8;
/// What the log calls the problem.
const NAME: &str = "single source";
/// Pairs for each demand point that a search below a guess may have.
const PAIRS: usize = 50;
/// How the whole is searched.
const WAY: Way = Way {
    round: 16,
    nodes_per_plan: 8,
    nodes: u64::MAX,
    climb: Climb { steps: 40, pace: 1.0, patience: 6, least: 0.05 },
    tells: true,
};

/// Whether this search solves a problem: demand points must not split, walking costs, and beside p nothing ties sites.
pub(super) fn suits(serve: &Serve, control: &Control) -> bool {
    serve.single
        && serve.serving == Serving::All
        && !serve.closest
        && serve.budget.is_none()
        && serve.min_use.iter().all(|&least| least == 0.0)
        && serve.pairs.iter().any(|pair| pair.cost > 0.0)
        && serve.pairs.len() < u32::MAX as usize
        && control.options.memory_limit.is_none_or(|limit| serve.pairs.len().saturating_mul(60) <= limit)
}

/// Searches for the best plan, from a known one.
pub(super) fn search(serve: &Serve, known: Found, control: &Control) -> Option<Proven> {
    on_threads(control.options.threads, || run(serve, known, control))
}

fn run(serve: &Serve, known: Found, control: &Control) -> Option<Proven> {
    let whole = Part::of(serve)?;
    log::info!("{NAME}: knapsacks bound it, clusters are solved anew: demand points must not split");
    let mut course = Course::begin(serve, &whole, known, control);
    for effort in EFFORTS {
        course.improve(effort);
        course.combine();
        if let Some(limit) = course.guess() {
            return Some(course.ended(Some(limit)));
        }
        if course.is_settled() {
            return Some(course.ended(None));
        }
    }
    Some(course.close())
}

/// The course of a search: prices, plan and bound come closer in turn.
struct Course<'a> {
    serve: &'a Serve,
    control: &'a Control<'a>,
    whole: &'a Part,
    /// At the prices `at` of the points of the whole, where it is worth `value`.
    relaxation: Relaxation<'a>,
    at: Vec<f64>,
    value: f64,
    /// Prices of all demand points.
    price: Vec<f64>,
    around: Neighbourhoods<'a>,
    /// What knapsacks held at good prices, where clusters are of few demand points.
    clusters: Option<Clusters>,
    bound: f64,
    nodes: u64,
}

impl<'a> Course<'a> {
    /// Climbs from what a known plan costs each demand point, and repairs plans on the way.
    fn begin(serve: &'a Serve, whole: &'a Part, known: Found, control: &'a Control<'a>) -> Self {
        let paid = |(i, &site): (usize, &u32)| serve.pair(i, site).map_or(0.0, |pair| pair.cost);
        let price: Vec<f64> = known.site.iter().enumerate().map(paid).collect();
        let from = whole.point.iter().map(|&i| price[i as usize]).collect();
        let mut best = known;
        let mut relaxation = Relaxation::new(whole);
        let (mut spent, mut seen) = (EARLY * whole.n_points(), f64::NEG_INFINITY);
        let target = Aim::of(serve, best.cost).below(best.cost);
        let few = whole.places.is_some_and(|places| whole.n_points() <= FEW.saturating_mul(places));
        let mut clusters = (few && mip::why_whole(control).is_none()).then(Clusters::default);
        let mut repair = |relaxation: &Relaxation<'_>| {
            let (found, work) = repaired(serve, relaxation);
            if let Some(found) = found.filter(|found| found.cost < best.cost) {
                control.incumbent(Phase::Heuristic, serve.objective(found.cost));
                best = found;
            }
            work
        };
        let (at, value) = climb(&mut relaxation, from, target, ROOT, |relaxation, bound| {
            if bound > seen {
                seen = bound;
                control.bound(Phase::Bound, serve.objective(told(serve, bound)));
            }
            if let Some(clusters) = &mut clusters {
                clusters.collect(serve, relaxation);
            }
            if relaxation.work > 4 * spent {
                spent += repair(relaxation);
            }
            control.stop().is_some()
        });
        repair(&relaxation);
        let price = priced(price, whole, &at);
        let around = Neighbourhoods::new(serve, whole, price.clone(), best, control.options.seed);
        Self { serve, control, whole, relaxation, at, value, price, around, clusters, bound: value, nodes: 1 }
    }

    /// Solves clusters anew, and climbs again towards the better plan.
    fn improve(&mut self, effort: Effort) {
        if !self.is_settled() && self.stopped().is_none() {
            self.around.improve(None, effort, Phase::Heuristic, self.control);
            let (cost, bound) = (self.around.best.cost, self.bound);
            log::info!("{NAME}: plan {cost}, bound {bound} after {:.1} s", self.control.seconds());
        }
        // The prices that come last are those of the relaxation at hand.
        let target = self.aim().below(self.around.best.cost);
        let stop = |relaxation: &Relaxation<'_>, _| {
            if let Some(clusters) = &mut self.clusters {
                clusters.collect(self.serve, relaxation);
            }
            self.control.stop().is_some()
        };
        (self.at, self.value) = climb(&mut self.relaxation, std::mem::take(&mut self.at), target, AGAIN, stop);
        self.price = priced(std::mem::take(&mut self.price), self.whole, &self.at);
        self.bound = self.bound.max(self.value);
        self.control.bound(Phase::Bound, self.serve.objective(told(self.serve, self.bound)));
    }

    /// Chooses among all clusters that were packed, where these are small: they are many and fit together in many ways.
    fn combine(&mut self) {
        if self.is_settled() || self.stopped().is_some() {
            return;
        }
        let Some(clusters) = &mut self.clusters else { return };
        let (price, best) = (&self.price, &self.around.best);
        let found = clusters.combine(self.serve, self.whole, price, best, self.control);
        if let Some(found) = found.filter(|found| found.cost < self.around.best.cost) {
            log::info!("{NAME}: plan {} of clusters that were packed", found.cost);
            self.around.take(found, self.control);
            self.control.incumbent(Phase::Heuristic, self.serve.objective(self.around.best.cost));
        }
    }

    /// Looks for plans that cost hardly more than the bound: they are few, so they are found, or known not to be, soon.
    /// Tells the limit that came.
    fn guess(&mut self) -> Option<Limit> {
        let aim = self.aim();
        for share in SHARES {
            if self.is_settled() {
                break;
            }
            if let Some(limit) = self.stopped() {
                return Some(limit);
            }
            let cost = self.around.best.cost;
            let below = aim.guess(self.value + share * (cost - self.value)).min(cost);
            let below = if share < 1.0 { below } else { cost };
            if below <= self.bound {
                continue;
            }
            let Some(left) = self.relaxation.tightened(&self.at, self.value, aim.below(below)) else {
                self.bound = if below < cost { self.bound.max(aim.reached(below)) } else { cost };
                continue;
            };
            if left.pairs.len() > PAIRS * self.whole.n_points() {
                break;
            }
            let most = NODES.min(NODES_BY_SQUARE / self.whole.n_points().pow(2).max(1));
            let way = Way { nodes: most as u64, ..WAY };
            let proven = self.search(left, (below, cost), way);
            let complete = proven.limit.is_none() && proven.nodes < way.nodes;
            let best = self.around.best.cost;
            let reached = || aim.reached(proven.bound.min(best));
            self.bound = if complete && best <= proven.bound { best } else { self.bound.max(reached()) };
            if !complete {
                break;
            }
        }
        None
    }

    /// Branch and bound on what a better plan may have, to the end.
    fn close(mut self) -> Proven {
        let cost = self.around.best.cost;
        let Some(left) = self.relaxation.tightened(&self.at, self.value, self.aim().below(cost)) else {
            self.bound = cost;
            return self.ended(None);
        };
        log::info!(
            "{NAME}: branch and bound on {} of {} sites and {} of {} pairs",
            left.n_sites(),
            self.whole.n_sites(),
            left.pairs.len(),
            self.whole.pairs.len()
        );
        let proven = self.search(left, (cost, cost), WAY);
        Proven { best: Some(self.around.best), nodes: self.nodes, ..proven }
    }

    /// Searches a part of the whole; plans are taken in.
    fn search(&mut self, left: Part, costs: (f64, f64), way: Way) -> Proven {
        let root = (Arc::new(left), self.price.clone(), self.bound);
        let (around, control) = (&mut self.around, self.control);
        let proven = tree::search(self.serve, root, costs, way, control, |found| around.take(found, control));
        self.nodes += proven.nodes;
        proven
    }

    fn aim(&self) -> Aim {
        Aim::of(self.serve, self.bound)
    }

    fn is_settled(&self) -> bool {
        self.bound >= self.aim().below(self.around.best.cost)
    }

    fn stopped(&self) -> Option<Limit> {
        let met = || self.control.options.gap > 0.0 && self.control.gap_reached();
        self.control.stop().or_else(|| met().then_some(Limit::Gap))
    }

    fn ended(self, limit: Option<Limit>) -> Proven {
        let cost = self.around.best.cost;
        let bound = if limit.is_some() { told(self.serve, self.bound).min(cost) } else { cost };
        Proven { bound, best: Some(self.around.best), limit, nodes: self.nodes }
    }
}

/// A bound less what rounding may have given it.
fn told(serve: &Serve, bound: f64) -> f64 {
    bound - Aim::of(serve, bound).noise
}

/// Prices of all demand points, with those of the points of a part.
fn priced(mut price: Vec<f64>, part: &Part, at: &[f64]) -> Vec<f64> {
    part.point.iter().zip(at).for_each(|(&i, &of)| price[i as usize] = of);
    price
}
