//! The p-median: the least total walking with p sites.
//!
//! Hakimi (1964), "Optimum locations of switching centers", Operations Research 12; formulated by ReVelle and Swain (1970):
//!
//! ```text
//! min  Σ_ij w_i c_ij x_ij
//! s.t. Σ_j x_ij = 1                      everyone is served
//!      x_ij ≤ y_j                        by open sites
//!      Σ_j y_j = p   and/or   Σ_j f_j y_j ≤ B
//!      y_j ∈ {0, 1},  x_ij ≥ 0
//! ```
//!
//! With capacities, Σ_i d_i x_ij ≤ κ_j y_j; x_ij ∈ {0, 1} when demand points must not split; with closest assignment
//! x_ij ≤ 1 − y_k for every site k nearer to i than j.
//!
//! Every demand point must be served, those of weight zero too; pairs that the travel matrix does not hold cannot serve.

use std::sync::Arc;

use super::plan::{check_unlimited, nearest_open, open_set};
use super::units::{Rescaled, Units, rescaled_fields, walking_size};
use super::{
    Capacity, Model, Plan, Reach, Rules, Sense, capacity_setters, check_p_or_budget, check_products, check_weights,
    rule_setters,
};
use crate::error::Error;
use crate::travel::TravelMatrix;

/// Minimises the weighted walking cost with `p` sites, or within a budget.
///
/// # Example
///
/// ```
/// use ndarray::array;
/// use siting::{PMedian, SolveOptions, TravelMatrix};
///
/// let travel = TravelMatrix::from_dense(array![[0.0, 9.0, 4.0], [9.0, 0.0, 4.0], [8.0, 8.0, 0.0]].view())?;
/// let solution = PMedian::new(travel, [1.0, 1.0, 5.0]).p(1).solve(&SolveOptions::default())?;
///
/// assert_eq!(solution.sites, vec![2]);
/// assert_eq!(solution.objective, 8.0);
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PMedian {
    travel: Arc<TravelMatrix>,
    weights: Vec<f64>,
    rules: Rules,
    capacity: Capacity,
}

impl PMedian {
    /// A model over a travel matrix with one weight (people) per demand point. Give `p` or a `budget` as well.
    #[must_use]
    pub fn new(travel: impl Into<Arc<TravelMatrix>>, weights: impl Into<Vec<f64>>) -> Self {
        Self { travel: travel.into(), weights: weights.into(), rules: Rules::default(), capacity: Capacity::default() }
    }

    rule_setters!(p, budget, site_costs, required, forbidden, existing, closing_costs);
    capacity_setters!(capacities, demands, single_source, assignment);
}

impl Model for PMedian {
    const NAME: &'static str = "p-median";
    const SENSE: Sense = Sense::Minimize;

    fn travel(&self) -> &TravelMatrix {
        &self.travel
    }

    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn weights(&self) -> Option<&[f64]> {
        Some(&self.weights)
    }

    fn capacity(&self) -> Option<&Capacity> {
        Some(&self.capacity)
    }

    fn validate(&self) -> Result<(), Error> {
        check_weights(&self.weights, &self.travel)?;
        check_products(&self.weights, &self.travel, 0.0)?;
        check_p_or_budget(&self.rules)?;
        self.rules.validate(self.travel.n_sites())?;
        self.capacity.validate(self.travel.n_demand(), self.travel.n_sites())
    }

    fn evaluate(&self, open: &[u32]) -> Result<Plan, Error> {
        self.validate()?;
        check_unlimited(&self.capacity)?;
        let sites = open_set(open, self.travel.n_sites())?;
        walking(&self.travel, &self.weights, sites)
    }
}

/// Serves everyone at the nearest open site and adds up the weighted cost.
pub(crate) fn walking(travel: &TravelMatrix, weights: &[f64], sites: Vec<u32>) -> Result<Plan, Error> {
    let nearest = nearest_open(travel, &Reach::All, &sites);
    let unserved: Vec<u32> = (0_u32..).zip(&nearest).filter(|(_, near)| near.is_none()).map(|(i, _)| i).collect();
    if let Some(name) = unserved.first().and_then(|&first| travel.demand_ids().get(first as usize)) {
        return Err(Error::Conflict {
            argument: "open",
            other: "travel",
            reason: match unserved.len() {
                1 => format!("demand point {name} reaches no open site"),
                count => format!("{count} demand points reach no open site, the first is {name}"),
            },
        });
    }
    let objective = nearest.iter().zip(weights).filter_map(|(near, weight)| near.map(|(_, cost)| weight * cost)).sum();
    let assignment = nearest.iter().map(|near| near.map(|(j, _)| j)).collect();
    Ok(Plan { sites, assignment, flows: None, objective })
}

impl Rescaled for PMedian {
    fn units(&self, best: Option<f64>) -> Units {
        // Without capacities nobody walks more than a known plan costs in all.
        let best = best.filter(|_| self.capacity.is_unlimited());
        let weight =
            walking_size(self, &self.weights).split_by(&self.capacity).up_to(best).power_of_products(&self.weights);
        let money = self.rules.power_of_money(self.travel.n_sites());
        Units { weight, money, capacity: self.capacity.power(&self.weights), objective: weight }
    }

    rescaled_fields!();
}
