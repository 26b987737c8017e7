//! What a solve gives back.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Backend, Method};
use crate::model::{Flow, Sense};
use crate::travel::{Id, Ids};

/// How good the solution is known to be.
///
/// The example of [`Method`] shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// No plan is better: the bound meets the objective, to the precision of the arithmetic (a billionth).
    Optimal,
    /// The plan obeys every rule; how far the best may be away, the gap tells.
    Feasible,
}

/// Why a solve stopped before it proved its plan optimal.
///
/// # Example
///
/// ```
/// use std::time::Duration;
/// use siting::{Limit, Metric, PMedian, SolveOptions, SyntheticTown, TravelMatrix};
///
/// let town = SyntheticTown::new(24, 0)?;
/// let homes: Vec<_> = town.homes.iter().map(|home| home.at).collect();
/// let spaces: Vec<_> = town.spaces.iter().map(|space| space.at).collect();
/// let travel = TravelMatrix::from_points(&homes, &spaces, Metric::Euclidean, None)?;
/// let model = PMedian::new(travel, vec![1.0; homes.len()]).p(5);
/// let plan = model.solve(&SolveOptions::default().time_limit(Duration::ZERO))?; // the first that is found
/// assert_eq!((plan.limit, plan.is_optimal()), (Some(Limit::Time), false));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Limit {
    /// The time limit.
    Time,
    /// The gap that was asked for was reached.
    Gap,
    /// Somebody cancelled it.
    Interrupt,
    /// The solver's model would have taken more memory than allowed.
    Memory,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Time => "time",
            Self::Gap => "gap",
            Self::Interrupt => "interrupt",
            Self::Memory => "memory",
        })
    }
}

/// A checked plan with a bound on how much better any other could be.
///
/// Indices refer to the travel matrix; [`Solution::site_ids`] and [`Solution::demand_ids`] give the names. All figures
/// were recomputed from the data by [`check`](super::check()) before the solution left the library.
///
/// # Example
///
/// ```
/// use siting::{MaxCover, Metric, SolveOptions, TravelMatrix};
///
/// let travel = TravelMatrix::from_points(&[[0.0, 0.0], [9.0, 0.0]], &[[1.0, 0.0]], Metric::Euclidean, Some(5.0))?;
/// let solution = MaxCover::new(travel, [30.0, 10.0]).p(1).solve(&SolveOptions::default())?;
///
/// assert_eq!(solution.covered_share, 0.75);
/// assert_eq!(solution.assignment, vec![Some(0), None]);
/// assert_eq!(solution.gap, Some(0.0));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Solution {
    /// Name of the model: "max-cover", ...
    pub model: String,
    /// Whether the objective was to grow or to shrink.
    pub sense: Sense,
    /// How it was solved.
    pub method: Method,
    /// The solver that proofs were asked of; `None` for the heuristic.
    pub backend: Option<Backend>,
    /// Whether the plan is proven optimal.
    pub status: Status,
    /// What stopped the solve, if anything did.
    pub limit: Option<Limit>,
    /// Objective of the plan.
    pub objective: f64,
    /// No plan can be better than this; `None` when nothing was proven.
    pub bound: Option<f64>,
    /// |bound - objective| / |objective|; 0 for a proven optimum, `None` without a bound or when the objective is 0.
    pub gap: Option<f64>,
    /// Wall-clock seconds of the whole solve.
    pub seconds: f64,
    /// Branch-and-bound nodes of the solver.
    pub nodes: u64,
    /// Indices of the open sites, existing ones included, ascending.
    pub sites: Vec<u32>,
    /// For each demand point the site that serves it (most of it where demand is split); `None` where unserved.
    pub assignment: Vec<Option<u32>>,
    /// The shares, where demand is split between sites.
    pub flows: Option<Vec<Flow>>,
    /// Weight of the demand points that are served.
    pub covered_weight: f64,
    /// Weight of all demand points.
    pub total_weight: f64,
    /// `covered_weight / total_weight`; 0 when there is no weight at all.
    pub covered_share: f64,
    /// Mean cost of those served, weighted; `None` when nobody is, or where costs are not known.
    pub mean_cost: Option<f64>,
    /// Largest cost of anyone served with a weight above zero; `None` when nobody is, or where costs are not known.
    pub max_cost: Option<f64>,
    /// Names of the demand points.
    pub demand_ids: Ids,
    /// Names of all sites.
    pub site_ids: Ids,
}

impl Solution {
    /// Whether the plan is proven optimal.
    #[must_use]
    pub fn is_optimal(&self) -> bool {
        self.status == Status::Optimal
    }

    /// Names of the open sites, in the order of `sites`.
    #[must_use]
    pub fn site_names(&self) -> Vec<Id> {
        self.sites.iter().filter_map(|&j| self.site_ids.get(j as usize)).collect()
    }
}

/// What is proven about the plan that a solve returns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Proof {
    pub bound: Option<f64>,
    pub limit: Option<Limit>,
    pub nodes: u64,
    pub backend: Option<Backend>,
}

/// Relative difference below which two sums of the same numbers are equal: the precision of the arithmetic, not a
/// tolerance on optimality.
pub(crate) const PRECISION: f64 = 1e-9;

/// |bound - objective| / |objective|, with differences below [`PRECISION`] taken as none.
pub(crate) fn relative_gap(objective: f64, bound: f64) -> f64 {
    if !objective.is_finite() || !bound.is_finite() {
        return f64::INFINITY;
    }
    let difference = (bound - objective).abs();
    if difference <= PRECISION * objective.abs().max(bound.abs()) {
        return 0.0;
    }
    if objective == 0.0 { f64::INFINITY } else { difference / objective.abs() }
}
