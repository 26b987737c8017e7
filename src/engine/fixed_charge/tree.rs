//! Branch and bound of the uncapacitated problem: very many nodes, each very cheap.
//!
//! The nodes of least bound are taken out of the queue a round at a time, and below each of them one thread dives: open
//! branch first, until its work is spent. What is left of the dives goes back into the queue. A round has the same nodes,
//! the same work and the same target whatever the number of threads, and so has the search.

use std::rc::Rc;

use rayon::prelude::*;

use super::ascent::{Ascent, ROUNDING, Reached};
use super::part::{Fate, Part};
use crate::engine::heuristic::median::improved;
use crate::engine::median::{Incumbent, Proven, Summit, most, positions};
use crate::engine::queue::Queue;
use crate::engine::{Ended, on_threads};
use crate::solve::{Control, Limit, Phase};

/// Dives in a round.
const ROUND: usize = 16;
/// So many of them begin with interchange from the choice of the relaxation.
const SEEKING: usize = 4;
/// Entries that a dive looks at.
const WORK: usize = 30_000_000;
/// A part of the search that waits.
struct Node {
    /// Sites still free, and sites that are open; the others are closed.
    free: Vec<u32>,
    opened: Vec<u32>,
    /// Rows that are left and their multipliers.
    row: Vec<u32>,
    at: Vec<f64>,
    /// Bound at these multipliers.
    own: f64,
    /// No plan below is better than this.
    bound: f64,
}

impl Node {
    fn bytes(&self) -> usize {
        4 * (self.free.len() + self.opened.len() + self.row.len()) + 8 * self.at.len() + 200
    }
}

/// Searches below the root until no better plan can exist or a limit comes.
pub(crate) fn search(root: Summit, incumbent: &mut Incumbent, control: &Control) -> Proven {
    log::info!("fixed-charge: many cheap nodes on the Lagrangian bound: neither p nor a budget is asked for");
    on_threads(control.options.threads, || rounds(root, incumbent, control))
}

fn rounds(root: Summit, incumbent: &mut Incumbent, control: &Control) -> Proven {
    let slack = incumbent.target() - root.bound;
    let problem = if slack > 0.0 { root.problem.compressed(&[], |r| most(root.at.rows[r], slack)) } else { None };
    let Some(problem) = problem else {
        return Proven { bound: incumbent.value(), nodes: 1, ended: Ended::Complete };
    };
    let base = Part::of(&problem);
    let mut queue = Queue::new(control.options.memory_limit);
    let wait = |queue: &mut Queue<Node>, node: Node| queue.push(node.bound, node.bytes(), node);
    let mut nodes = 1;
    let first = Node {
        free: base.free.clone(),
        opened: base.opened.clone(),
        row: base.row.clone(),
        at: positions(&root.problem.demand, &problem.demand).iter().map(|&r| root.at.rows[r]).collect(),
        own: root.bound,
        bound: root.bound,
    };
    wait(&mut queue, first);
    while let Some(least) = queue.least() {
        let target = incumbent.target();
        if least >= target {
            break;
        }
        control.bound(Phase::Bound, incumbent.problem().rounded(least.min(incumbent.value())));
        control.nodes(Phase::Bound, nodes);
        let limit = control.stop().or_else(|| control.gap_reached().then_some(Limit::Gap));
        if let Some(limit) = limit {
            return Proven { bound: least, nodes, ended: Ended::Limit(limit) };
        }
        let taken: Vec<Node> = std::iter::from_fn(|| queue.pop()).take(ROUND).collect();
        let dives: Vec<Dive> = (taken.into_par_iter().enumerate())
            .map(|(at, node)| dive(node, at < SEEKING, &base, incumbent, control))
            .collect();
        for dive in dives {
            nodes += dive.nodes;
            for sites in dive.plans {
                incumbent.offer(&sites, control);
            }
            dive.left.into_iter().for_each(|node| wait(&mut queue, node));
        }
    }
    Proven { bound: incumbent.value(), nodes, ended: Ended::Complete }
}

/// What came of a dive.
#[derive(Default)]
struct Dive {
    left: Vec<Node>,
    /// Open sites of plans worth looking at.
    plans: Vec<Vec<u32>>,
    nodes: u64,
}

/// A part with a decision still to be made, which its sibling decides the other way.
struct Branch {
    parent: Rc<(Part, Vec<f64>, f64)>,
    site: u32,
    open: bool,
    bound: f64,
}

impl Branch {
    /// The fate of the parent's free sites in this branch.
    fn decide(&self, fate: &mut [Fate]) {
        for &j in &self.parent.0.free {
            fate[j as usize] = Fate::Free;
        }
        fate[self.site as usize] = if self.open { Fate::Open } else { Fate::Closed };
    }

    fn into_node(self) -> Node {
        let (part, at, own) = &*self.parent;
        let opened = part.opened.iter().copied().chain(self.open.then_some(self.site));
        Node {
            free: part.free.iter().copied().filter(|&j| j != self.site).collect(),
            opened: opened.collect(),
            row: part.row.clone(),
            at: at.clone(),
            own: *own,
            bound: self.bound,
        }
    }
}

/// Searches below a node until the work is spent.
fn dive(node: Node, seek: bool, base: &Part, incumbent: &Incumbent, control: &Control) -> Dive {
    let target = incumbent.target();
    let charge = &incumbent.problem().charge;
    let mut found = Dive::default();
    if node.bound >= target {
        return found;
    }
    if control.stop().is_some() {
        found.left.push(node);
        return found;
    }
    let mut ascent = Ascent::new(charge);
    let mut stack: Vec<Branch> = Vec::new();
    let bound = node.bound;
    let mut next = enter(&node, base, charge, &mut ascent.fate, target).map(|(part, at)| (part, at, bound));
    loop {
        if let Some((part, at, known)) = next.take() {
            found.nodes += 1;
            match ascent.climb(part, at, target) {
                Reached::Closed => {}
                Reached::Plan(opened) => found.plans.push(opened),
                Reached::Open { part, at, bound } => {
                    if seek && found.nodes == 1 {
                        let choice = improved(incumbent.problem(), incumbent.columns(), &ascent.choice(&part), control);
                        found.plans.push(choice.open_sites());
                    }
                    let Some(site) = ascent.least_sure(&part) else { continue };
                    let parent = Rc::new((part, at, bound));
                    let bound = bound.max(known);
                    for open in [false, true] {
                        stack.push(Branch { parent: Rc::clone(&parent), site, open, bound });
                    }
                }
            }
        }
        if ascent.work >= WORK || control.stop().is_some() {
            break;
        }
        let Some(branch) = stack.pop() else { break };
        branch.decide(&mut ascent.fate);
        let (part, at, own) = &*branch.parent;
        ascent.work += part.site.len();
        next = part
            .reduced(charge, &ascent.fate, at, |r| at[r] + (target - own) + ROUNDING * target.abs())
            .map(|(part, at)| (part, at, branch.bound));
    }
    found.left.extend(stack.into_iter().map(Branch::into_node));
    found
}

/// The part of a node, without what its multipliers rule out.
fn enter(node: &Node, base: &Part, charge: &[f64], fate: &mut [Fate], target: f64) -> Option<(Part, Vec<f64>)> {
    for &j in &base.free {
        fate[j as usize] = Fate::Closed;
    }
    for &j in &node.free {
        fate[j as usize] = Fate::Free;
    }
    for &j in &node.opened {
        fate[j as usize] = Fate::Open;
    }
    // Rows that were settled are settled again: nothing free is nearer than their open site.
    let mut at = vec![0.0; base.row.len()];
    let mut farthest = vec![f64::INFINITY; base.row.len()];
    for (r, &u) in positions(&base.row, &node.row).into_iter().zip(&node.at) {
        at[r] = u;
        farthest[r] = u + (target - node.own) + ROUNDING * target.abs();
    }
    base.reduced(charge, fate, &at, |r| farthest[r])
}
