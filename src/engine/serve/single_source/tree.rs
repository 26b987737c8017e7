//! Branch and bound on the Lagrangian bound: first on sites, then on who is served where.
//!
//! Each node climbs a little from the prices of its parent, leaves out what no better plan has, and branches on what the
//! relaxation is least sure of. The nodes of least bound are looked at a round at a time on all threads; a round is the
//! same whatever their number.

use std::sync::Arc;

use rayon::prelude::*;

use super::ascent::{Climb, climb};
use super::found::{Found, complete, repaired};
use super::part::{Decision, Part};
use super::relaxation::Relaxation;
use crate::engine::queue::Queue;
use crate::engine::serve::problem::Serve;
use crate::solve::{Control, Limit, PRECISION, Phase};

/// Where any number of sites may open, sites of which the relaxation is less sure than this are branched on first: each is
/// paid for whole.
const DOUBTFUL: f64 = 0.1;

/// How a search goes about.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// Nodes in a round.
    pub round: usize,
    /// One node in so many looks for a plan.
    pub nodes_per_plan: u64,
    /// Most nodes.
    pub nodes: u64,
    pub climb: Climb,
    /// Whether bounds and plans are told: not those of a part of the problem.
    pub tells: bool,
}

/// What a search proved.
pub(in crate::engine::serve) struct Proven {
    /// The best plan found that costs less than the known one.
    pub best: Option<Found>,
    /// No plan is better than this, or than the best one known.
    pub bound: f64,
    /// The limit that stopped it.
    pub limit: Option<Limit>,
    pub nodes: u64,
}

struct Node {
    part: Arc<Part>,
    decision: Option<Decision>,
    price: Arc<Vec<f64>>,
    bound: f64,
}

/// What came of a node.
#[derive(Default)]
struct Visit {
    /// What is left of it, and what to branch on.
    left: Option<(Node, Decision)>,
    /// The node as it was, where a limit came first.
    undone: Option<Node>,
    found: Option<Found>,
}

/// What a plan must cost less than, to count as better than another one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Aim {
    /// Every cost is a multiple of this.
    step: f64,
    /// What bounds may lose to rounding.
    pub noise: f64,
}

impl Aim {
    pub fn of(serve: &Serve, bound: f64) -> Self {
        Self { step: serve.step(), noise: 1e-2 * PRECISION * serve.largest_cost().max(bound.abs()) }
    }

    /// No plan of a bound from here on is better than one of this cost.
    pub fn below(self, cost: f64) -> f64 {
        cost - (0.999 * self.step).max(0.5 * PRECISION * cost.abs()) + self.noise
    }

    /// The next cost that a plan can have.
    pub fn guess(self, cost: f64) -> f64 {
        if self.step > 0.0 { (cost / self.step).ceil() * self.step } else { cost }
    }

    /// The bound that a search below a cost which a plan can have proves when it finds nothing.
    pub fn reached(self, cost: f64) -> f64 {
        if self.step > 0.0 { cost } else { cost - PRECISION * cost.abs() }
    }
}

/// Searches what is left of a problem for plans that cost less than `below`, from prices of its demand points. `better`
/// hears of each plan that costs less than `known` (which is no less than `below`) and may give back a better one still.
pub(super) fn search(
    serve: &Serve,
    (root, price, bound): (Arc<Part>, Vec<f64>, f64),
    (below, known): (f64, f64),
    way: Way,
    control: &Control,
    mut better: impl FnMut(Found) -> Found,
) -> Proven {
    let mut proven = Proven { best: None, bound, limit: None, nodes: 0 };
    let (mut cost, mut known) = (below, known);
    let aim = Aim::of(serve, bound);
    let mut queue = Queue::new(control.options.memory_limit);
    let root = Node { part: root, decision: None, price: Arc::new(price), bound };
    queue.push(root.bound, root.part.bytes(), root);
    while let Some(least) = queue.least() {
        if least >= aim.below(cost) {
            break;
        }
        proven.bound = least - aim.noise;
        if way.tells {
            control.bound(Phase::Bound, serve.objective(proven.bound.min(cost)));
            control.nodes(Phase::Bound, proven.nodes);
        }
        let gap = || way.tells && control.options.gap > 0.0 && control.gap_reached();
        proven.limit = control.stop().or_else(|| gap().then_some(Limit::Gap));
        if proven.limit.is_some() || proven.nodes >= way.nodes {
            return proven;
        }
        let taken: Vec<Node> = std::iter::from_fn(|| queue.pop()).take(way.round).collect();
        let seeks = |at: usize| (proven.nodes + at as u64).is_multiple_of(way.nodes_per_plan);
        let tasks: Vec<(bool, Node)> = taken.into_iter().enumerate().map(|(at, node)| (seeks(at), node)).collect();
        let look = |(seek, node): (bool, Node)| visit(serve, node, seek, (aim, cost), way.climb, control);
        let visits: Vec<Visit> = if way.round > 1 {
            tasks.into_par_iter().map(look).collect()
        } else {
            tasks.into_iter().map(look).collect()
        };
        for Visit { left, undone, found } in visits {
            proven.nodes += 1;
            if let Some(found) = found.filter(|found| found.cost < known) {
                let found = better(found);
                known = found.cost;
                cost = cost.min(known);
                if way.tells {
                    control.incumbent(Phase::Bound, serve.objective(known));
                }
                proven.best = Some(found);
            }
            if let Some(node) = undone {
                queue.push(node.bound, node.part.bytes(), node);
            }
            let Some((node, decision)) = left else { continue };
            for decision in branches(decision) {
                let (part, price) = (Arc::clone(&node.part), Arc::clone(&node.price));
                let bytes = node.part.bytes() / 2 + 4 * price.len() + 100;
                queue.push(node.bound, bytes, Node { part, decision: Some(decision), price, bound: node.bound });
            }
        }
    }
    proven.bound = cost;
    proven
}

fn branches(decision: Decision) -> [Decision; 2] {
    match decision {
        Decision::Site(site, _) => [true, false].map(|open| Decision::Site(site, open)),
        Decision::Near(point, most, _) => [true, false].map(|near| Decision::Near(point, most, near)),
    }
}

fn visit(serve: &Serve, node: Node, seek: bool, (aim, cost): (Aim, f64), how: Climb, control: &Control) -> Visit {
    let mut visit = Visit::default();
    if control.stop().is_some() {
        visit.undone = Some(node);
        return visit;
    }
    let part = match node.decision {
        None => node.part,
        Some(decision) => match node.part.decided(decision) {
            None => return visit,
            Some(part) => Arc::new(part),
        },
    };
    if part.n_points() == 0 {
        visit.found = complete(serve, &part);
        return visit;
    }
    let from = part.point.iter().map(|&i| node.price[i as usize]).collect();
    let mut relaxation = Relaxation::new(&part);
    let mut target = aim.below(cost);
    let (price, value) = climb(&mut relaxation, from, target, how, |_, _| control.stop().is_some());
    let bound = value.max(node.bound);
    if bound >= target {
        return visit;
    }
    let mut rest = vec![0.0; price.len()];
    relaxation.rest(&mut rest);
    let solved = rest.iter().all(|&rest| rest == 0.0);
    if seek || solved {
        visit.found = repaired(serve, &relaxation).0;
        if let Some(found) = &visit.found {
            target = target.min(aim.below(found.cost));
        }
    }
    if bound >= target {
        return visit;
    }
    let Some(left) = relaxation.tightened(&price, value, target) else { return visit };
    if left.n_points() == 0 {
        let found = complete(serve, &left);
        let known = visit.found.as_ref().map_or(f64::INFINITY, |found| found.cost);
        visit.found = found.filter(|found| found.cost < known).or(visit.found);
        return visit;
    }
    let mut all = node.price.to_vec();
    for (&i, &price) in part.point.iter().zip(&price) {
        all[i as usize] = price;
    }
    let decision = doubtful(&relaxation, &left);
    visit.left =
        decision.map(|decision| (Node { part: Arc::new(left), decision: None, price: Arc::new(all), bound }, decision));
    visit
}

/// What the relaxation is least sure of, among what is left to decide: a site, or how far a demand point goes.
fn doubtful(relaxation: &Relaxation<'_>, left: &Part) -> Option<Decision> {
    let part = relaxation.part;
    let doubt = |share: f64| share.min(1.0 - share);
    let free = (0..left.n_sites()).filter(|&j| !left.must[j]);
    let sites = free.filter_map(|j| {
        let before = part.site.binary_search(&left.site[j]).ok()?;
        Some((doubt(relaxation.site_share(before)), Decision::Site(left.site[j], true)))
    });
    let site = sites.reduce(|a, b| if b.0 > a.0 { b } else { a });
    if left.places.is_none()
        && let Some((_, decision)) = site.filter(|site| site.0 > DOUBTFUL)
    {
        return Some(decision);
    }
    let mut best: Option<(f64, Decision)> = None;
    for at in 0..left.n_points() {
        if let Some((score, last)) = split(relaxation, left, at)
            && best.is_none_or(|(known, _)| score > known)
        {
            best = Some((score, Decision::Near(left.point[at], last, true)));
        }
    }
    best.filter(|best| best.0 > 0.0).or(site).or(best).map(|(_, decision)| decision)
}

/// Where to part the near pairs of a demand point from the far ones, and what that promises: the more often it goes to
/// either side, and the farther these lie apart, the more. Where all cost the same it promises nothing, but parts them.
fn split(relaxation: &Relaxation<'_>, left: &Part, at: usize) -> Option<(f64, (f64, u32))> {
    let part = relaxation.part;
    let before = part.point.binary_search(&left.point[at]).ok()?;
    // The pairs of what is left are among those before, in the same order.
    let mut pairs = part.range(before);
    let there = &left.pairs[left.range(at)];
    let shares: Option<Vec<f64>> = there
        .iter()
        .map(|there| {
            let site = left.site[there.site as usize];
            let pair = pairs.find(|&pair| part.site[part.pairs[pair].site as usize] == site)?;
            Some(relaxation.pair_share(pair))
        })
        .collect();
    let shares = shares?;
    let (mut far, mut far_cost) = (0.0, 0.0);
    for (there, share) in there.iter().zip(&shares) {
        far += share;
        far_cost += share * there.cost;
    }
    let total = far.max(1.0);
    let (mut near, mut near_cost) = (0.0, 0.0);
    let mut best = None;
    for (two, share) in there.windows(2).zip(&shares) {
        let [a, _] = two else { continue };
        near += share;
        far -= share;
        near_cost += share * a.cost;
        far_cost -= share * a.cost;
        let apart = if near > 1e-9 && far > 1e-9 { far_cost / far - near_cost / near } else { 0.0 };
        let score = (near / total) * (far / total).max(0.0) * apart.max(0.0);
        if best.is_none_or(|(known, _)| score > known) {
            best = Some((score, (a.cost, left.site[a.site as usize])));
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;
    use crate::model::PMedian;
    use crate::travel::TravelMatrix;

    #[test]
    fn sites_at_the_same_distance_can_be_branched_on() {
        let travel = TravelMatrix::from_dense(array![[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]].view()).unwrap();
        let model = PMedian::new(travel, vec![1.0; 3]).p(2).capacities(vec![3.0; 2]).demands(vec![2.0, 2.0, 1.0]);
        let serve = Serve::of(&model.single_source(true)).unwrap();
        let open = |part: Part, site| part.decided(Decision::Site(site, true)).unwrap();
        let part = open(open(Part::of(&serve).unwrap(), 0), 1);
        let mut relaxation = Relaxation::new(&part);
        relaxation.evaluate(&[2.0; 3]);
        let decision = doubtful(&relaxation, &part).unwrap();
        for branch in branches(decision) {
            let left = part.decided(branch).unwrap();
            assert!(left.pairs.len() < part.pairs.len(), "{branch:?} decides nothing");
        }
    }
}
