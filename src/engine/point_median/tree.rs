//! The end of the proof: cuts at the root, settling and cutting again, then branch and bound on the one live programme.
//!
//! Cuts hold everywhere, so they stay. Bounds are added up from dual values (`master`); a node ends when its bound meets
//! the best plan. The column to branch on is the one whose two branches move the bound most (`branching`). Once the tree
//! has some nodes it grows at two places side by side, each with a programme of its own; they wait for one another, so
//! that the tree does not depend on which is faster.

use std::collections::BinaryHeap;

use rayon::prelude::*;

use super::backend;
use super::master::{Dual, Master};
use super::parts::{Parts, falls_apart};
use super::plans::Plans;
use super::reduced::Reduced;
use super::state::Role;
use crate::engine::Ended;
use crate::engine::branching::{Branching, LpNode, Probed, Probing};
use crate::engine::mip::{self, LpEnd, has_live_lp};
use crate::error::Error;
use crate::solve::{Control, Limit, Phase};

/// Iterations of a strong-branching probe.
const PROBE: i32 = 20;
/// Observations after which a column's pseudo-cost is trusted.
const RELIABLE: u32 = 2;
/// Places where the tree grows side by side, and nodes after which it is worth a programme for each.
const LANES: usize = 2;
const ALONE: u64 = 8;
/// Nodes of the whole tree before parts of a problem that falls apart are searched one by one.
const WHOLE: u64 = 400;
/// Rounds of cuts at a node below the root.
const ROUNDS: usize = 6;
/// A remaining problem this much smaller is worth starting the programme anew.
const SMALLER: f64 = 0.8;
/// The best plan is shaken at one node in so many, for so much work.
const NODES_PER_SHAKE: u64 = 10;
const SHAKE: u64 = 3_000_000;
/// Work of shaking before the tree, in entries of the remaining problem, where that is less than of ten shakes.
const PER_ENTRY: u64 = 2_000;
/// Solves after which a cut that was not tight is dropped when the programme is started anew.
const IDLE: u32 = 3;

/// What the search proved.
pub(super) struct Proven {
    /// No plan is better than this, or than the best one known.
    pub bound: f64,
    pub ended: Ended,
    pub nodes: u64,
}

/// Searches the remaining problem to its end, or to a limit. `known` is a bound that holds anyway.
pub(super) fn search(mut problem: Reduced, known: f64, plans: &mut Plans, control: &Control) -> Result<Proven, Error> {
    // A search within a part of another has few nodes, and tells nothing.
    let is_part = plans.most_nodes < u64::MAX;
    if !is_part {
        let (rows, columns) = (problem.n_rows(), problem.sites.len());
        log::info!("p-median: better plans differ at {rows} points and {columns} sites: Benders cuts for these");
    }
    if problem.n_rows() > 0 && !has_live_lp(control) {
        mip::tell_whole("p-median", "the backend keeps no linear programme between changes", control);
        return backend::solve(&problem, known, plans, control);
    }
    let mut cuts = Master::first_cuts(&problem);
    let mut bound = known;
    loop {
        if problem.n_rows() == 0 {
            plans.offer(&problem, std::iter::empty(), control);
            return Ok(Proven { bound: plans.best.value, ended: Ended::Complete, nodes: 0 });
        }
        let Some(mut master) = Master::new(&problem, cuts, control)? else {
            // Either a limit came, or there is no memory for the programme.
            let limit = control.stop().unwrap_or(Limit::Memory);
            return Ok(Proven { bound, ended: Ended::Limit(limit), nodes: 0 });
        };
        let Root { dual, stopped } = root(&mut master, &mut bound, plans, control)?;
        let done = |bound, ended| Ok(Proven { bound, ended, nodes: 1 });
        if let Some(limit) = stopped {
            return done(bound, Ended::Limit(limit));
        }
        if dual.as_ref().is_some_and(|dual| dual.bound < plans.best.target()) {
            let work = (PER_ENTRY * problem.column.len() as u64).min(10 * SHAKE);
            plans.shake(&problem, work, control);
        }
        let target = plans.best.target();
        let Some(dual) = dual.filter(|dual| dual.bound < target) else {
            return done(plans.best.value, Ended::Complete);
        };
        let (role, free) = settled(&problem, &dual, target);
        let Some(smaller) = problem.tightened(&role, free, &dual.level, target - dual.bound) else {
            return done(plans.best.value, Ended::Complete);
        };
        let size = |problem: &Reduced| (problem.column.len() + problem.sites.len()) as f64;
        let is_apart = falls_apart(&problem);
        let is_small = smaller.n_rows() == 0 || size(&smaller) < SMALLER * size(&problem);
        if is_small || !is_apart && falls_apart(&smaller) {
            cuts = master.cuts_for(&smaller, 3);
            drop(master);
            problem = smaller;
            continue;
        }
        bound = bound.max(dual.bound);
        let mut nodes = 0;
        let values = master.values().to_vec();
        if !is_part || !is_apart {
            // Parts are searched side by side already: each with one programme.
            let lanes = if is_part { 1 } else { LANES };
            let most_nodes = if is_apart { WHOLE } else { plans.most_nodes };
            let proven =
                Tree::new(&problem, master, LpNode::root(bound)).grow((lanes, most_nodes), &dual, plans, control)?;
            let goes_on = is_apart && proven.ended == Ended::Limit(Limit::Gap) && !control.gap_reached();
            if !goes_on {
                return Ok(proven);
            }
            log::info!("p-median: what is left falls into parts that share p alone: each is solved for its sizes");
            (bound, nodes) = (proven.bound, proven.nodes);
        } else {
            drop(master);
        }
        return Parts::of(&problem, &dual, &values, plans.best.target(), nodes, control).search(bound, plans, control);
    }
}

struct Root {
    dual: Option<Dual>,
    stopped: Option<Limit>,
}

/// Solves and cuts until nothing is broken, or the bound hardly moves.
fn root(master: &mut Master, bound: &mut f64, plans: &mut Plans, control: &Control) -> Result<Root, Error> {
    let all = vec![(0.0, 1.0); master.problem.sites.len()];
    let mut best: Option<Dual> = None;
    let mut slow = 0;
    loop {
        match master.solve(control)? {
            LpEnd::Optimal(_) => {}
            LpEnd::Infeasible => return Ok(Root { dual: None, stopped: None }),
            LpEnd::Unfinished(_) | LpEnd::Stopped => {
                return Ok(Root { dual: best, stopped: Some(control.stop().unwrap_or(Limit::Time)) });
            }
        }
        let dual = master.dual(&all);
        let values = master.values().to_vec();
        plans.round(master.problem, &values, control);
        let before = best.as_ref().map_or(f64::NEG_INFINITY, |dual| dual.bound);
        let target = plans.best.target();
        slow = if dual.bound > before + 1e-3 * (target - dual.bound) { 0 } else { slow + 1 };
        *bound = bound.max(dual.bound);
        control.bound(Phase::Solver, plans.best.rounded(*bound));
        if dual.bound > before {
            best = Some(dual);
        }
        if *bound >= target || slow >= 8 || master.separate()? == 0 {
            return Ok(Root { dual: best, stopped: None });
        }
        if let Some(limit) = control.stop().or_else(|| control.gap_reached().then_some(Limit::Gap)) {
            return Ok(Root { dual: best, stopped: Some(limit) });
        }
    }
}

/// Roles of the columns on which every better plan agrees with the dual's choice, and how many free ones still open.
fn settled(problem: &Reduced, dual: &Dual, target: f64) -> (Vec<Role>, usize) {
    let mut free = problem.free;
    let limit = target + 1e-11 * target.abs();
    let role = (0..problem.sites.len()).map(|column| {
        if dual.without(column) < limit {
            Role::Free
        } else if dual.counted[column] {
            free = free.saturating_sub(1);
            Role::Open
        } else {
            Role::Closed
        }
    });
    let role = role.collect();
    (role, free)
}

/// A tree that grows at several places side by side.
struct Tree<'p> {
    problem: &'p Reduced,
    lanes: Vec<Lane<'p>>,
    queue: BinaryHeap<LpNode>,
    nodes: u64,
}

/// A programme of its own for one of the places where a tree grows.
struct Lane<'p> {
    master: Master<'p>,
    branching: Branching,
    /// More cuts than these make it worth starting anew.
    most_cuts: usize,
    /// What it looks at now.
    node: Option<LpNode>,
}

/// What a look at a node leaves to do.
enum Left {
    Nothing,
    /// The closed branch, which waits, and the open one to go on with.
    Branches([LpNode; 2]),
    /// A limit came.
    Node(LpNode),
}

/// What a look at a node gives.
struct Found {
    left: Left,
    /// Values of the columns at the optima on the way.
    values: Vec<Vec<f64>>,
    /// The open columns of a plan, where everything is decided.
    plan: Option<Vec<u32>>,
}

impl<'p> Tree<'p> {
    fn new(problem: &'p Reduced, master: Master<'p>, root: LpNode) -> Self {
        let mut lane = Lane::new(master);
        lane.node = Some(root);
        Self { problem, lanes: vec![lane], queue: BinaryHeap::new(), nodes: 0 }
    }

    /// Grows the tree to its end, or to a limit; in so many lanes and to so many nodes at most.
    fn grow(
        mut self,
        (mut most_lanes, most_nodes): (usize, u64),
        root: &Dual,
        plans: &mut Plans,
        control: &Control,
    ) -> Result<Proven, Error> {
        let ended = loop {
            if self.lanes.len() < most_lanes && self.nodes >= ALONE && !self.widen(most_lanes, control)? {
                most_lanes = self.lanes.len();
            }
            self.deal(plans.best.target());
            let at_once = self.lanes.iter().filter(|lane| lane.node.is_some()).count();
            if at_once == 0 {
                break Ended::Complete;
            }
            let is_met = control.gap_reached() || self.nodes >= most_nodes;
            if let Some(limit) = control.stop().or_else(|| is_met.then_some(Limit::Gap)) {
                break Ended::Limit(limit);
            }
            let shakes = self.nodes / NODES_PER_SHAKE;
            self.nodes += at_once as u64;
            control.nodes(Phase::Bound, self.nodes);
            if self.nodes / NODES_PER_SHAKE > shakes {
                plans.shake(self.problem, SHAKE, control);
            }
            let (problem, target) = (self.problem, plans.best.target());
            let found: Vec<Option<Result<Found, Error>>> = (self.lanes.par_iter_mut())
                .map(|lane| lane.node.take().map(|node| lane.visit(problem, node, root, target, control)))
                .collect();
            // What lanes found is told in their order: it does not matter which was the first.
            let mut is_stopped = false;
            for (lane, found) in self.lanes.iter_mut().zip(found) {
                let Some(found) = found else { continue };
                let Found { left, values, plan } = found?;
                values.iter().for_each(|values| plans.round(problem, values, control));
                if let Some(open) = plan {
                    plans.offer(problem, open.into_iter(), control);
                }
                match left {
                    Left::Nothing => {}
                    Left::Branches([closed, open]) => {
                        self.queue.push(closed);
                        lane.node = Some(open);
                    }
                    Left::Node(node) => {
                        lane.node = Some(node);
                        is_stopped = true;
                    }
                }
            }
            control.bound(Phase::Bound, plans.best.rounded(self.least(plans.best.value)));
            if is_stopped {
                break Ended::Limit(control.stop().unwrap_or(Limit::Time));
            }
        };
        let bound = if ended == Ended::Complete { plans.best.value } else { self.least(plans.best.value) };
        Ok(Proven { bound, ended, nodes: self.nodes })
    }

    /// Starts a programme for each lane, with the cuts that were tight of late: a short programme is soon solved, and what
    /// else is broken later comes back. `false` when they do not fit, or a limit came.
    fn widen(&mut self, lanes: usize, control: &Control) -> Result<bool, Error> {
        let Some(first) = self.lanes.first_mut() else { return Ok(false) };
        // While one is built anew the old one stands beside it.
        if !mip::fits((lanes + 1) * self.problem.column.len(), control) {
            return Ok(false);
        }
        let cuts = first.master.useful_cuts(IDLE);
        let Some(master) = Master::new(self.problem, cuts.clone(), control)? else { return Ok(false) };
        first.renew(master);
        let branching = first.branching.clone();
        while self.lanes.len() < lanes {
            match Master::new(self.problem, cuts.clone(), control) {
                Ok(Some(master)) => {
                    self.lanes.push(Lane { branching: branching.clone(), ..Lane::new(master) });
                }
                Ok(None) => return Ok(false),
                Err(error) => {
                    log::warn!("p-median: {error}: the search goes on with one linear programme");
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Gives each lane a node below which there may be a plan better than the target.
    fn deal(&mut self, target: f64) {
        let is_open = |node: &LpNode| node.bound < target;
        for lane in &mut self.lanes {
            // The queue gives the least bound first.
            lane.node = lane.node.take().filter(is_open).or_else(|| self.queue.pop().filter(is_open));
        }
    }

    /// The least bound of what is still to do.
    fn least(&self, known: f64) -> f64 {
        let nodes = self.lanes.iter().filter_map(|lane| lane.node.as_ref());
        self.queue.iter().chain(nodes).map(|node| node.bound).fold(known, f64::min)
    }
}

impl<'p> Lane<'p> {
    fn new(master: Master<'p>) -> Self {
        let branching = Branching::new(master.problem.sites.len());
        Self { most_cuts: most_cuts(&master), master, branching, node: None }
    }

    /// Goes on with a programme built anew.
    fn renew(&mut self, master: Master<'p>) {
        self.most_cuts = most_cuts(&master);
        self.master = master;
        self.branching.forget_bounds();
    }

    /// Looks at a node: below it only plans that cost less than the target matter.
    fn visit(
        &mut self,
        problem: &'p Reduced,
        mut node: LpNode,
        root: &Dual,
        target: f64,
        control: &Control,
    ) -> Result<Found, Error> {
        let mut found = Found { left: Left::Nothing, values: Vec::new(), plan: None };
        let stopped = |found: Found, node| Ok(Found { left: Left::Node(node), ..found });
        if self.master.n_cuts() > self.most_cuts {
            let useful = self.master.useful_cuts(IDLE);
            let Some(fresh) = Master::new(problem, useful, control)? else { return stopped(found, node) };
            self.renew(fresh);
        }
        let master = &mut self.master;
        self.branching.enter(master.lp(), &node.fixed)?;
        let mut rounds = 0;
        let (dual, values) = loop {
            match master.solve(control)? {
                LpEnd::Optimal(_) => {}
                LpEnd::Infeasible => return Ok(found),
                LpEnd::Unfinished(_) | LpEnd::Stopped => return stopped(found, node),
            }
            let dual = master.dual(self.branching.bounds());
            let values = master.values().to_vec();
            found.values.push(values.clone());
            let before = node.bound;
            node.bound = node.bound.max(dual.bound);
            if node.bound >= target {
                self.branching.learn_from(&node, node.bound);
                return Ok(found);
            }
            let broken = master.separate()?;
            rounds += 1;
            let slow = rounds > 1 && node.bound - before < 0.02 * (target - node.bound);
            if broken == 0 || rounds >= ROUNDS || slow {
                break (dual, values);
            }
        };
        self.branching.learn_from(&node, node.bound);
        // On what every better plan below this node agrees with its dual, or with that of the root.
        let limit = target + 1e-11 * target.abs();
        let sure = |column: usize| {
            let dual = [&dual, root].into_iter().find(|dual| dual.without(column) >= limit);
            dual.map(|dual| dual.counted[column])
        };
        self.branching.fix(master.lp(), &mut node, sure)?;
        let candidates = self.branching.candidates(&values);
        let column = if let Some((&first, others)) = candidates.split_first() {
            let room = target - node.bound;
            let rise = |objective| objective - node.bound;
            let probing = Probing { iterations: PROBE, reliable: RELIABLE, room, most: room, rise };
            match self.branching.probe(master.lp(), &values, (first, others), &probing, control)? {
                Probed::Best(column) => column,
                Probed::Stopped(_) => return stopped(found, node),
            }
        } else if let Some(column) = self.branching.first_free() {
            column
        } else {
            // Everything is decided: this is a plan.
            let bounds = (0_u32..).zip(self.branching.bounds());
            found.plan = Some(bounds.filter(|(_, bounds)| bounds.0 > 0.5).map(|(column, _)| column).collect());
            return Ok(found);
        };
        found.left = Left::Branches(self.branching.children(&node, column, values[column as usize], true));
        Ok(found)
    }
}

/// Cuts beyond which a programme is worth building anew.
fn most_cuts(master: &Master) -> usize {
    2 * master.n_cuts() + 2000
}
