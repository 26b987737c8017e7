//! Every kind of bad input gives one clear error that names the place; none panics, none is passed over.

use std::time::Duration;

use ndarray::{Array2, array};
use siting::{
    Assignment, Backend, Error, FixedCharge, Ids, MaxCover, Method, Metric, Model, PCenter, PDispersion, PMedian,
    SetCover, Solution, SolveOptions, TravelMatrix,
};

const NAN: f64 = f64::NAN;
const INF: f64 = f64::INFINITY;

/// Two demand points, three sites, everything in reach.
fn travel() -> TravelMatrix {
    TravelMatrix::from_dense(array![[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]].view()).unwrap()
}

fn points(demand: &[[f64; 2]], sites: &[[f64; 2]], metric: Metric, cutoff: Option<f64>) -> Error {
    TravelMatrix::from_points(demand, sites, metric, cutoff).unwrap_err()
}

fn dense(costs: &Array2<f64>) -> Error {
    TravelMatrix::from_dense(costs.view()).unwrap_err()
}

fn pairs(pairs: &[(u32, u32, f64)]) -> Error {
    TravelMatrix::from_pairs(2, 2, pairs).unwrap_err()
}

fn csr(start: &[usize], site: &[u32], cost: &[f64]) -> Error {
    TravelMatrix::from_csr(start.to_vec(), site.to_vec(), cost.to_vec(), 2).unwrap_err()
}

fn cover() -> MaxCover {
    MaxCover::new(travel(), [1.0, 1.0]).p(1)
}

fn median() -> PMedian {
    PMedian::new(travel(), [1.0, 1.0]).p(1)
}

/// Costs that no large weight may be multiplied with.
fn far() -> TravelMatrix {
    TravelMatrix::from_pairs(2, 2, &[(0, 0, 1.0), (1, 1, 1e300)]).unwrap()
}

/// One demand point and one site.
fn alone() -> TravelMatrix {
    TravelMatrix::from_pairs(1, 1, &[(0, 0, 1.0)]).unwrap()
}

fn charge() -> FixedCharge {
    FixedCharge::new(travel(), [1.0, 1.0], [1.0, 1.0, 1.0])
}

/// The error of a model, which validation and solve must agree on.
fn model<M: Model>(model: M, solve: impl Fn(&M, &SolveOptions) -> Result<Solution, Error>) -> Error {
    let error = model.validate().unwrap_err();
    assert_eq!(solve(&model, &SolveOptions::default()).unwrap_err().to_string(), error.to_string());
    error
}

fn solve(options: SolveOptions) -> Error {
    cover().solve(&options).unwrap_err()
}

/// Checks that each error is one of input and says what is expected of it.
fn each_is_told(cases: Vec<(Error, &str)>) {
    for (error, expected) in cases {
        let message = error.to_string();
        assert!(error.is_input(), "{message}");
        assert!(message.contains(expected), "{message:?} lacks {expected:?}");
    }
}

#[test]
fn bad_points_are_told_with_their_index() {
    use Metric::{Euclidean, Haversine, Manhattan};
    let at = [[0.0, 0.0]];
    each_is_told(vec![
        (points(&[], &at, Euclidean, None), "demand is empty"),
        (points(&at, &[], Euclidean, Some(1.0)), "sites is empty"),
        (points(&[[0.0, 0.0], [NAN, 0.0]], &at, Euclidean, None), "demand[1] is NaN"),
        (points(&at, &[[0.0, NAN]], Manhattan, Some(1.0)), "sites[0] is NaN"),
        (points(&at, &[[INF, 0.0]], Euclidean, None), "sites[0] is inf"),
        (points(&[[1e200, 0.0]], &at, Euclidean, None), "demand[0] is 1e200: coordinates"),
        (points(&[[181.0, 0.0]], &at, Haversine, None), "demand[0] is 181"),
        (points(&at, &[[121.0, 3_200_000.0]], Haversine, None), "use a planar metric"),
        (points(&at, &at, Euclidean, Some(-1.0)), "cutoff is -1"),
        (points(&at, &at, Euclidean, Some(NAN)), "cutoff is NaN"),
        (points(&at, &at, Euclidean, Some(INF)), "cutoff is inf"),
    ]);
}

#[test]
fn bad_arrays_and_pairs_are_told_with_their_index() {
    each_is_told(vec![
        (dense(&array![[1.0, NAN]]), "costs[1] is NaN"),
        (dense(&array![[1.0], [-2.0]]), "costs[1] is -2"),
        (dense(&array![[-INF]]), "costs[0] is -inf"),
        (dense(&Array2::zeros((0, 2))), "demand is empty"),
        (dense(&Array2::zeros((2, 0))), "sites is empty"),
        (pairs(&[(2, 0, 1.0)]), "demand[0] is 2, but there are only 2 demand points"),
        (pairs(&[(0, 0, 1.0), (0, 5, 1.0)]), "site[1] is 5, but there are only 2 sites"),
        (pairs(&[(0, 0, NAN)]), "cost[0] is NaN"),
        (pairs(&[(0, 0, INF)]), "leave unreachable pairs out"),
        (pairs(&[(0, 0, -1.0)]), "cost[0] is -1"),
        (pairs(&[(0, 1, 1.0), (0, 0, 1.0), (0, 1, 2.0)]), "demand point 0 to site 1 is given twice, at 0 and at 2"),
        (TravelMatrix::from_pairs(0, 2, &[]).unwrap_err(), "demand is empty"),
        (csr(&[0, 1], &[0], &[1.0, 2.0]), "cost has 2 entries where 1 are expected"),
        (csr(&[], &[], &[]), "start is an array of 0 row starts"),
        (csr(&[1, 1], &[0], &[1.0]), "row starts must begin at 0"),
        (csr(&[0, 2, 1], &[0], &[1.0]), "never descend"),
        (csr(&[0, 3], &[0], &[1.0]), "end at 1"),
        (csr(&[0, usize::MAX], &[0], &[1.0]), "end at 1"),
        (csr(&[0, 1], &[9], &[1.0]), "site[0] is 9"),
        (csr(&[0, 2], &[1, 1], &[1.0, 2.0]), "is given twice"),
        (csr(&[0, 1], &[0], &[-0.5]), "cost[0] is -0.5"),
    ]);
}

#[test]
fn bad_names_and_stacks_are_told() {
    let one = || Ids::range(1);
    let single = TravelMatrix::from_pairs(1, 1, &[]).unwrap();
    let named = |name: &str| single.clone().with_ids(one(), Ids::from_texts([name]).unwrap()).unwrap();
    each_is_told(vec![
        (Ids::from_ints([4, 7, 4]).unwrap_err(), "4 is given twice, at 0 and at 2"),
        (Ids::from_texts(["mill", "mill"]).unwrap_err(), "mill is given twice"),
        (travel().with_ids(one(), Ids::range(3)).unwrap_err(), "demand ids has 1 entries where 2"),
        (travel().with_ids(Ids::range(2), one()).unwrap_err(), "site ids has 1 entries where 3"),
        (travel().with_sites(&single).unwrap_err(), "the same demand points in the same order"),
        (named("a").with_sites(&named("a")).unwrap_err(), "a is given twice"),
    ]);
}

#[test]
fn damaged_documents_of_a_matrix_are_refused() {
    let whole = serde_json::to_value(travel()).unwrap();
    for (field, value) in [
        ("start", serde_json::json!([0, 5, 6])),
        ("site", serde_json::json!([0, 1, 2, 0, 1, 9])),
        ("cost", serde_json::json!([1.0])),
        ("cost", serde_json::json!([1.0, 2.0, 3.0, 3.0, 2.0, -1.0])),
        ("demand_ids", serde_json::json!({ "Range": 5 })),
        ("nearest_beyond", serde_json::json!([[1, 1.0], [0, 1.0]])),
    ] {
        let mut damaged = whole.clone();
        damaged[field] = value;
        assert!(serde_json::from_value::<TravelMatrix>(damaged).is_err(), "a damaged {field} was read");
    }
}

#[test]
fn bad_weights_and_rules_are_told_with_their_index() {
    let of = |made: MaxCover| model(made, MaxCover::solve);
    let plain = || MaxCover::new(travel(), [1.0, 1.0]);
    each_is_told(vec![
        (of(MaxCover::new(travel(), [1.0]).p(1)), "weights has 1 entries where 2 are expected (one per demand point)"),
        (of(MaxCover::new(travel(), [1.0, NAN]).p(1)), "weights[1] is NaN"),
        (of(MaxCover::new(travel(), [-1.0, 1.0]).p(1)), "weights[0] is -1"),
        (of(MaxCover::new(travel(), [1.0, INF]).p(1)), "weights[1] is inf"),
        (of(MaxCover::new(travel(), [1e308, 1e308]).p(1)), "weights[1] is 1"),
        (of(plain()), "p is missing"),
        (of(plain().p(4)), "p is 4: there are only 3 sites"),
        (of(plain().p(usize::MAX)), "there are only 3 sites"),
        (of(plain().budget(-1.0)), "budget is -1"),
        (of(plain().budget(NAN)), "budget is NaN"),
        (of(plain().budget(INF)), "budget is inf"),
        (of(cover().required([3])), "required[0] is 3, but there are only 3 sites (0 to 2)"),
        (of(cover().forbidden([0, u32::MAX])), "forbidden[1] is 4294967295"),
        (of(cover().existing([1, 2, 1])), "existing: site 1 is given twice, at 0 and at 2"),
        (of(cover().required([1]).forbidden([1])), "required and forbidden contradict each other: site 1"),
        (of(cover().required([1]).existing([1])), "required and existing contradict each other"),
        (of(cover().site_costs([1.0])), "site_costs has 1 entries where 3"),
        (of(cover().site_costs([1.0, NAN, 1.0])), "site_costs[1] is NaN"),
        (of(cover().site_costs([1.0, 1.0, -1.0])), "site_costs[2] is -1"),
        (of(cover().closing_costs([1.0])), "closing_costs has 1 entries where 0"),
        (of(cover().existing([0]).closing_costs([NAN])), "closing_costs[0] is NaN"),
        (
            of(cover().site_costs([1.0, 1e308, 1.0]).existing([0, 2]).closing_costs([5.0, -1e308])),
            "closing_costs[1] is -1",
        ),
        (of(cover().existing([0]).closing_costs([-INF])), "closing_costs[0] is -inf"),
    ]);
}

#[test]
fn bad_radii_shares_and_capacities_are_told() {
    let of = |made: MaxCover| model(made, MaxCover::solve);
    let set = |made: SetCover| model(made, SetCover::solve);
    let cut = TravelMatrix::from_points(&[[0.0, 0.0]], &[[1.0, 0.0]], Metric::Euclidean, Some(2.0)).unwrap();
    each_is_told(vec![
        (of(cover().within(-1.0)), "within[0] is -1"),
        (of(cover().within(NAN)), "within[0] is NaN"),
        (of(cover().within_each([1.0])), "within has 1 entries where 2"),
        (of(cover().within_each([1.0, -3.0])), "within[1] is -3"),
        (of(MaxCover::new(cut, [1.0]).p(1).within(3.0)), "build it with a cutoff of at least 3"),
        (of(cover().backup(0)), "backup is 0"),
        (of(cover().backup(2).capacities([1.0; 3])), "backup and capacities contradict each other"),
        (of(cover().capacities([1.0])), "capacities has 1 entries where 3"),
        (of(cover().capacities([1.0, NAN, 1.0])), "capacities[1] is NaN"),
        (of(cover().capacities([-1.0, 1.0, 1.0])), "capacities[0] is -1"),
        (of(cover().demands([1.0, 1.0])), "capacities is missing"),
        (of(cover().capacities([1.0; 3]).demands([1.0])), "demands has 1 entries where 2"),
        (of(cover().capacities([1.0; 3]).demands([1.0, -1.0])), "demands[1] is -1"),
        (set(SetCover::new(travel()).share(1.5)), "share is 1.5"),
        (set(SetCover::new(travel()).share(-0.1)), "share is -0.1"),
        (set(SetCover::new(travel()).share(NAN)), "share is NaN"),
        (set(SetCover::new(travel()).weights([1.0])), "weights has 1 entries"),
        (set(SetCover::new(travel()).backup(0)), "backup is 0"),
        (set(SetCover::new(travel()).backup(4)), "backup is 4: there are only 3 sites"),
        (model(cover().backup(4), MaxCover::solve), "backup is 4: there are only 3 sites: no demand point would ever"),
    ]);
}

#[test]
fn bad_data_of_the_other_models_are_told() {
    let square = || TravelMatrix::from_dense(array![[0.0, 1.0], [1.0, 0.0]].view()).unwrap();
    each_is_told(vec![
        (model(PMedian::new(travel(), [1.0, 1.0]), PMedian::solve), "p is missing"),
        (model(median().capacities([NAN; 3]), PMedian::solve), "capacities[0] is NaN"),
        (model(median().assignment(Assignment::Closest).demands([1.0, 1.0]), PMedian::solve), "capacities is missing"),
        (model(PCenter::new(travel()), PCenter::solve), "p is missing"),
        (model(PCenter::new(far()).p(1).weights([1.0, 1e300]), PCenter::solve), "weights[1] is 1"),
        (model(PMedian::new(far(), [1.0, 1e300]).p(1), PMedian::solve), "weights[1] is 1"),
        (model(FixedCharge::new(far(), [1.0, 1e300], [1.0, 1.0]), FixedCharge::solve), "weights[1] is 1"),
        (model(PCenter::new(travel()).p(1).weights([1.0]), PCenter::solve), "weights has 1 entries"),
        (model(PCenter::new(travel()).p(1).weights([1.0, NAN]), PCenter::solve), "weights[1] is NaN"),
        (model(PDispersion::new(travel()).p(2), PDispersion::solve), "a matrix of 2 x 3"),
        (model(PDispersion::new(square()), PDispersion::solve), "p is missing"),
        (model(PDispersion::new(square()).p(1), PDispersion::solve), "a distance needs two open sites"),
        (model(PDispersion::new(square()).p(3), PDispersion::solve), "there are only 2 sites"),
        (model(FixedCharge::new(travel(), [1.0, 1.0], [1.0]), FixedCharge::solve), "site_costs has 1 entries where 3"),
        (model(FixedCharge::new(travel(), [1.0], [1.0; 3]), FixedCharge::solve), "weights has 1 entries where 2"),
        (model(charge().capacities([2.0; 3]).min_use([1.0, 3.0, 1.0]), FixedCharge::solve), "min_use[1] is 3"),
        (model(charge().min_use([1.0, NAN, 1.0]), FixedCharge::solve), "min_use[1] is NaN"),
        (model(charge().p(4), FixedCharge::solve), "p is 4: there are only 3 sites"),
        (model(PMedian::new(alone(), [1.0]).p(2), PMedian::solve), "p is 2: there is only 1 site"),
        (PMedian::new(alone(), [1.0]).p(1).required([1]).validate().unwrap_err(), "but there is only 1 site (0)"),
        (charge().capacities([2.0, 1.0, -1e300]).validate().unwrap_err(), "capacities[2] is -1e300: a finite number"),
        (charge().budget(-1e300).validate().unwrap_err(), "budget is -1e300: a finite sum"),
        (PDispersion::from_points(&[], Metric::Euclidean).unwrap_err(), "is empty"),
    ]);
}

#[test]
fn bad_options_are_told_with_their_value() {
    let options = SolveOptions::default;
    each_is_told(vec![
        (solve(options().gap(-0.1)), "gap is -0.1"),
        (solve(options().gap(NAN)), "gap is NaN"),
        (solve(options().gap(INF)), "gap is inf"),
        (solve(options().threads(0)), "threads is 0"),
        (solve(options().warm_start([7])), "warm_start[0] is 7, but there are only 3 sites"),
    ]);
}

#[test]
fn bad_sets_of_open_sites_are_told() {
    let far = TravelMatrix::from_pairs(2, 2, &[(0, 0, 1.0), (1, 1, 1.0)]).unwrap();
    let median = |open: &[u32]| PMedian::new(far.clone(), [1.0, 1.0]).p(2).evaluate(open).unwrap_err();
    each_is_told(vec![
        (cover().evaluate(&[3]).unwrap_err(), "open[0] is 3"),
        (cover().evaluate(&[1, 0, 1]).unwrap_err(), "site 1 is given twice, at 0 and at 2"),
        (cover().capacities([1.0; 3]).evaluate(&[0]).unwrap_err(), "capacities"),
        (median(&[0]), "reaches no open site"),
        (median(&[]), "2 demand points reach no open site"),
    ]);
}

#[test]
fn odd_but_right_input_is_accepted() {
    let options = SolveOptions::default().threads(1).time_limit(Duration::from_secs(60));
    // Weights of zero, costs of zero, p of zero, one site, a warm start that breaks the rules.
    let nothing = MaxCover::new(travel(), [0.0, 0.0]).p(0).solve(&options).unwrap();
    assert_eq!((nothing.objective, nothing.covered_share, nothing.mean_cost), (0.0, 0.0, None));
    let free = TravelMatrix::from_dense(array![[0.0]].view()).unwrap();
    assert_eq!(PMedian::new(free.clone(), [0.0]).p(1).solve(&options).unwrap().objective, 0.0);
    assert_eq!(PCenter::new(free).p(1).solve(&options).unwrap().objective, 0.0);
    let warm = options.clone().warm_start([0, 1, 2, 2]).method(Method::Mip);
    assert_eq!(median().solve(&warm).unwrap().objective, 4.0);
    assert_eq!(median().solve(&options.backend(Backend::Microlp)).unwrap().objective, 4.0);
}
