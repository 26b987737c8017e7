//! The p-center: the shortest longest walk with p sites.
//!
//! Hakimi (1965), "Optimum distribution of switching centers in a communication network", Operations Research 13:
//!
//! ```text
//! min  max_i w_i min_{j open} c_ij
//! s.t. Σ_j y_j = p   and/or   Σ_j f_j y_j ≤ B
//! ```
//!
//! The weights are optional (1 each); a demand point of weight zero asks only to be in reach of some open site.

use std::sync::Arc;

use super::p_median::walking;
use super::plan::open_set;
use super::units::{Rescaled, rescaled_rules};
use super::{Model, Plan, Rules, Sense, check_p_or_budget, check_products, check_weights, rule_setters};
use crate::error::Error;
use crate::travel::TravelMatrix;

/// Minimises the largest (weighted) cost of any demand point to its nearest site.
///
/// # Example
///
/// ```
/// use ndarray::array;
/// use siting::{PCenter, SolveOptions, TravelMatrix};
///
/// let travel = TravelMatrix::from_dense(array![[0.0, 9.0, 4.0], [9.0, 0.0, 5.0], [8.0, 8.0, 7.0]].view())?;
/// let solution = PCenter::new(travel).p(1).solve(&SolveOptions::default())?;
///
/// assert_eq!((solution.sites, solution.objective), (vec![2], 7.0));
/// # Ok::<(), siting::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct PCenter {
    travel: Arc<TravelMatrix>,
    weights: Option<Vec<f64>>,
    rules: Rules,
}

impl PCenter {
    /// A model over a travel matrix. Give `p` or a `budget` as well.
    #[must_use]
    pub fn new(travel: impl Into<Arc<TravelMatrix>>) -> Self {
        Self { travel: travel.into(), weights: None, rules: Rules::default() }
    }

    /// Multiplies the cost of each demand point by a weight; 1 each when not given.
    #[must_use]
    pub fn weights(mut self, weights: impl Into<Vec<f64>>) -> Self {
        self.weights = Some(weights.into());
        self
    }

    rule_setters!(p, budget, site_costs, required, forbidden, existing, closing_costs);
}

impl Model for PCenter {
    const NAME: &'static str = "p-center";
    const SENSE: Sense = Sense::Minimize;

    fn travel(&self) -> &TravelMatrix {
        &self.travel
    }

    fn rules(&self) -> &Rules {
        &self.rules
    }

    fn weights(&self) -> Option<&[f64]> {
        self.weights.as_deref()
    }

    fn validate(&self) -> Result<(), Error> {
        if let Some(weights) = &self.weights {
            check_weights(weights, &self.travel)?;
            check_products(weights, &self.travel, 0.0)?;
        }
        check_p_or_budget(&self.rules)?;
        self.rules.validate(self.travel.n_sites())
    }

    fn evaluate(&self, open: &[u32]) -> Result<Plan, Error> {
        self.validate()?;
        let sites = open_set(open, self.travel.n_sites())?;
        let weights = super::weights_of(self);
        let mut plan = walking(&self.travel, &weights, sites)?;
        plan.objective = 0.0;
        for (i, j) in (0_u32..).zip(&plan.assignment) {
            if let Some(cost) = j.and_then(|j| self.travel.cost(i, j)) {
                plan.objective = plan.objective.max(weights[i as usize] * cost);
            }
        }
        Ok(plan)
    }
}

impl Rescaled for PCenter {
    // The objective is one of the radii, which are compared as they are.
    rescaled_rules!();
}
