//! Points merged into cells while they stream by: the same pairs as in a travel matrix, whatever chunks and threads.

mod support;

use std::collections::BTreeMap;

use proptest::prelude::*;
use siting::{
    Backend, Error, MaxCover, Method, Metric, Model, PointCells, Reason, SetCover, SolveOptions, TravelMatrix, check,
};
use support::subsets;

type Points = Vec<[f64; 2]>;

/// The weight of every list of sites in reach, point by point from the travel matrix.
fn expected(points: &[[f64; 2]], weights: &[f64], sites: &[[f64; 2]], within: f64) -> BTreeMap<Vec<u32>, f64> {
    let travel = TravelMatrix::from_points(points, sites, Metric::Euclidean, Some(within)).unwrap();
    let mut cells = BTreeMap::new();
    for (i, &weight) in weights.iter().enumerate().filter(|entry| *entry.1 > 0.0) {
        *cells.entry(travel.row(i).indices().to_vec()).or_insert(0.0) += weight;
    }
    cells
}

fn found(cells: PointCells) -> BTreeMap<Vec<u32>, f64> {
    let (travel, weights) = cells.finish().unwrap();
    assert_eq!(travel.n_demand(), weights.len());
    let rows = (0..travel.n_demand()).map(|cell| travel.row(cell).indices().to_vec());
    let cells: BTreeMap<_, _> = rows.zip(weights).filter(|cell| cell.1 > 0.0).collect();
    assert!(travel.n_demand() <= cells.len().max(1), "a list of sites twice, or a cell without weight");
    cells
}

fn merged(points: &[[f64; 2]], weights: &[f64], sites: &[[f64; 2]], within: f64) -> PointCells {
    let mut cells = PointCells::new(sites, within).unwrap();
    cells.add(points, Some(weights)).unwrap();
    cells
}

/// Whole coordinates: many points lie exactly on circles, many sites at the same place.
fn lattice(n: std::ops::Range<usize>, size: i32) -> impl Strategy<Value = Points> {
    prop::collection::vec((0..size, 0..size).prop_map(|(x, y)| [f64::from(x), f64::from(y)]), n)
}

fn anywhere(n: std::ops::Range<usize>) -> impl Strategy<Value = Points> {
    prop::collection::vec((-1.0_f64..1.0, -1.0_f64..1.0).prop_map(|(x, y)| [x, y]), n)
}

fn whole_weights(n: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec((0_u32..9).prop_map(f64::from), n)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn points_on_circles_are_in_reach_as_in_a_travel_matrix(
        points in lattice(1..200, 30), sites in lattice(1..40, 30), within in 0_i32..25, weights in whole_weights(200),
    ) {
        let (weights, within) = (&weights[..points.len()], f64::from(within));
        prop_assert_eq!(found(merged(&points, weights, &sites, within)), expected(&points, weights, &sites, within));
    }

    #[test]
    fn no_scale_and_no_offset_changes_who_is_in_reach(
        points in anywhere(1..300),
        sites in anywhere(1..30),
        within in 0.0_f64..2.5,
        power in prop_oneof![Just(-160_i32), Just(-150), Just(-12), Just(0), Just(6), Just(149)],
        offset in prop_oneof![Just(0.0_f64), Just(1.0), Just(1e9), Just(-1e16)],
    ) {
        let scale = 10_f64.powi(power);
        let placed = |points: &Points| -> Points { points.iter().map(|at| at.map(|x| (x + offset) * scale)).collect() };
        let in_range = |points: &Points| points.iter().flatten().all(|x| x.abs() <= 1e150);
        let (points, sites, within) = (placed(&points), placed(&sites), within * scale);
        prop_assume!(in_range(&points) && in_range(&sites));
        let weights = vec![1.0; points.len()];
        prop_assert_eq!(found(merged(&points, &weights, &sites, within)), expected(&points, &weights, &sites, within));
    }

    #[test]
    fn sites_far_apart_with_short_reach_are_told_apart(
        towns in prop::collection::vec((0_u32..1_000, 0_u32..1_000), 1..8), near in anywhere(1..60), within in 0.0_f64..2.0,
    ) {
        // Towns of many overlapping discs, each town within one square of the grid.
        let town = |i: usize| [f64::from(towns[i % towns.len()].0), f64::from(towns[i % towns.len()].1)];
        let placed = |i: usize, at: [f64; 2]| [1e6 * town(i)[0] + at[0], 1e6 * town(i)[1] + at[1]];
        let sites: Points = near.iter().enumerate().map(|(i, &at)| placed(i, at)).collect();
        let points: Points = near.iter().rev().enumerate().map(|(i, &at)| placed(i, at)).collect();
        let weights = vec![1.0; points.len()];
        prop_assert_eq!(found(merged(&points, &weights, &sites, within)), expected(&points, &weights, &sites, within));
    }

    #[test]
    fn the_model_of_cells_has_the_optimum_of_all_sets_and_of_the_matrix_model(
        points in lattice(1..60, 20),
        sites in lattice(1..7, 20),
        within in 0_i32..12,
        weights in whole_weights(60),
        costs in prop::collection::vec((0_u32..9).prop_map(f64::from), 7),
        limit in prop_oneof![(0_usize..4).prop_map(Ok), (0_u32..20).prop_map(|budget| Err(f64::from(budget)))],
        backup in 1_usize..3,
    ) {
        let (weights, costs, within) = (&weights[..points.len()], &costs[..sites.len()], f64::from(within));
        let backup = backup.min(sites.len());
        let limited = |model: MaxCover| match limit {
            Ok(p) => model.p(p.min(sites.len())),
            Err(budget) => model.budget(budget),
        }.site_costs(costs).backup(backup);
        let cells = limited(MaxCover::from_points(&points, Some(weights), &sites, within).unwrap());
        let travel = TravelMatrix::from_points(&points, &sites, Metric::Euclidean, Some(within)).unwrap();
        let matrix = limited(MaxCover::new(travel.clone(), weights));
        let covered = |open: &[usize]| -> f64 {
            let reached = |i: usize| open.iter().filter(|&&j| travel.row(i).indices().contains(&(j as u32))).count();
            (0..points.len()).filter(|&i| reached(i) >= backup).map(|i| weights[i]).sum()
        };
        let allowed = |open: &[usize]| match limit {
            Ok(p) => open.len() == p.min(sites.len()),
            Err(budget) => open.iter().map(|&j| costs[j]).sum::<f64>() <= budget,
        };
        let best = subsets(sites.len()).filter(|open| allowed(open)).map(|open| covered(&open)).fold(0.0, f64::max);
        for (method, backend) in [(Method::Auto, Backend::Highs), (Method::Mip, Backend::Highs), (Method::Auto, Backend::Microlp)] {
            let options = SolveOptions::default().method(method).backend(backend).threads(1);
            let solution = cells.solve(&options).unwrap();
            prop_assert!(solution.is_optimal());
            prop_assert_eq!(solution.objective, best);
            prop_assert_eq!(solution.total_weight, weights.iter().sum::<f64>());
            prop_assert_eq!((solution.mean_cost, solution.max_cost), (None, None));
            check(&cells, &solution).unwrap();
            prop_assert_eq!(matrix.solve(&options).unwrap().objective, best);
            prop_assert_eq!(matrix.evaluate(&solution.sites).unwrap().objective, best);
        }
    }

    #[test]
    fn the_cover_of_cells_costs_what_the_best_of_all_sets_does_and_that_of_the_matrix_model(
        points in lattice(1..60, 20),
        sites in lattice(1..7, 20),
        within in 4_i32..20,
        weights in whole_weights(60),
        costs in prop::collection::vec((0_u32..9).prop_map(f64::from), 7),
        share in prop::option::of((0_u32..=10).prop_map(|tenths| f64::from(tenths) / 10.0)),
        forbidden in prop::option::of(Just(0_u32)),
        backup in 1_usize..3,
    ) {
        let (weights, costs, within) = (&weights[..points.len()], &costs[..sites.len()], f64::from(within));
        let backup = backup.min(sites.len());
        let ruled = |model: SetCover, share: Option<f64>| {
            let model = model.site_costs(costs).backup(backup).forbidden(forbidden.into_iter().collect::<Vec<u32>>());
            match share {
                Some(share) => model.share(share),
                None => model,
            }
        };
        let of_cells = || SetCover::from_points(&points, Some(weights), &sites, within).unwrap();
        let cells = ruled(of_cells(), share);
        let travel = TravelMatrix::from_points(&points, &sites, Metric::Euclidean, Some(within)).unwrap();
        let matrix = ruled(SetCover::new(travel.clone()).weights(weights), share);
        let total: f64 = weights.iter().sum();
        let reached = |open: &[usize], i: usize| {
            open.iter().filter(|&&j| travel.row(i).indices().contains(&(j as u32))).count() >= backup
        };
        let weight = |open: &[usize]| -> f64 {
            (0..points.len()).filter(|&i| reached(open, i)).map(|i| weights[i]).sum()
        };
        let covers = |open: &[usize]| match share {
            Some(share) => weight(open) >= share * total - 1e-9,
            None => (0..points.len()).all(|i| reached(open, i)),
        };
        let may_open = |j: usize| forbidden.is_none_or(|closed| closed as usize != j);
        let allowed = subsets(sites.len()).filter(|open| open.iter().all(|&j| may_open(j)) && covers(open));
        let best = allowed.map(|open| open.iter().map(|&j| costs[j]).sum::<f64>()).reduce(f64::min);
        for (method, backend) in [(Method::Auto, Backend::Highs), (Method::Mip, Backend::Highs), (Method::Auto, Backend::Microlp)] {
            let options = SolveOptions::default().method(method).backend(backend).threads(1);
            match (cells.solve(&options), best) {
                (Ok(solution), Some(best)) => {
                    prop_assert!(solution.is_optimal());
                    prop_assert_eq!(solution.objective, best);
                    prop_assert_eq!(solution.total_weight, total);
                    prop_assert_eq!((solution.mean_cost, solution.max_cost), (None, None));
                    let open: Vec<usize> = solution.sites.iter().map(|&j| j as usize).collect();
                    prop_assert_eq!(solution.covered_weight, weight(&open));
                    check(&cells, &solution).unwrap();
                    prop_assert_eq!(matrix.solve(&options).unwrap().objective, best);
                    prop_assert_eq!(matrix.evaluate(&solution.sites).unwrap().objective, best);
                }
                (Err(Error::Infeasible(why)), None) => {
                    let [Reason::CellsUnreachable { weight: missing, total: all, needed, .. }] = &why.reasons[..] else {
                        return Err(TestCaseError::fail(format!("{why}")));
                    };
                    let every: Vec<usize> = (0..sites.len()).filter(|&j| may_open(j)).collect();
                    prop_assert_eq!((*missing, *all, *needed), (total - weight(&every), total, backup));
                    // The share that it names will do.
                    let text = why.to_string();
                    let named = text.split_once("a share of ").and_then(|rest| rest.1.split_once(' '));
                    prop_assert_eq!(named.is_some(), *missing < total, "{}", text);
                    if let Some((named, _)) = named {
                        ruled(of_cells(), Some(named.parse().unwrap())).solve(&options).unwrap();
                    }
                }
                (other, best) => prop_assert!(false, "{other:?} where brute force says {best:?}"),
            }
        }
    }

    #[test]
    fn cells_of_points_without_weight_are_kept_where_all_are_asked_for(
        points in lattice(1..200, 30), sites in lattice(1..40, 30), within in 0_i32..25, weights in whole_weights(200),
        signs in prop::collection::vec(prop::bool::ANY, 200),
    ) {
        let within = f64::from(within);
        // A weight of zero may have a sign.
        let signed = |(weight, minus): (&f64, &bool)| if *weight == 0.0 && *minus { -0.0 } else { *weight };
        let weights: Vec<f64> = weights[..points.len()].iter().zip(&signs).map(signed).collect();
        let (travel, found) = merged(&points, &weights, &sites, within).finish_all().unwrap();
        let all = TravelMatrix::from_points(&points, &sites, Metric::Euclidean, Some(within)).unwrap();
        let mut expected = BTreeMap::new();
        for (i, &weight) in weights.iter().enumerate() {
            *expected.entry(all.row(i).indices().to_vec()).or_insert(0.0) += weight;
        }
        let rows = (0..travel.n_demand()).map(|cell| travel.row(cell).indices().to_vec());
        prop_assert_eq!(rows.zip(found).collect::<Vec<_>>(), expected.into_iter().collect::<Vec<_>>());
    }
}

/// Enough points for several blocks of every tally, with weights whose sums are rounded.
fn many() -> (Points, Vec<f64>, Points) {
    let number = |i: u32, factor: u32| f64::from(i.wrapping_mul(factor) >> 8) / f64::from(1_u32 << 24);
    let points = (0..100_000).map(|i| [number(i, 2_654_435_769), number(i, 1_013_904_223)]).collect();
    let weights = (0..100_000).map(|i| number(i, 747_796_405) * 1e3 + 0.1).collect();
    let sites = (0..40).map(|j| [number(j, 3_266_489_917), number(j, 668_265_263)]).collect();
    (points, weights, sites)
}

#[test]
fn chunks_of_any_size_give_the_same_cells_to_the_last_digit() {
    let (points, weights, sites) = many();
    let at_once = merged(&points, &weights, &sites, 0.2).finish().unwrap();
    for size in [1_000, 4_096, 33_333, 99_999] {
        let mut cells = PointCells::new(&sites, 0.2).unwrap();
        for (points, weights) in points.chunks(size).zip(weights.chunks(size)) {
            cells.add(points, Some(weights)).unwrap();
            cells.add(&[], None).unwrap();
        }
        assert_eq!(cells.n_points(), points.len());
        assert_eq!(cells.finish().unwrap(), at_once, "chunks of {size}");
    }
}

#[test]
fn any_number_of_threads_gives_the_same_cells_to_the_last_digit() {
    let (points, weights, sites) = many();
    let with = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| merged(&points, &weights, &sites, 0.2).finish().unwrap())
    };
    assert_eq!(with(1), with(2));
    assert_eq!(with(1), with(7));
}

#[test]
fn no_weight_is_lost() {
    let (points, _, sites) = many();
    let mut cells = PointCells::new(&sites, 0.05).unwrap();
    cells.add(&points, None).unwrap();
    let (_, weights) = cells.finish().unwrap();
    assert_eq!(weights.iter().sum::<f64>(), 100_000.0);
}

#[test]
fn points_without_weight_are_one_cell_that_nobody_reaches() {
    let (travel, weights) = merged(&[[0.0, 0.0], [1.0, 0.0]], &[0.0, 0.0], &[[0.0, 0.0]], 5.0).finish().unwrap();
    assert_eq!((weights, travel.n_pairs()), (vec![0.0], 0));
}

#[test]
fn wrong_chunks_are_named_and_count_for_nothing() {
    let mut cells = PointCells::new(&[[0.0, 0.0]], 5.0).unwrap();
    cells.add(&[[1.0, 0.0]], None).unwrap();
    let mut long = vec![[0.0, 0.0]; 10_000];
    long[7_777][1] = f64::NAN;
    let wrong = [
        (cells.add(&long, None), "chunk 1: points[7777] is NaN"),
        (cells.add(&[[0.0, 0.0], [f64::INFINITY, 0.0]], None), "chunk 1: points[1] is inf: coordinates must be finite"),
        (cells.add(&[[0.0, -1e151]], None), "chunk 1: points[0] is -1"),
        (
            cells.add(&[[0.0, 0.0]], Some(&[1.0, 2.0])),
            "chunk 1: weights has 2 entries where 1 are expected (one per point)",
        ),
        (cells.add(&[[0.0, 0.0]; 2], Some(&[1.0, -2.0])), "chunk 1: weights[1] is -2: a finite number of 0 or more"),
        (cells.add(&[[0.0, 0.0]; 2], Some(&[1.0, f64::NAN])), "chunk 1: weights[1] is NaN"),
        (cells.add(&[[0.0, 0.0]], Some(&[f64::INFINITY])), "chunk 1: weights[0] is inf"),
    ];
    for (result, message) in wrong {
        let error = result.unwrap_err();
        assert!(error.is_input() && error.to_string().starts_with(message), "{error}");
    }
    cells.add(&[[2.0, 0.0]], Some(&[1e308])).unwrap();
    let error = cells.add(&[[2.0, 0.0]], Some(&[1e308])).unwrap_err();
    assert!(error.to_string().starts_with("chunk 2: weights[0] is 1"), "{error}");
    assert_eq!((cells.n_points(), cells.finish().unwrap().1), (2, vec![1e308]));
}

#[test]
fn wrong_sites_and_radii_are_refused() {
    let model =
        |sites: &[[f64; 2]], within: f64| MaxCover::from_points(&[[0.0, 0.0]], None, sites, within).unwrap_err();
    assert!(matches!(model(&[], 1.0), Error::Empty { argument: "sites", .. }));
    assert!(matches!(model(&[[0.0, f64::NAN]], 1.0), Error::NotANumber { argument: "sites", index: 0 }));
    for within in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(matches!(model(&[[0.0, 0.0]], within), Error::InvalidValue { argument: "within", .. }));
    }
    let nobody = MaxCover::from_points(&[], None, &[[0.0, 0.0]], 1.0).unwrap_err();
    assert!(matches!(nobody, Error::Empty { argument: "points", .. }));
    let wrong = MaxCover::from_points(&[[f64::NAN, 0.0]], None, &[[0.0, 0.0]], 1.0).unwrap_err();
    assert_eq!(wrong, Error::NotANumber { argument: "points", index: 0 });
}

#[test]
fn what_needs_distances_is_refused_for_cells() {
    let model = || MaxCover::from_points(&[[0.0, 0.0], [3.0, 0.0]], None, &[[1.0, 0.0]], 5.0).unwrap().p(1);
    assert_eq!(model().solve(&SolveOptions::default()).unwrap().objective, 2.0);
    let refused = [model().within(2.0), model().within_each([1.0]), model().capacities([1.0])];
    let cover = || SetCover::from_points(&[[0.0, 0.0], [3.0, 0.0]], None, &[[1.0, 0.0]], 5.0).unwrap();
    assert_eq!(cover().solve(&SolveOptions::default()).unwrap().covered_weight, 2.0);
    let covers = [cover().within(2.0), cover().within_each([1.0]), cover().capacities([1.0])];
    let solved = refused.iter().map(|model| model.solve(&SolveOptions::default()));
    let solved = solved.chain(covers.iter().map(|model| model.solve(&SolveOptions::default())));
    for (solution, argument) in solved.zip(["within", "within", "capacities"].repeat(2)) {
        let error = solution.unwrap_err();
        assert!(error.to_string().starts_with(&format!("{argument} and points contradict each other")), "{error}");
    }
}

#[test]
fn a_point_without_weight_must_be_covered_unless_a_share_leaves_it_out() {
    let (points, sites) = ([[0.0, 0.0], [10.0, 0.0], [99.0, 0.0]], [[1.0, 0.0], [11.0, 0.0]]);
    let covered =
        |weights: &[f64]| SetCover::from_points(&points[..weights.len()], Some(weights), &sites, 2.0).unwrap();
    assert_eq!(covered(&[5.0, 0.0]).solve(&SolveOptions::default()).unwrap().sites, [0, 1]);
    assert_eq!(covered(&[5.0, 0.0]).share(1.0).solve(&SolveOptions::default()).unwrap().sites, [0]);
    let error = covered(&[5.0, 0.0, 3.0]).solve(&SolveOptions::default()).unwrap_err().to_string();
    let said = "points with a weight of 3, of 8 in all, have no site in reach (1 cell of merged points";
    assert!(error.contains(said) && error.contains("a share of 0.625 leaves them out"), "{error}");
    for power in [2.0_f64.powi(40), 2.0_f64.powi(-40)] {
        let Err(Error::Infeasible(why)) = covered(&[5.0 * power, 0.0, 3.0 * power]).solve(&SolveOptions::default())
        else {
            panic!("nobody reaches the last point");
        };
        let expected = Reason::CellsUnreachable { cells: 1, weight: 3.0 * power, total: 8.0 * power, needed: 1 };
        assert_eq!(why.reasons, [expected], "figures are in the units of the model");
    }
}
