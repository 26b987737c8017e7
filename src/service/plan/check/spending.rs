//! Budget, subsidy and spaces that break even.

use super::unverified;
use crate::error::Error;
use crate::service::plan::money::open_slots;
use crate::service::{Change, Fitout, Money, PlanRules, Programme, Size};

/// Sums of money agree to a billionth of all that can be spent; the last digits are left to the sums themselves.
const ROUNDING: f64 = 1.001e-9;

/// Checks what a plan costs and gives it.
pub(super) fn check(
    programme: &Programme,
    rules: &PlanRules,
    fitouts: &[Fitout],
    changes: &[Change],
) -> Result<Money, Error> {
    let money = Money::of(programme, fitouts, changes);
    if let Some(budget) = rules.budget
        && exceeds(money.capital, budget, 0.0)
    {
        return unverified(format!("the plan costs {}, more than the budget of {budget}", money.capital));
    }
    if let Some(subsidy) = rules.subsidy
        && exceeds(money.yearly, subsidy, money.income + money.saved.max(0.0))
    {
        return unverified(format!("the plan needs {} a year, more than the subsidy of {subsidy}", money.yearly));
    }
    if rules.break_even {
        for (own, here) in money.spaces.iter().zip(fitouts.chunk_by(|a, b| a.space == b.space)) {
            if exceeds(-own.balance, 0.0, income(programme, here)) {
                let (j, lost) = (own.space, -own.balance);
                return unverified(format!("space {j} does not break even: it loses {lost} a year"));
            }
        }
    }
    Ok(money)
}

/// What the services in a space earn a year.
fn income(programme: &Programme, here: &[Fitout]) -> f64 {
    let earned = |fitout: &Fitout| match fitout.size {
        Size::Module(module) => {
            programme.services[fitout.service as usize].modules[module as usize].income * open_slots(fitout)
        }
        Size::Moved(facility) => programme.facilities[facility as usize].income,
    };
    here.iter().map(earned).sum()
}

/// Whether a sum is above what may be spent by more than rounding; `freed` is what comes in beside.
fn exceeds(cost: f64, most: f64, freed: f64) -> bool {
    // A sum that is not a number is no money to spend.
    cost.is_nan() || cost > most + ROUNDING * (most.abs() + freed)
}
