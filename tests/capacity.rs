//! Sites with limits, against brute force: capacities, minimum use, single source, closest assignment, shares.

#[path = "support/serving.rs"]
mod serving;
mod support;

use proptest::prelude::*;
use proptest::test_runner::Config;
use serving::{Case, Kind, agrees};
use siting::{
    Backend, Error, FixedCharge, Id, MaxCover, Method, PMedian, Reason, Rules, SetCover, SolveOptions, TravelMatrix,
    check,
};
use support::{Town, rules};

fn small_towns() -> impl Strategy<Value = Town> {
    (1_usize..=5, 2_usize..=5).prop_flat_map(|(demand, sites)| {
        let cost = prop_oneof![6 => (0_u32..9).prop_map(|cost| Some(f64::from(cost))), 1 => Just(None)];
        let costs = prop::collection::vec(prop::collection::vec(cost, sites), demand);
        let weights = prop::collection::vec((0_u32..9).prop_map(f64::from), demand);
        let site_costs = prop::collection::vec((0_u32..9).prop_map(f64::from), sites);
        (costs, weights, site_costs).prop_map(|(costs, weights, site_costs)| Town { costs, weights, site_costs })
    })
}

fn whole(n: usize, to: u32) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((0..to).prop_map(f64::from), n)
}

prop_compose! {
    fn cases(kind: Kind)(town in small_towns())(
        rules in rules(town.n_sites()),
        limit in (0_usize..=4, prop::option::of(0_u32..20)),
        capacities in whole(town.n_sites(), 20),
        demands in prop::option::of(whole(town.n_demand(), 9)),
        min_use in whole(town.n_sites(), 8),
        which in 0_u8..8,
        single in any::<bool>(),
        closest in prop::bool::weighted(0.3),
        within in prop::option::of((2_u32..9).prop_map(f64::from)),
        share in prop::option::of((0_u32..=10).prop_map(|tenths| f64::from(tenths) / 10.0)),
        town in Just(town),
    ) -> Case {
        let covering = matches!(kind, Kind::MaxCover | Kind::SetCover);
        let p = (kind != Kind::SetCover && (which & 1 == 0 || limit.1.is_none())).then_some(limit.0.min(town.n_sites()));
        let p = p.filter(|_| kind != Kind::FixedCharge || which & 1 == 0);
        let budget = limit.1.map(f64::from).filter(|_| kind != Kind::SetCover);
        let rules = Rules { p, budget, ..rules };
        let with_min_use = kind == Kind::FixedCharge && which & 2 == 0;
        let with_capacities = !with_min_use || which & 4 == 0;
        let min_use = with_min_use.then(|| {
            let clipped = min_use.iter().zip(&capacities).map(|(least, most)| least.min(*most));
            if with_capacities { clipped.collect() } else { min_use.clone() }
        });
        Case {
            kind, town, rules, demands, min_use, single, closest,
            capacities: with_capacities.then_some(capacities),
            within: within.filter(|_| covering),
            share: share.filter(|_| kind == Kind::SetCover),
        }
    }
}

proptest! {
    #![proptest_config(Config { cases: 150, failure_persistence: None, ..Config::default() })]

    #[test]
    fn max_cover_with_capacities_equals_brute_force(case in cases(Kind::MaxCover)) {
        for backend in [Backend::Highs, Backend::Microlp] {
            agrees(&case, backend);
        }
    }

    #[test]
    fn set_cover_with_capacities_equals_brute_force(case in cases(Kind::SetCover)) {
        for backend in [Backend::Highs, Backend::Microlp] {
            agrees(&case, backend);
        }
    }

    #[test]
    fn p_median_with_capacities_equals_brute_force(case in cases(Kind::PMedian)) {
        for backend in [Backend::Highs, Backend::Microlp] {
            agrees(&case, backend);
        }
    }

    #[test]
    fn fixed_charge_with_capacities_and_minimum_use_equals_brute_force(case in cases(Kind::FixedCharge)) {
        for backend in [Backend::Highs, Backend::Microlp] {
            agrees(&case, backend);
        }
    }

    #[test]
    fn the_heuristic_obeys_every_rule_and_never_beats_the_best(
        case in prop_oneof![cases(Kind::MaxCover), cases(Kind::SetCover), cases(Kind::PMedian), cases(Kind::FixedCharge)]
    ) {
        let best = case.best();
        match case.solve(&SolveOptions::default().method(Method::Heuristic)) {
            Ok(solution) => {
                let best = best.unwrap();
                let worse = if case.kind == Kind::MaxCover { best - solution.objective } else { solution.objective - best };
                prop_assert!(worse >= -1e-6, "{} against {best}", solution.objective);
                prop_assert_eq!(solution.bound, None);
            }
            Err(Error::Infeasible(_)) => prop_assert_eq!(best, None),
            Err(Error::NothingFound) => {}
            Err(other) => prop_assert!(false, "{}", other),
        }
    }
}

/// Three homes in a row and three rooms: each home is 0 from its own room, 5 from the next, 10 from the last.
fn row() -> TravelMatrix {
    let costs = [[0.0, 5.0, 10.0], [5.0, 0.0, 5.0], [10.0, 5.0, 0.0]];
    let pairs: Vec<_> = (0..3).flat_map(|i| (0..3).map(move |j| (i, j, costs[i as usize][j as usize]))).collect();
    TravelMatrix::from_pairs(3, 3, &pairs).unwrap()
}

fn reasons(outcome: Result<siting::Solution, Error>) -> Vec<Reason> {
    match outcome {
        Err(Error::Infeasible(infeasible)) => infeasible.reasons,
        other => panic!("infeasible was expected, not {other:?}"),
    }
}

#[test]
fn demand_splits_between_rooms_and_the_shares_add_up() {
    let model = PMedian::new(row(), [4.0, 4.0, 4.0]).p(2).capacities([6.0, 6.0, 6.0]);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    assert_eq!(solution.objective, 20.0);
    let flows = solution.flows.clone().unwrap();
    let share = |i: u32| flows.iter().filter(|flow| flow.demand == i).map(|flow| flow.share).sum::<f64>();
    assert_eq!([share(0), share(1), share(2)], [1.0, 1.0, 1.0]);
    assert!(flows.iter().any(|flow| flow.share < 1.0));
}

#[test]
fn without_a_split_there_are_no_flows() {
    let model = PMedian::new(row(), [4.0, 4.0, 4.0]).p(2).capacities([8.0; 3]).single_source(true);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.objective, solution.flows), (20.0, None));
}

#[test]
fn a_point_without_demand_is_served_at_its_nearest_room_even_a_full_one() {
    let model = PMedian::new(row(), [4.0, 1.0, 4.0]).p(2).demands([4.0, 0.0, 4.0]).capacities([4.0, 0.0, 4.0]);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.objective, solution.sites), (5.0, vec![0, 2]));
    assert!(solution.assignment[1].is_some());
}

#[test]
fn residents_who_walk_to_the_nearest_room_stay_unserved_when_it_is_full() {
    let model = MaxCover::new(row(), [4.0, 4.0, 4.0]).p(2).capacities([4.0, 4.0, 8.0]).required([0, 2]);
    let planned = model.clone().solve(&SolveOptions::default()).unwrap();
    assert_eq!(planned.objective, 12.0);
    let own = model.required([0, 1]).assignment(siting::Assignment::Closest).solve(&SolveOptions::default()).unwrap();
    assert_eq!(own.objective, 8.0);
}

#[test]
fn a_site_opens_only_when_it_is_used_enough() {
    let model = FixedCharge::new(row(), [4.0, 4.0, 4.0], [1.0, 1.0, 1.0]);
    let free = model.solve(&SolveOptions::default()).unwrap();
    assert_eq!(free.sites, vec![0, 1, 2]);
    let used = model.min_use([6.0; 3]).solve(&SolveOptions::default()).unwrap();
    assert_eq!(used.sites.len(), 2);
}

#[test]
fn missing_capacity_is_named_and_adding_it_is_enough() {
    let model = |capacity: f64| PMedian::new(row(), [4.0, 4.0, 4.0]).p(2).capacities([3.0, capacity, 3.0]);
    let short = reasons(model(3.0).solve(&SolveOptions::default()));
    assert!(short.contains(&Reason::CapacityShort { demand: 12.0, capacity: 6.0, missing: 6.0 }), "{short:?}");
    assert!(model(3.0 + 6.0).solve(&SolveOptions::default()).is_ok());
}

#[test]
fn too_few_sites_come_with_the_smallest_number_that_works() {
    let model = PMedian::new(row(), [4.0, 4.0, 4.0]).p(1).capacities([6.0; 3]);
    let short = reasons(model.solve(&SolveOptions::default()));
    assert!(short.contains(&Reason::SitesTooFew { p: 1, smallest: Some(2) }), "{short:?}");
}

#[test]
fn too_small_a_budget_comes_with_the_smallest_that_works() {
    let model = PMedian::new(row(), [4.0, 4.0, 4.0]).budget(9.0).site_costs([5.0, 7.0, 9.0]).capacities([6.0; 3]);
    let short = reasons(model.solve(&SolveOptions::default()));
    assert!(short.contains(&Reason::BudgetTooSmall { budget: 9.0, smallest: Some(12.0) }), "{short:?}");
}

#[test]
fn a_point_too_large_for_every_room_is_named() {
    let model = SetCover::new(row()).weights([4.0, 9.0, 4.0]).capacities([8.0; 3]).single_source(true);
    let large = reasons(model.solve(&SolveOptions::default()));
    assert!(matches!(large.as_slice(), [Reason::TooLargeToServe { size: 9.0, largest: 8.0, .. }]), "{large:?}");
}

#[test]
fn a_required_site_that_cannot_reach_its_minimum_use_is_named() {
    let model = FixedCharge::new(row(), [4.0; 3], [1.0; 3]).required([1]).min_use([0.0, 13.0, 0.0]);
    let unused = reasons(model.solve(&SolveOptions::default()));
    assert!(
        matches!(unused.as_slice(), [Reason::MinUseUnreachable { min_use: 13.0, reachable: 12.0, .. }]),
        "{unused:?}"
    );
}

#[test]
fn a_minimum_use_that_no_plan_can_reach_names_site_and_number() {
    let model = FixedCharge::new(row(), [4.0; 3], [1.0; 3]).min_use([13.0, 15.0, 14.0]);
    let short = reasons(model.solve(&SolveOptions::default()));
    assert!(
        matches!(short.as_slice(), [Reason::MinUseShort { site: Id::Int(0), min_use: 13.0, served: 12.0 }]),
        "{short:?}"
    );
    let told = model.solve(&SolveOptions::default()).unwrap_err().to_string();
    assert!(told.contains("site 0 must serve at least 13 where it opens, but "), "{told}");
}

#[test]
fn minimum_uses_that_required_sites_cannot_reach_together_are_named() {
    let model = FixedCharge::new(row(), [4.0; 3], [1.0; 3]).required([0, 2]).min_use([8.0, 0.0, 8.0]);
    let short = reasons(model.solve(&SolveOptions::default()));
    let missing = |reason: &Reason| match reason {
        Reason::MinUseShort { min_use, served, .. } => min_use - served,
        _ => f64::NAN,
    };
    assert_eq!(short.iter().map(missing).sum::<f64>(), 4.0, "{short:?}");
}

type Points = Vec<[f64; 2]>;

/// A town of 300 homes and 60 rooms, scattered by a small generator of its own.
fn scattered() -> (Points, Points, Vec<f64>, Vec<f64>) {
    let mut state = 1_u64;
    let mut next = move |n: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % n) as f64
    };
    let homes = (0..300).map(|_| [next(1000), next(1000)]).collect();
    let rooms = (0..60).map(|_| [next(1000), next(1000)]).collect();
    let weights = (0..300).map(|_| 1.0 + next(99)).collect();
    let capacities = (0..60).map(|_| 1_000.0 + next(1_000)).collect();
    (homes, rooms, weights, capacities)
}

#[test]
fn a_town_of_300_homes_and_60_rooms_is_solved_to_proven_optimality() {
    let (homes, rooms, weights, capacities) = scattered();
    let near = TravelMatrix::from_points(&homes, &rooms, siting::Metric::Euclidean, Some(250.0)).unwrap();
    let all = TravelMatrix::from_points(&homes, &rooms, siting::Metric::Euclidean, None).unwrap();
    let options = SolveOptions::default();
    let large: Vec<f64> = capacities.iter().map(|capacity| 2.0 * capacity).collect();
    let cover = MaxCover::new(near, weights.clone()).p(6).capacities(large);
    let split = cover.solve(&options).unwrap();
    check(&cover, &split).unwrap();
    let median = PMedian::new(all.clone(), weights.clone()).p(15).capacities(capacities.clone());
    let walked = median.solve(&options).unwrap();
    check(&median, &walked).unwrap();
    let charge = FixedCharge::new(all, weights.clone(), vec![10_000.0; 60]).capacities(capacities.clone());
    let balanced = charge.solve(&options).unwrap();
    check(&charge, &balanced).unwrap();
    for solution in [&split, &walked, &balanced] {
        assert!(solution.is_optimal(), "{:?} {:?} {:?}", solution.model, solution.objective, solution.bound);
    }
    // What a p-median walks, fixed charge can walk too when it pays for the sites.
    assert!(balanced.objective <= walked.objective + 15.0 * 10_000.0 + 1e-6);
}

#[test]
fn a_run_that_stops_early_holds_a_checked_plan_and_a_true_bound() {
    let (homes, rooms, weights, capacities) = scattered();
    let travel = TravelMatrix::from_points(&homes, &rooms, siting::Metric::Euclidean, None).unwrap();
    let model = PMedian::new(travel, weights).p(15).capacities(capacities).single_source(true);
    let early = model.solve(&SolveOptions::default().gap(0.05)).unwrap();
    check(&model, &early).unwrap();
    let best = model.clone().single_source(false).solve(&SolveOptions::default()).unwrap();
    // Splitting can only help, and the bound of the early run holds for every plan.
    assert!(early.objective >= best.objective - 1e-6);
    let bound = early.bound.unwrap();
    assert!(bound <= early.objective && early.gap.unwrap() <= 0.05, "{bound} {:?}", early.gap);
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads() {
    let (homes, rooms, weights, capacities) = scattered();
    let travel = TravelMatrix::from_points(&homes, &rooms, siting::Metric::Euclidean, Some(300.0)).unwrap();
    let model = MaxCover::new(travel, weights).p(8).capacities(capacities).single_source(true);
    let options = SolveOptions::default().method(Method::Heuristic);
    let one = model.solve(&options.clone().threads(1)).unwrap();
    let two = model.solve(&options.threads(2)).unwrap();
    assert_eq!((one.objective, one.sites, one.assignment), (two.objective, two.sites, two.assignment));
}

#[test]
fn a_fixed_charge_with_capacities_is_proven_like_the_formulation_on_any_number_of_threads() {
    let (homes, rooms, weights, capacities) = scattered();
    let (homes, rooms, weights) = (&homes[..60], &rooms[..20], weights[..60].to_vec());
    let travel = TravelMatrix::from_points(homes, rooms, siting::Metric::Euclidean, None).unwrap();
    let equal = vec![900.0; 20];
    let mixed: Vec<f64> = capacities[..20].iter().map(|capacity| capacity / 2.0).collect();
    for capacities in [equal, mixed] {
        let model = FixedCharge::new(travel.clone(), weights.clone(), vec![60_000.0; 20])
            .capacities(capacities)
            .existing([2])
            .required([5])
            .forbidden([11]);
        let plain = model.solve(&SolveOptions::default().method(Method::Mip)).unwrap();
        let one = model.solve(&SolveOptions::default().threads(1)).unwrap();
        let two = model.solve(&SolveOptions::default().threads(2)).unwrap();
        assert!(plain.is_optimal() && one.is_optimal() && two.is_optimal());
        assert!((one.objective - plain.objective).abs() <= 1e-7 * plain.objective, "{one:?} {plain:?}");
        assert_eq!((&one.sites, one.objective, one.nodes), (&two.sites, two.objective, two.nodes));
        // Asked for less, the search ends earlier with a bound that holds.
        let near = model.solve(&SolveOptions::default().gap(0.03)).unwrap();
        assert!(near.bound.unwrap() <= one.objective * (1.0 + 1e-9) && one.objective <= near.objective);
    }
}
