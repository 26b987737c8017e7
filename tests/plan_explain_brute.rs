//! What a space is to a plan, against every other way to fit out one space, tried one by one.
#![cfg(feature = "microlp")]

#[path = "support/plan/mod.rs"]
mod plan;

use plan::brute::{Tried, tried, ways};
use plan::random::{Case, cases};
use proptest::prelude::*;
use siting::service::{Change, Explanation, Fitout, PlanRules, ServicePlan, Size};
use siting::{Sense, SolveOptions};

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0)
}

/// The case without a space, what then stands, and the facilities that lose their new place.
fn without(case: &Case, plan: &ServicePlan, space: u32) -> (Case, Vec<Fitout>, Vec<Change>, Vec<u32>) {
    let mut rules = PlanRules { required: case.rules.required.clone(), ..case.rules.clone() };
    rules.required.retain(|&own| own != space);
    rules.forbidden.push(space);
    let fitouts: Vec<Fitout> = plan.fitouts.iter().filter(|own| own.space != space).cloned().collect();
    let gone = |change: &Change| *change == Change::Moved { to: space };
    let changes = plan.facilities.iter().map(|change| if gone(change) { Change::Kept } else { *change }).collect();
    let displaced = (0..).zip(&plan.facilities).filter(|(_, change)| gone(change)).map(|(f, _)| f).collect();
    (Case { programme: case.programme.clone(), rules }, fitouts, changes, displaced)
}

/// The best plan with one space more.
fn best_instead(case: &Case, stands: &[Fitout], changes: &[Change], displaced: &[u32]) -> Option<Tried> {
    let mut best: Option<Tried> = None;
    for j in 0..case.programme.spaces.len() {
        if stands.iter().any(|own| own.space as usize == j) || case.rules.forbidden.iter().any(|&own| own as usize == j)
        {
            continue;
        }
        for here in ways(case, j).into_iter().filter(|here| !here.is_empty()) {
            let mut changes = changes.to_vec();
            let mut may = true;
            for own in &here {
                if let Size::Moved(f) = own.size {
                    may &= displaced.contains(&f);
                    changes[f as usize] = Change::Moved { to: own.space };
                }
            }
            let mut fitouts = [stands, &here].concat();
            fitouts.sort_by_key(|own| (own.space, own.service));
            let Some(found) = tried(case, fitouts, changes).filter(|_| may) else { continue };
            let sense = case.rules.objective.sense();
            if best.as_ref().is_none_or(|best| sense.better(found.objective, best.objective)) {
                best = Some(found);
            }
        }
    }
    best
}

fn check(case: &Case, plan: &ServicePlan, told: &Explanation) -> Result<(), TestCaseError> {
    let (closed, stands, changes, displaced) = without(case, plan, told.space);
    let rules: Vec<&str> =
        told.broken.iter().map(|broken| broken.rule.as_str()).filter(|rule| *rule != "required").collect();
    match tried(&closed, stands.clone(), changes.clone()) {
        Some(left) => {
            prop_assert!(close(told.objective_without, left.objective), "{told:?}\nbrute force: {left:?}");
            prop_assert!(rules.is_empty(), "{rules:?} hold by brute force");
        }
        None => prop_assert!(!rules.is_empty(), "brute force keeps no rule: {told:?}"),
    }
    let worse = |by: f64| if plan.sense() == Sense::Maximize { by } else { 0.0 - by };
    prop_assert!(close(told.lost, worse(plan.objective - told.objective_without)));
    match (best_instead(&closed, &stands, &changes, &displaced), &told.replacement) {
        (None, None) => {}
        (Some(best), Some(found)) => {
            prop_assert!(close(best.objective, found.objective), "{found:?}\nbrute force: {best:?}");
            case.programme.check(&found.plan).unwrap();
            prop_assert!(close(found.lost, worse(plan.objective - found.objective)));
        }
        (best, found) => prop_assert!(false, "brute force: {best:?}\nlibrary: {found:?}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn loss_and_replacement_are_those_of_brute_force(case in cases()) {
        let options = SolveOptions::default();
        let Ok(plan) = case.programme.solve(&case.rules, &options) else { return Ok(()) };
        let mut spaces: Vec<u32> = plan.fitouts.iter().map(|fitout| fitout.space).collect();
        spaces.dedup();
        for space in spaces {
            check(&case, &plan, &case.programme.explain(&plan, space, &options).unwrap())?;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]

    #[test]
    fn what_if_finds_what_a_solve_under_the_changed_rules_finds(case in cases()) {
        let options = SolveOptions::default();
        let Ok(plan) = case.programme.solve(&case.rules, &options) else { return Ok(()) };
        for space in 0..u32::try_from(case.programme.spaces.len()).unwrap() {
            if case.rules.required.contains(&space) || case.rules.forbidden.contains(&space) {
                continue;
            }
            for with in [false, true] {
                let mut rules = case.rules.clone();
                if with { rules.required.push(space) } else { rules.forbidden.push(space) }
                let (lists, one) = ([&[][..], &[space][..]], usize::from(with));
                let told = case.programme.what_if(&plan, lists[1 - one], lists[one], &options);
                match (case.programme.solve(&rules, &options), told) {
                    (Ok(anew), Ok(told)) => {
                        prop_assert!(close(anew.objective, told.objective.after), "{anew:?}\n{told:?}");
                        prop_assert_eq!(told.plan.rules, rules);
                    }
                    (Err(anew), Err(told)) => prop_assert_eq!(anew, told),
                    (anew, told) => prop_assert!(false, "{anew:?}\n{told:?}"),
                }
            }
        }
    }
}
