//! Travel matrices: built from points, arrays and pairs, compared with the plain definition.

use approx::assert_relative_eq;
use ndarray::{Array2, array};
use proptest::prelude::*;
use siting::{Error, Ids, Metric, TravelMatrix};

fn points(n: impl Into<prop::collection::SizeRange>) -> impl Strategy<Value = Vec<[f64; 2]>> {
    // A coarse grid makes ties and points exactly on the circle common.
    prop::collection::vec((-20_i32..20, -20_i32..20).prop_map(|(x, y)| [f64::from(x) / 2.0, f64::from(y) / 2.0]), n)
}

proptest! {
    #[test]
    fn points_within_the_cut_off_are_stored_and_no_others(
        demand in points(1..30), sites in points(1..30), cutoff in 0_u32..12,
        metric in prop::sample::select(vec![Metric::Euclidean, Metric::Manhattan]),
    ) {
        let cutoff = f64::from(cutoff);
        let travel = TravelMatrix::from_points(&demand, &sites, metric, Some(cutoff)).unwrap();
        for (i, &from) in (0_u32..).zip(&demand) {
            let mut nearest = f64::INFINITY;
            for (j, &to) in (0_u32..).zip(&sites) {
                let distance = metric.distance(from, to);
                nearest = nearest.min(distance);
                prop_assert_eq!(travel.cost(i, j), (distance <= cutoff).then_some(distance));
            }
            prop_assert_eq!(travel.nearest_beyond_cutoff(i), (nearest > cutoff).then_some(nearest));
        }
    }

    #[test]
    fn great_circles_within_the_cut_off_are_stored_anywhere_on_earth(
        demand in prop::collection::vec((-180.0_f64..=180.0, -90.0_f64..=90.0).prop_map(|(x, y)| [x, y]), 1..20),
        sites in prop::collection::vec((-180.0_f64..=180.0, -90.0_f64..=90.0).prop_map(|(x, y)| [x, y]), 1..20),
        cutoff in prop::sample::select(vec![0.0, 1e3, 1e6, 5e6, 1e7, 3e7]),
    ) {
        let travel = TravelMatrix::from_points(&demand, &sites, Metric::Haversine, Some(cutoff)).unwrap();
        for (i, &from) in (0_u32..).zip(&demand) {
            for (j, &to) in (0_u32..).zip(&sites) {
                let distance = Metric::Haversine.distance(from, to);
                prop_assert_eq!(travel.cost(i, j), (distance <= cutoff).then_some(distance));
            }
        }
    }

    #[test]
    fn rows_and_columns_tell_the_same(demand in points(1..20), sites in points(1..20), cutoff in 0_u32..12) {
        let travel = TravelMatrix::from_points(&demand, &sites, Metric::Euclidean, Some(f64::from(cutoff))).unwrap();
        let mut by_row = Vec::new();
        for (i, at) in (0_u32..).zip(0..demand.len()) {
            by_row.extend(travel.row(at).iter().map(|(j, cost)| (i, j, cost)));
        }
        let mut by_column = Vec::new();
        for (j, at) in (0_u32..).zip(0..sites.len()) {
            by_column.extend(travel.column(at).iter().map(|(i, cost)| (i, j, cost)));
        }
        by_column.sort_by_key(|entry| (entry.0, entry.1));
        prop_assert_eq!(&by_row, &by_column);
        let mut shuffled = by_column;
        shuffled.reverse();
        let again = TravelMatrix::from_pairs(demand.len(), sites.len(), &shuffled).unwrap();
        prop_assert_eq!(again, travel);
    }

    #[test]
    fn a_matrix_survives_json(demand in points(1..10), sites in points(1..10), cutoff in 0_u32..12) {
        let travel = TravelMatrix::from_points(&demand, &sites, Metric::Manhattan, Some(f64::from(cutoff))).unwrap();
        let text = serde_json::to_string(&travel).unwrap();
        let again: TravelMatrix = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(&again, &travel);
        for i in 0..u32::try_from(demand.len()).unwrap() {
            prop_assert_eq!(again.nearest_beyond_cutoff(i), travel.nearest_beyond_cutoff(i));
        }
    }
}

#[test]
fn a_stored_zero_is_a_cost_and_infinity_is_absence() {
    let dense = TravelMatrix::from_dense(array![[0.0, f64::INFINITY], [3.0, 0.0]].view()).unwrap();
    assert_eq!((dense.n_pairs(), dense.cost(0, 0), dense.cost(0, 1)), (3, Some(0.0), None));
    let csr = TravelMatrix::from_csr(vec![0, 1, 3], vec![0, 1, 0], vec![0.0, 0.0, 3.0], 2).unwrap();
    assert_eq!(csr, dense);
}

#[test]
fn a_dense_array_may_be_a_transposed_view() {
    let costs = Array2::from_shape_fn((3, 2), |(i, j)| (10 * i + j) as f64);
    let travel = TravelMatrix::from_dense(costs.t()).unwrap();
    assert_eq!((travel.n_demand(), travel.n_sites(), travel.cost(1, 2)), (2, 3, Some(21.0)));
}

#[test]
fn stacked_sites_keep_their_names_and_the_nearer_nearest() {
    let homes = [[0.0, 0.0], [50.0, 0.0]];
    let near = |x: f64| TravelMatrix::from_points(&homes, &[[x, 0.0]], Metric::Euclidean, Some(10.0)).unwrap();
    let both = near(4.0)
        .with_ids(Ids::range(2), Ids::from_texts(["room"]).unwrap())
        .unwrap()
        .with_sites(&near(90.0).with_ids(Ids::range(2), Ids::from_texts(["old canteen"]).unwrap()).unwrap())
        .unwrap();
    assert_eq!(both.site_ids(), &Ids::from_texts(["room", "old canteen"]).unwrap());
    assert_eq!((both.cost(0, 0), both.nearest_beyond_cutoff(1)), (Some(4.0), Some(40.0)));
    assert_eq!(both.cutoff(), Some(10.0));
}

#[test]
fn stacking_refuses_names_that_occur_in_both() {
    let one =
        TravelMatrix::from_pairs(1, 1, &[]).unwrap().with_ids(Ids::range(1), Ids::from_ints([7]).unwrap()).unwrap();
    assert!(matches!(one.with_sites(&one), Err(Error::Duplicate { .. })));
}

#[test]
fn a_damaged_document_is_refused() {
    let good = r#"{"start":[0,1],"site":[0],"cost":[2.5],"n_sites":1,"demand_ids":{"Range":1},"site_ids":{"Range":1},"cutoff":null,"nearest_beyond":[]}"#;
    assert!(serde_json::from_str::<TravelMatrix>(good).is_ok());
    for (from, to) in
        [("[0,1]", "[0,2]"), ("\"site\":[0]", "\"site\":[5]"), ("2.5", "-2.5"), ("{\"Range\":1}", "{\"Range\":9}")]
    {
        assert!(serde_json::from_str::<TravelMatrix>(&good.replacen(from, to, 1)).is_err(), "{from} -> {to}");
    }
    for twice in [r#"{"Int":[3,3]}"#, r#"{"Text":["mill","mill"]}"#] {
        assert!(serde_json::from_str::<Ids>(twice).is_err(), "{twice}");
    }
}

#[test]
fn a_degree_of_longitude_shrinks_with_latitude() {
    let at = |lat: f64| Metric::Haversine.distance([121.0, lat], [122.0, lat]);
    assert_relative_eq!(at(60.0) / at(0.0), 0.5, max_relative = 1e-4);
}
