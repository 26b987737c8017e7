//! The check of a plan against the programme: the last gate before it leaves the library.
//!
//! Nothing here knows how a plan was found. Every rule is looked at again from its definition, the objective is added up
//! anew, and the first disagreement is reported.

mod aims;
mod facilities;
mod positions;
mod quotas;
mod served;
mod spaces;
mod spending;

use super::{Change, Fitout, PlanRules, Served, ServicePlan};
use crate::error::Error;
use crate::model::Sense;
use crate::service::Programme;
use crate::solve::{PRECISION, Status, relative_gap};

/// Tolerance on shares, areas and capacities, relative to one or to the capacity: that of linear programming.
const TOLERANCE: f64 = 1e-6;

impl Programme {
    /// Checks a plan against the programme: every rule of services, spaces, facilities, pairs and of the plan itself, its
    /// lists, its objective and its bound.
    ///
    /// The library does this before it returns any plan; call it for plans that were stored, edited or made elsewhere.
    /// Shares, areas and capacities hold to a millionth, money to a billionth of what can be spent.
    ///
    /// # Errors
    ///
    /// [`Error::Unverified`] with the first rule or figure that does not hold; those of [`Programme::validate`] and
    /// [`PlanRules::validate`].
    ///
    /// # Example
    ///
    /// ```
    /// use siting::service::{
    ///     Demand, Fitout, Host, Module, PlanRules, Programme, Served, Service, ServicePlan, Size, Space,
    /// };
    /// use siting::{Method, Status, TravelMatrix};
    ///
    /// let canteen = Service::new("canteen", 900.0)
    ///     .need("elders", 0.5)
    ///     .module(Module::new("small", 135.0, 60.0).capital_cost(240_000.0));
    /// let demand = Demand::new([500.0, 300.0]).group("elders", [100.0, 80.0]);
    /// let walks = TravelMatrix::from_pairs(2, 1, &[(0, 0, 250.0), (1, 0, 700.0)])?;
    /// let programme =
    ///     Programme::new(demand, [canteen]).spaces([Space::new(150.0, "hall")]).travel_to_spaces(walks);
    ///
    /// // The canteen in the hall: 60 places for 50 elders next door and a quarter of the 40 farther away.
    /// let served = |demand, share| Served { service: 0, demand, host: Host::Space(0), share };
    /// let mut plan = ServicePlan {
    ///     rules: PlanRules::default().budget(250_000.0),
    ///     method: Method::Heuristic,
    ///     backend: None,
    ///     status: Status::Feasible,
    ///     limit: None,
    ///     objective: 60.0,
    ///     bound: None,
    ///     gap: None,
    ///     seconds: 0.0,
    ///     nodes: 0,
    ///     fitouts: vec![Fitout { space: 0, service: 0, size: Size::Module(0), slots: vec![] }],
    ///     facilities: vec![],
    ///     served: vec![served(0, 1.0), served(1, 0.25)],
    /// };
    /// programme.check(&plan)?;
    ///
    /// plan.served[1].share = 1.0;
    /// let error = programme.check(&plan).unwrap_err();
    /// assert!(error.to_string().contains("\"canteen\" in space 0 serves 90, more than its 60 places"));
    /// # Ok::<(), siting::Error>(())
    /// ```
    pub fn check(&self, plan: &ServicePlan) -> Result<(), Error> {
        self.validate()?;
        plan.rules.validate(self)?;
        let value = value(self, &plan.rules, &plan.fitouts, &plan.facilities, &plan.served)?;
        check_figures(plan, value)
    }
}

/// Checks every rule on the lists of a plan and gives its objective, added up anew. Programme and rules must be valid.
pub(crate) fn verify(
    programme: &Programme,
    rules: &PlanRules,
    fitouts: &[Fitout],
    facilities: &[Change],
    served: &[Served],
) -> Result<f64, Error> {
    let Value { objective, .. } = value(programme, rules, fitouts, facilities, served)?;
    if objective.is_finite() { Ok(objective) } else { unverified(format!("the objective is {objective}")) }
}

/// An objective that was added up.
#[derive(Clone, Copy)]
struct Value {
    objective: f64,
    /// The size of what was added: where it cancels, rounding is a part of this and not of the objective.
    size: f64,
}

fn value(
    programme: &Programme,
    rules: &PlanRules,
    fitouts: &[Fitout],
    facilities: &[Change],
    served: &[Served],
) -> Result<Value, Error> {
    positions::check(programme, fitouts, facilities, served)?;
    facilities::check(programme, facilities)?;
    spaces::check(programme, rules, fitouts)?;
    let money = spending::check(programme, rules, fitouts, facilities)?;
    quotas::check(programme, rules, fitouts, facilities)?;
    let needs = aims::needs(programme, rules)?;
    let walks = served::check(programme, &needs, fitouts, facilities, served)?;
    let aims = aims::Aims { programme, rules, needs: &needs, served, walks: &walks };
    aims.check()?;
    let (objective, rewards) = (aims.objective(&money), spaces::rewards(programme, fitouts));
    let objective = match rules.objective.sense() {
        Sense::Maximize => objective + rewards,
        Sense::Minimize => objective - rewards,
    };
    Ok(Value { objective, size: aims.size(&money) + rewards })
}

/// Whether a plan can be read: its lists speak of what a valid programme has and allows.
pub(super) fn sound(programme: &Programme, plan: &ServicePlan) -> Result<(), Error> {
    programme.validate()?;
    positions::check(programme, &plan.fitouts, &plan.facilities, &plan.served)?;
    facilities::check(programme, &plan.facilities)
}

/// The figures that a plan claims: objective, bound, gap, status and seconds.
fn check_figures(plan: &ServicePlan, value: Value) -> Result<(), Error> {
    let (Value { objective, size }, claimed) = (value, plan.objective);
    let finite = objective.is_finite() && claimed.is_finite() && size.is_finite();
    let rounding = PRECISION * size;
    // Long sums in another order differ by more than the last digit.
    if !finite || (objective - claimed).abs() > rounding.max(TOLERANCE * objective.abs().max(claimed.abs())) {
        return unverified(format!("the objective is {objective} by the programme, but {claimed} was claimed"));
    }
    if !(plan.seconds.is_finite() && plan.seconds >= 0.0) {
        return unverified(format!("the solve took {} seconds: a number of 0 or more is expected", plan.seconds));
    }
    let gap = match plan.bound {
        Some(bound) if !bound.is_finite() => return unverified(format!("the bound is {bound}: it must be finite")),
        Some(bound) => {
            let gap = relative_gap(claimed, bound);
            if plan.sense().better(claimed, bound) && gap > TOLERANCE && (claimed - bound).abs() > rounding {
                return unverified(format!("the objective {claimed} is better than its bound {bound}"));
            }
            Some(gap).filter(|gap| gap.is_finite())
        }
        None => None,
    };
    match (gap, plan.gap) {
        (Some(own), Some(told)) if (own - told).abs() <= TOLERANCE => {}
        (None, None) => {}
        (own, told) => {
            let shown = |gap: Option<f64>| gap.map_or_else(|| "none".into(), |gap| gap.to_string());
            let (own, told) = (shown(own), shown(told));
            return unverified(format!("the gap is {own} by objective and bound, but {told} was claimed"));
        }
    }
    if plan.status == Status::Optimal && gap.is_none_or(|gap| gap > TOLERANCE) {
        return unverified("the plan is called optimal, but objective and bound do not prove it".into());
    }
    Ok(())
}

/// Whether an amount is no more than a capacity, within the tolerance; what is not a number is not.
fn within(amount: f64, most: f64) -> bool {
    amount * (1.0 - TOLERANCE) <= most
}

/// Whether an amount is no less than what is asked, within the tolerance; what is not a number is not.
fn reaches(amount: f64, least: f64) -> bool {
    amount >= least * (1.0 - TOLERANCE)
}

fn unverified<T>(message: String) -> Result<T, Error> {
    Err(Error::Unverified(message))
}
