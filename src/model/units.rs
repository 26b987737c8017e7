//! Units that suit the search: a problem in grams and the same problem in tonnes have the same plan.
//!
//! Solvers and engines compare with absolute tolerances of about 1e-6, which swallow budgets of 1e-7 and choke on weights
//! of 1e12. So weights, money and capacities that are far from one are searched in units in which they are not. Units
//! are powers of two: nothing is rounded on the way there and back.

use super::{Capacity, Model, Rules, SiteState};

/// Powers of two by which the figures of a model are multiplied for the search; 0 leaves them as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Units {
    /// Power for the weights of the demand points.
    pub weight: i32,
    /// Power for the costs of sites and the budget.
    pub money: i32,
    /// Power for demands, capacities and minimum uses.
    pub capacity: i32,
    /// Power of the objective, which is that of the weights, of the money, or 0.
    pub objective: i32,
}

/// A model whose figures can be expressed in other units.
pub(crate) trait Rescaled: Model + Sized {
    /// The units that suit the search.
    fn units(&self) -> Units;

    /// The same model in other units.
    fn in_units(&self, units: &Units) -> Self;
}

/// Figures whose largest is from 1 up to this stay as they are; products of two such figures up to its square root more.
const LARGE: i32 = 33;
const LARGE_PRODUCT: i32 = 43;
/// Other figures are brought here.
const SUITABLE: i32 = 14;
/// Exponents of weights stay within this range, sums of them within that of numbers.
const WIDEST: i32 = 900;

/// A value times a power of two; what no number can hold ends at a very large one.
pub(crate) fn times_power(value: f64, power: i32) -> f64 {
    // Two steps reach every number from every other one.
    let half = power / 2;
    let scaled = value * 2_f64.powi(half) * 2_f64.powi(power - half);
    if value.is_finite() { scaled.clamp(-1e290, 1e290) } else { value }
}

pub(super) fn all_times_power(values: &[f64], power: i32) -> Vec<f64> {
    values.iter().map(|&value| times_power(value, power)).collect()
}

pub(super) fn largest<'a>(values: impl IntoIterator<Item = &'a f64>) -> f64 {
    values.into_iter().filter(|value| value.is_finite()).fold(0.0, |most: f64, value| most.max(value.abs()))
}

/// The exponent of a number above 0: that of the power of two below it.
fn exponent(value: f64) -> i32 {
    // From -1074 to 1023: the conversion is exact.
    #[allow(clippy::cast_possible_truncation, reason = "exponents of numbers are small")]
    let exponent = value.log2().floor() as i32;
    exponent
}

/// The power that brings figures of this exponent to a suitable size; 0 when they are.
fn power(exponent: i32, large: i32) -> i32 {
    if (0..=large).contains(&exponent) { 0 } else { SUITABLE - exponent }
}

pub(super) fn power_of(largest: f64) -> i32 {
    if largest > 0.0 { power(exponent(largest), LARGE) } else { 0 }
}

/// The power for a sum of weights times travel costs.
pub(super) fn power_of_walking<M: Model>(model: &M, weights: &[f64], other: f64) -> i32 {
    let pairs =
        weights.iter().zip(super::farthest(model.travel())).filter(|(weight, cost)| **weight > 0.0 && *cost > 0.0);
    let walking = pairs.map(|(&weight, cost)| exponent(weight) + exponent(cost)).max();
    let other = if other > 0.0 { Some(exponent(other)) } else { None };
    let Some(most) = walking.max(other) else { return 0 };
    let weight = largest(weights);
    let weight = if weight > 0.0 { exponent(weight) } else { 0 };
    power(most, LARGE_PRODUCT).clamp((-WIDEST).max(-WIDEST - weight), WIDEST.min(WIDEST - weight))
}

impl Rules {
    /// The largest cost of opening or closing a site.
    pub(super) fn largest_cost(&self) -> f64 {
        let ones: &[f64] = if self.site_costs.is_some() { &[] } else { &[1.0] };
        largest(ones.iter().chain(self.site_costs.iter().flatten()).chain(self.closing_costs.iter().flatten()))
    }

    /// The power for money that a budget limits: by what can be spent, or by the largest cost where nothing can.
    pub(super) fn power_of_money(&self, n_sites: usize) -> i32 {
        let (Some(budget), Ok(by_site)) = (self.budget, self.by_site(n_sites)) else { return 0 };
        let sites = || by_site.state.iter().zip(&by_site.cost);
        let freed: f64 =
            sites().filter(|(state, _)| **state == SiteState::Closable).map(|(_, cost)| cost.max(0.0)).sum();
        let all: f64 = sites().filter(|(state, _)| state.may_open()).map(|(_, cost)| cost.abs()).sum();
        let spent = (budget + freed).min(all);
        power_of(if spent > 0.0 { spent } else { self.largest_cost() })
    }

    pub(super) fn in_units(&self, units: &Units, n_sites: usize) -> Self {
        let power = units.money;
        if power == 0 {
            return self.clone();
        }
        let costs = match &self.site_costs {
            Some(costs) => all_times_power(costs, power),
            None => vec![times_power(1.0, power); n_sites],
        };
        Self {
            budget: self.budget.map(|budget| times_power(budget, power)),
            site_costs: Some(costs),
            closing_costs: self.closing_costs.as_ref().map(|costs| all_times_power(costs, power)),
            ..self.clone()
        }
    }
}

impl Capacity {
    /// The power for demands and capacities.
    pub(super) fn power(&self, weights: &[f64]) -> i32 {
        if self.is_unlimited() { 0 } else { power_of(largest(self.demands.as_deref().unwrap_or(weights))) }
    }

    pub(super) fn in_units(&self, units: &Units, weights: &[f64]) -> Self {
        if self.is_unlimited() || units.weight == 0 && units.capacity == 0 {
            return self.clone();
        }
        let scaled = |values: &Vec<f64>| all_times_power(values, units.capacity);
        Self {
            capacities: self.capacities.as_ref().map(scaled),
            // Demands that are the weights part from them here.
            demands: Some(all_times_power(self.demands.as_deref().unwrap_or(weights), units.capacity)),
            min_use: self.min_use.as_ref().map(scaled),
            ..self.clone()
        }
    }
}
