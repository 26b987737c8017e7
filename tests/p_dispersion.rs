//! The p-dispersion: brute force, both backends, every rule.

mod support;

use std::time::Duration;

use proptest::prelude::*;
use siting::{
    Backend, CancelToken, Error, Limit, Method, Metric, Model, PDispersion, Reason, Rules, SolveOptions, TravelMatrix,
    check,
};
use support::{allowed, rules, subsets};

/// Distances between a few sites, some of them unknown, and what opening costs.
#[derive(Debug, Clone)]
struct Sites {
    distances: Vec<Vec<Option<f64>>>,
    costs: Vec<f64>,
}

impl Sites {
    fn model(&self, rules: &Rules) -> PDispersion {
        let n = u32::try_from(self.costs.len()).unwrap();
        let mut pairs = Vec::new();
        for (i, row) in (0..n).zip(&self.distances) {
            pairs.extend((0..n).zip(row).filter_map(|(j, distance)| distance.map(|distance| (i, j, distance))));
        }
        let mut model = PDispersion::new(TravelMatrix::from_pairs(self.costs.len(), self.costs.len(), &pairs).unwrap())
            .site_costs(self.costs.clone())
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

    /// The smallest distance between any two sites of a set, in either direction.
    fn spread(&self, open: &[usize]) -> f64 {
        let pairs = open.iter().flat_map(|&a| open.iter().map(move |&b| (a, b))).filter(|(a, b)| a != b);
        pairs.filter_map(|(a, b)| self.distances[a][b]).fold(f64::INFINITY, f64::min)
    }

    fn best(&self, rules: &Rules) -> Option<f64> {
        let sets = subsets(self.costs.len()).filter(|open| allowed(rules, &self.costs, open));
        sets.map(|open| self.spread(&open)).reduce(f64::max)
    }
}

fn sites(unknown: u32) -> impl Strategy<Value = Sites> {
    (3_usize..=7).prop_flat_map(move |n| {
        let distance = prop_oneof![
            8 => (0_u32..12).prop_map(|distance| Some(f64::from(distance))),
            unknown => Just(None),
        ];
        let distances = prop::collection::vec(prop::collection::vec(distance, n), n);
        let costs = prop::collection::vec((0_u32..9).prop_map(f64::from), n);
        (distances, costs).prop_map(|(distances, costs)| Sites { distances, costs })
    })
}

fn ruled_sites(unknown: u32) -> impl Strategy<Value = (Sites, Rules)> {
    let ruled = sites(unknown).prop_flat_map(|sites| {
        let n = sites.costs.len();
        (Just(sites), rules(n))
    });
    (ruled, 0_usize..5, prop::option::of(0_u32..30)).prop_map(|((sites, base), p, budget)| {
        let p = Some(p.min(sites.costs.len()).max(2_usize.saturating_sub(base.existing.len())));
        (sites, Rules { p, budget: budget.map(f64::from), ..base })
    })
}

/// Every method on every backend.
fn ways() -> Vec<SolveOptions> {
    let both = |method| {
        let backends = [Backend::Highs, Backend::Microlp];
        backends.map(|backend| SolveOptions::default().method(method).backend(backend).threads(1))
    };
    [Method::Auto, Method::Mip].into_iter().flat_map(both).collect()
}

fn agrees_with_brute_force(sites: &Sites, rules: &Rules) -> Result<(), TestCaseError> {
    let model = sites.model(rules);
    let expected = sites.best(rules);
    for options in ways() {
        match (model.solve(&options), expected) {
            (Ok(solution), Some(expected)) => {
                prop_assert!(solution.is_optimal(), "{options:?} {solution:?}");
                prop_assert_eq!(solution.objective, expected, "{:?}", options);
                let open: Vec<usize> = solution.sites.iter().map(|&j| j as usize).collect();
                prop_assert!(allowed(rules, &sites.costs, &open));
                prop_assert_eq!(sites.spread(&open), expected);
                check(&model, &solution).unwrap();
            }
            (Err(Error::Infeasible(reasons)), None) => prop_assert!(!reasons.reasons.is_empty()),
            (Err(Error::InvalidValue { argument: "travel", .. }), Some(expected)) => {
                prop_assert_eq!(expected, f64::INFINITY);
            }
            (other, expected) => prop_assert!(false, "{other:?} where brute force says {expected:?} ({options:?})"),
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn brute_force_agrees_on_both_backends_with_every_rule((sites, rules) in ruled_sites(1)) {
        agrees_with_brute_force(&sites, &rules)?;
    }

    #[test]
    fn brute_force_agrees_where_many_distances_are_unknown((sites, rules) in ruled_sites(12)) {
        agrees_with_brute_force(&sites, &rules)?;
    }

    #[test]
    fn p_alone_gives_the_distance_of_brute_force(sites in sites(0), p in 2_usize..6) {
        let rules = Rules { p: Some(p.min(sites.costs.len())), ..Rules::default() };
        agrees_with_brute_force(&sites, &rules)?;
    }

    #[test]
    fn the_reasons_for_infeasibility_are_true((sites, rules) in ruled_sites(1)) {
        let Err(Error::Infeasible(infeasible)) = sites.model(&rules).solve(&SolveOptions::default().threads(1)) else { return Ok(()) };
        for reason in infeasible.reasons {
            match reason {
                Reason::BudgetTooSmall { budget, smallest: Some(smallest) } => {
                    prop_assert!(smallest > budget);
                    let best_with = |budget| sites.best(&Rules { budget: Some(budget), ..rules.clone() });
                    prop_assert!(best_with(smallest).is_some());
                    prop_assert!(best_with(smallest - 0.5).is_none());
                }
                Reason::RequiredExceedP { required, p } => prop_assert!(required > p),
                Reason::SitesTooMany { p, available } => prop_assert!(available < p),
                Reason::RequiredExceedBudget { cost, budget } => prop_assert!(cost > budget),
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }

    #[test]
    fn the_heuristic_always_finds_a_plan_and_never_beats_the_optimum((sites, rules) in ruled_sites(1)) {
        let model = sites.model(&rules);
        let exact = model.solve(&SolveOptions::default().threads(1));
        match (model.solve(&SolveOptions::default().method(Method::Heuristic)), exact) {
            (Ok(quick), Ok(exact)) => {
                prop_assert!(quick.objective <= exact.objective);
                prop_assert_eq!(quick.bound, None);
                check(&model, &quick).unwrap();
            }
            // It may miss that a plan without known distances exists.
            (Ok(_), Err(Error::InvalidValue { argument: "travel", .. })) => {}
            (Err(quick), Err(exact)) => prop_assert_eq!(quick, exact),
            (quick, exact) => prop_assert!(false, "{quick:?} {exact:?}"),
        }
    }
}

/// A pseudo-random town of points, the same each time.
fn points(n: u32) -> Vec<[f64; 2]> {
    let at = |k: u32| f64::from(k.wrapping_mul(7919).wrapping_mul(k ^ 0x5bd1) % 10_007);
    (1..=n).map(|k| [at(k), at(k + 40_000)]).collect()
}

#[test]
fn the_bound_is_valid_however_soon_the_time_is_up() {
    let model = PDispersion::from_points(&points(120), Metric::Euclidean).unwrap().p(12);
    let optimum = model.solve(&SolveOptions::default()).unwrap();
    assert!(optimum.is_optimal());
    for milliseconds in [0, 1, 5, 20, 80, 200] {
        for method in [Method::Auto, Method::Mip] {
            let options = SolveOptions::default().method(method).time_limit(Duration::from_millis(milliseconds));
            match model.solve(&options) {
                Ok(solution) => {
                    assert!(solution.objective <= optimum.objective);
                    assert!(solution.bound.is_none_or(|bound| bound >= optimum.objective), "{solution:?}");
                    assert!(solution.is_optimal() || solution.limit == Some(Limit::Time));
                }
                Err(error) => assert!(matches!(error, Error::NoSolution { limit: Limit::Time, .. }), "{error}"),
            }
        }
    }
}

#[test]
fn all_methods_and_backends_agree_on_towns_too_large_for_brute_force() {
    for (n, p) in [(30, 5), (40, 8), (50, 12)] {
        let costs: Vec<f64> = (0..n).map(|k| f64::from(1 + k * 53 % 7)).collect();
        let by_p = PDispersion::from_points(&points(n), Metric::Euclidean).unwrap().p(p);
        let by_both = by_p.clone().site_costs(costs).budget(2.5 * p as f64).existing([1, 7]).closing_costs([3.0, -2.0]);
        for model in [by_p, by_both] {
            let solved = ways().into_iter().map(|options| model.solve(&options).unwrap());
            let values: Vec<(f64, bool)> = solved.map(|solution| (solution.objective, solution.is_optimal())).collect();
            assert!(values.iter().all(|value| *value == (values[0].0, true)), "{n} sites: {values:?}");
        }
    }
}

#[test]
fn a_gap_stops_the_search_early_with_a_true_bound() {
    let model = PDispersion::from_points(&points(120), Metric::Euclidean).unwrap().p(12);
    let optimum = model.solve(&SolveOptions::default()).unwrap().objective;
    let solution = model.solve(&SolveOptions::default().gap(0.3)).unwrap();
    assert!(solution.objective * 1.3 >= optimum - 1e-9);
    assert!(solution.bound.unwrap() >= optimum);
    assert!(solution.is_optimal() || solution.limit == Some(Limit::Gap));
}

#[test]
fn a_cancelled_solve_returns_its_plan_or_says_that_it_has_none() {
    let token = CancelToken::new();
    token.cancel();
    let model = PDispersion::from_points(&points(100), Metric::Euclidean).unwrap().p(10);
    match model.solve(&SolveOptions::default().cancel(token)) {
        Ok(solution) => assert_eq!(solution.limit, Some(Limit::Interrupt)),
        Err(error) => assert!(matches!(error, Error::NoSolution { limit: Limit::Interrupt, .. })),
    }
}

#[test]
fn progress_never_shows_a_bound_below_an_incumbent() {
    let options = SolveOptions::default().progress(|progress| {
        if let (Some(incumbent), Some(bound)) = (progress.incumbent, progress.bound) {
            assert!(bound >= incumbent, "{progress:?}");
        }
    });
    let model = PDispersion::from_points(&points(100), Metric::Euclidean).unwrap().p(10);
    assert!(model.solve(&options).unwrap().is_optimal());
}

#[test]
fn the_same_seed_gives_the_same_sites_whatever_the_number_of_threads() {
    let model = PDispersion::from_points(&points(100), Metric::Euclidean).unwrap().p(9);
    let one = model.solve(&SolveOptions::default().threads(1)).unwrap();
    let two = model.solve(&SolveOptions::default().threads(2)).unwrap();
    assert_eq!((one.sites, one.objective), (two.sites, two.objective));
}

#[test]
fn the_corners_and_the_middle_of_a_square_disperse_to_the_corners() {
    let corners = [[0.0, 0.0], [0.0, 10.0], [5.0, 5.0], [10.0, 0.0], [10.0, 10.0]];
    let solution =
        PDispersion::from_points(&corners, Metric::Euclidean).unwrap().p(4).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![0, 1, 3, 4], 10.0));
}

#[test]
fn an_existing_site_keeps_new_ones_away() {
    let line = [[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [9.0, 0.0]];
    let model = PDispersion::from_points(&line, Metric::Euclidean).unwrap().existing([1]).p(1);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![1, 3], 8.0));
}

#[test]
fn two_existing_sites_that_stay_bound_the_objective() {
    let line = [[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [9.0, 0.0]];
    let model = PDispersion::from_points(&line, Metric::Euclidean).unwrap().existing([0, 1]).p(1);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.objective, solution.bound), (1.0, Some(1.0)));
}

#[test]
fn an_existing_site_that_may_close_makes_way() {
    let line = [[0.0, 0.0], [1.0, 0.0], [5.0, 0.0], [9.0, 0.0]];
    let model = PDispersion::from_points(&line, Metric::Euclidean).unwrap().existing([1]).closing_costs([100.0]).p(2);
    let solution = model.clone().solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.sites, solution.objective), (vec![0, 3], 9.0));
    // With a budget that does not pay for closing it stays.
    let kept = model.budget(50.0).solve(&SolveOptions::default()).unwrap();
    assert_eq!((kept.sites, kept.objective), (vec![1, 2, 3], 4.0));
}

#[test]
fn the_smaller_of_both_directions_counts() {
    let travel = TravelMatrix::from_pairs(2, 2, &[(0, 1, 7.0), (1, 0, 4.0)]).unwrap();
    assert_eq!(PDispersion::new(travel).p(2).solve(&SolveOptions::default()).unwrap().objective, 4.0);
}

#[test]
fn sites_beyond_the_cutoff_of_the_matrix_are_no_answer_but_an_error_with_a_way_out() {
    let line = [[0.0, 0.0], [1.0, 0.0], [50.0, 0.0]];
    let travel = TravelMatrix::from_points(&line, &line, Metric::Euclidean, Some(5.0)).unwrap();
    for method in [Method::Auto, Method::Mip, Method::Heuristic] {
        let error = PDispersion::new(travel.clone()).p(2).solve(&SolveOptions::default().method(method)).unwrap_err();
        assert!(error.to_string().contains("larger cutoff"), "{error}");
        assert!(error.is_input());
    }
}

#[test]
fn a_plan_of_one_site_alone_is_refused() {
    let line = [[0.0, 0.0], [1.0, 0.0], [5.0, 0.0]];
    let one = PDispersion::from_points(&line, Metric::Euclidean).unwrap().p(1);
    assert!(matches!(one.solve(&SolveOptions::default()), Err(Error::InvalidValue { argument: "p", .. })));
    // The existing site would close to make the distance infinite.
    let closing = one.existing([0]).closing_costs([1.0]);
    assert!(matches!(closing.solve(&SolveOptions::default()), Err(Error::InvalidValue { argument: "travel", .. })));
}

#[test]
fn sites_at_the_same_place_have_distance_zero() {
    let solution = PDispersion::from_points(&[[1.0, 1.0]; 3], Metric::Euclidean)
        .unwrap()
        .p(2)
        .solve(&SolveOptions::default())
        .unwrap();
    assert_eq!((solution.objective, solution.is_optimal()), (0.0, true));
}

#[test]
fn a_matrix_that_is_not_square_is_refused() {
    let travel = TravelMatrix::from_pairs(2, 3, &[(0, 1, 1.0)]).unwrap();
    assert!(matches!(PDispersion::new(travel).p(2).validate(), Err(Error::InvalidValue { argument: "travel", .. })));
}
