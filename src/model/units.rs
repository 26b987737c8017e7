//! Units that suit the search: a problem in grams and the same problem in tonnes have the same plan.
//!
//! Solvers and engines compare with absolute tolerances of about 1e-6, which swallow budgets of 1e-7 and choke on weights
//! of 1e12. So weights, money and capacities whose size does not suit them are searched in other units. Those are powers
//! of two: nothing is rounded on the way there and back.

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
    /// The units that suit the search for a plan better than one of objective `best`, where one is known.
    fn units(&self, best: Option<f64>) -> Units;

    /// The same model in other units.
    fn in_units(&self, units: &Units) -> Self;

    /// The same model with other rules.
    fn with_rules(&self, rules: Rules) -> Self;

    /// The most that opening or closing one site may cost in a plan that is better than one of objective `best`.
    fn dearest(&self, _best: Option<f64>) -> f64 {
        self.rules().spending(self.travel().n_sites())
    }

    /// The same model without the choices that cost more than any better plan does; `None` when there are none.
    ///
    /// Prohibitive costs, such as 1e12 for "not here", would set the unit and drown all others.
    fn focused(&self, best: Option<f64>) -> Option<Self> {
        let rules = self.rules().without_dearer(self.travel().n_sites(), self.dearest(best))?;
        Some(self.with_rules(rules))
    }
}

/// Figures whose largest has a binary exponent up to this stay as they are, products of two figures up to the second.
const LARGE: i32 = 33;
const LARGE_PRODUCT: i32 = 43;
/// Whole figures are exact from 1 on; others need digits below the solvers' tolerances.
const SMALL: i32 = 10;
/// Other figures are brought here.
const SUITABLE: i32 = 14;
/// Exponents of weights stay within this range, sums of them within that of numbers.
const WIDEST: i32 = 900;

/// A value times a power of two; what no number can hold ends at a very large one.
pub(crate) fn times_power(value: f64, power: i32) -> f64 {
    // Two steps reach every number from every other one.
    let half = power / 2;
    let scaled = value * 2_f64.powi(half) * 2_f64.powi(power - half);
    if value.is_finite() && scaled.is_infinite() { 1e290_f64.copysign(value) } else { scaled }
}

pub(super) fn all_times_power(values: &[f64], power: i32) -> Vec<f64> {
    values.iter().map(|&value| times_power(value, power)).collect()
}

/// The size of some figures: the largest, and whether all are whole numbers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Size {
    exponent: Option<i32>,
    whole: bool,
}

impl Size {
    /// The size of the figures that are finite.
    pub fn of<'a>(values: impl IntoIterator<Item = &'a f64>) -> Self {
        let (mut largest, mut whole) = (0.0_f64, true);
        for value in values.into_iter().filter(|value| value.is_finite()) {
            largest = largest.max(value.abs());
            whole &= value.fract() == 0.0;
        }
        Self { exponent: exponent(largest), whole }
    }

    /// The same for figures that capacities may split: sums of their parts are not whole.
    pub fn split_by(self, capacity: &Capacity) -> Self {
        Self { whole: self.whole && (capacity.is_unlimited() || capacity.single_source), ..self }
    }

    /// The size of both together.
    pub fn with(self, other: Self) -> Self {
        Self { exponent: self.exponent.max(other.exponent), whole: self.whole && other.whole }
    }

    /// The same with nothing above `most`, if that is known and above 0.
    pub fn up_to(self, most: Option<f64>) -> Self {
        let most = most.and_then(exponent);
        Self { exponent: self.exponent.map(|exponent| most.map_or(exponent, |most| exponent.min(most))), ..self }
    }

    /// The power that brings such figures to a suitable size; 0 when they are.
    pub fn power(self) -> i32 {
        self.power_below(LARGE)
    }

    /// The same for weights times costs. The weights stay numbers.
    pub fn power_of_products(self, weights: &[f64]) -> i32 {
        let weight = Self::of(weights).exponent.unwrap_or(0);
        self.power_below(LARGE_PRODUCT).clamp((-WIDEST).max(-WIDEST - weight), WIDEST.min(WIDEST - weight))
    }

    fn power_below(self, large: i32) -> i32 {
        let small = if self.whole { 0 } else { SMALL };
        self.exponent.filter(|exponent| !(small..=large).contains(exponent)).map_or(0, |exponent| SUITABLE - exponent)
    }
}

/// The exponent of the power of two below a number; `None` of 0.
fn exponent(value: f64) -> Option<i32> {
    // From -1074 to 1023: the conversion is exact.
    #[allow(clippy::cast_possible_truncation, reason = "exponents of numbers are small")]
    let exponent = value.log2().floor() as i32;
    (value > 0.0 && value.is_finite()).then_some(exponent)
}

/// The size of weights times travel costs.
pub(super) fn walking_size<M: Model>(model: &M, weights: &[f64]) -> Size {
    let pairs = weights.iter().zip(super::farthest(model.travel()));
    let sums = pairs.filter_map(|(&weight, cost)| Some(exponent(weight)? + exponent(cost)?));
    let whole = Size::of(weights).whole && Size::of(model.travel().csr().2).whole;
    Size { exponent: sums.max(), whole }
}

/// The power of two that brings the figures of a constraint to a suitable size; 0 when they are.
pub(crate) fn power_of_row(largest: f64) -> i32 {
    Size { exponent: exponent(largest), whole: false }.power()
}

impl Rules {
    /// What closing existing sites can free.
    pub(super) fn freed(&self) -> f64 {
        self.closing_costs.iter().flatten().filter(|cost| **cost < 0.0).map(|cost| -cost).sum()
    }

    /// All that can be spent: the budget and what closing frees; infinity without a budget.
    pub(super) fn spending(&self, n_sites: usize) -> f64 {
        let (Some(budget), Ok(by_site)) = (self.budget, self.by_site(n_sites)) else { return f64::INFINITY };
        by_site.spendable(budget) + self.freed()
    }

    /// The same rules with the sites forbidden that cost more than `most` to open, and those kept that cost more to close;
    /// `None` when there are none.
    fn without_dearer(&self, n_sites: usize, most: f64) -> Option<Self> {
        let by_site = self.by_site(n_sites).ok()?;
        let dear = (0_u32..).zip(by_site.state.iter().zip(&by_site.cost));
        let dear: Vec<u32> =
            dear.filter(|(_, (state, cost))| **state == SiteState::Free && **cost > most).map(|(j, _)| j).collect();
        let keeps = |cost: f64| if cost > most { f64::INFINITY } else { cost };
        let kept = self.closing_costs.as_ref().map(|costs| costs.iter().map(|&cost| keeps(cost)).collect());
        if dear.is_empty() && kept == self.closing_costs {
            return None;
        }
        let forbidden = self.forbidden.iter().copied().chain(dear).collect();
        Some(Self { forbidden, closing_costs: kept, ..self.clone() })
    }

    /// The size of what opening and closing costs, as far as it may happen.
    pub(super) fn size_of_costs(&self, n_sites: usize) -> Size {
        let Ok(by_site) = self.by_site(n_sites) else { return Size::of([]) };
        let costs = by_site.state.iter().zip(&by_site.cost).filter(|(state, _)| state.may_open());
        Size::of(costs.map(|(_, cost)| cost))
    }

    /// The power for money that a budget limits: by what can be spent, or by the largest cost where nothing can.
    pub(super) fn power_of_money(&self, n_sites: usize) -> i32 {
        let Some(budget) = self.budget else { return 0 };
        let spending = budget + self.freed();
        self.size_of_costs(n_sites).with(Size::of([&budget])).up_to(Some(spending)).power()
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
        if self.is_unlimited() {
            return 0;
        }
        let demands = Size::of(self.demands.as_deref().unwrap_or(weights));
        // Where nobody takes anything up, the minimum uses are what cannot be met.
        let size = if demands.exponent.is_none() { Size::of(self.min_use.iter().flatten()) } else { demands };
        size.power()
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

/// The methods of [`Rescaled`] for models with weights, rules and capacities in fields of these names.
macro_rules! rescaled_fields {
    () => {
        fn in_units(&self, units: &crate::model::Units) -> Self {
            Self {
                weights: crate::model::units::all_times_power(&self.weights, units.weight),
                rules: self.rules.in_units(units, self.travel.n_sites()),
                capacity: self.capacity.in_units(units, &self.weights),
                ..self.clone()
            }
        }

        fn with_rules(&self, rules: crate::model::Rules) -> Self {
            Self { rules, ..self.clone() }
        }
    };
}
pub(super) use rescaled_fields;

/// The methods of [`Rescaled`] for models of which only the money has a unit that matters to the search.
macro_rules! rescaled_rules {
    () => {
        fn units(&self, _best: Option<f64>) -> crate::model::Units {
            let money = self.rules.power_of_money(self.travel.n_sites());
            crate::model::Units { money, ..crate::model::Units::default() }
        }

        fn in_units(&self, units: &crate::model::Units) -> Self {
            self.with_rules(self.rules.in_units(units, self.travel.n_sites()))
        }

        fn with_rules(&self, rules: crate::model::Rules) -> Self {
            Self { rules, ..self.clone() }
        }
    };
}
pub(super) use rescaled_rules;
