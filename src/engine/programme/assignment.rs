//! Who goes where once every decision stands: a linear programme over the hosts that are open.

use good_lp::{Expression, ProblemVariables, variable};

use super::candidate::Candidate;
use super::formulation::{Row, Sum};
use super::instance::Instance;
use crate::engine::mip::{self, Formulation};
use crate::error::Error;
use crate::model::{Sense, power_of_row, times_power};
use crate::solve::Control;

/// What the assignment is to be good at.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Aim {
    /// Rows are passed by as little as possible, each as a part of what people can do about it.
    LeastPassed,
    /// The objective.
    Objective,
    /// People served, at no less than this objective.
    People(f64),
}

/// People sent to hosts.
#[derive(Debug, Clone)]
pub(crate) struct Assignment {
    /// The decisions with their flows and their objective.
    pub candidate: Candidate,
    /// For each row how far it is passed; 0 where it holds.
    pub passed: Vec<f64>,
}

/// Limits that hold to this part are kept.
const TOLERANCE: f64 = 1e-6;
/// What is left to an aim that was reached, for the next one.
const LEFT: f64 = 1e-9;

/// Sends people where the objective is best, and of all such ways where most people are served. Where the decisions cannot
/// keep every rule, rules are broken by as little as possible.
///
/// # Errors
///
/// [`Error::NoSolution`] when a limit came first; [`Error::Unverified`] when the decisions leave some host without its
/// minimum use.
pub(crate) fn assign(instance: &Instance, decided: &Candidate, control: &Control) -> Result<Assignment, Error> {
    let taken = decided.taken_by_decisions(instance);
    let limits: Vec<f64> = instance.rows.limits.iter().zip(&taken).map(|(limit, taken)| limit - taken).collect();
    let least = instance.groups.iter().map(|group| group.minimum_use).chain(instance.stays.iter().map(|_| 0.0));
    let offered = least.enumerate().map(|(host, least)| Some((decided.places(instance, host)?, least))).collect();
    let flow_rows = flow_rows(instance);
    let mut program = Program { instance, limits: limits.clone(), flow_rows, offered };
    let flows = match program.solve(Aim::Objective, control)? {
        Some(flows) => flows,
        None => {
            // Some rule cannot be kept: as near to it as can be.
            let Some(nearest) = program.solve(Aim::LeastPassed, control)? else {
                let reason = "the services that stay cannot all reach their minimum use";
                return Err(Error::Unverified(reason.into()));
            };
            for (limit, left) in program.limits.iter_mut().zip(left_of(instance, &limits, &nearest)) {
                *limit += (-left).max(0.0);
            }
            program.solve(Aim::Objective, control)?.unwrap_or(nearest)
        }
    };
    let flows = if program.may_serve_more() {
        let reached = program.objective_of(&flows);
        program.solve(Aim::People(reached), control)?.unwrap_or(flows)
    } else {
        flows
    };
    let candidate = Candidate { flows, ..decided.clone() }.settle(instance);
    let left = left_of(instance, &limits, &candidate.flows);
    let passed = left.iter().enumerate().map(|(row, left)| {
        let size = instance.rows.limits[row].abs().max(taken[row].abs()).max(LEFT);
        if -left > TOLERANCE * size && !instance.rows.worst[row] { -left } else { 0.0 }
    });
    let passed = passed.collect();
    Ok(Assignment { candidate, passed })
}

/// What is left of each limit.
fn left_of(instance: &Instance, limits: &[f64], flows: &[f64]) -> Vec<f64> {
    let mut left = limits.to_vec();
    instance.taken_by_flows(flows, |row, amount| left[row as usize] -= amount);
    left
}

/// Whether each row depends on who goes where.
fn flow_rows(instance: &Instance) -> Vec<bool> {
    let mut found = vec![false; instance.rows.len()];
    for cell in &instance.cells.cells {
        for arc in instance.cells.arcs_of(cell) {
            instance.cells.taken(cell, arc).for_each(|(row, _)| found[row as usize] = true);
        }
    }
    found
}

/// The linear programme.
struct Program<'a> {
    instance: &'a Instance,
    /// What decisions leave of each limit.
    limits: Vec<f64>,
    flow_rows: Vec<bool>,
    /// Places of each host, and people that it must serve at least; `None` where it is not open.
    offered: Vec<Option<(f64, f64)>>,
}

impl Program<'_> {
    /// The share of the need of its cell that goes along each arc; `None` where there is no such assignment.
    fn solve(&self, aim: Aim, control: &Control) -> Result<Option<Vec<f64>>, Error> {
        let (instance, cells) = (self.instance, &self.instance.cells);
        let mut variables = ProblemVariables::new();
        let mut at = vec![None; cells.arcs.len()];
        let mut columns = Vec::new();
        let mut loads: Vec<Sum> = self.offered.iter().map(|_| Sum::default()).collect();
        let mut uses: Vec<Sum> = self.offered.iter().map(|_| Sum::default()).collect();
        let mut shared: Vec<Sum> = self.limits.iter().map(|_| Sum::default()).collect();
        let mut scales = vec![0.0; self.limits.len()];
        let mut gains = Vec::new();
        let mut rows = Vec::new();
        let mut reach = vec![0.0; self.offered.len()];
        for cell in &cells.cells {
            let mut once = Sum::default();
            for index in cell.arcs.clone() {
                let arc = &cells.arcs[index];
                let host = arc.host as usize;
                let Some((places, _)) = self.offered[host] else { continue };
                if places <= 0.0 {
                    continue;
                }
                let flow = variables.add(variable().clamp(0.0, 1.0));
                at[index] = Some(columns.len());
                columns.push(flow);
                gains.push((arc.gain, cell.need));
                once.add(flow, 1.0);
                loads[host].add(flow, cell.need);
                uses[host].add(flow, -cell.need);
                reach[host] += cell.need;
                for (row, amount) in cells.taken(cell, arc) {
                    shared[row as usize].add(flow, amount);
                    scales[row as usize] += amount.abs();
                }
            }
            rows.extend(once.at_most(1.0));
        }
        for (((load, used), offered), reach) in loads.into_iter().zip(uses).zip(&self.offered).zip(reach) {
            let Some((places, least)) = *offered else { continue };
            if places < reach {
                rows.extend(load.at_most(places));
            }
            if least > 0.0 {
                rows.extend(used.at_most(-least));
            }
        }
        let worst = instance.worst_district.then(|| variables.add(variable().clamp(0.0, 1.0)));
        let mut objective = Vec::new();
        for (row, mut sum) in shared.into_iter().enumerate() {
            if !self.flow_rows[row] && !instance.rows.worst[row] {
                continue;
            }
            let limit = self.limits[row];
            if let Some(worst) = worst.filter(|_| instance.rows.worst[row]) {
                sum.add(worst, 1.0);
            } else if aim == Aim::LeastPassed {
                let slack = variables.add(variable().min(0.0));
                let scale = if scales[row] > 0.0 { scales[row] } else { 1.0 };
                sum.add(slack, -scale);
                objective.push((slack, -1.0));
            }
            rows.extend(sum.at_most(limit));
        }
        match aim {
            Aim::LeastPassed => {}
            Aim::Objective => {
                objective.extend(worst.map(|worst| (worst, 1.0)));
                objective.extend(columns.iter().zip(&gains).map(|(flow, (gain, _))| (*flow, *gain)));
            }
            Aim::People(reached) => {
                objective.extend(columns.iter().zip(&gains).map(|(flow, (_, need))| (*flow, *need)));
                let mut least = Sum::default();
                worst.into_iter().for_each(|worst| least.add(worst, -1.0));
                columns.iter().zip(&gains).for_each(|(flow, (gain, _))| least.add(*flow, -gain));
                rows.extend(least.at_most(LEFT * reached.abs() - reached));
            }
        }
        let largest = objective.iter().fold(0.0_f64, |most, entry| most.max(entry.1.abs()));
        let power = power_of_row(largest);
        let mut sum = Expression::with_capacity(objective.len());
        for (column, gain) in objective.into_iter().filter(|(_, gain)| *gain != 0.0) {
            sum.add_mul(times_power(gain, power), column);
        }
        let formulation = Formulation {
            variables,
            objective: sum,
            constant: 0.0,
            sense: Sense::Maximize,
            entries: 4 * columns.len(),
            rows: Box::new(rows.into_iter().map(Row::scaled)),
            start: None,
            step: 0.0,
        };
        let options = control.options.on_the_way();
        let found = mip::solve(formulation, &control.on_the_way(&options, Sense::Maximize))?;
        if let Some(limit) = found.ended.limit() {
            return Err(Error::NoSolution { limit, seconds: control.seconds() });
        }
        let Some(values) = found.values else { return Ok(None) };
        let flow = |at: &Option<usize>| at.and_then(|at| values.get(at)).map_or(0.0, |flow| flow.clamp(0.0, 1.0));
        Ok(Some(at.iter().map(flow).collect()))
    }

    /// The part of the objective that depends on who goes where.
    fn objective_of(&self, flows: &[f64]) -> f64 {
        if self.instance.worst_district {
            return self.instance.least_share(flows);
        }
        self.instance.cells.arcs.iter().zip(flows).map(|(arc, flow)| arc.gain * flow).sum()
    }

    /// Whether the objective may leave people unserved for whom there is a place.
    fn may_serve_more(&self) -> bool {
        let open = |host: u32| self.offered[host as usize].is_some();
        self.instance.cells.arcs.iter().any(|arc| arc.gain <= 0.0 && open(arc.host))
    }
}
