//! Set covering: brute force, both backends, every rule.

mod support;

use proptest::prelude::*;
use siting::{Backend, Error, Method, Metric, Reason, Rules, SetCover, SolveOptions, TravelMatrix, check};
use support::{Town, allowed, money, rules, subsets, towns};

#[derive(Debug, Clone, Copy)]
struct Asked {
    radius: f64,
    backup: usize,
    share: Option<f64>,
}

fn covers(town: &Town, open: &[usize], asked: Asked) -> bool {
    let reached = |i: usize| {
        open.iter().filter(|&&j| town.costs[i][j].is_some_and(|cost| cost <= asked.radius)).count() >= asked.backup
    };
    match asked.share {
        None => (0..town.n_demand()).all(reached),
        Some(share) => {
            let weight: f64 = (0..town.n_demand()).filter(|&i| reached(i)).map(|i| town.weights[i]).sum();
            weight >= share * town.weights.iter().sum::<f64>() - 1e-9
        }
    }
}

fn cheapest(town: &Town, rules: &Rules, asked: Asked) -> Option<f64> {
    subsets(town.n_sites())
        .filter(|open| allowed(rules, &town.site_costs, open) && covers(town, open, asked))
        .map(|open| money(rules, &town.site_costs, &open))
        .reduce(f64::min)
}

fn model(town: &Town, rules: &Rules, asked: Asked) -> SetCover {
    let mut model = SetCover::new(town.travel())
        .weights(town.weights.clone())
        .within(asked.radius)
        .backup(asked.backup)
        .site_costs(town.site_costs.clone())
        .required(rules.required.clone())
        .forbidden(rules.forbidden.clone())
        .existing(rules.existing.clone());
    if let Some(share) = asked.share {
        model = model.share(share);
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
        (town, rules) in towns().prop_flat_map(|town| { let n = town.n_sites(); (Just(town), rules(n)) }),
        share in prop::option::of((0_u32..=10).prop_map(|tenths| f64::from(tenths) / 10.0)),
        radius in 3_u32..12,
        backup in 1_usize..5,
    ) {
        let asked = Asked { radius: f64::from(radius), backup: backup.min(town.n_sites()), share };
        let model = model(&town, &rules, asked);
        let expected = cheapest(&town, &rules, asked);
        for (method, backend) in [(Method::Auto, Backend::Highs), (Method::Mip, Backend::Highs), (Method::Auto, Backend::Microlp)] {
            let options = SolveOptions::default().method(method).backend(backend).threads(1);
            match (model.solve(&options), expected) {
                (Ok(solution), Some(expected)) => {
                    prop_assert!(solution.is_optimal(), "{method:?} {backend:?} {solution:?}");
                    prop_assert_eq!(solution.objective, expected, "{:?} {:?}", method, backend);
                    let open: Vec<usize> = solution.sites.iter().map(|&j| j as usize).collect();
                    prop_assert!(allowed(&rules, &town.site_costs, &open) && covers(&town, &open, asked));
                    check(&model, &solution).unwrap();
                }
                (Err(Error::Infeasible(reasons)), None) => prop_assert!(!reasons.reasons.is_empty()),
                (other, expected) => prop_assert!(false, "{other:?} where brute force says {expected:?}"),
            }
        }
    }

    #[test]
    fn the_smallest_radius_that_is_named_reaches_everyone(town in towns(), radius in 0_u32..4) {
        let asked = |radius| Asked { radius, backup: 1, share: None };
        if let Err(Error::Infeasible(reasons)) = model(&town, &Rules::default(), asked(f64::from(radius))).solve(&SolveOptions::default()) {
            let [Reason::Unreachable { count, radius: smallest, .. }] = &reasons.reasons[..] else {
                return Err(TestCaseError::fail(format!("{reasons}")));
            };
            let all: Vec<usize> = (0..town.n_sites()).collect();
            let short = (0..town.n_demand()).filter(|&i| town.nearest(i, &all, f64::from(radius)).is_none()).count();
            prop_assert_eq!(*count, short);
            if let Some(smallest) = smallest {
                model(&town, &Rules::default(), asked(*smallest)).solve(&SolveOptions::default()).unwrap();
                prop_assert!(model(&town, &Rules::default(), asked(smallest - 0.5)).solve(&SolveOptions::default()).is_err());
            }
        }
    }
}

#[test]
fn points_beyond_the_cut_off_are_named_with_the_radius_that_would_do() {
    let homes = [[0.0, 0.0], [500.0, 0.0], [900.0, 0.0]];
    let travel =
        TravelMatrix::from_points(&homes, &[[0.0, 10.0], [20.0, 0.0]], Metric::Euclidean, Some(100.0)).unwrap();
    let error = SetCover::new(travel).solve(&SolveOptions::default()).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("2 demand points have no site in reach (ids 1, 2)"), "{text}");
    assert!(text.contains("the smallest radius that reaches all of them is 880"), "{text}");
}

#[test]
fn the_heuristic_gives_a_checked_cover() {
    let homes: Vec<[f64; 2]> = (0..400_u32).map(|i| [f64::from(i % 20), f64::from(i / 20)]).collect();
    let travel = TravelMatrix::from_points(&homes, &homes, Metric::Euclidean, Some(3.0)).unwrap();
    let model = SetCover::new(travel);
    let quick = model.solve(&SolveOptions::default().method(Method::Heuristic)).unwrap();
    check(&model, &quick).unwrap();
    assert_eq!(quick.covered_share, 1.0);
    // A disc of radius 3 holds 29 grid points, so fewer than 400 / 29 sites cannot do.
    assert!((14.0..=25.0).contains(&quick.objective), "{}", quick.objective);
}
