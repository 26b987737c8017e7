//! A plan: which sites are open, and who is served where.

use serde::{Deserialize, Serialize};

use super::{Capacity, Reach};
use crate::error::Error;
use crate::travel::TravelMatrix;

/// The share of a demand point that one site serves.
///
/// # Example
///
/// ```
/// use siting::{Flow, PMedian, SolveOptions, TravelMatrix};
/// let travel = TravelMatrix::from_pairs(1, 2, &[(0, 0, 1.0), (0, 1, 3.0)])?;
/// let model = PMedian::new(travel, [10.0]).p(2).capacities([5.0, 20.0]);
/// let half = |site| Flow { demand: 0, site, share: 0.5 };
/// assert_eq!(model.solve(&SolveOptions::default())?.flows, Some(vec![half(0), half(1)]));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Index of the demand point.
    pub demand: u32,
    /// Index of the site.
    pub site: u32,
    /// Share of the demand point's demand, above 0 and at most 1.
    pub share: f64,
}

/// Open sites, who is served by which, and what that is worth.
///
/// # Example
///
/// ```
/// use siting::{MaxCover, Metric, Model, TravelMatrix};
/// let travel = TravelMatrix::from_points(&[[0.0, 0.0], [9.0, 0.0]], &[[1.0, 0.0]], Metric::Euclidean, Some(5.0))?;
/// let plan = MaxCover::new(travel, [30.0, 10.0]).p(1).evaluate(&[0])?;
/// assert_eq!((plan.objective, plan.assignment), (30.0, vec![Some(0), None]));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Indices of all open sites, existing ones included, ascending.
    pub sites: Vec<u32>,
    /// For each demand point the site that serves it (most of it where demand is split); `None` where unserved.
    pub assignment: Vec<Option<u32>>,
    /// The shares, where demand is split between sites; ordered by demand point and site.
    pub flows: Option<Vec<Flow>>,
    /// The objective of the model.
    pub objective: f64,
}

/// Sorts a set of open sites and refuses strangers and repetitions.
pub(crate) fn open_set(open: &[u32], n_sites: usize) -> Result<Vec<u32>, Error> {
    let mut first = vec![None; n_sites];
    for (position, &site) in open.iter().enumerate() {
        let index = site as usize;
        match first.get_mut(index) {
            None => {
                return Err(Error::IndexOutOfBounds {
                    argument: "open",
                    position,
                    index,
                    len: n_sites,
                    counted: "sites",
                });
            }
            Some(Some(first)) => {
                return Err(Error::Duplicate {
                    argument: "open",
                    value: format!("site {index}"),
                    first: *first,
                    second: position,
                });
            }
            Some(slot) => *slot = Some(position),
        }
    }
    let mut sorted = open.to_vec();
    sorted.sort_unstable();
    Ok(sorted)
}

/// For each demand point its nearest open site within reach (of equally near ones the first) and the cost.
pub(crate) fn nearest_open(travel: &TravelMatrix, reach: &Reach, open: &[u32]) -> Vec<Option<(u32, f64)>> {
    let mut is_open = vec![false; travel.n_sites()];
    for &j in open {
        is_open[j as usize] = true;
    }
    (0..travel.n_demand())
        .map(|i| {
            let mut best: Option<(u32, f64)> = None;
            for (j, cost) in reach.sites(travel, i) {
                if is_open[j as usize] && best.is_none_or(|(_, least)| cost < least) {
                    best = Some((j, cost));
                }
            }
            best
        })
        .collect()
}

/// Refuses to evaluate open sites alone where capacities decide who is served.
pub(crate) fn check_unlimited(capacity: &Capacity) -> Result<(), Error> {
    if capacity.is_unlimited() {
        return Ok(());
    }
    Err(Error::Unavailable {
        argument: "evaluate",
        value: "open sites alone".into(),
        reason:
            "capacities and minimum use decide who is served; solve with these sites as required and p as their number"
                .into(),
    })
}
