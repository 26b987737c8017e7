//! Branch and bound on the Lagrangian bound: best bound first, on the site that the relaxation is least sure of.
//!
//! A part of the search that is small enough goes to the backend in the radius formulation: the Lagrangian bound is
//! cheap at any size, but a solver's cuts and branching close small cases faster.

use std::collections::BinaryHeap;
use std::rc::Rc;

use super::ascent::{Effort, Summit, climb, most, positions};
use super::incumbent::Incumbent;
use super::problem::{Problem, Role};
use super::relaxation::{Multipliers, Relaxation};
use crate::engine::Ended;
use crate::engine::branching;
use crate::error::Error;
use crate::model::Sense;
use crate::solve::{Control, Limit, Phase};

/// Effort at each node: the multipliers of the parent are near already.
const EFFORT: Effort = Effort { evaluations: 100, step: 0.3, patience: 20 };
/// Interchange starts from the relaxation's choice at one node in so many.
const NODES_PER_PLAN: u64 = 8;
/// Matrix entries, in all and for each row, up to which the backend is faster.
const SMALL: (usize, usize) = (600, 3);

/// A part of the search, with what to climb on from.
type Node = branching::Node<Rc<Parent>>;

/// What the two children of a node share.
struct Parent {
    demand: Vec<u32>,
    at: Multipliers,
    bound: f64,
}

/// What a search proved.
pub(crate) struct Proven {
    /// No plan is better than this, or than the incumbent.
    pub bound: f64,
    pub nodes: u64,
    pub ended: Ended,
}

/// Searches below a summit until no better plan can exist or a limit comes.
pub(super) fn search(root: Summit, incumbent: &mut Incumbent, control: &Control) -> Result<Proven, Error> {
    let mut tree = Tree { base: root.problem.clone(), heap: BinaryHeap::new(), nodes: 1, made: 0 };
    tree.grow(root, f64::NEG_INFINITY, incumbent, control)?;
    while let Some(node) = tree.heap.pop() {
        let target = incumbent.target();
        if node.bound >= target {
            break;
        }
        control.bound(Phase::Bound, incumbent.problem().rounded(node.bound));
        control.nodes(Phase::Bound, tree.nodes);
        let limit = control.stop().or_else(|| control.gap_reached().then_some(Limit::Gap));
        if let Some(limit) = limit {
            return Ok(Proven { bound: node.bound, nodes: tree.nodes, ended: Ended::Limit(limit) });
        }
        tree.nodes += 1;
        let Some((problem, at)) = enter(&tree.base, &node, target) else { continue };
        let mut plan_wanted = tree.nodes.is_multiple_of(NODES_PER_PLAN);
        let mut watch = |relaxation: &Relaxation, improved: bool| {
            if improved && std::mem::take(&mut plan_wanted) {
                incumbent.improve_from(&relaxation.chosen, control);
            }
            incumbent.target()
        };
        let summit = climb(problem, at, EFFORT, control, &mut watch);
        tree.grow(summit, node.bound, incumbent, control)?;
    }
    Ok(Proven { bound: incumbent.value(), nodes: tree.nodes, ended: Ended::Complete })
}

/// The problem of a node, without what its parent's multipliers rule out. `None` when no plan is left there.
fn enter(base: &Problem, node: &Node, target: f64) -> Option<(Problem, Multipliers)> {
    let parent = &node.from;
    let slack = target - parent.bound;
    // Rows that the parent had settled are settled here too.
    let mut farthest = vec![f64::INFINITY; base.n_rows()];
    for (r, &u) in positions(&base.demand, &parent.demand).into_iter().zip(&parent.at.rows) {
        farthest[r] = most(u, slack);
    }
    let problem = base.compressed(&node.fixed, |r| farthest[r])?;
    let rows = positions(&parent.demand, &problem.demand).iter().map(|&r| parent.at.rows[r]).collect();
    Some((problem, Multipliers { rows, budget: parent.at.budget }))
}

struct Tree {
    base: Problem,
    heap: BinaryHeap<Node>,
    nodes: u64,
    made: u64,
}

impl Tree {
    /// Settles a summit by the backend, or splits it in two. No plan there is better than `known` either.
    fn grow(&mut self, summit: Summit, known: f64, incumbent: &mut Incumbent, control: &Control) -> Result<(), Error> {
        let target = incumbent.target();
        if summit.bound >= target {
            return Ok(());
        }
        // Not the known bound: this argument needs the one that belongs to the multipliers.
        let slack = target - summit.bound;
        let Some(problem) = summit.problem.compressed(&[], |r| most(summit.at.rows[r], slack)) else { return Ok(()) };
        let least_sure = |a: &u32, b: &u32| {
            let doubt = |j: u32| summit.share[j as usize].min(1.0 - summit.share[j as usize]);
            doubt(*a).total_cmp(&doubt(*b)).then(b.cmp(a))
        };
        let Some(j) = problem.free().max_by(least_sure) else {
            // Nothing is left to decide: this is a plan.
            incumbent.offer(&problem.open_sites(), control);
            return Ok(());
        };
        if problem.site.len() <= SMALL.0.min(SMALL.1 * problem.n_rows()) && self.solved(&problem, incumbent, control)? {
            return Ok(());
        }
        let settled: Vec<(u32, bool)> = (self.base.free())
            .filter(|&k| !problem.role[k as usize].is_free())
            .map(|k| (k, problem.role[k as usize] == Role::Open))
            .collect();
        let parent = Rc::new(Parent { demand: summit.problem.demand, at: summit.at, bound: summit.bound });
        let bound = summit.bound.max(known);
        for open in [false, true] {
            let mut fixed = settled.clone();
            fixed.push((j, open));
            self.made += 1;
            self.heap.push(Node { bound, number: self.made, fixed, from: Rc::clone(&parent) });
        }
        Ok(())
    }

    /// Whether the backend found the best plan of a small problem, or that there is none.
    fn solved(&mut self, problem: &Problem, incumbent: &mut Incumbent, control: &Control) -> Result<bool, Error> {
        let options = control.options.on_the_way();
        let found = super::formulated(problem, None, &control.on_the_way(&options, Sense::Minimize))?;
        self.nodes += found.nodes;
        let obeys = found.sites.is_none_or(|sites| incumbent.offer(&sites, control));
        Ok(obeys && found.ended == Ended::Complete)
    }
}
