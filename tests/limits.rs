//! Limits of a solve: time, gap, memory, cancellation; and honesty about what is proven.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use siting::{
    CancelToken, Error, Limit, MaxCover, Method, Metric, Model, PMedian, Phase, Progress, SolveOptions, Status,
    TravelMatrix, check,
};

/// Points scattered by multiplication: the same everywhere, with no structure to exploit.
fn scattered(n: u32, seed: u32) -> Vec<[f64; 2]> {
    let at = |i: u32, factor: u32| f64::from(i.wrapping_mul(factor).wrapping_add(seed.wrapping_mul(97_531)) % 10_007);
    (1..=n).map(|i| [at(i, 7_919), at(i, 104_729)]).collect()
}

/// A covering model that no solver proves in a moment.
fn hard() -> MaxCover {
    let travel =
        TravelMatrix::from_points(&scattered(3_000, 1), &scattered(400, 2), Metric::Euclidean, Some(1_100.0)).unwrap();
    let weights: Vec<f64> = (0..3_000_u32).map(|i| f64::from(1 + i.wrapping_mul(31) % 100)).collect();
    MaxCover::new(travel, weights).p(25)
}

/// The weight that all sites together reach.
fn reachable(model: &MaxCover) -> f64 {
    let weights = model.weights().unwrap().iter();
    (0..).zip(weights).filter(|(i, _)| !model.travel().row(*i).is_empty()).map(|(_, weight)| weight).sum()
}

#[test]
fn a_time_limit_gives_a_checked_plan_with_its_true_gap() {
    let model = hard();
    for method in [Method::Auto, Method::Mip] {
        let options = SolveOptions::default().time_limit(Duration::from_millis(700)).method(method);
        let solution = model.solve(&options).unwrap();
        check(&model, &solution).unwrap();
        assert_eq!((solution.status, solution.limit), (Status::Feasible, Some(Limit::Time)), "{method:?}");
        if let (Some(bound), Some(gap)) = (solution.bound, solution.gap) {
            assert!(bound > solution.objective && gap > 0.0);
            assert!((gap - (bound - solution.objective) / solution.objective).abs() < 1e-12);
        }
    }
}

#[test]
fn a_gap_that_was_asked_for_is_feasible_not_optimal() {
    let model = hard();
    let solution = model.solve(&SolveOptions::default().gap(0.2)).unwrap();
    assert_eq!((solution.status, solution.limit), (Status::Feasible, Some(Limit::Gap)));
    assert!(solution.gap.is_some_and(|gap| gap > 0.0 && gap <= 0.2), "{:?}", solution.gap);
}

#[test]
fn cancelling_returns_the_incumbent() {
    let model = hard();
    let token = CancelToken::new();
    let cancel = token.clone();
    let options = SolveOptions::default().cancel(token).progress(move |progress: &Progress| {
        if progress.phase != Phase::Heuristic {
            cancel.cancel();
        }
    });
    let solution = model.solve(&options).unwrap();
    check(&model, &solution).unwrap();
    assert_eq!((solution.status, solution.limit), (Status::Feasible, Some(Limit::Interrupt)));
}

#[test]
fn a_solve_cancelled_before_it_began_has_no_plan_or_an_honest_one() {
    let token = CancelToken::new();
    token.cancel();
    match hard().solve(&SolveOptions::default().cancel(token)) {
        // Without a search, what all sites together reach bounds every plan.
        Ok(solution) => {
            assert_eq!((solution.limit, solution.bound), (Some(Limit::Interrupt), Some(reachable(&hard()))));
        }
        Err(error) => assert!(matches!(error, Error::NoSolution { limit: Limit::Interrupt, .. }), "{error}"),
    }
}

#[test]
fn no_time_at_all_is_no_panic() {
    let begun = Instant::now();
    let outcome = hard().solve(&SolveOptions::default().time_limit(Duration::ZERO));
    match outcome {
        Ok(solution) => assert_eq!((solution.status, solution.limit), (Status::Feasible, Some(Limit::Time))),
        Err(error) => assert!(matches!(error, Error::NoSolution { limit: Limit::Time, .. }), "{error}"),
    }
    assert!(begun.elapsed() < Duration::from_secs(60));
}

#[test]
fn a_model_too_large_for_the_memory_limit_keeps_the_heuristic_plan() {
    let model = hard();
    let solution = model.solve(&SolveOptions::default().method(Method::Mip).memory_limit(1_000)).unwrap();
    assert_eq!((solution.status, solution.limit), (Status::Feasible, Some(Limit::Memory)));
    assert_eq!(solution.bound, Some(reachable(&model)));
}

#[test]
fn progress_tells_better_incumbents_and_tighter_bounds_only() {
    let travel = TravelMatrix::from_points(&scattered(400, 3), &scattered(60, 4), Metric::Euclidean, None).unwrap();
    let seen: Arc<Mutex<Vec<Progress>>> = Arc::default();
    let sink = Arc::clone(&seen);
    let options = SolveOptions::default().progress(move |progress: &Progress| {
        if let Ok(mut seen) = sink.lock() {
            seen.push(*progress);
        }
    });
    let solution = PMedian::new(travel, vec![1.0; 400]).p(6).solve(&options).unwrap();
    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty());
    let incumbents: Vec<f64> = seen.iter().filter_map(|progress| progress.incumbent).collect();
    let bounds: Vec<f64> = seen.iter().filter_map(|progress| progress.bound).collect();
    assert!(incumbents.windows(2).all(|two| two[1] <= two[0]));
    assert!(bounds.windows(2).all(|two| two[1] >= two[0]));
    assert!(bounds.iter().all(|&bound| bound <= solution.objective * (1.0 + 1e-9)), "a bound above the optimum");
}

#[test]
fn the_answer_does_not_depend_on_the_number_of_threads() {
    let travel =
        TravelMatrix::from_points(&scattered(300, 5), &scattered(50, 6), Metric::Euclidean, Some(2_000.0)).unwrap();
    let model = MaxCover::new(travel, vec![1.0; 300]).p(5);
    let one = model.solve(&SolveOptions::default().threads(1)).unwrap();
    let two = model.solve(&SolveOptions::default().threads(2)).unwrap();
    assert_eq!((one.sites, one.objective, one.bound), (two.sites, two.objective, two.bound));
}

#[test]
fn solves_with_different_thread_counts_may_run_side_by_side() {
    let solve = |threads: usize| {
        let travel =
            TravelMatrix::from_points(&scattered(200, 7), &scattered(40, 8), Metric::Euclidean, Some(2_500.0)).unwrap();
        let options = SolveOptions::default().method(Method::Mip).threads(threads);
        MaxCover::new(travel, vec![1.0; 200]).p(4).solve(&options).unwrap().objective
    };
    let results: Vec<f64> = std::thread::scope(|scope| {
        let workers: Vec<_> = [1, 2, 3].into_iter().map(|threads| scope.spawn(move || solve(threads))).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).collect()
    });
    assert!(results.windows(2).all(|two| two[0] == two[1]), "{results:?}");
}

#[test]
fn a_poor_warm_start_does_no_harm_and_a_good_one_is_kept() {
    let travel =
        TravelMatrix::from_points(&scattered(300, 9), &scattered(50, 1), Metric::Euclidean, Some(2_000.0)).unwrap();
    let model = MaxCover::new(travel, vec![1.0; 300]).p(5);
    let best = model.solve(&SolveOptions::default()).unwrap();
    let warm = model.solve(&SolveOptions::default().warm_start(vec![0, 1, 2, 3, 4, 5, 6])).unwrap();
    assert_eq!(warm.objective, best.objective);
    let kept = model.solve(&SolveOptions::default().method(Method::Heuristic).warm_start(best.sites.clone())).unwrap();
    assert_eq!(kept.objective, best.objective);
}
