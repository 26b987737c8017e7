//! Mixed-integer programmes: a formulation written with good_lp, handed to HiGHS or microlp.
//!
//! `highs/` is the only folder that names HiGHS and `microlp.rs` the only one that names microlp. A [`Formulation`] is
//! data: variables, objective, and rows that are generated one by one, so that no second copy of a large model exists.

pub(crate) mod center;
pub(crate) mod cover;
pub(crate) mod dispersion;
#[cfg(feature = "highs")]
mod highs;
pub(crate) mod median;
#[cfg(feature = "microlp")]
mod microlp;
pub(crate) mod serve;

use std::path::Path;

use good_lp::{Constraint, Expression, IntoAffineExpression, ProblemVariables, Variable, constraint};

use super::Ended;
use crate::error::Error;
use crate::model::{Sense, power_of_row, times_power};
use crate::solve::{Backend, Control, Limit, Method, PRECISION, Phase};

/// A mixed-integer programme.
pub(crate) struct Formulation<'a> {
    /// The variables, in the order of the values that come back.
    pub variables: ProblemVariables,
    /// The objective without its constant.
    pub objective: Expression,
    /// Its constant.
    pub constant: f64,
    /// Whether it grows or shrinks.
    pub sense: Sense,
    /// The constraints, generated when asked for.
    pub rows: Box<dyn Iterator<Item = Constraint> + 'a>,
    /// Rough number of matrix entries, for the memory limit.
    pub entries: usize,
    /// Values of all variables in a feasible plan, for backends that take one.
    #[cfg_attr(not(feature = "highs"), allow(dead_code, reason = "microlp takes no start through good_lp"))]
    pub start: Option<Vec<f64>>,
    /// The objective is a whole multiple of this for every plan (0: nothing is known), so bounds may be rounded.
    pub step: f64,
}

/// What a solver found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Values of all variables in the best plan.
    pub values: Option<Vec<f64>>,
    /// No plan is better than this.
    pub bound: Option<f64>,
    /// How the search ended.
    pub ended: Ended,
    /// Branch-and-bound nodes.
    pub nodes: u64,
}

impl Found {
    /// The bound beside the best plan's objective: the same number when a search that ran to its end differs from it by the
    /// noise of arithmetic on figures of up to `largest` alone.
    pub fn bound_beside(&self, objective: f64, largest: f64) -> Option<f64> {
        let noise = 10.0 * PRECISION * objective.abs() + 0.1 * PRECISION * largest;
        let met = |bound: f64| self.ended == Ended::Complete && (objective - bound).abs() <= noise;
        self.bound.map(|bound| if met(bound) { objective } else { bound })
    }
}

/// A linear programme that stays in memory with its basis while bounds change.
pub(crate) trait LiveLp: Send {
    /// Changes the bounds of a column.
    fn set_bounds(&mut self, column: usize, lower: f64, upper: f64) -> Result<(), Error>;

    /// Adds a constraint: a weighted sum of columns is at least so much.
    fn add_weighted_row(&mut self, entries: &[(u32, f64)], least: f64) -> Result<(), Error>;

    /// Solves from the present basis, with at most so many simplex iterations.
    fn solve(&mut self, iterations: Option<i32>, control: &Control) -> Result<LpEnd, Error>;

    /// Values of the columns at the last optimum.
    fn values(&self) -> &[f64];

    /// Reduced costs of the columns at the last optimum.
    fn reduced_costs(&self) -> &[f64];

    /// Dual values of the rows at the last optimum, in the order in which they were added.
    fn row_duals(&self) -> &[f64];
}

/// How a solve of a live programme ended.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(not(feature = "highs"), allow(dead_code, reason = "only HiGHS keeps a programme alive"))]
pub(crate) enum LpEnd {
    /// Solved; its objective, constant included.
    Optimal(f64),
    /// No values satisfy it.
    Infeasible,
    /// The limit on iterations was reached; the objective then.
    Unfinished(f64),
    /// The time was up, or somebody cancelled.
    Stopped,
}

/// Whether the backend can keep a linear programme alive.
pub(crate) fn has_live_lp(control: &Control) -> bool {
    cfg!(feature = "highs") && control.options.backend == Backend::Highs
}

/// Why a formulation is to go to the backend as a whole, as far as the options say; `None` where a search may take it apart.
pub(crate) fn why_whole(control: &Control) -> Option<&'static str> {
    match control.options.method {
        Method::Mip => Some("the method asks for it"),
        _ if !has_live_lp(control) => Some("the backend keeps no linear programme between changes"),
        _ => None,
    }
}

/// Tells in the log that a formulation goes to the backend as a whole, and why.
pub(crate) fn tell_whole(model: &str, why: &str, control: &Control) {
    log::info!("{model}: the formulation as a whole on {}: {why}", control.options.backend.name());
}

/// Keeps the linear relaxation of a formulation alive. `None` when a limit came first, or when the backend has no live
/// programme.
pub(crate) fn live_lp(formulation: Formulation<'_>, control: &Control) -> Result<Option<Box<dyn LiveLp>>, Error> {
    match control.options.backend {
        #[cfg(feature = "highs")]
        Backend::Highs if fits(formulation.entries, control) => highs::live_lp(formulation, control),
        _ => {
            drop(formulation);
            Ok(None)
        }
    }
}

/// Memory that a matrix entry costs from formulation to solver, measured on covering models: bytes.
const BYTES_PER_ENTRY: usize = 250;

/// Whether a formulation with so many matrix entries stays within the memory limit.
pub(crate) fn fits(entries: usize, control: &Control) -> bool {
    control.options.memory_limit.is_none_or(|limit| entries.saturating_mul(BYTES_PER_ENTRY) <= limit)
}

/// Solves a formulation on the backend that the options ask for.
pub(crate) fn solve(formulation: Formulation<'_>, control: &Control) -> Result<Found, Error> {
    solve_up_to(None, formulation, control)
}

/// Solves a formulation with at most so many nodes of branch and bound, which microlp does not count: it has no limit.
#[cfg_attr(not(feature = "highs"), allow(unused_variables, reason = "only HiGHS takes a limit on nodes"))]
pub(crate) fn solve_up_to(nodes: Option<i32>, formulation: Formulation<'_>, control: &Control) -> Result<Found, Error> {
    if !fits(formulation.entries, control) {
        return Ok(Found { values: None, bound: control.best_bound(), ended: Ended::Limit(Limit::Memory), nodes: 0 });
    }
    if formulation.variables.is_empty() {
        return Ok(without_variables(formulation));
    }
    let (sense, step) = (formulation.sense, formulation.step);
    let mut found = match control.options.backend {
        #[cfg(feature = "highs")]
        Backend::Highs => highs::solve(formulation, nodes, control)?,
        #[cfg(feature = "microlp")]
        Backend::Microlp => microlp::solve(formulation, control)?,
        #[allow(unreachable_patterns, reason = "which backends exist depends on the features")]
        other => {
            return Err(Error::Unavailable {
                argument: "backend",
                value: other.name().into(),
                reason: "this build lacks it".into(),
            });
        }
    };
    found.bound = found.bound.filter(|bound| bound.is_finite()).map(|bound| rounded(bound, step, sense));
    if let Some(bound) = found.bound {
        control.bound(Phase::Solver, bound);
    }
    Ok(found)
}

/// Writes a formulation as a file of the format that the ending of its path names, `.mps` or `.lp`. Columns and rows have
/// names without blanks, no two alike.
pub(crate) fn write(
    formulation: Formulation<'_>,
    columns: &[String],
    rows: &[String],
    path: &Path,
) -> Result<(), Error> {
    #[cfg(feature = "highs")]
    return highs::write(formulation, columns, rows, path);
    #[cfg(not(feature = "highs"))]
    {
        drop((formulation, columns, rows));
        let reason = "this build lacks HiGHS, which writes such files: build with the feature \"highs\"".into();
        Err(Error::Unavailable { argument: "path", value: path.display().to_string(), reason })
    }
}

/// Σ_j f_j y_j ≤ B, in a unit in which the solver's absolute tolerance is far below the figures.
pub(crate) fn within_budget(costs: impl Iterator<Item = (Variable, f64)>, budget: f64) -> Constraint {
    let costs: Vec<(Variable, f64)> = costs.collect();
    // A site that costs more than all there is stays closed, however much more it costs.
    let spending = budget + costs.iter().map(|entry| (-entry.1).max(0.0)).sum::<f64>();
    let cheapest = costs.iter().map(|entry| entry.1.abs()).filter(|&cost| cost > 0.0).fold(f64::INFINITY, f64::min);
    let most = 2.0 * spending.max(cheapest);
    let power = power_of_row(0.5 * most);
    let mut money = Expression::with_capacity(costs.len());
    for (site, cost) in costs {
        money.add_mul(times_power(cost.min(most), power), site);
    }
    constraint!(money <= times_power(budget, power))
}

/// Nothing is left to decide: the constraints hold, or they do not.
fn without_variables(mut formulation: Formulation<'_>) -> Found {
    let holds = formulation.rows.all(|row| {
        let slack = -row.expression().constant();
        if row.is_equality() { slack.abs() <= 1e-6 } else { slack >= -1e-6 }
    });
    Found {
        values: holds.then(Vec::new),
        bound: holds.then_some(formulation.constant),
        ended: Ended::Complete,
        nodes: 0,
    }
}

/// Rounds a bound to the next value that an objective of whole steps can take.
pub(crate) fn rounded(bound: f64, step: f64, sense: Sense) -> f64 {
    if step <= 0.0 {
        return bound;
    }
    // Solvers are exact to about 1e-6; a bound that close to a whole step is that step.
    let slack = 1e-6 * (bound / step).abs().clamp(1.0, 1e4);
    match sense {
        Sense::Maximize => ((bound / step) + slack.min(0.4)).floor() * step,
        Sense::Minimize => ((bound / step) - slack.min(0.4)).ceil() * step,
    }
}
