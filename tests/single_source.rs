//! The p-median and the fixed charge with capacities, demand points served wholly: against brute force and the formulation,
//! and their limits.

#[allow(dead_code, reason = "other models are tested elsewhere")]
#[path = "support/serving.rs"]
mod serving;
mod support;

use std::sync::{Arc, Mutex};

use proptest::prelude::*;
use proptest::test_runner::Config;
use serving::{Case, Kind, agrees};
use siting::{
    Backend, CancelToken, Error, FixedCharge, Limit, Method, Metric, PMedian, Rules, SolveOptions, TravelMatrix, check,
};
use support::{Town, rules};

fn towns() -> impl Strategy<Value = Town> {
    (3_usize..=6, 2_usize..=6).prop_flat_map(|(demand, sites)| {
        let cost = prop_oneof![9 => (0_u32..40).prop_map(|cost| Some(f64::from(cost) / 4.0)), 1 => Just(None)];
        let costs = prop::collection::vec(prop::collection::vec(cost, sites), demand);
        let weights = prop::collection::vec((0_u32..9).prop_map(f64::from), demand);
        (costs, weights).prop_map(move |(costs, weights)| Town { costs, weights, site_costs: vec![0.0; sites] })
    })
}

fn amounts(n: usize, from: u32, to: u32) -> impl Strategy<Value = Vec<f64>> {
    prop_oneof![Just(1.0), Just(3.0), Just(4.0)]
        .prop_flat_map(move |by| prop::collection::vec((from..to).prop_map(move |amount| f64::from(amount) / by), n))
}

prop_compose! {
    fn cases()(town in towns())(
        rules in rules(town.n_sites()),
        p in 1_usize..=3,
        capacities in amounts(town.n_sites(), 4, 24),
        demands in prop::option::of(amounts(town.n_demand(), 0, 9)),
        charges in prop::option::of(amounts(town.n_sites(), 0, 60)),
        town in Just(town),
    ) -> Case {
        let (kind, p) = if charges.is_some() { (Kind::FixedCharge, None) } else { (Kind::PMedian, Some(p)) };
        let rules = Rules { p: p.map(|p| p.min(town.n_sites())), budget: None, ..rules };
        let town = Town { site_costs: charges.unwrap_or(town.site_costs), ..town };
        Case {
            kind, town, rules, demands, capacities: Some(capacities),
            min_use: None, single: true, closest: false, within: None, share: None,
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn the_best_plan_equals_brute_force(case in cases()) {
        agrees(&case, Backend::default());
    }
}

/// Points that serve each other, with capacities that leave a fifth of all room free.
fn points(n: u32, p: usize, seed: u32) -> PMedian {
    let number = |i: u32, by: u32| f64::from((i * by + seed * 97) % 1009);
    let at: Vec<[f64; 2]> = (0..n).map(|i| [number(i, 613), number(i, 389)]).collect();
    let demands: Vec<f64> = (0..n).map(|i| 1.0 + f64::from((i * 71 + seed * 13) % 47)).collect();
    let capacity = (1.25 * demands.iter().sum::<f64>() / p as f64).ceil();
    let travel = TravelMatrix::from_points(&at, &at, Metric::Euclidean, None).unwrap();
    PMedian::new(travel, vec![1.0; n as usize])
        .p(p)
        .capacities(vec![capacity; n as usize])
        .demands(demands)
        .single_source(true)
}

#[test]
fn plans_are_proven_like_those_of_the_formulation() {
    for seed in 0..3 {
        let model = points(30, 4, seed).required([3]).existing([7]).forbidden([1]);
        let ours = model.solve(&SolveOptions::default()).unwrap();
        check(&model, &ours).unwrap();
        let plain = model.solve(&SolveOptions::default().method(Method::Mip)).unwrap();
        assert!(ours.is_optimal() && plain.is_optimal(), "{ours:?} {plain:?}");
        assert!((ours.objective - plain.objective).abs() <= 1e-6 * plain.objective, "{ours:?} {plain:?}");
        assert!(ours.sites.contains(&3) && ours.sites.contains(&7) && !ours.sites.contains(&1));
    }
}

#[test]
fn weights_and_demands_may_differ_in_kind() {
    let n = 24;
    let model = points(n, 4, 1);
    let weights: Vec<f64> = (0..n).map(|i| 0.5 + f64::from(i * 29 % 17)).collect();
    let travel = siting::Model::travel(&model).clone();
    let demands: Vec<f64> = (0..n).map(|i| f64::from(i * 5 % 7) / 3.0).collect();
    let capacities: Vec<f64> = (0..n).map(|i| 4.0 + f64::from(i % 5)).collect();
    let model = PMedian::new(travel, weights).p(5).capacities(capacities).demands(demands).single_source(true);
    let ours = model.solve(&SolveOptions::default()).unwrap();
    let plain = model.solve(&SolveOptions::default().method(Method::Mip)).unwrap();
    assert!(ours.is_optimal() && (ours.objective - plain.objective).abs() <= 1e-6 * plain.objective);
}

#[test]
fn sites_that_are_paid_for_are_proven_like_those_of_the_formulation() {
    for seed in 0..3 {
        let p_median = points(24, 5, seed);
        let travel = siting::Model::travel(&p_median).clone();
        let charges: Vec<f64> = (0..24).map(|j| 150.0 + f64::from(j * 41 % 97)).collect();
        let demands: Vec<f64> = (0..24).map(|i| 1.0 + f64::from((i * 71 + seed * 13) % 47)).collect();
        let model = FixedCharge::new(travel, vec![1.0; 24], charges)
            .capacities(vec![90.0; 24])
            .demands(demands)
            .single_source(true)
            .required([3])
            .existing([7])
            .closing_costs([45.0])
            .forbidden([1]);
        let ours = model.solve(&SolveOptions::default()).unwrap();
        check(&model, &ours).unwrap();
        let plain = model.solve(&SolveOptions::default().method(Method::Mip)).unwrap();
        assert!(ours.is_optimal() && plain.is_optimal(), "{ours:?} {plain:?}");
        assert!((ours.objective - plain.objective).abs() <= 1e-6 * plain.objective, "{ours:?} {plain:?}");
        assert!(ours.sites.contains(&3) && !ours.sites.contains(&1));
    }
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads() {
    let model = points(70, 9, 4);
    let one = model.solve(&SolveOptions::default().threads(1)).unwrap();
    let two = model.solve(&SolveOptions::default().threads(2)).unwrap();
    assert!(one.is_optimal());
    assert_eq!((&one.sites, &one.assignment, one.nodes), (&two.sites, &two.assignment, two.nodes));
    // A warm start changes the way, not the optimum.
    let warm = model.solve(&SolveOptions::default().warm_start(one.sites.clone())).unwrap();
    assert!((warm.objective - one.objective).abs() <= 1e-9 * one.objective);
}

#[test]
fn a_search_that_stops_early_holds_a_checked_plan_and_a_true_bound() {
    let model = points(60, 8, 2);
    let best = model.solve(&SolveOptions::default()).unwrap();
    assert!(best.is_optimal());
    let near = model.solve(&SolveOptions::default().gap(0.02)).unwrap();
    assert!(near.bound.unwrap() <= best.objective * (1.0 + 1e-9) && near.objective >= best.objective - 1e-6);
    assert!(near.gap.unwrap() <= 0.02);
    // Cancelled at the first bound, at the first better plan, and so on.
    for stop in [1, 3, 10, 30] {
        let token = CancelToken::new();
        let (seen, cancel) = (Arc::new(Mutex::new(0)), token.clone());
        let progress = move |_: &siting::Progress| {
            let mut seen = seen.lock().unwrap();
            *seen += 1;
            if *seen >= stop {
                cancel.cancel();
            }
        };
        match model.solve(&SolveOptions::default().cancel(token).progress(progress)) {
            Ok(early) => {
                check(&model, &early).unwrap();
                assert!(early.objective >= best.objective - 1e-6);
                assert!(early.bound.is_none_or(|bound| bound <= best.objective * (1.0 + 1e-9)), "{early:?}");
                assert!(early.limit == Some(Limit::Interrupt) || early.is_optimal(), "{early:?}");
            }
            Err(error) => assert!(matches!(error, Error::NoSolution { limit: Limit::Interrupt, .. }), "{error}"),
        }
    }
}

#[test]
fn whole_costs_give_a_whole_bound() {
    let n: u32 = 20;
    let costs = ndarray::Array2::from_shape_fn((20, 20), |(i, j)| ((i * 37 + j * 53) % 29 + 3 * i.abs_diff(j)) as f64);
    let demands: Vec<f64> = (0..n).map(|i| 1.0 + f64::from(i * 7 % 11)).collect();
    let travel = TravelMatrix::from_dense(costs.view()).unwrap();
    let model =
        PMedian::new(travel, vec![1.0; 20]).p(4).capacities(vec![36.0; 20]).demands(demands).single_source(true);
    let ours = model.solve(&SolveOptions::default()).unwrap();
    let plain = model.solve(&SolveOptions::default().method(Method::Mip)).unwrap();
    assert_eq!((ours.objective, ours.bound), (plain.objective, Some(plain.objective)));
}
