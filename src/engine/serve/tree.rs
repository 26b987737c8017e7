//! Branch and bound on the Lagrangian bound, for fixed charges with capacities when demand may split.
//!
//! Each node climbs a little from the prices of its parent, settles what it can and branches on the site that the
//! relaxation is least sure of. Where every site is decided the transportation problem gives the best plan. The nodes of
//! least bound are looked at a round at a time on all threads; a round is the same whatever their number.

use std::sync::Arc;

use rayon::prelude::*;

use super::lagrangian::{Point, Relaxation, climb_on};
use super::problem::{Serve, Serving};
use super::search::{self, State};
use crate::engine::on_threads;
use crate::engine::queue::Queue;
use crate::solve::{Control, Limit, PRECISION, Phase};

/// Nodes in a round.
const ROUND: usize = 16;
/// One node in so many looks for a plan, with so much work.
const NODES_PER_PLAN: u64 = 16;
const WORK: usize = 30_000_000;
/// Sites that the relaxation opens at least this often belong to the plan it suggests.
const OFTEN: f64 = 0.5;

/// Whether this search solves the problem: service costs, demand may split, and sites alone are to be decided.
pub(super) fn suits(serve: &Serve) -> bool {
    serve.serving == Serving::All
        && !serve.single
        && !serve.closest
        && serve.p.is_none()
        && serve.budget.is_none()
        && serve.min_use.iter().all(|&least| least == 0.0)
        && serve.pairs.iter().any(|pair| pair.cost > 0.0)
}

/// Why the solver takes over from the bound where this search does not suit.
pub(super) fn why_not(serve: &Serve) -> &'static str {
    match () {
        () if serve.closest => "residents go to the closest open site",
        () if serve.serving != Serving::All => "whom to serve is to be decided too",
        () if serve.p.is_some() || serve.budget.is_some() => "p or a budget ties the sites",
        () if serve.min_use.iter().any(|&least| least > 0.0) => "open sites must be used at least so much",
        () if serve.single => "demand points must not split",
        () => "walking costs nothing",
    }
}

/// What a search proved.
pub(super) struct Proven {
    /// The best plan found, where it is better than the known one.
    pub best: Option<State>,
    /// No plan is better than this, or than the best one known.
    pub bound: f64,
    /// The limit that stopped it.
    pub limit: Option<Limit>,
    pub nodes: u64,
}

struct Node {
    closed: Vec<bool>,
    opened: Vec<bool>,
    from: Arc<Point>,
    bound: f64,
}

impl Node {
    fn wait(self, queue: &mut Queue<Self>) {
        let bytes = 2 * self.closed.len() + 8 * self.from.len() + 200;
        queue.push(self.bound, bytes, self);
    }
}

/// What came of a node.
struct Visit {
    /// What is left of it, to be split on this site; as it was where there is none.
    left: Option<(Node, Option<usize>)>,
    plan: Option<State>,
}

/// Searches from the relaxation at the root. `cost` is that of the best plan known.
pub(super) fn search(core: &Serve, root: &Relaxation, cost: f64, control: &Control) -> Proven {
    log::info!(
        "fixed-charge: branch and bound on the Lagrangian bound: demand may split, sites alone are to be decided"
    );
    on_threads(control.options.threads, || rounds(core, root, cost, control))
}

fn rounds(core: &Serve, root: &Relaxation, cost: f64, control: &Control) -> Proven {
    let mut proven = Proven { best: None, bound: root.bound, limit: None, nodes: 1 };
    let mut cost = cost;
    // A plan counts as better when it costs less than this.
    let target_of = |cost: f64| cost - (0.999 * core.step()).max(0.5 * PRECISION * cost.abs());
    let noise = 1e-2 * PRECISION * core.largest_cost();
    let (closed, opened) = root.settled(core, target_of(cost) + noise);
    let mut queue = Queue::new(control.options.memory_limit);
    Node { closed, opened, from: Arc::new(root.at.clone()), bound: root.bound }.wait(&mut queue);
    while let Some(least) = queue.least() {
        let target = target_of(cost);
        if least - noise >= target {
            break;
        }
        proven.bound = least - noise;
        control.bound(Phase::Bound, core.objective(proven.bound.min(cost)));
        control.nodes(Phase::Bound, proven.nodes);
        proven.limit = control.stop().or((control.options.gap > 0.0 && control.gap_reached()).then_some(Limit::Gap));
        if proven.limit.is_some() {
            return proven;
        }
        let taken: Vec<Node> = std::iter::from_fn(|| queue.pop()).take(ROUND).collect();
        let seeks = |at: usize| (proven.nodes + at as u64).is_multiple_of(NODES_PER_PLAN);
        let tasks: Vec<(bool, Node)> = taken.into_iter().enumerate().map(|(at, node)| (seeks(at), node)).collect();
        let visits: Vec<Visit> =
            (tasks.into_par_iter()).map(|(seek, node)| visit(core, node, seek, target + noise, control)).collect();
        for Visit { left, plan } in visits {
            proven.nodes += 1;
            if let Some(plan) = plan.filter(|plan| plan.value.cost + core.constant < cost) {
                cost = plan.value.cost + core.constant;
                control.incumbent(Phase::Bound, core.objective(cost));
                proven.best = Some(plan);
            }
            let Some((node, site)) = left else { continue };
            let Some(site) = site else {
                node.wait(&mut queue);
                continue;
            };
            for open in [true, false] {
                let (mut closed, mut opened) = (node.closed.clone(), node.opened.clone());
                let decided = if open { &mut opened } else { &mut closed };
                decided[site] = true;
                Node { closed, opened, from: Arc::clone(&node.from), bound: node.bound }.wait(&mut queue);
            }
        }
    }
    proven.bound = cost;
    proven
}

/// Bounds a node, settles sites, and looks at the plan that remains or, now and then, at one that is near.
fn visit(core: &Serve, mut node: Node, seek: bool, target: f64, control: &Control) -> Visit {
    let mut visit = Visit { left: None, plan: None };
    let part = core.restricted(&node.closed, &node.opened);
    if node.bound >= target || (0..part.n_demand()).any(|i| part.pairs_of(i).is_empty()) || lacks_capacity(&part) {
        return visit;
    }
    let kept: Vec<usize> = (0..core.n_sites()).filter(|&j| !node.closed[j]).collect();
    if control.stop().is_some() {
        visit.left = Some((node, None));
        return visit;
    }
    let relaxation = climb_on(&part, &node.from, target);
    node.bound = node.bound.max(relaxation.bound);
    if node.bound >= target {
        return visit;
    }
    let (closed, opened) = relaxation.settled(&part, target);
    for (local, &j) in kept.iter().enumerate() {
        node.closed[j] |= closed[local];
        node.opened[j] |= opened[local];
    }
    let doubt = |local: usize| relaxation.share[local].min(1.0 - relaxation.share[local]);
    let free = (0..kept.len()).filter(|&local| {
        let j = kept[local];
        !core.must_open[j] && !node.opened[j] && !node.closed[j]
    });
    let Some(site) = free.max_by(|&a, &b| doubt(a).total_cmp(&doubt(b)).then(b.cmp(&a))) else {
        let open: Vec<bool> = (0..core.n_sites()).map(|j| core.must_open[j] || node.opened[j]).collect();
        visit.plan = search::of_set(core, &open, control);
        return visit;
    };
    if seek {
        let mut near = node.opened.clone();
        for (local, &j) in kept.iter().enumerate() {
            near[j] |= !node.closed[j] && relaxation.share[local] >= OFTEN;
        }
        visit.plan = search::from_within(core, &near, WORK, control);
    }
    node.from = Arc::new(relaxation.at);
    visit.left = Some((node, Some(kept[site])));
    visit
}

/// Whether the sites that are left cannot take all demand.
fn lacks_capacity(part: &Serve) -> bool {
    part.capacity.iter().sum::<f64>() < part.least_demand() * (1.0 - PRECISION)
}
