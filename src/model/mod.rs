//! The siting models: what is decided, on which data, and what a set of open sites is worth.
//!
//! | model | decides | source |
//! | --- | --- | --- |
//! | [`MaxCover`] | `p` sites, or those a budget buys, that cover the most weight | Church and ReVelle 1974 |
//! | [`SetCover`] | the cheapest sites that cover everyone, or a share | Toregas et al. 1971 |
//! | [`PMedian`] | `p` sites with the least weighted walking | Hakimi 1964 |
//! | [`PCenter`] | `p` sites with the shortest longest walk | Hakimi 1965 |
//! | [`PDispersion`] | `p` sites as far from each other as possible | Kuby 1987 |
//! | [`FixedCharge`] | the sites with the least opening plus walking cost | Balinski 1965 |
//!
//! Notation, the same in every module: demand points i with weight w_i, candidate sites j, cost c_ij, y_j = 1 if site j
//! is open, x_ij the share of i served by j, r the radius, N_i(r) the sites within r of i, f_j the cost of site j.

mod capacity;
mod fixed_charge;
mod max_cover;
mod merged;
mod p_center;
mod p_dispersion;
mod p_median;
mod plan;
mod point_median;
mod reach;
mod rules;
mod set_cover;
mod units;

pub use capacity::{Assignment, Capacity};
pub use fixed_charge::FixedCharge;
pub use max_cover::MaxCover;
pub use p_center::PCenter;
pub use p_dispersion::PDispersion;
pub use p_median::PMedian;
pub use plan::{Flow, Plan};
pub use point_median::PointMedian;
pub use reach::Reach;
pub use rules::{Rules, SiteRules, SiteState};
pub use set_cover::SetCover;

use crate::error::Error;
use crate::travel::TravelMatrix;

pub(crate) use capacity::capacity_setters;
pub(crate) use max_cover::covering_sites;
pub(crate) use plan::nearest_open;
pub(crate) use reach::reach_setters;
pub(crate) use rules::rule_setters;
pub(crate) use units::{Rescaled, Units, power_of_row, times_power};

/// Whether the objective is to grow or to shrink.
///
/// # Example
///
/// ```
/// use siting::Sense;
/// assert!(Sense::Maximize.better(3.0, 2.0));
/// assert!(Sense::Minimize.better(2.0, 3.0));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sense {
    /// More is better.
    Maximize,
    /// Less is better.
    Minimize,
}

impl Sense {
    /// Whether objective `a` is better than `b`.
    #[must_use]
    pub fn better(self, a: f64, b: f64) -> bool {
        match self {
            Self::Maximize => a > b,
            Self::Minimize => a < b,
        }
    }
}

/// What all siting models have in common.
///
/// # Example
///
/// ```
/// use siting::{Metric, Model, PCenter, PMedian, TravelMatrix};
///
/// /// What the first site alone is worth, whatever the model.
/// fn first_alone<M: Model>(model: &M) -> Result<f64, siting::Error> {
///     Ok(model.evaluate(&[0])?.objective)
/// }
///
/// let travel = TravelMatrix::from_points(&[[0.0, 0.0], [3.0, 0.0]], &[[1.0, 0.0]], Metric::Euclidean, None)?;
/// assert_eq!(first_alone(&PMedian::new(travel.clone(), [5.0, 1.0]).p(1))?, 7.0);
/// assert_eq!(first_alone(&PCenter::new(travel).p(1))?, 2.0);
/// # Ok::<(), siting::Error>(())
/// ```
pub trait Model {
    /// The model's name: "max-cover", "p-median", ...
    const NAME: &'static str;
    /// Whether the objective grows or shrinks.
    const SENSE: Sense;

    /// The travel matrix.
    fn travel(&self) -> &TravelMatrix;

    /// The rules on sites.
    fn rules(&self) -> &Rules;

    /// The weight of each demand point; `None` where the model has no weights (all count 1).
    fn weights(&self) -> Option<&[f64]>;

    /// The radius of covering; [`Reach::All`] for models without.
    fn reach(&self) -> &Reach {
        &Reach::All
    }

    /// The capacities; `None` for models without.
    fn capacity(&self) -> Option<&Capacity> {
        None
    }

    /// Whether the costs of the travel matrix are what it costs to walk; not where only who reaches whom is known.
    fn has_costs(&self) -> bool {
        true
    }

    /// Checks all data of the model.
    ///
    /// # Errors
    ///
    /// An [`Error`] with [`Error::is_input`] that names the argument, the index and the value.
    fn validate(&self) -> Result<(), Error>;

    /// What a set of open sites is worth, each demand point being served by its nearest open site.
    ///
    /// `open` holds the indices of all open sites, existing ones included, in any order. The rules on sites (p, budget,
    /// required, ...) are not asked here: any set can be compared.
    ///
    /// # Errors
    ///
    /// [`Error::IndexOutOfBounds`], [`Error::Duplicate`]; [`Error::Unavailable`] where capacities decide who is served:
    /// solve with `required` sites and `p` instead; errors of the model's own where the set leaves someone unserved who must be.
    fn evaluate(&self, open: &[u32]) -> Result<Plan, Error>;
}

/// The weights, with 1 for each demand point where a model has none.
pub(crate) fn weights_of<M: Model + ?Sized>(model: &M) -> std::borrow::Cow<'_, [f64]> {
    match model.weights() {
        Some(weights) => weights.into(),
        None => vec![1.0; model.travel().n_demand()].into(),
    }
}

/// Checks the weights of a model.
pub(crate) fn check_weights(weights: &[f64], travel: &TravelMatrix) -> Result<(), Error> {
    crate::error::check_length("weights", weights.len(), travel.n_demand(), "one per demand point")?;
    crate::error::check_non_negative("weights", weights)
}

/// The cost of the farthest site that each demand point reaches; 0 where it reaches none.
pub(crate) fn farthest(travel: &TravelMatrix) -> impl Iterator<Item = f64> + '_ {
    let (start, _, cost) = travel.csr();
    start.windows(2).map(move |ends| cost[ends[0]..ends[1]].iter().copied().fold(0.0, f64::max))
}

/// Refuses weights and travel costs whose products add up to more than a number can hold, `money` included.
pub(crate) fn check_products(weights: &[f64], travel: &TravelMatrix, money: f64) -> Result<(), Error> {
    let walking: f64 = weights.iter().zip(farthest(travel)).map(|(weight, cost)| weight * cost).sum();
    // With room for what engines add up on the way.
    if (4.0 * (walking + money)).is_finite() {
        return Ok(());
    }
    let (index, value) =
        (0..).zip(weights).fold((0, 0.0), |most, (i, &weight)| if weight > most.1 { (i, weight) } else { most });
    let reason = "weights times travel costs add up to more than a number can hold; use larger units";
    Err(Error::OutOfRange { argument: "weights", index, value, reason })
}

/// Refuses models that need `p` or a budget and have neither.
pub(crate) fn check_p_or_budget(rules: &Rules) -> Result<(), Error> {
    if rules.p.is_none() && rules.budget.is_none() {
        return Err(Error::Missing { argument: "p", reason: "give p, the number of sites to open, or a budget" });
    }
    Ok(())
}
