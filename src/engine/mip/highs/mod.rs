//! HiGHS: the only folder that names it, and the only one with `unsafe`, for its callbacks and its model files.
//!
//! good_lp builds the model; options, bounds and gap are read from the `highs` model itself, since good_lp drops them.

#![allow(unsafe_code, reason = "HiGHS reports progress, takes interrupts and writes files through C")]

mod callback;
mod live;
mod run;
mod worker;
mod write;

use std::thread;

use good_lp::SolverModel;

use super::{Ended, Formulation, Found};
use crate::error::Error;
use crate::solve::{Control, Limit, Phase};

use callback::Told;
use run::{End, Settings, Task};
use worker::Worker;

pub(super) use live::live_lp;
pub(super) use write::write;

fn failed(reason: impl Into<String>) -> Error {
    Error::Solver { backend: "highs", reason: reason.into() }
}

/// Solves a formulation.
pub(super) fn solve(mut formulation: Formulation<'_>, control: &Control) -> Result<Found, Error> {
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
    let task = Task { start, time_limit: control.remaining(), ..Task::default() };
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
    // More threads than cores bring nothing, and HiGHS starts them all.
    let cores = thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let threads = options.threads.map_or(cores, |threads| threads.min(cores));
    Settings {
        threads: i32::try_from(threads).unwrap_or(i32::MAX),
        seed: i32::try_from(options.seed % 2_147_483_647).unwrap_or(0),
        gap: options.gap,
        integers: false,
    }
}
