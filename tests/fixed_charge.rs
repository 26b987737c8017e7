//! Fixed charge: brute force, both backends, every rule.

mod support;
#[path = "support/walking.rs"]
mod walking;

use approx::assert_relative_eq;
use ndarray::array;
use proptest::prelude::*;
use siting::{Backend, Error, FixedCharge, Method, Metric, Model, Reason, Rules, SolveOptions, TravelMatrix, check};
use support::{Town, allowed, money, rules, towns};
use walking::{larger_towns, least, reasons_are_true, walked, with_fractions};

fn model(town: &Town, rules: &Rules) -> FixedCharge {
    let mut model = FixedCharge::new(town.travel(), town.weights.clone(), town.site_costs.clone())
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
    let expected = least(town, rules, true);
    for &(method, backend) in ways {
        let options = SolveOptions::default().method(method).backend(backend).threads(1);
        match (model.solve(&options), expected) {
            (Ok(solution), Some(expected)) => {
                prop_assert!(solution.is_optimal(), "{method:?} {backend:?} {solution:?}");
                let difference = (solution.objective - expected).abs();
                prop_assert!(
                    difference <= 1e-9 * expected.abs(),
                    "{method:?} {backend:?} {} {expected}",
                    solution.objective
                );
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
        let rules = Rules { p: p.map(|p| p.min(town.n_sites())), budget: budget.map(f64::from), ..base };
        agrees(&town, &rules, &ALL_WAYS)?;
    }

    #[test]
    fn brute_force_agrees_without_rules(town in towns()) {
        agrees(&town, &Rules::default(), &ALL_WAYS)?;
    }

    #[test]
    fn the_heuristic_obeys_the_rules_and_never_beats_the_optimum(
        (town, base) in larger_towns().prop_flat_map(|town| { let n = town.n_sites(); (Just(town), rules(n)) }),
        p in prop::option::of(1_usize..6),
        budget in prop::option::of(500_u32..3000),
    ) {
        let rules = Rules { p, budget: budget.map(f64::from), ..base };
        let options = SolveOptions::default().method(Method::Heuristic);
        match (model(&town, &rules).solve(&options), least(&town, &rules, true)) {
            (Ok(quick), Some(best)) => {
                let open: Vec<usize> = quick.sites.iter().map(|&j| j as usize).collect();
                prop_assert!(allowed(&rules, &town.site_costs, &open));
                let worth = walked(&town, &open).map(|cost| cost + money(&rules, &town.site_costs, &open));
                prop_assert_eq!(worth, Some(quick.objective));
                prop_assert!(quick.objective >= best);
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
        let rules = Rules { p, budget: budget.map(f64::from), ..base };
        agrees(&town, &rules, &[(Method::Auto, Backend::Highs), (Method::Auto, Backend::Microlp), (Method::Mip, Backend::Highs)])?;
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
fn dear_sites_are_few_and_cheap_sites_are_many() {
    let homes: Vec<[f64; 2]> = (0..9_u8).map(|at| [f64::from(at) * 10.0, 0.0]).collect();
    let travel = TravelMatrix::from_points(&homes, &homes, Metric::Euclidean, None).unwrap();
    let sites = |cost: f64| {
        let solution = FixedCharge::new(travel.clone(), [1.0; 9], [cost; 9]).solve(&SolveOptions::default()).unwrap();
        assert!(solution.is_optimal());
        (solution.sites.len(), solution.objective)
    };
    assert_eq!(sites(1.0), (9, 9.0)); // every home its own site
    assert_eq!(sites(15.0), (3, 105.0)); // each serves two neighbours at 10: 3 * 15 + 6 * 10
    assert_eq!(sites(1000.0), (1, 1200.0)); // the middle: 2 * (10 + 20 + 30 + 40)
}

#[test]
fn an_existing_site_is_free_and_closing_one_costs_or_frees_money() {
    let travel = TravelMatrix::from_dense(array![[4.0, 1.0], [4.0, 1.0]].view()).unwrap();
    let base = FixedCharge::new(travel, [1.0, 1.0], [9.0, 2.0]).existing([0]);
    let kept = base.clone().solve(&SolveOptions::default()).unwrap();
    assert_eq!((kept.sites, kept.objective), (vec![0, 1], 4.0));
    let sold = base.clone().closing_costs([-3.0]).solve(&SolveOptions::default()).unwrap();
    assert_eq!((sold.sites, sold.objective), (vec![1], 1.0));
    let dear = base.closing_costs([5.0]).solve(&SolveOptions::default()).unwrap();
    assert_eq!((dear.sites, dear.objective), (vec![0, 1], 4.0));
}

#[test]
fn p_and_a_budget_bind_where_they_are_given() {
    let travel = TravelMatrix::from_dense(array![[0.0, 5.0, 5.0], [5.0, 0.0, 5.0], [5.0, 5.0, 0.0]].view()).unwrap();
    let base = FixedCharge::new(travel, [1.0; 3], [1.0; 3]);
    assert_eq!(base.clone().solve(&SolveOptions::default()).unwrap().objective, 3.0);
    assert_eq!(base.clone().p(1).solve(&SolveOptions::default()).unwrap().objective, 11.0);
    assert_eq!(base.clone().budget(2.0).solve(&SolveOptions::default()).unwrap().objective, 7.0);
    let Err(Error::Infeasible(infeasible)) = base.p(3).budget(2.5).solve(&SolveOptions::default()) else {
        panic!("three sites cost 3")
    };
    assert_eq!(infeasible.reasons, vec![Reason::BudgetTooSmall { budget: 2.5, smallest: Some(3.0) }]);
}

#[test]
fn a_town_of_two_hundred_homes_is_proven_alike_by_both_backends() {
    let (homes, rooms) = (scattered(200, 1), scattered(40, 2));
    let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, None).unwrap();
    let costs: Vec<f64> = (0..40).map(|j| f64::from(1500 + 100 * (j % 9))).collect();
    let model = FixedCharge::new(travel, vec![1.0; 200], costs);
    let highs = model.solve(&SolveOptions::default()).unwrap();
    let microlp = model.solve(&SolveOptions::default().backend(Backend::Microlp)).unwrap();
    let plain = model.solve(&SolveOptions::default().method(Method::Mip)).unwrap();
    assert!(highs.is_optimal() && microlp.is_optimal() && plain.is_optimal());
    assert_relative_eq!(highs.objective, microlp.objective, max_relative = 1e-9);
    assert_relative_eq!(highs.objective, plain.objective, max_relative = 1e-9);
    let plan = model.evaluate(&highs.sites).unwrap();
    assert_eq!((plan.objective, plan.assignment), (highs.objective, highs.assignment));
}

/// Costs without any geometry, which leave a gap between the relaxation and the optimum.
fn scrambled(n_demand: usize, n_sites: usize, charge: f64, state: u64) -> (TravelMatrix, Vec<f64>) {
    let numbers = scattered(n_demand * n_sites + n_sites, state);
    let cost = |at: usize| 1000.0 + numbers[at][0].floor();
    let costs = ndarray::Array2::from_shape_fn((n_demand, n_sites), |(i, j)| cost(i * n_sites + j));
    let charges = (0..n_sites).map(|j| (charge * (1.0 + numbers[n_demand * n_sites + j][1] / 1000.0)).floor());
    (TravelMatrix::from_dense(costs.view()).unwrap(), charges.collect())
}

#[test]
fn a_case_with_a_gap_is_proven_like_the_formulation_and_alike_on_any_number_of_threads() {
    let mut nodes = 0;
    for (charge, seed) in [(300.0, 3), (1000.0, 4), (4000.0, 5)] {
        let (travel, charges) = scrambled(60, 60, charge, seed);
        let model = FixedCharge::new(travel, vec![1.0; 60], charges).required([7]).forbidden([3, 4]);
        let plain = model.solve(&SolveOptions::default().method(Method::Mip)).unwrap();
        let one = model.solve(&SolveOptions::default().threads(1)).unwrap();
        let two = model.solve(&SolveOptions::default().threads(2)).unwrap();
        assert!(plain.is_optimal() && one.is_optimal() && two.is_optimal());
        assert_eq!(one.objective, plain.objective);
        assert_eq!((one.sites, one.objective, one.nodes), (two.sites, two.objective, two.nodes));
        nodes += one.nodes;
    }
    assert!(nodes > 30, "{nodes} nodes");
}

#[test]
fn a_search_that_is_stopped_leaves_a_true_bound() {
    let (travel, charges) = scrambled(60, 60, 300.0, 3);
    let model = FixedCharge::new(travel, vec![1.0; 60], charges);
    let best = model.solve(&SolveOptions::default()).unwrap().objective;
    let near = model.solve(&SolveOptions::default().gap(0.02)).unwrap();
    assert!(near.bound.unwrap() <= best && best <= near.objective);
    assert!(near.objective - near.bound.unwrap() <= 0.02 * near.objective);
    let token = siting::CancelToken::new();
    let cancel = token.clone();
    // Stopped from within, at the first sign of a bound.
    let options = SolveOptions::default().cancel(token).progress(move |progress| {
        if progress.bound.is_some() {
            cancel.cancel();
        }
    });
    let stopped = model.solve(&options).unwrap();
    assert_eq!(stopped.limit, Some(siting::Limit::Interrupt));
    assert!(stopped.bound.unwrap() <= best && best <= stopped.objective);
}

#[test]
fn little_memory_for_waiting_nodes_changes_the_order_and_not_the_optimum() {
    let (travel, charges) = scrambled(60, 60, 300.0, 3);
    let model = FixedCharge::new(travel, vec![1.0; 60], charges);
    let best = model.solve(&SolveOptions::default()).unwrap();
    let tight = model.solve(&SolveOptions::default().memory_limit(1)).unwrap();
    assert!(tight.is_optimal());
    assert_eq!(tight.objective, best.objective);
}
