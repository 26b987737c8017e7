//! The p-median over points: brute force, the matrix model, both backends, rules, limits, wrong input.

use std::time::Duration;

use approx::assert_relative_eq;
use proptest::prelude::*;
use siting::{
    Backend, CancelToken, Error, Limit, Method, Metric, PMedian, PointMedian, Reason, Rounding, SolveOptions, Status,
    TravelMatrix,
};

/// The distance that a model should use, written without looking at the library's own.
fn distance(a: [f64; 2], b: [f64; 2], metric: Metric, rounding: Option<Rounding>) -> f64 {
    let plain = match metric {
        Metric::Manhattan => (a[0] - b[0]).abs() + (a[1] - b[1]).abs(),
        Metric::Euclidean => (a[0] - b[0]).hypot(a[1] - b[1]),
        Metric::Haversine => Metric::Haversine.distance(a, b),
    };
    match rounding {
        None => plain,
        Some(Rounding::Floor) => plain.floor(),
        Some(Rounding::Nearest) => (plain + 0.5).floor(),
    }
}

#[derive(Debug, Clone)]
struct Case {
    points: Vec<[f64; 2]>,
    sites: Vec<[f64; 2]>,
    weights: Vec<f64>,
    p: usize,
    required: Vec<u32>,
    forbidden: Vec<u32>,
    existing: Vec<u32>,
    metric: Metric,
    rounding: Option<Rounding>,
}

impl Case {
    fn model(&self) -> PointMedian {
        let model = PMedian::from_points(self.points.clone()).sites(self.sites.clone()).weights(self.weights.clone());
        let model = model.p(self.p).metric(self.metric).required(self.required.clone());
        let model = model.forbidden(self.forbidden.clone()).existing(self.existing.clone());
        self.rounding.into_iter().fold(model, PointMedian::rounding)
    }

    fn value(&self, open: &[u32]) -> f64 {
        let nearest = |at: [f64; 2]| {
            let to = |j: &u32| distance(at, self.sites[*j as usize], self.metric, self.rounding);
            open.iter().map(to).fold(f64::INFINITY, f64::min)
        };
        self.points.iter().zip(&self.weights).map(|(&at, weight)| weight * nearest(at)).sum()
    }

    /// The least value of all plans that obey the rules.
    fn least(&self) -> Option<f64> {
        let n = self.sites.len();
        let plans = (0_u32..1 << n).map(|bits| (0_u32..).take(n).filter(|j| bits >> j & 1 == 1).collect::<Vec<_>>());
        let obeys = |open: &Vec<u32>| {
            let new = open.iter().filter(|j| !self.existing.contains(j)).count();
            let musts = self.required.iter().chain(&self.existing).all(|j| open.contains(j));
            new == self.p && musts && !open.is_empty() && !self.forbidden.iter().any(|j| open.contains(j))
        };
        plans.filter(obeys).map(|open| self.value(&open)).reduce(f64::min)
    }
}

fn cases() -> impl Strategy<Value = Case> {
    let place = || prop::array::uniform2((0_u32..30).prop_map(|x| f64::from(x) * 0.7));
    (1_usize..9, 1_usize..8).prop_flat_map(move |(n, m)| {
        let state = prop_oneof![6 => Just(0_u8), 1 => Just(1), 1 => Just(2), 1 => Just(3)];
        (
            prop::collection::vec(place(), n),
            prop::collection::vec(place(), m),
            prop::collection::vec(prop_oneof![(0_u32..6).prop_map(f64::from), 0.0..9.0_f64], n),
            0..=m,
            prop::collection::vec(state, m),
            prop_oneof![Just(Metric::Euclidean), Just(Metric::Manhattan), Just(Metric::Haversine)],
            prop_oneof![Just(None), Just(Some(Rounding::Floor)), Just(Some(Rounding::Nearest))],
        )
            .prop_map(|(points, sites, weights, p, states, metric, rounding)| {
                let of = |wanted: u8| (0_u32..).zip(&states).filter(|(_, s)| **s == wanted).map(|(j, _)| j).collect();
                let (required, forbidden, existing) = (of(1), of(2), of(3));
                Case { points, sites, weights, p, required, forbidden, existing, metric, rounding }
            })
    })
}

const WAYS: [(Method, Backend); 4] = [
    (Method::Auto, Backend::Highs),
    (Method::Mip, Backend::Highs),
    (Method::Auto, Backend::Microlp),
    (Method::Mip, Backend::Microlp),
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn brute_force_agrees_on_both_backends_with_every_rule_metric_and_rounding(case in cases()) {
        let expected = case.least();
        for (method, backend) in WAYS {
            let solved = case.model().solve(&SolveOptions::default().method(method).backend(backend).threads(1));
            match (solved, expected) {
                (Ok(solution), Some(expected)) => {
                    prop_assert!(solution.is_optimal(), "{method:?} {backend:?} {solution:?}");
                    let difference = (solution.objective - expected).abs();
                    prop_assert!(difference <= 1e-9 * expected, "{method:?} {backend:?} {} {expected}", solution.objective);
                    prop_assert!((case.value(&solution.sites) - expected).abs() <= 1e-9 * expected);
                    case.model().check(&solution).unwrap();
                }
                (Err(Error::Infeasible(_)), None) => {}
                (solved, expected) => prop_assert!(false, "{method:?} {backend:?} {solved:?} {expected:?}"),
            }
        }
    }

    #[test]
    fn the_heuristic_alone_obeys_every_rule_and_claims_no_bound(case in cases()) {
        let solved = case.model().solve(&SolveOptions::default().method(Method::Heuristic));
        match (solved, case.least()) {
            (Ok(solution), Some(least)) => {
                prop_assert!(solution.objective >= least - 1e-9 * least && solution.bound.is_none());
                case.model().check(&solution).unwrap();
            }
            (Err(Error::Infeasible(_)), None) => {}
            (solved, least) => prop_assert!(false, "{solved:?} {least:?}"),
        }
    }
}

/// Points of a seed, in clusters, with weights 1 to 5.
fn town(n: usize, seed: u64) -> (Vec<[f64; 2]>, Vec<f64>) {
    let mut state = seed.wrapping_mul(2).wrapping_add(1);
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31)
    };
    let points = (0..n)
        .map(|i| {
            let centre = [(i % 7) as f64 * 40.0, (i % 5) as f64 * 55.0];
            [centre[0] + 60.0 * next() * next(), centre[1] + 60.0 * next()]
        })
        .collect();
    (points, (0..n).map(|_| 1.0 + (5.0 * next()).floor()).collect())
}

#[test]
fn the_matrix_model_agrees_on_larger_sets() {
    for (n, p, seed) in [(60, 1, 1), (90, 4, 2), (120, 12, 3), (150, 40, 4), (40, 40, 5)] {
        let (points, weights) = town(n, seed);
        let travel = TravelMatrix::from_points(&points, &points, Metric::Euclidean, None).unwrap();
        let matrix = PMedian::new(travel, weights.clone()).p(p).solve(&SolveOptions::default()).unwrap();
        let model = PMedian::from_points(points).weights(weights).p(p);
        let solution = model.solve(&SolveOptions::default()).unwrap();
        assert!(solution.is_optimal(), "{n} {p}");
        assert_relative_eq!(solution.objective, matrix.objective, max_relative = 1e-9, epsilon = 1e-9);
        assert_relative_eq!(model.evaluate(&matrix.sites).unwrap().objective, matrix.objective, max_relative = 1e-12);
    }
}

#[test]
fn threads_do_not_change_the_answer() {
    let (points, weights) = town(300, 7);
    let model = PMedian::from_points(points).weights(weights).p(15);
    let solve = |threads| model.solve(&SolveOptions::default().threads(threads).seed(3)).unwrap();
    let one = solve(1);
    for many in [solve(4), solve(30_000)] {
        assert_eq!((&one.sites, one.objective, one.bound), (&many.sites, many.objective, many.bound));
        assert_eq!(one.nodes, many.nodes);
    }
}

#[test]
fn towns_far_apart_share_the_sites_as_the_formulation_shares_them() {
    let town = |at: i32, size: i32| {
        (0..size * size).map(move |i| [f64::from(1_000 * at + 7 * (i % size)), f64::from(7 * (i / size))])
    };
    let points: Vec<[f64; 2]> = (0..4).flat_map(|at| town(at, 4 + at % 2)).collect();
    for p in [7, 11, 18] {
        let model = PMedian::from_points(points.clone()).p(p).rounding(Rounding::Floor);
        let solved = |options: SolveOptions| model.solve(&options).unwrap();
        let [one, two] = [1, 2].map(|threads| solved(SolveOptions::default().threads(threads)));
        let formulated = solved(SolveOptions::default().method(Method::Mip));
        assert!(one.is_optimal() && formulated.is_optimal(), "{p}");
        assert_eq!((one.objective, &one.sites, one.nodes), (two.objective, &two.sites, two.nodes), "{p}");
        assert_eq!(one.objective, formulated.objective, "{p}");
    }
}

#[test]
fn a_tree_that_grows_at_two_places_proves_what_the_formulation_proves() {
    // A grid has many plans that are nearly alike: the tree outgrows one programme.
    let points: Vec<[f64; 2]> = (0..81).map(|i| [f64::from(i % 9), f64::from(i / 9)]).collect();
    let model = PMedian::from_points(points).p(4);
    let [one, two] = [1, 2].map(|threads| model.solve(&SolveOptions::default().threads(threads)).unwrap());
    assert!(one.is_optimal() && one.nodes > 8, "{} nodes", one.nodes);
    assert_eq!((one.objective, &one.sites, one.nodes), (two.objective, &two.sites, two.nodes));
    let formulated = model.solve(&SolveOptions::default().method(Method::Mip)).unwrap();
    assert_relative_eq!(one.objective, formulated.objective, max_relative = 1e-9);
}

#[test]
fn a_limit_leaves_a_checked_plan_and_a_valid_bound() {
    let (points, weights) = town(400, 11);
    let model = PMedian::from_points(points).weights(weights).p(20).rounding(Rounding::Floor);
    let best = model.solve(&SolveOptions::default()).unwrap();
    let token = CancelToken::new();
    token.cancel();
    for (options, limit) in [
        (SolveOptions::default().time_limit(Duration::ZERO), Limit::Time),
        (SolveOptions::default().cancel(token), Limit::Interrupt),
        (SolveOptions::default().gap(0.5), Limit::Gap),
        (SolveOptions::default().memory_limit(1000), Limit::Memory),
    ] {
        let solution = model.solve(&options).unwrap();
        assert_eq!(solution.limit, Some(limit));
        assert!(solution.objective >= best.objective);
        assert!(solution.bound.is_none_or(|bound| bound <= best.objective));
        model.check(&solution).unwrap();
    }
}

#[test]
fn few_sites_leave_every_point_a_list_where_memory_is_short() {
    // Each point counts in the bound: with its 100 nearest sites listed, no less than 99 of 100 pay the way to the last.
    let points: Vec<[f64; 2]> = (0..3_000_u32).map(|i| [f64::from(i % 60), f64::from(i / 60)]).collect();
    for (metric, p) in [(Metric::Euclidean, 1), (Metric::Manhattan, 1), (Metric::Haversine, 1), (Metric::Euclidean, 3)]
    {
        let model = PMedian::from_points(points.clone()).metric(metric).p(p);
        let unit = model.cost(0, 1).unwrap();
        let solution = model.solve(&SolveOptions::default().memory_limit(40 * 3_000 * 100)).unwrap();
        assert_eq!((solution.status, solution.limit), (Status::Feasible, Some(Limit::Memory)), "{metric:?} {p}");
        let bound = solution.bound.unwrap();
        assert!(bound >= 2_600.0 * 4.0 * unit && bound < solution.objective, "{metric:?} {p}: {bound} {unit}");
        if p == 1 {
            let least = (0..3_000).map(|j| model.evaluate(&[j]).unwrap().objective).fold(f64::INFINITY, f64::min);
            assert!(bound <= least && solution.objective <= 1.02 * least, "{metric:?}: {least}");
        }
    }
}

#[test]
fn a_matrix_that_does_not_fit_is_not_built_and_leaves_the_plan_of_the_heuristic() {
    let (points, weights) = town(300, 13);
    let model = PMedian::from_points(points.clone()).weights(weights.clone()).p(5);
    let many: Vec<[f64; 2]> = (0..100_000_u32).map(|j| [f64::from(j % 400), f64::from(j / 400)]).collect();
    let large = PMedian::from_points(points).weights(weights).sites(many).p(100);
    let limited = SolveOptions::default().memory_limit(300 * 300 * 32 - 1);
    for (model, options) in [(&model, limited), (&large, SolveOptions::default())] {
        let heuristic = model.solve(&options.clone().method(Method::Heuristic)).unwrap();
        let solution = model.solve(&options.method(Method::Mip)).unwrap();
        assert_eq!((solution.method, solution.status), (Method::Mip, Status::Feasible));
        assert_eq!((solution.limit, solution.bound), (Some(Limit::Memory), None));
        assert_eq!((solution.sites, solution.objective), (heuristic.sites, heuristic.objective));
    }
}

#[test]
fn the_formulation_obeys_the_limits_of_the_whole_solve() {
    let (points, weights) = town(200, 17);
    let model = PMedian::from_points(points).weights(weights).p(5);
    let token = CancelToken::new();
    token.cancel();
    for (options, limit) in [
        (SolveOptions::default().time_limit(Duration::ZERO), Limit::Time),
        (SolveOptions::default().cancel(token), Limit::Interrupt),
    ] {
        let solution = model.solve(&options.method(Method::Mip)).unwrap();
        assert_eq!((solution.method, solution.status, solution.limit), (Method::Mip, Status::Feasible, Some(limit)));
    }
    let in_time = SolveOptions::default().time_limit(Duration::MAX).method(Method::Mip);
    assert!(model.solve(&in_time).unwrap().is_optimal());
}

#[test]
fn points_in_few_places_and_little_memory_come_to_an_end() {
    let points: Vec<[f64; 2]> = (0..600_u32).map(|i| [f64::from(i % 3), f64::from(i % 2)]).collect();
    for (metric, p) in [(Metric::Euclidean, 1), (Metric::Manhattan, 2), (Metric::Euclidean, 5)] {
        let model = PMedian::from_points(points.clone()).metric(metric).p(p);
        let best = model.solve(&SolveOptions::default()).unwrap();
        assert!(best.is_optimal());
        let solution = model.solve(&SolveOptions::default().memory_limit(1)).unwrap();
        assert!(solution.bound.is_some_and(|bound| bound >= 0.0 && bound <= best.objective), "{metric:?} {p}");
        assert!(solution.objective >= best.objective);
    }
}

#[test]
fn progress_tells_better_plans_and_tighter_bounds() {
    use std::sync::{Arc, Mutex};
    let (points, weights) = town(200, 5);
    let told = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&told);
    let options = SolveOptions::default().progress(move |progress| sink.lock().unwrap().push(*progress));
    let solution = PMedian::from_points(points).weights(weights).p(9).solve(&options).unwrap();
    let told = told.lock().unwrap();
    assert!(told.iter().any(|progress| progress.bound.is_some()));
    assert!(
        told.iter().flat_map(|progress| progress.incumbent).all(|value| value >= solution.objective * (1.0 - 1e-9))
    );
    assert!(told.iter().flat_map(|progress| progress.bound).all(|bound| bound <= solution.objective * (1.0 + 1e-9)));
}

#[test]
fn a_warm_start_is_used_as_far_as_the_rules_allow() {
    let (points, weights) = town(200, 9);
    let model = PMedian::from_points(points).weights(weights).p(8).forbidden([3]);
    let best = model.solve(&SolveOptions::default()).unwrap();
    let mut warm = best.sites.clone();
    warm.push(3);
    let options = SolveOptions::default().warm_start(warm);
    let again = model.solve(&options.clone().method(Method::Heuristic)).unwrap();
    assert_relative_eq!(again.objective, best.objective, max_relative = 1e-12);
    let wrong = model.solve(&SolveOptions::default().warm_start(vec![0, 200]));
    assert!(matches!(wrong, Err(Error::IndexOutOfBounds { argument: "warm_start", position: 1, index: 200, .. })));
}

#[test]
fn points_of_weight_zero_are_assigned_and_cost_nothing() {
    let model = PMedian::from_points([[0.0, 0.0], [5.0, 0.0], [9.0, 0.0]]).weights([0.0, 0.0, 0.0]).p(1);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.objective, solution.sites.len()), (0.0, 1));
    assert!(solution.is_optimal() && solution.assignment.iter().all(Option::is_some));
    let model = PMedian::from_points([[0.0, 0.0], [5.0, 0.0], [9.0, 0.0]]).weights([1.0, 0.0, 2.0]).p(1);
    assert_eq!(model.solve(&SolveOptions::default()).unwrap().objective, 9.0);
}

#[test]
fn points_in_one_place_cost_nothing() {
    let solution = PMedian::from_points(vec![[2.0, 2.0]; 40]).p(3).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.objective, solution.bound), (0.0, Some(0.0)));
    assert!(solution.is_optimal());
}

#[test]
fn rules_without_a_plan_say_why() {
    let points = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]];
    let reasons = |model: PointMedian| match model.solve(&SolveOptions::default()) {
        Err(Error::Infeasible(infeasible)) => infeasible.reasons,
        other => panic!("{other:?}"),
    };
    let model = || PMedian::from_points(points);
    assert_eq!(reasons(model().p(1).required([0, 2])), [Reason::RequiredExceedP { required: 2, p: 1 }]);
    assert_eq!(reasons(model().p(3).forbidden([1])), [Reason::SitesTooMany { p: 3, available: 2 }]);
    assert_eq!(reasons(model().p(0)), [Reason::SitesTooFew { p: 0, smallest: Some(1) }]);
    let kept = model().p(0).existing([1]).solve(&SolveOptions::default()).unwrap();
    assert_eq!((kept.sites, kept.objective), (vec![1], 2.0));
}

#[test]
fn wrong_input_names_argument_index_and_value() {
    let points = || vec![[0.0, 0.0], [1.0, 0.0]];
    let error = |model: PointMedian| model.solve(&SolveOptions::default()).unwrap_err();
    let text = |model: PointMedian| {
        let error = error(model);
        assert!(error.is_input(), "{error}");
        error.to_string()
    };
    assert!(text(PMedian::from_points([[0.0, f64::NAN]]).p(1)).contains("points[0] is NaN"));
    assert!(text(PMedian::from_points(points()).sites([[0.0, 1e200]]).p(1)).contains("sites[0] is 1"));
    assert!(text(PMedian::from_points([[0.0, 95.0]]).metric(Metric::Haversine).p(1)).contains("points[0] is 95"));
    assert!(text(PMedian::from_points(Vec::new()).p(1)).contains("points is empty"));
    assert!(text(PMedian::from_points(points()).sites(Vec::new()).p(1)).contains("sites is empty"));
    assert!(text(PMedian::from_points(points()).weights([1.0]).p(1)).contains("weights has 1 entries where 2"));
    assert!(text(PMedian::from_points(points()).weights([1.0, -2.0]).p(1)).contains("weights[1] is -2"));
    assert!(text(PMedian::from_points(points()).weights([1e300, 1e308]).p(1)).contains("weights[1] is 1"));
    assert!(text(PMedian::from_points(points())).contains("p is missing"));
    assert!(text(PMedian::from_points(points()).p(3)).contains("p is 3: there are only 2 sites"));
    assert!(text(PMedian::from_points(points()).p(1).required([2])).contains("required[0] is 2"));
    let open = PMedian::from_points(points()).p(1).evaluate(&[]).unwrap_err().to_string();
    assert!(open.contains("open is empty"), "{open}");
}

#[test]
fn the_check_refuses_what_was_edited() {
    let model = PMedian::from_points([[0.0, 0.0], [1.0, 0.0], [8.0, 0.0], [9.0, 0.0]]).p(2);
    let solution = model.solve(&SolveOptions::default()).unwrap();
    model.check(&solution).unwrap();
    let mut edits = vec![solution.clone(); 5];
    edits[0].objective += 1.0;
    edits[1].sites.pop();
    edits[2].assignment[0] = Some(solution.sites[1]);
    edits[3].assignment[0] = None;
    edits[4].bound = Some(solution.objective + 1.0);
    for (at, edited) in edits.iter().enumerate() {
        assert!(matches!(model.check(edited), Err(Error::Unverified(_))), "edit {at}");
    }
}
