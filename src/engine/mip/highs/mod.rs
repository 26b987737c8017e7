//! HiGHS: the only folder that names it, and the only one with `unsafe`, for its callbacks and its model files.
//!
//! good_lp builds the model; options, bounds and gap are read from the `highs` model itself, since good_lp drops them.

#![allow(unsafe_code, reason = "HiGHS reports progress, takes interrupts and writes files through C")]

mod callback;
mod live;
mod report;
mod run;
mod worker;
mod write;

use good_lp::SolverModel;

use super::{Ended, Formulation, Found};
use crate::engine::useful_threads;
use crate::error::Error;
use crate::solve::{Control, Limit, Phase};

use callback::Told;
use report::End;
use run::{Settings, Task};
use worker::Worker;

pub(super) use live::live_lp;
pub(super) use write::write;

fn failed(reason: impl Into<String>) -> Error {
    Error::Solver { backend: "highs", reason: reason.into() }
}

/// Solves a formulation, with at most so many nodes.
pub(super) fn solve(mut formulation: Formulation<'_>, nodes: Option<i32>, control: &Control) -> Result<Found, Error> {
    let start = formulation.start.take();
    let (constant, columns) = (formulation.constant, formulation.variables.len());
    let settings = Settings { integers: has_integers(&formulation), ..options(control) };
    let Some(model) = build(formulation, control)? else {
        let limit = control.stop().unwrap_or(Limit::Interrupt);
        return Ok(Found { values: None, bound: None, ended: Ended::Limit(limit), nodes: 0 });
    };
    let worker = Worker::spawn(model, settings)?;
    let tell = |told: &Told| {
        let with_constant = |value: f64| value + constant;
        told.primal.map(with_constant).into_iter().for_each(|value| control.incumbent(Phase::Solver, value));
        told.dual.map(with_constant).into_iter().for_each(|value| control.bound(Phase::Solver, value));
        control.nodes(Phase::Solver, told.nodes);
    };
    let task = Task { start, nodes, time_limit: control.remaining(), ..Task::default() };
    let (mut found, stopped) = match worker.run(task, control, tell)? {
        Some(report) => (
            Found { values: report.values, bound: report.bound, ended: Ended::Complete, nodes: report.nodes },
            report.end,
        ),
        None => {
            let told = worker.told();
            (Found { values: told.plan, bound: told.dual, ended: Ended::Complete, nodes: told.nodes }, End::Limit(None))
        }
    };
    if let End::Limit(limit) = stopped {
        found.ended = Ended::Limit(control.stop().or(limit).unwrap_or(Limit::Interrupt));
    }
    found.bound = found.bound.map(|bound| bound + constant);
    found.values = found.values.filter(|values| values.len() == columns);
    Ok(found)
}

fn has_integers(formulation: &Formulation<'_>) -> bool {
    formulation.variables.iter_variables_with_def().any(|(_, definition)| definition.is_integer())
}

/// Builds the model; `None` when a limit came first.
fn build(formulation: Formulation<'_>, control: &Control) -> Result<Option<highs::Model>, Error> {
    let Formulation { variables, objective, sense, rows, .. } = formulation;
    let direction = match sense {
        crate::model::Sense::Maximize => good_lp::solvers::ObjectiveDirection::Maximisation,
        crate::model::Sense::Minimize => good_lp::solvers::ObjectiveDirection::Minimisation,
    };
    let mut problem = variables.optimise(direction, objective).using(good_lp::solvers::highs::highs);
    for (at, row) in rows.enumerate() {
        problem.add_constraint(row);
        if at % 1024 == 0 && control.stop().is_some() {
            return Ok(None);
        }
    }
    problem.try_into_inner().map(Some).map_err(|error| failed(format!("it refused the model: {error}")))
}

fn options(control: &Control) -> Settings {
    let options = control.options;
    // HiGHS starts all that it is given.
    let threads = useful_threads(options.threads);
    Settings {
        threads: i32::try_from(threads).unwrap_or(i32::MAX),
        seed: i32::try_from(options.seed % 2_147_483_647).unwrap_or(0),
        gap: options.gap,
        integers: false,
    }
}

#[cfg(test)]
mod tests {
    use good_lp::{ProblemVariables, constraint, variable};

    use super::*;
    use crate::model::Sense;
    use crate::solve::SolveOptions;

    #[test]
    fn a_start_is_not_taken_for_optimal_when_presolve_leaves_a_constant_objective() {
        let mut variables = ProblemVariables::new();
        let gain = variables.add(variable().binary());
        let items: Vec<_> = (0..6)
            .map(|at| variables.add(if at % 2 == 0 { variable().binary() } else { variable().clamp(0.0, 1.0) }))
            .collect();
        let weights = [([8, 5, 9, 4, 4, 8], 13), ([9, 9, 8, 7, 3, 4], 15), ([3, 9, 7, 1, 2, 3], 8)];
        let rows: Vec<_> = weights
            .into_iter()
            .flat_map(|(weights, middle)| {
                let sum = |factor: i32| -> good_lp::Expression {
                    weights.iter().zip(&items).map(|(weight, item)| f64::from(factor * weight) * *item).sum()
                };
                let (least, most) = (f64::from(middle) - 0.5, f64::from(middle) + 0.5);
                [constraint!(sum(1) <= most), constraint!(sum(-1) <= -least)]
            })
            .collect();
        let formulation = Formulation {
            variables,
            objective: 0.4 * gain,
            constant: 0.0,
            sense: Sense::Maximize,
            entries: 36,
            rows: Box::new(rows.into_iter()),
            start: Some(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0]),
            step: 0.0,
        };
        let options = SolveOptions::default();
        let found = solve(formulation, None, &Control::new(&options, Sense::Maximize)).unwrap();
        assert_eq!((found.ended, found.values.map(|values| values[0])), (Ended::Complete, Some(1.0)));
        assert!((found.bound.unwrap() - 0.4).abs() < 1e-9, "{:?}", found.bound);
    }

    #[test]
    fn a_limit_on_nodes_ends_the_search_with_a_plan_and_a_bound() {
        // Five knapsacks that share 40 items of nearly the same worth: the tree is deep.
        let knapsacks = || {
            let mut variables = ProblemVariables::new();
            let items: Vec<_> = (0..40).map(|_| variables.add(variable().binary())).collect();
            let weight = |row: usize, item: usize| 100.0 + (item * (2 * row + 3) * 37 % 101) as f64;
            let sum = |row: usize| -> good_lp::Expression {
                items.iter().enumerate().map(|(at, item)| weight(row, at) * *item).sum()
            };
            let worth = items.iter().enumerate().map(|(at, item)| (weight(5, at) + 50.0) * *item).sum();
            let rows: Vec<_> = (0..5).map(|row| constraint!(sum(row) <= 2_500.0)).collect();
            Formulation {
                variables,
                objective: worth,
                constant: 0.0,
                sense: Sense::Maximize,
                entries: 200,
                rows: Box::new(rows.into_iter()),
                start: None,
                step: 0.0,
            }
        };
        let options = SolveOptions::default();
        let found = |nodes| solve(knapsacks(), nodes, &Control::new(&options, Sense::Maximize)).unwrap();
        let (some, all) = (found(Some(20)), found(None));
        let worth = |found: &Found| found.bound.unwrap();
        assert_eq!(all.ended, Ended::Complete);
        assert!(matches!(some.ended, Ended::Limit(_)) && some.values.is_some(), "{some:?}");
        assert!(some.nodes < all.nodes && worth(&some) > worth(&all), "{some:?} {all:?}");
        assert_eq!(format!("{some:?}"), format!("{:?}", found(Some(20))), "it is the same again");
    }
}
