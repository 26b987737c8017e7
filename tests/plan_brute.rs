//! Brute force over every plan of small random programmes, against the solver and against the checker.
#![cfg(feature = "microlp")]

#[path = "support/plan/mod.rs"]
mod plan;

use plan::brute::{Tried, any, best, tried};
use plan::random::{Case, cases};
use proptest::prelude::*;
use siting::service::{
    Change, Demand, Facility, Module, PlanObjective, PlanRules, Programme, Service, ServicePlan, Space,
};
use siting::{Error, Method, SolveOptions, Status, TravelMatrix};

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
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_plan_is_as_good_as_the_best_of_all(case in cases()) {
        let solved = case.programme.solve(&case.rules, &SolveOptions::default());
        match (best(&case), solved) {
            (Some(found), Ok(plan)) => {
                let (expected, objective) = (found.objective, plan.objective);
                let close = (objective - expected).abs() <= 1e-6 * expected.abs().max(1.0);
                prop_assert!(close, "{objective} where brute force has {found:?}");
                // The bound of a solver may be off by its tolerance on whole numbers, a millionth.
                prop_assert!(plan.gap.is_some_and(|gap| gap <= 1e-5), "{:?}", plan.gap);
                case.programme.check(&plan).unwrap();
            }
            (None, Err(Error::Infeasible(_))) => {}
            (found, solved) => prop_assert!(false, "brute force: {found:?}\nlibrary: {solved:?}"),
        }
    }

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

/// One home of 10 people who all need a canteen, and at its door a hall of 100 m², into which no canteen may go.
fn hamlet() -> Programme {
    let walks = TravelMatrix::from_pairs(1, 1, &[(0, 0, 1.0)]).unwrap();
    let canteen = Service::new("canteen", 5.0).need(Demand::PEOPLE, 1.0).module(Module::new("one", 100.0, 10.0));
    let canteen = canteen.floors(1, 1);
    let demand = Demand::new([10.0]).districts(["North"], [0]);
    Programme::new(demand, [canteen]).spaces([Space::new(100.0, "hall").district("North")]).travel_to_spaces(walks)
}

#[test]
fn a_facility_that_may_move_but_fits_nowhere_stays() {
    let walks = TravelMatrix::from_pairs(1, 1, &[(0, 0, 2.0)]).unwrap();
    let kitchen = Facility::new("canteen").district("North").places(4.0).area(101.0).moving_cost(0.0);
    let plan = hamlet().existing([kitchen], walks).solve(&PlanRules::default(), &SolveOptions::default()).unwrap();
    assert_eq!((plan.objective, plan.facilities), (4.0, vec![Change::Kept]));
}

#[test]
fn a_required_space_that_nothing_fits_into_is_infeasible() {
    let solved = hamlet().solve(&PlanRules::default().required([0]), &SolveOptions::default());
    assert!(matches!(solved, Err(Error::Infeasible(_))), "{solved:?}");
}

#[test]
fn a_plan_that_can_meet_nothing_is_proven_optimal() {
    for objective in [PlanObjective::Cover, PlanObjective::WorstDistrict] {
        let rules = PlanRules::default().objective(objective);
        let plan = hamlet().solve(&rules, &SolveOptions::default()).unwrap();
        assert_eq!((plan.objective, plan.status), (0.0, Status::Optimal), "{objective:?}");
    }
}
