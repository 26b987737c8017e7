//! Branch and bound of our own on a live linear programme.
//!
//! A generic solver spends most of its time on cuts, restarts and primal heuristics. With a plan in hand that is the
//! best or nearly so, what is left to do is to raise the bound, and that a plain tree does well: bounds change on the one
//! programme in memory, the basis stays, reduced costs fix what cannot pay, and the column to branch on is the one whose
//! two branches move the bound most (reliability branching: Achterberg, Koch and Martin 2005).

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Ended;
use super::mip::{Formulation, LiveLp, LpEnd, fits, live_lp, rounded};
use crate::error::Error;
use crate::model::Sense;
use crate::solve::{Control, Limit, Phase};

/// Iterations of a strong-branching probe.
const PROBE: i32 = 60;
/// Columns probed at a node, and how many in vain end the probing.
const PROBED: usize = 10;
const PATIENCE: usize = 3;
/// Observations after which a column's pseudo-cost is trusted.
const RELIABLE: u32 = 3;
/// How far from whole a value may be.
const WHOLE: f64 = 1e-6;

/// The search's task.
pub(crate) struct Task {
    /// The first columns of the programme are binary; so many.
    pub binaries: usize,
    /// Whether the objective grows or shrinks.
    pub sense: Sense,
    /// Objectives differ by whole multiples of this (0: by anything).
    pub step: f64,
    /// Objective of the best plan known.
    pub known: f64,
}

/// What the search proved.
pub(crate) struct Proven {
    /// No plan is better than this (the best plan known included); `None` when the root was not solved.
    pub bound: Option<f64>,
    /// How the search ended.
    pub ended: Ended,
    /// Nodes looked at.
    pub nodes: u64,
}

/// Builds the linear relaxation of a formulation and searches its tree. `offer` is shown the values of each relaxation
/// and may give the objective of a plan made of them. For backends with a live programme only.
pub(crate) fn branch(
    formulation: Formulation<'_>,
    task: Task,
    control: &Control,
    offer: impl FnMut(&[f64]) -> Option<f64>,
) -> Result<Proven, Error> {
    branch_with_rows(formulation, task, control, offer, |_| Vec::new())
}

/// The relaxation at the root, solved and kept alive.
pub(crate) struct Root {
    lp: Box<dyn LiveLp>,
    task: Task,
    /// No plan is better than this.
    pub bound: f64,
    /// The binaries that every plan better than the known one has in common.
    pub settled: Vec<Option<bool>>,
}

/// Solves the relaxation at the root alone: where it settles many binaries, the search is faster on a programme without
/// them. The end of the search instead where there is nothing to search, or no time.
pub(crate) fn root(formulation: Formulation<'_>, task: Task, control: &Control) -> Result<Result<Root, Proven>, Error> {
    let too_large = !fits(formulation.entries, control);
    let Some(mut lp) = live_lp(formulation, control)? else { return Ok(Err(unsolved(too_large, control))) };
    let tree = Tree::new(task);
    let value = match lp.solve(None, control)? {
        LpEnd::Optimal(objective) => tree.cost(objective),
        LpEnd::Infeasible => {
            return Ok(Err(Proven { bound: Some(tree.task.known), ended: Ended::Complete, nodes: 1 }));
        }
        LpEnd::Unfinished(_) | LpEnd::Stopped => return Ok(Err(unsolved(false, control))),
    };
    if value >= tree.enough() {
        return Ok(Err(Proven { bound: Some(tree.task.known), ended: Ended::Complete, nodes: 1 }));
    }
    let room = tree.room(value);
    let columns = lp.reduced_costs().iter().zip(lp.values()).take(tree.task.binaries);
    let settled = columns.map(|(&cost, &value)| decided(cost, value, room)).collect();
    let bound = tree.bound_of(value);
    control.bound(Phase::Bound, bound);
    Ok(Ok(Root { lp, task: tree.task, bound, settled }))
}

impl Root {
    /// What the relaxation opens of each binary.
    pub fn shares(&self) -> &[f64] {
        self.lp.values()
    }

    /// Searches the tree below.
    pub fn branch(mut self, control: &Control, offer: impl FnMut(&[f64]) -> Option<f64>) -> Result<Proven, Error> {
        search(self.lp.as_mut(), self.task, control, offer, |_| Vec::new())
    }
}

fn unsolved(too_large: bool, control: &Control) -> Proven {
    let limit = if too_large { Limit::Memory } else { control.stop().unwrap_or(Limit::Time) };
    Proven { bound: None, ended: Ended::Limit(limit), nodes: 0 }
}

/// The whole value of a binary that cannot move by one within the room up to the known plan.
fn decided(reduced_cost: f64, value: f64, room: f64) -> Option<bool> {
    (reduced_cost.abs() > room && (value - value.round()).abs() <= WHOLE).then_some(value > 0.5)
}

/// [`branch`] for a programme with too many constraints to start with: `missing` is shown the values of each relaxation
/// and gives constraints that they break (lists of columns of which at least one must be taken), until none is broken.
pub(crate) fn branch_with_rows(
    formulation: Formulation<'_>,
    task: Task,
    control: &Control,
    offer: impl FnMut(&[f64]) -> Option<f64>,
    missing: impl FnMut(&[f64]) -> Vec<Vec<u32>>,
) -> Result<Proven, Error> {
    let too_large = !fits(formulation.entries, control);
    match live_lp(formulation, control)? {
        Some(mut lp) => search(lp.as_mut(), task, control, offer, missing),
        None => Ok(unsolved(too_large, control)),
    }
}

fn search(
    lp: &mut dyn LiveLp,
    task: Task,
    control: &Control,
    mut offer: impl FnMut(&[f64]) -> Option<f64>,
    mut missing: impl FnMut(&[f64]) -> Vec<Vec<u32>>,
) -> Result<Proven, Error> {
    let mut tree = Tree::new(task);
    let mut next = Some(Node { value: f64::NEG_INFINITY, number: 0, fixed: Vec::new(), from: None });
    let ended = loop {
        let Some(node) = next.take().or_else(|| tree.queue.pop()) else { break Ended::Complete };
        if node.value >= tree.enough() {
            continue;
        }
        let stop = control.stop().or_else(|| control.gap_reached().then_some(Limit::Gap));
        if let Some(limit) = stop {
            tree.queue.push(node);
            break Ended::Limit(limit);
        }
        tree.nodes += 1;
        control.nodes(Phase::Bound, tree.nodes);
        match tree.visit(lp, node, control, &mut offer, &mut missing)? {
            Visit::Done(child) => next = child,
            Visit::Stopped(node) => {
                tree.queue.push(node);
                break Ended::Limit(control.stop().unwrap_or(Limit::Time));
            }
        }
        let least = tree.queue.iter().chain(&next).map(|node| node.value).fold(tree.cost(tree.task.known), f64::min);
        if least.is_finite() {
            control.bound(Phase::Bound, tree.bound_of(least));
        }
    };
    let least = tree.queue.iter().map(|node| node.value).fold(tree.cost(tree.task.known), f64::min);
    let bound = if ended == Ended::Complete { Some(tree.task.known) } else { Some(tree.bound_of(least)) };
    Ok(Proven { bound: bound.filter(|bound| bound.is_finite()), ended, nodes: tree.nodes })
}

/// A part of the search: what is fixed there. Values are costs: smaller is better, whatever the sense.
struct Node {
    value: f64,
    number: u64,
    fixed: Vec<(u32, bool)>,
    /// The branch that led here: column, up or down, its distance to whole, and the parent's value.
    from: Option<(u32, bool, f64, f64)>,
}

impl Ord for Node {
    fn cmp(&self, other: &Self) -> Ordering {
        // The heap gives the greatest first: the least cost, and of equal ones the youngest.
        other.value.total_cmp(&self.value).then(self.number.cmp(&other.number))
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

struct Tree {
    task: Task,
    /// Bounds of the binaries as they are in the programme now.
    bounds: Vec<(f64, f64)>,
    /// Sum and number of what one unit down and up did to the cost.
    pseudo: Vec<[(f64, u32); 2]>,
    queue: BinaryHeap<Node>,
    number: u64,
    nodes: u64,
}

impl Tree {
    fn new(task: Task) -> Self {
        Self {
            bounds: vec![(0.0, 1.0); task.binaries],
            pseudo: vec![[(0.0, 0); 2]; task.binaries],
            queue: BinaryHeap::new(),
            number: 0,
            nodes: 0,
            task,
        }
    }

    /// How much the cost may rise above a value. Reduced costs are exact to the solver's tolerance.
    fn room(&self, value: f64) -> f64 {
        self.enough() - value + 1e-6
    }

    /// An objective as a cost.
    fn cost(&self, objective: f64) -> f64 {
        match self.task.sense {
            Sense::Minimize => objective,
            Sense::Maximize => -objective,
        }
    }

    /// From this cost on nothing better than the known plan can be.
    fn enough(&self) -> f64 {
        let known = self.cost(self.task.known);
        known - if self.task.step > 0.0 { 0.999 * self.task.step } else { 1e-10 * known.abs() }
    }

    /// The objective that a cost stands for, rounded to whole steps.
    fn bound_of(&self, cost: f64) -> f64 {
        let known = self.task.known;
        let bound = rounded(self.cost(cost), self.task.step, self.task.sense);
        if self.task.sense.better(known, bound) { known } else { bound }
    }

    fn visit(
        &mut self,
        lp: &mut dyn LiveLp,
        mut node: Node,
        control: &Control,
        offer: &mut impl FnMut(&[f64]) -> Option<f64>,
        missing: &mut impl FnMut(&[f64]) -> Vec<Vec<u32>>,
    ) -> Result<Visit, Error> {
        self.enter(lp, &node.fixed)?;
        let value = loop {
            let value = match lp.solve(None, control)? {
                LpEnd::Optimal(objective) => self.cost(objective),
                LpEnd::Infeasible => return Ok(Visit::Done(None)),
                LpEnd::Unfinished(_) | LpEnd::Stopped => return Ok(Visit::Stopped(node)),
            };
            let broken = if value < self.enough() { missing(lp.values()) } else { Vec::new() };
            if broken.is_empty() {
                break value;
            }
            for row in broken {
                lp.add_row(&row, 1.0)?;
            }
        };
        if let Some((column, up, distance, parent)) = node.from {
            self.learn(column, up, (value - parent).max(0.0) / distance);
        }
        node.value = node.value.max(value);
        if let Some(objective) = offer(lp.values())
            && self.task.sense.better(objective, self.task.known)
        {
            self.task.known = objective;
        }
        if node.value >= self.enough() {
            return Ok(Visit::Done(None));
        }
        let values: Vec<f64> = lp.values().iter().take(self.task.binaries).copied().collect();
        self.fix_by_reduced_cost(lp, &mut node, &values)?;
        let mut candidates: Vec<u32> = (0_u32..)
            .zip(&values)
            .filter(|(_, value)| (**value - value.round()).abs() > WHOLE)
            .map(|(j, _)| j)
            .collect();
        if candidates.is_empty() {
            // All binaries are whole, yet `offer` made no plan as good of them: within the solver's tolerances a rule is
            // broken. Deciding any column that is open yet goes on towards plans that break none.
            let free = |column: &u32| self.bounds[*column as usize] == (0.0, 1.0);
            let next = (0_u32..).zip(&values).map(|(column, _)| column).find(free);
            return Ok(Visit::Done(next.and_then(|column| self.split(node, column, values[column as usize]))));
        }
        candidates.sort_by(|&a, &b| self.score(b, &values).total_cmp(&self.score(a, &values)).then(a.cmp(&b)));
        let Some(column) = self.probe(lp, &node, &values, &candidates, control)? else { return Ok(Visit::Done(None)) };
        Ok(Visit::Done(self.split(node, column, values[column as usize])))
    }

    /// Brings the bounds of the programme to those of a node.
    fn enter(&mut self, lp: &mut dyn LiveLp, fixed: &[(u32, bool)]) -> Result<(), Error> {
        let mut wanted = vec![(0.0, 1.0); self.task.binaries];
        for &(column, up) in fixed {
            wanted[column as usize] = if up { (1.0, 1.0) } else { (0.0, 0.0) };
        }
        for (column, (have, want)) in self.bounds.iter_mut().zip(wanted).enumerate() {
            if *have != want {
                lp.set_bounds(column, want.0, want.1)?;
                *have = want;
            }
        }
        Ok(())
    }

    fn set(&mut self, lp: &mut dyn LiveLp, column: u32, bounds: (f64, f64)) -> Result<(), Error> {
        lp.set_bounds(column as usize, bounds.0, bounds.1)?;
        self.bounds[column as usize] = bounds;
        Ok(())
    }

    /// Fixes what cannot move by one without reaching the known plan's cost.
    fn fix_by_reduced_cost(&mut self, lp: &mut dyn LiveLp, node: &mut Node, values: &[f64]) -> Result<(), Error> {
        let room = self.room(node.value);
        let reduced: Vec<f64> = lp.reduced_costs().iter().take(self.task.binaries).copied().collect();
        for ((column, &cost), &value) in (0_u32..).zip(&reduced).zip(values) {
            let free = self.bounds[column as usize] == (0.0, 1.0);
            if let Some(up) = decided(cost, value, room).filter(|_| free) {
                node.fixed.push((column, up));
                self.set(lp, column, if up { (1.0, 1.0) } else { (0.0, 0.0) })?;
            }
        }
        Ok(())
    }

    fn learn(&mut self, column: u32, up: bool, per_unit: f64) {
        // A whole column that was split tells nothing.
        if !per_unit.is_finite() {
            return;
        }
        let entry = &mut self.pseudo[column as usize][usize::from(up)];
        entry.0 += per_unit;
        entry.1 += 1;
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
    /// a probe shows that the node is settled.
    fn probe(
        &mut self,
        lp: &mut dyn LiveLp,
        node: &Node,
        values: &[f64],
        candidates: &[u32],
        control: &Control,
    ) -> Result<Option<u32>, Error> {
        let mut best = (f64::NEG_INFINITY, candidates.first().copied());
        let mut in_vain = 0;
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
                    moved[side] = distance * known[side].0 / f64::from(known[side].1);
                    continue;
                }
                let before = self.bounds[column as usize];
                self.set(lp, column, if up { (1.0, 1.0) } else { (0.0, 0.0) })?;
                let end = lp.solve(Some(PROBE), control)?;
                self.set(lp, column, before)?;
                moved[side] = match end {
                    LpEnd::Optimal(objective) | LpEnd::Unfinished(objective) => {
                        (self.cost(objective) - node.value).max(0.0)
                    }
                    LpEnd::Infeasible => self.enough() - node.value,
                    LpEnd::Stopped => return Ok(best.1),
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

    /// Puts one branch into the queue and gives the other, the likelier one, to go on with.
    fn split(&mut self, node: Node, column: u32, value: f64) -> Option<Node> {
        let mut child = |up: bool| {
            self.number += 1;
            let mut fixed = node.fixed.clone();
            fixed.push((column, up));
            let distance = if up { 1.0 - value } else { value };
            Node { value: node.value, number: self.number, fixed, from: Some((column, up, distance, node.value)) }
        };
        let up = value > 0.5;
        let other = child(!up);
        let first = child(up);
        self.queue.push(other);
        Some(first)
    }
}

/// The usual measure of a branching: both sides should move the bound.
fn product(down: f64, up: f64) -> f64 {
    down.max(1e-6) * up.max(1e-6)
}
