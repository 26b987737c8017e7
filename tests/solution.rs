//! Solutions: the check refuses what the data do not support, and documents go both ways.

use siting::{
    Error, FixedCharge, MaxCover, Metric, PCenter, PDispersion, PMedian, SetCover, Solution, SolveOptions, Status,
    TravelMatrix, check,
};

const HOMES: [[f64; 2]; 5] = [[0.0, 0.0], [10.0, 0.0], [20.0, 0.0], [30.0, 0.0], [40.0, 0.0]];
const ROOMS: [[f64; 2]; 4] = [[5.0, 0.0], [15.0, 0.0], [25.0, 0.0], [35.0, 0.0]];

fn travel() -> TravelMatrix {
    TravelMatrix::from_points(&HOMES, &ROOMS, Metric::Euclidean, Some(50.0)).unwrap()
}

fn refused<M: siting::Checked>(model: &M, solution: &Solution, fragment: &str) {
    match check(model, solution) {
        Err(Error::Unverified(reason)) => assert!(reason.contains(fragment), "{reason:?} lacks {fragment:?}"),
        other => panic!("{other:?} where {fragment:?} was expected"),
    }
}

#[test]
fn each_rule_on_sites_is_checked() {
    let model = MaxCover::new(travel(), [1.0; 5]).within(6.0).p(2).required([1]).forbidden([0]);
    let good = model.solve(&SolveOptions::default()).unwrap();
    check(&model, &good).unwrap();
    let edited = |edit: &dyn Fn(&mut Solution)| {
        let mut copy = good.clone();
        edit(&mut copy);
        copy
    };
    refused(&model, &edited(&|s| s.sites = vec![2, 3]), "required site 1 is not open");
    refused(&model, &edited(&|s| s.sites = vec![0, 1]), "forbidden site 0 is open");
    refused(&model, &edited(&|s| s.sites = vec![1]), "1 new sites are open where p = 2");
    refused(&model, &edited(&|s| s.sites = vec![1, 9]), "site 9 does not exist");
    refused(&model, &edited(&|s| s.sites = vec![3, 1]), "not in ascending order");
    refused(&model, &edited(&|s| s.objective += 1.0), "by the data, but");
    refused(&model, &edited(&|s| s.assignment[1] = None), "demand point 1");
    refused(&model, &edited(&|s| s.assignment = vec![None; 3]), "3 demand points are assigned");
    refused(&model, &edited(&|s| s.bound = Some(1.0)), "better than its bound");
}

#[test]
fn money_and_existing_sites_are_checked() {
    let model =
        MaxCover::new(travel(), [1.0; 5]).within(6.0).budget(2.0).site_costs([1.0, 2.0, 3.0, 1.0]).existing([1]);
    let mut solution = model.solve(&SolveOptions::default()).unwrap();
    check(&model, &solution).unwrap();
    let good = solution.sites.clone();
    solution.sites = vec![0, 3];
    refused(&model, &solution, "existing site 1 is closed");
    solution.sites = vec![0, 1, 2, 3];
    refused(&model, &solution, "more than the budget");
    solution.sites = good;
    solution.assignment[0] = Some(2);
    refused(&model, &solution, "demand point 0");
}

#[test]
fn capacities_and_shares_are_checked() {
    let model = PMedian::new(travel(), [1.0; 5]).p(2).capacities([3.0; 4]).single_source(true);
    let good = model.solve(&SolveOptions::default()).unwrap();
    check(&model, &good).unwrap();
    let mut crowded = good.clone();
    let first = crowded.sites[0];
    crowded.assignment = vec![Some(first); 5];
    refused(&model, &crowded, "more than its capacity of 3");
    let mut closed = good.clone();
    closed.assignment[0] = (0..4).find(|j| !good.sites.contains(j));
    refused(&model, &closed, "which is not open");
    let mut unserved = good;
    unserved.assignment[4] = None;
    refused(&model, &unserved, "demand point 4 is served to a share of 0");
}

#[test]
fn residents_served_farther_than_the_nearest_open_site_are_found() {
    let model = PMedian::new(travel(), [1.0; 5]).p(2);
    let mut solution = model.solve(&SolveOptions::default()).unwrap();
    solution.assignment.reverse();
    refused(&model, &solution, "is nearer");
}

#[test]
fn minimum_use_is_checked() {
    let cheap = FixedCharge::new(travel(), [1.0; 5], [0.0; 4]).p(4);
    let solution = cheap.solve(&SolveOptions::default()).unwrap();
    let strict = FixedCharge::new(travel(), [1.0; 5], [0.0; 4]).min_use([2.0; 4]);
    assert_eq!(solution.sites.len(), 4);
    refused(&strict, &solution, "less than its minimum use of 2");
}

#[test]
fn every_model_gives_a_solution_that_survives_json() {
    let options = SolveOptions::default();
    let solutions = [
        MaxCover::new(travel(), [1.0; 5]).within(6.0).p(2).solve(&options),
        SetCover::new(travel()).within(16.0).solve(&options),
        PMedian::new(travel(), [1.0; 5])
            .p(2)
            .capacities([2.5; 4])
            .solve(&options)
            .or_else(|_| PMedian::new(travel(), [1.0; 5]).p(2).solve(&options)),
        PCenter::new(travel()).p(2).solve(&options),
        PDispersion::from_points(&ROOMS, Metric::Euclidean).unwrap().p(2).solve(&options),
        FixedCharge::new(travel(), [1.0; 5], [3.0; 4]).solve(&options),
    ];
    for solution in solutions {
        let solution = solution.unwrap();
        assert_eq!(solution.status, Status::Optimal, "{}", solution.model);
        let text = serde_json::to_string(&solution).unwrap();
        assert_eq!(serde_json::from_str::<Solution>(&text).unwrap(), solution);
    }
}

#[test]
fn figures_are_weighted() {
    // Site 0 reaches the first two homes, with 98 of 100 people.
    let solution =
        MaxCover::new(travel(), [49.0, 49.0, 1.0, 0.5, 0.5]).within(6.0).p(1).solve(&SolveOptions::default()).unwrap();
    assert_eq!((solution.covered_weight, solution.total_weight, solution.covered_share), (98.0, 100.0, 0.98));
    assert_eq!((solution.mean_cost, solution.max_cost), (Some(5.0), Some(5.0)));
}
