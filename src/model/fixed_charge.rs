//! Fixed charge: the least sum of opening and walking costs; the number of sites follows.
//!
//! The uncapacitated facility location problem (UFLP) of Balinski (1965), "Integer programming: methods, uses,
//! computation", Management Science 12, and with capacities the CFLP:
//!
//! ```text
//! min  Σ_j f_j y_j + Σ_ij w_i c_ij x_ij
//! s.t. Σ_j x_ij = 1,  x_ij ≤ y_j
//!      L_j y_j ≤ Σ_i d_i x_ij ≤ κ_j y_j  where capacities κ or minimum uses L are given
//!      Σ_j y_j = p,  Σ_j f_j y_j ≤ B     where asked
//!      y_j ∈ {0, 1},  x_ij ≥ 0           x_ij ∈ {0, 1} when demand points must not split
//! ```
//!
//! f_j and w_i c_ij must be in the same unit (money). Existing sites are open free of charge.

use std::sync::Arc;

use super::p_median::walking;
use super::plan::{check_unlimited, open_set};
use super::units::{Rescaled, Units, rescaled_fields, walking_size};
use super::{Capacity, Model, Plan, Rules, Sense, capacity_setters, check_products, check_weights, rule_setters};
use crate::error::Error;
use crate::travel::TravelMatrix;

/// Minimises opening plus walking costs.
///
/// # Example
///
/// ```
/// use ndarray::array;
/// use siting::{FixedCharge, SolveOptions, TravelMatrix};
///
/// let travel = TravelMatrix::from_dense(array![[0.0, 9.0], [9.0, 0.0]].view())?;
/// let dear = FixedCharge::new(travel.clone(), [1.0, 1.0], [20.0, 10.0]).solve(&SolveOptions::default())?;
/// assert_eq!((dear.sites, dear.objective), (vec![1], 19.0));
/// let cheap = FixedCharge::new(travel, [1.0, 1.0], [8.0, 8.0]).solve(&SolveOptions::default())?;
/// assert_eq!((cheap.sites, cheap.objective), (vec![0, 1], 16.0));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct FixedCharge {
    travel: Arc<TravelMatrix>,
    weights: Vec<f64>,
    rules: Rules,
    capacity: Capacity,
}

impl FixedCharge {
    /// A model over a travel matrix with one weight per demand point and one opening cost per site.
    #[must_use]
    pub fn new(
        travel: impl Into<Arc<TravelMatrix>>,
        weights: impl Into<Vec<f64>>,
        site_costs: impl Into<Vec<f64>>,
    ) -> Self {
        let rules = Rules { site_costs: Some(site_costs.into()), ..Rules::default() };
        Self { travel: travel.into(), weights: weights.into(), rules, capacity: Capacity::default() }
    }

    rule_setters!(p, budget, required, forbidden, existing, closing_costs);
    capacity_setters!(capacities, demands, min_use, single_source, assignment);
}

impl Model for FixedCharge {
    const NAME: &'static str = "fixed-charge";
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
        self.rules.validate(self.travel.n_sites())?;
        check_products(&self.weights, &self.travel, self.rules.all_costs())?;
        self.capacity.validate(self.travel.n_demand(), self.travel.n_sites())
    }

    fn evaluate(&self, open: &[u32]) -> Result<Plan, Error> {
        self.validate()?;
        check_unlimited(&self.capacity)?;
        let sites = open_set(open, self.travel.n_sites())?;
        let money = self.rules.by_site(self.travel.n_sites())?.money(&sites);
        let mut plan = walking(&self.travel, &self.weights, sites)?;
        plan.objective += money;
        Ok(plan)
    }
}

impl Rescaled for FixedCharge {
    fn units(&self, best: Option<f64>) -> Units {
        // Opening and walking add up: they share one unit.
        let both = walking_size(self, &self.weights).with(self.rules.size_of_costs(self.travel.n_sites()));
        let best = best.filter(|_| self.capacity.is_unlimited()).map(|best| best + self.rules.freed());
        let power = both.split_by(&self.capacity).up_to(best).power_of_products(&self.weights);
        Units { weight: power, money: power, capacity: self.capacity.power(&self.weights), objective: power }
    }

    rescaled_fields!();

    fn dearest(&self, best: Option<f64>) -> f64 {
        let most = best.map_or(f64::INFINITY, |best| best.max(0.0) * (1.0 + 1e-9) + self.rules.freed());
        most.min(self.rules.spending(self.travel.n_sites()))
    }
}
