//! The p-median: brute force, both backends, every rule; published instances are in the benchmarks.

mod support;
#[path = "support/walking.rs"]
mod walking;

use approx::assert_relative_eq;
use ndarray::array;
use proptest::prelude::*;
use siting::{
    Backend, CancelToken, Error, Limit, Method, Metric, Model, PMedian, Reason, Rules, SolveOptions, TravelMatrix,
    check,
};
use support::{Town, allowed, rules, towns};
use walking::{larger_towns, least, reasons_are_true, walked, with_fractions};

fn model(town: &Town, rules: &Rules) -> PMedian {
    let mut model = PMedian::new(town.travel(), town.weights.clone())
        .site_costs(town.site_costs.clone())
        .required(rules.required.clone())
        .forbidden(rules.forbidden.clone())
        .existing(rules.existing.clone());
    if let Some(p) = rules.p {
        model = model.p(p);
    }
    if let Some(budget) = rules.budget {
        model = model.budget(budget);
    }
    if let Some(costs) = &rules.closing_costs {
        model = model.closing_costs(costs.clone());
    }
    model
}

/// Solves by each method on each backend and compares with brute force.
fn agrees(town: &Town, rules: &Rules, ways: &[(Method, Backend)]) -> Result<(), TestCaseError> {
    let model = model(town, rules);
    let expected = least(town, rules, false);
    for &(method, backend) in ways {
        let options = SolveOptions::default().method(method).backend(backend).threads(1);
        match (model.solve(&options), expected) {
            (Ok(solution), Some(expected)) => {
                prop_assert!(solution.is_optimal(), "{method:?} {backend:?} {solution:?}");
                let difference = (solution.objective - expected).abs();
                prop_assert!(difference <= 1e-9 * expected, "{method:?} {backend:?} {} {expected}", solution.objective);
                let open: Vec<usize> = solution.sites.iter().map(|&j| j as usize).collect();
                prop_assert!(allowed(rules, &town.site_costs, &open));
                check(&model, &solution).unwrap();
            }
            (Err(error), None) => reasons_are_true(town, rules, &error)?,
            (other, expected) => {
                prop_assert!(false, "{method:?} {backend:?} {other:?} where brute force says {expected:?}");
            }
        }
    }
    Ok(())
}

const ALL_WAYS: [(Method, Backend); 4] = [
    (Method::Auto, Backend::Highs),
    (Method::Mip, Backend::Highs),
    (Method::Auto, Backend::Microlp),
    (Method::Mip, Backend::Microlp),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn brute_force_agrees_on_both_backends_with_every_rule(
        (town, base) in towns().prop_flat_map(|town| { let n = town.n_sites(); (Just(town), rules(n)) }),
        p in prop::option::of(0_usize..6),
        budget in prop::option::of(0_u32..30),
        fractions in any::<bool>(),
    ) {
        let town = if fractions { with_fractions(town) } else { town };
        let p = if budget.is_none() { p.or(Some(3)) } else { p }.map(|p| p.min(town.n_sites()));
        let rules = Rules { p, budget: budget.map(f64::from), ..base };
        agrees(&town, &rules, &ALL_WAYS)?;
    }

    #[test]
    fn brute_force_agrees_with_p_alone(town in towns(), p in 1_usize..=6) {
        agrees(&town, &Rules { p: Some(p.min(town.n_sites())), ..Rules::default() }, &ALL_WAYS)?;
    }

    #[test]
    fn the_heuristic_obeys_the_rules_and_never_beats_the_optimum(
        (town, base) in towns().prop_flat_map(|town| { let n = town.n_sites(); (Just(town), rules(n)) }),
        p in prop::option::of(0_usize..5),
        budget in 0_u32..30,
    ) {
        let rules = Rules { p: p.map(|p| p.min(town.n_sites())), budget: Some(f64::from(budget)), ..base };
        let options = SolveOptions::default().method(Method::Heuristic);
        match (model(&town, &rules).solve(&options), least(&town, &rules, false)) {
            (Ok(quick), Some(best)) => {
                let open: Vec<usize> = quick.sites.iter().map(|&j| j as usize).collect();
                prop_assert!(allowed(&rules, &town.site_costs, &open));
                prop_assert_eq!(walked(&town, &open), Some(quick.objective));
                prop_assert!(quick.objective >= best);
                prop_assert_eq!((quick.bound, quick.gap), (None, None));
            }
            (Ok(quick), None) => prop_assert!(false, "{quick:?}"),
            // It may give up, but says so; what it calls infeasible is infeasible.
            (Err(Error::NothingFound), _) => {}
            (Err(error), best) => {
                prop_assert!(best.is_none());
                reasons_are_true(&town, &rules, &error)?;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn brute_force_agrees_on_larger_towns(
        (town, base) in larger_towns().prop_flat_map(|town| { let n = town.n_sites(); (Just(town), rules(n)) }),
        p in prop::option::of(1_usize..8),
        budget in prop::option::of(200_u32..2500),
        fractions in any::<bool>(),
    ) {
        let town = if fractions { with_fractions(town) } else { town };
        let rules = Rules { p: if budget.is_none() { Some(p.unwrap_or(4)) } else { p }, budget: budget.map(f64::from), ..base };
        agrees(&town, &rules, &[(Method::Auto, Backend::Highs), (Method::Auto, Backend::Microlp), (Method::Mip, Backend::Highs)])?;
    }

    #[test]
    fn more_sites_never_walk_more(town in larger_towns()) {
        let mut last = f64::INFINITY;
        for p in 1..=town.n_sites() {
            match model(&town, &Rules { p: Some(p), ..Rules::default() }).solve(&SolveOptions::default()) {
                Ok(solution) => {
                    prop_assert!(solution.objective <= last);
                    last = solution.objective;
                }
                Err(error) => {
                    prop_assert!(last.is_infinite(), "fewer sites were enough: {}", error);
                    reasons_are_true(&town, &Rules { p: Some(p), ..Rules::default() }, &error)?;
                }
            }
        }
    }

    #[test]
    fn a_warm_start_is_never_made_worse(town in larger_towns(), warm in prop::collection::vec(0_u32..8, 0..8)) {
        let rules = Rules { p: Some(4), ..Rules::default() };
        let options = SolveOptions::default().method(Method::Heuristic).warm_start(warm.clone());
        let mut open: Vec<usize> = warm.iter().map(|&j| j as usize).collect();
        open.sort_unstable();
        open.dedup();
        if let (4, Some(cost)) = (open.len(), walked(&town, &open)) {
            let solution = model(&town, &rules).solve(&options).unwrap();
            prop_assert!(solution.objective <= cost);
        }
    }
}

/// Pseudo-random points in a square of 1,000 by 1,000.
fn scattered(n: usize, mut state: u64) -> Vec<[f64; 2]> {
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        f64::from((state >> 40) as u32) / f64::from(1 << 24) * 1000.0
    };
    (0..n).map(|_| [next(), next()]).collect()
}

#[test]
fn a_median_of_a_line_is_its_weighted_middle() {
    let at = |x: f64| [x, 0.0];
    let homes = [at(0.0), at(1.0), at(2.0), at(10.0)];
    let travel = TravelMatrix::from_points(&homes, &homes, Metric::Euclidean, None).unwrap();
    let solution = PMedian::new(travel.clone(), [1.0, 1.0, 1.0, 1.0]).p(2).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![1, 3], 2.0));
    let heavy = PMedian::new(travel, [1.0, 1.0, 1.0, 9.0]).p(1).solve(&SolveOptions::default()).unwrap();
    assert_eq!((heavy.sites, heavy.objective, heavy.max_cost), (vec![3], 27.0, Some(10.0)));
}

#[test]
fn an_existing_site_serves_for_nothing_and_does_not_count() {
    let travel = TravelMatrix::from_dense(array![[1.0, 5.0, 9.0], [9.0, 5.0, 1.0]].view()).unwrap();
    let solution = PMedian::new(travel, [1.0, 1.0]).p(1).existing([1]).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![0, 1], 6.0));
}

#[test]
fn closing_an_existing_site_can_pay_for_a_better_one() {
    let travel = TravelMatrix::from_dense(array![[8.0, 1.0], [8.0, 2.0]].view()).unwrap();
    let base = PMedian::new(travel, [1.0, 1.0]).site_costs([0.0, 5.0]).existing([0]).budget(1.0);
    let kept = base.clone().solve(&SolveOptions::default()).unwrap();
    assert_eq!((kept.sites, kept.objective), (vec![0], 16.0));
    let moved = base.closing_costs([-4.0]).solve(&SolveOptions::default()).unwrap();
    assert_eq!((moved.sites, moved.objective), (vec![1], 3.0));
}

#[test]
fn everyone_at_cost_zero_is_proven_at_once() {
    let travel = TravelMatrix::from_dense(array![[0.0, 4.0], [0.0, 4.0]].view()).unwrap();
    let solution = PMedian::new(travel, [3.0, 1.0]).p(1).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites.as_slice(), solution.objective, solution.bound), ([0].as_slice(), 0.0, Some(0.0)));
    assert!(solution.is_optimal());
}

#[test]
fn a_town_of_two_hundred_homes_is_proven_alike_by_both_backends() {
    let (homes, rooms) = (scattered(200, 1), scattered(40, 2));
    let weights: Vec<f64> = (0..200).map(|i| f64::from(1 + i % 7)).collect();
    let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, None).unwrap();
    let model = PMedian::new(travel, weights).p(5);
    let highs = model.solve(&SolveOptions::default()).unwrap();
    let microlp = model.solve(&SolveOptions::default().backend(Backend::Microlp)).unwrap();
    let plain = model.solve(&SolveOptions::default().method(Method::Mip)).unwrap();
    assert!(highs.is_optimal() && microlp.is_optimal() && plain.is_optimal());
    assert_relative_eq!(highs.objective, microlp.objective, max_relative = 1e-9);
    assert_relative_eq!(highs.objective, plain.objective, max_relative = 1e-9);
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads() {
    let (homes, rooms) = (scattered(150, 5), scattered(50, 6));
    let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, None).unwrap();
    let model = PMedian::new(travel, vec![1.0; 150]).p(12);
    let [one, two] = [1, 2].map(|threads| model.solve(&SolveOptions::default().threads(threads)).unwrap());
    assert_eq!((one.sites, one.objective, one.nodes), (two.sites, two.objective, two.nodes));
}

#[test]
fn a_gap_that_is_asked_for_ends_the_search_within_it() {
    let (homes, rooms) = (scattered(300, 3), scattered(60, 4));
    let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, None).unwrap();
    let model = PMedian::new(travel, vec![1.0; 300]).p(6);
    let rough = model.solve(&SolveOptions::default().gap(0.05)).unwrap();
    let exact = model.solve(&SolveOptions::default()).unwrap();
    assert!(rough.gap.unwrap() <= 0.05);
    assert!(rough.bound.unwrap() <= exact.objective * (1.0 + 1e-9) && exact.objective <= rough.objective);
}

#[test]
fn a_cancelled_solve_keeps_its_plan_and_says_why_it_stopped() {
    let (homes, rooms) = (scattered(100, 7), scattered(30, 8));
    let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, None).unwrap();
    let token = CancelToken::new();
    token.cancel();
    let solution = PMedian::new(travel, vec![1.0; 100]).p(3).solve(&SolveOptions::default().cancel(token)).unwrap();
    assert_eq!((solution.limit, solution.sites.len()), (Some(Limit::Interrupt), 3));
    assert!(!solution.is_optimal());
}

#[test]
fn unreachable_homes_are_counted_and_the_radius_that_would_reach_them_is_told() {
    let homes = [[0.0, 0.0], [700.0, 0.0], [0.0, 900.0]];
    let travel = TravelMatrix::from_points(&homes, &[[100.0, 0.0]], Metric::Euclidean, Some(500.0)).unwrap();
    let Err(Error::Infeasible(infeasible)) = PMedian::new(travel, [1.0; 3]).p(1).solve(&SolveOptions::default()) else {
        panic!("two homes reach nothing")
    };
    let [Reason::Unreachable { count: 2, first, needed: 1, radius: Some(radius) }] = infeasible.reasons.as_slice()
    else {
        panic!("{infeasible:?}")
    };
    assert_eq!(first.iter().map(ToString::to_string).collect::<Vec<_>>(), ["1", "2"]);
    assert_relative_eq!(*radius, 820_000.0_f64.sqrt());
}

#[test]
fn too_few_sites_are_answered_with_the_smallest_number_that_works() {
    let pairs = [(0, 0, 1.0), (1, 1, 1.0), (2, 2, 1.0), (3, 2, 1.0)];
    let travel = TravelMatrix::from_pairs(4, 3, &pairs).unwrap();
    let Err(Error::Infeasible(infeasible)) = PMedian::new(travel, [1.0; 4]).p(1).solve(&SolveOptions::default()) else {
        panic!("three islands need three sites")
    };
    assert_eq!(infeasible.reasons, vec![Reason::SitesTooFew { p: 1, smallest: Some(3) }]);
}

#[test]
fn too_little_money_is_answered_with_the_smallest_budget_that_works() {
    let pairs = [(0, 0, 1.0), (1, 1, 1.0), (0, 2, 9.0), (1, 2, 9.0)];
    let travel = TravelMatrix::from_pairs(2, 3, &pairs).unwrap();
    let model = PMedian::new(travel, [1.0; 2]).site_costs([4.0, 4.0, 7.0]).budget(6.0);
    let Err(Error::Infeasible(infeasible)) = model.solve(&SolveOptions::default()) else {
        panic!("a site for both costs 7")
    };
    assert_eq!(infeasible.reasons, vec![Reason::BudgetTooSmall { budget: 6.0, smallest: Some(7.0) }]);
}

#[test]
fn evaluate_agrees_with_the_solution() {
    let (homes, rooms) = (scattered(50, 9), scattered(10, 10));
    let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Manhattan, None).unwrap();
    let model = PMedian::new(travel, vec![2.0; 50]).p(3);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    let plan = model.evaluate(&solution.sites).unwrap();
    assert_eq!((plan.objective, plan.assignment), (solution.objective, solution.assignment));
}

#[test]
fn figures_too_large_to_add_up_are_refused() {
    let travel = TravelMatrix::from_dense(array![[1e200, 1.0], [1.0, 1.0]].view()).unwrap();
    let solution = PMedian::new(travel, [1.0, 1e200]).p(1).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![1], 1e200));
    let travel = TravelMatrix::from_dense(array![[1e200, 1e200], [1.0, 2.0]].view()).unwrap();
    let error = PMedian::new(travel, [1e200, 1.0]).p(1).solve(&SolveOptions::default()).unwrap_err();
    assert!(matches!(error, Error::OutOfRange { argument: "weights", index: 0, .. }), "{error}");
}
