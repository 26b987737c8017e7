//! The end of the proof: cuts at the root, settling and cutting again, then branch and bound on the one live programme.
//!
//! Cuts hold everywhere, so they stay. Bounds are added up from dual values (`master`); a node ends when its bound meets
//! the best plan. The column to branch on is the one whose two branches move the bound most (reliability branching:
//! Achterberg, Koch and Martin 2005).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::backend;
use super::master::{Dual, Master};
use super::plans::Plans;
use super::reduced::Reduced;
use super::state::Role;
use crate::engine::Ended;
use crate::engine::mip::{LpEnd, has_live_lp};
use crate::error::Error;
use crate::solve::{Control, Limit, Phase};

/// Iterations of a strong-branching probe, columns probed at a node, and probes in vain that end it.
const PROBE: i32 = 20;
const PROBED: usize = 10;
const PATIENCE: usize = 3;
/// Observations after which a column's pseudo-cost is trusted.
const RELIABLE: u32 = 2;
/// How far from whole a value may be.
const WHOLE: f64 = 1e-6;
/// Rounds of cuts at a node below the root.
const ROUNDS: usize = 6;
/// A remaining problem this much smaller is worth starting the programme anew.
const SMALLER: f64 = 0.8;
/// The best plan is shaken at one node in so many, for so much work.
const NODES_PER_SHAKE: u64 = 10;
const SHAKE: u64 = 3_000_000;
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
    if problem.n_rows() > 0 && !has_live_lp(control) {
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
        plans.shake(&problem, 10 * SHAKE, control);
        let target = plans.best.target();
        let Some(dual) = dual.filter(|dual| dual.bound < target) else {
            return done(plans.best.value, Ended::Complete);
        };
        let (role, free) = settled(&problem, &dual, target);
        let Some(smaller) = problem.tightened(&role, free, &dual.level, target - dual.bound) else {
            return done(plans.best.value, Ended::Complete);
        };
        let size = |problem: &Reduced| (problem.column.len() + problem.sites.len()) as f64;
        if smaller.n_rows() == 0 || size(&smaller) < SMALLER * size(&problem) {
            cuts = master.cuts_for(&smaller, 3);
            drop(master);
            problem = smaller;
            continue;
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
        match master.solve(None, control)? {
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

/// A part of the search.
struct Node {
    bound: f64,
    number: u64,
    fixed: Vec<(u32, bool)>,
    /// The branch that led here: column, up or down, its distance to whole, and the parent's bound.
    from: Option<(u32, bool, f64, f64)>,
}

impl Ord for Node {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the greatest first: the least bound, and of equal ones the youngest.
        other.bound.total_cmp(&self.bound).then(self.number.cmp(&other.number))
    }
}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node {}

enum Visit {
    /// The node is settled or split; the child to go on with, if any.
    Done(Option<Node>),
    /// A limit came; the node is still to do.
    Stopped(Node),
}

struct Tree<'p> {
    problem: &'p Reduced,
    /// Bounds of the columns as they are in the programme now.
    bounds: Vec<(f64, f64)>,
    /// Sum and number of what one unit down and up did to the bound.
    pseudo: Vec<[(f64, u32); 2]>,
    queue: BinaryHeap<Node>,
    number: u64,
    nodes: u64,
}

impl<'p> Tree<'p> {
    fn new(problem: &'p Reduced) -> Self {
        let n = problem.sites.len();
        let (bounds, pseudo) = (vec![(0.0, 1.0); n], vec![[(0.0, 0); 2]; n]);
        Self { problem, bounds, pseudo, queue: BinaryHeap::new(), number: 0, nodes: 0 }
    }

    fn grow(
        &mut self,
        mut master: Master<'p>,
        root: Dual,
        known: f64,
        plans: &mut Plans,
        control: &Control,
    ) -> Result<Proven, Error> {
        let mut next = Some(Node { bound: root.bound.max(known), number: 0, fixed: Vec::new(), from: None });
        let most_cuts = 2 * master.n_cuts() + 2000;
        let ended = loop {
            let Some(node) = next.take().or_else(|| self.queue.pop()) else { break Ended::Complete };
            if node.bound >= plans.best.target() {
                continue;
            }
            let stop = control.stop().or_else(|| control.gap_reached().then_some(Limit::Gap));
            if let Some(limit) = stop {
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
                self.bounds.fill((0.0, 1.0));
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
    fn least(&self, next: &Option<Node>, known: f64) -> f64 {
        self.queue.iter().chain(next).map(|node| node.bound).fold(known, f64::min)
    }

    fn visit(
        &mut self,
        master: &mut Master,
        mut node: Node,
        root: &Dual,
        plans: &mut Plans,
        control: &Control,
    ) -> Result<Visit, Error> {
        self.enter(master, &node.fixed)?;
        let mut rounds = 0;
        let (dual, values) = loop {
            match master.solve(None, control)? {
                LpEnd::Optimal(_) => {}
                LpEnd::Infeasible => return Ok(Visit::Done(None)),
                LpEnd::Unfinished(_) | LpEnd::Stopped => return Ok(Visit::Stopped(node)),
            }
            let dual = master.dual(&self.bounds);
            let values = master.values().to_vec();
            plans.round(self.problem, &values, control);
            let (before, target) = (node.bound, plans.best.target());
            node.bound = node.bound.max(dual.bound);
            if node.bound >= target {
                if let Some((column, up, distance, parent)) = node.from {
                    self.learn(column, up, (node.bound - parent).max(0.0) / distance);
                }
                return Ok(Visit::Done(None));
            }
            let broken = master.separate()?;
            rounds += 1;
            let slow = rounds > 1 && node.bound - before < 0.02 * (target - node.bound);
            if broken == 0 || rounds >= ROUNDS || slow {
                break (dual, values);
            }
        };
        if let Some((column, up, distance, parent)) = node.from {
            self.learn(column, up, (node.bound - parent).max(0.0) / distance);
        }
        self.fix(master, &mut node, &dual, root, plans.best.target())?;
        let mut candidates: Vec<u32> = (0_u32..)
            .zip(&values)
            .filter(|(column, value)| self.is_free(*column) && (**value - value.round()).abs() > WHOLE)
            .map(|(column, _)| column)
            .collect();
        if candidates.is_empty() {
            let Some(column) = (0_u32..).zip(&values).map(|(column, _)| column).find(|&column| self.is_free(column))
            else {
                // Everything is decided: this is a plan.
                let open = (0_u32..).zip(&self.bounds).filter(|(_, bounds)| bounds.0 > 0.5).map(|(column, _)| column);
                plans.offer(self.problem, open, control);
                return Ok(Visit::Done(None));
            };
            return Ok(Visit::Done(Some(self.split(node, column, values[column as usize]))));
        }
        candidates.sort_by(|&a, &b| self.score(b, &values).total_cmp(&self.score(a, &values)).then(a.cmp(&b)));
        let Some(column) = self.probe(master, &node, &values, &candidates, plans, control)? else {
            return Ok(Visit::Stopped(node));
        };
        Ok(Visit::Done(Some(self.split(node, column, values[column as usize]))))
    }

    fn is_free(&self, column: u32) -> bool {
        self.bounds[column as usize] == (0.0, 1.0)
    }

    /// Brings the bounds of the programme to those of a node.
    fn enter(&mut self, master: &mut Master, fixed: &[(u32, bool)]) -> Result<(), Error> {
        let mut wanted = vec![(0.0, 1.0); self.bounds.len()];
        for &(column, up) in fixed {
            wanted[column as usize] = if up { (1.0, 1.0) } else { (0.0, 0.0) };
        }
        for ((column, have), want) in (0_u32..).zip(&mut self.bounds).zip(wanted) {
            if *have != want {
                master.set_bounds(column, want.0, want.1)?;
                *have = want;
            }
        }
        Ok(())
    }

    fn set(&mut self, master: &mut Master, column: u32, bounds: (f64, f64)) -> Result<(), Error> {
        master.set_bounds(column, bounds.0, bounds.1)?;
        self.bounds[column as usize] = bounds;
        Ok(())
    }

    /// Fixes the columns on which every better plan below this node agrees with its dual or with that of the root.
    fn fix(
        &mut self,
        master: &mut Master,
        node: &mut Node,
        dual: &Dual,
        root: &Dual,
        target: f64,
    ) -> Result<(), Error> {
        let limit = target + 1e-11 * target.abs();
        for column in 0_u32..u32::try_from(self.bounds.len()).unwrap_or(u32::MAX) {
            if !self.is_free(column) {
                continue;
            }
            let at = column as usize;
            let sure = [dual, root].into_iter().find(|dual| dual.without(at) >= limit);
            if let Some(up) = sure.map(|dual| dual.counted[at]) {
                node.fixed.push((column, up));
                self.set(master, column, if up { (1.0, 1.0) } else { (0.0, 0.0) })?;
            }
        }
        Ok(())
    }

    fn learn(&mut self, column: u32, up: bool, per_unit: f64) {
        if per_unit.is_finite() {
            let entry = &mut self.pseudo[column as usize][usize::from(up)];
            entry.0 += per_unit;
            entry.1 += 1;
        }
    }

    /// How much the two branches on a column are expected to move the bound.
    fn score(&self, column: u32, values: &[f64]) -> f64 {
        let value = values[column as usize];
        let mean = |side: usize| {
            let (sum, count) = self.pseudo[column as usize][side];
            if count > 0 { sum / f64::from(count) } else { self.mean(side) }
        };
        product(value * mean(0), (1.0 - value) * mean(1))
    }

    fn mean(&self, side: usize) -> f64 {
        let (sum, count) = self.pseudo.iter().fold((0.0, 0), |(s, n), entry| (s + entry[side].0, n + entry[side].1));
        if count > 0 { sum / f64::from(count) } else { 1.0 }
    }

    /// Tries both branches on the most promising columns that are not reliable yet; gives the best column, or none when
    /// a limit came.
    fn probe(
        &mut self,
        master: &mut Master,
        node: &Node,
        values: &[f64],
        candidates: &[u32],
        plans: &Plans,
        control: &Control,
    ) -> Result<Option<u32>, Error> {
        let mut best = (f64::NEG_INFINITY, candidates.first().copied());
        let mut in_vain = 0;
        let room = plans.best.target() - node.bound;
        for &column in candidates.iter().take(PROBED) {
            if in_vain == PATIENCE {
                break;
            }
            let value = values[column as usize];
            let known = self.pseudo[column as usize];
            let mut moved = [0.0; 2];
            for (side, up) in [(0, false), (1, true)] {
                let distance = if up { 1.0 - value } else { value };
                if known[side].1 >= RELIABLE {
                    moved[side] = (distance * known[side].0 / f64::from(known[side].1)).min(room);
                    continue;
                }
                let before = self.bounds[column as usize];
                self.set(master, column, if up { (1.0, 1.0) } else { (0.0, 0.0) })?;
                let end = master.solve(Some(PROBE), control)?;
                self.set(master, column, before)?;
                moved[side] = match end {
                    LpEnd::Optimal(objective) | LpEnd::Unfinished(objective) => {
                        (objective - node.bound).clamp(0.0, room)
                    }
                    LpEnd::Infeasible => room,
                    LpEnd::Stopped => return Ok(None),
                };
                self.learn(column, up, moved[side] / distance);
            }
            let score = product(moved[0], moved[1]);
            if score > best.0 {
                best = (score, Some(column));
                in_vain = 0;
            } else {
                in_vain += 1;
            }
        }
        Ok(best.1)
    }

    /// Puts the closed branch into the queue and gives the open one to go on with.
    fn split(&mut self, node: Node, column: u32, value: f64) -> Node {
        let mut child = |up: bool| {
            self.number += 1;
            let mut fixed = node.fixed.clone();
            fixed.push((column, up));
            let distance = if up { 1.0 - value } else { value };
            Node { bound: node.bound, number: self.number, fixed, from: Some((column, up, distance, node.bound)) }
        };
        let (down, up) = (child(false), child(true));
        self.queue.push(down);
        up
    }
}

/// The usual measure of a branching: both sides should move the bound.
fn product(down: f64, up: f64) -> f64 {
    down.max(1e-6) * up.max(1e-6)
}
