//! Branch and bound of our own on a live linear programme.
//!
//! A generic solver spends most of its time on cuts, restarts and primal heuristics. With a plan in hand that is the
//! best or nearly so, what is left to do is to raise the bound, and that a plain tree does well: bounds change on the one
//! programme in memory, the basis stays, reduced costs fix what cannot pay, and the column to branch on is the one whose
//! two branches move the bound most (`branching`).

use std::collections::BinaryHeap;

use super::Ended;
use super::branching::{Branching, LpNode, Probed, Probing, Visit, WHOLE};
use super::mip::{Formulation, LiveLp, LpEnd, fits, live_lp, rounded};
use crate::error::Error;
use crate::model::Sense;
use crate::solve::{Control, Limit, Phase};

/// Iterations of a strong-branching probe.
const PROBE: i32 = 60;
/// Observations after which a column's pseudo-cost is trusted.
const RELIABLE: u32 = 3;
/// Where all binaries are whole and the plan that they make is this close to the relaxation, as a part of it, the rest is what
/// rows and solver forgive.
const FORGIVEN: f64 = 2e-7;
/// As often the search branches on to tell what was forgiven from what is true. Then it could go on nearly for ever: what is
/// forgiven stays in the bound.
const PATIENCE: u32 = 200;

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
    /// Most nodes to look at; then the search ends as if the gap were reached.
    pub nodes: u64,
}

impl Task {
    /// An objective as a cost.
    fn cost(&self, objective: f64) -> f64 {
        match self.sense {
            Sense::Minimize => objective,
            Sense::Maximize => -objective,
        }
    }
}

/// A constraint: a weighted sum of columns is at least so much.
pub(crate) struct Row {
    pub entries: Vec<(u32, f64)>,
    pub least: f64,
}

impl Row {
    /// At least one of some columns is taken.
    pub fn one_of(columns: &[u32]) -> Self {
        Self { entries: columns.iter().map(|&column| (column, 1.0)).collect(), least: 1.0 }
    }
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
        LpEnd::Optimal(objective) => tree.task.cost(objective),
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
/// and gives constraints that they break, until none is broken.
pub(crate) fn branch_with_rows(
    formulation: Formulation<'_>,
    task: Task,
    control: &Control,
    offer: impl FnMut(&[f64]) -> Option<f64>,
    missing: impl FnMut(&[f64]) -> Vec<Row>,
) -> Result<Proven, Error> {
    let too_large = !fits(formulation.entries, control);
    match live_lp(formulation, control)? {
        Some(mut lp) => search(lp.as_mut(), task, control, offer, missing),
        None => Ok(unsolved(too_large, control)),
    }
}

/// [`branch_with_rows`] on a programme that is alive already.
pub(crate) fn search(
    lp: &mut dyn LiveLp,
    task: Task,
    control: &Control,
    mut offer: impl FnMut(&[f64]) -> Option<f64>,
    mut missing: impl FnMut(&[f64]) -> Vec<Row>,
) -> Result<Proven, Error> {
    let mut tree = Tree::new(task);
    let mut next = Some(LpNode::root(f64::NEG_INFINITY));
    let ended = loop {
        let Some(node) = next.take().or_else(|| tree.queue.pop()) else { break Ended::Complete };
        if node.bound >= tree.enough() {
            continue;
        }
        let stop = control.stop().or_else(|| control.gap_reached().then_some(Limit::Gap));
        if let Some(limit) = stop.or((tree.nodes >= tree.task.nodes).then_some(Limit::Gap)) {
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
        let least = tree.least(next.as_ref());
        if least.is_finite() {
            control.bound(Phase::Bound, tree.bound_of(least));
        }
    };
    let is_whole = ended == Ended::Complete && tree.given_away == f64::INFINITY;
    let bound = Some(if is_whole { tree.task.known } else { tree.bound_of(tree.least(None)) });
    Ok(Proven { bound: bound.filter(|bound| bound.is_finite()), ended, nodes: tree.nodes })
}

struct Tree {
    task: Task,
    branching: Branching,
    /// What is still to do. Bounds are costs there: smaller is better, whatever the sense.
    queue: BinaryHeap<LpNode>,
    nodes: u64,
    /// The least cost that was given away: see [`PATIENCE`].
    given_away: f64,
    /// Times that the search still branches on where a difference may be [`FORGIVEN`].
    patience: u32,
}

impl Tree {
    fn new(task: Task) -> Self {
        let (branching, queue) = (Branching::new(task.binaries), BinaryHeap::new());
        Self { branching, queue, nodes: 0, given_away: f64::INFINITY, patience: PATIENCE, task }
    }

    /// No plan costs less: of what is still to do, what was given away, and the known plan.
    fn least(&self, next: Option<&LpNode>) -> f64 {
        let known = self.task.cost(self.task.known).min(self.given_away);
        self.queue.iter().chain(next).map(|node| node.bound).fold(known, f64::min)
    }

    /// How much the cost may rise above a value. Reduced costs are exact to the solver's tolerance.
    fn room(&self, value: f64) -> f64 {
        self.enough() - value + 1e-6
    }

    /// From this cost on nothing better than the known plan can be.
    fn enough(&self) -> f64 {
        let known = self.task.cost(self.task.known);
        known - if self.task.step > 0.0 { 0.999 * self.task.step } else { 1e-10 * known.abs() }
    }

    /// The objective that a cost stands for, rounded to whole steps.
    fn bound_of(&self, cost: f64) -> f64 {
        let known = self.task.known;
        let bound = rounded(self.task.cost(cost), self.task.step, self.task.sense);
        if self.task.sense.better(known, bound) { known } else { bound }
    }

    fn visit(
        &mut self,
        lp: &mut dyn LiveLp,
        mut node: LpNode,
        control: &Control,
        offer: &mut impl FnMut(&[f64]) -> Option<f64>,
        missing: &mut impl FnMut(&[f64]) -> Vec<Row>,
    ) -> Result<Visit, Error> {
        self.branching.enter(lp, &node.fixed)?;
        let value = loop {
            let value = match lp.solve(None, control)? {
                LpEnd::Optimal(objective) => self.task.cost(objective),
                LpEnd::Infeasible => return Ok(Visit::Done(None)),
                LpEnd::Unfinished(_) | LpEnd::Stopped => return Ok(Visit::Stopped(node)),
            };
            let broken = if value < self.enough() { missing(lp.values()) } else { Vec::new() };
            if broken.is_empty() {
                break value;
            }
            for row in broken {
                lp.add_weighted_row(&row.entries, row.least)?;
            }
        };
        self.branching.learn_from(&node, value);
        node.bound = node.bound.max(value);
        let offered = offer(lp.values());
        if let Some(objective) = offered
            && self.task.sense.better(objective, self.task.known)
        {
            self.task.known = objective;
        }
        if node.bound >= self.enough() {
            return Ok(Visit::Done(None));
        }
        let values: Vec<f64> = lp.values().iter().take(self.task.binaries).copied().collect();
        // What cannot move by one without reaching the known plan's cost.
        let room = self.room(node.bound);
        let reduced: Vec<f64> = lp.reduced_costs().iter().take(self.task.binaries).copied().collect();
        self.branching.fix(lp, &mut node, |column| decided(reduced[column], values[column], room))?;
        let candidates = self.branching.candidates(&values);
        let Some((&first, others)) = candidates.split_first() else {
            if offered.is_some_and(|offered| self.task.cost(offered) - node.bound <= FORGIVEN * node.bound.abs()) {
                if self.patience == 0 {
                    self.given_away = self.given_away.min(node.bound);
                    return Ok(Visit::Done(None));
                }
                self.patience -= 1;
            }
            // All binaries are whole, yet `offer` made no plan as good of them: within the solver's tolerances a rule is
            // broken. Deciding any column that is open yet goes on towards plans that break none.
            let next = self.branching.first_free();
            return Ok(Visit::Done(next.map(|column| self.split(&node, column, values[column as usize]))));
        };
        let probing = Probing {
            iterations: PROBE,
            reliable: RELIABLE,
            room: self.enough() - node.bound,
            most: f64::INFINITY,
            rise: |objective| self.task.cost(objective) - node.bound,
        };
        // After a limit the children are left to do.
        let (Probed::Best(column) | Probed::Stopped(column)) =
            self.branching.probe(lp, &values, (first, others), &probing, control)?;
        Ok(Visit::Done(Some(self.split(&node, column, values[column as usize]))))
    }

    /// Puts one branch into the queue and gives the other, the likelier one, to go on with.
    fn split(&mut self, node: &LpNode, column: u32, value: f64) -> LpNode {
        let [other, first] = self.branching.children(node, column, value, value > 0.5);
        self.queue.push(other);
        first
    }
}
