//! The p-center: brute force, both backends, every rule.

mod support;

use std::time::Duration;

use ndarray::array;
use proptest::prelude::*;
use siting::{
    Backend, CancelToken, Error, Limit, Method, Metric, Model, PCenter, Reason, Rules, SolveOptions, TravelMatrix,
    check,
};
use support::{Town, allowed, money, rules, subsets, towns};

/// The largest weighted cost of a set; `None` when it leaves somebody out of reach.
fn radius(town: &Town, weights: &[f64], open: &[usize]) -> Option<f64> {
    let of = |i: usize| town.nearest(i, open, f64::INFINITY).map(|cost| weights[i] * cost);
    (0..town.n_demand()).map(of).try_fold(0.0, |most: f64, cost| cost.map(|cost| most.max(cost)))
}

fn best(town: &Town, weights: &[f64], rules: &Rules) -> Option<f64> {
    let sets = subsets(town.n_sites()).filter(|open| allowed(rules, &town.site_costs, open));
    sets.filter_map(|open| radius(town, weights, &open)).reduce(f64::min)
}

fn model(town: &Town, weights: Option<&[f64]>, rules: &Rules) -> PCenter {
    let mut model = PCenter::new(town.travel())
        .site_costs(town.site_costs.clone())
        .required(rules.required.clone())
        .forbidden(rules.forbidden.clone())
        .existing(rules.existing.clone());
    if let Some(weights) = weights {
        model = model.weights(weights);
    }
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

/// Every method on every backend.
fn ways() -> Vec<SolveOptions> {
    let both = |method| {
        [Backend::Highs, Backend::Microlp]
            .map(|backend| SolveOptions::default().method(method).backend(backend).threads(1))
    };
    [Method::Auto, Method::Mip].into_iter().flat_map(both).collect()
}

fn ruled_town() -> impl Strategy<Value = (Town, Rules)> {
    let town = towns().prop_flat_map(|town| {
        let n = town.n_sites();
        (Just(town), rules(n))
    });
    (town, prop::option::of(0_usize..5), prop::option::of(0_u32..25)).prop_map(|((town, base), p, budget)| {
        let p = p.map(|p| p.min(town.n_sites()));
        let p = if budget.is_none() { Some(p.unwrap_or(2)) } else { p };
        (town, Rules { p, budget: budget.map(f64::from), ..base })
    })
}

/// The sites of a solution as brute force writes them.
fn opened(sites: &[u32]) -> Vec<usize> {
    sites.iter().map(|&j| j as usize).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn brute_force_agrees_on_both_backends_with_every_rule((town, rules) in ruled_town(), weighted in any::<bool>()) {
        let weights = if weighted { town.weights.clone() } else { vec![1.0; town.n_demand()] };
        let model = model(&town, weighted.then_some(&weights[..]), &rules);
        let expected = best(&town, &weights, &rules);
        for options in ways() {
            match (model.solve(&options), expected) {
                (Ok(solution), Some(expected)) => {
                    prop_assert!(solution.is_optimal(), "{options:?} {solution:?}");
                    prop_assert_eq!(solution.objective, expected, "{:?}", options);
                    let open = opened(&solution.sites);
                    prop_assert!(allowed(&rules, &town.site_costs, &open));
                    prop_assert_eq!(radius(&town, &weights, &open), Some(expected));
                    check(&model, &solution).unwrap();
                }
                (Err(Error::Infeasible(reasons)), None) => prop_assert!(!reasons.reasons.is_empty()),
                (other, expected) => prop_assert!(false, "{other:?} where brute force says {expected:?} ({options:?})"),
            }
        }
    }

    #[test]
    fn p_alone_gives_the_radius_of_brute_force(town in towns(), p in 1_usize..4) {
        let rules = Rules { p: Some(p.min(town.n_sites())), ..Rules::default() };
        let ones = vec![1.0; town.n_demand()];
        for options in ways() {
            let found = model(&town, None, &rules).solve(&options).ok().map(|solution| solution.objective);
            prop_assert_eq!(found, best(&town, &ones, &rules));
        }
    }

    #[test]
    fn the_reasons_for_infeasibility_are_true((town, rules) in ruled_town()) {
        let with = |rules: &Rules| model(&town, None, rules).solve(&SolveOptions::default().threads(1));
        let Err(Error::Infeasible(infeasible)) = with(&rules) else { return Ok(()) };
        let ones = vec![1.0; town.n_demand()];
        for reason in infeasible.reasons {
            match reason {
                Reason::SitesTooFew { p, smallest: Some(smallest) } => {
                    prop_assert!(smallest > p);
                    let fewer = Rules { budget: None, p: Some(smallest - 1), ..rules.clone() };
                    prop_assert_eq!(best(&town, &ones, &fewer), None);
                    let enough = Rules { budget: None, p: Some(smallest), ..rules.clone() };
                    prop_assert!(best(&town, &ones, &enough).is_some());
                }
                Reason::BudgetTooSmall { budget, smallest: Some(smallest) } => {
                    prop_assert!(smallest > budget);
                    // With p and a budget, the cheapest p sites may be too dear before anybody asks whom they reach.
                    let sets = subsets(town.n_sites()).filter(|open| {
                        allowed(&Rules { budget: None, ..rules.clone() }, &town.site_costs, open)
                    });
                    let cheapest = sets.map(|open| money(&rules, &town.site_costs, &open)).reduce(f64::min);
                    let reaching = subsets(town.n_sites()).filter(|open| {
                        allowed(&Rules { budget: None, ..rules.clone() }, &town.site_costs, open)
                            && radius(&town, &ones, open).is_some()
                    });
                    let least = reaching.map(|open| money(&rules, &town.site_costs, &open)).reduce(f64::min);
                    prop_assert!(Some(smallest) == least || Some(smallest) == cheapest, "{smallest} {least:?} {cheapest:?}");
                }
                Reason::Unreachable { count, needed, .. } => {
                    let may_open: Vec<usize> = (0..town.n_sites()).filter(|&j| !rules.forbidden.contains(&(j as u32))).collect();
                    let alone = (0..town.n_demand()).filter(|&i| town.nearest(i, &may_open, f64::INFINITY).is_none()).count();
                    prop_assert_eq!((count, needed), (alone, 1));
                }
                Reason::RequiredExceedP { required, p } => prop_assert!(required > p),
                Reason::SitesTooMany { p, available } => prop_assert!(available < p),
                Reason::RequiredExceedBudget { cost, budget } => prop_assert!(cost > budget),
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }

    #[test]
    fn the_heuristic_never_beats_the_optimum_and_obeys_the_rules((town, rules) in ruled_town()) {
        let model = model(&town, None, &rules);
        if let Ok(quick) = model.solve(&SolveOptions::default().method(Method::Heuristic)) {
            let exact = model.solve(&SolveOptions::default().threads(1)).unwrap();
            prop_assert!(quick.objective >= exact.objective);
            prop_assert_eq!(quick.bound, None);
            check(&model, &quick).unwrap();
        }
    }

    #[test]
    fn the_radius_shrinks_with_p(town in towns()) {
        let of = |p: usize| {
            let solved = model(&town, None, &Rules { p: Some(p), ..Rules::default() }).solve(&SolveOptions::default().threads(1));
            solved.map_or(f64::INFINITY, |solution| solution.objective)
        };
        let radii: Vec<f64> = (0..=town.n_sites()).map(of).collect();
        prop_assert!(radii.windows(2).all(|two| two[0] >= two[1]), "{radii:?}");
    }
}

/// A pseudo-random town of points, the same each time.
fn points(n: u32, factor: u32) -> Vec<[f64; 2]> {
    let at = |k: u32| f64::from(k.wrapping_mul(factor).wrapping_mul(k ^ 0x5bd1) % 10_007);
    (1..=n).map(|k| [at(k), at(k + 40_000)]).collect()
}

#[test]
fn the_bound_is_valid_however_soon_the_time_is_up() {
    let travel = TravelMatrix::from_points(&points(300, 7919), &points(80, 104_729), Metric::Euclidean, None).unwrap();
    let model = PCenter::new(travel).p(7);
    let optimum = model.solve(&SolveOptions::default()).unwrap();
    assert!(optimum.is_optimal());
    for milliseconds in [0, 1, 5, 20, 80, 200] {
        for method in [Method::Auto, Method::Mip] {
            let options = SolveOptions::default().method(method).time_limit(Duration::from_millis(milliseconds));
            match model.solve(&options) {
                Ok(solution) => {
                    assert!(solution.objective >= optimum.objective);
                    assert!(solution.bound.is_none_or(|bound| bound <= optimum.objective), "{solution:?}");
                    assert!(solution.is_optimal() || solution.limit == Some(Limit::Time));
                }
                Err(error) => assert!(matches!(error, Error::NoSolution { limit: Limit::Time, .. }), "{error}"),
            }
        }
    }
}

#[test]
fn all_methods_and_backends_agree_on_towns_too_large_for_brute_force() {
    for (homes, rooms, p) in [(40, 25, 4), (60, 60, 9), (90, 30, 6)] {
        let travel = TravelMatrix::from_points(&points(homes, 7919), &points(rooms, 104_729), Metric::Euclidean, None);
        let weights: Vec<f64> = (0..homes).map(|k| f64::from(1 + k * 37 % 11)).collect();
        let costs: Vec<f64> = (0..rooms).map(|k| f64::from(1 + k * 53 % 7)).collect();
        let by_p = PCenter::new(travel.unwrap()).weights(weights).p(p);
        let by_both = by_p.clone().site_costs(costs).budget(3.0 * p as f64).required([3]).existing([1]);
        for model in [by_p, by_both] {
            let solved = ways().into_iter().map(|options| model.solve(&options).unwrap());
            let values: Vec<(f64, bool)> = solved.map(|solution| (solution.objective, solution.is_optimal())).collect();
            assert!(values.iter().all(|value| *value == (values[0].0, true)), "{homes} x {rooms}: {values:?}");
        }
    }
}

#[test]
fn a_gap_stops_the_search_early_with_a_true_bound() {
    let travel = TravelMatrix::from_points(&points(300, 7919), &points(80, 104_729), Metric::Euclidean, None).unwrap();
    let model = PCenter::new(travel).p(7);
    let optimum = model.solve(&SolveOptions::default()).unwrap().objective;
    let solution = model.solve(&SolveOptions::default().gap(0.2)).unwrap();
    assert!(solution.objective <= optimum * 1.2 + 1e-9);
    assert!(solution.bound.unwrap() <= optimum);
    assert!(solution.is_optimal() || solution.limit == Some(Limit::Gap));
}

#[test]
fn a_cancelled_solve_returns_its_plan_or_says_that_it_has_none() {
    let travel = TravelMatrix::from_points(&points(300, 7919), &points(80, 104_729), Metric::Euclidean, None).unwrap();
    let token = CancelToken::new();
    token.cancel();
    match PCenter::new(travel).p(7).solve(&SolveOptions::default().cancel(token)) {
        Ok(solution) => assert_eq!(solution.limit, Some(Limit::Interrupt)),
        Err(error) => assert!(matches!(error, Error::NoSolution { limit: Limit::Interrupt, .. })),
    }
}

#[test]
fn progress_never_shows_a_bound_above_an_incumbent() {
    let travel = TravelMatrix::from_points(&points(200, 7919), &points(60, 104_729), Metric::Euclidean, None).unwrap();
    let options = SolveOptions::default().progress(|progress| {
        if let (Some(incumbent), Some(bound)) = (progress.incumbent, progress.bound) {
            assert!(bound <= incumbent, "{progress:?}");
        }
    });
    assert!(PCenter::new(travel).p(5).solve(&options).unwrap().is_optimal());
}

#[test]
fn the_same_seed_gives_the_same_sites_whatever_the_number_of_threads() {
    let travel = TravelMatrix::from_points(&points(200, 7919), &points(60, 104_729), Metric::Euclidean, None).unwrap();
    let model = PCenter::new(travel).p(6);
    let one = model.solve(&SolveOptions::default().threads(1)).unwrap();
    let two = model.solve(&SolveOptions::default().threads(2)).unwrap();
    assert_eq!((one.sites, one.objective), (two.sites, two.objective));
}

/// Homes on rings around centres far apart, each with a room: p of them are best opened at the centres.
fn rings(p: u32) -> TravelMatrix {
    let around = |k: u32| {
        let centre = [f64::from(k % 4) * 1_000.0, f64::from(k / 4) * 1_000.0];
        let at = move |turn: u32| {
            let angle = f64::from(turn * 7 + k) * 0.3;
            [centre[0] + 100.0 * angle.cos(), centre[1] + 100.0 * angle.sin()]
        };
        (0..12).map(at).chain([centre])
    };
    let homes: Vec<[f64; 2]> = (0..p).flat_map(around).collect();
    TravelMatrix::from_points(&homes, &homes, Metric::Euclidean, None).unwrap()
}

#[test]
fn the_heuristic_finds_the_centres_of_rings_and_the_proof_agrees() {
    for p in [2, 7, 12] {
        let model = PCenter::new(rings(p)).p(p as usize);
        let centres: Vec<u32> = (0..p).map(|k| k * 13 + 12).collect();
        for options in [SolveOptions::default().method(Method::Heuristic), SolveOptions::default()] {
            let solution = model.solve(&options).unwrap();
            assert_eq!(solution.sites, centres);
            assert!((solution.objective - 100.0).abs() < 1e-9);
        }
    }
}

#[test]
fn existing_required_and_forbidden_sites_hold_where_only_exchanges_find_the_best() {
    let towns = points(150, 7919);
    let travel = TravelMatrix::from_points(&towns, &towns, Metric::Euclidean, None).unwrap();
    let model = PCenter::new(travel).p(9).existing([3, 4]).required([10]).forbidden([20, 21, 22]);
    let auto = model.solve(&SolveOptions::default()).unwrap();
    let plain = model.solve(&SolveOptions::default().method(Method::Mip)).unwrap();
    assert!(auto.is_optimal() && plain.is_optimal());
    assert_eq!(auto.objective, plain.objective);
    assert_eq!(auto.sites.len(), 11);
    assert!([3, 4, 10].iter().all(|site| auto.sites.contains(site)));
    assert!(![20, 21, 22].iter().any(|site| auto.sites.contains(site)));
    check(&model, &auto).unwrap();
}

/// Homes on a line with a room at each: two rooms reach within 10 what one reaches within 20.
fn line() -> TravelMatrix {
    let homes = [[0.0, 0.0], [10.0, 0.0], [20.0, 0.0], [30.0, 0.0], [40.0, 0.0]];
    TravelMatrix::from_points(&homes, &homes, Metric::Euclidean, None).unwrap()
}

#[test]
fn one_center_is_the_middle_of_a_line() {
    let solution = PCenter::new(line()).p(1).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective, solution.max_cost), (vec![2], 20.0, Some(20.0)));
}

#[test]
fn exactly_p_sites_open_even_when_fewer_would_do() {
    let solution = PCenter::new(array_of_one_good_site()).p(3).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![0, 1, 2], 1.0));
}

fn array_of_one_good_site() -> TravelMatrix {
    TravelMatrix::from_dense(array![[1.0, 5.0, 5.0], [1.0, 5.0, 5.0]].view()).unwrap()
}

#[test]
fn a_heavy_demand_point_draws_the_center_towards_it() {
    let solution =
        PCenter::new(line()).weights([9.0, 1.0, 1.0, 1.0, 1.0]).p(1).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![0], 40.0));
}

#[test]
fn a_demand_point_of_weight_zero_only_asks_to_be_in_reach() {
    let travel = TravelMatrix::from_pairs(2, 2, &[(0, 0, 1.0), (0, 1, 2.0), (1, 1, 50.0)]).unwrap();
    let solution = PCenter::new(travel).weights([1.0, 0.0]).p(1).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![1], 2.0));
}

#[test]
fn an_existing_site_serves_without_counting_and_is_not_opened_again() {
    let solution = PCenter::new(line()).existing([0]).p(1).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![0, 3], 10.0));
}

#[test]
fn closing_an_existing_site_can_pay_for_a_better_one() {
    let model =
        PCenter::new(line()).existing([0]).closing_costs([-5.0]).site_costs([4.0, 4.0, 5.0, 4.0, 4.0]).budget(0.0);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![2], 20.0));
}

#[test]
fn the_smallest_p_that_reaches_everyone_is_named() {
    let travel =
        TravelMatrix::from_points(&points(60, 7919), &points(60, 7919), Metric::Euclidean, Some(1_500.0)).unwrap();
    let Err(Error::Infeasible(infeasible)) = PCenter::new(travel.clone()).p(1).solve(&SolveOptions::default()) else {
        panic!("one site cannot reach all");
    };
    let [Reason::SitesTooFew { p: 1, smallest: Some(smallest) }] = infeasible.reasons[..] else {
        panic!("{infeasible}")
    };
    assert!(PCenter::new(travel.clone()).p(smallest).solve(&SolveOptions::default()).is_ok());
    assert!(PCenter::new(travel).p(smallest - 1).solve(&SolveOptions::default()).is_err());
}

#[test]
fn an_unreachable_demand_point_is_named_with_the_radius_that_reaches_it() {
    let homes = [[0.0, 0.0], [700.0, 0.0]];
    let travel = TravelMatrix::from_points(&homes, &[[100.0, 0.0]], Metric::Euclidean, Some(500.0)).unwrap();
    let Err(Error::Infeasible(infeasible)) = PCenter::new(travel).p(1).solve(&SolveOptions::default()) else {
        panic!("nothing reaches the second home");
    };
    let [Reason::Unreachable { count: 1, radius: Some(radius), .. }] = &infeasible.reasons[..] else {
        panic!("{infeasible}")
    };
    assert_eq!(*radius, 600.0);
}

#[test]
fn a_warm_start_is_never_made_worse() {
    let travel = TravelMatrix::from_points(&points(300, 7919), &points(80, 104_729), Metric::Euclidean, None).unwrap();
    let model = PCenter::new(travel).p(7);
    let optimum = model.solve(&SolveOptions::default()).unwrap();
    let options = SolveOptions::default().method(Method::Heuristic).warm_start(optimum.sites.clone());
    assert_eq!(model.solve(&options).unwrap().objective, optimum.objective);
}

#[test]
fn a_center_without_p_and_without_budget_is_refused() {
    assert!(matches!(PCenter::new(line()).validate(), Err(Error::Missing { argument: "p", .. })));
}
