//! The remaining problem on a backend that keeps no programme alive: the radius formulation, to its end.

use super::plans::Plans;
use super::reduced::Reduced;
use super::tree::Proven;
use crate::engine::Ended;
use crate::engine::median::{Problem, Role, formulated};
use crate::error::Error;
use crate::model::Sense;
use crate::solve::Control;

/// Solves the remaining problem. `known` is a bound that holds anyway.
pub(super) fn solve(problem: &Reduced, known: f64, plans: &mut Plans, control: &Control) -> Result<Proven, Error> {
    let options = control.options.on_the_way();
    let found = formulated(&normal_form(problem), None, &control.on_the_way(&options, Sense::Minimize))?;
    if let Some(sites) = &found.sites {
        let columns = sites.iter().copied().filter(|&column| (column as usize) < problem.sites.len());
        plans.offer(problem, columns, control);
    }
    let bound = match found.ended {
        Ended::Complete => plans.best.value,
        Ended::Limit(_) => known.max(found.bound.unwrap_or(known)).min(plans.best.value),
    };
    Ok(Proven { bound, ended: found.ended, nodes: found.nodes })
}

/// Columns become sites; one more site is open anyway and serves each row at its cap, where the cap is a cost.
pub(super) fn normal_form(problem: &Reduced) -> Problem {
    let n = problem.sites.len();
    let anyway = u32::try_from(n).unwrap_or(u32::MAX);
    let mut role = vec![Role::Counted; n];
    role.push(Role::Open);
    let mut normal = Problem {
        start: vec![0],
        site: Vec::with_capacity(problem.column.len() + problem.n_rows()),
        cost: Vec::with_capacity(problem.column.len() + problem.n_rows()),
        demand: (0_u32..).zip(&problem.cap).map(|(row, _)| row).collect(),
        charge: vec![0.0; n + 1],
        price: vec![0.0; n + 1],
        role,
        p: Some(problem.free.min(n)),
        budget: None,
        constant: problem.constant,
        step: 0.0,
    };
    for row in 0..problem.n_rows() {
        normal.site.extend_from_slice(&problem.column[problem.row(row)]);
        normal.cost.extend_from_slice(&problem.cost[problem.row(row)]);
        if !problem.must[row] {
            normal.site.push(anyway);
            normal.cost.push(problem.cap[row]);
        }
        normal.start.push(normal.site.len());
    }
    normal
}
