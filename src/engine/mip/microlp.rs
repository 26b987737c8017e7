//! microlp: the only file that names it. Pure Rust, for builds without a C++ compiler and as a second opinion in tests.

use std::time::Duration;

use good_lp::SolverModel;
use microlp::{ResumeOptions, SolveOptions, SolveOutcome, TerminationReason};

use super::{Ended, Formulation, Found};
use crate::error::Error;
use crate::solve::{Control, Limit, Phase};

/// microlp has no callbacks, so it works in slices, between which limits are looked at.
const SLICE: Duration = Duration::from_millis(100);

/// Solves a formulation with microlp.
pub(super) fn solve(formulation: Formulation<'_>, control: &Control) -> Result<Found, Error> {
    let Formulation { variables, objective, constant, sense, rows, .. } = formulation;
    let direction = match sense {
        crate::model::Sense::Maximize => good_lp::solvers::ObjectiveDirection::Maximisation,
        crate::model::Sense::Minimize => good_lp::solvers::ObjectiveDirection::Minimisation,
    };
    let columns = variables.len();
    let mut problem = variables.optimise(direction, objective).using(good_lp::solvers::microlp::microlp);
    for row in rows {
        problem.add_constraint(row);
    }
    let mut options = SolveOptions::default();
    options.mip_gap = control.options.gap;
    options.time_limit = Some(slice(control));
    let mut outcome = match problem.as_inner().solve_with(options) {
        Err(microlp::Error::Infeasible) => return Ok(nothing(Ended::Complete)),
        other => other.map_err(|error| failed(&error))?,
    };
    while outcome.termination_reason() == TerminationReason::TimeLimit {
        let stats = outcome.stats();
        control.nodes(Phase::Solver, stats.nodes_solved);
        if let Some(bound) = stats.best_bound {
            control.bound(Phase::Solver, bound + constant);
        }
        if let Some(solution) = outcome.solution() {
            control.incumbent(Phase::Solver, solution.objective() + constant);
        }
        if let Some(limit) = control.stop() {
            return Ok(read(outcome, constant, columns, Ended::Limit(limit)));
        }
        let mut resume = ResumeOptions::default();
        resume.time_limit = Some(slice(control));
        resume.mip_gap = Some(control.options.gap);
        outcome = match outcome.resume_with(resume) {
            Err(microlp::Error::Infeasible) => return Ok(nothing(Ended::Complete)),
            other => other.map_err(|error| failed(&error))?,
        };
    }
    let ended = match outcome.termination_reason() {
        TerminationReason::ProvenOptimal => Ended::Complete,
        TerminationReason::MipGap => Ended::Limit(Limit::Gap),
        _ => Ended::Limit(Limit::Time),
    };
    Ok(read(outcome, constant, columns, ended))
}

fn slice(control: &Control) -> Duration {
    let left = control.remaining().and_then(|left| Duration::try_from_secs_f64(left).ok());
    left.map_or(SLICE, |left| left.min(SLICE))
}

fn nothing(ended: Ended) -> Found {
    Found { values: None, bound: None, ended, nodes: 0 }
}

fn read(outcome: SolveOutcome, constant: f64, columns: usize, ended: Ended) -> Found {
    let stats = outcome.stats();
    let Some(solution) = outcome.solution() else {
        return Found {
            bound: stats.best_bound.map(|bound| bound + constant),
            nodes: stats.nodes_solved,
            ..nothing(ended)
        };
    };
    let bound = if ended == Ended::Complete { Some(solution.objective()) } else { stats.best_bound };
    let values: Vec<f64> = solution.iter().map(|(_, value)| value).collect();
    Found {
        values: (values.len() == columns).then_some(values),
        bound: bound.map(|bound| bound + constant),
        ended,
        nodes: stats.nodes_solved,
    }
}

fn failed(error: &microlp::Error) -> Error {
    Error::Solver { backend: "microlp", reason: error.to_string() }
}
