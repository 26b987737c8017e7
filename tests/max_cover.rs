//! Maximal covering: brute force, both backends, every rule.

mod support;

use proptest::prelude::*;
use siting::{
    Backend, Error, MaxCover, Method, Metric, Model, Reason, Rules, SolveOptions, Status, TravelMatrix, check,
};
use support::{Town, allowed, money, rules, subsets, towns};

/// Weight that a set covers, counted point by point.
fn covered(town: &Town, open: &[usize], radius: f64, backup: usize) -> f64 {
    (0..town.n_demand())
        .filter(|&i| open.iter().filter(|&&j| town.costs[i][j].is_some_and(|cost| cost <= radius)).count() >= backup)
        .map(|i| town.weights[i])
        .sum()
}

fn best(town: &Town, rules: &Rules, radius: f64, backup: usize) -> Option<f64> {
    subsets(town.n_sites())
        .filter(|open| allowed(rules, &town.site_costs, open))
        .map(|open| covered(town, &open, radius, backup))
        .reduce(f64::max)
}

fn model(town: &Town, rules: &Rules, radius: f64, backup: usize) -> MaxCover {
    let mut model = MaxCover::new(town.travel(), town.weights.clone())
        .within(radius)
        .backup(backup)
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

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn brute_force_agrees_on_both_backends_with_every_rule(
        (town, base) in towns().prop_flat_map(|town| { let n = town.n_sites(); (Just(town), rules(n)) }),
        p in prop::option::of(0_usize..5),
        budget in prop::option::of(0_u32..25),
        radius in 0_u32..10,
        backup in 1_usize..5,
    ) {
        let p = p.map(|p| p.min(town.n_sites()));
        let rules = Rules { p: if budget.is_none() { Some(p.unwrap_or(2)) } else { p }, budget: budget.map(f64::from), ..base };
        let radius = f64::from(radius);
        let backup = backup.min(town.n_sites());
        let model = model(&town, &rules, radius, backup);
        let expected = best(&town, &rules, radius, backup);
        for (method, backend) in [(Method::Auto, Backend::Highs), (Method::Mip, Backend::Highs), (Method::Auto, Backend::Microlp), (Method::Mip, Backend::Microlp)] {
            let options = SolveOptions::default().method(method).backend(backend).threads(1);
            match (model.solve(&options), expected) {
                (Ok(solution), Some(expected)) => {
                    prop_assert!(solution.is_optimal(), "{method:?} {backend:?} {solution:?}");
                    prop_assert_eq!(solution.objective, expected, "{:?} {:?}", method, backend);
                    let open: Vec<usize> = solution.sites.iter().map(|&j| j as usize).collect();
                    prop_assert!(allowed(&rules, &town.site_costs, &open));
                    prop_assert_eq!(covered(&town, &open, radius, backup), expected);
                    check(&model, &solution).unwrap();
                }
                (Err(Error::Infeasible(reasons)), None) => prop_assert!(!reasons.reasons.is_empty()),
                (other, expected) => prop_assert!(false, "{other:?} where brute force says {expected:?}"),
            }
        }
    }

    #[test]
    fn the_heuristic_never_beats_the_optimum_and_obeys_the_rules(town in towns(), p in 1_usize..4, radius in 0_u32..10) {
        let model = model(&town, &Rules { p: Some(p.min(town.n_sites())), ..Rules::default() }, f64::from(radius), 1);
        let quick = model.solve(&SolveOptions::default().method(Method::Heuristic)).unwrap();
        let exact = model.solve(&SolveOptions::default().threads(1)).unwrap();
        prop_assert!(quick.objective <= exact.objective);
        prop_assert_eq!(quick.bound, None);
        check(&model, &quick).unwrap();
    }

    #[test]
    fn coverage_grows_with_p(town in towns(), radius in 0_u32..10) {
        let values: Vec<f64> = (0..=town.n_sites())
            .map(|p| model(&town, &Rules { p: Some(p), ..Rules::default() }, f64::from(radius), 1))
            .map(|model| model.solve(&SolveOptions::default().threads(1)).unwrap().objective)
            .collect();
        prop_assert!(values.windows(2).all(|two| two[0] <= two[1]), "{values:?}");
    }

    #[test]
    fn the_smallest_budget_that_is_named_works_and_a_smaller_one_does_not(
        town in towns(), p in 1_usize..4, budget in 0_u32..6,
    ) {
        let p = p.min(town.n_sites());
        let with = |budget: f64| model(&town, &Rules { p: Some(p), budget: Some(budget), ..Rules::default() }, 5.0, 1);
        if let Err(Error::Infeasible(reasons)) = with(f64::from(budget)).solve(&SolveOptions::default()) {
            let [Reason::BudgetTooSmall { smallest: Some(smallest), .. }] = reasons.reasons[..] else {
                return Err(TestCaseError::fail(format!("{reasons}")));
            };
            let solution = with(smallest).solve(&SolveOptions::default()).unwrap();
            let open: Vec<usize> = solution.sites.iter().map(|&j| j as usize).collect();
            prop_assert_eq!(money(&Rules::default(), &town.site_costs, &open), smallest);
            if smallest >= 1.0 {
                prop_assert!(with(smallest - 1.0).solve(&SolveOptions::default()).is_err());
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_agrees_with_the_plain_formulation_at_medium_size(
        homes in prop::collection::vec((0.0_f64..100.0, 0.0_f64..100.0).prop_map(|(x, y)| [x, y]), 60..160),
        rooms in prop::collection::vec((0.0_f64..100.0, 0.0_f64..100.0).prop_map(|(x, y)| [x, y]), 10..40),
        weights in prop::collection::vec(1_u32..100, 160),
        costs in prop::collection::vec(1_u32..20, 40),
        limit in prop_oneof![(1_usize..10).prop_map(Ok), (5_u32..60).prop_map(Err)],
        radius in 5.0_f64..30.0,
        fractional in any::<bool>(),
        backup in 1_usize..4,
    ) {
        let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, Some(radius)).unwrap();
        let scale = if fractional { 0.37 } else { 1.0 };
        let weights: Vec<f64> = weights[..homes.len()].iter().map(|&weight| f64::from(weight) * scale).collect();
        let costs: Vec<f64> = costs[..rooms.len()].iter().map(|&cost| f64::from(cost)).collect();
        let model = MaxCover::new(travel, weights).site_costs(costs).backup(backup.min(rooms.len()));
        let model = match limit {
            Ok(p) => model.p(p),
            Err(budget) => model.budget(f64::from(budget)),
        };
        let engine = model.solve(&SolveOptions::default()).unwrap();
        let plain = model.solve(&SolveOptions::default().method(Method::Mip).threads(1)).unwrap();
        prop_assert!(engine.is_optimal() && plain.is_optimal(), "{engine:?} {plain:?}");
        prop_assert!((engine.objective - plain.objective).abs() <= 1e-9 * plain.objective, "{engine:?} {plain:?}");
    }
}

/// A line of homes and rooms where greedy is wrong: the middle room reaches most, the two outer ones reach all.
fn line() -> (TravelMatrix, Vec<f64>) {
    let homes = [[0.0, 0.0], [10.0, 0.0], [20.0, 0.0], [30.0, 0.0]];
    let rooms = [[5.0, 0.0], [15.0, 0.0], [25.0, 0.0]];
    let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, Some(8.0)).unwrap();
    (travel, vec![10.0, 11.0, 11.0, 10.0])
}

#[test]
fn two_outer_rooms_beat_the_greedy_middle() {
    let (travel, weights) = line();
    let solution = MaxCover::new(travel, weights).p(2).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![0, 2], 42.0));
}

#[test]
fn each_point_may_have_its_own_radius() {
    let (travel, weights) = line();
    let model = MaxCover::new(travel, weights).within_each([4.0, 8.0, 8.0, 4.0]).p(1);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![1], 22.0));
}

#[test]
fn an_existing_site_serves_for_free_and_does_not_count() {
    let (travel, weights) = line();
    let solution = MaxCover::new(travel, weights).existing([0]).p(1).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![0, 2], 42.0));
}

#[test]
fn a_site_whose_closing_frees_money_closes_when_the_money_covers_more_elsewhere() {
    let (travel, weights) = line();
    let model =
        MaxCover::new(travel, weights).existing([0]).closing_costs([-5.0]).site_costs([9.0, 5.0, 9.0]).budget(0.0);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![1], 22.0));
}

#[test]
fn a_cut_off_shorter_than_the_radius_is_refused() {
    let (travel, weights) = line();
    let wrong = MaxCover::new(travel, weights).within(9.0).p(1).solve(&SolveOptions::default()).unwrap_err();
    assert!(wrong.to_string().contains("cut off at 8"), "{wrong}");
}

#[test]
fn points_merge_without_changing_the_answer() {
    // 3,000 points in 9 places: the merged model must count every one of them.
    let homes: Vec<[f64; 2]> = (0..3_000_u32).map(|i| [f64::from(i % 3) * 10.0, f64::from(i / 3 % 3) * 10.0]).collect();
    let rooms = [[0.0, 0.0], [10.0, 10.0], [20.0, 20.0], [20.0, 0.0]];
    let weights: Vec<f64> = (0..3_000_u32).map(|i| f64::from(1 + i % 7)).collect();
    let travel = TravelMatrix::from_points(&homes, &rooms, Metric::Euclidean, Some(10.0)).unwrap();
    let model = MaxCover::new(travel, weights).p(2);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    let most = subsets(4)
        .filter(|open| open.len() == 2)
        .map(|open| model.evaluate(&open.iter().map(|&j| j as u32).collect::<Vec<_>>()).unwrap().objective)
        .fold(0.0, f64::max);
    assert_eq!(solution.objective, most);
}

#[test]
fn two_sites_that_each_reach_half_cover_nobody_twice() {
    // Each pair of rooms shares one home: two of three rooms cover one of three homes twice, though each home has at least
    // one of them in reach, and the relaxation takes two thirds of every room.
    let pairs: Vec<(u32, u32, f64)> =
        [(0, 0), (0, 1), (1, 1), (1, 2), (2, 2), (2, 0)].iter().map(|&(i, j)| (i, j, 1.0)).collect();
    let travel = TravelMatrix::from_pairs(3, 3, &pairs).unwrap();
    let model = MaxCover::new(travel, [5.0, 7.0, 6.0]).backup(2);
    for (p, most) in [(0, 0.0), (1, 0.0), (2, 7.0), (3, 18.0)] {
        let solution = model.clone().p(p).solve(&SolveOptions::default()).unwrap();
        assert_eq!(
            (solution.status, solution.objective, solution.bound),
            (Status::Optimal, most, Some(most)),
            "p = {p}"
        );
    }
    let within_money = model.clone().site_costs([1.0, 1.0, 3.0]).budget(3.5);
    let solution = within_money.solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![0, 1], 5.0));
    // One room is there already: its homes ask for one more site only.
    let solution = model.existing([0]).p(1).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![0, 2], 6.0));
}

/// Whole numbers from 0 on that look random (Knuth's linear congruential generator).
fn scattered(seed: u64) -> impl FnMut(u64) -> u64 {
    let mut state = seed;
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

#[test]
fn large_weights_that_hardly_differ_do_not_break_the_solver() {
    let mut unproven = 0;
    for seed in 0..80 {
        let mut random = scattered(seed);
        let (base, share) = ([1.6e7, 1.6e9, 5e9, 1.6e10][seed as usize % 4], 10 + random(20));
        let (p, weights) = (2 + random(4) as u32, (0..60).map(|_| base + random(50) as f64).collect::<Vec<f64>>());
        let pairs: Vec<(u32, u32, f64)> =
            (0..60).flat_map(|i| (0..14).map(move |j| (i, j, 1.0))).filter(|_| random(100) < share).collect();
        let reach = |j: u32| pairs.iter().filter(|pair| pair.1 == j).fold(0_u64, |bits, pair| bits | 1 << pair.0);
        let reach: Vec<u64> = (0..14).map(reach).collect();
        let value = |open: u32| {
            let bits = (0..14).filter(|j| open >> j & 1 == 1).fold(0, |bits, j| bits | reach[j]);
            weights.iter().enumerate().filter(|(i, _)| bits >> i & 1 == 1).map(|(_, weight)| weight).sum::<f64>()
        };
        let best = (0..1_u32 << 14).filter(|open| open.count_ones() == p).map(value).fold(0.0, f64::max);
        let travel = TravelMatrix::from_pairs(60, 14, &pairs).unwrap();
        let solution = MaxCover::new(travel, weights.clone()).p(p as usize).solve(&SolveOptions::default()).unwrap();
        // Plans that differ by less than the precision of a gap are as good.
        let noise = 1e-9 * best;
        assert!((solution.objective - best).abs() <= noise, "seed {seed}: {} of {best}", solution.objective);
        assert!(solution.bound.unwrap() >= best - noise, "seed {seed}");
        unproven += u32::from(solution.status != Status::Optimal);
    }
    assert_eq!(unproven, 0);
}
