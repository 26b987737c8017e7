//! Brute force over every plan of small random programmes, against the checker.
#![cfg(feature = "microlp")]

#[path = "support/plan/mod.rs"]
mod plan;

use plan::brute::{Tried, any, best, tried};
use plan::random::{Case, cases};
use proptest::prelude::*;
use siting::service::ServicePlan;
use siting::{Error, Method, Status};

/// What brute force found, as a plan of the library.
fn as_plan(case: &Case, found: &Tried) -> ServicePlan {
    ServicePlan {
        rules: case.rules.clone(),
        method: Method::Heuristic,
        backend: None,
        status: Status::Feasible,
        limit: None,
        objective: found.objective,
        bound: None,
        gap: None,
        seconds: 0.0,
        nodes: 0,
        fitouts: found.fitouts.clone(),
        facilities: found.changes.clone(),
        served: found.served.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn the_checker_accepts_the_best_plan_with_its_objective(case in cases()) {
        if let Some(found) = best(&case) {
            let plan = as_plan(&case, &found);
            case.programme.check(&plan).unwrap();
            plan.money(&case.programme).unwrap();
            plan.coverage(&case.programme).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_checker_refuses_what_breaks_a_rule_and_nothing_else(
        case in cases(),
        thrown in prop::collection::vec(0_usize..10_000, 20),
    ) {
        let (fitouts, changes) = any(&case, &thrown);
        match tried(&case, fitouts.clone(), changes.clone()) {
            Some(found) => case.programme.check(&as_plan(&case, &found)).unwrap(),
            None => {
                let nobody = Tried { objective: 0.0, fitouts, changes, served: Vec::new() };
                let refused = case.programme.check(&as_plan(&case, &nobody));
                prop_assert!(matches!(&refused, Err(Error::Unverified(why)) if !why.starts_with("the objective")), "{refused:?}");
            }
        }
    }
}
