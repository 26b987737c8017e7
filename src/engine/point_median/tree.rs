//! The end of the proof: cuts at the root, settling and cutting again, then branch and bound on the one live programme.
//!
//! Cuts hold everywhere, so they stay. Bounds are added up from dual values (`master`); a node ends when its bound meets
//! the best plan. The column to branch on is the one whose two branches move the bound most (`branching`).

use std::collections::BinaryHeap;

use super::backend;
use super::master::{Dual, Master};
use super::parts::{Parts, falls_apart};
use super::plans::Plans;
use super::reduced::Reduced;
use super::state::Role;
use crate::engine::Ended;
use crate::engine::branching::{Branching, LpNode, Probed, Probing, Visit};
use crate::engine::mip::{self, LpEnd, has_live_lp};
use crate::error::Error;
use crate::solve::{Control, Limit, Phase};

/// Iterations of a strong-branching probe.
const PROBE: i32 = 20;
/// Observations after which a column's pseudo-cost is trusted.
const RELIABLE: u32 = 2;
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
const IDLE: u32 = 40;

/// What the search proved.
pub(super) struct Proven {
    /// No plan is better than this, or than the best one known.
    pub bound: f64,
    pub ended: Ended,
    pub nodes: u64,
}

/// Searches the remaining problem to its end, or to a limit. `known` is a bound that holds anyway.
pub(super) fn search(mut problem: Reduced, known: f64, plans: &mut Plans, control: &Control) -> Result<Proven, Error> {
    // A search within a part of another tells nothing.
    let tells = plans.most_nodes == u64::MAX;
    if tells {
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
        if is_apart {
            if tells {
                log::info!("p-median: what is left falls into parts that share p alone: each is solved for its sizes");
            }
            let parts = Parts::of(&problem, &dual, master.values(), target, control);
            drop(master);
            return parts.search(bound, plans, control);
        }
        let mut tree = Tree::new(&problem);
        return tree.grow(master, dual, bound, plans, control);
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

struct Tree<'p> {
    problem: &'p Reduced,
    branching: Branching,
    queue: BinaryHeap<LpNode>,
    nodes: u64,
}

impl<'p> Tree<'p> {
    fn new(problem: &'p Reduced) -> Self {
        Self { problem, branching: Branching::new(problem.sites.len()), queue: BinaryHeap::new(), nodes: 0 }
    }

    fn grow(
        &mut self,
        mut master: Master<'p>,
        root: Dual,
        known: f64,
        plans: &mut Plans,
        control: &Control,
    ) -> Result<Proven, Error> {
        let mut next = Some(LpNode::root(root.bound.max(known)));
        let most_cuts = 2 * master.n_cuts() + 2000;
        let ended = loop {
            let Some(node) = next.take().or_else(|| self.queue.pop()) else { break Ended::Complete };
            if node.bound >= plans.best.target() {
                continue;
            }
            let is_met = control.gap_reached() || self.nodes >= plans.most_nodes;
            if let Some(limit) = control.stop().or_else(|| is_met.then_some(Limit::Gap)) {
                self.queue.push(node);
                break Ended::Limit(limit);
            }
            self.nodes += 1;
            control.nodes(Phase::Bound, self.nodes);
            if master.n_cuts() > most_cuts {
                let useful = master.useful_cuts(IDLE);
                let Some(fresh) = Master::new(self.problem, useful, control)? else {
                    self.queue.push(node);
                    break Ended::Limit(control.stop().unwrap_or(Limit::Time));
                };
                master = fresh;
                self.branching.forget_bounds();
            }
            if self.nodes.is_multiple_of(NODES_PER_SHAKE) {
                plans.shake(self.problem, SHAKE, control);
            }
            match self.visit(&mut master, node, &root, plans, control)? {
                Visit::Done(child) => next = child,
                Visit::Stopped(node) => {
                    self.queue.push(node);
                    break Ended::Limit(control.stop().unwrap_or(Limit::Time));
                }
            }
            control.bound(Phase::Bound, plans.best.rounded(self.least(&next, plans.best.value)));
        };
        let bound = if ended == Ended::Complete { plans.best.value } else { self.least(&None, plans.best.value) };
        Ok(Proven { bound, ended, nodes: self.nodes })
    }

    /// The least bound of what is still to do.
    fn least(&self, next: &Option<LpNode>, known: f64) -> f64 {
        self.queue.iter().chain(next).map(|node| node.bound).fold(known, f64::min)
    }

    fn visit(
        &mut self,
        master: &mut Master,
        mut node: LpNode,
        root: &Dual,
        plans: &mut Plans,
        control: &Control,
    ) -> Result<Visit, Error> {
        self.branching.enter(master.lp(), &node.fixed)?;
        let mut rounds = 0;
        let (dual, values) = loop {
            match master.solve(control)? {
                LpEnd::Optimal(_) => {}
                LpEnd::Infeasible => return Ok(Visit::Done(None)),
                LpEnd::Unfinished(_) | LpEnd::Stopped => return Ok(Visit::Stopped(node)),
            }
            let dual = master.dual(self.branching.bounds());
            let values = master.values().to_vec();
            plans.round(self.problem, &values, control);
            let (before, target) = (node.bound, plans.best.target());
            node.bound = node.bound.max(dual.bound);
            if node.bound >= target {
                self.branching.learn_from(&node, node.bound);
                return Ok(Visit::Done(None));
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
        let target = plans.best.target();
        let limit = target + 1e-11 * target.abs();
        let sure = |column: usize| {
            let dual = [&dual, root].into_iter().find(|dual| dual.without(column) >= limit);
            dual.map(|dual| dual.counted[column])
        };
        self.branching.fix(master.lp(), &mut node, sure)?;
        let candidates = self.branching.candidates(&values);
        let Some((&first, others)) = candidates.split_first() else {
            let Some(column) = self.branching.first_free() else {
                // Everything is decided: this is a plan.
                let bounds = (0_u32..).zip(self.branching.bounds());
                let open = bounds.filter(|(_, bounds)| bounds.0 > 0.5).map(|(column, _)| column);
                plans.offer(self.problem, open, control);
                return Ok(Visit::Done(None));
            };
            return Ok(Visit::Done(Some(self.split(&node, column, values[column as usize]))));
        };
        let room = target - node.bound;
        let rise = |objective| objective - node.bound;
        let probing = Probing { iterations: PROBE, reliable: RELIABLE, room, most: room, rise };
        match self.branching.probe(master.lp(), &values, (first, others), &probing, control)? {
            Probed::Best(column) => Ok(Visit::Done(Some(self.split(&node, column, values[column as usize])))),
            Probed::Stopped(_) => Ok(Visit::Stopped(node)),
        }
    }

    /// Puts the closed branch into the queue and gives the open one to go on with.
    fn split(&mut self, node: &LpNode, column: u32, value: f64) -> LpNode {
        let [closed, open] = self.branching.children(node, column, value, true);
        self.queue.push(closed);
        open
    }
}
