//! Brute force for the models that serve everyone at the nearest open site.
#![allow(dead_code, reason = "each test file uses its own part")]

use proptest::prelude::*;
use siting::{Error, Reason, Rules};

use super::support::{Town, allowed, money, subsets};

/// Weighted cost of serving everyone at the nearest site of a set; `None` when someone reaches none.
pub fn walked(town: &Town, open: &[usize]) -> Option<f64> {
    (0..town.n_demand()).map(|i| town.nearest(i, open, f64::INFINITY).map(|cost| town.weights[i] * cost)).sum()
}

/// The least cost of any allowed set; `charged` adds what the sites cost.
pub fn least(town: &Town, rules: &Rules, charged: bool) -> Option<f64> {
    subsets(town.n_sites())
        .filter(|open| allowed(rules, &town.site_costs, open))
        .filter_map(|open| {
            Some(walked(town, &open)? + if charged { money(rules, &town.site_costs, &open) } else { 0.0 })
        })
        .reduce(f64::min)
}

/// Towns of 10 to 30 demand points and 8 to 11 sites, a tenth of the pairs unreachable.
pub fn larger_towns() -> impl Strategy<Value = Town> {
    (10_usize..=30, 8_usize..=11).prop_flat_map(|(demand, sites)| {
        let cost = prop_oneof![9 => (0_u32..100).prop_map(|cost| Some(f64::from(cost))), 1 => Just(None)];
        let costs = prop::collection::vec(prop::collection::vec(cost, sites), demand);
        let weights = prop::collection::vec((0_u32..20).prop_map(f64::from), demand);
        let site_costs = prop::collection::vec((0_u32..900).prop_map(f64::from), sites);
        (costs, weights, site_costs).prop_map(|(costs, weights, site_costs)| Town { costs, weights, site_costs })
    })
}

/// A town whose figures are no whole numbers.
pub fn with_fractions(mut town: Town) -> Town {
    for cost in town.costs.iter_mut().flatten().flatten() {
        *cost *= 0.37;
    }
    town
}

/// Checks by brute force that every reason for infeasibility is true.
pub fn reasons_are_true(town: &Town, rules: &Rules, error: &Error) -> Result<(), TestCaseError> {
    let Error::Infeasible(infeasible) = error else {
        prop_assert!(false, "{error:?}");
        return Ok(());
    };
    prop_assert!(!infeasible.reasons.is_empty());
    let n = town.n_sites();
    let is = |list: &[u32], j: usize| list.iter().any(|&k| k as usize == j);
    let serving = |rules: &Rules| -> Vec<Vec<usize>> {
        subsets(n).filter(|open| allowed(rules, &town.site_costs, open) && walked(town, open).is_some()).collect()
    };
    for reason in &infeasible.reasons {
        match reason {
            Reason::Unreachable { count, needed, .. } => {
                let lost = |i: &usize| (0..n).all(|j| is(&rules.forbidden, j) || town.costs[*i][j].is_none());
                prop_assert_eq!((*count, *needed), ((0..town.n_demand()).filter(lost).count(), 1));
            }
            Reason::SitesTooFew { p, smallest } => {
                let new = |open: &Vec<usize>| open.iter().filter(|&&j| !is(&rules.existing, j)).count();
                let free = Rules { p: None, budget: None, ..rules.clone() };
                prop_assert_eq!(*smallest, serving(&free).iter().map(new).min());
                prop_assert!(smallest.is_some_and(|smallest| smallest > *p));
            }
            Reason::SitesTooMany { p, available } => {
                let may = (0..n).filter(|&j| !is(&rules.forbidden, j) && !is(&rules.existing, j)).count();
                prop_assert_eq!(*available, may);
                prop_assert!(may < *p);
            }
            Reason::BudgetTooSmall { budget, smallest } => {
                let free = Rules { budget: None, ..rules.clone() };
                let least = serving(&free).iter().map(|open| money(rules, &town.site_costs, open)).reduce(f64::min);
                prop_assert_eq!(*smallest, least);
                prop_assert!(least.is_some_and(|least| least > *budget));
            }
            Reason::RequiredExceedP { required, p } => {
                prop_assert_eq!((*required, Some(*p)), (rules.required.len(), rules.p));
                prop_assert!(required > p);
            }
            Reason::RequiredExceedBudget { cost, budget } => {
                let free = Rules { p: None, budget: None, ..rules.clone() };
                let least = subsets(n)
                    .filter(|open| allowed(&free, &town.site_costs, open))
                    .map(|open| money(rules, &town.site_costs, &open))
                    .reduce(f64::min);
                let required: f64 = rules.required.iter().map(|&j| town.site_costs[j as usize]).sum();
                let freed = least.map(|least| required - least);
                prop_assert_eq!(
                    (Some(*cost), Some(*budget)),
                    (Some(required), freed.zip(rules.budget).map(|(freed, budget)| budget + freed))
                );
                prop_assert!(cost > budget);
            }
            other => prop_assert!(false, "{other:?}"),
        }
    }
    Ok(())
}
